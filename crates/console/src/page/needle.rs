//! What somebody searches for.

/// What somebody searches for: a part of a name, whatever its case.
#[derive(Debug, Clone)]
pub(super) struct Needle(String);

impl Needle {
    pub(super) fn of(text: &str) -> Self {
        Self(text.trim().to_ascii_lowercase())
    }

    /// Whether nothing is searched for, so that everything is found.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text has it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let needle = self.0.as_bytes();
        needle.is_empty()
            || text.as_bytes().windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle))
    }
}
