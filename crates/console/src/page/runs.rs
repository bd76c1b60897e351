//! History: the runs, how findings grew and shrank, and what was open on a day of the past.

mod diff;
mod run;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use portreeve::Date;
use portreeve::report::plain;
use portreeve::report::say::thousands;
use portreeve_store::{Moment, Run, RunId, TrendPoint};

pub(crate) use self::run::{HeldWanted, held};
use super::layout::{ROWS, Tab, frame, moment};
use super::page;
use super::params::{Params, link};
use crate::access::Visitor;
use crate::console::Console;
use crate::picture::trend::{Bar, Shown, trend};
use crate::problem::Problem;

/// How many runs a chart shows.
pub(super) const CHARTED: u32 = 60;
/// The risks, the worst first; each is a class of the style sheet.
const RISKS: [&str; 4] = ["high", "medium", "low", "info"];
/// How many runs are looked through for the neighbours of one.
const RUNS: u32 = 20_000;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route("/history", get(history))
        .route("/run/{id}", get(run::run))
        .route("/run/{id}/exposure", get(run::exposed))
        .route("/diff", get(diff::diff))
}

async fn history(State(console): State<Arc<Console>>, visitor: Visitor, params: Params) -> Response {
    let own = visitor.clone();
    let made = console
        .work(move |console| {
            if let Some(day) = params.get("on") {
                let (run, day) = run_on(console, day)?;
                return Ok(Err(link(&format!("/run/{}", run.id), &[("on", &day.to_string())])));
            }
            Ok(Ok(listed(console, &own, &params)?))
        })
        .await;
    match made {
        Ok(Err(next)) => Redirect::to(&next).into_response(),
        Ok(Ok(markup)) => page(&visitor, Ok(markup)),
        Err(problem) => page(&visitor, Err(problem)),
    }
}

/// The run that was the last one at the end of a day, in UTC.
pub(crate) fn run_on(console: &Console, day: &str) -> Result<(Run, Date), Problem> {
    let wrong = || Problem::Invalid(format!("`{day}` is no day: write it as `2026-11-03`"));
    let date: Date = day.parse().map_err(|_| wrong())?;
    let end = date.at(23, 59, 59, 999_000_000).to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?;
    let until = Moment(end.timestamp().as_millisecond());
    let found = console.store.run_at(&console.options.estate, until)?;
    let none = || Problem::NotFound(format!("nothing is known of {date}: the first run was later"));
    Ok((found.ok_or_else(none)?, date))
}

fn listed(console: &Console, visitor: &Visitor, params: &Params) -> Result<Markup, Problem> {
    let asked = params.page()?.unwrap_or(1).clamp(1, 100_000);
    let estate = &console.options.estate;
    let limit = u32::try_from(asked * ROWS + 1).unwrap_or(u32::MAX);
    let runs = console.store.runs(Some(estate), limit)?;
    let shown: Vec<&Run> = runs.iter().skip((asked - 1) * ROWS).take(ROWS).collect();
    let points = console.store.trend(estate, None, CHARTED)?;
    let body = html! {
        @if runs.is_empty() {
            p.lead { "No run has ended yet." }
            p { a.button.primary href="/" { "To the check" } }
        } @else {
            (travel())
            (charted(&points))
            (table(&shown, &points))
            nav.pager aria-label="Pages of the list" {
                @if asked > 1 { a rel="prev" href=(link("/history", &[("page", &(asked - 1).to_string())])) { "← Newer" } }
                @if runs.len() > asked * ROWS { a rel="next" href=(link("/history", &[("page", &(asked + 1).to_string())])) { "Older →" } }
            }
        }
    };
    Ok(frame(visitor, "History", Tab::History, &body))
}

fn travel() -> Markup {
    html! {
        form.panel method="get" action="/history" {
            div.fields {
                label { "What was open on this day?" input type="date" name="on" required; }
                button { "Show" }
            }
            p.faint { "Shows the findings and the exposure of the last run that had ended by the end of that day, in UTC." }
        }
    }
}

/// Findings of a point by risk.
fn counts(point: &TrendPoint) -> [u64; 4] {
    RISKS.map(|risk| point.risks.iter().filter(|count| count.risk == risk).map(|count| count.found).sum())
}

pub(super) fn day(at: Moment) -> String {
    let known = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    known.strftime("%Y-%m-%d %H:%M").to_string()
}

fn charted(points: &[TrendPoint]) -> Markup {
    let bar = |point: &TrendPoint| Bar {
        label: format!("run {}", point.run),
        name: format!("Run {}, {}", point.run, day(point.at)),
        link: format!("/run/{}", point.run),
        counts: Some(counts(point).to_vec()),
        line: None,
    };
    let bars: Vec<Bar> = points.iter().map(bar).collect();
    let words = format!("Findings of {} runs by risk", bars.len());
    let shown = Shown { words: &words, kinds: &RISKS.map(|risk| (risk, risk)), line: None };
    html! {
        h2 { "Findings by risk" }
        p.legend { @for risk in RISKS { span { span class={ "dot bar-" (risk) } {} (risk) } } }
        div.wide { (trend(&bars, shown)) }
        p.faint { "Every item counts, also those that are switched off, and findings that were accepted." }
    }
}

pub(super) fn count(number: u64) -> String {
    thousands(usize::try_from(number).unwrap_or(usize::MAX))
}

/// The runs, with two marks to compare any two of them.
fn table(runs: &[&Run], points: &[TrendPoint]) -> Markup {
    let of = |run: &Run| points.iter().find(|point| point.run == run.id).map(counts);
    html! {
        h2 { "Runs" }
        form method="get" action="/diff" {
            table.cards {
                thead {
                    tr {
                        th scope="col" { "Run" } th scope="col" { "Ended" } th scope="col" { "By" }
                        @for risk in RISKS { th.number scope="col" { (risk) } }
                        th scope="col" { "Compare" }
                    }
                }
                tbody {
                    @for (at, run) in runs.iter().enumerate() {
                        tr {
                            td data-label="Run" { a href={ "/run/" (run.id) } { "Run " (run.id) } }
                            td data-label="Ended" { (moment(run.finished)) }
                            td data-label="By" { (plain(&run.who)) }
                            @match of(run) {
                                Some(counts) => { @for (risk, number) in RISKS.iter().zip(counts) { td.number data-label=(risk) { (count(number)) } } }
                                None => { td colspan="4" {} }
                            }
                            td data-label="Compare" {
                                @if run.pruned.is_some() { span.faint { "documents given up" } } @else {
                                    label.pick { input type="radio" name="old" value=(run.id) checked[at == 1] aria-label={ "Run " (run.id) " is the old one" }; "old" }
                                    " "
                                    label.pick { input type="radio" name="new" value=(run.id) checked[at == 0] aria-label={ "Run " (run.id) " is the new one" }; "new" }
                                }
                            }
                        }
                    }
                }
            }
            @if runs.len() > 1 { p { button.primary { "Compare the two" } } }
        }
    }
}

/// The runs of the estate right before and after one.
fn neighbours(console: &Console, id: RunId) -> Result<[Option<RunId>; 2], Problem> {
    let runs = console.store.runs(Some(&console.options.estate), RUNS)?;
    let at = runs.iter().position(|run| run.id == id);
    let before = at.and_then(|at| runs.get(at + 1)).map(|run| run.id);
    let after = at.and_then(|at| runs.get(at.checked_sub(1)?)).map(|run| run.id);
    Ok([before, after])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
