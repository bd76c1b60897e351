//! Every decision of a policy as ranges with what decides them, for proofs that can be checked without the policy.

use portreeve_netset::{AddressSet, Packet, PortSet};

use crate::ask::Miss;
use crate::policy::Policy;
use crate::sweep::{Cell, Visitor};

/// A range of peers by its last address, which follows on the range before, and the line that decides it; without one the default does.
pub type Run = (u128, Option<usize>);

/// The part of a stretch of ports that has some source ports and local addresses.
#[derive(Debug, Clone, Default)]
pub struct Nook {
    /// Source ports and local addresses; nothing where rules do not tell them apart. The nooks of a stretch are all pairs of disjoint sets
    /// of ports and disjoint sets of addresses.
    pub split: Option<(PortSet, AddressSet)>,
    /// The peers of IPv4, and those of IPv6.
    pub runs: [Vec<Run>; 2],
}

impl Policy {
    /// The protocols that have to be looked at one by one, ascending; all others are the same.
    pub fn named(&self) -> Vec<u8> {
        self.named_protocols()
    }

    /// Hands over every stretch of ports of a protocol, in order, with its nooks; `None` stands for each protocol that no line names.
    pub fn tile(&self, protocol: Option<u8>, each: impl FnMut((u16, u16), &[Nook])) {
        self.tile_some(protocol, |_| true, each);
    }

    /// As [`Policy::tile`], for those of the stretches that are wanted.
    pub fn tile_some(
        &self,
        protocol: Option<u8>,
        wanted: impl FnMut((u16, u16)) -> bool,
        each: impl FnMut((u16, u16), &[Nook]),
    ) {
        let (nook, nooks) = (Nook::default(), Vec::new());
        let mut tiler = Tiler { wanted, each, ports: (0, 0), nook, nooks };
        self.visit(protocol, &mut tiler);
        tiler.flush();
    }

    /// The stretches of ports of a protocol, without what is decided in them.
    pub fn stretches(&self, protocol: u8) -> Vec<(u16, u16)> {
        let mut stretches = Vec::new();
        let note = |ports| {
            stretches.push(ports);
            false
        };
        self.tile_some(Some(protocol), note, |_, _| ());
        stretches
    }

    /// Whether no line asks for source ports or local addresses.
    pub fn is_plain(&self) -> bool {
        self.lines().iter().all(|line| line.narrowed.is_none())
    }

    /// The position, in rank order, of the line that decides a packet; `None` where the default does.
    pub fn decider(&self, packet: &Packet) -> Option<usize> {
        self.lines().iter().position(|line| line.miss(packet) == Miss::default())
    }
}

struct Tiler<W, F> {
    wanted: W,
    each: F,
    ports: (u16, u16),
    nook: Nook,
    nooks: Vec<Nook>,
}

impl<W, F: FnMut((u16, u16), &[Nook])> Tiler<W, F> {
    fn flush(&mut self) {
        if !self.nooks.is_empty() {
            (self.each)(self.ports, &self.nooks);
            self.nooks.clear();
        }
    }
}

fn push(runs: &mut Vec<Run>, last: u128, line: Option<usize>) {
    match runs.last_mut() {
        Some((end, before)) if *before == line => *end = last,
        _ => runs.push((last, line)),
    }
}

impl<W: FnMut((u16, u16)) -> bool, F: FnMut((u16, u16), &[Nook])> Visitor for Tiler<W, F> {
    fn stretch(&mut self, first: u16, last: u16) -> bool {
        self.flush();
        self.ports = (first, last);
        (self.wanted)(self.ports)
    }

    fn nook(&mut self, source_ports: &PortSet, local: &AddressSet) {
        self.nook.split = Some((source_ports.clone(), local.clone()));
    }

    fn v4(&mut self, _first: u32, last: u32, cell: Cell<'_>) {
        let [v4, _] = &mut self.nook.runs;
        push(v4, last.into(), cell.decider());
    }

    fn v6(&mut self, _first: u128, last: u128, cell: Cell<'_>) {
        let [_, v6] = &mut self.nook.runs;
        push(v6, last, cell.decider());
    }

    fn end(&mut self) {
        self.nooks.push(std::mem::take(&mut self.nook));
    }
}
