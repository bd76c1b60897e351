//! What the store remembers of one finding and of one run.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use portreeve::checks::{Extent, Fingerprint};
use portreeve::report::{ExposureReport, write_exposure_json};
use portreeve_store::{Document, Held, Life, Outcome, RunId, Span, Tally};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Asked, MOST, Named};
use super::mark::fingerprint;
use super::memory::instant;
use super::problem::{ProblemDetails, Refused};
use super::stream::stream;
use crate::access::Visitor;
use crate::console::Console;
use crate::page::{HeldWanted, held};

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(life))
        .routes(routes!(documents))
        .routes(routes!(items))
        .routes(routes!(findings))
        .routes(routes!(exposed))
}

/// The life of a finding: one for each item that found it.
#[derive(Debug, Serialize, ToSchema)]
struct LifeRow {
    item: String,
    /// When it was first seen, as RFC 3339.
    first_seen: String,
    last_seen: String,
    /// When it was first not seen any more, if it is gone now.
    fixed: Option<String>,
    /// How many times it came back.
    reopened: usize,
    /// How it was, from then to now.
    spans: Vec<SpanRow>,
}

/// A stretch of time in which a finding stayed as it was.
#[derive(Debug, Serialize, ToSchema)]
struct SpanRow {
    /// The run that found it so first.
    opened: i64,
    since: String,
    last_seen: String,
    /// The run that did not find it so any more.
    closed: Option<i64>,
    #[serde(flatten)]
    outcome: OutcomeRow,
}

/// A finding as the store remembers it.
#[derive(Debug, Serialize, ToSchema)]
struct OutcomeRow {
    /// `info`, `low`, `medium` or `high`.
    risk: String,
    /// `sure` or `possible`.
    certainty: String,
    /// `internet`, `private`, `unattached` or `unknown`.
    exposure: String,
    /// `open`, `grown`, `known` or `waived`.
    status: String,
    /// How many servers were at risk.
    servers: u32,
    /// The id of the group or interface.
    subject: String,
    /// Its name.
    name: String,
}

impl From<Outcome<String>> for OutcomeRow {
    fn from(outcome: Outcome<String>) -> Self {
        let Outcome { risk, certainty, exposure, status, servers, subject, name, .. } = outcome;
        Self { risk, certainty, exposure, status, servers, subject, name }
    }
}

impl From<Span> for SpanRow {
    fn from(span: Span) -> Self {
        Self {
            opened: span.opened.0,
            since: instant(span.since),
            last_seen: instant(span.last_seen),
            closed: span.closed.map(|(run, _)| run.0),
            outcome: span.outcome.into(),
        }
    }
}

impl From<Life> for LifeRow {
    fn from(life: Life) -> Self {
        Self {
            item: life.item,
            first_seen: instant(life.first_seen),
            last_seen: instant(life.last_seen),
            fixed: life.fixed.map(instant),
            reopened: life.reopened,
            spans: life.spans.into_iter().map(SpanRow::from).collect(),
        }
    }
}

/// When a finding was first and last seen, fixed and reopened
///
/// A finding that no run has ever found has no history: the list is empty.
#[utoipa::path(
    get, path = "/api/v1/findings/{fingerprint}/history", tag = "memory",
    params(("fingerprint" = String, Path, description = "As reports name it")),
    responses(
        (status = 200, body = Vec<LifeRow>),
        (status = 404, description = "It is no fingerprint", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn life(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(text): Named<String>,
) -> Result<Json<Vec<LifeRow>>, Refused> {
    let cause = fingerprint(&text)?.cause;
    let read = move |console: &Console| Ok(console.store.life(&console.options.estate, cause)?);
    Ok(Json(console.work(read).await?.into_iter().map(LifeRow::from).collect()))
}

/// A document that a run had read.
#[derive(Debug, Serialize, ToSchema)]
struct DocumentRow {
    /// Where it was read from.
    path: String,
    bytes: u64,
    sha256: String,
}

impl From<Document> for DocumentRow {
    fn from(document: Document) -> Self {
        Self { path: document.path, bytes: document.bytes, sha256: document.hash }
    }
}

/// The documents that a run had read; none where they were given up
#[utoipa::path(
    get, path = "/api/v1/runs/{id}/documents", tag = "memory",
    params(("id" = i64, Path, description = "The number of the run")),
    responses(
        (status = 200, body = Vec<DocumentRow>),
        (status = 404, description = "There is no such run", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn documents(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(id): Named<i64>,
) -> Result<Json<Vec<DocumentRow>>, Refused> {
    let read = move |console: &Console| Ok(console.store.documents(console.run_of(RunId(id))?.id)?);
    Ok(Json(console.work(read).await?.into_iter().map(DocumentRow::from).collect()))
}

/// How much an item found in a run.
#[derive(Debug, Serialize, ToSchema)]
struct TallyRow {
    item: String,
    /// The risk, or null for an item without findings.
    risk: Option<String>,
    /// All findings.
    found: u64,
    /// Those that nobody had accepted.
    open: u64,
    /// Those that were never seen before.
    new: u64,
    /// Those that had been fixed.
    reopened: u64,
    /// Those that were there in the run before, but otherwise.
    changed: u64,
    /// Findings that this run did not see any more.
    fixed: u64,
}

impl From<Tally> for TallyRow {
    fn from(tally: Tally) -> Self {
        let Tally { item, risk, found, open, fresh, reopened, changed, fixed } = tally;
        let risk = Some(risk).filter(|risk| !risk.is_empty());
        Self { item, risk, found, open, new: fresh, reopened, changed, fixed }
    }
}

/// How much each item found in a run, against the run before
#[utoipa::path(
    get, path = "/api/v1/runs/{id}/items", tag = "memory",
    params(("id" = i64, Path, description = "The number of the run")),
    responses(
        (status = 200, body = Vec<TallyRow>),
        (status = 404, description = "There is no such run", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn items(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(id): Named<i64>,
) -> Result<Json<Vec<TallyRow>>, Refused> {
    let read = move |console: &Console| Ok(console.store.tallies(console.run_of(RunId(id))?.id)?);
    Ok(Json(console.work(read).await?.into_iter().map(TallyRow::from).collect()))
}

/// Which findings of a run are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only those of this item.
    item: Option<String>,
    /// Only those after this place: the `next` of the page before.
    after: Option<String>,
    /// How many at most: 50 unless told, 500 at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// Findings of a run.
#[derive(Debug, Serialize, ToSchema)]
struct HeldPage {
    rows: Vec<HeldRow>,
    /// Where the next page begins, or null if this is the last one.
    next: Option<String>,
}

/// A finding of a run.
#[derive(Debug, Serialize, ToSchema)]
struct HeldRow {
    fingerprint: String,
    item: String,
    #[serde(flatten)]
    outcome: OutcomeRow,
}

impl From<Held> for HeldRow {
    fn from(held: Held) -> Self {
        let known = Fingerprint { cause: held.cause, extent: Extent(held.outcome.extent) };
        Self { fingerprint: known.to_string(), item: held.item, outcome: held.outcome.into() }
    }
}

/// What a run found, as the store remembers it: also where its documents were given up
#[utoipa::path(
    get, path = "/api/v1/runs/{id}/findings", tag = "memory",
    params(("id" = i64, Path, description = "The number of the run"), Wanted),
    responses(
        (status = 200, body = HeldPage),
        (status = 404, description = "There is no such run", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn findings(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(id): Named<i64>,
    Asked(Wanted { item, after, limit }): Asked<Wanted>,
) -> Result<Json<HeldPage>, Refused> {
    let read = move |console: &Console| {
        let run = console.run_of(RunId(id))?;
        let limit = limit.unwrap_or(50).clamp(1, MOST);
        let wanted = HeldWanted { item: item.as_deref(), after: after.as_deref(), limit };
        held(console, &run, &wanted)
    };
    let (rows, next) = console.work(read).await?;
    Ok(Json(HeldPage { rows: rows.into_iter().map(HeldRow::from).collect(), next }))
}

/// What the internet could open at the time of a run: the document `portreeve/exposure/1`
#[utoipa::path(
    get, path = "/api/v1/runs/{id}/exposure", tag = "questions",
    params(("id" = i64, Path, description = "The number of the run")),
    responses(
        (status = 200, description = "The document that `portreeve exposure --format json` prints", body = Value),
        (status = 404, description = "There is no such run, or its documents were given up", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn exposed(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(id): Named<i64>,
) -> Result<Response, Refused> {
    let (old, exposed) = console.work(move |console| console.exposed_at(RunId(id))).await?;
    Ok(stream(move |out| {
        write_exposure_json(&ExposureReport { estate: old.estate(), exposed: &exposed.all }, out)
    }))
}
