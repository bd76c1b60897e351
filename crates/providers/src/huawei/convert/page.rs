//! What stands beside the rows of a response: pages, errors, quotas.

use portreeve_model::Quotas;

use super::Reader;
use crate::huawei::kind::Kind;
use crate::huawei::row::{FailureRow, PageRow, Version};
use crate::huawei::wire;

/// Listings without a word about further pages are cut at these numbers of rows
/// (<https://github.com/huaweicloudDocs/vpc>, querying pages).
const FULL_PAGES: [usize; 2] = [1000, 2000];

/// OpenStack's own documents have the same keys at their top; their rows have some that this vendor's never have.
pub(super) fn is_foreign(said: &wire::Response<'_>) -> bool {
    let group = |row: &wire::Group<'_>| {
        !row.revision.is_empty() || !row.stateful.is_empty() || row.rules.iter().flatten().any(rule)
    };
    said.groups.iter().chain([&said.group]).any(group)
        || said.rules.iter().chain([&said.rule]).any(rule)
        || said.ports.iter().chain([&said.port]).any(|row| !row.revision.is_empty())
        || said.subnets.iter().chain([&said.subnet]).any(|row| !row.revision.is_empty())
        || said.lists.iter().chain([&said.list]).any(|row| row.foreign.is_some())
}

fn rule(row: &wire::Rule<'_>) -> bool {
    !row.revision.is_empty()
}

/// Quotas of version 1.
pub(super) fn quotas(said: &wire::Quotas<'_>) -> Quotas {
    let of = |kind: &str| {
        let quota = said.resources.iter().find(|one| one.kind == kind)?.quota?;
        u32::try_from(quota).ok()
    };
    Quotas { groups: of("securityGroup"), ..Quotas::default() }
}

/// Quotas of version 3.
pub(super) fn quota(said: &wire::Quota<'_>) -> Quotas {
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let composite = [&said.composite_in, &said.composite_out, &said.composite_in_v6, &said.composite_out_v6];
    Quotas {
        rules_per_group: number(&said.rules_per_group),
        groups_per_interface: number(&said.groups_per_interface),
        members_per_group: number(&said.members_per_group),
        groups: number(&said.groups),
        composite_rules: composite.into_iter().filter_map(|text| number(text)).min(),
        ..Quotas::default()
    }
}

impl Reader<'_> {
    /// Notes the page of a listing; a response about one object is none.
    pub(super) fn page(&mut self, said: &wire::Response<'_>, kind: Kind, asked: Option<&str>) {
        let Some(rows) = said.listed(kind) else { return };
        let linked =
            [&said.group_links, &said.rule_links, &said.port_links, &said.server_links, &said.peering_links];
        let next_link = linked.into_iter().flatten().any(|link| link.rel == "next");
        let total = said.total.or(said.count);
        let three = said.page != wire::PageInfo::default();
        // Listings that count name a next page even after the last one.
        let next = match total {
            Some(_) => false,
            None if three && !kind.always_names_a_next_page() => !said.page.next.is_empty(),
            None => next_link || FULL_PAGES.contains(&rows.len()),
        };
        let version = if three { Version::Three } else { Version::Old };
        let project = rows.iter().map(|row| row.project).find(|project| !project.is_empty());
        let page = PageRow {
            project: self.text(project.unwrap_or_default()),
            ids: rows.iter().filter(|_| total.is_some()).map(|row| self.text(row.id)).collect(),
            marker: self.text(&said.page.next),
            asked: self.text(asked.unwrap_or_default()),
            wrapped: asked.is_some(),
            lost: said.page.count.parse().is_ok_and(|count: usize| count > rows.len()),
            kind,
            version,
            total,
            next,
            origin: self.origin,
        };
        self.batch.pages.push(page);
    }

    pub(super) fn failure(&mut self, said: &wire::Response<'_>, api: &str) {
        let pairs = [
            (&said.error_code, &said.error_message),
            (&said.camel_code, &said.camel_message),
            (&said.neutron.kind, &said.neutron.message),
            (&said.nested.code, &said.nested.message),
            (&said.code, &said.message),
        ];
        let found = pairs.into_iter().find(|(code, message)| !code.is_empty() || !message.is_empty());
        let (code, message) = found.map_or(("", ""), |(code, message)| (code.as_ref(), message.as_ref()));
        // A trial run that passed is no error.
        if code == "SYS.0202" {
            return;
        }
        let row = FailureRow {
            code: self.text(code),
            message: self.text(message),
            api: self.text(api),
            kind: None,
            origin: self.origin,
        };
        self.batch.failures.push(row);
    }
}

/// A row of a listing, whatever it lists.
struct Listed<'r> {
    id: &'r str,
    project: &'r str,
}

impl wire::Response<'_> {
    /// The rows of a listing; nothing for a response about one object.
    fn listed(&self, kind: Kind) -> Option<Vec<Listed<'_>>> {
        macro_rules! rows {
            ($one:ident, $rows:expr, $($project:ident).+) => {{
                let shown = self.$one != Default::default();
                let rows = $rows.iter().map(|row| Listed { id: &row.id, project: &row.$($project).+ });
                (!shown).then(|| rows.collect())
            }};
        }
        macro_rules! lists {
            ($rows:expr) => {
                Some($rows.iter().map(|row| Listed { id: &row.id, project: &row.project }).collect())
            };
        }
        match kind {
            Kind::Nats => lists!(self.nats),
            Kind::Sources => lists!(self.sources),
            Kind::Forwards => lists!(self.forwards),
            Kind::Balancers => lists!(self.balancers),
            Kind::Listeners => lists!(self.listeners),
            Kind::Pools => lists!(self.pools),
            Kind::Members => lists!(self.members),
            Kind::OldFirewalls => lists!(self.old_firewalls),
            Kind::OldPolicies => lists!(self.old_policies),
            Kind::OldEntries => lists!(self.old_entries),
            Kind::Groups => rows!(group, self.groups, project),
            Kind::Rules => rows!(rule, self.rules, project),
            Kind::Ports => rows!(port, self.ports, tenant),
            Kind::Servers => rows!(server, self.servers, project),
            Kind::Networks => rows!(network, self.networks, project),
            Kind::Subnets if self.virsubnet != wire::Subnet::default() => None,
            Kind::Subnets if self.virsubnets.is_empty() => rows!(subnet, self.subnets, tenant),
            Kind::Subnets => rows!(subnet, self.virsubnets, project),
            Kind::RouteTables => rows!(table, self.tables, project),
            Kind::Peerings => rows!(peering, self.peerings, request.project),
            Kind::PublicAddresses => rows!(public, self.publics, project),
            Kind::Firewalls => rows!(firewall, self.firewalls, project),
            Kind::AddressGroups => rows!(list, self.lists, project),
            Kind::Quotas | Kind::Nothing | Kind::Failure => None,
        }
    }
}
