//! Whether two private addresses are connected.

use std::net::IpAddr;

use portreeve_model::{Attachment, Hop, Hub, NetworkIx, Peering, RouteTable, Text};

use crate::cause::Why;
use crate::end::Spot;
use crate::explainer::Explainer;
use crate::path::{Side, private};
use crate::route::Leg;

/// What the route of one side means for the way to the other.
enum Across {
    /// It leads through something that works, by its name.
    Works(String),
    /// It leads through something that does not.
    Dead(String, Why),
    /// It does not lead there.
    Elsewhere,
    /// The input does not tell: where, and what is missing.
    Unknown(String, String),
}

/// What joins two networks, as far as routes lead through it.
struct Joint {
    name: String,
    /// Why it does not work.
    dead: Option<(String, Why)>,
    /// Where a route on the side of the sender and of the receiver has to lead.
    hops: [Hop; 2],
}

/// Where a route table sends an address.
pub(crate) enum Next {
    /// The table, or some of its routes, are not in the input: a closer route may be among them.
    Unknown,
    Nowhere,
    Hop(Hop),
}

impl<'e> Explainer<'e> {
    /// Whether there is a way between two private addresses: one statement, or everything that is in the way.
    pub(crate) fn connect(&self, sender: &Side<'e>, receiver: &Side<'e>) -> Vec<Leg> {
        let (Some(from), Some(to)) = (sender.network, receiver.network) else {
            return vec![unplaced(sender, receiver)];
        };
        if from == to {
            return vec![Leg::open(format!("both are in network {}", self.say.network(from)))];
        }
        let crossings = [self.across(sender, receiver), self.across(receiver, sender)];
        match self.joint(from, to) {
            Some(joint) => self.joined(&joint, [(sender, receiver), (receiver, sender)], crossings),
            None => vec![self.unpeered([from, to], crossings)],
        }
    }

    /// What two networks are joined by: a peering that works, else a hub, else a peering that does not work.
    fn joint(&self, from: NetworkIx, to: NetworkIx) -> Option<Joint> {
        let mut peerings = self.estate.peerings.iter().filter(|peering| joins(peering, from, to));
        let of_peering = |peering: &Peering| Joint {
            name: self.peering_name(peering),
            dead: self.dead_peering(peering),
            hops: [Hop::Peering(peering.id); 2],
        };
        if let Some(peering) = peerings.clone().find(|peering| peering.active) {
            return Some(of_peering(peering));
        }
        let hub = self.estate.hubs.iter().find_map(|hub| {
            let (one, two) = (member(hub, from)?, member(hub, to)?);
            let hop =
                |at: &Attachment| Hop::Other(Text::EMPTY, if at.id.is_empty() { hub.id } else { at.id });
            let dead = [one, two].into_iter().find_map(|at| self.detached(hub, at));
            Some(Joint { name: self.hub_name(hub), dead, hops: [hop(one), hop(two)] })
        });
        hub.or_else(|| peerings.next().map(of_peering))
    }

    fn peering_name(&self, peering: &Peering) -> String {
        format!("peering {}", self.say.labelled(peering.id, peering.name))
    }

    fn dead_peering(&self, peering: &Peering) -> Option<(String, Why)> {
        let (name, status) = (self.peering_name(peering), self.estate.text(peering.status));
        let because = format!("{name} does not work: its state is {status}");
        (!peering.active).then_some((because, Why::PeeringInactive(peering.id)))
    }

    fn hub_name(&self, hub: &Hub) -> String {
        format!("transit router {}", self.estate.text(hub.id))
    }

    fn detached(&self, hub: &Hub, at: &Attachment) -> Option<(String, Why)> {
        let (end, status) = (self.estate.text(at.end), self.estate.text(at.status));
        let because =
            format!("{} does not work for network {end}: its state is {status}", self.hub_name(hub));
        (!at.active).then_some((because, Why::Detached { hub: hub.id, end: at.end }))
    }

    /// The networks are joined: the routes of both sides have to lead through something that works.
    fn joined(&self, joint: &Joint, sides: [(&Side<'e>, &Side<'e>); 2], crossings: [Across; 2]) -> Vec<Leg> {
        let mut legs = Vec::new();
        let (mut unknown, mut works) = (None, None);
        for (((side, other), across), hop) in sides.into_iter().zip(crossings).zip(joint.hops) {
            let (Some(network), Some(target)) = (side.network, other.network) else { continue };
            match across {
                Across::Works(name) => works = Some(name),
                Across::Dead(because, why) => add(&mut legs, Leg::closed(because, why)),
                Across::Unknown(at, what) => {
                    let mut leg = Leg::unknown(format!("{}, but {what}", joint.name), &at, what);
                    leg.why = joint.dead.as_ref().map(|(_, why)| *why);
                    unknown = Some(leg);
                }
                Across::Elsewhere => {
                    let because = format!(
                        "network {} has no route to {} through {}",
                        self.say.network(network),
                        private(other.spot),
                        joint.name
                    );
                    legs.push(Leg::closed(because, Why::NoRoute { network, target, hop }));
                }
            }
        }
        if let (Some((because, why)), false) = (&joint.dead, legs.is_empty()) {
            add(&mut legs, Leg::closed(because.clone(), *why));
        }
        if legs.is_empty() {
            let name = works.unwrap_or_else(|| joint.name.clone());
            legs.push(unknown.unwrap_or_else(|| Leg::open(format!("{name}, with routes both ways"))));
        }
        legs
    }

    /// No peering: another connection may still carry the traffic, if routes say so.
    fn unpeered(&self, networks: [NetworkIx; 2], crossings: [Across; 2]) -> Leg {
        let [one, two] = networks.map(|network| self.say.network(network));
        let [from, to] = networks.map(Some);
        let mut unknown = None;
        for across in crossings {
            match across {
                Across::Works(_) | Across::Dead(..) | Across::Elsewhere => {
                    let because = format!(
                        "networks {one} and {two} are not connected: no peering, and no route leads across"
                    );
                    return Leg::closed(because, Why::NotConnected(from, to));
                }
                Across::Unknown(at, what) => unknown = Some((at, what)),
            }
        }
        let (at, what) = unknown.unwrap_or_default();
        let because =
            format!("networks {one} and {two} differ, and nothing tells whether they are connected: {what}");
        Leg::unknown(because, &at, what)
    }

    /// Where the route of one side leads on the way to the other.
    fn across(&self, side: &Side<'e>, other: &Side<'e>) -> Across {
        let (Some(own), Some(target)) = (side.network, other.network) else { return Across::Elsewhere };
        let address = private(other.spot);
        match self.next(side, address) {
            Next::Hop(Hop::Peering(id)) => match self.estate.peerings.iter().find(|it| it.id == id) {
                Some(peering) if joins(peering, own, target) => match self.dead_peering(peering) {
                    Some((because, why)) => Across::Dead(because, why),
                    None => Across::Works(self.peering_name(peering)),
                },
                Some(_) => Across::Elsewhere,
                None => {
                    let id = self.estate.text(id);
                    Across::Unknown(
                        id.to_owned(),
                        format!(
                            "the route to {address} leads through peering {id}, which is not in the input: collect peerings"
                        ),
                    )
                }
            },
            Next::Hop(Hop::Other(kind, id)) => {
                if let Some(hub) = self.hub_at(id) {
                    return self.over(hub, own, target, address);
                }
                let (kind, id) = (self.estate.text(kind), self.estate.text(id));
                let what = format!(
                    "the route to {address} leads to {kind} {id}, and what that does is not in the input"
                );
                Across::Unknown(id.to_owned(), what)
            }
            Next::Unknown => {
                let network = self.say.network(own);
                let what = format!(
                    "the routes of network {network} are not all in the input: collect its route tables"
                );
                Across::Unknown(network, what)
            }
            Next::Nowhere | Next::Hop(_) => Across::Elsewhere,
        }
    }

    /// The hub that a route leads to: by its own id, or by that of an attachment.
    fn hub_at(&self, id: Text) -> Option<&'e Hub> {
        let leads = |hub: &&Hub| hub.id == id || hub.members.iter().any(|at| at.id == id);
        self.estate.hubs.iter().filter(|_| !id.is_empty()).find(leads)
    }

    /// What a hub does for one network on the way to another. What its own route tables say is not known, and not looked at.
    fn over(&self, hub: &Hub, own: NetworkIx, target: NetworkIx, address: IpAddr) -> Across {
        let name = self.hub_name(hub);
        if let (Some(one), Some(two)) = (member(hub, own), member(hub, target)) {
            let dead = [one, two].into_iter().find_map(|at| self.detached(hub, at));
            let works = format!("{name} (its own route tables are not looked at)");
            return dead.map_or(Across::Works(works), |(because, why)| Across::Dead(because, why));
        }
        let missing = if member(hub, own).is_none() { own } else { target };
        let what = match hub.incomplete {
            Some(gap) => self.estate.gap(gap).what.clone(),
            None => format!(
                "the route to {address} leads to {name}, and nothing tells whether network {} is attached to it: collect all \
                 attachments, and those of the routers behind it",
                self.say.network(missing)
            ),
        };
        Across::Unknown(self.estate.text(hub.id).to_owned(), what)
    }

    /// Where a side's route table sends an address.
    pub(crate) fn next(&self, side: &Side<'e>, address: IpAddr) -> Next {
        let Some(table) = self.table_of(side).filter(|table| table.incomplete.is_none()) else {
            return Next::Unknown;
        };
        let fitting = table.routes.iter().filter(|route| route.destination.contains(address));
        match fitting.max_by_key(|route| route.destination.len()) {
            Some(route) => Next::Hop(route.hop),
            None => Next::Nowhere,
        }
    }

    /// The route table of a side's subnet: its own, else the main one of its network.
    pub(crate) fn table_of(&self, side: &Side<'e>) -> Option<&'e RouteTable> {
        let own = side.subnet.map(|ix| self.estate.subnet(ix).route_table).filter(|id| !id.is_empty());
        let tables = &self.estate.route_tables;
        if let Some(id) = own {
            return tables.iter().find(|table| table.id == id);
        }
        tables.iter().find(|table| table.main && table.network.is_some() && table.network == side.network)
    }
}

/// Whether a peering is between two networks.
fn joins(peering: &Peering, one: NetworkIx, two: NetworkIx) -> bool {
    let ends = peering.networks;
    ends == [Some(one), Some(two)] || ends == [Some(two), Some(one)]
}

/// The attachment of a network to a hub.
fn member(hub: &Hub, network: NetworkIx) -> Option<&Attachment> {
    hub.members.iter().find(|at| at.network == Some(network))
}

/// Adds a statement unless the same reason was given already.
fn add(legs: &mut Vec<Leg>, leg: Leg) {
    if legs.iter().all(|known| known.why != leg.why) {
        legs.push(leg);
    }
}

/// At least one address lies in no network of the input.
fn unplaced(sender: &Side<'_>, receiver: &Side<'_>) -> Leg {
    let lost = if sender.network.is_none() { sender } else { receiver };
    let address = private(lost.spot).to_string();
    let what = match lost.spot {
        Spot::Outside(_) => {
            "this private address lies in no network of the input: collect the networks and their routes"
        }
        _ => "the network of this interface is not in the input: collect network interfaces",
    };
    Leg::unknown(format!("nothing tells how {address} is connected"), &address, what)
}
