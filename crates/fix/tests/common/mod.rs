//! What the engine's tests share: the engine asked in the oracle's words.

#![allow(dead_code, unreachable_pub, reason = "every test file takes what it needs")]

use portreeve_engine::{Class, Place};
use portreeve_model::{Estate, GroupIx, Text};
use portreeve_netset::Packet;
use portreeve_testkit::oracle;

/// The engine's place for the oracle's.
pub fn place(place: oracle::Place) -> Place {
    match place {
        oracle::Place::Internet => Place::Internet,
        oracle::Place::Network(network) => Place::Network(network),
        oracle::Place::Elsewhere => Place::Elsewhere,
    }
}

/// The engine's packet for the oracle's.
pub fn packet(asked: &oracle::Packet) -> Packet {
    let oracle::Packet { protocol, port, source_port, local, peer, .. } = *asked;
    Packet { protocol, port, source_port, local, peer }
}

/// The class that an interface with these groups would belong to.
pub fn class(estate: &Estate, ids: &[Text]) -> Class {
    let by_id = estate.groups_by_id();
    let groups: Vec<GroupIx> = ids.iter().filter_map(|id| by_id.get(id).copied()).collect();
    Class {
        unread: groups.len() < ids.len(),
        filtered: true,
        groups: groups.into_boxed_slice(),
        interfaces: Vec::new(),
    }
}

/// A number from the environment.
pub fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
