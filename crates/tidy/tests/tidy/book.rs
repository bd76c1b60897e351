//! The book's table of contents names every page, and every page it names is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::{files, links};

#[test]
fn summary_lists_every_page_once() {
    let summary = links::links(&files::read(Path::new("docs/SUMMARY.md")));
    let listed: BTreeSet<PathBuf> = summary.iter().map(|page| Path::new("docs").join(page)).collect();
    assert_eq!(listed.len(), summary.len(), "a page is listed twice in docs/SUMMARY.md");
    let pages: BTreeSet<PathBuf> = files::with_extension("md")
        .into_iter()
        .filter(|path| path.starts_with("docs") && !path.ends_with("SUMMARY.md"))
        .collect();
    assert_eq!(listed, pages, "docs/SUMMARY.md (left) and the pages in docs (right) differ");
}
