//! The audit log: who did what, and when.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use portreeve::report::plain;
use portreeve_store::Entry;
use serde::Deserialize;

use super::{Role, Visitor};
use crate::console::Console;
use crate::page::layout::{ROWS, Tab, frame, moment};
use crate::page::page;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/settings/audit", get(show))
}

#[derive(Deserialize)]
struct Wanted {
    /// Only entries before this one.
    before: Option<i64>,
}

async fn show(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Query(Wanted { before }): Query<Wanted>,
) -> Response {
    let read = match visitor.must(Role::Admin) {
        // One more than is shown tells whether there are more.
        Ok(()) => {
            let limit = u32::try_from(ROWS + 1).unwrap_or(u32::MAX);
            console.work(move |console| Ok(console.store.audit_log(before, limit)?)).await
        }
        Err(problem) => Err(problem),
    };
    let made = read.map(|entries| {
        frame(&visitor, "Audit log", Tab::Settings, &table(entries.as_slice(), before.is_some()))
    });
    page(&visitor, made)
}

fn table(entries: &[Entry], later: bool) -> Markup {
    let shown = entries.get(..ROWS).unwrap_or(entries);
    html! {
        p { "Who did what, the last first." }
        table.cards {
            thead {
                tr { th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" } th scope="col" { "To what" } th scope="col" { "In more words" } }
            }
            tbody {
                @for entry in shown {
                    tr {
                        td data-label="When" { (moment(entry.at)) }
                        td data-label="Who" { (plain(&entry.who)) }
                        td data-label="What" { (plain(&entry.action)) }
                        td data-label="To what" { (plain(&entry.subject)) }
                        td data-label="More" { (plain(&entry.detail)) }
                    }
                }
            }
        }
        nav.pager aria-label="Pages of the log" {
            @if later { a href="/settings/audit" { "Latest" } }
            @if entries.len() > shown.len() && let Some(last) = shown.last() {
                a rel="next" href={ "/settings/audit?before=" (last.id) } { "Earlier →" }
            }
        }
    }
}
