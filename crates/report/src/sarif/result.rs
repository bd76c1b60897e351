//! A finding as a SARIF result.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use portreeve_checks::Finding;
use portreeve_model::Origin;
use serde::Serialize;

use super::Scan;
use super::rule::level;
use crate::report::Entry;
use crate::words::{rule, subject, traffic, witness};
use crate::{Report, Status, escape};

/// Rules that a message quotes.
const QUOTED: usize = 5;

/// A result (section 3.27).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultRow<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Texts,
    locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Texts {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    name: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "portreeve/v1")]
    own: String,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
}

#[derive(Serialize)]
struct Properties<'a> {
    risk: &'static str,
    certainty: &'static str,
    exposure: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'a str>,
}

impl<'a> ResultRow<'a> {
    pub(super) fn of(scan: &Scan<'a>, entry: Entry<'a>) -> Self {
        let Entry { finding, item, status, .. } = entry;
        let waiver = match status {
            Status::Waived { reason, until } => Some((&**reason, &**until)),
            _ => None,
        };
        Self {
            rule_id: &item.id,
            rule_index: scan.rules.place(usize::from(finding.item.0)),
            level: level(item.risk),
            message: texts(scan.report, entry),
            locations: location(scan, finding).into_iter().collect(),
            partial_fingerprints: Fingerprints { own: finding.fingerprint.to_string() },
            suppressions: waiver
                .map(|(justification, _)| Suppression { kind: "external", status: "accepted", justification })
                .into_iter()
                .collect(),
            baseline_state: scan.report.baseline.then(|| baseline_state(status)),
            properties: Properties {
                risk: item.risk.as_str(),
                certainty: finding.certainty.as_str(),
                exposure: finding.exposure.as_str(),
                status: status.as_str(),
                until: waiver.map(|(_, until)| until),
            },
        }
    }
}

/// How a result compares with the baseline (section 3.27.24). A waived one may be in it or not, and is not asked.
fn baseline_state(status: &Status) -> &'static str {
    match status {
        Status::Open => "new",
        Status::Grown => "updated",
        Status::Known | Status::Waived { .. } => "unchanged",
    }
}

/// What was found, in a sentence for lists and a few lines for the page of a result.
fn texts(report: Report<'_>, entry: Entry<'_>) -> Texts {
    let Entry { finding, item, .. } = entry;
    let about = subject(report, finding);
    let mut plain = vec![format!("{} ({about}, {})", item.title, finding.certainty.as_str())];
    let mut markdown = vec![format!(
        "{} ({}, {})",
        escape::prose(&item.title),
        escape::code_span(&about),
        finding.certainty.as_str()
    )];
    let mut line = |head: &str, words: String, code: bool| {
        let shown = if code { escape::code_span(&words) } else { escape::prose(&words) };
        markdown.push(format!("- {head}: {shown}"));
        plain.push(format!("{head}: {words}"));
    };
    if !finding.detail.is_empty() {
        line("finding", finding.detail.to_string(), false);
    }
    for (group, found) in report.rules(finding).take(QUOTED) {
        line("rule", rule(report.estate, group, found), true);
    }
    let direction = report.direction(finding);
    for part in finding.traffic.iter().take(QUOTED) {
        line("opens", traffic(part, direction), true);
    }
    if let Some(packet) = &finding.witness {
        line("try", witness(report, finding, packet), true);
    }
    line("do", finding.suggestion.to_string(), false);
    let plain: Vec<String> = plain.iter().map(|words| escape::sarif(words)).collect();
    Texts { text: plain.join("\n"), markdown: markdown.join("\n") }
}

/// The group, or the interface where no single group is the cause: its document, its line and its id.
fn location<'a>(scan: &Scan<'a>, finding: &'a Finding) -> Option<Location<'a>> {
    let estate = scan.report.estate;
    let group = finding.group.and_then(|ix| estate.groups.get(ix.at()));
    let (id, origin, kind) = if let Some(group) = group {
        (group.id, group.origin, "securityGroup")
    } else {
        let interface = estate.interfaces.get(finding.servers.first()?.interface.at())?;
        (interface.id, interface.origin, "interface")
    };
    let name = estate.text(id);
    let physical_location = origin.and_then(|origin| physical(scan, origin, name));
    Some(Location { physical_location, logical_locations: vec![Logical { name, kind }] })
}

fn physical<'a>(scan: &Scan<'a>, origin: Origin, id: &'a str) -> Option<Physical> {
    let document = scan.report.estate.documents.get(origin.document.at())?;
    let start_line = scan.line(origin, id).unwrap_or(1);
    Some(Physical { artifact_location: Artifact { uri: uri(&document.path) }, region: Region { start_line } })
}

/// Everything that RFC 3986 does not allow in a path.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The path of a document as a URI reference: relative paths stay relative, with their first segment kept from
/// looking like a scheme.
fn uri(path: &str) -> String {
    if path == "-" {
        return "stdin".to_owned();
    }
    let path = if std::path::MAIN_SEPARATOR == '\\' { path.replace('\\', "/") } else { path.to_owned() };
    let relative = path.trim_start_matches("./");
    let encoded = utf8_percent_encode(relative, IN_PATH).to_string();
    let first = encoded.split('/').next().unwrap_or_default();
    if encoded.starts_with('/') {
        format!("file://{encoded}")
    } else if first.contains(':') {
        format!("./{encoded}")
    } else {
        encoded
    }
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_is_a_relative_uri() {
        let cases = [
            ("groups.json", "groups.json"),
            ("./a/b.json", "a/b.json"),
            ("my account/groups #1.json", "my%20account/groups%20%231.json"),
            ("büro.json", "b%C3%BCro.json"),
            ("100%.json", "100%25.json"),
            ("/var/x.json", "file:///var/x.json"),
            ("c:x.json", "./c:x.json"),
            ("-", "stdin"),
        ];
        for (path, expected) in cases {
            assert_eq!(uri(path), expected, "{path}");
        }
    }
}
