//! Backups: another store with the same truth, so that any backup can be restored into either database.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::audit::{self, By};
use crate::database::{Row, Value, Work};
use crate::schema::{Holds, TRUTH, Table};
use crate::{Place, Store, StoreError};

impl Store {
    /// Writes all that is remembered into a new file, which is an `SQLite` store itself. It is complete or not there at all.
    ///
    /// # Errors
    /// When there is such a file already, when it cannot be written, and when a database fails.
    pub fn backup(&self, file: &Path) -> Result<(), StoreError> {
        if file.exists() {
            return Err(StoreError::Exists(file.display().to_string()));
        }
        let partial = beside(file, ".partial");
        let failed = |path: &Path, why| StoreError::File { path: path.display().to_string(), why };
        clear(&partial);
        let copied = Self::open(&Place::File(partial.clone())).and_then(|copy| {
            let mut from = self.read()?;
            let mut to = copy.write()?;
            copy_all(&mut from, &mut to)?;
            to.commit()?;
            // One file, without a log beside it.
            copy.database.outside("PRAGMA journal_mode = DELETE")
        });
        let done = copied.and_then(|()| fs::rename(&partial, file).map_err(|why| failed(file, why)));
        if done.is_err() {
            clear(&partial);
        }
        done
    }

    /// Takes over a backup into this store, which has to be empty.
    ///
    /// The backup is read as any store is: one of an older version is brought to the newest first.
    ///
    /// # Errors
    /// When this store is not empty, when the backup is none or newer, and when a database fails.
    pub fn restore(&self, by: By<'_>, file: &Path) -> Result<(), StoreError> {
        let backup = Self::existing(&Place::from(file))?;
        let mut from = backup.read()?;
        let mut to = self.write()?;
        for table in &TRUTH {
            if to.number(&format!("SELECT COUNT(*) FROM {}", table.name), &[])? > 0 {
                return Err(StoreError::NotEmpty(self.place().to_string()));
            }
        }
        copy_all(&mut from, &mut to)?;
        audit::note(&mut to, by, "restore", &file.display().to_string(), "")?;
        to.commit()
    }
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(OsString::from(suffix));
    PathBuf::from(name)
}

/// Removes a file of `SQLite` with what may lie beside it. What is not there need not be removed.
fn clear(file: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(beside(file, suffix));
    }
}

fn copy_all(from: &mut Work<'_>, to: &mut Work<'_>) -> Result<(), StoreError> {
    TRUTH.iter().try_for_each(|table| copy(from, to, table))
}

/// Copies a table page by page, in the order of its key.
fn copy(from: &mut Work<'_>, to: &mut Work<'_>, table: &Table) -> Result<(), StoreError> {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let columns = names.join(", ");
    let key = names.iter().take(table.key).copied().collect::<Vec<_>>().join(", ");
    let marks = vec!["?"; table.key].join(", ");
    let name = table.name;
    let sql =
        format!("SELECT {columns} FROM {name} WHERE ({key}) > ({marks}) ORDER BY {key} LIMIT {}", table.page);
    let mut after = vec![i64::MIN; table.key];
    loop {
        let at: Vec<Value<'_>> = after.iter().map(|part| Value::Int(*part)).collect();
        let rows = from.rows(&sql, &at)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (0..table.key).map(|part| last.int(part)).collect();
        let cells: Vec<Cell> = rows.iter().flat_map(|row| cells(row, table)).collect();
        let values: Vec<Value<'_>> = cells.iter().map(Cell::value).collect();
        to.insert(&format!("{name} ({columns})"), table.columns.len(), &values)?;
    }
}

/// A value that is on its way.
enum Cell {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Cell {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Int(number) => Value::Int(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

fn cells(row: &Row, table: &Table) -> Vec<Cell> {
    let cell = |(at, (_, holds)): (usize, &(&str, Holds))| match holds {
        Holds::Int => Cell::Int(row.int(at)),
        Holds::Text => Cell::Text(row.text(at)),
        Holds::Bytes => Cell::Bytes(row.bytes(at)),
    };
    table.columns.iter().enumerate().map(cell).collect()
}
