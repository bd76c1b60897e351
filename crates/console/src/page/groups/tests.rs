//! The list of security groups, on the example account.

use axum::http::StatusCode;

use crate::sample::Sample;

/// The names of the groups of a list, in its order.
fn names(body: &str) -> Vec<&str> {
    let rows = body.split(r#"<td data-label="Group">"#).skip(1);
    rows.filter_map(|row| row.split('>').nth(1)?.split(" <code").next()).collect()
}

#[test]
fn the_worst_group_comes_first_and_unused_ones_say_so() {
    let body = Sample::checked().get("/groups").ok();
    let names = names(&body);
    assert_eq!(names.len(), 17, "{names:?}");
    assert_eq!(names.first(), Some(&"stg-lab"), "everything is open there");
    assert!(body.contains("17 security groups"), "{body}");
    let terminal = body.split("ops-old-terminal").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(terminal.contains("unused") && terminal.contains("1 high"), "{terminal}");
    let managed = body.split("Created_by_cloud_service_nat").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(managed.contains("kept by a service"), "{managed}");
}

#[test]
fn a_list_is_searched_and_filtered_on_the_server() {
    let sample = Sample::checked();
    let cases: [(&str, &[&str]); 6] = [
        ("q=CACHE", &["shop-cache"]),
        ("q=sg-bp1shop0web", &["shop-web"]),
        ("show=unused", &["ops-old-terminal"]),
        ("show=managed", &["Created_by_cloud_service_nat"]),
        ("q=lab&show=findings", &["stg-lab"]),
        ("q=nothing+like+this", &[]),
    ];
    for (query, expected) in cases {
        let body = sample.get(&format!("/groups?{query}")).ok();
        assert_eq!(names(&body), expected, "{query}");
    }
    let staging = sample.console.current().unwrap().desk;
    let estate = &staging.snapshot.estate;
    let network = estate.networks.iter().find(|it| estate.text(it.name) == "shop-staging").unwrap();
    let body = sample.get(&format!("/groups?network={}", estate.text(network.id))).ok();
    let mut found = names(&body);
    found.sort_unstable();
    assert_eq!(found, ["stg-app", "stg-db", "stg-lab"]);
}

#[test]
fn what_makes_no_sense_is_told() {
    let sample = Sample::checked();
    let got = sample.get("/groups?show=nonsense");
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(got.body.contains("`findings`"), "the choices are named: {}", got.body);
    assert_eq!(sample.get("/groups?page=x").status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(names(&sample.get("/groups?page=99").ok()).len(), 17, "the last page is shown instead");
    assert_eq!(Sample::example().get("/groups").status, StatusCode::CONFLICT, "there are no results yet");
}

#[test]
fn names_are_other_peoples_words() {
    let hostile = "<script>alert(1)</script>\\u001b[31m";
    let sample = Sample::rewritten(|_, text| text.replace("\"shop-cache\"", &format!("\"{hostile}\"")));
    for path in ["/groups", "/servers", "/group/sg-bp1shop0cache0000000", "/server/i-bp1shop0cache0000001"] {
        let body = sample.get(path).ok();
        assert!(!body.contains("<script>alert"), "{path}");
        assert!(!body.contains('\u{1b}'), "{path}");
    }
    let body = sample.get("/groups").ok();
    assert!(body.contains("&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m"), "{body}");
}
