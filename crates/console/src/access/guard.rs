//! What every request passes before a page or the API sees it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::host::own_page;
use crate::api;
use crate::console::Console;
use crate::problem::Problem;

/// Admits a request to a host of ours, from a page of ours, by somebody who is known.
pub(crate) async fn guard(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Err(problem) = console.gate.hosts.admit(&parts).and_then(|()| own_page(&parts)) {
        return refused(&parts, &problem);
    }
    let needed = !is_public(parts.uri.path());
    let mut said = console.gate.credentials(&parts);
    if said.token.is_none() {
        said.token = api::rpc_token(&parts);
    }
    match console.work(move |console| console.identify(&said)).await {
        Ok(Some(visitor)) => {
            parts.extensions.insert(visitor);
        }
        Ok(None) if needed => return unknown_visitor(&parts),
        Err(problem) if needed => return refused(&parts, &problem),
        Ok(None) | Err(_) => {}
    }
    next.run(Request::from_parts(parts, body)).await
}

/// What anybody may see: how to log in, what the pages look like, and whether the console is well.
fn is_public(path: &str) -> bool {
    matches!(path, "/login" | "/healthz" | "/readyz") || path.starts_with("/asset/")
}

/// Sends a person to the page where they log in, and tells a program.
pub(crate) fn unknown_visitor(parts: &Parts) -> Response {
    if api::is_api(parts) {
        let problem =
            Problem::Unknown("say who you are: send `Authorization: Bearer` and a token".to_owned());
        return refused(parts, &problem);
    }
    if parts.method != Method::GET {
        return Redirect::to("/login").into_response();
    }
    let wanted = parts.uri.path_and_query().map_or("/", |wanted| wanted.as_str());
    Redirect::to(&format!("/login?next={}", utf8_percent_encode(wanted, NON_ALPHANUMERIC))).into_response()
}

/// A refusal that needs no visitor to be shown.
fn refused(parts: &Parts, problem: &Problem) -> Response {
    let mut response = if api::is_api(parts) {
        api::refuse(parts, problem)
    } else {
        (problem.status(), problem.to_string()).into_response()
    };
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
