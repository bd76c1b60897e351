//! SARIF 2.1.0 for code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

mod result;
mod rule;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};

use portreeve_model::Origin;
use serde::{Serialize, Serializer};

use self::result::ResultRow;
use self::rule::RuleRow;
use crate::format::Out;
use crate::json::Lines;
use crate::{Options, Report, escape, words};

/// Writes the report as a SARIF log with one run.
pub(crate) fn write(report: &Report<'_>, out: &mut Out<'_>, _: &Options) -> io::Result<()> {
    let rules = Rules::of(*report);
    let scan = Scan { report: *report, rules: &rules, lines: RefCell::default() };
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: Driver::of(&scan) },
            automation_details: Details { id: "portreeve/check/" },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation { execution_successful: true, notifications: Notifications(*report) }],
            results: Results(&scan),
        }],
    };
    log.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Lines::of_rows_at(4)))?;
    out.write_all(b"\n")
}

/// What all results of a run need.
struct Scan<'a> {
    report: Report<'a>,
    rules: &'a Rules,
    /// Lines that were looked up: a group with findings of many items is looked up once.
    lines: RefCell<BTreeMap<(Origin, &'a str), Option<u64>>>,
}

impl<'a> Scan<'a> {
    fn line(&self, origin: Origin, id: &'a str) -> Option<u64> {
        let locate = self.report.locate?;
        let mut lines = self.lines.borrow_mut();
        *lines.entry((origin, id)).or_insert_with(|| locate.line(&origin, id))
    }
}

/// The place of each item among the rules of the driver; items that are off have none.
struct Rules {
    places: Vec<Option<usize>>,
}

impl Rules {
    fn of(report: Report<'_>) -> Self {
        let mut next = 0;
        let places = report.outcome.items.iter().map(|item| {
            item.enabled.then(|| {
                next += 1;
                next - 1
            })
        });
        Self { places: places.collect() }
    }

    fn place(&self, item: usize) -> Option<usize> {
        self.places.get(item).copied().flatten()
    }
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    automation_details: Details,
    column_kind: &'static str,
    invocations: [Invocation<'a>; 1],
    results: Results<'a>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Details {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<RuleRow<'a>>,
}

impl<'a> Driver<'a> {
    fn of(scan: &Scan<'a>) -> Self {
        let enabled = scan.report.outcome.items.iter().filter(|item| item.enabled);
        Self {
            name: "portreeve",
            semantic_version: env!("CARGO_PKG_VERSION"),
            information_uri: env!("CARGO_PKG_REPOSITORY"),
            rules: enabled.map(RuleRow::of).collect(),
        }
    }
}

/// What the run has to say of itself: gaps, warnings and notices.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    #[serde(rename = "toolExecutionNotifications")]
    notifications: Notifications<'a>,
}

struct Notifications<'a>(Report<'a>);

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

/// A message as plain text.
#[derive(Serialize)]
struct Message {
    text: String,
}

impl Serialize for Notifications<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let row = |level, text: &str| Notification { level, message: Message { text: escape::sarif(text) } };
        let gaps = report.gaps().map(|(gap, _)| row("warning", &words::gap(gap)));
        let warnings = report.warnings.iter().map(|warning| row("warning", warning));
        let notices = report.notices.iter().map(|notice| row("note", &notice.text));
        serializer.collect_seq(gaps.chain(warnings).chain(notices))
    }
}

/// The results, written one by one.
struct Results<'a>(&'a Scan<'a>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scan = self.0;
        serializer.collect_seq(scan.report.entries().map(|entry| ResultRow::of(scan, entry)))
    }
}

#[cfg(test)]
mod tests;
