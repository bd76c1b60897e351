//! One finding as JSON.

use std::net::IpAddr;

use portreeve_checks::{Finding, Server, Traffic};
use portreeve_model::{Direction, Estate, Group, Interface, Text};
use portreeve_netset::protocol::{self, PortAxis};
use portreeve_netset::{AddressSet, Cidr, Packet};
use serde::{Serialize, Serializer};

use crate::report::Entry;
use crate::words::{ports, protocol_name, source_port_matters};
use crate::{Report, Status};

/// A finding.
#[derive(Serialize)]
pub(super) struct FindingRow<'a> {
    fingerprint: String,
    item: &'a str,
    risk: &'static str,
    certainty: &'static str,
    exposure: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<WaiverRow<'a>>,
    security_group: Option<GroupRow<'a>>,
    servers: Servers<'a>,
    traffic: Vec<TrafficRow<'a>>,
    rules: Rules<'a>,
    witness: Option<WitnessRow>,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    suggestion: &'a str,
    /// Positions in the list of gaps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<usize>,
}

impl<'a> FindingRow<'a> {
    pub(super) fn of(report: Report<'a>, entry: Entry<'a>) -> Self {
        let Entry { finding, item, status, .. } = entry;
        let direction = report.direction(finding);
        Self {
            fingerprint: finding.fingerprint.to_string(),
            item: &item.id,
            risk: item.risk.as_str(),
            certainty: finding.certainty.as_str(),
            exposure: finding.exposure.as_str(),
            status: status.as_str(),
            waiver: match status {
                Status::Waived { reason, until } => Some(WaiverRow { reason, until }),
                _ => None,
            },
            security_group: group_row(report.estate, finding),
            servers: Servers { estate: report.estate, servers: &finding.servers },
            traffic: finding.traffic.iter().map(|traffic| TrafficRow::of(traffic, direction)).collect(),
            rules: Rules { report, finding },
            witness: finding.witness.map(|packet| WitnessRow::of(report, finding, &packet)),
            detail: &finding.detail,
            suggestion: &finding.suggestion,
            gaps: finding.gaps.iter().map(|gap| gap.at()).collect(),
        }
    }
}

#[derive(Serialize)]
struct WaiverRow<'a> {
    reason: &'a str,
    until: &'a str,
}

/// A group.
#[derive(Serialize)]
struct GroupRow<'a> {
    id: &'a str,
    name: &'a str,
    vpc: Option<&'a str>,
    region: Option<&'a str>,
    managed: bool,
}

/// The group of a finding, if it has one.
fn group_row<'a>(estate: &'a Estate, finding: &Finding) -> Option<GroupRow<'a>> {
    let group: &Group = estate.groups.get(finding.group?.at())?;
    let network = group.network.and_then(|ix| estate.networks.get(ix.at()));
    Some(GroupRow {
        id: estate.text(group.id),
        name: estate.text(group.name),
        vpc: network.map(|network| estate.text(network.id)),
        region: said(estate, group.region),
        managed: group.managed,
    })
}

/// A text that the documents may leave out.
fn said(estate: &Estate, text: Text) -> Option<&str> {
    (!text.is_empty()).then(|| estate.text(text))
}

/// The servers of a finding, written one by one: there may be a million.
struct Servers<'a> {
    estate: &'a Estate,
    servers: &'a [Server],
}

#[derive(Serialize)]
struct ServerRow<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    interface: &'a str,
    state: &'static str,
    because: &'a str,
}

impl Serialize for Servers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let estate = self.estate;
        serializer.collect_seq(self.servers.iter().filter_map(|server| {
            let interface: &Interface = estate.interfaces.get(server.interface.at())?;
            let instance = interface.instance.and_then(|ix| estate.instances.get(ix.at()));
            Some(ServerRow {
                id: instance.map(|instance| estate.text(instance.id)),
                name: instance.map(|instance| estate.text(instance.name)),
                interface: estate.text(interface.id),
                state: server.state.as_str(),
                because: &server.because,
            })
        }))
    }
}

#[derive(Serialize)]
struct TrafficRow<'a> {
    protocol: std::borrow::Cow<'static, str>,
    ports: String,
    from: Prefixes<'a>,
    direction: &'static str,
}

impl<'a> TrafficRow<'a> {
    fn of(traffic: &'a Traffic, direction: Direction) -> Self {
        Self {
            protocol: protocol_name(traffic.protocol),
            ports: ports(traffic.protocol, &traffic.ports),
            from: Prefixes(&traffic.peers),
            direction: direction.as_str(),
        }
    }
}

/// The fewest prefixes that cover a set.
struct Prefixes<'a>(&'a AddressSet);

impl Serialize for Prefixes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.cidrs().into_iter().map(Prefix))
    }
}

/// A prefix in the usual notation, without a string in between.
struct Prefix(Cidr);

impl Serialize for Prefix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The names of the rules of a finding.
struct Rules<'a> {
    report: Report<'a>,
    finding: &'a Finding,
}

impl Serialize for Rules<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.report.rules(self.finding);
        serializer.collect_seq(names.map(|(group, rule)| self.report.estate.rule_name(group.id, rule)))
    }
}

#[derive(Serialize)]
struct WitnessRow {
    from: Option<IpAddr>,
    to: Option<IpAddr>,
    protocol: std::borrow::Cow<'static, str>,
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icmp_type: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icmp_code: Option<u8>,
}

impl WitnessRow {
    fn of(report: Report<'_>, finding: &Finding, packet: &Packet) -> Self {
        // Without a server at risk the own side has no address to name.
        let local = (!packet.local.is_unspecified()).then_some(packet.local);
        let (from, to) = match report.direction(finding) {
            Direction::Ingress => (Some(packet.peer), local),
            Direction::Egress => (local, Some(packet.peer)),
        };
        let axis = protocol::port_axis(packet.protocol);
        let icmp = (axis == PortAxis::TypesAndCodes).then(|| protocol::icmp_type_and_code(packet.port));
        Self {
            from,
            to,
            protocol: protocol_name(Some(packet.protocol)),
            port: (axis == PortAxis::Ports).then_some(packet.port),
            source_port: source_port_matters(report, finding).then_some(packet.source_port),
            icmp_type: icmp.map(|(kind, _)| kind),
            icmp_code: icmp.map(|(_, code)| code),
        }
    }
}
