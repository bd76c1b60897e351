//! Strings: finding their end, and undoing escapes in the few that have any.

use std::borrow::Cow;

use super::{Cursor, Fault, FaultKind, Step};

/// The byte repeated eight times.
const fn eight(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Marks (with their high bits) the zero bytes of `word`; bits above the lowest mark may be wrong.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(eight(1)) & !word & eight(0x80)
}

/// The first quote, backslash or control character at or after `from`; the length when there is none.
pub(super) fn string_stop(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*bytes);
        // A byte below 0x20 borrows from its high bit when 0x20 is taken away, and has none of its own.
        let control = word.wrapping_sub(eight(0x20)) & !word & eight(0x80);
        let stops = zero_bytes(word ^ eight(b'"')) | zero_bytes(word ^ eight(b'\\')) | control;
        if stops != 0 {
            return at + (stops.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let tail = text.get(at..).unwrap_or_default();
    at + tail.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(tail.len())
}

impl<'a> Cursor<'a> {
    /// Reads a string; the cursor stands on its opening quote.
    pub(super) fn string(&mut self) -> Step<Cow<'a, str>> {
        let start = self.at;
        let no_utf8 = |at| Fault { at, kind: FaultKind::Bad("text is not UTF-8: convert the file") };
        match self.raw_string()? {
            Cow::Borrowed(raw) => {
                str::from_utf8(raw).map(Cow::Borrowed).map_err(|wrong| no_utf8(start + 1 + wrong.valid_up_to()))
            }
            Cow::Owned(raw) => String::from_utf8(raw).map(Cow::Owned).map_err(|_| no_utf8(start)),
        }
    }

    /// Reads a string as bytes; the cursor stands on its opening quote.
    pub(super) fn raw_string(&mut self) -> Step<Cow<'a, [u8]>> {
        let start = self.at + 1;
        let stop = string_stop(self.text, start);
        match self.text.get(stop) {
            Some(b'"') => {
                self.at = stop + 1;
                Ok(Cow::Borrowed(self.text.get(start..stop).unwrap_or_default()))
            }
            Some(b'\\') => self.escaped_string(start, stop).map(Cow::Owned),
            Some(_) => {
                self.at = stop;
                Err(self.bad("a string is not closed before its line ends"))
            }
            None => Err(self.cut()),
        }
    }

    /// Steps over a string; the cursor stands on its opening quote.
    pub(super) fn skip_string(&mut self) -> Step {
        let mut at = self.at + 1;
        loop {
            at = string_stop(self.text, at);
            match self.text.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(());
                }
                Some(b'\\') => at += 2,
                Some(_) => {
                    self.at = at;
                    return Err(self.bad("a string is not closed before its line ends"));
                }
                None => return Err(self.cut()),
            }
        }
    }

    fn escaped_string(&mut self, start: usize, first_escape: usize) -> Step<Vec<u8>> {
        let mut out = Vec::with_capacity(2 * (first_escape - start) + 16);
        let mut from = start;
        self.at = first_escape;
        loop {
            out.extend_from_slice(self.text.get(from..self.at).unwrap_or_default());
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => self.escape(&mut out)?,
                Some(_) => return Err(self.bad("a string is not closed before its line ends")),
                None => return Err(self.cut()),
            }
            from = self.at;
            self.at = string_stop(self.text, from);
        }
    }

    /// Undoes one escape; the cursor stands on its backslash.
    fn escape(&mut self, out: &mut Vec<u8>) -> Step {
        let byte = match self.text.get(self.at + 1) {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(&byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'u') => return self.unicode_escape(out),
            Some(_) => return Err(self.bad("unknown escape in a string")),
            None => return Err(self.cut()),
        };
        out.push(byte);
        self.at += 2;
        Ok(())
    }

    /// Undoes `\uXXXX`, and a pair of them that stands for one character. Half a pair becomes U+FFFD.
    fn unicode_escape(&mut self, out: &mut Vec<u8>) -> Step {
        let mut code = self.hex()?;
        if (0xd800..0xdc00).contains(&code) && self.text.get(self.at..self.at + 2) == Some(b"\\u".as_slice()) {
            let before = self.at;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            } else {
                self.at = before;
            }
        }
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    /// The four digits of `\uXXXX`; the cursor stands on the backslash.
    fn hex(&mut self) -> Step<u32> {
        let digits = self.text.get(self.at + 2..self.at + 6).ok_or_else(|| self.cut())?;
        let code = digits.iter().try_fold(0, |code, &digit| {
            char::from(digit).to_digit(16).map(|digit| (code << 4) | digit)
        });
        let code = code.ok_or_else(|| self.bad("unknown escape in a string"))?;
        self.at += 6;
        Ok(code)
    }
}
