//! The list of servers, on the example account.

use axum::http::StatusCode;

use crate::sample::Sample;

/// The rows of a list by the name of their server.
fn rows(body: &str) -> Vec<(&str, &str)> {
    let rows = body.split(r#"<td data-label="Server">"#).skip(1);
    let named = rows.filter_map(|row| Some((row.split('>').nth(1)?.split(" <code").next()?, row)));
    named.collect()
}

fn names(body: &str) -> Vec<&str> {
    rows(body).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn servers_are_listed_with_what_the_internet_may_open() {
    let body = Sample::checked().get("/servers").ok();
    let rows = rows(&body);
    assert_eq!(rows.len(), 25);
    let row = |name: &str| rows.iter().find(|(own, _)| *own == name).unwrap().1;
    assert_eq!(rows.first().map(|(name, _)| *name), Some("stg-batch-1"), "everything is open on it");
    assert!(row("shop-web-2").contains("tcp/80"), "it is a shop: {}", row("shop-web-2"));
    // Redis is open on both, but only one has a public address.
    assert!(row("shop-cache-1").contains("tcp/6379"), "{}", row("shop-cache-1"));
    assert!(row("shop-cache-2").contains("nothing"), "{}", row("shop-cache-2"));
    assert!(row("shop-cache-1").contains("203.0.113.21"), "its public address");
}

#[test]
fn servers_are_found_by_name_id_and_address() {
    let sample = Sample::checked();
    let cases: [(&str, &[&str]); 7] = [
        ("q=jump", &["ops-jump-1"]),
        ("q=i-bp1shop0old0admin001", &["shop-old-admin-1"]),
        ("q=10.10.1.12", &[]),
        ("q=10.30.2.3", &[]),
        ("q=10.30.1.", &["ops-git-1", "ops-jump-1"]),
        ("q=10.10.1.11", &["shop-web-1"]),
        ("q=203.0.113.21", &["shop-cache-1"]),
    ];
    for (query, expected) in cases {
        assert_eq!(names(&sample.get(&format!("/servers?{query}")).ok()), expected, "{query}");
    }
    let at_risk = sample.get("/servers?show=findings&q=shop-cache").ok();
    assert_eq!(names(&at_risk).len(), 2, "a private server is at risk as well");
    let public = sample.get("/servers?show=public&q=shop-cache").ok();
    assert_eq!(names(&public), ["shop-cache-1"]);
    assert_eq!(sample.get("/servers?show=nonsense").status, StatusCode::UNPROCESSABLE_ENTITY);
}
