//! Estates, questions and answers as text that [`parse`](super::parse) reads back.

use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::net::IpAddr;

use portreeve_model::{
    Acts, AddressRange, Direction, Estate, Family, Group, GroupIx, Interface, Listing, Peer, PortRange,
    Ports, Prefix, ProfileIx, Protocol, Rule, SameGroup, Scope, Text,
};

use super::ask::SOURCE_PORT;
use super::words::PROTOCOLS;
use super::{By, Expected};
use crate::kind::Kind;
use crate::oracle::{Answer, Packet, Place, Verdict, Why};

/// The groups of an estate and all that decides about them, in the notation.
///
/// Servers, names, descriptions, network ACLs and the texts of gaps are left out. Ids that are no words of the notation
/// (blanks, reserved words) make a text that reads well but does not parse.
pub fn print(estate: &Estate) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = Printer { estate, out: &mut out }.estate();
    out
}

/// The question about an interface that has these groups, with an answer as its expectation. Where no interface has
/// them, a comment says so.
pub fn ask_line(estate: &Estate, groups: &[Text], packet: &Packet, answer: &Answer) -> String {
    let has_them =
        |interface: &&Interface| interface.groups.is_some_and(|ix| **estate.group_list(ix) == *groups);
    let Some(interface) = estate.interfaces.iter().find(has_them) else {
        let names: Vec<&str> = groups.iter().map(|&id| estate.text(id)).collect();
        return format!("# no interface has the groups {}: {packet:?}", names.join(" "));
    };
    let own = format!("{} at {}", estate.text(interface.id), packet.local);
    let place = match packet.place {
        Place::Internet => "internet",
        Place::Elsewhere => "elsewhere",
        Place::Network(ix) => estate.text(estate.network(ix).id),
    };
    let remote = format!("{place} {}", packet.peer);
    let (side, from, to) = match packet.direction {
        Direction::Ingress => ("in", remote, own),
        Direction::Egress => ("out", own, remote),
    };
    let protocol = protocol_name(packet.protocol);
    let port = match packet.protocol {
        1 | 58 => format!("{}/{}", packet.port >> 8, packet.port & 0xff),
        _ => packet.port.to_string(),
    };
    let source = if packet.source_port == SOURCE_PORT {
        String::new()
    } else {
        format!(" source-port {}", packet.source_port)
    };
    format!("ask {side} {protocol} {port} from {from} to {to}{source} => {}", self::answer(estate, answer))
}

/// An answer as an expectation.
pub(super) fn answer(estate: &Estate, answer: &Answer) -> String {
    let by = match answer.why {
        Why::Rules => By::Rules(answer.by.clone()),
        Why::SameGroup => By::SameGroup,
        Why::Default => By::Default,
        Why::Gaps => By::Anything,
    };
    expected(estate, &Expected { verdict: answer.verdict, by })
}

/// An expectation.
pub(super) fn expected(estate: &Estate, expected: &Expected) -> String {
    let verdict = match expected.verdict {
        Verdict::Allowed => "allowed",
        Verdict::Denied => "denied",
        Verdict::Unknown => "unknown",
    };
    match &expected.by {
        _ if expected.verdict == Verdict::Unknown => verdict.to_owned(),
        By::Anything => verdict.to_owned(),
        By::Default => format!("{verdict} by default"),
        By::SameGroup => format!("{verdict} by same-group"),
        By::Rules(rules) => {
            let names: Vec<String> = rules.iter().map(|&rule| rule_name(estate, rule)).collect();
            format!("{verdict} by {}", names.join(" "))
        }
    }
}

fn rule_name(estate: &Estate, (group, at): (GroupIx, usize)) -> String {
    let group = estate.group(group);
    let id = estate.text(group.id);
    match group.rules.get(at) {
        Some(rule) => format!("{id}.{}.{}", side(rule.direction), rule.position),
        None => format!("{id}.?"),
    }
}

fn side(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "in",
        Direction::Egress => "out",
    }
}

fn protocol_name(number: u8) -> String {
    let named = PROTOCOLS.iter().find(|&&(_, its)| its == number);
    named.map_or_else(|| number.to_string(), |(name, _)| (*name).to_owned())
}

/// Writes one estate.
struct Printer<'a> {
    estate: &'a Estate,
    out: &'a mut String,
}

impl Printer<'_> {
    fn estate(&mut self) -> fmt::Result {
        match self.estate.coverage.interfaces {
            Listing::Complete => {}
            Listing::Partial(_) => writeln!(self.out, "coverage interfaces partial")?,
            Listing::Absent => writeln!(self.out, "coverage interfaces absent")?,
        }
        for network in &self.estate.networks {
            write!(self.out, "network {}", self.estate.text(network.id))?;
            for block in &network.blocks {
                write!(self.out, " {block}")?;
            }
            writeln!(self.out)?;
        }
        self.lists()?;
        self.absent()?;
        let mut profile = None;
        for group in &self.estate.groups {
            if profile.replace(group.profile) != Some(group.profile) {
                self.profile(group.profile)?;
            }
            self.group(group)?;
        }
        self.estate.interfaces.iter().try_for_each(|interface| self.interface(interface))
    }

    fn lists(&mut self) -> fmt::Result {
        for list in &self.estate.address_lists {
            write!(self.out, "list {}", self.estate.text(list.id))?;
            for entry in &list.entries {
                write!(self.out, " {}", range(*entry))?;
            }
            writeln!(self.out, "{}", if list.incomplete.is_some() { " ..." } else { "" })?;
        }
        for list in &self.estate.port_lists {
            write!(self.out, "ports {}", self.estate.text(list.id))?;
            for entry in &list.entries {
                write!(self.out, " {}", ports_of(*entry))?;
            }
            writeln!(self.out, "{}", if list.incomplete.is_some() { " ..." } else { "" })?;
        }
        Ok(())
    }

    /// Names that are referred to and not in the estate.
    fn absent(&mut self) -> fmt::Result {
        let mut names = BTreeSet::new();
        let add_ports = |names: &mut BTreeSet<_>, ports: &Ports| {
            if let Ports::List(wanted) = ports
                && wanted.list.is_none()
            {
                names.insert(("ports", wanted.id));
            }
        };
        for rule in self.estate.groups.iter().flat_map(|group| &group.rules) {
            add_ports(&mut names, &rule.ports);
            if let Some(narrow) = &rule.narrow {
                add_ports(&mut names, &narrow.source_ports);
            }
            match &rule.peer {
                Peer::List(wanted) if wanted.list.is_none() => {
                    names.insert(("list", wanted.id));
                }
                Peer::Group { id, group: None, .. } => {
                    names.insert(("group", *id));
                }
                _ => {}
            }
        }
        let used = self.estate.group_lists.iter().flat_map(|list| list.iter());
        names.extend(used.map(|&id| ("group", id)));
        for (what, id) in names {
            if what != "group" || self.estate.groups.iter().all(|group| group.id != id) {
                writeln!(self.out, "{what} {} ?", self.estate.text(id))?;
            }
        }
        Ok(())
    }

    fn profile(&mut self, ix: ProfileIx) -> fmt::Result {
        let profile = self.estate.profile(ix);
        match Kind::of(profile) {
            Some(kind) => writeln!(self.out, "profile {}", kind.name()),
            None => writeln!(self.out, "# profile {}, which has no name in this notation", profile.name),
        }
    }

    fn group(&mut self, group: &Group) -> fmt::Result {
        write!(self.out, "group {}", self.estate.text(group.id))?;
        if let Some(network) = group.network {
            write!(self.out, " in {}", self.estate.text(self.estate.network(network).id))?;
        }
        if group.managed {
            write!(self.out, " managed")?;
        }
        match group.same_group {
            SameGroup::Rules => {}
            SameGroup::Allow => write!(self.out, " same-group allow")?,
            SameGroup::Unknown => write!(self.out, " same-group unknown")?,
        }
        match group.incomplete {
            [None, None] => {}
            [Some(_), None] => write!(self.out, " incomplete in")?,
            [None, Some(_)] => write!(self.out, " incomplete out")?,
            [Some(_), Some(_)] => write!(self.out, " incomplete both")?,
        }
        writeln!(self.out)?;
        group.rules.iter().try_for_each(|rule| self.rule(rule))
    }

    fn rule(&mut self, rule: &Rule) -> fmt::Result {
        let protocol = match rule.protocol {
            Protocol::All => "all".to_owned(),
            Protocol::Number(number) => protocol_name(number),
        };
        write!(self.out, "  {} {} {} {protocol}", side(rule.direction), rule.priority, rule.action)?;
        if rule.ports != Ports::All {
            self.rule_ports(&rule.ports)?;
        }
        let (peer_word, own_word) = match rule.direction {
            Direction::Ingress => ("from", "to"),
            Direction::Egress => ("to", "from"),
        };
        write!(self.out, " {peer_word} ")?;
        self.peer(&rule.peer)?;
        if let Some(narrow) = &rule.narrow {
            if let Some(local) = narrow.local {
                write!(self.out, " {own_word} {}", short(local))?;
            }
            if narrow.source_ports != Ports::All {
                write!(self.out, " source-port")?;
                self.rule_ports(&narrow.source_ports)?;
            }
        }
        match rule.scope {
            Scope::Anywhere => {}
            Scope::Internet => write!(self.out, " over internet")?,
            Scope::Private => write!(self.out, " over private")?,
        }
        match rule.acts {
            Acts::Surely => {}
            Acts::Possibly => write!(self.out, " possibly")?,
            Acts::Never => write!(self.out, " never")?,
        }
        if !rule.id.is_empty() {
            write!(self.out, " id {}", self.estate.text(rule.id))?;
        }
        writeln!(self.out)
    }

    /// Ports with a blank before them.
    fn rule_ports(&mut self, ports: &Ports) -> fmt::Result {
        match ports {
            Ports::All => write!(self.out, " 0-65535"),
            Ports::Range(range) => write!(self.out, " {}", ports_of(*range)),
            Ports::Ranges(ranges) => {
                let ranges: Vec<String> = ranges.iter().map(|&range| ports_of(range)).collect();
                write!(self.out, " {}", ranges.join(","))
            }
            Ports::List(wanted) => write!(self.out, " ports {}", self.estate.text(wanted.id)),
            Ports::Unknown => write!(self.out, " ?"),
        }
    }

    fn peer(&mut self, peer: &Peer) -> fmt::Result {
        match peer {
            Peer::Any => write!(self.out, "any"),
            Peer::Prefix(prefix) => write!(self.out, "{}", short(*prefix)),
            Peer::List(wanted) => write!(self.out, "list {}", self.estate.text(wanted.id)),
            Peer::Group { id, owner, family, .. } => {
                write!(self.out, "group {}", self.estate.text(*id))?;
                if !owner.is_empty() {
                    write!(self.out, " owner {}", self.estate.text(*owner))?;
                }
                match family {
                    Some(Family::V4) => write!(self.out, " ipv4"),
                    Some(Family::V6) => write!(self.out, " ipv6"),
                    None => Ok(()),
                }
            }
            Peer::Unknown => write!(self.out, "?"),
        }
    }

    fn interface(&mut self, interface: &Interface) -> fmt::Result {
        write!(self.out, "interface {}", self.estate.text(interface.id))?;
        if let Some(network) = interface.network {
            write!(self.out, " in {}", self.estate.text(self.estate.network(network).id))?;
        }
        for address in &interface.addresses {
            write!(self.out, " {}", address.private)?;
            if let Some(public) = address.public {
                write!(self.out, " public {public}")?;
            }
        }
        match interface.groups {
            None => write!(self.out, " groups ?")?,
            Some(list) => {
                let ids = self.estate.group_list(list);
                if !ids.is_empty() {
                    write!(self.out, " groups")?;
                }
                for &id in ids {
                    write!(self.out, " {}", self.estate.text(id))?;
                }
            }
        }
        if let Some(server) = interface.instance {
            write!(self.out, " server {}", self.estate.text(self.estate.instance(server).id))?;
        }
        let managed = if interface.managed { " managed" } else { "" };
        let unknown = if interface.public_known { "" } else { " public-unknown" };
        writeln!(self.out, "{managed}{unknown}")
    }
}

/// An address on its own without its length.
fn short(prefix: Prefix) -> String {
    if prefix == Prefix::host(prefix.address()) { prefix.address().to_string() } else { prefix.to_string() }
}

/// A range as the prefix that it is, or with a dash.
fn range(range: AddressRange) -> String {
    let bits = if range.first().is_ipv4() { 32 } else { 128 };
    let prefix = (0..=bits)
        .filter_map(|len| Prefix::new(range.first(), len))
        .find(|&prefix| AddressRange::from(prefix) == range);
    prefix.map_or_else(|| dashed(range.first(), range.last()), short)
}

fn dashed(first: IpAddr, last: IpAddr) -> String {
    format!("{first}-{last}")
}

fn ports_of(range: PortRange) -> String {
    if range.first() == range.last() {
        range.first().to_string()
    } else {
        format!("{}-{}", range.first(), range.last())
    }
}
