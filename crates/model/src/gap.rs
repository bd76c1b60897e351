//! What the documents do not tell.

/// Something that the input does not say, or says in a way that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gap {
    /// The object it concerns, such as `sg-1/sgr-2`, or a file.
    pub at: String,
    /// What is missing, and what to collect to close it.
    pub what: String,
}
