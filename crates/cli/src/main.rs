//! The program `portreeve`: one file per verb, no analysis of its own.

mod args;
mod command;
mod fail;
mod progress;
mod terminal;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use portreeve::Verdict;

use crate::args::{Cli, Verb};
use crate::fail::Fail;

/// Millions of small objects are made on several threads: this allocator neither locks nor gives memory back in between.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; everything else is a usage error. Nothing can be done if printing fails.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { Verdict::Clean.into() } else { Verdict::CouldNotRun.into() };
        }
    };
    let done = match &cli.verb {
        Verb::Check(options) => command::check::run(options, &cli.global),
        Verb::Explain(options) => command::explain::run(options, &cli.global),
        Verb::Exposure(options) => command::exposure::run(options, &cli.global),
        Verb::Assert(options) => command::assert::run(options, &cli.global),
        Verb::Verify(options) => command::verify::run(options, &cli.global),
        Verb::Fix(options) => command::fix::run(options, &cli.global),
        Verb::Items(options) => command::items::run(options, &cli.global),
        Verb::Diff(options) => command::diff::run(options, &cli.global),
        Verb::Whatif(options) => command::whatif::run(options, &cli.global),
        Verb::Serve(options) => command::serve::run(options, &cli.global),
        Verb::Store(options) => command::store::run(options, &cli.global),
        Verb::Completions { shell } => command::generate::completions(*shell),
        Verb::Man { verb } => command::generate::man(verb.as_deref()),
    };
    match done {
        Ok(verdict) => verdict.into(),
        Err(Fail::ClosedPipe) => Verdict::Clean.into(),
        Err(Fail::Message(message)) => {
            terminal::error(&message, cli.global.color);
            Verdict::CouldNotRun.into()
        }
    }
}
