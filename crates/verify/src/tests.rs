//! The rules as they are read here, against the oracle of the tests, packet by packet.

use fastrand::Rng;
use portreeve_model::{Action, Estate, GroupIx, Text};
use portreeve_testkit::generate::{self, Knobs};
use portreeve_testkit::{Kind, Packet, Place as Where, decide};

use crate::boxes::{Block, Range, and, everyone, number, outside};
use crate::certificate::{Bound, Place, Side};
use crate::ground::{Carried, Ground};
use crate::rules::Reader;

/// The packet as a box.
fn point(packet: &Packet) -> Block {
    let sides = [
        (Side::Protocol, packet.protocol.into()),
        (Side::Port, packet.port.into()),
        (Side::SourcePort, packet.source_port.into()),
        (Side::Local, number(packet.local)),
        (Side::Peer, number(packet.peer)),
    ];
    sides
        .into_iter()
        .fold(Block::whole(packet.peer.is_ipv6()), |block, (side, at)| block.with(side, (at, at)))
}

/// What the rules say of a packet: of those that match, the one of the first rank.
fn says(ground: &Ground<'_>, groups: &[Text], packet: &Packet, bound: Bound) -> Action {
    let place = match packet.place {
        Where::Internet => Place::Internet,
        Where::Elsewhere => Place::Elsewhere,
        Where::Network(ix) => Place::Network(ground.estate.text(ground.estate.network(ix).id).to_owned()),
    };
    let known: Vec<GroupIx> =
        groups.iter().filter_map(|id| ground.groups.get(ground.estate.text(*id)).copied()).collect();
    let carried = Carried { unread: known.len() < groups.len(), groups: known, filtered: true };
    let v6 = packet.peer.is_ipv6();
    let reader = Reader { ground, direction: packet.direction, place: &place, bound, v6 };
    let (said, otherwise) = reader.groups(&carried);
    let block = point(packet);
    let matching = said.iter().filter(|said| {
        assert_eq!(said.covers(&block), said.touches(&block), "of one packet all is some");
        said.covers(&block)
    });
    matching.min_by_key(|said| said.rank).map_or(otherwise, |said| said.rank.1)
}

fn random(rng: &mut Rng) -> Estate {
    let gaps = if rng.bool() { 0.0 } else { 0.08 };
    let kind = rng.choice(&Kind::ALL).copied();
    generate::estate(rng, &Knobs { kind, gaps, five_tuple: 0.2, ..Knobs::default() })
}

#[test]
fn rules_are_read_as_the_oracle_reads_them() {
    let (mut asked, mut allowed) = (0, 0);
    for seed in 0..400 {
        let mut rng = Rng::with_seed(seed);
        let estate = random(&mut rng);
        let ground = Ground::new(&estate);
        for _ in 0..60 {
            let groups = generate::groups(&mut rng, &estate);
            let packet = generate::packet(&mut rng, &estate, &groups);
            if packet.local.is_ipv6() != packet.peer.is_ipv6() || groups.is_empty() {
                continue;
            }
            let answer = decide(&estate, &groups, &packet);
            for (bound, expected) in [(Bound::Surely, answer.surely), (Bound::Possibly, answer.possibly)] {
                let found = says(&ground, &groups, &packet, bound) == Action::Allow;
                let printed = portreeve_testkit::print(&estate);
                assert_eq!(found, expected, "seed {seed}, {bound:?}, {packet:?}\n{printed}");
                asked += 1;
                allowed += u32::from(found);
            }
        }
    }
    assert!(asked > 20_000 && allowed > 2_000, "{asked} asked, {allowed} allowed");
}

#[test]
fn ranges_are_taken_out_of_ranges() {
    let cases: [(Range, &[Range], &[Range]); 6] = [
        ((5, 5), &[(0, 3), (7, 9)], &[(5, 5)]),
        ((0, 9), &[(0, 3), (7, 9)], &[(4, 6)]),
        ((2, 8), &[(0, 3), (7, 9)], &[(4, 6)]),
        ((0, u128::MAX), &[(0, u128::MAX)], &[]),
        ((0, u128::MAX), &[(1, 1)], &[(0, 0), (2, u128::MAX)]),
        ((4, 6), &[], &[(4, 6)]),
    ];
    for (whole, taken, left) in cases {
        assert_eq!(outside(whole, taken), left, "{whole:?} without {taken:?}");
    }
}

#[test]
fn a_box_without_another_is_what_is_left() {
    let whole = Block::whole(false);
    let hole = whole.with(Side::Port, (22, 22)).with(Side::Peer, (10, 20));
    let rest = whole.without(&hole);
    let points =
        [(22, 10, false), (22, 21, true), (22, 20, false), (21, 10, true), (23, 0, true), (22, 9, true)];
    for (port, peer, expected) in points {
        let point = whole.with(Side::Port, (port, port)).with(Side::Peer, (peer, peer));
        let holding = rest.iter().filter(|part| point.without(part).is_empty()).count();
        assert_eq!(holding, usize::from(expected), "port {port}, peer {peer}");
    }
    assert!(hole.without(&whole).is_empty());
    assert_eq!(hole.without(&whole.with(Side::Port, (23, 23))), [hole]);
}

#[test]
fn everyone_is_who_the_contract_says() {
    let cases = [("8.8.8.8", true), ("10.1.2.3", false), ("203.0.113.9", false), ("224.0.0.1", false)];
    let cases = cases.into_iter().chain([
        ("2000::", true),
        ("2001:db8::1", true),
        ("4000::", false),
        ("fe80::1", false),
    ]);
    for (text, expected) in cases {
        let address: std::net::IpAddr = text.parse().unwrap();
        let at = number(address);
        assert_eq!(!and(&[(at, at)], &everyone(address.is_ipv6())).is_empty(), expected, "{text}");
    }
}
