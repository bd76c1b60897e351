//! How groups are shared: one for each server is too many, one for all is too few.

use hashbrown::HashSet;
use portreeve_model::{GroupIx, InstanceIx};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::finding::{Finding, ServerState};
use crate::meta::Meta;
use crate::run::{Asking, Run};

/// One finding for each group that exactly one server carries.
pub(crate) struct OneServerGroup;

/// One finding for a group that nearly every interface carries.
pub(crate) struct OneGroupForAll;

impl Check for OneServerGroup {
    fn meta(&self) -> &'static Meta {
        &beyond::ONE_SERVER_GROUP
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        if !run.interfaces_known() {
            return Vec::new();
        }
        let single: Vec<GroupIx> =
            run.estate.each_group().map(|(ix, _)| ix).filter(|group| has_one_server(run, *group)).collect();
        if single.len() < run.settings.thresholds.one_server_groups {
            return Vec::new();
        }
        let detail = "one server carries it, and no other";
        let found = single.into_iter().map(|group| {
            let mut finding = asking.group(run, group, Vec::new(), detail);
            finding.servers = run.servers(group, ServerState::AtRisk, detail);
            finding
        });
        vec![found.collect()]
    }
}

fn has_one_server(run: &Run<'_>, group: GroupIx) -> bool {
    if run.estate.group(group).managed {
        return false;
    }
    let mut instances: HashSet<InstanceIx> = HashSet::new();
    for interface in run.carriers(group) {
        instances.extend(run.estate.interface(interface).instance);
        if instances.len() > 1 {
            return false;
        }
    }
    instances.len() == 1
}

impl Check for OneGroupForAll {
    fn meta(&self) -> &'static Meta {
        &beyond::ONE_GROUP_FOR_ALL
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        let all = run.estate.interfaces.len();
        let limits = &run.settings.thresholds;
        if all < limits.one_group_interfaces {
            return Vec::new();
        }
        let carried = |group: GroupIx| -> usize {
            run.index.classes_of(group).iter().map(|class| run.index.class(*class).interfaces.len()).sum()
        };
        let wide = |count: usize| count as u64 * 100 >= all as u64 * u64::from(limits.one_group_percent);
        let groups = run.estate.each_group().map(|(group, _)| (group, carried(group)));
        let found = groups.filter(|(_, count)| *count > 0 && wide(*count)).map(|(group, count)| {
            asking.group(run, group, Vec::new(), format!("{count} of {all} interfaces carry it"))
        });
        vec![found.collect()]
    }
}
