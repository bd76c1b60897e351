//! Switches of items, and waivers: what people decide, each with who and when.

use crate::audit::{self, By};
use crate::database::Row;
use crate::words::Words;
use crate::{Moment, Store, StoreError};

/// The switch of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemSwitch {
    /// The item.
    pub item: String,
    /// Whether it is on.
    pub enabled: bool,
    /// Who set it last.
    pub who: String,
    /// When.
    pub at: Moment,
}

/// Which findings a waiver covers: a fingerprint, or an item on a group, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Covered<T> {
    /// The fingerprint as reports print it, or empty.
    pub fingerprint: T,
    /// The item's id, or empty.
    pub item: T,
    /// The group's id, or empty.
    pub subject: T,
}

/// A waiver: findings that are accepted, with a reason and until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Its number.
    pub id: i64,
    /// Which findings.
    pub covered: Covered<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it applies, such as `2026-12-31`. The store does not look at it.
    pub until: String,
    /// Who accepted them.
    pub who: String,
    /// When.
    pub at: Moment,
    /// When it was taken back, if it was.
    pub withdrawn: Option<Moment>,
}

impl Store {
    /// Switches an item on or off, for all estates.
    ///
    /// # Errors
    /// When the database fails.
    pub fn switch(&self, by: By<'_>, item: &str, enabled: bool) -> Result<(), StoreError> {
        let mut work = self.write()?;
        let number = Words::read(&mut work)?.number(&mut work, item)?;
        work.run("DELETE FROM item_switch WHERE item = ?", &[number.into()])?;
        let values = [number.into(), i64::from(enabled).into(), by.who.into(), by.at.0.into()];
        work.insert("item_switch (item, enabled, who, at_ms)", 4, &values)?;
        audit::note(&mut work, by, "switch", item, if enabled { "on" } else { "off" })?;
        work.commit()
    }

    /// All switches that were ever set. Other items are as the configuration has them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn switches(&self) -> Result<Vec<ItemSwitch>, StoreError> {
        let sql = "SELECT w.text, s.enabled, s.who, s.at_ms FROM item_switch s JOIN word w ON w.id = s.item \
                   ORDER BY s.item";
        let rows = self.read()?.rows(sql, &[])?;
        let switches = rows.iter().map(|row| ItemSwitch {
            item: row.text(0),
            enabled: row.int(1) == 1,
            who: row.text(2),
            at: Moment(row.int(3)),
        });
        Ok(switches.collect())
    }

    /// Accepts findings, and gives the number of the waiver.
    ///
    /// # Errors
    /// When the database fails.
    pub fn waive(
        &self,
        by: By<'_>,
        covered: Covered<&str>,
        reason: &str,
        until: &str,
    ) -> Result<i64, StoreError> {
        let mut work = self.write()?;
        let id = work.number("SELECT COALESCE(MAX(id), 0) FROM waiver", &[])? + 1;
        work.run(
            "INSERT INTO waiver (id, fingerprint, item, subject, reason, until, who, at_ms, withdrawn_ms) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            &[
                id.into(),
                covered.fingerprint.into(),
                covered.item.into(),
                covered.subject.into(),
                reason.into(),
                until.into(),
                by.who.into(),
                by.at.0.into(),
            ],
        )?;
        audit::note(&mut work, by, "waive", &format!("waiver {id}"), reason)?;
        work.commit()?;
        Ok(id)
    }

    /// Takes a waiver back. It is still remembered.
    ///
    /// # Errors
    /// When there is no such waiver that still holds, and when the database fails.
    pub fn withdraw(&self, by: By<'_>, waiver: i64) -> Result<(), StoreError> {
        let mut work = self.write()?;
        let sql = "UPDATE waiver SET withdrawn_ms = ? WHERE id = ? AND withdrawn_ms = 0";
        if work.run(sql, &[by.at.0.into(), waiver.into()])? == 0 {
            return Err(self.unknown(&format!("waiver {waiver} that could be withdrawn")));
        }
        audit::note(&mut work, by, "withdraw", &format!("waiver {waiver}"), "")?;
        work.commit()
    }

    /// All waivers, those that were withdrawn too, in the order in which they were made.
    ///
    /// # Errors
    /// When the database fails.
    pub fn waivers(&self) -> Result<Vec<Waiver>, StoreError> {
        let sql = "SELECT id, fingerprint, item, subject, reason, until, who, at_ms, withdrawn_ms FROM waiver \
                   ORDER BY id";
        let rows = self.read()?.rows(sql, &[])?;
        let waiver = |row: &Row| Waiver {
            id: row.int(0),
            covered: Covered { fingerprint: row.text(1), item: row.text(2), subject: row.text(3) },
            reason: row.text(4),
            until: row.text(5),
            who: row.text(6),
            at: Moment(row.int(7)),
            withdrawn: Some(Moment(row.int(8))).filter(|moment| moment.0 != 0),
        };
        Ok(rows.iter().map(waiver).collect())
    }
}
