//! Alibaba Cloud: bytes of ECS and VPC responses to an estate and its gaps.
//!
//! `wire` is what the JSON looks like, `convert` turns one response into rows, `assemble` unites the rows of all
//! responses into the estate, `profile` is how the vendor evaluates groups, `patch` writes edits back into responses.

mod assemble;
mod convert;
mod kind;
mod patch;
mod profile;
mod row;
mod wire;

#[cfg(test)]
mod tests;

pub(crate) use assemble::Account;
pub(crate) use convert::Batch;
pub(crate) use kind::Kind;
pub use patch::rule_words;
pub(crate) use patch::{new_group, patch};
pub(crate) use wire::Request;
