//! What edits would change.

use maud::{Markup, html};
use portreeve::checks::Outcome;
use portreeve::model::Estate;
use portreeve::report::{EffectTale, FindingChangeKind, FindingTale, ShiftTale, Tale, plain, say, tale};
use portreeve::whatif::Made;
use portreeve::{Comparing, script, tools};

use super::{Editor, With, told};
use crate::console::today;
use crate::page::layout::risk;
use crate::page::params::link;

/// Of every list so many are shown.
const MOST: usize = 25;

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
        let comparison = comparing.compare_with(self.scene.index(), new, false);
        let [before, after] = &comparison.outcomes;
        let report = comparison.report([old, new], ["now", "then"], &self.edits);
        told_of(&tale(&report, MOST), [before, after])
    }

    /// The commands that make the edits, and links to them as files.
    fn commands(&self, made: &Made) -> Markup {
        let start: Estate = made.start(self.scene.estate());
        let told = told(made, &start, &plain(self.id));
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

fn told_of(tale: &Tale, outcomes: [&Outcome; 2]) -> Markup {
    let [before, after] = outcomes.map(|outcome| outcome.findings.len());
    let (shifts, more) = &tale.shifts;
    html! {
        h2 { "What would change" }
        p.lead role="status" { (tale.summary) }
        @if shifts.is_empty() { p { "No traffic would be judged differently." } }
        @for shift in shifts { (shifted(shift)) }
        (rest(*more))
        (findings(tale, before, after))
        (lines("Rules that change without any effect", &tale.idle))
        (lines("Objects", &tale.objects))
    }
}

/// How many of a list are left out.
fn rest(more: usize) -> Markup {
    html! { @if more > 0 { p.faint { "and " (more) " more" } } }
}

fn lines(heading: &str, (lines, more): &(Vec<String>, usize)) -> Markup {
    html! {
        @if !lines.is_empty() {
            h3 { (heading) }
            ul.traffic { @for line in lines { li { (line) } } }
            (rest(*more))
        }
    }
}

fn shifted(shift: &ShiftTale) -> Markup {
    html! {
        section.panel.shift {
            h3 { (shift.who) }
            @if let Some(groups) = &shift.groups { p.faint { "groups: " (groups) } }
            @for effect in &shift.effects { (effected(effect)) }
            @if !shift.because.is_empty() {
                p.faint { "because of" }
                ul.traffic { @for rule in &shift.because { li { (rule) } } }
            }
        }
    }
}

fn effected(effect: &EffectTale) -> Markup {
    let (class, words) = match effect.verb {
        "opens" => ("high", "newly allowed"),
        "closes" => ("good", "newly denied"),
        "may open" => ("medium", "perhaps newly allowed"),
        _ => ("medium", "perhaps newly denied"),
    };
    html! {
        div.effect {
            p {
                span class={ "mark " (class) } { (words) }
                @if !effect.place.is_empty() { " " (effect.place) }
            }
            ul.traffic { @for line in &effect.traffic { li { (line) } } }
            @if let Some(witness) = &effect.witness { p.faint { "for example " code { (witness) } } }
        }
    }
}

fn findings(tale: &Tale, before: usize, after: usize) -> Markup {
    let (findings, more) = &tale.findings;
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
            (rest(*more))
        }
        p.faint { "Of all whom the edits touch: " (say::count(before, "finding", "findings")) " now, " (after) " then." }
    }
}

fn found(finding: &FindingTale) -> Markup {
    let (class, words) = match finding.kind {
        Some(FindingChangeKind::Disappears) => ("good", "disappears"),
        Some(kind) => ("high", kind.as_str()),
        None => ("", "stays"),
    };
    html! {
        tr {
            td data-label="Change" { span class={ "mark " (class) } { (words) } }
            td data-label="Risk" { (risk(finding.risk)) }
            td data-label="Items" {
                @for item in &finding.items { code { (item) } " " }
                @for mark in &finding.marks { span.mark { (mark) } " " }
            }
            td data-label="On" { (finding.about) }
        }
    }
}
