//! Lists that rules refer to by id.

use crate::{AddressRange, GapIx, PortRange, Text};

/// A prefix list or address group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressList {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// Its entries, in order.
    pub entries: Box<[AddressRange]>,
    /// What it counts as against the rule quota, where the vendor counts the room and not the entries.
    pub max_entries: Option<u32>,
    /// Why there may be more entries than these.
    pub incomplete: Option<GapIx>,
}

/// A port list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortList {
    /// The vendor's id.
    pub id: Text,
    /// The user's name for it.
    pub name: Text,
    /// Its entries, in order.
    pub entries: Box<[PortRange]>,
    /// What it counts as against the rule quota.
    pub max_entries: Option<u32>,
    /// Why there may be more entries than these.
    pub incomplete: Option<GapIx>,
}
