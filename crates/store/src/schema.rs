//! The tables, as a list of versions: a store is brought from its version to the newest when it is opened.
//!
//! Both databases take the same statements. Keys are numbers, because a text may be longer than an index takes.

use crate::StoreError;
use crate::database::{Database, Kind, Mode, Work};

/// Each entry makes the next version out of the one before. Entries are added, never changed.
const VERSIONS: &[&[&str]] = &[
    &[
        // Whoever writes updates this row first, and so waits for the writer before.
        "CREATE TABLE turnstile (id INTEGER PRIMARY KEY, passed BIGINT NOT NULL)",
        "INSERT INTO turnstile VALUES (1, 0)",
        // Texts that come back in many rows: items, risks, states.
        "CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL)",
        "CREATE TABLE estate (id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
        // Documents as received, each once: `hash` is the SHA-256 of all of it, the pieces are compressed.
        "CREATE TABLE document (id INTEGER PRIMARY KEY, hash BYTEA NOT NULL, bytes BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX document_hash ON document (hash)",
        "CREATE TABLE piece (document BIGINT NOT NULL, at BIGINT NOT NULL, data BYTEA NOT NULL, \
     PRIMARY KEY (document, at))",
        // `turn` counts the runs that have ended; it is 0 while a run is under way.
        "CREATE TABLE run (id INTEGER PRIMARY KEY, turn BIGINT NOT NULL, estate BIGINT NOT NULL, \
     started_ms BIGINT NOT NULL, finished_ms BIGINT NOT NULL, who TEXT NOT NULL, program TEXT NOT NULL, \
     verdict BIGINT NOT NULL, pruned_ms BIGINT NOT NULL)",
        "CREATE INDEX run_turn ON run (estate, turn)",
        "CREATE TABLE run_document (run BIGINT NOT NULL, at BIGINT NOT NULL, path TEXT NOT NULL, \
     document BIGINT NOT NULL, PRIMARY KEY (run, at))",
        "CREATE INDEX run_document_document ON run_document (document)",
        "CREATE TABLE run_item (turn BIGINT NOT NULL, item BIGINT NOT NULL, estate BIGINT NOT NULL, \
     asked BIGINT NOT NULL, security_groups BIGINT NOT NULL, servers BIGINT NOT NULL, PRIMARY KEY (turn, item))",
        "CREATE INDEX run_item_asked ON run_item (estate, item, turn) WHERE asked = 1",
        // A stretch of time in which a finding stayed as it was: from the run that found it so, to the run that did not.
        // `closed` is 0 while it lasts.
        "CREATE TABLE span (id INTEGER PRIMARY KEY, estate BIGINT NOT NULL, item BIGINT NOT NULL, \
     cause BIGINT NOT NULL, extent BIGINT NOT NULL, risk BIGINT NOT NULL, certainty BIGINT NOT NULL, \
     exposure BIGINT NOT NULL, status BIGINT NOT NULL, servers BIGINT NOT NULL, subject TEXT NOT NULL, \
     name TEXT NOT NULL, opened BIGINT NOT NULL, closed BIGINT NOT NULL)",
        "CREATE INDEX span_open ON span (estate, item, id) WHERE closed = 0",
        "CREATE INDEX span_cause ON span (cause)",
        "CREATE INDEX span_opened ON span (opened)",
        "CREATE INDEX span_closed ON span (closed) WHERE closed > 0",
        "CREATE TABLE item_switch (item BIGINT PRIMARY KEY, enabled BIGINT NOT NULL, who TEXT NOT NULL, \
     at_ms BIGINT NOT NULL)",
        "CREATE TABLE waiver (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, item TEXT NOT NULL, \
     subject TEXT NOT NULL, reason TEXT NOT NULL, until TEXT NOT NULL, who TEXT NOT NULL, at_ms BIGINT NOT NULL, \
     withdrawn_ms BIGINT NOT NULL)",
        "CREATE TABLE audit (id INTEGER PRIMARY KEY, at_ms BIGINT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, \
     subject TEXT NOT NULL, detail TEXT NOT NULL)",
        // A cache: how many findings each item had in a run, counted over the spans.
        "CREATE TABLE tally (turn BIGINT NOT NULL, item BIGINT NOT NULL, risk BIGINT NOT NULL, found BIGINT NOT NULL, \
     fresh BIGINT NOT NULL, reopened BIGINT NOT NULL, changed BIGINT NOT NULL, fixed BIGINT NOT NULL, \
     PRIMARY KEY (turn, item, risk))",
    ],
    // What a console needs.
    &[
        // Names may be longer than an index takes, and there are few of them.
        "CREATE TABLE console_user (id INTEGER PRIMARY KEY, name TEXT NOT NULL, password_hash TEXT NOT NULL, \
     role TEXT NOT NULL, disabled BIGINT NOT NULL, created_ms BIGINT NOT NULL, changed_ms BIGINT NOT NULL)",
        // Of a user, or of a role: the other one is empty. `hash` is the SHA-256 of the secret.
        "CREATE TABLE api_token (id INTEGER PRIMARY KEY, name TEXT NOT NULL, user_name TEXT NOT NULL, \
     role TEXT NOT NULL, hash BYTEA NOT NULL, created_ms BIGINT NOT NULL, last_used_ms BIGINT NOT NULL, \
     expires_ms BIGINT NOT NULL, revoked_ms BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX api_token_hash ON api_token (hash)",
        "CREATE TABLE session (id INTEGER PRIMARY KEY, hash BYTEA NOT NULL, user_name TEXT NOT NULL, \
     created_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX session_hash ON session (hash)",
        "CREATE TABLE setting (word BIGINT PRIMARY KEY, value TEXT NOT NULL, who TEXT NOT NULL, at_ms BIGINT NOT NULL)",
        "CREATE TABLE mark (id INTEGER PRIMARY KEY, estate BIGINT NOT NULL, item BIGINT NOT NULL, cause BIGINT NOT NULL, \
     note TEXT NOT NULL, who TEXT NOT NULL, at_ms BIGINT NOT NULL, taken_back_ms BIGINT NOT NULL)",
        // The cache counts what nobody has accepted, too.
        "DROP TABLE tally",
        "CREATE TABLE tally (turn BIGINT NOT NULL, item BIGINT NOT NULL, risk BIGINT NOT NULL, found BIGINT NOT NULL, \
     open BIGINT NOT NULL, fresh BIGINT NOT NULL, reopened BIGINT NOT NULL, changed BIGINT NOT NULL, \
     fixed BIGINT NOT NULL, PRIMARY KEY (turn, item, risk))",
    ],
    // How much the internet could reach at a run. It can be counted again for as long as the documents of the run are there.
    &["CREATE TABLE exposure (turn BIGINT PRIMARY KEY, surely BIGINT NOT NULL, possibly BIGINT NOT NULL, \
     addresses BIGINT NOT NULL)"],
];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Int,
    Text,
    Bytes,
}

/// A table that a backup takes along.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The first ones are the key.
    pub(crate) columns: &'static [(&'static str, Holds)],
    pub(crate) key: usize,
    /// How many rows are taken at a time.
    pub(crate) page: usize,
}

use Holds::{Bytes, Int, Text};

/// All tables that hold what cannot be computed again, or not once documents are given up.
pub(crate) const TRUTH: [Table; 16] = [
    Table { name: "word", columns: &[("id", Int), ("text", Text)], key: 1, page: 1000 },
    Table { name: "estate", columns: &[("id", Int), ("name", Text)], key: 1, page: 1000 },
    Table { name: "document", columns: &[("id", Int), ("hash", Bytes), ("bytes", Int)], key: 1, page: 1000 },
    Table { name: "piece", columns: &[("document", Int), ("at", Int), ("data", Bytes)], key: 2, page: 16 },
    Table {
        name: "run",
        columns: &[
            ("id", Int),
            ("turn", Int),
            ("estate", Int),
            ("started_ms", Int),
            ("finished_ms", Int),
            ("who", Text),
            ("program", Text),
            ("verdict", Int),
            ("pruned_ms", Int),
        ],
        key: 1,
        page: 1000,
    },
    Table {
        name: "run_document",
        columns: &[("run", Int), ("at", Int), ("path", Text), ("document", Int)],
        key: 2,
        page: 1000,
    },
    Table {
        name: "run_item",
        columns: &[
            ("turn", Int),
            ("item", Int),
            ("estate", Int),
            ("asked", Int),
            ("security_groups", Int),
            ("servers", Int),
        ],
        key: 2,
        page: 1000,
    },
    Table {
        name: "span",
        columns: &[
            ("id", Int),
            ("estate", Int),
            ("item", Int),
            ("cause", Int),
            ("extent", Int),
            ("risk", Int),
            ("certainty", Int),
            ("exposure", Int),
            ("status", Int),
            ("servers", Int),
            ("subject", Text),
            ("name", Text),
            ("opened", Int),
            ("closed", Int),
        ],
        key: 1,
        page: 1000,
    },
    Table {
        name: "item_switch",
        columns: &[("item", Int), ("enabled", Int), ("who", Text), ("at_ms", Int)],
        key: 1,
        page: 1000,
    },
    Table {
        name: "waiver",
        columns: &[
            ("id", Int),
            ("fingerprint", Text),
            ("item", Text),
            ("subject", Text),
            ("reason", Text),
            ("until", Text),
            ("who", Text),
            ("at_ms", Int),
            ("withdrawn_ms", Int),
        ],
        key: 1,
        page: 1000,
    },
    Table {
        name: "audit",
        columns: &[
            ("id", Int),
            ("at_ms", Int),
            ("who", Text),
            ("action", Text),
            ("subject", Text),
            ("detail", Text),
        ],
        key: 1,
        page: 1000,
    },
    Table {
        name: "console_user",
        columns: &[
            ("id", Int),
            ("name", Text),
            ("password_hash", Text),
            ("role", Text),
            ("disabled", Int),
            ("created_ms", Int),
            ("changed_ms", Int),
        ],
        key: 1,
        page: 1000,
    },
    Table {
        name: "api_token",
        columns: &[
            ("id", Int),
            ("name", Text),
            ("user_name", Text),
            ("role", Text),
            ("hash", Bytes),
            ("created_ms", Int),
            ("last_used_ms", Int),
            ("expires_ms", Int),
            ("revoked_ms", Int),
        ],
        key: 1,
        page: 1000,
    },
    Table {
        name: "setting",
        columns: &[("word", Int), ("value", Text), ("who", Text), ("at_ms", Int)],
        key: 1,
        page: 1000,
    },
    Table {
        name: "mark",
        columns: &[
            ("id", Int),
            ("estate", Int),
            ("item", Int),
            ("cause", Int),
            ("note", Text),
            ("who", Text),
            ("at_ms", Int),
            ("taken_back_ms", Int),
        ],
        key: 1,
        page: 1000,
    },
    Table {
        name: "exposure",
        columns: &[("turn", Int), ("surely", Int), ("possibly", Int), ("addresses", Int)],
        key: 1,
        page: 1000,
    },
];

/// The version that this program makes.
pub(crate) const NEWEST: i64 = 3;

/// Brings a database to the newest version.
pub(crate) fn migrate(database: &Database) -> Result<(), StoreError> {
    // Most stores are up to date: then nobody has to wait for a writer.
    let found = version(&mut database.begin(Mode::Read)?)?;
    if found != Some(NEWEST) {
        let mut work = database.begin(Mode::Write)?;
        if database.kind() == Kind::Server {
            // Two programs that make the same store at the same time.
            work.run("SELECT pg_advisory_xact_lock(8017)", &[])?;
        }
        let from = version(&mut work)?;
        upgrade(&mut work, from)?;
        work.commit()?;
    }
    Ok(())
}

fn upgrade(work: &mut Work<'_>, from: Option<i64>) -> Result<(), StoreError> {
    let place = || work.database().place().to_string();
    if let Some(found) = from.filter(|found| *found > NEWEST) {
        return Err(StoreError::Newer { place: place(), found, known: NEWEST });
    }
    if from.is_none() {
        if has_tables(work)? {
            return Err(StoreError::Foreign(work.database().place().to_string()));
        }
        work.run("CREATE TABLE store_version (version BIGINT NOT NULL)", &[])?;
        work.run("INSERT INTO store_version VALUES (0)", &[])?;
    }
    let done = usize::try_from(from.unwrap_or(0)).unwrap_or(0);
    for statement in VERSIONS.iter().skip(done).copied().flatten() {
        work.run(statement, &[])?;
    }
    work.run("UPDATE store_version SET version = ?", &[NEWEST.into()])?;
    Ok(())
}

/// The version of a store; nothing where there is none yet.
fn version(work: &mut Work<'_>) -> Result<Option<i64>, StoreError> {
    let is_there = match work.database().kind() {
        Kind::File => "SELECT COUNT(*) FROM sqlite_master WHERE name = 'store_version'",
        Kind::Server => {
            "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'store_version' \
                         AND schemaname = ANY (current_schemas(false))"
        }
    };
    if work.number(is_there, &[])? == 0 {
        return Ok(None);
    }
    Ok(Some(work.number("SELECT version FROM store_version", &[])?))
}

/// Whether somebody else keeps something here.
fn has_tables(work: &mut Work<'_>) -> Result<bool, StoreError> {
    let count = match work.database().kind() {
        Kind::File => "SELECT COUNT(*) FROM sqlite_master",
        Kind::Server => "SELECT COUNT(*) FROM pg_tables WHERE schemaname = ANY (current_schemas(false))",
    };
    Ok(work.number(count, &[])? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_its_statements() {
        assert_eq!(usize::try_from(NEWEST).unwrap(), VERSIONS.len());
    }

    /// Every table is either truth, or known to be something else; and every column of the truth is taken along.
    #[test]
    fn backups_take_every_table_along() {
        // Who restores a backup should not let in again who has logged out since.
        let others = ["turnstile", "tally", "session"];
        let mut seen = 0;
        for statement in VERSIONS.iter().copied().flatten() {
            let Some(rest) = statement.strip_prefix("CREATE TABLE ") else { continue };
            let (name, columns) = rest.split_once(" (").unwrap();
            if others.contains(&name) {
                continue;
            }
            let table = TRUTH.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("{name}"));
            let columns = columns.split("PRIMARY KEY (").next().unwrap();
            let declared: Vec<&str> = columns
                .split(", ")
                .filter_map(|column| column.trim_end_matches(')').split_once(' '))
                .map(|(name, _)| name)
                .collect();
            let taken: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
            assert_eq!(declared, taken, "{name}");
            seen += 1;
        }
        assert_eq!(seen, TRUTH.len());
    }
}
