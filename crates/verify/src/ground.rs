//! What the documents say, found by id and by group.

use std::net::IpAddr;

use hashbrown::{HashMap, HashSet};
use portreeve_model::{Estate, GroupIx, Interface, Listing, NetworkIx, Ranking};

use crate::statement::{Range, Subject, number};

/// The groups that an interface carries: all that decides what its filters say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Carried {
    /// Those that are in the input; in order where the order counts.
    pub groups: Vec<GroupIx>,
    /// Whether there are others, or may be.
    pub unread: bool,
    /// Whether they are applied.
    pub filtered: bool,
}

/// An estate with what is looked up in it.
pub struct Ground<'e> {
    pub(crate) estate: &'e Estate,
    interfaces: HashMap<&'e str, &'e Interface>,
    groups: HashMap<&'e str, GroupIx>,
    members: HashMap<(GroupIx, Option<NetworkIx>), Vec<IpAddr>>,
    /// The networks of interfaces whose groups are not known.
    unsorted: HashSet<Option<NetworkIx>>,
}

impl<'e> Ground<'e> {
    /// Makes an estate ready.
    pub fn new(estate: &'e Estate) -> Self {
        let mut ground = Self {
            estate,
            interfaces: estate.interfaces.iter().map(|it| (estate.text(it.id), it)).collect(),
            groups: estate.each_group().map(|(ix, group)| (estate.text(group.id), ix)).collect(),
            members: HashMap::new(),
            unsorted: HashSet::new(),
        };
        for interface in &estate.interfaces {
            for group in ground.carried_by(interface).groups {
                let members = ground.members.entry((group, interface.network)).or_default();
                members.extend(interface.addresses.iter().map(|it| it.private));
            }
            ground.unsorted.extend(interface.groups.is_none().then_some(interface.network));
        }
        ground
    }

    /// The groups of an interface.
    pub fn carried_by(&self, interface: &Interface) -> Carried {
        let ids = interface.groups.map_or(&[][..], |list| self.estate.group_list(list));
        let known = ids.iter().filter_map(|id| self.groups.get(self.estate.text(*id)).copied());
        let mut groups: Vec<GroupIx> = known.collect();
        let unread = interface.groups.is_none() || groups.len() < ids.len();
        let profile = |ix: &GroupIx| self.estate.profile(self.estate.group(*ix).profile);
        if groups.first().is_none_or(|ix| profile(ix).ranking != Ranking::GroupThenPriority) {
            groups.sort_unstable();
            groups.dedup();
        }
        Carried { groups, unread, filtered: interface.filtered }
    }

    /// The groups of a group alone, or of an interface.
    ///
    /// # Errors
    /// When the input does not have it.
    pub fn carried(&self, subject: &Subject) -> Result<Carried, String> {
        let alone = |ix: &GroupIx| Carried { groups: vec![*ix], unread: false, filtered: true };
        let found = match subject {
            Subject::Group(id) => self.groups.get(id.as_str()).map(alone),
            Subject::Interface(id) => self.interfaces.get(id.as_str()).map(|it| self.carried_by(it)),
            Subject::Acl(_) => None,
        };
        found.ok_or_else(|| format!("the input has no {subject:?} with rules of groups"))
    }

    /// The addresses of the members of a group whose interfaces lie in a network, or in one that is not known.
    pub(crate) fn members(&self, group: GroupIx, network: Option<NetworkIx>, v6: bool) -> Vec<Range> {
        let found = self.members.get(&(group, network)).map_or(&[][..], Vec::as_slice);
        found.iter().filter(|at| at.is_ipv6() == v6).map(|at| (number(*at), number(*at))).collect()
    }

    /// Whether every interface of a network (of all, where none is named) is known with its groups.
    pub(crate) fn all_known(&self, network: Option<NetworkIx>) -> bool {
        let doubt = |it: &Option<NetworkIx>| network.is_none() || it.is_none() || *it == network;
        self.estate.coverage.interfaces == Listing::Complete && !self.unsorted.iter().any(doubt)
    }
}
