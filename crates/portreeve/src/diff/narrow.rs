//! Only what concerns one server, interface or group.

use std::collections::BTreeSet;

use portreeve_engine::Differences;
use portreeve_engine::diff::{Bearer, Pair};
use portreeve_explain::{End, Lookup};
use portreeve_model::{Estate, GroupIx, InterfaceIx};
use portreeve_report::FindingChangeKind;

use super::Comparison;
use crate::ask::AskError;
use crate::nearest;

/// What a word names in one estate.
#[derive(Debug, Default)]
struct Named {
    interfaces: BTreeSet<InterfaceIx>,
    /// The groups of these interfaces, or the group that is named.
    groups: BTreeSet<GroupIx>,
    /// Whether the word is a group's, so that all who carry it count.
    group: bool,
}

impl Comparison {
    /// Leaves out what does not concern a server, an interface, an address or a group that at least one of the estates has.
    ///
    /// # Errors
    /// When neither estate has it: the error names what looks like it.
    pub fn narrow(&mut self, estates: [&Estate; 2], word: &str) -> Result<(), AskError> {
        let named = estates.map(|estate| named(estate, word));
        let [Some(old), Some(new)] = &named else {
            let [old, new] = &named;
            if old.is_none() && new.is_none() {
                let near = estates.iter().flat_map(|estate| names(estate));
                return Err(AskError::UnknownEnd {
                    word: word.to_owned(),
                    near: nearest::several(word, near, 3),
                });
            }
            let [old, new] = named.map(Option::unwrap_or_default);
            self.keep(&old, &new);
            return Ok(());
        };
        self.keep(old, new);
        Ok(())
    }

    fn keep(&mut self, old: &Named, new: &Named) {
        narrow(&mut self.differences, old, new);
        let [before, after] = &self.outcomes;
        self.findings.retain(|change| {
            let gone = change.kind == FindingChangeKind::Disappears;
            let (outcome, side) = if gone { (before, old) } else { (after, new) };
            outcome.findings.get(change.at).is_some_and(|finding| match finding.group {
                Some(group) => side.groups.contains(&group),
                None => finding.servers.iter().any(|server| side.interfaces.contains(&server.interface)),
            })
        });
    }
}

fn narrow(differences: &mut Differences, old: &Named, new: &Named) {
    let interface = |pair: &Pair<InterfaceIx>| {
        pair.old.is_some_and(|ix| old.interfaces.contains(&ix))
            || pair.new.is_some_and(|ix| new.interfaces.contains(&ix))
    };
    let group = |pair: &Pair<GroupIx>| {
        pair.old.is_some_and(|ix| old.groups.contains(&ix))
            || pair.new.is_some_and(|ix| new.groups.contains(&ix))
    };
    let alone = old.group || new.group;
    let mut places = Vec::new();
    let mut kept = Vec::new();
    for mut shift in std::mem::take(&mut differences.shifts) {
        shift.bearers.retain_mut(|bearer| match bearer {
            Bearer::Interfaces { interfaces, .. } => {
                interfaces.retain(&interface);
                !interfaces.is_empty()
            }
            Bearer::Group(pair) => alone && group(pair),
            Bearer::Subnets { .. } => false,
        });
        places.push((!shift.bearers.is_empty()).then_some(kept.len()));
        if !shift.bearers.is_empty() {
            kept.push(shift);
        }
    }
    differences.shifts = kept;
    differences.rules.retain(|change| group(&change.group));
    for change in &mut differences.rules {
        let shifts = change.shifts.iter().filter_map(|at| places.get(*at).copied().flatten());
        change.shifts = shifts.collect();
    }
    differences.groups.retain(&group);
    differences.settings.retain(&group);
    differences.interfaces.retain(&interface);
    differences.moved.retain(&interface);
}

fn named(estate: &Estate, word: &str) -> Option<Named> {
    let is_named = |group: &portreeve_model::Group| {
        estate.text(group.id) == word || (!group.name.is_empty() && estate.text(group.name) == word)
    };
    let groups: BTreeSet<GroupIx> =
        estate.each_group().filter(|(_, group)| is_named(group)).map(|(ix, _)| ix).collect();
    if !groups.is_empty() {
        let carries = |list: portreeve_model::GroupListIx| {
            let ids = estate.group_list(list);
            groups.iter().any(|ix| ids.contains(&estate.group(*ix).id))
        };
        let interfaces = estate.each_interface().filter(|(_, it)| it.groups.is_some_and(carries));
        let interfaces = interfaces.map(|(ix, _)| ix).collect();
        return Some(Named { interfaces, groups, group: true });
    }
    let Some(End::Spots(spots)) = Lookup::new(estate).end(estate, word) else { return None };
    let interfaces: BTreeSet<InterfaceIx> =
        spots.iter().filter_map(portreeve_explain::Spot::interface).collect();
    if interfaces.is_empty() {
        return None;
    }
    let lists = interfaces.iter().filter_map(|ix| estate.interface(*ix).groups);
    let ids: BTreeSet<_> = lists.flat_map(|list| estate.group_list(list).iter().copied()).collect();
    let groups = estate.each_group().filter(|(_, group)| ids.contains(&group.id)).map(|(ix, _)| ix).collect();
    Some(Named { interfaces, groups, group: false })
}

/// Ids and names that a mistyped word may mean.
fn names(estate: &Estate) -> impl Iterator<Item = &str> {
    let groups = estate.groups.iter().flat_map(|group| [group.id, group.name]);
    let instances = estate.instances.iter().flat_map(|instance| [instance.id, instance.name]);
    let interfaces = estate.interfaces.iter().map(|interface| interface.id);
    groups.chain(instances).chain(interfaces).filter(|text| !text.is_empty()).map(|text| estate.text(text))
}
