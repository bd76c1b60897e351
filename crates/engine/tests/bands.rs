//! Bands are in the order of policies, and hold every rule.

mod common;

use portreeve_engine::{Bound, Class, Index, Place, Policy, Rank, Source, bands};
use portreeve_model::{Direction, GroupIx, NetworkIx};
use portreeve_testkit::generate::{self, Knobs};
use portreeve_testkit::{parse, print};

#[test]
fn what_a_policy_has_stands_in_bands_in_the_same_order() {
    let mut seen = 0;
    for seed in 0..common::number("PORTREEVE_CASES", 300) {
        let estate = generate::estate(&mut fastrand::Rng::with_seed(seed), &Knobs::default());
        let index = Index::new(&estate);
        let networks = (0..estate.networks.len()).map(|at| Place::Network(NetworkIx::new(at)));
        let places: Vec<Place> = [Place::Internet, Place::Elsewhere].into_iter().chain(networks).collect();
        for (class, direction) in
            index.classes().iter().flat_map(|class| Direction::BOTH.map(|way| (class, way)))
        {
            let class = Class { unread: false, filtered: true, ..class.clone() };
            let flat: Vec<Source> =
                bands(&index, &class.groups, direction).into_iter().flat_map(|band| band.lines).collect();
            let rules: usize =
                class.groups.iter().map(|ix| estate.group(*ix).rules_of(direction).count()).sum();
            let told = flat.iter().filter(|source| matches!(source, Source::Rule(_))).count();
            assert_eq!(told, rules, "seed {seed}: every rule once\n{}", print(&estate));
            for (place, bound) in
                places.iter().flat_map(|place| [Bound::Surely, Bound::Possibly].map(|bound| (*place, bound)))
            {
                let policy = Policy::of_class(&index, &class, direction, place, bound);
                let mut left = flat.iter();
                for line in (0..policy.len()).filter_map(|at| policy.source(at)) {
                    seen += 1;
                    assert!(
                        left.any(|source| *source == line),
                        "seed {seed}: {line:?} is out of order\n{}",
                        print(&estate)
                    );
                }
            }
        }
    }
    assert!(seen > 1000, "only {seen} lines were compared");
}

#[test]
fn members_come_first_and_deny_comes_first_in_its_band() {
    let text = "profile basic\n\
                network net 10.0.0.0/16\n\
                group web in net same-group allow\n\
                  in 5 allow tcp 80 from any\n\
                  in 1 allow tcp 22 from any never\n\
                  in 5 deny tcp 80 from 10.9.0.0/16\n\
                  out 1 deny all to any\n";
    let case = parse(text).unwrap();
    let index = Index::new(&case.estate);
    let of = |direction| bands(&index, &[GroupIx::new(0)], direction);
    let ranks: Vec<(Rank, usize)> =
        of(Direction::Ingress).iter().map(|band| (band.rank, band.lines.len())).collect();
    assert_eq!(ranks, [(Rank::BuiltIn, 1), (Rank::Rules, 1), (Rank::Rules, 2)], "also what never acts");
    let last = of(Direction::Ingress).pop().unwrap();
    let places: Vec<u32> = last
        .lines
        .iter()
        .filter_map(|line| match line {
            Source::Rule(rule) => Some(rule.rule),
            _ => None,
        })
        .collect();
    assert_eq!(places, [2, 0], "the third rule denies, so it stands before the first");
    assert_eq!(of(Direction::Egress).len(), 1, "there is no built-in band outbound");
}
