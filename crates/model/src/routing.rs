//! How networks are connected: routes, peerings, hubs, address translation and load balancers.

use std::net::IpAddr;

use crate::{GapIx, InstanceIx, NetworkIx, Origin, PortRange, Prefix, Protocol, Text};

/// Where a route sends its traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hop {
    /// It stays in the network.
    Local,
    /// Through a peering, by its id.
    Peering(Text),
    /// Through a NAT gateway, by its id.
    Nat(Text),
    /// Straight to the internet (an internet or IPv6 gateway), by its id.
    Internet(Text),
    /// To something whose own decisions the documents do not show: a virtual router, a tunnel, a server. The vendor's word for it and
    /// its id.
    Other(Text, Text),
}

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route {
    /// The addresses that it is for; the longest prefix wins.
    pub destination: Prefix,
    /// Where it leads.
    pub hop: Hop,
}

/// A route table of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteTable {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// Its network.
    pub network: Option<NetworkIx>,
    /// Whether subnets without a table of their own follow it.
    pub main: bool,
    /// Its routes, in the order of the documents. Routes inside the network need not be listed.
    pub routes: Box<[Route]>,
    /// Why there may be more routes than these.
    pub incomplete: Option<GapIx>,
}

/// A connection between two networks, which carries what routes of both send through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peering {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// The ids of the two networks.
    pub ends: [Text; 2],
    /// The two networks, as far as the input has them.
    pub networks: [Option<NetworkIx>; 2],
    /// Whether it works.
    pub active: bool,
    /// The vendor's word for its state.
    pub status: Text,
    /// The response that describes it.
    pub origin: Option<Origin>,
}

/// Something that several networks are attached to (a transit router), which carries what routes of both ends send through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// The vendor's id.
    pub id: Text,
    /// What it is attached to, in the order of the documents.
    pub members: Vec<Attachment>,
    /// Why it may have more attachments than these.
    pub incomplete: Option<GapIx>,
}

/// One network at a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attachment {
    /// The vendor's id; empty where the attachment has none of its own.
    pub id: Text,
    /// The id of the network.
    pub end: Text,
    /// The network, if the input has it.
    pub network: Option<NetworkIx>,
    /// Whether it works.
    pub active: bool,
    /// The vendor's word for its state.
    pub status: Text,
}

/// Private addresses that leave by a NAT gateway, and the public ones that they get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceNat {
    /// Who leaves.
    pub from: Prefix,
    /// As whom.
    pub public: Box<[IpAddr]>,
}

/// What a NAT gateway hands on from a public address to a private one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// The public address.
    pub public: IpAddr,
    /// The protocol.
    pub protocol: Protocol,
    /// The public ports; `None` is all.
    pub public_ports: Option<PortRange>,
    /// The private address.
    pub private: IpAddr,
    /// The private ports, as many as the public ones; `None` is the same ones.
    pub private_ports: Option<PortRange>,
}

/// A NAT gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nat {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// Its network.
    pub network: Option<NetworkIx>,
    /// Its entries for traffic that leaves.
    pub sources: Vec<SourceNat>,
    /// Its entries for traffic that comes in.
    pub forwards: Vec<Forward>,
    /// Why it may have more entries than these.
    pub incomplete: Option<GapIx>,
}

/// One server behind a listener of a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Backend {
    /// The server or the interface, by its id.
    pub target: Text,
    /// Its address, where the documents name one.
    pub address: Option<IpAddr>,
    /// The port on the server; `None` is the listener's own.
    pub port: Option<u16>,
}

/// As whom the clients of a load balancer arrive at its servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clients {
    /// As themselves: servers see their addresses.
    Kept,
    /// As the load balancer: servers see one of its own addresses.
    Hidden,
    /// As themselves, and past the groups and network ACLs of the servers.
    Unfiltered,
}

/// One listener of a load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalancerListener {
    /// TCP or UDP, as the client speaks it.
    pub protocol: Protocol,
    /// The ports that the client sees.
    pub ports: PortRange,
    /// As whom clients arrive.
    pub clients: Clients,
    /// Why it may refuse clients by rules of its own that the input does not show.
    pub guard: Option<GapIx>,
    /// The servers.
    pub backends: Box<[Backend]>,
}

/// A load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balancer {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// Its network.
    pub network: Option<NetworkIx>,
    /// The addresses that clients use.
    pub addresses: Box<[IpAddr]>,
    /// The addresses of which servers see one where the client's own is hidden; empty where they are not known.
    pub from: Box<[Prefix]>,
    /// Why they are not known.
    pub from_gap: Option<GapIx>,
    /// What it listens on.
    pub listeners: Vec<BalancerListener>,
    /// Why there may be more listeners or servers than these.
    pub incomplete: Option<GapIx>,
}

/// A service that waits for connections on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Listener {
    /// TCP or UDP.
    pub protocol: Protocol,
    /// The address that it is bound to; `None` is every address of every family.
    pub address: Option<IpAddr>,
    /// Bound to every address of the family of `address`.
    pub every: bool,
    /// The port.
    pub port: u16,
    /// The program, empty where unknown.
    pub program: Text,
}

/// What was collected on a host itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The server.
    pub instance: InstanceIx,
    /// What listens on it; `None` where that was not collected.
    pub listeners: Option<Box<[Listener]>>,
    /// The filters of its firewall, each of which traffic has to pass; `None` where that was not collected, empty where there is no
    /// firewall.
    pub filters: Option<Box<[crate::AclIx]>>,
    /// The response that describes it.
    pub origin: Option<Origin>,
}
