//! Strings: finding their end, and undoing escapes in the few that have any.

use wide::u8x16;

use super::{Cursor, Step};

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// Marks the quotes, backslashes and control characters of a block, a bit for each byte.
#[inline]
fn stops(block: &[u8; BLOCK]) -> u64 {
    let (sixteens, _) = block.as_chunks::<16>();
    sixteens.iter().rev().fold(0, |marks, bytes| {
        let bytes = u8x16::from(*bytes);
        let control = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
        let stop = bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\')) | control;
        (marks << 16) | u64::from(stop.to_bitmask())
    })
}

fn is_stop(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

impl<'a> Cursor<'a> {
    /// The first quote, backslash or control character at or after `from`; the length of the text when there is none.
    #[inline]
    pub(super) fn string_stop(&mut self, from: usize) -> usize {
        // The marks of a block serve for all strings that end in it.
        let marks = match from.checked_sub(self.block) {
            Some(within @ 0..BLOCK) => self.stops >> within,
            _ => 0,
        };
        if marks == 0 { self.string_stop_beyond(from) } else { from + marks.trailing_zeros() as usize }
    }

    /// The same, where the marks at hand show none.
    fn string_stop_beyond(&mut self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = match from.checked_sub(self.block) {
            Some(0..BLOCK) => self.block + BLOCK,
            _ => from,
        };
        while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
            let stops = stops(block);
            if stops != 0 {
                (self.block, self.stops) = (at, stops);
                return at + stops.trailing_zeros() as usize;
            }
            at += BLOCK;
        }
        let tail = bytes.get(at..).unwrap_or_default();
        at + tail.iter().position(|&byte| is_stop(byte)).unwrap_or(tail.len())
    }

    /// Reads a string without escapes; the cursor stands on its opening quote. Nothing is read if it has escapes, or
    /// does not end.
    #[inline]
    pub(super) fn plain_string(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let stop = self.string_stop(start);
        if self.text.as_bytes().get(stop) != Some(&b'"') {
            return None;
        }
        self.at = stop + 1;
        self.text.get(start..stop)
    }

    /// Steps over a string; the cursor stands on its opening quote.
    #[inline]
    pub(super) fn skip_string(&mut self) -> Step {
        let stop = self.string_stop(self.at + 1);
        if self.text.as_bytes().get(stop) == Some(&b'"') {
            self.at = stop + 1;
            return Ok(());
        }
        self.skip_other_string(stop)
    }

    /// The same, once a stop is met that is not the end.
    #[cold]
    fn skip_other_string(&mut self, first_stop: usize) -> Step {
        let mut stop = first_stop;
        loop {
            match self.text.as_bytes().get(stop) {
                Some(b'"') => {
                    self.at = stop + 1;
                    return Ok(());
                }
                Some(b'\\') => stop = self.string_stop(stop + 2),
                Some(_) => {
                    self.at = stop;
                    return self.bad("a string is not closed before its line ends");
                }
                None => return self.cut(),
            }
        }
    }

    /// Reads a string that has escapes; the cursor stands on its opening quote.
    #[cold]
    pub(super) fn other_string(&mut self) -> Step<String> {
        let start = self.at + 1;
        self.skip_string()?;
        let raw = self.text.get(start..self.at.saturating_sub(1)).unwrap_or_default();
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((plain, escape)) = rest.find('\\').map(|at| rest.split_at(at)) {
            out.push_str(plain);
            let Some(len) = undo(escape, &mut out) else {
                self.at = start + raw.len() - escape.len();
                return self.bad("unknown escape in a string");
            };
            rest = escape.get(len..).unwrap_or_default();
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// Undoes the escape at the start of `text` and gives how long it was; nothing if it is none.
fn undo(text: &str, out: &mut String) -> Option<usize> {
    let character = match text.as_bytes().get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        &byte @ (b'"' | b'\\' | b'/') => char::from(byte),
        b'u' => return undo_unicode(text, out),
        _ => return None,
    };
    out.push(character);
    Some(2)
}

/// Undoes `\uXXXX`, or a pair of them that stands for one character. Half a pair becomes U+FFFD.
fn undo_unicode(text: &str, out: &mut String) -> Option<usize> {
    let high = hex(text)?;
    let mut found = (high, 6);
    if (0xd800..0xdc00).contains(&high)
        && let Some(low) = text.get(6..).filter(|rest| rest.starts_with("\\u")).and_then(hex)
        && (0xdc00..0xe000).contains(&low)
    {
        found = (0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12);
    }
    out.push(char::from_u32(found.0).unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(found.1)
}

/// The four digits of `\uXXXX`.
fn hex(text: &str) -> Option<u32> {
    let digits = text.as_bytes().get(2..6)?;
    digits.iter().try_fold(0, |code, &digit| Some((code << 4) | char::from(digit).to_digit(16)?))
}
