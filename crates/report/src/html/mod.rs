//! One self-contained page: no script, nothing loaded from elsewhere, light and dark, fit for printing.

use std::cmp::Reverse;
use std::io::{self, Write};

use portreeve_checks::{Item, Server};

use crate::escape::html;
use crate::report::Entry;
use crate::tally::{Counts, Tally};
use crate::words::{self, count, subject, thousands, traffic, witness};
use crate::{Options, Report, Status};

/// Rules, parts of the traffic and servers that a row names.
const NAMED: usize = 10;

const STYLE: &str = include_str!("style.css");

/// Writes the report as an HTML page.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write, _: &Options) -> io::Result<()> {
    let tally = Tally::of(*report);
    let summary = html(&tally.summary());
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Security group check</title>\n<style>\n{STYLE}</style>\n\
         <main>\n<h1>Security group check</h1>\n<p>{summary}</p>"
    )?;
    overview(*report, out, &tally)?;
    let mut last = None;
    for entry in report.entries() {
        if last.replace(entry.finding.item) != Some(entry.finding.item) {
            heading(out, entry.item, last.is_some() && entry.at > 0)?;
        }
        row(*report, out, entry)?;
    }
    if last.is_some() {
        writeln!(out, "</table>")?;
    }
    gaps(*report, out)?;
    notes(*report, out)?;
    writeln!(out, "</main>\n</html>")
}

/// The items that found something, each with its numbers and a way to its findings, and how many found nothing.
fn overview(report: Report<'_>, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    let items = || report.outcome.items.iter().zip(&tally.items).filter(|(item, _)| item.enabled);
    let found = |counts: &Counts| counts.open + counts.known + counts.waived > 0;
    let mut hits: Vec<_> = items().filter(|(_, counts)| found(counts)).collect();
    // In the order in which the findings follow.
    hits.sort_by_key(|(item, _)| Reverse(item.risk));
    if !hits.is_empty() {
        writeln!(
            out,
            "<table class=\"overview\">\n<tr><th>risk<th>check item<th>findings<th>groups<th>servers"
        )?;
    }
    for (item, counts) in &hits {
        let (risk, id, title) = (item.risk, html(&item.id), html(&item.title));
        let Counts { open, groups, servers, .. } = counts;
        writeln!(
            out,
            "<tr><td><span class=\"{risk}\">{risk}</span>\
             <td><a href=\"#{id}\">{title}</a>\
             <td>{}<td>{}<td>{}",
            thousands(*open),
            thousands(*groups),
            thousands(*servers)
        )?;
    }
    if !hits.is_empty() {
        writeln!(out, "</table>")?;
    }
    let silent = items().count() - hits.len();
    writeln!(out, "<p>{} found nothing.</p>", count(silent, "check item", "check items"))
}

fn heading(out: &mut dyn Write, item: &Item, close: bool) -> io::Result<()> {
    if close {
        writeln!(out, "</table>")?;
    }
    let (risk, id) = (item.risk, html(&item.id));
    writeln!(
        out,
        "<h2 id=\"{id}\"><span class=\"{risk}\">{risk}</span> <code>{id}</code> {}</h2>\n<p>{}</p>",
        html(&item.title),
        html(&item.suggestion)
    )?;
    writeln!(out, "<table class=\"finding\">\n<tr><th>where<th>servers<th>rules<th>opens<th>try")
}

fn row(report: Report<'_>, out: &mut dyn Write, entry: Entry<'_>) -> io::Result<()> {
    let Entry { finding, status, .. } = entry;
    let class = if status.counts() { "" } else { " class=\"settled\"" };
    let rules = report.rules(finding).map(|(group, rule)| words::rule(report.estate, group, rule));
    let direction = report.direction(finding);
    let parts = finding.traffic.iter().map(|part| traffic(part, direction));
    let servers = finding.servers.iter().map(|server| server_words(report, server));
    let witness = finding.witness.iter().map(|packet| witness(report, finding, packet));
    writeln!(
        out,
        "<tr{class}><td data-label=\"where\">{}<td data-label=\"servers\">{}<td data-label=\"rules\">{}\
         <td data-label=\"opens\">{}<td data-label=\"try\">{}",
        whereabouts(report, entry),
        lines(servers, finding.servers.len()),
        lines(rules, finding.rules.len()),
        lines(parts, finding.traffic.len()),
        lines(witness, 1)
    )
}

/// The subject of a finding and what else is to say of it.
fn whereabouts(report: Report<'_>, entry: Entry<'_>) -> String {
    let Entry { finding, status, .. } = entry;
    let mut lines = vec![format!("<code>{}</code>", html(&subject(report, finding)))];
    let mut marks = vec![finding.certainty.as_str()];
    if !finding.traffic.is_empty() {
        marks.push(words::exposure(finding.exposure));
    }
    let group = finding.group.and_then(|ix| report.estate.groups.get(ix.at()));
    if group.is_some_and(|group| group.managed) {
        marks.push("managed by the cloud");
    }
    lines.push(marks.join(", "));
    match status {
        Status::Open => {}
        Status::Waived { reason, until } => lines.push(html(&format!("waived until {until}: {reason}"))),
        status => lines.push(status.as_str().to_owned()),
    }
    for words in [&*finding.detail, &*finding.suggestion] {
        if !words.is_empty() && words != entry.item.suggestion {
            lines.push(html(words));
        }
    }
    let gaps = finding.gaps.iter().filter_map(|ix| report.gap(*ix)).take(NAMED);
    lines.extend(gaps.map(|gap| format!("gap: {}", html(&words::gap(gap)))));
    divs(&lines)
}

fn server_words(report: Report<'_>, server: &Server) -> String {
    let name = words::server(report.estate, server);
    format!("{}: {name} ({})", words::state(server.state), server.because)
}

/// The first few lines of a cell, and how many more there are.
fn lines(words: impl Iterator<Item = String>, all: usize) -> String {
    let mut shown: Vec<String> = words.take(NAMED).map(|line| html(&line)).collect();
    let more = all.saturating_sub(NAMED);
    if more > 0 {
        shown.push(format!("and {} more", thousands(more)));
    }
    divs(&shown)
}

/// Lines below each other.
fn divs(lines: &[String]) -> String {
    if lines.is_empty() { String::new() } else { format!("<div>{}</div>", lines.join("</div><div>")) }
}

fn gaps(report: Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.estate.gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>What is not known</h2>\n<ul>")?;
    for (gap, items) in report.gaps() {
        let ids: Vec<String> =
            items.iter().filter_map(|ix| report.item(*ix)).map(|item| html(&item.id)).collect();
        let affects =
            if ids.is_empty() { String::new() } else { format!(" (affects {})", words::listed(&ids, NAMED)) };
        writeln!(out, "<li><code>{}</code> {}{affects}", html(&gap.at), html(&gap.what))?;
    }
    writeln!(out, "</ul>")
}

fn notes(report: Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let notices = report.notices.iter().map(|notice| &notice.text);
    for note in notices.chain(report.warnings) {
        writeln!(out, "<p>note: {}</p>", html(note))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
