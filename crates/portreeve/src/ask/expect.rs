//! Expectations: named questions with the verdict that they should have.

use portreeve_explain::{Answer, End, Explainer, Lookup, Spot, Verdict};
use portreeve_model::{Estate, InterfaceIx};
use portreeve_netset::protocol;
use portreeve_report::Asked;
use serde::Deserialize;

use super::{AskError, Query, Word, end};

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
    /// Whom `from = "any"` leaves out.
    #[serde(default)]
    except: Vec<String>,
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
    /// Whether it wants connections to pass.
    pub(crate) fn is_allowed(&self) -> bool {
        self.verdict == Wanted::Allowed
    }

    /// The questions that it stands for.
    pub(crate) fn queries(&self) -> Vec<Query> {
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

    /// The questions that `any` stands for: the internet, and every interface that can or may reach the end (of those that cannot, one
    /// will do, to refute that all can).
    fn everybody(
        &self,
        query: &Query,
        explainer: &Explainer<'_>,
        estate: &Estate,
        lookup: &Lookup,
        queries: &mut Vec<Query>,
    ) -> Result<(), AskError> {
        let number = query.protocol_number()?.ok_or_else(|| AskError::UnknownProtocol("all".to_owned()))?;
        if query.port.is_none() && protocol::has_ports(number) {
            return Err(AskError::NotAQuestion(
                "`any` is asked about one port: name it with `port`".to_owned(),
            ));
        }
        let excepted = self.excepted(estate, lookup)?;
        if !self.except.iter().any(|word| word == "internet") {
            queries.push(Query { from: "internet".to_owned(), ..query.clone() });
        }
        let who = explainer.who(&end(estate, lookup, &query.to)?, number, query.port, 1)?;
        let reaching = who.senders.iter().flat_map(|senders| &senders.interfaces);
        let mut interfaces: Vec<InterfaceIx> = reaching.copied().collect();
        if self.verdict == Wanted::Allowed && who.denied > 0 {
            interfaces = estate.each_interface().map(|(ix, _)| ix).collect();
        }
        let own = end(estate, lookup, &query.to)?;
        interfaces.retain(|ix| !excepted.contains(ix) && !interfaces_of(&own).contains(ix));
        queries.extend(
            interfaces
                .into_iter()
                .map(|ix| Query { from: estate.text(estate.interface(ix).id).to_owned(), ..query.clone() }),
        );
        Ok(())
    }

    fn excepted(&self, estate: &Estate, lookup: &Lookup) -> Result<Vec<InterfaceIx>, AskError> {
        let mut excepted = Vec::new();
        for word in self.except.iter().filter(|word| *word != "internet") {
            excepted.extend(interfaces_of(&end(estate, lookup, word)?));
        }
        Ok(excepted)
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
        let mut queries = Vec::new();
        for query in self.queries() {
            if query.from == "any" {
                self.everybody(&query, explainer, estate, lookup, &mut queries)?;
            } else {
                queries.push(query);
            }
        }
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

pub(crate) fn interfaces_of(end: &End) -> Vec<InterfaceIx> {
    match end {
        End::Internet => Vec::new(),
        End::Spots(spots) => spots.iter().filter_map(Spot::interface).collect(),
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
