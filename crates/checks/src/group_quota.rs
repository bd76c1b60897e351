//! Regions, interfaces and groups that near how many groups or members they may have.

use std::collections::BTreeMap;
use std::sync::Arc;

use portreeve_model::{GroupIx, Text};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::meta::Meta;
use crate::run::{Asking, Draft, Run, steps};

/// One finding for each region, interface or group at or over a share of its quota.
pub(crate) struct GroupQuota;

impl Check for GroupQuota {
    fn meta(&self) -> &'static Meta {
        &beyond::GROUP_QUOTA
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Draft> {
        let mut drafts = of_regions(run, asking);
        drafts.extend(of_interfaces(run, asking));
        drafts.extend(of_groups(run, asking));
        drafts
    }
}

/// No single group fills a region, so the finding names none.
fn of_regions(run: &Run<'_>, asking: &Asking) -> Vec<Draft> {
    let mut regions: BTreeMap<&str, (Text, u32, u32)> = BTreeMap::new();
    for group in &run.estate.groups {
        let quota = run.settings.thresholds.groups.or(run.estate.profile(group.profile).quotas.groups);
        let (_, count, limit) = regions.entry(run.estate.text(group.region)).or_insert((
            group.region,
            0,
            quota.unwrap_or(u32::MAX),
        ));
        *count += 1;
        *limit = (*limit).min(quota.unwrap_or(u32::MAX));
    }
    let full = regions.into_iter().filter(|(_, (_, count, limit))| near(run, *count, *limit));
    full.map(|(name, (region, count, limit))| {
        let place = if name.is_empty() { "the region".to_owned() } else { format!("region `{name}`") };
        let detail = format!("{count} of {limit} groups of {place} are used");
        let mut draft = asking.nowhere(run, detail, steps(grown(count, limit)));
        draft.subject.push(region);
        draft
    })
    .collect()
}

fn of_interfaces(run: &Run<'_>, asking: &Asking) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for class in run.index.classes() {
        let Some(first) = class.groups.first() else { continue };
        let quotas = run.estate.profile(run.estate.group(*first).profile).quotas;
        let count = u32::try_from(class.groups.len()).unwrap_or(u32::MAX);
        let Some(limit) = quotas.groups_per_interface.filter(|limit| near(run, count, *limit)) else {
            continue;
        };
        let detail: Arc<str> = Arc::from(format!("{count} of {limit} groups of an interface are used"));
        let (extent, rules) = (steps(count as usize), run.rules_of(&class.groups));
        drafts.extend(class.interfaces.iter().map(|it| asking.interface(run, *it, extent, &detail, &rules)));
    }
    drafts
}

fn of_groups(run: &Run<'_>, asking: &Asking) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (ix, group) in run.estate.each_group() {
        let profile = run.estate.profile(group.profile);
        let count = members(run, ix);
        if let Some(limit) = profile.quotas.members_per_group.filter(|limit| near(run, count, *limit)) {
            let detail = format!("{count} of {limit} members of a group are used");
            let mut draft = asking.group(run, ix, Vec::new(), detail);
            draft.finding.fingerprint.extent.0 |= steps(grown(count, limit)) << 1;
            drafts.push(draft);
        }
    }
    drafts
}

/// The private addresses of a group's interfaces: basic groups count these. Kinds that count interfaces have a limit so high
/// that the difference does not matter.
fn members(run: &Run<'_>, group: GroupIx) -> u32 {
    let classes = run.index.classes_of(group).iter().map(|class| run.index.class(*class));
    let interfaces = classes.flat_map(|class| &class.interfaces).map(|ix| run.estate.interface(*ix));
    let addresses: usize = interfaces.map(|interface| interface.addresses.len()).sum();
    u32::try_from(addresses).unwrap_or(u32::MAX)
}

fn near(run: &Run<'_>, count: u32, limit: u32) -> bool {
    u64::from(count) * 100 >= u64::from(limit) * u64::from(run.settings.thresholds.quota_percent)
}

/// How far a quota is used, in fives of a hundred: what a finding grows by.
fn grown(count: u32, limit: u32) -> usize {
    usize::try_from(u64::from(count) * 20 / u64::from(limit.max(1))).unwrap_or(usize::MAX)
}
