//! What comes out.

use portreeve_engine::RuleRef;
use portreeve_model::{AclIx, Direction, GapIx, Text};
use portreeve_netset::PacketSet;

use crate::cause::Cause;
use crate::change::Plan;
use crate::end::Spot;

/// What holds for a connection, or for a set of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// All of it passes.
    Allowed,
    /// Some of it passes, and some surely does not.
    Partly,
    /// The documents leave it open.
    Unknown,
    /// None of it passes.
    Denied,
}

impl Verdict {
    /// `allowed`, `partly`, `unknown` or `denied`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Partly => "partly",
            Self::Unknown => "unknown",
            Self::Denied => "denied",
        }
    }
}

/// A layer of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// The groups of an interface.
    SecurityGroup,
    /// The network ACL of a subnet.
    NetworkAcl,
    /// Routes, peerings, gateways, address translation.
    Route,
    /// The firewall of a server itself.
    HostFirewall,
    /// What listens on a server.
    Listener,
    /// Carriers between the client and the cloud.
    Carrier,
    /// What the platform does by itself.
    Provider,
}

impl Layer {
    /// The layer's name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecurityGroup => "security_group",
            Self::NetworkAcl => "network_acl",
            Self::Route => "route",
            Self::HostFirewall => "host_firewall",
            Self::Listener => "listener",
            Self::Carrier => "carrier",
            Self::Provider => "provider",
        }
    }
}

/// The rule that decides a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ruling {
    /// A rule of a group.
    Rule(RuleRef),
    /// An entry of a network ACL or of a host's firewall, by its place from 0.
    Entry(AclIx, u32),
}

/// What one checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The layer.
    pub layer: Layer,
    /// Seen from the interface at which it stands.
    pub direction: Direction,
    /// Whether it is about the replies, which a stateless filter sees as traffic of their own.
    pub reply: bool,
    /// The interface, network ACL, gateway or server.
    pub at: Text,
    /// What it says.
    pub verdict: Verdict,
    /// The rule that decides; `None` where a default or no rule does.
    pub rule: Option<Ruling>,
    /// Why, in words.
    pub because: String,
    /// The other rules that would let it through if the deciding one went.
    pub also: Vec<Ruling>,
    /// Every rule that matches, in rank order, the deciding one first; those behind it would decide in its place.
    pub trace: Vec<Ruling>,
}

/// Something that the documents do not tell and that matters here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Told {
    /// A gap of the estate.
    Gap(GapIx),
    /// One that only this question meets: where, and what is missing.
    Here(String, String),
}

/// The answer for one pair of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The end that opens the connection.
    pub from: Spot,
    /// The end that takes it.
    pub to: Spot,
    /// What holds.
    pub verdict: Verdict,
    /// Every checkpoint, in the order of the path.
    pub steps: Vec<Step>,
    /// What surely passes. The peer of its packets is the free end: the destination where that is the internet, else the source.
    pub allowed: PacketSet,
    /// What passes only if gaps turn out well.
    pub unknown: PacketSet,
    /// Every cause, the likeliest first.
    pub causes: Vec<Cause>,
    /// The smallest sets of changes that would make it work, each proved.
    pub plans: Vec<Plan>,
    /// Why something is unknown.
    pub gaps: Vec<Told>,
    /// Layers that the input says nothing of.
    pub not_modelled: Vec<Layer>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What holds for all pairs of addresses together.
    pub verdict: Verdict,
    /// One for each pair of addresses; never empty.
    pub parts: Vec<Part>,
}

impl Answer {
    /// The part that says most: the first that shares the answer's verdict, else the worst.
    pub fn decisive(&self) -> Option<&Part> {
        let same = self.parts.iter().find(|part| part.verdict == self.verdict);
        same.or_else(|| self.parts.iter().max_by_key(|part| part.verdict))
    }
}
