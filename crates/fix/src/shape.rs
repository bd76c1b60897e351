//! Sets of traffic as the fewest rules that a platform takes.

use std::collections::BTreeSet;

use portreeve_model::{PortRange, Ports, Prefix, Protocol, Writing};
use portreeve_netset::{AddressSet, Block, Cidr, IntervalSet, PacketSet, PortSet, Slice, protocol};

/// More rules than this are no answer for a person.
const MOST: usize = 200;

/// Up to so many rules, each is tried whether the others make it superfluous.
const PRUNED: usize = 48;

/// Protocols and ports of one rule, and its one block of peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) protocol: Protocol,
    pub(crate) ports: Ports,
    pub(crate) peer: Prefix,
}

/// A set as rules.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) shapes: Vec<Shape>,
    /// What no rule can say, and nobody misses: port 0, which is reserved, and ICMP of one family at addresses of the other.
    pub(crate) unwritten: PacketSet,
}

/// A rule in the making: one protocol or all, ports, one block of peers.
#[derive(Debug, Clone)]
struct Rectangle {
    protocol: Option<u8>,
    ports: PortSet,
    peer: Cidr,
}

impl Rectangle {
    fn set(&self) -> PacketSet {
        PacketSet::from_block(&Block {
            protocols: self.protocol.map_or(IntervalSet::full(), IntervalSet::single),
            ports: self.ports.clone(),
            peers: self.peer.into(),
            ..Block::all()
        })
    }
}

/// The protocols whose ports rules tell apart.
pub(crate) fn has_ports(number: u8) -> bool {
    matches!(number, protocol::TCP | protocol::UDP | protocol::SCTP)
}

/// The fewest rules that say `set`, given that `covered` is said already; nothing where the platform cannot say it so.
pub(crate) fn write(set: &PacketSet, covered: &PacketSet, writing: &Writing) -> Option<Written> {
    let mut found: Vec<Rectangle> = common(set)
        .cidrs()
        .into_iter()
        .map(|peer| Rectangle { protocol: None, ports: PortSet::full(), peer })
        .collect();
    let all = PacketSet::union_all(found.iter().map(Rectangle::set));
    let rest = set.difference(&all).difference(covered);
    let unwritten = unwritable(&rest);
    let rest = rest.difference(&unwritten);
    for &(first, last) in rest.protocols().intervals() {
        for number in first..=last {
            if !writing.protocols.is_empty() && !writing.protocols.contains(&number) {
                return None;
            }
            found.extend(rectangles(set, number)?);
            if found.len() > MOST {
                return None;
            }
        }
    }
    let kept = prune(found, &covered.union(&unwritten));
    Some(Written { shapes: shapes(&kept, writing), unwritten })
}

/// The peers for which the set holds every protocol and port.
fn common(set: &PacketSet) -> AddressSet {
    let mut common = AddressSet::all();
    let mut held: u32 = 0;
    for Slice { protocols, ports, flow } in set.slices() {
        let protocols = u32::from(protocols.1 - protocols.0) + 1;
        held += protocols * (u32::from(ports.1 - ports.0) + 1);
        common = common.intersection(&flow.peers());
    }
    if held == 1 << 24 { common } else { AddressSet::empty() }
}

/// The part of a set that no rule can say.
pub(crate) fn unwritable(set: &PacketSet) -> PacketSet {
    let at = |numbers: &[u8], ports: PortSet, peers: AddressSet| Block {
        protocols: numbers.iter().map(|number| (*number, *number)).collect(),
        ports,
        peers,
        ..Block::all()
    };
    let ported = [protocol::TCP, protocol::UDP, protocol::SCTP];
    let never = [
        at(&ported, PortSet::single(0), AddressSet::all()),
        at(&[protocol::ICMP], PortSet::full(), AddressSet::all_v6()),
        at(&[protocol::ICMPV6], PortSet::full(), AddressSet::all_v4()),
    ];
    set.intersection(&PacketSet::union_all(never.iter().map(PacketSet::from_block)))
}

/// The largest rules within one protocol of a set: for every block of peers, all ports at which the set holds it.
fn rectangles(set: &PacketSet, number: u8) -> Option<Vec<Rectangle>> {
    let slices: Vec<((u16, u16), AddressSet)> =
        set.slices_of(number).map(|slice| (slice.ports, slice.flow.peers())).collect();
    let wanted = match number {
        protocol::ICMP => AddressSet::all_v4(),
        protocol::ICMPV6 => AddressSet::all_v6(),
        _ => AddressSet::all(),
    };
    let mut blocks: BTreeSet<Cidr> = BTreeSet::new();
    for (_, peers) in &slices {
        blocks.extend(peers.intersection(&wanted).cidrs());
        if blocks.len() > MOST {
            return None;
        }
    }
    let mut found = Vec::new();
    for peer in blocks {
        let block = AddressSet::from(peer);
        let holding = slices.iter().filter(|(_, peers)| block.is_subset(peers));
        let held: PortSet = holding.map(|(ports, _)| *ports).collect();
        if !has_ports(number) {
            // Ports mean nothing here; a set that holds only some of them cannot be said.
            if !held.is_full() {
                return None;
            }
            found.push(Rectangle { protocol: Some(number), ports: held, peer });
            continue;
        }
        let written = held.difference(&PortSet::single(0));
        let ranges = written.intervals().iter();
        found.extend(ranges.map(|&(lo, hi)| Rectangle {
            protocol: Some(number),
            ports: PortSet::from_range(lo, hi),
            peer,
        }));
    }
    Some(found)
}

/// Takes out what is covered, and what the others say together, the smallest first.
fn prune(mut found: Vec<Rectangle>, covered: &PacketSet) -> Vec<Rectangle> {
    found.retain(|rectangle| !rectangle.set().is_subset(covered));
    if found.len() > PRUNED {
        return found;
    }
    found.sort_by_key(|it| (it.protocol, it.peer, it.ports.first()));
    let mut sets: Vec<PacketSet> = found.iter().map(Rectangle::set).collect();
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|one, other| {
        let size = |at: &usize| sets.get(*at).map_or(0.0, |set| set.cardinality().approximate());
        size(one).total_cmp(&size(other))
    });
    let mut gone = vec![false; found.len()];
    for at in order {
        let Some(own) = sets.get_mut(at).map(std::mem::take) else { continue };
        let others = PacketSet::union_all(sets.iter().cloned()).union(covered);
        if own.is_subset(&others) {
            if let Some(gone) = gone.get_mut(at) {
                *gone = true;
            }
        } else if let Some(place) = sets.get_mut(at) {
            *place = own;
        }
    }
    found.into_iter().zip(gone).filter(|(_, gone)| !gone).map(|(rectangle, _)| rectangle).collect()
}

/// Rectangles as rules. Where a rule takes several port ranges, those with the same peers share rules.
fn shapes(rectangles: &[Rectangle], writing: &Writing) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let mut rest = rectangles;
    while let Some((first, _)) = rest.split_first() {
        let same = |other: &&Rectangle| other.protocol == first.protocol && other.peer == first.peer;
        let run = rest.iter().take_while(same).count().max(1);
        let (own, later) = rest.split_at(run.min(rest.len()));
        for chunk in own.chunks(writing.port_ranges.max(1)) {
            shapes.extend(shape(chunk));
        }
        rest = later;
    }
    shapes
}

fn shape(rectangles: &[Rectangle]) -> Option<Shape> {
    let first = rectangles.first()?;
    let peer = Prefix::new(first.peer.address(), first.peer.prefix_len())?;
    let ports = match first.protocol {
        Some(number) if has_ports(number) => {
            let ranges = rectangles.iter().flat_map(|it| it.ports.intervals());
            let ranges: Vec<PortRange> = ranges.filter_map(|(lo, hi)| PortRange::new(*lo, *hi)).collect();
            match ranges.as_slice() {
                [one] => Ports::Range(*one),
                _ => Ports::Ranges(ranges.into_boxed_slice()),
            }
        }
        _ => Ports::All,
    };
    Some(Shape { protocol: first.protocol.map_or(Protocol::All, Protocol::Number), ports, peer })
}
