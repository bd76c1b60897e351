//! What can go wrong while an estate is planned or written.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why an estate could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The sizes that were asked for contradict each other.
    #[error("cannot find {lists} distinct lists among {groups} groups: ask for fewer lists or more groups")]
    TooManyLists {
        /// Distinct lists asked for.
        lists: u32,
        /// Groups to make them of.
        groups: u32,
    },
    /// A network has no address left for one more instance.
    #[error(
        "a network cannot hold more than {capacity} instances: ask for more lists, so that there are more networks"
    )]
    NetworkFull {
        /// Instances that fit into one network.
        capacity: u32,
    },
    /// A file could not be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A template has a slot that its writer does not know.
    #[error(
        "a template asks for a value that its writer does not have: its slots and the writer have come apart"
    )]
    Template(#[from] fmt::Error),
}
