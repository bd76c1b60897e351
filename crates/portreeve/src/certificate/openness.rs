//! Which ports of a policy are open to everyone, with a proof for each stretch of them.

use portreeve_certificate::Side;
use portreeve_engine::{Nook, Policy, Run};
use portreeve_model::Action;
use portreeve_netset::{AddressSet, PortSet};

use super::tiling::side_range;
use super::tree::{Names, Tree, address, push};

/// A range of addresses as numbers.
type Range = (u128, u128);

/// Everyone of each family as ranges.
pub(super) struct People([Vec<Range>; 2]);

impl People {
    pub(super) fn new() -> Self {
        let everyone = AddressSet::globally_routable();
        let v4 = everyone.v4().intervals().iter().map(|(lo, hi)| ((*lo).into(), (*hi).into())).collect();
        Self([v4, everyone.v6().intervals().to_vec()])
    }

    fn of(&self, v6: bool) -> &[Range] {
        let [four, six] = &self.0;
        if v6 { six } else { four }
    }

    /// The first of everyone in a range.
    fn first_in(&self, v6: bool, first: u128, last: u128) -> Option<u128> {
        let ranges = self.of(v6);
        let at = ranges.partition_point(|(_, hi)| *hi < first);
        ranges.get(at).map(|(lo, _)| first.max(*lo)).filter(|found| *found <= last)
    }
}

/// Whether a stretch of ports is open.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Gate {
    /// To everyone: parts of the traffic that together let everyone in.
    Open(Vec<(Option<Pick>, Tree)>),
    /// Not to this one: a tree for each own address where rules tell them apart, else one.
    Closed(u128, Vec<Tree>),
}

/// These peers, from these source ports, to these addresses where they matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pick {
    peers: Range,
    source_ports: (u16, u16),
    local: Option<Range>,
}

/// What is known of the ports of a family before any sweep.
struct Plan {
    /// Stretches by their last port, each with the one of everyone who is denied there and by which line, if it is known.
    stretches: Vec<(u16, Option<Closed>)>,
    /// Ports of which all peers have to be looked at.
    sweep: PortSet,
}

/// Somebody, and the line that denies it; the default without one.
type Closed = (u128, Option<usize>);

/// The gates of one transport and family, by the last port of each stretch.
pub(super) type Gates = Vec<(u16, Option<Gate>)>;

/// Reads what a policy opens.
pub(super) struct Reader<'a> {
    pub(super) people: &'a People,
    /// The addresses of the interface, where rules tell them apart.
    pub(super) own: Option<&'a AddressSet>,
    pub(super) policy: &'a Policy,
}

impl Reader<'_> {
    /// The gates of a transport, IPv4 first, with proofs of the ports that are asked about. Whether all ports are open is always asked: one
    /// that is not tells it.
    pub(super) fn gates(&self, protocol: u8, asked: &PortSet, names: &mut Names<'_>) -> [Gates; 2] {
        let plans = [false, true].map(|v6| self.plan(protocol, asked, v6));
        let mut swept = self.sweep(protocol, &plans, names);
        let mut gates = [Gates::new(), Gates::new()];
        for ((plan, gates), swept) in plans.into_iter().zip(&mut gates).zip(&mut swept) {
            let mut swept = swept.drain(..).peekable();
            for (last, closed) in plan.stretches {
                if let Some((peer, line)) = closed {
                    add(gates, last, Some(Gate::Closed(peer, vec![Tree::By(names.number(line))])));
                    continue;
                }
                while let Some(((first, end), gate)) = swept.next_if(|((_, end), _)| *end <= last) {
                    if let Some(left_out) = first.checked_sub(1) {
                        add(gates, left_out, None);
                    }
                    add(gates, end, Some(gate));
                }
                add(gates, last, None);
            }
            prune(gates, asked);
        }
        gates
    }

    /// What can be told without looking at all peers: where nothing but ports and peers matters, ports are closed if the first of everyone
    /// is denied, and most are.
    fn plan(&self, protocol: u8, asked: &PortSet, v6: bool) -> Plan {
        let plain = self.own.is_none() && self.policy.is_plain();
        let Some((peer, _)) = self.people.of(v6).first().filter(|_| plain).copied() else {
            return Plan { stretches: vec![(u16::MAX, None)], sweep: PortSet::from_range(0, u16::MAX) };
        };
        let (mut first, mut open, mut tells) = (0, Vec::new(), false);
        let deciders = self.policy.deciders(protocol, address(peer, v6)).into_iter();
        let stretches = deciders.map(|(last, line)| {
            let closed = (!self.allows(line)).then_some((peer, line));
            tells |= closed.is_some() && last > 0;
            open.extend(closed.is_none().then_some((first, last)));
            first = last.saturating_add(1);
            (last, closed)
        });
        let stretches = stretches.collect();
        let open: PortSet = open.into_iter().collect();
        Plan { stretches, sweep: if tells { open.intersection(asked) } else { open } }
    }

    /// The gates of the stretches that are to be swept, of each family.
    fn sweep(&self, protocol: u8, plans: &[Plan; 2], names: &mut Names<'_>) -> [Vec<((u16, u16), Gate)>; 2] {
        let mut swept = [Vec::new(), Vec::new()];
        if plans.iter().all(|plan| plan.sweep.is_empty()) {
            return swept;
        }
        let wanted = |plan: &Plan, (first, last)| !plan.sweep.is_disjoint(&PortSet::from_range(first, last));
        let any = |ports| plans.iter().any(|plan| wanted(plan, ports));
        self.policy.tile_some(Some(protocol), any, |ports, nooks| {
            for ((v6, plan), swept) in [false, true].into_iter().zip(plans).zip(&mut swept) {
                swept.extend(wanted(plan, ports).then(|| (ports, self.gate(nooks, v6, names))));
            }
        });
        swept
    }

    fn gate(&self, nooks: &[Nook], v6: bool, names: &mut Names<'_>) -> Gate {
        let parts: Vec<Part<'_>> = nooks.iter().filter_map(|nook| self.part(nook, v6)).collect();
        match self.stranger(&parts, v6) {
            Some(peer) => Gate::Closed(peer, self.closed(&parts, v6, peer, names)),
            None => Gate::Open(self.open(&parts, names)),
        }
    }

    /// What a nook says of a family, unless it has no address of it.
    fn part<'n>(&self, nook: &'n Nook, v6: bool) -> Option<Part<'n>> {
        let [four, six] = &nook.runs;
        let runs = if v6 { six } else { four };
        let Some((source_ports, local)) = &nook.split else {
            let local = self.own.map_or_else(Vec::new, |own| ranges(own, v6));
            return (self.own.is_none() || !local.is_empty()).then_some(Part {
                source_ports: None,
                local,
                runs,
            });
        };
        let local = match self.own {
            Some(own) => ranges(&own.intersection(local), v6),
            None => ranges(local, v6),
        };
        (!local.is_empty()).then_some(Part { source_ports: Some(source_ports), local, runs })
    }

    fn allows(&self, line: Option<usize>) -> bool {
        self.policy.action_of(line) == Action::Allow
    }

    /// The first of everyone who is denied by all parts.
    fn stranger(&self, parts: &[Part<'_>], v6: bool) -> Option<u128> {
        let denied = |peer: u128| parts.iter().all(|part| !self.allows(part.at(peer)));
        let mut from = 0;
        for last in edges(parts) {
            if let Some(peer) = self.people.first_in(v6, from, last).filter(|peer| denied(*peer)) {
                return Some(peer);
            }
            from = last.saturating_add(1);
        }
        None
    }

    /// The proof that a peer is denied, whatever source port it takes.
    fn closed(&self, parts: &[Part<'_>], v6: bool, peer: u128, names: &mut Names<'_>) -> Vec<Tree> {
        let mut by_port = |parts: &mut dyn Iterator<Item = &Part<'_>>| {
            let mut cuts: Vec<(u128, Tree)> = Vec::new();
            for part in parts {
                let tree = Tree::By(names.number(part.at(peer)));
                let clients = part.source_ports.map_or(&[(0, u16::MAX)][..], PortSet::intervals);
                cuts.extend(clients.iter().map(|(_, last)| (u128::from(*last), tree.clone())));
            }
            cuts.sort_by_key(|(last, _)| *last);
            Tree::cut(Side::SourcePort, cuts)
        };
        let holds = |part: &Part<'_>, at: u128| part.local.iter().any(|(lo, hi)| *lo <= at && at <= *hi);
        if let Some(own) = self.own {
            let each = ranges(own, v6).into_iter().flat_map(|(lo, hi)| lo..=hi);
            return each.map(|at| by_port(&mut parts.iter().filter(|part| holds(part, at)))).collect();
        }
        let mut locals: Vec<Range> = parts.iter().flat_map(|part| part.local.iter().copied()).collect();
        locals.sort_unstable();
        locals.dedup();
        if locals.is_empty() {
            return vec![by_port(&mut parts.iter())];
        }
        let cuts = locals
            .iter()
            .map(|(first, last)| (*last, by_port(&mut parts.iter().filter(|part| holds(part, *first)))));
        vec![Tree::cut(Side::Local, cuts.collect::<Vec<_>>())]
    }

    /// The proof that everyone is allowed, each from some port to some address.
    fn open(&self, parts: &[Part<'_>], names: &mut Names<'_>) -> Vec<(Option<Pick>, Tree)> {
        if let [Part { source_ports: None, runs, .. }] = parts {
            let cuts = runs.iter().map(|(last, line)| (*last, Tree::By(names.number(*line))));
            return vec![(None, Tree::cut(Side::Peer, cuts))];
        }
        let (mut first, mut open) = (0, Vec::new());
        for last in edges(parts) {
            if let Some(part) = parts.iter().find(|part| self.allows(part.at(last))) {
                let tree = Tree::By(names.number(part.at(last)));
                let pick = part.source_ports.and_then(|ports| ports.intervals().first()).map(|clients| {
                    let one = |(lo, hi): &Range| if self.own.is_some() { (*lo, *lo) } else { (*lo, *hi) };
                    Pick { peers: (first, last), source_ports: *clients, local: part.local.first().map(one) }
                });
                open.push((pick, tree));
            }
            first = last.saturating_add(1);
        }
        open
    }
}

/// What a nook says of one family.
struct Part<'n> {
    /// The source ports; nothing where they do not matter.
    source_ports: Option<&'n PortSet>,
    /// The addresses of the interface; none where they do not matter.
    local: Vec<Range>,
    runs: &'n [Run],
}

impl Part<'_> {
    /// The line that decides for a peer.
    fn at(&self, peer: u128) -> Option<usize> {
        let nth = self.runs.partition_point(|(last, _)| *last < peer);
        self.runs.get(nth).and_then(|(_, line)| *line)
    }
}

/// The last address of every range of peers for which all parts say the same.
fn edges(parts: &[Part<'_>]) -> Vec<u128> {
    let mut edges: Vec<u128> =
        parts.iter().flat_map(|part| part.runs.iter().map(|(last, _)| *last)).collect();
    if parts.len() != 1 {
        edges.sort_unstable();
        edges.dedup();
        // Where nobody says anything, one range says so.
        if edges.is_empty() {
            edges.push(u128::MAX);
        }
    }
    edges
}

/// The addresses of a family as ranges.
pub(super) fn ranges(set: &AddressSet, v6: bool) -> Vec<Range> {
    if v6 {
        set.v6().intervals().to_vec()
    } else {
        set.v4().intervals().iter().map(|(lo, hi)| ((*lo).into(), (*hi).into())).collect()
    }
}

/// Adds a gate up to a port, unless all ports up to there have theirs.
fn add(gates: &mut Gates, last: u16, gate: Option<Gate>) {
    match gates.last_mut() {
        Some((end, _)) if *end >= last => {}
        Some((end, known)) if *known == gate => *end = last,
        _ => gates.push((last, gate)),
    }
}

/// Leaves out the proofs of ports that nobody asks about. Whether all ports are open is always asked: one that is not tells it.
fn prune(gates: &mut Gates, asked: &PortSet) {
    let shut = |gate: &Option<Gate>| matches!(gate, Some(Gate::Closed(..)));
    let mut first = 0;
    // What shuts port 0 only does not shut any of the ports from 1 on.
    let tells = gates.iter().any(|(last, gate)| shut(gate) && *last > 0);
    let mut told = false;
    let mut kept = Gates::with_capacity(gates.len());
    for (last, gate) in gates.drain(..) {
        let wanted = !asked.is_disjoint(&PortSet::from_range(first, last));
        let only = tells && !told && shut(&gate) && last > 0;
        told |= only || (wanted && shut(&gate) && last > 0);
        let gate = gate.filter(|_| !tells || wanted || only);
        match (kept.last_mut(), &gate) {
            (Some((end, None)), None) => *end = last,
            _ => kept.push((last, gate)),
        }
        first = last.saturating_add(1);
    }
    *gates = kept;
}

/// Writes gates as JSON.
pub(super) fn write(gates: &Gates, v6: bool, out: &mut String) {
    out.push('[');
    for (nth, (last, gate)) in gates.iter().enumerate() {
        push(out, format_args!("{}[{last},", if nth == 0 { "" } else { "," }));
        match gate {
            None => out.push_str("null"),
            Some(Gate::Open(parts)) => {
                out.push('[');
                for (nth, (pick, tree)) in parts.iter().enumerate() {
                    out.push_str(if nth == 0 { "[" } else { ",[" });
                    write_pick(pick.as_ref(), v6, out);
                    out.push(',');
                    tree.write(v6, out);
                    out.push(']');
                }
                out.push(']');
            }
            Some(Gate::Closed(peer, trees)) => {
                push(out, format_args!("[\"{}\",[", address(*peer, v6)));
                for (nth, tree) in trees.iter().enumerate() {
                    out.push_str(if nth == 0 { "" } else { "," });
                    tree.write(v6, out);
                }
                out.push_str("]]");
            }
        }
        out.push(']');
    }
    out.push(']');
}

fn write_pick(pick: Option<&Pick>, v6: bool, out: &mut String) {
    out.push('{');
    if let Some(Pick { peers, source_ports: (first, last), local }) = pick {
        side_range(Side::Peer, *peers, v6, out);
        push(out, format_args!(",\"source_port\":[{first},{last}]"));
        if let Some(local) = local {
            out.push(',');
            side_range(Side::Local, *local, v6, out);
        }
    }
    out.push('}');
}
