//! Sets of connections: all ports, all client ports, the whole internet.

use portreeve_engine::Policy;
use portreeve_model::{PortRange, Protocol};
use portreeve_netset::{AddressSet, Block, Flow, IntervalSet, PacketSet, PacketSetBuilder, PortSet};

use crate::answer::{Step, Verdict};
use crate::end::{Spot, internet};
use crate::exact::{EPHEMERAL, packet, private_or_public};
use crate::explainer::{Asked, Explainer};
use crate::path::{Checkpoint, Kind, Path, Remote, private};
use crate::question::Question;
use crate::route::Handed;

impl Explainer<'_> {
    pub(crate) fn ask_sets(&self, path: &Path, question: &Question) -> Asked {
        let whole = asked(path, question);
        // A client port that the question names is answered to, whatever it is.
        let replies = match question.source_port {
            Some(_) => whole.clone(),
            None => restrict_source_ports(&whole, &PortSet::from_range(EPHEMERAL.0, EPHEMERAL.1)),
        };
        let start = if path.checkpoints.iter().any(|it| it.reply) { &replies } else { &whole };
        let (mut sure, mut most) = (start.clone(), start.clone());
        let (mut steps, mut gaps): (Vec<Step>, _) = (Vec::new(), Vec::new());
        for checkpoint in &path.checkpoints {
            let universe = if checkpoint.reply { &replies } else { &whole };
            let (surely, at_most) = match (checkpoint.port, question.port) {
                (Some(own), Some(port)) => {
                    let (surely, at_most) = self.passing_set(checkpoint, &with_port(universe, own));
                    (with_port(&surely, port), with_port(&at_most, port))
                }
                _ => self.passing_set(checkpoint, universe),
            };
            let verdict = if universe.is_subset(&surely) {
                Verdict::Allowed
            } else if at_most.is_empty() {
                Verdict::Denied
            } else if surely == at_most {
                Verdict::Partly
            } else {
                Verdict::Unknown
            };
            let probe = probe(checkpoint, path, question, &at_most, universe);
            if verdict == Verdict::Unknown {
                self.tell_gaps(checkpoint, &probe, &mut gaps);
            }
            let mut step = self.step(checkpoint, &probe, verdict);
            if matches!(verdict, Verdict::Partly | Verdict::Unknown) {
                (step.rule, step.because) = (None, set_words(&surely, &at_most, &step.because));
            }
            steps.push(step);
            sure = sure.intersection(&surely);
            most = most.intersection(&at_most);
        }
        Asked { steps, sure, most, gaps }
    }

    /// What of a set passes a checkpoint: surely, and at most.
    fn passing_set(&self, checkpoint: &Checkpoint, universe: &PacketSet) -> (PacketSet, PacketSet) {
        let both = |set: PacketSet| (set.clone(), set);
        match &checkpoint.kind {
            Kind::Fixed { verdict: Verdict::Allowed, .. } => both(universe.clone()),
            Kind::Fixed { verdict: Verdict::Denied, .. } => both(PacketSet::empty()),
            Kind::Fixed { .. } => (PacketSet::empty(), universe.clone()),
            Kind::Handed { entries, others, .. } => {
                let sure = handed(entries.iter().filter(|entry| entry.gap.is_none()));
                let most = if *others == Verdict::Denied { handed(entries.iter()) } else { universe.clone() };
                (universe.intersection(&sure), universe.intersection(&most))
            }
            Kind::Reach { sure, most, .. } => (universe.restrict_peers(sure), universe.restrict_peers(most)),
            Kind::Blocked { ports, perhaps, .. } => {
                let most = universe.difference(&blocked(ports));
                (most.difference(&blocked(perhaps)), most)
            }
            Kind::Listening { instance, local } => {
                both(universe.intersection(&self.listening(*instance, *local)))
            }
            Kind::Filter { pair, remote: Remote::Among { addresses, .. }, local, .. } => {
                let seen = Among { addresses, local: *local, reply: checkpoint.reply, universe };
                let (every, some) = seen.pass(&pair.sure);
                if pair.is_exact() { (every, some) } else { (every, seen.pass(&pair.most).1) }
            }
            Kind::Filter { pair, remote, local, .. } => {
                let ask = |policy: &Policy| {
                    let seen = Seen { remote, local: *local, reply: checkpoint.reply, universe };
                    seen.pass(policy)
                };
                let (every, some) = ask(&pair.sure);
                if pair.is_exact() { (every, some) } else { (every, ask(&pair.most).1) }
            }
        }
    }
}

/// How a filter sees a set of connections.
struct Seen<'a> {
    remote: &'a Remote,
    local: std::net::IpAddr,
    reply: bool,
    universe: &'a PacketSet,
}

impl Seen<'_> {
    /// What passes for every address and for some address that the other side may have.
    fn pass(&self, policy: &Policy) -> (PacketSet, PacketSet) {
        let permitted = policy.permitted();
        match self.remote {
            Remote::Free if !self.reply && !policy.tells_local_addresses_apart() => {
                let passes = permitted.intersection(self.universe);
                (passes.clone(), passes)
            }
            Remote::Free => {
                let passes = self.translate(&permitted, None).intersection(self.universe);
                (passes.clone(), passes)
            }
            // Asked apart.
            Remote::Among { .. } => (PacketSet::empty(), self.universe.clone()),
            Remote::Seen(addresses) if addresses.is_empty() => (PacketSet::empty(), self.universe.clone()),
            Remote::Seen(addresses) => {
                let (mut every, mut some) = (self.universe.clone(), PacketSet::empty());
                for address in addresses {
                    let seen = AddressSet::from_range(*address, *address).unwrap_or_default();
                    let passes = self.translate(&permitted, Some(&seen)).intersection(self.universe);
                    every = every.intersection(&passes);
                    some = some.union(&passes);
                }
                (every, some)
            }
        }
    }

    /// Rewrites a filter's own set into the question's terms: no local address, the free end as peer, replies turned round.
    fn translate(&self, permitted: &PacketSet, seen: Option<&AddressSet>) -> PacketSet {
        let own = AddressSet::from_range(self.local, self.local).unwrap_or_default();
        let mut builder = PacketSet::builder();
        for block in permitted.blocks() {
            let fits = seen.is_none_or(|seen| seen.is_subset(&block.peers));
            if !own.is_subset(&block.local) || !fits {
                continue;
            }
            let peers = if seen.is_some() { AddressSet::all() } else { block.peers };
            let (ports, source_ports) = turned(self.reply, &block.protocols, block.ports, block.source_ports);
            push(&mut builder, &block.protocols, &ports, &source_ports, &peers);
        }
        builder.finish()
    }
}

/// How a filter sees a set of connections that a load balancer makes in its clients' place: from one of some addresses, and from any
/// port.
pub(crate) struct Among<'a> {
    pub(crate) addresses: &'a AddressSet,
    pub(crate) local: std::net::IpAddr,
    pub(crate) reply: bool,
    pub(crate) universe: &'a PacketSet,
}

impl Among<'_> {
    /// What passes for every address and client port that the load balancer may use, and for some; of the client itself the filter
    /// sees nothing.
    pub(crate) fn pass(&self, policy: &Policy) -> (PacketSet, PacketSet) {
        if self.addresses.is_empty() {
            return (PacketSet::empty(), self.universe.clone());
        }
        let permitted = policy.permitted();
        let (some, stopped) = (self.met_by(&permitted), self.met_by(&permitted.complement()));
        (self.universe.difference(&stopped), self.universe.intersection(&some))
    }

    /// The services of which the load balancer may meet a part of a set.
    fn met_by(&self, set: &PacketSet) -> PacketSet {
        let own = AddressSet::from_range(self.local, self.local).unwrap_or_default();
        let clients = PortSet::from_range(EPHEMERAL.0, EPHEMERAL.1);
        let mut builder = PacketSet::builder();
        for block in set.blocks() {
            if !own.is_subset(&block.local) || self.addresses.is_disjoint(&block.peers) {
                continue;
            }
            let (ports, client) = turned(self.reply, &block.protocols, block.ports, block.source_ports);
            if !client.is_disjoint(&clients) {
                push(&mut builder, &block.protocols, &ports, &PortSet::full(), &AddressSet::all());
            }
        }
        builder.finish()
    }
}

/// The same packets with another port; those without ports stay as they are.
fn with_port(set: &PacketSet, port: u16) -> PacketSet {
    let mut builder = PacketSet::builder();
    for block in set.blocks() {
        push(&mut builder, &block.protocols, &PortSet::single(port), &block.source_ports, &block.peers);
    }
    builder.finish()
}

/// A reply's destination port is the client's, its source port the server's. Only protocols with ports have either.
fn turned(
    reply: bool,
    protocols: &IntervalSet<u8>,
    ports: PortSet,
    source_ports: PortSet,
) -> (PortSet, PortSet) {
    let ported = protocols
        .intervals()
        .iter()
        .any(|(first, last)| (*first..=*last).any(portreeve_netset::protocol::has_ports));
    if reply && ported { (source_ports, ports) } else { (ports, source_ports) }
}

fn push(
    builder: &mut PacketSetBuilder,
    protocols: &IntervalSet<u8>,
    ports: &PortSet,
    source_ports: &PortSet,
    peers: &AddressSet,
) {
    let flow = if source_ports.is_full() {
        Flow::Peers(peers.clone())
    } else {
        Flow::constrained([(source_ports.clone(), AddressSet::all(), peers.clone())])
    };
    for protocols in protocols.intervals() {
        for ports in ports.intervals() {
            builder.push(*protocols, *ports, flow.clone());
        }
    }
}

/// Everything that a question asks about.
fn asked(path: &Path, question: &Question) -> PacketSet {
    let free = |other: &Spot| internet(private(*other).is_ipv4());
    let peers = match (&path.from, &path.to) {
        (Spot::Internet, other) | (other, Spot::Internet) => free(other),
        _ => {
            let address = private_or_public(path);
            AddressSet::from_range(address, address).unwrap_or_default()
        }
    };
    PacketSet::from_block(&Block {
        protocols: question.protocol.map_or(IntervalSet::full(), IntervalSet::single),
        ports: question.port.map_or(PortSet::full(), PortSet::single),
        source_ports: question.source_port.map_or(PortSet::full(), PortSet::single),
        local: AddressSet::all(),
        peers,
    })
}

fn restrict_source_ports(set: &PacketSet, source_ports: &PortSet) -> PacketSet {
    set.intersection(&PacketSet::from_block(&Block { source_ports: source_ports.clone(), ..Block::all() }))
}

fn blocked(ports: &[(Protocol, PortRange)]) -> PacketSet {
    PacketSet::union_all(ports.iter().map(|(protocol, range)| {
        PacketSet::from_block(&Block {
            protocols: match protocol {
                Protocol::All => IntervalSet::full(),
                Protocol::Number(number) => IntervalSet::single(*number),
            },
            ports: PortSet::from_range(range.first(), range.last()),
            ..Block::all()
        })
    }))
}

fn handed<'h>(entries: impl Iterator<Item = &'h Handed>) -> PacketSet {
    PacketSet::union_all(entries.map(|entry| {
        let protocols = match entry.protocol {
            Protocol::Number(number) => IntervalSet::single(number),
            Protocol::All => IntervalSet::full(),
        };
        let ports = entry.ports.map_or(PortSet::full(), |it| PortSet::from_range(it.first(), it.last()));
        let protocols = if entry.ports.is_some() { protocols.intersection(&ported()) } else { protocols };
        PacketSet::from_block(&Block { protocols, ports, ..Block::all() })
    }))
}

/// The protocols that have ports.
fn ported() -> IntervalSet<u8> {
    let with_ports = (0..=u8::MAX).filter(|number| portreeve_netset::protocol::has_ports(*number));
    with_ports.map(|number| (number, number)).collect()
}

/// A packet to show who decides: one that passes, else any that is asked about.
fn probe(
    checkpoint: &Checkpoint,
    path: &Path,
    question: &Question,
    passes: &PacketSet,
    universe: &PacketSet,
) -> portreeve_netset::Packet {
    let witness = passes.witness().or_else(|| universe.witness());
    let mut packet = packet(checkpoint, path, question, witness.map_or(0, |it| it.protocol));
    if let Some(witness) = witness {
        let (port, client) = (
            checkpoint.port.unwrap_or(witness.port),
            question.source_port.unwrap_or(packet_client(checkpoint, &packet)),
        );
        (packet.port, packet.source_port) = if checkpoint.reply { (client, port) } else { (port, client) };
        if let Kind::Filter { remote: Remote::Free, .. } = checkpoint.kind {
            packet.peer = witness.peer;
        }
    }
    packet
}

fn packet_client(checkpoint: &Checkpoint, packet: &portreeve_netset::Packet) -> u16 {
    if checkpoint.reply { packet.port } else { packet.source_port }
}

/// What to say of a set that passes in part.
fn set_words(surely: &PacketSet, at_most: &PacketSet, doubt: &str) -> String {
    if surely == at_most {
        "only a part of it passes".to_owned()
    } else if surely.is_empty() {
        doubt.to_owned()
    } else {
        "a part of it passes for sure, and more of it may".to_owned()
    }
}
