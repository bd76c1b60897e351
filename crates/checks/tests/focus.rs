//! Findings that differ between two estates are all found where the estates differ.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has to say so"
)]

use std::collections::BTreeMap;

use fastrand::Rng;
use portreeve_checks::{Fingerprint, Outcome, Settings, check, check_groups};
use portreeve_engine::{Index, diff};
use portreeve_model::{Estate, SameGroup};
use portreeve_testkit::generate::{self, Knobs, number_rules};

const PAIRS: u64 = 600;

fn edit(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) {
    let at = rng.usize(0..estate.groups.len());
    match rng.u8(0..6) {
        0 | 1 => {
            let rule = generate::rule(rng, knobs, estate);
            estate.groups[at].rules.push(rule);
        }
        2 => {
            let rules = &mut estate.groups[at].rules;
            if !rules.is_empty() {
                rules.remove(rng.usize(0..rules.len()));
            }
        }
        3 => estate.groups[at].same_group = SameGroup::Allow,
        4 => {
            let lists = estate.group_lists.len();
            let list = portreeve_model::GroupListIx::new(rng.usize(0..lists));
            rng.choice(&mut estate.interfaces).unwrap().groups = Some(list);
        }
        _ => {
            let id = estate.texts.intern("renamed");
            rng.choice(&mut estate.groups[at].rules).into_iter().for_each(|rule| rule.description = id);
        }
    }
    estate.groups.iter_mut().for_each(|group| number_rules(&mut group.rules));
}

/// The findings of the one that the other lacks, and the other way round.
fn differing(old: &Outcome, new: &Outcome) -> BTreeMap<Fingerprint, i64> {
    let mut counts: BTreeMap<Fingerprint, i64> = BTreeMap::new();
    for (outcome, by) in [(old, -1), (new, 1)] {
        for finding in &outcome.findings {
            *counts.entry(finding.fingerprint).or_default() += by;
        }
    }
    counts.retain(|_, count| *count != 0);
    counts
}

#[test]
fn nothing_differs_where_nothing_is_touched() {
    let all = portreeve_checks::catalogue::services();
    let mut switches: BTreeMap<String, bool> = all.map(|it| (it.meta.id.to_owned(), true)).collect();
    for id in ["open-egress", "wide-source", "redundant-rule", "shadowed-rule", "open-all-ports"] {
        switches.insert(id.to_owned(), true);
    }
    let settings = Settings { switches, ..Settings::default() };
    let (mut found, mut spared) = (0, 0);
    for seed in 1..=PAIRS {
        let mut rng = Rng::with_seed(seed);
        let knobs =
            Knobs { groups: 6, interfaces: 6, gaps: [0.0, 0.05][rng.usize(0..2)], ..Knobs::default() };
        let old = generate::estate(&mut rng, &knobs);
        let mut new = old.clone();
        edit(&mut rng, &knobs, &mut new);
        let [before, after] = diff(&Index::new(&old), &Index::new(&new), 1).touched;
        let whole = differing(&check(&old, &settings), &check(&new, &settings));
        let part = differing(
            &check_groups(&old, &settings, Some(&before)),
            &check_groups(&new, &settings, Some(&after)),
        );
        assert_eq!(part, whole, "seed {seed}");
        found += whole.len();
        spared += new.groups.len() - after.len();
    }
    assert!(found > 300 && spared > 300, "{found} findings, {spared} groups spared");
}
