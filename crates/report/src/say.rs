//! Objects of an estate in words, for programs that make their own pages. All words are [`plain`](crate::plain).

use portreeve_explain::internet_prefixes;
use portreeve_model::{Estate, Peer, Rule};
use portreeve_netset::{PacketSet, PortSet};

use crate::{diff, explain, words};

/// What a rule says, without a name: `allow tcp/22 from 0.0.0.0/0, priority 1`.
pub fn rule(estate: &Estate, rule: &Rule) -> String {
    words::rule_words(estate, rule)
}

/// Protocol and ports of a rule, apart: `tcp` and `80-90`.
pub fn rule_parts(estate: &Estate, rule: &Rule) -> (String, String) {
    words::rule_parts(estate, rule)
}

/// The remote side of a rule: `10.0.0.0/8`, `group sg-1 (web)`.
pub fn peer(estate: &Estate, peer: &Peer) -> String {
    words::peer(estate, peer)
}

/// What a rule asks of source ports and local addresses; empty for most.
pub fn narrowed(estate: &Estate, rule: &Rule) -> String {
    words::narrowed(estate, rule)
}

/// `tcp/22`, `icmp`, `all protocols`; `None` is every protocol.
pub fn service(protocol: Option<u8>, ports: &PortSet) -> String {
    words::service(protocol, ports)
}

/// `1 server`, `12 servers`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    words::count(number, one, many)
}

/// A part of a set of traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// `tcp/80,443`.
    pub service: String,
    /// The fewest prefixes of the other side, as far as the internet goes.
    pub peers: Vec<String>,
    /// The client's ports, where not all of them count.
    pub source_ports: Option<String>,
}

/// What of a set concerns the internet, a row for each protocol and set of peers.
pub fn internet_flows(set: &PacketSet) -> Vec<Flow> {
    let mut flows = Vec::new();
    for block in set.blocks() {
        let peers: Vec<String> = internet_prefixes(&block.peers).iter().map(ToString::to_string).collect();
        for name in explain::named(&block) {
            let service = match name {
                Some((first, last)) if first != last => format!("protocols {first}-{last}"),
                name => words::service(name.map(|(first, _)| first), &block.ports),
            };
            let source_ports = (!block.source_ports.is_full()).then(|| block.source_ports.to_string());
            flows.push(Flow { service, peers: peers.clone(), source_ports });
        }
    }
    flows
}

/// A set of traffic in words, a line for each part: `tcp/22 from 0.0.0.0/0`.
pub fn flows(set: &PacketSet, outward: bool) -> Vec<String> {
    diff::flow_lines(set, outward)
}
