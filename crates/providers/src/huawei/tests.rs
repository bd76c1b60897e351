//! Documents as they really are, on small pieces of JSON: one table for each kind of trap.
