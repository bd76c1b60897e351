//! What people decide: switches of items, and waivers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use portreeve::{Covers, parse_fingerprint};
use portreeve_store::{By, Covered, Waiver};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, Means, Named};
use super::memory::instant;
use super::problem::{ProblemDetails, Refused};
use crate::access::{Role, Visitor};
use crate::console::Console;
use crate::problem::Problem;
use crate::record::now;

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(switch)).routes(routes!(waivers, waive)).routes(routes!(withdraw))
}

/// How an item is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Switch {
    /// Whether it is on.
    enabled: bool,
}

/// Switches an item on or off, at once
///
/// For operators.
#[utoipa::path(
    put, path = "/api/v1/items/{id}/switch", tag = "decisions",
    params(("id" = String, Path, description = "The id of the item, such as `open-ssh`")),
    request_body = Switch,
    responses(
        (status = 204, description = "It is so"),
        (status = 403, description = "Only an operator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such item", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn switch(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Named(id): Named<String>,
    Body(Switch { enabled }): Body<Switch>,
) -> Result<StatusCode, Refused> {
    visitor.must(Role::Operator)?;
    console.work(move |console| console.switch(&visitor.name, &id, enabled)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A waiver: findings that are accepted.
#[derive(Debug, Serialize, ToSchema)]
struct WaiverRow {
    /// Its number, or null where it stands in the configuration file and can be withdrawn there only.
    id: Option<i64>,
    /// The finding; with an item on a group, how far it may reach, or null where it may grow.
    fingerprint: Option<String>,
    item: Option<String>,
    /// The security group, by id.
    group: Option<String>,
    reason: String,
    /// The last day on which it applies, such as `2026-12-31`.
    until: String,
    /// Who made it, or its place in the configuration file.
    by: String,
    /// When it was made, as RFC 3339; null where it stands in the configuration file.
    at: Option<String>,
    /// When it was withdrawn, if it was.
    withdrawn: Option<String>,
}

impl From<Waiver> for WaiverRow {
    fn from(waiver: Waiver) -> Self {
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: Some(waiver.id),
            fingerprint: said(waiver.covered.fingerprint),
            item: said(waiver.covered.item),
            group: said(waiver.covered.subject),
            reason: waiver.reason,
            until: waiver.until,
            by: waiver.who,
            at: Some(instant(waiver.at)),
            withdrawn: waiver.withdrawn.map(instant),
        }
    }
}

/// A waiver of the configuration file.
fn written(waiver: &portreeve::Waiver) -> WaiverRow {
    let (fingerprint, item, group) = match &waiver.covers {
        Covers::Finding(fingerprint) => (Some(*fingerprint), None, None),
        Covers::Subject { item, group, recorded } => (*recorded, Some(item.clone()), Some(group.clone())),
    };
    WaiverRow {
        id: None,
        fingerprint: fingerprint.map(|fingerprint| fingerprint.to_string()),
        item,
        group,
        reason: waiver.reason.to_string(),
        until: waiver.until.to_string(),
        by: waiver.place.to_string(),
        at: None,
        withdrawn: None,
    }
}

/// The waivers of the configuration file, and those that were made in the console, those that were withdrawn too
#[utoipa::path(get, path = "/api/v1/waivers", tag = "decisions", responses((status = 200, body = Vec<WaiverRow>)))]
async fn waivers(State(console): State<Arc<Console>>, _: Visitor) -> Result<Json<Vec<WaiverRow>>, Refused> {
    let read = console.work(|console| Ok(console.store.waivers()?)).await?;
    let of_file = console.options.config.waivers.iter().map(written);
    Ok(Json(of_file.chain(read.into_iter().map(WaiverRow::from)).collect()))
}

/// A waiver that is to be made: of one finding, or of an item on a group.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Waive {
    /// The finding, as reports name it.
    fingerprint: Option<String>,
    /// The item, with `group`.
    item: Option<String>,
    /// The security group, by id, with `item`.
    group: Option<String>,
    /// Why it is accepted.
    #[schema(required, min_length = 1, max_length = 1000)]
    reason: String,
    /// The last day on which it applies, such as `2026-12-31`.
    #[schema(required, format = Date)]
    until: String,
}

/// What a new waiver is called.
#[derive(Debug, Serialize, ToSchema)]
struct Made {
    id: i64,
}

/// Accepts a finding, with a reason and until a day
///
/// For operators.
#[utoipa::path(
    post, path = "/api/v1/waivers", tag = "decisions",
    request_body = Waive,
    responses(
        (status = 201, body = Made),
        (status = 403, description = "Only an operator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "It covers nothing, or has no reason, or ends in the past", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn waive(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Body(wanted): Body<Waive>,
) -> Result<(StatusCode, Json<Made>), Refused> {
    visitor.must(Role::Operator)?;
    let covered = covered(&wanted)?;
    let made = move |console: &Console| {
        let Covered { fingerprint, item, subject } = &covered;
        let covered = Covered { fingerprint: &**fingerprint, item: &**item, subject: &**subject };
        console.waive(&visitor.name, covered, &wanted.reason, &wanted.until)
    };
    let id = console.work(made).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

fn covered(wanted: &Waive) -> Result<Covered<String>, Problem> {
    let invalid = |why: &str| Err(Problem::Invalid(why.to_owned()));
    let named = |text: &Option<String>| text.clone().unwrap_or_default();
    let covered = Covered {
        fingerprint: named(&wanted.fingerprint),
        item: named(&wanted.item),
        subject: named(&wanted.group),
    };
    if !covered.fingerprint.is_empty() && parse_fingerprint(&covered.fingerprint).is_none() {
        return invalid("`fingerprint` is none: copy one from a finding");
    }
    if covered.item.is_empty() != covered.subject.is_empty() {
        return invalid("`item` and `group` go together");
    }
    if covered.fingerprint.is_empty() && covered.item.is_empty() {
        return invalid("name a `fingerprint`, or an `item` with a `group`");
    }
    Ok(covered)
}

/// Takes a waiver back; it is still remembered
///
/// For operators.
#[utoipa::path(
    delete, path = "/api/v1/waivers/{id}", tag = "decisions",
    params(("id" = i64, Path, description = "The number of the waiver")),
    responses(
        (status = 204, description = "It no longer applies"),
        (status = 403, description = "Only an operator may do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such waiver that applies", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn withdraw(
    State(console): State<Arc<Console>>,
    Means(visitor): Means,
    Named(id): Named<i64>,
) -> Result<StatusCode, Refused> {
    visitor.must(Role::Operator)?;
    let withdrawn = move |console: &Console| {
        let by = By { who: &visitor.name, at: now() };
        Ok(console.decide(|store| store.withdraw(by, id))?)
    };
    console.work(withdrawn).await?;
    Ok(StatusCode::NO_CONTENT)
}
