//! `portreeve whatif`: edits in memory, from the command line and from files.

use serde_json::json;

use crate::common::{Ran, Scratch, list, source, text};

fn whatif(scratch: &Scratch, args: &[&str]) -> Ran {
    let account = source("examples/alibaba");
    scratch.run(&[&["whatif", &account], args].concat())
}

const OPEN: &str = "ops-jump: allow tcp 22 from 0.0.0.0/0 priority 1 in";

#[test]
fn an_edit_is_told_as_a_difference_with_the_findings_after() {
    let run = whatif(&Scratch::new(), &["--do", OPEN]).ended(1);
    for words in [
        "what if  1 edit",
        OPEN,
        "ops-jump-1 (i-bp1ops0jump000000001)",
        "tcp/22 from 0.0.0.0/0 but 192.0.2.0/25, 198.51.100.7/32",
        "#ingress/3 allow tcp/22 from 0.0.0.0/0, priority 1",
        "afterwards",
    ] {
        assert!(run.out.contains(words), "`{words}` is not in\n{}", run.out);
    }
}

#[test]
fn the_json_lists_the_edits_and_all_findings() {
    let report = whatif(&Scratch::new(), &["--do", OPEN, "--format", "json"]).ended(1).json();
    assert_eq!((text(&report, "schema"), &report["edits"]), ("portreeve/diff/1", &json!([OPEN])));
    let appeared = list(&report["findings"], "appeared");
    assert!(appeared.iter().any(|it| text(it, "item") == "open-ssh"), "{appeared:?}");
    // All of them are those that the check would find: one more than before.
    let items = |report: &serde_json::Value, key: &str| {
        list(report, key).iter().filter(|it| it["item"] == "open-ssh").count()
    };
    let checked = Scratch::new().run(&["check", &source("examples/alibaba"), "--format", "json"]).json();
    assert_eq!(items(&report, "findings_after"), items(&checked, "findings") + 1);
}

#[test]
fn edits_come_from_files_too_after_those_of_the_command_line() {
    let scratch = Scratch::new();
    scratch.write(
        "edits.txt",
        "# what we plan\n\nsg-new: allow tcp 22 from 10.0.0.0/8\n  join shop-db-1 sg-new  \n",
    );
    let create = "create sg-new in vpc-bp1shop0prod000000000";
    let report = whatif(&scratch, &["--do", create, "--file", "edits.txt", "--format", "json"]).json();
    assert_eq!(
        report["edits"],
        json!([create, "sg-new: allow tcp 22 from 10.0.0.0/8", "join shop-db-1 sg-new"])
    );
    let moved = list(&report, "moved");
    assert_eq!(moved[0]["security_groups"]["new"], json!(["sg-bp1shop0db0000000000", "sg-new"]));
    let account = source("examples/alibaba");
    let fed = scratch.fed(&["whatif", &account, "--file", "-"], OPEN.as_bytes()).ended(1);
    assert!(fed.out.contains(OPEN), "{}", fed.out);
}

#[test]
fn an_edit_without_effect_says_so() {
    let run = whatif(&Scratch::new(), &["--do", "shop-web: deny tcp 80 from 198.51.100.0/24 priority 99"]);
    assert!(run.out.contains("no effect  1 rule changed without any effect"), "{}", run.out);
}

#[test]
fn a_refused_edit_names_itself_why_and_what_would_work() {
    let scratch = Scratch::new();
    whatif(&scratch, &["--do", OPEN, "--do", "delete shop-web"]).refused(&[
        "edit 2, `delete shop-web`, is refused",
        "DependencyViolation",
        "let them leave it first",
    ]);
    whatif(&scratch, &["--do", "shop-web: alow tcp 22 from any"])
        .refused(&["edit 1", "`alow` is not a rule"]);
    whatif(&scratch, &[]).refused(&["--do"]);
    scratch.write("empty.txt", "# nothing yet\n");
    whatif(&scratch, &["--file", "empty.txt"]).refused(&["there is no edit"]);
    whatif(&scratch, &["--file", "none.txt"]).refused(&["edits `none.txt` could not be read"]);
}

#[test]
fn the_plans_of_explain_are_edits() {
    let scratch = Scratch::new();
    let account = source("examples/alibaba");
    let question = ["--from", "shop-app-1", "--to", "shop-cache-1", "--port", "11211", "--format", "json"];
    let answer = scratch.run(&[&["explain", account.as_str()], question.as_slice()].concat()).json();
    let plans = list(&answer, "plans");
    assert!(!plans.is_empty(), "{answer}");
    for plan in plans {
        let changes: Vec<&str> = list(plan, "changes").iter().map(|it| it.as_str().unwrap()).collect();
        let edits: Vec<&str> = changes.iter().flat_map(|change| ["--do", change]).collect();
        let run = whatif(&scratch, &edits);
        assert!(run.code != 2 && run.out.contains("opens"), "{changes:?}: {}{}", run.out, run.err);
    }
}
