//! The example account against its table, `examples/expected.toml`, which was reasoned out by hand.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::common::{Scratch, list, root, source, text, texts};

fn expected() -> toml::Table {
    fs::read_to_string(root().join("examples/expected.toml")).unwrap().parse().unwrap()
}

fn report() -> Value {
    let run = Scratch::new().run(&["check", &source("examples/alibaba"), "--format", "json"]);
    run.ended(1).json()
}

fn tables<'t>(table: &'t toml::Table, key: &str) -> Vec<&'t toml::Table> {
    table[key].as_array().unwrap().iter().map(|one| one.as_table().unwrap()).collect()
}

/// The words of a list; nothing where the table leaves it open.
fn words(table: &toml::Table, key: &str) -> Option<BTreeSet<String>> {
    let list = table.get(key)?.as_array().unwrap();
    Some(list.iter().map(|word| word.as_str().unwrap().to_owned()).collect())
}

fn word<'t>(table: &'t toml::Table, key: &str) -> Option<&'t str> {
    table.get(key).map(|word| word.as_str().unwrap())
}

fn servers(finding: &Value, state: &str) -> BTreeSet<String> {
    let named = |server: &Value| (server["state"] == state).then(|| text(server, "name").to_owned());
    list(finding, "servers").iter().filter_map(named).collect()
}

/// Whether a finding is the one that a table means. Findings about interfaces are told apart by their servers.
fn means(wanted: &toml::Table, finding: &Value) -> bool {
    let group = finding["security_group"]["name"].as_str().unwrap_or("");
    let about = word(wanted, "item") == finding["item"].as_str() && word(wanted, "group") == Some(group);
    let at_risk = words(wanted, "at_risk").is_none_or(|names| names == servers(finding, "at_risk"));
    about && (!group.is_empty() || at_risk)
}

fn compare(wanted: &toml::Table, finding: &Value) {
    for key in ["certainty", "exposure"] {
        if let Some(word) = word(wanted, key) {
            assert_eq!(finding[key], word, "{key} of {finding}");
        }
    }
    let states = ["at_risk", "shielded", "unknown"];
    if states.iter().any(|state| wanted.contains_key(*state)) {
        for state in states {
            let names = words(wanted, state).unwrap_or_default();
            assert_eq!(servers(finding, state), names, "{state} of {finding}");
        }
    }
    if let Some(rules) = words(wanted, "rules") {
        let told: BTreeSet<String> = texts(finding, "rules").into_iter().map(str::to_owned).collect();
        assert_eq!(told, rules, "rules of {finding}");
    }
}

#[test]
fn what_the_table_lists_is_found_and_for_the_complete_items_nothing_else() {
    let (expected, report) = (expected(), report());
    let findings = list(&report, "findings");
    let mut meant = vec![false; findings.len()];
    for wanted in tables(&expected, "finding") {
        let at: Vec<usize> = (0..findings.len()).filter(|at| means(wanted, &findings[*at])).collect();
        let [at] = at.as_slice() else { panic!("{} findings for {wanted:?}", at.len()) };
        compare(wanted, &findings[*at]);
        meant[*at] = true;
    }
    let complete = words(&expected, "complete").unwrap();
    assert_eq!(complete.len(), 16, "the vendor's own items");
    for (finding, meant) in findings.iter().zip(meant) {
        assert!(meant || !complete.contains(text(finding, "item")), "not in the table: {finding}");
    }
}

/// The numbers of `at_risk` follow from the table, too: distinct groups and distinct servers of the sure findings.
#[test]
fn the_counts_follow_from_the_table() {
    let (expected, report) = (expected(), report());
    let count = |key: &str| expected["estate"][key].as_integer().unwrap();
    for key in ["security_groups", "rules", "instances", "interfaces"] {
        assert_eq!(report["estate"][key], count(key), "{key}");
    }
    for id in words(&expected, "complete").unwrap() {
        let (mut groups, mut servers) = (BTreeSet::new(), BTreeSet::new());
        for wanted in tables(&expected, "finding") {
            if word(wanted, "item") == Some(&id) && word(wanted, "certainty") == Some("sure") {
                groups.extend(word(wanted, "group").filter(|group| !group.is_empty()));
                servers.extend(words(wanted, "at_risk").unwrap_or_default());
            }
        }
        let item = list(&report, "items").iter().find(|item| item["id"] == *id).unwrap();
        let told = (&item["at_risk"]["security_groups"], &item["at_risk"]["servers"]);
        assert_eq!(told, (&groups.len().into(), &servers.len().into()), "{id}");
    }
}

#[test]
fn every_gap_of_the_table_is_told_with_what_it_affects() {
    let (expected, report) = (expected(), report());
    let gaps = list(&report, "gaps");
    let wanted = tables(&expected, "gap");
    assert_eq!(gaps.len(), wanted.len(), "{gaps:?}");
    let sixteen = words(&expected, "complete").unwrap();
    for wanted in wanted {
        let names = word(wanted, "names").unwrap();
        let gap = gaps.iter().find(|gap| text(gap, "what").contains(names)).unwrap();
        let affects: BTreeSet<String> =
            texts(gap, "affects").into_iter().map(str::to_owned).filter(|id| sixteen.contains(id)).collect();
        assert_eq!(affects, words(wanted, "affects").unwrap(), "{gap}");
    }
}
