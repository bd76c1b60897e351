//! Internet exposure: every public address with what is open on it, and to how much of the internet.

mod trend;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use portreeve::explain::Exposed;
use portreeve::model::Estate;
use portreeve::netset::{Block, PacketSet, PortSet, protocol};
use portreeve::report::say::thousands;
use portreeve::report::{Flow, flows, missing, plain};
use portreeve_store::ExposurePoint;

use super::find::find;
use super::layout::{Paging, ROWS, Tab, frame, moment, server_link};
use super::params::{Params, link};
use super::runs::CHARTED;
use super::{page, show};
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;
use crate::scene::Scene;
use crate::wide::{Exposures, Named};

/// Rows of what is open on one interface that are shown.
const FLOWS: usize = 6;
/// Services that are shown as a summary.
const SERVICES: usize = 14;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/exposure", get(exposure))
}

async fn exposure(State(console): State<Arc<Console>>, visitor: Visitor, params: Params) -> Response {
    if let Err(problem) = console.wide().await {
        return page(&visitor, Err(problem));
    }
    match console.work(|console| Ok(console.exposures(CHARTED)?)).await {
        Ok(points) => {
            show(&console, visitor, move |scene, visitor| shown(scene, visitor, &params, &points)).await
        }
        Err(problem) => page(&visitor, Err(problem)),
    }
}

fn shown(
    scene: &Scene<'_>,
    visitor: &Visitor,
    params: &Params,
    points: &[ExposurePoint],
) -> Result<Markup, Problem> {
    let wide = scene.snapshot.wide.get().ok_or(Problem::NoResults)?;
    let body = html! {
        p { "As of " (moment(scene.snapshot.run.finished)) ". What somebody on the internet can really open: groups, network ACLs, public addresses, NAT gateways and load balancers together." }
        (listed(scene.estate(), &wide.exposures, params, "/exposure", &trend::section(points))?)
    };
    Ok(frame(visitor, "Internet exposure", Tab::Exposure, &body))
}

/// What is exposed, on the page at `base`, with something more between the summary and the list.
pub(in crate::page) fn listed(
    estate: &Estate,
    exposures: &Exposures,
    params: &Params,
    base: &str,
    between: &Markup,
) -> Result<Markup, Problem> {
    let port: Option<u16> = params.number("port", "port")?;
    let service = params.get("service").map(|id| {
        let known = exposures.services.iter().find(|open| open.service.id == id);
        known
            .map(|open| &open.service)
            .ok_or_else(|| Problem::Invalid(format!("no service `{id}` is open anywhere")))
    });
    let service = service.transpose()?;
    let mut found = exposures.open(port, service);
    if let Some(text) = params.get("q") {
        found.retain(|at| exposures.all.get(*at).is_some_and(|exposed| mentions(estate, exposed, text)));
    }
    let paging = Paging::of(params.page()?, found.len());
    let rows = found.iter().skip(paging.skip()).take(ROWS).filter_map(|at| exposures.all.get(*at));
    let names = ["q", "port", "service"];
    let to_page = |number: usize| {
        let number = number.to_string();
        let mut all: Vec<(&str, &str)> = names.iter().map(|name| (*name, params.text(name))).collect();
        all.push(("page", &number));
        link(base, &all)
    };
    Ok(html! {
        (tiles(exposures))
        (summary(exposures, base))
        (between)
        (form(exposures, params, base))
        p role="status" { (thousands(found.len())) " of " (thousands(exposures.all.len())) " exposed interfaces" @if let Some(service) = service { " open " strong { (service.name) } " (" (service.ports()) ")" } }
        @if !found.is_empty() {
            table.cards.exposed {
                thead { tr { th scope="col" { "Public address" } th scope="col" { "Server" } th scope="col" { "Open" } } }
                tbody { @for exposed in rows { (row(estate, exposed, port, service)) } }
            }
        }
        (paging.links(to_page))
    })
}

/// Whether somebody who searches means this one.
fn mentions(estate: &Estate, exposed: &Exposed, text: &str) -> bool {
    let interface = estate.interface(exposed.interface);
    let is_address = text.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:".contains(&byte));
    let holds = |words: &str| find(words, text).is_some();
    let server = interface.instance.map(|ix| estate.instance(ix));
    holds(estate.text(interface.id))
        || server.is_some_and(|server| holds(estate.text(server.id)) || holds(estate.text(server.name)))
        || (is_address && exposed.public.iter().any(|address| address.to_string().contains(text)))
}

fn tiles(exposures: &Exposures) -> Markup {
    let all = &exposures.all;
    let surely = all.iter().filter(|exposed| !exposed.allowed.is_empty()).count();
    let everyone = all.iter().filter(|exposed| !exposed.allowed.is_empty() && exposed.share > 0.999).count();
    html! {
        ul.tiles {
            li { strong { (thousands(surely)) } " interfaces are open to the internet" }
            li { strong { (thousands(everyone)) } " of them to everyone" }
            @if all.len() > surely { li { strong { (thousands(all.len() - surely)) } " more are in doubt" } }
            li { strong { (thousands(exposures.kinds())) } " differ in what is open" }
        }
    }
}

/// The services that are open, as a picture of bars.
fn summary(exposures: &Exposures, base: &str) -> Markup {
    let most = exposures.services.first().map_or(1, |open| open.interfaces).max(1);
    html! {
        @if !exposures.services.is_empty() {
            h2 { "By service" }
            table.services {
                thead { tr { th scope="col" { "Service" } th.wide-only scope="col" { "Ports" } th scope="col" { "Interfaces" } th.number scope="col" { "Open to, at most" } } }
                tbody {
                    @for open in exposures.services.iter().take(SERVICES) {
                        tr {
                            td { a href=(link(base, &[("service", open.service.id)])) { (open.service.name) } }
                            td.wide-only { code { (open.service.ports()) } }
                            td {
                                svg.gauge viewBox="0 0 120 12" width="120" height="12" aria-hidden="true" {
                                    rect x="0" y="1" width=(120 * open.interfaces / most) height="10" rx="2" {}
                                }
                                " " (thousands(open.interfaces))
                            }
                            td.number { (percent(open.share)) }
                        }
                    }
                }
            }
            @if exposures.services.len() > SERVICES {
                details {
                    summary { (thousands(exposures.services.len() - SERVICES)) " more services" }
                    p { @for open in exposures.services.iter().skip(SERVICES) { a href=(link(base, &[("service", open.service.id)])) { (open.service.name) } " (" (thousands(open.interfaces)) ") " } }
                }
            }
        }
    }
}

fn form(exposures: &Exposures, params: &Params, base: &str) -> Markup {
    html! {
        h2 { "By address" }
        form method="get" action=(base) role="search" aria-label="Exposed interfaces" {
            div.fields {
                label { "Server or address" input type="search" name="q" value=(params.text("q")); }
                label { "Port" input.short name="port" value=(params.text("port")) inputmode="numeric" placeholder="any"; }
                label { "Service"
                    select name="service" data-submit="" {
                        option value="" { "any" }
                        @for open in &exposures.services {
                            option value=(open.service.id) selected[params.get("service") == Some(open.service.id)] { (open.service.name) }
                        }
                    }
                }
                button { "Filter" }
            }
        }
    }
}

fn row(estate: &Estate, exposed: &Exposed, port: Option<u16>, service: Option<&Named>) -> Markup {
    let interface = estate.interface(exposed.interface);
    let asked = |set: &PacketSet| match wanted(port, service) {
        Some(wanted) => flows(&set.intersection(&wanted), false),
        None => flows(set, false),
    };
    let (mut surely, maybe) = (asked(&exposed.allowed), asked(&exposed.unknown));
    surely.sort_by(|one, other| other.share.total_cmp(&one.share));
    let target = interface.instance.map_or(interface.id, |ix| estate.instance(ix).id);
    let target = exposed.public.first().map_or_else(|| estate.text(target).to_owned(), ToString::to_string);
    let port = port.map(|port| port.to_string()).unwrap_or_default();
    let ask = link("/explain", &[("from", "internet"), ("to", &target), ("port", &port)]);
    html! {
        tr {
            td data-label="Public address" {
                @for address in &exposed.public { code { (address) } br; }
                @if exposed.public.is_empty() { span.faint { "through a gateway" } }
            }
            td data-label="Server" {
                @match interface.instance {
                    Some(ix) => { (server_link(estate, ix)) }
                    None => { code { (plain(estate.text(interface.id))) } }
                }
                @if !interface.primary { br; code.faint { (plain(estate.text(interface.id))) } }
                br; a.faint href=(ask) { "explain" }
            }
            td data-label="Open" {
                (open(&surely, "open"))
                (open(&maybe, "maybe"))
                @if let Some(told) = exposed.gaps.first() {
                    @let (at, what) = missing(estate, told);
                    p.faint { "in doubt because of " code { (at) } ": " (what) }
                }
            }
        }
    }
}

/// The traffic that the filters ask for; nothing where they ask for none in particular.
fn wanted(port: Option<u16>, service: Option<&Named>) -> Option<PacketSet> {
    let of_service = service.map(Named::traffic);
    let of_port = port.map(|port| {
        let both = [protocol::TCP, protocol::UDP];
        PacketSet::from_block(&Block {
            protocols: both.into_iter().map(|number| (number, number)).collect(),
            ports: PortSet::single(port),
            ..Block::all()
        })
    });
    match (of_service, of_port) {
        (Some(one), Some(other)) => Some(one.intersection(&other)),
        (one, other) => one.or(other),
    }
}

/// What is open, with to how much of the internet.
fn open(all: &[Flow], class: &str) -> Markup {
    html! {
        @if !all.is_empty() {
            ul.flows {
                @for flow in all.iter().take(FLOWS) {
                    li class=(class) {
                        code { (shortened(&flow.service)) }
                        @if class == "maybe" { " perhaps" }
                        " from " strong { (percent(flow.share)) }
                        @if flow.share < 0.999 { " " span.faint { "(" (few(&flow.peers)) ")" } }
                    }
                }
                @if all.len() > FLOWS { li.faint { "and " (thousands(all.len() - FLOWS)) " more" } }
            }
        }
    }
}

/// Long lists of ports are for the page of the connection.
fn shortened(service: &str) -> String {
    crate::picture::cut(service, 60)
}

fn few(peers: &[String]) -> String {
    let shown: Vec<&str> = peers.iter().take(2).map(String::as_str).collect();
    match peers.len().saturating_sub(2) {
        0 => shown.join(", "),
        more => format!("{} and {} more prefixes", shown.join(", "), thousands(more)),
    }
}

/// A share of the internet in words.
pub(in crate::page) fn percent(share: f64) -> String {
    let hundred = share * 100.0;
    if hundred > 99.9 {
        "everyone".to_owned()
    } else if hundred >= 1.0 {
        format!("{hundred:.0} % of the internet")
    } else if hundred >= 0.001 {
        format!("{hundred:.3} % of the internet")
    } else {
        "under 0.001 % of the internet".to_owned()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
