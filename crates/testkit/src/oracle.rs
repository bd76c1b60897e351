//! The naive oracle: one packet, plain loops over rules, no sets, nothing shared with the engine.
//!
//! It decides every packet twice. The *lower world* resolves all that is unknown against allowing: an allow rule
//! reaches only what it surely reaches, a deny rule all that it may reach. The *upper world* resolves it the other way
//! round. Allowed in the lower world is surely allowed; denied in the upper world is surely denied.
//!
//! How each unknown is bounded:
//! - an unknown peer or a list that is not in the input is nobody or everybody of both families, an incomplete list its
//!   entries or everybody of the families they show; unknown ports are none or all, for the protocols that have ports;
//!   all else that the rule says (protocol, scope, local addresses) bounds it still;
//! - a rule that acts only possibly is absent, or ranks before all others;
//! - the members of a group are the known ones, or anybody in the network of the rule's group where not every interface
//!   and its groups are known; those of a group that is not in the input are nobody or anybody there; where the network
//!   of the rule's group is not known, nobody or anybody that is not on the internet; where only that of the group which
//!   the rule names is not known, the rule may not reach its members at all, since it may be another network;
//! - what the documents do not say of a whole group (its rules, its kind) leaves open what depends on it.
//!
//! Ports count for TCP, UDP and SCTP packets only, also in rules about all protocols. Members include the interface
//! itself: a packet to oneself never reaches a filter.

pub mod path;
mod peer;

use std::net::IpAddr;

use portreeve_model::{
    Action, Acts, Direction, Estate, Group, GroupIx, GroupPeers, NetworkIx, Otherwise, Peer, PortListIx,
    PortRange, Ports, Profile, Protocol, Ranking, Rule, SameGroup, Scope, Text,
};

/// Where the remote side of a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The internet.
    Internet,
    /// A private network of the estate.
    Network(NetworkIx),
    /// Some private network that the estate does not have, such as an office behind a gateway.
    Elsewhere,
}

/// The first packet of a connection, seen from one interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Packet {
    /// Which side opens the connection.
    pub direction: Direction,
    /// The IANA protocol number.
    pub protocol: u8,
    /// The destination port; for ICMP and ICMPv6 the type times 256 plus the code; else 0.
    pub port: u16,
    /// The source port, where the protocol has one.
    pub source_port: u16,
    /// The interface's own private address.
    pub local: IpAddr,
    /// The remote address as the interface sees it.
    pub peer: IpAddr,
    /// Where the remote side is.
    pub place: Place,
}

/// What becomes of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It passes, whatever the gaps hide.
    Allowed,
    /// It is blocked, whatever the gaps hide.
    Denied,
    /// Gaps leave it open.
    Unknown,
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// Rules; [`Answer::by`] has them.
    Rules,
    /// The allowance between members of one group.
    SameGroup,
    /// Nothing matched.
    Default,
    /// Nothing could: the verdict is unknown.
    Gaps,
}

/// The oracle's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The verdict that follows from the two worlds.
    pub verdict: Verdict,
    /// Allowed in the lower world.
    pub surely: bool,
    /// Allowed in the upper world.
    pub possibly: bool,
    /// What decided a firm verdict.
    pub why: Why,
    /// All matching rules of the deciding band that have the deciding action, in the order of the interface's groups
    /// and of [`Group::rules`]; a rule is its group and its index there. Empty unless `why` is [`Why::Rules`].
    pub by: Vec<(GroupIx, usize)>,
}

impl Answer {
    /// The answer where nothing is known.
    pub fn open() -> Self {
        Self { verdict: Verdict::Unknown, surely: false, possibly: true, why: Why::Gaps, by: Vec::new() }
    }
}

/// How the unknown is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum World {
    /// Against allowing.
    Lower,
    /// For allowing.
    Upper,
}

impl World {
    /// The action that profits from everything unknown in this world.
    fn favours(self) -> Action {
        match self {
            Self::Lower => Action::Deny,
            Self::Upper => Action::Allow,
        }
    }
}

/// What one world says.
struct Outcome {
    allowed: bool,
    why: Why,
    by: Vec<(GroupIx, usize)>,
}

impl Outcome {
    fn without_rules(allowed: bool, why: Why) -> Self {
        Self { allowed, why, by: Vec::new() }
    }
}

/// Decides one packet for an interface that has these groups, in this order.
///
/// Where the documents leave the whole evaluation open, everything is unknown: a group of the interface that the estate
/// does not have, a group whose rules of the direction are incomplete, groups that rank their rules differently, and
/// no group at all (some clouds then filter nothing, some everything).
pub fn decide(estate: &Estate, groups: &[Text], packet: &Packet) -> Answer {
    let lower = in_world(estate, groups, packet, World::Lower);
    let upper = in_world(estate, groups, packet, World::Upper);
    let (surely, possibly) = (lower.allowed, upper.allowed);
    let (verdict, why, by) = if surely {
        (Verdict::Allowed, lower.why, lower.by)
    } else if possibly {
        (Verdict::Unknown, Why::Gaps, Vec::new())
    } else {
        (Verdict::Denied, upper.why, upper.by)
    };
    Answer { verdict, surely, possibly, why, by }
}

fn in_world(estate: &Estate, ids: &[Text], packet: &Packet, world: World) -> Outcome {
    let Some((groups, ranking)) = whole_groups(estate, ids, packet.direction) else {
        return Outcome::without_rules(world == World::Upper, Why::Gaps);
    };
    if packet.direction == Direction::Ingress
        && groups.iter().any(|&(_, group)| from_own_member(estate, group, packet, world))
    {
        return Outcome::without_rules(true, Why::SameGroup);
    }
    let hits = matching(estate, &groups, ranking, packet, world);
    let Some(top) = hits.iter().map(|hit| hit.rank).min() else {
        let allowed = match otherwise(estate, &groups, packet.direction) {
            Otherwise::Allow => true,
            Otherwise::Deny => false,
            Otherwise::Unknown => world == World::Upper,
        };
        return Outcome::without_rules(allowed, Why::Default);
    };
    let denied = hits.iter().any(|hit| hit.rank == top && hit.action == Action::Deny);
    let action = if denied { Action::Deny } else { Action::Allow };
    let by = hits.iter().filter(|hit| hit.rank == top && hit.action == action).map(|hit| hit.rule).collect();
    Outcome { allowed: !denied, why: Why::Rules, by }
}

/// The groups and how their rules rank, unless something about them leaves everything open.
fn whole_groups<'a>(
    estate: &'a Estate,
    ids: &[Text],
    direction: Direction,
) -> Option<(Vec<(GroupIx, &'a Group)>, Ranking)> {
    let mut groups = Vec::new();
    for &id in ids {
        let (ix, group) = estate.each_group().find(|(_, group)| group.id == id)?;
        if group.incomplete(direction).is_some() {
            return None;
        }
        groups.push((ix, group));
    }
    let mut rankings = groups.iter().map(|(_, group)| estate.profile(group.profile).ranking);
    let first = rankings.next()?;
    rankings.all(|ranking| ranking == first).then_some((groups, first))
}

/// What holds when nothing matches; unknown where the groups disagree, since one interface's groups are of one kind
/// (<https://www.alibabacloud.com/help/en/ecs/user-guide/basic-security-groups-and-advanced-security-groups>).
fn otherwise(estate: &Estate, groups: &[(GroupIx, &Group)], direction: Direction) -> Otherwise {
    let mut each = groups.iter().map(|(_, group)| estate.profile(group.profile).otherwise(direction));
    match each.next() {
        Some(first) if each.all(|other| other == first) => first,
        _ => Otherwise::Unknown,
    }
}

/// Whether the packet comes from a member of the group and the group lets its members in before any rule.
fn from_own_member(estate: &Estate, group: &Group, packet: &Packet, world: World) -> bool {
    let wide = world == World::Upper;
    match group.same_group {
        SameGroup::Allow => {}
        SameGroup::Unknown if wide => {}
        SameGroup::Unknown | SameGroup::Rules => return false,
    }
    peer::is_member(estate, group, group.id, packet, wide)
}

/// A rule that matches, with its rank: smaller decides first.
struct Hit {
    rank: Rank,
    action: Action,
    rule: (GroupIx, usize),
}

/// A rule that acts only possibly may act before all others; then the group's position and the number that the
/// ranking looks at.
type Rank = (bool, usize, u32);

fn matching(
    estate: &Estate,
    groups: &[(GroupIx, &Group)],
    ranking: Ranking,
    packet: &Packet,
    world: World,
) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (place, &(ix, group)) in groups.iter().enumerate() {
        for (at, rule) in group.rules.iter().enumerate() {
            let wide = rule.action == world.favours();
            let profile = estate.profile(group.profile);
            if acts(rule, profile, wide) && matches(estate, group, rule, packet, wide) {
                hits.push(Hit { rank: rank(ranking, place, rule), action: rule.action, rule: (ix, at) });
            }
        }
    }
    hits
}

fn rank(ranking: Ranking, place: usize, rule: &Rule) -> Rank {
    if rule.acts == Acts::Possibly {
        return (false, 0, 0);
    }
    match ranking {
        Ranking::Priority => (true, 0, rule.priority),
        Ranking::GroupThenPriority => (true, place, rule.priority),
        Ranking::Union => (true, 0, 0),
        Ranking::Position => (true, place, rule.position),
    }
}

fn acts(rule: &Rule, profile: &Profile, wide: bool) -> bool {
    let applied = match rule.acts {
        Acts::Surely => true,
        Acts::Possibly => wide,
        Acts::Never => false,
    };
    applied && (profile.group_peers != GroupPeers::Nobody || !matches!(rule.peer, Peer::Group { .. }))
}

/// Whether a rule matches; `wide` counts what it may match, else only what it surely matches.
fn matches(estate: &Estate, owner: &Group, rule: &Rule, packet: &Packet, wide: bool) -> bool {
    rule.direction == packet.direction
        && protocol_matches(rule.protocol, packet.protocol)
        && scope_matches(rule.scope, packet.place)
        && (!has_ports(packet.protocol) || port_matches(estate, &rule.ports, packet.port, wide))
        && narrow_matches(estate, rule, packet, wide)
        && peer::matches(estate, owner, &rule.peer, packet, wide)
}

fn protocol_matches(asked: Protocol, protocol: u8) -> bool {
    match asked {
        Protocol::All => true,
        Protocol::Number(number) => number == protocol,
    }
}

fn scope_matches(scope: Scope, place: Place) -> bool {
    match scope {
        Scope::Anywhere => true,
        Scope::Internet => place == Place::Internet,
        Scope::Private => place != Place::Internet,
    }
}

/// TCP, UDP and SCTP have ports; whatever ports a rule gives count for their packets alone.
fn has_ports(protocol: u8) -> bool {
    matches!(protocol, 6 | 17 | 132)
}

fn narrow_matches(estate: &Estate, rule: &Rule, packet: &Packet, wide: bool) -> bool {
    let Some(narrow) = &rule.narrow else { return true };
    let source =
        !has_ports(packet.protocol) || port_matches(estate, &narrow.source_ports, packet.source_port, wide);
    source && narrow.local.is_none_or(|local| peer::in_prefix(local, packet.local))
}

fn port_matches(estate: &Estate, ports: &Ports, port: u16, wide: bool) -> bool {
    match ports {
        Ports::All => true,
        Ports::Range(range) => in_range(*range, port),
        Ports::Ranges(ranges) => ranges.iter().any(|&range| in_range(range, port)),
        Ports::List(wanted) => wanted.list.map_or(wide, |ix| port_in_list(estate, ix, port, wide)),
        Ports::Unknown => wide,
    }
}

fn port_in_list(estate: &Estate, ix: PortListIx, port: u16, wide: bool) -> bool {
    let list = estate.port_list(ix);
    list.entries.iter().any(|&range| in_range(range, port)) || (wide && list.incomplete.is_some())
}

fn in_range(range: PortRange, port: u16) -> bool {
    range.first() <= port && port <= range.last()
}

#[cfg(test)]
mod tests;
