//! Rules changed where they stand, where a group has no room for new ones beside the old.

use portreeve_model::{Edit, Estate, Peer, Rule};

use crate::close::Draft;
use crate::quota;

/// The drafts with as few rules as possible changed in place of being added and removed, so that no quota is exceeded on the way.
///
/// # Errors
/// With the limit that would be exceeded all the same.
pub(crate) fn fit(estate: &Estate, mut drafts: Vec<Draft>) -> Result<Vec<Draft>, String> {
    loop {
        let edits: Vec<&Edit> = drafts.iter().map(|draft| &draft.edit).collect();
        let outcome = quota::check(estate, &edits);
        let Err(reason) = outcome else { return Ok(drafts) };
        let Some((add, removal)) = pair(estate, &drafts) else { return Err(reason) };
        let new = drafts.remove(add);
        let Some(old) = drafts.get_mut(removal - 1) else { return Err(reason) };
        if let (Edit::AddRule(_, rule), Edit::RemoveRule(group, at)) = (new.edit, &old.edit) {
            old.edit = Edit::ChangeRule(*group, *at, rule);
            "gives way to what stays allowed, where it stands, because the group has no room for more rules"
                .clone_into(&mut old.why);
        }
    }
}

/// The first addition with a removal behind it that could be one change.
fn pair(estate: &Estate, drafts: &[Draft]) -> Option<(usize, usize)> {
    drafts.iter().enumerate().find_map(|(add, draft)| {
        let Edit::AddRule(group, new) = &draft.edit else { return None };
        let writing = estate.profile(estate.group(*group).profile).writing;
        let fits = |later: &Draft| match (&later.edit, later.rule.as_deref()) {
            (Edit::RemoveRule(at, _), Some(old)) => at == group && writing.changes && becomes(old, new),
            _ => false,
        };
        let later = drafts.get(add + 1..)?.iter().position(fits)?;
        Some((add, add + 1 + later))
    })
}

/// Whether a platform lets a rule become another: the kind of its peer has to stay.
fn becomes(old: &Rule, new: &Rule) -> bool {
    let (Peer::Prefix(was), Peer::Prefix(is)) = (&old.peer, &new.peer) else { return false };
    was.address().is_ipv4() == is.address().is_ipv4()
        && (old.direction, old.action, old.scope, old.protocol)
            == (new.direction, new.action, new.scope, new.protocol)
        && old.narrow == new.narrow
        && old.priority == new.priority
}
