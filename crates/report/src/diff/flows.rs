//! Sets of traffic as rows: exactly, and in words.

use std::borrow::Cow;
use std::fmt::Write;

use portreeve_netset::{AddressSet, Block, Cidr, IntervalSet, PacketSet, protocol};
use serde::Serialize;

use crate::explain::{Name, named};
use crate::words::{count, ports, protocol_name};

/// Prefixes of one row that words name.
const PREFIXES: usize = 3;
/// Protocols of one row that words name.
const PROTOCOLS: usize = 4;

/// A part of a set: a product of protocol, ports and addresses.
#[derive(Debug, Serialize)]
pub(super) struct FlowRow {
    protocol: Cow<'static, str>,
    ports: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ports: Option<String>,
    /// The own addresses that it is about, where it is not about all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    local: Option<Vec<String>>,
}

/// A set as rows, one for each protocol (or `all`) and set of addresses.
pub(super) fn rows(set: &PacketSet, outward: bool) -> Vec<FlowRow> {
    let blocks = set.blocks();
    blocks.iter().flat_map(|block| named(block).into_iter().map(|name| row(block, name, outward))).collect()
}

fn row(block: &Block, name: Name, outward: bool) -> FlowRow {
    let one = name.filter(|(first, last)| first == last).map(|(first, _)| first);
    let peers = prefixes(&block.peers);
    FlowRow {
        protocol: match name {
            Some((first, last)) if first != last => format!("{first}-{last}").into(),
            _ => protocol_name(one),
        },
        ports: if name.is_some() && one.is_none() { "all".to_owned() } else { ports(one, &block.ports) },
        from: (!outward).then(|| peers.clone()),
        to: outward.then_some(peers),
        source_ports: (!block.source_ports.is_full()).then(|| ports(one, &block.source_ports)),
        local: (!block.local.is_full()).then(|| prefixes(&block.local)),
    }
}

fn prefixes(set: &AddressSet) -> Vec<String> {
    set.cidrs().iter().map(ToString::to_string).collect()
}

/// A set in words, one line for each block: `tcp/22 from 0.0.0.0/0`.
pub(crate) fn lines(set: &PacketSet, outward: bool) -> Vec<String> {
    set.blocks().iter().map(|block| line(block, outward)).collect()
}

fn line(block: &Block, outward: bool) -> String {
    let (side, own) = if outward { ("to", "from") } else { ("from", "to") };
    let mut words = format!("{} {side} {}", services(block), few(&block.peers));
    // Writing to a string cannot fail.
    if !block.source_ports.is_full() {
        let _ = write!(words, " source ports {}", block.source_ports);
    }
    if !block.local.is_full() {
        let _ = write!(words, " {own} {}", few(&block.local));
    }
    words
}

/// Protocols and ports of a block.
fn services(block: &Block) -> String {
    let protocols = &block.protocols;
    let one = match *protocols.intervals() {
        [(first, last)] if first == last => Some(first),
        _ => None,
    };
    if let Some(number) = one.filter(|number| protocol::name(*number).is_none()) {
        return format!("protocol {number}");
    }
    if one.is_some() || protocols.is_full() {
        return match ports(one, &block.ports).as_str() {
            "all" if one.is_none() => "all protocols".to_owned(),
            "all" => protocol_name(one).into_owned(),
            ports => format!("{}/{ports}", protocol_name(one)),
        };
    }
    let others = protocols.complement();
    let size = |set: &IntervalSet<u8>| -> usize {
        set.intervals().iter().map(|(first, last)| usize::from(last - first) + 1).sum()
    };
    if size(&others) <= PROTOCOLS {
        format!("all protocols but {}", names(&others))
    } else if size(protocols) <= PROTOCOLS {
        names(protocols)
    } else {
        format!("protocols {protocols}")
    }
}

fn names(protocols: &IntervalSet<u8>) -> String {
    let numbers = protocols.intervals().iter().flat_map(|(first, last)| *first..=*last);
    let names: Option<Vec<&str>> = numbers.map(protocol::name).collect();
    names.map_or_else(|| format!("protocols {protocols}"), |names| names.join(", "))
}

/// A set of addresses in few prefixes: those that are in it, or all but those that are not.
fn few(set: &AddressSet) -> String {
    if set.is_full() {
        return "anywhere".to_owned();
    }
    let families = [("0.0.0.0/0", AddressSet::all_v4()), ("::/0", AddressSet::all_v6())];
    let words: Vec<String> = families
        .into_iter()
        .filter_map(|(all, family)| {
            let (inside, outside) = (set.intersection(&family).cidrs(), family.difference(set).cidrs());
            match (inside.len(), outside.len()) {
                (0, _) => None,
                (_, 0) => Some(all.to_owned()),
                (listed, left_out) if left_out + 1 < listed => Some(format!("{all} but {}", first(&outside))),
                _ => Some(first(&inside)),
            }
        })
        .collect();
    words.join(", ")
}

/// The first prefixes, and how many more there are.
fn first(prefixes: &[Cidr]) -> String {
    let shown: Vec<String> = prefixes.iter().take(PREFIXES).map(ToString::to_string).collect();
    match prefixes.len().saturating_sub(PREFIXES) {
        0 => shown.join(", "),
        more => format!("{} and {}", shown.join(", "), count(more, "more prefix", "more prefixes")),
    }
}
