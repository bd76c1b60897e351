//! Pages that the code writes are as the code would write them now. `UPDATE=1 cargo test -p portreeve-tidy` writes them.

use std::fs;
use std::io::Write;

use portreeve::checks::{Settings, catalogue};
use portreeve::report::{ItemsFormat, write_item, write_items};

use crate::files;

fn items_page() -> String {
    let items = portreeve::items(&Settings::default());
    let vendors = catalogue::metas().filter(|meta| meta.vendor).count();
    let mut page = Vec::new();
    let out = &mut page;
    writeln!(
        out,
        "<!-- Written by `UPDATE=1 cargo test -p portreeve-tidy` from crates/checks/src/catalogue. -->\n"
    )
    .unwrap();
    writeln!(out, "# Check items\n").unwrap();
    writeln!(
        out,
        "{} items, {vendors} of them with the ports of the cloud vendor's own check. `portreeve items` lists them with \
         your switches, `portreeve items ID` shows one page of this.\n",
        items.len()
    )
    .unwrap();
    writeln!(out, "{}\n", catalogue::EVERYONE).unwrap();
    write_items(ItemsFormat::Markdown, &items, out, usize::MAX).unwrap();
    for item in &items {
        writeln!(out).unwrap();
        write_item(ItemsFormat::Markdown, item, out, usize::MAX).unwrap();
    }
    String::from_utf8(page).unwrap()
}

/// Compares a generated page with the file, or writes the file.
fn check(path: &str, page: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(files::root().join(path), page).unwrap();
    }
    let file = fs::read_to_string(files::root().join(path)).unwrap_or_default();
    let first = file.lines().zip(page.lines()).position(|(is, should)| is != should);
    assert!(
        file == *page,
        "{path} is not what the code writes, from line {}: run `UPDATE=1 cargo test -p portreeve-tidy`",
        first.unwrap_or(file.lines().count().min(page.lines().count())) + 1
    );
}

#[test]
fn the_page_of_check_items_is_up_to_date() {
    check("docs/items.md", &items_page());
}
