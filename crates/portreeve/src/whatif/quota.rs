//! Limits that edits run into.

use portreeve_model::{Estate, Group, GroupIx, GroupPeers, Interface, Peer, Ports, Rule, Text};

use super::cloud::{Cloud, Trouble};
use super::{Desk, Refused};

impl Desk {
    /// Refuses rules for which a group, or an interface that carries it, has no room.
    pub(super) fn room_for(&self, ix: GroupIx, cloud: Cloud, rules: &[Rule]) -> Result<(), Refused> {
        let estate = &self.estate;
        let group = estate.group(ix);
        let quotas = estate.profile(group.profile).quotas;
        let more: u32 = rules.iter().map(|rule| weight(estate, rule)).sum();
        let full =
            |why: String, instead: &str| Err(Refused::new(why, instead).code(cloud.code(Trouble::RuleQuota)));
        let has = weight_of(estate, group);
        if let Some(most) = self.rules_per_group.or(quotas.rules_per_group).filter(|most| has + more > *most)
        {
            return full(
                format!("group {} has {has} rules, and {most} is the most", self.called(ix)),
                "remove rules, or have the quota raised and set it as a threshold in portreeve.toml",
            );
        }
        let of_group = |rule: &&Rule| matches!(rule.peer, Peer::Group { .. });
        let named = group.rules.iter().filter(of_group).count() + rules.iter().filter(of_group).count();
        if rules.iter().any(|rule| of_group(&rule))
            && let Some(most) = quotas.group_rules_per_group.filter(|most| named > *most as usize)
        {
            return full(
                format!("group {} has {most} rules that name groups, which is the most", self.called(ix)),
                "name addresses or a prefix list instead",
            );
        }
        let Some(most) = quotas.rules_per_interface else { return Ok(()) };
        for interface in carriers(estate, group.id) {
            let has = weight_on(estate, interface);
            if has + more > most {
                let id = estate.text(interface.id);
                return full(
                    format!("interface `{id}` has {has} rules over all its groups, and {most} is the most"),
                    "remove rules, or take the interface out of a group",
                );
            }
        }
        Ok(())
    }

    /// Refuses an interface that has no room for a group, or the group for it.
    pub(super) fn room_on(&self, interface: &Interface, ix: GroupIx, cloud: Cloud) -> Result<(), Refused> {
        let estate = &self.estate;
        let group = estate.group(ix);
        let profile = estate.profile(group.profile);
        let id = estate.text(interface.id);
        let groups = interface.groups.map_or(0, |list| estate.group_list(list).len());
        if let Some(most) = profile.quotas.groups_per_interface.filter(|most| groups >= *most as usize) {
            let refused = Refused::new(
                format!("interface `{id}` has {groups} groups, and {most} is the most"),
                "leave one first",
            );
            return Err(refused.code(cloud.code(Trouble::JoinQuota)));
        }
        let (has, more) = (weight_on(estate, interface), weight_of(estate, group));
        if let Some(most) = profile.quotas.rules_per_interface.filter(|most| has + more > *most) {
            let refused = Refused::new(
                format!(
                    "interface `{id}` would have {} rules over all its groups, and {most} is the most",
                    has + more
                ),
                "leave a group first, or remove rules",
            );
            return Err(refused.code(cloud.code(Trouble::JoinRules)));
        }
        // Groups without a default to allow count interfaces, the others addresses.
        let counts_interfaces = profile.group_peers == GroupPeers::Nobody;
        let size = |it: &Interface| if counts_interfaces { 1 } else { it.addresses.len() };
        let members: usize = carriers(estate, group.id).map(size).sum();
        let enforced = profile.quotas.members_per_group.filter(|_| cloud == Cloud::Alibaba);
        if let Some(most) = enforced.filter(|most| members + size(interface) > *most as usize) {
            let refused = Refused::new(
                format!("group {} has {members} members, and {most} is the most", self.called(ix)),
                "clone the group and join the copy",
            );
            return Err(refused.code(cloud.code(Trouble::JoinCapacity)));
        }
        Ok(())
    }

    /// Refuses one more group than an account has room for.
    pub(super) fn room_for_group(&self, cloud: Cloud, like: &Group) -> Result<(), Refused> {
        let estate = &self.estate;
        let has = estate.groups.iter().filter(|group| group.region == like.region).count();
        match estate.profile(like.profile).quotas.groups.filter(|most| has >= *most as usize) {
            None => Ok(()),
            Some(most) => {
                let refused = Refused::new(
                    format!(
                        "the region has {has} groups, and {most} is the quota that an account begins with"
                    ),
                    "delete groups that are not used",
                );
                Err(refused.code(cloud.code(Trouble::GroupQuota)))
            }
        }
    }
}

/// The interfaces that carry a group.
pub(super) fn carriers(estate: &Estate, group: Text) -> impl Iterator<Item = &Interface> {
    let carries =
        move |it: &&Interface| it.groups.is_some_and(|list| estate.group_list(list).contains(&group));
    estate.interfaces.iter().filter(carries)
}

/// What a rule counts as: lists count with the room that they have, where the vendor says how much that is.
fn weight(estate: &Estate, rule: &Rule) -> u32 {
    let peers = match &rule.peer {
        Peer::List(list) => list.list.and_then(|ix| estate.address_list(ix).max_entries),
        _ => None,
    };
    let ports = match &rule.ports {
        Ports::List(list) => list.list.and_then(|ix| estate.port_list(ix).max_entries),
        _ => None,
    };
    peers.or(ports).unwrap_or(1)
}

fn weight_of(estate: &Estate, group: &Group) -> u32 {
    group.rules.iter().map(|rule| weight(estate, rule)).sum()
}

fn weight_on(estate: &Estate, interface: &Interface) -> u32 {
    let Some(list) = interface.groups else { return 0 };
    let ids = estate.group_list(list);
    let groups = estate.groups.iter().filter(|group| ids.contains(&group.id));
    groups.map(|group| weight_of(estate, group)).sum()
}
