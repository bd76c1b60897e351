//! What an estate's security groups mean.
//!
//! An [`Index`] sorts the interfaces of an estate into classes and resolves who is behind a rule's peer. A [`Policy`] is the
//! ranked list of rules that a class of interfaces (or one group alone) meets in one direction, for traffic from one
//! [`Place`], under one [`Bound`]: what is *surely* allowed, or what is *possibly* allowed where the documents have gaps.
//! Every answer comes from one sweep over the policy's rules ([`Policy::permitted`], [`Policy::table`],
//! [`Policy::visit`]), so that a set, a decision and an explanation cannot disagree.

mod acl;
mod ask;
mod bands;
mod bits;
mod compile;
pub mod diff;
mod index;
mod line;
mod place;
mod policy;
mod probe;
mod redundant;
mod spread;
mod sweep;
mod table;
mod tiling;
mod together;

pub use ask::Miss;
pub use bands::{Band, Rank, bands};
pub use diff::{Differences, diff};
pub use index::{Class, ClassIx, Index};
pub use line::{Decider, RuleRef, Source};
pub use place::{Bound, Place};
pub use policy::Policy;
pub use redundant::{Removable, redundancy, redundancy_of};
pub use spread::{spread, spread_in_bites};
pub use sweep::{Cell, Visitor};
pub use table::{Decision, Table};
pub use tiling::{Nook, Run};
