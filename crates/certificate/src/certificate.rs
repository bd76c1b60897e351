//! What a certificate says, as it is written.

use std::collections::BTreeMap;
use std::net::IpAddr;

use portreeve_verify::{Bound, Decider, Filter, Side, Subject, Tree, number};
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
    Closed(IpAddr, Vec<Boxes>),
    /// Everyone is allowed: parts of the traffic which together let everyone in, each from some ports to some address of the interface.
    Open(Vec<(Space, Boxes)>),
}

/// Traffic: these sides from the first to the last value, and everything along the others.
pub type Space = BTreeMap<Side, (Edge, Edge)>;

/// A tree of boxes as it is written.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(try_from = "Node")]
pub struct Boxes(pub Tree);

#[derive(Deserialize)]
#[serde(untagged)]
enum Node {
    By(u32),
    Each(Vec<Option<u32>>),
    Cut(BTreeMap<Side, Vec<(Edge, Boxes)>>),
}

impl TryFrom<Node> for Boxes {
    type Error = &'static str;

    fn try_from(node: Node) -> Result<Self, Self::Error> {
        Ok(Self(match node {
            Node::By(by) => Tree::By(by),
            Node::Each(by) => Tree::Each(by),
            Node::Cut(mut cut) => {
                let (Some((side, parts)), true) = (cut.pop_first(), cut.is_empty()) else {
                    return Err("a box is cut along one side at a time");
                };
                Tree::Cut(side, parts.into_iter().map(|(last, part)| (last.value(), part.0)).collect())
            }
        }))
    }
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

impl Edge {
    /// The value as a number.
    pub fn value(self) -> u128 {
        match self {
            Self::Number(number) => number.into(),
            Self::Address(address) => number(address),
        }
    }
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
    /// The traffic.
    pub space: Space,
    /// The boxes.
    pub tree: Boxes,
}

/// What a change of the rules opens and closes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Everything that it closes lies in these boxes; absent where nothing is said of it.
    pub unwanted: Option<Vec<Space>>,
    /// Whose rules let nothing unwanted in any more.
    pub cleared: Vec<Subject>,
    /// Whether it opens anything.
    pub opens: bool,
    /// Whether it closes anything.
    pub closes: bool,
    /// Filters that say something else afterwards, or say the same by other rules: before and after, box by box. All others have the same
    /// rules.
    pub differences: Vec<Difference>,
}

/// All traffic of a family, divided into boxes of each of which a filter says something before and something after a change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The filter.
    pub filter: Filter,
    /// What decides before and what decides after, by number.
    pub by: [Vec<Decider>; 2],
    /// Whether the addresses are IPv6.
    pub v6: bool,
    /// The boxes.
    pub tree: Boxes,
}
