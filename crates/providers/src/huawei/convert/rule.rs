//! A vendor's rule as a rule of the model.

use std::borrow::Cow;

use portreeve_model::{
    Action, Acts, Direction, Family, ListRef, Narrow, Origin, Peer, Ports, Prefix, Protocol, Rule, Scope,
    Text, Texts,
};

use super::value;
use crate::huawei::row::{RuleRow, Version};
use crate::huawei::wire;

/// Converts one rule, and gathers what could not be read of it.
pub(super) struct Converter<'t> {
    texts: &'t mut Texts,
    troubles: Vec<String>,
    open: [bool; 2],
    acts: Acts,
}

/// The remote side of a rule as it is written.
struct Remote<'r> {
    prefix: &'r str,
    group: &'r str,
    list: &'r str,
    /// How the field of the prefix is called.
    field: &'static str,
}

/// The rule that a response's row says, whatever could not be read of it.
pub(in crate::huawei) fn said_rule(
    texts: &mut Texts,
    said: &wire::Rule<'_>,
    group: &str,
    origin: Origin,
) -> Rule {
    of_group(texts, said, group, origin).rule
}

/// Converts a rule of a security group; `group` is the one that it stands in, where the rule does not say.
pub(super) fn of_group(texts: &mut Texts, said: &wire::Rule<'_>, group: &str, origin: Origin) -> RuleRow {
    let mut converter = Converter::new(texts);
    let version = version(said);
    let direction = converter.direction(&said.direction);
    let (action, priority) = match version {
        Version::Three => (converter.action(&said.action, direction), converter.priority(&said.priority)),
        Version::Old => converter.old_rank(),
    };
    converter.enabled(&said.enabled);
    let family = converter.family("ethertype", &said.ethertype);
    let protocol = converter.protocol(&said.protocol, family);
    let ports = match version {
        Version::Three => converter.ports("multiport", &said.ports, protocol),
        Version::Old => converter.old_ports(said, protocol),
    };
    let remote = Remote {
        prefix: &said.prefix,
        group: &said.remote_group,
        list: &said.remote_list,
        field: "remote_ip_prefix",
    };
    let peer = converter.peer(&remote, family);
    let rule = Rule {
        id: converter.texts.intern(&said.id),
        description: converter.texts.intern(&said.description),
        position: 0,
        priority,
        direction,
        action,
        acts: converter.acts,
        scope: Scope::Anywhere,
        protocol,
        ports,
        peer,
        narrow: None,
        gap: None,
    };
    let group = if said.group.is_empty() { group } else { &said.group };
    let group = converter.texts.intern(group);
    converter.row(group, rule, family, version, origin)
}

/// Converts an entry of a network ACL: its order is its rank, and both ends are written.
pub(super) fn of_firewall(
    texts: &mut Texts,
    said: &wire::Entry<'_>,
    direction: Direction,
    origin: Origin,
) -> RuleRow {
    let mut converter = Converter::new(texts);
    let action = converter.action(&said.action, direction);
    converter.enabled(&said.enabled);
    let family = converter.family("ip_version", &said.version);
    let protocol = converter.protocol(&said.protocol, family);
    let ports = converter.ports("destination_port", &said.ports, protocol);
    let source_ports = converter.ports("source_port", &said.source_ports, protocol);
    let source =
        Remote { prefix: &said.source, group: "", list: &said.source_list, field: "source_ip_address" };
    let destination = Remote {
        prefix: &said.destination,
        group: "",
        list: &said.destination_list,
        field: "destination_ip_address",
    };
    let (remote, local) = match direction {
        Direction::Ingress => (source, destination),
        Direction::Egress => (destination, source),
    };
    let peer = converter.peer(&remote, family);
    let local = converter.local(&local, family);
    let asks = local.is_some() || source_ports != Ports::All;
    let words = if said.name.is_empty() { &said.description } else { &said.name };
    let rule = Rule {
        id: converter.texts.intern(&said.id),
        description: converter.texts.intern(words),
        position: 0,
        priority: 0,
        direction,
        action,
        acts: converter.acts,
        scope: Scope::Anywhere,
        protocol,
        ports,
        peer,
        narrow: asks.then(|| Box::new(Narrow { source_ports, local })),
        gap: None,
    };
    converter.row(Text::EMPTY, rule, family, Version::Three, origin)
}

/// Only version 3 has actions and priorities.
fn version(said: &wire::Rule<'_>) -> Version {
    let three = !said.action.is_empty() || !said.priority.is_empty() || !said.ports.is_empty();
    if three { Version::Three } else { Version::Old }
}

impl<'t> Converter<'t> {
    fn new(texts: &'t mut Texts) -> Self {
        Self { texts, troubles: Vec::new(), open: [false; 2], acts: Acts::Surely }
    }

    fn row(self, group: Text, rule: Rule, family: Family, version: Version, origin: Origin) -> RuleRow {
        RuleRow { group, rule, version, family, trouble: self.troubles.join("; "), open: self.open, origin }
    }

    fn trouble(&mut self, what: String) {
        self.troubles.push(what);
    }

    /// Something of the rule is unknown, so that it may or may not act as it is read.
    fn doubt(&mut self, what: String) {
        self.trouble(what);
        if self.acts == Acts::Surely {
            self.acts = Acts::Possibly;
        }
    }

    /// Without a direction the rule may stand in either list.
    fn direction(&mut self, text: &str) -> Direction {
        value::direction(text).unwrap_or_else(|| {
            self.doubt(format!("direction `{text}` is neither ingress nor egress"));
            self.open = [true; 2];
            Direction::Ingress
        })
    }

    /// A rule whose action is unknown counts as a possible block, and its list as open.
    fn action(&mut self, text: &str, direction: Direction) -> Action {
        value::action(text).unwrap_or_else(|| {
            self.doubt(format!("action `{text}` is neither allow nor deny"));
            let [ingress, egress] = &mut self.open;
            *(if direction == Direction::Ingress { ingress } else { egress }) = true;
            Action::Deny
        })
    }

    /// A number from 1 to 100, as number or text. What cannot be read may stand anywhere and counts as 1.
    fn priority(&mut self, text: &str) -> u32 {
        let number = text.trim().parse::<u32>().ok();
        if let Some(number @ 1..=100) = number {
            return number;
        }
        self.doubt(format!("priority `{text}` is not a number from 1 to 100"));
        number.unwrap_or(1)
    }

    /// Older versions list every rule, also one that denies, without its action and priority. The group tells of it.
    fn old_rank(&mut self) -> (Action, u32) {
        self.acts = Acts::Possibly;
        (Action::Allow, 0)
    }

    /// Where nothing is said the rule is on.
    fn enabled(&mut self, text: &str) {
        match value::switch(text, true) {
            Some(true) => {}
            Some(false) => self.acts = Acts::Never,
            None => self.doubt(format!("enabled `{text}` is neither true nor false")),
        }
    }

    fn family(&mut self, field: &str, text: &str) -> Family {
        value::family(text).unwrap_or_else(|| {
            self.doubt(format!("{field} `{text}` is neither of IPv4 nor of IPv6"));
            self.open = [true; 2];
            Family::V4
        })
    }

    /// A protocol that cannot be read may be any: the rule then possibly acts on all.
    fn protocol(&mut self, text: &str, family: Family) -> Protocol {
        let Some(protocol) = value::protocol(text) else {
            self.doubt(format!("protocol `{text}` is not known"));
            return Protocol::All;
        };
        let fits = match protocol {
            Protocol::ICMP => family == Family::V4,
            Protocol::ICMPV6 => family == Family::V6,
            _ => true,
        };
        if !fits {
            self.doubt(format!("protocol `{text}` belongs to the other version of IP"));
        }
        protocol
    }

    /// Ports mean something to TCP and UDP only; how an ICMP type is written here is documented nowhere.
    fn ports(&mut self, field: &str, text: &str, protocol: Protocol) -> Ports {
        match value::ports(text) {
            Some(Ports::All) => Ports::All,
            Some(ports) if matches!(protocol, Protocol::TCP | Protocol::UDP) => ports,
            Some(_) => self.unknown_ports(format!(
                "what {field} `{text}` means for a protocol other than TCP and UDP is not documented"
            )),
            None => {
                self.unknown_ports(format!("{field} `{text}` is not a list of ports such as `22,8080-8090`"))
            }
        }
    }

    fn unknown_ports(&mut self, what: String) -> Ports {
        // Protocols without ports would be matched all the same, so the rule itself is in doubt.
        self.doubt(what);
        Ports::Unknown
    }

    /// In older versions ICMP rules hold the type and the code in place of ports
    /// (<https://github.com/opentelekomcloud-docs/virtual-private-cloud>, ICMP and port ranges).
    fn old_ports(&mut self, said: &wire::Rule<'_>, protocol: Protocol) -> Ports {
        let (first, last) = (said.first.trim(), said.last.trim());
        if first.is_empty() && last.is_empty() {
            return Ports::All;
        }
        if matches!(protocol, Protocol::ICMP | Protocol::ICMPV6) {
            return self.unknown_ports(format!("is about ICMP type `{first}` and code `{last}` only"));
        }
        let text = if last.is_empty() { Cow::Borrowed(first) } else { Cow::Owned(format!("{first}-{last}")) };
        self.ports("port_range_min and port_range_max", &text, protocol)
    }

    /// The three ways to name the remote side exclude each other; none of them is every address of the family
    /// (<https://github.com/opentelekomcloud-docs/virtual-private-cloud>, creating a security group rule).
    fn peer(&mut self, remote: &Remote<'_>, family: Family) -> Peer {
        match (remote.prefix, remote.group, remote.list) {
            ("", "", "") => value::everything(family).map_or(Peer::Any, Peer::Prefix),
            (text, "", "") => self.block(remote.field, text, family).map_or(Peer::Unknown, Peer::Prefix),
            ("", id, "") => {
                let id = self.texts.intern(id);
                Peer::Group { id, owner: Text::EMPTY, group: None, family: Some(family) }
            }
            ("", "", id) => Peer::List(ListRef { id: self.texts.intern(id), list: None }),
            _ => {
                self.trouble("names its remote side in several ways, which exclude each other".to_owned());
                Peer::Unknown
            }
        }
    }

    fn block(&mut self, field: &str, text: &str, family: Family) -> Option<Prefix> {
        let Some(prefix) = value::prefix(text) else {
            self.trouble(format!("{field} `{text}` is not an address or CIDR block"));
            return None;
        };
        if value::family_of(prefix) != family {
            self.trouble(format!("{field} `{text}` belongs to the other version of IP"));
            return None;
        }
        Some(prefix)
    }

    /// The addresses of the own side that an entry of a network ACL is about; nothing where it is about all.
    fn local(&mut self, local: &Remote<'_>, family: Family) -> Option<Prefix> {
        if !local.list.is_empty() {
            self.doubt(format!(
                "names address group {} for the own side, which is not understood: it may be about fewer addresses",
                local.list
            ));
            return None;
        }
        if local.prefix.is_empty() {
            return None;
        }
        let prefix = self.block(local.field, local.prefix, family);
        if prefix.is_none() && self.acts == Acts::Surely {
            self.acts = Acts::Possibly;
        }
        prefix.filter(|prefix| !prefix.is_all())
    }
}
