//! One packet, its client port perhaps left open: answered by walking down the ranks, without building sets.

use std::net::IpAddr;

use portreeve_engine::{Policy, Source};
use portreeve_model::{Action, PortRange, Protocol};
use portreeve_netset::{AddressSet, Block, IntervalSet, Packet, PacketSet, PortSet, protocol};

use crate::answer::{Ruling, Step, Told, Verdict};
use crate::explainer::{Asked, Explainer};
use crate::path::{Checkpoint, FilterOf, Kind, Pair, Path, Remote, private};
use crate::question::Question;
use crate::sets::Among;

/// A client port as programs get it, for showing which rule decides.
const CLIENT_PORT: u16 = 40_000;
/// The client ports that operating systems hand out: replies below them are nobody's.
pub(crate) const EPHEMERAL: (u16, u16) = (1024, u16::MAX);

/// The client ports for which a checkpoint lets a packet through: surely, and at most.
struct Passing {
    sure: PortSet,
    most: PortSet,
}

impl Passing {
    fn same(ports: PortSet) -> Self {
        Self { sure: ports.clone(), most: ports }
    }
}

impl Explainer<'_> {
    pub(crate) fn ask_exactly(&self, path: &Path, question: &Question, protocol: u8) -> Asked {
        let universe = |reply: bool| match question.source_port {
            Some(port) => PortSet::single(port),
            None if reply => PortSet::from_range(EPHEMERAL.0, EPHEMERAL.1),
            None => PortSet::full(),
        };
        let mut total = Passing::same(universe(path.checkpoints.iter().any(|it| it.reply)));
        let (mut steps, mut gaps) = (Vec::with_capacity(path.checkpoints.len()), Vec::new());
        for checkpoint in &path.checkpoints {
            let packet = packet(checkpoint, path, question, protocol);
            let passing = self.passing(checkpoint, &packet, protocol);
            let verdict = weigh(&passing, &universe(checkpoint.reply));
            total.sure = total.sure.intersection(&passing.sure);
            total.most = total.most.intersection(&passing.most);
            if matches!(verdict, Verdict::Unknown) {
                self.tell_gaps(checkpoint, &packet, &mut gaps);
            }
            let mut step = self.step(checkpoint, &packet, verdict);
            if verdict == Verdict::Partly {
                let ports = passing.sure.intersection(&universe(checkpoint.reply));
                step.because = format!("only with client ports {ports}: {}", step.because);
            }
            steps.push(step);
        }
        let set = |source_ports| {
            PacketSet::from_block(&Block {
                protocols: IntervalSet::single(protocol),
                ports: question.port.map_or(PortSet::full(), PortSet::single),
                source_ports,
                local: AddressSet::all(),
                peers: one(private_or_public(path)),
            })
        };
        Asked { steps, sure: set(total.sure), most: set(total.most), gaps }
    }

    fn passing(&self, checkpoint: &Checkpoint, packet: &Packet, protocol: u8) -> Passing {
        match &checkpoint.kind {
            Kind::Fixed { verdict: Verdict::Allowed, .. } => Passing::same(PortSet::full()),
            Kind::Fixed { verdict: Verdict::Denied, .. } => Passing::same(PortSet::empty()),
            Kind::Fixed { .. } => Passing { sure: PortSet::empty(), most: PortSet::full() },
            Kind::Handed { entries, others, .. } => {
                let mut handed = entries.iter().filter(|entry| entry.takes(protocol, packet.port));
                let (sure, may) = (handed.clone().any(|it| it.gap.is_none()), handed.next().is_some());
                match (sure, may, others) {
                    (true, ..) => Passing::same(PortSet::full()),
                    (false, false, Verdict::Denied) => Passing::same(PortSet::empty()),
                    _ => Passing { sure: PortSet::empty(), most: PortSet::full() },
                }
            }
            // Asked of one address, the way is the same for all of them.
            Kind::Reach { sure, most, .. } => {
                let ports = |set: &AddressSet| {
                    if set.contains(packet.peer) { PortSet::full() } else { PortSet::empty() }
                };
                Passing { sure: ports(sure), most: ports(most) }
            }
            Kind::Blocked { ports, perhaps, .. } => {
                let among = |ports: &[(Protocol, PortRange)]| {
                    ports.iter().any(|(blocked, range)| {
                        (*blocked == Protocol::Number(protocol) || *blocked == Protocol::All)
                            && (range.first()..=range.last()).contains(&packet.port)
                    })
                };
                match (among(ports), among(perhaps)) {
                    (true, _) => Passing::same(PortSet::empty()),
                    (false, true) => Passing { sure: PortSet::empty(), most: PortSet::full() },
                    (false, false) => Passing::same(PortSet::full()),
                }
            }
            Kind::Listening { instance, local } => {
                let listens = self.listens(*instance, protocol, packet.port, *local);
                Passing::same(if listens { PortSet::full() } else { PortSet::empty() })
            }
            Kind::Filter { pair, remote: Remote::Among { addresses, .. }, local, .. } => {
                passing_all(pair, addresses, *local, checkpoint.reply, packet)
            }
            Kind::Filter { pair, remote, .. } => {
                let sure = |packet: &Packet| pair.decide(packet).action;
                let asked = match (checkpoint.reply, pair.tells_clients_apart) {
                    (true, _) => Open::Ports,
                    (false, true) => Open::ClientPorts,
                    (false, false) => Open::Nothing,
                };
                let (every, some) = passing_filter(&pair.sure, sure, packet, remote, asked);
                if pair.is_exact() {
                    return Passing { sure: every, most: some };
                }
                let most = |packet: &Packet| pair.most.decide(packet).action;
                Passing { sure: every, most: passing_filter(&pair.most, most, packet, remote, asked).1 }
            }
        }
    }

    /// Turns what a checkpoint says of a packet into a step.
    pub(crate) fn step(&self, checkpoint: &Checkpoint, packet: &Packet, verdict: Verdict) -> Step {
        let mut step = Step {
            layer: checkpoint.layer,
            direction: checkpoint.direction,
            reply: checkpoint.reply,
            at: checkpoint.at,
            verdict,
            rule: None,
            because: checkpoint.because.clone(),
            also: Vec::new(),
            trace: Vec::new(),
        };
        match &checkpoint.kind {
            Kind::Blocked { .. } if verdict == Verdict::Denied => {
                "the platform blocks this port outbound, whatever the rules say"
                    .clone_into(&mut step.because);
            }
            Kind::Handed { entries, .. } => {
                let handed = entries.iter().find(|entry| entry.takes(packet.protocol, packet.port));
                match handed {
                    Some(entry) => step.because.clone_from(&entry.because),
                    None => step.because += ", and nothing hands this on",
                }
            }
            Kind::Blocked { .. } if verdict == Verdict::Unknown => {
                "the platform may block this port outbound".clone_into(&mut step.because);
            }
            Kind::Fixed { .. } | Kind::Reach { .. } | Kind::Blocked { .. } => {}
            Kind::Listening { instance, .. } => {
                step.because = self.listener_words(*instance, packet, verdict);
            }
            Kind::Filter { of, pair, .. } => {
                let policy = if verdict == Verdict::Denied { &pair.most } else { &pair.sure };
                let decided = if verdict == Verdict::Denied && !pair.is_exact() {
                    policy.decide(packet)
                } else {
                    pair.decide(packet)
                };
                if let Some(source) = decided.by {
                    step.rule = ruling(source);
                    step.because = self.source_words(*of, source);
                }
                if verdict == Verdict::Unknown {
                    step.because = self.doubt_words(*of, pair, packet);
                }
                if verdict == Verdict::Allowed {
                    let allows = policy.trace(packet).take_while(|(_, action)| *action == Action::Allow);
                    step.also = allows.skip(1).filter_map(|(source, _)| ruling(source)).collect();
                }
                if self.options.trace {
                    step.trace = policy.trace(packet).filter_map(|(source, _)| ruling(source)).collect();
                }
            }
        }
        step
    }

    fn source_words(&self, of: FilterOf, source: Source) -> String {
        let does = |action: Action| if action == Action::Allow { "allows it" } else { "denies it" };
        match source {
            Source::Rule(at) => {
                let rule = self.estate.group(at.group).rules.get(at.rule as usize);
                format!("{} {}", self.say.rule(at), rule.map_or("decides", |rule| does(rule.action)))
            }
            Source::Entry(ix, at) => {
                let acl = self.estate.acl(ix);
                let entry = acl.entries.get(at as usize);
                entry.map_or(String::new(), |entry| {
                    format!("{} {}", self.say.entry(acl, entry), does(entry.action))
                })
            }
            Source::SameGroup(group) => {
                format!("both interfaces are in {}, whose members reach each other", self.say.group(group))
            }
            Source::Exempt(ix) => format!("{} never filters this address", self.say.acl(self.estate.acl(ix))),
            Source::Unread(_) => match of {
                FilterOf::Groups(_) => "rules that are not in the input may decide".to_owned(),
                FilterOf::Acl(_) => "entries that are not in the input may decide".to_owned(),
            },
        }
    }

    /// What stands in doubt: the first matching line of which the two readings differ.
    fn doubt_words(&self, of: FilterOf, pair: &crate::path::Pair, packet: &Packet) -> String {
        let (sure, most) = (pair.sure.decide(packet), pair.most.decide(packet));
        let by = most.by.filter(|by| sure.by != Some(*by)).or(sure.by);
        match by {
            Some(Source::Unread(_)) | None => "what is not in the input may decide".to_owned(),
            Some(source) => format!("it is not known whether {}", self.source_words(of, source)),
        }
    }

    pub(crate) fn tell_gaps(&self, checkpoint: &Checkpoint, packet: &Packet, gaps: &mut Vec<Told>) {
        let mut add = |told: Told| {
            if !gaps.contains(&told) {
                gaps.push(told);
            }
        };
        match &checkpoint.kind {
            Kind::Fixed { gaps: told, .. }
            | Kind::Handed { gaps: told, .. }
            | Kind::Reach { gaps: told, .. }
            | Kind::Blocked { gaps: told, .. } => told.iter().cloned().for_each(add),
            Kind::Filter { of, pair, .. } => {
                let (_, asked) = universe_of(checkpoint, packet);
                for policy in [&pair.sure, &pair.most] {
                    policy.gaps(packet.protocol, &asked).into_iter().map(Told::Gap).for_each(&mut add);
                }
                if let Kind::Filter { remote: Remote::Among { told, .. }, .. } = &checkpoint.kind {
                    add((**told).clone());
                }
                if let FilterOf::Groups(ix) = of {
                    let interface = self.estate.interface(*ix);
                    interface.gap.into_iter().map(Told::Gap).for_each(&mut add);
                    let id = self.estate.text(interface.id);
                    let class = self.index.class(self.index.class_of(*ix));
                    if class.unread && interface.gap.is_none() {
                        let what =
                            "not all of its security groups are in the input: collect them with their rules";
                        add(Told::Here(id.to_owned(), what.to_owned()));
                    }
                }
            }
            Kind::Listening { .. } => {}
        }
    }
}

/// The destination ports that a packet at a checkpoint may have: its own, or all client ports for a reply.
fn universe_of(checkpoint: &Checkpoint, packet: &Packet) -> (bool, PortSet) {
    let ported = protocol::has_ports(packet.protocol);
    let ports = match (ported, checkpoint.reply) {
        (true, false) => PortSet::single(packet.port),
        _ => PortSet::full(),
    };
    (ported, ports)
}

/// What of a packet decides beside its fixed fields.
#[derive(Debug, Clone, Copy)]
enum Open {
    /// The destination port: the client's, in a reply.
    Ports,
    /// The client's port.
    ClientPorts,
    /// Nothing.
    Nothing,
}

/// The client ports that pass one reading of a filter, for every address and for some address that the other side may have.
fn passing_filter(
    policy: &Policy,
    decide: impl Fn(&Packet) -> Action,
    packet: &Packet,
    remote: &Remote,
    open: Open,
) -> (PortSet, PortSet) {
    let ask = |packet: &Packet| match open {
        Open::Ports => policy.ports_of(packet),
        Open::ClientPorts => policy.source_ports_of(packet),
        Open::Nothing if decide(packet) == Action::Allow => PortSet::full(),
        Open::Nothing => PortSet::empty(),
    };
    let Remote::Seen(addresses) = remote else {
        let ports = ask(packet);
        return (ports.clone(), ports);
    };
    // Under which address the other side arrives is not known at all: nothing passes for sure, anything may.
    if addresses.is_empty() {
        return (PortSet::empty(), PortSet::full());
    }
    let (mut every, mut some) = (PortSet::full(), PortSet::empty());
    for address in addresses {
        let ports = ask(&Packet { peer: *address, ..*packet });
        every = every.intersection(&ports);
        some.union_with(&ports);
    }
    (every, some)
}

/// The same where a load balancer is in the client's place: all client ports or none, since its own are not known.
fn passing_all(pair: &Pair, addresses: &AddressSet, local: IpAddr, reply: bool, packet: &Packet) -> Passing {
    let server = if reply { packet.source_port } else { packet.port };
    let asked = PacketSet::from_block(&Block {
        protocols: IntervalSet::single(packet.protocol),
        ports: if protocol::has_ports(packet.protocol) { PortSet::single(server) } else { PortSet::full() },
        ..Block::all()
    });
    let seen = Among { addresses, local, reply, universe: &asked };
    let ports = |passes: bool| if passes { PortSet::full() } else { PortSet::empty() };
    let (every, some) = seen.pass(&pair.sure);
    let some = if pair.is_exact() { some } else { seen.pass(&pair.most).1 };
    Passing { sure: ports(!every.is_empty()), most: ports(!some.is_empty()) }
}

fn weigh(passing: &Passing, universe: &PortSet) -> Verdict {
    let (sure, most) = (passing.sure.intersection(universe), passing.most.intersection(universe));
    if sure == *universe {
        Verdict::Allowed
    } else if most.is_empty() {
        Verdict::Denied
    } else if sure == most {
        Verdict::Partly
    } else {
        Verdict::Unknown
    }
}

/// The packet as a checkpoint sees it.
pub(crate) fn packet(checkpoint: &Checkpoint, path: &Path, question: &Question, protocol: u8) -> Packet {
    let client = question.source_port.unwrap_or(CLIENT_PORT);
    let port = checkpoint.port.or(question.port).unwrap_or(0);
    let (local, peer) = match &checkpoint.kind {
        Kind::Filter { remote: Remote::Seen(seen), local, .. } => {
            (*local, seen.first().copied().unwrap_or(unspecified(*local)))
        }
        Kind::Filter { remote: Remote::Among { addresses, .. }, local, .. } => {
            (*local, addresses.witness().unwrap_or(unspecified(*local)))
        }
        Kind::Filter { local, .. } => (*local, unspecified(*local)),
        _ => (private(path.to), private(path.from)),
    };
    let (port, source_port) = if checkpoint.reply { (client, port) } else { (port, client) };
    Packet { protocol, port, source_port, local, peer }
}

fn unspecified(like: IpAddr) -> IpAddr {
    if like.is_ipv4() { IpAddr::from([0; 4]) } else { IpAddr::from([0; 16]) }
}

fn one(address: IpAddr) -> AddressSet {
    AddressSet::from_range(address, address).unwrap_or_default()
}

/// The address by which the canonical set names the free end of a path between two addresses: the sender's.
pub(crate) fn private_or_public(path: &Path) -> IpAddr {
    path.from.address().unwrap_or_else(|| private(path.to))
}

fn ruling(source: Source) -> Option<Ruling> {
    match source {
        Source::Rule(rule) => Some(Ruling::Rule(rule)),
        Source::Entry(acl, entry) => Some(Ruling::Entry(acl, entry)),
        Source::SameGroup(_) | Source::Unread(_) | Source::Exempt(_) => None,
    }
}
