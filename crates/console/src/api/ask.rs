//! Questions that are computed when they are asked: connections, exposure, and what a change would do.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use portreeve::ask::{Query, Word, end};
use portreeve::explain::{End, exposure};
use portreeve::model::Estate;
use portreeve::report::{
    Explained, ExposureReport, WhoReport, plain, write_answer_json, write_diff_json, write_exposure_json,
    write_who_json,
};
use portreeve::whatif::{apply, make};
use portreeve::{Comparing, Tool};
use portreeve_store::RunId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Asked, Body, Named};
use super::problem::{ProblemDetails, Refused};
use super::stream::stream;
use crate::access::Visitor;
use crate::console::{Console, today};
use crate::page::{Offer, offers, whatif_script};
use crate::problem::Problem;
use crate::scene::{Scene, Snapshot};

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(explain))
        .routes(routes!(ends))
        .routes(routes!(exposed))
        .routes(routes!(whatif))
        .routes(routes!(commands))
        .routes(routes!(difference))
}

/// A connection that is asked about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Connection {
    /// Who opens it: a server's id or name, an interface's id, an address, or `internet`; with `any`, the answer lists everybody who can.
    from: String,
    /// Who is to take it.
    to: String,
    /// `tcp` unless told, `udp`, `icmp`, `icmpv6`, `gre`, `all` or a number.
    protocol: Option<String>,
    /// The destination port; without it the answer is a set of ports. `any` is asked about one.
    port: Option<u16>,
    /// The client's port.
    source_port: Option<u16>,
}

/// Why a connection works or does not: the document `portreeve/explain/1`
#[utoipa::path(
    get, path = "/api/v1/explain", tag = "questions",
    params(Connection),
    responses(
        (status = 200, description = "The document that `portreeve explain --format json` prints", body = Value),
        (status = 422, description = "A word of the question means nothing", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn explain(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(asked): Asked<Connection>,
) -> Result<Response, Refused> {
    let query = Query {
        from: asked.from,
        to: asked.to,
        protocol: asked.protocol.filter(|word| !word.is_empty()).map(Word::Text),
        port: asked.port,
        source_port: asked.source_port,
    };
    let answered = move |scene: &Scene<'_>| {
        if query.from.eq_ignore_ascii_case("any") {
            return everybody(scene, &query);
        }
        let estate = scene.estate();
        let answer = query.ask(scene.explainer, estate, scene.lookup);
        let answer = answer.map_err(|why| Problem::Invalid(why.to_string()))?;
        let plans = answer.decisive().map_or(&[][..], |part| &part.plans);
        let commands: Vec<Vec<String>> = plans.iter().map(|plan| portreeve::commands(estate, plan)).collect();
        let told = Explained { estate, asked: query.asked(), answer: &answer, commands: &commands };
        let mut text = Vec::new();
        write_answer_json(&told, &mut text).map_err(|_| Problem::Internal)?;
        Ok(text)
    };
    let text = console.read(answered).await?;
    Ok(stream(move |out| out.write_all(&text)))
}

/// Everybody who can reach the end of a question.
fn everybody(scene: &Scene<'_>, query: &Query) -> Result<Vec<u8>, Problem> {
    let who = scene.who(query)?;
    let groups: Vec<Vec<&str>> = who.senders.iter().map(|it| scene.explainer.group_ids(it.class)).collect();
    let report = WhoReport { estate: scene.estate(), asked: query.asked(), who: &who, groups: &groups };
    let mut text = Vec::new();
    write_who_json(&report, &mut text).map_err(|_| Problem::Internal)?;
    Ok(text)
}

/// What an end of a question begins with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Typed {
    /// A part of an id, a name or an address.
    q: String,
}

/// What an end of a question may be: up to twenty servers, interfaces and addresses that hold what was typed
#[utoipa::path(
    get, path = "/api/v1/explain/ends", tag = "questions",
    params(Typed),
    responses((status = 200, body = Vec<Offer>))
)]
async fn ends(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(Typed { q }): Asked<Typed>,
) -> Result<Json<Vec<Offer>>, Refused> {
    Ok(Json(console.read(move |scene| Ok(offers(scene.estate(), &q))).await?))
}

/// What exposure is asked about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Of {
    /// Only this server, interface or address.
    to: Option<String>,
}

/// What the internet may open, on every interface that it can reach: the document `portreeve/exposure/1`
#[utoipa::path(
    get, path = "/api/v1/exposure", tag = "questions",
    params(Of),
    responses(
        (status = 200, description = "The document that `portreeve exposure --format json` prints", body = Value),
        (status = 422, description = "`to` means nothing", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn exposed(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(Of { to }): Asked<Of>,
) -> Result<Response, Refused> {
    let threads = console.options.threads;
    let found = move |scene: &Scene<'_>| {
        let named = |word: &str| -> Result<End, Problem> {
            end(scene.estate(), scene.lookup, word).map_err(|why| Problem::Invalid(why.to_string()))
        };
        let only = to.as_deref().filter(|word| !word.is_empty()).map(named).transpose()?;
        Ok((Arc::clone(scene.snapshot), exposure(scene.explainer, only.as_ref(), threads)))
    };
    let (snapshot, exposed) = console.read(found).await?;
    Ok(stream(move |out| {
        write_exposure_json(&ExposureReport { estate: &snapshot.estate, exposed: &exposed }, out)
    }))
}

/// Edits that are tried in memory.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Edits {
    /// As `portreeve whatif --do` takes them, such as `sg-web: allow tcp 443 from 0.0.0.0/0 priority 10 in`.
    #[schema(min_items = 1, max_items = 1000)]
    edits: Vec<String>,
    /// Only what concerns this server, interface, address or group.
    to: Option<String>,
}

/// What edits would open and close, and what would be found then: the document `portreeve/diff/1`
///
/// Nothing is changed.
#[utoipa::path(
    post, path = "/api/v1/whatif", tag = "questions",
    request_body = Edits,
    responses(
        (status = 200, description = "The document that `portreeve whatif --format json` prints", body = Value),
        (status = 422, description = "An edit means nothing", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn whatif(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Body(Edits { edits, to }): Body<Edits>,
) -> Result<Response, Refused> {
    let text = console.work(move |console| compare(console, &edits, to.as_deref())).await?;
    Ok(stream(move |out| out.write_all(&text)))
}

/// Edits that are to be put into commands.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Script {
    /// As `portreeve whatif --do` takes them.
    #[schema(min_items = 1, max_items = 1000)]
    edits: Vec<String>,
    /// `aliyun` or `hcloud` for commands of the vendor's tool, or `terraform`.
    tool: String,
}

/// Edits as a script, which nobody runs here
#[utoipa::path(
    post, path = "/api/v1/whatif/script", tag = "questions",
    request_body = Script,
    responses(
        (status = 200, description = "The script", body = String, content_type = "text/plain"),
        (status = 422, description = "An edit or the tool means nothing", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn commands(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Body(Script { edits, tool }): Body<Script>,
) -> Result<Response, Refused> {
    let most = console.options.config.settings.thresholds.rules_per_group;
    let text = move |scene: &Scene<'_>| {
        must_have_edits(&edits)?;
        let known = Tool::ALL.into_iter().find(|known| known.as_str() == tool);
        let names = Tool::ALL.map(|tool| format!("`{}`", tool.as_str())).join(", ");
        let unknown =
            || Problem::Invalid(format!("there is no tool `{}`: choose one of {names}", plain(&tool)));
        let tool = known.ok_or_else(unknown)?;
        let made = make(scene.estate(), &edits, most).map_err(|why| Problem::Invalid(why.to_string()))?;
        Ok(whatif_script(scene.estate(), &made, tool, "the last results"))
    };
    let text = console.read(text).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

fn must_have_edits(edits: &[String]) -> Result<(), Problem> {
    if edits.is_empty() {
        let why = "there is no edit: write one, as in `sg-web: allow tcp 443 from 0.0.0.0/0 in`";
        return Err(Problem::Invalid(why.to_owned()));
    }
    Ok(())
}

/// What differs between the documents of two runs: the document `portreeve/diff/1`
#[utoipa::path(
    get, path = "/api/v1/runs/{old}/diff/{new}", tag = "questions",
    params(
        ("old" = i64, Path, description = "The number of the run that came first"),
        ("new" = i64, Path, description = "The number of the other run")
    ),
    responses(
        (status = 200, description = "The document that `portreeve diff --format json` prints", body = Value),
        (status = 404, description = "There is no such run, or its documents were given up", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn difference(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Named(runs): Named<[i64; 2]>,
) -> Result<Response, Refused> {
    let text = console.work(move |console| between(console, runs.map(RunId))).await?;
    Ok(stream(move |out| out.write_all(&text)))
}

fn between(console: &Console, runs: [RunId; 2]) -> Result<Vec<u8>, Problem> {
    let [old, new] = [console.estate_of(runs[0])?, console.estate_of(runs[1])?];
    let estates = [old.estate(), new.estate()];
    let sources = runs.map(|run| format!("run {run}"));
    let (settings, waivers) = (console.every_item()?, console.waivers()?);
    let comparing = Comparing { settings: &settings, waivers: &waivers, today: today() };
    let comparison = comparing.compare(estates[0], estates[1], false);
    let report = comparison.report(estates, [&sources[0], &sources[1]], &[]);
    let mut text = Vec::new();
    write_diff_json(&report, &mut text).map_err(|_| Problem::Internal)?;
    Ok(text)
}

fn compare(console: &Console, edits: &[String], to: Option<&str>) -> Result<Vec<u8>, Problem> {
    let current = console.current().ok_or(Problem::NoResults)?;
    let Snapshot { estate: old, .. } = &*current.desk.snapshot;
    let settings = &console.options.config.settings;
    let invalid = |why: String| Problem::Invalid(why);
    must_have_edits(edits)?;
    let new =
        apply(old, edits, settings.thresholds.rules_per_group).map_err(|why| invalid(why.to_string()))?;
    let estates: [&Estate; 2] = [old, &new];
    let waivers = console.waivers()?;
    let comparing = Comparing { settings: &console.every_item()?, waivers: &waivers, today: today() };
    let mut comparison = comparing.compare(old, &new, true);
    if let Some(word) = to {
        comparison.narrow(estates, word).map_err(|why| invalid(why.to_string()))?;
    }
    let source = &console.options.estate;
    let report = comparison.report(estates, [source, source], edits);
    let mut text = Vec::new();
    write_diff_json(&report, &mut text).map_err(|_| Problem::Internal)?;
    Ok(text)
}
