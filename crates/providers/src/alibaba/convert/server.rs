//! Servers, their interfaces and their public addresses.

use std::borrow::Cow;
use std::net::IpAddr;

use portreeve_model::{Address, Instance, PowerState, Text};
use smallvec::SmallVec;

use super::{Reader, first, region_of_zone, value};
use crate::alibaba::kind::Kind;
use crate::alibaba::row::{Binding, InstanceRow, InterfaceRow, Source, Tagged, Trouble, Weight};
use crate::alibaba::wire;
use crate::json::{Cursor, Step, Value};

impl Reader<'_> {
    pub(super) fn instances(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::Instances, b"Instances", |reader, cursor| {
            let said = wire::Instance::read(cursor)?;
            Ok(Some(reader.instance(&said)))
        })?;
        Ok(())
    }

    /// Gives the server's region.
    fn instance(&mut self, said: &wire::Instance<'_>) -> Text {
        let region = self.texts.intern(&said.region);
        if said.id.is_empty() {
            self.remark("a row has no InstanceId and was left out".to_owned(), Weight::Unread);
            return region;
        }
        let id = self.texts.push(&said.id);
        let instance = Instance {
            id,
            name: self.batch.names.push(&said.name),
            os: self.texts.intern(first(&[&said.os_name_en, &said.os_name, &said.os_type])),
            region,
            flavour: self.texts.intern(&said.flavour),
            state: state(&said.status),
            origin: Some(self.origin),
        };
        let mut private = 0;
        for interface in &said.interfaces {
            private += self.instance_interface(said, id, interface);
        }
        if said.interfaces.is_empty() {
            private += self.implied_interface(said, id);
        }
        self.batch.instances.push(InstanceRow { instance, plain: private == 1 });
        self.instance_publics(said, id);
        self.tags(id, Tagged::Instance, &said.tags);
        region
    }

    /// Gives how many addresses the primary interface has, and 0 for others.
    fn instance_interface(
        &mut self,
        said: &wire::Instance<'_>,
        instance: Text,
        interface: &wire::InstanceInterface<'_>,
    ) -> usize {
        // The only interface is the primary one, whether or not the response says so.
        let primary = interface.kind.eq_ignore_ascii_case("primary")
            || (interface.kind.is_empty() && said.interfaces.len() == 1);
        let mut addresses = Addresses::default();
        addresses.add(&interface.address, "");
        for private in &interface.addresses {
            // The primary address is told twice.
            if private.address != interface.address || !private.public.address.is_empty() {
                addresses.add(&private.address, &private.public.address);
            }
        }
        addresses.add_v6(&interface.addresses_v6);
        let trouble = self.prefixes(&mut addresses, &interface.prefixes, &interface.prefixes_v6);
        let groups = if primary { self.group_list(said.groups.as_deref()) } else { None };
        let row = InterfaceRow {
            id: self.texts.push(&interface.id),
            instance,
            network: self.texts.intern(&said.network.network),
            // A secondary interface may stand in another subnet of the same VPC.
            subnet: if primary { self.texts.intern(&said.network.subnet) } else { Text::EMPTY },
            groups,
            addresses: addresses.list.as_slice().into(),
            primary,
            managed: false,
            down: false,
            source: Source::Instances,
            trouble: trouble.or_else(|| self.unread(&interface.id, addresses.unread)),
            origin: self.origin,
        };
        let count = row.addresses.len();
        self.interface_row(row);
        if primary { count } else { 0 }
    }

    /// A server without a list of interfaces still has its primary one, with what the server's own fields say.
    fn implied_interface(&mut self, said: &wire::Instance<'_>, instance: Text) -> usize {
        let mut addresses = Addresses::default();
        for text in said.network.addresses.iter().chain(&said.inner) {
            addresses.add(text, "");
        }
        let groups = self.group_list(said.groups.as_deref());
        let row = InterfaceRow {
            id: self.texts.intern(&format!("{}#primary", said.id)),
            instance,
            network: self.texts.intern(&said.network.network),
            subnet: self.texts.intern(&said.network.subnet),
            groups,
            addresses: addresses.list.as_slice().into(),
            primary: true,
            managed: false,
            down: false,
            source: Source::Server,
            trouble: self.unread(&said.id, addresses.unread),
            origin: self.origin,
        };
        let count = row.addresses.len();
        self.batch.interfaces.push(row);
        count
    }

    /// The public addresses that a server's own fields tell. In a classic network they stand on an interface of their
    /// own; in a VPC they are translated to the primary private address.
    fn instance_publics(&mut self, said: &wire::Instance<'_>, holder: Text) {
        let classic = said.network_type.eq_ignore_ascii_case("classic");
        let visible = if classic { self.texts.intern("classic") } else { Text::EMPTY };
        let publics = said.public.iter().chain(std::iter::once(&said.eip.address));
        for public in publics.filter_map(|text| value::address(text)) {
            self.batch.bindings.push(Binding { public, private: None, holder, visible, expected: true });
        }
    }

    pub(super) fn interfaces(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::Interfaces, b"NetworkInterfaceSets", |reader, cursor| {
            let said = wire::Interface::read(cursor)?;
            let region = reader.texts.intern(region_of_zone(&said.zone));
            reader.interface(&said);
            Ok(Some(region))
        })?;
        Ok(())
    }

    fn interface(&mut self, said: &wire::Interface<'_>) {
        let mut addresses = Addresses::default();
        addresses.add(&said.address, &said.public.address);
        for private in &said.addresses {
            addresses.add(&private.address, &private.public.address);
        }
        addresses.add_v6(&said.addresses_v6);
        let trouble = self.prefixes(&mut addresses, &said.prefixes, &said.prefixes_v6);
        let owner = self.texts.intern(&said.owner);
        if !owner.is_empty() && !self.batch.owners.contains(&owner) {
            self.batch.owners.push(owner);
        }
        let row = InterfaceRow {
            id: self.texts.push(&said.id),
            instance: self.texts.push(&said.instance),
            network: self.texts.intern(&said.network),
            subnet: self.texts.intern(&said.subnet),
            groups: self.group_list(said.groups.as_deref()),
            addresses: addresses.list.as_slice().into(),
            primary: said.kind.eq_ignore_ascii_case("primary"),
            managed: said.managed,
            down: is_down(&said.status),
            source: Source::Interfaces,
            trouble: trouble.or_else(|| self.unread(&said.id, addresses.unread)),
            origin: self.origin,
        };
        self.interface_row(row);
    }

    fn interface_row(&mut self, row: InterfaceRow) {
        if row.id.is_empty() {
            self.remark("an interface has no NetworkInterfaceId and was left out".to_owned(), Weight::Unread);
        } else {
            self.batch.interfaces.push(row);
        }
    }

    fn group_list(&mut self, ids: Option<&[Cow<'_, str>]>) -> Option<u32> {
        let list: SmallVec<[Text; 8]> = ids?.iter().map(|id| self.texts.intern(id)).collect();
        Some(self.batch.group_list(&list))
    }

    /// Prefixes that an interface owns count as its addresses; those too large to list are told.
    fn prefixes(
        &mut self,
        addresses: &mut Addresses,
        v4: &[wire::Delegated<'_>],
        v6: &[wire::Delegated<'_>],
    ) -> Option<Trouble> {
        let mut trouble = None;
        for text in v4.iter().map(|one| &one.prefix).chain(v6.iter().map(|one| &one.prefix_v6)) {
            if let Some(all) = value::prefix(text).and_then(value::addresses_of) {
                for address in all {
                    addresses.push(address, None);
                }
            } else {
                let what = format!("addresses of its prefix `{text}` are not counted as its own");
                trouble = Some(self.trouble(what));
            }
        }
        trouble
    }

    fn unread(&mut self, id: &str, text: Option<String>) -> Option<Trouble> {
        text.map(|text| self.trouble(format!("`{text}`, an address of `{id}`, is not an IP address")))
    }

    pub(super) fn eips(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::Eips, b"EipAddresses", |reader, cursor| {
            let said = wire::Eip::read(cursor)?;
            reader.eip(&said);
            Ok(Some(reader.texts.intern(&said.region)))
        })?;
        Ok(())
    }

    /// In the mode `NAT` the address is translated at the gateway; in `BINDED` and `MULTI_BINDED` it stands on the
    /// interface (<https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpc-2016-04-28-describeeipaddresses-eips>).
    fn eip(&mut self, said: &wire::Eip<'_>) {
        let Some(public) = value::address(&said.address) else {
            let what = format!("elastic address `{}` is not an IP address and was left out", said.address);
            return self.remark(what, Weight::Unread);
        };
        if said.holder.is_empty() {
            return;
        }
        let translated = said.mode.is_empty() || said.mode.eq_ignore_ascii_case("nat");
        let binding = Binding {
            public,
            private: value::address(&said.private),
            holder: self.texts.push(&said.holder),
            visible: if translated { Text::EMPTY } else { self.texts.intern(&said.mode) },
            expected: matches!(&*said.holder_kind, "EcsInstance" | "NetworkInterface" | ""),
        };
        self.batch.bindings.push(binding);
    }
}

/// The addresses of one interface, each once, in the order they are told.
#[derive(Default)]
struct Addresses {
    list: SmallVec<[Address; 4]>,
    unread: Option<String>,
}

impl Addresses {
    fn add(&mut self, private: &str, public: &str) {
        if private.is_empty() {
            return;
        }
        match value::address(private) {
            Some(private) => self.push(private, value::address(public)),
            None => self.unread = Some(private.to_owned()),
        }
    }

    fn add_v6(&mut self, all: &[wire::Ipv6<'_>]) {
        for one in all {
            self.add(&one.address, "");
        }
    }

    fn push(&mut self, private: IpAddr, public: Option<IpAddr>) {
        let public = public.or_else(|| routable_v6(private));
        match self.list.iter_mut().find(|known| known.private == private) {
            Some(known) => known.public = known.public.or(public),
            None => self.list.push(Address { private, public }),
        }
    }
}

/// A global IPv6 address is its own public address; whether its VPC's gateway gives it bandwidth is not told.
fn routable_v6(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V6(v6) if v6.segments().first().is_some_and(|first| first >> 13 == 1) => Some(address),
        _ => None,
    }
}

/// Interfaces that are attached are `InUse`; one that is not carries no traffic. Words that are not known say nothing.
/// <https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describenetworkinterfaces>
fn is_down(status: &str) -> bool {
    matches!(
        status,
        "Available" | "Creating" | "CreateFailed" | "Detaching" | "Deleting" | "Detached" | "Unattached"
    )
}

fn state(status: &str) -> PowerState {
    match status {
        "Running" | "Starting" => PowerState::Running,
        "Stopped" | "Stopping" => PowerState::Stopped,
        _ => PowerState::Unknown,
    }
}
