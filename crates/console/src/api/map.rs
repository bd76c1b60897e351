//! The map: which classes of interfaces let in the internet and each other.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use portreeve::engine::{ClassIx, Index, Source};
use portreeve::explain::{Link, Sender};
use portreeve::netset::protocol;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::check::PageOf;
use super::extract::Asked;
use super::problem::{ProblemDetails, Refused};
use crate::access::Visitor;
use crate::console::Console;
use crate::page::{LinkFilter, links_wanted};
use crate::problem::Problem;
use crate::scene::Scene;

pub(super) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(map))
}

/// Which links are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only those from or to a security group or network whose id or name has this in it.
    q: Option<String>,
    /// Only those from or to what has this tag, `key` or `key=value`.
    tag: Option<String>,
    /// Only those that let this port of TCP or UDP through.
    port: Option<u16>,
    /// Which page, counted from 1.
    #[param(minimum = 1)]
    page: Option<usize>,
    /// How many rows a page has: 50 unless told, 500 at most.
    #[param(minimum = 1, maximum = 500)]
    per_page: Option<usize>,
}

/// What one rule lets one class of interfaces, a network or the internet open on a class.
#[derive(Debug, Serialize, ToSchema)]
struct LinkRow {
    from: EndRow,
    to: EndRow,
    services: Vec<ServiceRow>,
    /// The rule that lets it in, by its id; null where no rule of the input does: members of one group reach each other, or the
    /// platform lets it in.
    rule: Option<String>,
}

/// One end of a link.
#[derive(Debug, Serialize, ToSchema)]
struct EndRow {
    /// `internet`, `network` for all of a network, or `class` for the interfaces that share their security groups.
    kind: &'static str,
    /// The network, by id, where it is known.
    network: Option<String>,
    /// The security groups of a class, by id.
    security_groups: Vec<String>,
    /// How many interfaces a class has.
    interfaces: usize,
}

/// A protocol with its ports.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceRow {
    /// The number of the IP protocol; null is every one that no rule names.
    protocol: Option<u8>,
    /// The destination ports, such as `22,8000-8999`; null where the protocol has none.
    ports: Option<String>,
}

fn class(index: &Index<'_>, ix: ClassIx) -> EndRow {
    let (estate, class) = (index.estate(), index.class(ix));
    let home = class.interfaces.first().and_then(|ix| estate.interface(*ix).network);
    EndRow {
        kind: "class",
        network: home.map(|ix| estate.text(estate.network(ix).id).to_owned()),
        security_groups: class.groups.iter().map(|ix| estate.text(estate.group(*ix).id).to_owned()).collect(),
        interfaces: class.interfaces.len(),
    }
}

fn sender(index: &Index<'_>, who: Sender) -> EndRow {
    let whole = |kind, network| EndRow { kind, network, security_groups: Vec::new(), interfaces: 0 };
    let estate = index.estate();
    match who {
        Sender::Internet => whole("internet", None),
        Sender::Network(ix) => whole("network", Some(estate.text(estate.network(ix).id).to_owned())),
        Sender::Class(ix) => class(index, ix),
    }
}

fn row(index: &Index<'_>, link: &Link) -> LinkRow {
    let estate = index.estate();
    let rule = match link.by {
        Some(Source::Rule(at)) => {
            let group = estate.group(at.group);
            group.rules.get(at.rule as usize).map(|rule| estate.rule_name(group.id, rule))
        }
        _ => None,
    };
    let service = |(number, ports): &(Option<u8>, _)| ServiceRow {
        protocol: *number,
        ports: number.is_some_and(protocol::has_ports).then(|| ToString::to_string(ports)),
    };
    LinkRow {
        from: sender(index, link.from),
        to: class(index, link.to),
        services: link.services.iter().map(service).collect(),
        rule,
    }
}

/// Who may open connections on whom, by security groups alone, paged and filtered
///
/// What network ACLs, routes and firewalls of servers stop is told by `GET /api/v1/explain`.
#[utoipa::path(
    get, path = "/api/v1/map", tag = "estate",
    params(Wanted),
    responses(
        (status = 200, body = PageOf<LinkRow>),
        (status = 409, description = "There are no results yet, or it is still being computed", body = ProblemDetails, content_type = "application/problem+json")
    )
)]
async fn map(
    State(console): State<Arc<Console>>,
    _: Visitor,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<PageOf<LinkRow>>, Refused> {
    console.wide().await?;
    let found = move |scene: &Scene<'_>| {
        let wide = scene.snapshot.wide.get().ok_or(Problem::NoResults)?;
        let (index, links) = (scene.index(), &wide.links);
        let said = |text: &'_ Option<String>| text.clone().filter(|words| !words.is_empty());
        let (text, tag) = (said(&wanted.q), said(&wanted.tag));
        let filter = LinkFilter { text: text.as_deref(), tag: tag.as_deref(), port: wanted.port };
        let all = links_wanted(index, links, &filter);
        PageOf::of(wanted.page, wanted.per_page, &all, |shown| {
            Ok(shown.iter().filter_map(|at| links.get(*at)).map(|link| row(index, link)).collect())
        })
    };
    Ok(Json(console.read(found).await?))
}
