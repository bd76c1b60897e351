//! The life of the findings on one subject: first seen, last seen, fixed, reopened.

use maud::{Markup, html};
use portreeve::checks::{Fingerprint, Risk};
use portreeve_store::{Life, Moment, Store, StoreError};

use super::layout::{moment, risk};
use crate::scene::Scene;

/// A finding that there is or may have been.
#[derive(Debug)]
pub(super) struct Cause {
    title: String,
    risk: Risk,
    /// What the store knows it by.
    key: u64,
    /// The address of the finding, if it is there now.
    now: Option<String>,
}

/// A finding that there was, and its life.
#[derive(Debug)]
pub(super) struct Lived {
    cause: Cause,
    life: Life,
}

/// What every item that is on may have found on a subject.
pub(super) fn causes(scene: &Scene<'_>, subject: &str) -> Vec<Cause> {
    let finds = &scene.snapshot.finds;
    let group = finds.groups.get(subject);
    let own = group.and_then(|ix| finds.by_group.get(ix)).map_or(&[][..], Vec::as_slice);
    let outcome = &scene.snapshot.outcome;
    let on = outcome.items.iter().zip(&scene.decided.on).filter(|(_, on)| **on);
    let each = on.map(|(item, _)| {
        let key = Fingerprint::cause_of(&item.id, subject);
        let mut now = scene.findings(own).filter(|(_, finding)| finding.fingerprint.cause == key);
        Cause {
            title: item.title.to_string(),
            risk: item.risk,
            key,
            now: now.next().map(|(_, finding)| super::list::finding_address(finding)),
        }
    });
    each.collect()
}

/// The lives that the store knows, what is open first, then what was seen last.
pub(super) fn of(store: &Store, estate: &str, mut causes: Vec<Cause>) -> Result<Vec<Lived>, StoreError> {
    let keys: Vec<u64> = causes.iter().map(|cause| cause.key).collect();
    let mut lives = Vec::new();
    for (key, life) in store.lives(estate, &keys)? {
        if let Some(at) = causes.iter().position(|cause| cause.key == key) {
            lives.push(Lived { cause: causes.swap_remove(at), life });
        }
    }
    lives.sort_by_key(|Lived { cause, life }| {
        (life.fixed.is_some(), std::cmp::Reverse((cause.risk, life.last_seen)), cause.key)
    });
    Ok(lives)
}

/// The history as a section of a page.
pub(super) fn section(lives: &[Lived]) -> Markup {
    html! {
        h2 #history { "History of its findings" }
        @if lives.is_empty() {
            p { "No run has found anything on it." }
        } @else {
            table.cards {
                thead {
                    tr {
                        th scope="col" { "Risk" }
                        th scope="col" { "Finding" }
                        th scope="col" { "First seen" }
                        th scope="col" { "Last seen" }
                        th scope="col" { "Fixed" }
                        th.number scope="col" { "Reopened" }
                    }
                }
                tbody { @for lived in lives { (row(lived)) } }
            }
        }
    }
}

fn row(Lived { cause, life }: &Lived) -> Markup {
    html! {
        tr.settled[life.fixed.is_some()] {
            td data-label="Risk" { (risk(cause.risk)) }
            td data-label="Finding" {
                @match &cause.now {
                    Some(address) => { a href=(address) { (cause.title) } }
                    None => { (cause.title) }
                }
            }
            td data-label="First seen" { (moment(life.first_seen)) }
            td data-label="Last seen" { (moment(life.last_seen)) }
            td data-label="Fixed" { (fixed(life.fixed)) }
            td.number data-label="Reopened" { @if life.reopened > 0 { (life.reopened) "×" } }
        }
    }
}

fn fixed(fixed: Option<Moment>) -> Markup {
    html! { @match fixed { Some(at) => { (moment(at)) } None => { span.mark { "open" } } } }
}
