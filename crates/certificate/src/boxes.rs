//! Ranges and boxes, and who everyone is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use portreeve_model::{AddressRange, Prefix};
use portreeve_verify::{Block, Range, Side, joined, number};

use crate::certificate::{Edge, Space};

pub(crate) const SIDES: [Side; 5] = [Side::Protocol, Side::Port, Side::SourcePort, Side::Local, Side::Peer];

/// A block with some sides as given, which have to lie in those that it has.
pub(crate) fn part(block: Block, space: &Space, v6: bool) -> Result<Block, String> {
    space.iter().try_fold(block, |block, (side, ends)| {
        let (first, last) = (ends.0.value(), ends.1.value());
        let (lo, hi) = block.side(*side);
        let address = matches!(side, Side::Local | Side::Peer);
        let fits = |edge: Edge| match edge {
            Edge::Number(_) => !address,
            Edge::Address(at) => address && at.is_ipv6() == v6,
        };
        if fits(ends.0) && fits(ends.1) && lo <= first && first <= last && last <= hi {
            Ok(block.with(*side, (first, last)))
        } else {
            Err(format!("{side:?} {ends:?} is no part of {}", shown(&block, v6)))
        }
    })
}

/// What of a block is not in another one, as blocks.
pub(crate) fn except(block: Block, other: &Block) -> Vec<Block> {
    let (mut rest, mut found) = (block, Vec::new());
    for side in SIDES {
        let ((lo, hi), (first, last)) = (rest.side(side), other.side(side));
        if hi < first || last < lo {
            return vec![block];
        }
        found.extend(outside((lo, hi), &[(first, last)]).into_iter().map(|part| rest.with(side, part)));
        rest = rest.with(side, (lo.max(first), hi.min(last)));
    }
    found
}

/// A block in words.
pub(crate) fn shown(block: &Block, v6: bool) -> String {
    let address = |at: u128| match u32::try_from(at).ok().filter(|_| !v6) {
        Some(v4) => IpAddr::from(Ipv4Addr::from(v4)),
        None => IpAddr::from(Ipv6Addr::from(at)),
    };
    let numbers = [("protocol", Side::Protocol), ("port", Side::Port), ("source port", Side::SourcePort)];
    let numbers = numbers.map(|(name, side)| (name, block.side(side)));
    let numbers = numbers.map(|(name, (first, last))| format!("{name} {first}-{last}"));
    let addresses =
        [("local", Side::Local), ("peer", Side::Peer)].map(|(name, side)| (name, block.side(side)));
    let addresses =
        addresses.map(|(name, (first, last))| format!("{name} {}-{}", address(first), address(last)));
    [numbers.join(", "), addresses.join(", ")].join(", ")
}

/// Why a judgement was refused, in words.
pub(crate) fn refused(fault: &portreeve_verify::Fault, v6: bool) -> String {
    let (block, why) = &**fault;
    format!("{why}: {}", shown(block, v6))
}

/// What is in both.
pub(crate) fn and(one: &[Range], other: &[Range]) -> Vec<Range> {
    let meet = |a: &Range, b: &Range| (a.0.max(b.0), a.1.min(b.1));
    let each = one.iter().flat_map(|a| other.iter().map(move |b| meet(a, b)));
    each.filter(|(first, last)| first <= last).collect()
}

/// What is in the whole and not in the ranges, which are ascending and apart.
pub(crate) fn outside((first, last): Range, ranges: &[Range]) -> Vec<Range> {
    let mut from = Some(first);
    let mut found = Vec::new();
    for (lo, hi) in ranges.iter().filter(|(lo, hi)| first <= *hi && *lo <= last) {
        found.extend(from.zip(lo.checked_sub(1)));
        from = hi.checked_add(1);
    }
    found.extend(from.map(|from| (from, last)));
    found.retain(|(lo, hi)| lo <= hi);
    found
}

/// What is in the first and not in the second.
pub(crate) fn without(one: &[Range], other: &[Range]) -> Vec<Range> {
    one.iter().flat_map(|range| outside(*range, other)).collect()
}

/// Blocks that are not part of everyone: the special-purpose blocks of IPv4 (<https://www.iana.org/assignments/iana-ipv4-special-registry>)
/// and multicast, which is no unicast; of IPv6 all that is not in `2000::/3`.
const NOT_EVERYONE: &str = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 \
    192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 \
    198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 ::/3 4000::/2 8000::/1";

/// Every globally routable unicast address of a family.
pub(crate) fn everyone(v6: bool) -> Vec<Range> {
    let prefix = |text: &str| {
        let (address, len) = text.split_once('/')?;
        let prefix = Prefix::new(address.parse().ok()?, len.parse().ok()?)?;
        let range = AddressRange::from(prefix);
        (range.first().is_ipv6() == v6).then(|| (number(range.first()), number(range.last())))
    };
    outside(Block::whole(v6).side(Side::Peer), &joined(NOT_EVERYONE.split(' ').filter_map(prefix).collect()))
}
