//! All servers.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use portreeve::explain::{End, Exposed, Spot, exposure};
use portreeve::model::{Address, Estate, Instance, InstanceIx, Interface, PowerState};
use portreeve::netset::PacketSet;
use portreeve::report::{plain, say};

use super::find::find;
use super::layout::{Paging, ROWS, Tab, frame, group_link, server_link};
use super::list::{found, must_be_one_of, network_field, page_link, show_field, tally};
use super::params::Params;
use super::show;
use crate::access::Visitor;
use crate::addresses::Part;
use crate::console::Console;
use crate::problem::Problem;
use crate::scene::Scene;

const CHOICES: [(&str, &str); 5] = [
    ("", "all"),
    ("findings", "at risk"),
    ("public", "with a public address"),
    ("stopped", "stopped"),
    ("bare", "without a group"),
];

/// Groups and addresses of one server that the list names.
const NAMED: usize = 4;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/servers", get(servers))
}

async fn servers(State(console): State<Arc<Console>>, visitor: Visitor, params: Params) -> Response {
    let job = move |scene: &Scene<'_>, visitor: &Visitor| {
        let body = list(scene, &params)?;
        Ok(frame(visitor, "Servers", Tab::Servers, &body))
    };
    show(&console, visitor, job).await
}

/// What is wanted of the list.
struct Wanted<'p> {
    /// A part of an id or a name.
    /// Whether each server is meant by what was typed, by its position; nothing where nothing was typed.
    meant: Option<Vec<bool>>,
    network: &'p str,
    show: &'p str,
}

impl<'p> Wanted<'p> {
    fn of(scene: &Scene<'_>, params: &'p Params) -> Self {
        let meant = params.get("q").map(|typed| meant(scene, typed));
        Self { meant, network: params.text("network"), show: params.text("show") }
    }

    fn holds(&self, scene: &Scene<'_>, ix: InstanceIx) -> bool {
        let estate = scene.estate();
        let instance = estate.instance(ix);
        let interfaces = || scene.lookup.interfaces_of(ix).iter().map(|ix| estate.interface(*ix));
        let traits = scene.snapshot.finds.traits.get(ix.at()).copied().unwrap_or_default();
        let shown = match self.show {
            "findings" => !scene.decided.tallies.server(ix).is_empty(),
            "public" => traits.public,
            "stopped" => instance.state == PowerState::Stopped,
            "bare" => traits.bare,
            _ => true,
        };
        let in_network =
            |it: &Interface| it.network.is_some_and(|ix| estate.text(estate.network(ix).id) == self.network);
        shown
            && self.meant.as_ref().is_none_or(|meant| meant.get(ix.at()) == Some(&true))
            && (self.network.is_empty() || interfaces().any(in_network))
    }
}

/// Which servers have the words in their id or name, or an address that begins so. They are gone through in the order in which their
/// names lie in memory: in any other, waiting for memory takes most of the time.
fn meant(scene: &Scene<'_>, typed: &str) -> Vec<bool> {
    let estate = scene.estate();
    let holds = |text| find(estate.text(text), typed).is_some();
    let mut meant: Vec<bool> = estate.instances.iter().map(|it| holds(it.id) || holds(it.name)).collect();
    if let Some(part) = Part::of(typed) {
        for ix in scene.snapshot.finds.addresses.having(part) {
            meant.get_mut(ix.at()).into_iter().for_each(|meant| *meant = true);
        }
    }
    meant
}

fn list(scene: &Scene<'_>, params: &Params) -> Result<Markup, Problem> {
    let wanted = Wanted::of(scene, params);
    must_be_one_of(&CHOICES, wanted.show)?;
    let all = &scene.decided.tallies.worst_servers;
    let rows: Vec<InstanceIx> = all.iter().copied().filter(|ix| wanted.holds(scene, *ix)).collect();
    let paging = Paging::of(params.page()?, rows.len());
    let shown: Vec<InstanceIx> = rows.iter().copied().skip(paging.skip()).take(ROWS).collect();
    let link = |page| page_link("/servers", params, &["q", "network", "show"], "page", page);
    Ok(html! {
        form.fields method="get" action="/servers" role="search" {
            label { "Name, id or address" input type="search" name="q" value=(params.text("q")); }
            (network_field(scene.estate(), wanted.network))
            (show_field(&CHOICES, wanted.show))
            button { "Search" }
        }
        (found(rows.len(), all.len(), "servers"))
        @if shown.is_empty() {
            p { "No server is like this. " a href="/servers" { "Show all servers" } }
        } @else {
            (table(scene, &shown))
        }
        (paging.links(link))
    })
}

fn table(scene: &Scene<'_>, rows: &[InstanceIx]) -> Markup {
    let open = open(scene, rows);
    html! {
        table.cards {
            thead {
                tr {
                    th scope="col" { "Server" }
                    th scope="col" { "State" }
                    th scope="col" { "Addresses" }
                    th scope="col" { "Security groups" }
                    th scope="col" { "Open to the internet" }
                    th scope="col" { "Findings" }
                }
            }
            tbody { @for (ix, open) in rows.iter().zip(&open) { (row(scene, *ix, open)) } }
        }
    }
}

/// What the internet may surely open on each of these servers.
fn open(scene: &Scene<'_>, rows: &[InstanceIx]) -> Vec<PacketSet> {
    let interfaces = |ix: &InstanceIx| scene.lookup.interfaces_of(*ix).iter();
    if let Some(wide) = scene.snapshot.wide.get() {
        let exposed = |ix| interfaces(ix).filter_map(|it| wide.exposures.on(*it));
        return rows.iter().map(|ix| together(exposed(ix))).collect();
    }
    // What is exposed is still being computed for all: that of one page is little work.
    let estate = scene.estate();
    let spots = rows.iter().flat_map(interfaces).filter_map(|interface| {
        let addresses = estate.interface(*interface).addresses.first();
        addresses.map(|it| Spot::Interface { interface: *interface, private: it.private, public: None })
    });
    let exposed = exposure(scene.explainer, Some(&End::Spots(spots.collect())), 1);
    let own = |ix| exposed.iter().filter(move |it| estate.interface(it.interface).instance == Some(ix));
    rows.iter().map(|ix| together(own(*ix))).collect()
}

fn together<'e>(exposed: impl Iterator<Item = &'e Exposed>) -> PacketSet {
    exposed.fold(PacketSet::empty(), |all, it| all.union(&it.allowed))
}

fn row(scene: &Scene<'_>, ix: InstanceIx, open: &PacketSet) -> Markup {
    let estate = scene.estate();
    let interfaces = || scene.lookup.interfaces_of(ix).iter().map(|ix| estate.interface(*ix));
    let addresses: Vec<&Address> = interfaces().flat_map(|it| &it.addresses).collect();
    html! {
        tr {
            td data-label="Server" { (server_link(estate, ix)) }
            td data-label="State" { (state(estate.instance(ix))) }
            td data-label="Addresses" {
                @for address in addresses.iter().take(NAMED) { div.address { (pair(address)) } }
                (more(addresses.len()))
            }
            td data-label="Groups" { (groups(scene, interfaces())) }
            td data-label="Open" { (services(open)) }
            td data-label="Findings" { (tally(scene.decided.tallies.server(ix))) }
        }
    }
}

/// The groups of some interfaces, each once, in their order.
fn groups<'e>(scene: &Scene<'_>, interfaces: impl Iterator<Item = &'e Interface>) -> Markup {
    let estate = scene.estate();
    let mut ids = Vec::new();
    for id in interfaces.filter_map(|it| it.groups).flat_map(|list| estate.group_list(list).iter()) {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    html! {
        @for id in ids.iter().take(NAMED) {
            div.address { (group_of(scene, estate, *id)) }
        }
        (more(ids.len()))
        @if ids.is_empty() { span.faint { "none" } }
    }
}

/// A group by its id, which may not be in the input.
pub(super) fn group_of(scene: &Scene<'_>, estate: &Estate, id: portreeve::model::Text) -> Markup {
    let id = estate.text(id);
    match scene.snapshot.finds.groups.get(id) {
        Some(ix) if !estate.text(estate.group(*ix).name).is_empty() => html! {
            a href=(super::layout::address("group", id)) title=(plain(id)) {
                (plain(estate.text(estate.group(*ix).name)))
            }
        },
        Some(ix) => group_link(estate, *ix),
        None => html! { code { (plain(id)) } " " span.mark { "not in the input" } },
    }
}

fn more(all: usize) -> Markup {
    html! { @if all > NAMED { div.faint { "and " (all - NAMED) " more" } } }
}

/// Whether a server runs.
pub(super) fn state(instance: &Instance) -> Markup {
    html! {
        @match instance.state {
            PowerState::Running => { "running" }
            PowerState::Stopped => { span.faint { "stopped" } }
            PowerState::Unknown => { span.faint { "not known" } }
        }
    }
}

/// A private address, and the public one that leads to it.
pub(super) fn pair(address: &Address) -> Markup {
    html! {
        code { (address.private) }
        @if let Some(public) = address.public.filter(|public| *public != address.private) {
            " " span.public { "public " code { (public) } }
        } @else if address.public.is_some() {
            " " span.public { "public" }
        }
    }
}

/// The services that somebody on the internet may open, in a few words.
fn services(open: &PacketSet) -> Markup {
    let flows = say::internet_flows(open);
    html! {
        @if flows.is_empty() { span.faint { "nothing" } }
        @for flow in flows.iter().take(NAMED) {
            div.address title=(flow.peers) {
                (flow.service)
                @if !EVERYONE.contains(&&*flow.peers) { " " span.faint { "for some" } }
            }
        }
        (more(flows.len()))
    }
}

/// What flows say of everyone, of one family or of both.
const EVERYONE: [&str; 3] = ["0.0.0.0/0", "::/0", "0.0.0.0/0, ::/0"];

#[cfg(test)]
mod tests;
