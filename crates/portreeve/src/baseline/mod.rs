//! What was found before: findings that a run need not count again.

use std::cmp::Ordering;
use std::io::{self, Read, Write};

use portreeve_checks::{Extent, Finding, Fingerprint, Outcome};
use portreeve_model::Estate;
use portreeve_report::Status;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The schema of the file.
const SCHEMA: &str = "portreeve/baseline/1";

/// The findings of an earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// Sorted by cause.
    fingerprints: Vec<Fingerprint>,
}

/// How a finding compares with a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    /// The baseline has no finding of that cause.
    New,
    /// It has one that reached less far.
    Grown,
    /// It has one that reached as far.
    Known,
}

/// Why a baseline could not be read.
#[derive(Debug, Error)]
pub enum BaselineError {
    /// The file could not be read, or is no JSON of that shape.
    #[error("no baseline: {0}; write one with `--write-baseline`")]
    Json(#[from] serde_json::Error),
    /// Another schema.
    #[error(
        "no baseline: its schema is `{0}`, not `portreeve/baseline/1`; write one with `--write-baseline`"
    )]
    Schema(String),
    /// A fingerprint is none.
    #[error("broken baseline: `{0}` is no fingerprint; write it again with `--write-baseline`")]
    Fingerprint(String),
}

#[derive(Deserialize)]
struct File {
    schema: String,
    findings: Vec<Row>,
}

/// What is read of an entry; item and group are for people.
#[derive(Deserialize)]
struct Row {
    fingerprint: String,
}

#[derive(Serialize)]
struct Entry<'a> {
    fingerprint: String,
    item: &'a str,
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interface: Option<&'a str>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// When it cannot be read, is no JSON, or is of another shape.
    pub fn read(source: impl Read) -> Result<Self, BaselineError> {
        let file: File = serde_json::from_reader(io::BufReader::new(source))?;
        if file.schema != SCHEMA {
            return Err(BaselineError::Schema(file.schema));
        }
        let parse =
            |row: Row| parse_fingerprint(&row.fingerprint).ok_or(BaselineError::Fingerprint(row.fingerprint));
        let mut fingerprints = file.findings.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        fingerprints.sort_unstable();
        fingerprints.dedup();
        Ok(Self { fingerprints })
    }

    /// Writes the findings of a run as a baseline, one to a line, in an order that keeps differences small.
    ///
    /// Waived findings are left out: they count again when their waiver ends.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn write(estate: &Estate, outcome: &Outcome, statuses: &[Status], out: impl Write) -> io::Result<()> {
        let mut out = io::BufWriter::new(out);
        let waived = |at: usize| matches!(statuses.get(at), Some(Status::Waived { .. }));
        let mut findings: Vec<&Finding> =
            (0..).zip(&outcome.findings).filter(|(at, _)| !waived(*at)).map(|(_, finding)| finding).collect();
        findings.sort_by(|one, other| by_name(estate, outcome, one, other));
        write!(out, "{{\"schema\": \"{SCHEMA}\", \"findings\": [")?;
        for (at, finding) in findings.into_iter().enumerate() {
            out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut out, &entry(estate, outcome, finding))?;
        }
        out.write_all(b"\n]}\n")?;
        out.flush()
    }

    /// How many findings it has.
    pub fn len(&self) -> usize {
        self.fingerprints.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
    }

    /// The causes of its findings, ascending; one that stands twice comes twice.
    pub(crate) fn causes(&self) -> impl Iterator<Item = u64> {
        self.fingerprints.iter().map(|fingerprint| fingerprint.cause)
    }

    pub(crate) fn compare(&self, found: Fingerprint) -> Compared {
        let start = self.fingerprints.partition_point(|old| old.cause < found.cause);
        let mut same =
            self.fingerprints.iter().skip(start).take_while(|old| old.cause == found.cause).peekable();
        if same.peek().is_none() {
            Compared::New
        } else if same.any(|old| found.extent.within(old.extent)) {
            Compared::Known
        } else {
            Compared::Grown
        }
    }
}

/// A fingerprint as reports print it: 24 hexadecimal digits.
pub fn parse_fingerprint(text: &str) -> Option<Fingerprint> {
    if text.len() != 24 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let (cause, extent) = text.split_at_checked(16)?;
    let cause = u64::from_str_radix(cause, 16).ok()?;
    Some(Fingerprint { cause, extent: Extent(u32::from_str_radix(extent, 16).ok()?) })
}

fn entry<'a>(estate: &'a Estate, outcome: &'a Outcome, finding: &Finding) -> Entry<'a> {
    let group = finding.group.and_then(|ix| estate.groups.get(ix.at()));
    let interface = finding.servers.first().and_then(|server| estate.interfaces.get(server.interface.at()));
    Entry {
        fingerprint: finding.fingerprint.to_string(),
        item: &outcome.item(finding).id,
        group: group.map(|group| estate.text(group.id)),
        interface: interface.filter(|_| group.is_none()).map(|interface| estate.text(interface.id)),
    }
}

fn by_name(estate: &Estate, outcome: &Outcome, one: &Finding, other: &Finding) -> Ordering {
    let group = |finding: &Finding| {
        finding.group.and_then(|ix| estate.groups.get(ix.at())).map(|group| estate.text(group.id))
    };
    let items = outcome.item(one).id.cmp(&outcome.item(other).id);
    items.then_with(|| group(one).cmp(&group(other))).then_with(|| one.fingerprint.cmp(&other.fingerprint))
}

#[cfg(test)]
mod tests;
