//! Rules that a service of the platform added by itself.

use hashbrown::HashMap;
use portreeve_engine::RuleRef;
use portreeve_model::{Group, ProfileIx, Rule, Text};

use crate::catalogue::beyond;
use crate::check::Check;
use crate::finding::Finding;
use crate::meta::Meta;
use crate::run::{Asking, Run};

/// One finding for each group with rules whose description is one that the platform writes.
pub(crate) struct PlatformAddedRule;

impl Check for PlatformAddedRule {
    fn meta(&self) -> &'static Meta {
        &beyond::PLATFORM_ADDED_RULE
    }

    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>> {
        // Many rules are described in the same words.
        let mut known: HashMap<(ProfileIx, Text), bool> = HashMap::new();
        let mut is_added = |group: &Group, rule: &Rule| {
            let words = run.estate.profile(group.profile).platform_words;
            let key = (group.profile, rule.description);
            *known.entry(key).or_insert_with(|| says(run.estate.text(rule.description), words))
        };
        let mut found: Vec<RuleRef> = Vec::new();
        for (group, said) in run.estate.each_group() {
            let added = (0..).zip(&said.rules).filter(|(_, rule)| !rule.description.is_empty());
            let added = added.filter(|(_, rule)| is_added(said, rule));
            found.extend(added.map(|(rule, _)| RuleRef { group, rule }));
        }
        let findings = found
            .chunk_by(|one, next| one.group == next.group)
            .filter_map(|same| {
                let told = same.iter().map(|rule| {
                    let said = run.rule(*rule).map_or("", |said| run.estate.text(said.description));
                    format!("{} says `{said}`", run.rule_name(*rule))
                });
                let detail = told.collect::<Vec<_>>().join("; ");
                Some(asking.group(run, same.first()?.group, same.to_vec(), detail))
            })
            .collect();
        vec![findings]
    }
}

/// Whether a description is one that the platform writes.
fn says(description: &str, words: &[&str]) -> bool {
    let description = description.to_lowercase();
    // Services write their name alone or with a number or suffix behind it, never inside another word.
    description
        .split(|c: char| !c.is_alphanumeric())
        .any(|said| words.iter().any(|word| said.starts_with(word)))
}
