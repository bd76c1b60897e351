//! Where in the input something was said.

use crate::DocumentIx;

/// One file (or standard input) of the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path as the user named it or as the walk found it; `-` for standard input.
    pub path: String,
}

/// The response that said it: its file and the byte at which it starts (in the decompressed text).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file.
    pub document: DocumentIx,
    /// Bytes before the response.
    pub offset: u64,
}
