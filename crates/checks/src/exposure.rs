//! From where the servers of a finding can really be reached: public addresses and network ACLs.

use portreeve_engine::{Bound, Cell, Policy, Visitor};
use portreeve_model::{AclIx, Action, Direction, Interface, InterfaceIx, SubnetIx};
use portreeve_netset::{AddressSet, IntervalSet, PortSet};

use crate::everyone::EVERYONE;
use crate::finding::{Exposure, Server, ServerState, Traffic};
use crate::run::Run;

/// Judges a finding by the servers that it puts at risk (or may).
pub(crate) fn of(run: &Run<'_>, servers: &[Server], traffic: &[Traffic]) -> Exposure {
    let mut acls = Acls { run, traffic, known: Vec::new() };
    let mut worst = None;
    for server in servers {
        let reached = match server.state {
            ServerState::Shielded => Exposure::Private,
            ServerState::AtRisk => acls.reach(server.interface),
            ServerState::Unknown => acls.reach(server.interface).min(Exposure::Unknown),
        };
        worst = worst.max(Some(reached));
        if worst == Some(Exposure::Internet) {
            break;
        }
    }
    match worst {
        Some(exposure) => exposure,
        None if run.interfaces_known() => Exposure::Unattached,
        None => Exposure::Unknown,
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

/// Judges a finding that is not about traffic by the public addresses of the interfaces concerned.
pub(crate) fn of_addresses(run: &Run<'_>, interfaces: impl Iterator<Item = InterfaceIx>) -> Exposure {
    let reached = interfaces.map(|interface| has_public_address(run.estate.interface(interface)));
    let nobody = if run.interfaces_known() { Exposure::Unattached } else { Exposure::Unknown };
    reached.max().unwrap_or(nobody)
}

/// The network ACLs on the way, each judged once for a finding.
struct Acls<'r, 'e> {
    run: &'r Run<'e>,
    traffic: &'r [Traffic],
    known: Vec<(AclIx, Exposure)>,
}

impl Acls<'_, '_> {
    fn reach(&mut self, ix: InterfaceIx) -> Exposure {
        let interface = self.run.estate.interface(ix);
        let has =
            |v6: bool| interface.addresses.iter().any(|it| it.public.is_some() && it.private.is_ipv6() == v6);
        let opens = |v6: bool| {
            self.traffic
                .iter()
                .any(|part| if v6 { !part.peers.v6().is_empty() } else { !part.peers.v4().is_empty() })
        };
        let matching = (has(false) && opens(false)) || (has(true) && opens(true));
        let address =
            if matching { Exposure::Internet } else { has_public_address(interface).min(Exposure::Unknown) };
        match address {
            Exposure::Internet => self.pass(interface.subnet),
            // It has a public address of the other family only.
            Exposure::Unknown if interface.public_known => Exposure::Private,
            other => other,
        }
    }

    /// What the network ACL of a subnet leaves of traffic from the internet.
    fn pass(&mut self, subnet: Option<SubnetIx>) -> Exposure {
        // A subnet that the input does not describe is not modelled; its filter is not held against the traffic.
        let Some(subnet) = subnet.map(|ix| self.run.estate.subnet(ix)) else { return Exposure::Internet };
        match subnet.acl {
            None if !subnet.acl_id.is_empty() => Exposure::Unknown,
            None => Exposure::Internet,
            Some(acl) => {
                if let Some((_, known)) = self.known.iter().find(|(ix, _)| *ix == acl) {
                    return *known;
                }
                let exposure = self.through(acl);
                self.known.push((acl, exposure));
                exposure
            }
        }
    }

    fn through(&self, acl: AclIx) -> Exposure {
        let passes = |bound| self.traffic.iter().any(|part| self.part_passes(acl, part, bound));
        match (passes(Bound::Surely), passes(Bound::Possibly)) {
            (true, _) => Exposure::Internet,
            (false, true) => Exposure::Unknown,
            (false, false) => Exposure::Private,
        }
    }

    /// Whether some public address of the traffic gets in, and its replies out where the filter keeps no state.
    fn part_passes(&self, acl: AclIx, part: &Traffic, bound: Bound) -> bool {
        let (run, protocol) = (self.run, part.protocol.unwrap_or(6));
        let inward =
            passing(&Policy::of_acl(&run.index, acl, Direction::Ingress, bound), protocol, &part.ports);
        let mut public = inward.intersection(&part.peers).intersection(&EVERYONE);
        if !run.estate.acl(acl).stateful {
            let replies = PortSet::from_range(1024, u16::MAX);
            public = public.intersection(&passing(
                &Policy::of_acl(&run.index, acl, Direction::Egress, bound),
                protocol,
                &replies,
            ));
        }
        !public.is_empty()
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
