//! The security group check: what was found, when, and the switch of each item.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::{get, post};
use maud::{Markup, html};
use portreeve::checks::Item;
use serde::Deserialize;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;

use super::layout::{Tab, frame, moment, risk, thousands, token};
use super::{done, page};
use crate::access::{Posted, Role, Visitor};
use crate::console::Console;
use crate::problem::Problem;
use crate::run::Progress;
use crate::scene::Scene;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route("/", get(check))
        .route("/check/run", post(obtain))
        .route("/check/progress", get(progress))
        .route("/item/{id}/switch", post(switch))
}

async fn check(State(console): State<Arc<Console>>, visitor: Visitor) -> Response {
    let now = console.progress.borrow().clone();
    let own = visitor.clone();
    let top = html! { (obtaining(&visitor, &now)) };
    let made = console.read(move |scene| Ok(results(scene, &own))).await;
    let body = match made {
        Ok(results) => html! { (top) (results) },
        Err(Problem::NoResults) => html! { (top) p.lead { "There are no results yet." } },
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
                @if let Progress::Failed { why, .. } = other {
                    p.failed role="alert" { "The last run failed: " (why) }
                }
                form method="post" action="/check/run" {
                    (token(visitor))
                    button.primary { "Obtain latest check results" }
                }
            }
        }
    }
}

fn results(scene: &Scene<'_>, visitor: &Visitor) -> Markup {
    let snapshot = scene.snapshot;
    html! {
        p { "Results of " (moment(snapshot.run.finished)) " (run " (snapshot.run.id) ")" }
        h2 { "Check result details" }
        table.cards {
            thead {
                tr {
                    th scope="col" { "Risk level" }
                    th scope="col" { "Check item" }
                    th.number scope="col" { "At-risk security groups / servers" }
                    th scope="col" { "Check item status" }
                }
            }
            tbody {
                @for (at, item) in snapshot.outcome.items.iter().enumerate() {
                    (row(scene, visitor, at, item))
                }
            }
        }
    }
}

fn row(scene: &Scene<'_>, visitor: &Visitor, at: usize, item: &Item) -> Markup {
    let on = scene.decided.on.get(at).copied().unwrap_or(true);
    let counts = scene.counts(at);
    html! {
        tr.off[!on] {
            td data-label="Risk level" { (risk(item.risk)) }
            td data-label="Check item" { (item.title) " " code { (item.id) } }
            td.number data-label="At risk" {
                @if on { (thousands(counts.groups)) " / " (thousands(counts.servers)) } @else { "–" }
            }
            td data-label="Status" {
                form method="post" action={ "/item/" (item.id) "/switch" } {
                    (token(visitor))
                    input type="hidden" name="on" value=(if on { "no" } else { "yes" });
                    button.switch role="switch" aria-checked=(if on { "true" } else { "false" })
                        aria-label={ "Check item " (item.id) } { (if on { "On" } else { "Off" }) }
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

async fn switch(
    State(console): State<Arc<Console>>,
    Path(item): Path<String>,
    Posted(visitor, Switch { on }): Posted<Switch>,
) -> Response {
    let own = visitor.clone();
    let made = match visitor.must(Role::Operator) {
        Ok(()) => console.work(move |console| console.switch(&own.name, &item, on == "yes")).await,
        refused => refused,
    };
    done(&visitor, made, "/")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
