//! Two estates side by side: what differs in meaning, and which findings come and go.

mod narrow;
mod verdict;

use std::collections::HashMap;

use jiff::civil::Date;
use portreeve_checks::{Extent, Finding, Outcome, Settings, check_groups};
use portreeve_engine::{Differences, Index, diff};
use portreeve_model::{Estate, GroupIx};
use portreeve_report::{DiffReport, FindingChange, FindingChangeKind, Status};

use crate::{Judge, Waiver};

/// What two estates are compared with.
#[derive(Debug, Clone, Copy)]
pub struct Comparing<'a> {
    /// Items, thresholds and threads.
    pub settings: &'a Settings,
    /// What the user accepts: such findings are told, but do not count.
    pub waivers: &'a [Waiver],
    /// The day that waivers are held against.
    pub today: Date,
}

/// What differs between two estates.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// What differs in meaning.
    pub differences: Differences,
    /// What the check finds in the old and in the new estate.
    pub outcomes: [Outcome; 2],
    /// The findings that appear or grow, worst first, then those that disappear.
    pub findings: Vec<FindingChange>,
}

impl Comparison {
    /// The report of the two estates that were compared, under what the user calls them; `edits` made the new one, if it was not read.
    /// All findings of the new estate are listed too where it was made.
    pub fn report<'a>(
        &'a self,
        estates: [&'a Estate; 2],
        sources: [&'a str; 2],
        edits: &'a [String],
    ) -> DiffReport<'a> {
        let [before, after] = &self.outcomes;
        DiffReport {
            estates,
            outcomes: [before, after],
            differences: &self.differences,
            findings: &self.findings,
            sources,
            edits,
            after: !edits.is_empty(),
        }
    }
}

impl Comparing<'_> {
    /// Compares two estates. Findings are sought where something differs, which is all that comparing them needs, or `everywhere`.
    pub fn compare(&self, old: &Estate, new: &Estate, everywhere: bool) -> Comparison {
        self.compare_with(&Index::new(old), new, everywhere)
    }

    /// As [`Comparing::compare`], for who has an index of the old estate.
    pub fn compare_with(&self, old: &Index<'_>, new: &Estate, everywhere: bool) -> Comparison {
        let differences = diff(old, &Index::new(new), self.settings.threads);
        let old = old.estate();
        let [before, after] = &differences.touched;
        let check = |estate, touched: &[GroupIx]| {
            check_groups(estate, self.settings, Some(touched).filter(|_| !everywhere))
        };
        let outcomes = [check(old, before), check(new, after)];
        let findings = self.findings(new, &outcomes);
        Comparison { differences, outcomes, findings }
    }

    fn findings(&self, new: &Estate, outcomes: &[Outcome; 2]) -> Vec<FindingChange> {
        let [before, after] = outcomes;
        let (was, is) = (Known::of(before), Known::of(after));
        let judge = Judge {
            estate: new,
            outcome: after,
            baseline: None,
            waivers: self.waivers,
            today: self.today,
            partial: true,
        };
        let statuses = judge.judge().statuses;
        let mut found = Vec::new();
        for (at, finding) in after.findings.iter().enumerate() {
            let waived = matches!(statuses.get(at), Some(Status::Waived { .. }));
            let kind = was.compare(finding);
            found.extend(kind.map(|kind| FindingChange { kind, at, waived }));
        }
        for (at, finding) in before.findings.iter().enumerate() {
            if is.compare(finding) == Some(FindingChangeKind::Appears) {
                found.push(FindingChange { kind: FindingChangeKind::Disappears, at, waived: false });
            }
        }
        found
    }
}

/// The findings of one estate by their causes.
struct Known(HashMap<u64, Vec<Extent>>);

impl Known {
    fn of(outcome: &Outcome) -> Self {
        let mut known: HashMap<u64, Vec<Extent>> = HashMap::new();
        for finding in &outcome.findings {
            known.entry(finding.fingerprint.cause).or_default().push(finding.fingerprint.extent);
        }
        Self(known)
    }

    /// How a finding of the other estate differs from these; nothing where one of them reaches as far.
    fn compare(&self, finding: &Finding) -> Option<FindingChangeKind> {
        let Some(extents) = self.0.get(&finding.fingerprint.cause) else {
            return Some(FindingChangeKind::Appears);
        };
        let known = extents.iter().any(|extent| finding.fingerprint.extent.within(*extent));
        (!known).then_some(FindingChangeKind::Grows)
    }
}
