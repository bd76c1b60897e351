//! How much the internet could reach at each run: counted by whoever reads the documents, and kept because reading takes a while.

use crate::database::Row;
use crate::store::find_estate;
use crate::{Moment, RunId, Store, StoreError};

/// How much the internet could reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exposure {
    /// Interfaces that it surely reached.
    pub surely: u64,
    /// Further ones that it may have reached: the documents leave it open.
    pub possibly: u64,
    /// Public addresses of all these.
    pub addresses: u64,
}

/// A run, and what was counted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposurePoint {
    /// The run.
    pub run: RunId,
    /// When it ended.
    pub at: Moment,
    /// Whether its documents were given up, so that it cannot be counted any more.
    pub pruned: bool,
    /// Nothing where nobody has counted, which is not the same as none.
    pub exposure: Option<Exposure>,
}

fn point(row: &Row) -> ExposurePoint {
    let count = |at| u64::try_from(row.int(at)).unwrap_or(0);
    let exposure = Exposure { surely: count(4), possibly: count(5), addresses: count(6) };
    ExposurePoint {
        run: RunId(row.int(0)),
        at: Moment(row.int(1)),
        pruned: row.int(2) != 0,
        exposure: (row.int(3) != 0).then_some(exposure),
    }
}

impl Store {
    /// Keeps what was counted of a run, in place of what was kept before.
    ///
    /// # Errors
    /// When the store has no such run, and when the database fails.
    pub fn keep_exposure(&self, run: RunId, exposure: Exposure) -> Result<(), StoreError> {
        let mut work = self.write()?;
        if work.number("SELECT COUNT(*) FROM run WHERE turn = ?", &[run.0.into()])? == 0 {
            return Err(self.unknown(&format!("run {run}")));
        }
        work.run("DELETE FROM exposure WHERE turn = ?", &[run.0.into()])?;
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX).into();
        let Exposure { surely, possibly, addresses } = exposure;
        let values = [run.0.into(), count(surely), count(possibly), count(addresses)];
        work.insert("exposure (turn, surely, possibly, addresses)", 4, &values)?;
        work.commit()
    }

    /// The last runs of an estate with what was counted of them, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn exposures(&self, estate: &str, last: u32) -> Result<Vec<ExposurePoint>, StoreError> {
        let mut work = self.read()?;
        let Some(estate) = find_estate(&mut work, estate)? else { return Ok(Vec::new()) };
        let sql = "SELECT r.turn, r.finished_ms, r.pruned_ms, CASE WHEN e.turn IS NULL THEN 0 ELSE 1 END, \
                   COALESCE(e.surely, 0), COALESCE(e.possibly, 0), COALESCE(e.addresses, 0) \
                   FROM run r LEFT JOIN exposure e ON e.turn = r.turn \
                   WHERE r.estate = ? AND r.turn > 0 ORDER BY r.turn DESC LIMIT ?";
        let rows = work.rows(sql, &[estate.into(), i64::from(last).into()])?;
        Ok(rows.iter().rev().map(point).collect())
    }
}
