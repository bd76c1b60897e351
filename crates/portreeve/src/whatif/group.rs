//! Groups that are created, cloned and deleted.

use std::net::IpAddr;

use portreeve_model::{
    Action, Acts, Direction, Edit, Family, Group, GroupIx, NetworkIx, Peer, Ports, Prefix, Protocol, Rule,
    SameGroup, Scope, Text,
};

use super::cloud::{Cloud, Trouble};
use super::quota::carriers;
use super::{Desk, Refused, offer};

impl Desk {
    pub(super) fn create(
        &mut self,
        id: &str,
        like: Option<&str>,
        network: Option<&str>,
    ) -> Result<Vec<Edit>, Refused> {
        self.unused(id)?;
        let network = network.map(|word| self.network(word)).transpose()?;
        let model = match like {
            Some(word) => self.group(word)?,
            None => self.usual(network)?,
        };
        let model = self.estate.group(model).clone();
        let cloud = Cloud::of_group(&self.estate, &model);
        self.room_for_group(cloud, &model)?;
        let home = if like.is_some() { model.network } else { network };
        if home.is_none() && cloud.groups_have_networks() {
            return Err(Refused::new(
                "a group belongs to a network",
                "name it, as in `create sg-new in vpc-1` or `create sg-new like sg-web`",
            ));
        }
        let id = self.estate.texts.intern(id);
        let same_group = if like.is_some() { model.same_group } else { fresh_same_group(cloud) };
        let group =
            Group { id, network: home, same_group, managed: false, rules: Vec::new(), ..plain(&model) };
        let mut edits = vec![Edit::CreateGroup(Box::new(group))];
        if cloud == Cloud::Huawei {
            let ix = GroupIx::new(self.estate.groups.len());
            edits.extend(first_rules(id, ix).into_iter().map(|rule| Edit::AddRule(ix, Box::new(rule))));
        }
        Ok(edits)
    }

    pub(super) fn copy(&mut self, group: &str, new: &str) -> Result<Vec<Edit>, Refused> {
        let ix = self.group(group)?;
        self.unused(new)?;
        let model = self.estate.group(ix).clone();
        let cloud = Cloud::of_group(&self.estate, &model);
        self.room_for_group(cloud, &model)?;
        let id = self.estate.texts.intern(new);
        // Cloning writes rules anew, which cannot have a priority beyond 100.
        let copy = |rule: &Rule| Rule { id: Text::EMPTY, priority: rule.priority.min(100), ..rule.clone() };
        let rules = model.rules.iter().map(copy).collect();
        let group =
            Group { id, network: model.network, same_group: model.same_group, rules, ..plain(&model) };
        Ok(vec![Edit::CreateGroup(Box::new(group))])
    }

    pub(super) fn delete(&self, group: &str) -> Result<Vec<Edit>, Refused> {
        let ix = self.group(group)?;
        self.own(ix)?;
        let estate = &self.estate;
        let (gone, cloud) = (estate.group(ix), self.cloud(ix));
        let in_use =
            |why: String, instead: &str| Err(Refused::new(why, instead).code(cloud.code(Trouble::InUse)));
        let carriers: Vec<&str> = carriers(estate, gone.id).map(|it| estate.text(it.id)).collect();
        if let Some(first) = carriers.first() {
            let others = carriers.len().saturating_sub(1);
            let carried =
                if others > 0 { format!(" and {others} more carry") } else { " carries".to_owned() };
            return in_use(
                format!("group {} is in use: interface `{first}`{carried} it", self.called(ix)),
                "let them leave it first",
            );
        }
        for (other, said) in estate.each_group().filter(|(other, _)| *other != ix) {
            let names =
                |rule: &&Rule| matches!(rule.peer, Peer::Group { group: Some(named), .. } if named == ix);
            if let Some(rule) = said.rules.iter().find(names) {
                let rule = estate.rule_name(said.id, rule);
                let why = format!("rule `{rule}` of group {} names {}", self.called(other), self.called(ix));
                let instead = "remove that rule first";
                return if cloud.keeps_named_groups() {
                    in_use(why, instead)
                } else {
                    Err(Refused::new(why, instead))
                };
            }
        }
        Ok(vec![Edit::DeleteGroup(ix)])
    }

    /// Refuses an id that something has already.
    fn unused(&self, id: &str) -> Result<(), Refused> {
        let taken = self.estate.groups.iter().any(|group| self.estate.text(group.id) == id);
        if taken {
            return Err(Refused::new(format!("there is a group `{id}` already"), "choose another id"));
        }
        Ok(())
    }

    fn network(&self, word: &str) -> Result<NetworkIx, Refused> {
        let estate = &self.estate;
        let is_named = |network: &portreeve_model::Network| {
            estate.text(network.id) == word || (!network.name.is_empty() && estate.text(network.name) == word)
        };
        match estate.networks.iter().position(is_named) {
            Some(at) => Ok(NetworkIx::new(at)),
            None => Err(Refused::new(
                format!("`{word}` is no network of the input"),
                offer(word, estate.networks.iter().map(|network| estate.text(network.id))),
            )),
        }
    }

    /// A group to be like, where none is named: one of the usual kind, rather of the same network.
    fn usual(&self, network: Option<NetworkIx>) -> Result<GroupIx, Refused> {
        let estate = &self.estate;
        let closed = |group: &Group| {
            let profile = estate.profile(group.profile);
            Cloud::of(profile) == Cloud::Alibaba && !profile.name.ends_with("basic")
        };
        let best = estate.each_group().filter(|(_, group)| !group.managed);
        let best = best.min_by_key(|(ix, group)| (closed(group), group.network != network, *ix));
        match best.filter(|(_, group)| !closed(group)) {
            Some((ix, _)) => Ok(ix),
            None => Err(Refused::new(
                "the input has no group of the usual kind to take the new one's kind from",
                "name one, as in `create sg-new like sg-web`",
            )),
        }
    }
}

/// What a new group has of its model: kind and region.
fn plain(model: &Group) -> Group {
    Group {
        name: Text::EMPTY,
        description: Text::EMPTY,
        managed: false,
        rules: Vec::new(),
        incomplete: [None; 2],
        origin: None,
        ..model.clone()
    }
}

/// Members of a new basic group reach each other
/// (<https://www.alibabacloud.com/help/en/ecs/user-guide/basic-security-groups-and-advanced-security-groups>).
fn fresh_same_group(cloud: Cloud) -> SameGroup {
    if cloud == Cloud::Alibaba { SameGroup::Allow } else { SameGroup::Rules }
}

/// The rules that a new group begins with: everything from its own members, and everything out, of both families, last in rank
/// (<https://support.huaweicloud.com/intl/en-us/api-vpc/vpc_sg_0001.html>).
fn first_rules(id: Text, ix: GroupIx) -> Vec<Rule> {
    let rule = |direction, peer| Rule {
        id: Text::EMPTY,
        description: Text::EMPTY,
        position: 0,
        priority: 100,
        direction,
        action: Action::Allow,
        acts: Acts::Surely,
        scope: Scope::Anywhere,
        protocol: Protocol::All,
        ports: Ports::All,
        peer,
        narrow: None,
        gap: None,
    };
    let own = |family| Peer::Group { id, owner: Text::EMPTY, group: Some(ix), family: Some(family) };
    let everybody = [IpAddr::from([0_u8; 4]), IpAddr::from([0_u8; 16])];
    let mut rules: Vec<Rule> =
        [Family::V4, Family::V6].map(|family| rule(Direction::Ingress, own(family))).into();
    let all = everybody.into_iter().filter_map(|address| Prefix::new(address, 0));
    rules.extend(all.map(|prefix| rule(Direction::Egress, Peer::Prefix(prefix))));
    rules
}
