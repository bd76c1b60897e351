//! The kinds of groups that the clouds have, as ready-made profiles for tests.

use portreeve_model::{GroupPeers, Otherwise, Profile, Quotas, Ranking, Writing};

/// A way of evaluating groups; the notation's `profile` line names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One band per priority over all groups, egress open by default: Alibaba's basic groups.
    Basic,
    /// As `Basic`, but closed both ways and without group peers: Alibaba's advanced groups.
    Advanced,
    /// Basic or advanced, the documents do not say which, so unmatched egress is unknown.
    UnknownType,
    /// The groups' order on the interface counts before priorities: Huawei.
    GroupsInOrder,
    /// All rules in one band: AWS and OpenStack.
    Union,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::Basic, Self::Advanced, Self::UnknownType, Self::GroupsInOrder, Self::Union];

    /// Its name in the notation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Advanced => "advanced",
            Self::UnknownType => "unknown-type",
            Self::GroupsInOrder => "groups-in-order",
            Self::Union => "union",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The kind that evaluates as a profile does, whatever the profile is called.
    pub fn of(profile: &Profile) -> Option<Self> {
        let meaning = |of: &Profile| (of.ranking, of.ingress, of.egress, of.group_peers);
        Self::ALL.into_iter().find(|kind| meaning(&kind.profile()) == meaning(profile))
    }

    /// Its profile. No profile of tests blocks egress ports: that is a layer of its own, not a matter of groups.
    pub fn profile(self) -> Profile {
        let (ranking, egress) = match self {
            Self::Basic => (Ranking::Priority, Otherwise::Allow),
            Self::Advanced => (Ranking::Priority, Otherwise::Deny),
            Self::UnknownType => (Ranking::Priority, Otherwise::Unknown),
            Self::GroupsInOrder => (Ranking::GroupThenPriority, Otherwise::Deny),
            Self::Union => (Ranking::Union, Otherwise::Deny),
        };
        let outbound = match egress {
            Otherwise::Allow => "outbound allowed by default",
            Otherwise::Deny => "outbound denied by default",
            Otherwise::Unknown => "outbound default unknown",
        };
        Profile {
            name: self.name(),
            ranking,
            ingress: Otherwise::Deny,
            egress,
            group_peers: match self {
                Self::Advanced => GroupPeers::Nobody,
                Self::GroupsInOrder => GroupPeers::AnyNetwork,
                _ => GroupPeers::OwnNetwork,
            },
            default_because: ["inbound denied by default", outbound],
            blocked_egress: &[],
            platform_words: &[],
            weak_flavours: &[],
            quotas: Quotas::default(),
            writing: self.writing(),
        }
    }

    /// What can be written: one port range and few protocols where groups have no order, much where they have one.
    fn writing(self) -> Writing {
        let much = matches!(self, Self::GroupsInOrder | Self::Union);
        Writing {
            priorities: (self != Self::Union).then_some((1, 100)),
            denies: self != Self::Union,
            port_ranges: if self == Self::GroupsInOrder { 20 } else { 1 },
            protocols: if much { &[] } else { &[1, 6, 17, 47, 58] },
            changes: !much,
            health_checks: &[("100.64.0.0", 10)],
            sessions: "sessions whose verdict stays the same go on",
        }
    }
}
