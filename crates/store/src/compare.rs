//! What lies between two runs of an estate: findings that appeared, disappeared and changed.

use crate::database::{Value, Work};
use crate::latest::{Cursor, HELD, Held, held};
use crate::store::find_estate;
use crate::words::Words;
use crate::{RunId, Store, StoreError};

/// What may have become of a finding from one run to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Difference {
    /// It was not there at the one, and is at the other.
    Appeared,
    /// It was there at the one, and is not at the other.
    Disappeared,
    /// It is there at both, but not the same: its extent, its servers, its status and the like.
    Changed,
}

/// Which differences are wanted. Those of an item that was not asked lately are as it was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared<'a> {
    /// The one run.
    pub from: RunId,
    /// The other, which may be the earlier one.
    pub to: RunId,
    /// What became of the findings.
    pub difference: Difference,
    /// Those of these items only.
    pub items: Option<&'a [&'a str]>,
    /// Those behind this one.
    pub after: Option<Cursor>,
    /// At most so many.
    pub limit: u32,
}

/// How far two runs are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Apart {
    /// Findings that appeared.
    pub appeared: u64,
    /// Findings that disappeared.
    pub disappeared: u64,
    /// Findings that changed.
    pub changed: u64,
}

/// Asks for spans that last at one of the two runs and were begun or ended between them, and whose finding is there at the
/// other run, or is not.
struct Question {
    condition: String,
    values: [i64; 6],
}

/// Whether two spans of a finding tell different things.
const OTHERWISE: &str = " AND (p.extent <> s.extent OR p.risk <> s.risk OR p.certainty <> s.certainty \
                         OR p.exposure <> s.exposure OR p.status <> s.status OR p.servers <> s.servers \
                         OR p.subject <> s.subject OR p.name <> s.name)";

impl Question {
    fn of(estate: i64, from: RunId, to: RunId, difference: Difference) -> Self {
        let (early, late) = (from.min(to).0, from.max(to).0);
        // The run at which the finding is, as it is told.
        let told = if difference == Difference::Disappeared { from.0 } else { to.0 };
        let (between, other) = if told == late {
            ("s.opened > ? AND s.opened <= ? AND (s.closed = 0 OR s.closed > ?)", early)
        } else {
            // The first condition is that of the index.
            ("s.closed > 0 AND s.closed > ? AND s.closed <= ? AND s.opened <= ?", late)
        };
        let (exists, otherwise) = match difference {
            // What changed and changed back, or was fixed and came back, is another span but the same.
            Difference::Changed => ("EXISTS", OTHERWISE),
            Difference::Appeared | Difference::Disappeared => ("NOT EXISTS", ""),
        };
        let condition = format!(
            "s.estate = ? AND {between} AND {exists} (SELECT 1 FROM span p WHERE p.cause = s.cause \
             AND p.item = s.item AND p.estate = s.estate AND p.opened <= ? AND (p.closed = 0 OR p.closed > ?){otherwise})"
        );
        Self { condition, values: [estate, early, late, told, other, other] }
    }

    fn values(&self) -> Vec<Value<'static>> {
        self.values.map(Value::Int).to_vec()
    }
}

impl Store {
    /// Findings of an estate that one run has and another has not, or has otherwise: those that changed and appeared as
    /// they are at `to`, those that disappeared as they were at `from`; in the order of items and then as they were found.
    ///
    /// # Errors
    /// When the estate has no such runs, and when the database fails.
    pub fn difference(&self, estate: &str, compared: &Compared<'_>) -> Result<Vec<Held>, StoreError> {
        let mut work = self.read()?;
        let number = self.of_both(&mut work, estate, compared.from, compared.to)?;
        let words = Words::read(&mut work)?;
        let question = Question::of(number, compared.from, compared.to, compared.difference);
        let mut sql = format!("{HELD} WHERE {}", question.condition);
        let mut values = question.values();
        only(&mut sql, &mut values, &words, compared.items);
        let after = compared.after.unwrap_or_default();
        sql += " AND (s.item, s.id) > (?, ?) ORDER BY s.item, s.id LIMIT ?";
        values.extend([after.item, after.finding, i64::from(compared.limit)].map(Value::Int));
        Ok(work.rows(&sql, &values)?.iter().map(|row| held(row, &words)).collect())
    }

    /// How many findings of an estate appeared, disappeared and changed from one run to another: of all items or of these.
    ///
    /// # Errors
    /// As [`Store::difference`].
    pub fn apart(
        &self,
        estate: &str,
        from: RunId,
        to: RunId,
        items: Option<&[&str]>,
    ) -> Result<Apart, StoreError> {
        let mut work = self.read()?;
        let number = self.of_both(&mut work, estate, from, to)?;
        let words = Words::read(&mut work)?;
        let mut count = |difference| {
            let question = Question::of(number, from, to, difference);
            let mut values = question.values();
            let mut sql = format!("SELECT COUNT(*) FROM span s WHERE {}", question.condition);
            only(&mut sql, &mut values, &words, items);
            Ok::<_, StoreError>(u64::try_from(work.number(&sql, &values)?).unwrap_or(0))
        };
        Ok(Apart {
            appeared: count(Difference::Appeared)?,
            disappeared: count(Difference::Disappeared)?,
            changed: count(Difference::Changed)?,
        })
    }

    /// The number of an estate that has both runs.
    fn of_both(&self, work: &mut Work<'_>, estate: &str, from: RunId, to: RunId) -> Result<i64, StoreError> {
        let unknown = |what: String| self.unknown(&what);
        let number = find_estate(work, estate)?.ok_or_else(|| unknown(format!("estate `{estate}`")))?;
        for run in [from, to] {
            let sql = "SELECT COUNT(*) FROM run WHERE estate = ? AND turn = ? AND turn > 0";
            if work.number(sql, &[number.into(), run.0.into()])? == 0 {
                return Err(unknown(format!("run {run} of `{estate}`")));
            }
        }
        Ok(number)
    }
}

/// Keeps to some items.
fn only(sql: &mut String, values: &mut Vec<Value<'_>>, words: &Words, items: Option<&[&str]>) {
    if let Some(items) = items {
        // 0 is the number of no item.
        sql.extend([" AND s.item IN (0", &", ?".repeat(items.len()), ")"]);
        values.extend(items.iter().map(|item| Value::Int(words.find(item))));
    }
}
