//! Who can reach an end: the internet, and everybody inside.

use maud::{Markup, html};
use portreeve::ask::Query;
use portreeve::explain::{Part, Senders, Verdict, Who};
use portreeve::model::InterfaceIx;
use portreeve::netset::PacketSet;
use portreeve::report::plain;
use portreeve::report::say::thousands;

use super::answer::{capital, prefixes, set, verdict_word};
use crate::page::layout::{group_link, server_link};
use crate::picture::path::{badge, mark};
use crate::problem::Problem;
use crate::scene::Scene;

/// Servers of one class that are named.
const NAMED: usize = 3;
/// Classes that are shown.
const CLASSES: usize = 40;

/// Everybody who can reach the end of a question.
pub(super) fn answered(scene: &Scene<'_>, query: &Query) -> Result<Markup, Problem> {
    Ok(told(scene, query, &scene.who(query)?))
}

fn told(scene: &Scene<'_>, query: &Query, who: &Who) -> Markup {
    let (class, _) = mark(who.verdict);
    let can: usize = who
        .senders
        .iter()
        .filter(|some| some.verdict == Verdict::Allowed)
        .map(|some| some.interfaces.len())
        .sum();
    let port = query.port.map_or(String::new(), |port| format!(" port {port}"));
    html! {
        section class={ "verdict " (class) } aria-labelledby="verdict" {
            (badge(who.verdict))
            div {
                h2 #verdict { (capital(who.verdict.as_str())) }
                p { "Who can reach " code { (plain(&query.to)) } strong { (port) } "? " (thousands(can)) " interfaces can, " (thousands(who.denied)) " cannot." }
            }
        }
        h2 { "From the internet" }
        (internet(&who.internet))
        h2 { "From inside" }
        @if who.senders.is_empty() { p { "Nobody." } } @else { (senders(scene, &who.senders)) }
    }
}

fn internet(parts: &[Part]) -> Markup {
    let union = |of: fn(&Part) -> &PacketSet| PacketSet::union_all(parts.iter().map(|part| of(part).clone()));
    let (surely, maybe) = (union(|part| &part.allowed), union(|part| &part.unknown));
    html! {
        @if surely.is_empty() && maybe.is_empty() { p { "Nobody." } }
        (set("", &surely, false))
        (set("Perhaps", &maybe, false))
    }
}

fn senders(scene: &Scene<'_>, all: &[Senders]) -> Markup {
    let (estate, index) = (scene.estate(), scene.explainer.index());
    let server = |ix: &InterfaceIx| {
        let interface = estate.interface(*ix);
        let unnamed = || html! { code { (plain(estate.text(interface.id))) } };
        interface.instance.map_or_else(unnamed, |instance| server_link(estate, instance))
    };
    html! {
        table.cards {
            thead { tr { th scope="col" { "Verdict" } th scope="col" { "Security groups" } th scope="col" { "Servers" } th scope="col" { "From" } } }
            tbody {
                @for some in all.iter().take(CLASSES) {
                    tr {
                        td data-label="Verdict" { (verdict_word(some.verdict)) }
                        td data-label="Groups" { @for (at, group) in index.class(some.class).groups.iter().take(NAMED).enumerate() { @if at > 0 { br; } (group_link(estate, *group)) } }
                        td data-label="Servers" {
                            @for (at, ix) in some.interfaces.iter().take(NAMED).enumerate() { @if at > 0 { br; } (server(ix)) }
                            @if some.interfaces.len() > NAMED { br; "and " (thousands(some.interfaces.len() - NAMED)) " more" }
                        }
                        td data-label="From" { (prefixes(&some.from.cidrs().iter().map(ToString::to_string).collect::<Vec<_>>())) }
                    }
                }
            }
        }
        @if all.len() > CLASSES { p.faint { "… and " (thousands(all.len() - CLASSES)) " more classes of interfaces" } }
    }
}
