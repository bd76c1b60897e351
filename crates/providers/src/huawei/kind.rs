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
            Self::Quotas => ("VPC", "ListQuotas/v2"),
            Self::Nothing | Self::Failure => ("", ""),
        }
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
