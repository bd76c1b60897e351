//! The sweep: every part of the traffic space with the lines that match it, in rank order.
//!
//! Ports are swept first, then, within each stretch of ports between two rule boundaries, addresses. Only the lines that
//! are active in a stretch take part in its address sweep, so that the cost follows the rules that really meet. The first
//! line of a cell decides it, because lines are ranked and deny stands before allow in a band.

use portreeve_model::Action;
use portreeve_netset::{AddressSet, Point, PortSet};

use crate::bits::Bits;
use crate::line::{Line, Narrowed, has_ports};

/// The lines that match one part of the traffic space, in rank order.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    lines: &'a [Line],
    /// Which of `lines` are gathered for this stretch.
    gathered: &'a [u32],
    /// Which of `gathered` match here.
    active: &'a Bits,
}

impl<'a> Cell<'a> {
    /// The position, among the policy's lines, of the line that decides; `None` where only the default is left.
    pub fn decider(&self) -> Option<usize> {
        self.active.first().and_then(|at| self.gathered.get(at)).map(|at| *at as usize)
    }

    /// The action of the line that decides.
    pub(crate) fn action(&self) -> Option<Action> {
        self.decider().and_then(|at| self.lines.get(at)).map(|line| line.action)
    }

    /// The positions of all lines that match, in rank order.
    pub fn matching(&self) -> impl Iterator<Item = usize> + use<'a> {
        let gathered = self.gathered;
        self.active.iter().filter_map(move |at| gathered.get(at).map(|at| *at as usize))
    }
}

/// The part of a stretch that rules with source ports or local addresses set apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nook {
    pub(crate) source_ports: PortSet,
    pub(crate) local: AddressSet,
}

/// What is done with the cells of a sweep, which come in ascending order of ports, then of addresses, v4 first.
pub trait Visitor {
    /// A stretch of ports begins; `false` leaves it out.
    fn stretch(&mut self, first: u16, last: u16) -> bool {
        let _ = (first, last);
        true
    }

    /// A stretch splits into parts by source port and local address; the cells that follow are of this one.
    fn nook(&mut self, source_ports: &PortSet, local: &AddressSet) {
        let _ = (source_ports, local);
    }

    /// The cell of a range of IPv4 peers.
    fn v4(&mut self, first: u32, last: u32, cell: Cell<'_>);

    /// The cell of a range of IPv6 peers.
    fn v6(&mut self, first: u128, last: u128, cell: Cell<'_>);

    /// The stretch (or its nook) ends.
    fn end(&mut self) {}
}

/// Where a line begins or ends to match: the address, and the line's position.
type Event<T> = (T, u32);

/// Room that one sweep leaves for the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The lines that speak of the protocol. Everything below counts positions in here.
    speaking: Vec<u32>,
    /// Where lines begin and end to match along the ports.
    port_events: Vec<(u32, u32)>,
    /// The lines that match the current ports.
    current: Bits,
    /// The lines whose addresses are in `v4` and `v6`.
    applied: Bits,
    /// Where these lines begin and end to match along the addresses, sorted.
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u32)>,
    /// The lines that match the current address.
    active: Bits,
    gathered: Vec<u32>,
    nook: Vec<u32>,
}

/// Sweeps the lines that speak of a protocol; `None` stands for every protocol that no line names.
pub(crate) fn sweep<V: Visitor>(
    lines: &[Line],
    protocol: Option<u8>,
    scratch: &mut Scratch,
    visitor: &mut V,
) {
    scratch.begin(lines, protocol);
    let mut next = 0;
    let mut start: u32 = 0;
    while let Ok(first) = u16::try_from(start) {
        while let Some(&(_, nth)) = scratch.port_events.get(next).filter(|(at, _)| *at <= start) {
            scratch.current.toggle(nth as usize);
            next += 1;
        }
        let end = scratch.port_events.get(next).map_or(u32::from(u16::MAX) + 1, |(at, _)| *at);
        let last = u16::try_from(end - 1).unwrap_or(u16::MAX);
        if visitor.stretch(first, last) {
            stretch(lines, has_ports(protocol), scratch, visitor);
        }
        start = end;
    }
}

impl Scratch {
    /// Finds the lines that speak of a protocol, and where they begin and end to match along the ports.
    fn begin(&mut self, lines: &[Line], protocol: Option<u8>) {
        let Self { speaking, port_events, current, applied, v4, v6, .. } = self;
        speaking.clear();
        speaking.extend((0..).zip(lines).filter(|(_, line)| line.speaks_of(protocol)).map(|(at, _)| at));
        port_events.clear();
        for (nth, at) in (0..).zip(speaking.iter()) {
            for &(first, last) in lines.get(*at as usize).map_or(&[][..], |line| line.ports_for(protocol)) {
                port_events.push((u32::from(first), nth));
                port_events.push((u32::from(last) + 1, nth));
            }
        }
        port_events.sort_unstable();
        current.reset(speaking.len());
        applied.reset(speaking.len());
        v4.clear();
        v6.clear();
    }

    /// Brings the address events up to the current ports. From one stretch to the next few lines come and go, so the events of
    /// the others stay sorted where they are: what comes is appended and merged in.
    fn apply(&mut self, lines: &[Line]) {
        let Self { speaking, current, applied, v4, v6, .. } = self;
        if applied.without(current).next().is_some() {
            v4.retain(|(_, nth)| current.contains(*nth as usize));
            v6.retain(|(_, nth)| current.contains(*nth as usize));
        }
        let (before_v4, before_v6) = (v4.len(), v6.len());
        for nth in current.without(applied) {
            let line = speaking.get(nth).and_then(|at| lines.get(*at as usize));
            let (Some(line), Ok(nth)) = (line, u32::try_from(nth)) else { continue };
            push_events(v4, line.peers.v4(), nth);
            push_events(v6, line.peers.v6(), nth);
        }
        merge(v4, before_v4);
        merge(v6, before_v6);
        applied.clone_from(current);
    }
}

/// Adds where a line begins and ends to match.
fn push_events<T: Point>(events: &mut Vec<(T, u32)>, ranges: &[(T, T)], nth: u32) {
    for &(first, last) in ranges {
        events.push((first, nth));
        events.extend(last.next().map(|beyond| (beyond, nth)));
    }
}

/// Sorts events of which the first `sorted` are in order. The stable sort finds the run and merges the rest in.
fn merge<T: Ord>(events: &mut [T], sorted: usize) {
    if let Some(fresh) = events.get_mut(sorted..).filter(|fresh| !fresh.is_empty()) {
        fresh.sort_unstable();
        events.sort();
    }
}

/// One stretch of ports: addresses, split into nooks where a rule asks for more than ports and peers.
fn stretch<V: Visitor>(lines: &[Line], ported: bool, scratch: &mut Scratch, visitor: &mut V) {
    let Scratch { speaking, current, gathered, .. } = scratch;
    let found = |nth: usize| speaking.get(nth).and_then(|at| lines.get(*at as usize));
    if current.iter().any(|nth| found(nth).is_some_and(|line| line.narrowed.is_some())) {
        gathered.clear();
        gathered.extend(current.iter().filter_map(|nth| speaking.get(nth)));
        nooks(lines, ported, scratch, visitor);
        return;
    }
    scratch.apply(lines);
    let Scratch { speaking, v4, v6, active, .. } = scratch;
    families(lines, speaking, active, (v4, v6), visitor);
    visitor.end();
}

fn nooks<V: Visitor>(lines: &[Line], ported: bool, scratch: &mut Scratch, visitor: &mut V) {
    let Scratch { speaking, applied, gathered, nook: inside, active, v4, v6, .. } = scratch;
    let asked = |at: &u32| lines.get(*at as usize).and_then(|line| line.narrowed.as_deref());
    let asked: Vec<Option<Nook>> =
        gathered.iter().map(|at| asked(at).map(|it| Nook::of(it, ported))).collect();
    for nook in split(asked.iter().flatten()) {
        inside.clear();
        let covering =
            gathered.iter().zip(&asked).filter(|(_, asked)| asked.as_ref().is_none_or(|it| it.covers(&nook)));
        inside.extend(covering.map(|(at, _)| at));
        visitor.nook(&nook.source_ports, &nook.local);
        nook_events(lines, inside, v4, v6);
        families(lines, inside, active, (v4, v6), visitor);
        visitor.end();
    }
    // These events count positions among the lines of a nook.
    v4.clear();
    v6.clear();
    applied.reset(speaking.len());
}

/// The address events of the lines of a nook.
fn nook_events(lines: &[Line], inside: &[u32], v4: &mut Vec<(u32, u32)>, v6: &mut Vec<(u128, u32)>) {
    v4.clear();
    v6.clear();
    for (nth, line) in (0..).zip(inside.iter().filter_map(|at| lines.get(*at as usize))) {
        push_events(v4, line.peers.v4(), nth);
        push_events(v6, line.peers.v6(), nth);
    }
    v4.sort_unstable();
    v6.sort_unstable();
}

impl Nook {
    /// What a rule asks for; protocols without ports have no source ports either.
    fn of(narrowed: &Narrowed, ported: bool) -> Self {
        let source_ports =
            if ported { narrowed.source_ports.ranges().iter().copied().collect() } else { PortSet::full() };
        let local = AddressSet::from_parts(
            narrowed.local.v4().iter().copied().collect(),
            narrowed.local.v6().iter().copied().collect(),
        );
        Self { source_ports, local }
    }

    /// Whether a nook lies within; nooks never straddle a rule's border.
    fn covers(&self, nook: &Self) -> bool {
        nook.source_ports.is_subset(&self.source_ports) && nook.local.is_subset(&self.local)
    }
}

/// The parts into which the source ports and local addresses of some rules divide the whole.
fn split<'a>(asked: impl Iterator<Item = &'a Nook>) -> Vec<Nook> {
    let mut ports = vec![PortSet::full()];
    let mut locals = vec![AddressSet::all()];
    for own in asked {
        let cut = |part: &PortSet| [part.intersection(&own.source_ports), part.difference(&own.source_ports)];
        ports = ports.iter().flat_map(cut).filter(|part| !part.is_empty()).collect();
        let cut = |part: &AddressSet| [part.intersection(&own.local), part.difference(&own.local)];
        locals = locals.iter().flat_map(cut).filter(|part| !part.is_empty()).collect();
    }
    let with_locals = |source_ports: &PortSet| {
        let source_ports = source_ports.clone();
        locals.iter().map(move |local| Nook { source_ports: source_ports.clone(), local: local.clone() })
    };
    ports.iter().flat_map(with_locals).collect()
}

/// Both families of the addresses of one stretch or nook, given where lines begin and end to match.
fn families<V: Visitor>(
    lines: &[Line],
    gathered: &[u32],
    active: &mut Bits,
    (v4, v6): (&[Event<u32>], &[Event<u128>]),
    visitor: &mut V,
) {
    addresses(v4, gathered.len(), active, |first, last, active| {
        visitor.v4(first, last, Cell { lines, gathered, active });
    });
    addresses(v6, gathered.len(), active, |first, last, active| {
        visitor.v6(first, last, Cell { lines, gathered, active });
    });
}

fn addresses<T: Point>(
    events: &[(T, u32)],
    len: usize,
    active: &mut Bits,
    mut cell: impl FnMut(T, T, &Bits),
) {
    active.reset(len);
    let mut start = T::MIN;
    let mut next = 0;
    loop {
        while let Some(&(_, nth)) = events.get(next).filter(|(at, _)| *at <= start) {
            active.toggle(nth as usize);
            next += 1;
        }
        match events.get(next) {
            None => return cell(start, T::MAX, active),
            Some(&(at, _)) => {
                cell(start, at.prev().unwrap_or(T::MIN), active);
                start = at;
            }
        }
    }
}
