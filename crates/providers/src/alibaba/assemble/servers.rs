//! Servers, interfaces and public addresses.

use std::net::IpAddr;

use portreeve_model::{
    Address, Estate, GapIx, GroupListIx, Instance, InstanceIx, Interface, InterfaceIx, Listing, PowerState,
    Text,
};

use super::{Account, Conflict, Translation, name_of, slot};
use crate::alibaba::row::{Binding, InstanceRow, InterfaceRow, Source};

/// How many addresses are named where many have the same gap.
const NAMED: usize = 3;

/// What is known of a server beside its row in the estate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InstanceFacts {
    mine: bool,
    /// Whether a document describes it, and not only its interfaces.
    told: bool,
    /// Whether its primary interface has one private address only.
    plain: bool,
}

/// What is known of an interface beside its row in the estate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InterfaceFacts {
    source: Option<Source>,
}

impl Account {
    /// The server of an id; nothing for the empty one.
    fn instance_ix(&mut self, estate: &mut Estate, id: Text) -> Option<InstanceIx> {
        if id.is_empty() {
            return None;
        }
        if let Some(row) = self.instances.get(id) {
            return Some(InstanceIx::new(row));
        }
        let row = estate.instances.len();
        self.instances.set(id, row);
        estate.instances.push(Instance {
            id,
            name: Text::EMPTY,
            os: Text::EMPTY,
            region: Text::EMPTY,
            flavour: Text::EMPTY,
            state: PowerState::Unknown,
            origin: None,
        });
        if let Some(facts) = slot(&mut self.instance_facts, row) {
            facts.mine = true;
        }
        Some(InstanceIx::new(row))
    }

    pub(super) fn add_instance(&mut self, estate: &mut Estate, said: &InstanceRow, to: &Translation<'_>) {
        let Some(ix) = self.instance_ix(estate, to.text(said.instance.id)) else { return };
        let (Some(known), Some(facts)) =
            (estate.instances.get_mut(ix.at()), self.instance_facts.get_mut(ix.at()))
        else {
            return;
        };
        *known = Instance {
            id: known.id,
            name: name_of(&estate.texts, known.id, to.name(said.instance.name)),
            os: to.text(said.instance.os),
            flavour: to.text(said.instance.flavour),
            region: to.text(said.instance.region),
            ..said.instance.clone()
        };
        (facts.told, facts.plain) = (true, said.plain);
    }

    /// The numbers, in the estate, of the lists of groups of a batch.
    pub(super) fn add_group_lists(
        &mut self,
        estate: &mut Estate,
        lists: &[Box<[Text]>],
        to: &Translation<'_>,
    ) -> Vec<GroupListIx> {
        let mut numbers = Vec::with_capacity(lists.len());
        for list in lists {
            let list: Box<[Text]> = list.iter().map(|id| to.text(*id)).collect();
            let number = *self.group_lists.entry(list).or_insert_with_key(|list| {
                estate.group_lists.push(list.clone());
                GroupListIx::new(estate.group_lists.len() - 1)
            });
            numbers.push(number);
        }
        numbers
    }

    pub(super) fn add_interface(
        &mut self,
        estate: &mut Estate,
        said: InterfaceRow,
        lists: &[GroupListIx],
        to: &Translation<'_>,
    ) {
        let mut said = InterfaceRow {
            id: to.text(said.id),
            instance: to.text(said.instance),
            network: to.text(said.network),
            subnet: to.text(said.subnet),
            // From here on the number is the estate's.
            groups: said
                .groups
                .and_then(|list| lists.get(list as usize))
                .and_then(|ix| u32::try_from(ix.at()).ok()),
            trouble: to.trouble(said.trouble),
            ..said
        };
        if said.source == Source::Server {
            self.implied.push(said);
            return;
        }
        if let Some(trouble) = said.trouble {
            self.told.push((said.id, trouble));
        }
        let interface = self.interface(estate, &mut said);
        if let Some(row) = self.interfaces.get(said.id) {
            self.unite(estate, row, interface, said.source);
        } else {
            self.push_interface(estate, interface, said.source);
        }
    }

    fn push_interface(&mut self, estate: &mut Estate, interface: Interface, source: Source) {
        let row = estate.interfaces.len();
        self.interfaces.set(interface.id, row);
        estate.interfaces.push(interface);
        if let Some(facts) = slot(&mut self.interface_facts, row) {
            facts.source = Some(source);
        }
    }

    /// Takes the addresses out of the row.
    fn interface(&mut self, estate: &mut Estate, said: &mut InterfaceRow) -> Interface {
        Interface {
            id: said.id,
            instance: self.instance_ix(estate, said.instance),
            network: self.network_ix(estate, said.network),
            subnet: self.subnet_ix(estate, said.subnet, said.network),
            groups: said.groups.map(|list| GroupListIx::new(list as usize)),
            addresses: std::mem::take(&mut said.addresses),
            public_known: false,
            primary: said.primary,
            managed: said.managed,
            filtered: true,
            down: said.down,
            gap: None,
            origin: Some(said.origin),
        }
    }

    /// Takes what tells more of an interface: its own listing before its server's, of two alike the later.
    fn unite(&mut self, estate: &mut Estate, row: usize, mut said: Interface, source: Source) {
        let (Some(known), Some(facts)) = (estate.interfaces.get_mut(row), self.interface_facts.get_mut(row))
        else {
            return;
        };
        let before = facts.source.unwrap_or(source);
        if known.groups.is_some() && said.groups.is_some() && known.groups != said.groups {
            let conflict = Conflict::new(known.id, "the security groups of this interface");
            let which =
                if before == source { conflict.which } else { "what DescribeNetworkInterfaces says is used" };
            self.conflicts.push(Conflict { which, ..conflict }.between(known.origin, said.origin));
        }
        let primary = known.primary || said.primary;
        if source >= before {
            facts.source = Some(source);
            said.groups = said.groups.or(known.groups);
            said.subnet = said.subnet.or(known.subnet);
            *known = said;
        }
        known.primary = primary;
    }

    pub(super) fn finish_servers(&mut self, estate: &mut Estate) {
        self.add_implied(estate);
        self.explain_unknown_groups(estate);
        let primaries = primaries(estate);
        self.bind(estate, &primaries);
        self.judge_publics(estate);
    }

    /// Servers that show no interface get one, unless another document tells of their primary interface.
    fn add_implied(&mut self, estate: &mut Estate) {
        let implied = std::mem::take(&mut self.implied);
        if implied.is_empty() {
            return;
        }
        let primaries = primaries(estate);
        for mut said in implied {
            if let Some(trouble) = said.trouble {
                self.told.push((said.id, trouble));
            }
            let interface = self.interface(estate, &mut said);
            let has = |ix: InstanceIx| primaries.get(ix.at()).copied().flatten().is_some();
            if interface.instance.is_some_and(has) {
                continue;
            }
            match self.interfaces.get(said.id) {
                Some(row) => self.unite(estate, row, interface, said.source),
                None => self.push_interface(estate, interface, said.source),
            }
        }
    }

    fn explain_unknown_groups(&mut self, estate: &mut Estate) {
        for row in 0..self.interface_facts.len() {
            let Some(interface) = estate.interfaces.get(row) else { continue };
            let mine = self.interface_facts.get(row).is_some_and(|facts| facts.source.is_some());
            if !mine || interface.groups.is_some() {
                continue;
            }
            let id = estate.text(interface.id).to_owned();
            let what = format!(
                "security groups of interface {id} are not in the input: run `aliyun ecs DescribeNetworkInterfaces \
                 --NetworkInterfaceId.1 {id}`"
            );
            let gap: GapIx = self.gap(estate, id, what);
            if let Some(interface) = estate.interfaces.get_mut(row) {
                interface.gap = Some(gap);
            }
        }
    }

    /// Ties public addresses to the private ones that they stand for.
    fn bind(&mut self, estate: &mut Estate, primaries: &[Option<InterfaceIx>]) {
        let mut lost: Vec<IpAddr> = Vec::new();
        for binding in std::mem::take(&mut self.bindings) {
            let interface = self.interfaces.get(binding.holder).or_else(|| {
                let instance = self.instances.get(binding.holder)?;
                primaries.get(instance).copied().flatten().map(InterfaceIx::at)
            });
            match interface.and_then(|row| estate.interfaces.get_mut(row)) {
                Some(interface) => bind(interface, &binding),
                None if binding.expected => lost.push(binding.public),
                None => {}
            }
            if !binding.visible.is_empty() && estate.text(binding.visible) != "classic" {
                self.tell_visible(estate, &binding);
            }
        }
        if !lost.is_empty() {
            lost.sort_unstable();
            lost.dedup();
            let names: Vec<String> = lost.iter().take(NAMED).map(|address| format!("`{address}`")).collect();
            let more = if lost.len() > NAMED { ", …" } else { "" };
            let what = format!(
                "{} public address(es) ({}{more}) belong to servers or interfaces that are not in the input: run `aliyun \
                 ecs DescribeInstances` and `aliyun ecs DescribeNetworkInterfaces`",
                lost.len(),
                names.join(", ")
            );
            self.gap(estate, "public addresses", what);
        }
    }

    /// Network ACLs do not filter secondary interfaces in this mode, which the model does not know.
    fn tell_visible(&mut self, estate: &mut Estate, binding: &Binding) {
        let mode = estate.text(binding.visible);
        let what = format!(
            "elastic address {} is in mode `{mode}`: it stands on the interface itself, and network ACLs may not filter it",
            binding.public
        );
        let at = estate.text(binding.holder).to_owned();
        self.gap(estate, at, what);
    }

    /// Decides for each interface whether every public address of it would show.
    fn judge_publics(&self, estate: &mut Estate) {
        let all_listed = estate.coverage.public_addresses == Listing::Complete;
        for (row, facts) in self.interface_facts.iter().enumerate() {
            let (Some(source), Some(interface)) = (facts.source, estate.interfaces.get_mut(row)) else {
                continue;
            };
            let server =
                interface.instance.map(|ix| self.instance_facts.get(ix.at()).copied().unwrap_or_default());
            // A server's own public address shows with the server; that of an interface, with the interface.
            let server_shown = !interface.primary || server.is_none_or(|server| server.told);
            let interface_shown = source == Source::Interfaces
                || (interface.primary && server.is_some_and(|server| server.plain));
            interface.public_known = server_shown && (all_listed || interface_shown);
        }
    }
}

/// The primary interface of each server.
fn primaries(estate: &Estate) -> Vec<Option<InterfaceIx>> {
    let mut primaries = vec![None; estate.instances.len()];
    for (ix, interface) in estate.each_interface().filter(|(_, interface)| interface.primary) {
        let of = interface.instance.and_then(|instance| primaries.get_mut(instance.at()));
        if let Some(of) = of {
            *of = Some(ix);
        }
    }
    primaries
}

/// Ties a public address to one interface: to the private address it names, else to the primary one.
fn bind(interface: &mut Interface, binding: &Binding) {
    let public = Some(binding.public);
    if !binding.visible.is_empty() {
        if !interface.addresses.iter().any(|address| address.private == binding.public) {
            let mut addresses = interface.addresses.to_vec();
            addresses.push(Address { private: binding.public, public });
            interface.addresses = addresses.into();
        }
        return;
    }
    if interface.addresses.iter().any(|address| address.public == public) {
        return;
    }
    let named = interface.addresses.iter_mut().find(|address| match binding.private {
        Some(private) => address.private == private,
        None => address.private.is_ipv4(),
    });
    if let Some(address) = named {
        address.public = public;
        return;
    }
    // The address that it names is not told otherwise: the elastic address is proof of it.
    if let Some(private) = binding.private {
        let mut addresses = interface.addresses.to_vec();
        addresses.push(Address { private, public });
        interface.addresses = addresses.into();
    }
}
