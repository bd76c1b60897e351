//! The page of a report, written as it comes: one finding after the other.

use std::cmp::Reverse;
use std::io::{self, Write};

use maud::{Markup, html};
use portreeve_checks::Item;

use super::{Look, NoLinks, STYLE, finding_cells, item_text, prose, risk};
use crate::escape::plain;
use crate::tally::{Counts, Tally};
use crate::words::{count, listed, thousands};
use crate::{Options, Report};

/// Rules and parts of the traffic that a row names, and servers of one kind.
const LOOK: Look<'static> =
    Look { links: &NoLinks, most: 10, servers: 10, others: false, picture: true, status: true };
/// Items that a gap names.
const NAMED: usize = 10;

/// What the page has beside the look that it shares.
const OWN_STYLE: &str = include_str!("page.css");

/// Writes the report as an HTML page.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write, _: &Options) -> io::Result<()> {
    let tally = Tally::of(*report);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Security group check</title>\n<style>\n{STYLE}{OWN_STYLE}</style>\n<main>"
    )?;
    put(out, &html! { h1 { "Security group check" } p.lead { (plain(&tally.summary())) } })?;
    overview(*report, out, &tally)?;
    let mut last = None;
    for entry in report.entries() {
        if last.replace(entry.finding.item) != Some(entry.finding.item) {
            heading(out, entry.item, entry.at > 0)?;
        }
        let settled = !entry.status.counts();
        put(
            out,
            &html! { tr.settled[settled] { (finding_cells(report, entry.at, LOOK).unwrap_or_default()) } },
        )?;
    }
    if last.is_some() {
        writeln!(out, "</table>")?;
    }
    gaps(*report, out)?;
    notes(*report, out)?;
    writeln!(out, "</main>\n</html>")
}

fn put(out: &mut dyn Write, markup: &Markup) -> io::Result<()> {
    writeln!(out, "{}", markup.0)
}

/// The items that found something, each with its numbers and a way to its findings, and how many found nothing.
fn overview(report: Report<'_>, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    let items = || report.outcome.items.iter().zip(&tally.items).filter(|(item, _)| item.enabled);
    let found = |counts: &Counts| counts.open + counts.known + counts.waived > 0;
    let mut hits: Vec<_> = items().filter(|(_, counts)| found(counts)).collect();
    // In the order in which the findings follow.
    hits.sort_by_key(|(item, _)| Reverse(item.risk));
    if !hits.is_empty() {
        writeln!(out, "<table class=\"cards overview\">")?;
        put(
            out,
            &html! { thead { tr {
                th scope="col" { "Risk level" }
                th scope="col" { "Check item" }
                th.number scope="col" { "Findings" }
                th.number scope="col" { "At-risk security groups / servers" }
            } } },
        )?;
    }
    for (item, counts) in &hits {
        let Counts { open, groups, servers, .. } = counts;
        put(
            out,
            &html! { tr {
                td data-label="Risk level" { (risk(item.risk)) }
                td data-label="Check item" { a href={ "#" (item.id) } { (plain(&item.title)) } }
                td.number data-label="Findings" { (thousands(*open)) }
                td.number data-label="At risk" { (thousands(*groups)) " / " (thousands(*servers)) }
            } },
        )?;
    }
    if !hits.is_empty() {
        writeln!(out, "</table>")?;
    }
    let silent = items().count() - hits.len();
    put(out, &html! { p { (count(silent, "check item", "check items")) " found nothing." } })
}

fn heading(out: &mut dyn Write, item: &Item, close: bool) -> io::Result<()> {
    if close {
        writeln!(out, "</table>")?;
    }
    put(
        out,
        &html! {
            h2 id=(item.id) { (risk(item.risk)) " " (plain(&item.title)) " " code { (plain(&item.id)) } }
            p { (prose(&item.suggestion)) }
            details { summary { "About this item" } (item_text(item)) }
        },
    )?;
    writeln!(out, "<table class=\"cards findings\">")?;
    put(
        out,
        &html! { thead { tr {
            th scope="col" { "Where" }
            th scope="col" { "Rules" }
            th scope="col" { "Servers" }
            th scope="col" { "Opens" }
        } } },
    )
}

fn gaps(report: Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.estate.gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>What is not known</h2>\n<ul>")?;
    for (gap, items) in report.gaps() {
        let ids: Vec<_> =
            items.iter().filter_map(|ix| report.item(*ix)).map(|item| plain(&item.id)).collect();
        put(
            out,
            &html! { li {
                code { (plain(&gap.at)) } " " (plain(&gap.what))
                @if !ids.is_empty() { " (affects " (listed(&ids, NAMED)) ")" }
            } },
        )?;
    }
    writeln!(out, "</ul>")
}

fn notes(report: Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let notices = report.notices.iter().map(|notice| &notice.text);
    for note in notices.chain(report.warnings) {
        put(out, &html! { p { "note: " (plain(note)) } })?;
    }
    Ok(())
}
