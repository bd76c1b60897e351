//! Edits that are tried out, on the example account.

use axum::http::{StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::sample::{Got, Sample};

const CACHE: &str = "sg-bp1shop0cache0000000";

fn with(edits: &str) -> String {
    format!("/group/{CACHE}/whatif?edits={}", utf8_percent_encode(edits, NON_ALPHANUMERIC))
}

/// The edits of the address that a form leads to.
fn led(got: &Got) -> String {
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.body);
    let location = got.headers.get(header::LOCATION).unwrap().to_str().unwrap();
    let (_, edits) = location.split_once("edits=").unwrap();
    percent_decode_str(edits.split('#').next().unwrap()).decode_utf8().unwrap().into_owned()
}

#[test]
fn removing_the_temporary_rule_closes_what_it_opened() {
    let sample = Sample::checked();
    let body = sample.get(&with(&format!("{CACHE}: remove sgr-bp1shop0cache0000003"))).ok();
    assert!(body.contains("newly denied") && body.contains("tcp/6379 from 0.0.0.0/0"), "{body}");
    let gone = body.split("<tr").skip(1).find(|row| row.contains("disappears")).unwrap();
    assert!(gone.contains("open-redis"), "{gone}");
    assert!(!body.contains("newly allowed"), "nothing opens");
    assert!(body.contains("aliyun ecs RevokeSecurityGroup"), "the commands: {body}");
    assert!(
        sample.get(&format!("/group/{CACHE}")).ok().contains("sgr-bp1shop0cache0000003"),
        "nothing was real"
    );
}

#[test]
fn opening_a_port_shows_the_finding_that_appears() {
    let body = Sample::checked().get(&with(&format!("{CACHE}: allow tcp 22 from 0.0.0.0/0"))).ok();
    assert!(body.contains("newly allowed"), "{body}");
    let row = body.split("<tr").skip(1).find(|row| row.contains("appears")).unwrap();
    assert!(row.contains("open-ssh"), "{row}");
}

#[test]
fn what_the_cloud_would_refuse_is_told_with_its_code() {
    let sample = Sample::checked();
    let managed =
        "/group/sg-bp1managed0nat000000/whatif?edits=sg-bp1managed0nat000000%3A+allow+tcp+22+from+any";
    let cases = [
        (managed.to_owned(), "InvalidOperation.ResourceManagedByCloudProduct"),
        (with(&format!("{CACHE}: allow tcp 22 from any priority 1000")), "InvalidPriority.ValueNotSupported"),
        (with("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ];
    for (path, expected) in cases {
        let body = sample.get(&path).ok();
        assert!(body.contains("This cannot be done") && body.contains(expected), "{path}: {body}");
        assert!(!body.contains("<script>alert"), "{path}");
    }
}

#[test]
fn small_forms_write_edits_behind_those_that_there_are() {
    let sample = Sample::checked();
    let path = format!("/group/{CACHE}/whatif?");
    let cases = [
        (
            "do=add&direction=in&action=allow&protocol=tcp&ports=443&peer=10.0.0.0%2F8&priority=5",
            format!("\"{CACHE}\": allow tcp 443 from 10.0.0.0/8 priority 5 in"),
        ),
        (
            "do=add&direction=out&action=deny&protocol=all&ports=&peer=any",
            format!("\"{CACHE}\": deny all to any out"),
        ),
        (
            "do=remove&rule=sgr-bp1shop0cache0000003",
            format!("\"{CACHE}\": remove \"sgr-bp1shop0cache0000003\""),
        ),
        (
            "do=rank&rule=sgr-bp1shop0cache0000001&rank=7",
            format!(
                "\"{CACHE}\": change \"sgr-bp1shop0cache0000001\" to allow tcp 22 from 10.30.1.0/24 priority 7 in"
            ),
        ),
        (
            "edits=leave+a+b&do=remove&rule=sgr-bp1shop0cache0000003",
            format!("leave a b\n\"{CACHE}\": remove \"sgr-bp1shop0cache0000003\""),
        ),
    ];
    for (query, expected) in cases {
        let got = sample.get(&format!("{path}{query}"));
        assert_eq!(led(&got), expected, "{query}");
    }
}

#[test]
fn a_form_that_makes_no_sense_says_what_is_wrong() {
    let sample = Sample::checked();
    let cases = [
        ("do=add&action=allow&protocol=tcp&ports=x&peer=any", "is not ports"),
        ("do=add&action=allow&protocol=tcp&ports=1&peer=10.0.0.0%2F99", "its prefix is too long"),
        ("do=remove&rule=sgr-nothing", "has no rule `sgr-nothing`"),
        ("do=rank&rule=sgr-bp1shop0cache0000001&rank=high", "is no priority"),
    ];
    for (query, expected) in cases {
        let body = sample.get(&format!("/group/{CACHE}/whatif?{query}")).ok();
        assert!(body.contains("role=\"alert\"") && body.contains(expected), "{query}: {body}");
    }
    let long = with(&"x".repeat(7000));
    assert_eq!(sample.get(&long).status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sample.get("/group/sg-nothing/whatif").status, StatusCode::NOT_FOUND);
}

#[test]
fn commands_are_had_as_a_file() {
    let sample = Sample::checked();
    let edits =
        utf8_percent_encode("sg-bp1shop0cache0000000: deny tcp 6379 from 0.0.0.0/0", NON_ALPHANUMERIC);
    let file = |tool: &str| sample.get(&format!("/group/{CACHE}/whatif/script?tool={tool}&edits={edits}"));
    let got = file("aliyun");
    let disposition = got.headers.get(header::CONTENT_DISPOSITION).unwrap().to_str().unwrap().to_owned();
    assert_eq!(disposition, "attachment; filename=\"whatif.sh\"");
    let body = got.ok();
    assert!(body.starts_with("#!/bin/sh") && body.contains("AuthorizeSecurityGroup"), "{body}");
    assert!(file("terraform").ok().contains("resource"), "a configuration");
    assert_eq!(file("nothing").status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn without_edits_there_is_only_the_editor() {
    let body = Sample::checked().get(&format!("/group/{CACHE}/whatif")).ok();
    assert!(body.contains("<textarea") && !body.contains("What would change"), "{body}");
    assert!(body.contains("sgr-bp1shop0cache0000003"), "the rules to choose from");
}
