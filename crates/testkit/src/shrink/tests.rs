//! Tests of shrinking.

use fastrand::Rng;
use portreeve_model::{Action, Estate, Text};

use super::{Failure, shrink};
use crate::generate::{self, Knobs};
use crate::oracle::{Packet, Verdict, decide};
use crate::parse;

/// An engine in which allow wins ties.
fn mistaken(estate: &Estate, groups: &[Text], packet: &Packet) -> Verdict {
    let mut estate = estate.clone();
    for rule in estate.groups.iter_mut().flat_map(|group| &mut group.rules) {
        rule.priority = rule.priority * 2 + u32::from(rule.action == Action::Deny);
    }
    decide(&estate, groups, packet).verdict
}

fn fails(estate: &Estate, groups: &[Text], packet: &Packet) -> bool {
    mistaken(estate, groups, packet) != decide(estate, groups, packet).verdict
}

#[test]
fn a_tie_shrinks_to_two_rules_of_one_interface() {
    let text = "profile basic
        network net 10.0.0.0/16
        list unused 10.0.0.0/8
        list half 198.51.100.0/24
        ports unused 22
        ports shells 22
        group other in net
          in 1 allow all from group web
        group web in net
          in 20 allow tcp 22 from group other
          in 10 allow tcp ports shells from any over internet
          in 10 deny tcp 20-25 from list half source-port 1024-65535
          in 30 deny tcp 22 from any
        interface a in net 10.0.0.5 groups other web
        interface b in net 10.0.0.6 groups web
        ask in tcp 22 from 198.51.100.7 to a => denied by web.in.3";
    let case = parse(text).unwrap();
    let question = &case.questions[0];
    let groups = case.groups(question).unwrap().to_vec();
    let failure = Failure { estate: case.estate.clone(), groups, packet: question.packet };
    let small = shrink(failure, fails).to_string();
    let expected = "network net 10.0.0.0/16
list half 198.51.100.0/24
ports shells 22
profile basic
group web in net
  in 10 allow tcp ports shells from any
  in 10 deny tcp 20-25 from list half
interface b in net 10.0.0.6 groups web
ask in tcp 22 from internet 198.51.100.7 to b at 10.0.0.5 => denied by web.in.2
";
    assert_eq!(small, expected);
}

#[test]
fn what_remains_still_fails_and_reads_back() {
    let mut found = 0;
    for seed in 0..300 {
        let mut rng = Rng::with_seed(seed);
        let estate = generate::estate(&mut rng, &Knobs::default());
        let groups = generate::groups(&mut rng, &estate);
        let packets: Vec<Packet> = (0..20).map(|_| generate::packet(&mut rng, &estate, &groups)).collect();
        let Some(packet) = packets.into_iter().find(|packet| fails(&estate, &groups, packet)) else {
            continue;
        };
        found += 1;
        let small = shrink(Failure { estate, groups, packet }, fails);
        assert!(fails(&small.estate, &small.groups, &small.packet), "seed {seed}\n{small}");
        let rules: usize = small.estate.groups.iter().map(|group| group.rules.len()).sum();
        // A tie needs an allow and a deny, the interface that is asked, and at most a member for each to name.
        assert_eq!(rules, 2, "seed {seed}\n{small}");
        assert!(small.estate.interfaces.len() <= 3, "seed {seed}\n{small}");
        let case = parse(&small.to_string()).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{small}"));
        case.check(decide).unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}\n{small}"));
    }
    assert!(found >= 30, "only {found} of 300 estates showed the mistake");
}
