//! NAT gateways, load balancers, and network ACLs of version 2.0.

use std::net::IpAddr;

use portreeve_model::{Direction, PortRange, Ports, Protocol};

use super::{Reader, rule, value};
use crate::huawei::kind::Kind;
use crate::huawei::row::{
    BalancerRow, ForwardRow, ListenerRow, MemberRow, NatRow, OldEntryRow, OldFirewallRow, OldPolicyRow,
    PoolRow, SourceRow,
};
use crate::huawei::wire;

impl Reader<'_> {
    pub(super) fn gateways(&mut self, said: &wire::Response<'_>, kind: Kind) {
        match kind {
            Kind::Nats => self.all(kind, &said.nats, &wire::NatGateway::default(), Self::nat),
            Kind::Sources => self.all(kind, &said.sources, &wire::SourceRule::default(), Self::source),
            Kind::Forwards => self.all(kind, &said.forwards, &wire::ForwardRule::default(), Self::forward),
            Kind::Balancers => {
                self.all(kind, &said.balancers, &wire::LoadBalancer::default(), Self::balancer);
            }
            Kind::Listeners => {
                self.all(kind, &said.listeners, &wire::LoadListener::default(), Self::listener);
            }
            Kind::Pools => self.all(kind, &said.pools, &wire::Pool::default(), Self::pool),
            Kind::Members => self.all(kind, &said.members, &wire::Member::default(), Self::member),
            Kind::OldFirewalls => {
                self.all(kind, &said.old_firewalls, &wire::OldFirewall::default(), Self::old_firewall);
            }
            Kind::OldPolicies => {
                self.all(kind, &said.old_policies, &wire::OldPolicy::default(), Self::old_policy);
            }
            Kind::OldEntries => self.all(kind, &said.old_entries, &wire::Entry::default(), Self::old_entry),
            _ => {}
        }
    }

    fn nat(&mut self, said: &wire::NatGateway<'_>) -> bool {
        let row =
            NatRow { id: self.text(&said.id), name: self.text(&said.name), network: self.text(&said.vpc) };
        self.batch.nats.push(row);
        !said.id.is_empty()
    }

    /// <https://github.com/huaweicloud/huaweicloud-sdk-python-v3>, `nat_gateway_snat_rule_response_body.py`.
    fn source(&mut self, said: &wire::SourceRule<'_>) -> bool {
        // Type 1 is for servers at the far end of a private line.
        if said.nat.is_empty() || said.kind == "1" || !works(&said.status, &said.up) {
            return !said.nat.is_empty();
        }
        let (public, mut trouble) = addresses(&[&said.public, &said.global]);
        let block = value::prefix(&said.block);
        if block.is_none() && said.subnet.is_empty() {
            trouble = format!("`{}` of a SNAT rule is not a CIDR block", said.block);
        }
        let row = SourceRow {
            nat: self.text(&said.nat),
            subnet: self.text(&said.subnet),
            block,
            public,
            trouble,
            origin: self.origin,
        };
        self.batch.sources.push(row);
        true
    }

    /// <https://github.com/huaweicloud/huaweicloud-sdk-python-v3>, `nat_gateway_dnat_rule_response_body.py`.
    fn forward(&mut self, said: &wire::ForwardRule<'_>) -> bool {
        if said.nat.is_empty() || !works(&said.status, &said.up) {
            return !said.nat.is_empty();
        }
        let (public, mut trouble) = addresses(&[&said.public, &said.global]);
        // Protocol 0 is every protocol, as `any` is.
        let protocol =
            if said.protocol == "0" { Some(Protocol::All) } else { value::protocol(&said.protocol) };
        let public_ports = nat_ports(&said.public_range, &said.public_port);
        let private_ports = nat_ports(&said.private_range, &said.private_port);
        let private = said.private.parse().ok();
        if protocol.is_none() || public_ports.is_err() || private_ports.is_err() {
            trouble = format!(
                "DNAT rule from port `{}{}` to `{}{}` ({}) is not understood",
                said.public_range, said.public_port, said.private_range, said.private_port, said.protocol
            );
        } else if private.is_none() && said.port.is_empty() {
            trouble = format!("`{}` of a DNAT rule is not an address", said.private);
        }
        let row = ForwardRow {
            nat: self.text(&said.nat),
            port: self.text(&said.port),
            private,
            public: public.first().copied(),
            protocol: protocol.unwrap_or(Protocol::All),
            public_ports: public_ports.unwrap_or_default(),
            private_ports: private_ports.unwrap_or_default(),
            trouble,
            origin: self.origin,
        };
        self.batch.forwards.push(row);
        true
    }

    /// <https://github.com/huaweicloud/huaweicloud-sdk-python-v3>, `load_balancer.py`.
    fn balancer(&mut self, said: &wire::LoadBalancer<'_>) -> bool {
        let publics =
            said.publics.iter().map(|one| &one.address).chain(said.eips.iter().map(|one| &one.address));
        let texts = publics.chain([&said.private, &said.private_v6]);
        let mut addresses: Vec<IpAddr> = Vec::new();
        for address in texts.filter_map(|text| text.parse().ok()) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        let frozen =
            said.status.eq_ignore_ascii_case("frozen") || value::switch(&said.up, true) == Some(false);
        let row = BalancerRow {
            id: self.text(&said.id),
            name: self.text(&said.name),
            network: self.text(&said.vpc),
            subnets: said.subnets.iter().map(|id| self.text(id)).collect(),
            addresses: if frozen { Vec::new() } else { addresses },
            dedicated: value::switch(&said.dedicated, false) == Some(true),
            by_address: value::switch(&said.by_address, false) == Some(true),
        };
        self.batch.balancers.push(row);
        !said.id.is_empty()
    }

    /// <https://github.com/huaweicloud/huaweicloud-sdk-python-v3>, `listener.py`.
    fn listener(&mut self, said: &wire::LoadListener<'_>) -> bool {
        let kind = said.protocol.to_ascii_lowercase();
        let protocol = match kind.as_str() {
            "tcp" | "http" | "https" | "terminated_https" | "tls" => Some(Protocol::TCP),
            "udp" | "quic" => Some(Protocol::UDP),
            _ => None,
        };
        let range = |one: &wire::Ports<'_>| PortRange::new(one.first.parse().ok()?, one.last.parse().ok()?);
        let one = said.port.parse().ok().filter(|port| *port > 0).map(PortRange::one);
        let row = ListenerRow {
            id: self.text(&said.id),
            balancers: said.balancers.iter().map(|one| self.text(&one.id)).collect(),
            pool: self.text(&said.pool),
            protocol,
            layer_four: matches!(kind.as_str(), "tcp" | "udp"),
            ports: said.ranges.iter().filter_map(range).chain(one).collect(),
            keeps_client: value::switch(&said.keeps_client, false) == Some(true),
            access_group: !said.access.id.is_empty()
                && value::switch(&said.access.enabled, true) != Some(false),
        };
        self.batch.listeners.push(row);
        !said.id.is_empty()
    }

    fn pool(&mut self, said: &wire::Pool<'_>) -> bool {
        let row = PoolRow {
            id: self.text(&said.id),
            listeners: said.listeners.iter().map(|one| self.text(&one.id)).collect(),
            members: said.members.iter().map(|one| self.text(&one.id)).collect(),
            any_port: value::switch(&said.any_port, false) == Some(true),
        };
        self.batch.pools.push(row);
        !said.id.is_empty()
    }

    /// <https://github.com/huaweicloud/huaweicloud-sdk-python-v3>, `member_info.py`: one of weight 0 gets no new connections.
    fn member(&mut self, said: &wire::Member<'_>) -> bool {
        let row = MemberRow {
            id: self.text(&said.id),
            server: self.text(&said.server),
            address: said.address.parse().ok(),
            port: said.port.parse().ok().filter(|port| *port > 0),
            used: said.weight != "0",
        };
        self.batch.members.push(row);
        !said.id.is_empty()
    }

    fn old_firewall(&mut self, said: &wire::OldFirewall<'_>) -> bool {
        let row = OldFirewallRow {
            id: self.text(&said.id),
            name: self.text(&said.name),
            ports: said.ports.iter().map(|id| self.text(id)).collect(),
            policies: vec![self.text(&said.ingress), self.text(&said.egress)],
            enabled: value::switch(&said.up, true) != Some(false),
            origin: self.origin,
        };
        self.batch.old_firewalls.push(row);
        !said.id.is_empty()
    }

    fn old_policy(&mut self, said: &wire::OldPolicy<'_>) -> bool {
        let row = OldPolicyRow {
            id: self.text(&said.id),
            entries: said.entries.iter().map(|id| self.text(id)).collect(),
        };
        self.batch.old_policies.push(row);
        !said.id.is_empty()
    }

    fn old_entry(&mut self, said: &wire::Entry<'_>) -> bool {
        let both =
            Direction::BOTH.map(|direction| rule::of_firewall(self.texts, said, direction, self.origin));
        let row = OldEntryRow { id: self.text(&said.id), both: both.into() };
        self.batch.old_entries.push(row);
        !said.id.is_empty()
    }
}

/// Whether a rule of a NAT gateway is in force.
fn works(status: &str, up: &str) -> bool {
    matches!(status, "" | "ACTIVE") && value::switch(up, true) != Some(false)
}

/// The addresses in the first text that says any, separated by commas; and what is wrong with them.
fn addresses(texts: &[&str]) -> (Vec<IpAddr>, String) {
    let said = texts.iter().find(|text| !text.is_empty()).copied().unwrap_or_default();
    let read: Option<Vec<IpAddr>> = said.split(',').map(|text| text.trim().parse().ok()).collect();
    match read {
        Some(read) => (read, String::new()),
        None => (Vec::new(), format!("`{said}` is no list of public addresses")),
    }
}

/// A range, else a port; port 0 is all of them.
fn nat_ports(range: &str, port: &str) -> Result<Option<PortRange>, ()> {
    match value::ports(if range.is_empty() { port } else { range }) {
        Some(Ports::All) => Ok(None),
        Some(Ports::Range(one)) if one == PortRange::one(0) => Ok(None),
        Some(Ports::Range(range)) => Ok(Some(range)),
        _ => Err(()),
    }
}
