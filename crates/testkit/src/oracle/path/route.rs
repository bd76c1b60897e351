//! Whether there is a way between two addresses, and as whom the sender arrives.

use std::net::IpAddr;

use portreeve_model::{Clients, Estate, Hop, Interface, Listing, Nat, Protocol, Route, RouteTable};

use super::super::{has_ports, in_range, peer, protocol_matches};
use super::{CLOSED, Connection, End, OPEN, Says, UNKNOWN, through};

/// The way, and the addresses of which the sender has one when it arrives; none where it may have any.
pub(super) fn decide(estate: &Estate, asked: &Connection, public: bool) -> (Says, Vec<IpAddr>) {
    let Connection { from, to, .. } = asked;
    if let Some(by) = &asked.through {
        return through::way(estate, asked, by);
    }
    if !public {
        return (connected(estate, from, to), vec![from.address()]);
    }
    let (out, seen) = match from {
        End::Public(address) => (OPEN, vec![*address]),
        _ => out(estate, from, to.address()),
    };
    let inward = match to {
        End::Public(_) => OPEN,
        _ => inward(estate, asked),
    };
    ((out.0 && inward.0, out.1 && inward.1), seen)
}

/// Two private addresses. Other networks are reached through peerings that work, by routes on both sides.
pub(super) fn connected(estate: &Estate, from: &End, to: &End) -> Says {
    let (Some(one), Some(two)) = (from.network(estate), to.network(estate)) else { return UNKNOWN };
    if one == two {
        return OPEN;
    }
    let there = across(estate, from, to);
    let back = across(estate, to, from);
    (there.0 && back.0, there.1 && back.1)
}

/// Whether the route of one side leads to the other.
fn across(estate: &Estate, side: &End, other: &End) -> Says {
    let Some(table) = table(estate, side) else { return UNKNOWN };
    // Among routes that are missing a closer one may be.
    if table.incomplete.is_some() {
        return UNKNOWN;
    }
    match next(table, other.own()).map(|route| route.hop) {
        Some(Hop::Peering(id)) => {
            let Some(peering) = estate.peerings.iter().find(|peering| peering.id == id) else {
                return UNKNOWN;
            };
            let ends = [side.network(estate), other.network(estate)];
            let joins = peering.networks == ends || peering.networks == [ends[1], ends[0]];
            if joins && peering.active { OPEN } else { CLOSED }
        }
        Some(Hop::Other(_, id)) => over_hub(estate, id, [side.network(estate), other.network(estate)]),
        _ => CLOSED,
    }
}

/// Two networks that are attached to what a route leads to are connected, while both attachments work.
fn over_hub(
    estate: &Estate,
    id: portreeve_model::Text,
    ends: [Option<portreeve_model::NetworkIx>; 2],
) -> Says {
    for hub in &estate.hubs {
        if hub.id == id || hub.members.iter().any(|at| at.id == id) {
            let found = ends.map(|end| hub.members.iter().find(|at| at.network == end && end.is_some()));
            return match found {
                [Some(one), Some(two)] if one.active && two.active => OPEN,
                [Some(_), Some(_)] => CLOSED,
                _ => UNKNOWN,
            };
        }
    }
    UNKNOWN
}

fn table<'e>(estate: &'e Estate, side: &End) -> Option<&'e RouteTable> {
    let own = side.subnet(estate).and_then(|ix| estate.subnets.get(ix.at())).map(|subnet| subnet.route_table);
    let network = side.network(estate);
    estate.route_tables.iter().find(|table| match own {
        Some(id) if !id.is_empty() => table.id == id,
        _ => table.main && network.is_some() && table.network == network,
    })
}

/// The route with the longest prefix that holds an address.
fn next(table: &RouteTable, address: IpAddr) -> Option<&Route> {
    let mut closest: Option<&Route> = None;
    for route in &table.routes {
        let longer = closest.is_none_or(|closest| route.destination.len() >= closest.destination.len());
        if longer && peer::in_prefix(route.destination, address) {
            closest = Some(route);
        }
    }
    closest
}

/// Out to the internet: by a public address of one's own, else by a NAT gateway.
pub(super) fn out(estate: &Estate, from: &End, target: IpAddr) -> (Says, Vec<IpAddr>) {
    let Some(interface) = from.interface(estate) else { return (UNKNOWN, Vec::new()) };
    let own = from.own();
    if let End::Interface { public: Some(public), .. } = from {
        return (OPEN, vec![*public]);
    }
    if let Some(public) = public_of(interface, own) {
        return (OPEN, vec![public]);
    }
    let mut publics = Vec::new();
    let mut served = false;
    let mut doubtful = !interface.public_known;
    for nat in nats(estate, from) {
        doubtful |= nat.incomplete.is_some();
        for entry in nat.sources.iter().filter(|entry| peer::in_prefix(entry.from, own)) {
            served = true;
            publics.extend(entry.public.iter().copied());
        }
    }
    let table = table(estate, from);
    let hop = table.map(|table| next(table, target).map(|route| route.hop));
    let routed = match hop {
        _ if table.is_some_and(|table| table.incomplete.is_some()) => UNKNOWN,
        Some(None | Some(Hop::Local | Hop::Peering(_))) => CLOSED,
        Some(Some(Hop::Other(..))) => UNKNOWN,
        // Where no document shows routes they are taken to lead to a gateway that serves the address.
        _ => OPEN,
    };
    if served && routed == OPEN {
        return (OPEN, if doubtful { Vec::new() } else { publics });
    }
    let says = match routed {
        _ if !interface.public_known => UNKNOWN,
        OPEN if estate.coverage.nats == Listing::Complete && !doubtful => CLOSED,
        OPEN => UNKNOWN,
        routed => routed,
    };
    (says, Vec::new())
}

/// In from the internet: to a public address, or handed on by a NAT gateway or a load balancer.
fn inward(estate: &Estate, asked: &Connection) -> Says {
    let Some(interface) = asked.to.interface(estate) else { return UNKNOWN };
    let own = asked.to.own();
    if asked.to.address() != own || public_of(interface, own).is_some() {
        return OPEN;
    }
    let mut doubtful = !interface.public_known;
    for nat in nats(estate, &asked.to) {
        doubtful |= nat.incomplete.is_some();
        for entry in nat.forwards.iter().filter(|entry| entry.private == own) {
            let ports = entry.private_ports.or(entry.public_ports);
            let fits = ports.is_none_or(|ports| has_ports(asked.protocol) && in_range(ports, asked.port));
            if fits && protocol_matches(entry.protocol, asked.protocol) {
                return OPEN;
            }
        }
    }
    for balancer in estate.balancers.iter().filter(|it| it.incomplete.is_some()) {
        let near = balancer.network.is_none() || balancer.network == asked.to.network(estate);
        let open = |it: &IpAddr| through::is_public(*it) && it.is_ipv4() == own.is_ipv4();
        doubtful |= near && balancer.addresses.iter().any(open);
    }
    let kept = balanced(estate, interface, asked);
    if kept.0 {
        return OPEN;
    }
    if doubtful || kept.1 { UNKNOWN } else { CLOSED }
}

/// Whether a load balancer hands it on as it comes: surely, and perhaps.
fn balanced(estate: &Estate, interface: &Interface, asked: &Connection) -> Says {
    let mut says = CLOSED;
    for balancer in &estate.balancers {
        let public = balancer
            .addresses
            .iter()
            .any(|it| through::is_public(*it) && it.is_ipv4() == asked.to.own().is_ipv4());
        for listener in balancer.listeners.iter().filter(|it| public && it.clients == Clients::Kept) {
            for backend in &listener.backends {
                let port =
                    backend.port.map_or(in_range(listener.ports, asked.port), |port| port == asked.port);
                let Protocol::Number(protocol) = listener.protocol else { continue };
                if port
                    && protocol == asked.protocol
                    && through::backs(estate, balancer, backend, interface, asked.to.own())
                {
                    says = (says.0 || listener.guard.is_none(), true);
                }
            }
        }
    }
    says
}

fn public_of(interface: &Interface, own: IpAddr) -> Option<IpAddr> {
    interface.addresses.iter().find(|address| address.private == own && address.public.is_some())?.public
}

fn nats<'e>(estate: &'e Estate, end: &End) -> impl Iterator<Item = &'e Nat> {
    let network = end.network(estate);
    estate.nats.iter().filter(move |nat| network.is_some() && nat.network == network)
}
