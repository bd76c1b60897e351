//! The REST API under `/api/v1`: what the pages show, for programs.
//!
//! Where the command line has a document for it, the API answers with the very same one, by the same writer.

mod ask;
mod check;
mod decide;
mod docs;
mod estate;
mod extract;
mod fix;
mod gaps;
mod health;
mod history;
mod map;
mod mark;
mod memory;
mod own;
mod people;
mod problem;
mod rpc;
mod schedule;
mod stream;

use std::sync::Arc;

use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::health::{Figures, measure};
use self::problem::problem;
pub(crate) use self::rpc::{divert, token as rpc_token};
use crate::console::Console;
use crate::problem::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "portreeve",
        description = "What the pages of the console show and do, for programs. Documents whose `schema` begins with `portreeve/` are \
                       those of the command line.\n\nA program says who it is by `Authorization: Bearer` and a token. Whoever has a \
                       session instead sends, with every request that changes something, the header `X-CSRF-Token` with what \
                       `GET /api/v1/me` gives as `csrf_token`.\n\nRefusals are `application/problem+json` (RFC 9457): 401 where it is not known who asks, 403 where the \
                       request comes from another site, 409 where there are no results yet, 413 where it is too large, 422 where it \
                       makes no sense.",
        license(name = "Apache-2.0 OR MIT")
    ),
    tags(
        (name = "check", description = "What was found"),
        (name = "estate", description = "What the documents say"),
        (name = "questions", description = "Answers that are computed when they are asked for"),
        (name = "memory", description = "Runs, trends and the audit log"),
        (name = "decisions", description = "What people decide"),
        (name = "users", description = "Who may come in")
    )
)]
struct Api;

pub(crate) fn routes() -> Router<Arc<Console>> {
    let (routes, described) = described().split_for_parts();
    let described = serde_json::to_value(&described).unwrap_or_default();
    // People are told once what holds everywhere.
    let page = docs::body(&described);
    let described = Arc::new(completed(described));
    routes
        .route("/api/v1/openapi.json", get(move || async move { Json(Arc::unwrap_or_clone(described)) }))
        .route("/api/docs", get(move |visitor| async move { docs::show(&visitor, &page) }))
        .route("/api/v1", get(async || axum::response::Redirect::to("/api/docs")))
        .route("/api/{*path}", axum::routing::any(nowhere))
        .merge(rpc::routes())
        .merge(health::routes())
}

/// The document with what holds for every operation: how a program says who it is, and how it is refused.
fn completed(mut document: Value) -> Value {
    let scheme = json!({"type": "http", "scheme": "bearer", "description": "A token of the API"});
    document["components"]["securitySchemes"] = json!({"token": scheme});
    document["security"] = json!([{"token": []}, {}]);
    let details = json!({"$ref": "#/components/schemas/ProblemDetails"});
    let refusal = |description: &str| json!({"description": description, "content": {"application/problem+json": {"schema": details}}});
    let refusals = [
        ("401", "It is not known who asks"),
        ("403", "The request comes from another site, or the visitor may not do this"),
        ("409", "There are no results yet"),
        ("413", "The request is too large"),
        ("422", "The request makes no sense"),
    ];
    let paths = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in paths.filter_map(Value::as_object_mut).flat_map(|methods| methods.values_mut()) {
        let Some(responses) = operation["responses"].as_object_mut() else { continue };
        for (status, description) in refusals {
            responses.entry(status).or_insert_with(|| refusal(description));
        }
    }
    document
}

fn described() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::with_openapi(Api::openapi())
        .merge(check::routes())
        .merge(fix::routes())
        .merge(gaps::routes())
        .merge(estate::routes())
        .merge(map::routes())
        .merge(ask::routes())
        .merge(memory::routes())
        .merge(history::routes())
        .merge(decide::routes())
        .merge(own::routes())
        .merge(mark::routes())
        .merge(schedule::routes())
        .merge(people::routes())
}

async fn nowhere(uri: axum::http::Uri) -> axum::response::Response {
    problem(&Problem::NotFound(format!("there is no `{}`: see /api/docs", uri.path())))
}

/// Whether a program asks, so that a refusal is no page.
pub(crate) fn is_api(parts: &Parts) -> bool {
    let path = parts.uri.path();
    path.starts_with("/api/v1") || path.starts_with("/api/rpc") || path == "/metrics" || rpc::is_call(parts)
}

/// A refusal in the words that the program knows.
pub(crate) fn refuse(parts: &Parts, why: &Problem) -> axum::response::Response {
    if rpc::is_call(parts) { rpc::refused(why) } else { problem(why) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod parity;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
mod tests;
