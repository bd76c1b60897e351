//! A vendor's rule as a rule of the model.

use portreeve_model::{
    Action, Acts, Direction, ListRef, Narrow, Peer, Ports, Prefix, Protocol, Rule, Scope, Text, Texts,
};

use super::value;
use crate::alibaba::wire;

/// A rule and what could not be read of it.
pub(super) struct Converted {
    pub(super) rule: Rule,
    /// What could not be read, in words; empty when all could.
    pub(super) troubles: Vec<String>,
    /// The directions whose filter may hold more than this rule says (ingress, egress).
    pub(super) open: [bool; 2],
}

/// The rule that a response's row says, whatever could not be read of it.
pub(in crate::alibaba) fn said_rule(
    texts: &mut Texts,
    said: &wire::Permission<'_>,
    asked: Option<Direction>,
) -> Rule {
    let mut names = Texts::default();
    let mut rule = Converter::new(texts, &mut names).permission(said, asked).rule;
    rule.id = texts.intern(names.get(rule.id));
    rule
}

/// Converts the rules of one response.
pub(super) struct Converter<'t> {
    texts: &'t mut Texts,
    /// The ids of rules, which nobody looks up.
    names: &'t mut Texts,
    troubles: Vec<String>,
    open: [bool; 2],
    acts: Acts,
}

impl<'t> Converter<'t> {
    pub(super) fn new(texts: &'t mut Texts, names: &'t mut Texts) -> Self {
        Self { texts, names, troubles: Vec::new(), open: [false; 2], acts: Acts::Surely }
    }

    /// Converts a rule; `asked` is the direction that the request asked for, where it is known.
    pub(super) fn permission(&mut self, said: &wire::Permission<'_>, asked: Option<Direction>) -> Converted {
        let direction = self.direction(said, asked);
        let action = self.action(&said.policy, direction);
        let priority = self.priority(&said.priority);
        let protocol = self.protocol("IpProtocol", &said.protocol);
        let ports = self.ports(protocol, said);
        let remote = Remote::of(said, direction);
        let peer = self.peer(&remote);
        let narrow = self.narrow(said, direction, protocol, &peer);
        let rule = Rule {
            id: self.names.push(&said.id),
            description: self.texts.intern(&said.description),
            position: 0,
            priority,
            direction,
            action,
            acts: self.acts,
            scope: scope(&said.nic_type),
            protocol,
            ports,
            peer,
            narrow,
            gap: None,
        };
        self.close(rule)
    }

    /// Converts an entry of a network ACL. Its order is its rank; its port is the destination's in both directions
    /// (<https://www.alibabacloud.com/help/en/vpc/network-acl-overview>).
    pub(super) fn entry(&mut self, said: &wire::AclEntry<'_>, direction: Direction) -> Converted {
        let action = self.action(&said.policy, direction);
        let protocol = self.protocol("Protocol", &said.protocol);
        let ports =
            if value::has_ports(protocol) { self.said_ports("Port", &said.ports) } else { Ports::All };
        let peer = match direction {
            Direction::Ingress => self.entry_peer("SourceCidrIp", &said.source),
            Direction::Egress => self.entry_peer("DestinationCidrIp", &said.destination),
        };
        let description = if said.description.is_empty() { &said.name } else { &said.description };
        let rule = Rule {
            id: self.names.push(&said.id),
            description: self.texts.intern(description),
            position: 0,
            priority: 0,
            direction,
            action,
            acts: self.acts,
            scope: Scope::Anywhere,
            protocol,
            ports,
            peer,
            narrow: None,
            gap: None,
        };
        self.close(rule)
    }

    fn close(&mut self, rule: Rule) -> Converted {
        self.acts = Acts::Surely;
        Converted { rule, troubles: std::mem::take(&mut self.troubles), open: std::mem::take(&mut self.open) }
    }

    fn trouble(&mut self, what: String) {
        self.troubles.push(what);
    }

    /// Without a direction the rule may stand in either list.
    fn direction(&mut self, said: &wire::Permission<'_>, asked: Option<Direction>) -> Direction {
        if let Some(direction) = value::direction(&said.direction).or(asked) {
            return direction;
        }
        self.trouble(format!("Direction `{}` is neither ingress nor egress", said.direction));
        self.acts = Acts::Possibly;
        self.open = [true; 2];
        Direction::Ingress
    }

    /// A rule whose action is unknown may block or let through: it counts as a possible block, and its list as open.
    fn action(&mut self, policy: &str, direction: Direction) -> Action {
        if let Some(action) = value::action(policy) {
            return action;
        }
        self.trouble(format!("Policy `{policy}` is neither Accept nor Drop"));
        self.acts = Acts::Possibly;
        self.open[usize::from(direction == Direction::Egress)] = true;
        Action::Deny
    }

    /// A number from 1 to 110, as number or text. What cannot be read may stand anywhere and counts as 1.
    fn priority(&mut self, text: &str) -> u32 {
        let number = text.trim().parse::<u32>().ok();
        if let Some(number @ 1..=110) = number {
            return number;
        }
        self.trouble(format!("Priority `{text}` is not a number from 1 to 110"));
        self.acts = Acts::Possibly;
        number.unwrap_or(1)
    }

    /// A protocol that cannot be read may be any: the rule then possibly acts on all.
    fn protocol(&mut self, field: &str, text: &str) -> Protocol {
        value::protocol(text).unwrap_or_else(|| {
            self.trouble(format!("{field} `{text}` is not known"));
            self.acts = Acts::Possibly;
            Protocol::All
        })
    }

    /// Ports are the destination's in both directions. `PortRange` counts before a port list; beside a list, `-1/-1`
    /// can only stand for "not set", for TCP and UDP are never given it.
    fn ports(&mut self, protocol: Protocol, said: &wire::Permission<'_>) -> Ports {
        if !value::has_ports(protocol) {
            return Ports::All;
        }
        let unset = matches!(said.ports.trim(), "" | "-1/-1");
        if unset && !said.port_list.is_empty() {
            return Ports::List(ListRef { id: self.texts.intern(&said.port_list), list: None });
        }
        self.said_ports("PortRange", &said.ports)
    }

    fn said_ports(&mut self, field: &str, text: &str) -> Ports {
        value::ports(text).unwrap_or_else(|| {
            self.trouble(format!("{field} `{text}` is not a range of ports from 1 to 65535 such as `22/22`"));
            Ports::Unknown
        })
    }

    /// A block counts before a group, a group before a prefix list.
    fn peer(&mut self, remote: &Remote<'_>) -> Peer {
        let end = remote.end;
        match (remote.v4, remote.v6) {
            ("", "") => {}
            (text, "") => return self.block(remote.fields[0], text),
            ("", text) => return self.block(remote.fields[1], text),
            (v4, v6) => {
                self.trouble(format!("names both `{v4}` and `{v6}` as its {end}, which exclude each other"));
                return Peer::Unknown;
            }
        }
        if !remote.group.is_empty() {
            let (id, owner) = (self.texts.intern(remote.group), self.texts.intern(remote.owner));
            return Peer::Group { id, owner, group: None, family: None };
        }
        if !remote.list.is_empty() {
            return Peer::List(ListRef { id: self.texts.intern(remote.list), list: None });
        }
        self.trouble(format!("names no {end}"));
        Peer::Unknown
    }

    fn block(&mut self, field: &str, text: &str) -> Peer {
        value::prefix(text).map_or_else(
            || {
                self.trouble(format!("{field} `{text}` is not an address or CIDR block"));
                Peer::Unknown
            },
            Peer::Prefix,
        )
    }

    /// The block field of an entry may hold the id of a prefix list.
    fn entry_peer(&mut self, field: &str, text: &str) -> Peer {
        if text.starts_with("pl-") {
            return Peer::List(ListRef { id: self.texts.intern(text), list: None });
        }
        self.block(field, text)
    }

    /// The parts of a five-tuple rule (<https://help.aliyun.com/document_detail/97439.html>).
    fn narrow(
        &mut self,
        said: &wire::Permission<'_>,
        direction: Direction,
        protocol: Protocol,
        peer: &Peer,
    ) -> Option<Box<Narrow>> {
        let local = match direction {
            Direction::Ingress => [&said.destination, &said.destination_v6],
            Direction::Egress => [&said.source, &said.source_v6],
        };
        let local = self.local(local.map(AsRef::as_ref), peer);
        let source_ports = match said.source_ports.trim() {
            "" | "-1/-1" => Ports::All,
            _ if !value::has_ports(protocol) => Ports::All,
            text => self.said_ports("SourcePortRange", text),
        };
        let asks = local.is_some() || source_ports != Ports::All;
        asks.then(|| Box::new(Narrow { source_ports, local }))
    }

    /// The addresses of the interface that the rule is about. If they cannot be read, the rule possibly is about all.
    fn local(&mut self, texts: [&str; 2], peer: &Peer) -> Option<Prefix> {
        let mut read = Vec::new();
        for text in texts.into_iter().filter(|text| !text.is_empty()) {
            let Some(prefix) = value::prefix(text) else {
                self.trouble(format!("local address `{text}` is not an address or CIDR block"));
                self.acts = Acts::Possibly;
                return None;
            };
            read.push(prefix);
        }
        let fits = |local: &&Prefix| match peer {
            Peer::Prefix(peer) => peer.address().is_ipv4() == local.address().is_ipv4(),
            _ => false,
        };
        match read.as_slice() {
            [] => None,
            [local] => Some(*local),
            several => {
                let fitting = several.iter().find(fits).copied();
                if fitting.is_none() {
                    self.trouble("names local addresses of both families".to_owned());
                    self.acts = Acts::Possibly;
                }
                fitting
            }
        }
    }
}

/// The remote side of a rule, by its direction.
struct Remote<'s> {
    end: &'static str,
    /// The fields of its blocks, IPv4 and IPv6.
    fields: [&'static str; 2],
    v4: &'s str,
    v6: &'s str,
    group: &'s str,
    owner: &'s str,
    list: &'s str,
}

impl<'s> Remote<'s> {
    fn of(said: &'s wire::Permission<'_>, direction: Direction) -> Self {
        match direction {
            Direction::Ingress => Self {
                end: "source",
                fields: ["SourceCidrIp", "Ipv6SourceCidrIp"],
                v4: &said.source,
                v6: &said.source_v6,
                group: &said.source_group,
                owner: &said.source_owner,
                list: &said.source_list,
            },
            Direction::Egress => Self {
                end: "destination",
                fields: ["DestCidrIp", "Ipv6DestCidrIp"],
                v4: &said.destination,
                v6: &said.destination_v6,
                group: &said.destination_group,
                owner: &said.destination_owner,
                list: &said.destination_list,
            },
        }
    }
}

/// Where a rule of a classic network stands; rules in VPCs cover both sides, which the assembly knows. Without a word
/// the vendor's default counts, which is the internet side.
fn scope(nic_type: &str) -> Scope {
    if nic_type.eq_ignore_ascii_case("intranet") { Scope::Private } else { Scope::Internet }
}

/// Replaces a rule's texts by those of the whole input.
pub(in crate::alibaba) fn translate(
    rule: &mut Rule,
    text: impl Fn(Text) -> Text,
    name: impl Fn(Text) -> Text,
) {
    rule.id = name(rule.id);
    rule.description = text(rule.description);
    match &mut rule.peer {
        Peer::Group { id, owner, .. } => (*id, *owner) = (text(*id), text(*owner)),
        Peer::List(list) => list.id = text(list.id),
        Peer::Any | Peer::Prefix(_) | Peer::Unknown => {}
    }
    if let Ports::List(list) = &mut rule.ports {
        list.id = text(list.id);
    }
}
