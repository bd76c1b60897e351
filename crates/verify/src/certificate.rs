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
    /// What passes on the way to some interfaces, or between two.
    Paths(Vec<Path>),
    /// What a change of the documents opens and closes.
    Change(Change),
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

/// What passes some filters that stand one behind the other, all of them checked for every box.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Path {
    /// The interface that opens the connection, where it is one.
    pub from: Option<String>,
    /// The interface that takes it, where it is one.
    pub to: Option<String>,
    /// Interfaces for which it holds as well, because they carry the same groups behind the same network ACL.
    pub also: Vec<String>,
    /// What passes: all of it, some, or nothing.
    pub passes: Share,
    /// What every filter says of every box.
    pub tiling: Tiling,
    /// What was answered about other layers, which is not checked.
    pub assumed: Vec<String>,
}

/// How much of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// All of it.
    All,
    /// A part of it.
    Some,
    /// Nothing.
    None,
}

/// Traffic of one family, divided into boxes of each of which filters say whether it passes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tiling {
    /// The filters.
    pub filters: Vec<Filter>,
    /// What decides in each filter, by number.
    pub by: Vec<Vec<Decider>>,
    /// Whether the addresses are IPv6.
    pub v6: bool,
    /// The traffic: these sides, and everything along the others.
    pub space: BTreeMap<Side, (Edge, Edge)>,
    /// The boxes.
    pub tree: Tree,
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
    #[serde(default)]
    pub reply: bool,
    /// Whether its rules are those after a change.
    #[serde(default)]
    pub after: bool,
    /// What it sees as its own address, where not the one of the box.
    #[serde(default)]
    pub local: Option<IpAddr>,
    /// What it sees as the address of the other side, where not the one of the box.
    #[serde(default)]
    pub peer: Option<IpAddr>,
}

/// What a change of the rules opens and closes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Everything that it closes lies in these boxes; absent where nothing is said of it.
    pub unwanted: Option<Vec<BTreeMap<Side, (Edge, Edge)>>>,
    /// Whose rules let nothing unwanted in any more.
    pub cleared: Vec<Subject>,
    /// Whether it opens anything.
    pub opens: bool,
    /// Whether it closes anything.
    pub closes: bool,
    /// Filters that say something else afterwards, or say the same by other rules: before and after, box by box. All others have the same
    /// rules.
    pub differences: Vec<Tiling>,
}
