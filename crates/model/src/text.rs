//! Interned text: every id and name of an estate is stored once and passed around as a number.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// A text of an estate, by number. Equal texts have equal numbers; the order of numbers means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Text(u32);

impl Text {
    /// The empty text, which stands for "not said".
    pub const EMPTY: Self = Self(0);

    /// Whether this is the empty text.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The number, dense from 0, for tables indexed by text.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The store of all texts of an estate: one arena of UTF-8 and a table of numbers into it.
#[derive(Debug, Clone)]
pub struct Texts {
    arena: String,
    /// End of each text in the arena; its start is the end of the one before.
    ends: Vec<usize>,
    table: HashTable<u32>,
    hasher: FixedState,
}

impl std::default::Default for Texts {
    fn default() -> Self {
        Self { arena: String::new(), ends: vec![0], table: HashTable::new(), hasher: FixedState::default() }
    }
}

impl Texts {
    /// The text of a number; empty for a number of another store.
    pub fn get(&self, text: Text) -> &str {
        slice(&self.arena, &self.ends, text.0)
    }

    /// The number of a text, if it was interned.
    pub fn find(&self, wanted: &str) -> Option<Text> {
        if wanted.is_empty() {
            return Some(Text::EMPTY);
        }
        let hash = self.hasher.hash_one(wanted);
        self.table.find(hash, |&n| slice(&self.arena, &self.ends, n) == wanted).map(|&n| Text(n))
    }

    /// Stores a text once and gives its number.
    ///
    /// A store is full at 2^32 texts, which no machine's memory reaches; the empty text is given from there on.
    pub fn intern(&mut self, wanted: &str) -> Text {
        if wanted.is_empty() {
            return Text::EMPTY;
        }
        let Self { arena, ends, table, hasher } = self;
        let hash = hasher.hash_one(wanted);
        if let Some(&n) = table.find(hash, |&n| slice(arena, ends, n) == wanted) {
            return Text(n);
        }
        let Ok(number) = u32::try_from(ends.len()) else { return Text::EMPTY };
        arena.push_str(wanted);
        ends.push(arena.len());
        table.insert_unique(hash, number, |&n| hasher.hash_one(slice(arena, ends, n)));
        Text(number)
    }

    /// All texts in the order of their numbers, the empty one first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let text = self.arena.get(start..end).unwrap_or("");
            start = end;
            text
        })
    }

    /// How many different texts are stored, the empty one included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether only the empty text is stored.
    pub fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }
}

/// The text numbered `n`, found between the end before and its own.
fn slice<'a>(arena: &'a str, ends: &[usize], n: u32) -> &'a str {
    let n = n as usize;
    let Some(&end) = ends.get(n) else { return "" };
    let start = n.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    arena.get(start..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_a_number_and_read_back() {
        let mut texts = Texts::default();
        let words = ["sg-1", "sg-2", "", "sg-1", "büro", "sg-10"];
        let numbers: Vec<Text> = words.iter().map(|w| texts.intern(w)).collect();
        assert_eq!(numbers[0], numbers[3]);
        assert_eq!(numbers[2], Text::EMPTY);
        assert_eq!(texts.len(), 5);
        for (word, number) in words.iter().zip(&numbers) {
            assert_eq!(texts.get(*number), *word);
            assert_eq!(texts.find(word), Some(*number));
        }
        assert_eq!(texts.find("sg-3"), None);
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["", "sg-1", "sg-2", "büro", "sg-10"]);
    }

    #[test]
    fn a_foreign_number_reads_as_empty() {
        assert_eq!(Texts::default().get(Text(7)), "");
    }

    #[test]
    fn many_texts_survive_the_growth_of_the_table() {
        let mut texts = Texts::default();
        let numbers: Vec<Text> = (0..5000).map(|n| texts.intern(&format!("i-{n}"))).collect();
        for (n, number) in numbers.iter().enumerate() {
            assert_eq!(texts.get(*number), format!("i-{n}"));
        }
    }
}
