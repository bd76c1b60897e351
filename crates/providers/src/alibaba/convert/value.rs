//! Words of the vendor's documents as values. What cannot be read comes back as the reason.

use std::net::{IpAddr, Ipv4Addr};

use portreeve_model::{Action, Direction, PortRange, Ports, Prefix, Protocol};

/// A CIDR block or a bare address, which the vendor returns unchanged; host bits are cleared.
pub(super) fn prefix(text: &str) -> Option<Prefix> {
    let text = text.trim();
    match text.split_once('/') {
        None => bare(text).map(Prefix::host),
        Some((block, len)) => Prefix::new(bare(block)?, len.parse().ok()?),
    }
}

/// An address; nothing for empty text.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    bare(text.trim())
}

fn bare(text: &str) -> Option<IpAddr> {
    v4(text).map(IpAddr::V4).or_else(|| text.parse().ok())
}

/// An IPv4 address, as the standard library reads it: there are millions of them, and this takes a third of the time.
fn v4(text: &str) -> Option<Ipv4Addr> {
    let mut bits = 0_u32;
    let mut parts = 0;
    for part in text.as_bytes().split(|byte| *byte == b'.') {
        let number = match *part {
            [a @ b'0'..=b'9'] => u32::from(a - b'0'),
            [a @ b'1'..=b'9', b @ b'0'..=b'9'] => u32::from(a - b'0') * 10 + u32::from(b - b'0'),
            [a @ b'1'..=b'2', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
                u32::from(a - b'0') * 100 + u32::from(b - b'0') * 10 + u32::from(c - b'0')
            }
            _ => return None,
        };
        parts += 1;
        if number > 255 || parts > 4 {
            return None;
        }
        bits = (bits << 8) | number;
    }
    (parts == 4).then(|| Ipv4Addr::from(bits))
}

/// The addresses of an IPv4 prefix that an interface owns, where they are few enough to be listed.
pub(super) fn addresses_of(prefix: Prefix) -> Option<impl Iterator<Item = IpAddr>> {
    match prefix.address() {
        IpAddr::V4(first) if prefix.len() >= 24 => {
            let first = u32::from(first);
            let last = first | u32::MAX.checked_shr(u32::from(prefix.len())).unwrap_or(0);
            Some((first..=last).map(|bits| IpAddr::V4(Ipv4Addr::from(bits))))
        }
        _ => None,
    }
}

/// Names in any case, or an IANA number
/// (<https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-authorizesecuritygroup>).
pub(super) fn protocol(text: &str) -> Option<Protocol> {
    let named = [
        ("tcp", Protocol::TCP),
        ("udp", Protocol::UDP),
        ("icmp", Protocol::ICMP),
        ("icmpv6", Protocol::ICMPV6),
        ("gre", Protocol::GRE),
        ("all", Protocol::All),
    ];
    let text = text.trim();
    let known = named.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    known.map(|(_, protocol)| protocol).or_else(|| text.parse().ok().map(Protocol::Number))
}

/// Whether ports mean anything to a protocol.
pub(super) fn has_ports(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::TCP | Protocol::UDP)
}

/// `a/b`. `-1/-1` is every port. A range that starts with 0, which the vendor refuses, is taken as it stands.
pub(super) fn ports(text: &str) -> Option<Ports> {
    let text = text.trim();
    if text == "-1/-1" {
        return Some(Ports::All);
    }
    range(text).map(Ports::Range)
}

/// `a/b` as a range.
pub(super) fn range(text: &str) -> Option<PortRange> {
    let (first, last) = text.trim().split_once('/')?;
    PortRange::new(first.parse().ok()?, last.parse().ok()?)
}

/// `ingress` or `egress`, in any case.
pub(super) fn direction(text: &str) -> Option<Direction> {
    Direction::BOTH.into_iter().find(|direction| direction.as_str().eq_ignore_ascii_case(text.trim()))
}

/// `Accept` or `Drop`: requests document small letters, responses have capitals.
pub(super) fn action(text: &str) -> Option<Action> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("accept") {
        Some(Action::Allow)
    } else if text.eq_ignore_ascii_case("drop") {
        Some(Action::Deny)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_the_standard_library_reads_them() {
        let texts = [
            "0.0.0.0",
            "10.1.2.3",
            "255.255.255.255",
            "256.1.1.1",
            "1.300.1.1",
            "01.2.3.4",
            "1.2.3",
            "1.2.3.4.5",
            "1..2.3",
            "1.2.3.",
            ".1.2.3",
            "1.2.3.4 ",
            "a.b.c.d",
            "1.2.3.-4",
            "1.2.3.0004",
            "199.200.249.250",
            "",
            "::1",
            "::ffff:1.2.3.4",
        ];
        for text in texts {
            assert_eq!(bare(text), text.parse().ok(), "{text}");
            assert_eq!(v4(text), text.parse().ok(), "{text}");
        }
    }
}
