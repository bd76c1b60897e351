//! How a check ends: four exit codes that scripts rely on.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::process::ExitCode;
use std::str::FromStr;

use portreeve_checks::{Certainty, Finding, Outcome, Risk};
use portreeve_model::{Estate, Listing};
use portreeve_report::Status;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Nothing was found, and nothing was left open.
    Clean,
    /// Something was found that counts.
    Findings,
    /// The run could not be made: usage or input.
    CouldNotRun,
    /// Nothing was found, but at least one answer is not known.
    Undecided,
}

impl Verdict {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::CouldNotRun => 2,
            Self::Undecided => 3,
        }
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(verdict.code())
    }
}

/// From which risk on a finding ends the run with [`Verdict::Findings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailOn {
    /// From this one.
    Risk(Risk),
    /// No finding does. Gaps still leave the run undecided.
    Never,
}

impl Default for FailOn {
    fn default() -> Self {
        Self::Risk(Risk::Low)
    }
}

impl FailOn {
    /// The words that it is written as.
    pub const WORDS: [&'static str; 5] = ["info", "low", "medium", "high", "never"];

    pub(crate) fn covers(self, risk: Risk) -> bool {
        match self {
            Self::Risk(least) => risk >= least,
            Self::Never => false,
        }
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Risk(risk) => risk.as_str(),
            Self::Never => "never",
        })
    }
}

impl FromStr for FailOn {
    type Err = UnknownFailOn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "never" => Ok(Self::Never),
            _ => text.parse().map(Self::Risk).map_err(|_| UnknownFailOn { text: text.to_owned() }),
        }
    }
}

/// A word that is not a [`FailOn`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFailOn {
    text: String,
}

impl fmt::Display for UnknownFailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown risk `{}`: use `info`, `low`, `medium`, `high` or `never`", self.text)
    }
}

impl Error for UnknownFailOn {}

/// How a check ends, given what became of each finding (findings beyond the end of `statuses` are open).
///
/// A sure finding that counts, of a risk that fails, decides. Without one, the run is undecided while a possible finding
/// counts, while a gap may change the answer of an item that is on, or while something could not be read at all. A gap
/// no longer matters to an item where waivers or the baseline cover every finding that names it.
pub fn verdict(estate: &Estate, outcome: &Outcome, statuses: &[Status], fail_on: FailOn) -> Verdict {
    let counting = || (0..).zip(&outcome.findings).filter(|(at, _)| counts(statuses, *at));
    let fails = |finding: &Finding| {
        finding.certainty == Certainty::Sure && fail_on.covers(outcome.item(finding).risk)
    };
    if counting().any(|(_, finding)| fails(finding)) {
        Verdict::Findings
    } else if counting().any(|(_, finding)| finding.certainty == Certainty::Possible)
        || !estate.unread.is_empty()
        || open_gaps(estate, outcome, statuses)
    {
        Verdict::Undecided
    } else {
        Verdict::Clean
    }
}

fn counts(statuses: &[Status], at: usize) -> bool {
    statuses.get(at).is_none_or(Status::counts)
}

/// Whether a gap may change the answer of an item that is on.
fn open_gaps(estate: &Estate, outcome: &Outcome, statuses: &[Status]) -> bool {
    let cited = cited(outcome, statuses);
    let on = |item: u16| outcome.items.get(usize::from(item)).is_some_and(|item| item.enabled);
    let open = |gap: usize, item: u16| {
        on(item) && (hides_objects(estate, gap) || cited.get(&(gap, item)).copied().unwrap_or(true))
    };
    outcome.affects.iter().enumerate().any(|(gap, items)| items.iter().any(|item| open(gap, item.0)))
}

/// For each gap that findings of an item name: whether one of those findings counts.
fn cited(outcome: &Outcome, statuses: &[Status]) -> HashMap<(usize, u16), bool> {
    let mut cited = HashMap::new();
    for (at, finding) in outcome.findings.iter().enumerate() {
        for gap in &finding.gaps {
            *cited.entry((gap.at(), finding.item.0)).or_default() |= counts(statuses, at);
        }
    }
    cited
}

/// Whether a gap hides whole groups or interfaces, of which no finding can speak.
fn hides_objects(estate: &Estate, gap: usize) -> bool {
    let coverage = &estate.coverage;
    [coverage.groups, coverage.interfaces, coverage.instances]
        .into_iter()
        .any(|listing| matches!(listing, Listing::Partial(ix) if ix.at() == gap))
}

#[cfg(test)]
mod tests;
