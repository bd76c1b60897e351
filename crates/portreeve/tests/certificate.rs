//! Certificates of random estates hold, and no change of one does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first thing that is wrong"
)]

use fastrand::Rng;
use portreeve::certificate::{items, write_check};
use portreeve::checks::{Settings, check};
use portreeve::model::Estate;
use portreeve::verify::{read, verify};
use portreeve_testkit::Kind;
use portreeve_testkit::generate::{self, Knobs};

/// The certificate of a check, with all items switched on.
fn certificate(estate: &Estate) -> Vec<u8> {
    let settings = Settings { threads: 1, ..Settings::default() };
    let outcome = check(estate, &settings);
    let mut text = Vec::new();
    write_check(estate, &settings, &outcome, &mut text).unwrap();
    text
}

fn holds(text: &[u8], estate: &Estate) -> Result<(), String> {
    let certificate = read(text)?;
    verify(&certificate, estate, &items(&Settings::default())).map(|_| ()).map_err(|why| why.to_string())
}

/// Estates of every kind of ranking, with and without gaps, with and without rules about single addresses.
fn random(seed: u64) -> Estate {
    let mut rng = Rng::with_seed(seed);
    let gaps = if rng.bool() { 0.0 } else { 0.06 };
    let kind = Kind::ALL[rng.usize(..Kind::ALL.len())];
    let five_tuple = if rng.bool() { 0.0 } else { 0.3 };
    generate::estate(&mut rng, &Knobs { kind: Some(kind), gaps, five_tuple, ..Knobs::default() })
}

#[test]
fn certificates_of_random_estates_hold() {
    for seed in 0..600 {
        let estate = random(seed);
        let text = certificate(&estate);
        if let Err(why) = holds(&text, &estate) {
            panic!(
                "seed {seed}: {why}\n{}\n{}",
                portreeve_testkit::print(&estate),
                String::from_utf8_lossy(&text)
            );
        }
    }
}
