//! One finding in full: its rules, servers and traffic, its history, what was decided about it, and how to fix it.

mod decide;
mod fix;
mod history;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};
use portreeve::checks::{Finding, Fingerprint};
use portreeve::parse_fingerprint;
use portreeve::report::html::{
    Look, exposure, gap_lines, mark, opens, prose, risk, rules_table, servers, status, subject,
};
use portreeve::report::plain;
use portreeve_store::{Life, Waiver};
use serde::Deserialize;

pub(crate) use self::fix::{Wanted as PlanWanted, file as plan_file, wishes as fix_wishes};
use super::layout::{Tab, address, frame};
use super::links::Pages;
use super::page;
use crate::access::Visitor;
use crate::console::Console;
use crate::problem::Problem;
use crate::scene::Scene;

/// What is shown of the finding.
const LOOK: Look<'static> =
    Look { links: &Pages, most: 50, servers: 20, others: true, picture: true, status: true };

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route("/finding/{fingerprint}", get(finding))
        .route("/finding/{fingerprint}/plan", get(fix::download))
        .route("/finding/{fingerprint}/waive", post(decide::waive))
        .route("/finding/{fingerprint}/planned", post(decide::plan))
        .route("/finding/{fingerprint}/unplanned", post(decide::unplan))
        .route("/waiver/{id}/withdraw", post(decide::withdraw))
}

/// What a visitor wants of a fix.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// Who may go on, in words apart from each other by blanks or commas.
    allow: String,
}

/// What the store knows about a finding.
struct Known {
    lives: Vec<Life>,
    waivers: Vec<Waiver>,
}

async fn finding(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Path(text): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    page(&visitor, whole(&console, &visitor, &text, asked).await)
}

async fn whole(
    console: &Arc<Console>,
    visitor: &Visitor,
    text: &str,
    asked: Asked,
) -> Result<Markup, Problem> {
    let fingerprint = fingerprint(text)?;
    let known = console.work(move |console| known(console, fingerprint)).await?;
    let own = visitor.clone();
    console
        .read(move |scene| match scene.find(fingerprint) {
            Some((at, finding)) => Ok(found(scene, &own, at, finding, &known, &asked)),
            None => gone(&own, fingerprint, &known),
        })
        .await
}

fn known(console: &Console, fingerprint: Fingerprint) -> Result<Known, Problem> {
    let lives = console.store.life(&console.options.estate, fingerprint.cause)?;
    Ok(Known { lives, waivers: console.store.waivers()? })
}

/// The fingerprint in an address.
fn fingerprint(text: &str) -> Result<Fingerprint, Problem> {
    let wrong = || Problem::NotFound(format!("`{}` is no fingerprint: these have 24 digits", plain(text)));
    parse_fingerprint(text).ok_or_else(wrong)
}

/// The page of a finding that the last run did not find.
fn gone(visitor: &Visitor, fingerprint: Fingerprint, known: &Known) -> Result<Markup, Problem> {
    if known.lives.is_empty() {
        return Err(Problem::NotFound(format!("no run has found `{fingerprint}`")));
    }
    let body = html! {
        p.lead { (mark("good", "gone")) " The last run did not find it any more." }
        (history::lives(&known.lives))
    };
    Ok(frame(visitor, &format!("Finding {fingerprint}"), Tab::Check, &body))
}

fn found(
    scene: &Scene<'_>,
    visitor: &Visitor,
    at: usize,
    finding: &Finding,
    known: &Known,
    asked: &Asked,
) -> Markup {
    let item = scene.snapshot.outcome.item(finding);
    let body = html! {
        (head(scene, at, finding))
        div.grid.pair {
            section.panel { (concerns(scene, finding)) }
            section.panel {
                (decide::decided(scene, visitor, at, finding, &known.waivers))
                (history::lives(&known.lives))
            }
        }
        section { (rules(scene, finding)) }
        section #fix { (fix::plans(scene, finding, asked)) }
    };
    frame(visitor, &plain(&item.title), Tab::Check, &body)
}

fn head(scene: &Scene<'_>, at: usize, finding: &Finding) -> Markup {
    let item = scene.snapshot.outcome.item(finding);
    let report = scene.report();
    let particular = [&*finding.detail, &*finding.suggestion];
    let particular = particular.into_iter().filter(|words| !words.is_empty() && *words != item.suggestion);
    html! {
        div.subtitle {
            (risk(item.risk))
            @if finding.certainty.as_str() == "possible" { (mark("medium", "only possible")) }
            @if !finding.traffic.is_empty() { (exposure(finding)) }
            strong { (subject(&report, finding, LOOK)) }
            (status(scene.decided.status(at)))
        }
        p {
            "Found by " a href=(address("item", &item.id)) { code { (item.id) } } ", "
            code.faint { (finding.fingerprint) }
        }
        @for words in particular { p.lead { (plain(words)) } }
        p { strong { "Suggestion: " } (prose(&item.suggestion)) }
    }
}

fn concerns(scene: &Scene<'_>, finding: &Finding) -> Markup {
    let report = scene.report();
    html! {
        h2 { "What it opens" }
        @if finding.traffic.is_empty() && finding.witness.is_none() { p.faint { "It is not about traffic." } }
        @else { (opens(&report, finding, LOOK)) }
        h3 { "Servers" }
        @if finding.servers.is_empty() && finding.traffic.is_empty() { p.faint { "None." } }
        (servers(&report, finding, LOOK))
        @if !finding.gaps.is_empty() { h3 { "What is not known" } (gap_lines(&report, finding, LOOK.most)) }
    }
}

fn rules(scene: &Scene<'_>, finding: &Finding) -> Markup {
    html! {
        h2 { "Rules" }
        (rules_table(&scene.report(), finding, LOOK))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
