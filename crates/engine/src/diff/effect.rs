//! What filters of two estates let through, side by side.

use portreeve_model::{Direction, GroupIx, GroupPeers, NetworkIx, Peer, SameGroup, Scope};
use portreeve_netset::PacketSet;

use super::matched::Matches;
use super::{Bearer, Delta, Effect, Pair, Site};
use crate::index::Index;
use crate::policy::Policy;
use crate::{Bound, Place};

/// Two estates, for asking what their filters let through.
pub(super) struct Filters<'a, 'e> {
    pub(super) old: &'a Index<'e>,
    pub(super) new: &'a Index<'e>,
    pub(super) matches: &'a Matches,
}

/// What is surely and what is possibly let through.
struct Bounds {
    surely: PacketSet,
    possibly: PacketSet,
}

impl Bounds {
    fn both(set: PacketSet) -> Self {
        Self { surely: set.clone(), possibly: set }
    }

    fn of(policy: impl Fn(Bound) -> Policy) -> Self {
        let least = policy(Bound::Surely);
        let surely = least.permitted();
        if least.is_exact() {
            return Self::both(surely);
        }
        Self { surely, possibly: policy(Bound::Possibly).permitted() }
    }
}

/// Where filters may tell places apart.
#[derive(Default)]
struct Telling {
    /// Whether any two places may differ.
    apart: bool,
    /// The networks that differ from all others.
    networks: Vec<NetworkIx>,
}

impl Filters<'_, '_> {
    /// What changes for a bearer; empty where nothing does.
    pub(super) fn effects(&self, bearer: &Bearer) -> Vec<Effect> {
        let mut effects: Vec<Effect> = Vec::new();
        for direction in Direction::BOTH {
            let places = self.places(bearer, direction);
            let mut found: Vec<Effect> = Vec::new();
            for sites in &places {
                let Some(site) = sites.first() else { continue };
                let was = self.bounds(bearer, direction, *site, Side::Old);
                let is = self.bounds(bearer, direction, *site, Side::New);
                let surely = Delta::between(&was.surely, &is.surely);
                let possibly = Delta::between(&was.possibly, &is.possibly);
                if surely.is_empty() && possibly.is_empty() {
                    continue;
                }
                match found.iter_mut().find(|it| it.surely == surely && it.possibly == possibly) {
                    Some(known) => known.sites.extend(sites),
                    None => found.push(Effect { direction, sites: sites.clone(), surely, possibly }),
                }
            }
            // The same at every place that may differ is the same everywhere.
            let all: usize = places.iter().map(Vec::len).sum();
            for effect in &mut found {
                effect.sites.sort_unstable();
                if effect.sites.len() == all {
                    effect.sites.clear();
                }
            }
            effects.append(&mut found);
        }
        effects
    }

    fn bounds(&self, bearer: &Bearer, direction: Direction, spot: Site, side: Side) -> Bounds {
        let (index, place) = (self.index(side), place(spot, side));
        match bearer {
            Bearer::Interfaces { classes, .. } => match side.of(classes) {
                None => Bounds::both(PacketSet::empty()),
                Some(ix) => {
                    Bounds::of(|bound| Policy::of_class(index, index.class(ix), direction, place, bound))
                }
            },
            Bearer::Group(pair) => match side.of(pair) {
                None => Bounds::both(PacketSet::empty()),
                Some(ix) => Bounds::of(|bound| Policy::of_group(index, ix, direction, place, bound)),
            },
            Bearer::Subnets { acls, .. } => match side.of(acls) {
                None => Bounds::both(PacketSet::all()),
                Some(ix) => Bounds::of(|bound| Policy::of_acl(index, ix, direction, bound)),
            },
        }
    }

    pub(super) fn index(&self, side: Side) -> &Index<'_> {
        match side {
            Side::Old => self.old,
            Side::New => self.new,
        }
    }

    /// The groups of a bearer in one estate.
    pub(super) fn groups<'b>(&'b self, bearer: &'b Bearer, side: Side) -> &'b [GroupIx] {
        match bearer {
            Bearer::Interfaces { classes, .. } => {
                side.of(classes).map_or(&[], |ix| &*self.index(side).class(ix).groups)
            }
            Bearer::Group(pair) => match side {
                Side::Old => pair.old.as_slice(),
                Side::New => pair.new.as_slice(),
            },
            Bearer::Subnets { .. } => &[],
        }
    }

    /// All places, those together that the filters do not tell apart.
    fn places(&self, bearer: &Bearer, direction: Direction) -> Vec<Vec<Site>> {
        let was = telling(self.old, self.groups(bearer, Side::Old), direction);
        let is = telling(self.new, self.groups(bearer, Side::New), direction);
        if !was.apart && !is.apart {
            return vec![vec![Site::Internet]];
        }
        let networks = &self.matches.networks;
        let old = was.networks.iter().map(|ix| Pair { old: Some(*ix), new: networks.new_of(*ix) });
        let new = is.networks.iter().map(|ix| Pair { old: networks.old_of(*ix), new: Some(*ix) });
        let mut named: Vec<Pair<NetworkIx>> = old.chain(new).collect();
        let (others, halves): (Vec<_>, Vec<_>) = networks.pairs().into_iter().partition(Pair::is_whole);
        named.extend(halves);
        named.sort_unstable();
        named.dedup();
        let others: Vec<Site> =
            others.into_iter().filter(|pair| !named.contains(pair)).map(Site::Network).collect();
        let mut places = vec![vec![Site::Internet], vec![Site::Elsewhere]];
        places.extend(named.into_iter().map(|pair| vec![Site::Network(pair)]));
        places.extend(Some(others).filter(|others| !others.is_empty()));
        places
    }
}

/// Which of the two estates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Old,
    New,
}

impl Side {
    fn of<T: Copy>(self, pair: &Pair<T>) -> Option<T> {
        match self {
            Self::Old => pair.old,
            Self::New => pair.new,
        }
    }
}

/// A place as one of the estates sees it: a network that it does not have lies outside all that it knows.
pub(super) fn place(spot: Site, side: Side) -> Place {
    match spot {
        Site::Internet => Place::Internet,
        Site::Elsewhere => Place::Elsewhere,
        Site::Network(pair) => side.of(&pair).map_or(Place::Elsewhere, Place::Network),
    }
}

/// Where the rules of some groups may tell places apart.
fn telling(index: &Index<'_>, groups: &[GroupIx], direction: Direction) -> Telling {
    let mut telling = Telling::default();
    for ix in groups {
        let group = index.estate().group(*ix);
        if direction == Direction::Ingress && group.same_group != SameGroup::Rules {
            telling.apart = true;
            telling.networks.extend(group.network);
        }
        let group_peers = index.estate().profile(group.profile).group_peers;
        for rule in group.rules_of(direction) {
            telling.apart |= rule.scope != Scope::Anywhere;
            let Peer::Group { group: peer, .. } = rule.peer else { continue };
            match group_peers {
                GroupPeers::Nobody => {}
                GroupPeers::OwnNetwork => {
                    telling.apart = true;
                    telling.networks.extend(group.network);
                }
                GroupPeers::AnyNetwork => {
                    telling.apart = true;
                    telling.networks.extend(peer.into_iter().flat_map(|peer| index.networks_of(peer)));
                    telling.networks.extend(index.unsorted_networks().flatten());
                }
            }
        }
    }
    telling
}
