//! What the documents say: security groups and servers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use portreeve::model::{
    Estate, Group, GroupIx, Instance, InstanceIx, Interface, Peer, Ports, Protocol, Rule,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::check::PageOf;
use super::extract::{Asked, Named};
use super::problem::{ProblemDetails, Refused};
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;
use crate::scene::Scene;

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(groups))
        .routes(routes!(group))
        .routes(routes!(servers))
        .routes(routes!(server))
}

/// Which objects are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only those whose id or name (of a gap: whose place or words) has this in it, upper and lower case alike.
    q: Option<String>,
    /// Which page, counted from 1.
    #[param(minimum = 1)]
    pub(super) page: Option<usize>,
    /// How many rows a page has: 50 unless told, 500 at most.
    #[param(minimum = 1, maximum = 500)]
    pub(super) per_page: Option<usize>,
}

impl Wanted {
    /// Whether one of these texts has what is looked for in it.
    pub(super) fn has(&self, texts: [&str; 2]) -> bool {
        let Some(wanted) = self.q.as_deref().map(str::to_lowercase) else { return true };
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    }
}

/// A security group.
#[derive(Debug, Serialize, ToSchema)]
struct GroupRow {
    id: String,
    name: String,
    /// The network, or null where the documents name none.
    vpc: Option<String>,
    region: Option<String>,
    /// Whether a service of the cloud keeps it.
    managed: bool,
    /// How many rules it has.
    rules: usize,
    /// How many findings on it count.
    findings: usize,
}

fn said(estate: &Estate, text: portreeve::model::Text) -> Option<String> {
    (!text.is_empty()).then(|| estate.text(text).to_owned())
}

fn group_row(scene: &Scene<'_>, ix: GroupIx, group: &Group) -> GroupRow {
    let estate = scene.estate();
    GroupRow {
        id: estate.text(group.id).to_owned(),
        name: estate.text(group.name).to_owned(),
        vpc: group.network.and_then(|network| said(estate, estate.network(network).id)),
        region: said(estate, group.region),
        managed: group.managed,
        rules: group.rules.len(),
        findings: counted(scene, scene.snapshot.finds.by_group.get(&ix)),
    }
}

/// How many of these findings count.
fn counted(scene: &Scene<'_>, positions: Option<&Vec<usize>>) -> usize {
    let positions = positions.map_or(&[][..], Vec::as_slice);
    let counts = |(at, item)| scene.is_on(item) && scene.decided.status(at).counts();
    scene.findings(positions).filter(|(at, finding)| counts((*at, finding.item))).count()
}

/// Security groups, in the order of the documents, paged and searched
#[utoipa::path(
    get, path = "/api/v1/groups", tag = "estate",
    params(Wanted),
    responses((status = 200, body = PageOf<GroupRow>))
)]
async fn groups(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<PageOf<GroupRow>>, Refused> {
    let found = move |scene: &Scene<'_>| {
        let estate = scene.estate();
        let named = |group: &Group| wanted.has([estate.text(group.id), estate.text(group.name)]);
        let all: Vec<GroupIx> =
            estate.each_group().filter(|(_, group)| named(group)).map(|(ix, _)| ix).collect();
        PageOf::of(wanted.page, wanted.per_page, &all, |shown| {
            Ok(shown.iter().map(|ix| group_row(scene, *ix, estate.group(*ix))).collect())
        })
    };
    Ok(Json(console.read(found).await?))
}

/// A security group with its rules.
#[derive(Debug, Serialize, ToSchema)]
struct GroupDetails {
    #[serde(flatten)]
    group: GroupRow,
    description: String,
    /// In the order of the documents.
    entries: Vec<RuleRow>,
    /// The servers with an interface in it, by id.
    servers: Vec<String>,
}

/// A rule as its document has it.
#[derive(Debug, Serialize, ToSchema)]
struct RuleRow {
    /// The vendor's id, or `<group>#<direction>/<position>`.
    id: String,
    /// `ingress` or `egress`.
    direction: &'static str,
    /// `allow` or `deny`.
    action: &'static str,
    priority: u32,
    /// The number of the IP protocol; null is all of them.
    protocol: Option<u8>,
    /// The destination ports, such as `22` or `8000-8999`; null is all of them, and a list is named by its id.
    ports: Option<String>,
    /// The other side: a block, a group or a list by its id; null is everybody.
    peer: Option<String>,
    description: String,
}

fn rule_row(estate: &Estate, group: &Group, rule: &Rule) -> RuleRow {
    RuleRow {
        id: estate.rule_name(group.id, rule),
        direction: rule.direction.as_str(),
        action: rule.action.as_str(),
        priority: rule.priority,
        protocol: match rule.protocol {
            Protocol::All => None,
            Protocol::Number(number) => Some(number),
        },
        ports: ports(estate, &rule.ports),
        peer: peer(estate, &rule.peer),
        description: estate.text(rule.description).to_owned(),
    }
}

fn ports(estate: &Estate, ports: &Ports) -> Option<String> {
    let range = |range: &portreeve::model::PortRange| {
        let (first, last) = (range.first(), range.last());
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    match ports {
        Ports::All => None,
        Ports::Range(one) => Some(range(one)),
        Ports::Ranges(several) => Some(several.iter().map(range).collect::<Vec<_>>().join(",")),
        Ports::List(list) => Some(estate.text(list.id).to_owned()),
        Ports::Unknown => Some("unknown".to_owned()),
    }
}

fn peer(estate: &Estate, peer: &Peer) -> Option<String> {
    match peer {
        Peer::Any => None,
        Peer::Prefix(prefix) => Some(prefix.to_string()),
        Peer::List(list) => Some(estate.text(list.id).to_owned()),
        Peer::Group { id, .. } => Some(estate.text(*id).to_owned()),
        Peer::Unknown => Some("unknown".to_owned()),
    }
}

/// One security group with its rules and servers
#[utoipa::path(
    get, path = "/api/v1/groups/{id}", tag = "estate",
    params(("id" = String, Path, description = "The vendor's id of the group")),
    responses(
        (status = 200, body = GroupDetails),
        (status = 404, description = "There is no such group", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn group(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(id): Named<String>,
) -> Result<Json<GroupDetails>, Refused> {
    let found = move |scene: &Scene<'_>| {
        let estate = scene.estate();
        let ix = scene.snapshot.finds.groups.get(&*id);
        let ix = *ix.ok_or_else(|| Problem::NotFound(format!("there is no security group `{id}`")))?;
        let group = estate.group(ix);
        Ok(GroupDetails {
            group: group_row(scene, ix, group),
            description: estate.text(group.description).to_owned(),
            entries: group.rules.iter().map(|rule| rule_row(estate, group, rule)).collect(),
            servers: servers_in(estate, group),
        })
    };
    Ok(Json(console.read(found).await?))
}

/// The servers with an interface in a group.
fn servers_in(estate: &Estate, group: &Group) -> Vec<String> {
    let of = |interface: &Interface| {
        let listed = estate.group_list(interface.groups?);
        let instance = interface.instance.filter(|_| listed.contains(&group.id))?;
        Some(estate.text(estate.instance(instance).id).to_owned())
    };
    let mut servers: Vec<String> = estate.interfaces.iter().filter_map(of).collect();
    servers.sort_unstable();
    servers.dedup();
    servers
}

/// A server.
#[derive(Debug, Serialize, ToSchema)]
struct ServerRow {
    id: String,
    name: String,
    region: Option<String>,
    /// The operating system as the vendor names it.
    os: Option<String>,
    /// How many findings about it count.
    findings: usize,
}

fn server_row(scene: &Scene<'_>, ix: InstanceIx, instance: &Instance) -> ServerRow {
    let estate = scene.estate();
    ServerRow {
        id: estate.text(instance.id).to_owned(),
        name: estate.text(instance.name).to_owned(),
        region: said(estate, instance.region),
        os: said(estate, instance.os),
        findings: counted(scene, scene.snapshot.finds.by_instance.get(&ix)),
    }
}

/// Servers, in the order of the documents, paged and searched
#[utoipa::path(
    get, path = "/api/v1/servers", tag = "estate",
    params(Wanted),
    responses((status = 200, body = PageOf<ServerRow>))
)]
async fn servers(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<PageOf<ServerRow>>, Refused> {
    let found = move |scene: &Scene<'_>| {
        let estate = scene.estate();
        let named = |one: &Instance| wanted.has([estate.text(one.id), estate.text(one.name)]);
        let instances = estate.instances.iter().enumerate().filter(|(_, one)| named(one));
        let all: Vec<InstanceIx> = instances.map(|(at, _)| InstanceIx::new(at)).collect();
        PageOf::of(wanted.page, wanted.per_page, &all, |shown| {
            Ok(shown.iter().map(|ix| server_row(scene, *ix, estate.instance(*ix))).collect())
        })
    };
    Ok(Json(console.read(found).await?))
}

/// A server with its interfaces.
#[derive(Debug, Serialize, ToSchema)]
struct ServerDetails {
    #[serde(flatten)]
    server: ServerRow,
    interfaces: Vec<InterfaceRow>,
}

/// A network interface.
#[derive(Debug, Serialize, ToSchema)]
struct InterfaceRow {
    id: String,
    /// Its security groups in order, by id; null where the documents do not say.
    groups: Option<Vec<String>>,
    addresses: Vec<AddressRow>,
}

/// An address of an interface.
#[derive(Debug, Serialize, ToSchema)]
struct AddressRow {
    private: String,
    /// The public address that is translated to it.
    public: Option<String>,
}

fn interface_row(estate: &Estate, interface: &Interface) -> InterfaceRow {
    let groups = interface.groups.map(|list| estate.group_list(list).iter());
    let addresses = interface.addresses.iter().map(|address| AddressRow {
        private: address.private.to_string(),
        public: address.public.map(|public| public.to_string()),
    });
    InterfaceRow {
        id: estate.text(interface.id).to_owned(),
        groups: groups.map(|ids| ids.map(|id| estate.text(*id).to_owned()).collect()),
        addresses: addresses.collect(),
    }
}

/// One server with its interfaces
#[utoipa::path(
    get, path = "/api/v1/servers/{id}", tag = "estate",
    params(("id" = String, Path, description = "The vendor's id of the server")),
    responses(
        (status = 200, body = ServerDetails),
        (status = 404, description = "There is no such server", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn server(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(id): Named<String>,
) -> Result<Json<ServerDetails>, Refused> {
    let found = move |scene: &Scene<'_>| {
        let estate = scene.estate();
        let ix = scene.snapshot.finds.instances.get(&*id);
        let ix = *ix.ok_or_else(|| Problem::NotFound(format!("there is no server `{id}`")))?;
        let interfaces = estate.interfaces.iter().filter(|interface| interface.instance == Some(ix));
        Ok(ServerDetails {
            server: server_row(scene, ix, estate.instance(ix)),
            interfaces: interfaces.map(|interface| interface_row(estate, interface)).collect(),
        })
    };
    Ok(Json(console.read(found).await?))
}
