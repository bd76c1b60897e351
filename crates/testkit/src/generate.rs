//! Random estates and packets, the same for the same seed, biased to the places where evaluations go wrong.
//!
//! Numbers come from small pools, so that ranges touch, prefixes nest and priorities tie all the time.

mod packets;
mod pool;
mod rules;
mod surroundings;

use std::net::IpAddr;

use fastrand::Rng;
use portreeve_model::{
    Address, AddressList, AddressListIx, Estate, GapIx, Group, GroupListIx, Interface, Listing, Network,
    NetworkIx, PortList, PortListIx, ProfileIx, SameGroup, Text,
};

use crate::kind::Kind;
use pool::any_prefix;

pub use packets::{packet, packet_near};
pub use rules::{number_rules, rule};
pub use surroundings::{connection, public, stray_ports, surround};

/// What random estates look like. Probabilities are between 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Knobs {
    /// The kind of all groups; `None` draws one for each estate.
    pub kind: Option<Kind>,
    /// At most so many groups, at least one.
    pub groups: usize,
    /// At most so many rules in a group, both directions together; splits and duplicates may add a few.
    pub rules: usize,
    /// At most so many interfaces, at least one.
    pub interfaces: usize,
    /// How likely each thing that may be missing is missing.
    pub gaps: f64,
    /// How likely a rule asks for source ports or local addresses.
    pub five_tuple: f64,
    /// How likely an address or prefix is IPv6.
    pub ipv6: f64,
    /// How likely a rule denies (a tenth of it where groups are united, which have no deny rules in practice).
    pub deny: f64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            kind: None,
            groups: 3,
            rules: 8,
            interfaces: 5,
            gaps: 0.04,
            five_tuple: 0.1,
            ipv6: 0.25,
            deny: 0.4,
        }
    }
}

impl Knobs {
    /// The default without anything unknown: every answer is firm.
    pub fn without_gaps() -> Self {
        Self { gaps: 0.0, ..Self::default() }
    }
}

/// Something happens with probability `likely`.
pub(crate) fn chance(rng: &mut Rng, likely: f64) -> bool {
    rng.f64() < likely
}

/// One of a pool that is not empty; the given value where it is.
pub(crate) fn one_of<T: Copy>(rng: &mut Rng, pool: &[T], otherwise: T) -> T {
    rng.choice(pool).copied().unwrap_or(otherwise)
}

/// A random estate. Every rule of a group counts its position, every reference resolves as its table says.
pub fn estate(rng: &mut Rng, knobs: &Knobs) -> Estate {
    let mut estate = Estate::default();
    let kind = knobs.kind.unwrap_or_else(|| one_of(rng, &Kind::ALL, Kind::Basic));
    // Where the documents do not say the kind of a group, that is itself a gap.
    let kind = if knobs.gaps == 0.0 && kind == Kind::UnknownType { Kind::Basic } else { kind };
    estate.profiles.push(kind.profile());
    estate.coverage.groups = Listing::Complete;
    estate.coverage.interfaces = Listing::Complete;
    if chance(rng, knobs.gaps) {
        let gap = estate.add_gap("interfaces", "the listing of interfaces is cut short");
        estate.coverage.interfaces = if rng.bool() { Listing::Partial(gap) } else { Listing::Absent };
    }
    add_networks(rng, &mut estate);
    add_address_lists(rng, knobs, &mut estate);
    add_port_lists(rng, knobs, &mut estate);
    for number in 0..rng.usize(1..=knobs.groups.max(1)) {
        add_group(rng, knobs, &mut estate, number);
    }
    for number in 0..rng.usize(1..=knobs.interfaces.max(1)) {
        add_interface(rng, knobs, &mut estate, number);
    }
    rules::fill(rng, knobs, kind, &mut estate);
    estate
}

/// The ordered groups of an interface of the estate: what a decision is asked for.
pub fn groups(rng: &mut Rng, estate: &Estate) -> Vec<Text> {
    rng.choice(&estate.group_lists).map(|list| list.to_vec()).unwrap_or_default()
}

/// Two networks share their IPv4 block: the same address in both is not the same place.
fn add_networks(rng: &mut Rng, estate: &mut Estate) {
    let blocks = [["10.0.0.0/16", "2001:db8::/56"], ["10.0.0.0/16", "2001:db8:0:100::/56"]];
    for (name, blocks) in ["net-a", "net-b"].iter().zip(blocks).take(rng.usize(1..=2)) {
        let blocks = blocks.iter().filter_map(|text| pool::prefix(text)).collect();
        let id = estate.texts.intern(name);
        estate.networks.push(Network { id, name: Text::EMPTY, blocks });
    }
}

fn maybe_gap(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate, at: &str, what: &str) -> Option<GapIx> {
    chance(rng, knobs.gaps).then(|| estate.add_gap(at, what))
}

fn add_address_lists(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) {
    for (number, most) in [0, 2, 5].into_iter().enumerate() {
        let at = format!("list-{number}");
        let entries = (0..rng.usize(0..=most)).map(|_| pool::address_range(rng, knobs)).collect();
        let incomplete = maybe_gap(rng, knobs, estate, &at, "a page of its entries is missing");
        let id = estate.texts.intern(&at);
        estate.address_lists.push(AddressList {
            id,
            name: Text::EMPTY,
            entries,
            max_entries: None,
            incomplete,
        });
    }
}

fn add_port_lists(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) {
    for (number, most) in [0, 3].into_iter().enumerate() {
        let at = format!("ports-{number}");
        let entries = (0..rng.usize(0..=most)).map(|_| pool::port_range(rng)).collect();
        let incomplete = maybe_gap(rng, knobs, estate, &at, "a page of its entries is missing");
        let id = estate.texts.intern(&at);
        estate.port_lists.push(PortList { id, name: Text::EMPTY, entries, max_entries: None, incomplete });
    }
}

fn add_group(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate, number: usize) {
    let id = format!("g{number}");
    let incomplete = [(); 2].map(|()| {
        let rare = Knobs { gaps: knobs.gaps / 4.0, ..knobs.clone() };
        maybe_gap(rng, &rare, estate, &id, "a page of its rules is missing")
    });
    let same_group = match rng.u8(0..2) {
        _ if chance(rng, knobs.gaps) => SameGroup::Unknown,
        0 => SameGroup::Allow,
        _ => SameGroup::Rules,
    };
    let network = (!chance(rng, knobs.gaps / 4.0)).then(|| any_network(rng, estate));
    let group = Group {
        id: estate.texts.intern(&id),
        name: Text::EMPTY,
        description: Text::EMPTY,
        region: Text::EMPTY,
        network,
        profile: ProfileIx::new(0),
        same_group,
        managed: rng.u8(0..10) == 0,
        rules: Vec::new(),
        incomplete,
        origin: None,
    };
    estate.groups.push(group);
}

fn any_network(rng: &mut Rng, estate: &Estate) -> NetworkIx {
    // The first network twice as often, so that groups and interfaces meet.
    NetworkIx::new(rng.usize(0..=estate.networks.len()) % estate.networks.len().max(1))
}

fn add_interface(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate, number: usize) {
    let network = any_network(rng, estate);
    let gap = maybe_gap(rng, knobs, estate, &format!("eni-{number}"), "its groups are not in the input");
    let groups = match gap {
        // The first interface always has groups, so that there is something to ask.
        Some(_) if number > 0 => None,
        _ => {
            let ids = group_ids(rng, knobs, estate, network);
            Some(intern_list(estate, ids))
        }
    };
    let addresses = (0..rng.usize(1..=3)).map(|_| address(rng, knobs)).collect();
    let interface = Interface {
        id: estate.texts.intern(&format!("eni-{number}")),
        instance: None,
        network: (!chance(rng, knobs.gaps / 4.0)).then_some(network),
        subnet: None,
        groups,
        addresses,
        public_known: true,
        primary: true,
        managed: false,
        filtered: true,
        down: false,
        gap: gap.filter(|_| groups.is_none()),
        origin: None,
    };
    estate.interfaces.push(interface);
}

/// One to three groups, mostly of the interface's own network, rarely one that is not in the input.
fn group_ids(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate, network: NetworkIx) -> Vec<Text> {
    let anywhere = rng.u8(0..8) == 0;
    let fitting: Vec<Text> = estate
        .groups
        .iter()
        .filter(|group| anywhere || group.network == Some(network))
        .map(|group| group.id)
        .collect();
    let fitting =
        if fitting.is_empty() { estate.groups.iter().map(|group| group.id).collect() } else { fitting };
    let amount = rng.usize(1..=3).min(fitting.len());
    let mut ids = rng.choose_multiple(fitting, amount);
    if chance(rng, knobs.gaps / 4.0) {
        ids.push(estate.texts.intern("g-gone"));
    }
    rng.shuffle(&mut ids);
    ids
}

/// The index of a list of group ids, adding it where it is new.
pub(crate) fn intern_list(estate: &mut Estate, ids: Vec<Text>) -> GroupListIx {
    let known = estate.group_lists.iter().position(|list| **list == *ids);
    GroupListIx::new(known.unwrap_or_else(|| {
        estate.group_lists.push(ids.into_boxed_slice());
        estate.group_lists.len() - 1
    }))
}

fn address(rng: &mut Rng, knobs: &Knobs) -> Address {
    let six = chance(rng, knobs.ipv6);
    let private = pool::member_address(rng, six);
    let public = (private.is_ipv4() && rng.u8(0..4) == 0).then(|| IpAddr::from([198, 51, 100, rng.u8(..)]));
    Address { private, public }
}

/// A list of the estate or, where gaps are wanted, one that is not in it.
fn any_address_list(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) -> (Text, Option<AddressListIx>) {
    if estate.address_lists.is_empty() || chance(rng, knobs.gaps) {
        return (estate.texts.intern("list-gone"), None);
    }
    let ix = AddressListIx::new(rng.usize(0..estate.address_lists.len()));
    (estate.address_list(ix).id, Some(ix))
}

fn any_port_list(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) -> (Text, Option<PortListIx>) {
    if estate.port_lists.is_empty() || chance(rng, knobs.gaps) {
        return (estate.texts.intern("ports-gone"), None);
    }
    let ix = PortListIx::new(rng.usize(0..estate.port_lists.len()));
    (estate.port_list(ix).id, Some(ix))
}

#[cfg(test)]
mod tests;
