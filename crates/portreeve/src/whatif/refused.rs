//! Why the cloud, or the input, does not take an edit.

use std::fmt;

/// A refusal: the vendor's code where it is documented, what is wrong, and what would work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The vendor's error code.
    pub code: Option<&'static str>,
    /// What is wrong.
    pub why: String,
    /// What would work, or what to do first.
    pub instead: String,
}

impl Refused {
    pub(super) fn new(why: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { code: None, why: why.into(), instead: instead.into() }
    }

    /// With the vendor's code, if there is one.
    pub(super) fn code(self, code: Option<&'static str>) -> Self {
        Self { code, ..self }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = self.code {
            write!(f, "{code}: ")?;
        }
        write!(f, "{}; {}", self.why, self.instead)
    }
}
