//! What differs between the clouds' answers to an edit: limits, codes and forms of rules.
//!
//! The codes are those of the vendors' API references
//! (<https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-authorizesecuritygroup> and its neighbours,
//! <https://support.huaweicloud.com/intl/en-us/api-vpc/vpc_sg_0005.html>). Where none is documented, there is only a sentence.

use portreeve_model::{Estate, Group, Profile};

/// The priority of a rule that names none. Of the second vendor's sources some say 100; its console says 1.
pub(super) const DEFAULT_PRIORITY: u32 = 1;

/// A cloud, by the profile of its groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cloud {
    Alibaba,
    Huawei,
    Other,
}

/// What an edit runs into, for which clouds have codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Managed,
    Priority,
    OwnGroup,
    OtherNetworkPeer,
    UnknownGroupPeer { ingress: bool },
    PortsOfProtocol,
    PortRange,
    IcmpOfOtherFamily { v6: bool },
    RuleQuota,
    RuleExists,
    NoSuchRule,
    JoinQuota,
    JoinRules,
    JoinCapacity,
    JoinTwice,
    JoinNetwork,
    LeaveLast,
    LeaveForeign,
    InUse,
    GroupQuota,
    NoSuchGroup,
}

impl Cloud {
    pub(super) fn of(profile: &Profile) -> Self {
        if profile.name.starts_with("alibaba") {
            Self::Alibaba
        } else if profile.name.starts_with("huawei") {
            Self::Huawei
        } else {
            Self::Other
        }
    }

    pub(super) fn of_group(estate: &Estate, group: &Group) -> Self {
        Self::of(estate.profile(group.profile))
    }

    /// The cloud of an estate of one cloud.
    pub(super) fn of_estate(estate: &Estate) -> Self {
        match estate.providers.as_slice() {
            ["alibaba"] => Self::Alibaba,
            ["huawei"] => Self::Huawei,
            _ => Self::Other,
        }
    }

    /// The vendor's code for a trouble, where it is documented.
    pub(super) fn code(self, trouble: Trouble) -> Option<&'static str> {
        match self {
            Self::Alibaba => alibaba(trouble),
            Self::Huawei => huawei(trouble),
            Self::Other => None,
        }
    }

    /// Whether a rule speaks of addresses of one family only.
    pub(super) fn has_families(self) -> bool {
        self != Self::Other
    }

    /// Whether one rule may have several ranges of ports, and how many.
    pub(super) fn port_ranges(self) -> usize {
        match self {
            Self::Alibaba => 1,
            // <https://support.huaweicloud.com/intl/en-us/usermanual-vpc/en-us_topic_0030969470.html>
            Self::Huawei => 20,
            Self::Other => usize::MAX,
        }
    }

    /// Whether a rule may ask for source ports.
    pub(super) fn has_source_ports(self) -> bool {
        self != Self::Huawei
    }

    /// Whether a rule may not name its own group.
    pub(super) fn refuses_own_group(self) -> bool {
        self == Self::Alibaba
    }

    /// Whether groups belong to a network.
    pub(super) fn groups_have_networks(self) -> bool {
        self == Self::Alibaba
    }

    /// Whether rules that exist already are refused.
    pub(super) fn refuses_copies(self) -> bool {
        self == Self::Huawei
    }
}

fn alibaba(trouble: Trouble) -> Option<&'static str> {
    Some(match trouble {
        Trouble::Managed => "InvalidOperation.ResourceManagedByCloudProduct",
        Trouble::Priority => "InvalidPriority.ValueNotSupported",
        // The vendor spells it so.
        Trouble::OwnGroup => "InvalidParamter.Conflict",
        Trouble::OtherNetworkPeer => "InvalidSourceGroupId.Mismatch",
        Trouble::UnknownGroupPeer { ingress: true } => "InvalidSourceGroupId.NotFound",
        Trouble::UnknownGroupPeer { ingress: false } => "InvalidDestGroupId.NotFound",
        Trouble::PortsOfProtocol => "OperationDenied",
        Trouble::PortRange => "InvalidParam.PortRange",
        Trouble::IcmpOfOtherFamily { v6: false } => "InvalidParam.Ipv4ProtocolConflictWithIpv6Address",
        Trouble::IcmpOfOtherFamily { v6: true } => "InvalidParam.Ipv6ProtocolConflictWithIpv4Address",
        Trouble::RuleQuota => "AuthorizationLimitExceed",
        Trouble::NoSuchRule => "InvalidParam.SecurityGroupRuleId",
        Trouble::JoinQuota => "InstanceSecurityGroupLimitExceeded",
        Trouble::JoinRules => "AclLimitExceed",
        Trouble::JoinCapacity => "SecurityGroupInstanceLimitExceeded",
        Trouble::JoinTwice => "InvalidInstanceId.AlreadyExists",
        Trouble::JoinNetwork => "InvalidInstanceId.Mismatch",
        Trouble::LeaveLast => "InstanceLastSecurityGroup",
        Trouble::LeaveForeign => "InvalidSecurityGroupAssociation.NotFound",
        Trouble::InUse => "DependencyViolation",
        Trouble::GroupQuota => "QuotaExceed.SecurityGroup",
        Trouble::NoSuchGroup => "InvalidSecurityGroupId.NotFound",
        Trouble::RuleExists => return None,
    })
}

fn huawei(trouble: Trouble) -> Option<&'static str> {
    Some(match trouble {
        Trouble::RuleQuota | Trouble::GroupQuota => "VPC.9905",
        Trouble::RuleExists | Trouble::InUse => "VPC.9902",
        Trouble::NoSuchRule | Trouble::NoSuchGroup | Trouble::UnknownGroupPeer { .. } => "VPC.9904",
        _ => return None,
    })
}
