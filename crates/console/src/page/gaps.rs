//! What is not known: the gaps that the documents leave, and whose answers they may change.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use portreeve::model::Gap;
use portreeve::report::plain;
use portreeve::report::say;
use serde::Deserialize;

use super::find::find;
use super::layout::{Paging, ROWS, Tab, address, frame};
use super::links;
use super::params::link;
use super::show;
use crate::access::Visitor;
use crate::console::Console;
use crate::scene::Scene;

/// Items that a gap names.
const NAMED: usize = 6;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/gaps", get(gaps))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
    page: String,
}

async fn gaps(State(console): State<Arc<Console>>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let make = move |scene: &Scene<'_>, visitor: &Visitor| {
        Ok(frame(visitor, "What is not known", Tab::Check, &list(scene, &asked)))
    };
    show(&console, visitor, make).await
}

fn list(scene: &Scene<'_>, asked: &Asked) -> Markup {
    let needle = asked.q.trim();
    let gaps = scene.estate().gaps.iter().enumerate();
    let found: Vec<(usize, &Gap)> = gaps
        .filter(|(_, gap)| [&gap.at, &gap.what].iter().any(|text| find(text, needle).is_some()))
        .collect();
    let paging = Paging::of(links::page(&asked.page), found.len());
    html! {
        p {
            "What the documents do not tell never makes an answer firm: where it may change one, a finding is "
            em { "possible" } " and a server's state " em { "unknown" } "."
        }
        form.fields method="get" action="/gaps" role="search" {
            label { "Search" input type="search" name="q" value=(asked.q) placeholder="object or words"; }
            button { "Show" }
        }
        p.faint { (say::count(found.len(), "gap", "gaps")) }
        table.cards {
            thead { tr { th scope="col" { "Where" } th scope="col" { "What is missing" } th scope="col" { "May change" } } }
            tbody {
                @for (at, gap) in found.iter().skip(paging.skip()).take(ROWS) {
                    tr {
                        td data-label="Where" { code { (plain(&gap.at)) } }
                        td data-label="Missing" { (plain(&gap.what)) }
                        td data-label="May change" { (affected(scene, *at)) }
                    }
                }
            }
        }
        (paging.links(|page| link("/gaps", &[("q", &asked.q), ("page", &page.to_string())])))
    }
}

fn affected(scene: &Scene<'_>, gap: usize) -> Markup {
    let outcome = &scene.snapshot.outcome;
    let items = outcome.affects.get(gap).map_or(&[][..], Vec::as_slice);
    let named = items.iter().take(NAMED).filter_map(|ix| outcome.items.get(usize::from(ix.0)));
    html! {
        @for (nth, item) in named.enumerate() {
            @if nth > 0 { ", " }
            a href=(address("item", &item.id)) { (item.id) }
        }
        @if items.len() > NAMED { " and " (items.len() - NAMED) " more" }
    }
}
