//! A box of traffic, and who everyone is.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use portreeve_model::{AddressRange, Prefix};

use crate::certificate::{Edge, Side};

/// From the first to the last value, both included.
pub(crate) type Range = (u128, u128);

const SIDES: [Side; 5] = [Side::Protocol, Side::Port, Side::SourcePort, Side::Local, Side::Peer];

/// All values of a side of a family.
pub(crate) fn all(side: Side, v6: bool) -> Range {
    match (side, v6) {
        (Side::Protocol, _) => (0, 255),
        (Side::Port | Side::SourcePort, _) => (0, u16::MAX.into()),
        (_, false) => (0, u32::MAX.into()),
        (_, true) => (0, u128::MAX),
    }
}

/// The traffic of one family with each side in a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Block {
    pub(crate) v6: bool,
    sides: [Range; 5],
}

impl Block {
    pub(crate) fn whole(v6: bool) -> Self {
        let of = |side| all(side, v6);
        Self { v6, sides: SIDES.map(of) }
    }

    #[expect(clippy::indexing_slicing, reason = "there are as many ranges as sides")]
    pub(crate) fn side(&self, side: Side) -> Range {
        self.sides[side as usize]
    }

    #[expect(clippy::indexing_slicing, reason = "there are as many ranges as sides")]
    pub(crate) fn with(mut self, side: Side, range: Range) -> Self {
        self.sides[side as usize] = range;
        self
    }

    /// Some sides as given, and all of the others.
    pub(crate) fn of(sides: &BTreeMap<Side, (Edge, Edge)>, v6: bool) -> Result<Self, String> {
        sides.iter().try_fold(Self::whole(v6), |block, (side, (first, last))| {
            let (first, last) = (first.value(*side, v6)?, last.value(*side, v6)?);
            if first <= last {
                Ok(block.with(*side, (first, last)))
            } else {
                Err(format!("an empty {side:?}"))
            }
        })
    }

    /// What of it is not in another box, as boxes.
    pub(crate) fn without(self, other: &Self) -> Vec<Self> {
        let mut rest = self;
        let mut found = Vec::new();
        for side in SIDES {
            let ((lo, hi), (first, last)) = (rest.side(side), other.side(side));
            if hi < first || last < lo {
                return vec![self];
            }
            found.extend(outside((lo, hi), &[(first, last)]).into_iter().map(|part| rest.with(side, part)));
            rest = rest.with(side, (lo.max(first), hi.min(last)));
        }
        found
    }

    /// As the filter sees it that the replies pass: what was the sender's port is the destination now.
    pub(crate) fn reply(self) -> Self {
        self.with(Side::Port, self.side(Side::SourcePort)).with(Side::SourcePort, self.side(Side::Port))
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |side| self.side(side);
        let address = |at: u128| match u32::try_from(at).ok().filter(|_| !self.v6) {
            Some(v4) => IpAddr::from(Ipv4Addr::from(v4)),
            None => IpAddr::from(Ipv6Addr::from(at)),
        };
        for (name, (first, last)) in [
            ("protocol", of(Side::Protocol)),
            (", port", of(Side::Port)),
            (", source port", of(Side::SourcePort)),
        ] {
            write!(f, "{name} {first}-{last}")?;
        }
        for (name, (first, last)) in [("local", of(Side::Local)), ("peer", of(Side::Peer))] {
            write!(f, ", {name} {}-{}", address(first), address(last))?;
        }
        Ok(())
    }
}

impl Edge {
    /// The value, where it is one of the side and the family.
    pub(crate) fn value(self, side: Side, v6: bool) -> Result<u128, String> {
        let value = match (self, side) {
            (Self::Number(number), Side::Protocol | Side::Port | Side::SourcePort) => Some(number.into()),
            (Self::Address(address), Side::Local | Side::Peer) if address.is_ipv6() == v6 => {
                Some(number(address))
            }
            _ => None,
        };
        let (_, last) = all(side, v6);
        value.filter(|value| *value <= last).ok_or_else(|| format!("{self:?} is no value of {side:?}"))
    }
}

pub(crate) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

/// The numbers of a range of addresses, if it is of the family.
pub(crate) fn of_family(range: AddressRange, v6: bool) -> Option<Range> {
    (range.first().is_ipv6() == v6).then(|| (number(range.first()), number(range.last())))
}

/// The same values in ascending ranges that neither meet nor touch.
pub(crate) fn joined(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut joined: Vec<Range> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match joined.last_mut() {
            Some(before) if before.1 == u128::MAX || first <= before.1 + 1 => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
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
        of_family(prefix.into(), v6)
    };
    outside(all(Side::Peer, v6), &joined(NOT_EVERYONE.split(' ').filter_map(prefix).collect()))
}
