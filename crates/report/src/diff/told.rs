//! A comparison as paragraphs, for programs that make their own pages.

use portreeve_engine::diff::{Effect, RuleChange, Shift};
use portreeve_model::Direction;

use super::flows::lines;
use super::story::{label, parts, tried};
use super::{DiffReport, FindingChangeKind};
use portreeve_checks::Risk;

/// A comparison in words. All words are [`plain`](crate::plain).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffStory {
    /// `2 changes of traffic; 1 finding appears`.
    pub summary: String,
    /// Traffic that is judged differently.
    pub shifts: Vec<ShiftStory>,
    /// Findings that differ, those that differ alike on one subject together, the worst first.
    pub findings: Vec<FindingStory>,
    /// Rules that changed without any effect: how, and the rule.
    pub idle: Vec<(&'static str, String)>,
    /// Other objects that differ, a line each.
    pub objects: Vec<String>,
    /// How many such objects there are.
    pub all_objects: usize,
}

/// One change of traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftStory {
    /// Whom it is about.
    pub who: String,
    /// The groups of these interfaces, where it is about interfaces.
    pub groups: Option<String>,
    /// What happens.
    pub effects: Vec<EffectStory>,
    /// The changes of rules behind it: how, and the rule.
    pub rules: Vec<(&'static str, String)>,
}

/// What happens to a set of traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectStory {
    /// `opens`, `closes`, `may open`, `may close`.
    pub verb: &'static str,
    /// Ingress or egress.
    pub direction: Direction,
    /// The set, a line for each part.
    pub flows: Vec<String>,
    /// Where the other side is; empty for everywhere.
    pub places: String,
    /// One packet of it, as a person would try it.
    pub witness: Option<String>,
}

/// Findings that differ alike on one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingStory {
    /// How they differ.
    pub kind: FindingChangeKind,
    /// The worst risk among them.
    pub risk: Risk,
    /// The ids of their items, the worst first.
    pub items: Vec<String>,
    /// What they are about.
    pub about: String,
    /// `possible` and `waived`, where they are.
    pub marks: Vec<&'static str>,
}

impl DiffReport<'_> {
    /// Tells the comparison: of long lists the first `most`, while the summary counts all.
    pub fn tell(&self, most: usize) -> DiffStory {
        let shifts = self.differences.shifts.iter().enumerate().take(most);
        let findings = self.alike().into_iter().filter_map(|alike| {
            Some(FindingStory {
                kind: alike.kind?,
                risk: alike.risk,
                items: alike.items.iter().map(|item| (*item).to_owned()).collect(),
                about: alike.about,
                marks: alike.marks,
            })
        });
        let idle = self.differences.rules.iter().filter(|change| change.shifts.is_empty());
        let (objects, all_objects) = self.objects(most);
        DiffStory {
            summary: super::text::summary(self),
            shifts: shifts.map(|(at, shift)| self.shift_story(at, shift, most)).collect(),
            findings: findings.take(most).collect(),
            idle: idle.take(most).map(|change| self.change(change)).collect(),
            objects,
            all_objects,
        }
    }

    fn shift_story(&self, at: usize, shift: &Shift, most: usize) -> ShiftStory {
        ShiftStory {
            who: self.who(shift),
            groups: self.groups(shift),
            effects: shift.effects.iter().flat_map(|effect| self.effect_stories(shift, effect)).collect(),
            rules: self.causes(at).take(most).map(|change| self.change(change)).collect(),
        }
    }

    fn effect_stories(&self, shift: &Shift, effect: &Effect) -> Vec<EffectStory> {
        let places = self.places(effect);
        let told = |(part, set): (super::story::Part, _)| EffectStory {
            verb: part.as_str(),
            direction: effect.direction,
            flows: lines(&set, effect.direction == Direction::Egress),
            places: places.clone(),
            witness: self.witness(shift, effect, &set).map(|packet| tried(&packet, effect.direction)),
        };
        parts(effect).into_iter().map(told).collect()
    }

    fn change(&self, change: &RuleChange) -> (&'static str, String) {
        (label(change.kind), self.rule(change))
    }
}
