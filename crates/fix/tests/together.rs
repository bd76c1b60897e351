//! Laws of plans that are about several groups together, and of plans that preserve.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a broken law should say so at once"
)]

#[path = "../../engine/tests/common/mod.rs"]
mod common;

use fastrand::Rng;
use portreeve_engine::{Bound, Class, Index, Place, Policy, RuleRef, redundancy};
use portreeve_fix::{Aim, Level, Options, Plan, Stay, Subject, after, plans};
use portreeve_model::{Direction, Edit, Estate, GroupIx, InterfaceIx, NetworkIx, Rule};
use portreeve_netset::{AddressSet, Block, IntervalSet, PacketSet, PortSet};
use portreeve_testkit::generate::{self, Knobs};
use portreeve_testkit::{Kind, print};

/// Every class, and every group that none carries alone, from everywhere, in both directions and under both bounds.
fn meaning(estate: &Estate) -> Vec<PacketSet> {
    let index = Index::new(estate);
    let alone = estate.each_group().filter(|(ix, _)| index.classes_of(*ix).is_empty()).map(|(ix, _)| Class {
        groups: Box::new([ix]),
        unread: false,
        filtered: true,
        interfaces: Vec::new(),
    });
    let classes = index.classes().iter().cloned().chain(alone);
    classes.flat_map(|class| of_class(&index, &class)).collect()
}

fn of_class(index: &Index<'_>, class: &Class) -> Vec<PacketSet> {
    let networks = (0..index.estate().networks.len()).map(|at| Place::Network(NetworkIx::new(at)));
    let places: Vec<Place> = [Place::Internet, Place::Elsewhere].into_iter().chain(networks).collect();
    let mut sets = Vec::new();
    for direction in Direction::BOTH {
        for place in &places {
            for bound in [Bound::Surely, Bound::Possibly] {
                sets.push(Policy::of_class(index, class, direction, *place, bound).permitted());
            }
        }
    }
    sets
}

fn estate(seed: u64, kind: Kind) -> (Rng, Estate) {
    let mut rng = Rng::with_seed(seed);
    let knobs = Knobs { kind: Some(kind), five_tuple: 0.05, ..Knobs::without_gaps() };
    let mut estate = generate::estate(&mut rng, &knobs);
    for group in &mut estate.groups {
        group.managed = false;
    }
    (rng, estate)
}

const KINDS: [Kind; 3] = [Kind::Basic, Kind::GroupsInOrder, Kind::Union];

fn open_to_everyone(rng: &mut Rng) -> PacketSet {
    let port = *rng.choice(&[20, 22, 80, 8000]).unwrap();
    PacketSet::from_block(&Block {
        protocols: IntervalSet::single(6),
        ports: PortSet::single(port),
        peers: AddressSet::globally_routable(),
        ..Block::all()
    })
}

#[test]
fn an_interface_is_closed_exactly_and_others_lose_no_more() {
    let mut planned = 0;
    for seed in 0..common::number("PORTREEVE_CASES", 1500) {
        let (mut rng, estate) = estate(seed, KINDS[usize::try_from(seed).unwrap() % KINDS.len()]);
        let interface = InterfaceIx::new(rng.usize(0..estate.interfaces.len()));
        let unwanted = open_to_everyone(&mut rng);
        let aim = Aim::Close {
            subject: Subject::Interfaces(vec![interface]),
            direction: Direction::Ingress,
            unwanted: unwanted.clone(),
        };
        let options = Options { stay: Stay::Named(AddressSet::empty()), ..Options::default() };
        let Some(plan) = plans(&estate, &[aim], &options).pop().filter(|plan| !plan.steps.is_empty()) else {
            continue;
        };
        planned += 1;
        let changed = Edit::apply_all(&plan.edits().cloned().collect::<Vec<_>>(), &estate);
        let told = || format!("seed {seed}: {interface:?}\n{plan:#?}\n{}", print(&estate));
        for (old, new) in meaning(&estate).iter().zip(&meaning(&changed)) {
            assert!(new.is_subset(old), "widened: {}", told());
            assert!(old.difference(new).is_subset(&plan.unwanted), "lost more: {}", told());
        }
        let index = Index::new(&changed);
        let class = index.class(index.class_of(interface));
        let open = Policy::of_class(&index, class, Direction::Ingress, Place::Internet, Bound::Possibly);
        assert!(open.permitted().is_disjoint(&unwanted), "still open: {}", told());
    }
    assert!(planned > 50, "only {planned} plans");
}

/// A plan that preserves means the same after each of its steps, and its way back restores the words.
fn preserves(estate: &Estate, plan: &Plan, seed: u64) {
    let before = meaning(estate);
    let mut state = estate.clone();
    for edit in plan.edits() {
        edit.apply(&mut state);
        assert_eq!(meaning(&state), before, "seed {seed}: {edit:?}\n{plan:#?}\n{}", print(estate));
    }
    for edit in &plan.rollback {
        edit.apply(&mut state);
    }
    let sorted = |estate: &Estate| -> Vec<Vec<Rule>> {
        let mut all: Vec<Vec<Rule>> = estate.groups.iter().map(|group| group.rules.clone()).collect();
        for rules in &mut all {
            rules.sort_by_key(|rule| (rule.direction, rule.position));
        }
        all
    };
    assert_eq!(sorted(&state), sorted(estate), "seed {seed}");
}

#[test]
fn what_is_needless_goes_and_nothing_changes() {
    let mut gone = 0;
    for seed in 0..common::number("PORTREEVE_CASES", 300) {
        let (_, estate) = estate(seed, KINDS[usize::try_from(seed).unwrap() % KINDS.len()]);
        let found: Vec<RuleRef> =
            redundancy(&Index::new(&estate), 1).into_iter().map(|found| found.rule).collect();
        let all = plans(&estate, &[Aim::Lean(found.clone())], &Options::default());
        let mut state = estate.clone();
        for plan in &all {
            assert_eq!(plan.level, Level::Preserving, "seed {seed}: {plan:#?}");
            preserves(&state, plan, seed);
            state = after(&state, std::slice::from_ref(plan));
            gone += plan.steps.len();
        }
        assert_eq!(
            all.iter().map(|plan| plan.steps.len()).sum::<usize>(),
            found.len(),
            "seed {seed}: all of them go"
        );
    }
    assert!(gone > 100, "only {gone} rules went");
}

#[test]
fn a_group_in_fewer_rules_means_the_same() {
    let mut written = 0;
    for seed in 0..common::number("PORTREEVE_CASES", 500) {
        let (_, estate) = estate(seed, KINDS[usize::try_from(seed).unwrap() % KINDS.len()]);
        let all = plans(&estate, &[Aim::Consolidate(GroupIx::new(0))], &Options::default());
        for plan in all.iter().filter(|plan| plan.level == Level::Preserving) {
            preserves(&estate, plan, seed);
            let changed = after(&estate, std::slice::from_ref(plan));
            assert!(changed.groups[0].rules.len() < estate.groups[0].rules.len(), "seed {seed}");
            written += 1;
        }
    }
    assert!(written > 50, "only {written} groups were written in fewer rules");
}
