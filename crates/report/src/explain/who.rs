//! Who can reach an end: the internet's part, and classes of interfaces.

use std::io::{self, Write};

use portreeve_explain::{Senders, Spot, Verdict, Who};
use portreeve_model::Estate;
use serde::Serialize;

use super::Asked;
use super::exposure::shortened;
use super::json::{QuestionRow, TrafficRow, gap, ports_of, traffic};
use crate::escape::plain;
use crate::words::{count, labelled, protocol_name};

/// Interfaces of one class that are named; all are counted.
const NAMED: usize = 10;

/// Everybody who can reach an end, with what is needed to tell it.
#[derive(Debug, Clone, Copy)]
pub struct WhoReport<'a> {
    /// The estate.
    pub estate: &'a Estate,
    /// The question; its `from` is `any`.
    pub asked: Asked<'a>,
    /// Its answer.
    pub who: &'a Who,
    /// The groups of each class of senders.
    pub groups: &'a [Vec<&'a str>],
}

#[derive(Serialize)]
struct WhoRow<'a> {
    schema: &'static str,
    question: QuestionRow<'a>,
    verdict: &'static str,
    allowed: Vec<TrafficRow>,
    unknown: Vec<TrafficRow>,
    senders: Vec<SendersRow<'a>>,
    denied_interfaces: usize,
    gaps: Vec<GapRow<'a>>,
}

#[derive(Serialize)]
struct SendersRow<'a> {
    verdict: &'static str,
    network: Option<&'a str>,
    security_groups: &'a [&'a str],
    interfaces: usize,
    from: Vec<String>,
    servers: Vec<&'a str>,
}

#[derive(Serialize)]
struct GapRow<'a> {
    at: &'a str,
    what: &'a str,
}

/// Writes everybody who can reach an end as one JSON document.
///
/// # Errors
/// What `out` fails with.
pub fn write_who_json(report: &WhoReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let WhoReport { estate, asked, who, groups } = *report;
    let mut row = WhoRow {
        schema: "portreeve/explain/1",
        question: QuestionRow::of(asked),
        verdict: who.verdict.as_str(),
        allowed: Vec::new(),
        unknown: Vec::new(),
        senders: Vec::new(),
        denied_interfaces: who.denied,
        gaps: Vec::new(),
    };
    for part in &who.internet {
        row.allowed.extend(traffic(&part.allowed, false));
        row.unknown.extend(traffic(&part.unknown, false));
        row.gaps.extend(part.gaps.iter().map(|told| gap(estate, told)).map(|(at, what)| GapRow { at, what }));
    }
    for (at, senders) in who.senders.iter().enumerate() {
        let from: Vec<String> = senders.from.cidrs().iter().map(ToString::to_string).collect();
        let rows = if senders.verdict == Verdict::Allowed { &mut row.allowed } else { &mut row.unknown };
        rows.push(TrafficRow {
            protocol: protocol_name(asked.protocol),
            ports: ports_of(asked.protocol, asked.port),
            from: Some(from.clone()),
            to: None,
            source_ports: None,
        });
        row.senders.push(SendersRow {
            verdict: senders.verdict.as_str(),
            network: senders.network.map(|ix| estate.text(estate.network(ix).id)),
            security_groups: groups.get(at).map_or(&[], Vec::as_slice),
            interfaces: senders.interfaces.len(),
            from,
            servers: named(estate, senders),
        });
    }
    serde_json::to_writer_pretty(&mut *out, &row)?;
    out.write_all(b"\n")
}

/// The servers of the first interfaces of a class, or the interfaces themselves.
fn named<'a>(estate: &'a Estate, senders: &Senders) -> Vec<&'a str> {
    let first = senders.interfaces.iter().take(NAMED).map(|ix| estate.interface(*ix));
    let mut names: Vec<&str> =
        first.map(|it| estate.text(it.instance.map_or(it.id, |ix| estate.instance(ix).id))).collect();
    names.dedup();
    names
}

/// Writes everybody who can reach an end for people.
///
/// # Errors
/// What `out` fails with.
pub fn write_who(report: &WhoReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let WhoReport { estate, asked, who, groups } = *report;
    let service = asked.port.map_or(String::new(), |port| format!("/{port}"));
    writeln!(out, "who reaches {} {}{service}", plain(asked.to), protocol_name(asked.protocol))?;
    writeln!(out, "\nfrom the internet")?;
    for part in &who.internet {
        let to = match part.to {
            Spot::Interface { private, .. } => private.to_string(),
            Spot::Behind { private, door, .. } => {
                format!("{private} through {}", plain(estate.text(door.id(estate))))
            }
            _ => String::new(),
        };
        let rows = traffic(&part.allowed, false);
        for row in &rows {
            writeln!(out, "  to {to}  from {}", shortened(row.from.as_deref().unwrap_or(&[])))?;
        }
        if rows.is_empty() {
            writeln!(
                out,
                "  to {to}  {}",
                if part.verdict == Verdict::Unknown { "not known" } else { "nobody" }
            )?;
        }
    }
    for (verdict, title) in
        [(Verdict::Allowed, "from the estate"), (Verdict::Unknown, "perhaps, from the estate")]
    {
        let found: Vec<_> = who.senders.iter().enumerate().filter(|(_, it)| it.verdict == verdict).collect();
        if found.is_empty() {
            continue;
        }
        writeln!(out, "\n{title}")?;
        for (at, senders) in found {
            let names: Vec<_> = groups.get(at).into_iter().flatten().map(|id| plain(id)).collect();
            let network = senders.network.map(|ix| estate.network(ix));
            let network = network.map_or(String::new(), |it| labelled(estate, it.id, it.name));
            let servers = named(estate, senders).join(", ");
            let all = count(senders.interfaces.len(), "interface", "interfaces");
            writeln!(out, "  {all} in {network} with {}: {}", names.join(", "), plain(&servers))?;
        }
    }
    writeln!(out, "\n{} cannot", count(who.denied, "other interface", "other interfaces"))
}
