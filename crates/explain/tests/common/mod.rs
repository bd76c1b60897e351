//! What the tests of explanations share: random estates with everything around them, and the oracle's ends as spots.

#![allow(dead_code, unreachable_pub, reason = "every test file takes what it needs")]

pub mod build;

use fastrand::Rng;
use portreeve_explain::{End, Explainer, Question, Spot};
use portreeve_model::Estate;
use portreeve_testkit::Kind;
use portreeve_testkit::generate::{self, Knobs};
use portreeve_testkit::oracle::path;

/// A number from the environment.
pub fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The random estate of a seed: the kinds take turns, every third one has no gaps, and some have many rules.
pub fn estate(seed: u64) -> (Rng, Estate) {
    let mut rng = Rng::with_seed(seed);
    let kind = usize::try_from(seed).ok().and_then(|at| Kind::ALL.get(at % Kind::ALL.len())).copied();
    let gaps = if seed.is_multiple_of(3) { 0.0 } else { Knobs::default().gaps };
    // Long lists of rules are asked in another way than short ones.
    let rules = if seed.is_multiple_of(11) { 250 } else { Knobs::default().rules };
    let knobs = Knobs { kind, gaps, rules, deny: 0.25, ..Knobs::default() };
    let mut estate = generate::estate(&mut rng, &knobs);
    generate::surround(&mut rng, &knobs, &mut estate);
    (rng, estate)
}

/// The spot of an end.
pub fn spot(end: &path::End) -> Spot {
    match *end {
        path::End::Interface { interface, private, public } => Spot::Interface { interface, private, public },
        path::End::Public(address) => Spot::Public(address),
        path::End::Inside { network, subnet, address } => Spot::Inside { network, subnet, address },
        path::End::Outside(address) => Spot::Outside(address),
    }
}

/// The question about one connection, with everything about it said.
pub fn exactly(asked: &path::Connection) -> Question {
    Question {
        from: End::Spots(vec![spot(&asked.from)]),
        to: End::Spots(vec![spot(&asked.to)]),
        protocol: Some(asked.protocol),
        port: Some(asked.port),
        source_port: Some(asked.source_port),
    }
}

/// The part of an answer about two spots that says what the whole says. There are several only where several ways lead in.
pub fn only_part(explainer: &Explainer<'_>, question: &Question) -> portreeve_explain::Part {
    let answer = explainer.ask(question).unwrap();
    let way = |part: &portreeve_explain::Part| matches!(part.to, Spot::Behind { .. });
    assert!(answer.parts.iter().filter(|part| !way(part)).count() <= 1, "{question:?}");
    answer.decisive().unwrap().clone()
}
