//! A rule in the vendor's own words, which requests and responses share.

use portreeve_model::{Action, Direction, Estate, Peer, PortRange, Ports, Protocol, Rule};

/// The fields of a rule that say what it does, by the names that
/// [AuthorizeSecurityGroup](https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-authorizesecuritygroup)
/// and `DescribeSecurityGroupAttribute` share. Nothing where the vendor has no words for it.
pub fn rule_words(estate: &Estate, rule: &Rule) -> Option<Vec<(&'static str, String)>> {
    let mut words = vec![("IpProtocol", protocol(rule.protocol))];
    let has_ports = matches!(rule.protocol, Protocol::TCP | Protocol::UDP);
    words.push(match &rule.ports {
        Ports::Range(range) if has_ports => ("PortRange", ports(*range)),
        Ports::List(list) if has_ports => ("PortRangeListId", estate.text(list.id).to_owned()),
        Ports::All => ("PortRange", "-1/-1".to_owned()),
        Ports::Range(_) if !has_ports => ("PortRange", "-1/-1".to_owned()),
        _ => return None,
    });
    let inward = rule.direction == Direction::Ingress;
    peer(estate, &rule.peer, inward, &mut words)?;
    if let Some(narrow) = &rule.narrow {
        match &narrow.source_ports {
            Ports::All => {}
            Ports::Range(range) => words.push(("SourcePortRange", ports(*range))),
            _ => return None,
        }
        if let Some(local) = narrow.local {
            words.push((block(local, !inward), local.to_string()));
        }
    }
    words.push(("Policy", if rule.action == Action::Allow { "Accept" } else { "Drop" }.to_owned()));
    words.push(("Priority", rule.priority.to_string()));
    if !rule.description.is_empty() {
        words.push(("Description", estate.text(rule.description).to_owned()));
    }
    Some(words)
}

fn protocol(protocol: Protocol) -> String {
    match protocol {
        Protocol::All => "ALL".to_owned(),
        Protocol::TCP => "TCP".to_owned(),
        Protocol::UDP => "UDP".to_owned(),
        Protocol::ICMP => "ICMP".to_owned(),
        Protocol::ICMPV6 => "ICMPv6".to_owned(),
        Protocol::GRE => "GRE".to_owned(),
        Protocol::Number(number) => number.to_string(),
    }
}

fn ports(range: PortRange) -> String {
    format!("{}/{}", range.first(), range.last())
}

/// The field of a block at the source, or at the destination.
fn block(prefix: portreeve_model::Prefix, source: bool) -> &'static str {
    match (source, prefix.address().is_ipv4()) {
        (true, true) => "SourceCidrIp",
        (true, false) => "Ipv6SourceCidrIp",
        (false, true) => "DestCidrIp",
        (false, false) => "Ipv6DestCidrIp",
    }
}

fn peer(estate: &Estate, peer: &Peer, inward: bool, words: &mut Vec<(&'static str, String)>) -> Option<()> {
    match peer {
        Peer::Prefix(prefix) => words.push((block(*prefix, inward), prefix.to_string())),
        Peer::Group { id, owner, .. } => {
            let (group, account) = if inward {
                ("SourceGroupId", "SourceGroupOwnerAccount")
            } else {
                ("DestGroupId", "DestGroupOwnerAccount")
            };
            words.push((group, estate.text(*id).to_owned()));
            if !owner.is_empty() {
                words.push((account, estate.text(*owner).to_owned()));
            }
        }
        Peer::List(list) => {
            let field = if inward { "SourcePrefixListId" } else { "DestPrefixListId" };
            words.push((field, estate.text(list.id).to_owned()));
        }
        Peer::Any | Peer::Unknown => return None,
    }
    Some(())
}
