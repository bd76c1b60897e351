//! Address sets against membership of sample addresses, and the internet's address blocks.

use std::net::{IpAddr, Ipv4Addr};

use portreeve_netset::{AddressSet, Cardinality};

use crate::hash_of;

/// Addresses at the edges of the ranges from which the random sets are made, so that two sets that agree on all of
/// them are the same set.
const EDGES: [&str; 8] =
    ["0.0.0.0", "10.0.0.0", "10.0.0.1", "128.0.0.0", "::", "2001:db8::", "2001:db8::1", "fe80::"];
/// The address before the next edge, or the last one of the family.
const ENDS: [&str; 8] = [
    "9.255.255.255",
    "10.0.0.0",
    "127.255.255.255",
    "255.255.255.255",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::",
    "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn net(text: &str) -> AddressSet {
    AddressSet::from(text.parse::<portreeve_netset::Cidr>().unwrap())
}

/// The set of those of the eight ranges whose bit is set, put together one by one from the last to the first.
fn set_of(members: u8) -> AddressSet {
    let mut set = AddressSet::empty();
    for at in (0..8).rev().filter(|at| members >> at & 1 == 1) {
        set.union_with(&AddressSet::from_range(ip(EDGES[at]), ip(ENDS[at])).unwrap());
    }
    set
}

fn members_of(set: &AddressSet) -> u8 {
    let bit = |at: usize| {
        assert_eq!(set.contains(ip(EDGES[at])), set.contains(ip(ENDS[at])), "{set}");
        u8::from(set.contains(ip(EDGES[at]))) << at
    };
    (0..8).map(bit).sum()
}

#[test]
fn every_operation_on_every_pair() {
    for a in 0..=u8::MAX {
        let left = set_of(a);
        assert_eq!(members_of(&left), a);
        assert_eq!(members_of(&left.complement()), !a);
        assert_eq!((left.is_empty(), left.is_full()), (a == 0, a == u8::MAX));
        for b in 0..=u8::MAX {
            let right = set_of(b);
            for (result, expected) in [
                (left.union(&right), a | b),
                (AddressSet::union_all([&left, &right]), a | b),
                (left.intersection(&right), a & b),
                (left.difference(&right), a & !b),
            ] {
                assert_eq!(members_of(&result), expected);
                assert_eq!(result, set_of(expected));
                assert_eq!(hash_of(&result), hash_of(&set_of(expected)));
            }
            assert_eq!(left.is_subset(&right), a & !b == 0);
            assert_eq!(left.is_disjoint(&right), a & b == 0);
        }
    }
}

#[test]
fn constructors() {
    assert_eq!(AddressSet::from_prefix(ip("10.1.2.3"), 8), Some(net("10.0.0.0/8")));
    assert_eq!(AddressSet::from_prefix(ip("10.1.2.3"), 33), None);
    assert_eq!(AddressSet::from_prefix(ip("::1"), 129), None);
    assert_eq!(AddressSet::from_prefix(ip("::1"), 0), Some(AddressSet::all_v6()));
    assert_eq!(AddressSet::from_range(ip("10.0.0.1"), ip("10.0.0.0")), None);
    assert_eq!(AddressSet::from_range(ip("10.0.0.1"), ip("::2")), None);
    assert_eq!(AddressSet::from_range(ip("::2"), ip("10.0.0.1")), None);
    assert_eq!(AddressSet::from(ip("192.0.2.7")), net("192.0.2.7/32"));
    assert_eq!(AddressSet::all_v4().union(&AddressSet::all_v6()), AddressSet::all());
    assert_eq!(
        AddressSet::from_parts(AddressSet::all().v4().clone(), AddressSet::all().v6().clone()),
        AddressSet::all()
    );
    let mut cleared = net("10.0.0.0/8");
    cleared.clear();
    assert_eq!(cleared, AddressSet::empty());
}

#[test]
fn families_are_apart() {
    assert!(!AddressSet::all_v4().contains(ip("::ffff:10.0.0.1")));
    assert!(AddressSet::all_v6().contains(ip("::ffff:10.0.0.1")));
    assert!(AddressSet::all_v4().is_disjoint(&AddressSet::all_v6()));
}

#[test]
fn printing() {
    let set = net("2001:db8::/32").union(&net("10.0.0.0/9")).union(&net("10.128.0.0/9"));
    assert_eq!(set.to_string(), "10.0.0.0/8,2001:db8::/32");
    assert_eq!(AddressSet::empty().to_string(), "none");
}

/// Everyone is all but the registry's blocks, counted block by block.
#[test]
fn everyone_v4_leaves_out_the_registry() {
    let slash = |len: u32| 1u64 << (32 - len);
    let special = 3 * slash(8)      // this network, private, loopback
        + slash(10)                 // carriers
        + slash(12) + slash(16)     // private
        + slash(16)                 // link-local
        + slash(24)                 // protocol assignments
        + 3 * slash(24)             // documentation
        + 4 * slash(24)             // AS112 twice, AMT, 6to4 relays
        + slash(15)                 // benchmarking
        + 2 * slash(4); // multicast, reserved
    let everyone = AddressSet::everyone_v4();
    assert_eq!(everyone.cardinality(), Cardinality::from((1 << 32) - special));
    assert!(everyone.is_subset(&AddressSet::all_v4()));
}

/// The last address before each block and the first one behind it are members of everyone; its own ends are not.
#[test]
fn everyone_ends_where_the_blocks_begin() {
    for block in [
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
    ] {
        let &[(lo, hi)] = net(block).v4().intervals() else { panic!("{block} is one range") };
        let expected = [(lo - 1, true), (lo, false), (hi, false), (hi + 1, true)];
        for (bits, inside) in expected {
            let address = IpAddr::from(Ipv4Addr::from_bits(bits));
            assert_eq!(AddressSet::everyone_v4().contains(address), inside, "{address} beside {block}");
        }
    }
}

#[test]
fn everyone_from_end_to_end() {
    let everyone = AddressSet::globally_routable();
    assert_eq!(everyone, AddressSet::everyone_v4().union(&AddressSet::everyone_v6()));
    assert_eq!(AddressSet::everyone_v6(), net("2000::/3"));
    for (address, inside) in [
        ("0.0.0.0", false),
        ("0.255.255.255", false),
        ("1.0.0.0", true),
        ("223.255.255.255", true),
        ("224.0.0.0", false),
        ("239.255.255.255", false),
        ("240.0.0.0", false),
        ("255.255.255.255", false),
        ("::ffff:1.2.3.4", false),
        ("2001:db8::1", true),
    ] {
        assert_eq!(everyone.contains(ip(address)), inside, "{address}");
    }
}
