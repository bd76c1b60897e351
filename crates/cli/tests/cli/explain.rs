//! `explain`, `exposure` and `assert`, from outside.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::common::{Ran, Scratch, list, root, source, text};

fn sample(cloud: &str) -> String {
    source(&format!("fixtures/{cloud}/sample"))
}

fn run(words: &[&str]) -> Ran {
    Scratch::new().run(words)
}

fn run_with_input(words: &[&str], input: &str) -> Ran {
    Scratch::new().fed(words, input.as_bytes())
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Asks, and gives the exit code with the JSON answer.
fn ask(cloud: &str, from: &str, to: &str, more: &[&str]) -> (i32, Value) {
    let source = sample(cloud);
    let mut words = vec!["explain", &source, "--from", from, "--to", to, "--format", "json", "--quiet"];
    words.extend(more);
    let ran = run(&words);
    (ran.code, ran.json())
}

fn step<'a>(answer: &'a Value, layer: &str, direction: &str) -> Option<&'a Value> {
    list(answer, "steps")
        .iter()
        .find(|step| step["layer"] == layer && step["direction"] == direction && step["reply"] != true)
}

/// The verdicts of facts about the sample account: the group step alone, since a path has more layers.
#[test]
fn group_steps_of_the_alibaba_sample() {
    let cases = [
        ("203.0.113.99", "10.20.1.10", "22", "ingress", "allowed", Some(100)),
        ("198.51.100.9", "10.20.1.10", "22", "ingress", "denied", Some(50)),
        ("203.0.113.99", "10.20.1.10", "3389", "ingress", "denied", Some(100)),
        ("203.0.113.99", "10.20.1.30", "3389", "ingress", "allowed", Some(110)),
        ("8.8.8.8", "10.20.1.10", "9200", "ingress", "allowed", Some(10)),
        ("200.1.1.1", "10.20.1.10", "9200", "ingress", "denied", None),
        ("10.20.1.30", "10.20.1.10", "3389", "ingress", "allowed", None),
        ("10.20.1.10", "10.20.1.30", "3389", "egress", "denied", Some(100)),
        ("10.20.1.10", "10.20.2.40", "3306", "ingress", "allowed", Some(1)),
        ("10.20.1.10", "10.20.2.40", "1433", "ingress", "denied", Some(1)),
        ("203.0.113.99", "10.20.2.40", "6379", "ingress", "allowed", Some(2)),
        ("203.0.113.99", "10.20.1.52", "8080", "ingress", "allowed", Some(1)),
        ("2001:db8::9", "2001:db8:20:1::50", "22", "ingress", "denied", None),
        ("10.20.1.10", "203.0.113.99", "25", "egress", "denied", Some(1)),
        ("10.20.1.10", "203.0.113.99", "80", "egress", "denied", Some(100)),
        ("10.20.1.50", "203.0.113.99", "80", "egress", "allowed", Some(1)),
    ];
    for (from, to, port, direction, verdict, priority) in cases {
        let (_, answer) = ask("alibaba", from, to, &["--port", port]);
        let step = step(&answer, "security_group", direction).unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(step["verdict"], verdict, "{from} {to} {port}");
        assert_eq!(step["rule"]["priority"], json!(priority), "{from} {to} {port}: {step}");
    }
}

#[test]
fn client_ports_decide_where_a_rule_asks_for_them() {
    let (_, from_high) = ask(
        "alibaba",
        "10.20.2.40",
        "10.20.1.10",
        &["--protocol", "udp", "--port", "53", "--source-port", "40000"],
    );
    let (_, from_low) = ask(
        "alibaba",
        "10.20.2.40",
        "10.20.1.10",
        &["--protocol", "udp", "--port", "53", "--source-port", "500"],
    );
    let (_, open) = ask("alibaba", "10.20.2.40", "10.20.1.10", &["--protocol", "udp", "--port", "53"]);
    let verdict = |answer: &Value| step(answer, "security_group", "ingress").unwrap()["verdict"].clone();
    assert_eq!(
        (verdict(&from_high), verdict(&from_low), verdict(&open)),
        (json!("allowed"), json!("denied"), json!("partly"))
    );
}

#[test]
fn every_flow_of_the_huawei_sample() {
    let text = std::fs::read_to_string(root().join("fixtures/huawei/expected-verdicts.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let cases = list(&cases, "cases");
    assert!(cases.len() >= 24);
    let questions: Vec<String> = cases
        .iter()
        .map(|case| {
            let mut question = json!({
                "from": case["source"], "to": case["destination"], "protocol": case["protocol"],
            });
            if !case["port"].is_null() {
                question["port"] = case["port"].clone();
            }
            question.to_string()
        })
        .collect();
    let source = sample("huawei");
    let ran = run_with_input(&["explain", &source, "--questions", "-", "--quiet"], &questions.join("\n"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let answers: Vec<Value> = rows(&ran.out);
    assert_eq!(answers.len(), cases.len());
    for (case, answer) in cases.iter().zip(&answers) {
        let wanted = match case["verdict"].as_str().unwrap() {
            "allow" => "allowed",
            _ => "denied",
        };
        assert_eq!(answer["verdict"], wanted, "{case} {answer}");
        if case["verdict"] == "no-route" {
            let routes = list(answer, "steps").iter().filter(|step| step["layer"] == "route");
            assert!(routes.into_iter().any(|step| step["verdict"] == "denied"), "{answer}");
        }
    }
}

/// The outline of the contract, as code.
#[test]
fn an_answer_has_the_fields_of_the_contract() {
    let (code, answer) = ask("alibaba", "198.51.100.9", "10.20.1.10", &["--port", "22"]);
    assert_eq!(code, 1);
    assert_eq!(answer["schema"], "portreeve/explain/1");
    assert_eq!(
        answer["question"],
        json!({"from": "198.51.100.9", "to": "10.20.1.10", "protocol": "tcp", "port": 22})
    );
    assert_eq!(answer["verdict"], "denied");
    for step in list(&answer, "steps") {
        for key in ["layer", "direction", "at", "verdict", "rule", "because"] {
            assert!(step.get(key).is_some(), "{key} is missing in {step}");
        }
    }
    let rule = &step(&answer, "security_group", "ingress").unwrap()["rule"];
    let told: BTreeSet<&str> = rule.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(told.is_superset(&BTreeSet::from(["owner", "id", "priority", "action"])), "{rule}");
    assert_eq!((&rule["priority"], &rule["action"]), (&json!(50), &json!("deny")));
    for cause in list(&answer, "causes") {
        assert!(["id", "text", "remedy"].iter().all(|key| !text(cause, key).is_empty()), "{cause}");
    }
    let plans = list(&answer, "plans");
    assert!(!plans.is_empty());
    for plan in plans {
        assert!(
            list(plan, "commands").iter().all(|it| it.as_str().unwrap().starts_with("aliyun ecs ")),
            "{plan}"
        );
    }
    assert_eq!(answer["not_modelled"], json!(["host_firewall", "listener", "carrier"]));
}

#[test]
fn without_a_public_address_nothing_comes_from_the_internet() {
    let (code, answer) = ask("alibaba", "203.0.113.99", "10.20.2.40", &["--port", "6379"]);
    assert_eq!((code, &answer["verdict"]), (1, &json!("denied")));
    let ids: Vec<&str> = list(&answer, "causes").iter().map(|cause| text(cause, "id")).collect();
    // The network ACL's replies are blocked as well: both causes are told.
    assert!(ids.contains(&"no-public-address") && ids.contains(&"reply-blocked"), "{ids:?}");
}

#[test]
fn a_set_is_told_exactly() {
    let (code, answer) = ask("alibaba", "internet", "web-1", &[]);
    assert_eq!((code, &answer["verdict"]), (0, &json!("partly")));
    let web = list(&answer, "allowed").iter().find(|row| row["ports"] == "80,443").unwrap();
    assert_eq!(web["from"], json!(["0.0.0.0/0"]));
    let half = list(&answer, "allowed").iter().find(|row| row["ports"] == "9200-9300").unwrap();
    assert_eq!(half["from"], json!(["0.0.0.0/1", "192.0.2.0/25", "198.51.100.7/32"]));
}

#[test]
fn mail_is_blocked_by_the_platform_until_configuration_says_otherwise() {
    let scratch = Scratch::new();
    let config = scratch.write("portreeve.toml", "[platform]\noutbound-smtp = true\n").display().to_string();
    let (_, answer) = ask("alibaba", "web-1", "8.8.8.8", &["--port", "25"]);
    assert_eq!(step(&answer, "provider", "egress").unwrap()["verdict"], "denied");
    let (_, unblocked) = ask("alibaba", "web-1", "8.8.8.8", &["--port", "25", "--config", &config]);
    assert!(step(&unblocked, "provider", "egress").is_none(), "{unblocked}");
}

#[test]
fn an_unknown_name_is_answered_with_those_that_look_like_it() {
    let source = sample("alibaba");
    let ran = run(&["explain", &source, "--from", "internet", "--to", "webb-1", "--port", "22", "--quiet"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`webb-1`") && ran.err.contains("did you mean `web-1`?"), "{}", ran.err);
}

#[test]
fn odd_questions_get_a_line_that_says_what_is_wrong() {
    let questions = [
        "{\"from\": \"internet\", \"to\": \"web-1\", \"port\": 443}",
        "{\"from\": \"internet\", \"to\": \"nobody-7\", \"port\": 443}",
        "not a question",
        "{\"from\": \"internet\", \"to\": \"web-1\", \"port\": 70000}",
        "{\"from\": \"8.8.8.8\", \"to\": \"9.9.9.9\", \"port\": 1}",
        "{\"from\": \"8.8.8.8\", \"to\": \"web-1\", \"protocol\": \"icmp\", \"port\": 1}",
        "{\"from\": \"8.8.8.8\", \"to\": \"web-1\", \"protocol\": \"quic\"}",
    ];
    let source = sample("alibaba");
    let ran = run_with_input(&["explain", &source, "--questions", "-", "--quiet"], &questions.join("\n"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let answers: Vec<Value> = rows(&ran.out);
    assert_eq!(answers.len(), questions.len());
    assert_eq!(answers[0]["verdict"], "allowed");
    let wanted = ["`nobody-7`", "not a question", "70000", "neither end", "has no ports", "`quic`"];
    for (answer, words) in answers.iter().skip(1).zip(wanted) {
        assert!(text(answer, "error").contains(words), "{words}: {answer}");
    }
}

#[test]
fn exposure_lists_what_the_internet_reaches_and_nothing_else() {
    let source = sample("alibaba");
    let ran = run(&["exposure", &source, "--format", "json", "--quiet"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &report["schema"]), (0, &json!("portreeve/exposure/1")));
    let interfaces: BTreeSet<&str> =
        list(&report, "interfaces").iter().map(|row| text(row, "interface")).collect();
    let expected = [
        "eni-bp1demo0web0000001",
        "eni-bp1demo0win0000002",
        "eni-bp1demo0ent0000004",
        "eni-bp1demo0ent0sec0005",
    ];
    assert_eq!(interfaces, BTreeSet::from(expected));
    for row in list(&report, "interfaces") {
        assert!(!list(row, "public").is_empty() && row["unknown"] == json!([]), "{row}");
    }
    // db-1 has an open rule but no public address.
    let one = run(&["exposure", &source, "--to", "db-1", "--format", "json", "--quiet"]);
    assert_eq!(serde_json::from_str::<Value>(&one.out).unwrap()["interfaces"], json!([]));
}

#[test]
fn what_listens_and_the_servers_own_firewall_are_layers() {
    let scratch = Scratch::new();
    let loopback = scratch
        .write("ss.txt", "tcp LISTEN 0 128 127.0.0.1:443 0.0.0.0:*\ntcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:*\n")
        .display()
        .to_string();
    let host = format!("web-1={loopback}");
    let (code, closed) = ask("alibaba", "203.0.113.99", "web-1", &["--port", "443", "--host", &host]);
    assert_eq!((code, &closed["verdict"]), (1, &json!("denied")));
    let ids: Vec<&str> = list(&closed, "causes").iter().map(|cause| text(cause, "id")).collect();
    assert_eq!(ids, ["loopback-only"]);
    let (code, open) = ask("alibaba", "203.0.113.99", "web-1", &["--port", "80", "--host", &host]);
    assert_eq!((code, &open["verdict"]), (0, &json!("allowed")));
    assert_eq!(step(&open, "listener", "ingress").unwrap()["verdict"], "allowed");
}

#[test]
fn who_reaches_a_server() {
    let (code, answer) = ask("alibaba", "any", "db-1", &["--port", "1433"]);
    // 1433 is dropped before the rule that opens every port.
    assert_eq!((code, &answer["verdict"], &answer["senders"]), (1, &json!("denied"), &json!([])));
    let (code, answer) = ask("alibaba", "any", "db-1", &["--port", "3306"]);
    assert_eq!((code, &answer["verdict"]), (0, &json!("partly")));
    let servers: BTreeSet<&str> = list(&answer, "senders")
        .iter()
        .flat_map(|row| list(row, "servers"))
        .map(|server| server.as_str().unwrap())
        .collect();
    assert!(servers.contains("i-bp1demo0web00000001"), "{servers:?}");
}

#[test]
fn expectations_hold_fail_or_stay_open() {
    let scratch = Scratch::new();
    let expect = |verdict: &str, to: &str, port: u16| {
        format!(
            "[[expect]]\nname = \"n\"\nfrom = \"internet\"\nto = \"{to}\"\nport = {port}\nverdict = \"{verdict}\"\n"
        )
    };
    let cases = [
        (expect("allowed", "web-1", 443), 0, "1 of 1 expectations hold"),
        (expect("denied", "web-1", 443), 1, "fails      n (expected denied)"),
        // 3389 is dropped for everyone.
        (expect("denied", "web-1", 3389), 0, "holds      n"),
        (expect("allowed", "web-1", 8443), 1, "1 fail"),
        ("[[expect]]\nname = \"n\"\n".to_owned(), 2, "missing field `from`"),
        (expect("perhaps", "web-1", 1), 2, "perhaps"),
        (String::new(), 2, "expects nothing"),
    ];
    for (file, code, words) in cases {
        let path = scratch.write("expectations.toml", &file).display().to_string();
        let source = sample("alibaba");
        let ran = run(&["assert", &source, "--file", &path, "--quiet"]);
        assert_eq!(ran.code, code, "{file}\n{}{}", ran.out, ran.err);
        assert!(format!("{}{}", ran.out, ran.err).contains(words), "{words}: {}{}", ran.out, ran.err);
    }
}

/// The address of a load balancer or of a NAT gateway stands for the servers behind it, at the ports that it takes.
#[test]
fn the_address_of_something_that_hands_on_stands_for_its_servers() {
    let source = source("examples/alibaba");
    let ask = |to: &str, port: &str| {
        let words = [
            "explain", &source, "--from", "internet", "--to", to, "--port", port, "--format", "json",
            "--quiet",
        ];
        let ran = run(&words);
        (ran.code, ran.json())
    };
    let (code, answer) = ask("203.0.113.90", "443");
    assert_eq!((code, &answer["verdict"]), (0, &json!("allowed")), "{answer}");
    let answers = list(&answer, "answers");
    let servers: Vec<&str> = answers.iter().map(|one| text(&one["to"], "instance")).collect();
    assert_eq!(servers, ["i-bp1shop0web000000001", "i-bp1shop0web000000002"]);
    assert!(answers.iter().all(|one| one["to"]["through"] == "lb-bp1shop0000000000000"), "{answer}");
    for (to, port) in [("203.0.113.90", "22"), ("203.0.113.80", "1")] {
        let (code, answer) = ask(to, port);
        assert_eq!((code, &answer["verdict"]), (1, &json!("denied")), "{answer}");
        let causes: Vec<&str> = list(&answer, "causes").iter().map(|cause| text(cause, "id")).collect();
        assert!(causes.contains(&"not-handed-on"), "{causes:?}");
    }
}
