//! A generator of Alibaba estates as real API documents, and what the benchmarks read them with.
//!
//! The documents have the shape, the keys, their order and the formatting of the vendor's own command line; only their
//! number is out of the ordinary. The same size and seed always give the same bytes.

pub mod blocks;
pub mod error;
pub mod estate;
pub mod groups;
pub mod ids;
pub mod instances;
pub mod layout;
pub mod networks;
pub mod output;
pub mod pages;
pub mod parse;
pub mod pool;
pub mod prefix_lists;
pub mod rule;
pub mod template;
pub mod typed;
