//! `portreeve serve`.

use std::io::Write;

use portreeve::Verdict;
use portreeve_console::{Options, serve};

use super::{config, threads};
use crate::args::{Global, Serve};
use crate::fail::Fail;

/// Serves the console until the process is told to end.
pub(crate) fn run(options: &Serve, global: &Global) -> Result<Verdict, Fail> {
    let input = &options.input;
    let config = config(input.config.as_deref())?;
    let opened = Options {
        sources: input.sources.clone(),
        estate: options.estate.clone().unwrap_or_else(|| input.sources.join(" ")),
        store: options.store.parse()?,
        config,
        listen: options.listen,
        keep_going: input.keep_going,
        threads: threads(input.threads),
    };
    serve(opened, |address| {
        if !global.quiet {
            let mut out = std::io::stdout().lock();
            // Nobody may read it; the console is open all the same.
            let _ = writeln!(out, "the console is open at http://{address}/").and_then(|()| out.flush());
        }
    })?;
    Ok(Verdict::Clean)
}
