//! The page of a security group, on the example account.

use axum::http::StatusCode;
use serde_json::Value;

use crate::sample::Sample;

const CACHE: &str = "/group/sg-bp1shop0cache0000000";

/// The row of the table of rules with a rule.
fn row<'b>(body: &'b str, rule: &str) -> &'b str {
    let rules = body.split("<tr").find(|row| row.contains(&format!("<code>{rule}</code></")));
    let rules = rules.or_else(|| body.split("<tr").find(|row| row.contains(&format!("<code>{rule}</code>"))));
    rules.unwrap_or_else(|| panic!("no rule {rule}: {body}"))
}

#[test]
fn a_guilty_rule_is_marked_and_leads_to_its_finding() {
    let body = Sample::checked().get(CACHE).ok();
    let temporary = row(&body, "sgr-bp1shop0cache0000003");
    assert!(temporary.starts_with(" class=\"guilty\""), "{temporary}");
    assert!(temporary.contains("open-redis") && temporary.contains("href=\"/finding/"), "{temporary}");
    assert!(temporary.contains("cache migration"), "its description: {temporary}");
    let meant = row(&body, "sgr-bp1shop0cache0000002");
    assert!(!meant.contains("guilty") && meant.contains("/group/sg%2Dbp1shop0app000000000"), "{meant}");
    assert!(body.contains("basic group: inbound denied by default"), "the default is a row");
}

#[test]
fn bands_come_in_the_order_in_which_they_decide() {
    let body = Sample::checked().get("/group/sg-bp1shop0guard0000000").ok();
    let at = |rule: &str| body.find(&format!("<code>sgr-bp1shop0guard000000{rule}</code>")).unwrap();
    assert!(at("1") < at("3") && at("3") < at("5"), "priorities 10, 50 and 60");
    let contractor = row(&body, "sgr-bp1shop0guard0000005");
    assert!(contractor.starts_with(" class=\" idle\""), "the drop of priority 50 is above it: {contractor}");
    assert!(contractor.contains("never decides anything, because it comes after sgr-bp1shop0guard0000003"));
}

#[test]
fn the_built_in_band_stands_where_the_group_has_one() {
    let sample = Sample::checked();
    let words = "members of this group, by their private addresses";
    assert!(sample.get("/group/sg-bp1ops0git0000000000").ok().contains(words), "inner access is accepted");
    assert!(!sample.get(CACHE).ok().contains(words), "inner access is dropped");
}

#[test]
fn a_rule_that_the_platform_ignores_says_why() {
    let body = Sample::checked().get("/group/sg-bp1ops0tools00000000").ok();
    let mails = row(&body, "sgr-bp1ops0tools00000004");
    assert!(mails.contains("the platform blocks this port outbound, whatever the rules say"), "{mails}");
}

#[test]
fn the_picture_tells_who_gets_in() {
    let body = Sample::checked().get(CACHE).ok();
    assert!(body.contains("<li>tcp/6379 from everyone, private addresses</li>"), "{body}");
    assert!(body.contains("<li>tcp/22 from private addresses</li>"), "{body}");
    assert!(
        body.contains("<li>all protocols to everyone, private addresses</li>"),
        "outbound all is allowed"
    );
}

#[test]
fn who_carries_it_and_who_names_it_are_listed() {
    let body = Sample::checked().get("/group/sg-bp1shop0app000000000").ok();
    let (_, members) = body.split_once("id=\"members\"").unwrap();
    for name in ["shop-app-1", "shop-app-2", "shop-app-3", "shop-app-4"] {
        assert!(members.contains(name), "{name}");
    }
    let (_, references) = body.split_once("id=\"references\"").unwrap();
    assert!(references.contains("shop-cache") && references.contains("sgr-bp1shop0cache0000002"));
    assert!(references.contains("shop-db"), "MySQL from the application tier");
}

#[test]
fn a_group_shares_the_blame_for_what_an_interface_opens() {
    let body = Sample::checked().get("/group/sg-bp1shop0partner0a000").ok();
    assert!(body.contains("Its rules take part in 1 finding"), "{body}");
    assert!(body.contains("MySQL is open to everyone"), "{body}");
}

#[test]
fn findings_have_a_history_and_the_quota_a_gauge() {
    let sample = Sample::checked();
    let body = sample.get(CACHE).ok();
    let (_, history) = body.split_once("id=\"history\"").unwrap();
    assert!(history.contains("Redis is open to everyone") && history.contains("open"), "{history}");
    // The three rules of the group are the only ones on its interfaces, of 1,000 that an interface may have.
    assert!(body.contains("3 of 1,000"), "{body}");
    assert!(body.contains("<meter"));
}

#[test]
fn an_unknown_id_is_answered_with_what_may_be_meant() {
    let sample = Sample::checked();
    let got = sample.get("/group/sg-bp1shop0cache000000");
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    assert!(got.body.contains("sg-bp1shop0cache0000000"), "{}", got.body);
    let far = sample.get(&format!("/group/{}", "x".repeat(5000)));
    assert_eq!(far.status, StatusCode::NOT_FOUND);
    assert!(far.body.contains("among all security groups"), "{}", far.body);
}

/// The account with so many rules more in the group of the cache.
fn with_rules(number: u32) -> Sample {
    Sample::rewritten(|name, text| {
        if name != "DescribeSecurityGroupAttribute.shop-cache.json" {
            return text;
        }
        let mut document: Value = serde_json::from_str(&text).unwrap();
        let rules = document["Permissions"]["Permission"].as_array_mut().unwrap();
        let last = rules.last().unwrap().clone();
        for at in 0..number {
            let mut rule = last.clone();
            rule["SecurityGroupRuleId"] = format!("sgr-more{at:04}").into();
            rule["PortRange"] = format!("{0}/{0}", 10_000 + at).into();
            rule["Description"] = "<b onclick=alert(1)>".into();
            rules.push(rule);
        }
        document.to_string()
    })
}

#[test]
fn many_rules_come_in_pages_and_their_words_are_escaped() {
    let sample = with_rules(100);
    let first = sample.get(CACHE).ok();
    assert!(first.len() < 100_000, "{} bytes", first.len());
    assert!(first.contains("Page 1 of 3"), "103 rules, 40 to a page");
    assert!(!first.contains("<b onclick"), "other people's words");
    assert!(!first.contains("inbound denied by default"), "the default stands on the last page");
    let last = sample.get(&format!("{CACHE}?in=3")).ok();
    assert!(last.contains("inbound denied by default") && last.contains("sgr-bp1shop0cache0000002"));
    assert!(last.contains("Page 3 of 3"));
}
