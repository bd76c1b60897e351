//! What the example account exposes, and how it is narrowed down.

use axum::http::StatusCode;

use super::percent;
use crate::page::small::{between, words};
use crate::sample::Sample;

#[test]
fn the_account_is_exposed_as_its_story_says() {
    let sample = Sample::checked();
    let body = sample.get("/exposure").ok();
    // The cache whose migration rule and address were forgotten, the machine that nobody owns, and the lab.
    for server in ["shop-cache-1", "shop-old-admin-1", "stg-batch-1", "shop-web-2", "shop-report-1"] {
        assert!(body.contains(server), "{server}: {body}");
    }
    // These have no public address, whatever their groups open.
    for server in ["shop-cache-2", "shop-search-1", "shop-report-2", "shop-db-1"] {
        assert!(!body.contains(server), "{server}: {body}");
    }
    assert!(body.contains("everyone"), "{body}");
}

#[test]
fn the_trend_has_every_run_and_a_gap_where_nobody_has_counted() {
    let sample = Sample::checked();
    sample.obtain();
    let store = &sample.console.store;
    let of = |run: usize| store.exposures("sample", 10).unwrap()[run - 1].exposure;
    let counted = of(1).unwrap();
    let tiles = words(between(&sample.get("/exposure").ok(), "class=\"tiles\"", "</ul>"));
    assert!(tiles.contains(&format!("{} interfaces are open", counted.surely)), "{counted:?} {tiles}");
    assert_eq!(of(2), of(1), "the same documents");
    let trend = || between(&sample.get("/exposure").ok(), "id=\"trend\"", "By address").to_owned();
    assert!(!trend().contains("class=\"gap\""));
    // Whoever looks at the page has the shown run counted, and at an earlier one that one.
    store.forget_derived().unwrap();
    assert_eq!(trend().matches("class=\"gap\"").count(), 1);
    assert!(words(&trend()).contains("not known"));
    assert_eq!((of(1), of(2)), (None, Some(counted)));
    sample.get("/run/1/exposure").ok();
    assert_eq!(of(1), Some(counted));
    assert!(!trend().contains("class=\"gap\""));
}

#[test]
fn a_port_a_service_and_a_search_narrow_it_down() {
    let sample = Sample::checked();
    let shown = |question: &str| -> Vec<&'static str> {
        let body = sample.get(&format!("/exposure?{question}")).ok();
        let table = body.split("table class=\"cards exposed\"").nth(1).unwrap_or_default().to_owned();
        let servers =
            ["shop-web-1", "shop-cache-1", "shop-old-admin-1", "stg-batch-1", "shop-report-1", "ops-jump-1"];
        servers.into_iter().filter(|server| table.contains(server)).collect()
    };
    // Redis: what was forgotten, and the lab in which everything is open.
    assert_eq!(shown("port=6379"), ["shop-cache-1", "stg-batch-1"]);
    assert_eq!(shown("service=open-redis"), ["shop-cache-1", "stg-batch-1"]);
    // Both halves of the internet reach the reports.
    assert_eq!(shown("port=3306"), ["stg-batch-1", "shop-report-1"]);
    assert_eq!(shown("q=OLD-admin"), ["shop-old-admin-1"]);
    assert_eq!(shown("q=203.0.113.21"), ["shop-cache-1"]);
    // The office alone reaches the jump host by 3389; everyone else finds the machine of 2019 and the lab.
    assert_eq!(shown("port=3389"), ["shop-old-admin-1", "stg-batch-1", "ops-jump-1"]);
    assert!(shown("q=nothing-like-it").is_empty());
}

#[test]
fn what_makes_no_sense_is_told() {
    let sample = Sample::checked();
    for (question, message) in [
        ("port=70000", "`70000` is no port"),
        ("service=open-nothing", "no service `open-nothing` is open"),
        ("page=x", "`x` is no page"),
    ] {
        let got = sample.get(&format!("/exposure?{question}"));
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{question}");
        assert!(got.body.contains(message), "{}", got.body);
    }
    // A page behind the last one shows the last one.
    assert!(sample.get("/exposure?page=99999").ok().contains("exposed interfaces"));
    assert_eq!(Sample::example().get("/exposure").status, StatusCode::CONFLICT);
}

#[test]
fn a_share_is_told_in_words() {
    let cases = [
        (1.0, "everyone"),
        (0.9995, "everyone"),
        (0.5, "50 % of the internet"),
        (0.02, "2 % of the internet"),
        (0.001_5, "0.150 % of the internet"),
        (1e-9, "under 0.001 % of the internet"),
    ];
    for (share, words) in cases {
        assert_eq!(percent(share), words);
    }
}
