//! The check items: what portreeve asks of every estate.

pub mod catalogue;
mod finding;
mod item;
mod meta;
mod settings;

pub use finding::{
    AtRisk, Certainty, Exposure, Extent, Finding, Fingerprint, ItemIx, Outcome, RuleRef, Server, ServerState, Traffic,
};
pub use item::Item;
pub use meta::{Meta, Risk, Service};
pub use settings::{OwnItem, Settings, Thresholds};
