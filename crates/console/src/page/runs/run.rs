//! One run: what changed against the run before, what it found, and what was exposed then.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use portreeve::checks::{Extent, Fingerprint};
use portreeve::report::plain;
use portreeve::report::say::thousands;
use portreeve_store::{Compared, Cursor, Difference, Held, Run, RunId, Tally, Wanted};

use super::{count, neighbours};
use crate::access::Visitor;
use crate::console::Console;
use crate::page::exposure;
use crate::page::layout::{ROWS, Tab, address, frame, moment};
use crate::page::page;
use crate::page::params::{Params, link};
use crate::problem::Problem;

/// Up to so many items are unfolded at once.
const FEW: usize = 12;
/// How many findings of each kind that changed are shown.
const SHOWN: u32 = 50;

pub(super) async fn run(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Response {
    let own = visitor.clone();
    let made = console.work(move |console| one(console, &own, &numbered(console, &id)?, &params)).await;
    page(&visitor, made)
}

/// The run that an address names.
fn numbered(console: &Console, id: &str) -> Result<Run, Problem> {
    let none = || Problem::NotFound(format!("there is no run `{id}`"));
    console.run_of(RunId(id.parse().map_err(|_| none())?))
}

fn one(console: &Console, visitor: &Visitor, run: &Run, params: &Params) -> Result<Markup, Problem> {
    let [before, after] = neighbours(console, run.id)?;
    let documents = console.store.documents(run.id)?;
    let bytes: u64 = documents.iter().map(|document| document.bytes).sum();
    let body = html! {
        @if let Some(day) = params.get("on") {
            p.lead { "These were the last results at the end of " strong { (plain(day)) } "." }
        }
        nav.pager aria-label="Runs" {
            @if let Some(id) = before { a rel="prev" href={ "/run/" (id) } { "← Run " (id) } }
            @if let Some(id) = after { a rel="next" href={ "/run/" (id) } { "Run " (id) " →" } }
            a href="/history" { "All runs" }
        }
        (facts(run, documents.len(), bytes))
        p {
            @if run.pruned.is_none() {
                a.button href={ "/run/" (run.id) "/exposure" } { "What was exposed" } " "
                @if let Some(before) = before { a.button href={ "/diff?old=" (before) "&new=" (run.id) } { "What changed in meaning" } }
            }
        }
        @if let Some(before) = before { (changes(console, before, run.id)?) }
        (tallies(&console.store.tallies(run.id)?, run.id))
        (findings(console, run, params)?)
    };
    Ok(frame(visitor, &format!("Run {}", run.id), Tab::History, &body))
}

fn facts(run: &Run, documents: usize, bytes: u64) -> Markup {
    let verdict = match run.verdict {
        0 => "nothing found",
        1 => "findings",
        3 => "undecided: nothing found, but gaps leave answers open",
        _ => "not told",
    };
    let took = (run.finished.0 - run.started.0).max(0);
    html! {
        dl {
            dt { "Ended" } dd { (moment(run.finished)) ", after " (format!("{}.{} s", took / 1000, took % 1000 / 100)) }
            dt { "By" } dd { (plain(&run.who)) ", with " (plain(&run.program)) }
            dt { "Verdict" } dd { (verdict) }
            dt { "Documents" }
            dd {
                @match run.pruned {
                    Some(at) => { "given up on " (moment(at)) }
                    None => { (thousands(documents)) " documents, " (count(bytes.div_ceil(1000))) " kB" }
                }
            }
        }
    }
}

/// What came, went and changed since another run.
fn changes(console: &Console, before: RunId, now: RunId) -> Result<Markup, Problem> {
    let estate = &console.options.estate;
    let apart = console.store.apart(estate, before, now, None)?;
    let kinds = [
        (Difference::Appeared, "appeared", "high", apart.appeared),
        (Difference::Disappeared, "disappeared", "good", apart.disappeared),
        (Difference::Changed, "changed", "medium", apart.changed),
    ];
    let mut rows = Vec::new();
    for (difference, word, tone, all) in kinds.into_iter().filter(|(.., all)| *all > 0) {
        let compared = Compared { from: before, to: now, difference, items: None, after: None, limit: SHOWN };
        rows.push((word, tone, all, console.store.difference(estate, &compared)?));
    }
    Ok(html! {
        h2 { "Against run " (before) }
        @if rows.is_empty() { p { "It found the same." } }
        @for (word, tone, all, held) in &rows {
            details open[*all <= 10] {
                summary { span class={ "mark " (tone) } { (count(*all)) " " (word) } }
                (table(held))
                @if *all > u64::from(SHOWN) { p.faint { "… and " (count(*all - u64::from(SHOWN))) " more" } }
            }
        }
    })
}

fn tallies(all: &[Tally], run: RunId) -> Markup {
    let found: Vec<&Tally> = all.iter().filter(|tally| tally.found + tally.fixed > 0).collect();
    html! {
        h2 { "By item" }
        @if found.is_empty() { p { "No item found anything." } } @else {
            details open[found.len() <= FEW] {
                summary { (thousands(found.len())) " items with findings, or whose findings were fixed" }
                (tally_table(&found, run))
            }
        }
    }
}

fn tally_table(found: &[&Tally], run: RunId) -> Markup {
    html! {
            table.cards {
                thead {
                    tr {
                        th scope="col" { "Check item" } th scope="col" { "Risk" } th.number scope="col" { "Findings" }
                        th.number scope="col" { "New" } th.number scope="col" { "Reopened" } th.number scope="col" { "Fixed" }
                    }
                }
                tbody {
                    @for tally in found {
                        tr {
                            td data-label="Check item" { a href=(link(&format!("/run/{run}"), &[("item", &tally.item)])) { code { (plain(&tally.item)) } } }
                            td data-label="Risk" { (risk_word(&tally.risk)) }
                            td.number data-label="Findings" { (count(tally.found)) }
                            td.number data-label="New" { (count(tally.fresh)) }
                            td.number data-label="Reopened" { (count(tally.reopened)) }
                            td.number data-label="Fixed" { (count(tally.fixed)) }
                        }
                    }
                }
            }
    }
}

/// A risk as the store has it.
fn risk_word(risk: &str) -> Markup {
    html! { @if !risk.is_empty() { span class={ "risk " (risk) } { (risk) } } }
}

/// Which findings of a run are wanted.
#[derive(Debug)]
pub(crate) struct HeldWanted<'w> {
    /// Only those of this item.
    pub(crate) item: Option<&'w str>,
    /// Only those after this place, which the page before has told.
    pub(crate) after: Option<&'w str>,
    /// How many at most.
    pub(crate) limit: usize,
}

/// A page of what a run found, as the store has it, and where the next one begins, if there is one.
pub(crate) fn held(
    console: &Console,
    run: &Run,
    wanted: &HeldWanted<'_>,
) -> Result<(Vec<Held>, Option<String>), Problem> {
    let wrong =
        |text: &str| Problem::Invalid(format!("`{}` is no place in the list of findings", plain(text)));
    let place = |text: &str| -> Result<Cursor, Problem> {
        let (item, finding) = text.split_once('.').ok_or_else(|| wrong(text))?;
        let number = |digits: &str| digits.parse().map_err(|_| wrong(text));
        Ok(Cursor { item: number(item)?, finding: number(finding)? })
    };
    let after = wanted.after.map(place).transpose()?;
    let limit = u32::try_from(wanted.limit.saturating_add(1)).unwrap_or(u32::MAX);
    let asked = Wanted { at: Some(run.id), item: wanted.item, after, limit };
    let mut held = console.store.findings(&console.options.estate, &asked)?;
    let more = held.len() > wanted.limit;
    held.truncate(wanted.limit);
    let last = held.last().filter(|_| more);
    let next = last.map(|last| format!("{}.{}", last.cursor.item, last.cursor.finding));
    Ok((held, next))
}

fn findings(console: &Console, run: &Run, params: &Params) -> Result<Markup, Problem> {
    let (item, after) = (params.get("item"), params.get("after"));
    let (held, next) = self::held(console, run, &HeldWanted { item, after, limit: ROWS })?;
    let base = format!("/run/{}", run.id);
    Ok(html! {
        h2 #findings { "What was open" @if let Some(item) = item { ": " code { (plain(item)) } } }
        @if item.is_some() { p { a href=(base) { "All items" } } }
        @if held.is_empty() { p { "Nothing." } } @else { (table(&held)) }
        nav.pager aria-label="Pages of the findings" {
            @if after.is_some() { a href=(link(&base, &[("item", params.text("item"))])) { "From the start" } }
            @if let Some(next) = next { a rel="next" href=(link(&base, &[("item", params.text("item")), ("after", &next)])) { "Next →" } }
        }
    })
}

/// Findings as the store holds them.
fn table(held: &[Held]) -> Markup {
    html! {
        table.cards {
            thead {
                tr {
                    th scope="col" { "Risk" } th scope="col" { "Check item" } th scope="col" { "Group or interface" }
                    th.number scope="col" { "Servers at risk" } th scope="col" { "Exposure" } th scope="col" { "Status" }
                }
            }
            tbody {
                @for each in held {
                    @let print = Fingerprint { cause: each.cause, extent: Extent(each.outcome.extent) };
                    tr {
                        td data-label="Risk" { (risk_word(&each.outcome.risk)) }
                        td data-label="Check item" { a href=(address("finding", &print.to_string())) { code { (plain(&each.item)) } } }
                        td data-label="Where" { @if !each.outcome.name.is_empty() { (plain(&each.outcome.name)) " " } code { (plain(&each.outcome.subject)) } }
                        td.number data-label="Servers at risk" { (count(u64::from(each.outcome.servers))) }
                        td data-label="Exposure" { (plain(&each.outcome.exposure)) @if each.outcome.certainty == "possible" { " (possible)" } }
                        td data-label="Status" { (plain(&each.outcome.status)) }
                    }
                }
            }
        }
    }
}

/// What the internet could reach at the time of a run: its documents are read again.
pub(super) async fn exposed(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Response {
    let own = visitor.clone();
    let made = console
        .work(move |console| {
            let run = numbered(console, &id)?;
            let (old, exposed) = console.exposed_at(run.id)?;
            let base = format!("/run/{}/exposure", run.id);
            let listed = exposure::listed(old.estate(), &exposed, &params, &base, &html! {})?;
            let body = html! {
                p { "As it was at " (moment(run.finished)) ". " a href={ "/run/" (run.id) } { "Run " (run.id) } " · " a href="/exposure" { "As it is now" } }
                (listed)
            };
            Ok(frame(&own, &format!("Exposure at run {}", run.id), Tab::History, &body))
        })
        .await;
    page(&visitor, made)
}
