//! The REST API.

mod problem;

use axum::http::request::Parts;

pub(crate) use self::problem::problem;

/// Whether a program asks, so that a refusal is no page.
pub(crate) fn is_api(parts: &Parts) -> bool {
    parts.uri.path().starts_with("/api/v1") || parts.uri.path() == "/metrics"
}

/// The token that an existing script sends as the one of its session.
pub(crate) fn rpc_token(_: &Parts) -> Option<String> {
    None
}
