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

use common::{estate, exactly, number, spot};
use fastrand::Rng;
use portreeve_engine::Index;
use portreeve_explain::{Answer, End, Explainer, Lookup, Options, Part, Question, Spot, Verdict};
use portreeve_model::{Estate, Protocol};
use portreeve_netset::{Packet, protocol};
use portreeve_testkit::generate;
use portreeve_testkit::oracle::path::{self, Connection};
use portreeve_testkit::{Kind, oracle};

/// The kinds of groups take turns: each has 500 estates.
const ESTATES: u64 = 500 * Kind::ALL.len() as u64;
const QUESTIONS: usize = 20;
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
            let answer = explainer.ask(&exactly(&asked)).unwrap();
            let (said, part) = (answer.verdict.as_str(), answer.decisive().unwrap());
            *seen.entry(expected).or_default() += 1;
            if said != expected {
                let said = format!("explained as {said}, the oracle says {expected}");
                return Err(disagreement(estate, &asked, part, &said));
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

/// What is said of one packet of a set, by the best of several ways.
fn said_of(answer: &Answer, packet: &Packet) -> &'static str {
    let mut best = "denied";
    for part in &answer.parts {
        match (part.allowed.contains(packet), part.unknown.contains(packet)) {
            (true, true) => return "both allowed and unknown",
            (true, false) => best = "allowed",
            (false, true) if best == "denied" => best = "unknown",
            (false, _) => {}
        }
    }
    best
}

fn compare_set(
    estate: &Estate,
    answer: &Answer,
    question: &Question,
    one: &Connection,
) -> Result<&'static str, String> {
    let expected = words(path::decide(estate, one));
    let said = said_of(answer, &member(question, one));
    let fits = match answer.verdict {
        Verdict::Allowed => expected == "allowed",
        Verdict::Denied => expected == "denied",
        Verdict::Partly | Verdict::Unknown => true,
    };
    if said == expected && fits {
        return Ok(expected);
    }
    let whole = answer.verdict.as_str();
    let told = format!("{question:?}\nwhole: {whole}, this packet: {said}, the oracle says {expected}");
    Err(disagreement(estate, one, answer.decisive().unwrap(), &told))
}

#[test]
fn sets_hold_exactly_what_the_oracle_allows() {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    each_estate(|rng, estate, explainer| {
        for _ in 0..QUESTIONS {
            let Some(asked) = generate::connection(rng, estate) else { continue };
            let question = open_question(rng, &asked);
            let answer = explainer.ask(&question).unwrap();
            let replies = answer.parts.iter().flat_map(|part| &part.steps).any(|step| step.reply)
                && question.source_port.is_none();
            for _ in 0..SAMPLES {
                let one = sample(rng, estate, &asked, &question);
                // Replies to lower ports are nobody's: such clients are not asked about.
                if replies && one.source_port < 1024 && protocol::has_ports(one.protocol) {
                    continue;
                }
                let verdict = compare_set(estate, &answer, &question, &one)?;
                *seen.entry((answer.verdict.as_str(), verdict)).or_default() += 1;
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
    let mut turns: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..ESTATES {
        // Profiles of surroundings differ in what the platform blocks, which no kind looks at.
        let kind = Kind::of(estate(seed).1.profiles.first().unwrap()).unwrap();
        *turns.entry(kind.name()).or_default() += 1;
    }
    // A type that is not known is a gap, which some estates do not have.
    let known = [Kind::Basic, Kind::Advanced, Kind::GroupsInOrder, Kind::Union];
    assert!(known.iter().all(|kind| turns.get(kind.name()).is_some_and(|turns| *turns >= 500)), "{turns:?}");
}

/// A connection to an address of something that hands on, at a port that it takes or at another one.
fn to_front(rng: &mut Rng, estate: &Estate) -> Option<(std::net::IpAddr, Connection)> {
    let mut fronts = Vec::new();
    for entry in estate.nats.iter().flat_map(|nat| &nat.forwards) {
        fronts.push((entry.public, entry.protocol, entry.public_ports));
    }
    for balancer in &estate.balancers {
        for listener in &balancer.listeners {
            let ports = Some(listener.ports);
            fronts.extend(balancer.addresses.iter().map(|front| (*front, listener.protocol, ports)));
        }
    }
    let (front, protocol, ports) = *rng.choice(&fronts)?;
    let asked = generate::connection(rng, estate)?;
    let protocol = match protocol {
        Protocol::Number(number) if rng.u8(0..8) > 0 => number,
        _ => asked.protocol,
    };
    let ports = ports.filter(|_| rng.u8(0..4) > 0);
    let port = ports.map_or(asked.port, |ports| if rng.bool() { ports.first() } else { ports.last() });
    let fits = asked.from.address().is_ipv4() == front.is_ipv4() && asked.from.address() != front;
    fits.then_some((front, Connection { protocol, port, ..asked }))
}

/// What the two say of each server behind an address, in some fixed order.
fn behind(estate: &Estate, answer: &Answer, expected: &[Connection]) -> (Vec<String>, Vec<String>) {
    let one = |interface: portreeve_model::InterfaceIx, private, balancer: bool, verdict: &str| {
        format!("{} {private} {balancer} {verdict}", estate.text(estate.interface(interface).id))
    };
    let mut said: Vec<String> = Vec::new();
    for part in &answer.parts {
        if let Spot::Behind { interface, private, door } = part.to {
            let balancer = matches!(door.through, portreeve_explain::Through::Listener { .. });
            said.push(one(interface, private, balancer, part.verdict.as_str()));
        }
    }
    let mut told: Vec<String> = Vec::new();
    for way in expected {
        let path::End::Interface { interface, private, .. } = way.to else { continue };
        let balancer = way.through.is_some_and(|it| it.balancer.is_some());
        told.push(one(interface, private, balancer, words(path::decide_way(estate, way))));
    }
    for all in [&mut said, &mut told] {
        all.sort_unstable();
        all.dedup();
    }
    (said, told)
}

#[test]
fn what_is_handed_on_gets_the_oracles_verdict() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let (first, cases) = (number("PORTREEVE_SEED", 0), number("PORTREEVE_CASES", ESTATES));
    for seed in first..first + cases {
        let (mut rng, estate) = estate(seed);
        let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
        let explainer = Explainer::new(&index, &lookup, QUIET);
        for _ in 0..QUESTIONS {
            let Some((front, asked)) = to_front(&mut rng, &estate) else { continue };
            let to = lookup.end(&estate, &front.to_string()).unwrap();
            let question = Question { to, ..exactly(&asked) };
            let expected = path::through::handed_on(&estate, &asked, front);
            let Ok(answer) = explainer.ask(&question) else {
                assert!(expected.is_empty(), "seed {seed}: {front} {asked:?}");
                continue;
            };
            if expected.is_empty() {
                // Nothing takes it, unless what is not in the input does.
                let open = matches!(answer.verdict, Verdict::Allowed | Verdict::Partly);
                let known = matches!(answer.parts[0].to, Spot::Behind { .. });
                assert!(!(open && known), "seed {seed}: {front} {asked:?}");
                continue;
            }
            let (said, told) = behind(&estate, &answer, &expected);
            for line in &told {
                let verdict = line.rsplit(' ').next().unwrap();
                let verdict = ["allowed", "denied", "unknown"].into_iter().find(|it| *it == verdict).unwrap();
                *seen.entry(verdict).or_default() += 1;
            }
            if said != told {
                let way = expected.iter().find(|_| true).unwrap();
                let part = answer.decisive().unwrap();
                panic!("seed {seed}: {front}\n{said:?}\n{told:?}\n{}", disagreement(&estate, way, part, ""));
            }
        }
    }
    if cases >= ESTATES {
        for verdict in ["allowed", "denied", "unknown"] {
            assert!(seen.get(verdict).is_some_and(|times| *times >= 300), "{seen:?}");
        }
    }
}
