//! The plans that close a finding, and the scripts that carry them out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use portreeve::fix::{Wishes, fix};
use portreeve::report::{plain, write_fix_json};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::check::position;
use super::extract::{Asked, Named};
use super::mark::fingerprint;
use super::problem::{ProblemDetails, Refused};
use super::stream::stream;
use crate::access::Visitor;
use crate::console::Console;
use crate::page::{PlanWanted, fix_wishes, plan_file};
use crate::problem::Problem;
use crate::scene::Scene;

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(plans)).routes(routes!(commands))
}

/// How a finding is to be closed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Who may go on: blocks, addresses, groups or prefix lists, apart from each other by blanks or commas. Without it, private networks,
    /// and whom other rules name.
    allow: Option<String>,
    /// A strategy of `portreeve fix`, such as `replace` or `deny`.
    strategy: Option<String>,
}

/// The smallest changes that close a finding: the document `portreeve/fix/1`
#[utoipa::path(
    get, path = "/api/v1/findings/{fingerprint}/fix", tag = "check",
    params(("fingerprint" = String, Path, description = "As reports name it"), Wanted),
    responses(
        (status = 200, description = "The document that `portreeve fix --format json` prints", body = Value),
        (status = 404, description = "There is no such finding", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "A word means nothing", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn plans(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(fingerprint): Named<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Refused> {
    let planned = move |scene: &Scene<'_>| {
        position(scene, &fingerprint)?;
        let wishes = Wishes {
            strategy: wanted.strategy.filter(|word| !word.is_empty()),
            ..fix_wishes(fingerprint, wanted.allow.as_deref().unwrap_or(""))
        };
        let statuses = &scene.decided.judgement.statuses;
        let fixing = fix(scene.estate(), &scene.snapshot.outcome, statuses, &wishes);
        Ok((Arc::clone(scene.snapshot), fixing.map_err(|why| Problem::Invalid(why.to_string()))?))
    };
    let (snapshot, fixing) = console.read(planned).await?;
    Ok(stream(move |out| fixing.report(&snapshot.outcome, |report| write_fix_json(report, out))))
}

/// Which script is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Script {
    /// `aliyun` or `hcloud` for commands of the vendor's tool, `terraform`, or `rollback` for the way back.
    tool: String,
    /// As with the plan.
    allow: Option<String>,
    /// As with the plan.
    strategy: Option<String>,
}

/// The plan that closes a finding as a script, which nobody runs here
#[utoipa::path(
    get, path = "/api/v1/findings/{fingerprint}/fix/script", tag = "check",
    params(("fingerprint" = String, Path, description = "As reports name it"), Script),
    responses(
        (status = 200, description = "The script", body = String, content_type = "text/plain"),
        (status = 404, description = "There is no such finding", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "A word means nothing", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn commands(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(text): Named<String>,
    Asked(Script { tool, allow, strategy }): Asked<Script>,
) -> Result<Response, Refused> {
    let fingerprint = fingerprint(&text)?;
    if tool == "json" {
        let why = "for JSON, ask for the plan itself".to_owned();
        return Err(Problem::Invalid(why).into());
    }
    let wanted = PlanWanted {
        tool: plain(&tool).into_owned(),
        allow: allow.unwrap_or_default(),
        strategy: strategy.unwrap_or_default(),
    };
    let (_, _, bytes) = console.read(move |scene| plan_file(scene, fingerprint, &wanted)).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], bytes).into_response())
}
