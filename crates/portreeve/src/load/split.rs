//! Cutting the text of a file into stretches of whole responses.

use std::io;

use memchr::memmem;
use portreeve_model::DocumentIx;
use portreeve_providers::json;

use super::buffer::Buffer;
use super::input::Stream;
use super::line::Position;

/// How much is read at once.
pub(super) const BLOCK: usize = 1 << 20;

/// The largest single response that is read.
const LARGEST_RESPONSE: usize = 1 << 30;

/// How the end of a response is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// At the last line that starts with `{`, which is a guess.
    Guessed,
    /// By following the brackets.
    Exact,
}

/// A stretch of a file; its text lies in the buffer that was filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) document: DocumentIx,
    /// Its place in the text of the file.
    pub(super) offset: u64,
    /// Whether it may end inside a response.
    pub(super) guessed: bool,
    /// Whether it is all that was read of something larger than any response.
    pub(super) oversized: bool,
    /// Its line and column, where they cannot be found out later.
    pub(super) position: Option<Position>,
}

/// The text of one file that is still to be read.
pub(super) struct Splitter<'c> {
    document: DocumentIx,
    stream: Stream<'c>,
    cut: Cut,
    /// Text that was read and belongs to the next stretch.
    carry: Buffer,
    offset: u64,
    position: Option<Position>,
    ended: bool,
    block: usize,
    largest: usize,
}

impl<'c> Splitter<'c> {
    /// Reads a stream from where it stands, which is byte `offset` of the file.
    pub(super) fn new(document: DocumentIx, stream: Stream<'c>, cut: Cut, offset: u64) -> Self {
        let (carry, position) = (Buffer::default(), None);
        let (block, largest) = (BLOCK, LARGEST_RESPONSE);
        Self { document, stream, cut, carry, offset, position, ended: false, block, largest }
    }

    /// Keeps count of lines, for a stream that cannot be opened again.
    pub(super) fn counting_lines(self) -> Self {
        Self { position: Some(Position::START), ..self }
    }

    /// Whether nothing was read yet.
    pub(super) fn at_start(&self) -> bool {
        self.offset == 0 && !self.ended
    }

    /// Whether the stream has ended.
    pub(super) fn at_end(&self) -> bool {
        self.ended
    }

    /// Fills `buffer` with the next stretch; nothing at the end of the file.
    pub(super) fn next(&mut self, buffer: &mut Buffer) -> io::Result<Option<Stretch>> {
        buffer.swap(&mut self.carry);
        self.carry.truncate(0);
        let mut want = self.block;
        let end = loop {
            let searched = buffer.len();
            if !self.ended {
                self.ended = buffer.fill(&mut self.stream, want)? < want;
            }
            if self.ended {
                break None;
            }
            match self.find_end(buffer.text(), searched) {
                Some(end) => break Some(end),
                // Larger than any response: whoever reads it will find that out.
                None if buffer.len() > self.largest => break None,
                None => want = buffer.len().min(self.largest),
            }
        };
        if let Some(end) = end {
            self.carry.set(buffer.text().get(end..).unwrap_or_default());
            buffer.truncate(end);
        }
        if buffer.is_empty() {
            return Ok(None);
        }
        let stretch = Stretch {
            document: self.document,
            offset: self.offset,
            guessed: self.cut == Cut::Guessed && !self.ended,
            oversized: end.is_none() && !self.ended,
            position: self.position,
        };
        self.offset += buffer.len() as u64;
        self.position = self.position.map(|position| position.after(buffer.text()));
        Ok(Some(stretch))
    }

    /// Where the last whole response ends, as far as can be told; `searched` bytes were searched before.
    fn find_end(&self, text: &[u8], searched: usize) -> Option<usize> {
        match self.cut {
            Cut::Guessed => {
                let from = searched.saturating_sub(1);
                let new = text.get(from..)?;
                memmem::rfind(new, b"\n{").map(|at| from + at + 1).filter(|end| *end > 0)
            }
            Cut::Exact => last_end(text),
        }
    }
}

/// The end of the last value that is whole; the whole text where it is not JSON, for the reader to tell.
fn last_end(text: &[u8]) -> Option<usize> {
    let valid = text.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let mut cursor = json::Cursor::new(valid);
    let mut end = None;
    while cursor.next_value().is_some() {
        if cursor.skip().is_err() {
            // A character may be cut in two at the end; anything else that is no text is told by the reader.
            let cut = cursor.fault().is_none_or(|fault| fault.kind == json::FaultKind::Cut);
            return if cut && text.len() - valid.len() < 4 { end } else { Some(text.len()) };
        }
        end = Some(cursor.at());
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"a\": 1}\n{\"b\": [\n{\"c\": 2},\n{\"d\": 3}]}\n{\"ü\": 4}{\"e\": 5}\n";

    /// All stretches of a text, read in blocks of a size.
    fn stretches(text: &str, cut: Cut, block: usize, largest: usize) -> Vec<(String, Stretch)> {
        let splitter = Splitter::new(DocumentIx::new(0), Box::new(text.as_bytes()), cut, 0);
        let mut splitter = Splitter { block, largest, ..splitter }.counting_lines();
        let (mut buffer, mut all) = (Buffer::default(), Vec::new());
        while let Some(stretch) = splitter.next(&mut buffer).unwrap() {
            all.push((String::from_utf8(buffer.text().to_vec()).unwrap(), stretch));
        }
        all
    }

    #[test]
    fn stretches_are_the_text_in_order_with_their_places() {
        for cut in [Cut::Guessed, Cut::Exact] {
            for block in 1..TEXT.len() + 2 {
                let all = stretches(TEXT, cut, block, 1000);
                let mut read = String::new();
                for (text, stretch) in &all {
                    assert_eq!(stretch.offset, read.len() as u64);
                    assert_eq!(stretch.position, Some(Position::START.after(read.as_bytes())));
                    read.push_str(text);
                }
                assert_eq!(read, TEXT, "{cut:?} {block}");
            }
        }
    }

    #[test]
    fn exact_stretches_end_where_values_end() {
        for block in 1..TEXT.len() {
            for (text, stretch) in stretches(TEXT, Cut::Exact, block, 1000) {
                assert!(!stretch.guessed);
                let mut cursor = json::Cursor::new(&text);
                while cursor.next_value().is_some() {
                    cursor.skip().unwrap();
                }
            }
        }
    }

    #[test]
    fn guessed_stretches_end_before_a_line_that_starts_with_a_brace() {
        let all = stretches(TEXT, Cut::Guessed, 14, 1000);
        let texts: Vec<&str> = all.iter().map(|(text, _)| text.as_str()).collect();
        // The second and third ends are wrong guesses.
        assert_eq!(
            texts,
            ["{\"a\": 1}\n", "{\"b\": [\n{\"c\": 2},\n", "{\"d\": 3}]}\n", "{\"ü\": 4}{\"e\": 5}\n"]
        );
        let guessed: Vec<bool> = all.iter().map(|(_, stretch)| stretch.guessed).collect();
        assert_eq!(guessed, [true, true, true, false]);
    }

    #[test]
    fn what_is_larger_than_any_response_is_given_up() {
        let huge = format!("{{\"a\": \"{}", "x".repeat(500));
        for cut in [Cut::Guessed, Cut::Exact] {
            let (text, stretch) = stretches(&huge, cut, 10, 100).swap_remove(0);
            assert!(stretch.oversized, "{cut:?}");
            assert!((100..=200).contains(&text.len()), "no more is read than needed: {}", text.len());
        }
        assert!(stretches(TEXT, Cut::Exact, 10, 100).iter().all(|(_, stretch)| !stretch.oversized));
    }
}
