//! Findings that somebody has planned to fix.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use portreeve::checks::Fingerprint;
use portreeve::parse_fingerprint;
use portreeve::report::plain;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, Means, Named};
use super::memory::instant;
use super::problem::{ProblemDetails, Refused};
use crate::access::{Role, Visitor};
use crate::console::{Console, LONGEST_NOTE};
use crate::problem::Problem;
use crate::scene::Scene;

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(marks)).routes(routes!(mark, unmark))
}

/// A finding that somebody has planned to fix.
#[derive(Debug, Serialize, ToSchema)]
struct MarkRow {
    /// The finding, as reports name it.
    fingerprint: String,
    /// The item that found it.
    item: String,
    /// What is planned.
    note: String,
    by: String,
    /// When it was marked, as RFC 3339.
    at: String,
}

/// The findings of the last results that are marked as planned, the worst first
#[utoipa::path(
    get, path = "/api/v1/marks", tag = "decisions",
    responses(
        (status = 200, body = Vec<MarkRow>),
        (status = 409, description = "There are no results yet", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn marks(State(console): State<Arc<Console>>, _: Visitor) -> Result<Json<Vec<MarkRow>>, Refused> {
    let listed = |scene: &Scene<'_>| {
        let findings = scene.snapshot.outcome.findings.iter().enumerate();
        let marked = findings.filter_map(|(at, finding)| Some((finding, scene.decided.planned.get(&at)?)));
        let rows = marked.map(|(finding, mark)| MarkRow {
            fingerprint: finding.fingerprint.to_string(),
            item: mark.item.clone(),
            note: mark.note.clone(),
            by: mark.who.clone(),
            at: instant(mark.at),
        });
        Ok(rows.collect())
    };
    Ok(Json(console.read(listed).await?))
}

/// What is planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Planned {
    /// Such as the number of a change or a ticket.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

/// Marks a finding as planned; a mark that it has already is replaced
///
/// For operators.
#[utoipa::path(
    put, path = "/api/v1/findings/{fingerprint}/mark", tag = "decisions",
    params(("fingerprint" = String, Path, description = "As reports name it")),
    request_body = Planned,
    responses(
        (status = 204, description = "It is so"),
        (status = 403, description = "Only an operator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such finding", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn mark(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Named(text): Named<String>,
    Body(Planned { note }): Body<Planned>,
) -> Result<StatusCode, Refused> {
    visitor.must(Role::Operator)?;
    let fingerprint = fingerprint(&text)?;
    let note = note.trim();
    if note.chars().count() > LONGEST_NOTE {
        return Err(Problem::Invalid(format!("a note has {LONGEST_NOTE} characters at most")).into());
    }
    console.plan(&visitor.name, fingerprint, Some(note.to_owned())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the mark of a finding back; without one, nothing changes
///
/// For operators.
#[utoipa::path(
    delete, path = "/api/v1/findings/{fingerprint}/mark", tag = "decisions",
    params(("fingerprint" = String, Path, description = "As reports name it")),
    responses(
        (status = 204, description = "It is so"),
        (status = 403, description = "Only an operator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such finding", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn unmark(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Named(text): Named<String>,
) -> Result<StatusCode, Refused> {
    visitor.must(Role::Operator)?;
    console.plan(&visitor.name, fingerprint(&text)?, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The fingerprint in an address.
pub(super) fn fingerprint(text: &str) -> Result<Fingerprint, Problem> {
    let wrong = || Problem::NotFound(format!("`{}` is no fingerprint: these have 24 digits", plain(text)));
    parse_fingerprint(text).ok_or_else(wrong)
}
