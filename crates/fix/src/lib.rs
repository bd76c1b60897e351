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
mod needed;
mod plan;
mod prove;
mod quota;
mod reach;
mod replace;
mod scene;
mod shape;
mod undo;

use portreeve_engine::Index;
use portreeve_model::{Direction, Edit, Estate};
use portreeve_netset::PacketSet;

pub use aim::{Aim, Keep, Only, Options, Stay, Subject, private};
pub use plan::{Admin, Effect, Level, Plan, Step, Strategy};

/// Plans for some aims, one for each subject and direction. Each is computed in the estate that the earlier ones leave, so that
/// they can be applied one after the other; aims that are reached already have none.
pub fn plans(estate: &Estate, aims: &[Aim], options: &Options) -> Vec<Plan> {
    let mut state = estate.clone();
    let mut plans = Vec::new();
    for (subject, direction, unwanted, positions) in closings(aims) {
        let plan = {
            let index = Index::new(&state);
            let job = close::Job::new(&index, &subject, direction, &unwanted, options);
            job.map(|job| job.plan(&positions, options))
        };
        if let Some(plan) = plan {
            if plan.level != Level::Manual {
                plan.edits().for_each(|edit| edit.apply(&mut state));
            }
            plans.push(plan);
        }
    }
    plans
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
