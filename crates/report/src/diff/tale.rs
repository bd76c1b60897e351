//! A comparison as parts in words, for pages that lay it out themselves. All words are [`plain`](crate::plain).

use portreeve_engine::diff::{Effect, Shift};
use portreeve_model::Direction;

use super::flows::lines;
use super::story::{label, parts, tried};
use super::text::summary;
use super::{DiffReport, FindingChangeKind};
use crate::escape::plain;
use crate::words::thousands;

/// Rows of one set, and rules of one shift, that are told.
const ROWS: usize = 8;

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tale {
    /// One line on all of it.
    pub summary: String,
    /// Changes of traffic, and how many more there are.
    pub shifts: (Vec<ShiftTale>, usize),
    /// Findings that differ, and how many more there are.
    pub findings: (Vec<FindingTale>, usize),
    /// Rules that changed without any effect, and how many more there are.
    pub idle: (Vec<String>, usize),
    /// Groups, interfaces and lists that differ, and how many more there are.
    pub objects: (Vec<String>, usize),
}

/// One change of traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftTale {
    /// Who it is about.
    pub who: String,
    /// Their groups.
    pub groups: Option<String>,
    /// What happens.
    pub effects: Vec<EffectTale>,
    /// The rules behind it.
    pub because: Vec<String>,
}

/// One effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectTale {
    /// `opens`, `closes`, `may open`, `may close`.
    pub verb: &'static str,
    /// What of the traffic, a line each.
    pub traffic: Vec<String>,
    /// Where the other side is, where that is not everywhere.
    pub place: String,
    /// A packet that shows it.
    pub witness: Option<String>,
}

/// Findings on one subject that differ alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingTale {
    /// How.
    pub kind: Option<FindingChangeKind>,
    /// The worst risk among them.
    pub risk: portreeve_checks::Risk,
    /// The ids of the items.
    pub items: Vec<String>,
    /// What they are about.
    pub about: String,
    /// `possible` and `waived`, where they are.
    pub marks: Vec<&'static str>,
}

/// Tells a comparison, at most so many of each.
pub fn tale(report: &DiffReport<'_>, most: usize) -> Tale {
    let shifts = &report.differences.shifts;
    let told = shifts.iter().take(most).enumerate().map(|(at, shift)| shift_tale(report, at, shift));
    let alike = report.alike();
    let findings = alike.iter().take(most).map(|alike| FindingTale {
        kind: alike.kind,
        risk: alike.risk,
        items: alike.items.iter().map(|item| plain(item).into_owned()).collect(),
        about: alike.about.clone(),
        marks: alike.marks.clone(),
    });
    let idle = report.idle_rules();
    let number: usize = idle.iter().map(|(_, changes)| changes.len()).sum();
    let rules = idle.iter().flat_map(|(_, changes)| changes).take(most);
    let rules: Vec<String> =
        rules.map(|change| format!("{}: {}", label(change.kind), report.rule(change))).collect();
    let (objects, all) = report.objects(most);
    Tale {
        summary: summary(report),
        shifts: (told.collect(), shifts.len().saturating_sub(most)),
        findings: (findings.collect(), alike.len().saturating_sub(most)),
        idle: (rules, number.saturating_sub(most)),
        objects: (objects, all.saturating_sub(most)),
    }
}

fn shift_tale(report: &DiffReport<'_>, at: usize, shift: &Shift) -> ShiftTale {
    let causes: Vec<_> = report.causes(at).collect();
    let words = causes.iter().take(ROWS);
    let mut because: Vec<String> =
        words.map(|change| format!("{}: {}", label(change.kind), report.rule(change))).collect();
    rest(&mut because, causes.len(), "rules");
    ShiftTale {
        who: report.who(shift),
        groups: report.groups(shift),
        effects: shift.effects.iter().flat_map(|effect| effect_tales(report, shift, effect)).collect(),
        because,
    }
}

fn effect_tales(report: &DiffReport<'_>, shift: &Shift, effect: &Effect) -> Vec<EffectTale> {
    let outward = effect.direction == Direction::Egress;
    let tell = |(part, set): (super::story::Part, portreeve_netset::PacketSet)| {
        let all = lines(&set, outward);
        let way = if outward { "out" } else { "in" };
        let mut traffic: Vec<String> = all.iter().take(ROWS).map(|line| format!("{way} {line}")).collect();
        rest(&mut traffic, all.len(), "rows");
        let witness = report.witness(shift, effect, &set).map(|packet| tried(&packet, effect.direction));
        EffectTale { verb: part.as_str(), traffic, place: report.places(effect), witness }
    };
    parts(effect).into_iter().map(tell).collect()
}

/// Says how many are left out.
fn rest(told: &mut Vec<String>, all: usize, what: &str) {
    if let Some(more) = all.checked_sub(ROWS).filter(|more| *more > 0) {
        told.push(format!("and {} more {what}", thousands(more)));
    }
}
