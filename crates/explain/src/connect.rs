//! Whether two private addresses are connected.

use std::net::IpAddr;

use portreeve_model::{Hop, NetworkIx, Peering, RouteTable};

use crate::cause::Why;
use crate::end::Spot;
use crate::explainer::Explainer;
use crate::path::{Side, private};
use crate::route::Leg;

/// What the route of one side means for the way to the other.
enum Across<'e> {
    /// It leads through a peering that works.
    Works,
    /// It leads through a peering that does not.
    Inactive(&'e Peering),
    /// It does not lead there.
    Elsewhere,
    /// The input does not tell: where, and what is missing.
    Unknown(String, String),
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
        let (there, back) = (self.across(sender, receiver), self.across(receiver, sender));
        let joining: Vec<&Peering> =
            self.estate.peerings.iter().filter(|peering| joins(peering, from, to)).collect();
        match joining.iter().find(|peering| peering.active).or(joining.first()) {
            Some(peering) => self.peered(peering, [(sender, receiver, there), (receiver, sender, back)]),
            None => vec![self.unpeered([from, to], [there, back])],
        }
    }

    /// The networks are peered: the routes of both sides have to lead through a peering that works.
    fn peered(&self, peering: &Peering, sides: [(&Side<'e>, &Side<'e>, Across<'e>); 2]) -> Vec<Leg> {
        let name = self.say.labelled(peering.id, peering.name);
        let mut legs = Vec::new();
        let mut unknown = None;
        for (side, other, across) in sides {
            let (Some(network), Some(target)) = (side.network, other.network) else { continue };
            match across {
                Across::Works => {}
                Across::Inactive(dead) => add(&mut legs, self.inactive(dead)),
                Across::Unknown(at, what) => {
                    let mut leg = Leg::unknown(format!("peering {name}, but {what}"), &at, what);
                    leg.why = (!peering.active).then_some(Why::PeeringInactive(peering.id));
                    unknown = Some(leg);
                }
                Across::Elsewhere => {
                    let because = format!(
                        "network {} has no route to {} through peering {name}",
                        self.say.network(network),
                        private(other.spot)
                    );
                    legs.push(Leg::closed(because, Why::NoRoute { network, target, peering: peering.id }));
                }
            }
        }
        if !legs.is_empty() && !peering.active {
            add(&mut legs, self.inactive(peering));
        }
        if legs.is_empty() {
            legs.push(unknown.unwrap_or_else(|| Leg::open(format!("peering {name}, with routes both ways"))));
        }
        legs
    }

    fn inactive(&self, peering: &Peering) -> Leg {
        let name = self.say.labelled(peering.id, peering.name);
        let status = self.estate.text(peering.status);
        Leg::closed(
            format!("peering {name} does not work: its state is {status}"),
            Why::PeeringInactive(peering.id),
        )
    }

    /// No peering: another connection may still carry the traffic, if routes say so.
    fn unpeered(&self, networks: [NetworkIx; 2], crossings: [Across<'e>; 2]) -> Leg {
        let [one, two] = networks.map(|network| self.say.network(network));
        let [from, to] = networks.map(Some);
        let mut unknown = None;
        for across in crossings {
            match across {
                Across::Works | Across::Inactive(_) | Across::Elsewhere => {
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
    fn across(&self, side: &Side<'e>, other: &Side<'e>) -> Across<'e> {
        let (Some(own), Some(target)) = (side.network, other.network) else { return Across::Elsewhere };
        let address = private(other.spot);
        match self.next(side, address) {
            Next::Hop(Hop::Peering(id)) => match self.estate.peerings.iter().find(|it| it.id == id) {
                Some(peering) if joins(peering, own, target) => {
                    if peering.active {
                        Across::Works
                    } else {
                        Across::Inactive(peering)
                    }
                }
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
