//! For people at a terminal: findings by item, worst first, then what is not known, then one line that sums it up.

mod finding;
mod fold;
pub(crate) mod page;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use portreeve_checks::ItemIx;

use self::fold::{Fate, Folds};
pub(crate) use self::page::{Page, risk_style, wrap};
use crate::report::Entry;
use crate::tally::{Counts, Tally};
use crate::words::{count, gap, group, listed, subject, thousands};
use crate::{Options, Report, Status, escape};

/// Items that are named in one line before the others are only counted.
const NAMED_ITEMS: usize = 8;

/// Writes the report for a terminal.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    // Both walk over all findings, of which a large account has hundreds of thousands.
    let (tally, folds) = std::thread::scope(|scope| {
        let folds = scope.spawn(|| Folds::of(*report));
        (Tally::of(*report), folds.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let mut text = Text {
        report: *report,
        tally: &tally,
        folds: &folds,
        page: Page::new(out, options),
        most: options.per_item,
    };
    text.findings()?;
    text.unclear()?;
    text.waived()?;
    text.gaps()?;
    text.notices()?;
    text.page.last_line(tally.summary())
}

struct Text<'a> {
    report: Report<'a>,
    tally: &'a Tally,
    folds: &'a Folds<'a>,
    page: Page<'a>,
    /// Findings of an item that are shown.
    most: usize,
}

/// How far the findings of one item have been written.
struct Progress {
    item: ItemIx,
    shown: usize,
    hidden: usize,
}

impl Text<'_> {
    fn findings(&mut self) -> io::Result<()> {
        let mut progress: Option<Progress> = None;
        for entry in self.report.entries().filter(|entry| self.folds.fate(entry.at) == Fate::Shown) {
            let item = entry.finding.item;
            if progress.as_ref().is_none_or(|progress| progress.item != item) {
                self.hidden(progress.as_ref())?;
                self.item(entry)?;
                progress = Some(Progress { item, shown: 0, hidden: 0 });
            }
            let Some(progress) = progress.as_mut() else { continue };
            if progress.shown < self.most {
                progress.shown += 1;
                self.page.gap()?;
                finding::write(self.report, &mut self.page, entry, self.folds.also(entry.at))?;
            } else {
                progress.hidden += 1;
            }
        }
        self.hidden(progress.as_ref())
    }

    /// The heading of an item: risk, id, title, how much is at risk, and what to do.
    fn item(&mut self, entry: Entry<'_>) -> io::Result<()> {
        let item = entry.item;
        let title = escape::plain(&item.title);
        self.page.heading(item.risk.as_str(), risk_style(item.risk), &escape::plain(&item.id), &title)?;
        let counts = self.tally.items.get(usize::from(entry.finding.item.0)).copied().unwrap_or_default();
        let elsewhere = match self.folds.folded(entry.finding.item) {
            0 => String::new(),
            number => format!(" ({} under another heading)", count(number, "finding", "findings")),
        };
        self.page.note(&format!("{}{elsewhere}", at_risk(counts)))?;
        self.page.note(&escape::plain(&item.suggestion))
    }

    /// How many findings of an item were not shown.
    fn hidden(&mut self, progress: Option<&Progress>) -> io::Result<()> {
        match progress {
            Some(progress) if progress.hidden > 0 => {
                self.page.gap()?;
                self.page.note(&format!("… {} more; --format json has all", thousands(progress.hidden)))
            }
            _ => Ok(()),
        }
    }

    /// Groups that could not be judged.
    fn unclear(&mut self) -> io::Result<()> {
        let unclear = &self.folds.unclear;
        if unclear.is_empty() {
            return Ok(());
        }
        let words = format!("the input says too little of {}", count(unclear.len(), "group", "groups"));
        self.page.heading("possible", AnsiColor::Magenta.on_default(), "", &words)?;
        for entry in unclear.iter().take(self.most) {
            let Some(found) = self.report.estate.groups.get(entry.group.at()) else { continue };
            let items = count(entry.items.len(), "item", "items");
            self.page.gap()?;
            let marks = [format!("{items} without a firm answer")];
            self.page.subject(&group(self.report.estate, found), &marks)?;
            self.page.field("items", &listed(&self.ids(&entry.items), NAMED_ITEMS))?;
            finding::gaps(self.report, &mut self.page, entry.gaps)?;
        }
        self.more(unclear.len())
    }

    fn ids(&self, items: &[ItemIx]) -> Vec<String> {
        let ids = items.iter().filter_map(|ix| self.report.item(*ix));
        ids.map(|item| escape::plain(&item.id).into_owned()).collect()
    }

    fn more(&mut self, all: usize) -> io::Result<()> {
        match all.saturating_sub(self.most) {
            0 => Ok(()),
            more => self.page.note(&format!("… {} more; --format json has all", thousands(more))),
        }
    }

    /// Findings under a waiver, a line each.
    fn waived(&mut self) -> io::Result<()> {
        let waived = self.tally.all.waived;
        if waived == 0 {
            return Ok(());
        }
        let words = count(waived, "finding that does not count", "findings that do not count");
        self.page.heading("waived", Style::new().dimmed(), "", &words)?;
        let covered = self.report.entries().filter_map(|entry| match entry.status {
            Status::Waived { reason, until } => Some((entry, reason, until)),
            _ => None,
        });
        for (entry, reason, until) in covered.take(self.most) {
            let (item, about) = (escape::plain(&entry.item.id), subject(self.report, entry.finding));
            let reason = escape::plain(reason);
            self.page.indented(2, 4, &format!("{item} on {about}, until {until}: {reason}"))?;
        }
        self.more(waived)
    }

    /// What the input does not tell; gaps that change an answer first.
    fn gaps(&mut self) -> io::Result<()> {
        let report = self.report;
        let number = report.estate.gaps.len();
        if number == 0 {
            return Ok(());
        }
        let words =
            count(number, "thing that the input does not tell", "things that the input does not tell");
        self.page.heading("gaps", AnsiColor::Magenta.on_default(), "", &words)?;
        let of = |matters: bool| report.gaps().filter(move |(_, items)| items.is_empty() != matters);
        for (found, items) in of(true).chain(of(false)).take(self.most) {
            let affects = match items.len() {
                0 => "changes no answer".to_owned(),
                _ => format!("affects {}", listed(&self.ids(items), NAMED_ITEMS)),
            };
            self.page.indented(2, 4, &format!("{} ({affects})", gap(found)))?;
        }
        self.more(number)
    }

    fn notices(&mut self) -> io::Result<()> {
        if self.report.notices.is_empty() {
            return Ok(());
        }
        self.page.gap()?;
        for notice in self.report.notices {
            self.page.indented(0, 2, &format!("note: {}", escape::plain(&notice.text)))?;
        }
        Ok(())
    }
}

/// How much of the estate an item finds at risk.
fn at_risk(counts: Counts) -> String {
    let words = match (counts.groups, counts.servers) {
        (0, 0) => count(counts.open, "finding", "findings"),
        (groups, servers) => {
            let groups = count(groups, "group", "groups");
            format!("{groups} and {} at risk", count(servers, "server", "servers"))
        }
    };
    if counts.possible > 0 { format!("{words}, {} possible", thousands(counts.possible)) } else { words }
}

#[cfg(test)]
mod tests;
