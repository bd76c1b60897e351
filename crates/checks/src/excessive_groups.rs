//! Interfaces that carry many groups.

use std::sync::Arc;

use hashbrown::HashMap;
use portreeve_model::GroupListIx;

use crate::catalogue::beyond;
use crate::check::Check;
use crate::meta::Meta;
use crate::run::{Asking, Draft, Run, steps};

/// One finding for each interface in too many groups.
pub(crate) struct ExcessiveGroups;

impl Check for ExcessiveGroups {
    fn meta(&self) -> &'static Meta {
        &beyond::EXCESSIVE_GROUPS
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Draft> {
        let mut told: HashMap<GroupListIx, Option<(u32, Arc<str>)>> = HashMap::new();
        let limit = run.settings.thresholds.excessive_groups;
        let mut drafts = Vec::new();
        for (ix, interface) in run.estate.each_interface() {
            let Some(list) = interface.groups else { continue };
            let detail = told.entry(list).or_insert_with(|| {
                let mut ids = run.estate.group_list(list).to_vec();
                ids.sort_unstable();
                ids.dedup();
                (ids.len() >= limit).then(|| {
                    (steps(ids.len()), Arc::from(format!("the interface is in {} groups", ids.len())))
                })
            });
            if let Some((extent, detail)) = detail {
                drafts.push(asking.interface(run, ix, *extent, detail));
            }
        }
        drafts
    }
}
