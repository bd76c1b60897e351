//! Ports, servers and public addresses.

use portreeve_model::{Address, PowerState, Text};

use super::{Reader, value};
use crate::huawei::row::{Nic, PortRow, PublicRow, ServerRow, Version};
use crate::huawei::wire;

impl Reader<'_> {
    pub(super) fn port(&mut self, said: &wire::Port<'_>) -> bool {
        if said.id.is_empty() {
            return false;
        }
        let version = if said.subnet.is_empty() { Version::Old } else { Version::Three };
        let of_server = said.owner.starts_with("compute:");
        let all = said.fixed.iter().chain(&said.private).map(|one| one.address.as_ref());
        let (mut addresses, mut troubles) = (Vec::new(), Vec::new());
        for text in all.filter(|text| !text.is_empty()) {
            match text.trim().parse() {
                Ok(address) => addresses.push(address),
                Err(_) => troubles.push(format!("`{text}` is not an address")),
            }
        }
        let row = PortRow {
            id: self.text(&said.id),
            server: if of_server { self.text(&said.device) } else { Text::EMPTY },
            network: self.text(&said.vpc),
            subnet: self.either(&said.subnet, &said.network),
            flavour: self.text(&said.flavour),
            groups: said.groups.as_ref().map(|ids| ids.iter().map(|id| self.text(id)).collect()),
            version,
            addresses,
            primary: value::switch(&said.details.primary, false) == Some(true),
            managed: said.owner.starts_with("network:"),
            filtered: value::switch(&said.security, true) != Some(false),
            // A virtual address has no device of its own, and is always told as down.
            down: of_server && (said.status == "DOWN" || value::switch(&said.up, true) == Some(false)),
            trouble: troubles.join("; "),
            origin: self.origin,
        };
        self.batch.ports.push(row);
        true
    }

    pub(super) fn server(&mut self, said: &wire::Server<'_>) -> bool {
        if said.id.is_empty() {
            return false;
        }
        let os = self.either(&said.metadata.image, &said.metadata.os);
        // Without ids there are only names, which are not unique.
        let groups = said.groups.as_ref().filter(|groups| groups.iter().all(|one| !one.id.is_empty()));
        let row = ServerRow {
            id: self.text(&said.id),
            name: self.text(&said.name),
            os,
            flavour: self.text(&said.flavour.id),
            network: self.text(&said.metadata.vpc),
            groups: groups.map(|groups| groups.iter().map(|one| self.text(&one.id)).collect()),
            nics: self.nics(&said.addresses),
            state: state(&said.status),
            origin: self.origin,
        };
        self.batch.servers.push(row);
        true
    }

    /// The interfaces that the addresses of a server belong to. An elastic address is shown beside the fixed ones, and
    /// stands for the first IPv4 address of its port
    /// (<https://github.com/huaweicloudDocs/ecs>, details of servers).
    fn nics(&mut self, said: &[wire::ServerAddress<'_>]) -> Vec<Nic> {
        let mut nics: Vec<Nic> = Vec::new();
        for one in said.iter().filter(|one| one.kind != "floating") {
            let Ok(private) = one.address.trim().parse() else { continue };
            let port = self.text(&one.port);
            let address = Address { private, public: None };
            match nics.iter_mut().find(|nic| nic.port == port) {
                Some(nic) => nic.addresses.push(address),
                None => nics.push(Nic { port, addresses: vec![address], primary: one.primary }),
            }
        }
        for one in said.iter().filter(|one| one.kind == "floating") {
            let Ok(public) = one.address.trim().parse() else { continue };
            let port = self.text(&one.port);
            let nic = nics.iter_mut().find(|nic| nic.port == port);
            let address = nic.and_then(|nic| nic.addresses.iter_mut().find(|one| one.private.is_ipv4()));
            if let Some(address) = address {
                address.public = Some(public);
            }
        }
        nics
    }

    pub(super) fn public(&mut self, said: &wire::PublicAddress<'_>) -> bool {
        let Ok(public) = said.public.trim().parse() else { return false };
        let held = if said.holder_kind == "PORT" { said.holder.as_ref() } else { "" };
        let port = [said.port.as_ref(), said.vnic.port.as_ref(), held].into_iter().find(|id| !id.is_empty());
        let private = if said.private.is_empty() { &said.vnic.private } else { &said.private };
        let row = PublicRow {
            id: self.text(&said.id),
            status: self.text(&said.status),
            port: self.text(port.unwrap_or_default()),
            public,
            private: private.trim().parse().ok(),
            origin: self.origin,
        };
        self.batch.publics.push(row);
        true
    }
}

/// <https://github.com/huaweicloudDocs/ecs>, server states.
fn state(status: &str) -> PowerState {
    match status {
        "ACTIVE" | "REBOOT" | "HARD_REBOOT" => PowerState::Running,
        "SHUTOFF" | "SHELVED" | "SHELVED_OFFLOADED" => PowerState::Stopped,
        _ => PowerState::Unknown,
    }
}
