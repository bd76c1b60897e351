//! What the tests of this crate share: estates in the notation, and findings as lines that an expectation can be written as.

#![allow(dead_code, reason = "every test file takes what it needs")]

use std::net::IpAddr;

use portreeve_checks::{Finding, Outcome, Settings, Traffic, check};
use portreeve_model::{Estate, GroupIx, InterfaceIx};
use portreeve_netset::AddressSet;

/// The estate of a text in the notation.
pub(crate) fn estate(text: &str) -> Estate {
    portreeve_testkit::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}")).estate
}

/// Settings under which only these items run, whatever their switches say.
pub(crate) fn only(items: &[&str]) -> Settings {
    Settings { only: Some(items.iter().map(|&item| item.to_owned()).collect()), ..Settings::default() }
}

/// Checks an estate on two threads, and holds what must be true of every outcome.
pub(crate) fn run(estate: &Estate, settings: &Settings) -> Outcome {
    let outcome = check(estate, &Settings { threads: 2, ..settings.clone() });
    assert_eq!(outcome.at_risk.len(), outcome.items.len());
    assert_eq!(outcome.affects.len(), estate.gaps.len());
    for finding in &outcome.findings {
        assert!(outcome.item(finding).enabled, "{} is off", outcome.item(finding).id);
        for gap in &finding.gaps {
            let listed = outcome.affects.get(gap.at()).is_some_and(|items| items.contains(&finding.item));
            assert!(listed, "{} rests on a gap that does not name it", line(estate, &outcome, finding));
        }
    }
    outcome
}

/// Every finding as a line, in order.
pub(crate) fn lines(estate: &Estate, outcome: &Outcome) -> Vec<String> {
    outcome.findings.iter().map(|finding| line(estate, outcome, finding)).collect()
}

/// A finding as `item certainty exposure group | interface state, … | traffic; … | rule, …`. An empty part is `-`.
pub(crate) fn line(estate: &Estate, outcome: &Outcome, finding: &Finding) -> String {
    let group = finding.group.map_or("-", |ix| estate.text(estate.group(ix).id));
    let (certainty, exposure) = (finding.certainty.as_str(), finding.exposure.as_str());
    let servers = finding.servers.iter();
    let servers =
        servers.map(|server| format!("{} {}", name(estate, server.interface), server.state.as_str()));
    let rules = finding.rules.iter().map(|rule| {
        let group = estate.group(rule.group);
        estate.rule_name(group.id, &group.rules[rule.rule as usize])
    });
    format!(
        "{} {certainty} {exposure} {group} | {} | {} | {}",
        outcome.item(finding).id,
        joined(servers, ", "),
        joined(finding.traffic.iter().map(traffic), "; "),
        joined(rules, ", "),
    )
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "-".to_owned() } else { parts.join(between) }
}

fn traffic(part: &Traffic) -> String {
    let protocol = match part.protocol {
        None => "all".to_owned(),
        Some(6) => "tcp".to_owned(),
        Some(17) => "udp".to_owned(),
        Some(number) => number.to_string(),
    };
    format!("{protocol} {} from {}", part.ports, part.peers)
}

/// The id of an interface.
pub(crate) fn name(estate: &Estate, interface: InterfaceIx) -> &str {
    estate.text(estate.interface(interface).id)
}

/// The group of an id.
pub(crate) fn group_ix(estate: &Estate, id: &str) -> GroupIx {
    let found = estate.each_group().find(|(_, group)| estate.text(group.id) == id);
    found.unwrap_or_else(|| panic!("no group `{id}`")).0
}

/// The interface of an id.
pub(crate) fn interface_ix(estate: &Estate, id: &str) -> InterfaceIx {
    let found = estate.each_interface().find(|(_, interface)| estate.text(interface.id) == id);
    found.unwrap_or_else(|| panic!("no interface `{id}`")).0
}

/// Checks a text and compares every finding with the lines.
pub(crate) fn finds(text: &str, settings: &Settings, expected: &[&str]) {
    let estate = estate(text);
    let outcome = run(&estate, settings);
    assert_eq!(lines(&estate, &outcome), expected, "{text}");
}

/// What an item counts at risk: groups, servers.
pub(crate) fn at_risk(outcome: &Outcome, item: &str) -> (usize, usize) {
    let at = outcome.items.iter().position(|known| known.id == item);
    let count = outcome.at_risk[at.unwrap_or_else(|| panic!("no item `{item}`"))];
    (count.security_groups, count.servers)
}

/// The fewest prefixes of IPv4 without one address: for each bit, the block that parts from it there.
pub(crate) fn all_but(address: [u8; 4]) -> String {
    let address = u32::from_be_bytes(address);
    let mut blocks: Vec<(u32, u32)> = (1..=32)
        .map(|len| {
            let bit = 1u32 << (32 - len);
            ((address ^ bit) & !(bit - 1), len)
        })
        .collect();
    blocks.sort_unstable();
    let text = |(first, len): &(u32, u32)| format!("{}/{len}", std::net::Ipv4Addr::from_bits(*first));
    blocks.iter().map(text).collect::<Vec<_>>().join(",")
}

/// Everyone as the prefixes of both families.
pub(crate) fn everyone() -> (String, String) {
    (AddressSet::everyone_v4().to_string(), AddressSet::everyone_v6().to_string())
}

/// Every globally routable unicast IPv4 address as ranges, written down apart from the library: all but the blocks of the
/// IANA registry of special-purpose addresses and multicast.
pub(crate) const PUBLIC_V4: &[&str] = &[
    "1.0.0.0-9.255.255.255",
    "11.0.0.0-100.63.255.255",
    "100.128.0.0-126.255.255.255",
    "128.0.0.0-169.253.255.255",
    "169.255.0.0-172.15.255.255",
    "172.32.0.0-191.255.255.255",
    "192.0.1.0-192.0.1.255",
    "192.0.3.0-192.31.195.255",
    "192.31.197.0-192.52.192.255",
    "192.52.194.0-192.88.98.255",
    "192.88.100.0-192.167.255.255",
    "192.169.0.0-192.175.47.255",
    "192.175.49.0-198.17.255.255",
    "198.20.0.0-198.51.99.255",
    "198.51.101.0-203.0.112.255",
    "203.0.114.0-223.255.255.255",
];

/// The same for IPv6: `2000::/3`.
pub(crate) const PUBLIC_V6: &str = "2000::-3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

/// The first and the last address of a range in the notation.
pub(crate) fn ends(range: &str) -> (IpAddr, IpAddr) {
    let (first, last) = range.split_once('-').unwrap();
    (first.parse().unwrap(), last.parse().unwrap())
}
