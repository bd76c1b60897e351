//! What is surely the same by content, so that no set has to be computed for it.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use portreeve_model::{
    Acl, AddressListIx, Estate, Group, GroupIx, GroupListIx, Interface, InterfaceIx, ListRef, Listing,
    Narrow, Peer, PortListIx, Ports, Profile, Ranking, Rule, SameGroup, SubnetIx,
};

use super::effect::Filters;
use super::matched::Matches;
use super::rules::{self, RuleChange};
use super::{Bearer, Pair, Shift};
use crate::index::{Class, ClassIx, Index};

/// What of two estates is the same.
pub(super) struct Contents<'a, 'e> {
    pub(super) old: &'a Index<'e>,
    pub(super) new: &'a Index<'e>,
    pub(super) matches: &'a Matches,
    /// Groups whose members are others or elsewhere, or whose network is another one.
    other_members: HashSet<GroupIx>,
    /// Whether what is known of members in general differs.
    other_knowledge: bool,
    /// Lists of the old estate that have other entries in the new one.
    other_addresses: HashSet<AddressListIx>,
    other_ports: HashSet<PortListIx>,
    /// Groups of the old estate that mean the same in the new one.
    same: Vec<bool>,
    /// Interfaces of both estates whose groups differ.
    pub(super) moved: Vec<Pair<InterfaceIx>>,
}

impl<'a, 'e> Contents<'a, 'e> {
    pub(super) fn of(old: &'a Index<'e>, new: &'a Index<'e>, matches: &'a Matches) -> Self {
        let mut contents = Self {
            old,
            new,
            matches,
            other_members: HashSet::new(),
            other_knowledge: false,
            other_addresses: HashSet::new(),
            other_ports: HashSet::new(),
            same: Vec::new(),
            moved: Vec::new(),
        };
        contents.compare_lists();
        contents.compare_members();
        contents.other_knowledge = contents.knows_differently();
        contents.same = old
            .estate()
            .each_group()
            .map(|(ix, group)| {
                let now = matches.groups.new_of(ix).map(|ix| new.estate().group(ix));
                now.is_some_and(|now| contents.same_group(ix, group, now))
            })
            .collect();
        contents
    }

    fn estates(&self) -> [&'e Estate; 2] {
        [self.old.estate(), self.new.estate()]
    }

    fn compare_lists(&mut self) {
        let [old, new] = self.estates();
        for pair in self.matches.address_lists.pairs() {
            if let (Some(was), Some(is)) = (pair.old, pair.new) {
                let (a, b) = (old.address_list(was), new.address_list(is));
                if a.entries != b.entries || a.incomplete.is_some() != b.incomplete.is_some() {
                    self.other_addresses.insert(was);
                }
            }
        }
        for pair in self.matches.port_lists.pairs() {
            if let (Some(was), Some(is)) = (pair.old, pair.new) {
                let (a, b) = (old.port_list(was), new.port_list(is));
                if a.entries != b.entries || a.incomplete.is_some() != b.incomplete.is_some() {
                    self.other_ports.insert(was);
                }
            }
        }
    }

    /// Finds the groups of the old estate that stand for other addresses in the new one.
    fn compare_members(&mut self) {
        let [old, new] = self.estates();
        let mut lists: HashMap<(GroupListIx, GroupListIx), bool> = HashMap::new();
        for pair in self.matches.interfaces.pairs() {
            let was = pair.old.map(|ix| old.interface(ix));
            let is = pair.new.map(|ix| new.interface(ix));
            let mut alike = false;
            if let (Some(was), Some(is)) = (was, is) {
                let groups = match (was.groups, is.groups) {
                    (None, None) => true,
                    (Some(a), Some(b)) => *lists.entry((a, b)).or_insert_with(|| same_list(old, a, new, b)),
                    _ => false,
                };
                if !groups {
                    self.moved.push(pair);
                }
                alike = groups && self.same_addresses(was, is);
            }
            if !alike {
                let before = was.into_iter().flat_map(|it| groups_of(self.old, it));
                let after = is.into_iter().flat_map(|it| groups_of(self.new, it));
                let after = after.filter_map(|ix| self.matches.groups.old_of(ix));
                self.other_members.extend(before.chain(after));
            }
        }
        for (ix, group) in old.each_group() {
            let now = self.matches.groups.new_of(ix).map(|ix| new.group(ix));
            if now.is_none_or(|now| !self.matches.networks.agree(group.network, now.network)) {
                self.other_members.insert(ix);
            }
        }
    }

    fn same_addresses(&self, was: &Interface, is: &Interface) -> bool {
        let private = |it: &Interface| it.addresses.iter().map(|address| address.private).collect::<Vec<_>>();
        self.matches.networks.agree(was.network, is.network)
            && (was.addresses == is.addresses || private(was) == private(is))
    }

    /// Whether the input tells more or less of members in general.
    fn knows_differently(&self) -> bool {
        let complete = self.estates().map(|it| it.coverage.interfaces == Listing::Complete);
        let unsorted = |index: &Index<'_>| {
            let mut ids: Vec<Option<String>> = index
                .unsorted_networks()
                .map(|it| it.map(|ix| index.estate().text(index.estate().network(ix).id).to_owned()))
                .collect();
            ids.sort_unstable();
            ids
        };
        complete[0] != complete[1]
            || self.old.is_homeless() != self.new.is_homeless()
            || unsorted(self.old) != unsorted(self.new)
    }

    /// Whether two groups surely mean the same.
    fn same_group(&self, ix: GroupIx, was: &Group, is: &Group) -> bool {
        let meets_members = was.same_group != SameGroup::Rules;
        self.same_setting(was, is)
            && !(meets_members && (self.other_knowledge || self.other_members.contains(&ix)))
            && was.incomplete.map(|gap| gap.is_some()) == is.incomplete.map(|gap| gap.is_some())
            && was.rules.len() == is.rules.len()
            && was.rules.iter().zip(&is.rules).all(|(a, b)| a.priority == b.priority && self.same_rule(a, b))
    }

    fn same_setting(&self, was: &Group, is: &Group) -> bool {
        let [old, new] = self.estates();
        let meaning = |of: &Profile| (of.ranking, of.ingress, of.egress, of.group_peers);
        was.same_group == is.same_group
            && self.matches.networks.agree(was.network, is.network)
            && meaning(old.profile(was.profile)) == meaning(new.profile(is.profile))
    }

    /// Whether two rules mean the same, whatever their rank.
    pub(super) fn same_rule(&self, was: &Rule, is: &Rule) -> bool {
        self.same_words(was, is) && self.same_reach(was)
    }

    /// Whether two rules say the same: the same ports and peers by id, whatever these stand for.
    pub(super) fn same_words(&self, was: &Rule, is: &Rule) -> bool {
        let narrow = match (was.narrow.as_deref(), is.narrow.as_deref()) {
            (None, None) => true,
            (Some(a), Some(b)) => self.same_narrow(a, b),
            _ => false,
        };
        let shape = |rule: &Rule| (rule.direction, rule.action, rule.acts, rule.scope, rule.protocol);
        shape(was) == shape(is)
            && narrow
            && self.same_ports(&was.ports, &is.ports)
            && self.same_peer(&was.peer, &is.peer)
    }

    fn same_narrow(&self, was: &Narrow, is: &Narrow) -> bool {
        was.local == is.local && self.same_ports(&was.source_ports, &is.source_ports)
    }

    fn same_ports(&self, was: &Ports, is: &Ports) -> bool {
        match (was, is) {
            (Ports::List(a), Ports::List(b)) => {
                self.same_id(a, b) && self.matches.port_lists.agree(a.list, b.list)
            }
            (Ports::List(_), _) | (_, Ports::List(_)) => false,
            (a, b) => a == b,
        }
    }

    fn same_peer(&self, was: &Peer, is: &Peer) -> bool {
        match (was, is) {
            (Peer::Any, Peer::Any) | (Peer::Unknown, Peer::Unknown) => true,
            (Peer::Prefix(a), Peer::Prefix(b)) => a == b,
            (Peer::List(a), Peer::List(b)) => {
                self.same_id(a, b) && self.matches.address_lists.agree(a.list, b.list)
            }
            (
                Peer::Group { id: a, group: was, family: of, .. },
                Peer::Group { id: b, group: is, family, .. },
            ) => {
                let [old, new] = self.estates();
                of == family && old.text(*a) == new.text(*b) && self.matches.groups.agree(*was, *is)
            }
            _ => false,
        }
    }

    fn same_id<Ix>(&self, was: &ListRef<Ix>, is: &ListRef<Ix>) -> bool {
        let [old, new] = self.estates();
        old.text(was.id) == new.text(is.id)
    }

    /// Whether what a rule of the old estate names stands for the same in the new one.
    fn same_reach(&self, rule: &Rule) -> bool {
        let ports = |ports: &Ports| match ports {
            Ports::List(ListRef { list: Some(ix), .. }) => !self.other_ports.contains(ix),
            _ => true,
        };
        let peers = match &rule.peer {
            Peer::List(ListRef { list: Some(ix), .. }) => !self.other_addresses.contains(ix),
            Peer::Group { group: Some(ix), .. } => !self.other_knowledge && !self.other_members.contains(ix),
            Peer::Group { group: None, .. } => !self.other_knowledge,
            _ => true,
        };
        peers && ports(&rule.ports) && rule.narrow.as_deref().is_none_or(|narrow| ports(&narrow.source_ports))
    }

    /// The interfaces that may be filtered differently, by their classes.
    pub(super) fn interfaces(&self) -> Vec<Bearer> {
        let mut known: HashMap<Pair<ClassIx>, bool> = HashMap::new();
        let mut found: BTreeMap<Pair<ClassIx>, Vec<Pair<InterfaceIx>>> = BTreeMap::new();
        for pair in self.matches.interfaces.pairs() {
            let classes = Pair {
                old: pair.old.map(|ix| self.old.class_of(ix)),
                new: pair.new.map(|ix| self.new.class_of(ix)),
            };
            let same = *known.entry(classes).or_insert_with(|| match (classes.old, classes.new) {
                (Some(was), Some(is)) => self.same_class(self.old.class(was), self.new.class(is)),
                _ => false,
            });
            if !same {
                found.entry(classes).or_default().push(pair);
            }
        }
        found.into_iter().map(|(classes, interfaces)| Bearer::Interfaces { classes, interfaces }).collect()
    }

    fn same_class(&self, was: &Class, is: &Class) -> bool {
        let ordered = |ix: &GroupIx| {
            let estate = self.old.estate();
            estate.profile(estate.group(*ix).profile).ranking == Ranking::GroupThenPriority
        };
        let now: Option<Vec<GroupIx>> = was
            .groups
            .iter()
            .map(|ix| self.matches.groups.new_of(*ix).filter(|_| self.is_same(*ix)))
            .collect();
        let Some(mut now) = now else { return false };
        let mut then = is.groups.to_vec();
        if !was.groups.first().is_some_and(ordered) {
            now.sort_unstable();
            then.sort_unstable();
        }
        was.filtered == is.filtered && was.unread == is.unread && now == then
    }

    fn is_same(&self, old: GroupIx) -> bool {
        self.same.get(old.at()).copied().unwrap_or(false)
    }

    /// The groups that no interface carries in at least one estate, and that may mean something else.
    pub(super) fn lonely_groups(&self) -> impl Iterator<Item = Pair<GroupIx>> {
        self.matches.groups.pairs().into_iter().filter(|pair| {
            let carried = pair.old.is_none_or(|ix| !self.old.classes_of(ix).is_empty())
                && pair.new.is_none_or(|ix| !self.new.classes_of(ix).is_empty());
            let same = pair.is_whole() && pair.old.is_some_and(|ix| self.is_same(ix));
            !(carried || same)
        })
    }

    /// The subnets that may be filtered differently, by their network ACLs.
    pub(super) fn subnets(&self) -> Vec<Bearer> {
        let [old, new] = self.estates();
        let mut found: BTreeMap<_, Vec<Pair<SubnetIx>>> = BTreeMap::new();
        for pair in self.matches.subnets.pairs() {
            let (Some(was), Some(is)) = (pair.old, pair.new) else { continue };
            let (was, is) = (old.subnet(was), new.subnet(is));
            let acls = Pair { old: was.acl, new: is.acl };
            // Whether a subnet has an ACL that is not in the input, or may have one: nothing can be compared then.
            let open =
                |it: &portreeve_model::Subnet| it.acl.is_none() && (!it.acl_known || !it.acl_id.is_empty());
            let same = match (was.acl, is.acl) {
                (None, None) => true,
                (Some(a), Some(b)) => self.same_acl(old.acl(a), new.acl(b)),
                _ => open(was) || open(is),
            };
            if !same {
                found.entry(acls).or_default().push(pair);
            }
        }
        found.into_iter().map(|(acls, subnets)| Bearer::Subnets { acls, subnets }).collect()
    }

    fn same_acl(&self, was: &Acl, is: &Acl) -> bool {
        (was.ingress, was.egress, was.exempt) == (is.ingress, is.egress, is.exempt)
            && was.incomplete.is_some() == is.incomplete.is_some()
            && was.entries.len() == is.entries.len()
            && was
                .entries
                .iter()
                .zip(&is.entries)
                .all(|(a, b)| a.position == b.position && self.same_rule(a, b))
    }

    pub(super) fn settings(&self) -> Vec<Pair<GroupIx>> {
        let [old, new] = self.estates();
        let differs = |pair: &Pair<GroupIx>| match (pair.old, pair.new) {
            (Some(was), Some(is)) => !self.same_setting(old.group(was), new.group(is)),
            _ => false,
        };
        self.matches.groups.pairs().into_iter().filter(differs).collect()
    }

    pub(super) fn address_lists(&self) -> Vec<Pair<AddressListIx>> {
        let differs = |ix: AddressListIx| self.other_addresses.contains(&ix);
        let pairs = self.matches.address_lists.pairs().into_iter();
        pairs.filter(|pair| !pair.is_whole() || pair.old.is_some_and(differs)).collect()
    }

    pub(super) fn port_lists(&self) -> Vec<Pair<PortListIx>> {
        let differs = |ix: PortListIx| self.other_ports.contains(&ix);
        let pairs = self.matches.port_lists.pairs().into_iter();
        pairs.filter(|pair| !pair.is_whole() || pair.old.is_some_and(differs)).collect()
    }

    /// All rules that are not as they were, each with the changes of traffic that it may be a cause of.
    pub(super) fn rule_changes(&self, filters: &Filters<'_, '_>, shifts: &[Shift]) -> Vec<RuleChange> {
        let mut changes = Vec::new();
        for pair in self.matches.groups.pairs() {
            changes.extend(rules::changes(self, pair));
        }
        rules::attribute(&mut changes, filters, shifts);
        changes
    }

    /// The groups that may be judged differently: those that differ, and all that share interfaces with them, directly or through others.
    pub(super) fn touched(&self, bearers: &[Bearer], rules: &[RuleChange]) -> [Vec<GroupIx>; 2] {
        let mut touched =
            Touched { contents: self, groups: [HashSet::new(), HashSet::new()], next: Vec::new() };
        for pair in self.matches.groups.pairs() {
            if !(pair.is_whole() && pair.old.is_some_and(|ix| self.is_same(ix))) {
                touched.add(pair);
            }
        }
        for change in rules {
            touched.add(change.group);
        }
        for bearer in bearers {
            if let Bearer::Interfaces { classes, .. } = bearer {
                touched.company(classes.old, classes.new);
            }
        }
        touched.spread();
        touched.groups.map(|set| {
            let mut all: Vec<GroupIx> = set.into_iter().collect();
            all.sort_unstable();
            all
        })
    }
}

/// Groups that are found to be touched. A group is touched in both estates or in neither.
struct Touched<'c, 'a, 'e> {
    contents: &'c Contents<'a, 'e>,
    groups: [HashSet<GroupIx>; 2],
    /// Those whose company has not been looked at.
    next: Vec<Pair<GroupIx>>,
}

impl Touched<'_, '_, '_> {
    fn add(&mut self, pair: Pair<GroupIx>) {
        let groups = &self.contents.matches.groups;
        let old = pair.old.or_else(|| pair.new.and_then(|ix| groups.old_of(ix)));
        let new = pair.new.or_else(|| pair.old.and_then(|ix| groups.new_of(ix)));
        let [before, after] = &mut self.groups;
        let fresh = old.is_some_and(|ix| before.insert(ix)) | new.is_some_and(|ix| after.insert(ix));
        if fresh {
            self.next.push(Pair { old, new });
        }
    }

    /// Adds the groups of classes.
    fn company(&mut self, old: Option<ClassIx>, new: Option<ClassIx>) {
        let (before, after) = (self.contents.old, self.contents.new);
        for ix in old.iter().flat_map(|ix| before.class(*ix).groups.iter()) {
            self.add(Pair { old: Some(*ix), new: None });
        }
        for ix in new.iter().flat_map(|ix| after.class(*ix).groups.iter()) {
            self.add(Pair { old: None, new: Some(*ix) });
        }
    }

    /// Goes on until nobody in company is left out.
    fn spread(&mut self) {
        let (before, after) = (self.contents.old, self.contents.new);
        while let Some(pair) = self.next.pop() {
            for class in pair.old.iter().flat_map(|ix| before.classes_of(*ix)) {
                self.company(Some(*class), None);
            }
            for class in pair.new.iter().flat_map(|ix| after.classes_of(*ix)) {
                self.company(None, Some(*class));
            }
        }
    }
}

fn same_list(old: &Estate, was: GroupListIx, new: &Estate, is: GroupListIx) -> bool {
    let (was, is) = (old.group_list(was), new.group_list(is));
    was.len() == is.len() && was.iter().zip(is).all(|(a, b)| old.text(*a) == new.text(*b))
}

/// The groups of an interface that are in the input.
fn groups_of(index: &Index<'_>, interface: &Interface) -> Vec<GroupIx> {
    let ids = interface.groups.map(|list| index.estate().group_list(list));
    ids.into_iter().flatten().filter_map(|id| index.group_by_id(*id)).collect()
}
