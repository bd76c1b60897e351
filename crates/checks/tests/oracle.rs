//! Findings against the naive oracle, on random estates.
//!
//! The engine decides on sets; here the same questions are put packet by packet. A range of addresses, source ports or local
//! addresses that no rule divides is decided alike, so one packet from each such range asks about all of them: the sample
//! holds the first public address of every range that the estate's rules cut. Both answers must then be the same in both
//! directions: what the engine calls open is open to every sample, and what it does not is closed to at least one, from
//! every sampled source port and to every sampled address.
//!
//! `PORTREEVE_CASES` sets the number of estates (300 by default) and `PORTREEVE_SEED` the first seed.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use common::{PUBLIC_V4, PUBLIC_V6, ends, lines, name, run};
use portreeve_checks::{Certainty, Finding, Outcome, OwnItem, Risk, ServerState, Settings};
use portreeve_model::{
    AddressRange, Direction, Estate, GroupIx, Interface, InterfaceIx, Narrow, Peer, PortRange, Ports, Text,
};
use portreeve_netset::PortSet;
use portreeve_testkit::generate::{self, Knobs};
use portreeve_testkit::oracle::{self, Packet, Place};

/// The items with their ports: services of the catalogue, and own ones for ports that matter to no service.
const ITEMS: [(&str, &[Port]); 7] = [
    ("open-ssh", &[(6, 22)]),
    ("open-ftp", &[(6, 20), (6, 21)]),
    ("open-telnet", &[(6, 23)]),
    ("own-tcp-80", &[(6, 80)]),
    ("own-tcp-high", &[(6, 8000), (6, 65_535)]),
    ("own-udp", &[(17, 22), (17, 1023)]),
    ("own-both", &[(6, 1), (17, 1)]),
];

/// A protocol and a port of it.
type Port = (u8, u16);

/// What of an item's ports is open: family (4 or 6), protocol, port.
type Open = BTreeSet<(u8, Port)>;

fn settings() -> Settings {
    let own = |(id, ports): &(&str, &[Port])| {
        let of = |number: u8| -> PortSet {
            ports.iter().filter(|(protocol, _)| *protocol == number).map(|(_, port)| (*port, *port)).collect()
        };
        OwnItem {
            id: (*id).to_owned(),
            title: String::new(),
            risk: Risk::Low,
            tcp: of(6),
            udp: of(17),
            peers: None,
            suggestion: String::new(),
        }
    };
    Settings {
        only: Some(ITEMS.iter().map(|(id, _)| (*id).to_owned()).collect()),
        own_items: ITEMS.iter().filter(|(id, _)| id.starts_with("own")).map(own).collect(),
        ..Settings::default()
    }
}

/// Which end of what is unknown is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum World {
    Surely,
    Possibly,
}

/// Where the rules of an estate cut addresses, source ports and local addresses: the start of every piece.
struct Cuts {
    peers: BTreeSet<IpAddr>,
    public: BTreeSet<IpAddr>,
    locals: BTreeSet<IpAddr>,
    source_ports: BTreeSet<u16>,
}

impl Cuts {
    fn new(estate: &Estate) -> Self {
        let lowest = || BTreeSet::from([IpAddr::from([0; 4]), IpAddr::from([0; 16])]);
        let mut cuts = Self {
            peers: lowest(),
            public: BTreeSet::new(),
            locals: lowest(),
            source_ports: BTreeSet::from([0]),
        };
        for rule in estate.groups.iter().flat_map(|group| &group.rules) {
            match &rule.peer {
                Peer::Prefix(prefix) => cut(&mut cuts.peers, AddressRange::from(*prefix)),
                Peer::List(wanted) => {
                    let entries = wanted.list.iter().flat_map(|ix| estate.address_list(*ix).entries.iter());
                    entries.for_each(|range| cut(&mut cuts.peers, *range));
                }
                Peer::Any | Peer::Group { .. } | Peer::Unknown => {}
            }
            if let Some(Narrow { source_ports, local }) = rule.narrow.as_deref() {
                local.iter().for_each(|prefix| cut(&mut cuts.locals, AddressRange::from(*prefix)));
                for range in port_ranges(estate, source_ports) {
                    cuts.source_ports.insert(range.first());
                    cuts.source_ports.extend(range.last().checked_add(1));
                }
            }
        }
        cuts.public = cuts.peers.iter().filter_map(|start| public_from(*start)).collect();
        cuts
    }
}

/// Notes where a range begins and where what follows it begins, and for good measure the addresses beside both.
fn cut(starts: &mut BTreeSet<IpAddr>, range: AddressRange) {
    starts.insert(range.first());
    starts.insert(range.last());
    starts.extend(before(range.first()));
    let beyond = after(range.last());
    starts.extend(beyond);
    starts.extend(beyond.and_then(after));
}

fn port_ranges(estate: &Estate, ports: &Ports) -> Vec<PortRange> {
    match ports {
        Ports::All | Ports::Unknown => Vec::new(),
        Ports::Range(range) => vec![*range],
        Ports::Ranges(ranges) => ranges.to_vec(),
        Ports::List(wanted) => wanted.list.map_or_else(Vec::new, |ix| estate.port_list(ix).entries.to_vec()),
    }
}

fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => v4.to_bits().checked_add(1).map(|bits| IpAddr::from(bits.to_be_bytes())),
        IpAddr::V6(v6) => v6.to_bits().checked_add(1).map(|bits| IpAddr::from(bits.to_be_bytes())),
    }
}

fn before(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => v4.to_bits().checked_sub(1).map(|bits| IpAddr::from(bits.to_be_bytes())),
        IpAddr::V6(v6) => v6.to_bits().checked_sub(1).map(|bits| IpAddr::from(bits.to_be_bytes())),
    }
}

/// The first public address from one on, of the same family.
fn public_from(start: IpAddr) -> Option<IpAddr> {
    let mut ranges = PUBLIC_V4.iter().chain([&PUBLIC_V6]).map(|range| ends(range));
    let found = ranges.find(|(first, last)| first.is_ipv4() == start.is_ipv4() && start <= *last);
    found.map(|(first, _)| start.max(first))
}

fn is_public(address: IpAddr) -> bool {
    public_from(address) == Some(address)
}

fn family(address: IpAddr) -> u8 {
    if address.is_ipv4() { 4 } else { 6 }
}

/// Groups that stand together, and the addresses that they filter for.
struct Side<'e> {
    estate: &'e Estate,
    cuts: &'e Cuts,
    groups: Vec<Text>,
    locals: Vec<IpAddr>,
}

impl<'e> Side<'e> {
    /// A group alone: for any address.
    fn group(estate: &'e Estate, cuts: &'e Cuts, ix: GroupIx) -> Self {
        Self {
            estate,
            cuts,
            groups: vec![estate.group(ix).id],
            locals: cuts.locals.iter().copied().collect(),
        }
    }

    /// An interface: for the addresses that it has. Nothing where its groups are not known.
    fn interface(estate: &'e Estate, cuts: &'e Cuts, interface: &Interface) -> Option<Self> {
        let groups = estate.group_list(interface.groups?).to_vec();
        let locals = interface.addresses.iter().map(|address| address.private).collect();
        Some(Self { estate, cuts, groups, locals })
    }

    fn passes(&self, packet: &Packet, world: World) -> bool {
        let answer = oracle::decide(self.estate, &self.groups, packet);
        match world {
            World::Surely => answer.surely,
            World::Possibly => answer.possibly,
        }
    }

    /// Whether an address gets in from some source port to some address.
    fn lets_in(&self, peer: IpAddr, (protocol, port): Port, world: World) -> bool {
        let locals = self.locals.iter().filter(|local| family(**local) == family(peer));
        locals.copied().any(|local| {
            self.cuts.source_ports.iter().any(|&source_port| {
                let (direction, place) = (Direction::Ingress, Place::Internet);
                let packet = Packet { direction, protocol, port, source_port, local, peer, place };
                self.passes(&packet, world)
            })
        })
    }

    /// What of some ports is open to everyone.
    fn open(&self, ports: &[Port], world: World) -> Open {
        let mut open = Open::new();
        for wanted in [4, 6] {
            let mut everyone = self.cuts.public.iter().filter(|peer| family(**peer) == wanted).peekable();
            assert!(everyone.peek().is_some(), "no sample of family {wanted}");
            let everyone: Vec<IpAddr> = everyone.copied().collect();
            let has_address = self.locals.iter().any(|local| family(*local) == wanted);
            for &port in ports.iter().filter(|_| has_address) {
                if everyone.iter().all(|peer| self.lets_in(*peer, port, world)) {
                    open.insert((wanted, port));
                }
            }
        }
        open
    }
}

/// How often each answer came up, so that none of them is vacuous.
#[derive(Debug, Default)]
struct Counts {
    silent: u64,
    sure: u64,
    possible: u64,
    at_risk: u64,
    shielded: u64,
    unknown: u64,
    together: u64,
    together_possible: u64,
    packets: u64,
}

/// One estate: every item, group and interface.
struct Comparison<'e> {
    estate: &'e Estate,
    outcome: &'e Outcome,
    cuts: Cuts,
    counts: &'e mut Counts,
}

impl Comparison<'_> {
    fn item(&mut self, id: &str, ports: &[Port]) -> Result<(), String> {
        let of_item = |finding: &&Finding| self.outcome.item(finding).id == id;
        let findings: Vec<&Finding> = self.outcome.findings.iter().filter(of_item).collect();
        let mut groups = BTreeMap::new();
        let mut alone: BTreeMap<GroupIx, [Open; 2]> = BTreeMap::new();
        for finding in &findings {
            if let Some(group) = finding.group
                && groups.insert(group, *finding).is_some()
            {
                return Err("a group twice".to_owned());
            }
        }
        for (ix, _) in self.estate.each_group() {
            let side = Side::group(self.estate, &self.cuts, ix);
            let open = [World::Surely, World::Possibly].map(|world| side.open(ports, world));
            self.group(ix, &open, groups.get(&ix).copied())?;
            alone.insert(ix, open);
        }
        for (ix, interface) in self.estate.each_interface() {
            let found = findings.iter().find(|it| it.group.is_none() && it.servers[0].interface == ix);
            self.interface(ix, interface, ports, &alone, found.copied())?;
        }
        for finding in findings {
            self.witness(finding, ports)?;
            self.traffic(finding, ports)?;
        }
        Ok(())
    }

    /// The finding of a group, and the state of each interface that carries it.
    fn group(&mut self, ix: GroupIx, open: &[Open; 2], found: Option<&Finding>) -> Result<(), String> {
        let [sure, most] = open;
        let (expected, open) = match (sure.is_empty(), most.is_empty()) {
            (false, _) => (Some(Certainty::Sure), sure),
            (true, false) => (Some(Certainty::Possible), most),
            (true, true) => (None, most),
        };
        if found.map(|finding| finding.certainty) != expected {
            return Err(format!("group {ix:?}: expected {expected:?}, open {open:?}, found {found:?}"));
        }
        match expected {
            None => self.counts.silent += 1,
            Some(Certainty::Sure) => self.counts.sure += 1,
            Some(Certainty::Possible) => self.counts.possible += 1,
        }
        let Some(finding) = found else { return Ok(()) };
        let mut carriers = BTreeMap::new();
        for (interface, said) in self.estate.each_interface() {
            let Some(side) = Side::interface(self.estate, &self.cuts, said) else { continue };
            if side.groups.contains(&self.estate.group(ix).id) {
                let asked: BTreeSet<Port> = open.iter().map(|(_, port)| *port).collect();
                let asked: Vec<Port> = asked.into_iter().collect();
                let meets = |world| !side.open(&asked, world).is_disjoint(open);
                let state = match (meets(World::Surely), meets(World::Possibly)) {
                    (true, _) => ServerState::AtRisk,
                    (false, true) => ServerState::Unknown,
                    (false, false) => ServerState::Shielded,
                };
                carriers.insert(interface, state);
            }
        }
        let told: BTreeMap<InterfaceIx, ServerState> =
            finding.servers.iter().map(|server| (server.interface, server.state)).collect();
        for state in told.values() {
            match state {
                ServerState::AtRisk => self.counts.at_risk += 1,
                ServerState::Shielded => self.counts.shielded += 1,
                ServerState::Unknown => self.counts.unknown += 1,
            }
        }
        if told == carriers && told.len() == finding.servers.len() {
            Ok(())
        } else {
            Err(format!("group {ix:?}: expected servers {carriers:?}, found {told:?}"))
        }
    }

    /// What the groups of an interface open together and none of them alone.
    fn interface(
        &mut self,
        ix: InterfaceIx,
        said: &Interface,
        ports: &[Port],
        alone: &BTreeMap<GroupIx, [Open; 2]>,
        found: Option<&Finding>,
    ) -> Result<(), String> {
        let Some(side) = Side::interface(self.estate, &self.cuts, said) else {
            return if found.is_none() { Ok(()) } else { Err(format!("{ix:?} has no groups")) };
        };
        let members: Vec<&[Open; 2]> = alone
            .iter()
            .filter(|(group, _)| side.groups.contains(&self.estate.group(**group).id))
            .map(|(_, open)| open)
            .collect();
        let all_known = members.len() == side.groups.len();
        let together = |world: World, at: usize| -> Open {
            let alone: Open = members.iter().flat_map(|open| open[at].iter().copied()).collect();
            side.open(ports, world).difference(&alone).copied().collect()
        };
        let sure = together(World::Surely, 0);
        let possibly = if all_known { together(World::Possibly, 1) } else { Open::new() };
        let expected = match (sure.is_empty(), possibly.is_empty()) {
            _ if members.len() < 2 => None,
            (false, _) => Some(Certainty::Sure),
            (true, false) => Some(Certainty::Possible),
            (true, true) => None,
        };
        match expected {
            Some(Certainty::Sure) => self.counts.together += 1,
            Some(Certainty::Possible) => self.counts.together_possible += 1,
            None => {}
        }
        if found.map(|finding| finding.certainty) == expected {
            Ok(())
        } else {
            Err(format!("{}: expected together {expected:?}, found {found:?}", name(self.estate, ix)))
        }
    }

    /// The packet of a finding: from everyone, to one of its ports, and let in by the rules that it is about.
    fn witness(&mut self, finding: &Finding, ports: &[Port]) -> Result<(), String> {
        let Some(witness) = finding.witness else { return Err(format!("no witness: {finding:?}")) };
        let portreeve_netset::Packet { protocol, port, source_port, local, peer } = witness;
        if !is_public(peer) || !ports.contains(&(protocol, port)) || family(local) != family(peer) {
            return Err(format!("a strange witness: {finding:?}"));
        }
        let reached = finding.servers.iter().map(|server| server.state).max();
        let side = match reached.filter(|state| *state != ServerState::Shielded) {
            None => Side::group(self.estate, &self.cuts, finding.group.ok_or("a finding of nothing")?),
            Some(state) => {
                let of_state = finding.servers.iter().filter(|server| server.state == state);
                let sides = of_state.filter_map(|server| {
                    Side::interface(self.estate, &self.cuts, self.estate.interface(server.interface))
                });
                let aimed = sides.into_iter().find(|side| side.locals.contains(&local));
                aimed
                    .ok_or_else(|| format!("the witness reaches no server in state {state:?}: {finding:?}"))?
            }
        };
        let sure = match reached {
            Some(ServerState::AtRisk) => true,
            Some(ServerState::Unknown) => false,
            _ => finding.certainty == Certainty::Sure,
        };
        let (direction, place) = (Direction::Ingress, Place::Internet);
        let packet = Packet { direction, protocol, port, source_port, local, peer, place };
        self.counts.packets += 1;
        if side.passes(&packet, if sure { World::Surely } else { World::Possibly }) {
            Ok(())
        } else {
            Err(format!("the witness does not get through: {finding:?}"))
        }
    }

    /// The traffic of a finding is exactly who gets in, private addresses included, on the ports and families that are open.
    fn traffic(&mut self, finding: &Finding, ports: &[Port]) -> Result<(), String> {
        let side = match finding.group {
            Some(group) => Side::group(self.estate, &self.cuts, group),
            None => {
                let interface = self.estate.interface(finding.servers[0].interface);
                Side::interface(self.estate, &self.cuts, interface).ok_or("an interface without groups")?
            }
        };
        let world = if finding.certainty == Certainty::Sure { World::Surely } else { World::Possibly };
        let open = side.open(ports, world);
        let within = |peer: IpAddr, (protocol, port): Port| {
            let mut parts = finding.traffic.iter().filter(|part| part.protocol == Some(protocol));
            parts.any(|part| part.ports.contains(port) && part.peers.contains(peer))
        };
        for &port in ports {
            let told = finding
                .traffic
                .iter()
                .any(|part| part.protocol == Some(port.0) && part.ports.contains(port.1));
            for &peer in &self.cuts.peers {
                // What is open alone is not repeated in a finding of an interface.
                let asked = open.contains(&(family(peer), port)) && (finding.group.is_some() || told);
                let told = within(peer, port);
                let skipped = finding.group.is_none() && !told;
                let expected = asked && side.lets_in(peer, port, world);
                self.counts.packets += 1;
                if told != expected && !(skipped && !is_public(peer)) && !(skipped && finding.group.is_none())
                {
                    return Err(format!("{peer} on {port:?}: expected {expected}, told {told}\n{finding:?}"));
                }
            }
        }
        Ok(())
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Half of the estates are as the engine's own tests draw them, half have few rules that deny, so that more is open.
fn knobs(seed: u64) -> Knobs {
    match seed % 4 {
        0 | 1 => Knobs { gaps: 0.02, ..Knobs::default() },
        2 => Knobs { deny: 0.15, five_tuple: 0.3, ..Knobs::without_gaps() },
        _ => Knobs { deny: 0.2, rules: 14, gaps: 0.01, ..Knobs::default() },
    }
}

#[test]
fn findings_and_oracle_agree() {
    let estates = number("PORTREEVE_CASES", 300);
    let first = number("PORTREEVE_SEED", 1);
    let settings = settings();
    let mut counts = Counts::default();
    for seed in first..first + estates {
        let estate = generate::estate(&mut fastrand::Rng::with_seed(seed), &knobs(seed));
        let outcome = run(&estate, &settings);
        let cuts = Cuts::new(&estate);
        let mut comparison = Comparison { estate: &estate, outcome: &outcome, cuts, counts: &mut counts };
        for (id, ports) in ITEMS {
            if let Err(difference) = comparison.item(id, ports) {
                let found = lines(&estate, &outcome).join("\n");
                panic!("seed {seed}, {id}: {difference}\n{}\n{found}", portreeve_testkit::print(&estate));
            }
        }
    }
    println!("{counts:?}");
    // The comparison is only worth something where every answer comes up.
    let Counts { silent, sure, possible, at_risk, shielded, unknown, together, together_possible, packets } =
        counts;
    let rare = [sure, possible, at_risk, shielded, unknown].into_iter().min().unwrap();
    assert!(silent > estates && rare > estates / 10, "{counts:?}");
    assert!(together > estates / 100 && together_possible + together > estates / 50, "{counts:?}");
    assert!(packets > estates, "{counts:?}");
}
