//! What a page is made from: the snapshot of a run, and what people decided about it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use portreeve::ask::{Query, end};
use portreeve::checks::{Certainty, Finding, Fingerprint, ItemIx, Outcome, RuleRef, ServerState};
use portreeve::engine::Index;
use portreeve::explain::{Explainer, Lookup, Who};
use portreeve::model::{Estate, GroupIx, InstanceIx, Peer, Text};
use portreeve::netset::protocol;
use portreeve::report::{Report, Status};
use portreeve::{Judge, Judgement, Waiver};
use portreeve_store::{Mark, Run};

use crate::addresses::Addresses;
use crate::problem::Problem;
use crate::tally::Tallies;
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
    /// By group: the findings of no single group in which its rules take part.
    pub(crate) by_part: HashMap<GroupIx, Vec<usize>>,
    /// The rules of other groups that name a group, by that group.
    pub(crate) named_by: HashMap<GroupIx, Vec<RuleRef>>,
    /// How many interfaces and how many servers carry a group, by its position.
    pub(crate) members: Vec<Members>,
    /// What lists of servers ask for, by the position of the server.
    pub(crate) traits: Vec<Traits>,
    /// Servers by their addresses.
    pub(crate) addresses: Addresses,
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
            match finding.group {
                Some(group) => finds.by_group.entry(group).or_default().push(at),
                None => finds.take_part(at, finding),
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
        finds.named_by = named_by(estate);
        finds.members = members(estate);
        finds.traits = traits(estate);
        finds.addresses = Addresses::of(estate);
        finds
    }

    /// Notes the groups whose rules take part in a finding of no single group.
    fn take_part(&mut self, at: usize, finding: &Finding) {
        // Rules stand by group in most findings; the last entry of a group tells whether it has been noted.
        for rule in finding.rules.iter() {
            let of_group = self.by_part.entry(rule.group).or_default();
            if of_group.last() != Some(&at) {
                of_group.push(at);
            }
        }
    }
}

/// How many carry a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Members {
    pub(crate) interfaces: usize,
    pub(crate) servers: usize,
}

/// What a server is like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    /// It has a public address.
    pub(crate) public: bool,
    /// One of its interfaces carries no group.
    pub(crate) bare: bool,
}

fn traits(estate: &Estate) -> Vec<Traits> {
    let mut all = vec![Traits::default(); estate.instances.len()];
    for interface in &estate.interfaces {
        if let Some(traits) = interface.instance.and_then(|ix| all.get_mut(ix.at())) {
            traits.public |= interface.addresses.iter().any(|address| address.public.is_some());
            traits.bare |= interface.groups.is_some_and(|list| estate.group_list(list).is_empty());
        }
    }
    all
}

fn named_by(estate: &Estate) -> HashMap<GroupIx, Vec<RuleRef>> {
    let mut named: HashMap<GroupIx, Vec<RuleRef>> = HashMap::new();
    for (ix, group) in estate.each_group() {
        for (at, rule) in (0..).zip(&group.rules) {
            if let Peer::Group { group: Some(peer), .. } = rule.peer {
                named.entry(peer).or_default().push(RuleRef { group: ix, rule: at });
            }
        }
    }
    named
}

fn members(estate: &Estate) -> Vec<Members> {
    let by_id = estate.groups_by_id();
    let known = |ids: &[Text]| ids.iter().filter_map(|id| by_id.get(id).copied()).collect();
    let lists: Vec<Vec<GroupIx>> = estate.group_lists.iter().map(|ids| known(ids)).collect();
    let mut members = vec![Members::default(); estate.groups.len()];
    let mut carried: Vec<(GroupIx, InstanceIx)> = Vec::new();
    for interface in &estate.interfaces {
        let groups = interface.groups.and_then(|list| lists.get(list.at()));
        for group in groups.into_iter().flatten() {
            members.get_mut(group.at()).into_iter().for_each(|members| members.interfaces += 1);
            carried.extend(interface.instance.map(|instance| (*group, instance)));
        }
    }
    carried.sort_unstable();
    carried.dedup();
    for (group, _) in carried {
        members.get_mut(group.at()).into_iter().for_each(|members| members.servers += 1);
    }
    members
}

/// What people decided, and what follows for the findings of a snapshot.
#[derive(Debug)]
pub(crate) struct Decided {
    /// Whether each item is on, by its position.
    pub(crate) on: Vec<bool>,
    /// What became of each finding.
    pub(crate) judgement: Judgement,
    /// The findings that somebody has planned to fix, by their positions.
    pub(crate) planned: HashMap<usize, Mark>,
    /// How much each item has found, by its position.
    pub(crate) counts: Vec<Counts>,
    /// How much the items that are on have found, each group and server once.
    pub(crate) total: Counts,
    /// How much each group and server has, of the items that are on.
    pub(crate) tallies: Tallies,
}

impl Decided {
    /// Holds the waivers against what was found.
    pub(crate) fn of(
        snapshot: &Snapshot,
        switches: &HashMap<String, bool>,
        waivers: &[Waiver],
        marks: Vec<Mark>,
        today: portreeve::Date,
    ) -> Self {
        let Snapshot { estate, outcome, .. } = snapshot;
        let on = outcome.items.iter().map(|item| switches.get(&*item.id).copied().unwrap_or(item.enabled));
        let judge = Judge { estate, outcome, baseline: None, waivers, today, partial: false };
        let (on, judgement) = (on.collect::<Vec<bool>>(), judge.judge());
        let standing = |at: usize| {
            let item = outcome.findings.get(at).and_then(|finding| on.get(usize::from(finding.item.0)));
            item == Some(&true) && judgement.statuses.get(at).unwrap_or(&Status::Open).counts()
        };
        let tallies = Tallies::of(snapshot, standing);
        let (counts, total) = (Vec::new(), Counts::default());
        let planned = planned(snapshot, marks);
        let mut decided = Self { on, judgement, planned, counts, total, tallies };
        decided.count(snapshot);
        decided
    }

    fn count(&mut self, snapshot: &Snapshot) {
        let Snapshot { estate, outcome, finds, .. } = snapshot;
        let mut groups = Seen::new(estate.groups.len());
        let mut servers = Seen::new(estate.instances.len());
        for (item, positions) in finds.by_item.iter().enumerate() {
            let mut counts = Counts::default();
            let on = self.on.get(item).copied().unwrap_or(true);
            for at in positions {
                let Some(finding) = outcome.findings.get(*at) else { continue };
                if !self.status(*at).counts() {
                    counts.waived += 1;
                    continue;
                }
                counts.findings += 1;
                if finding.certainty != Certainty::Sure {
                    counts.possible += 1;
                    continue;
                }
                // Nobody is at risk from what is not about traffic.
                let all = on && !finding.traffic.is_empty();
                if let Some(group) = finding.group {
                    groups.note(group.at(), item, all, &mut counts.groups, &mut self.total.groups);
                }
                for server in finding.servers.iter().filter(|server| server.state == ServerState::AtRisk) {
                    let interface = estate.interfaces.get(server.interface.at());
                    if let Some(instance) = interface.and_then(|interface| interface.instance) {
                        servers.note(instance.at(), item, all, &mut counts.servers, &mut self.total.servers);
                    }
                }
            }
            if on {
                self.total.findings += counts.findings;
                self.total.possible += counts.possible;
                self.total.waived += counts.waived;
            }
            self.counts.push(counts);
        }
    }

    /// What became of a finding.
    pub(crate) fn status(&self, at: usize) -> &Status {
        self.judgement.statuses.get(at).unwrap_or(&Status::Open)
    }
}

/// The findings that are marked as planned.
fn planned(snapshot: &Snapshot, marks: Vec<Mark>) -> HashMap<usize, Mark> {
    let Snapshot { outcome, finds, .. } = snapshot;
    let position = |mark: &Mark| {
        let item = outcome.items.iter().position(|item| *item.id == *mark.item)?;
        let found = |at: &&usize| {
            outcome.findings.get(**at).is_some_and(|finding| finding.fingerprint.cause == mark.cause)
        };
        finds.by_item.get(item)?.iter().find(found).copied()
    };
    marks.into_iter().filter_map(|mark| Some((position(&mark)?, mark))).collect()
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
    /// Findings that count and are only possible.
    pub(crate) possible: usize,
    /// Findings that a waiver covers.
    pub(crate) waived: usize,
}

impl<'a> Scene<'a> {
    pub(crate) fn estate(&self) -> &'a Estate {
        &self.snapshot.estate
    }

    pub(crate) fn index(&self) -> &'a Index<'a> {
        self.explainer.index()
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
        self.is_on_at(usize::from(item.0))
    }

    /// Whether the item at a position is on.
    pub(crate) fn is_on_at(&self, item: usize) -> bool {
        self.decided.on.get(item).copied().unwrap_or(true)
    }

    /// The findings at these positions, each with its position.
    pub(crate) fn findings<'s>(
        &'s self,
        positions: &'s [usize],
    ) -> impl Iterator<Item = (usize, &'a Finding)> + 's {
        let findings = &self.snapshot.outcome.findings;
        positions.iter().filter_map(|at| Some((*at, findings.get(*at)?)))
    }

    /// The finding of a fingerprint with its position, also if it reaches further now, or less far.
    pub(crate) fn find(&self, fingerprint: Fingerprint) -> Option<(usize, &'a Finding)> {
        let findings = &self.snapshot.outcome.findings;
        let by = |same: &dyn Fn(Fingerprint) -> bool| {
            let at = findings.iter().position(|finding| same(finding.fingerprint))?;
            Some((at, findings.get(at)?))
        };
        by(&|known| known == fingerprint).or_else(|| by(&|known| known.cause == fingerprint.cause))
    }

    /// As [`Scene::find`], or why there is none.
    pub(crate) fn found(&self, fingerprint: Fingerprint) -> Result<(usize, &'a Finding), Problem> {
        let none = || Problem::NotFound(format!("the last run did not find `{fingerprint}`"));
        self.find(fingerprint).ok_or_else(none)
    }

    /// Everybody who can reach the end of a question whose other end is `any`.
    pub(crate) fn who(&self, query: &Query) -> Result<Who, Problem> {
        let invalid = |why: String| Problem::Invalid(why);
        let number = query.protocol_number().map_err(|why| invalid(why.to_string()))?;
        let number = number
            .ok_or_else(|| invalid("who can reach something is asked about one protocol".to_owned()))?;
        if protocol::has_ports(number) == query.port.is_none() {
            let why = if query.port.is_none() {
                "who can reach something is asked about one port"
            } else {
                "this protocol has no ports: leave the port out"
            };
            return Err(invalid(why.to_owned()));
        }
        let to = end(self.estate(), self.lookup, &query.to).map_err(|why| invalid(why.to_string()))?;
        self.explainer.who(&to, number, query.port, 1).map_err(|why| invalid(why.to_string()))
    }

    /// What an item has found, by its position.
    pub(crate) fn counts(&self, item: usize) -> Counts {
        self.decided.counts.get(item).copied().unwrap_or_default()
    }
}

/// Counts distinct things, for one item after the other and for all together: no table has to be cleared between items.
struct Seen {
    /// The item that saw a thing last, counted from 1.
    last: Vec<usize>,
    /// Whether it counts altogether.
    counted: Vec<bool>,
}

impl Seen {
    fn new(len: usize) -> Self {
        Self { last: vec![0; len], counted: vec![false; len] }
    }

    fn note(&mut self, at: usize, item: usize, all: bool, of_item: &mut usize, of_all: &mut usize) {
        let (Some(last), Some(counted)) = (self.last.get_mut(at), self.counted.get_mut(at)) else { return };
        *of_item += usize::from(*last != item + 1);
        *last = item + 1;
        *of_all += usize::from(all && !*counted);
        *counted |= all;
    }
}
