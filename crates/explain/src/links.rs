//! Who lets whom in: one link for each rule and pair of classes, however many interfaces the classes have.
//!
//! A link says what the groups of both sides surely let through; network ACLs, routes and what hosts filter are not looked at, except
//! that the internet only reaches what is [exposed](crate::exposure). Networks that an active peering or a hub connects
//! see each other.

use std::net::IpAddr;
use std::sync::RwLock;

use hashbrown::{HashMap, HashSet};
use portreeve_engine::{Bound, Cell, ClassIx, Place, Policy, Source, Visitor, spread};
use portreeve_model::{Action, Direction, NetworkIx};
use portreeve_netset::{AddressSet, IntervalSet, PacketSet, Point, PortSet};

use crate::end::internet;
use crate::explainer::Explainer;
use crate::exposure::Exposed;

/// Classes that a rule names one by one; one that lets in more of a network lets in the network.
const CLASSES: usize = 8;
/// From so many other classes on, whoever lets in every one of a network lets in the network.
const WHOLE: usize = 2;

/// Where the traffic of a link comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sender {
    /// The internet.
    Internet,
    /// All classes of a network or many of them: a rule names a large part of its addresses. What some of them may not send is not
    /// looked at.
    Network(NetworkIx),
    /// The interfaces of a class.
    Class(ClassIx),
}

/// What a rule lets one class open on another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Who opens connections.
    pub from: Sender,
    /// On whom.
    pub to: ClassIx,
    /// What lets it in; `None` is the default of the receiving class.
    pub by: Option<Source>,
    /// Protocols, each with its ports, ascending. `None` stands for every protocol that no rule names.
    pub services: Vec<(Option<u8>, PortSet)>,
}

impl Link {
    /// Whether it lets a port of a protocol through.
    pub fn carries(&self, protocol: u8, port: u16) -> bool {
        let named = self.services.iter().find(|(number, _)| *number == Some(protocol));
        let other = || self.services.iter().find(|(number, _)| number.is_none());
        named.or_else(other).is_some_and(|(_, ports)| ports.contains(port))
    }
}

/// All links of an estate, ordered by who is reached, on up to `threads` threads. `exposed` is what [`exposure`](crate::exposure)
/// gives for the whole estate.
pub fn links(explainer: &Explainer<'_>, exposed: &[Exposed], threads: usize) -> Vec<Link> {
    let surely = exposed.iter().filter(|it| !it.allowed.is_empty());
    let open = surely.map(|it| explainer.index.class_of(it.interface)).collect();
    // Policies of all classes are too much to keep.
    let plain = Explainer::new(explainer.index, explainer.lookup, explainer.options);
    let world = World {
        explainer: &plain,
        open,
        members: Members::of(explainer),
        near: near(explainer),
        leaving: RwLock::default(),
        internet: [true, false].map(internet),
    };
    let classes: Vec<ClassIx> = explainer.index.each_class().map(|(ix, _)| ix).collect();
    spread(&classes, threads, |class| world.links_into(*class)).into_iter().flatten().collect()
}

/// The networks that each network sees besides itself.
fn near(explainer: &Explainer<'_>) -> HashMap<NetworkIx, HashSet<NetworkIx>> {
    let estate = explainer.estate;
    let mut near: HashMap<NetworkIx, HashSet<NetworkIx>> = HashMap::new();
    let mut connect = |ends: &[NetworkIx]| {
        for one in ends {
            near.entry(*one).or_default().extend(ends.iter().filter(|other| *other != one));
        }
    };
    for peering in estate.peerings.iter().filter(|peering| peering.active) {
        if let [Some(one), Some(other)] = peering.networks {
            connect(&[one, other]);
        }
    }
    for hub in &estate.hubs {
        let ends: Vec<NetworkIx> =
            hub.members.iter().filter(|member| member.active).filter_map(|member| member.network).collect();
        connect(&ends);
    }
    near
}

/// Whose an address is, network by network, in the order of addresses.
#[derive(Debug, Default)]
struct Members {
    v4: HashMap<NetworkIx, Vec<(u32, ClassIx)>>,
    v6: HashMap<NetworkIx, Vec<(u128, ClassIx)>>,
    /// The classes of a network.
    classes: HashMap<NetworkIx, HashSet<ClassIx>>,
}

impl Members {
    fn of(explainer: &Explainer<'_>) -> Self {
        let mut members = Self::default();
        for (ix, interface) in explainer.estate.each_interface() {
            let Some(network) = interface.network else { continue };
            let class = explainer.index.class_of(ix);
            members.classes.entry(network).or_default().insert(class);
            for address in &interface.addresses {
                match address.private {
                    IpAddr::V4(ip) => members.v4.entry(network).or_default().push((ip.into(), class)),
                    IpAddr::V6(ip) => members.v6.entry(network).or_default().push((ip.into(), class)),
                }
            }
        }
        members.v4.values_mut().for_each(|all| all.sort_unstable());
        members.v6.values_mut().for_each(|all| all.sort_unstable());
        members
    }
}

/// The classes in a range of addresses; nothing where they are too many to be named.
fn within<T: Ord + Copy>(members: &[(T, ClassIx)], first: T, last: T) -> Option<Vec<ClassIx>> {
    let start = members.partition_point(|(address, _)| *address < first);
    let mut classes: Vec<ClassIx> = Vec::new();
    for (_, class) in members.iter().skip(start).take_while(|(address, _)| *address <= last) {
        if classes.last() != Some(class) && !classes.contains(class) {
            if classes.len() == CLASSES {
                return None;
            }
            classes.push(*class);
        }
    }
    Some(classes)
}

/// What a sweep gathers: ports by who lets in and who comes.
type Gathered = HashMap<(Option<usize>, Sender), Services>;
/// Ports by protocol.
type Services = HashMap<Option<u8>, PortSet>;

/// What all classes are looked at with.
struct World<'x, 'e> {
    explainer: &'x Explainer<'e>,
    /// Classes with an interface that the internet surely reaches.
    open: HashSet<ClassIx>,
    members: Members,
    near: HashMap<NetworkIx, HashSet<NetworkIx>>,
    internet: [AddressSet; 2],
    /// What classes may send to a network, where it is not everything.
    leaving: RwLock<HashMap<(ClassIx, NetworkIx), PacketSet>>,
}

impl World<'_, '_> {
    fn links_into(&self, to: ClassIx) -> Vec<Link> {
        let class = self.explainer.index.class(to);
        let mut networks: Vec<NetworkIx> =
            class.interfaces.iter().filter_map(|ix| self.explainer.estate.interface(*ix).network).collect();
        networks.sort_unstable();
        networks.dedup();
        let mut links = Vec::new();
        if self.open.contains(&to) {
            links.extend(self.links_from(to, Place::Internet, None));
        }
        for network in networks {
            let near = self.near.get(&network).into_iter().flatten().copied();
            let mut places: Vec<NetworkIx> = near.chain([network]).collect();
            places.sort_unstable();
            for place in places {
                links.extend(self.links_from(to, Place::Network(place), Some((place, network))));
            }
        }
        links
    }

    /// The links from one place; `pair` are the networks of both sides, unless it is the internet.
    fn links_from(&self, to: ClassIx, place: Place, pair: Option<(NetworkIx, NetworkIx)>) -> Vec<Link> {
        let class = self.explainer.index.class(to);
        let policy = Policy::of_class(self.explainer.index, class, Direction::Ingress, place, Bound::Surely);
        let mut gathered = Gathered::new();
        for protocol in policy.named_protocols().into_iter().map(Some).chain([None]) {
            let sight = self.sight(pair.map(|(from, _)| from));
            let mut sweep =
                Sweep { policy: &policy, protocol, ports: (0, 0), sight, gathered: &mut gathered };
            policy.visit(protocol, &mut sweep);
        }
        if let Some((from, _)) = pair {
            merge_wide(&mut gathered, from, to, self.members.classes.get(&from));
        }
        // An interface meets no filter on its way to itself.
        let alone = class.interfaces.len() < 2;
        gathered.retain(|(_, sender), _| !(alone && *sender == Sender::Class(to)));
        let mut links: Vec<Link> = Vec::new();
        for ((line, sender), ports) in gathered {
            let mut services: Vec<(Option<u8>, PortSet)> = ports.into_iter().collect();
            services.sort_unstable_by_key(|(protocol, _)| protocol.map_or(u16::MAX, u16::from));
            let by = line.and_then(|line| policy.source(line));
            let mut link = Link { from: sender, to, by, services };
            if let (Sender::Class(class), Some((_, network))) = (sender, pair) {
                self.keep_what_leaves(&mut link, class, network);
            }
            if !link.services.is_empty() {
                links.push(link);
            }
        }
        links.sort_unstable_by_key(|link| (link.from, link.by));
        links
    }

    /// Leaves out what the sender's own groups stop.
    fn keep_what_leaves(&self, link: &mut Link, from: ClassIx, network: NetworkIx) {
        let policy = self.explainer.class_policy(from, Direction::Egress, Place::Network(network)).sure;
        if policy.is_empty() && policy.otherwise() == Action::Allow {
            return;
        }
        let known = self.leaving.read().ok().and_then(|known| known.get(&(from, network)).cloned());
        let leaves = known.unwrap_or_else(|| {
            let leaves = policy.permitted();
            if let Ok(mut known) = self.leaving.write() {
                known.insert((from, network), leaves.clone());
            }
            leaves
        });
        if leaves.is_full() {
            return;
        }
        let towards = leaves.restrict_peers(&self.addresses(link.to, network));
        let unnamed = (0..=u8::MAX)
            .rev()
            .find(|number| !link.services.iter().any(|(named, _)| *named == Some(*number)));
        for (protocol, ports) in &mut link.services {
            let out = protocol.or(unnamed).map_or_else(PortSet::empty, |number| towards.ports_of(number));
            *ports = ports.intersection(&out);
        }
        link.services.retain(|(_, ports)| !ports.is_empty());
    }

    fn sight(&self, network: Option<NetworkIx>) -> Sight<'_> {
        let v4 = network.and_then(|network| self.members.v4.get(&network)).map_or(&[][..], Vec::as_slice);
        let v6 = network.and_then(|network| self.members.v6.get(&network)).map_or(&[][..], Vec::as_slice);
        Sight { network, v4, v6, internet: &self.internet }
    }

    fn addresses(&self, class: ClassIx, network: NetworkIx) -> AddressSet {
        let interfaces = self.explainer.index.class(class).interfaces.iter();
        let own = interfaces.map(|ix| self.explainer.estate.interface(*ix));
        let own = own.filter(|interface| interface.network == Some(network));
        let mut v4: Vec<(u32, u32)> = Vec::new();
        let mut v6: Vec<(u128, u128)> = Vec::new();
        for address in own.flat_map(|interface| &interface.addresses) {
            match address.private {
                IpAddr::V4(ip) => v4.push((ip.into(), ip.into())),
                IpAddr::V6(ip) => v6.push((ip.into(), ip.into())),
            }
        }
        AddressSet::from_parts(v4.into_iter().collect(), v6.into_iter().collect())
    }
}

/// A rule that lets in more of a network than is named lets in the network; so does one that lets in all others, but for those
/// whom another rule lets in before.
fn merge_wide(gathered: &mut Gathered, network: NetworkIx, to: ClassIx, members: Option<&HashSet<ClassIx>>) {
    let mut by_line: HashMap<Option<usize>, (HashSet<Sender>, Services)> = HashMap::new();
    let mut by_sender: HashMap<Sender, Services> = HashMap::new();
    for ((line, sender), services) in &*gathered {
        let (senders, of_line) = by_line.entry(*line).or_default();
        senders.insert(*sender);
        add_all(of_line, services);
        add_all(by_sender.entry(*sender).or_default(), services);
    }
    let others: Vec<Sender> = members
        .into_iter()
        .flatten()
        .filter(|class| **class != to)
        .map(|class| Sender::Class(*class))
        .collect();
    by_line.retain(|_, (senders, services)| {
        let named = others.iter().filter(|other| senders.contains(*other)).count();
        let let_in = |other: &Sender| by_sender.get(other).is_some_and(|known| covers(known, services));
        let whole = named >= WHOLE && others.iter().all(let_in);
        named > CLASSES || senders.contains(&Sender::Network(network)) || whole
    });
    let is_wide = |(line, sender): &(Option<usize>, Sender)| {
        matches!(sender, Sender::Class(_)) && by_line.contains_key(line)
    };
    let wide: Vec<_> = gathered.keys().filter(|key| is_wide(key)).copied().collect();
    for key in wide {
        let Some(services) = gathered.remove(&key) else { continue };
        add_all(gathered.entry((key.0, Sender::Network(network))).or_default(), &services);
    }
}

fn add_all(services: &mut Services, more: &Services) {
    for (protocol, ports) in more {
        services.entry(*protocol).or_insert_with(PortSet::empty).union_with(ports);
    }
}

/// Whether some services are all among others. A sweep names the same protocols for all.
fn covers(services: &Services, wanted: &Services) -> bool {
    let within = |(protocol, ports): (&Option<u8>, &PortSet)| {
        services.get(protocol).is_some_and(|known| ports.is_subset(known))
    };
    wanted.iter().all(within)
}

/// Whom a sweep can see.
struct Sight<'m> {
    network: Option<NetworkIx>,
    v4: &'m [(u32, ClassIx)],
    v6: &'m [(u128, ClassIx)],
    internet: &'m [AddressSet; 2],
}

fn meets<T: Point>(set: &IntervalSet<T>, first: T, last: T) -> bool {
    let all = set.intervals();
    let at = all.partition_point(|(_, end)| *end < first);
    all.get(at).is_some_and(|(start, _)| *start <= last)
}

/// Gathers, cell by cell, who comes in through which line.
struct Sweep<'s, 'm> {
    policy: &'s Policy,
    protocol: Option<u8>,
    ports: (u16, u16),
    sight: Sight<'m>,
    gathered: &'s mut Gathered,
}

impl Sweep<'_, '_> {
    fn add(&mut self, cell: Cell<'_>, senders: impl IntoIterator<Item = Sender>) {
        let line = cell.decider();
        for sender in senders {
            let ports = self.gathered.entry((line, sender)).or_default().entry(self.protocol);
            let (first, last) = self.ports;
            ports.or_insert_with(PortSet::empty).push(first, last);
        }
    }

    fn classes(&mut self, cell: Cell<'_>, classes: Option<Vec<ClassIx>>) {
        match (classes, self.sight.network) {
            (Some(classes), _) => self.add(cell, classes.into_iter().map(Sender::Class)),
            (None, Some(network)) => self.add(cell, [Sender::Network(network)]),
            (None, None) => {}
        }
    }
}

impl Visitor for Sweep<'_, '_> {
    fn stretch(&mut self, first: u16, last: u16) -> bool {
        self.ports = (first, last);
        true
    }

    fn v4(&mut self, first: u32, last: u32, cell: Cell<'_>) {
        if self.policy.action(cell) != Action::Allow {
            return;
        }
        if self.sight.network.is_some() {
            self.classes(cell, within(self.sight.v4, first, last));
        } else if meets(self.sight.internet[0].v4(), first, last) {
            self.add(cell, [Sender::Internet]);
        }
    }

    fn v6(&mut self, first: u128, last: u128, cell: Cell<'_>) {
        if self.policy.action(cell) != Action::Allow {
            return;
        }
        if self.sight.network.is_some() {
            self.classes(cell, within(self.sight.v6, first, last));
        } else if meets(self.sight.internet[1].v6(), first, last) {
            self.add(cell, [Sender::Internet]);
        }
    }
}
