//! One finding for a terminal.

use std::io;

use anstyle::{AnsiColor, Style};
use portreeve_checks::{Certainty, Exposure, Finding, ItemIx, ServerState};
use portreeve_model::{GapIx, Listing};

use super::NAMED_ITEMS;
use super::page::Page;
use crate::alike::by_reason;
use crate::report::Entry;
use crate::words::{self, listed, listed_of, server, thousands, traffic, witness};
use crate::{Report, Status, escape};

/// Rules, parts of the traffic and gaps of one finding that are shown.
const ROWS: usize = 5;
/// Servers that are named for one state and reason, and reasons that are told for one finding.
const SERVERS: usize = 5;
const REASONS: usize = 4;

/// Writes a finding under the heading of its item.
pub(super) fn write(
    report: Report<'_>,
    page: &mut Page<'_>,
    entry: Entry<'_>,
    also: &[ItemIx],
) -> io::Result<()> {
    let finding = entry.finding;
    page.subject(&words::subject(report, finding), &place(report, entry))?;
    if !finding.detail.is_empty() {
        page.field("finding", &escape::plain(&finding.detail))?;
    }
    if let Some(groups) = interface_groups(report, finding) {
        page.field("groups", &groups)?;
    }
    rules(report, page, finding)?;
    opens(report, page, finding)?;
    servers(report, page, finding)?;
    if let Some(packet) = &finding.witness {
        page.field("try", &witness(report, finding, packet))?;
    }
    if !also.is_empty() {
        let ids: Vec<_> =
            also.iter().filter_map(|ix| report.item(*ix)).map(|item| escape::plain(&item.id)).collect();
        page.field("also", &format!("counted: {}", listed(&ids, NAMED_ITEMS)))?;
    }
    if finding.certainty == Certainty::Possible {
        gaps(report, page, &finding.gaps)?;
    }
    if !finding.suggestion.is_empty() && *finding.suggestion != *entry.item.suggestion {
        page.field("do", &escape::plain(&finding.suggestion))?;
    }
    Ok(())
}

/// Network, region and marks of the group.
fn place(report: Report<'_>, entry: Entry<'_>) -> Vec<String> {
    let Entry { finding, status, .. } = entry;
    let estate = report.estate;
    let mut parts = Vec::new();
    if let Some(group) = finding.group.and_then(|ix| estate.groups.get(ix.at())) {
        if let Some(network) = group.network.and_then(|ix| estate.networks.get(ix.at())) {
            parts.push(words::text(estate, network.id).into_owned());
        }
        if !group.region.is_empty() {
            parts.push(words::text(estate, group.region).into_owned());
        }
        if group.managed {
            parts.push("managed by the cloud, read-only".to_owned());
        }
    }
    if !finding.traffic.is_empty() {
        parts.push(words::exposure(finding.exposure).to_owned());
    }
    if finding.certainty == Certainty::Possible {
        parts.push("possible".to_owned());
    }
    if *status == Status::Grown {
        parts.push("grown since the baseline".to_owned());
    }
    parts
}

/// The groups of the interface, where no single group is the cause.
fn interface_groups(report: Report<'_>, finding: &Finding) -> Option<String> {
    let estate = report.estate;
    let server = finding.servers.first().filter(|_| finding.group.is_none())?;
    let list = estate.interfaces.get(server.interface.at())?.groups?;
    let ids: Vec<_> = estate.group_lists.get(list.at())?.iter().map(|id| words::text(estate, *id)).collect();
    Some(listed(&ids, ROWS))
}

fn rules(report: Report<'_>, page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    for (at, (group, rule)) in report.rules(finding).take(ROWS).enumerate() {
        let mut words = words::rule(report.estate, group, rule);
        // Where no single group is the cause, each rule says whose it is.
        if finding.group.is_none() && !rule.id.is_empty() {
            words = format!("{}: {words}", words::text(report.estate, group.id));
        }
        page.field(if at == 0 { "rule" } else { "" }, &words)?;
    }
    more(page, finding.rules.len(), "rules")
}

fn opens(report: Report<'_>, page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    let direction = report.direction(finding);
    let label = if finding.certainty == Certainty::Sure { "opens" } else { "may open" };
    for (at, part) in finding.traffic.iter().take(ROWS).enumerate() {
        page.field(if at == 0 { label } else { "" }, &traffic(part, direction))?;
    }
    more(page, finding.traffic.len(), "parts")
}

fn more(page: &mut Page<'_>, all: usize, of: &str) -> io::Result<()> {
    match all.saturating_sub(ROWS) {
        0 => Ok(()),
        more => page.field("", &format!("and {} more {of}", thousands(more))),
    }
}

fn servers(report: Report<'_>, page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    if finding.servers.is_empty() {
        return nobody(report, page, finding);
    }
    let (alike, others) = by_reason(&finding.servers, SERVERS, REASONS);
    for group in &alike {
        let names: Vec<String> = group.first.iter().map(|found| server(report.estate, found)).collect();
        let mut words = listed_of(&names, group.number);
        if !group.because.is_empty() && *group.because != finding.detail {
            words = format!("{words}: {}", escape::plain(group.because));
        }
        // Nobody is at risk from what is not about traffic.
        match group.state {
            ServerState::AtRisk if finding.traffic.is_empty() => page.field("servers", &words)?,
            state => page.styled_field(words::state(state), state_style(state), &words)?,
        }
    }
    if others > 0 {
        page.field("", &format!("and {} more servers for other reasons", thousands(others)))?;
    }
    Ok(())
}

/// Why a finding about traffic names no server.
fn nobody(report: Report<'_>, page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    let unseen = report.estate.coverage.interfaces == Listing::Absent
        && report.estate.coverage.instances == Listing::Absent;
    match finding.exposure {
        _ if finding.traffic.is_empty() => Ok(()),
        Exposure::Unattached => page.field("servers", "none: no interface carries the group"),
        _ if unseen => page.field("servers", "not in the input"),
        _ => Ok(()),
    }
}

fn state_style(state: ServerState) -> Style {
    match state {
        ServerState::AtRisk => AnsiColor::Red.on_default(),
        ServerState::Unknown => AnsiColor::Magenta.on_default(),
        ServerState::Shielded => AnsiColor::Green.on_default(),
    }
}

/// The gaps that keep an answer from being firm.
pub(super) fn gaps(report: Report<'_>, page: &mut Page<'_>, gaps: &[GapIx]) -> io::Result<()> {
    for (at, found) in gaps.iter().filter_map(|ix| report.gap(*ix)).take(ROWS).enumerate() {
        page.field(if at == 0 { "gap" } else { "" }, &words::gap(found))?;
    }
    more(page, gaps.len(), "gaps")
}
