//! What a certificate says, and whether it follows from what the kernel judges.
//!
//! A certificate claims findings, what passes on a path, or what a change opens and closes, and divides the traffic that it speaks of into
//! boxes that each name what decides them. [`verify`] hands the boxes to the kernel (`portreeve-verify`), which holds them against the
//! rules, and derives the claims again from its judgements: this crate cannot make one. Nothing here is shared with what wrote the
//! certificate.

mod boxes;
mod certificate;
mod change;
mod check;
mod known;
mod paths;

#[cfg(test)]
mod tests;

use std::fmt;

use portreeve_model::Estate;

pub use certificate::{
    Boxes, Certificate, Change, Check, Difference, Edge, Finding, Gate, Item, Openness, Path, Proves, SCHEMA,
    Share, Space, Tiling,
};
use known::Known;
pub use portreeve_verify::{Bound, Decider, Filter, Place, Side, Subject, Tree};

/// What was verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Boxes that were held against the rules.
    pub boxes: u64,
    /// What holds, a sentence each.
    pub holds: Vec<String>,
}

/// Why a certificate does not hold: its first statement that is not so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refuted {
    /// The statement.
    pub claim: String,
    /// What is wrong with it: the box, the rule, and why.
    pub why: String,
}

impl Refuted {
    fn of(claim: impl Into<String>, why: impl Into<String>) -> Self {
        Self { claim: claim.into(), why: why.into() }
    }
}

impl fmt::Display for Refuted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.claim, self.why)
    }
}

impl std::error::Error for Refuted {}

/// Reads a certificate.
///
/// # Errors
/// When it is no JSON, says what no certificate says, or is of another format.
pub fn read(text: &[u8]) -> Result<Certificate, String> {
    let certificate: Certificate = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if certificate.schema == SCHEMA {
        Ok(certificate)
    } else {
        Err(format!("its format is `{}`, and only `{SCHEMA}` is read", certificate.schema))
    }
}

/// Checks that what a certificate says is so for an estate, and for what it is `after` a change where the certificate is about one. `items`
/// are the items about ports as they ask here.
///
/// # Errors
/// With the first statement that does not hold.
pub fn verify(
    certificate: &Certificate,
    estate: &Estate,
    after: Option<&Estate>,
    items: &[Item],
) -> Result<Verified, Refuted> {
    let known = Known::new(estate);
    let (boxes, holds) = match &certificate.proves {
        Proves::Check(said) => {
            let ids: Vec<&str> = said.items.iter().map(|item| item.id.as_str()).collect();
            let boxes = check::check(said, &known, items)?;
            (
                boxes,
                vec![format!(
                    "{} findings, and no others, of these items: {}",
                    said.findings.len(),
                    ids.join(", ")
                )],
            )
        }
        Proves::Paths(said) => (paths::paths(said, &known)?, said.iter().map(Path::title).collect()),
        Proves::Change(said) => {
            let missing = || Refuted::of("change", "what the documents say after it is not given");
            let after = Known::new(after.ok_or_else(missing)?);
            let boxes = change::change(said, &known, &after)?;
            (boxes, said.title())
        }
    };
    Ok(Verified { boxes, holds })
}

/// The filters that have other rules in the second estate, each with the family (IPv6?): those of which the certificate of a change has to
/// tell.
pub fn differing(before: &Estate, after: &Estate) -> Vec<(Filter, bool)> {
    let found = change::differing(&Known::new(before), &Known::new(after));
    found.into_iter().map(|(filter, ..)| filter).collect()
}
