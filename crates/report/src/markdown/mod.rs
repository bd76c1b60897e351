//! Markdown for comments on pull requests and for job summaries: one table, small enough for a host's limits.
//!
//! GitHub takes 65,536 characters in a comment and 1 MiB in a job summary, so findings beyond
//! [`Options::per_item`] times five are counted only. Names stand in code spans, where hosts link nothing.

use std::io::{self, Write};

use portreeve_checks::{Certainty, ServerState};

use crate::escape::{code_cell, code_span, prose};
use crate::report::Entry;
use crate::tally::Tally;
use crate::words::{self, count, subject, thousands, witness};
use crate::{Options, Report, Status};

/// Rules and servers that a row names.
const NAMED: usize = 3;

/// Writes the report as Markdown.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let tally = Tally::of(*report);
    writeln!(out, "## Security group check\n\n{}", prose(&tally.summary()))?;
    let open = || report.entries().filter(|entry| entry.status.counts());
    let most = options.per_item.saturating_mul(5);
    if tally.all.open > 0 {
        writeln!(out, "\n| risk | item | where | servers | rules | try |\n|---|---|---|---|---|---|")?;
        for entry in open().take(most) {
            row(*report, out, entry)?;
        }
        more(out, tally.all.open, most)?;
    }
    suggestions(*report, out)?;
    waived(*report, out, options)?;
    gaps(*report, out, options)?;
    let notes = report.notices.iter().map(|notice| &notice.text).chain(report.warnings);
    for (at, note) in notes.take(most).enumerate() {
        writeln!(out, "{}- note: {}", if at == 0 { "\n" } else { "" }, prose(note))?;
    }
    Ok(())
}

fn more(out: &mut dyn Write, all: usize, shown: usize) -> io::Result<()> {
    match all.saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(out, "\n… {} more; the JSON format has all", thousands(more)),
    }
}

fn row(report: Report<'_>, out: &mut dyn Write, entry: Entry<'_>) -> io::Result<()> {
    let Entry { finding, item, status, .. } = entry;
    let mut about = code_cell(&subject(report, finding));
    if finding.certainty == Certainty::Possible {
        about.push_str(" (possible)");
    }
    if *status == Status::Grown {
        about.push_str(" (grown)");
    }
    let rules = report.rules(finding).take(NAMED);
    let mut rules: Vec<String> =
        rules.map(|(group, rule)| code_cell(&words::rule(report.estate, group, rule))).collect();
    let left = finding.rules.len().saturating_sub(NAMED);
    if left > 0 {
        rules.push(format!("and {} more", thousands(left)));
    }
    if rules.is_empty() && !finding.detail.is_empty() {
        rules.push(prose(&finding.detail));
    }
    let witness = finding.witness.map(|packet| code_cell(&witness(report, finding, &packet)));
    writeln!(
        out,
        "| {} | {} | {about} | {} | {} | {} |",
        item.risk,
        code_cell(&item.id),
        servers(report, entry),
        rules.join("<br>"),
        witness.unwrap_or_default()
    )
}

/// The servers at risk by name, and how many there are in other states.
fn servers(report: Report<'_>, entry: Entry<'_>) -> String {
    let in_state = |state| entry.finding.servers.iter().filter(move |server| server.state == state);
    let at_risk = in_state(ServerState::AtRisk);
    let mut parts: Vec<String> =
        at_risk.clone().take(NAMED).map(|server| code_cell(&words::server(report.estate, server))).collect();
    let left = at_risk.count().saturating_sub(NAMED);
    if left > 0 {
        parts.push(format!("and {} more", thousands(left)));
    }
    for state in [ServerState::Unknown, ServerState::Shielded] {
        match in_state(state).count() {
            0 => {}
            number => parts.push(format!("{} {}", thousands(number), words::state(state))),
        }
    }
    parts.join(", ")
}

/// What to do, once for each item that has findings.
fn suggestions(report: Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut last = None;
    for entry in report.entries().filter(|entry| entry.status.counts()) {
        let before = last.replace(entry.finding.item);
        if before.is_none() {
            writeln!(out, "\n### What to do\n")?;
        }
        if before != last {
            writeln!(out, "- {}: {}", code_span(&entry.item.id), prose(&entry.item.suggestion))?;
        }
    }
    Ok(())
}

fn waived(report: Report<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let covered = || {
        report.entries().filter_map(|entry| match entry.status {
            Status::Waived { reason, until } => Some((entry, reason, until)),
            _ => None,
        })
    };
    let all = covered().count();
    if all == 0 {
        return Ok(());
    }
    details(out, &count(all, "waived finding", "waived findings"))?;
    for (entry, reason, until) in covered().take(options.per_item) {
        let (item, about) = (code_span(&entry.item.id), code_span(&subject(report, entry.finding)));
        writeln!(out, "- {item} on {about} until {until}: {}", prose(reason))?;
    }
    more(out, all, options.per_item)?;
    writeln!(out, "\n</details>")
}

fn gaps(report: Report<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let all = report.estate.gaps.len();
    if all == 0 {
        return Ok(());
    }
    details(out, &format!("{}: not everything is known", count(all, "gap", "gaps")))?;
    for gap in report.estate.gaps.iter().take(options.per_item) {
        writeln!(out, "- {}: {}", code_span(&gap.at), prose(&gap.what))?;
    }
    more(out, all, options.per_item)?;
    writeln!(out, "\n</details>")
}

/// A part that is folded away until a reader opens it.
fn details(out: &mut dyn Write, summary: &str) -> io::Result<()> {
    writeln!(out, "\n<details>\n<summary>{summary}</summary>\n")
}

#[cfg(test)]
mod tests;
