//! Three fixtures for every check item: one on which it fires, one on which it is silent, and one near miss.
//!
//! A fixture lists all findings of the items that it runs, so that an item which fires beside the point is noticed too.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

#[path = "../common/mod.rs"]
mod common;
mod estates;
mod fixture;
mod housekeeping;
mod ports;
mod rules;
mod services;

use std::collections::{BTreeMap, BTreeSet};

use fixture::{Fixture, Sort};
use portreeve_checks::{Settings, catalogue};

fn fixtures() -> Vec<Fixture> {
    let beyond = ports::fixtures().into_iter().chain(rules::fixtures()).chain(housekeeping::fixtures());
    services::fixtures().into_iter().chain(beyond).collect()
}

#[test]
fn every_item_has_a_fixture_that_fires_one_that_is_silent_and_a_near_miss() {
    let mut sorts: BTreeMap<&str, BTreeSet<Sort>> = BTreeMap::new();
    for fixture in fixtures() {
        sorts.entry(fixture.item).or_default().insert(fixture.sort);
    }
    let wanted = BTreeSet::from(Sort::ALL);
    for meta in catalogue::metas() {
        assert_eq!(sorts.remove(meta.id), Some(wanted.clone()), "fixtures of `{}`", meta.id);
    }
    assert!(sorts.is_empty(), "fixtures of items that do not exist: {sorts:?}");
}

#[test]
fn every_fixture_gives_exactly_its_findings() {
    let wrong: Vec<String> = fixtures().iter().filter_map(|fixture| fixture.check().err()).collect();
    assert!(wrong.is_empty(), "{} fixtures differ\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn fixtures_of_an_item_have_names_of_their_own() {
    let mut seen = BTreeSet::new();
    for fixture in fixtures() {
        let key = (fixture.item, fixture.sort, fixture.name);
        assert!(seen.insert(key.clone()), "{key:?} twice");
    }
}

#[test]
fn no_two_findings_of_a_fixture_share_their_fingerprint() {
    for fixture in fixtures() {
        let outcome = common::run(&fixture.estate, &fixture.settings);
        let causes: BTreeSet<u64> =
            outcome.findings.iter().map(|finding| finding.fingerprint.cause).collect();
        assert_eq!(causes.len(), outcome.findings.len(), "{} ({})", fixture.item, fixture.name);
    }
}

/// Over all fixtures a cause stands for one item and one subject, whatever the rest of the estate is.
#[test]
fn a_cause_names_one_item_and_one_subject() {
    let mut subjects: BTreeMap<u64, (String, String)> = BTreeMap::new();
    for fixture in fixtures() {
        let estate = &fixture.estate;
        let outcome = common::run(estate, &fixture.settings);
        for finding in &outcome.findings {
            let subject = match (finding.group, finding.servers.first()) {
                (Some(group), _) => format!("group {}", estate.text(estate.group(group).id)),
                (None, Some(server)) => format!("interface {}", common::name(estate, server.interface)),
                (None, None) => "the region without a name".to_owned(),
            };
            let told = (outcome.item(finding).id.to_string(), subject);
            let known = subjects.entry(finding.fingerprint.cause).or_insert_with(|| told.clone());
            assert_eq!(*known, told);
        }
    }
    assert!(subjects.len() > catalogue::metas().count(), "{} causes", subjects.len());
}

#[test]
fn the_table_of_services_is_the_catalogues() {
    let expand = |ranges: &[(u16, u16)]| ranges.iter().flat_map(|&(lo, hi)| lo..=hi).collect::<Vec<u16>>();
    let mut known: Vec<_> = catalogue::services()
        .map(|service| (service.meta.id, expand(service.tcp), expand(service.udp)))
        .collect();
    known.sort();
    let table: Vec<_> =
        services::SERVICES.iter().map(|&(id, tcp, udp)| (id, tcp.to_vec(), udp.to_vec())).collect();
    assert_eq!(known, table);
}

/// A group that lets everything in: every item about ports fires once, `open-all-ports` first among equals, and nothing else.
#[test]
fn a_group_without_a_filter_fires_every_item_about_ports() {
    let estate = common::estate(&estates::in_use("in 1 allow all from any"));
    let outcome = common::run(&estate, &Settings::default());
    let mut found: Vec<&str> = outcome.findings.iter().map(|finding| &*outcome.item(finding).id).collect();
    assert_eq!(found.first(), Some(&"open-all-ports"));
    found.sort_unstable();
    let mut expected: Vec<&str> = services::SERVICES.iter().map(|(id, ..)| *id).collect();
    expected.push("open-all-ports");
    expected.sort_unstable();
    assert_eq!(found, expected);
}
