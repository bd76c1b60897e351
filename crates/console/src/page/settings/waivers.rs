//! The waivers: those that hold, those that are over, and those that were taken back.

use maud::{Markup, html};
use portreeve::report::html::mark;
use portreeve::report::plain;
use portreeve::report::say::thousands;
use portreeve::{Covers, Date, parse_fingerprint};
use portreeve_store::Waiver;

use crate::access::{Role, Visitor};
use crate::console::{Console, today};
use crate::page::layout::{address, moment, token};
use crate::page::links;
use crate::problem::Problem;

/// Waivers that are listed; the latest.
const WAIVERS: usize = 200;

/// All waivers, of the configuration and of the store.
pub(super) fn list(console: &Console, visitor: &Visitor) -> Result<Markup, Problem> {
    let written = &console.options.config.waivers;
    let made = console.store.waivers()?;
    let notices = console.current().map(|current| current.decided);
    Ok(html! {
        h2 #waivers { "Waivers" }
        @if let Some(decided) = notices {
            @for notice in decided.judgement.notices.iter().take(WAIVERS) { p.notice { (plain(&notice.text)) } }
        }
        @if written.is_empty() && made.is_empty() {
            p.faint { "Nothing is waived. A finding is waived on its page." }
        } @else {
            table.cards {
                thead {
                    tr {
                        th scope="col" { "What" }
                        th scope="col" { "Reason" }
                        th scope="col" { "Until" }
                        th scope="col" { "By" }
                        th scope="col" { "Status" }
                    }
                }
                tbody {
                    @for waiver in written { (of_file(waiver)) }
                    @for waiver in made.iter().rev().take(WAIVERS) { (of_store(visitor, waiver)) }
                }
            }
            @if made.len() > WAIVERS { p.faint { "and " (thousands(made.len() - WAIVERS)) " older ones" } }
        }
    })
}

fn of_file(waiver: &portreeve::Waiver) -> Markup {
    let over = waiver.until < today();
    html! {
        tr.settled[over] {
            td data-label="What" {
                @match &waiver.covers {
                    Covers::Finding(fingerprint) => a href=(links::finding(*fingerprint)) { code { (fingerprint) } },
                    Covers::Subject { item, group, .. } => (on_group(item, group)),
                }
            }
            td data-label="Reason" { (plain(&waiver.reason)) }
            td data-label="Until" { (waiver.until) }
            td data-label="By" { code { (plain(&waiver.place)) } }
            td data-label="Status" { (state(over)) }
        }
    }
}

fn of_store(visitor: &Visitor, waiver: &Waiver) -> Markup {
    let covered = &waiver.covered;
    // The console writes days; whatever else stands there does not hold.
    let over = waiver.until.parse::<Date>().map_or(true, |until| until < today());
    html! {
        tr.settled[over || waiver.withdrawn.is_some()] {
            td data-label="What" {
                @if !covered.item.is_empty() { div { (on_group(&covered.item, &covered.subject)) } }
                @if let Some(fingerprint) = parse_fingerprint(&covered.fingerprint) {
                    a href=(links::finding(fingerprint)) { code { (fingerprint) } }
                }
            }
            td data-label="Reason" { (plain(&waiver.reason)) }
            td data-label="Until" { (plain(&waiver.until)) }
            td data-label="By" { (plain(&waiver.who)) ", " (moment(waiver.at)) }
            td data-label="Status" {
                @match waiver.withdrawn {
                    Some(at) => { (mark("", "withdrawn")) " " (moment(at)) },
                    None => {
                        (state(over))
                        @if visitor.must(Role::Operator).is_ok() { (withdraw(visitor, waiver.id)) }
                    }
                }
            }
        }
    }
}

fn on_group(item: &str, group: &str) -> Markup {
    html! {
        a href=(address("item", item)) { code { (plain(item)) } } " on "
        a href=(address("group", group)) { code { (plain(group)) } }
    }
}

fn state(over: bool) -> Markup {
    if over { mark("medium", "expired") } else { mark("good", "holds") }
}

fn withdraw(visitor: &Visitor, id: i64) -> Markup {
    html! {
        form method="post" action={ "/waiver/" (id) "/withdraw" } {
            (token(visitor))
            input type="hidden" name="back" value="";
            button.danger aria-label={ "Withdraw waiver " (id) } { "Withdraw" }
        }
    }
}
