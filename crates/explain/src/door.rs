//! Ways that lead to a server through something else: what NAT gateways and load balancers hand on.

use std::net::IpAddr;

use hashbrown::HashMap;
use portreeve_model::{
    Backend, Balancer, BalancerListener, Clients, Estate, InterfaceIx, NetworkIx, PortRange, Protocol, Text,
};
use portreeve_netset::protocol;

use crate::end::{Spot, is_public};
use crate::question::Question;

/// What hands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Through {
    /// A NAT gateway, by its place in the estate.
    Nat(usize),
    /// A listener of a load balancer, by their places.
    Listener {
        /// The load balancer.
        balancer: usize,
        /// The listener among its own.
        listener: usize,
    },
}

/// One way to a server through a NAT gateway or a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Door {
    /// The address that clients use.
    pub front: IpAddr,
    /// The protocol that is handed on.
    pub protocol: Protocol,
    /// The ports as the question names them: those of the front, or the server's own where the question names the server. `None` is
    /// everything of the protocol.
    pub ports: Option<PortRange>,
    /// The server's port for the first of them, where it is another one. A NAT gateway counts on from there, behind a load balancer
    /// it is the same for all.
    pub first: Option<u16>,
    /// What hands on.
    pub through: Through,
    /// Whether the question names the front, and not the server.
    pub named: bool,
}

/// Ports of a range that are asked about one by one where each becomes another one on the server.
const ASKED_APART: u16 = 16;

impl Door {
    /// The id of what hands on.
    pub fn id(&self, estate: &Estate) -> Text {
        match self.through {
            Through::Nat(at) => estate.nats.get(at).map_or(Text::EMPTY, |nat| nat.id),
            Through::Listener { balancer, .. } => {
                estate.balancers.get(balancer).map_or(Text::EMPTY, |it| it.id)
            }
        }
    }

    /// Whether a packet is handed on.
    pub(crate) fn takes(&self, number: u8, port: u16) -> bool {
        self.speaks(number)
            && self.ports.is_none_or(|ports| protocol::has_ports(number) && holds(ports, port))
    }

    /// Whether it may take a part of what is asked about.
    pub(crate) fn fits(&self, question: &Question) -> bool {
        match (question.protocol, question.port) {
            (Some(number), Some(port)) => self.takes(number, port),
            (Some(number), None) => self.speaks(number),
            (None, Some(port)) => self.ports.is_none_or(|ports| holds(ports, port)),
            (None, None) => true,
        }
    }

    fn speaks(&self, number: u8) -> bool {
        self.protocol == Protocol::All || self.protocol == Protocol::Number(number)
    }

    /// The one port that becomes another one, and that port.
    pub(crate) fn translated(&self) -> Option<(u16, u16)> {
        let ports = self.ports.filter(|ports| ports.first() == ports.last())?;
        self.first.map(|first| (ports.first(), first))
    }

    /// Whether a whole range of ports is translated at once.
    pub(crate) fn is_wide(&self) -> bool {
        self.first.is_some() && self.translated().is_none()
    }

    /// The same for one of its ports.
    fn only(&self, port: u16) -> Self {
        let Some(ports) = self.ports else { return *self };
        let inner = self.first.map(|first| match self.through {
            Through::Nat(_) => first.saturating_add(port.saturating_sub(ports.first())),
            Through::Listener { .. } => first,
        });
        Self { ports: Some(PortRange::one(port)), first: inner, ..*self }
    }

    /// The same for each port that is asked about, where ports are translated and are not too many.
    pub(crate) fn apart(&self, question: &Question) -> Vec<Self> {
        let Some(ports) = self.ports.filter(|_| self.is_wide()) else { return vec![*self] };
        match question.port {
            Some(port) if holds(ports, port) => vec![self.only(port)],
            None if ports.last() - ports.first() < ASKED_APART => {
                (ports.first()..=ports.last()).map(|port| self.only(port)).collect()
            }
            _ => vec![*self],
        }
    }

    /// What of a question is asked at this door: where the port becomes another one, of that port alone.
    pub(crate) fn narrowed(&self, question: &Question) -> Question {
        let Some((port, _)) = self.translated().filter(|_| self.fits(question)) else {
            return question.clone();
        };
        let number = match self.protocol {
            Protocol::Number(number) => Some(number),
            Protocol::All => question.protocol,
        };
        Question { protocol: number, port: Some(port), ..question.clone() }
    }
}

fn holds(ports: PortRange, port: u16) -> bool {
    (ports.first()..=ports.last()).contains(&port)
}

/// All doors of an estate.
#[derive(Debug, Default)]
pub(crate) struct Doors {
    /// The servers behind an address that clients use.
    fronts: HashMap<IpAddr, Vec<Spot>>,
    /// Ways in from the internet on which a server does not see the client, or its filters do not.
    ways: HashMap<InterfaceIx, Vec<Spot>>,
    /// Listeners in front of an interface that are open to the internet and keep the client's address, with the address of the
    /// interface that they hand on to and the port on it.
    kept: HashMap<InterfaceIx, Vec<Kept>>,
}

/// A listener in front of a server that sees its clients as they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept {
    pub(crate) balancer: usize,
    pub(crate) listener: usize,
    pub(crate) front: IpAddr,
    pub(crate) private: IpAddr,
    pub(crate) ports: PortRange,
}

/// Where the interfaces of an estate are found.
pub(crate) struct Holders<'l> {
    pub(crate) estate: &'l Estate,
    pub(crate) private: &'l HashMap<IpAddr, Vec<InterfaceIx>>,
    pub(crate) interfaces: &'l HashMap<Text, InterfaceIx>,
}

impl Holders<'_> {
    /// The interfaces with a private address: those in a network, else those anywhere.
    fn with(&self, address: IpAddr, network: Option<NetworkIx>) -> Vec<InterfaceIx> {
        let all = self.private.get(&address).cloned().unwrap_or_default();
        let own = |ix: &&InterfaceIx| network.is_some() && self.estate.interface(**ix).network == network;
        let inside: Vec<InterfaceIx> = all.iter().filter(own).copied().collect();
        if inside.is_empty() { all } else { inside }
    }

    /// The addresses behind a listener that a backend stands for.
    fn targets(
        &self,
        backend: &Backend,
        balancer: &Balancer,
        servers: &HashMap<Text, Vec<InterfaceIx>>,
    ) -> Vec<(InterfaceIx, IpAddr)> {
        if let Some(address) = backend.address {
            return self.with(address, balancer.network).into_iter().map(|ix| (ix, address)).collect();
        }
        let of_server = servers.get(&backend.target).into_iter().flatten().copied();
        let interfaces = of_server.chain(self.interfaces.get(&backend.target).copied());
        let all =
            interfaces.flat_map(|ix| self.estate.interface(ix).addresses.iter().map(move |it| (ix, it)));
        all.map(|(ix, it)| (ix, it.private)).collect()
    }
}

impl Doors {
    /// Reads what hands on once.
    pub(crate) fn new(of: &Holders<'_>) -> Self {
        let mut doors = Self::default();
        doors.add_nats(of);
        if of.estate.balancers.is_empty() {
            return doors;
        }
        let mut servers: HashMap<Text, Vec<InterfaceIx>> = HashMap::new();
        for (ix, interface) in of.estate.each_interface() {
            if let Some(instance) = interface.instance {
                servers.entry(of.estate.instance(instance).id).or_default().push(ix);
            }
        }
        for (at, balancer) in of.estate.balancers.iter().enumerate() {
            for (listener, said) in balancer.listeners.iter().enumerate() {
                for backend in &said.backends {
                    let through = Through::Listener { balancer: at, listener };
                    let ports = backend.port.map_or(said.ports, PortRange::one);
                    for (interface, private) in of.targets(backend, balancer, &servers) {
                        doors.add_target(balancer, said, through, ports, (interface, private));
                    }
                }
            }
        }
        doors
    }

    fn add_nats(&mut self, of: &Holders<'_>) {
        for (at, nat) in of.estate.nats.iter().enumerate() {
            for entry in nat.forwards.iter().filter(|it| it.public.is_ipv4() == it.private.is_ipv4()) {
                let first = entry.private_ports.map(PortRange::first);
                let door = Door {
                    front: entry.public,
                    protocol: entry.protocol,
                    ports: entry.public_ports,
                    first: first.filter(|it| entry.public_ports.is_some_and(|ports| ports.first() != *it)),
                    through: Through::Nat(at),
                    named: true,
                };
                let holders = of.private.get(&entry.private).into_iter().flatten();
                let inside = holders.filter(|ix| of.estate.interface(**ix).network == nat.network);
                for interface in inside.filter(|_| nat.network.is_some()) {
                    let spot = Spot::Behind { interface: *interface, private: entry.private, door };
                    push(self.fronts.entry(entry.public).or_default(), spot);
                }
            }
        }
    }

    fn add_target(
        &mut self,
        balancer: &Balancer,
        said: &BalancerListener,
        through: Through,
        ports: PortRange,
        (interface, private): (InterfaceIx, IpAddr),
    ) {
        let fronts = balancer.addresses.iter().filter(|it| it.is_ipv4() == private.is_ipv4());
        for front in fronts.clone() {
            let first = Some(ports.first()).filter(|_| ports != said.ports);
            let (protocol, ports) = (said.protocol, Some(said.ports));
            let door = Door { front: *front, protocol, ports, first, through, named: true };
            push(self.fronts.entry(*front).or_default(), Spot::Behind { interface, private, door });
        }
        let Some(front) = fronts.copied().find(|it| is_public(*it)) else { return };
        if let (Clients::Kept, Through::Listener { balancer, listener }) = (said.clients, through) {
            self.kept.entry(interface).or_default().push(Kept { balancer, listener, front, private, ports });
            return;
        }
        let (protocol, ports) = (said.protocol, Some(ports));
        let door = Door { front, protocol, ports, first: None, through, named: false };
        push(self.ways.entry(interface).or_default(), Spot::Behind { interface, private, door });
    }

    /// The servers behind an address; none where it is nobody's front.
    pub(crate) fn behind(&self, front: IpAddr) -> &[Spot] {
        self.fronts.get(&front).map_or(&[], Vec::as_slice)
    }

    /// Ways in to an interface beside those by its own addresses.
    pub(crate) fn ways(&self, interface: InterfaceIx) -> &[Spot] {
        self.ways.get(&interface).map_or(&[], Vec::as_slice)
    }

    /// Listeners that hand on to an interface and keep the client's address.
    pub(crate) fn kept(&self, interface: InterfaceIx) -> &[Kept] {
        self.kept.get(&interface).map_or(&[], Vec::as_slice)
    }
}

fn push(spots: &mut Vec<Spot>, spot: Spot) {
    if !spots.contains(&spot) {
        spots.push(spot);
    }
}
