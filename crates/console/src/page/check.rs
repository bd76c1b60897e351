//! The security group check: what was found, when, and the switch of each item.

mod list;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::{get, post};
use maud::{Markup, html};
use portreeve::checks::{Item, Risk};
use portreeve::report::plain;
use portreeve::report::say::{self, thousands};
use portreeve_store::Moment;
use serde::Deserialize;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;

use self::list::Asked;
use super::layout::{Tab, address, frame, moment, token};
use super::params::link;
use super::{done, page};
use crate::access::{Posted, Role, Visitor};
use crate::console::Console;
use crate::problem::Problem;
use crate::run::Progress;
use crate::scene::Scene;

/// Notices that are shown at once.
const NOTES: usize = 5;
/// Warnings that are listed.
const WARNINGS: usize = 50;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route("/", get(check))
        .route("/check/run", post(obtain))
        .route("/check/progress", get(progress))
        .route("/item/{id}/switch", post(switch))
}

async fn check(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    let now = console.progress.borrow().clone();
    let own = visitor.clone();
    let made = console.read(move |scene| Ok((overview(scene), list::table(scene, &own, &asked)))).await;
    let body = match made {
        Ok((overview, table)) => html! {
            div.overview { (obtaining(&visitor, &now)) (overview) }
            (table)
        },
        Err(Problem::NoResults) => html! {
            div.overview { (obtaining(&visitor, &now)) p.lead { "There are no results yet." } }
        },
        Err(problem) => return page(&visitor, Err(problem)),
    };
    page(&visitor, Ok(frame(&visitor, "Security group check", Tab::Check, &body)))
}

/// The button, or how far the run is.
fn obtaining(visitor: &Visitor, now: &Progress) -> Markup {
    html! {
        @match now {
            Progress::Running { stage, done, total, .. } => {
                div.progress role="status" data-progress="/check/progress" {
                    progress max=[*total] value=[total.map(|_| *done)] aria-label="Progress of the run" {}
                    span data-words="" { (stage) }
                    noscript { a.button href="/" { "Look again" } }
                }
            }
            other => {
                @if let Progress::Failed { why, at } = other {
                    p.failed role="alert" { "The run of " (moment(Moment(*at))) " failed: " (why) }
                }
                @if visitor.must(Role::Operator).is_ok() {
                    form method="post" action="/check/run" {
                        (token(visitor))
                        button.primary { "Obtain latest check results" }
                    }
                }
            }
        }
    }
}

/// When the results are from, how bad they are, and what is to be known about them.
fn overview(scene: &Scene<'_>) -> Markup {
    let (run, total) = (&scene.snapshot.run, scene.decided.total);
    let gaps = scene.estate().gaps.len();
    let notices = &scene.decided.judgement.notices;
    html! {
        p {
            "Results of " (moment(run.finished)) ", "
            a href={ "/run/" (run.id) } { "run " (run.id) } " by " (plain(&run.who)) ". "
            @if gaps > 0 { a href="/gaps" { (say::count(gaps, "gap", "gaps")) " in what is known" } }
            @else { "Nothing is missing in the documents." }
        }
        (tiles(scene))
        p.totals {
            strong { (say::count(total.groups, "security group", "security groups")) }
            " and " strong { (say::count(total.servers, "server", "servers")) } " at risk, by "
            (say::count(total.findings, "finding", "findings"))
            @if total.possible > 0 { " (" (thousands(total.possible)) " only possible)" }
            @if total.waived > 0 { "; " (thousands(total.waived)) " waived" }
            "."
        }
        @for notice in notices.iter().take(NOTES) { p.notice { (plain(&notice.text)) } }
        @if notices.len() > NOTES {
            p.notice { a href="/settings#waivers" { "and " (say::count(notices.len() - NOTES, "more notice", "more notices")) } }
        }
        (warnings(&scene.snapshot.warnings))
    }
}

/// How many items of each risk have found something, each a way to these.
fn tiles(scene: &Scene<'_>) -> Markup {
    let outcome = &scene.snapshot.outcome;
    let found = |risk: Risk| {
        let items =
            outcome.items.iter().enumerate().filter(|(at, item)| {
                item.risk == risk && scene.is_on_at(*at) && scene.counts(*at).findings > 0
            });
        items.count()
    };
    html! {
        ul.tiles aria-label="Check items with findings" {
            @for risk in Risk::ALL.into_iter().rev() {
                @let number = found(risk);
                li class=(if number > 0 { risk.as_str() } else { "none" }) {
                    a title="Check items with findings" href=(link("/", &[("risk", risk.as_str()), ("state", "found")])) {
                        strong { (number) } " " (risk.as_str()) " risk"
                    }
                }
            }
        }
    }
}

fn warnings(warnings: &[String]) -> Markup {
    html! {
        @if !warnings.is_empty() {
            details.notice {
                summary { (say::count(warnings.len(), "warning", "warnings")) " about the sources" }
                ul {
                    @for warning in warnings.iter().take(WARNINGS) { li { (plain(warning)) } }
                    @if warnings.len() > WARNINGS { li { "and " (thousands(warnings.len() - WARNINGS)) " more" } }
                }
            }
        }
    }
}

async fn obtain(State(console): State<Arc<Console>>, Posted(visitor, ()): Posted<()>) -> Response {
    let made = visitor.must(Role::Operator).and_then(|()| console.obtain(&visitor.name));
    done(&visitor, made, "/")
}

/// How far the run under way is, as server-sent events.
async fn progress(State(console): State<Arc<Console>>, _: Visitor) -> Response {
    let states = WatchStream::new(console.progress.subscribe());
    let events = states.map(|now| Event::default().json_data(now));
    axum::response::IntoResponse::into_response(Sse::new(events).keep_alive(KeepAlive::default()))
}

#[derive(Deserialize)]
struct Switch {
    on: String,
}

/// The page that a form was sent from.
#[derive(Default, Deserialize)]
#[serde(default)]
struct From {
    from: String,
}

async fn switch(
    State(console): State<Arc<Console>>,
    Path(item): Path<String>,
    Query(From { from }): Query<From>,
    Query(asked): Query<Asked>,
    Posted(visitor, Switch { on }): Posted<Switch>,
) -> Response {
    let next = match &*from {
        "item" => address("item", &item),
        "settings" => "/settings#items".to_owned(),
        _ => asked.address(),
    };
    let own = visitor.clone();
    let made = match visitor.must(Role::Operator) {
        Ok(()) => console.work(move |console| console.switch(&own.name, &item, on == "yes")).await,
        refused => refused,
    };
    done(&visitor, made, &next)
}

/// The switch of an item, as a form that comes back to the page that it is on; for those who may not use it, a word.
pub(super) fn switch_form(visitor: &Visitor, item: &Item, on: bool, back: &[(&str, &str)]) -> Markup {
    let word = if on { "On" } else { "Off" };
    html! {
        @if visitor.must(Role::Operator).is_ok() {
            form method="post" action=(link(&format!("/item/{}/switch", item.id), back)) {
                (token(visitor))
                input type="hidden" name="on" value=(if on { "no" } else { "yes" });
                button.switch role="switch" aria-checked=(if on { "true" } else { "false" })
                    aria-label={ "Check item " (item.id) } { (word) }
            }
        } @else { span.mark.good[on] { (word) } }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
