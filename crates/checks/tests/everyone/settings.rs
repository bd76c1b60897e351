//! Switches, the choice of items, threads.

use std::collections::BTreeMap;

use portreeve_checks::{Outcome, Settings, catalogue, check};

use crate::common::{estate, only, run};

const OPEN: &str = "profile basic\ngroup web\nin 1 allow tcp 22-23 from any";

fn enabled(outcome: &Outcome) -> Vec<&str> {
    outcome.items.iter().filter(|item| item.enabled).map(|item| &*item.id).collect()
}

fn fired(outcome: &Outcome) -> Vec<&str> {
    let mut items: Vec<&str> = outcome.findings.iter().map(|finding| &*outcome.item(finding).id).collect();
    items.dedup();
    items
}

fn switches(all: &[(&str, bool)]) -> BTreeMap<String, bool> {
    all.iter().map(|&(id, on)| (id.to_owned(), on)).collect()
}

#[test]
fn every_item_of_the_catalogue_is_listed_once_with_its_own_switch() {
    let outcome = run(&estate(OPEN), &Settings::default());
    let mut listed: Vec<(&str, bool)> = outcome.items.iter().map(|item| (&*item.id, item.enabled)).collect();
    let mut known: Vec<(&str, bool)> = catalogue::metas().map(|meta| (meta.id, meta.enabled)).collect();
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(listed, known);
    let off: Vec<&str> = listed.iter().filter(|(_, on)| !on).map(|(id, _)| *id).collect();
    assert_eq!(off, ["open-egress"]);
    // The group is open, and nothing carries it.
    assert_eq!(fired(&outcome), ["open-ssh", "open-telnet", "unused-group"]);
}

#[test]
fn a_switch_turns_an_item_off_or_on() {
    let settings = Settings {
        switches: switches(&[("open-ssh", false), ("open-egress", true), ("unused-group", false)]),
        ..Settings::default()
    };
    let outcome = run(&estate(OPEN), &settings);
    assert_eq!(fired(&outcome), ["open-telnet", "open-egress"]);
    assert_eq!(outcome.items.iter().find(|item| item.id == "open-ssh").map(|item| item.enabled), Some(false));
}

#[test]
fn a_choice_of_items_goes_before_all_switches() {
    let mut settings = only(&["open-ssh", "open-egress"]);
    settings.switches = switches(&[("open-ssh", false), ("open-telnet", true)]);
    let outcome = run(&estate(OPEN), &settings);
    assert_eq!(enabled(&outcome), ["open-ssh", "open-egress"]);
    assert_eq!(fired(&outcome), ["open-ssh", "open-egress"]);
    let nothing = run(&estate(OPEN), &only(&["no-such-item"]));
    assert!(enabled(&nothing).is_empty() && nothing.findings.is_empty());
    assert_eq!(nothing.items.len(), outcome.items.len());
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let text = (0u8..40).fold("profile basic\n".to_owned(), |text, nth| {
        format!(
            "{text}group g{nth}
             in {} allow tcp {}-65535 from {}.0.0.0/{}
             in 7 deny tcp 3000-{} from any\n",
            1 + nth % 9,
            20 + u16::from(nth),
            u16::from(nth % 2) * 128,
            nth % 3,
            3000 + u16::from(nth),
        )
    });
    let text = (0u8..60).fold(text, |text, nth| {
        let (one, other, server) = (nth % 40, (nth + 1) % 40, nth / 2);
        format!("{text}interface eni-{nth} 10.0.0.{nth} groups g{one} g{other} server i-{server}\n")
    });
    let estate = estate(&text);
    let told = |threads| check(&estate, &Settings { threads, ..Settings::default() });
    let one = told(1);
    assert!(one.findings.len() > 500, "{} findings", one.findings.len());
    for threads in [0, 2, 3, 8] {
        let other = told(threads);
        assert_eq!(other.findings, one.findings, "{threads} threads");
        assert_eq!((other.affects, other.at_risk), (one.affects.clone(), one.at_risk.clone()));
    }
}

#[test]
fn findings_come_worst_first() {
    let text = "list gone ?
        profile basic
        group b
          in 1 allow tcp 9092 from 0.0.0.0/0
          in 1 allow tcp 22 from list gone
        group a
          in 1 allow tcp 22 from 0.0.0.0/0
          in 1 deny tcp 9999 from any
        interface eni-1 10.0.0.1 groups b server i-1
        interface eni-2 10.0.0.2 groups a server i-2";
    let estate = estate(text);
    let outcome = run(&estate, &Settings::default());
    let told: Vec<String> = outcome
        .findings
        .iter()
        .map(|finding| {
            let group = finding.group.map_or("-", |ix| estate.text(estate.group(ix).id));
            format!(
                "{} {} {} {group}",
                outcome.item(finding).risk,
                outcome.item(finding).id,
                finding.certainty.as_str()
            )
        })
        .collect();
    // By risk, then by item, sure before possible, then by group in the order of the documents.
    assert_eq!(
        told,
        [
            "high open-ssh sure a",
            "high open-ssh possible b",
            "medium open-kafka sure b",
            "low redundant-rule sure a",
            "info one-server-group sure b",
            "info one-server-group sure a",
        ]
    );
}
