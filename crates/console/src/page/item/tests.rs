//! Fixing details of an item: the story of the example account, paging and search.

use axum::http::StatusCode;

use crate::page::layout::address;
use crate::page::small::{self, HOSTILE, between, is_harmless, words};
use crate::sample::Sample;

/// The words of the rows of the findings.
fn rows(page: &str) -> Vec<String> {
    let Some((_, table)) = page.split_once("<table class=\"cards findings five\">") else {
        return Vec::new();
    };
    let body = between(table, "<tbody>", "</tbody>");
    body.split("<tr").skip(1).map(|row| words(&format!("<{row}"))).collect()
}

/// The account's story: who has SSH open, and whom a guard shields (`examples/README.md`).
#[test]
fn ssh_is_open_in_three_groups() {
    let page = Sample::checked().get("/item/open-ssh").ok();
    let rows = rows(&page);
    assert_eq!(rows.len(), 3, "{rows:?}");
    let of = |group: &str| rows.iter().find(|row| row.starts_with(group) || row.contains(group)).unwrap();
    let legacy = of("sg-bp1default0legacy000");
    for part in
        ["1 at risk shop-old-admin-1", "1 shielded shop-web-1", "tcp/22 from 0.0.0.0/0", "open", "try"]
    {
        assert!(legacy.contains(part), "{part} in {legacy}");
    }
    let git = of("ops-git");
    for part in ["1 at risk ops-git-1", "1 shielded ops-git-2", "tcp/22 from ::/0"] {
        assert!(git.contains(part), "{part} in {git}");
    }
    assert!(of("stg-lab").contains("stg-batch-1"));
    assert!(page.contains(&format!("href=\"{}\"", address("group", "sg-bp1default0legacy000"))));
    assert!(page.contains("href=\"/explain?from="), "the witness can be asked about");
    assert!(page.contains("href=\"/finding/"), "each finding has its page");
}

#[test]
fn guilty_rules_stand_before_the_others_of_the_group() {
    let page = Sample::checked().get("/item/open-redis?q=shop-cache").ok();
    let rules = between(&page, "<ul class=\"rules\">", "</ul>");
    let rules: Vec<&str> = rules.split("<li").skip(1).collect();
    assert!(rules.len() > 1, "the rule that was meant stands there too: {rules:?}");
    assert!(rules[0].starts_with(" class=\"guilty\"") && rules[0].contains("0.0.0.0/0"), "{}", rules[0]);
    assert!(rules[1..].iter().all(|rule| !rule.contains("guilty")), "{rules:?}");
}

#[test]
fn findings_are_searched_and_filtered() {
    let sample = Sample::checked();
    let shown = |query: &str| rows(&sample.get(&format!("/item/open-postgresql{query}")).ok()).len();
    assert_eq!(shown(""), 2);
    assert_eq!(shown("?state=sure"), 1);
    assert_eq!(shown("?state=possible"), 1);
    assert_eq!(shown("?state=waived"), 0);
    assert_eq!(shown("?q=STG-DB-1"), 1, "the name of a server, in any case");
    assert_eq!(shown("?q=nobody"), 0);
}

#[test]
fn the_item_tells_what_it_asks() {
    let page = Sample::checked().get("/item/open-redis").ok();
    for head in ["What it asks", "Why it matters", "How to put it right", "When not to"] {
        assert!(page.contains(&format!("<dt>{head}</dt>")), "{head}");
    }
    let clean = Sample::checked().get("/item/open-salt").ok();
    assert!(clean.contains("It found nothing") || rows(&clean).len() == 1, "only the lab opens all ports");
}

#[test]
fn an_unknown_item_is_not_found() {
    let got = Sample::checked().get("/item/%3Cscript%3E");
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    assert!(!got.body.contains("<script>"), "{}", got.body);
}

#[test]
fn long_lists_are_paged_and_keep_the_search() {
    let names: Vec<String> = (0..45).map(|at| format!("web-{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (sample, _folder) = small::checked(&names);
    let page = |query: &str| sample.get(&format!("/item/open-ssh?{query}")).ok();
    assert_eq!([1, 2, 3, 9].map(|at| rows(&page(&format!("page={at}"))).len()), [20, 20, 5, 5]);
    assert_eq!(rows(&page("page=none")).len(), 20, "what is no number is the first page");
    let searched = page("q=web-");
    assert!(
        searched.contains("?q=web%2D&amp;page=2\"") || searched.contains("?q=web-&amp;page=2\""),
        "{searched}"
    );
    // web-4, and web-40 to web-44.
    assert_eq!(rows(&page("q=web-4")).len(), 6);
}

#[test]
fn names_are_not_markup() {
    let (sample, _folder) = small::checked(&[HOSTILE]);
    is_harmless(&sample.get("/item/open-ssh").ok());
}
