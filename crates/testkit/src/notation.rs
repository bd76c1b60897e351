//! A small notation for estates and questions, to read at a glance and to paste as a fixture.
//!
//! One statement per line, words apart by blanks, `#` before a word starts a comment. Names may be used before the
//! line that declares them; groups need a `profile` line before them.
//!
//! ```text
//! profile basic                  # basic, advanced, unknown-type, groups-in-order, union
//! coverage interfaces partial    # complete (the default), partial, absent
//! network net-a 10.0.0.0/16 2001:db8::/56
//! network net-b 10.0.0.0/16
//! list offices 203.0.113.0/24 10.9.0.1-10.9.0.7
//! list half 203.0.113.0/24 ...   # there may be more entries
//! list gone ?                    # rules name it, the input does not have it; so for `ports` and `group`
//! ports web 80 443 8000-8100
//! group ghost ?
//! group app in net-a             # also: managed, same-group allow|rules|unknown, incomplete in|out|both
//!   in  10  allow tcp 22,80-90 from 0.0.0.0/0      # direction, priority, action, protocol, ports, peer
//!   in  10  deny  tcp ports web from list offices
//!   in  1   allow udp 53 from 10.0.0.0/8 to 10.0.0.5 source-port 1024-65535
//!   in  5   allow all from group app over private  # over internet|private; possibly; never; id ID
//!   in  5   deny  tcp ? from ?                     # ports or peer not known
//!   out 100 deny  all to any
//! interface web-1 in net-a 10.0.0.5 public 198.51.100.9 2001:db8::5 groups app server i-1
//! interface web-2 in net-a 10.0.0.6 groups app ghost
//! interface web-3 in net-a 10.0.0.7 groups ?       # also: managed, public-unknown
//! ask in tcp 22 from 198.51.100.7 to web-1 => unknown
//! ask in tcp 80 from net-b 203.0.113.9 to web-1 at 10.0.0.5 source-port 4000 => denied by app.in.2
//! ask out icmp 8/0 from web-1 to internet 8.8.8.8 => denied by app.out.1
//! ask out udp 53 from web-2 to 10.0.0.7 => unknown
//! ```
//!
//! A protocol is `tcp`, `udp`, `icmp`, `icmpv6`, `gre`, `sctp`, `all` or a number; a peer is `any`, a prefix, an
//! address, `list NAME`, `group NAME [owner ACCOUNT] [ipv4|ipv6]` or `?`. A rule is named `GROUP.in.N` or `GROUP.out.N`, counted
//! from 1 in its direction. In `ask`, the remote address may say where it is: `internet`, `elsewhere` or a network;
//! otherwise an address in the blocks of the interface's network is there, and any other is on the internet. `at` is
//! the interface's own address, else its first of the peer's family; the source port is 50000 unless given. An
//! expectation is `allowed`, `denied` or `unknown`; the first two may go on with `by default`, `by same-group` or
//! `by` and all rules that decided.

mod ask;
mod objects;
mod print;
mod rule;
mod words;

use portreeve_model::{Direction, Estate, GroupIx, InterfaceIx, Text};

use crate::generate::number_rules;
use crate::oracle::{Answer, Packet, Verdict, Why};
use objects::Builder;
use words::Words;

pub use print::{ask_line, print};

/// What was not understood, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}, found {found}")]
pub struct NotationError {
    /// The line, counted from 1.
    pub line: usize,
    /// What should have been there.
    pub expected: String,
    /// What is there: a word between backticks, or the end of the line.
    pub found: String,
}

/// An estate and the questions about it.
#[derive(Debug, Clone)]
pub struct Case {
    /// The estate.
    pub estate: Estate,
    /// The questions, in order.
    pub questions: Vec<Question>,
}

/// A packet, an interface, and what should become of the one at the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its line in the text, counted from 1.
    pub line: usize,
    /// The interface.
    pub interface: InterfaceIx,
    /// The packet with its direction and the place of its remote side.
    pub packet: Packet,
    /// The right answer.
    pub expected: Expected,
}

/// The right answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The verdict.
    pub verdict: Verdict,
    /// What should have decided.
    pub by: By,
}

/// What should have decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The question leaves it open.
    Anything,
    /// No rule matched.
    Default,
    /// The allowance between members of one group.
    SameGroup,
    /// Exactly these rules, sorted; each is its group and its index in the group's rules.
    Rules(Vec<(GroupIx, usize)>),
}

impl Expected {
    /// Whether an answer is the right one.
    pub fn is_met_by(&self, answer: &Answer) -> bool {
        let right_by = match &self.by {
            By::Anything => true,
            By::Default => answer.why == Why::Default,
            By::SameGroup => answer.why == Why::SameGroup,
            By::Rules(rules) => {
                let mut by = answer.by.clone();
                by.sort_unstable();
                answer.why == Why::Rules && by == *rules
            }
        };
        self.verdict == answer.verdict && right_by
    }
}

impl Case {
    /// The groups of the interface that a question is about; nothing where they are not known.
    pub fn groups(&self, question: &Question) -> Option<&[Text]> {
        self.estate.interface(question.interface).groups.map(|list| &**self.estate.group_list(list))
    }

    /// Asks every question and compares the answers.
    ///
    /// # Errors
    /// With the lines whose answers are wrong, and what was answered.
    pub fn check(&self, decide: impl Fn(&Estate, &[Text], &Packet) -> Answer) -> Result<(), String> {
        let mut wrong = Vec::new();
        for question in &self.questions {
            let answer = match self.groups(question) {
                Some(groups) => decide(&self.estate, groups, &question.packet),
                None => Answer::open(),
            };
            if !question.expected.is_met_by(&answer) {
                let told = print::answer(&self.estate, &answer);
                let line = question.line;
                let wanted = print::expected(&self.estate, &question.expected);
                wrong.push(format!("line {line}: expected `{wanted}`, answered `{told}`"));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }
}

/// Reads an estate and its questions.
///
/// # Errors
/// With the first line that was not understood, and what was expected there.
pub fn parse(text: &str) -> Result<Case, NotationError> {
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let words = Words::new(at + 1, line);
        if words.peek().is_some() {
            lines.push(words);
        }
    }
    let mut builder = Builder::default();
    for words in &lines {
        builder.declare(words.clone())?;
    }
    let mut asks = Vec::new();
    for mut words in lines {
        match words.next("a statement")? {
            "profile" => builder.profile(&mut words)?,
            "coverage" => builder.coverage(&mut words)?,
            "network" => builder.network(&mut words)?,
            "list" => builder.list(&mut words)?,
            "ports" => builder.ports(&mut words)?,
            "group" => builder.group(&mut words)?,
            "in" => builder.rule(&mut words, Direction::Ingress)?,
            "out" => builder.rule(&mut words, Direction::Egress)?,
            "interface" => builder.interface(&mut words)?,
            "ask" => {
                asks.push(words);
                continue;
            }
            _ => return Err(words.wrong_before(STATEMENTS)),
        }
        words.end()?;
    }
    for group in &mut builder.estate.groups {
        number_rules(&mut group.rules);
    }
    let mut questions = Vec::new();
    for mut words in asks {
        questions.push(builder.ask(&mut words)?);
        words.end()?;
    }
    Ok(Case { estate: builder.estate, questions })
}

const STATEMENTS: &str =
    "`profile`, `coverage`, `network`, `list`, `ports`, `group`, `in`, `out`, `interface` or `ask`";

#[cfg(test)]
mod tests;
