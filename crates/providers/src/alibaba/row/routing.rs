//! Rows about routes, peerings, NAT gateways and load balancers.

use portreeve_model::{Backend, Clients, Forward, Origin, Prefix, Protocol, Route, SourceNat, Text};

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
    /// Pages of what stands in another object, by that object's id; it is empty where nothing names it.
    pub(in crate::alibaba) pages: Vec<(Text, ListPage)>,
}

impl RoutingRows {
    /// How many rows each table has.
    pub(in crate::alibaba) fn lengths(&self) -> [usize; 10] {
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
            self.pages.len(),
        ]
    }

    /// Forgets the rows beyond these.
    pub(in crate::alibaba) fn truncate(&mut self, lengths: [usize; 10]) {
        let [tables, routes, peerings, nats, sources, forwards, balancers, listeners, servers, pages] =
            lengths;
        self.tables.truncate(tables);
        self.routes.truncate(routes);
        self.peerings.truncate(peerings);
        self.nats.truncate(nats);
        self.sources.truncate(sources);
        self.forwards.truncate(forwards);
        self.balancers.truncate(balancers);
        self.listeners.truncate(listeners);
        self.servers.truncate(servers);
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
    pub(in crate::alibaba) address: Option<std::net::IpAddr>,
}

/// A listener of a load balancer.
#[derive(Debug)]
pub(in crate::alibaba) struct ListenerRow {
    pub(in crate::alibaba) balancer: Text,
    pub(in crate::alibaba) port: u16,
    pub(in crate::alibaba) protocol: Protocol,
    pub(in crate::alibaba) clients: Clients,
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

/// Where layer 7 and health checks come from.
pub(in crate::alibaba) const BALANCER_SOURCES: (&str, u8) = ("100.64.0.0", 10);

/// The block that load balancers come from.
pub(in crate::alibaba) fn balancer_sources() -> Box<[Prefix]> {
    let (address, len) = BALANCER_SOURCES;
    address.parse().ok().and_then(|address| Prefix::new(address, len)).into_iter().collect()
}
