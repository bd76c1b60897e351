//! Why a request gets no answer.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
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
    /// It is not known who asks.
    #[error("{0}")]
    Unknown(String),
    /// Somebody does this too often.
    #[error("too many {what}: wait {seconds} seconds")]
    TooMany {
        /// What is done too often.
        what: &'static str,
        /// How long to wait.
        seconds: u64,
    },
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
            Self::NoResults | Self::Conflict(_) | Self::Store(StoreError::Taken { .. }) => {
                StatusCode::CONFLICT
            }
            Self::NotFound(_) | Self::Store(StoreError::Unknown { .. }) => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Unknown(_) => StatusCode::UNAUTHORIZED,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Store(StoreError::Busy(_) | StoreError::Full { .. }) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Headers that say more about it.
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Self::TooMany { seconds, .. } = self {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        headers
    }
}
