//! A tiny universe: every axis cut into a few atoms, so that a set of packets is a list of 960 flags.

use std::collections::HashSet;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use portreeve_netset::{AddressSet, Block, Cardinality, Cidr, IntervalSet, Packet, PortSet};

/// Protocols with ports (one, and several that are not neighbours), the two ICMPs, and all that have no ports.
pub(crate) const PROTOCOLS: usize = 5;
pub(crate) const PORTS: usize = 4;
pub(crate) const SOURCES: usize = 3;
pub(crate) const LOCALS: usize = 4;
pub(crate) const PEERS: usize = 4;
pub(crate) const ALL: usize = PROTOCOLS * PORTS * SOURCES * LOCALS * PEERS;

const WITH_PORTS: [usize; 2] = [0, 1];
const WITHOUT_PORT_AXIS: usize = 4;

/// One atom of each axis, by position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Atom {
    pub(crate) protocol: usize,
    pub(crate) port: usize,
    pub(crate) source: usize,
    pub(crate) local: usize,
    pub(crate) peer: usize,
}

/// All atoms in a fixed order; the flag of a model at the same position tells whether it is in the set.
pub(crate) fn atoms() -> impl Iterator<Item = Atom> {
    (0..ALL).map(|at| Atom {
        peer: at % PEERS,
        local: at / PEERS % LOCALS,
        source: at / (PEERS * LOCALS) % SOURCES,
        port: at / (PEERS * LOCALS * SOURCES) % PORTS,
        protocol: at / (PEERS * LOCALS * SOURCES * PORTS),
    })
}

pub(crate) fn protocols(atom: usize) -> IntervalSet<u8> {
    let named: &[u8] = match atom {
        0 => &[6],
        1 => &[17, 33, 132, 136],
        2 => &[1],
        3 => &[58],
        _ => &[1, 6, 17, 33, 58, 132, 136],
    };
    let set: IntervalSet<u8> = named.iter().map(|&number| (number, number)).collect();
    if atom == WITHOUT_PORT_AXIS { set.complement() } else { set }
}

pub(crate) fn ports(atom: usize) -> PortSet {
    let (lo, hi) = [(0, 21), (22, 22), (23, 1023), (1024, 65_535)][atom];
    PortSet::from_range(lo, hi)
}

pub(crate) fn sources(atom: usize) -> PortSet {
    let (lo, hi) = [(0, 1023), (1024, 49_999), (50_000, 65_535)][atom];
    PortSet::from_range(lo, hi)
}

fn nets(texts: &[&str]) -> AddressSet {
    texts.iter().map(|text| text.parse::<Cidr>().unwrap()).collect()
}

pub(crate) fn locals(atom: usize) -> AddressSet {
    LOCAL_ATOMS[atom].clone()
}

pub(crate) fn peers(atom: usize) -> AddressSet {
    PEER_ATOMS[atom].clone()
}

/// Two named hosts, the second with an address of each family, and all other addresses of each family.
static LOCAL_ATOMS: LazyLock<[AddressSet; LOCALS]> = LazyLock::new(|| {
    let (one, two) = (nets(&["10.0.0.1"]), nets(&["10.0.0.2", "2001:db8::1"]));
    let rest = one.union(&two).complement();
    [one, two, rest.v4().clone().into(), rest.v6().clone().into()]
});

static PEER_ATOMS: LazyLock<[AddressSet; PEERS]> = LazyLock::new(|| {
    let private = nets(&["10.0.0.0/8"]);
    let lower = nets(&["0.0.0.0/1"]).difference(&private);
    [private, lower, nets(&["128.0.0.0/1", "8000::/1"]), nets(&["::/1"])]
});

/// A member of the atom, at one end of it or the other.
pub(crate) fn packet(atom: Atom, rng: &mut fastrand::Rng) -> Packet {
    Packet {
        protocol: end(&protocols(atom.protocol), rng),
        port: end(&ports(atom.port), rng),
        source_port: end(&sources(atom.source), rng),
        local: end_address(&LOCAL_ATOMS[atom.local], rng),
        peer: end_address(&PEER_ATOMS[atom.peer], rng),
    }
}

fn end<T: portreeve_netset::Point>(set: &IntervalSet<T>, rng: &mut fastrand::Rng) -> T {
    let (lo, hi) = *rng.choice(set.intervals()).unwrap();
    if rng.bool() { lo } else { hi }
}

fn end_address(set: &AddressSet, rng: &mut fastrand::Rng) -> IpAddr {
    if set.v6().is_empty() || (!set.v4().is_empty() && rng.bool()) {
        IpAddr::from(Ipv4Addr::from_bits(end(set.v4(), rng)))
    } else {
        IpAddr::from(Ipv6Addr::from_bits(end(set.v6(), rng)))
    }
}

/// The number of packets in an atom.
pub(crate) fn size(atom: Atom) -> Cardinality {
    let narrow = [
        protocols(atom.protocol).cardinality(),
        ports(atom.port).cardinality(),
        sources(atom.source).cardinality(),
    ];
    let wide = [LOCAL_ATOMS[atom.local].cardinality(), PEER_ATOMS[atom.peer].cardinality()];
    narrow.into_iter().chain(wide).reduce(|product, factor| product.checked_mul(factor).unwrap()).unwrap()
}

/// The set of packets as a flag for each atom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Model(pub(crate) Vec<bool>);

impl Model {
    pub(crate) fn new(contains: impl FnMut(Atom) -> bool) -> Self {
        Self(atoms().map(contains).collect())
    }

    pub(crate) fn combine(&self, other: &Self, op: impl Fn(bool, bool) -> bool) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(&a, &b)| op(a, b)).collect())
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = Atom> {
        atoms().zip(&self.0).filter(|(_, inside)| **inside).map(|(atom, _)| atom)
    }

    /// The atoms for which some member agrees on the axes that `key` looks at.
    pub(crate) fn project<K: Eq + Hash>(&self, key: impl Fn(Atom) -> K) -> Self {
        let kept: HashSet<K> = self.members().map(&key).collect();
        Self::new(|atom| kept.contains(&key(atom)))
    }
}

/// A choice of atoms on each axis, as bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) protocols: usize,
    pub(crate) ports: usize,
    pub(crate) sources: usize,
    pub(crate) locals: usize,
    pub(crate) peers: usize,
}

impl Choice {
    /// Often everything on the axes that rules seldom narrow, now and then nothing.
    pub(crate) fn random(rng: &mut fastrand::Rng) -> Self {
        let mut some = |atoms: usize, often_all: bool| {
            let all = (1 << atoms) - 1;
            if often_all && rng.u8(..3) > 0 { all } else { rng.usize(0..=all) }
        };
        Self {
            protocols: some(PROTOCOLS, false),
            ports: some(PORTS, false),
            sources: some(SOURCES, true),
            locals: some(LOCALS, true),
            peers: some(PEERS, false),
        }
    }

    /// Exactly one atom.
    pub(crate) fn only(atom: Atom) -> Self {
        Self {
            protocols: 1 << atom.protocol,
            ports: 1 << atom.port,
            sources: 1 << atom.source,
            locals: 1 << atom.local,
            peers: 1 << atom.peer,
        }
    }

    pub(crate) fn block(self) -> Block {
        Block {
            protocols: union(self.protocols, PROTOCOLS, protocols),
            ports: union(self.ports, PORTS, ports),
            source_ports: union(self.sources, SOURCES, sources),
            local: addresses(self.locals, LOCALS, locals),
            peers: addresses(self.peers, PEERS, peers),
        }
    }

    /// What the block means: fields that a protocol does not have do not narrow, unless the set for them is empty.
    pub(crate) fn model(self) -> Model {
        Model::new(|atom| {
            let has = |bits: usize, at: usize| bits >> at & 1 == 1;
            let port = has(self.ports, atom.port) || (atom.protocol == WITHOUT_PORT_AXIS && self.ports != 0);
            let source =
                has(self.sources, atom.source) || (!WITH_PORTS.contains(&atom.protocol) && self.sources != 0);
            let rest = has(self.locals, atom.local) && has(self.peers, atom.peer);
            has(self.protocols, atom.protocol) && port && source && rest
        })
    }
}

fn union<T: portreeve_netset::Point>(
    bits: usize,
    count: usize,
    atom: impl Fn(usize) -> IntervalSet<T>,
) -> IntervalSet<T> {
    chosen(bits, count).fold(IntervalSet::empty(), |set, at| set.union(&atom(at)))
}

pub(crate) fn addresses(bits: usize, count: usize, atom: impl Fn(usize) -> AddressSet) -> AddressSet {
    chosen(bits, count).fold(AddressSet::empty(), |set, at| set.union(&atom(at)))
}

fn chosen(bits: usize, count: usize) -> impl Iterator<Item = usize> {
    (0..count).filter(move |at| bits >> at & 1 == 1)
}
