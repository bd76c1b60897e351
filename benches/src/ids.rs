//! Identifiers that look like the vendor's, are unique, and follow from a seed and an index alone.

use std::fmt;

/// What an identifier, or a stream of random numbers, belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A security group.
    Group,
    /// One rule of a security group.
    Rule,
    /// An instance.
    Instance,
    /// A network interface.
    Interface,
    /// A network (VPC).
    Network,
    /// A subnet (vSwitch).
    Subnet,
    /// A router of a network.
    Router,
    /// A route table of a network.
    RouteTable,
    /// An elastic public address.
    Eip,
    /// A prefix list.
    PrefixList,
    /// A list of groups that interfaces share; never printed.
    GroupList,
    /// A request, for its `RequestId`.
    Request,
    /// The token that leads to the next page.
    Token,
}

impl Kind {
    /// How such an identifier begins; `bp1` is the vendor's mark of the region cn-hangzhou.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Group => "sg-bp1",
            Self::Rule => "sgr-bp1",
            Self::Instance => "i-bp1",
            Self::Interface => "eni-bp1",
            Self::Network => "vpc-bp1",
            Self::Subnet => "vsw-bp1",
            Self::Router => "vrt-bp1",
            Self::RouteTable => "vtb-bp1",
            Self::Eip => "eip-bp1",
            Self::PrefixList => "pl-bp1",
            Self::Token => "AAAAAd",
            Self::GroupList | Self::Request => "",
        }
    }

    /// How many characters follow the prefix: the network product's identifiers are one longer than those of ECS.
    const fn length(self) -> usize {
        match self {
            Self::Network | Self::Subnet | Self::Router | Self::RouteTable | Self::Eip => 18,
            Self::Token => 26,
            _ => 17,
        }
    }
}

/// Makes identifiers and random numbers from one seed.
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    seed: u64,
}

impl Ids {
    /// Everything that follows from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { seed: mix(seed) }
    }

    /// A number that no other kind and index below 2^56 has: mixing is one to one.
    pub const fn number(self, kind: Kind, index: u64) -> u64 {
        mix(((kind as u64) << 56 | index) ^ self.seed)
    }

    /// The identifier of the object `index` of a kind.
    pub const fn id(self, kind: Kind, index: u64) -> Id {
        Id { kind, number: self.number(kind, index) }
    }

    /// A UUID in the spelling of `RequestId`.
    pub const fn uuid(self, kind: Kind, index: u64) -> Uuid {
        Uuid(self.number(kind, index))
    }

    /// Random numbers that depend on nothing but the seed, the kind and the index.
    pub fn random(self, kind: Kind, index: u64) -> fastrand::Rng {
        fastrand::Rng::with_seed(self.number(kind, index))
    }
}

/// The finaliser of splitmix64: a bijection, so different inputs stay different.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// An identifier; [`fmt::Display`] writes it out.
#[derive(Clone, Copy, Debug)]
pub struct Id {
    kind: Kind,
    number: u64,
}

/// Digits of base 36 that hold every 64-bit number.
const UNIQUE: usize = 13;

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let padding = self.kind.length() - UNIQUE;
        out.write_str(self.kind.prefix())?;
        write_base_36(out, mix(self.number), padding)?;
        write_base_36(out, self.number, UNIQUE)
    }
}

/// Writes the lowest `length` digits of a number.
fn write_base_36(out: &mut fmt::Formatter<'_>, number: u64, length: usize) -> fmt::Result {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; UNIQUE];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS.get((rest % 36) as usize).copied().unwrap_or(b'0');
        rest /= 36;
    }
    let digits = digits.get(UNIQUE.saturating_sub(length)..).unwrap_or_default();
    out.write_str(str::from_utf8(digits).unwrap_or_default())
}

/// A UUID; [`fmt::Display`] writes it in upper case, [`fmt::LowerHex`] in lower case.
#[derive(Clone, Copy, Debug)]
pub struct Uuid(u64);

impl Uuid {
    /// The five groups of digits: 32, 16, 16, 16 and 48 bits, without version and variant.
    fn groups(self) -> [u64; 5] {
        let other = mix(self.0);
        [self.0 >> 32, self.0 >> 16 & 0xffff, self.0 & 0xfff, other >> 52, other & 0xffff_ffff_ffff]
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third, fourth, last] = self.groups();
        write!(out, "{first:08X}-{second:04X}-5{third:03X}-8{fourth:03X}-{last:012X}")
    }
}

impl fmt::LowerHex for Uuid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third, fourth, last] = self.groups();
        write!(out, "{first:08x}-{second:04x}-4{third:03x}-8{fourth:03x}-{last:012x}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Ids, Kind};

    #[test]
    fn identifiers_are_unique_and_as_long_as_the_vendors() {
        let ids = Ids::new(7);
        let mut seen = HashSet::new();
        for index in 0..10_000 {
            for (kind, length) in
                [(Kind::Group, 23), (Kind::Rule, 24), (Kind::Instance, 22), (Kind::Network, 25)]
            {
                let id = ids.id(kind, index).to_string();
                assert_eq!(id.len(), length, "{id}");
                assert!(seen.insert(id));
            }
        }
    }

    #[test]
    fn a_uuid_has_the_usual_groups() {
        let text = Ids::new(1).uuid(Kind::Request, 3).to_string();
        let lengths: Vec<usize> = text.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }
}
