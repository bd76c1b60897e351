//! What the documents say, found by id and by group.

use hashbrown::{HashMap, HashSet};
use portreeve_model::{Estate, GroupIx, Interface, InterfaceIx, Listing, NetworkIx, Ranking};

use crate::boxes::{Range, number};
use crate::certificate::Subject;

/// The groups that an interface carries: all that decides what its filters say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Carried {
    /// Those that are in the input; in order where the order counts.
    pub(crate) groups: Vec<GroupIx>,
    /// Whether there are others, or may be.
    pub(crate) unread: bool,
    /// Whether they are applied.
    pub(crate) filtered: bool,
}

/// An estate with what is looked up in it.
pub(crate) struct Ground<'e> {
    pub(crate) estate: &'e Estate,
    pub(crate) interfaces: HashMap<&'e str, InterfaceIx>,
    pub(crate) groups: HashMap<&'e str, GroupIx>,
    pub(crate) carried: Vec<Carried>,
    carriers: HashMap<GroupIx, Vec<InterfaceIx>>,
    members: HashMap<(GroupIx, Option<NetworkIx>), Vec<IpPair>>,
    /// The networks of interfaces whose groups are not known.
    unsorted: HashSet<Option<NetworkIx>>,
}

/// An address: its family and its number.
type IpPair = (bool, u128);

impl<'e> Ground<'e> {
    pub(crate) fn new(estate: &'e Estate) -> Self {
        let groups = estate.each_group().map(|(ix, group)| (estate.text(group.id), ix)).collect();
        let mut ground = Self {
            estate,
            interfaces: estate.each_interface().map(|(ix, it)| (estate.text(it.id), ix)).collect(),
            groups,
            carried: Vec::new(),
            carriers: HashMap::new(),
            members: HashMap::new(),
            unsorted: HashSet::new(),
        };
        for (ix, interface) in estate.each_interface() {
            let carried = ground.carried_by(interface);
            let addresses = interface.addresses.iter().map(|it| (it.private.is_ipv6(), number(it.private)));
            for group in &carried.groups {
                ground.members.entry((*group, interface.network)).or_default().extend(addresses.clone());
                ground.carriers.entry(*group).or_default().push(ix);
            }
            ground.unsorted.extend(interface.groups.is_none().then_some(interface.network));
            ground.carried.push(carried);
        }
        ground
    }

    fn carried_by(&self, interface: &Interface) -> Carried {
        let ids = interface.groups.map_or(&[][..], |list| self.estate.group_list(list));
        let mut groups: Vec<GroupIx> =
            ids.iter().filter_map(|id| self.groups.get(self.estate.text(*id)).copied()).collect();
        let unread = interface.groups.is_none() || groups.len() < ids.len();
        let profile = |ix: &GroupIx| self.estate.profile(self.estate.group(*ix).profile);
        if groups.first().is_none_or(|ix| profile(ix).ranking != Ranking::GroupThenPriority) {
            groups.sort_unstable();
            groups.dedup();
        }
        Carried { groups, unread, filtered: interface.filtered }
    }

    pub(crate) fn interface(&self, id: &str) -> Result<&'e Interface, String> {
        let ix = self.interfaces.get(id).ok_or_else(|| format!("the input has no interface {id:?}"))?;
        Ok(self.estate.interface(*ix))
    }

    /// The groups of a group alone, or of an interface.
    pub(crate) fn carried_of(&self, subject: &Subject) -> Result<Carried, String> {
        let found = match subject {
            Subject::Group(id) => self.groups.get(id.as_str()).map(|group| Carried {
                groups: vec![*group],
                unread: false,
                filtered: true,
            }),
            Subject::Interface(id) => {
                self.interfaces.get(id.as_str()).and_then(|ix| self.carried.get(ix.at())).cloned()
            }
            Subject::Acl(_) => None,
        };
        found.ok_or_else(|| format!("the input has no {subject:?} with rules of groups"))
    }

    /// The interfaces that carry a group.
    pub(crate) fn carriers(&self, group: GroupIx) -> &[InterfaceIx] {
        self.carriers.get(&group).map_or(&[], Vec::as_slice)
    }

    /// Whether some rule of the groups is about a part of the interface's addresses only.
    pub(crate) fn tells_addresses_apart(&self, carried: &Carried) -> bool {
        let mut rules = carried.groups.iter().flat_map(|ix| &self.estate.group(*ix).rules);
        rules.any(|rule| rule.narrow.as_ref().is_some_and(|narrow| narrow.local.is_some()))
    }

    /// The addresses of an interface of a family, ascending; nothing where the documents tell none of either.
    pub(crate) fn addresses(&self, ix: InterfaceIx, v6: bool) -> Option<Vec<u128>> {
        let all = &self.estate.interface(ix).addresses;
        let own = all.iter().filter(|it| it.private.is_ipv6() == v6).map(|it| number(it.private));
        let mut own: Vec<u128> = own.collect();
        own.sort_unstable();
        own.dedup();
        (!all.is_empty()).then_some(own)
    }

    /// The addresses of the members of a group whose interfaces lie in a network, or in one that is not known.
    pub(crate) fn members(&self, group: GroupIx, network: Option<NetworkIx>, v6: bool) -> Vec<Range> {
        let found = self.members.get(&(group, network)).map_or(&[][..], Vec::as_slice);
        found.iter().filter(|(six, _)| *six == v6).map(|(_, at)| (*at, *at)).collect()
    }

    /// Whether every interface of a network (of all, where none is named) is known with its groups.
    pub(crate) fn all_known(&self, network: Option<NetworkIx>) -> bool {
        let doubt = match network {
            Some(_) => self.unsorted.contains(&network) || self.unsorted.contains(&None),
            None => !self.unsorted.is_empty(),
        };
        self.estate.coverage.interfaces == Listing::Complete && !doubt
    }
}
