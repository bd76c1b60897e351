//! Boxes as a tree of cuts, and how it is written.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hashbrown::HashMap;
use portreeve_engine::{Policy, Source};
use portreeve_model::Estate;
use portreeve_verify::{Decider, Side};

/// Boxes as [`portreeve_verify::Tree`] reads them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    By(u32),
    Cut(Side, Vec<(u128, Tree)>),
    /// A part of the source ports and of the local addresses.
    Some((u16, u16), Option<(u128, u128)>, Box<Tree>),
}

impl Tree {
    /// A cut along a side; neighbours that say the same are one part.
    pub(super) fn cut(side: Side, parts: impl IntoIterator<Item = (u128, Self)>) -> Self {
        let mut merged: Vec<(u128, Self)> = Vec::new();
        for (last, part) in parts {
            match merged.last_mut() {
                Some((end, before)) if *before == part => *end = last,
                _ => merged.push((last, part)),
            }
        }
        match merged.pop() {
            Some((_, only)) if merged.is_empty() => only,
            last => {
                merged.extend(last);
                Self::Cut(side, merged)
            }
        }
    }

    /// Writes it as JSON; `v6` is the family of its addresses.
    pub(super) fn write(&self, v6: bool, out: &mut String) {
        match self {
            Self::By(by) => push(out, format_args!("{by}")),
            Self::Cut(side, parts) => {
                push(out, format_args!("{{\"{}\":[", name(*side)));
                for (nth, (last, part)) in parts.iter().enumerate() {
                    out.push_str(if nth == 0 { "[" } else { ",[" });
                    edge(*side, *last, v6, out);
                    out.push(',');
                    part.write(v6, out);
                    out.push(']');
                }
                out.push_str("]}");
            }
            Self::Some((first, last), local, is) => {
                push(out, format_args!("{{\"some\":{{\"source_port\":[{first},{last}]"));
                if let Some((first, last)) = local {
                    let (first, last) = (address(*first, v6), address(*last, v6));
                    push(out, format_args!(",\"local\":[\"{first}\",\"{last}\"]"));
                }
                out.push_str("},\"is\":");
                is.write(v6, out);
                out.push('}');
            }
        }
    }
}

/// Writing to a text cannot fail.
pub(super) fn push(out: &mut String, args: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(args);
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Protocol => "protocol",
        Side::Port => "port",
        Side::SourcePort => "source_port",
        Side::Local => "local",
        Side::Peer => "peer",
    }
}

fn edge(side: Side, value: u128, v6: bool, out: &mut String) {
    match side {
        Side::Local | Side::Peer => push(out, format_args!("\"{}\"", address(value, v6))),
        _ => push(out, format_args!("{value}")),
    }
}

pub(super) fn address(value: u128, v6: bool) -> IpAddr {
    match u32::try_from(value) {
        Ok(v4) if !v6 => Ipv4Addr::from(v4).into(),
        _ => Ipv6Addr::from(value).into(),
    }
}

/// Gives numbers to what decides.
pub(super) struct Names<'a> {
    pub(super) estate: &'a Estate,
    pub(super) policy: &'a Policy,
    numbers: HashMap<Option<Source>, u32>,
    order: Vec<Option<Source>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(estate: &'a Estate, policy: &'a Policy) -> Self {
        Self { estate, policy, numbers: HashMap::new(), order: Vec::new() }
    }

    /// The number of a line of the policy, or of its default.
    pub(super) fn number(&mut self, line: Option<usize>) -> u32 {
        let source = line.and_then(|line| self.policy.source(line));
        let Self { numbers, order, .. } = self;
        *numbers.entry(source).or_insert_with(|| {
            order.push(source);
            u32::try_from(order.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// Writes the table of all that was numbered.
    pub(super) fn write(&self, out: &mut String) {
        out.push('[');
        for (nth, source) in self.order.iter().enumerate() {
            if nth > 0 {
                out.push(',');
            }
            json(&decider(self.estate, *source), out);
        }
        out.push(']');
    }
}

/// Writes a value as JSON.
pub(super) fn json(value: &impl serde::Serialize, out: &mut String) {
    // Nothing that certificates are made of can fail to be written.
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
}

fn decider(estate: &Estate, source: Option<Source>) -> Decider {
    let group = |ix| estate.text(estate.group(ix).id).to_owned();
    match source {
        None => Decider::Default,
        Some(Source::Rule(rule)) => {
            let owner = estate.group(rule.group);
            let said = owner.rules.get(rule.rule as usize);
            let name = said.map_or_else(String::new, |said| estate.rule_name(owner.id, said));
            Decider::Rule(estate.text(owner.id).to_owned(), name)
        }
        Some(Source::Entry(acl, entry)) => {
            let owner = estate.acl(acl);
            let said = owner.entries.get(entry as usize);
            let name = said.map_or_else(String::new, |said| estate.rule_name(owner.id, said));
            Decider::Rule(estate.text(owner.id).to_owned(), name)
        }
        Some(Source::SameGroup(ix)) => Decider::SameGroup(group(ix)),
        Some(Source::Unread(ix)) => Decider::Unread(ix.map(group)),
        Some(Source::Exempt(ix)) => Decider::Exempt(estate.text(estate.acl(ix).id).to_owned()),
    }
}
