//! The way through a NAT gateway or a load balancer, and as whom the client arrives behind it.

use std::net::IpAddr;

use portreeve_engine::Place;
use portreeve_model::{Balancer, Clients, Direction, GapIx, Prefix, Text};
use portreeve_netset::AddressSet;

use crate::answer::{Layer, Told, Verdict};
use crate::cause::Why;
use crate::door::{Door, Through};
use crate::end::{Spot, is_public};
use crate::explainer::Explainer;
use crate::path::{Checkpoint, Kind, Remote, Side};
use crate::route::{Handed, Leg, Way};

/// What hands on, as far as a path needs it.
pub(crate) struct Handing<'e> {
    pub(crate) id: Text,
    pub(crate) name: String,
    pub(crate) incomplete: Option<GapIx>,
    pub(crate) guard: Option<GapIx>,
    pub(crate) clients: Clients,
    pub(crate) balancer: Option<&'e Balancer>,
}

impl<'e> Explainer<'e> {
    /// What a door belongs to.
    pub(crate) fn handing(&self, through: Through) -> Option<Handing<'e>> {
        match through {
            Through::Nat(at) => self.estate.nats.get(at).map(|nat| Handing {
                id: nat.id,
                name: format!("NAT gateway {}", self.say.labelled(nat.id, nat.name)),
                incomplete: nat.incomplete,
                guard: None,
                clients: Clients::Kept,
                balancer: None,
            }),
            Through::Listener { balancer, listener } => {
                let balancer = self.estate.balancers.get(balancer)?;
                let listener = balancer.listeners.get(listener)?;
                Some(Handing {
                    id: balancer.id,
                    name: format!("load balancer {}", self.say.labelled(balancer.id, balancer.name)),
                    incomplete: balancer.incomplete,
                    guard: listener.guard,
                    clients: listener.clients,
                    balancer: Some(balancer),
                })
            }
        }
    }

    /// The way to a server behind a door.
    pub(crate) fn through(&self, sender: &Side<'e>, receiver: &Side<'e>, door: &Door, way: &mut Way) {
        let Some(handing) = self.handing(door.through) else { return };
        if is_public(door.front) {
            if !matches!(sender.spot, Spot::Internet | Spot::Public(_)) {
                let (leg, publics) = self.out(sender, door.front);
                let at = sender.interface.map_or(Text::EMPTY, |(_, it)| it.id);
                way.checkpoints.push(leg.step(Direction::Egress, at));
                way.seen_as = Remote::Seen(publics);
            }
        } else if sender.spot.is_public() {
            let because = format!("{} has no public address, only {}", handing.name, door.front);
            let leg = Leg::closed(because, Why::NoPublicAddress(None));
            way.checkpoints.push(leg.step(Direction::Ingress, handing.id));
        } else {
            let legs = self.connect(sender, &self.front_side(receiver, door, &handing)).into_iter();
            way.checkpoints.extend(legs.map(|leg| leg.step(Direction::Ingress, handing.id)));
        }
        way.checkpoints.push(self.hands_on(door, &handing, receiver));
        way.port = door.translated().map(|(_, inner)| inner);
        self.arrives_as(sender, receiver, door, &handing, way);
    }

    /// The private address of a load balancer as an end of its own.
    fn front_side(&self, receiver: &Side<'e>, door: &Door, handing: &Handing<'e>) -> Side<'e> {
        let network = handing.balancer.and_then(|it| it.network).or(receiver.network);
        let inside = self.lookup.inside(door.front).into_iter();
        let subnet = inside.into_iter().find_map(|spot| match spot {
            Spot::Inside { network: own, subnet, .. } if Some(own) == network => subnet,
            _ => None,
        });
        let spot = network.map_or(Spot::Outside(door.front), |network| Spot::Inside {
            network,
            subnet,
            address: door.front,
        });
        Side { spot, interface: None, network, subnet }
    }

    fn hands_on(&self, door: &Door, handing: &Handing<'e>, receiver: &Side<'e>) -> Checkpoint {
        let (name, front) = (&handing.name, door.front);
        let make = |because, kind| Checkpoint {
            layer: Layer::Route,
            direction: Direction::Ingress,
            reply: false,
            at: handing.id,
            because,
            port: None,
            kind,
        };
        if let Some(ports) = door.ports.filter(|_| door.is_wide()) {
            let (first, last) = (ports.first(), ports.last());
            let because = format!("{name} hands on {first}-{last}, each as another port");
            let what = format!("{name} makes another port of each of {first}-{last}: ask about one of them");
            let gaps = vec![Told::Here(self.estate.text(handing.id).to_owned(), what)];
            return make(because, Kind::Fixed { verdict: Verdict::Unknown, why: None, gaps });
        }
        let own = crate::path::private(receiver.spot);
        let port = door.translated().map_or(String::new(), |(_, inner)| format!(" port {inner}"));
        let entry = Handed {
            protocol: door.protocol,
            ports: door.ports,
            because: format!("{name} hands on from {front} to {own}{port}"),
            gap: handing.guard,
        };
        // Where the question names the server, the way by its own addresses tells of what is not shown.
        let incomplete = handing.incomplete.filter(|_| door.named);
        let others = if incomplete.is_some() { Verdict::Unknown } else { Verdict::Denied };
        let gaps = incomplete.into_iter().chain(handing.guard).map(Told::Gap).collect();
        let why = Some(Why::NotHandedOn { id: handing.id, balancer: handing.balancer.is_some() });
        make(
            format!("{name} takes connections at {front}"),
            Kind::Handed { entries: vec![entry], others, why, gaps },
        )
    }

    /// As whom the client is met by the filters of the server, and which of them it meets.
    fn arrives_as(
        &self,
        sender: &Side<'e>,
        receiver: &Side<'e>,
        door: &Door,
        handing: &Handing<'e>,
        way: &mut Way,
    ) {
        let front = self.front_side(receiver, door, handing);
        let own_subnet = !is_public(door.front) && sender.subnet.is_some() && sender.subnet == front.subnet;
        // What a load balancer hands on meets the network ACL of the server's subnet, wherever the client is
        // (<https://www.alibabacloud.com/help/en/vpc/network-acl-overview>).
        way.borders = (!own_subnet, true);
        match (handing.clients, handing.balancer) {
            (Clients::Unfiltered, _) => {
                way.past = Some(format!(
                    "what {} hands on passes by the security groups and network ACLs of its servers",
                    handing.name
                ));
            }
            (Clients::Hidden, Some(balancer)) => {
                let network = balancer.network.or(receiver.network);
                way.place = network.map_or(Place::Elsewhere, Place::Network);
                way.seen_as = self.hidden(balancer, &handing.name, door.front);
                way.borders.1 = !self.within_subnet(&balancer.from, receiver);
            }
            _ => {}
        }
    }

    /// The addresses of a load balancer as its servers see them.
    fn hidden(&self, balancer: &Balancer, name: &str, front: IpAddr) -> Remote {
        let mut addresses = AddressSet::empty();
        for prefix in balancer.from.iter().filter(|it| it.address().is_ipv4() == front.is_ipv4()) {
            addresses
                .union_with(&AddressSet::from_prefix(prefix.address(), prefix.len()).unwrap_or_default());
        }
        let told = match balancer.from_gap {
            Some(gap) => Told::Gap(gap),
            None if addresses.is_empty() => Told::Here(
                self.estate.text(balancer.id).to_owned(),
                format!("by which addresses {name} reaches its servers is not in the input"),
            ),
            None => {
                let all: Vec<String> = balancer.from.iter().map(ToString::to_string).collect();
                let what = format!(
                    "which of its addresses {name} uses is not told: treat all of {} alike",
                    all.join(", ")
                );
                Told::Here(self.estate.text(balancer.id).to_owned(), what)
            }
        };
        Remote::Among { addresses, told: Box::new(told) }
    }

    /// Whether all of some addresses lie in the subnet of a side.
    fn within_subnet(&self, prefixes: &[Prefix], side: &Side<'e>) -> bool {
        let Some(subnet) = side.subnet.map(|ix| self.estate.subnet(ix)) else { return false };
        let holds = |one: &Prefix| {
            subnet.blocks.iter().any(|block| block.len() <= one.len() && block.contains(one.address()))
        };
        !prefixes.is_empty() && prefixes.iter().all(holds)
    }
}
