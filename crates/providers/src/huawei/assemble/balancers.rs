//! Load balancers with their listeners and servers.

use std::net::IpAddr;

use portreeve_model::{Backend, Balancer, BalancerListener, Clients, GapIx, Listing, Prefix, Protocol, Text};

use super::pages::Listings;
use super::{Account, Finish};
use crate::huawei::kind::Kind;
use crate::huawei::row::{BalancerRow, ListenerRow};

/// Where shared load balancers come from; the second only in some regions
/// (<https://support.huaweicloud.com/intl/th-th/eu-west-0-usermanual-elb/elb_ug_hd_0002.html>).
const SHARED: [[u8; 4]; 2] = [[100, 125, 0, 0], [100, 126, 0, 0]];

impl Account {
    pub(super) fn finish_balancers(&self, to: &mut Finish<'_>, listings: &Listings) {
        for row in &self.balancers.rows {
            let mut incomplete = None;
            for kind in [Kind::Listeners, Kind::Pools, Kind::Members] {
                incomplete = incomplete.or_else(|| missing(to, row.id, kind, listings));
            }
            let own = self.listeners.rows.iter().filter(|listener| listener.balancers.contains(&row.id));
            let mut listeners = Vec::new();
            for said in own {
                self.listen(to, row, said, &mut incomplete, &mut listeners);
            }
            let (from, from_gap) = self.sources(to, row);
            let network = to.network(row.network);
            to.estate.balancers.push(Balancer {
                id: row.id,
                name: row.name,
                network,
                addresses: row.addresses.clone().into(),
                from,
                from_gap,
                listeners,
                incomplete,
            });
        }
    }

    fn listen(
        &self,
        to: &mut Finish<'_>,
        row: &BalancerRow,
        said: &ListenerRow,
        incomplete: &mut Option<GapIx>,
        listeners: &mut Vec<BalancerListener>,
    ) {
        let Some(protocol @ Protocol::Number(_)) = said.protocol else {
            let (name, listener) = (to.name(row.id), to.name(said.id));
            *incomplete = Some(to.gap(name, format!("protocol of listener {listener} is not understood")));
            return;
        };
        let guard = said.access_group.then(|| {
            let (name, listener) = (to.name(row.id), to.name(said.id));
            to.gap(name, format!("the access control group of listener {listener} is not read: whom it lets in is not known"))
        });
        let backends = self.backends(to, row, said, incomplete);
        for ports in &said.ports {
            let (clients, backends) = (clients(row, said), backends.clone().into());
            listeners.push(BalancerListener { protocol, ports: *ports, clients, guard, backends });
        }
    }

    /// The servers of the default group and of those that other rules of the listener lead to.
    fn backends(
        &self,
        to: &mut Finish<'_>,
        row: &BalancerRow,
        said: &ListenerRow,
        incomplete: &mut Option<GapIx>,
    ) -> Vec<Backend> {
        let mut backends = Vec::new();
        let named = |id: Text| id == said.pool && !id.is_empty();
        for pool in self.pools.rows.iter().filter(|pool| named(pool.id) || pool.listeners.contains(&said.id))
        {
            for id in &pool.members {
                let Some(member) = self.members.get(*id) else {
                    let (name, pool) = (to.name(row.id), to.name(pool.id));
                    let what = format!(
                        "servers of {pool} are not all in the input: run {}",
                        Kind::Members.command()
                    );
                    *incomplete = Some(to.gap(name, what));
                    continue;
                };
                let port = member.port.filter(|_| !pool.any_port);
                let backend = Backend { target: member.server, address: member.address, port };
                if member.used && !backends.contains(&backend) {
                    backends.push(backend);
                }
            }
        }
        if !said.pool.is_empty() && self.pools.get(said.pool).is_none() {
            let (name, pool) = (to.name(row.id), to.name(said.pool));
            let what = format!("group of servers {pool} is not in the input: run {}", Kind::Pools.command());
            *incomplete = Some(to.gap(name, what));
        }
        backends
    }

    /// The addresses by which a load balancer reaches its servers: of its own subnets where it is a dedicated one
    /// (<https://support.huaweicloud.com/intl/en-us/usermanual-elb/elb_ug_hd_0007.html>).
    fn sources(&self, to: &mut Finish<'_>, row: &BalancerRow) -> (Box<[Prefix]>, Option<GapIx>) {
        if !row.dedicated {
            return (SHARED.iter().filter_map(|block| Prefix::new(IpAddr::from(*block), 16)).collect(), None);
        }
        let mut blocks: Vec<Prefix> = Vec::new();
        let mut gap = row.subnets.is_empty().then(|| {
            let name = to.name(row.id);
            to.gap(
                name,
                "in which subnets this load balancer reaches its servers is not in the input".to_owned(),
            )
        });
        for id in &row.subnets {
            if let Some(subnet) = self.subnets.get(*id) {
                blocks.extend(&subnet.blocks);
                continue;
            }
            let (name, subnet) = (to.name(row.id), to.name(*id));
            let what = format!(
                "subnet {subnet}, from which it reaches its servers, is not in the input: run {}",
                Kind::Subnets.command()
            );
            gap = Some(to.gap(name, what));
        }
        if gap.is_some() { (Box::default(), gap) } else { (blocks.into(), None) }
    }
}

/// A shared load balancer that transfers the client's address, and a dedicated one at layer 4 without servers by address, lead past the
/// filters of the servers; otherwise servers see the load balancer
/// (<https://support.huaweicloud.com/intl/en-us/usermanual-elb/elb_ug_hd_0007.html>).
fn clients(row: &BalancerRow, said: &ListenerRow) -> Clients {
    let past = if row.dedicated { !row.by_address } else { said.keeps_client };
    if said.layer_four && past { Clients::Unfiltered } else { Clients::Hidden }
}

fn missing(to: &mut Finish<'_>, id: Text, kind: Kind, listings: &Listings) -> Option<GapIx> {
    match listings.of(kind) {
        Listing::Complete => None,
        Listing::Partial(gap) => Some(gap),
        Listing::Absent => {
            let name = to.name(id);
            let what = format!("{} are not in the input: run {}", kind.objects(), kind.command());
            Some(to.gap(name, what))
        }
    }
}
