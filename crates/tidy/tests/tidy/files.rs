//! The project's own files, as git would list them.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// Every file that is not ignored, relative to the root, in a fixed order.
pub(crate) fn all() -> Vec<PathBuf> {
    let mut walk = WalkBuilder::new(root());
    // A tarball of the sources has no `.git`, and hidden files such as `.ci/run` belong to the project.
    walk.hidden(false).require_git(false).git_global(false).git_exclude(false).parents(false);
    walk.filter_entry(|entry| entry.file_name() != ".git");
    let mut files: Vec<PathBuf> = walk
        .build()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(|entry| entry.path().strip_prefix(root()).unwrap().to_owned())
        .collect();
    files.sort();
    files
}

/// Those files whose name ends in `.extension`.
pub(crate) fn with_extension(extension: &str) -> Vec<PathBuf> {
    all().into_iter().filter(|path| path.extension().is_some_and(|e| e == extension)).collect()
}

/// The text of a file of the project; files that are not UTF-8 (compressed fixtures) read as empty.
pub(crate) fn read(path: &Path) -> String {
    let bytes = fs::read(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8(bytes).unwrap_or_default()
}

/// Fails with all complaints at once, each on its line.
pub(crate) fn no_complaints(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
