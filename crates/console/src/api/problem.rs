//! Refusals for programs. Source: <https://www.rfc-editor.org/rfc/rfc9457>.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// Why a request was refused, as RFC 9457 has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemDetails {
    /// What kind of refusal it is, in a word or two.
    title: &'static str,
    /// The status of the response.
    status: u16,
    /// What is wrong, and what to do next.
    detail: String,
}

/// A refusal as `application/problem+json`.
pub(crate) fn problem(problem: &Problem) -> Response {
    let status = problem.status();
    let title = status.canonical_reason().unwrap_or("Refused");
    let details = ProblemDetails { title, status: status.as_u16(), detail: problem.to_string() };
    let mut response = (status, problem.headers(), Json(details)).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// What a request of a program is refused with.
#[derive(Debug)]
pub(super) struct Refused(Problem);

impl<P: Into<Problem>> From<P> for Refused {
    fn from(why: P) -> Self {
        Self(why.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        problem(&self.0)
    }
}
