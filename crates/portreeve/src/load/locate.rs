//! Finding the line of an id, for reports that point into files.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::AtomicU64;

use memchr::memmem;
use portreeve_model::{DocumentIx, Estate, Origin};
use portreeve_providers::json;

use super::buffer::Buffer;
use super::input::{Stream, open};
use super::split::BLOCK;
use super::walk::File;

/// What to find: an id in the response that said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'w> {
    /// The response.
    pub origin: Origin,
    /// The id.
    pub id: &'w str,
}

/// The line, from 1, of each id within its response; that of the response where the id does not stand in it as it is.
/// Nothing for standard input and for files that cannot be read any more. Every file is read once.
pub fn locate(estate: &Estate, wanted: &[Wanted<'_>]) -> Vec<Option<u64>> {
    let mut lines = vec![None; wanted.len()];
    let mut by_document: BTreeMap<DocumentIx, BTreeMap<u64, Vec<usize>>> = BTreeMap::new();
    for (number, one) in wanted.iter().enumerate() {
        let responses = by_document.entry(one.origin.document).or_default();
        responses.entry(one.origin.offset).or_default().push(number);
    }
    for (document, responses) in by_document {
        let Some(document) = estate.documents.get(document.at()).filter(|one| one.path != "-") else {
            continue;
        };
        let file = File::Path(document.path.clone().into());
        // What was found before the file broke off is still right.
        let _ = scan(&file, &responses, wanted, &mut lines);
    }
    lines
}

fn scan(
    file: &File,
    responses: &BTreeMap<u64, Vec<usize>>,
    wanted: &[Wanted<'_>],
    lines: &mut [Option<u64>],
) -> io::Result<()> {
    let uncounted = AtomicU64::new(0);
    let (text, raw) = (String::new(), Buffer::default());
    let mut window = Window { stream: open(file, &uncounted)?, raw, text, start: 0, offset: 0, line: 1 };
    for (offset, numbers) in responses {
        window.advance(*offset)?;
        window.complete()?;
        let (first, response) = (window.line, window.response());
        for number in numbers {
            let Some(one) = wanted.get(*number) else { continue };
            let quoted = format!("\"{}\"", one.id);
            let before =
                memmem::find(response.as_bytes(), quoted.as_bytes()).and_then(|at| response.get(..at));
            let within = before.map_or(0, lines_in);
            if let Some(line) = lines.get_mut(*number) {
                *line = Some(first + within);
            }
        }
    }
    Ok(())
}

fn lines_in(text: &str) -> u64 {
    memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64
}

/// A part of a file's text, moving forwards.
struct Window<'c> {
    stream: Stream<'c>,
    /// Bytes that were read and are not known to be text yet.
    raw: Buffer,
    text: String,
    /// Bytes of `text` that are passed.
    start: usize,
    /// The place of `start` in the file.
    offset: u64,
    /// The line of `start`.
    line: u64,
}

impl Window<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.start..).unwrap_or_default()
    }

    /// The response at the start of the window; all that is left of the file if it does not end.
    fn response(&self) -> &str {
        self.end().and_then(|end| self.rest().get(..end)).unwrap_or(self.rest())
    }

    /// Moves the start of the window to byte `offset`, counting lines.
    fn advance(&mut self, offset: u64) -> io::Result<()> {
        while self.offset < offset {
            if self.rest().is_empty() && self.more()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let left = usize::try_from(offset - self.offset).unwrap_or(usize::MAX);
            let rest = self.rest();
            let passed = rest.get(..left).unwrap_or(rest);
            let (lines, len) = (lines_in(passed), passed.len());
            self.line += lines;
            self.start += len;
            self.offset += len as u64;
        }
        Ok(())
    }

    /// Reads until the response at the start of the window is whole, or the file ends.
    fn complete(&mut self) -> io::Result<()> {
        while self.end().is_none() {
            if self.more()? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Where the response at the start of the window ends, if it does.
    fn end(&self) -> Option<usize> {
        let mut cursor = json::Cursor::new(self.rest());
        cursor.skip().ok().map(|()| cursor.at())
    }

    /// Reads as much again as there is, and at least a block. Gives how much text came; none where what comes is no
    /// text, which the file was when it was loaded.
    fn more(&mut self) -> io::Result<usize> {
        self.text.drain(..self.start);
        self.start = 0;
        let want = self.text.len().max(BLOCK);
        self.raw.fill(&mut self.stream, want)?;
        let text = self.raw.text().utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let len = text.len();
        self.text.push_str(text);
        self.raw.forget(len);
        Ok(len)
    }
}
