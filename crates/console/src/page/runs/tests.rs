//! Two runs of an account that changed between them, days of the past, and a store that outlives its console.

use std::fs;
use std::path::Path;

use axum::http::{StatusCode, header};

use crate::sample::Sample;

/// A copy of the example account that can be changed.
fn copy(to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/alibaba");
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// A console with two runs: between them the forgotten rule of the cache was narrowed to the servers of the shop.
fn two_runs() -> (Sample, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    let sample = Sample::empty(vec![folder.path().display().to_string()]);
    sample.obtain();
    let file = folder.path().join("DescribeSecurityGroupAttribute.shop-cache.json");
    let text = fs::read_to_string(&file).unwrap();
    let mut group: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rules = group["Permissions"]["Permission"].as_array_mut().unwrap().iter_mut();
    let forgotten = |rule: &&mut serde_json::Value| {
        rule["SourceCidrIp"] == "0.0.0.0/0" && rule["PortRange"] == "6379/6379"
    };
    let rule = rules.filter(forgotten).collect::<Vec<_>>().pop().unwrap();
    rule["SourceCidrIp"] = "10.10.11.0/24".into();
    fs::write(&file, serde_json::to_string(&group).unwrap()).unwrap();
    sample.obtain();
    (sample, folder)
}

#[test]
fn two_runs_show_what_was_fixed_between_them() {
    let (sample, _folder) = two_runs();
    let list = sample.get("/history").ok();
    assert!(list.contains("/run/1") && list.contains("/run/2") && list.contains("class=\"trend\""), "{list}");
    // The finding of Redis on shop-cache is gone; nothing else changed.
    let second = sample.get("/run/2").ok();
    assert!(second.contains("Against run 1") && second.contains("disappeared"), "{second}");
    assert!(!second.contains(" appeared"), "{second}");
    assert!(second.contains("/diff?old=1&amp;new=2"), "{second}");
    let diff = sample.get("/diff?old=1&new=2").ok();
    assert!(diff.contains("closes") && diff.contains("tcp/6379") && diff.contains("shop-cache-1"), "{diff}");
    assert!(diff.contains("disappears") && diff.contains("open-redis"), "{diff}");
    // The other way round it opens again.
    assert!(sample.get("/diff?old=2&new=1").ok().contains("opens"));
    assert!(sample.get("/diff?old=2&new=2").ok().contains("no effect"));
}

#[test]
fn what_was_exposed_at_an_earlier_run_is_read_back() {
    let (sample, folder) = two_runs();
    // The sources may be gone: the store has what was received.
    drop(folder);
    let then = sample.get("/run/1/exposure?port=6379").ok();
    let now = sample.get("/exposure?port=6379").ok();
    let table = |body: &str| {
        body.split("table class=\"cards exposed\"").nth(1).unwrap_or_default().contains("shop-cache-1")
    };
    assert!(table(&then), "{then}");
    assert!(!table(&now), "{now}");
}

#[test]
fn a_day_of_the_past_leads_to_the_run_that_was_the_last_then() {
    let sample = Sample::checked();
    let run = sample.console.store.runs(None, 1).unwrap().remove(0);
    let day = jiff::Timestamp::from_millisecond(run.finished.0).unwrap().strftime("%Y-%m-%d").to_string();
    let got = sample.get(&format!("/history?on={day}"));
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    let next = got.headers[header::LOCATION].to_str().unwrap().to_owned();
    assert!(next.starts_with("/run/1?on="), "{next}");
    let shown = sample.get(&next).ok();
    assert!(shown.contains("last results at the end of") && shown.contains("open-redis"), "{shown}");
    let before = sample.get("/history?on=2001-01-01");
    assert_eq!(before.status, StatusCode::NOT_FOUND);
    assert!(before.body.contains("nothing is known of 2001-01-01"), "{}", before.body);
}

#[test]
fn what_makes_no_sense_is_told() {
    let sample = Sample::checked();
    let cases = [
        ("/history?on=yesterday", StatusCode::UNPROCESSABLE_ENTITY, "`yesterday` is no day"),
        ("/history?page=x", StatusCode::UNPROCESSABLE_ENTITY, "`x` is no page"),
        ("/run/7", StatusCode::NOT_FOUND, "there is no run 7"),
        ("/run/x", StatusCode::NOT_FOUND, "there is no run `x`"),
        ("/run/1?after=1", StatusCode::UNPROCESSABLE_ENTITY, "`1` is no place"),
        ("/run/7/exposure", StatusCode::NOT_FOUND, "there is no run 7"),
        ("/diff", StatusCode::UNPROCESSABLE_ENTITY, "which run is the old one"),
        ("/diff?old=1", StatusCode::UNPROCESSABLE_ENTITY, "which run is the new one"),
        ("/diff?old=1&new=z", StatusCode::UNPROCESSABLE_ENTITY, "`z` is no run"),
        ("/diff?old=1&new=9", StatusCode::NOT_FOUND, "there is no run 9"),
    ];
    for (path, status, message) in cases {
        let got = sample.get(path);
        assert_eq!(got.status, status, "{path}: {}", got.body);
        assert!(got.body.contains(message), "{path}: {}", got.body);
    }
    assert!(Sample::example().get("/history").ok().contains("No run has ended yet"));
}

#[test]
fn results_outlive_the_process() {
    let sample = Sample::checked();
    let again = sample.reopened();
    assert_eq!(again.get("/exposure").status, StatusCode::CONFLICT, "nothing is shown yet");
    again.console.restore();
    assert!(again.get("/exposure").ok().contains("shop-cache-1"));
    assert!(again.get("/").ok().contains("run 1</a> by test"));
}
