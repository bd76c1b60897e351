//! Servers that a finding means the same for.

use std::sync::Arc;

use portreeve_checks::{Server, ServerState};

/// Servers in one state for one reason.
pub(crate) struct Alike<'a> {
    pub(crate) state: ServerState,
    pub(crate) because: &'a Arc<str>,
    /// The first few of them.
    pub(crate) first: Vec<&'a Server>,
    /// How many there are.
    pub(crate) number: usize,
}

/// Servers by state and reason, worst first, and how many have yet other reasons: `named` servers of each kind, and at least
/// one kind for each state.
pub(crate) fn by_reason(servers: &[Server], named: usize, reasons: usize) -> (Vec<Alike<'_>>, usize) {
    let mut alike: Vec<Alike<'_>> = Vec::new();
    let mut others = 0;
    for found in servers {
        let same = |group: &&mut Alike<'_>| group.state == found.state && *group.because == found.because;
        if let Some(group) = alike.iter_mut().find(same) {
            group.number += 1;
            if group.first.len() < named {
                group.first.push(found);
            }
        } else if alike.len() < reasons || !alike.iter().any(|group| group.state == found.state) {
            let Server { state, because, .. } = found;
            alike.push(Alike { state: *state, because, first: vec![found], number: 1 });
        } else {
            others += 1;
        }
    }
    alike.sort_by_key(|group| std::cmp::Reverse(group.state));
    (alike, others)
}
