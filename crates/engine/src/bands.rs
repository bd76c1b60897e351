//! Rules in the order in which they decide, for people to read.

use std::collections::BTreeMap;

use portreeve_model::{Action, Acts, Direction, GroupIx, SameGroup};

use crate::compile::rank;
use crate::index::Index;
use crate::line::{BUILT_IN, RULES, RuleRef, Source, UNRANKED, UNREAD};

/// What stands in a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rank {
    /// Rules that the input does not have: they may stand anywhere.
    Unread,
    /// What the platform lets through before any rule.
    BuiltIn,
    /// Rules whose rank cannot be read: they may stand before all others.
    Unranked,
    /// Rules of equal rank.
    Rules,
}

/// Lines of equal rank: the first band in which any line matches decides, and in it deny beats allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// What stands in it.
    pub rank: Rank,
    /// The lines, those that deny first; never empty.
    pub lines: Vec<Source>,
}

/// The bands of some groups together, the first to decide first. Every rule of the direction is in one, also a rule that never acts;
/// the order is that of [`Policy`](crate::Policy). Behind the last band stands the default.
pub fn bands(index: &Index<'_>, groups: &[GroupIx], direction: Direction) -> Vec<Band> {
    let mut ranked: BTreeMap<u64, Vec<(Action, Source)>> = BTreeMap::new();
    let mut add = |band, action, source| ranked.entry(band).or_default().push((action, source));
    for (position, ix) in groups.iter().enumerate() {
        let group = index.estate().group(*ix);
        if group.incomplete(direction).is_some() {
            add(UNREAD, Action::Deny, Source::Unread(Some(*ix)));
        }
        if direction == Direction::Ingress && group.same_group != SameGroup::Rules {
            add(BUILT_IN, Action::Allow, Source::SameGroup(*ix));
        }
        let ranking = index.estate().profile(group.profile).ranking;
        for (at, rule) in (0..).zip(&group.rules).filter(|(_, rule)| rule.direction == direction) {
            let known = RULES + rank(ranking, position, rule);
            let band = if rule.acts == Acts::Possibly { UNRANKED } else { known };
            add(band, rule.action, Source::Rule(RuleRef { group: *ix, rule: at }));
        }
    }
    let banded = ranked.into_iter().map(|(band, mut lines)| {
        lines.sort_by_key(|(action, _)| *action);
        Band { rank: Rank::of(band), lines: lines.into_iter().map(|(_, source)| source).collect() }
    });
    banded.collect()
}

impl Rank {
    fn of(band: u64) -> Self {
        match band {
            UNREAD => Self::Unread,
            BUILT_IN => Self::BuiltIn,
            UNRANKED => Self::Unranked,
            _ => Self::Rules,
        }
    }
}
