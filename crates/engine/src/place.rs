//! Where the other side of a connection is, and how gaps are read.

use portreeve_model::NetworkIx;

/// Where the other side of a connection is. Addresses of different places are different, though their numbers may be
/// equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// The internet, where every address is somebody's public one.
    Internet,
    /// A private network, where members of groups have their private addresses.
    Network(NetworkIx),
    /// Another private place: an office behind a line, a classic network, a network that is not in the input.
    Elsewhere,
}

impl Place {
    /// Whether members of a group of `network` may be met at this place by their private addresses. A group whose network is
    /// not known may be anywhere but on the internet.
    pub(crate) fn may_be_inside(self, network: Option<NetworkIx>) -> bool {
        match network {
            Some(own) => self == Self::Network(own),
            None => self != Self::Internet,
        }
    }
}

/// How what the documents leave open is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// Against allowing: unknown peers of an allow rule are nobody, of a deny rule everybody.
    Surely,
    /// In favour of allowing: the other way round.
    Possibly,
}
