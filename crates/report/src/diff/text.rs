//! A comparison for a terminal: what opens and closes, for whom and why; then findings; then what changed without effect.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use portreeve_engine::diff::{Effect, Shift};
use portreeve_model::Direction;

use super::flows::lines;
use super::story::{Alike, Part, label, parts, tried};
use super::{DiffReport, FindingChangeKind};
use crate::text::Page;
use crate::words::{count, listed, thousands};
use crate::{Options, escape};

/// Rows of one set, and rules of one shift, that are shown.
const ROWS: usize = 6;

/// Items of one line that are named.
const ITEMS: usize = 3;

/// Writes a comparison for a terminal.
pub(super) fn write(report: &DiffReport<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let mut text = Text { report, page: Page::new(out, options), most: options.per_item };
    text.edits()?;
    text.shifts()?;
    text.findings()?;
    text.rules()?;
    text.objects()?;
    text.after()?;
    text.page.last_line(summary(report))
}

struct Text<'a, 'r> {
    report: &'r DiffReport<'a>,
    page: Page<'r>,
    most: usize,
}

impl Text<'_, '_> {
    fn edits(&mut self) -> io::Result<()> {
        if self.report.edits.is_empty() {
            return Ok(());
        }
        let words = count(self.report.edits.len(), "edit", "edits");
        self.page.heading("what if", Style::new(), "", &words)?;
        for edit in self.report.edits {
            self.page.indented(2, 4, &escape::plain(edit))?;
        }
        Ok(())
    }

    fn shifts(&mut self) -> io::Result<()> {
        let shifts = &self.report.differences.shifts;
        for (at, shift) in shifts.iter().take(self.most).enumerate() {
            let (tag, style) = verb(shift);
            self.page.heading(tag, style, "", &self.report.who(shift))?;
            if let Some(groups) = self.report.groups(shift) {
                self.page.field("groups", &groups)?;
            }
            for effect in &shift.effects {
                self.effect(shift, effect)?;
            }
            self.causes(at)?;
        }
        self.more(shifts.len())
    }

    fn effect(&mut self, shift: &Shift, effect: &Effect) -> io::Result<()> {
        let outward = effect.direction == Direction::Egress;
        let places = self.report.places(effect);
        let places = if places.is_empty() { places } else { format!(", {places}") };
        for (part, set) in parts(effect) {
            let all = lines(&set, outward);
            for (at, line) in all.iter().take(ROWS).enumerate() {
                let label = if at == 0 { part.as_str() } else { "" };
                let way = if outward { "out" } else { "in" };
                self.page.styled_field(label, part_style(part), &format!("{way} {line}{places}"))?;
            }
            if let Some(more) = all.len().checked_sub(ROWS).filter(|more| *more > 0) {
                self.page.field("", &format!("and {} more; --format json has all", thousands(more)))?;
            }
            if let Some(packet) = self.report.witness(shift, effect, &set) {
                self.page.field("try", &tried(&packet, effect.direction))?;
            }
        }
        Ok(())
    }

    fn causes(&mut self, shift: usize) -> io::Result<()> {
        let all: Vec<_> = self.report.causes(shift).collect();
        for change in all.iter().take(ROWS) {
            self.page.field(label(change.kind), &self.report.rule(change))?;
        }
        match all.len().checked_sub(ROWS) {
            Some(more) if more > 0 => self.page.field("", &format!("and {} more rules", thousands(more))),
            _ => Ok(()),
        }
    }

    fn more(&mut self, all: usize) -> io::Result<()> {
        match all.saturating_sub(self.most) {
            0 => Ok(()),
            more => {
                self.page.gap()?;
                self.page.note(&format!("… {} more; --format json has all", thousands(more)))
            }
        }
    }

    fn findings(&mut self) -> io::Result<()> {
        let all = self.report.alike();
        if all.is_empty() {
            return Ok(());
        }
        let words = count(self.report.findings.len(), "finding differs", "findings differ");
        self.page.heading("findings", Style::new(), "", &words)?;
        for alike in all.iter().take(self.most) {
            self.alike(alike)?;
        }
        self.more(all.len())
    }

    /// Findings on one subject, on a line.
    fn alike(&mut self, alike: &Alike<'_>) -> io::Result<()> {
        let items: Vec<_> = alike.items.iter().map(|item| escape::plain(item)).collect();
        let kind = alike.kind.map_or(String::new(), |kind| format!("{:12}", kind.as_str()));
        let mut words =
            format!("{kind}{:6}  {} on {}", alike.risk.as_str(), listed(&items, ITEMS), alike.about);
        for mark in &alike.marks {
            words = format!("{words} ({mark})");
        }
        self.page.indented(2, 4, &words)
    }

    fn rules(&mut self) -> io::Result<()> {
        let idle = self.report.idle_rules();
        if idle.is_empty() {
            return Ok(());
        }
        let number = idle.iter().map(|(_, changes)| changes.len()).sum();
        let words = count(number, "rule changed without any effect", "rules changed without any effect");
        self.page.heading("no effect", Style::new().dimmed(), "", &words)?;
        let mut left = self.most;
        for (group, changes) in idle {
            if left == 0 {
                break;
            }
            self.page.subject(&self.report.group(group).unwrap_or_default(), &[])?;
            for change in changes.iter().take(left) {
                self.page.field(label(change.kind), &self.report.rule(change))?;
            }
            left = left.saturating_sub(changes.len());
        }
        self.more(number)
    }

    fn objects(&mut self) -> io::Result<()> {
        let (lines, all) = self.report.objects(self.most);
        if all == 0 {
            return Ok(());
        }
        let words = count(all, "object changed", "objects changed");
        self.page.heading("objects", Style::new().dimmed(), "", &words)?;
        for line in lines {
            self.page.indented(2, 4, &line)?;
        }
        self.more(all)
    }

    /// All findings of the new estate, a line each.
    fn after(&mut self) -> io::Result<()> {
        if !self.report.after {
            return Ok(());
        }
        let words = count(self.report.standing().count(), "finding", "findings");
        self.page.heading("afterwards", Style::new(), "", &words)?;
        let all = self.report.afterwards();
        for alike in all.iter().take(self.most) {
            self.alike(alike)?;
        }
        self.more(all.len())
    }
}

/// What a shift does, in a word with its colour.
fn verb(shift: &Shift) -> (&'static str, Style) {
    let found: Vec<Part> = shift.effects.iter().flat_map(parts).map(|(part, _)| part).collect();
    let has = |part| found.contains(&part);
    match (has(Part::Opens), has(Part::Closes)) {
        (true, true) => ("opens and closes", part_style(Part::Opens)),
        (true, false) => ("opens", part_style(Part::Opens)),
        (false, true) => ("closes", part_style(Part::Closes)),
        (false, false) => ("may change", part_style(Part::MayOpen)),
    }
}

fn part_style(part: Part) -> Style {
    match part {
        Part::Opens => AnsiColor::Red.on_default(),
        Part::Closes => AnsiColor::Green.on_default(),
        Part::MayOpen | Part::MayClose => AnsiColor::Magenta.on_default(),
    }
}

/// One line: `2 changes of traffic; 1 finding appears, 1 disappears; 3 rules changed without effect`.
pub(super) fn summary(report: &DiffReport<'_>) -> String {
    let shifts = &report.differences.shifts;
    let mut parts = vec![if shifts.is_empty() {
        "no effect".to_owned()
    } else {
        count(shifts.len(), "change of traffic", "changes of traffic")
    }];
    for (kind, one, many) in [
        (FindingChangeKind::Appears, "finding appears", "findings appear"),
        (FindingChangeKind::Grows, "finding grows", "findings grow"),
        (FindingChangeKind::Disappears, "finding disappears", "findings disappear"),
    ] {
        let number = report.findings.iter().filter(|change| change.kind == kind).count();
        if number > 0 {
            parts.push(count(number, one, many));
        }
    }
    let idle = report.differences.rules.iter().filter(|change| change.shifts.is_empty()).count();
    if idle > 0 {
        parts.push(count(idle, "rule changed without effect", "rules changed without effect"));
    }
    parts.join("; ")
}
