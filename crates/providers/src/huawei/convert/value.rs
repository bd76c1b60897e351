//! Words of the vendor's documents as values; what cannot be read is nothing.

use std::net::IpAddr;

use portreeve_model::{Action, AddressRange, Direction, Family, PortRange, Ports, Prefix, Protocol};

/// Whether a switch is on; nothing where the word is unknown. What is not said is `otherwise`.
pub(super) fn switch(text: &str, otherwise: bool) -> Option<bool> {
    match text.trim() {
        "" => Some(otherwise),
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A CIDR block or a bare address; host bits are cleared.
pub(super) fn prefix(text: &str) -> Option<Prefix> {
    let text = text.trim();
    match text.split_once('/') {
        None => text.parse().ok().map(Prefix::host),
        Some((address, len)) => Prefix::new(address.parse().ok()?, len.parse().ok()?),
    }
}

/// The family of a prefix.
pub(super) fn family_of(prefix: Prefix) -> Family {
    Family::of(prefix.address())
}

/// The prefix of every address of a family.
pub(super) fn everything(family: Family) -> Option<Prefix> {
    let zero: IpAddr = match family {
        Family::V4 => IpAddr::from([0; 4]),
        Family::V6 => IpAddr::from([0; 16]),
    };
    Prefix::new(zero, 0)
}

/// An entry of an address group: an address, a range `a-b` or a CIDR block
/// (<https://github.com/huaweicloud/huaweicloud-sdk-python-v3>, `address_group.py`).
pub(super) fn addresses(text: &str) -> Option<AddressRange> {
    match text.split_once('-') {
        None => prefix(text).map(AddressRange::from),
        Some((first, last)) => AddressRange::new(first.trim().parse().ok()?, last.trim().parse().ok()?),
    }
}

/// Names in any case, or an IANA number as text. Nothing said, or `any`, is every protocol.
pub(super) fn protocol(text: &str) -> Option<Protocol> {
    let named = [
        ("", Protocol::All),
        ("any", Protocol::All),
        ("all", Protocol::All),
        ("tcp", Protocol::TCP),
        ("udp", Protocol::UDP),
        ("icmp", Protocol::ICMP),
        ("icmpv6", Protocol::ICMPV6),
        ("gre", Protocol::GRE),
    ];
    let text = text.trim();
    let known = named.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    known.map(|(_, protocol)| protocol).or_else(|| text.parse().ok().map(Protocol::Number))
}

/// Ports as `80`, `1-30`, which version 2.0 also writes `1:30`, or a list of them; nothing said is every port.
pub(super) fn ports(text: &str) -> Option<Ports> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Ports::All);
    }
    let ranges: Option<Vec<PortRange>> = text.split(',').map(range).collect();
    let ranges = ranges?;
    Some(match ranges.as_slice() {
        [one] => Ports::Range(*one),
        _ => Ports::Ranges(ranges.into()),
    })
}

fn range(text: &str) -> Option<PortRange> {
    let (first, last) = text.split_once(['-', ':']).unwrap_or((text, text));
    PortRange::new(first.trim().parse().ok()?, last.trim().parse().ok()?)
}

/// `ingress` or `egress`, in any case.
pub(super) fn direction(text: &str) -> Option<Direction> {
    Direction::BOTH.into_iter().find(|direction| direction.as_str().eq_ignore_ascii_case(text.trim()))
}

/// `allow` or `deny`; network ACLs write them in any case.
pub(super) fn action(text: &str) -> Option<Action> {
    [Action::Allow, Action::Deny].into_iter().find(|one| one.as_str().eq_ignore_ascii_case(text.trim()))
}

/// `IPv4`, which is the default, or `IPv6`; network ACLs say the number.
pub(super) fn family(text: &str) -> Option<Family> {
    match text.trim() {
        "" | "4" => Some(Family::V4),
        "6" => Some(Family::V6),
        text if text.eq_ignore_ascii_case("ipv4") => Some(Family::V4),
        text if text.eq_ignore_ascii_case("ipv6") => Some(Family::V6),
        _ => None,
    }
}
