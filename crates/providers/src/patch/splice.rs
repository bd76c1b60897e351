//! Replacing stretches of JSON text, and reading objects and lists with the places of their parts.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::{Cursor, Step};

/// Text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What replaces stretches of a text.
#[derive(Debug, Default)]
pub(crate) struct Splices(Vec<(Range<usize>, String)>);

impl Splices {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// How much there is to replace so far.
    pub(crate) fn mark(&self) -> usize {
        self.0.len()
    }

    /// Forgets what was to be replaced since a mark.
    pub(crate) fn reset(&mut self, mark: usize) {
        self.0.truncate(mark);
    }

    /// Puts words in the place of a stretch, which may be empty.
    pub(crate) fn replace(&mut self, range: Range<usize>, words: String) {
        self.0.push((range, words));
    }

    /// Adds to a count, written as a number or as text.
    pub(crate) fn recount(&mut self, count: &Field<'_>, growth: i64) {
        if let Ok(number) = count.words.trim().parse::<i64>()
            && growth != 0
            && number > 0
        {
            self.replace(count.at.clone(), number.saturating_add(growth).max(0).to_string());
        }
    }

    /// The text with everything replaced, and nothing left to replace.
    pub(super) fn apply(&mut self, text: &str) -> String {
        let mut splices = std::mem::take(&mut self.0);
        splices.sort_by_key(|(range, _)| (range.start, range.end));
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for (range, words) in splices {
            out.push_str(text.get(done..range.start).unwrap_or_default());
            out.push_str(&words);
            done = done.max(range.end);
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
}

/// A field of an object: its key, where its value stands, and its words where it is no list or object.
#[derive(Debug, Clone)]
pub(crate) struct Field<'t> {
    pub(crate) key: String,
    pub(crate) at: Range<usize>,
    pub(crate) words: Cow<'t, str>,
}

impl<'t> Field<'t> {
    /// All fields of the object that the cursor stands before.
    pub(crate) fn all(cursor: &mut Cursor<'t>) -> Step<Vec<Self>> {
        let mut fields = Vec::new();
        cursor.object(|cursor, key| {
            let key = String::from_utf8_lossy(key).into_owned();
            let simple = !matches!(cursor.peek()?, b'{' | b'[');
            let start = cursor.at();
            let words = if simple { cursor.text()?.unwrap_or_default() } else { Cow::Borrowed("") };
            if !simple {
                cursor.skip()?;
            }
            fields.push(Self { key, at: start..cursor.at(), words });
            Ok(())
        })?;
        Ok(fields)
    }

    /// The words of a field; empty where there is none.
    pub(crate) fn words<'f>(fields: &'f [Self], key: &str) -> &'f str {
        fields.iter().find(|field| field.key == key).map_or("", |field| field.words.as_ref())
    }
}

/// A list with the places of its elements.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    whole: Range<usize>,
    rows: Vec<Range<usize>>,
}

impl Rows {
    /// Reads a list, plain or wrapped once, giving `each` the cursor before every element.
    pub(crate) fn read<'t>(
        cursor: &mut Cursor<'t>,
        mut each: impl FnMut(&mut Cursor<'t>, usize) -> Step,
    ) -> Step<Self> {
        cursor.peek()?;
        let (start, mut rows) = (cursor.at(), Vec::new());
        cursor.rows(|cursor| {
            cursor.peek()?;
            let start = cursor.at();
            each(cursor, rows.len())?;
            rows.push(start..cursor.at());
            Ok(())
        })?;
        Ok(Self { whole: start..cursor.at(), rows })
    }

    /// How many elements it has.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Takes out the rows that `goes` names and puts new ones behind the last. `name` is the key of a list that has none yet.
    pub(crate) fn edit(&self, splices: &mut Splices, text: &str, name: &str, goes: &[usize], new: &[String]) {
        let mut kept = false;
        for (at, row) in self.rows.iter().enumerate() {
            if !goes.contains(&at) {
                kept = true;
                continue;
            }
            let before = at.checked_sub(1).and_then(|at| self.rows.get(at));
            let gone = match (before, self.rows.get(at + 1)) {
                (Some(before), _) if kept => before.end..row.end,
                (_, Some(next)) => row.start..next.start,
                (_, None) => row.clone(),
            };
            splices.replace(gone, String::new());
        }
        if new.is_empty() {
            return;
        }
        if let Some(last) = self.rows.last() {
            let gap = self.gap(text);
            let mut words = String::new();
            for (nth, row) in new.iter().enumerate() {
                if kept || nth > 0 {
                    words.push(',');
                    words.push_str(gap);
                }
                words.push_str(row);
            }
            splices.replace(last.end..last.end, words);
            return;
        }
        let list = new.join(", ");
        let inside = text.get(self.whole.clone()).unwrap_or_default();
        match inside.find('[') {
            Some(open) => {
                let at = self.whole.start + open + 1;
                splices.replace(at..at, list);
            }
            None => splices.replace(self.whole.clone(), format!("{{{}: [{list}]}}", quoted(name))),
        }
    }

    /// The white space between rows.
    fn gap<'t>(&self, text: &'t str) -> &'t str {
        let before = match self.rows.as_slice() {
            [.., before, last] => text.get(before.end..last.start),
            [only] => text.get(self.whole.start..only.start).and_then(|start| start.get(start.rfind('[')?..)),
            [] => None,
        };
        before.unwrap_or_default().trim_start_matches([',', '['])
    }
}
