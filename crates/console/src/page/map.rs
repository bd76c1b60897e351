//! The map: which classes of interfaces let in the internet and each other.

pub(super) mod tag;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use portreeve::engine::{ClassIx, Index, Source};
use portreeve::explain::{Link, Ruling, Sender};
use portreeve::model::{Estate, GroupIx};
use portreeve::netset::protocol;
use portreeve::report::say::thousands;
use portreeve::report::{plain, ruled_by};

use self::view::{APART, Spot, View, view};
use super::find::find;
use super::layout::{Paging, ROWS, Tab, address, frame, moment};
use super::params::{Params, link};
use super::wide;
use crate::access::Visitor;
use crate::console::Console;
use crate::picture::map::{Edge, Kind, Node, map};
use crate::problem::Problem;
use crate::scene::Scene;

/// How many classes can be asked for.
const SIZES: [usize; 4] = [12, 24, 36, 60];
/// What each column is.
const TITLES: [&str; APART + 1] =
    ["", "Open to the internet", "One step behind", "Two steps behind", "Not reached from outside"];

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/map", get(mapped))
}

async fn mapped(State(console): State<Arc<Console>>, visitor: Visitor, params: Params) -> Response {
    wide(&console, visitor, move |scene, visitor| shown(scene, visitor, &params)).await
}

fn shown(scene: &Scene<'_>, visitor: &Visitor, params: &Params) -> Result<Markup, Problem> {
    let wide = scene.snapshot.wide.get().ok_or(Problem::NoResults)?;
    let (index, links) = (scene.explainer.index(), &wide.links);
    let port = params.number("port", "port")?;
    let wanted = wanted(index, links, &Filter { text: params.get("q"), tag: params.get("tag"), port });
    let most = params.number("most", "number of classes")?.unwrap_or(24).clamp(1, 60);
    let seen = view(index, links, &wanted, most);
    let body = html! {
        p { "As of " (moment(scene.snapshot.run.finished)) ". One box for all interfaces that share their security groups, one line where groups let one box open connections to another. Network ACLs, routes and servers' own firewalls are on the page " a href="/explain" { "Explain" } "." }
        (form(index.estate(), params, most))
        @if wanted.is_empty() {
            p.lead role="status" { "No rule lets anything through that fits." }
            @if let Some(word) = params.get("tag").and_then(|tag| tag::hint(index.estate(), tag)) {
                p { "There is a tag " a href=(link("/map", &[("tag", &word)])) { (plain(&word)) } ": is it meant?" }
            }
        } @else {
            (left_out(&seen, wanted.len()))
            div.wide { (drawn(index, links, &seen)) }
            (table(scene, links, &wanted, &seen, params)?)
        }
    };
    Ok(frame(visitor, "Map", Tab::Map, &body))
}

/// Which links are wanted; a link has to fit all that is given.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Filter<'a> {
    /// What the id or name of a security group or network at either end has in it.
    pub(crate) text: Option<&'a str>,
    /// A tag at either end, `key` or `key=value`.
    pub(crate) tag: Option<&'a str>,
    /// A port of TCP or UDP that is let through.
    pub(crate) port: Option<u16>,
}

/// The places of the links that a filter lets through.
pub(crate) fn wanted(index: &Index<'_>, links: &[Link], filter: &Filter<'_>) -> Vec<usize> {
    let (estate, Filter { text, tag, port }) = (index.estate(), *filter);
    let holds = |words: &str, text: &str| find(words, text).is_some();
    let meant: Option<Vec<bool>> = text.map(|text| {
        let group = |ix: &GroupIx| {
            let group = estate.group(*ix);
            holds(estate.text(group.id), text) || holds(estate.text(group.name), text)
        };
        let network = |class: &portreeve::engine::Class| {
            let network = class.interfaces.first().and_then(|ix| estate.interface(*ix).network);
            network
                .map(|ix| estate.network(ix))
                .is_some_and(|it| holds(estate.text(it.id), text) || holds(estate.text(it.name), text))
        };
        index.classes().iter().map(|class| class.groups.iter().any(group) || network(class)).collect()
    });
    let tagged = tag.map(|tag| tag::tagged(index, tag));
    let is_meant = |class: ClassIx| {
        let says = |of: &Vec<bool>| of.get(class.0 as usize).copied().unwrap_or(false);
        meant.as_ref().is_none_or(says) && tagged.as_ref().is_none_or(says)
    };
    let fits = |link: &Link| {
        let named = is_meant(link.to) || matches!(link.from, Sender::Class(class) if is_meant(class));
        named
            && port.is_none_or(|port| link.carries(protocol::TCP, port) || link.carries(protocol::UDP, port))
    };
    links.iter().enumerate().filter(|(_, link)| fits(link)).map(|(at, _)| at).collect()
}

fn form(estate: &Estate, params: &Params, most: usize) -> Markup {
    let filtered = ["q", "tag", "port"].iter().any(|name| params.get(name).is_some());
    html! {
        form method="get" action="/map" role="search" aria-label="What the map shows" {
            div.fields {
                label { "Security group or network" input type="search" name="q" value=(params.text("q")); }
                (tag::field(estate, params.get("tag")))
                label { "Port" input.short name="port" value=(params.text("port")) inputmode="numeric" placeholder="any"; }
                label { "Boxes, at most"
                    select name="most" data-submit="" { @for size in SIZES { option value=(size) selected[size == most] { (size) } } }
                }
                button { "Show" }
                @if filtered { a.button href="/map" { "Everything" } }
            }
        }
    }
}

/// What is not drawn, plainly.
fn left_out(seen: &View, all: usize) -> Markup {
    let classes = seen.spots.iter().filter(|spot| matches!(spot.who, Sender::Class(_))).count();
    let (hidden, interfaces) = seen.classes;
    html! {
        p role="status" {
            "Drawn: " (thousands(classes)) " boxes and " (thousands(seen.edges.len())) " lines for " (thousands(all - seen.links)) " of " (thousands(all)) " links; rules that let in the internet are drawn from there alone."
            @if hidden > 0 {
                " Left out: " (thousands(hidden)) " boxes with " (thousands(interfaces)) " interfaces; what is open to the internet, and what has most interfaces, is drawn first. Narrow it down by group, network, tag or port to see them."
            }
        }
    }
}

/// The groups of a class in a few words.
fn name(index: &Index<'_>, class: ClassIx) -> String {
    let estate = index.estate();
    let groups = index.class(class).groups.iter().map(|ix| {
        let group = estate.group(*ix);
        let text = if group.name.is_empty() { group.id } else { group.name };
        plain(estate.text(text)).into_owned()
    });
    let all: Vec<String> = groups.collect();
    match all.as_slice() {
        [] => "no group of the input".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{} + {}", crate::picture::cut(first, 20), rest.len()),
    }
}

fn network(estate: &Estate, ix: portreeve::model::NetworkIx) -> String {
    let network = estate.network(ix);
    let text = if network.name.is_empty() { network.id } else { network.name };
    plain(estate.text(text)).into_owned()
}

fn drawn(index: &Index<'_>, links: &[Link], seen: &View) -> Markup {
    let nodes: Vec<Node> = seen.spots.iter().map(|spot| node(index, *spot)).collect();
    let place = |who: Sender| seen.spots.iter().position(|spot| spot.who == who);
    let names = |who: Sender| place(who).and_then(|at| nodes.get(at)).map_or("", |node| &node.name);
    let edge = |(pair, at): (&(Sender, Sender), &Vec<usize>)| {
        let told: Vec<String> = at.iter().filter_map(|at| links.get(*at)).map(services).collect();
        let label = told.first().map(|first| match told.len() {
            1 => first.clone(),
            more => format!("{first} + {}", more - 1),
        });
        let words = format!("{} to {}: {}", names(pair.0), names(pair.1), told.join("; "));
        Some(Edge {
            from: place(pair.0)?,
            to: place(pair.1)?,
            label: label.unwrap_or_default(),
            words: crate::picture::cut(&words, 200),
            outside: pair.0 == Sender::Internet,
        })
    };
    let edges: Vec<Edge> = seen.edges.iter().filter_map(edge).collect();
    map(&nodes, &edges, &TITLES)
}

fn node(index: &Index<'_>, spot: Spot) -> Node {
    let estate = index.estate();
    let column = spot.column;
    match spot.who {
        Sender::Internet => {
            let (name, more) = ("Internet".to_owned(), "everybody out there".to_owned());
            Node {
                column,
                under: String::new(),
                name,
                more,
                link: Some("/exposure".to_owned()),
                kind: Kind::Internet,
            }
        }
        Sender::Network(ix) => {
            let (name, more) = (network(estate, ix), "all of the network".to_owned());
            Node { column, under: network(estate, ix), name, more, link: None, kind: Kind::Network }
        }
        Sender::Class(class) => {
            let interfaces = &index.class(class).interfaces;
            let home = interfaces.first().and_then(|ix| estate.interface(*ix).network);
            let more = match interfaces.len() {
                1 => "1 interface".to_owned(),
                many => format!("{} interfaces", thousands(many)),
            };
            let group = index
                .class(class)
                .groups
                .first()
                .map(|ix| address("group", estate.text(estate.group(*ix).id)));
            let kind = if column == 1 { Kind::Open } else { Kind::Class };
            let under = home.map_or("no known network".to_owned(), |ix| network(estate, ix));
            Node { column, under, name: name(index, class), more, link: group, kind }
        }
    }
}

/// What a link lets through: `tcp/22,80-90, icmp`.
fn services(link: &Link) -> String {
    let each = link.services.iter().map(|(number, ports)| match number {
        None => "other protocols".to_owned(),
        Some(number) if protocol::has_ports(*number) => {
            let full = ports.first().is_some_and(|first| first <= 1)
                && ports.last() == Some(u16::MAX)
                && ports.intervals().len() == 1;
            let ports = if full { "all".to_owned() } else { ports.to_string() };
            format!("{}/{ports}", protocol::label(*number).to_lowercase())
        }
        Some(number) => protocol::label(*number).to_lowercase(),
    });
    each.collect::<Vec<_>>().join(", ")
}

/// The same in words, a row for each link: those that are drawn come first.
fn table(
    scene: &Scene<'_>,
    links: &[Link],
    wanted: &[usize],
    seen: &View,
    params: &Params,
) -> Result<Markup, Problem> {
    let mut first: Vec<usize> = seen.edges.values().flatten().copied().collect();
    first.sort_unstable();
    let rest = wanted.iter().filter(|at| first.binary_search(at).is_err());
    let paging = Paging::of(params.page()?, wanted.len());
    let rows: Vec<&Link> =
        first.iter().chain(rest).skip(paging.skip()).take(ROWS).filter_map(|at| links.get(*at)).collect();
    let to_page = |number: usize| {
        let number = number.to_string();
        let names = ["q", "tag", "port", "most"];
        let mut all: Vec<(&str, &str)> = names.iter().map(|name| (*name, params.text(name))).collect();
        all.push(("page", &number));
        link("/map", &all)
    };
    let index = scene.explainer.index();
    Ok(html! {
        h2 { "The same in words" }
        table.cards {
            thead { tr { th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "What" } th scope="col" { "Because of" } } }
            tbody {
                @for link in rows {
                    tr {
                        td data-label="From" { (who(index, link.from)) }
                        td data-label="To" { (class(index, link.to)) }
                        td data-label="What" { code { (crate::picture::cut(&services(link), 80)) } }
                        td data-label="Because of" { (because(index.estate(), link.by)) }
                    }
                }
            }
        }
        (paging.links(to_page))
    })
}

fn who(index: &Index<'_>, who: Sender) -> Markup {
    match who {
        Sender::Internet => html! { strong { "Internet" } },
        Sender::Network(ix) => html! { "everything in " (network(index.estate(), ix)) },
        Sender::Class(ix) => class(index, ix),
    }
}

/// A class with its groups, the first few of them.
fn class(index: &Index<'_>, ix: ClassIx) -> Markup {
    let class = index.class(ix);
    html! {
        @for (at, group) in class.groups.iter().take(4).enumerate() { @if at > 0 { " + " } (group_named(index.estate(), *group)) }
        @if class.groups.is_empty() { "no group of the input" }
        @if class.groups.len() > 4 { " + " (class.groups.len() - 4) " more" }
        " " span.faint { "(" (thousands(class.interfaces.len())) ")" }
    }
}

/// A short link to a group: its name, or its id where it has none.
fn group_named(estate: &Estate, ix: GroupIx) -> Markup {
    let group = estate.group(ix);
    let [id, name] = [group.id, group.name].map(|text| estate.text(text));
    html! {
        a href=(address("group", id)) title=[(!name.is_empty()).then_some(plain(id))] { (plain(if name.is_empty() { id } else { name })) }
    }
}

fn because(estate: &Estate, by: Option<Source>) -> Markup {
    match by {
        Some(Source::Rule(rule)) => {
            html! { @if let Some(ruled) = ruled_by(estate, Ruling::Rule(rule)) { code { (ruled.words) } } }
        }
        Some(Source::SameGroup(_)) => html! { "members of one group reach each other" },
        Some(_) => html! { "rules that are not in the input" },
        None => html! { "the default: no rule decides" },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
