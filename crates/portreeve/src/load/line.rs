//! Lines and columns of bytes.

use std::fmt;
use std::io::Read;

/// A line and a column, both from 1. A column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl Position {
    /// The start of a text.
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// The position after some more text.
    pub(super) fn after(self, text: &[u8]) -> Self {
        let lines = memchr::memchr_iter(b'\n', text).count() as u64;
        let last = memchr::memrchr(b'\n', text).map_or(text, |at| text.get(at + 1..).unwrap_or_default());
        // The bytes that continue a UTF-8 character are no columns of their own.
        let columns = last.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64;
        let column = if lines == 0 { self.column } else { 1 };
        Self { line: self.line + lines, column: column + columns }
    }

    /// The position of byte `offset` of a stream; the end of the stream where it is shorter.
    pub(super) fn of(stream: &mut dyn Read, offset: u64) -> Self {
        let mut position = Self::START;
        let mut block = vec![0; 1 << 16];
        let mut left = offset;
        while left > 0 {
            let want = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
            let Some(buffer) = block.get_mut(..want) else { break };
            match stream.read(buffer) {
                Ok(0) | Err(_) => break,
                Ok(got) => {
                    position = position.after(buffer.get(..got).unwrap_or_default());
                    left -= got as u64;
                }
            }
        }
        position
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let cases = [
            ("", 1, 1),
            ("ab", 1, 3),
            ("ab\n", 2, 1),
            ("ab\ncd", 2, 3),
            ("\n\n\n", 4, 1),
            // Two bytes and three bytes, one column each.
            ("ü数", 1, 3),
        ];
        for (text, line, column) in cases {
            let expected = Position { line, column };
            assert_eq!(Position::START.after(text.as_bytes()), expected, "{text:?}");
            let mut long = text.as_bytes().to_vec();
            long.extend_from_slice(b"more\n");
            assert_eq!(Position::of(&mut long.as_slice(), text.len() as u64), expected, "{text:?}");
        }
        let (start, end) = "ab\ncd".split_at(4);
        let whole = Position::START.after(start.as_bytes()).after(end.as_bytes());
        assert_eq!(whole, Position { line: 2, column: 3 }, "in two pieces");
    }
}
