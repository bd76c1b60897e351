//! An answer: the verdict, the path, why, what would help, and what it rests on.

use maud::{Markup, html};
use portreeve::ask::Query;
use portreeve::commands;
use portreeve::explain::{Answer, Layer, Part, Spot, Step, Verdict};
use portreeve::model::{Direction, Estate};
use portreeve::netset::{PacketSet, protocol};
use portreeve::report::say::thousands;
use portreeve::report::{flows, missing, place, plain, ruled_by};

use crate::page::layout::{ROWS, group_link, server_link};
use crate::page::params::{Params, link};
use crate::picture::path::{Drawn, EndOf, Stop, badge, mark, path};
use crate::scene::Scene;

/// Prefixes of one row that are shown; the rest can be unfolded.
const PREFIXES: usize = 6;
/// Rows of one set that are shown.
const FLOWS: usize = 100;
/// Causes that are shown.
const CAUSES: usize = 40;

/// What is shown.
pub(super) struct Shown<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) query: &'a Query,
    pub(super) answer: &'a Answer,
    /// Whether the smallest changes were looked for.
    pub(super) plans: bool,
    /// The part that is told in full, counted from 1.
    pub(super) part: Option<usize>,
}

/// The answer to a question.
pub(super) fn shown(shown: &Shown<'_>, params: &Params) -> Markup {
    let Shown { answer, .. } = shown;
    let chosen = shown.part.and_then(|at| answer.parts.get(at.checked_sub(1)?));
    let Some(part) = chosen.or_else(|| answer.decisive()) else { return html! {} };
    html! {
        (verdict(shown))
        @if answer.parts.len() > 1 { (parts(shown, part, params)) }
        (path(&drawn(shown.scene.estate(), shown.query, part)))
        div.grid.answers {
            @if !part.causes.is_empty() && part.verdict != Verdict::Allowed { (causes(part)) }
            @if matches!(part.verdict, Verdict::Denied | Verdict::Partly | Verdict::Unknown) { (plans(shown, part, params)) }
        }
        (sets(shown, part))
        (steps(shown.scene.estate(), part))
        (footnotes(shown.scene.estate(), part))
    }
}

fn verdict(shown: &Shown<'_>) -> Markup {
    let (answer, query) = (shown.answer, shown.query);
    let (class, _) = mark(answer.verdict);
    let says = match answer.verdict {
        Verdict::Allowed => "This works: every layer that the documents show lets it through.",
        Verdict::Denied => "This does not work.",
        Verdict::Partly => "Some of it works, and some does not.",
        Verdict::Unknown => "The documents leave it open.",
    };
    html! {
        section class={ "verdict " (class) } aria-labelledby="verdict" {
            (badge(answer.verdict))
            div {
                h2 #verdict { (capital(answer.verdict.as_str())) }
                p { (says) }
                p { code { (plain(&query.from)) } " → " code { (plain(&query.to)) } " " strong { (service(query)) } }
            }
        }
    }
}

/// `tcp/22`, with the source port if it was asked for.
fn service(query: &Query) -> String {
    let number = query.protocol_number().unwrap_or_default();
    let name = number.map_or("all protocols".to_owned(), |number| protocol::label(number).to_lowercase());
    let ports = match (query.port, number.is_some_and(protocol::has_ports)) {
        (Some(port), _) => format!("/{port}"),
        (None, true) => ", all ports".to_owned(),
        (None, false) => String::new(),
    };
    let source = query.source_port.map_or(String::new(), |port| format!(" from source port {port}"));
    format!("{name}{ports}{source}")
}

pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// All pairs of addresses that the question stands for.
fn parts(shown: &Shown<'_>, told: &Part, params: &Params) -> Markup {
    let estate = shown.scene.estate();
    let all = &shown.answer.parts;
    let address = |at: usize| {
        let number = at.to_string();
        let names = ["from", "to", "protocol", "port", "source_port", "plans"];
        let mut all: Vec<(&str, &str)> = names.iter().map(|name| (*name, params.text(name))).collect();
        all.push(("part", &number));
        link("/explain", &all)
    };
    html! {
        h2 { (thousands(all.len())) " pairs of addresses" }
        p { "The question stands for several addresses; each pair is asked by itself." }
        div.wide {
            table.parts {
                thead { tr { th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "Verdict" } th scope="col" { "" } } }
                tbody {
                    @for (at, part) in all.iter().enumerate().take(ROWS) {
                        tr.chosen[std::ptr::eq(part, told)] {
                            td { (end(estate, part.from)) }
                            td { (end(estate, part.to)) }
                            td { (verdict_word(part.verdict)) }
                            td {
                                @if std::ptr::eq(part, told) { "shown below" } @else { a href=(address(at + 1)) { "show" } }
                            }
                        }
                    }
                }
            }
        }
        @if all.len() > ROWS { p.faint { "… and " (thousands(all.len() - ROWS)) " more pairs" } }
    }
}

pub(super) fn verdict_word(verdict: Verdict) -> Markup {
    let (class, _) = mark(verdict);
    html! { span class={ "says " (class) } { (badge(verdict)) (verdict.as_str()) } }
}

/// One end in words, with a link to its server.
fn end(estate: &Estate, spot: Spot) -> Markup {
    let place = place(estate, spot);
    html! {
        @match place.address { Some(address) => { code { (address) } } None => { "the internet" } }
        @if let Some(ix) = place.instance { " " (server_link(estate, ix)) }
        @if let Some((id, front)) = place.through { " through " code { (id) } " at " code { (front) } }
    }
}

/// What the picture shows of a part.
fn drawn(estate: &Estate, query: &Query, part: &Part) -> Drawn {
    let end = |spot: Spot, typed: &str| {
        let place = place(estate, spot);
        let named = place.instance.map(|ix| estate.instance(ix)).map(|it| {
            let name = estate.text(it.name);
            if name.is_empty() { estate.text(it.id) } else { name }
        });
        let name = named.map(|name| plain(name).into_owned()).or(place.interface);
        let address = place.address.map_or("any address".to_owned(), |address| address.to_string());
        let name = name.unwrap_or_else(|| {
            if spot == Spot::Internet { "Internet".to_owned() } else { plain(typed).into_owned() }
        });
        // An address by itself has no other name.
        let address = if address == name { "not in the input".to_owned() } else { address };
        EndOf { name, address, site: place.site }
    };
    let stop = |step: &Step| Stop {
        layer: layer(step.layer),
        way: if step.reply { "reply" } else { way(step.direction) },
        at: plain(estate.text(step.at)).into_owned(),
        verdict: step.verdict,
        near: step.direction == Direction::Egress,
    };
    let (back, there): (Vec<&Step>, Vec<&Step>) = part.steps.iter().partition(|step| step.reply);
    Drawn {
        ends: [end(part.from, &query.from), end(part.to, &query.to)],
        there: there.into_iter().map(stop).collect(),
        back: back.into_iter().map(stop).collect(),
        verdict: part.verdict,
    }
}

fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "in",
        Direction::Egress => "out",
    }
}

/// A layer in words.
fn layer(layer: Layer) -> String {
    match layer {
        Layer::NetworkAcl => "Network ACL".to_owned(),
        other => capital(&other.as_str().replace('_', " ")),
    }
}

fn causes(part: &Part) -> Markup {
    html! {
        section.panel aria-labelledby="why" {
            h2 #why { "Why" }
            ol.causes {
                @for cause in part.causes.iter().take(CAUSES) {
                    li {
                        p { (plain(&cause.text)) " " code.faint { (cause.id) } }
                        @if !cause.remedy.is_empty() { p.remedy { strong { "Do: " } (plain(&cause.remedy)) } }
                    }
                }
            }
            @if part.causes.len() > CAUSES { p.faint { "… and " (thousands(part.causes.len() - CAUSES)) " more causes" } }
        }
    }
}

fn plans(shown: &Shown<'_>, part: &Part, params: &Params) -> Markup {
    let names = ["from", "to", "protocol", "port", "source_port", "part"];
    let mut all: Vec<(&str, &str)> = names.iter().map(|name| (*name, params.text(name))).collect();
    all.push(("plans", "yes"));
    html! {
        section.panel aria-labelledby="help" {
            h2 #help { "What would help" }
            @if !shown.plans {
                p { "The smallest changes are found by trying them on a copy of the estate, which takes a moment in one of this size." }
                p { a.button href=(link("/explain", &all)) { "Find the smallest changes" } }
            } @else if part.plans.is_empty() {
                p { "No change of rules alone is known to make it work." }
            } @else {
                p { "Any one of these makes it work; each was proved by asking again." }
                ol.plans {
                    @for plan in &part.plans {
                        li {
                            @for words in &plan.words { p { (plain(words)) } }
                            @let told = commands(shown.scene.estate(), plan);
                            @if !told.is_empty() { pre tabindex="0" { @for command in &told { (plain(command)) "\n" } } }
                        }
                    }
                }
            }
        }
    }
}

/// What passes, where the question asks about more than one packet.
fn sets(shown: &Shown<'_>, part: &Part) -> Markup {
    let outward = part.to == Spot::Internet;
    let many = part.verdict == Verdict::Partly || part.from == Spot::Internet || outward;
    let open = part.verdict == Verdict::Unknown && shown.query.port.is_none();
    if part.verdict == Verdict::Denied || !(many || open) {
        return html! {};
    }
    html! {
        (set("What passes", &part.allowed, outward))
        (set("What may pass, if what is not known turns out so", &part.unknown, outward))
    }
}

pub(super) fn set(title: &str, set: &PacketSet, outward: bool) -> Markup {
    let rows = flows(set, outward);
    let clients = rows.iter().any(|row| row.source_ports.is_some());
    html! {
        @if !rows.is_empty() {
            @if !title.is_empty() { h2 { (title) } }
            div.wide {
                table {
                    thead {
                        tr {
                            th scope="col" { "Protocol and ports" }
                            th scope="col" { @if outward { "To" } @else { "From" } }
                            @if clients { th scope="col" { "Client ports" } }
                        }
                    }
                    tbody {
                        @for row in rows.iter().take(FLOWS) {
                            tr {
                                td { code { (row.service) } }
                                td { (prefixes(&row.peers)) }
                                @if clients { td { (row.source_ports.as_deref().unwrap_or("any")) } }
                            }
                        }
                    }
                }
            }
            @if rows.len() > FLOWS { p.faint { "… and " (thousands(rows.len() - FLOWS)) " more rows" } }
        }
    }
}

/// Some prefixes, the first of them unfolded.
pub(super) fn prefixes(all: &[String]) -> Markup {
    let (shown, folded) = all.split_at(all.len().min(PREFIXES));
    let (folded, left) = folded.split_at(folded.len().min(10 * PREFIXES));
    html! {
        code { (shown.join(", ")) }
        @if !folded.is_empty() {
            details {
                summary { "and " (thousands(folded.len() + left.len())) " more" }
                code { (folded.join(", ")) }
                @if !left.is_empty() { " and " (thousands(left.len())) " more" }
            }
        }
    }
}

fn steps(estate: &Estate, part: &Part) -> Markup {
    html! {
        h2 { "Layer by layer" }
        table.cards.steps {
            thead { tr { th scope="col" { "Layer" } th scope="col" { "Verdict" } th scope="col" { "Because" } } }
            tbody {
                @for step in &part.steps {
                    tr {
                        td data-label="Layer" {
                            (layer(step.layer)) " " (if step.reply { "reply" } else { way(step.direction) })
                            br; code.faint { (plain(estate.text(step.at))) }
                        }
                        td data-label="Verdict" { (verdict_word(step.verdict)) }
                        td data-label="Because" { (because(estate, step)) }
                    }
                }
            }
        }
    }
}

fn because(estate: &Estate, step: &Step) -> Markup {
    let also: Vec<_> = step.also.iter().filter_map(|ruling| ruled_by(estate, *ruling)).collect();
    html! {
        p { (plain(&step.because)) }
        @if let Some(ruled) = step.rule.and_then(|ruling| ruled_by(estate, ruling)) {
            p { strong { "Rule " } code { (ruled.words) } }
            p {
                @match ruled.group {
                    Some(group) => { "of security group " (group_link(estate, group)) }
                    None => { "of " code { (ruled.owner) } }
                }
            }
        }
        @if !also.is_empty() {
            details {
                summary { "without it, " (thousands(also.len())) " more would let it through" }
                ul { @for ruled in also.iter().take(ROWS) { li { code { (ruled.words) } } } }
            }
        }
    }
}

fn footnotes(estate: &Estate, part: &Part) -> Markup {
    html! {
        @if !part.gaps.is_empty() {
            h2 { "Not known" }
            ul {
                @for told in part.gaps.iter().take(ROWS) {
                    @let (at, what) = missing(estate, told);
                    li { code { (at) } ": " (what) }
                }
            }
        }
        @for note in &part.notes { p.note { strong { "Note: " } (plain(note)) } }
        @if !part.not_modelled.is_empty() {
            @let layers: Vec<String> = part.not_modelled.iter().map(|each| layer(*each).to_lowercase()).collect();
            p.faint { "Not looked at, because the documents say nothing of it: " (layers.join(", ")) "." }
        }
    }
}
