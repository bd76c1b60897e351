//! Address blocks with a purpose of their own, after the special-purpose registries of the IANA.
//!
//! Sources: <https://www.iana.org/assignments/iana-ipv4-special-registry> and
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>. Entries inside a larger entry are left out, as the
//! larger one holds them. Multicast is not in those registries; it is added as it is not unicast.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use crate::{AddressSet, IntervalSet};

/// IPv4 addresses that are not ordinary unicast addresses of the internet.
const V4_SPECIAL: [(Ipv4Addr, u8); 18] = [
    // "This network" (RFC 791, section 3.2).
    (Ipv4Addr::UNSPECIFIED, 8),
    // Private use (RFC 1918).
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Shared address space of carriers (RFC 6598).
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // Loopback (RFC 1122, section 3.2.1.3).
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local (RFC 3927).
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // Private use (RFC 1918).
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    // IETF protocol assignments (RFC 6890, section 2.1), with DS-Lite (RFC 7335), the dummy address (RFC 7600), the
    // PCP and TURN anycast addresses (RFC 7723, RFC 8155) and NAT64 discovery (RFC 8880).
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation, TEST-NET-1 (RFC 5737).
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    // AS112 (RFC 7535).
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    // Automatic multicast tunnelling (RFC 7450).
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    // 6to4 relay anycast, deprecated (RFC 7526), with the 6a44 relay (RFC 6751).
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // Private use (RFC 1918).
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Direct delegation of AS112 (RFC 7534).
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    // Benchmarking (RFC 2544).
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Documentation, TEST-NET-2 (RFC 5737).
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    // Documentation, TEST-NET-3 (RFC 5737).
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast (RFC 5771); not in the registry, but not unicast either.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    // Reserved (RFC 1112, section 4), with limited broadcast (RFC 919, RFC 8190).
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The block from which all global unicast IPv6 addresses are assigned so far (RFC 4291, section 2.4).
const V6_GLOBAL: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// The special-purpose blocks within [`V6_GLOBAL`].
const V6_SPECIAL: [(Ipv6Addr, u8); 5] = [
    // IETF protocol assignments (RFC 2928), with Teredo (RFC 4380), benchmarking (RFC 5180), AMT (RFC 7450), AS112
    // (RFC 7535), ORCHIDv2 (RFC 7343), remote identification (RFC 9374) and the anycast addresses of PCP, TURN and SRP.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation (RFC 3849).
    (Ipv6Addr::new(0x2001, 0x0db8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4 (RFC 3056).
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    // Direct delegation of AS112 (RFC 7534).
    (Ipv6Addr::new(0x2620, 0x004f, 0x8000, 0, 0, 0, 0, 0), 48),
    // Documentation (RFC 9637).
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Addresses inside private networks: RFC 1918, RFC 6598 (shared by carriers) and RFC 4193 (unique local).
const PRIVATE_V4: [(Ipv4Addr, u8); 4] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
];
const PRIVATE_V6: [(Ipv6Addr, u8); 1] = [(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7)];

/// Every globally routable unicast IPv4 address.
pub(crate) static EVERYONE_V4: LazyLock<IntervalSet<u32>> =
    LazyLock::new(|| blocks_v4(&V4_SPECIAL).complement());

/// Every IPv6 address of `2000::/3`.
pub(crate) static EVERYONE_V6: LazyLock<IntervalSet<u128>> = LazyLock::new(|| blocks_v6(&[V6_GLOBAL]));

/// The addresses of hosts on the internet that nobody would stumble over in a report.
pub(crate) static ORDINARY: LazyLock<AddressSet> = LazyLock::new(|| {
    AddressSet::from_parts(EVERYONE_V4.clone(), EVERYONE_V6.difference(&blocks_v6(&V6_SPECIAL)))
});

/// The addresses of private networks.
pub(crate) static PRIVATE: LazyLock<AddressSet> =
    LazyLock::new(|| AddressSet::from_parts(blocks_v4(&PRIVATE_V4), blocks_v6(&PRIVATE_V6)));

fn blocks_v4(blocks: &[(Ipv4Addr, u8)]) -> IntervalSet<u32> {
    let range = |&(first, len): &(Ipv4Addr, u8)| {
        let host_bits = u32::MAX.checked_shr(len.into()).unwrap_or(0);
        (first.to_bits(), first.to_bits() | host_bits)
    };
    blocks.iter().map(range).collect()
}

fn blocks_v6(blocks: &[(Ipv6Addr, u8)]) -> IntervalSet<u128> {
    let range = |&(first, len): &(Ipv6Addr, u8)| {
        let host_bits = u128::MAX.checked_shr(len.into()).unwrap_or(0);
        (first.to_bits(), first.to_bits() | host_bits)
    };
    blocks.iter().map(range).collect()
}
