//! Sets of packets: protocol, then port, then flow.

use std::fmt;

use crate::builder::PacketSetBuilder;
use crate::protocol::{self, ALL_PORTS, PortAxis};
use crate::steps::{Algebra, Steps, union_all};
use crate::{AddressSet, Block, Cardinality, Flow, IntervalSet, Packet, PortSet};

/// What passes at each port of one protocol.
pub(crate) type Ports = Steps<u16, Flow>;

/// An exact set of packets.
///
/// The form is canonical: disjoint ascending protocols, in each disjoint ascending ports, in each a [`Flow`], all merged
/// wherever neighbours agree. Equal sets are equal values with equal hashes. The order ([`Ord`]) is total and
/// stable, and not inclusion.
///
/// A protocol that has no ports is on the whole port axis or nowhere; see [`PacketSet::from_block`].
///
/// ```
/// use portreeve_netset::{AddressSet, Block, IntervalSet, PacketSet, PortSet, protocol};
///
/// let tcp = |lo, hi, peers| PacketSet::from_block(&Block {
///     protocols: IntervalSet::single(protocol::TCP),
///     ports: PortSet::from_range(lo, hi),
///     peers,
///     ..Block::all()
/// });
/// let office = AddressSet::from_prefix("192.0.2.0".parse()?, 24).ok_or("too long")?;
/// let allowed = tcp(22, 22, AddressSet::all_v4()).difference(&tcp(1, 1023, office.clone()));
///
/// assert_eq!(allowed.peers_at(protocol::TCP, 22), AddressSet::all_v4().difference(&office));
/// assert!(allowed.is_subset(&tcp(22, 22, AddressSet::all_v4())));
/// assert_eq!(allowed.union(&tcp(22, 22, office)), tcp(22, 22, AddressSet::all_v4()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PacketSet {
    protocols: Steps<u8, Ports>,
}

/// A stretch of protocols and ports at which the same flow passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slice<'a> {
    /// First and last protocol.
    pub protocols: (u8, u8),
    /// First and last port.
    pub ports: (u16, u16),
    /// What passes there; never empty.
    pub flow: &'a Flow,
}

impl PacketSet {
    /// The set without members.
    pub const fn empty() -> Self {
        Self { protocols: Steps::empty() }
    }

    /// All packets.
    pub fn all() -> Self {
        let (lo, hi) = ALL_PORTS;
        Self { protocols: Steps::single(u8::MIN, u8::MAX, Steps::single(lo, hi, Flow::all())) }
    }

    /// The packets of a product of five sets.
    ///
    /// A field that a protocol does not have cannot narrow it down: where the set for it is not empty, all is meant.
    /// So `ports` narrows TCP, UDP, SCTP, DCCP, UDP-Lite and (as types and codes) ICMP and ICMPv6, `source_ports`
    /// the same without the two ICMPs, and a block of all protocols with port 22 holds every GRE packet. That keeps the
    /// form canonical, as no packet of such a protocol differs from another by its port. It is no statement about
    /// filters: where a filter's "port 22" leaves out what has no ports, name only protocols that have them.
    /// An empty set in any field always makes the block empty.
    ///
    /// ```
    /// use portreeve_netset::{Block, PacketSet, PortSet, protocol};
    ///
    /// let set = PacketSet::from_block(&Block { ports: PortSet::single(22), ..Block::all() });
    /// assert_eq!(set.ports_of(protocol::TCP), PortSet::single(22));
    /// assert_eq!(set.ports_of(protocol::GRE), PortSet::full());
    /// ```
    pub fn from_block(block: &Block) -> Self {
        if block.ports.is_empty() {
            return Self::empty();
        }
        let entry = |source_ports| (source_ports, block.local.clone(), block.peers.clone());
        let flow = Flow::constrained([entry(block.source_ports.clone())]);
        let open = if block.source_ports.is_full() {
            flow.clone()
        } else {
            // An empty flow has no source port, and stays empty.
            flow.project_source_ports()
        };
        let full = [ALL_PORTS];
        let runs = block.protocols.intervals().iter().flat_map(|&range| protocol::axis_runs(range));
        let mut protocols = Steps::empty();
        for ((lo, hi), axis) in runs {
            let ports = match axis {
                PortAxis::Ports => Steps::spread(block.ports.intervals(), &flow),
                PortAxis::TypesAndCodes => Steps::spread(block.ports.intervals(), &open),
                PortAxis::Nothing => Steps::spread(&full, &open),
            };
            protocols.push(lo, hi, ports);
        }
        Self { protocols }
    }

    /// The union of many sets, in one step: much faster than one union after the other.
    pub fn union_all(sets: impl IntoIterator<Item = Self>) -> Self {
        let protocols = sets.into_iter().map(|set| set.protocols).collect();
        Self { protocols: union_all(protocols).unwrap_or(Steps::empty()) }
    }

    /// Starts a set that is written in ascending order.
    pub fn builder() -> PacketSetBuilder {
        PacketSetBuilder::default()
    }

    pub(crate) const fn from_steps(protocols: Steps<u8, Ports>) -> Self {
        Self { protocols }
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.protocols.is_empty()
    }

    /// Whether every packet is a member.
    pub fn is_full(&self) -> bool {
        self.protocols.uniform().and_then(Steps::uniform).is_some_and(Flow::is_full)
    }

    /// Whether `packet` is a member.
    pub fn contains(&self, packet: &Packet) -> bool {
        self.flow_at(packet.protocol, packet.port)
            .is_some_and(|flow| flow.contains(packet.source_port, packet.local, packet.peer))
    }

    /// Whether every member of `self` is one of `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.protocols.is_subset(&other.protocols)
    }

    /// Whether no packet is a member of both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.protocols.is_disjoint(&other.protocols)
    }

    /// The members of either.
    pub fn union(&self, other: &Self) -> Self {
        Self { protocols: self.protocols.union(&other.protocols) }
    }

    /// The members of both.
    pub fn intersection(&self, other: &Self) -> Self {
        Self { protocols: self.protocols.intersection(&other.protocols) }
    }

    /// The members of `self` that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        Self { protocols: self.protocols.difference(&other.protocols) }
    }

    /// The packets that are not members.
    pub fn complement(&self) -> Self {
        Self::all().difference(self)
    }

    /// The number of members: combinations of protocol, port, source port, local address and peer.
    ///
    /// The axes count in full, also where they mean nothing: all GRE packets from one peer to one local address are
    /// 2^16 × 2^16 members.
    pub fn cardinality(&self) -> Cardinality {
        self.protocols.cardinality()
    }

    /// The flow at one protocol and port; `None` where nothing passes.
    pub fn flow_at(&self, protocol: u8, port: u16) -> Option<&Flow> {
        self.protocols.get(protocol)?.get(port)
    }

    /// The peers that pass at one protocol and port with some source port and to some local address.
    pub fn peers_at(&self, protocol: u8, port: u16) -> AddressSet {
        self.flow_at(protocol, port).map_or(AddressSet::empty(), Flow::peers)
    }

    /// The protocols of the members.
    pub fn protocols(&self) -> IntervalSet<u8> {
        self.protocols.support()
    }

    /// The ports of the members of one protocol.
    pub fn ports_of(&self, protocol: u8) -> PortSet {
        self.protocols.get(protocol).map_or(PortSet::empty(), Steps::support)
    }

    /// All stretches with their flows, by protocol and then by port.
    pub fn slices(&self) -> impl Iterator<Item = Slice<'_>> {
        self.protocols.as_slice().iter().flat_map(|step| {
            let protocols = (step.lo, step.hi);
            step.value.as_slice().iter().map(move |ports| Slice {
                protocols,
                ports: (ports.lo, ports.hi),
                flow: &ports.value,
            })
        })
    }

    /// The stretches of ports of one protocol with their flows, ascending.
    pub fn slices_of(&self, protocol: u8) -> impl Iterator<Item = Slice<'_>> {
        let ports = self.protocols.get(protocol).map_or(&[][..], Steps::as_slice);
        ports.iter().map(move |step| Slice {
            protocols: (protocol, protocol),
            ports: (step.lo, step.hi),
            flow: &step.value,
        })
    }

    /// Disjoint products that make up this set, few rather than many: within the same protocols, ports with equal flows
    /// share a block. Ordered by protocol, then by lowest port.
    ///
    /// ```
    /// use portreeve_netset::{AddressSet, Flow, PacketSet, protocol};
    ///
    /// let mut builder = PacketSet::builder();
    /// for (port, peers) in [(22, AddressSet::all_v4()), (80, AddressSet::all()), (443, AddressSet::all_v4())] {
    ///     builder.push((protocol::TCP, protocol::TCP), (port, port), Flow::Peers(peers));
    /// }
    /// let lines: Vec<String> = builder.finish().blocks().iter().map(ToString::to_string).collect();
    /// assert_eq!(lines, ["tcp 22,443 from 0.0.0.0/0", "tcp 80"]);
    /// ```
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for step in self.protocols.as_slice() {
            for (ports, flow) in step.value.grouped() {
                blocks.extend(flow.constraints().into_iter().map(|constraint| Block {
                    protocols: IntervalSet::from_range(step.lo, step.hi),
                    ports: ports.clone(),
                    source_ports: constraint.source_ports,
                    local: constraint.local,
                    peers: constraint.peers,
                }));
            }
        }
        blocks
    }

    /// The members whose local address lies in `local`.
    pub fn restrict_local(&self, local: &AddressSet) -> Self {
        self.map_flows(|flow| flow.restrict_local(local))
    }

    /// The members whose peer lies in `peers`.
    pub fn restrict_peers(&self, peers: &AddressSet) -> Self {
        self.map_flows(|flow| flow.restrict_peers(peers))
    }

    /// The packets that are members with some source port and some local address, with both left open.
    pub fn project(&self) -> Self {
        self.map_flows(Flow::project)
    }

    fn map_flows(&self, change: impl Fn(&Flow) -> Flow) -> Self {
        Self { protocols: self.protocols.map(|ports| ports.map(&change)) }
    }
}

impl Default for PacketSet {
    fn default() -> Self {
        Self::empty()
    }
}

impl From<&Block> for PacketSet {
    fn from(block: &Block) -> Self {
        Self::from_block(block)
    }
}

impl fmt::Debug for PacketSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

/// Prints the blocks, `tcp 22,80-90 from 10.0.0.0/8; gre`, and `none` for the empty set.
impl fmt::Display for PacketSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        for (position, block) in self.blocks().iter().enumerate() {
            let semicolon = if position == 0 { "" } else { "; " };
            write!(f, "{semicolon}{block}")?;
        }
        Ok(())
    }
}
