//! One server: its interfaces, what the internet may open on it, and which group lets it in.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use portreeve::checks::{Finding, ServerState};
use portreeve::explain::{End, Exposed, Spot, Told, exposure};
use portreeve::model::{Estate, InstanceIx, InterfaceIx, NetworkIx, SubnetIx};
use portreeve::netset::PacketSet;
use portreeve::report::say::thousands;
use portreeve::report::{plain, say};
use portreeve::{Contribution, contributions};

use super::layout::{Tab, frame, group_link, risk};
use super::list::finding_address;
use super::map::tag;
use super::params::{Params, link};
use super::servers::{group_of, pair, state};
use super::show;
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;
use crate::scene::Scene;

/// Rows of traffic and findings that the page shows.
const ROWS: usize = 50;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/server/{id}", get(server))
}

async fn server(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    visitor: Visitor,
    _: Params,
) -> Response {
    let job = move |scene: &Scene<'_>, visitor: &Visitor| {
        let ix = find(scene, &id)?;
        let seen = Seen { scene, ix };
        Ok(frame(visitor, &seen.title(), Tab::Servers, &seen.body()))
    };
    show(&console, visitor, job).await
}

/// The server of an id, or where to look for it.
fn find(scene: &Scene<'_>, id: &str) -> Result<InstanceIx, Problem> {
    scene.snapshot.finds.instances.get(id).copied().ok_or_else(|| {
        Problem::NotFound(format!(
            "the last results have no server `{}`: look for it by its name or address among all servers, or obtain results anew",
            plain(id)
        ))
    })
}

/// A server as its page sees it.
struct Seen<'s, 'a> {
    scene: &'s Scene<'a>,
    ix: InstanceIx,
}

impl Seen<'_, '_> {
    fn estate(&self) -> &Estate {
        self.scene.estate()
    }

    fn id(&self) -> &str {
        self.estate().text(self.estate().instance(self.ix).id)
    }

    fn title(&self) -> String {
        let name = self.estate().text(self.estate().instance(self.ix).name);
        plain(if name.is_empty() { self.id() } else { name }).into_owned()
    }

    fn interfaces(&self) -> &[InterfaceIx] {
        self.scene.lookup.interfaces_of(self.ix)
    }

    fn body(&self) -> Markup {
        html! {
            (self.about())
            (self.explain_box())
            (self.findings())
            (self.exposure())
            (self.contributions())
            (self.interface_table())
        }
    }

    fn about(&self) -> Markup {
        let estate = self.estate();
        let instance = estate.instance(self.ix);
        html! {
            dl.facts {
                dt { "Id" } dd { code { (plain(self.id())) } }
                dt { "State" } dd { (state(instance)) }
                @if !instance.region.is_empty() { dt { "Region" } dd { (plain(estate.text(instance.region))) } }
                @if !instance.os.is_empty() { dt { "System" } dd { (plain(estate.text(instance.os))) } }
                @if !instance.flavour.is_empty() { dt { "Type" } dd { (plain(estate.text(instance.flavour))) } }
                (tag::facts(estate, estate.tags.of_instance(self.ix)))
            }
        }
    }

    /// A question to the explainer, with this server as its target.
    fn explain_box(&self) -> Markup {
        html! {
            section.panel {
                h2 { "Does a connection work?" }
                form.fields method="get" action="/explain" {
                    label { "From" input name="from" required placeholder="internet, a server or an address" size="26"; }
                    label { "To" input name="to" value=(self.id()) required size="26"; }
                    label {
                        "Protocol"
                        select name="protocol" {
                            @for protocol in ["tcp", "udp", "icmp"] { option { (protocol) } }
                        }
                    }
                    label { "Port" input name="port" inputmode="numeric" size="6"; }
                    button.primary { "Explain" }
                }
            }
        }
    }

    fn findings(&self) -> Markup {
        let of = self.scene.snapshot.finds.by_instance.get(&self.ix).map_or(&[][..], Vec::as_slice);
        let on = self.scene.findings(of).filter(|(_, finding)| self.scene.is_on(finding.item));
        let mut rows: Vec<(Option<ServerState>, usize, &Finding)> =
            on.map(|(at, finding)| (self.worst(finding), at, finding)).collect();
        rows.sort_by_key(|(state, ..)| std::cmp::Reverse(*state));
        html! {
            h2 { "Findings" }
            @if rows.is_empty() { p { "Nothing was found that concerns this server." } } @else {
                table.cards {
                    thead {
                        tr {
                            th scope="col" { "State" }
                            th scope="col" { "Risk" }
                            th scope="col" { "Finding" }
                            th scope="col" { "Security group" }
                            th scope="col" { "Because" }
                        }
                    }
                    tbody { @for (state, at, finding) in rows.iter().take(ROWS) { (self.finding(*state, *at, finding)) } }
                }
                @if rows.len() > ROWS { p.faint { "and " (thousands(rows.len() - ROWS)) " more" } }
            }
        }
    }

    /// The worst state of its interfaces.
    fn worst(&self, finding: &Finding) -> Option<ServerState> {
        self.own(finding).map(|server| server.state).max()
    }

    fn own<'f>(&self, finding: &'f Finding) -> impl Iterator<Item = &'f portreeve::checks::Server> {
        let own = self.interfaces();
        finding.servers.iter().filter(move |server| own.contains(&server.interface))
    }

    fn finding(&self, worst: Option<ServerState>, at: usize, finding: &Finding) -> Markup {
        let item = self.scene.snapshot.outcome.item(finding);
        let status = self.scene.decided.status(at);
        let because = self.own(finding).find(|server| Some(server.state) == worst);
        html! {
            tr.settled[!status.counts()] {
                td data-label="State" { (server_state(worst)) }
                td data-label="Risk" { (risk(item.risk)) }
                td data-label="Finding" {
                    a href=(finding_address(finding)) { (item.title) }
                    @if !status.counts() { " " span.mark { (status.as_str()) } }
                }
                td data-label="Group" {
                    @match finding.group {
                        Some(group) => { (group_link(self.estate(), group)) }
                        None => { span.faint { "several together" } }
                    }
                }
                td data-label="Because" {
                    @if let Some(server) = because { (plain(&server.because)) }
                }
            }
        }
    }

    fn exposure(&self) -> Markup {
        let estate = self.estate();
        let spots = self.interfaces().iter().filter_map(|ix| {
            let addresses = estate.interface(*ix).addresses.first();
            addresses.map(|it| Spot::Interface { interface: *ix, private: it.private, public: None })
        });
        let exposed = exposure(self.scene.explainer, Some(&End::Spots(spots.collect())), 1);
        html! {
            h2 { "What the internet may open" }
            @if exposed.is_empty() { p { "Nothing: no public address leads to an open port of it." } }
            @for each in &exposed { (self.exposed(each)) }
        }
    }

    fn exposed(&self, exposed: &Exposed) -> Markup {
        let estate = self.estate();
        let interface = estate.interface(exposed.interface);
        html! {
            p {
                "On " code { (plain(estate.text(interface.id))) }
                @for public in &exposed.public { " " span.public { "public " code { (public) } } }
                ", open to " (share(exposed.share)) " of the internet at most"
            }
            (flows(&exposed.allowed, "open"))
            @if !exposed.unknown.is_empty() {
                (flows(&exposed.unknown, "perhaps"))
                @for told in exposed.gaps.iter().take(ROWS) { p.faint { "not known: " (gap(estate, told)) } }
            }
        }
    }

    fn contributions(&self) -> Markup {
        html! {
            h2 { "What each group contributes" }
            p.faint { "What the rules of each group alone let in from the internet, and what the rules of all groups of the \
                interface leave of it. Whether a public address leads to the interface is another matter." }
            @for ix in self.interfaces() {
                @let each = contributions(self.scene.index(), *ix);
                @if self.interfaces().len() > 1 { h3 { code { (plain(self.estate().text(self.estate().interface(*ix).id))) } } }
                @if each.is_empty() { p { "It carries no group of the input." } } @else {
                    table.cards {
                        thead {
                            tr {
                                th scope="col" { "Security group" }
                                th scope="col" { "Lets in" }
                                th scope="col" { "Traffic" }
                                th scope="col" { "From" }
                            }
                        }
                        @for it in &each { (self.contribution(it)) }
                    }
                }
            }
        }
    }

    fn contribution(&self, it: &Contribution) -> Markup {
        let parts = [
            ("good", "stopped", &it.stopped),
            ("medium", "not known", &it.unknown),
            ("high", "let in", &it.passes),
        ];
        let rows: Vec<_> = parts
            .into_iter()
            .rev()
            .flat_map(|(class, words, set)| {
                say::internet_flows(set).into_iter().map(move |flow| (class, words, flow))
            })
            .collect();
        html! {
            tbody.band {
                @if rows.is_empty() {
                    tr {
                        td data-label="Group" { (group_link(self.estate(), it.group)) }
                        td.faint colspan="3" data-label="Lets in" { "nothing from the internet" }
                    }
                }
                @for (nth, (class, words, flow)) in rows.iter().take(ROWS).enumerate() {
                    tr {
                        td data-label="Group" { @if nth == 0 { (group_link(self.estate(), it.group)) } }
                        td data-label="Lets in" { span class={ "mark " (class) } { (words) } }
                        td data-label="Traffic" { (flow.service) }
                        td data-label="From" { (flow.peers) }
                    }
                }
            }
        }
    }

    fn interface_table(&self) -> Markup {
        html! {
            h2 { "Interfaces" }
            @if self.interfaces().is_empty() { p { "The documents show no interface of it." } } @else {
                table.cards {
                    thead {
                        tr {
                            th scope="col" { "Interface" }
                            th scope="col" { "Addresses" }
                            th scope="col" { "Network" }
                            th scope="col" { "Subnet" }
                            th scope="col" { "Security groups, in order" }
                        }
                    }
                    tbody { @for ix in self.interfaces() { (self.interface(*ix)) } }
                }
            }
        }
    }

    fn interface(&self, ix: InterfaceIx) -> Markup {
        let estate = self.estate();
        let interface = estate.interface(ix);
        html! {
            tr {
                td data-label="Interface" {
                    code { (plain(estate.text(interface.id))) }
                    @if interface.primary { " " span.mark { "primary" } }
                    @if interface.managed { " " span.mark { "kept by a service" } }
                    @if interface.down { " " span.mark { "down" } }
                    @if !interface.filtered { " " span.mark.high { "its groups are not applied" } }
                }
                td data-label="Addresses" {
                    @for address in &interface.addresses {
                        @let to = link("/explain", &[("from", "internet"), ("to", &address.private.to_string())]);
                        div.address { (pair(address)) " " a.quiet href=(to) rel="nofollow" { "who gets in?" } }
                    }
                }
                td data-label="Network" { (network(estate, interface.network)) }
                td data-label="Subnet" { (subnet(estate, interface.subnet)) }
                td data-label="Groups" {
                    @match interface.groups {
                        None => { span.faint { "the documents do not say" } }
                        Some(list) => {
                            ol.groups { @for id in estate.group_list(list) { li { (group_of(self.scene, estate, *id)) } } }
                        }
                    }
                }
            }
        }
    }
}

fn server_state(state: Option<ServerState>) -> Markup {
    html! {
        @match state {
            Some(ServerState::AtRisk) => { span.mark.high { "at risk" } }
            Some(ServerState::Unknown) => { span.mark.medium { "unknown" } }
            Some(ServerState::Shielded) => { span.mark.good { "shielded" } }
            None => {}
        }
    }
}

/// Traffic as a table, the fewest prefixes for each service.
fn flows(set: &PacketSet, label: &str) -> Markup {
    let flows = say::internet_flows(set);
    html! {
        @if !flows.is_empty() {
            table.cards {
                thead { tr { th scope="col" { "Traffic" } th scope="col" { "From" } } }
                tbody {
                    @for flow in flows.iter().take(ROWS) {
                        tr {
                            td data-label="Traffic" { (flow.service) @if label == "perhaps" { " " span.mark.medium { "perhaps" } } }
                            td data-label="From" { (flow.peers) }
                        }
                    }
                }
            }
            @if flows.len() > ROWS { p.faint { "and " (flows.len() - ROWS) " more" } }
        }
    }
}

/// A share of the internet, in hundredths.
fn share(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 99.95 {
        "all".to_owned()
    } else if percent >= 0.1 {
        format!("{percent:.1} %")
    } else {
        "less than 0.1 %".to_owned()
    }
}

fn gap(estate: &Estate, told: &Told) -> Markup {
    let (at, what) = match told {
        Told::Gap(ix) => (&*estate.gap(*ix).at, &*estate.gap(*ix).what),
        Told::Here(at, what) => (&**at, &**what),
    };
    html! { (plain(at)) ": " (plain(what)) }
}

fn network(estate: &Estate, network: Option<NetworkIx>) -> Markup {
    let network = network.map(|ix| estate.network(ix));
    html! { @if let Some(it) = network { (named(estate.text(it.id), estate.text(it.name))) } }
}

fn subnet(estate: &Estate, subnet: Option<SubnetIx>) -> Markup {
    let subnet = subnet.map(|ix| estate.subnet(ix));
    html! {
        @if let Some(it) = subnet {
            (named(estate.text(it.id), estate.text(it.name)))
            @for block in &it.blocks { " " span.faint { (block) } }
        }
    }
}

fn named(id: &str, name: &str) -> Markup {
    html! { @if name.is_empty() { code { (plain(id)) } } @else { span title=(plain(id)) { (plain(name)) } } }
}

#[cfg(test)]
mod tests;
