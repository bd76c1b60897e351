//! Who lets whom in, in the example account.

use axum::http::StatusCode;

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
