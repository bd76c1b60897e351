//! `portreeve items`.

use std::io;

use portreeve::report::{ItemsFormat, write_item, write_items};
use portreeve::{Verdict, items, nearest};

use super::config;
use crate::args::{self, Global, Items};
use crate::fail::Fail;
use crate::terminal;

/// Lists the items, or prints the page of one.
pub(crate) fn run(options: &Items, _global: &Global) -> Result<Verdict, Fail> {
    let config = config(options.config.as_deref())?;
    let items = items(&config.settings);
    let format = match options.format {
        args::ItemsFormat::Text => ItemsFormat::Text,
        args::ItemsFormat::Json => ItemsFormat::Json,
        args::ItemsFormat::Markdown => ItemsFormat::Markdown,
    };
    let (mut out, width) = (io::stdout().lock(), terminal::width());
    let written = match &options.id {
        None => write_items(format, &items, &mut out, width),
        Some(id) => {
            let found = items
                .iter()
                .find(|item| item.id == *id)
                .ok_or_else(|| unknown(id, items.iter().map(|it| &*it.id)))?;
            write_item(format, found, &mut out, width)
        }
    };
    written.map_err(|error| Fail::writing("standard output", &error))?;
    Ok(Verdict::Clean)
}

/// Names an id that no item has, and the one that was probably meant.
pub(crate) fn unknown<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> Fail {
    let hint = nearest(id, known).map_or_else(
        || "`portreeve items` lists them all".to_owned(),
        |nearest| format!("did you mean `{nearest}`?"),
    );
    Fail::Message(format!("there is no item `{id}`: {hint}"))
}
