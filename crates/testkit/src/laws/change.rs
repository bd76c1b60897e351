//! Changes that mean the same, and changes that mean less.

use std::net::IpAddr;

use fastrand::Rng;
use portreeve_model::{
    Acts, AddressList, AddressListIx, AddressRange, Estate, GroupPeers, ListRef, Listing, Otherwise, Peer,
    PortRange, Ports, Prefix, Rule, SameGroup, Text,
};

use super::setting::{At, Setting};

/// The rule twice, each about half of its addresses; nothing where they cannot be halved.
pub(super) fn halves_of_peer(rule: &Rule) -> Option<[Rule; 2]> {
    let halves = match rule.peer {
        Peer::Any => {
            let unspecified = [IpAddr::from([0_u8; 4]), IpAddr::from([0_u8; 16])];
            unspecified.map(|address| Prefix::new(address, 0))
        }
        Peer::Prefix(prefix) => {
            let len = prefix.len().checked_add(1)?;
            let last = AddressRange::from(prefix).last();
            [Prefix::new(prefix.address(), len), Prefix::new(last, len)]
        }
        Peer::List(_) | Peer::Group { .. } | Peer::Unknown => return None,
    };
    let [Some(lower), Some(upper)] = halves else { return None };
    Some([lower, upper].map(|half| Rule { peer: Peer::Prefix(half), ..rule.clone() }))
}

/// The rule twice, each about half of its ports; nothing where it is not one range of several.
pub(super) fn halves_of_ports(rule: &Rule) -> Option<[Rule; 2]> {
    let Ports::Range(range) = rule.ports else { return None };
    let middle = range.first() + (range.last() - range.first()) / 2;
    let lower = PortRange::new(range.first(), middle)?;
    let upper = PortRange::new(middle.checked_add(1)?, range.last())?;
    Some([lower, upper].map(|half| Rule { ports: Ports::Range(half), ..rule.clone() }))
}

/// A new list of one prefix, as a peer.
pub(super) fn list_of(estate: &mut Estate, prefix: Prefix) -> Peer {
    let id = estate.texts.intern("list-of-one");
    let list = AddressListIx::new(estate.address_lists.len());
    let entries = Box::from([AddressRange::from(prefix)]);
    let row = AddressList { id, name: Text::EMPTY, entries, max_entries: None, incomplete: None };
    estate.address_lists.push(row);
    Peer::List(ListRef { id, list: Some(list) })
}

/// Makes something unknown that was known, about one rule, its group, or the members of groups. False where it was
/// not known before.
pub(super) fn forget_something(rng: &mut Rng, setting: &mut Setting, at: &At) -> bool {
    match rng.u8(0..6) {
        0 => forget_about_group(rng, setting, at),
        1 => forget_about_members(rng, setting),
        2 => forget_list(rng, setting, at),
        _ => forget_about_rule(rng, setting, at),
    }
}

fn forget_about_rule(rng: &mut Rng, setting: &mut Setting, at: &At) -> bool {
    let mut rule = at.rule.clone();
    match rng.u8(0..5) {
        0 => rule.peer = Peer::Unknown,
        1 => rule.ports = Ports::Unknown,
        2 if rule.acts == Acts::Surely => rule.acts = Acts::Possibly,
        3 => match &mut rule.narrow {
            Some(narrow) => narrow.source_ports = Ports::Unknown,
            None => return false,
        },
        _ => match (&mut rule.peer, &mut rule.ports) {
            (Peer::Group { group, .. }, _) => *group = None,
            (Peer::List(list), _) => list.list = None,
            (_, Ports::List(list)) => list.list = None,
            _ => return false,
        },
    }
    // A group peer that never acts is not one that might: of those nothing can be forgotten.
    let owner = setting.estate.group(at.group);
    let group_peers = setting.estate.profile(owner.profile).group_peers;
    if matches!(at.rule.peer, Peer::Group { .. }) && group_peers == GroupPeers::Nobody {
        return false;
    }
    let gap = setting.estate.add_gap("a rule", "something about it was forgotten");
    rule.gap = Some(gap);
    *setting = setting.with_rule_replaced(at, &[rule]);
    true
}

fn forget_about_group(rng: &mut Rng, setting: &mut Setting, at: &At) -> bool {
    let gap = setting.estate.add_gap("a group", "something about it was forgotten");
    let profile = setting.estate.group(at.group).profile;
    if rng.u8(0..4) == 0 {
        if let Some(profile) = setting.estate.profiles.get_mut(profile.at()) {
            profile.egress = Otherwise::Unknown;
            profile.ingress = Otherwise::Unknown;
        }
        return true;
    }
    let Some(group) = setting.estate.groups.get_mut(at.group.at()) else { return false };
    match rng.u8(0..3) {
        0 => group.same_group = SameGroup::Unknown,
        1 => group.network = None,
        _ => {
            let side = usize::from(rng.bool());
            if let Some(side) = group.incomplete.get_mut(side) {
                *side = Some(gap);
            }
        }
    }
    true
}

fn forget_about_members(rng: &mut Rng, setting: &mut Setting) -> bool {
    let gap = setting.estate.add_gap("interfaces", "something about them was forgotten");
    if rng.bool() {
        setting.estate.coverage.interfaces = if rng.bool() { Listing::Partial(gap) } else { Listing::Absent };
        return true;
    }
    let Some(interface) = rng.choice(&mut setting.estate.interfaces) else { return false };
    if rng.bool() {
        interface.groups = None;
    } else {
        interface.network = None;
    }
    interface.gap = Some(gap);
    true
}

/// Forgets that a list is complete, or one of the entries besides.
fn forget_list(rng: &mut Rng, setting: &mut Setting, at: &At) -> bool {
    let gap = setting.estate.add_gap("a list", "some of its entries were forgotten");
    if let Peer::List(ListRef { list: Some(ix), .. }) = at.rule.peer
        && let Some(list) = setting.estate.address_lists.get_mut(ix.at())
    {
        list.incomplete = Some(gap);
        return true;
    }
    if let Ports::List(ListRef { list: Some(ix), .. }) = at.rule.ports
        && let Some(list) = setting.estate.port_lists.get_mut(ix.at())
    {
        list.incomplete = Some(gap);
        if rng.bool() {
            list.entries = list.entries.iter().copied().skip(1).collect();
        }
        return true;
    }
    false
}
