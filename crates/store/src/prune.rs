//! Giving up documents of old runs. Runs, their results and the history of findings stay.

use crate::audit::{self, By};
use crate::database::{Kind, Value, Work};
use crate::{Store, StoreError};

/// How long a day is, in milliseconds.
const DAY: i64 = 86_400_000;
/// After so long, a run that has not ended was killed.
const GIVEN_UP: i64 = DAY;

/// Which runs keep their documents: each is kept for which one of these rules speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The last runs of each estate; at least one is always kept.
    pub last: u32,
    /// The last run of each estate on each of the last days, counted in UTC.
    pub daily: u32,
    /// The last run of each estate in each of the last weeks, from Thursday to Wednesday as 1970 began on a Thursday.
    pub weekly: u32,
}

/// What was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Runs that lost their documents.
    pub runs: u64,
    /// Runs that never ended, and are forgotten.
    pub unfinished: u64,
    /// Documents that no run has any more.
    pub documents: u64,
    /// Bytes of these, as they were received.
    pub bytes: u64,
}

/// A run, as the policy looks at it.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    id: i64,
    estate: i64,
    finished: i64,
}

impl Policy {
    /// The runs that lose their documents, of all, newest first.
    fn doomed(self, runs: &[Candidate], now: i64) -> Vec<i64> {
        let mut doomed = Vec::new();
        let mut of_estate: Vec<(i64, u32, i64, i64)> = Vec::new();
        for run in runs {
            let (day, week) = (run.finished.div_euclid(DAY), run.finished.div_euclid(7 * DAY));
            let at = of_estate.iter().position(|(estate, ..)| *estate == run.estate).unwrap_or_else(|| {
                of_estate.push((run.estate, 0, i64::MAX, i64::MAX));
                of_estate.len() - 1
            });
            let Some((_, seen, last_day, last_week)) = of_estate.get_mut(at) else { continue };
            let is_last = *seen < self.last.max(1);
            let is_daily = day != *last_day && now.div_euclid(DAY) - day < i64::from(self.daily);
            let is_weekly = week != *last_week && now.div_euclid(7 * DAY) - week < i64::from(self.weekly);
            (*seen, *last_day, *last_week) = (*seen + 1, day, week);
            if !(is_last || is_daily || is_weekly) {
                doomed.push(run.id);
            }
        }
        doomed
    }
}

impl Store {
    /// Gives up the documents of runs that the policy does not keep, and everything of runs that were killed.
    ///
    /// With `pretend`, only tells what it would do.
    ///
    /// # Errors
    /// When the database fails.
    pub fn prune(&self, by: By<'_>, policy: Policy, pretend: bool) -> Result<Pruned, StoreError> {
        let mut work = self.write()?;
        let sql =
            "SELECT id, estate, finished_ms FROM run WHERE turn > 0 AND pruned_ms = 0 ORDER BY turn DESC";
        let runs: Vec<Candidate> = work
            .rows(sql, &[])?
            .iter()
            .map(|row| Candidate { id: row.int(0), estate: row.int(1), finished: row.int(2) })
            .collect();
        let doomed = policy.doomed(&runs, by.at.0);
        for run in &doomed {
            work.run("DELETE FROM run_document WHERE run = ?", &[(*run).into()])?;
            work.run("UPDATE run SET pruned_ms = ? WHERE id = ?", &[by.at.0.max(1).into(), (*run).into()])?;
        }
        let before = Value::Int(by.at.0.saturating_sub(GIVEN_UP));
        let of_killed =
            "DELETE FROM run_document WHERE run IN (SELECT id FROM run WHERE turn = 0 AND started_ms < ?)";
        work.run(of_killed, &[before])?;
        let unfinished = work.run("DELETE FROM run WHERE turn = 0 AND started_ms < ?", &[before])?;
        let (documents, bytes) = orphans(&mut work)?;
        let pruned = Pruned { runs: doomed.len() as u64, unfinished, documents, bytes };
        if pretend {
            return Ok(pruned);
        }
        let detail = format!("{} runs, {documents} documents, {bytes} bytes", pruned.runs);
        audit::note(&mut work, by, "prune", "documents", &detail)?;
        work.commit()?;
        if self.database.kind() == Kind::File {
            // Gives the room back to the file system; a server does so by itself.
            self.database.outside("PRAGMA incremental_vacuum")?;
            self.database.outside("PRAGMA wal_checkpoint(TRUNCATE)")?;
        }
        Ok(pruned)
    }
}

/// Deletes documents that no run has: how many, and how large they were.
fn orphans(work: &mut Work<'_>) -> Result<(u64, u64), StoreError> {
    let nobodys = "NOT EXISTS (SELECT 1 FROM run_document p WHERE p.document = d.id)";
    let sum = format!("SELECT CAST(COALESCE(SUM(d.bytes), 0) AS BIGINT) FROM document d WHERE {nobodys}");
    let bytes = u64::try_from(work.number(&sum, &[])?).unwrap_or(0);
    work.run(
        &format!("DELETE FROM piece WHERE document IN (SELECT d.id FROM document d WHERE {nobodys})"),
        &[],
    )?;
    let documents = work.run(
        &format!("DELETE FROM document WHERE id IN (SELECT d.id FROM document d WHERE {nobodys})"),
        &[],
    )?;
    Ok((documents, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One estate, one run at noon of each of these days, newest first; today is day 30, in week 4.
    fn kept(policy: Policy, days: &[i64]) -> Vec<i64> {
        let at = |day: i64| day * DAY + DAY / 2;
        let run = |(id, day): (i64, &i64)| Candidate { id, estate: 1, finished: at(*day) };
        let runs: Vec<Candidate> = (0..).zip(days).map(run).collect();
        let doomed = policy.doomed(&runs, at(30));
        (0..).zip(days).filter(|(id, _)| !doomed.contains(id)).map(|(_, day)| *day).collect()
    }

    #[test]
    fn each_rule_keeps_its_own() {
        let days = [30, 30, 29, 27, 22, 20, 13, 1];
        let policy = |last, daily, weekly| Policy { last, daily, weekly };
        for (policy, expected) in [
            // The last one is always kept.
            (policy(0, 0, 0), vec![30]),
            (policy(3, 0, 0), vec![30, 30, 29]),
            (policy(100, 0, 0), days.to_vec()),
            // Days 27 to 30, each with its last run.
            (policy(0, 4, 0), vec![30, 29, 27]),
            // Weeks 4 (days 28 to 34), 3 (21 to 27) and 2 (14 to 20).
            (policy(0, 0, 3), vec![30, 27, 20]),
            (policy(2, 2, 3), vec![30, 30, 29, 27, 20]),
        ] {
            assert_eq!(kept(policy, &days), expected, "{policy:?}");
        }
    }

    #[test]
    fn every_estate_keeps_its_last_run() {
        let runs = [1, 2, 3].map(|id| Candidate { id, estate: id % 2, finished: 0 });
        let doomed = Policy { last: 0, daily: 0, weekly: 0 }.doomed(&runs, 100 * DAY);
        assert_eq!(doomed, [3]);
    }
}
