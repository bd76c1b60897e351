//! Stepping over values that nobody asked for.

use super::{Cursor, Step};

impl Cursor<'_> {
    /// Steps over one value of any kind, however deep.
    ///
    /// # Errors
    /// Where the text ends inside the value or is not JSON.
    #[inline]
    pub fn skip(&mut self) -> Step {
        if self.peek()? == b'"' { self.skip_string() } else { self.skip_other() }
    }

    /// Steps over a value that is no string.
    fn skip_other(&mut self) -> Step {
        match self.peek()? {
            b'{' | b'[' => self.skip_nested(),
            b't' => self.skip_word("true"),
            b'f' => self.skip_word("false"),
            b'n' => self.skip_word("null"),
            b'-' | b'0'..=b'9' => {
                self.skip_number();
                Ok(())
            }
            _ => self.bad("expected a value"),
        }
    }

    /// Steps over an object or list. Only brackets are counted: what lies between is not judged.
    fn skip_nested(&mut self) -> Step {
        let mut open = 0_usize;
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'"' => {
                    self.skip_string()?;
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
        self.cut()
    }

    fn skip_word(&mut self, word: &'static str) -> Step {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        if word.starts_with(rest) { self.cut() } else { self.bad("expected a value") }
    }

    fn skip_number(&mut self) {
        let number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        while self.text.as_bytes().get(self.at).is_some_and(number) {
            self.at += 1;
        }
    }
}
