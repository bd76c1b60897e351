//! A policy as a table of decisions, for asking about many packets.

use std::net::IpAddr;

use portreeve_model::Action;
use portreeve_netset::{AddressSet, Packet, PortSet};

use crate::line::{Source, has_ports};
use crate::policy::Policy;
use crate::sweep::{Cell, Visitor};

/// What a policy decides for a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Allowed or denied.
    pub action: Action,
    /// The line that decides; `None` is the default.
    pub by: Option<Source>,
}

/// Where a run of cells with one decider begins, and its line; `u32::MAX` stands for the default.
type Run<T> = (T, u32);

const DEFAULT: u32 = u32::MAX;

#[derive(Debug, Default)]
struct Stretch {
    first: u16,
    /// Source ports and local addresses, where rules set them apart.
    nook: Option<Box<(PortSet, AddressSet)>>,
    v4: Vec<Run<u32>>,
    v6: Vec<Run<u128>>,
}

/// The decisions of one protocol.
#[derive(Debug, Default)]
struct Sheet {
    stretches: Vec<Stretch>,
}

/// Every decision of a policy, found by binary search.
#[derive(Debug)]
pub struct Table {
    /// By protocol number; protocols that no rule names share the last sheet.
    named: Vec<(u8, Sheet)>,
    rest: Sheet,
    sources: Vec<(Source, Action)>,
    otherwise: Action,
}

impl Table {
    pub(crate) fn new(policy: &Policy) -> Self {
        let sheet = |protocol| {
            let mut filler = Filler::default();
            policy.visit(protocol, &mut filler);
            filler.sheet
        };
        Self {
            named: policy
                .named_protocols()
                .into_iter()
                .map(|protocol| (protocol, sheet(Some(protocol))))
                .collect(),
            rest: sheet(None),
            sources: policy.lines().iter().map(|line| (line.source, line.action)).collect(),
            otherwise: policy.otherwise(),
        }
    }

    /// Decides one packet.
    pub fn decide(&self, packet: &Packet) -> Decision {
        let sheet = match self.named.binary_search_by_key(&packet.protocol, |(protocol, _)| *protocol) {
            Ok(at) => self.named.get(at).map_or(&self.rest, |(_, sheet)| sheet),
            Err(_) => &self.rest,
        };
        let port = if has_ports(Some(packet.protocol)) { packet.port } else { 0 };
        let line = sheet.stretch(port, packet).map_or(DEFAULT, |stretch| stretch.line(packet.peer));
        match self.sources.get(line as usize) {
            Some(&(source, action)) => Decision { action, by: Some(source) },
            None => Decision { action: self.otherwise, by: None },
        }
    }
}

impl Sheet {
    /// The stretch of a port; where it is split, the part that the packet lies in.
    fn stretch(&self, port: u16, packet: &Packet) -> Option<&Stretch> {
        let end = self.stretches.partition_point(|stretch| stretch.first <= port);
        let before = self.stretches.get(..end)?;
        let first = before.last()?.first;
        before.iter().rev().take_while(|stretch| stretch.first == first).find(|stretch| {
            stretch.nook.as_deref().is_none_or(|(source_ports, local)| {
                source_ports.contains(packet.source_port) && local.contains(packet.local)
            })
        })
    }
}

impl Stretch {
    fn line(&self, peer: IpAddr) -> u32 {
        match peer {
            IpAddr::V4(ip) => run(&self.v4, u32::from(ip)),
            IpAddr::V6(ip) => run(&self.v6, u128::from(ip)),
        }
    }
}

fn run<T: Ord + Copy>(runs: &[Run<T>], wanted: T) -> u32 {
    let end = runs.partition_point(|(first, _)| *first <= wanted);
    end.checked_sub(1).and_then(|at| runs.get(at)).map_or(DEFAULT, |(_, line)| *line)
}

#[derive(Default)]
struct Filler {
    sheet: Sheet,
    first: u16,
    current: Stretch,
}

impl Filler {
    fn push<T>(runs: &mut Vec<Run<T>>, first: T, cell: Cell<'_>) {
        let line = cell.decider().and_then(|at| u32::try_from(at).ok()).unwrap_or(DEFAULT);
        if runs.last().is_none_or(|(_, before)| *before != line) {
            runs.push((first, line));
        }
    }
}

impl Visitor for Filler {
    fn stretch(&mut self, first: u16, _last: u16) -> bool {
        self.first = first;
        true
    }

    fn nook(&mut self, source_ports: &PortSet, local: &AddressSet) {
        self.current.nook = Some(Box::new((source_ports.clone(), local.clone())));
    }

    fn v4(&mut self, first: u32, _last: u32, cell: Cell<'_>) {
        Self::push(&mut self.current.v4, first, cell);
    }

    fn v6(&mut self, first: u128, _last: u128, cell: Cell<'_>) {
        Self::push(&mut self.current.v6, first, cell);
    }

    fn end(&mut self) {
        let mut stretch = std::mem::take(&mut self.current);
        stretch.first = self.first;
        self.sheet.stretches.push(stretch);
    }
}
