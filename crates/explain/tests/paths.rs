//! Explanations against the naive oracle of paths, on random estates with everything around them.
//!
//! `PORTREEVE_CASES` sets the number of estates, and `PORTREEVE_SEED` the first seed, so that a failure can be repeated.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has to say so"
)]

mod common;

use std::collections::BTreeMap;

use common::{estate, exactly, number, only_part, spot};
use fastrand::Rng;
use portreeve_engine::Index;
use portreeve_explain::{End, Explainer, Lookup, Options, Part, Question, Verdict};
use portreeve_model::Estate;
use portreeve_netset::{Packet, protocol};
use portreeve_testkit::generate;
use portreeve_testkit::oracle::path::{self, Connection};
use portreeve_testkit::{Kind, oracle};

const ESTATES: u64 = 500;
const QUESTIONS: usize = 50;
/// Packets of each set that are held against the oracle.
const SAMPLES: usize = 8;

const QUIET: Options = Options { smtp_unblocked: false, causes: false, plans: false, trace: false };

/// Asks for every estate, and gathers what went wrong with its seed.
fn each_estate(mut look: impl FnMut(&mut Rng, &Estate, &Explainer<'_>) -> Result<(), String>) {
    let first = number("PORTREEVE_SEED", 0);
    for seed in first..first + number("PORTREEVE_CASES", ESTATES) {
        let (mut rng, estate) = estate(seed);
        let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
        let explainer = Explainer::new(&index, &lookup, QUIET);
        if let Err(said) = look(&mut rng, &estate, &explainer) {
            panic!("seed {seed}: {said}");
        }
    }
}

fn words(verdict: oracle::Verdict) -> &'static str {
    match verdict {
        oracle::Verdict::Allowed => "allowed",
        oracle::Verdict::Denied => "denied",
        oracle::Verdict::Unknown => "unknown",
    }
}

/// Shows where the two disagree.
fn disagreement(estate: &Estate, asked: &Connection, part: &Part, said: &str) -> String {
    let mut text = format!("{said}\n{asked:?}\n");
    for (layer, says) in path::layers(estate, asked) {
        text = format!("{text}  oracle  {layer}: {says:?}\n");
    }
    for step in &part.steps {
        let layer = (step.layer, step.direction, step.reply);
        let (at, said) = (estate.text(step.at), &step.because);
        text = format!("{text}  explain {layer:?} {at}: {:?} {said}\n", step.verdict);
    }
    text
}

#[test]
fn one_packet_gets_the_oracles_verdict() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    each_estate(|rng, estate, explainer| {
        for _ in 0..QUESTIONS {
            let Some(asked) = generate::connection(rng, estate) else { continue };
            let expected = words(path::decide(estate, &asked));
            let part = only_part(explainer, &exactly(&asked));
            *seen.entry(expected).or_default() += 1;
            if part.verdict.as_str() != expected {
                let said = format!("explained as {}, the oracle says {expected}", part.verdict.as_str());
                return Err(disagreement(estate, &asked, &part, &said));
            }
        }
        Ok(())
    });
    if number("PORTREEVE_CASES", ESTATES) >= ESTATES {
        // A verdict that hardly turns up is hardly tested.
        for verdict in ["allowed", "denied", "unknown"] {
            assert!(seen.get(verdict).is_some_and(|times| *times >= 1000), "{seen:?}");
        }
    }
}

/// A question about some of the packets between two ends: sides that are left open are drawn.
fn open_question(rng: &mut Rng, asked: &Connection) -> Question {
    let end = |end: &path::End, free: bool| match end {
        path::End::Public(_) if free => End::Internet,
        end => End::Spots(vec![spot(end)]),
    };
    let free = rng.u8(0..3) > 0;
    let (protocol, port) = match rng.u8(0..4) {
        0 => (None, None),
        1 => (Some(asked.protocol), None),
        _ => (Some(asked.protocol), Some(asked.port)),
    };
    Question {
        from: end(&asked.from, free),
        to: end(&asked.to, free),
        protocol,
        port,
        source_port: (rng.u8(0..3) == 0).then_some(asked.source_port),
    }
}

/// One of the connections that a question asks about.
fn sample(rng: &mut Rng, estate: &Estate, asked: &Connection, question: &Question) -> Connection {
    let mut one = generate::stray_ports(rng, estate, asked);
    one.protocol = question.protocol.unwrap_or(one.protocol);
    one.port = question.port.unwrap_or(one.port);
    one.source_port = question.source_port.unwrap_or(one.source_port);
    let six = asked.to.address().is_ipv6();
    if question.from == End::Internet {
        one.from = path::End::Public(generate::public(rng, six));
    }
    if question.to == End::Internet {
        one.to = path::End::Public(generate::public(rng, six));
    }
    one
}

/// The packet by which a set names a connection: its peer is the free end, else the sender.
fn member(question: &Question, one: &Connection) -> Packet {
    let peer = if question.to == End::Internet { one.to.address() } else { one.from.address() };
    let Connection { protocol, port, source_port, .. } = *one;
    Packet { protocol, port, source_port, local: one.to.own(), peer }
}

/// What is said of one packet of a set.
fn said_of(part: &Part, packet: &Packet) -> &'static str {
    match (part.allowed.contains(packet), part.unknown.contains(packet)) {
        (true, false) => "allowed",
        (false, true) => "unknown",
        (false, false) => "denied",
        (true, true) => "both allowed and unknown",
    }
}

fn compare_set(
    estate: &Estate,
    part: &Part,
    question: &Question,
    one: &Connection,
) -> Result<&'static str, String> {
    let expected = words(path::decide(estate, one));
    let said = said_of(part, &member(question, one));
    let fits = match part.verdict {
        Verdict::Allowed => expected == "allowed",
        Verdict::Denied => expected == "denied",
        Verdict::Partly | Verdict::Unknown => true,
    };
    if said == expected && fits {
        return Ok(expected);
    }
    let whole = part.verdict.as_str();
    let told = format!("{question:?}\nwhole: {whole}, this packet: {said}, the oracle says {expected}");
    Err(disagreement(estate, one, part, &told))
}

#[test]
fn sets_hold_exactly_what_the_oracle_allows() {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    each_estate(|rng, estate, explainer| {
        for _ in 0..QUESTIONS {
            let Some(asked) = generate::connection(rng, estate) else { continue };
            let question = open_question(rng, &asked);
            let part = only_part(explainer, &question);
            let replies = part.steps.iter().any(|step| step.reply) && question.source_port.is_none();
            for _ in 0..SAMPLES {
                let one = sample(rng, estate, &asked, &question);
                // Replies to lower ports are nobody's: such clients are not asked about.
                if replies && one.source_port < 1024 && protocol::has_ports(one.protocol) {
                    continue;
                }
                let verdict = compare_set(estate, &part, &question, &one)?;
                *seen.entry((part.verdict.as_str(), verdict)).or_default() += 1;
            }
        }
        Ok(())
    });
    if number("PORTREEVE_CASES", ESTATES) >= ESTATES {
        for pair in
            [("partly", "allowed"), ("partly", "denied"), ("unknown", "unknown"), ("denied", "denied")]
        {
            assert!(seen.get(&pair).is_some_and(|times| *times >= 500), "{seen:?}");
        }
    }
}

#[test]
fn every_kind_of_group_takes_its_turn() {
    let kinds: Vec<Option<Kind>> =
        (0..5).map(|seed| Kind::of(estate(seed).1.profiles.first().unwrap())).collect();
    // Profiles of surroundings differ in what the platform blocks, which no kind looks at.
    assert!(kinds.iter().all(Option::is_some), "{kinds:?}");
}
