//! Interfaces on which hundreds of rules act.

use std::sync::Arc;

use crate::catalogue::beyond;
use crate::check::Check;
use crate::finding::Finding;
use crate::meta::Meta;
use crate::run::{Asking, Run, steps};

/// One finding for each interface with too many effective rules.
pub(crate) struct TooManyRules;

impl Check for TooManyRules {
    fn meta(&self) -> &'static Meta {
        &beyond::TOO_MANY_RULES
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        let limit = run.settings.thresholds.too_many_rules;
        let mut findings = Vec::new();
        for class in run.index.classes() {
            let rules: usize = class.groups.iter().map(|group| run.estate.group(*group).rules.len()).sum();
            if rules >= limit && limit > 0 {
                let detail: Arc<str> = Arc::from(format!("{rules} rules act on the interface"));
                let extent = steps(rules / limit);
                let rules = run.rules_of(&class.groups);
                findings.extend(
                    class.interfaces.iter().map(|it| asking.interface(run, *it, extent, &detail, &rules)),
                );
            }
        }
        vec![findings]
    }
}
