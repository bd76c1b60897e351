//! What a page is made from: the snapshot of a run, and what people decided about it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use portreeve::checks::{Finding, ItemIx, Outcome, ServerState};
use portreeve::explain::{Explainer, Lookup};
use portreeve::model::{Estate, GroupIx, InstanceIx};
use portreeve::report::{Report, Status};
use portreeve::{Judge, Judgement, Waiver};
use portreeve_store::Run;

use crate::wide::Wide;

/// What a run found, as it is kept in memory.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// The run in the store.
    pub(crate) run: Run,
    /// What the documents say.
    pub(crate) estate: Estate,
    /// What was found, for every item, whatever its switch says.
    pub(crate) outcome: Outcome,
    /// What the user should know about the sources.
    pub(crate) warnings: Vec<String>,
    /// Where to find findings.
    pub(crate) finds: Finds,
    /// What takes a while to compute, and is there a little later.
    pub(crate) wide: OnceLock<Wide>,
}

/// Positions of findings, by what they are about.
#[derive(Debug, Default)]
pub(crate) struct Finds {
    /// By the position of the item.
    pub(crate) by_item: Vec<Vec<usize>>,
    /// By the group that they are on.
    pub(crate) by_group: HashMap<GroupIx, Vec<usize>>,
    /// By the instances that are at risk, shielded or unknown.
    pub(crate) by_instance: HashMap<InstanceIx, Vec<usize>>,
    /// Groups and instances by id.
    pub(crate) groups: HashMap<Box<str>, GroupIx>,
    pub(crate) instances: HashMap<Box<str>, InstanceIx>,
}

impl Finds {
    pub(crate) fn of(estate: &Estate, outcome: &Outcome) -> Self {
        let mut finds = Self { by_item: vec![Vec::new(); outcome.items.len()], ..Self::default() };
        for (at, finding) in outcome.findings.iter().enumerate() {
            if let Some(of_item) = finds.by_item.get_mut(usize::from(finding.item.0)) {
                of_item.push(at);
            }
            if let Some(group) = finding.group {
                finds.by_group.entry(group).or_default().push(at);
            }
            for server in &finding.servers {
                let interface = estate.interfaces.get(server.interface.at());
                if let Some(instance) = interface.and_then(|interface| interface.instance) {
                    let of_instance = finds.by_instance.entry(instance).or_default();
                    if of_instance.last() != Some(&at) {
                        of_instance.push(at);
                    }
                }
            }
        }
        finds.groups = estate.each_group().map(|(ix, group)| (estate.text(group.id).into(), ix)).collect();
        let instances = estate.instances.iter().enumerate();
        finds.instances =
            instances.map(|(at, instance)| (estate.text(instance.id).into(), InstanceIx::new(at))).collect();
        finds
    }
}

/// What people decided, and what follows for the findings of a snapshot.
#[derive(Debug)]
pub(crate) struct Decided {
    /// Whether each item is on, by its position.
    pub(crate) on: Vec<bool>,
    /// What became of each finding.
    pub(crate) judgement: Judgement,
}

impl Decided {
    /// Holds the waivers against what was found.
    pub(crate) fn of(
        snapshot: &Snapshot,
        switches: &HashMap<String, bool>,
        waivers: &[Waiver],
        today: portreeve::Date,
    ) -> Self {
        let Snapshot { estate, outcome, .. } = snapshot;
        let on = outcome.items.iter().map(|item| switches.get(&*item.id).copied().unwrap_or(item.enabled));
        let judge = Judge { estate, outcome, baseline: None, waivers, today, partial: false };
        Self { on: on.collect(), judgement: judge.judge() }
    }

    /// What became of a finding.
    pub(crate) fn status(&self, at: usize) -> &Status {
        self.judgement.statuses.get(at).unwrap_or(&Status::Open)
    }
}

/// Everything that a page may look at.
pub(crate) struct Scene<'a> {
    /// What the last run found.
    pub(crate) snapshot: &'a Arc<Snapshot>,
    /// What people decided about it.
    pub(crate) decided: Arc<Decided>,
    /// Answers questions about connections.
    pub(crate) explainer: &'a Explainer<'a>,
    /// Finds what a question names.
    pub(crate) lookup: &'a Lookup,
}

/// How much an item has found: what the table of items shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Security groups with a sure finding that counts.
    pub(crate) groups: usize,
    /// Servers at risk by such findings.
    pub(crate) servers: usize,
    /// Findings that count, the possible ones too.
    pub(crate) findings: usize,
    /// Findings that a waiver covers.
    pub(crate) waived: usize,
}

impl<'a> Scene<'a> {
    pub(crate) fn estate(&self) -> &'a Estate {
        &self.snapshot.estate
    }

    /// The report of the snapshot, for the writers of the façade.
    pub(crate) fn report(&self) -> Report<'_> {
        Report {
            statuses: &self.decided.judgement.statuses,
            notices: &self.decided.judgement.notices,
            warnings: &self.snapshot.warnings,
            ..Report::new(&self.snapshot.estate, &self.snapshot.outcome)
        }
    }

    /// Whether an item is on.
    pub(crate) fn is_on(&self, item: ItemIx) -> bool {
        self.decided.on.get(usize::from(item.0)).copied().unwrap_or(true)
    }

    /// The findings at these positions, each with its position.
    pub(crate) fn findings<'s>(
        &'s self,
        positions: &'s [usize],
    ) -> impl Iterator<Item = (usize, &'a Finding)> + 's {
        let findings = &self.snapshot.outcome.findings;
        positions.iter().filter_map(|at| Some((*at, findings.get(*at)?)))
    }

    /// What an item has found.
    pub(crate) fn counts(&self, item: usize) -> Counts {
        let positions = self.snapshot.finds.by_item.get(item).map_or(&[][..], Vec::as_slice);
        let mut counts = Counts::default();
        let mut groups = Vec::new();
        let mut servers = Vec::new();
        for (at, finding) in self.findings(positions) {
            if !self.decided.status(at).counts() {
                counts.waived += 1;
                continue;
            }
            counts.findings += 1;
            if finding.certainty.as_str() != "sure" {
                continue;
            }
            groups.extend(finding.group);
            let at_risk = finding.servers.iter().filter(|server| server.state == ServerState::AtRisk);
            let instances = at_risk
                .filter_map(|server| self.estate().interfaces.get(server.interface.at()))
                .filter_map(|interface| interface.instance);
            servers.extend(instances);
        }
        counts.groups = distinct(groups);
        counts.servers = distinct(servers);
        counts
    }
}

fn distinct<T: Ord>(mut all: Vec<T>) -> usize {
    all.sort_unstable();
    all.dedup();
    all.len()
}
