//! What edits would change.

use maud::{Markup, html};
use portreeve::checks::Outcome;
use portreeve::model::{Direction, Estate};
use portreeve::report::{
    DiffReport, DiffStory, EffectStory, FindingChangeKind, FindingStory, ShiftStory, plain, say,
};
use portreeve::whatif::Made;
use portreeve::{Comparing, script, tools};

use super::{Editor, With, told};
use crate::console::today;
use crate::page::layout::risk;
use crate::page::params::link;

/// Of every list so many are shown.
const MOST: usize = 25;
/// Lines of one set of traffic that are shown.
const LINES: usize = 12;

impl Editor<'_, '_> {
    /// What the edits would change, or why they cannot be made.
    pub(super) fn result(&self, with: &With) -> Markup {
        html! {
            section #result {
                @match self.make(with) {
                    Err(why) => {
                        h2 { "This cannot be done" }
                        p.failed role="alert" { (plain(&why.to_string())) }
                    }
                    Ok(made) => {
                        (self.compared(with, &made))
                        (self.commands(&made))
                    }
                }
            }
        }
    }

    fn compared(&self, with: &With, made: &Made) -> Markup {
        let (old, new) = (self.scene.estate(), &made.estate);
        let settings = with.of(self.scene);
        let comparing = Comparing { settings: &settings, waivers: &with.waivers, today: today() };
        let comparison = comparing.compare(old, new, false);
        let [before, after] = &comparison.outcomes;
        let report = DiffReport {
            estates: [old, new],
            outcomes: [before, after],
            differences: &comparison.differences,
            findings: &comparison.findings,
            sources: ["now", "then"],
            edits: &self.edits,
            after: false,
        };
        story(&report.tell(MOST), [before, after])
    }

    /// The commands that make the edits, and links to them as files.
    fn commands(&self, made: &Made) -> Markup {
        let start: Estate = made.start(self.scene.estate());
        let told = told(made, &start, self.id);
        let tools = tools(&told);
        let edits = self.edits.join("\n");
        let file = self.path() + "/script";
        html! {
            h2 { "Commands" }
            @if tools.is_empty() { p { "There is no tool for these edits." } }
            p {
                @for tool in &tools {
                    a.button href=(link(&file, &[("tool", tool.as_str()), ("edits", &edits)])) rel="nofollow" download="" {
                        "Download for " (tool.as_str())
                    } " "
                }
            }
            @if let Some(tool) = tools.first() {
                details {
                    summary { "Show the commands for " (tool.as_str()) }
                    pre { (script(*tool, std::slice::from_ref(&told))) }
                }
            }
        }
    }
}

fn story(story: &DiffStory, outcomes: [&Outcome; 2]) -> Markup {
    let [before, after] = outcomes.map(|outcome| outcome.findings.len());
    html! {
        h2 { "What would change" }
        p.lead role="status" { (story.summary) }
        @if story.shifts.is_empty() {
            p { "No traffic would be judged differently." }
        }
        @for shift in &story.shifts { (shifted(shift)) }
        (findings(&story.findings, before, after))
        @if !story.idle.is_empty() {
            h3 { "Rules that change without any effect" }
            ul { @for (how, rule) in &story.idle { li { span.mark { (how) } " " (rule) } } }
        }
        @if !story.objects.is_empty() {
            h3 { "Objects" }
            ul { @for line in &story.objects { li { (line) } } }
            @if story.all_objects > story.objects.len() {
                p.faint { "and " (story.all_objects - story.objects.len()) " more" }
            }
        }
    }
}

fn shifted(shift: &ShiftStory) -> Markup {
    html! {
        section.panel.shift {
            h3 { (shift.who) }
            @if let Some(groups) = &shift.groups { p.faint { "groups: " (groups) } }
            @for effect in &shift.effects { (effected(effect)) }
            @if !shift.rules.is_empty() {
                p.faint { "because of" }
                ul { @for (how, rule) in &shift.rules { li { span.mark { (how) } " " (rule) } } }
            }
        }
    }
}

fn effected(effect: &EffectStory) -> Markup {
    let (class, words) = match effect.verb {
        "opens" => ("high", "newly allowed"),
        "closes" => ("good", "newly denied"),
        "may open" => ("medium", "perhaps newly allowed"),
        _ => ("medium", "perhaps newly denied"),
    };
    let way = if effect.direction == Direction::Ingress { "inbound" } else { "outbound" };
    html! {
        div.effect {
            p {
                span class={ "mark " (class) } { (words) } " " (way)
                @if !effect.places.is_empty() { ", " (effect.places) }
            }
            ul.traffic { @for line in effect.flows.iter().take(LINES) { li { (line) } } }
            @if effect.flows.len() > LINES { p.faint { "and " (effect.flows.len() - LINES) " more" } }
            @if let Some(witness) = &effect.witness { p.faint { "for example " code { (witness) } } }
        }
    }
}

fn findings(findings: &[FindingStory], before: usize, after: usize) -> Markup {
    html! {
        h3 { "Findings" }
        @if findings.is_empty() {
            p { "No finding appears or disappears." }
        } @else {
            table.cards {
                thead {
                    tr {
                        th scope="col" { "Change" }
                        th scope="col" { "Risk" }
                        th scope="col" { "Check items" }
                        th scope="col" { "On" }
                    }
                }
                tbody { @for finding in findings { (found(finding)) } }
            }
        }
        p.faint { "Of all whom the edits touch: " (say::count(before, "finding", "findings")) " now, " (after) " then." }
    }
}

fn found(finding: &FindingStory) -> Markup {
    let class = match finding.kind {
        FindingChangeKind::Appears | FindingChangeKind::Grows => "high",
        FindingChangeKind::Disappears => "good",
    };
    html! {
        tr {
            td data-label="Change" { span class={ "mark " (class) } { (finding.kind.as_str()) } }
            td data-label="Risk" { (risk(finding.risk)) }
            td data-label="Items" {
                @for item in &finding.items { code { (plain(item)) } " " }
                @for mark in &finding.marks { span.mark { (mark) } " " }
            }
            td data-label="On" { (finding.about) }
        }
    }
}
