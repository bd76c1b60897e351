//! A security group.

use crate::{GapIx, NetworkIx, Origin, ProfileIx, Rule, Text};

/// What holds between members of one group over the private network, before any rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SameGroup {
    /// Ingress from another member passes whatever the rules say.
    Allow,
    /// Nothing special: the rules decide.
    Rules,
    /// The documents do not say.
    Unknown,
}

/// A security group and its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// The user's words.
    pub description: Text,
    /// The region, empty where the documents do not say.
    pub region: Text,
    /// The network it belongs to; `None` in classic networks and where the documents do not say.
    pub network: Option<NetworkIx>,
    /// How it is evaluated.
    pub profile: ProfileIx,
    /// Traffic between its members.
    pub same_group: SameGroup,
    /// Created and kept by a service of the cloud: the owner may read it, not change it.
    pub managed: bool,
    /// Both directions, in the order of the documents.
    pub rules: Vec<Rule>,
    /// Why the rules of a direction may be more than these (ingress, egress).
    pub incomplete: [Option<GapIx>; 2],
    /// The response with its rules, or else the one that names it.
    pub origin: Option<Origin>,
}

impl Group {
    /// The rules of one direction, in order.
    pub fn rules_of(&self, direction: crate::Direction) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.direction == direction)
    }

    /// The position that a new last rule of a direction has.
    pub fn next_position(&self, direction: crate::Direction) -> u32 {
        self.rules_of(direction).map(|rule| rule.position).max().unwrap_or(0) + 1
    }

    /// Why the rules of a direction may be more than the input shows.
    pub fn incomplete(&self, direction: crate::Direction) -> Option<GapIx> {
        match direction {
            crate::Direction::Ingress => self.incomplete[0],
            crate::Direction::Egress => self.incomplete[1],
        }
    }
}
