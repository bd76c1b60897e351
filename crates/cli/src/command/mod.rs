//! The verbs.

pub(crate) mod check;
pub(crate) mod generate;
pub(crate) mod items;

use std::path::Path;

use portreeve::Config;

use crate::fail::Fail;

/// The configuration that was named, else the nearest one, else none.
fn config(named: Option<&Path>) -> Result<Config, Fail> {
    let found = match named {
        Some(path) => Some(path.to_path_buf()),
        None => Config::find(Path::new(".")),
    };
    found.map_or_else(|| Ok(Config::default()), |path| Ok(Config::read(&path)?))
}
