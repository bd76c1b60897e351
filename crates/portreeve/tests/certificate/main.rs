//! Certificates of random estates hold, and no change of one does, unless it says as much.
//!
//! `PORTREEVE_CASES` sets the number of estates.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests may stop at the first thing that is wrong"
)]

mod mutants;
mod truth;

use fastrand::Rng;
use portreeve::certificate::{
    AskedFor, Change, items, write_change, write_check, write_explain, write_exposure,
};
use portreeve::checks::{Settings, check};
use portreeve::engine::Index;
use portreeve::explain::{Explainer, Lookup, Options, exposure};
use portreeve::model::{Edit, Estate, GroupIx, InterfaceIx};
use portreeve::verify::{read, verify};
use portreeve_testkit::Kind;
use portreeve_testkit::generate::{self, Knobs};

fn cases(usual: u64) -> u64 {
    std::env::var("PORTREEVE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Estates of every kind of ranking, with and without gaps, with and without rules about single addresses.
fn random(seed: u64) -> Estate {
    let mut rng = Rng::with_seed(seed);
    let gaps = if rng.bool() { 0.0 } else { 0.06 };
    let kind = Kind::ALL[rng.usize(..Kind::ALL.len())];
    let five_tuple = if rng.bool() { 0.0 } else { 0.3 };
    let knobs = Knobs { kind: Some(kind), gaps, five_tuple, ..Knobs::default() };
    let mut estate = generate::estate(&mut rng, &knobs);
    generate::surround(&mut rng, &knobs, &mut estate);
    estate
}

/// The certificate of a check.
fn checked(estate: &Estate) -> Vec<u8> {
    let settings = Settings { threads: 1, ..Settings::default() };
    let outcome = check(estate, &settings);
    let mut text = Vec::new();
    write_check(estate, &settings, &outcome, &mut text).unwrap();
    text
}

/// The certificate of what is exposed.
fn exposed(estate: &Estate) -> Vec<u8> {
    let (index, lookup) = (Index::new(estate), Lookup::new(estate));
    let exposed = exposure(&Explainer::new(&index, &lookup, Options::default()), None, 1);
    let mut text = Vec::new();
    write_exposure(estate, &exposed, 1, &mut text).unwrap();
    text
}

/// The certificate of an explanation.
fn explained(rng: &mut Rng, estate: &Estate) -> Vec<u8> {
    let (index, lookup) = (Index::new(estate), Lookup::new(estate));
    let quiet = Options { causes: false, plans: false, ..Options::default() };
    let explainer = Explainer::new(&index, &lookup, quiet);
    let end = |rng: &mut Rng| {
        let interface = estate.interface(InterfaceIx::new(rng.usize(..estate.interfaces.len())));
        if rng.u8(..3) == 0 { "internet".to_owned() } else { estate.text(interface.id).to_owned() }
    };
    let ports = [None, Some(22), Some(80), Some(8000)];
    let query = portreeve::ask::Query {
        from: end(rng),
        to: end(rng),
        protocol: None,
        port: ports[rng.usize(..4)],
        source_port: rng.bool().then_some(40_000),
    };
    let mut text = Vec::new();
    if let Ok(answer) = query.ask(&explainer, estate, &lookup) {
        let asked = AskedFor { protocol: Some(6), port: query.port, source_port: query.source_port };
        write_explain(estate, &asked, &answer, &mut text).unwrap();
    }
    text
}

/// An estate after a few random edits.
fn edited(rng: &mut Rng, before: &Estate) -> Estate {
    let mut after = before.clone();
    for _ in 0..rng.usize(1..=3) {
        let group = GroupIx::new(rng.usize(..after.groups.len()));
        let rules = after.group(group).rules.len();
        let other = &before.groups[rng.usize(..before.groups.len())].rules;
        let interface = InterfaceIx::new(rng.usize(..after.interfaces.len()));
        let edit = match rng.u8(..4) {
            0 if rules > 0 => Edit::RemoveRule(group, rng.usize(..rules) as u32),
            1 if !other.is_empty() => Edit::AddRule(group, Box::new(other[rng.usize(..other.len())].clone())),
            2 => Edit::Join(interface, group, 0),
            _ => Edit::Leave(interface, group),
        };
        edit.apply(&mut after);
    }
    after
}

/// The certificate of a change.
fn changed(before: &Estate, after: &Estate) -> Vec<u8> {
    let mut text = Vec::new();
    let change = Change { before, after, unwanted: None, cleared: &[], threads: 1 };
    write_change(&change, &mut text).unwrap();
    text
}

fn holds(text: &[u8], estate: &Estate, after: Option<&Estate>) -> Result<(), String> {
    let certificate = read(text)?;
    let said = verify(&certificate, estate, after, &items(&Settings::default()));
    said.map(|_| ()).map_err(|why| why.to_string())
}

fn must_hold(what: &str, seed: u64, text: &[u8], estate: &Estate, after: Option<&Estate>) {
    if let Err(why) = holds(text, estate, after) {
        let printed = portreeve_testkit::print(estate);
        panic!("{what} of seed {seed}: {why}\n{printed}\n{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn certificates_of_checks_hold() {
    for seed in 0..cases(400) {
        let estate = random(seed);
        must_hold("check", seed, &checked(&estate), &estate, None);
    }
}

#[test]
fn certificates_of_what_is_exposed_hold() {
    for seed in 0..cases(200) {
        let estate = random(seed);
        must_hold("exposure", seed, &exposed(&estate), &estate, None);
    }
}

#[test]
fn certificates_of_explanations_hold() {
    let mut answered = 0;
    for seed in 0..cases(300) {
        let estate = random(seed);
        let text = explained(&mut Rng::with_seed(seed), &estate);
        if !text.is_empty() {
            answered += 1;
            must_hold("explain", seed, &text, &estate, None);
        }
    }
    assert!(answered > 20, "only {answered} questions had an answer");
}

#[test]
fn certificates_of_changes_hold() {
    for seed in 0..cases(150) {
        let before = random(seed);
        let after = edited(&mut Rng::with_seed(seed), &before);
        must_hold("change", seed, &changed(&before, &after), &before, Some(&after));
    }
}
