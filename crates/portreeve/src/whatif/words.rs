//! An edit as it is typed, cut into words.

use std::iter::Peekable;
use std::vec::IntoIter;

use thiserror::Error;

/// Why words are no edit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoEdit {
    /// A word stands where another kind of word belongs.
    #[error("`{word}` is not {expected}")]
    Word {
        /// The word.
        word: String,
        /// What was expected.
        expected: String,
    },
    /// The words end early.
    #[error("the edit ends after `{after}`, where {expected} is expected")]
    Ends {
        /// The last word.
        after: String,
        /// What was expected.
        expected: String,
    },
    /// A quotation that is not closed.
    #[error("the quotation that begins with `{0}` is not closed: end it with `\"`")]
    Open(String),
    /// Words after the end.
    #[error("the edit is complete before `{0}`: leave out what follows, or quote names with spaces")]
    More(String),
    /// No words.
    #[error("an edit is empty: write one, as in `sg-web: allow tcp 443 from 0.0.0.0/0 in`")]
    Empty,
}

/// A word, and whether it stood in quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    text: String,
    quoted: bool,
}

/// The words of an edit, from the first to the last.
pub(super) struct Words {
    left: Peekable<IntoIter<Token>>,
    last: String,
}

impl Words {
    /// Cuts a line into words: at spaces, after a colon that ends a word, and around quotation marks and parentheses. What stands in
    /// parentheses is a name that reports put beside an id, and is left out.
    pub(super) fn of(line: &str) -> Result<Self, NoEdit> {
        let tokens = tokens(line)?;
        if tokens.is_empty() {
            return Err(NoEdit::Empty);
        }
        Ok(Self { left: tokens.into_iter().peekable(), last: String::new() })
    }

    /// Whether the next word is this one.
    pub(super) fn sees(&mut self, word: &str) -> bool {
        self.left.peek().is_some_and(|token| !token.quoted && token.text.eq_ignore_ascii_case(word))
    }

    /// Takes the next word if it is this one.
    pub(super) fn takes(&mut self, word: &str) -> bool {
        let seen = self.sees(word);
        if seen {
            self.step();
        }
        seen
    }

    /// The next word, whatever it is.
    pub(super) fn any(&mut self, expected: &str) -> Result<String, NoEdit> {
        match self.step() {
            Some(token) => Ok(token.text),
            None => Err(self.ends(expected)),
        }
    }

    /// The next word, without taking it.
    pub(super) fn peek(&mut self) -> Option<&str> {
        self.left.peek().map(|token| token.text.as_str())
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&mut self) -> bool {
        self.left.peek().is_none()
    }

    /// Takes this word, or says that it is missing.
    pub(super) fn must(&mut self, word: &str, expected: &str) -> Result<(), NoEdit> {
        if self.takes(word) { Ok(()) } else { Err(self.unlike(expected)) }
    }

    /// The error that the next word is not what is expected.
    pub(super) fn unlike(&mut self, expected: &str) -> NoEdit {
        match self.left.peek() {
            Some(token) => NoEdit::Word { word: token.text.clone(), expected: expected.to_owned() },
            None => self.ends(expected),
        }
    }

    /// The error that words are left, if there are any.
    pub(super) fn end(mut self) -> Result<(), NoEdit> {
        match self.left.next() {
            Some(token) => Err(NoEdit::More(token.text)),
            None => Ok(()),
        }
    }

    fn ends(&self, expected: &str) -> NoEdit {
        NoEdit::Ends { after: self.last.clone(), expected: expected.to_owned() }
    }

    fn step(&mut self) -> Option<Token> {
        let token = self.left.next()?;
        self.last.clone_from(&token.text);
        Some(token)
    }
}

fn tokens(line: &str) -> Result<Vec<Token>, NoEdit> {
    let mut tokens = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' => quoted(rest, &mut tokens)?,
            '(' => match rest.split_once(')') {
                Some((_, after)) => after,
                None => return Err(NoEdit::Open(rest.to_owned())),
            },
            _ => bare(rest, &mut tokens),
        }
        .trim_start();
    }
    Ok(tokens)
}

fn quoted<'t>(rest: &'t str, tokens: &mut Vec<Token>) -> Result<&'t str, NoEdit> {
    let inside = rest.strip_prefix('"').unwrap_or(rest);
    let Some((text, after)) = inside.split_once('"') else { return Err(NoEdit::Open(rest.to_owned())) };
    tokens.push(Token { text: text.to_owned(), quoted: true });
    Ok(after)
}

fn bare<'t>(rest: &'t str, tokens: &mut Vec<Token>) -> &'t str {
    let end = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let mut push = |text: &str| tokens.push(Token { text: text.to_owned(), quoted: false });
    // IPv6 addresses have colons too, but none ends a word with a single one.
    match word.strip_suffix(':').filter(|start| !start.ends_with(':')) {
        Some(start) => {
            if !start.is_empty() {
                push(start);
            }
            push(":");
        }
        None => push(word.strip_suffix(',').filter(|start| !start.is_empty()).unwrap_or(word)),
    }
    after
}
