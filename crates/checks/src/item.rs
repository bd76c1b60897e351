//! An item as it runs: from the catalogue, or of the user's own making.

use std::borrow::Cow;

use crate::{Meta, OwnItem, Risk};

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

impl Item {
    /// An item of the catalogue.
    pub(crate) fn of(meta: &'static Meta, enabled: bool) -> Self {
        Self {
            id: Cow::Borrowed(meta.id),
            title: Cow::Borrowed(meta.title),
            risk: meta.risk,
            enabled,
            meta: Some(meta),
            suggestion: Cow::Borrowed(meta.suggestion),
        }
    }

    /// An item of the user's own.
    pub(crate) fn own(own: &OwnItem, enabled: bool) -> Self {
        Self {
            id: Cow::Owned(own.id.clone()),
            title: Cow::Owned(own.title.clone()),
            risk: own.risk,
            enabled,
            meta: None,
            suggestion: Cow::Owned(own.suggestion.clone()),
        }
    }
}
