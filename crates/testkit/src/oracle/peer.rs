//! Whether the remote side of a packet is the peer of a rule.

use std::net::IpAddr;

use portreeve_model::{
    AddressListIx, Estate, Family, Group, GroupIx, GroupPeers, Interface, Listing, NetworkIx, Peer, Prefix,
    Text,
};

use super::{Packet, Place};

/// Whether the packet's remote side is the peer; `wide` counts whom the peer may be, else only whom it surely is.
pub(super) fn matches(estate: &Estate, owner: &Group, peer: &Peer, packet: &Packet, wide: bool) -> bool {
    match peer {
        Peer::Any => true,
        Peer::Prefix(prefix) => in_prefix(*prefix, packet.peer),
        Peer::List(wanted) => wanted.list.map_or(wide, |ix| in_list(estate, ix, packet.peer, wide)),
        Peer::Group { id, group, family, .. } => {
            family.is_none_or(|family| family == Family::of(packet.peer))
                && group_matches(estate, owner, *id, *group, packet, wide)
        }
        Peer::Unknown => wide,
    }
}

fn group_matches(
    estate: &Estate,
    owner: &Group,
    id: Text,
    group: Option<GroupIx>,
    packet: &Packet,
    wide: bool,
) -> bool {
    if estate.profile(owner.profile).group_peers == GroupPeers::AnyNetwork {
        return match packet.place {
            Place::Internet => false,
            _ if group.is_none() => wide,
            Place::Network(network) => is_member_of(estate, network, id, packet, wide),
            Place::Elsewhere => wide && is_member_elsewhere(estate, id, packet),
        };
    }
    match group {
        None => wide && may_be_inside(owner, packet.place),
        Some(ix) => networks_agree(estate, owner, ix, wide) && is_member(estate, owner, id, packet, wide),
    }
}

/// Whether an address lies in a prefix: the leading bits agree and the family is the same.
pub(super) fn in_prefix(prefix: Prefix, address: IpAddr) -> bool {
    let (wanted, given, bits) = match (prefix.address(), address) {
        (IpAddr::V4(wanted), IpAddr::V4(given)) => {
            (u128::from(wanted.to_bits()), u128::from(given.to_bits()), 32)
        }
        (IpAddr::V6(wanted), IpAddr::V6(given)) => (wanted.to_bits(), given.to_bits(), 128),
        _ => return false,
    };
    let free = bits - u32::from(prefix.len());
    // A shift by all 128 bits means that no bit has to agree.
    (wanted ^ given).checked_shr(free).unwrap_or(0) == 0
}

/// An incomplete list may hold any further address of the families it shows, or of both while it shows none.
pub(super) fn in_list(estate: &Estate, ix: AddressListIx, address: IpAddr, wide: bool) -> bool {
    let list = estate.address_list(ix);
    if list.entries.iter().any(|range| range.first() <= address && address <= range.last()) {
        return true;
    }
    let shows_family = list.entries.iter().any(|range| range.first().is_ipv4() == address.is_ipv4());
    wide && list.incomplete.is_some() && (list.entries.is_empty() || shows_family)
}

/// Group peers hold inside one network only, never between networks even if connected
/// (<https://www.alibabacloud.com/help/en/ecs/user-guide/security-groups-for-different-use-cases>, case 5).
fn networks_agree(estate: &Estate, owner: &Group, peer: GroupIx, wide: bool) -> bool {
    match (owner.network, estate.group(peer).network) {
        (Some(own), Some(other)) => own == other,
        _ => wide,
    }
}

/// Whether the place may be the private network of the group; a group whose network is not known may be anywhere but
/// on the internet.
fn may_be_inside(owner: &Group, place: Place) -> bool {
    match owner.network {
        Some(own) => place == Place::Network(own),
        None => place != Place::Internet,
    }
}

/// Whether the remote side is a private address of a member of group `id`, in the network of group `owner`.
pub(super) fn is_member(estate: &Estate, owner: &Group, id: Text, packet: &Packet, wide: bool) -> bool {
    if !may_be_inside(owner, packet.place) {
        return false;
    }
    let Some(own) = owner.network else { return wide };
    is_member_of(estate, own, id, packet, wide)
}

/// Whether the remote side is a private address of a member of group `id` in a network.
fn is_member_of(estate: &Estate, own: NetworkIx, id: Text, packet: &Packet, wide: bool) -> bool {
    if wide && members_are_open(estate, Some(own)) {
        return true;
    }
    estate.interfaces.iter().any(|interface| {
        let inside = interface.network == Some(own) || (wide && interface.network.is_none());
        inside && carries(estate, interface, id) && has_address(interface, packet.peer)
    })
}

/// Whether the remote side may be a member whose network the documents do not tell.
fn is_member_elsewhere(estate: &Estate, id: Text, packet: &Packet) -> bool {
    let stray = |interface: &&Interface| interface.network.is_none() && carries(estate, interface, id);
    members_are_open(estate, None)
        || estate.interfaces.iter().filter(stray).any(|interface| has_address(interface, packet.peer))
}

/// Whether there may be members in a network (`None`: anywhere) that the input does not show as such.
fn members_are_open(estate: &Estate, network: Option<NetworkIx>) -> bool {
    let all_listed = matches!(estate.coverage.interfaces, Listing::Complete);
    let somebody_undecided = estate.interfaces.iter().any(|interface| {
        interface.groups.is_none()
            && interface.network.is_none_or(|its| network.is_none_or(|asked| its == asked))
    });
    !all_listed || somebody_undecided
}

fn carries(estate: &Estate, interface: &Interface, id: Text) -> bool {
    interface.groups.is_some_and(|list| estate.group_list(list).contains(&id))
}

fn has_address(interface: &Interface, address: IpAddr) -> bool {
    interface.addresses.iter().any(|own| own.private == address)
}
