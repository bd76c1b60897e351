//! The JSON document, read back.

use portreeve_checks::{Certainty, ServerState};
use portreeve_netset::{AddressSet, PortSet};
use serde_json::{Value, json};

use crate::sample::{HOSTILE, Sample, hostile, packet, server, ssh, tcp, written};
use crate::{Format, Notice, NoticeKind, Options, Report, Status};

/// The document; it must fit the published schema.
fn read(report: &Report<'_>) -> Value {
    let text = written(Format::Json, report, &Options::default());
    let value: Value = serde_json::from_str(&text).unwrap();
    let schema = include_str!("../../../../docs/schema/check-1.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    value
}

#[test]
fn a_finding_is_told_as_the_contract_says() {
    let sample = ssh();
    let value = read(&sample.report());
    assert_eq!(value["schema"], "portreeve/check/1");
    let estate =
        json!({"providers": ["alibaba"], "security_groups": 1, "rules": 1, "instances": 2, "interfaces": 2});
    assert_eq!(value["estate"], estate);
    let item = json!({
        "id": "open-ssh", "title": sample.outcome.items[1].title, "risk": "high", "enabled": true,
        "at_risk": {"security_groups": 1, "servers": 1}
    });
    assert_eq!(value["items"][1], item);
    let finding = json!({
        "fingerprint": "000000000000abc000000003",
        "item": "open-ssh", "risk": "high", "certainty": "sure", "exposure": "internet", "status": "open",
        "security_group": {
            "id": "sg-web", "name": "web", "vpc": "vpc-1", "region": "cn-hangzhou", "managed": false
        },
        "servers": [
            {"id": "i-1", "name": "web-1", "interface": "eni-1", "state": "at_risk", "because": "its rules let everyone in"},
            {"id": "i-2", "name": "web-2", "interface": "eni-2", "state": "shielded", "because": "sgr-9 of sg-deny blocks it"}
        ],
        "traffic": [{"protocol": "tcp", "ports": "22", "from": ["0.0.0.0/0"], "direction": "ingress"}],
        "rules": ["sgr-1"],
        "witness": {"from": "1.2.3.4", "to": "10.20.1.10", "protocol": "tcp", "port": 22},
        "suggestion": sample.outcome.items[1].suggestion
    });
    assert_eq!(value["findings"], json!([finding]));
    assert_eq!(value["gaps"], json!([]));
}

#[test]
fn what_is_not_there_is_null() {
    let mut sample = Sample::new();
    let alone = sample.server("", "", "eni-9", "10.0.0.9");
    let finding = sample.find("excessive-groups", None);
    finding.servers = vec![server(alone, ServerState::AtRisk, "")];
    let value = read(&sample.report());
    let finding = &value["findings"][0];
    assert_eq!(finding["security_group"], Value::Null);
    assert_eq!(finding["servers"][0]["id"], Value::Null);
    assert_eq!(finding["servers"][0]["interface"], "eni-9");
    assert_eq!(finding["witness"], Value::Null);
    assert_eq!(finding["traffic"], json!([]));
}

#[test]
fn traffic_has_the_usual_words() {
    let mut sample = Sample::new();
    let group = sample.group("sg-1", "");
    let ports = |intervals: &[(u16, u16)]| intervals.iter().copied().collect::<PortSet>();
    let cases = [
        (Some(6), ports(&[(0, 65535)]), "tcp", "1-65535"),
        (Some(17), ports(&[(1, 65535)]), "udp", "1-65535"),
        (Some(6), ports(&[(22, 22), (80, 90)]), "tcp", "22,80-90"),
        (Some(6), ports(&[(0, 22)]), "tcp", "1-22"),
        (Some(6), ports(&[(0, 0)]), "tcp", "0"),
        (Some(1), ports(&[(0, 65535)]), "icmp", "all"),
        (Some(1), ports(&[(0x0800, 0x08ff)]), "icmp", "8"),
        (Some(58), ports(&[(0x8000, 0x80ff), (0x0304, 0x0304)]), "icmpv6", "3/4,128"),
        (Some(47), ports(&[(0, 65535)]), "gre", "all"),
        (Some(200), ports(&[(0, 65535)]), "200", "all"),
        (None, ports(&[(0, 65535)]), "all", "all"),
    ];
    let traffic = cases.iter().map(|(protocol, ports, ..)| {
        let mut traffic = tcp(0, 0);
        (traffic.protocol, traffic.ports) = (*protocol, ports.clone());
        traffic
    });
    let traffic = traffic.collect();
    sample.find("open-ssh", Some(group)).traffic = traffic;
    let value = read(&sample.report());
    for (at, (_, _, protocol, ports)) in cases.iter().enumerate() {
        let row = &value["findings"][0]["traffic"][at];
        assert_eq!((row["protocol"].as_str(), row["ports"].as_str()), (Some(*protocol), Some(*ports)));
    }
}

#[test]
fn peers_are_the_fewest_prefixes_of_both_families() {
    let mut sample = Sample::new();
    let group = sample.group("sg-1", "");
    let halves = ["0.0.0.0/1", "128.0.0.0/1", "2001:db8::/33", "2001:db8:8000::/33"];
    let peers: AddressSet =
        halves.iter().map(|cidr| cidr.parse::<portreeve_netset::Cidr>().unwrap()).collect();
    let mut traffic = tcp(22, 22);
    traffic.peers = peers.into();
    sample.find("open-ssh", Some(group)).traffic = vec![traffic];
    let value = read(&sample.report());
    assert_eq!(value["findings"][0]["traffic"][0]["from"], json!(["0.0.0.0/0", "2001:db8::/32"]));
}

#[test]
fn egress_turns_the_witness_round_and_no_server_leaves_it_open() {
    let mut sample = Sample::new();
    let group = sample.group("sg-1", "");
    let finding = sample.find("open-egress", Some(group));
    finding.traffic = vec![tcp(0, 65535)];
    finding.witness = Some(packet("10.0.0.1", 443));
    sample.find("open-ssh", Some(group)).witness = Some(packet("0.0.0.0", 22));
    let value = read(&sample.report());
    let witness = json!({"from": "10.0.0.1", "to": "1.2.3.4", "protocol": "tcp", "port": 443});
    assert_eq!(value["findings"][0]["witness"], witness);
    assert_eq!(value["findings"][0]["traffic"][0]["direction"], "egress");
    let witness = json!({"from": "1.2.3.4", "to": null, "protocol": "tcp", "port": 22});
    assert_eq!(value["findings"][1]["witness"], witness);
}

#[test]
fn gaps_statuses_and_notices_are_told() {
    let mut sample = ssh();
    let gap = sample.estate.add_gap("sg-web/sgr-1", "prefix list pl-1 is not in the input");
    sample.estate.add_gap("a.json", "cut short");
    sample.outcome.affects = vec![vec![sample.item("open-ssh"), sample.item("open-redis")], vec![]];
    sample.outcome.findings[0].certainty = Certainty::Possible;
    sample.outcome.findings[0].gaps = vec![gap];
    let statuses = [Status::Waived { reason: "lab".into(), until: "2026-12-31".into() }];
    let notices = [Notice { kind: NoticeKind::WaiverExpired, text: "old".to_owned() }];
    let warnings = ["b.json: unknown".to_owned()];
    let report = Report { statuses: &statuses, notices: &notices, warnings: &warnings, ..sample.report() };
    let value = read(&report);
    let gaps = json!([
        {"at": "sg-web/sgr-1", "what": "prefix list pl-1 is not in the input", "affects": ["open-ssh", "open-redis"]},
        {"at": "a.json", "what": "cut short", "affects": []}
    ]);
    assert_eq!(value["gaps"], gaps);
    assert_eq!(value["findings"][0]["certainty"], "possible");
    assert_eq!(value["findings"][0]["status"], "waived");
    assert_eq!(value["findings"][0]["waiver"], json!({"reason": "lab", "until": "2026-12-31"}));
    assert_eq!(value["findings"][0]["gaps"], json!([0]));
    assert_eq!(value["notices"], json!([{"kind": "waiver-expired", "text": "old"}]));
    assert_eq!(value["warnings"], json!(["b.json: unknown"]));
}

#[test]
fn words_of_others_come_back_unchanged() {
    let sample = hostile();
    let value = read(&sample.report());
    assert_eq!(value["findings"][0]["security_group"]["name"], HOSTILE);
    assert_eq!(value["findings"][0]["rules"], json!([HOSTILE]));
}

#[test]
fn each_finding_has_a_line() {
    let text = ssh().written(Format::Json);
    assert_eq!(text.lines().filter(|line| line.starts_with("    {\"fingerprint\": ")).count(), 1);
}
