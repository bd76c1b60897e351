//! The life of a finding: first seen, last seen, fixed, reopened.

use crate::database::{Row, Value, Work};
use crate::latest::outcome;
use crate::run::Outcome;
use crate::store::find_estate;
use crate::words::Words;
use crate::{Moment, RunId, Store, StoreError};

/// The life of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The item that found it.
    pub item: String,
    /// When it was first seen.
    pub first_seen: Moment,
    /// When it was last seen.
    pub last_seen: Moment,
    /// When it was first not seen any more, if it is gone now.
    pub fixed: Option<Moment>,
    /// How many times it came back.
    pub reopened: usize,
    /// How it was, from then to now: never empty.
    pub spans: Vec<Span>,
}

/// A stretch of time in which a finding stayed as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The run that found it so first.
    pub opened: RunId,
    /// When that was.
    pub since: Moment,
    /// When a run found it so last.
    pub last_seen: Moment,
    /// The run that did not find it so any more, and when that was.
    pub closed: Option<(RunId, Moment)>,
    /// What was found.
    pub outcome: Outcome<String>,
}

impl Store {
    /// The lives of the findings of a cause: one for each item, hence mostly one or none.
    ///
    /// # Errors
    /// When the database fails.
    pub fn life(&self, estate: &str, cause: u64) -> Result<Vec<Life>, StoreError> {
        Ok(self.lives(estate, &[cause])?.into_iter().map(|(_, life)| life).collect())
    }

    /// As [`Store::life`], of several causes at once: each life with its cause, ascending by item.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lives(&self, estate: &str, causes: &[u64]) -> Result<Vec<(u64, Life)>, StoreError> {
        let mut work = self.read()?;
        let Some(estate) = find_estate(&mut work, estate)?.filter(|_| !causes.is_empty()) else {
            return Ok(Vec::new());
        };
        let words = Words::read(&mut work)?;
        let mut lives: Vec<(u64, Life)> = Vec::new();
        for row in &spans(&mut work, estate, causes)? {
            let since = Moment(row.int(2));
            let last_seen = finished(&mut work, estate, row.int(13))?.unwrap_or(since);
            let closed = (row.int(3) > 0).then(|| (RunId(row.int(3)), Moment(row.int(4))));
            let opened = RunId(row.int(1));
            let span = Span { opened, since, last_seen, closed, outcome: outcome(row, &words, 5) };
            let (item, cause) = (words.text(row.int(0)), row.int(14).cast_unsigned());
            match lives.last_mut().filter(|(known, life)| *known == cause && life.item == item) {
                Some((_, life)) => life.goes_on(span),
                None => lives.push((cause, Life::begins(item, span))),
            }
        }
        Ok(lives)
    }
}

/// The spans of some causes, those of one item and cause one after the other.
fn spans(work: &mut Work<'_>, estate: i64, causes: &[u64]) -> Result<Vec<Row>, StoreError> {
    // Items that are not asked are not looked for: the last run that saw a finding is one that asked its item.
    let places = vec!["?"; causes.len()].join(", ");
    let sql = format!(
        "SELECT s.item, s.opened, o.finished_ms, s.closed, COALESCE(c.finished_ms, 0), s.extent, s.risk, \
         s.certainty, s.exposure, s.status, s.servers, s.subject, s.name, \
         (SELECT MAX(a.turn) FROM run_item a WHERE a.estate = s.estate AND a.item = s.item \
         AND a.asked = 1 AND (s.closed = 0 OR a.turn < s.closed)), s.cause \
         FROM span s JOIN run o ON o.turn = s.opened AND o.estate = s.estate \
         LEFT JOIN run c ON c.turn = s.closed AND c.estate = s.estate AND s.closed > 0 \
         WHERE s.cause IN ({places}) AND s.estate = ? ORDER BY s.item, s.cause, s.opened"
    );
    let mut values: Vec<Value<'_>> = causes.iter().map(|cause| cause.cast_signed().into()).collect();
    values.push(estate.into());
    work.rows(&sql, &values)
}

fn finished(work: &mut Work<'_>, estate: i64, turn: i64) -> Result<Option<Moment>, StoreError> {
    let sql = "SELECT finished_ms FROM run WHERE estate = ? AND turn = ?";
    Ok(work.first(sql, &[estate.into(), turn.into()])?.map(|row| Moment(row.int(0))))
}

impl Life {
    fn begins(item: String, span: Span) -> Self {
        Self {
            item,
            first_seen: span.since,
            last_seen: span.last_seen,
            fixed: span.closed.map(|(_, moment)| moment),
            reopened: 0,
            spans: vec![span],
        }
    }

    fn goes_on(&mut self, span: Span) {
        let before = self.spans.last().and_then(|last| last.closed);
        self.reopened += usize::from(before.is_some_and(|(run, _)| run < span.opened));
        self.last_seen = span.last_seen;
        self.fixed = span.closed.map(|(_, moment)| moment);
        self.spans.push(span);
    }
}
