//! What a group is, what was found on it, who carries it and who names it.

use maud::{Markup, html};
use portreeve::checks::{Finding, RuleRef};
use portreeve::model::{Direction, Estate, Group, GroupIx, InterfaceIx, Peer};
use portreeve::report::say::thousands;
use portreeve::report::{plain, say};

use super::Seen;
use crate::page::groups::network;
use crate::page::layout::{Paging, address, group_link, risk, server_link};
use crate::page::list::finding_address;
use crate::page::map::tag;
use crate::page::params::link;
use crate::page::servers::pair;
use crate::problem::Problem;

/// Members and rules that one page shows.
const ROWS: usize = 25;
/// Findings that a group page lists at once, and when it is asked for more.
const FINDINGS: usize = 8;
const MORE: usize = 60;
/// Combinations of groups that are looked through for the fullest interface.
const CLASSES: usize = 500;
/// Groups that are named in a line.
const NAMED: usize = 12;

impl Seen<'_, '_> {
    /// What the documents say of the group itself, and how much of its quota is used.
    pub(super) fn about(&self) -> Markup {
        let estate = self.scene.estate();
        let group = estate.group(self.ix);
        let description = plain(estate.text(group.description));
        html! {
            @if !description.is_empty() { p.lead { (description) } }
            dl.facts {
                dt { "Id" } dd { code { (plain(self.id())) } }
                dt { "Kind" } dd {
                    (estate.profile(group.profile).name)
                    @if group.managed { " " span.mark { "kept by a service" } " its rules can be read, not changed" }
                }
                dt { "Network" } dd { (network(estate, group)) }
                @if !group.region.is_empty() { dt { "Region" } dd { (plain(estate.text(group.region))) } }
                (tag::facts(estate, estate.tags.of_group(self.ix)))
                dt { "Carried by" } dd { (self.carried()) }
                dt { "Rules" } dd { (self.quota(group)) }
            }
            p.actions {
                a.button.primary href={ (address("group", self.id())) "/whatif" } { "What if…" } " "
                a.button href="#in" { "Rules" } " "
                a.button href="#members" { "Members" } " "
                a.button href="#references" { "References" } " "
                a.button href="#history" { "History" }
            }
        }
    }

    fn carried(&self) -> Markup {
        let members = self.scene.snapshot.finds.members.get(self.ix.at()).copied().unwrap_or_default();
        html! {
            @if members.interfaces == 0 { "no interface" } @else {
                (say::count(members.interfaces, "interface", "interfaces")) " of "
                (say::count(members.servers, "server", "servers"))
            }
        }
    }

    /// The rules against the limits of the platform, as it counts them.
    fn quota(&self, group: &Group) -> Markup {
        let estate = self.scene.estate();
        let quotas = estate.profile(group.profile).quotas;
        let own = weight(estate, self.ix);
        let of_group = self.thresholds.rules_per_group.or(quotas.rules_per_group);
        let of_interface = self.thresholds.rules_per_interface.or(quotas.rules_per_interface);
        html! {
            (thousands(group.rules.len()))
            @if let Some(quota) = of_group { (self.gauge(own, quota, "of this group")) }
            @if let Some(quota) = of_interface {
                (self.gauge(self.fullest().max(own), quota, "of its fullest interface, over all groups"))
            }
        }
    }

    fn gauge(&self, used: u32, quota: u32, whose: &str) -> Markup {
        let warn = u64::from(quota) * u64::from(self.thresholds.quota_percent) / 100;
        html! {
            div.quota {
                meter min="0" max=(quota) low=(warn) high=(quota) optimum="0" value=(used.min(quota))
                    aria-label={ "Rules " (whose) } { (used) " of " (quota) }
                " " (thousands(used as usize)) " of " (thousands(quota as usize)) " " span.faint { (whose) }
            }
        }
    }

    /// What the rules of all groups count as on the interface that has the most.
    fn fullest(&self) -> u32 {
        let (index, estate) = (self.scene.index(), self.scene.estate());
        let classes = index.classes_of(self.ix).iter().take(CLASSES).map(|class| index.class(*class));
        let sums = classes.map(|class| {
            class.groups.iter().fold(0_u32, |sum, group| sum.saturating_add(weight(estate, *group)))
        });
        sums.max().unwrap_or_default()
    }

    /// The findings on the group, the worst first, and those in which its rules take part.
    pub(super) fn findings(&self) -> Markup {
        let finds = &self.scene.snapshot.finds;
        let of = |map: &std::collections::HashMap<GroupIx, Vec<usize>>| {
            let all = map.get(&self.ix).map_or(&[][..], Vec::as_slice);
            let on = self.scene.findings(all).filter(|(_, finding)| self.scene.is_on(finding.item));
            on.map(|(at, _)| at).collect::<Vec<usize>>()
        };
        let (own, part) = (of(&finds.by_group), of(&finds.by_part));
        html! {
            h2 #findings { "Findings" }
            @if own.is_empty() && part.is_empty() { p { "Nothing was found on this group." } }
            (self.list(&own))
            @if !part.is_empty() {
                p { "Its rules take part in " (say::count(part.len(), "finding", "findings"))
                    " about interfaces that carry several groups:" }
                (self.list(&part))
            }
        }
    }

    fn list(&self, positions: &[usize]) -> Markup {
        html! {
            @if !positions.is_empty() {
                @let (first, rest) = positions.split_at(positions.len().min(FINDINGS));
                ul.findings { @for (at, finding) in self.scene.findings(first) { (self.found(at, finding)) } }
                @if !rest.is_empty() {
                    details {
                        summary { (thousands(rest.len())) " more" }
                        ul.findings {
                            @for (at, finding) in self.scene.findings(rest).take(MORE) { (self.found(at, finding)) }
                        }
                        @if rest.len() > MORE { p.faint { "and " (thousands(rest.len() - MORE)) " more" } }
                    }
                }
            }
        }
    }

    fn found(&self, at: usize, finding: &Finding) -> Markup {
        let item = self.scene.snapshot.outcome.item(finding);
        let status = self.scene.decided.status(at);
        html! {
            li.settled[!status.counts()] {
                (risk(item.risk)) " "
                a href=(finding_address(finding)) { (item.title) }
                " " span.faint { (finding.certainty.as_str()) ", " (finding.exposure.as_str()) }
                @if !status.counts() { " " span.mark { (status.as_str()) } }
            }
        }
    }

    /// The interfaces that carry the group.
    pub(super) fn members(&self) -> Result<Markup, Problem> {
        let index = self.scene.index();
        let classes = index.classes_of(self.ix).iter().map(|class| index.class(*class));
        let mut all: Vec<InterfaceIx> = classes.flat_map(|class| class.interfaces.iter().copied()).collect();
        all.sort_unstable();
        let paging = Paging::by(self.params.number("members", "page")?, all.len(), ROWS);
        let shown = all.iter().skip(paging.skip()).take(ROWS);
        Ok(html! {
            h2 #members { "Members" }
            @if all.is_empty() { p { "No interface carries this group." } } @else {
                table.cards {
                    thead {
                        tr {
                            th scope="col" { "Server" }
                            th scope="col" { "Interface" }
                            th scope="col" { "Addresses" }
                            th scope="col" { "Other groups" }
                        }
                    }
                    tbody { @for ix in shown { (self.member(*ix)) } }
                }
            }
            (self.pager(paging, "members"))
        })
    }

    fn member(&self, ix: InterfaceIx) -> Markup {
        let estate = self.scene.estate();
        let interface = estate.interface(ix);
        let class = self.scene.index().class(self.scene.index().class_of(ix));
        let others: Vec<GroupIx> = class.groups.iter().copied().filter(|other| *other != self.ix).collect();
        html! {
            tr {
                td data-label="Server" {
                    @match interface.instance {
                        Some(instance) => { (server_link(estate, instance)) }
                        None => { span.faint { "none" } }
                    }
                }
                td data-label="Interface" { code { (plain(estate.text(interface.id))) } }
                td data-label="Addresses" {
                    @for address in interface.addresses.iter().take(NAMED) { div.address { (pair(address)) } }
                }
                td data-label="Other groups" { (self.named(&others)) }
            }
        }
    }

    fn named(&self, groups: &[GroupIx]) -> Markup {
        html! {
            @for ix in groups.iter().take(NAMED) { div.address { (group_link(self.scene.estate(), *ix)) } }
            @if groups.len() > NAMED { div.faint { "and " (groups.len() - NAMED) " more" } }
        }
    }

    fn pager(&self, paging: Paging, param: &str) -> Markup {
        let path = address("group", self.id());
        paging.links(|page| link(&path, &[(param, &page.to_string())]) + "#" + param)
    }

    /// The rules of other groups that name this one, and the groups that this one names.
    pub(super) fn references(&self) -> Result<Markup, Problem> {
        let estate = self.scene.estate();
        let all = self.scene.snapshot.finds.named_by.get(&self.ix).map_or(&[][..], Vec::as_slice);
        let paging = Paging::by(self.params.number("references", "page")?, all.len(), ROWS);
        let own = estate.group(self.ix).id;
        let known = |by| self.scene.snapshot.finds.groups.contains_key(estate.text(by));
        let foreign = estate.references.iter().filter(|it| it.group == own && !known(it.by));
        let peers = self.peers();
        Ok(html! {
            h2 #references { "References" }
            @if all.is_empty() { p { "No rule names this group as its peer." } } @else {
                p { (say::count(all.len(), "rule names", "rules name")) " this group: whoever carries it is let in or kept out by them." }
                table.cards {
                    thead {
                        tr { th scope="col" { "Security group" } th scope="col" { "Direction" } th scope="col" { "Rule" } }
                    }
                    tbody { @for at in all.iter().skip(paging.skip()).take(ROWS) { (self.reference(*at)) } }
                }
            }
            (self.pager(paging, "references"))
            @for reference in foreign.take(NAMED) {
                p { "Also named by group " code { (plain(estate.text(reference.by))) }
                    @if !reference.owner.is_empty() { " of account " code { (plain(estate.text(reference.owner))) } }
                    ", whose rules are not in the input." }
            }
            @if !peers.is_empty() { p { "Its own rules name:" } (self.named(&peers)) }
        })
    }

    fn reference(&self, at: RuleRef) -> Markup {
        let estate = self.scene.estate();
        let group = estate.group(at.group);
        let Some(rule) = group.rules.get(at.rule as usize) else { return html! {} };
        html! {
            tr {
                td data-label="Group" { (group_link(estate, at.group)) }
                td data-label="Direction" {
                    @if rule.direction == Direction::Ingress { "inbound, as its source" } @else { "outbound, as its target" }
                }
                td data-label="Rule" { code { (plain(&estate.rule_name(group.id, rule))) } " " (say::rule(estate, rule)) }
            }
        }
    }

    /// The groups that its rules name, each once.
    fn peers(&self) -> Vec<GroupIx> {
        let rules = self.scene.estate().group(self.ix).rules.iter();
        let mut peers: Vec<GroupIx> = rules
            .filter_map(|rule| match rule.peer {
                Peer::Group { group, .. } => group,
                _ => None,
            })
            .collect();
        peers.sort_unstable();
        peers.dedup();
        peers
    }
}

/// What the rules of a group count as against quotas.
fn weight(estate: &Estate, ix: GroupIx) -> u32 {
    estate.group(ix).rules.iter().fold(0_u32, |sum, rule| sum.saturating_add(estate.quota_weight(rule)))
}
