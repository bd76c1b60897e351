//! Every change of a certificate is noticed, or what it says then is still so.

use fastrand::Rng;
use portreeve::model::{Action, Direction, Estate, Peer, Ports, Protocol};
use portreeve::verify::read;
use serde_json::Value;

use crate::{cases, changed, checked, edited, explained, exposed, holds, random, truth};

/// The places of all values below one.
fn places(value: &Value, at: &mut Vec<String>, found: &mut Vec<String>) {
    found.push(at.iter().flat_map(|part| ["/", part]).collect());
    match value {
        Value::Array(all) => {
            for (nth, part) in all.iter().enumerate() {
                at.push(nth.to_string());
                places(part, at, found);
                at.pop();
            }
        }
        Value::Object(all) => {
            for (key, part) in all {
                at.push(key.clone());
                places(part, at, found);
                at.pop();
            }
        }
        _ => {}
    }
}

/// All texts of a certificate, to put one in place of another.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|part| texts(part, found)),
        Value::Object(all) => all.values().for_each(|part| texts(part, found)),
        _ => {}
    }
}

/// Changes one thing: a bound, a decider, a verdict, the order of a list, or what is in it. Says what.
fn mutate(rng: &mut Rng, value: &mut Value) -> Option<String> {
    let mut all = Vec::new();
    places(value, &mut Vec::new(), &mut all);
    let mut words = Vec::new();
    texts(value, &mut words);
    // Most of a certificate of a check is the list of items: look elsewhere more often.
    let items = all.iter().filter(|at| at.contains("/items")).count();
    let at = loop {
        let at = all[rng.usize(..all.len())].clone();
        if !at.contains("/items") || rng.usize(..items.max(1)) < 20 {
            break at;
        }
    };
    let place = value.pointer_mut(&at)?;
    let before = place.clone();
    match place {
        Value::Bool(on) => *on = !*on,
        Value::Number(number) => {
            let old = number.as_u64()?;
            *place = match rng.u8(..3) {
                0 => Value::from(old.checked_sub(1)?),
                1 => Value::from(old + 1),
                _ => Value::from(rng.u64(..(2 * old + 2))),
            };
        }
        Value::String(text) => {
            *text = match text.parse::<std::net::Ipv4Addr>() {
                Ok(address) if rng.bool() => {
                    std::net::Ipv4Addr::from(u32::from(address).wrapping_add(if rng.bool() {
                        1
                    } else {
                        u32::MAX
                    }))
                    .to_string()
                }
                _ => words[rng.usize(..words.len())].clone(),
            }
        }
        Value::Array(all) if !all.is_empty() => {
            let nth = rng.usize(..all.len());
            match rng.u8(..3) {
                0 => _ = all.remove(nth),
                1 => all.insert(nth, all[nth].clone()),
                _ => all.swap(nth, 0),
            }
        }
        Value::Object(all) if !all.is_empty() => {
            let key = all.keys().nth(rng.usize(..all.len()))?.clone();
            all.remove(&key);
        }
        _ => *place = Value::from(0),
    }
    (*place != before).then_some(at)
}

/// What became of mutants.
#[derive(Debug, Default)]
struct Tally {
    refused: u64,
    true_all_the_same: u64,
}

fn hunt(rng: &mut Rng, text: &[u8], estate: &Estate, after: Option<&Estate>, tally: &mut Tally) {
    for _ in 0..40 {
        let mut value: Value = serde_json::from_slice(text).unwrap();
        let Some(at) = mutate(rng, &mut value) else { continue };
        let mutant = value.to_string();
        if holds(mutant.as_bytes(), estate, after).is_err() {
            tally.refused += 1;
            continue;
        }
        let certificate = read(mutant.as_bytes()).unwrap();
        if let Err(why) = truth::check(rng, &certificate, estate, after) {
            let (printed, text) = (portreeve_testkit::print(estate), String::from_utf8_lossy(text));
            panic!("a mutant at {at} holds though {why}\n{printed}\n{text}\n{mutant}");
        }
        tally.true_all_the_same += 1;
    }
}

fn must_be_caught(tally: &Tally) {
    println!("{tally:?}");
    assert!(tally.refused > 300, "{tally:?}");
    assert!(tally.true_all_the_same < tally.refused, "{tally:?}");
}

#[test]
fn mutants_of_checks_are_caught() {
    let mut tally = Tally::default();
    for seed in 0..cases(100) {
        let estate = random(seed);
        hunt(&mut Rng::with_seed(seed), &checked(&estate), &estate, None, &mut tally);
    }
    must_be_caught(&tally);
}

#[test]
fn mutants_of_paths_are_caught() {
    let mut tally = Tally::default();
    for seed in 0..cases(60) {
        let (estate, mut rng) = (random(seed), Rng::with_seed(seed));
        for text in [exposed(&estate), explained(&mut rng, &estate)] {
            if !text.is_empty() {
                hunt(&mut rng, &text, &estate, None, &mut tally);
            }
        }
    }
    must_be_caught(&tally);
}

#[test]
fn mutants_of_changes_are_caught() {
    let mut tally = Tally::default();
    for seed in 0..cases(40) {
        let (before, mut rng) = (random(seed), Rng::with_seed(seed));
        let after = edited(&mut rng, &before);
        hunt(&mut rng, &changed(&before, &after), &before, Some(&after), &mut tally);
    }
    must_be_caught(&tally);
}

#[test]
fn changes_of_the_documents_are_caught() {
    let (mut refused, mut same) = (0, 0);
    for seed in 0..cases(300) {
        let (estate, mut rng) = (random(seed), Rng::with_seed(seed));
        let text = checked(&estate);
        let mut other = estate.clone();
        let group = rng.usize(..other.groups.len());
        let mut rules =
            other.groups[group].rules.iter_mut().filter(|rule| rule.direction == Direction::Ingress);
        let Some(rule) = rules.next() else { continue };
        match rng.u8(..3) {
            0 => rule.priority = rule.priority % 100 + 1,
            1 => rule.action = if rule.action == Action::Allow { Action::Deny } else { Action::Allow },
            _ => {
                (rule.peer, rule.protocol, rule.ports) = (Peer::Any, Protocol::All, Ports::All);
                (rule.priority, rule.narrow, rule.action) = (1, None, Action::Allow);
            }
        }
        if holds(&text, &other, None).is_err() {
            refused += 1;
        } else {
            // Then a check of these documents finds what it says.
            assert_eq!(truth::findings(&estate), truth::findings(&other), "seed {seed}");
            same += 1;
        }
    }
    println!("{refused} refused, {same} the same");
    assert!(refused > 50 && same > 50, "{refused} refused, {same} the same");
}
