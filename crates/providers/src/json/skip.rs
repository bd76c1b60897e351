//! Stepping over values that nobody asked for.

use super::{Cursor, Step};

impl Cursor<'_> {
    /// Steps over one value of any kind, however deep.
    ///
    /// # Errors
    /// Where the text ends inside the value or is not JSON.
    #[inline]
    pub fn skip(&mut self) -> Step {
        match self.peek()? {
            b'"' => self.raw_string().map(|_| ()),
            b'{' | b'[' => self.skip_nested(),
            b't' => self.skip_word(b"true"),
            b'f' => self.skip_word(b"false"),
            b'n' => self.skip_word(b"null"),
            b'-' | b'0'..=b'9' => {
                self.skip_number();
                Ok(())
            }
            _ => Err(self.bad("expected a value")),
        }
    }

    /// Steps over an object or list. Only brackets are counted: what lies between is not judged.
    fn skip_nested(&mut self) -> Step {
        let mut open = 0_usize;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    self.raw_string()?;
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => {
                    open -= 1;
                    if open == 0 {
                        self.at += 1;
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        Err(self.cut())
    }

    fn skip_word(&mut self, word: &'static [u8]) -> Step {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        if word.starts_with(rest) { Err(self.cut()) } else { Err(self.bad("expected a value")) }
    }

    fn skip_number(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        self.at += len;
    }
}
