//! Prefixes: parsing, printing, order, and covers of the fewest prefixes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use portreeve_netset::{AddressSet, Cidr, IntervalSet};

fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

/// The number of aligned blocks that cover 16 addresses exactly: a full block is one, an empty one none, and any other
/// splits into its halves. No cover has fewer, as no block crosses an aligned half.
fn fewest(members: u16, width: u32) -> usize {
    let all = if width == 16 { u16::MAX } else { (1 << width) - 1 };
    match members & all {
        0 => 0,
        some if some == all => 1,
        some => fewest(some, width / 2) + fewest(some >> (width / 2), width / 2),
    }
}

/// Checks all sets within 16 addresses from `base` on: exact, ascending, apart, and as few as can be.
fn check_all_subsets(build: impl Fn(u16) -> AddressSet) {
    for members in 0..=u16::MAX {
        let set = build(members);
        let cidrs = set.cidrs();
        assert_eq!(cidrs.len(), fewest(members, 16), "{set}");
        assert!(cidrs.windows(2).all(|pair| pair[0].last_address() < pair[1].address()), "{set}");
        assert_eq!(cidrs.iter().copied().collect::<AddressSet>(), set);
        assert_eq!(AddressSet::union_all(&cidrs.into_iter().map(AddressSet::from).collect::<Vec<_>>()), set);
    }
}

fn offsets(members: u16) -> impl Iterator<Item = u8> {
    (0..16).filter(move |bit| members >> bit & 1 == 1)
}

/// At both ends of the type, where the last block leaves no address behind it, and in the middle.
#[test]
fn fewest_ipv4_prefixes() {
    for base in [0, 0x0a00_0010, u32::MAX - 15] {
        check_all_subsets(|members| {
            let bits = offsets(members).map(|offset| base + u32::from(offset));
            bits.map(|bits| (bits, bits)).collect::<IntervalSet<u32>>().into()
        });
    }
}

#[test]
fn fewest_ipv6_prefixes() {
    for base in [0, u128::MAX - 15] {
        check_all_subsets(|members| {
            let bits = offsets(members).map(|offset| base + u128::from(offset));
            bits.map(|bits| (bits, bits)).collect::<IntervalSet<u128>>().into()
        });
    }
}

#[test]
fn covers_of_large_sets() {
    let inner =
        |lo: &str, hi: &str| AddressSet::from_range(lo.parse().unwrap(), hi.parse().unwrap()).unwrap();
    for (set, expected) in [
        (AddressSet::all(), "0.0.0.0/0,::/0"),
        (AddressSet::empty(), "none"),
        (inner("10.0.0.1", "10.0.0.1"), "10.0.0.1/32"),
        (inner("10.0.0.0", "11.255.255.255"), "10.0.0.0/7"),
        (inner("127.255.255.255", "128.0.0.0"), "127.255.255.255/32,128.0.0.0/32"),
        (inner("::", "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "::/1"),
    ] {
        assert_eq!(set.to_string(), expected);
    }
    // All but both ends: one prefix for each bit on either side, but the first bit.
    assert_eq!(inner("0.0.0.1", "255.255.255.254").cidrs().len(), 2 * 31);
    assert_eq!(inner("::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe").cidrs().len(), 2 * 127);
}

#[test]
fn parsing_and_printing() {
    for (text, expected) in [
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("255.255.255.255/1", "128.0.0.0/1"),
        ("192.0.2.1", "192.0.2.1/32"),
        ("192.0.2.1/32", "192.0.2.1/32"),
        ("::/0", "::/0"),
        ("2001:DB8::1/32", "2001:db8::/32"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("::ffff:10.0.0.0/104", "::ffff:10.0.0.0/104"),
    ] {
        assert_eq!(cidr(text).to_string(), expected);
        assert_eq!(cidr(expected), cidr(text));
    }
}

#[test]
fn parsing_explains_itself() {
    for (text, expected) in [
        ("", "invalid prefix ``: no IPv4 or IPv6 address; write one such as `10.0.0.0/8` or `2001:db8::/32`"),
        (
            "10.0.0/8",
            "invalid prefix `10.0.0/8`: no IPv4 or IPv6 address; write one such as `10.0.0.0/8` or `2001:db8::/32`",
        ),
        (
            "10.0.0.0/",
            "invalid prefix `10.0.0.0/`: no number after the slash; write the prefix length such as `/24`",
        ),
        (
            "10.0.0.0/+8",
            "invalid prefix `10.0.0.0/+8`: no number after the slash; write the prefix length such as `/24`",
        ),
        (
            "10.0.0.0/8/9",
            "invalid prefix `10.0.0.0/8/9`: no number after the slash; write the prefix length such as `/24`",
        ),
        (
            "10.0.0.0/33",
            "invalid prefix `10.0.0.0/33`: the prefix is longer than the address; IPv4 has 32 bits, IPv6 has 128",
        ),
        (
            "::/129",
            "invalid prefix `::/129`: the prefix is longer than the address; IPv4 has 32 bits, IPv6 has 128",
        ),
        (
            "::/999",
            "invalid prefix `::/999`: the prefix is longer than the address; IPv4 has 32 bits, IPv6 has 128",
        ),
    ] {
        assert_eq!(text.parse::<Cidr>().unwrap_err().to_string(), expected);
    }
}

/// `contains` agrees with the bounds for each length and family, just inside and just outside.
#[test]
fn bounds() {
    for len in 0..=32 {
        let cidr = Cidr::new(IpAddr::V4(Ipv4Addr::from_bits(0xa5a5_a5a5)), len).unwrap();
        let (IpAddr::V4(first), IpAddr::V4(last)) = (cidr.address(), cidr.last_address()) else {
            panic!("{cidr}")
        };
        assert_eq!(u64::from(last.to_bits() - first.to_bits()) + 1, 1 << (32 - len));
        let outside = [first.to_bits().checked_sub(1), last.to_bits().checked_add(1)].into_iter().flatten();
        assert!(outside.map(Ipv4Addr::from_bits).all(|address| !cidr.contains(address.into())));
        assert!([first, last].into_iter().all(|address| cidr.contains(address.into())));
        assert!(!cidr.contains(IpAddr::V6(Ipv6Addr::UNSPECIFIED)));
        assert_eq!(AddressSet::from(cidr).cidrs(), [cidr]);
    }
    for len in 0..=128 {
        let cidr = Cidr::new(IpAddr::V6(Ipv6Addr::from_bits(u128::MAX / 3)), len).unwrap();
        let (IpAddr::V6(first), IpAddr::V6(last)) = (cidr.address(), cidr.last_address()) else {
            panic!("{cidr}")
        };
        let host_bits = last.to_bits() - first.to_bits();
        assert!(!cidr.contains(IpAddr::V4(Ipv4Addr::BROADCAST)));
        assert_eq!(host_bits, u128::MAX.checked_shr(len.into()).unwrap_or(0));
        assert!(first.to_bits().is_multiple_of(host_bits.checked_add(1).unwrap_or(1)));
        assert_eq!(AddressSet::from(cidr).cidrs(), [cidr]);
    }
    assert_eq!(Cidr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 33), None);
    assert_eq!(Cidr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 129), None);
}

#[test]
fn order() {
    let ascending =
        ["0.0.0.0/0", "0.0.0.0/1", "9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/9", "::/0", "2001:db8::/32"];
    assert!(ascending.map(cidr).windows(2).all(|pair| pair[0] < pair[1]));
}
