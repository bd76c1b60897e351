//! Changes as commands of the vendors' own tools, and as Terraform's configuration.

mod alibaba;
mod huawei;
mod script;
mod shell;
mod state;
mod terraform;

use portreeve_explain::{Change, Plan};
use portreeve_model::{Edit, Estate, GroupIx};

pub use script::{Told, Tool, calls, script, tools};

use state::State;

/// The commands that carry a plan out, in order; nothing where one of its changes has no command that is sure to be right (a network ACL
/// whose whole list would have to be sent, say).
pub fn commands(estate: &Estate, plan: &Plan) -> Vec<String> {
    let state = State::new(estate, estate);
    let each = plan.changes.iter().map(|change| command(&state, change));
    each.collect::<Option<Vec<String>>>().unwrap_or_default()
}

fn command(state: &State<'_>, change: &Change) -> Option<String> {
    match vendor_of_change(state.estate(), change)? {
        "alibaba" => alibaba::command(state, change),
        "huawei" => huawei::command(state, change),
        _ => None,
    }
}

/// The cloud of the object that a change is about, where it is sure.
fn vendor_of_change(estate: &Estate, change: &Change) -> Option<&'static str> {
    match change {
        Change::Edit(Edit::AddRule(group, _) | Edit::RemoveRule(group, _)) => vendor(estate, *group),
        _ => match estate.providers.as_slice() {
            [only] => Some(only),
            _ => None,
        },
    }
}

/// The cloud of a group.
fn vendor(estate: &Estate, group: GroupIx) -> Option<&'static str> {
    let name = estate.profiles.get(estate.groups.get(group.at())?.profile.at())?.name;
    estate.providers.iter().copied().find(|provider| name.starts_with(provider))
}

/// The cloud of the groups that an edit is about.
pub(crate) fn vendor_of_edit(estate: &Estate, edit: &Edit) -> Option<&'static str> {
    match edit {
        Edit::AddRule(group, _)
        | Edit::RemoveRule(group, _)
        | Edit::ChangeRule(group, ..)
        | Edit::Join(_, group, _)
        | Edit::Leave(_, group)
        | Edit::DeleteGroup(group) => vendor(estate, *group),
        Edit::CreateGroup(group) => {
            let name = estate.profiles.get(group.profile.at())?.name;
            estate.providers.iter().copied().find(|provider| name.starts_with(provider))
        }
    }
}

#[cfg(test)]
mod tests;
