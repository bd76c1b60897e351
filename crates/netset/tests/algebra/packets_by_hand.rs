//! Sets of packets that are small enough to be checked by eye.

use portreeve_netset::protocol::{self, icmp_port, icmp_type_and_code, icmp_type_ports};
use portreeve_netset::{AddressSet, Block, Cidr, Flow, IntervalSet, PacketSet, PortSet};

fn net(text: &str) -> AddressSet {
    text.parse::<Cidr>().unwrap().into()
}

fn tcp(ports: PortSet, peers: &str) -> PacketSet {
    PacketSet::from_block(&Block {
        protocols: IntervalSet::single(protocol::TCP),
        ports,
        peers: net(peers),
        ..Block::all()
    })
}

fn one(port: u16) -> PortSet {
    PortSet::single(port)
}

#[test]
fn printing() {
    let ports: PortSet = [(22, 22), (80, 90)].into_iter().collect();
    let web = tcp(ports, "10.0.0.0/8");
    let gre = PacketSet::from_block(&Block { protocols: IntervalSet::single(protocol::GRE), ..Block::all() });
    let odd = PacketSet::from_block(&Block {
        protocols: IntervalSet::from_range(17, 18),
        source_ports: one(53),
        local: net("10.0.0.1"),
        ..Block::all()
    });
    for (set, expected) in [
        (PacketSet::empty(), "none"),
        (PacketSet::all(), "all"),
        (web.union(&gre), "tcp 22,80-90 from 10.0.0.0/8; gre"),
        (odd, "udp source ports 53 to 10.0.0.1/32; 18 to 10.0.0.1/32"),
    ] {
        assert_eq!(set.to_string(), expected);
    }
}

/// Ports narrow only protocols that have them; an empty set always empties the block.
#[test]
fn fields_that_a_protocol_does_not_have() {
    let all_22 = PacketSet::from_block(&Block { ports: one(22), source_ports: one(53), ..Block::all() });
    for (number, ports, any_source) in [
        (protocol::TCP, one(22), false),
        (protocol::SCTP, one(22), false),
        (protocol::ICMP, one(22), true),
        (protocol::ICMPV6, one(22), true),
        (protocol::GRE, PortSet::full(), true),
        (0, PortSet::full(), true),
        (255, PortSet::full(), true),
    ] {
        assert_eq!(all_22.ports_of(number), ports, "{number}");
        assert_eq!(all_22.flow_at(number, 22).unwrap().ignores_source_ports(), any_source, "{number}");
    }
    for empty in [
        Block { ports: PortSet::empty(), ..Block::all() },
        Block { source_ports: PortSet::empty(), ..Block::all() },
        Block { protocols: IntervalSet::empty(), ..Block::all() },
        Block { local: AddressSet::empty(), ..Block::all() },
        Block { peers: AddressSet::empty(), ..Block::all() },
    ] {
        assert_eq!(PacketSet::from_block(&empty), PacketSet::empty(), "{empty:?}");
    }
}

/// The arguments of one call of the builder.
type Push = ((u8, u8), (u16, u16), Flow);

/// Whatever order and overlap, the builder's set is the union.
#[test]
fn builder_never_loses_anything() {
    let anyone = || Flow::Peers(AddressSet::all_v4());
    let office = || Flow::Peers(net("192.0.2.0/24"));
    let from_dns = || Flow::constrained([(one(53), AddressSet::all(), AddressSet::all_v4())]);
    let slice = |protocols: (u8, u8), (lo, hi), flow: Flow| {
        let part = &flow.constraints()[0];
        PacketSet::from_block(&Block {
            protocols: IntervalSet::from_range(protocols.0, protocols.1),
            ports: PortSet::from_range(lo, hi),
            source_ports: part.source_ports.clone(),
            peers: part.peers.clone(),
            ..Block::all()
        })
    };
    let cases: [&[Push]; 9] = [
        &[((6, 6), (1, 2), anyone()), ((6, 6), (3, 4), anyone()), ((17, 17), (1, 4), anyone())],
        // Ports, then protocols out of order; then overlaps of each.
        &[((6, 6), (3, 4), anyone()), ((6, 6), (1, 2), office())],
        &[((17, 17), (3, 4), anyone()), ((6, 6), (1, 2), office())],
        &[((6, 6), (3, 9), anyone()), ((6, 6), (5, 7), office()), ((6, 6), (9, 12), office())],
        &[((6, 17), (3, 9), anyone()), ((10, 20), (5, 7), office())],
        &[((16, 17), (0, 65_535), anyone()), ((17, 20), (0, 65_535), office())],
        &[((6, 6), (3, 9), anyone()), ((0, 255), (0, 65_535), office())],
        // Ports of protocols that have none, and source ports of those that have none.
        &[((0, 255), (22, 22), anyone()), ((0, 255), (23, 23), office())],
        &[((1, 1), (0, 7), from_dns()), ((1, 6), (8, 9), from_dns()), ((47, 47), (0, 65_535), from_dns())],
    ];
    for pushes in cases {
        let mut builder = PacketSet::builder();
        let mut expected = PacketSet::empty();
        for (protocols, ports, flow) in pushes {
            builder.push(*protocols, *ports, flow.clone());
            expected = expected.union(&slice(*protocols, *ports, flow.clone()));
        }
        assert_eq!(builder.finish(), expected, "{pushes:?}");
    }
}

#[test]
fn builder_ignores_the_empty_and_merges_the_equal() {
    let mut builder = PacketSet::builder();
    builder.push((6, 6), (5, 4), Flow::all());
    builder.push((7, 6), (4, 5), Flow::all());
    builder.push((6, 6), (4, 5), Flow::empty());
    assert_eq!(builder.finish(), PacketSet::empty());

    let mut builder = PacketSet::builder();
    for protocol in 0..=u8::MAX {
        for ports in [(0, 999), (1000, 65_534), (65_535, 65_535)] {
            builder.push((protocol, protocol), ports, Flow::all());
        }
    }
    let all = builder.finish();
    assert_eq!(all, PacketSet::all());
    assert_eq!(all.slices().count(), 1);
}

/// A constraint that narrows nothing is no constraint.
#[test]
fn trivial_constraints_vanish() {
    let (low, high) = (PortSet::from_range(0, 1023), PortSet::from_range(1024, 65_535));
    let (v4, v6) = (AddressSet::all_v4(), AddressSet::all_v6());
    let office = net("192.0.2.0/24");
    let quarters = [(&low, &v4), (&low, &v6), (&high, &v4), (&high, &v6)];
    let entry = |(ports, local): (&PortSet, &AddressSet)| (ports.clone(), local.clone(), office.clone());
    assert_eq!(Flow::constrained(quarters.map(entry)), Flow::Peers(office.clone()));
    assert!(matches!(Flow::constrained(quarters.into_iter().take(3).map(entry)), Flow::Constrained(_)));
    assert_eq!(Flow::constrained([(low.clone(), v4.clone(), AddressSet::empty())]), Flow::empty());
    assert_eq!(Flow::constrained([]), Flow::empty());

    let flow = Flow::Peers(office.clone());
    assert_eq!(flow.restrict_local(&v4).union(&flow.restrict_local(&v6)), flow);
    assert_eq!(flow.restrict_local(&AddressSet::all()), flow);
    assert_eq!(flow.restrict_local(&AddressSet::empty()), Flow::empty());
    assert_eq!(flow.restrict_source_ports(&low).union(&flow.restrict_source_ports(&high)), flow);
    assert_eq!(flow.restrict_source_ports(&low).project(), flow);
    assert_eq!(flow.restrict_local(&v4).restrict_peers(&net("10.0.0.0/8")), Flow::empty());
}

/// Source ports that share their constraint share a product, although they are no neighbours.
#[test]
fn constraints_are_grouped() {
    let dns_and_ntp: PortSet = [(53, 53), (123, 123)].into_iter().collect();
    let hosts = net("10.0.0.1").union(&net("2001:db8::1"));
    let flow = Flow::constrained([(dns_and_ntp.clone(), hosts.clone(), AddressSet::all())]);
    let [only] = &flow.constraints()[..] else { panic!("{flow:?}") };
    assert_eq!((&only.source_ports, &only.local, &only.peers), (&dns_and_ntp, &hosts, &AddressSet::all()));
}

/// Blocks come by lowest port, products by lowest source port and then lowest local address.
#[test]
fn parts_are_in_order() {
    let set = tcp(one(443), "192.0.2.0/24").union(&tcp(one(80), "198.51.100.0/24"));
    let set = set.union(&tcp(one(22), "192.0.2.0/24")).union(&tcp(one(8080), "10.0.0.0/8"));
    let ports: Vec<String> = set.blocks().iter().map(|block| block.ports.to_string()).collect();
    assert_eq!(ports, ["22,443", "80", "8080"]);

    let entry = |source, local, peers| (one(source), net(local), net(peers));
    let flow = Flow::constrained([
        entry(53, "10.0.0.2", "192.0.2.0/24"),
        entry(53, "10.0.0.1", "198.51.100.0/24"),
        entry(53, "2001:db8::1", "10.0.0.0/8"),
        entry(20, "10.0.0.3", "203.0.113.0/24"),
    ]);
    let products: Vec<String> =
        flow.constraints().iter().map(|part| format!("{} {}", part.source_ports, part.local)).collect();
    assert_eq!(products, ["20 10.0.0.3/32", "53 10.0.0.1/32", "53 10.0.0.2/32", "53 2001:db8::1/128"]);
}

#[test]
fn icmp_places() {
    assert_eq!(icmp_port(8, 0), 2048);
    assert_eq!(icmp_type_ports(3), (768, 1023));
    assert_eq!(icmp_type_ports(255).1, u16::MAX);
    assert!((0..=u16::MAX).all(|port| {
        let (icmp_type, code) = icmp_type_and_code(port);
        icmp_port(icmp_type, code) == port
    }));
}
