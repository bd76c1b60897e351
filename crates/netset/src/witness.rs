//! Picking the one packet of a set that a reader wonders least about.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::protocol::{self, PortAxis};
use crate::special;
use crate::steps::Step;
use crate::{AddressSet, Flow, Packet, PacketSet, Slice};

/// Protocols that readers know best, the best known first.
const WELL_KNOWN_PROTOCOLS: [u8; 4] = [protocol::TCP, protocol::UDP, protocol::ICMP, protocol::ICMPV6];

/// Ports that readers know best.
const WELL_KNOWN_PORTS: [u16; 3] = [443, 80, 22];

/// A typical source port of a client.
const CLIENT_PORT: u16 = 50_000;

/// An address of an interface where none is asked for.
const LOCAL_V4: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 10);
const LOCAL_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0x10);

/// How good an example is; the greater the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// Local address and peer are of one family, as in every real packet.
    same_family: bool,
    public_peer: bool,
    /// Better known protocols and more typical source ports.
    familiar: usize,
}

/// The local address, peer and source ports from which an example can be picked.
struct Candidate<'a> {
    rank: Rank,
    source_ports: (u16, u16),
    local: AddressSet,
    peers: &'a AddressSet,
}

impl PacketSet {
    /// One member, the plainest there is, or `None` when there is none.
    ///
    /// Preferred in this order: both addresses of one family, a public peer, a well-known protocol. Then a well-known
    /// port, a source port as clients use it, and the peer that [`AddressSet::witness`] picks. Fields that the protocol
    /// does not have are zero.
    pub fn witness(&self) -> Option<Packet> {
        let better = |best: (Rank, _), next: (Rank, _)| if next.0 > best.0 { next } else { best };
        let (_, slice) = self.slices().filter_map(ranked).reduce(better)?;
        packet_of(&slice)
    }
}

fn ranked(slice: Slice<'_>) -> Option<(Rank, Slice<'_>)> {
    let best = best_candidate(slice.flow)?.rank;
    Some((Rank { familiar: familiarity(slice.protocols), ..best }, slice))
}

/// An example out of one slice.
fn packet_of(slice: &Slice<'_>) -> Option<Packet> {
    let protocol = familiar_protocol(slice.protocols);
    // ICMP belongs to IPv4 and ICMPv6 to IPv6, although the sets know nothing of that.
    let family = match protocol {
        protocol::ICMP => slice.flow.restrict_peers(&AddressSet::all_v4()),
        protocol::ICMPV6 => slice.flow.restrict_peers(&AddressSet::all_v6()),
        _ => Flow::empty(),
    };
    let candidate = best_candidate(&family).or_else(|| best_candidate(slice.flow))?;
    let (peer, local) = addresses_of(&candidate)?;
    let source_port = if protocol::has_ports(protocol) { source_port_in(candidate.source_ports) } else { 0 };
    Some(Packet { protocol, port: port_in(protocol, slice.ports), source_port, local, peer })
}

/// A peer and a local address, of one family if possible.
fn addresses_of(candidate: &Candidate<'_>) -> Option<(IpAddr, IpAddr)> {
    let in_family = |family: AddressSet| {
        let peer = candidate.peers.intersection(&family).witness()?;
        Some((peer, local_in(&candidate.local.intersection(&family))?))
    };
    let v4_first = candidate.peers.witness()?.is_ipv4();
    let (first, second) = (AddressSet::all_v4(), AddressSet::all_v6());
    let (first, second) = if v4_first { (first, second) } else { (second, first) };
    in_family(first)
        .or_else(|| in_family(second))
        .or_else(|| Some((candidate.peers.witness()?, local_in(&candidate.local)?)))
}

/// A local address, rather one of a private network.
fn local_in(local: &AddressSet) -> Option<IpAddr> {
    let usual = [IpAddr::V4(LOCAL_V4), IpAddr::V6(LOCAL_V6)].into_iter().find(|&usual| local.contains(usual));
    usual.or_else(|| local.intersection(&special::PRIVATE).witness()).or_else(|| local.witness())
}

/// The best stretch of a flow to pick an example from; `None` when the flow is empty.
fn best_candidate(flow: &Flow) -> Option<Candidate<'_>> {
    let Flow::Peers(peers) = flow else {
        return best_constrained_candidate(flow);
    };
    let rank = Rank { same_family: true, public_peer: peers.has_public(), familiar: 0 };
    let candidate = Candidate { rank, source_ports: protocol::ALL_PORTS, local: AddressSet::all(), peers };
    (!peers.is_empty()).then_some(candidate)
}

fn best_constrained_candidate(flow: &Flow) -> Option<Candidate<'_>> {
    let mut best: Option<Candidate<'_>> = None;
    for Step { lo, hi, value } in flow.constrained_parts()?.as_slice() {
        for (local, peers) in value.steps() {
            let rank = rank_of(&local, peers, (*lo, *hi));
            if best.as_ref().is_none_or(|so_far| rank > so_far.rank) {
                best = Some(Candidate { rank, source_ports: (*lo, *hi), local, peers });
            }
        }
    }
    best
}

fn rank_of(local: &AddressSet, peers: &AddressSet, source_ports: (u16, u16)) -> Rank {
    let family = if local.v4().is_empty() { AddressSet::all_v6() } else { AddressSet::all_v4() };
    let related = peers.intersection(&family);
    let same_family = !related.is_empty();
    let public_peer = if same_family { related.has_public() } else { peers.has_public() };
    let familiar = usize::from(source_ports.1 >= 1024) + usize::from(contains(source_ports, CLIENT_PORT));
    Rank { same_family, public_peer, familiar }
}

fn familiarity(protocols: (u8, u8)) -> usize {
    let position =
        WELL_KNOWN_PROTOCOLS.into_iter().rev().position(|known| known == familiar_protocol(protocols));
    position.map_or(0, |position| position + 1)
}

fn familiar_protocol((lo, hi): (u8, u8)) -> u8 {
    WELL_KNOWN_PROTOCOLS.into_iter().find(|known| (lo..=hi).contains(known)).unwrap_or(lo)
}

fn port_in(protocol: u8, (lo, hi): (u16, u16)) -> u16 {
    match protocol::port_axis(protocol) {
        PortAxis::Ports => {
            let known = WELL_KNOWN_PORTS.into_iter().find(|&port| contains((lo, hi), port));
            // Port zero is reserved, so it is the last choice.
            known.unwrap_or(lo.max(1).min(hi))
        }
        PortAxis::TypesAndCodes => {
            let echo_type = if protocol == protocol::ICMP { 8 } else { 128 };
            Some(protocol::icmp_port(echo_type, 0)).filter(|&echo| contains((lo, hi), echo)).unwrap_or(lo)
        }
        PortAxis::Nothing => 0,
    }
}

fn source_port_in((lo, hi): (u16, u16)) -> u16 {
    if contains((lo, hi), CLIENT_PORT) { CLIENT_PORT } else { lo.max(1024).min(hi) }
}

fn contains((lo, hi): (u16, u16), port: u16) -> bool {
    lo <= port && port <= hi
}
