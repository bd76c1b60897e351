//! Why a store could not do what it was asked.

use std::io;

use thiserror::Error;

/// Why a store could not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The text after `--store` names no store.
    #[error("`{0}` names no store: write the path of a file, or `postgres://user@host/database`")]
    Place(String),
    /// There is nothing at this place, and nothing was to be made.
    #[error("there is no store at `{0}`: `portreeve check … --store` makes one")]
    Missing(String),
    /// There is something at this place already.
    #[error("`{0}` exists already: name a file that does not")]
    Exists(String),
    /// The place could not be opened.
    #[error("store `{place}` could not be opened: {why}")]
    Open {
        /// The store, without its password.
        place: String,
        /// What the database said.
        why: String,
    },
    /// A database of something else.
    #[error("`{0}` is no store of portreeve: name another file or an empty database")]
    Foreign(String),
    /// The store was made by a later version of the program.
    #[error(
        "store `{place}` has version {found}, and this program knows versions up to {known}: use the newer portreeve that made it"
    )]
    Newer {
        /// The store, without its password.
        place: String,
        /// The version of the store.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// No room is left. What was finished before is safe.
    #[error("store `{place}` has no room left ({why}): free some, or run `portreeve store prune`")]
    Full {
        /// The store, without its password.
        place: String,
        /// What the database said.
        why: String,
    },
    /// Somebody else has been writing for too long.
    #[error("store `{0}` is busy: another run is being written; try again when it has ended")]
    Busy(String),
    /// Anything else that the database said.
    #[error("store `{place}`: {why}")]
    Database {
        /// The store, without its password.
        place: String,
        /// What the database said.
        why: String,
    },
    /// What was read is not what was written.
    #[error("store `{place}`: {what} is damaged: restore a backup")]
    Damaged {
        /// The store, without its password.
        place: String,
        /// What is damaged.
        what: String,
    },
    /// A document could not be read or written.
    #[error("`{path}`: {why}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        why: io::Error,
    },
    /// A document was written to while it was read.
    #[error("`{0}` changed while it was read: run again when nothing writes to it")]
    Changed(String),
    /// A store that is restored into has to be empty.
    #[error("store `{0}` is not empty: restore into a new one")]
    NotEmpty(String),
    /// A name that somebody else has.
    #[error("store `{place}` has {what} already: choose another name")]
    Taken {
        /// The store, without its password.
        place: String,
        /// What there is.
        what: String,
    },
    /// Another number of runs than there are, and the like.
    #[error("store `{place}` has no {what}")]
    Unknown {
        /// The store, without its password.
        place: String,
        /// What was asked for.
        what: String,
    },
}
