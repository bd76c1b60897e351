//! From where the servers of a finding can really be reached: public addresses and network ACLs.

use portreeve_engine::{Bound, Cell, Class, Policy, Visitor, spread};
use portreeve_model::{AclIx, Action, Direction, Interface, InterfaceIx, SubnetIx};
use portreeve_netset::{AddressSet, IntervalSet, PortSet};

use crate::everyone::{EVERYONE, Family};
use crate::finding::{Exposure, Server, ServerState, Traffic};
use crate::openness::Ports;
use crate::run::Run;

/// What is open on an interface, of what a finding is about: surely, and at most.
#[derive(Debug, Clone)]
pub(crate) struct Effective {
    pub(crate) sure: Ports,
    pub(crate) most: Ports,
}

/// Judges a finding by the servers that it puts at risk (or may); servers come with what is open on all of them.
pub(crate) fn of<'a>(
    run: &Run<'_>,
    traffic: &[Traffic],
    servers: impl IntoIterator<Item = (&'a [Server], &'a Effective)>,
) -> Exposure {
    let mut worst = None;
    for (servers, Effective { sure, most }) in servers {
        let mut surely = Ways::new(run, traffic, sure);
        let mut possibly = (sure != most).then(|| Ways::new(run, traffic, most));
        for server in servers {
            let mut reach = |sure: bool| {
                let ways = possibly.as_mut().filter(|_| !sure).unwrap_or(&mut surely);
                ways.reach(server.interface)
            };
            let reached = match server.state {
                ServerState::Shielded => Exposure::Private,
                ServerState::AtRisk => reach(true).max(reach(false).min(Exposure::Unknown)),
                ServerState::Unknown => reach(false).min(Exposure::Unknown),
            };
            worst = worst.max(Some(reached));
            if worst == Some(Exposure::Internet) {
                return Exposure::Internet;
            }
        }
    }
    match worst {
        Some(exposure) => exposure,
        None => of_nobody(run),
    }
}

/// Whether an interface has a public address, whatever the traffic.
pub(crate) fn has_public_address(interface: &Interface) -> Exposure {
    if interface.addresses.iter().any(|address| address.public.is_some()) {
        Exposure::Internet
    } else if interface.public_known {
        Exposure::Private
    } else {
        Exposure::Unknown
    }
}

/// From where the carriers of each group are reached, judged by their public addresses: for findings that are not about traffic.
pub(crate) fn of_groups(run: &Run<'_>) -> Vec<Exposure> {
    let of_class = |class: &Class| {
        let mut worst = None;
        for interface in &class.interfaces {
            worst = worst.max(Some(has_public_address(run.estate.interface(*interface))));
            if worst == Some(Exposure::Internet) {
                break;
            }
        }
        worst
    };
    let classes = spread(run.index.classes(), run.settings.threads, of_class);
    let of_group = |group| {
        let classes = run.index.classes_of(group).iter().filter_map(|ix| *classes.get(ix.0 as usize)?);
        classes.max().unwrap_or_else(|| of_nobody(run))
    };
    run.estate.each_group().map(|(group, _)| of_group(group)).collect()
}

/// From where what nobody carries is reached.
pub(crate) fn of_nobody(run: &Run<'_>) -> Exposure {
    if run.interfaces_known() { Exposure::Unattached } else { Exposure::Unknown }
}

/// A part of the traffic that comes from the internet.
struct Way {
    family: Family,
    protocol: u8,
    ports: PortSet,
    peers: AddressSet,
}

/// The ways in to some servers, with the network ACLs on them, each judged once.
struct Ways<'r, 'e> {
    run: &'r Run<'e>,
    all: Vec<Way>,
    known: Vec<(AclIx, [bool; 2], Exposure)>,
}

impl<'r, 'e> Ways<'r, 'e> {
    fn new(run: &'r Run<'e>, traffic: &[Traffic], open: &Ports) -> Self {
        let mut all = Vec::new();
        for (transport, family, ports) in open.each() {
            for part in traffic.iter().filter(|part| part.protocol == Some(transport.number())) {
                let ports = part.ports.intersection(ports);
                let peers = family.of(&part.peers).intersection(&EVERYONE);
                if !ports.is_empty() && !peers.is_empty() {
                    all.push(Way { family, protocol: transport.number(), ports, peers });
                }
            }
        }
        Self { run, all, known: Vec::new() }
    }

    fn reach(&mut self, ix: InterfaceIx) -> Exposure {
        let interface = self.run.estate.interface(ix);
        let public = Family::BOTH.map(|family| {
            interface.addresses.iter().any(|it| it.public.is_some() && family.holds(it.private))
        });
        if self.all.is_empty() {
            Exposure::Private
        } else if self.open_to(public).next().is_some() {
            self.pass(interface.subnet, public)
        } else if interface.public_known {
            Exposure::Private
        } else {
            Exposure::Unknown
        }
    }

    /// The ways of the families in which there is a public address.
    fn open_to(&self, public: [bool; 2]) -> impl Iterator<Item = &Way> {
        let [v4, v6] = public;
        self.all.iter().filter(move |way| if way.family == Family::V4 { v4 } else { v6 })
    }

    /// What the network ACL of a subnet leaves.
    fn pass(&mut self, subnet: Option<SubnetIx>, public: [bool; 2]) -> Exposure {
        // A subnet that the input does not describe is not modelled; its filter is not held against the traffic.
        let Some(subnet) = subnet.map(|ix| self.run.estate.subnet(ix)) else { return Exposure::Internet };
        match subnet.acl {
            None if !subnet.acl_id.is_empty() => Exposure::Unknown,
            None => Exposure::Internet,
            Some(acl) => {
                let known = self.known.iter().find(|(ix, families, _)| *ix == acl && *families == public);
                if let Some((.., exposure)) = known {
                    return *exposure;
                }
                let exposure = self.through(acl, public);
                self.known.push((acl, public, exposure));
                exposure
            }
        }
    }

    fn through(&self, acl: AclIx, public: [bool; 2]) -> Exposure {
        let passes = |bound| self.open_to(public).any(|way| self.way_passes(acl, way, bound));
        match (passes(Bound::Surely), passes(Bound::Possibly)) {
            (true, _) => Exposure::Internet,
            (false, true) => Exposure::Unknown,
            (false, false) => Exposure::Private,
        }
    }

    /// Whether somebody gets in, and the replies out where the filter keeps no state.
    fn way_passes(&self, acl: AclIx, way: &Way, bound: Bound) -> bool {
        let index = &self.run.index;
        let inward = Policy::of_acl(index, acl, Direction::Ingress, bound);
        let mut peers = passing(&inward, way.protocol, &way.ports).intersection(&way.peers);
        if !self.run.estate.acl(acl).stateful {
            let replies = PortSet::from_range(1024, u16::MAX);
            let outward = Policy::of_acl(index, acl, Direction::Egress, bound);
            peers = peers.intersection(&passing(&outward, way.protocol, &replies));
        }
        !peers.is_empty()
    }
}

/// The addresses that a policy lets through on at least one of some ports.
fn passing(policy: &Policy, protocol: u8, ports: &PortSet) -> AddressSet {
    let mut reader = Passing {
        policy,
        ports,
        v4: IntervalSet::empty(),
        v6: IntervalSet::empty(),
        all: AddressSet::empty(),
    };
    policy.visit(Some(protocol), &mut reader);
    reader.all
}

struct Passing<'a> {
    policy: &'a Policy,
    ports: &'a PortSet,
    v4: IntervalSet<u32>,
    v6: IntervalSet<u128>,
    all: AddressSet,
}

impl Visitor for Passing<'_> {
    fn stretch(&mut self, first: u16, last: u16) -> bool {
        !PortSet::from_range(first, last).is_disjoint(self.ports)
    }

    fn v4(&mut self, first: u32, last: u32, cell: Cell<'_>) {
        if self.policy.action(cell) == Action::Allow {
            self.v4.push(first, last);
        }
    }

    fn v6(&mut self, first: u128, last: u128, cell: Cell<'_>) {
        if self.policy.action(cell) == Action::Allow {
            self.v6.push(first, last);
        }
    }

    fn end(&mut self) {
        self.all
            .union_with(&AddressSet::from_parts(std::mem::take(&mut self.v4), std::mem::take(&mut self.v6)));
    }
}
