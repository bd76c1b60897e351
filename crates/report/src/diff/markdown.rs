//! A comparison as a comment on a pull request: a verdict, a table, and the rest folded away.

use std::io::{self, Write};

use portreeve_engine::diff::Shift;
use portreeve_model::Direction;

use super::flows::lines;
use super::story::{Alike, label, parts, tried};
use super::text::summary;
use super::{DiffReport, FindingChangeKind};
use crate::Options;
use crate::escape::{code_cell, code_span, prose};
use crate::words::{count, listed, thousands};

/// Rows of one set, and rules of one shift, that a cell shows.
const ROWS: usize = 3;

/// Writes a comparison as Markdown.
pub(super) fn write(report: &DiffReport<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    writeln!(out, "## Security group changes\n\n**{}**", prose(&summary(report)))?;
    if !report.edits.is_empty() {
        writeln!(out)?;
        for edit in report.edits {
            writeln!(out, "- {}", code_span(edit))?;
        }
    }
    traffic(report, out, options)?;
    findings(report, out, options)?;
    rules(report, out, options)?;
    objects(report, out, options)?;
    after(report, out, options)
}

fn traffic(report: &DiffReport<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let shifts = &report.differences.shifts;
    if shifts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| who | what | try | because |\n|---|---|---|---|")?;
    for (at, shift) in shifts.iter().take(options.per_item).enumerate() {
        let (what, tries) = effects(report, shift);
        let mut because: Vec<String> = report
            .causes(at)
            .take(ROWS)
            .map(|change| format!("{} {}", label(change.kind), code_cell(&report.rule(change))))
            .collect();
        let left = report.causes(at).count().saturating_sub(ROWS);
        if left > 0 {
            because.push(format!("and {} more", thousands(left)));
        }
        let who = code_cell(&report.who(shift));
        writeln!(out, "| {who} | {what} | {tries} | {} |", because.join("<br>"))?;
    }
    more(out, shifts.len(), options.per_item)
}

/// What opens and closes, and a packet for each.
fn effects(report: &DiffReport<'_>, shift: &Shift) -> (String, String) {
    let (mut what, mut tries) = (Vec::new(), Vec::new());
    for effect in &shift.effects {
        let outward = effect.direction == Direction::Egress;
        let places = report.places(effect);
        for (part, set) in parts(effect) {
            let all = lines(&set, outward);
            let way = if outward { "out" } else { "in" };
            for line in all.iter().take(ROWS) {
                let mut words = format!("**{}** {way} {}", part.as_str(), code_cell(line));
                if !places.is_empty() {
                    words = format!("{words} {}", prose(&places));
                }
                what.push(words);
            }
            if let Some(more) = all.len().checked_sub(ROWS).filter(|more| *more > 0) {
                what.push(format!("and {} more", thousands(more)));
            }
            if let Some(packet) = report.witness(shift, effect, &set) {
                tries.push(code_cell(&tried(&packet, effect.direction)));
            }
        }
    }
    (what.join("<br>"), tries.join("<br>"))
}

fn findings(report: &DiffReport<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    let all = report.alike();
    writeln!(out, "\n| finding | risk | items | where |\n|---|---|---|---|")?;
    for alike in all.iter().take(options.per_item) {
        let items: Vec<String> = alike.items.iter().map(|item| code_cell(item)).collect();
        let marks = marks(alike);
        let kind = alike.kind.map_or("", FindingChangeKind::as_str);
        let about = code_cell(&alike.about);
        writeln!(out, "| {kind}{marks} | {} | {} | {about} |", alike.risk, listed(&items, ROWS))?;
    }
    more(out, all.len(), options.per_item)
}

fn rules(report: &DiffReport<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let idle = report.idle_rules();
    let number: usize = idle.iter().map(|(_, changes)| changes.len()).sum();
    if number == 0 {
        return Ok(());
    }
    details(out, &count(number, "rule changed without any effect", "rules changed without any effect"))?;
    let rows = idle.iter().flat_map(|(group, changes)| changes.iter().map(move |change| (*group, *change)));
    for (group, change) in rows.take(options.per_item) {
        let group = code_span(&report.group(group).unwrap_or_default());
        writeln!(out, "- {group}: {} {}", label(change.kind), code_span(&report.rule(change)))?;
    }
    more(out, number, options.per_item)?;
    writeln!(out, "\n</details>")
}

fn objects(report: &DiffReport<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let (lines, all) = report.objects(options.per_item);
    if all == 0 {
        return Ok(());
    }
    details(out, &count(all, "object changed", "objects changed"))?;
    for line in &lines {
        writeln!(out, "- {}", code_span(line))?;
    }
    more(out, all, options.per_item)?;
    writeln!(out, "\n</details>")
}

fn after(report: &DiffReport<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let all = report.standing().count();
    if !report.after || all == 0 {
        return Ok(());
    }
    details(out, &count(all, "finding afterwards", "findings afterwards"))?;
    let alike = report.afterwards();
    for alike in alike.iter().take(options.per_item) {
        let items: Vec<String> = alike.items.iter().map(|item| code_span(item)).collect();
        let marks = marks(alike);
        let about = code_span(&alike.about);
        writeln!(out, "- {} {} on {about}{marks}", alike.risk, listed(&items, ROWS))?;
    }
    more(out, alike.len(), options.per_item)?;
    writeln!(out, "\n</details>")
}

fn more(out: &mut dyn Write, all: usize, shown: usize) -> io::Result<()> {
    match all.saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(out, "\n… {} more; the JSON format has all", thousands(more)),
    }
}

/// A part that is folded away until a reader opens it.
fn details(out: &mut dyn Write, summary: &str) -> io::Result<()> {
    writeln!(out, "\n<details>\n<summary>{summary}</summary>\n")
}

/// ` (possible) (waived)`, where findings are.
fn marks(alike: &Alike<'_>) -> String {
    let marks: Vec<String> = alike.marks.iter().map(|mark| format!(" ({mark})")).collect();
    marks.concat()
}
