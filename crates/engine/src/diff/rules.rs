//! Rules that are not as they were, and which changes of traffic they may be a cause of.

use hashbrown::HashMap;
use portreeve_model::{Direction, Estate, Group, GroupIx, Rule};
use portreeve_netset::PacketSet;

use super::content::Contents;
use super::effect::{Filters, Side, place};
use super::{Bearer, Pair, Shift, Site};
use crate::Place;
use crate::line::RuleRef;
use crate::policy::Policy;

/// How a rule differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RuleChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It says the same at another priority.
    Reranked,
    /// It stands elsewhere among the rules of its group.
    Moved,
    /// Only its description differs.
    Redescribed,
}

impl RuleChangeKind {
    /// In a word, for programs and people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Reranked => "reranked",
            Self::Moved => "moved",
            Self::Redescribed => "redescribed",
        }
    }
}

/// One rule that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleChange {
    /// Its group, which both estates have.
    pub group: Pair<GroupIx>,
    /// Its place in the rules of the group.
    pub rule: Pair<u32>,
    /// How it differs.
    pub kind: RuleChangeKind,
    /// The [shifts](super::Differences::shifts) in which traffic that it matches is judged differently; without one, the change has
    /// no effect.
    pub shifts: Vec<usize>,
}

/// The rules of a group of both estates that are not as they were.
pub(super) fn changes(contents: &Contents<'_, '_>, pair: Pair<GroupIx>) -> Vec<RuleChange> {
    let (Some(was), Some(is)) = (pair.old, pair.new) else { return Vec::new() };
    let (old, new) = (contents.old.estate(), contents.new.estate());
    let (was, is) = (old.group(was), new.group(is));
    let said = |a: &Rule, b: &Rule| {
        a.priority == b.priority
            && contents.same_words(a, b)
            && old.text(a.id) == new.text(b.id)
            && old.text(a.description) == new.text(b.description)
    };
    if was.rules.len() == is.rules.len() && was.rules.iter().zip(&is.rules).all(|(a, b)| said(a, b)) {
        return Vec::new();
    }
    let partners = partners(contents, was, is);
    let taken: Vec<usize> = partners.iter().flatten().copied().collect();
    let mut found = Vec::new();
    let mut add = |old: Option<usize>, new: Option<usize>, kind| {
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let rule = Pair { old, new }.map(narrow);
        found.push(RuleChange { group: pair, rule, kind, shifts: Vec::new() });
    };
    let mut furthest = [0; 2];
    for (at, (partner, rule)) in partners.iter().zip(&was.rules).enumerate() {
        let Some(now) = partner.and_then(|to| is.rules.get(to)) else {
            add(Some(at), None, RuleChangeKind::Removed);
            continue;
        };
        let [ingress, egress] = &mut furthest;
        let furthest = if rule.direction == Direction::Ingress { ingress } else { egress };
        let place = partner.unwrap_or_default();
        let moved = place < *furthest;
        *furthest = (*furthest).max(place);
        if let Some(kind) = kind(contents, rule, now, moved) {
            add(Some(at), *partner, kind);
        }
    }
    for at in (0..is.rules.len()).filter(|at| !taken.contains(at)) {
        add(None, Some(at), RuleChangeKind::Added);
    }
    found
}

/// How a rule of both estates differs, if it does.
fn kind(contents: &Contents<'_, '_>, was: &Rule, is: &Rule, moved: bool) -> Option<RuleChangeKind> {
    let (old, new) = (contents.old.estate(), contents.new.estate());
    if !contents.same_words(was, is) {
        Some(RuleChangeKind::Changed)
    } else if was.priority != is.priority {
        Some(RuleChangeKind::Reranked)
    } else if moved {
        Some(RuleChangeKind::Moved)
    } else if old.text(was.description) != new.text(is.description) {
        Some(RuleChangeKind::Redescribed)
    } else {
        None
    }
}

/// For each rule of a group of the old estate, which rule of the new one it is: that of its id, else one that says the same, rather with
/// the same description and rank.
fn partners(contents: &Contents<'_, '_>, was: &Group, is: &Group) -> Vec<Option<usize>> {
    let (old, new) = (contents.old.estate(), contents.new.estate());
    let mut partners = by_id(old, new, was, is);
    let mut taken = vec![false; is.rules.len()];
    for at in partners.iter().flatten() {
        taken.iter_mut().skip(*at).take(1).for_each(|it| *it = true);
    }
    for strictness in [2, 1, 0] {
        for (rule, partner) in was.rules.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
            let fits = |other: &Rule| {
                (strictness < 1 || rule.priority == other.priority)
                    && (strictness < 2 || old.text(rule.description) == new.text(other.description))
                    && contents.same_words(rule, other)
            };
            let mut free = is.rules.iter().zip(&mut taken).enumerate();
            if let Some((at, (_, taken))) = free.find(|(_, (other, taken))| !**taken && fits(other)) {
                *partner = Some(at);
                *taken = true;
            }
        }
    }
    partners
}

fn by_id(old: &Estate, new: &Estate, was: &Group, is: &Group) -> Vec<Option<usize>> {
    let ids = is.rules.iter().enumerate().filter(|(_, rule)| !rule.id.is_empty());
    let mut ids: HashMap<&str, usize> = ids.map(|(at, rule)| (new.text(rule.id), at)).collect();
    was.rules.iter().map(|rule| ids.remove(old.text(rule.id))).collect()
}

/// Notes with each change of a rule the changes of traffic that touch what the rule matches, in either estate.
pub(super) fn attribute(changes: &mut [RuleChange], filters: &Filters<'_, '_>, shifts: &[Shift]) {
    if changes.is_empty() {
        return;
    }
    for (at, shift) in shifts.iter().enumerate() {
        let touched: Vec<(Direction, Vec<Site>, PacketSet)> = shift
            .effects
            .iter()
            .map(|effect| {
                // What is the same everywhere is found on the internet or off it.
                let sites = match effect.sites.as_slice() {
                    [] => vec![Site::Internet, Site::Elsewhere],
                    sites => sites.to_vec(),
                };
                (effect.direction, sites, effect.touched())
            })
            .collect();
        for change in changes.iter_mut().filter(|change| matters(change) && concerns(filters, shift, change))
        {
            let hit = touched.iter().any(|(direction, sites, set)| {
                sites.iter().any(|site| {
                    [Side::Old, Side::New].into_iter().any(|side| {
                        let reach = reach(filters, change, side, *direction, place(*site, side));
                        reach.is_some_and(|reach| !reach.is_disjoint(set))
                    })
                })
            });
            if hit {
                change.shifts.push(at);
            }
        }
    }
}

/// Whether a change of this kind can have an effect at all.
fn matters(change: &RuleChange) -> bool {
    !matches!(change.kind, RuleChangeKind::Moved | RuleChangeKind::Redescribed)
}

/// Whether a shift is about somebody who carries the group of a rule.
fn concerns(filters: &Filters<'_, '_>, shift: &Shift, change: &RuleChange) -> bool {
    let carries = |bearer: &Bearer| {
        change.group.old.is_some_and(|ix| filters.groups(bearer, Side::Old).contains(&ix))
            || change.group.new.is_some_and(|ix| filters.groups(bearer, Side::New).contains(&ix))
    };
    shift.bearers.iter().any(carries)
}

/// What a rule matches at most; nothing where it is of another direction or not in that estate.
fn reach(
    filters: &Filters<'_, '_>,
    change: &RuleChange,
    side: Side,
    direction: Direction,
    place: Place,
) -> Option<PacketSet> {
    let (group, rule) = match side {
        Side::Old => (change.group.old?, change.rule.old?),
        Side::New => (change.group.new?, change.rule.new?),
    };
    Policy::reach(filters.index(side), RuleRef { group, rule }, direction, place)
}
