//! Questions about one connection: which client ports pass, and how near the other rules come.

use portreeve_model::Action;
use portreeve_netset::{Packet, PortSet};

use crate::line::{Line, PortSpan, Source, has_ports};
use crate::policy::Policy;

/// In what a line of a policy differs from a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each field of a packet may differ by itself")]
pub struct Miss {
    /// The line speaks of another protocol.
    pub protocol: bool,
    /// The destination port is not among its ports.
    pub port: bool,
    /// The source port is not among its source ports.
    pub source_port: bool,
    /// The other side is not its peer.
    pub peer: bool,
    /// The own address is not among its local addresses.
    pub local: bool,
}

impl Miss {
    /// In how many fields the line differs; 0 is a match.
    pub fn count(self) -> usize {
        [self.protocol, self.port, self.source_port, self.peer, self.local]
            .into_iter()
            .filter(|it| *it)
            .count()
    }
}

/// Which of two fields of a packet is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Port,
    SourcePort,
}

impl Policy {
    /// Whether a line asks for source ports.
    pub fn tells_source_ports_apart(&self) -> bool {
        self.lines().iter().filter_map(|line| line.narrowed.as_deref()).any(|it| !it.source_ports.is_full())
    }

    /// The source ports from which a packet passes, whatever its own says.
    pub fn source_ports_of(&self, packet: &Packet) -> PortSet {
        self.passing(packet, Asked::SourcePort)
    }

    /// The destination ports to which a packet passes, whatever its own says.
    pub fn ports_of(&self, packet: &Packet) -> PortSet {
        self.passing(packet, Asked::Port)
    }

    /// Goes down the ranks with the ports that nothing has decided yet.
    fn passing(&self, packet: &Packet, asked: Asked) -> PortSet {
        let mut open = PortSet::full();
        let mut passes = PortSet::empty();
        for line in self.lines() {
            let miss = line.miss(packet);
            let (others, span) = match asked {
                Asked::Port => (Miss { port: false, ..miss }, line.ports_for(Some(packet.protocol))),
                Asked::SourcePort => {
                    (Miss { source_port: false, ..miss }, line.source_ports_for(packet.protocol))
                }
            };
            if others != Miss::default() {
                continue;
            }
            let span: PortSet = span.iter().copied().collect();
            if line.action == Action::Allow {
                passes.union_with(&open.intersection(&span));
            }
            open = open.difference(&span);
            if open.is_empty() {
                return passes;
            }
        }
        if self.otherwise() == Action::Allow {
            passes.union_with(&open);
        }
        passes
    }

    /// Every line with what keeps it from matching a packet, in rank order.
    pub fn misses(&self, packet: &Packet) -> impl Iterator<Item = (Source, Action, Miss)> {
        self.lines().iter().map(|line| (line.source, line.action, line.miss(packet)))
    }
}

impl Line {
    fn source_ports_for(&self, protocol: u8) -> &[(u16, u16)] {
        match self.narrowed.as_deref() {
            Some(narrowed) if has_ports(Some(protocol)) => narrowed.source_ports.ranges(),
            _ => PortSpan::ALL_RANGE,
        }
    }

    pub(crate) fn miss(&self, packet: &Packet) -> Miss {
        let within = |ranges: &[(u16, u16)], port| ranges.iter().any(|(lo, hi)| (*lo..=*hi).contains(&port));
        let ported = has_ports(Some(packet.protocol));
        Miss {
            protocol: !self.speaks_of(Some(packet.protocol)),
            port: ported && !within(self.ports.ranges(), packet.port),
            source_port: !within(self.source_ports_for(packet.protocol), packet.source_port),
            peer: !self.peers.contains(packet.peer),
            local: self.narrowed.as_deref().is_some_and(|narrowed| !narrowed.local.contains(packet.local)),
        }
    }
}
