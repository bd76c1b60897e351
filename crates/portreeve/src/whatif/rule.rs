//! Rules that are added, changed and removed.

use std::net::IpAddr;

use portreeve_model::{
    Acts, Direction, Edit, Estate, Family, GroupIx, GroupPeers, ListRef, Narrow, NetworkIx, Peer, Ports,
    Prefix, Protocol, Rule, Scope, Text,
};
use portreeve_netset::protocol;

use super::cloud::{Cloud, DEFAULT_PRIORITY, Trouble};
use super::{Desk, Refused, WishedPeer, WishedRule, offer};

/// The lowest and highest priority that can be written, in both clouds
/// (<https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-authorizesecuritygroup>,
/// <https://support.huaweicloud.com/intl/en-us/api-vpc/vpc_sg_0005.html>).
const PRIORITIES: std::ops::RangeInclusive<u32> = 1..=100;

impl Desk {
    pub(super) fn add_rule(&mut self, group: &str, wished: &WishedRule) -> Result<Vec<Edit>, Refused> {
        let ix = self.group(group)?;
        self.own(ix)?;
        let cloud = self.cloud(ix);
        let mut rules = Vec::new();
        for peer in self.peers(ix, cloud, wished)? {
            rules.push(self.rule(cloud, wished, peer)?);
        }
        for rule in &rules {
            self.refuse_copy(ix, cloud, rule)?;
        }
        self.room_for(ix, cloud, &rules)?;
        Ok(rules.into_iter().map(|rule| Edit::AddRule(ix, Box::new(rule))).collect())
    }

    pub(super) fn change_rule(
        &mut self,
        group: &str,
        name: &str,
        wished: &WishedRule,
    ) -> Result<Vec<Edit>, Refused> {
        let ix = self.group(group)?;
        self.own(ix)?;
        let cloud = self.cloud(ix);
        let (_, at) = self.find_rule(Some(ix), name)?;
        let peers = self.peers(ix, cloud, wished)?;
        let [peer] = peers.as_slice() else {
            return Err(Refused::new(
                "one rule speaks of one family of addresses",
                "change it to `0.0.0.0/0` or `::/0`, and add a rule for the other",
            ));
        };
        let rule = self.rule(cloud, wished, peer.clone())?;
        let said = self.estate.group(ix).rules.get(at as usize);
        if let Some(said) = said.filter(|said| said.direction != rule.direction) {
            let (was, is) = (said.direction, rule.direction);
            return Err(Refused::new(
                format!("rule `{name}` is about {was}, and cannot become one about {is}"),
                "remove it and add another",
            ));
        }
        Ok(vec![Edit::ChangeRule(ix, at, Box::new(rule))])
    }

    pub(super) fn remove_rule(&self, group: Option<&str>, name: &str) -> Result<Vec<Edit>, Refused> {
        let group = group.map(|word| self.group(word)).transpose()?;
        let (ix, at) = self.find_rule(group, name)?;
        self.own(ix)?;
        Ok(vec![Edit::RemoveRule(ix, at)])
    }

    pub(super) fn cloud(&self, ix: GroupIx) -> Cloud {
        Cloud::of_group(&self.estate, self.estate.group(ix))
    }

    /// The rule of a name: its id, or `<group>#<direction>/<n>`; in a group, or in any.
    fn find_rule(&self, group: Option<GroupIx>, name: &str) -> Result<(GroupIx, u32), Refused> {
        let estate = &self.estate;
        let mut names = Vec::new();
        for (ix, said) in estate.each_group().filter(|(ix, _)| group.is_none_or(|group| group == *ix)) {
            for (at, rule) in (0_u32..).zip(&said.rules) {
                let called = estate.rule_name(said.id, rule);
                let position = format!("{}#{}/{}", estate.text(said.id), rule.direction, rule.position);
                if called == name || position == name {
                    return Ok((ix, at));
                }
                names.push(called);
            }
        }
        let place = group.map_or(String::new(), |ix| format!(" of group {}", self.called(ix)));
        let cloud = group.map_or_else(|| Cloud::of_estate(estate), |ix| self.cloud(ix));
        let refused = Refused::new(
            format!("there is no rule `{name}`{place}"),
            offer(name, names.iter().map(String::as_str)),
        );
        Err(refused.code(cloud.code(Trouble::NoSuchRule)))
    }

    /// The peers of the rules that a wish means: one, or one of each family.
    fn peers(&mut self, ix: GroupIx, cloud: Cloud, wished: &WishedRule) -> Result<Vec<Peer>, Refused> {
        match &wished.peer {
            WishedPeer::Any if !cloud.has_families() => Ok(vec![Peer::Any]),
            WishedPeer::Any => {
                let v4 =
                    Prefix::new(IpAddr::from([0_u8; 4]), 0).filter(|_| wished.protocol != Protocol::ICMPV6);
                let v6 =
                    Prefix::new(IpAddr::from([0_u8; 16]), 0).filter(|_| wished.protocol != Protocol::ICMP);
                Ok([v4, v6].into_iter().flatten().map(Peer::Prefix).collect())
            }
            WishedPeer::Prefix(prefix) => Ok(vec![Peer::Prefix(*prefix)]),
            WishedPeer::Named(word) => Ok(vec![self.named_peer(ix, cloud, wished, word)?]),
        }
    }

    fn named_peer(
        &mut self,
        ix: GroupIx,
        cloud: Cloud,
        wished: &WishedRule,
        word: &str,
    ) -> Result<Peer, Refused> {
        let estate = &self.estate;
        let lists = estate.address_lists.iter().enumerate();
        let is_named = |list: &portreeve_model::AddressList| {
            estate.text(list.id) == word || (!list.name.is_empty() && estate.text(list.name) == word)
        };
        if let Some((at, list)) = lists.into_iter().find(|(_, list)| is_named(list)) {
            let list = ListRef { id: list.id, list: Some(portreeve_model::AddressListIx::new(at)) };
            return Ok(Peer::List(list));
        }
        let Ok(peer) = self.group(word) else {
            let ids = estate.groups.iter().map(|it| it.id).chain(estate.address_lists.iter().map(|it| it.id));
            let refused = Refused::new(
                format!("`{word}` is no address, group or list of the input"),
                offer(word, ids.map(|id| estate.text(id))),
            );
            let ingress = wished.direction == Direction::Ingress;
            return Err(refused.code(cloud.code(Trouble::UnknownGroupPeer { ingress })));
        };
        self.group_peer(ix, cloud, wished, peer)
    }

    fn group_peer(
        &self,
        ix: GroupIx,
        cloud: Cloud,
        wished: &WishedRule,
        peer: GroupIx,
    ) -> Result<Peer, Refused> {
        let estate = &self.estate;
        let (owner, other) = (estate.group(ix), estate.group(peer));
        if ix == peer && cloud.refuses_own_group() {
            let refused = Refused::new(
                "a rule cannot name its own group",
                "the group's inner access policy decides about its own members",
            );
            return Err(refused.code(cloud.code(Trouble::OwnGroup)));
        }
        for (ix, group) in [(ix, owner), (peer, other)] {
            if estate.profile(group.profile).group_peers == GroupPeers::Nobody {
                return Err(Refused::new(
                    format!(
                        "group {} is of a kind that neither names groups nor can be named",
                        self.called(ix)
                    ),
                    "name addresses or a prefix list instead",
                ));
            }
        }
        let apart = owner.network.is_some() && other.network.is_some() && owner.network != other.network;
        if apart && estate.profile(owner.profile).group_peers == GroupPeers::OwnNetwork {
            let refused = Refused::new(
                format!("group {} belongs to another network", self.called(peer)),
                "name the addresses of its members instead",
            );
            return Err(refused.code(cloud.code(Trouble::OtherNetworkPeer)));
        }
        // A rule of such a cloud is about IPv4 unless it says otherwise.
        let family = match (cloud, wished.protocol) {
            (Cloud::Huawei, Protocol::ICMPV6) => Some(Family::V6),
            (Cloud::Huawei, _) => Some(Family::V4),
            _ => None,
        };
        Ok(Peer::Group { id: other.id, owner: Text::EMPTY, group: Some(peer), family })
    }

    fn rule(&mut self, cloud: Cloud, wished: &WishedRule, peer: Peer) -> Result<Rule, Refused> {
        let priority = wished.priority.unwrap_or(DEFAULT_PRIORITY);
        if !PRIORITIES.contains(&priority) {
            let refused =
                Refused::new(format!("priority {priority} cannot be written"), "use 1 (first) to 100 (last)");
            return Err(refused.code(cloud.code(Trouble::Priority)));
        }
        check_ports(cloud, wished)?;
        check_family(cloud, wished)?;
        let narrow =
            wished.source_ports.clone().map(|source_ports| Box::new(Narrow { source_ports, local: None }));
        if narrow.is_some() && !cloud.has_source_ports() {
            return Err(Refused::new(
                "rules of security groups have no source ports in this cloud",
                "leave `source ports` out, or use a network ACL",
            ));
        }
        Ok(Rule {
            id: Text::EMPTY,
            description: self.estate.texts.intern(&wished.description),
            position: 0,
            priority,
            direction: wished.direction,
            action: wished.action,
            acts: Acts::Surely,
            scope: Scope::Anywhere,
            protocol: wished.protocol,
            ports: wished.ports.clone(),
            peer,
            narrow,
            gap: None,
        })
    }

    fn refuse_copy(&self, ix: GroupIx, cloud: Cloud, rule: &Rule) -> Result<(), Refused> {
        let said = &self.estate.group(ix).rules;
        let same = |other: &&Rule| {
            Rule { id: rule.id, description: rule.description, position: rule.position, ..(**other).clone() }
                == *rule
        };
        match said.iter().find(same).filter(|_| cloud.refuses_copies()) {
            None => Ok(()),
            Some(other) => {
                let name = self.estate.rule_name(self.estate.group(ix).id, other);
                let refused = Refused::new(format!("rule `{name}` says the same"), "nothing has to be added");
                Err(refused.code(cloud.code(Trouble::RuleExists)))
            }
        }
    }
}

/// Refuses ports that the protocol does not have, or more ranges than a rule takes.
fn check_ports(cloud: Cloud, wished: &WishedRule) -> Result<(), Refused> {
    let ported = match wished.protocol {
        Protocol::All => false,
        Protocol::Number(number) => number == protocol::TCP || number == protocol::UDP,
    };
    let ranges = match &wished.ports {
        Ports::Range(range) => vec![*range],
        Ports::Ranges(ranges) => ranges.to_vec(),
        _ => Vec::new(),
    };
    if !ranges.is_empty() && !ported && cloud != Cloud::Other {
        let refused =
            Refused::new("only tcp and udp have ports", "leave the ports out, or name one of the two");
        return Err(refused.code(cloud.code(Trouble::PortsOfProtocol)));
    }
    if ranges.iter().any(|range| range.first() == 0) && cloud != Cloud::Other {
        let refused = Refused::new("port 0 cannot be written", "use 1 to 65535");
        return Err(refused.code(cloud.code(Trouble::PortRange)));
    }
    if ranges.len() > cloud.port_ranges() {
        let most = cloud.port_ranges();
        let refused = Refused::new(
            format!("a rule takes at most {most} range{} of ports", if most == 1 { "" } else { "s" }),
            "write a rule for each",
        );
        return Err(refused.code(cloud.code(Trouble::PortRange)));
    }
    Ok(())
}

/// Refuses ICMP of one family from addresses of the other.
fn check_family(cloud: Cloud, wished: &WishedRule) -> Result<(), Refused> {
    let v6 = match wished.protocol {
        Protocol::ICMP => false,
        Protocol::ICMPV6 => true,
        _ => return Ok(()),
    };
    if !cloud.has_families() || wished.is_ipv4().is_none_or(|v4| v4 != v6) {
        return Ok(());
    }
    let refused = if v6 {
        Refused::new("icmpv6 has no IPv4 addresses", "use `icmp`, or an IPv6 block")
    } else {
        Refused::new("icmp has no IPv6 addresses", "use `icmpv6`, or an IPv4 block")
    };
    Err(refused.code(cloud.code(Trouble::IcmpOfOtherFamily { v6 })))
}

/// How a network is called.
pub(super) fn network_name(estate: &Estate, ix: NetworkIx) -> String {
    format!("`{}`", estate.text(estate.network(ix).id))
}
