//! The verbs beside `check`: items, completions, the manual page, help and version.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::{Scratch, list, text};

/// The vendor's sixteen, as the contract names them.
const SIXTEEN: [&str; 16] = [
    "open-ssh",
    "open-rdp",
    "open-db2",
    "excessive-groups",
    "open-elasticsearch",
    "open-hadoop-yarn",
    "open-hadoop",
    "open-mongodb",
    "open-mysql",
    "open-oracle",
    "open-postgresql",
    "open-redis",
    "open-sqlserver",
    "open-spark",
    "open-splunk",
    "open-all-ports",
];

fn items() -> Vec<Value> {
    let run = Scratch::new().run(&["items", "--format", "json"]).ended(0);
    let report = run.json();
    list(&report, "items").to_vec()
}

#[test]
fn the_sixteen_are_there_with_the_risks_that_the_issue_gives_them() {
    let medium = ["open-hadoop-yarn", "open-hadoop", "open-spark", "open-splunk"];
    let items = items();
    for id in SIXTEEN {
        let item = items.iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("{id} is missing"));
        let risk = match id {
            "excessive-groups" => "low",
            id if medium.contains(&id) => "medium",
            _ => "high",
        };
        assert_eq!((text(item, "risk"), &item["enabled"]), (risk, &Value::Bool(true)), "{id}");
    }
    let ids: BTreeSet<&str> = items.iter().map(|item| text(item, "id")).collect();
    assert_eq!(ids.len(), items.len(), "each id once");
    for item in &items {
        for key in ["title", "asks", "suggestion"] {
            assert!(!text(item, key).is_empty(), "{key} of {item}");
        }
    }
}

#[test]
fn every_item_is_in_every_list_and_has_a_page() {
    let scratch = Scratch::new();
    let (plain, markdown) =
        (scratch.run(&["items"]).ended(0).out, scratch.run(&["items", "--format", "markdown"]).ended(0).out);
    for item in items() {
        let (id, title) = (text(&item, "id"), text(&item, "title"));
        assert!(plain.contains(id) && markdown.contains(id), "{id}");
        let page = scratch.run(&["items", id]).ended(0).out;
        for word in [
            id,
            title,
            "What it asks",
            "Why it matters",
            "How to put it right",
            "When not to",
            "Fires on",
            "Silent on",
        ] {
            assert!(page.contains(word), "`{word}` is not on the page of {id}:\n{page}");
        }
        let page = scratch.run(&["items", id, "--format", "json"]).ended(0).json();
        assert_eq!((text(&page, "id"), text(&page, "title")), (id, title));
        assert!(scratch.run(&["items", id, "--format", "markdown"]).ended(0).out.contains(id));
    }
}

#[test]
fn an_unknown_item_is_told_with_the_nearest() {
    let scratch = Scratch::new();
    scratch.run(&["items", "open-mysqll"]).refused(&["`open-mysqll`", "did you mean `open-mysql`?"]);
    scratch.run(&["items", "zzz"]).refused(&["`zzz`", "`portreeve items` lists them all"]);
}

#[test]
fn completions_know_the_verbs_and_options() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = Scratch::new().run(&["completions", shell]).ended(0).out;
        for word in ["check", "items", "write-baseline", "fail-on", "keep-going"] {
            assert!(script.contains(word), "{word} for {shell}");
        }
    }
    Scratch::new().run(&["completions", "tcsh"]).refused(&["tcsh", "fish"]);
}

#[test]
fn the_manual_has_a_page_for_the_program_and_each_verb() {
    let scratch = Scratch::new();
    let page = scratch.run(&["man"]).ended(0).out;
    assert!(page.contains(".TH portreeve 1") && page.contains("Exit codes"), "{page}");
    for verb in ["check", "items", "completions", "man"] {
        let page = scratch.run(&["man", verb]).ended(0).out;
        assert!(page.contains(".SH SYNOPSIS") && page.contains(verb), "{verb}");
    }
    assert!(scratch.run(&["man", "check"]).out.contains("write\\-baseline"));
    scratch.run(&["man", "frobnicate"]).refused(&["`frobnicate`", "portreeve --help"]);
}

/// Help is an answer: on standard output, with every option, and complete at the short spelling too.
#[test]
fn help_mentions_every_option() {
    let scratch = Scratch::new();
    let options = [
        "<SOURCE>",
        "--items",
        "--config",
        "--format",
        "--output",
        "--fail-on",
        "--keep-going",
        "--baseline",
        "--write-baseline",
        "--color",
        "--quiet",
        "--show",
        "--threads",
        "--help",
    ];
    for help in ["--help", "-h"] {
        let run = scratch.run(&["check", help]).ended(0);
        assert_eq!(run.err, "");
        for option in options {
            assert!(run.out.contains(option), "{option} is not in the help");
        }
        for format in ["text", "json", "sarif", "junit", "csv", "markdown", "html", "ocsf"] {
            assert!(run.out.contains(format), "{format} is not in the help");
        }
        let run = scratch.run(&[help]).ended(0);
        assert!(
            ["check", "items", "completions", "man"].iter().all(|verb| run.out.contains(verb)),
            "{}",
            run.out
        );
    }
    assert!(scratch.run(&["--help"]).out.contains("0 nothing found · 1 findings at or above --fail-on"));
}

#[test]
fn the_version_is_that_of_the_package() {
    for option in ["--version", "-V"] {
        let run = Scratch::new().run(&[option]).ended(0);
        assert_eq!(run.out, format!("portreeve {}\n", env!("CARGO_PKG_VERSION")));
    }
}
