//! The engine's questions put to the oracle, packet by packet.

use std::collections::BTreeSet;
use std::net::IpAddr;

use portreeve_model::{
    AddressRange, Direction, Estate, GroupIx, Interface, Narrow, Peer, PortRange, Ports, Text,
};
use portreeve_testkit::oracle::{self, Packet, Place};

use crate::common::{PUBLIC_V4, PUBLIC_V6, ends};

/// A protocol and a port of it.
pub(crate) type Port = (u8, u16);

/// What of an item's ports is open: family (4 or 6), protocol, port.
pub(crate) type Open = BTreeSet<(u8, Port)>;

/// Which end of what is unknown is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    Surely,
    Possibly,
}

/// Where the rules of an estate cut addresses, local addresses and ports: the start of every piece.
pub(crate) struct Cuts {
    pub(crate) peers: BTreeSet<IpAddr>,
    pub(crate) locals: BTreeSet<IpAddr>,
    pub(crate) source_ports: BTreeSet<u16>,
    pub(crate) ports: BTreeSet<u16>,
}

impl Cuts {
    pub(crate) fn new(estate: &Estate) -> Self {
        let lowest = || BTreeSet::from([IpAddr::from([0; 4]), IpAddr::from([0; 16])]);
        let mut cuts = Self {
            peers: lowest(),
            locals: lowest(),
            source_ports: BTreeSet::from([0]),
            ports: BTreeSet::from([0]),
        };
        for rule in estate.groups.iter().flat_map(|group| &group.rules) {
            match &rule.peer {
                Peer::Prefix(prefix) => cut(&mut cuts.peers, AddressRange::from(*prefix)),
                Peer::List(wanted) => {
                    let entries = wanted.list.iter().flat_map(|ix| estate.address_list(*ix).entries.iter());
                    entries.for_each(|range| cut(&mut cuts.peers, *range));
                }
                Peer::Any | Peer::Group { .. } | Peer::Unknown => {}
            }
            for range in port_ranges(estate, &rule.ports) {
                cuts.ports.insert(range.first());
                cuts.ports.extend(range.last().checked_add(1));
            }
            if let Some(Narrow { source_ports, local }) = rule.narrow.as_deref() {
                if let Some(prefix) = local {
                    cut(&mut cuts.locals, AddressRange::from(*prefix));
                }
                for range in port_ranges(estate, source_ports) {
                    cuts.source_ports.insert(range.first());
                    cuts.source_ports.extend(range.last().checked_add(1));
                }
            }
        }
        cuts
    }

    /// One address of each piece of some ranges: the first from every cut on.
    pub(crate) fn sample(&self, who: &[&str]) -> Vec<IpAddr> {
        let sample: BTreeSet<IpAddr> = self
            .peers
            .iter()
            .flat_map(|start| who.iter().filter_map(|range| first_from(*start, range)))
            .collect();
        sample.into_iter().collect()
    }
}

/// Notes where a range begins and where what follows it begins, and for good measure the addresses beside both.
fn cut(starts: &mut BTreeSet<IpAddr>, range: AddressRange) {
    starts.insert(range.first());
    starts.insert(range.last());
    starts.extend(before(range.first()));
    let beyond = after(range.last());
    starts.extend(beyond);
    starts.extend(beyond.and_then(after));
}

fn port_ranges(estate: &Estate, ports: &Ports) -> Vec<PortRange> {
    match ports {
        Ports::All | Ports::Unknown => Vec::new(),
        Ports::Range(range) => vec![*range],
        Ports::Ranges(ranges) => ranges.to_vec(),
        Ports::List(wanted) => wanted.list.map_or_else(Vec::new, |ix| estate.port_list(ix).entries.to_vec()),
    }
}

fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => v4.to_bits().checked_add(1).map(|bits| IpAddr::from(bits.to_be_bytes())),
        IpAddr::V6(v6) => v6.to_bits().checked_add(1).map(|bits| IpAddr::from(bits.to_be_bytes())),
    }
}

fn before(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => v4.to_bits().checked_sub(1).map(|bits| IpAddr::from(bits.to_be_bytes())),
        IpAddr::V6(v6) => v6.to_bits().checked_sub(1).map(|bits| IpAddr::from(bits.to_be_bytes())),
    }
}

/// The first address of a range from one on, of the same family.
pub(crate) fn first_from(start: IpAddr, range: &str) -> Option<IpAddr> {
    let (first, last) = ends(range);
    (first.is_ipv4() == start.is_ipv4() && start <= last).then(|| start.max(first))
}

/// The ranges of everyone.
pub(crate) fn everyone() -> Vec<&'static str> {
    PUBLIC_V4.iter().copied().chain([PUBLIC_V6]).collect()
}

/// Whether an address lies in some ranges.
pub(crate) fn is_within(address: IpAddr, who: &[&str]) -> bool {
    who.iter().any(|range| first_from(address, range) == Some(address))
}

pub(crate) fn family(address: IpAddr) -> u8 {
    if address.is_ipv4() { 4 } else { 6 }
}

/// Groups that stand together, and the addresses that they filter for.
pub(crate) struct Side<'e> {
    estate: &'e Estate,
    cuts: &'e Cuts,
    pub(crate) groups: Vec<Text>,
    pub(crate) locals: Vec<IpAddr>,
}

impl<'e> Side<'e> {
    /// A group alone: for any address.
    pub(crate) fn group(estate: &'e Estate, cuts: &'e Cuts, ix: GroupIx) -> Self {
        Self {
            estate,
            cuts,
            groups: vec![estate.group(ix).id],
            locals: cuts.locals.iter().copied().collect(),
        }
    }

    /// An interface: for the addresses that it has. Nothing where its groups are not known.
    pub(crate) fn interface(estate: &'e Estate, cuts: &'e Cuts, interface: &Interface) -> Option<Self> {
        let groups = estate.group_list(interface.groups?).to_vec();
        let locals = interface.addresses.iter().map(|address| address.private).collect();
        Some(Self { estate, cuts, groups, locals })
    }

    pub(crate) fn passes(&self, packet: &Packet, world: World) -> bool {
        let answer = oracle::decide(self.estate, &self.groups, packet);
        match world {
            World::Surely => answer.surely,
            World::Possibly => answer.possibly,
        }
    }

    /// Whether an address gets in from some source port to some address.
    pub(crate) fn lets_in(&self, peer: IpAddr, (protocol, port): Port, world: World) -> bool {
        let locals = self.locals.iter().filter(|local| family(**local) == family(peer));
        locals.copied().any(|local| {
            self.cuts.source_ports.iter().any(|&source_port| {
                let (direction, place) = (Direction::Ingress, Place::Internet);
                let packet = Packet { direction, protocol, port, source_port, local, peer, place };
                self.passes(&packet, world)
            })
        })
    }

    /// What of some ports is open to everybody of a sample, or of a family of it.
    pub(crate) fn open(&self, ports: &[Port], sample: &[IpAddr], world: World) -> Open {
        let mut open = Open::new();
        for wanted in [4, 6] {
            let everyone: Vec<IpAddr> =
                sample.iter().copied().filter(|peer| family(*peer) == wanted).collect();
            if everyone.is_empty() {
                continue;
            }
            let has_address = self.locals.iter().any(|local| family(*local) == wanted);
            for &port in ports.iter().filter(|_| has_address) {
                if everyone.iter().all(|peer| self.lets_in(*peer, port, world)) {
                    open.insert((wanted, port));
                }
            }
        }
        open
    }
}
