//! Which checkpoints a connection meets, in order.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use portreeve_engine::{Decision, Place, Policy, Table};
use portreeve_model::{
    AclIx, Direction, Host, InstanceIx, Interface, InterfaceIx, NetworkIx, Otherwise, PortRange, PowerState,
    Profile, Protocol, SubnetIx, Text,
};

use portreeve_netset::{AddressSet, Packet};

use crate::answer::{Layer, Told, Verdict};
use crate::cause::Why;
use crate::end::Spot;
use crate::explainer::Explainer;
use crate::route::{Handed, Way};

/// A policy under both readings of the gaps.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) sure: Arc<Policy>,
    /// The same as `sure` where the documents leave nothing open.
    pub(crate) most: Arc<Policy>,
    /// Whether a rule asks for client ports.
    pub(crate) tells_clients_apart: bool,
    /// Its decisions as a table, made when it is first worth it.
    table: Arc<OnceLock<Table>>,
}

/// Lines from which on a table is quicker than walking down the ranks, however often it is asked.
const LONG: usize = 64;

impl Pair {
    pub(crate) fn new(sure: Arc<Policy>, most: Arc<Policy>) -> Self {
        let tells_clients_apart = sure.tells_source_ports_apart() || most.tells_source_ports_apart();
        Self { sure, most, tells_clients_apart, table: Arc::default() }
    }

    /// Whether the documents leave nothing open.
    pub(crate) fn is_exact(&self) -> bool {
        Arc::ptr_eq(&self.sure, &self.most)
    }

    /// What surely holds for a packet.
    pub(crate) fn decide(&self, packet: &Packet) -> Decision {
        if self.sure.len() < LONG {
            return self.sure.decide(packet);
        }
        self.table.get_or_init(|| self.sure.table()).decide(packet)
    }
}

/// The other side of a connection as a filter sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remote {
    /// The free end: the internet, address by address.
    Free,
    /// One of these addresses; which one is not known where there are several.
    Seen(Vec<IpAddr>),
    /// A load balancer in the client's place, under one of these addresses and with a client port of its own; and why it is not known
    /// which.
    Among { addresses: AddressSet, told: Box<Told> },
}

/// What a filter is the filter of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FilterOf {
    Groups(InterfaceIx),
    Acl(AclIx),
}

/// How a checkpoint decides.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// By rules.
    Filter { of: FilterOf, pair: Pair, place: Place, remote: Remote, local: IpAddr },
    /// The same for everything.
    Fixed { verdict: Verdict, why: Option<Why>, gaps: Vec<Told> },
    /// Passed for what is handed on; the rest is denied, or unknown.
    Handed { entries: Vec<Handed>, others: Verdict, why: Option<Why>, gaps: Vec<Told> },
    /// Passed for some addresses of the internet: surely, and at most.
    Reach { sure: AddressSet, most: AddressSet, why: Option<Why>, gaps: Vec<Told> },
    /// Denied for some ports, perhaps for more, passed for the rest.
    Blocked { ports: Vec<(Protocol, PortRange)>, perhaps: Vec<(Protocol, PortRange)>, gaps: Vec<Told> },
    /// Passed for the ports on which something listens.
    Listening { instance: InstanceIx, local: IpAddr },
}

/// One checkpoint.
#[derive(Debug, Clone)]
pub(crate) struct Checkpoint {
    pub(crate) layer: Layer,
    pub(crate) direction: Direction,
    pub(crate) reply: bool,
    pub(crate) at: Text,
    /// What to say where no rule decides.
    pub(crate) because: String,
    /// The server's port, where something on the way made another one of the port that is asked about.
    pub(crate) port: Option<u16>,
    pub(crate) kind: Kind,
}

/// All checkpoints between two addresses.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) from: Spot,
    pub(crate) to: Spot,
    pub(crate) checkpoints: Vec<Checkpoint>,
    pub(crate) not_modelled: Vec<Layer>,
    pub(crate) notes: Vec<String>,
}

/// What the path builder knows of one end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side<'e> {
    pub(crate) spot: Spot,
    pub(crate) interface: Option<(InterfaceIx, &'e Interface)>,
    pub(crate) network: Option<NetworkIx>,
    pub(crate) subnet: Option<SubnetIx>,
}

impl<'e> Explainer<'e> {
    pub(crate) fn side(&self, spot: Spot) -> Side<'e> {
        let interface = spot.interface().map(|ix| (ix, self.estate.interface(ix)));
        let (network, subnet) = match spot {
            Spot::Inside { network, subnet, .. } => (Some(network), subnet),
            _ => interface.map_or((None, None), |(_, it)| (it.network, it.subnet)),
        };
        Side { spot, interface, network, subnet }
    }

    /// Lists the checkpoints between two addresses.
    pub(crate) fn path(&self, from: Spot, to: Spot) -> Path {
        let (sender, receiver) = (self.side(from), self.side(to));
        let over_internet = from.is_public() || to.is_public();
        let route = self.route(&sender, &receiver);
        let mut path =
            Path { from, to, checkpoints: Vec::new(), not_modelled: Vec::new(), notes: route.notes.clone() };
        self.leave(&mut path, &sender, &receiver, route.borders.0);
        path.checkpoints.extend_from_slice(&route.checkpoints);
        self.arrive(&mut path, &receiver, &route);
        self.reply(&mut path, &sender, &receiver, &route);
        if over_internet {
            path.not_modelled.push(Layer::Carrier);
        }
        for end in [from, to] {
            if let Spot::Inside { address, .. } | Spot::Outside(address) = end {
                path.notes.push(format!(
                    "no interface of the input has {address}: its own security groups are not looked at"
                ));
            }
        }
        path.not_modelled.sort_unstable();
        path.not_modelled.dedup();
        path
    }

    /// Where the other side is, seen from one end.
    pub(crate) fn place(other: &Side<'_>, over_internet: bool) -> Place {
        match (over_internet, other.network) {
            (true, _) => Place::Internet,
            (false, Some(network)) => Place::Network(network),
            (false, None) => Place::Elsewhere,
        }
    }

    /// The sender's side: the state of its server, its groups, what the platform blocks, its subnet's network ACL.
    fn leave(&self, path: &mut Path, sender: &Side<'e>, receiver: &Side<'e>, meets_acls: bool) {
        let over_internet = path.from.is_public() || path.to.is_public();
        let place = Self::place(receiver, over_internet);
        let remote = receiver.spot.address().map_or(Remote::Free, |address| Remote::Seen(vec![address]));
        if let Some((ix, interface)) = sender.interface {
            self.powered(path, ix, interface, Direction::Egress);
            let local = private(sender.spot);
            path.checkpoints.push(self.groups(ix, Direction::Egress, place, remote.clone(), local));
            if place == Place::Internet {
                self.blocked(path, ix, interface);
            }
        }
        if meets_acls && sender.subnet.is_some() {
            let local =
                sender.spot.address().filter(|_| sender.interface.is_none()).unwrap_or(private(sender.spot));
            self.acl(path, sender, Direction::Egress, false, remote, local);
        }
    }

    /// The receiver's side.
    fn arrive(&self, path: &mut Path, receiver: &Side<'e>, way: &Way) {
        let before = path.checkpoints.len();
        let (seen_as, local) = (&way.seen_as, private(receiver.spot));
        if way.borders.1 && way.past.is_none() && receiver.subnet.is_some() {
            self.acl(path, receiver, Direction::Ingress, false, seen_as.clone(), local);
        }
        if let Some((ix, interface)) = receiver.interface {
            let mut groups = self.groups(ix, Direction::Ingress, way.place, seen_as.clone(), local);
            if let Some(past) = &way.past {
                groups.because.clone_from(past);
                groups.kind = Kind::Fixed { verdict: Verdict::Allowed, why: None, gaps: Vec::new() };
            }
            path.checkpoints.push(groups);
            self.powered(path, ix, interface, Direction::Ingress);
            let host = interface.instance.and_then(|instance| self.host(instance));
            self.host_layers(path, host, seen_as, local);
        }
        path.checkpoints.iter_mut().skip(before).for_each(|it| it.port = way.port);
    }

    /// Replies through filters that keep no state.
    fn reply(&self, path: &mut Path, sender: &Side<'e>, receiver: &Side<'e>, way: &Way) {
        let stateless = |side: &Side<'_>| {
            let acl = side.subnet.and_then(|ix| self.estate.subnet(ix).acl);
            acl.is_some_and(|ix| !self.estate.acl(ix).stateful)
        };
        if way.borders.1 && way.past.is_none() && stateless(receiver) {
            let before = path.checkpoints.len();
            self.acl(path, receiver, Direction::Egress, true, way.seen_as.clone(), private(receiver.spot));
            path.checkpoints.iter_mut().skip(before).for_each(|it| it.port = way.port);
        }
        if way.borders.0 && stateless(sender) {
            let remote = receiver.spot.address().map_or(Remote::Free, |address| Remote::Seen(vec![address]));
            self.acl(path, sender, Direction::Ingress, true, remote, private(sender.spot));
        }
    }

    fn groups(
        &self,
        ix: InterfaceIx,
        direction: Direction,
        place: Place,
        remote: Remote,
        local: IpAddr,
    ) -> Checkpoint {
        let class = self.index.class_of(ix);
        let pair = self.class_policy(class, direction, place);
        Checkpoint {
            layer: Layer::SecurityGroup,
            direction,
            reply: false,
            at: self.estate.interface(ix).id,
            because: self.group_default(class, direction),
            port: None,
            kind: Kind::Filter { of: FilterOf::Groups(ix), pair, place, remote, local },
        }
    }

    /// The network ACL of a side's subnet, if there is one.
    fn acl(
        &self,
        path: &mut Path,
        side: &Side<'_>,
        direction: Direction,
        reply: bool,
        remote: Remote,
        local: IpAddr,
    ) {
        let Some(subnet) = side.subnet.map(|ix| self.estate.subnet(ix)) else { return };
        let make = |at, because, kind| Checkpoint {
            layer: Layer::NetworkAcl,
            direction,
            reply,
            at,
            because,
            port: None,
            kind,
        };
        match subnet.acl {
            Some(ix) => {
                let acl = self.estate.acl(ix);
                let because = format!(
                    "no entry of {} matches, and {}",
                    self.say.acl(acl),
                    match acl.otherwise(direction) {
                        Otherwise::Allow => "the rest passes",
                        Otherwise::Deny => "the rest is blocked",
                        Otherwise::Unknown => "what happens to the rest is not in the input",
                    }
                );
                let pair = self.acl_policy(ix, direction);
                let kind =
                    Kind::Filter { of: FilterOf::Acl(ix), pair, place: Place::Internet, remote, local };
                path.checkpoints.push(make(acl.id, because, kind));
            }
            None if !subnet.acl_id.is_empty() => {
                let id = self.estate.text(subnet.acl_id);
                let what = format!("network ACL {id} is not in the input: collect its entries");
                let gaps = vec![Told::Here(id.to_owned(), what)];
                let kind = Kind::Fixed { verdict: Verdict::Unknown, why: None, gaps };
                path.checkpoints.push(make(
                    subnet.acl_id,
                    format!("network ACL {id} is not in the input"),
                    kind,
                ));
            }
            None if !subnet.acl_known => path.not_modelled.push(Layer::NetworkAcl),
            None => {}
        }
    }

    /// A server that does not run, or an interface that is down, takes and sends nothing.
    fn powered(&self, path: &mut Path, ix: InterfaceIx, interface: &Interface, direction: Direction) {
        let stopped = interface.instance.filter(|ix| self.estate.instance(*ix).state == PowerState::Stopped);
        let (at, because, why) = if let Some(instance) = stopped {
            let words = self.say.instance(self.estate.instance(instance));
            (self.estate.instance(instance).id, format!("{words} is stopped"), Why::Stopped(instance))
        } else if interface.down {
            (interface.id, format!("{} is down or detached", self.estate.text(interface.id)), Why::Down(ix))
        } else {
            return;
        };
        let kind = Kind::Fixed { verdict: Verdict::Denied, why: Some(why), gaps: Vec::new() };
        path.checkpoints.push(Checkpoint {
            layer: Layer::Provider,
            direction,
            reply: false,
            at,
            because,
            port: None,
            kind,
        });
    }

    /// What the platform blocks on the way out to the internet.
    fn blocked(&self, path: &mut Path, ix: InterfaceIx, interface: &Interface) {
        let class = self.index.class(self.index.class_of(ix));
        let profiles =
            class.groups.iter().map(|group| self.estate.profile(self.estate.group(*group).profile));
        let ports = self.blocked_by(profiles);
        // A group that is not in the input may be of any kind.
        let perhaps = if class.unread { self.blocked_by(self.estate.profiles.iter()) } else { Vec::new() };
        if !ports.is_empty() || !perhaps.is_empty() {
            let id = self.estate.text(interface.id);
            let what = "not all of its security groups are in the input: collect them with their rules";
            let gaps = vec![Told::Here(id.to_owned(), what.to_owned())];
            path.checkpoints.push(Checkpoint {
                layer: Layer::Provider,
                direction: Direction::Egress,
                reply: false,
                at: interface.id,
                because: "the platform does not block this port".to_owned(),
                port: None,
                kind: Kind::Blocked { ports, perhaps, gaps },
            });
        }
    }

    fn blocked_by<'p>(&self, profiles: impl Iterator<Item = &'p Profile>) -> Vec<(Protocol, PortRange)> {
        let mut ports: Vec<(Protocol, PortRange)> =
            profiles.flat_map(|it| it.blocked_egress).copied().collect();
        ports.retain(|(_, range)| !(self.options.smtp_unblocked && *range == PortRange::one(25)));
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// The server's own firewall and what listens on it, as far as they were collected.
    fn host_layers(&self, path: &mut Path, host: Option<&Host>, seen_as: &Remote, local: IpAddr) {
        let make = |layer, at, because, kind| Checkpoint {
            layer,
            direction: Direction::Ingress,
            reply: false,
            at,
            because,
            port: None,
            kind,
        };
        match host.and_then(|host| Some((host, host.filters.as_deref()?))) {
            None => path.not_modelled.push(Layer::HostFirewall),
            Some((host, [])) => {
                let kind = Kind::Fixed { verdict: Verdict::Allowed, why: None, gaps: Vec::new() };
                let at = self.estate.instance(host.instance).id;
                let because = "the server has no firewall of its own".to_owned();
                path.checkpoints.push(make(Layer::HostFirewall, at, because, kind));
            }
            Some((host, filters)) => path.checkpoints.extend(filters.iter().map(|ix| {
                let acl = self.estate.acl(*ix);
                let pair = self.acl_policy(*ix, Direction::Ingress);
                let (of, remote) = (FilterOf::Acl(*ix), seen_as.clone());
                let kind = Kind::Filter { of, pair, place: Place::Internet, remote, local };
                let at = self.estate.instance(host.instance).id;
                make(Layer::HostFirewall, at, format!("no rule of {} matches", self.say.acl(acl)), kind)
            })),
        }
        match host.filter(|host| host.listeners.is_some()) {
            None => path.not_modelled.push(Layer::Listener),
            Some(host) => {
                let at = self.estate.instance(host.instance).id;
                let kind = Kind::Listening { instance: host.instance, local };
                path.checkpoints.push(make(Layer::Listener, at, String::new(), kind));
            }
        }
    }
}

/// The address that the filters of an end see as their own.
pub(crate) fn private(spot: Spot) -> IpAddr {
    match spot {
        Spot::Interface { private, .. } | Spot::Behind { private, .. } => private,
        Spot::Public(address) | Spot::Inside { address, .. } | Spot::Outside(address) => address,
        Spot::Internet => IpAddr::from([0, 0, 0, 0]),
    }
}
