//! The algebra against brute force: every operation, the canonical form, sizes, prefixes and witnesses.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod addresses;
mod atoms;
mod cardinalities;
mod cidrs;
mod intervals;
mod packets;
mod packets_by_hand;
mod witnesses;

use std::hash::{DefaultHasher, Hash, Hasher};

/// The hash of a value, to show that equal sets hash alike.
fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
