//! Writing a run: its documents one by one, then all of its results at once.

use std::collections::HashMap;
use std::io::{self, Read, Seek};

use crate::audit::{self, By};
use crate::database::{Value, Work};
use crate::store::find_estate;
use crate::tally;
use crate::words::Words;
use crate::{Moment, RunId, Store, StoreError, document};

/// How many rows are written with one statement. More gain nothing, and `PostgreSQL` takes at most 65,535 values.
const BATCH: usize = 500;
/// How many open findings are compared at a time.
const PAGE: i64 = 10_000;
/// How many documents are stored in one transaction.
const DOCUMENTS: usize = 64;

/// A run that begins.
#[derive(Debug, Clone, Copy)]
pub struct NewRun<'a> {
    /// The name of the estate that is checked.
    pub estate: &'a str,
    /// When it begins.
    pub started: Moment,
    /// Who started it.
    pub who: &'a str,
    /// The program and its version.
    pub program: &'a str,
}

/// What there is to remember of a run that ends.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// When it ends.
    pub finished: Moment,
    /// The exit code of the check.
    pub verdict: u8,
    /// Every item, asked or not.
    pub items: &'a [Asked<'a>],
}

/// What became of an item in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Its id.
    pub item: &'a str,
    /// Whether the run asked it. The findings of others stay as they were.
    pub asked: bool,
    /// How many security groups are at risk.
    pub security_groups: u64,
    /// How many servers are at risk.
    pub servers: u64,
}

/// A finding of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    /// The id of the item that found it.
    pub item: &'a str,
    /// What names it across runs: the first half of its fingerprint.
    pub cause: u64,
    /// What was found.
    pub outcome: Outcome<&'a str>,
}

/// What was found; when any of it changes, the history of the finding shows that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Outcome<T> {
    /// How far it reaches: the second half of its fingerprint.
    pub extent: u32,
    /// `high`, `medium`, `low` or `info`.
    pub risk: T,
    /// `sure` or `possible`.
    pub certainty: T,
    /// `internet`, `private`, `unattached` or `unknown`.
    pub exposure: T,
    /// `open`, `waived` and the like.
    pub status: T,
    /// How many servers are at risk.
    pub servers: u32,
    /// The id of the group or interface.
    pub subject: T,
    /// Its name.
    pub name: T,
}

/// A run under way. Dropped before [`RunWriter::finish`], it counts as never made, and `prune` clears away its documents.
#[derive(Debug)]
pub struct RunWriter<'s> {
    store: &'s Store,
    id: i64,
    estate: i64,
    name: String,
    who: String,
    documents: i64,
}

impl Store {
    /// Begins a run.
    ///
    /// # Errors
    /// When the database fails.
    pub fn begin(&self, run: &NewRun<'_>) -> Result<RunWriter<'_>, StoreError> {
        let mut work = self.write()?;
        let estate = if let Some(estate) = find_estate(&mut work, run.estate)? {
            estate
        } else {
            let estate = work.number("SELECT COALESCE(MAX(id), 0) FROM estate", &[])? + 1;
            work.insert("estate (id, name)", 2, &[estate.into(), run.estate.into()])?;
            estate
        };
        let id = work.number("SELECT COALESCE(MAX(id), 0) FROM run", &[])? + 1;
        work.run(
            "INSERT INTO run (id, turn, estate, started_ms, finished_ms, who, program, verdict, pruned_ms) \
             VALUES (?, 0, ?, ?, 0, ?, ?, 0, 0)",
            &[id.into(), estate.into(), run.started.0.into(), run.who.into(), run.program.into()],
        )?;
        work.commit()?;
        let (name, who) = (run.estate.to_owned(), run.who.to_owned());
        Ok(RunWriter { store: self, id, estate, name, who, documents: 0 })
    }
}

impl RunWriter<'_> {
    /// Stores a document as received: its bytes, under the path that it was read from.
    ///
    /// # Errors
    /// When it cannot be read, changes meanwhile, or the database fails.
    pub fn document(&mut self, path: &str, source: impl Read + Seek) -> Result<(), StoreError> {
        self.documents([(path, || Ok(source))])
    }

    /// Stores many documents; each is opened when its turn comes.
    ///
    /// # Errors
    /// As [`RunWriter::document`].
    pub fn documents<'p, R: Read + Seek>(
        &mut self,
        documents: impl IntoIterator<Item = (&'p str, impl FnOnce() -> io::Result<R>)>,
    ) -> Result<(), StoreError> {
        let mut documents = documents.into_iter().peekable();
        while documents.peek().is_some() {
            // Others get their turn now and then, and each commit waits for the disk once.
            let mut work = self.store.write()?;
            for (path, open) in documents.by_ref().take(DOCUMENTS) {
                let mut source = open().map_err(|why| StoreError::File { path: path.to_owned(), why })?;
                let document = document::store(&mut work, path, &mut source)?;
                self.documents += 1;
                let values = [self.id.into(), self.documents.into(), path.into(), document.into()];
                work.insert("run_document (run, at, path, document)", 4, &values)?;
            }
            work.commit()?;
        }
        Ok(())
    }

    /// Ends the run: from now on it is remembered, with all of its findings or not at all.
    ///
    /// A finding that comes twice counts once.
    ///
    /// # Errors
    /// When the database fails.
    pub fn finish<'a>(
        self,
        ended: &Ended<'_>,
        findings: impl IntoIterator<Item = Found<'a>>,
    ) -> Result<RunId, StoreError> {
        let mut work = self.store.write()?;
        let turn = work.number("SELECT COALESCE(MAX(turn), 0) FROM run", &[])? + 1;
        let mut words = Words::read(&mut work)?;
        work.run(
            "UPDATE run SET turn = ?, finished_ms = ?, verdict = ? WHERE id = ?",
            &[turn.into(), ended.finished.0.into(), i64::from(ended.verdict).into(), self.id.into()],
        )?;
        let asked = self.items(&mut work, &mut words, turn, ended.items)?;
        let mut now = Now::of(&mut work, &mut words, findings)?;
        let closed = self.compare(&mut work, &mut now, &asked)?;
        close(&mut work, turn, &closed)?;
        self.open(&mut work, turn, &now)?;
        tally::count(&mut work, self.estate, turn)?;
        let by = By { who: &self.who, at: ended.finished };
        audit::note(&mut work, by, "run", &self.name, &format!("run {turn}"))?;
        work.commit()?;
        Ok(RunId(turn))
    }

    /// Remembers which items ran, and gives those that did.
    fn items(
        &self,
        work: &mut Work<'_>,
        words: &mut Words,
        turn: i64,
        items: &[Asked<'_>],
    ) -> Result<Vec<i64>, StoreError> {
        let mut asked = Vec::new();
        let mut values: Vec<Value<'_>> = Vec::new();
        let mut seen = Vec::new();
        for item in items {
            let number = words.number(work, item.item)?;
            if seen.contains(&number) {
                continue;
            }
            seen.push(number);
            if item.asked {
                asked.push(number);
            }
            let count = |count: u64| Value::Int(i64::try_from(count).unwrap_or(i64::MAX));
            values.extend([turn, number, self.estate, i64::from(item.asked)].map(Value::Int));
            values.extend([count(item.security_groups), count(item.servers)]);
        }
        for rows in values.chunks(6 * BATCH) {
            work.insert("run_item (turn, item, estate, asked, security_groups, servers)", 6, rows)?;
        }
        Ok(asked)
    }

    /// Holds what is open against what was found now: gives what is not so any more, and marks what still is.
    fn compare(&self, work: &mut Work<'_>, now: &mut Now<'_>, asked: &[i64]) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT id, item, cause, extent, risk, certainty, exposure, status, servers, subject, name \
                   FROM span WHERE estate = ? AND closed = 0 AND (item, id) > (?, ?) ORDER BY item, id LIMIT ?";
        let mut closed = Vec::new();
        let mut after = (0, 0);
        loop {
            let rows = work.rows(sql, &[self.estate.into(), after.0.into(), after.1.into(), PAGE.into()])?;
            let Some(last) = rows.last() else { return Ok(closed) };
            after = (last.int(1), last.int(0));
            for row in &rows {
                let key = (row.int(1), row.int(2));
                let numbers = [row.int(3), row.int(4), row.int(5), row.int(6), row.int(7), row.int(8)];
                match now.by_key.get(&key).and_then(|at| now.rows.get_mut(*at)) {
                    Some(found) if found.is(&numbers, &row.text(9), &row.text(10)) => found.known = true,
                    Some(_) => closed.push(row.int(0)),
                    None if asked.contains(&key.0) => closed.push(row.int(0)),
                    None => {}
                }
            }
        }
    }

    fn open(&self, work: &mut Work<'_>, turn: i64, now: &Now<'_>) -> Result<(), StoreError> {
        let mut id = work.number("SELECT COALESCE(MAX(id), 0) FROM span", &[])?;
        let mut values = Vec::with_capacity(COLUMNS * BATCH);
        for row in now.rows.iter().filter(|row| !row.known) {
            id += 1;
            values.extend([
                Value::Int(id),
                Value::Int(self.estate),
                Value::Int(row.key.0),
                Value::Int(row.key.1),
            ]);
            values.extend(row.numbers.map(Value::Int));
            values.extend([Value::Text(row.subject), Value::Text(row.name), Value::Int(turn), Value::Int(0)]);
            if values.len() == COLUMNS * BATCH {
                work.insert(SPAN, COLUMNS, &values)?;
                values.clear();
            }
        }
        work.insert(SPAN, COLUMNS, &values)
    }
}

const COLUMNS: usize = 14;
const SPAN: &str = "span (id, estate, item, cause, extent, risk, certainty, exposure, status, servers, subject, name, \
                    opened, closed)";

fn close(work: &mut Work<'_>, turn: i64, spans: &[i64]) -> Result<(), StoreError> {
    let or = work.database().kind().or_rollback();
    for some in spans.chunks(BATCH) {
        let marks = vec!["?"; some.len()].join(", ");
        let mut values = vec![Value::Int(turn)];
        values.extend(some.iter().map(|id| Value::Int(*id)));
        work.run(&format!("UPDATE{or} span SET closed = ? WHERE id IN ({marks})"), &values)?;
    }
    Ok(())
}

/// What was found now, in words of the store.
struct Now<'a> {
    rows: Vec<Fresh<'a>>,
    by_key: HashMap<(i64, i64), usize>,
}

struct Fresh<'a> {
    /// Item and cause.
    key: (i64, i64),
    /// Extent, risk, certainty, exposure, status and servers.
    numbers: [i64; 6],
    subject: &'a str,
    name: &'a str,
    /// Whether the store has it, just so.
    known: bool,
}

impl Fresh<'_> {
    fn is(&self, numbers: &[i64; 6], subject: &str, name: &str) -> bool {
        self.numbers == *numbers && self.subject == subject && self.name == name
    }
}

impl<'a> Now<'a> {
    fn of(
        work: &mut Work<'_>,
        words: &mut Words,
        findings: impl IntoIterator<Item = Found<'a>>,
    ) -> Result<Self, StoreError> {
        let mut now = Self { rows: Vec::new(), by_key: HashMap::new() };
        for found in findings {
            let key = (words.number(work, found.item)?, found.cause.cast_signed());
            let outcome = found.outcome;
            let numbers = [
                i64::from(outcome.extent),
                words.number(work, outcome.risk)?,
                words.number(work, outcome.certainty)?,
                words.number(work, outcome.exposure)?,
                words.number(work, outcome.status)?,
                i64::from(outcome.servers),
            ];
            let at = now.rows.len();
            if *now.by_key.entry(key).or_insert(at) == at {
                let (subject, name) = (outcome.subject, outcome.name);
                now.rows.push(Fresh { key, numbers, subject, name, known: false });
            }
        }
        Ok(now)
    }
}
