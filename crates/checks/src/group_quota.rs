//! Regions, interfaces and groups that near how many groups or members they may have.

use std::collections::BTreeMap;
use std::sync::Arc;

use portreeve_engine::{Class, spread};
use portreeve_model::Text;

use crate::catalogue::beyond;
use crate::check::Check;
use crate::finding::Finding;
use crate::meta::Meta;
use crate::run::{Asking, Run, steps};

/// One finding for each region, interface or group at or over a share of its quota.
pub(crate) struct GroupQuota;

impl Check for GroupQuota {
    fn meta(&self) -> &'static Meta {
        &beyond::GROUP_QUOTA
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        vec![of_regions(run, asking), of_interfaces(run, asking), of_groups(run, asking)]
    }
}

/// No single group fills a region, so the finding names none.
fn of_regions(run: &Run<'_>, asking: &Asking) -> Vec<Finding> {
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
        asking.nowhere(run, region, detail, steps(grown(count, limit)))
    })
    .collect()
}

fn of_interfaces(run: &Run<'_>, asking: &Asking) -> Vec<Finding> {
    let mut findings = Vec::new();
    for class in run.index.classes() {
        let Some(first) = class.groups.first() else { continue };
        let quotas = run.estate.profile(run.estate.group(*first).profile).quotas;
        let count = u32::try_from(class.groups.len()).unwrap_or(u32::MAX);
        let Some(limit) = quotas.groups_per_interface.filter(|limit| near(run, count, *limit)) else {
            continue;
        };
        let detail: Arc<str> = Arc::from(format!("{count} of {limit} groups of an interface are used"));
        let (extent, rules) = (steps(count as usize), run.rules_of(&class.groups));
        findings
            .extend(class.interfaces.iter().map(|it| asking.interface(run, *it, extent, &detail, &rules)));
    }
    findings
}

fn of_groups(run: &Run<'_>, asking: &Asking) -> Vec<Finding> {
    let members = spread(run.index.classes(), run.settings.threads, |class| members(run, class));
    let mut findings = Vec::new();
    for (ix, group) in run.estate.each_group() {
        let profile = run.estate.profile(group.profile);
        let classes = run.index.classes_of(ix).iter();
        let counts = classes.filter_map(|class| members.get(class.0 as usize));
        let count = counts.fold(0u32, |sum, count| sum.saturating_add(*count));
        if let Some(limit) = profile.quotas.members_per_group.filter(|limit| near(run, count, *limit)) {
            let detail = format!("{count} of {limit} members of a group are used");
            let mut finding = asking.group(run, ix, Vec::new(), detail);
            finding.fingerprint.extent.0 |= steps(grown(count, limit)) << 1;
            findings.push(finding);
        }
    }
    findings
}

/// The private addresses of a class's interfaces: basic groups count these. Kinds that count interfaces have a limit so high
/// that the difference does not matter.
fn members(run: &Run<'_>, class: &Class) -> u32 {
    let interfaces = class.interfaces.iter().map(|ix| run.estate.interface(*ix));
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
