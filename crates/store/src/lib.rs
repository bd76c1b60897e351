//! What portreeve remembers: documents as received, runs, settings, and the history of findings.
//!
//! A [`Store`] is an `SQLite` file or a `PostgreSQL` database, behind one schema and one set of statements. It keeps what cannot be
//! computed again: the [documents](Store::documents) of each [run](Store::runs), when each finding was
//! [first seen, last seen, fixed and reopened](Store::life), [switches](Store::switches), [waivers](Store::waivers) and an
//! [audit log](Store::audit_log). What can be computed again is a cache, and [may be forgotten](Store::forget_derived) at any time.
//!
//! For a console it also keeps [users](Store::users), [API tokens](Store::tokens), [sessions](Store::session),
//! [settings](Store::settings) and [marks](Store::marks) on findings, and tells the trend of [findings](Store::trend) and of
//! [exposure](Store::exposures), and how [two runs differ](Store::difference). It knows no passwords and no secrets: only what a caller made of them.
//!
//! Everything blocks. A program that is asynchronous calls it on a thread that may block, with
//! `tokio::task::spawn_blocking(move || store.latest(…))` and the store in an `Arc`: calling it right inside a task of tokio panics.
//! There is no clock in here: whoever calls says what time it is.

mod audit;
mod backup;
mod compare;
mod database;
mod decision;
mod document;
mod error;
mod exposure;
mod history;
mod latest;
mod mark;
mod place;
mod prune;
mod run;
mod schema;
mod session;
mod setting;
mod store;
mod tally;
mod text;
mod token;
mod trend;
mod user;
mod words;

pub use audit::{By, Entry};
pub use compare::{Apart, Compared, Difference};
pub use decision::{Covered, ItemSwitch, Waiver};
pub use document::Document;
pub use error::StoreError;
pub use exposure::{Exposure, ExposurePoint};
pub use history::{Life, Span};
pub use latest::{Cursor, Held, ItemResult, Latest, Wanted};
pub use mark::{Mark, Marked};
pub use place::Place;
pub use prune::{Policy, Pruned};
pub use run::{Asked, Ended, Found, NewRun, Outcome, RunWriter};
pub use session::Session;
pub use setting::Setting;
pub use store::{Estate, Moment, Run, RunId, Store};
pub use tally::Tally;
pub use token::{ApiToken, Holder, NewToken};
pub use trend::{RiskCount, TrendPoint};
pub use user::{NewUser, User, UserChange};
