//! Rules that count here, though the platform is documented not to apply them everywhere.

use portreeve_engine::RuleRef;
use portreeve_model::{Acts, InterfaceIx, Peer, Ports, Rule};

use super::Cause;
use crate::answer::{Ruling, Step, Verdict};
use crate::explainer::Explainer;
use crate::path::{Checkpoint, FilterOf, Kind};

impl Explainer<'_> {
    /// Warns of a rule that lets something through but may have no effect: on servers of some makes, or beyond a limit.
    pub(super) fn doubtful(&self, step: &Step, checkpoint: &Checkpoint, causes: &mut Vec<Cause>) {
        let Kind::Filter { of: FilterOf::Groups(ix), .. } = checkpoint.kind else { return };
        let (Verdict::Allowed, Some(Ruling::Rule(at))) = (step.verdict, step.rule) else { return };
        let group = self.estate.group(at.group);
        let Some(rule) = group.rules.get(at.rule as usize) else { return };
        let reason = self.weak_flavour(at, rule, ix).or_else(|| self.beyond_limit(at, rule));
        if let Some(reason) = reason {
            let name = self.say.rule(at);
            causes.push(Cause {
                id: "rule-may-not-act",
                text: format!("{name} lets it through, but {reason}"),
                remedy: format!("write {name} as rules with one prefix and one range of ports each"),
            });
        }
    }

    fn weak_flavour(&self, at: RuleRef, rule: &Rule, ix: InterfaceIx) -> Option<String> {
        let server = self.estate.instance(self.estate.interface(ix).instance?);
        let flavour = self.estate.text(server.flavour).to_ascii_lowercase();
        let profile = self.estate.profile(self.estate.group(at.group).profile);
        let weak = profile.weak_flavours.iter().find(|weak| {
            flavour.starts_with(weak.prefix)
                && ((weak.no_lists && matches!(rule.peer, Peer::List(_)))
                    || (weak.no_split_ports && has_split_ports(rule)))
        });
        weak.map(|_| {
            let name = self.say.instance(server);
            format!(
                "rules of its kind are documented to have no effect on {name}, whose flavour is {flavour}"
            )
        })
    }

    fn beyond_limit(&self, at: RuleRef, rule: &Rule) -> Option<String> {
        let group = self.estate.group(at.group);
        let limit = self.estate.profile(group.profile).quotas.composite_rules?;
        let alike = group.rules_of(rule.direction).filter(|it| is_composite(it)).count();
        (is_composite(rule) && alike > limit as usize).then(|| {
            let name = self.say.group(at.group);
            format!("{name} has {alike} rules that name a group or a list or have several port ranges, and the platform applies {limit}")
        })
    }
}

fn is_composite(rule: &Rule) -> bool {
    rule.acts != Acts::Never
        && (matches!(rule.peer, Peer::Group { .. } | Peer::List(_)) || has_split_ports(rule))
}

fn has_split_ports(rule: &Rule) -> bool {
    matches!(rule.ports, Ports::Ranges(_) | Ports::List(_))
}
