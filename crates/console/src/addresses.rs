//! The servers by their addresses, so that a search does not walk all interfaces.

use std::net::{IpAddr, Ipv4Addr};

use portreeve::model::{Estate, InstanceIx};

/// The private and public addresses of all servers, ascending.
#[derive(Debug, Default)]
pub(crate) struct Addresses(Vec<(IpAddr, InstanceIx)>);

/// What addresses are looked for: all from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    first: IpAddr,
    last: IpAddr,
}

impl Part {
    /// `10.0.0.5`, `10.0`, `10.0.`, `2001:db8::5`; nothing where the words are no address.
    pub(crate) fn of(typed: &str) -> Option<Self> {
        if let Ok(address) = typed.parse() {
            return Some(Self { first: address, last: address });
        }
        let begin = typed.contains('.').then(|| typed.strip_suffix('.').unwrap_or(typed))?;
        let numbers: Vec<u8> = begin.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        let filled = |rest| {
            let mut all = numbers.iter().copied().chain(std::iter::repeat(rest));
            IpAddr::V4(Ipv4Addr::from(std::array::from_fn(|_| all.next().unwrap_or(rest))))
        };
        (numbers.len() <= 4).then(|| Self { first: filled(0), last: filled(u8::MAX) })
    }
}

impl Addresses {
    /// Of all servers of an estate.
    pub(crate) fn of(estate: &Estate) -> Self {
        let of_server = estate.interfaces.iter().filter_map(|it| Some((it.instance?, &it.addresses)));
        let each = of_server.flat_map(|(server, addresses)| {
            let both = addresses.iter().flat_map(|it| [Some(it.private), it.public]).flatten();
            both.map(move |address| (address, server))
        });
        let mut all: Vec<(IpAddr, InstanceIx)> = each.collect();
        all.sort_unstable();
        all.dedup();
        all.shrink_to_fit();
        Self(all)
    }

    /// The servers that have one of the addresses; one with several comes several times.
    pub(crate) fn having(&self, part: Part) -> impl Iterator<Item = InstanceIx> {
        let start = self.0.partition_point(|(address, _)| *address < part.first);
        let end = self.0.partition_point(|(address, _)| *address <= part.last);
        self.0.get(start..end).unwrap_or_default().iter().map(|(_, server)| *server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_an_address_is_a_range() {
        let part = |first: &str, last: &str| {
            let address = |text: &str| text.parse::<IpAddr>().ok();
            address(first).zip(address(last)).map(|(first, last)| Part { first, last })
        };
        for (typed, expected) in [
            ("10.0.0.5", part("10.0.0.5", "10.0.0.5")),
            ("10.0.1", part("10.0.1.0", "10.0.1.255")),
            ("10.0.1.", part("10.0.1.0", "10.0.1.255")),
            ("10.", part("10.0.0.0", "10.255.255.255")),
            ("2001:db8::5", part("2001:db8::5", "2001:db8::5")),
            ("10", None),
            ("10.0.0.5.6", None),
            ("10.0.256", None),
            ("10..0", None),
            ("web.", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(Part::of(typed), expected, "{typed}");
        }
    }
}
