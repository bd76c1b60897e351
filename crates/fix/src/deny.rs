//! A deny rule before what lets the unwanted traffic through, and allow rules before it for what it would cut besides.

use portreeve_model::{
    Action, Acts, Edit, GroupIx, Peer, PortRange, Ports, Prefix, Protocol, Ranking, Rule, Scope, Text,
    Writing,
};
use portreeve_netset::{AddressSet, Block, Cidr, IntervalSet, PacketSet, PortSet};

use crate::close::{Candidate, Draft, Job};
use crate::plan::Strategy;
use crate::prove;
use crate::reach::Probe;
use crate::replace::{add, covered_before, removals, writable};
use crate::shape::{self, Shape};

/// More deny rules than this are no answer for a person.
const MOST: usize = 16;

/// Where new rules stand among the old ones.
#[derive(Debug, Clone, Copy)]
struct Ranks {
    /// The priority of what stays allowed; `None` where nothing of it is in the way.
    allow: Option<u32>,
    deny: u32,
    /// Whether rules of a rank before the deny are written anew beside it.
    demote: bool,
}

/// Every candidate with a deny rule, in each of the groups.
pub(crate) fn candidates(job: &Job<'_>) -> Vec<Candidate> {
    let writing = job.writing;
    if !writing.denies {
        return Vec::new();
    }
    let closed = closed(job);
    let mut found = Vec::new();
    for group in &job.groups {
        for ranks in ranks(job, *group, &writing) {
            found.extend(candidate(job, *group, &closed, ranks, &writing));
        }
    }
    found
}

/// What passes now and should not, wherever the plan has to hit its target.
fn closed(job: &Job<'_>) -> PacketSet {
    let target = prove::target(&job.before, &job.bare, &job.unwanted);
    let exact = job.scene.pairs().map(|(context, _)| context.exact);
    let views = exact.zip(job.before.iter().zip(&target)).filter(|(exact, _)| *exact);
    let lost = views.map(|(_, (before, target))| before.possibly.difference(&target.possibly).project());
    PacketSet::union_all(lost)
}

/// The ranks to try: just before the first rule that lets the traffic through, or just behind it with that rule moved.
fn ranks(job: &Job<'_>, group: GroupIx, writing: &Writing) -> Vec<Ranks> {
    let Some((first, last)) = writing.priorities else { return Vec::new() };
    let own = job.profile().is_some_and(|profile| profile.ranking == Ranking::GroupThenPriority);
    let counted = job.victims.iter().filter(|at| !own || at.group == group);
    let priorities = counted.filter_map(|at| job.scene.rule(at.group, at.rule)).map(|rule| rule.priority);
    let p = writable(priorities.min().unwrap_or(last), writing);
    let mut found = vec![Ranks { allow: None, deny: p, demote: false }];
    if p > first {
        found.push(Ranks { allow: Some(p - 1), deny: p, demote: false });
    }
    if p < last {
        found.push(Ranks { allow: Some(p), deny: p + 1, demote: true });
    }
    found
}

fn candidate(
    job: &Job<'_>,
    group: GroupIx,
    closed: &PacketSet,
    ranks: Ranks,
    writing: &Writing,
) -> Option<Candidate> {
    let shapes = match ranks.allow {
        None => exactly(closed, writing)?,
        Some(_) => hull(closed, writing)?,
    };
    let denies = PacketSet::union_all(shapes.iter().map(set));
    let mut unwanted = job.unwanted.difference(&closed.difference(&denies));
    let moved: Vec<_> = job
        .victims
        .iter()
        .copied()
        .filter(|at| ranks.demote && at.group == group)
        .filter(|at| job.scene.rule(at.group, at.rule).is_some_and(|rule| rule.priority < ranks.deny))
        .collect();
    let model = job.victims.iter().find(|at| at.group == group).or_else(|| job.victims.first());
    let words =
        model.and_then(|at| job.scene.rule(at.group, at.rule)).map_or(Text::EMPTY, |rule| rule.description);
    let blank = blank(job, words);
    let mut drafts = Vec::new();
    if let Some(priority) = ranks.allow {
        let stays = left(job, group, &unwanted)?.intersection(&denies);
        let mut probe = Probe::new(&job.scene.estate);
        let covered = covered_before(job, &mut probe, group, priority, &moved);
        let written = shape::write(&stays, &covered, writing)?;
        unwanted = unwanted.union(&written.unwritten);
        drafts.extend(written.shapes.iter().map(|shape| add(group, shape, &blank, priority)));
    }
    drafts.extend(shapes.iter().map(|shape| {
        let blank = Rule { action: Action::Deny, ..blank.clone() };
        let why = "closes the unwanted traffic before any other rule opens it".to_owned();
        Draft { why, ..add(group, shape, &blank, ranks.deny) }
    }));
    for at in &moved {
        let rule = job.scene.rule(at.group, at.rule).filter(|rule| can_be_written(rule, writing))?;
        let again = Rule { id: Text::EMPTY, position: 0, priority: ranks.deny, ..rule.clone() };
        let why = "the wide rule stands behind the deny from now on".to_owned();
        let (edit, rule) = (Edit::AddRule(group, Box::new(again)), Some(Box::new(rule.clone())));
        drafts.push(Draft { edit, rule, why });
    }
    drafts.extend(removals(job, moved.into_iter()));
    Some(Candidate { strategy: Strategy::Deny, drafts, unwanted })
}

/// Whether a rule that was read could be written as it is.
fn can_be_written(rule: &Rule, writing: &Writing) -> bool {
    let named = match rule.protocol {
        Protocol::All => true,
        Protocol::Number(number) => writing.protocols.is_empty() || writing.protocols.contains(&number),
    };
    let ports = match &rule.ports {
        Ports::All | Ports::List(_) => true,
        Ports::Range(range) => range.first() > 0,
        Ports::Ranges(ranges) => {
            ranges.len() <= writing.port_ranges && ranges.iter().all(|range| range.first() > 0)
        }
        Ports::Unknown => false,
    };
    named && ports && rule.peer != Peer::Unknown
}

/// What the group alone should let through in the end.
fn left(job: &Job<'_>, group: GroupIx, unwanted: &PacketSet) -> Option<PacketSet> {
    let target = prove::target(&job.before, &job.bare, unwanted);
    let alone = |context: &crate::scene::Context| *context.class.groups == [group] && !context.class.unread;
    let at = job.scene.pairs().position(|(context, _)| alone(context))?;
    target.get(at).map(|view| view.surely.project())
}

/// A rule that says nothing yet.
fn blank(job: &Job<'_>, description: Text) -> Rule {
    Rule {
        id: Text::EMPTY,
        description,
        position: 0,
        priority: 0,
        direction: job.direction,
        action: Action::Allow,
        acts: Acts::Surely,
        scope: Scope::Anywhere,
        protocol: Protocol::All,
        ports: Ports::All,
        peer: Peer::Any,
        narrow: None,
        gap: None,
    }
}

/// Deny rules for a set and nothing else.
fn exactly(set: &PacketSet, writing: &Writing) -> Option<Vec<Shape>> {
    let written = shape::write(set, &PacketSet::empty(), writing)?;
    (!written.shapes.is_empty() && written.shapes.len() <= MOST).then_some(written.shapes)
}

/// Few deny rules around a set: for each protocol and family one block of peers.
fn hull(set: &PacketSet, writing: &Writing) -> Option<Vec<Shape>> {
    let protocols = set.protocols();
    let mut shapes = Vec::new();
    if protocols.is_full() {
        let peers: Vec<AddressSet> = set.slices().map(|slice| slice.flow.peers()).collect();
        let blocks = blocks(&AddressSet::union_all(&peers));
        shapes.extend(blocks.into_iter().map(|peer| Shape {
            protocol: Protocol::All,
            ports: Ports::All,
            peer,
        }));
        return (!shapes.is_empty()).then_some(shapes);
    }
    for number in protocols.intervals().iter().flat_map(|(first, last)| *first..=*last) {
        if !writing.protocols.is_empty() && !writing.protocols.contains(&number) {
            return None;
        }
        let peers: Vec<AddressSet> = set.slices_of(number).map(|slice| slice.flow.peers()).collect();
        for peer in blocks(&AddressSet::union_all(&peers)) {
            let family = AddressSet::from(Cidr::new(peer.address(), 0)?);
            let own = set.slices_of(number).filter(|slice| !slice.flow.peers().is_disjoint(&family));
            let ports: PortSet = own.map(|slice| slice.ports).collect();
            shapes.extend(ports_of(number, &ports, writing).into_iter().map(|ports| Shape {
                protocol: Protocol::Number(number),
                ports,
                peer,
            }));
        }
        if shapes.len() > MOST {
            return None;
        }
    }
    (!shapes.is_empty()).then_some(shapes)
}

/// The smallest block around the addresses of each family.
fn blocks(peers: &AddressSet) -> Vec<Prefix> {
    let v4 = peers.v4().first().zip(peers.v4().last()).and_then(|(first, last)| {
        let len = u8::try_from((first ^ last).leading_zeros()).ok()?;
        Prefix::new(std::net::IpAddr::from(first.to_be_bytes()), len)
    });
    let v6 = peers.v6().first().zip(peers.v6().last()).and_then(|(first, last)| {
        let len = u8::try_from((first ^ last).leading_zeros()).ok()?;
        Prefix::new(std::net::IpAddr::from(first.to_be_bytes()), len)
    });
    v4.into_iter().chain(v6).collect()
}

/// Ports as rules take them, port 0 left out.
fn ports_of(number: u8, ports: &PortSet, writing: &Writing) -> Vec<Ports> {
    if !shape::has_ports(number) {
        return vec![Ports::All];
    }
    let ports = ports.difference(&PortSet::single(0));
    let ranges: Vec<PortRange> =
        ports.intervals().iter().filter_map(|(first, last)| PortRange::new(*first, *last)).collect();
    let chunk = |chunk: &[PortRange]| match chunk {
        [one] => Ports::Range(*one),
        _ => Ports::Ranges(chunk.into()),
    };
    ranges.chunks(writing.port_ranges.max(1)).map(chunk).collect()
}

/// What a shape matches.
fn set(shape: &Shape) -> PacketSet {
    let ports = match &shape.ports {
        Ports::Range(range) => PortSet::from_range(range.first(), range.last()),
        Ports::Ranges(ranges) => ranges.iter().map(|range| (range.first(), range.last())).collect(),
        _ => PortSet::full(),
    };
    let protocols = match shape.protocol {
        Protocol::All => IntervalSet::full(),
        Protocol::Number(number) => IntervalSet::single(number),
    };
    let peers =
        Cidr::new(shape.peer.address(), shape.peer.len()).map_or(AddressSet::empty(), AddressSet::from);
    PacketSet::from_block(&Block { protocols, ports, peers, ..Block::all() })
}
