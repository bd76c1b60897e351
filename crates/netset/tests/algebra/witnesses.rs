//! Witnesses: always a member, and the plainest there is.

use std::net::IpAddr;

use portreeve_netset::protocol::icmp_port;
use portreeve_netset::{AddressSet, Block, Cidr, IntervalSet, Packet, PacketSet, PortSet};

fn nets(texts: &[&str]) -> AddressSet {
    texts.iter().map(|text| text.parse::<Cidr>().unwrap()).collect()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn addresses() {
    for (members, expected) in [
        // An ordinary public host beats everything else, even the first address of a public network.
        (&["0.0.0.0/0", "::/0"][..], "1.2.3.4"),
        (&["::/0"], "2a00:1:2:3::4"),
        (&["5.0.0.0/8", "::/0"], "5.0.0.1"),
        (&["10.0.0.0/8", "5.6.7.0/24"], "5.6.7.1"),
        (&["5.6.7.0/32", "8.8.0.255/32", "9.9.9.9/32"], "9.9.9.9"),
        (&["5.6.7.255/32", "5.6.8.0/32", "5.6.8.1/32"], "5.6.8.1"),
        (&["10.0.0.0/8", "2400::/16"], "2400::1"),
        // Documentation and 6to4 are public in the sense of everyone, but a reader would wonder.
        (&["2001:db8::/32", "2400:cb00::/32"], "2400:cb00::1"),
        (&["2001:1ff::/32", "2001:200::/32"], "2001:200::1"),
        (&["2002:ffff::/32", "2003::/32"], "2003::1"),
        (&["2620:4f:8000::/48", "2620:4f:8001::/48"], "2620:4f:8001::1"),
        (&["3fff:fff::/32", "3fff:1000::/32"], "3fff:1000::1"),
        // A public network address rather than a private host.
        (&["10.0.0.0/8", "5.6.7.0/32"], "5.6.7.0"),
        (&["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1"),
        (&["10.0.0.0/8", "2001:db8::/128"], "2001:db8::"),
        // Without a public address: a private one, then any.
        (&["0.0.0.0/8", "192.168.0.0/16", "224.0.0.0/4"], "192.168.0.1"),
        (&["127.0.0.0/8", "fd00::/8"], "fd00::1"),
        (&["0.0.0.0/8", "100.127.255.0/24"], "100.127.255.1"),
        (&["0.0.0.0/8", "172.31.0.0/16"], "172.31.0.1"),
        (&["127.0.0.0/8", "10.9.8.0/32"], "10.9.8.0"),
        (&["224.0.0.0/4"], "224.0.0.1"),
        (&["198.51.100.0/24"], "198.51.100.1"),
        (&["255.255.255.255/32"], "255.255.255.255"),
        (&["::/128"], "::"),
        (&["fe80::/64"], "fe80::1"),
    ] {
        assert_eq!(nets(members).witness(), Some(ip(expected)), "{members:?}");
    }
    assert_eq!(AddressSet::empty().witness(), None);
    assert!(AddressSet::globally_routable().contains(AddressSet::everyone_v4().witness().unwrap()));
    assert!(AddressSet::everyone_v6().contains(AddressSet::everyone_v6().witness().unwrap()));
}

fn block(protocols: (u8, u8), ports: (u16, u16), peers: &[&str]) -> Block {
    Block {
        protocols: IntervalSet::from_range(protocols.0, protocols.1),
        ports: PortSet::from_range(ports.0, ports.1),
        peers: nets(peers),
        ..Block::all()
    }
}

fn packet(protocol: u8, port: u16, source_port: u16, local: &str, peer: &str) -> Packet {
    Packet { protocol, port, source_port, local: ip(local), peer: ip(peer) }
}

const V4: &[&str] = &["0.0.0.0/0"];
const V6: &[&str] = &["::/0"];
const OFFICE: &[&str] = &["10.1.0.0/16"];

#[test]
fn packets() {
    let any = (0, 65_535);
    let all = (0, 255);
    for (blocks, expected) in [
        (vec![Block::all()], packet(6, 443, 50_000, "10.0.0.10", "1.2.3.4")),
        (vec![block((6, 6), (3306, 3306), V6)], packet(6, 3306, 50_000, "fd00::10", "2a00:1:2:3::4")),
        (vec![block((6, 6), (0, 21), V4)], packet(6, 1, 50_000, "10.0.0.10", "1.2.3.4")),
        (vec![block((6, 6), (0, 0), V4)], packet(6, 0, 50_000, "10.0.0.10", "1.2.3.4")),
        // A public peer matters more than a familiar protocol, and that more than the order of numbers.
        (
            vec![block((6, 6), (1, 9), OFFICE), block((17, 17), (53, 53), V4)],
            packet(17, 53, 50_000, "10.0.0.10", "1.2.3.4"),
        ),
        (
            vec![block((1, 1), any, V4), block((6, 6), (9, 9), V4)],
            packet(6, 9, 50_000, "10.0.0.10", "1.2.3.4"),
        ),
        (vec![block((1, 1), any, V4)], packet(1, icmp_port(8, 0), 0, "10.0.0.10", "1.2.3.4")),
        (vec![block((1, 1), (0, 3), V4)], packet(1, 0, 0, "10.0.0.10", "1.2.3.4")),
        // ICMPv6 belongs to IPv6 where that is possible.
        (
            vec![block((58, 58), any, &["0.0.0.0/0", "::/0"])],
            packet(58, icmp_port(128, 0), 0, "fd00::10", "2a00:1:2:3::4"),
        ),
        (vec![block((47, 47), any, V4)], packet(47, 0, 0, "10.0.0.10", "1.2.3.4")),
        (vec![block((200, 255), any, OFFICE)], packet(200, 0, 0, "10.0.0.10", "10.1.0.1")),
        (
            vec![Block { source_ports: PortSet::from_range(0, 1023), ..block(all, (22, 22), V4) }],
            packet(6, 22, 1023, "10.0.0.10", "1.2.3.4"),
        ),
        (
            vec![Block { source_ports: PortSet::from_range(0, 40_000), ..block(all, (22, 22), V4) }],
            packet(6, 22, 1024, "10.0.0.10", "1.2.3.4"),
        ),
        (
            vec![Block { source_ports: PortSet::from_range(1, 60_000), ..block(all, (22, 22), V4) }],
            packet(6, 22, 50_000, "10.0.0.10", "1.2.3.4"),
        ),
        (
            vec![Block { local: nets(&["47.1.2.3/32", "10.7.0.0/24"]), ..block(all, (22, 22), V4) }],
            packet(6, 22, 50_000, "10.7.0.1", "1.2.3.4"),
        ),
        // The local address decides the family.
        (
            vec![Block { local: nets(&["2400::9"]), ..block(all, (22, 22), &["0.0.0.0/0", "::/0"]) }],
            packet(6, 22, 50_000, "2400::9", "2a00:1:2:3::4"),
        ),
        // No real packet mixes families, but a member is a member.
        (
            vec![Block { local: nets(&["2400::9"]), ..block(all, (22, 22), V4) }],
            packet(6, 22, 50_000, "2400::9", "1.2.3.4"),
        ),
    ] {
        let set = PacketSet::union_all(blocks.iter().map(PacketSet::from_block));
        let witness = set.witness();
        assert_eq!(witness, Some(expected), "{set}");
        assert!(set.contains(&expected));
    }
    assert_eq!(PacketSet::empty().witness(), None);
}

/// Where several slices or stretches compete.
#[test]
fn choices() {
    let low_or_high: PortSet = [(0, 1023), (2000, 3000)].into_iter().collect();
    let at = |address: &str, peers: &[&str], port| Block {
        local: nets(&[address]),
        ..block((6, 6), (port, port), peers)
    };
    let both = &["10.0.0.0/8", "2400::/16"];
    for (blocks, expected) in [
        // Of equals the first.
        (
            vec![block((6, 6), (21, 21), V4), block((6, 6), (23, 23), V4)],
            packet(6, 21, 50_000, "10.0.0.10", "1.2.3.4"),
        ),
        // One family matters more than a public peer.
        (
            vec![at("2400::9", V4, 21), at("10.0.0.9", OFFICE, 23)],
            packet(6, 23, 50_000, "10.0.0.9", "10.1.0.1"),
        ),
        // The public peer decides the family, unless the protocol does.
        (vec![block((6, 6), (22, 22), both)], packet(6, 22, 50_000, "fd00::10", "2400::1")),
        (vec![block((1, 1), (0, 65_535), both)], packet(1, icmp_port(8, 0), 0, "10.0.0.10", "10.0.0.1")),
        // Clients do not use low ports.
        (
            vec![Block { source_ports: low_or_high, ..block((6, 6), (22, 22), V4) }],
            packet(6, 22, 2000, "10.0.0.10", "1.2.3.4"),
        ),
    ] {
        let set = PacketSet::union_all(blocks.iter().map(PacketSet::from_block));
        assert_eq!(set.witness(), Some(expected), "{set}");
    }
}
