//! Peers by local address: the innermost level of a constrained flow.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::steps::{Algebra, Steps};
use crate::{AddressSet, Cardinality, IntervalSet};

/// A set of (local address, peer); canonical as both maps are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Locals {
    v4: Steps<u32, AddressSet>,
    v6: Steps<u128, AddressSet>,
}

impl Locals {
    /// The same peers at each of these local addresses.
    pub(crate) fn spread(local: &AddressSet, peers: &AddressSet) -> Self {
        Self {
            v4: Steps::spread(local.v4().intervals(), peers),
            v6: Steps::spread(local.v6().intervals(), peers),
        }
    }

    /// The peers of every local address of both families, if they are all the same.
    pub(crate) fn uniform(&self) -> Option<&AddressSet> {
        let peers = self.v4.uniform()?;
        (self.v6.uniform()? == peers).then_some(peers)
    }

    pub(crate) fn get(&self, local: IpAddr) -> Option<&AddressSet> {
        match local {
            IpAddr::V4(v4) => self.v4.get(v4.to_bits()),
            IpAddr::V6(v6) => self.v6.get(v6.to_bits()),
        }
    }

    pub(crate) fn map(&self, change: impl Fn(&AddressSet) -> AddressSet) -> Self {
        Self { v4: self.v4.map(&change), v6: self.v6.map(&change) }
    }

    /// The local addresses that have peers.
    pub(crate) fn support(&self) -> AddressSet {
        AddressSet::from_parts(self.v4.support(), self.v6.support())
    }

    /// Each stretch of local addresses with its peers, IPv4 first.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (AddressSet, &AddressSet)> {
        let v4 = self.v4.as_slice().iter();
        let v6 = self.v6.as_slice().iter();
        v4.map(|step| (IntervalSet::from_range(step.lo, step.hi).into(), &step.value))
            .chain(v6.map(|step| (IntervalSet::from_range(step.lo, step.hi).into(), &step.value)))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &AddressSet> {
        self.steps().map(|(_, peers)| peers)
    }

    /// The different sets of peers, each with all local addresses that have it, by lowest local address.
    pub(crate) fn grouped(&self) -> Vec<(AddressSet, &AddressSet)> {
        let mut by_peers: BTreeMap<&AddressSet, AddressSet> = BTreeMap::new();
        for (v4, peers) in self.v4.grouped() {
            by_peers.insert(peers, v4.into());
        }
        for (v6, peers) in self.v6.grouped() {
            by_peers.entry(peers).or_default().union_with(&v6.into());
        }
        let mut groups: Vec<_> = by_peers.into_iter().map(|(peers, local)| (local, peers)).collect();
        groups.sort_by_key(|(local, _)| local.lowest());
        groups
    }
}

impl Algebra for Locals {
    fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    fn is_subset(&self, other: &Self) -> bool {
        self.v4.is_subset(&other.v4) && self.v6.is_subset(&other.v6)
    }

    fn is_disjoint(&self, other: &Self) -> bool {
        self.v4.is_disjoint(&other.v4) && self.v6.is_disjoint(&other.v6)
    }

    fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    fn difference(&self, other: &Self) -> Self {
        Self { v4: self.v4.difference(&other.v4), v6: self.v6.difference(&other.v6) }
    }

    fn cardinality(&self) -> Cardinality {
        self.v4.cardinality().saturating_add(self.v6.cardinality())
    }
}

impl Algebra for AddressSet {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }

    fn is_subset(&self, other: &Self) -> bool {
        self.is_subset(other)
    }

    fn is_disjoint(&self, other: &Self) -> bool {
        self.is_disjoint(other)
    }

    fn union(&self, other: &Self) -> Self {
        self.union(other)
    }

    fn intersection(&self, other: &Self) -> Self {
        self.intersection(other)
    }

    fn difference(&self, other: &Self) -> Self {
        self.difference(other)
    }

    fn cardinality(&self) -> Cardinality {
        self.cardinality()
    }
}
