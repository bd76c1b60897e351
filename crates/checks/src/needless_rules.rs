//! Rules that could go: those that never decide, and those that something else makes superfluous.

use portreeve_engine::{Decider, Removable, RuleRef, Source, spread_in_bites};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::finding::Finding;
use crate::meta::Meta;
use crate::run::{Asking, Run};

/// How many rules are named as covering another before the rest is counted.
const NAMED: usize = 4;

/// How many groups a thread looks at together.
const GROUPS: usize = 1024;

/// One finding for each group with rules whose removal, all together, changes nothing.
pub(crate) struct RedundantRule;

/// One finding for each group with rules that never decide anything.
pub(crate) struct ShadowedRule;

impl Check for RedundantRule {
    fn meta(&self) -> &'static Meta {
        &beyond::REDUNDANT_RULE
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        by_group(run, asking, |_| true)
    }
}

impl Check for ShadowedRule {
    fn meta(&self) -> &'static Meta {
        &beyond::SHADOWED_RULE
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        by_group(run, asking, |removable| removable.shadowed)
    }
}

fn by_group(run: &Run<'_>, asking: &Asking, wanted: impl Fn(&Removable) -> bool) -> Vec<Vec<Finding>> {
    let found: Vec<&Removable> = run.removable().iter().filter(|removable| wanted(removable)).collect();
    let groups: Vec<&[&Removable]> = found.chunk_by(|one, next| one.rule.group == next.rule.group).collect();
    let parts: Vec<&[&[&Removable]]> = groups.chunks(GROUPS).collect();
    spread_in_bites(&parts, run.settings.threads, 1, |part| {
        part.iter().filter_map(|same| of_group(run, asking, same)).collect()
    })
}

/// The finding about the rules of one group.
fn of_group(run: &Run<'_>, asking: &Asking, same: &[&Removable]) -> Option<Finding> {
    let rules: Vec<RuleRef> = same.iter().map(|removable| removable.rule).collect();
    let told = same.iter().map(|it| format!("{} {} {}", run.rule_name(it.rule), because(it), cover(run, it)));
    let detail = told.collect::<Vec<_>>().join("; ");
    Some(asking.group(run, rules.first()?.group, rules, detail))
}

fn because(removable: &Removable) -> &'static str {
    if removable.shadowed {
        "never decides anything, because it comes after"
    } else {
        "does nothing that is not done by"
    }
}

/// The certificate in words: what decides in the rule's place.
fn cover(run: &Run<'_>, removable: &Removable) -> String {
    let mut names: Vec<String> = removable
        .covered_by
        .iter()
        .map(|decider| match decider {
            Decider::Default => "the default".to_owned(),
            Decider::Line(Source::Rule(rule)) => run.rule_name(*rule),
            Decider::Line(Source::SameGroup(_)) => "what the platform allows inside the group".to_owned(),
            Decider::Line(_) => "rules outside the input".to_owned(),
        })
        .collect();
    if names.len() > NAMED {
        let more = names.len() - NAMED;
        names.truncate(NAMED);
        names.push(format!("{more} more"));
    }
    names.join(", ")
}
