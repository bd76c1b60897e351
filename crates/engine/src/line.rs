//! A rule as the sweep sees it: resolved, ranked, and with nothing left to look up.

use std::net::IpAddr;
use std::sync::Arc;

use portreeve_model::{AclIx, Action, GapIx, GroupIx, Protocol};
use portreeve_netset::{AddressSet, PortSet};

/// The first bands: rules that the input does not have, what the platform lets through before any rule, and rules whose rank
/// cannot be read, which may stand before all others.
pub(crate) const UNREAD: u64 = 0;
pub(crate) const BUILT_IN: u64 = 1;
pub(crate) const UNRANKED: u64 = 2;
pub(crate) const RULES: u64 = 3;

/// A rule of a group, by the group and its place in [`Group::rules`](portreeve_model::Group::rules).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleRef {
    /// The group.
    pub group: GroupIx,
    /// The place in its rules, from 0.
    pub rule: u32,
}

/// What a line of a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A rule of a group.
    Rule(RuleRef),
    /// The platform lets members of this group reach each other.
    SameGroup(GroupIx),
    /// Rules that the input does not have: of this group, or of a group that is not in the input at all.
    Unread(Option<GroupIx>),
    /// An entry of a network ACL.
    Entry(AclIx, u32),
    /// Traffic that a network ACL never filters.
    Exempt(AclIx),
}

/// What decides: a line of a policy, or its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Decider {
    /// A line.
    Line(Source),
    /// Nothing matches.
    Default,
}

/// The addresses of a line, shared or held in place.
#[derive(Debug, Clone)]
pub(crate) enum Peers {
    All,
    V4([(u32, u32); 1]),
    V6([(u128, u128); 1]),
    Set(Arc<AddressSet>),
}

const ALL_V4: [(u32, u32); 1] = [(0, u32::MAX)];
const ALL_V6: [(u128, u128); 1] = [(0, u128::MAX)];

impl Peers {
    pub(crate) fn v4(&self) -> &[(u32, u32)] {
        match self {
            Self::All => &ALL_V4,
            Self::V4(range) => range,
            Self::V6(_) => &[],
            Self::Set(set) => set.v4().intervals(),
        }
    }

    pub(crate) fn v6(&self) -> &[(u128, u128)] {
        match self {
            Self::All => &ALL_V6,
            Self::V4(_) => &[],
            Self::V6(range) => range,
            Self::Set(set) => set.v6().intervals(),
        }
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(ip) => holds(self.v4(), u32::from(ip)),
            IpAddr::V6(ip) => holds(self.v6(), u128::from(ip)),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.v4().is_empty() && self.v6().is_empty()
    }
}

fn holds<T: Ord + Copy>(ranges: &[(T, T)], wanted: T) -> bool {
    let end = ranges.partition_point(|(first, _)| *first <= wanted);
    end.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, last)| wanted <= *last)
}

/// The ports of a line, shared or held in place.
#[derive(Debug, Clone)]
pub(crate) enum PortSpan {
    One([(u16, u16); 1]),
    Set(Arc<PortSet>),
}

impl PortSpan {
    pub(crate) const ALL: Self = Self::One([(0, u16::MAX)]);

    /// No port.
    pub(crate) fn none() -> Self {
        Self::Set(Arc::new(PortSet::empty()))
    }

    pub(crate) fn ranges(&self) -> &[(u16, u16)] {
        match self {
            Self::One(range) => range,
            Self::Set(set) => set.intervals(),
        }
    }
}

/// What few lines ask beyond protocol, ports and peers.
#[derive(Debug, Clone)]
pub(crate) struct Narrowed {
    pub(crate) source_ports: PortSpan,
    pub(crate) local: Peers,
}

/// One resolved rule.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) source: Source,
    /// Rank: the first band with a matching line decides, and in a band deny beats allow.
    pub(crate) band: u64,
    pub(crate) action: Action,
    pub(crate) protocol: Protocol,
    pub(crate) ports: PortSpan,
    pub(crate) peers: Peers,
    pub(crate) narrowed: Option<Box<Narrowed>>,
    /// Why it is here though it is not surely so, or why it may reach further than this.
    pub(crate) gap: Option<GapIx>,
    /// Whether only a gap puts it here: the rule may match less than this line, or nothing.
    pub(crate) maybe: bool,
}

impl Line {
    /// Whether the line speaks of a protocol; `None` asks for a protocol that no line names.
    pub(crate) fn speaks_of(&self, protocol: Option<u8>) -> bool {
        match self.protocol {
            Protocol::All => true,
            Protocol::Number(number) => protocol == Some(number),
        }
    }

    /// The protocol that the line names; `None` where it speaks of all.
    pub(crate) fn named(&self) -> Option<u8> {
        match self.protocol {
            Protocol::All => None,
            Protocol::Number(number) => Some(number),
        }
    }

    /// Whether it matches some ports of a protocol and not others.
    fn tells_ports_apart(&self) -> bool {
        !self.ports.is_full() || self.narrowed.as_deref().is_some_and(|it| !it.source_ports.is_full())
    }

    /// The port ranges that count for a protocol: rules of protocols without ports cover them all.
    pub(crate) fn ports_for(&self, protocol: Option<u8>) -> &[(u16, u16)] {
        if has_ports(protocol) { self.ports.ranges() } else { PortSpan::ALL_RANGE }
    }
}

impl PortSpan {
    /// Whether every port is in it.
    pub(crate) fn is_full(&self) -> bool {
        self.ranges() == Self::ALL_RANGE
    }

    pub(crate) const ALL_RANGE: &'static [(u16, u16)] = &[(0, u16::MAX)];
}

/// The protocols whose ports rules can tell apart: TCP, UDP and SCTP.
pub(crate) const WITH_PORTS: [u8; 3] = [6, 17, 132];

/// The protocols that have to be looked at one by one, ascending: those that some line names, and those with ports where a line
/// tells ports apart whatever the protocol.
pub(crate) fn named_protocols<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Vec<u8> {
    let mut named = Vec::new();
    for line in lines {
        match line.protocol {
            Protocol::Number(number) => named.push(number),
            Protocol::All if line.tells_ports_apart() => named.extend(WITH_PORTS),
            Protocol::All => {}
        }
    }
    named.sort_unstable();
    named.dedup();
    named
}

/// Whether rules can tell the ports of a protocol apart.
pub(crate) fn has_ports(protocol: Option<u8>) -> bool {
    protocol.is_some_and(|protocol| WITH_PORTS.contains(&protocol))
}
