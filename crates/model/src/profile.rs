//! How a cloud evaluates groups: the differences between vendors, as a value.

use crate::{Action, PortRange, Protocol};

/// How the rules of an interface's groups rank against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ranking {
    /// By priority over all groups together; groups have no order.
    Priority,
    /// By the group's position on the interface, then by priority.
    GroupThenPriority,
    /// Not at all: one band.
    Union,
    /// By position in the list (network ACLs).
    Position,
}

/// What happens to traffic that no rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Otherwise {
    /// It passes.
    Allow,
    /// It is blocked.
    Deny,
    /// The documents do not say which kind of group it is.
    Unknown,
}

impl Otherwise {
    /// The action, where it is known.
    pub fn action(self) -> Option<Action> {
        match self {
            Self::Allow => Some(Action::Allow),
            Self::Deny => Some(Action::Deny),
            Self::Unknown => None,
        }
    }
}

/// Which members a rule that names a group means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupPeers {
    /// None: in a group of this kind such a rule never acts.
    Nobody,
    /// Those in the network of the rule's own group.
    OwnNetwork,
    /// Those in any network, as far as networks are connected: groups belong to no network.
    AnyNetwork,
}

/// A kind of server on which some rules have no effect, by how the names of its flavours begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WeakFlavour {
    /// How the names of these flavours begin.
    pub prefix: &'static str,
    /// Rules that name an address list have no effect.
    pub no_lists: bool,
    /// Rules with several port ranges have no effect.
    pub no_split_ports: bool,
}

/// Limits that the platform sets. `None` where it sets none that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Quotas {
    /// Rules of one group, both directions.
    pub rules_per_group: Option<u32>,
    /// Rules of all groups of one interface, both directions.
    pub rules_per_interface: Option<u32>,
    /// Groups of one interface.
    pub groups_per_interface: Option<u32>,
    /// Private addresses (or interfaces) in one group.
    pub members_per_group: Option<u32>,
    /// Rules of one group that name another group.
    pub group_rules_per_group: Option<u32>,
    /// Groups of one region and account.
    pub groups: Option<u32>,
    /// Rules of one group and direction that name a group or an address list or have several port ranges: those beyond the limit
    /// have no effect.
    pub composite_rules: Option<u32>,
}

/// What the platform takes when rules are written, which is less than what it shows when they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Writing {
    /// The first and last priority, where rules have one.
    pub priorities: Option<(u32, u32)>,
    /// Whether a rule may deny.
    pub denies: bool,
    /// At most so many port ranges in one rule.
    pub port_ranges: usize,
    /// The protocols that a rule can name beside "all"; empty where it can name any number.
    pub protocols: &'static [u8],
    /// Whether a rule can be given another peer and other ports where it stands, keeping its id.
    pub changes: bool,
    /// Where the platform's own health checks come from.
    pub health_checks: &'static [(&'static str, u8)],
    /// What becomes of established sessions when rules change, in a sentence.
    pub sessions: &'static str,
}

/// How one kind of security group is evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// A short name for people, such as `alibaba basic`.
    pub name: &'static str,
    /// How the rules rank.
    pub ranking: Ranking,
    /// What happens to unmatched ingress.
    pub ingress: Otherwise,
    /// What happens to unmatched egress.
    pub egress: Otherwise,
    /// Which members a rule that names a group means.
    pub group_peers: GroupPeers,
    /// What to say of unmatched traffic, ingress then egress, such as `basic group: outbound allowed by default`.
    pub default_because: [&'static str; 2],
    /// Egress that the platform stops whatever the rules say.
    pub blocked_egress: &'static [(Protocol, PortRange)],
    /// What the description of a rule says that a service of the platform added by itself, in lower case.
    pub platform_words: &'static [&'static str],
    /// Servers on which some rules have no effect.
    pub weak_flavours: &'static [WeakFlavour],
    /// Limits of the platform.
    pub quotas: Quotas,
    /// What can be written.
    pub writing: Writing,
}

impl Profile {
    /// What happens to unmatched traffic of a direction.
    pub fn otherwise(&self, direction: crate::Direction) -> Otherwise {
        match direction {
            crate::Direction::Ingress => self.ingress,
            crate::Direction::Egress => self.egress,
        }
    }
}
