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
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            std::iter::successors((word != 0).then_some(word), |w| Some(w & (w - 1)).filter(|w| *w != 0))
                .map(move |w| at * 64 + w.trailing_zeros() as usize)
        })
    }
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
        bits.reset(200);
        assert_eq!(bits.first(), None);
        assert_eq!(bits.iter().count(), 0);
    }
}
