//! What was decided about a finding, and the forms that decide anew.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use portreeve::checks::{Finding, Fingerprint};
use portreeve::parse_fingerprint;
use portreeve::report::{Status, html as parts, plain};
use portreeve_store::{By, Covered, Mark, Waiver};
use serde::Deserialize;

use crate::access::{Posted, Role, Visitor};
use crate::console::{Console, LONGEST_NOTE, today};
use crate::page::layout::{moment, token};
use crate::page::{done, links};
use crate::problem::Problem;
use crate::record::now;
use crate::scene::Scene;

/// What became of a finding, and the forms that change it.
pub(super) fn decided(
    scene: &Scene<'_>,
    visitor: &Visitor,
    at: usize,
    finding: &Finding,
    waivers: &[Waiver],
) -> Markup {
    let estate = scene.estate();
    let item = &scene.snapshot.outcome.item(finding).id;
    let group = finding.group.and_then(|ix| estate.groups.get(ix.at())).map(|group| estate.text(group.id));
    let here = links::finding(finding.fingerprint);
    let mut standing = waivers.iter().filter(|waiver| {
        waiver.withdrawn.is_none() && covers(waiver, finding.fingerprint.cause, item, group)
    });
    let status = scene.decided.status(at);
    let may = visitor.must(Role::Operator).is_ok();
    html! {
        h2 { "Status" }
        @match status {
            Status::Waived { reason, until } => p { "Waived until " strong { (until) } ": " (plain(reason)) },
            Status::Known => p { "Known from the baseline." },
            Status::Open | Status::Grown => p { strong { "Open." } " It counts." },
        }
        @for waiver in standing.by_ref() { (withdrawal(visitor, waiver, &here)) }
        @if let Some(mark) = scene.decided.planned.get(&at) { (planned(visitor, mark, &here)) }
        @else if may && status.counts() { (planning(visitor, &here)) }
        @if may && status.counts() { (form(visitor, &here, group.is_some())) }
    }
}

/// Whether a waiver is about a finding, whether or not it still covers it.
fn covers(waiver: &Waiver, cause: u64, item: &str, group: Option<&str>) -> bool {
    let covered = &waiver.covered;
    if covered.item.is_empty() {
        return parse_fingerprint(&covered.fingerprint).is_some_and(|known| known.cause == cause);
    }
    covered.item == item && group.is_some_and(|group| covered.subject == group)
}

fn withdrawal(visitor: &Visitor, waiver: &Waiver, here: &str) -> Markup {
    html! {
        form.fields method="post" action={ "/waiver/" (waiver.id) "/withdraw" } {
            (token(visitor))
            input type="hidden" name="back" value=(here);
            span {
                "Waiver " (waiver.id) " by " (plain(&waiver.who)) " until " (plain(&waiver.until)) ": "
                (plain(&waiver.reason))
            }
            @if visitor.must(Role::Operator).is_ok() { button.danger { "Withdraw" } }
        }
    }
}

/// Who has planned to fix it.
fn planned(visitor: &Visitor, mark: &Mark, here: &str) -> Markup {
    html! {
        form.fields method="post" action={ (here) "/unplanned" } {
            (token(visitor))
            span {
                (parts::mark("good", "planned")) " by " (plain(&mark.who)) ", " (moment(mark.at))
                @if !mark.note.is_empty() { ": " (plain(&mark.note)) }
            }
            @if visitor.must(Role::Operator).is_ok() { button { "No longer planned" } }
        }
    }
}

fn planning(visitor: &Visitor, here: &str) -> Markup {
    html! {
        details {
            summary { "Mark as planned" }
            form.stack method="post" action={ (here) "/planned" } {
                (token(visitor))
                label { "What is planned" input name="note" maxlength=(LONGEST_NOTE) placeholder="change, ticket, day"; }
                button.primary { "Mark as planned" }
            }
        }
    }
}

fn form(visitor: &Visitor, here: &str, grouped: bool) -> Markup {
    html! {
        details {
            summary { "Waive it" }
            form.stack method="post" action={ (here) "/waive" } {
                (token(visitor))
                label { "Reason" textarea name="reason" required rows="2" maxlength=(LONGEST_NOTE) {} }
                label { "Until, this day included" input type="date" name="until" required min=(today()); }
                label {
                    "What is accepted"
                    select name="covers" {
                        option value="finding" { "this finding, as long as it reaches no further" }
                        @if grouped { option value="subject" { "this item on this group, also if it grows" } }
                    }
                }
                button.primary { "Waive" }
            }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Waive {
    reason: String,
    until: String,
    covers: String,
}

/// Accepts a finding, with a reason and until a day.
pub(super) async fn waive(
    State(console): State<Arc<Console>>,
    Path(text): Path<String>,
    Posted(visitor, form): Posted<Waive>,
) -> Response {
    let made = accept(&console, &visitor, &text, form).await;
    let next = super::fingerprint(&text).map(links::finding).unwrap_or_default();
    done(&visitor, made, &next)
}

async fn accept(console: &Arc<Console>, visitor: &Visitor, text: &str, form: Waive) -> Result<(), Problem> {
    visitor.must(Role::Operator)?;
    let fingerprint = super::fingerprint(text)?;
    let (item, group) = console.read(move |scene| named(scene, fingerprint)).await?;
    let whole = form.covers == "subject" && !group.is_empty();
    let who = Arc::clone(&visitor.name);
    let write = move |console: &Console| {
        let recorded = if whole { String::new() } else { fingerprint.to_string() };
        let (item, subject) = if group.is_empty() { ("", "") } else { (&*item, &*group) };
        let covered = Covered { fingerprint: &*recorded, item, subject };
        console.waive(&who, covered, &form.reason, &form.until).map(drop)
    };
    console.work(write).await
}

/// The item and the group of a finding; the latter is empty where it has none.
fn named(scene: &Scene<'_>, fingerprint: Fingerprint) -> Result<(String, String), Problem> {
    let (_, finding) = scene.found(fingerprint)?;
    let estate = scene.estate();
    let group = finding.group.and_then(|ix| estate.groups.get(ix.at()));
    let group = group.map_or("", |group| estate.text(group.id));
    Ok((scene.snapshot.outcome.item(finding).id.clone().into_owned(), group.to_owned()))
}

#[derive(Deserialize)]
pub(super) struct Planned {
    note: String,
}

/// Marks a finding: somebody will fix it.
pub(super) async fn plan(
    State(console): State<Arc<Console>>,
    Path(text): Path<String>,
    Posted(visitor, Planned { note }): Posted<Planned>,
) -> Response {
    let note = note.trim().chars().take(LONGEST_NOTE).collect();
    let made = mark(&console, &visitor, &text, Some(note)).await;
    let next = super::fingerprint(&text).map(links::finding).unwrap_or_default();
    done(&visitor, made, &next)
}

/// Takes the mark of a finding back.
pub(super) async fn unplan(
    State(console): State<Arc<Console>>,
    Path(text): Path<String>,
    Posted(visitor, ()): Posted<()>,
) -> Response {
    let made = mark(&console, &visitor, &text, None).await;
    let next = super::fingerprint(&text).map(links::finding).unwrap_or_default();
    done(&visitor, made, &next)
}

async fn mark(
    console: &Arc<Console>,
    visitor: &Visitor,
    text: &str,
    note: Option<String>,
) -> Result<(), Problem> {
    visitor.must(Role::Operator)?;
    console.plan(&visitor.name, super::fingerprint(text)?, note).await
}

#[derive(Deserialize)]
pub(super) struct Withdraw {
    back: String,
}

/// Takes a waiver back.
pub(super) async fn withdraw(
    State(console): State<Arc<Console>>,
    Path(id): Path<i64>,
    Posted(visitor, Withdraw { back }): Posted<Withdraw>,
) -> Response {
    let who = Arc::clone(&visitor.name);
    let write = move |console: &Console| {
        let waivers = console.store.waivers()?;
        if !waivers.iter().any(|waiver| waiver.id == id && waiver.withdrawn.is_none()) {
            return Err(Problem::NotFound(format!("there is no waiver {id} that could be withdrawn")));
        }
        console.decide(|store| store.withdraw(By { who: &who, at: now() }, id))?;
        Ok(())
    };
    let made = match visitor.must(Role::Operator) {
        Ok(()) => console.work(write).await,
        refused => refused,
    };
    // Only to pages of ours: the field comes from the form.
    let fingerprint = back.strip_prefix("/finding/").and_then(parse_fingerprint);
    let next = fingerprint.map_or_else(|| "/settings#waivers".to_owned(), links::finding);
    done(&visitor, made, &next)
}
