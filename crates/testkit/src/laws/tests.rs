//! Tests of the laws: the oracle keeps them all, and each known mistake breaks the laws that are about it.

use std::collections::BTreeSet;

use portreeve_model::{
    Action, Acts, Estate, NetworkIx, Otherwise, Peer, PortRange, Ports, Ranking, Rule, Text,
};

use super::{ALL, Decide, Oracle};
use crate::oracle::{Packet, Place, decide};

const CASES: u64 = 300;

/// `PORTREEVE_CASES` asks for a longer run.
#[test]
fn the_oracle_keeps_every_law() {
    let cases = std::env::var("PORTREEVE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
    for law in ALL {
        law.holds(&Oracle, cases).unwrap_or_else(|broken| panic!("{broken}"));
    }
}

/// An oracle that is told something else than the truth, which is how an engine with a mistake looks from outside.
struct Mistaken {
    estate: fn(&mut Estate),
    packet: fn(&Packet) -> Packet,
    unknown_is_denied: bool,
}

impl Default for Mistaken {
    fn default() -> Self {
        Self { estate: |_| (), packet: |packet| *packet, unknown_is_denied: false }
    }
}

impl Mistaken {
    fn answer(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> crate::Answer {
        let mut estate = estate.clone();
        (self.estate)(&mut estate);
        decide(&estate, groups, &(self.packet)(packet))
    }
}

impl Decide for Mistaken {
    fn surely(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> bool {
        self.answer(estate, groups, packet).surely
    }

    fn possibly(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> bool {
        let answer = self.answer(estate, groups, packet);
        if self.unknown_is_denied { answer.surely } else { answer.possibly }
    }
}

fn each_rule(estate: &mut Estate, change: impl FnMut(&mut Rule)) {
    estate.groups.iter_mut().flat_map(|group| &mut group.rules).for_each(change);
}

fn mistake(estate: fn(&mut Estate)) -> Mistaken {
    Mistaken { estate, ..Mistaken::default() }
}

/// Keeps only the rules that are as asked.
fn keep(estate: &mut Estate, wanted: impl Fn(&Rule) -> bool) {
    for group in &mut estate.groups {
        group.rules.retain(&wanted);
    }
}

/// Compared as texts, 100 comes before 2.
fn as_text(priority: u32) -> u32 {
    priority.to_string().bytes().chain([0; 4]).take(4).fold(0, |sum, byte| sum * 256 + u32::from(byte))
}

fn mistakes_about_ranks() -> Vec<(&'static str, Mistaken)> {
    let allow_wins_ties = mistake(|estate| {
        each_rule(estate, |rule| rule.priority = rule.priority * 2 + u32::from(rule.action == Action::Deny));
    });
    let order_decides = mistake(|estate| each_rule(estate, |rule| rule.priority = rule.position));
    let priorities_are_texts =
        mistake(|estate| each_rule(estate, |rule| rule.priority = as_text(rule.priority)));
    let groups_have_an_order = mistake(|estate| {
        for profile in &mut estate.profiles {
            profile.ranking = Ranking::GroupThenPriority;
        }
    });
    let all_is_open = mistake(|estate| {
        for profile in &mut estate.profiles {
            profile.ingress = Otherwise::Allow;
        }
    });
    let all_is_closed = mistake(|estate| {
        for profile in &mut estate.profiles {
            profile.egress = Otherwise::Deny;
        }
    });
    vec![
        ("deny_wins_ties", allow_wins_ties),
        ("order_is_irrelevant_within_a_band", order_decides),
        ("only_the_order_of_priorities_counts", priorities_are_texts),
        ("group_order_is_irrelevant_under_priority", groups_have_an_order),
        ("default_denies", all_is_open),
        ("default_allows_where_it_says_so", all_is_closed),
    ]
}

fn mistakes_about_rules() -> Vec<(&'static str, Mistaken)> {
    let disabled_rules_act = mistake(|estate| each_rule(estate, |rule| rule.acts = Acts::Surely));
    let half_of_everything_is_nothing = mistake(|estate| {
        keep(estate, |rule| !matches!(rule.peer, Peer::Prefix(prefix) if prefix.len() == 1));
    });
    let a_range_is_its_first_port = mistake(|estate| {
        each_rule(estate, |rule| {
            if let Ports::Range(range) = rule.ports {
                rule.ports = Ports::Range(PortRange::one(range.first()));
            }
        });
    });
    let twice_is_never = mistake(|estate| {
        let same = |one: &Rule, two: &Rule| Rule { position: two.position, ..one.clone() } == *two;
        for group in &mut estate.groups {
            let rules = group.rules.clone();
            group.rules.retain(|rule| rules.iter().filter(|other| same(rule, other)).count() < 2);
        }
    });
    let lists_are_ignored = mistake(|estate| keep(estate, |rule| !matches!(rule.peer, Peer::List(_))));
    let all_rules_are_one_list = mistake(|estate| {
        let rules: Vec<Rule> = estate.groups.iter().flat_map(|group| group.rules.clone()).collect();
        for group in &mut estate.groups {
            group.rules.clone_from(&rules);
        }
    });
    vec![
        ("a_disabled_rule_changes_nothing", disabled_rules_act),
        ("splitting_a_prefix_changes_nothing", half_of_everything_is_nothing),
        ("splitting_a_port_range_changes_nothing", a_range_is_its_first_port),
        ("duplicate_rules_change_nothing", twice_is_never),
        ("a_prefix_in_a_list_is_a_prefix", lists_are_ignored),
        ("rules_of_other_groups_do_not_matter", all_rules_are_one_list),
    ]
}

fn mistakes_about_places_and_gaps() -> Vec<(&'static str, Mistaken)> {
    let networks_are_one = Mistaken {
        estate: |estate| {
            for interface in &mut estate.interfaces {
                interface.network = Some(NetworkIx::new(0));
            }
        },
        ..Mistaken::default()
    };
    let the_internet_is_a_network = Mistaken {
        packet: |packet| match packet.place {
            Place::Internet => Packet { place: Place::Network(NetworkIx::new(0)), ..*packet },
            _ => *packet,
        },
        ..Mistaken::default()
    };
    let the_unknown_is_denied = Mistaken { unknown_is_denied: true, ..Mistaken::default() };
    let the_unknown_is_everyone = mistake(|estate| {
        each_rule(estate, |rule| {
            if rule.peer == Peer::Unknown {
                rule.peer = Peer::Any;
            }
        });
    });
    vec![
        ("members_of_another_network_do_not_matter", networks_are_one),
        ("a_group_peer_never_matches_the_internet", the_internet_is_a_network),
        ("a_gap_never_makes_an_answer_firm", the_unknown_is_denied),
        ("a_gap_never_makes_an_answer_firm", the_unknown_is_everyone),
    ]
}

#[test]
fn every_mistake_breaks_its_law() {
    let mistakes = [mistakes_about_ranks(), mistakes_about_rules(), mistakes_about_places_and_gaps()];
    for (name, mistaken) in mistakes.iter().flatten() {
        let law = ALL.iter().find(|law| law.name == *name).unwrap();
        let told = law.holds(mistaken, CASES).expect_err(name);
        assert!(told.starts_with(&format!("{name} is broken by seed ")), "{told}");
    }
}

/// Mistakes that only a wrapper around the answer can make.
struct Odd(fn(&Estate, bool) -> bool, fn(&Estate, bool) -> bool);

impl Decide for Odd {
    fn surely(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> bool {
        (self.0)(estate, decide(estate, groups, packet).surely)
    }

    fn possibly(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> bool {
        (self.1)(estate, decide(estate, groups, packet).possibly)
    }
}

/// An estate whose rules are odd in number, which one more rule changes.
fn odd(estate: &Estate) -> bool {
    estate.groups.iter().map(|group| group.rules.len()).sum::<usize>() % 2 == 1
}

#[test]
fn every_odd_answer_breaks_its_law() {
    let cases = [
        ("surely_implies_possibly", Odd(|_, _| true, |_, possibly| possibly)),
        ("adding_an_allow_never_closes", Odd(|estate, yes| yes && odd(estate), |_, possibly| possibly)),
        ("adding_a_deny_never_opens", Odd(|_, surely| surely, |estate, yes| yes || odd(estate))),
        ("a_deny_before_all_closes_all", Odd(|_, surely| surely, |_, _| true)),
    ];
    for (name, mistaken) in &cases {
        let law = ALL.iter().find(|law| law.name == *name).unwrap();
        law.holds(mistaken, CASES).expect_err(name);
    }
}

#[test]
fn laws_have_different_names() {
    let names: BTreeSet<&str> = ALL.iter().map(|law| law.name).collect();
    assert_eq!(names.len(), ALL.len());
}
