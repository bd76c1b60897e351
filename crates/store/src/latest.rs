//! The latest results of an estate, and its findings page by page, now or as they were at an earlier run.

use crate::database::{Row, Value};
use crate::run::Outcome;
use crate::store::{RUN, find_estate, run};
use crate::tally::kept;
use crate::words::Words;
use crate::{Run, RunId, Store, StoreError, Tally};

/// The latest results of an estate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    /// The last run.
    pub run: Run,
    /// Every item of it.
    pub items: Vec<ItemResult>,
}

/// The latest result of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemResult {
    /// Its id.
    pub item: String,
    /// Whether the last run asked it.
    pub asked: bool,
    /// The last run that did: its results are shown.
    pub seen: Option<RunId>,
    /// How many security groups were at risk.
    pub security_groups: u64,
    /// How many servers were at risk.
    pub servers: u64,
    /// Its findings by risk, in that run.
    pub tallies: Vec<Tally>,
}

/// Which findings are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted<'a> {
    /// As they were after this run; without it, as they are now.
    pub at: Option<RunId>,
    /// Those of this item only.
    pub item: Option<&'a str>,
    /// Those behind this one.
    pub after: Option<Cursor>,
    /// At most so many.
    pub limit: u32,
}

/// A place in the list of findings, from which to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The item's number in the store.
    pub item: i64,
    /// The finding's.
    pub finding: i64,
}

/// A finding as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The item that found it.
    pub item: String,
    /// What names it across runs.
    pub cause: u64,
    /// What was found.
    pub outcome: Outcome<String>,
    /// The run since which it is so.
    pub since: RunId,
    /// Its place in the list.
    pub cursor: Cursor,
}

impl Store {
    /// The latest results of an estate, which is known by then if a run of it has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub fn latest(&self, estate: &str) -> Result<Option<Latest>, StoreError> {
        let mut work = self.read()?;
        let Some(number) = find_estate(&mut work, estate)? else { return Ok(None) };
        let last = format!("{RUN} AND r.estate = ? ORDER BY r.turn DESC LIMIT 1");
        let Some(run) = work.first(&last, &[number.into()])?.as_ref().map(run) else { return Ok(None) };
        let words = Words::read(&mut work)?;
        let sql = "SELECT n.item, n.asked, COALESCE(n.seen, 0), COALESCE(c.security_groups, 0), \
                   COALESCE(c.servers, 0) FROM (SELECT l.item AS item, l.asked AS asked, (SELECT MAX(p.turn) \
                   FROM run_item p WHERE p.estate = l.estate AND p.item = l.item AND p.asked = 1) AS seen \
                   FROM run_item l WHERE l.turn = ?) n LEFT JOIN run_item c ON c.turn = n.seen AND c.item = n.item \
                   ORDER BY n.item";
        let rows = work.rows(sql, &[run.id.0.into()])?;
        drop(work);
        let items = self.results(estate, &words, &rows)?;
        Ok(Some(Latest { run, items }))
    }

    fn results(&self, estate: &str, words: &Words, rows: &[Row]) -> Result<Vec<ItemResult>, StoreError> {
        let mut turns: Vec<i64> = rows.iter().map(|row| row.int(2)).filter(|turn| *turn > 0).collect();
        turns.sort_unstable();
        turns.dedup();
        let mut tallies = Vec::new();
        for turn in turns {
            self.counted(estate, turn)?;
            tallies.push((turn, kept(&mut self.read()?, words, turn)?));
        }
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        let result = |row: &Row| {
            let item = words.text(row.int(0));
            let of_run = tallies.iter().find(|(turn, _)| *turn == row.int(2));
            let own = of_run.into_iter().flat_map(|(_, all)| all).filter(|tally| tally.item == item);
            ItemResult {
                asked: row.int(1) == 1,
                seen: Some(RunId(row.int(2))).filter(|id| id.0 > 0),
                security_groups: count(row.int(3)),
                servers: count(row.int(4)),
                tallies: own.cloned().collect(),
                item,
            }
        };
        Ok(rows.iter().map(result).collect())
    }

    /// Findings of an estate, in the order of items and then as they were found.
    ///
    /// Those of an item that was not asked lately are there as they were last seen.
    ///
    /// # Errors
    /// When the database fails.
    pub fn findings(&self, estate: &str, wanted: &Wanted<'_>) -> Result<Vec<Held>, StoreError> {
        let mut work = self.read()?;
        let Some(estate) = find_estate(&mut work, estate)? else { return Ok(Vec::new()) };
        let words = Words::read(&mut work)?;
        let mut sql = format!("{HELD} WHERE s.estate = ?");
        let mut values: Vec<Value<'_>> = vec![estate.into()];
        match wanted.at {
            None => sql += " AND s.closed = 0",
            Some(run) => {
                sql += " AND s.opened <= ? AND (s.closed = 0 OR s.closed > ?)";
                values.extend([Value::Int(run.0), Value::Int(run.0)]);
            }
        }
        if let Some(item) = wanted.item {
            sql += " AND s.item = ?";
            values.push(words.find(item).into());
        }
        let after = wanted.after.unwrap_or_default();
        sql += " AND (s.item, s.id) > (?, ?) ORDER BY s.item, s.id LIMIT ?";
        values.extend([after.item, after.finding, i64::from(wanted.limit)].map(Value::Int));
        Ok(work.rows(&sql, &values)?.iter().map(|row| held(row, &words)).collect())
    }
}

/// The columns of [`Held`], for [`held`].
pub(crate) const HELD: &str = "SELECT s.id, s.item, s.cause, s.extent, s.risk, s.certainty, s.exposure, s.status, s.servers, \
                               s.subject, s.name, s.opened FROM span s";

pub(crate) fn held(row: &Row, words: &Words) -> Held {
    Held {
        item: words.text(row.int(1)),
        cause: row.int(2).cast_unsigned(),
        outcome: outcome(row, words, 3),
        since: RunId(row.int(11)),
        cursor: Cursor { item: row.int(1), finding: row.int(0) },
    }
}

/// The outcome in a row, from column `at` on, as the table has it.
pub(crate) fn outcome(row: &Row, words: &Words, at: usize) -> Outcome<String> {
    Outcome {
        extent: u32::try_from(row.int(at)).unwrap_or(0),
        risk: words.text(row.int(at + 1)),
        certainty: words.text(row.int(at + 2)),
        exposure: words.text(row.int(at + 3)),
        status: words.text(row.int(at + 4)),
        servers: u32::try_from(row.int(at + 5)).unwrap_or(0),
        subject: row.text(at + 6),
        name: row.text(at + 7),
    }
}
