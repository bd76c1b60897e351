//! Routes, peerings, transit routers and NAT gateways.

use hashbrown::HashMap;
use portreeve_model::{
    Attachment, Backend, Estate, Forward, GapIx, Hop, Hub, Nat, NetworkIx, Peering, Route, RouteTable,
    SourceNat, Text,
};

use super::pages::missing;
use super::{Account, Translation};
use crate::alibaba::kind::Kind;
use crate::alibaba::row::routing::{
    AttachmentRow, BalancerRow, ListenerRow, NatRow, PeeringRow, RoutingRows, ServerGroupRow, TableRow,
};
use crate::alibaba::row::{ListPage, Trouble};

/// What the responses have said so far; it waits until all is read.
#[derive(Debug, Default)]
pub(super) struct Routing {
    tables: Vec<TableRow>,
    routes: Within<Route>,
    peerings: Vec<PeeringRow>,
    nats: Vec<NatRow>,
    sources: Within<SourceNat>,
    forwards: Within<Forward>,
    pub(super) balancers: Vec<BalancerRow>,
    pub(super) listeners: Vec<ListenerRow>,
    pub(super) servers: HashMap<Text, Vec<Backend>>,
    pub(super) server_groups: Vec<ServerGroupRow>,
    pub(super) members: HashMap<Text, Vec<Backend>>,
    attachments: Vec<AttachmentRow>,
    /// Listings of which pages are missing.
    pub(super) open: HashMap<Kind, GapIx>,
    pages: HashMap<(Kind, Text), Vec<ListPage>>,
}

/// Things that stand within objects, by the objects' ids.
#[derive(Debug)]
struct Within<T> {
    all: HashMap<Text, Vec<T>>,
    troubles: HashMap<Text, Trouble>,
    /// The objects in the order in which they were told.
    order: Vec<Text>,
}

impl<T> Default for Within<T> {
    fn default() -> Self {
        Self { all: HashMap::new(), troubles: HashMap::new(), order: Vec::new() }
    }
}

impl<T: PartialEq + Clone> Within<T> {
    /// Adds one; the same one told twice counts once.
    fn add(&mut self, owner: Text, said: Result<T, Trouble>, to: &Translation<'_>) {
        let row = self.all.entry(owner).or_insert_with(|| {
            self.order.push(owner);
            Vec::new()
        });
        match said {
            Ok(one) if row.contains(&one) => {}
            Ok(one) => row.push(one),
            Err(trouble) => {
                self.troubles.extend(to.trouble(Some(trouble)).map(|trouble| (owner, trouble)));
            }
        }
    }

    fn of(&self, owners: &[Text]) -> Vec<T> {
        owners.iter().filter_map(|owner| self.all.get(owner)).flatten().cloned().collect()
    }

    fn trouble(&self, owners: &[Text]) -> Option<Trouble> {
        owners.iter().find_map(|owner| self.troubles.get(owner)).copied()
    }
}

/// The later one takes the place of an earlier one of the same id.
pub(super) fn replace<T>(rows: &mut Vec<T>, row: T, id: fn(&T) -> Text) {
    match rows.iter_mut().find(|known| id(known) == id(&row)) {
        Some(known) => *known = row,
        None => rows.push(row),
    }
}

impl Account {
    pub(super) fn add_routing(&mut self, batch: &mut RoutingRows, to: &Translation<'_>) {
        let all = |ids: Vec<Text>| ids.into_iter().map(|id| to.text(id)).collect::<Vec<_>>();
        let routing = &mut self.routing;
        for row in batch.tables.drain(..) {
            let (id, name, network) = (to.text(row.id), to.text(row.name), to.text(row.network));
            let row = TableRow { id, name, network, subnets: all(row.subnets), ..row };
            replace(&mut routing.tables, row, |row| row.id);
        }
        for (table, said) in batch.routes.drain(..) {
            let said = said.map(|route| Route { hop: translated(route.hop, to), ..route });
            routing.routes.add(to.text(table), said, to);
        }
        for row in batch.peerings.drain(..) {
            let (id, name, status) = (to.text(row.id), to.text(row.name), to.text(row.status));
            let row = PeeringRow { id, name, status, ends: row.ends.map(|end| to.text(end)), ..row };
            replace(&mut routing.peerings, row, |row| row.id);
        }
        for row in batch.nats.drain(..) {
            let (id, name, network) = (to.text(row.id), to.text(row.name), to.text(row.network));
            let (source_tables, forward_tables) = (all(row.source_tables), all(row.forward_tables));
            let row = NatRow { id, name, network, source_tables, forward_tables, ..row };
            replace(&mut routing.nats, row, |row| row.id);
        }
        batch.sources.drain(..).for_each(|(owner, said)| routing.sources.add(to.text(owner), said, to));
        batch.forwards.drain(..).for_each(|(owner, said)| routing.forwards.add(to.text(owner), said, to));
        for (owner, page) in batch.pages.drain(..) {
            let page = ListPage { link: to.link(page.link), request: to.text(page.request), ..page };
            routing.pages.entry((page.kind, to.text(owner))).or_default().push(page);
        }
        for row in batch.attachments.drain(..) {
            let (router, id, network) = (to.text(row.router), to.text(row.id), to.text(row.network));
            let row = AttachmentRow { router, id, network, status: to.text(row.status), ..row };
            routing.attachments.retain(|known| (known.router, known.network) != (router, network));
            routing.attachments.push(row);
        }
        routing.add_balancers(batch, to);
    }

    pub(super) fn finish_routing(&mut self, estate: &mut Estate) {
        let routing = std::mem::take(&mut self.routing);
        self.finish_route_tables(estate, &routing);
        for row in &routing.peerings {
            let network = |id: &Text| self.networks.get(id).map(|row| NetworkIx::new(*row));
            let [one, two] = &row.ends;
            estate.peerings.push(Peering {
                id: row.id,
                name: row.name,
                ends: row.ends,
                networks: [network(one), network(two)],
                active: row.active,
                status: row.status,
                origin: Some(row.origin),
            });
        }
        self.finish_hubs(estate, &routing);
        for row in &routing.nats {
            self.finish_nat(estate, &routing, row);
        }
        for row in &routing.balancers {
            self.finish_balancer(estate, &routing, row);
        }
    }

    /// A transit router carries what the route tables of its VPCs send to it; its own tables are not read.
    fn finish_hubs(&mut self, estate: &mut Estate, routing: &Routing) {
        for row in &routing.attachments {
            let member = Attachment {
                id: row.id,
                end: row.network,
                network: self.networks.get(&row.network).map(|row| NetworkIx::new(*row)),
                active: row.active,
                status: row.status,
            };
            match estate.hubs.iter_mut().find(|hub| hub.id == row.router) {
                Some(hub) => hub.members.push(member),
                None => estate.hubs.push(Hub {
                    id: row.router,
                    members: vec![member],
                    incomplete: [Kind::Attachments, Kind::ChildInstances]
                        .iter()
                        .find_map(|kind| routing.open.get(kind))
                        .copied(),
                }),
            }
        }
    }

    fn finish_route_tables(&mut self, estate: &mut Estate, routing: &Routing) {
        for row in &routing.tables {
            let parts =
                Parts { kind: Kind::Routes, owners: &[row.id], trouble: routing.routes.trouble(&[row.id]) };
            let mut incomplete = None;
            if !row.shown || parts.trouble.is_some() {
                incomplete = self.parts_gap(estate, routing, &parts, row.id, "--RouteTableId");
            }
            for subnet in row.subnets.iter().filter_map(|id| self.subnets.get(id)) {
                let subnet = estate.subnets.get_mut(*subnet).filter(|subnet| subnet.route_table.is_empty());
                if let Some(subnet) = subnet {
                    subnet.route_table = row.id;
                }
            }
            let network = self.network_ix(estate, row.network);
            estate.route_tables.push(RouteTable {
                id: row.id,
                name: row.name,
                network,
                main: row.main,
                routes: routing.routes.of(&[row.id]).into(),
                incomplete,
            });
        }
        // Routes of a table that no listing names: a subnet may still name it.
        let listed = |id: &Text| id.is_empty() || routing.tables.iter().any(|row| row.id == *id);
        for id in routing.routes.order.iter().copied().filter(|id| !listed(id)) {
            let parts = Parts { kind: Kind::Routes, owners: &[id], trouble: routing.routes.trouble(&[id]) };
            let incomplete = self.parts_gap(estate, routing, &parts, id, "--RouteTableId");
            let routes = routing.routes.of(&[id]).into();
            estate.route_tables.push(RouteTable {
                id,
                name: Text::EMPTY,
                network: None,
                main: false,
                routes,
                incomplete,
            });
        }
    }

    fn finish_nat(&mut self, estate: &mut Estate, routing: &Routing, row: &NatRow) {
        let of = |tables: &[Text]| [&[row.id], tables].concat();
        let (sources, forwards) = (of(&row.source_tables), of(&row.forward_tables));
        let network = self.network_ix(estate, row.network);
        // A gateway of the private kind translates between private addresses, which nothing here follows.
        let incomplete = row.public.then(|| {
            let from =
                Parts { kind: Kind::Sources, owners: &sources, trouble: routing.sources.trouble(&sources) };
            let to = Parts {
                kind: Kind::Forwards,
                owners: &forwards,
                trouble: routing.forwards.trouble(&forwards),
            };
            let from = self.parts_gap(estate, routing, &from, row.id, "--NatGatewayId");
            let to = self.parts_gap(estate, routing, &to, row.id, "--NatGatewayId");
            from.or(to)
        });
        estate.nats.push(Nat {
            id: row.id,
            name: row.name,
            network,
            sources: if row.public { routing.sources.of(&sources) } else { Vec::new() },
            forwards: if row.public { routing.forwards.of(&forwards) } else { Vec::new() },
            incomplete: incomplete.flatten(),
        });
    }

    /// Why an object may hold more than the input shows of it.
    fn parts_gap(
        &mut self,
        estate: &mut Estate,
        routing: &Routing,
        parts: &Parts<'_>,
        id: Text,
        option: &str,
    ) -> Option<GapIx> {
        if let Some(trouble) = parts.trouble {
            return Some(self.trouble_gap(estate, id, trouble));
        }
        let pages = parts.owners.iter().find_map(|owner| routing.pages.get(&(parts.kind, *owner)));
        let lacking = match pages {
            None => "none are in the input".to_owned(),
            Some(pages) => missing(pages)?,
        };
        let (name, api) = (estate.text(id).to_owned(), parts.kind.api());
        let what = format!(
            "of the entries of {name}, {lacking}: run `aliyun vpc {api} {option} {name}` for all pages"
        );
        Some(self.gap(estate, name, what))
    }
}

/// What is within an object, and which ids may name that object.
struct Parts<'p> {
    kind: Kind,
    owners: &'p [Text],
    trouble: Option<Trouble>,
}

fn translated(hop: Hop, to: &Translation<'_>) -> Hop {
    match hop {
        Hop::Local => Hop::Local,
        Hop::Peering(id) => Hop::Peering(to.text(id)),
        Hop::Nat(id) => Hop::Nat(to.text(id)),
        Hop::Internet(id) => Hop::Internet(to.text(id)),
        Hop::Other(kind, id) => Hop::Other(to.text(kind), to.text(id)),
    }
}
