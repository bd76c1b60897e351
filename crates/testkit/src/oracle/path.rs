//! The naive oracle of paths: one connection between two addresses, every layer by plain loops.
//!
//! Each layer is decided in both worlds, by itself. A layer that surely blocks denies; else a layer that may block leaves the
//! connection unknown; else it is allowed. Where the sender's public address is one of several, or not known at all, a filter
//! on the receiver's side surely passes only what passes for each of them, and may pass what passes for one.

mod route;
pub mod through;

use std::net::IpAddr;

use portreeve_model::{
    Acl, AclIx, Action, Acts, Direction, Estate, Host, Interface, InterfaceIx, NetworkIx, Otherwise, Peer,
    PowerState, Profile, Protocol, Rule, SubnetIx,
};

use super::{Packet, Place, Verdict, World, has_ports, in_range, narrow_matches, peer, port_matches};
use super::{protocol_matches, whole_groups};
use through::{Arrival, Through};

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// An interface.
    Interface {
        /// Which.
        interface: InterfaceIx,
        /// The address that it carries.
        private: IpAddr,
        /// The public address by which it is asked for, if it is.
        public: Option<IpAddr>,
    },
    /// An address of the internet.
    Public(IpAddr),
    /// A private address of a network, of which no interface is known.
    Inside {
        /// The network.
        network: NetworkIx,
        /// The subnet, where it is known.
        subnet: Option<SubnetIx>,
        /// The address.
        address: IpAddr,
    },
    /// A private address that is in no network.
    Outside(IpAddr),
}

impl End {
    /// The address by which the other end knows it.
    pub fn address(&self) -> IpAddr {
        match self {
            Self::Interface { private, public, .. } => public.unwrap_or(*private),
            Self::Public(address) | Self::Inside { address, .. } | Self::Outside(address) => *address,
        }
    }

    /// The address by which its own side knows it.
    pub fn own(&self) -> IpAddr {
        match self {
            Self::Interface { private, .. } => *private,
            _ => self.address(),
        }
    }

    fn is_public(&self) -> bool {
        matches!(self, Self::Public(_) | Self::Interface { public: Some(_), .. })
    }

    pub(super) fn interface<'e>(&self, estate: &'e Estate) -> Option<&'e Interface> {
        match self {
            Self::Interface { interface, .. } => estate.interfaces.get(interface.at()),
            _ => None,
        }
    }

    pub(super) fn network(&self, estate: &Estate) -> Option<NetworkIx> {
        match self {
            Self::Inside { network, .. } => Some(*network),
            _ => self.interface(estate)?.network,
        }
    }

    pub(super) fn subnet(&self, estate: &Estate) -> Option<SubnetIx> {
        match self {
            Self::Inside { subnet, .. } => *subnet,
            _ => self.interface(estate)?.subnet,
        }
    }
}

/// One connection, its client port given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// Who opens it.
    pub from: End,
    /// Who is to take it.
    pub to: End,
    /// The protocol.
    pub protocol: u8,
    /// The destination port.
    pub port: u16,
    /// The client's port.
    pub source_port: u16,
    /// Whether the platform was asked to let outbound port 25 through.
    pub smtp_unblocked: bool,
    /// What hands it on, where something between the two ends does.
    pub through: Option<Through>,
}

/// What one layer says: whether it surely passes, and whether it may.
pub(super) type Says = (bool, bool);

pub(super) const OPEN: Says = (true, true);
pub(super) const CLOSED: Says = (false, false);
pub(super) const UNKNOWN: Says = (false, true);

/// Decides one connection. One that comes in from the internet may take any of several ways.
pub fn decide(estate: &Estate, asked: &Connection) -> Verdict {
    let ways = through::ways_in(estate, asked);
    let all = ways.iter().map(|way| decide_way(estate, way)).chain([decide_way(estate, asked)]);
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Allowed => 0,
        Verdict::Unknown => 1,
        Verdict::Denied => 2,
    };
    all.min_by_key(rank).unwrap_or(Verdict::Denied)
}

/// Decides one connection by one way.
pub fn decide_way(estate: &Estate, asked: &Connection) -> Verdict {
    let layers = layers(estate, asked);
    if layers.iter().any(|(_, (_, may))| !may) {
        Verdict::Denied
    } else if layers.iter().all(|(_, (surely, _))| *surely) {
        Verdict::Allowed
    } else {
        Verdict::Unknown
    }
}

/// What every layer says, with a name for each.
pub fn layers(estate: &Estate, asked: &Connection) -> Vec<(&'static str, (bool, bool))> {
    let Connection { from, to, .. } = asked;
    let public =
        from.is_public() || to.is_public() || asked.through.is_some_and(|it| through::is_public(it.front));
    let (way, seen) = route::decide(estate, asked, public);
    let target = [asked.through.map_or(to.address(), |it| it.front)];
    let Arrival { seen, place: from_where, as_seen, filtered, borders } =
        through::arrival(estate, asked, public, seen);
    let mut says = vec![
        ("power of the sender", power(estate, from)),
        (
            "groups of the sender",
            groups(estate, asked, Direction::Egress, &target, place(estate, to, public)),
        ),
        ("platform", if public { platform(estate, asked) } else { OPEN }),
        ("route", way),
        (
            "groups of the receiver",
            each(&as_seen, |asked| {
                if filtered { groups(estate, asked, Direction::Ingress, &seen, from_where) } else { OPEN }
            }),
        ),
        ("power of the receiver", power(estate, to)),
        ("host of the receiver", each(&as_seen, |asked| host(estate, asked, &seen))),
    ];
    if borders.0 {
        let border = |direction, reply| border(estate, asked, from, direction, &target, reply);
        says.push(("network ACL of the sender", border(Direction::Egress, false)));
        says.push(("reply at the sender", border(Direction::Ingress, true)));
    }
    if borders.1 && filtered {
        let border =
            |direction, reply| each(&as_seen, |asked| border(estate, asked, to, direction, &seen, reply));
        says.push(("network ACL of the receiver", border(Direction::Ingress, false)));
        says.push(("reply at the receiver", border(Direction::Egress, true)));
    }
    says
}

/// What a layer says of all that a connection may look like to it.
fn each(all: &[Connection], mut ask: impl FnMut(&Connection) -> Says) -> Says {
    let (mut surely, mut may) = (true, false);
    for one in all {
        let says = ask(one);
        surely &= says.0;
        may |= says.1;
    }
    (surely, may)
}

pub(super) fn place(estate: &Estate, other: &End, public: bool) -> Place {
    match other.network(estate) {
        _ if public => Place::Internet,
        Some(network) => Place::Network(network),
        None => Place::Elsewhere,
    }
}

fn power(estate: &Estate, end: &End) -> Says {
    let Some(interface) = end.interface(estate) else { return OPEN };
    let server = interface.instance.and_then(|ix| estate.instances.get(ix.at()));
    let off = interface.down || server.is_some_and(|server| server.state == PowerState::Stopped);
    if off { CLOSED } else { OPEN }
}

/// What is blocked for one group of the interface is blocked; a group that is not in the input may be of any kind.
fn platform(estate: &Estate, asked: &Connection) -> Says {
    let Some(interface) = asked.from.interface(estate) else { return OPEN };
    let ids: &[_] = interface.groups.map_or(&[], |list| estate.group_list(list));
    let mut all_known = interface.groups.is_some();
    for id in ids {
        match estate.groups.iter().find(|group| group.id == *id) {
            Some(group) if blocks(estate.profile(group.profile), asked) => return CLOSED,
            Some(_) => {}
            None => all_known = false,
        }
    }
    if !all_known && estate.profiles.iter().any(|profile| blocks(profile, asked)) { UNKNOWN } else { OPEN }
}

fn blocks(profile: &Profile, asked: &Connection) -> bool {
    profile.blocked_egress.iter().any(|(protocol, range)| {
        let lifted = asked.smtp_unblocked && range.first() == 25 && range.last() == 25;
        protocol_matches(*protocol, asked.protocol)
            && (!has_ports(asked.protocol) || in_range(*range, asked.port))
            && !lifted
    })
}

/// Asks for each address that the other side may have; for none where it may have any.
fn for_each(peers: &[IpAddr], mut ask: impl FnMut(IpAddr) -> Says) -> Says {
    if peers.is_empty() {
        return UNKNOWN;
    }
    let (mut surely, mut may) = (true, false);
    for peer in peers {
        let (one_surely, one_may) = ask(*peer);
        surely &= one_surely;
        may |= one_may;
    }
    (surely, may)
}

fn groups(estate: &Estate, asked: &Connection, direction: Direction, peers: &[IpAddr], place: Place) -> Says {
    let end = if direction == Direction::Egress { &asked.from } else { &asked.to };
    let Some(interface) = end.interface(estate) else { return OPEN };
    if !interface.filtered {
        return for_each(peers, |_| OPEN);
    }
    let ids: &[_] = interface.groups.map_or(&[], |list| estate.group_list(list));
    for_each(peers, |peer| {
        if interface.groups.is_none() || whole_groups(estate, ids, direction).is_none() {
            return UNKNOWN;
        }
        let Connection { protocol, port, source_port, .. } = *asked;
        let packet = Packet { direction, protocol, port, source_port, local: end.own(), peer, place };
        let answer = super::decide(estate, ids, &packet);
        (answer.surely, answer.possibly)
    })
}

/// The network ACL of an end's subnet. A stateful one lets replies through.
fn border(
    estate: &Estate,
    asked: &Connection,
    end: &End,
    direction: Direction,
    peers: &[IpAddr],
    reply: bool,
) -> Says {
    let Some(subnet) = end.subnet(estate).and_then(|ix| estate.subnets.get(ix.at())) else { return OPEN };
    match subnet.acl {
        Some(ix) if reply && estate.acl(ix).stateful => OPEN,
        Some(ix) => filter(estate, ix, asked, direction, end.own(), peers, reply),
        None if subnet.acl_id.is_empty() || reply => OPEN,
        None => UNKNOWN,
    }
}

fn filter(
    estate: &Estate,
    acl: AclIx,
    asked: &Connection,
    direction: Direction,
    local: IpAddr,
    peers: &[IpAddr],
    reply: bool,
) -> Says {
    let (port, source_port) =
        if reply { (asked.source_port, asked.port) } else { (asked.port, asked.source_port) };
    for_each(peers, |peer| {
        let packet = Packet {
            direction,
            protocol: asked.protocol,
            port,
            source_port,
            local,
            peer,
            place: Place::Internet,
        };
        let acl = estate.acl(acl);
        let passes = |world| passes(estate, acl, &packet, world);
        if acl.incomplete.is_some() { UNKNOWN } else { (passes(World::Lower), passes(World::Upper)) }
    })
}

/// Whether a filter that is an ordered list lets a packet through in one world.
fn passes(estate: &Estate, acl: &Acl, packet: &Packet, world: World) -> bool {
    let spared = acl.exempt.iter().any(|(address, len)| {
        let prefix = address.parse().ok().and_then(|address| portreeve_model::Prefix::new(address, *len));
        prefix.is_some_and(|prefix| peer::in_prefix(prefix, packet.peer))
    });
    if spared {
        return true;
    }
    let first = first_entry(estate, acl, packet, world).and_then(|at| acl.entries.get(at));
    match (first, acl.otherwise(packet.direction)) {
        (Some(entry), _) => entry.action == Action::Allow,
        (None, Otherwise::Allow) => true,
        (None, Otherwise::Deny) => false,
        (None, Otherwise::Unknown) => world == World::Upper,
    }
}

/// The entry that decides, by its place from 0.
fn first_entry(estate: &Estate, acl: &Acl, packet: &Packet, world: World) -> Option<usize> {
    let mut first: Option<(usize, &Rule)> = None;
    for (at, entry) in acl.entries.iter().enumerate() {
        let before =
            first.is_none_or(|(_, first)| (entry.position, entry.action) < (first.position, first.action));
        if before && entry_matches(estate, entry, packet, entry.action == world.favours()) {
            first = Some((at, entry));
        }
    }
    first.map(|(at, _)| at)
}

/// The entry of a filter that surely allows a packet, or surely denies it.
pub fn deciding_entry(estate: &Estate, acl: AclIx, packet: &Packet, allows: bool) -> Option<usize> {
    first_entry(estate, estate.acl(acl), packet, if allows { World::Lower } else { World::Upper })
}

fn entry_matches(estate: &Estate, entry: &Rule, packet: &Packet, wide: bool) -> bool {
    let applied = match entry.acts {
        Acts::Surely => true,
        Acts::Possibly => wide,
        Acts::Never => false,
    };
    let other_side = match &entry.peer {
        Peer::Any => true,
        Peer::Prefix(prefix) => peer::in_prefix(*prefix, packet.peer),
        Peer::List(list) => list.list.map_or(wide, |ix| peer::in_list(estate, ix, packet.peer, wide)),
        Peer::Group { .. } | Peer::Unknown => wide,
    };
    applied
        && other_side
        && entry.direction == packet.direction
        && protocol_matches(entry.protocol, packet.protocol)
        && (!has_ports(packet.protocol) || port_matches(estate, &entry.ports, packet.port, wide))
        && narrow_matches(estate, entry, packet, wide)
}

/// The receiver's own firewall and what listens on it, as far as they were collected.
fn host(estate: &Estate, asked: &Connection, seen: &[IpAddr]) -> Says {
    let instance = asked.to.interface(estate).and_then(|interface| interface.instance);
    let Some(host) = estate.hosts.iter().rfind(|host| Some(host.instance) == instance) else { return OPEN };
    let (mut surely, mut may) = if listens(host, asked) { OPEN } else { CLOSED };
    for acl in host.filters.iter().flatten() {
        let says = filter(estate, *acl, asked, Direction::Ingress, asked.to.own(), seen, false);
        surely &= says.0;
        may &= says.1;
    }
    (surely, may)
}

fn listens(host: &Host, asked: &Connection) -> bool {
    let Some(listeners) = &host.listeners else { return true };
    let own = asked.to.own();
    !has_ports(asked.protocol)
        || listeners.iter().any(|listener| {
            let bound = match listener.address {
                None => true,
                // Bound to every address of IPv6 means IPv4 as well, as systems have it by default.
                Some(address) if listener.every || address.is_unspecified() => {
                    address.is_ipv6() || own.is_ipv4()
                }
                Some(address) => address == own,
            };
            bound && listener.port == asked.port && listener.protocol == Protocol::Number(asked.protocol)
        })
}
