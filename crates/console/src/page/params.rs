//! What stands behind the `?` of an address.

use std::convert::Infallible;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::console::Console;
use crate::problem::Problem;

/// The parameters of a page. Reading them never fails: what makes no sense is told by whoever asks for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// A parameter; one that is left empty is none. Of several the last counts.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let last = self.0.iter().rev().find(|(key, _)| key == name);
        last.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// A parameter as a form shows it again.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// A number, or why it is none; `what` names it, such as `port`.
    pub(crate) fn number<T: FromStr>(&self, name: &str, what: &str) -> Result<Option<T>, Problem> {
        let parse = |text: &str| {
            let why = || Problem::Invalid(format!("`{text}` is no {what}: write a number that can be one"));
            text.parse().map_err(|_| why())
        };
        self.get(name).map(parse).transpose()
    }

    /// The page that is wanted of a list.
    pub(crate) fn page(&self) -> Result<Option<usize>, Problem> {
        self.number("page", "page")
    }
}

impl FromRequestParts<Arc<Console>> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Console>) -> Result<Self, Infallible> {
        let read = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        Ok(Self(read.map(|Query(all)| all).unwrap_or_default()))
    }
}

/// An address with these parameters; empty ones are left out.
pub(crate) fn link(path: &str, params: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in params.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(name);
        address.push('=');
        address.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    address
}
