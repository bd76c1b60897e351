//! Why a request gets no answer.

use axum::http::StatusCode;
use portreeve_store::StoreError;

/// Why a request gets no answer. The text is for people, and shown escaped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// No run has ended yet.
    #[error("there are no results yet: obtain them on the page of the check")]
    NoResults,
    /// The address names nothing.
    #[error("{0}")]
    NotFound(String),
    /// The request makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The visitor may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// It cannot be done now.
    #[error("{0}")]
    Conflict(String),
    /// The store has trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of the console.
    #[error("the console failed to answer; its log says more")]
    Internal,
}

impl Problem {
    /// The status of the response.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NoResults | Self::Conflict(_) => StatusCode::CONFLICT,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Store(_) | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
