//! What can go wrong while reading, in words for a tired engineer.

use std::fmt::Write as _;
use std::io;

use portreeve_report::plain;
use thiserror::Error;

use super::Warning;
use super::line::Position;

/// What to do where there is nothing to read.
const COLLECT: &str = "\n  collect an account with `aliyun ecs DescribeSecurityGroups`, `aliyun ecs \
                       DescribeSecurityGroupAttribute` for each group, `aliyun ecs DescribeInstances` and `aliyun ecs \
                       DescribeNetworkInterfaces`, or with `hcloud VPC ListSecurityGroups/v3`, `hcloud VPC \
                       ListSecurityGroupRules/v3`, `hcloud VPC ListPorts/v2` and `hcloud ECS ListServersDetails`, each \
                       into a .json file";

/// How many of the documents that could not be used are named.
const NAMED: usize = 5;

/// Why sources could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// No source was named.
    #[error("no source was given: name a file or folder of API responses, or `-` for standard input")]
    NoSource,
    /// A path does not exist.
    #[error("`{path}` does not exist: name a file or folder of API responses, or `-` for standard input")]
    Missing {
        /// The path as it was given.
        path: String,
    },
    /// The system refused to read.
    #[error("`{path}` could not be read: {why}")]
    Unreadable {
        /// The path.
        path: String,
        /// What the system says.
        why: io::Error,
    },
    /// A file that starts like something else than JSON.
    #[error("`{path}` is not JSON: it looks like {what}")]
    LooksLike {
        /// The path.
        path: String,
        /// What it looks like, and what to do.
        what: &'static str,
    },
    /// Text that is wrong.
    #[error("{path}:{position}: not JSON: {what}; collect or copy it again, or use `--keep-going`")]
    NotJson {
        /// The path.
        path: String,
        /// Line and column, from 1.
        position: Position,
        /// What is wrong there.
        what: &'static str,
    },
    /// Text that ends inside a response.
    #[error(
        "{path}:{position}: ends too early: the response that starts at line {start} is cut short; collect or copy it \
         again, or use `--keep-going`"
    )]
    Cut {
        /// The path.
        path: String,
        /// Line and column of the end, from 1.
        position: Position,
        /// The line where the response starts.
        start: u64,
    },
    /// A file without any text.
    #[error("`{path}` is empty: did the command that should have written it fail? run it again")]
    Empty {
        /// The path.
        path: String,
    },
    /// Compressed data that is cut short.
    #[error("`{path}`: the compressed data ends too early: collect or copy it again, or use `--keep-going`")]
    CutCompressed {
        /// The path.
        path: String,
    },
    /// A response that is too large to be one.
    #[error("{path}:{line}: the response that starts here is larger than 1 GiB: split it into pages")]
    TooLarge {
        /// The path.
        path: String,
        /// The line where it starts.
        line: u64,
    },
    /// Facts of a server that cannot be used.
    #[error("{0}")]
    Host(String),
    /// Nothing that the sources hold says anything.
    #[error("{0}")]
    NothingRead(String),
}

impl LoadError {
    /// Tells what was seen where nothing could be used.
    pub(super) fn nothing_read(sources: &[String], files: usize, warnings: &[Warning]) -> Self {
        let sources = sources.iter().map(|source| format!("`{source}`")).collect::<Vec<_>>().join(", ");
        let mut text = match files {
            0 => format!("no .json or .ndjson file in {sources}"),
            1 => format!("nothing to check in {sources}: 1 file was read"),
            _ => format!("nothing to check in {sources}: {files} files were read"),
        };
        for warning in warnings.iter().take(NAMED) {
            let _ = write!(text, "\n  {}: {}", warning.path, plain(&warning.text));
        }
        if warnings.len() > NAMED {
            let _ = write!(text, "\n  … and {} more", warnings.len() - NAMED);
        }
        text.push_str(COLLECT);
        Self::NothingRead(text)
    }
}
