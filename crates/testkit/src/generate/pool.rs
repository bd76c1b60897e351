//! The small pools that random numbers come from.

use std::net::IpAddr;

use fastrand::Rng;
use portreeve_model::{AddressRange, PortRange, Prefix, Protocol};

use super::{Knobs, chance, one_of};

/// Ports on both sides of every border that matters: 0, well-known ports and their neighbours, both ends.
pub(super) const PORTS: [u16; 12] = [0, 1, 20, 21, 22, 23, 80, 1023, 1024, 8000, 65534, 65535];

/// Protocols of packets: with ports, with types and codes, and with neither.
pub(super) const PROTOCOLS: [u8; 8] = [1, 6, 6, 17, 47, 50, 58, 132];

const PROTOCOLS_OF_RULES: [Protocol; 10] = [
    Protocol::TCP,
    Protocol::TCP,
    Protocol::TCP,
    Protocol::UDP,
    Protocol::All,
    Protocol::All,
    Protocol::ICMP,
    Protocol::ICMPV6,
    Protocol::GRE,
    Protocol::Number(132),
];

const PREFIXES_V4: [&str; 15] = [
    "0.0.0.0/0",
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "10.0.0.0/8",
    "10.0.0.0/16",
    "10.0.0.0/24",
    "10.0.0.0/25",
    "10.0.0.128/25",
    "10.0.0.4/30",
    "10.0.0.5/32",
    "192.168.0.0/16",
    "203.0.113.0/24",
    "203.0.113.7/32",
    "255.255.255.255/32",
];

const PREFIXES_V6: [&str; 9] = [
    "::/0",
    "::/1",
    "8000::/1",
    "2000::/3",
    "2001:db8::/32",
    "2001:db8::/56",
    "2001:db8::/64",
    "2001:db8::5/128",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
];

/// A prefix written down in this crate.
pub(super) fn prefix(text: &str) -> Option<Prefix> {
    let (address, len) = text.split_once('/')?;
    Prefix::new(address.parse().ok()?, len.parse().ok()?)
}

pub(super) fn protocol(rng: &mut Rng) -> Protocol {
    one_of(rng, &PROTOCOLS_OF_RULES, Protocol::All)
}

pub(super) fn port(rng: &mut Rng) -> u16 {
    one_of(rng, &PORTS, 0)
}

pub(super) fn port_range(rng: &mut Rng) -> PortRange {
    let (one, other) = (port(rng), port(rng));
    let one_only = PortRange::one(one);
    if rng.u8(0..3) == 0 {
        one_only
    } else {
        PortRange::new(one.min(other), one.max(other)).unwrap_or(one_only)
    }
}

pub(super) fn any_prefix(rng: &mut Rng, knobs: &Knobs) -> Prefix {
    let pool: &[&str] = if chance(rng, knobs.ipv6) { &PREFIXES_V6 } else { &PREFIXES_V4 };
    prefix(one_of(rng, pool, "")).unwrap_or(Prefix::host(IpAddr::from([0, 0, 0, 0])))
}

/// A prefix, or a range that is none.
pub(super) fn address_range(rng: &mut Rng, knobs: &Knobs) -> AddressRange {
    let whole = AddressRange::from(any_prefix(rng, knobs));
    match rng.u8(0..4) {
        0 => AddressRange::new(whole.first(), before(whole.last())).unwrap_or(whole),
        1 => AddressRange::new(after(whole.first()), whole.last()).unwrap_or(whole),
        _ => whole,
    }
}

/// A private address of an interface.
pub(super) fn member_address(rng: &mut Rng, six: bool) -> IpAddr {
    let last: u8 = one_of(rng, &[4, 5, 6, 127, 128], 4);
    if six {
        IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::from(last)])
    } else {
        IpAddr::from([10, 0, 0, last])
    }
}

/// An address that nothing in the estate needs to know of.
pub(super) fn stranger(rng: &mut Rng, six: bool) -> IpAddr {
    let text = if six {
        one_of(rng, &["2001:db8:ffff::1", "2606:4700::1111", "fe80::1", "::"], "::")
    } else {
        one_of(
            rng,
            &["198.51.100.7", "8.8.8.8", "10.9.0.9", "0.0.0.0", "127.255.255.255", "128.0.0.0"],
            "0.0.0.0",
        )
    };
    text.parse().unwrap_or(IpAddr::from([0, 0, 0, 0]))
}

/// The address one above, around the end of its family.
pub(super) fn after(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::from(v4.to_bits().wrapping_add(1).to_be_bytes()),
        IpAddr::V6(v6) => IpAddr::from(v6.to_bits().wrapping_add(1).to_be_bytes()),
    }
}

/// The address one below, around the start of its family.
pub(super) fn before(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::from(v4.to_bits().wrapping_sub(1).to_be_bytes()),
        IpAddr::V6(v6) => IpAddr::from(v6.to_bits().wrapping_sub(1).to_be_bytes()),
    }
}
