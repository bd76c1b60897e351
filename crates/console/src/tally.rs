//! How much was found on each group and each server: what lists are ordered by.

use portreeve::checks::{Risk, ServerState};
use portreeve::model::{GroupIx, InstanceIx};

use crate::scene::Snapshot;

/// Findings that count, by risk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tally {
    // In this order, so that more of the worst is more.
    by_risk: [u32; 4],
}

impl Tally {
    fn note(&mut self, risk: Risk) {
        if let Some(count) = self.by_risk.get_mut(Self::place(risk)) {
            *count += 1;
        }
    }

    fn place(risk: Risk) -> usize {
        match risk {
            Risk::High => 0,
            Risk::Medium => 1,
            Risk::Low => 2,
            Risk::Info => 3,
        }
    }

    /// How many findings of a risk there are.
    pub(crate) fn of(self, risk: Risk) -> u32 {
        self.by_risk.get(Self::place(risk)).copied().unwrap_or_default()
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// The tallies of all groups and servers.
#[derive(Debug, Default)]
pub(crate) struct Tallies {
    groups: Vec<Tally>,
    servers: Vec<Tally>,
    /// The groups with the most and worst findings first.
    pub(crate) worst_groups: Vec<GroupIx>,
    /// As well the servers.
    pub(crate) worst_servers: Vec<InstanceIx>,
}

impl Tallies {
    /// Counts the findings of which `counts` is true, which is given their position: of a server those that put it at risk.
    pub(crate) fn of(snapshot: &Snapshot, counts: impl Fn(usize) -> bool) -> Self {
        let Snapshot { estate, outcome, .. } = snapshot;
        let mut groups = vec![Tally::default(); estate.groups.len()];
        let mut servers = vec![Tally::default(); estate.instances.len()];
        // The finding that a server was counted for last, from 1: it may have several interfaces.
        let mut last = vec![0; servers.len()];
        for (at, finding) in outcome.findings.iter().enumerate().filter(|(at, _)| counts(*at)) {
            let risk = outcome.item(finding).risk;
            if let Some(tally) = finding.group.and_then(|ix| groups.get_mut(ix.at())) {
                tally.note(risk);
            }
            for server in finding.servers.iter().filter(|server| server.state == ServerState::AtRisk) {
                let interface = estate.interfaces.get(server.interface.at());
                let Some(instance) = interface.and_then(|interface| interface.instance) else { continue };
                let (Some(tally), Some(last)) = (servers.get_mut(instance.at()), last.get_mut(instance.at()))
                else {
                    continue;
                };
                if *last != at + 1 {
                    *last = at + 1;
                    tally.note(risk);
                }
            }
        }
        let worst_groups = worst(&groups, GroupIx::new, |ix| estate.text(estate.group(ix).name));
        let worst_servers = worst(&servers, InstanceIx::new, |ix| estate.text(estate.instance(ix).name));
        Self { groups, servers, worst_groups, worst_servers }
    }

    pub(crate) fn group(&self, ix: GroupIx) -> Tally {
        self.groups.get(ix.at()).copied().unwrap_or_default()
    }

    pub(crate) fn server(&self, ix: InstanceIx) -> Tally {
        self.servers.get(ix.at()).copied().unwrap_or_default()
    }
}

/// The worst first, then by name.
fn worst<'e, T: Copy>(tallies: &[Tally], ix: fn(usize) -> T, name: impl Fn(T) -> &'e str) -> Vec<T> {
    let mut order: Vec<(Tally, T)> = tallies.iter().enumerate().map(|(at, tally)| (*tally, ix(at))).collect();
    order.sort_by(|(one, first), (other, second)| {
        other.cmp(one).then_with(|| name(*first).cmp(name(*second)))
    });
    order.into_iter().map(|(_, ix)| ix).collect()
}
