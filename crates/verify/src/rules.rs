//! Rules read one by one: whom each reaches, and which goes before which.

use portreeve_model::{
    Acl, Action, Acts, AddressRange, Direction, Family, Group, GroupIx, GroupPeers, ListRef, Network,
    NetworkIx, Otherwise, Peer, PortListIx, Ports, Prefix, Protocol, Ranking, Rule, SameGroup, Scope, Text,
};

use crate::ground::{Carried, Ground};
use crate::statement::{Block, Bound, Decider, Filter, Place, Range, Side, number};

/// TCP, UDP and SCTP: for all other protocols, a rule's ports mean nothing.
const WITH_PORTS: [u128; 3] = [6, 17, 132];

/// What one rule, or something that acts like one, says.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) name: Decider,
    /// The smaller goes first, and in the same band deny before allow.
    pub(crate) rank: (u64, Action),
    protocols: Range,
    /// The values of other sides; all, where a side is not in it.
    reach: Vec<(Side, Vec<Range>)>,
}

impl Said {
    /// What holds for some peers before any rule is asked.
    fn before_rules(name: Decider, band: u64, action: Action, peers: Vec<Range>) -> Self {
        Self { name, rank: (band, action), protocols: (0, 255), reach: vec![(Side::Peer, peers)] }
    }

    /// Whether it matches every packet of a box.
    pub(crate) fn covers(&self, block: &Block) -> bool {
        let (lo, hi) = block.side(Side::Protocol);
        let portless = !WITH_PORTS.iter().any(|it| lo <= *it && *it <= hi);
        self.matches(block, portless, |(lo, hi), (first, last)| first <= lo && hi <= last)
    }

    /// Whether it matches some packet of a box.
    pub(crate) fn touches(&self, block: &Block) -> bool {
        let ((lo, hi), (first, last)) = (block.side(Side::Protocol), self.protocols);
        let portless = (lo.max(first)..=hi.min(last)).any(|it| !WITH_PORTS.contains(&it));
        self.matches(block, portless, |(lo, hi), (first, last)| first <= hi && lo <= last)
    }

    fn matches(&self, block: &Block, portless: bool, fits: fn(Range, Range) -> bool) -> bool {
        let free = |side| portless && matches!(side, Side::Port | Side::SourcePort);
        let mut sides = self.reach.iter().filter(|(side, _)| !free(*side));
        fits(block.side(Side::Protocol), self.protocols)
            && sides.all(|(side, ranges)| ranges.iter().any(|range| fits(block.side(*side), *range)))
    }
}

/// Reads the rules that traffic meets.
pub(crate) struct Reader<'g, 'e> {
    pub(crate) ground: &'g Ground<'e>,
    pub(crate) filter: &'g Filter,
    pub(crate) v6: bool,
}

impl Reader<'_, '_> {
    /// What the groups of an interface say, and what holds where none of it matches.
    pub(crate) fn groups(&self, carried: &Carried) -> (Vec<Said>, Action) {
        let (mut said, mut defaults) = (Vec::new(), Vec::new());
        if !carried.filtered {
            return (said, Action::Allow);
        }
        said.extend(carried.unread.then(|| self.unread(None)));
        for (position, ix) in carried.groups.iter().enumerate() {
            let group = self.ground.estate.group(*ix);
            said.extend(group.incomplete(self.direction()).map(|_| self.unread(Some(group.id))));
            said.extend(self.same_group(*ix, group));
            let rules = group.rules.iter().filter(|rule| self.counts(rule));
            said.extend(rules.filter_map(|rule| self.rule_of_group(position, group, rule)));
            defaults.push(self.ground.estate.profile(group.profile).otherwise(self.direction()));
        }
        defaults.dedup();
        let agreed = if let [all] = defaults.as_slice() { *all } else { Otherwise::Unknown };
        (said, agreed.action().unwrap_or(self.doubtful()))
    }

    /// What a network ACL says.
    pub(crate) fn acl(&self, acl: &Acl) -> (Vec<Said>, Action) {
        let mut said: Vec<Said> = acl.incomplete.iter().map(|_| self.unread(None)).collect();
        for prefix in acl.exempt.iter().filter_map(|(at, len)| Prefix::new(at.parse().ok()?, *len)) {
            let name = Decider::Exempt(self.text(acl.id));
            said.push(Said::before_rules(name, 1, Action::Allow, self.of_family(prefix.into())));
        }
        let entries = acl.entries.iter().filter(|entry| self.counts(entry));
        let rank = |entry: &Rule| 3 + u64::from(entry.position);
        said.extend(entries.filter_map(|it| self.rule(acl.id, rank(it), it, self.addresses(it))));
        (said, acl.otherwise(self.direction()).action().unwrap_or(self.doubtful()))
    }

    fn direction(&self) -> Direction {
        if self.filter.ingress { Direction::Ingress } else { Direction::Egress }
    }

    fn text(&self, text: Text) -> String {
        self.ground.estate.text(text).to_owned()
    }

    /// Whether what is open about a rule is read in favour of its matching.
    fn wide(&self, action: Action) -> bool {
        action == self.doubtful()
    }

    /// What becomes of traffic of which the documents do not tell.
    fn doubtful(&self) -> Action {
        if self.filter.bound == Bound::Possibly { Action::Allow } else { Action::Deny }
    }

    /// Every value of a side, or none.
    fn every(&self, side: Side, wide: bool) -> Vec<Range> {
        wide.then(|| Block::whole(self.v6).side(side)).into_iter().collect()
    }

    fn of_family(&self, range: AddressRange) -> Vec<Range> {
        let own = range.first().is_ipv6() == self.v6;
        own.then(|| (number(range.first()), number(range.last()))).into_iter().collect()
    }

    /// Rules that were not read could do anything, before all others.
    fn unread(&self, group: Option<Text>) -> Said {
        let name = Decider::Unread(group.map(|id| self.text(id)));
        Said::before_rules(name, 0, self.doubtful(), self.every(Side::Peer, true))
    }

    /// Members of a group reach each other before any rule.
    fn same_group(&self, ix: GroupIx, group: &Group) -> Option<Said> {
        let wide = self.wide(Action::Allow);
        let holds = group.same_group == SameGroup::Allow || (wide && group.same_group == SameGroup::Unknown);
        let name = Decider::SameGroup(self.text(group.id));
        let peers = || self.members(GroupPeers::OwnNetwork, group, Some(ix), wide);
        let said = || Said::before_rules(name, 1, Action::Allow, peers());
        (holds && self.filter.ingress).then(said)
    }

    /// Whether a rule is one of the direction and applied.
    fn counts(&self, rule: &Rule) -> bool {
        let acts = rule.acts == Acts::Surely || (rule.acts == Acts::Possibly && self.wide(rule.action));
        acts && rule.direction == self.direction()
    }

    fn rule_of_group(&self, position: usize, group: &Group, rule: &Rule) -> Option<Said> {
        let profile = self.ground.estate.profile(group.profile);
        let rank = match profile.ranking {
            _ if rule.acts == Acts::Possibly => 2,
            Ranking::Union => 3,
            Ranking::Priority => 3 + u64::from(rule.priority),
            Ranking::GroupThenPriority => 3 + ((position as u64) << 32) + u64::from(rule.priority),
            Ranking::Position => 3 + u64::from(rule.position),
        };
        let internet = self.filter.place == Place::Internet;
        let peers = match rule.peer {
            _ if rule.scope == if internet { Scope::Private } else { Scope::Internet } => return None,
            Peer::Group { family: Some(family), .. } if (family == Family::V6) != self.v6 => return None,
            Peer::Group { group: peer, .. } => {
                self.members(profile.group_peers, group, peer, self.wide(rule.action))
            }
            _ => self.addresses(rule),
        };
        self.rule(group.id, rank, rule, peers)
    }

    fn rule(&self, owner: Text, band: u64, rule: &Rule, peers: Vec<Range>) -> Option<Said> {
        let wide = self.wide(rule.action);
        let protocols = match rule.protocol {
            Protocol::All => (0, 255),
            Protocol::Number(number) => (number.into(), number.into()),
        };
        if peers.is_empty() {
            return None;
        }
        let mut reach = vec![(Side::Port, self.ports(&rule.ports, wide)), (Side::Peer, peers)];
        if let Some(narrow) = &rule.narrow {
            reach.push((Side::SourcePort, self.ports(&narrow.source_ports, wide)));
            reach.extend(narrow.local.map(|prefix| (Side::Local, self.of_family(prefix.into()))));
        }
        let name = Decider::Rule(self.text(owner), self.ground.estate.rule_name(owner, rule));
        Some(Said { name, rank: (band, rule.action), protocols, reach })
    }

    fn ports(&self, ports: &Ports, wide: bool) -> Vec<Range> {
        let list = |ix: PortListIx| self.ground.estate.port_list(ix);
        let ranges = match ports {
            Ports::All => return self.every(Side::Port, true),
            Ports::Range(range) => std::slice::from_ref(range),
            Ports::Ranges(ranges) => ranges,
            Ports::List(ListRef { list: Some(ix), .. }) if !wide || list(*ix).incomplete.is_none() => {
                &list(*ix).entries
            }
            Ports::List(_) | Ports::Unknown => return self.every(Side::Port, wide),
        };
        joined(ranges.iter().map(|range| (range.first().into(), range.last().into())).collect())
    }

    /// The peers of a rule that names addresses.
    fn addresses(&self, rule: &Rule) -> Vec<Range> {
        let wide = self.wide(rule.action);
        match &rule.peer {
            Peer::Any => self.every(Side::Peer, true),
            Peer::Prefix(prefix) => self.of_family((*prefix).into()),
            Peer::List(ListRef { list: Some(ix), .. }) => {
                let list = self.ground.estate.address_list(*ix);
                let known: Vec<Range> = list.entries.iter().flat_map(|it| self.of_family(*it)).collect();
                // A list has one family: what it shows tells which, as far as it shows any.
                let other = known.is_empty() && !list.entries.is_empty();
                let open = wide && list.incomplete.is_some() && !other;
                if open { self.every(Side::Peer, true) } else { joined(known) }
            }
            Peer::List(_) | Peer::Group { .. } | Peer::Unknown => self.every(Side::Peer, wide),
        }
    }

    /// The members of a group as another one's rules meet them at the place.
    fn members(&self, which: GroupPeers, own: &Group, peer: Option<GroupIx>, wide: bool) -> Vec<Range> {
        let estate = self.ground.estate;
        let is_here =
            |it: &Network| matches!(&self.filter.place, Place::Network(id) if id == estate.text(it.id));
        let here = estate.networks.iter().position(is_here).map(NetworkIx::new);
        let known = which == GroupPeers::AnyNetwork || own.network.is_some();
        let met = match (which, peer.map(|ix| estate.group(ix).network)) {
            (GroupPeers::Nobody, _) => false,
            _ if which == GroupPeers::AnyNetwork || own.network.is_none() => {
                self.filter.place != Place::Internet
            }
            // Where the peer's network is not known, whether they are met at all is not either.
            (_, Some(None)) => here == own.network && wide,
            (_, theirs) => here == own.network && theirs.is_none_or(|it| it == here),
        };
        match peer {
            _ if !met => Vec::new(),
            Some(peer) if known && (!wide || self.ground.all_known(here)) => {
                let networks = [here, None].into_iter().filter(|it| wide || it.is_some());
                joined(networks.flat_map(|it| self.ground.members(peer, it, self.v6)).collect())
            }
            _ => self.every(Side::Peer, wide),
        }
    }
}

/// The same values in ascending ranges that neither meet nor touch.
pub fn joined(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    ranges.dedup_by(|(first, last), before| {
        let meets = before.1 == u128::MAX || *first <= before.1 + 1;
        before.1 = if meets { before.1.max(*last) } else { before.1 };
        meets
    });
    ranges
}
