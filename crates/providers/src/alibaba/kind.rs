//! Which response a document is, told by its keys.

/// A response of the vendor's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// `DescribeSecurityGroups`
    Groups,
    /// `DescribeSecurityGroupAttribute`
    Rules,
    /// `DescribeSecurityGroupReferences`
    References,
    /// `DescribeInstances`
    Instances,
    /// `DescribeNetworkInterfaces`
    Interfaces,
    /// `DescribeVpcs`
    Networks,
    /// `DescribeVSwitches`
    Subnets,
    /// `DescribeNetworkAcls`
    Acls,
    /// `DescribeNetworkAclAttributes`
    Acl,
    /// `DescribePrefixLists`
    PrefixLists,
    /// `DescribePortRangeLists`
    PortLists,
    /// `DescribePrefixListAttributes` or `DescribePortRangeListEntries`: both say `Entries`.
    Entries,
    /// `DescribeEipAddresses`
    Eips,
    /// Recognised, and nothing in it is needed.
    Nothing,
    /// The result of the vendor's own check.
    CheckResult,
    /// A saved error.
    Failure,
    /// What a change answers.
    Written,
}

impl Kind {
    /// The response that has this key at its top, with a value that starts with this byte.
    ///
    /// Other vendors use some of the same words for plain lists (AWS: `SecurityGroups`), where Alibaba wraps its lists.
    pub(crate) fn of_key(key: &[u8], first: u8) -> Option<Self> {
        let wrapped = first == b'{';
        Some(match key {
            b"SecurityGroups" if wrapped => Self::Groups,
            b"InnerAccessPolicy" => Self::Rules,
            b"Permissions" if wrapped => Self::Rules,
            b"SecurityGroupReferences" => Self::References,
            b"Instances" if wrapped => Self::Instances,
            b"NetworkInterfaceSets" if wrapped => Self::Interfaces,
            b"Vpcs" if wrapped => Self::Networks,
            b"VSwitches" if wrapped => Self::Subnets,
            b"NetworkAcls" if wrapped => Self::Acls,
            b"NetworkAclAttribute" => Self::Acl,
            b"PrefixLists" if wrapped => Self::PrefixLists,
            b"PortRangeLists" => Self::PortLists,
            b"Entries" => Self::Entries,
            b"EipAddresses" if wrapped => Self::Eips,
            b"Regions" if wrapped => Self::Nothing,
            b"PrefixListAssociations" => Self::Nothing,
            b"RiskSgDetail" => Self::CheckResult,
            _ => return None,
        })
    }

    /// The response that has just these keys at its top, none of which says it alone.
    pub(crate) fn of_keys(keys: &[&str]) -> Option<Self> {
        let has = |wanted: &str| keys.iter().any(|key| key.eq_ignore_ascii_case(wanted));
        if has("Code") && has("Message") && (has("RequestId") || has("HostId")) {
            return Some(Self::Failure);
        }
        let written =
            |key: &&str| matches!(*key, "RequestId" | "SecurityGroupId" | "PrefixListId" | "Return");
        (has("RequestId") && keys.iter().all(written)).then_some(Self::Written)
    }

    /// Whether a response of this kind tells anything of an account.
    pub(super) fn tells(self) -> bool {
        !matches!(self, Self::Nothing | Self::Written | Self::CheckResult)
    }

    /// The listing of an API's name.
    pub(super) fn of_api(api: &str) -> Option<Self> {
        Self::LISTINGS.into_iter().find(|kind| kind.api() == api)
    }

    /// The API that gives this response; empty where several do.
    pub(super) fn api(self) -> &'static str {
        match self {
            Self::Groups => "DescribeSecurityGroups",
            Self::Rules => "DescribeSecurityGroupAttribute",
            Self::References => "DescribeSecurityGroupReferences",
            Self::Instances => "DescribeInstances",
            Self::Interfaces => "DescribeNetworkInterfaces",
            Self::Networks => "DescribeVpcs",
            Self::Subnets => "DescribeVSwitches",
            Self::Acls => "DescribeNetworkAcls",
            Self::Acl => "DescribeNetworkAclAttributes",
            Self::PrefixLists => "DescribePrefixLists",
            Self::PortLists => "DescribePortRangeLists",
            Self::Eips => "DescribeEipAddresses",
            Self::CheckResult => "DescribeRiskSecurityGroupDetail",
            Self::Entries | Self::Nothing | Self::Failure | Self::Written => "",
        }
    }

    /// The product that has the API, as the vendor's command line names it.
    pub(super) fn product(self) -> &'static str {
        match self {
            Self::Networks | Self::Subnets | Self::Acls | Self::Acl | Self::Eips => "vpc",
            Self::CheckResult => "cloudfw",
            _ => "ecs",
        }
    }

    /// The responses that list objects in pages.
    pub(super) const LISTINGS: [Self; 9] = [
        Self::Groups,
        Self::Instances,
        Self::Interfaces,
        Self::Networks,
        Self::Subnets,
        Self::Acls,
        Self::PrefixLists,
        Self::PortLists,
        Self::Eips,
    ];
}
