//! Documents as they really are, on small pieces of JSON: one table for each kind of trap.

use portreeve_model::{
    Acts, AddressListIx, Estate, Group, Narrow, Peer, PortListIx, Ports, Protocol, Rule, SameGroup, Scope,
};
use portreeve_model::{Document, DocumentIx};

use crate::{Assembled, Assembly, Batch};

mod combine;
mod failing;
mod groups;
mod lists;
mod networks;
mod paging;
mod routing;
mod rules;
mod samples;
mod servers;

/// Reads documents, each as a file of its own.
fn read(documents: &[&str]) -> Assembled {
    let mut assembly = Assembly::default();
    for (at, text) in documents.iter().enumerate() {
        let mut batch = Batch::default();
        let reading = batch.read(text.as_bytes(), DocumentIx::new(at), 0);
        assert_eq!(reading.fault, None, "{text}");
        assembly.add(&mut batch);
    }
    let names = (0..documents.len()).map(|at| Document { path: format!("{at}.json") });
    assembly.finish(names.collect())
}

/// The estate of some documents.
fn estate(documents: &[&str]) -> Estate {
    read(documents).estate
}

/// The gaps as `at: what`.
fn gaps(estate: &Estate) -> Vec<String> {
    estate.gaps.iter().map(|gap| format!("{}: {}", gap.at, gap.what)).collect()
}

/// A group of an estate by its id.
fn group<'e>(estate: &'e Estate, id: &str) -> &'e Group {
    let id = estate.texts.find(id).unwrap_or_else(|| panic!("no text {id}"));
    estate.groups.iter().find(|group| group.id == id).unwrap_or_else(|| panic!("no group"))
}

/// A response with the rules of one group.
fn attribute(id: &str, rules: &str) -> String {
    format!(
        r#"{{"InnerAccessPolicy": "Drop", "NextToken": "", "Permissions": {{"Permission": [{rules}]}},
            "RegionId": "cn-hangzhou", "SecurityGroupId": "{id}", "VpcId": "vpc-1"}}"#
    )
}

/// A listing that names one basic group.
fn listing(id: &str) -> String {
    format!(
        r#"{{"SecurityGroups": {{"SecurityGroup": [{{"SecurityGroupId": "{id}", "SecurityGroupType": "normal",
            "VpcId": "vpc-1"}}]}}, "NextToken": ""}}"#
    )
}

/// A rule in one line: `ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0`.
fn show(estate: &Estate, rule: &Rule) -> String {
    let acts = match rule.acts {
        Acts::Surely => "",
        Acts::Possibly => "possibly ",
        Acts::Never => "never ",
    };
    let scope = match rule.scope {
        Scope::Anywhere => "",
        Scope::Internet => " internet",
        Scope::Private => " private",
    };
    let protocol = match rule.protocol {
        Protocol::All => "all".to_owned(),
        Protocol::TCP => "tcp".to_owned(),
        Protocol::UDP => "udp".to_owned(),
        Protocol::Number(number) => number.to_string(),
    };
    let narrow = rule.narrow.as_deref().map_or_else(String::new, |Narrow { source_ports, local }| {
        let local = local.map_or_else(|| "*".to_owned(), |local| local.to_string());
        format!(" source-ports {} local {local}", show_ports(estate, source_ports))
    });
    format!(
        "{}#{} p{} {acts}{} {protocol} {} from {}{narrow}{scope}",
        rule.direction,
        rule.position,
        rule.priority,
        rule.action,
        show_ports(estate, &rule.ports),
        show_peer(estate, &rule.peer)
    )
}

fn show_ports(estate: &Estate, ports: &Ports) -> String {
    match ports {
        Ports::All => "*".to_owned(),
        Ports::Range(range) => format!("{}-{}", range.first(), range.last()),
        Ports::Ranges(_) => "ranges".to_owned(),
        Ports::List(list) => {
            format!("{}{}", estate.text(list.id), if list.list.is_none() { "?" } else { "" })
        }
        Ports::Unknown => "?".to_owned(),
    }
}

fn show_peer(estate: &Estate, peer: &Peer) -> String {
    match peer {
        Peer::Any => "any".to_owned(),
        Peer::Prefix(prefix) => prefix.to_string(),
        Peer::List(list) => {
            format!("{}{}", estate.text(list.id), if list.list.is_none() { "?" } else { "" })
        }
        Peer::Group { id, owner, group, .. } => {
            let known = if group.is_none() { "?" } else { "" };
            let owner = if owner.is_empty() { String::new() } else { format!("@{}", estate.text(*owner)) };
            format!("{}{owner}{known}", estate.text(*id))
        }
        Peer::Unknown => "?".to_owned(),
    }
}

/// All rules of a group.
fn rules_of(estate: &Estate, id: &str) -> Vec<String> {
    group(estate, id).rules.iter().map(|rule| show(estate, rule)).collect()
}

/// The gap of a group's only rule.
fn only_gap(estate: &Estate, id: &str) -> Option<String> {
    let [rule] = group(estate, id).rules.as_slice() else { panic!("one rule") };
    rule.gap.map(|gap| estate.gap(gap).what.clone())
}

#[test]
fn the_helpers_read_a_plain_rule() {
    let rule = r#"{"Direction": "ingress", "IpProtocol": "TCP", "PortRange": "22/22", "Policy": "Accept",
                   "Priority": 1, "SourceCidrIp": "0.0.0.0/0", "SecurityGroupRuleId": "sgr-1"}"#;
    let estate = estate(&[&listing("sg-1"), &attribute("sg-1", rule)]);
    assert_eq!(rules_of(&estate, "sg-1"), ["ingress#1 p1 allow tcp 22-22 from 0.0.0.0/0"]);
    assert_eq!(gaps(&estate), [] as [&str; 0]);
    assert_eq!(group(&estate, "sg-1").same_group, SameGroup::Rules);
    assert_eq!((AddressListIx::new(0).at(), PortListIx::new(0).at()), (0, 0));
}
