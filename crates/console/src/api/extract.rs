//! What requests of programs carry: parameters, and changes with the proof that the sender means them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use super::problem::{Refused, problem};
use crate::access::{Visitor, same};
use crate::console::Console;
use crate::problem::Problem;

/// The most rows that a page of a list has.
pub(super) const MOST: usize = 500;

/// The parameters of an address.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let read = Query::<T>::try_from_uri(&parts.uri);
        read.map(|Query(asked)| Self(asked)).map_err(|why| Problem::Invalid(why.body_text()).into())
    }
}

/// What the address names.
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(named)| Self(named)).map_err(|why| Problem::Invalid(why.body_text()).into())
    }
}

/// The body of a question that changes nothing.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let read = Json::<T>::from_request(request, state).await;
        read.map(|Json(body)| Self(body)).map_err(|why| Problem::Invalid(why.body_text()).into())
    }
}

/// Somebody who means to change something: a program with a token of the API, or a session that proves that its own page sends this.
pub(super) struct Means(pub(super) Visitor);

impl FromRequestParts<Arc<Console>> for Means {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, console).await?;
        let sent = parts.headers.get("x-csrf-token").and_then(|sent| sent.to_str().ok());
        if visitor.is_program() || sent.is_some_and(|sent| same(sent, &visitor.token)) {
            return Ok(Self(visitor));
        }
        let why = "send the header `X-CSRF-Token` with the `csrf_token` of /api/v1/me, or a token of the API";
        Err(problem(&Problem::Forbidden(why.to_owned())).into_response())
    }
}
