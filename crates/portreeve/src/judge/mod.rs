//! Decides which findings count: waivers first, then the baseline.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use portreeve_checks::{Finding, ItemIx, Outcome};
use portreeve_model::{Estate, Text};
use portreeve_report::{Notice, NoticeKind, Status};

use crate::baseline::{Baseline, Compared};
use crate::waiver::{Covers, Waiver};

/// What decides about the findings of a run.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// What the documents say.
    pub estate: &'a Estate,
    /// What was found.
    pub outcome: &'a Outcome,
    /// What was found before, where the user gave it.
    pub baseline: Option<&'a Baseline>,
    /// What the user accepts.
    pub waivers: &'a [Waiver],
    /// The day of the run: there is no clock in here.
    pub today: Date,
    /// Whether only some items ran, so that a waiver or an entry of the baseline may well match nothing.
    pub partial: bool,
}

/// What became of the findings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgement {
    /// One for each finding, by position; findings beyond the end are open.
    pub statuses: Vec<Status>,
    /// What the user should know about waivers and the baseline.
    pub notices: Vec<Notice>,
}

/// What a waiver met in a run.
#[derive(Debug, Clone, Copy, Default)]
struct Met {
    /// A finding, whether or not the waiver still covers it.
    matched: bool,
    /// A finding that it does not cover any more, and that nothing else covers.
    outgrown: bool,
}

impl Judge<'_> {
    /// Decides about every finding.
    pub fn judge(&self) -> Judgement {
        let mut judgement = Judgement::default();
        if self.waivers.is_empty() && self.baseline.is_none() {
            return judgement;
        }
        let lookup = Lookup::of(self);
        let mut met = vec![Met::default(); self.waivers.len()];
        let mut compared = Tally::default();
        for finding in &self.outcome.findings {
            let status = match lookup.waive(self, finding, &mut met) {
                Some(waived) => waived,
                None => self.compare(finding, &mut compared),
            };
            judgement.statuses.push(status);
        }
        for (waiver, met) in self.waivers.iter().zip(met) {
            judgement.notices.extend(self.notice(waiver, met));
        }
        judgement.notices.extend(self.baseline_notice(&compared));
        judgement
    }

    fn compare(&self, finding: &Finding, tally: &mut Tally) -> Status {
        let Some(baseline) = self.baseline else { return Status::Open };
        match baseline.compare(finding.fingerprint) {
            Compared::New => {
                tally.new += 1;
                Status::Open
            }
            Compared::Grown => {
                tally.grown += 1;
                Status::Grown
            }
            Compared::Known => {
                tally.known += 1;
                Status::Known
            }
        }
    }

    /// What there is to say about a waiver, if anything.
    fn notice(&self, waiver: &Waiver, met: Met) -> Option<Notice> {
        let called = waiver.called();
        let expired = !waiver.applies_on(self.today);
        let (kind, text) = if !met.matched {
            if self.partial || !self.ran(waiver) {
                return None;
            }
            (NoticeKind::WaiverUnmatched, format!("{called} matches no finding any more: remove it"))
        } else if expired {
            let text = format!(
                "{called} ended on {} and no longer applies: fix the finding, or renew the waiver",
                waiver.until
            );
            (NoticeKind::WaiverExpired, text)
        } else if met.outgrown {
            let text = format!(
                "{called} no longer applies: the finding has grown since; look at it again, and record its fingerprint"
            );
            (NoticeKind::WaiverOutgrown, text)
        } else {
            return None;
        };
        Some(Notice { kind, text })
    }

    /// Whether the item of a waiver ran, as far as the waiver names one.
    fn ran(&self, waiver: &Waiver) -> bool {
        match &waiver.covers {
            Covers::Finding(_) => true,
            Covers::Subject { item, .. } => {
                self.outcome.items.iter().any(|known| known.id == **item && known.enabled)
            }
        }
    }

    fn baseline_notice(&self, tally: &Tally) -> Option<Notice> {
        let baseline = self.baseline?;
        let mut text = format!(
            "compared with a baseline of {}: {} new, {} grown, {} known",
            baseline.len(),
            tally.new,
            tally.grown,
            tally.known
        );
        if !self.partial {
            let now: HashSet<u64> =
                self.outcome.findings.iter().map(|found| found.fingerprint.cause).collect();
            let gone = baseline.causes().filter(|cause| !now.contains(cause)).count();
            text = format!("{text}, {gone} gone");
        }
        Some(Notice { kind: NoticeKind::Baseline, text })
    }
}

/// How the findings that no waiver covers compare with the baseline.
#[derive(Debug, Default)]
struct Tally {
    new: usize,
    grown: usize,
    known: usize,
}

/// The waivers by what they match, so that each finding asks for its own only.
struct Lookup {
    by_cause: HashMap<u64, Vec<usize>>,
    by_subject: BTreeMap<(ItemIx, Text), Vec<usize>>,
    /// The date of each waiver in words, shared by its findings.
    until: Vec<Arc<str>>,
}

impl Lookup {
    fn of(judge: &Judge<'_>) -> Self {
        let mut by_cause: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut by_subject: BTreeMap<(ItemIx, Text), Vec<usize>> = BTreeMap::new();
        for (at, waiver) in judge.waivers.iter().enumerate() {
            match &waiver.covers {
                Covers::Finding(fingerprint) => by_cause.entry(fingerprint.cause).or_default().push(at),
                Covers::Subject { item, group, .. } => {
                    if let Some(subject) = subject(judge, item, group) {
                        by_subject.entry(subject).or_default().push(at);
                    }
                }
            }
        }
        let until = judge.waivers.iter().map(|waiver| Arc::from(waiver.until.to_string())).collect();
        Self { by_cause, by_subject, until }
    }

    /// The waivers that name a finding or its item and group.
    fn candidates(&self, judge: &Judge<'_>, finding: &Finding) -> impl Iterator<Item = usize> {
        let group = finding.group.and_then(|ix| judge.estate.groups.get(ix.at()));
        let by_subject = group.and_then(|group| self.by_subject.get(&(finding.item, group.id)));
        let by_cause = self.by_cause.get(&finding.fingerprint.cause);
        by_cause.into_iter().chain(by_subject).flatten().copied()
    }

    /// The status of a finding that a waiver covers.
    fn waive(&self, judge: &Judge<'_>, finding: &Finding, met: &mut [Met]) -> Option<Status> {
        let mut covered = None;
        let mut outgrown = Vec::new();
        for at in self.candidates(judge, finding) {
            let (Some(waiver), Some(met)) = (judge.waivers.get(at), met.get_mut(at)) else { continue };
            met.matched = true;
            if waiver.outgrown_by(finding.fingerprint) {
                outgrown.push(at);
            } else if waiver.applies_on(judge.today) && covered.is_none() {
                let until = self.until.get(at).cloned().unwrap_or_default();
                covered = Some(Status::Waived { reason: Arc::clone(&waiver.reason), until });
            }
        }
        if covered.is_none() {
            for at in outgrown {
                if let Some(met) = met.get_mut(at) {
                    met.outgrown = true;
                }
            }
        }
        covered
    }
}

/// The item and the group of a waiver, if the run has both.
fn subject(judge: &Judge<'_>, item: &str, group: &str) -> Option<(ItemIx, Text)> {
    let at = judge.outcome.items.iter().position(|known| known.id == item)?;
    Some((ItemIx(u16::try_from(at).ok()?), judge.estate.texts.find(group)?))
}

#[cfg(test)]
mod tests;
