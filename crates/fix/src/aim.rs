//! What a plan should reach, and what it has to spare.

use portreeve_engine::RuleRef;
use portreeve_model::{Direction, GroupIx, InterfaceIx, Text};
use portreeve_netset::{AddressSet, Cidr, PacketSet};

use crate::plan::Strategy;

/// Where unwanted traffic is to be closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// In one group: on the group alone and on every interface that carries it.
    Group(GroupIx),
    /// On these interfaces, in all groups that let it through together.
    Interfaces(Vec<InterfaceIx>),
}

/// What a plan should reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// Traffic goes, as far as [`Options`] do not spare it. Peers of `unwanted` are the remote addresses; source ports and local
    /// addresses are left open.
    Close {
        /// Where.
        subject: Subject,
        /// Which way.
        direction: Direction,
        /// The traffic.
        unwanted: PacketSet,
    },
    /// Rules go that change nothing: redundant, shadowed, or never applied.
    Lean(Vec<RuleRef>),
    /// A group says the same in fewer rules.
    Consolidate(GroupIx),
    /// A group that nothing uses goes.
    Delete(GroupIx),
    /// Nothing that can be computed; the words say why.
    Manual(String),
}

/// Who may go on using traffic that is closed for the rest, where they could before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stay {
    /// Nobody named anyone now: private addresses stay, because others may depend on them, and so does what a rule lets through
    /// that names small blocks only (from /16, in IPv6 from /32), because whoever wrote it named somebody.
    Private,
    /// These peers, and nobody else.
    Named(AddressSet),
}

/// Traffic that has to survive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// How answers call it.
    pub name: String,
    /// The interface at this end.
    pub interface: InterfaceIx,
    /// Ingress or egress of that interface.
    pub direction: Direction,
    /// The traffic.
    pub packets: PacketSet,
}

/// Only these interfaces are changed: they move to a copy of the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Only {
    /// The interfaces.
    pub interfaces: Vec<InterfaceIx>,
    /// What stands for the id of the copy, which the platform will choose.
    pub id: Text,
    /// The name of the copy.
    pub name: Text,
}

/// What to spare, and how to go about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whose connections stay.
    pub stay: Stay,
    /// What has to survive.
    pub keep: Vec<Keep>,
    /// Only plans of this strategy; `None` takes the smallest.
    pub strategy: Option<Strategy>,
    /// Leaves the group as it is for all but these.
    pub only: Option<Only>,
}

impl Default for Options {
    fn default() -> Self {
        Self { stay: Stay::Private, keep: Vec::new(), strategy: None, only: None }
    }
}

/// Blocks of private networks (RFC 1918, RFC 6598, RFC 4193), and of one link (RFC 3927, RFC 4291), where the platform's own
/// services answer.
const PRIVATE: [&str; 7] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "fc00::/7",
    "fe80::/10",
];

/// The addresses that the word `private` means: those of private networks. Nobody connects from a link-local address through a
/// security group, so these count for egress only.
pub fn private(direction: Direction) -> AddressSet {
    let linked = |text: &&&str| text.starts_with("169.254") || text.starts_with("fe80");
    let chosen = PRIVATE.iter().filter(|text| direction == Direction::Egress || !linked(text));
    chosen.filter_map(|text| text.parse::<Cidr>().ok()).collect()
}
