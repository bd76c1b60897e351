//! Who did what, and when: written in the same transaction as what was done.

use crate::database::Work;
use crate::{Moment, Store, StoreError};

/// Who does something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By<'a> {
    /// The name of a user, or of whatever acts.
    pub who: &'a str,
    /// When.
    pub at: Moment,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number; later entries have greater ones.
    pub id: i64,
    /// When.
    pub at: Moment,
    /// Who.
    pub who: String,
    /// What was done: `run`, `switch`, `waive`, `withdraw`, `mark`, `unmark`, `set`, `unset`, `add-user`, `change-user`,
    /// `remove-user`, `add-token`, `revoke-token`, `login`, `logout`, `prune`, `restore`, or a caller's own word.
    pub action: String,
    /// To what.
    pub subject: String,
    /// In more words.
    pub detail: String,
}

pub(crate) fn note(
    work: &mut Work<'_>,
    by: By<'_>,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<(), StoreError> {
    let id = work.number("SELECT COALESCE(MAX(id), 0) FROM audit", &[])? + 1;
    let values = [id.into(), by.at.0.into(), by.who.into(), action.into(), subject.into(), detail.into()];
    work.insert("audit (id, at_ms, who, action, subject, detail)", 6, &values)
}

impl Store {
    /// Adds an entry to the audit log, for what is done outside of the store.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note(&self, by: By<'_>, action: &str, subject: &str, detail: &str) -> Result<(), StoreError> {
        let mut work = self.write()?;
        note(&mut work, by, action, subject, detail)?;
        work.commit()
    }

    /// The last entries of the audit log, newest first: those before entry `before`, or the very last.
    ///
    /// # Errors
    /// When the database fails.
    pub fn audit_log(&self, before: Option<i64>, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let sql =
            "SELECT id, at_ms, who, action, subject, detail FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?";
        let values = [before.unwrap_or(i64::MAX).into(), i64::from(limit).into()];
        let rows = self.read()?.rows(sql, &values)?;
        let entries = rows.iter().map(|row| Entry {
            id: row.int(0),
            at: Moment(row.int(1)),
            who: row.text(2),
            action: row.text(3),
            subject: row.text(4),
            detail: row.text(5),
        });
        Ok(entries.collect())
    }
}
