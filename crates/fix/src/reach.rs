//! What one rule matches, as a set.

use std::net::IpAddr;

use portreeve_engine::{Bound, Index, Place, Policy};
use portreeve_model::{
    Action, Acts, Direction, Estate, Group, GroupIx, GroupPeers, ListRef, Otherwise, Peer, Ranking, Rule,
    SameGroup, Scope,
};
use portreeve_netset::PacketSet;

/// Asks the engine about rules one by one.
pub(crate) struct Probe {
    estate: Estate,
}

impl Probe {
    /// For rules of an estate's groups.
    pub(crate) fn new(estate: &Estate) -> Self {
        let mut profiles = estate.profiles.clone();
        profiles.truncate(1);
        for profile in &mut profiles {
            profile.ranking = Ranking::Union;
            profile.group_peers = GroupPeers::Nobody;
            (profile.ingress, profile.egress) = (Otherwise::Deny, Otherwise::Deny);
        }
        let groups = estate.groups.first().map(|group| Group {
            id: group.id,
            name: group.name,
            description: group.description,
            region: group.region,
            network: None,
            profile: portreeve_model::ProfileIx::new(0),
            same_group: SameGroup::Rules,
            managed: false,
            rules: Vec::new(),
            incomplete: [None; 2],
            origin: None,
        });
        Self {
            estate: Estate {
                profiles,
                groups: groups.into_iter().collect(),
                address_lists: estate.address_lists.clone(),
                port_lists: estate.port_lists.clone(),
                ..Estate::default()
            },
        }
    }

    /// What a rule that names addresses matches, source ports and local addresses left open; nothing where the documents leave
    /// it open, or where the rule names a group.
    pub(crate) fn reach(&mut self, rule: &Rule) -> Option<PacketSet> {
        if matches!(rule.peer, Peer::Group { .. }) || rule.acts != Acts::Surely {
            return None;
        }
        let place = if rule.scope == Scope::Private { Place::Elsewhere } else { Place::Internet };
        let group = self.estate.groups.first_mut()?;
        group.rules = vec![Rule { action: Action::Allow, ..rule.clone() }];
        let index = Index::new(&self.estate);
        let policy = Policy::of_group(&index, GroupIx::new(0), rule.direction, place, Bound::Surely);
        policy.is_exact().then(|| policy.permitted().project())
    }

    /// As [`Probe::reach`], at its widest where the documents leave it open.
    pub(crate) fn widest(&mut self, rule: &Rule) -> PacketSet {
        let place = if rule.scope == Scope::Private { Place::Elsewhere } else { Place::Internet };
        let Some(group) = self.estate.groups.first_mut() else { return PacketSet::all() };
        group.rules = vec![Rule { action: Action::Allow, ..rule.clone() }];
        let index = Index::new(&self.estate);
        Policy::of_group(&index, GroupIx::new(0), rule.direction, place, Bound::Possibly)
            .permitted()
            .project()
    }
}

/// The lengths from which on a block is no longer a large part of the internet, but somebody's.
const SOMEBODYS: (u8, u8) = (16, 32);

/// Whether every block that a rule names is small, so that whoever wrote the rule named somebody.
pub(crate) fn names_somebody(estate: &Estate, rule: &Rule) -> bool {
    let (v4, v6) = SOMEBODYS;
    match &rule.peer {
        Peer::Prefix(prefix) => prefix.len() >= if prefix.address().is_ipv4() { v4 } else { v6 },
        Peer::List(ListRef { list: Some(ix), .. }) => {
            estate.address_list(*ix).entries.iter().all(|range| match (range.first(), range.last()) {
                (IpAddr::V4(first), IpAddr::V4(last)) => {
                    (u32::from(first) ^ u32::from(last)).leading_zeros() >= v4.into()
                }
                (IpAddr::V6(first), IpAddr::V6(last)) => {
                    (u128::from(first) ^ u128::from(last)).leading_zeros() >= v6.into()
                }
                _ => false,
            })
        }
        _ => false,
    }
}

/// Whether a rule acts in a direction and names addresses, so that a plan may cut it.
pub(crate) fn is_cuttable(rule: &Rule, direction: Direction) -> bool {
    rule.direction == direction
        && rule.action == Action::Allow
        && rule.acts != Acts::Never
        && !matches!(rule.peer, Peer::Group { .. })
}
