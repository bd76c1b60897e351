//! Load balancers of both kinds, what they listen on and the servers behind them.

use portreeve_model::{Backend, Clients, PortRange, Protocol, Text};

use super::{Reader, value};
use crate::alibaba::kind::Kind;
use crate::alibaba::row::Weight;
use crate::alibaba::row::routing::{BalancerRow, ListenerRow, ServerGroupRow, ServersRow};
use crate::alibaba::wire;
use crate::json::{Cursor, Step, Value};

impl Reader<'_> {
    /// <https://www.alibabacloud.com/help/en/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-describeloadbalancers>
    pub(super) fn balancers(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::Balancers, b"LoadBalancers", |reader, cursor| {
            let said = wire::LoadBalancer::read(cursor)?;
            let row = BalancerRow {
                id: reader.texts.intern(&said.id),
                name: reader.texts.intern(&said.name),
                network: reader.texts.intern(&said.network),
                addresses: value::address(&said.address).into_iter().collect(),
                of_network: false,
                groups: Vec::new(),
            };
            reader.batch.routing.balancers.push(row);
            Ok(Some(reader.texts.intern(&said.region)))
        })?;
        Ok(())
    }

    /// <https://www.alibabacloud.com/help/en/slb/network-load-balancer/developer-reference/api-nlb-2022-04-30-listloadbalancers>
    pub(super) fn network_balancers(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::NetworkBalancers, b"LoadBalancers", |reader, cursor| {
            let said = wire::NetworkBalancer::read(cursor)?;
            // Application load balancers are listed in the same way, without addresses.
            if said.id.is_empty() || said.zones.is_empty() {
                let what = "a load balancer without LoadBalancerId or ZoneMappings is no network load balancer: it is not followed";
                reader.remark(what.to_owned(), Weight::Warning);
                return Ok(None);
            }
            reader.network_balancer(&said);
            Ok(Some(reader.texts.intern(&said.region)))
        })?;
        self.uncounted();
        Ok(())
    }

    fn network_balancer(&mut self, said: &wire::NetworkBalancer<'_>) {
        let open = said.address_type.eq_ignore_ascii_case("internet");
        let open_v6 = said.v6_type.eq_ignore_ascii_case("internet");
        let mut addresses = Vec::new();
        for zone in said.zones.iter().flat_map(|zone| &zone.addresses) {
            addresses.extend(value::address(&zone.public).filter(|_| open));
            addresses.extend(value::address(&zone.private));
            addresses.extend(value::address(&zone.v6).filter(|_| open_v6));
        }
        // One that is not active hands nothing on.
        if said.status.eq_ignore_ascii_case("inactive") {
            addresses.clear();
        }
        let row = BalancerRow {
            id: self.texts.intern(&said.id),
            name: self.texts.intern(&said.name),
            network: self.texts.intern(&said.network),
            addresses,
            of_network: true,
            groups: said.groups.iter().map(|id| self.texts.intern(id)).collect(),
        };
        self.batch.routing.balancers.push(row);
    }

    /// Listeners of both kinds of load balancers come under the same key.
    pub(super) fn balancer_listeners(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let mut of_network = false;
        self.listing(cursor, Kind::BalancerListeners, b"Listeners", |reader, cursor| {
            let said = wire::LoadListener::read(cursor)?;
            of_network |= !said.server_group.is_empty();
            reader.balancer_listener(&said);
            Ok(Some(reader.texts.intern(&said.region)))
        })?;
        self.uncounted();
        if let Some(page) = self.batch.pages.last_mut().filter(|_| of_network) {
            page.kind = Kind::NetworkListeners;
        }
        Ok(())
    }

    /// Classic load balancers keep the client's address at layer 4, and hide it at layer 7
    /// (<https://www.alibabacloud.com/help/en/slb/classic-load-balancer/user-guide/preserve-client-ip-addresses-when-layer-7-listeners-are-used>).
    /// Network load balancers keep it as their group of servers says, but never where they end TLS
    /// (<https://alibabacloud.com/help/en/slb/network-load-balancer/use-cases/obtain-client-ip-addresses>).
    fn balancer_listener(&mut self, said: &wire::LoadListener<'_>) {
        let kind = said.protocol.to_ascii_lowercase();
        let protocol = match kind.as_str() {
            "tcp" | "http" | "https" | "tcpssl" => Some(Protocol::TCP),
            "udp" => Some(Protocol::UDP),
            _ => None,
        };
        let one = said.port.parse().ok().filter(|port| *port > 0).map(PortRange::one);
        // Port 0 stands for a range.
        let ports = one.or_else(|| PortRange::new(said.first.parse().ok()?, said.last.parse().ok()?));
        let (Some(ports), Some(protocol), false) = (ports, protocol, said.balancer.is_empty()) else {
            let what = format!("listener `{}` of protocol `{}` is not understood", said.port, said.protocol);
            return self.remark(what, Weight::Gap);
        };
        if [&said.status, &said.listener_status].iter().any(|it| it.eq_ignore_ascii_case("stopped")) {
            return;
        }
        let hides = kind.starts_with("http") || kind == "tcpssl";
        let group = if said.server_group.is_empty() { &said.group } else { &said.server_group };
        let row = ListenerRow {
            balancer: self.texts.intern(&said.balancer),
            ports,
            protocol,
            clients: if hides { Clients::Hidden } else { Clients::Kept },
            access_list: said.access_list.eq_ignore_ascii_case("on"),
            // 0 where each server has a port of its own.
            backend_port: said.backend_port.parse().ok().filter(|port| *port > 0),
            group: self.texts.intern(group),
        };
        self.batch.routing.listeners.push(row);
    }

    pub(super) fn balancer_servers(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let said = wire::LoadServers::read(cursor)?;
        let owner = self.owner(&[&said.group, &said.balancer], Text::EMPTY);
        let servers = said.servers.iter().map(|server| Backend {
            target: self.texts.intern(&server.id),
            address: value::address(&server.address),
            port: server.port.parse().ok(),
        });
        let row = ServersRow { owner, servers: servers.collect() };
        self.batch.routing.servers.push(row);
        Ok(())
    }

    /// <https://www.alibabacloud.com/help/en/slb/network-load-balancer/developer-reference/api-nlb-2022-04-30-listservergroups>
    pub(super) fn server_groups(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::ServerGroups, b"ServerGroups", |reader, cursor| {
            let said = wire::ServerGroup::read(cursor)?;
            let is = |text: &str| text.eq_ignore_ascii_case("true");
            let row = ServerGroupRow {
                id: reader.texts.intern(&said.id),
                keeps_client: is(&said.keeps_client) && !said.kind.eq_ignore_ascii_case("ip"),
                any_port: is(&said.any_port),
                servers: said.servers,
            };
            reader.batch.routing.server_groups.push(row);
            Ok(Some(reader.texts.intern(&said.region)))
        })?;
        self.uncounted();
        Ok(())
    }

    /// <https://www.alibabacloud.com/help/en/slb/network-load-balancer/developer-reference/api-nlb-2022-04-30-listservergroupservers>
    pub(super) fn group_servers(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::GroupServers, b"Servers", |reader, cursor| {
            let said = wire::GroupServer::read(cursor)?;
            let backend = Backend {
                target: reader.texts.intern(&said.id),
                address: value::address(&said.address),
                port: said.port.parse().ok().filter(|port| *port > 0),
            };
            let group = reader.texts.intern(&said.group);
            reader.batch.routing.members.push((group, backend));
            Ok(None)
        })?;
        self.uncounted();
        Ok(())
    }
}
