//! Settings of a console: texts under keys. What they mean is the caller's business.

use crate::audit::{self, By};
use crate::database::Row;
use crate::words::Words;
use crate::{Moment, Store, StoreError};

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Who set it last.
    pub who: String,
    /// When.
    pub at: Moment,
}

const SETTING: &str =
    "SELECT w.text, s.value, s.who, s.at_ms, s.word FROM setting s JOIN word w ON w.id = s.word";

fn setting(row: &Row) -> Setting {
    Setting { key: row.text(0), value: row.text(1), who: row.text(2), at: Moment(row.int(3)) }
}

impl Store {
    /// Sets the values of keys, all of them or none; no value takes a setting away. What is so already stays as it is, and
    /// only what changes comes into the audit log.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set(&self, by: By<'_>, settings: &[(&str, Option<&str>)]) -> Result<(), StoreError> {
        let mut work = self.write()?;
        let mut words = Words::read(&mut work)?;
        for (key, value) in settings {
            let number = words.number(&mut work, key)?;
            let old = work.first(&format!("{SETTING} WHERE s.word = ?"), &[number.into()])?;
            if old.as_ref().map(setting).map(|old| old.value).as_deref() == *value {
                continue;
            }
            work.run("DELETE FROM setting WHERE word = ?", &[number.into()])?;
            if let Some(value) = *value {
                let values = [number.into(), value.into(), by.who.into(), by.at.0.into()];
                work.insert("setting (word, value, who, at_ms)", 4, &values)?;
            }
            let action = if value.is_some() { "set" } else { "unset" };
            audit::note(&mut work, by, action, key, value.unwrap_or(""))?;
        }
        work.commit()
    }

    /// All settings, in the order in which their keys were first named.
    ///
    /// # Errors
    /// When the database fails.
    pub fn settings(&self) -> Result<Vec<Setting>, StoreError> {
        let rows = self.read()?.rows(&format!("{SETTING} ORDER BY s.word"), &[])?;
        Ok(rows.iter().map(setting).collect())
    }

    /// The value of a key, if it is set.
    ///
    /// # Errors
    /// When the database fails.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let row = self.read()?.first(&format!("{SETTING} WHERE w.text = ?"), &[key.into()])?;
        Ok(row.as_ref().map(setting).map(|setting| setting.value))
    }
}
