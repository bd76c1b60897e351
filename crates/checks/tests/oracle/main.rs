//! Findings against the naive oracle, on random estates.
//!
//! The engine decides on sets; here the same questions are put packet by packet. A range of addresses, source ports or local
//! addresses that no rule divides is decided alike, so one packet from each such range asks about all of them: the sample
//! holds the first public address of every range that the estate's rules cut. Both answers must then be the same in both
//! directions: what the engine calls open is open to every sample, and what it does not is closed to at least one, from
//! every sampled source port and to every sampled address.
//!
//! `PORTREEVE_CASES` sets the number of estates (300 by default) and `PORTREEVE_SEED` the first seed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

#[path = "../common/mod.rs"]
mod common;
mod naive;
mod wide;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use common::{ends, lines, name, run};
use naive::{Cuts, Open, Port, Side, World, everyone, family, is_within};
use portreeve_checks::{Certainty, Finding, Outcome, OwnItem, Risk, ServerState, Settings};
use portreeve_model::{Direction, Estate, GroupIx, Interface, InterfaceIx, Text};
use portreeve_netset::{AddressSet, PortSet};
use portreeve_testkit::generate::{self, Knobs};
use portreeve_testkit::oracle::{Packet, Place};

/// An item: its ports, and who must get in for it to fire, as ranges; everyone where there are none.
type Asked = (&'static str, &'static [Port], &'static [&'static str]);

/// Services of the catalogue, own items for ports that matter to no service, and own items that ask about others than everyone.
const ITEMS: [Asked; 10] = [
    ("open-ssh", &[(6, 22)], &[]),
    ("open-ftp", &[(6, 20), (6, 21)], &[]),
    ("open-telnet", &[(6, 23)], &[]),
    ("own-tcp-80", &[(6, 80)], &[]),
    ("own-tcp-high", &[(6, 8000), (6, 65_535)], &[]),
    ("own-udp", &[(17, 22), (17, 1023)], &[]),
    ("own-both", &[(6, 1), (17, 1)], &[]),
    ("own-private", &[(6, 22)], &["10.0.0.0-10.255.255.255"]),
    ("own-office", &[(6, 80), (17, 80)], &["203.0.113.0-203.0.113.255", "10.0.0.4-10.0.0.7"]),
    (
        "own-families",
        &[(6, 22)],
        &["192.168.0.0-192.168.255.255", "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    ),
];

fn settings() -> Settings {
    let own = |(id, ports, who): &Asked| {
        let set = who.iter().fold(AddressSet::empty(), |set, range| {
            let (first, last) = ends(range);
            set.union(&AddressSet::from_range(first, last).unwrap())
        });
        let of = |number: u8| -> PortSet {
            ports.iter().filter(|(protocol, _)| *protocol == number).map(|(_, port)| (*port, *port)).collect()
        };
        OwnItem {
            id: (*id).to_owned(),
            title: String::new(),
            risk: Risk::Low,
            tcp: of(6),
            udp: of(17),
            peers: (!who.is_empty()).then_some(set),
            suggestion: String::new(),
        }
    };
    Settings {
        only: Some(ITEMS.iter().map(|(id, ..)| (*id).to_owned()).collect()),
        own_items: ITEMS.iter().filter(|(id, ..)| id.starts_with("own")).map(own).collect(),
        ..Settings::default()
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
    cuts: &'e Cuts,
    counts: &'e mut Counts,
    /// Who has to get in.
    who: Vec<&'static str>,
    /// Some of them, from every piece.
    sample: Vec<IpAddr>,
}

impl Comparison<'_> {
    fn item(&mut self, &(id, ports, who): &Asked) -> Result<(), String> {
        self.who = if who.is_empty() { everyone() } else { who.to_vec() };
        self.sample = self.cuts.sample(&self.who);
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
            let side = Side::group(self.estate, self.cuts, ix);
            let open = [World::Surely, World::Possibly].map(|world| side.open(ports, &self.sample, world));
            self.group(ix, ports, &open, groups.get(&ix).copied())?;
            alone.insert(ix, open);
        }
        for (ix, interface) in self.estate.each_interface() {
            let found = findings.iter().find(|it| it.group.is_none() && it.servers[0].interface == ix);
            self.interface(ix, interface, ports, &alone, found.copied())?;
        }
        for finding in findings {
            self.witness(finding, ports)?;
        }
        Ok(())
    }

    /// The finding of a group, and the state of each interface that carries it.
    fn group(
        &mut self,
        ix: GroupIx,
        ports: &[Port],
        open: &[Open; 2],
        found: Option<&Finding>,
    ) -> Result<(), String> {
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
        let side = Side::group(self.estate, self.cuts, ix);
        self.traffic(finding, ports, &side, open)?;
        let mut carriers = BTreeMap::new();
        for (interface, said) in self.estate.each_interface() {
            let Some(side) = Side::interface(self.estate, self.cuts, said) else { continue };
            if side.groups.contains(&self.estate.group(ix).id) {
                let asked: BTreeSet<Port> = open.iter().map(|(_, port)| *port).collect();
                let asked: Vec<Port> = asked.into_iter().collect();
                let meets = |world| !side.open(&asked, &self.sample, world).is_disjoint(open);
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
        let Some(side) = Side::interface(self.estate, self.cuts, said) else {
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
            side.open(ports, &self.sample, world).difference(&alone).copied().collect()
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
        if found.map(|finding| finding.certainty) != expected {
            return Err(format!(
                "{}: expected together {expected:?}, found {found:?}",
                name(self.estate, ix)
            ));
        }
        let open = if expected == Some(Certainty::Sure) { &sure } else { &possibly };
        found.map_or(Ok(()), |finding| self.traffic(finding, ports, &side, open))
    }

    /// The packet of a finding: from everyone, to one of its ports, and let in by the rules that it is about.
    fn witness(&mut self, finding: &Finding, ports: &[Port]) -> Result<(), String> {
        let Some(witness) = finding.witness else { return Err(format!("no witness: {finding:?}")) };
        let portreeve_netset::Packet { protocol, port, source_port, local, peer } = witness;
        if !is_within(peer, &self.who) || !ports.contains(&(protocol, port)) || family(local) != family(peer)
        {
            return Err(format!("a strange witness: {finding:?}"));
        }
        let reached = finding.servers.iter().map(|server| server.state).max();
        let side = match reached.filter(|state| *state != ServerState::Shielded) {
            None => Side::group(self.estate, self.cuts, finding.group.ok_or("a finding of nothing")?),
            Some(state) => {
                let of_state = finding.servers.iter().filter(|server| server.state == state);
                let sides = of_state.filter_map(|server| {
                    Side::interface(self.estate, self.cuts, self.estate.interface(server.interface))
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

    /// The traffic of a finding is exactly who gets in, private addresses included, on the ports and families that it is about.
    fn traffic(
        &mut self,
        finding: &Finding,
        ports: &[Port],
        side: &Side<'_>,
        open: &Open,
    ) -> Result<(), String> {
        let world = if finding.certainty == Certainty::Sure { World::Surely } else { World::Possibly };
        for &port in ports {
            for &peer in &self.cuts.peers {
                let mut pieces = finding.traffic.iter().filter(|part| part.protocol == Some(port.0));
                let told = pieces.any(|part| part.ports.contains(port.1) && part.peers.contains(peer));
                let expected = open.contains(&(family(peer), port)) && side.lets_in(peer, port, world);
                if told != expected {
                    return Err(format!("{peer} on {port:?}: expected {expected}, told {told}\n{finding:?}"));
                }
                self.counts.packets += 1;
            }
        }
        Ok(())
    }
}

pub(crate) fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Estates with many gaps and few, with few rules that deny (so that more is open), and with many rules.
pub(crate) fn knobs(seed: u64) -> Knobs {
    match seed % 4 {
        0 => Knobs { gaps: 0.02, ..Knobs::default() },
        1 => Knobs { gaps: 0.12, deny: 0.3, ..Knobs::default() },
        2 => Knobs { deny: 0.15, five_tuple: 0.3, ..Knobs::without_gaps() },
        _ => Knobs { deny: 0.2, rules: 14, gaps: 0.01, ..Knobs::default() },
    }
}

/// A random estate, often with something added that chance rarely makes: two groups of some interface that each open one half
/// of a family, or a wide block that only may get in.
pub(crate) fn draw(seed: u64) -> Estate {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut estate = generate::estate(&mut rng, &knobs(seed));
    let pairs: Vec<Vec<Text>> =
        estate.group_lists.iter().filter(|list| list.len() > 1).map(|list| list.to_vec()).collect();
    if let Some(pair) = rng.choice(&pairs)
        && rng.bool()
    {
        let halves = if rng.u8(0..3) == 0 { ["2000::/4", "3000::/4"] } else { ["0.0.0.0/1", "128.0.0.0/1"] };
        let ports = rng.choice(["22", "20-22", "1-65535"]).unwrap_or("22");
        let priority = rng.u32(0..3);
        let perhaps = if rng.u8(0..8) == 0 { "possibly" } else { "" };
        for (id, half) in pair.iter().zip(halves) {
            add(&mut estate, *id, &format!("in {priority} allow tcp {ports} from {half} {perhaps}"));
        }
    }
    if rng.u8(0..4) == 0 {
        let id = estate.groups[0].id;
        let block = rng.choice(["8.0.0.0/8", "2400::/16", "8.0.0.0/9"]).unwrap_or("8.0.0.0/8");
        add(&mut estate, id, &format!("in {} allow tcp 20-23 from {block} possibly", rng.u32(0..3)));
    }
    estate
}

/// Adds a rule to a group; one that is not in the input gets none.
fn add(estate: &mut Estate, group: Text, rule: &str) {
    let mut rule =
        common::estate(&format!("profile basic\ngroup g\n{rule}")).groups.remove(0).rules.remove(0);
    if rule.gap.is_some() {
        rule.gap = Some(estate.add_gap("a rule", "it may not act"));
    }
    if let Some(group) = estate.groups.iter_mut().find(|known| known.id == group) {
        group.rules.push(rule);
        generate::number_rules(&mut group.rules);
    }
}

#[test]
fn findings_and_oracle_agree() {
    let estates = number("PORTREEVE_CASES", 300);
    let first = number("PORTREEVE_SEED", 1);
    let settings = settings();
    let mut counts = Counts::default();
    for seed in first..first + estates {
        let estate = draw(seed);
        let outcome = run(&estate, &settings);
        let cuts = Cuts::new(&estate);
        let mut comparison = Comparison {
            estate: &estate,
            outcome: &outcome,
            cuts: &cuts,
            counts: &mut counts,
            who: Vec::new(),
            sample: Vec::new(),
        };
        for asked in &ITEMS {
            if let Err(difference) = comparison.item(asked) {
                let found = lines(&estate, &outcome).join("\n");
                panic!(
                    "seed {seed}, {}: {difference}\n{}\n{found}",
                    asked.0,
                    portreeve_testkit::print(&estate)
                );
            }
        }
    }
    // The comparison is only worth something where every answer comes up.
    let Counts { silent, sure, possible, at_risk, shielded, unknown, together, together_possible, packets } =
        counts;
    let rare = [sure, possible, at_risk, shielded, unknown].into_iter().min().unwrap();
    assert!(silent > estates && rare > estates / 10, "{counts:?}");
    assert!(together > estates / 100 && together_possible + together > estates / 50, "{counts:?}");
    assert!(packets > estates, "{counts:?}");
}
