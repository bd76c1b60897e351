//! Interval sets against plain lists of members.

use portreeve_netset::{Cardinality, IntervalSet, Point, PortSet};

use crate::hash_of;

/// The members of a set of bytes, one flag for each value.
type Flags = [bool; 256];

fn set_of(flags: &Flags) -> IntervalSet<u8> {
    (0..=u8::MAX).filter(|&value| flags[usize::from(value)]).map(|value| (value, value)).collect()
}

fn flags_of(set: &IntervalSet<u8>) -> Flags {
    std::array::from_fn(|value| {
        let value = u8::try_from(value).unwrap();
        set.intervals().iter().any(|&(lo, hi)| lo <= value && value <= hi)
    })
}

fn combine(a: &Flags, b: &Flags, op: impl Fn(bool, bool) -> bool) -> Flags {
    std::array::from_fn(|value| op(a[value], b[value]))
}

/// Sorted, not empty, and at least one value apart.
fn assert_canonical<T: Point>(set: &IntervalSet<T>) {
    let intervals = set.intervals();
    assert!(intervals.iter().all(|(lo, hi)| lo <= hi), "{set}");
    assert!(intervals.windows(2).all(|pair| pair[0].1.next().is_some_and(|next| next < pair[1].0)), "{set}");
}

/// Runs of members and gaps of random length, so that edges of two sets often touch.
fn random_flags(rng: &mut fastrand::Rng) -> Flags {
    let mut flags = [false; 256];
    let longest = rng.usize(1..=64);
    let (mut at, mut inside) = (0, rng.bool());
    while at < 256 {
        let length = rng.usize(1..=longest);
        flags.iter_mut().skip(at).take(length).for_each(|flag| *flag = inside);
        (at, inside) = (at + length, !inside);
    }
    flags
}

fn check_pair(a: &Flags, b: &Flags) {
    let (left, right) = (set_of(a), set_of(b));
    let cases = [
        ("union", left.union(&right), combine(a, b, |a, b| a || b)),
        ("intersection", left.intersection(&right), combine(a, b, |a, b| a && b)),
        ("difference", left.difference(&right), combine(a, b, |a, b| a && !b)),
        ("complement", left.complement(), combine(a, b, |a, _| !a)),
        ("union in place", union_in_place(&left, &right), combine(a, b, |a, b| a || b)),
    ];
    for (name, result, expected) in cases {
        assert_canonical(&result);
        assert_eq!(flags_of(&result), expected, "{name} of {left} and {right}");
        assert_eq!(result, set_of(&expected), "form of {name} of {left} and {right}");
        assert_eq!(hash_of(&result), hash_of(&set_of(&expected)));
    }
    assert_eq!(left.is_subset(&right), (0..256).all(|i| !a[i] || b[i]), "{left} within {right}");
    assert_eq!(left.is_disjoint(&right), (0..256).all(|i| !a[i] || !b[i]), "{left} apart from {right}");
    assert_eq!(left == right, a == b);
    check_laws(&left, &right);
}

fn union_in_place(left: &IntervalSet<u8>, right: &IntervalSet<u8>) -> IntervalSet<u8> {
    let mut set = left.clone();
    set.union_with(right);
    set
}

fn check_laws(a: &IntervalSet<u8>, b: &IntervalSet<u8>) {
    assert_eq!(a.union(b).complement(), a.complement().intersection(&b.complement()), "De Morgan");
    assert_eq!(a.intersection(b).complement(), a.complement().union(&b.complement()), "De Morgan");
    assert_eq!(a.difference(b), a.intersection(&b.complement()));
    assert_eq!(a.is_subset(b), a.difference(b).is_empty());
    assert_eq!(a.is_disjoint(b), a.intersection(b).is_empty());
    let counted = a.union(b).cardinality().saturating_add(a.intersection(b).cardinality());
    assert_eq!(counted, a.cardinality().saturating_add(b.cardinality()), "inclusion and exclusion");
}

fn check_queries(flags: &Flags) {
    let set = set_of(flags);
    let members: Vec<u8> = (0..=u8::MAX).filter(|&value| flags[usize::from(value)]).collect();
    assert!((0..=u8::MAX).all(|value| set.contains(value) == flags[usize::from(value)]));
    assert_eq!(set.is_empty(), members.is_empty());
    assert_eq!(set.is_full(), members.len() == 256);
    assert_eq!(set.first(), members.first().copied());
    assert_eq!(set.last(), members.last().copied());
    assert_eq!(set.cardinality(), Cardinality::from(members.len() as u64));
}

/// All pairs of subsets of six values: three at each end of the type, where steps up and down overflow.
#[test]
fn all_small_sets() {
    const VALUES: [usize; 6] = [0, 1, 2, 253, 254, 255];
    let subset = |bits: u32| {
        let mut flags = [false; 256];
        VALUES.iter().enumerate().for_each(|(bit, &value)| flags[value] = bits >> bit & 1 == 1);
        flags
    };
    // With the gap between the two ends filled or not, the sets also span the whole type.
    let bridged = |bits: u32| {
        let mut flags = subset(bits);
        flags[3..253].fill(bits >> 6 & 1 == 1);
        flags
    };
    for a in 0..128 {
        check_queries(&bridged(a));
        for b in 0..128 {
            check_pair(&bridged(a), &bridged(b));
        }
    }
}

#[test]
fn random_sets() {
    let mut rng = fastrand::Rng::with_seed(1);
    for _ in 0..2_000 {
        let (a, b) = (random_flags(&mut rng), random_flags(&mut rng));
        check_queries(&a);
        check_pair(&a, &b);
    }
}

/// Pushing and collecting give the exact union whatever the order, and cleared sets can be used again.
#[test]
fn pushing_in_any_order() {
    let mut rng = fastrand::Rng::with_seed(2);
    let mut reused = IntervalSet::empty();
    for round in 0..5_000 {
        let mut expected = [false; 256];
        let mut ranges: Vec<(u8, u8)> = (0..rng.usize(0..12)).map(|_| random_range(&mut rng)).collect();
        if round % 3 == 0 {
            ranges.sort_unstable();
        }
        reused.clear();
        assert_eq!(reused, IntervalSet::empty());
        for &(lo, hi) in &ranges {
            reused.push(lo, hi);
            (lo..=hi).for_each(|value| expected[usize::from(value)] = true);
            assert_canonical(&reused);
        }
        assert_eq!(reused, set_of(&expected), "{ranges:?}");
        assert_eq!(reused.clone(), reused);
        assert_eq!(ranges.into_iter().collect::<IntervalSet<u8>>(), reused);
    }
}

/// A short range, now and then an empty one with its ends swapped, and often one that touches an end of the type.
fn random_range(rng: &mut fastrand::Rng) -> (u8, u8) {
    let anywhere = rng.u8(..);
    let lo = rng.choice([0, anywhere, anywhere, 250]).unwrap();
    (lo, lo.saturating_add(rng.u8(..30)).saturating_sub(rng.u8(..3)))
}

#[test]
fn ranges_and_constants() {
    assert_eq!(PortSet::from_range(9, 8), PortSet::empty());
    assert_eq!(PortSet::from_range(0, 65_535), PortSet::full());
    assert_eq!(PortSet::single(22), PortSet::from_range(22, 22));
    assert_eq!(PortSet::default(), PortSet::empty());
    assert_eq!(PortSet::empty().complement(), PortSet::full());
    assert!(const { PortSet::full() }.is_full());
}

#[test]
fn printing() {
    for (ranges, expected) in [
        (&[][..], "none"),
        (&[(22, 22)][..], "22"),
        (&[(0, 65_535)][..], "0-65535"),
        (&[(80, 90), (22, 22)][..], "22,80-90"),
    ] {
        let set: PortSet = ranges.iter().copied().collect();
        assert_eq!(set.to_string(), expected);
    }
}

/// The order is by the lowest differing interval, and equal sets are neither above nor below each other.
#[test]
fn order_is_total() {
    let sets: Vec<PortSet> = [&[][..], &[(1, 5)], &[(1, 5), (9, 9)], &[(1, 6)], &[(2, 2)]]
        .into_iter()
        .map(|ranges| ranges.iter().copied().collect())
        .collect();
    assert!(sets.is_sorted());
    assert!(sets.windows(2).all(|pair| pair[0] < pair[1]));
}
