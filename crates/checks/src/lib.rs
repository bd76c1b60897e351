//! The check items: what portreeve asks of every estate.
//!
//! A check is a question about a set of traffic, not a loop over rules. The service items are rows of one table
//! ([`catalogue::services`]) and share one predicate; what asks beyond ports has a file of its own. [`check`] runs all of
//! them over one set of views, each made in one sweep.

mod audience;
pub mod catalogue;
mod check;
mod everyone;
mod evidence;
mod excessive_groups;
mod exposure;
mod finding;
mod group_quota;
mod item;
mod meta;
mod needless_rules;
mod never_acts;
mod open_egress;
mod open_ports;
mod openness;
mod platform_added_rule;
mod rule_quota;
mod run;
mod settings;
mod sharing;
mod shield;
mod too_many_rules;
mod unused_group;
mod view;

pub use audience::{Audience, Open, Opening, openings};
pub use check::{check, check_groups};
pub use finding::{
    AtRisk, Certainty, Exposure, Extent, Finding, Fingerprint, ItemIx, Outcome, Server, ServerState, Traffic,
};
pub use item::Item;
pub use meta::{Meta, Risk, Service, UnknownRisk};
pub use portreeve_engine::RuleRef;
pub use settings::{OwnItem, Settings, Thresholds};
