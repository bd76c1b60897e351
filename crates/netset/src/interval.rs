//! Sets of integers as sorted, disjoint, maximal intervals.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::{Cardinality, Point};

/// A set of ports; prints as `22,80-90`.
pub type PortSet = IntervalSet<u16>;

/// A set of integers, held as the fewest inclusive intervals in ascending order.
///
/// The form is canonical: two sets with the same members are equal values with equal hashes, whatever operations
/// built them. All binary operations are linear in the number of intervals. A set of at most one interval needs no
/// heap memory.
///
/// The order ([`Ord`]) compares the intervals from the lowest on. It is total and stable, good for sorting output,
/// and is *not* inclusion: for that see [`IntervalSet::is_subset`].
///
/// ```
/// use portreeve_netset::PortSet;
///
/// let web: PortSet = [(443, 443), (80, 85), (86, 90)].into_iter().collect();
/// assert_eq!(web.intervals(), [(80, 90), (443, 443)]);
/// assert_eq!(web.to_string(), "80-90,443");
/// assert_eq!(web.complement().complement(), web);
/// assert!(PortSet::from_range(443, 443).is_subset(&web));
/// ```
#[derive(Clone)]
pub struct IntervalSet<T: Point> {
    repr: Repr<T>,
}

/// Where the intervals live. Several forms can hold the same intervals, so equality looks at the intervals only.
enum Repr<T> {
    Empty,
    One((T, T)),
    Many(Vec<(T, T)>),
}

/// A clone takes the smallest form: scratch sets may own a large buffer for few intervals.
impl<T: Copy> Clone for Repr<T> {
    fn clone(&self) -> Self {
        match self.as_slice() {
            [] => Self::Empty,
            [only] => Self::One(*only),
            many => Self::Many(many.to_vec()),
        }
    }
}

impl<T> Repr<T> {
    fn as_slice(&self) -> &[(T, T)] {
        match self {
            Self::Empty => &[],
            Self::One(interval) => std::slice::from_ref(interval),
            Self::Many(intervals) => intervals,
        }
    }
}

impl<T: Point> IntervalSet<T> {
    /// The set without members.
    #[inline]
    pub const fn empty() -> Self {
        Self { repr: Repr::Empty }
    }

    /// The set of all values of the type.
    #[inline]
    pub const fn full() -> Self {
        Self { repr: Repr::One((T::MIN, T::MAX)) }
    }

    /// All values from `lo` to `hi`, both included; empty when `lo > hi`.
    #[inline]
    pub fn from_range(lo: T, hi: T) -> Self {
        if lo > hi { Self::empty() } else { Self { repr: Repr::One((lo, hi)) } }
    }

    /// The set with the one member `value`.
    #[inline]
    pub const fn single(value: T) -> Self {
        Self { repr: Repr::One((value, value)) }
    }

    /// The intervals, inclusive, ascending, with at least one missing value between any two.
    #[inline]
    pub fn intervals(&self) -> &[(T, T)] {
        self.repr.as_slice()
    }

    /// Whether `value` is a member; logarithmic in the number of intervals.
    pub fn contains(&self, value: T) -> bool {
        let intervals = self.intervals();
        let at = intervals.partition_point(|&(_, hi)| hi < value);
        intervals.get(at).is_some_and(|&(lo, _)| lo <= value)
    }

    /// Whether there is no member.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.intervals().is_empty()
    }

    /// Whether every value of the type is a member.
    #[inline]
    pub fn is_full(&self) -> bool {
        matches!(self.intervals(), &[(lo, hi)] if lo == T::MIN && hi == T::MAX)
    }

    /// The smallest member.
    #[inline]
    pub fn first(&self) -> Option<T> {
        self.intervals().first().map(|&(lo, _)| lo)
    }

    /// The largest member.
    #[inline]
    pub fn last(&self) -> Option<T> {
        self.intervals().last().map(|&(_, hi)| hi)
    }

    /// Whether every member of `self` is one of `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        let mut covers = other.intervals();
        self.intervals().iter().all(|&(lo, hi)| {
            covers = skip_below(covers, lo);
            // Intervals are maximal, so one interval lies within a single other one or not at all.
            covers.first().is_some_and(|&(cover_lo, cover_hi)| cover_lo <= lo && hi <= cover_hi)
        })
    }

    /// Whether no value is a member of both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        let mut theirs = other.intervals();
        self.intervals().iter().all(|&(lo, hi)| {
            theirs = skip_below(theirs, lo);
            theirs.first().is_none_or(|&(their_lo, _)| hi < their_lo)
        })
    }

    /// The members of either.
    pub fn union(&self, other: &Self) -> Self {
        let Some((lo, hi)) = other.first().zip(other.last()) else { return self.clone() };
        let [below, mut ours, above] = split_around(self.intervals(), lo, hi);
        let mut theirs = other.intervals();
        let mut out = Writer::for_up_to(self.intervals().len() + theirs.len());
        out.extend(below);
        while let ([(lo, hi), our_rest @ ..], [(their_lo, their_hi), their_rest @ ..]) = (ours, theirs) {
            if lo <= their_lo {
                out.push(*lo, *hi);
                ours = our_rest;
            } else {
                out.push(*their_lo, *their_hi);
                theirs = their_rest;
            }
        }
        out.extend(ours);
        out.extend(theirs);
        out.extend(above);
        out.finish()
    }

    /// The members of both.
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut ours, mut theirs) = (overlapping(self, other), overlapping(other, self));
        // Each step writes at most one interval and uses one up.
        let mut out = Writer::for_up_to(ours.len() + theirs.len());
        while let ([(lo, hi), our_rest @ ..], [(their_lo, their_hi), their_rest @ ..]) = (ours, theirs) {
            let (from, to) = ((*lo).max(*their_lo), (*hi).min(*their_hi));
            if from <= to {
                out.push_apart(from, to);
            }
            if hi <= their_hi {
                ours = our_rest;
            } else {
                theirs = their_rest;
            }
        }
        out.finish()
    }

    /// The members of `self` that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        let mut cuts = overlapping(other, self);
        let (Some((lo, _)), Some((_, hi))) = (cuts.first(), cuts.last()) else { return self.clone() };
        let [below, cut, above] = split_around(self.intervals(), *lo, *hi);
        let mut out = Writer::for_up_to(self.intervals().len() + cuts.len());
        out.extend(below);
        for &(lo, hi) in cut {
            cuts = write_remainder(&mut out, lo, hi, cuts);
        }
        out.extend(above);
        out.finish()
    }

    /// The values of the type that are not members.
    pub fn complement(&self) -> Self {
        Self::full().difference(self)
    }

    /// The number of members.
    pub fn cardinality(&self) -> Cardinality {
        self.intervals().iter().map(|&(lo, hi)| Cardinality::of_range(lo, hi)).sum()
    }

    /// Adds the values from `lo` to `hi`, both included; nothing when `lo > hi`.
    ///
    /// Made for building a set in ascending order, where it takes constant time and joins the last interval when it
    /// overlaps or touches it. A `lo` below the start of the last interval is allowed too and gives the same exact
    /// union, only slower.
    pub fn push(&mut self, lo: T, hi: T) {
        if lo > hi {
            return;
        }
        match &mut self.repr {
            Repr::Empty => self.repr = Repr::One((lo, hi)),
            Repr::One(last) => {
                if !try_join(last, lo, hi) {
                    let pair = if lo < last.0 { [(lo, hi), *last] } else { [*last, (lo, hi)] };
                    self.repr = Repr::Many(pair.to_vec());
                }
            }
            Repr::Many(intervals) => match intervals.last_mut() {
                Some(last) if lo >= last.0 => {
                    if !try_join(last, lo, hi) {
                        intervals.push((lo, hi));
                    }
                }
                Some(_) => insert(intervals, lo, hi),
                None => intervals.push((lo, hi)),
            },
        }
    }

    /// Adds all members of `other`, in place where that is possible.
    pub fn union_with(&mut self, other: &Self) {
        match other.intervals() {
            [] => {}
            &[(lo, hi)] => self.push(lo, hi),
            [(lo, _), ..] if self.intervals().last().is_none_or(|(last_lo, _)| last_lo <= lo) => {
                for &(lo, hi) in other.intervals() {
                    self.push(lo, hi);
                }
            }
            _ => *self = self.union(other),
        }
    }

    /// Removes all members but keeps the memory, so that a scratch set can be filled again without allocating.
    pub fn clear(&mut self) {
        match &mut self.repr {
            Repr::Many(intervals) => intervals.clear(),
            other => *other = Repr::Empty,
        }
    }
}

/// Intervals that end below `lo`, those that overlap `lo..=hi`, and those that start above `hi`.
///
/// The outer parts can be copied or skipped as a whole, which makes small changes to large sets cheap.
#[inline]
fn split_around<T: Point>(intervals: &[(T, T)], lo: T, hi: T) -> [&[(T, T)]; 3] {
    let (below, rest) = intervals.split_at(intervals.partition_point(|&(_, end)| end < lo));
    let (within, above) = rest.split_at(rest.partition_point(|&(start, _)| start <= hi));
    [below, within, above]
}

/// The intervals of `set` between the first and the last member of `other`.
#[inline]
fn overlapping<'a, T: Point>(set: &'a IntervalSet<T>, other: &IntervalSet<T>) -> &'a [(T, T)] {
    let Some((lo, hi)) = other.first().zip(other.last()) else { return &[] };
    let [_, within, _] = split_around(set.intervals(), lo, hi);
    within
}

/// Drops the leading intervals that end below `lo`.
#[inline]
fn skip_below<T: Point>(mut intervals: &[(T, T)], lo: T) -> &[(T, T)] {
    while let [(_, hi), rest @ ..] = intervals
        && *hi < lo
    {
        intervals = rest;
    }
    intervals
}

/// Writes `lo..=hi` without `cuts`, and returns the cuts that may still touch what lies above `hi`.
#[inline]
fn write_remainder<'a, T: Point>(
    out: &mut Writer<T>,
    mut lo: T,
    hi: T,
    mut cuts: &'a [(T, T)],
) -> &'a [(T, T)] {
    cuts = skip_below(cuts, lo);
    while let [(cut_lo, cut_hi), rest @ ..] = cuts
        && *cut_lo <= hi
    {
        if lo < *cut_lo
            && let Some(before) = cut_lo.prev()
        {
            out.push_apart(lo, before);
        }
        match cut_hi.next() {
            Some(after) if after <= hi => lo = after,
            _ => return cuts,
        }
        cuts = rest;
    }
    out.push_apart(lo, hi);
    cuts
}

/// Whether `hi` and the greater-or-equal `lo` of a later interval leave no value between them.
#[inline]
fn touches<T: Point>(hi: T, lo: T) -> bool {
    lo <= hi || hi.next() == Some(lo)
}

/// Widens `interval` by `lo..=hi` if the two overlap or touch.
#[inline]
fn try_join<T: Point>(interval: &mut (T, T), lo: T, hi: T) -> bool {
    let joins = touches(interval.1, lo) && touches(hi, interval.0);
    if joins {
        *interval = (interval.0.min(lo), interval.1.max(hi));
    }
    joins
}

/// Adds `lo..=hi` anywhere, replacing the intervals that it overlaps or touches.
fn insert<T: Point>(intervals: &mut Vec<(T, T)>, lo: T, hi: T) {
    let start = intervals.partition_point(|&(_, end)| !touches(end, lo));
    let end = intervals.partition_point(|&(begin, _)| touches(hi, begin));
    let joined = intervals.get(start..end).unwrap_or_default();
    let from = joined.first().map_or(lo, |first| first.0.min(lo));
    let to = joined.last().map_or(hi, |last| last.1.max(hi));
    intervals.splice(start..end.max(start), [(from, to)]);
}

/// Collects ascending intervals; holds the last one back so that results of one interval never allocate.
struct Writer<T> {
    last: Option<(T, T)>,
    done: Vec<(T, T)>,
    capacity: usize,
}

impl<T: Point> Writer<T> {
    fn for_up_to(capacity: usize) -> Self {
        Self { last: None, done: Vec::new(), capacity }
    }

    /// Appends an interval that starts at or above the last one, joining the two if they touch.
    #[inline]
    fn push(&mut self, lo: T, hi: T) {
        match &mut self.last {
            Some(last) if touches(last.1, lo) => last.1 = last.1.max(hi),
            _ => self.push_apart(lo, hi),
        }
    }

    /// Appends an interval that is known to leave a gap after the last one.
    #[inline]
    fn push_apart(&mut self, lo: T, hi: T) {
        if let Some(held) = self.last.replace((lo, hi)) {
            self.store(held);
        }
    }

    /// Appends the rest of one set: once the first ones no longer touch, the others are copied as they are.
    fn extend(&mut self, mut rest: &[(T, T)]) {
        while let [(lo, hi), tail @ ..] = rest
            && self.last.is_some_and(|last| touches(last.1, *lo))
        {
            self.push(*lo, *hi);
            rest = tail;
        }
        if let [middle @ .., last] = rest {
            if let Some(held) = self.last.replace(*last) {
                self.store(held);
            }
            if !middle.is_empty() {
                self.reserve();
                self.done.extend_from_slice(middle);
            }
        }
    }

    #[inline]
    fn store(&mut self, interval: (T, T)) {
        self.reserve();
        self.done.push(interval);
    }

    #[inline]
    fn reserve(&mut self) {
        if self.done.is_empty() {
            self.done.reserve_exact(self.capacity);
        }
    }

    fn finish(mut self) -> IntervalSet<T> {
        let repr = match self.last {
            None => Repr::Empty,
            Some(only) if self.done.is_empty() => Repr::One(only),
            Some(last) => {
                self.done.push(last);
                Repr::Many(self.done)
            }
        };
        IntervalSet { repr }
    }
}

impl<T: Point> Default for IntervalSet<T> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T: Point> PartialEq for IntervalSet<T> {
    fn eq(&self, other: &Self) -> bool {
        self.intervals() == other.intervals()
    }
}

impl<T: Point> Eq for IntervalSet<T> {}

impl<T: Point> Hash for IntervalSet<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.intervals().hash(state);
    }
}

impl<T: Point> Ord for IntervalSet<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.intervals().cmp(other.intervals())
    }
}

impl<T: Point> PartialOrd for IntervalSet<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Collects inclusive intervals in any order, overlapping or not; those with `lo > hi` are empty.
impl<T: Point> FromIterator<(T, T)> for IntervalSet<T> {
    fn from_iter<I: IntoIterator<Item = (T, T)>>(intervals: I) -> Self {
        let mut intervals: Vec<(T, T)> = intervals.into_iter().filter(|(lo, hi)| lo <= hi).collect();
        intervals.sort_unstable();
        let mut out = Writer::for_up_to(intervals.len());
        for (lo, hi) in intervals {
            out.push(lo, hi);
        }
        out.finish()
    }
}

impl<T: Point> fmt::Debug for IntervalSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

/// Prints `22,80-90`, and `none` for the empty set.
impl<T: Point> fmt::Display for IntervalSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        for (position, (lo, hi)) in self.intervals().iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            if lo == hi { write!(f, "{comma}{lo}")? } else { write!(f, "{comma}{lo}-{hi}")? }
        }
        Ok(())
    }
}
