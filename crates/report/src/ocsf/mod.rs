//! OCSF 1.3 Compliance Finding events, one JSON object to a line: <https://schema.ocsf.io/1.3.0/classes/compliance_finding>.
//!
//! Only attributes of that class are used; what it has no place for stands in `unmapped`.

use std::io::{self, Write};

use portreeve_checks::{Certainty, Finding, Risk, ServerState};
use portreeve_model::{Estate, Text};
use serde::Serialize;

use crate::format::Out;
use crate::report::Entry;
use crate::words::{rule, subject, traffic, witness};
use crate::{Options, Report, Status, escape};

/// Servers and rules that an event names: events have a limit of size in most lakes.
const NAMED: usize = 100;

/// Writes each finding as an event.
pub(crate) fn write(report: &Report<'_>, out: &mut Out<'_>, options: &Options) -> io::Result<()> {
    for entry in report.entries() {
        serde_json::to_writer(&mut *out, &Event::of(*report, entry, options.time_ms))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Event<'a> {
    activity_id: u8,
    activity_name: &'static str,
    category_uid: u8,
    category_name: &'static str,
    class_uid: u16,
    class_name: &'static str,
    type_uid: u32,
    type_name: &'static str,
    time: i64,
    severity_id: u8,
    severity: &'static str,
    status_id: u8,
    status: &'static str,
    confidence_id: u8,
    confidence: &'static str,
    message: String,
    metadata: Metadata,
    cloud: Cloud<'a>,
    finding_info: Info<'a>,
    compliance: Compliance<'a>,
    remediation: Remediation<'a>,
    resources: Vec<Resource<'a>>,
    unmapped: Unmapped,
}

#[derive(Serialize)]
struct Metadata {
    version: &'static str,
    profiles: [&'static str; 1],
    product: Product,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Cloud<'a> {
    provider: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    region: &'a str,
}

#[derive(Serialize)]
struct Info<'a> {
    uid: String,
    title: &'a str,
    desc: String,
    analytic: Analytic<'a>,
}

#[derive(Serialize)]
struct Analytic<'a> {
    uid: &'a str,
    name: &'a str,
    type_id: u8,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Compliance<'a> {
    standards: [&'static str; 1],
    control: &'a str,
    status_id: u8,
    status: &'static str,
}

#[derive(Serialize)]
struct Remediation<'a> {
    desc: &'a str,
}

#[derive(Serialize)]
struct Resource<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    uid: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    region: &'a str,
}

#[derive(Serialize)]
struct Unmapped {
    exposure: &'static str,
    certainty: &'static str,
    status: &'static str,
    rules: Vec<String>,
    traffic: Vec<String>,
    witness: Option<String>,
    waiver: Option<String>,
}

impl<'a> Event<'a> {
    fn of(report: Report<'a>, entry: Entry<'a>, time: i64) -> Self {
        let Entry { finding, item, status, .. } = entry;
        let estate = report.estate;
        let (severity_id, severity) = severity(item.risk);
        let (status_id, status_name) = lifecycle(status);
        let sure = finding.certainty == Certainty::Sure;
        let group = finding.group.and_then(|ix| estate.groups.get(ix.at()));
        let about = subject(report, finding);
        Self {
            activity_id: 1,
            activity_name: "Create",
            category_uid: 2,
            category_name: "Findings",
            class_uid: 2003,
            class_name: "Compliance Finding",
            // The class times 100, and the activity.
            type_uid: 200_301,
            type_name: "Compliance Finding: Create",
            time,
            severity_id,
            severity,
            status_id,
            status: status_name,
            confidence_id: if sure { 3 } else { 1 },
            confidence: if sure { "High" } else { "Low" },
            message: format!("{}: {about}", item.title),
            metadata: Metadata::own(),
            cloud: Cloud {
                provider: provider(estate),
                region: estate.text(group.map(|group| group.region).unwrap_or_default()),
            },
            finding_info: Info::of(entry, &about),
            compliance: Compliance {
                standards: ["portreeve check items"],
                control: &item.id,
                status_id: if sure { 3 } else { 2 },
                status: if sure { "Fail" } else { "Warning" },
            },
            remediation: Remediation { desc: &finding.suggestion },
            resources: resources(estate, finding),
            unmapped: Unmapped::of(report, entry),
        }
    }
}

impl Metadata {
    fn own() -> Self {
        let product =
            Product { name: "portreeve", vendor_name: "portreeve", version: env!("CARGO_PKG_VERSION") };
        Self { version: "1.3.0", profiles: ["cloud"], product }
    }
}

impl<'a> Info<'a> {
    fn of(entry: Entry<'a>, about: &str) -> Self {
        let Entry { finding, item, .. } = entry;
        let asks = item.meta.map_or(&*item.title, |meta| meta.asks);
        let desc =
            if finding.detail.is_empty() { format!("{about}: {asks}") } else { finding.detail.to_string() };
        Self {
            uid: finding.fingerprint.to_string(),
            title: &item.title,
            desc,
            analytic: Analytic { uid: &item.id, name: &item.title, type_id: 1, kind: "Rule" },
        }
    }
}

impl Unmapped {
    fn of(report: Report<'_>, entry: Entry<'_>) -> Self {
        let Entry { finding, status, .. } = entry;
        let direction = report.direction(finding);
        let rules = report.rules(finding).take(NAMED);
        Self {
            exposure: finding.exposure.as_str(),
            certainty: finding.certainty.as_str(),
            status: status.as_str(),
            rules: rules.map(|(group, found)| rule(report.estate, group, found)).collect(),
            traffic: finding.traffic.iter().take(NAMED).map(|part| traffic(part, direction)).collect(),
            witness: finding.witness.map(|packet| witness(report, finding, &packet)),
            waiver: match status {
                Status::Waived { reason, until } => Some(format!("until {until}: {}", escape::plain(reason))),
                _ => None,
            },
        }
    }
}

/// The clouds of the estate; a finding does not say which of several it is of.
fn provider(estate: &Estate) -> String {
    if estate.providers.is_empty() { "unknown".to_owned() } else { estate.providers.join(", ") }
}

/// `severity_id` and its caption.
fn severity(risk: Risk) -> (u8, &'static str) {
    match risk {
        Risk::Info => (1, "Informational"),
        Risk::Low => (2, "Low"),
        Risk::Medium => (3, "Medium"),
        Risk::High => (4, "High"),
    }
}

/// `status_id` and its caption.
fn lifecycle(status: &Status) -> (u8, &'static str) {
    match status {
        Status::Open | Status::Grown => (1, "New"),
        Status::Known => (2, "In Progress"),
        Status::Waived { .. } => (3, "Suppressed"),
    }
}

/// The group, and the servers at risk.
fn resources<'a>(estate: &'a Estate, finding: &'a Finding) -> Vec<Resource<'a>> {
    let row = |kind, id: Text, name: Text, region: Text| Resource {
        kind,
        uid: estate.text(id),
        name: estate.text(name),
        region: estate.text(region),
    };
    let group = finding.group.and_then(|ix| estate.groups.get(ix.at()));
    let at_risk = finding.servers.iter().filter(|server| server.state == ServerState::AtRisk);
    let servers = at_risk.filter_map(|server| {
        let interface = estate.interfaces.get(server.interface.at())?;
        let instance = interface.instance.and_then(|ix| estate.instances.get(ix.at()));
        Some(match instance {
            Some(instance) => row("Instance", instance.id, instance.name, instance.region),
            None => row("Network Interface", interface.id, Text::EMPTY, Text::EMPTY),
        })
    });
    let group = group.map(|group| row("Security Group", group.id, group.name, group.region));
    group.into_iter().chain(servers.take(NAMED)).collect()
}

#[cfg(test)]
mod tests;
