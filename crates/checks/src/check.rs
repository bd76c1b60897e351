//! One run of all items over an estate.

use std::sync::{Arc, OnceLock};

use portreeve_engine::{ClassIx, Index, spread};
use portreeve_model::{Estate, GroupIx};

use crate::catalogue::{self, beyond};
use crate::excessive_groups::ExcessiveGroups;
use crate::finding::{ItemIx, Outcome};
use crate::group_quota::GroupQuota;
use crate::item::Item;
use crate::meta::Meta;
use crate::needless_rules::{RedundantRule, ShadowedRule};
use crate::never_acts::NeverActs;
use crate::open_egress::OpenEgress;
use crate::open_ports::{self, OpenPorts, Question};
use crate::openness::Lookout;
use crate::platform_added_rule::PlatformAddedRule;
use crate::rule_quota::RuleQuota;
use crate::run::{Asking, Draft, Focus, Run, settle};
use crate::settings::Settings;
use crate::sharing::{OneGroupForAll, OneServerGroup};
use crate::too_many_rules::TooManyRules;
use crate::unused_group::UnusedGroup;
use crate::view::Views;

/// An item that is not about ports.
pub(crate) trait Check: Sync {
    /// Its text and switch.
    fn meta(&self) -> &'static Meta;

    /// Everything that it finds.
    fn run(&self, run: &Run<'_>, asking: &Asking) -> Vec<Draft>;
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
    let run = Run { estate, index, settings, focus, views, removable: OnceLock::new() };
    let enabled = |item: &ItemIx| items.get(usize::from(item.0)).is_some_and(|item| item.enabled);
    let asked: Vec<(ItemIx, &How)> = (0..).map(ItemIx).zip(&hows).filter(|(item, _)| enabled(item)).collect();
    let mut drafts = vec![ports(&run, &items, &asked)];
    for (item, how) in &asked {
        if let How::Check(check) = how {
            drafts.push(check.run(&run, &asking(&items, *item)));
        }
    }
    let affects = affects(&run, &asked, &drafts);
    settle(estate, items, drafts, affects)
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

fn asking(items: &[Item], item: ItemIx) -> Asking {
    let suggestion = items.get(usize::from(item.0)).map_or("", |item| &item.suggestion);
    Asking { item, suggestion: Arc::from(suggestion) }
}

/// The items about ports, group by group and class by class.
fn ports(run: &Run<'_>, items: &[Item], asked: &[(ItemIx, &How)]) -> Vec<Draft> {
    let questions: Vec<OpenPorts> = asked
        .iter()
        .filter_map(|(item, how)| {
            let How::Ports(question) = how else { return None };
            let suggestion = asking(items, *item).suggestion;
            Some(OpenPorts { item: *item, question: question.clone(), suggestion })
        })
        .collect();
    let groups: Vec<GroupIx> = run.estate.each_group().map(|(ix, _)| ix).collect();
    let groups = spread(&groups, run.settings.threads, |group| {
        if run.views.group(*group).is_empty() {
            return Vec::new();
        }
        questions.iter().filter_map(|question| question.of_group(run, *group)).collect()
    });
    let classes: Vec<ClassIx> = run.index.each_class().map(|(ix, _)| ix).collect();
    let classes = spread(&classes, run.settings.threads, |class| {
        questions.iter().flat_map(|question| question.of_class(run, *class)).collect::<Vec<_>>()
    });
    groups.into_iter().chain(classes).flatten().collect()
}

/// Which items each gap leaves open.
fn affects(run: &Run<'_>, asked: &[(ItemIx, &How)], drafts: &[Vec<Draft>]) -> Vec<Vec<ItemIx>> {
    let mut affects: Vec<Vec<ItemIx>> = vec![Vec::new(); run.estate.gaps.len()];
    let mut add = |gap: portreeve_model::GapIx, item: ItemIx| {
        if let Some(items) = affects.get_mut(gap.at()) {
            items.push(item);
        }
    };
    for Draft { finding, .. } in drafts.iter().flatten() {
        for gap in &finding.gaps {
            add(*gap, finding.item);
        }
    }
    for gap in run.open_gaps() {
        for (item, _) in asked {
            add(gap, *item);
        }
    }
    for items in &mut affects {
        items.sort_unstable();
        items.dedup();
    }
    affects
}
