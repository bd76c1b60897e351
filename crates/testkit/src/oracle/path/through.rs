//! Connections that something between the two ends hands on: a NAT gateway or a load balancer.

use std::net::IpAddr;

use portreeve_model::{
    AddressRange, Backend, Balancer, Clients, Estate, Interface, NetworkIx, Peer, Ports, Prefix, Rule,
    SubnetIx,
};

use super::super::{Place, has_ports, in_range, peer, protocol_matches};
use super::{CLOSED, Connection, End, OPEN, Says, UNKNOWN, place, route};

/// What hands a connection on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Through {
    /// The address that the client uses.
    pub front: IpAddr,
    /// The port on the server.
    pub port: u16,
    /// The load balancer and its listener by their places; none for a NAT gateway.
    pub balancer: Option<(usize, usize)>,
}

/// As what a connection arrives.
pub(super) struct Arrival {
    /// The addresses of which it has one.
    pub(super) seen: Vec<IpAddr>,
    pub(super) place: Place,
    /// The connection as the server's side may see it.
    pub(super) as_seen: Vec<Connection>,
    /// Whether the groups and the network ACL of the server are asked.
    pub(super) filtered: bool,
    /// Whether the network ACLs of the two subnets are met.
    pub(super) borders: (bool, bool),
}

/// Fronts of tests are private where they begin with 10.
pub(super) fn is_public(front: IpAddr) -> bool {
    !front.to_string().starts_with("10.")
}

/// The servers behind an address, as connections to them.
pub fn handed_on(estate: &Estate, asked: &Connection, front: IpAddr) -> Vec<Connection> {
    let mut all: Vec<Connection> = Vec::new();
    let mut add = |estate: &Estate, interface, private, through| {
        let to = End::Interface { interface, private, public: None };
        let one = Connection { to, through: Some(through), ..*asked };
        if estate.interface(interface).addresses.iter().any(|it| it.private == private) && !all.contains(&one)
        {
            all.push(one);
        }
    };
    for nat in estate.nats.iter().filter(|nat| nat.network.is_some()) {
        for entry in nat.forwards.iter().filter(|it| it.public == front) {
            let within = |range| has_ports(asked.protocol) && in_range(range, asked.port);
            if !protocol_matches(entry.protocol, asked.protocol) || !entry.public_ports.is_none_or(within) {
                continue;
            }
            let start = entry.public_ports.map_or(0, portreeve_model::PortRange::first);
            let port = entry.private_ports.map_or(asked.port, |to| to.first() + (asked.port - start));
            for (interface, _) in estate.each_interface().filter(|(_, said)| said.network == nat.network) {
                add(estate, interface, entry.private, Through { front, port, balancer: None });
            }
        }
    }
    for (at, balancer) in estate.balancers.iter().enumerate() {
        if !balancer.addresses.contains(&front) {
            continue;
        }
        for (number, listener) in balancer.listeners.iter().enumerate() {
            let takes = has_ports(asked.protocol) && in_range(listener.ports, asked.port);
            if !takes || !protocol_matches(listener.protocol, asked.protocol) {
                continue;
            }
            for backend in &listener.backends {
                let port = backend.port.unwrap_or(asked.port);
                for (interface, said) in estate.each_interface() {
                    for address in said.addresses.iter().filter(|it| it.private.is_ipv4() == front.is_ipv4())
                    {
                        if backs(estate, balancer, backend, said, address.private) {
                            let through = Through { front, port, balancer: Some((at, number)) };
                            add(estate, interface, address.private, through);
                        }
                    }
                }
            }
        }
    }
    all
}

/// The ways in from the internet on which a server does not see the client, or its filters do not.
pub(super) fn ways_in(estate: &Estate, asked: &Connection) -> Vec<Connection> {
    let (End::Public(_), End::Interface { private, public: None, .. }, None) =
        (asked.from, asked.to, asked.through)
    else {
        return Vec::new();
    };
    let Some(interface) = asked.to.interface(estate) else { return Vec::new() };
    let mut ways = Vec::new();
    for (at, balancer) in estate.balancers.iter().enumerate() {
        let fitting = |it: &&IpAddr| is_public(**it) && it.is_ipv4() == private.is_ipv4();
        let Some(front) = balancer.addresses.iter().find(fitting).copied() else { continue };
        for (number, listener) in balancer.listeners.iter().enumerate() {
            for backend in listener.backends.iter().filter(|_| listener.clients != Clients::Kept) {
                let port =
                    backend.port.map_or(in_range(listener.ports, asked.port), |port| port == asked.port);
                if port
                    && has_ports(asked.protocol)
                    && protocol_matches(listener.protocol, asked.protocol)
                    && backs(estate, balancer, backend, interface, private)
                {
                    let through = Through { front, port: asked.port, balancer: Some((at, number)) };
                    ways.push(Connection { through: Some(through), ..*asked });
                }
            }
        }
    }
    ways
}

/// Whether a backend is an address of an interface. Of several with that address those in the load balancer's own network are meant.
pub(super) fn backs(
    estate: &Estate,
    balancer: &Balancer,
    backend: &Backend,
    interface: &Interface,
    own: IpAddr,
) -> bool {
    let server = interface.instance.and_then(|ix| estate.instances.get(ix.at())).map(|server| server.id);
    let Some(address) = backend.address else {
        return server == Some(backend.target) || interface.id == backend.target;
    };
    let near = |one: &Interface| balancer.network.is_some() && one.network == balancer.network;
    let has = |one: &Interface| one.addresses.iter().any(|it| it.private == address);
    address == own && (near(interface) || !estate.interfaces.iter().any(|one| near(one) && has(one)))
}

/// The way to what hands on, and as whom the client gets there.
pub(super) fn way(estate: &Estate, asked: &Connection, by: &Through) -> (Says, Vec<IpAddr>) {
    let (from, seen) = (asked.from, vec![asked.from.address()]);
    let (out, seen) = match from {
        End::Public(_) if is_public(by.front) => (OPEN, seen),
        _ if is_public(by.front) => route::out(estate, &from, by.front),
        _ if from.is_public() => (CLOSED, seen),
        _ => match front_network(estate, asked, by) {
            Some(network) => {
                let subnet = front_subnet(estate, network, by.front);
                (route::connected(estate, &from, &End::Inside { network, subnet, address: by.front }), seen)
            }
            None => (UNKNOWN, seen),
        },
    };
    let guarded = by.balancer.is_some_and(|(at, number)| {
        estate.balancers.get(at).and_then(|it| it.listeners.get(number)).is_some_and(|it| it.guard.is_some())
    });
    ((out.0 && !guarded, out.1), seen)
}

fn front_network(estate: &Estate, asked: &Connection, by: &Through) -> Option<NetworkIx> {
    let own = by.balancer.and_then(|(at, _)| estate.balancers.get(at)?.network);
    own.or_else(|| asked.to.network(estate))
}

fn front_subnet(estate: &Estate, network: NetworkIx, front: IpAddr) -> Option<SubnetIx> {
    let holds = |at: &usize| {
        estate.subnets.get(*at).is_some_and(|subnet| {
            subnet.network == Some(network)
                && subnet.blocks.iter().any(|block| peer::in_prefix(*block, front))
        })
    };
    (0..estate.subnets.len()).find(holds).map(SubnetIx::new)
}

pub(super) fn arrival(estate: &Estate, asked: &Connection, public: bool, seen: Vec<IpAddr>) -> Arrival {
    let subnets = (asked.from.subnet(estate), asked.to.subnet(estate));
    let border = public || subnets.0.is_none() || subnets.0 != subnets.1;
    let place = place(estate, &asked.from, public);
    let plain = Arrival { seen, place, as_seen: vec![*asked], filtered: true, borders: (border, border) };
    let Some(by) = asked.through else { return plain };
    let as_seen = vec![Connection { port: by.port, ..*asked }];
    let network = front_network(estate, asked, &by);
    let beside = !is_public(by.front)
        && subnets.0.is_some()
        && network.is_some_and(|network| front_subnet(estate, network, by.front) == subnets.0);
    let plain = Arrival { as_seen, borders: (!beside, true), ..plain };
    let balancer = by.balancer.and_then(|(at, number)| {
        let balancer = estate.balancers.get(at)?;
        Some((balancer, balancer.listeners.get(number)?.clients))
    });
    match balancer {
        Some((_, Clients::Unfiltered)) => Arrival { filtered: false, ..plain },
        Some((balancer, Clients::Hidden)) => hidden(estate, asked, &by, balancer, &plain),
        _ => plain,
    }
}

/// The load balancer in the client's place: at every address and client port that decides otherwise than its neighbour.
fn hidden(
    estate: &Estate,
    asked: &Connection,
    by: &Through,
    balancer: &Balancer,
    plain: &Arrival,
) -> Arrival {
    let inside = |address: &IpAddr| balancer.from.iter().any(|prefix| peer::in_prefix(*prefix, *address));
    let seen: Vec<IpAddr> = borders_of_addresses(estate, balancer).into_iter().filter(inside).collect();
    let clients = borders_of_client_ports(estate).into_iter();
    let as_seen = clients.map(|source_port| Connection { port: by.port, source_port, ..*asked }).collect();
    let subnet = asked.to.subnet(estate).and_then(|ix| estate.subnets.get(ix.at()));
    let near = subnet.is_some_and(|subnet| {
        let holds = |one: &Prefix| {
            subnet
                .blocks
                .iter()
                .any(|block| block.len() <= one.len() && peer::in_prefix(*block, one.address()))
        };
        !balancer.from.is_empty() && balancer.from.iter().all(holds)
    });
    let place = front_network(estate, asked, by).map_or(Place::Elsewhere, Place::Network);
    Arrival { seen, place, as_seen, borders: (plain.borders.0, !near), filtered: true }
}

fn rules(estate: &Estate) -> impl Iterator<Item = &Rule> {
    let groups = estate.groups.iter().flat_map(|group| &group.rules);
    groups.chain(estate.acls.iter().flat_map(|acl| &acl.entries))
}

/// Every address of IPv4 at which a rule, a list or a member begins or ends, and those next to it.
fn borders_of_addresses(estate: &Estate, balancer: &Balancer) -> Vec<IpAddr> {
    let own = balancer.from.iter().copied().map(AddressRange::from);
    let of_rules = rules(estate).filter_map(|rule| match &rule.peer {
        Peer::Prefix(prefix) => Some(AddressRange::from(*prefix)),
        _ => None,
    });
    let of_lists = estate.address_lists.iter().flat_map(|list| list.entries.iter().copied());
    let members = estate.interfaces.iter().flat_map(|it| &it.addresses);
    let members = members.filter_map(|it| AddressRange::new(it.private, it.private));
    let exempt = estate.acls.iter().flat_map(|acl| acl.exempt);
    let exempt =
        exempt.filter_map(|(text, len)| Some(AddressRange::from(Prefix::new(text.parse().ok()?, *len)?)));
    let mut all: Vec<u32> = Vec::new();
    for range in own.chain(of_rules).chain(of_lists).chain(members).chain(exempt) {
        if let (IpAddr::V4(first), IpAddr::V4(last)) = (range.first(), range.last()) {
            let (first, last) = (u32::from(first), u32::from(last));
            all.extend([first, first.saturating_sub(1), last, last.saturating_add(1)]);
        }
    }
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|number| IpAddr::from(number.to_be_bytes())).collect()
}

/// Every client port that systems hand out at which a rule begins or ends, and those next to it.
fn borders_of_client_ports(estate: &Estate) -> Vec<u16> {
    let mut all = vec![1024, u16::MAX];
    let mut add = |ports: &Ports| {
        let ranges = match ports {
            Ports::Range(range) => std::slice::from_ref(range),
            Ports::Ranges(ranges) => ranges,
            _ => &[],
        };
        for range in ranges {
            let (first, last) = (range.first(), range.last());
            all.extend([first, first.saturating_sub(1), last, last.saturating_add(1)]);
        }
    };
    for rule in rules(estate) {
        // In a reply the client's port is the destination.
        add(&rule.ports);
        if let Some(narrow) = &rule.narrow {
            add(&narrow.source_ports);
        }
    }
    for range in estate.port_lists.iter().flat_map(|list| &list.entries) {
        add(&Ports::Range(*range));
    }
    all.retain(|port| *port >= 1024);
    all.sort_unstable();
    all.dedup();
    all
}
