//! How many findings an estate had, run by run: told from the kept tallies, not from the findings.

use std::collections::BTreeMap;

use crate::database::{Row, Value};
use crate::store::find_estate;
use crate::words::Words;
use crate::{Moment, RunId, Store, StoreError};

/// What was known after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendPoint {
    /// The run.
    pub run: RunId,
    /// When it ended.
    pub at: Moment,
    /// How many findings there were; a risk without any is not in it.
    pub risks: Vec<RiskCount>,
}

/// How many findings of one risk there were.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RiskCount {
    /// The risk.
    pub risk: String,
    /// All findings.
    pub found: u64,
    /// Those of them that nobody has accepted: their status is `open` or `grown`.
    pub open: u64,
}

/// What an item had found when it was last asked, by risk: all findings, and the open ones.
type Counts = BTreeMap<i64, [i64; 2]>;

/// The last runs before one in which each item was asked.
const BEFORE: &str = "SELECT a.item AS item, MAX(a.turn) AS turn FROM run_item a WHERE a.estate = ? \
                      AND a.asked = 1 AND a.turn < ? GROUP BY a.item";

impl Store {
    /// How many findings there were after each of the last runs of an estate, oldest first: of all items or of these.
    ///
    /// An item that a run did not ask counts with what it had found before.
    ///
    /// # Errors
    /// When the database fails.
    pub fn trend(
        &self,
        estate: &str,
        items: Option<&[&str]>,
        last: u32,
    ) -> Result<Vec<TrendPoint>, StoreError> {
        let mut work = self.read()?;
        let Some(number) = find_estate(&mut work, estate)? else { return Ok(Vec::new()) };
        let sql =
            "SELECT turn, finished_ms FROM run WHERE estate = ? AND turn > 0 ORDER BY turn DESC LIMIT ?";
        let mut runs = work.rows(sql, &[number.into(), i64::from(last).into()])?;
        drop(work);
        runs.reverse();
        let Some(first) = runs.first().map(|row| row.int(0)) else { return Ok(Vec::new()) };
        self.count_missing(estate, number, first)?;
        let mut work = self.read()?;
        let words = Words::read(&mut work)?;
        let columns = "SELECT t.turn, t.item, t.risk, t.found, t.open FROM tally t JOIN";
        let sql = format!("{columns} ({BEFORE}) b ON b.turn = t.turn AND b.item = t.item");
        let before = work.rows(&sql, &[number.into(), first.into()])?;
        let sql =
            format!("{columns} run r ON r.turn = t.turn WHERE r.estate = ? AND t.turn >= ? ORDER BY t.turn");
        let since = work.rows(&sql, &[number.into(), first.into()])?;
        let wanted: Option<Vec<i64>> = items.map(|items| items.iter().map(|item| words.find(item)).collect());
        let wanted = wanted.as_deref();
        let mut known: BTreeMap<i64, Counts> = BTreeMap::new();
        learn(&mut known, &before, wanted);
        let mut trend = Vec::with_capacity(runs.len());
        for run in &runs {
            let start = since.partition_point(|row| row.int(0) < run.int(0));
            let end = since.partition_point(|row| row.int(0) <= run.int(0));
            learn(&mut known, since.get(start..end).unwrap_or_default(), wanted);
            trend.push(point(run, &known, &words));
        }
        Ok(trend)
    }

    /// Sees to it that the tallies are there that a trend from run `first` on is told from.
    fn count_missing(&self, name: &str, estate: i64, first: i64) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT r.turn FROM run r WHERE r.estate = ? \
             AND (r.turn >= ? OR r.turn IN (SELECT b.turn FROM ({BEFORE}) b)) AND r.turn > 0 \
             AND NOT EXISTS (SELECT 1 FROM tally t WHERE t.turn = r.turn) \
             AND EXISTS (SELECT 1 FROM run_item a WHERE a.turn = r.turn AND a.asked = 1)"
        );
        let values = [estate, first, estate, first].map(Value::Int);
        let missing = self.read()?.rows(&sql, &values)?;
        missing.iter().try_for_each(|row| self.counted(name, row.int(0)))
    }
}

/// Takes over what was counted: of an item all or nothing.
fn learn(known: &mut BTreeMap<i64, Counts>, rows: &[Row], wanted: Option<&[i64]>) {
    let mut now: BTreeMap<i64, Counts> = BTreeMap::new();
    for row in rows.iter().filter(|row| wanted.is_none_or(|wanted| wanted.contains(&row.int(1)))) {
        now.entry(row.int(1)).or_default().insert(row.int(2), [row.int(3), row.int(4)]);
    }
    known.extend(now);
}

fn point(run: &Row, known: &BTreeMap<i64, Counts>, words: &Words) -> TrendPoint {
    let mut sums = Counts::new();
    for (risk, [found, open]) in known.values().flatten() {
        let sum = sums.entry(*risk).or_default();
        *sum = [sum[0] + found, sum[1] + open];
    }
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let risks = sums.into_iter().filter(|(_, [found, _])| *found > 0).map(|(risk, [found, open])| {
        RiskCount { risk: words.text(risk), found: count(found), open: count(open) }
    });
    TrendPoint { run: RunId(run.int(0)), at: Moment(run.int(1)), risks: risks.collect() }
}
