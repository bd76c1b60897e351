//! How Huawei Cloud evaluates security groups and network ACLs.

use portreeve_model::{
    GroupPeers, Otherwise, PortRange, Profile, Protocol, Quotas, Ranking, WeakFlavour, Writing,
};

/// Destinations and sources that network ACLs never filter: broadcast, multicast within the subnet, metadata, and the
/// range of the platform's own services
/// (<https://support.huaweicloud.com/intl/en-us/usermanual-vpc/acl_0001.html>). Of the metadata address only TCP 80
/// exists.
pub(super) const ACL_EXEMPT: &[(&str, u8)] =
    &[("255.255.255.255", 32), ("224.0.0.0", 24), ("169.254.169.254", 32), ("100.125.0.0", 16)];

/// Mail leaves no new server until the vendor unblocks it
/// (<https://github.com/huaweicloudDocs/vpc>, common ports of an ECS).
const BLOCKED_EGRESS: &[(Protocol, PortRange)] = &[(Protocol::TCP, PortRange::one(25))];

/// Old flavours ignore rules with address groups or several port ranges; all Kunpeng flavours, whose names begin with
/// `k`, ignore the latter (<https://github.com/huaweicloudDocs/vpc>, security groups and security group rules).
const WEAK_FLAVOURS: &[WeakFlavour] = &[
    old("s1."),
    old("c1."),
    old("c2."),
    old("m1."),
    old("h1."),
    old("d1."),
    old("g1."),
    old("g2."),
    old("e1."),
    old("e2."),
    old("et2."),
    WeakFlavour { prefix: "k", no_lists: false, no_split_ports: true },
];

const fn old(prefix: &'static str) -> WeakFlavour {
    WeakFlavour { prefix, no_lists: true, no_split_ports: true }
}

/// The limits of an account that nobody changed. Of composite rules the sources say 128, and since October 2024 120 for
/// each family (<https://support.huaweicloud.com/intl/en-us/usermanual-ecs/en-us_topic_0140323157.html>); the lower
/// number is taken. Five groups for an interface are advice, which the quota repeats.
pub(super) const QUOTAS: Quotas = Quotas {
    rules_per_group: Some(50),
    rules_per_interface: None,
    groups_per_interface: Some(5),
    members_per_group: Some(6000),
    group_rules_per_group: None,
    groups: Some(100),
    composite_rules: Some(120),
};

/// What the call that creates a rule takes (<https://github.com/huaweicloudDocs/vpc>, adding a security group rule): priorities from
/// 1 to 100, up to 20 port ranges, any protocol number. Rules are not changed where they stand. Shared load balancers check health
/// from 100.125.0.0/16, in some regions also from the block behind it
/// (<https://support.huaweicloud.com/intl/th-th/eu-west-0-usermanual-elb/elb_ug_hd_0002.html>).
const WRITING: Writing = Writing {
    priorities: Some((1, 100)),
    denies: true,
    port_ranges: 20,
    protocols: &[],
    changes: false,
    health_checks: &[("100.125.0.0", 16), ("100.126.0.0", 16)],
    sessions: "any change of a group's rules clears the inbound sessions of all its members: allowed ones have to be opened again; \
               outbound sessions keep their old verdict until they end",
};

/// The profile of all groups: the groups of an interface are consulted in order, then rules by priority, deny first
/// (<https://support.huaweicloud.com/intl/en-us/usermanual-vpc/en-us_topic_0052003963.html>). Groups belong to a
/// project and not to a VPC, so their members are met wherever networks are connected.
pub(super) fn profile(quotas: Quotas) -> Profile {
    Profile {
        name: "huawei",
        ranking: Ranking::GroupThenPriority,
        ingress: Otherwise::Deny,
        egress: Otherwise::Deny,
        group_peers: GroupPeers::AnyNetwork,
        default_because: [
            "security groups: inbound denied by default",
            "security groups: outbound denied by default",
        ],
        blocked_egress: BLOCKED_EGRESS,
        platform_words: &[],
        weak_flavours: WEAK_FLAVOURS,
        quotas,
        writing: WRITING,
    }
}
