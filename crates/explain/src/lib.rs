//! Why a connection does or does not work, and what can reach what.
//!
//! A [`Question`] names two [ends](End). The path builder lists every checkpoint that the connection meets, in order: the
//! sender's groups, what the platform blocks, network ACLs, the route, the receiver's groups, its own firewall and what listens.
//! Each checkpoint is asked by itself, also behind the first that says no, because a user wants every cause and not the
//! first. What the documents do not show is no checkpoint: it is listed as not modelled, and where it could turn the answer the
//! answer is unknown.

mod answer;
mod carrier;
mod cause;
mod change;
mod connect;
mod door;
mod end;
mod exact;
mod explainer;
mod exposure;
mod links;
mod listen;
mod path;
mod question;
mod route;
mod say;
mod sets;
mod through;
mod ways;
mod who;

pub use answer::{Answer, Layer, Part, Ruling, Step, Told, Verdict};
pub use cause::{Cause, cause_ids};
pub use change::{Change, Plan};
pub use door::{Door, Through};
pub use end::{End, Lookup, Spot, internet_addresses, internet_prefixes};
pub use explainer::{Explainer, Options};
pub use exposure::{Exposed, exposure, internet_share};
pub use links::{Link, Sender, links};
pub use question::{Question, Unanswerable};
pub use who::{Senders, Who};
