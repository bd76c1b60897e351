//! The rows, read back.

use std::collections::HashMap;

use crate::Format;
use crate::sample::{Sample, hostile, ssh};

fn read(sample: &Sample) -> Vec<HashMap<String, String>> {
    let text = sample.written(Format::Csv);
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

#[test]
fn each_server_has_a_row() {
    let rows = read(&ssh());
    assert_eq!(rows.len(), 2);
    let expected = [
        ("fingerprint", "000000000000abc000000003"),
        ("item", "open-ssh"),
        ("risk", "high"),
        ("certainty", "sure"),
        ("exposure", "internet"),
        ("status", "open"),
        ("group_id", "sg-web"),
        ("group_name", "web"),
        ("vpc", "vpc-1"),
        ("region", "cn-hangzhou"),
        ("managed", "false"),
        ("server_id", "i-1"),
        ("server_name", "web-1"),
        ("interface", "eni-1"),
        ("state", "at_risk"),
        ("because", "its rules let everyone in"),
        ("traffic", "tcp/22"),
        ("from", "0.0.0.0/0"),
        ("rules", "sgr-1"),
        ("witness", "1.2.3.4 -> 10.20.1.10 tcp/22"),
        ("detail", ""),
    ];
    for (column, value) in expected {
        assert_eq!(rows[0][column], value, "{column}");
    }
    assert_eq!((&*rows[1]["server_id"], &*rows[1]["state"]), ("i-2", "shielded"));
    assert!(rows[1]["suggestion"].starts_with("Allow port 22 only"));
}

#[test]
fn a_finding_without_servers_has_one_row() {
    let mut sample = Sample::new();
    sample.find("excessive-groups", None);
    let rows = read(&sample);
    assert_eq!(rows.len(), 1);
    assert_eq!((&*rows[0]["item"], &*rows[0]["group_id"], &*rows[0]["state"]), ("excessive-groups", "", ""));
}

#[test]
fn an_empty_outcome_is_a_header() {
    assert_eq!(Sample::new().written(Format::Csv).lines().count(), 1);
}

#[test]
fn no_cell_of_a_hostile_account_is_a_formula() {
    let rows = read(&hostile());
    assert_eq!(rows.len(), 1);
    for (column, cell) in &rows[0] {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{column}: {cell}");
        assert!(cell.chars().all(|c| !c.is_control()), "{column}");
    }
    assert!(rows[0]["group_name"].starts_with("'=cmd|"));
}
