//! Interfaces that carry many groups.

use std::sync::Arc;

use hashbrown::HashMap;
use portreeve_engine::RuleRef;
use portreeve_model::{GroupIx, GroupListIx};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::meta::Meta;
use crate::run::{Asking, Draft, Run, steps};

/// What there is to say of every interface with the same groups.
type Told = (u32, Arc<str>, Arc<[RuleRef]>);

/// One finding for each interface in too many groups.
pub(crate) struct ExcessiveGroups;

impl Check for ExcessiveGroups {
    fn meta(&self) -> &'static Meta {
        &beyond::EXCESSIVE_GROUPS
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Draft> {
        let mut told: HashMap<GroupListIx, Option<Told>> = HashMap::new();
        let limit = run.settings.thresholds.excessive_groups;
        let mut drafts = Vec::new();
        for (ix, interface) in run.estate.each_interface() {
            let Some(list) = interface.groups else { continue };
            let told = told.entry(list).or_insert_with(|| {
                let mut ids = run.estate.group_list(list).to_vec();
                ids.sort_unstable();
                ids.dedup();
                (ids.len() >= limit).then(|| {
                    let groups: Vec<GroupIx> =
                        ids.iter().filter_map(|id| run.index.group_by_id(*id)).collect();
                    let detail = Arc::from(format!("the interface is in {} groups", ids.len()));
                    (steps(ids.len()), detail, run.rules_of(&groups))
                })
            });
            if let Some((extent, detail, rules)) = told {
                drafts.push(asking.interface(run, ix, *extent, detail, rules));
            }
        }
        drafts
    }
}
