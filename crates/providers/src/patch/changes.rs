//! What edits come to, group by group and interface by interface.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::{Edit, Estate, Group, GroupIx, InterfaceIx, Rule, Text};

use crate::{alibaba, huawei};

/// What becomes of a rule that a document shows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate<'c> {
    Stays,
    Goes,
    /// It is the first and becomes the second.
    Becomes(&'c Rule, &'c Rule),
}

/// What becomes of a group.
#[derive(Debug, Clone)]
pub(crate) struct GroupChange {
    pub(crate) vendor: &'static str,
    /// The group as it is afterwards.
    pub(crate) after: Group,
    pub(crate) created: bool,
    pub(crate) gone: Vec<Rule>,
    pub(crate) changed: Vec<(Rule, Rule)>,
    pub(crate) new: Vec<Rule>,
}

impl GroupChange {
    /// By how many its rules grow.
    pub(crate) fn growth(&self) -> i64 {
        let count = |rules: &[Rule]| i64::try_from(rules.len()).unwrap_or(i64::MAX);
        count(&self.new) - count(&self.gone)
    }

    /// The rules that have to be written.
    pub(super) fn rules_to_say(&self) -> impl Iterator<Item = &Rule> {
        self.new.iter().chain(self.changed.iter().map(|(_, to)| to))
    }
}

/// Everything that edits change of an estate's documents.
#[derive(Debug)]
pub struct Changes<'e> {
    pub(crate) before: &'e Estate,
    /// With the texts of the edits.
    pub(crate) after: Estate,
    pub(crate) groups: BTreeMap<String, GroupChange>,
    pub(crate) deleted: BTreeSet<String>,
    /// The groups of interfaces that changed, by their ids.
    pub(crate) interfaces: BTreeMap<String, Vec<String>>,
    /// The groups of the first interfaces of servers where these changed, by the servers' ids.
    pub(crate) servers: BTreeMap<String, Vec<String>>,
    /// The groups of all interfaces of those servers of which one changed.
    pub(crate) unions: BTreeMap<String, Vec<String>>,
}

/// A rule while edits are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Old(usize),
    Changed(usize),
    New,
}

/// The rules of one group while edits are followed.
#[derive(Debug, Clone, Default)]
struct Slots {
    /// Its place before all edits.
    was: Option<usize>,
    rules: Vec<Slot>,
    gone: Vec<usize>,
}

impl<'e> Changes<'e> {
    /// Follows edits. The texts that they bring have to be in the estate.
    pub fn of(estate: &'e Estate, edits: &[Edit]) -> Self {
        let mut slots: Vec<Slots> = estate
            .groups
            .iter()
            .enumerate()
            .map(|(was, group)| Slots {
                was: Some(was),
                rules: (0..group.rules.len()).map(Slot::Old).collect(),
                gone: Vec::new(),
            })
            .collect();
        let mut touched = BTreeSet::new();
        let (mut after, mut deleted) = (estate.clone(), BTreeSet::new());
        for edit in edits {
            let before = rules_of(&after, edit);
            if let Edit::DeleteGroup(gone) = edit
                && let Some(group) = after.groups.get(gone.at())
                && estate.groups.iter().any(|known| known.id == group.id)
            {
                deleted.insert(after.text(group.id).to_owned());
            }
            edit.apply(&mut after);
            follow(edit, added(&before, &rules_of(&after, edit)), &mut slots, &mut touched);
        }
        let mut changes = Self {
            before: estate,
            after,
            groups: BTreeMap::new(),
            deleted,
            interfaces: BTreeMap::new(),
            servers: BTreeMap::new(),
            unions: BTreeMap::new(),
        };
        for (at, slots) in slots.iter().enumerate() {
            changes.note_group(at, slots);
        }
        for interface in touched {
            changes.note_interface(interface);
        }
        changes
    }

    fn note_group(&mut self, at: usize, slots: &Slots) {
        let untouched = slots.gone.is_empty() && slots.rules.iter().all(|slot| matches!(slot, Slot::Old(_)));
        if untouched && slots.was.is_some() {
            return;
        }
        let Some(group) = self.after.groups.get(at) else { return };
        let old = |rule: &usize| self.before.groups.get(slots.was?)?.rules.get(*rule).cloned();
        let (mut changed, mut new) = (Vec::new(), Vec::new());
        for (slot, rule) in slots.rules.iter().zip(&group.rules) {
            match slot {
                Slot::Old(_) => {}
                Slot::Changed(was) => changed.extend(old(was).map(|was| (was, rule.clone()))),
                Slot::New => new.push(rule.clone()),
            }
        }
        let profile = self.after.profiles.get(group.profile.at()).map_or("", |profile| profile.name);
        let vendor = ["alibaba", "huawei"].into_iter().find(|vendor| profile.starts_with(vendor));
        let change = GroupChange {
            vendor: vendor.unwrap_or_default(),
            after: group.clone(),
            created: slots.was.is_none(),
            gone: slots.gone.iter().filter_map(old).collect(),
            changed,
            new,
        };
        self.groups.insert(self.after.text(group.id).to_owned(), change);
    }

    fn note_interface(&mut self, ix: InterfaceIx) {
        let of = |ix: InterfaceIx| self.groups_of(ix);
        let Some(interface) = self.after.interfaces.get(ix.at()) else { return };
        let (id, list) = (self.text(interface.id), of(ix));
        if let Some(server) = interface.instance.and_then(|ix| self.after.instances.get(ix.at())) {
            let mut union: Vec<String> = Vec::new();
            for (other, each) in self.after.each_interface() {
                if each.instance == interface.instance {
                    union.extend(of(other).into_iter().filter(|id| !union.contains(id)).collect::<Vec<_>>());
                }
            }
            let server = self.text(server.id);
            if interface.primary {
                self.servers.insert(server.clone(), list.clone());
            }
            self.unions.insert(server, union);
        }
        self.interfaces.insert(id, list);
    }

    fn groups_of(&self, ix: InterfaceIx) -> Vec<String> {
        let list = self.after.interfaces.get(ix.at()).and_then(|interface| interface.groups);
        let list = list.and_then(|list| self.after.group_lists.get(list.at()));
        list.into_iter().flatten().map(|id| self.text(*id)).collect()
    }

    fn text(&self, text: Text) -> String {
        self.after.text(text).to_owned()
    }

    /// The groups that documents have to gain, of one vendor.
    pub(crate) fn created<'c>(&'c self, vendor: &'c str) -> impl Iterator<Item = (&'c str, &'c GroupChange)> {
        let of = move |(_, change): &(&String, &GroupChange)| change.created && change.vendor == vendor;
        self.groups.iter().filter(of).map(|(id, change)| (id.as_str(), change))
    }

    /// By how many the groups of a vendor grow.
    pub(crate) fn more_groups(&self, vendor: &str) -> i64 {
        let of = |estate: &Estate| {
            let named = |group: &&Group| {
                let profile = estate.profiles.get(group.profile.at());
                profile.is_some_and(|profile| profile.name.starts_with(vendor))
            };
            i64::try_from(estate.groups.iter().filter(named).count()).unwrap_or(i64::MAX)
        };
        of(&self.after).saturating_sub(of(self.before))
    }

    /// What becomes of a rule that a document shows in a group: `same` tells whether it is one of the estate's, for rules without
    /// an id.
    pub(crate) fn fate<'c>(&'c self, group: &str, id: &str, same: impl Fn(&Rule) -> bool) -> Fate<'c> {
        let Some(change) = self.groups.get(group) else { return Fate::Stays };
        let is = |rule: &Rule| match id {
            "" => rule.id.is_empty() && same(rule),
            id => self.before.text(rule.id) == id,
        };
        if change.gone.iter().any(is) {
            return Fate::Goes;
        }
        let found = change.changed.iter().find(|(was, _)| is(was));
        found.map_or(Fate::Stays, |(was, to)| Fate::Becomes(was, to))
    }

    pub(super) fn sayable(&self, rule: &Rule, vendor: &str) -> bool {
        match vendor {
            "alibaba" => alibaba::rule_words(&self.after, rule).is_some(),
            "huawei" => huawei::rule_words(&self.after, rule).is_some(),
            _ => false,
        }
    }
}

/// The rules of the group that gets a new one.
fn rules_of(estate: &Estate, edit: &Edit) -> Vec<Rule> {
    match edit {
        Edit::AddRule(group, _) => {
            estate.groups.get(group.at()).map(|group| group.rules.clone()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Where a new rule stands: it may be put back between others.
fn added(before: &[Rule], after: &[Rule]) -> usize {
    before.iter().zip(after).position(|(one, other)| one != other).unwrap_or(before.len())
}

fn follow(edit: &Edit, added: usize, slots: &mut Vec<Slots>, touched: &mut BTreeSet<InterfaceIx>) {
    let of = |slots: &mut Vec<Slots>, group: GroupIx, change: &dyn Fn(&mut Slots)| {
        if let Some(slots) = slots.get_mut(group.at()) {
            change(slots);
        }
    };
    match edit {
        Edit::AddRule(group, _) => of(slots, *group, &|slots| {
            slots.rules.insert(added.min(slots.rules.len()), Slot::New);
        }),
        Edit::RemoveRule(group, at) => of(slots, *group, &|slots| {
            if (*at as usize) < slots.rules.len()
                && let Slot::Old(was) | Slot::Changed(was) = slots.rules.remove(*at as usize)
            {
                slots.gone.push(was);
            }
        }),
        Edit::ChangeRule(group, at, _) => of(slots, *group, &|slots| {
            if let Some(slot) = slots.rules.get_mut(*at as usize)
                && let Slot::Old(was) = *slot
            {
                *slot = Slot::Changed(was);
            }
        }),
        Edit::CreateGroup(group) => {
            slots.push(Slots { rules: vec![Slot::New; group.rules.len()], ..Slots::default() });
        }
        Edit::DeleteGroup(group) => {
            if group.at() < slots.len() {
                slots.remove(group.at());
            }
        }
        Edit::Join(interface, ..) | Edit::Leave(interface, _) => {
            touched.insert(*interface);
        }
    }
}
