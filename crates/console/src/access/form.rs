//! Forms that change something.

use std::sync::Arc;

use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Visitor;
use crate::console::Console;
use crate::page;
use crate::problem::Problem;

/// A form that changes something, posted by a page of ours: its token was looked at. All fields of `T` are texts.
pub(crate) struct Posted<T>(pub(crate) Visitor, pub(crate) T);

#[derive(Deserialize)]
struct Tokened<T> {
    token: String,
    #[serde(flatten)]
    form: T,
}

impl<T: DeserializeOwned + Send> FromRequest<Arc<Console>> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Arc<Console>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, console).await;
        let request = Request::from_parts(parts, body);
        let refused = |problem: Problem| page::refused(&visitor, &problem).into_response();
        let Form(Tokened { token, form }) =
            Form::<Tokened<T>>::from_request(request, console).await.map_err(|why| {
                refused(Problem::Invalid(format!("the form is not understood: {}", why.body_text())))
            })?;
        if token != *visitor.token {
            let why = "this form is out of date: load its page again and send it once more".to_owned();
            return Err(refused(Problem::Forbidden(why)));
        }
        Ok(Self(visitor, form))
    }
}
