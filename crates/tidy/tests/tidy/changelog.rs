//! The changelog always has room for the next change.

use std::path::Path;

use crate::files;

#[test]
fn changelog_has_an_unreleased_section_with_something_in_it() {
    let text = files::read(Path::new("CHANGELOG.md"));
    let (_, rest) = text.split_once("\n## Unreleased\n").expect("CHANGELOG.md has a heading `## Unreleased`");
    let section = rest.split("\n## ").next().unwrap();
    assert!(section.lines().any(|line| line.starts_with("- ")), "`## Unreleased` lists at least one change");
}
