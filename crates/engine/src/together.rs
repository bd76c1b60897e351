//! Which lines of a policy can match one packet together.
//!
//! A line is a product: protocols × ports × source ports × local addresses × peers. Along each axis alone only few different
//! sets of lines occur, however many addresses and ports there are; a set that can match together is one such set from
//! each axis, intersected. What may go is judged on these sets: where exactly they occur does not matter.

use std::hash::Hash;

use hashbrown::HashSet;
use portreeve_netset::Point;

use crate::line::{Line, has_ports};

/// Calls `each` once for every set of lines that some packet of the given protocols matches, with the lines' positions in
/// rank order; the empty set is left out.
pub(crate) fn together(lines: &[Line], protocols: &[Option<u8>], each: impl FnMut(&[usize])) {
    // Few policies have more lines than a word has bits, and words are so much quicker that they get a path of their own.
    if lines.len() <= 64 {
        combine::<u64>(lines, protocols, each);
    } else {
        combine::<Box<[u64]>>(lines, protocols, each);
    }
}

/// A set of lines by position.
trait Row: Clone + Ord + Hash {
    /// The empty set, with room for some lines.
    fn none(lines: usize) -> Self;
    /// Puts a line in or takes it out.
    fn toggle(&mut self, at: usize);
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

fn combine<R: Row>(lines: &[Line], protocols: &[Option<u8>], mut each: impl FnMut(&[usize])) {
    let mut headers = headers::<R>(lines, protocols);
    if let Some(locals) = locals::<R>(lines) {
        headers = headers.iter().flat_map(|header| locals.iter().map(|local| header.and(local))).collect();
    }
    let mut peers: Vec<R> = axis(lines, |line| line.peers.v4());
    peers.extend(axis::<R, u128>(lines, |line| line.peers.v6()));
    unique(&mut headers);
    unique(&mut peers);
    let none = R::none(lines.len());
    let mut seen: HashSet<R> = HashSet::new();
    let mut positions = Vec::new();
    for header in &headers {
        for peer in &peers {
            let row = header.and(peer);
            if row != none && !seen.contains(&row) {
                positions.clear();
                row.positions(&mut positions);
                each(&positions);
                seen.insert(row);
            }
        }
    }
}

/// The sets that occur over protocols, ports and source ports.
fn headers<R: Row>(lines: &[Line], protocols: &[Option<u8>]) -> Vec<R> {
    let mut headers = Vec::new();
    let mut ports: Vec<R> = axis(lines, |line| line.ports.ranges());
    if lines.iter().any(|line| line.narrowed.is_some()) {
        let all: &[(u16, u16)] = &[(0, u16::MAX)];
        let source_ports: Vec<R> =
            axis(lines, |line| line.narrowed.as_deref().map_or(all, |it| it.source_ports.ranges()));
        ports = ports.iter().flat_map(|port| source_ports.iter().map(|source| port.and(source))).collect();
    }
    unique(&mut ports);
    for protocol in protocols {
        let mut speaking = R::none(lines.len());
        for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.speaks_of(*protocol)) {
            speaking.toggle(at);
        }
        if has_ports(*protocol) {
            headers.extend(ports.iter().map(|port| speaking.and(port)));
        } else {
            headers.push(speaking);
        }
    }
    headers
}

/// The sets that occur over local addresses; nothing where no line asks for them.
fn locals<R: Row>(lines: &[Line]) -> Option<Vec<R>> {
    let all_v4: &[(u32, u32)] = &[(0, u32::MAX)];
    let all_v6: &[(u128, u128)] = &[(0, u128::MAX)];
    if !lines.iter().any(|line| line.narrowed.is_some()) {
        return None;
    }
    let mut rows: Vec<R> = axis(lines, |line| line.narrowed.as_deref().map_or(all_v4, |it| it.local.v4()));
    rows.extend(axis::<R, u128>(lines, |line| line.narrowed.as_deref().map_or(all_v6, |it| it.local.v6())));
    unique(&mut rows);
    Some(rows)
}

/// The sets of lines that occur along one axis, given the ranges of each line. Some may be given twice.
fn axis<'l, R: Row, T: Point>(lines: &'l [Line], ranges: impl Fn(&'l Line) -> &'l [(T, T)]) -> Vec<R> {
    let mut events: Vec<(T, usize)> = Vec::with_capacity(2 * lines.len());
    for (at, line) in lines.iter().enumerate() {
        for &(first, last) in ranges(line) {
            events.push((first, at));
            events.extend(last.next().map(|beyond| (beyond, at)));
        }
    }
    events.sort_unstable();
    let mut found = Vec::new();
    let mut row = R::none(lines.len());
    for same in events.chunk_by(|one, next| one.0 == next.0) {
        if same.first().is_some_and(|(start, _)| *start != T::MIN) {
            found.push(row.clone());
        }
        for (_, at) in same {
            row.toggle(*at);
        }
    }
    found.push(row);
    found
}

fn unique<R: Row>(rows: &mut Vec<R>) {
    rows.sort_unstable();
    rows.dedup();
}
