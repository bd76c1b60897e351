//! The rules of a group in the order in which they decide.

use std::collections::HashMap;

use maud::{Markup, html};
use portreeve::checks::{Finding, RuleRef};
use portreeve::engine::{Band, Rank, Source, bands};
use portreeve::model::{Action, Direction, Estate, Group, Otherwise, Peer, Ranking, Rule};
use portreeve::report::{plain, say};

use super::Seen;
use crate::page::layout::{Paging, address, group_link};
use crate::page::list::finding_address;
use crate::page::params::link;
use crate::problem::Problem;

/// Rules that one page of a direction shows.
const ROWS: usize = 40;
/// Findings of no single group that are looked at for the rules of one: there may be one for each interface.
const SHARED: usize = 200;
/// Findings that one rule is marked with.
const MARKS: usize = 4;

/// The items that find rules without an effect, from the strongest reason to the weakest.
const IDLE: [&str; 3] = ["never-acts", "shadowed-rule", "redundant-rule"];

/// What was found about the rules of a group.
#[derive(Default)]
struct Marks {
    /// The findings that a rule is a cause of, by its place.
    guilty: HashMap<u32, Vec<usize>>,
    /// Why a rule has no effect, and the finding that says so.
    idle: HashMap<u32, (usize, &'static str)>,
}

impl Seen<'_, '_> {
    /// All rules of a direction, with the built-in band and the default.
    pub(super) fn rules(&self, direction: Direction) -> Result<Markup, Problem> {
        let group = self.scene.estate().group(self.ix);
        let (heading, side, param) = match direction {
            Direction::Ingress => ("Inbound rules, as they decide", "From", "in"),
            Direction::Egress => ("Outbound rules, as they decide", "To", "out"),
        };
        let bands = bands(self.scene.index(), &[self.ix], direction);
        let all: usize = bands.iter().map(|band| band.lines.len()).sum();
        let paging = Paging::by(self.params.number(param, "page")?, all, ROWS);
        let path = address("group", self.id());
        Ok(html! {
            h2 id=(param) { (heading) }
            @if let Some(gap) = group.incomplete(direction) {
                p.failed { "Not all rules are in the input: " (plain(&self.scene.estate().gap(gap).what)) }
            }
            table.cards.rules {
                thead {
                    tr {
                        th.number scope="col" { "Priority" }
                        th scope="col" { "Action" }
                        th scope="col" { "Traffic" }
                        th scope="col" { (side) }
                        th scope="col" { "Rule" }
                        th scope="col" { "What it does" }
                    }
                }
                (self.bands(&bands, paging))
                @if paging.page == paging.pages { (self.default(direction)) }
            }
            (paging.links(|page| link(&path, &[(param, &page.to_string())]) + "#" + param))
        })
    }

    /// The bands of one page, each as a part of the table.
    fn bands(&self, bands: &[Band], paging: Paging) -> Markup {
        let marks = self.marks();
        let shown = paging.skip()..paging.skip() + ROWS;
        let mut before = 0;
        html! {
            @for band in bands {
                @let from = before;
                @let () = before += band.lines.len();
                @if from < shown.end && before > shown.start {
                    tbody.band {
                        @for (at, line) in (from..).zip(&band.lines) {
                            @if shown.contains(&at) { (self.line(band, *line, &marks)) }
                        }
                    }
                }
            }
        }
    }

    fn line(&self, band: &Band, line: Source, marks: &Marks) -> Markup {
        let group = self.scene.estate().group(self.ix);
        match line {
            Source::Rule(at) => {
                let rule = group.rules.get(at.rule as usize);
                rule.map_or_else(Markup::default, |rule| self.rule(band, at, rule, marks))
            }
            Source::SameGroup(_) => html! {
                tr.built-in {
                    td.number data-label="Priority" { "first" }
                    td data-label="Action" { (action(Action::Allow)) }
                    td data-label="Traffic" { "everything" }
                    td data-label="From" { "members of this group, by their private addresses" }
                    td data-label="Rule" { "built in" }
                    td data-label="What it does" { "The platform lets members reach each other before any rule." }
                }
            },
            _ => html! {
                tr.built-in {
                    td.number data-label="Priority" { "?" }
                    td colspan="5" data-label="Rule" { "Rules that are not in the input may stand anywhere among these." }
                }
            },
        }
    }

    fn rule(&self, band: &Band, at: RuleRef, rule: &Rule, marks: &Marks) -> Markup {
        let estate = self.scene.estate();
        let group = estate.group(self.ix);
        let idle = marks.idle.get(&at.rule);
        let guilty = marks.guilty.get(&at.rule).map_or(&[][..], Vec::as_slice);
        let counts = guilty.iter().any(|at| self.scene.decided.status(*at).counts());
        let (protocol, ports) = say::rule_parts(estate, rule);
        let name = estate.rule_name(group.id, rule);
        let remove = [("do", "remove"), ("rule", &*name)];
        html! {
            tr.guilty[counts && idle.is_none()].idle[idle.is_some()] {
                td.number data-label="Priority" { (priority(estate, group, band, rule)) }
                td data-label="Action" { (action(rule.action)) }
                td data-label="Traffic" {
                    (protocol) @if ports != "all" { " " (ports) }
                }
                td data-label=(if rule.direction == Direction::Ingress { "From" } else { "To" }) {
                    (peer(estate, rule)) (say::narrowed(estate, rule))
                }
                td data-label="Rule" {
                    code { (plain(&name)) }
                    @if !rule.description.is_empty() {
                        div.faint { (cut(estate.text(rule.description))) }
                    }
                }
                td data-label="What it does" {
                    @if let Some((finding, why)) = idle { (self.idle(*finding, why, &name)) }
                    @for finding in guilty.iter().take(MARKS) { (self.mark(*finding)) " " }
                    @if guilty.len() > MARKS { span.faint { "and " (guilty.len() - MARKS) " more findings " } }
                    @if let Some(gap) = rule.gap { div.faint { "in doubt: " (plain(&estate.gap(gap).what)) } }
                    @if !group.managed {
                        a.quiet href=(link(&(address("group", self.id()) + "/whatif"), &remove)) rel="nofollow" {
                            "what if it went?"
                        }
                    }
                }
            }
        }
    }

    /// Why a rule has no effect, with a link to the finding that says so.
    fn idle(&self, finding: usize, why: &str, name: &str) -> Markup {
        let Some(found) = self.scene.snapshot.outcome.findings.get(finding) else { return html! {} };
        let reason = reason(&found.detail, name).unwrap_or(why);
        html! { div { a href=(finding_address(found)) { (cut(reason)) } } }
    }

    /// The item of a finding as a mark, with a link to it.
    fn mark(&self, at: usize) -> Markup {
        let outcome = &self.scene.snapshot.outcome;
        let Some(finding) = outcome.findings.get(at) else { return html! {} };
        let item = outcome.item(finding);
        let class = if self.scene.decided.status(at).counts() { item.risk.as_str() } else { "settled" };
        html! { a class={ "mark " (class) } href=(finding_address(finding)) { (item.id) } }
    }

    /// What happens where no rule matches.
    fn default(&self, direction: Direction) -> Markup {
        let estate = self.scene.estate();
        let profile = estate.profile(estate.group(self.ix).profile);
        let [ingress, egress] = profile.default_because;
        let because = if direction == Direction::Ingress { ingress } else { egress };
        html! {
            tbody.band {
                tr.built-in {
                    td.number data-label="Priority" { "last" }
                    td data-label="Action" {
                        @match profile.otherwise(direction) {
                            Otherwise::Allow => { (action(Action::Allow)) }
                            Otherwise::Deny => { (action(Action::Deny)) }
                            Otherwise::Unknown => { "not known" }
                        }
                    }
                    td data-label="Traffic" { "everything else" }
                    td {}
                    td data-label="Rule" { "the default" }
                    td data-label="What it does" { (because) }
                }
            }
        }
    }

    /// What items that are on found about the rules of the group.
    fn marks(&self) -> Marks {
        let finds = &self.scene.snapshot.finds;
        let own = finds.by_group.get(&self.ix).map_or(&[][..], Vec::as_slice);
        let part = finds.by_part.get(&self.ix).map_or(&[][..], Vec::as_slice);
        let part = part.get(..SHARED).unwrap_or(part);
        let mut marks = Marks::default();
        for (at, finding) in self.scene.findings(own).chain(self.scene.findings(part)) {
            self.note(&mut marks, at, finding);
        }
        marks
    }

    fn note(&self, marks: &mut Marks, at: usize, finding: &Finding) {
        let id = &*self.scene.snapshot.outcome.item(finding).id;
        let own = finding.rules.iter().filter(|rule| rule.group == self.ix);
        let rank = |id: &str| IDLE.iter().position(|idle| *idle == id);
        let Some(why) = rank(id).and_then(|at| IDLE.get(at).copied()) else {
            // What is wrong with an interface as a whole is no fault of each of its rules.
            let about_rules = finding.group.is_some() || !finding.traffic.is_empty();
            if about_rules && self.scene.is_on(finding.item) {
                own.for_each(|rule| marks.guilty.entry(rule.rule).or_default().push(at));
            }
            return;
        };
        for rule in own {
            let known = marks.idle.get(&rule.rule).and_then(|(_, known)| rank(known));
            if known.is_none_or(|known| rank(id).is_some_and(|own| own < known)) {
                marks.idle.insert(rule.rule, (at, why));
            }
        }
    }
}

/// What a finding about several rules says of one, whose name its sentence begins with.
fn reason<'d>(detail: &'d str, name: &str) -> Option<&'d str> {
    let named = detail.split("; ").find_map(|sentence| sentence.strip_prefix(name));
    named.map(|rest| rest.trim_start_matches([':', ' ']))
}

/// The number of a rule where rules are ranked by one.
fn priority(estate: &Estate, group: &Group, band: &Band, rule: &Rule) -> Markup {
    let ranked =
        matches!(estate.profile(group.profile).ranking, Ranking::Priority | Ranking::GroupThenPriority);
    html! {
        @if band.rank == Rank::Unranked { "?" } @else if ranked { (rule.priority) } @else { "–" }
    }
}

pub(super) fn action(action: Action) -> Markup {
    html! {
        @match action {
            Action::Allow => { span.does.allow { "allow" } }
            Action::Deny => { span.does.deny { "deny" } }
        }
    }
}

/// The other side of a rule; a group that the input has as a link.
fn peer(estate: &Estate, rule: &Rule) -> Markup {
    html! {
        @match &rule.peer {
            Peer::Group { group: Some(ix), .. } => { "group " (group_link(estate, *ix)) }
            peer => { (say::peer(estate, peer)) }
        }
    }
}

/// Other people's words, as far as a table has room for them.
fn cut(text: &str) -> String {
    const ROOM: usize = 160;
    let text = plain(text);
    match text.char_indices().nth(ROOM) {
        None => text.into_owned(),
        Some(_) => text.chars().take(ROOM - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn each_rule_has_its_own_part_of_the_sentence() {
        let detail = "sgr-1 never decides anything, because it comes after sgr-2; sgr-3: the platform does not apply it";
        let cases = [
            ("sgr-1", Some("never decides anything, because it comes after sgr-2")),
            ("sgr-3", Some("the platform does not apply it")),
            ("sgr-9", None),
        ];
        for (name, expected) in cases {
            assert_eq!(reason(detail, name), expected, "{name}");
        }
    }
}
