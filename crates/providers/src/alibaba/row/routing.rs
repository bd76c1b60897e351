//! Rows about routes, peerings, NAT gateways and load balancers.

use portreeve_model::{
    Backend, Clients, Forward, Origin, PortRange, Prefix, Protocol, Route, SourceNat, Text,
};

use super::{ListPage, Trouble};

/// What responses say of the ways between networks.
#[derive(Debug, Default)]
pub(in crate::alibaba) struct RoutingRows {
    pub(in crate::alibaba) tables: Vec<TableRow>,
    pub(in crate::alibaba) routes: Vec<(Text, RouteRow)>,
    pub(in crate::alibaba) peerings: Vec<PeeringRow>,
    pub(in crate::alibaba) nats: Vec<NatRow>,
    pub(in crate::alibaba) sources: Vec<(Text, SourceRow)>,
    pub(in crate::alibaba) forwards: Vec<(Text, ForwardRow)>,
    pub(in crate::alibaba) balancers: Vec<BalancerRow>,
    pub(in crate::alibaba) listeners: Vec<ListenerRow>,
    pub(in crate::alibaba) servers: Vec<ServersRow>,
    pub(in crate::alibaba) server_groups: Vec<ServerGroupRow>,
    /// Servers of the groups of network load balancers.
    pub(in crate::alibaba) members: Vec<(Text, Backend)>,
    pub(in crate::alibaba) attachments: Vec<AttachmentRow>,
    /// Pages of what stands in another object, by that object's id; it is empty where nothing names it.
    pub(in crate::alibaba) pages: Vec<(Text, ListPage)>,
}

impl RoutingRows {
    /// How many rows each table has.
    pub(in crate::alibaba) fn lengths(&self) -> [usize; 13] {
        [
            self.tables.len(),
            self.routes.len(),
            self.peerings.len(),
            self.nats.len(),
            self.sources.len(),
            self.forwards.len(),
            self.balancers.len(),
            self.listeners.len(),
            self.servers.len(),
            self.server_groups.len(),
            self.members.len(),
            self.attachments.len(),
            self.pages.len(),
        ]
    }

    /// Forgets the rows beyond these.
    pub(in crate::alibaba) fn truncate(&mut self, lengths: [usize; 13]) {
        let [tables, routes, peerings, nats, sources, forwards, balancers, listeners, servers, ..] = lengths;
        let [.., server_groups, members, attachments, pages] = lengths;
        self.tables.truncate(tables);
        self.routes.truncate(routes);
        self.peerings.truncate(peerings);
        self.nats.truncate(nats);
        self.sources.truncate(sources);
        self.forwards.truncate(forwards);
        self.balancers.truncate(balancers);
        self.listeners.truncate(listeners);
        self.servers.truncate(servers);
        self.server_groups.truncate(server_groups);
        self.members.truncate(members);
        self.attachments.truncate(attachments);
        self.pages.truncate(pages);
    }
}

/// A route table.
#[derive(Debug)]
pub(in crate::alibaba) struct TableRow {
    pub(in crate::alibaba) id: Text,
    pub(in crate::alibaba) name: Text,
    pub(in crate::alibaba) network: Text,
    /// Whether it is the one that the VPC came with.
    pub(in crate::alibaba) main: bool,
    pub(in crate::alibaba) subnets: Vec<Text>,
    /// Whether its routes stand in the same row.
    pub(in crate::alibaba) shown: bool,
}

/// A route; the trouble is why it could not be read.
pub(in crate::alibaba) type RouteRow = Result<Route, Trouble>;
/// An entry for traffic that leaves.
pub(in crate::alibaba) type SourceRow = Result<SourceNat, Trouble>;
/// An entry for traffic that comes in.
pub(in crate::alibaba) type ForwardRow = Result<Forward, Trouble>;

/// A peering.
#[derive(Debug)]
pub(in crate::alibaba) struct PeeringRow {
    pub(in crate::alibaba) id: Text,
    pub(in crate::alibaba) name: Text,
    pub(in crate::alibaba) ends: [Text; 2],
    pub(in crate::alibaba) active: bool,
    pub(in crate::alibaba) status: Text,
    pub(in crate::alibaba) origin: Origin,
}

/// A NAT gateway.
#[derive(Debug)]
pub(in crate::alibaba) struct NatRow {
    pub(in crate::alibaba) id: Text,
    pub(in crate::alibaba) name: Text,
    pub(in crate::alibaba) network: Text,
    /// Whether it translates to public addresses.
    pub(in crate::alibaba) public: bool,
    pub(in crate::alibaba) source_tables: Vec<Text>,
    pub(in crate::alibaba) forward_tables: Vec<Text>,
}

/// A load balancer.
#[derive(Debug)]
pub(in crate::alibaba) struct BalancerRow {
    pub(in crate::alibaba) id: Text,
    pub(in crate::alibaba) name: Text,
    pub(in crate::alibaba) network: Text,
    pub(in crate::alibaba) addresses: Vec<std::net::IpAddr>,
    /// Whether it is a network load balancer.
    pub(in crate::alibaba) of_network: bool,
    /// Its own security groups.
    pub(in crate::alibaba) groups: Vec<Text>,
}

/// A listener of a load balancer.
#[derive(Debug)]
pub(in crate::alibaba) struct ListenerRow {
    pub(in crate::alibaba) balancer: Text,
    pub(in crate::alibaba) ports: PortRange,
    pub(in crate::alibaba) protocol: Protocol,
    /// As far as the listener decides it.
    pub(in crate::alibaba) clients: Clients,
    /// Whether it has a list of who may use it.
    pub(in crate::alibaba) access_list: bool,
    /// The port of servers that have none of their own.
    pub(in crate::alibaba) backend_port: Option<u16>,
    /// The group of servers; empty where it is all servers of the load balancer.
    pub(in crate::alibaba) group: Text,
}

/// The servers of a load balancer, or of one of its groups.
#[derive(Debug)]
pub(in crate::alibaba) struct ServersRow {
    /// The group, or the load balancer.
    pub(in crate::alibaba) owner: Text,
    pub(in crate::alibaba) servers: Vec<Backend>,
}

/// A group of servers behind network load balancers.
#[derive(Debug)]
pub(in crate::alibaba) struct ServerGroupRow {
    pub(in crate::alibaba) id: Text,
    /// Whether its servers see their clients; not where it is of addresses.
    pub(in crate::alibaba) keeps_client: bool,
    /// Whether servers get the port that the client asked for.
    pub(in crate::alibaba) any_port: bool,
    /// How many servers it has, where it says so.
    pub(in crate::alibaba) servers: Option<u64>,
}

/// A VPC at a transit router or in a CEN.
#[derive(Debug)]
pub(in crate::alibaba) struct AttachmentRow {
    pub(in crate::alibaba) router: Text,
    /// Empty in a CEN.
    pub(in crate::alibaba) id: Text,
    pub(in crate::alibaba) network: Text,
    pub(in crate::alibaba) active: bool,
    pub(in crate::alibaba) status: Text,
}

/// Where layer 7 and health checks come from.
pub(in crate::alibaba) const BALANCER_SOURCES: (&str, u8) = ("100.64.0.0", 10);

/// The block that load balancers come from.
pub(in crate::alibaba) fn balancer_sources() -> Box<[Prefix]> {
    let (address, len) = BALANCER_SOURCES;
    address.parse().ok().and_then(|address| Prefix::new(address, len)).into_iter().collect()
}
