//! Changes as commands of the vendors' own tools.

mod alibaba;
mod huawei;

use portreeve_explain::{Change, Plan};
use portreeve_model::{Edit, Estate, GroupIx, Peer, PortRange, Ports, Rule};

/// The commands that carry a plan out, in order; nothing where one of its changes has no command that is sure to be right (a network ACL
/// whose whole list would have to be sent, say).
pub fn commands(estate: &Estate, plan: &Plan) -> Vec<String> {
    let each = plan.changes.iter().map(|change| command(estate, change));
    each.collect::<Option<Vec<String>>>().unwrap_or_default()
}

fn command(estate: &Estate, change: &Change) -> Option<String> {
    match vendor(estate, change)? {
        "alibaba" => alibaba::command(estate, change),
        "huawei" => huawei::command(estate, change),
        _ => None,
    }
}

/// The cloud of the object that a change is about, where it is sure.
fn vendor(estate: &Estate, change: &Change) -> Option<&'static str> {
    let of_group = |ix: GroupIx| {
        let name = estate.profile(estate.group(ix).profile).name;
        estate.providers.iter().copied().find(|provider| name.starts_with(provider))
    };
    match change {
        Change::Edit(Edit::AddRule(group, _) | Edit::RemoveRule(group, _)) => of_group(*group),
        _ => match estate.providers.as_slice() {
            [only] => Some(only),
            _ => None,
        },
    }
}

/// The one range of a rule's ports; `None` for all of them. Rules of plans have no other form.
fn range(rule: &Rule) -> Option<PortRange> {
    match rule.ports {
        Ports::Range(range) => Some(range),
        _ => None,
    }
}

/// The one prefix of a rule's peer.
fn prefix(rule: &Rule) -> Option<String> {
    match rule.peer {
        Peer::Prefix(prefix) => Some(prefix.to_string()),
        _ => None,
    }
}
