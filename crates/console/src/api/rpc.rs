//! The vendor's own call for risky security groups, so that existing scripts can be pointed here.
//!
//! Cloud Firewall answers `DescribeRiskSecurityGroupDetail` of version 2017-12-07, as its SDKs send it: parameters in the query or in a
//! form, the action there or in a header. A script proves who it is by a token of the API in place of the session token of
//! STS; its signature is not looked at.
//! Source: <https://api.aliyun.com/meta/v1/products/Cloudfw/versions/2017-12-07/api-docs.json>.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::Arc;

use axum::extract::{Form, FromRequest, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use portreeve::checks::{Certainty, Finding, Item, Risk, ServerState};
use portreeve::model::{GroupIx, InstanceIx, InterfaceIx};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::console::Console;
use crate::problem::Problem;
use crate::scene::Scene;

const ACTION: &str = "DescribeRiskSecurityGroupDetail";
const VERSION: &str = "2017-12-07";
/// The most groups of a page.
const MOST: usize = 500;

type Parameters = HashMap<String, String>;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/api/rpc", get(answer).post(answer))
}

/// Whether a request is a call and not for a page.
pub(super) fn is_call(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let calls = || parts.method == Method::POST || of_query(parts).contains_key("Action");
    path == "/api/rpc" || (path == "/" && calls())
}

/// Answers a call to the root, where the SDKs send it, in place of the page that is there.
pub(crate) async fn divert(state: State<Arc<Console>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let diverted = parts.uri.path() == "/" && is_call(&parts);
    let request = Request::from_parts(parts, body);
    if diverted { answer(state, request).await } else { next.run(request).await }
}

fn of_query(parts: &Parts) -> Parameters {
    Query::try_from_uri(&parts.uri).map_or_else(|_| Parameters::new(), |Query(read)| read)
}

/// The token of the API that a script sends as the session token of STS.
pub(crate) fn token(parts: &Parts) -> Option<String> {
    if !is_call(parts) {
        return None;
    }
    let header = parts.headers.get("x-acs-security-token").and_then(|sent| sent.to_str().ok());
    header.map(str::to_owned).or_else(|| of_query(parts).remove("SecurityToken"))
}

/// A refusal as the vendor's services word one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failed {
    request_id: String,
    host_id: &'static str,
    code: &'static str,
    message: String,
}

pub(super) fn refused(problem: &Problem) -> Response {
    let code = match problem {
        Problem::Unknown(_) => "InvalidSecurityToken.NotFound",
        Problem::Forbidden(_) => "Forbidden",
        Problem::NotFound(_) => "InvalidAction.NotFound",
        Problem::Invalid(_) => "InvalidParameter",
        Problem::NoResults | Problem::Conflict(_) => "NoCheckResult",
        Problem::TooMany { .. } => "Throttling",
        Problem::Store(_) | Problem::Internal => "InternalError",
    };
    let status = match problem.status() {
        // The vendor knows no other words for these.
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT => StatusCode::BAD_REQUEST,
        other => other,
    };
    let message = problem.to_string();
    (status, Json(Failed { request_id: request_id(), host_id: "portreeve", code, message })).into_response()
}

async fn answer(State(console): State<Arc<Console>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut parameters = of_query(&parts);
    for (header, name) in [("x-acs-action", "Action"), ("x-acs-version", "Version")] {
        if let Some(said) = parts.headers.get(header).and_then(|said| said.to_str().ok()) {
            parameters.insert(name.to_owned(), said.to_owned());
        }
    }
    if parts.method == Method::POST
        && let Ok(Form(form)) = Form::<Parameters>::from_request(Request::from_parts(parts, body), &()).await
    {
        parameters.extend(form);
    }
    let wanted = match Wanted::of(&parameters) {
        Ok(wanted) => wanted,
        Err(problem) => return refused(&problem),
    };
    match console.read(move |scene| Ok(detail(scene, &wanted))).await {
        Ok(detail) => Json(detail).into_response(),
        Err(problem) => refused(&problem),
    }
}

/// What a call asks for.
#[derive(Debug)]
struct Wanted {
    page: usize,
    size: usize,
    region: Option<String>,
    group: Option<String>,
    name: Option<String>,
    rule: Option<String>,
}

impl Wanted {
    fn of(parameters: &Parameters) -> Result<Self, Problem> {
        let said = |name: &str| parameters.get(name).filter(|text| !text.is_empty()).cloned();
        let action = said("Action").unwrap_or_default();
        if action != ACTION || said("Version").is_some_and(|version| version != VERSION) {
            let why = format!("`{action}` is not answered here, but `{ACTION}` of version {VERSION}");
            return Err(Problem::NotFound(why));
        }
        let number = |name: &str, without: usize| match said(name) {
            None => Ok(without),
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| (1..=1_000_000).contains(number))
                .ok_or_else(|| Problem::Invalid(format!("`{text}` cannot be the parameter {name}"))),
        };
        Ok(Self {
            page: number("PageNo", 1)?,
            size: number("PageSize", 10)?.min(MOST),
            region: said("RegionId"),
            group: said("InstanceId"),
            name: said("InstanceName"),
            rule: said("RuleUuid"),
        })
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor names them so")]
struct Detail {
    page_no: usize,
    page_size: usize,
    request_id: String,
    risk_sg_detail: Vec<Group>,
    total_count: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    ecs_count: usize,
    ecs_info: Vec<Server>,
    instance_id: String,
    instance_name: String,
    region_no: String,
    risk_level: &'static str,
    rule_info: Vec<Rule>,
    vpc_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Server {
    ecs_instance_id: String,
    ecs_instance_name: String,
    private_ip: String,
    public_ip: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor names them so")]
struct Rule {
    description: String,
    risk_level: &'static str,
    rule_name: String,
    rule_status: &'static str,
    rule_uuid: String,
    suggestion: String,
}

fn detail(scene: &Scene<'_>, wanted: &Wanted) -> Detail {
    let estate = scene.estate();
    let is =
        |wanted: &Option<String>, text| wanted.as_deref().is_none_or(|wanted| wanted == estate.text(text));
    let groups = estate.each_group().filter(|(_, group)| {
        is(&wanted.region, group.region) && is(&wanted.group, group.id) && is(&wanted.name, group.name)
    });
    let risky: Vec<(GroupIx, Vec<&Finding>)> = groups
        .map(|(ix, _)| (ix, findings(scene, ix, wanted.rule.as_deref())))
        .filter(|(_, findings)| !findings.is_empty())
        .collect();
    let page = risky.iter().skip((wanted.page - 1).saturating_mul(wanted.size)).take(wanted.size);
    Detail {
        page_no: wanted.page,
        page_size: wanted.size,
        request_id: request_id(),
        risk_sg_detail: page.map(|(ix, findings)| group(scene, *ix, findings)).collect(),
        total_count: risky.len(),
    }
}

/// The sure findings on a group that count: the vendor knows no others.
fn findings<'a>(scene: &Scene<'a>, group: GroupIx, rule: Option<&str>) -> Vec<&'a Finding> {
    let positions = scene.snapshot.finds.by_group.get(&group).map_or(&[][..], Vec::as_slice);
    let counts = |at, finding: &Finding| {
        scene.is_on(finding.item)
            && finding.certainty == Certainty::Sure
            && scene.decided.status(at).counts()
            && rule.is_none_or(|rule| uuid_of(&scene.snapshot.outcome.item(finding).id) == rule)
    };
    let found = scene.findings(positions).filter(|(at, finding)| counts(*at, finding));
    found.map(|(_, finding)| finding).collect()
}

fn group(scene: &Scene<'_>, ix: GroupIx, findings: &[&Finding]) -> Group {
    let estate = scene.estate();
    let said = estate.group(ix);
    let items: Vec<&Item> = findings.iter().map(|finding| scene.snapshot.outcome.item(finding)).collect();
    let worst = items.iter().map(|item| item.risk).max().unwrap_or(Risk::Info);
    let at_risk = findings.iter().flat_map(|finding| &finding.servers);
    let at_risk = at_risk.filter(|server| server.state == ServerState::AtRisk);
    // Of a server with several interfaces at risk, the first is shown.
    let mut servers: BTreeMap<InstanceIx, InterfaceIx> = BTreeMap::new();
    for server in at_risk {
        if let Some(instance) = estate.interface(server.interface).instance {
            servers.entry(instance).or_insert(server.interface);
        }
    }
    let network = said.network.map(|network| estate.text(estate.network(network).id).to_owned());
    Group {
        ecs_count: servers.len(),
        ecs_info: servers.into_iter().map(|(instance, at)| server(scene, instance, at)).collect(),
        instance_id: estate.text(said.id).to_owned(),
        instance_name: estate.text(said.name).to_owned(),
        region_no: estate.text(said.region).to_owned(),
        risk_level: level(worst),
        rule_info: items.into_iter().map(rule).collect(),
        vpc_id: network.unwrap_or_default(),
    }
}

fn server(scene: &Scene<'_>, instance: InstanceIx, interface: InterfaceIx) -> Server {
    let estate = scene.estate();
    let (instance, interface) = (estate.instance(instance), estate.interface(interface));
    let private = interface.addresses.first().map(|address| address.private.to_string());
    let public = interface.addresses.iter().find_map(|address| address.public);
    Server {
        ecs_instance_id: estate.text(instance.id).to_owned(),
        ecs_instance_name: estate.text(instance.name).to_owned(),
        private_ip: private.unwrap_or_default(),
        public_ip: public.map(|public| public.to_string()).unwrap_or_default(),
    }
}

fn rule(item: &Item) -> Rule {
    Rule {
        description: item.title.to_string(),
        risk_level: level(item.risk),
        rule_name: item.id.to_string(),
        rule_status: "enable",
        rule_uuid: uuid_of(&item.id),
        suggestion: item.suggestion.to_string(),
    }
}

/// The vendor has three levels, of which the lowest is `low`.
fn level(risk: Risk) -> &'static str {
    match risk {
        Risk::High => "high",
        Risk::Medium => "medium",
        Risk::Low | Risk::Info => "low",
    }
}

/// A UUID that an item always has, of the version that leaves its bits to whoever makes it.
/// Source: <https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8>.
fn uuid_of(item: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(item).into();
    uuid(&digest, 8)
}

fn request_id() -> String {
    let mut bytes = [0; 16];
    // An id that is not random serves as well: nothing depends on it.
    let _ = getrandom::fill(&mut bytes);
    uuid(&bytes, 4).to_uppercase()
}

fn uuid(bytes: &[u8], version: u8) -> String {
    let mut text = String::new();
    for (at, byte) in bytes.iter().take(16).enumerate() {
        let byte = match at {
            6 => (byte & 0x0f) | (version << 4),
            8 => (byte & 0x3f) | 0x80,
            _ => *byte,
        };
        let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{dash}{byte:02x}");
    }
    text
}
