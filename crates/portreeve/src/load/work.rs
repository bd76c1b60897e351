//! The threads: each takes a stretch, reads it, and hands its rows over.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use portreeve_model::DocumentIx;
use portreeve_providers::{Assembly, Batch, Reading};

use super::buffer::Buffer;
use super::input::{Stream, look, open};
use super::merge::{Merge, Outcome, Trouble};
use super::split::{Cut, Splitter, Stretch};
use super::walk::File;
use super::{LoadError, LoadOptions, Progress, Warning};

/// What all files say.
pub(super) struct Merged {
    pub(super) assembly: Assembly,
    pub(super) warnings: Vec<Warning>,
}

/// Reads all files.
pub(super) fn read_all(
    files: &[File],
    options: &LoadOptions,
    progress: &dyn Progress,
) -> Result<Merged, LoadError> {
    let read = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let queue = Mutex::new(Queue { files, next: 0, current: None, number: 0, read: &read });
    let merge = Merge::new(files, options.keep_going, &stop);
    let watch = Watch { progress, read: &read, total: total(files) };
    let work = || {
        let _guard = merge.guard();
        let mut text = Buffer::default();
        while !stop.load(Ordering::Relaxed) {
            let Some((number, taken)) = lock(&queue).take(&mut text) else { break };
            merge.hand_over(number, outcome(taken, text.text(), merge.batch()));
            watch.tell();
        }
    };
    std::thread::scope(|scope| {
        // This thread works too.
        for _ in 1..options.threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    merge.finish()
}

/// What came of taking a stretch.
enum Taken {
    Stretch(Stretch),
    Trouble(DocumentIx, Trouble),
}

fn outcome(taken: Taken, text: &[u8], mut batch: Batch) -> Outcome {
    match taken {
        Taken::Trouble(document, trouble) => Outcome { document, batch, trouble: Some(trouble) },
        Taken::Stretch(stretch) => {
            let reading = batch.read(text, stretch.document, stretch.offset);
            let trouble = trouble(&stretch, reading, text, &mut batch);
            Outcome { document: stretch.document, batch, trouble }
        }
    }
}

/// What is wrong with a stretch, if anything.
pub(super) fn trouble(
    stretch: &Stretch,
    reading: Reading,
    text: &[u8],
    batch: &mut Batch,
) -> Option<Trouble> {
    let fault = reading.fault?;
    Trouble::of(stretch, reading.done, fault, text, batch)
}

/// The files and the one that is being cut.
struct Queue<'c> {
    files: &'c [File],
    next: usize,
    current: Option<Splitter<'c>>,
    number: u64,
    read: &'c AtomicU64,
}

impl Queue<'_> {
    /// Fills `text` with the next stretch and gives its number.
    fn take(&mut self, text: &mut Buffer) -> Option<(u64, Taken)> {
        loop {
            if self.current.is_none() {
                let file = self.files.get(self.next)?;
                let document = DocumentIx::new(self.next);
                self.next += 1;
                match open(file, self.read).and_then(look) {
                    Ok((stream, None)) => self.current = Some(splitter(file, document, stream)),
                    Ok((_, Some(what))) => {
                        return Some(self.number(Taken::Trouble(document, Trouble::LooksLike(what))));
                    }
                    Err(why) => return Some(self.number(Taken::Trouble(document, Trouble::Unreadable(why)))),
                }
            }
            if let Some(taken) = self.cut(text) {
                return Some(self.number(taken));
            }
            self.current = None;
        }
    }

    fn number(&mut self, taken: Taken) -> (u64, Taken) {
        self.number += 1;
        (self.number - 1, taken)
    }

    /// The next stretch of the current file; nothing at its end.
    fn cut(&mut self, text: &mut Buffer) -> Option<Taken> {
        let document = DocumentIx::new(self.next.saturating_sub(1));
        let splitter = self.current.as_mut()?;
        let first = splitter.at_start();
        match splitter.next(text) {
            Ok(stretch) if first && stretch.is_none_or(|_| blank(text.text())) && splitter.at_end() => {
                self.current = None;
                Some(Taken::Trouble(document, Trouble::Empty))
            }
            Ok(None) => None,
            Ok(Some(stretch)) => Some(Taken::Stretch(stretch)),
            Err(why) => {
                self.current = None;
                Some(Taken::Trouble(document, Trouble::Unreadable(why)))
            }
        }
    }
}

/// Cuts a file. Standard input cannot be read again, so its ends are not guessed and its lines are counted.
fn splitter<'c>(file: &File, document: DocumentIx, stream: Stream<'c>) -> Splitter<'c> {
    match file {
        File::Stdin => Splitter::new(document, stream, Cut::Exact, 0).counting_lines(),
        File::Path(_) | File::Memory(..) => Splitter::new(document, stream, Cut::Guessed, 0),
    }
}

fn blank(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_whitespace)
}

/// Tells progress.
struct Watch<'c> {
    progress: &'c dyn Progress,
    read: &'c AtomicU64,
    total: Option<u64>,
}

impl Watch<'_> {
    fn tell(&self) {
        self.progress.advance(self.read.load(Ordering::Relaxed), self.total);
    }
}

/// How large the files are together.
fn total(files: &[File]) -> Option<u64> {
    files.iter().try_fold(0_u64, |sum, file| match file {
        File::Path(path) => Some(sum.saturating_add(fs::metadata(path).map_or(0, |data| data.len()))),
        File::Memory(_, bytes) => Some(sum.saturating_add(bytes.len() as u64)),
        File::Stdin => None,
    })
}

/// Locks, also after another thread's panic, which the scope passes on.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
