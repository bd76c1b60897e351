//! VPCs, subnets, network ACLs, route tables and peerings.

use portreeve_model::{Acl, AclIx, Acts, GapIx, Listing, Otherwise, Peering, RouteTable, Text};

use super::pages::Listings;
use super::{Account, Finish, groups};
use crate::huawei::kind::Kind;
use crate::huawei::profile::ACL_EXEMPT;
use crate::huawei::row::{FirewallRow, TableRow};

impl Account {
    pub(super) fn finish_networks(&self, to: &mut Finish<'_>) {
        for row in &self.networks.rows {
            to.trouble(row.id, &row.trouble, row.origin);
            let ix = to.network(row.id);
            if let Some(network) = ix.and_then(|ix| to.estate.networks.get_mut(ix.at())) {
                network.name = row.name;
                network.blocks = row.blocks.clone().into();
            }
        }
        for row in &self.subnets.rows {
            to.trouble(row.id, &row.trouble, row.origin);
            let ix = to.subnet(row.id, row.network);
            if let Some(subnet) = ix.and_then(|ix| to.estate.subnets.get_mut(ix.at())) {
                subnet.name = row.name;
                subnet.blocks = row.blocks.clone().into();
            }
        }
        // Ports name subnets too, and all of them should have their network ACL.
        for row in self.ports.rows.iter().flat_map(|facts| facts.old.iter().chain(&facts.three)) {
            to.subnet(row.subnet, row.network);
        }
        for row in &self.tables.rows {
            finish_table(to, row);
        }
        self.finish_peerings(to);
    }

    fn finish_peerings(&self, to: &mut Finish<'_>) {
        for row in &self.peerings.rows {
            let networks = [row.from, row.to].map(|id| to.network(id));
            let active = to.estate.text(row.status) == "ACTIVE";
            to.estate.peerings.push(Peering {
                id: row.id,
                name: row.name,
                ends: [row.from, row.to],
                networks,
                active,
                status: row.status,
                origin: Some(row.origin),
            });
        }
    }

    /// Network ACLs name address groups, so that they come after these.
    pub(super) fn finish_firewalls(&self, to: &mut Finish<'_>, listings: &Listings) {
        for row in &self.firewalls.rows {
            finish_firewall(to, row, None);
        }
        // Where the newer version tells of them, the older one tells of the same again.
        if listings.of(Kind::Firewalls) == Listing::Absent && self.firewalls.rows.is_empty() {
            self.finish_old_firewalls(to);
        }
        let all = listings.acls() == Listing::Complete;
        let ours: Vec<_> = to.subnets.values().copied().collect();
        for ix in ours {
            if let Some(subnet) = to.estate.subnets.get_mut(ix.at()) {
                subnet.acl_known |= all;
            }
        }
    }
}

/// A network ACL that is switched off keeps its default rules, which deny everything: only its own rules stop acting
/// (<https://github.com/huaweicloudDocs/vpc>, enabling or disabling a network ACL).
pub(super) fn finish_firewall(to: &mut Finish<'_>, row: &FirewallRow, missing: Option<GapIx>) {
    let mut entries = groups::rules(to, row.id, row.entries.as_deref().unwrap_or_default());
    if !row.enabled {
        for entry in &mut entries {
            entry.acts = Acts::Never;
        }
    }
    let incomplete = (row.entries.is_none() && row.enabled && missing.is_none()).then(|| {
        let name = to.name(row.id);
        let what = format!(
            "rules of network ACL {name} are not in the input: run `hcloud VPC ShowFirewall/v3 --firewall_id={name}`"
        );
        to.gap(name, what)
    });
    let open = row.entries.iter().flatten().find(|entry| entry.open != [false; 2]);
    let open = open.and_then(|entry| to.trouble(row.id, &entry.trouble, entry.origin));
    let ix = AclIx::new(to.estate.acls.len());
    to.acls.insert(row.id, ix);
    to.estate.acls.push(Acl {
        id: row.id,
        name: row.name,
        stateful: true,
        entries,
        ingress: Otherwise::Deny,
        egress: Otherwise::Deny,
        exempt: ACL_EXEMPT,
        incomplete: missing.or(incomplete).or(open),
        origin: Some(row.origin),
    });
    for id in &row.subnets {
        let subnet = to.subnet(*id, Text::EMPTY);
        let Some(subnet) = subnet.and_then(|ix| to.estate.subnets.get_mut(ix.at())) else { continue };
        let other = subnet.acl.is_some();
        (subnet.acl_id, subnet.acl, subnet.acl_known) = (row.id, Some(ix), true);
        if other {
            let name = to.name(*id);
            to.gap(name, "two network ACLs name this subnet: the later one is used");
        }
    }
}

fn finish_table(to: &mut Finish<'_>, row: &TableRow) {
    for id in &row.subnets {
        let ix = to.subnet(*id, row.network);
        if let Some(subnet) = ix.and_then(|ix| to.estate.subnets.get_mut(ix.at())) {
            subnet.route_table = row.id;
        }
    }
    let network = to.network(row.network);
    let incomplete = if row.routes.is_none() {
        let name = to.name(row.id);
        let what = format!(
            "routes of route table {name} are not in the input: run `hcloud VPC ShowRouteTable/v2 --routetable_id={name}`"
        );
        Some(to.gap(name, what))
    } else {
        to.trouble(row.id, &row.trouble, row.origin)
    };
    to.estate.route_tables.push(RouteTable {
        id: row.id,
        name: row.name,
        network,
        main: row.main,
        routes: row.routes.clone().unwrap_or_default().into(),
        incomplete,
    });
}
