//! The façade that every program calls: sources in, answers out.
//!
//! A program [loads](load) sources, reads its [configuration](Config), [checks](checks::check) the estate, lets
//! [waivers and the baseline](Judge) decide what counts, writes a [report](report::Report) and ends with a [`Verdict`].

pub mod ask;
mod baseline;
pub mod certificate;
mod command;
mod config;
mod contribution;
mod diff;
pub mod fix;
mod judge;
mod lines;
pub mod load;
mod nearest;
mod verdict;
mod waiver;
pub mod whatif;

#[cfg(test)]
mod sample;

pub use baseline::{Baseline, BaselineError, parse_fingerprint};
pub use command::{Told, Tool, calls, commands, script, tools};
pub use config::{Config, ConfigError, WrittenItem};
pub use contribution::{Contribution, contributions};
pub use diff::{Comparing, Comparison};
pub use jiff::civil::Date;
pub use judge::{Judge, Judgement};
pub use lines::Lines;
pub use nearest::nearest;
pub use verdict::{FailOn, UnknownFailOn, Verdict, verdict};
pub use waiver::{Covers, Waiver};

pub use portreeve_certificate as verify;
pub use portreeve_checks as checks;
pub use portreeve_engine as engine;
pub use portreeve_explain as explain;
pub use portreeve_fix as planning;
pub use portreeve_model as model;
pub use portreeve_netset as netset;
pub use portreeve_report as report;

use portreeve_checks::{Item, Settings};
use portreeve_model::Estate;

/// Every item with its switch, in the order of the catalogue, the user's own last.
pub fn items(settings: &Settings) -> Vec<Item> {
    checks::check(&Estate::default(), settings).items
}
