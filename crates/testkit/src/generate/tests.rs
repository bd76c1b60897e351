//! Tests of the generator: the same seed gives the same, and everything that matters does turn up.

use std::collections::BTreeMap;

use fastrand::Rng;
use portreeve_model::{Direction, Estate, Peer};

use super::{Knobs, estate, groups, packet};
use crate::oracle::{Why, decide};
use crate::{Kind, Packet, Verdict};

const ESTATES: u64 = 400;
const PACKETS: usize = 50;

fn each_case(knobs: &Knobs, mut look: impl FnMut(&Estate, &[portreeve_model::Text], &Packet)) {
    for seed in 0..ESTATES {
        let mut rng = Rng::with_seed(seed);
        let estate = estate(&mut rng, knobs);
        for _ in 0..PACKETS {
            let groups = groups(&mut rng, &estate);
            let packet = packet(&mut rng, &estate, &groups);
            look(&estate, &groups, &packet);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_estate_and_packets() {
    let draw = || {
        let mut all = Vec::new();
        each_case(&Knobs::default(), |estate, groups, packet| {
            all.push(format!("{:?} {groups:?} {packet:?}", estate.groups));
        });
        all
    };
    assert!(draw() == draw());
}

#[test]
fn every_verdict_and_every_reason_turns_up_for_every_kind() {
    for kind in Kind::ALL {
        let mut seen = BTreeMap::new();
        each_case(&Knobs { kind: Some(kind), ..Knobs::default() }, |estate, groups, packet| {
            let answer = decide(estate, groups, packet);
            *seen.entry(format!("{:?}/{:?}", answer.verdict, answer.why)).or_insert(0_usize) += 1;
        });
        let wanted = ["Allowed/Rules", "Allowed/SameGroup", "Denied/Rules", "Denied/Default", "Unknown/Gaps"];
        for wanted in wanted {
            // One percent of 20,000 packets: rarer, and a mistake there could hide.
            let times = seen.get(wanted).copied().unwrap_or(0);
            assert!(times >= 200, "{}: {wanted} turned up {times} times: {seen:?}", kind.name());
        }
        assert_eq!(seen.contains_key("Allowed/Default"), kind == Kind::Basic, "{}: {seen:?}", kind.name());
    }
}

#[test]
fn without_gaps_every_answer_is_firm() {
    each_case(&Knobs::without_gaps(), |estate, groups, packet| {
        let answer = decide(estate, groups, packet);
        assert_ne!(answer.verdict, Verdict::Unknown, "{packet:?}");
        assert_eq!(answer.surely, answer.possibly, "{packet:?}");
        assert_ne!(answer.why, Why::Gaps, "{packet:?}");
    });
}

#[test]
fn both_sides_of_a_packet_speak_one_family() {
    each_case(&Knobs::default(), |_, _, packet| {
        assert_eq!(packet.local.is_ipv4(), packet.peer.is_ipv4(), "{packet:?}");
    });
}

#[test]
fn rules_count_from_one_in_each_direction() {
    each_case(&Knobs::default(), |estate, _, _| {
        for group in &estate.groups {
            for direction in Direction::BOTH {
                let positions: Vec<u32> = group.rules_of(direction).map(|rule| rule.position).collect();
                let counted: Vec<u32> = (1..).take(positions.len()).collect();
                assert_eq!(positions, counted);
            }
        }
    });
}

#[test]
fn members_meet_rules_that_name_their_group() {
    let mut met = 0;
    each_case(&Knobs::without_gaps(), |estate, groups, packet| {
        let by = decide(estate, groups, packet).by;
        let rules = by.iter().filter_map(|&(group, at)| estate.group(group).rules.get(at));
        met += usize::from(rules.into_iter().any(|rule| matches!(rule.peer, Peer::Group { .. })));
    });
    assert!(met >= 200, "{met} of 20,000 packets were decided by a group peer");
}
