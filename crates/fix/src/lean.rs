//! Plans that preserve: rules that change nothing go, rules that say the same together become fewer, unused groups go.

use portreeve_engine::{Index, RuleRef};
use portreeve_model::{
    Action, Acts, Direction, Edit, Estate, GroupIx, Listing, Narrow, Peer, Ranking, Rule, Scope,
};
use portreeve_netset::PacketSet;

use crate::close::Draft;
use crate::plan::{Level, Plan, Step, Strategy};
use crate::reach::Probe;
use crate::scene::{Scene, carriers_of, contexts_of};
use crate::shape::{self, Shape};
use crate::{prove, replace, squeeze, undo};

/// Names a rule whatever happens to the others: its group, direction and position.
pub(crate) type Name = (GroupIx, Direction, u32);

/// The names of rules.
pub(crate) fn names(estate: &Estate, rules: &[RuleRef]) -> Vec<Name> {
    let named = rules.iter().filter_map(|at| {
        let rule = estate.groups.get(at.group.at())?.rules.get(at.rule as usize)?;
        Some((at.group, rule.direction, rule.position))
    });
    named.collect()
}

/// Removes rules of one group that change nothing; those that are gone already need no plan.
pub(crate) fn remove(
    index: &Index<'_>,
    estate: &Estate,
    group: GroupIx,
    named: &[Name],
    aims: &[usize],
) -> Option<Plan> {
    let rules = &estate.group(group).rules;
    let places =
        (0_u32..).zip(rules).filter(|(_, rule)| named.contains(&(group, rule.direction, rule.position)));
    let mut places: Vec<u32> = places.map(|(at, _)| at).collect();
    places.sort_unstable_by(|one, other| other.cmp(one));
    if places.is_empty() {
        return None;
    }
    let scene = Scene::new(index, estate, carriers_of(index, group));
    let before = Direction::BOTH.map(|direction| scene.picture(direction));
    let same = |places: &[u32]| {
        let after = scene.after(&removals(group, places));
        Direction::BOTH.iter().zip(&before).all(|(direction, before)| after.picture(*direction) == *before)
    };
    let mut reasons = managed(estate, group);
    let mut gone: Vec<u32> = Vec::new();
    if reasons.is_empty() && same(&places) {
        gone = places;
    } else if reasons.is_empty() {
        // Together they change something; as many as possible go, one after the other.
        for at in places {
            gone.push(at);
            if !same(&gone) {
                gone.pop();
            }
        }
        if gone.is_empty() {
            reasons.push("without these rules something else would pass".to_owned());
        }
    }
    let drafts = gone.iter().map(|at| Draft {
        edit: Edit::RemoveRule(group, *at),
        rule: scene.rule(group, *at).cloned().map(Box::new),
        why: "changes nothing that passes".to_owned(),
    });
    let mut plan = plan(Strategy::Remove, &scene.estate, vec![group], drafts.collect(), aims, reasons);
    let alone = Scene::new(index, estate, contexts_of(index, group));
    let shrinks = |direction: Direction| {
        alone.picture(direction) != alone.after(&removals(group, &gone)).picture(direction)
    };
    if Direction::BOTH.into_iter().any(shrinks) {
        plan.notes.push(
            "other groups of its interfaces say the same; alone, the group would let less through".to_owned(),
        );
    }
    Some(plan)
}

fn removals(group: GroupIx, places: &[u32]) -> Vec<Edit> {
    places.iter().map(|at| Edit::RemoveRule(group, *at)).collect()
}

fn managed(estate: &Estate, group: GroupIx) -> Vec<String> {
    let said = estate.group(group);
    let id = estate.text(said.id);
    let reason = || format!("`{id}` is kept by a service of the cloud, which alone may change it");
    said.managed.then(reason).into_iter().collect()
}

/// A plan that preserves, every step of which preserves too.
fn plan(
    strategy: Strategy,
    scene: &Estate,
    groups: Vec<GroupIx>,
    drafts: Vec<Draft>,
    aims: &[usize],
    reasons: Vec<String>,
) -> Plan {
    let edits: Vec<Edit> = drafts.iter().map(|draft| draft.edit.clone()).collect();
    let steps = drafts.into_iter().map(|Draft { edit, rule, why }| Step { edit, rule, why, proved: true });
    let group = groups.first().and_then(|ix| scene.groups.get(ix.at())).filter(|_| !edits.is_empty());
    let sessions = group.map_or("", |group| scene.profile(group.profile).writing.sessions);
    Plan {
        strategy,
        level: if reasons.is_empty() { Level::Preserving } else { Level::Manual },
        aims: aims.to_vec(),
        groups,
        unwanted: PacketSet::empty(),
        steps: steps.collect(),
        effects: Vec::new(),
        admins: Vec::new(),
        notes: Some(sessions.to_owned()).filter(|words| !words.is_empty()).into_iter().collect(),
        reasons,
        rollback: undo::rollback(scene, &edits),
    }
}

/// Rules of one rank that can be written as one set.
type Bucket<'r> = (Direction, Action, u32, Scope, Option<&'r Narrow>);

/// Writes a group in fewer rules; no plan where it has no fewer.
pub(crate) fn consolidate(index: &Index<'_>, estate: &Estate, group: GroupIx, aims: &[usize]) -> Plan {
    let scene = Scene::new(index, estate, contexts_of(index, group));
    let mut reasons = managed(estate, group);
    let mut drafts = if reasons.is_empty() { merged(&scene, group) } else { Vec::new() };
    if reasons.is_empty() {
        match squeeze::fit(estate, drafts) {
            Ok(fitting) => drafts = fitting,
            Err(reason) => {
                reasons.push(reason);
                drafts = Vec::new();
            }
        }
    }
    let edits: Vec<Edit> = drafts.iter().map(|draft| draft.edit.clone()).collect();
    let same = Direction::BOTH.iter().all(|direction| {
        let (before, after) = (scene.picture(*direction), scene.after(&edits).picture(*direction));
        before == after && !prove::steps(&scene, *direction, &before, &after, &edits).contains(&false)
    });
    if !same {
        reasons.push("written in fewer rules it would let something else through".to_owned());
        drafts = Vec::new();
    } else if drafts.is_empty() && reasons.is_empty() {
        reasons.push(
            "its rules cannot be written as fewer: split the group, or name address lists in place of blocks"
                .to_owned(),
        );
    }
    plan(Strategy::Consolidate, &scene.estate, vec![group], drafts, aims, reasons)
}

/// New rules for those that say the same in more, and then the removal of these.
fn merged(scene: &Scene, group: GroupIx) -> Vec<Draft> {
    let Some(said) = scene.estate.groups.get(group.at()) else { return Vec::new() };
    let profile = scene.estate.profile(said.profile);
    let mut probe = Probe::new(&scene.estate);
    let mut buckets: Vec<(Bucket<'_>, Vec<(u32, PacketSet)>)> = Vec::new();
    for (at, rule) in (0_u32..).zip(&said.rules) {
        let Some(reach) = mergeable(&mut probe, rule) else { continue };
        let priority = if profile.ranking == Ranking::Union { 0 } else { rule.priority };
        let bucket = (rule.direction, rule.action, priority, rule.scope, rule.narrow.as_deref());
        match buckets.iter_mut().find(|(known, _)| *known == bucket) {
            Some((_, rules)) => rules.push((at, reach)),
            None => buckets.push((bucket, vec![(at, reach)])),
        }
    }
    let (mut adds, mut gone) = (Vec::new(), Vec::new());
    for (_, rules) in &buckets {
        let all = PacketSet::union_all(rules.iter().map(|(_, reach)| reach.clone()));
        let Some(written) = shape::write(&all, &PacketSet::empty(), &profile.writing) else { continue };
        let Some(model) = rules.first().and_then(|(at, _)| scene.rule(group, *at)) else { continue };
        if written.shapes.len() >= rules.len() || !written.unwritten.is_empty() {
            continue;
        }
        let mut kept: Vec<&Shape> = Vec::new();
        for (at, _) in rules {
            let Some(rule) = scene.rule(group, *at) else { continue };
            match written.shapes.iter().find(|shape| says(rule, shape) && !kept.contains(shape)) {
                Some(shape) => kept.push(shape),
                None => gone.push(*at),
            }
        }
        let fresh = written.shapes.iter().filter(|shape| !kept.contains(shape));
        adds.extend(fresh.map(|shape| Draft {
            why: "says what several rules said".to_owned(),
            ..replace::add(group, shape, model, model.priority)
        }));
    }
    gone.sort_unstable_by(|one, other| other.cmp(one));
    adds.extend(gone.into_iter().map(|at| Draft {
        edit: Edit::RemoveRule(group, at),
        rule: scene.rule(group, at).cloned().map(Box::new),
        why: "is said by the new rules".to_owned(),
    }));
    adds
}

/// What a rule matches, where it can be written together with others of its rank.
fn mergeable(probe: &mut Probe, rule: &Rule) -> Option<PacketSet> {
    let plain = rule.acts == Acts::Surely && rule.gap.is_none() && matches!(rule.peer, Peer::Prefix(_));
    let reach = if plain { probe.reach(rule) } else { None };
    reach.filter(|reach| {
        rule.protocol == portreeve_model::Protocol::All || shape::unwritable(reach).is_empty()
    })
}

fn says(rule: &Rule, shape: &Shape) -> bool {
    rule.protocol == shape.protocol && rule.ports == shape.ports && rule.peer == Peer::Prefix(shape.peer)
}

/// Deletes a group that nothing uses.
pub(crate) fn delete(estate: &Estate, group: GroupIx, aims: &[usize]) -> Plan {
    let said = estate.group(group);
    let id = estate.text(said.id);
    let mut reasons = managed(estate, group);
    if estate.group_lists.iter().enumerate().any(|(at, list)| {
        list.contains(&said.id)
            && estate.interfaces.iter().any(|it| it.groups.is_some_and(|it| it.at() == at))
    }) {
        reasons.push(format!("interfaces carry `{id}`"));
    }
    let names = |rule: &Rule| matches!(rule.peer, Peer::Group { id, .. } if id == said.id);
    let others = || estate.each_group().filter(|(ix, _)| *ix != group);
    if others().any(|(_, other)| other.rules.iter().any(names)) {
        reasons.push(format!("rules of other groups name `{id}`"));
    }
    let known =
        estate.coverage.interfaces == Listing::Complete && estate.coverage.groups == Listing::Complete;
    let silent = estate.interfaces.iter().any(|interface| interface.groups.is_none());
    if !known || silent || others().any(|(_, other)| other.incomplete != [None; 2]) {
        reasons.push(format!(
            "the input does not show every interface and rule, so that something may use `{id}`"
        ));
    }
    let drafts = if reasons.is_empty() {
        vec![Draft { edit: Edit::DeleteGroup(group), rule: None, why: "nothing uses it".to_owned() }]
    } else {
        Vec::new()
    };
    plan(Strategy::Delete, estate, vec![group], drafts, aims, reasons)
}
