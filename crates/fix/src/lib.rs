//! The smallest change that closes unwanted traffic and nothing else.
//!
//! An [`Aim`] says what should go. [`plans`] computes for each subject the *target*: what passes today without the unwanted
//! traffic, except for what rules let through that are not in question. Every candidate is applied to a copy of the estate and
//! compared with the target: for the group alone and for every class of interfaces that carries it, from every [place] and under
//! both bounds. Only equality makes a plan [`Level::Narrowing`]; the states between its steps are proved as well.
//!
//! [place]: portreeve_engine::Place

mod admin;
mod aim;
mod close;
mod copy;
mod deny;
mod lean;
mod needed;
mod plan;
mod prove;
mod quota;
mod reach;
mod replace;
mod scene;
mod shape;
mod squeeze;
mod undo;

use std::collections::BTreeMap;

use portreeve_engine::Index;
use portreeve_model::{Direction, Edit, Estate, GroupIx};
use portreeve_netset::PacketSet;

pub use aim::{Aim, Keep, Only, Options, Stay, Subject, private};
pub use plan::{Admin, Effect, Level, Plan, Step, Strategy};

/// Plans for some aims: first what closes traffic, one plan for each subject and direction, then what preserves. Each is computed
/// in the estate that the proved ones before it leave, so that they can be applied one after the other; aims that are reached
/// already, or by an earlier plan, have none.
pub fn plans(estate: &Estate, aims: &[Aim], options: &Options) -> Vec<Plan> {
    let mut work = Work { index: Index::new(estate), moved: false, state: estate.clone(), plans: Vec::new() };
    for (subject, direction, unwanted, positions) in closings(aims) {
        work.next(|index, state| {
            close_one(index, state, &subject, direction, &unwanted, &positions, options)
        });
    }
    for (group, named, positions) in leans(estate, aims) {
        work.next(|index, state| lean::remove(index, state, group, &named, &positions));
    }
    let mut deleted = Vec::new();
    for (at, aim) in aims.iter().enumerate() {
        match aim {
            Aim::Consolidate(group) => {
                work.next(|index, state| Some(lean::consolidate(index, state, *group, &[at])));
            }
            Aim::Manual(reason) => work.plans.push(manual(at, reason)),
            Aim::Delete(group) => deleted.push((*group, at)),
            Aim::Close { .. } | Aim::Lean(_) => {}
        }
    }
    // The last first: the others keep their places.
    deleted.sort_unstable_by(|one, other| other.cmp(one));
    deleted.dedup_by_key(|(group, _)| *group);
    for (group, at) in deleted {
        work.next(|_, state| Some(lean::delete(state, group, &[at])));
    }
    work.plans
}

/// The plans so far, and what they leave.
struct Work<'e> {
    /// Which interfaces share their groups at first. Plans for rules leave that as it is.
    index: Index<'e>,
    /// Whether interfaces have moved since.
    moved: bool,
    state: Estate,
    plans: Vec<Plan>,
}

impl Work<'_> {
    fn next(&mut self, plan: impl FnOnce(&Index<'_>, &Estate) -> Option<Plan>) {
        let plan = if self.moved {
            plan(&Index::new(&self.state), &self.state)
        } else {
            plan(&self.index, &self.state)
        };
        if let Some(plan) = plan {
            if plan.level != Level::Manual {
                for edit in plan.edits() {
                    edit.apply(&mut self.state);
                }
                self.moved |= plan.strategy == Strategy::Clone;
            }
            self.plans.push(plan);
        }
    }
}

fn close_one(
    index: &Index<'_>,
    estate: &Estate,
    subject: &Subject,
    direction: Direction,
    unwanted: &PacketSet,
    aims: &[usize],
    options: &Options,
) -> Option<Plan> {
    match (&options.only, subject) {
        (Some(only), Subject::Group(group)) => {
            let order = copy::Order { group: *group, direction, unwanted, aims, only };
            copy::plan(estate, &order, options)
        }
        _ => close::Job::new(index, estate, subject, direction, unwanted, options)
            .map(|job| job.plan(aims, options)),
    }
}

fn manual(at: usize, reason: &str) -> Plan {
    Plan {
        strategy: Strategy::Replace,
        level: Level::Manual,
        aims: vec![at],
        groups: Vec::new(),
        unwanted: PacketSet::empty(),
        steps: Vec::new(),
        effects: Vec::new(),
        admins: Vec::new(),
        notes: Vec::new(),
        reasons: vec![reason.to_owned()],
        rollback: Vec::new(),
    }
}

/// The rules that change nothing, by group, with the positions of the aims that name them.
fn leans(estate: &Estate, aims: &[Aim]) -> Vec<(GroupIx, Vec<lean::Name>, Vec<usize>)> {
    let mut found: BTreeMap<GroupIx, (Vec<lean::Name>, Vec<usize>)> = BTreeMap::new();
    for (at, aim) in aims.iter().enumerate() {
        let Aim::Lean(rules) = aim else { continue };
        for name in lean::names(estate, rules) {
            let (names, positions) = found.entry(name.0).or_default();
            names.push(name);
            if positions.last() != Some(&at) {
                positions.push(at);
            }
        }
    }
    found.into_iter().map(|(group, (names, positions))| (group, names, positions)).collect()
}

/// The estate after all plans that need no person's decision.
pub fn after(estate: &Estate, plans: &[Plan]) -> Estate {
    let proved = plans.iter().filter(|plan| plan.level != Level::Manual);
    let edits: Vec<Edit> = proved.flat_map(Plan::edits).cloned().collect();
    Edit::apply_all(&edits, estate)
}

/// What is to be closed, by subject and direction: traffic of several aims together, and their positions.
fn closings(aims: &[Aim]) -> Vec<(Subject, Direction, PacketSet, Vec<usize>)> {
    let mut found: Vec<(Subject, Direction, PacketSet, Vec<usize>)> = Vec::new();
    for (at, aim) in aims.iter().enumerate() {
        let Aim::Close { subject, direction, unwanted } = aim else { continue };
        match found.iter_mut().find(|(known, way, ..)| known == subject && way == direction) {
            Some((.., set, positions)) => {
                *set = set.union(unwanted);
                positions.push(at);
            }
            None => found.push((subject.clone(), *direction, unwanted.clone(), vec![at])),
        }
    }
    // Interfaces last: what the groups alone let through may be closed by then.
    found.sort_by_key(|(subject, ..)| matches!(subject, Subject::Interfaces(_)));
    found
}
