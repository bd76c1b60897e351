//! Marks on findings: somebody has planned to fix them.

use crate::audit::{self, By};
use crate::database::{Row, Work};
use crate::store::find_estate;
use crate::words::Words;
use crate::{Moment, Store, StoreError};

/// The finding that is marked. It keeps its mark through all runs, also when it is fixed and comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Marked<'a> {
    /// The estate in which it is.
    pub estate: &'a str,
    /// The item that found it.
    pub item: &'a str,
    /// What names it across runs.
    pub cause: u64,
}

/// A mark on a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The item that found it.
    pub item: String,
    /// What names it across runs.
    pub cause: u64,
    /// What is planned.
    pub note: String,
    /// Who marked it.
    pub who: String,
    /// When.
    pub at: Moment,
}

const STANDING: &str = "estate = ? AND taken_back_ms = 0";

impl Store {
    /// Marks a finding; a mark that it has already is replaced.
    ///
    /// # Errors
    /// When there is no such estate, and when the database fails.
    pub fn mark(&self, by: By<'_>, finding: &Marked<'_>, note: &str) -> Result<(), StoreError> {
        let mut work = self.write()?;
        let estate = find_estate(&mut work, finding.estate)?
            .ok_or_else(|| self.unknown(&format!("estate `{}`", finding.estate)))?;
        let item = Words::read(&mut work)?.number(&mut work, finding.item)?;
        let cause = finding.cause.cast_signed();
        take_back(&mut work, by, [estate, item, cause])?;
        let id = work.number("SELECT COALESCE(MAX(id), 0) FROM mark", &[])? + 1;
        let values = [
            id.into(),
            estate.into(),
            item.into(),
            cause.into(),
            note.into(),
            by.who.into(),
            by.at.0.into(),
            0.into(),
        ];
        work.insert("mark (id, estate, item, cause, note, who, at_ms, taken_back_ms)", 8, &values)?;
        audit::note(&mut work, by, "mark", &named(finding), note)?;
        work.commit()
    }

    /// Takes the mark of a finding back.
    ///
    /// # Errors
    /// When it has none, and when the database fails.
    pub fn unmark(&self, by: By<'_>, finding: &Marked<'_>) -> Result<(), StoreError> {
        let mut work = self.write()?;
        let estate = find_estate(&mut work, finding.estate)?.unwrap_or(0);
        let item = Words::read(&mut work)?.find(finding.item);
        if take_back(&mut work, by, [estate, item, finding.cause.cast_signed()])? == 0 {
            return Err(self.unknown(&format!("mark on {}", named(finding))));
        }
        audit::note(&mut work, by, "unmark", &named(finding), "")?;
        work.commit()
    }

    /// The marks of an estate that stand, in the order in which they were made.
    ///
    /// # Errors
    /// When the database fails.
    pub fn marks(&self, estate: &str) -> Result<Vec<Mark>, StoreError> {
        let mut work = self.read()?;
        let Some(estate) = find_estate(&mut work, estate)? else { return Ok(Vec::new()) };
        let words = Words::read(&mut work)?;
        let sql = format!("SELECT item, cause, note, who, at_ms FROM mark WHERE {STANDING} ORDER BY id");
        let mark = |row: &Row| Mark {
            item: words.text(row.int(0)),
            cause: row.int(1).cast_unsigned(),
            note: row.text(2),
            who: row.text(3),
            at: Moment(row.int(4)),
        };
        Ok(work.rows(&sql, &[estate.into()])?.iter().map(mark).collect())
    }
}

/// Takes back what stands on a finding: the estate, the item and the cause name it.
fn take_back(work: &mut Work<'_>, by: By<'_>, [estate, item, cause]: [i64; 3]) -> Result<u64, StoreError> {
    let sql = format!("UPDATE mark SET taken_back_ms = ? WHERE {STANDING} AND item = ? AND cause = ?");
    work.run(&sql, &[by.at.0.max(1).into(), estate.into(), item.into(), cause.into()])
}

/// The finding as reports name it, by the first half of its fingerprint.
fn named(finding: &Marked<'_>) -> String {
    format!("{:016x} of `{}` in `{}`", finding.cause, finding.item, finding.estate)
}
