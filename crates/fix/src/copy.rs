//! One interface of many: a copy of the group without the unwanted part, for that interface alone.

use portreeve_engine::{Class, Index};
use portreeve_model::{Direction, Edit, Estate, Group, GroupIx, InterfaceIx, Text};
use portreeve_netset::PacketSet;

use crate::aim::{Only, Options, Subject};
use crate::close::{Job, effects};
use crate::plan::{Level, Plan, Step, Strategy};
use crate::prove;
use crate::scene::{Context, Picture, Scene, contexts_of};
use crate::undo;

/// What is to be closed, and for whom.
pub(crate) struct Order<'o> {
    pub(crate) group: GroupIx,
    pub(crate) direction: Direction,
    pub(crate) unwanted: &'o PacketSet,
    pub(crate) aims: &'o [usize],
    pub(crate) only: &'o Only,
}

/// The plan that moves interfaces to a copy of the group; nothing where none of the traffic is open.
pub(crate) fn plan(estate: &Estate, order: &Order<'_>, options: &Options) -> Option<Plan> {
    let index = &Index::new(estate);
    let copy = GroupIx::new(estate.groups.len());
    let moves = moves(estate, order, copy);
    let copied = Edit::apply_all(&moves, estate);
    let inner = {
        let index = Index::new(&copied);
        let without = Options { only: None, ..options.clone() };
        let job =
            Job::new(&index, &copied, &Subject::Group(copy), order.direction, order.unwanted, &without)?;
        job.plan(order.aims, &without)
    };
    if inner.steps.is_empty() {
        return Some(Plan { strategy: Strategy::Clone, groups: vec![order.group], ..inner });
    }
    let made = inner.edits().fold(copied.clone(), |mut state, edit| {
        edit.apply(&mut state);
        state
    });
    let mut edits = moves;
    if let (Some(Edit::CreateGroup(group)), Some(new)) = (edits.first_mut(), made.groups.get(copy.at())) {
        **group = new.clone();
    }
    let mut reasons = inner.reasons.clone();
    reasons.extend(limits(estate, order));
    let contexts = touched(index, order);
    reasons.extend(disturbed(index, &contexts, order, &copied));
    let (proved, safe) = states(index, &contexts, &edits);
    if !safe {
        reasons.push("on the way something else would pass or stop passing".to_owned());
    }
    let why = |edit: &Edit| match edit {
        Edit::CreateGroup(_) => "a copy of the group without the unwanted traffic",
        Edit::Join(..) => "joins the copy before it leaves the original, so that it is never without rules",
        _ => "leaves the original to the others",
    };
    let steps = edits.iter().zip(proved).map(|(edit, proved)| Step {
        edit: edit.clone(),
        rule: None,
        why: why(edit).to_owned(),
        proved,
    });
    Some(Plan {
        strategy: Strategy::Clone,
        level: if reasons.is_empty() { inner.level } else { Level::Manual },
        groups: vec![order.group],
        steps: steps.collect(),
        effects: changes(index, &contexts, order, &edits),
        rollback: undo::rollback(estate, &edits),
        reasons,
        ..inner
    })
}

/// A copy as it is, and the interfaces moved to it.
fn moves(estate: &Estate, order: &Order<'_>, copy: GroupIx) -> Vec<Edit> {
    let original = estate.group(order.group);
    let mut rules = original.rules.clone();
    for rule in &mut rules {
        rule.id = Text::EMPTY;
    }
    let group = Group { id: order.only.id, name: order.only.name, rules, origin: None, ..original.clone() };
    let mut edits = vec![Edit::CreateGroup(Box::new(group))];
    for interface in &order.only.interfaces {
        let list = estate.interface(*interface).groups.map_or(&[][..], |list| estate.group_list(list));
        let place = list.iter().position(|id| *id == original.id).and_then(|place| u32::try_from(place).ok());
        if let Some(place) = place {
            edits.push(Edit::Join(*interface, copy, place));
        }
    }
    let joined: Vec<InterfaceIx> = edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::Join(interface, ..) => Some(*interface),
            _ => None,
        })
        .collect();
    edits.extend(joined.into_iter().map(|interface| Edit::Leave(interface, order.group)));
    edits
}

/// Limits that the copy would exceed.
fn limits(estate: &Estate, order: &Order<'_>) -> Vec<String> {
    let quotas = estate.profile(estate.group(order.group).profile).quotas;
    let mut reasons = Vec::new();
    if let Some(most) = quotas.groups.filter(|most| estate.groups.len() >= *most as usize) {
        reasons.push(format!("there are {} of {most} groups already", estate.groups.len()));
    }
    for interface in &order.only.interfaces {
        let list = estate.interface(*interface).groups.map_or(0, |list| estate.group_list(list).len());
        if let Some(most) = quotas.groups_per_interface.filter(|most| list >= *most as usize) {
            let id = estate.text(estate.interface(*interface).id);
            reasons.push(format!(
                "`{id}` has {list} of {most} groups, and has to join one more before it leaves one"
            ));
        }
    }
    reasons
}

/// A class before, and how it is written in a later state.
struct Pair {
    before: Context,
    moved: bool,
}

/// Every class and group that the move of an interface could touch: its own, those whose rules name the group, and those whose
/// members the group lets reach each other.
fn touched(index: &Index<'_>, order: &Order<'_>) -> Vec<Pair> {
    let estate = index.estate();
    let named = estate.groups.get(order.group.at()).map(|group| group.id);
    let mut near = vec![order.group];
    near.extend(estate.each_group().filter_map(|(ix, group)| {
        let names_it = |rule: &portreeve_model::Rule| {
            matches!(rule.peer, portreeve_model::Peer::Group { id, .. } if Some(id) == named)
        };
        group.rules.iter().any(names_it).then_some(ix)
    }));
    let (mut pairs, mut seen): (Vec<Pair>, Vec<Class>) = (Vec::new(), Vec::new());
    for context in near.iter().flat_map(|group| contexts_of(index, *group)) {
        if seen.contains(&context.class) {
            continue;
        }
        seen.push(context.class.clone());
        let (own, others): (Vec<InterfaceIx>, Vec<InterfaceIx>) =
            context.class.interfaces.iter().partition(|ix| order.only.interfaces.contains(ix));
        // Each by itself: on the way, some have moved and others have not.
        for interface in own.into_iter().filter(|_| context.class.groups.contains(&order.group)) {
            let class = Class { interfaces: vec![interface], ..context.class.clone() };
            pairs.push(Pair { before: Context { class, exact: true }, moved: true });
        }
        let class = Class { interfaces: others, ..context.class };
        pairs.push(Pair { before: Context { class, exact: true }, moved: false });
    }
    pairs
}

/// The contexts as an estate has them after some of the edits: those of moved interfaces by their groups there.
fn contexts_in(estate: &Estate, pairs: &[Pair]) -> Vec<Context> {
    let index = Index::new(estate);
    let now = |pair: &Pair| match pair.before.class.interfaces.first() {
        Some(first) if pair.moved => index.class(index.class_of(*first)).clone(),
        _ => pair.before.class.clone(),
    };
    pairs.iter().map(|pair| Context { class: now(pair), exact: true }).collect()
}

/// What all of them let through in one state; from the same places in every state.
fn picture(estate: &Estate, pairs: &[Pair], places: &Scene, direction: Direction) -> Picture {
    let index = Index::new(estate);
    let mut scene = Scene::new(&index, estate, contexts_in(estate, pairs));
    scene.places.clone_from(&places.places);
    scene.picture(direction)
}

fn stage(index: &Index<'_>, pairs: &[Pair]) -> Scene {
    Scene::new(index, index.estate(), pairs.iter().map(|pair| pair.before.clone()).collect())
}

/// Whether moving to a copy that is the same as the original would change anything.
fn disturbed(index: &Index<'_>, pairs: &[Pair], order: &Order<'_>, moved: &Estate) -> Vec<String> {
    let scene = stage(index, pairs);
    let same = |direction: &Direction| scene.picture(*direction) == picture(moved, pairs, &scene, *direction);
    let id = index.estate().text(index.estate().group(order.group).id);
    let reason = format!(
        "rules, or the allowance between its members, speak of the members of `{id}`: whoever leaves it loses that, or others lose it"
    );
    if Direction::BOTH.iter().all(same) { Vec::new() } else { vec![reason] }
}

/// For each edit whether the state after it keeps to what passes before and after, and whether all do.
fn states(index: &Index<'_>, pairs: &[Pair], edits: &[Edit]) -> (Vec<bool>, bool) {
    let scene = stage(index, pairs);
    let last = Edit::apply_all(edits, index.estate());
    let ends = Direction::BOTH
        .map(|direction| (direction, scene.picture(direction), picture(&last, pairs, &scene, direction)));
    let mut state = index.estate().clone();
    let mut proved = Vec::new();
    for edit in edits {
        edit.apply(&mut state);
        let holds = ends.iter().all(|(direction, before, after)| {
            let now = picture(&state, pairs, &scene, *direction);
            now.iter()
                .zip(before.iter().zip(after))
                .all(|(now, (one, other))| prove::between(one, now, other))
        });
        proved.push(holds);
    }
    let safe = !proved.contains(&false);
    (proved, safe)
}

fn changes(index: &Index<'_>, pairs: &[Pair], order: &Order<'_>, edits: &[Edit]) -> Vec<crate::plan::Effect> {
    let scene = stage(index, pairs);
    let last = Edit::apply_all(edits, index.estate());
    let before = scene.picture(order.direction);
    effects(&scene, order.direction, &before, &picture(&last, pairs, &scene, order.direction))
}
