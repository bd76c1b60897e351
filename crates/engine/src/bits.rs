//! A small set of positions, kept as words.

/// Positions that are in, lowest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Empties it and makes room for `len` positions.
    pub(crate) fn reset(&mut self, len: usize) {
        self.words.clear();
        self.words.resize(len.div_ceil(64), 0);
    }

    /// Puts a position in or takes it out.
    pub(crate) fn toggle(&mut self, at: usize) {
        if let Some(word) = self.words.get_mut(at / 64) {
            *word ^= 1 << (at % 64);
        }
    }

    /// Whether a position is in.
    pub(crate) fn contains(&self, at: usize) -> bool {
        self.words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 != 0)
    }

    /// The positions that are in, but not in another set of the same room, ascending.
    pub(crate) fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        let words = self.words.iter().zip(&other.words).map(|(own, theirs)| own & !theirs);
        words.enumerate().flat_map(|(at, word)| positions(word).map(move |bit| at * 64 + bit))
    }

    /// The lowest position that is in.
    pub(crate) fn first(&self) -> Option<usize> {
        self.words
            .iter()
            .enumerate()
            .find(|(_, word)| **word != 0)
            .map(|(at, word)| at * 64 + word.trailing_zeros() as usize)
    }

    /// All positions that are in, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, &word)| positions(word).map(move |bit| at * 64 + bit))
    }
}

/// The bits that are set, lowest first.
fn positions(word: u64) -> impl Iterator<Item = usize> {
    std::iter::successors((word != 0).then_some(word), |word| {
        Some(word & (word - 1)).filter(|word| *word != 0)
    })
    .map(|word| word.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn positions_come_back_in_order() {
        let mut bits = Bits::default();
        bits.reset(200);
        for at in [199, 3, 64, 63, 0, 128] {
            bits.toggle(at);
        }
        bits.toggle(3);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 64, 128, 199]);
        assert_eq!(bits.first(), Some(0));
        assert!(bits.contains(128) && !bits.contains(3) && !bits.contains(500));
        let mut other = Bits::default();
        other.reset(200);
        other.toggle(63);
        other.toggle(5);
        assert_eq!(bits.without(&other).collect::<Vec<_>>(), [0, 64, 128, 199]);
        assert_eq!(other.without(&bits).collect::<Vec<_>>(), [5]);
        bits.reset(200);
        assert_eq!(bits.first(), None);
        assert_eq!(bits.iter().count(), 0);
    }
}
