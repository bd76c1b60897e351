//! The contract's words, one by one: who everyone is, what a finding says of servers, how far it can be relied on.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

#[path = "../common/mod.rs"]
mod common;
mod definition;
mod exposure;
mod fingerprints;
mod gaps;
mod own;
mod servers;
mod settings;
mod together;
mod witness;
