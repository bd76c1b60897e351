//! Plans for people at a terminal: what closes which finding, how, what it means, and how to undo it.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use portreeve_fix::{Effect, Level, Step};
use portreeve_model::{Direction, Edit, Estate, GroupIx, InterfaceIx, Rule};
use portreeve_netset::{Packet, PacketSet, protocol};

use super::{FixReport, PlanReport, witness};
use crate::Options;
use crate::escape::plain;
use crate::explain::exposure::shortened;
use crate::explain::json::traffic;
use crate::text::page::Page;
use crate::words::{self, count, listed};

/// Effects, findings and interfaces that are named before the rest is counted.
const SHOWN: usize = 6;

/// Writes plans for people.
///
/// # Errors
/// What `out` fails with.
pub fn write_fix(report: &FixReport<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let mut text = Text { report: *report, page: Page::new(out, options) };
    for (at, told) in report.plans.iter().enumerate() {
        text.plan(at, told)?;
    }
    text.others()?;
    text.page.last_line(summary(report))
}

struct Text<'a> {
    report: FixReport<'a>,
    page: Page<'a>,
}

impl Text<'_> {
    fn plan(&mut self, at: usize, told: &PlanReport<'_>) -> io::Result<()> {
        let (plan, start) = (told.plan, told.start);
        let tag = if told.is_manual() { "by hand" } else { plan.level.as_str() };
        let groups = groups(start, &plan.groups);
        let groups = if groups.is_empty() { "no single group".to_owned() } else { groups };
        self.page.heading(tag, style(plan.level), &format!("fix {}", at + 1), &groups)?;
        self.closes(at)?;
        for reason in &plan.reasons {
            self.page.field("because", &plain(reason))?;
        }
        if plan.steps.is_empty() {
            return self.notes(told);
        }
        if !plan.unwanted.is_empty() {
            let outward = plan.effects.first().is_some_and(|it| it.direction == Direction::Egress);
            self.page.field("unwanted", &rows(&plan.unwanted, outward))?;
        }
        self.page.field("strategy", plan.strategy.as_str())?;
        self.steps(told)?;
        self.effects(told)?;
        self.proof(told)?;
        self.notes(told)
    }

    fn closes(&mut self, at: usize) -> io::Result<()> {
        let mut rest = 0;
        for (nth, finding) in self.report.closes(at).enumerate() {
            if nth >= SHOWN {
                rest += 1;
                continue;
            }
            let item = self.report.outcome.item(finding);
            let words = format!("{} {}: {}", item.id, finding.fingerprint, plain(&item.title));
            self.page.field(if nth == 0 { "closes" } else { "" }, &words)?;
        }
        if rest > 0 {
            self.page.field("", &format!("and {}", count(rest, "more finding", "more findings")))?;
        }
        Ok(())
    }

    fn steps(&mut self, told: &PlanReport<'_>) -> io::Result<()> {
        let mut state = told.start.clone();
        for (nth, step) in told.plan.steps.iter().enumerate() {
            let label = format!("step {}", nth + 1);
            self.page.field(&label, &edit(&state, step))?;
            self.page.field("", &plain(&step.why))?;
            if !matches!(told.calls.get(nth), Some(Some(_))) {
                self.page.field("", "by hand: the vendor's tool has no command for it")?;
            }
            step.edit.apply(&mut state);
        }
        Ok(())
    }

    fn effects(&mut self, told: &PlanReport<'_>) -> io::Result<()> {
        for effect in told.plan.effects.iter().take(SHOWN) {
            self.effect(told.start, effect)?;
        }
        let more = told.plan.effects.len().saturating_sub(SHOWN);
        if more > 0 {
            let words = count(more, "more list of groups", "more lists of groups");
            self.page.field("and on", &format!("{words}: --format json has them all"))?;
        }
        for admin in &told.plan.admins {
            let cidrs: Vec<String> = admin.remaining.cidrs().iter().map(ToString::to_string).collect();
            let who = if cidrs.is_empty() { "nobody".to_owned() } else { shortened(&cidrs) };
            let words =
                format!("port {} of {}: {who}", admin.port, interfaces(told.start, &admin.interfaces));
            self.page.field("admin by", &words)?;
        }
        Ok(())
    }

    fn effect(&mut self, estate: &Estate, effect: &Effect) -> io::Result<()> {
        let outward = effect.direction == Direction::Egress;
        let on = if effect.interfaces.is_empty() {
            format!("{} by itself", groups(estate, &effect.groups))
        } else {
            interfaces(estate, &effect.interfaces)
        };
        self.page.field("on", &format!("{on}, {}", effect.direction))?;
        let (before, after) = (&effect.before, &effect.after);
        let kept = before.intersection(after);
        let closed = before.difference(&kept);
        if !closed.is_empty() {
            self.page.field("  before", &rows(before, outward))?;
            self.page.field("  after", &rows(after, outward))?;
        }
        self.page.field("  loses", &rows(&effect.lost, outward))?;
        match witness(effect) {
            Some(packet) => self.page.field("  such as", &said(&packet, outward)),
            None => Ok(()),
        }
    }

    fn proof(&mut self, told: &PlanReport<'_>) -> io::Result<()> {
        let plan = told.plan;
        let steps = plan.steps.iter().filter(|step| step.proved).count();
        let exact = match plan.level {
            Level::Preserving => "what passes is equal before and after",
            Level::Narrowing => "what is lost is exactly the unwanted traffic",
            Level::Manual => "not proved: a person has to decide first",
        };
        let words = format!(
            "{exact}; {steps} of {} between before and after",
            count(plan.steps.len(), "step stays", "steps stay")
        );
        self.page.field("proof", &words)?;
        if plan.level == Level::Manual {
            return Ok(());
        }
        let number = |calls: &[Option<Vec<String>>]| {
            let number = calls.iter().map(|calls| calls.as_ref().map_or(1, Vec::len)).sum();
            count(number, "call", "calls")
        };
        if !told.tool.is_empty() {
            self.page.field("do it", &format!("{}: --format {}", number(&told.calls), told.tool))?;
        }
        self.page.field("undo it", &format!("{}: --format rollback", number(&told.undo)))
    }

    fn notes(&mut self, told: &PlanReport<'_>) -> io::Result<()> {
        for note in &told.plan.notes {
            self.page.field("note", &plain(note))?;
        }
        Ok(())
    }

    /// Findings without a plan of their own, and notes about everything.
    fn others(&mut self) -> io::Result<()> {
        for (answer, words) in [
            ("closed", "nothing is left of these once the plans above are applied"),
            ("waived", "a waiver leaves these out"),
        ] {
            let report = self.report;
            let found: Vec<String> = report
                .chosen
                .iter()
                .filter(|chosen| report.answer(chosen) == answer)
                .filter_map(|chosen| report.outcome.findings.get(chosen.finding))
                .map(|finding| format!("{} {}", report.outcome.item(finding).id, finding.fingerprint))
                .collect();
            if !found.is_empty() {
                self.page.heading(answer, Style::new(), "", words)?;
                self.page.note(&listed(&found, 2 * SHOWN))?;
            }
        }
        for name in self.report.refused {
            self.page.heading("kept", AnsiColor::Yellow.on_default(), "", &plain(name))?;
        }
        for note in self.report.notes {
            self.page.heading("note", Style::new(), "", &plain(note))?;
        }
        Ok(())
    }
}

fn style(level: Level) -> Style {
    match level {
        Level::Preserving | Level::Narrowing => AnsiColor::Green.on_default(),
        Level::Manual => AnsiColor::Yellow.on_default(),
    }
}

/// `5 findings: 4 with a plan, 1 by hand (12 calls)`.
fn summary(report: &FixReport<'_>) -> String {
    if report.chosen.is_empty() {
        return "nothing to fix".to_owned();
    }
    let with = |answer: &str| report.chosen.iter().filter(|chosen| report.answer(chosen) == answer).count();
    let proved = report.plans.iter().filter(|told| !told.is_manual());
    let calls: usize = proved.flat_map(|told| &told.calls).flatten().map(Vec::len).sum();
    let mut parts = Vec::new();
    for (number, words) in [
        (with("plan") + with("closed"), "closed"),
        (with("manual"), "left to a person"),
        (with("waived"), "waived"),
    ] {
        if number > 0 {
            parts.push(format!("{} {words}", words::thousands(number)));
        }
    }
    let plans = report.plans.iter().filter(|told| !told.is_manual()).count();
    format!(
        "{}: {}; {} with {}",
        count(report.chosen.len(), "finding", "findings"),
        parts.join(", "),
        count(plans, "plan", "plans"),
        count(calls, "call", "calls")
    )
}

pub(crate) fn groups(estate: &Estate, groups: &[GroupIx]) -> String {
    let names: Vec<String> = groups
        .iter()
        .filter_map(|ix| estate.groups.get(ix.at()))
        .map(|group| words::group(estate, group))
        .collect();
    listed(&names, SHOWN)
}

pub(crate) fn interfaces(estate: &Estate, interfaces: &[InterfaceIx]) -> String {
    let name = |ix: &InterfaceIx| {
        let interface = estate.interfaces.get(ix.at())?;
        let id = words::text(estate, interface.id).into_owned();
        let server = interface.instance.and_then(|ix| estate.instances.get(ix.at()));
        Some(match server.filter(|server| !server.name.is_empty()) {
            Some(server) => format!("{} ({id})", words::text(estate, server.name)),
            None => id,
        })
    };
    let names: Vec<String> = interfaces.iter().filter_map(name).collect();
    listed(&names, SHOWN)
}

/// A set of traffic in a line.
pub(crate) fn rows(set: &PacketSet, outward: bool) -> String {
    let side = if outward { "to" } else { "from" };
    let rows: Vec<String> = traffic(set, outward)
        .into_iter()
        .map(|row| {
            let service = if row.ports == "all" {
                row.protocol.to_string()
            } else {
                format!("{}/{}", row.protocol, row.ports)
            };
            let service = if service == "all" { "all protocols".to_owned() } else { service };
            format!("{service} {side} {}", shortened(&row.from.or(row.to).unwrap_or_default()))
        })
        .collect();
    if rows.is_empty() { "nothing".to_owned() } else { listed(&rows, SHOWN).replace(", tcp", "; tcp") }
}

/// A packet in a line.
pub(crate) fn said(packet: &Packet, outward: bool) -> String {
    let side = if outward { "to" } else { "from" };
    let name = words::protocol_name(Some(packet.protocol));
    let port = if protocol::has_ports(packet.protocol) { format!("/{}", packet.port) } else { String::new() };
    format!("{name}{port} {side} {}", packet.peer)
}

/// What a step does, in words.
pub(crate) fn edit(estate: &Estate, step: &Step) -> String {
    let group = |ix: &GroupIx| estate.groups.get(ix.at());
    let rule =
        |ix: &GroupIx, said: &Rule| group(ix).map(|of| words::rule(estate, of, said)).unwrap_or_default();
    let called = |ix: &GroupIx| group(ix).map(|of| words::group(estate, of)).unwrap_or_default();
    match &step.edit {
        Edit::AddRule(ix, said) => format!("add {}", unnamed(estate, &called(ix), said)),
        Edit::RemoveRule(ix, at) => {
            let said = group(ix).and_then(|of| of.rules.get(*at as usize)).or(step.rule.as_deref());
            format!("remove {}", said.map(|said| rule(ix, said)).unwrap_or_default())
        }
        Edit::ChangeRule(ix, at, to) => {
            let said = group(ix).and_then(|of| of.rules.get(*at as usize));
            let was = said.map(|said| rule(ix, said)).unwrap_or_default();
            format!("change {was} to: {}", words::rule_words(estate, to))
        }
        Edit::Join(interface, ix, _) => format!("{} joins {}", interfaces(estate, &[*interface]), called(ix)),
        Edit::Leave(interface, ix) => format!("{} leaves {}", interfaces(estate, &[*interface]), called(ix)),
        Edit::CreateGroup(group) => format!("create {}", words::group(estate, group)),
        Edit::DeleteGroup(ix) => format!("delete {}", called(ix)),
    }
}

/// A new rule, which has no name yet.
fn unnamed(estate: &Estate, group: &str, rule: &Rule) -> String {
    format!("to {group}: {}", words::rule_words(estate, rule))
}
