//! What lies around the groups of a random estate: subnets, network ACLs, routes, peerings, translation, servers.

use std::net::IpAddr;

use fastrand::Rng;
use portreeve_model::{
    Acl, AclIx, Attachment, Backend, Balancer, BalancerListener, Clients, Estate, Forward, Hop, Host, Hub,
    Instance, InstanceIx, Listener, Listing, Nat, NetworkIx, Otherwise, Peer, Peering, PortRange, PowerState,
    Protocol, Route, RouteTable, SourceNat, Subnet, SubnetIx, Text,
};

use super::{Knobs, any_prefix, chance, maybe_gap, number_rules, one_of, pool, rule};
use crate::oracle::path::{Connection, End};

/// Adds everything that paths meet to a random estate, and leaves its groups and rules alone.
pub fn surround(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) {
    if rng.bool() {
        for profile in &mut estate.profiles {
            profile.blocked_egress = BLOCKED;
        }
    }
    for number in 0..3 {
        add_acl(rng, knobs, estate, &format!("acl-{number}"), number > 0);
    }
    add_subnets(rng, knobs, estate);
    add_peerings(rng, estate);
    add_hub(rng, estate);
    for network in 0..estate.networks.len() {
        add_table(rng, knobs, estate, NetworkIx::new(network));
        add_nat(rng, knobs, estate, NetworkIx::new(network));
    }
    estate.coverage.nats = if chance(rng, knobs.gaps) { Listing::Absent } else { Listing::Complete };
    place_interfaces(rng, knobs, estate);
    add_hosts(rng, knobs, estate);
    if rng.u8(0..3) == 0 {
        add_balancer(rng, knobs, estate);
    }
}

const BLOCKED: &[(Protocol, PortRange)] =
    &[(Protocol::TCP, PortRange::one(80)), (Protocol::TCP, PortRange::one(25))];

/// Entries for both directions; the last ones mostly let everything through, or nothing would ever pass.
fn add_acl(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate, id: &str, may_be_stateless: bool) -> AclIx {
    let mut entries = Vec::new();
    for _ in 0..rng.usize(0..=4) {
        let mut entry = rule(rng, knobs, estate);
        if matches!(entry.peer, Peer::Group { .. }) {
            entry.peer = Peer::Prefix(any_prefix(rng, knobs));
        }
        entries.push(entry);
    }
    number_rules(&mut entries);
    let otherwise = |rng: &mut Rng| match rng.u8(0..4) {
        0 => Otherwise::Deny,
        _ if chance(rng, knobs.gaps / 2.0) => Otherwise::Unknown,
        _ => Otherwise::Allow,
    };
    let (ingress, egress) = (otherwise(rng), otherwise(rng));
    let incomplete = maybe_gap(rng, knobs, estate, id, "a page of its entries is missing");
    let id = estate.texts.intern(id);
    estate.acls.push(Acl {
        id,
        name: Text::EMPTY,
        stateful: !may_be_stateless || rng.u8(0..3) == 0,
        entries,
        ingress,
        egress,
        exempt: if rng.u8(0..4) == 0 { &[("10.0.0.4", 31)] } else { &[] },
        incomplete,
        origin: None,
    });
    AclIx::new(estate.acls.len() - 1)
}

fn add_subnets(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) {
    for network in 0..estate.networks.len() {
        for (number, block) in ["10.0.0.0/25", "10.0.0.128/25"].into_iter().enumerate() {
            let missing = chance(rng, knobs.gaps);
            let acl = (rng.u8(0..3) > 0 && !missing).then(|| AclIx::new(rng.usize(0..estate.acls.len())));
            let acl_id = match acl {
                Some(ix) => estate.acl(ix).id,
                None if missing => estate.texts.intern("acl-gone"),
                None => Text::EMPTY,
            };
            let own_table = rng.u8(0..5) == 0;
            estate.subnets.push(Subnet {
                id: estate.texts.intern(&format!("sub-{network}-{number}")),
                name: Text::EMPTY,
                network: Some(NetworkIx::new(network)),
                blocks: pool::prefix(block).into_iter().collect(),
                route_table: if own_table { estate.texts.intern("rt-own") } else { Text::EMPTY },
                acl_id,
                acl,
                acl_known: rng.u8(0..8) > 0,
            });
        }
    }
}

/// Mostly one that works between the two networks, sometimes more, or one that does not.
fn add_peerings(rng: &mut Rng, estate: &mut Estate) {
    let ends = [estate.texts.intern("net-a"), estate.texts.intern("net-b")];
    let networks = [Some(NetworkIx::new(0)), (estate.networks.len() > 1).then(|| NetworkIx::new(1))];
    for number in 0..one_of(rng, &[0, 1, 1, 1, 2], 1) {
        let active = rng.u8(0..4) > 0;
        let swapped = rng.bool();
        let pair = |pair: [Option<NetworkIx>; 2]| if swapped { [pair[1], pair[0]] } else { pair };
        estate.peerings.push(Peering {
            id: estate.texts.intern(&format!("peer-{number}")),
            name: Text::EMPTY,
            ends: if swapped { [ends[1], ends[0]] } else { ends },
            networks: pair(networks),
            active,
            status: estate.texts.intern(if active { "active" } else { "rejected" }),
            origin: None,
        });
    }
}

/// A transit router to which some networks are attached.
fn add_hub(rng: &mut Rng, estate: &mut Estate) {
    if rng.bool() {
        return;
    }
    let mut members = Vec::new();
    for (at, end) in ["net-a", "net-b"].into_iter().enumerate().filter(|(at, _)| *at < estate.networks.len())
    {
        if rng.u8(0..6) > 0 {
            let active = rng.u8(0..5) > 0;
            members.push(Attachment {
                id: estate.texts.intern(&format!("att-{at}")),
                end: estate.texts.intern(end),
                network: Some(NetworkIx::new(at)),
                active,
                status: estate.texts.intern(if active { "attached" } else { "detaching" }),
            });
        }
    }
    let id = estate.texts.intern("tr-1");
    estate.hubs.push(Hub { id, members, incomplete: None });
}

fn add_table(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate, network: NetworkIx) {
    for (id, main) in [(format!("rt-{}", network.at()), true), ("rt-own".to_owned(), false)] {
        if chance(rng, 0.1) || (!main && network.at() > 0) {
            continue;
        }
        let mut routes = Vec::new();
        for text in ["10.0.0.0/16", "2001:db8::/32"] {
            if rng.u8(0..6) > 0 {
                let hop = match rng.u8(0..8) {
                    0 => Hop::Peering(estate.texts.intern("peer-1")),
                    1 => Hop::Other(estate.texts.intern("router"), estate.texts.intern("tr-1")),
                    2 => {
                        let own = estate.texts.intern(&format!("att-{}", network.at()));
                        Hop::Other(estate.texts.intern("attachment"), own)
                    }
                    _ => Hop::Peering(estate.texts.intern("peer-0")),
                };
                routes.extend(pool::prefix(text).map(|destination| Route { destination, hop }));
            }
        }
        for _ in 0..rng.usize(0..=2) {
            let hop = any_hop(rng, estate);
            routes.push(Route { destination: any_prefix(rng, knobs), hop });
        }
        rng.shuffle(&mut routes);
        let incomplete = maybe_gap(rng, knobs, estate, &id, "a page of its routes is missing");
        let id = estate.texts.intern(&id);
        estate.route_tables.push(RouteTable {
            id,
            name: Text::EMPTY,
            network: Some(network),
            main,
            routes: routes.into(),
            incomplete,
        });
    }
}

fn any_hop(rng: &mut Rng, estate: &mut Estate) -> Hop {
    let mut id = |text: &str| estate.texts.intern(text);
    match rng.u8(0..7) {
        0 => Hop::Local,
        1 => Hop::Peering(id("peer-gone")),
        2 => Hop::Other(id("router"), id("tr-1")),
        3 => Hop::Internet(id("gw-1")),
        4 => Hop::Nat(id("nat-0")),
        5 => Hop::Peering(id("peer-1")),
        _ => Hop::Peering(id("peer-0")),
    }
}

fn add_nat(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate, network: NetworkIx) {
    if rng.u8(0..3) == 0 {
        return;
    }
    let public = |rng: &mut Rng| IpAddr::from([203, 0, 113, one_of(rng, &[7, 8, 200], 7)]);
    let sources = ["10.0.0.4/30", "10.0.0.0/25"].into_iter().filter_map(pool::prefix);
    let sources = sources.filter(|_| rng.bool()).map(|from| SourceNat { from, public: Box::new([]) });
    let mut sources: Vec<SourceNat> = sources.collect();
    for source in &mut sources {
        source.public = (0..rng.usize(1..=2)).map(|_| public(rng)).collect();
    }
    let mut forwards = Vec::new();
    for _ in 0..rng.usize(0..=2) {
        let ports = (rng.u8(0..3) > 0).then(|| pool::port_range(rng));
        forwards.push(Forward {
            public: public(rng),
            protocol: one_of(rng, &[Protocol::TCP, Protocol::UDP, Protocol::All], Protocol::TCP),
            public_ports: ports,
            private: pool::member_address(rng, false),
            private_ports: ports.filter(|_| rng.bool()),
        });
    }
    let id = format!("nat-{}", network.at());
    let incomplete = maybe_gap(rng, knobs, estate, &id, "a page of its entries is missing");
    let id = estate.texts.intern(&id);
    estate.nats.push(Nat { id, name: Text::EMPTY, network: Some(network), sources, forwards, incomplete });
}

/// Puts interfaces on servers and in subnets.
fn place_interfaces(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) {
    for at in 0..estate.interfaces.len() {
        let id = estate.texts.intern(&format!("i-{at}"));
        let state = match rng.u8(0..16) {
            0 => PowerState::Stopped,
            1 => PowerState::Unknown,
            _ => PowerState::Running,
        };
        let (name, os, region, flavour) = (Text::EMPTY, Text::EMPTY, Text::EMPTY, Text::EMPTY);
        estate.instances.push(Instance { id, name, os, region, flavour, state, origin: None });
        let subnets: Vec<SubnetIx> = (0..estate.subnets.len()).map(SubnetIx::new).collect();
        let network = estate.interfaces.get(at).and_then(|interface| interface.network);
        let own = |ix: &SubnetIx| network.is_some() && estate.subnet(*ix).network == network;
        let fitting: Vec<SubnetIx> = subnets.into_iter().filter(own).collect();
        let subnet = rng.choice(&fitting).copied().filter(|_| rng.u8(0..6) > 0);
        let server = if rng.u8(0..4) == 0 { rng.usize(0..=at) } else { at };
        if let Some(interface) = estate.interfaces.get_mut(at) {
            interface.instance = (rng.u8(0..10) > 0).then(|| InstanceIx::new(server));
            interface.subnet = subnet;
            interface.public_known = !chance(rng, knobs.gaps);
            interface.down = rng.u8(0..20) == 0;
            interface.filtered = rng.u8(0..15) > 0;
        }
    }
}

fn add_hosts(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) {
    for at in 0..estate.instances.len() {
        if rng.u8(0..5) > 0 {
            continue;
        }
        let filters = rng.bool().then(|| {
            (0..rng.usize(0..=2))
                .map(|n| add_acl(rng, knobs, estate, &format!("fw-{at}-{n}"), false))
                .collect()
        });
        let listeners = rng.bool().then(|| (0..rng.usize(0..=6)).map(|_| listener(rng)).collect());
        estate.hosts.push(Host { instance: InstanceIx::new(at), listeners, filters, origin: None });
    }
}

fn listener(rng: &mut Rng) -> Listener {
    let address = match rng.u8(0..6) {
        0 => Some(IpAddr::from([127, 0, 0, 1])),
        1 => Some(IpAddr::from([0; 4])),
        2 => Some(IpAddr::from([0; 16])),
        3 => {
            let six = rng.bool();
            Some(pool::member_address(rng, six))
        }
        _ => None,
    };
    Listener {
        protocol: one_of(rng, &[Protocol::TCP, Protocol::TCP, Protocol::UDP], Protocol::TCP),
        every: address.is_some_and(|address| address.is_unspecified()),
        address,
        port: pool::port(rng),
        program: Text::EMPTY,
    }
}

fn add_balancer(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) {
    let guard = maybe_gap(rng, knobs, estate, "lb-1", "its access list is not read");
    let incomplete = maybe_gap(rng, knobs, estate, "lb-1", "some of its servers are missing");
    let target = estate.texts.intern(one_of(rng, &["i-0", "i-1", "eni-0"], "i-0"));
    let address = rng.bool().then(|| pool::member_address(rng, false));
    let backend = Backend { target, address, port: rng.bool().then(|| pool::port(rng)) };
    let public = if rng.u8(0..4) == 0 { [10, 0, 0, 200] } else { [198, 51, 100, 250] };
    let listener = BalancerListener {
        protocol: one_of(rng, &[Protocol::TCP, Protocol::UDP], Protocol::TCP),
        ports: pool::port_range(rng),
        clients: one_of(
            rng,
            &[Clients::Kept, Clients::Kept, Clients::Hidden, Clients::Hidden, Clients::Unfiltered],
            Clients::Kept,
        ),
        guard,
        backends: Box::new([backend]),
    };
    // Known addresses of the balancer lie where rules of tests do, so that some let all of them in and some a part.
    let from = ["10.0.0.192/28", "10.0.0.64/30", "100.64.0.0/10"].into_iter().filter_map(pool::prefix);
    let from = from.filter(|_| rng.u8(0..3) == 0).collect();
    estate.balancers.push(Balancer {
        id: estate.texts.intern("lb-1"),
        name: Text::EMPTY,
        network: Some(NetworkIx::new(0)),
        addresses: Box::new([IpAddr::from(public)]),
        from,
        from_gap: None,
        listeners: vec![listener],
        incomplete,
    });
}

/// A connection that at least one end of is in the estate, both ends of one family and not the same address; mostly at a
/// border of a rule that it meets.
pub fn connection(rng: &mut Rng, estate: &Estate) -> Option<Connection> {
    let six = rng.u8(0..5) == 0;
    let known = interface_end(rng, estate, six)?;
    let other = match rng.u8(0..10) {
        0..5 => interface_end(rng, estate, six)?,
        5 | 6 => End::Public(public(rng, six)),
        7 => End::Outside(if six { "fd00::9" } else { "10.77.0.9" }.parse().ok()?),
        _ => inside(rng, estate, six),
    };
    let (from, to) = if rng.bool() { (known, other) } else { (other, known) };
    if from.address() == to.address() {
        return None;
    }
    let groups = groups_of(rng, estate, &to);
    let near = super::packet(rng, estate, &groups);
    let ordinary = rng.u8(0..3) == 0;
    Some(Connection {
        from,
        to,
        protocol: near.protocol,
        port: near.port,
        source_port: if ordinary { 40_000 } else { near.source_port },
        smtp_unblocked: false,
        through: None,
    })
}

fn groups_of(rng: &mut Rng, estate: &Estate, end: &End) -> Vec<Text> {
    match end {
        End::Interface { interface, .. } => {
            let list = estate.interface(*interface).groups;
            list.map(|list| estate.group_list(list).to_vec()).unwrap_or_default()
        }
        _ => super::groups(rng, estate),
    }
}

fn interface_end(rng: &mut Rng, estate: &Estate, six: bool) -> Option<End> {
    let mut ends = Vec::new();
    for (interface, said) in estate.each_interface() {
        for address in said.addresses.iter().filter(|address| address.private.is_ipv6() == six) {
            ends.push(End::Interface { interface, private: address.private, public: None });
            if address.public.is_some() {
                ends.push(End::Interface { interface, private: address.private, public: address.public });
            }
        }
    }
    rng.choice(&ends).copied()
}

fn inside(rng: &mut Rng, estate: &Estate, six: bool) -> End {
    let network = super::any_network(rng, estate);
    let of_network = |ix: &SubnetIx| estate.subnet(*ix).network == Some(network);
    let subnets: Vec<SubnetIx> = (0..estate.subnets.len()).map(SubnetIx::new).filter(of_network).collect();
    let subnet = rng.choice(&subnets).copied().filter(|_| rng.bool());
    End::Inside { network, subnet, address: pool::member_address(rng, six) }
}

/// An address of the internet, at a border of the prefixes that rules name.
pub fn public(rng: &mut Rng, six: bool) -> IpAddr {
    let v4 = [
        [8, 8, 8, 8],
        [198, 51, 100, 7],
        [203, 0, 113, 7],
        [203, 0, 113, 255],
        [203, 0, 114, 0],
        [128, 9, 0, 0],
    ];
    let v6: [u16; 4] = [0, 5, 6, 0xffff];
    if six {
        IpAddr::from([0x2001, one_of(rng, &[0xdb8, 0x4860], 0xdb8), 0, 0, 0, 0, 0, one_of(rng, &v6, 5)])
    } else {
        IpAddr::from(one_of(rng, &v4, [8, 8, 8, 8]))
    }
}

/// A packet of the same ends, at a border of some rule of the estate.
pub fn stray_ports(rng: &mut Rng, estate: &Estate, asked: &Connection) -> Connection {
    let end = if rng.bool() { &asked.to } else { &asked.from };
    let groups = groups_of(rng, estate, end);
    let near = super::packet(rng, estate, &groups);
    let client = one_of(rng, &[near.source_port, 1023, 1024, 40_000, 65_535], 40_000);
    Connection { protocol: near.protocol, port: near.port, source_port: client, ..*asked }
}

#[cfg(test)]
mod tests {
    use portreeve_model::Direction;

    use super::*;

    #[test]
    fn surroundings_hold_together() {
        for seed in 0..200 {
            let mut rng = Rng::with_seed(seed);
            let mut estate = super::super::estate(&mut rng, &Knobs::default());
            surround(&mut rng, &Knobs::default(), &mut estate);
            for interface in &estate.interfaces {
                let subnet = interface.subnet.map(|ix| estate.subnet(ix));
                assert!(subnet.is_none_or(|subnet| subnet.network == interface.network));
            }
            for acl in &estate.acls {
                for direction in Direction::BOTH {
                    let positions: Vec<u32> = acl
                        .entries
                        .iter()
                        .filter(|it| it.direction == direction)
                        .map(|it| it.position)
                        .collect();
                    assert!(positions.windows(2).all(|pair| pair[0] < pair[1]), "{positions:?}");
                }
            }
        }
    }
}
