//! Rules that a service of the platform added by itself.

use portreeve_engine::RuleRef;

use crate::catalogue::beyond;
use crate::check::Check;
use crate::meta::Meta;
use crate::run::{Asking, Draft, Run};

/// One finding for each group with rules whose description is one that the platform writes.
pub(crate) struct PlatformAddedRule;

impl Check for PlatformAddedRule {
    fn meta(&self) -> &'static Meta {
        &beyond::PLATFORM_ADDED_RULE
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Draft> {
        let found: Vec<RuleRef> =
            run.each_rule().filter(|(rule, _)| is_added(run, *rule)).map(|(rule, _)| rule).collect();
        found
            .chunk_by(|one, next| one.group == next.group)
            .filter_map(|same| {
                let told = same.iter().map(|rule| {
                    let said = run.rule(*rule).map_or("", |said| run.estate.text(said.description));
                    format!("{} says `{said}`", run.rule_name(*rule))
                });
                let detail = told.collect::<Vec<_>>().join("; ");
                Some(asking.group(run, same.first()?.group, same.to_vec(), detail))
            })
            .collect()
    }
}

fn is_added(run: &Run<'_>, rule: RuleRef) -> bool {
    let words = run.estate.profile(run.estate.group(rule.group).profile).platform_words;
    let Some(said) = run.rule(rule).filter(|said| !said.description.is_empty()) else { return false };
    let description = run.estate.text(said.description).to_lowercase();
    // Services write their name alone or with a number or suffix behind it, never inside another word.
    description
        .split(|c: char| !c.is_alphanumeric())
        .any(|said| words.iter().any(|word| said.starts_with(word)))
}
