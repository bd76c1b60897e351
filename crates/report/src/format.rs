//! The formats by name.

use std::error::Error;
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

use crate::{Report, csv, html, json, junit, markdown, ocsf, sarif, text};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// `portreeve/check/1`: everything, for programs.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// `JUnit` XML, for CI servers.
    Junit,
    /// One row for each finding and server, for spreadsheets.
    Csv,
    /// For comments on pull requests and for job summaries.
    Markdown,
    /// One self-contained page, for reading and printing.
    Html,
    /// OCSF Compliance Finding events, one to a line, for security lakes.
    Ocsf,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Text, Self::Json, Self::Sarif, Self::Junit, Self::Csv, Self::Markdown, Self::Html, Self::Ocsf];

    /// The name that `--format` takes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Ocsf => "ocsf",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| UnknownFormat { text: text.to_owned() })
    }
}

/// A word that names no [`Format`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat {
    text: String,
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown format `{}`: use one of", self.text)?;
        for (at, format) in Format::ALL.into_iter().enumerate() {
            write!(f, "{}`{format}`", if at == 0 { " " } else { ", " })?;
        }
        Ok(())
    }
}

impl Error for UnknownFormat {}

/// How a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Columns that the text format wraps at.
    pub width: usize,
    /// Whether the text format uses colours.
    pub color: bool,
    /// Findings of one item, and gaps, that text and Markdown show before they only count. Formats for programs and
    /// the page show all.
    pub per_item: usize,
    /// Milliseconds since 1970 that OCSF events carry as their time. There is no clock in here.
    pub time_ms: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 80, color: false, per_item: 20, time_ms: 0 }
    }
}

/// What formats write to: serialisers write in small pieces, and a buffer of known type takes them without a call through
/// a pointer for each.
pub(crate) type Out<'w> = BufWriter<&'w mut dyn Write>;

/// Writes a report.
///
/// # Errors
/// What `out` fails with.
pub fn write(format: Format, report: &Report<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let mut out: Out<'_> = BufWriter::with_capacity(1 << 16, out);
    match format {
        Format::Text => text::write(report, &mut out, options)?,
        Format::Json => json::write(report, &mut out, options)?,
        Format::Sarif => sarif::write(report, &mut out, options)?,
        Format::Junit => junit::write(report, &mut out, options)?,
        Format::Csv => csv::write(report, &mut out, options)?,
        Format::Markdown => markdown::write(report, &mut out, options)?,
        Format::Html => html::write(report, &mut out, options)?,
        Format::Ocsf => ocsf::write(report, &mut out, options)?,
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_read_as_it_is_written() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        let error = "xml".parse::<Format>().unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown format `xml`: use one of `text`, `json`, `sarif`, `junit`, `csv`, `markdown`, `html`, `ocsf`"
        );
    }
}
