//! A finding: where it is, which rules cause it, whom it concerns, and what it opens.

use maud::{Markup, html};
use portreeve_checks::{Certainty, Exposure, Finding, ServerState};
use portreeve_model::Listing;

use super::{Look, guilty_rules, linked, mark, picture, trial};
use crate::alike::{Alike, by_reason};
use crate::escape::plain;
use crate::report::Entry;
use crate::words::{self, count, thousands, traffic};
use crate::{Report, Status};

/// Reasons that are told of the states of servers.
const REASONS: usize = 4;

/// The four cells of a finding's row: where it is, the rules, the servers, and what they open. Nothing where there is no such
/// finding.
pub fn finding_cells(report: &Report<'_>, at: usize, look: Look<'_>) -> Option<Markup> {
    let entry = report.entry(at)?;
    let finding = entry.finding;
    Some(html! {
        td data-label="Where" { (whereabouts(report, entry, look)) }
        td data-label="Rules" { (guilty_rules(report, finding, look)) }
        td data-label="Servers" { (servers(report, finding, look)) }
        td data-label="Opens" { (opens(report, finding, look)) }
    })
}

fn whereabouts(report: &Report<'_>, entry: Entry<'_>, look: Look<'_>) -> Markup {
    let Entry { finding, item, .. } = entry;
    let more = [&*finding.detail, &*finding.suggestion];
    let more = more.into_iter().filter(|words| !words.is_empty() && *words != item.suggestion);
    html! {
        div.subject { (subject(report, finding, look)) }
        div { (marks(report, entry, look.status)) }
        @for words in more { div { (plain(words)) } }
        (gap_lines(report, finding, look.most))
    }
}

/// The group of a finding, or the interface, or what it says of itself.
pub fn subject(report: &Report<'_>, finding: &Finding, look: Look<'_>) -> Markup {
    let estate = report.estate;
    let group = finding.group.and_then(|ix| estate.groups.get(ix.at()));
    let instance = || {
        let interface = estate.interfaces.get(finding.servers.first()?.interface.at())?;
        estate.instances.get(interface.instance?.at())
    };
    let address = match (group, instance()) {
        (Some(group), _) => look.links.group(estate.text(group.id)),
        (None, Some(instance)) => look.links.server(estate.text(instance.id)),
        (None, None) => None,
    };
    linked(address.as_deref(), &html! { (words::subject(*report, finding)) })
}

/// How firm a finding is, from where it is reached, and what became of it.
fn marks(report: &Report<'_>, entry: Entry<'_>, told: bool) -> Markup {
    let Entry { finding, .. } = entry;
    let group = finding.group.and_then(|ix| report.estate.groups.get(ix.at()));
    html! {
        @if finding.certainty == Certainty::Possible { (mark("medium", "possible")) " " }
        @if !finding.traffic.is_empty() { (exposure(finding)) " " }
        @if group.is_some_and(|group| group.managed) { (mark("", "managed by the cloud")) " " }
        @if told { (status(entry.status)) }
    }
}

/// From where the servers of a finding can be reached.
pub fn exposure(finding: &Finding) -> Markup {
    let kind = if finding.exposure == Exposure::Internet { "high" } else { "" };
    mark(kind, words::exposure(finding.exposure))
}

/// What became of a finding; nothing where it is simply open.
pub fn status(status: &Status) -> Markup {
    html! {
        @match status {
            Status::Open => {}
            Status::Waived { reason, until } => {
                (mark("low", &format!("waived until {until}"))) " " span.faint { (plain(reason)) }
            }
            Status::Grown => (mark("high", "grown since the baseline")),
            Status::Known => (mark("low", "known")),
        }
    }
}

/// The gaps that keep a finding from being firm.
pub fn gap_lines(report: &Report<'_>, finding: &Finding, most: usize) -> Markup {
    let gaps = finding.gaps.iter().filter_map(|ix| report.gap(*ix)).take(most);
    html! {
        @for gap in gaps { div.faint { "gap: " (words::gap(gap)) } }
        @if finding.gaps.len() > most { div.faint { "and " (count(finding.gaps.len() - most, "more gap", "more gaps")) } }
    }
}

/// The servers that a finding concerns by what it means for them, and why.
pub fn servers(report: &Report<'_>, finding: &Finding, look: Look<'_>) -> Markup {
    let coverage = report.estate.coverage;
    let unseen = coverage.interfaces == Listing::Absent && coverage.instances == Listing::Absent;
    if finding.servers.is_empty() {
        return html! {
            @if finding.traffic.is_empty() {}
            @else if finding.exposure == Exposure::Unattached { span.faint { "none: no interface carries the group" } }
            @else if unseen { span.faint { "not in the input" } }
        };
    }
    let (alike, others) = by_reason(&finding.servers, look.servers, REASONS);
    html! {
        @for kind in &alike { (alike_servers(report, finding, kind, look)) }
        @if others > 0 { div.faint { "and " (count(others, "more server", "more servers")) " for other reasons" } }
    }
}

fn alike_servers(report: &Report<'_>, finding: &Finding, kind: &Alike<'_>, look: Look<'_>) -> Markup {
    let estate = report.estate;
    let Alike { state, because, first, number } = kind;
    let colour = match state {
        ServerState::AtRisk => "high",
        ServerState::Unknown => "medium",
        ServerState::Shielded => "good",
    };
    html! {
        div.servers {
            // Nobody is at risk from what is not about traffic.
            @if finding.traffic.is_empty() { (mark("", &count(*number, "server", "servers"))) }
            @else { (mark(colour, &format!("{} {}", thousands(*number), words::state(*state)))) }
            " "
            @for (nth, server) in first.iter().enumerate() {
                @if nth > 0 { ", " }
                @let interface = estate.interfaces.get(server.interface.at());
                @let instance = interface.and_then(|it| estate.instances.get(it.instance?.at()));
                @let address = instance.and_then(|it| look.links.server(estate.text(it.id)));
                (linked(address.as_deref(), &html! { (words::server(estate, server)) }))
            }
            @if *number > first.len() { " and " (thousands(number - first.len())) " more" }
            @if !because.is_empty() && **because != finding.detail {
                div.faint { (plain(because)) }
            }
        }
    }
}

/// What a finding opens, in the fewest prefixes, and one connection to try.
pub fn opens(report: &Report<'_>, finding: &Finding, look: Look<'_>) -> Markup {
    let direction = report.direction(finding);
    let all = finding.traffic.len();
    html! {
        @for part in finding.traffic.iter().take(look.most) { div { code { (traffic(part, direction)) } } }
        @if all > look.most { div.faint { "and " (count(all - look.most, "more part", "more parts")) } }
        @if look.picture { (picture(finding)) }
        @if let Some(packet) = &finding.witness {
            @let address = trial(report, finding).and_then(|trial| look.links.explain(&trial));
            div.witness {
                "try " code { (words::witness(*report, finding, packet)) }
                @if let Some(address) = address { " " a href=(address) { "Explain" } }
            }
        }
    }
}
