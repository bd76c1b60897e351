//! One run of all items over an estate.

use portreeve_engine::{ClassIx, Index, spread_in_bites};
use portreeve_model::{Estate, GroupIx};

use crate::catalogue::{self, beyond};
use crate::excessive_groups::ExcessiveGroups;
use crate::finding::{Finding, ItemIx, Outcome};
use crate::group_quota::GroupQuota;
use crate::item::Item;
use crate::meta::Meta;
use crate::needless_rules::{RedundantRule, ShadowedRule};
use crate::never_acts::NeverActs;
use crate::open_egress::OpenEgress;
use crate::open_ports::{self, Kinds, OpenPorts, Question};
use crate::openness::Lookout;
use crate::platform_added_rule::PlatformAddedRule;
use crate::rule_quota::RuleQuota;
use crate::run::{Asking, Focus, Found, Run, settle};
use crate::settings::Settings;
use crate::sharing::{OneGroupForAll, OneServerGroup};
use crate::too_many_rules::TooManyRules;
use crate::unused_group::UnusedGroup;
use crate::view::Views;

/// An item that is not about ports.
pub(crate) trait Check: Sync {
    /// Its text and switch.
    fn meta(&self) -> &'static Meta;

    /// Everything that it finds, in parts that follow each other: those that were found on another thread are not copied.
    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Vec<Finding>>;
}

/// The only place where a check that is not about ports is registered.
static CHECKS: &[&dyn Check] = &[
    &ExcessiveGroups,
    &OpenEgress,
    &RedundantRule,
    &ShadowedRule,
    &NeverActs,
    &UnusedGroup,
    &RuleQuota,
    &TooManyRules,
    &OneServerGroup,
    &OneGroupForAll,
    &PlatformAddedRule,
    &GroupQuota,
];

/// How an item is answered.
enum How {
    Ports(Question),
    Check(&'static dyn Check),
}

/// Checks an estate: every enabled item, exactly, with what gaps leave open.
pub fn check(estate: &Estate, settings: &Settings) -> Outcome {
    check_groups(estate, settings, None)
}

/// As [`check`], of some groups and the interfaces that carry them: what rests on the traffic that others open is left out. The groups
/// have to be all or none of the groups of any interface.
pub fn check_groups(estate: &Estate, settings: &Settings, groups: Option<&[GroupIx]>) -> Outcome {
    let (items, hows): (Vec<Item>, Vec<How>) = plan(settings).into_iter().unzip();
    let index = Index::new(estate);
    let risky = open_ports::risky();
    let lookout = Lookout { risky: &risky, thresholds: &settings.thresholds, own: &settings.own_items };
    let focus = Focus::of(estate, groups);
    let views = Views::new(&index, &lookout, &focus, settings.threads);
    let run = Run::new(estate, index, settings, focus, views);
    let enabled = |item: &ItemIx| items.get(usize::from(item.0)).is_some_and(|item| item.enabled);
    let asked: Vec<(ItemIx, &How)> = (0..).map(ItemIx).zip(&hows).filter(|(item, _)| enabled(item)).collect();
    let mut found = ports(&run, &items, &asked);
    found.extend(others(&run, &items, &asked));
    let affects = open(&run, &asked);
    settle(&run, items, found, affects)
}

/// All items in the order of the catalogue, the user's own last, each with its switch and how it is answered.
fn plan(settings: &Settings) -> Vec<(Item, How)> {
    let mut plan: Vec<(Item, How)> = Vec::new();
    let mut add = |meta: &'static Meta, how: How| {
        let enabled = settings.switches.get(meta.id).copied().unwrap_or(meta.enabled);
        plan.push((Item::of(meta, enabled), how));
    };
    add(&beyond::OPEN_ALL_PORTS, How::Ports(Question::AllPorts));
    for service in catalogue::services() {
        add(&service.meta, How::Ports(Question::of(service)));
    }
    add(&beyond::WIDE_SOURCE, How::Ports(Question::Wide));
    for check in CHECKS {
        add(check.meta(), How::Check(*check));
    }
    for (nth, own) in settings.own_items.iter().enumerate() {
        let enabled = settings.switches.get(&own.id).copied().unwrap_or(true);
        plan.push((Item::own(own, enabled), How::Ports(Question::own(nth, own))));
    }
    if let Some(only) = &settings.only {
        for (item, _) in &mut plan {
            item.enabled = only.iter().any(|id| *id == item.id);
        }
    }
    plan
}

/// The groups or classes of which a thread takes as many at a time.
const BITE: usize = 64;

/// The items about ports, group by group and class by class.
fn ports(run: &Run<'_>, items: &[Item], asked: &[(ItemIx, &How)]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut questions: Vec<OpenPorts> = Vec::new();
    for (ix, how) in asked {
        if let (How::Ports(question), Some(item)) = (how, items.get(usize::from(ix.0))) {
            questions.push(OpenPorts { asking: Asking::of(*ix, item), question: question.clone() });
            found.push((*ix, Vec::new()));
        }
    }
    let mut add = |part: Vec<Vec<Finding>>| {
        for ((_, parts), findings) in found.iter_mut().zip(part) {
            parts.push(findings);
        }
    };
    let threads = run.settings.threads;
    // Nothing is known of what other classes open, which would take as long to find as something.
    let wanted = run.index.each_class().filter(|(_, class)| run.focus.has_any(&class.groups));
    let classes: Vec<ClassIx> = wanted.map(|(ix, _)| ix).collect();
    let classes: Vec<&[ClassIx]> = classes.chunks(BITE).collect();
    let of_classes = |classes: &&[ClassIx]| {
        let mut by_question = vec![Vec::new(); questions.len()];
        for class in *classes {
            let kinds = Kinds::of(run, *class);
            for (question, findings) in questions.iter().zip(&mut by_question) {
                findings.extend(question.of_class(run, *class, &kinds));
            }
        }
        by_question
    };
    // What several groups open together names no group, and comes first.
    spread_in_bites(&classes, threads, 1, of_classes).into_iter().for_each(&mut add);
    let groups: Vec<GroupIx> = run.estate.each_group().map(|(ix, _)| ix).collect();
    let groups: Vec<&[GroupIx]> = groups.chunks(BITE).collect();
    let of_groups = |groups: &&[GroupIx]| {
        let mut by_question = Vec::new();
        for group in groups.iter().filter(|group| !run.views.group(**group).is_empty()) {
            by_question.resize_with(questions.len(), Vec::new);
            for (question, findings) in questions.iter().zip(&mut by_question) {
                findings.extend(question.of_group(run, *group));
            }
        }
        by_question
    };
    spread_in_bites(&groups, threads, 1, of_groups).into_iter().for_each(add);
    found
}

/// All other items, each on one thread, unless it spreads its work itself.
fn others(run: &Run<'_>, items: &[Item], asked: &[(ItemIx, &How)]) -> Vec<Found> {
    let checks: Vec<(ItemIx, &Item, &dyn Check)> = asked
        .iter()
        .filter_map(|(ix, how)| match how {
            How::Check(check) => Some((*ix, items.get(usize::from(ix.0))?, *check)),
            How::Ports(_) => None,
        })
        .collect();
    spread_in_bites(&checks, run.settings.threads, 1, |(ix, item, check)| {
        (*ix, check.run(run, &Asking::of(*ix, item)))
    })
}

/// The items that each gap leaves open whatever they found.
fn open(run: &Run<'_>, asked: &[(ItemIx, &How)]) -> Vec<Vec<ItemIx>> {
    let mut affects: Vec<Vec<ItemIx>> = vec![Vec::new(); run.estate.gaps.len()];
    for gap in run.open_gaps() {
        if let Some(items) = affects.get_mut(gap.at()).filter(|items| items.is_empty()) {
            items.extend(asked.iter().map(|(item, _)| *item));
        }
    }
    affects
}
