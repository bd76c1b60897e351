//! What differs in meaning between two runs.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use portreeve::report::say::thousands;
use portreeve::report::{FindingTale, ShiftTale, Tale};
use portreeve_store::{Run, RunId};

use crate::access::Visitor;
use crate::console::Console;
use crate::page::layout::{Tab, frame, moment, risk};
use crate::page::page;
use crate::page::params::Params;
use crate::problem::Problem;

pub(super) async fn diff(State(console): State<Arc<Console>>, visitor: Visitor, params: Params) -> Response {
    let own = visitor.clone();
    let made = console.work(move |console| compared(console, &own, &params)).await;
    page(&visitor, made)
}

fn compared(console: &Console, visitor: &Visitor, params: &Params) -> Result<Markup, Problem> {
    let run = |name: &str| {
        let missing = || {
            Problem::Invalid(format!(
                "say which run is the {name} one: choose two on the page of the history"
            ))
        };
        let number: i64 = params.number(name, "run")?.ok_or_else(missing)?;
        console.run_of(RunId(number))
    };
    let runs = [run("old")?, run("new")?];
    let told = console.difference([runs[0].id, runs[1].id])?;
    let title = format!("Run {} to run {}", runs[0].id, runs[1].id);
    Ok(frame(visitor, &title, Tab::History, &body(&runs, &told)))
}

fn body([old, new]: &[Run; 2], told: &Tale) -> Markup {
    html! {
        p { "From " (moment(old.finished)) " to " (moment(new.finished)) ". " a href={ "/diff?old=" (new.id) "&new=" (old.id) } { "The other way round" } }
        p.lead { strong { (told.summary) } }
        @if !told.shifts.0.is_empty() {
            h2 { "Traffic that is judged otherwise" }
            @for shift in &told.shifts.0 { (shifted(shift)) }
            (more(told.shifts.1))
        }
        @if !told.findings.0.is_empty() {
            h2 { "Findings that differ" }
            (findings(&told.findings.0))
            (more(told.findings.1))
        }
        (listed("Rules that changed without any effect", &told.idle))
        (listed("Groups, interfaces and lists that differ", &told.objects))
    }
}

fn more(left: usize) -> Markup {
    html! { @if left > 0 { p.faint { "… and " (thousands(left)) " more" } } }
}

/// One change of traffic.
fn shifted(shift: &ShiftTale) -> Markup {
    html! {
        section.panel.shift {
            h3 { (shift.who) }
            @if let Some(groups) = &shift.groups { p.faint { "in " (groups) } }
            @for effect in &shift.effects {
                p {
                    span class={ "mark " (tone(effect.verb)) } { (symbol(effect.verb)) " " (effect.verb) }
                    @if !effect.place.is_empty() { " " (effect.place) }
                    @if let Some(packet) = &effect.witness { " · try " code { (packet) } }
                }
                ul { @for line in &effect.traffic { li { code { (line) } } } }
            }
            @if !shift.because.is_empty() {
                p { strong { "Because" } }
                ul { @for words in &shift.because { li { code { (words) } } } }
            }
        }
    }
}

/// What opens is bad news until somebody says otherwise.
fn tone(verb: &str) -> &'static str {
    match verb {
        "opens" => "high",
        "closes" => "good",
        _ => "medium",
    }
}

fn symbol(verb: &str) -> &'static str {
    match verb {
        "opens" => "+",
        "closes" => "−",
        _ => "?",
    }
}

fn findings(all: &[FindingTale]) -> Markup {
    html! {
        table.cards {
            thead { tr { th scope="col" { "What" } th scope="col" { "Risk" } th scope="col" { "Items" } th scope="col" { "Where" } } }
            tbody {
                @for each in all {
                    tr {
                        td data-label="What" {
                            (each.kind.map_or("", portreeve::report::FindingChangeKind::as_str))
                            @for mark in &each.marks { " (" (mark) ")" }
                        }
                        td data-label="Risk" { (risk(each.risk)) }
                        td data-label="Items" { @for (at, item) in each.items.iter().enumerate() { @if at > 0 { ", " } code { (item) } } }
                        td data-label="Where" { (each.about) }
                    }
                }
            }
        }
    }
}

fn listed(title: &str, (lines, left): &(Vec<String>, usize)) -> Markup {
    html! {
        @if !lines.is_empty() {
            details open[lines.len() <= 5] {
                summary { (title) " (" (thousands(lines.len() + left)) ")" }
                ul { @for line in lines { li { code { (line) } } } }
                (more(*left))
            }
        }
    }
}
