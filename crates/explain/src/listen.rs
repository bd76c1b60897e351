//! What listens on a server.

use std::net::IpAddr;

use portreeve_model::{InstanceIx, Listener, Protocol};
use portreeve_netset::{AddressSet, Block, IntervalSet, Packet, PacketSet, PortSet, protocol};

use crate::answer::Verdict;
use crate::explainer::Explainer;

impl Explainer<'_> {
    fn listeners(&self, instance: InstanceIx) -> &[Listener] {
        self.host(instance).and_then(|host| host.listeners.as_deref()).unwrap_or(&[])
    }

    /// Whether something takes connections to an address. Protocols without ports need no listener.
    pub(crate) fn listens(&self, instance: InstanceIx, protocol: u8, port: u16, local: IpAddr) -> bool {
        !protocol::has_ports(protocol)
            || self
                .listeners(instance)
                .iter()
                .any(|it| it.protocol == Protocol::Number(protocol) && it.port == port && takes(it, local))
    }

    /// Everything on which something listens, and all protocols without ports.
    pub(crate) fn listening(&self, instance: InstanceIx, local: IpAddr) -> PacketSet {
        let served = self.listeners(instance).iter().filter(|it| takes(it, local)).map(|it| {
            PacketSet::from_block(&Block {
                protocols: match it.protocol {
                    Protocol::All => IntervalSet::full(),
                    Protocol::Number(number) => IntervalSet::single(number),
                },
                ports: PortSet::single(it.port),
                local: AddressSet::all(),
                ..Block::all()
            })
        });
        let portless =
            (0..=u8::MAX).filter(|number| !protocol::has_ports(*number)).map(|number| (number, number));
        let rest = PacketSet::from_block(&Block { protocols: portless.collect(), ..Block::all() });
        PacketSet::union_all(served.chain([rest]))
    }

    /// The listener that only the server itself can reach, where that is the trouble.
    pub(crate) fn loopback_listener(&self, instance: InstanceIx, packet: &Packet) -> Option<&Listener> {
        self.listeners(instance).iter().find(|it| {
            it.protocol == Protocol::Number(packet.protocol)
                && it.port == packet.port
                && it.address.is_some_and(|address| address.is_loopback())
        })
    }

    pub(crate) fn listener_words(&self, instance: InstanceIx, packet: &Packet, verdict: Verdict) -> String {
        let label = protocol::label(packet.protocol);
        if !protocol::has_ports(packet.protocol) {
            return format!("{label} needs no listener");
        }
        let service = format!("{label}/{}", packet.port);
        if verdict == Verdict::Allowed {
            let mut all = self.listeners(instance).iter();
            let found =
                all.find(|it| it.protocol == Protocol::Number(packet.protocol) && it.port == packet.port);
            let program = found.map_or("", |it| self.estate.text(it.program));
            let who = if program.is_empty() { "something" } else { program };
            return format!("{who} listens on {service}");
        }
        match self.loopback_listener(instance, packet).and_then(|it| it.address) {
            Some(address) => format!(
                "what listens on {service} is bound to {address}, which only the server itself reaches"
            ),
            None => format!("nothing listens on {service}"),
        }
    }
}

fn takes(listener: &Listener, local: IpAddr) -> bool {
    match listener.address {
        None => true,
        Some(address) if listener.every || address.is_unspecified() => {
            // A socket bound to `::` takes IPv4 connections as well, unless it was told not to.
            address.is_ipv4() == local.is_ipv4() || address.is_ipv6()
        }
        Some(address) => address == local,
    }
}
