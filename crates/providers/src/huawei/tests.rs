//! Documents as they really are, on small pieces of JSON: one table for each kind of trap.

use portreeve_model::{
    Acts, Document, DocumentIx, Estate, Family, Group, Narrow, Peer, Ports, Prefix, Protocol, Rule,
};

use crate::{Assembled, Assembly, Batch};

mod combine;
mod failing;
mod gateways;
mod networks;
mod old;
mod paging;
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

/// The estate of some documents, of which none is unknown.
fn estate(documents: &[&str]) -> Estate {
    let read = read(documents);
    assert_eq!(read.notes, [], "{documents:?}");
    read.estate
}

/// The gaps as `at: what`.
fn gaps(estate: &Estate) -> Vec<String> {
    estate.gaps.iter().map(|gap| format!("{}: {}", gap.at, gap.what)).collect()
}

/// A group of an estate by its id.
fn group<'e>(estate: &'e Estate, id: &str) -> &'e Group {
    let found = estate.groups.iter().find(|group| estate.text(group.id) == id);
    found.unwrap_or_else(|| panic!("no group {id}"))
}

/// A group with rules, as version 3 shows one.
fn shown(id: &str, rules: &str) -> String {
    format!(
        r#"{{"request_id": "r", "security_group": {{"id": "{id}", "name": "{id}", "description": "", "project_id": "p",
            "created_at": "2025-03-01T09:30:00.000+00:00", "security_group_rules": [{rules}]}}}}"#
    )
}

/// Fields on top of some others: a field that is given as `-` is left out.
fn object(plain: &[(&str, &str)], fields: &[(&str, &str)]) -> String {
    let kept = plain.iter().filter(|(key, _)| !fields.iter().any(|(other, _)| key == other));
    let all = kept.chain(fields.iter().filter(|(_, value)| *value != "-"));
    let body: Vec<String> = all.map(|(key, value)| format!(r#""{key}": {value}"#)).collect();
    format!("{{{}}}", body.join(", "))
}

/// A rule in one line: `ingress#1 p10 allow tcp 22 from 0.0.0.0/0`.
fn show(estate: &Estate, rule: &Rule) -> String {
    let acts = match rule.acts {
        Acts::Surely => "",
        Acts::Possibly => "possibly ",
        Acts::Never => "never ",
    };
    let protocol = match rule.protocol {
        Protocol::All => "all".to_owned(),
        Protocol::TCP => "tcp".to_owned(),
        Protocol::UDP => "udp".to_owned(),
        Protocol::Number(number) => number.to_string(),
    };
    let narrow = rule.narrow.as_deref().map_or_else(String::new, |Narrow { source_ports, local }| {
        let local = local.map_or_else(|| "*".to_owned(), |local: Prefix| local.to_string());
        format!(" source-ports {} local {local}", show_ports(source_ports))
    });
    format!(
        "{}#{} p{} {acts}{} {protocol} {} from {}{narrow}",
        rule.direction,
        rule.position,
        rule.priority,
        rule.action,
        show_ports(&rule.ports),
        show_peer(estate, &rule.peer)
    )
}

fn show_ports(ports: &Ports) -> String {
    let range = |range: &portreeve_model::PortRange| {
        if range.first() == range.last() {
            range.first().to_string()
        } else {
            format!("{}-{}", range.first(), range.last())
        }
    };
    match ports {
        Ports::All => "*".to_owned(),
        Ports::Range(one) => range(one),
        Ports::Ranges(ranges) => ranges.iter().map(range).collect::<Vec<_>>().join(","),
        Ports::List(_) => panic!("this vendor has no port lists"),
        Ports::Unknown => "?".to_owned(),
    }
}

fn show_peer(estate: &Estate, peer: &Peer) -> String {
    let known = |known: bool| if known { "" } else { "?" };
    match peer {
        Peer::Any => "any".to_owned(),
        Peer::Prefix(prefix) => prefix.to_string(),
        Peer::List(list) => format!("list {}{}", estate.text(list.id), known(list.list.is_some())),
        Peer::Group { id, group, family, .. } => {
            let family = match family {
                Some(Family::V4) => " v4",
                Some(Family::V6) => " v6",
                None => " both",
            };
            format!("group {}{}{family}", estate.text(*id), known(group.is_some()))
        }
        Peer::Unknown => "?".to_owned(),
    }
}

/// All rules of a group.
fn rules_of(estate: &Estate, id: &str) -> Vec<String> {
    group(estate, id).rules.iter().map(|rule| show(estate, rule)).collect()
}
