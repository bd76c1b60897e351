//! `portreeve diff`: what a change means, and nothing where it means nothing.

use serde_json::{Value, json};

use crate::common::{
    Ran, Scratch, from, group, groups, interface, interfaces, list, opens, pretty, root, rule, source, text,
    with,
};

/// Two accounts of a group `sg-a` on one interface, which differ in the rules of the group.
fn accounts(old: &[Value], new: &[Value]) -> Scratch {
    let scratch = Scratch::new();
    for (name, rules) in [("old", old), ("new", new)] {
        let documents = [group("sg-a", rules), groups(&["sg-a"]), interfaces(&[interface(1, &["sg-a"])])];
        for (number, document) in documents.iter().enumerate() {
            scratch.write(&format!("{name}/{number}.json"), pretty(document));
        }
    }
    scratch
}

fn diff(scratch: &Scratch, args: &[&str]) -> Ran {
    scratch.run(&[&["diff", "old", "new"], args].concat())
}

fn named(id: &str, object: Value) -> Value {
    with(object, json!({"SecurityGroupRuleId": id}))
}

#[test]
fn what_opens_is_told_with_its_rule_and_a_packet() {
    let wide = named("sgr-1", opens("22/22"));
    let scratch = accounts(&[], std::slice::from_ref(&wide));
    let opened = diff(&scratch, &[]).ended(1);
    for words in [
        "opens",
        "tcp/22 from 0.0.0.0/0",
        "-> 10.0.0.1 tcp/22",
        "sgr-1 allow tcp/22",
        "open-ssh",
        "1 change of traffic",
    ] {
        assert!(opened.out.contains(words), "`{words}` is not in\n{}", opened.out);
    }
    // The other way round it closes, and a finding that goes is no reason to fail.
    let closed = scratch.run(&["diff", "new", "old"]).ended(0);
    assert!(closed.out.contains("closes") && closed.out.contains("disappears"), "{}", closed.out);
    // A risk that is not asked for does not fail.
    diff(&scratch, &["--fail-on", "never"]).ended(0);
}

#[test]
fn rules_that_mean_the_same_have_no_effect() {
    let halves = [from("0.0.0.0/1"), from("128.0.0.0/1")];
    let renamed = with(opens("22/22"), json!({"SecurityGroupRuleId": "sgr-9", "Description": "anew"}));
    for (old, new) in [
        (vec![opens("22/22")], vec![renamed]),
        (vec![opens("22/22")], halves.to_vec()),
        (vec![opens("22/22"), opens("80/80")], vec![opens("80/80"), opens("22/22")]),
    ] {
        let run = diff(&accounts(&old, &new), &[]);
        assert!(run.out.contains("no effect"), "{}", run.out);
        assert!(!run.out.contains("opens") && !run.out.contains("closes"), "{}", run.out);
    }
    // Nothing but the two words where nothing at all differs.
    let same = source("examples/alibaba");
    assert_eq!(Scratch::new().run(&["diff", &same, &same]).ended(0).out, "no effect\n");
}

#[test]
fn the_json_has_exact_sets_and_names_what_had_no_effect() {
    let old = [named("sgr-1", opens("80/80"))];
    let new = [
        named("sgr-1", opens("80/81")),
        named("sgr-2", rule(json!({"PortRange": "80/80", "SourceCidrIp": "10.0.0.0/8"}))),
    ];
    let scratch = accounts(&old, &new);
    let report = diff(&scratch, &["--format", "json"]).json();
    assert_eq!((text(&report, "schema"), &report["effect"]), ("portreeve/diff/1", &json!(true)));
    let [shift] = list(&report, "traffic") else { panic!("{report}") };
    assert_eq!(shift["subjects"][0]["interfaces"], json!(["eni-1"]));
    let effect = &shift["effects"][0];
    assert_eq!(
        effect["opened"]["traffic"],
        json!([{"protocol": "tcp", "ports": "81", "from": ["0.0.0.0/0"]}])
    );
    assert_eq!((&effect["places"], effect.get("closed")), (&Value::Null, None));
    assert_eq!(effect["opened"]["witness"]["port"], json!(81));
    let rules: Vec<_> = list(&report, "rules")
        .iter()
        .map(|it| (text(it, "rule"), text(it, "change"), &it["effect"]))
        .collect();
    assert_eq!(rules, [("sgr-1", "changed", &json!(true)), ("sgr-2", "added", &json!(false))]);
    assert_eq!(shift["because"], json!([0]));
}

#[test]
fn every_document_is_of_the_schema() {
    let schema = std::fs::read_to_string(root().join("docs/schema/diff-1.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let example = source("examples/alibaba");
    let edits = [
        "create sg-new like shop-web",
        "sg-new: allow icmp from any",
        "leave shop-web-1 shop-guard",
        "remove sgr-bp1shop0web000000002",
    ];
    let whatif: Vec<&str> =
        ["whatif", &example].into_iter().chain(edits.iter().flat_map(|edit| ["--do", edit])).collect();
    let (old, new) = (source("fixtures/diff/old.json"), source("fixtures/diff/new.json"));
    let huawei = source("fixtures/huawei/sample");
    for args in
        [whatif, vec!["diff", &old, &new], vec!["diff", &example, &huawei], vec!["diff", &huawei, &huawei]]
    {
        let report = Scratch::new().run(&[args.as_slice(), &["--format", "json"]].concat()).json();
        let errors: Vec<String> = schema
            .iter_errors(&report)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{args:?}: {errors:?}");
    }
}

#[test]
fn only_the_server_that_is_asked_about_is_told() {
    let scratch = accounts(&[], &[opens("22/22")]);
    assert!(diff(&scratch, &["--to", "eni-1"]).ended(1).out.contains("opens"));
    assert!(diff(&scratch, &["--to", "sg-a"]).ended(1).out.contains("opens"));
    diff(&scratch, &["--to", "eni-2"]).told(&["eni-2", "did you mean `eni-1`?"]);
    let (old, new) = (source("examples/alibaba"), source("examples/alibaba"));
    assert_eq!(Scratch::new().run(&["diff", &old, &new, "--to", "shop-web-1"]).ended(0).out, "no effect\n");
}

#[test]
fn what_gaps_leave_open_is_undecided() {
    let scratch = accounts(&[opens("80/80")], &[opens("80/80")]);
    // One rule more than the page shows.
    let page = with(group("sg-a", &[opens("80/80")]), json!({"NextToken": "more"}));
    scratch.write("new/0.json", pretty(&page));
    let run = diff(&scratch, &["--format", "json"]).ended(3);
    let report = run.json();
    let effects = &report["traffic"][0]["effects"];
    assert!(effects[0]["perhaps_opened"].is_object() && effects[0].get("opened").is_none(), "{effects}");
}

#[test]
fn a_comment_folds_what_is_long_and_defuses_names() {
    let told = |words: &str| with(opens("443/443"), json!({"Description": words}));
    let (old, new) = ([opens("80/80"), told("web")], [opens("22/22"), told("@team </details> |")]);
    let run = diff(&accounts(&old, &new), &["--format", "markdown"]);
    for words in [
        "## Security group changes",
        "| who | what | try | because |",
        "<details>",
        "**opens** in `tcp/22 from 0.0.0.0/0`",
    ] {
        assert!(run.out.contains(words), "`{words}` is not in\n{}", run.out);
    }
    assert_eq!(
        run.out.matches("<details>").count(),
        run.out.lines().filter(|line| *line == "</details>").count()
    );
}

#[test]
fn a_waived_finding_does_not_fail() {
    let scratch = accounts(&[], &[opens("22/22")]);
    let waiver =
        "[[waiver]]\nitem = \"open-ssh\"\ngroup = \"sg-a\"\nreason = \"planned\"\nuntil = 2026-12-31\n";
    scratch.write("portreeve.toml", waiver);
    let run = diff(&scratch, &["--today", "2026-06-01", "--fail-on", "high"]).ended(0);
    assert!(run.out.contains("(waived)"), "{}", run.out);
    diff(&scratch, &["--today", "2027-01-01", "--fail-on", "high"]).ended(1);
}

#[test]
fn standard_input_can_be_one_of_the_two_only() {
    Scratch::new().run(&["diff", "-", "-"]).refused(&["only one of the two"]);
    Scratch::new().run(&["diff", "nowhere", "nowhere"]).refused(&["nowhere"]);
}
