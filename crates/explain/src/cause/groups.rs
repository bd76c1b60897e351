//! What the groups of an interface have to do with a packet that they do not let through.

use portreeve_engine::{Miss, Place, Policy, RuleRef, Source};
use portreeve_model::{
    Action, Acts, Direction, GroupPeers, InterfaceIx, Peer, PortRange, Ports, Protocol, Rule, SameGroup,
};
use portreeve_netset::{AddressSet, Packet, protocol};

use super::{Cause, NEAR_MISSES, service};
use crate::answer::{Ruling, Step};
use crate::explainer::Explainer;
use crate::path::{Checkpoint, Kind, Path, Remote};
use crate::say::bound;

impl Explainer<'_> {
    /// Everything that the groups of an interface have to do with a packet that they deny.
    pub(super) fn of_groups(
        &self,
        step: &Step,
        checkpoint: &Checkpoint,
        path: &Path,
        ix: InterfaceIx,
        asked: &Packet,
        causes: &mut Vec<Cause>,
    ) {
        let Kind::Filter { pair, place, .. } = &checkpoint.kind else { return };
        if let Some(Ruling::Rule(deny)) = step.rule {
            causes.push(self.denied_by(deny, step, &pair.sure, asked));
        } else {
            let balancer = match &checkpoint.kind {
                Kind::Filter { remote: Remote::Among { addresses, .. }, .. } => Some(addresses),
                _ => None,
            };
            causes.push(self.nothing_allows(step, Some(asked), balancer));
            self.near_misses(&pair.sure, asked, causes);
            self.isolated(checkpoint, path, asked, causes);
            self.full_groups(ix, checkpoint.direction, asked, causes);
        }
        self.other_direction(ix, *place, asked, checkpoint.direction, causes);
        self.ineffective(ix, asked, checkpoint.direction, causes);
        self.other_interfaces(ix, *place, asked, checkpoint.direction, causes);
    }

    /// A rule denies it: perhaps one of another group than the one that was to allow it.
    fn denied_by(&self, deny: RuleRef, step: &Step, policy: &Policy, asked: &Packet) -> Cause {
        let text = step.because.clone();
        let denying = self.say.rule(deny);
        let allowed = policy.trace(asked).find_map(|(source, action)| match source {
            Source::Rule(rule) if action == Action::Allow => Some(rule),
            _ => None,
        });
        match allowed {
            Some(allow) if allow.group != deny.group => Cause {
                id: "other-group-denies",
                text: format!("{text}, though {} would allow it", self.say.rule(allow)),
                remedy: format!("narrow or remove {denying}, or let {} rank before it", self.say.rule(allow)),
            },
            _ => Cause {
                id: "deny-rule",
                text: match allowed {
                    Some(allow) => format!("{text} before {} could allow it", self.say.rule(allow)),
                    None => text,
                },
                remedy: format!(
                    "narrow or remove {denying}, or add one that allows this and ranks before it"
                ),
            },
        }
    }

    /// Both ends share a group whose members do not reach each other by themselves.
    fn isolated(&self, checkpoint: &Checkpoint, path: &Path, asked: &Packet, causes: &mut Vec<Cause>) {
        let (Some(from), Some(to)) = (path.from.interface(), path.to.interface()) else { return };
        let own_network = self.estate.interface(from).network;
        if checkpoint.direction != Direction::Ingress
            || own_network.is_none()
            || own_network != self.estate.interface(to).network
            || path.from.is_public()
            || path.to.is_public()
        {
            return;
        }
        let groups = |ix| &self.index.class(self.index.class_of(ix)).groups;
        let shared = groups(to).iter().filter(|group| groups(from).contains(group));
        for group in shared.filter(|ix| self.estate.group(**ix).same_group == SameGroup::Rules) {
            let name = self.say.group(*group);
            let peers = self.estate.profile(self.estate.group(*group).profile).group_peers;
            let remedy = if peers == GroupPeers::Nobody {
                format!("add an inbound rule to {name} that allows {}", asked.peer)
            } else {
                format!(
                    "let the members of {name} reach each other, or add an inbound rule to it that allows {name}"
                )
            };
            causes.push(Cause {
                id: "same-group-isolated",
                text: format!(
                    "both interfaces are in {name}, whose members do not reach each other by themselves"
                ),
                remedy,
            });
        }
    }

    /// Groups that have as many rules as the platform takes: one more was refused.
    fn full_groups(&self, ix: InterfaceIx, direction: Direction, asked: &Packet, causes: &mut Vec<Cause>) {
        for group in &self.index.class(self.index.class_of(ix)).groups {
            let said = self.estate.group(*group);
            let limit = self.estate.profile(said.profile).quotas.rules_per_group;
            let Some(limit) = limit.filter(|limit| said.rules.len() >= *limit as usize) else { continue };
            let (name, way) = (self.say.group(*group), bound(direction));
            causes.push(Cause {
                id: "quota-reached",
                text: format!("{name} has {} rules and takes {limit}: one more is refused", said.rules.len()),
                remedy: format!(
                    "remove rules of {name} that are not needed, then add the {way} rule for {}",
                    service(asked)
                ),
            });
        }
    }

    /// Allow rules that differ from the packet in one field only, those about its port first: they were probably meant for it.
    pub(super) fn near_misses(&self, policy: &Policy, asked: &Packet, causes: &mut Vec<Cause>) {
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

    /// `balancer` is where a load balancer comes from that stands in the client's place.
    pub(super) fn nothing_allows(
        &self,
        step: &Step,
        asked: Option<&Packet>,
        balancer: Option<&AddressSet>,
    ) -> Cause {
        let at = self.estate.text(step.at);
        let way = bound(step.direction);
        let what = asked.map_or("it".to_owned(), |asked| {
            let preposition = if step.direction == Direction::Ingress { "from" } else { "to" };
            let peer = match balancer {
                Some(addresses) => {
                    let cidrs: Vec<String> = addresses.cidrs().iter().map(ToString::to_string).collect();
                    format!("the load balancer at {}", cidrs.join(", "))
                }
                None => other_side(asked),
            };
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
                format!("add a rule like {rule} for {label}"),
            )
        } else if miss.port {
            (
                "port-not-covered",
                format!("{rule} would allow it, but not on port {}", asked.port),
                format!("extend the ports of {rule} by {}", asked.port),
            )
        } else if miss.source_port && said.is_some_and(|rule| port_as_source(rule, asked.port)) {
            (
                "range-on-source-port",
                format!(
                    "{rule} names port {} as the client's port, and allows it only from there",
                    asked.port
                ),
                format!(
                    "write {} as destination port of {rule}, and leave its source ports open",
                    asked.port
                ),
            )
        } else if miss.source_port {
            (
                "source-port-not-covered",
                format!("{rule} would allow it, but not from client port {}", asked.source_port),
                format!("drop the source ports of {rule}: clients pick theirs at random"),
            )
        } else if miss.local {
            (
                "port-not-covered",
                format!("{rule} would allow it, but is not about the address {}", asked.local),
                format!("extend {rule} to {}", asked.local),
            )
        } else {
            let family = said.is_some_and(|rule| matches!(rule.peer, Peer::Prefix(prefix) if prefix.address().is_ipv4() != asked.peer.is_ipv4()));
            if family {
                let wanted = if asked.peer.is_ipv4() { "IPv4" } else { "IPv6" };
                (
                    "other-family",
                    format!("{rule} would allow it, but only for the other family of addresses"),
                    format!("add a rule like {rule} for {wanted}"),
                )
            } else {
                (
                    "peer-not-covered",
                    format!("{rule} would allow it, but its peer does not include {}", other_side(asked)),
                    format!("extend the peer of {rule} by {}, or add a rule like it", other_side(asked)),
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
                remedy: format!("add the same rule as {} {needed}", self.say.rule(at)),
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
                        remedy: format!(
                            "switch {} on, or write one that the platform applies",
                            self.say.rule(at)
                        ),
                    });
                } else if matches!(rule.peer, Peer::Group { .. }) && crate::end::is_public(asked.peer) {
                    causes.push(Cause {
                        id: "group-peer-by-public-address",
                        text: format!("{} names a group, which stands for private addresses; the traffic arrives from {}", self.say.rule(at), other_side(asked)),
                        remedy: format!("reach the server by its private address, or allow {} in {}", other_side(asked), self.say.group(*group)),
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

/// The other side in words: a question about all of the internet has no address for it.
fn other_side(asked: &Packet) -> String {
    if asked.peer.is_unspecified() { "the internet".to_owned() } else { asked.peer.to_string() }
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
        Peer::Prefix(prefix) => prefix.contains(asked.peer),
        Peer::Any | Peer::List(_) | Peer::Group { .. } | Peer::Unknown => true,
    }
}

/// Whether a rule names a port as that of the client.
fn port_as_source(rule: &Rule, port: u16) -> bool {
    let source_ports = rule.narrow.as_deref().map(|narrow| &narrow.source_ports);
    source_ports.is_some_and(|ports| *ports != Ports::All && holds_port(ports, port))
}
