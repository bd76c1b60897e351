//! What was found: items and findings.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use portreeve::checks::{AtRisk, Finding, Item, Outcome};
use portreeve::parse_fingerprint;
use portreeve::report::{Format, ItemsFormat, Options, Report, Status, write, write_item};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Asked, MOST, Named};
use super::problem::{ProblemDetails, Refused};
use super::stream::stream;
use crate::access::Visitor;
use crate::console::{Console, Current};
use crate::problem::Problem;
use crate::scene::{Decided, Scene, Snapshot};

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(check))
        .routes(routes!(items))
        .routes(routes!(item))
        .routes(routes!(about))
        .routes(routes!(findings))
        .routes(routes!(finding))
}

/// The last results as a whole: the document `portreeve/check/1`
///
/// Items that are switched off are listed without findings. The document is streamed; it may be large.
#[utoipa::path(
    get, path = "/api/v1/check", tag = "check",
    responses(
        (status = 200, description = "The document that `portreeve check --format json` prints", body = Value),
        (status = 409, description = "There are no results yet", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn check(State(console): State<Arc<Console>>, _: Visitor) -> Result<Response, Refused> {
    let Current { desk, decided } = console.current().ok_or(Problem::NoResults)?;
    Ok(stream(move |out| {
        let snapshot = &desk.snapshot;
        let all: Vec<usize> = (0..snapshot.outcome.findings.len()).collect();
        let (outcome, statuses) = shown(snapshot, &decided, &all);
        let report = Report {
            statuses: &statuses,
            notices: &decided.judgement.notices,
            warnings: &snapshot.warnings,
            ..Report::new(&snapshot.estate, &outcome)
        };
        write(Format::Json, &report, out, &Options::default())
    }))
}

/// These findings alone, without those of items that are off, as if a check had found no others.
fn shown<'s>(
    snapshot: &'s Snapshot,
    decided: &'s Decided,
    positions: &[usize],
) -> (Cow<'s, Outcome>, Cow<'s, [Status]>) {
    let Snapshot { outcome, .. } = snapshot;
    let on = |finding: &Finding| decided.on.get(usize::from(finding.item.0)).copied().unwrap_or(true);
    if positions.len() == outcome.findings.len() && decided.on.iter().all(|on| *on) {
        return (Cow::Borrowed(outcome), Cow::Borrowed(&decided.judgement.statuses));
    }
    let mut findings = Vec::new();
    let mut statuses = Vec::new();
    for at in positions {
        if let Some(finding) = outcome.findings.get(*at).filter(|finding| on(finding)) {
            findings.push(finding.clone());
            statuses.push(decided.status(*at).clone());
        }
    }
    let switched = |(item, on): (&Item, &bool)| Item { enabled: *on, ..item.clone() };
    let items = outcome.items.iter().zip(&decided.on).map(switched).collect();
    let counted = outcome.at_risk.iter().zip(&decided.on);
    let at_risk = counted.map(|(at_risk, on)| if *on { *at_risk } else { AtRisk::default() }).collect();
    let outcome = Outcome { items, at_risk, findings, affects: outcome.affects.clone() };
    (Cow::Owned(outcome), Cow::Owned(statuses))
}

/// A check item.
#[derive(Debug, Serialize, ToSchema)]
struct ItemRow {
    id: String,
    title: String,
    /// `info`, `low`, `medium` or `high`.
    risk: &'static str,
    /// Whether it is on.
    enabled: bool,
    /// What to do, in a sentence.
    suggestion: String,
    /// What it asks, for items of the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    asks: Option<&'static str>,
    at_risk: AtRiskRow,
    /// Findings that count, the possible ones too.
    findings: usize,
    /// Findings that a waiver covers.
    waived: usize,
}

/// How much is at risk by sure findings that count.
#[derive(Debug, Serialize, ToSchema)]
struct AtRiskRow {
    security_groups: usize,
    servers: usize,
}

fn row(scene: &Scene<'_>, at: usize, item: &Item) -> ItemRow {
    let counts = scene.counts(at);
    ItemRow {
        id: item.id.to_string(),
        title: item.title.to_string(),
        risk: item.risk.as_str(),
        enabled: scene.decided.on.get(at).copied().unwrap_or(true),
        suggestion: item.suggestion.to_string(),
        asks: item.meta.map(|meta| meta.asks),
        at_risk: AtRiskRow { security_groups: counts.groups, servers: counts.servers },
        findings: counts.findings,
        waived: counts.waived,
    }
}

/// All check items with their switches, and what each has found
#[utoipa::path(
    get, path = "/api/v1/items", tag = "check",
    responses(
        (status = 200, body = Vec<ItemRow>),
        (status = 409, description = "There are no results yet", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn items(State(console): State<Arc<Console>>, _: Visitor) -> Result<Json<Vec<ItemRow>>, Refused> {
    let rows = |scene: &Scene<'_>| {
        let items = scene.snapshot.outcome.items.iter().enumerate();
        Ok(items.map(|(at, item)| row(scene, at, item)).collect())
    };
    Ok(Json(console.read(rows).await?))
}

/// One check item
#[utoipa::path(
    get, path = "/api/v1/items/{id}", tag = "check",
    params(("id" = String, Path, description = "The id of the item, such as `open-ssh`")),
    responses(
        (status = 200, body = ItemRow),
        (status = 404, description = "There is no such item", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn item(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(id): Named<String>,
) -> Result<Json<ItemRow>, Refused> {
    let found = move |scene: &Scene<'_>| {
        let mut items = scene.snapshot.outcome.items.iter().enumerate();
        let item = items.find(|(_, item)| item.id == id);
        let (at, item) = item.ok_or_else(|| Problem::NotFound(format!("there is no check item `{id}`")))?;
        Ok(row(scene, at, item))
    };
    Ok(Json(console.read(found).await?))
}

/// All about an item: why it asks, how to fix what it finds, and when not to
#[utoipa::path(
    get, path = "/api/v1/items/{id}/about", tag = "check",
    params(("id" = String, Path, description = "The id of the item, such as `open-ssh`")),
    responses(
        (status = 200, description = "The document that `portreeve items ID --format json` prints", body = Value),
        (status = 404, description = "There is no such item", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn about(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(id): Named<String>,
) -> Result<Response, Refused> {
    let told = move |console: &Console| {
        let known = portreeve::items(&console.settings()?);
        let unknown = || Problem::NotFound(format!("there is no check item `{id}`"));
        let mut item = known.into_iter().find(|item| item.id == id).ok_or_else(unknown)?;
        item.enabled = console.switches()?.get(&id).copied().unwrap_or(item.enabled);
        let mut text = Vec::new();
        write_item(ItemsFormat::Json, &item, &mut text, 0).map_err(|_| Problem::Internal)?;
        Ok(text)
    };
    let text = console.work(told).await?;
    Ok(stream(move |out| out.write_all(&text)))
}

/// Which findings are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only those of this item.
    item: Option<String>,
    /// Only those of this risk: `info`, `low`, `medium` or `high`.
    risk: Option<String>,
    /// Only those on this security group, by id.
    group: Option<String>,
    /// Only those about this server, by id.
    server: Option<String>,
    /// Only those with this status: `open`, `grown`, `known` or `waived`.
    status: Option<String>,
    /// `sure` or `possible`.
    certainty: Option<String>,
    /// `internet`, `private`, `unattached` or `unknown`.
    exposure: Option<String>,
    /// Which page, counted from 1.
    #[param(minimum = 1)]
    page: Option<usize>,
    /// How many findings a page has: 50 unless told, 500 at most.
    #[param(minimum = 1, maximum = 500)]
    per_page: Option<usize>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PageOf<T> {
    /// Which page it is, counted from 1.
    page: usize,
    /// How many pages there are, at least 1.
    pages: usize,
    /// How many rows there are on all pages.
    total: usize,
    /// The rows of this page.
    rows: Vec<T>,
}

impl<T> PageOf<T> {
    /// The page that was asked for; `make` makes the rows of the positions that are on it.
    pub(super) fn of<R>(
        page: Option<usize>,
        per_page: Option<usize>,
        all: &[R],
        make: impl FnOnce(&[R]) -> Result<Vec<T>, Problem>,
    ) -> Result<Self, Problem> {
        let size = per_page.unwrap_or(50).clamp(1, MOST);
        let pages = all.len().div_ceil(size).max(1);
        let page = page.unwrap_or(1).max(1);
        let start = (page - 1).saturating_mul(size).min(all.len());
        let end = (start + size).min(all.len());
        let rows = make(all.get(start..end).unwrap_or_default())?;
        Ok(Self { page, pages, total: all.len(), rows })
    }
}

/// Findings, the worst first, paged and filtered
///
/// Each row is one element of `findings` of the document `portreeve/check/1`. Findings of items that are off are left out.
#[utoipa::path(
    get, path = "/api/v1/findings", tag = "check",
    params(Wanted),
    responses(
        (status = 200, body = PageOf<Value>),
        (status = 409, description = "There are no results yet", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn findings(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<PageOf<Value>>, Refused> {
    let found = move |scene: &Scene<'_>| {
        let wants = Wants::of(scene, &wanted);
        let findings = scene.snapshot.outcome.findings.iter().enumerate();
        let all: Vec<usize> =
            findings.filter(|(at, finding)| wants.has(scene, *at, finding)).map(|(at, _)| at).collect();
        PageOf::of(wanted.page, wanted.per_page, &all, |shown| rows(scene, shown))
    };
    Ok(Json(console.read(found).await?))
}

/// What is wanted, looked up once.
struct Wants<'w> {
    wanted: &'w Wanted,
    /// The findings about the server.
    of_server: Option<&'w [usize]>,
}

impl<'w> Wants<'w> {
    fn of(scene: &'w Scene<'_>, wanted: &'w Wanted) -> Self {
        let finds = &scene.snapshot.finds;
        let of_server = wanted.server.as_deref().map(|id| {
            let found = finds.instances.get(id).and_then(|ix| finds.by_instance.get(ix));
            found.map_or(&[][..], Vec::as_slice)
        });
        Self { wanted, of_server }
    }

    fn has(&self, scene: &Scene<'_>, at: usize, finding: &Finding) -> bool {
        let item = scene.snapshot.outcome.item(finding);
        let is =
            |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        let group = finding.group.map_or("", |ix| scene.estate().text(scene.estate().group(ix).id));
        scene.is_on(finding.item)
            && is(&self.wanted.item, &item.id)
            && is(&self.wanted.risk, item.risk.as_str())
            && is(&self.wanted.group, group)
            && is(&self.wanted.status, scene.decided.status(at).as_str())
            && is(&self.wanted.certainty, finding.certainty.as_str())
            && is(&self.wanted.exposure, finding.exposure.as_str())
            && self.of_server.is_none_or(|found| found.binary_search(&at).is_ok())
    }
}

/// The findings as the document `portreeve/check/1` has them.
fn rows(scene: &Scene<'_>, positions: &[usize]) -> Result<Vec<Value>, Problem> {
    let (outcome, statuses) = shown(scene.snapshot, &scene.decided, positions);
    let report = Report { statuses: &statuses, ..Report::new(scene.estate(), &outcome) };
    let mut text = Vec::new();
    write(Format::Json, &report, &mut text, &Options::default()).map_err(|_| Problem::Internal)?;
    let document: Value = serde_json::from_slice(&text).map_err(|_| Problem::Internal)?;
    match document {
        Value::Object(mut fields) => match fields.remove("findings") {
            Some(Value::Array(rows)) => Ok(rows),
            _ => Err(Problem::Internal),
        },
        _ => Err(Problem::Internal),
    }
}

pub(super) fn position(scene: &Scene<'_>, text: &str) -> Result<usize, Problem> {
    let unknown = || Problem::NotFound(format!("there is no finding `{text}` in the last results"));
    let fingerprint = parse_fingerprint(text).ok_or_else(unknown)?;
    let mut findings = scene.snapshot.outcome.findings.iter();
    findings.position(|finding| finding.fingerprint == fingerprint).ok_or_else(unknown)
}

/// One finding
#[utoipa::path(
    get, path = "/api/v1/findings/{fingerprint}", tag = "check",
    params(("fingerprint" = String, Path, description = "As reports name it")),
    responses(
        (status = 200, description = "One element of `findings` of the document `portreeve/check/1`", body = Value),
        (status = 404, description = "There is no such finding", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn finding(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(fingerprint): Named<String>,
) -> Result<Json<Value>, Refused> {
    let found = move |scene: &Scene<'_>| {
        let at = position(scene, &fingerprint)?;
        let off = || Problem::NotFound(format!("the item of finding `{fingerprint}` is switched off"));
        rows(scene, &[at])?.pop().ok_or_else(off)
    };
    Ok(Json(console.read(found).await?))
}
