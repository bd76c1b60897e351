//! A first look at a policy: which lines match a few packets together. It finds less than [`together`](crate::together), but
//! nothing else, and costs next to nothing.

use std::net::IpAddr;

use crate::line::{Line, Peers, PortSpan, has_ports};

/// A packet, as far as lines tell packets apart.
struct Point {
    /// `None` is a protocol that no line names.
    protocol: Option<u8>,
    port: u16,
    source_port: u16,
    local: IpAddr,
    peer: IpAddr,
}

/// Where in a line's ranges to look.
#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

impl End {
    /// One end of some ranges; nothing where there are none.
    fn of<T: Copy>(self, ranges: &[(T, T)]) -> Option<T> {
        match self {
            Self::First => ranges.first().map(|(first, _)| *first),
            Self::Last => ranges.last().map(|(_, last)| *last),
        }
    }

    fn address(self, peers: &Peers) -> Option<IpAddr> {
        let v4 = self.of(peers.v4()).map(|ip| IpAddr::V4(ip.into()));
        v4.or_else(|| self.of(peers.v6()).map(|ip| IpAddr::V6(ip.into())))
    }
}

/// Calls `each`, for every line that is wanted, with the lines that match a packet at the corners of that line, by their
/// positions in rank order.
pub(crate) fn corners(lines: &[Line], wanted: impl Fn(&Line) -> bool, mut each: impl FnMut(&[usize])) {
    let mut positions = Vec::with_capacity(lines.len());
    for ends in [[End::First, End::First], [End::Last, End::Last], [End::First, End::Last]] {
        for line in lines {
            if !wanted(line) {
                continue;
            }
            let Some(point) = Point::of(line, ends) else { continue };
            positions.clear();
            positions
                .extend(lines.iter().enumerate().filter(|(_, line)| point.is_in(line)).map(|(at, _)| at));
            each(&positions);
        }
    }
}

impl Point {
    /// A packet that a line matches, at an end of its ports and one of its addresses; nothing where ranges are empty.
    fn of(line: &Line, [ports, addresses]: [End; 2]) -> Option<Self> {
        let protocol = line.named();
        let peer = addresses.address(&line.peers)?;
        let anywhere = if peer.is_ipv4() { IpAddr::from([0; 4]) } else { IpAddr::from([0; 16]) };
        let (source_port, local) = match line.narrowed.as_deref() {
            None => (0, anywhere),
            Some(it) => (ports.of(it.source_ports.ranges())?, addresses.address(&it.local)?),
        };
        Some(Self { protocol, port: ports.of(line.ports_for(protocol))?, source_port, local, peer })
    }

    fn is_in(&self, line: &Line) -> bool {
        let ported = has_ports(self.protocol);
        let holds = |span: &PortSpan, port: u16| {
            !ported || span.ranges().iter().any(|(first, last)| (*first..=*last).contains(&port))
        };
        line.speaks_of(self.protocol)
            && holds(&line.ports, self.port)
            && line.peers.contains(self.peer)
            && line
                .narrowed
                .as_deref()
                .is_none_or(|it| holds(&it.source_ports, self.source_port) && it.local.contains(self.local))
    }
}
