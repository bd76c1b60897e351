//! Who lets whom in, in the example account.

use axum::http::StatusCode;
use serde_json::json;

use crate::page::small;
use crate::sample::Sample;

/// The rows of the table, `from | to | what`, without the markup.
fn rows(body: &str) -> Vec<String> {
    let table = body.split("The same in words").nth(1).unwrap_or_default();
    let cell = |row: &str, label: &str| {
        let from = row.split(&format!("data-label=\"{label}\">")).nth(1).unwrap_or_default();
        let inner = from.split("</td>").next().unwrap_or_default();
        let mut text = String::new();
        let mut inside = false;
        for letter in inner.chars() {
            match letter {
                '<' => inside = true,
                '>' => inside = false,
                other if !inside => text.push(other),
                _ => {}
            }
        }
        text
    };
    let each = table.split("<tr>").skip(2);
    each.map(|row| format!("{} | {} | {}", cell(row, "From"), cell(row, "To"), cell(row, "What"))).collect()
}

#[test]
fn rules_between_tiers_are_links_and_the_internet_reaches_what_is_exposed() {
    let sample = Sample::checked();
    let body = sample.get("/map").ok();
    assert!(body.contains("class=\"map\"") && body.contains(">Internet<"), "{body}");
    let has = |from: &str, to: &str, what: &str| {
        rows(&sample.get(&format!("/map?q={to}")).ok()).iter().any(|row| {
            let parts: Vec<&str> = row.split(" | ").collect();
            parts[0].contains(from) && parts[1].contains(to) && parts[2] == what
        })
    };
    // The forgotten rule of the cache; the tiers as they were meant.
    assert!(has("Internet", "shop-cache", "tcp/6379"));
    assert!(has("shop-app", "shop-db", "tcp/3306"));
    // Elasticsearch is open to anywhere, but has no public address; inside, everybody reaches it.
    assert!(!has("Internet", "shop-search", "tcp/9200-9300"));
    assert!(has("everything in shop-prod", "shop-search", "tcp/9200-9300"));
}

#[test]
fn a_port_and_a_name_narrow_it_down() {
    let sample = Sample::checked();
    let mysql = rows(&sample.get("/map?port=3306&q=shop-db").ok());
    assert!(!mysql.is_empty() && mysql.iter().all(|row| row.contains("shop-db")), "{mysql:#?}");
    assert!(sample.get("/map?q=nothing-like-it").ok().contains("No rule lets anything through"));
    for (question, message) in
        [("port=-1", "`-1` is no port"), ("most=many", "`many` is no number of classes")]
    {
        let got = sample.get(&format!("/map?{question}"));
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{question}");
        assert!(got.body.contains(message), "{}", got.body);
    }
    for question in ["most=0", "most=999", "page=12345", "q=%3Cscript%3E"] {
        let got = sample.get(&format!("/map?{question}"));
        assert_eq!(got.status, StatusCode::OK, "{question}: {}", got.body);
        assert!(!got.body.contains("<script>"), "{question}");
    }
}

#[test]
fn few_boxes_say_what_they_leave_out() {
    let body = Sample::checked().get("/map?most=3").ok();
    assert!(body.contains("Left out:"), "{body}");
    // At most three classes, and the internet.
    assert!(body.matches("class=\"node").count() <= 4 + 3, "{body}");
}

/// The example with tags on one group and on the servers of another tier.
fn tagged() -> Sample {
    Sample::rewritten(|name, text| {
        let mut document: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let mut changed = false;
        let mut tag = |row: &mut serde_json::Value, tags: serde_json::Value| {
            row["Tags"] = json!({"Tag": tags});
            changed = true;
        };
        let rows = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
        let path = if name.starts_with("DescribeSecurityGroups") {
            "/SecurityGroups/SecurityGroup"
        } else {
            "/Instances/Instance"
        };
        let mut all = rows(document.pointer(path).unwrap_or(&serde_json::Value::Null));
        for row in &mut all {
            if row["SecurityGroupName"] == "shop-db" {
                tag(row, json!([{"TagKey": "tier", "TagValue": "data"}]));
            }
            if row["InstanceName"].as_str().is_some_and(|name| name.starts_with("shop-app")) {
                tag(
                    row,
                    json!([{"TagKey": "tier", "TagValue": "app"}, {"TagKey": "a=b", "TagValue": "<i>"}]),
                );
            }
        }
        if !changed {
            return text;
        }
        if let Some(place) = document.pointer_mut(path) {
            *place = all.into();
        }
        document.to_string()
    })
}

#[test]
fn a_tag_narrows_it_down_and_tags_are_offered() {
    let sample = tagged();
    let page = |tag: &str| sample.get(&format!("/map?tag={tag}")).ok();
    let data = rows(&page("tier%3Ddata"));
    assert!(!data.is_empty(), "{}", page("tier%3Ddata"));
    assert!(data.iter().all(|row| row.contains("shop-db")), "{data:#?}");
    let app = rows(&page("tier%3Dapp"));
    assert!(app.iter().any(|row| row.contains("shop-app")), "servers have tags, too: {app:#?}");
    // Either end may have it; both values fit the key alone.
    let either = rows(&page("tier"));
    assert!(data.iter().chain(&app).all(|row| either.contains(row)), "{either:#?}");
    // A key with an equals sign is a key.
    assert_eq!(rows(&page("a%3Db")), app);
    assert_eq!(rows(&page("a%3Db%3D%3Ci%3E")), app);
    for nothing in ["tier%3Dweb", "Tier", "data"] {
        assert!(page(nothing).contains("No rule lets anything through"), "{nothing}");
    }
    assert!(page("TIER").contains("is it meant?"), "{}", page("TIER"));
    let offered = page("tier");
    for option in ["value=\"tier\"", "value=\"tier=data\"", "value=\"a=b=&lt;i&gt;\""] {
        assert!(offered.contains(option), "{option}: {offered}");
    }
    // Whoever looks at one of them finds the others.
    for (path, tag) in
        [("/group/sg-bp1shop0db0000000000", "tier%3Ddata"), ("/server/i-bp1shop0app000000001", "tier%3Dapp")]
    {
        let page = sample.get(path).ok();
        assert!(page.contains(&format!("href=\"/map?tag={tag}\"")), "{path}: {page}");
    }
    // Nobody is offered tags where there are none.
    let (plain, _folder) = small::checked(&["web"]);
    assert!(!plain.get("/map").ok().contains("name=\"tag\""));
}
