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
    /// `DescribeRouteTableList`
    RouteTables,
    /// `DescribeRouteTables`, the older call for the same.
    RouteTablesOld,
    /// `DescribeRouteEntryList`
    Routes,
    /// `ListVpcPeerConnections`
    Peerings,
    /// `GetVpcPeerConnectionAttribute`
    Peering,
    /// `DescribeNatGateways`
    Nats,
    /// `DescribeForwardTableEntries`
    Forwards,
    /// `DescribeSnatTableEntries`
    Sources,
    /// `DescribeLoadBalancers`
    Balancers,
    /// `DescribeLoadBalancerListeners`
    BalancerListeners,
    /// `DescribeLoadBalancerAttribute` or `DescribeVServerGroupAttribute`: both say `BackendServers`.
    BalancerServers,
    /// `ListLoadBalancers` of network load balancers
    NetworkBalancers,
    /// `ListListeners` of network load balancers
    NetworkListeners,
    /// `ListServerGroups`
    ServerGroups,
    /// `ListServerGroupServers`
    GroupServers,
    /// `ListTransitRouterVpcAttachments`
    Attachments,
    /// `DescribeCenAttachedChildInstances`
    ChildInstances,
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
            b"RouterTableList" if wrapped => Self::RouteTables,
            b"RouteTables" if wrapped => Self::RouteTablesOld,
            b"RouteEntrys" if wrapped => Self::Routes,
            b"VpcPeerConnects" => Self::Peerings,
            b"AcceptingVpc" if wrapped => Self::Peering,
            b"NatGateways" if wrapped => Self::Nats,
            b"ForwardTableEntries" if wrapped => Self::Forwards,
            b"SnatTableEntries" if wrapped => Self::Sources,
            b"LoadBalancers" if wrapped => Self::Balancers,
            b"Listeners" => Self::BalancerListeners,
            b"BackendServers" if wrapped => Self::BalancerServers,
            b"LoadBalancers" if first == b'[' => Self::NetworkBalancers,
            b"ServerGroups" if first == b'[' => Self::ServerGroups,
            b"Servers" if first == b'[' => Self::GroupServers,
            b"TransitRouterAttachments" => Self::Attachments,
            b"ChildInstances" if wrapped => Self::ChildInstances,
            b"PrefixListAssociations" => Self::Nothing,
            b"Regions" if wrapped => Self::Nothing,
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

    /// The listing that is not whole where this one is not.
    pub(super) fn part_of(self) -> Self {
        match self {
            Self::RouteTablesOld | Self::Routes => Self::RouteTables,
            Self::Peering => Self::Peerings,
            Self::Forwards | Self::Sources => Self::Nats,
            Self::BalancerListeners
            | Self::BalancerServers
            | Self::NetworkBalancers
            | Self::NetworkListeners
            | Self::ServerGroups
            | Self::GroupServers => Self::Balancers,
            Self::ChildInstances => Self::Attachments,
            other => other,
        }
    }

    /// Whether it is about the ways between networks.
    pub(super) fn is_routing(self) -> bool {
        let whole = self.part_of();
        matches!(whole, Self::RouteTables | Self::Peerings | Self::Nats | Self::Balancers | Self::Attachments)
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
            Self::RouteTables => "DescribeRouteTableList",
            Self::RouteTablesOld => "DescribeRouteTables",
            Self::Routes => "DescribeRouteEntryList",
            Self::Peerings => "ListVpcPeerConnections",
            Self::Peering => "GetVpcPeerConnectionAttribute",
            Self::Nats => "DescribeNatGateways",
            Self::Forwards => "DescribeForwardTableEntries",
            Self::Sources => "DescribeSnatTableEntries",
            Self::Balancers => "DescribeLoadBalancers",
            Self::BalancerListeners => "DescribeLoadBalancerListeners",
            Self::NetworkBalancers => "ListLoadBalancers",
            Self::NetworkListeners => "ListListeners",
            Self::ServerGroups => "ListServerGroups",
            Self::GroupServers => "ListServerGroupServers",
            Self::Attachments => "ListTransitRouterVpcAttachments",
            Self::ChildInstances => "DescribeCenAttachedChildInstances",
            Self::CheckResult => "DescribeRiskSecurityGroupDetail",
            Self::Entries | Self::BalancerServers | Self::Nothing | Self::Failure | Self::Written => "",
        }
    }

    /// The product that has the API, as the vendor's command line names it.
    pub(super) fn product(self) -> &'static str {
        match self {
            Self::Networks
            | Self::Subnets
            | Self::Acls
            | Self::Acl
            | Self::Eips
            | Self::RouteTables
            | Self::RouteTablesOld
            | Self::Routes
            | Self::Nats
            | Self::Forwards
            | Self::Sources => "vpc",
            Self::Peerings | Self::Peering => "vpcpeer",
            Self::Balancers | Self::BalancerListeners | Self::BalancerServers => "slb",
            Self::NetworkBalancers | Self::NetworkListeners | Self::ServerGroups | Self::GroupServers => {
                "nlb"
            }
            Self::Attachments | Self::ChildInstances => "cbn",
            Self::CheckResult => "cloudfw",
            _ => "ecs",
        }
    }

    /// The responses that list objects in pages.
    pub(super) const LISTINGS: [Self; 25] = [
        Self::Groups,
        Self::Instances,
        Self::Interfaces,
        Self::Networks,
        Self::Subnets,
        Self::Acls,
        Self::PrefixLists,
        Self::PortLists,
        Self::Eips,
        Self::RouteTables,
        Self::RouteTablesOld,
        Self::Routes,
        Self::Peerings,
        Self::Peering,
        Self::Nats,
        Self::Forwards,
        Self::Sources,
        Self::Balancers,
        Self::BalancerListeners,
        Self::NetworkBalancers,
        Self::NetworkListeners,
        Self::ServerGroups,
        Self::GroupServers,
        Self::Attachments,
        Self::ChildInstances,
    ];
}
