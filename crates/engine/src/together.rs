//! Which lines of a policy can match one packet together.
//!
//! A line is a product: protocols × ports × source ports × local addresses × peers. Along each axis alone only few different
//! sets of lines occur, however many addresses and ports there are; a set that can match together is one such set from
//! each axis, intersected. What may go is judged on these sets: where exactly they occur does not matter.

use std::hash::Hash;

use hashbrown::HashSet;
use portreeve_model::Protocol;
use portreeve_netset::Point;

use crate::line::{Line, has_ports, named_protocols};

/// One sweep over all lines takes at most as long as this many sweeps over those that each wanted line meets.
const SWEEPS: usize = 4;

/// Calls `each` at least once for every set of lines that some packet matches together with a wanted line, with the lines'
/// positions in rank order. Lines may stop being wanted on the way.
pub(crate) fn together(lines: &[Line], wanted: impl Fn(&Line) -> bool, mut each: impl FnMut(&[usize])) {
    let meeting = |line: &Line| -> Vec<usize> {
        lines.iter().enumerate().filter(|(_, other)| meet(line, other)).map(|(at, _)| at).collect()
    };
    let near: Vec<(usize, Vec<usize>)> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| wanted(line))
        .map(|(at, line)| (at, meeting(line)))
        .collect();
    // Most lines meet few others. Where many lines meet many, one sweep serves all of them.
    let cost: usize = near.iter().map(|(_, near)| near.len().saturating_mul(near.len())).sum();
    if cost > SWEEPS * lines.len().saturating_mul(lines.len()) {
        let all: Vec<usize> = (0..lines.len()).collect();
        return sweep(lines, &all, None, &mut each);
    }
    for (at, near) in &near {
        let Some(line) = lines.get(*at) else { continue };
        match near.as_slice() {
            [_] if line.narrowed.is_none() => each(near),
            [] => {}
            _ if wanted(line) => sweep(lines, near, near.binary_search(at).ok(), &mut each),
            _ => {}
        }
    }
}

/// Whether two lines may match a packet together, as far as a glance tells. A line that matches nothing does not meet itself.
fn meet(one: &Line, other: &Line) -> bool {
    let ports = |number| !has_ports(Some(number)) || overlap(one.ports.ranges(), other.ports.ranges());
    let spoken = match (one.protocol, other.protocol) {
        (Protocol::All, Protocol::All) => true,
        (Protocol::Number(number), Protocol::All) | (Protocol::All, Protocol::Number(number)) => {
            ports(number)
        }
        (Protocol::Number(a), Protocol::Number(b)) => a == b && ports(a),
    };
    spoken && (overlap(one.peers.v4(), other.peers.v4()) || overlap(one.peers.v6(), other.peers.v6()))
}

/// Whether two sorted lists of ranges share a point; where both are long, whether their hulls do.
fn overlap<T: Copy + Ord>(one: &[(T, T)], other: &[(T, T)]) -> bool {
    match (one, other) {
        ([(first, last)], many) | (many, [(first, last)]) => {
            let end = many.partition_point(|(start, _)| start <= last);
            end.checked_sub(1).and_then(|at| many.get(at)).is_some_and(|(_, end)| first <= end)
        }
        ([(first, _), .., (_, last)], [(start, _), .., (_, end)]) => first <= end && start <= last,
        _ => false,
    }
}

/// Sweeps some lines of a policy, which rows count by their place among these; where one of them is `own`, only as far as it
/// matches.
fn sweep(lines: &[Line], near: &[usize], own: Option<usize>, each: &mut impl FnMut(&[usize])) {
    let chosen: Vec<&Line> = near.iter().filter_map(|at| lines.get(*at)).collect();
    let mut positions = Vec::with_capacity(near.len());
    let each = |places: &mut Vec<usize>| {
        positions.clear();
        positions.extend(places.iter().filter_map(|place| near.get(*place)));
        each(&positions);
    };
    // Few policies have more lines than a word has bits, and words are so much quicker that they get a path of their own.
    if chosen.len() <= 64 {
        combine::<u64>(&chosen, own, each);
    } else {
        combine::<Box<[u64]>>(&chosen, own, each);
    }
}

/// A set of lines by position.
trait Row: Clone + Ord + Hash {
    /// The empty set, with room for some lines.
    fn none(lines: usize) -> Self;
    /// Puts a line in or takes it out.
    fn toggle(&mut self, at: usize);
    /// Whether a line is in.
    fn has(&self, at: usize) -> bool;
    /// What is in both.
    fn and(&self, other: &Self) -> Self;
    /// Adds the positions that are in, ascending.
    fn positions(&self, into: &mut Vec<usize>);
}

impl Row for u64 {
    fn none(_lines: usize) -> Self {
        0
    }

    fn toggle(&mut self, at: usize) {
        *self ^= 1 << (at % 64);
    }

    fn has(&self, at: usize) -> bool {
        self >> (at % 64) & 1 != 0
    }

    fn and(&self, other: &Self) -> Self {
        self & other
    }

    fn positions(&self, into: &mut Vec<usize>) {
        let mut left = *self;
        while left != 0 {
            into.push(left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}

impl Row for Box<[u64]> {
    fn none(lines: usize) -> Self {
        vec![0; lines.div_ceil(64)].into_boxed_slice()
    }

    fn toggle(&mut self, at: usize) {
        if let Some(word) = self.get_mut(at / 64) {
            word.toggle(at % 64);
        }
    }

    fn has(&self, at: usize) -> bool {
        self.get(at / 64).is_some_and(|word| word.has(at % 64))
    }

    fn and(&self, other: &Self) -> Self {
        self.iter().zip(other).map(|(a, b)| a & b).collect()
    }

    fn positions(&self, into: &mut Vec<usize>) {
        for (at, word) in self.iter().enumerate() {
            let before = into.len();
            word.positions(into);
            for position in into.iter_mut().skip(before) {
                *position += at * 64;
            }
        }
    }
}

fn combine<R: Row>(lines: &[&Line], own: Option<usize>, mut each: impl FnMut(&mut Vec<usize>)) {
    let mut headers = headers::<R>(lines, own);
    if let Some(locals) = locals::<R>(lines, own) {
        headers = headers.iter().flat_map(|header| locals.iter().map(|local| header.and(local))).collect();
    }
    let mut peers: Vec<R> = axis(lines, own, |line| line.peers.v4());
    peers.extend(axis::<R, u128>(lines, own, |line| line.peers.v6()));
    unique(&mut headers);
    unique(&mut peers);
    let none = R::none(lines.len());
    let mut seen: HashSet<R> = HashSet::new();
    let mut places = Vec::new();
    for header in &headers {
        for peer in &peers {
            let row = header.and(peer);
            if row != none && !seen.contains(&row) {
                places.clear();
                row.positions(&mut places);
                each(&mut places);
                seen.insert(row);
            }
        }
    }
}

/// The sets that occur over protocols, ports and source ports.
fn headers<R: Row>(lines: &[&Line], own: Option<usize>) -> Vec<R> {
    let mut headers = Vec::new();
    let mut ports: Vec<R> = axis(lines, own, |line| line.ports.ranges());
    if lines.iter().any(|line| line.narrowed.is_some()) {
        let all: &[(u16, u16)] = &[(0, u16::MAX)];
        let source_ports: Vec<R> =
            axis(lines, own, |line| line.narrowed.as_deref().map_or(all, |it| it.source_ports.ranges()));
        ports = ports.iter().flat_map(|port| source_ports.iter().map(|source| port.and(source))).collect();
    }
    unique(&mut ports);
    for protocol in protocols(lines, own) {
        let mut speaking = R::none(lines.len());
        for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.speaks_of(protocol)) {
            speaking.toggle(at);
        }
        if has_ports(protocol) {
            headers.extend(ports.iter().map(|port| speaking.and(port)));
        } else {
            headers.push(speaking);
        }
    }
    headers
}

/// The protocols that have to be looked at one by one; `None` stands for all that no line tells apart.
fn protocols(lines: &[&Line], own: Option<usize>) -> Vec<Option<u8>> {
    match own.and_then(|own| lines.get(own)).and_then(|own| own.named()) {
        Some(number) => vec![Some(number)],
        None => named_protocols(lines.iter().copied()).into_iter().map(Some).chain([None]).collect(),
    }
}

/// The sets that occur over local addresses; nothing where no line asks for them.
fn locals<R: Row>(lines: &[&Line], own: Option<usize>) -> Option<Vec<R>> {
    let all_v4: &[(u32, u32)] = &[(0, u32::MAX)];
    let all_v6: &[(u128, u128)] = &[(0, u128::MAX)];
    if !lines.iter().any(|line| line.narrowed.is_some()) {
        return None;
    }
    let mut rows: Vec<R> =
        axis(lines, own, |line| line.narrowed.as_deref().map_or(all_v4, |it| it.local.v4()));
    rows.extend(axis::<R, u128>(lines, own, |line| {
        line.narrowed.as_deref().map_or(all_v6, |it| it.local.v6())
    }));
    unique(&mut rows);
    Some(rows)
}

/// The sets of lines that occur along one axis, given the ranges of each line; of those, the sets with `own` in them where one
/// is given. Some may be given twice.
fn axis<'l, R: Row, T: Point>(
    lines: &[&'l Line],
    own: Option<usize>,
    ranges: impl Fn(&'l Line) -> &'l [(T, T)],
) -> Vec<R> {
    let (from, to) = match own.and_then(|own| lines.get(own)).map(|own| ranges(own)) {
        None => (T::MIN, T::MAX),
        Some([]) => return Vec::new(),
        Some(own) => (own.first().map_or(T::MIN, |it| it.0), own.last().map_or(T::MAX, |it| it.1)),
    };
    let mut events: Vec<(T, usize)> = Vec::with_capacity(2 * lines.len());
    for (at, line) in lines.iter().enumerate() {
        let all = ranges(line);
        let before = all.partition_point(|(_, last)| *last < from);
        for &(first, last) in all.iter().skip(before).take_while(|(first, _)| *first <= to) {
            events.push((first, at));
            events.extend(last.next().map(|beyond| (beyond, at)));
        }
    }
    events.sort_unstable();
    let mut found = Vec::with_capacity(events.len() + 1);
    let mut row = R::none(lines.len());
    let mut keep = |row: &R| {
        if own.is_none_or(|own| row.has(own)) {
            found.push(row.clone());
        }
    };
    for same in events.chunk_by(|one, next| one.0 == next.0) {
        if same.first().is_some_and(|(start, _)| *start != T::MIN) {
            keep(&row);
        }
        for (_, at) in same {
            row.toggle(*at);
        }
    }
    keep(&row);
    found
}

fn unique<R: Row>(rows: &mut Vec<R>) {
    rows.sort_unstable();
    rows.dedup();
}
