//! What the terminal can do, and plain messages on standard error.

use std::io::{self, IsTerminal, Write};

use portreeve::report::plain;

use crate::args::Color;

/// Columns that read well where no terminal tells how many there are.
pub(crate) const DEFAULT_WIDTH: usize = 100;

/// Columns of the terminal that standard output is, if it is one.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0))
}

/// Whether output to a stream is coloured.
pub(crate) fn colored(color: Color, stream: &impl IsTerminal) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            stream.is_terminal() && !refused && !dumb
        }
    }
}

/// Tells why the program could not do its work; a message may have several lines.
pub(crate) fn error(message: &str, color: Color) {
    let lines: Vec<_> = message.split('\n').map(plain).collect();
    say("error", "1;31", &lines.join("\n"), color);
}

/// Tells what the user should know although the program goes on.
pub(crate) fn warning(message: &str, color: Color) {
    say("warning", "1;33", &plain(message), color);
}

fn say(kind: &str, style: &str, message: &str, color: Color) {
    let mut out = io::stderr().lock();
    // Where not even standard error takes a message, there is nobody to tell.
    let _ = if colored(color, &out) {
        writeln!(out, "\u{1b}[{style}m{kind}:\u{1b}[0m {message}")
    } else {
        writeln!(out, "{kind}: {message}")
    };
}
