//! To whom the ports of a group are open, by classes of peers: what a picture of it shows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use portreeve_engine::{Bound, Cell, Index, Place, Policy, Source, Visitor};
use portreeve_model::{Action, Direction, GroupIx, Peer, Protocol};
use portreeve_netset::{AddressSet, IntervalSet, PortSet, protocol};

use crate::everyone::{Family, holds_block, holds_everyone};
use crate::settings::Thresholds;

/// A class of peers, from the widest to the narrowest. Who is open to everyone is open to wide blocks and to public addresses too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// Every globally routable address of a family.
    Everyone,
    /// A public block as wide as `wide-source` asks about.
    WideBlocks,
    /// Some public address.
    PublicAddresses,
    /// Some private address, named by addresses.
    PrivateNetworks,
    /// Members of groups, named by their group.
    Groups,
}

impl Audience {
    /// All of them, the widest first.
    pub const ALL: [Self; 5] =
        [Self::Everyone, Self::WideBlocks, Self::PublicAddresses, Self::PrivateNetworks, Self::Groups];
}

/// Whether something is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Open {
    /// It is not.
    No,
    /// Gaps leave it open.
    Perhaps,
    /// It is.
    Yes,
}

/// Ports that are open to the same classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// IANA protocol number; `None` is every protocol that no other opening of the list names.
    pub protocol: Option<u8>,
    /// The first and the last port; the whole axis where the protocol has none.
    pub ports: (u16, u16),
    /// Whether they are open to each of [`Audience::ALL`]; never closed to all.
    pub to: [Open; 5],
}

/// To whom the ports of a group are open (outbound: who may be reached), as if an interface carried it alone. By protocol, those
/// that rules name first; by ports, neighbours that are open alike together.
pub fn openings(
    index: &Index<'_>,
    group: GroupIx,
    direction: Direction,
    thresholds: &Thresholds,
) -> Vec<Opening> {
    let looks = looks(index, group, direction);
    let private = private(index, group);
    let of = |protocol: Option<u8>| {
        let mut found = [Found::default(), Found::default()];
        for (policy, bound, inside) in &looks {
            let mut reader = Reader {
                index,
                policy,
                private: inside.then_some(&private),
                limits: [thresholds.wide_source_v4, thresholds.wide_source_v6],
                found: match bound {
                    Bound::Surely => &mut found[0],
                    Bound::Possibly => &mut found[1],
                },
                ports: (0, 0),
                reach: AddressSet::empty(),
                groups: false,
                v4: IntervalSet::empty(),
                v6: IntervalSet::empty(),
            };
            policy.visit(protocol, &mut reader);
            reader.settle();
        }
        stretches(protocol, &found)
    };
    let rest = of(None);
    let mut all = Vec::new();
    for protocol in named(index, group, direction) {
        let own = of(Some(protocol));
        let alike = own.iter().map(|it| (it.ports, it.to)).eq(rest.iter().map(|it| (it.ports, it.to)));
        if !alike {
            all.extend(own);
        }
    }
    all.extend(rest);
    all
}

/// The protocols that may differ from those that no rule names.
fn named(index: &Index<'_>, group: GroupIx, direction: Direction) -> Vec<u8> {
    let rules = index.estate().group(group).rules_of(direction);
    let mut protocols = vec![protocol::TCP, protocol::UDP];
    protocols.extend(rules.filter_map(|rule| match rule.protocol {
        Protocol::Number(number) => Some(number),
        Protocol::All => None,
    }));
    protocols.sort_unstable();
    protocols.dedup();
    // TCP and UDP before the others, for that is what people look for.
    protocols.sort_by_key(|number| match *number {
        protocol::TCP => 0,
        protocol::UDP => 1,
        _ => 2,
    });
    protocols
}

/// The policies to look at: on the internet, and in the networks where the group has a home.
fn looks(index: &Index<'_>, group: GroupIx, direction: Direction) -> Vec<(Policy, Bound, bool)> {
    let mut places = vec![(Place::Internet, false)];
    places.extend(homes(index, group).into_iter().map(|place| (place, true)));
    let both = |(place, inside)| [Bound::Surely, Bound::Possibly].map(|bound| (place, bound, inside));
    let looks = places.into_iter().flat_map(both);
    looks
        .map(|(place, bound, inside)| {
            (Policy::of_group(index, group, direction, place, bound), bound, inside)
        })
        .collect()
}

/// The network of a group; of one that belongs to none, those of its members.
fn homes(index: &Index<'_>, group: GroupIx) -> Vec<Place> {
    if let Some(network) = index.estate().group(group).network {
        return vec![Place::Network(network)];
    }
    let classes = index.classes_of(group).iter().map(|class| index.class(*class));
    let interfaces = classes.flat_map(|class| &class.interfaces);
    let mut networks: Vec<_> =
        interfaces.filter_map(|ix| index.estate().interface(*ix).network).map(Place::Network).collect();
    networks.sort_unstable();
    networks.dedup();
    if networks.is_empty() { vec![Place::Elsewhere] } else { networks }
}

/// Where private networks have their addresses, as blocks set aside for it and as the group's own network says.
fn private(index: &Index<'_>, group: GroupIx) -> AddressSet {
    let own = index.estate().group(group).network.map(|ix| &index.estate().network(ix).blocks);
    let own = own.into_iter().flatten().map(|block| (block.address(), block.len()));
    set(PRIVATE.into_iter().chain(own))
}

/// RFC 1918, RFC 6598 and RFC 4193.
const PRIVATE: [(IpAddr, u8); 5] = [
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0)), 10),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
];

/// What no host of the internet has beside these, by the IANA's special-purpose registries; blocks for documentation count as
/// public, since examples use them.
const NOBODYS: [(IpAddr, u8); 4] = [
    (IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8),
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(224, 0, 0, 0)), 3),
];

fn set(blocks: impl IntoIterator<Item = (IpAddr, u8)>) -> AddressSet {
    let sets: Vec<AddressSet> =
        blocks.into_iter().filter_map(|(address, len)| AddressSet::from_prefix(address, len)).collect();
    AddressSet::union_all(&sets)
}

/// The addresses of hosts on the internet.
static PUBLIC: LazyLock<AddressSet> = LazyLock::new(|| {
    let unicast = set([(IpAddr::V6(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0)), 3)]);
    AddressSet::all_v4().difference(&set(PRIVATE.into_iter().chain(NOBODYS))).union(&unicast)
});

/// The ports of one protocol that are open to each class under one reading of the gaps.
type Found = [PortSet; 5];

/// The ports of both readings, cut where somebody's openness changes.
fn stretches(protocol: Option<u8>, [sure, most]: &[Found; 2]) -> Vec<Opening> {
    let mut edges: Vec<u32> = vec![0];
    for (first, last) in sure.iter().chain(most).flat_map(PortSet::intervals) {
        edges.extend([u32::from(*first), u32::from(*last) + 1]);
    }
    edges.push(u32::from(u16::MAX) + 1);
    edges.sort_unstable();
    edges.dedup();
    let mut found: Vec<Opening> = Vec::new();
    for (from, to) in edges.iter().zip(edges.iter().skip(1)) {
        let (Ok(first), Ok(last)) = (u16::try_from(*from), u16::try_from(to - 1)) else { continue };
        let mut open = [Open::No; 5];
        for (open, (sure, most)) in open.iter_mut().zip(sure.iter().zip(most)) {
            *open = match (sure.contains(first), most.contains(first)) {
                (true, _) => Open::Yes,
                (false, true) => Open::Perhaps,
                _ => Open::No,
            };
        }
        match found.last_mut() {
            Some(before) if before.to == open && u32::from(before.ports.1) + 1 == *from => {
                before.ports.1 = last;
            }
            _ => found.push(Opening { protocol, ports: (first, last), to: open }),
        }
    }
    found.retain(|opening| opening.to != [Open::No; 5]);
    found
}

struct Reader<'a> {
    index: &'a Index<'a>,
    policy: &'a Policy,
    /// The addresses of private networks, where one is looked at.
    private: Option<&'a AddressSet>,
    limits: [u8; 2],
    found: &'a mut Found,
    ports: (u16, u16),
    /// Whom the stretch lets in by address, from some client port to some local address.
    reach: AddressSet,
    /// Whether it lets members of groups in.
    groups: bool,
    v4: IntervalSet<u32>,
    v6: IntervalSet<u128>,
}

impl Reader<'_> {
    fn note(&mut self, audience: Audience) {
        let (first, last) = self.ports;
        if let Some(ports) = self.found.get_mut(audience as usize) {
            ports.union_with(&PortSet::from_range(first, last));
        }
    }

    /// Judges the stretch that has just ended.
    fn settle(&mut self) {
        let reach = std::mem::take(&mut self.reach);
        if std::mem::take(&mut self.groups) {
            self.note(Audience::Groups);
        }
        let Some(private) = self.private else {
            self.settle_public(&reach);
            return;
        };
        if !reach.is_disjoint(private) {
            self.note(Audience::PrivateNetworks);
        }
    }

    fn settle_public(&mut self, reach: &AddressSet) {
        if reach.is_disjoint(&PUBLIC) {
            return;
        }
        self.note(Audience::PublicAddresses);
        let everyone = Family::BOTH.iter().any(|family| holds_everyone(reach, *family));
        let families = Family::BOTH.into_iter().zip(self.limits);
        if everyone || families.into_iter().any(|(family, len)| holds_block(reach, family, len)) {
            self.note(Audience::WideBlocks);
        }
        if everyone {
            self.note(Audience::Everyone);
        }
    }

    /// Whether a cell is let in by an address, not as a member of a group.
    fn is_by_address(&mut self, cell: Cell<'_>) -> bool {
        if self.policy.action(cell) != Action::Allow {
            return false;
        }
        let by_group = match cell.decider().and_then(|line| self.policy.source(line)) {
            Some(Source::SameGroup(_)) => true,
            Some(Source::Rule(at)) => {
                let rule = self.index.estate().group(at.group).rules.get(at.rule as usize);
                rule.is_some_and(|rule| matches!(rule.peer, Peer::Group { .. }))
            }
            _ => false,
        };
        self.groups |= by_group;
        !by_group
    }
}

impl Visitor for Reader<'_> {
    fn stretch(&mut self, first: u16, last: u16) -> bool {
        self.settle();
        self.ports = (first, last);
        true
    }

    fn v4(&mut self, first: u32, last: u32, cell: Cell<'_>) {
        if self.is_by_address(cell) {
            self.v4.push(first, last);
        }
    }

    fn v6(&mut self, first: u128, last: u128, cell: Cell<'_>) {
        if self.is_by_address(cell) {
            self.v6.push(first, last);
        }
    }

    fn end(&mut self) {
        let (v4, v6) = (std::mem::take(&mut self.v4), std::mem::take(&mut self.v6));
        self.reach.union_with(&AddressSet::from_parts(v4, v6));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
