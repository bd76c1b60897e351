//! What a check item says of itself.

use maud::{Markup, html};
use portreeve_checks::Item;
use portreeve_checks::catalogue::EVERYONE;

use crate::escape::plain;
use crate::items;

/// Everything that an item says of itself.
pub fn item_text(item: &Item) -> Markup {
    let mut parts = items::parts(item);
    if parts.first().is_some_and(|(_, asks)| asks.contains("veryone")) {
        parts.insert(1, ("Everyone", EVERYONE));
    }
    html! {
        dl.about {
            @for (head, words) in parts {
                dt { (head) }
                dd { (prose(words)) }
            }
        }
    }
}

/// A sentence in which backticks stand around code.
pub fn prose(words: &str) -> Markup {
    html! {
        @for (at, part) in words.split('`').enumerate() {
            @if at % 2 == 0 { (plain(part)) } @else { code { (plain(part)) } }
        }
    }
}
