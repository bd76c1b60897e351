//! `portreeve/explain/1`.

use std::borrow::Cow;
use std::io::{self, Write};

use portreeve_explain::{Cause, Part, Plan, Ruling, Spot, Step, Told, Verdict, internet_prefixes};
use portreeve_model::{Estate, Rule, Text};
use portreeve_netset::{Block, PacketSet, PortSet, protocol};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Asked, Explained};
use crate::words::{ports, protocol_name};

/// Writes an answer as one JSON document.
///
/// # Errors
/// What `out` fails with.
pub fn write_answer_json(explained: &Explained<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &AnswerRow::of(explained))?;
    out.write_all(b"\n")
}

/// Writes an answer on one line, as answers to many questions are.
///
/// # Errors
/// What serializing fails with.
pub fn write_answer_line(explained: &Explained<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &AnswerRow::of(explained))?;
    out.push(b'\n');
    Ok(())
}

struct AnswerRow<'a> {
    question: QuestionRow<'a>,
    verdict: &'static str,
    part: PartRow<'a>,
    answers: Vec<NamedPartRow<'a>>,
}

// By hand, because serde's own flattening goes through a map that costs more than the answer.
impl Serialize for AnswerRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", "portreeve/explain/1")?;
        map.serialize_entry("question", &self.question)?;
        map.serialize_entry("verdict", self.verdict)?;
        self.part.entries(&mut map)?;
        if !self.answers.is_empty() {
            map.serialize_entry("answers", &self.answers)?;
        }
        map.end()
    }
}

impl<'a> AnswerRow<'a> {
    fn of(explained: &Explained<'a>) -> Self {
        let Explained { estate, asked, answer, commands } = *explained;
        let several = answer.parts.len() > 1;
        let named = |part: &'a Part| NamedPartRow {
            from: spot(estate, part.from),
            to: spot(estate, part.to),
            verdict: part.verdict.as_str(),
            part: PartRow::of(estate, part, &[]),
        };
        Self {
            question: QuestionRow::of(asked),
            verdict: answer.verdict.as_str(),
            part: answer.decisive().map_or_else(PartRow::default, |part| PartRow::of(estate, part, commands)),
            answers: if several { answer.parts.iter().map(named).collect() } else { Vec::new() },
        }
    }
}

#[derive(Serialize)]
pub(super) struct QuestionRow<'a> {
    from: &'a str,
    to: &'a str,
    protocol: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_port: Option<u16>,
}

impl<'a> QuestionRow<'a> {
    pub(super) fn of(asked: Asked<'a>) -> Self {
        let Asked { from, to, protocol, port, source_port } = asked;
        Self { from, to, protocol: protocol_name(protocol), port, source_port }
    }
}

struct NamedPartRow<'a> {
    from: SpotRow<'a>,
    to: SpotRow<'a>,
    verdict: &'static str,
    part: PartRow<'a>,
}

impl Serialize for NamedPartRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("from", &self.from)?;
        map.serialize_entry("to", &self.to)?;
        map.serialize_entry("verdict", self.verdict)?;
        self.part.entries(&mut map)?;
        map.end()
    }
}

#[derive(Default)]
struct PartRow<'a> {
    steps: Vec<StepRow<'a>>,
    allowed: Option<Vec<TrafficRow>>,
    unknown: Vec<TrafficRow>,
    causes: Vec<CauseRow<'a>>,
    plans: Vec<PlanRow<'a>>,
    gaps: Vec<GapRow<'a>>,
    not_modelled: Vec<&'static str>,
    notes: &'a [String],
}

impl<'a> PartRow<'a> {
    fn entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("steps", &self.steps)?;
        if let Some(allowed) = &self.allowed {
            map.serialize_entry("allowed", allowed)?;
        }
        if !self.unknown.is_empty() {
            map.serialize_entry("unknown", &self.unknown)?;
        }
        map.serialize_entry("causes", &self.causes)?;
        if !self.plans.is_empty() {
            map.serialize_entry("plans", &self.plans)?;
        }
        map.serialize_entry("gaps", &self.gaps)?;
        map.serialize_entry("not_modelled", &self.not_modelled)?;
        if !self.notes.is_empty() {
            map.serialize_entry("notes", self.notes)?;
        }
        Ok(())
    }

    fn of(estate: &'a Estate, part: &'a Part, commands: &'a [Vec<String>]) -> Self {
        let outward = part.to == Spot::Internet;
        let set = part.from == Spot::Internet || outward;
        let shown = part.verdict == Verdict::Partly || (set && part.verdict != Verdict::Denied);
        let plans = part.plans.iter().enumerate();
        Self {
            steps: part.steps.iter().map(|step| StepRow::of(estate, step)).collect(),
            allowed: shown.then(|| traffic(&part.allowed, outward)),
            unknown: if part.verdict == Verdict::Denied {
                Vec::new()
            } else {
                traffic(&part.unknown, outward)
            },
            causes: part.causes.iter().map(CauseRow::of).collect(),
            plans: plans.map(|(at, plan)| PlanRow::of(plan, commands.get(at))).collect(),
            gaps: part.gaps.iter().map(|told| GapRow::of(estate, told)).collect(),
            not_modelled: part.not_modelled.iter().map(|layer| layer.as_str()).collect(),
            notes: &part.notes,
        }
    }
}

#[derive(Serialize)]
struct SpotRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<std::net::IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interface: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'a str>,
    /// The NAT gateway or load balancer that leads to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    through: Option<&'a str>,
}

fn spot(estate: &Estate, spot: Spot) -> SpotRow<'_> {
    let interface = spot.interface().map(|ix| estate.interface(ix));
    SpotRow {
        address: spot.address(),
        interface: interface.map(|it| estate.text(it.id)),
        instance: interface.and_then(|it| it.instance).map(|ix| estate.text(estate.instance(ix).id)),
        through: match spot {
            Spot::Behind { door, .. } => Some(estate.text(door.id(estate))),
            _ => None,
        },
    }
}

#[derive(Serialize)]
struct StepRow<'a> {
    layer: &'static str,
    direction: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reply: bool,
    at: &'a str,
    verdict: &'static str,
    rule: Option<RuleRow<'a>>,
    because: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<RuleRow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trace: Vec<RuleRow<'a>>,
}

impl<'a> StepRow<'a> {
    fn of(estate: &'a Estate, step: &'a Step) -> Self {
        let rules = |rulings: &[Ruling]| rulings.iter().filter_map(|it| RuleRow::of(estate, *it)).collect();
        Self {
            layer: step.layer.as_str(),
            direction: step.direction.as_str(),
            reply: step.reply,
            at: estate.text(step.at),
            verdict: step.verdict.as_str(),
            rule: step.rule.and_then(|ruling| RuleRow::of(estate, ruling)),
            because: &step.because,
            also: rules(&step.also),
            trace: rules(&step.trace),
        }
    }
}

#[derive(Serialize)]
struct RuleRow<'a> {
    owner: &'a str,
    id: Cow<'a, str>,
    priority: u32,
    action: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
}

impl<'a> RuleRow<'a> {
    fn of(estate: &'a Estate, ruling: Ruling) -> Option<Self> {
        let (owner, rule) = ruled(estate, ruling)?;
        // The entries of a network ACL rank by their place.
        let priority = if matches!(ruling, Ruling::Entry(..)) { rule.position } else { rule.priority };
        Some(Self {
            owner: estate.text(owner),
            id: match estate.text(rule.id) {
                "" => estate.rule_name(owner, rule).into(),
                id => id.into(),
            },
            priority,
            action: rule.action.as_str(),
            description: estate.text(rule.description),
        })
    }
}

/// The rule that a ruling names, and the id of its owner.
pub(crate) fn ruled(estate: &Estate, ruling: Ruling) -> Option<(Text, &Rule)> {
    match ruling {
        Ruling::Rule(at) => {
            let group = estate.groups.get(at.group.at())?;
            Some((group.id, group.rules.get(at.rule as usize)?))
        }
        Ruling::Entry(acl, at) => {
            let acl = estate.acls.get(acl.at())?;
            Some((acl.id, acl.entries.get(at as usize)?))
        }
    }
}

#[derive(Serialize)]
struct CauseRow<'a> {
    id: &'static str,
    text: &'a str,
    remedy: &'a str,
}

impl<'a> CauseRow<'a> {
    fn of(cause: &'a Cause) -> Self {
        Self { id: cause.id, text: &cause.text, remedy: &cause.remedy }
    }
}

#[derive(Serialize)]
struct PlanRow<'a> {
    changes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    commands: Option<&'a [String]>,
}

impl<'a> PlanRow<'a> {
    fn of(plan: &'a Plan, commands: Option<&'a Vec<String>>) -> Self {
        Self { changes: &plan.words, commands: commands.filter(|it| !it.is_empty()).map(Vec::as_slice) }
    }
}

#[derive(Serialize)]
struct GapRow<'a> {
    at: &'a str,
    what: &'a str,
}

impl<'a> GapRow<'a> {
    fn of(estate: &'a Estate, told: &'a Told) -> Self {
        let (at, what) = gap(estate, told);
        Self { at, what }
    }
}

/// Where a gap is, and what is missing.
pub(crate) fn gap<'a>(estate: &'a Estate, told: &'a Told) -> (&'a str, &'a str) {
    match told {
        Told::Gap(ix) => {
            let gap = estate.gap(*ix);
            (&gap.at, &gap.what)
        }
        Told::Here(at, what) => (at, what),
    }
}

#[derive(Serialize)]
pub(crate) struct TrafficRow {
    pub(crate) protocol: Cow<'static, str>,
    pub(crate) ports: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_ports: Option<String>,
}

/// A set as rows, one for each protocol (or `all`) and set of peers.
pub(crate) fn traffic(set: &PacketSet, outward: bool) -> Vec<TrafficRow> {
    set.blocks()
        .iter()
        .flat_map(|block| named(block).into_iter().map(|name| row(block, name, outward)))
        .collect()
}

/// A protocol by itself, several in a row without names of their own, or all of them (`None`).
pub(crate) type Name = Option<(u8, u8)>;

pub(crate) fn row(block: &Block, name: Name, outward: bool) -> TrafficRow {
    let peers: Vec<String> = internet_prefixes(&block.peers).iter().map(ToString::to_string).collect();
    let one = name.filter(|(first, last)| first == last).map(|(first, _)| first);
    let source_ports = (!block.source_ports.is_full()).then(|| ports(one, &block.source_ports));
    TrafficRow {
        protocol: match name {
            Some((first, last)) if first != last => format!("{first}-{last}").into(),
            _ => protocol_name(one),
        },
        ports: if name.is_some() && one.is_none() { "all".to_owned() } else { ports(one, &block.ports) },
        from: (!outward).then(|| peers.clone()),
        to: outward.then_some(peers),
        source_ports,
    }
}

/// The protocols of a block: those with a name one by one, the others in runs.
pub(crate) fn named(block: &Block) -> Vec<Name> {
    if block.protocols.is_full() {
        return vec![None];
    }
    let mut names: Vec<Name> = Vec::new();
    for number in block.protocols.intervals().iter().flat_map(|(first, last)| *first..=*last) {
        match names.last_mut() {
            Some(Some((first, last)))
                if protocol::name(number).is_none()
                    && protocol::name(*first).is_none()
                    && last.checked_add(1) == Some(number) =>
            {
                *last = number;
            }
            _ => names.push(Some((number, number))),
        }
    }
    names
}

/// The ports of a question.
pub(super) fn ports_of(number: Option<u8>, port: Option<u16>) -> String {
    ports(number, &port.map_or(PortSet::full(), PortSet::single))
}
