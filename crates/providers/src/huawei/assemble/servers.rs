//! Servers, interfaces and public addresses.

use std::net::IpAddr;

use hashbrown::HashSet;
use portreeve_model::{
    Address, GapIx, Instance, InstanceIx, Interface, InterfaceIx, NetworkIx, PowerState, Text,
};

use super::pages::Listings;
use super::{Account, Finish, PortFacts};
use crate::huawei::kind::Kind;
use crate::huawei::row::{Nic, PortRow, PublicRow, ServerRow};

/// How many addresses are named where many have the same gap.
const NAMED: usize = 3;

impl Account {
    pub(super) fn finish_servers(&self, to: &mut Finish<'_>, listings: &Listings) {
        for row in &self.servers.rows {
            add_instance(to, row);
        }
        for facts in &self.ports.rows {
            self.finish_port(to, facts);
        }
        for server in &self.servers.rows {
            for nic in &server.nics {
                finish_nic(to, server, nic);
            }
        }
        self.bind(to);
        self.judge_publics(to, listings);
    }

    /// The list of groups of older versions is known to be ordered; that of version 3 is taken to be
    /// (<https://github.com/huaweicloud/terraform-provider-huaweicloud/pull/10319>).
    fn finish_port(&self, to: &mut Finish<'_>, facts: &PortFacts) {
        let Some(row) = facts.three.as_ref().or(facts.old.as_ref()) else { return };
        let said = |of: &Option<PortRow>| of.as_ref().and_then(|row| row.groups.clone());
        let (old, three) = (said(&facts.old), said(&facts.three));
        if old.is_some() && three.is_some() && old != three {
            let name = to.name(row.id);
            let what = "versions 1 and 3 of the API differ in the security groups of this port: version 1, whose \
                        list is ordered, is used";
            to.gap(name, what);
        }
        let groups = old.or(three).map(|list| to.group_list(&list));
        let subnet = to.subnet(row.subnet, row.network);
        let instance = instance(to, row);
        let network = self.network(to, row);
        let mut gap = to.trouble(row.id, &row.trouble, row.origin);
        if groups.is_none() {
            gap = Some(groups_unknown(to, row.id));
        }
        to.interfaces.insert(row.id, InterfaceIx::new(to.estate.interfaces.len()));
        to.estate.interfaces.push(Interface {
            id: row.id,
            instance,
            network,
            subnet,
            groups,
            addresses: row.addresses.iter().map(|address| own(*address)).collect(),
            public_known: false,
            primary: row.primary,
            managed: row.managed,
            filtered: row.filtered,
            down: row.down,
            gap,
            origin: Some(row.origin),
        });
    }

    /// The VPC of a port: version 1 does not say it, its subnet and its server do.
    fn network(&self, to: &mut Finish<'_>, row: &PortRow) -> Option<NetworkIx> {
        if !row.network.is_empty() {
            return to.network(row.network);
        }
        let subnet = to.subnets.get(&row.subnet).map(|ix| to.estate.subnet(*ix).network);
        subnet.flatten().or_else(|| {
            let server = self.servers.get(row.server)?;
            to.network(server.network)
        })
    }

    /// Ties public addresses to the private ones that they stand for.
    fn bind(&self, to: &mut Finish<'_>) {
        let idle: HashSet<IpAddr> =
            self.publics.rows.iter().filter(|row| !works(to, row)).map(|row| row.public).collect();
        for nic in self.servers.rows.iter().flat_map(|server| &server.nics) {
            let shown = nic.addresses.iter().filter_map(|one| Some((one.private, one.public?)));
            for (private, public) in shown.filter(|(_, public)| !idle.contains(public)) {
                bind(to, nic.port, Some(private), public);
            }
        }
        let mut lost = Vec::new();
        for row in self.publics.rows.iter().filter(|row| !row.port.is_empty()) {
            if !works(to, row) {
                let (at, status) = (to.name(row.port), to.name(row.status));
                let what = format!(
                    "public address {} of this port is in state `{status}`: it is taken not to work",
                    row.public
                );
                to.gap(at, what);
            } else if !bind(to, row.port, row.private, row.public) {
                lost.push(row.public);
            }
        }
        tell_lost(to, &mut lost);
    }

    /// Decides for each interface whether every public address of it would show.
    fn judge_publics(&self, to: &mut Finish<'_>, listings: &Listings) {
        let all = listings.is_whole(Kind::PublicAddresses);
        let shown: HashSet<Text> =
            self.servers.rows.iter().flat_map(|server| &server.nics).map(|nic| nic.port).collect();
        for (id, ix) in &to.interfaces {
            if let Some(interface) = to.estate.interfaces.get_mut(ix.at()) {
                interface.public_known = all || shown.contains(id);
            }
        }
    }
}

fn instance(to: &mut Finish<'_>, row: &PortRow) -> Option<InstanceIx> {
    if row.server.is_empty() {
        return None;
    }
    let instances = &mut to.estate.instances;
    let ix = *to.instances.entry(row.server).or_insert_with(|| {
        instances.push(Instance {
            id: row.server,
            name: Text::EMPTY,
            os: Text::EMPTY,
            region: Text::EMPTY,
            flavour: Text::EMPTY,
            state: PowerState::Unknown,
            origin: None,
        });
        InstanceIx::new(instances.len() - 1)
    });
    if let Some(known) = instances.get_mut(ix.at()).filter(|known| known.flavour.is_empty()) {
        known.flavour = row.flavour;
    }
    Some(ix)
}

/// A server that shows an interface which no port tells of. What a server says of its groups is the union over its
/// interfaces, without order: it tells what one interface with one group has, and no more.
fn finish_nic(to: &mut Finish<'_>, server: &ServerRow, nic: &Nic) {
    if to.interfaces.contains_key(&nic.port) {
        return;
    }
    let id = if nic.port.is_empty() { server.id } else { nic.port };
    let groups = match server.groups.as_deref() {
        Some([one]) if server.nics.len() == 1 => Some(to.group_list(&[*one])),
        _ => None,
    };
    let gap = if groups.is_none() { Some(groups_unknown(to, id)) } else { None };
    let network = to.network(server.network);
    to.interfaces.insert(id, InterfaceIx::new(to.estate.interfaces.len()));
    to.estate.interfaces.push(Interface {
        id,
        instance: to.instances.get(&server.id).copied(),
        network,
        subnet: None,
        groups,
        addresses: nic.addresses.iter().map(|one| own(one.private)).collect(),
        public_known: false,
        primary: nic.primary || server.nics.len() == 1,
        managed: false,
        filtered: true,
        down: false,
        gap,
        origin: Some(server.origin),
    });
}

fn add_instance(to: &mut Finish<'_>, row: &ServerRow) {
    to.instances.insert(row.id, InstanceIx::new(to.estate.instances.len()));
    to.estate.instances.push(Instance {
        id: row.id,
        name: row.name,
        os: row.os,
        region: Text::EMPTY,
        flavour: row.flavour,
        state: row.state,
        origin: Some(row.origin),
    });
}

fn groups_unknown(to: &mut Finish<'_>, port: Text) -> GapIx {
    let name = to.name(port);
    let what = format!(
        "security groups of port {name}, or their order, are not in the input: run {}",
        Kind::Ports.command()
    );
    to.gap(name, what)
}

/// An address of an interface. A global IPv6 address is its own public address; whether it was given bandwidth to the
/// internet is not told.
fn own(private: IpAddr) -> Address {
    let global = match private {
        IpAddr::V6(v6) => v6.segments().first().is_some_and(|first| first >> 13 == 1),
        IpAddr::V4(_) => false,
    };
    Address { private, public: global.then_some(private) }
}

/// Whether an elastic address carries traffic (<https://github.com/huaweicloud/huaweicloud-sdk-python-v3>, states of
/// elastic addresses: `FREEZED`, `DOWN`, `ERROR` and those of transitions do not).
fn works(to: &Finish<'_>, row: &PublicRow) -> bool {
    matches!(to.estate.text(row.status), "" | "ACTIVE" | "ELB")
}

/// Ties a public address to a port: to the private address it names, else to the first of IPv4. Gives whether there is
/// such a port.
fn bind(to: &mut Finish<'_>, port: Text, private: Option<IpAddr>, public: IpAddr) -> bool {
    let interface = to.interfaces.get(&port).and_then(|ix| to.estate.interfaces.get_mut(ix.at()));
    let Some(interface) = interface else { return false };
    let named = interface.addresses.iter_mut().find(|address| match private {
        Some(private) => address.private == private,
        None => address.private.is_ipv4(),
    });
    if let Some(address) = named {
        address.public = Some(public);
    } else if let Some(private) = private {
        // The address that it names is not told otherwise: the elastic address is proof of it.
        let mut addresses = interface.addresses.to_vec();
        addresses.push(Address { private, public: Some(public) });
        interface.addresses = addresses.into();
    }
    true
}

fn tell_lost(to: &mut Finish<'_>, lost: &mut Vec<IpAddr>) {
    lost.sort_unstable();
    lost.dedup();
    if lost.is_empty() {
        return;
    }
    let names: Vec<String> = lost.iter().take(NAMED).map(|address| format!("`{address}`")).collect();
    let more = if lost.len() > NAMED { ", …" } else { "" };
    let what = format!(
        "{} public address(es) ({}{more}) belong to ports that are not in the input: run {}",
        lost.len(),
        names.join(", "),
        Kind::Ports.command()
    );
    to.gap("public addresses", what);
}
