//! What is asked.

use std::fmt;

use crate::end::End;

/// A connection, or a set of connections, that is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who opens it.
    pub from: End,
    /// Who is to take it.
    pub to: End,
    /// The number of the IP protocol; `None` asks about all of them.
    pub protocol: Option<u8>,
    /// The destination port; `None` asks about all of them.
    pub port: Option<u16>,
    /// The client's port; `None` leaves it open.
    pub source_port: Option<u16>,
}

/// Why a question has no answer at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswerable {
    /// Neither end is an interface or a network of the input.
    NothingKnown,
    /// The two ends have no family of addresses in common.
    NoCommonFamily,
    /// Both ends are one address.
    SameAddress,
    /// An end without any address.
    NoAddress,
}

impl fmt::Display for Unanswerable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NothingKnown => "neither end is in the input: at least one has to be a server, an interface or an address of it",
            Self::NoCommonFamily => "one end has only IPv4 addresses and the other only IPv6 addresses",
            Self::SameAddress => "both ends are the same address: such traffic meets no filter",
            Self::NoAddress => "an end has no address in the input",
        })
    }
}

impl std::error::Error for Unanswerable {}
