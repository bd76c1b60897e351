//! Whether the console is well, for machines: liveness, readiness, and figures for Prometheus.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use portreeve::checks::Risk;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::access::Visitor;
use crate::console::{Console, Current};
use crate::record::now;

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new()
        .route("/healthz", get(async || "well\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(figures))
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: String,
    /// The route and never the path: that would have as many values as there are objects.
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRisk {
    risk: &'static str,
}

/// What the console counts and measures.
#[derive(Debug)]
pub(crate) struct Figures {
    registry: Registry,
    requests: Family<Asked, Counter>,
    durations: Family<Route, Histogram>,
    findings: Family<OfRisk, Gauge>,
    age: Gauge,
}

impl Figures {
    pub(crate) fn new() -> Self {
        let durations: Family<Route, Histogram> =
            // From one millisecond to eight seconds.
            Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.001, 2.0, 14)));
        let (requests, findings, age) = (Family::default(), Family::default(), Gauge::default());
        let mut registry = Registry::with_prefix("portreeve");
        registry.register("requests", "Requests that were answered", Family::clone(&requests));
        let help = "How long answers took until their first byte";
        registry.register_with_unit("request_duration", help, Unit::Seconds, durations.clone());
        let help = "Findings of the last run that count, of items that are on";
        registry.register("findings", help, Family::clone(&findings));
        let help = "How long ago the last run ended; -1 without results";
        registry.register_with_unit("last_run_age", help, Unit::Seconds, age.clone());
        Self { registry, requests, durations, findings, age }
    }
}

/// Counts a request and measures how long its answer takes.
pub(crate) async fn measure(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().as_str().chars().take(8).collect();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let figures = &console.figures;
    figures.durations.get_or_create(&Route { route: route.clone() }).observe(begun.elapsed().as_secs_f64());
    let asked = Asked { method, route, status: response.status().as_u16() };
    figures.requests.get_or_create(&asked).inc();
    response
}

async fn ready(State(console): State<Arc<Console>>) -> Response {
    match console.work(|console| Ok(console.store.estates()?)).await {
        Ok(_) => "ready\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response(),
    }
}

/// The figures in the text format of `OpenMetrics`, which Prometheus reads.
/// Source: <https://prometheus.io/docs/specs/om/open_metrics_spec/>.
async fn figures(State(console): State<Arc<Console>>, _: Visitor) -> Response {
    let Figures { registry, findings, age, .. } = &console.figures;
    let current = console.current();
    let finished = current.as_ref().map(|current| current.desk.snapshot.run.finished.0);
    age.set(finished.map_or(-1, |finished| (now().0 - finished) / 1000));
    for (risk, count) in Risk::ALL.into_iter().zip(counts(current.as_ref())) {
        findings.get_or_create(&OfRisk { risk: risk.as_str() }).set(count);
    }
    let mut text = String::new();
    if encode(&mut text, registry).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// How many findings of each risk count.
fn counts(current: Option<&Current>) -> [i64; Risk::ALL.len()] {
    let Some(Current { desk, decided }) = current else { return [0; Risk::ALL.len()] };
    let outcome = &desk.snapshot.outcome;
    Risk::ALL.map(|risk| {
        let counts = |at: usize, item: usize| {
            decided.on.get(item).copied().unwrap_or(true) && decided.status(at).counts()
        };
        let findings = outcome.findings.iter().enumerate();
        let of_risk = findings.filter(|(_, finding)| outcome.item(finding).risk == risk);
        let count = of_risk.filter(|(at, finding)| counts(*at, usize::from(finding.item.0))).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    })
}
