//! What a user may set about a check.

use std::collections::BTreeMap;

use portreeve_netset::{AddressSet, PortSet};

use crate::Risk;

/// Switches, own items and thresholds.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Items switched on or off by id; the others keep the catalogue's switch.
    pub switches: BTreeMap<String, bool>,
    /// Where set, only these items run, whatever their switches say.
    pub only: Option<Vec<String>>,
    /// The user's own items.
    pub own_items: Vec<OwnItem>,
    /// Limits that items compare with.
    pub thresholds: Thresholds,
    /// Whether the platform has unblocked outbound TCP 25 for this account.
    pub smtp_unblocked: bool,
    /// On how many threads to work; 0 is one.
    pub threads: usize,
}

/// An item of the user's own: ports that must not be open to some peers.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnItem {
    /// Kebab-case id, different from every item of the catalogue.
    pub id: String,
    /// What it finds, in a few words.
    pub title: String,
    /// How bad that is.
    pub risk: Risk,
    /// TCP ports that it asks about.
    pub tcp: PortSet,
    /// UDP ports that it asks about.
    pub udp: PortSet,
    /// Fires when all of these addresses may open a port; `None` is everyone.
    pub peers: Option<AddressSet>,
    /// One sentence shown with each finding.
    pub suggestion: String,
}

/// Limits that items compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// `excessive-groups` fires from this many groups on one interface.
    pub excessive_groups: usize,
    /// `wide-source` fires for IPv4 blocks of this prefix length or shorter.
    pub wide_source_v4: u8,
    /// `wide-source` fires for IPv6 blocks of this prefix length or shorter.
    pub wide_source_v6: u8,
    /// `rule-quota` and `group-quota` fire from this share of a quota, in percent.
    pub quota_percent: u32,
    /// Rules of one group, in place of the platform's own limit.
    pub rules_per_group: Option<u32>,
    /// Rules of one interface over all its groups, in place of the platform's own limit.
    pub rules_per_interface: Option<u32>,
    /// Groups of one region, in place of the platform's own limit.
    pub groups: Option<u32>,
    /// `too-many-rules` fires from this many effective rules on one interface.
    pub too_many_rules: usize,
    /// `one-group-for-all` fires when one group carries at least this share of all interfaces, in percent.
    pub one_group_percent: u32,
    /// `one-group-for-all` stays silent below this many interfaces.
    pub one_group_interfaces: usize,
    /// `one-server-group` stays silent below this many groups with a single server.
    pub one_server_groups: usize,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            excessive_groups: 3,
            wide_source_v4: 8,
            wide_source_v6: 16,
            quota_percent: 80,
            rules_per_group: None,
            rules_per_interface: None,
            groups: None,
            too_many_rules: 200,
            one_group_percent: 60,
            one_group_interfaces: 10,
            one_server_groups: 1,
        }
    }
}
