//! Findings that the user accepts, with a reason and until a day.

use std::sync::Arc;

use jiff::civil::Date;
use portreeve_checks::Fingerprint;

/// A waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Which findings it covers.
    pub covers: Covers,
    /// Why, in the user's words.
    pub reason: Arc<str>,
    /// The last day on which it applies.
    pub until: Date,
    /// Where it is written, such as `portreeve.toml:12`.
    pub place: Arc<str>,
}

/// Which findings a waiver covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covers {
    /// The finding of this cause, as long as it reaches no further.
    Finding(Fingerprint),
    /// The findings of an item on a group; with a fingerprint, as long as they reach no further.
    Subject {
        /// The item's id.
        item: String,
        /// The group's id.
        group: String,
        /// How far the finding reached when it was waived.
        recorded: Option<Fingerprint>,
    },
}

impl Waiver {
    /// Whether the waiver still applies on a day: its last day is included.
    pub(crate) fn applies_on(&self, today: Date) -> bool {
        today <= self.until
    }

    /// The fingerprint that it was written for.
    pub(crate) fn recorded(&self) -> Option<Fingerprint> {
        match &self.covers {
            Covers::Finding(fingerprint) => Some(*fingerprint),
            Covers::Subject { recorded, .. } => *recorded,
        }
    }

    /// Whether a finding reaches further than when the waiver was written, or is another one altogether.
    pub(crate) fn outgrown_by(&self, found: Fingerprint) -> bool {
        self.recorded().is_some_and(|old| old.cause != found.cause || !found.extent.within(old.extent))
    }

    /// How a notice names it: `waiver portreeve.toml:12 (open-ssh on sg-1)`.
    pub(crate) fn called(&self) -> String {
        let subject = match &self.covers {
            Covers::Finding(fingerprint) => fingerprint.to_string(),
            Covers::Subject { item, group, .. } => format!("{item} on {group}"),
        };
        format!("waiver {} ({subject})", self.place)
    }
}
