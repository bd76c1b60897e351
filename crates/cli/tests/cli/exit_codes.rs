//! How a check ends: 0 nothing found, 1 findings that count, 2 could not run, 3 undecided.

use serde_json::{Value, json};

use crate::common::{
    Scratch, account, from, group, groups, interface, interfaces, opens, rule, source, with,
};

/// A group whose `open-ssh` (high) is only possible: the list is not in the input.
fn possible() -> Value {
    group("sg-p", &[rule(json!({"SourcePrefixListId": "pl-1"}))])
}

#[test]
fn groups_alone_are_enough_to_pass() {
    let scratch = Scratch::with(&account(&[from("10.0.0.0/8")]));
    let run = scratch.check(&[]).ended(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("nothing found\n", ""));
}

#[test]
fn the_example_and_the_sample_have_findings() {
    for name in ["examples/alibaba", "fixtures/alibaba/sample"] {
        Scratch::new().run(&["check", &source(name), "--quiet"]).ended(1);
    }
}

/// One finding of each risk, and each threshold.
#[test]
fn fail_on_draws_the_line() {
    let low: Vec<Value> =
        (0..2).map(|_| from("10.0.0.0/8")).map(|it| with(it, json!({"Priority": 5}))).collect();
    let one_id = |rules: Vec<Value>| -> Vec<Value> {
        (0..)
            .zip(rules)
            .map(|(n, rule)| with(rule, json!({"SecurityGroupRuleId": format!("sgr-{n}")})))
            .collect()
    };
    let cases: [(&str, &str, Vec<Value>); 4] = [
        ("high", "open-ssh", vec![opens("22/22")]),
        ("medium", "open-splunk", vec![opens("8089/8089")]),
        ("low", "redundant-rule", one_id(low)),
        (
            "info",
            "platform-added-rule",
            vec![with(from("10.0.0.0/8"), json!({"Description": "Created by DTS"}))],
        ),
    ];
    let order = ["info", "low", "medium", "high"];
    for (risk, item, rules) in cases {
        let mut documents = account(&rules);
        documents.push(interfaces(&[interface(1, &["sg-a"])]));
        let scratch = Scratch::with(&documents);
        let rank = |word: &str| order.iter().position(|one| *one == word).unwrap();
        for limit in order {
            let code = i32::from(rank(risk) >= rank(limit));
            scratch.check(&["--items", item, "--fail-on", limit, "--quiet"]).ended(code);
        }
        scratch.check(&["--items", item, "--fail-on", "never", "--quiet"]).ended(0);
        // Without a word, low is the line.
        scratch.check(&["--items", item, "--quiet"]).ended(i32::from(risk != "info"));
    }
}

#[test]
fn what_is_only_possible_is_undecided() {
    let scratch = Scratch::with(&[possible(), groups(&["sg-p"])]);
    scratch.asks("open-ssh").ended(3);
    scratch.check(&["--items", "open-ssh", "--fail-on", "never"]).ended(3);
    // An item that the gap does not touch is answered.
    scratch.asks("open-rdp").ended(0);
    // A sure finding decides, whatever else is open.
    let scratch = Scratch::with(&[possible(), group("sg-s", &[opens("22/22")]), groups(&["sg-p", "sg-s"])]);
    scratch.asks("open-ssh").ended(1);
}

#[test]
fn mistakes_of_usage_end_with_2() {
    let scratch = Scratch::with(&account(&[]));
    let cases: [(&[&str], &[&str]); 12] = [
        (&[], &["Usage:"]),
        (&["frobnicate"], &["frobnicate"]),
        (&["check"], &["<SOURCE>"]),
        (&["check", "account", "--frobnicate"], &["--frobnicate"]),
        (&["check", "account", "--fail-on", "critical"], &["`critical`", "`never`"]),
        (&["check", "account", "--format", "yaml"], &["`yaml`", "`sarif`"]),
        (&["check", "account", "--items", "open-shs"], &["`open-shs`", "did you mean `open-ssh`?"]),
        (&["check", "account", "--items", "quux"], &["`quux`", "portreeve items"]),
        (&["check", "account", "--items", ""], &["--items", "portreeve items"]),
        (&["check", "account", "--threads", "many"], &["many"]),
        (&["check", "account", "--show", "some"], &["`some`", "`all`"]),
        (&["items", "open-shs"], &["`open-shs`", "did you mean `open-ssh`?"]),
    ];
    for (args, words) in cases {
        scratch.run(args).refused(words);
    }
}

#[test]
fn sources_that_are_not_there_end_with_2() {
    let scratch = Scratch::new();
    scratch.run(&["check", "nowhere"]).refused(&["`nowhere` does not exist", "folder"]);
    scratch.run(&["check", "nowhere", "--keep-going"]).refused(&["`nowhere` does not exist"]);
}

#[test]
fn items_may_be_given_with_blanks_and_an_empty_end() {
    let scratch = Scratch::with(&account(&[opens("22/22")]));
    for items in ["open-ssh,open-rdp", "open-ssh, open-rdp", "open-rdp,open-ssh,"] {
        scratch.check(&["--items", items, "--quiet"]).ended(1);
    }
    scratch.check(&["--items", "open-rdp", "--items", "open-ssh", "--quiet"]).ended(1);
}

/// A document that cannot be read stops the run, or becomes a gap: then nothing passes any more, but what was read counts.
#[test]
fn keep_going_turns_broken_documents_into_gaps() {
    for (rules, code) in [(vec![from("10.0.0.0/8")], 3), (vec![opens("22/22")], 1)] {
        let scratch = Scratch::with(&account(&rules));
        scratch.write("account/broken.json", "{\"Instances\": {\"Instance\": [{\"InstanceId\": \"i-");
        scratch.check(&[]).refused(&["broken.json:1:"]);
        let run = scratch.check(&["--keep-going", "--items", "open-ssh", "--format", "json"]).ended(code);
        run.told(&["broken.json"]);
        let gaps = run.json()["gaps"].to_string();
        assert!(gaps.contains("broken.json") && gaps.contains("DescribeInstances"), "{gaps}");
    }
}

#[test]
fn nothing_but_broken_documents_never_passes() {
    let scratch = Scratch::new();
    scratch.write("account/broken.json", "{");
    let run = scratch.check(&["--keep-going"]);
    assert!(matches!(run.code, 2 | 3), "{run:?}");
}
