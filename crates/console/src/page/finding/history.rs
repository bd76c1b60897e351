//! The life of a finding, as the store remembers it.

use maud::{Markup, html};
use portreeve::report::say::thousands;
use portreeve_store::{Life, Span};

use crate::page::layout::moment;

/// Spans that are listed of one life.
const SPANS: usize = 10;

/// When a finding was first and last seen, fixed and reopened.
pub(super) fn lives(lives: &[Life]) -> Markup {
    html! {
        h2 { "History" }
        @if lives.is_empty() { p.faint { "The store does not remember it." } }
        @for life in lives { (one(life, lives.len() > 1)) }
    }
}

fn one(life: &Life, named: bool) -> Markup {
    html! {
        @if named { h3 { code { (life.item) } } }
        dl {
            dt { "First seen" } dd { (moment(life.first_seen)) }
            dt { "Last seen" } dd { (moment(life.last_seen)) }
            dt { "Fixed" } dd { @match life.fixed { Some(fixed) => (moment(fixed)), None => "not yet" } }
            @if life.reopened > 0 { dt { "Came back" } dd { (thousands(life.reopened)) " times" } }
        }
        @if life.spans.len() > 1 {
            details {
                summary { "How it changed" }
                ol.spans { @for span in life.spans.iter().rev().take(SPANS) { li { (stretch(span)) } } }
                @if life.spans.len() > SPANS { p.faint { "and " (thousands(life.spans.len() - SPANS)) " earlier ones" } }
            }
        }
    }
}

fn stretch(span: &Span) -> Markup {
    let outcome = &span.outcome;
    html! {
        "from " (moment(span.since)) " to "
        @match span.closed { Some((_, closed)) => (moment(closed)), None => "now" }
        ": " (outcome.certainty) ", " (outcome.exposure) ", " (outcome.status) ", "
        (outcome.servers) " servers at risk (" a href={ "/run/" (span.opened) } { "run " (span.opened) } ")"
    }
}
