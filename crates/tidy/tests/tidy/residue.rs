//! Nothing unfinished and nothing of one developer's machine is left in the files.

use std::path::Path;

use crate::files;

/// Marks of unfinished work. Written in two halves, so that this file does not hold them itself.
const MARKS: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("db", "g!("),
    concat!("#[ign", "ore"),
];

/// Where people keep their work, in two halves for the same reason.
const PRIVATE_FOLDERS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/tm", "p/"),
];

/// Files in which a folder of that kind is an example for the reader, or the address of a page.
fn may_name_folders(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "Cargo.lock")
}

/// Whether a file tells the story of an account, in which people leave such marks too.
fn is_told(path: &Path) -> bool {
    path.starts_with("examples")
}

fn complain_about(needles: &[&str], skip: fn(&Path) -> bool) -> Vec<String> {
    let mut complaints = Vec::new();
    for path in files::all().into_iter().filter(|path| !skip(path)) {
        for (number, line) in files::read(&path).lines().enumerate() {
            if let Some(needle) = needles.iter().find(|needle| stands_alone(line, needle)) {
                complaints.push(format!("{}:{}: `{needle}`", path.display(), number + 1));
            }
        }
    }
    complaints
}

/// Whether the needle is in the line and not the tail of a longer word or path.
fn stands_alone(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == '}')
    })
}

#[test]
fn nothing_is_marked_as_unfinished() {
    files::no_complaints(&complain_about(&MARKS, is_told));
}

#[test]
fn no_folder_of_a_developers_machine_is_named() {
    files::no_complaints(&complain_about(&PRIVATE_FOLDERS, may_name_folders));
}
