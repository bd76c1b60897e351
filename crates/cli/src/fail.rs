//! Why a command could not do its work.

use std::error::Error;
use std::io;

/// What ends a command early.
#[derive(Debug)]
pub(crate) enum Fail {
    /// Nobody reads the output any more, as in `portreeve … | head`.
    ClosedPipe,
    /// What to tell the user.
    Message(String),
}

impl Fail {
    /// A failure to write to somewhere.
    pub(crate) fn writing(place: &str, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::ClosedPipe
        } else {
            Self::Message(format!("`{place}` could not be written: {error}"))
        }
    }
}

impl<E: Error> From<E> for Fail {
    fn from(error: E) -> Self {
        Self::Message(error.to_string())
    }
}
