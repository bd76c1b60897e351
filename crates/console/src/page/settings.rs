//! Settings: items, waivers, sources, and the ways to users and the audit log.

mod own;
mod schedule;
mod waivers;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};
use portreeve::checks::Item;
use portreeve::report::plain;
use portreeve::report::say::{self, thousands};
use portreeve_store::{Document, ItemSwitch};

use super::check::switch_form;
use super::layout::{Tab, address, frame, moment, risk};
use super::page;
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;

/// Documents that are listed.
const DOCUMENTS: usize = 100;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route("/settings", get(settings))
        .route("/settings/schedule", post(schedule::set))
        .route("/settings/own", post(own::add))
        .route("/settings/own/{id}", post(own::change))
        .route("/settings/own/{id}/remove", post(own::remove))
}

async fn settings(State(console): State<Arc<Console>>, visitor: Visitor) -> Response {
    let own = visitor.clone();
    page(&visitor, console.work(move |console| whole(console, &own)).await)
}

fn whole(console: &Console, visitor: &Visitor) -> Result<Markup, Problem> {
    let switches = console.store.switches()?;
    let run = console.current().map(|current| current.desk.snapshot.run.clone());
    let documents = run.as_ref().map(|run| console.store.documents(run.id)).transpose()?;
    let body = html! {
        nav.contents aria-label="Settings" {
            a href="#sources" { "Sources" }
            a href="#schedule" { "Schedule" }
            a href="#waivers" { "Waivers" }
            a href="#own" { "Own items" }
            a href="#items" { "Check items" }
            a href="/settings/users" { "Users" }
            a href="/settings/audit" { "Audit log" }
        }
        (sources(console, documents.as_deref()))
        (schedule::form(console, visitor)?)
        (waivers::list(console, visitor)?)
        (own::section(console, visitor)?)
        (items(console, visitor, &switches)?)
    };
    Ok(frame(visitor, "Settings", Tab::Settings, &body))
}

fn items(console: &Console, visitor: &Visitor, switches: &[ItemSwitch]) -> Result<Markup, Problem> {
    let items = portreeve::items(&console.settings()?);
    Ok(html! {
        h2 #items { "Check items" }
        p.faint { "A switch takes effect at once, for everyone. The configuration file decides where nobody has set one." }
        table.cards {
            thead {
                tr {
                    th scope="col" { "Risk level" }
                    th scope="col" { "Check item" }
                    th scope="col" { "Set by" }
                    th scope="col" { "Status" }
                }
            }
            tbody { @for item in &items { (item_row(visitor, item, switches)) } }
        }
    })
}

fn item_row(visitor: &Visitor, item: &Item, switches: &[ItemSwitch]) -> Markup {
    let set = switches.iter().find(|switch| switch.item == item.id);
    let on = set.map_or(item.enabled, |switch| switch.enabled);
    html! {
        tr.off[!on] {
            td data-label="Risk level" { (risk(item.risk)) }
            td data-label="Check item" {
                a href=(address("item", &item.id)) { (plain(&item.title)) }
                div { code.faint { (item.id) } @if item.meta.is_none() { " own item" } }
            }
            td data-label="Set by" {
                @match set {
                    Some(switch) => { (plain(&switch.who)) ", " (moment(switch.at)) },
                    None => span.faint { "the configuration" },
                }
            }
            td data-label="Status" { (switch_form(visitor, item, on, &[("from", "settings")])) }
        }
    }
}

/// Where the documents come from, and what the last run had.
fn sources(console: &Console, documents: Option<&[Document]>) -> Markup {
    let options = &console.options;
    html! {
        h2 #sources { "Sources" }
        dl {
            dt { "Read from" }
            dd { @for source in &options.sources { div { code { (plain(source)) } } } }
            dt { "Called" } dd { (plain(&options.estate)) }
            dt { "What cannot be read" }
            dd { @if options.keep_going { "becomes a gap" } @else { "fails the run" } }
        }
        @match documents {
            None => p.faint { "There are no results yet, hence no documents." },
            Some(documents) => {
                @let bytes: u64 = documents.iter().map(|document| document.bytes).sum();
                details {
                    summary { "The last run had " (say::count(documents.len(), "document", "documents")) ", " (size(bytes)) }
                    table.cards {
                        thead { tr { th scope="col" { "Document" } th.number scope="col" { "Size" } th scope="col" { "SHA-256" } } }
                        tbody { @for document in documents.iter().take(DOCUMENTS) { (document_row(document)) } }
                    }
                    @if documents.len() > DOCUMENTS { p.faint { "and " (thousands(documents.len() - DOCUMENTS)) " more" } }
                }
            }
        }
    }
}

fn document_row(document: &Document) -> Markup {
    html! {
        tr {
            td data-label="Document" { (plain(&document.path)) }
            td.number data-label="Size" { (size(document.bytes)) }
            td data-label="SHA-256" { code.faint { (document.hash.get(..16).unwrap_or(&document.hash)) "…" } }
        }
    }
}

/// A size in the unit that keeps it short.
fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        _ => format!("{} MB", tenths(1_000_000)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
