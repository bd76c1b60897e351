//! Rules of a finding: the guilty ones, and what stands beside them.

use maud::{Markup, html};
use portreeve_checks::{Finding, RuleRef};
use portreeve_model::{Direction, Group, GroupIx, Rule};

use super::{Look, linked};
use crate::Report;
use crate::escape::name;
use crate::words::{self, count};

/// A rule with its group and whether it is guilty.
struct Row<'a> {
    group: &'a Group,
    rule: &'a Rule,
    guilty: bool,
}

/// The guilty rules first, then the others of the same group and direction, and how many there are.
fn rows<'a>(report: &Report<'a>, finding: &'a Finding, look: Look<'_>) -> (Vec<Row<'a>>, usize) {
    let guilty = report.rules(finding).map(|(group, rule)| Row { group, rule, guilty: true });
    let others = finding.group.filter(|_| look.others).into_iter().flat_map(|ix| beside(report, finding, ix));
    let mut all = finding.rules.len();
    let mut rows: Vec<Row<'a>> = guilty.take(look.most).collect();
    for other in others {
        all += 1;
        if rows.len() < look.most {
            rows.push(other);
        }
    }
    (rows, all)
}

fn beside<'a>(report: &Report<'a>, finding: &'a Finding, ix: GroupIx) -> impl Iterator<Item = Row<'a>> {
    let direction = report.direction(finding);
    let group = report.estate.groups.get(ix.at());
    let rules = group.into_iter().flat_map(|group| (0..).zip(&group.rules).map(move |it| (group, it)));
    rules
        .filter(move |(_, (at, rule))| {
            rule.direction == direction && !finding.rules.contains(&RuleRef { group: ix, rule: *at })
        })
        .map(|(group, (_, rule))| Row { group, rule, guilty: false })
}

/// The rules of a finding as a list, the guilty ones marked.
pub fn guilty_rules(report: &Report<'_>, finding: &Finding, look: Look<'_>) -> Markup {
    let (rows, all) = rows(report, finding, look);
    let estate = report.estate;
    html! {
        @if !rows.is_empty() {
            ul.rules {
                @for Row { group, rule, guilty } in &rows {
                    li.guilty[*guilty] {
                        @if finding.group.is_none() {
                            (linked(look.links.group(estate.text(group.id)).as_deref(), &html! { (words::text(estate, group.id)) }))
                            ": "
                        }
                        (words::rule(estate, group, rule))
                    }
                }
            }
            @if all > rows.len() { div.faint { "and " (count(all - rows.len(), "more rule", "more rules")) } }
        }
    }
}

/// The rules of a finding as a table, the guilty ones marked.
pub fn rules_table(report: &Report<'_>, finding: &Finding, look: Look<'_>) -> Markup {
    let (rows, all) = rows(report, finding, look);
    let far = if report.direction(finding) == Direction::Ingress { "Source" } else { "Destination" };
    let apart = finding.group.is_none();
    html! {
        @if !rows.is_empty() {
            table.cards {
                thead {
                    tr {
                        th scope="col" { "Rule" }
                        @if apart { th scope="col" { "Group" } }
                        th.number scope="col" { "Priority" }
                        th scope="col" { "Action" }
                        th scope="col" { "Service" }
                        th scope="col" { (far) }
                        th scope="col" { "Description" }
                    }
                }
                tbody { @for row in &rows { (table_row(report, row, apart, look)) } }
            }
        }
        @if all > rows.len() { p.faint { "and " (count(all - rows.len(), "more rule", "more rules")) } }
        @if all == 0 { p.faint { "No rule causes it: " (why_none(finding)) } }
    }
}

fn why_none(finding: &Finding) -> &'static str {
    if finding.traffic.is_empty() {
        "it is not about traffic."
    } else {
        "the default of the group lets it through."
    }
}

fn table_row(report: &Report<'_>, row: &Row<'_>, apart: bool, look: Look<'_>) -> Markup {
    let Row { group, rule, guilty } = row;
    let estate = report.estate;
    let (protocol, ports) = words::rule_parts(estate, rule);
    html! {
        tr.guilty[*guilty] {
            td data-label="Rule" {
                code { (name(&estate.rule_name(group.id, rule))) }
                @if *guilty { " " span.mark.high { "guilty" } }
            }
            @if apart {
                td data-label="Group" {
                    (linked(look.links.group(estate.text(group.id)).as_deref(), &html! { (words::group(estate, group)) }))
                }
            }
            td.number data-label="Priority" { @if rule.priority > 0 { (rule.priority) } }
            td data-label="Action" { (rule.action) }
            td.service data-label="Service" { (protocol) @if ports != "all" { "/" (ports) } }
            td data-label="Peer" { (words::peer(estate, &rule.peer)) (words::narrowed(estate, rule)) }
            td data-label="Description" { (words::text(estate, rule.description)) }
        }
    }
}
