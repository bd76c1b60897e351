//! Rules read one by one: whom each reaches, and which goes before which.

use portreeve_model::{
    Acl, Action, Acts, Direction, Family, Group, GroupIx, GroupPeers, NetworkIx, Otherwise, Peer, Ports,
    Prefix, Protocol, Ranking, Rule, SameGroup, Scope, Text,
};

use crate::boxes::{Block, Range, all, joined, of_family};
use crate::certificate::{Bound, Decider, Place, Side};
use crate::ground::{Carried, Ground};

/// TCP, UDP and SCTP: for all other protocols, a rule's ports mean nothing.
const WITH_PORTS: [u128; 3] = [6, 17, 132];

/// What one rule, or something that acts like one, says.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) name: Decider,
    /// The smaller goes first, and in the same band deny before allow.
    pub(crate) rank: (u64, Action),
    reach: Vec<(Side, Vec<Range>)>,
}

impl Said {
    /// Whether it matches every packet of a box.
    pub(crate) fn covers(&self, block: &Block) -> bool {
        let (first, last) = block.side(Side::Protocol);
        let portless = !WITH_PORTS.iter().any(|it| first <= *it && *it <= last);
        self.reach.iter().all(|(side, ranges)| {
            let (lo, hi) = block.side(*side);
            (portless && is_port(*side)) || ranges.iter().any(|(first, last)| *first <= lo && hi <= *last)
        })
    }

    /// Whether it matches some packet of a box.
    pub(crate) fn touches(&self, block: &Block) -> bool {
        let meets = |side: Side, ranges: &[Range]| {
            let (lo, hi) = block.side(side);
            ranges.iter().any(|(first, last)| *first <= hi && lo <= *last)
        };
        let (mut first, mut last) = block.side(Side::Protocol);
        if let Some((Side::Protocol, [(from, to)])) =
            self.reach.first().map(|(it, ranges)| (*it, &ranges[..]))
        {
            (first, last) = (first.max(*from), last.min(*to));
        }
        let portless = (first..=last).any(|it| !WITH_PORTS.contains(&it));
        self.reach.iter().all(|(side, ranges)| (portless && is_port(*side)) || meets(*side, ranges))
    }
}

fn is_port(side: Side) -> bool {
    matches!(side, Side::Port | Side::SourcePort)
}

/// Reads the rules that traffic meets.
pub(crate) struct Reader<'g, 'e> {
    pub(crate) ground: &'g Ground<'e>,
    pub(crate) direction: Direction,
    pub(crate) place: &'g Place,
    pub(crate) bound: Bound,
    pub(crate) v6: bool,
}

impl Reader<'_, '_> {
    /// What the groups of an interface say, and what holds where none of it matches.
    pub(crate) fn groups(&self, carried: &Carried) -> (Vec<Said>, Action) {
        let mut said = Vec::new();
        if !carried.filtered {
            return (said, Action::Allow);
        }
        said.extend(carried.unread.then(|| self.unread(None)));
        let mut otherwise = None;
        for (position, ix) in carried.groups.iter().enumerate() {
            let group = self.ground.estate.group(*ix);
            said.extend(group.incomplete(self.direction).map(|_| self.unread(Some(group.id))));
            said.extend(self.same_group(*ix, group));
            for rule in group.rules.iter().filter(|rule| rule.direction == self.direction) {
                said.extend(self.rule_of_group(position, group, rule));
            }
            let own = self.ground.estate.profile(group.profile).otherwise(self.direction);
            let agree = otherwise.is_none_or(|before| before == own);
            otherwise = Some(if agree { own } else { Otherwise::Unknown });
        }
        (said, self.otherwise(otherwise.unwrap_or(Otherwise::Unknown)))
    }

    /// What a network ACL says.
    pub(crate) fn acl(&self, acl: &Acl) -> (Vec<Said>, Action) {
        let id = || self.ground.estate.text(acl.id).to_owned();
        let mut said: Vec<Said> = acl.incomplete.iter().map(|_| self.unread(None)).collect();
        for prefix in acl.exempt.iter().filter_map(|(at, len)| Prefix::new(at.parse().ok()?, *len)) {
            let peers = of_family(prefix.into(), self.v6).into_iter().collect();
            said.push(Said {
                name: Decider::Exempt(id()),
                rank: (1, Action::Allow),
                reach: vec![(Side::Protocol, vec![(0, 255)]), (Side::Peer, peers)],
            });
        }
        let entries = acl.entries.iter().filter(|entry| entry.direction == self.direction);
        for entry in entries.filter(|entry| self.acts(entry)) {
            let peers = self.addresses(entry);
            said.extend(peers.map(|peers| self.rule(acl.id, 3 + u64::from(entry.position), entry, peers)));
        }
        (said, self.otherwise(acl.otherwise(self.direction)))
    }

    /// Whether what is open about a rule is read in favour of its matching.
    fn wide(&self, action: Action) -> bool {
        (action == Action::Allow) == (self.bound == Bound::Possibly)
    }

    fn otherwise(&self, otherwise: Otherwise) -> Action {
        let open = if self.bound == Bound::Possibly { Action::Allow } else { Action::Deny };
        otherwise.action().unwrap_or(open)
    }

    /// Rules that were not read could do anything, before all others.
    fn unread(&self, group: Option<Text>) -> Said {
        let action = if self.bound == Bound::Possibly { Action::Allow } else { Action::Deny };
        let group = group.map(|group| self.ground.estate.text(group).to_owned());
        Said { name: Decider::Unread(group), rank: (0, action), reach: Vec::new() }
    }

    /// Members of a group reach each other before any rule.
    fn same_group(&self, ix: GroupIx, group: &Group) -> Option<Said> {
        let wide = self.wide(Action::Allow);
        let holds = match group.same_group {
            SameGroup::Allow => true,
            SameGroup::Unknown => wide,
            SameGroup::Rules => false,
        };
        if !holds || self.direction != Direction::Ingress || !self.may_be_inside(group.network) {
            return None;
        }
        let peers = self.members(group, ix, wide)?;
        let name = Decider::SameGroup(self.ground.estate.text(group.id).to_owned());
        Some(Said { name, rank: (1, Action::Allow), reach: vec![(Side::Peer, peers)] })
    }

    fn rule_of_group(&self, position: usize, group: &Group, rule: &Rule) -> Option<Said> {
        let internet = *self.place == Place::Internet;
        let in_scope = match rule.scope {
            Scope::Anywhere => true,
            Scope::Internet => internet,
            Scope::Private => !internet,
        };
        if !in_scope || !self.acts(rule) {
            return None;
        }
        let profile = self.ground.estate.profile(group.profile);
        let rank = match profile.ranking {
            _ if rule.acts == Acts::Possibly => 2,
            Ranking::Union => 3,
            Ranking::Priority => 3 + u64::from(rule.priority),
            Ranking::GroupThenPriority => 3 + ((position as u64) << 32) + u64::from(rule.priority),
            Ranking::Position => 3 + u64::from(rule.position),
        };
        let peers = match rule.peer {
            Peer::Group { group: peer, family, .. } => {
                let counts = family.is_none_or(|family| (family == Family::V6) == self.v6);
                counts.then(|| self.group_peers(group, rule, peer, profile.group_peers))?
            }
            _ => self.addresses(rule),
        };
        Some(self.rule(group.id, rank, rule, peers?))
    }

    fn acts(&self, rule: &Rule) -> bool {
        match rule.acts {
            Acts::Surely => true,
            Acts::Possibly => self.wide(rule.action),
            Acts::Never => false,
        }
    }

    fn rule(&self, owner: Text, band: u64, rule: &Rule, peers: Vec<Range>) -> Said {
        let estate = self.ground.estate;
        let wide = self.wide(rule.action);
        let protocol = match rule.protocol {
            Protocol::All => (0, 255),
            Protocol::Number(number) => (number.into(), number.into()),
        };
        let mut reach = vec![
            (Side::Protocol, vec![protocol]),
            (Side::Port, self.ports(&rule.ports, wide)),
            (Side::Peer, peers),
        ];
        if let Some(narrow) = &rule.narrow {
            let local = match narrow.local {
                Some(prefix) => of_family(prefix.into(), self.v6).into_iter().collect(),
                None => vec![all(Side::Local, self.v6)],
            };
            reach.extend([(Side::SourcePort, self.ports(&narrow.source_ports, wide)), (Side::Local, local)]);
        }
        let name = Decider::Rule(estate.text(owner).to_owned(), estate.rule_name(owner, rule));
        Said { name, rank: (band, rule.action), reach }
    }

    fn ports(&self, ports: &Ports, wide: bool) -> Vec<Range> {
        let every = vec![all(Side::Port, self.v6)];
        let ranges = match ports {
            Ports::All => return every,
            Ports::Range(range) => std::slice::from_ref(range),
            Ports::Ranges(ranges) => ranges,
            Ports::Unknown => return if wide { every } else { Vec::new() },
            Ports::List(list) => match list.list.map(|ix| self.ground.estate.port_list(ix)) {
                Some(list) if list.incomplete.is_none() || !wide => &list.entries,
                _ => return if wide { every } else { Vec::new() },
            },
        };
        joined(ranges.iter().map(|range| (range.first().into(), range.last().into())).collect())
    }

    /// The peers of a rule that names addresses.
    fn addresses(&self, rule: &Rule) -> Option<Vec<Range>> {
        let wide = self.wide(rule.action);
        let every = || vec![all(Side::Peer, self.v6)];
        match &rule.peer {
            Peer::Any => Some(every()),
            Peer::Prefix(prefix) => of_family((*prefix).into(), self.v6).map(|range| vec![range]),
            Peer::List(list) => match list.list.map(|ix| self.ground.estate.address_list(ix)) {
                None => wide.then(every),
                Some(list) => {
                    let known: Vec<Range> =
                        list.entries.iter().filter_map(|range| of_family(*range, self.v6)).collect();
                    // A list has one family: what it shows tells which, as far as it shows any.
                    let other = known.is_empty() && !list.entries.is_empty();
                    let more = wide && list.incomplete.is_some() && !other;
                    Some(if more { every() } else { joined(known) })
                }
            },
            Peer::Group { .. } | Peer::Unknown => wide.then(every),
        }
    }

    /// The peers of a rule that names a group.
    fn group_peers(
        &self,
        owner: &Group,
        rule: &Rule,
        peer: Option<GroupIx>,
        which: GroupPeers,
    ) -> Option<Vec<Range>> {
        let wide = self.wide(rule.action);
        let met = match which {
            GroupPeers::Nobody => false,
            GroupPeers::OwnNetwork => self.may_be_inside(owner.network),
            GroupPeers::AnyNetwork => *self.place != Place::Internet,
        };
        let every = || vec![all(Side::Peer, self.v6)];
        match peer.filter(|_| met) {
            _ if !met => None,
            None => wide.then(every),
            Some(peer) if which != GroupPeers::AnyNetwork => self.members(owner, peer, wide),
            Some(peer) => match (self.network(), wide) {
                (Some(network), _) => Some(self.members_in(peer, network, wide)),
                (None, true) if !self.ground.all_known(None) => Some(every()),
                (None, true) => Some(joined(self.ground.members(peer, None, self.v6))),
                (None, false) => None,
            },
        }
    }

    /// The members of a group as the rules of another one meet them, in that one's network.
    fn members(&self, owner: &Group, peer: GroupIx, wide: bool) -> Option<Vec<Range>> {
        match (owner.network, self.ground.estate.group(peer).network) {
            (Some(own), Some(other)) if own != other => None,
            (None, _) => wide.then(|| vec![all(Side::Peer, self.v6)]),
            // Where the peer's network is not known, whether they are met at all is not either.
            (Some(_), None) if !wide => None,
            (Some(own), _) => Some(self.members_in(peer, own, wide)),
        }
    }

    fn members_in(&self, peer: GroupIx, network: NetworkIx, wide: bool) -> Vec<Range> {
        let mut found = self.ground.members(peer, Some(network), self.v6);
        if wide && !self.ground.all_known(Some(network)) {
            return vec![all(Side::Peer, self.v6)];
        }
        if wide {
            found.extend(self.ground.members(peer, None, self.v6));
        }
        joined(found)
    }

    /// The network of the place, if the estate has it.
    fn network(&self) -> Option<NetworkIx> {
        let Place::Network(id) = self.place else { return None };
        let estate = self.ground.estate;
        estate.networks.iter().position(|it| estate.text(it.id) == id).map(NetworkIx::new)
    }

    /// Whether members of a group of a network may be met at the place.
    fn may_be_inside(&self, network: Option<NetworkIx>) -> bool {
        network.map_or(*self.place != Place::Internet, |own| self.network() == Some(own))
    }
}
