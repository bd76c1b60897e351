//! Network interfaces and the servers they belong to.

use std::net::IpAddr;

use crate::{GapIx, GroupListIx, InstanceIx, NetworkIx, Origin, SubnetIx, Text};

/// Whether a server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PowerState {
    /// It runs, or is starting.
    Running,
    /// It is stopped, or stopping.
    Stopped,
    /// The documents do not say.
    Unknown,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// The operating system as the vendor names it, empty where unknown. Shown, never judged.
    pub os: Text,
    /// The region.
    pub region: Text,
    /// Its size and make as the vendor names it, empty where unknown.
    pub flavour: Text,
    /// Whether it runs.
    pub state: PowerState,
    /// The response that describes it.
    pub origin: Option<Origin>,
}

/// One private address of an interface, with the public address that is translated to it, if any.
///
/// An address that is both (IPv6, classic networks, addresses kept on the interface itself) is listed as both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address {
    /// The address as the interface carries it.
    pub private: IpAddr,
    /// The public address.
    pub public: Option<IpAddr>,
}

/// A network interface (ENI, port).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers another question, and every combination occurs"
)]
pub struct Interface {
    /// The vendor's id; made from the instance's id where the documents show a server but not its interface.
    pub id: Text,
    /// The server it is attached to.
    pub instance: Option<InstanceIx>,
    /// The network.
    pub network: Option<NetworkIx>,
    /// The subnet.
    pub subnet: Option<SubnetIx>,
    /// Its groups, in order; `None` where the documents do not say.
    pub groups: Option<GroupListIx>,
    /// Its addresses, the primary one first.
    pub addresses: Box<[Address]>,
    /// Whether every public address of it would show in the documents that were given.
    pub public_known: bool,
    /// The first interface of its server.
    pub primary: bool,
    /// Kept by a service of the cloud.
    pub managed: bool,
    /// Whether its groups are applied: the check can be switched off for an interface, which then lets everything through.
    pub filtered: bool,
    /// Whether the documents say that it is down or detached.
    pub down: bool,
    /// Why its groups are unknown or doubtful.
    pub gap: Option<GapIx>,
    /// The response that describes it.
    pub origin: Option<Origin>,
}

impl Interface {
    /// Whether it has an address of a family.
    pub fn has_ipv4(&self) -> bool {
        self.addresses.iter().any(|address| address.private.is_ipv4())
    }

    /// Whether it has an address of a family.
    pub fn has_ipv6(&self) -> bool {
        self.addresses.iter().any(|address| address.private.is_ipv6())
    }
}
