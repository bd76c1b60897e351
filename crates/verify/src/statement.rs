//! The words of a judgement: a box of traffic, a filter, what decides, and how a box is divided.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// From the first to the last value, both included.
pub type Range = (u128, u128);

/// The sides of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The protocol's number.
    Protocol,
    /// The destination port.
    Port,
    /// The source port.
    SourcePort,
    /// The address of the interface.
    Local,
    /// The address of the other side.
    Peer,
}

/// The traffic of one family with each side in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block([Range; 5]);

#[expect(clippy::indexing_slicing, reason = "there are as many ranges as sides")]
impl Block {
    /// All traffic of a family.
    pub fn whole(v6: bool) -> Self {
        let address = (0, if v6 { u128::MAX } else { u32::MAX.into() });
        let port = (0, u16::MAX.into());
        Self([(0, u8::MAX.into()), port, port, address, address])
    }

    /// The range of a side.
    pub fn side(&self, side: Side) -> Range {
        self.0[side as usize]
    }

    /// The same with another range along a side.
    pub fn with(mut self, side: Side, range: Range) -> Self {
        self.0[side as usize] = range;
        self
    }
}

/// An address as the number that its bits make.
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

/// The object whose rules are meant, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A security group alone.
    Group(String),
    /// An interface with all of its groups.
    Interface(String),
    /// A network ACL, or a filter of a server's own firewall.
    Acl(String),
}

/// How what the documents leave open is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Against allowing.
    Surely,
    /// In favour of allowing.
    Possibly,
}

/// Where the other side is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The internet.
    Internet,
    /// A network, by its id.
    Network(String),
    /// Another private place.
    Elsewhere,
}

/// A filter, and how it sees the traffic.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Whose rules.
    pub of: Subject,
    /// Whether of traffic to the interface, or from it.
    pub ingress: bool,
    /// Where the other side is.
    pub place: Place,
    /// How gaps are read.
    pub bound: Bound,
    /// Whether it sees the replies: the ports of both sides are swapped.
    pub reply: bool,
    /// What it sees as its own address, where not the one of the box.
    pub local: Option<IpAddr>,
    /// What it sees as the address of the other side, where not the one of the box.
    pub peer: Option<IpAddr>,
}

/// What decides a box.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decider {
    /// No rule matches.
    Default,
    /// A rule: its group or network ACL, and its id or `<group>#<direction>/<n>`.
    Rule(String, String),
    /// Members of this group reach each other before any rule.
    SameGroup(String),
    /// Rules that the input does not have: of this group, or of groups that are not in the input.
    Unread(Option<String>),
    /// What this network ACL never filters.
    Exempt(String),
}

/// Boxes as a tree: each cut divides a box along one side, so that its parts are disjoint and leave nothing out.
#[derive(Debug, PartialEq)]
pub enum Tree {
    /// One box, and the number of what decides it.
    By(u32),
    /// One box that several filters see, and what decides it in each; nothing where it is not said.
    Each(Vec<Option<u32>>),
    /// Parts along one side in ascending order, each with its last value.
    Cut(Side, Vec<(u128, Tree)>),
}
