//! Parts of reports one by one, for pages that lay them out themselves. All words are [`plain`](crate::plain).

use portreeve_explain::{Ruling, Spot, Told, internet_share};
use portreeve_model::{Estate, GroupIx, InstanceIx};
use portreeve_netset::PacketSet;

use crate::escape::plain;
use crate::explain::json::{TrafficRow, gap, named, row, ruled};
use crate::words;

/// A part of a set of traffic: a product of protocol, ports and addresses.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// Protocol and ports: `tcp/22`, `icmp`, `all protocols`.
    pub service: String,
    /// The fewest prefixes of the other side.
    pub peers: Vec<String>,
    /// The client's ports, where not all of them count.
    pub source_ports: Option<String>,
    /// How much of the internet is among the peers, from 0 to 1.
    pub share: f64,
}

/// A set as rows. `outward` only tells which side is named: the peers are the destinations then.
pub fn flows(set: &PacketSet, outward: bool) -> Vec<Flow> {
    let mut flows = Vec::new();
    for block in &set.blocks() {
        let share = internet_share(&block.peers);
        flows.extend(named(block).into_iter().map(|name| flow(row(block, name, outward), share)));
    }
    flows
}

fn flow(row: TrafficRow, share: f64) -> Flow {
    Flow {
        service: match (&*row.protocol, &*row.ports) {
            ("all", "all") => "all protocols".to_owned(),
            (protocol, "all") => protocol.to_owned(),
            (protocol, ports) => format!("{protocol}/{ports}"),
        },
        peers: row.from.or(row.to).unwrap_or_default(),
        source_ports: row.source_ports,
        share,
    }
}

/// A rule that decides something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    /// The group, unless it is an entry of a network ACL or of a host's firewall.
    pub group: Option<GroupIx>,
    /// The id of the group, the network ACL or the host.
    pub owner: String,
    /// The rule as the user wrote it, with its name.
    pub words: String,
}

/// The rule that a ruling names.
pub fn ruled_by(estate: &Estate, ruling: Ruling) -> Option<Ruled> {
    let (owner, rule) = ruled(estate, ruling)?;
    let group = match ruling {
        Ruling::Rule(at) => Some(at.group),
        Ruling::Entry(..) => None,
    };
    let owner = words::text(estate, owner).into_owned();
    Some(Ruled { group, owner, words: words::rule_of(estate, ruling, rule) })
}

/// Where something is not known, and what is missing.
pub fn missing(estate: &Estate, told: &Told) -> (String, String) {
    let (at, what) = gap(estate, told);
    (plain(at).into_owned(), plain(what).into_owned())
}

/// One end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its address; nothing where it is the whole internet.
    pub address: Option<std::net::IpAddr>,
    /// The server, if it is one of the input.
    pub instance: Option<InstanceIx>,
    /// The id of the interface.
    pub interface: Option<String>,
    /// What leads to it, and the address of that: a NAT gateway or a load balancer.
    pub through: Option<(String, std::net::IpAddr)>,
    /// The network by id and name, or `the internet`.
    pub site: String,
}

/// One end of a connection in words.
pub fn place(estate: &Estate, spot: Spot) -> Place {
    let interface = spot.interface().map(|ix| estate.interface(ix));
    let network = match spot {
        Spot::Inside { network, .. } => Some(network),
        _ => interface.and_then(|interface| interface.network),
    };
    let site = match (network, spot) {
        (Some(ix), _) => {
            let network = estate.network(ix);
            words::labelled(estate, network.id, network.name)
        }
        (None, Spot::Internet | Spot::Public(_)) => "the internet".to_owned(),
        (None, Spot::Outside(_)) => "no known network".to_owned(),
        (None, _) => "network not known".to_owned(),
    };
    Place {
        address: spot.address(),
        instance: interface.and_then(|it| it.instance),
        interface: interface.map(|it| words::text(estate, it.id).into_owned()),
        through: match spot {
            Spot::Behind { door, .. } => {
                Some((words::text(estate, door.id(estate)).into_owned(), door.front))
            }
            _ => None,
        },
        site,
    }
}

#[cfg(test)]
mod tests {
    use portreeve_netset::{AddressSet, Block, IntervalSet, PortSet};

    use super::*;

    #[test]
    fn a_set_is_told_by_service_and_prefixes() {
        let block = |protocols, ports, peers| Block {
            protocols,
            ports,
            source_ports: PortSet::full(),
            local: AddressSet::all(),
            peers,
        };
        let net = AddressSet::from_prefix([198, 51, 100, 0].into(), 24).unwrap();
        let cases = [
            (IntervalSet::from_range(6, 6), PortSet::single(22), "tcp/22"),
            (IntervalSet::from_range(17, 17), PortSet::full(), "udp/1-65535"),
            (IntervalSet::from_range(1, 1), PortSet::full(), "icmp"),
            (IntervalSet::full(), PortSet::full(), "all protocols"),
        ];
        for (protocols, ports, service) in cases {
            let set = PacketSet::from_block(&block(protocols, ports, net.clone()));
            let told = flows(&set, false);
            assert_eq!(told.len(), 1, "{told:?}");
            assert_eq!((&*told[0].service, told[0].peers.join(",")), (service, "198.51.100.0/24".to_owned()));
        }
    }
}
