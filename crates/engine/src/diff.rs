//! What changes in meaning between two estates: traffic that is newly allowed or newly denied, as exact sets.
//!
//! Objects are matched by their ids, since each estate has its own store of texts. Rules are compared by content first: only where
//! that leaves a difference possible is any set computed, so that two large estates that differ in one rule are quickly told
//! apart. What is compared are the filters themselves: groups on interfaces, groups alone where no interface carries them, and network
//! ACLs on subnets. Routes and public addresses are not filters.

mod content;
mod effect;
mod matched;
mod rules;

use std::hash::Hash;

use hashbrown::HashMap;
use portreeve_model::{
    AclIx, AddressListIx, Direction, GroupIx, InterfaceIx, NetworkIx, PortListIx, SubnetIx,
};
use portreeve_netset::PacketSet;

use crate::index::{ClassIx, Index};
use crate::spread::spread_in_bites;
use content::Contents;
use effect::Filters;
use matched::Matches;

pub use rules::{RuleChange, RuleChangeKind};

/// An object of the old estate and what it is in the new one; one of the two may be missing, never both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pair<T> {
    /// In the old estate.
    pub old: Option<T>,
    /// In the new estate.
    pub new: Option<T>,
}

impl<T> Pair<T> {
    /// Whether both estates have it.
    pub fn is_whole(&self) -> bool {
        self.old.is_some() && self.new.is_some()
    }

    fn map<U>(self, change: impl Fn(T) -> U) -> Pair<U> {
        Pair { old: self.old.map(&change), new: self.new.map(change) }
    }
}

/// Where the other side of a connection is, in both estates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Site {
    /// The internet.
    Internet,
    /// A network of one of the estates, or of both.
    Network(Pair<NetworkIx>),
    /// Private places that no estate knows.
    Elsewhere,
}

/// What one reading of the gaps says has changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Delta {
    /// Allowed in the new estate and not in the old one.
    pub gained: PacketSet,
    /// Allowed in the old estate and not in the new one.
    pub lost: PacketSet,
}

impl Delta {
    /// What happened to a set.
    fn between(old: &PacketSet, new: &PacketSet) -> Self {
        if old == new {
            return Self { gained: PacketSet::empty(), lost: PacketSet::empty() };
        }
        Self { gained: new.difference(old), lost: old.difference(new) }
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty()
    }
}

/// What changes in one direction, for the same places.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Effect {
    /// Which side opens the connection.
    pub direction: Direction,
    /// Where the other side is; empty stands for everywhere.
    pub sites: Vec<Site>,
    /// What changes of what is surely allowed.
    pub surely: Delta,
    /// What changes of what is possibly allowed.
    pub possibly: Delta,
}

impl Effect {
    /// Surely denied before, and surely allowed now.
    pub fn opened(&self) -> PacketSet {
        self.surely.gained.intersection(&self.possibly.gained)
    }

    /// Surely allowed before, and surely denied now.
    pub fn closed(&self) -> PacketSet {
        self.surely.lost.intersection(&self.possibly.lost)
    }

    /// What moves towards allowed, without being known at both ends: gaps leave open whether anything changes.
    pub fn perhaps_opened(&self) -> PacketSet {
        self.surely.gained.union(&self.possibly.gained).difference(&self.opened())
    }

    /// What moves towards denied, without being known at both ends.
    pub fn perhaps_closed(&self) -> PacketSet {
        self.surely.lost.union(&self.possibly.lost).difference(&self.closed())
    }

    /// Everything about which the answer differs.
    fn touched(&self) -> PacketSet {
        PacketSet::union_all([
            self.surely.gained.clone(),
            self.surely.lost.clone(),
            self.possibly.gained.clone(),
            self.possibly.lost.clone(),
        ])
    }
}

/// Who a change of traffic is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bearer {
    /// Interfaces that go from one class to one other.
    Interfaces {
        /// The classes.
        classes: Pair<ClassIx>,
        /// The interfaces, in the order of the old estate, new ones last.
        interfaces: Vec<Pair<InterfaceIx>>,
    },
    /// A group that no interface carries in at least one of the estates, as if one carried it alone.
    Group(Pair<GroupIx>),
    /// Subnets that go from one network ACL (or none) to one other.
    Subnets {
        /// The network ACLs.
        acls: Pair<AclIx>,
        /// The subnets.
        subnets: Vec<Pair<SubnetIx>>,
    },
}

/// One change of traffic, and all that it happens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Who.
    pub bearers: Vec<Bearer>,
    /// What; never empty.
    pub effects: Vec<Effect>,
}

/// What differs between two estates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    /// Traffic that is judged differently. Empty where both estates mean the same.
    pub shifts: Vec<Shift>,
    /// Rules that are not as they were, with or without an effect.
    pub rules: Vec<RuleChange>,
    /// Groups that only one of the estates has.
    pub groups: Vec<Pair<GroupIx>>,
    /// Groups of both estates whose network, kind or rule for their own members differ.
    pub settings: Vec<Pair<GroupIx>>,
    /// Interfaces that only one of the estates has.
    pub interfaces: Vec<Pair<InterfaceIx>>,
    /// Interfaces of both estates whose groups differ.
    pub moved: Vec<Pair<InterfaceIx>>,
    /// Address lists whose entries differ, or that only one of the estates has.
    pub address_lists: Vec<Pair<AddressListIx>>,
    /// Port lists whose entries differ, or that only one of the estates has.
    pub port_lists: Vec<Pair<PortListIx>>,
    /// The groups, of the old and of the new estate, that may be judged differently than before. All others, with all whom they share
    /// interfaces with, have the same rules, peers and company.
    pub touched: [Vec<GroupIx>; 2],
}

/// Compares two estates, on up to `threads` threads.
pub fn diff(old: &Index<'_>, new: &Index<'_>, threads: usize) -> Differences {
    let matches = Matches::of(old.estate(), new.estate());
    let contents = Contents::of(old, new, &matches);
    let filters = Filters { old, new, matches: &matches };
    let mut bearers = contents.interfaces();
    bearers.extend(contents.lonely_groups().map(Bearer::Group));
    bearers.extend(contents.subnets());
    let effects = spread_in_bites(&bearers, threads, 1, |bearer| filters.effects(bearer));
    let shifts = gather(&bearers, effects);
    let rules = contents.rule_changes(&filters, &shifts);
    let touched = contents.touched(&bearers, &rules);
    Differences {
        rules,
        groups: halves(&matches.groups.pairs()),
        settings: contents.settings(),
        interfaces: halves(&matches.interfaces.pairs()),
        moved: contents.moved.clone(),
        address_lists: contents.address_lists(),
        port_lists: contents.port_lists(),
        shifts,
        touched,
    }
}

/// The pairs of which one side is missing.
fn halves<T: Copy>(pairs: &[Pair<T>]) -> Vec<Pair<T>> {
    pairs.iter().filter(|pair| !pair.is_whole()).copied().collect()
}

/// Puts all that has the same effects together, in the order of first appearance.
fn gather(bearers: &[Bearer], effects: Vec<Vec<Effect>>) -> Vec<Shift> {
    let mut at: HashMap<Vec<Effect>, usize> = HashMap::new();
    let mut shifts: Vec<Shift> = Vec::new();
    for (bearer, effects) in bearers.iter().zip(effects).filter(|(_, effects)| !effects.is_empty()) {
        // An ACL and a group that change alike are still two things to say.
        let kind = matches!(bearer, Bearer::Subnets { .. });
        let known = at.get(&effects).and_then(|at| shifts.get_mut(*at));
        if let Some(shift) = known.filter(|shift| is_of_subnets(shift) == kind) {
            shift.bearers.push(bearer.clone());
        } else {
            at.insert(effects.clone(), shifts.len());
            shifts.push(Shift { bearers: vec![bearer.clone()], effects });
        }
    }
    shifts
}

fn is_of_subnets(shift: &Shift) -> bool {
    shift.bearers.iter().any(|bearer| matches!(bearer, Bearer::Subnets { .. }))
}
