//! Sets of IPv4 and IPv6 addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::cidr::{self, Cidr};
use crate::interval::IntervalSet;
use crate::special;
use crate::{Cardinality, Point};

/// A set of IP addresses of both families.
///
/// The families are apart: `0.0.0.0/0` says nothing about IPv6, and the IPv4-mapped addresses `::ffff:0:0/96` are IPv6.
/// The form is canonical, see [`IntervalSet`]; the order ([`Ord`]) is total and stable, and not inclusion.
///
/// ```
/// use portreeve_netset::AddressSet;
///
/// let net = AddressSet::from_prefix("10.0.0.0".parse()?, 8).ok_or("too long")?;
/// let half = AddressSet::from_range("10.0.0.0".parse()?, "10.127.255.255".parse()?).ok_or("no range")?;
/// let rest = net.difference(&half);
/// assert_eq!(rest.to_string(), "10.128.0.0/9");
/// assert_eq!(rest.union(&half), net);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct AddressSet {
    v4: IntervalSet<u32>,
    v6: IntervalSet<u128>,
}

impl AddressSet {
    /// The set without members.
    pub const fn empty() -> Self {
        Self { v4: IntervalSet::empty(), v6: IntervalSet::empty() }
    }

    /// All addresses of both families.
    pub const fn all() -> Self {
        Self { v4: IntervalSet::full(), v6: IntervalSet::full() }
    }

    /// All IPv4 addresses, `0.0.0.0/0`.
    pub const fn all_v4() -> Self {
        Self { v4: IntervalSet::full(), v6: IntervalSet::empty() }
    }

    /// All IPv6 addresses, `::/0`.
    pub const fn all_v6() -> Self {
        Self { v4: IntervalSet::empty(), v6: IntervalSet::full() }
    }

    /// Every globally routable unicast IPv4 address: all but multicast and every block of the
    /// [IANA registry of special-purpose addresses](https://www.iana.org/assignments/iana-ipv4-special-registry),
    /// those included that the registry calls globally reachable (AS112, AMT), as no customer has an address there.
    pub fn everyone_v4() -> Self {
        special::EVERYONE_V4.clone().into()
    }

    /// Every IPv6 address of `2000::/3`, the block of global unicast addresses.
    pub fn everyone_v6() -> Self {
        special::EVERYONE_V6.clone().into()
    }

    /// The addresses of the internet: [`AddressSet::everyone_v4`] and [`AddressSet::everyone_v6`] together.
    pub fn globally_routable() -> Self {
        Self { v4: special::EVERYONE_V4.clone(), v6: special::EVERYONE_V6.clone() }
    }

    /// The set of these IPv4 addresses and these IPv6 addresses, as big-endian numbers.
    pub const fn from_parts(v4: IntervalSet<u32>, v6: IntervalSet<u128>) -> Self {
        Self { v4, v6 }
    }

    /// The addresses that share the first `prefix_len` bits with `address`, whatever its other bits are. `None` when
    /// the family has fewer bits than that.
    pub fn from_prefix(address: IpAddr, prefix_len: u8) -> Option<Self> {
        Cidr::new(address, prefix_len).map(Self::from)
    }

    /// The addresses from `lo` to `hi`, both included. `None` when they are of different families or `lo > hi`.
    pub fn from_range(lo: IpAddr, hi: IpAddr) -> Option<Self> {
        if lo > hi {
            return None;
        }
        match (lo, hi) {
            (IpAddr::V4(lo), IpAddr::V4(hi)) => {
                Some(IntervalSet::from_range(lo.to_bits(), hi.to_bits()).into())
            }
            (IpAddr::V6(lo), IpAddr::V6(hi)) => {
                Some(IntervalSet::from_range(lo.to_bits(), hi.to_bits()).into())
            }
            _ => None,
        }
    }

    /// The members of all the sets, in one step: much faster than one union after the other.
    pub fn union_all<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for set in sets {
            v4.extend_from_slice(set.v4.intervals());
            v6.extend_from_slice(set.v6.intervals());
        }
        Self { v4: v4.into_iter().collect(), v6: v6.into_iter().collect() }
    }

    /// The IPv4 members, as big-endian numbers.
    pub const fn v4(&self) -> &IntervalSet<u32> {
        &self.v4
    }

    /// The IPv6 members, as big-endian numbers.
    pub const fn v6(&self) -> &IntervalSet<u128> {
        &self.v6
    }

    /// Whether `address` is a member.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => self.v4.contains(v4.to_bits()),
            IpAddr::V6(v6) => self.v6.contains(v6.to_bits()),
        }
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether every address of both families is a member.
    pub fn is_full(&self) -> bool {
        self.v4.is_full() && self.v6.is_full()
    }

    /// Whether every member of `self` is one of `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.v4.is_subset(&other.v4) && self.v6.is_subset(&other.v6)
    }

    /// Whether no address is a member of both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.v4.is_disjoint(&other.v4) && self.v6.is_disjoint(&other.v6)
    }

    /// The members of either.
    pub fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    /// The members of both.
    pub fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    /// The members of `self` that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        Self { v4: self.v4.difference(&other.v4), v6: self.v6.difference(&other.v6) }
    }

    /// The addresses of both families that are not members.
    pub fn complement(&self) -> Self {
        Self { v4: self.v4.complement(), v6: self.v6.complement() }
    }

    /// Adds all members of `other`, in place where that is possible.
    pub fn union_with(&mut self, other: &Self) {
        self.v4.union_with(&other.v4);
        self.v6.union_with(&other.v6);
    }

    /// Removes all members but keeps the memory.
    pub fn clear(&mut self) {
        self.v4.clear();
        self.v6.clear();
    }

    /// The number of members of both families together.
    pub fn cardinality(&self) -> Cardinality {
        self.v4.cardinality().saturating_add(self.v6.cardinality())
    }

    /// The fewest prefixes that cover exactly this set, IPv4 before IPv6, ascending.
    ///
    /// ```
    /// use portreeve_netset::AddressSet;
    ///
    /// let set = AddressSet::from_range("10.0.0.1".parse()?, "10.0.0.4".parse()?).ok_or("no range")?;
    /// let prefixes: Vec<String> = set.cidrs().iter().map(ToString::to_string).collect();
    /// assert_eq!(prefixes, ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cidrs(&self) -> Vec<Cidr> {
        let mut out = Vec::with_capacity(self.v4.intervals().len() + self.v6.intervals().len());
        for &(lo, hi) in self.v4.intervals() {
            cidr::cover_v4(lo, hi, &mut out);
        }
        for &(lo, hi) in self.v6.intervals() {
            cidr::cover_v6(lo, hi, &mut out);
        }
        out
    }

    /// One member, the plainest there is, or `None` when there is none.
    ///
    /// A reader should not wonder about the address itself, so an ordinary public host address comes first, then any
    /// public one, then one of a private network, then any; within each, IPv4 before IPv6.
    ///
    /// ```
    /// use portreeve_netset::{AddressSet, Cidr};
    ///
    /// let nets = ["10.0.0.0/8".parse::<Cidr>()?, "8.8.8.0/24".parse()?];
    /// let set: AddressSet = nets.into_iter().collect();
    /// assert_eq!(set.witness(), Some("8.8.8.1".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn witness(&self) -> Option<IpAddr> {
        let within = |scope: &Self| {
            let members = self.intersection(scope);
            members.host_like().or_else(|| members.lowest())
        };
        within(&special::ORDINARY)
            .or_else(|| within(&Self::globally_routable()))
            .or_else(|| within(&special::PRIVATE))
            .or_else(|| self.host_like())
            .or_else(|| self.lowest())
    }

    /// Whether a member is a public address in the sense of [`AddressSet::globally_routable`].
    pub fn has_public(&self) -> bool {
        !self.v4.is_disjoint(&special::EVERYONE_V4) || !self.v6.is_disjoint(&special::EVERYONE_V6)
    }

    /// The lowest member, IPv4 first.
    pub(crate) fn lowest(&self) -> Option<IpAddr> {
        let v4 = self.v4.first().map(|bits| Ipv4Addr::from_bits(bits).into());
        v4.or_else(|| self.v6.first().map(|bits| Ipv6Addr::from_bits(bits).into()))
    }

    /// A member, IPv4 first, that does not look like the address of a network or of a broadcast.
    fn host_like(&self) -> Option<IpAddr> {
        self.host_like_v4().map(IpAddr::V4).or_else(|| self.host_like_v6().map(IpAddr::V6))
    }

    fn host_like_v4(&self) -> Option<Ipv4Addr> {
        let lowest =
            || first_where(&self.v4, |bits| !matches!(bits & 0xff, 0 | 0xff)).map(Ipv4Addr::from_bits);
        if self.v4.contains(EXAMPLE_V4.to_bits()) { Some(EXAMPLE_V4) } else { lowest() }
    }

    fn host_like_v6(&self) -> Option<Ipv6Addr> {
        // The first address of an IPv6 subnet is the anycast address of its routers (RFC 4291, section 2.6.1).
        let lowest =
            || first_where(&self.v6, |bits| bits & u128::from(u64::MAX) != 0).map(Ipv6Addr::from_bits);
        if self.v6.contains(EXAMPLE_V6.to_bits()) { Some(EXAMPLE_V6) } else { lowest() }
    }
}

/// Public addresses that everybody recognises as picked for the sake of an example.
const EXAMPLE_V4: Ipv4Addr = Ipv4Addr::new(1, 2, 3, 4);
const EXAMPLE_V6: Ipv6Addr = Ipv6Addr::new(0x2a00, 1, 2, 3, 0, 0, 0, 4);

/// The lowest member that `accepts`, which must not refuse more than two values in a row.
fn first_where<T: Point>(set: &IntervalSet<T>, accepts: impl Fn(T) -> bool) -> Option<T> {
    let from = |&(lo, hi): &(T, T)| {
        let ascending = std::iter::successors(Some(lo), |value| value.next());
        ascending.take(3).find(|&value| value <= hi && accepts(value))
    };
    set.intervals().iter().find_map(from)
}

impl From<IntervalSet<u32>> for AddressSet {
    fn from(v4: IntervalSet<u32>) -> Self {
        Self { v4, v6: IntervalSet::empty() }
    }
}

impl From<IntervalSet<u128>> for AddressSet {
    fn from(v6: IntervalSet<u128>) -> Self {
        Self { v4: IntervalSet::empty(), v6 }
    }
}

impl From<IpAddr> for AddressSet {
    fn from(address: IpAddr) -> Self {
        Cidr::from(address).into()
    }
}

impl From<Cidr> for AddressSet {
    fn from(cidr: Cidr) -> Self {
        // Both ends of a prefix are of one family and in order, so there always is a range.
        Self::from_range(cidr.address(), cidr.last_address()).unwrap_or_default()
    }
}

impl FromIterator<Cidr> for AddressSet {
    fn from_iter<I: IntoIterator<Item = Cidr>>(cidrs: I) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for cidr in cidrs {
            match (cidr.address(), cidr.last_address()) {
                (IpAddr::V4(lo), IpAddr::V4(hi)) => v4.push((lo.to_bits(), hi.to_bits())),
                (IpAddr::V6(lo), IpAddr::V6(hi)) => v6.push((lo.to_bits(), hi.to_bits())),
                // Both ends of a prefix are of one family.
                _ => {}
            }
        }
        Self { v4: v4.into_iter().collect(), v6: v6.into_iter().collect() }
    }
}

impl fmt::Debug for AddressSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

/// Prints the fewest prefixes, `10.0.0.0/8,2001:db8::/32`, and `none` for the empty set.
impl fmt::Display for AddressSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        for (position, cidr) in self.cidrs().into_iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{cidr}")?;
        }
        Ok(())
    }
}
