//! The part of an estate that decides what some groups let through, small enough to be copied and changed at will.

use std::collections::BTreeSet;

use portreeve_engine::{Bound, Class, Index, Place, Policy};
use portreeve_model::{
    AddressList, Direction, Edit, Estate, Group, GroupIx, Interface, InterfaceIx, ListRef, NetworkIx, Peer,
    PortList, Ports, Rule, SameGroup, Scope,
};
use portreeve_netset::PacketSet;

/// Groups that act together: those of a class, or one alone.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) class: Class,
    /// Whether the plan has to hit the target here; otherwise it may stop short of it.
    pub(crate) exact: bool,
}

/// What one context lets through from one place, surely and possibly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) surely: PacketSet,
    pub(crate) possibly: PacketSet,
}

/// The views of all contexts, each from every place that makes a difference.
pub(crate) type Picture = Vec<View>;

/// A cut-out of an estate. Groups keep their positions; those that do not matter have no rules. Interfaces do not.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) estate: Estate,
    pub(crate) contexts: Vec<Context>,
    pub(crate) places: Vec<Place>,
}

impl Scene {
    /// What decides for these classes, and for these groups alone.
    ///
    /// The index tells which interfaces share their groups; rules are those of `estate`, which may have changed since.
    pub(crate) fn new(index: &Index<'_>, estate: &Estate, contexts: Vec<Context>) -> Self {
        let near: BTreeSet<GroupIx> =
            contexts.iter().flat_map(|context| context.class.groups.iter().copied()).collect();
        let met = met_as_members(estate, &near);
        let speaks =
            |class: &&Class| class.groups.is_empty() || class.groups.iter().any(|it| met.contains(it));
        let classes = index.classes().iter().filter(|_| !met.is_empty()).filter(speaks);
        let members = classes.flat_map(|class| &class.interfaces);
        let interfaces: Vec<Interface> = members.map(|ix| estate.interface(*ix).clone()).collect();
        let places = places(estate, &near, &interfaces, !met.is_empty());
        let groups = estate.each_group().map(|(ix, group)| cut_out(group, near.contains(&ix))).collect();
        let mut scene = Estate {
            profiles: estate.profiles.clone(),
            groups,
            group_lists: if interfaces.is_empty() { Vec::new() } else { estate.group_lists.clone() },
            interfaces,
            coverage: estate.coverage,
            ..Estate::default()
        };
        let rules = || scene.groups.iter().flat_map(|group| &group.rules);
        let (address_lists, port_lists) = (address_lists(estate, rules()), port_lists(estate, rules()));
        (scene.address_lists, scene.port_lists) = (address_lists, port_lists);
        Self { estate: scene, contexts, places }
    }

    /// The scene after some edits.
    pub(crate) fn after(&self, edits: &[Edit]) -> Self {
        let mut scene = self.clone();
        for edit in edits {
            edit.apply(&mut scene.estate);
        }
        scene
    }

    /// What every context lets through in one direction.
    pub(crate) fn picture(&self, direction: Direction) -> Picture {
        let index = Index::new(&self.estate);
        let each = |context: &Context, place: Place| view(&index, &context.class, direction, place);
        self.pairs().map(|(context, place)| each(context, place)).collect()
    }

    /// The contexts and places of a picture, in its order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&Context, Place)> {
        self.contexts.iter().flat_map(|context| self.places.iter().map(move |place| (context, *place)))
    }

    pub(crate) fn rule(&self, group: GroupIx, at: u32) -> Option<&Rule> {
        self.estate.groups.get(group.at())?.rules.get(at as usize)
    }
}

fn view(index: &Index<'_>, class: &Class, direction: Direction, place: Place) -> View {
    let policy = |bound| Policy::of_class(index, class, direction, place, bound);
    let surely = policy(Bound::Surely);
    let possibly = if surely.is_exact() { None } else { Some(policy(Bound::Possibly).permitted()) };
    let surely = surely.permitted();
    View { possibly: possibly.unwrap_or_else(|| surely.clone()), surely }
}

/// The contexts that a change of a group's rules can reach: the group alone, and every class that carries it.
pub(crate) fn contexts_of(index: &Index<'_>, group: GroupIx) -> Vec<Context> {
    let classes = index.classes_of(group).iter().map(|ix| index.class(*ix)).filter(|class| class.filtered);
    let mut contexts: Vec<Context> =
        classes.map(|class| Context { class: class.clone(), exact: true }).collect();
    if !contexts.iter().any(|context| *context.class.groups == [group] && !context.class.unread) {
        contexts.push(Context { class: alone(group), exact: true });
    }
    contexts
}

/// The contexts in which what passes matters today: every class that carries the group; the group alone where none does.
pub(crate) fn carriers_of(index: &Index<'_>, group: GroupIx) -> Vec<Context> {
    let mut contexts = contexts_of(index, group);
    if contexts.iter().any(|context| !context.class.interfaces.is_empty()) {
        contexts.retain(|context| !context.class.interfaces.is_empty());
    }
    contexts
}

/// A class of one group that no interface need carry.
fn alone(group: GroupIx) -> Class {
    Class { groups: Box::new([group]), unread: false, filtered: true, interfaces: Vec::new() }
}

/// The groups whose members the rules of others, or the allowance between members, speak of.
fn met_as_members(estate: &Estate, near: &BTreeSet<GroupIx>) -> BTreeSet<GroupIx> {
    let mut met = BTreeSet::new();
    for ix in near {
        let group = estate.group(*ix);
        if group.same_group != SameGroup::Rules {
            met.insert(*ix);
        }
        met.extend(group.rules.iter().filter_map(|rule| match rule.peer {
            Peer::Group { group, .. } => group,
            _ => None,
        }));
    }
    met
}

/// From where to look: everywhere that rules tell apart, and one network that none of them speaks of.
fn places(estate: &Estate, near: &BTreeSet<GroupIx>, interfaces: &[Interface], met: bool) -> Vec<Place> {
    let mut rules = near.iter().flat_map(|ix| &estate.group(*ix).rules);
    let apart = rules.any(|rule| rule.scope != Scope::Anywhere || matches!(rule.peer, Peer::Group { .. }));
    if !met && !apart {
        return vec![Place::Internet];
    }
    let own = near.iter().filter_map(|ix| estate.group(*ix).network);
    let known: BTreeSet<NetworkIx> =
        own.chain(interfaces.iter().filter_map(|interface| interface.network)).collect();
    let other = (0..estate.networks.len()).map(NetworkIx::new).find(|network| !known.contains(network));
    let networks = known.into_iter().chain(other).map(Place::Network);
    [Place::Internet, Place::Elsewhere].into_iter().chain(networks).collect()
}

fn cut_out(group: &Group, whole: bool) -> Group {
    if whole {
        return group.clone();
    }
    let Group {
        id,
        name,
        description,
        region,
        network,
        profile,
        same_group,
        managed,
        incomplete,
        origin,
        ..
    } = *group;
    let rules = Vec::new();
    Group { id, name, description, region, network, profile, same_group, managed, rules, incomplete, origin }
}

/// The lists that rules name, in their places; the others are empty.
fn address_lists<'r>(estate: &Estate, rules: impl Iterator<Item = &'r Rule>) -> Vec<AddressList> {
    let named: BTreeSet<usize> = rules
        .filter_map(|rule| match rule.peer {
            Peer::List(ListRef { list: Some(ix), .. }) => Some(ix.at()),
            _ => None,
        })
        .collect();
    let lists = estate.address_lists.iter().enumerate();
    lists
        .map(
            |(at, list)| {
                if named.contains(&at) {
                    list.clone()
                } else {
                    AddressList { entries: Box::new([]), ..*list }
                }
            },
        )
        .collect()
}

fn port_lists<'r>(estate: &Estate, rules: impl Iterator<Item = &'r Rule>) -> Vec<PortList> {
    let of = |ports: &Ports| match ports {
        Ports::List(ListRef { list: Some(ix), .. }) => Some(ix.at()),
        _ => None,
    };
    let named: BTreeSet<usize> = rules
        .flat_map(|rule| {
            let source = rule.narrow.as_deref().and_then(|narrow| of(&narrow.source_ports));
            of(&rule.ports).into_iter().chain(source)
        })
        .collect();
    let lists = estate.port_lists.iter().enumerate();
    lists
        .map(
            |(at, list)| {
                if named.contains(&at) { list.clone() } else { PortList { entries: Box::new([]), ..*list } }
            },
        )
        .collect()
}

/// The interfaces of a context, as answers list them.
pub(crate) fn interfaces(context: &Context) -> Vec<InterfaceIx> {
    context.class.interfaces.clone()
}
