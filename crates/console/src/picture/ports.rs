//! How far out ports are open: a row for each stretch of ports, a column for each class of peers, from the inside to everyone. The
//! longer a row reaches to the right, the more may come in.

use maud::{Markup, html};
use portreeve::checks::{Audience, Open, Opening};
use portreeve::model::Direction;
use portreeve::netset::PortSet;
use portreeve::report::say;

/// Rows that are drawn; what is open alike is put together where there would be more.
const MOST: usize = 24;

/// The classes from the inside out, with two short words each and what a sentence calls them.
const COLUMNS: [(Audience, [&str; 2], &str); 5] = [
    (Audience::Groups, ["group", "members"], "members of groups"),
    (Audience::PrivateNetworks, ["private", "nets"], "private addresses"),
    (Audience::PublicAddresses, ["some", "public"], "some public addresses"),
    (Audience::WideBlocks, ["wide", "public"], "wide public blocks"),
    (Audience::Everyone, ["every-", "one"], "everyone"),
];

const LABEL: usize = 124;
const CELL: usize = 54;
const HEAD: usize = 38;
const ROW: usize = 24;

/// A row of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    label: String,
    to: [Open; 5],
}

impl Row {
    fn open(&self, audience: Audience) -> Open {
        self.to.get(audience as usize).copied().unwrap_or(Open::No)
    }

    /// What the row says, as a sentence: `tcp/22: everyone`.
    fn sentence(&self, direction: Direction) -> String {
        let named = |wanted: Open| -> Vec<&str> {
            let columns = COLUMNS.iter().rev().filter(|(audience, ..)| self.open(*audience) == wanted);
            columns.map(|(.., words)| *words).collect()
        };
        // Whoever is open to everyone is open to public addresses of any kind: naming these too would only hide it.
        let widest = |mut all: Vec<&'static str>| {
            if let Some(first) = all.first().copied() {
                all.retain(|words| *words == first || !words.contains("public"));
            }
            all.join(", ")
        };
        let side = if direction == Direction::Ingress { "from" } else { "to" };
        let (sure, perhaps) = (widest(named(Open::Yes)), widest(named(Open::Perhaps)));
        match (sure.is_empty(), perhaps.is_empty()) {
            (false, true) => format!("{} {side} {sure}", self.label),
            (true, _) => format!("{} perhaps {side} {perhaps}", self.label),
            (false, false) => format!("{} {side} {sure}, and perhaps {side} {perhaps}", self.label),
        }
    }
}

/// The picture of what is open in a direction, with the same in words. `id` names it on its page.
pub(crate) fn ports(openings: &[Opening], direction: Direction, id: &str) -> Markup {
    let rows = rows(openings);
    let shown = rows.get(..MOST).unwrap_or(&rows);
    let (width, height) = (LABEL + CELL * COLUMNS.len(), HEAD + ROW * shown.len() + 2);
    let title = match direction {
        Direction::Ingress => "Who may open which ports",
        Direction::Egress => "Who may be reached on which ports",
    };
    html! {
        svg.reach viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) role="img"
            aria-labelledby={ (id) "-title " (id) "-words" } {
            title id={ (id) "-title" } { (title) }
            @for (at, (_, words, _)) in COLUMNS.iter().enumerate() {
                (head(at, *words))
            }
            @for (at, row) in shown.iter().enumerate() {
                (drawn(at, row))
            }
        }
        (legend(&rows))
        details {
            summary { "The same in words" }
            ul id={ (id) "-words" } { @for row in shown { li { (row.sentence(direction)) } } }
        }
        @if rows.len() > shown.len() {
            p.faint { "and " (rows.len() - shown.len()) " more stretches of ports: the rules below have all of them" }
        }
    }
}

fn head(at: usize, [first, second]: [&str; 2]) -> Markup {
    let middle = LABEL + CELL * at + CELL / 2;
    html! {
        text.head x=(middle) y="13" text-anchor="middle" { (first) }
        text.head x=(middle) y="27" text-anchor="middle" { (second) }
    }
}

fn drawn(at: usize, row: &Row) -> Markup {
    let top = HEAD + ROW * at;
    html! {
        g {
            title { (row.label) }
            text.port x=(LABEL - 8) y=(top + 16) text-anchor="end" { (short(&row.label)) }
            @for (at, (audience, ..)) in COLUMNS.iter().enumerate() {
                @let left = LABEL + CELL * at;
                rect class=(class(at, row.open(*audience))) x=(left + 1) y=(top + 2) width=(CELL - 2)
                    height=(ROW - 4) rx="3" {}
                @if let Some(word) = word(row.open(*audience)) {
                    text.cell x=(left + CELL / 2) y=(top + 16) text-anchor="middle" { (word) }
                }
            }
        }
    }
}

fn class(column: usize, open: Open) -> String {
    match open {
        Open::No => "shut".to_owned(),
        Open::Perhaps => format!("perhaps out-{column}"),
        Open::Yes => format!("open out-{column}"),
    }
}

fn word(open: Open) -> Option<&'static str> {
    match open {
        Open::No => None,
        Open::Perhaps => Some("perhaps"),
        Open::Yes => Some("open"),
    }
}

/// A label as far as there is room for it.
fn short(label: &str) -> String {
    const ROOM: usize = 16;
    match label.char_indices().nth(ROOM) {
        None => label.to_owned(),
        Some(_) => label.chars().take(ROOM - 1).chain(['…']).collect(),
    }
}

fn legend(rows: &[Row]) -> Markup {
    html! {
        @if rows.iter().any(|row| row.to.contains(&Open::Perhaps)) {
            p.faint { "“perhaps”: the documents do not tell; see the gaps of the group's findings." }
        }
    }
}

/// A row for each opening; where these are too many, those of one protocol that are open alike together.
fn rows(openings: &[Opening]) -> Vec<Row> {
    let rest =
        if openings.iter().any(|it| it.protocol.is_some()) { "other protocols" } else { "all protocols" };
    let mut merged: Vec<(Option<u8>, PortSet, [Open; 5])> = Vec::new();
    for Opening { protocol, ports: (first, last), to } in openings {
        let ports = PortSet::from_range(*first, *last);
        let alike = |it: &&mut (Option<u8>, PortSet, [Open; 5])| it.0 == *protocol && it.2 == *to;
        match merged.iter_mut().find(alike).filter(|_| openings.len() > MOST) {
            Some((_, known, _)) => known.union_with(&ports),
            None => merged.push((*protocol, ports, *to)),
        }
    }
    let label = |protocol: Option<u8>, ports: &PortSet| match protocol {
        None => rest.to_owned(),
        Some(_) => say::service(protocol, ports),
    };
    merged.into_iter().map(|(protocol, ports, to)| Row { label: label(protocol, &ports), to }).collect()
}

#[cfg(test)]
mod tests;
