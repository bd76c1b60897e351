//! Wide rules give way to what is left of them.

use std::collections::BTreeMap;

use portreeve_engine::RuleRef;
use portreeve_model::{Action, Acts, Edit, GroupIx, Narrow, Peer, Ranking, Rule, Scope, Text, Writing};
use portreeve_netset::PacketSet;

use crate::close::{Candidate, Draft, Job};
use crate::plan::Strategy;
use crate::reach::Probe;
use crate::shape::{self, Shape};

/// Rules that can be written as one set: of one group and rank, with the same narrowing.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bucket<'r> {
    group: GroupIx,
    priority: u32,
    scope: Scope,
    narrow: Option<&'r Narrow>,
}

/// The rules that have to be cut go, and what is left of them comes in their place, at the same rank.
///
/// # Errors
/// With the reason, where what is left cannot be said by rules of this platform.
pub(crate) fn candidate(job: &Job<'_>) -> Result<Candidate, String> {
    let writing = &job.writing;
    let mut probe = Probe::new(&job.scene.estate);
    let mut buckets: Vec<(Bucket<'_>, Vec<RuleRef>)> = Vec::new();
    for victim in &job.victims {
        let Some(rule) = job.scene.rule(victim.group, victim.rule) else { continue };
        let narrow = rule.narrow.as_deref();
        let bucket = Bucket {
            group: victim.group,
            priority: writable(rule.priority, writing),
            scope: rule.scope,
            narrow,
        };
        match buckets.iter_mut().find(|(known, _)| *known == bucket) {
            Some((_, rules)) => rules.push(*victim),
            None => buckets.push((bucket, vec![*victim])),
        }
    }
    let (mut adds, mut unwanted) = (Vec::new(), job.unwanted.clone());
    for (bucket, rules) in &buckets {
        let (shapes, unwritten) = rest(job, &mut probe, bucket, rules, writing)?;
        unwanted = unwanted.union(&unwritten);
        let model = rules.first().and_then(|at| job.scene.rule(at.group, at.rule));
        for shape in shapes {
            adds.extend(model.map(|model| add(bucket.group, &shape, model, bucket.priority)));
        }
    }
    let strategy = if adds.is_empty() { Strategy::Remove } else { Strategy::Replace };
    adds.extend(removals(job, job.victims.iter().copied()));
    Ok(Candidate { strategy, drafts: adds, unwanted })
}

/// The nearest priority that may be written.
pub(crate) fn writable(priority: u32, writing: &Writing) -> u32 {
    writing.priorities.map_or(priority, |(first, last)| priority.clamp(first, last))
}

/// What is left of the rules of a bucket, as shapes, and what of it cannot be said.
fn rest(
    job: &Job<'_>,
    probe: &mut Probe,
    bucket: &Bucket<'_>,
    rules: &[RuleRef],
    writing: &Writing,
) -> Result<(Vec<Shape>, PacketSet), String> {
    let mut reach = PacketSet::empty();
    for at in rules {
        let Some(rule) = job.scene.rule(at.group, at.rule) else { continue };
        let own = probe.reach(rule).ok_or_else(|| {
            let name = job.estate.rule_name(job.estate.group(at.group).id, rule);
            format!("the documents do not tell what `{name}` reaches, so that no rule can take its place")
        })?;
        reach = reach.union(&own);
    }
    let left = reach.difference(&job.unwanted);
    let covered = covered(job, probe, bucket);
    let written = shape::write(&left, &covered, writing).ok_or_else(|| {
        let rule = rules.first().and_then(|at| Some((at.group, job.scene.rule(at.group, at.rule)?)));
        let name = rule.map_or_else(String::new, |(group, rule)| {
            job.estate.rule_name(job.estate.group(group).id, rule)
        });
        format!("what is left of `{name}` cannot be written as rules: it takes protocols that have no name, or too many rules")
    })?;
    Ok((written.shapes, written.unwritten))
}

/// What other allow rules of the group let through before or beside a rank.
fn covered(job: &Job<'_>, probe: &mut Probe, bucket: &Bucket<'_>) -> PacketSet {
    let gone = |at: &RuleRef| job.victims.contains(at);
    let alike = |rule: &Rule| rule.narrow.as_deref() == bucket.narrow && rule.scope == bucket.scope;
    allowed_before(job, probe, (bucket.group, bucket.priority), gone, alike)
}

/// What the allow rules of a group, but for some that move, let through before or beside a priority.
pub(crate) fn covered_before(
    job: &Job<'_>,
    probe: &mut Probe,
    group: GroupIx,
    priority: u32,
    moved: &[RuleRef],
) -> PacketSet {
    allowed_before(job, probe, (group, priority), |at| moved.contains(at), |_| false)
}

fn allowed_before(
    job: &Job<'_>,
    probe: &mut Probe,
    (ix, priority): (GroupIx, u32),
    gone: impl Fn(&RuleRef) -> bool,
    alike: impl Fn(&Rule) -> bool,
) -> PacketSet {
    let group = job.estate.group(ix);
    let ranked = job.estate.profile(group.profile).ranking != Ranking::Union;
    let mut sets = Vec::new();
    for (at, rule) in (0..).zip(&group.rules) {
        let stays = !gone(&RuleRef { group: ix, rule: at }) && rule.direction == job.direction;
        let before = !ranked || rule.priority <= priority;
        let open = rule.narrow.is_none() && rule.scope == Scope::Anywhere;
        if stays && before && rule.action == Action::Allow && (open || alike(rule)) {
            sets.extend(probe.reach(rule));
        }
    }
    PacketSet::union_all(sets)
}

/// A new rule in the words of another.
pub(crate) fn add(group: GroupIx, shape: &Shape, model: &Rule, priority: u32) -> Draft {
    let rule = Rule {
        id: Text::EMPTY,
        position: 0,
        priority,
        acts: Acts::Surely,
        protocol: shape.protocol,
        ports: shape.ports.clone(),
        peer: Peer::Prefix(shape.peer),
        gap: None,
        ..model.clone()
    };
    Draft {
        edit: Edit::AddRule(group, Box::new(rule)),
        rule: Some(Box::new(model.clone())),
        why: "keeps what stays allowed".to_owned(),
    }
}

/// Takes rules away, the last of each group first, so that the others keep their places meanwhile.
pub(crate) fn removals(job: &Job<'_>, rules: impl Iterator<Item = RuleRef>) -> Vec<Draft> {
    let mut by_group: BTreeMap<GroupIx, Vec<u32>> = BTreeMap::new();
    for at in rules {
        by_group.entry(at.group).or_default().push(at.rule);
    }
    let mut drafts = Vec::new();
    for (group, mut places) in by_group {
        places.sort_unstable_by(|one, other| other.cmp(one));
        for at in places {
            let rule = job.scene.rule(group, at).cloned().map(Box::new);
            let why = "lets the unwanted traffic through".to_owned();
            drafts.push(Draft { edit: Edit::RemoveRule(group, at), rule, why });
        }
    }
    drafts
}
