//! The words of one line, and the small things that a word can be.

use std::net::IpAddr;

use portreeve_model::{AddressRange, PortRange, Prefix, Protocol};

use super::NotationError;

/// The words of one line, read one after the other.
#[derive(Debug, Clone)]
pub(super) struct Words<'a> {
    line: usize,
    all: Vec<&'a str>,
    at: usize,
}

impl<'a> Words<'a> {
    /// The words of a line, without its comment.
    pub(super) fn new(line: usize, text: &'a str) -> Self {
        let all = text.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
        Self { line, all, at: 0 }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The next word, which stays.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.all.get(self.at).copied()
    }

    /// The next word.
    pub(super) fn next(&mut self, expected: &str) -> Result<&'a str, NotationError> {
        let word = self.peek().ok_or_else(|| self.wrong(expected))?;
        self.at += 1;
        Ok(word)
    }

    /// Takes the next word if it is this one.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let there = self.peek() == Some(word);
        self.at += usize::from(there);
        there
    }

    /// Takes the next word, which must be this one.
    pub(super) fn keyword(&mut self, word: &str) -> Result<(), NotationError> {
        if self.take(word) { Ok(()) } else { Err(self.wrong(&format!("`{word}`"))) }
    }

    /// The next word as what `read` makes of it.
    pub(super) fn read<T>(
        &mut self,
        expected: &str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, NotationError> {
        let value = self.peek().and_then(read).ok_or_else(|| self.wrong(expected))?;
        self.at += 1;
        Ok(value)
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), NotationError> {
        if self.peek().is_none() { Ok(()) } else { Err(self.wrong("the end of the line")) }
    }

    /// An error about the next word.
    pub(super) fn wrong(&self, expected: &str) -> NotationError {
        self.wrong_at(self.at, expected)
    }

    /// An error about the word read last.
    pub(super) fn wrong_before(&self, expected: &str) -> NotationError {
        self.wrong_at(self.at.saturating_sub(1), expected)
    }

    fn wrong_at(&self, at: usize, expected: &str) -> NotationError {
        let found = self.all.get(at).map_or("the end of the line".to_owned(), |word| format!("`{word}`"));
        NotationError { line: self.line, expected: expected.to_owned(), found }
    }
}

/// Names of protocols and their numbers.
pub(super) const PROTOCOLS: [(&str, u8); 6] =
    [("icmp", 1), ("tcp", 6), ("udp", 17), ("gre", 47), ("icmpv6", 58), ("sctp", 132)];

/// One protocol by name or number.
pub(super) fn protocol_number(word: &str) -> Option<u8> {
    let named = PROTOCOLS.iter().find(|(name, _)| *name == word).map(|&(_, number)| number);
    named.or_else(|| word.parse().ok())
}

/// The protocols of a rule.
pub(super) fn protocol(word: &str) -> Option<Protocol> {
    if word == "all" { Some(Protocol::All) } else { protocol_number(word).map(Protocol::Number) }
}

/// `22` or `20-25`.
pub(super) fn port_range(word: &str) -> Option<PortRange> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    PortRange::new(first.parse().ok()?, last.parse().ok()?)
}

/// `10.0.0.0/8` or one address.
pub(super) fn prefix(word: &str) -> Option<Prefix> {
    match word.split_once('/') {
        Some((address, len)) => Prefix::new(address.parse().ok()?, len.parse().ok()?),
        None => word.parse().ok().map(Prefix::host),
    }
}

/// A prefix, an address, or `10.9.0.1-10.9.0.7`.
pub(super) fn address_range(word: &str) -> Option<AddressRange> {
    match word.split_once('-') {
        Some((first, last)) => AddressRange::new(first.parse().ok()?, last.parse().ok()?),
        None => prefix(word).map(AddressRange::from),
    }
}

/// One address.
pub(super) fn address(word: &str) -> Option<IpAddr> {
    word.parse().ok()
}

/// A port, or an ICMP type and code as `8/0`.
pub(super) fn port(word: &str) -> Option<u16> {
    match word.split_once('/') {
        Some((kind, code)) => Some(u16::from_be_bytes([kind.parse().ok()?, code.parse().ok()?])),
        None => word.parse().ok(),
    }
}

/// Words that mean something inside a line and are therefore no names.
const RESERVED: [&str; 29] = [
    "in",
    "out",
    "managed",
    "same-group",
    "incomplete",
    "public",
    "public-unknown",
    "groups",
    "server",
    "from",
    "to",
    "at",
    "source-port",
    "over",
    "possibly",
    "never",
    "id",
    "any",
    "all",
    "list",
    "group",
    "ports",
    "owner",
    "internet",
    "elsewhere",
    "default",
    "?",
    "...",
    "=>",
];

/// A name that a declaration may give.
pub(super) fn name(word: &str) -> Option<&str> {
    (!RESERVED.contains(&word)).then_some(word)
}
