//! What a check found.

use std::fmt;
use std::sync::Arc;

use portreeve_engine::RuleRef;
use portreeve_model::{GapIx, GroupIx, InterfaceIx};
use portreeve_netset::{AddressSet, Packet, PortSet};

use crate::Item;
use crate::run::{NO_WORDS, and as hash};

/// The position of an item in [`Outcome::items`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemIx(pub u16);

/// How firm a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Certainty {
    /// Only gaps keep it open: it may or may not be so.
    Possible,
    /// It is so, whatever the gaps hide.
    Sure,
}

impl Certainty {
    /// `sure` or `possible`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Sure => "sure",
        }
    }
}

/// From where the servers of a finding can really be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Exposure {
    /// No interface carries the group.
    Unattached,
    /// Only from private networks: no public address, or a network ACL stops it.
    Private,
    /// The documents leave it open.
    Unknown,
    /// A server at risk has a public address and nothing on the way stops the traffic.
    Internet,
}

impl Exposure {
    /// As the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unattached => "unattached",
            Self::Private => "private",
            Self::Unknown => "unknown",
            Self::Internet => "internet",
        }
    }
}

/// What a finding means for one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServerState {
    /// The group alone would, but the interface as a whole does not let it in.
    Shielded,
    /// Gaps leave it open.
    Unknown,
    /// The effective rules of the interface let it in.
    AtRisk,
}

impl ServerState {
    /// As the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shielded => "shielded",
            Self::Unknown => "unknown",
            Self::AtRisk => "at_risk",
        }
    }
}

/// One interface that carries the group of a finding. Its instance is found through the interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The interface.
    pub interface: InterfaceIx,
    /// What the finding means for it.
    pub state: ServerState,
    /// Why, in words; shared by all interfaces of a class.
    pub because: Arc<str>,
}

/// A part of the unwanted traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// IANA protocol number; `None` is every protocol.
    pub protocol: Option<u8>,
    /// Ports; full where the protocol has none.
    pub ports: PortSet,
    /// The addresses that may open it (that may be opened to, for egress).
    pub peers: Arc<AddressSet>,
}

/// Names a finding across runs.
///
/// The first half stays while item and subject stay; the second tells how far the traffic reaches, so that a waiver or
/// a baseline notices growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint {
    /// Hash of the item's id and the subject's id.
    pub cause: u64,
    /// One bit for each part of the item's traffic (see [`Extent`]).
    pub extent: Extent,
}

impl Fingerprint {
    /// The first half: what the findings of an item on a subject, a group or an interface by its id, have in common. A finding that
    /// has more than one subject has another one.
    pub fn cause_of(item: &str, subject: &str) -> u64 {
        hash(hash(NO_WORDS, item), subject)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:08x}", self.cause, self.extent.0)
    }
}

/// How far the traffic of a finding reaches, as bits: a finding whose bits are all in an older one has not grown.
///
/// Bit 0 stands for a sure finding (a possible one that becomes sure has grown). The others stand for a pair of family and
/// part of the item's ports, folded together where an item has more parts than bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Extent(pub u32);

impl Extent {
    /// Whether everything of `self` was in `older` already.
    pub fn within(self, older: Self) -> bool {
        self.0 & !older.0 == 0
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Its name across runs.
    pub fingerprint: Fingerprint,
    /// The item that found it.
    pub item: ItemIx,
    /// Sure or possible.
    pub certainty: Certainty,
    /// Reachable from where.
    pub exposure: Exposure,
    /// The group; `None` where no single group is the cause.
    pub group: Option<GroupIx>,
    /// The interfaces concerned.
    pub servers: Vec<Server>,
    /// The unwanted traffic; empty for items that are not about traffic.
    pub traffic: Vec<Traffic>,
    /// The rules that cause it, in the order of their rank; where no single group is the cause and no rule stands out, all rules of
    /// the groups concerned.
    pub rules: Arc<[RuleRef]>,
    /// One packet of the traffic; its `local` is an address of a server at risk where there is one, else unspecified.
    pub witness: Option<Packet>,
    /// What is particular to this finding, in a sentence; empty where the item's title says all.
    pub detail: Arc<str>,
    /// What to do, in a sentence.
    pub suggestion: Arc<str>,
    /// The gaps that keep it from being sure, or that keep a server's state unknown.
    pub gaps: Vec<GapIx>,
}

/// How much of the estate an item finds at risk, counted over sure findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AtRisk {
    /// Distinct groups.
    pub security_groups: usize,
    /// Distinct instances in state `at_risk`.
    pub servers: usize,
}

/// The answer of a whole check.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Every item, enabled or not, in the order of the catalogue.
    pub items: Vec<Item>,
    /// What each item finds at risk, by the same positions.
    pub at_risk: Vec<AtRisk>,
    /// Worst first: by risk, then by item, sure before possible, then by group.
    pub findings: Vec<Finding>,
    /// The items whose answer each gap may change, by the gap's position in the estate.
    pub affects: Vec<Vec<ItemIx>>,
}

impl Outcome {
    /// The item of a finding.
    ///
    /// # Panics
    /// With a finding of another outcome.
    #[expect(clippy::indexing_slicing, reason = "findings and items are made together")]
    pub fn item(&self, finding: &Finding) -> &Item {
        &self.items[usize::from(finding.item.0)]
    }
}
