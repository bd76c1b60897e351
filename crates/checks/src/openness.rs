//! Which ports of a policy are open to everyone, found in one sweep for all items together.

use portreeve_engine::{Cell, Policy, Visitor};
use portreeve_model::Action;
use portreeve_netset::{AddressSet, IntervalSet, PortSet, protocol};

use crate::everyone::{Family, holds_block, holds_everyone};
use crate::settings::{OwnItem, Thresholds};

/// TCP or UDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Transport {
    Tcp,
    Udp,
}

impl Transport {
    pub(crate) const BOTH: [Self; 2] = [Self::Tcp, Self::Udp];

    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Tcp => protocol::TCP,
            Self::Udp => protocol::UDP,
        }
    }
}

/// The ports of TCP and UDP that an item asks about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) tcp: PortSet,
    pub(crate) udp: PortSet,
}

impl Asked {
    pub(crate) fn of(&self, transport: Transport) -> &PortSet {
        match transport {
            Transport::Tcp => &self.tcp,
            Transport::Udp => &self.udp,
        }
    }
}

/// Ports by transport and family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ports {
    /// TCP over IPv4, TCP over IPv6, UDP over IPv4, UDP over IPv6.
    sets: [PortSet; 4],
}

impl Ports {
    fn slot(transport: Transport, family: Family) -> usize {
        usize::from(transport == Transport::Udp) * 2 + usize::from(family == Family::V6)
    }

    pub(crate) fn get(&self, transport: Transport, family: Family) -> &PortSet {
        let [tcp4, tcp6, udp4, udp6] = &self.sets;
        match Self::slot(transport, family) {
            0 => tcp4,
            1 => tcp6,
            2 => udp4,
            _ => udp6,
        }
    }

    fn get_mut(&mut self, transport: Transport, family: Family) -> &mut PortSet {
        let [tcp4, tcp6, udp4, udp6] = &mut self.sets;
        match Self::slot(transport, family) {
            0 => tcp4,
            1 => tcp6,
            2 => udp4,
            _ => udp6,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sets.iter().all(PortSet::is_empty)
    }

    /// Each transport and family with its ports.
    pub(crate) fn each(&self) -> impl Iterator<Item = (Transport, Family, &PortSet)> {
        Transport::BOTH
            .into_iter()
            .flat_map(|transport| Family::BOTH.map(|family| (transport, family)))
            .map(|(transport, family)| (transport, family, self.get(transport, family)))
    }

    fn combine(&self, other: &Self, with: impl Fn(&PortSet, &PortSet) -> PortSet) -> Self {
        let mut ports = Self::default();
        for (own, (theirs, slot)) in self.sets.iter().zip(other.sets.iter().zip(&mut ports.sets)) {
            *slot = with(own, theirs);
        }
        ports
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        self.combine(other, PortSet::intersection)
    }

    pub(crate) fn without(&self, other: &Self) -> Self {
        self.combine(other, PortSet::difference)
    }

    pub(crate) fn or(&self, other: &Self) -> Self {
        self.combine(other, PortSet::union)
    }

    /// The part that an item asks about.
    pub(crate) fn asked(&self, asked: &Asked) -> Self {
        let [tcp4, tcp6, udp4, udp6] = &self.sets;
        let tcp = |ports: &PortSet| ports.intersection(&asked.tcp);
        let udp = |ports: &PortSet| ports.intersection(&asked.udp);
        Self { sets: [tcp(tcp4), tcp(tcp6), udp(udp4), udp(udp6)] }
    }

    /// The part of the families that a test picks.
    pub(crate) fn of_families(&self, picked: impl Fn(Family) -> bool) -> Self {
        let mut ports = Self::default();
        for (transport, family, set) in self.each().filter(|(_, family, _)| picked(*family)) {
            *ports.get_mut(transport, family) = set.clone();
        }
        ports
    }

    /// Only the transports and families of which every port from 1 to 65535 is there.
    pub(crate) fn full(&self) -> Self {
        let every = PortSet::from_range(1, u16::MAX);
        let mut ports = Self::default();
        for (transport, family, _) in self.each().filter(|(_, _, set)| every.is_subset(set)) {
            *ports.get_mut(transport, family) = every.clone();
        }
        ports
    }

    /// Whether there is a port of a family.
    pub(crate) fn has(&self, family: Family) -> bool {
        Transport::BOTH.iter().any(|transport| !self.get(*transport, family).is_empty())
    }

    /// The ports of both families of a transport.
    pub(crate) fn of(&self, transport: Transport) -> PortSet {
        self.get(transport, Family::V4).union(self.get(transport, Family::V6))
    }
}

/// What a policy opens, for TCP and UDP.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Openness {
    /// Open to everyone.
    pub(crate) everyone: Ports,
    /// Open to a wide public block, but not to everyone; only for the ports that items ask about.
    pub(crate) wide: Ports,
    /// Open to all peers of an item of the user's own, by the item's place among them.
    pub(crate) own: Vec<Ports>,
}

/// What to look for.
pub(crate) struct Lookout<'s> {
    /// The ports on which wide blocks matter.
    pub(crate) risky: &'s Asked,
    pub(crate) thresholds: &'s Thresholds,
    /// The user's own items.
    pub(crate) own: &'s [OwnItem],
}

impl Openness {
    /// Sweeps a policy. Where `local` is given, only rules that speak of one of these addresses of the interface count.
    pub(crate) fn of(policy: &Policy, local: Option<&AddressSet>, lookout: &Lookout<'_>) -> Self {
        let mut openness = Self { own: vec![Ports::default(); lookout.own.len()], ..Self::default() };
        for transport in Transport::BOTH {
            let mut reader = Reader {
                policy,
                local,
                lookout,
                transport,
                openness: &mut openness,
                ports: (0, 0),
                skip: [false; 2],
                nook: AddressSet::empty(),
                reach: AddressSet::empty(),
                v4: IntervalSet::empty(),
                v6: IntervalSet::empty(),
            };
            policy.visit(Some(transport.number()), &mut reader);
            reader.settle();
        }
        openness
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.everyone.is_empty() && self.wide.is_empty() && self.own.iter().all(Ports::is_empty)
    }
}

struct Reader<'a> {
    policy: &'a Policy,
    local: Option<&'a AddressSet>,
    lookout: &'a Lookout<'a>,
    transport: Transport,
    openness: &'a mut Openness,
    ports: (u16, u16),
    /// The families in which the current nook speaks of no address that is asked about. A packet's addresses are of one family.
    skip: [bool; 2],
    /// What the nooks of this stretch that came before let in.
    nook: AddressSet,
    /// What the stretch lets in from some source port to some local address.
    reach: AddressSet,
    v4: IntervalSet<u32>,
    v6: IntervalSet<u128>,
}

impl Reader<'_> {
    /// Judges the stretch that has just ended.
    fn settle(&mut self) {
        if self.reach.is_empty() {
            return;
        }
        let (first, last) = self.ports;
        let risky = PortSet::from_range(first, last).intersection(self.lookout.risky.of(self.transport));
        let limits = [self.lookout.thresholds.wide_source_v4, self.lookout.thresholds.wide_source_v6];
        for (family, len) in Family::BOTH.into_iter().zip(limits) {
            if holds_everyone(&self.reach, family) {
                self.openness.everyone.get_mut(self.transport, family).push(first, last);
            } else if !risky.is_empty() && holds_block(&self.reach, family, len) {
                self.openness.wide.get_mut(self.transport, family).union_with(&risky);
            }
        }
        self.settle_own();
        self.reach.clear();
    }

    fn settle_own(&mut self) {
        let stretch = PortSet::from_range(self.ports.0, self.ports.1);
        for (own, open) in self.lookout.own.iter().zip(&mut self.openness.own) {
            let ports =
                stretch.intersection(if self.transport == Transport::Tcp { &own.tcp } else { &own.udp });
            for family in Family::BOTH.into_iter().filter(|_| !ports.is_empty()) {
                let fires = match &own.peers {
                    None => holds_everyone(&self.reach, family),
                    Some(peers) => {
                        let peers = family.of(peers);
                        !peers.is_empty() && peers.is_subset(&self.reach)
                    }
                };
                if fires {
                    open.get_mut(self.transport, family).union_with(&ports);
                }
            }
        }
    }
}

impl Visitor for Reader<'_> {
    fn stretch(&mut self, first: u16, last: u16) -> bool {
        self.settle();
        self.ports = (first, last);
        self.skip = [false; 2];
        true
    }

    fn nook(&mut self, _source_ports: &PortSet, local: &AddressSet) {
        self.skip = Family::BOTH.map(|family| !family.speaks_of(local, self.local));
        self.nook = std::mem::take(&mut self.reach);
    }

    fn v4(&mut self, first: u32, last: u32, cell: Cell<'_>) {
        let [skip, _] = self.skip;
        if !skip && self.policy.action(cell) == Action::Allow {
            self.v4.push(first, last);
        }
    }

    fn v6(&mut self, first: u128, last: u128, cell: Cell<'_>) {
        let [_, skip] = self.skip;
        if !skip && self.policy.action(cell) == Action::Allow {
            self.v6.push(first, last);
        }
    }

    fn end(&mut self) {
        self.reach = AddressSet::from_parts(std::mem::take(&mut self.v4), std::mem::take(&mut self.v6));
        if !self.nook.is_empty() {
            self.reach.union_with(&self.nook);
            self.nook.clear();
        }
    }
}
