//! What must hold for whatever bytes: called by the fuzz targets, and by the ordinary tests for inputs that are kept.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use portreeve_model::{Document, DocumentIx, Estate, Instance, InstanceIx, PowerState, Text};
use portreeve_netset::protocol::{self, PortAxis};
use portreeve_netset::{AddressSet, Block, IntervalSet, Packet, PacketSet, PortSet};
use portreeve_providers::{Assembled, Assembly, Batch, read_host};

/// The notation is parsed or refused with a line; what was parsed can be printed and parsed to the same again.
pub fn notation(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(case) = portreeve_testkit::parse(text) else { return };
    // Without a group there is nothing to print that decides anything.
    if case.estate.groups.is_empty() {
        return;
    }
    let printed = portreeve_testkit::print(&case.estate);
    match portreeve_testkit::parse(&printed) {
        Ok(again) => assert_eq!(portreeve_testkit::print(&again.estate), printed),
        Err(error) => panic!("what was printed does not parse: {error}\n{printed}"),
    }
}

/// An edit in words is read or refused; what was read can be said, and read as the same again.
pub fn edit_words(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for line in text.lines() {
        let Ok(wish) = portreeve::whatif::parse(line) else { continue };
        let said = wish.to_string();
        match portreeve::whatif::parse(&said) {
            Ok(again) => assert_eq!(again, wish, "{line}"),
            Err(error) => panic!("what was said is not read: {error}\n{said}"),
        }
    }
}

/// Documents are read, or refused at a place within them, and say the same twice.
pub fn alibaba_document(bytes: &[u8]) {
    document(bytes);
}

/// As [`alibaba_document`]; what differs is what one starts from.
pub fn huawei_document(bytes: &[u8]) {
    document(bytes);
}

fn document(bytes: &[u8]) {
    let (first, second) = (estate(bytes), estate(bytes));
    assert_eq!(first.notes, second.notes);
    assert_eq!(format!("{:?}", first.estate), format!("{:?}", second.estate));
}

/// The estate of one document, as a run that keeps going would have it.
fn estate(bytes: &[u8]) -> Assembled {
    let mut batch = Batch::default();
    let reading = batch.read(bytes, DocumentIx::new(0), 0);
    assert!(reading.done <= bytes.len(), "reading ends within the text");
    if let Some(fault) = reading.fault {
        assert!(fault.at <= bytes.len(), "a fault is within the text");
        batch.lose(&bytes[reading.done..], DocumentIx::new(0), reading.done as u64, "cut short");
    } else {
        assert!(bytes[reading.done..].iter().all(u8::is_ascii_whitespace), "all was read");
    }
    let mut assembly = Assembly::default();
    assembly.add(&mut batch);
    assembly.finish(vec![Document { path: "-".to_owned() }])
}

/// Facts of a server are read, or refused at a line within them with nothing added, and say the same twice.
pub fn host_facts(bytes: &[u8]) {
    let read = || {
        let mut estate = Estate::default();
        let text = Text::EMPTY;
        let id = estate.texts.intern("i-1");
        let state = PowerState::Running;
        estate.instances.push(Instance {
            id,
            name: text,
            os: text,
            region: text,
            flavour: text,
            state,
            origin: None,
        });
        let notes = read_host(&mut estate, InstanceIx::new(0), "-", bytes);
        (estate, notes)
    };
    let ((estate, notes), again) = (read(), read());
    assert_eq!(notes, again.1);
    assert_eq!(
        format!("{:?}", (&estate.hosts, &estate.acls)),
        format!("{:?}", (&again.0.hosts, &again.0.acls))
    );
    match notes {
        Ok(_) => assert_eq!(estate.hosts.len(), 1),
        Err(error) => {
            assert!(estate.hosts.is_empty() && estate.acls.is_empty());
            assert!((1..=bytes.len() + 1).contains(&error.line), "{error}");
        }
    }
    for rule in estate.acls.iter().flat_map(|acl| &acl.entries) {
        assert_eq!(rule.acts == portreeve_model::Acts::Possibly, rule.gap.is_some(), "doubt has a reason");
    }
}

/// A certificate is read or refused, and verified or refuted, the same twice.
pub fn certificate(bytes: &[u8]) {
    let verified = || {
        let certificate = portreeve_certificate::read(bytes)?;
        let case = portreeve_testkit::parse(include_str!("../seeds/notation/half-and-half"));
        let estate = case.map_err(|error| error.to_string())?.estate;
        portreeve_certificate::verify(&certificate, &estate, Some(&estate), &[])
            .map_err(|why| why.to_string())
    };
    assert_eq!(verified(), verified());
}

/// Set operations agree with logic on single packets, and their results are canonical.
///
/// The bytes are a program for a stack machine: they push blocks and combine them. Beside each set the machine keeps what
/// plain logic says of some packets.
pub fn netset_algebra(bytes: &[u8]) {
    let packets = packets();
    let mut bytes = Bytes(bytes.iter());
    let mut stack: Vec<(PacketSet, Vec<bool>)> = Vec::new();
    for _ in 0..32 {
        let Some(operation) = bytes.0.next() else { break };
        let (set, members) = match (operation % 8, stack.pop()) {
            (0, Some((right, members))) => {
                combine(&mut stack, &right, &members, PacketSet::union, |a, b| a || b)
            }
            (1, Some((right, members))) => {
                combine(&mut stack, &right, &members, PacketSet::intersection, |a, b| a && b)
            }
            (2, Some((right, members))) => {
                combine(&mut stack, &right, &members, PacketSet::difference, |a, b| a && !b)
            }
            (3, Some((set, members))) => {
                (set.complement(), members.into_iter().map(|member| !member).collect())
            }
            (_, top) => {
                stack.extend(top);
                let block = bytes.block();
                (PacketSet::from_block(&block), packets.iter().map(|packet| is_in(packet, &block)).collect())
            }
        };
        for (packet, member) in packets.iter().zip(&members) {
            assert_eq!(set.contains(packet), *member, "{packet:?} in {set}");
        }
        let rebuilt = PacketSet::union_all(set.blocks().iter().map(PacketSet::from_block));
        assert_eq!(rebuilt, set, "the blocks of a set make the same value again");
        assert_eq!(set.complement().complement(), set);
        assert_eq!(set.is_empty(), set.cardinality() == PacketSet::empty().cardinality());
        stack.push((set, members));
    }
}

/// Pops the left side and combines; with nothing there, the left side is empty.
fn combine(
    stack: &mut Vec<(PacketSet, Vec<bool>)>,
    right: &PacketSet,
    members: &[bool],
    of_sets: fn(&PacketSet, &PacketSet) -> PacketSet,
    of_members: fn(bool, bool) -> bool,
) -> (PacketSet, Vec<bool>) {
    let (left, left_members) = stack.pop().unwrap_or((PacketSet::empty(), vec![false; members.len()]));
    let set = of_sets(&left, right);
    assert_eq!(left.is_subset(right), left.difference(right).is_empty());
    assert_eq!(left.is_disjoint(right), left.intersection(right).is_empty());
    (set, left_members.iter().zip(members).map(|(a, b)| of_members(*a, *b)).collect())
}

/// Whether a packet is in a block, from the definition of the fields that its protocol has.
fn is_in(packet: &Packet, block: &Block) -> bool {
    let axis = protocol::port_axis(packet.protocol);
    let port = axis == PortAxis::Nothing || block.ports.contains(packet.port);
    let source_port = axis != PortAxis::Ports || block.source_ports.contains(packet.source_port);
    let nothing = block.ports.is_empty() || block.source_ports.is_empty();
    !nothing
        && port
        && source_port
        && block.protocols.contains(packet.protocol)
        && block.local.contains(packet.local)
        && block.peers.contains(packet.peer)
}

const PROTOCOLS: [u8; 5] = [0, protocol::ICMP, protocol::TCP, protocol::UDP, 255];
const PORTS: [u16; 6] = [0, 1, 22, 23, 1024, 65535];
const ADDRESSES: [IpAddr; 7] = [
    IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)),
    IpAddr::V4(Ipv4Addr::new(127, 255, 255, 255)),
    IpAddr::V4(Ipv4Addr::new(128, 0, 0, 0)),
    IpAddr::V4(Ipv4Addr::BROADCAST),
    IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    IpAddr::V6(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0)),
];

fn packets() -> Vec<Packet> {
    let mut packets = Vec::new();
    for protocol in PROTOCOLS {
        for port in PORTS {
            for source_port in [0, 1024] {
                for local in [ADDRESSES[1], ADDRESSES[6]] {
                    packets.extend(ADDRESSES.map(|peer| Packet { protocol, port, source_port, local, peer }));
                }
            }
        }
    }
    packets
}

/// Reads values from bytes; behind the end there are zeros.
struct Bytes<'a>(std::slice::Iter<'a, u8>);

impl Bytes<'_> {
    fn next(&mut self) -> usize {
        self.0.next().copied().unwrap_or_default().into()
    }

    fn block(&mut self) -> Block {
        let protocols = match self.next() {
            at @ 0..128 => IntervalSet::single(PROTOCOLS[at % PROTOCOLS.len()]),
            at => IntervalSet::from_range(PROTOCOLS[at % PROTOCOLS.len()], u8::MAX),
        };
        let (ports, source_ports) = (self.ports(), self.ports());
        Block { protocols, ports, source_ports, local: self.addresses(), peers: self.addresses() }
    }

    fn ports(&mut self) -> PortSet {
        match self.next() {
            0..64 => PortSet::full(),
            64 => PortSet::empty(),
            at => PortSet::from_range(PORTS[at % PORTS.len()], PORTS[self.next() % PORTS.len()]),
        }
    }

    fn addresses(&mut self) -> AddressSet {
        match self.next() {
            0..64 => AddressSet::all(),
            64..72 => AddressSet::everyone_v4(),
            72 => AddressSet::empty(),
            at => {
                let address = ADDRESSES[at % ADDRESSES.len()];
                let longest = if address.is_ipv4() { 33 } else { 129 };
                let length = u8::try_from(self.next() % longest).unwrap_or_default();
                AddressSet::from_prefix(address, length).unwrap_or_default()
            }
        }
    }
}
