//! The SARIF log, held against the standard's own schema.

use std::sync::atomic::{AtomicUsize, Ordering};

use portreeve_checks::{Certainty, ServerState};
use portreeve_model::Origin;
use serde_json::{Value, json};

use crate::sample::{Sample, hostile, server, ssh, written};
use crate::{Format, Locate, Notice, NoticeKind, Options, Report, Status};

fn read(report: &Report<'_>) -> Value {
    let value: Value = serde_json::from_str(&written(Format::Sarif, report, &Options::default())).unwrap();
    let schema = include_str!("../../../../fixtures/schemas/sarif-2.1.0.json");
    // One pattern (of a language, which we do not write) has a bracket too many and is no regular expression.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    value
}

fn result(value: &Value) -> &Value {
    &value["runs"][0]["results"][0]
}

struct Line(AtomicUsize);

impl Locate for Line {
    fn line(&self, origin: &Origin, id: &str) -> Option<u64> {
        self.0.fetch_add(1, Ordering::Relaxed);
        (origin.offset == 0 && id == "sg-web").then_some(17)
    }
}

#[test]
fn a_result_names_rule_place_and_fingerprint() {
    let sample = ssh();
    let line = Line(AtomicUsize::new(0));
    let value = read(&Report { locate: Some(&line), ..sample.report() });
    let result = result(&value);
    assert_eq!(result["ruleId"], "open-ssh");
    assert_eq!(result["level"], "error");
    assert_eq!(result["partialFingerprints"], json!({"portreeve/v1": "000000000000abc000000003"}));
    let location = json!([{
        "physicalLocation": {"artifactLocation": {"uri": "account/groups%201.json"}, "region": {"startLine": 17}},
        "logicalLocations": [{"name": "sg-web", "kind": "securityGroup"}]
    }]);
    assert_eq!(result["locations"], location);
    let text = result["message"]["text"].as_str().unwrap();
    assert!(
        text.starts_with("SSH is open to everyone (sg-web (web), sure)\nrule: sgr-1 allow tcp/22"),
        "{text}"
    );
    assert!(text.contains("\ntry: 1.2.3.4 -> 10.20.1.10 tcp/22\n"), "{text}");
    assert_eq!(result.get("baselineState"), None);
    assert_eq!(result.get("suppressions"), None);
    assert_eq!(result["properties"]["exposure"], "internet");
}

#[test]
fn a_group_is_located_once_for_all_its_findings() {
    let mut sample = ssh();
    let group = sample.outcome.findings[0].group;
    sample.find("open-redis", group);
    let line = Line(AtomicUsize::new(0));
    read(&Report { locate: Some(&line), ..sample.report() });
    assert_eq!(line.0.load(Ordering::Relaxed), 1);
}

#[test]
fn rules_are_the_enabled_items_and_the_index_points_at_them() {
    let mut sample = ssh();
    let group = sample.outcome.findings[0].group;
    sample.outcome.items[0].enabled = false;
    sample.find("excessive-groups", group);
    let value = read(&sample.report());
    let rules = value["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert_eq!(ids, ["open-ssh", "open-redis", "open-kafka", "excessive-groups"]);
    let levels: Vec<&str> =
        rules.iter().filter_map(|rule| rule["defaultConfiguration"]["level"].as_str()).collect();
    assert_eq!(levels, ["error", "error", "warning", "note"]);
    for result in value["runs"][0]["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], rules[index]["id"]);
    }
}

#[test]
fn waivers_suppress_and_the_baseline_is_told() {
    let waived = || Status::Waived { reason: "lab only".into(), until: "2026-12-31".into() };
    let cases = [
        (Status::Open, "new", Value::Null),
        (Status::Grown, "updated", Value::Null),
        (Status::Known, "unchanged", Value::Null),
        (
            waived(),
            "unchanged",
            json!([{"kind": "external", "status": "accepted", "justification": "lab only"}]),
        ),
    ];
    for (status, state, suppressions) in cases {
        let sample = ssh();
        let value = read(&Report { statuses: &[status], baseline: true, ..sample.report() });
        assert_eq!(result(&value)["baselineState"], state);
        assert_eq!(result(&value).get("suppressions").unwrap_or(&Value::Null), &suppressions);
    }
}

#[test]
fn a_finding_without_a_group_is_located_by_its_interface() {
    let mut sample = Sample::new();
    let interface = sample.server("i-1", "web", "eni-1", "10.0.0.1");
    let finding = sample.find("open-ssh", None);
    finding.servers = vec![server(interface, ServerState::AtRisk, "")];
    finding.certainty = Certainty::Possible;
    let value = read(&sample.report());
    let expected = json!([{"logicalLocations": [{"name": "eni-1", "kind": "interface"}]}]);
    assert_eq!(result(&value)["locations"], expected);
    assert_eq!(result(&value)["properties"]["certainty"], "possible");
}

#[test]
fn gaps_warnings_and_notices_are_notifications() {
    let mut sample = Sample::new();
    sample.estate.add_gap("sg-1", "no rules");
    let notices = [Notice { kind: NoticeKind::WaiverUnmatched, text: "matches nothing".to_owned() }];
    let warnings = ["unknown document".to_owned()];
    let value = read(&Report { notices: &notices, warnings: &warnings, ..sample.report() });
    let expected = json!([
        {"level": "warning", "message": {"text": "sg-1: no rules"}},
        {"level": "warning", "message": {"text": "unknown document"}},
        {"level": "note", "message": {"text": "matches nothing"}}
    ]);
    assert_eq!(value["runs"][0]["invocations"][0]["toolExecutionNotifications"], expected);
    assert_eq!(value["runs"][0]["results"], json!([]));
}

#[test]
fn hostile_words_make_no_links_and_no_placeholders() {
    let value = read(&hostile().report());
    let message = &result(&value)["message"];
    let text = message["text"].as_str().unwrap();
    assert!(text.contains("\\[a\\](http://e.vil) {{0}}") && !text.contains('\u{1b}'), "{text}");
    let markdown = message["markdown"].as_str().unwrap();
    for line in
        markdown.lines().skip(1).filter(|line| !line.starts_with("- finding") && !line.starts_with("- do"))
    {
        assert!(line.contains(": `"), "not in a code span: {line}");
    }
    assert!(!markdown.contains("finding: =cmd|"), "{markdown}");
}
