//! `portreeve/fix/1`.

use std::io::{self, Write};

use portreeve_checks::Finding;
use portreeve_fix::{Admin, Effect, Level, Step};
use portreeve_model::{Direction, Edit, Estate, GroupIx, InterfaceIx, Rule};
use portreeve_netset::{Packet, protocol};
use serde::Serialize;

use super::{Chosen, FixReport, PlanReport, witness};
use crate::explain::json::{TrafficRow, traffic};
use crate::words;

/// Writes plans as one JSON document.
///
/// # Errors
/// What `out` fails with.
pub fn write_fix_json(report: &FixReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema: "portreeve/fix/1",
        findings: report.chosen.iter().filter_map(|chosen| FindingRow::of(report, chosen)).collect(),
        plans: (0..).zip(report.plans).map(|(at, told)| PlanRow::of(report, at, told)).collect(),
        refused: report.refused,
        notes: report.notes,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    findings: Vec<FindingRow<'a>>,
    plans: Vec<PlanRow<'a>>,
    refused: &'a [String],
    notes: &'a [String],
}

#[derive(Serialize)]
struct FindingRow<'a> {
    fingerprint: String,
    item: &'a str,
    risk: &'static str,
    certainty: &'static str,
    security_group: Option<&'a str>,
    answer: &'static str,
    /// The number of the plan, counted from 1.
    plan: Option<usize>,
}

impl<'a> FindingRow<'a> {
    fn of(report: &FixReport<'a>, chosen: &Chosen) -> Option<Self> {
        let finding: &Finding = report.outcome.findings.get(chosen.finding)?;
        let item = report.outcome.item(finding);
        let group = finding.group.and_then(|ix| report.estate.groups.get(ix.at()));
        Some(Self {
            fingerprint: finding.fingerprint.to_string(),
            item: &item.id,
            risk: item.risk.as_str(),
            certainty: finding.certainty.as_str(),
            security_group: group.map(|group| report.estate.text(group.id)),
            answer: report.answer(chosen),
            plan: chosen.plan.map(|plan| plan + 1),
        })
    }
}

#[derive(Serialize)]
struct PlanRow<'a> {
    number: usize,
    strategy: &'static str,
    level: &'static str,
    proved: bool,
    closes: Vec<String>,
    security_groups: Vec<&'a str>,
    manual: &'a [String],
    unwanted: Vec<TrafficRow>,
    steps: Vec<StepRow<'a>>,
    effects: Vec<EffectRow<'a>>,
    administration: Vec<AdminRow<'a>>,
    rollback: Vec<EditRow<'a>>,
    notes: &'a [String],
}

impl<'a> PlanRow<'a> {
    fn of(report: &FixReport<'a>, at: usize, told: &'a PlanReport<'a>) -> Self {
        let (plan, start) = (told.plan, told.start);
        let outward = plan.effects.first().is_some_and(|effect| effect.direction == Direction::Egress);
        let states = states(start, plan.edits());
        let steps = plan.steps.iter().zip(&states).enumerate();
        let end = states.last().cloned().unwrap_or_else(|| start.clone());
        let undone = self::states(&end, plan.rollback.iter());
        let back = plan.rollback.iter().zip(&undone).enumerate();
        Self {
            number: at + 1,
            strategy: plan.strategy.as_str(),
            level: plan.level.as_str(),
            proved: plan.is_proved(),
            closes: report.closes(at).map(|finding| finding.fingerprint.to_string()).collect(),
            security_groups: ids(start, &plan.groups),
            manual: &plan.reasons,
            unwanted: traffic(&plan.unwanted, outward),
            steps: steps.map(|(nth, (step, state))| StepRow::of(state, step, told.calls.get(nth))).collect(),
            effects: plan.effects.iter().map(|effect| EffectRow::of(start, effect)).collect(),
            administration: plan.admins.iter().map(|admin| AdminRow::of(start, admin)).collect(),
            rollback: back
                .map(|(nth, (edit, state))| EditRow::of(state, edit, None, told.undo.get(nth)))
                .collect(),
            notes: &plan.notes,
        }
    }
}

/// The estates that edits meet, one for each, and the one that they leave.
fn states<'e>(start: &Estate, edits: impl Iterator<Item = &'e Edit>) -> Vec<Estate> {
    let mut states = vec![start.clone()];
    for edit in edits {
        let mut next = states.last().cloned().unwrap_or_default();
        edit.apply(&mut next);
        states.push(next);
    }
    states
}

fn ids<'a>(estate: &'a Estate, groups: &[GroupIx]) -> Vec<&'a str> {
    groups.iter().filter_map(|ix| Some(estate.text(estate.groups.get(ix.at())?.id))).collect()
}

fn interfaces<'a>(estate: &'a Estate, interfaces: &[InterfaceIx]) -> Vec<&'a str> {
    interfaces.iter().filter_map(|ix| Some(estate.text(estate.interfaces.get(ix.at())?.id))).collect()
}

#[derive(Serialize)]
struct StepRow<'a> {
    #[serde(flatten)]
    edit: EditRow<'a>,
    why: &'a str,
    proved: bool,
}

impl<'a> StepRow<'a> {
    fn of(state: &Estate, step: &'a Step, calls: Option<&'a Option<Vec<String>>>) -> Self {
        let edit = EditRow::of(state, &step.edit, step.rule.as_deref(), calls);
        Self { edit, why: &step.why, proved: step.proved }
    }
}

#[derive(Serialize)]
struct EditRow<'a> {
    edit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interface: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<RuleRow>,
    /// The rule that is removed or changed, as it is before.
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<RuleRow>,
    commands: Option<&'a [String]>,
}

impl<'a> EditRow<'a> {
    fn of(state: &Estate, edit: &Edit, known: Option<&Rule>, calls: Option<&'a Option<Vec<String>>>) -> Self {
        let group = |ix: &GroupIx| state.groups.get(ix.at());
        let id = |ix: &GroupIx| group(ix).map(|group| state.text(group.id).to_owned());
        let commands = calls.and_then(Option::as_deref);
        let none = Self { edit: "", security_group: None, interface: None, rule: None, was: None, commands };
        let row = |rule: &Rule, ix: &GroupIx| Some(RuleRow::of(state, rule, group(ix)?.id));
        let at = |ix: &GroupIx, at: u32| group(ix)?.rules.get(at as usize);
        match edit {
            Edit::AddRule(ix, rule) => {
                Self { edit: "add_rule", security_group: id(ix), rule: row(rule, ix), ..none }
            }
            Edit::RemoveRule(ix, place) => {
                let was = at(ix, *place).or(known).and_then(|rule| row(rule, ix));
                Self { edit: "remove_rule", security_group: id(ix), was, ..none }
            }
            Edit::ChangeRule(ix, place, to) => {
                let was = at(ix, *place).and_then(|rule| row(rule, ix));
                Self { edit: "change_rule", security_group: id(ix), was, rule: row(to, ix), ..none }
            }
            Edit::Join(interface, ix, _) | Edit::Leave(interface, ix) => {
                let joins = matches!(edit, Edit::Join(..));
                let interface = state.interfaces.get(interface.at());
                let interface = interface.map(|interface| state.text(interface.id).to_owned());
                Self { edit: if joins { "join" } else { "leave" }, security_group: id(ix), interface, ..none }
            }
            Edit::CreateGroup(group) => {
                let id = Some(state.text(group.id).to_owned());
                Self { edit: "create_group", security_group: id, ..none }
            }
            Edit::DeleteGroup(ix) => Self { edit: "delete_group", security_group: id(ix), ..none },
        }
    }
}

#[derive(Serialize)]
struct RuleRow {
    id: Option<String>,
    direction: &'static str,
    action: &'static str,
    priority: u32,
    protocol: String,
    ports: String,
    peer: String,
}

impl RuleRow {
    fn of(estate: &Estate, rule: &Rule, owner: portreeve_model::Text) -> Self {
        let id =
            if rule.id.is_empty() && rule.position == 0 { None } else { Some(estate.rule_name(owner, rule)) };
        let (protocol, ports) = words::rule_parts(estate, rule);
        Self {
            id,
            direction: rule.direction.as_str(),
            action: rule.action.as_str(),
            priority: rule.priority,
            protocol,
            ports,
            peer: words::peer(estate, &rule.peer),
        }
    }
}

#[derive(Serialize)]
struct EffectRow<'a> {
    security_groups: Vec<&'a str>,
    interfaces: Vec<&'a str>,
    direction: &'static str,
    before: Vec<TrafficRow>,
    after: Vec<TrafficRow>,
    lost: Vec<TrafficRow>,
    witness: Option<WitnessRow>,
}

impl<'a> EffectRow<'a> {
    fn of(estate: &'a Estate, effect: &Effect) -> Self {
        let outward = effect.direction == Direction::Egress;
        Self {
            security_groups: ids(estate, &effect.groups),
            interfaces: interfaces(estate, &effect.interfaces),
            direction: effect.direction.as_str(),
            before: traffic(&effect.before, outward),
            after: traffic(&effect.after, outward),
            lost: traffic(&effect.lost, outward),
            witness: witness(effect).map(|packet| WitnessRow::of(&packet)),
        }
    }
}

/// A packet that passed and no longer does.
#[derive(Serialize)]
struct WitnessRow {
    peer: String,
    protocol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
}

impl WitnessRow {
    fn of(packet: &Packet) -> Self {
        Self {
            peer: packet.peer.to_string(),
            protocol: words::protocol_name(Some(packet.protocol)).into_owned(),
            port: protocol::has_ports(packet.protocol).then_some(packet.port),
        }
    }
}

#[derive(Serialize)]
struct AdminRow<'a> {
    interfaces: Vec<&'a str>,
    port: u16,
    from: Vec<String>,
}

impl<'a> AdminRow<'a> {
    fn of(estate: &'a Estate, admin: &Admin) -> Self {
        Self {
            interfaces: interfaces(estate, &admin.interfaces),
            port: admin.port,
            from: admin.remaining.cidrs().iter().map(ToString::to_string).collect(),
        }
    }
}

impl PlanReport<'_> {
    /// Whether a person has to decide.
    pub(super) fn is_manual(&self) -> bool {
        self.plan.level == Level::Manual
    }
}
