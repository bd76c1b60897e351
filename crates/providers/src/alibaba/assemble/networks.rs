//! VPCs, vSwitches and network ACLs.

use portreeve_model::{Acl, AclIx, Estate, Network, NetworkIx, Otherwise, Rule, Subnet, SubnetIx, Text};

use super::{Account, Conflict, Translation, rules, slot};
use crate::alibaba::profile::ACL_EXEMPT;
use crate::alibaba::row::{AclRow, NetworkRow, SubnetRow, Trouble};

/// What is known of a vSwitch beside its row in the estate.
#[derive(Debug, Default)]
pub(super) struct SubnetFacts {
    mine: bool,
    /// Whether a document describes it.
    told: bool,
    /// The ACL that names it as bound.
    bound: Text,
}

/// What is known of a network ACL beside its row in the estate.
#[derive(Debug, Default)]
pub(super) struct AclFacts {
    mine: bool,
    /// Its entries by direction, once a response shows them.
    entries: [Option<Vec<Rule>>; 2],
    open: Option<Trouble>,
}

impl Account {
    /// The network of an id; nothing for the empty one. A network that nobody describes has no blocks.
    pub(super) fn network_ix(&mut self, estate: &mut Estate, id: Text) -> Option<NetworkIx> {
        if id.is_empty() {
            return None;
        }
        let row = *self.networks.entry(id).or_insert_with(|| {
            estate.networks.push(Network { id, name: Text::EMPTY, blocks: Box::default() });
            estate.networks.len() - 1
        });
        Some(NetworkIx::new(row))
    }

    pub(super) fn add_network(&mut self, estate: &mut Estate, said: NetworkRow, to: &Translation<'_>) {
        let id = to.text(said.id);
        let Some(ix) = self.network_ix(estate, id) else { return };
        let owner = to.text(said.owner);
        if !owner.is_empty() {
            self.owners.insert(owner);
        }
        if let Some(network) = estate.networks.get_mut(ix.at()) {
            network.name = to.text(said.name);
            if !network.blocks.is_empty() && *network.blocks != *said.blocks {
                self.conflicts.push(Conflict::new(id, "the blocks of this VPC"));
            }
            network.blocks = said.blocks.into();
        }
        if let Some(trouble) = to.trouble(said.trouble) {
            self.told.push((id, trouble));
        }
    }

    /// The subnet of an id; nothing for the empty one.
    pub(super) fn subnet_ix(&mut self, estate: &mut Estate, id: Text, network: Text) -> Option<SubnetIx> {
        if id.is_empty() {
            return None;
        }
        if let Some(row) = self.subnets.get(&id) {
            return Some(SubnetIx::new(*row));
        }
        let network = self.network_ix(estate, network);
        let row = estate.subnets.len();
        self.subnets.insert(id, row);
        estate.subnets.push(Subnet {
            id,
            name: Text::EMPTY,
            network,
            blocks: Box::default(),
            acl_id: Text::EMPTY,
            acl: None,
            route_table: Text::EMPTY,
            acl_known: false,
        });
        if let Some(facts) = slot(&mut self.subnet_facts, row) {
            facts.mine = true;
        }
        Some(SubnetIx::new(row))
    }

    pub(super) fn add_subnet(&mut self, estate: &mut Estate, said: SubnetRow, to: &Translation<'_>) {
        let id = to.text(said.id);
        let network = to.text(said.network);
        let Some(ix) = self.subnet_ix(estate, id, network) else { return };
        let network = self.network_ix(estate, network);
        let (Some(subnet), Some(facts)) =
            (estate.subnets.get_mut(ix.at()), self.subnet_facts.get_mut(ix.at()))
        else {
            return;
        };
        let acl = said.acl.map(|acl| to.text(acl));
        let blocks = said.blocks.into_boxed_slice();
        let route_table = to.text(said.route_table);
        if facts.told && (subnet.blocks != blocks || acl.is_some_and(|acl| acl != subnet.acl_id)) {
            self.conflicts.push(Conflict::new(id, "this vSwitch"));
        }
        facts.told = true;
        subnet.name = to.text(said.name);
        subnet.network = network.or(subnet.network);
        subnet.blocks = blocks;
        if !route_table.is_empty() {
            subnet.route_table = route_table;
        }
        if let Some(acl) = acl {
            (subnet.acl_id, subnet.acl_known) = (acl, true);
        }
        if let Some(trouble) = to.trouble(said.trouble) {
            self.told.push((id, trouble));
        }
    }

    pub(super) fn add_acl(&mut self, estate: &mut Estate, said: AclRow, to: &Translation<'_>) {
        let id = to.text(said.id);
        let row = *self.acls.entry(id).or_insert_with(|| {
            estate.acls.push(Acl {
                id,
                name: Text::EMPTY,
                stateful: false,
                entries: Vec::new(),
                ingress: Otherwise::Deny,
                egress: Otherwise::Deny,
                exempt: ACL_EXEMPT,
                incomplete: None,
                origin: None,
            });
            estate.acls.len() - 1
        });
        for subnet in said.subnets {
            let ix = self.subnet_ix(estate, to.text(subnet), Text::EMPTY);
            if let Some(facts) = ix.and_then(|ix| self.subnet_facts.get_mut(ix.at())) {
                facts.bound = id;
            }
        }
        let (Some(acl), Some(facts)) = (estate.acls.get_mut(row), slot(&mut self.acl_facts, row)) else {
            return;
        };
        facts.mine = true;
        acl.name = to.text(said.name);
        let said_at = said.origin;
        for (known, said) in facts.entries.iter_mut().zip(said.entries) {
            let Some(mut said) = said else { continue };
            to.rules(&mut said);
            // Entries are compared with those of another document.
            for entry in &mut said {
                entry.id = estate.texts.united(entry.id);
            }
            let ids = |rules: &[Rule]| {
                rules.iter().map(|rule| Rule { gap: None, ..rule.clone() }).collect::<Vec<_>>()
            };
            if known.as_ref().is_some_and(|known| ids(known) != ids(&said)) {
                let conflict = Conflict::new(id, "the entries of this network ACL");
                self.conflicts.push(conflict.between(acl.origin, Some(said_at)));
            }
            *known = Some(said);
        }
        acl.origin = Some(said_at);
        facts.open = to.trouble(said.open);
    }

    pub(super) fn finish_networks(&mut self, estate: &mut Estate) {
        for row in 0..self.acl_facts.len() {
            self.finish_acl(estate, row);
        }
        for (row, facts) in self.subnet_facts.iter().enumerate().filter(|(_, facts)| facts.mine) {
            let Some(subnet) = estate.subnets.get_mut(row) else { continue };
            if !facts.bound.is_empty() {
                if subnet.acl_known && subnet.acl_id != facts.bound {
                    let which = "what the vSwitch says is used";
                    self.conflicts.push(Conflict {
                        which,
                        ..Conflict::new(subnet.id, "the network ACL of this vSwitch")
                    });
                }
                if !subnet.acl_known {
                    (subnet.acl_id, subnet.acl_known) = (facts.bound, true);
                }
            }
            subnet.acl = self.acls.get(&subnet.acl_id).map(|row| AclIx::new(*row));
        }
    }

    fn finish_acl(&mut self, estate: &mut Estate, row: usize) {
        let Some(facts) = self.acl_facts.get_mut(row).filter(|facts| facts.mine) else { return };
        let shown = facts.entries.iter().all(Option::is_some);
        let open = facts.open;
        let mut entries: Vec<Rule> = facts.entries.iter_mut().filter_map(Option::take).flatten().collect();
        let Some(id) = estate.acls.get(row).map(|acl| acl.id) else { return };
        // Entries have an order, so they are never united with others; only their positions are counted.
        rules::count(&mut entries);
        self.resolve_rules(estate, id, &mut entries);
        let incomplete = if shown {
            open.map(|trouble| self.trouble_gap(estate, id, trouble))
        } else {
            let name = estate.text(id).to_owned();
            let what = format!(
                "entries of network ACL {name} are not in the input: run `aliyun vpc DescribeNetworkAclAttributes \
                 --NetworkAclId {name}`"
            );
            Some(self.gap(estate, name, what))
        };
        if let Some(acl) = estate.acls.get_mut(row) {
            (acl.entries, acl.incomplete) = (entries, incomplete);
        }
    }
}
