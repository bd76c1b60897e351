//! The fixed documents: the sources again, with the edits in them.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use portreeve_model::{Edit, Estate};
use portreeve_providers::patch::{Changes, PatchError, Patcher};

use crate::load::files::{File, open, walk};

/// Why fixed documents could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder holds something.
    #[error("`{}` is not empty: name a folder that is, or that does not exist yet", .0.display())]
    NotEmpty(PathBuf),
    /// Standard input was read already.
    #[error("standard input cannot be read a second time: save it to a file to write fixed documents")]
    Stdin,
    /// The system refused.
    #[error("`{path}`: {why}")]
    Io {
        /// What could not be read or written.
        path: String,
        /// Why.
        why: io::Error,
    },
    /// The documents cannot say an edit.
    #[error("the fixed documents cannot be written: {0}")]
    Patch(#[from] PatchError),
    /// The sources cannot be found again.
    #[error("{0}")]
    Load(#[from] crate::load::LoadError),
}

/// Writes the documents of the sources, with edits in them, to a folder that is empty or not there. Files keep their names below
/// their source, without the endings of compression; several sources go to a folder each. Gives the files.
///
/// # Errors
/// When the folder is not empty, a file cannot be read or written, or a document cannot say an edit.
pub fn write_fixed(
    sources: &[String],
    estate: &Estate,
    edits: &[Edit],
    folder: &Path,
) -> Result<Vec<PathBuf>, WriteError> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file() {
        return Err(WriteError::NotEmpty(folder.to_path_buf()));
    }
    let files = places(sources)?;
    let changes = Changes::of(estate, edits);
    let mut patcher = Patcher::new(&changes);
    for (file, _) in &files {
        if let Ok(text) = String::from_utf8(read(file)?) {
            patcher.survey(&text);
        }
    }
    let mut written = Vec::new();
    for (file, place) in &files {
        let bytes = match String::from_utf8(read(file)?) {
            Ok(text) => patcher.patch(&text).into_bytes(),
            Err(no_text) => no_text.into_bytes(),
        };
        // A document that was only about a group that goes is gone.
        if !bytes.iter().all(u8::is_ascii_whitespace) {
            written.push(put(folder, place, &bytes)?);
        }
    }
    for document in patcher.finish()? {
        let mut place = PathBuf::from(&document.name);
        while folder.join(&place).exists() {
            place = PathBuf::from(format!("new-{}", place.display()));
        }
        written.push(put(folder, &place, document.text.as_bytes())?);
    }
    Ok(written)
}

/// The files of all sources, each with its place in the new folder. The order of the places is the order of the sources.
fn places(sources: &[String]) -> Result<Vec<(File, PathBuf)>, WriteError> {
    let mut places = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        if source == "-" {
            return Err(WriteError::Stdin);
        }
        let below = if sources.len() == 1 { PathBuf::new() } else { PathBuf::from(format!("{:02}", at + 1)) };
        for file in walk(std::slice::from_ref(source))?.files {
            let File::Path(path) = &file else { continue };
            let name = match path.strip_prefix(source) {
                Ok(rest) if rest.components().next().is_some() => rest.to_path_buf(),
                _ => path.file_name().map(PathBuf::from).unwrap_or_default(),
            };
            let place = below.join(plain_name(&name));
            places.push((file, place));
        }
    }
    Ok(places)
}

/// A name without the ending of compression. A file that was named directly may have any ending, and gets one that is read in folders.
fn plain_name(name: &Path) -> PathBuf {
    let text = name.to_string_lossy();
    let lower = text.to_lowercase();
    let cut = [".gz", ".zst"].iter().find(|end| lower.ends_with(**end)).map_or(0, |end| end.len());
    let plain = text.get(..text.len() - cut).unwrap_or(&text);
    let known = [".json", ".ndjson"].iter().any(|end| plain.to_lowercase().ends_with(end));
    if known { PathBuf::from(plain) } else { PathBuf::from(format!("{plain}.json")) }
}

fn read(file: &File) -> Result<Vec<u8>, WriteError> {
    let counted = AtomicU64::new(0);
    let mut bytes = Vec::new();
    let result = open(file, &counted).and_then(|mut stream| stream.read_to_end(&mut bytes));
    result.map_err(|why| WriteError::Io { path: file.name(), why })?;
    Ok(bytes)
}

fn put(folder: &Path, place: &Path, bytes: &[u8]) -> Result<PathBuf, WriteError> {
    let path = folder.join(place);
    let failed = |why| WriteError::Io { path: path.display().to_string(), why };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::write(&path, bytes).map_err(failed)?;
    Ok(path)
}
