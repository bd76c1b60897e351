//! What the engine calls removable, taken out, changes nothing for the oracle; what it keeps, it keeps for a reason.

#![expect(clippy::unwrap_used, reason = "a fixture that does not parse is a broken test")]

mod common;

use portreeve_engine::{Bound, Class, Decider, Index, Place, Policy, Removable, RuleRef, Source, redundancy};
use portreeve_model::{Acts, Direction, Estate, NetworkIx, Peer, Ports, Rule};
use portreeve_netset::PacketSet;
use portreeve_testkit::generate::{self, Knobs};
use portreeve_testkit::{oracle, parse, print};

/// The estate without some rules: they stay in their places, switched off.
fn without(estate: &Estate, rules: &[RuleRef]) -> Estate {
    let mut estate = estate.clone();
    for rule in rules {
        estate.groups[rule.group.at()].rules[rule.rule as usize].acts = Acts::Never;
    }
    estate
}

#[test]
fn removing_all_that_is_removable_changes_no_answer() {
    let mut removed = 0;
    for seed in 0..common::number("PORTREEVE_CASES", 600) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let estate = generate::estate(&mut rng, &Knobs { deny: 0.3, ..Knobs::default() });
        let index = Index::new(&estate);
        let found: Vec<RuleRef> = redundancy(&index, 1).iter().map(|removable| removable.rule).collect();
        let after = without(&estate, &found);
        removed += found.len();
        for rule in &found {
            for ids in estate.group_lists.iter().filter(|ids| ids.contains(&estate.group(rule.group).id)) {
                for _ in 0..30 {
                    let said = &estate.group(rule.group).rules[rule.rule as usize];
                    let mut packet = generate::packet_near(&mut rng, &estate, rule.group, said);
                    packet.direction = said.direction;
                    let (old, new) =
                        (oracle::decide(&estate, ids, &packet), oracle::decide(&after, ids, &packet));
                    assert_eq!(
                        (old.surely, old.possibly),
                        (new.surely, new.possibly),
                        "seed {seed}, rule {rule:?} of {found:?}\n{packet:?}\n{}",
                        print(&estate)
                    );
                }
            }
        }
    }
    assert!(removed > 200, "only {removed} rules were removable: the comparison says little");
}

/// What every class lets through, both ways, from everywhere.
fn meaning(estate: &Estate) -> Vec<PacketSet> {
    let index = Index::new(estate);
    let networks = (0..estate.networks.len()).map(|at| Place::Network(NetworkIx::new(at)));
    let places: Vec<Place> = [Place::Internet, Place::Elsewhere].into_iter().chain(networks).collect();
    let mut sets = Vec::new();
    let alone = estate.each_group().filter(|(ix, _)| index.classes_of(*ix).is_empty());
    let alone = alone.map(|(ix, _)| Class {
        groups: Box::new([ix]),
        unread: false,
        filtered: true,
        interfaces: Vec::new(),
    });
    for class in index.classes().iter().cloned().chain(alone) {
        for direction in Direction::BOTH {
            for place in &places {
                sets.push(Policy::of_class(&index, &class, direction, *place, Bound::Surely).permitted());
            }
        }
    }
    sets
}

/// Completeness, against the permitted sets: a rule that is kept would be missed, now or once the others are gone.
#[test]
fn what_is_kept_would_be_missed() {
    let (mut kept, mut found_some) = (0, 0);
    for seed in 0..400 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let estate = generate::estate(&mut rng, &Knobs { ipv6: 0.1, ..Knobs::without_gaps() });
        let names_groups = |rule: &Rule| matches!(rule.peer, Peer::Group { .. });
        if estate.groups.iter().flat_map(|group| &group.rules).any(names_groups) {
            // Rules for groups are kept for members to come, of whom today's sets know nothing.
            continue;
        }
        let found: Vec<RuleRef> = redundancy(&Index::new(&estate), 1).into_iter().map(|it| it.rule).collect();
        let lean = without(&estate, &found);
        assert_eq!(meaning(&estate), meaning(&lean), "seed {seed}: {found:?}\n{}", print(&estate));
        found_some += found.len();
        for (group, said) in lean.each_group() {
            for (rule, _) in (0..).zip(&said.rules).filter(|(_, rule)| acts(&estate, rule)) {
                let rule = RuleRef { group, rule };
                let missed = meaning(&estate) != meaning(&without(&estate, &[rule]))
                    || meaning(&lean) != meaning(&without(&lean, &[rule]));
                assert!(missed, "seed {seed}: {rule:?} could go as well as {found:?}\n{}", print(&estate));
                kept += 1;
            }
        }
    }
    assert!(kept > 100 && found_some > 20, "{kept} kept, {found_some} found");
}

/// Whether a rule that is still there can match anything at all; one that cannot is another item's matter.
fn acts(estate: &Estate, rule: &Rule) -> bool {
    let empty_ports = |ports: &Ports| match ports {
        Ports::List(list) => list.list.is_some_and(|ix| estate.port_list(ix).entries.is_empty()),
        _ => false,
    };
    let empty = match &rule.peer {
        Peer::List(list) => list.list.is_some_and(|ix| estate.address_list(ix).entries.is_empty()),
        _ => false,
    };
    let narrow = rule.narrow.as_deref().is_some_and(|narrow| empty_ports(&narrow.source_ports));
    rule.acts == Acts::Surely && !empty && !empty_ports(&rule.ports) && !narrow
}

/// One case: the notation, and for each removable rule `group.position` whether it is shadowed and what covers it.
fn check(text: &str, expected: &[(&str, bool, &str)]) {
    let case = parse(text).unwrap();
    let index = Index::new(&case.estate);
    let name = |rule: RuleRef| {
        let group = case.estate.group(rule.group);
        format!("{}.{}", case.estate.text(group.id), rule.rule + 1)
    };
    let cover = |removable: &Removable| {
        let told = removable.covered_by.iter().map(|decider| match decider {
            Decider::Default => "default".to_owned(),
            Decider::Line(Source::Rule(rule)) => name(*rule),
            Decider::Line(other) => format!("{other:?}"),
        });
        told.collect::<Vec<_>>().join(" ")
    };
    let found: Vec<(String, bool, String)> =
        redundancy(&index, 2).iter().map(|it| (name(it.rule), it.shadowed, cover(it))).collect();
    let expected: Vec<(String, bool, String)> = expected
        .iter()
        .map(|(rule, shadowed, by)| ((*rule).to_owned(), *shadowed, (*by).to_owned()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_rule_within_a_wider_one_of_higher_rank_is_shadowed() {
    check(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup a in n\n  in 1 allow tcp 80 from 0.0.0.0/0\n  in 2 allow tcp 80 from 10.0.0.0/8\n",
        &[("a.2", true, "a.1")],
    );
}

#[test]
fn a_rule_within_a_wider_one_of_lower_rank_decides_and_yet_could_go() {
    check(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup a in n\n  in 1 allow tcp 80 from 10.0.0.0/8\n  in 2 allow tcp 80 from 0.0.0.0/0\n",
        &[("a.1", false, "a.2")],
    );
}

#[test]
fn a_deny_between_makes_the_upper_allow_needed() {
    check(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup a in n\n  in 1 allow tcp 80 from 10.0.0.0/8\n  in 2 deny tcp 80 from 10.1.0.0/16\n  in 3 allow tcp 80 from 0.0.0.0/0\n",
        // The deny never decides, because the first rule takes all of its packets; without it the first could go too.
        &[("a.1", false, "a.3"), ("a.2", true, "a.1")][1..],
    );
}

#[test]
fn of_two_equal_rules_one_goes_and_one_stays() {
    check(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup a in n\n  in 1 allow tcp 80 from 0.0.0.0/0\n  in 1 allow tcp 80 from 0.0.0.0/0\n",
        &[("a.2", false, "a.1")],
    );
}

#[test]
fn two_halves_together_cover_the_whole() {
    check(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup a in n\n  in 1 allow tcp 80 from 0.0.0.0/1\n  in 1 allow tcp 80 from 128.0.0.0/1\n  in 2 allow tcp 80 from 0.0.0.0/0\n",
        &[("a.3", true, "a.1 a.2")],
    );
}

#[test]
fn a_deny_that_the_default_repeats_could_go() {
    check(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup a in n\n  in 100 deny all from 0.0.0.0/0\n  in 1 allow tcp 80 from 0.0.0.0/0\n",
        // Port 80 is decided before it is asked; everything else the default closes as well.
        &[("a.1", false, "a.2 default")],
    );
}

#[test]
fn another_group_of_every_interface_covers_and_of_only_some_does_not() {
    let groups = "profile basic\nnetwork n 10.0.0.0/16\ngroup a in n\n  in 5 allow tcp 80 from 10.0.0.0/8\ngroup b in n\n  in 1 allow tcp 80 from 0.0.0.0/0\n";
    check(&format!("{groups}interface x in n 10.0.0.1 groups a b\n"), &[("a.1", true, "b.1")]);
    check(
        &format!("{groups}interface x in n 10.0.0.1 groups a b\ninterface y in n 10.0.0.2 groups a\n"),
        &[],
    );
}

#[test]
fn a_rule_for_a_group_without_members_waits_for_the_first() {
    let text = "profile basic\nnetwork n 10.0.0.0/16\ngroup a in n\n  in 1 allow tcp 80 from group b\ngroup b in n\ninterface x in n 10.0.0.1 groups a\n";
    check(text, &[]);
    // What covers the whole network covers every future member.
    let text = "profile basic\nnetwork n 10.0.0.0/16\ngroup a in n\n  in 1 allow tcp 80 from group b\n  in 1 allow tcp 80 from 10.0.0.0/8\ngroup b in n\ninterface x in n 10.0.0.1 groups a\n";
    check(text, &[("a.1", false, "a.2")]);
}

#[test]
fn what_may_be_covered_by_an_unknown_list_is_not_called_removable() {
    check(
        "profile basic\nnetwork n 10.0.0.0/16\nlist gone ?\ngroup a in n\n  in 1 allow tcp 80 from 10.0.0.0/8\n  in 2 allow tcp 80 from list gone\n",
        &[],
    );
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let mut rng = fastrand::Rng::with_seed(7);
    for _ in 0..50 {
        let estate =
            generate::estate(&mut rng, &Knobs { groups: 6, rules: 20, interfaces: 30, ..Knobs::default() });
        let index = Index::new(&estate);
        assert_eq!(redundancy(&index, 1), redundancy(&index, 4));
    }
}
