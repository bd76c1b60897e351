//! How Alibaba Cloud evaluates its kinds of security groups.

use portreeve_model::{GroupPeers, Otherwise, PortRange, Profile, Protocol, Quotas, Ranking, Writing};

/// What a group is, by its `SecurityGroupType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum GroupKind {
    /// `normal`.
    Basic,
    /// `enterprise`.
    Advanced,
    /// No listing names the group, or its type is a word that is not known here.
    Unknown,
}

impl GroupKind {
    /// All kinds, in the order of [`profiles`].
    pub(super) const ALL: [Self; 3] = [Self::Basic, Self::Advanced, Self::Unknown];

    /// The kind that a listing names.
    pub(super) fn of(word: &str) -> Self {
        if word.eq_ignore_ascii_case("normal") {
            Self::Basic
        } else if word.eq_ignore_ascii_case("enterprise") {
            Self::Advanced
        } else {
            Self::Unknown
        }
    }
}

/// Addresses that network ACLs never filter: DNS and metadata
/// (<https://www.alibabacloud.com/help/en/vpc/user-guide/overview-7>).
pub(super) const ACL_EXEMPT: &[(&str, u8)] =
    &[("100.100.2.128", 28), ("100.100.2.112", 28), ("100.100.100.200", 32)];

/// Mail leaves no server until the vendor unblocks it, whatever the groups say
/// (<https://www.alibabacloud.com/help/en/ecs/user-guide/limitations>).
const BLOCKED_EGRESS: &[(Protocol, PortRange)] = &[(Protocol::TCP, PortRange::one(25))];

/// Services that insert rules by themselves name themselves in the description: Data Management, Data Transmission
/// Service, Bastionhost.
const PLATFORM_WORDS: &[&str] = &["dms", "dts", "bastionhost"];

/// What the calls that add and modify rules take (<https://www.alibabacloud.com/help/en/ecs/user-guide/security-group-rules>):
/// priorities from 1 to 100, though old rules are shown with 110, one port range, and five protocols. Sessions as the same page
/// says; health checks and monitoring come from 100.64.0.0/10
/// (<https://www.alibabacloud.com/help/en/ecs/user-guide/start-using-security-groups>).
const WRITING: Writing = Writing {
    priorities: Some((1, 100)),
    denies: true,
    port_ranges: 1,
    protocols: &[1, 6, 17, 47, 58],
    changes: true,
    health_checks: &[("100.64.0.0", 10)],
    sessions: "established sessions whose verdict stays the same go on; those that the change denies are cut within 910 s",
};

/// The profile of a kind. Defaults after
/// <https://www.alibabacloud.com/help/en/ecs/user-guide/basic-security-groups-and-advanced-security-groups>, limits
/// after <https://www.alibabacloud.com/help/en/ecs/user-guide/limitations>.
pub(super) fn profile(kind: GroupKind) -> Profile {
    let (name, egress, group_peers, default_because) = match kind {
        GroupKind::Basic => (
            "alibaba basic",
            Otherwise::Allow,
            GroupPeers::OwnNetwork,
            ["basic group: inbound denied by default", "basic group: outbound allowed by default"],
        ),
        GroupKind::Advanced => (
            "alibaba advanced",
            Otherwise::Deny,
            GroupPeers::Nobody,
            ["advanced group: inbound denied by default", "advanced group: outbound denied by default"],
        ),
        GroupKind::Unknown => (
            "alibaba unknown type",
            Otherwise::Unknown,
            GroupPeers::OwnNetwork,
            [
                "security group: inbound denied by default",
                "group of unknown type: basic groups allow outbound by default, advanced groups deny it",
            ],
        ),
    };
    Profile {
        name,
        ranking: Ranking::Priority,
        ingress: Otherwise::Deny,
        egress,
        group_peers,
        default_because,
        blocked_egress: BLOCKED_EGRESS,
        weak_flavours: &[],
        quotas: quotas(kind),
        platform_words: PLATFORM_WORDS,
        writing: WRITING,
    }
}

/// Today's limits. A group has none of its own any more; the old ones belong to the configuration.
fn quotas(kind: GroupKind) -> Quotas {
    let (members_per_group, group_rules_per_group) = match kind {
        GroupKind::Basic => (Some(6000), Some(20)),
        GroupKind::Advanced => (Some(65_536), Some(0)),
        GroupKind::Unknown => (None, None),
    };
    Quotas {
        rules_per_group: None,
        rules_per_interface: Some(1000),
        groups_per_interface: Some(10),
        members_per_group,
        group_rules_per_group,
        groups: Some(100),
        composite_rules: None,
    }
}
