//! Whether there is a way from one address to another, and under which address the sender arrives.

use std::net::IpAddr;

use portreeve_engine::Place;
use portreeve_model::{
    Address, Balancer, Direction, GapIx, Hop, Interface, InterfaceIx, Listing, Nat, PortRange, Protocol,
    Route, Text,
};
use portreeve_netset::{AddressSet, protocol};

use crate::answer::{Layer, Told, Verdict};
use crate::cause::Why;
use crate::connect::Next;
use crate::end::{Spot, internet};
use crate::explainer::Explainer;
use crate::path::{Checkpoint, Kind, Remote, Side, private};

/// The way between two addresses.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// The sender as the receiver's side sees it.
    pub(crate) seen_as: Remote,
    /// Where the receiver's groups take the sender to be.
    pub(crate) place: Place,
    /// Whether the network ACLs of the sender's and of the receiver's subnet are met.
    pub(crate) borders: (bool, bool),
    /// The receiver's port, where it is not the one that is asked about.
    pub(crate) port: Option<u16>,
    /// Why the receiver's groups and network ACL are not asked.
    pub(crate) past: Option<String>,
    pub(crate) notes: Vec<String>,
}

/// Something that is handed on from the internet to an address.
#[derive(Debug, Clone)]
pub(crate) struct Handed {
    pub(crate) protocol: Protocol,
    /// The ports on the server; `None` is everything of the protocol.
    pub(crate) ports: Option<PortRange>,
    pub(crate) because: String,
    /// Why it may be refused after all.
    pub(crate) gap: Option<GapIx>,
}

impl Handed {
    /// Whether a packet is handed on.
    pub(crate) fn takes(&self, number: u8, port: u16) -> bool {
        let spoken = self.protocol == Protocol::All || self.protocol == Protocol::Number(number);
        let within =
            |ports: PortRange| protocol::has_ports(number) && (ports.first()..=ports.last()).contains(&port);
        spoken && self.ports.is_none_or(within)
    }
}

/// One statement about a route.
pub(crate) struct Leg {
    pub(crate) verdict: Verdict,
    pub(crate) because: String,
    pub(crate) why: Option<Why>,
    pub(crate) gaps: Vec<Told>,
    /// The addresses of the internet to which there surely is a way, and may be one, where it is not the same for all.
    pub(crate) reach: Option<Box<(AddressSet, AddressSet)>>,
}

impl Leg {
    pub(crate) fn open(because: impl Into<String>) -> Self {
        Self { verdict: Verdict::Allowed, because: because.into(), why: None, gaps: Vec::new(), reach: None }
    }

    pub(crate) fn closed(because: impl Into<String>, why: Why) -> Self {
        Self {
            verdict: Verdict::Denied,
            because: because.into(),
            why: Some(why),
            gaps: Vec::new(),
            reach: None,
        }
    }

    /// Nobody can tell; the gap says what to collect.
    pub(crate) fn unknown(because: impl Into<String>, at: &str, what: impl Into<String>) -> Self {
        let gaps = vec![Told::Here(at.to_owned(), what.into())];
        Self { verdict: Verdict::Unknown, because: because.into(), why: None, gaps, reach: None }
    }

    pub(crate) fn step(self, direction: Direction, at: Text) -> Checkpoint {
        let Self { verdict, because, why, gaps, reach } = self;
        let kind = match reach {
            Some(reach) => Kind::Reach { sure: reach.0, most: reach.1, why, gaps },
            None => Kind::Fixed { verdict, why, gaps },
        };
        Checkpoint { layer: Layer::Route, direction, reply: false, at, because, port: None, kind }
    }
}

impl<'e> Explainer<'e> {
    /// The way from one address to another.
    pub(crate) fn route(&self, sender: &Side<'e>, receiver: &Side<'e>) -> Way {
        let over_internet = sender.spot.is_public() || receiver.spot.is_public();
        let same_subnet = !over_internet && sender.subnet.is_some() && sender.subnet == receiver.subnet;
        let mut way = Way {
            checkpoints: Vec::new(),
            seen_as: sender.spot.address().map_or(Remote::Free, |address| Remote::Seen(vec![address])),
            place: Self::place(sender, over_internet),
            borders: (!same_subnet, !same_subnet),
            port: None,
            past: None,
            notes: Vec::new(),
        };
        if let Spot::Behind { door, .. } = receiver.spot {
            self.through(sender, receiver, &door, &mut way);
            return way;
        }
        if !over_internet {
            let at = receiver.interface.or(sender.interface).map_or(Text::EMPTY, |(_, it)| it.id);
            let legs = self.connect(sender, receiver).into_iter();
            way.checkpoints.extend(legs.map(|leg| leg.step(Direction::Ingress, at)));
            return way;
        }
        if sender.interface.is_some() || matches!(sender.spot, Spot::Inside { .. } | Spot::Outside(_)) {
            let (leg, publics) = match receiver.spot.address() {
                Some(target) => self.out(sender, target),
                None => (self.out_anywhere(sender), Vec::new()),
            };
            let at = sender.interface.map_or(Text::EMPTY, |(_, it)| it.id);
            way.checkpoints.push(leg.step(Direction::Egress, at));
            way.seen_as = Remote::Seen(publics);
        }
        if let Some((_, interface)) = receiver.interface {
            way.checkpoints.push(self.inward(receiver, interface.id, &mut way.notes));
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
    pub(crate) fn out(&self, sender: &Side<'e>, target: IpAddr) -> (Leg, Vec<IpAddr>) {
        let own = private(sender.spot);
        let Some((ix, interface)) = sender.interface else {
            let what = "the interface with this address is not in the input: collect the network interfaces";
            return (Leg::unknown(format!("nothing is known of {own}"), &own.to_string(), what), Vec::new());
        };
        let asked = if let Spot::Interface { public, .. } = sender.spot { public } else { None };
        let mut carried = interface.addresses.iter().filter(|it| it.private == own);
        if let Some(public) = asked.or_else(|| carried.find_map(|it| it.public)) {
            return (Leg::open(format!("leaves by its public address {public}")), vec![public]);
        }
        let entries_missing = self.nats_of(sender).any(|nat| nat.incomplete.is_some());
        let nat = self.source_nat(sender, own);
        let routed = self.routed_out(sender, own, target, nat.as_ref().map(|(nat, _)| *nat));
        if let (Some((nat, publics)), None) = (&nat, &routed) {
            // A public address of its own, or an entry that is not shown, would come before what is shown.
            let known = interface.public_known && !entries_missing;
            let leg = Leg::open(format!("leaves by NAT gateway {}", self.say.labelled(nat.id, nat.name)));
            return (leg, if known { publics.clone() } else { Vec::new() });
        }
        let id = self.estate.text(interface.id);
        let none = format!("{own} has no public address");
        if !interface.public_known {
            let what = "whether it has a public address is not in the input: collect public addresses and interfaces";
            return (Leg::unknown(none, id, what), Vec::new());
        }
        if let Some(leg) = routed {
            return (leg, Vec::new());
        }
        if self.estate.coverage.nats == Listing::Complete && !entries_missing {
            let because = format!("{none}, and no NAT gateway serves it");
            return (Leg::closed(because, Why::NoPublicAddress(Some(ix))), Vec::new());
        }
        let what = "NAT gateways are not all in the input: collect them with their entries";
        (Leg::unknown(format!("{none}, and NAT gateways are not all in the input"), id, what), Vec::new())
    }

    /// The way out to every address of the internet, each part of it by the route that is for it.
    fn out_anywhere(&self, sender: &Side<'e>) -> Leg {
        let mut left = internet(private(sender.spot).is_ipv4());
        let mut parts: Vec<AddressSet> = Vec::new();
        let table = self.table_of(sender).filter(|table| table.incomplete.is_none());
        let mut routes: Vec<&Route> = table.into_iter().flat_map(|table| &table.routes).collect();
        routes.sort_by_key(|route| std::cmp::Reverse(route.destination.len()));
        for route in routes {
            let to = AddressSet::from_prefix(route.destination.address(), route.destination.len());
            let part = left.intersection(&to.unwrap_or_default());
            left = left.difference(&part);
            parts.push(part);
        }
        parts.push(left);
        let (mut sure, mut most) = (AddressSet::empty(), AddressSet::empty());
        let mut legs: Vec<Leg> = Vec::new();
        for part in parts {
            let Some(one) = part.cidrs().first().map(|cidr| cidr.address()) else { continue };
            let (leg, _) = self.out(sender, one);
            if leg.verdict == Verdict::Allowed {
                sure.union_with(&part);
            }
            if leg.verdict != Verdict::Denied {
                most.union_with(&part);
            }
            legs.push(leg);
        }
        legs.sort_by_key(|leg| std::cmp::Reverse(leg.verdict));
        let differ = legs.iter().any(|leg| Some(leg.verdict) != legs.first().map(|first| first.verdict));
        let mut worst = legs.into_iter().next().unwrap_or_else(|| Leg::open(""));
        worst.reach = differ.then(|| Box::new((sure, most)));
        worst
    }

    /// What routes say of an address that has no public one; nothing where they lead to the internet or are not known.
    fn routed_out(&self, sender: &Side<'e>, own: IpAddr, target: IpAddr, nat: Option<&Nat>) -> Option<Leg> {
        let table = self.table_of(sender)?;
        let name = self.say.labelled(table.id, table.name);
        if table.incomplete.is_some() {
            let what = format!("not all routes of route table {name} are in the input: collect them");
            return Some(Leg::unknown(format!("{own} has no public address, and {what}"), &name, what));
        }
        match self.next(sender, target) {
            Next::Hop(Hop::Nat(_) | Hop::Internet(_)) | Next::Unknown => return None,
            Next::Hop(Hop::Other(kind, id)) => {
                let (kind, id) = (self.estate.text(kind), self.estate.text(id));
                let because =
                    format!("{own} has no public address, and route table {name} leads to {kind} {id}");
                return Some(Leg::unknown(because, id, format!("what {kind} {id} does is not in the input")));
            }
            Next::Hop(Hop::Local | Hop::Peering(_)) | Next::Nowhere => {}
        }
        let because = format!(
            "{own} has no public address, and route table {name} leads nowhere but to private networks"
        );
        let why = match nat {
            Some(nat) => Why::NoRouteOut { table: table.id, nat: nat.id },
            None => Why::NoPublicAddress(sender.interface.map(|(ix, _)| ix)),
        };
        Some(Leg::closed(because, why))
    }

    /// The NAT gateways of a side's network.
    fn nats_of(&self, side: &Side<'e>) -> impl Iterator<Item = &'e Nat> {
        let network = side.network;
        self.estate.nats.iter().filter(move |nat| network.is_some() && nat.network == network)
    }

    /// The NAT gateway that serves an address, with all public addresses that the address may get.
    fn source_nat(&self, sender: &Side<'e>, own: IpAddr) -> Option<(&'e Nat, Vec<IpAddr>)> {
        let serves = |nat: &&Nat| nat.sources.iter().any(|entry| entry.from.contains(own));
        let first = self.nats_of(sender).find(serves)?;
        let entries =
            self.nats_of(sender).flat_map(|nat| &nat.sources).filter(|entry| entry.from.contains(own));
        let mut publics: Vec<IpAddr> = entries.flat_map(|entry| entry.public.iter().copied()).collect();
        publics.sort_unstable();
        publics.dedup();
        Some((first, publics))
    }

    /// The way in from the internet.
    fn inward(&self, receiver: &Side<'e>, at: Text, notes: &mut Vec<String>) -> Checkpoint {
        let Some((ix, interface)) = receiver.interface else {
            return Leg::open("").step(Direction::Ingress, at);
        };
        let own = private(receiver.spot);
        let public_of = |address: &Address| if address.private == own { address.public } else { None };
        let open = if let Spot::Interface { public: Some(public), .. } = receiver.spot {
            Some(format!("public address {public} is that of {own}"))
        } else {
            let public = interface.addresses.iter().find_map(public_of);
            public.map(|public| format!("reachable by its public address {public}"))
        };
        if let Some(because) = open {
            return Leg::open(because).step(Direction::Ingress, at);
        }
        let leg = self.without_public_address(receiver, ix, interface);
        if leg.verdict == Verdict::Denied {
            notes.extend(self.public_elsewhere(interface.instance, own));
        }
        let handed = self.handed(receiver, own);
        if handed.is_empty() {
            return leg.step(Direction::Ingress, at);
        }
        let Leg { verdict, because, why, gaps, .. } = leg;
        let gaps = gaps.into_iter().chain(handed.iter().filter_map(|it| it.gap).map(Told::Gap)).collect();
        let kind = Kind::Handed { entries: handed, others: verdict, why, gaps };
        Checkpoint {
            layer: Layer::Route,
            direction: Direction::Ingress,
            reply: false,
            at,
            because,
            port: None,
            kind,
        }
    }

    /// What holds where no public address is known and nothing hands on.
    fn without_public_address(&self, receiver: &Side<'e>, ix: InterfaceIx, interface: &Interface) -> Leg {
        let own = private(receiver.spot);
        let id = self.estate.text(interface.id);
        if !interface.public_known {
            return Leg::unknown(
                format!("whether {own} has a public address is not in the input"),
                id,
                "public addresses are not in the input: collect public addresses and interfaces",
            );
        }
        if let Some(nat) = self.nats_of(receiver).find(|nat| nat.incomplete.is_some()) {
            let name = self.say.labelled(nat.id, nat.name);
            let what = format!("not all entries of NAT gateway {name} are in the input: collect them");
            return Leg::unknown(format!("{own} has no public address, and {what}"), &name, what.clone());
        }
        if let Some(balancer) = self.open_balancer(receiver, own) {
            let name = self.say.labelled(balancer.id, balancer.name);
            let what = format!("not all listeners and servers of load balancer {name} are in the input");
            let mut leg = Leg::unknown(format!("{own} has no public address, and {what}"), &name, what);
            leg.gaps = balancer.incomplete.into_iter().map(Told::Gap).collect();
            return leg;
        }
        Leg::closed(format!("{own} has no public address"), Why::NoPublicAddress(Some(ix)))
    }

    /// A load balancer that is open to the internet, and may have a server behind it that the input does not show.
    pub(crate) fn open_balancer(&self, receiver: &Side<'e>, own: IpAddr) -> Option<&'e Balancer> {
        self.estate.balancers.iter().find(|balancer| {
            let near = balancer.network.is_none() || balancer.network == receiver.network;
            let open = |it: &IpAddr| it.is_ipv4() == own.is_ipv4() && crate::end::is_public(*it);
            balancer.incomplete.is_some() && near && balancer.addresses.iter().any(open)
        })
    }

    /// Another address of the same server that is public.
    fn public_elsewhere(&self, instance: Option<portreeve_model::InstanceIx>, own: IpAddr) -> Option<String> {
        let interfaces = self.lookup.interfaces_of(instance?);
        interfaces.iter().find_map(|ix| {
            let interface = self.estate.interface(*ix);
            let translated = |it: &&Address| {
                it.private != own
                    && it.private.is_ipv4() == own.is_ipv4()
                    && it.public.is_some_and(|ip| ip != it.private)
            };
            let address = interface.addresses.iter().find(translated)?;
            let (private, public) = (address.private, address.public?);
            let id = self.estate.text(interface.id);
            Some(format!("public address {public} belongs to {private} on {id}, not to {own}"))
        })
    }

    /// What NAT gateways and load balancers hand on from the internet to an address.
    fn handed(&self, receiver: &Side<'e>, own: IpAddr) -> Vec<Handed> {
        let mut handed = Vec::new();
        for nat in self.nats_of(receiver) {
            let name = self.say.labelled(nat.id, nat.name);
            handed.extend(nat.forwards.iter().filter(|it| it.private == own).map(|it| Handed {
                protocol: it.protocol,
                ports: it.private_ports.or(it.public_ports),
                because: format!("NAT gateway {name} hands on from {}", it.public),
                gap: None,
            }));
        }
        self.balanced(receiver, own, &mut handed);
        handed
    }

    /// Load balancers with a public address that have this server behind them and keep the client's address.
    fn balanced(&self, receiver: &Side<'e>, own: IpAddr, handed: &mut Vec<Handed>) {
        let Some((ix, _)) = receiver.interface else { return };
        for kept in self.lookup.doors.kept(ix).iter().filter(|it| it.private == own) {
            let Some(balancer) = self.estate.balancers.get(kept.balancer) else { continue };
            let Some(listener) = balancer.listeners.get(kept.listener) else { continue };
            let name = self.say.labelled(balancer.id, balancer.name);
            handed.push(Handed {
                protocol: listener.protocol,
                ports: Some(kept.ports),
                because: format!("load balancer {name} hands on from {}", kept.front),
                gap: listener.guard,
            });
        }
    }
}
