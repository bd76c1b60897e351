//! The way back.

use portreeve_model::{Edit, Estate, GroupIx, Rule};

/// The edits that undo some edits of an estate, in order.
pub(crate) fn rollback(estate: &Estate, edits: &[Edit]) -> Vec<Edit> {
    let mut state = estate.clone();
    let mut back = Vec::with_capacity(edits.len());
    for edit in edits {
        let undo = match edit {
            Edit::RemoveRule(group, at) => {
                rule(&state, *group, *at).map(|rule| Edit::AddRule(*group, Box::new(rule.clone())))
            }
            Edit::ChangeRule(group, at, _) => {
                rule(&state, *group, *at).map(|rule| Edit::ChangeRule(*group, *at, Box::new(rule.clone())))
            }
            Edit::DeleteGroup(group) => {
                state.groups.get(group.at()).map(|group| Edit::CreateGroup(Box::new(group.clone())))
            }
            Edit::CreateGroup(_) => Some(Edit::DeleteGroup(GroupIx::new(state.groups.len()))),
            Edit::Join(interface, group, _) => Some(Edit::Leave(*interface, *group)),
            Edit::Leave(interface, group) => {
                let id = state.groups.get(group.at()).map(|group| group.id);
                let list = state.interfaces.get(interface.at()).and_then(|it| it.groups);
                let place =
                    list.and_then(|list| state.group_list(list).iter().position(|it| Some(*it) == id));
                let place = place.and_then(|place| u32::try_from(place).ok());
                place.map(|place| Edit::Join(*interface, *group, place))
            }
            Edit::AddRule(..) => None,
        };
        let before = match edit {
            Edit::AddRule(group, _) => state.groups.get(group.at()).map(|group| group.rules.clone()),
            _ => None,
        };
        edit.apply(&mut state);
        back.extend(undo.or_else(|| added(&before?, &state, edit)));
    }
    back.reverse();
    back
}

fn rule(estate: &Estate, group: GroupIx, at: u32) -> Option<&Rule> {
    estate.groups.get(group.at())?.rules.get(at as usize)
}

/// Takes away the rule that an edit added, where it landed.
fn added(old: &[Rule], after: &Estate, edit: &Edit) -> Option<Edit> {
    let Edit::AddRule(group, _) = edit else { return None };
    let new = &after.groups.get(group.at())?.rules;
    let at = new.iter().zip(old).position(|(new, old)| new != old).unwrap_or(old.len());
    (new.len() > old.len()).then_some(())?;
    u32::try_from(at).ok().map(|at| Edit::RemoveRule(*group, at))
}
