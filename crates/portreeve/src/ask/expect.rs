//! Expectations: named questions with the verdict that they should have.

use portreeve_explain::{Answer, Explainer, Lookup, Verdict};
use portreeve_model::Estate;
use portreeve_report::Asked;
use serde::Deserialize;

use super::{AskError, Query, Word};

/// A file of expectations.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    /// The expectations, in order.
    #[serde(default)]
    pub expect: Vec<Expectation>,
}

/// One or several ends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Ends {
    One(String),
    Several(Vec<String>),
}

impl Ends {
    fn words(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Several(words) => words,
        }
    }
}

/// One or several ports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum PortsAsked {
    One(u16),
    Several(Vec<u16>),
}

/// What should hold for some connections.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// What people call it.
    pub name: String,
    from: Ends,
    to: Ends,
    #[serde(default)]
    protocol: Option<Word>,
    #[serde(default)]
    port: Option<PortsAsked>,
    /// What should hold for every connection: none may pass, or all have to.
    verdict: Wanted,
}

/// What an expectation may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wanted {
    Allowed,
    Denied,
}

/// Whether an expectation holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It does, for this many questions.
    Holds(usize),
    /// It does not: the question, its answer and what was expected of it.
    Fails(Query, Box<Answer>, &'static str),
    /// The documents leave it open.
    Undecided(Query, Box<Answer>),
}

impl Expectations {
    /// Reads a file's text.
    ///
    /// # Errors
    /// When it is no TOML, or not of this form: the message has line and column.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

impl Expectation {
    /// The questions that it stands for.
    fn queries(&self) -> Vec<Query> {
        let ports: Vec<Option<u16>> = match &self.port {
            None => vec![None],
            Some(PortsAsked::One(port)) => vec![Some(*port)],
            Some(PortsAsked::Several(ports)) => ports.iter().copied().map(Some).collect(),
        };
        let mut queries = Vec::new();
        for from in self.from.words() {
            for to in self.to.words().iter().filter(|to| *to != from) {
                queries.extend(ports.iter().map(|port| Query {
                    from: from.clone(),
                    to: to.clone(),
                    protocol: self.protocol.clone(),
                    port: *port,
                    source_port: None,
                }));
            }
        }
        queries
    }

    /// Asks every question of it: the first that fails decides, else the first that is undecided.
    ///
    /// # Errors
    /// When a question cannot be asked.
    pub fn check(
        &self,
        explainer: &Explainer<'_>,
        estate: &Estate,
        lookup: &Lookup,
    ) -> Result<Outcome, AskError> {
        let queries = self.queries();
        let asked = queries.len();
        let mut undecided = None;
        for query in queries {
            let answer = query.ask(explainer, estate, lookup)?;
            match (self.verdict, answer.verdict) {
                (Wanted::Allowed, Verdict::Allowed) | (Wanted::Denied, Verdict::Denied) => {}
                (_, Verdict::Unknown) => {
                    undecided.get_or_insert((query, answer));
                }
                (Wanted::Allowed, _) => return Ok(Outcome::Fails(query, Box::new(answer), "allowed")),
                (Wanted::Denied, _) => return Ok(Outcome::Fails(query, Box::new(answer), "denied")),
            }
        }
        Ok(match undecided {
            Some((query, answer)) => Outcome::Undecided(query, Box::new(answer)),
            None => Outcome::Holds(asked),
        })
    }
}

impl Outcome {
    /// The question that decided, as reports repeat it.
    pub fn asked(&self) -> Option<Asked<'_>> {
        match self {
            Self::Holds(_) => None,
            Self::Fails(query, ..) | Self::Undecided(query, _) => Some(query.asked()),
        }
    }
}
