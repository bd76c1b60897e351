//! Address prefixes in CIDR notation, and the fewest of them that cover an interval.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address prefix such as `10.0.0.0/8`: all addresses that share the first [`Cidr::prefix_len`] bits.
///
/// Bits behind the prefix are always zero, so equal prefixes are equal values. The order is IPv4 before IPv6, then
/// by address, then the wider prefix first.
///
/// ```
/// use portreeve_netset::Cidr;
///
/// let net: Cidr = "10.20.30.40/8".parse()?;
/// assert_eq!(net.to_string(), "10.0.0.0/8");
/// assert!(net.contains("10.255.0.1".parse()?));
/// assert_eq!("192.0.2.7".parse::<Cidr>()?.prefix_len(), 32);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cidr {
    address: IpAddr,
    len: u8,
}

impl Cidr {
    /// The prefix of `len` bits that `address` lies in, or `None` when the family has fewer bits than that.
    pub fn new(address: IpAddr, len: u8) -> Option<Self> {
        let address = match address {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & v4_mask(len)?)),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & v6_mask(len)?)),
        };
        Some(Self { address, len })
    }

    /// The first address, with all bits behind the prefix zero.
    pub const fn address(self) -> IpAddr {
        self.address
    }

    /// The number of leading bits that are fixed: 0–32 for IPv4, 0–128 for IPv6.
    pub const fn prefix_len(self) -> u8 {
        self.len
    }

    /// The last address.
    pub fn last_address(self) -> IpAddr {
        match self.address {
            IpAddr::V4(v4) => {
                Ipv4Addr::from_bits(v4.to_bits() | !v4_mask(self.len).unwrap_or(u32::MAX)).into()
            }
            IpAddr::V6(v6) => {
                Ipv6Addr::from_bits(v6.to_bits() | !v6_mask(self.len).unwrap_or(u128::MAX)).into()
            }
        }
    }

    /// Whether `address` has this prefix; an address of the other family never has.
    pub fn contains(self, address: IpAddr) -> bool {
        // The order of addresses puts all of IPv4 below all of IPv6, so the bounds keep the families apart.
        self.address <= address && address <= self.last_address()
    }
}

/// The bits that a prefix of `len` bits fixes, or `None` when IPv4 has fewer.
const fn v4_mask(len: u8) -> Option<u32> {
    match len {
        0 => Some(0),
        1..=32 => Some(u32::MAX << (32 - len)),
        _ => None,
    }
}

/// The bits that a prefix of `len` bits fixes, or `None` when IPv6 has fewer.
const fn v6_mask(len: u8) -> Option<u128> {
    match len {
        0 => Some(0),
        1..=128 => Some(u128::MAX << (128 - len)),
        _ => None,
    }
}

/// Appends the fewest prefixes that cover `lo..=hi` of the IPv4 addresses, ascending.
pub(crate) fn cover_v4(lo: u32, hi: u32, out: &mut Vec<Cidr>) {
    for_each_block(lo.into(), hi.into(), 32, |first, len| {
        // The block lies within `lo..=hi`, so its first address fits 32 bits.
        let first = u32::try_from(first).unwrap_or(u32::MAX);
        out.push(Cidr { address: Ipv4Addr::from_bits(first).into(), len });
    });
}

/// Appends the fewest prefixes that cover `lo..=hi` of the IPv6 addresses, ascending.
pub(crate) fn cover_v6(lo: u128, hi: u128, out: &mut Vec<Cidr>) {
    for_each_block(lo, hi, 128, |first, len| {
        out.push(Cidr { address: Ipv6Addr::from_bits(first).into(), len });
    });
}

/// Cuts `lo..=hi` into aligned blocks of a power of two, always taking the largest that fits.
///
/// An aligned block inside the interval never straddles two that this yields, so no cover has fewer.
fn for_each_block(mut lo: u128, hi: u128, width: u8, mut emit: impl FnMut(u128, u8)) {
    while lo <= hi {
        // `None` only for all of the 128-bit addresses, whose count does not fit.
        let room = (hi - lo).checked_add(1).map_or(128, u128::ilog2);
        let free = lo.trailing_zeros().min(room).min(width.into());
        // At most 128, as `width` is.
        emit(lo, width.saturating_sub(u8::try_from(free).unwrap_or(width)));
        let Some(next) = 1u128.checked_shl(free).and_then(|size| lo.checked_add(size)) else { return };
        lo = next;
    }
}

impl From<IpAddr> for Cidr {
    fn from(address: IpAddr) -> Self {
        Self { address, len: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.len)
    }
}

/// Reads `address/length`, or a bare address as the prefix of all its bits. Host bits are dropped.
impl FromStr for Cidr {
    type Err = ParseCidrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |problem| ParseCidrError { text: text.to_owned(), problem };
        let (address, len) = text.split_once('/').map_or((text, None), |(address, len)| (address, Some(len)));
        let address: IpAddr = address.parse().map_err(|_| fail(Problem::Address))?;
        let Some(len) = len else { return Ok(address.into()) };
        if len.is_empty() || !len.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fail(Problem::Length));
        }
        len.parse().ok().and_then(|len| Self::new(address, len)).ok_or_else(|| fail(Problem::TooLong))
    }
}

/// Why a text is no [`Cidr`]. The message quotes the text and says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseCidrError {
    text: String,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    Address,
    Length,
    TooLong,
}

impl fmt::Display for ParseCidrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let advice = match self.problem {
            Problem::Address => "no IPv4 or IPv6 address; write one such as `10.0.0.0/8` or `2001:db8::/32`",
            Problem::Length => "no number after the slash; write the prefix length such as `/24`",
            Problem::TooLong => "the prefix is longer than the address; IPv4 has 32 bits, IPv6 has 128",
        };
        write!(f, "invalid prefix `{}`: {advice}", self.text)
    }
}

impl Error for ParseCidrError {}
