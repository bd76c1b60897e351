//! `portreeve whatif`.

use std::io::Read;

use portreeve::Verdict;
use portreeve::whatif::apply;

use super::diff::{Told, settled, tell};
use super::{read, threads};
use crate::args::{Global, Whatif};
use crate::fail::Fail;

/// Makes edits in memory and tells what they change.
pub(crate) fn run(options: &Whatif, global: &Global) -> Result<Verdict, Fail> {
    let how = &options.how;
    let edits = edits(options)?;
    let config = settled(how)?;
    let old = read(&options.sources, how.keep_going, threads(how.threads), global)?;
    let new = apply(&old.estate, &edits, config.settings.thresholds.rules_per_group)?;
    let source = options.sources.join(", ");
    let told = Told { estates: [&old.estate, &new], sources: [&source, &source], edits: &edits };
    let ended = tell(how, global, &config, &told)?;
    std::mem::forget((old, new));
    Ok(ended)
}

/// The edits of the command line, then those of the file.
fn edits(options: &Whatif) -> Result<Vec<String>, Fail> {
    let mut edits = options.edits.clone();
    if let Some(file) = &options.file {
        let text =
            text(file).map_err(|why| Fail::Message(format!("edits `{file}` could not be read: {why}")))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        edits.extend(lines.map(str::to_owned));
    }
    if edits.is_empty() {
        let message =
            "there is no edit: write one to a line, as in `sg-web: allow tcp 443 from 0.0.0.0/0 in`";
        return Err(Fail::Message(message.to_owned()));
    }
    Ok(edits)
}

fn text(file: &str) -> std::io::Result<String> {
    if file != "-" {
        return std::fs::read_to_string(file);
    }
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}
