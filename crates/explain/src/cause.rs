//! Why a connection does not pass: every cause, each with what to do about it.

mod doubtful;
mod groups;

use portreeve_model::{Hop, InstanceIx, InterfaceIx, NetworkIx, Text};
use portreeve_netset::{Packet, protocol};

use crate::answer::{Layer, Part, Step, Told, Verdict};
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
    NoRoute { network: NetworkIx, target: NetworkIx, hop: Hop },
    NoRouteOut { table: Text, nat: Text },
    PeeringInactive(Text),
    Detached { hub: Text, end: Text },
    NotConnected(Option<NetworkIx>, Option<NetworkIx>),
    NotHandedOn { id: Text, balancer: bool },
}

/// The ids, the likeliest first, after the order of a vendor's own troubleshooting page
/// (<https://support.huaweicloud.com/intl/en-us/vpc_faq/faq_security_0006.html>): the groups, then network ACLs, then the server's own
/// firewall, then the connection.
const ORDER: [&str; 32] = [
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
    "quota-reached",
    "rule-may-not-act",
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
    "not-handed-on",
    "server-stopped",
    "interface-down",
];

/// The ids of all causes, the likeliest first.
pub fn cause_ids() -> &'static [&'static str] {
    &ORDER
}

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
                    self.of_client_ports(step, checkpoint, path, question, &mut causes);
                }
                Verdict::Unknown if matches!(checkpoint.kind, Kind::Filter { .. }) => {
                    causes.push(self.not_in_input(step, part));
                }
                // What surely does not work is told also where something else that is not shown may work.
                Verdict::Unknown if matches!(checkpoint.kind, Kind::Fixed { why: Some(_), .. }) => {
                    self.of_step(step, checkpoint, path, question, &mut causes);
                }
                Verdict::Allowed => self.doubtful(step, checkpoint, &mut causes),
                Verdict::Partly | Verdict::Unknown => {}
            }
        }
        if part.verdict != Verdict::Allowed || part.notes.iter().any(|note| note.contains("carriers")) {
            carriers(part, question, &mut causes);
        }
        let rank = |cause: &Cause| ORDER.iter().position(|id| *id == cause.id).unwrap_or(ORDER.len());
        causes.sort_by_key(rank);
        let mut told: Vec<Cause> = Vec::with_capacity(causes.len());
        for cause in causes {
            if !told.contains(&cause) {
                told.push(cause);
            }
        }
        told
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
            Kind::Filter { of: FilterOf::Groups(ix), .. } => {
                let known = question.protocol.filter(|it| question.port.is_some() || !protocol::has_ports(*it));
                match known {
                    Some(number) => {
                        let asked = packet(checkpoint, path, question, number);
                        self.of_groups(step, checkpoint, path, *ix, &asked, causes);
                    }
                    None => causes.push(self.nothing_allows(step, None, None)),
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
            Why::NoRoute { network, target, hop } => {
                let (network, target) = (self.say.network(network), self.say.network(target));
                let hop = self.say.hop(hop);
                (
                    "route-missing",
                    format!("add a route in {network} to the addresses of {target} through {hop}"),
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
            Why::Detached { hub, end } => {
                let (hub, end) = (self.estate.text(hub), self.estate.text(end));
                (
                    "peering-inactive",
                    format!("attach network {end} to {hub} again, with routes on both sides"),
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
            Why::NotHandedOn { id, balancer } => ("not-handed-on", self.hand_on(id, balancer)),
        };
        Cause { id, text, remedy }
    }

    /// How something in front of servers could be made to hand a connection on.
    fn hand_on(&self, id: Text, balancer: bool) -> String {
        let what = if balancer { "listener of load balancer" } else { "forward entry of NAT gateway" };
        format!("ask for what a {what} {} takes, or add one for this", self.estate.text(id))
    }

    /// Only some client ports pass: because rules name client ports, or replies to others are blocked.
    fn of_client_ports(
        &self,
        step: &Step,
        checkpoint: &Checkpoint,
        path: &Path,
        question: &Question,
        causes: &mut Vec<Cause>,
    ) {
        let text = step.because.clone();
        let at = self.estate.text(step.at);
        if step.reply {
            let remedy = format!("let replies pass {at} to all client ports, 1024-65535");
            causes.push(Cause { id: "reply-blocked", text, remedy });
            return;
        }
        let before = causes.len();
        if let (Kind::Filter { of: FilterOf::Groups(_), pair, .. }, Some(number)) =
            (&checkpoint.kind, question.protocol)
        {
            self.near_misses(&pair.sure, &packet(checkpoint, path, question, number), causes);
        }
        if causes.len() == before {
            let remedy = format!("drop the source ports of the rules at {at}: clients pick theirs at random");
            causes.push(Cause { id: "source-port-not-covered", text, remedy });
        }
    }

    /// What the documents do not show may decide.
    fn not_in_input(&self, step: &Step, part: &Part) -> Cause {
        let missing: Vec<String> = part
            .gaps
            .iter()
            .map(|told| match told {
                Told::Gap(ix) => format!("{}: {}", self.estate.gap(*ix).at, self.estate.gap(*ix).what),
                Told::Here(at, what) => format!("{at}: {what}"),
            })
            .collect();
        Cause {
            id: "rules-not-in-input",
            text: format!("at {}, {}", self.estate.text(step.at), step.because),
            remedy: if missing.is_empty() {
                format!("collect all that belongs to {}", self.estate.text(step.at))
            } else {
                format!("close the gaps of the input: {}", missing.join("; "))
            },
        }
    }

    fn of_listener(&self, instance: InstanceIx, asked: &Packet, because: &str) -> Cause {
        let server = self.say.instance(self.estate.instance(instance));
        let service = format!("{}/{}", protocol::label(asked.protocol), asked.port);
        let text = format!("on {server}, {because}");
        match self.loopback_listener(instance, asked) {
            Some(_) => Cause {
                id: "loopback-only",
                text,
                remedy: format!("bind {service} on {server} to {} or to every address", asked.local),
            },
            None => Cause {
                id: "nothing-listens",
                text,
                remedy: format!(
                    "start the service on {service} of {server}, or ask for the port that it uses"
                ),
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
                format!(
                    "put an {way} entry into network ACL {at} that allows it before the one that denies it"
                ),
            ),
            (false, None) => {
                ("network-acl-no-entry", format!("add an {way} entry to network ACL {at} that allows it"))
            }
        };
        Cause { id, text: step.because.clone(), remedy }
    }
}

/// Whether a part is about every address of the internet.
fn is_set(part: &Part) -> bool {
    part.from.address().is_none() || part.to.address().is_none()
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

/// `tcp/22`, or the protocol alone where it has no ports.
pub(crate) fn service(asked: &Packet) -> String {
    let label = protocol::label(asked.protocol);
    if protocol::has_ports(asked.protocol) { format!("{label}/{}", asked.port) } else { label }
}
