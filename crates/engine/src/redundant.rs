//! Rules that could go without changing anything, judged by union and not pair by pair.
//!
//! Two rules that say the same each make the other superfluous, and yet only one may go. So the answer is a set of rules that
//! can *all* go together: candidates are taken out one by one, each judged with the earlier ones gone.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU8, Ordering};

use hashbrown::{HashMap, HashSet};
use portreeve_model::{Action, Direction, GroupIx, GroupPeers, Peer, Scope};

use crate::Place;
use crate::index::Index;
use crate::line::{Decider, Line, RuleRef, Source, UNRANKED, UNREAD};
use crate::policy::Policy;
use crate::probe::corners;
use crate::spread::spread;
use crate::together::together;

/// A rule that could go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removable {
    /// The rule.
    pub rule: RuleRef,
    /// Whether it never decides anything as things stand. Otherwise it decides, but what it leaves would decide the same.
    pub shadowed: bool,
    /// What decides in its place: the certificate.
    pub covered_by: Vec<Decider>,
}

/// Finds, over the whole estate, rules that can all be removed together without changing what any class of interfaces lets
/// through in either direction, now or for a future member of a group that rules name. The rules of groups that no interface
/// carries are judged on their group alone. Sorted by rule.
pub fn redundancy(index: &Index<'_>, threads: usize) -> Vec<Removable> {
    redundancy_of(index, threads, |_| true)
}

/// As [`redundancy`], of some groups only. These have to be all or none of the groups of any class.
pub fn redundancy_of(index: &Index<'_>, threads: usize, wanted: impl Fn(GroupIx) -> bool) -> Vec<Removable> {
    let marks = Marks::new(index);
    let (mut apart, mut linked) = contexts(index);
    for contexts in [&mut apart, &mut linked] {
        contexts.retain(|context| context.groups.iter().any(|ix| wanted(*ix)));
    }
    // What is said of groups that no other context has depends on nothing else.
    let apart = spread(&apart, threads, |context| context.judge(index, &marks));
    spread(&linked, threads, |context| context.look(index, &marks, |_, _| {}));
    let candidates = marks.candidates(index, linked.iter().flat_map(|context| &context.groups));
    let groups: HashSet<GroupIx> = candidates.iter().map(|rule| rule.group).collect();
    let touched: Vec<&Context> =
        linked.iter().filter(|context| context.groups.iter().any(|group| groups.contains(group))).collect();
    let stories = spread(&touched, threads, |context| context.stories(index, &marks));
    let mut stories_of: HashMap<GroupIx, Vec<&Story>> = HashMap::new();
    for (context, stories) in touched.iter().zip(&stories) {
        for group in &context.groups {
            stories_of.entry(*group).or_default().extend(stories);
        }
    }
    let mut answer = remove_greedily(index, &marks, candidates, &stories_of);
    answer.extend(apart.into_iter().flatten());
    answer.sort_by_key(|removable| removable.rule);
    answer
}

/// Takes candidates out one by one: first what never decides, then the lower in rank.
fn remove_greedily(
    index: &Index<'_>,
    marks: &Marks,
    mut candidates: Vec<RuleRef>,
    stories_of: &HashMap<GroupIx, Vec<&Story>>,
) -> Vec<Removable> {
    let rank = |rule: &RuleRef| {
        let said = index.estate().group(rule.group).rules.get(rule.rule as usize);
        Reverse(said.map_or((0, 0), |said| (said.priority, said.position)))
    };
    candidates.sort_by_key(|rule| (marks.decides(*rule), rank(rule), *rule));
    let mut removed = HashSet::new();
    let mut answer = Vec::new();
    for rule in candidates {
        let stories = stories_of.get(&rule.group).map_or(&[][..], Vec::as_slice);
        let mut covered_by = BTreeSet::new();
        if stories.iter().all(|story| story.stands_without(rule, &removed, &mut covered_by)) {
            removed.insert(rule);
            let covered_by = covered_by.into_iter().collect();
            answer.push(Removable { rule, shadowed: !marks.decides(rule), covered_by });
        }
    }
    answer
}

/// Groups that act together: those of a class, or one that no interface carries.
struct Context {
    groups: Vec<GroupIx>,
    unread: bool,
}

/// All contexts: first those whose groups are in no other.
fn contexts(index: &Index<'_>) -> (Vec<Context>, Vec<Context>) {
    let filtered = index.classes().iter().filter(|class| class.filtered);
    let classes = filtered.map(|class| Context { groups: class.groups.to_vec(), unread: class.unread });
    let alone = index
        .estate()
        .each_group()
        .filter(|(ix, _)| index.classes_of(*ix).is_empty())
        .map(|(ix, _)| Context { groups: vec![ix], unread: false });
    classes.chain(alone).partition(|context| context.groups.iter().all(|ix| index.classes_of(*ix).len() < 2))
}

impl Context {
    /// Finds what can go of groups that are in no other context.
    fn judge(&self, index: &Index<'_>, marks: &Marks) -> Vec<Removable> {
        let mut cells: Vec<Cells> = Vec::new();
        self.look(index, marks, |parts, default| match cells.last_mut() {
            Some(last) if last.default == default => last.push(parts),
            _ => cells.push(Cells::new(parts, default)),
        });
        let candidates = marks.candidates(index, &self.groups);
        if candidates.is_empty() {
            return Vec::new();
        }
        let may_go = |part: &Part| marks.may_go(part.source);
        let mut stories: Vec<Story> = Vec::new();
        for Cells { parts, ends, default } in cells {
            let starts = std::iter::once(0).chain(ends.iter().copied());
            let each = starts.zip(&ends).filter_map(|(start, end)| parts.get(start..*end));
            stories.extend(each.filter_map(|parts| Story::of(parts, may_go, default)));
        }
        let stories_of = self.groups.iter().map(|group| (*group, stories.iter().collect())).collect();
        remove_greedily(index, marks, candidates, &stories_of)
    }

    /// Marks all rules as far as they can be told from these groups. `keep` is given whatever matches together with rules of
    /// which not everything is known before; all of it, where not everything is known afterwards.
    fn look(&self, index: &Index<'_>, marks: &Marks, mut keep: impl FnMut(&[Part], Option<Action>)) {
        let mut parts = Vec::new();
        for policy in self.policies(index, |rule| !marks.is_settled(rule)) {
            let default = policy.default();
            // A packet at its corner settles many a rule; the others need all combinations.
            corners(
                policy.lines(),
                |line| marks.is_open(line),
                |lines| {
                    gather(&policy, lines, &mut parts);
                    marks.mark(&parts, default);
                },
            );
            together(
                policy.lines(),
                |line| marks.is_open(line),
                |lines| {
                    gather(&policy, lines, &mut parts);
                    marks.mark(&parts, default);
                    keep(&parts, default);
                },
            );
        }
    }

    /// Every policy that rules of these groups can be part of, as far as some rule of its direction is wanted; asked anew before
    /// each policy, because the answer may change on the way.
    fn policies<'a>(
        &'a self,
        index: &'a Index<'_>,
        wanted: impl Fn(RuleRef) -> bool + Copy + 'a,
    ) -> impl Iterator<Item = Policy> + 'a {
        let viewpoints = move |direction| {
            let viewpoints = if self.any(index, direction, wanted) {
                self.viewpoints(index, direction)
            } else {
                Vec::new()
            };
            viewpoints.into_iter().map(move |(place, ghost)| (direction, place, ghost))
        };
        let chosen = Direction::BOTH.into_iter().flat_map(viewpoints);
        chosen.filter(move |(direction, ..)| self.any(index, *direction, wanted)).map(
            move |(direction, place, ghost)| {
                Policy::for_removal(index, &self.groups, self.unread, direction, place, ghost)
            },
        )
    }

    /// Whether some rule of a direction is wanted.
    fn any(&self, index: &Index<'_>, direction: Direction, wanted: impl Fn(RuleRef) -> bool) -> bool {
        self.groups.iter().any(|group| {
            let rules = (0..).zip(&index.estate().group(*group).rules);
            let mut own = rules.filter(|(_, said)| said.direction == direction);
            own.any(|(rule, _)| wanted(RuleRef { group: *group, rule }))
        })
    }

    /// From where to look: the internet, and where rules name groups, their own network as it is and as one more member of each
    /// named group would see it, since members come and go. Another private place only where rules tell it apart. What passes
    /// between members of the group before any rule needs no look: there, no rule decides.
    fn viewpoints(&self, index: &Index<'_>, direction: Direction) -> Vec<(Place, Option<GroupIx>)> {
        let estate = index.estate();
        let mut found = vec![(Place::Internet, None)];
        let mut add = |point| {
            if !found.contains(&point) {
                found.push(point);
            }
        };
        for group in self.groups.iter().map(|ix| estate.group(*ix)) {
            let home = group.network.map_or(Place::Elsewhere, Place::Network);
            let anywhere = estate.profile(group.profile).group_peers == GroupPeers::AnyNetwork;
            for rule in group.rules_of(direction) {
                if let Peer::Group { group: Some(peer), .. } = rule.peer {
                    add((home, None));
                    if anywhere {
                        index.networks_of(peer).for_each(|network| add((Place::Network(network), None)));
                        add((Place::Elsewhere, Some(peer)));
                    } else {
                        add((home, Some(peer)));
                    }
                }
                if rule.scope != Scope::Anywhere {
                    add((Place::Elsewhere, None));
                }
            }
        }
        found
    }

    /// What matches together anywhere, each combination once, down to the first line that surely stays.
    fn stories(&self, index: &Index<'_>, marks: &Marks) -> Vec<Story> {
        let mut found = Vec::new();
        let mut parts = Vec::new();
        for policy in self.policies(index, |rule| marks.is_candidate(rule)) {
            together(
                policy.lines(),
                |line| marks.may_go(line.source),
                |lines| {
                    gather(&policy, lines, &mut parts);
                    found.extend(Story::of(&parts, |part| marks.may_go(part.source), policy.default()));
                },
            );
        }
        found
    }
}

/// The lines of a policy at some positions.
fn gather(policy: &Policy, lines: &[usize], parts: &mut Vec<Part>) {
    parts.clear();
    parts.extend(lines.iter().filter_map(|at| policy.lines().get(*at)).map(Part::of));
}

/// What matches together in policies with the same default, one after the other.
struct Cells {
    parts: Vec<Part>,
    ends: Vec<usize>,
    default: Option<Action>,
}

impl Cells {
    fn new(parts: &[Part], default: Option<Action>) -> Self {
        Self { parts: parts.to_vec(), ends: vec![parts.len()], default }
    }

    fn push(&mut self, parts: &[Part]) {
        self.parts.extend_from_slice(parts);
        self.ends.push(self.parts.len());
    }
}

/// What is known of every rule after the first look.
struct Marks {
    /// Where the rules of each group begin in `flags`.
    starts: Vec<usize>,
    flags: Vec<AtomicU8>,
}

/// The rule has a line somewhere; a rule without one never acts, which is another matter.
const ACTS: u8 = 1;
/// It decides somewhere.
const DECIDES: u8 = 2;
/// Without it alone something would change.
const NEEDED: u8 = 4;

impl Marks {
    fn new(index: &Index<'_>) -> Self {
        let mut starts = Vec::with_capacity(index.estate().groups.len());
        let mut len = 0;
        for group in &index.estate().groups {
            starts.push(len);
            len += group.rules.len();
        }
        Self { starts, flags: std::iter::repeat_with(AtomicU8::default).take(len).collect() }
    }

    fn flag(&self, rule: RuleRef) -> Option<&AtomicU8> {
        self.flags.get(self.starts.get(rule.group.at())? + rule.rule as usize)
    }

    fn set(&self, source: Source, flags: u8) {
        if let Source::Rule(rule) = source
            && let Some(flag) = self.flag(rule).filter(|flag| flag.load(Ordering::Relaxed) & flags != flags)
        {
            flag.fetch_or(flags, Ordering::Relaxed);
        }
    }

    fn get(&self, rule: RuleRef) -> u8 {
        self.flag(rule).map_or(0, |flag| flag.load(Ordering::Relaxed))
    }

    fn decides(&self, rule: RuleRef) -> bool {
        self.get(rule) & DECIDES != 0
    }

    /// Marks the lines that match together somewhere, in rank order: who decides, and who is needed.
    fn mark(&self, parts: &[Part], default: Option<Action>) {
        let mut blocked: Option<Part> = None;
        for (at, part) in parts.iter().enumerate() {
            let flags = match blocked {
                None => {
                    if !part.maybe {
                        blocked = Some(*part);
                    }
                    let needed = replacement(parts, at, default).is_none();
                    ACTS | DECIDES | if needed { NEEDED } else { 0 }
                }
                // Rules of one band and action decide together: none of them is shadowed by another.
                Some(first) if (first.band, first.action) == (part.band, part.action) => ACTS | DECIDES,
                Some(_) => ACTS,
            };
            self.set(part.source, flags);
        }
    }

    /// Whether more can be learnt of a line's rule.
    fn is_open(&self, line: &Line) -> bool {
        matches!(line.source, Source::Rule(rule) if !self.is_settled(rule))
    }

    /// Whether nothing more can be learnt of a rule.
    fn is_settled(&self, rule: RuleRef) -> bool {
        self.get(rule) == ACTS | DECIDES | NEEDED
    }

    fn is_candidate(&self, rule: RuleRef) -> bool {
        self.get(rule) & (ACTS | NEEDED) == ACTS
    }

    /// Whether a line may go.
    fn may_go(&self, source: Source) -> bool {
        matches!(source, Source::Rule(rule) if self.is_candidate(rule))
    }

    /// The rules of some groups that may go; groups may be given twice.
    fn candidates<'g>(
        &self,
        index: &Index<'_>,
        groups: impl IntoIterator<Item = &'g GroupIx>,
    ) -> Vec<RuleRef> {
        let rules = |group: &GroupIx| {
            let (group, said) = (*group, index.estate().group(*group));
            (0..).zip(&said.rules).map(move |(rule, _)| RuleRef { group, rule })
        };
        let mut found: Vec<RuleRef> =
            groups.into_iter().flat_map(rules).filter(|rule| self.is_candidate(*rule)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// One line of a cell, as far as it matters for what may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Part {
    source: Source,
    band: u64,
    action: Action,
    maybe: bool,
}

impl Part {
    fn of(line: &Line) -> Self {
        let Line { source, action, maybe, band, .. } = *line;
        Self { source, band, action, maybe }
    }

    /// Whether its rank is unknown, so that it may stand anywhere among the others.
    fn is_rankless(&self) -> bool {
        self.maybe && (self.band == UNREAD || self.band == UNRANKED)
    }
}

/// The lines that match together somewhere, in rank order, and what follows them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Story {
    parts: Vec<Part>,
    /// The default; `None` where it is unknown or where the last part ends the matter.
    default: Option<Action>,
}

impl Story {
    /// The story of the lines that match together somewhere; nothing where no candidate is among them.
    fn of(all: &[Part], may_go: impl Fn(&Part) -> bool, default: Option<Action>) -> Option<Self> {
        if !all.iter().any(&may_go) {
            return None;
        }
        let mut parts = Vec::new();
        let mut open = true;
        for part in all {
            // Behind the first line that surely stays nothing decides, but candidates there still want to know what covers them.
            if open || may_go(part) {
                parts.push(*part);
            }
            open &= may_go(part) || part.maybe;
        }
        Some(Self { parts, default: default.filter(|_| open) })
    }

    /// Whether the decision stays when a rule goes, with others gone already. Adds what decides in its place.
    fn stands_without(
        &self,
        rule: RuleRef,
        removed: &HashSet<RuleRef>,
        covered_by: &mut BTreeSet<Decider>,
    ) -> bool {
        let own = Source::Rule(rule);
        let gone = |part: &&Part| !matches!(part.source, Source::Rule(other) if removed.contains(&other));
        let parts: Vec<Part> = self.parts.iter().filter(gone).copied().collect();
        for at in (0..parts.len()).filter(|at| parts.get(*at).is_some_and(|part| part.source == own)) {
            if let Some(earlier) =
                parts.iter().take(at).find(|earlier| !earlier.maybe && earlier.source != own)
            {
                covered_by.insert(Decider::Line(earlier.source));
                break;
            }
            match replacement(&parts, at, self.default) {
                Some(next) => covered_by.insert(next),
                None => return false,
            };
        }
        true
    }
}

/// What decides the same if the part at `at` goes; nothing where that is not sure.
fn replacement(parts: &[Part], at: usize, default: Option<Action>) -> Option<Decider> {
    let own = parts.get(at)?;
    let differs = |part: &Part| part.source != own.source && part.action != own.action;
    if parts.iter().any(|part| part.is_rankless() && differs(part)) {
        return None;
    }
    for part in parts.iter().skip(at + 1).filter(|part| part.source != own.source) {
        if differs(part) {
            return None;
        }
        if !part.maybe {
            return Some(Decider::Line(part.source));
        }
    }
    (default == Some(own.action)).then_some(Decider::Default)
}
