//! Whether two private addresses are connected.

use std::net::IpAddr;

use portreeve_model::{AddressRange, Hop, NetworkIx, Peering, RouteTable};

use crate::cause::Why;
use crate::end::Spot;
use crate::explainer::Explainer;
use crate::path::{Side, private};
use crate::route::Leg;

/// Where a route table sends an address.
enum Next {
    /// The table, or all of its routes, are not in the input.
    Unknown,
    Nowhere,
    Hop(Hop),
}

impl<'e> Explainer<'e> {
    /// Whether there is a way between two private addresses.
    pub(crate) fn connect(&self, sender: &Side<'e>, receiver: &Side<'e>) -> Leg {
        let (Some(from), Some(to)) = (sender.network, receiver.network) else {
            return unplaced(sender, receiver);
        };
        if from == to {
            return Leg::open(format!("both are in network {}", self.say.network(from)));
        }
        let between = |peering: &&Peering| {
            let [one, two] = peering.networks;
            (one, two) == (Some(from), Some(to)) || (one, two) == (Some(to), Some(from))
        };
        let peerings: Vec<&Peering> = self.estate.peerings.iter().filter(between).collect();
        match peerings.iter().find(|peering| peering.active) {
            Some(peering) => self.peered(peering, sender, receiver),
            None => self.unpeered(&peerings, sender, receiver),
        }
    }

    /// The networks are peered: the routes of both sides have to lead through the peering.
    fn peered(&self, peering: &Peering, sender: &Side<'e>, receiver: &Side<'e>) -> Leg {
        let name = self.say.labelled(peering.id, peering.name);
        let mut unknown = None;
        for (side, other) in [(sender, receiver), (receiver, sender)] {
            let address = private(other.spot);
            let (Some(network), Some(target)) = (side.network, other.network) else { continue };
            match self.next(side, address) {
                Next::Hop(Hop::Peering(id)) if id == peering.id => {}
                Next::Hop(Hop::Other(kind, id)) => {
                    let (kind, id) = (self.estate.text(kind), self.estate.text(id));
                    let because = format!("the route to {address} leads to {kind} {id}");
                    unknown =
                        Some(Leg::unknown(because, id, format!("what {kind} {id} does is not in the input")));
                }
                Next::Unknown => {
                    let table = self.say.network(network);
                    let what = format!(
                        "the routes of network {table} are not in the input: collect its route tables"
                    );
                    unknown = Some(Leg::unknown(format!("peering {name}, but {what}"), &table, what));
                }
                Next::Nowhere | Next::Hop(_) => {
                    let because = format!(
                        "network {} has no route to {address} through peering {name}",
                        self.say.network(network)
                    );
                    return Leg::closed(because, Why::NoRoute { network, target, peering: peering.id });
                }
            }
        }
        unknown.unwrap_or_else(|| Leg::open(format!("peering {name}, with routes both ways")))
    }

    /// No working peering: another connection may still carry the traffic, if a route says so.
    fn unpeered(&self, peerings: &[&Peering], sender: &Side<'e>, receiver: &Side<'e>) -> Leg {
        let (from, to) = (sender.network, receiver.network);
        let words = |network: Option<NetworkIx>| network.map_or(String::new(), |ix| self.say.network(ix));
        let (one, two) = (words(from), words(to));
        let forward = self.next(sender, private(receiver.spot));
        let back = self.next(receiver, private(sender.spot));
        for next in [&forward, &back] {
            if let Next::Hop(Hop::Other(kind, id)) = next {
                let (kind, id) = (self.estate.text(*kind), self.estate.text(*id));
                let because = format!("the route between {one} and {two} leads through {kind} {id}");
                return Leg::unknown(because, id, format!("what {kind} {id} does is not in the input"));
            }
        }
        if let Some(peering) = peerings.first() {
            let name = self.say.labelled(peering.id, peering.name);
            let status = self.estate.text(peering.status);
            let because =
                format!("peering {name} between {one} and {two} does not work: its state is {status}");
            return Leg::closed(because, Why::PeeringInactive(peering.id));
        }
        let known = |next: &Next| matches!(next, Next::Nowhere | Next::Hop(_));
        if known(&forward) || known(&back) {
            let because =
                format!("networks {one} and {two} are not connected: no peering, and no route leads across");
            return Leg::closed(because, Why::NotConnected(from, to));
        }
        Leg::unknown(
            format!("networks {one} and {two} differ, and nothing tells whether they are connected"),
            &one,
            "peerings and route tables are not in the input: collect them for both networks",
        )
    }

    /// Where a side's route table sends an address.
    fn next(&self, side: &Side<'e>, address: IpAddr) -> Next {
        let Some(table) = self.table_of(side) else { return Next::Unknown };
        let holds = |range: AddressRange| {
            range.first().is_ipv4() == address.is_ipv4()
                && range.first() <= address
                && address <= range.last()
        };
        let fitting = table.routes.iter().filter(|route| holds(route.destination.into()));
        match fitting.max_by_key(|route| route.destination.len()) {
            Some(route) => Next::Hop(route.hop),
            None if table.incomplete.is_some() => Next::Unknown,
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
