//! Sets of numbers as sorted ranges: ports, protocols and addresses while the rules of a firewall are put together.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use portreeve_model::{AddressRange, Prefix};

/// Numbers from 0 to some largest one, as disjoint ranges in ascending order that do not touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ranges {
    ranges: Vec<(u128, u128)>,
    largest: u128,
}

/// The largest protocol number.
pub(super) const PROTOCOLS: u128 = u8::MAX as u128;
/// The largest port.
pub(super) const PORTS: u128 = u16::MAX as u128;
/// The largest IPv4 address.
pub(super) const V4: u128 = u32::MAX as u128;
/// The largest IPv6 address.
pub(super) const V6: u128 = u128::MAX;

impl Ranges {
    pub(super) fn full(largest: u128) -> Self {
        Self { ranges: vec![(0, largest)], largest }
    }

    pub(super) fn empty(largest: u128) -> Self {
        Self { ranges: Vec::new(), largest }
    }

    /// The union of any ranges; what lies beyond the largest number is left out, and so is a range that is empty.
    pub(super) fn of(largest: u128, ranges: impl IntoIterator<Item = (u128, u128)>) -> Self {
        let mut all: Vec<_> = ranges
            .into_iter()
            .filter(|(lo, hi)| lo <= hi && *lo <= largest)
            .map(|(lo, hi)| (lo, hi.min(largest)))
            .collect();
        all.sort_unstable();
        let mut ranges: Vec<(u128, u128)> = Vec::with_capacity(all.len());
        for (lo, hi) in all {
            match ranges.last_mut() {
                Some(last) if lo <= last.1.saturating_add(1) => last.1 = last.1.max(hi),
                _ => ranges.push((lo, hi)),
            }
        }
        Self { ranges, largest }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.ranges == [(0, self.largest)]
    }

    pub(super) fn ranges(&self) -> &[(u128, u128)] {
        &self.ranges
    }

    pub(super) fn complement(&self) -> Self {
        let (mut gaps, mut from) = (Vec::with_capacity(self.ranges.len() + 1), Some(0));
        for (lo, hi) in &self.ranges {
            if let (Some(from), Some(to)) = (from, lo.checked_sub(1))
                && from <= to
            {
                gaps.push((from, to));
            }
            from = hi.checked_add(1).filter(|next| *next <= self.largest);
        }
        gaps.extend(from.map(|from| (from, self.largest)));
        Self { ranges: gaps, largest: self.largest }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        let (mut ours, mut theirs) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        let mut both = Vec::new();
        while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
            let (lo, hi) = (a.0.max(b.0), a.1.min(b.1));
            if lo <= hi {
                both.push((lo, hi));
            }
            if a.1 <= b.1 {
                ours.next();
            } else {
                theirs.next();
            }
        }
        Self { ranges: both, largest: self.largest }
    }

    /// The fewest prefixes that cover exactly these addresses of `bits` bits.
    pub(super) fn prefixes(&self, bits: u32) -> Vec<Prefix> {
        let mut prefixes = Vec::new();
        for &(lo, hi) in &self.ranges {
            let mut at = lo;
            loop {
                // The largest block that starts here and does not pass the end.
                let aligned = at.trailing_zeros().min(bits);
                let left = (hi - at).checked_add(1).map_or(bits, u128::ilog2);
                let size = aligned.min(left);
                let len = u8::try_from(bits - size).unwrap_or(u8::MAX);
                prefixes.extend(Prefix::new(address(at, bits), len));
                let last = at | 1_u128.checked_shl(size).map_or(u128::MAX, |size| size - 1);
                match last.checked_add(1).filter(|next| *next <= hi) {
                    Some(next) => at = next,
                    None => break,
                }
            }
        }
        prefixes
    }

    /// These addresses of `bits` bits as the model writes them.
    pub(super) fn address_ranges(&self, bits: u32) -> impl Iterator<Item = AddressRange> {
        self.ranges
            .iter()
            .filter_map(move |(lo, hi)| AddressRange::new(address(*lo, bits), address(*hi, bits)))
    }
}

fn address(number: u128, bits: u32) -> IpAddr {
    match u32::try_from(number) {
        Ok(small) if bits == 32 => Ipv4Addr::from(small).into(),
        _ => Ipv6Addr::from(number).into(),
    }
}

/// An address as a number.
pub(super) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

/// Addresses of both families.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Addresses {
    pub(super) v4: Ranges,
    pub(super) v6: Ranges,
}

impl Addresses {
    pub(super) fn all() -> Self {
        Self { v4: Ranges::full(V4), v6: Ranges::full(V6) }
    }

    pub(super) fn none() -> Self {
        Self { v4: Ranges::empty(V4), v6: Ranges::empty(V6) }
    }

    /// The union of any ranges.
    pub(super) fn of(ranges: &[AddressRange]) -> Self {
        let pick = |v4: bool| {
            let picked = ranges.iter().filter(move |range| range.first().is_ipv4() == v4);
            picked.map(|range| (number(range.first()), number(range.last())))
        };
        Self { v4: Ranges::of(V4, pick(true)), v6: Ranges::of(V6, pick(false)) }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Self { v4: self.v4.and(&other.v4), v6: self.v6.and(&other.v6) }
    }

    pub(super) fn complement(&self) -> Self {
        Self { v4: self.v4.complement(), v6: self.v6.complement() }
    }
}

/// `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.1`, `10.0.0.1-10.0.0.9`.
pub(super) fn address_range(text: &str) -> Option<AddressRange> {
    if let Some((first, last)) = text.split_once('-') {
        return AddressRange::new(first.trim().parse().ok()?, last.trim().parse().ok()?);
    }
    let (address, len) = text.split_once('/').map_or((text, None), |(address, len)| (address, Some(len)));
    let address: IpAddr = address.trim().parse().ok()?;
    let Some(len) = len else { return Some(Prefix::host(address).into()) };
    let len = len.parse::<u8>().ok().or_else(|| mask_len(len.parse().ok()?))?;
    Prefix::new(address, len).map(AddressRange::from)
}

/// How many bits a netmask without holes has.
fn mask_len(mask: IpAddr) -> Option<u8> {
    let (bits, ones) = match mask {
        IpAddr::V4(v4) => (u32::from(v4).count_ones(), u32::from(v4).leading_ones()),
        IpAddr::V6(v6) => (u128::from(v6).count_ones(), u128::from(v6).leading_ones()),
    };
    (bits == ones).then(|| u8::try_from(ones).ok()).flatten()
}

/// `80` or, with the separator, `80-90`.
pub(super) fn port_range(text: &str, separator: char) -> Option<(u128, u128)> {
    let (first, last) = text.split_once(separator).unwrap_or((text, text));
    if first.trim().is_empty() && last.trim().is_empty() {
        return None;
    }
    let port = |text: &str, open: u16| match text.trim() {
        "" => Some(open),
        text => text.parse().ok(),
    };
    let (first, last) = (port(first, 0)?, port(last, u16::MAX)?);
    (first <= last).then_some((first.into(), last.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complement_and_intersection_agree_with_single_numbers() {
        let sets: [&[(u128, u128)]; 6] =
            [&[], &[(0, 15)], &[(0, 3)], &[(4, 15)], &[(1, 2), (4, 4), (14, 15)], &[(3, 9), (9, 11)]];
        let holds = |set: &Ranges, n| set.ranges().iter().any(|(lo, hi)| (*lo..=*hi).contains(&n));
        for left in sets.map(|set| Ranges::of(15, set.iter().copied())) {
            for n in 0..16 {
                assert_ne!(holds(&left, n), holds(&left.complement(), n), "{left:?} {n}");
            }
            assert_eq!(left.complement().complement(), left);
            for right in sets.map(|set| Ranges::of(15, set.iter().copied())) {
                let both = left.and(&right);
                for n in 0..16 {
                    assert_eq!(
                        holds(&both, n),
                        holds(&left, n) && holds(&right, n),
                        "{left:?} {right:?} {n}"
                    );
                }
            }
        }
    }

    #[test]
    fn ranges_become_the_fewest_prefixes() {
        let cases: [(&str, &[&str]); 5] = [
            ("10.0.0.0-10.0.0.255", &["10.0.0.0/24"]),
            ("10.0.0.1-10.0.0.4", &["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32"]),
            ("0.0.0.0/0", &["0.0.0.0/0"]),
            ("::/0", &["::/0"]),
            ("ffff::-ffff::2", &["ffff::/127", "ffff::2/128"]),
        ];
        for (text, expected) in cases {
            let range = address_range(text).unwrap();
            let (bits, largest) = if range.first().is_ipv4() { (32, V4) } else { (128, V6) };
            let set = Ranges::of(largest, [(number(range.first()), number(range.last()))]);
            let found: Vec<String> = set.prefixes(bits).iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn addresses_and_ports_are_read_in_every_spelling() {
        for (text, expected) in [
            ("10.1.2.3", Some("10.1.2.3-10.1.2.3")),
            ("10.1.2.3/8", Some("10.0.0.0-10.255.255.255")),
            ("10.1.2.0/255.255.254.0", Some("10.1.2.0-10.1.3.255")),
            ("10.1.2.0/255.0.254.0", None),
            ("10.0.0.9-10.0.0.1", None),
            ("2001:db8::/127", Some("2001:db8::-2001:db8::1")),
            ("LocalSubnet", None),
            ("", None),
        ] {
            let found = address_range(text).map(|range| format!("{}-{}", range.first(), range.last()));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("22", Some((22, 22))),
            ("8000-8010", Some((8000, 8010))),
            ("1024-", Some((1024, 65535))),
            ("-1023", Some((0, 1023))),
            ("-", None),
            ("", None),
            ("90-80", None),
            ("65536", None),
            ("ssh", None),
        ] {
            assert_eq!(port_range(text, '-'), expected, "{text}");
        }
    }
}
