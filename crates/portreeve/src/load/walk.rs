//! From sources to files, in a fixed order.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use portreeve_model::Document;

use super::{LoadError, Warning};

/// How many ignored files are named.
const NAMED: usize = 3;

/// One file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum File {
    /// A file of the file system.
    Path(PathBuf),
    /// What was such a file: its name and its bytes.
    Memory(String, Vec<u8>),
    /// Standard input.
    Stdin,
}

impl File {
    /// How it is named to people.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Memory(name, _) => name.clone(),
            Self::Stdin => "-".to_owned(),
        }
    }
}

/// What the sources hold.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) files: Vec<File>,
    pub(crate) warnings: Vec<Warning>,
}

impl Found {
    pub(super) fn documents(&self) -> Vec<Document> {
        self.files.iter().map(|file| Document { path: file.name() }).collect()
    }
}

/// All files of all sources: folders recursively and in the order of their paths.
pub(crate) fn walk(sources: &[String]) -> Result<Found, LoadError> {
    if sources.is_empty() {
        return Err(LoadError::NoSource);
    }
    let mut found = Found::default();
    for source in sources {
        if source == "-" {
            if found.files.contains(&File::Stdin) {
                continue;
            }
            found.files.push(File::Stdin);
            continue;
        }
        let path = PathBuf::from(source);
        let kind = fs::metadata(&path).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => LoadError::Missing { path: source.clone() },
            _ => LoadError::Unreadable { path: source.clone(), why },
        })?;
        if !kind.is_dir() {
            found.files.push(File::Path(path));
            continue;
        }
        let mut ignored = Vec::new();
        folder(&path, &mut found.files, &mut ignored)?;
        found.warnings.extend(tell_ignored(source, &ignored));
    }
    Ok(found)
}

/// Adds the files below a folder. Hidden ones are left out, and links to folders are not followed, so that no circle can
/// form.
fn folder(path: &Path, files: &mut Vec<File>, ignored: &mut Vec<PathBuf>) -> Result<(), LoadError> {
    let unreadable = |why| LoadError::Unreadable { path: path.display().to_string(), why };
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(unreadable)?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort_unstable();
    let hidden =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    for path in paths.into_iter().filter(|path| !hidden(path)) {
        if path.is_dir() {
            if !path.is_symlink() {
                folder(&path, files, ignored)?;
            }
        } else if is_response(&path) {
            files.push(File::Path(path));
        } else {
            ignored.push(path);
        }
    }
    Ok(())
}

/// `.json` and `.ndjson`, each also compressed.
fn is_response(path: &Path) -> bool {
    let Some(name) = path.file_name() else { return false };
    let name = name.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    [".json", ".ndjson"].iter().any(|end| name.ends_with(end))
}

fn tell_ignored(source: &str, ignored: &[PathBuf]) -> Option<Warning> {
    if ignored.is_empty() {
        return None;
    }
    let names: Vec<String> = ignored.iter().take(NAMED).map(|path| format!("`{}`", path.display())).collect();
    let more = if ignored.len() > NAMED { ", …" } else { "" };
    let files = if ignored.len() == 1 { "file is" } else { "files are" };
    let text = format!(
        "{} {files} no .json or .ndjson and not read: {}{more}; name one directly to read it",
        ignored.len(),
        names.join(", ")
    );
    Some(Warning { path: source.to_owned(), text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_told_by_their_endings() {
        let cases = [
            ("a.json", true),
            ("a.NDJSON", true),
            ("a.json.gz", true),
            ("a.ndjson.zst", true),
            ("json", false),
            ("a.jsonx", false),
            ("a.gz", false),
            ("a.json.bak", false),
            ("README.md", false),
        ];
        for (name, expected) in cases {
            assert_eq!(is_response(Path::new(name)), expected, "{name}");
        }
    }
}
