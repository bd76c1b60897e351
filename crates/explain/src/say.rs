//! Objects in plain words.

use portreeve_engine::RuleRef;
use portreeve_model::{Acl, Direction, Estate, Group, GroupIx, Hop, Instance, NetworkIx, Rule, Text};

/// Puts the objects of an estate into words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Say<'e>(pub(crate) &'e Estate);

impl Say<'_> {
    /// `sg-1 (web)`, or the id alone where there is no other name.
    pub(crate) fn labelled(self, id: Text, name: Text) -> String {
        let (id, name) = (self.0.text(id), self.0.text(name));
        if name.is_empty() || name == id { id.to_owned() } else { format!("{id} ({name})") }
    }

    pub(crate) fn group(self, ix: GroupIx) -> String {
        let group: &Group = self.0.group(ix);
        self.labelled(group.id, group.name)
    }

    pub(crate) fn network(self, ix: NetworkIx) -> String {
        let network = self.0.network(ix);
        self.labelled(network.id, network.name)
    }

    /// Where a route leads.
    pub(crate) fn hop(self, hop: Hop) -> String {
        match hop {
            Hop::Peering(id) => format!("peering {}", self.0.text(id)),
            Hop::Nat(id) => format!("NAT gateway {}", self.0.text(id)),
            Hop::Internet(id) => format!("internet gateway {}", self.0.text(id)),
            Hop::Other(_, id) => format!("attachment {}", self.0.text(id)),
            Hop::Local => "the network itself".to_owned(),
        }
    }

    pub(crate) fn instance(self, instance: &Instance) -> String {
        self.labelled(instance.id, instance.name)
    }

    pub(crate) fn acl(self, acl: &Acl) -> String {
        self.labelled(acl.id, acl.name)
    }

    /// `rule sgr-1 of sg-1 (web)`.
    pub(crate) fn rule(self, at: RuleRef) -> String {
        let group = self.0.group(at.group);
        let name = group.rules.get(at.rule as usize).map(|rule| self.0.rule_name(group.id, rule));
        format!("rule {} of {}", name.unwrap_or_default(), self.group(at.group))
    }

    /// `entry nae-1 (from-web) of acl-1 (db)`.
    pub(crate) fn entry(self, acl: &Acl, entry: &Rule) -> String {
        let name = self.0.rule_name(acl.id, entry);
        format!("entry {} of {}", self.described(&name, entry.description), self.acl(acl))
    }

    fn described(self, name: &str, description: Text) -> String {
        let description = self.0.text(description);
        if description.is_empty() { name.to_owned() } else { format!("{name} ({description})") }
    }
}

/// `inbound` or `outbound`, as consoles say it.
pub(crate) fn bound(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "inbound",
        Direction::Egress => "outbound",
    }
}
