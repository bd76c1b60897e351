//! Reading sources: files, folders and standard input, to one estate.
//!
//! Text is read in blocks and never kept. A file is cut where a line starts with `{`, which is where one response ends
//! and the next begins in everything that the vendors' tools print; the stretches are read on several threads and
//! their rows are united in the order of the sources. The cut is a guess: a stretch that turns out to end inside a
//! response is read again, with the rest of its file, by following the brackets. Wrong guesses cost time, never truth.

use std::path::PathBuf;

use portreeve_model::Estate;

mod absent;
mod buffer;
mod error;
mod host;
mod input;
mod line;
mod locate;
mod merge;
mod split;
mod walk;
mod work;

/// The files of sources, for whoever reads them once more.
pub(crate) mod files {
    pub(crate) use super::input::open;
    pub(crate) use super::walk::{File, walk};
}

pub use error::LoadError;
pub use host::load_host;
pub use locate::{Wanted, locate};

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadOptions {
    /// Whether documents that cannot be read become gaps, instead of ending the run.
    pub keep_going: bool,
    /// How many threads read; at least one does.
    pub threads: usize,
}

impl Default for LoadOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { keep_going: false, threads }
    }
}

/// What was read.
#[derive(Debug)]
pub struct Loaded {
    /// The estate.
    pub estate: Estate,
    /// What the user should know about the sources.
    pub warnings: Vec<Warning>,
}

/// Something about a source that does not stop the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The file or folder; `-` for standard input.
    pub path: String,
    /// What there is to know.
    pub text: String,
}

/// Is told how far reading has come.
pub trait Progress: Sync {
    /// `done` of `total` bytes, as they lie in the files, are read; the total is unknown for standard input.
    fn advance(&self, done: u64, total: Option<u64>);
}

/// Progress that nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn advance(&self, _done: u64, _total: Option<u64>) {}
}

/// The files that [`load`] reads of sources, in its order; standard input is none.
///
/// # Errors
/// When a source does not exist or cannot be listed.
pub fn documents(sources: &[String]) -> Result<Vec<PathBuf>, LoadError> {
    let files = walk::walk(sources)?.files.into_iter();
    let path = |file| match file {
        walk::File::Path(path) => Some(path),
        walk::File::Memory(..) | walk::File::Stdin => None,
    };
    Ok(files.filter_map(path).collect())
}

/// Reads sources: paths of files and folders, and `-` for standard input.
///
/// # Errors
/// When a source does not exist or cannot be read, when it is no JSON or is cut short (unless
/// [`LoadOptions::keep_going`]), and when nothing in it says anything.
pub fn load(sources: &[String], options: &LoadOptions, progress: &dyn Progress) -> Result<Loaded, LoadError> {
    assemble(sources, walk::walk(sources)?, options, progress)
}

/// Reads documents that were files, each with its name: the same estate as [`load`] makes of the files in this order.
///
/// They may be compressed as files may be, which shows in their bytes. Where a file of the name is still there,
/// [`locate`] looks into that.
///
/// # Errors
/// As [`load`].
pub fn load_documents(
    documents: Vec<(String, Vec<u8>)>,
    options: &LoadOptions,
    progress: &dyn Progress,
) -> Result<Loaded, LoadError> {
    if documents.is_empty() {
        return Err(LoadError::NoSource);
    }
    let names: Vec<String> = documents.iter().map(|(name, _)| name.clone()).collect();
    let files = documents.into_iter().map(|(name, bytes)| walk::File::Memory(name, bytes)).collect();
    assemble(&names, walk::Found { files, warnings: Vec::new() }, options, progress)
}

fn assemble(
    sources: &[String],
    mut found: walk::Found,
    options: &LoadOptions,
    progress: &dyn Progress,
) -> Result<Loaded, LoadError> {
    let merged = work::read_all(&found.files, options, progress)?;
    let assembled = merged.assembly.finish(found.documents());
    let mut warnings = std::mem::take(&mut found.warnings);
    warnings.extend(merged.warnings);
    let path = |ix: portreeve_model::DocumentIx| assembled.estate.document(ix).path.clone();
    warnings.extend(
        assembled.notes.iter().map(|note| Warning { path: path(note.document), text: note.text.clone() }),
    );
    if assembled.responses == 0 {
        return Err(LoadError::nothing_read(sources, found.files.len(), &warnings));
    }
    let mut estate = assembled.estate;
    absent::tell(&mut estate);
    Ok(Loaded { estate, warnings })
}
