//! An item as it runs: from the catalogue, or of the user's own making.

use std::borrow::Cow;

use crate::{Meta, Risk};

/// A check item with its switch.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Kebab-case id.
    pub id: Cow<'static, str>,
    /// What it finds, in a few words.
    pub title: Cow<'static, str>,
    /// How bad that is.
    pub risk: Risk,
    /// Whether it runs.
    pub enabled: bool,
    /// The full text, for items of the catalogue.
    pub meta: Option<&'static Meta>,
    /// One sentence shown with each finding.
    pub suggestion: Cow<'static, str>,
}
