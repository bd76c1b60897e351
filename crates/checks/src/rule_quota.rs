//! Groups and interfaces that near the number of rules that they may have.

use std::sync::Arc;

use portreeve_model::{Estate, Group};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::finding::Finding;
use crate::meta::Meta;
use crate::run::{Asking, Run, steps};

/// One finding for each group, and for each interface over all its groups, at or over a share of its quota.
pub(crate) struct RuleQuota;

impl Check for RuleQuota {
    fn meta(&self) -> &'static Meta {
        &beyond::RULE_QUOTA
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        let counts: Vec<u32> = run.estate.groups.iter().map(|group| count(run.estate, group)).collect();
        vec![of_interfaces(run, asking, &counts), of_groups(run, asking, &counts)]
    }
}

fn of_groups(run: &Run<'_>, asking: &Asking, counts: &[u32]) -> Vec<Finding> {
    let own = run.settings.thresholds.rules_per_group;
    let mut findings = Vec::new();
    for ((ix, group), count) in run.estate.each_group().zip(counts) {
        let quota = own.or(run.estate.profile(group.profile).quotas.rules_per_group);
        if let Some(quota) = quota.filter(|quota| near(run, *count, *quota)) {
            let detail = format!("{count} of {quota} rules of a group are used");
            let mut finding = asking.group(run, ix, Vec::new(), detail);
            finding.fingerprint.extent.0 |= steps(share(*count, quota)) << 1;
            findings.push(finding);
        }
    }
    findings
}

fn of_interfaces(run: &Run<'_>, asking: &Asking, counts: &[u32]) -> Vec<Finding> {
    let own = run.settings.thresholds.rules_per_interface;
    let mut findings = Vec::new();
    for class in run.index.classes() {
        let Some(first) = class.groups.first() else { continue };
        let profile = run.estate.profile(run.estate.group(*first).profile);
        let Some(quota) = own.or(profile.quotas.rules_per_interface) else { continue };
        let sum = class
            .groups
            .iter()
            .filter_map(|ix| counts.get(ix.at()))
            .fold(0u32, |sum, n| sum.saturating_add(*n));
        if near(run, sum, quota) {
            let detail: Arc<str> = Arc::from(format!("{sum} of {quota} rules of an interface are used"));
            let extent = steps(share(sum, quota));
            let rules = run.rules_of(&class.groups);
            findings.extend(
                class.interfaces.iter().map(|it| asking.interface(run, *it, extent, &detail, &rules)),
            );
        }
    }
    findings
}

fn near(run: &Run<'_>, count: u32, quota: u32) -> bool {
    u64::from(count) * 100 >= u64::from(quota) * u64::from(run.settings.thresholds.quota_percent)
}

/// How far a quota is used, in fives of a hundred: what a finding grows by.
fn share(count: u32, quota: u32) -> usize {
    usize::try_from(u64::from(count) * 20 / u64::from(quota.max(1))).unwrap_or(usize::MAX)
}

/// What the rules of a group count as against the quota.
fn count(estate: &Estate, group: &Group) -> u32 {
    group.rules.iter().fold(0, |sum, rule| sum.saturating_add(estate.quota_weight(rule)))
}
