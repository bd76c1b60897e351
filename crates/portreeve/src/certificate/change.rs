//! The certificate of a change: what it opens and closes, filter by filter.

use std::io::{self, Write};

use hashbrown::HashMap;
use portreeve_certificate::{self as proof, Filter, Side, Subject};
use portreeve_engine::{Bound, Index, Place, Policy, spread};
use portreeve_fix::Level;
use portreeve_model::{Direction, Estate, GroupIx, InterfaceIx, NetworkIx};
use portreeve_netset::PacketSet;

use crate::fix::Fixing;

use super::tiling::{Stage, Tiling, Together, side_range};

/// What is to be certified of a change.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The estate before.
    pub before: &'a Estate,
    /// The estate afterwards: what [`write_change`] says is verified against documents that say this.
    pub after: &'a Estate,
    /// Where everything that it closes has to lie, for a plan that must close nothing else; `None` says nothing of it. Source ports and
    /// local addresses do not count.
    pub unwanted: Option<&'a PacketSet>,
    /// The groups and interfaces (by their ids) whose rules let nothing unwanted in from the internet any more.
    pub cleared: &'a [Subject],
    /// On how many threads to work.
    pub threads: usize,
}

/// Writes the certificate of a change: every filter that has other rules afterwards, with what decides before and after for every box of
/// traffic. `portreeve verify CERTIFICATE BEFORE... --after AFTER` checks it.
///
/// # Errors
/// When writing fails.
pub fn write_change(change: &Change<'_>, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut wanted = proof::differing(change.before, change.after);
    for subject in change.cleared {
        for (bound, v6) in BOTH.into_iter().flat_map(|bound| [(bound, false), (bound, true)]) {
            let filter = plain(subject, bound);
            let known = wanted.contains(&(filter.clone(), v6));
            wanted.extend((!known).then_some((filter, v6)));
        }
    }
    let (before, after) = (Known::new(change.before), Known::new(change.after));
    writeln!(out, "{{\"schema\":\"{}\",\"proves\":{{\"change\":{{", proof::SCHEMA)?;
    write!(out, "\"differences\":[")?;
    let (mut opens, mut closes, mut begun) = (false, false, false);
    for chunk in wanted.chunks(256) {
        for (text, ways) in
            spread(chunk, change.threads, |(filter, v6)| difference(&before, &after, filter, *v6))
        {
            let between = if std::mem::replace(&mut begun, true) { ",\n" } else { "\n" };
            write!(out, "{between}{text}")?;
            (opens, closes) = (opens | ways.0, closes | ways.1);
        }
    }
    writeln!(out, "],\n\"opens\":{opens},\"closes\":{closes},")?;
    writeln!(out, "\"cleared\":{},", serde_json::to_string(change.cleared)?)?;
    writeln!(out, "\"unwanted\":{}}}}}}}", change.unwanted.map_or_else(|| "null".to_owned(), boxes))?;
    out.flush()
}

/// Writes the certificate of plans, given the documents before and as they are with the plans carried out: nothing is closed but what the plans
/// say, and where one plan does it all the groups that it edits let nothing of that in any more.
///
/// # Errors
/// When writing fails.
pub fn write_fix(
    fixing: &Fixing,
    before: &Estate,
    after: &Estate,
    threads: usize,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let done: Vec<_> = fixing.plans().iter().filter(|plan| plan.level != Level::Manual).collect();
    let unwanted = done.iter().fold(PacketSet::empty(), |all, plan| all.union(&plan.unwanted));
    let index = Index::new(after);
    let shut = |ix: &&GroupIx| {
        let (way, place) = (Direction::Ingress, Place::Internet);
        let id = fixing.estate().text(fixing.estate().group(**ix).id);
        let there = after.texts.find(id).and_then(|id| index.group_by_id(id));
        there.is_some_and(|ix| {
            Policy::of_group(&index, ix, way, place, Bound::Possibly).permitted().is_disjoint(&unwanted)
        })
    };
    let cleared: Vec<Subject> = match done.as_slice() {
        [plan] => {
            let groups = plan.groups.iter().filter(shut);
            let ids = groups.map(|ix| fixing.estate().text(fixing.estate().group(*ix).id).to_owned());
            ids.map(Subject::Group).collect()
        }
        _ => Vec::new(),
    };
    let change = Change { before, after, unwanted: Some(&unwanted), cleared: &cleared, threads };
    write_change(&change, out)
}

const BOTH: [proof::Bound; 2] = [proof::Bound::Surely, proof::Bound::Possibly];

fn plain(of: &Subject, bound: proof::Bound) -> Filter {
    let place = proof::Place::Internet;
    Filter { of: of.clone(), ingress: true, place, bound, reply: false, local: None, peer: None }
}

/// One filter before and after as JSON; whether it opens and whether it closes something.
fn difference(before: &Known<'_>, after: &Known<'_>, filter: &Filter, v6: bool) -> (String, (bool, bool)) {
    let (old, new) = (before.policy(filter), after.policy(filter));
    let (Some(old), Some(new)) = (old, new) else { return ("null".to_owned(), (false, false)) };
    let stages = vec![
        Stage { estate: before.index.estate(), policy: &old, filter: filter.clone() },
        Stage { estate: after.index.estate(), policy: &new, filter: filter.clone() },
    ];
    let (mut text, mut ways) = (String::new(), (false, false));
    Tiling { stages, v6, space: Vec::new() }.write(Together::Both, &mut text, &mut |says| {
        if let [Some(was), Some(is)] = says {
            ways = (ways.0 || was < is, ways.1 || was > is);
        }
    });
    (text, ways)
}

/// An estate with what is looked up in it by id.
pub(super) struct Known<'e> {
    pub(super) index: Index<'e>,
    interfaces: HashMap<&'e str, InterfaceIx>,
    networks: HashMap<&'e str, NetworkIx>,
}

impl<'e> Known<'e> {
    pub(super) fn new(estate: &'e Estate) -> Self {
        let networks = estate.networks.iter().enumerate();
        Self {
            index: Index::new(estate),
            interfaces: estate.each_interface().map(|(ix, it)| (estate.text(it.id), ix)).collect(),
            networks: networks.map(|(at, it)| (estate.text(it.id), NetworkIx::new(at))).collect(),
        }
    }

    /// The policy of a filter, if the estate has what it is of.
    pub(super) fn policy(&self, filter: &Filter) -> Option<Policy> {
        let estate = self.index.estate();
        let way = if filter.ingress { Direction::Ingress } else { Direction::Egress };
        let place = match &filter.place {
            proof::Place::Internet => Place::Internet,
            proof::Place::Elsewhere => Place::Elsewhere,
            proof::Place::Network(id) => {
                self.networks.get(id.as_str()).map_or(Place::Elsewhere, |ix| Place::Network(*ix))
            }
        };
        let bound = match filter.bound {
            proof::Bound::Surely => Bound::Surely,
            proof::Bound::Possibly => Bound::Possibly,
        };
        match &filter.of {
            Subject::Group(id) => {
                let group = self.index.group_by_id(estate.texts.find(id)?)?;
                Some(Policy::of_group(&self.index, group, way, place, bound))
            }
            Subject::Interface(id) => {
                let class = self.index.class(self.index.class_of(*self.interfaces.get(id.as_str())?));
                Some(Policy::of_class(&self.index, class, way, place, bound))
            }
            Subject::Acl(id) => {
                let at = estate.acls.iter().position(|acl| estate.text(acl.id) == id)?;
                Some(Policy::of_acl(&self.index, portreeve_model::AclIx::new(at), way, bound))
            }
        }
    }
}

/// A set as boxes.
fn boxes(set: &PacketSet) -> String {
    let mut out = "[".to_owned();
    for block in set.blocks() {
        for (protocols, ports) in pairs(block.protocols.intervals(), block.ports.intervals()) {
            for v6 in [false, true] {
                for peers in super::openness::ranges(&block.peers, v6) {
                    out.push_str(if out.len() == 1 { "\n{" } else { ",\n{" });
                    side_range(Side::Protocol, widen(*protocols), v6, &mut out);
                    out.push(',');
                    side_range(Side::Port, (ports.0.into(), ports.1.into()), v6, &mut out);
                    out.push(',');
                    side_range(Side::Peer, peers, v6, &mut out);
                    out.push('}');
                }
            }
        }
    }
    out.push(']');
    out
}

fn pairs<'a, A, B>(one: &'a [A], other: &'a [B]) -> impl Iterator<Item = (&'a A, &'a B)> {
    one.iter().flat_map(move |a| other.iter().map(move |b| (a, b)))
}

fn widen((first, last): (u8, u8)) -> (u128, u128) {
    (first.into(), last.into())
}
