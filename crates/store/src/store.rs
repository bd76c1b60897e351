//! The store itself, and the runs that it has.

use std::fmt;

use crate::database::{Database, Mode, Row, Work};
use crate::{Place, StoreError, schema};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(pub i64);

/// A run that has ended. Later runs have greater numbers, over all estates of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What portreeve remembers. Any number of threads may use it.
#[derive(Debug)]
pub struct Store {
    pub(crate) database: Database,
}

/// A set of sources that is checked again and again, known by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estate {
    /// Its name.
    pub name: String,
    /// Its last run that has ended.
    pub latest: Option<RunId>,
}

/// A run that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// The estate that was checked.
    pub estate: String,
    /// When it began.
    pub started: Moment,
    /// When it ended.
    pub finished: Moment,
    /// Who started it.
    pub who: String,
    /// The program and its version.
    pub program: String,
    /// The exit code of the check: 0 nothing found, 1 findings, 3 undecided.
    pub verdict: u8,
    /// When its documents were given up, if they were.
    pub pruned: Option<Moment>,
}

/// The columns of [`Run`], for [`run`].
pub(crate) const RUN: &str = "SELECT r.turn, e.name, r.started_ms, r.finished_ms, r.who, r.program, r.verdict, \
                              r.pruned_ms FROM run r JOIN estate e ON e.id = r.estate WHERE r.turn > 0";

pub(crate) fn run(row: &Row) -> Run {
    Run {
        id: RunId(row.int(0)),
        estate: row.text(1),
        started: Moment(row.int(2)),
        finished: Moment(row.int(3)),
        who: row.text(4),
        program: row.text(5),
        verdict: u8::try_from(row.int(6)).unwrap_or(u8::MAX),
        pruned: Some(Moment(row.int(7))).filter(|moment| moment.0 != 0),
    }
}

impl Store {
    /// Opens a store, brings it to the newest version, and makes it where there is none.
    ///
    /// # Errors
    /// When the place cannot be opened, holds something else, or was made by a newer portreeve.
    pub fn open(place: &Place) -> Result<Self, StoreError> {
        Self::at(place, true)
    }

    /// Opens a store that is there already.
    ///
    /// # Errors
    /// As [`Store::open`], and when there is none.
    pub fn existing(place: &Place) -> Result<Self, StoreError> {
        Self::at(place, false)
    }

    fn at(place: &Place, create: bool) -> Result<Self, StoreError> {
        let database = Database::open(place, create)?;
        schema::migrate(&database)?;
        Ok(Self { database })
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        self.database.place()
    }

    pub(crate) fn read(&self) -> Result<Work<'_>, StoreError> {
        self.database.begin(Mode::Read)
    }

    /// Starts to write, when whoever wrote before has ended.
    pub(crate) fn write(&self) -> Result<Work<'_>, StoreError> {
        let mut work = self.database.begin(Mode::Write)?;
        work.run("UPDATE turnstile SET passed = passed + 1 WHERE id = 1", &[])?;
        Ok(work)
    }

    /// All estates, in the order in which they were first checked.
    ///
    /// # Errors
    /// When the database fails.
    pub fn estates(&self) -> Result<Vec<Estate>, StoreError> {
        let sql = "SELECT e.name, (SELECT COALESCE(MAX(r.turn), 0) FROM run r WHERE r.estate = e.id) \
                   FROM estate e ORDER BY e.id";
        let rows = self.read()?.rows(sql, &[])?;
        let latest = |row: &Row| Some(RunId(row.int(1))).filter(|id| id.0 > 0);
        Ok(rows.iter().map(|row| Estate { name: row.text(0), latest: latest(row) }).collect())
    }

    /// The last runs, newest first: of one estate or of all.
    ///
    /// # Errors
    /// When the database fails.
    pub fn runs(&self, estate: Option<&str>, limit: u32) -> Result<Vec<Run>, StoreError> {
        let mut work = self.read()?;
        let newest = "ORDER BY r.turn DESC LIMIT ?";
        let rows = match estate {
            None => work.rows(&format!("{RUN} {newest}"), &[i64::from(limit).into()])?,
            Some(name) => {
                let Some(estate) = find_estate(&mut work, name)? else { return Ok(Vec::new()) };
                let sql = format!("{RUN} AND r.estate = ? {newest}");
                work.rows(&sql, &[estate.into(), i64::from(limit).into()])?
            }
        };
        Ok(rows.iter().map(run).collect())
    }

    /// One run.
    ///
    /// # Errors
    /// When there is none of that number, and when the database fails.
    pub fn run(&self, id: RunId) -> Result<Run, StoreError> {
        let row = self.read()?.first(&format!("{RUN} AND r.turn = ?"), &[id.0.into()])?;
        row.as_ref().map(run).ok_or_else(|| self.unknown(&format!("run {id}")))
    }

    /// The last run of an estate that had ended by then: what was known at that time.
    ///
    /// # Errors
    /// When the database fails.
    pub fn run_at(&self, estate: &str, moment: Moment) -> Result<Option<Run>, StoreError> {
        let mut work = self.read()?;
        let Some(estate) = find_estate(&mut work, estate)? else { return Ok(None) };
        let sql = format!("{RUN} AND r.estate = ? AND r.finished_ms <= ? ORDER BY r.turn DESC LIMIT 1");
        Ok(work.first(&sql, &[estate.into(), moment.0.into()])?.as_ref().map(run))
    }

    pub(crate) fn unknown(&self, what: &str) -> StoreError {
        StoreError::Unknown { place: self.place().to_string(), what: what.to_owned() }
    }
}

/// The number of an estate. There are few, and their names may be too long for an index.
pub(crate) fn find_estate(work: &mut Work<'_>, name: &str) -> Result<Option<i64>, StoreError> {
    Ok(work.first("SELECT id FROM estate WHERE name = ?", &[name.into()])?.map(|row| row.int(0)))
}
