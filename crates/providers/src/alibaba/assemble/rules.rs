//! The rules of one filter: united, numbered, and their references resolved.

use hashbrown::HashMap;
use portreeve_model::{
    AddressListIx, Direction, Estate, GapIx, GroupIx, Peer, PortListIx, Ports, Rule, Scope, Text,
};

use super::Account;
use crate::alibaba::kind::Kind;
use crate::alibaba::row::Sentence;

/// Unites the rules of the pages of one filter; kept to reuse its memory.
#[derive(Debug, Default)]
pub(super) struct Uniter {
    by_id: HashMap<Text, usize>,
    by_content: HashMap<Rule, Vec<Option<GapIx>>>,
}

/// Two rules with one id and different content, by their places among those that were read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) id: Text,
    pub(super) first: usize,
    pub(super) second: usize,
}

impl Uniter {
    /// Unites rules by id, those without one by their content. Of two that share an id the later one counts, in the place of the
    /// first; gives those that differed.
    pub(super) fn unite<'t>(
        &mut self,
        rules: &mut Vec<Rule>,
        trouble: impl Fn(usize) -> Option<&'t Sentence>,
    ) -> Vec<Change> {
        self.by_id.clear();
        self.by_content.clear();
        let same_gap = |a: Option<GapIx>, b: Option<GapIx>| {
            let what = |gap: GapIx| trouble(gap.at()).map(|said| said.what.as_str());
            a.map(what) == b.map(what)
        };
        let mut changed = Vec::new();
        // Where each rule that is kept stood first.
        let mut stood: Vec<usize> = Vec::new();
        for at in 0..rules.len() {
            let Some(rule) = rules.get(at) else { break };
            let before = if rule.id.is_empty() {
                let gaps = self.by_content.entry(Rule { gap: None, ..rule.clone() }).or_default();
                if gaps.iter().any(|gap| same_gap(*gap, rule.gap)) {
                    continue;
                }
                gaps.push(rule.gap);
                None
            } else {
                self.by_id.insert(rule.id, stood.len())
            };
            match before {
                None => {
                    rules.swap(stood.len(), at);
                    stood.push(at);
                }
                Some(place) => {
                    self.by_id.insert(rule.id, place);
                    let same = rules.get(place).is_some_and(|known| {
                        let alike = |rule: &Rule| Rule { gap: None, ..rule.clone() };
                        alike(known) == alike(rule) && same_gap(known.gap, rule.gap)
                    });
                    if !same {
                        let first = stood.get(place).copied().unwrap_or_default();
                        changed.push(Change { id: rule.id, first, second: at });
                        rules.swap(place, at);
                        if let Some(stood) = stood.get_mut(place) {
                            *stood = at;
                        }
                    }
                }
            }
        }
        rules.truncate(stood.len());
        changed
    }
}

/// Keeps the two sides of a classic network apart, which VPCs do not have.
pub(super) fn scope(rules: &mut [Rule], classic: bool) {
    if !classic {
        for rule in rules {
            rule.scope = Scope::Anywhere;
        }
    }
}

/// Counts positions, from 1 in each direction.
pub(super) fn count(rules: &mut [Rule]) {
    let mut counts = [0; 2];
    for rule in rules {
        let [ingress, egress] = &mut counts;
        let count = if rule.direction == Direction::Ingress { ingress } else { egress };
        *count += 1;
        rule.position = *count;
    }
}

impl Account {
    /// Ties the rules of a filter to the groups and lists that they name, and turns their troubles into gaps.
    pub(super) fn resolve_rules(&mut self, estate: &mut Estate, owner: Text, rules: &mut [Rule]) {
        for rule in rules {
            let mut troubles = Vec::new();
            if let Some(trouble) = rule.gap.take() {
                troubles.push(self.trouble(estate, trouble.at()));
            }
            self.resolve_peer(estate, &mut rule.peer, &mut troubles);
            if let Ports::List(list) = &mut rule.ports {
                list.list = self.port_lists.get(&list.id).map(|row| PortListIx::new(*row));
                if list.list.is_none() {
                    let id = estate.text(list.id);
                    troubles.push(format!(
                        "port list {id} is not in the input: run `aliyun ecs DescribePortRangeListEntries \
                         --PortRangeListId {id}`"
                    ));
                }
            }
            if !troubles.is_empty() {
                let at = name(estate, owner, rule);
                rule.gap = Some(self.gap(estate, at, troubles.join("; ")));
            }
        }
    }

    fn resolve_peer(&self, estate: &Estate, peer: &mut Peer, troubles: &mut Vec<String>) {
        match peer {
            Peer::List(list) => {
                list.list = self.address_lists.get(&list.id).map(|row| AddressListIx::new(*row));
                if list.list.is_none() {
                    let id = estate.text(list.id);
                    troubles.push(format!(
                        "prefix list {id} is not in the input: run `aliyun ecs DescribePrefixListAttributes \
                         --PrefixListId {id}`"
                    ));
                }
            }
            Peer::Group { id, owner, group, .. } => {
                *group = self.groups.get(*id).map(GroupIx::new);
                if self.owners.contains(owner) {
                    *owner = Text::EMPTY;
                }
                if group.is_none() {
                    troubles.push(unknown_group(estate, *id, *owner));
                }
            }
            Peer::Any | Peer::Prefix(_) | Peer::Unknown => {}
        }
    }
}

fn unknown_group(estate: &Estate, id: Text, owner: Text) -> String {
    let id = estate.text(id);
    if owner.is_empty() {
        return format!(
            "security group {id} is not in the input: run `aliyun ecs {} --SecurityGroupId {id}` and `aliyun ecs \
             {} --SecurityGroupId {id}`",
            Kind::Rules.api(),
            Kind::Interfaces.api()
        );
    }
    let owner = estate.text(owner);
    format!("security group {id} belongs to account {owner}, whose members are not in the input")
}

/// How a rule is named in a gap.
fn name(estate: &Estate, owner: Text, rule: &Rule) -> String {
    let name = estate.rule_name(owner, rule);
    if rule.id.is_empty() { name } else { format!("{}/{name}", estate.text(owner)) }
}
