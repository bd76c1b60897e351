//! What a console is opened with, and why it may not open.

use std::net::SocketAddr;

use portreeve::Config;
use portreeve_store::{Place, StoreError};

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
    /// The system refuses what a server needs.
    #[error("the console cannot run: {0}")]
    System(#[from] std::io::Error),
}
