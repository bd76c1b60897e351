//! What holds of every comparison of two estates, one of which is an edit of the other.
//!
//! `PORTREEVE_CASES` sets the number of pairs, and `PORTREEVE_SEED` the first seed, so that a failure can be repeated.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has to say so"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{number, packet, place};
use fastrand::Rng;
use portreeve_engine::diff::{Bearer, Delta, Effect, Pair, RuleChangeKind, Site};
use portreeve_engine::{Bound, Differences, Index, Place, Policy, diff};
use portreeve_model::{
    Action, Acts, Direction, Estate, GroupIx, GroupListIx, InterfaceIx, Listing, NetworkIx, Peer, PortRange,
    Ports, Prefix, Rule, SameGroup, Text,
};
use portreeve_netset::PacketSet;
use portreeve_testkit::generate::{self, Knobs, number_rules};
use portreeve_testkit::{Kind, oracle, parse};

const PAIRS: u64 = 1_000;
const PACKETS: usize = 60;

fn knobs(rng: &mut Rng) -> Knobs {
    let kind = [None, Some(Kind::Basic), Some(Kind::GroupsInOrder)][rng.usize(0..3)];
    let gaps = [0.0, 0.04, 0.15][rng.usize(0..3)];
    Knobs { kind, gaps, ..Knobs::default() }
}

fn each_pair(mut look: impl FnMut(u64, &mut Rng, &Estate, &Estate)) {
    let first = number("PORTREEVE_SEED", 1);
    for seed in first..first + number("PORTREEVE_CASES", PAIRS) {
        let mut rng = Rng::with_seed(seed);
        let knobs = knobs(&mut rng);
        let old = generate::estate(&mut rng, &knobs);
        let mut new = old.clone();
        for _ in 0..rng.usize(1..4) {
            edit(&mut rng, &knobs, &mut new);
        }
        look(seed, &mut rng, &old, &new);
    }
}

/// One change that a person might make, or that a later collection might show.
fn edit(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) {
    let at = rng.usize(0..estate.groups.len());
    match rng.u8(0..12) {
        0..4 => {
            let rule = generate::rule(rng, knobs, estate);
            let rules = &mut estate.groups[at].rules;
            rules.insert(rng.usize(0..=rules.len()), rule);
        }
        4 | 5 => {
            let rules = &mut estate.groups[at].rules;
            if !rules.is_empty() {
                rules.remove(rng.usize(0..rules.len()));
            }
        }
        6 => rng.choice(&mut estate.groups[at].rules).into_iter().for_each(|rule| rule.priority += 1),
        7 => {
            let group = &mut estate.groups[at];
            let flipped = match group.same_group {
                SameGroup::Allow => SameGroup::Rules,
                _ => SameGroup::Allow,
            };
            group.same_group = flipped;
        }
        8 => regroup(rng, estate),
        9 => {
            let only = estate.interfaces.len() == 1;
            if !only {
                estate.interfaces.remove(rng.usize(0..estate.interfaces.len()));
            }
        }
        10 => {
            let gap = estate.add_gap("interfaces", "a page is missing");
            estate.coverage.interfaces = Listing::Partial(gap);
        }
        _ => {
            let extra = Prefix::new("203.0.113.0".parse().unwrap(), 24).unwrap();
            if let Some(list) = estate.address_lists.last_mut() {
                list.entries = list.entries.iter().copied().chain([extra.into()]).collect();
            }
        }
    }
    estate.groups.iter_mut().for_each(|group| number_rules(&mut group.rules));
}

/// Gives an interface other groups, or its own in another order.
fn regroup(rng: &mut Rng, estate: &mut Estate) {
    let ids: Vec<Text> = estate.groups.iter().map(|group| group.id).collect();
    let amount = rng.usize(1..=ids.len());
    let mut list = rng.choose_multiple(ids, amount);
    rng.shuffle(&mut list);
    estate.group_lists.push(list.into_boxed_slice());
    let added = GroupListIx::new(estate.group_lists.len() - 1);
    rng.choice(&mut estate.interfaces).unwrap().groups = Some(added);
}

fn compared(old: &Estate, new: &Estate) -> Differences {
    diff(&Index::new(old), &Index::new(new), 1)
}

#[test]
fn an_estate_does_not_differ_from_itself() {
    each_pair(|seed, _, old, _| {
        assert_eq!(compared(old, &old.clone()), Differences::default(), "seed {seed}");
    });
}

/// The effects on a bearer, as ids: a bearer has each direction and site at most once.
type Told = BTreeMap<(String, &'static str, String), [PacketSet; 4]>;

fn flip<T: Copy>(pair: Pair<T>) -> Pair<T> {
    Pair { old: pair.new, new: pair.old }
}

fn told(differences: &Differences, swapped: bool) -> Told {
    let side = |pair: Pair<u32>| if swapped { flip(pair) } else { pair };
    let number = |at: usize| u32::try_from(at).unwrap();
    let mut told = Told::new();
    for shift in &differences.shifts {
        for bearer in &shift.bearers {
            let names: Vec<String> = match bearer {
                Bearer::Interfaces { interfaces, .. } => interfaces
                    .iter()
                    .map(|it| {
                        let pair = Pair {
                            old: it.old.map(|ix| number(ix.at())),
                            new: it.new.map(|ix| number(ix.at())),
                        };
                        format!("interface {:?}", side(pair))
                    })
                    .collect(),
                Bearer::Group(it) => {
                    let pair =
                        Pair { old: it.old.map(|ix| number(ix.at())), new: it.new.map(|ix| number(ix.at())) };
                    vec![format!("group {:?}", side(pair))]
                }
                Bearer::Subnets { .. } => panic!("there are no subnets here"),
            };
            for effect in &shift.effects {
                let Delta { gained: a, lost: b } = effect.surely.clone();
                let Delta { gained: c, lost: d } = effect.possibly.clone();
                let sets = if swapped { [b, a, d, c] } else { [a, b, c, d] };
                let sites: BTreeSet<String> = effect.sites.iter().map(|site| format!("{site:?}")).collect();
                for name in &names {
                    let key = (name.clone(), effect.direction.as_str(), format!("{sites:?}"));
                    assert!(told.insert(key, sets.clone()).is_none());
                }
            }
        }
    }
    told
}

#[test]
fn what_is_gained_one_way_is_lost_the_other() {
    each_pair(|seed, _, old, new| {
        assert_eq!(told(&compared(old, new), false), told(&compared(new, old), true), "seed {seed}");
    });
}

/// The places that an effect speaks of, as either estate sees them: edits leave networks alone.
fn places(estate: &Estate, effect: &Effect) -> Vec<Place> {
    if effect.sites.is_empty() {
        let networks = (0..estate.networks.len()).map(|at| Place::Network(NetworkIx::new(at)));
        return networks.chain([Place::Internet, Place::Elsewhere]).collect();
    }
    let place = |site: &Site| match site {
        Site::Internet => Place::Internet,
        Site::Elsewhere => Place::Elsewhere,
        Site::Network(pair) => Place::Network(pair.old.unwrap()),
    };
    effect.sites.iter().map(place).collect()
}

#[test]
fn what_was_and_what_is_gained_is_what_is_and_what_is_lost() {
    let mut seen = 0;
    each_pair(|seed, _, old, new| {
        let (was, is) = (Index::new(old), Index::new(new));
        for shift in diff(&was, &is, 2).shifts {
            for bearer in &shift.bearers {
                for effect in &shift.effects {
                    for place in places(old, effect) {
                        for (bound, delta) in
                            [(Bound::Surely, &effect.surely), (Bound::Possibly, &effect.possibly)]
                        {
                            let permitted = |index: &Index<'_>, new: bool| match bearer {
                                Bearer::Interfaces { classes, .. } => {
                                    let class = if new { classes.new } else { classes.old };
                                    class.map(|ix| {
                                        Policy::of_class(
                                            index,
                                            index.class(ix),
                                            effect.direction,
                                            place,
                                            bound,
                                        )
                                    })
                                }
                                Bearer::Group(pair) => {
                                    let group = if new { pair.new } else { pair.old };
                                    group
                                        .map(|ix| Policy::of_group(index, ix, effect.direction, place, bound))
                                }
                                Bearer::Subnets { .. } => None,
                            };
                            let set = |policy: Option<Policy>| {
                                policy.map_or(PacketSet::empty(), |it| it.permitted())
                            };
                            let (before, after) = (set(permitted(&was, false)), set(permitted(&is, true)));
                            assert_eq!(before.union(&delta.gained), after.union(&delta.lost), "seed {seed}");
                            assert!(
                                delta.gained.is_disjoint(&before) && delta.lost.is_disjoint(&after),
                                "seed {seed}"
                            );
                            seen += 1;
                        }
                    }
                }
            }
        }
    });
    assert!(number("PORTREEVE_CASES", PAIRS) < PAIRS || seen > 2_000, "{seen} sets");
}

/// What the differences say of one packet: whether it is gained and lost, surely and possibly.
fn said(differences: &Differences, interface: InterfaceIx, asked: &oracle::Packet) -> [bool; 4] {
    let here = |site: &Site| match (site, place(asked.place)) {
        (Site::Internet, Place::Internet) | (Site::Elsewhere, Place::Elsewhere) => true,
        (Site::Network(pair), Place::Network(network)) => pair.old == Some(network),
        _ => false,
    };
    let bears = |bearer: &Bearer| match bearer {
        Bearer::Interfaces { interfaces, .. } => interfaces.iter().any(|pair| pair.old == Some(interface)),
        _ => false,
    };
    let packet = packet(asked);
    let mut said = [false; 4];
    for shift in differences.shifts.iter().filter(|shift| shift.bearers.iter().any(bears)) {
        for effect in shift.effects.iter().filter(|effect| effect.direction == asked.direction) {
            if effect.sites.is_empty() || effect.sites.iter().any(here) {
                let sets = [
                    &effect.surely.gained,
                    &effect.surely.lost,
                    &effect.possibly.gained,
                    &effect.possibly.lost,
                ];
                for (said, set) in said.iter_mut().zip(sets) {
                    *said |= set.contains(&packet);
                }
            }
        }
    }
    said
}

#[test]
fn the_oracle_agrees_packet_by_packet() {
    let (mut asked, mut differing) = (0, 0);
    each_pair(|seed, rng, old, new| {
        let differences = compared(old, new);
        for _ in 0..PACKETS {
            let from = if rng.bool() { old } else { new };
            let at = rng.usize(0..old.interfaces.len());
            let (interface, was) = (InterfaceIx::new(at), &old.interfaces[at]);
            let Some(is) = new.interfaces.iter().find(|it| it.id == was.id) else { continue };
            let (Some(before), Some(after)) = (was.groups, is.groups) else { continue };
            let (before, after) = (old.group_list(before), new.group_list(after));
            let groups = if rng.bool() { before } else { after };
            let packet = generate::packet(rng, from, groups);
            let (before, after) = (oracle::decide(old, before, &packet), oracle::decide(new, after, &packet));
            let expected = [
                !before.surely && after.surely,
                before.surely && !after.surely,
                !before.possibly && after.possibly,
                before.possibly && !after.possibly,
            ];
            let found = said(&differences, interface, &packet);
            assert_eq!(found, expected, "seed {seed}: {packet:?} for {}", old.text(was.id));
            asked += 1;
            differing += usize::from(expected.contains(&true));
        }
    });
    assert!(
        number("PORTREEVE_CASES", PAIRS) < PAIRS || (asked > 20_000 && differing > 500),
        "{differing} of {asked}"
    );
}

/// Which halves a rule can be split into, by ports or by addresses.
fn halves(rule: &Rule) -> Option<[Rule; 2]> {
    if let Ports::Range(range) = rule.ports
        && range.first() < range.last()
    {
        let middle = range.first() + (range.last() - range.first()) / 2;
        let half =
            |first, last| Rule { ports: Ports::Range(PortRange::new(first, last).unwrap()), ..rule.clone() };
        return Some([half(range.first(), middle), half(middle + 1, range.last())]);
    }
    let Peer::Prefix(prefix) = rule.peer else { return None };
    let last = portreeve_model::AddressRange::from(prefix).last();
    let half = |address| {
        let peer = Peer::Prefix(Prefix::new(address, prefix.len() + 1)?);
        Some(Rule { peer, ..rule.clone() })
    };
    Some([half(prefix.address())?, half(last)?])
}

#[test]
fn rewriting_rules_has_no_effect() {
    let mut split = 0;
    each_pair(|seed, rng, old, _| {
        let mut new = old.clone();
        for (number, group) in new.groups.iter_mut().enumerate() {
            let mut rules: Vec<Rule> = Vec::new();
            for rule in &group.rules {
                match halves(rule) {
                    Some(parts) if rng.bool() => {
                        split += 1;
                        rules.extend(parts);
                    }
                    _ => rules.push(rule.clone()),
                }
            }
            // Ids and descriptions mean nothing, and neither does the order: only priorities rank.
            for (at, rule) in rules.iter_mut().enumerate() {
                rule.id = new.texts.intern(&format!("rule-{number}-{at}"));
                rule.description = new.texts.intern("written anew");
            }
            rng.shuffle(&mut rules);
            number_rules(&mut rules);
            group.rules = rules;
        }
        let differences = compared(old, &new);
        assert_eq!(differences.shifts, [], "seed {seed}");
        assert!(differences.rules.iter().all(|change| change.shifts.is_empty()), "seed {seed}");
    });
    assert!(number("PORTREEVE_CASES", PAIRS) < PAIRS || split > 1_000, "{split} rules were split");
}

#[test]
fn texts_of_another_store_are_the_same_texts() {
    each_pair(|seed, _, old, _| {
        // Printed in another order, an estate is read into a store that numbers its texts otherwise.
        let mut turned = old.clone();
        turned.groups.reverse();
        turned.interfaces.reverse();
        let last = old.groups.len() - 1;
        for rule in turned.groups.iter_mut().flat_map(|group| &mut group.rules) {
            if let Peer::Group { group: Some(ix), .. } = &mut rule.peer {
                *ix = GroupIx::new(last - ix.at());
            }
        }
        let read = |estate: &Estate| {
            let printed = portreeve_testkit::print(estate);
            parse(&printed).unwrap_or_else(|why| panic!("seed {seed}: {why}\n{printed}")).estate
        };
        assert_eq!(compared(&read(old), &read(&turned)).shifts, [], "seed {seed}");
    });
}

fn case(rules: &str) -> Estate {
    let text = format!(
        "profile basic\nnetwork n 10.0.0.0/8\ngroup web in n\n{rules}group db in n\n  in 1 allow tcp 3306 from group web\n\
         interface i in n 10.0.0.1 groups web\ninterface j in n 10.0.0.2 groups db\n"
    );
    parse(&text).unwrap_or_else(|why| panic!("{why}\n{text}")).estate
}

#[test]
fn a_rule_is_named_with_its_effect_or_without() {
    // (old rules, new rules, what opens, what closes, kinds of changes with and without an effect)
    let wide = "  in 1 allow tcp 22 from 0.0.0.0/0\n";
    let narrow = "  in 1 allow tcp 22 from 192.0.2.0/24\n";
    let late = "  in 9 deny tcp 22 from 192.0.2.0/24\n";
    let early = "  in 1 deny tcp 22 from 192.0.2.0/24\n";
    let both = format!("{wide}{narrow}");
    let cases = [
        ("", wide, "tcp 22 from 0.0.0.0/0", "none", vec![("added", true)]),
        (wide, "", "none", "tcp 22 from 0.0.0.0/0", vec![("removed", true)]),
        (wide, &both, "none", "none", vec![("added", false)]),
        (
            &format!("{wide}{late}"),
            &format!("{wide}{early}"),
            "none",
            "tcp 22 from 192.0.2.0/24",
            vec![("reranked", true)],
        ),
        (&both, &format!("{narrow}{wide}"), "none", "none", vec![("moved", false)]),
    ];
    for (was, is, opened, closed, changes) in cases {
        let differences = compared(&case(was), &case(is));
        let effects: Vec<&Effect> = differences.shifts.iter().flat_map(|shift| &shift.effects).collect();
        let all = |sets: Vec<PacketSet>| PacketSet::union_all(sets).to_string();
        assert_eq!(all(effects.iter().map(|it| it.opened()).collect()), opened, "{was} {is}");
        assert_eq!(all(effects.iter().map(|it| it.closed()).collect()), closed, "{was} {is}");
        assert!(effects.iter().all(|it| it.perhaps_opened().is_empty() && it.perhaps_closed().is_empty()));
        assert!(effects.iter().all(|it| it.sites.is_empty() && it.direction == Direction::Ingress));
        let found: Vec<(&str, bool)> =
            differences.rules.iter().map(|it| (it.kind.as_str(), !it.shifts.is_empty())).collect();
        assert_eq!(found, changes, "{was} {is}");
    }
}

#[test]
fn who_joins_a_group_opens_what_names_it() {
    let old = case("");
    let mut new = old.clone();
    let both = ["db", "web"].map(|id| new.texts.find(id).unwrap());
    new.group_lists.push(Box::from(both));
    new.interfaces[1].groups = Some(GroupListIx::new(new.group_lists.len() - 1));
    let differences = compared(&old, &new);
    // The address of `j` is now one of those that may reach `db`, that is `j` itself.
    let [shift] = differences.shifts.as_slice() else { panic!("{:?}", differences.shifts) };
    let [effect] = shift.effects.as_slice() else { panic!("{:?}", shift.effects) };
    assert_eq!(effect.opened().to_string(), "tcp 3306 from 10.0.0.2/32");
    assert!(matches!(effect.sites.as_slice(), [Site::Network(_)]));
    assert_eq!((differences.moved.len(), differences.rules.len()), (1, 0));
}

#[test]
fn what_gaps_leave_open_is_only_perhaps() {
    let old = case("");
    let mut new = case("  in 1 allow tcp 22 from 0.0.0.0/0\n");
    let gap = new.add_gap("web", "the priority cannot be read");
    let rule = &mut new.groups[0].rules[0];
    assert_eq!(rule.action, Action::Allow);
    (rule.acts, rule.gap) = (Acts::Possibly, Some(gap));
    let differences = compared(&old, &new);
    let effect = &differences.shifts[0].effects[0];
    assert!(effect.opened().is_empty());
    assert_eq!(effect.perhaps_opened().to_string(), "tcp 22 from 0.0.0.0/0");
    // Back again, what may have been open is not any more.
    let back = compared(&new, &old);
    assert_eq!(back.shifts[0].effects[0].perhaps_closed().to_string(), "tcp 22 from 0.0.0.0/0");
    assert_eq!(back.rules[0].kind, RuleChangeKind::Removed);
}

#[test]
fn a_group_that_nobody_carries_is_compared_alone() {
    let old = case("");
    let mut new = old.clone();
    let mut group = new.groups[1].clone();
    group.id = new.texts.intern("spare");
    new.groups.push(group);
    let differences = compared(&old, &new);
    assert_eq!(differences.groups.len(), 1);
    let [shift] = differences.shifts.as_slice() else { panic!("{:?}", differences.shifts) };
    assert!(matches!(shift.bearers.as_slice(), [Bearer::Group(Pair { old: None, new: Some(_) })]));
}
