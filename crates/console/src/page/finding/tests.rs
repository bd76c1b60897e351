//! One finding: what it says, how it is fixed, and what people decide about it.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, LOCATION};

use crate::page::small::{self, HOSTILE, between, is_harmless, words};
use crate::sample::Sample;

/// The address of the finding of an item on what is searched for, the only one.
#[track_caller]
fn finding(sample: &Sample, item: &str, search: &str) -> String {
    let page = sample.get(&format!("/item/{item}?q={search}")).ok();
    let found: Vec<&str> =
        page.split("href=\"/finding/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(found.len(), 1, "{item} {search}: {found:?}");
    format!("/finding/{}", found[0])
}

#[test]
fn redis_in_full() {
    let sample = Sample::checked();
    let page = sample.get(&finding(&sample, "open-redis", "shop-cache")).ok();
    let text = words(&page);
    for part in [
        "2 at risk",
        "shop-cache-1",
        "shop-cache-2",
        "tcp/6379 from 0.0.0.0/0",
        "guilty",
        "First seen",
        "Fixed not yet",
        "Open. It counts.",
        "Fix in security group",
        // What was meant has to stay; the temporary rule goes.
        "proved",
        "remove",
        "Loses access",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn plans_stand_side_by_side_and_are_files() {
    let sample = Sample::checked();
    let at = finding(&sample, "open-redis", "shop-cache");
    let page = sample.get(&at).ok();
    let plans = page.matches("<article class=\"panel plan\">").count();
    assert!(plans >= 2, "a rule can go, or a deny come above it: {plans}");
    let file = |tool: &str| sample.get(&format!("{at}/plan?tool={tool}"));
    let script = file("aliyun");
    assert!(script.headers[CONTENT_DISPOSITION].to_str().unwrap().ends_with(".sh\""));
    let script = script.ok();
    assert!(script.starts_with("#!") && script.contains("aliyun ecs RevokeSecurityGroup"), "{script}");
    assert!(file("rollback").ok().contains("aliyun ecs AuthorizeSecurityGroup"), "the way back");
    assert!(file("terraform").ok().contains("alicloud_security_group_rule"));
    assert!(file("json").ok().contains("\"portreeve/fix/1\""));
    assert_eq!(file("make").status, StatusCode::UNPROCESSABLE_ENTITY);
    let deny = sample.get(&format!("{at}/plan?tool=aliyun&strategy=deny")).ok();
    assert!(deny.contains("--Permissions.1.Policy drop") && !script.contains("Policy drop"), "{deny}");
}

#[test]
fn who_may_go_on_is_asked_and_wrong_words_are_told() {
    let sample = Sample::checked();
    let at = finding(&sample, "open-redis", "shop-cache");
    let allowed = sample.get(&format!("{at}?allow=203.0.113.0/24")).ok();
    let after = words(&allowed);
    assert!(after.contains("203.0.113.0/24"), "{after}");
    assert!(
        allowed.contains("allow=203%2E0%2E113%2E0%2F24") || allowed.contains("allow=203.0.113.0%2F24"),
        "{allowed}"
    );
    let wrong = words(&sample.get(&format!("{at}?allow=everybody-i-know")).ok());
    assert!(wrong.contains("`everybody-i-know` cannot be allowed"), "{wrong}");
}

#[test]
fn a_waiver_takes_effect_and_is_withdrawn() {
    let sample = Sample::checked();
    let at = finding(&sample, "open-redis", "shop-cache");
    let waived = sample.post(&format!("{at}/waive"), "reason=migration&until=2999-12-31&covers=finding");
    assert_eq!((waived.status, &waived.headers[LOCATION]), (StatusCode::SEE_OTHER, &at.parse().unwrap()));
    let page = words(&sample.get(&at).ok());
    assert!(page.contains("Waived until 2999-12-31 : migration"), "{page}");
    let list = words(&sample.get("/item/open-redis?state=waived").ok());
    assert!(list.contains("1 finding") && list.contains("1 waived"), "{list}");
    let back = sample.post("/waiver/1/withdraw", &format!("back={at}"));
    assert_eq!((back.status, &back.headers[LOCATION]), (StatusCode::SEE_OTHER, &at.parse().unwrap()));
    assert!(words(&sample.get(&at).ok()).contains("Open. It counts."));
    assert_eq!(sample.post("/waiver/1/withdraw", "back=").status, StatusCode::NOT_FOUND, "only once");
    let log = sample.console.store.audit_log(None, 2).unwrap();
    assert_eq!([&*log[0].action, &*log[1].action], ["withdraw", "waive"]);
}

#[test]
fn a_waiver_needs_a_reason_and_a_day_to_come() {
    let sample = Sample::checked();
    let at = finding(&sample, "open-redis", "shop-cache");
    for form in [
        "reason=%20&until=2999-12-31&covers=finding",
        "reason=x&until=2020-01-01&covers=finding",
        "reason=x&until=tomorrow&covers=finding",
    ] {
        assert_eq!(
            sample.post(&format!("{at}/waive"), form).status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{form}"
        );
    }
    let none = "/finding/000000000000000000000000/waive";
    assert_eq!(sample.post(none, "reason=x&until=2999-12-31&covers=finding").status, StatusCode::NOT_FOUND);
    assert!(sample.console.store.waivers().unwrap().is_empty());
}

#[test]
fn a_form_leads_to_pages_of_ours_only() {
    let sample = Sample::checked();
    let at = finding(&sample, "open-redis", "shop-cache");
    sample.post(&format!("{at}/waive"), "reason=x&until=2999-12-31&covers=subject");
    let got = sample.post("/waiver/1/withdraw", "back=https://evil.example/");
    assert_eq!(got.headers[LOCATION], "/settings#waivers");
}

#[test]
fn a_finding_is_marked_as_planned_and_no_longer() {
    let sample = Sample::checked();
    let at = finding(&sample, "open-redis", "shop-cache");
    assert_eq!(sample.post(&format!("{at}/planned"), "note=CHG-7").status, StatusCode::SEE_OTHER);
    let page = words(&sample.get(&at).ok());
    assert!(page.contains("planned by local") && page.contains(": CHG-7"), "{page}");
    let list = words(&sample.get("/item/open-redis").ok());
    assert!(list.contains("planned CHG-7"), "{list}");
    for _ in 0..2 {
        assert_eq!(sample.post(&format!("{at}/unplanned"), "").status, StatusCode::SEE_OTHER);
    }
    assert!(!words(&sample.get(&at).ok()).contains("CHG-7"));
}

#[test]
fn what_is_unknown_is_not_found() {
    let sample = Sample::checked();
    for path in ["/finding/nothing", "/finding/000000000000000000000000", "/finding/%3Cscript%3E"] {
        let got = sample.get(path);
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!got.body.contains("<script>"), "{}", got.body);
    }
}

#[test]
fn a_finding_that_is_gone_keeps_its_history() {
    let (sample, folder) = small::checked(&["web"]);
    let at = finding(&sample, "open-ssh", "");
    let file = folder.path().join("group-0.json");
    let closed = std::fs::read_to_string(&file).unwrap().replace("0.0.0.0/0", "10.0.0.0/8");
    std::fs::write(file, closed).unwrap();
    sample.obtain();
    let page = words(&sample.get(&at).ok());
    assert!(page.contains("gone") && page.contains("First seen"), "{page}");
    assert!(!page.contains("Fixed not yet"), "{page}");
}

#[test]
fn names_are_not_markup() {
    let (sample, _folder) = small::checked(&[HOSTILE]);
    let at = finding(&sample, "open-ssh", "");
    sample.post(&format!("{at}/waive"), "reason=%3Cscript%3Ealert(2)&until=2999-12-31&covers=finding");
    let page = sample.get(&at).ok();
    is_harmless(&page);
    assert!(between(&page, "Waived until", "</p>").contains("&lt;script&gt;alert(2)"));
}
