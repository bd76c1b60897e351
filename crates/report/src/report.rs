//! What a report is made from.

use std::sync::Arc;

use portreeve_checks::{Finding, Item, ItemIx, Outcome};
use portreeve_model::{Direction, Estate, Gap, GapIx, Origin, Rule};

/// Everything that a report shows.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// What the documents say.
    pub estate: &'a Estate,
    /// What the check found.
    pub outcome: &'a Outcome,
    /// What became of each finding, by its position; findings beyond the end are open.
    pub statuses: &'a [Status],
    /// What waivers and the baseline have to say.
    pub notices: &'a [Notice],
    /// What went wrong while reading without stopping it. Programs show warnings as they come, so the text format
    /// leaves them out; formats that are kept have them.
    pub warnings: &'a [String],
    /// Finds the line of an object in its document.
    pub locate: Option<&'a dyn Locate>,
    /// Whether findings were compared with a baseline.
    pub baseline: bool,
}

/// Finds lines in documents.
pub trait Locate: Sync {
    /// The line, counted from 1, on which the object `id` of the response at `origin` starts.
    fn line(&self, origin: &Origin, id: &str) -> Option<u64>;
}

/// What became of a finding after waivers and the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Status {
    /// It counts.
    #[default]
    Open,
    /// It counts: the baseline has it, but it reaches further now.
    Grown,
    /// The baseline has it: it does not count.
    Known,
    /// A waiver covers it: it does not count.
    Waived {
        /// Why, in the user's words.
        reason: Arc<str>,
        /// The last day on which the waiver applies, as `2026-12-31`.
        until: Arc<str>,
    },
}

impl Status {
    /// Whether the finding counts.
    pub fn counts(&self) -> bool {
        matches!(self, Self::Open | Self::Grown)
    }

    /// `open`, `grown`, `known` or `waived`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Grown => "grown",
            Self::Known => "known",
            Self::Waived { .. } => "waived",
        }
    }
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// A waiver's last day is over.
    WaiverExpired,
    /// The finding reaches further than when it was waived.
    WaiverOutgrown,
    /// A waiver matches no finding any more.
    WaiverUnmatched,
    /// How the findings compare with the baseline.
    Baseline,
}

impl NoticeKind {
    /// Kebab-case, for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WaiverExpired => "waiver-expired",
            Self::WaiverOutgrown => "waiver-outgrown",
            Self::WaiverUnmatched => "waiver-unmatched",
            Self::Baseline => "baseline",
        }
    }
}

/// Something that the user should know about waivers and the baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// In words.
    pub text: String,
}

/// A finding with what became of it.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) at: usize,
    pub(crate) finding: &'a Finding,
    pub(crate) item: &'a Item,
    pub(crate) status: &'a Status,
}

impl<'a> Report<'a> {
    /// A report without waivers, baseline and notices.
    pub fn new(estate: &'a Estate, outcome: &'a Outcome) -> Self {
        Self { estate, outcome, statuses: &[], notices: &[], warnings: &[], locate: None, baseline: false }
    }

    /// What became of the finding at a position.
    pub fn status(&self, at: usize) -> &'a Status {
        self.statuses.get(at).unwrap_or(&Status::Open)
    }

    /// All findings in order.
    pub(crate) fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        (0..self.outcome.findings.len()).filter_map(move |at| self.entry(at))
    }

    /// The finding at a position.
    pub(crate) fn entry(self, at: usize) -> Option<Entry<'a>> {
        let finding = self.outcome.findings.get(at)?;
        Some(Entry { at, finding, item: self.outcome.item(finding), status: self.status(at) })
    }

    /// An item by its position.
    pub(crate) fn item(self, ix: ItemIx) -> Option<&'a Item> {
        self.outcome.items.get(usize::from(ix.0))
    }

    /// The rules of a finding that the estate has, each with its group.
    pub(crate) fn rules(
        self,
        finding: &'a Finding,
    ) -> impl Iterator<Item = (&'a portreeve_model::Group, &'a Rule)> {
        finding.rules.iter().filter_map(move |reference| {
            let group = self.estate.groups.get(reference.group.at())?;
            Some((group, group.rules.get(reference.rule as usize)?))
        })
    }

    /// Which way the traffic of a finding is opened.
    ///
    /// A finding does not say it; its rules do, and open egress may rest on a default alone.
    pub(crate) fn direction(self, finding: &'a Finding) -> Direction {
        if self.outcome.item(finding).id == "open-egress" {
            return Direction::Egress;
        }
        self.rules(finding).next().map_or(Direction::Ingress, |(_, rule)| rule.direction)
    }

    /// All gaps, each with the ids of the items whose answer it may change.
    pub(crate) fn gaps(self) -> impl Iterator<Item = (&'a Gap, &'a [ItemIx])> {
        self.estate.gaps.iter().enumerate().map(move |(at, gap)| (gap, self.affects(at)))
    }

    /// The items whose answer the gap at a position may change.
    pub(crate) fn affects(self, at: usize) -> &'a [ItemIx] {
        self.outcome.affects.get(at).map_or(&[], Vec::as_slice)
    }

    /// A gap by its index, if the estate has it.
    pub(crate) fn gap(self, ix: GapIx) -> Option<&'a Gap> {
        self.estate.gaps.get(ix.at())
    }
}
