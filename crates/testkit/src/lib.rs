//! Notation, random estates, the naive oracle and the laws, for tests only.
//!
//! Nothing here knows the engine or its sets: what it says about a packet is a second, independent answer.

pub mod generate;
mod kind;
pub mod laws;
pub mod notation;
pub mod oracle;
pub mod shrink;

pub use kind::Kind;
pub use notation::{Case, NotationError, parse, print};
pub use oracle::{Answer, Packet, Place, Verdict, Why, decide};
