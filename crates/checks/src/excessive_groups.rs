//! Interfaces that carry many groups.

use std::sync::Arc;

use portreeve_engine::{RuleRef, spread, spread_in_bites};
use portreeve_model::{GroupIx, Interface, InterfaceIx, Text};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::finding::Finding;
use crate::meta::Meta;
use crate::run::{Asking, INTERFACES, Run, steps};

/// What there is to say of every interface with the same groups.
type Told = (u32, Arc<str>, Arc<[RuleRef]>);

/// One finding for each interface in too many groups.
pub(crate) struct ExcessiveGroups;

impl Check for ExcessiveGroups {
    fn meta(&self) -> &'static Meta {
        &beyond::EXCESSIVE_GROUPS
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        let threads = run.settings.threads;
        let told = spread(&run.estate.group_lists, threads, |list| of_list(run, list));
        let of = |interface: &Interface| told.get(interface.groups?.at())?.as_ref();
        let parts: Vec<(usize, &[Interface])> =
            (0..).step_by(INTERFACES).zip(run.estate.interfaces.chunks(INTERFACES)).collect();
        spread_in_bites(&parts, threads, 1, |(start, interfaces)| {
            let number = interfaces.iter().filter(|interface| of(interface).is_some()).count();
            let mut findings = Vec::with_capacity(number);
            for (at, interface) in (*start..).zip(*interfaces) {
                if let Some((extent, detail, rules)) = of(interface) {
                    findings.push(asking.interface(run, InterfaceIx::new(at), *extent, detail, rules));
                }
            }
            findings
        })
    }
}

fn of_list(run: &Run<'_>, list: &[Text]) -> Option<Told> {
    let mut ids = list.to_vec();
    ids.sort_unstable();
    ids.dedup();
    (ids.len() >= run.settings.thresholds.excessive_groups).then(|| {
        let groups: Vec<GroupIx> = ids.iter().filter_map(|id| run.index.group_by_id(*id)).collect();
        let detail = Arc::from(format!("the interface is in {} groups", ids.len()));
        (steps(ids.len()), detail, run.rules_of(&groups))
    })
}
