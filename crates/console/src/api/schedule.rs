//! How often the sources are read without anybody asking.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, Means};
use super::problem::{ProblemDetails, Refused};
use crate::access::{Role, Visitor};
use crate::console::Console;
use crate::schedule;

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(told, set))
}

/// How often the sources are read.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Schedule {
    /// Every so many minutes, for as long as the console is open; null where only people and programs start runs.
    // Without this, a body that says nothing would be taken for null.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required, minimum = 1, maximum = 10080)]
    minutes: Option<u32>,
}

/// How often the sources are read
#[utoipa::path(get, path = "/api/v1/schedule", tag = "decisions", responses((status = 200, body = Schedule)))]
async fn told(State(console): State<Arc<Console>>, _: Visitor) -> Result<Json<Schedule>, Refused> {
    let minutes = console.work(|console| Ok(schedule::minutes(&console.store)?)).await?;
    Ok(Json(Schedule { minutes }))
}

/// Sets how often the sources are read
///
/// For administrators.
#[utoipa::path(
    put, path = "/api/v1/schedule", tag = "decisions",
    request_body = Schedule,
    responses(
        (status = 204, description = "It is so"),
        (status = 403, description = "Only an administrator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "It is no number of minutes up to a week", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn set(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Body(Schedule { minutes }): Body<Schedule>,
) -> Result<StatusCode, Refused> {
    visitor.must(Role::Admin)?;
    console.work(move |console| schedule::set(&console.store, &visitor.name, minutes)).await?;
    Ok(StatusCode::NO_CONTENT)
}
