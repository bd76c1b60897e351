//! All security groups.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use portreeve::model::{Estate, Group, GroupIx};
use portreeve::report::plain;
use portreeve::report::say::thousands;

use super::find::find;
use super::layout::{Paging, ROWS, Tab, frame, group_link};
use super::list::{found, must_be_one_of, network_field, page_link, show_field, tally};
use super::params::Params;
use super::show;
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;
use crate::scene::{Members, Scene};

const CHOICES: [(&str, &str); 5] = [
    ("", "all"),
    ("findings", "with findings"),
    ("unused", "unused"),
    ("managed", "kept by a service"),
    ("own", "not kept by a service"),
];

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/groups", get(groups))
}

async fn groups(State(console): State<Arc<Console>>, visitor: Visitor, params: Params) -> Response {
    let job = move |scene: &Scene<'_>, visitor: &Visitor| {
        let body = list(scene, &params)?;
        Ok(frame(visitor, "Security groups", Tab::Groups, &body))
    };
    show(&console, visitor, job).await
}

/// What is wanted of the list.
struct Wanted<'p> {
    /// A part of an id or a name.
    typed: &'p str,
    network: &'p str,
    show: &'p str,
}

impl Wanted<'_> {
    fn holds(&self, scene: &Scene<'_>, ix: GroupIx) -> bool {
        let estate = scene.estate();
        let group = estate.group(ix);
        let network = group.network.map_or("", |ix| estate.text(estate.network(ix).id));
        let shown = match self.show {
            "findings" => !scene.decided.tallies.group(ix).is_empty(),
            "unused" => members(scene, ix).interfaces == 0,
            "managed" => group.managed,
            "own" => !group.managed,
            _ => true,
        };
        shown
            && (self.network.is_empty() || self.network == network)
            && [group.id, group.name].into_iter().any(|text| find(estate.text(text), self.typed).is_some())
    }
}

fn members(scene: &Scene<'_>, ix: GroupIx) -> Members {
    scene.snapshot.finds.members.get(ix.at()).copied().unwrap_or_default()
}

fn list(scene: &Scene<'_>, params: &Params) -> Result<Markup, Problem> {
    let wanted =
        Wanted { typed: params.text("q"), network: params.text("network"), show: params.text("show") };
    must_be_one_of(&CHOICES, wanted.show)?;
    let all = &scene.decided.tallies.worst_groups;
    let rows: Vec<GroupIx> = all.iter().copied().filter(|ix| wanted.holds(scene, *ix)).collect();
    let paging = Paging::of(params.page()?, rows.len());
    let link = |page| page_link("/groups", params, &["q", "network", "show"], "page", page);
    Ok(html! {
        form.fields method="get" action="/groups" role="search" {
            label { "Name or id" input type="search" name="q" value=(params.text("q")); }
            (network_field(scene.estate(), wanted.network))
            (show_field(&CHOICES, wanted.show))
            button { "Search" }
        }
        (found(rows.len(), all.len(), "security groups"))
        @if rows.is_empty() {
            p { "No group is like this. " a href="/groups" { "Show all groups" } }
        } @else {
            (table(scene, rows.iter().copied().skip(paging.skip()).take(ROWS)))
        }
        (paging.links(link))
    })
}

fn table(scene: &Scene<'_>, rows: impl Iterator<Item = GroupIx>) -> Markup {
    html! {
        table.cards {
            thead {
                tr {
                    th scope="col" { "Security group" }
                    th scope="col" { "Network" }
                    th scope="col" { "Region" }
                    th.number scope="col" { "Rules" }
                    th.number scope="col" { "Interfaces / servers" }
                    th scope="col" { "Findings" }
                }
            }
            tbody { @for ix in rows { (row(scene, ix)) } }
        }
    }
}

fn row(scene: &Scene<'_>, ix: GroupIx) -> Markup {
    let estate = scene.estate();
    let group = estate.group(ix);
    let Members { interfaces, servers } = members(scene, ix);
    html! {
        tr {
            td data-label="Group" { (group_link(estate, ix)) (marks(group)) }
            td data-label="Network" { (network(estate, group)) }
            td data-label="Region" { (plain(estate.text(group.region))) }
            td.number data-label="Rules" { (thousands(group.rules.len())) }
            td.number data-label="Carried by" {
                @if interfaces == 0 { span.faint { "unused" } }
                @else { (thousands(interfaces)) " / " (thousands(servers)) }
            }
            td data-label="Findings" { (tally(scene.decided.tallies.group(ix))) }
        }
    }
}

fn marks(group: &Group) -> Markup {
    html! { @if group.managed { " " span.mark { "kept by a service" } } }
}

/// The network of a group by its name, or by its id.
pub(super) fn network(estate: &Estate, group: &Group) -> Markup {
    html! {
        @if let Some(network) = group.network.map(|ix| estate.network(ix)) {
            @let (id, name) = (estate.text(network.id), estate.text(network.name));
            @if name.is_empty() { code { (plain(id)) } } @else { span title=(plain(id)) { (plain(name)) } }
        } @else {
            span.faint { "none" }
        }
    }
}

#[cfg(test)]
mod tests;
