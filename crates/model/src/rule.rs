//! A rule as its document says it: ranges and prefixes, never sets.

use std::fmt;
use std::net::IpAddr;

use crate::{AddressListIx, GapIx, GroupIx, PortListIx, Text};

/// Which way the connection that a rule speaks of is opened, seen from the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// Opened by the other side.
    Ingress,
    /// Opened by the interface.
    Egress,
}

impl Direction {
    /// Both directions, ingress first.
    pub const BOTH: [Self; 2] = [Self::Ingress, Self::Egress];

    /// `ingress` or `egress`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a rule does with what it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Blocks it.
    Deny,
    /// Lets it through.
    Allow,
}

impl Action {
    /// `allow` or `deny`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The protocols of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// Every protocol.
    All,
    /// One IANA protocol number.
    Number(u8),
}

impl Protocol {
    /// ICMP for IPv4.
    pub const ICMP: Self = Self::Number(1);
    /// TCP.
    pub const TCP: Self = Self::Number(6);
    /// UDP.
    pub const UDP: Self = Self::Number(17);
    /// GRE.
    pub const GRE: Self = Self::Number(47);
    /// ICMP for IPv6.
    pub const ICMPV6: Self = Self::Number(58);
}

/// A version of the internet protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

/// An inclusive range of ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// The range from `first` to `last`, or nothing when it would be empty.
    pub const fn new(first: u16, last: u16) -> Option<Self> {
        if first <= last { Some(Self { first, last }) } else { None }
    }

    /// The range of one port.
    pub const fn one(port: u16) -> Self {
        Self { first: port, last: port }
    }

    /// The first port.
    pub const fn first(self) -> u16 {
        self.first
    }

    /// The last port, included.
    pub const fn last(self) -> u16 {
        self.last
    }
}

/// A named list that a rule refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListRef<Ix> {
    /// The list's id as the rule says it.
    pub id: Text,
    /// The list, when the input has it; without it the rule's reach is unknown and its gap says so.
    pub list: Option<Ix>,
}

/// The destination (or source) ports of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ports {
    /// Every port; also where the protocol has none.
    All,
    /// One range.
    Range(PortRange),
    /// Several ranges in one rule.
    Ranges(Box<[PortRange]>),
    /// A port list kept elsewhere.
    List(ListRef<PortListIx>),
    /// The document does not say it in a way that could be read; the rule's gap says why.
    Unknown,
}

/// An address with the number of leading bits that count. Host bits are cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix {
    address: IpAddr,
    len: u8,
}

impl Prefix {
    /// The prefix of `len` bits that `address` lies in; nothing when the family has fewer bits.
    pub fn new(address: IpAddr, len: u8) -> Option<Self> {
        let address = match address {
            IpAddr::V4(v4) if len <= 32 => {
                let mask = u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0);
                IpAddr::from((u32::from(v4) & mask).to_be_bytes())
            }
            IpAddr::V6(v6) if len <= 128 => {
                let mask = u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0);
                IpAddr::from((u128::from(v6) & mask).to_be_bytes())
            }
            _ => return None,
        };
        Some(Self { address, len })
    }

    /// The prefix of one address.
    pub fn host(address: IpAddr) -> Self {
        Self { address, len: if address.is_ipv4() { 32 } else { 128 } }
    }

    /// The first address.
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// How many leading bits count.
    #[expect(clippy::len_without_is_empty, reason = "a prefix always holds at least one address")]
    pub fn len(self) -> u8 {
        self.len
    }

    /// Whether the prefix holds every address of its family.
    pub fn is_all(self) -> bool {
        self.len == 0
    }

    /// Whether it holds an address; never one of the other family.
    pub fn contains(self, address: IpAddr) -> bool {
        Self::new(address, self.len).is_some_and(|prefix| prefix == self)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.len)
    }
}

/// An inclusive range of addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressRange {
    first: IpAddr,
    last: IpAddr,
}

impl AddressRange {
    /// The range from `first` to `last`; nothing when it would be empty or mixes families.
    pub fn new(first: IpAddr, last: IpAddr) -> Option<Self> {
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Self { first, last })
    }

    /// The first address.
    pub fn first(self) -> IpAddr {
        self.first
    }

    /// The last address, included.
    pub fn last(self) -> IpAddr {
        self.last
    }
}

impl From<Prefix> for AddressRange {
    fn from(prefix: Prefix) -> Self {
        let last = match prefix.address {
            IpAddr::V4(v4) => {
                let host = u32::MAX.checked_shr(u32::from(prefix.len)).unwrap_or(0);
                IpAddr::from((u32::from(v4) | host).to_be_bytes())
            }
            IpAddr::V6(v6) => {
                let host = u128::MAX.checked_shr(u32::from(prefix.len)).unwrap_or(0);
                IpAddr::from((u128::from(v6) | host).to_be_bytes())
            }
        };
        Self { first: prefix.address, last }
    }
}

/// The remote side of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Peer {
    /// Every address of both families.
    Any,
    /// One prefix; it says nothing of the other family.
    Prefix(Prefix),
    /// A prefix list or address group kept elsewhere.
    List(ListRef<AddressListIx>),
    /// The private addresses of a group's members.
    Group {
        /// The group's id as the rule says it.
        id: Text,
        /// The owner's account where it is another one, else empty.
        owner: Text,
        /// The group, when the input has it; without it its members are unknown and the rule's gap says so.
        group: Option<GroupIx>,
        /// The family of the addresses that count, where the rule speaks of one only.
        family: Option<Family>,
    },
    /// The document does not say it in a way that could be read; the rule's gap says why.
    Unknown,
}

/// Where the traffic of a rule may come from or go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Anywhere: the usual case.
    Anywhere,
    /// Only traffic that passes the public interface (classic networks keep a rule set for each side).
    Internet,
    /// Only traffic that passes the private interface.
    Private,
}

/// Whether the platform applies a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Acts {
    /// It does.
    Surely,
    /// The document leaves it open (an unreadable priority, say); the rule's gap says why.
    Possibly,
    /// It does not: switched off, or of a kind that this platform ignores.
    Never,
}

/// What a rule may ask beyond protocol, ports and peer. Few rules do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Narrow {
    /// The client's ports.
    pub source_ports: Ports,
    /// The addresses of the interface that the rule is about; `None` is all of them.
    pub local: Option<Prefix>,
}

/// One rule of a group or one entry of a network ACL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The vendor's id, empty where it has none.
    pub id: Text,
    /// The user's words.
    pub description: Text,
    /// Place in the merged list of its group and direction, counted from 1.
    pub position: u32,
    /// The vendor's number, lower first where the profile ranks by priority; 0 where there is none.
    pub priority: u32,
    /// Ingress or egress.
    pub direction: Direction,
    /// Allow or deny.
    pub action: Action,
    /// Whether the platform applies it.
    pub acts: Acts,
    /// Where its traffic may come from.
    pub scope: Scope,
    /// Protocols.
    pub protocol: Protocol,
    /// Destination ports, in both directions.
    pub ports: Ports,
    /// The remote side.
    pub peer: Peer,
    /// Source ports and local addresses, where the rule asks for them.
    pub narrow: Option<Box<Narrow>>,
    /// Why its ports, peer or effect are not surely known.
    pub gap: Option<GapIx>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_clears_host_bits_and_refuses_long_lengths() {
        let cases = [
            ("10.159.6.18", 12, Some("10.144.0.0/12")),
            ("255.255.255.255", 0, Some("0.0.0.0/0")),
            ("1.2.3.4", 32, Some("1.2.3.4/32")),
            ("1.2.3.4", 33, None),
            ("2001:db8:1a2b::1", 32, Some("2001:db8::/32")),
            ("ffff::", 0, Some("::/0")),
            ("::1", 129, None),
        ];
        for (address, len, expected) in cases {
            let prefix = Prefix::new(address.parse().unwrap(), len).map(|p| p.to_string());
            assert_eq!(prefix.as_deref(), expected, "{address}/{len}");
        }
    }

    #[test]
    fn a_prefix_spans_its_range() {
        let cases = [
            ("10.0.0.0", 8, "10.255.255.255"),
            ("0.0.0.0", 0, "255.255.255.255"),
            ("1.2.3.4", 32, "1.2.3.4"),
            ("2001:db8::", 126, "2001:db8::3"),
            ("::", 0, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ];
        for (address, len, last) in cases {
            let range = AddressRange::from(Prefix::new(address.parse().unwrap(), len).unwrap());
            assert_eq!(range.last(), last.parse::<IpAddr>().unwrap(), "{address}/{len}");
        }
    }

    #[test]
    fn a_prefix_holds_the_addresses_of_its_range_and_family() {
        let cases = [
            ("10.0.0.0", 8, "10.255.255.255", true),
            ("10.0.0.0", 8, "11.0.0.0", false),
            ("0.0.0.0", 0, "255.255.255.255", true),
            ("0.0.0.0", 0, "::", false),
            ("::", 0, "0.0.0.0", false),
            ("1.2.3.4", 32, "1.2.3.4", true),
            ("1.2.3.4", 32, "1.2.3.5", false),
            ("2001:db8::", 127, "2001:db8::1", true),
            ("2001:db8::", 127, "2001:db8::2", false),
            // Of the other family, though their first bits are the same.
            ("::", 8, "0.0.0.1", false),
        ];
        for (address, len, asked, expected) in cases {
            let prefix = Prefix::new(address.parse().unwrap(), len).unwrap();
            assert_eq!(prefix.contains(asked.parse().unwrap()), expected, "{prefix} {asked}");
        }
    }

    #[test]
    fn empty_and_mixed_ranges_cannot_be_written() {
        assert_eq!(PortRange::new(81, 80), None);
        let (four, six) = ("1.1.1.1".parse().unwrap(), "::1".parse().unwrap());
        assert_eq!(AddressRange::new(four, six), None);
        assert_eq!(AddressRange::new("1.1.1.2".parse().unwrap(), four), None);
    }

    #[test]
    fn a_rule_stays_small() {
        assert!(size_of::<Rule>() <= 96, "{} bytes", size_of::<Rule>());
    }
}
