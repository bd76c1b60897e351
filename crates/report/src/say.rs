//! Objects of an estate in words, for programs that make their own pages. All words are [`plain`](crate::plain).

use portreeve_explain::{internet_addresses, internet_prefixes};
use portreeve_model::{Estate, Peer, Rule};
use portreeve_netset::{AddressSet, Cidr, PacketSet, PortSet};

use crate::{explain, words};
pub use words::{count, thousands};

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

/// A part of a set of traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternetFlow {
    /// `tcp/80,443`.
    pub service: String,
    /// The other side in few prefixes: those that are in it, or all but those that are not.
    pub peers: String,
}

/// What of a set concerns the internet, a row for each protocol and set of peers.
pub fn internet_flows(set: &PacketSet) -> Vec<InternetFlow> {
    let mut flows = Vec::new();
    for block in set.blocks() {
        let peers = internet_peers(&block.peers);
        for name in explain::named(&block).into_iter().filter(|_| !peers.is_empty()) {
            let service = match name {
                Some((first, last)) if first != last => format!("protocols {first}-{last}"),
                name => words::service(name.map(|(first, _)| first), &block.ports),
            };
            flows.push(InternetFlow { service, peers: peers.clone() });
        }
    }
    flows
}

/// Prefixes of one side that are named.
const PREFIXES: usize = 6;

/// Addresses of the internet in few prefixes; empty where there are none.
fn internet_peers(peers: &AddressSet) -> String {
    let internet = internet_addresses();
    let families = [("0.0.0.0/0", AddressSet::all_v4()), ("::/0", AddressSet::all_v6())];
    let words = families.into_iter().filter_map(|(all, family)| {
        let whole = internet.intersection(&family);
        let inside = internet_prefixes(&peers.intersection(&whole));
        let outside = internet_prefixes(&whole.difference(peers));
        match (inside.len(), outside.len()) {
            (0, _) => None,
            (_, 0) => Some(all.to_owned()),
            (listed, left_out) if left_out + 1 < listed => Some(format!("{all} but {}", first(&outside))),
            _ => Some(first(&inside)),
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The first prefixes, and how many more there are.
fn first(prefixes: &[Cidr]) -> String {
    let shown: Vec<String> = prefixes.iter().take(PREFIXES).map(ToString::to_string).collect();
    match prefixes.len().saturating_sub(PREFIXES) {
        0 => shown.join(", "),
        more => format!("{} and {}", shown.join(", "), words::count(more, "more prefix", "more prefixes")),
    }
}

#[cfg(test)]
mod tests {
    use portreeve_netset::{AddressSet, Block, IntervalSet, PacketSet, PortSet};

    use super::internet_flows;

    fn prefixes(words: &[&str]) -> AddressSet {
        words.iter().filter_map(|word| word.parse::<portreeve_netset::Cidr>().ok()).collect()
    }

    #[test]
    fn peers_are_told_by_what_is_in_them_or_by_what_is_not() {
        let office = prefixes(&["203.0.113.0/25", "198.51.100.7/32"]);
        let cases = [
            (AddressSet::all_v4(), "0.0.0.0/0"),
            (AddressSet::all(), "0.0.0.0/0, ::/0"),
            (office.clone(), "198.51.100.7/32, 203.0.113.0/25"),
            (AddressSet::all_v4().difference(&office), "0.0.0.0/0 but 198.51.100.7/32, 203.0.113.0/25"),
            // Nobody on the internet has such an address.
            (prefixes(&["10.0.0.0/8"]), ""),
        ];
        for (peers, expected) in cases {
            let block = Block {
                protocols: IntervalSet::single(6),
                ports: PortSet::single(22),
                peers,
                ..Block::all()
            };
            let flows = internet_flows(&PacketSet::from_block(&block));
            let told: Vec<String> = flows.iter().map(|flow| flow.peers.clone()).collect();
            assert_eq!(told.join("; "), expected);
            assert!(flows.iter().all(|flow| flow.service == "tcp/22"), "{flows:?}");
        }
    }
}
