//! Units stay small: functions of at most 60 lines, files of at most 500 lines of production code, a first line that says what.

use crate::files;
use crate::source::{self, Source};

const LINES_OF_A_FUNCTION: usize = 60;
const LINES_OF_A_FILE: usize = 500;
const LINES_OF_THE_KERNEL: usize = 460;

#[test]
fn functions_fit_on_a_screen() {
    let mut complaints = Vec::new();
    for path in source::production("") {
        for function in Source::read(&path).functions() {
            if function.lines > LINES_OF_A_FUNCTION {
                complaints.push(format!(
                    "{}:{}: `{}` has {} lines, {LINES_OF_A_FUNCTION} are allowed: give its parts names",
                    path.display(),
                    function.line,
                    function.name,
                    function.lines
                ));
            }
        }
    }
    files::no_complaints(&complaints);
}

#[test]
fn files_stay_readable() {
    let mut complaints = Vec::new();
    for path in source::production("") {
        let lines = Source::read(&path).production_lines;
        if lines > LINES_OF_A_FILE {
            complaints.push(format!(
                "{}: {lines} lines of production code, {LINES_OF_A_FILE} are allowed: split it by what it is about",
                path.display()
            ));
        }
    }
    files::no_complaints(&complaints);
}

/// What alone makes judgements has to be read by whoever trusts them: code alone, without comments.
#[test]
fn the_kernel_of_verifying_stays_readable() {
    let code = |path: &std::path::PathBuf| {
        let text = files::read(path);
        let lines = text.lines().map(str::trim);
        lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
    };
    let lines: usize = source::production("crates/verify").iter().map(code).sum();
    assert!(lines <= LINES_OF_THE_KERNEL, "{lines} lines, {LINES_OF_THE_KERNEL} are allowed");
}

#[test]
fn modules_say_what_they_are() {
    let complaints: Vec<String> = files::with_extension("rs")
        .into_iter()
        .filter(|path| !files::read(path).starts_with("//! "))
        .map(|path| format!("{}: does not begin with a `//! ` line", path.display()))
        .collect();
    files::no_complaints(&complaints);
}
