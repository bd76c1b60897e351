//! Network ACLs of version 2.0: groups of ports, policies and rules, each listed by itself.

use portreeve_model::{GapIx, Text};

use super::networks::finish_firewall;
use super::{Account, Finish};
use crate::huawei::kind::Kind;
use crate::huawei::row::{FirewallRow, OldFirewallRow, RuleRow};

impl Account {
    /// They mean what those of version 3 mean: ordered rules that keep state, and the rest is denied
    /// (<https://support.huaweicloud.com/intl/en-us/usermanual-vpc/acl_0001.html>). The ports that they name are those of routers, one
    /// in each subnet.
    pub(super) fn finish_old_firewalls(&self, to: &mut Finish<'_>) {
        for row in &self.old_firewalls.rows {
            let mut missing = None;
            let mut entries: Vec<RuleRow> = Vec::new();
            for (direction, policy) in row.policies.iter().enumerate() {
                self.old_entries_of(to, row.id, *policy, direction, &mut entries, &mut missing);
            }
            let subnets = self.subnets_of(to, row, &mut missing);
            let row = FirewallRow {
                id: row.id,
                name: row.name,
                subnets,
                entries: Some(entries),
                enabled: row.enabled,
                origin: row.origin,
            };
            finish_firewall(to, &row, missing.filter(|_| row.enabled));
        }
    }

    /// The rules of one direction, in the order of its policy; without a policy there are none.
    fn old_entries_of(
        &self,
        to: &mut Finish<'_>,
        owner: Text,
        policy: Text,
        direction: usize,
        entries: &mut Vec<RuleRow>,
        missing: &mut Option<GapIx>,
    ) {
        if policy.is_empty() {
            return;
        }
        let Some(row) = self.old_policies.get(policy) else {
            *missing = Some(lacks(to, owner, policy, Kind::OldPolicies));
            return;
        };
        for id in &row.entries {
            match self.old_entries.get(*id).and_then(|row| row.both.get(direction)) {
                Some(entry) => entries.push(entry.clone()),
                None => *missing = Some(lacks(to, owner, *id, Kind::OldEntries)),
            }
        }
    }

    fn subnets_of(
        &self,
        to: &mut Finish<'_>,
        row: &OldFirewallRow,
        missing: &mut Option<GapIx>,
    ) -> Vec<Text> {
        let mut subnets = Vec::new();
        for port in &row.ports {
            let facts = self.ports.get(*port);
            match facts.and_then(|facts| facts.three.as_ref().or(facts.old.as_ref())) {
                Some(port) if !port.subnet.is_empty() => subnets.push(port.subnet),
                _ => *missing = Some(lacks(to, row.id, *port, Kind::Ports)),
            }
        }
        subnets
    }
}

fn lacks(to: &mut Finish<'_>, owner: Text, part: Text, kind: Kind) -> GapIx {
    let (owner, part) = (to.name(owner), to.name(part));
    let what = format!(
        "{part} of network ACL {owner} is not among the {} of the input: run {}",
        kind.objects(),
        kind.command()
    );
    to.gap(owner, what)
}
