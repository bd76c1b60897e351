//! Fix in security group: the computed plans side by side, and their scripts.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use portreeve::Tool;
use portreeve::checks::{Finding, Fingerprint, Outcome};
use portreeve::fix::{Choice, FixError, Fixing, Near, Wishes, fix, near};
use portreeve::model::Estate;
use portreeve::planning::{Level, Plan, Strategy};
use portreeve::report::{html as parts, plain, write_fix_json};
use serde::Deserialize;

use super::Asked;
use crate::access::Visitor;
use crate::console::Console;
use crate::page::links;
use crate::page::params::link;
use crate::page::refused;
use crate::problem::Problem;
use crate::scene::Scene;

/// The strategies by which traffic is closed. To replace a rule by nothing is to remove it.
const STRATEGIES: [Strategy; 2] = [Strategy::Replace, Strategy::Deny];

/// What plans for a finding are computed from.
struct Ground<'s> {
    scene: &'s Scene<'s>,
    near: Option<Near>,
    wishes: Wishes,
}

/// Wishes for the plans of one finding. `allow` is who may go on, apart from each other by blanks or commas.
pub(crate) fn wishes(fingerprint: String, allow: &str) -> Wishes {
    let words = allow.split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty());
    Wishes {
        choice: Choice { findings: vec![fingerprint], ..Choice::default() },
        allow: words.map(str::to_owned).collect(),
        ..Wishes::default()
    }
}

impl<'s> Ground<'s> {
    fn of(scene: &'s Scene<'s>, finding: &Finding, allow: &str) -> Result<Self, FixError> {
        let wishes = wishes(finding.fingerprint.to_string(), allow);
        let near = near(scene.estate(), &scene.snapshot.outcome, finding, &wishes)?;
        Ok(Self { scene, near, wishes })
    }

    fn estate(&self) -> &Estate {
        self.near.as_ref().map_or(self.scene.estate(), |near| &near.estate)
    }

    fn outcome(&self) -> &Outcome {
        self.near.as_ref().map_or(&self.scene.snapshot.outcome, |near| &near.outcome)
    }

    fn compute(&self, strategy: Option<Strategy>) -> Result<Computed, FixError> {
        let word = strategy.map(|strategy| strategy.as_str().to_owned());
        let wishes = Wishes { strategy: word, ..self.wishes.clone() };
        // Waived findings may be fixed too.
        let fixing = fix(self.estate(), self.outcome(), &[], &wishes)?;
        Ok(Computed { wish: strategy.map_or("", Strategy::as_str), fixing })
    }
}

/// A plan that was computed, and the strategy by which it is computed again.
struct Computed {
    wish: &'static str,
    fixing: Fixing,
}

impl Computed {
    fn plan(&self) -> Option<&Plan> {
        self.fixing.plans().first()
    }

    fn steps(&self) -> usize {
        self.plan().map_or(0, |plan| plan.steps.len())
    }
}

/// The plans for a finding, each once, the shortest first.
fn compute(ground: &Ground<'_>, traffic: bool) -> Result<Vec<Computed>, FixError> {
    if !traffic {
        // There is one way only.
        let one = ground.compute(None)?;
        return Ok(one.plan().is_some().then_some(one).into_iter().collect());
    }
    let mut found: Vec<Computed> = Vec::new();
    for strategy in STRATEGIES {
        let computed = ground.compute(Some(strategy))?;
        let Some(plan) = computed.plan() else { break };
        if !found.iter().filter_map(Computed::plan).any(|known| known.steps == plan.steps) {
            found.push(computed);
        }
    }
    // What a person has to decide is told once, and only where there is nothing better.
    if found.iter().any(|computed| computed.steps() > 0) {
        found.retain(|computed| computed.steps() > 0);
    }
    found.sort_by_key(Computed::steps);
    Ok(found)
}

/// The plans side by side, with the field for those who may go on.
pub(super) fn plans(scene: &Scene<'_>, finding: &Finding, asked: &Asked) -> Markup {
    let here = links::finding(finding.fingerprint);
    html! {
        h2 { "Fix in security group" }
        @if !finding.traffic.is_empty() { (allowing(&here, asked)) }
        @match Ground::of(scene, finding, &asked.allow) {
            Err(why) => p.failed role="alert" { (why) },
            Ok(ground) => (side_by_side(&ground, finding, &here, asked)),
        }
    }
}

fn side_by_side(ground: &Ground<'_>, finding: &Finding, here: &str, asked: &Asked) -> Markup {
    html! {
        @match compute(ground, !finding.traffic.is_empty()) {
            Err(why) => p.failed role="alert" { (why) },
            Ok(found) if found.is_empty() => p { "There is nothing to change: no rule lets it through any more." },
            Ok(found) => div.grid.plans {
                @for computed in &found { (panel(ground, here, computed, asked)) }
            },
        }
    }
}

fn allowing(here: &str, asked: &Asked) -> Markup {
    html! {
        form.fields method="get" action={ (here) "#fix" } {
            label {
                "Who may go on"
                input name="allow" value=(asked.allow) placeholder="private" size="36"
                    aria-describedby="allow-words";
            }
            button { "Compute again" }
            span.faint #allow-words {
                "Blocks, addresses, groups or prefix lists, apart by blanks. Without any: private networks, and whom other "
                "rules name."
            }
        }
    }
}

fn panel(ground: &Ground<'_>, here: &str, computed: &Computed, asked: &Asked) -> Markup {
    let Some(plan) = computed.plan() else { return Markup::default() };
    let by_hand = plan.level == Level::Manual;
    let (shown, tool) = computed.fixing.report(ground.outcome(), |report| {
        (parts::plan(report, 0), report.plans.first().map_or("", |told| told.tool))
    });
    html! {
        article.panel.plan {
            h3 { (title(plan)) }
            (shown.unwrap_or_default())
            @if !by_hand { (downloads(here, computed.wish, tool, asked)) }
        }
    }
}

fn title(plan: &Plan) -> &'static str {
    if plan.steps.is_empty() {
        return "For a person to decide";
    }
    match plan.strategy {
        Strategy::Remove => "Remove the rules",
        Strategy::Replace => "Replace the rules",
        Strategy::Deny => "Deny above the rules",
        Strategy::Clone => "Move to a copy of the group",
        Strategy::Consolidate => "Say the same with fewer rules",
        Strategy::Delete => "Delete the group",
    }
}

fn downloads(here: &str, strategy: &str, tool: &str, asked: &Asked) -> Markup {
    let link = |tool: &str| {
        link(&format!("{here}/plan"), &[("strategy", strategy), ("tool", tool), ("allow", &asked.allow)])
    };
    html! {
        p.downloads {
            "Download: "
            @if !tool.is_empty() { a href=(link(tool)) download { "script for " (tool) } " · " }
            a href=(link("terraform")) download { "Terraform" } " · "
            a href=(link("rollback")) download { "the way back" } " · "
            a href=(link("json")) download { "JSON" }
        }
    }
}

/// Which plan is wanted, and for which tool.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    pub(crate) strategy: String,
    pub(crate) tool: String,
    pub(crate) allow: String,
}

/// A plan as a file.
pub(super) async fn download(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Path(text): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let made = match super::fingerprint(&text) {
        Ok(fingerprint) => console.read(move |scene| file(scene, fingerprint, &wanted)).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok((name, kind, bytes)) => {
            let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
            let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            (headers, bytes).into_response()
        }
        Err(problem) => refused(&visitor, &problem).into_response(),
    }
}

/// Name, kind and bytes of a file.
type File = (String, &'static str, Vec<u8>);

/// The plan that closes a finding, in the words of a tool.
pub(crate) fn file(scene: &Scene<'_>, fingerprint: Fingerprint, wanted: &Wanted) -> Result<File, Problem> {
    let (_, finding) = scene.found(fingerprint)?;
    let invalid = |error: FixError| Problem::Invalid(error.to_string());
    let strategy = strategy(&wanted.strategy)?;
    let ground = Ground::of(scene, finding, &wanted.allow).map_err(invalid)?;
    let Computed { fixing, .. } = ground.compute(strategy).map_err(invalid)?;
    let outcome = ground.outcome();
    let shell = "text/x-shellscript; charset=utf-8";
    let (bytes, kind, ending) = match &*wanted.tool {
        "aliyun" => (fixing.script(outcome, Tool::Aliyun).into_bytes(), shell, "sh"),
        "hcloud" => (fixing.script(outcome, Tool::Hcloud).into_bytes(), shell, "sh"),
        "terraform" => {
            (fixing.script(outcome, Tool::Terraform).into_bytes(), "text/plain; charset=utf-8", "tf")
        }
        "rollback" => (fixing.rollback(outcome).map_err(invalid)?.into_bytes(), shell, "rollback.sh"),
        "json" => {
            let mut bytes = Vec::new();
            let written = fixing.report(outcome, |report| write_fix_json(report, &mut bytes));
            written.map_err(|_| Problem::Internal)?;
            (bytes, "application/json", "json")
        }
        other => {
            let words = "use `aliyun`, `hcloud`, `terraform`, `rollback` or `json`";
            return Err(Problem::Invalid(format!("there is no tool `{}`: {words}", plain(other))));
        }
    };
    Ok((format!("fix-{fingerprint}.{ending}"), kind, bytes))
}

/// The strategy that a word names; none for no word.
fn strategy(word: &str) -> Result<Option<Strategy>, Problem> {
    if word.is_empty() {
        return Ok(None);
    }
    let known = Strategy::ALL.into_iter().find(|strategy| strategy.as_str() == word);
    known.map(Some).ok_or_else(|| Problem::Invalid(format!("there is no strategy `{}`", plain(word))))
}
