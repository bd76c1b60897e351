//! What differs between two estates, for people and programs.

mod flows;
mod json;
mod markdown;
mod story;
mod tale;
mod text;

use std::io::{self, Write};

use portreeve_checks::{Finding, Outcome};
use portreeve_engine::Differences;
use portreeve_model::Estate;

use crate::report::Entry;
use crate::{Options, Report, Status};

pub use json::write_diff_json;
pub use tale::{EffectTale, FindingTale, ShiftTale, Tale, tale};

/// How a finding differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingChangeKind {
    /// Only the new estate has it.
    Appears,
    /// Both have it; in the new one it reaches further.
    Grows,
    /// Only the old estate has it.
    Disappears,
}

impl FindingChangeKind {
    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Appears => "appears",
            Self::Grows => "grows",
            Self::Disappears => "disappears",
        }
    }
}

/// One finding that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FindingChange {
    /// How.
    pub kind: FindingChangeKind,
    /// Its position among the findings of the new estate, or of the old one if it disappears.
    pub at: usize,
    /// Whether a waiver of the user covers it.
    pub waived: bool,
}

/// Everything that a comparison shows.
#[derive(Debug, Clone, Copy)]
pub struct DiffReport<'a> {
    /// The old and the new estate.
    pub estates: [&'a Estate; 2],
    /// What the check finds in each.
    pub outcomes: [&'a Outcome; 2],
    /// What differs.
    pub differences: &'a Differences,
    /// The findings that differ, the worst first.
    pub findings: &'a [FindingChange],
    /// What the user calls the two.
    pub sources: [&'a str; 2],
    /// The edits that made the new estate of the old one, in words; empty where both were read.
    pub edits: &'a [String],
    /// Whether to list all findings of the new estate too.
    pub after: bool,
}

impl<'a> DiffReport<'a> {
    /// The report of one estate, for words about its findings: the old one is the first.
    fn side(&self, new: bool) -> Report<'a> {
        let [old, now] = self.estates;
        let [before, after] = self.outcomes;
        if new { Report::new(now, after) } else { Report::new(old, before) }
    }

    /// A finding that differs, with the report of its estate.
    fn finding(&self, change: &FindingChange) -> Option<(Report<'a>, &'a Finding)> {
        let report = self.side(change.kind != FindingChangeKind::Disappears);
        Some((report, report.outcome.findings.get(change.at)?))
    }

    /// All findings of the new estate.
    fn standing(&self) -> impl Iterator<Item = Entry<'a>> {
        self.side(true).entries().filter(|entry| *entry.status == Status::Open)
    }
}

/// How a comparison is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiffFormat {
    /// For people at a terminal.
    Text,
    /// `portreeve/diff/1`.
    Json,
    /// For a comment on a pull request.
    Markdown,
}

/// Writes a comparison.
///
/// # Errors
/// What `out` fails with.
pub fn write_diff(
    format: DiffFormat,
    report: &DiffReport<'_>,
    out: &mut dyn Write,
    options: &Options,
) -> io::Result<()> {
    match format {
        DiffFormat::Text => text::write(report, out, options),
        DiffFormat::Json => write_diff_json(report, out),
        DiffFormat::Markdown => markdown::write(report, out, options),
    }
}
