//! A computed plan: its steps, what is open before and after, who loses access, and the calls.

use maud::{Markup, html};
use portreeve_fix::{Admin, Effect, Level, Step};
use portreeve_model::{Direction, Estate};

use super::mark;
use crate::escape::plain;
use crate::explain::exposure::shortened;
use crate::fix::text::{edit, groups, interfaces, rows, said};
use crate::fix::witness;
use crate::words::count;
use crate::{FixReport, PlanReport};

/// Effects that are shown before the rest is counted.
const EFFECTS: usize = 6;

/// A plan, by its position in the report: what it does, what it means, the proof, and the calls there and back.
pub fn plan(report: &FixReport<'_>, at: usize) -> Option<Markup> {
    let told = report.plans.get(at)?;
    let plan = told.plan;
    Some(html! {
        p { (level(plan.level)) " " (plain(proof(told))) }
        @for reason in &plan.reasons { p { "Because " (plain(reason)) "." } }
        @if !plan.steps.is_empty() {
            h4 { "Steps" }
            (steps(told))
            h4 { "Before and after" }
            @for effect in plan.effects.iter().take(EFFECTS) { (effect_rows(told.start, effect)) }
            @let more = plan.effects.len().saturating_sub(EFFECTS);
            @if more > 0 { p.faint { "and " (count(more, "more list of groups", "more lists of groups")) } }
            @for admin in &plan.admins { (administrators(told.start, admin)) }
        }
        @for note in plan.notes.iter().chain(report.notes) { p.faint { "Note: " (plain(note)) "." } }
        @for name in report.refused { p { (mark("medium", "kept")) " " (plain(name)) } }
        (calls("Calls", &told.calls))
        (calls("The way back", &told.undo))
    })
}

fn level(level: Level) -> Markup {
    match level {
        Level::Preserving | Level::Narrowing => mark("good", "proved"),
        Level::Manual => mark("medium", "by hand"),
    }
}

fn proof(told: &PlanReport<'_>) -> &'static str {
    match told.plan.level {
        Level::Preserving => "What passes is equal before and after.",
        Level::Narrowing => {
            "What is lost is exactly the unwanted traffic, and every step in between is safe."
        }
        Level::Manual if told.plan.steps.is_empty() => "A person has to decide.",
        Level::Manual => "A person has to decide; these steps may follow.",
    }
}

fn steps(told: &PlanReport<'_>) -> Markup {
    let mut state = told.start.clone();
    let mut all = Vec::new();
    for (nth, step) in told.plan.steps.iter().enumerate() {
        all.push(one_step(&state, step, matches!(told.calls.get(nth), Some(Some(_)))));
        step.edit.apply(&mut state);
    }
    html! { ol.steps { @for step in all { (step) } } }
}

fn one_step(estate: &Estate, step: &Step, callable: bool) -> Markup {
    html! {
        li {
            (edit(estate, step))
            div.faint { (plain(&step.why)) }
            @if !callable { div { (mark("medium", "by hand")) " the vendor's tool has no command for it" } }
        }
    }
}

fn effect_rows(estate: &Estate, effect: &Effect) -> Markup {
    let outward = effect.direction == Direction::Egress;
    let (before, after) = (&effect.before, &effect.after);
    let closed = before.difference(after);
    html! {
        dl.effect {
            dt { "On" }
            dd {
                @if effect.interfaces.is_empty() { (groups(estate, &effect.groups)) " by itself" }
                @else { (interfaces(estate, &effect.interfaces)) }
                ", " (effect.direction)
            }
            @if !closed.is_empty() {
                dt { "Before" } dd { (rows(before, outward)) }
                dt { "After" } dd { (rows(after, outward)) }
            }
            dt { "Loses access" }
            dd {
                (rows(&effect.lost, outward))
                @if let Some(packet) = witness(effect) { div.faint { "such as " (said(&packet, outward)) } }
            }
        }
    }
}

fn administrators(estate: &Estate, admin: &Admin) -> Markup {
    let cidrs: Vec<String> = admin.remaining.cidrs().iter().map(ToString::to_string).collect();
    html! {
        dl.effect {
            dt { "Administered by" }
            dd {
                "port " (admin.port) " of " (interfaces(estate, &admin.interfaces)) ": "
                @if cidrs.is_empty() { strong { "nobody" } } @else { (shortened(&cidrs)) }
            }
        }
    }
}

/// The calls of the vendor's tool.
fn calls(title: &str, calls: &[Option<Vec<String>>]) -> Markup {
    let lines: Vec<&str> = calls.iter().flatten().flatten().map(String::as_str).collect();
    html! {
        @if !lines.is_empty() {
            details {
                summary { (title) ": " (count(lines.len(), "call", "calls")) }
                pre tabindex="0" { @for line in &lines { (plain(line)) "\n" } }
            }
        }
    }
}
