//! Questions as people and files write them.

mod batch;
mod expect;

use portreeve_explain::{Answer, End, Explainer, Lookup, Question, Unanswerable};
use portreeve_model::Estate;
use portreeve_netset::protocol;
use portreeve_report::Asked;
use serde::Deserialize;

pub use batch::{Batch, answer_lines};
pub(crate) use expect::interfaces_of;
pub use expect::{Expectation, Expectations, Outcome as ExpectationOutcome};

use crate::nearest;

/// A question in words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Who opens the connection: `internet`, a server's id or name, an interface's id, or an address.
    pub from: String,
    /// Who is to take it.
    pub to: String,
    /// `tcp` (the default), `udp`, `icmp`, `icmpv6`, `gre`, `all` or a number.
    #[serde(default)]
    pub protocol: Option<Word>,
    /// The destination port.
    #[serde(default)]
    pub port: Option<u16>,
    /// The client's port.
    #[serde(default)]
    pub source_port: Option<u16>,
}

/// A word, or a number that stands for itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Word {
    /// A word.
    Text(String),
    /// A number.
    Number(u8),
}

/// Why a question could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// A word that is no end.
    #[error("`{word}` is no server, interface or address of the input{}", offer(near))]
    UnknownEnd {
        /// The word.
        word: String,
        /// Ids and names that look like it.
        near: Vec<String>,
    },
    /// A word that is no protocol.
    #[error("`{0}` is no protocol: use `tcp`, `udp`, `icmp`, `icmpv6`, `gre`, `all` or a number up to 255")]
    UnknownProtocol(String),
    /// A port for a protocol without ports.
    #[error("{0} has no ports: leave the port out")]
    NoPorts(String),
    /// A question without an answer.
    #[error("{0}")]
    Unanswerable(#[from] Unanswerable),
    /// A line that is no question.
    #[error("{0}")]
    NotAQuestion(String),
}

fn offer(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    let (last, rest) = quoted.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
    let before = if rest.is_empty() { String::new() } else { format!("{} or ", rest.join(", ")) };
    format!("; did you mean {before}{last}?")
}

impl Query {
    /// The number of the protocol; `None` stands for all of them.
    ///
    /// # Errors
    /// When the word is no protocol.
    pub fn protocol_number(&self) -> Result<Option<u8>, AskError> {
        match &self.protocol {
            None => Ok(Some(protocol::TCP)),
            Some(Word::Number(number)) => Ok(Some(*number)),
            Some(Word::Text(word)) => named_protocol(word),
        }
    }

    /// The question with its ends found in the estate.
    ///
    /// # Errors
    /// When a word means nothing, or the parts do not fit together.
    pub fn question(&self, estate: &Estate, lookup: &Lookup) -> Result<Question, AskError> {
        let number = self.protocol_number()?;
        if let (Some(number), Some(_)) = (number, self.port.or(self.source_port))
            && !protocol::has_ports(number)
        {
            return Err(AskError::NoPorts(protocol::label(number)));
        }
        Ok(Question {
            from: end(estate, lookup, &self.from)?,
            to: end(estate, lookup, &self.to)?,
            protocol: number,
            port: self.port,
            source_port: self.source_port,
        })
    }

    /// Asks.
    ///
    /// # Errors
    /// As [`Query::question`], and when the two ends have no answer together.
    pub fn ask(
        &self,
        explainer: &Explainer<'_>,
        estate: &Estate,
        lookup: &Lookup,
    ) -> Result<Answer, AskError> {
        Ok(explainer.ask(&self.question(estate, lookup)?)?)
    }

    /// The question as reports repeat it.
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            from: &self.from,
            to: &self.to,
            protocol: self.protocol_number().unwrap_or_default(),
            port: self.port,
            source_port: self.source_port,
        }
    }
}

fn named_protocol(word: &str) -> Result<Option<u8>, AskError> {
    let lower = word.trim().to_ascii_lowercase();
    if lower == "all" || lower == "any" {
        return Ok(None);
    }
    let known = (0..=u8::MAX).find(|number| protocol::name(*number).is_some_and(|name| name == lower));
    match known.or_else(|| lower.parse().ok()) {
        Some(number) => Ok(Some(number)),
        None => Err(AskError::UnknownProtocol(word.to_owned())),
    }
}

/// What a word means as an end of a connection.
///
/// # Errors
/// When it means nothing: the error names what looks like it.
pub fn end(estate: &Estate, lookup: &Lookup, word: &str) -> Result<End, AskError> {
    lookup.end(estate, word).ok_or_else(|| AskError::UnknownEnd {
        word: word.to_owned(),
        near: nearest::several(word, lookup.names(estate), 3),
    })
}
