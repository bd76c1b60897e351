//! What is remembered: runs, how they differ, the trend, the audit log; and the run under way.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use portreeve_store::{Entry, Exposure, ExposurePoint, Moment, Run, RunId};
use serde::{Deserialize, Serialize};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Asked, MOST, Means, Named};
use super::problem::{ProblemDetails, Refused};
use crate::access::{Role, Visitor};
use crate::console::Console;
use crate::page::run_on;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(runs, start))
        .routes(routes!(progress))
        .routes(routes!(run))
        .routes(routes!(trend))
        .routes(routes!(exposure_trend))
        .routes(routes!(audit))
}

/// A moment as RFC 3339 has it, in UTC.
pub(super) fn instant(moment: Moment) -> String {
    jiff::Timestamp::from_millisecond(moment.0).map_or_else(|_| moment.0.to_string(), |at| at.to_string())
}

/// A run that has ended.
#[derive(Debug, Serialize, ToSchema)]
struct RunRow {
    id: i64,
    /// When it began, as RFC 3339.
    started: String,
    /// When it ended.
    finished: String,
    /// Who started it.
    by: String,
    /// The program and its version.
    program: String,
    /// The exit code of the check: 0 nothing found, 1 findings, 3 undecided.
    verdict: u8,
    /// Whether its documents were given up.
    pruned: bool,
}

impl From<Run> for RunRow {
    fn from(run: Run) -> Self {
        Self {
            id: run.id.0,
            started: instant(run.started),
            finished: instant(run.finished),
            by: run.who,
            program: run.program,
            verdict: run.verdict,
            pruned: run.pruned.is_some(),
        }
    }
}

/// How many are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Last {
    /// Only the run that was the last one at the end of this day in UTC, such as `2026-11-03`.
    on: Option<String>,
    /// How many at most: 50 unless told, 500 at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

fn limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(50).clamp(1, u32::try_from(MOST).unwrap_or(u32::MAX))
}

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Back {
    /// Over how many runs: 50 unless told, 500 at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// The last runs of this estate, the newest first
#[utoipa::path(
    get, path = "/api/v1/runs", tag = "memory",
    params(Last),
    responses(
        (status = 200, body = Vec<RunRow>),
        (status = 404, description = "There was no run yet on that day", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn runs(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(Last { on, limit: asked }): Asked<Last>,
) -> Result<Json<Vec<RunRow>>, Refused> {
    let read = move |console: &Console| match on.as_deref() {
        Some(day) => Ok(vec![run_on(console, day)?.0]),
        None => Ok(console.store.runs(Some(&console.options.estate), limit(asked))?),
    };
    Ok(Json(console.work(read).await?.into_iter().map(RunRow::from).collect()))
}

/// Reads the sources anew and checks them
///
/// `GET /api/v1/runs/progress` tells how far it is. For operators.
#[utoipa::path(
    post, path = "/api/v1/runs", tag = "memory",
    responses(
        (status = 202, description = "The run has begun"),
        (status = 403, description = "Only an operator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "A run is under way", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn start(State(console): State<Arc<Console>>, Means(visitor): Means) -> Result<StatusCode, Refused> {
    visitor.must(Role::Operator)?;
    console.obtain(&visitor.name)?;
    Ok(StatusCode::ACCEPTED)
}

/// How far the run under way is, as server-sent events
///
/// Each event is an object with `state`, which is `idle`, `running` or `failed`; a running one has `stage`, `done` and `total` in
/// bytes, a failed one has `why`. The first event comes at once.
#[utoipa::path(
    get, path = "/api/v1/runs/progress", tag = "memory",
    responses((status = 200, description = "Events, as they happen", body = String, content_type = "text/event-stream"))
)]
async fn progress(State(console): State<Arc<Console>>, _: Visitor) -> Response {
    let states = WatchStream::new(console.progress.subscribe());
    let events = states.map(|now| Event::default().json_data(now));
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// One run
#[utoipa::path(
    get, path = "/api/v1/runs/{id}", tag = "memory",
    params(("id" = i64, Path, description = "The number of the run")),
    responses(
        (status = 200, body = RunRow),
        (status = 404, description = "There is no such run", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn run(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(id): Named<i64>,
) -> Result<Json<RunRow>, Refused> {
    let read = move |console: &Console| {
        let run = console.store.run(RunId(id))?;
        let ours = run.estate == console.options.estate;
        if ours { Ok(run) } else { Err(Problem::NotFound(format!("there is no run {id} of this estate"))) }
    };
    Ok(Json(console.work(read).await?.into()))
}

/// Of what the trend is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Of {
    /// Only the findings of this item.
    item: Option<String>,
    /// Of how many runs at most: 50 unless told, 500 at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// What was known after a run.
#[derive(Debug, Serialize, ToSchema)]
struct TrendRow {
    run: i64,
    /// When it ended, as RFC 3339.
    at: String,
    /// A risk without any finding is not in it.
    risks: Vec<RiskRow>,
}

/// How many findings of a risk there were.
#[derive(Debug, Serialize, ToSchema)]
struct RiskRow {
    /// `info`, `low`, `medium` or `high`.
    risk: String,
    /// All findings.
    found: u64,
    /// Those that nobody had accepted.
    open: u64,
}

/// How many findings there were after each of the last runs, the oldest first
#[utoipa::path(get, path = "/api/v1/trend", tag = "memory", params(Of), responses((status = 200, body = Vec<TrendRow>)))]
async fn trend(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(Of { item, limit: asked }): Asked<Of>,
) -> Result<Json<Vec<TrendRow>>, Refused> {
    let read = move |console: &Console| {
        let one = item.as_deref().map(|item| [item]);
        Ok(console.store.trend(
            &console.options.estate,
            one.as_ref().map(<[_; 1]>::as_slice),
            limit(asked),
        )?)
    };
    let rows = console.work(read).await?.into_iter().map(|point| TrendRow {
        run: point.run.0,
        at: instant(point.at),
        risks: point
            .risks
            .into_iter()
            .map(|count| RiskRow { risk: count.risk, found: count.found, open: count.open })
            .collect(),
    });
    Ok(Json(rows.collect()))
}

/// How much the internet could reach at a run.
#[derive(Debug, Serialize, ToSchema)]
struct ExposureTrendRow {
    run: i64,
    /// When it ended, as RFC 3339.
    at: String,
    /// Null where nobody has counted yet: that is not the same as none.
    exposure: Option<ExposureCounts>,
}

/// What was counted of a run.
#[derive(Debug, Serialize, ToSchema)]
struct ExposureCounts {
    /// Interfaces that the internet surely reached.
    surely: u64,
    /// Further ones, where the documents leave it open.
    possibly: u64,
    /// Public addresses of all these.
    addresses: u64,
}

impl From<ExposurePoint> for ExposureTrendRow {
    fn from(point: ExposurePoint) -> Self {
        let counts =
            |Exposure { surely, possibly, addresses }| ExposureCounts { surely, possibly, addresses };
        Self { run: point.run.0, at: instant(point.at), exposure: point.exposure.map(counts) }
    }
}

/// How many interfaces were exposed to the internet at each of the last runs, the oldest first
#[utoipa::path(
    get, path = "/api/v1/trend/exposure", tag = "memory", params(Back),
    responses((status = 200, body = Vec<ExposureTrendRow>))
)]
async fn exposure_trend(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(Back { limit: asked }): Asked<Back>,
) -> Result<Json<Vec<ExposureTrendRow>>, Refused> {
    let read = move |console: &Console| Ok(console.exposures(limit(asked))?);
    Ok(Json(console.work(read).await?.into_iter().map(ExposureTrendRow::from).collect()))
}

/// Which entries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Before {
    /// Only entries before this one.
    before: Option<i64>,
    /// How many at most: 50 unless told, 500 at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
struct AuditRow {
    id: i64,
    /// When, as RFC 3339.
    at: String,
    by: String,
    /// What was done, such as `switch`.
    action: String,
    /// To what.
    subject: String,
    /// In more words.
    detail: String,
}

impl From<Entry> for AuditRow {
    fn from(entry: Entry) -> Self {
        let Entry { id, at, who: by, action, subject, detail } = entry;
        Self { id, at: instant(at), by, action, subject, detail }
    }
}

/// Who did what, the last first
///
/// For administrators. The next page begins `before` the last entry of this one.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "memory",
    params(Before),
    responses(
        (status = 200, body = Vec<AuditRow>),
        (status = 403, description = "Only an administrator may do this", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn audit(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Asked(Before { before, limit: asked }): Asked<Before>,
) -> Result<Json<Vec<AuditRow>>, Refused> {
    visitor.must(Role::Admin)?;
    let read = move |console: &Console| Ok(console.store.audit_log(before, limit(asked))?);
    Ok(Json(console.work(read).await?.into_iter().map(AuditRow::from).collect()))
}
