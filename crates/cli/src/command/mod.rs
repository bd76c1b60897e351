//! The verbs.

pub(crate) mod assert;
pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod exposure;
pub(crate) mod fix;
pub(crate) mod generate;
pub(crate) mod items;
pub(crate) mod serve;
pub(crate) mod store;
pub(crate) mod verify;
pub(crate) mod whatif;

use std::fs::File;
use std::io;
use std::path::Path;

use portreeve::Config;
use portreeve::load::{LoadOptions, Loaded, Progress, Unwatched, Warning, load};

use crate::args::Global;
use crate::fail::Fail;
use crate::progress::Bar;
use crate::terminal;

/// The configuration that was named, else the nearest one, else none.
fn config(named: Option<&Path>) -> Result<Config, Fail> {
    let found = match named {
        Some(path) => Some(path.to_path_buf()),
        None => Config::find(Path::new(".")),
    };
    found.map_or_else(|| Ok(Config::default()), |path| Ok(Config::read(&path)?))
}

/// Threads as asked for, else one for each core.
fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// Reads sources, with a progress bar and warnings as the user wants them.
fn read(sources: &[String], keep_going: bool, threads: usize, global: &Global) -> Result<Loaded, Fail> {
    let how = LoadOptions { keep_going, threads };
    let bar = Bar::new();
    let progress: &dyn Progress = if global.quiet { &Unwatched } else { &bar };
    let loaded = load(sources, &how, progress);
    bar.finish();
    let loaded = loaded?;
    if !global.quiet {
        for warning in &loaded.warnings {
            terminal::warning(&told(warning), global.color);
        }
    }
    Ok(loaded)
}

/// Writes a certificate to a file.
fn certify(path: &Path, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Fail> {
    let failed = |error| Fail::writing(&path.display().to_string(), &error);
    let mut file = io::BufWriter::new(File::create(path).map_err(failed)?);
    write(&mut file).map_err(failed)
}

/// A warning with its file, which some texts begin with already.
fn told(warning: &Warning) -> String {
    let Warning { path, text } = warning;
    if text.trim_start_matches('`').starts_with(path.as_str()) {
        text.clone()
    } else {
        format!("{path}: {text}")
    }
}
