//! One document through one JSON library.

use std::fmt;
use std::hint::black_box;

use serde::Deserialize;
use serde::de::IgnoredAny;
use simd_json::Buffers;

use crate::typed::Response;

/// A JSON library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Library {
    /// The one that everybody has.
    SerdeJson,
    /// Changes the document in place, so that strings with escapes are borrowed too.
    SimdJson,
    /// Finds its way with SIMD instructions that are chosen when it is built.
    SonicRs,
}

impl fmt::Display for Library {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::SerdeJson => "serde_json",
            Self::SimdJson => "simd-json",
            Self::SonicRs => "sonic-rs",
        })
    }
}

/// What becomes of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Target {
    /// The typed structs.
    Typed,
    /// Nothing: every field is skipped.
    Skip,
    /// The document is only found, not parsed.
    Read,
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Typed => "typed",
            Self::Skip => "skip",
            Self::Read => "read",
        })
    }
}

/// What documents hold: all libraries have to agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Bytes of all documents.
    pub bytes: u64,
    /// Documents.
    pub documents: u64,
    /// Members of listings of groups.
    pub groups: u64,
    /// Rules.
    pub rules: u64,
    /// Instances.
    pub instances: u64,
    /// Groups that interfaces have.
    pub memberships: u64,
    /// The sum of all priorities.
    pub priorities: u64,
}

impl Counts {
    /// Adds what other documents hold.
    pub fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.documents += other.documents;
        self.groups += other.groups;
        self.rules += other.rules;
        self.instances += other.instances;
        self.memberships += other.memberships;
        self.priorities += other.priorities;
    }

    fn of(response: &Response<'_>) -> Self {
        let instances = &response.instances.items;
        let rules = &response.permissions.items;
        Self {
            groups: response.security_groups.items.len() as u64,
            rules: rules.len() as u64,
            instances: instances.len() as u64,
            memberships: instances
                .iter()
                .map(|instance| instance.security_group_ids.items.len() as u64)
                .sum(),
            priorities: rules.iter().map(|rule| rule.priority.0).sum(),
            ..Self::default()
        }
    }
}

/// Parses documents with one library, and keeps what the library wants kept between them.
pub struct Parser {
    library: Library,
    target: Target,
    buffers: Buffers,
}

impl Parser {
    /// Will parse with `library`, into `target`.
    pub fn new(library: Library, target: Target) -> Self {
        Self { library, target, buffers: Buffers::default() }
    }

    /// Parses a document, which the library may spoil, and drops what comes of it.
    ///
    /// # Errors
    /// What the library has against the document.
    pub fn parse(&mut self, document: &mut [u8]) -> Result<Counts, String> {
        let bytes = document.len() as u64;
        let counts = match self.target {
            Target::Typed => Counts::of(&black_box(self.deserialize::<Response<'_>>(document)?)),
            Target::Skip => self.deserialize::<IgnoredAny>(document).map(|_| Counts::default())?,
            Target::Read => black_box(Counts::default()),
        };
        Ok(Counts { bytes, documents: 1, ..counts })
    }

    fn deserialize<'a, T: Deserialize<'a>>(&mut self, document: &'a mut [u8]) -> Result<T, String> {
        match self.library {
            Library::SerdeJson => serde_json::from_slice(document).map_err(|error| error.to_string()),
            Library::SimdJson => simd_json::serde::from_slice_with_buffers(document, &mut self.buffers)
                .map_err(|error| error.to_string()),
            Library::SonicRs => sonic_rs::from_slice(document).map_err(|error| error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Library, Parser, Target};

    /// One document of each kind that counts, with an escape, an unknown field and both spellings of a priority.
    #[test]
    fn all_libraries_read_the_same() {
        let documents = [
            r#"{"NextToken":"","SecurityGroups":{"SecurityGroup":[{"SecurityGroupId":"sg-1"},{}]},"New":{"a":[1]}}"#,
            r#"{"Permissions":{"Permission":[{"Description":"a \"b\"","Priority":1},{"Priority":"10"}]}}"#,
            r#"{"Instances":{"Instance":[{"SecurityGroupIds":{"SecurityGroupId":["sg-1","sg-2","sg-3"]}}]}}"#,
        ];
        let bytes = documents.iter().map(|document| document.len() as u64).sum();
        let expected =
            Counts { bytes, documents: 3, groups: 2, rules: 2, instances: 1, memberships: 3, priorities: 11 };
        for library in [Library::SerdeJson, Library::SimdJson, Library::SonicRs] {
            let mut parser = Parser::new(library, Target::Typed);
            let mut counts = Counts::default();
            for document in documents {
                counts.add(&parser.parse(&mut document.as_bytes().to_vec()).unwrap());
            }
            assert_eq!(counts, expected, "{library}");
        }
    }
}
