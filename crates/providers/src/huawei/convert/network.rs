//! VPCs, subnets, route tables, peerings, network ACLs and address groups.

use portreeve_model::{Direction, Hop, Prefix, Route};

use super::{Reader, rule, value};
use crate::huawei::row::{FirewallRow, ListRow, NetworkRow, PeeringRow, RuleRow, SubnetRow, TableRow};
use crate::huawei::wire;

impl Reader<'_> {
    pub(super) fn network(&mut self, said: &wire::Network<'_>) -> bool {
        if said.id.is_empty() {
            return false;
        }
        let texts = std::iter::once(&said.block).chain(&said.blocks);
        let (blocks, trouble) = blocks(texts.map(AsRef::as_ref));
        let row = NetworkRow {
            id: self.text(&said.id),
            name: self.text(&said.name),
            blocks,
            trouble,
            origin: self.origin,
        };
        self.batch.networks.push(row);
        true
    }

    pub(super) fn subnet(&mut self, said: &wire::Subnet<'_>) -> bool {
        if said.id.is_empty() {
            return false;
        }
        let texts = [&said.block, &said.block_v6].into_iter().chain(said.blocks.iter().map(|one| &one.block));
        let (blocks, trouble) = blocks(texts.map(AsRef::as_ref));
        let row = SubnetRow {
            id: self.text(&said.id),
            name: self.text(&said.name),
            network: self.text(&said.vpc),
            blocks,
            trouble,
            origin: self.origin,
        };
        self.batch.subnets.push(row);
        true
    }

    pub(super) fn table(&mut self, said: &wire::RouteTable<'_>) -> bool {
        if said.id.is_empty() {
            return false;
        }
        let mut troubles = Vec::new();
        let routes = said.routes.as_ref().map(|routes| {
            let mut read = Vec::with_capacity(routes.len());
            for route in routes {
                match value::prefix(&route.destination) {
                    Some(destination) => read.push(Route { destination, hop: self.hop(route) }),
                    None => troubles.push(format!(
                        "destination `{}` of a route is not an address or CIDR block",
                        route.destination
                    )),
                }
            }
            read
        });
        let row = TableRow {
            id: self.text(&said.id),
            name: self.text(&said.name),
            network: self.text(&said.vpc),
            subnets: said.subnets.iter().map(|one| self.text(&one.id)).collect(),
            routes,
            main: said.main,
            trouble: troubles.join("; "),
            origin: self.origin,
        };
        self.batch.tables.push(row);
        true
    }

    /// <https://github.com/huaweicloud/huaweicloud-sdk-python-v3>, `route_table_route.py`.
    fn hop(&mut self, said: &wire::Route<'_>) -> Hop {
        match said.kind.as_ref() {
            "local" => Hop::Local,
            "peering" => Hop::Peering(self.text(&said.hop)),
            "nat" => Hop::Nat(self.text(&said.hop)),
            kind => Hop::Other(self.text(kind), self.text(&said.hop)),
        }
    }

    pub(super) fn peering(&mut self, said: &wire::Peering<'_>) -> bool {
        if said.id.is_empty() {
            return false;
        }
        let row = PeeringRow {
            id: self.text(&said.id),
            name: self.text(&said.name),
            status: self.text(&said.status),
            from: self.text(&said.request.vpc),
            to: self.text(&said.accept.vpc),
            origin: self.origin,
        };
        self.batch.peerings.push(row);
        true
    }

    pub(super) fn firewall(&mut self, said: &wire::Firewall<'_>) -> bool {
        if said.id.is_empty() {
            return false;
        }
        let mut entries = |said: &[wire::Entry<'_>], direction| -> Vec<RuleRow> {
            said.iter().map(|one| rule::of_firewall(self.texts, one, direction, self.origin)).collect()
        };
        let both = said.ingress.as_ref().zip(said.egress.as_ref()).map(|(ingress, egress)| {
            let mut all = entries(ingress, Direction::Ingress);
            all.append(&mut entries(egress, Direction::Egress));
            all
        });
        let row = FirewallRow {
            id: self.text(&said.id),
            name: self.text(&said.name),
            subnets: said.subnets.iter().map(|one| self.text(&one.subnet)).collect(),
            entries: both,
            enabled: value::switch(&said.up, true) != Some(false),
            origin: self.origin,
        };
        self.batch.firewalls.push(row);
        true
    }

    pub(super) fn list(&mut self, said: &wire::AddressGroup<'_>) -> bool {
        if said.id.is_empty() {
            return false;
        }
        let extra = || said.extra.iter().map(|one| one.address.as_ref()).collect::<Vec<_>>();
        let texts = said.entries.as_ref().map_or_else(extra, |set| set.iter().map(AsRef::as_ref).collect());
        let (mut entries, mut troubles) = (Vec::new(), Vec::new());
        for text in texts {
            match value::addresses(text) {
                Some(range) => entries.push(range),
                None => troubles.push(format!("entry `{text}` is not an address, range or CIDR block")),
            }
        }
        if !matches!(said.status.as_ref(), "" | "NORMAL") {
            troubles.push(format!("is in state `{}`, so other entries may be in force", said.status));
        }
        let row = ListRow {
            id: self.text(&said.id),
            name: self.text(&said.name),
            entries,
            trouble: troubles.join("; "),
            origin: self.origin,
        };
        self.batch.lists.push(row);
        true
    }
}

/// The blocks among some texts, and what is wrong with the others.
fn blocks<'t>(texts: impl Iterator<Item = &'t str>) -> (Vec<Prefix>, String) {
    let (mut blocks, mut troubles) = (Vec::new(), Vec::new());
    for text in texts.filter(|text| !text.is_empty()) {
        match value::prefix(text) {
            Some(block) => blocks.push(block),
            None => troubles.push(format!("`{text}` is not a CIDR block")),
        }
    }
    (blocks, troubles.join("; "))
}
