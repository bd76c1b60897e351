//! Whether there is a way from one address to another, and under which address the sender arrives.

use std::net::IpAddr;

use portreeve_model::{Address, AddressRange, Direction, Listing, Prefix, Text};

use crate::answer::{Layer, Told, Verdict};
use crate::cause::Why;
use crate::end::Spot;
use crate::explainer::Explainer;
use crate::path::{Checkpoint, Kind, Remote, Side, private};
use crate::question::Question;

/// The way between two addresses.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// The sender as the receiver's side sees it.
    pub(crate) seen_as: Remote,
    pub(crate) notes: Vec<String>,
}

/// One statement about a route.
pub(crate) struct Leg {
    pub(crate) verdict: Verdict,
    pub(crate) because: String,
    pub(crate) why: Option<Why>,
    pub(crate) gaps: Vec<Told>,
}

impl Leg {
    pub(crate) fn open(because: impl Into<String>) -> Self {
        Self { verdict: Verdict::Allowed, because: because.into(), why: None, gaps: Vec::new() }
    }

    pub(crate) fn closed(because: impl Into<String>, why: Why) -> Self {
        Self { verdict: Verdict::Denied, because: because.into(), why: Some(why), gaps: Vec::new() }
    }

    /// Nobody can tell; the gap says what to collect.
    pub(crate) fn unknown(because: impl Into<String>, at: &str, what: impl Into<String>) -> Self {
        let gaps = vec![Told::Here(at.to_owned(), what.into())];
        Self { verdict: Verdict::Unknown, because: because.into(), why: None, gaps }
    }

    fn step(self, direction: Direction, at: Text) -> Checkpoint {
        let Self { verdict, because, why, gaps } = self;
        let kind = Kind::Fixed { verdict, why, gaps };
        Checkpoint { layer: Layer::Route, direction, reply: false, at, because, kind }
    }
}

impl<'e> Explainer<'e> {
    /// The way from one address to another.
    pub(crate) fn route(&self, sender: &Side<'e>, receiver: &Side<'e>, question: &Question) -> Way {
        let over_internet = sender.spot.is_public() || receiver.spot.is_public();
        let mut way = Way { checkpoints: Vec::new(), seen_as: Remote::Free, notes: Vec::new() };
        if let Some(address) = sender.spot.address() {
            way.seen_as = Remote::Seen(vec![address]);
        }
        if !over_internet {
            let leg = self.connect(sender, receiver);
            let at = receiver.interface.or(sender.interface).map_or(Text::EMPTY, |(_, it)| it.id);
            way.checkpoints.push(leg.step(Direction::Ingress, at));
            return way;
        }
        if sender.interface.is_some() || matches!(sender.spot, Spot::Inside { .. } | Spot::Outside(_)) {
            let (leg, publics) = self.out(sender);
            let at = sender.interface.map_or(Text::EMPTY, |(_, it)| it.id);
            way.checkpoints.push(leg.step(Direction::Egress, at));
            way.seen_as = Remote::Seen(publics);
        }
        if let Some((_, interface)) = receiver.interface {
            let leg = self.inward(receiver, question, &mut way.notes);
            way.checkpoints.push(leg.step(Direction::Ingress, interface.id));
        } else if matches!(receiver.spot, Spot::Inside { .. } | Spot::Outside(_)) {
            let address = private(receiver.spot).to_string();
            let leg = Leg::unknown(
                format!("no interface of the input has {address}"),
                &address,
                "the interface with this address is not in the input: collect the network interfaces",
            );
            way.checkpoints.push(leg.step(Direction::Ingress, Text::EMPTY));
        }
        way
    }

    /// The way out to the internet, and the public addresses under which one arrives there; none where they are not known.
    fn out(&self, sender: &Side<'e>) -> (Leg, Vec<IpAddr>) {
        let own = private(sender.spot);
        let Some((_, interface)) = sender.interface else {
            let what = "the interface with this address is not in the input: collect the network interfaces";
            return (Leg::unknown(format!("nothing is known of {own}"), &own.to_string(), what), Vec::new());
        };
        if let Some(public) = interface.addresses.iter().find(|it| it.private == own).and_then(|it| it.public)
        {
            return (Leg::open(format!("leaves by its public address {public}")), vec![public]);
        }
        if let Some((nat, publics)) = self.source_nat(sender, own) {
            return (Leg::open(format!("leaves by NAT gateway {nat}")), publics);
        }
        let id = self.estate.text(interface.id);
        let none = format!("{own} has no public address");
        if !interface.public_known {
            let what = "whether it has a public address is not in the input: collect public addresses and interfaces";
            return (Leg::unknown(none, id, what), Vec::new());
        }
        if let Some(leg) = self.default_route(sender, own) {
            return (leg, Vec::new());
        }
        let nats_known = self.estate.coverage.nats == Listing::Complete;
        if nats_known {
            let because = format!("{none}, and no NAT gateway serves it");
            return (Leg::closed(because, Why::NoPublicAddress(interface_of(sender))), Vec::new());
        }
        let what = "NAT gateways are not in the input: collect them with their entries";
        (Leg::unknown(format!("{none}, and NAT gateways are not in the input"), id, what), Vec::new())
    }

    /// What the route table says of an address that has no public one: without a route to the internet nothing leaves.
    fn default_route(&self, sender: &Side<'e>, own: IpAddr) -> Option<Leg> {
        let table = self.table_of(sender)?;
        if table.incomplete.is_some() {
            return None;
        }
        let is_default = |prefix: Prefix| prefix.is_all() && prefix.address().is_ipv4() == own.is_ipv4();
        let leads_out = table.routes.iter().any(|route| is_default(route.destination));
        (!leads_out).then(|| {
            let name = self.say.labelled(table.id, table.name);
            let because = format!(
                "{own} has no public address, and route table {name} leads nowhere but to private networks"
            );
            Leg::closed(because, Why::NoPublicAddress(interface_of(sender)))
        })
    }

    /// The NAT gateway that serves an address, with its public addresses.
    fn source_nat(&self, sender: &Side<'e>, own: IpAddr) -> Option<(String, Vec<IpAddr>)> {
        let holds = |prefix: Prefix| {
            let range = AddressRange::from(prefix);
            range.first().is_ipv4() == own.is_ipv4() && range.first() <= own && own <= range.last()
        };
        let mut served =
            self.estate.nats.iter().filter(|nat| nat.network.is_some() && nat.network == sender.network);
        served.find_map(|nat| {
            let entry = nat.sources.iter().find(|entry| holds(entry.from))?;
            Some((self.say.labelled(nat.id, nat.name), entry.public.to_vec()))
        })
    }

    /// The way in from the internet.
    fn inward(&self, receiver: &Side<'e>, question: &Question, notes: &mut Vec<String>) -> Leg {
        let Some((ix, interface)) = receiver.interface else { return Leg::open("") };
        let own = private(receiver.spot);
        let public_of = |address: &Address| if address.private == own { address.public } else { None };
        if let Spot::Interface { public: Some(public), .. } = receiver.spot {
            return Leg::open(format!("public address {public} is that of {own}"));
        }
        if let Some(public) = interface.addresses.iter().find_map(public_of) {
            return Leg::open(format!("reachable by its public address {public}"));
        }
        if let Some(leg) = self.forwarded(receiver, own, question) {
            return leg;
        }
        let id = self.estate.text(interface.id);
        if !interface.public_known {
            return Leg::unknown(
                format!("whether {own} has a public address is not in the input"),
                id,
                "public addresses are not in the input: collect public addresses and interfaces",
            );
        }
        let elsewhere = self.public_elsewhere(interface.instance, own);
        if let Some(other) = elsewhere {
            notes.push(other);
        }
        Leg::closed(format!("{own} has no public address"), Why::NoPublicAddress(Some(ix)))
    }

    /// Another address of the same server that is public.
    fn public_elsewhere(&self, instance: Option<portreeve_model::InstanceIx>, own: IpAddr) -> Option<String> {
        let interfaces = self.lookup.interfaces_of(instance?);
        interfaces.iter().find_map(|ix| {
            let interface = self.estate.interface(*ix);
            let address = interface.addresses.iter().find(|it| it.private != own && it.public.is_some())?;
            let (private, public) = (address.private, address.public?);
            let id = self.estate.text(interface.id);
            Some(format!("public address {public} belongs to {private} on {id}, not to {own}"))
        })
    }

    /// A NAT gateway or load balancer that hands connections from the internet on to an address.
    fn forwarded(&self, receiver: &Side<'e>, own: IpAddr, question: &Question) -> Option<Leg> {
        let asked = |private: Option<portreeve_model::PortRange>| {
            question.port.is_none_or(|port| private.is_none_or(|it| (it.first()..=it.last()).contains(&port)))
        };
        let network = |of| receiver.network.is_some() && of == receiver.network;
        for nat in self.estate.nats.iter().filter(|nat| network(nat.network)) {
            let mut fitting = nat.forwards.iter().filter(|it| it.private == own);
            if let Some(entry) = fitting.find(|it| asked(it.private_ports.or(it.public_ports))) {
                let name = self.say.labelled(nat.id, nat.name);
                return Some(Leg::open(format!("NAT gateway {name} hands on from {}", entry.public)));
            }
        }
        self.balanced(receiver, own, question)
    }

    /// A load balancer with a public address that has this server behind it and keeps the client's address.
    fn balanced(&self, receiver: &Side<'e>, own: IpAddr, question: &Question) -> Option<Leg> {
        let (_, interface) = receiver.interface?;
        let instance = interface.instance.map(|ix| self.estate.instance(ix).id);
        for balancer in &self.estate.balancers {
            let public = balancer.addresses.iter().copied().find(|it| crate::end::is_public(*it));
            let Some(public) = public else { continue };
            let behind = balancer.listeners.iter().find(|listener| {
                listener.keeps_client
                    && listener.backends.iter().any(|backend| {
                        let port = backend.port.unwrap_or(listener.ports.first());
                        let is_it = backend.address.map_or(
                            Some(backend.target) == instance || backend.target == interface.id,
                            |address| address == own,
                        );
                        is_it && question.port.is_none_or(|asked| asked == port)
                    })
            });
            if behind.is_some() {
                let name = self.say.labelled(balancer.id, balancer.name);
                return Some(Leg::open(format!("load balancer {name} hands on from {public}")));
            }
        }
        None
    }
}

fn interface_of(side: &Side<'_>) -> Option<portreeve_model::InterfaceIx> {
    side.interface.map(|(ix, _)| ix)
}
