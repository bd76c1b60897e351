//! What a console is opened with, and why it may not open.

use std::net::SocketAddr;

use portreeve::Config;
use portreeve_store::{Place, StoreError};

use crate::access::Access;

/// What a console is opened with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Files and folders of API responses, read anew by each run.
    pub sources: Vec<String>,
    /// What the store calls these sources.
    pub estate: String,
    /// Where the store is.
    pub store: Place,
    /// Own items, thresholds, switches and waivers of the configuration file.
    pub config: Config,
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// How people may come in.
    pub access: Access,
    /// Whether documents that cannot be read become gaps, instead of failing the run.
    pub keep_going: bool,
    /// On how many threads to read, check and answer.
    pub threads: usize,
}

/// Why a console does not open.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// The store has trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address cannot be had.
    #[error("cannot listen on `{listen}`: {why}; choose another address with `--listen`")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system says.
        why: std::io::Error,
    },
    /// Anybody could come in.
    #[error(
        "`{0}` can be reached from other machines, and nobody would have to log in: add an administrator to the store with \
         `portreeve users add NAME --role admin`, or name the proxy that logs people in with `--trust-proxy` and `--trust-header`"
    )]
    Unguarded(SocketAddr),
    /// The header of the proxy cannot be one.
    #[error("`{0}` cannot be the name of a header: write one such as `X-Forwarded-User`")]
    Header(String),
    /// The certificate or its key cannot be used.
    #[error("`{path}` cannot be used for TLS: {why}")]
    Tls {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The system refuses what a server needs.
    #[error("the console cannot run: {0}")]
    System(#[from] std::io::Error),
}
