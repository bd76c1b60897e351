//! `portreeve verify`.

use std::io::{self, Write};

use portreeve::Verdict;
use portreeve::certificate::{self, items};
use portreeve::verify::{Refuted, Verified, verify};

use super::{config, read, threads};
use crate::args::{AnswerFormat, Global, Verify};
use crate::fail::Fail;

/// Holds a certificate against the documents.
pub(crate) fn run(options: &Verify, global: &Global) -> Result<Verdict, Fail> {
    let input = &options.input;
    let config = config(input.config.as_deref())?;
    let certificate = certificate::read(&options.certificate).map_err(Fail::Message)?;
    let loaded = read(&input.sources, input.keep_going, threads(input.threads), global)?;
    let after = match options.after.as_slice() {
        [] => None,
        after => Some(read(after, input.keep_going, threads(input.threads), global)?),
    };
    let result =
        verify(&certificate, &loaded.estate, after.as_ref().map(|it| &it.estate), &items(&config.settings));
    let mut out = io::stdout().lock();
    let written = match options.format {
        AnswerFormat::Text => text(&result, &mut out),
        AnswerFormat::Json => certificate::write_result(&result, &mut out),
    };
    written.and_then(|()| out.flush()).map_err(|error| Fail::writing("standard output", &error))?;
    std::mem::forget((certificate, loaded, after));
    Ok(if result.is_ok() { Verdict::Clean } else { Verdict::Findings })
}

fn text(result: &Result<Verified, Refuted>, out: &mut impl Write) -> io::Result<()> {
    match result {
        Ok(Verified { boxes, holds }) => {
            writeln!(
                out,
                "verified: {boxes} boxes were held against the rules, and all that is claimed holds"
            )?;
            holds.iter().try_for_each(|what| writeln!(out, "  {}", printable(what)))
        }
        Err(Refuted { claim, why }) => writeln!(out, "refuted: {}\n  {}", printable(claim), printable(why)),
    }
}

/// What a certificate or a document says, without what a terminal would obey.
fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}
