//! Which response a document is, told by its keys.

/// What a response is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// `security_groups`, `security_group`
    Groups,
    /// `security_group_rules`, `security_group_rule`
    Rules,
    /// `ports`, `port`
    Ports,
    /// `servers`, `server`
    Servers,
    /// `vpcs`, `vpc`
    Networks,
    /// `subnets`, `subnet`, `virsubnets`, `virsubnet`
    Subnets,
    /// `routetables`, `routetable`
    RouteTables,
    /// `peerings`, `peering`
    Peerings,
    /// `publicips`, `publicip`
    PublicAddresses,
    /// `firewalls`, `firewall`
    Firewalls,
    /// `address_groups`, `address_group`
    AddressGroups,
    /// `nat_gateways`
    Nats,
    /// `snat_rules`
    Sources,
    /// `dnat_rules`
    Forwards,
    /// `loadbalancers`
    Balancers,
    /// `listeners`
    Listeners,
    /// `pools`
    Pools,
    /// `members`
    Members,
    /// `firewall_groups`, which version 3 calls firewalls
    OldFirewalls,
    /// `firewall_policies`
    OldPolicies,
    /// `firewall_rules`
    OldEntries,
    /// `quotas`, `quota`
    Quotas,
    /// Recognised, and nothing in it is needed.
    Nothing,
    /// A saved error.
    Failure,
}

impl Kind {
    /// The response that has this key at its top, with a value that starts with this byte.
    pub(crate) fn of_key(key: &[u8], first: u8) -> Option<Self> {
        let (list, object) = (first == b'[', first == b'{');
        Some(match key {
            b"security_groups" if list => Self::Groups,
            b"security_group" if object => Self::Groups,
            b"security_group_rules" if list => Self::Rules,
            b"security_group_rule" if object => Self::Rules,
            b"ports" if list => Self::Ports,
            b"port" if object => Self::Ports,
            b"servers" if list => Self::Servers,
            b"server" if object => Self::Servers,
            b"vpcs" if list => Self::Networks,
            b"vpc" if object => Self::Networks,
            b"subnets" | b"virsubnets" if list => Self::Subnets,
            b"subnet" | b"virsubnet" if object => Self::Subnets,
            b"routetables" if list => Self::RouteTables,
            b"routetable" if object => Self::RouteTables,
            b"peerings" if list => Self::Peerings,
            b"peering" if object => Self::Peerings,
            b"publicips" if list => Self::PublicAddresses,
            b"publicip" if object => Self::PublicAddresses,
            b"firewalls" if list => Self::Firewalls,
            b"firewall" if object => Self::Firewalls,
            b"address_groups" if list => Self::AddressGroups,
            b"address_group" if object => Self::AddressGroups,
            b"nat_gateways" if list => Self::Nats,
            b"snat_rules" if list => Self::Sources,
            b"dnat_rules" if list => Self::Forwards,
            b"loadbalancers" if list => Self::Balancers,
            b"listeners" if list => Self::Listeners,
            b"pools" if list => Self::Pools,
            b"members" if list => Self::Members,
            b"firewall_groups" if list => Self::OldFirewalls,
            b"firewall_policies" if list => Self::OldPolicies,
            b"firewall_rules" if list => Self::OldEntries,
            b"quotas" | b"quota" if object => Self::Quotas,
            b"projects" if list => Self::Nothing,
            b"error_code" | b"errorCode" | b"NeutronError" => Self::Failure,
            _ => return None,
        })
    }

    /// The response that has just these keys at its top, none of which says it alone.
    pub(crate) fn of_keys(keys: &[&str]) -> Option<Self> {
        let has = |wanted| keys.contains(&wanted);
        let failure = (has("code") && has("message") && keys.len() <= 3) || keys == ["error"];
        failure.then_some(Self::Failure)
    }

    /// The call that lists all objects of this kind, as the vendor's command line names it (product, operation).
    pub(super) fn api(self) -> (&'static str, &'static str) {
        match self {
            Self::Groups => ("VPC", "ListSecurityGroups/v3"),
            Self::Rules => ("VPC", "ListSecurityGroupRules/v3"),
            Self::Ports => ("VPC", "ListPorts/v2"),
            Self::Servers => ("ECS", "ListServersDetails"),
            Self::Networks => ("VPC", "ListVpcs/v3"),
            Self::Subnets => ("VPC", "ListVirsubnets/v3"),
            Self::RouteTables => ("VPC", "ListRouteTables/v2"),
            Self::Peerings => ("VPC", "ListVpcPeerings/v2"),
            Self::PublicAddresses => ("EIP", "ListPublicips/v3"),
            Self::Firewalls => ("VPC", "ListFirewall/v3"),
            Self::AddressGroups => ("VPC", "ListAddressGroup/v3"),
            Self::Nats => ("NAT", "ListNatGateways"),
            Self::Sources => ("NAT", "ListNatGatewaySnatRules"),
            Self::Forwards => ("NAT", "ListNatGatewayDnatRules"),
            Self::Balancers => ("ELB", "ListLoadBalancers/v3"),
            Self::Listeners => ("ELB", "ListListeners/v3"),
            Self::Pools => ("ELB", "ListPools/v3"),
            Self::Members => ("ELB", "ListAllMembers"),
            Self::OldFirewalls => ("VPC", "NeutronListFirewallGroups"),
            Self::OldPolicies => ("VPC", "NeutronListFirewallPolicies"),
            Self::OldEntries => ("VPC", "NeutronListFirewallRules"),
            Self::Quotas => ("VPC", "ListQuotas/v2"),
            Self::Nothing | Self::Failure => ("", ""),
        }
    }

    /// Whether the last page of a listing names a next one too: that of its last row
    /// (<https://support.huaweicloud.com/intl/zh-cn/api-elb/elb_qs_0014.html>).
    pub(super) fn always_names_a_next_page(self) -> bool {
        matches!(self, Self::Balancers | Self::Listeners | Self::Pools | Self::Members)
    }

    /// The objects, for people.
    pub(super) fn objects(self) -> &'static str {
        match self {
            Self::Groups => "security groups",
            Self::Rules => "rules of security groups",
            Self::Ports => "ports",
            Self::Servers => "servers",
            Self::Networks => "VPCs",
            Self::Subnets => "subnets",
            Self::RouteTables => "route tables",
            Self::Peerings => "VPC peerings",
            Self::PublicAddresses => "public addresses",
            Self::Firewalls => "network ACLs",
            Self::AddressGroups => "address groups",
            Self::Nats => "NAT gateways",
            Self::Sources => "SNAT rules",
            Self::Forwards => "DNAT rules",
            Self::Balancers => "load balancers",
            Self::Listeners => "listeners of load balancers",
            Self::Pools => "groups of servers behind load balancers",
            Self::Members => "servers behind load balancers",
            Self::OldFirewalls => "network ACLs of version 2.0",
            Self::OldPolicies => "policies of network ACLs of version 2.0",
            Self::OldEntries => "rules of network ACLs of version 2.0",
            Self::Quotas => "quotas",
            Self::Nothing => "projects",
            Self::Failure => "a failed call",
        }
    }

    /// The command that lists all objects of this kind.
    pub(super) fn command(self) -> String {
        let (product, operation) = self.api();
        format!("`hcloud {product} {operation}`")
    }
}
