//! Settings: what they tell, and the schedule.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use portreeve::Config;

use crate::page::small::{between, words};
use crate::sample::Sample;
use crate::schedule::minutes;

#[test]
fn items_waivers_sources_and_schedule_are_told() {
    let sample = Sample::checked();
    let page = sample.get("/settings").ok();
    let text = words(&page);
    for part in [
        "SSH is open to everyone",
        "Nothing is waived",
        "examples/alibaba",
        "44 documents",
        "Users",
        "Audit log",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(Sample::example().get("/settings").ok().contains("There are no results yet"));
}

#[test]
fn a_switch_says_who_set_it() {
    let sample = Sample::checked();
    let got = sample.post("/item/open-ssh/switch?from=settings", "on=no");
    assert_eq!(got.headers[LOCATION], "/settings#items");
    let page = sample.get("/settings").ok();
    let row = page.split("<tr").find(|row| row.contains("/item/open-ssh/switch")).unwrap();
    assert!(words(row).contains("local,") && words(row).ends_with("Off"), "{}", words(row));
}

#[test]
fn waivers_of_the_file_are_shown_and_expired_ones_say_so() {
    let text = "[[waiver]]\nitem = \"open-ssh\"\ngroup = \"sg-x\"\nreason = \"old <b>\"\nuntil = 2020-01-01\n\n\
        [[own-item]]\nid = \"open-erp\"\ntitle = \"ERP <i>\"\nrisk = \"high\"\ntcp = [\"8500-8510\"]\n\
        suggestion = \"close it\"\n";
    let config = Config::parse(text, "portreeve.toml".as_ref()).unwrap();
    let sample = Sample::configured(config);
    let page = sample.get("/settings").ok();
    let rows = words(between(&page, "id=\"waivers\"", "id=\"own\""));
    for part in ["open-ssh on sg-x", "old &lt;b&gt;", "2020-01-01", "portreeve.toml:1", "expired"] {
        assert!(rows.contains(part), "{part} in {rows}");
    }
    let own = words(between(&page, "id=\"own\"", "id=\"items\""));
    for part in ["ERP &lt;i&gt;", "open-erp", "8500-8510", "everyone", "close it"] {
        assert!(own.contains(part), "{part} in {own}");
    }
}

#[test]
fn the_schedule_is_set_and_taken_away() {
    let sample = Sample::example();
    let set = |text: &str| sample.post("/settings/schedule", &format!("minutes={text}")).status;
    let kept = || minutes(&sample.console.store).unwrap();
    assert_eq!((set("15"), kept()), (StatusCode::SEE_OTHER, Some(15)));
    assert!(sample.get("/settings").ok().contains("every 15 minutes"));
    for wrong in ["0", "-1", "10081", "often"] {
        assert_eq!((set(wrong), kept()), (StatusCode::UNPROCESSABLE_ENTITY, Some(15)), "{wrong}");
    }
    assert_eq!((set(""), kept()), (StatusCode::SEE_OTHER, None));
    let log = sample.console.store.audit_log(None, 1).unwrap();
    assert_eq!(log[0].who, "local");
}
