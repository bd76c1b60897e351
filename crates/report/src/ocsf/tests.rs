//! The events, held against what OCSF 1.3 asks of the class.

use portreeve_checks::Certainty;
use serde_json::{Value, json};

use crate::sample::{hostile, ssh, written};
use crate::{Format, Options, Report, Status};

fn read(report: &Report<'_>) -> Vec<Value> {
    let options = Options { time_ms: 1_790_000_000_000, ..Options::default() };
    let text = written(Format::Ocsf, report, &options);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_event_has_what_the_class_requires() {
    let sample = ssh();
    let events = read(&sample.report());
    assert_eq!(events.len(), 1);
    let event = &events[0];
    let expected = [
        ("activity_id", json!(1)),
        ("category_uid", json!(2)),
        ("class_uid", json!(2003)),
        ("type_uid", json!(200_301)),
        ("time", json!(1_790_000_000_000_i64)),
        ("severity_id", json!(4)),
        ("status_id", json!(1)),
        ("message", json!("SSH is open to everyone: sg-web (web)")),
        ("cloud", json!({"provider": "alibaba", "region": "cn-hangzhou"})),
    ];
    for (key, value) in expected {
        assert_eq!(event[key], value, "{key}");
    }
    assert_eq!(event["metadata"]["version"], "1.3.0");
    assert_eq!(event["metadata"]["product"]["vendor_name"], "portreeve");
    assert_eq!(event["finding_info"]["uid"], "000000000000abc000000003");
    assert_eq!(event["finding_info"]["title"], "SSH is open to everyone");
    assert_eq!(event["finding_info"]["analytic"]["type_id"], 1);
    let compliance = json!({
        "standards": ["portreeve check items"], "control": "open-ssh", "status_id": 3, "status": "Fail"
    });
    assert_eq!(event["compliance"], compliance);
    let resources = json!([
        {"type": "Security Group", "uid": "sg-web", "name": "web", "region": "cn-hangzhou"},
        {"type": "Instance", "uid": "i-1", "name": "web-1"}
    ]);
    assert_eq!(event["resources"], resources);
    assert_eq!(event["unmapped"]["traffic"], json!(["tcp/22 from 0.0.0.0/0"]));
}

#[test]
fn certainty_and_status_are_told() {
    let waived = Status::Waived { reason: "lab".into(), until: "2026-12-31".into() };
    let cases = [
        (Certainty::Sure, Status::Open, (3, 3, 1)),
        (Certainty::Possible, Status::Grown, (2, 1, 1)),
        (Certainty::Sure, Status::Known, (3, 3, 2)),
        (Certainty::Sure, waived, (3, 3, 3)),
    ];
    for (certainty, status, (compliance, confidence, lifecycle)) in cases {
        let mut sample = ssh();
        sample.outcome.findings[0].certainty = certainty;
        let event = &read(&Report { statuses: &[status], ..sample.report() })[0];
        assert_eq!(event["compliance"]["status_id"], compliance);
        assert_eq!(event["confidence_id"], confidence);
        assert_eq!(event["status_id"], lifecycle);
    }
}

#[test]
fn each_event_is_one_line() {
    assert_eq!(hostile().written(Format::Ocsf).lines().count(), 1);
}
