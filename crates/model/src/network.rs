//! Networks, subnets and the filters between them.

use crate::{AclIx, Direction, GapIx, NetworkIx, Origin, Otherwise, Prefix, Rule, Text};

/// A private network (VPC). Addresses of different networks are different though their numbers may be equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// Its address blocks; empty where only its id is known.
    pub blocks: Box<[Prefix]>,
}

/// A subnet (vSwitch).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// Its network.
    pub network: Option<NetworkIx>,
    /// Its address blocks.
    pub blocks: Box<[Prefix]>,
    /// The id of its route table; empty where it follows its network's own table or the documents do not say.
    pub route_table: Text,
    /// The id of its network ACL; empty where it has none.
    pub acl_id: Text,
    /// Its network ACL, when the input has it.
    pub acl: Option<AclIx>,
    /// Whether the documents say which network ACL it has, if any.
    pub acl_known: bool,
}

/// A network ACL: an ordered filter on the border of a subnet. The firewall of a host is written as filters of the same shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acl {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// Whether replies pass by themselves.
    pub stateful: bool,
    /// Entries of both directions, in order; the first that matches decides.
    pub entries: Vec<Rule>,
    /// What happens to ingress that no entry matches.
    pub ingress: Otherwise,
    /// What happens to egress that no entry matches.
    pub egress: Otherwise,
    /// Destinations and sources that it never filters.
    pub exempt: &'static [(&'static str, u8)],
    /// Why there may be more entries than these.
    pub incomplete: Option<GapIx>,
    /// The response that describes it.
    pub origin: Option<Origin>,
}

impl Acl {
    /// What happens to unmatched traffic of a direction.
    pub fn otherwise(&self, direction: Direction) -> Otherwise {
        match direction {
            Direction::Ingress => self.ingress,
            Direction::Egress => self.egress,
        }
    }
}
