//! Sets of packets against the flags of the tiny universe.

use portreeve_netset::{AddressSet, Cardinality, Flow, PacketSet, PortSet};

use crate::atoms::{self, Atom, Choice, Model};
use crate::hash_of;

/// A set and the flags that it must agree with.
#[derive(Clone)]
struct Pair {
    set: PacketSet,
    model: Model,
}

impl Pair {
    fn block(choice: Choice) -> Self {
        Self { set: PacketSet::from_block(&choice.block()), model: choice.model() }
    }

    fn random(rng: &mut fastrand::Rng) -> Self {
        let mut pair = Self::block(Choice::random(rng));
        for _ in 0..rng.usize(0..6) {
            pair = pair.step(rng);
        }
        pair
    }

    /// Applies a random operation to the set and to the flags.
    fn step(self, rng: &mut fastrand::Rng) -> Self {
        let other = Self::block(Choice::random(rng));
        let bits = rng.usize(0..16);
        match rng.u8(..9) {
            0..=2 => self.combine(&other, PacketSet::union, |a, b| a || b),
            3 | 4 => self.combine(&other, PacketSet::difference, |a, b| a && !b),
            5 => self.combine(&other, PacketSet::intersection, |a, b| a && b),
            6 => Self {
                set: self.set.complement(),
                model: Model(self.model.0.iter().map(|flag| !flag).collect()),
            },
            7 => self.restrict(
                |set| set.restrict_local(&atoms::addresses(bits, atoms::LOCALS, atoms::locals)),
                |atom| bits >> atom.local & 1 == 1,
            ),
            _ => self.restrict(
                |set| set.restrict_peers(&atoms::addresses(bits, atoms::PEERS, atoms::peers)),
                |atom| bits >> atom.peer & 1 == 1,
            ),
        }
    }

    fn combine(
        &self,
        other: &Self,
        op: impl Fn(&PacketSet, &PacketSet) -> PacketSet,
        flag_op: impl Fn(bool, bool) -> bool,
    ) -> Self {
        Self { set: op(&self.set, &other.set), model: self.model.combine(&other.model, flag_op) }
    }

    fn restrict(&self, op: impl Fn(&PacketSet) -> PacketSet, keeps: impl FnMut(Atom) -> bool) -> Self {
        let kept = Model::new(keeps);
        Self { set: op(&self.set), model: self.model.combine(&kept, |a, b| a && b) }
    }
}

/// The same set from its flags: in ascending order through the builder.
fn built(model: &Model) -> PacketSet {
    let at_ports = |atom| (0..atoms::PORTS).map(move |port| flow_of(model, atom, port));
    let flows: Vec<Vec<Flow>> = (0..atoms::PROTOCOLS).map(|atom| at_ports(atom).collect()).collect();
    let protocols: Vec<_> = (0..atoms::PROTOCOLS).map(atoms::protocols).collect();
    let mut builder = PacketSet::builder();
    for protocol in 0..=u8::MAX {
        let atom = protocols.iter().position(|atom| atom.contains(protocol)).unwrap();
        for (port, flow) in flows[atom].iter().enumerate() {
            let &[range] = atoms::ports(port).intervals() else { panic!("an atom of ports is one range") };
            builder.push((protocol, protocol), range, flow.clone());
        }
    }
    builder.finish()
}

fn flow_of(model: &Model, protocol: usize, port: usize) -> Flow {
    let there = model.members().filter(|atom| (atom.protocol, atom.port) == (protocol, port));
    Flow::constrained(
        there.map(|atom| (atoms::sources(atom.source), atoms::locals(atom.local), atoms::peers(atom.peer))),
    )
}

/// The same set from its flags: atom by atom, in random order.
fn united(model: &Model, rng: &mut fastrand::Rng) -> PacketSet {
    let mut sets: Vec<PacketSet> =
        model.members().map(|atom| PacketSet::from_block(&Choice::only(atom).block())).collect();
    rng.shuffle(&mut sets);
    PacketSet::union_all(sets)
}

fn check_queries(Pair { set, model }: &Pair, rng: &mut fastrand::Rng) {
    for (atom, inside) in atoms::atoms().zip(&model.0) {
        assert_eq!(set.contains(&atoms::packet(atom, rng)), *inside, "{atom:?} in {set}");
    }
    let size: Cardinality = model.members().map(atoms::size).sum();
    assert_eq!(set.cardinality(), size, "{set}");
    assert_eq!(set.is_empty(), model.members().next().is_none());
    assert_eq!(set.is_full(), model.0.iter().all(|&inside| inside));
    assert_eq!(*set == PacketSet::all(), set.is_full());
    let witness = set.witness();
    assert_eq!(witness.is_none(), set.is_empty());
    assert!(witness.is_none_or(|packet| set.contains(&packet)), "{witness:?} in {set}");
    check_projections(set, model);
}

fn check_projections(set: &PacketSet, model: &Model) {
    let open = model.project(|atom| (atom.protocol, atom.port, atom.peer));
    assert_eq!(set.project(), built(&open), "projection of {set}");
    for protocol in 0..atoms::PROTOCOLS {
        let (number, _) = atoms::protocols(protocol).intervals()[0];
        let here = |atom: &Atom| atom.protocol == protocol;
        assert_eq!(set.protocols().contains(number), model.members().any(|atom| here(&atom)));
        for port in 0..atoms::PORTS {
            let (first, _) = atoms::ports(port).intervals()[0];
            let there: Vec<Atom> = model.members().filter(|atom| here(atom) && atom.port == port).collect();
            let peers =
                there.iter().fold(AddressSet::empty(), |set, atom| set.union(&atoms::peers(atom.peer)));
            assert_eq!(set.peers_at(number, first), peers);
            assert_eq!(set.ports_of(number).contains(first), !there.is_empty());
            check_flow(set.flow_at(number, first).unwrap_or(&Flow::empty()), &there);
        }
    }
}

/// One flow against the atoms at its protocol and port.
fn check_flow(flow: &Flow, atoms: &[Atom]) {
    let locals = atoms.iter().fold(AddressSet::empty(), |set, atom| set.union(&atoms::locals(atom.local)));
    assert_eq!(flow.local(), locals);
    for source in 0..atoms::SOURCES {
        let (first, _) = atoms::sources(source).intervals()[0];
        assert_eq!(flow.source_ports().contains(first), atoms.iter().any(|atom| atom.source == source));
    }
    let entry = |atom: &Atom| (PortSet::full(), atoms::locals(atom.local), atoms::peers(atom.peer));
    assert_eq!(flow.project_source_ports(), Flow::constrained(atoms.iter().map(entry)));
    assert_eq!(flow.ignores_source_ports(), flow.project_source_ports() == *flow);
    assert_eq!(flow.complement().complement(), *flow);
    let high = PortSet::from_range(1024, 65_535);
    let entry =
        |atom: &Atom| (atoms::sources(atom.source), atoms::locals(atom.local), atoms::peers(atom.peer));
    let kept = atoms.iter().filter(|atom| atom.source > 0);
    assert_eq!(flow.restrict_source_ports(&high), Flow::constrained(kept.map(entry)));
    check_constraints(flow);
}

/// The products of a flow are disjoint and make up the flow.
fn check_constraints(flow: &Flow) {
    let mut sum = Flow::empty();
    for part in flow.constraints() {
        let part = Flow::constrained([(part.source_ports, part.local, part.peers)]);
        assert!(!part.is_empty() && part.is_disjoint(&sum), "{flow:?}");
        sum = sum.union(&part);
    }
    assert_eq!(sum, *flow);
}

/// Ascending, apart, not empty, and merged wherever neighbours agree.
fn check_form(set: &PacketSet) {
    let slices: Vec<_> = set.slices().collect();
    assert!(slices.iter().all(|slice| !slice.flow.is_empty()));
    for pair in slices.windows(2) {
        let same_protocols = pair[0].protocols == pair[1].protocols;
        assert!(if same_protocols {
            pair[0].ports.1 < pair[1].ports.0
        } else {
            pair[0].protocols.1 < pair[1].protocols.0
        });
        let touch = same_protocols && pair[0].ports.1 + 1 == pair[1].ports.0;
        assert!(!touch || pair[0].flow != pair[1].flow, "{set}");
    }
    for protocol in 0..u8::MAX {
        let ports = |of: u8| set.slices_of(of).map(|slice| (slice.ports, slice.flow)).collect::<Vec<_>>();
        let split = slices.iter().any(|slice| slice.protocols.1 == protocol);
        assert!(!split || ports(protocol) != ports(protocol + 1), "{protocol} and the next agree in {set}");
    }
    let mut rest = set.clone();
    for block in set.blocks() {
        let block = PacketSet::from_block(&block);
        assert!(!block.is_empty() && block.is_subset(&rest), "blocks of {set} overlap");
        rest = rest.difference(&block);
    }
    assert!(rest.is_empty(), "blocks of {set} leave {rest}");
}

#[test]
fn blocks_mean_what_they_say() {
    let mut rng = fastrand::Rng::with_seed(5);
    for _ in 0..300 {
        let pair = Pair::block(Choice::random(&mut rng));
        check_queries(&pair, &mut rng);
        check_form(&pair.set);
    }
}

#[test]
fn random_expressions() {
    let mut rng = fastrand::Rng::with_seed(6);
    for _ in 0..300 {
        let pair = Pair::random(&mut rng);
        check_queries(&pair, &mut rng);
        check_form(&pair.set);
    }
}

/// Whatever way leads to a set, it is the same value with the same hash.
#[test]
fn equal_sets_are_equal_values() {
    let mut rng = fastrand::Rng::with_seed(7);
    for _ in 0..60 {
        let Pair { set, model } = Pair::random(&mut rng);
        let missing = Model(model.0.iter().map(|flag| !flag).collect());
        let ways = [
            built(&model),
            united(&model, &mut rng),
            united(&missing, &mut rng).complement(),
            PacketSet::union_all(set.blocks().iter().map(PacketSet::from_block)),
        ];
        for way in ways {
            assert_eq!(way, set);
            assert_eq!(hash_of(&way), hash_of(&set));
            assert!(way.is_subset(&set) && set.is_subset(&way));
        }
    }
}

#[test]
fn comparisons_and_laws() {
    let mut rng = fastrand::Rng::with_seed(8);
    for round in 0..1_500 {
        let one = Pair::random(&mut rng);
        let mut two = Pair::random(&mut rng);
        if round % 2 == 0 {
            // Unrelated sets are hardly ever subsets of each other or apart, so half of the pairs are related.
            two = if rng.bool() {
                one.clone().step(&mut rng)
            } else {
                two.combine(&one, PacketSet::difference, |a, b| a && !b)
            };
        }
        let all =
            |holds: fn(bool, bool) -> bool| one.model.0.iter().zip(&two.model.0).all(|(&a, &b)| holds(a, b));
        let (a, b) = (&one.set, &two.set);
        assert_eq!(a.is_subset(b), all(|a, b| !a || b), "{a} within {b}");
        assert_eq!(a.is_disjoint(b), all(|a, b| !a || !b), "{a} apart from {b}");
        assert_eq!(a == b, one.model == two.model);
        check_laws(a, b);
    }
}

fn check_laws(a: &PacketSet, b: &PacketSet) {
    assert_eq!(a.union(b).complement(), a.complement().intersection(&b.complement()), "De Morgan");
    assert_eq!(a.intersection(b).complement(), a.complement().union(&b.complement()), "De Morgan");
    assert_eq!(a.difference(b), a.intersection(&b.complement()));
    assert_eq!(a.difference(b).union(&a.intersection(b)), *a);
    assert_eq!(a.is_subset(b), a.difference(b).is_empty());
    assert_eq!(a.is_disjoint(b), a.intersection(b).is_empty());
    assert_eq!(a.complement().complement(), *a);
    assert_eq!(a.union(b), b.union(a));
    assert!(a.is_subset(&a.project()));
    let counted = a.union(b).cardinality().checked_add(a.intersection(b).cardinality());
    assert_eq!(counted, a.cardinality().checked_add(b.cardinality()), "inclusion and exclusion");
}
