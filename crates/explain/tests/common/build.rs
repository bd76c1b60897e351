//! Parts of an estate that the notation has no words for.

use portreeve_model::{
    Acl, AclIx, Action, Direction, Estate, Hop, Host, InstanceIx, Listener, NetworkIx, Otherwise, Peering,
    Prefix, Protocol, Route, RouteTable, Rule, Subnet, SubnetIx, Text,
};

/// A prefix.
pub fn prefix(text: &str) -> Prefix {
    let (address, len) = text.split_once('/').unwrap();
    Prefix::new(address.parse().unwrap(), len.parse().unwrap()).unwrap()
}

/// Adds a network ACL whose entries are those of the first group's rules, in their order.
pub fn acl(estate: &mut Estate, id: &str, stateful: bool, ends: [Otherwise; 2], entries: Vec<Rule>) -> AclIx {
    let id = estate.texts.intern(id);
    let [ingress, egress] = ends;
    let acl = Acl {
        id,
        name: Text::EMPTY,
        stateful,
        entries,
        ingress,
        egress,
        exempt: &[],
        incomplete: None,
        origin: None,
    };
    estate.acls.push(acl);
    AclIx::new(estate.acls.len() - 1)
}

/// An entry for TCP port 22 from anywhere.
pub fn ssh(action: Action, direction: Direction) -> Rule {
    Rule {
        id: Text::EMPTY,
        description: Text::EMPTY,
        position: 1,
        priority: 0,
        direction,
        action,
        acts: portreeve_model::Acts::Surely,
        scope: portreeve_model::Scope::Anywhere,
        protocol: Protocol::TCP,
        ports: portreeve_model::Ports::Range(portreeve_model::PortRange::one(22)),
        peer: portreeve_model::Peer::Any,
        narrow: None,
        gap: None,
    }
}

/// Puts an interface, by its place, into a new subnet of its network.
pub fn subnet(estate: &mut Estate, interface: usize, id: &str, acl: Option<AclIx>) {
    let network = estate.interfaces[interface].network;
    let acl_id = acl.map_or(Text::EMPTY, |ix| estate.acl(ix).id);
    let id = estate.texts.intern(id);
    estate.subnets.push(Subnet {
        id,
        name: Text::EMPTY,
        network,
        blocks: Box::new([]),
        route_table: Text::EMPTY,
        acl_id,
        acl,
        acl_known: true,
    });
    estate.interfaces[interface].subnet = Some(SubnetIx::new(estate.subnets.len() - 1));
}

/// Adds the main route table of a network, with routes through peering `pcx`.
pub fn table(estate: &mut Estate, network: usize, through_pcx: &[&str]) {
    let hop = Hop::Peering(estate.texts.intern("pcx"));
    let routes = through_pcx.iter().map(|to| Route { destination: prefix(to), hop }).collect();
    estate.route_tables.push(RouteTable {
        id: estate.texts.intern(&format!("rtb-{network}")),
        name: Text::EMPTY,
        network: Some(NetworkIx::new(network)),
        main: true,
        routes,
        incomplete: None,
    });
}

/// Adds peering `pcx` between the first two networks.
pub fn peering(estate: &mut Estate, active: bool) {
    estate.peerings.push(Peering {
        id: estate.texts.intern("pcx"),
        name: Text::EMPTY,
        ends: [estate.networks[0].id, estate.networks[1].id],
        networks: [Some(NetworkIx::new(0)), Some(NetworkIx::new(1))],
        active,
        status: estate.texts.intern(if active { "active" } else { "pending-acceptance" }),
        origin: None,
    });
}

/// Says what was collected on the first server.
pub fn host(estate: &mut Estate, listeners: Option<&[(&str, u16)]>, filters: Option<Vec<AclIx>>) {
    let listener = |(address, port): &(&str, u16)| Listener {
        protocol: Protocol::TCP,
        address: Some(address.parse().unwrap()),
        every: false,
        port: *port,
        program: Text::EMPTY,
    };
    estate.hosts.push(Host {
        instance: InstanceIx::new(0),
        listeners: listeners.map(|all| all.iter().map(listener).collect()),
        filters: filters.map(Into::into),
        origin: None,
    });
}
