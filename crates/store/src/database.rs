//! The one place that speaks to the database library: statements in, rows out, each call blocking until it is done.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{AnyConnection, Arguments, Connection, Executor, Row as _};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::text::{decode, encode};
use crate::{Place, StoreError};

/// How many connections may be open at once. Readers beyond that wait.
const CONNECTIONS: usize = 8;

/// How a connection to a file is set up: who writes is waited for two minutes, and a run that has ended must survive a loss
/// of power, so that every commit is synchronous.
const FILE_SETTINGS: [&str; 4] = [
    "PRAGMA busy_timeout = 120000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -65536",
];

/// How a new file is set up, before anything else: this writes to the file, and so would wait for a writer.
const NEW_FILE: &str = "PRAGMA auto_vacuum = INCREMENTAL";

/// Which database it is. Statements are the same for both, but for what this type answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Server,
}

impl Kind {
    /// `?` as the database spells it: `SQLite` looks up numbered ones by name, which is slow for many.
    fn spelled(self, sql: &str) -> Cow<'_, str> {
        if self == Self::File || !sql.contains('?') {
            return Cow::Borrowed(sql);
        }
        let mut spelled = String::with_capacity(sql.len() * 2);
        for (at, part) in sql.split('?').enumerate() {
            if at > 0 {
                // Writing to a string cannot fail.
                let _ = write!(spelled, "${at}");
            }
            spelled += part;
        }
        Cow::Owned(spelled)
    }

    /// What stands behind `INSERT` or `UPDATE` of many rows. A statement that fails ends its transaction here anyway; saying so spares
    /// `SQLite` a copy of every page that the statement touches, with which it would take back that statement alone.
    pub(crate) fn or_rollback(self) -> &'static str {
        match self {
            Self::File => " OR ROLLBACK",
            Self::Server => "",
        }
    }

    fn begin(self, mode: Mode) -> &'static str {
        match (self, mode) {
            // A file has one writer at a time. Asking for the lock at once means waiting here, and never failing later.
            (Self::File, Mode::Write) => "BEGIN IMMEDIATE",
            (Self::File, Mode::Read) | (Self::Server, Mode::Write) => "BEGIN",
            (Self::Server, Mode::Read) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All that it reads is of one moment.
    Read,
    /// It may write.
    Write,
}

/// A value of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

/// A row of an answer.
pub(crate) struct Row {
    row: AnyRow,
}

impl Row {
    /// A number; what is none is 0, which no statement of ours lets happen.
    pub(crate) fn int(&self, at: usize) -> i64 {
        self.row.try_get(at).unwrap_or_default()
    }

    /// A text.
    pub(crate) fn text(&self, at: usize) -> String {
        decode(self.row.try_get(at).unwrap_or_default())
    }

    /// Bytes.
    pub(crate) fn bytes(&self, at: usize) -> Vec<u8> {
        self.row.try_get(at).unwrap_or_default()
    }
}

/// A database with its connections, and the runtime that they live in.
pub(crate) struct Database {
    place: Place,
    kind: Kind,
    address: String,
    idle: Mutex<Idle>,
    /// Told whenever a connection is given back.
    given_back: Condvar,
    /// Taken away only when the database is dropped.
    runtime: Option<Runtime>,
}

/// Connections that nobody uses. The library's own pool would try for minutes to reach a server that is not there, and
/// hands out connections again whose transaction has failed.
#[derive(Default)]
struct Idle {
    connections: Vec<AnyConnection>,
    in_use: usize,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut self.idle().connections);
        if let Some(runtime) = self.runtime.take() {
            // Inside a task nothing may block: there the connections end by themselves.
            if Handle::try_current().is_err() {
                for connection in idle {
                    // Nobody is left who could be told.
                    let _ = runtime.block_on(connection.close());
                }
            }
            runtime.shutdown_background();
        }
    }
}

impl Database {
    pub(crate) fn open(place: &Place, create: bool) -> Result<Self, StoreError> {
        let open = |why: String| StoreError::Open { place: place.to_string(), why };
        sqlx::any::install_default_drivers();
        let kind = match place {
            Place::File(_) => Kind::File,
            Place::Server(_) => Kind::Server,
        };
        let address = place.address(create)?;
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|why| open(why.to_string()))?;
        let (idle, given_back) = (Mutex::default(), Condvar::new());
        let database = Self { place: place.clone(), kind, address, idle, given_back, runtime: Some(runtime) };
        match database.take() {
            Ok(connection) => database.give_back(Some(connection)),
            Err(StoreError::Database { place, why }) => return Err(StoreError::Open { place, why }),
            Err(other) => return Err(other),
        }
        Ok(database)
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    fn wait<F: Future>(&self, work: F) -> Result<F::Output, StoreError> {
        match &self.runtime {
            Some(runtime) => Ok(runtime.block_on(work)),
            None => Err(StoreError::Database { place: self.place.to_string(), why: "is closed".to_owned() }),
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that nobody else uses, which has to be given back.
    fn take(&self) -> Result<AnyConnection, StoreError> {
        let mut idle = self.idle();
        while idle.in_use >= CONNECTIONS {
            idle = self.given_back.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
        idle.in_use += 1;
        let known = idle.connections.pop();
        drop(idle);
        let taken = self.alive(known).and_then(|alive| alive.map_or_else(|| self.connect(), Ok));
        if taken.is_err() {
            self.give_back(None);
        }
        taken
    }

    /// A connection, if the server is still at its other end.
    fn alive(&self, connection: Option<AnyConnection>) -> Result<Option<AnyConnection>, StoreError> {
        match (connection, self.kind) {
            (Some(mut connection), Kind::Server) => {
                Ok(self.wait(connection.ping())?.is_ok().then_some(connection))
            }
            (connection, _) => Ok(connection),
        }
    }

    fn connect(&self) -> Result<AnyConnection, StoreError> {
        let connected = self.wait(async {
            let mut connection = AnyConnection::connect(&self.address).await?;
            let settings: &[&str] = if self.kind == Kind::File { &FILE_SETTINGS } else { &[] };
            if self.kind == Kind::File {
                let pages = connection.fetch_one("PRAGMA page_count").await?;
                if pages.try_get::<i64, _>(0)? == 0 {
                    connection.execute(NEW_FILE).await?;
                }
            }
            for setting in settings {
                connection.execute(*setting).await?;
            }
            Ok(connection)
        })?;
        connected.map_err(|why| self.failed(&why))
    }

    /// Gives a connection back, or tells that it is gone.
    fn give_back(&self, connection: Option<AnyConnection>) {
        let mut idle = self.idle();
        idle.in_use = idle.in_use.saturating_sub(1);
        idle.connections.extend(connection);
        drop(idle);
        self.given_back.notify_one();
    }

    /// Starts a transaction; without [`Work::commit`] it leaves no trace.
    pub(crate) fn begin(&self, mode: Mode) -> Result<Work<'_>, StoreError> {
        let mut work = Work { database: self, connection: Some(self.take()?), is_sound: true };
        work.raw(self.kind.begin(mode))?;
        Ok(work)
    }

    /// Runs a statement outside of any transaction, as some have to.
    pub(crate) fn outside(&self, sql: &str) -> Result<(), StoreError> {
        let mut connection = self.take()?;
        let done = self.wait(connection.execute(sql));
        self.give_back(Some(connection));
        done?.map(|_| ()).map_err(|why| self.failed(&why))
    }

    /// What went wrong, in our words.
    fn failed(&self, error: &sqlx::Error) -> StoreError {
        let place = self.place.to_string();
        let sqlx::Error::Database(said) = error else {
            return StoreError::Database { place, why: error.to_string() };
        };
        let why = said.message().to_owned();
        let code = said.code().unwrap_or_default();
        match (self.kind, &*code, primary(&code)) {
            (Kind::File, _, Some(SQLITE_FULL)) | (Kind::Server, "53100", _) => {
                StoreError::Full { place, why }
            }
            (Kind::File, _, Some(SQLITE_BUSY)) => StoreError::Busy(place),
            (Kind::File, _, Some(SQLITE_NOTADB)) => StoreError::Foreign(place),
            (Kind::File, _, Some(SQLITE_CORRUPT)) => {
                StoreError::Damaged { place, what: "the file".to_owned() }
            }
            _ => StoreError::Database { place, why },
        }
    }
}

// <https://www.sqlite.org/rescode.html>
const SQLITE_BUSY: i64 = 5;
const SQLITE_CORRUPT: i64 = 11;
const SQLITE_FULL: i64 = 13;
const SQLITE_NOTADB: i64 = 26;

/// The primary result code is the lowest byte of an extended one.
fn primary(code: &str) -> Option<i64> {
    code.parse::<i64>().ok().map(|code| code & 0xff)
}

/// A transaction under way.
pub(crate) struct Work<'d> {
    database: &'d Database,
    /// Taken away by commit and drop only.
    connection: Option<AnyConnection>,
    /// Whether all statements were well: after an error nobody knows what state a connection is in.
    is_sound: bool,
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        // A connection that is closed takes its transaction along.
        let mut left = self.connection.take().filter(|_| self.is_sound && Handle::try_current().is_err());
        let rolled_back = |connection: &mut AnyConnection| {
            matches!(self.database.wait(connection.execute("ROLLBACK")), Ok(Ok(_)))
        };
        self.database.give_back(left.take_if(rolled_back));
    }
}

impl<'d> Work<'d> {
    pub(crate) fn database(&self) -> &'d Database {
        self.database
    }

    fn connection(&mut self) -> Result<&mut AnyConnection, StoreError> {
        let place = &self.database.place;
        let ended = || StoreError::Database { place: place.to_string(), why: "has ended".to_owned() };
        self.connection.as_mut().ok_or_else(ended)
    }

    /// Looks at how a statement ended.
    fn judge<T>(&mut self, done: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        self.is_sound &= done.is_ok();
        done.map_err(|why| self.database.failed(&why))
    }

    fn raw(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let database = self.database;
        let done = database.wait(self.connection()?.execute(sql))?;
        self.judge(done).map(|_| ())
    }

    /// Runs a statement and tells how many rows it touched.
    pub(crate) fn run(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let database = self.database;
        let sql = database.kind.spelled(sql);
        let query = sqlx::query_with(&sql, bound(values));
        let done = database.wait(query.execute(self.connection()?))?;
        self.judge(done).map(|done| done.rows_affected())
    }

    /// Runs a statement and takes all its rows.
    pub(crate) fn rows(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let database = self.database;
        let sql = database.kind.spelled(sql);
        let query = sqlx::query_with(&sql, bound(values));
        let rows = database.wait(query.fetch_all(self.connection()?))?;
        Ok(self.judge(rows)?.into_iter().map(|row| Row { row }).collect())
    }

    /// The first row, if there is one.
    pub(crate) fn first(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values)?.into_iter().next())
    }

    /// The number in the first column of the first row; 0 without one.
    pub(crate) fn number(&mut self, sql: &str, values: &[Value<'_>]) -> Result<i64, StoreError> {
        Ok(self.first(sql, values)?.map_or(0, |row| row.int(0)))
    }

    /// Inserts rows: `into` is `table (column, …)`, and `values` are those of all rows, one after the other.
    pub(crate) fn insert(
        &mut self,
        into: &str,
        columns: usize,
        values: &[Value<'_>],
    ) -> Result<(), StoreError> {
        let rows = values.len().checked_div(columns).unwrap_or(0);
        if rows == 0 {
            return Ok(());
        }
        let one = format!("({})", vec!["?"; columns].join(", "));
        let (or, rows) = (self.database.kind.or_rollback(), vec![one.as_str(); rows].join(", "));
        self.run(&format!("INSERT{or} INTO {into} VALUES {rows}"), values)?;
        Ok(())
    }

    pub(crate) fn commit(mut self) -> Result<(), StoreError> {
        self.raw("COMMIT")?;
        let connection = self.connection.take();
        self.database.idle().connections.extend(connection);
        Ok(())
    }
}

fn bound<'q>(values: &[Value<'q>]) -> AnyArguments<'q> {
    let mut arguments = AnyArguments::default();
    for value in values {
        // Nothing can go wrong with numbers, texts and bytes.
        let _ = match *value {
            Value::Int(number) => arguments.add(number),
            Value::Text(text) => match encode(text) {
                Cow::Borrowed(text) => arguments.add(text),
                Cow::Owned(text) => arguments.add(text),
            },
            Value::Bytes(bytes) => arguments.add(bytes),
        };
    }
    arguments
}
