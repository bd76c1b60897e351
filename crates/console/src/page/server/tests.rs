//! The page of a server, on the example account.

use axum::http::StatusCode;

use crate::sample::Sample;

fn section<'b>(body: &'b str, heading: &str) -> &'b str {
    let (_, rest) =
        body.split_once(&format!("<h2>{heading}</h2>")).unwrap_or_else(|| panic!("{heading}: {body}"));
    rest.split("<h2").next().unwrap()
}

#[test]
fn a_shielded_server_says_which_rule_shields_it() {
    let body = Sample::checked().get("/server/i-bp1shop0web000000001").ok();
    let findings = section(&body, "Findings");
    for finding in ["SSH is open to everyone", "Remote Desktop is open to everyone"] {
        let row = findings.split("<tr").find(|row| row.contains(finding)).unwrap();
        assert!(row.contains("shielded") && row.contains("shop-guard"), "{row}");
    }
}

#[test]
fn groups_contribute_what_the_others_leave_of_it() {
    let body = Sample::checked().get("/server/i-bp1shop0web000000001").ok();
    let parts = section(&body, "What each group contributes");
    let of =
        |id: &str| parts.split("<tbody").find(|part| part.contains(&format!("<code>{id}</code>"))).unwrap();
    let web = of("sg-bp1shop0web000000000");
    assert!(web.contains("tcp/80") && web.contains("let in") && !web.contains("stopped"), "{web}");
    let legacy = of("sg-bp1default0legacy000");
    let stopped: Vec<&str> = legacy.split("<tr").filter(|row| row.contains("stopped")).collect();
    // The guard drops Remote Desktop for all, SSH for all but the office.
    assert!(stopped.iter().any(|row| row.contains("tcp/3389") && row.contains(">0.0.0.0/0<")), "{legacy}");
    assert!(stopped.iter().any(|row| row.contains("tcp/22") && row.contains("0.0.0.0/0 but ")), "{legacy}");
}

#[test]
fn what_the_internet_may_open_is_exact() {
    let sample = Sample::checked();
    let cache = sample.get("/server/i-bp1shop0cache0000001").ok();
    let open = section(&cache, "What the internet may open");
    assert!(
        open.contains("tcp/6379") && open.contains("0.0.0.0/0") && open.contains("203.0.113.21"),
        "{open}"
    );
    assert!(!open.contains("tcp/22"), "SSH is for 10.30.1.0/24 only: {open}");
    let inner = sample.get("/server/i-bp1shop0cache0000002").ok();
    assert!(section(&inner, "What the internet may open").contains("no public address"), "{inner}");
}

#[test]
fn a_gap_leaves_a_server_unknown() {
    let body = Sample::checked().get("/server/i-bp1stg0db00000000001").ok();
    let row = section(&body, "Findings").split("<tr").find(|row| row.contains("PostgreSQL")).unwrap();
    assert!(row.contains("unknown"), "the prefix list was not collected: {row}");
}

#[test]
fn interfaces_list_their_groups_in_order_and_the_explain_box_knows_the_server() {
    let body = Sample::checked().get("/server/i-bp1shop0web000000001").ok();
    let interfaces = section(&body, "Interfaces");
    let at = |id: &str| interfaces.find(id).unwrap_or_else(|| panic!("{id}: {interfaces}"));
    assert!(at("0web000000000") < at("0guard0000000") && at("0guard0000000") < at("default0legacy000"));
    assert!(interfaces.contains("10.10.1.11") && interfaces.contains("203.0.113.11"), "{interfaces}");
    assert!(body.contains(r#"name="to" value="i-bp1shop0web000000001""#), "{body}");
    let two = Sample::checked().get("/server/i-bp1stg0batch00000001").ok();
    assert!(section(&two, "Interfaces").contains("stg-lab"), "its second interface");
}

#[test]
fn an_unknown_server_is_not_found() {
    let got = Sample::checked().get("/server/i-nothing");
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    assert!(got.body.contains("look for it by its name or address"), "{}", got.body);
}
