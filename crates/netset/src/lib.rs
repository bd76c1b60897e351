//! Exact, canonical sets of network traffic.
//!
//! A packet filter lets a *set* of packets through. This crate computes with such sets without approximation: union,
//! intersection, difference, subset, size, one member, and the fewest CIDR prefixes that say the same. The form of
//! every set is canonical, so that **equal sets are equal values**, whatever rules and whatever order made them.
//!
//! | type | a set of | form |
//! |---|---|---|
//! | [`IntervalSet`], [`PortSet`] | integers | sorted, disjoint, maximal intervals |
//! | [`AddressSet`] | IPv4 and IPv6 addresses | an interval set for each family |
//! | [`Flow`] | (source port, local address, peer) | peers alone wherever the rest does not matter |
//! | [`PacketSet`] | (protocol, port, source port, local address, peer) | protocols → ports → flow, merged |
//!
//! ```
//! use portreeve_netset::{AddressSet, Block, IntervalSet, PacketSet, PortSet, protocol};
//!
//! // Two rules that each open half of the address space …
//! let ssh_from = |peers: &str| -> Result<PacketSet, portreeve_netset::ParseCidrError> {
//!     Ok(PacketSet::from_block(&Block {
//!         protocols: IntervalSet::single(protocol::TCP),
//!         ports: PortSet::single(22),
//!         peers: AddressSet::from(peers.parse::<portreeve_netset::Cidr>()?),
//!         ..Block::all()
//!     }))
//! };
//! let halves = ssh_from("0.0.0.0/1")?.union(&ssh_from("128.0.0.0/1")?);
//!
//! // … open it all.
//! assert_eq!(halves, ssh_from("0.0.0.0/0")?);
//! assert!(AddressSet::everyone_v4().is_subset(&halves.peers_at(protocol::TCP, 22)));
//! assert_eq!(halves.to_string(), "tcp 22 from 0.0.0.0/0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here reads a file, a clock or the environment, nothing panics, and the crate depends on the standard library
//! only. What a rule of some cloud means as a set is decided elsewhere.

mod address;
mod builder;
mod cardinality;
mod cidr;
mod flow;
mod interval;
mod locals;
mod packet;
mod packet_set;
mod point;
pub mod protocol;
mod special;
mod steps;
mod witness;

pub use address::AddressSet;
pub use builder::PacketSetBuilder;
pub use cardinality::Cardinality;
pub use cidr::{Cidr, ParseCidrError};
pub use flow::{Constrained, Constraint, Flow};
pub use interval::{IntervalSet, PortSet};
pub use packet::{Block, Packet};
pub use packet_set::{PacketSet, Slice};
pub use point::Point;
