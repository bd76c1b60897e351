//! Who "everyone" is, and what a wide block is.

use std::net::IpAddr;
use std::sync::LazyLock;

use portreeve_netset::{AddressSet, IntervalSet, Point};

/// Every globally routable unicast address of both families: the IANA special-purpose blocks are left out of IPv4, and IPv6 is
/// `2000::/3`.
pub(crate) static EVERYONE: LazyLock<AddressSet> = LazyLock::new(AddressSet::globally_routable);

static NOBODY_V4: LazyLock<IntervalSet<u32>> = LazyLock::new(|| EVERYONE.v4().complement());
static NOBODY_V6: LazyLock<IntervalSet<u128>> = LazyLock::new(|| EVERYONE.v6().complement());

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

impl Family {
    pub(crate) const BOTH: [Self; 2] = [Self::V4, Self::V6];

    /// The part of a set that is of this family.
    pub(crate) fn of(self, set: &AddressSet) -> AddressSet {
        match self {
            Self::V4 => AddressSet::from_parts(set.v4().clone(), IntervalSet::empty()),
            Self::V6 => AddressSet::from_parts(IntervalSet::empty(), set.v6().clone()),
        }
    }

    /// Whether an address is of this family.
    pub(crate) fn holds(self, address: IpAddr) -> bool {
        address.is_ipv4() == (self == Self::V4)
    }

    /// Whether a set of local addresses has one of this family: of an interface's own, where they are given.
    pub(crate) fn speaks_of(self, local: &AddressSet, own: Option<&AddressSet>) -> bool {
        match (self, own) {
            (Self::V4, None) => !local.v4().is_empty(),
            (Self::V6, None) => !local.v6().is_empty(),
            (Self::V4, Some(own)) => !own.v4().is_disjoint(local.v4()),
            (Self::V6, Some(own)) => !own.v6().is_disjoint(local.v6()),
        }
    }
}

/// Whether everyone of a family is in a set.
pub(crate) fn holds_everyone(set: &AddressSet, family: Family) -> bool {
    match family {
        Family::V4 => holds(set.v4(), EVERYONE.v4()),
        Family::V6 => holds(set.v6(), EVERYONE.v6()),
    }
}

/// The common cases first: nothing, or all.
fn holds<T: Point>(set: &IntervalSet<T>, everyone: &IntervalSet<T>) -> bool {
    match set.intervals() {
        [] => false,
        [(first, last)] if *first == T::MIN && *last == T::MAX => true,
        _ => everyone.is_subset(set),
    }
}

/// Whether everyone of some whole block of `len` bits (a /8, say) is in a set. Blocks without any public address do not count.
pub(crate) fn holds_block(set: &AddressSet, family: Family, len: u8) -> bool {
    match family {
        Family::V4 => {
            let hosts = u32::MAX.checked_shr(len.into()).unwrap_or(0);
            block(set.v4(), EVERYONE.v4(), &NOBODY_V4, hosts.into())
        }
        Family::V6 => {
            let hosts = u128::MAX.checked_shr(len.into()).unwrap_or(0);
            block(set.v6(), EVERYONE.v6(), &NOBODY_V6, hosts)
        }
    }
}

/// `hosts` are the bits of a block that its addresses differ in.
fn block<T: Point>(
    set: &IntervalSet<T>,
    everyone: &IntervalSet<T>,
    nobody: &IntervalSet<T>,
    hosts: u128,
) -> bool {
    let size = |(lo, hi): &(T, T)| (hi.to_u128() - lo.to_u128()).saturating_add(1);
    let reach: u128 = set.intervals().iter().fold(0, |sum, range| sum.saturating_add(size(range)));
    // A quick no for most rules: special-purpose addresses fill a little more than half of 192.0.0.0/2, and at most half of
    // any smaller block that holds public ones at all.
    if reach <= hosts / 4 {
        return false;
    }
    let filled = set.union(nobody);
    filled.intervals().iter().any(|(lo, hi)| {
        whole_blocks(lo.to_u128(), hi.to_u128(), hosts).is_some_and(|(lo, hi)| meets(everyone, lo, hi))
    })
}

/// From the first to the last address of the whole blocks within a range.
fn whole_blocks(lo: u128, hi: u128, hosts: u128) -> Option<(u128, u128)> {
    let first = lo.checked_add(hosts)? & !hosts;
    let last = match hi.checked_add(1) {
        Some(beyond) => (beyond & !hosts).checked_sub(1)?,
        None => hi,
    };
    (first <= last).then_some((first, last))
}

fn meets<T: Point>(set: &IntervalSet<T>, lo: u128, hi: u128) -> bool {
    set.intervals().iter().any(|(first, last)| first.to_u128() <= hi && lo <= last.to_u128())
}

/// The address of an interface that a witness is sent to where no interface is known.
pub(crate) fn unspecified(family: Family) -> IpAddr {
    match family {
        Family::V4 => IpAddr::from([0; 4]),
        Family::V6 => IpAddr::from([0; 16]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(cidrs: &[&str]) -> AddressSet {
        cidrs.iter().fold(AddressSet::empty(), |set, cidr| {
            let (address, len) = cidr.split_once('/').unwrap();
            set.union(&AddressSet::from_prefix(address.parse().unwrap(), len.parse().unwrap()).unwrap())
        })
    }

    #[test]
    fn two_halves_are_everyone_and_one_is_not() {
        assert!(holds_everyone(&set(&["0.0.0.0/1", "128.0.0.0/1"]), Family::V4));
        assert!(!holds_everyone(&set(&["0.0.0.0/1"]), Family::V4));
        assert!(!holds_everyone(&set(&["0.0.0.0/0"]), Family::V6));
        assert!(holds_everyone(&set(&["2000::/3"]), Family::V6));
        assert!(!holds_everyone(&set(&["2000::/4", "3000::/5"]), Family::V6));
    }

    #[test]
    fn documentation_and_private_blocks_are_not_part_of_everyone() {
        let without = |cidrs: &[&str]| AddressSet::all_v4().difference(&set(cidrs));
        assert!(holds_everyone(&without(&["10.0.0.0/8", "203.0.113.0/24", "224.0.0.0/3"]), Family::V4));
        assert!(!holds_everyone(&without(&["8.8.8.8/32"]), Family::V4));
    }

    #[test]
    fn a_wide_block_is_public_whole_and_large() {
        let cases: [(&[&str], bool); 7] = [
            (&["8.0.0.0/8"], true),
            (&["0.0.0.0/1"], true),
            (&["10.0.0.0/8"], false),
            (&["127.0.0.0/8", "10.0.0.0/8"], false),
            (&["8.0.0.0/9"], false),
            // Half of one block and half of the next make no whole block.
            (&["8.128.0.0/9", "9.0.0.0/9"], false),
            (&["192.0.0.0/8"], true),
        ];
        for (cidrs, expected) in cases {
            assert_eq!(holds_block(&set(cidrs), Family::V4, 8), expected, "{cidrs:?}");
        }
        // The special-purpose parts of a block may be missing, its public parts not.
        let holed = set(&["172.0.0.0/8"]).difference(&set(&["172.16.0.0/12"]));
        assert!(holds_block(&holed, Family::V4, 8));
        assert!(!holds_block(&holed.difference(&set(&["172.217.0.1/32"])), Family::V4, 8));
        assert!(holds_block(&set(&["2400::/12"]), Family::V6, 16));
        assert!(holds_block(&set(&["2400::/16"]), Family::V6, 16));
        assert!(!holds_block(&set(&["2400::/17"]), Family::V6, 16));
    }

    #[test]
    fn a_block_may_have_any_length() {
        let cases: [(&str, u8, bool); 14] = [
            ("8.8.8.8/32", 32, true),
            ("8.8.8.8/32", 31, false),
            ("8.8.8.8/31", 31, true),
            ("10.0.0.1/32", 32, false),
            // A half or more of these blocks is special: the public rest is all of it.
            ("192.88.98.0/24", 23, true),
            ("192.88.98.0/25", 23, false),
            ("192.0.0.0/3", 2, true),
            ("192.0.0.0/4", 2, false),
            ("0.0.0.0/0", 0, true),
            ("0.0.0.0/1", 0, false),
            ("2400::/32", 64, true),
            ("2400::1/128", 128, true),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", 128, false),
            ("::/0", 128, true),
        ];
        for (cidr, len, expected) in cases {
            let family = if cidr.contains(':') { Family::V6 } else { Family::V4 };
            assert_eq!(holds_block(&set(&[cidr]), family, len), expected, "{cidr} {len}");
        }
    }
}
