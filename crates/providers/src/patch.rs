//! Writing edits of an estate back into the vendors' own documents.
//!
//! Documents are patched as text: only what an edit speaks of is replaced, so that keys, numbers, order and white space
//! of everything else stay as they were. It takes two walks over all documents, first one that [looks](Patcher::survey)
//! where new rules belong, then one that [patches](Patcher::patch).

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;

use portreeve_model::Direction;

use crate::json::{Broken, Cursor, Step, Value};
use crate::look::{Look, look};
use crate::{alibaba, huawei};

mod changes;
mod splice;

pub use changes::Changes;
pub(crate) use changes::{Fate, GroupChange};
pub(crate) use splice::{Field, Rows, Splices, quoted};

/// Lists and wrappers within each other beyond this depth are not opened, as when they are read.
const DEPTH: u32 = 3;

/// Why edits cannot be written into documents.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatchError {
    /// No document shows the rules of this group.
    NoPlace(String),
    /// The vendor's documents have no words for a rule of this group.
    Unsayable(String),
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlace(group) => {
                write!(f, "no document shows the rules of group `{group}`, so that none can be added to them")
            }
            Self::Unsayable(group) => {
                write!(f, "a new rule of group `{group}` cannot be said in the vendor's documents")
            }
        }
    }
}

impl Error for PatchError {}

/// A document that patching adds: its file name and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// A file name made of letters, digits, `.`, `-` and `_`.
    pub name: String,
    /// JSON.
    pub text: String,
}

/// Where new rows belong: a group's rules of a direction, or the listing of groups.
pub(crate) type Spot = (String, Option<Direction>);

/// Patches documents, one after the other and in the same order in both walks.
#[derive(Debug)]
pub struct Patcher<'c> {
    pub(crate) changes: &'c Changes<'c>,
    /// The best place for each spot: how good it is, and its number.
    best: BTreeMap<Spot, (u8, u64)>,
    places: u64,
    surveyed: bool,
    filled: BTreeSet<Spot>,
    pub(crate) splices: Splices,
}

impl<'c> Patcher<'c> {
    /// A patcher for some changes.
    pub fn new(changes: &'c Changes<'c>) -> Self {
        Self {
            changes,
            best: BTreeMap::new(),
            places: 0,
            surveyed: false,
            filled: BTreeSet::new(),
            splices: Splices::default(),
        }
    }

    /// Looks at a document. All have to be looked at before the first is patched.
    pub fn survey(&mut self, text: &str) {
        self.walk(text);
        self.splices.clear();
        self.filled.clear();
    }

    /// The document with the changes. What is no document of a vendor stays as it is.
    pub fn patch(&mut self, text: &str) -> String {
        if !self.surveyed {
            (self.surveyed, self.places) = (true, 0);
        }
        self.walk(text);
        self.splices.apply(text)
    }

    /// The documents that have to be added, once all were patched.
    ///
    /// # Errors
    /// When a change found no place, or cannot be said in the vendor's words.
    pub fn finish(self) -> Result<Vec<NewDocument>, PatchError> {
        for (group, change) in &self.changes.groups {
            for rule in change.rules_to_say() {
                if !self.changes.sayable(rule, change.vendor) {
                    return Err(PatchError::Unsayable(group.clone()));
                }
            }
            let lost = Direction::BOTH.into_iter().any(|direction| {
                change.new.iter().any(|rule| rule.direction == direction)
                    && !self.filled.contains(&(group.clone(), Some(direction)))
            });
            if lost && !change.created {
                return Err(PatchError::NoPlace(group.clone()));
            }
        }
        let created = self.changes.groups.iter().filter(|(_, change)| change.created);
        Ok(created.filter_map(|(id, change)| self.new_document(id, change)).collect())
    }

    fn new_document(&self, id: &str, change: &GroupChange) -> Option<NewDocument> {
        match change.vendor {
            "alibaba" => alibaba::new_group(self.changes, id, change),
            "huawei" => huawei::new_group(self.changes, id, change),
            _ => None,
        }
    }

    /// Whether new rows of a spot belong to the place that is met now, which is so good for them.
    pub(crate) fn belongs_here(&mut self, spot: &Spot, good: u8) -> bool {
        self.places += 1;
        if !self.surveyed {
            let best = self.best.entry(spot.clone()).or_insert((good, self.places));
            if good >= best.0 {
                *best = (good, self.places);
            }
            return false;
        }
        let here = self.best.get(spot).is_some_and(|best| best.1 == self.places);
        if here {
            self.filled.insert(spot.clone());
        }
        here
    }

    fn walk(&mut self, text: &str) {
        let mut cursor = Cursor::new(text);
        while cursor.next_value().is_some() {
            let (mark, start) = (self.splices.mark(), cursor.at());
            match self.value(&mut cursor, text, 0, None) {
                Ok(Whole::Stays) => {}
                Ok(Whole::Goes) => {
                    self.splices.reset(mark);
                    self.splices.replace(start..cursor.at(), String::new());
                }
                Err(Broken) => {
                    // A response that breaks off is no response: it stays as it is.
                    self.splices.reset(mark);
                    break;
                }
            }
        }
    }

    fn value<'t>(
        &mut self,
        cursor: &mut Cursor<'t>,
        text: &'t str,
        depth: u32,
        request: Option<&alibaba::Request<'t>>,
    ) -> Step<Whole> {
        let first = cursor.peek()?;
        if depth > DEPTH || !matches!(first, b'{' | b'[') {
            return cursor.skip().map(|()| Whole::Stays);
        }
        if first == b'[' {
            let mut goes = Vec::new();
            let rows = Rows::read(cursor, |cursor, at| {
                let mark = self.splices.mark();
                if self.value(cursor, text, depth + 1, request)? == Whole::Goes {
                    self.splices.reset(mark);
                    goes.push(at);
                }
                Ok(())
            })?;
            rows.edit(&mut self.splices, text, "", &goes, &[]);
            return Ok(Whole::Stays);
        }
        let mut ahead = cursor.clone();
        let Ok(found) = look(&mut ahead) else {
            *cursor = ahead;
            return Err(Broken);
        };
        match found {
            Look::Alibaba(kind) => alibaba::patch(self, cursor, text, kind, request),
            Look::Huawei(kind) => huawei::patch(self, cursor, text, kind),
            Look::Wrapper => self.wrapper(cursor, text, depth),
            Look::Foreign(..) | Look::Unknown(_) => cursor.skip().map(|()| Whole::Stays),
        }
    }

    fn wrapper<'t>(&mut self, cursor: &mut Cursor<'t>, text: &'t str, depth: u32) -> Step<Whole> {
        let mut request = None;
        cursor.clone().object(|ahead, key| {
            if key == b"request" {
                request = Some(alibaba::Request::read(ahead)?);
                return Ok(());
            }
            ahead.skip()
        })?;
        let mut whole = Whole::Stays;
        cursor.object(|cursor, key| {
            if key != b"response" {
                return cursor.skip();
            }
            whole = self.value(cursor, text, depth + 1, request.as_ref())?;
            Ok(())
        })?;
        Ok(whole)
    }
}

/// What becomes of a response as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    Stays,
    /// It is about nothing but a group that goes.
    Goes,
}

/// An id as a part of a file's name.
pub(crate) fn file_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect()
}
