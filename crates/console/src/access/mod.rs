//! Who visits, and what they may do.
//!
//! Every request passes [`guard`](guard::guard), which looks at the host that it names, at the page that sent it, and at who sent it. Pages
//! and the API ask the [`Visitor`] whether that is enough for what they do.

mod account;
mod audit;
mod form;
mod guard;
mod host;
mod identify;
mod limit;
mod login;
mod options;
mod own;
mod password;
mod secret;
mod users;

use std::str::FromStr;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

pub use self::account::{AccountError, Accounts};
pub(crate) use self::form::Posted;
pub(crate) use self::guard::{guard, unknown_visitor};
pub(crate) use self::identify::Gate;
pub use self::options::{Access, Proxy, Tls};
pub(crate) use self::own::PAGE as ACCOUNT;
pub(crate) use self::secret::{same, secret};
use crate::console::Console;
use crate::problem::Problem;

/// What a visitor may do: each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Switches items, waives findings, runs checks.
    Operator,
    /// Everything, users and settings too.
    Admin,
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role: write `viewer`, `operator` or `admin`")]
pub struct UnknownRole(String);

impl Role {
    /// All of them, the one that may do the least first.
    pub(crate) const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    /// The role as it is typed and stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// How a visitor is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// By sitting at this machine, where nobody has to log in.
    Local,
    /// By a session.
    Session,
    /// By a token of the API, which no browser sends by itself.
    Token,
    /// By the word of a proxy.
    Proxy,
}

/// Who makes a request.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// How the audit log names them.
    pub(crate) name: Arc<str>,
    /// What they may do.
    pub(crate) role: Role,
    /// What a form that changes something must carry.
    pub(crate) token: Arc<str>,
    /// How they are known.
    pub(crate) known: Known,
}

impl Visitor {
    /// Whether a program asks, with a token that no page of another site could have sent.
    pub(crate) fn is_program(&self) -> bool {
        self.known == Known::Token
    }

    /// Refuses what only a higher role may do.
    pub(crate) fn must(&self, role: Role) -> Result<(), Problem> {
        if self.role >= role {
            return Ok(());
        }
        let who = match role {
            Role::Viewer => "a viewer",
            Role::Operator => "an operator",
            Role::Admin => "an administrator",
        };
        Err(Problem::Forbidden(format!("only {who} may do this; you are `{}`", self.name)))
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        // Only a page that needs no visitor is reached without one.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| unknown_visitor(parts))
    }
}

pub(crate) fn routes() -> Router<Arc<Console>> {
    Router::new().merge(login::routes()).merge(own::routes()).merge(users::routes()).merge(audit::routes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
