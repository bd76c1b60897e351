//! The table of check items: filtered, sorted and searched by what the address asks.

use std::cmp::Reverse;

use maud::{Markup, html};
use portreeve::checks::{Item, Risk};
use portreeve::report::html::risk;
use portreeve::report::plain;
use portreeve::report::say::thousands;
use serde::Deserialize;

use super::switch_form;
use crate::access::Visitor;
use crate::page::find::find;
use crate::page::layout::address;
use crate::page::params::link;
use crate::scene::{Counts, Scene};

/// What the address asks of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// A part of an item's id or title.
    q: String,
    /// A risk.
    risk: String,
    /// A state: see [`STATES`].
    state: String,
    /// A column, with a minus before it for the other way round.
    sort: String,
}

/// The states that items may be filtered by.
const STATES: [(&str, &str); 6] = [
    ("", "any state"),
    ("found", "with findings"),
    ("possible", "with possible findings"),
    ("waived", "with waived findings"),
    ("clean", "without findings"),
    ("off", "switched off"),
];

impl Asked {
    /// The address of the page as it was asked for.
    pub(super) fn address(&self) -> String {
        link("/", &self.pairs())
    }

    fn pairs(&self) -> [(&'static str, &str); 4] {
        [("q", &self.q), ("risk", &self.risk), ("state", &self.state), ("sort", &self.sort)]
    }

    /// The address of the page in another order: a second time the same column turns it round.
    fn sorted(&self, column: &str) -> String {
        let sort = if self.sort == column { format!("-{column}") } else { column.to_owned() };
        Self { sort, ..self.clone() }.address()
    }

    fn wants(&self, row: &Row<'_>, needle: &str) -> bool {
        let Counts { findings, possible, waived, .. } = row.counts;
        let state = match &*self.state {
            "found" => row.on && findings > 0,
            "possible" => row.on && possible > 0,
            "waived" => row.on && waived > 0,
            "clean" => row.on && findings == 0,
            "off" => !row.on,
            _ => true,
        };
        let risk = self.risk.is_empty() || self.risk == row.item.risk.as_str();
        state && risk && [&row.item.id, &row.item.title].iter().any(|text| find(text, needle).is_some())
    }

    fn order(&self, rows: &mut [Row<'_>]) {
        let (column, back) = match self.sort.strip_prefix('-') {
            Some(column) => (column, true),
            None => (&*self.sort, false),
        };
        // The worst first, so that turning the order round is a second wish.
        match column {
            "item" => rows.sort_by(|one, other| one.item.title.cmp(&other.item.title)),
            "groups" => rows.sort_by_key(|row| Reverse((row.counts.groups, row.counts.servers))),
            "servers" => rows.sort_by_key(|row| Reverse((row.counts.servers, row.counts.groups))),
            "possible" => rows.sort_by_key(|row| Reverse(row.counts.possible)),
            "status" => rows.sort_by_key(|row| !row.on),
            "risk" => rows.sort_by_key(|row| Reverse(row.item.risk)),
            _ => rows.sort_by_key(|row| {
                let found = row.on && row.counts.findings > 0;
                (!row.on, !found, Reverse((row.item.risk, row.counts.groups, row.counts.servers)))
            }),
        }
        if back {
            rows.reverse();
        }
    }
}

struct Row<'a> {
    item: &'a Item,
    on: bool,
    counts: Counts,
}

/// The table with its filters.
pub(super) fn table(scene: &Scene<'_>, visitor: &Visitor, asked: &Asked) -> Markup {
    let needle = asked.q.trim();
    let items = scene.snapshot.outcome.items.iter().enumerate();
    let rows = items.map(|(at, item)| Row { item, on: scene.is_on_at(at), counts: scene.counts(at) });
    let mut rows: Vec<Row<'_>> = rows.filter(|row| asked.wants(row, needle)).collect();
    asked.order(&mut rows);
    html! {
        h2 #items { "Check result details" }
        (filters(asked))
        @if rows.is_empty() { p.lead { "No check item is like this." } } @else {
            table.cards.items {
                thead {
                    tr {
                        (heading(asked, "risk", "Risk level", false))
                        (heading(asked, "item", "Check item", false))
                        th.number scope="col" aria-sort=[direction(asked, "groups").or(direction(asked, "servers"))] {
                            "At-risk "
                            a href=(asked.sorted("groups")) { "security groups" } " / "
                            a href=(asked.sorted("servers")) { "servers" }
                        }
                        (heading(asked, "possible", "Possible", true))
                        (heading(asked, "status", "Check item status", false))
                    }
                }
                tbody { @for each in &rows { (row(visitor, asked, each)) } }
            }
        }
    }
}

fn filters(asked: &Asked) -> Markup {
    html! {
        form.fields method="get" action="/" role="search" {
            label { "Search" input type="search" name="q" value=(asked.q) placeholder="id or title"; }
            label {
                "Risk level"
                select name="risk" data-submit="" {
                    option value="" { "any risk" }
                    @for risk in Risk::ALL.into_iter().rev() {
                        option value=(risk.as_str()) selected[asked.risk == risk.as_str()] { (risk.as_str()) }
                    }
                }
            }
            label {
                "State"
                select name="state" data-submit="" {
                    @for (state, words) in STATES {
                        option value=(state) selected[asked.state == state] { (words) }
                    }
                }
            }
            @if !asked.sort.is_empty() { input type="hidden" name="sort" value=(asked.sort); }
            button { "Show" }
            @if *asked != Asked::default() { a href="/" { "Show all" } }
        }
    }
}

fn heading(asked: &Asked, column: &str, title: &str, number: bool) -> Markup {
    html! {
        th.number[number] scope="col" aria-sort=[direction(asked, column)] {
            a href=(asked.sorted(column)) { (title) }
        }
    }
}

/// Which way the table is sorted by a column, if it is.
fn direction(asked: &Asked, column: &str) -> Option<&'static str> {
    let grows = matches!(column, "item" | "status");
    match asked.sort.strip_prefix('-') {
        Some(turned) if turned == column => Some(if grows { "descending" } else { "ascending" }),
        None if asked.sort == column => Some(if grows { "ascending" } else { "descending" }),
        _ => None,
    }
}

fn row(visitor: &Visitor, asked: &Asked, row: &Row<'_>) -> Markup {
    let Row { item, on, counts } = row;
    html! {
        tr.off[!on] {
            td data-label="Risk level" { (risk(item.risk)) }
            td data-label="Check item" {
                a href=(address("item", &item.id)) { (plain(&item.title)) }
                div { code.faint { (item.id) } }
            }
            td.number data-label="At risk" {
                @if *on {
                    span.zero[counts.groups + counts.servers == 0] {
                        (thousands(counts.groups)) " / " (thousands(counts.servers))
                    }
                } @else { "–" }
                @if *on && counts.waived > 0 { div.faint { (thousands(counts.waived)) " waived" } }
            }
            td.number data-label="Possible" { @if *on && counts.possible > 0 { (thousands(counts.possible)) } }
            td data-label="Status" { (switch_form(visitor, item, *on, &asked.pairs())) }
        }
    }
}
