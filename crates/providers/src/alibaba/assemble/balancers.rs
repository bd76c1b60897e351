//! Load balancers with their listeners and servers.

use portreeve_model::{Backend, Balancer, BalancerListener, Clients, Estate, GapIx};

use super::routing::{Routing, replace};
use super::{Account, Translation};
use crate::alibaba::kind::Kind;
use crate::alibaba::row::routing::{
    BalancerRow, ListenerRow, RoutingRows, ServerGroupRow, ServersRow, balancer_sources,
};

impl Routing {
    pub(super) fn add_balancers(&mut self, batch: &mut RoutingRows, to: &Translation<'_>) {
        for row in batch.balancers.drain(..) {
            let (id, name, network) = (to.text(row.id), to.text(row.name), to.text(row.network));
            let groups = row.groups.iter().map(|group| to.text(*group)).collect();
            replace(&mut self.balancers, BalancerRow { id, name, network, groups, ..row }, |row| row.id);
        }
        for row in batch.listeners.drain(..) {
            let row = ListenerRow { balancer: to.text(row.balancer), group: to.text(row.group), ..row };
            let same = |known: &ListenerRow| {
                (known.balancer, known.ports, known.protocol) == (row.balancer, row.ports, row.protocol)
            };
            self.listeners.retain(|known| !same(known));
            self.listeners.push(row);
        }
        for ServersRow { owner, servers } in batch.servers.drain(..) {
            let servers = servers.into_iter().map(|one| Backend { target: to.text(one.target), ..one });
            self.servers.insert(to.text(owner), servers.collect());
        }
        for row in batch.server_groups.drain(..) {
            let row = ServerGroupRow { id: to.text(row.id), ..row };
            replace(&mut self.server_groups, row, |row| row.id);
        }
        for (group, one) in batch.members.drain(..) {
            let one = Backend { target: to.text(one.target), ..one };
            let known = self.members.entry(to.text(group)).or_default();
            if !known.contains(&one) {
                known.push(one);
            }
        }
    }
}

impl Account {
    pub(super) fn finish_balancer(&mut self, estate: &mut Estate, routing: &Routing, row: &BalancerRow) {
        let id = estate.text(row.id).to_owned();
        let own: Vec<&ListenerRow> = routing.listeners.iter().filter(|it| it.balancer == row.id).collect();
        let pages = [Kind::NetworkListeners, Kind::ServerGroups, Kind::GroupServers];
        let mut incomplete =
            pages.iter().filter(|_| row.of_network).find_map(|kind| routing.open.get(kind)).copied();
        if own.is_empty() {
            let call = if row.of_network {
                format!("nlb ListListeners --LoadBalancerIds.1 {id}")
            } else {
                format!("slb DescribeLoadBalancerListeners --LoadBalancerId.1 {id}")
            };
            let what = format!("listeners of load balancer {id} are not in the input: run `aliyun {call}`");
            incomplete = Some(self.gap(estate, id.as_str(), what));
        }
        let mut listeners = Vec::new();
        for said in own {
            let guard = self.guard(estate, row, said);
            let (clients, backends) = if row.of_network {
                self.network_servers(estate, routing, row, said, &mut incomplete)
            } else {
                (said.clients, self.classic_servers(estate, routing, row, said, &mut incomplete))
            };
            let (protocol, ports) = (said.protocol, said.ports);
            listeners.push(BalancerListener { protocol, ports, clients, guard, backends });
        }
        let hides = row.of_network && listeners.iter().any(|it| it.clients == Clients::Hidden);
        let from_gap = hides.then(|| {
            let what = format!(
                "by which addresses network load balancer {id} reaches servers that do not see its clients is not documented: \
                 preserve client addresses in their server group, or ask about the servers by those addresses"
            );
            self.gap(estate, id.as_str(), what)
        });
        let network = self.network_ix(estate, row.network);
        estate.balancers.push(Balancer {
            id: row.id,
            name: row.name,
            network,
            addresses: row.addresses.clone().into(),
            from: if row.of_network { Box::new([]) } else { balancer_sources() },
            from_gap,
            listeners,
            incomplete,
        });
    }

    /// Rules of the load balancer itself, which are not followed.
    fn guard(&mut self, estate: &mut Estate, row: &BalancerRow, said: &ListenerRow) -> Option<GapIx> {
        let id = estate.text(row.id).to_owned();
        let groups: Vec<&str> = row.groups.iter().map(|group| estate.text(*group)).collect();
        let what = match (groups.is_empty(), said.access_list) {
            (false, _) => {
                format!("security groups {} of load balancer {id} itself are not followed", groups.join(", "))
            }
            (true, true) => {
                format!("the access control list of a listener of load balancer {id} is not read")
            }
            (true, false) => return None,
        };
        Some(self.gap(estate, id, format!("{what}: whom it lets in is not known")))
    }

    fn classic_servers(
        &mut self,
        estate: &mut Estate,
        routing: &Routing,
        row: &BalancerRow,
        said: &ListenerRow,
        incomplete: &mut Option<GapIx>,
    ) -> Box<[Backend]> {
        let owner = if said.group.is_empty() { row.id } else { said.group };
        let servers = routing.servers.get(&owner);
        if servers.is_none() {
            let owner = estate.text(owner).to_owned();
            let call = if said.group.is_empty() {
                format!("DescribeLoadBalancerAttribute --LoadBalancerId {owner}")
            } else {
                format!("DescribeVServerGroupAttribute --VServerGroupId {owner}")
            };
            let what = format!("servers of {owner} are not in the input: run `aliyun slb {call}`");
            *incomplete = Some(self.gap(estate, estate.text(row.id).to_owned(), what));
        }
        let port = |server: &Backend| Backend { port: server.port.or(said.backend_port), ..*server };
        servers.into_iter().flatten().map(port).collect()
    }

    /// The servers behind a listener of a network load balancer, and as whom clients arrive there.
    fn network_servers(
        &mut self,
        estate: &mut Estate,
        routing: &Routing,
        row: &BalancerRow,
        said: &ListenerRow,
        incomplete: &mut Option<GapIx>,
    ) -> (Clients, Box<[Backend]>) {
        let group = routing.server_groups.iter().find(|group| group.id == said.group);
        let members = routing.members.get(&said.group).map_or(&[][..], Vec::as_slice);
        let name = estate.text(said.group).to_owned();
        let known = |all: u64| u64::try_from(members.len()).is_ok_and(|known| known >= all);
        let missing = match group.map(|group| group.servers) {
            None => {
                Some(format!("server group {name} is not in the input: run `aliyun nlb ListServerGroups`"))
            }
            Some(count) if !count.map_or(!members.is_empty(), known) => Some(format!(
                "servers of {name} are not all in the input: run `aliyun nlb ListServerGroupServers --ServerGroupId {name}`"
            )),
            Some(_) => None,
        };
        if let Some(what) = missing {
            *incomplete = Some(self.gap(estate, estate.text(row.id).to_owned(), what));
        }
        let any_port = group.is_some_and(|group| group.any_port);
        let keeps = group.is_some_and(|group| group.keeps_client) && said.clients == Clients::Kept;
        let port = |server: &Backend| Backend { port: server.port.filter(|_| !any_port), ..*server };
        let clients = if keeps { Clients::Kept } else { Clients::Hidden };
        (clients, members.iter().map(port).collect())
    }
}
