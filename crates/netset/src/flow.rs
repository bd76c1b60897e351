//! What passes at one protocol and port: peers, and where a rule needs them, source ports and local addresses.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::locals::Locals;
use crate::steps::{Algebra, Steps, union_all};
use crate::{AddressSet, Cardinality, PortSet};

/// A set of (source port, local address, peer), canonical like all sets here.
///
/// Most rules look at the peer only, so that has a form of its own. The order ([`Ord`]) is total and stable, and not
/// inclusion.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flow {
    /// These peers, from any source port and to any local address.
    Peers(AddressSet),
    /// Peers that differ by source port or local address. Never used where they do not.
    Constrained(Constrained),
}

/// The part of a [`Flow`] that depends on source ports or local addresses; built by [`Flow::constrained`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Constrained {
    sources: Steps<u16, Locals>,
}

/// One product within a [`Flow`]: all these source ports, local addresses and peers in any combination.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Constraint {
    /// Source ports.
    pub source_ports: PortSet,
    /// Addresses of the interface that is looked at.
    pub local: AddressSet,
    /// Addresses at the other side.
    pub peers: AddressSet,
}

impl Flow {
    /// The flow without members.
    pub const fn empty() -> Self {
        Self::Peers(AddressSet::empty())
    }

    /// All peers from any source port to any local address.
    pub const fn all() -> Self {
        Self::Peers(AddressSet::all())
    }

    /// The union of products of source ports, local addresses and peers.
    ///
    /// ```
    /// use portreeve_netset::{AddressSet, Flow, PortSet};
    ///
    /// let (low, high) = (PortSet::from_range(0, 1023), PortSet::from_range(1024, 65535));
    /// let v4 = AddressSet::all_v4();
    /// let reserved = Flow::constrained([(low.clone(), AddressSet::all(), v4.clone())]);
    /// assert!(matches!(reserved, Flow::Constrained(_)));
    ///
    /// // Both halves together do not depend on the source port any more.
    /// let both = [(low, AddressSet::all(), v4.clone()), (high, AddressSet::all(), v4.clone())];
    /// assert_eq!(Flow::constrained(both), Flow::Peers(v4));
    /// ```
    pub fn constrained(entries: impl IntoIterator<Item = (PortSet, AddressSet, AddressSet)>) -> Self {
        let product = |(source_ports, local, peers): (PortSet, AddressSet, AddressSet)| {
            Steps::spread(source_ports.intervals(), &Locals::spread(&local, &peers))
        };
        let products = entries.into_iter().map(product).collect();
        union_all(products).map_or(Self::empty(), Self::from_sources)
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Peers(peers) if peers.is_empty())
    }

    /// Whether every combination is a member.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Peers(peers) if peers.is_full())
    }

    /// Whether this combination is a member.
    pub fn contains(&self, source_port: u16, local: IpAddr, peer: IpAddr) -> bool {
        let peers = match self {
            Self::Peers(peers) => Some(peers),
            Self::Constrained(by) => by.sources.get(source_port).and_then(|locals| locals.get(local)),
        };
        peers.is_some_and(|peers| peers.contains(peer))
    }

    /// Whether every member of `self` is one of `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Peers(ours), Self::Peers(theirs)) => ours.is_subset(theirs),
            _ => self.sources().is_subset(&other.sources()),
        }
    }

    /// Whether no combination is a member of both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Peers(ours), Self::Peers(theirs)) => ours.is_disjoint(theirs),
            _ => self.sources().is_disjoint(&other.sources()),
        }
    }

    /// The members of either.
    pub fn union(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Peers(ours), Self::Peers(theirs)) => Self::Peers(ours.union(theirs)),
            _ => Self::from_sources(self.sources().union(&other.sources())),
        }
    }

    /// The members of both.
    pub fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Peers(ours), Self::Peers(theirs)) => Self::Peers(ours.intersection(theirs)),
            _ => Self::from_sources(self.sources().intersection(&other.sources())),
        }
    }

    /// The members of `self` that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Peers(ours), Self::Peers(theirs)) => Self::Peers(ours.difference(theirs)),
            _ => Self::from_sources(self.sources().difference(&other.sources())),
        }
    }

    /// The combinations that are not members.
    pub fn complement(&self) -> Self {
        Self::all().difference(self)
    }

    /// The number of combinations of source port, local address and peer.
    pub fn cardinality(&self) -> Cardinality {
        match self {
            Self::Peers(peers) => {
                let unconstrained =
                    PortSet::full().cardinality().saturating_mul(AddressSet::all().cardinality());
                unconstrained.saturating_mul(peers.cardinality())
            }
            Self::Constrained(by) => by.sources.cardinality(),
        }
    }

    /// The peers that pass with some source port and to some local address.
    pub fn peers(&self) -> AddressSet {
        match self {
            Self::Peers(peers) => peers.clone(),
            Self::Constrained(by) => AddressSet::union_all(by.values()),
        }
    }

    /// The source ports from which some peer reaches some local address.
    pub fn source_ports(&self) -> PortSet {
        match self {
            Self::Peers(peers) if peers.is_empty() => PortSet::empty(),
            Self::Peers(_) => PortSet::full(),
            Self::Constrained(by) => by.sources.support(),
        }
    }

    /// The local addresses that some peer reaches from some source port.
    pub fn local(&self) -> AddressSet {
        match self {
            Self::Peers(peers) if peers.is_empty() => AddressSet::empty(),
            Self::Peers(_) => AddressSet::all(),
            Self::Constrained(by) => {
                let supports: Vec<_> =
                    by.sources.as_slice().iter().map(|step| step.value.support()).collect();
                AddressSet::union_all(&supports)
            }
        }
    }

    /// The members whose local address lies in `local`.
    pub fn restrict_local(&self, local: &AddressSet) -> Self {
        if local.is_full() {
            return self.clone();
        }
        match self {
            Self::Peers(peers) => Self::from_locals(Locals::spread(local, peers)),
            Self::Constrained(_) => {
                self.intersection(&Self::from_locals(Locals::spread(local, &AddressSet::all())))
            }
        }
    }

    /// The members whose source port lies in `source_ports`.
    pub fn restrict_source_ports(&self, source_ports: &PortSet) -> Self {
        if source_ports.is_full() {
            return self.clone();
        }
        match self {
            Self::Peers(peers) => {
                let anywhere = Locals::spread(&AddressSet::all(), peers);
                Self::from_sources(Steps::spread(source_ports.intervals(), &anywhere))
            }
            Self::Constrained(_) => self.intersection(&Self::all().restrict_source_ports(source_ports)),
        }
    }

    /// The members whose peer lies in `peers`.
    pub fn restrict_peers(&self, peers: &AddressSet) -> Self {
        match self {
            Self::Peers(ours) => Self::Peers(ours.intersection(peers)),
            Self::Constrained(by) => {
                let narrow = |locals: &Locals| locals.map(|ours| ours.intersection(peers));
                Self::from_sources(by.sources.map(narrow))
            }
        }
    }

    /// The same peers as [`Flow::peers`], with source ports and local addresses left open.
    pub fn project(&self) -> Self {
        Self::Peers(self.peers())
    }

    /// The combinations that are members with some source port, with the source port left open.
    pub fn project_source_ports(&self) -> Self {
        match self {
            Self::Peers(_) => self.clone(),
            Self::Constrained(by) => {
                let locals = by.sources.as_slice().iter().map(|step| step.value.clone()).collect();
                union_all(locals).map_or(Self::empty(), Self::from_locals)
            }
        }
    }

    /// Whether membership does not depend on the source port.
    pub fn ignores_source_ports(&self) -> bool {
        match self {
            Self::Peers(_) => true,
            Self::Constrained(by) => by.sources.uniform().is_some(),
        }
    }

    /// Disjoint products that make up this flow: for [`Flow::Peers`] a single one, otherwise one for each different
    /// combination of local addresses and peers, by lowest source port, then by local address.
    pub fn constraints(&self) -> Vec<Constraint> {
        match self {
            Self::Peers(peers) if peers.is_empty() => Vec::new(),
            Self::Peers(peers) => vec![Constraint {
                source_ports: PortSet::full(),
                local: AddressSet::all(),
                peers: peers.clone(),
            }],
            Self::Constrained(by) => by.constraints(),
        }
    }

    pub(crate) fn constrained_parts(&self) -> Option<&Steps<u16, Locals>> {
        match self {
            Self::Peers(_) => None,
            Self::Constrained(by) => Some(&by.sources),
        }
    }

    /// The long form, also where there is a shorter one.
    fn sources(&self) -> Cow<'_, Steps<u16, Locals>> {
        match self {
            Self::Peers(peers) => {
                let locals = Locals::spread(&AddressSet::all(), peers);
                Cow::Owned(Steps::single(u16::MIN, u16::MAX, locals))
            }
            Self::Constrained(by) => Cow::Borrowed(&by.sources),
        }
    }

    fn from_locals(locals: Locals) -> Self {
        Self::from_sources(Steps::single(u16::MIN, u16::MAX, locals))
    }

    /// Chooses the short form where it says the same.
    fn from_sources(sources: Steps<u16, Locals>) -> Self {
        if sources.is_empty() {
            return Self::empty();
        }
        match sources.uniform().and_then(Locals::uniform) {
            Some(peers) => Self::Peers(peers.clone()),
            None => Self::Constrained(Constrained { sources }),
        }
    }
}

impl Constrained {
    fn values(&self) -> impl Iterator<Item = &AddressSet> {
        self.sources.as_slice().iter().flat_map(|step| step.value.values())
    }

    fn constraints(&self) -> Vec<Constraint> {
        let mut out = Vec::new();
        for (source_ports, locals) in self.sources.grouped() {
            let constraint = |(local, peers): (AddressSet, &AddressSet)| Constraint {
                source_ports: source_ports.clone(),
                local,
                peers: peers.clone(),
            };
            out.extend(locals.grouped().into_iter().map(constraint));
        }
        out
    }
}

impl Default for Flow {
    fn default() -> Self {
        Self::empty()
    }
}

impl From<AddressSet> for Flow {
    fn from(peers: AddressSet) -> Self {
        Self::Peers(peers)
    }
}

impl Algebra for Flow {
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
