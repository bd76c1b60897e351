//! How many findings each item had in a run: counted over the spans, and kept because counting a million takes a while.

use std::collections::{BTreeMap, BTreeSet};

use crate::database::{Value, Work};
use crate::store::find_estate;
use crate::words::Words;
use crate::{RunId, Store, StoreError};

/// How many findings an item had in a run, of one risk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// The item.
    pub item: String,
    /// The risk; empty for an item without findings.
    pub risk: String,
    /// Findings in this run.
    pub found: u64,
    /// Those of them that nobody has accepted: their status is `open` or `grown`.
    pub open: u64,
    /// Those of them that were never seen before.
    pub fresh: u64,
    /// Those of them that had been fixed.
    pub reopened: u64,
    /// Those of them that were there in the run before, but otherwise.
    pub changed: u64,
    /// Findings that this run did not see any more.
    pub fixed: u64,
}

type Counts = BTreeMap<(i64, i64), [i64; 6]>;

const FOUND: usize = 0;
const OPEN: usize = 1;
const FRESH: usize = 2;
const REOPENED: usize = 3;
const CHANGED: usize = 4;
const FIXED: usize = 5;

/// The spans that a run opened, each by what it follows: the last span of the same finding, if there is one. That is looked for once
/// for all three counts.
const OPENED: &str = "WITH n AS MATERIALIZED (SELECT s.item AS item, s.risk AS risk, s.opened AS opened, \
                      (SELECT COALESCE(MAX(p.closed), 0) FROM span p WHERE p.cause = s.cause AND p.item = s.item \
                      AND p.estate = s.estate AND p.opened + 0 < s.opened) AS before FROM span s WHERE s.opened = ?) \
                      SELECT n.item, n.risk, COUNT(CASE WHEN n.before = 0 THEN 1 END), \
                      COUNT(CASE WHEN n.before > 0 AND n.before < n.opened THEN 1 END), \
                      COUNT(CASE WHEN n.before = n.opened THEN 1 END) FROM n GROUP BY n.item, n.risk";

/// The spans that a run closed and that nothing follows at once. The sum keeps databases from looking for what follows among all that
/// the run opened, which is as many times as many steps; the first condition is that of the index.
const CLOSED: &str = "SELECT s.item, s.risk, COUNT(*) FROM span s WHERE s.closed > 0 AND s.closed = ? AND NOT EXISTS \
                      (SELECT 1 FROM span n WHERE n.cause = s.cause AND n.item = s.item AND n.estate = s.estate \
                      AND n.opened + 0 = s.closed) GROUP BY s.item, s.risk";

/// Counts a run and keeps the result, in place of what was kept before.
pub(crate) fn count(work: &mut Work<'_>, estate: i64, turn: i64) -> Result<(), StoreError> {
    let mut counts = Counts::new();
    // An item without findings has a row too: nothing kept and nothing found are not the same.
    for row in work.rows("SELECT item FROM run_item WHERE turn = ? AND asked = 1", &[turn.into()])? {
        counts.insert((row.int(0), 0), [0; 6]);
    }
    let asked = "s.item IN (SELECT a.item FROM run_item a WHERE a.turn = ? AND a.asked = 1)";
    let is_open = "s.status IN (SELECT w.id FROM word w WHERE w.text IN ('open', 'grown'))";
    let found = format!(
        "SELECT s.item, s.risk, COUNT(*), COUNT(CASE WHEN {is_open} THEN 1 END) FROM span s WHERE s.estate = ? AND s.opened <= ? \
         AND (s.closed = 0 OR s.closed > ?) AND {asked} GROUP BY s.item, s.risk"
    );
    take(work, &mut counts, &[FOUND, OPEN], &found, &[estate, turn, turn, turn])?;
    take(work, &mut counts, &[FRESH, REOPENED, CHANGED], OPENED, &[turn])?;
    take(work, &mut counts, &[FIXED], CLOSED, &[turn])?;
    let counted: BTreeSet<i64> = counts.keys().filter(|(_, risk)| *risk > 0).map(|(item, _)| *item).collect();
    counts.retain(|(item, risk), _| *risk > 0 || !counted.contains(item));
    keep(work, turn, &counts)
}

fn take(
    work: &mut Work<'_>,
    counts: &mut Counts,
    which: &[usize],
    sql: &str,
    values: &[i64],
) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = values.iter().map(|value| Value::Int(*value)).collect();
    for row in work.rows(sql, &values)? {
        let counted = counts.entry((row.int(0), row.int(1))).or_default();
        for (column, which) in (2..).zip(which) {
            if let Some(count) = counted.get_mut(*which) {
                *count = row.int(column);
            }
        }
    }
    Ok(())
}

fn keep(work: &mut Work<'_>, turn: i64, counts: &Counts) -> Result<(), StoreError> {
    work.run("DELETE FROM tally WHERE turn = ?", &[turn.into()])?;
    let mut values = Vec::new();
    for ((item, risk), counted) in counts {
        values.extend([turn, *item, *risk].map(Value::Int));
        values.extend(counted.map(Value::Int));
    }
    for rows in values.chunks(9 * 500) {
        work.insert("tally (turn, item, risk, found, open, fresh, reopened, changed, fixed)", 9, rows)?;
    }
    Ok(())
}

/// What is kept of a run.
pub(crate) fn kept(work: &mut Work<'_>, words: &Words, turn: i64) -> Result<Vec<Tally>, StoreError> {
    let sql = "SELECT item, risk, found, open, fresh, reopened, changed, fixed FROM tally WHERE turn = ? \
               ORDER BY item, risk";
    let rows = work.rows(sql, &[turn.into()])?;
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let tallies = rows.iter().map(|row| Tally {
        item: words.text(row.int(0)),
        risk: words.text(row.int(1)),
        found: count(row.int(2)),
        open: count(row.int(3)),
        fresh: count(row.int(4)),
        reopened: count(row.int(5)),
        changed: count(row.int(6)),
        fixed: count(row.int(7)),
    });
    Ok(tallies.collect())
}

impl Store {
    /// How many findings each item had in a run, by risk; items without any have one tally, of no risk.
    ///
    /// # Errors
    /// When the store has no such run, and when the database fails.
    pub fn tallies(&self, run: RunId) -> Result<Vec<Tally>, StoreError> {
        let estate = self.run(run)?.estate;
        self.counted(&estate, run.0)?;
        let mut work = self.read()?;
        let words = Words::read(&mut work)?;
        kept(&mut work, &words, run.0)
    }

    /// Sees to it that the tallies of a run are there.
    pub(crate) fn counted(&self, estate: &str, turn: i64) -> Result<(), StoreError> {
        if self.read()?.number("SELECT COUNT(*) FROM tally WHERE turn = ?", &[turn.into()])? == 0 {
            let mut work = self.write()?;
            if let Some(estate) = find_estate(&mut work, estate)? {
                count(&mut work, estate, turn)?;
            }
            work.commit()?;
        }
        Ok(())
    }

    /// Forgets everything that can be computed again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_derived(&self) -> Result<(), StoreError> {
        let mut work = self.write()?;
        work.run("DELETE FROM tally", &[])?;
        // Without documents nobody can count again.
        work.run(
            "DELETE FROM exposure WHERE turn IN (SELECT r.turn FROM run r WHERE r.turn > 0 AND r.pruned_ms = 0)",
            &[],
        )?;
        work.commit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    /// A run in which a million findings change closes a million spans and opens as many: each has to be found by its finding.
    #[test]
    fn what_a_run_opened_and_closed_is_found_by_index() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Place::File(folder.path().join("s.db"))).unwrap();
        for (statement, index, before) in [
            (OPENED, "span_opened (opened=?)", "span_cause (cause=?)"),
            (CLOSED, "span_closed (closed=?)", "span_cause (cause=?)"),
        ] {
            let mut work = store.read().unwrap();
            let plan = work.rows(&format!("EXPLAIN QUERY PLAN {statement}"), &[Value::Int(1)]).unwrap();
            let searches: Vec<String> = plan
                .iter()
                .map(|row| row.text(3))
                .filter(|step| step.contains("span") || step.starts_with("SCAN s"))
                .collect();
            let [outer, inner] = searches.as_slice() else { panic!("{searches:?}") };
            assert!(outer.contains(index) && inner.contains(before), "{searches:?}");
        }
    }
}
