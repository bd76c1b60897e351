//! Edits of an estate: what a plan proposes, and what a person tries out in memory.

use crate::{Estate, Group, GroupIx, InterfaceIx, Peer, Rule, Text};

/// One edit of the groups of an estate.
///
/// Positions are those of the estate that the edit is made in: in a list of edits, each sees what the earlier ones left.
/// Rules keep their [position](Rule::position) when others go, so that a rule without an id keeps its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A new rule. One without a position (0), or with one that is taken, becomes the last of its direction; one with a free
    /// position is put back there, as when a change is undone.
    AddRule(GroupIx, Box<Rule>),
    /// The rule at this place of [`Group::rules`] goes.
    RemoveRule(GroupIx, u32),
    /// The rule at this place becomes another one, with the same id and position.
    ChangeRule(GroupIx, u32, Box<Rule>),
    /// An interface gets a group, at this place of its list (a place behind the end is the end).
    Join(InterfaceIx, GroupIx, u32),
    /// An interface loses a group.
    Leave(InterfaceIx, GroupIx),
    /// A new group, last in [`Estate::groups`].
    CreateGroup(Box<Group>),
    /// A group goes. Rules that name it and interfaces that list it keep its id, as documents would that are one call behind.
    DeleteGroup(GroupIx),
}

impl Edit {
    /// Makes the edit. What it speaks of has to be in the estate; otherwise nothing happens.
    pub fn apply(&self, estate: &mut Estate) {
        match self {
            Self::AddRule(group, rule) => {
                if let Some(group) = estate.groups.get_mut(group.at()) {
                    add_rule(group, rule);
                }
            }
            Self::RemoveRule(group, at) => {
                if let Some(group) = estate.groups.get_mut(group.at())
                    && (*at as usize) < group.rules.len()
                {
                    group.rules.remove(*at as usize);
                }
            }
            Self::ChangeRule(group, at, to) => {
                let rules = estate.groups.get_mut(group.at()).map(|group| &mut group.rules);
                if let Some(rule) = rules.and_then(|rules| rules.get_mut(*at as usize)) {
                    *rule = Rule { id: rule.id, position: rule.position, ..(**to).clone() };
                }
            }
            Self::Join(interface, group, at) => {
                if let Some(id) = estate.groups.get(group.at()).map(|group| group.id) {
                    regroup(estate, *interface, |list| {
                        if !list.contains(&id) {
                            list.insert((*at as usize).min(list.len()), id);
                        }
                    });
                }
            }
            Self::Leave(interface, group) => {
                if let Some(id) = estate.groups.get(group.at()).map(|group| group.id) {
                    regroup(estate, *interface, |list| list.retain(|listed| *listed != id));
                }
            }
            Self::CreateGroup(group) => {
                let ix = GroupIx::new(estate.groups.len());
                let id = group.id;
                estate.groups.push((**group).clone());
                resolve(estate, |named, known| if named == id { Some(ix) } else { known });
            }
            Self::DeleteGroup(gone) => {
                if gone.at() < estate.groups.len() {
                    estate.groups.remove(gone.at());
                    estate.tags.forget_group(*gone);
                    resolve(estate, |_, known| match known {
                        Some(ix) if ix == *gone => None,
                        Some(ix) if ix > *gone => Some(GroupIx::new(ix.at() - 1)),
                        other => other,
                    });
                }
            }
        }
    }

    /// Makes edits, one after the other, in a copy.
    pub fn apply_all(edits: &[Self], estate: &Estate) -> Estate {
        let mut changed = estate.clone();
        for edit in edits {
            edit.apply(&mut changed);
        }
        changed
    }
}

/// Adds a rule at its position, where it has one that is free.
fn add_rule(group: &mut Group, rule: &Rule) {
    let taken = |position| group.rules_of(rule.direction).any(|other| other.position == position);
    let position = match rule.position {
        0 => group.next_position(rule.direction),
        known if taken(known) => group.next_position(rule.direction),
        known => known,
    };
    let after = |other: &Rule| other.direction == rule.direction && other.position > position;
    let at = group.rules.iter().position(after).unwrap_or(group.rules.len());
    group.rules.insert(at, Rule { position, ..rule.clone() });
}

/// Gives an interface another list of groups. One whose groups are not known keeps that.
fn regroup(estate: &mut Estate, interface: InterfaceIx, change: impl FnOnce(&mut Vec<Text>)) {
    let Some(known) = estate.interfaces.get(interface.at()).and_then(|it| it.groups) else { return };
    let mut list = estate.group_list(known).to_vec();
    change(&mut list);
    let at = estate.group_lists.iter().position(|other| **other == *list).unwrap_or_else(|| {
        estate.group_lists.push(list.into_boxed_slice());
        estate.group_lists.len() - 1
    });
    if let Some(interface) = estate.interfaces.get_mut(interface.at()) {
        interface.groups = Some(crate::GroupListIx::new(at));
    }
}

/// Points rules that name groups to where these now stand.
fn resolve(estate: &mut Estate, moved: impl Fn(Text, Option<GroupIx>) -> Option<GroupIx>) {
    for rule in estate.groups.iter_mut().flat_map(|group| &mut group.rules) {
        if let Peer::Group { id, group, .. } = &mut rule.peer {
            *group = moved(*id, *group);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Action, Acts, Direction, GroupListIx, Interface, Ports, ProfileIx, Protocol, SameGroup, Scope,
    };

    fn rule(direction: Direction, port: u16) -> Rule {
        Rule {
            id: Text::EMPTY,
            description: Text::EMPTY,
            position: 0,
            priority: 1,
            direction,
            action: Action::Allow,
            acts: Acts::Surely,
            scope: Scope::Anywhere,
            protocol: Protocol::TCP,
            ports: Ports::Range(crate::PortRange::one(port)),
            peer: Peer::Any,
            narrow: None,
            gap: None,
        }
    }

    fn group(estate: &mut Estate, id: &str) -> Group {
        Group {
            id: estate.texts.intern(id),
            name: Text::EMPTY,
            description: Text::EMPTY,
            region: Text::EMPTY,
            network: None,
            profile: ProfileIx::new(0),
            same_group: SameGroup::Rules,
            managed: false,
            rules: Vec::new(),
            incomplete: [None; 2],
            origin: None,
        }
    }

    /// Groups a, b and c, where c names b; one interface in a.
    fn estate() -> (Estate, [GroupIx; 3], InterfaceIx) {
        let mut estate = Estate::default();
        for id in ["a", "b", "c"] {
            let group = group(&mut estate, id);
            Edit::CreateGroup(Box::new(group)).apply(&mut estate);
        }
        let [a, b, c] = [0, 1, 2].map(GroupIx::new);
        let peer = Peer::Group { id: estate.group(b).id, owner: Text::EMPTY, group: Some(b), family: None };
        let names_b = Rule { peer, ..rule(Direction::Ingress, 1) };
        Edit::AddRule(c, Box::new(names_b)).apply(&mut estate);
        estate.group_lists.push(Box::new([estate.group(a).id]));
        estate.interfaces.push(Interface {
            id: Text::EMPTY,
            instance: None,
            network: None,
            subnet: None,
            groups: Some(GroupListIx::new(0)),
            addresses: Box::new([]),
            public_known: true,
            primary: true,
            managed: false,
            filtered: true,
            down: false,
            gap: None,
            origin: None,
        });
        (estate, [a, b, c], InterfaceIx::new(0))
    }

    fn positions(estate: &Estate, group: GroupIx) -> Vec<u32> {
        estate.group(group).rules.iter().map(|rule| rule.position).collect()
    }

    #[test]
    fn rules_count_positions_by_direction_and_keep_them() {
        let (mut estate, [a, ..], _) = estate();
        for direction in [Direction::Ingress, Direction::Egress, Direction::Ingress] {
            Edit::AddRule(a, Box::new(rule(direction, 22))).apply(&mut estate);
        }
        assert_eq!(positions(&estate, a), [1, 1, 2]);
        Edit::RemoveRule(a, 0).apply(&mut estate);
        assert_eq!(positions(&estate, a), [1, 2], "the rest keep their names");
        Edit::ChangeRule(a, 1, Box::new(rule(Direction::Ingress, 80))).apply(&mut estate);
        assert_eq!(positions(&estate, a), [1, 2]);
        assert_eq!(estate.group(a).rules[1].ports, Ports::Range(crate::PortRange::one(80)));
        Edit::RemoveRule(a, 9).apply(&mut estate);
        assert_eq!(positions(&estate, a), [1, 2], "nothing stands there");
        let back = |position| Box::new(Rule { position, ..rule(Direction::Ingress, 22) });
        Edit::AddRule(a, back(1)).apply(&mut estate);
        assert_eq!(positions(&estate, a), [1, 1, 2], "the first of its direction is back in its place");
        Edit::AddRule(a, back(2)).apply(&mut estate);
        assert_eq!(positions(&estate, a), [1, 1, 2, 3], "that place is taken");
    }

    #[test]
    fn interfaces_join_once_at_a_place_and_leave() {
        let (mut estate, [a, b, c], interface) = estate();
        let groups = |estate: &Estate| {
            let list = estate.group_list(estate.interface(interface).groups.unwrap());
            list.iter().map(|id| estate.text(*id).to_owned()).collect::<Vec<_>>()
        };
        Edit::Join(interface, b, 0).apply(&mut estate);
        Edit::Join(interface, c, 99).apply(&mut estate);
        Edit::Join(interface, b, 99).apply(&mut estate);
        assert_eq!(groups(&estate), ["b", "a", "c"]);
        Edit::Leave(interface, b).apply(&mut estate);
        Edit::Leave(interface, c).apply(&mut estate);
        assert_eq!(groups(&estate), ["a"]);
        assert_eq!(estate.interface(interface).groups, Some(GroupListIx::new(0)), "lists are shared again");
        assert_eq!(estate.group(a).id, estate.group_list(GroupListIx::new(0))[0]);
    }

    #[test]
    fn a_deleted_group_leaves_the_names_of_others_right() {
        let (estate, [a, b, _], _) = estate();
        let named = |estate: &Estate, at: usize| match estate.groups[at].rules[0].peer {
            Peer::Group { group, .. } => group,
            _ => panic!("the rule names a group"),
        };
        let without_a = Edit::apply_all(&[Edit::DeleteGroup(a)], &estate);
        assert_eq!(named(&without_a, 1), Some(GroupIx::new(0)), "b moved up");
        let mut without_b = Edit::apply_all(&[Edit::DeleteGroup(b)], &estate);
        assert_eq!(named(&without_b, 1), None, "nobody has that id any more");
        let again = group(&mut without_b, "b");
        Edit::CreateGroup(Box::new(again)).apply(&mut without_b);
        assert_eq!(named(&without_b, 1), Some(GroupIx::new(2)), "the id means the new group");
    }
}
