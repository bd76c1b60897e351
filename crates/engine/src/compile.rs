//! From the rules of groups to the ranked lines of a policy.

use std::net::IpAddr;
use std::sync::Arc;

use portreeve_model::{
    Action, Acts, Direction, Family, GapIx, Group, GroupIx, GroupPeers, Narrow, NetworkIx, Otherwise, Peer,
    Ports, Prefix, Protocol, Ranking, Rule, SameGroup, Scope,
};

use portreeve_netset::AddressSet;

use crate::index::{Index, ports};
use crate::line::{BUILT_IN, Line, Narrowed, Peers, PortSpan, RULES, RuleRef, Source, UNRANKED, UNREAD};
use crate::{Bound, Place};

/// Which reading of what is open the lines give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// One end of it.
    At(Bound),
    /// Both: what is sure, and beside it, marked, what is not.
    Both,
}

/// A set that gaps may leave open: at least the first, at most the second. `None` in second place is "no more than that".
pub(crate) struct Between<T> {
    least: Option<T>,
    most: Option<T>,
    gap: Option<GapIx>,
}

impl<T> Between<T> {
    fn exactly(set: T) -> Self {
        Self { least: Some(set), most: None, gap: None }
    }

    fn nothing() -> Self {
        Self { least: None, most: None, gap: None }
    }

    fn from(least: Option<T>, most: T, gap: Option<GapIx>) -> Self {
        Self { least, most: Some(most), gap }
    }

    /// Whether the two ends differ.
    fn is_open(&self) -> bool {
        self.most.is_some()
    }

    /// The far end for `most`, else the near one.
    fn at(&self, most: bool) -> Option<&T> {
        if most { self.most.as_ref().or(self.least.as_ref()) } else { self.least.as_ref() }
    }
}

/// Gathers the lines of one policy.
pub(crate) struct Compiler<'i, 'e> {
    pub(crate) index: &'i Index<'e>,
    pub(crate) direction: Direction,
    pub(crate) place: Place,
    pub(crate) view: View,
    /// Look as one more member of this group, and of no other, would.
    pub(crate) ghost: Option<GroupIx>,
    pub(crate) lines: Vec<Line>,
    /// Whether the other bound gives the same lines.
    pub(crate) exact: bool,
}

impl Compiler<'_, '_> {
    /// Adds the lines of a group that stands at `position` among the groups of its interface.
    pub(crate) fn group(&mut self, position: usize, ix: GroupIx) {
        let group = self.index.estate().group(ix);
        if let Some(gap) = group.incomplete(self.direction) {
            self.unread(Some(ix), Some(gap));
        }
        if self.direction == Direction::Ingress {
            self.same_group(ix, group);
        }
        let profile = self.index.estate().profile(group.profile);
        for (at, rule) in (0..).zip(&group.rules) {
            if rule.direction == self.direction {
                let source = Source::Rule(RuleRef { group: ix, rule: at });
                let band = RULES + rank(profile.ranking, position, rule);
                self.rule(source, band, group, rule, profile.group_peers);
            }
        }
    }

    /// Adds what rules that were not read could do: anything.
    pub(crate) fn unread(&mut self, group: Option<GroupIx>, gap: Option<GapIx>) {
        self.exact = false;
        for action in [Action::Deny, Action::Allow] {
            if self.takes_most(action) {
                self.lines.push(Line {
                    source: Source::Unread(group),
                    band: UNREAD,
                    action,
                    protocol: Protocol::All,
                    ports: PortSpan::ALL,
                    peers: Peers::All,
                    narrowed: None,
                    gap,
                    maybe: true,
                });
            }
        }
    }

    fn same_group(&mut self, ix: GroupIx, group: &Group) {
        if group.same_group == SameGroup::Rules || !self.place.may_be_inside(group.network) {
            return;
        }
        let mut members = self.members(group, ix);
        if group.same_group == SameGroup::Unknown {
            members = Between { most: members.most.or(members.least), least: None, gap: members.gap };
        }
        let shape = Line {
            source: Source::SameGroup(ix),
            band: BUILT_IN,
            action: Action::Allow,
            protocol: Protocol::All,
            ports: PortSpan::ALL,
            peers: Peers::All,
            narrowed: None,
            gap: members.gap,
            maybe: false,
        };
        self.push(&shape, &members, &Between::exactly(PortSpan::ALL), None);
    }

    /// Adds one rule of a group.
    pub(crate) fn rule(
        &mut self,
        source: Source,
        band: u64,
        group: &Group,
        rule: &Rule,
        group_peers: GroupPeers,
    ) {
        if rule.acts != Acts::Never && self.in_scope(rule.scope) {
            // Where it stands among the others may be what is in doubt.
            let band = if rule.acts == Acts::Possibly { UNRANKED } else { band };
            let peers = self.peers(group, rule, group_peers);
            self.line(source, band, rule, peers);
        }
    }

    /// Adds one rule whose peers are resolved, at a rank that is known.
    pub(crate) fn line(&mut self, source: Source, band: u64, rule: &Rule, mut peers: Between<Peers>) {
        if rule.acts == Acts::Possibly {
            peers = Between { most: peers.most.or(peers.least), least: None, gap: peers.gap };
        }
        let ports = self.ports(&rule.ports, rule.gap);
        let narrowed = rule.narrow.as_deref().map(|narrow| self.narrow(narrow, rule.gap));
        let shape = Line {
            source,
            band,
            action: rule.action,
            protocol: rule.protocol,
            ports: PortSpan::ALL,
            peers: Peers::All,
            narrowed: None,
            gap: rule.gap.or(peers.gap).or(ports.gap),
            maybe: false,
        };
        self.push(&shape, &peers, &ports, narrowed.as_ref());
    }

    /// Adds a line at the end, or ends, of what it may reach that the view asks for.
    fn push(
        &mut self,
        shape: &Line,
        peers: &Between<Peers>,
        ports: &Between<PortSpan>,
        narrowed: Option<&Between<Narrowed>>,
    ) {
        if peers.at(true).is_none_or(Peers::is_empty) {
            return;
        }
        let open = peers.is_open() || ports.is_open() || narrowed.is_some_and(Between::is_open);
        self.exact &= !open;
        let ends: &[bool] = match self.view {
            View::At(_) => &[self.takes_most(shape.action)],
            View::Both if open => &[false, true],
            View::Both => &[false],
        };
        for &most in ends {
            let (Some(peers), Some(ports)) = (peers.at(most), ports.at(most)) else { continue };
            let narrowed = match narrowed.map(|narrowed| narrowed.at(most)) {
                None => None,
                Some(Some(narrowed)) => Some(Box::new(narrowed.clone())),
                Some(None) => continue,
            };
            if !peers.is_empty() {
                let (peers, ports) = (peers.clone(), ports.clone());
                self.lines.push(Line { peers, ports, narrowed, maybe: open && most, ..shape.clone() });
            }
        }
    }

    /// Whether the view reads what is open about a line in favour of its matching.
    fn takes_most(&self, action: Action) -> bool {
        match self.view {
            View::At(bound) => (action == Action::Allow) == (bound == Bound::Possibly),
            View::Both => true,
        }
    }

    fn in_scope(&self, scope: Scope) -> bool {
        match scope {
            Scope::Anywhere => true,
            Scope::Internet => self.place == Place::Internet,
            Scope::Private => self.place != Place::Internet,
        }
    }

    fn peers(&self, group: &Group, rule: &Rule, group_peers: GroupPeers) -> Between<Peers> {
        let Peer::Group { group: peer, family, .. } = rule.peer else { return self.addresses(rule) };
        let may_be_met = match group_peers {
            GroupPeers::Nobody => false,
            GroupPeers::OwnNetwork => self.place.may_be_inside(group.network),
            GroupPeers::AnyNetwork => self.place != Place::Internet,
        };
        let members = match peer {
            _ if !may_be_met => Between::nothing(),
            None => Between::from(None, Peers::All, rule.gap),
            Some(peer) if group_peers == GroupPeers::AnyNetwork => self.members_anywhere(peer),
            Some(peer) => self.members(group, peer),
        };
        of_family(members, family)
    }

    /// The peers of a rule that names addresses, not a group.
    pub(crate) fn addresses(&self, rule: &Rule) -> Between<Peers> {
        match &rule.peer {
            Peer::Any => Between::exactly(Peers::All),
            Peer::Prefix(prefix) => Between::exactly(prefix_peers(*prefix)),
            Peer::List(list) => match list.list {
                None => Between::from(None, Peers::All, rule.gap),
                Some(ix) => {
                    let known = Peers::Set(self.index.address_list(ix));
                    match self.index.estate().address_list(ix).incomplete {
                        Some(gap) => Between::from(Some(known.clone()), families(&known), Some(gap)),
                        None => Between::exactly(known),
                    }
                }
            },
            Peer::Group { .. } | Peer::Unknown => Between::from(None, Peers::All, rule.gap),
        }
    }

    /// The members of `peer` as a rule of `owner` meets them: by their private addresses in the owner's network.
    fn members(&self, owner: &Group, peer: GroupIx) -> Between<Peers> {
        let other = self.index.estate().group(peer).network;
        if owner.network.is_some() && other.is_some() && owner.network != other {
            return Between::nothing();
        }
        if let Some(ghost) = self.ghost {
            return if ghost == peer { Between::exactly(self.home(peer)) } else { Between::nothing() };
        }
        let Some(network) = owner.network else { return Between::from(None, Peers::All, None) };
        let members = self.members_in(peer, network);
        if other.is_some() {
            return members;
        }
        // The peer's network is not known: whether the rule acts at all is not either.
        Between { most: members.most.or(members.least), least: None, gap: members.gap }
    }

    /// The members of a group that belongs to no network, by their private addresses at the place where they are met.
    fn members_anywhere(&self, peer: GroupIx) -> Between<Peers> {
        if let Some(ghost) = self.ghost {
            return if ghost == peer { Between::exactly(Peers::All) } else { Between::nothing() };
        }
        match self.place {
            Place::Internet => Between::nothing(),
            Place::Network(network) => self.members_in(peer, network),
            Place::Elsewhere => {
                let most = if self.index.all_members_known() {
                    Peers::Set(Arc::new(self.index.homeless_members(peer)))
                } else {
                    Peers::All
                };
                Between::from(None, most, self.index.all_members_gap())
            }
        }
    }

    /// The members of a group in one network.
    fn members_in(&self, peer: GroupIx, network: NetworkIx) -> Between<Peers> {
        let known = Peers::Set(self.index.members(peer, network));
        let most = if self.index.members_known(network) {
            self.index.strays(peer, network).map(|most| Peers::Set(Arc::new(most)))
        } else {
            Some(Peers::All)
        };
        match most {
            None => Between::exactly(known),
            Some(most) => Between::from(Some(known), most, self.index.members_gap(network)),
        }
    }

    /// Where a member of a group may have its address: the blocks of its network, or anywhere if these are unknown.
    fn home(&self, group: GroupIx) -> Peers {
        let estate = self.index.estate();
        let blocks = estate.group(group).network.map_or(&[][..], |network| &estate.network(network).blocks);
        if blocks.is_empty() { Peers::All } else { Peers::Set(Arc::new(prefixes(blocks))) }
    }

    fn ports(&self, said: &Ports, gap: Option<GapIx>) -> Between<PortSpan> {
        match said {
            Ports::All => Between::exactly(PortSpan::ALL),
            Ports::Range(range) => Between::exactly(PortSpan::One([(range.first(), range.last())])),
            Ports::Ranges(ranges) => Between::exactly(PortSpan::Set(Arc::new(ports(ranges)))),
            // No port for sure, yet protocols without ports are matched all the same.
            Ports::Unknown => Between::from(Some(PortSpan::none()), PortSpan::ALL, gap),
            Ports::List(list) => match list.list {
                None => Between::from(Some(PortSpan::none()), PortSpan::ALL, gap),
                Some(ix) => {
                    let known = PortSpan::Set(self.index.port_list(ix));
                    match self.index.estate().port_list(ix).incomplete {
                        Some(gap) => Between::from(Some(known), PortSpan::ALL, Some(gap)),
                        None => Between::exactly(known),
                    }
                }
            },
        }
    }

    fn narrow(&self, narrow: &Narrow, gap: Option<GapIx>) -> Between<Narrowed> {
        let local = || narrow.local.map_or(Peers::All, prefix_peers);
        let ports = self.ports(&narrow.source_ports, gap);
        let (least, most, gap) = (ports.least, ports.most, ports.gap);
        Between {
            least: least.map(|source_ports| Narrowed { source_ports, local: local() }),
            most: most.map(|source_ports| Narrowed { source_ports, local: local() }),
            gap,
        }
    }
}

/// What happens to unmatched traffic: certain only where all groups of the interface agree.
pub(crate) fn otherwise(index: &Index<'_>, groups: &[GroupIx], direction: Direction) -> Otherwise {
    let estate = index.estate();
    let mut defaults = groups.iter().map(|ix| estate.profile(estate.group(*ix).profile).otherwise(direction));
    let Some(first) = defaults.next() else { return Otherwise::Unknown };
    if defaults.all(|other| other == first) { first } else { Otherwise::Unknown }
}

/// Where a rule stands among those of the groups of an interface, of which its own is at `position`.
pub(crate) fn rank(ranking: Ranking, position: usize, rule: &Rule) -> u64 {
    match ranking {
        Ranking::Union => 0,
        Ranking::Priority => u64::from(rule.priority),
        Ranking::GroupThenPriority => ((position as u64) << 32) | u64::from(rule.priority),
        Ranking::Position => u64::from(rule.position),
    }
}

/// All addresses of the families that a list shows, or of both while it shows none: a list has one family.
fn families(shown: &Peers) -> Peers {
    match (shown.v4().is_empty(), shown.v6().is_empty()) {
        (false, true) => Peers::V4([(0, u32::MAX)]),
        (true, false) => Peers::V6([(0, u128::MAX)]),
        _ => Peers::All,
    }
}

/// What is left where only one family counts.
fn of_family(peers: Between<Peers>, family: Option<Family>) -> Between<Peers> {
    let Some(family) = family else { return peers };
    let only = |peers: Peers| {
        let (v4, v6) = (peers.v4().iter().copied(), peers.v6().iter().copied());
        Peers::Set(Arc::new(match family {
            Family::V4 => AddressSet::from_parts(v4.collect(), std::iter::empty().collect()),
            Family::V6 => AddressSet::from_parts(std::iter::empty().collect(), v6.collect()),
        }))
    };
    Between { least: peers.least.map(only), most: peers.most.map(only), gap: peers.gap }
}

fn prefixes(blocks: &[Prefix]) -> AddressSet {
    let parts: Vec<Peers> = blocks.iter().map(|block| prefix_peers(*block)).collect();
    AddressSet::from_parts(
        parts.iter().flat_map(Peers::v4).copied().collect(),
        parts.iter().flat_map(Peers::v6).copied().collect(),
    )
}

pub(crate) fn prefix_peers(prefix: Prefix) -> Peers {
    let range = portreeve_model::AddressRange::from(prefix);
    match (range.first(), range.last()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => Peers::V4([(first.into(), last.into())]),
        (IpAddr::V6(first), IpAddr::V6(last)) => Peers::V6([(first.into(), last.into())]),
        // A range never mixes families.
        _ => Peers::All,
    }
}
