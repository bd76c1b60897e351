//! All servers.

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use portreeve::explain::{End, Spot, exposure};
use portreeve::model::{Address, Estate, Instance, InstanceIx, Interface, PowerState};
use portreeve::netset::PacketSet;
use portreeve::report::{plain, say};

use super::layout::{Paging, ROWS, Tab, frame, group_link, server_link};
use super::list::{Needle, found, must_be_one_of, network_field, page_link, show_field, tally};
use super::params::Params;
use super::show;
use crate::access::Visitor;
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
    needle: Needle,
    /// What is looked for among addresses: words that an address may begin with.
    address: Option<&'p str>,
    network: &'p str,
    show: &'p str,
}

impl<'p> Wanted<'p> {
    fn of(params: &'p Params) -> Self {
        let word = params.text("q");
        let like_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':');
        let address = word.bytes().all(like_address) && word.contains(['.', ':']);
        Self {
            needle: Needle::of(word),
            address: address.then_some(word),
            network: params.text("network"),
            show: params.text("show"),
        }
    }

    fn holds(&self, scene: &Scene<'_>, ix: InstanceIx) -> bool {
        let estate = scene.estate();
        let instance = estate.instance(ix);
        let interfaces = || scene.lookup.interfaces_of(ix).iter().map(|ix| estate.interface(*ix));
        let shown = match self.show {
            "findings" => !scene.decided.tallies.server(ix).is_empty(),
            "public" => interfaces().flat_map(|it| &it.addresses).any(|it| it.public.is_some()),
            "stopped" => instance.state == PowerState::Stopped,
            "bare" => interfaces().any(|it| it.groups.is_some_and(|list| estate.group_list(list).is_empty())),
            _ => true,
        };
        let in_network =
            |it: &Interface| it.network.is_some_and(|ix| estate.text(estate.network(ix).id) == self.network);
        shown
            && (self.network.is_empty() || interfaces().any(in_network))
            && (self.needle.is_in(estate.text(instance.id))
                || self.needle.is_in(estate.text(instance.name))
                || self.address.is_some_and(|word| interfaces().any(|it| begins(it, word))))
    }
}

/// Whether an address of an interface begins with these words.
fn begins(interface: &Interface, word: &str) -> bool {
    let mut text = String::new();
    let mut addresses = interface.addresses.iter().flat_map(|it| [Some(it.private), it.public]).flatten();
    addresses.any(|address| {
        text.clear();
        // Writing to a string cannot fail.
        let _ = write!(text, "{address}");
        text.starts_with(word)
    })
}

fn list(scene: &Scene<'_>, params: &Params) -> Result<Markup, Problem> {
    let wanted = Wanted::of(params);
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
    let estate = scene.estate();
    let spots = rows.iter().flat_map(|ix| scene.lookup.interfaces_of(*ix)).filter_map(|interface| {
        let addresses = estate.interface(*interface).addresses.first();
        addresses.map(|it| Spot::Interface { interface: *interface, private: it.private, public: None })
    });
    let exposed = exposure(scene.explainer, Some(&End::Spots(spots.collect())), 1);
    let of = |ix: &InstanceIx| {
        let own = exposed.iter().filter(|it| estate.interface(it.interface).instance == Some(*ix));
        own.fold(PacketSet::empty(), |all, it| all.union(&it.allowed))
    };
    rows.iter().map(of).collect()
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
