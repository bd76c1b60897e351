//! The two ends of a question, and how words become ends.

use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::LazyLock;

use hashbrown::{DefaultHashBuilder, HashMap};
use portreeve_model::{Estate, InstanceIx, InterfaceIx, NetworkIx, Prefix, SubnetIx, Text};
use portreeve_netset::{AddressSet, Cidr, IntervalSet};

use crate::door::{Door, Doors, Holders};

/// One end of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Every address of the internet.
    Internet,
    /// These addresses, each of which is asked for.
    Spots(Vec<Spot>),
}

/// One address, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spot {
    /// Every address of the internet, of the other end's family.
    Internet,
    /// An address of an interface.
    Interface {
        /// The interface.
        interface: InterfaceIx,
        /// The address that the interface carries.
        private: IpAddr,
        /// The public address, where the question asks by that: traffic then comes over the internet.
        public: Option<IpAddr>,
    },
    /// A server behind a NAT gateway or a load balancer, met through that.
    Behind {
        /// The interface.
        interface: InterfaceIx,
        /// The address that the interface carries.
        private: IpAddr,
        /// The way to it.
        door: Door,
    },
    /// An address of the internet.
    Public(IpAddr),
    /// A private address of a known network that no interface of the input has.
    Inside {
        /// The network.
        network: NetworkIx,
        /// The subnet, where the documents tell it.
        subnet: Option<SubnetIx>,
        /// The address.
        address: IpAddr,
    },
    /// A private address outside every known network.
    Outside(IpAddr),
}

impl Spot {
    /// The address as the other end writes it; `None` for the whole internet.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Internet => None,
            Self::Interface { private, public, .. } => Some(public.unwrap_or(*private)),
            Self::Behind { private, door, .. } => Some(if door.named { door.front } else { *private }),
            Self::Public(address) | Self::Inside { address, .. } | Self::Outside(address) => Some(*address),
        }
    }

    /// The interface, if the input has it.
    pub fn interface(&self) -> Option<InterfaceIx> {
        match self {
            Self::Interface { interface, .. } | Self::Behind { interface, .. } => Some(*interface),
            _ => None,
        }
    }

    /// Whether it is met over the internet.
    pub fn is_public(&self) -> bool {
        match self {
            Self::Internet | Self::Public(_) | Self::Interface { public: Some(_), .. } => true,
            Self::Behind { door, .. } => is_public(door.front),
            _ => false,
        }
    }
}

/// Finds the objects that words mean.
#[derive(Debug)]
pub struct Lookup {
    instances: HashMap<Text, InstanceIx>,
    /// By the hashes of their names, which servers may share.
    named: HashMap<u64, Vec<InstanceIx>>,
    hasher: DefaultHashBuilder,
    interfaces: HashMap<Text, InterfaceIx>,
    interfaces_of: HashMap<InstanceIx, Vec<InterfaceIx>>,
    private: HashMap<IpAddr, Vec<InterfaceIx>>,
    public: HashMap<IpAddr, Vec<(InterfaceIx, IpAddr)>>,
    /// What NAT gateways and load balancers hand on.
    pub(crate) doors: Doors,
    /// Blocks of networks and subnets, the longest prefix first.
    blocks: Vec<(Prefix, NetworkIx, Option<SubnetIx>)>,
}

impl Lookup {
    /// Reads through an estate once.
    pub fn new(estate: &Estate) -> Self {
        let hasher = DefaultHashBuilder::default();
        let mut instances: HashMap<Text, InstanceIx> = HashMap::with_capacity(estate.instances.len());
        let mut named: HashMap<u64, Vec<InstanceIx>> = HashMap::with_capacity(estate.instances.len());
        for (at, instance) in estate.instances.iter().enumerate() {
            let ix = InstanceIx::new(at);
            instances.insert(instance.id, ix);
            if !instance.name.is_empty() {
                named.entry(hasher.hash_one(estate.text(instance.name))).or_default().push(ix);
            }
        }
        let mut lookup = Self {
            instances,
            named,
            hasher,
            interfaces: HashMap::with_capacity(estate.interfaces.len()),
            interfaces_of: HashMap::new(),
            private: HashMap::with_capacity(estate.interfaces.len()),
            public: HashMap::new(),
            doors: Doors::default(),
            blocks: blocks(estate),
        };
        for (ix, interface) in estate.each_interface() {
            lookup.interfaces.insert(interface.id, ix);
            if let Some(instance) = interface.instance {
                lookup.interfaces_of.entry(instance).or_default().push(ix);
            }
            for address in &interface.addresses {
                lookup.private.entry(address.private).or_default().push(ix);
                if let Some(public) = address.public.filter(|public| *public != address.private) {
                    lookup.public.entry(public).or_default().push((ix, address.private));
                }
            }
        }
        let (private, interfaces) = (&lookup.private, &lookup.interfaces);
        lookup.doors = Doors::new(&Holders { estate, private, interfaces });
        lookup
    }

    /// What a word means: `internet`, an address, the id or the name of a server, or the id of an interface. Nothing where it is
    /// none of these.
    pub fn end(&self, estate: &Estate, word: &str) -> Option<End> {
        let word = word.trim();
        if word.eq_ignore_ascii_case("internet") {
            return Some(End::Internet);
        }
        let bare = word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(word);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Some(End::Spots(self.spots_of(address)));
        }
        let text = estate.texts.find(word);
        let mut instances: Vec<InstanceIx> =
            text.and_then(|text| self.instances.get(&text)).copied().into_iter().collect();
        let named = self.named.get(&self.hasher.hash_one(word)).into_iter().flatten();
        instances.extend(named.filter(|ix| estate.text(estate.instance(**ix).name) == word));
        if !instances.is_empty() {
            instances.sort_unstable();
            instances.dedup();
            let interfaces = instances.iter().filter_map(|ix| self.interfaces_of.get(ix)).flatten();
            return Some(End::Spots(interfaces.flat_map(|ix| carried(estate, *ix)).collect()));
        }
        let interface = *self.interfaces.get(&text?)?;
        Some(End::Spots(carried(estate, interface).collect()))
    }

    /// Where an address is: the servers behind it where it is that of something which hands on.
    fn spots_of(&self, address: IpAddr) -> Vec<Spot> {
        match self.doors.behind(address) {
            [] => self.own_spots(address),
            behind => behind.to_vec(),
        }
    }

    /// Where an address itself is. The same private address may be in several networks.
    pub(crate) fn own_spots(&self, address: IpAddr) -> Vec<Spot> {
        let private = self.private.get(&address).into_iter().flatten();
        let mut spots: Vec<Spot> =
            private.map(|ix| Spot::Interface { interface: *ix, private: address, public: None }).collect();
        let public = self.public.get(&address).into_iter().flatten();
        spots.extend(public.map(|(interface, private)| Spot::Interface {
            interface: *interface,
            private: *private,
            public: Some(address),
        }));
        if spots.is_empty() {
            spots = self.inside(address);
        }
        if spots.is_empty() {
            spots.push(if is_public(address) { Spot::Public(address) } else { Spot::Outside(address) });
        }
        spots
    }

    /// The networks with a block that holds an address, each with its closest subnet.
    pub(crate) fn inside(&self, address: IpAddr) -> Vec<Spot> {
        let mut spots: Vec<Spot> = Vec::new();
        for (block, network, subnet) in &self.blocks {
            let known = |spot: &Spot| matches!(spot, Spot::Inside { network: other, .. } if other == network);
            if block.contains(address) && !spots.iter().any(known) {
                spots.push(Spot::Inside { network: *network, subnet: *subnet, address });
            }
        }
        spots
    }

    /// The interfaces of a server.
    pub fn interfaces_of(&self, instance: InstanceIx) -> &[InterfaceIx] {
        self.interfaces_of.get(&instance).map_or(&[], Vec::as_slice)
    }

    /// Ids and names of all servers, and ids of all interfaces, to offer in place of a mistyped one.
    pub fn names<'e>(&self, estate: &'e Estate) -> impl Iterator<Item = &'e str> {
        let named = self.named.values().filter_map(|same| Some(estate.instance(*same.first()?).name));
        let texts: Vec<Text> =
            self.instances.keys().chain(self.interfaces.keys()).copied().chain(named).collect();
        texts.into_iter().map(|text| estate.text(text))
    }
}

/// The addresses of an interface, each as an end of its own.
fn carried(estate: &Estate, interface: InterfaceIx) -> impl Iterator<Item = Spot> {
    let addresses = estate.interface(interface).addresses.iter();
    addresses.map(move |address| Spot::Interface { interface, private: address.private, public: None })
}

/// Blocks of subnets and networks; a subnet comes before its network, because its prefix is no shorter.
fn blocks(estate: &Estate) -> Vec<(Prefix, NetworkIx, Option<SubnetIx>)> {
    let mut blocks = Vec::new();
    for (at, subnet) in estate.subnets.iter().enumerate() {
        let network = subnet.network.into_iter();
        blocks.extend(network.flat_map(|network| {
            subnet.blocks.iter().map(move |block| (*block, network, Some(SubnetIx::new(at))))
        }));
    }
    for (at, network) in estate.networks.iter().enumerate() {
        blocks.extend(network.blocks.iter().map(|block| (*block, NetworkIx::new(at), None)));
    }
    blocks.sort_by_key(|(block, _, subnet)| (std::cmp::Reverse(block.len()), subnet.is_none()));
    blocks
}

/// Whether an address is met on the internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    INTERNET.contains(address)
}

/// The internet as one family sees it. Addresses set aside for documentation (RFC 5737, RFC 3849) count as ordinary ones, since
/// examples use them.
pub(crate) fn internet(v4: bool) -> AddressSet {
    let (v4_part, v6_part) = (INTERNET.v4().clone(), INTERNET.v6().clone());
    if v4 {
        AddressSet::from_parts(v4_part, IntervalSet::empty())
    } else {
        AddressSet::from_parts(IntervalSet::empty(), v6_part)
    }
}

/// The addresses of the internet, of both families. Addresses set aside for documentation count as ordinary ones.
pub fn internet_addresses() -> AddressSet {
    INTERNET.clone()
}

/// The fewest prefixes that hold these addresses of the internet. Addresses that no packet from the internet can have may be in
/// them where that makes the prefixes fewer: `0.0.0.0/0` says more than forty prefixes around the private blocks.
pub fn internet_prefixes(addresses: &AddressSet) -> Vec<Cidr> {
    let none = (IntervalSet::empty(), IntervalSet::empty());
    let v4 = family_prefixes(&AddressSet::from_parts(addresses.v4().clone(), none.1), true);
    let v6 = family_prefixes(&AddressSet::from_parts(none.0, addresses.v6().clone()), false);
    v4.into_iter().chain(v6).collect()
}

fn family_prefixes(addresses: &AddressSet, v4: bool) -> Vec<Cidr> {
    if addresses.is_empty() {
        return Vec::new();
    }
    let (all, internet) = (if v4 { AddressSet::all_v4() } else { AddressSet::all_v6() }, internet(v4));
    if internet.is_subset(addresses) {
        return all.cidrs();
    }
    let holds_some = |cidr: &Cidr| {
        let set = AddressSet::from_range(cidr.address(), cidr.last_address()).unwrap_or_default();
        !set.is_disjoint(addresses)
    };
    let nobody = all.difference(&internet);
    let loose: Vec<Cidr> = addresses.union(&nobody).cidrs().into_iter().filter(holds_some).collect();
    let exact = addresses.cidrs();
    if loose.len() < exact.len() { loose } else { exact }
}

static INTERNET: LazyLock<AddressSet> = LazyLock::new(|| {
    let documentation: AddressSet = DOCUMENTATION
        .iter()
        .filter_map(|block| AddressSet::from_prefix((*block).into(), 24))
        .fold(AddressSet::empty(), |all, block| all.union(&block));
    AddressSet::everyone_v4().union(&AddressSet::everyone_v6()).union(&documentation)
});

const DOCUMENTATION: [[u8; 4]; 3] = [[192, 0, 2, 0], [198, 51, 100, 0], [203, 0, 113, 0]];
