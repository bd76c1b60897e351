//! The console: pages and a REST API over the façade and the store. It computes nothing about security groups itself.
//!
//! [`serve`] opens a site. A check is run when somebody asks for it; what it found is kept as a *snapshot* in memory, and in the
//! store. Pages are functions from a *scene* (the snapshot, and what people decided about it) to markup; they
//! run on the threads of a *desk*, so that nothing in here has to be asynchronous but its edge.

mod access;
mod addresses;
mod api;
mod asset;
mod console;
mod desk;
mod options;
mod own;
mod page;
mod past;
mod picture;
mod problem;
mod record;
mod run;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "for tests only")]
mod sample;
mod scene;
mod schedule;
mod server;
mod signal;
mod tally;
mod wide;

pub use access::{Access, AccountError, Accounts, Proxy, Role, Tls, UnknownRole};
pub use options::{ConsoleError, Options};
pub use record::{Record, RecordError, Recorded};
pub use server::serve;
