//! Interned text: every id and name of an estate is stored once and passed around as a number.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

/// A text of an estate, by number. Equal texts have equal numbers, unless they were [appended](Texts::append); the order of
/// numbers means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Text(u32);

impl Text {
    /// The empty text, which stands for "not said".
    pub const EMPTY: Self = Self(0);

    /// Whether this is the empty text.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The number in a store to which the text's own was appended.
    pub fn appended(self, to: Appended) -> Self {
        if self.is_empty() { self } else { Self(self.0.saturating_add(to.0)) }
    }

    /// The number, dense from 0, for tables indexed by text.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a store stands in one to which it was appended.
#[derive(Debug, Clone, Copy, Default)]
pub struct Appended(u32);

/// The store of all texts of an estate: one arena of UTF-8 and a table of numbers into it.
///
/// Estates have millions of ids, most of them said once: interning is one look at a table that is larger than any
/// cache. The table therefore keeps part of each hash beside the number, in one word, so that looking, adding and
/// growing touch nothing else; and it is ordered by hash, so that growing reads and writes in order.
#[derive(Debug, Clone)]
pub struct Texts {
    arena: String,
    /// End of each text in the arena; its start is the end of the one before.
    ends: Vec<usize>,
    /// Upper half of the hash, then the number; 0 where a slot is free. A text stands at the slot that the upper bits
    /// of its hash name, or after it.
    slots: Vec<u64>,
    /// How many texts the table holds.
    held: usize,
    hasher: FixedState,
}

impl std::default::Default for Texts {
    fn default() -> Self {
        let (arena, slots) = (String::new(), Vec::new());
        Self { arena, ends: vec![0], slots, held: 0, hasher: FixedState::default() }
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
        self.look(wanted, tag(self.hasher.hash_one(wanted))).ok().map(Text)
    }

    /// Stores a text once and gives its number.
    ///
    /// A store is full at 2^32 texts, which no machine's memory reaches; the empty text is given from there on.
    pub fn intern(&mut self, wanted: &str) -> Text {
        let tag = tag(self.hasher.hash_one(wanted));
        self.intern_tagged(wanted, tag)
    }

    /// Interns all texts of another store, in the order of their numbers, and appends their numbers in this one.
    ///
    /// Slots are looked at before they are needed: waiting for memory then overlaps, which halves the time for
    /// millions of texts.
    pub fn intern_all(&mut self, others: &Self, numbers: &mut Vec<Text>) {
        let mut looked: Vec<(u64, u64)> = Vec::with_capacity(others.len());
        looked.extend(others.iter().map(|text| {
            let tag = tag(self.hasher.hash_one(text));
            (tag, self.slots.get(home(tag, self.slots.len())).copied().unwrap_or_default())
        }));
        numbers.reserve(others.len());
        for (text, (tag, slot)) in others.iter().zip(looked) {
            let there = slot & TAG == tag && slice(&self.arena, &self.ends, number(slot)) == text;
            let there = there && !text.is_empty();
            numbers.push(if there { Text(number(slot)) } else { self.intern_tagged(text, tag) });
        }
    }

    /// Adds all texts of another store as they are, as [`push`](Self::push) does: for names that are only shown, and that nobody
    /// looks up or compares by number. That takes next to no time, where interning takes long.
    pub fn append(&mut self, others: &Self) -> Appended {
        let more = others.len() - 1;
        let Ok(before) = u32::try_from(self.ends.len() - 1) else { return Appended::default() };
        if u32::try_from(self.ends.len() + more).is_err() {
            // Full, see [`intern`](Self::intern): these read as empty.
            return Appended(u32::MAX);
        }
        self.make_room(others.arena.len(), more);
        let start = self.arena.len();
        self.arena.push_str(&others.arena);
        self.ends.extend(others.ends.iter().skip(1).map(|end| start + end));
        Appended(before)
    }

    /// The number that equal texts share, for one that was [appended](Self::append).
    pub fn united(&mut self, text: Text) -> Text {
        if text.is_empty() {
            return text;
        }
        let tag = tag(self.hasher.hash_one(self.get(text)));
        if self.held >= self.slots.len() / 8 * 5 {
            self.grow();
        }
        match self.look(self.get(text), tag) {
            Ok(number) => Text(number),
            Err(free) => {
                self.hold(free, tag, text);
                text
            }
        }
    }

    fn intern_tagged(&mut self, wanted: &str, tag: u64) -> Text {
        if wanted.is_empty() {
            return Text::EMPTY;
        }
        if self.held >= self.slots.len() / 8 * 5 {
            self.grow();
        }
        match self.look(wanted, tag) {
            Ok(number) => Text(number),
            Err(free) => {
                let text = self.push(wanted);
                self.hold(free, tag, text);
                text
            }
        }
    }

    /// Lets a free slot stand for a text.
    fn hold(&mut self, free: usize, tag: u64, text: Text) {
        if let Some(slot) = self.slots.get_mut(free).filter(|_| !text.is_empty()) {
            *slot = tag | u64::from(text.0);
            self.held += 1;
        }
    }

    fn make_room(&mut self, bytes: usize, texts: usize) {
        if self.arena.capacity() - self.arena.len() < bytes {
            self.arena.reserve(bytes.max(room(self.arena.len())));
        }
        if self.ends.capacity() - self.ends.len() < texts {
            self.ends.reserve(texts.max(room(self.ends.len())));
        }
    }

    /// Stores a text without looking whether it is there already. Equal texts then have several numbers, and
    /// [`find`](Self::find) does not see this one: for stores that are only filled to be interned into another.
    pub fn push(&mut self, text: &str) -> Text {
        let Ok(number) = u32::try_from(self.ends.len()) else { return Text::EMPTY };
        if text.is_empty() {
            return Text::EMPTY;
        }
        self.make_room(text.len(), 1);
        self.arena.push_str(text);
        self.ends.push(self.arena.len());
        Text(number)
    }

    /// Forgets all texts and keeps the memory.
    pub fn clear(&mut self) {
        self.arena.clear();
        self.ends.truncate(1);
        self.slots.fill(0);
        self.held = 0;
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

    /// How many texts are stored, the empty one included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether only the empty text is stored.
    pub fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }

    /// The number of a text, or the free slot where it belongs.
    fn look(&self, wanted: &str, tag: u64) -> Result<u32, usize> {
        let mut at = home(tag, self.slots.len());
        loop {
            match self.slots.get(at) {
                None if self.slots.is_empty() => return Err(0),
                // Past the last slot comes the first.
                None => {
                    at = 0;
                    continue;
                }
                Some(0) => return Err(at),
                Some(slot) if slot & TAG == tag => {
                    let number = number(*slot);
                    if slice(&self.arena, &self.ends, number) == wanted {
                        return Ok(number);
                    }
                }
                Some(_) => {}
            }
            at += 1;
        }
    }

    /// Doubles the table. Slots are taken in the order of their hashes, so the new ones are filled in order too.
    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        let old = std::mem::replace(&mut self.slots, vec![0; size]);
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            let mut at = home(slot & TAG, size);
            while self.slots.get(at).is_some_and(|other| *other != 0) {
                at = (at + 1) % size;
            }
            if let Some(free) = self.slots.get_mut(at) {
                *free = slot;
            }
        }
    }
}

/// From how many bytes or rows on a table grows in large steps.
const LARGE: usize = 1 << 18;

/// How much room a full table gets. Large ones grow rarely: room that is not used costs nothing until it is, and moving a table
/// touches new memory for all of it.
fn room(len: usize) -> usize {
    if len < LARGE { len } else { len.saturating_mul(7) }
}

/// The part of a slot that is of the hash.
const TAG: u64 = !(u32::MAX as u64);

/// The part of a hash that a slot keeps.
fn tag(hash: u64) -> u64 {
    hash & TAG
}

/// The number that a slot keeps.
#[expect(clippy::cast_possible_truncation, reason = "the upper half is the tag")]
fn number(slot: u64) -> u32 {
    slot as u32
}

/// The slot that a tag names in a table of a power of two.
#[expect(clippy::cast_possible_truncation, reason = "the shift leaves a position in a table in memory")]
fn home(tag: u64, slots: usize) -> usize {
    // The upper bits, as many as the table has; none in the empty table.
    let bits = slots.checked_ilog2().unwrap_or(0);
    tag.checked_shr(u64::BITS - bits).map_or(0, |at| at as usize)
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
            assert_eq!(texts.find(&format!("i-{n}")), Some(*number));
            assert_eq!(texts.intern(&format!("i-{n}")), *number);
        }
        assert_eq!(texts.len(), 5001);
        assert_eq!(texts.find("i-5000"), None);
    }

    #[test]
    fn appended_texts_read_back_and_share_a_number_once_united() {
        let (mut texts, mut names) = (Texts::default(), Texts::default());
        let known = texts.intern("b");
        let said: Vec<Text> = ["a", "b", "", "a"].iter().map(|name| names.push(name)).collect();
        let to = texts.append(&names);
        let said: Vec<Text> = said.into_iter().map(|name| name.appended(to)).collect();
        assert_eq!(said.iter().map(|name| texts.get(*name)).collect::<Vec<_>>(), ["a", "b", "", "a"]);
        assert_eq!(said[2], Text::EMPTY);
        assert_ne!(said[0], said[3]);
        let united: Vec<Text> = said.iter().map(|name| texts.united(*name)).collect();
        assert_eq!(united, [said[0], known, Text::EMPTY, said[0]]);
        assert_eq!((texts.find("a"), texts.intern("c")), (Some(said[0]), texts.find("c").unwrap()));
    }

    #[test]
    fn a_pushed_text_reads_back_and_is_not_found() {
        let mut texts = Texts::default();
        let (one, two) = (texts.push("a"), texts.push("a"));
        assert_eq!((texts.get(one), texts.get(two)), ("a", "a"));
        assert_ne!(one, two);
        assert_eq!(texts.push(""), Text::EMPTY);
        assert_eq!(texts.find("a"), None);
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["", "a", "a"]);
    }

    #[test]
    fn a_whole_store_is_interned_in_order() {
        let mut texts = Texts::default();
        let old = texts.intern("b");
        for round in 0..2 {
            let mut others = Texts::default();
            for text in ["a", "b", "a", "c"] {
                others.push(text);
            }
            let mut numbers = Vec::new();
            texts.intern_all(&others, &mut numbers);
            assert_eq!(
                numbers.iter().map(|text| texts.get(*text)).collect::<Vec<_>>(),
                ["", "a", "b", "a", "c"]
            );
            assert_eq!((numbers[1], numbers[2]), (numbers[3], old), "round {round}");
        }
        assert_eq!(texts.len(), 4);
        texts.clear();
        assert_eq!((texts.is_empty(), texts.find("a")), (true, None));
        assert_eq!(texts.get(texts.find("").unwrap()), "");
    }

    #[test]
    fn slots_are_named_by_the_upper_bits() {
        // (upper byte of the hash, slots, slot)
        for (byte, slots, expected) in
            [(0x80_u64, 2, 1), (0x7f, 2, 0), (0xff, 64, 63), (0x04, 64, 1), (0xff, 0, 0)]
        {
            assert_eq!(home(byte << 56, slots), expected, "{byte} {slots}");
        }
    }
}
