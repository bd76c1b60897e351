//! The listing and the pages.

use portreeve_checks::{Item, Risk};
use serde_json::Value;

use super::{ItemsFormat, write_item, write_items};
use crate::sample::{HOSTILE, Sample};

fn listed(format: ItemsFormat, items: &[Item], width: usize) -> String {
    let mut out = Vec::new();
    write_items(format, items, &mut out, width).unwrap();
    String::from_utf8(out).unwrap()
}

fn page(format: ItemsFormat, item: &Item, width: usize) -> String {
    let mut out = Vec::new();
    write_item(format, item, &mut out, width).unwrap();
    String::from_utf8(out).unwrap()
}

fn own(words: &str) -> Item {
    Item {
        id: "own-item".into(),
        title: words.to_owned().into(),
        risk: Risk::Medium,
        enabled: true,
        meta: None,
        suggestion: words.to_owned().into(),
    }
}

#[test]
fn the_text_listing_is_aligned() {
    let expected = "\
open-all-ports    high    on   Every port is open to everyone
open-ssh          high    on   SSH is open to everyone
open-redis        high    on   Redis is open to everyone
open-kafka        medium  on   Kafka is open to everyone
open-egress       low     off  Everything may go out to everywhere
excessive-groups  low     on   An interface carries three or more security
                               groups

6 items, 5 on; `portreeve items ID` explains one in full
";
    assert_eq!(listed(ItemsFormat::Text, &Sample::new().outcome.items, 78), expected);
}

#[test]
fn the_json_listing_has_every_field() {
    let value: Value =
        serde_json::from_str(&listed(ItemsFormat::Json, &Sample::new().outcome.items, 80)).unwrap();
    assert_eq!(value["schema"], "portreeve/items/1");
    let item = &value["items"][4];
    assert_eq!(
        (&item["id"], &item["risk"], &item["enabled"]),
        (&"open-egress".into(), &"low".into(), &false.into())
    );
    for key in ["title", "asks", "why", "fix", "not_when", "fires", "silent", "suggestion"] {
        assert!(item[key].as_str().is_some_and(|words| !words.is_empty()), "{key}");
    }
}

#[test]
fn a_page_explains_one_item() {
    let sample = Sample::new();
    let text = page(ItemsFormat::Text, &sample.outcome.items[1], 80);
    assert!(
        text.starts_with("open-ssh: SSH is open to everyone\nhigh risk, on, one of the vendor's own items\n")
    );
    let heads: Vec<&str> =
        text.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).skip(2).collect();
    let expected = [
        "What it asks",
        "Everyone",
        "Why it matters",
        "How to put it right",
        "When not to",
        "Fires on",
        "Silent on",
    ];
    assert_eq!(heads, expected);
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    let markdown = page(ItemsFormat::Markdown, &sample.outcome.items[1], 80);
    assert!(markdown.starts_with("## `open-ssh`\n\nSSH is open to everyone: high risk, on"));
    assert!(markdown.contains("\n**Silent on.** "));
    let json: Value = serde_json::from_str(&page(ItemsFormat::Json, &sample.outcome.items[1], 80)).unwrap();
    assert_eq!(json["id"], "open-ssh");
}

#[test]
fn a_users_own_item_is_shown_and_defused() {
    let text = page(ItemsFormat::Text, &own("Admin port"), 80);
    let expected = "\
own-item: Admin port
medium risk, on, your own item

What it asks
  Admin port

How to put it right
  Admin port
";
    assert_eq!(text, expected);
    for format in ItemsFormat::ALL {
        let text = listed(format, &[own(HOSTILE)], 80) + &page(format, &own(HOSTILE), 80);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{format:?}");
        assert!(format == ItemsFormat::Json || !text.contains('\u{202e}'));
        assert!(format != ItemsFormat::Markdown || !text.contains("<script>"));
    }
}
