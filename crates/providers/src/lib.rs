//! Parsers from a cloud's API documents to the neutral estate.
//!
//! Two stages, so that documents can be read on several threads and never lie in memory together: a [`Batch`] reads
//! one stretch of text into compact rows; an [`Assembly`] takes the batches in the order of the sources, unites what
//! they say, and gives the estate. What a document is, is decided by its keys. Each vendor is a folder of its own.

mod alibaba;
mod assembly;
mod batch;
mod host;
mod huawei;
pub mod json;
mod look;
pub mod patch;

pub use alibaba::rule_words as alibaba_rule_words;
pub use assembly::{Assembled, Assembly, Note};
pub use batch::{Batch, Reading};
pub use host::{HostError, HostNotes, read_host};
pub use huawei::rule_words as huawei_rule_words;
