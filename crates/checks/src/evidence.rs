//! The facts behind a finding about open ports: the traffic, the rules that let it in, and one packet.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use portreeve_engine::{Cell, Policy, RuleRef, Visitor};
use portreeve_model::Action;
use portreeve_netset::{AddressSet, IntervalSet, Packet, PortSet};

use crate::everyone::{Family, unspecified};
use crate::finding::Traffic;
use crate::openness::{Ports, Transport};

/// What a policy shows for some ports.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    pub(crate) traffic: Vec<Traffic>,
    /// The allow rules that let the unwanted peers in, in rank order.
    pub(crate) rules: Vec<RuleRef>,
    pub(crate) witness: Option<Packet>,
}

impl Evidence {
    /// Looks at the given ports, each in the families it is given for. `local` are the addresses of the interface, if one is
    /// meant.
    pub(crate) fn of(policy: &Policy, wanted: &Ports, local: Option<&AddressSet>, who: &AddressSet) -> Self {
        let mut evidence = Self::default();
        let mut lines = BTreeSet::new();
        for transport in Transport::BOTH {
            let mut reader = Reader {
                policy,
                wanted,
                transport,
                local,
                who,
                ports: PortSet::empty(),
                nook: None,
                v4: IntervalSet::empty(),
                v6: IntervalSet::empty(),
                pieces: Vec::new(),
                lines: &mut lines,
                witness: None,
            };
            policy.visit(Some(transport.number()), &mut reader);
            let Reader { pieces, witness, .. } = reader;
            evidence.traffic.extend(merge(transport, pieces));
            evidence.witness = evidence.witness.or(witness);
        }
        evidence.rules = lines.into_iter().filter_map(|line| policy.rule(line)).collect();
        evidence
    }
}

/// Ports that the same addresses may reach are told together.
fn merge(transport: Transport, pieces: Vec<(PortSet, AddressSet)>) -> Vec<Traffic> {
    let mut merged: Vec<(PortSet, AddressSet)> = Vec::new();
    for (ports, peers) in pieces {
        // Nooks of one stretch follow each other; together they are what some source port may reach.
        match merged.iter_mut().find(|(_, known)| *known == peers) {
            Some((known, _)) => known.union_with(&ports),
            None => match merged.iter_mut().find(|(known, _)| *known == ports) {
                Some((_, known)) => known.union_with(&peers),
                None => merged.push((ports, peers)),
            },
        }
    }
    merged
        .into_iter()
        .map(|(ports, peers)| Traffic { protocol: Some(transport.number()), ports, peers: Arc::new(peers) })
        .collect()
}

struct Reader<'a> {
    policy: &'a Policy,
    wanted: &'a Ports,
    transport: Transport,
    local: Option<&'a AddressSet>,
    who: &'a AddressSet,
    /// The wanted ports of the current stretch.
    ports: PortSet,
    nook: Option<(PortSet, AddressSet)>,
    v4: IntervalSet<u32>,
    v6: IntervalSet<u128>,
    pieces: Vec<(PortSet, AddressSet)>,
    lines: &'a mut BTreeSet<usize>,
    witness: Option<Packet>,
}

impl Reader<'_> {
    fn wants(&self, family: Family) -> bool {
        !self.wanted.get(self.transport, family).is_disjoint(&self.ports)
    }

    fn note(&mut self, cell: Cell<'_>, unwanted: bool) {
        if let Some(line) = cell.decider().filter(|_| unwanted) {
            self.lines.insert(line);
        }
    }

    /// Whether the current part speaks of a local address of a family.
    fn is_local(&self, family: Family) -> bool {
        self.nook.as_ref().is_none_or(|(_, nook)| family.speaks_of(nook, self.local))
    }

    /// A packet from an unwanted peer that passes here, to an address of the interface.
    fn packet(&self, peers: &AddressSet) -> Option<Packet> {
        let peer = peers.intersection(self.who).witness()?;
        let family = if peer.is_ipv4() { Family::V4 } else { Family::V6 };
        let any_port = PortSet::full();
        let any_local = AddressSet::all();
        let (source_ports, nook) =
            self.nook.as_ref().map_or((&any_port, &any_local), |(ports, local)| (ports, local));
        let local = match self.local {
            Some(own) => family.of(&own.intersection(nook)).witness()?,
            None if nook.is_full() => unspecified(family),
            None => family.of(nook).witness()?,
        };
        let port = self.ports.intersection(self.wanted.get(self.transport, family)).first()?;
        Some(Packet {
            protocol: self.transport.number(),
            port,
            source_port: client_port(source_ports),
            local,
            peer,
        })
    }
}

/// A client port that looks like one, where the rules leave the choice.
fn client_port(allowed: &PortSet) -> u16 {
    let usual = PortSet::from_range(49_152, u16::MAX);
    allowed.intersection(&usual).first().or_else(|| allowed.last()).unwrap_or(49_152)
}

impl Visitor for Reader<'_> {
    fn stretch(&mut self, first: u16, last: u16) -> bool {
        self.nook = None;
        self.ports = PortSet::from_range(first, last).intersection(&self.wanted.of(self.transport));
        !self.ports.is_empty()
    }

    fn nook(&mut self, source_ports: &PortSet, local: &AddressSet) {
        self.nook = Some((source_ports.clone(), local.clone()));
    }

    fn v4(&mut self, first: u32, last: u32, cell: Cell<'_>) {
        if self.wants(Family::V4) && self.is_local(Family::V4) && self.policy.action(cell) == Action::Allow {
            self.v4.push(first, last);
            let unwanted = self.who.v4().intervals().iter().any(|(lo, hi)| *lo <= last && first <= *hi);
            self.note(cell, unwanted);
        }
    }

    fn v6(&mut self, first: u128, last: u128, cell: Cell<'_>) {
        if self.wants(Family::V6) && self.is_local(Family::V6) && self.policy.action(cell) == Action::Allow {
            self.v6.push(first, last);
            let unwanted = self.who.v6().intervals().iter().any(|(lo, hi)| *lo <= last && first <= *hi);
            self.note(cell, unwanted);
        }
    }

    fn end(&mut self) {
        let peers = AddressSet::from_parts(std::mem::take(&mut self.v4), std::mem::take(&mut self.v6));
        if peers.is_empty() {
            return;
        }
        if self.witness.is_none() {
            self.witness = self.packet(&peers);
        }
        self.pieces.push((self.ports.clone(), peers));
    }
}

/// The addresses of an interface as a set.
pub(crate) fn addresses(addresses: impl IntoIterator<Item = IpAddr>) -> AddressSet {
    addresses.into_iter().fold(AddressSet::empty(), |mut set, address| {
        set.union_with(&AddressSet::from(address));
        set
    })
}
