//! A rule in the vendor's own words, which requests and responses of version 3 share.

use portreeve_model::{Action, Acts, Estate, Family, Peer, PortRange, Ports, Protocol, Rule};

/// The fields of a rule that say what it does, by the names that
/// [CreateSecurityGroupRule](https://support.huaweicloud.com/intl/en-us/api-vpc/vpc_sg_0005.html) of version 3 and its answers
/// share; empty where nothing is said. Nothing where the vendor has no words for it.
pub fn rule_words(estate: &Estate, rule: &Rule) -> Option<Vec<(&'static str, String)>> {
    if rule.narrow.is_some() {
        return None;
    }
    let (family, prefix, group, list) = match &rule.peer {
        Peer::Prefix(prefix) => (Family::of(prefix.address()), prefix.to_string(), "", ""),
        Peer::Group { id, family, .. } => (family.unwrap_or(Family::V4), String::new(), estate.text(*id), ""),
        Peer::List(list) => {
            let first = list.list.and_then(|ix| estate.address_lists.get(ix.at()));
            let first = first.and_then(|list| list.entries.first());
            let family = first.map_or(Family::V4, |entry| Family::of(entry.first()));
            (family, String::new(), "", estate.text(list.id))
        }
        Peer::Any | Peer::Unknown => return None,
    };
    let ports = match &rule.ports {
        Ports::All => String::new(),
        Ports::Range(range) => ports(*range),
        Ports::Ranges(ranges) => ranges.iter().map(|range| ports(*range)).collect::<Vec<_>>().join(","),
        Ports::List(_) | Ports::Unknown => return None,
    };
    Some(vec![
        ("description", estate.text(rule.description).to_owned()),
        ("ethertype", if family == Family::V4 { "IPv4" } else { "IPv6" }.to_owned()),
        ("protocol", protocol(rule.protocol)),
        ("multiport", ports),
        ("remote_ip_prefix", prefix),
        ("remote_group_id", group.to_owned()),
        ("remote_address_group_id", list.to_owned()),
        ("action", if rule.action == Action::Allow { "allow" } else { "deny" }.to_owned()),
        ("priority", rule.priority.to_string()),
        ("enabled", (rule.acts != Acts::Never).to_string()),
    ])
}

fn protocol(protocol: Protocol) -> String {
    match protocol {
        Protocol::All => String::new(),
        Protocol::TCP => "tcp".to_owned(),
        Protocol::UDP => "udp".to_owned(),
        Protocol::ICMP => "icmp".to_owned(),
        Protocol::ICMPV6 => "icmpv6".to_owned(),
        Protocol::Number(number) => number.to_string(),
    }
}

fn ports(range: PortRange) -> String {
    if range.first() == range.last() {
        range.first().to_string()
    } else {
        format!("{}-{}", range.first(), range.last())
    }
}
