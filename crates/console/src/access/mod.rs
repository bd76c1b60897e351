//! Who visits, and what they may do.

mod form;

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

pub(crate) use self::form::Posted;
use crate::console::Console;
use crate::problem::Problem;

/// What a visitor may do: each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Reads.
    Viewer,
    /// Switches items, waives findings, runs checks.
    Operator,
    /// Everything, users and settings too.
    Admin,
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
}

impl Visitor {
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

impl FromRequestParts<Arc<Console>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, console: &Arc<Console>) -> Result<Self, Infallible> {
        Ok(Self { name: "local".into(), role: Role::Admin, token: Arc::clone(&console.token) })
    }
}
