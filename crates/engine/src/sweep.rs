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
    /// Whether only the deciding line of a cell is of interest. The sweep then leaves out lines that cannot decide.
    const FIRST_ONLY: bool = true;

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

/// Room that one sweep leaves for the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    speaking: Vec<u32>,
    port_events: Vec<(u32, u32)>,
    ports_active: Bits,
    gathered: Vec<u32>,
    nook: Vec<u32>,
    active: Bits,
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u32)>,
}

/// Sweeps the lines that speak of a protocol; `None` stands for every protocol that no line names.
pub(crate) fn sweep<V: Visitor>(
    lines: &[Line],
    protocol: Option<u8>,
    scratch: &mut Scratch,
    visitor: &mut V,
) {
    let Scratch { speaking, port_events, ports_active, .. } = scratch;
    speaking.clear();
    speaking.extend((0..).zip(lines).filter(|(_, line)| line.speaks_of(protocol)).map(|(at, _)| at));
    port_events.clear();
    if has_ports(protocol) {
        for (nth, at) in (0..).zip(speaking.iter()) {
            for &(first, last) in lines.get(*at as usize).map_or(&[][..], |line| line.ports_for(protocol)) {
                port_events.push((u32::from(first), nth));
                port_events.push((u32::from(last) + 1, nth));
            }
        }
    } else {
        port_events.extend((0..).zip(speaking.iter()).map(|(nth, _)| (0, nth)));
    }
    port_events.sort_unstable();
    ports_active.reset(speaking.len());
    let mut next = 0;
    let mut start: u32 = 0;
    while let Ok(first) = u16::try_from(start) {
        while let Some(&(at, nth)) = scratch.port_events.get(next).filter(|(at, _)| *at <= start) {
            debug_assert!(at == start, "events are taken in order");
            scratch.ports_active.toggle(nth as usize);
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

/// One stretch of ports: addresses, split into nooks where a rule asks for more than ports and peers.
fn stretch<V: Visitor>(lines: &[Line], ported: bool, scratch: &mut Scratch, visitor: &mut V) {
    let Scratch { speaking, ports_active, gathered, .. } = scratch;
    gathered.clear();
    let mut narrowed = false;
    for nth in ports_active.iter() {
        let Some(&at) = speaking.get(nth) else { continue };
        gathered.push(at);
        let Some(line) = lines.get(at as usize) else { continue };
        narrowed |= line.narrowed.is_some();
        if V::FIRST_ONLY && line.narrowed.is_none() && matches!(line.peers, crate::line::Peers::All) {
            break;
        }
    }
    if narrowed {
        nooks(lines, ported, scratch, visitor);
    } else {
        let Scratch { gathered, active, v4, v6, .. } = scratch;
        families(lines, gathered, active, v4, v6, visitor);
        visitor.end();
    }
}

fn nooks<V: Visitor>(lines: &[Line], ported: bool, scratch: &mut Scratch, visitor: &mut V) {
    let Scratch { gathered, nook: inside, active, v4, v6, .. } = scratch;
    let asked = |at: &u32| lines.get(*at as usize).and_then(|line| line.narrowed.as_deref());
    let asked: Vec<Option<Nook>> =
        gathered.iter().map(|at| asked(at).map(|it| Nook::of(it, ported))).collect();
    for nook in split(asked.iter().flatten()) {
        inside.clear();
        let covering =
            gathered.iter().zip(&asked).filter(|(_, asked)| asked.as_ref().is_none_or(|it| it.covers(&nook)));
        inside.extend(covering.map(|(at, _)| at));
        visitor.nook(&nook.source_ports, &nook.local);
        families(lines, inside, active, v4, v6, visitor);
        visitor.end();
    }
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

fn families<V: Visitor>(
    lines: &[Line],
    gathered: &[u32],
    active: &mut Bits,
    v4: &mut Vec<(u32, u32)>,
    v6: &mut Vec<(u128, u32)>,
    visitor: &mut V,
) {
    let found = |at: &u32| lines.get(*at as usize);
    events(v4, gathered.iter().map(|at| found(at).map_or(&[][..], |line| line.peers.v4())));
    events(v6, gathered.iter().map(|at| found(at).map_or(&[][..], |line| line.peers.v6())));
    addresses(v4, gathered.len(), active, |first, last, active| {
        visitor.v4(first, last, Cell { lines, gathered, active });
    });
    addresses(v6, gathered.len(), active, |first, last, active| {
        visitor.v6(first, last, Cell { lines, gathered, active });
    });
}

/// Where lines begin and end to match, sorted: the address and the line's position among the gathered.
fn events<'a, T: Point>(events: &mut Vec<(T, u32)>, lines: impl Iterator<Item = &'a [(T, T)]>) {
    events.clear();
    for (nth, ranges) in (0..).zip(lines) {
        for &(first, last) in ranges {
            events.push((first, nth));
            if let Some(beyond) = last.next() {
                events.push((beyond, nth));
            }
        }
    }
    events.sort_unstable();
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
