//! Uniting what the threads read, in the order of the sources, and dealing with what could not be read.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use portreeve_model::DocumentIx;
use portreeve_providers::json::{Fault, FaultKind};
use portreeve_providers::{Assembly, Batch};

use super::buffer::Buffer;
use super::input::{open, open_at};
use super::line::Position;
use super::split::{Cut, Splitter, Stretch};
use super::walk::File;
use super::work::{Merged, lock, trouble};
use super::{LoadError, Warning};

/// How many stretches may wait for an earlier one.
const WAITING: usize = 16;

/// What came of one stretch.
pub(super) struct Outcome {
    pub(super) document: DocumentIx,
    pub(super) batch: Batch,
    pub(super) trouble: Option<Trouble>,
}

/// Why a stretch could not be read to its end.
pub(super) enum Trouble {
    /// The guessed end was wrong: read the file again from this byte.
    Guess(u64),
    /// The system refused.
    Unreadable(io::Error),
    /// There is no text in the file.
    Empty,
    /// The file starts like something else.
    LooksLike(&'static str),
    /// The text is wrong.
    Wrong {
        /// The byte where the broken response starts.
        start: u64,
        /// Its position, where it is known.
        start_position: Option<Position>,
        /// The byte where it breaks.
        at: u64,
        at_position: Option<Position>,
        kind: FaultKind,
        /// Whether it is larger than any response.
        too_large: bool,
    },
}

impl Trouble {
    /// What the fault of a stretch means. What remains of the text is remembered as lost, unless it is read again.
    pub(super) fn of(
        stretch: &Stretch,
        done: usize,
        fault: Fault,
        text: &[u8],
        batch: &mut Batch,
    ) -> Option<Self> {
        let start = done + text.get(done..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let offset = |at: usize| stretch.offset.saturating_add(at as u64);
        if stretch.guessed && fault.kind == FaultKind::Cut {
            return Some(Self::Guess(offset(start)));
        }
        let rest = text.get(start..).unwrap_or_default();
        let why = match fault.kind {
            FaultKind::Cut => "cut short",
            FaultKind::Bad(what) => what,
        };
        batch.lose(rest, stretch.document, offset(start), why);
        let position =
            |at: usize| stretch.position.map(|position| position.after(text.get(..at).unwrap_or_default()));
        Some(Self::Wrong {
            start: offset(start),
            start_position: position(start),
            at: offset(fault.at),
            at_position: position(fault.at),
            kind: fault.kind,
            too_large: fault.kind == FaultKind::Cut && stretch.oversized,
        })
    }
}

/// The place where everything comes together.
pub(super) struct Merge<'c> {
    files: &'c [File],
    keep_going: bool,
    stop: &'c AtomicBool,
    line: Mutex<Line>,
    moved: Condvar,
    united: Mutex<United>,
    /// Batches that were united, to be filled again: their memory is large and was paid for.
    spare: Mutex<Vec<Batch>>,
}

/// Outcomes that wait for their turn.
#[derive(Default)]
struct Line {
    next: u64,
    waiting: BTreeMap<u64, Outcome>,
    uniting: bool,
}

/// What was united so far.
#[derive(Default)]
struct United {
    assembly: Assembly,
    warnings: Vec<Warning>,
    error: Option<LoadError>,
    /// A file of which nothing more is wanted.
    closed: Option<DocumentIx>,
}

impl<'c> Merge<'c> {
    pub(super) fn new(files: &'c [File], keep_going: bool, stop: &'c AtomicBool) -> Self {
        let (line, moved) = (Mutex::default(), Condvar::new());
        let (united, spare) = (Mutex::default(), Mutex::default());
        Self { files, keep_going, stop, line, moved, united, spare }
    }

    /// An empty batch.
    pub(super) fn batch(&self) -> Batch {
        lock(&self.spare).pop().unwrap_or_default()
    }

    /// Takes an outcome. Whoever brings the next one in order unites it, and all that wait behind it.
    pub(super) fn hand_over(&self, number: u64, outcome: Outcome) {
        let mut line = lock(&self.line);
        line.waiting.insert(number, outcome);
        if !line.uniting {
            line.uniting = true;
            loop {
                let next = line.next;
                let Some(outcome) = line.waiting.remove(&next) else { break };
                line.next += 1;
                drop(line);
                self.unite(outcome);
                self.moved.notify_all();
                line = lock(&self.line);
            }
            line.uniting = false;
            self.moved.notify_all();
        }
        // The outcome that all wait for is being read by a thread that is not here.
        while line.waiting.len() > WAITING && !self.stop.load(Ordering::Relaxed) {
            line = self.moved.wait(line).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the run for all threads where one panics, so that no other waits for it.
    pub(super) fn guard(&self) -> Guard<'_, 'c> {
        Guard { merge: self }
    }

    pub(super) fn finish(self) -> Result<Merged, LoadError> {
        let united = self.united.into_inner().unwrap_or_else(PoisonError::into_inner);
        match united.error {
            Some(error) => Err(error),
            None => Ok(Merged { assembly: united.assembly, warnings: united.warnings }),
        }
    }

    fn unite(&self, outcome: Outcome) {
        let mut united = lock(&self.united);
        if united.error.is_some() || united.closed == Some(outcome.document) {
            return;
        }
        let mut batch = outcome.batch;
        let Some(trouble) = outcome.trouble else {
            united.assembly.add(&mut batch);
            drop(united);
            lock(&self.spare).push(batch);
            return;
        };
        let reported = match trouble {
            Trouble::Guess(offset) => {
                united.assembly.add(&mut batch);
                united.closed = Some(outcome.document);
                self.read_again(&mut united, outcome.document, offset)
            }
            trouble => self.report(&mut united, outcome.document, batch, trouble),
        };
        if let Err(error) = reported {
            united.error = Some(error);
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Reads the rest of a file by following its brackets.
    fn read_again(&self, united: &mut United, document: DocumentIx, offset: u64) -> Result<(), LoadError> {
        let Some(file) = self.files.get(document.at()) else { return Ok(()) };
        let unreadable = |why| LoadError::Unreadable { path: file.name(), why };
        let uncounted = AtomicU64::new(0);
        let stream = open_at(file, offset, &uncounted).map_err(unreadable)?;
        let mut splitter = Splitter::new(document, stream, Cut::Exact, offset);
        let mut text = Buffer::default();
        let mut batch = Batch::default();
        while let Some(stretch) = splitter.next(&mut text).map_err(unreadable)? {
            let reading = batch.read(text.text(), document, stretch.offset);
            match trouble(&stretch, reading, text.text(), &mut batch) {
                None => united.assembly.add(&mut batch),
                Some(trouble) => return self.report(united, document, batch, trouble),
            }
        }
        Ok(())
    }

    /// Ends the run with an error, or with `keep_going` closes the file and tells of it.
    fn report(
        &self,
        united: &mut United,
        document: DocumentIx,
        mut batch: Batch,
        trouble: Trouble,
    ) -> Result<(), LoadError> {
        let Some(file) = self.files.get(document.at()) else { return Ok(()) };
        let whole_file = !matches!(trouble, Trouble::Wrong { .. });
        let error = error(file, trouble);
        if !self.keep_going {
            return Err(error);
        }
        let text = error.to_string();
        if whole_file {
            batch.lose(&[], document, 0, &text);
        }
        united.assembly.add(&mut batch);
        united.warnings.push(Warning { path: file.name(), text });
        united.closed = Some(document);
        Ok(())
    }
}

/// See [`Merge::guard`].
pub(super) struct Guard<'m, 'c> {
    merge: &'m Merge<'c>,
}

impl Drop for Guard<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.merge.stop.store(true, Ordering::Relaxed);
            self.merge.moved.notify_all();
        }
    }
}

/// The error that a trouble is, with lines counted now that they are needed.
fn error(file: &File, trouble: Trouble) -> LoadError {
    let path = file.name();
    match trouble {
        Trouble::Unreadable(why) if why.kind() == io::ErrorKind::UnexpectedEof => {
            LoadError::CutCompressed { path }
        }
        Trouble::Unreadable(why) => LoadError::Unreadable { path, why },
        Trouble::Empty => LoadError::Empty { path },
        Trouble::LooksLike(what) => LoadError::LooksLike { path, what },
        Trouble::Guess(offset) => LoadError::TooLarge { path, line: position(file, offset, None).line },
        Trouble::Wrong { start, start_position, at, at_position, kind, too_large } => {
            let line = || position(file, start, start_position).line;
            if too_large {
                return LoadError::TooLarge { path, line: line() };
            }
            let start = line();
            let position = position(file, at, at_position);
            match kind {
                FaultKind::Cut => LoadError::Cut { path, position, start },
                FaultKind::Bad(what) => LoadError::NotJson { path, position, what },
            }
        }
    }
}

fn position(file: &File, offset: u64, known: Option<Position>) -> Position {
    let uncounted = AtomicU64::new(0);
    known.unwrap_or_else(|| match open(file, &uncounted) {
        Ok(mut stream) => Position::of(&mut stream, offset),
        Err(_) => Position::START,
    })
}
