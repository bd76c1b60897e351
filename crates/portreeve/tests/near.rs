//! What decides about one finding: plans from a part of an estate are the plans from the whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::path::Path;

use portreeve::checks::{Finding, Outcome, Settings, check};
use portreeve::fix::{Choice, Wishes, fix, near};
use portreeve::load::{LoadOptions, Unwatched, load};
use portreeve::model::Estate;
use portreeve::report::write_fix_json;

fn read(name: &str) -> (Estate, Outcome) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let source = root.join(name).display().to_string();
    let estate = load(&[source], &LoadOptions::default(), &Unwatched).unwrap().estate;
    let outcome = check(&estate, &Settings::default());
    (estate, outcome)
}

fn wishes(finding: &Finding, allow: &[&str], strategy: Option<&str>) -> Wishes {
    Wishes {
        choice: Choice { findings: vec![finding.fingerprint.to_string()], ..Choice::default() },
        allow: allow.iter().map(|word| (*word).to_owned()).collect(),
        strategy: strategy.map(str::to_owned),
        ..Wishes::default()
    }
}

/// Everything that is said of the plans: steps, effects, proofs, calls, and the way back.
fn said(estate: &Estate, outcome: &Outcome, wishes: &Wishes) -> String {
    let fixing = fix(estate, outcome, &[], wishes).unwrap();
    let mut bytes = Vec::new();
    fixing.report(outcome, |report| write_fix_json(report, &mut bytes)).unwrap();
    let tool = portreeve::Tool::Terraform;
    String::from_utf8(bytes).unwrap() + &fixing.script(outcome, tool) + &fixing.rollback(outcome).unwrap()
}

/// Compares all findings, and gives how many of them were decided by less than the whole.
fn compare(name: &str, allow: &[&str], strategy: Option<&str>) -> usize {
    let (estate, outcome) = read(name);
    let mut smaller = 0;
    for finding in &outcome.findings {
        let wishes = wishes(finding, allow, strategy);
        let Some(part) = near(&estate, &outcome, finding, &wishes).unwrap() else { continue };
        let item = &outcome.item(finding).id;
        let whole = said(&estate, &outcome, &wishes);
        assert_eq!(
            said(&part.estate, &part.outcome, &wishes),
            whole,
            "{name}: {item} {}",
            finding.fingerprint
        );
        smaller += usize::from(part.estate.interfaces.len() < estate.interfaces.len());
    }
    smaller
}

#[test]
fn plans_for_a_finding_need_only_what_is_near() {
    for (name, allow, strategy) in [
        ("examples/alibaba", &[][..], None),
        ("examples/alibaba", &["203.0.113.0/24", "sg-bp1shop0app000000000"], Some("replace")),
        ("examples/alibaba", &[], Some("deny")),
        ("fixtures/huawei/sample", &[], None),
    ] {
        assert!(compare(name, allow, strategy) > 0, "{name}: something was left out");
    }
}

#[test]
fn words_that_mean_nobody_are_refused_as_in_the_whole() {
    let (estate, outcome) = read("examples/alibaba");
    let finding = &outcome.findings[0];
    let wishes = wishes(finding, &["sg-bp1shop0app00000000"], None);
    let why = near(&estate, &outcome, finding, &wishes).unwrap_err();
    assert!(why.to_string().contains("did you mean `sg-bp1shop0app000000000`?"), "{why}");
}
