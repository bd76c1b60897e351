//! `portreeve/check/1`: everything that a check found, for programs. The schema is `docs/schema/check-1.schema.json`.

mod finding;
mod lines;

use std::io::{self, Write};

use portreeve_checks::{AtRisk, ItemIx};
use serde::{Serialize, Serializer};

use finding::FindingRow;
pub(crate) use lines::Lines;

use crate::format::Out;
use crate::{Options, Report};

/// Writes the report as one JSON document, one finding to a line.
pub(crate) fn write(report: &Report<'_>, out: &mut Out<'_>, _: &Options) -> io::Result<()> {
    let check = Check {
        schema: "portreeve/check/1",
        estate: EstateRow::of(*report),
        items: Items(*report),
        findings: Findings(*report),
        gaps: Gaps(*report),
        notices: Notices(*report),
        warnings: report.warnings,
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Lines::of_rows_at(2));
    check.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Check<'a> {
    schema: &'static str,
    estate: EstateRow<'a>,
    items: Items<'a>,
    findings: Findings<'a>,
    gaps: Gaps<'a>,
    notices: Notices<'a>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct EstateRow<'a> {
    providers: &'a [&'static str],
    security_groups: usize,
    rules: usize,
    instances: usize,
    interfaces: usize,
}

impl<'a> EstateRow<'a> {
    fn of(report: Report<'a>) -> Self {
        let estate = report.estate;
        Self {
            providers: &estate.providers,
            security_groups: estate.groups.len(),
            rules: estate.groups.iter().map(|group| group.rules.len()).sum(),
            instances: estate.instances.len(),
            interfaces: estate.interfaces.len(),
        }
    }
}

/// Writes rows one by one, so that no list of them is ever held.
macro_rules! rows {
    ($name:ident, $report:ident => $rows:expr) => {
        struct $name<'a>(Report<'a>);

        impl Serialize for $name<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $report = self.0;
                serializer.collect_seq($rows)
            }
        }
    };
}

rows!(Items, report => report.outcome.items.iter().enumerate().map(|(at, item)| ItemRow {
    id: &item.id,
    title: &item.title,
    risk: item.risk.as_str(),
    enabled: item.enabled,
    at_risk: at_risk(report.outcome.at_risk.get(at)),
}));
rows!(Findings, report => report.entries().map(|entry| FindingRow::of(report, entry)));
rows!(Gaps, report => report.gaps().map(|(gap, affects)| GapRow {
    at: &gap.at,
    what: &gap.what,
    affects: Ids { report, items: affects },
}));
rows!(Notices, report => report.notices.iter().map(|notice| NoticeRow {
    kind: notice.kind.as_str(),
    text: &notice.text,
}));

#[derive(Serialize)]
struct ItemRow<'a> {
    id: &'a str,
    title: &'a str,
    risk: &'static str,
    enabled: bool,
    at_risk: AtRiskRow,
}

#[derive(Serialize)]
struct AtRiskRow {
    security_groups: usize,
    servers: usize,
}

fn at_risk(counted: Option<&AtRisk>) -> AtRiskRow {
    let AtRisk { security_groups, servers } = counted.copied().unwrap_or_default();
    AtRiskRow { security_groups, servers }
}

#[derive(Serialize)]
struct GapRow<'a> {
    at: &'a str,
    what: &'a str,
    affects: Ids<'a>,
}

#[derive(Serialize)]
struct NoticeRow<'a> {
    kind: &'static str,
    text: &'a str,
}

/// The ids of some items.
struct Ids<'a> {
    report: Report<'a>,
    items: &'a [ItemIx],
}

impl Serialize for Ids<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items.iter().filter_map(|ix| self.report.item(*ix)).map(|item| &item.id))
    }
}

#[cfg(test)]
mod tests;
