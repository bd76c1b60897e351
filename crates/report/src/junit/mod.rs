//! `JUnit` XML for CI servers: a suite for each item, a test case for each finding.
//!
//! A sure finding is a failure; a possible one is an error, as the question could not be answered; what a waiver or
//! the baseline covers is skipped. An item without findings passes, unless it is off (skipped) or a gap may change its
//! answer (error): a gap never turns into a pass.

use std::io::{self, Write};

use portreeve_checks::{Certainty, Item};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::format::Out;
use crate::report::Entry;
use crate::tally::{Counts, Tally};
use crate::words::{listed_of, rule, subject, traffic, witness};
use crate::{Options, Report, Status, escape, words};

/// Rules, parts of the traffic and servers that a failure names.
const NAMED: usize = 10;

/// Writes the report as `JUnit` XML.
pub(crate) fn write(report: &Report<'_>, out: &mut Out<'_>, _: &Options) -> io::Result<()> {
    let tally = Tally::of(*report);
    let mut by_item = vec![Vec::new(); report.outcome.items.len()];
    for entry in report.entries() {
        if let Some(list) = by_item.get_mut(usize::from(entry.finding.item.0)) {
            list.push(entry.at);
        }
    }
    let suites: Vec<Suite> = by_item
        .into_iter()
        .zip(&tally.items)
        .enumerate()
        .map(|(at, (findings, counts))| Suite::of(*report, at, findings, *counts))
        .collect();
    let mut xml = Xml(Writer::new_with_indent(out, b' ', 2));
    xml.0.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.open("testsuites", &[("name", "portreeve")], &sum(&suites))?;
    for (suite, item) in suites.iter().zip(&report.outcome.items) {
        xml.suite(*report, suite, item)?;
    }
    xml.close("testsuites")?;
    xml.0.get_mut().write_all(b"\n")
}

/// How an item without findings ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quiet {
    Off,
    Undecided,
    Passed,
}

/// The test cases of one item.
struct Suite {
    findings: Vec<usize>,
    quiet: Option<Quiet>,
    numbers: Numbers,
}

#[derive(Debug, Clone, Copy, Default)]
struct Numbers {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Suite {
    fn of(report: Report<'_>, at: usize, findings: Vec<usize>, counts: Counts) -> Self {
        let quiet = findings.is_empty().then(|| quiet(report, at));
        let one = |wanted| usize::from(quiet == Some(wanted));
        let numbers = Numbers {
            tests: findings.len() + usize::from(quiet.is_some()),
            failures: counts.open - counts.possible,
            errors: counts.possible + one(Quiet::Undecided),
            skipped: counts.known + counts.waived + one(Quiet::Off),
        };
        Self { findings, quiet, numbers }
    }
}

fn quiet(report: Report<'_>, item: usize) -> Quiet {
    let off = report.outcome.items.get(item).is_some_and(|item| !item.enabled);
    let affected = report.outcome.affects.iter().flatten().any(|ix| usize::from(ix.0) == item);
    match (off, affected) {
        (true, _) => Quiet::Off,
        (false, true) => Quiet::Undecided,
        (false, false) => Quiet::Passed,
    }
}

fn sum(suites: &[Suite]) -> Numbers {
    suites.iter().fold(Numbers::default(), |sum, Suite { numbers, .. }| Numbers {
        tests: sum.tests + numbers.tests,
        failures: sum.failures + numbers.failures,
        errors: sum.errors + numbers.errors,
        skipped: sum.skipped + numbers.skipped,
    })
}

struct Xml<W: Write>(Writer<W>);

impl<W: Write> Xml<W> {
    fn open(&mut self, tag: &str, attributes: &[(&str, &str)], numbers: &Numbers) -> io::Result<()> {
        let mut start = BytesStart::new(tag);
        start.extend_attributes(attributes.iter().copied());
        let Numbers { tests, failures, errors, skipped } = numbers;
        for (key, value) in
            [("tests", tests), ("failures", failures), ("errors", errors), ("skipped", skipped)]
        {
            start.push_attribute((key, value.to_string().as_str()));
        }
        self.0.write_event(Event::Start(start))
    }

    fn close(&mut self, tag: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(tag)))
    }

    fn suite(&mut self, report: Report<'_>, suite: &Suite, item: &Item) -> io::Result<()> {
        let id = escape::plain(&item.id);
        self.open("testsuite", &[("name", &id)], &suite.numbers)?;
        let class = format!("portreeve.{id}");
        if let Some(quiet) = suite.quiet {
            self.quiet(&class, &escape::plain(&item.title), quiet)?;
        }
        for entry in suite.findings.iter().filter_map(|at| report.entry(*at)) {
            self.finding(report, &class, entry)?;
        }
        self.close("testsuite")
    }

    fn quiet(&mut self, class: &str, title: &str, quiet: Quiet) -> io::Result<()> {
        let (verdict, message) = match quiet {
            Quiet::Passed => return self.0.write_event(Event::Empty(case(title, class))),
            Quiet::Off => ("skipped", "the item is off"),
            Quiet::Undecided => ("error", "gaps in the input leave the answer open"),
        };
        self.0.write_event(Event::Start(case(title, class)))?;
        self.verdict(verdict, "gap", message, "")?;
        self.close("testcase")
    }

    fn finding(&mut self, report: Report<'_>, class: &str, entry: Entry<'_>) -> io::Result<()> {
        let Entry { finding, item, status, .. } = entry;
        self.0.write_event(Event::Start(case(&subject(report, finding), class)))?;
        let title = escape::plain(&item.title);
        let text = body(report, entry);
        match status {
            Status::Known => self.verdict("skipped", "", "in the baseline", "")?,
            Status::Waived { reason, until } => {
                let message = format!("waived until {until}: {}", escape::plain(reason));
                self.verdict("skipped", "", &message, "")?;
            }
            _ if finding.certainty == Certainty::Possible => {
                self.verdict("error", "possible", &title, &text)?;
            }
            _ => self.verdict("failure", item.risk.as_str(), &title, &text)?,
        }
        self.close("testcase")
    }

    fn verdict(&mut self, tag: &str, kind: &str, message: &str, text: &str) -> io::Result<()> {
        let mut start = BytesStart::new(tag);
        if tag != "skipped" {
            start.push_attribute(("type", kind));
        }
        start.push_attribute(("message", message));
        if text.is_empty() {
            return self.0.write_event(Event::Empty(start));
        }
        self.0.write_event(Event::Start(start))?;
        self.0.write_event(Event::Text(BytesText::new(text)))?;
        self.close(tag)
    }
}

fn case<'a>(name: &str, class: &str) -> BytesStart<'a> {
    let mut start = BytesStart::new("testcase");
    start.push_attribute(("name", name));
    start.push_attribute(("classname", class));
    start
}

/// A finding in a few lines.
fn body(report: Report<'_>, entry: Entry<'_>) -> String {
    let finding = entry.finding;
    let mut lines = Vec::new();
    if !finding.detail.is_empty() {
        lines.push(escape::plain(&finding.detail).into_owned());
    }
    for (group, found) in report.rules(finding).take(NAMED) {
        lines.push(format!("rule: {}", rule(report.estate, group, found)));
    }
    for part in finding.traffic.iter().take(NAMED) {
        lines.push(format!("opens: {}", traffic(part, report.direction(finding))));
    }
    let servers: Vec<String> =
        finding.servers.iter().take(NAMED).map(|found| words::server(report.estate, found)).collect();
    if !servers.is_empty() {
        lines.push(format!("servers: {}", listed_of(&servers, finding.servers.len())));
    }
    if let Some(packet) = &finding.witness {
        lines.push(format!("try: {}", witness(report, finding, packet)));
    }
    lines.push(format!("do: {}", escape::plain(&finding.suggestion)));
    lines.push(format!("fingerprint: {}", finding.fingerprint));
    lines.join("\n")
}

#[cfg(test)]
mod tests;
