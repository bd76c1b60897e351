//! The engine against the naive oracle, on random estates and packets at the borders of their rules.
//!
//! `PORTREEVE_CASES` sets the number of estates (2,000 by default; millions for a long run with `--release`), and
//! `PORTREEVE_SEED` the first seed, so that a failure can be repeated.

mod common;

use common::{number, packet, place};
use portreeve_engine::{Bound, Index, Policy, Source};
use portreeve_model::{Action, Estate, GroupIx, Text};
use portreeve_testkit::generate::{self, Knobs};
use portreeve_testkit::{Why, oracle};

/// Asks the engine in each of its ways and holds the answers against each other and against the oracle.
fn compare(estate: &Estate, ids: &[Text], index: &Index<'_>, asked: &oracle::Packet) -> Result<(), String> {
    let expected = oracle::decide(estate, ids, asked);
    let (interface, _) = estate
        .each_interface()
        .find(|(_, interface)| interface.groups.is_some_and(|list| &**estate.group_list(list) == ids))
        .ok_or("no interface has these groups")?;
    let class = index.class(index.class_of(interface));
    let sent = packet(asked);
    for (bound, allowed) in [(Bound::Surely, expected.surely), (Bound::Possibly, expected.possibly)] {
        let policy = Policy::of_class(index, class, asked.direction, place(asked.place), bound);
        let decision = policy.decide(&sent);
        let answers = [
            ("decide", decision.action == Action::Allow),
            ("table", policy.table().decide(&sent).action == Action::Allow),
            ("permitted", policy.permitted().contains(&sent)),
        ];
        for (way, answer) in answers {
            if answer != allowed {
                return Err(format!(
                    "{way} under {bound:?} says {answer}, the oracle {allowed} ({expected:?})"
                ));
            }
        }
        if policy.table().decide(&sent) != decision {
            return Err(format!("the table names {:?}, the list {decision:?}", policy.table().decide(&sent)));
        }
        if policy.is_exact() && expected.surely != expected.possibly {
            return Err(format!("the engine calls exact what the oracle leaves open: {expected:?}"));
        }
        if expected.surely == expected.possibly && policy.is_exact() {
            agree_on_reason(&expected, decision.by)?;
        }
    }
    Ok(())
}

/// Where nothing is open, the engine's deciding rule is one of those that decide for the oracle.
fn agree_on_reason(expected: &oracle::Answer, by: Option<Source>) -> Result<(), String> {
    let rules: Vec<(GroupIx, usize)> = expected.by.clone();
    let agrees = match by {
        Some(Source::Rule(rule)) => rules.contains(&(rule.group, rule.rule as usize)),
        Some(Source::SameGroup(_)) => expected.why == Why::SameGroup,
        Some(_) => false,
        None => rules.is_empty() && expected.why == Why::Default,
    };
    if agrees { Ok(()) } else { Err(format!("the engine names {by:?}, the oracle {expected:?}")) }
}

#[test]
fn engine_and_oracle_agree() {
    let estates = number("PORTREEVE_CASES", 2_000);
    let first = number("PORTREEVE_SEED", 1);
    let (mut asked, mut open) = (0u64, 0u64);
    for seed in first..first + estates {
        let mut rng = fastrand::Rng::with_seed(seed);
        let estate = generate::estate(&mut rng, &Knobs::default());
        let index = Index::new(&estate);
        for _ in 0..200 {
            let groups = generate::groups(&mut rng, &estate);
            let question = generate::packet(&mut rng, &estate, &groups);
            if let Err(difference) = compare(&estate, &groups, &index, &question) {
                panic!("seed {seed}: {difference}\n{question:?}\n{}", portreeve_testkit::print(&estate));
            }
            asked += 1;
            let answer = oracle::decide(&estate, &groups, &question);
            open += u64::from(answer.surely != answer.possibly);
        }
    }
    assert_eq!(asked, estates * 200);
    // The comparison is only worth something where gaps really leave some answers open, and not all.
    assert!(open > asked / 50 && open < asked / 2, "{open} of {asked} answers were open");
}
