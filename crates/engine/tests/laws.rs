//! The engine keeps every named law of the testkit.

mod common;

use portreeve_engine::{Bound, Index, Policy};
use portreeve_model::{Action, Estate, Text};
use portreeve_testkit::laws::{ALL, Decide};
use portreeve_testkit::oracle::Packet;

struct Engine;

impl Engine {
    fn allows(estate: &Estate, groups: &[Text], packet: &Packet, bound: Bound) -> bool {
        let (index, class) = (Index::new(estate), common::class(estate, groups));
        let policy = Policy::of_class(&index, &class, packet.direction, common::place(packet.place), bound);
        policy.decide(&common::packet(packet)).action == Action::Allow
    }
}

impl Decide for Engine {
    fn surely(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> bool {
        Self::allows(estate, groups, packet, Bound::Surely)
    }

    fn possibly(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> bool {
        Self::allows(estate, groups, packet, Bound::Possibly)
    }
}

#[test]
fn every_law_holds() {
    assert!(ALL.len() >= 15, "the list of laws has shrunk");
    let broken: Vec<String> = ALL.iter().filter_map(|law| law.holds(&Engine, 100).err()).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}
