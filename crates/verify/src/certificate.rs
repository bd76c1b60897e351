//! What a certificate says, as it is written.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The format that this crate reads.
pub const SCHEMA: &str = "portreeve/certificate/1";

/// A certificate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Must be [`SCHEMA`].
    pub schema: String,
    /// What it is a proof of.
    pub proves: Proves,
}

/// What a certificate proves.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proves {
    /// The findings of a check, and that there are no others.
    Check(Check),
}

/// The findings about open ports, and what every group and every class of interfaces opens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The items that were asked.
    pub items: Vec<Item>,
    /// What is open to everyone.
    pub openness: Vec<Openness>,
    /// What follows.
    pub findings: Vec<Finding>,
}

/// An item about ports that must not be open to everyone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// TCP ports, any of which fires, as sorted ranges that are apart.
    pub tcp: Vec<(u16, u16)>,
    /// UDP ports.
    pub udp: Vec<(u16, u16)>,
    /// Whether it fires only where all of 1 to 65535 are open, and asks about no port in particular.
    pub all: bool,
}

/// Which ports of a group, or of the interfaces of a class, are open to everyone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Openness {
    /// Whose rules: of a group alone, or of an interface and all that share its groups.
    pub of: Subject,
    /// How gaps are read; absent where it makes no difference.
    pub bound: Option<Bound>,
    /// What decides, by number.
    pub by: Vec<Decider>,
    /// Ports of TCP over IPv4: stretches by their last port, and nothing said of a stretch that nobody asks about.
    pub tcp4: Vec<(u16, Option<Gate>)>,
    /// Ports of TCP over IPv6.
    pub tcp6: Vec<(u16, Option<Gate>)>,
    /// Ports of UDP over IPv4.
    pub udp4: Vec<(u16, Option<Gate>)>,
    /// Ports of UDP over IPv6.
    pub udp6: Vec<(u16, Option<Gate>)>,
}

/// Whether a stretch of ports is open to everyone.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Gate {
    /// One member of everyone is denied, from every port: a tree for each address of the interface where rules tell them apart, else one
    /// for all.
    Closed(IpAddr, Vec<Tree>),
    /// Everyone is allowed, from some port to some address of the interface.
    Open(Tree),
}

/// One finding, with the number of interfaces in each state.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The id of the item.
    pub item: String,
    /// A group, or an interface that several groups open together.
    pub of: Subject,
    /// Whether it holds whatever the gaps hide.
    pub sure: bool,
    /// Interfaces at risk.
    pub at_risk: u64,
    /// Interfaces that are shielded.
    pub shielded: u64,
    /// Interfaces of which gaps leave it open.
    pub unknown: u64,
}

/// The object that a statement is about, by its id.
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The internet.
    Internet,
    /// A network, by its id.
    Network(String),
    /// Another private place.
    Elsewhere,
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
#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
pub enum Tree {
    /// One box, and the number of what decides it.
    By(u32),
    /// One box that several filters see, and what decides it in each; nothing where another filter settles it.
    Each(Vec<Option<u32>>),
    /// Parts along one side in ascending order, each with its last value.
    Cut(BTreeMap<Side, Vec<(Edge, Tree)>>),
    /// Only a part of the box, where one member is enough: ports of the sender, or addresses of the interface.
    Some {
        /// The part.
        some: BTreeMap<Side, (Edge, Edge)>,
        /// What holds there.
        is: Box<Tree>,
    },
}

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

/// A value along a side.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Edge {
    /// A protocol or a port.
    Number(u16),
    /// An address.
    Address(IpAddr),
}
