//! Writing a set of packets from the lowest protocol and port upwards.

use crate::packet_set::Ports;
use crate::protocol::{self, ALL_PORTS, PortAxis};
use crate::steps::Steps;
use crate::{Flow, PacketSet};

/// Builds a [`PacketSet`] from flows in ascending order of (protocol, port), in linear time.
///
/// Flows are moved, and joined with their neighbours where they agree. What comes out of order, overlaps what was
/// there before, or narrows a field that the protocol does not have (see [`PacketSet::from_block`]) is not lost: it
/// is united with the rest in the end, which costs more time and gives the same exact set.
///
/// ```
/// use portreeve_netset::{AddressSet, Flow, PacketSet, protocol};
///
/// let mut builder = PacketSet::builder();
/// builder.push((protocol::TCP, protocol::TCP), (22, 22), Flow::Peers(AddressSet::all_v4()));
/// builder.push((protocol::TCP, protocol::TCP), (23, 80), Flow::Peers(AddressSet::all_v4()));
/// let set = builder.finish();
/// assert_eq!(set.to_string(), "tcp 22-80 from 0.0.0.0/0");
/// ```
#[derive(Debug, Default)]
pub struct PacketSetBuilder {
    /// Protocols below the current ones.
    done: Steps<u8, Ports>,
    /// The protocols that are being written.
    current: Option<Run>,
    /// What could not be appended.
    irregular: Vec<PacketSet>,
}

#[derive(Debug)]
struct Run {
    lo: u8,
    hi: u8,
    ports: Ports,
}

impl PacketSetBuilder {
    /// Adds a flow at these protocols and ports, both ranges inclusive; nothing when a range is empty.
    pub fn push(&mut self, protocols: (u8, u8), ports: (u16, u16), flow: Flow) {
        if protocols.0 > protocols.1 || ports.0 > ports.1 || flow.is_empty() {
            return;
        }
        if !is_regular(protocols, ports, &flow) {
            self.irregular.push(normalised(protocols, ports, &flow));
        } else if let Some(run) = self.run_for(protocols, ports.0) {
            run.ports.push(ports.0, ports.1, flow);
        } else {
            self.irregular.push(normalised(protocols, ports, &flow));
        }
    }

    /// The finished set.
    pub fn finish(mut self) -> PacketSet {
        self.flush();
        let regular = PacketSet::from_steps(self.done);
        if self.irregular.is_empty() {
            return regular;
        }
        self.irregular.push(regular);
        PacketSet::union_all(self.irregular)
    }

    /// The run that a flow at `port` can be appended to; `None` when the order does not allow it.
    fn run_for(&mut self, (lo, hi): (u8, u8), port: u16) -> Option<&mut Run> {
        match &self.current {
            Some(run) if run.lo == lo && run.hi == hi => {
                if run.ports.last_point().is_some_and(|last| port <= last) {
                    return None;
                }
            }
            Some(run) if lo <= run.hi => return None,
            _ => {
                self.flush();
                self.current = Some(Run { lo, hi, ports: Steps::empty() });
            }
        }
        self.current.as_mut()
    }

    fn flush(&mut self) {
        if let Some(Run { lo, hi, ports }) = self.current.take() {
            self.done.push(lo, hi, ports);
        }
    }
}

/// Whether each of the protocols has the fields that are narrowed.
fn is_regular(protocols: (u8, u8), ports: (u16, u16), flow: &Flow) -> bool {
    let open = flow.ignores_source_ports();
    if ports == ALL_PORTS && open {
        return true;
    }
    (protocols.0..=protocols.1).all(|protocol| match protocol::port_axis(protocol) {
        PortAxis::Ports => true,
        PortAxis::TypesAndCodes => open,
        PortAxis::Nothing => false,
    })
}

/// The same with fields left open that the protocols do not have.
fn normalised(protocols: (u8, u8), ports: (u16, u16), flow: &Flow) -> PacketSet {
    let mut out = Steps::empty();
    for ((lo, hi), axis) in protocol::axis_runs(protocols) {
        let at_ports = match axis {
            PortAxis::Ports => Steps::single(ports.0, ports.1, flow.clone()),
            PortAxis::TypesAndCodes => Steps::single(ports.0, ports.1, flow.project_source_ports()),
            PortAxis::Nothing => Steps::single(ALL_PORTS.0, ALL_PORTS.1, flow.project_source_ports()),
        };
        out.push(lo, hi, at_ports);
    }
    PacketSet::from_steps(out)
}
