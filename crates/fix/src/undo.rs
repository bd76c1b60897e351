//! The way back.

use portreeve_model::{Direction, Edit, Estate, Group, GroupIx, InterfaceIx, Rule};

/// What one edit did, told so that it can be undone whatever places rules have by then.
enum Done {
    Added(GroupIx, Direction, u32),
    Removed(GroupIx, Box<Rule>),
    Changed(GroupIx, Box<Rule>),
    Created(GroupIx),
    Deleted(Box<Group>),
    Joined(InterfaceIx, GroupIx),
    Left(InterfaceIx, GroupIx, u32),
}

/// The edits that undo some edits of an estate, in order.
pub(crate) fn rollback(estate: &Estate, edits: &[Edit]) -> Vec<Edit> {
    let mut state = estate.clone();
    let mut done = Vec::with_capacity(edits.len());
    for edit in edits {
        let about = about(&state, edit);
        edit.apply(&mut state);
        done.extend(about);
    }
    let mut back = Vec::with_capacity(done.len());
    for each in done.into_iter().rev() {
        if let Some(edit) = undo(&state, each) {
            edit.apply(&mut state);
            back.push(edit);
        }
    }
    back
}

/// What an edit is about to do.
fn about(state: &Estate, edit: &Edit) -> Option<Done> {
    let rule =
        |group: GroupIx, at: u32| state.groups.get(group.at())?.rules.get(at as usize).cloned().map(Box::new);
    Some(match edit {
        Edit::AddRule(ix, rule) => {
            // A new rule has no position yet and becomes the last.
            let last = state.groups.get(ix.at())?.next_position(rule.direction);
            Done::Added(*ix, rule.direction, last)
        }
        Edit::RemoveRule(group, at) => Done::Removed(*group, rule(*group, *at)?),
        Edit::ChangeRule(group, at, _) => Done::Changed(*group, rule(*group, *at)?),
        Edit::CreateGroup(_) => Done::Created(GroupIx::new(state.groups.len())),
        Edit::DeleteGroup(group) => Done::Deleted(Box::new(state.groups.get(group.at())?.clone())),
        Edit::Join(interface, group, _) => Done::Joined(*interface, *group),
        Edit::Leave(interface, group) => {
            let id = state.groups.get(group.at())?.id;
            let list = state.group_list(state.interfaces.get(interface.at())?.groups?);
            let place = list.iter().position(|listed| *listed == id)?;
            Done::Left(*interface, *group, u32::try_from(place).ok()?)
        }
    })
}

/// The edit that undoes what was done, in a state in which everything after it is undone.
fn undo(state: &Estate, done: Done) -> Option<Edit> {
    let find = |group: GroupIx, direction: Direction, position: u32| {
        let rules = &state.groups.get(group.at())?.rules;
        let at = rules.iter().position(|rule| (rule.direction, rule.position) == (direction, position))?;
        u32::try_from(at).ok()
    };
    Some(match done {
        Done::Added(group, direction, position) => Edit::RemoveRule(group, find(group, direction, position)?),
        Done::Removed(group, rule) => Edit::AddRule(group, rule),
        Done::Changed(group, rule) => {
            Edit::ChangeRule(group, find(group, rule.direction, rule.position)?, rule)
        }
        Done::Created(group) => Edit::DeleteGroup(group),
        Done::Deleted(group) => Edit::CreateGroup(group),
        Done::Joined(interface, group) => Edit::Leave(interface, group),
        Done::Left(interface, group, place) => Edit::Join(interface, group, place),
    })
}
