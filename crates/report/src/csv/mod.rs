//! CSV for spreadsheets: a row for each finding and server, or one for a finding without servers.
//!
//! Cells that a spreadsheet would take for a formula start with an apostrophe; lists within a cell are separated by
//! a space.

use std::io;

use portreeve_model::Estate;

use crate::format::Out;
use crate::report::Entry;
use crate::words::{ports, protocol_name, witness};
use crate::{Options, Report, escape};

/// The columns, in order. More may be added at the end.
const COLUMNS: [&str; 22] = [
    "fingerprint",
    "item",
    "risk",
    "certainty",
    "exposure",
    "status",
    "group_id",
    "group_name",
    "vpc",
    "region",
    "managed",
    "server_id",
    "server_name",
    "interface",
    "state",
    "because",
    "traffic",
    "from",
    "rules",
    "witness",
    "detail",
    "suggestion",
];

/// Where the columns of the server start and end.
const BEFORE_SERVER: usize = 11;
const SERVER: usize = 5;

/// Writes the report as CSV with a header.
pub(crate) fn write(report: &Report<'_>, out: &mut Out<'_>, _: &Options) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(COLUMNS)?;
    for entry in report.entries() {
        let (before, after) = (before_server(*report, entry), after_server(*report, entry));
        let mut row = |server: [&str; SERVER]| -> io::Result<()> {
            let cells =
                before.iter().map(String::as_str).chain(server).chain(after.iter().map(String::as_str));
            for cell in cells {
                rows.write_field(escape::cell(&escape::plain(cell)).as_bytes())?;
            }
            // An empty record ends the row that the fields began.
            Ok(rows.write_record(None::<&[u8]>)?)
        };
        if entry.finding.servers.is_empty() {
            row([""; SERVER])?;
        }
        for server in &entry.finding.servers {
            row(server_cells(report.estate, server))?;
        }
    }
    rows.flush()
}

fn before_server(report: Report<'_>, entry: Entry<'_>) -> [String; BEFORE_SERVER] {
    let Entry { finding, item, status, .. } = entry;
    let estate = report.estate;
    let group = finding.group.and_then(|ix| estate.groups.get(ix.at()));
    let network = group.and_then(|group| group.network).and_then(|ix| estate.networks.get(ix.at()));
    let text = |text: Option<portreeve_model::Text>| estate.text(text.unwrap_or_default()).to_owned();
    [
        finding.fingerprint.to_string(),
        item.id.clone().into_owned(),
        item.risk.as_str().to_owned(),
        finding.certainty.as_str().to_owned(),
        finding.exposure.as_str().to_owned(),
        status.as_str().to_owned(),
        text(group.map(|group| group.id)),
        text(group.map(|group| group.name)),
        text(network.map(|network| network.id)),
        text(group.map(|group| group.region)),
        group.map_or(String::new(), |group| group.managed.to_string()),
    ]
}

fn server_cells<'a>(estate: &'a Estate, server: &'a portreeve_checks::Server) -> [&'a str; SERVER] {
    let Some(interface) = estate.interfaces.get(server.interface.at()) else { return [""; SERVER] };
    let instance = interface.instance.and_then(|ix| estate.instances.get(ix.at()));
    [
        instance.map_or("", |instance| estate.text(instance.id)),
        instance.map_or("", |instance| estate.text(instance.name)),
        estate.text(interface.id),
        server.state.as_str(),
        &server.because,
    ]
}

fn after_server(report: Report<'_>, entry: Entry<'_>) -> [String; COLUMNS.len() - BEFORE_SERVER - SERVER] {
    let finding = entry.finding;
    let services = finding.traffic.iter().map(|traffic| {
        format!("{}/{}", protocol_name(traffic.protocol), ports(traffic.protocol, &traffic.ports))
    });
    let peers = finding.traffic.iter().map(|traffic| traffic.peers.to_string().replace(',', " "));
    let names = report.rules(finding).map(|(group, rule)| report.estate.rule_name(group.id, rule));
    [
        services.collect::<Vec<_>>().join(" "),
        peers.collect::<Vec<_>>().join(" "),
        names.collect::<Vec<_>>().join(" "),
        finding.witness.map_or(String::new(), |packet| witness(report, finding, &packet)),
        finding.detail.to_string(),
        finding.suggestion.to_string(),
    ]
}

#[cfg(test)]
mod tests;
