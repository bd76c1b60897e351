//! Memory for text that is filled again and again.

use std::io::{self, Read};

/// Bytes, of which the first `len` are text. What lies behind is kept, so that it need not be cleared before reading.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    len: usize,
}

impl Buffer {
    /// The text.
    pub(super) fn text(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// How much text there is.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets the text from byte `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Forgets the text before byte `start`.
    pub(super) fn forget(&mut self, start: usize) {
        let start = start.min(self.len);
        self.bytes.copy_within(start..self.len, 0);
        self.len -= start;
    }

    /// Takes over the text of another, and gives it this one's memory.
    pub(super) fn swap(&mut self, other: &mut Self) {
        std::mem::swap(self, other);
    }

    /// Sets the text.
    pub(super) fn set(&mut self, text: &[u8]) {
        self.len = text.len();
        if self.bytes.len() < self.len {
            self.bytes.resize(self.len, 0);
        }
        if let Some(bytes) = self.bytes.get_mut(..self.len) {
            bytes.copy_from_slice(text);
        }
    }

    /// Adds up to `want` bytes of a stream; fewer only at its end. Gives how many.
    pub(super) fn fill(&mut self, stream: &mut dyn Read, want: usize) -> io::Result<usize> {
        let (start, end) = (self.len, self.len.saturating_add(want));
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        while let Some(room) = self.bytes.get_mut(self.len..end).filter(|room| !room.is_empty()) {
            match stream.read(room) {
                Ok(0) => break,
                Ok(got) => self.len += got,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(why),
            }
        }
        Ok(self.len - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that gives one byte at a time, and is interrupted before each.
    struct Slow<'t>(&'t [u8], bool);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            self.0.read(&mut buffer[..1])
        }
    }

    #[test]
    fn a_buffer_keeps_only_what_is_wanted() {
        let mut buffer = Buffer::default();
        let mut stream = Slow(b"abcdefgh", false);
        assert_eq!(buffer.fill(&mut stream, 5).unwrap(), 5);
        assert_eq!(buffer.text(), b"abcde");
        buffer.forget(3);
        assert_eq!(buffer.text(), b"de");
        assert_eq!(buffer.fill(&mut stream, 100).unwrap(), 3, "the stream ends");
        assert_eq!(buffer.text(), b"defgh");
        buffer.truncate(1);
        assert_eq!((buffer.text(), buffer.len(), buffer.is_empty()), (b"d".as_slice(), 1, false));
        buffer.set(b"xyz");
        assert_eq!(buffer.text(), b"xyz");
        buffer.forget(7);
        assert!(buffer.is_empty());
    }
}
