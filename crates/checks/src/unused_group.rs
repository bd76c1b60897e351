//! Groups that nothing uses.

use std::sync::Arc;

use hashbrown::HashMap;
use portreeve_model::{GapIx, GroupIx, Listing, Peer, Text};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::finding::{Certainty, Exposure, Finding};
use crate::meta::Meta;
use crate::run::{Asking, Run};

/// One finding for each group that no interface carries and that no group in use names.
pub(crate) struct UnusedGroup;

impl Check for UnusedGroup {
    fn meta(&self) -> &'static Meta {
        &beyond::UNUSED_GROUP
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        if run.estate.coverage.interfaces == Listing::Absent {
            // Nothing is known of any interface, so nothing is said of use either.
            return Vec::new();
        }
        let used = used(run);
        let is_used = |ix: GroupIx| used.get(ix.at()).copied().unwrap_or(true);
        let doubts = doubts(run, is_used);
        let unused = run.estate.each_group().filter(|(ix, _)| !is_used(*ix));
        let detail: Arc<str> = Arc::from("no interface carries it, and no group in use names it");
        let findings = unused
            .map(|(ix, _)| {
                let mut finding = asking.group(run, ix, Vec::new(), Arc::clone(&detail));
                if !run.interfaces_known() {
                    finding.exposure = Exposure::Unknown;
                    finding.certainty = Certainty::Possible;
                    finding.gaps.extend(run.interfaces_gap());
                }
                if !doubts.is_empty() {
                    finding.certainty = Certainty::Possible;
                    finding.gaps.extend(&doubts);
                }
                finding
            })
            .collect();
        vec![findings]
    }
}

/// The gaps that may hide a rule of a group in use which names any other: groups or pages of rules that the input lacks, and
/// peers that could not be read.
fn doubts(run: &Run<'_>, is_used: impl Fn(GroupIx) -> bool) -> Vec<GapIx> {
    let mut gaps = Vec::new();
    if let Listing::Partial(gap) = run.estate.coverage.groups {
        gaps.push(gap);
    }
    for (_, group) in run.estate.each_group().filter(|(ix, _)| is_used(*ix)) {
        gaps.extend(group.incomplete.iter().flatten());
        gaps.extend(group.rules.iter().filter(|rule| rule.peer == Peer::Unknown).filter_map(|rule| rule.gap));
    }
    gaps.sort_unstable();
    gaps.dedup();
    gaps
}

/// Which groups are carried, or named by a group that is used itself, directly or over others.
fn used(run: &Run<'_>) -> Vec<bool> {
    let mut used = vec![false; run.estate.groups.len()];
    let mut waiting: Vec<GroupIx> = run
        .estate
        .each_group()
        .map(|(ix, _)| ix)
        .filter(|ix| !run.index.classes_of(*ix).is_empty())
        .collect();
    let mut named: HashMap<Text, Vec<GroupIx>> = HashMap::new();
    for reference in &run.estate.references {
        match (run.index.group_by_id(reference.group), run.index.group_by_id(reference.by)) {
            (Some(group), Some(_)) => named.entry(reference.by).or_default().push(group),
            // A group of another account, or one that the input lacks, may be in use.
            (Some(group), None) => waiting.push(group),
            (None, _) => {}
        }
    }
    while let Some(group) = waiting.pop() {
        match used.get_mut(group.at()) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        let said = run.estate.group(group);
        let peers = said.rules.iter().filter_map(|rule| match rule.peer {
            Peer::Group { group, .. } => group,
            _ => None,
        });
        waiting.extend(peers);
        waiting.extend(named.get(&said.id).into_iter().flatten());
    }
    used
}
