//! What is not known: the gaps that the documents leave.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use portreeve::model::Gap;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::check::PageOf;
use super::estate::Wanted;
use super::extract::Asked;
use super::problem::{ProblemDetails, Refused};
use crate::access::Visitor;
use crate::console::Console;
use crate::scene::Scene;

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(gaps))
}

/// Something that the documents do not tell: one element of `gaps` of the document `portreeve/check/1`.
#[derive(Debug, Serialize, ToSchema)]
struct GapRow {
    /// Where it is missing.
    at: String,
    /// What is missing.
    what: String,
    /// The items whose answers it may change, by id.
    affects: Vec<String>,
}

fn row(scene: &Scene<'_>, at: usize, gap: &Gap) -> GapRow {
    let outcome = &scene.snapshot.outcome;
    let items = outcome.affects.get(at).map_or(&[][..], Vec::as_slice);
    let named = items.iter().filter_map(|ix| outcome.items.get(usize::from(ix.0)));
    let affects = named.map(|item| item.id.to_string()).collect();
    GapRow { at: gap.at.clone(), what: gap.what.clone(), affects }
}

/// What the documents do not tell, paged and searched
#[utoipa::path(
    get, path = "/api/v1/gaps", tag = "check",
    params(Wanted),
    responses(
        (status = 200, body = PageOf<GapRow>),
        (status = 409, description = "There are no results yet", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn gaps(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<PageOf<GapRow>>, Refused> {
    let found = move |scene: &Scene<'_>| {
        let gaps = scene.estate().gaps.iter().enumerate();
        let all: Vec<(usize, &Gap)> = gaps.filter(|(_, gap)| wanted.has([&gap.at, &gap.what])).collect();
        PageOf::of(wanted.page, wanted.per_page, &all, |shown| {
            Ok(shown.iter().map(|(at, gap)| row(scene, *at, gap)).collect())
        })
    };
    Ok(Json(console.read(found).await?))
}
