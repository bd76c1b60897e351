//! Reads the sources again every so many minutes, if an administrator has set that.

use std::sync::Arc;
use std::time::Duration;

use portreeve_store::{By, Moment, Store, StoreError};

use crate::console::Console;
use crate::problem::Problem;
use crate::record::now;
use crate::run::Progress;

/// The key of the setting in the store.
const KEY: &str = "schedule.minutes";
/// A week, in minutes: the longest that may be set.
pub(crate) const LONGEST: u32 = 7 * 24 * 60;
/// How often the schedule is looked at.
const LOOK: Duration = Duration::from_secs(20);
/// Who the audit log says has started the run.
const WHO: &str = "schedule";

/// Every how many minutes the sources are read; nothing where only people start runs.
pub(crate) fn minutes(store: &Store) -> Result<Option<u32>, StoreError> {
    let set = store.setting(KEY)?.and_then(|text| text.parse().ok());
    Ok(set.filter(|minutes| (1..=LONGEST).contains(minutes)))
}

/// Has the sources read every so many minutes; with nothing, only people start runs.
pub(crate) fn set(store: &Store, who: &str, minutes: Option<u32>) -> Result<(), Problem> {
    if let Some(wrong) = minutes.filter(|minutes| !(1..=LONGEST).contains(minutes)) {
        let why = format!("`{wrong}` is no number of minutes: write one from 1 to {LONGEST}, or none");
        return Err(Problem::Invalid(why));
    }
    let value = minutes.map(|minutes| minutes.to_string());
    Ok(store.set(By { who, at: now() }, &[(KEY, value.as_deref())])?)
}

/// Whether a run is due: none was tried yet, or the last one long enough ago.
fn is_due(minutes: u32, last: Option<Moment>, now: Moment) -> bool {
    last.is_none_or(|last| now.0.saturating_sub(last.0) >= i64::from(minutes) * 60_000)
}

/// When the last run ended, well or not.
fn last(console: &Console) -> Option<Moment> {
    let shown = console.current().map(|current| current.desk.snapshot.run.finished);
    let failed = match &*console.progress.borrow() {
        Progress::Failed { at, .. } => Some(Moment(*at)),
        Progress::Idle | Progress::Running { .. } => None,
    };
    shown.max(failed)
}

/// Starts runs when they are due, for as long as the console is open.
pub(crate) async fn keep(console: Arc<Console>) {
    loop {
        let due = console.work(|console| {
            let minutes = minutes(&console.store)?;
            Ok(minutes.is_some_and(|minutes| is_due(minutes, last(console), now())))
        });
        // A store in trouble is met again at the next look, and told by every page meanwhile.
        if due.await.unwrap_or(false) {
            // One that is under way already will do.
            drop(console.obtain(WHO));
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_due_when_none_was_tried_or_the_last_is_long_ago() {
        let at = |minutes: i64| Moment(minutes * 60_000);
        for (every, last, now, due) in [
            (15, None, at(0), true),
            (15, Some(at(100)), at(100), false),
            (15, Some(at(100)), at(114), false),
            (15, Some(at(100)), at(115), true),
            // A clock that was put back starts nothing.
            (1, Some(at(100)), at(50), false),
        ] {
            assert_eq!(is_due(every, last, now), due, "{every} {last:?} {now:?}");
        }
    }
}
