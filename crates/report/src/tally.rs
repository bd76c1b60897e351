//! Counts over a report: what is at risk, and how many findings of each kind there are.

use std::collections::BTreeMap;

use portreeve_checks::{Certainty, Risk, ServerState};

use crate::report::Entry;
use crate::words::{count, thousands};
use crate::{Report, Status};

/// Counts over findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Findings that count, sure or possible.
    pub(crate) open: usize,
    /// The possible ones among them.
    pub(crate) possible: usize,
    /// Findings that the baseline has.
    pub(crate) known: usize,
    /// Findings under a waiver.
    pub(crate) waived: usize,
    /// Distinct groups that sure findings about traffic name.
    pub(crate) groups: usize,
    /// Distinct servers at risk in such findings.
    pub(crate) servers: usize,
}

/// Counts over a report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Over everything.
    pub(crate) all: Counts,
    /// By item, by its position.
    pub(crate) items: Vec<Counts>,
    /// Findings that count, by risk.
    pub(crate) risks: BTreeMap<Risk, usize>,
    /// Gaps of the estate.
    pub(crate) gaps: usize,
}

/// Counts distinct things, for one item after the other and for all together.
///
/// The mark of a thing is the item that saw it last, counted from 1: no table has to be cleared between items.
struct Seen {
    last: Vec<u32>,
}

impl Seen {
    fn new(len: usize) -> Self {
        Self { last: vec![0; len] }
    }

    /// Whether the thing is new to the item, and whether it is new altogether.
    fn note(&mut self, at: usize, item: u16) -> (bool, bool) {
        let Some(mark) = self.last.get_mut(at) else { return (false, false) };
        let before = std::mem::replace(mark, u32::from(item) + 1);
        (before != u32::from(item) + 1, before == 0)
    }
}

impl Tally {
    /// Counts once over all findings; those of one item stand together.
    pub(crate) fn of(report: Report<'_>) -> Self {
        let mut tally = Self {
            items: vec![Counts::default(); report.outcome.items.len()],
            gaps: report.estate.gaps.len(),
            ..Self::default()
        };
        let mut groups = Seen::new(report.estate.groups.len());
        let mut servers = Seen::new(report.estate.instances.len());
        for entry in report.entries() {
            tally.note(entry);
            let at_risk = entry.finding.certainty == Certainty::Sure && !entry.finding.traffic.is_empty();
            if at_risk && entry.status.counts() {
                tally.note_at_risk(report, entry, &mut groups, &mut servers);
            }
        }
        tally
    }

    fn note(&mut self, entry: Entry<'_>) {
        let possible = usize::from(entry.finding.certainty == Certainty::Possible);
        let item = self.items.get_mut(usize::from(entry.finding.item.0));
        for counts in item.into_iter().chain([&mut self.all]) {
            match entry.status {
                Status::Open | Status::Grown => {
                    counts.open += 1;
                    counts.possible += possible;
                }
                Status::Known => counts.known += 1,
                Status::Waived { .. } => counts.waived += 1,
            }
        }
        if entry.status.counts() {
            *self.risks.entry(entry.item.risk).or_default() += 1;
        }
    }

    fn note_at_risk(&mut self, report: Report<'_>, entry: Entry<'_>, groups: &mut Seen, servers: &mut Seen) {
        let item = entry.finding.item;
        let Some(counts) = self.items.get_mut(usize::from(item.0)) else { return };
        if let Some(group) = entry.finding.group {
            let (to_item, altogether) = groups.note(group.at(), item.0);
            counts.groups += usize::from(to_item);
            self.all.groups += usize::from(altogether);
        }
        for server in entry.finding.servers.iter().filter(|server| server.state == ServerState::AtRisk) {
            let interface = report.estate.interfaces.get(server.interface.at());
            let Some(instance) = interface.and_then(|interface| interface.instance) else { continue };
            let (to_item, altogether) = servers.note(instance.at(), item.0);
            counts.servers += usize::from(to_item);
            self.all.servers += usize::from(altogether);
        }
    }

    /// One line: `7 groups and 12 servers at risk: 5 high, 2 medium, 1 low findings (3 possible); 2 gaps`.
    pub(crate) fn summary(&self) -> String {
        let all = &self.all;
        let mut parts = vec![if all.open == 0 { self.nothing() } else { self.something() }];
        for (number, words) in [(all.waived, "waived"), (all.known, "known")] {
            if number > 0 {
                parts.push(format!("{} {words}", thousands(number)));
            }
        }
        if self.gaps > 0 {
            parts.push(count(self.gaps, "gap", "gaps"));
        }
        parts.join("; ")
    }

    fn nothing(&self) -> String {
        let new = if self.all.known > 0 { "nothing new found" } else { "nothing found" };
        if self.gaps > 0 { format!("{new}, but not all is known") } else { new.to_owned() }
    }

    fn something(&self) -> String {
        let all = &self.all;
        let by_risk: Vec<String> =
            self.risks.iter().rev().map(|(risk, number)| format!("{} {risk}", thousands(*number))).collect();
        let mut words = String::new();
        if all.groups + all.servers > 0 {
            let groups = count(all.groups, "group", "groups");
            words = format!("{groups} and {} at risk: ", count(all.servers, "server", "servers"));
        }
        words.push_str(&by_risk.join(", "));
        words.push_str(if all.open == 1 { " finding" } else { " findings" });
        if all.possible > 0 { format!("{words} ({} possible)", thousands(all.possible)) } else { words }
    }
}
