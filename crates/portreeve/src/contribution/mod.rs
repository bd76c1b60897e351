//! What each group of an interface opens to the internet, and what the others leave of it.

use portreeve_engine::{Bound, Index, Place, Policy};
use portreeve_explain::internet_addresses;
use portreeve_model::{Direction, GroupIx, InterfaceIx};
use portreeve_netset::{AddressSet, PacketSet};

/// What one group contributes to what the internet may open on an interface, by its rules alone: whether the interface has a public
/// address is another matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// The group.
    pub group: GroupIx,
    /// What the group alone would let through, surely.
    pub opens: PacketSet,
    /// What of it the rules of all groups together let through.
    pub passes: PacketSet,
    /// What of it they surely stop.
    pub stopped: PacketSet,
    /// What of it gaps leave open.
    pub unknown: PacketSet,
}

/// What the groups of an interface contribute, in their order. Sets are about the addresses that the interface has, with client ports
/// left out, and about peers that have an address of the internet.
pub fn contributions(index: &Index<'_>, interface: InterfaceIx) -> Vec<Contribution> {
    let class = index.class(index.class_of(interface));
    let (own, internet) = (local(index, interface), internet_addresses());
    let cut = |policy: &Policy| {
        let set = policy.permitted().restrict_peers(&internet);
        own.as_ref().map_or_else(|| set.project(), |own| set.restrict_local(own).project())
    };
    let [sure, most] = [Bound::Surely, Bound::Possibly]
        .map(|bound| cut(&Policy::of_class(index, class, Direction::Ingress, Place::Internet, bound)));
    let alone = |group: GroupIx| {
        cut(&Policy::of_group(index, group, Direction::Ingress, Place::Internet, Bound::Surely))
    };
    let groups = ordered(index, interface);
    let each = groups.into_iter().map(|group| {
        let opens = alone(group);
        let (passes, stopped) = (opens.intersection(&sure), opens.difference(&most));
        let unknown = opens.difference(&passes).difference(&stopped);
        Contribution { group, opens, passes, stopped, unknown }
    });
    each.collect()
}

/// The groups of an interface that are in the input, in the order of its document.
fn ordered(index: &Index<'_>, interface: InterfaceIx) -> Vec<GroupIx> {
    let estate = index.estate();
    let Some(list) = estate.interface(interface).groups else { return Vec::new() };
    estate.group_list(list).iter().filter_map(|id| index.group_by_id(*id)).collect()
}

/// The addresses of an interface; nothing where the documents show none.
fn local(index: &Index<'_>, interface: InterfaceIx) -> Option<AddressSet> {
    let addresses = index.estate().interface(interface).addresses.iter();
    let sets: Vec<AddressSet> = addresses.map(|address| AddressSet::from(address.private)).collect();
    (!sets.is_empty()).then(|| AddressSet::union_all(&sets))
}

#[cfg(test)]
mod tests {
    use portreeve_engine::Index;
    use portreeve_model::InterfaceIx;
    use portreeve_netset::protocol;
    use portreeve_testkit::parse;

    use super::contributions;

    #[test]
    fn a_guard_stops_what_another_group_opens() {
        let text = "profile basic\nnetwork net 10.0.0.0/16\n\
                    group web in net\n  in 10 allow tcp 80 from any\n  in 10 allow tcp 22 from any\n\
                    group guard in net\n  in 1 deny tcp 22 from any\n\
                    interface web-1 in net 10.0.0.5 groups web guard\n";
        let case = parse(text).unwrap_or_else(|why| panic!("{why}"));
        let index = Index::new(&case.estate);
        let found = contributions(&index, InterfaceIx::new(0));
        let ports = |set: &portreeve_netset::PacketSet| set.ports_of(protocol::TCP).to_string();
        let told: Vec<[String; 4]> = found
            .iter()
            .map(|it| [ports(&it.opens), ports(&it.passes), ports(&it.stopped), ports(&it.unknown)])
            .collect();
        let nothing = || "none".to_owned();
        let web = ["22,80".to_owned(), "80".to_owned(), "22".to_owned(), nothing()];
        assert_eq!(told, [web, [nothing(), nothing(), nothing(), nothing()]]);
    }

    #[test]
    fn what_gaps_leave_open_is_neither_let_through_nor_stopped() {
        let text = "profile basic\nnetwork net 10.0.0.0/16\nlist gone ?\n\
                    group web in net\n  in 10 allow tcp 80 from any\n\
                    group guard in net\n  in 1 deny tcp 80 from list gone\n\
                    interface web-1 in net 10.0.0.5 groups web guard\n";
        let case = parse(text).unwrap_or_else(|why| panic!("{why}"));
        let found = contributions(&Index::new(&case.estate), InterfaceIx::new(0));
        let web = found.first().unwrap_or_else(|| panic!("two groups"));
        assert!(web.passes.is_empty() && web.stopped.is_empty(), "{web:?}");
        assert_eq!(web.unknown, web.opens);
    }
}
