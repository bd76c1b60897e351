//! Piecewise constant maps from an axis of integers to sets: the one mechanism behind sets of packets.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::Hash;

use crate::{Cardinality, IntervalSet, Point};

/// The set operations that a value on an axis must know.
pub(crate) trait Algebra: Clone + Eq + Ord + Hash {
    fn is_empty(&self) -> bool;
    fn is_subset(&self, other: &Self) -> bool;
    fn is_disjoint(&self, other: &Self) -> bool;
    fn union(&self, other: &Self) -> Self;
    fn intersection(&self, other: &Self) -> Self;
    fn difference(&self, other: &Self) -> Self;
    fn cardinality(&self) -> Cardinality;
}

/// One stretch of an axis, inclusive, over which the value is the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Step<K, V> {
    pub(crate) lo: K,
    pub(crate) hi: K,
    pub(crate) value: V,
}

/// A set of pairs (point of the axis, member of the value there).
///
/// Canonical: ascending, disjoint, no empty value, and no two neighbours that touch and have equal values. As the
/// values are canonical themselves, equal sets are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Steps<K, V> {
    steps: Vec<Step<K, V>>,
}

impl<K: Point, V: Algebra> Steps<K, V> {
    pub(crate) const fn empty() -> Self {
        Self { steps: Vec::new() }
    }

    /// The value on one stretch of the axis.
    pub(crate) fn single(lo: K, hi: K, value: V) -> Self {
        let mut steps = Self::empty();
        steps.push(lo, hi, value);
        steps
    }

    /// The same value on each of these disjoint, ascending stretches.
    pub(crate) fn spread(stretches: &[(K, K)], value: &V) -> Self {
        if value.is_empty() {
            return Self::empty();
        }
        let step = |&(lo, hi): &(K, K)| Step { lo, hi, value: value.clone() };
        Self { steps: stretches.iter().map(step).collect() }
    }

    pub(crate) fn as_slice(&self) -> &[Step<K, V>] {
        &self.steps
    }

    /// Appends a stretch that lies above all others; drops it when empty and joins it to an equal neighbour.
    pub(crate) fn push(&mut self, lo: K, hi: K, value: V) {
        if lo <= hi && !value.is_empty() && !self.widen(lo, hi, &value) {
            self.steps.push(Step { lo, hi, value });
        }
    }

    /// Like [`Steps::push`], but copies the value only when it is kept.
    fn push_copy(&mut self, lo: K, hi: K, value: &V) {
        if !self.widen(lo, hi, value) {
            self.steps.push(Step { lo, hi, value: value.clone() });
        }
    }

    /// Widens the last step when the new stretch touches it and has an equal value.
    fn widen(&mut self, lo: K, hi: K, value: &V) -> bool {
        match self.steps.last_mut() {
            Some(last) if last.hi.next() == Some(lo) && last.value == *value => {
                last.hi = hi;
                true
            }
            _ => false,
        }
    }

    /// The value at a point of the axis; `None` stands for the empty set.
    pub(crate) fn get(&self, key: K) -> Option<&V> {
        let at = self.steps.partition_point(|step| step.hi < key);
        self.steps.get(at).filter(|step| step.lo <= key).map(|step| &step.value)
    }

    pub(crate) fn last_point(&self) -> Option<K> {
        self.steps.last().map(|step| step.hi)
    }

    /// The same value over the whole axis, if that is what this is.
    pub(crate) fn uniform(&self) -> Option<&V> {
        match self.steps.as_slice() {
            [only] if only.lo == K::MIN && only.hi == K::MAX => Some(&only.value),
            _ => None,
        }
    }

    /// Applies a map to each value and restores the canonical form.
    pub(crate) fn map<W: Algebra>(&self, mut change: impl FnMut(&V) -> W) -> Steps<K, W> {
        let mut out = Steps { steps: Vec::with_capacity(self.steps.len()) };
        for step in &self.steps {
            out.push(step.lo, step.hi, change(&step.value));
        }
        out
    }

    /// The points that have members.
    pub(crate) fn support(&self) -> IntervalSet<K> {
        let mut points = IntervalSet::empty();
        for step in &self.steps {
            points.push(step.lo, step.hi);
        }
        points
    }

    /// The different values, each with all points that have it, by lowest point.
    pub(crate) fn grouped(&self) -> Vec<(IntervalSet<K>, &V)> {
        let mut by_value: BTreeMap<&V, IntervalSet<K>> = BTreeMap::new();
        for step in &self.steps {
            by_value.entry(&step.value).or_default().push(step.lo, step.hi);
        }
        let mut groups: Vec<_> = by_value.into_iter().map(|(value, points)| (points, value)).collect();
        groups.sort_by_key(|(points, _)| points.first());
        groups
    }

    /// Walks both maps at once.
    fn overlay<'a>(&'a self, other: &'a Self) -> Overlay<'a, K, V> {
        Overlay { ours: Cursor::new(&self.steps), theirs: Cursor::new(&other.steps) }
    }

    fn sized_for(&self, other: &Self) -> Self {
        Self { steps: Vec::with_capacity(self.steps.len() + other.steps.len()) }
    }
}

impl<K, V> Default for Steps<K, V> {
    fn default() -> Self {
        Self { steps: Vec::new() }
    }
}

impl<K: Point, V: Algebra> Algebra for Steps<K, V> {
    fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn is_subset(&self, other: &Self) -> bool {
        self.overlay(other).all(|(_, _, values)| match values {
            Values::Ours(_) => false,
            Values::Theirs(_) => true,
            Values::Both(ours, theirs) => ours.is_subset(theirs),
        })
    }

    fn is_disjoint(&self, other: &Self) -> bool {
        self.overlay(other).all(|(_, _, values)| match values {
            Values::Both(ours, theirs) => ours.is_disjoint(theirs),
            Values::Ours(_) | Values::Theirs(_) => true,
        })
    }

    fn union(&self, other: &Self) -> Self {
        let mut out = self.sized_for(other);
        for (lo, hi, values) in self.overlay(other) {
            match values {
                Values::Both(ours, theirs) => out.push(lo, hi, ours.union(theirs)),
                Values::Ours(value) | Values::Theirs(value) => out.push_copy(lo, hi, value),
            }
        }
        out
    }

    fn intersection(&self, other: &Self) -> Self {
        let mut out = Self::empty();
        for (lo, hi, values) in self.overlay(other) {
            if let Values::Both(ours, theirs) = values {
                out.push(lo, hi, ours.intersection(theirs));
            }
        }
        out
    }

    fn difference(&self, other: &Self) -> Self {
        let mut out = Self { steps: Vec::with_capacity(self.steps.len()) };
        for (lo, hi, values) in self.overlay(other) {
            match values {
                Values::Both(ours, theirs) => out.push(lo, hi, ours.difference(theirs)),
                Values::Ours(ours) => out.push_copy(lo, hi, ours),
                Values::Theirs(_) => {}
            }
        }
        out
    }

    fn cardinality(&self) -> Cardinality {
        let size = |step: &Step<K, V>| {
            Cardinality::of_range(step.lo, step.hi).saturating_mul(step.value.cardinality())
        };
        self.steps.iter().map(size).sum()
    }
}

/// What two maps hold on one stretch of the axis.
enum Values<'a, V> {
    Ours(&'a V),
    Theirs(&'a V),
    Both(&'a V, &'a V),
}

/// Cuts an axis where either of two maps changes, and yields each stretch on which at least one has a value.
struct Overlay<'a, K, V> {
    ours: Cursor<'a, K, V>,
    theirs: Cursor<'a, K, V>,
}

/// The steps that are still to come; the first one may be consumed up to `from`.
struct Cursor<'a, K, V> {
    rest: &'a [Step<K, V>],
    from: Option<K>,
}

impl<'a, K: Point, V> Cursor<'a, K, V> {
    fn new(rest: &'a [Step<K, V>]) -> Self {
        Self { rest, from: None }
    }

    /// What is left of the first step.
    fn head(&self) -> Option<(K, K, &'a V)> {
        self.rest.first().map(|step| (self.from.unwrap_or(step.lo), step.hi, &step.value))
    }

    /// Consumes everything up to `hi`, which must not lie above the first step's end.
    fn consume_to(&mut self, hi: K) {
        let Some((step, rest)) = self.rest.split_first() else { return };
        if step.hi <= hi {
            self.rest = rest;
            self.from = None;
        } else {
            self.from = hi.next();
        }
    }
}

impl<'a, K: Point, V> Iterator for Overlay<'a, K, V> {
    type Item = (K, K, Values<'a, V>);

    fn next(&mut self) -> Option<Self::Item> {
        let (ours, theirs) = match (self.ours.head(), self.theirs.head()) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            (Some((lo, hi, value)), None) => {
                self.ours.consume_to(hi);
                return Some((lo, hi, Values::Ours(value)));
            }
            (None, head) => {
                let (lo, hi, value) = head?;
                self.theirs.consume_to(hi);
                return Some((lo, hi, Values::Theirs(value)));
            }
        };
        Some(match ours.0.cmp(&theirs.0) {
            Ordering::Less => {
                let hi = theirs.0.prev().map_or(ours.1, |before| before.min(ours.1));
                self.ours.consume_to(hi);
                (ours.0, hi, Values::Ours(ours.2))
            }
            Ordering::Greater => {
                let hi = ours.0.prev().map_or(theirs.1, |before| before.min(theirs.1));
                self.theirs.consume_to(hi);
                (theirs.0, hi, Values::Theirs(theirs.2))
            }
            Ordering::Equal => {
                let hi = ours.1.min(theirs.1);
                self.ours.consume_to(hi);
                self.theirs.consume_to(hi);
                (ours.0, hi, Values::Both(ours.2, theirs.2))
            }
        })
    }
}

/// The union of many sets, pairwise, so that no member is copied more than a logarithmic number of times.
pub(crate) fn union_all<V: Algebra>(mut sets: Vec<V>) -> Option<V> {
    while sets.len() > 1 {
        sets = sets.chunks(2).filter_map(union_of_pair).collect();
    }
    sets.pop()
}

fn union_of_pair<V: Algebra>(pair: &[V]) -> Option<V> {
    match pair {
        [first, second] => Some(first.union(second)),
        rest => rest.first().cloned(),
    }
}
