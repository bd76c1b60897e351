//! One packet, and the plainest set of packets: a product of five sets.

use std::fmt;
use std::net::IpAddr;

use crate::{AddressSet, IntervalSet, PortSet, protocol};

/// The headers of one packet that a filter can look at.
///
/// The two addresses may be of different families. No such packet exists, but the sets of this crate are plain
/// products over all five fields, and their complements and sizes include those members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Packet {
    /// The number of the IP protocol, see [`crate::protocol`].
    pub protocol: u8,
    /// The destination port where the protocol has ports, type and code as in [`crate::protocol::icmp_port`] for ICMP
    /// and ICMPv6, and without meaning for all other protocols.
    pub port: u16,
    /// The source port where the protocol has ports, and without meaning for all other protocols.
    pub source_port: u16,
    /// The address of the interface that is looked at.
    pub local: IpAddr,
    /// The address at the other side.
    pub peer: IpAddr,
}

/// All packets whose every field lies in the set given for it.
///
/// See [`crate::PacketSet::from_block`] for what ports mean to protocols that have none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block {
    /// Numbers of IP protocols.
    pub protocols: IntervalSet<u8>,
    /// Destination ports, or ICMP types and codes.
    pub ports: PortSet,
    /// Source ports.
    pub source_ports: PortSet,
    /// Addresses of the interface that is looked at.
    pub local: AddressSet,
    /// Addresses at the other side.
    pub peers: AddressSet,
}

impl Block {
    /// The block of all packets, to be narrowed with struct update syntax.
    ///
    /// ```
    /// use portreeve_netset::{Block, IntervalSet, PacketSet, PortSet, protocol};
    ///
    /// let ssh = PacketSet::from_block(&Block {
    ///     protocols: IntervalSet::single(protocol::TCP),
    ///     ports: PortSet::single(22),
    ///     ..Block::all()
    /// });
    /// assert!(ssh.is_subset(&PacketSet::from_block(&Block::all())));
    /// ```
    pub const fn all() -> Self {
        Self {
            protocols: IntervalSet::full(),
            ports: PortSet::full(),
            source_ports: PortSet::full(),
            local: AddressSet::all(),
            peers: AddressSet::all(),
        }
    }
}

/// Prints `tcp 22 from 10.0.0.0/8`; fields that are not narrowed are left out.
impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self.protocols.intervals() {
            [(u8::MIN, u8::MAX)] => f.write_str("all")?,
            [(only, last)] if only == last => f.write_str(&protocol::label(only))?,
            _ => write!(f, "protocols {}", self.protocols)?,
        }
        if !self.ports.is_full() {
            write!(f, " {}", self.ports)?;
        }
        if !self.peers.is_full() {
            write!(f, " from {}", self.peers)?;
        }
        if !self.source_ports.is_full() {
            write!(f, " source ports {}", self.source_ports)?;
        }
        if !self.local.is_full() {
            write!(f, " to {}", self.local)?;
        }
        Ok(())
    }
}
