//! What is wrong with a configuration file, where, and what to write instead.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use toml::Spanned;

use crate::nearest;

/// Why a configuration could not be used. Prints as `portreeve.toml:3:1: unknown key …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    path: PathBuf,
    /// Line and column, counted from 1, where they are known.
    at: Option<(usize, usize)>,
    message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.at {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Error for ConfigError {}

impl ConfigError {
    /// What is wrong, without saying where.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self { path: path.to_owned(), at: None, message: format!("cannot be read: {error}") }
    }
}

/// The file that an error points into.
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// An error at something that was read.
    pub(super) fn at<T>(&self, what: &Spanned<T>, message: String) -> ConfigError {
        self.error(Some(what.span().start), message)
    }

    /// What the parser says, in our words where a key is unknown.
    pub(super) fn unparsed(&self, error: &toml::de::Error) -> ConfigError {
        let message = unknown_key(error.message()).unwrap_or_else(|| error.message().to_owned());
        self.error(error.span().map(|span| span.start), message)
    }

    /// File and line of a byte, such as `portreeve.toml:12`.
    pub(super) fn place(&self, offset: usize) -> String {
        format!("{}:{}", self.path.display(), self.line_and_column(offset).0)
    }

    fn error(&self, offset: Option<usize>, message: String) -> ConfigError {
        let at = offset.map(|offset| self.line_and_column(offset));
        ConfigError { path: self.path.to_owned(), at, message }
    }

    fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }
}

/// serde's "unknown field `a`, expected one of `b`, `c`" with the nearest key in place of all.
fn unknown_key(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `")?;
    let (key, rest) = rest.split_once('`')?;
    // Between backticks stands a known key, outside of them the words around it.
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let advice = match nearest(key, known.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("known here are `{}`", known.join("`, `")),
    };
    Some(format!("unknown key `{key}`: {advice}"))
}
