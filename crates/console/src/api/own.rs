//! The user's own items, in the shape of the configuration file.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use portreeve::WrittenItem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, Means, Named};
use super::problem::{ProblemDetails, Refused};
use crate::access::{Role, Visitor};
use crate::console::Console;

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(own_items, add)).routes(routes!(change, remove))
}

/// A port, or a range of ports such as `9000-9010`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged, expecting = "expected a port such as 8080, or a range such as \"9000-9010\"")]
enum Ports {
    Number(i64),
    Text(String),
}

/// An own item, as `[[own-item]]` of `portreeve.toml` has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnItem {
    /// Small letters, digits and single hyphens.
    #[schema(max_length = 200)]
    id: String,
    /// What it finds, in a few words.
    #[schema(max_length = 200)]
    title: String,
    /// `info`, `low`, `medium` or `high`.
    risk: String,
    #[serde(default)]
    tcp: Vec<Ports>,
    #[serde(default)]
    udp: Vec<Ports>,
    /// Prefixes whose addresses must not all have access. Without it: everyone.
    peers: Option<Vec<String>>,
    /// One sentence shown with each finding.
    #[schema(max_length = 1000)]
    suggestion: Option<String>,
}

impl From<OwnItem> for WrittenItem {
    fn from(item: OwnItem) -> Self {
        let texts = |ports: Vec<Ports>| {
            let text = |ports| match ports {
                Ports::Number(number) => number.to_string(),
                Ports::Text(text) => text,
            };
            ports.into_iter().map(text).collect()
        };
        let OwnItem { id, title, risk, tcp, udp, peers, suggestion } = item;
        Self { id, title, risk, tcp: texts(tcp), udp: texts(udp), peers, suggestion }
    }
}

/// An own item that there is.
#[derive(Debug, Serialize, ToSchema)]
struct OwnItemRow {
    id: String,
    title: String,
    risk: String,
    /// Ports and ranges, as texts.
    tcp: Vec<String>,
    udp: Vec<String>,
    /// Null for everyone.
    peers: Option<Vec<String>>,
    suggestion: Option<String>,
    /// Whether it was made in the console; the others stand in the configuration file.
    made_here: bool,
    /// Why it is not asked, if it is not.
    problem: Option<String>,
}

impl OwnItemRow {
    fn of(written: WrittenItem, made_here: bool, problem: Option<String>) -> Self {
        let WrittenItem { id, title, risk, tcp, udp, peers, suggestion } = written;
        Self { id, title, risk, tcp, udp, peers, suggestion, made_here, problem }
    }
}

/// The own items of the configuration file, and those that were made in the console
#[utoipa::path(get, path = "/api/v1/own-items", tag = "decisions", responses((status = 200, body = Vec<OwnItemRow>)))]
async fn own_items(
    State(console): State<Arc<Console>>,
    _: Visitor,
) -> Result<Json<Vec<OwnItemRow>>, Refused> {
    let read = |console: &Console| {
        let of_file = console.options.config.settings.own_items.iter();
        let of_file = of_file.map(|item| OwnItemRow::of(item.into(), false, None));
        let made = console.own_items()?.into_iter();
        let made = made.map(|kept| OwnItemRow::of(kept.written, true, kept.item.err()));
        Ok(of_file.chain(made).collect())
    };
    Ok(Json(console.work(read).await?))
}

/// Adds an own item, which the next run asks
///
/// For operators.
#[utoipa::path(
    post, path = "/api/v1/own-items", tag = "decisions",
    request_body = OwnItem,
    responses(
        (status = 201, description = "The next run asks it"),
        (status = 403, description = "Only an operator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "There is one of this id, or there are too many", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "It makes no sense, or the configuration file has its id", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn add(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Body(item): Body<OwnItem>,
) -> Result<StatusCode, Refused> {
    visitor.must(Role::Operator)?;
    console.work(move |console| console.add_own(&visitor.name, &item.into())).await?;
    Ok(StatusCode::CREATED)
}

/// Changes an own item that was made in the console, from the next run on
///
/// For operators.
#[utoipa::path(
    put, path = "/api/v1/own-items/{id}", tag = "decisions",
    params(("id" = String, Path, description = "The id of the item, which the body repeats")),
    request_body = OwnItem,
    responses(
        (status = 204, description = "The next run asks it so"),
        (status = 403, description = "Only an operator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "None of this id was made in the console", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "It stands in the configuration file", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn change(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Named(id): Named<String>,
    Body(item): Body<OwnItem>,
) -> Result<StatusCode, Refused> {
    visitor.must(Role::Operator)?;
    console.work(move |console| console.change_own(&visitor.name, &id, &item.into())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes an own item that was made in the console: the next run does not ask it
///
/// For operators.
#[utoipa::path(
    delete, path = "/api/v1/own-items/{id}", tag = "decisions",
    params(("id" = String, Path, description = "The id of the item")),
    responses(
        (status = 204, description = "It is no longer there"),
        (status = 403, description = "Only an operator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "None of this id was made in the console", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "It stands in the configuration file", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn remove(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Named(id): Named<String>,
) -> Result<StatusCode, Refused> {
    visitor.must(Role::Operator)?;
    console.work(move |console| console.remove_own(&visitor.name, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
