//! Strings: finding their end, and undoing escapes in the few that have any.

use std::borrow::Cow;

use wide::u8x16;

use super::{Cursor, Fault, FaultKind, Raw, Step};

/// The first quote, backslash or control character at or after `from`; the length when there is none.
#[inline]
pub(super) fn string_stop(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        let word = u8x16::from(*bytes);
        let control = word.min(u8x16::splat(0x1f)).simd_eq(word);
        let stops = word.simd_eq(u8x16::splat(b'"')) | word.simd_eq(u8x16::splat(b'\\')) | control;
        let stops = stops.to_bitmask();
        if stops != 0 {
            return at + stops.trailing_zeros() as usize;
        }
        at += 16;
    }
    let tail = text.get(at..).unwrap_or_default();
    at + tail.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(tail.len())
}

impl<'a> Cursor<'a> {
    /// Steps over a string and gives it as it stands; the cursor stands on its opening quote.
    #[inline]
    pub(super) fn raw_string(&mut self) -> Step<Raw<'a>> {
        let start = self.at + 1;
        let stop = string_stop(self.text, start);
        if self.text.get(stop) == Some(&b'"') {
            self.at = stop + 1;
            let bytes = self.text.get(start..stop).unwrap_or_default();
            return Ok(Raw { bytes, at: start, escaped: false });
        }
        self.escaped_string(start, stop)
    }

    /// The same, once a stop is met that is not its end.
    #[cold]
    fn escaped_string(&mut self, start: usize, first_stop: usize) -> Step<Raw<'a>> {
        let mut stop = first_stop;
        loop {
            match self.text.get(stop) {
                Some(b'"') => {
                    self.at = stop + 1;
                    let bytes = self.text.get(start..stop).unwrap_or_default();
                    return Ok(Raw { bytes, at: start, escaped: true });
                }
                Some(b'\\') => stop = string_stop(self.text, stop + 2),
                Some(_) => {
                    self.at = stop;
                    return Err(self.bad("a string is not closed before its line ends"));
                }
                None => return Err(self.cut()),
            }
        }
    }

    /// The text of a string.
    #[inline]
    pub(super) fn decoded(&mut self, raw: Raw<'a>) -> Step<Cow<'a, str>> {
        let wrong = |at| Fault { at, kind: FaultKind::Bad("text is not UTF-8: convert the file") };
        if !raw.escaped {
            let text = str::from_utf8(raw.bytes);
            return text.map(Cow::Borrowed).map_err(|found| wrong(raw.at + found.valid_up_to()));
        }
        String::from_utf8(self.unescaped(raw)?).map(Cow::Owned).map_err(|_| wrong(raw.at))
    }

    /// The bytes of a string that has escapes.
    pub(super) fn unescaped(&self, raw: Raw<'a>) -> Step<Vec<u8>> {
        let mut out = Vec::with_capacity(raw.bytes.len());
        let mut rest = raw.bytes;
        while let Some(at) = memchr::memchr(b'\\', rest) {
            let (plain, escape) = rest.split_at(at);
            out.extend_from_slice(plain);
            let Some(len) = undo(escape, &mut out) else {
                let at = raw.at + raw.bytes.len() - escape.len();
                return Err(Fault { at, kind: FaultKind::Bad("unknown escape in a string") });
            };
            rest = escape.get(len..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
        Ok(out)
    }
}

/// Undoes the escape at the start of `text` and gives how long it was; nothing if it is none.
fn undo(text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let byte = match text.get(1)? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 0x08,
        b'f' => 0x0c,
        &byte @ (b'"' | b'\\' | b'/') => byte,
        b'u' => return undo_unicode(text, out),
        _ => return None,
    };
    out.push(byte);
    Some(2)
}

/// Undoes `\uXXXX`, or a pair of them that stands for one character. Half a pair becomes U+FFFD.
fn undo_unicode(text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let high = hex(text)?;
    let mut found = (high, 6);
    if (0xd800..0xdc00).contains(&high)
        && let Some(low) = text.get(6..).filter(|rest| rest.starts_with(b"\\u")).and_then(hex)
        && (0xdc00..0xe000).contains(&low)
    {
        found = (0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12);
    }
    let character = char::from_u32(found.0).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(found.1)
}

/// The four digits of `\uXXXX`.
fn hex(text: &[u8]) -> Option<u32> {
    let digits = text.get(2..6)?;
    digits.iter().try_fold(0, |code, &digit| Some((code << 4) | char::from(digit).to_digit(16)?))
}
