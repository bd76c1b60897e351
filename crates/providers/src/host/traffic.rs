//! What one rule of a firewall matches, as a product of sets.

use super::ranges::{Addresses, PORTS, PROTOCOLS, Ranges, V4, V6};

/// Connections that are opened: every combination of these.
///
/// Ports count for protocols that have them only, as in [`portreeve_model::Rule`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traffic {
    pub(super) protocols: Ranges,
    /// The destination's ports.
    pub(super) ports: Ranges,
    pub(super) source_ports: Ranges,
    /// Who opens it.
    pub(super) sources: Addresses,
    /// To whom.
    pub(super) destinations: Addresses,
}

/// The protocols whose ports the engine tells apart: TCP, UDP and SCTP.
pub(super) const WITH_PORTS: [u8; 3] = [6, 17, 132];

impl Traffic {
    pub(super) fn all() -> Self {
        Self {
            protocols: Ranges::full(PROTOCOLS),
            ports: Ranges::full(PORTS),
            source_ports: Ranges::full(PORTS),
            sources: Addresses::all(),
            destinations: Addresses::all(),
        }
    }

    /// Everything of one family.
    pub(super) fn of_family(v4: bool) -> Self {
        Self { sources: family(v4), destinations: family(v4), ..Self::all() }
    }

    pub(super) fn of_protocols(numbers: impl IntoIterator<Item = u8>) -> Self {
        let numbers = numbers.into_iter().map(|number| (number.into(), number.into()));
        Self { protocols: Ranges::of(PROTOCOLS, numbers), ..Self::all() }
    }

    pub(super) fn is_empty(&self) -> bool {
        let family = |v4: bool| {
            let (sources, destinations) = if v4 {
                (&self.sources.v4, &self.destinations.v4)
            } else {
                (&self.sources.v6, &self.destinations.v6)
            };
            sources.is_empty() || destinations.is_empty()
        };
        let sets = [&self.protocols, &self.ports, &self.source_ports];
        sets.iter().any(|set| set.is_empty()) || (family(true) && family(false))
    }

    pub(super) fn is_all(&self) -> bool {
        *self == Self::all()
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = Self {
            protocols: self.protocols.and(&other.protocols),
            ports: self.ports.and(&other.ports),
            source_ports: self.source_ports.and(&other.source_ports),
            sources: self.sources.and(&other.sources),
            destinations: self.destinations.and(&other.destinations),
        };
        // A connection is of one family on both sides.
        if both.sources.v4.is_empty() || both.destinations.v4.is_empty() {
            (both.sources.v4, both.destinations.v4) = (Ranges::empty(V4), Ranges::empty(V4));
        }
        if both.sources.v6.is_empty() || both.destinations.v6.is_empty() {
            (both.sources.v6, both.destinations.v6) = (Ranges::empty(V6), Ranges::empty(V6));
        }
        both
    }

    /// What is in this and not in the other, as products that do not overlap.
    pub(super) fn minus(&self, other: &Self) -> Vec<Self> {
        let mut rest = Vec::new();
        let mut left = self.clone();
        let mut part = |only: Self, left: &mut Self, both: Self| {
            let outside = left.and(&only);
            if !outside.is_empty() {
                rest.push(outside);
            }
            *left = left.and(&both);
        };
        let all = Self::all;
        let set = |protocols: &Ranges| Self { protocols: protocols.clone(), ..all() };
        part(set(&other.protocols.complement()), &mut left, set(&other.protocols));
        let set = |ports: &Ranges| Self { ports: ports.clone(), ..all() };
        part(set(&other.ports.complement()), &mut left, set(&other.ports));
        let set = |source_ports: &Ranges| Self { source_ports: source_ports.clone(), ..all() };
        part(set(&other.source_ports.complement()), &mut left, set(&other.source_ports));
        let set = |sources: &Addresses| Self { sources: sources.clone(), ..all() };
        part(set(&other.sources.complement()), &mut left, set(&other.sources));
        let set = |destinations: &Addresses| Self { destinations: destinations.clone(), ..all() };
        part(set(&other.destinations.complement()), &mut left, set(&other.destinations));
        rest
    }
}

fn family(v4: bool) -> Addresses {
    let none = Addresses::none();
    if v4 { Addresses { v4: Ranges::full(V4), ..none } } else { Addresses { v6: Ranges::full(V6), ..none } }
}
