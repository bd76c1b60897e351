//! Groups: what the listing says of them, and the pages of their rules.

use portreeve_model::{Direction, Estate, GapIx, Group, NetworkIx, Origin, ProfileIx, SameGroup, Text};
use smallvec::SmallVec;

use super::pages::unfollowed;
use super::{Account, Conflict, Translation, name_of, rules, slot};
use crate::alibaba::kind::Kind;
use crate::alibaba::profile::{GroupKind, profile};
use crate::alibaba::row::{GroupRow, Link, RulePage, Trouble};

/// How many groups are named where many have the same gap.
const NAMED: usize = 3;

/// What is known of a group beside its row in the estate.
#[derive(Debug, Default)]
pub(super) struct GroupFacts {
    mine: bool,
    /// Its type, once a listing names it.
    kind: Option<GroupKind>,
    rule_count: Option<u64>,
    /// The listing that names it.
    listed: Option<Origin>,
    /// Its VPC; empty in classic networks, `None` while nothing is said.
    network: Option<Text>,
    pages: SmallVec<[PageFacts; 1]>,
    /// Rules that may do more than could be read (ingress, egress).
    open: [Option<Trouble>; 2],
    /// The sides of a classic network that the pages tell of: internet, intranet.
    sides: [bool; 2],
    /// The error that came in place of its rules.
    failed: Option<Text>,
}

/// One page of a group's rules.
#[derive(Debug, Clone, Copy)]
struct PageFacts {
    link: Link,
    asked: Option<Direction>,
    /// Whether it shows rules of ingress, of egress.
    shows: [bool; 2],
    rules: usize,
    /// Whether all rules have ids, no two the same.
    distinct: bool,
    origin: Origin,
}

impl PageFacts {
    fn shows(&self, direction: Direction) -> bool {
        let [ingress, egress] = self.shows;
        if direction == Direction::Ingress { ingress } else { egress }
    }
}

impl GroupFacts {
    /// The response that said the rule that was read as this one, counted from 0.
    fn page_of(&self, rule: usize) -> Option<Origin> {
        let mut end = 0;
        let holds = |page: &&PageFacts| {
            end += page.rules;
            rule < end
        };
        self.pages.iter().find(holds).map(|page| page.origin)
    }

    fn classic(&self) -> bool {
        self.network.is_some_and(Text::is_empty)
    }
}

impl Account {
    fn group_row(&mut self, estate: &mut Estate, id: Text) -> usize {
        if let Some(row) = self.groups.get(id) {
            return row;
        }
        let row = estate.groups.len();
        self.groups.set(id, row);
        estate.groups.push(Group {
            id,
            name: Text::EMPTY,
            description: Text::EMPTY,
            region: Text::EMPTY,
            network: None,
            profile: ProfileIx::new(0),
            same_group: SameGroup::Unknown,
            managed: false,
            rules: Vec::new(),
            incomplete: [None; 2],
            origin: None,
        });
        if let Some(facts) = slot(&mut self.group_facts, row) {
            facts.mine = true;
        }
        row
    }

    pub(super) fn add_group(&mut self, estate: &mut Estate, said: &GroupRow, to: &Translation<'_>) {
        let id = to.text(said.id);
        let row = self.group_row(estate, id);
        let network = said.network.map(|network| to.text(network));
        let network = self.group_network(estate, row, id, network);
        let (Some(group), Some(facts)) = (estate.groups.get_mut(row), self.group_facts.get_mut(row)) else {
            return;
        };
        if facts.kind.is_some_and(|kind| kind != said.kind) {
            let conflict = Conflict::new(id, "the type of this group");
            self.conflicts.push(conflict.between(facts.listed, Some(said.origin)));
        }
        facts.kind = Some(said.kind);
        facts.listed = Some(said.origin);
        facts.rule_count = said.rule_count;
        group.network = network;
        group.managed = said.managed;
        set(&mut group.name, name_of(&estate.texts, id, to.name(said.name)));
        set(&mut group.description, to.text(said.description));
        set(&mut group.region, to.text(said.region));
        group.origin = group.origin.or(Some(said.origin));
    }

    pub(super) fn add_rules(&mut self, estate: &mut Estate, mut page: RulePage, to: &Translation<'_>) {
        let id = to.text(page.group);
        let row = self.group_row(estate, id);
        let network = self.group_network(estate, row, id, page.network.map(|network| to.text(network)));
        to.rules(&mut page.rules);
        let (Some(group), Some(facts)) = (estate.groups.get_mut(row), self.group_facts.get_mut(row)) else {
            return;
        };
        let known = [group.same_group, page.same_group].iter().all(|said| *said != SameGroup::Unknown);
        if known && group.same_group != page.same_group {
            let conflict = Conflict::new(id, "the internal access policy of this group");
            self.conflicts
                .push(conflict.between(facts.pages.last().map(|page| page.origin), Some(page.origin)));
        }
        if page.same_group != SameGroup::Unknown {
            group.same_group = page.same_group;
        }
        let shows = Direction::BOTH.map(|one| page.rules.iter().any(|rule| rule.direction == one));
        if facts.pages.is_empty() {
            group.origin = Some(page.origin);
        }
        facts.pages.push(PageFacts {
            link: to.link(page.link),
            asked: page.asked,
            shows,
            rules: page.rules.len(),
            distinct: page.distinct,
            origin: page.origin,
        });
        for (known, open) in facts.open.iter_mut().zip(page.open) {
            *known = known.or(to.trouble(open));
        }
        for (known, side) in facts.sides.iter_mut().zip(page.sides) {
            *known |= side;
        }
        group.network = network;
        set(&mut group.name, name_of(&estate.texts, id, to.name(page.name)));
        set(&mut group.description, to.text(page.description));
        set(&mut group.region, to.text(page.region));
        if group.rules.is_empty() {
            group.rules = page.rules;
        } else {
            group.rules.append(&mut page.rules);
        }
    }

    /// Notes what is said of a group's network, and gives its network as known now.
    fn group_network(
        &mut self,
        estate: &mut Estate,
        row: usize,
        id: Text,
        said: Option<Text>,
    ) -> Option<NetworkIx> {
        let facts = self.group_facts.get_mut(row)?;
        if said.is_some() {
            if facts.network.is_some() && facts.network != said {
                self.conflicts.push(Conflict::new(id, "the VPC of this group"));
            }
            facts.network = said;
        }
        let network = facts.network?;
        self.network_ix(estate, network)
    }

    /// Notes that the rules of a group came back as an error; gives whether the group is known otherwise.
    pub(super) fn group_failed(&mut self, group: Text, code: Text) -> bool {
        let facts = self.groups.get(group).and_then(|row| self.group_facts.get_mut(row));
        facts.map(|facts| facts.failed = Some(code)).is_some()
    }

    pub(super) fn finish_groups(&mut self, estate: &mut Estate) {
        let first = estate.profiles.len();
        estate.profiles.extend(GroupKind::ALL.map(profile));
        let mut united = rules::Uniter::default();
        let mut untyped = Vec::new();
        for row in 0..self.group_facts.len() {
            let Some(facts) = self.group_facts.get(row).filter(|facts| facts.mine) else { continue };
            let Some(group) = estate.groups.get_mut(row) else { continue };
            let kind = facts.kind.unwrap_or(GroupKind::Unknown);
            let at = GroupKind::ALL.iter().position(|one| *one == kind).unwrap_or_default();
            group.profile = ProfileIx::new(first + at);
            if kind == GroupKind::Advanced {
                // Members of an advanced group never pass by belonging to it.
                group.same_group = SameGroup::Rules;
            }
            if facts.kind.is_none() {
                untyped.push(group.id);
            }
            let id = group.id;
            let mut taken = std::mem::take(&mut group.rules);
            rules::scope(&mut taken, facts.classic());
            let repeated = !matches!(facts.pages.as_slice(), [] | [PageFacts { distinct: true, .. }]);
            let changed = if repeated {
                for rule in &mut taken {
                    rule.id = estate.texts.united(rule.id);
                }
                united.unite(&mut taken, |gap| self.troubles.get(gap))
            } else {
                Vec::new()
            };
            rules::count(&mut taken);
            self.conflicts.extend(changed.into_iter().map(|change| {
                Conflict {
                    id: change.id,
                    ..Conflict::new(id, "this rule")
                        .between(facts.page_of(change.first), facts.page_of(change.second))
                }
            }));
            self.resolve_rules(estate, id, &mut taken);
            let seen = taken.len() as u64;
            if let Some(group) = estate.groups.get_mut(row) {
                group.rules = taken;
            }
            let incomplete = self.incomplete(estate, row, id, seen);
            if let Some(group) = estate.groups.get_mut(row) {
                group.incomplete = incomplete;
            }
        }
        self.tell_untyped(estate, &untyped);
    }

    fn tell_untyped(&mut self, estate: &mut Estate, untyped: &[Text]) {
        if untyped.is_empty() {
            return;
        }
        let names: Vec<String> =
            untyped.iter().take(NAMED).map(|id| format!("`{}`", estate.text(*id))).collect();
        let more = if untyped.len() > NAMED { ", …" } else { "" };
        let what = format!(
            "the type of {} group(s) ({}{more}) is not in the input, so what they let out by default is unknown: run \
             `aliyun ecs DescribeSecurityGroups`",
            untyped.len(),
            names.join(", ")
        );
        self.gap(estate, "security groups", what);
    }

    /// Why the rules of a group may be more than those that were read (ingress, egress).
    fn incomplete(&mut self, estate: &mut Estate, row: usize, id: Text, seen: u64) -> [Option<GapIx>; 2] {
        let Some(facts) = self.group_facts.get(row) else { return [None; 2] };
        let name = estate.text(id).to_owned();
        let failed = facts.failed.map(|code| estate.text(code).to_owned());
        let missing = missing(facts, &name, seen, failed.as_deref());
        let mut gaps = facts.open.map(|open| open.map(|trouble| (id, trouble)));
        let mut made = [None; 2];
        for ((made, open), missing) in made.iter_mut().zip(&mut gaps).zip(missing) {
            *made = match (missing, open) {
                (Some(what), _) => Some(self.gap(estate, name.clone(), what)),
                (None, Some((id, trouble))) => Some(self.trouble_gap(estate, *id, *trouble)),
                (None, None) => None,
            };
        }
        made
    }
}

/// Why rules of ingress and of egress are missing.
fn missing(facts: &GroupFacts, name: &str, seen: u64, failed: Option<&str>) -> [Option<String>; 2] {
    let api = Kind::Rules.api();
    let run = format!("run `aliyun ecs {api} --SecurityGroupId {name}`");
    let both = |what: String| [Some(what.clone()), Some(what)];
    if facts.pages.is_empty() {
        let failed = failed.map(|code| format!(" ({api} failed with `{code}`)")).unwrap_or_default();
        return both(format!("rules of {name} are not in the input{failed}: {run}"));
    }
    let [internet, intranet] = facts.sides;
    if facts.classic() && !(internet && intranet) {
        let side = if internet { "intranet" } else { "internet" };
        return both(format!("{side} rules of {name} are not in the input: {run} with `--NicType {side}`"));
    }
    let run = format!("{run} and follow every NextToken");
    if let Some(count) = facts.rule_count.filter(|count| seen < *count) {
        return both(format!("the listing counts {count} rules of {name}, the input has {seen}: {run}"));
    }
    let whole = facts.rule_count.is_some_and(|count| count > 0);
    Direction::BOTH.map(|direction| {
        let what = pages_missing(facts, direction, whole)?;
        Some(format!("{what} of {name} are not in the input: {run}"))
    })
}

/// What is missing of one direction's pages. `whole`: as many rules were read as the listing counts.
fn pages_missing(facts: &GroupFacts, direction: Direction, whole: bool) -> Option<String> {
    let concerned = |page: &&PageFacts| page.asked.is_none_or(|asked| asked == direction);
    let pages: Vec<&PageFacts> = facts.pages.iter().filter(concerned).collect();
    if pages.is_empty() {
        return Some(format!("{direction} rules"));
    }
    let further = || Some(format!("further {direction} rules"));
    if pages.iter().all(|page| page.link.wrapped) {
        let links: Vec<Link> = pages.iter().map(|page| page.link).collect();
        return if unfollowed(&links) { further() } else { None };
    }
    let (last, open): (Vec<&PageFacts>, Vec<&PageFacts>) =
        pages.into_iter().partition(|page| page.link.next.is_empty());
    if whole || open.is_empty() {
        return None;
    }
    // A page whose rules are all of one direction may belong to a listing of that direction alone. Such a listing only
    // ends with a page that shows the same direction, or nothing.
    let shows = |page: &&PageFacts| page.shows(direction);
    let ends = |page: &&PageFacts| page.shows(direction) || page.shows == [false; 2];
    let ended = last.iter().any(ends) || (!last.is_empty() && !open.iter().any(shows));
    if ended { None } else { further() }
}

/// Takes what is said, unless nothing is.
fn set(known: &mut Text, said: Text) {
    if !said.is_empty() {
        *known = said;
    }
}
