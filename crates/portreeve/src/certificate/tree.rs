//! Boxes as a tree of cuts, and how it is written.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hashbrown::HashMap;
use portreeve_certificate::{Decider, Side};
use portreeve_engine::{Policy, Source};
use portreeve_model::{Action, Estate};

/// Boxes as [`portreeve_certificate::Boxes`] reads them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    By(u32),
    /// What decides in each of several filters; nothing where another one settles it.
    Each(Vec<Option<u32>>),
    Cut(Side, Vec<(u128, Tree)>),
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

    /// What two trees say together of a block that both divide: `leaf` is given what each says of a box.
    pub(super) fn join(&self, other: &Self, block: Sides, leaf: &impl Fn(&Self, &Self) -> Self) -> Self {
        let Self::Cut(side, parts) = self else { return self.join_leaf(other, block, leaf) };
        let each = clip(parts, block.get(*side));
        Self::cut(
            *side,
            each.map(|(range, part)| (range.1, part.join(other, block.with(*side, range), leaf))),
        )
    }

    fn join_leaf(&self, other: &Self, block: Sides, leaf: &impl Fn(&Self, &Self) -> Self) -> Self {
        let Self::Cut(side, parts) = other else { return leaf(self, other) };
        let each = clip(parts, block.get(*side));
        Self::cut(
            *side,
            each.map(|(range, part)| (range.1, self.join_leaf(part, block.with(*side, range), leaf))),
        )
    }

    /// The same with other leaves.
    pub(super) fn map(&self, leaf: &impl Fn(&Self) -> Self) -> Self {
        match self {
            Self::Cut(side, parts) => {
                Self::cut(*side, parts.iter().map(|(last, part)| (*last, part.map(leaf))))
            }
            other => leaf(other),
        }
    }

    /// The part within a block.
    pub(super) fn within(&self, block: Sides) -> Self {
        Self::By(0).join(self, block, &|_, leaf| leaf.clone())
    }

    /// What is left where one side has one value.
    pub(super) fn pinned(&self, side: Side, at: u128) -> Self {
        match self {
            Self::Cut(own, parts) if *own == side => {
                let part = parts.iter().find(|(last, _)| at <= *last);
                part.map_or(Self::By(0), |(_, part)| part.pinned(side, at))
            }
            Self::Cut(own, parts) => {
                Self::cut(*own, parts.iter().map(|(last, part)| (*last, part.pinned(side, at))))
            }
            other => other.clone(),
        }
    }

    /// The number of the one thing that decides a box.
    pub(super) fn by(&self) -> Option<u32> {
        match self {
            Self::By(by) => Some(*by),
            _ => None,
        }
    }

    /// Looks at every box.
    pub(super) fn each_leaf(&self, look: &mut impl FnMut(&Self)) {
        match self {
            Self::Cut(_, parts) => parts.iter().for_each(|(_, part)| part.each_leaf(look)),
            leaf => look(leaf),
        }
    }

    /// As the filter of the replies sees it: with the ports of both sides swapped.
    pub(super) fn swapped(&self) -> Self {
        match self {
            Self::Cut(side, parts) => {
                let side = match side {
                    Side::Port => Side::SourcePort,
                    Side::SourcePort => Side::Port,
                    other => *other,
                };
                Self::Cut(side, parts.iter().map(|(last, part)| (*last, part.swapped())).collect())
            }
            other => other.clone(),
        }
    }

    /// Writes it as JSON; `v6` is the family of its addresses.
    pub(super) fn write(&self, v6: bool, out: &mut String) {
        match self {
            Self::By(by) => push(out, format_args!("{by}")),
            Self::Each(by) => json(by, out),
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
        }
    }
}

/// A range for each side, in the order of [`Side`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides(pub(super) [(u128, u128); 5]);

impl Sides {
    /// All traffic of a family.
    pub(super) fn whole(v6: bool) -> Self {
        let address = if v6 { u128::MAX } else { u32::MAX.into() };
        let port = (0, u16::MAX.into());
        Self([(0, 255), port, port, (0, address), (0, address)])
    }

    fn get(&self, side: Side) -> (u128, u128) {
        self.0.get(side as usize).copied().unwrap_or_default()
    }

    pub(super) fn with(mut self, side: Side, range: (u128, u128)) -> Self {
        if let Some(old) = self.0.get_mut(side as usize) {
            *old = range;
        }
        self
    }
}

/// The parts that lie in a range, each with the range that it covers there.
fn clip(parts: &[(u128, Tree)], (lo, hi): (u128, u128)) -> impl Iterator<Item = ((u128, u128), &Tree)> {
    let start = parts.partition_point(|(last, _)| *last < lo);
    let mut from = Some(lo);
    let parts = parts.get(start..).unwrap_or_default();
    parts.iter().map_while(move |(last, part)| {
        let first = from.filter(|from| *from <= hi)?;
        let last = (*last).min(hi);
        from = last.checked_add(1);
        Some(((first, last), part))
    })
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

/// An address as a number.
pub(super) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
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
    order: Vec<(Option<Source>, Action)>,
}

impl<'a> Names<'a> {
    pub(super) fn new(estate: &'a Estate, policy: &'a Policy) -> Self {
        Self { estate, policy, numbers: HashMap::new(), order: Vec::new() }
    }

    /// The number of a line of the policy, or of its default.
    pub(super) fn number(&mut self, line: Option<usize>) -> u32 {
        let source = line.and_then(|line| self.policy.source(line));
        let Self { numbers, order, policy, .. } = self;
        *numbers.entry(source).or_insert_with(|| {
            order.push((source, policy.action_of(line)));
            u32::try_from(order.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// The action of what has a number.
    pub(super) fn action(&self, by: u32) -> Action {
        self.order.get(by as usize).map_or(Action::Deny, |(_, action)| *action)
    }

    /// Writes the table of all that was numbered.
    pub(super) fn write(&self, out: &mut String) {
        out.push('[');
        for (nth, (source, _)) in self.order.iter().enumerate() {
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
