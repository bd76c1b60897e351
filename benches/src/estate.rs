//! What an estate consists of, before any of it is written.

use std::collections::HashSet;
use std::fmt;
use std::net::Ipv6Addr;

use crate::error::GenerateError;
use crate::ids::{Id, Ids, Kind};
use crate::pool;
use crate::template::Written;

/// The region of everything.
pub const REGION: &str = "cn-hangzhou";

/// Zones of the region; each network has one subnet in each.
pub const ZONES: [char; 4] = ['h', 'i', 'j', 'k'];

/// Prefix lists that the vendor allows in one region.
const MOST_PREFIX_LISTS: u32 = 100;

/// How many of what.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Security groups.
    pub groups: u32,
    /// Instances, each with one interface.
    pub instances: u32,
    /// Distinct lists of groups that the interfaces have.
    pub lists: u32,
    /// What all random choices follow from.
    pub seed: u64,
}

/// Which of the vendor's defaults hold for a group, and whether its owner may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// Basic (`normal`).
    Basic,
    /// Advanced (`enterprise`).
    Advanced,
    /// Basic, made and held by a cloud service.
    Managed,
}

/// An estate of a size. Everything about one object follows from the seed and the object's number, so that any part can be
/// written without the rest.
#[derive(Clone, Debug)]
pub struct Estate {
    /// What was asked for.
    pub size: Size,
    /// Where identifiers and random numbers come from.
    pub ids: Ids,
    /// Number of networks; group `g` belongs to network `g % networks`.
    pub networks: u32,
    /// Number of prefix lists.
    pub prefix_lists: u32,
    /// The lists of groups that interfaces have; the groups of one list are of one network and one kind.
    pub lists: Vec<Vec<u32>>,
}

impl Estate {
    /// Plans an estate.
    ///
    /// # Errors
    /// If there are too few groups for as many distinct lists.
    pub fn plan(size: Size) -> Result<Self, GenerateError> {
        let ids = Ids::new(size.seed);
        let networks = (size.groups / 500).max(size.instances / 20_000).min(size.lists).max(1);
        let prefix_lists = (size.groups / 100).clamp(5, MOST_PREFIX_LISTS);
        let mut estate = Self { size, ids, networks, prefix_lists, lists: Vec::new() };
        let mut taken = HashSet::new();
        for number in 0..size.lists {
            let list = estate.new_list(number, &mut taken);
            let too_many = GenerateError::TooManyLists { lists: size.lists, groups: size.groups };
            estate.lists.push(list.ok_or(too_many)?);
        }
        Ok(estate)
    }

    /// A list that no interface has yet. Most interfaces have one group, few have three.
    fn new_list(&self, number: u32, taken: &mut HashSet<Vec<u32>>) -> Option<Vec<u32>> {
        const ATTEMPTS: u32 = 1_000;
        let mut random = self.ids.random(Kind::GroupList, number.into());
        let network = number % self.networks;
        (0..ATTEMPTS).find_map(|_| {
            let length = pool::weighted(&mut random, &[(11, 1), (6, 2), (3, 3)]).unwrap_or(1);
            let groups: Option<Vec<u32>> =
                (0..length).map(|_| self.any_group_of(network, &mut random)).collect();
            let groups = groups?;
            let kind = self.kind_of(*groups.first()?);
            let alike = groups.iter().all(|&group| self.kind_of(group) == kind) && kind != GroupKind::Managed;
            let mut sorted = groups.clone();
            sorted.sort_unstable();
            sorted.dedup();
            (alike && sorted.len() == groups.len() && taken.insert(sorted)).then_some(groups)
        })
    }

    /// Any group of a network, if it has one.
    pub fn any_group_of(&self, network: u32, random: &mut fastrand::Rng) -> Option<u32> {
        let groups = self.size.groups.saturating_sub(network).div_ceil(self.networks);
        (groups > 0).then(|| random.u32(..groups) * self.networks + network)
    }

    /// The network that a group belongs to.
    pub const fn network_of(&self, group: u32) -> u32 {
        group % self.networks
    }

    /// The kind of a group: one in twenty is advanced, one in a hundred managed.
    pub const fn kind_of(&self, group: u32) -> GroupKind {
        let within_network = group / self.networks;
        if within_network % 20 == 7 {
            GroupKind::Advanced
        } else if within_network % 100 == 42 {
            GroupKind::Managed
        } else {
            GroupKind::Basic
        }
    }

    /// The identifier of a group.
    pub const fn group_id(&self, group: u32) -> Id {
        self.ids.id(Kind::Group, group as u64)
    }

    /// The name of a group.
    pub fn group_name(&self, group: u32) -> impl fmt::Display {
        let number = self.ids.number(Kind::Group, group.into());
        let managed = self.kind_of(group) == GroupKind::Managed;
        Written(move |out: &mut fmt::Formatter<'_>| {
            if managed {
                return write!(out, "Created_by_cloud_service_nat_{group}");
            }
            let environment = pool::nth(&pool::ENVIRONMENTS, number);
            write!(out, "{environment}-{}-sg-{group:06}", pool::nth(&pool::ROLES, number >> 8))
        })
    }

    /// The identifier of a network.
    pub const fn network_id(&self, network: u32) -> Id {
        self.ids.id(Kind::Network, network as u64)
    }

    /// Whether the network has IPv6: one in four does.
    pub const fn has_ipv6(network: u32) -> bool {
        network % 4 == 1
    }

    /// The first address of a network's IPv6 prefix, a /56 of the vendor's own.
    pub const fn ipv6_prefix(network: u32) -> Ipv6Addr {
        Ipv6Addr::from_bits(0x2408_4005 << 96 | (network as u128 & 0xff_ffff) << 72)
    }

    /// The first address of a subnet's IPv6 prefix, a /64 of its network's.
    pub const fn ipv6_subnet(network: u32, zone: usize) -> Ipv6Addr {
        Ipv6Addr::from_bits(Self::ipv6_prefix(network).to_bits() | (zone as u128) << 64)
    }

    /// The identifier of the subnet of a network in a zone.
    pub const fn subnet_id(&self, network: u32, zone: usize) -> Id {
        self.ids.id(Kind::Subnet, network as u64 * ZONES.len() as u64 + zone as u64)
    }

    /// The identifier of a prefix list.
    pub const fn prefix_list_id(&self, list: u32) -> Id {
        self.ids.id(Kind::PrefixList, list as u64)
    }

    /// Whether a prefix list holds IPv6 prefixes: one in five does.
    pub const fn is_ipv6_list(list: u32) -> bool {
        list % 5 == 4
    }

    /// The name of a prefix list.
    pub fn prefix_list_name(list: u32) -> impl fmt::Display {
        let family = if Self::is_ipv6_list(list) { "v6" } else { "v4" };
        Written(move |out: &mut fmt::Formatter<'_>| {
            write!(out, "{}-{family}-{list}", pool::nth(&pool::SITES, list.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Estate, GroupKind, Size};

    #[test]
    fn lists_are_distinct_and_of_one_network_and_kind() {
        let estate = Estate::plan(Size { groups: 1_000, instances: 0, lists: 200, seed: 3 }).unwrap();
        let mut lists = estate.lists.clone();
        for list in &mut lists {
            let of = |group: &u32| (estate.network_of(*group), estate.kind_of(*group));
            assert!(list.iter().all(|group| of(group) == of(&list[0]) && of(group).1 != GroupKind::Managed));
            list.sort_unstable();
            list.dedup();
        }
        lists.sort();
        lists.dedup();
        assert_eq!(lists.len(), 200);
    }

    #[test]
    fn more_lists_than_there_can_be_are_refused() {
        let error = Estate::plan(Size { groups: 2, instances: 0, lists: 4, seed: 3 }).unwrap_err();
        assert!(error.to_string().contains("4 distinct lists among 2 groups"), "{error}");
    }
}
