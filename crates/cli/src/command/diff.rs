//! `portreeve diff`.

use std::io::{self, Write};

use portreeve::certificate::{Change, write_change};
use portreeve::model::Estate;
use portreeve::report::{DiffFormat, Options, write_diff};
use portreeve::{Comparing, Comparison, Config, Verdict};

use super::{certify, check::today, config, read, threads};
use crate::args::{self, Diff, Global, ItemsFormat};
use crate::fail::Fail;
use crate::terminal;

/// Reads two estates and tells what differs.
pub(crate) fn run(options: &Diff, global: &Global) -> Result<Verdict, Fail> {
    let how = &options.how;
    if options.old == "-" && options.new == "-" {
        return Err(Fail::Message("only one of the two can be standard input".to_owned()));
    }
    let config = settled(how)?;
    let load =
        |source: &String| read(std::slice::from_ref(source), how.keep_going, threads(how.threads), global);
    let (old, new) = (load(&options.old)?, load(&options.new)?);
    if let Some(path) = &options.certificate {
        let (before, after) = (&old.estate, &new.estate);
        let change = Change { before, after, unwanted: None, cleared: &[], threads: config.settings.threads };
        certify(path, |file| write_change(&change, file))?;
    }
    let told =
        Told { estates: [&old.estate, &new.estate], sources: [&options.old, &options.new], edits: &[] };
    let ended = tell(how, global, &config, &told)?;
    // The process ends here: giving a million objects back one by one would only take time.
    std::mem::forget((old, new));
    Ok(ended)
}

/// What is compared, and what the user calls it.
pub(super) struct Told<'a> {
    pub(super) estates: [&'a Estate; 2],
    pub(super) sources: [&'a str; 2],
    /// The edits that made the second of the first; none where both were read.
    pub(super) edits: &'a [String],
}

/// The configuration with what the command line says.
pub(super) fn settled(how: &args::Comparing) -> Result<Config, Fail> {
    let mut config = config(how.config.as_deref())?;
    config.settings.threads = threads(how.threads);
    Ok(config)
}

/// Compares, prints, and decides how the run ends.
pub(super) fn tell(
    how: &args::Comparing,
    global: &Global,
    config: &Config,
    told: &Told<'_>,
) -> Result<Verdict, Fail> {
    let [old, new] = told.estates;
    let today = how.today.unwrap_or_else(today);
    let comparing = Comparing { settings: &config.settings, waivers: &config.waivers, today };
    let mut comparison = comparing.compare(old, new, !told.edits.is_empty());
    if let Some(word) = &how.to {
        comparison.narrow(told.estates, word)?;
    }
    print(how, global, told, &comparison)?;
    let ended = comparison.verdict(told.estates, how.fail_on.unwrap_or(config.fail_on));
    std::mem::forget(comparison);
    Ok(ended)
}

fn print(
    how: &args::Comparing,
    global: &Global,
    told: &Told<'_>,
    comparison: &Comparison,
) -> Result<(), Fail> {
    let report = comparison.report(told.estates, told.sources, told.edits);
    let format = match how.format {
        ItemsFormat::Text => DiffFormat::Text,
        ItemsFormat::Json => DiffFormat::Json,
        ItemsFormat::Markdown => DiffFormat::Markdown,
    };
    let stdout = io::stdout();
    let color = terminal::colored(global.color, &stdout);
    let how = Options { width: terminal::width(), color, per_item: how.show, ..Options::default() };
    let mut out = stdout.lock();
    let written = write_diff(format, &report, &mut out, &how).and_then(|()| out.flush());
    match written.map_err(|error| Fail::writing("standard output", &error)) {
        // Whoever reads has seen enough. The exit code is still wanted.
        Err(Fail::ClosedPipe) => Ok(()),
        written => written,
    }
}
