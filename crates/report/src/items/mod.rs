//! The check items themselves: a listing of all, and the page of one.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use portreeve_checks::Item;
use portreeve_checks::catalogue::EVERYONE;
use serde::{Serialize, Serializer};

use crate::escape::{self, code_cell, plain};
use crate::json::Lines;

/// How items are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ItemsFormat {
    /// For people at a terminal.
    #[default]
    Text,
    /// `portreeve/items/1`, for programs.
    Json,
    /// For pages.
    Markdown,
}

impl ItemsFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Json, Self::Markdown];

    /// The name that `--format` takes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }
}

impl FromStr for ItemsFormat {
    type Err = UnknownItemsFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| UnknownItemsFormat { text: text.to_owned() })
    }
}

/// A word that names no [`ItemsFormat`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownItemsFormat {
    text: String,
}

impl fmt::Display for UnknownItemsFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown format `{}`: use one of `text`, `json`, `markdown`", self.text)
    }
}

impl Error for UnknownItemsFormat {}

/// Writes a listing of items, wrapped at `width` columns where it is text.
///
/// # Errors
/// What `out` fails with.
pub fn write_items(format: ItemsFormat, items: &[Item], out: &mut dyn Write, width: usize) -> io::Result<()> {
    match format {
        ItemsFormat::Text => text_list(items, out, width),
        ItemsFormat::Json => json_list(items, out),
        ItemsFormat::Markdown => markdown_list(items, out),
    }
}

/// Writes the page of one item, wrapped at `width` columns where it is text.
///
/// # Errors
/// What `out` fails with.
pub fn write_item(format: ItemsFormat, item: &Item, out: &mut dyn Write, width: usize) -> io::Result<()> {
    match format {
        ItemsFormat::Text => text_page(item, out, width),
        ItemsFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &Row::of(item))?;
            writeln!(out)
        }
        ItemsFormat::Markdown => markdown_page(item, out),
    }
}

#[derive(Serialize)]
struct Listing<'a> {
    schema: &'static str,
    items: Rows<'a>,
}

struct Rows<'a>(&'a [Item]);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Row::of))
    }
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    risk: &'static str,
    enabled: bool,
    /// One of the vendor's own list.
    vendor: bool,
    asks: &'a str,
    why: Option<&'a str>,
    fix: Option<&'a str>,
    not_when: Option<&'a str>,
    fires: Option<&'a str>,
    silent: Option<&'a str>,
    suggestion: &'a str,
}

impl<'a> Row<'a> {
    fn of(item: &'a Item) -> Self {
        let meta = item.meta;
        Self {
            id: &item.id,
            title: &item.title,
            risk: item.risk.as_str(),
            enabled: item.enabled,
            vendor: meta.is_some_and(|meta| meta.vendor),
            asks: meta.map_or(&*item.title, |meta| meta.asks),
            why: meta.map(|meta| meta.why),
            fix: meta.map(|meta| meta.fix),
            not_when: meta.map(|meta| meta.not_when),
            fires: meta.map(|meta| meta.fires),
            silent: meta.map(|meta| meta.silent),
            suggestion: &item.suggestion,
        }
    }

    /// The parts of the page, in order.
    fn parts(&self) -> Vec<(&'static str, &'a str)> {
        let known = [
            ("What it asks", Some(self.asks)),
            ("Why it matters", self.why),
            ("How to put it right", self.fix.or(Some(self.suggestion))),
            ("When not to", self.not_when),
            ("Fires on", self.fires),
            ("Silent on", self.silent),
        ];
        known.into_iter().filter_map(|(head, words)| Some((head, words?))).collect()
    }

    /// `high risk, on, one of the vendor's items`.
    fn line(&self) -> String {
        let switch = if self.enabled { "on" } else { "off" };
        let kind = if self.why.is_none() {
            ", your own item"
        } else if self.vendor {
            ", one of the vendor's own items"
        } else {
            ""
        };
        format!("{} risk, {switch}{kind}", self.risk)
    }
}

/// What an item says of itself: headings with sentences, which are plain Markdown where the item is of the catalogue.
pub(crate) fn parts(item: &Item) -> Vec<(&'static str, &str)> {
    Row::of(item).parts()
}

fn json_list(items: &[Item], out: &mut dyn Write) -> io::Result<()> {
    let listing = Listing { schema: "portreeve/items/1", items: Rows(items) };
    listing.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Lines::of_rows_at(2)))?;
    writeln!(out)
}

fn text_list(items: &[Item], out: &mut dyn Write, width: usize) -> io::Result<()> {
    let longest = items.iter().map(|item| plain(&item.id).chars().count()).max().unwrap_or(0);
    let indent = longest + 15;
    for item in items {
        let switch = if item.enabled { "on" } else { "off" };
        let (id, risk) = (plain(&item.id), item.risk);
        let title = crate::text::wrap(&plain(&item.title), width.saturating_sub(indent));
        for (at, line) in title.iter().enumerate() {
            match at {
                0 => writeln!(out, "{id:longest$}  {risk:6}  {switch:3}  {line}")?,
                _ => writeln!(out, "{:indent$}{line}", "")?,
            }
        }
    }
    let on = items.iter().filter(|item| item.enabled).count();
    writeln!(out, "\n{} items, {on} on; `portreeve items ID` explains one in full", items.len())
}

fn text_page(item: &Item, out: &mut dyn Write, width: usize) -> io::Result<()> {
    let row = Row::of(item);
    writeln!(out, "{}: {}", plain(row.id), plain(row.title))?;
    writeln!(out, "{}", row.line())?;
    let mut parts = row.parts();
    if row.asks.contains("veryone") {
        parts.insert(1, ("Everyone", EVERYONE));
    }
    for (head, words) in parts {
        writeln!(out, "\n{head}")?;
        for line in crate::text::wrap(&plain(words), width.saturating_sub(2)) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

fn markdown_list(items: &[Item], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| item | risk | on | what it finds |\n|---|---|---|---|")?;
    for item in items {
        let switch = if item.enabled { "yes" } else { "no" };
        writeln!(
            out,
            "| {} | {} | {switch} | {} |",
            code_cell(&item.id),
            item.risk,
            own_words(item, &item.title)
        )?;
    }
    Ok(())
}

fn markdown_page(item: &Item, out: &mut dyn Write) -> io::Result<()> {
    let row = Row::of(item);
    writeln!(out, "## {}\n\n{}: {}.", code_cell(row.id), own_words(item, row.title), row.line())?;
    for (head, words) in row.parts() {
        writeln!(out, "\n**{head}.** {}", own_words(item, words))?;
    }
    Ok(())
}

/// The catalogue's words are Markdown; those of a user's own item are not trusted to be.
fn own_words(item: &Item, words: &str) -> String {
    if item.meta.is_some() { words.to_owned() } else { escape::prose(words) }
}

#[cfg(test)]
mod tests;
