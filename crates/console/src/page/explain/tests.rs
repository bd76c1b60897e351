//! Questions about the example account, and questions that make no sense.

use axum::http::StatusCode;
use serde_json::Value;

use crate::sample::Sample;

#[test]
fn the_contractor_learns_which_drop_is_before_his_rule() {
    // The story: 198.51.100.24 is let in at priority 60, under the drop of priority 50 of the same group.
    let sample = Sample::checked();
    let body = sample.get("/explain?from=198.51.100.24&to=shop-web-1&protocol=tcp&port=22").ok();
    assert!(body.contains(">Denied</h2>"), "{body}");
    assert!(body.contains("priority 50") && body.contains("/group/"), "{body}");
    assert!(body.contains("role=\"img\"") && body.contains("Security group in at"), "{body}");
    assert!(body.contains("What would help") && body.contains("aliyun ecs"), "{body}");
    // The form shows the question again, so that the address alone reproduces all of it.
    assert!(body.contains("value=\"198.51.100.24\"") && body.contains("value=\"22\""), "{body}");
}

#[test]
fn the_shop_is_open_and_half_the_internet_reaches_the_reports() {
    let sample = Sample::checked();
    let shop = sample.get("/explain?from=internet&to=203.0.113.11&port=443").ok();
    assert!(shop.contains(">Allowed</h2>"), "{shop}");
    // `shop-partner-a` has 0.0.0.0/1 alone on an interface of shop-report-2, which has no public address; its sister has both halves.
    let report = sample.get("/explain?from=internet&to=shop-report-2&port=3306").ok();
    assert!(report.contains(">Denied</h2>"), "{report}");
    // A question without a port asks for all of them: the shop serves 80 and 443.
    let ports = sample.get("/explain?from=internet&to=203.0.113.12").ok();
    assert!(ports.contains(">Partly</h2>") && ports.contains("tcp/80,443"), "{ports}");
}

#[test]
fn what_is_not_known_is_told() {
    // `stg-db` opens 5432 to a prefix list that is not in the input.
    let body = Sample::checked().get("/explain?from=internet&to=stg-db-1&port=5432").ok();
    assert!(body.contains("Not looked at"), "{body}");
}

#[test]
fn questions_that_make_no_sense_get_a_clear_message() {
    let sample = Sample::checked();
    let cases = [
        ("from=nobody&to=shop-web-1", "`nobody` is no server"),
        ("from=internet&to=internet", "neither end"),
        ("from=internet", "who is to take it"),
        ("from=internet&to=shop-web-1&port=99999", "`99999` is no port"),
        ("from=internet&to=shop-web-1&port=x", "`x` is no port"),
        ("from=internet&to=shop-web-1&protocol=carrier-pigeon", "`carrier-pigeon` is no protocol"),
        ("from=internet&to=shop-web-1&protocol=icmp&port=22", "has no ports"),
        ("from=internet&to=shop-web-1&part=-1", "`-1` is no part"),
    ];
    for (question, message) in cases {
        let got = sample.get(&format!("/explain?{question}"));
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{question}");
        assert!(got.body.contains(message), "{question}: {}", got.body);
        assert!(got.body.contains("<form"), "{question}: the form stays");
    }
    // Nothing that a browser can send breaks it.
    for question in [
        "from=%00%ff&to=%F0%9F",
        "from=<script>alert(1)</script>&to=x",
        "from=a&from=b&to=c",
        "part=0&from=internet&to=shop-web-1&port=80",
    ] {
        let got = sample.get(&format!("/explain?{}", question.replace('<', "%3C").replace('>', "%3E")));
        assert!(!got.status.is_server_error(), "{question}: {}", got.body);
        assert!(!got.body.contains("<script>alert"), "{question}");
    }
}

#[test]
fn a_question_about_several_addresses_shows_each() {
    // ops-git-1 has an IPv4 and an IPv6 address, and so has shop-web-3.
    let sample = Sample::checked();
    let body = sample.get("/explain?from=shop-web-3&to=ops-git-1&port=22").ok();
    assert!(body.contains("pairs of addresses") && body.contains("2001:db8:30:1::21"), "{body}");
    let second = sample.get("/explain?from=shop-web-3&to=ops-git-1&port=22&part=2").ok();
    assert!(second.contains("shown below"), "{second}");
}

#[test]
fn an_empty_form_offers_questions_and_a_field_offers_ends() {
    let sample = Sample::checked();
    assert!(sample.get("/explain").ok().contains("by SSH?"));
    let offered = |typed: &str| -> Vec<String> {
        let body = sample.get(&format!("/explain/suggest?q={typed}")).ok();
        let all: Vec<Value> = serde_json::from_str(&body).unwrap();
        all.iter().map(|each| each["label"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(offered("shop-cache").len(), 2, "two servers of that name");
    assert!(offered("SHOP-OLD").contains(&"shop-old-admin-1".to_owned()), "whatever the case");
    assert_eq!(offered("203.0.113.21"), ["shop-cache-1"]);
    assert_eq!(offered("e").len(), 20, "no more than a list can show");
    assert!(offered("").is_empty() && offered("%3Cnothing%3E").is_empty());
}

#[test]
fn everybody_who_can_reach_a_port_is_told() {
    let sample = Sample::checked();
    // The databases listen to the application tier and to themselves; the internet has no way in.
    let body = sample.get("/explain?from=any&to=shop-db-1&port=3306").ok();
    let (outside, inside) = body.split_once("From inside").unwrap();
    assert!(outside.split_once("From the internet").unwrap().1.contains("Nobody."), "{outside}");
    assert!(inside.contains("shop-app-1") && inside.contains("shop-db-2"), "{inside}");
    assert!(!inside.contains("shop-cache-1"), "{inside}");
    for (question, message) in [
        ("to=shop-db-1", "about one port"),
        ("to=shop-db-1&protocol=all", "about one protocol"),
        ("to=internet&port=1", "neither end"),
    ] {
        let got = sample.get(&format!("/explain?from=any&{question}"));
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{question}");
        assert!(got.body.contains(message), "{question}: {}", got.body);
    }
}
