//! Objects of the estate in words, the same in every format for people. All words are [`plain`](crate::escape::plain).

use std::borrow::Cow;
use std::fmt::Write;

use portreeve_checks::{Exposure, Finding, Server, ServerState, Traffic};
use portreeve_explain::Ruling;
use portreeve_model::{
    Acts, Direction, Estate, Family, Gap, Group, Instance, Interface, Peer, PortRange, Ports, Protocol,
    Ranking, Rule, Scope, Text,
};
use portreeve_netset::protocol::{self, PortAxis};
use portreeve_netset::{AddressSet, Packet, PortSet};

use crate::Report;
use crate::escape::{name, plain};

/// Prefixes that are shown of one set of addresses.
const PREFIXES: usize = 4;

/// A name of the estate, defused.
pub(crate) fn text(estate: &Estate, text: Text) -> Cow<'_, str> {
    name(estate.text(text))
}

/// `sg-1 (web)`, or the id alone where there is no name of its own.
pub(crate) fn labelled(estate: &Estate, id: Text, called: Text) -> String {
    let id_words = text(estate, id);
    if called.is_empty() || called == id {
        id_words.into_owned()
    } else {
        format!("{id_words} ({})", text(estate, called))
    }
}

/// A group by id and name.
pub(crate) fn group(estate: &Estate, group: &Group) -> String {
    labelled(estate, group.id, group.name)
}

/// What a finding is about: its group, else its interface, else what it says of itself.
pub(crate) fn subject(report: Report<'_>, finding: &Finding) -> String {
    let estate = report.estate;
    if let Some(found) = finding.group.and_then(|ix| estate.groups.get(ix.at())) {
        return group(estate, found);
    }
    let Some(first) = finding.servers.first() else { return "the estate".to_owned() };
    let Some(interface) = estate.interfaces.get(first.interface.at()) else { return "the estate".to_owned() };
    let id = text(estate, interface.id);
    match interface.instance.and_then(|ix| estate.instances.get(ix.at())) {
        Some(instance) => format!("{id} of {}", labelled(estate, instance.id, instance.name)),
        None => id.into_owned(),
    }
}

/// `web-1 (i-1)`, with the interface where it is not the first one of its server.
pub(crate) fn server(estate: &Estate, server: &Server) -> String {
    let Some(interface) = estate.interfaces.get(server.interface.at()) else { return String::new() };
    let id = text(estate, interface.id);
    let Some(instance) = interface.instance.and_then(|ix| estate.instances.get(ix.at())) else {
        return format!("{id} (no server)");
    };
    server_of(estate, instance, interface)
}

/// As [`server`], of one of its interfaces.
pub(crate) fn server_of(estate: &Estate, instance: &Instance, interface: &Interface) -> String {
    let own = text(estate, instance.id);
    let ids = if interface.primary { own } else { format!("{own}, {}", text(estate, interface.id)).into() };
    if instance.name.is_empty() {
        ids.into_owned()
    } else {
        format!("{} ({ids})", text(estate, instance.name))
    }
}

/// A state as a label.
pub(crate) fn state(state: ServerState) -> &'static str {
    match state {
        ServerState::AtRisk => "at risk",
        ServerState::Unknown => "unknown",
        ServerState::Shielded => "shielded",
    }
}

/// From where the servers of a finding can be reached, in a few words.
pub(crate) fn exposure(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Internet => "reachable from the internet",
        Exposure::Private => "private networks only",
        Exposure::Unattached => "no interface",
        Exposure::Unknown => "reach unknown",
    }
}

/// A gap with the object that it concerns.
pub(crate) fn gap(gap: &Gap) -> String {
    if gap.at.is_empty() {
        plain(&gap.what).into_owned()
    } else {
        format!("{}: {}", plain(&gap.at), plain(&gap.what))
    }
}

/// The protocol of a part of the traffic: a name, a number, or `all`.
pub(crate) fn protocol_name(number: Option<u8>) -> Cow<'static, str> {
    match number {
        None => "all".into(),
        Some(number) => protocol::name(number).map_or_else(|| number.to_string().into(), Cow::Borrowed),
    }
}

/// Ports as `22,80-90`: `1-65535` for all of them, `all` where the protocol has none, and for ICMP the types, each
/// with its code where not all codes are meant (`8`, `3/4`).
///
/// Port 0 is left out beside others: no service listens there, and vendors write "all" from 1 on.
pub(crate) fn ports(number: Option<u8>, ports: &PortSet) -> String {
    match number.map(protocol::port_axis) {
        Some(PortAxis::Ports) => {
            let zero = PortSet::single(0);
            if *ports == zero { zero.to_string() } else { ports.difference(&zero).to_string() }
        }
        Some(PortAxis::TypesAndCodes) if !ports.is_full() => icmp_types(ports),
        None if !ports.is_full() => ports.to_string(),
        _ => "all".to_owned(),
    }
}

fn icmp_types(ports: &PortSet) -> String {
    let mut shown = Vec::new();
    for &(lo, hi) in ports.intervals() {
        let ((lo_type, lo_code), (hi_type, hi_code)) =
            (protocol::icmp_type_and_code(lo), protocol::icmp_type_and_code(hi));
        shown.push(match (lo_code, hi_code) {
            (0, u8::MAX) if lo_type == hi_type => lo_type.to_string(),
            (0, u8::MAX) => format!("{lo_type}-{hi_type}"),
            _ if lo == hi => format!("{lo_type}/{lo_code}"),
            _ => format!("{lo_type}/{lo_code}-{hi_type}/{hi_code}"),
        });
    }
    shown.join(",")
}

/// `tcp/22`, `icmp`, `all protocols`.
pub(crate) fn service(number: Option<u8>, set: &PortSet) -> String {
    match (number, ports(number, set)) {
        (None, ports) if ports == "all" => "all protocols".to_owned(),
        (number, ports) if ports == "all" => protocol_name(number).into_owned(),
        (number, ports) => format!("{}/{ports}", protocol_name(number)),
    }
}

/// A part of the unwanted traffic, `tcp/22 from 0.0.0.0/0`.
pub(crate) fn traffic(traffic: &Traffic, direction: Direction) -> String {
    let side = if direction == Direction::Ingress { "from" } else { "to" };
    format!("{} {side} {}", service(traffic.protocol, &traffic.ports), addresses(&traffic.peers))
}

/// The first few prefixes of a set, and how many more there are.
fn addresses(set: &AddressSet) -> String {
    let prefixes = set.cidrs();
    let shown: Vec<String> = prefixes.iter().take(PREFIXES).map(ToString::to_string).collect();
    match prefixes.len().saturating_sub(PREFIXES) {
        0 => shown.join(", "),
        more => format!("{} and {} more prefixes", shown.join(", "), thousands(more)),
    }
}

/// A witness as a person would try it: `1.2.3.4 -> 10.20.1.10 tcp/22`.
pub(crate) fn witness(report: Report<'_>, finding: &Finding, packet: &Packet) -> String {
    let local =
        if packet.local.is_unspecified() { "any member".to_owned() } else { packet.local.to_string() };
    let (from, to) = match report.direction(finding) {
        Direction::Ingress => (packet.peer.to_string(), local),
        Direction::Egress => (local, packet.peer.to_string()),
    };
    let mut words = format!("{from} -> {to} {}", protocol_name(Some(packet.protocol)));
    // Writing to a string cannot fail.
    match protocol::port_axis(packet.protocol) {
        PortAxis::Ports => {
            let _ = write!(words, "/{}", packet.port);
        }
        PortAxis::TypesAndCodes => {
            let (kind, code) = protocol::icmp_type_and_code(packet.port);
            let _ = write!(words, " type {kind} code {code}");
        }
        PortAxis::Nothing => {}
    }
    if source_port_matters(report, finding) {
        let _ = write!(words, " from source port {}", packet.source_port);
    }
    words
}

/// Whether a rule of the finding asks for source ports, so that a witness without one would mislead.
pub(crate) fn source_port_matters(report: Report<'_>, finding: &Finding) -> bool {
    report
        .rules(finding)
        .any(|(_, rule)| rule.narrow.as_ref().is_some_and(|narrow| narrow.source_ports != Ports::All))
}

/// A rule as the user wrote it: `sgr-1 allow tcp/22 from 0.0.0.0/0, priority 1, "temporary"`.
pub(crate) fn rule(estate: &Estate, group: &Group, rule: &Rule) -> String {
    let ranked = estate
        .profiles
        .get(group.profile.at())
        .is_none_or(|profile| matches!(profile.ranking, Ranking::Priority | Ranking::GroupThenPriority));
    owned_rule(estate, group.id, rule, ranked)
}

/// The rule or entry that a ruling names, as the user wrote it.
pub(crate) fn rule_of(estate: &Estate, ruling: Ruling, said: &Rule) -> String {
    match ruling {
        Ruling::Rule(at) => rule(estate, estate.group(at.group), said),
        Ruling::Entry(acl, _) => owned_rule(estate, estate.acl(acl).id, said, false),
    }
}

/// What a rule says, without a name: `allow tcp/22 from 0.0.0.0/0, priority 1`.
pub(crate) fn rule_words(estate: &Estate, rule: &Rule) -> String {
    unnamed_rule(estate, rule, rule.priority > 0)
}

/// Protocol and ports of a rule, apart.
pub(crate) fn rule_parts(estate: &Estate, rule: &Rule) -> (String, String) {
    let service = rule_service(estate, rule);
    match service.split_once('/') {
        Some((protocol, ports)) => (protocol.to_owned(), ports.to_owned()),
        None if service == "all protocols" => ("all".to_owned(), "all".to_owned()),
        None => (service, "all".to_owned()),
    }
}

fn owned_rule(estate: &Estate, owner: Text, rule: &Rule, ranked: bool) -> String {
    let id = estate.rule_name(owner, rule);
    format!("{} {}", name(&id), unnamed_rule(estate, rule, ranked))
}

fn unnamed_rule(estate: &Estate, rule: &Rule, ranked: bool) -> String {
    let mut words = format!("{} {}", rule.action, rule_service(estate, rule));
    let side = if rule.direction == Direction::Ingress { "from" } else { "to" };
    // Writing to a string cannot fail.
    let _ = write!(words, " {side} {}", peer(estate, &rule.peer));
    let _ = write!(words, "{}", narrowed(estate, rule));
    if ranked {
        let _ = write!(words, ", priority {}", rule.priority);
    }
    match rule.scope {
        Scope::Anywhere => {}
        Scope::Internet => words.push_str(", public side only"),
        Scope::Private => words.push_str(", private side only"),
    }
    match rule.acts {
        Acts::Surely => {}
        Acts::Possibly => words.push_str(", in doubt"),
        Acts::Never => words.push_str(", never acts"),
    }
    if !rule.description.is_empty() {
        let _ = write!(words, ", \"{}\"", text(estate, rule.description));
    }
    words
}

/// Protocol and ports of a rule.
fn rule_service(estate: &Estate, rule: &Rule) -> String {
    let number = match rule.protocol {
        Protocol::All => None,
        Protocol::Number(number) => Some(number),
    };
    match &rule.ports {
        Ports::All => match number {
            None => "all protocols".to_owned(),
            Some(number) if protocol::has_ports(number) => format!("{}/1-65535", protocol_name(Some(number))),
            number => protocol_name(number).into_owned(),
        },
        Ports::Range(range) => service(number, &set([*range])),
        Ports::Ranges(ranges) => service(number, &set(ranges.iter().copied())),
        Ports::List(list) => format!("{}/{}", protocol_name(number), text(estate, list.id)),
        Ports::Unknown => format!("{}/unreadable ports", protocol_name(number)),
    }
}

fn set(ranges: impl IntoIterator<Item = PortRange>) -> PortSet {
    ranges.into_iter().map(|range| (range.first(), range.last())).collect()
}

/// The remote side of a rule.
pub(crate) fn peer(estate: &Estate, peer: &Peer) -> String {
    match peer {
        Peer::Any => "anywhere".to_owned(),
        Peer::Prefix(prefix) => prefix.to_string(),
        Peer::List(list) => {
            let called = list.list.and_then(|ix| estate.address_lists.get(ix.at())).map(|list| list.name);
            format!("list {}", labelled(estate, list.id, called.unwrap_or_default()))
        }
        Peer::Group { id, owner, group, family } => {
            let called = group.and_then(|ix| estate.groups.get(ix.at())).map(|group| group.name);
            let words = labelled(estate, *id, called.unwrap_or_default());
            let family = match family {
                Some(Family::V4) => " (IPv4)",
                Some(Family::V6) => " (IPv6)",
                None => "",
            };
            if owner.is_empty() {
                format!("group {words}{family}")
            } else {
                format!("group {words} of account {}{family}", text(estate, *owner))
            }
        }
        Peer::Unknown => "an unreadable peer".to_owned(),
    }
}

/// What a rule asks of source ports and local addresses.
pub(crate) fn narrowed(estate: &Estate, rule: &Rule) -> String {
    let Some(narrow) = &rule.narrow else { return String::new() };
    let mut words = String::new();
    let ports = match &narrow.source_ports {
        Ports::All => None,
        Ports::Range(range) => Some(set([*range]).to_string()),
        Ports::Ranges(ranges) => Some(set(ranges.iter().copied()).to_string()),
        Ports::List(list) => Some(text(estate, list.id).into_owned()),
        Ports::Unknown => Some("unreadable".to_owned()),
    };
    // Writing to a string cannot fail.
    if let Some(ports) = ports {
        let _ = write!(words, " source ports {ports}");
    }
    if let Some(local) = narrow.local {
        let side = if rule.direction == Direction::Ingress { "to" } else { "from" };
        let _ = write!(words, " {side} {local}");
    }
    words
}

/// `1 server`, `12 servers`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// `1,234,567`.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The first `shown` of some words, and how many more there are.
pub(crate) fn listed<S: AsRef<str>>(words: &[S], shown: usize) -> String {
    listed_of(words.get(..shown).unwrap_or(words), words.len())
}

/// Some words out of `all`, and how many more there are.
pub(crate) fn listed_of<S: AsRef<str>>(words: &[S], all: usize) -> String {
    let shown: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match all.saturating_sub(words.len()) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), thousands(more)),
    }
}
