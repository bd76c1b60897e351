//! Judges what filters say of boxes of traffic, by reading rules one by one: the small part of checking certificates that has to be trusted.
//!
//! A certificate divides traffic into boxes and names, for each, the rule (or default) that decides it. [`judge`] holds every box against the
//! rules as the documents have them: the named rule has to match all of the box, and no rule that goes before may touch it. The boxes come
//! as a tree of cuts, so that they are disjoint and leave nothing out by their very form. What it finds is a [`Judged`], which nothing outside of
//! this crate can make: whoever draws conclusions can only draw them from judgements. Nothing here is shared with what wrote the
//! certificate: this crate knows the estate and nothing else.

mod ground;
mod judge;
mod rules;
mod statement;

#[cfg(test)]
mod tests;

pub use ground::{Carried, Ground};
pub use judge::{Fault, Judged, Rules, judge};
pub use rules::joined;
pub use statement::{Block, Bound, Decider, Filter, Place, Range, Side, Subject, Tree, number};
