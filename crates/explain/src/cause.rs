//! Why a connection does not pass: every cause, each with what to do about it.

use portreeve_engine::{Miss, Place, Policy, RuleRef, Source};
use portreeve_model::{
    Action, Acts, AddressRange, Direction, InstanceIx, InterfaceIx, NetworkIx, Peer, PortRange, Ports,
    Prefix, Protocol, Rule, Text,
};
use portreeve_netset::{Packet, protocol};

use crate::answer::{Layer, Part, Ruling, Step, Verdict};
use crate::carrier;
use crate::exact::packet;
use crate::explainer::Explainer;
use crate::path::{Checkpoint, FilterOf, Kind, Path};
use crate::question::Question;
use crate::say::bound;

/// One cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Its id, for programs.
    pub id: &'static str,
    /// What is wrong, with the names of the objects.
    pub text: String,
    /// What to do about it.
    pub remedy: String,
}

/// Why a checkpoint without rules says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Stopped(InstanceIx),
    Down(InterfaceIx),
    NoPublicAddress(Option<InterfaceIx>),
    NoRoute { network: NetworkIx, target: NetworkIx, peering: Text },
    NoRouteOut { table: Text, nat: Text },
    PeeringInactive(Text),
    NotConnected(Option<NetworkIx>, Option<NetworkIx>),
}

/// The ids, the likeliest first, after the order of a vendor's own troubleshooting page
/// (<https://support.huaweicloud.com/intl/en-us/vpc_faq/faq_security_0006.html>): the groups, then network ACLs, then the server's own
/// firewall, then the connection.
const ORDER: [&str; 29] = [
    "wrong-direction",
    "wrong-protocol",
    "port-not-covered",
    "range-on-source-port",
    "source-port-not-covered",
    "peer-not-covered",
    "group-peer-by-public-address",
    "other-family",
    "deny-rule",
    "other-group-denies",
    "rule-never-acts",
    "group-not-on-interface",
    "same-group-isolated",
    "no-rule-allows",
    "rules-not-in-input",
    "platform-blocks-port",
    "carrier-may-block",
    "nothing-listens",
    "loopback-only",
    "network-acl-denies",
    "network-acl-no-entry",
    "reply-blocked",
    "host-firewall-denies",
    "not-connected",
    "peering-inactive",
    "route-missing",
    "no-public-address",
    "server-stopped",
    "interface-down",
];

/// Causes of one kind that are named at most: the rest would repeat them.
const NEAR_MISSES: usize = 3;

impl Explainer<'_> {
    /// Every cause of what does not pass, the likeliest first.
    pub(crate) fn causes(&self, part: &Part, path: &Path, question: &Question) -> Vec<Cause> {
        let mut causes = Vec::new();
        for (step, checkpoint) in part.steps.iter().zip(&path.checkpoints) {
            match step.verdict {
                Verdict::Denied => self.of_step(step, checkpoint, path, question, &mut causes),
                Verdict::Partly if question.port.is_some() && !is_set(part) => {
                    causes.push(of_client_ports(step));
                }
                // What surely does not work is told also where something else that is not shown may work.
                Verdict::Unknown if matches!(checkpoint.kind, Kind::Fixed { why: Some(_), .. }) => {
                    self.of_step(step, checkpoint, path, question, &mut causes);
                }
                Verdict::Allowed | Verdict::Partly | Verdict::Unknown => {}
            }
        }
        if part.verdict != Verdict::Allowed || part.notes.iter().any(|note| note.contains("carriers")) {
            carriers(part, question, &mut causes);
        }
        let rank = |cause: &Cause| ORDER.iter().position(|id| *id == cause.id).unwrap_or(ORDER.len());
        causes.sort_by_key(rank);
        causes.dedup();
        causes
    }

    fn of_step(
        &self,
        step: &Step,
        checkpoint: &Checkpoint,
        path: &Path,
        question: &Question,
        causes: &mut Vec<Cause>,
    ) {
        match &checkpoint.kind {
            Kind::Fixed { why: Some(why), .. }
            | Kind::Handed { why: Some(why), .. }
            | Kind::Reach { why: Some(why), .. } => {
                causes.push(self.of_why(*why, &step.because));
            }
            Kind::Fixed { why: None, .. }
            | Kind::Handed { why: None, .. }
            | Kind::Reach { why: None, .. } => {}
            Kind::Blocked { .. } => causes.push(Cause {
                id: "platform-blocks-port",
                text: step.because.clone(),
                remedy: "use another port (465 or 587 for mail), or ask the cloud to unblock this one and say so in \
                         portreeve.toml: `[platform] outbound-smtp = true`"
                    .to_owned(),
            }),
            Kind::Listening { instance, .. } => {
                let asked = packet(checkpoint, path, question, question.protocol.unwrap_or(protocol::TCP));
                causes.push(self.of_listener(*instance, &asked, &step.because));
            }
            Kind::Filter { of: FilterOf::Acl(_), .. } => causes.push(self.of_acl(step)),
            Kind::Filter { of: FilterOf::Groups(ix), place, .. } => {
                let known = question.protocol.filter(|it| question.port.is_some() || !protocol::has_ports(*it));
                match known {
                    Some(number) => {
                        let asked = packet(checkpoint, path, question, number);
                        self.of_groups(step, checkpoint, *ix, *place, &asked, causes);
                    }
                    None => causes.push(self.nothing_allows(step, None)),
                }
            }
        }
    }

    fn of_why(&self, why: Why, because: &str) -> Cause {
        let text = because.to_owned();
        let (id, remedy) = match why {
            Why::Stopped(ix) => {
                ("server-stopped", format!("start {}", self.say.instance(self.estate.instance(ix))))
            }
            Why::Down(ix) => {
                let id = self.estate.text(self.estate.interface(ix).id);
                ("interface-down", format!("attach {id} to a running server and bring it up"))
            }
            Why::NoPublicAddress(ix) => {
                let at = ix.map_or("the interface", |ix| self.estate.text(self.estate.interface(ix).id));
                let remedy =
                    format!("bind a public address to {at}, or go through a NAT gateway or a load balancer");
                ("no-public-address", remedy)
            }
            Why::NoRoute { network, target, peering } => {
                let (network, target) = (self.say.network(network), self.say.network(target));
                let peering = self.estate.text(peering);
                (
                    "route-missing",
                    format!(
                        "add a route in {network} to the addresses of {target} through peering {peering}"
                    ),
                )
            }
            Why::NoRouteOut { table, nat } => {
                let (table, nat) = (self.estate.text(table), self.estate.text(nat));
                let remedy =
                    format!("add a default route to route table {table} that leads to NAT gateway {nat}");
                ("route-missing", remedy)
            }
            Why::PeeringInactive(peering) => {
                let id = self.estate.text(peering);
                (
                    "peering-inactive",
                    format!("have peering {id} accepted, or create it anew, with routes on both sides"),
                )
            }
            Why::NotConnected(from, to) => {
                let words = |ix: Option<NetworkIx>| ix.map_or(String::new(), |ix| self.say.network(ix));
                let (from, to) = (words(from), words(to));
                let remedy = format!(
                    "connect {from} and {to} with a peering and routes on both sides: a security group that both servers share connects nothing"
                );
                ("not-connected", remedy)
            }
        };
        Cause { id, text, remedy }
    }

    fn of_listener(&self, instance: InstanceIx, asked: &Packet, because: &str) -> Cause {
        let server = self.say.instance(self.estate.instance(instance));
        let service = format!("{}/{}", protocol::label(asked.protocol), asked.port);
        let text = format!("on {server}, {because}");
        match self.loopback_listener(instance, asked) {
            Some(_) => Cause {
                id: "loopback-only",
                text,
                remedy: format!("bind the service to {} or to every address", asked.local),
            },
            None => Cause {
                id: "nothing-listens",
                text,
                remedy: format!("start the service on {service}, or ask for the port that it uses"),
            },
        }
    }

    fn of_acl(&self, step: &Step) -> Cause {
        let at = self.estate.text(step.at);
        let way = bound(step.direction);
        if step.layer == Layer::HostFirewall {
            let remedy = format!("allow it in the firewall of {at}");
            return Cause { id: "host-firewall-denies", text: step.because.clone(), remedy };
        }
        let (id, remedy) = match (step.reply, step.rule) {
            (true, _) => (
                "reply-blocked",
                format!(
                    "network ACL {at} keeps no state: allow replies {way} to the client's ports 1024-65535"
                ),
            ),
            (false, Some(_)) => (
                "network-acl-denies",
                format!("put an {way} entry that allows it before the one that denies it"),
            ),
            (false, None) => {
                ("network-acl-no-entry", format!("add an {way} entry to network ACL {at} that allows it"))
            }
        };
        Cause { id, text: step.because.clone(), remedy }
    }

    /// Everything that the groups of an interface have to do with a packet that they deny.
    fn of_groups(
        &self,
        step: &Step,
        checkpoint: &Checkpoint,
        ix: InterfaceIx,
        place: Place,
        asked: &Packet,
        causes: &mut Vec<Cause>,
    ) {
        let Kind::Filter { pair, .. } = &checkpoint.kind else { return };
        if let Some(Ruling::Rule(deny)) = step.rule {
            let text = step.because.clone();
            let allowed = pair.sure.trace(asked).find_map(|(source, action)| match source {
                Source::Rule(rule) if action == Action::Allow => Some(rule),
                _ => None,
            });
            match allowed.filter(|allow| allow.group != deny.group) {
                Some(allow) => causes.push(Cause {
                    id: "other-group-denies",
                    text: format!("{text}, though {} would allow it", self.say.rule(allow)),
                    remedy: format!(
                        "narrow or remove that rule, or let {} rank before it",
                        self.say.rule(allow)
                    ),
                }),
                None => causes.push(Cause {
                    id: "deny-rule",
                    text: match allowed {
                        Some(allow) => format!("{text} before {} could allow it", self.say.rule(allow)),
                        None => text,
                    },
                    remedy: "narrow or remove that rule, or add one that allows this and ranks before it"
                        .to_owned(),
                }),
            }
        } else {
            causes.push(self.nothing_allows(step, Some(asked)));
            self.near_misses(&pair.sure, asked, causes);
        }
        self.other_direction(ix, place, asked, checkpoint.direction, causes);
        self.ineffective(ix, asked, checkpoint.direction, causes);
        self.other_interfaces(ix, place, asked, checkpoint.direction, causes);
    }

    /// Allow rules that differ from the packet in one field only, those about its port first: they were probably meant for it.
    fn near_misses(&self, policy: &Policy, asked: &Packet, causes: &mut Vec<Cause>) {
        let mut near: Vec<(RuleRef, Miss)> = policy
            .misses(asked)
            .filter_map(|(source, action, miss)| match source {
                Source::Rule(at) if action == Action::Allow && miss.count() == 1 => Some((at, miss)),
                _ => None,
            })
            .collect();
        near.sort_by_key(|(_, miss)| miss.port);
        causes.extend(near.into_iter().take(NEAR_MISSES).map(|(at, miss)| self.near_miss(at, miss, asked)));
    }

    fn nothing_allows(&self, step: &Step, asked: Option<&Packet>) -> Cause {
        let at = self.estate.text(step.at);
        let way = bound(step.direction);
        let what = asked.map_or("it".to_owned(), |asked| {
            let preposition = if step.direction == Direction::Ingress { "from" } else { "to" };
            let peer =
                if asked.peer.is_unspecified() { "the internet".to_owned() } else { asked.peer.to_string() };
            format!("{} {preposition} {peer}", service(asked))
        });
        Cause {
            id: "no-rule-allows",
            text: format!("no {way} rule of the security groups of {at} allows {what} ({})", step.because),
            remedy: format!("add an {way} rule that allows {what} to a security group of {at}"),
        }
    }

    /// An allow rule that differs from the packet in one field only.
    fn near_miss(&self, at: RuleRef, miss: Miss, asked: &Packet) -> Cause {
        let rule = self.say.rule(at);
        let said = self.estate.group(at.group).rules.get(at.rule as usize);
        let label = protocol::label(asked.protocol);
        let (id, text, remedy) = if miss.protocol {
            (
                "wrong-protocol",
                format!("{rule} would allow it, but is about another protocol than {label}"),
                format!("add a rule like it for {label}"),
            )
        } else if miss.port {
            (
                "port-not-covered",
                format!("{rule} would allow it, but not on port {}", asked.port),
                format!("extend its ports by {}", asked.port),
            )
        } else if miss.source_port {
            (
                "source-port-not-covered",
                format!("{rule} would allow it, but not from client port {}", asked.source_port),
                "drop its source ports: clients pick theirs at random".to_owned(),
            )
        } else if miss.local {
            (
                "port-not-covered",
                format!("{rule} would allow it, but is not about the address {}", asked.local),
                format!("extend it to {}", asked.local),
            )
        } else {
            let family = said.is_some_and(|rule| matches!(rule.peer, Peer::Prefix(prefix) if prefix.address().is_ipv4() != asked.peer.is_ipv4()));
            if family {
                let wanted = if asked.peer.is_ipv4() { "IPv4" } else { "IPv6" };
                (
                    "other-family",
                    format!("{rule} would allow it, but only for the other family of addresses"),
                    format!("add a rule like it for {wanted}"),
                )
            } else {
                (
                    "peer-not-covered",
                    format!("{rule} would allow it, but its peer does not include {}", asked.peer),
                    format!("extend its peer by {}, or add a rule like it", asked.peer),
                )
            }
        };
        Cause { id, text, remedy }
    }

    /// A rule that would allow it stands on the other direction.
    fn other_direction(
        &self,
        ix: InterfaceIx,
        place: Place,
        asked: &Packet,
        direction: Direction,
        causes: &mut Vec<Cause>,
    ) {
        let other = if direction == Direction::Ingress { Direction::Egress } else { Direction::Ingress };
        let pair = self.class_policy(self.index.class_of(ix), other, place);
        // A rule that allows everything the other way is the usual default and no sign of a mix-up.
        let narrow = |at: &RuleRef| {
            let rule = self.estate.group(at.group).rules.get(at.rule as usize);
            rule.is_some_and(|rule| rule.protocol != Protocol::All)
        };
        let found = pair.sure.trace(asked).find_map(|(source, action)| match source {
            Source::Rule(at) if action == Action::Allow && narrow(&at) => Some(at),
            _ => None,
        });
        if let Some(at) = found {
            let (is, needed) = (bound(other), bound(direction));
            causes.push(Cause {
                id: "wrong-direction",
                text: format!(
                    "{} would allow it, but is {is}; this connection needs an {needed} rule",
                    self.say.rule(at)
                ),
                remedy: format!("add the same rule {needed}"),
            });
        }
    }

    /// Rules of the interface's groups that never act, and group peers that a public address cannot match.
    fn ineffective(&self, ix: InterfaceIx, asked: &Packet, direction: Direction, causes: &mut Vec<Cause>) {
        let class = self.index.class(self.index.class_of(ix));
        for group in &class.groups {
            let rules = (0..).zip(&self.estate.group(*group).rules);
            for (at, rule) in
                rules.filter(|(_, rule)| rule.direction == direction && rule.action == Action::Allow)
            {
                let at = RuleRef { group: *group, rule: at };
                if !speaks_of(rule, asked) {
                    continue;
                }
                if rule.acts == Acts::Never && peer_may_hold(&rule.peer, asked) {
                    causes.push(Cause {
                        id: "rule-never-acts",
                        text: format!(
                            "{} would allow it, but is switched off or has no effect on this platform",
                            self.say.rule(at)
                        ),
                        remedy: "switch the rule on, or write one that the platform applies".to_owned(),
                    });
                } else if matches!(rule.peer, Peer::Group { .. }) && crate::end::is_public(asked.peer) {
                    causes.push(Cause {
                        id: "group-peer-by-public-address",
                        text: format!("{} names a group, which stands for private addresses; the traffic arrives from {}", self.say.rule(at), asked.peer),
                        remedy: "reach the server by its private address, or allow the public address".to_owned(),
                    });
                }
            }
        }
    }

    /// A group with a rule that would allow it is on another interface of the same server.
    fn other_interfaces(
        &self,
        ix: InterfaceIx,
        place: Place,
        asked: &Packet,
        direction: Direction,
        causes: &mut Vec<Cause>,
    ) {
        let interface = self.estate.interface(ix);
        let Some(instance) = interface.instance else { return };
        for other in self.lookup.interfaces_of(instance).iter().filter(|other| **other != ix) {
            let class = self.index.class_of(*other);
            if class == self.index.class_of(ix) {
                continue;
            }
            let decided = self.class_policy(class, direction, place).sure.decide(asked);
            if let (Action::Allow, Some(Source::Rule(at))) = (decided.action, decided.by) {
                let (own, id) =
                    (self.estate.text(interface.id), self.estate.text(self.estate.interface(*other).id));
                causes.push(Cause {
                    id: "group-not-on-interface",
                    text: format!(
                        "{} would allow it, but is on {id}; the address {} belongs to {own}",
                        self.say.rule(at),
                        asked.local
                    ),
                    remedy: format!("add {} to {own}, or use an address of {id}", self.say.group(at.group)),
                });
            }
        }
    }
}

/// Whether a part is about every address of the internet.
fn is_set(part: &Part) -> bool {
    part.from.address().is_none() || part.to.address().is_none()
}

/// Only some client ports pass.
fn of_client_ports(step: &Step) -> Cause {
    let text = step.because.clone();
    if step.reply {
        let remedy = "let replies pass to all client ports, 1024-65535".to_owned();
        return Cause { id: "reply-blocked", text, remedy };
    }
    let remedy = "drop the source ports of the rule: clients pick theirs at random".to_owned();
    Cause { id: "source-port-not-covered", text, remedy }
}

fn carriers(part: &Part, question: &Question, causes: &mut Vec<Cause>) {
    if let (Some(number), Some(port)) = (question.protocol, question.port)
        && (part.from.is_public() || part.to.is_public())
        && carrier::often_blocks(number, port)
    {
        causes.push(Cause {
            id: "carrier-may-block",
            text: carrier::note(number, port),
            remedy: "move the service to another port, or go through a private line or a VPN".to_owned(),
        });
    }
}

fn speaks_of(rule: &Rule, asked: &Packet) -> bool {
    let protocol = match rule.protocol {
        Protocol::All => true,
        Protocol::Number(number) => number == asked.protocol,
    };
    protocol && (!protocol::has_ports(asked.protocol) || holds_port(&rule.ports, asked.port))
}

fn holds_port(ports: &Ports, port: u16) -> bool {
    let within = |range: &PortRange| (range.first()..=range.last()).contains(&port);
    match ports {
        Ports::All => true,
        Ports::Range(range) => within(range),
        Ports::Ranges(ranges) => ranges.iter().any(within),
        Ports::List(_) | Ports::Unknown => false,
    }
}

/// Whether a peer may hold the other side: lists and groups are given the benefit of the doubt.
fn peer_may_hold(peer: &Peer, asked: &Packet) -> bool {
    match peer {
        Peer::Prefix(prefix) => in_prefix(*prefix, asked),
        Peer::Any | Peer::List(_) | Peer::Group { .. } | Peer::Unknown => true,
    }
}

fn in_prefix(prefix: Prefix, asked: &Packet) -> bool {
    let range = AddressRange::from(prefix);
    range.first().is_ipv4() == asked.peer.is_ipv4()
        && range.first() <= asked.peer
        && asked.peer <= range.last()
}

/// `tcp/22`, or the protocol alone where it has no ports.
pub(crate) fn service(asked: &Packet) -> String {
    let label = protocol::label(asked.protocol);
    if protocol::has_ports(asked.protocol) { format!("{label}/{}", asked.port) } else { label }
}
