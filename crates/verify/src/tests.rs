//! The rules as they are read here, against the oracle of the tests, packet by packet.

use fastrand::Rng;
use portreeve_model::{Action, Direction, Estate, GroupIx, Text};
use portreeve_testkit::generate::{self, Knobs};
use portreeve_testkit::{Kind, Packet, Place as Where, decide};

use crate::ground::{Carried, Ground};
use crate::rules::Reader;
use crate::statement::{Block, Bound, Filter, Place, Side, Subject, number};

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
    let known: Vec<GroupIx> = {
        let of = |id: &Text| ground.carried(&Subject::Group(ground.estate.text(*id).to_owned()));
        groups.iter().filter_map(|id| of(id).ok()).flat_map(|it| it.groups).collect()
    };
    let carried = Carried { unread: known.len() < groups.len(), groups: known, filtered: true };
    let v6 = packet.peer.is_ipv6();
    let ingress = packet.direction == Direction::Ingress;
    let of = Subject::Group(String::new());
    let filter = Filter { of, ingress, place, bound, reply: false, local: None, peer: None };
    let reader = Reader { ground, filter: &filter, v6 };
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
