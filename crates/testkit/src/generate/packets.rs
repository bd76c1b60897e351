//! Random packets at the borders of an estate's own rules.

use std::net::IpAddr;

use fastrand::Rng;
use portreeve_model::{
    AddressRange, Direction, Estate, GroupIx, NetworkIx, Peer, PortRange, Ports, Prefix, Protocol, Rule, Text,
};

use super::{chance, one_of, pool};
use crate::oracle::{Packet, Place};

/// A packet for an interface with these groups: mostly at a border of one of their rules, else anything.
pub fn packet(rng: &mut Rng, estate: &Estate, groups: &[Text]) -> Packet {
    let rules: Vec<(GroupIx, &Rule)> = estate
        .each_group()
        .filter(|(_, group)| groups.contains(&group.id))
        .flat_map(|(ix, group)| group.rules.iter().map(move |rule| (ix, rule)))
        .collect();
    match rng.choice(&rules) {
        Some(&(owner, rule)) if rng.u8(0..8) > 0 => packet_near(rng, estate, owner, rule),
        _ => stray(rng, estate),
    }
}

/// A packet at a border of one rule: each of its sides is the first or last that matches, or the next that does not.
pub fn packet_near(rng: &mut Rng, estate: &Estate, owner: GroupIx, rule: &Rule) -> Packet {
    let stray = stray(rng, estate);
    let peer = peer_near(rng, estate, &rule.peer).unwrap_or(stray.peer);
    let local = match rule.narrow.as_ref().and_then(|narrow| narrow.local) {
        Some(local) if rng.u8(0..6) > 0 => edge(rng, local.into()),
        _ => local_address(rng, estate, peer.is_ipv6()),
    };
    // One interface speaks one family with one peer.
    let local =
        if local.is_ipv4() == peer.is_ipv4() { local } else { local_address(rng, estate, peer.is_ipv6()) };
    let source = rule.narrow.as_ref().and_then(|narrow| port_near(rng, estate, &narrow.source_ports));
    Packet {
        direction: if rng.u8(0..12) == 0 { stray.direction } else { rule.direction },
        protocol: match rule.protocol {
            Protocol::Number(number) if rng.u8(0..10) > 0 => number,
            _ => stray.protocol,
        },
        port: port_near(rng, estate, &rule.ports).unwrap_or(stray.port),
        source_port: source.unwrap_or(stray.source_port),
        local,
        peer,
        place: place_near(rng, estate, owner, &rule.peer),
    }
}

/// A packet that owes nothing to a rule.
fn stray(rng: &mut Rng, estate: &Estate) -> Packet {
    let six = rng.u8(0..4) == 0;
    let peer = if rng.bool() { pool::stranger(rng, six) } else { pool::member_address(rng, six) };
    Packet {
        direction: one_of(rng, &Direction::BOTH, Direction::Ingress),
        protocol: one_of(rng, &pool::PROTOCOLS, 6),
        port: pool::port(rng),
        source_port: pool::port(rng),
        local: local_address(rng, estate, six),
        peer,
        place: any_place(rng, estate),
    }
}

fn any_place(rng: &mut Rng, estate: &Estate) -> Place {
    match rng.u8(0..5) {
        0 | 1 => Place::Internet,
        2 => Place::Elsewhere,
        _ if estate.networks.is_empty() => Place::Elsewhere,
        _ => Place::Network(NetworkIx::new(rng.usize(0..estate.networks.len()))),
    }
}

/// A group peer is mostly met in its network, and now and then where it must not match.
fn place_near(rng: &mut Rng, estate: &Estate, owner: GroupIx, peer: &Peer) -> Place {
    match (peer, estate.group(owner).network) {
        (Peer::Group { .. }, Some(own)) if rng.u8(0..4) > 0 => Place::Network(own),
        _ => any_place(rng, estate),
    }
}

fn local_address(rng: &mut Rng, estate: &Estate, six: bool) -> IpAddr {
    let own: Vec<IpAddr> = addresses_of(estate, None).into_iter().filter(|ip| ip.is_ipv6() == six).collect();
    let made_up = pool::member_address(rng, six);
    if rng.u8(0..6) == 0 { made_up } else { one_of(rng, &own, made_up) }
}

/// The private addresses of all interfaces, or of those that carry a group.
fn addresses_of(estate: &Estate, group: Option<Text>) -> Vec<IpAddr> {
    let carries = |list| group.is_none_or(|id| estate.group_list(list).contains(&id));
    let members = estate.interfaces.iter().filter(|each| each.groups.is_some_and(carries));
    members.flat_map(|each| each.addresses.iter().map(|address| address.private)).collect()
}

fn peer_near(rng: &mut Rng, estate: &Estate, peer: &Peer) -> Option<IpAddr> {
    match peer {
        Peer::Prefix(prefix) => Some(edge(rng, (*prefix).into())),
        Peer::List(wanted) => {
            let entries = &estate.address_list(wanted.list?).entries;
            let entry = *rng.choice(entries)?;
            Some(edge(rng, entry))
        }
        Peer::Group { id, .. } => {
            let member = *rng.choice(&addresses_of(estate, Some(*id)))?;
            Some(if rng.u8(0..4) == 0 { edge(rng, Prefix::host(member).into()) } else { member })
        }
        Peer::Any | Peer::Unknown => None,
    }
}

/// First, last, one below, one above.
fn edge(rng: &mut Rng, range: AddressRange) -> IpAddr {
    match rng.u8(0..6) {
        0 => pool::before(range.first()),
        1 => pool::after(range.last()),
        2 | 3 => range.first(),
        _ => range.last(),
    }
}

fn port_near(rng: &mut Rng, estate: &Estate, ports: &Ports) -> Option<u16> {
    let range: PortRange = match ports {
        Ports::Range(range) => *range,
        Ports::Ranges(ranges) => *rng.choice(ranges)?,
        Ports::List(wanted) => *rng.choice(&estate.port_list(wanted.list?).entries)?,
        Ports::All | Ports::Unknown => return None,
    };
    let below = chance(rng, 0.5);
    Some(match rng.u8(0..3) {
        0 if below => range.first().wrapping_sub(1),
        0 => range.last().wrapping_add(1),
        _ if below => range.first(),
        _ => range.last(),
    })
}
