//! `portreeve/diff/1`.

use std::io::{self, Write};

use portreeve_engine::diff::{Bearer, Effect, Pair, RuleChange, Shift, Site};
use portreeve_model::{Direction, Estate, Text};
use portreeve_netset::PacketSet;
use portreeve_netset::protocol::{self, PortAxis};
use serde::Serialize;

use super::flows::{FlowRow, rows};
use super::story::latest;
use super::{DiffReport, FindingChangeKind};
use crate::report::Report;
use portreeve_checks::Finding;

/// Writes a comparison as one JSON document.
///
/// # Errors
/// What `out` fails with.
pub fn write_diff_json(report: &DiffReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    serde_json::to_writer_pretty(&mut out, &DiffRow::of(report))?;
    out.write_all(b"\n")?;
    out.flush()
}

#[derive(Serialize)]
struct DiffRow<'a> {
    schema: &'static str,
    old: SourceRow<'a>,
    new: SourceRow<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    edits: &'a [String],
    /// Whether any traffic is judged differently.
    effect: bool,
    traffic: Vec<ShiftRow<'a>>,
    findings: FindingsRow<'a>,
    rules: Vec<RuleRow<'a>>,
    security_groups: Vec<ObjectRow<'a>>,
    interfaces: Vec<ObjectRow<'a>>,
    moved: Vec<MovedRow<'a>>,
    lists: Vec<ObjectRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings_after: Option<Vec<FindingRow<'a>>>,
}

#[derive(Serialize)]
struct SourceRow<'a> {
    source: &'a str,
    security_groups: usize,
    rules: usize,
    interfaces: usize,
    gaps: usize,
}

#[derive(Serialize)]
struct ShiftRow<'a> {
    subjects: Vec<SubjectRow<'a>>,
    effects: Vec<EffectRow<'a>>,
    /// The rules behind it, by their positions in `rules`.
    because: Vec<usize>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SubjectRow<'a> {
    Interfaces { interfaces: Vec<&'a str>, security_groups: Change<Vec<&'a str>> },
    Group { security_group: &'a str },
    Subnets { subnets: Vec<&'a str>, network_acl: Change<Option<&'a str>> },
}

#[derive(Serialize)]
struct Change<T> {
    old: T,
    new: T,
}

#[derive(Serialize)]
struct EffectRow<'a> {
    direction: &'static str,
    /// Where the other side is; null stands for everywhere.
    places: Option<Vec<PlaceRow<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened: Option<SetRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<SetRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    perhaps_opened: Option<SetRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    perhaps_closed: Option<SetRow>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum PlaceRow<'a> {
    Word(&'static str),
    Network { network: &'a str },
}

#[derive(Serialize)]
struct SetRow {
    traffic: Vec<FlowRow>,
    witness: Option<WitnessRow>,
}

#[derive(Serialize)]
struct WitnessRow {
    from: Option<String>,
    to: Option<String>,
    protocol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icmp: Option<[u8; 2]>,
}

#[derive(Serialize)]
struct FindingsRow<'a> {
    appeared: Vec<FindingRow<'a>>,
    grown: Vec<FindingRow<'a>>,
    disappeared: Vec<FindingRow<'a>>,
}

#[derive(Serialize)]
struct FindingRow<'a> {
    fingerprint: String,
    item: &'a str,
    risk: &'static str,
    certainty: &'static str,
    security_group: Option<&'a str>,
    interfaces: Vec<&'a str>,
    rules: Vec<String>,
    waived: bool,
}

#[derive(Serialize)]
struct RuleRow<'a> {
    security_group: &'a str,
    rule: String,
    change: &'static str,
    effect: bool,
    old: Option<String>,
    new: Option<String>,
}

#[derive(Serialize)]
struct ObjectRow<'a> {
    id: &'a str,
    change: &'static str,
}

#[derive(Serialize)]
struct MovedRow<'a> {
    interface: &'a str,
    security_groups: Change<Vec<&'a str>>,
}

impl<'a> DiffRow<'a> {
    fn of(report: &DiffReport<'a>) -> Self {
        let differences = report.differences;
        let told = |kind| {
            let changes = report.findings.iter().filter(move |change| change.kind == kind);
            let rows = changes.filter_map(|change| {
                let (side, finding) = report.finding(change)?;
                Some(FindingRow::of(side, finding, change.waived))
            });
            rows.collect()
        };
        let side = report.side(true);
        Self {
            schema: "portreeve/diff/1",
            old: source(report, false),
            new: source(report, true),
            edits: report.edits,
            effect: !differences.shifts.is_empty(),
            traffic: (0..).zip(&differences.shifts).map(|(at, shift)| shift_row(report, at, shift)).collect(),
            findings: FindingsRow {
                appeared: told(FindingChangeKind::Appears),
                grown: told(FindingChangeKind::Grows),
                disappeared: told(FindingChangeKind::Disappears),
            },
            rules: differences.rules.iter().map(|change| rule_row(report, change)).collect(),
            security_groups: groups(report),
            interfaces: objects(report, &differences.interfaces, |estate, ix| estate.interface(ix).id),
            moved: differences.moved.iter().map(|pair| moved(report, *pair)).collect(),
            lists: lists(report),
            findings_after: report
                .after
                .then(|| report.standing().map(|entry| FindingRow::of(side, entry.finding, false)).collect()),
        }
    }
}

fn source<'a>(report: &DiffReport<'a>, new: bool) -> SourceRow<'a> {
    let estate = report.estate(new);
    let [old, now] = report.sources;
    SourceRow {
        source: if new { now } else { old },
        security_groups: estate.groups.len(),
        rules: estate.groups.iter().map(|group| group.rules.len()).sum(),
        interfaces: estate.interfaces.len(),
        gaps: estate.gaps.len(),
    }
}

fn shift_row<'a>(report: &DiffReport<'a>, at: usize, shift: &'a Shift) -> ShiftRow<'a> {
    let rules = report.differences.rules.iter().enumerate();
    ShiftRow {
        subjects: shift.bearers.iter().map(|bearer| subject(report, bearer)).collect(),
        effects: shift.effects.iter().map(|effect| effect_row(report, shift, effect)).collect(),
        because: rules.filter(|(_, change)| change.shifts.contains(&at)).map(|(at, _)| at).collect(),
    }
}

fn subject<'a>(report: &DiffReport<'a>, bearer: &Bearer) -> SubjectRow<'a> {
    match bearer {
        Bearer::Interfaces { interfaces, .. } => {
            let ids = interfaces.iter().filter_map(|pair| latest(*pair));
            let first = interfaces.first().copied().unwrap_or(Pair { old: None, new: None });
            SubjectRow::Interfaces {
                interfaces: ids
                    .map(|(new, ix)| report.estate(new).text(report.estate(new).interface(ix).id))
                    .collect(),
                security_groups: group_ids(report, first),
            }
        }
        Bearer::Group(pair) => SubjectRow::Group {
            security_group: latest(*pair).map_or("", |(new, ix)| {
                let estate = report.estate(new);
                estate.text(estate.group(ix).id)
            }),
        },
        Bearer::Subnets { acls, subnets } => {
            let ids = subnets.iter().filter_map(|pair| latest(*pair));
            let acl = |new: bool, ix: Option<portreeve_model::AclIx>| {
                ix.map(|ix| report.estate(new).text(report.estate(new).acl(ix).id))
            };
            SubjectRow::Subnets {
                subnets: ids
                    .map(|(new, ix)| report.estate(new).text(report.estate(new).subnet(ix).id))
                    .collect(),
                network_acl: Change { old: acl(false, acls.old), new: acl(true, acls.new) },
            }
        }
    }
}

fn group_ids<'a>(report: &DiffReport<'a>, pair: Pair<portreeve_model::InterfaceIx>) -> Change<Vec<&'a str>> {
    let of = |new: bool, ix: Option<portreeve_model::InterfaceIx>| {
        let ids = ix.map(|ix| report.groups_of(new, ix)).unwrap_or_default();
        ids.into_iter().map(|id| report.estate(new).text(id)).collect()
    };
    Change { old: of(false, pair.old), new: of(true, pair.new) }
}

fn effect_row<'a>(report: &DiffReport<'a>, shift: &Shift, effect: &Effect) -> EffectRow<'a> {
    let outward = effect.direction == Direction::Egress;
    let set = |set: PacketSet| {
        (!set.is_empty()).then(|| SetRow {
            traffic: rows(&set, outward),
            witness: report.witness(shift, effect, &set).map(|packet| WitnessRow::of(&packet, outward)),
        })
    };
    let place = |site: &Site| match site {
        Site::Internet => PlaceRow::Word("internet"),
        Site::Elsewhere => PlaceRow::Word("elsewhere"),
        Site::Network(pair) => PlaceRow::Network {
            network: latest(*pair).map_or("", |(new, ix)| {
                let estate = report.estate(new);
                estate.text(estate.network(ix).id)
            }),
        },
    };
    EffectRow {
        direction: effect.direction.as_str(),
        places: (!effect.sites.is_empty()).then(|| effect.sites.iter().map(place).collect()),
        opened: set(effect.opened()),
        closed: set(effect.closed()),
        perhaps_opened: set(effect.perhaps_opened()),
        perhaps_closed: set(effect.perhaps_closed()),
    }
}

impl WitnessRow {
    fn of(packet: &portreeve_netset::Packet, outward: bool) -> Self {
        let local = (!packet.local.is_unspecified()).then(|| packet.local.to_string());
        let peer = Some(packet.peer.to_string());
        let (from, to) = if outward { (local, peer) } else { (peer, local) };
        let axis = protocol::port_axis(packet.protocol);
        let (kind, code) = protocol::icmp_type_and_code(packet.port);
        Self {
            from,
            to,
            protocol: protocol::label(packet.protocol),
            port: (axis == PortAxis::Ports).then_some(packet.port),
            icmp: (axis == PortAxis::TypesAndCodes).then_some([kind, code]),
        }
    }
}

impl<'a> FindingRow<'a> {
    fn of(report: Report<'a>, finding: &'a Finding, waived: bool) -> Self {
        let estate = report.estate;
        let item = report.outcome.item(finding);
        Self {
            fingerprint: finding.fingerprint.to_string(),
            item: &item.id,
            risk: item.risk.as_str(),
            certainty: finding.certainty.as_str(),
            security_group: finding.group.map(|ix| estate.text(estate.group(ix).id)),
            interfaces: finding
                .servers
                .iter()
                .map(|it| estate.text(estate.interface(it.interface).id))
                .collect(),
            rules: report.rules(finding).map(|(group, rule)| estate.rule_name(group.id, rule)).collect(),
            waived,
        }
    }
}

fn rule_row<'a>(report: &DiffReport<'a>, change: &'a RuleChange) -> RuleRow<'a> {
    let (new, group) = latest(change.group).unwrap_or((true, portreeve_model::GroupIx::new(0)));
    let estate = report.estate(new);
    let named = |new: bool| {
        let group = if new { change.group.new } else { change.group.old };
        let owner = report.estate(new).group(group?).id;
        report.said(change, new).map(|(_, rule)| report.estate(new).rule_name(owner, rule))
    };
    RuleRow {
        security_group: estate.text(estate.group(group).id),
        rule: named(true).or_else(|| named(false)).unwrap_or_default(),
        change: change.kind.as_str(),
        effect: !change.shifts.is_empty(),
        old: report.said(change, false).map(|(words, _)| words.into_owned()),
        new: report.said(change, true).map(|(words, _)| words.into_owned()),
    }
}

/// What of a pair there is, in a word.
fn presence<T>(pair: &Pair<T>) -> &'static str {
    match (&pair.old, &pair.new) {
        (None, _) => "appeared",
        (_, None) => "disappeared",
        _ => "changed",
    }
}

fn objects<'a, T: Copy>(
    report: &DiffReport<'a>,
    pairs: &[Pair<T>],
    id: impl Fn(&'a Estate, T) -> Text,
) -> Vec<ObjectRow<'a>> {
    let row = |pair: &Pair<T>| {
        let (new, ix) = latest(*pair)?;
        let estate = report.estate(new);
        Some(ObjectRow { id: estate.text(id(estate, ix)), change: presence(pair) })
    };
    pairs.iter().filter_map(row).collect()
}

fn groups<'a>(report: &DiffReport<'a>) -> Vec<ObjectRow<'a>> {
    let id = |estate: &'a Estate, ix| estate.group(ix).id;
    let mut rows = objects(report, &report.differences.groups, id);
    rows.extend(objects(report, &report.differences.settings, id));
    rows
}

fn lists<'a>(report: &DiffReport<'a>) -> Vec<ObjectRow<'a>> {
    let mut rows =
        objects(report, &report.differences.address_lists, |estate, ix| estate.address_list(ix).id);
    rows.extend(objects(report, &report.differences.port_lists, |estate, ix| estate.port_list(ix).id));
    rows
}

fn moved<'a>(report: &DiffReport<'a>, pair: Pair<portreeve_model::InterfaceIx>) -> MovedRow<'a> {
    let id =
        latest(pair).map_or("", |(new, ix)| report.estate(new).text(report.estate(new).interface(ix).id));
    MovedRow { interface: id, security_groups: group_ids(report, pair) }
}
