//! Fixing details: what a check item asks, and everything that it found.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use portreeve::checks::{Certainty, Finding, Item};
use portreeve::report::html::{Look, finding_cells, item_text, prose, risk};
use portreeve::report::say::{self, thousands};
use portreeve::report::{Status, html as parts, plain};
use serde::Deserialize;

use super::check::switch_form;
use super::find::find;
use super::layout::{Paging, Tab, address, frame};
use super::links::{self, Pages};
use super::params::link;
use super::show;
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;
use crate::scene::Scene;

/// Findings on a page: their rules and servers take more room than the rows of other lists.
const FINDINGS: usize = 20;
/// What is shown of each finding.
const LOOK: Look<'static> =
    Look { links: &Pages, most: 8, servers: 5, others: true, picture: false, status: false };

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/item/{id}", get(item))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// A part of the name or id of a group or server.
    q: String,
    /// `open`, `sure`, `possible` or `waived`.
    state: String,
    page: String,
}

const STATES: [(&str, &str); 5] = [
    ("", "all findings"),
    ("open", "that count"),
    ("sure", "that count and are sure"),
    ("possible", "that count and are possible"),
    ("waived", "waived"),
];

async fn item(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let make = move |scene: &Scene<'_>, visitor: &Visitor| {
        let items = &scene.snapshot.outcome.items;
        let at = items.iter().position(|item| *item.id == *id);
        let found = at.and_then(|at| Some((at, items.get(at)?)));
        let (at, item) =
            found.ok_or_else(|| Problem::NotFound(format!("there is no check item `{}`", plain(&id))))?;
        let body = html! { (head(scene, visitor, at, item)) (findings(scene, at, item, &asked)) };
        Ok(frame(visitor, &plain(&item.title), Tab::Check, &body))
    };
    show(&console, visitor, make).await
}

fn head(scene: &Scene<'_>, visitor: &Visitor, at: usize, item: &Item) -> Markup {
    let (on, counts) = (scene.is_on_at(at), scene.counts(at));
    html! {
        div.subtitle {
            (risk(item.risk)) code { (item.id) }
            (switch_form(visitor, item, on, &[("from", "item")]))
        }
        p.lead { (prose(item.meta.map_or(&*item.title, |meta| meta.asks))) }
        p { strong { "Suggestion: " } (prose(&item.suggestion)) }
        details { summary { "All about this item" } (item_text(item)) }
        @if !on { p.notice { "This item is off: what it finds does not count." } }
        p.totals {
            strong { (say::count(counts.groups, "security group", "security groups")) } " and "
            strong { (say::count(counts.servers, "server", "servers")) } " at risk"
            @if counts.possible > 0 { "; " (say::count(counts.possible, "finding is", "findings are")) " only possible" }
            @if counts.waived > 0 { "; " (thousands(counts.waived)) " waived" }
            "."
        }
    }
}

fn findings(scene: &Scene<'_>, at: usize, item: &Item, asked: &Asked) -> Markup {
    let all = scene.snapshot.finds.by_item.get(at).map_or(&[][..], Vec::as_slice);
    if all.is_empty() {
        return html! { h2 { "Fixing details" } p.lead { "It found nothing." } };
    }
    let needle = asked.q.trim();
    let found: Vec<usize> = scene
        .findings(all)
        .filter(|(at, finding)| wanted(asked, scene.decided.status(*at), finding))
        .filter(|(_, finding)| needle.is_empty() || has(scene, finding, needle))
        .map(|(at, _)| at)
        .collect();
    let paging = Paging::by(links::page(&asked.page), found.len(), FINDINGS);
    let report = scene.report();
    let path = address("item", &item.id);
    let link =
        |page: usize| link(&path, &[("q", &asked.q), ("state", &asked.state), ("page", &page.to_string())]);
    html! {
        h2 { "Fixing details" }
        (filters(&path, asked))
        p.faint { (say::count(found.len(), "finding", "findings")) }
        @if !found.is_empty() {
            table.cards.findings.five {
                thead {
                    tr {
                        th scope="col" { "Security group" }
                        th scope="col" { "Rules" }
                        th scope="col" { "Servers" }
                        th scope="col" { "Opens" }
                        th scope="col" { "Status" }
                    }
                }
                tbody {
                    @for at in found.iter().skip(paging.skip()).take(FINDINGS) {
                        tr.settled[!scene.decided.status(*at).counts()] {
                            (finding_cells(&report, *at, LOOK).unwrap_or_default())
                            td data-label="Status" { (standing(scene, *at)) }
                        }
                    }
                }
            }
            (paging.links(link))
        }
    }
}

/// What became of a finding, and the way to its fix.
fn standing(scene: &Scene<'_>, at: usize) -> Markup {
    let status = scene.decided.status(at);
    let finding = scene.snapshot.outcome.findings.get(at);
    html! {
        @if status.counts() { div { "open" } } @else { div { (parts::status(status)) } }
        @if let Some(mark) = scene.decided.planned.get(&at) {
            div { (parts::mark("good", "planned")) " " span.faint { (plain(&mark.note)) } }
        }
        @if let Some(finding) = finding {
            div { a href=(links::finding(finding.fingerprint)) { "Details and fix" } }
        }
    }
}

fn filters(path: &str, asked: &Asked) -> Markup {
    html! {
        form.fields method="get" action=(path) role="search" {
            label { "Search" input type="search" name="q" value=(asked.q) placeholder="group or server"; }
            label {
                "Findings"
                select name="state" data-submit="" {
                    @for (state, words) in STATES { option value=(state) selected[asked.state == state] { (words) } }
                }
            }
            button { "Show" }
        }
    }
}

fn wanted(asked: &Asked, status: &Status, finding: &Finding) -> bool {
    match &*asked.state {
        "open" => status.counts(),
        "sure" => status.counts() && finding.certainty == Certainty::Sure,
        "possible" => status.counts() && finding.certainty == Certainty::Possible,
        "waived" => matches!(status, Status::Waived { .. }),
        _ => true,
    }
}

/// Whether a finding is on a group, or about a server, that is searched for.
fn has(scene: &Scene<'_>, finding: &Finding, needle: &str) -> bool {
    let estate = scene.estate();
    let is = |text| find(estate.text(text), needle).is_some();
    let group = finding.group.and_then(|ix| estate.groups.get(ix.at()));
    group.is_some_and(|group| is(group.id) || is(group.name))
        || finding.servers.iter().any(|server| {
            let interface = estate.interfaces.get(server.interface.at());
            let instance = interface.and_then(|interface| estate.instances.get(interface.instance?.at()));
            interface.is_some_and(|interface| is(interface.id))
                || instance.is_some_and(|instance| is(instance.id) || is(instance.name))
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
