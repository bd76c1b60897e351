//! A cursor over JSON text that hands out what is asked for and steps over the rest.
//!
//! Vendors' responses are mostly fields that nobody here needs, and reading them is nearly the whole cost of a check.
//! This cursor borrows the few texts that are wanted and skips everything else without looking inside more than
//! needed to find its end: skipped parts are not checked for validity beyond that. It knows the byte it stands on,
//! tells text that was cut short from text that is wrong, and never recurses on nesting.

use std::borrow::Cow;

mod shape;
mod skip;
mod text;
mod value;

pub(crate) use shape::{Learnt, Object, Shapes};
pub(crate) use value::{Value, objects};

/// Why reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The byte, counted from the start of the cursor's text.
    pub at: usize,
    /// What was wrong there.
    pub kind: FaultKind,
}

/// What kind of thing stopped the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The text ended inside a value.
    Cut,
    /// The text is not JSON, in these words.
    Bad(&'static str),
}

/// Reading broke off: [`Cursor::fault`] says where and why. (A result without words is returned in a register.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// The result of every step.
pub type Step<T = ()> = Result<T, Broken>;

/// A value of another kind than the reader expected; it was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Odd {
    /// What was expected instead.
    pub(crate) expected: &'static str,
}

/// A position in JSON text.
#[derive(Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// Where strings may end in the 64 bytes from `block` on, a bit for each byte; the empty block is at the start.
    stops: u64,
    block: usize,
    fault: Option<Fault>,
    /// The first value of an unexpected kind since the last [`Cursor::take_odd`].
    odd: Option<Odd>,
    /// What objects have looked like so far.
    shapes: Shapes,
}

/// Another cursor at the same place, to look ahead with; what this one has learnt stays with it.
impl Clone for Cursor<'_> {
    fn clone(&self) -> Self {
        Self { shapes: Shapes::default(), ..*self }
    }
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of a text.
    pub fn new(text: &'a str) -> Self {
        Self::with_shapes(text, Shapes::default())
    }

    /// A cursor at the start of a text that is much like others before.
    pub(crate) fn with_shapes(text: &'a str, shapes: Shapes) -> Self {
        Self { text, at: 0, stops: 0, block: usize::MAX, fault: None, odd: None, shapes }
    }

    /// What the cursor has learnt, for the next text.
    pub(crate) fn into_shapes(self) -> Shapes {
        self.shapes
    }

    /// The byte the cursor stands on.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Why the last step broke off.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// The first value that was skipped because it was of an unexpected kind.
    pub(crate) fn take_odd(&mut self) -> Option<Odd> {
        self.odd.take()
    }

    /// Steps over white space; nothing when the text ends.
    #[inline]
    pub fn next_value(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.at) {
            Some(&byte) if byte > b' ' => Some(byte),
            _ => self.next_after_space(),
        }
    }

    fn next_after_space(&mut self) -> Option<u8> {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    /// The first byte of the value that comes next.
    #[inline]
    pub(crate) fn peek(&mut self) -> Step<u8> {
        match self.next_value() {
            Some(byte) => Ok(byte),
            None => self.cut(),
        }
    }

    /// Reads an object, giving each key with the cursor before its value; `each` must consume the value.
    /// A null is an object without keys; anything else is skipped as odd.
    #[inline]
    pub(crate) fn object(&mut self, mut each: impl FnMut(&mut Self, &[u8]) -> Step) -> Step {
        match self.peek()? {
            b'{' => self.at += 1,
            b'n' => return self.skip(),
            _ => return self.skip_odd("an object"),
        }
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.peek()? != b'"' {
                return self.bad("expected a key in quotes");
            }
            if let Some(key) = self.plain_string() {
                self.colon()?;
                each(self, key.as_bytes())?;
            } else {
                let key = self.other_string()?;
                self.colon()?;
                each(self, key.as_bytes())?;
            }
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.bad("expected a comma or the end of an object"),
            }
        }
    }

    #[inline]
    fn colon(&mut self) -> Step {
        if self.peek()? != b':' {
            return self.bad("expected a colon after a key");
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a list, giving the cursor before each element; `each` must consume it. Null is an empty list.
    ///
    /// Alibaba wraps its lists twice, `{"Tags": {"Tag": [...]}}`, and newer interfaces once: an object is read as the
    /// lists of its values.
    #[inline]
    pub(crate) fn rows(&mut self, mut each: impl FnMut(&mut Self) -> Step) -> Step {
        if self.peek()? == b'{' {
            return self.object(|cursor, _| cursor.list(&mut each));
        }
        self.list(&mut each)
    }

    /// Reads a plain list. Null is an empty list; anything else is skipped as odd.
    pub(crate) fn list(&mut self, each: &mut impl FnMut(&mut Self) -> Step) -> Step {
        match self.peek()? {
            b'[' => self.at += 1,
            b'n' => return self.skip(),
            _ => return self.skip_odd("a list"),
        }
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(());
        }
        loop {
            each(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.bad("expected a comma or the end of a list"),
            }
        }
    }

    /// Reads text. Numbers and booleans are given as they are written, null as nothing.
    #[inline]
    pub(crate) fn text(&mut self) -> Step<Option<Cow<'a, str>>> {
        if self.peek()? == b'"'
            && let Some(text) = self.plain_string()
        {
            return Ok(Some(Cow::Borrowed(text)));
        }
        self.other_text()
    }

    /// Reads what is meant as text and is no plain string.
    fn other_text(&mut self) -> Step<Option<Cow<'a, str>>> {
        match self.peek()? {
            b'"' => self.other_string().map(|text| Some(Cow::Owned(text))),
            b'n' => self.skip().map(|()| None),
            b'{' | b'[' => self.skip_odd("text").map(|()| None),
            _ => {
                let start = self.at;
                self.skip()?;
                Ok(self.text.get(start..self.at).map(Cow::Borrowed))
            }
        }
    }

    /// Skips a value of a kind that was not expected, and remembers it.
    #[cold]
    pub(crate) fn skip_odd(&mut self, expected: &'static str) -> Step {
        self.odd.get_or_insert(Odd { expected });
        self.skip()
    }

    #[cold]
    fn cut<T>(&mut self) -> Step<T> {
        self.fault = Some(Fault { at: self.text.len(), kind: FaultKind::Cut });
        Err(Broken)
    }

    #[cold]
    fn bad<T>(&mut self, what: &'static str) -> Step<T> {
        self.fault = Some(Fault { at: self.at, kind: FaultKind::Bad(what) });
        Err(Broken)
    }
}

#[cfg(test)]
mod tests;
