//! Interfaces sorted into classes, and the sets behind peers.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;
use portreeve_model::{
    AddressListIx, AddressRange, Estate, GapIx, GroupIx, GroupListIx, Interface, InterfaceIx, Listing,
    NetworkIx, PortListIx, PortRange, Ranking, Text,
};
use portreeve_netset::{AddressSet, IntervalSet, PortSet};

/// The position of a class in [`Index::classes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassIx(pub u32);

/// Interfaces that share their groups, and so their policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The groups, in order where order matters, else sorted.
    pub groups: Box<[GroupIx]>,
    /// Whether an interface of this class may have groups that are not in the input.
    pub unread: bool,
    /// Whether its groups are applied; otherwise everything passes.
    pub filtered: bool,
    /// The interfaces, ascending.
    pub interfaces: Vec<InterfaceIx>,
}

/// What is looked up again and again in an estate.
#[derive(Debug)]
pub struct Index<'e> {
    estate: &'e Estate,
    groups: HashMap<Text, GroupIx>,
    classes: Vec<Class>,
    class_of: Vec<ClassIx>,
    classes_of_group: Vec<Vec<ClassIx>>,
    /// Whether the network of some interface is not known.
    homeless: bool,
    /// The networks with an interface whose groups are not known, and why.
    unsorted: HashMap<Option<NetworkIx>, Option<GapIx>>,
    members: Vec<OnceLock<Arc<AddressSet>>>,
    /// The members of groups that belong to no network, by network.
    members_by_network: Vec<OnceLock<HashMap<NetworkIx, Arc<AddressSet>>>>,
    address_lists: Vec<OnceLock<Arc<AddressSet>>>,
    port_lists: Vec<OnceLock<Arc<PortSet>>>,
}

impl<'e> Index<'e> {
    /// Sorts an estate's interfaces into classes. Sets behind peers are made when they are first asked for.
    pub fn new(estate: &'e Estate) -> Self {
        let groups = estate.groups_by_id();
        let Sorted { classes, class_of, homeless, unsorted } = classify(estate, &groups);
        let mut classes_of_group = vec![Vec::new(); estate.groups.len()];
        for (at, class) in classes.iter().enumerate() {
            for group in &class.groups {
                if let Some(list) = classes_of_group.get_mut(group.at()) {
                    list.push(class_ix(at));
                }
            }
        }
        Self {
            estate,
            groups,
            classes,
            class_of,
            classes_of_group,
            homeless,
            unsorted,
            members: fresh(estate.groups.len()),
            members_by_network: fresh(estate.groups.len()),
            address_lists: fresh(estate.address_lists.len()),
            port_lists: fresh(estate.port_lists.len()),
        }
    }

    /// The estate.
    pub fn estate(&self) -> &'e Estate {
        self.estate
    }

    /// All classes.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// All classes with their indices.
    pub fn each_class(&self) -> impl ExactSizeIterator<Item = (ClassIx, &Class)> {
        self.classes.iter().enumerate().map(|(at, class)| (class_ix(at), class))
    }

    /// A class.
    ///
    /// # Panics
    /// With the index of another estate's class.
    #[expect(clippy::indexing_slicing, reason = "an index is only made together with its class")]
    pub fn class(&self, ix: ClassIx) -> &Class {
        &self.classes[ix.0 as usize]
    }

    /// The class of an interface.
    ///
    /// # Panics
    /// With the index of another estate's interface.
    #[expect(clippy::indexing_slicing, reason = "every interface has a class")]
    pub fn class_of(&self, interface: InterfaceIx) -> ClassIx {
        self.class_of[interface.at()]
    }

    /// The classes whose interfaces carry a group, ascending.
    pub fn classes_of(&self, group: GroupIx) -> &[ClassIx] {
        self.classes_of_group.get(group.at()).map_or(&[], Vec::as_slice)
    }

    /// The group of an id, if the input has it.
    pub fn group_by_id(&self, id: Text) -> Option<GroupIx> {
        self.groups.get(&id).copied()
    }

    /// The private addresses, in one network, of the interfaces that carry a group.
    pub fn members(&self, group: GroupIx, network: NetworkIx) -> Arc<AddressSet> {
        let carriers = || self.carriers(group).filter(|interface| interface.network == Some(network));
        match self.estate.group(group).network {
            Some(own) if own == network => cached(&self.members, group.at(), || addresses(carriers())),
            None => self.by_network(group).get(&network).cloned().unwrap_or_default(),
            Some(_) => Arc::new(addresses(carriers())),
        }
    }

    fn by_network(&self, group: GroupIx) -> &HashMap<NetworkIx, Arc<AddressSet>> {
        static EMPTY: OnceLock<HashMap<NetworkIx, Arc<AddressSet>>> = OnceLock::new();
        let sort = || {
            let mut sorted: HashMap<NetworkIx, Vec<&Interface>> = HashMap::new();
            for interface in self.carriers(group) {
                if let Some(network) = interface.network {
                    sorted.entry(network).or_default().push(interface);
                }
            }
            let sets =
                sorted.into_iter().map(|(network, all)| (network, Arc::new(addresses(all.into_iter()))));
            sets.collect()
        };
        match self.members_by_network.get(group.at()) {
            Some(cell) => cell.get_or_init(sort),
            None => EMPTY.get_or_init(HashMap::new),
        }
    }

    /// The networks in which a group has members.
    pub(crate) fn networks_of(&self, group: GroupIx) -> impl Iterator<Item = NetworkIx> {
        let mut networks: Vec<NetworkIx> = self.carriers(group).filter_map(|each| each.network).collect();
        networks.sort_unstable();
        networks.dedup();
        networks.into_iter()
    }

    /// The addresses of the interfaces that carry a group and whose network is not known.
    pub(crate) fn homeless_members(&self, group: GroupIx) -> AddressSet {
        addresses(self.carriers(group).filter(|interface| interface.network.is_none()))
    }

    /// Whether every interface is known with its groups.
    pub(crate) fn all_members_known(&self) -> bool {
        self.estate.coverage.interfaces == Listing::Complete && self.unsorted.is_empty()
    }

    /// The networks with an interface whose groups are not known; `None` where the network is not known either.
    pub(crate) fn unsorted_networks(&self) -> impl Iterator<Item = Option<NetworkIx>> {
        self.unsorted.keys().copied()
    }

    /// Whether the network of some interface is not known.
    pub(crate) fn is_homeless(&self) -> bool {
        self.homeless
    }

    /// Why groups may have members that no document shows.
    pub(crate) fn all_members_gap(&self) -> Option<GapIx> {
        match self.estate.coverage.interfaces {
            Listing::Partial(gap) => Some(gap),
            _ => self.unsorted.values().copied().flatten().min(),
        }
    }

    /// The members as they may be, where some interface that carries the group may or may not lie in the network.
    pub(crate) fn strays(&self, group: GroupIx, network: NetworkIx) -> Option<AddressSet> {
        let stray = |interface: &&Interface| interface.network.is_none();
        if self.homeless && self.carriers(group).any(|interface| stray(&interface)) {
            let known = self.members(group, network);
            Some(known.union(&addresses(self.carriers(group).filter(stray))))
        } else {
            None
        }
    }

    /// The interfaces that carry a group.
    fn carriers(&self, group: GroupIx) -> impl Iterator<Item = &'e Interface> {
        let classes = self.classes_of(group).iter().map(|ix| self.class(*ix));
        classes.flat_map(|class| &class.interfaces).map(|ix| self.estate.interface(*ix))
    }

    /// Whether every interface of a network is known with its groups, so that [`Index::members`] tells all of them.
    pub fn members_known(&self, network: NetworkIx) -> bool {
        self.estate.coverage.interfaces == Listing::Complete
            && !self.unsorted.contains_key(&Some(network))
            && !self.unsorted.contains_key(&None)
    }

    /// Why the members of groups in a network may be more than [`Index::members`] tells.
    pub fn members_gap(&self, network: NetworkIx) -> Option<GapIx> {
        match self.estate.coverage.interfaces {
            Listing::Partial(gap) => Some(gap),
            _ => self.unsorted.get(&Some(network)).or_else(|| self.unsorted.get(&None)).copied().flatten(),
        }
    }

    pub(crate) fn address_list(&self, ix: AddressListIx) -> Arc<AddressSet> {
        cached(&self.address_lists, ix.at(), || ranges(&self.estate.address_list(ix).entries))
    }

    pub(crate) fn port_list(&self, ix: PortListIx) -> Arc<PortSet> {
        cached(&self.port_lists, ix.at(), || ports(&self.estate.port_list(ix).entries))
    }
}

/// The set of some ranges of ports.
pub(crate) fn ports(ranges: &[PortRange]) -> PortSet {
    ranges.iter().map(|range| (range.first(), range.last())).collect()
}

fn ranges(ranges: &[AddressRange]) -> AddressSet {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for range in ranges {
        match (range.first(), range.last()) {
            (IpAddr::V4(first), IpAddr::V4(last)) => v4.push((u32::from(first), u32::from(last))),
            (IpAddr::V6(first), IpAddr::V6(last)) => v6.push((u128::from(first), u128::from(last))),
            _ => {}
        }
    }
    AddressSet::from_parts(v4.into_iter().collect(), v6.into_iter().collect())
}

fn addresses<'e>(interfaces: impl Iterator<Item = &'e Interface>) -> AddressSet {
    let (mut v4, mut v6) = (Vec::<(u32, u32)>::new(), Vec::<(u128, u128)>::new());
    for interface in interfaces {
        for address in &interface.addresses {
            match address.private {
                IpAddr::V4(ip) => v4.push((ip.into(), ip.into())),
                IpAddr::V6(ip) => v6.push((ip.into(), ip.into())),
            }
        }
    }
    AddressSet::from_parts(IntervalSet::from_iter(v4), IntervalSet::from_iter(v6))
}

/// The interfaces in classes, and what they tell on the way.
struct Sorted {
    classes: Vec<Class>,
    class_of: Vec<ClassIx>,
    homeless: bool,
    unsorted: HashMap<Option<NetworkIx>, Option<GapIx>>,
}

/// Reads every interface once, for there are many.
fn classify(estate: &Estate, groups: &HashMap<Text, GroupIx>) -> Sorted {
    let mut by_key: HashMap<(Box<[GroupIx]>, bool, bool), ClassIx> = HashMap::new();
    // By list, the first place for none; by whether the groups are applied.
    let mut by_list: Vec<[Option<ClassIx>; 2]> = vec![[None; 2]; estate.group_lists.len() + 1];
    let mut sizes: Vec<usize> = Vec::new();
    let (classes, unsorted) = (Vec::new(), HashMap::new());
    let class_of = Vec::with_capacity(estate.interfaces.len());
    let mut sorted = Sorted { classes, class_of, homeless: false, unsorted };
    for interface in &estate.interfaces {
        let filtered = interface.filtered;
        let list = interface.groups.map_or(0, |list| list.at() + 1);
        let known = by_list.get_mut(list).and_then(|by| by.get_mut(usize::from(filtered)));
        let fresh = || {
            let (groups, unread) = class_key(estate, groups, interface.groups);
            *by_key.entry((groups, unread, filtered)).or_insert_with_key(|(groups, unread, filtered)| {
                let (groups, interfaces) = (groups.clone(), Vec::new());
                sorted.classes.push(Class { groups, unread: *unread, filtered: *filtered, interfaces });
                sizes.push(0);
                class_ix(sizes.len() - 1)
            })
        };
        let Some(class) = known.map(|known| *known.get_or_insert_with(fresh)) else { continue };
        sorted.class_of.push(class);
        sizes.get_mut(class.0 as usize).into_iter().for_each(|size| *size += 1);
        sorted.homeless |= interface.network.is_none();
        if interface.groups.is_none() {
            sorted.unsorted.insert(interface.network, interface.gap);
        }
    }
    for (class, size) in sorted.classes.iter_mut().zip(sizes) {
        class.interfaces.reserve_exact(size);
    }
    for (at, class) in sorted.class_of.iter().enumerate() {
        if let Some(class) = sorted.classes.get_mut(class.0 as usize) {
            class.interfaces.push(InterfaceIx::new(at));
        }
    }
    sorted
}

/// The groups of a list that are in the input, and whether some are not. Where order means nothing it is dropped, so that
/// lists in another order share their class.
fn class_key(
    estate: &Estate,
    groups: &HashMap<Text, GroupIx>,
    list: Option<GroupListIx>,
) -> (Box<[GroupIx]>, bool) {
    let Some(list) = list else { return (Box::new([]), true) };
    let ids = estate.group_list(list);
    let mut known: Vec<GroupIx> = ids.iter().filter_map(|id| groups.get(id).copied()).collect();
    let unread = known.len() < ids.len();
    let ordered = known
        .first()
        .is_some_and(|ix| estate.profile(estate.group(*ix).profile).ranking == Ranking::GroupThenPriority);
    if !ordered {
        known.sort_unstable();
        known.dedup();
    }
    (known.into_boxed_slice(), unread)
}

fn class_ix(at: usize) -> ClassIx {
    ClassIx(u32::try_from(at).unwrap_or(u32::MAX))
}

fn fresh<T>(len: usize) -> Vec<OnceLock<T>> {
    std::iter::repeat_with(OnceLock::new).take(len).collect()
}

fn cached<T>(cells: &[OnceLock<Arc<T>>], at: usize, make: impl FnOnce() -> T) -> Arc<T> {
    match cells.get(at) {
        Some(cell) => Arc::clone(cell.get_or_init(|| Arc::new(make()))),
        None => Arc::new(make()),
    }
}
