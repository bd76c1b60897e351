//! Texts that come back in many rows, each stored once and known by a number.

use std::collections::HashMap;

use crate::StoreError;
use crate::database::{Value, Work};

/// All words of a store, as a transaction sees them.
#[derive(Debug, Default)]
pub(crate) struct Words {
    by_text: HashMap<String, i64>,
    by_number: HashMap<i64, String>,
}

impl Words {
    pub(crate) fn read(work: &mut Work<'_>) -> Result<Self, StoreError> {
        let mut words = Self::default();
        for row in work.rows("SELECT id, text FROM word", &[])? {
            words.know(row.int(0), row.text(1));
        }
        Ok(words)
    }

    fn know(&mut self, number: i64, text: String) {
        self.by_text.insert(text.clone(), number);
        self.by_number.insert(number, text);
    }

    /// The number of a word that is stored; 0, which is nobody's, for any other.
    pub(crate) fn find(&self, text: &str) -> i64 {
        self.by_text.get(text).copied().unwrap_or(0)
    }

    /// The number of a word, which is stored if it is not yet.
    pub(crate) fn number(&mut self, work: &mut Work<'_>, text: &str) -> Result<i64, StoreError> {
        if let Some(number) = self.by_text.get(text) {
            return Ok(*number);
        }
        let number = self.by_number.keys().max().copied().unwrap_or(0) + 1;
        work.insert("word (id, text)", 2, &[Value::Int(number), Value::Text(text)])?;
        self.know(number, text.to_owned());
        Ok(number)
    }

    pub(crate) fn text(&self, number: i64) -> String {
        self.by_number.get(&number).cloned().unwrap_or_default()
    }
}
