//! What one rule matches, as a set.

use portreeve_engine::{Bound, Index, Place, Policy};
use portreeve_model::{
    Action, Acts, Direction, Estate, Group, GroupIx, GroupPeers, Otherwise, Peer, Ranking, Rule, SameGroup,
    Scope,
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

/// Whether a rule acts in a direction and names addresses, so that a plan may cut it.
pub(crate) fn is_cuttable(rule: &Rule, direction: Direction) -> bool {
    rule.direction == direction
        && rule.action == Action::Allow
        && rule.acts != Acts::Never
        && !matches!(rule.peer, Peer::Group { .. })
}
