//! Every decision of a policy as ranges with what decides them, for proofs that can be checked without the policy.

use std::net::IpAddr;

use portreeve_netset::{AddressSet, PortSet};

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

    /// Whether no line asks for source ports or local addresses.
    pub fn is_plain(&self) -> bool {
        self.lines().iter().all(|line| line.narrowed.is_none())
    }

    /// The line that decides for one peer, `None` for the default, in stretches of ports by their last one. Only for a plain policy: source
    /// ports and local addresses are not looked at.
    pub fn deciders(&self, protocol: u8, peer: IpAddr) -> Vec<(u16, Option<usize>)> {
        let lines = (0..).zip(self.lines());
        let meeting = lines.filter(|(_, it)| it.speaks_of(Some(protocol)) && it.peers.contains(peer));
        let meeting: Vec<(usize, &[(u16, u16)])> =
            meeting.map(|(at, line)| (at, line.ports_for(Some(protocol)))).collect();
        let ranges = meeting.iter().flat_map(|(_, ranges)| *ranges);
        let mut ends: Vec<u16> =
            ranges.flat_map(|(lo, hi)| lo.checked_sub(1).into_iter().chain([*hi])).collect();
        ends.push(u16::MAX);
        ends.sort_unstable();
        ends.dedup();
        let first = |port: &u16| {
            let has = |(_, ranges): &&(usize, &[(u16, u16)])| {
                ranges.iter().any(|(lo, hi)| lo <= port && port <= hi)
            };
            meeting.iter().find(has).map(|(at, _)| *at)
        };
        ends.into_iter().map(|last| (last, first(&last))).collect()
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
