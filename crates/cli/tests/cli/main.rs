//! The program from outside: what it takes, what it prints and how it ends, held against its public contract.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::type_complexity,
    reason = "a test that cannot set itself up has failed"
)]
#![cfg(test)]

mod bad_input;
mod common;
mod configuration;
mod contract;
mod diff;
mod example;
mod exit_codes;
mod explain;
mod fix;
mod formats;
mod gaps;
mod sample;
mod serve;
mod sources;
mod store;
mod streams;
mod users;
mod verbs;
mod verify;
mod whatif;
