//! The certificate of a check: what every group and every class of interfaces opens, and the findings that follow.

use std::io::{self, Write};

use portreeve_certificate as proof;
use portreeve_checks::{Certainty, Outcome, ServerState, Settings};
use portreeve_engine::{Bound, Class, Index, Place, Policy, spread};
use portreeve_model::{Direction, Estate, GroupIx, InterfaceIx};
use portreeve_netset::{AddressSet, PortSet};

use super::openness::{People, Reader, write};
use super::tree::{Names, json, push};

/// Writes the certificate of a check. What it says of items that are not about ports, of wide sources and of items with peers of their own
/// is not certified; nor is from where servers are reached.
///
/// # Errors
/// When writing fails.
pub fn write_check(
    estate: &Estate,
    settings: &Settings,
    outcome: &Outcome,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let enabled = |item: &proof::Item| outcome.items.iter().any(|it| it.enabled && it.id == item.id);
    let items: Vec<proof::Item> = super::items(settings).into_iter().filter(enabled).collect();
    let schema = proof::SCHEMA;
    writeln!(out, "{{\"schema\":\"{schema}\",\"proves\":{{\"check\":{{")?;
    write!(out, "\"items\":{}", serde_json::to_string(&items)?)?;
    write!(out, ",\n\"openness\":[")?;
    let writer = Writer::new(estate, &items);
    let mut begun = false;
    for subjects in writer.subjects().chunks(CHUNK) {
        for text in spread(subjects, settings.threads, |subject| writer.openness(*subject)) {
            let between = if std::mem::replace(&mut begun, true) { ",\n" } else { "\n" };
            write!(out, "{between}{text}")?;
        }
    }
    write!(out, "],\n\"findings\":[")?;
    let findings = outcome.findings.iter().filter_map(|finding| {
        let item = outcome.item(finding);
        items.iter().any(|it| it.id == item.id).then(|| claim(estate, &item.id, finding))
    });
    for (nth, finding) in findings.flatten().enumerate() {
        write!(out, "{}{}", if nth == 0 { "\n" } else { ",\n" }, serde_json::to_string(&finding)?)?;
    }
    writeln!(out, "]}}}}}}")?;
    out.flush()
}

/// How many subjects are held in memory before they are written.
const CHUNK: usize = 4096;

fn claim(estate: &Estate, item: &str, finding: &portreeve_checks::Finding) -> Option<proof::Finding> {
    let of = match (finding.group, finding.servers.first()) {
        (Some(group), _) => proof::Subject::Group(estate.text(estate.group(group).id).to_owned()),
        (None, Some(server)) => {
            proof::Subject::Interface(estate.text(estate.interface(server.interface).id).to_owned())
        }
        (None, None) => return None,
    };
    let count = |state| finding.servers.iter().filter(|server| server.state == state).count() as u64;
    Some(proof::Finding {
        item: item.to_owned(),
        of,
        sure: finding.certainty == Certainty::Sure,
        at_risk: count(ServerState::AtRisk),
        shielded: count(ServerState::Shielded),
        unknown: count(ServerState::Unknown),
    })
}

/// Whose openness is told.
#[derive(Debug, Clone, Copy)]
enum Subject {
    Group(GroupIx),
    /// An interface, and whether only itself.
    Interface(InterfaceIx, bool),
}

struct Writer<'e> {
    index: Index<'e>,
    people: People,
    tcp: PortSet,
    udp: PortSet,
}

impl<'e> Writer<'e> {
    fn new(estate: &'e Estate, items: &[proof::Item]) -> Self {
        let ports = |pick: fn(&proof::Item) -> &Vec<(u16, u16)>| {
            items.iter().flat_map(pick).copied().collect::<PortSet>()
        };
        let (tcp, udp) = (ports(|item| &item.tcp), ports(|item| &item.udp));
        Self { index: Index::new(estate), people: People::new(), tcp, udp }
    }

    /// Every group, and an interface for every class of them: each interface where rules tell its addresses apart, none where the one
    /// group of a class tells it all.
    fn subjects(&self) -> Vec<Subject> {
        let mut subjects: Vec<Subject> =
            self.index.estate().each_group().map(|(ix, _)| Subject::Group(ix)).collect();
        for class in self.index.classes() {
            if self.tells_addresses_apart(class) {
                subjects.extend(class.interfaces.iter().map(|ix| Subject::Interface(*ix, true)));
            } else if class.groups.len() != 1 || class.unread || !class.filtered {
                subjects.extend(class.interfaces.first().map(|ix| Subject::Interface(*ix, false)));
            }
        }
        subjects
    }

    fn tells_addresses_apart(&self, class: &Class) -> bool {
        let mut rules = class.groups.iter().flat_map(|ix| &self.index.estate().group(*ix).rules);
        rules.any(|rule| rule.narrow.as_deref().is_some_and(|narrow| narrow.local.is_some()))
    }

    /// What a subject opens: once where gaps make no difference, else for both bounds.
    fn openness(&self, subject: Subject) -> String {
        let mut text = String::new();
        let sure = self.policy(subject, Bound::Surely);
        if sure.is_exact() {
            self.sheet(subject, &sure, None, &mut text);
        } else {
            self.sheet(subject, &sure, Some(proof::Bound::Surely), &mut text);
            text.push_str(",\n");
            let most = self.policy(subject, Bound::Possibly);
            self.sheet(subject, &most, Some(proof::Bound::Possibly), &mut text);
        }
        text
    }

    fn policy(&self, subject: Subject, bound: Bound) -> Policy {
        let (way, place) = (Direction::Ingress, Place::Internet);
        match subject {
            Subject::Group(ix) => Policy::of_group(&self.index, ix, way, place, bound),
            Subject::Interface(ix, _) => {
                Policy::of_class(&self.index, self.index.class(self.index.class_of(ix)), way, place, bound)
            }
        }
    }

    fn sheet(&self, subject: Subject, policy: &Policy, bound: Option<proof::Bound>, out: &mut String) {
        let estate = self.index.estate();
        let of = match subject {
            Subject::Group(ix) => proof::Subject::Group(estate.text(estate.group(ix).id).to_owned()),
            Subject::Interface(ix, _) => {
                proof::Subject::Interface(estate.text(estate.interface(ix).id).to_owned())
            }
        };
        out.push_str("{\"of\":");
        json(&of, out);
        if let Some(bound) = bound {
            out.push_str(",\"bound\":");
            json(&bound, out);
        }
        let own = match subject {
            Subject::Interface(ix, true) => own(estate, ix),
            _ => None,
        };
        let mut names = Names::new(estate, policy);
        let reader = Reader { people: &self.people, own: own.as_ref(), policy };
        for (name, protocol, asked) in [("tcp", 6, &self.tcp), ("udp", 17, &self.udp)] {
            for (gates, v6) in reader.gates(protocol, asked, &mut names).into_iter().zip([false, true]) {
                push(out, format_args!(",\"{name}{}\":", if v6 { 6 } else { 4 }));
                write(&gates, v6, out);
            }
        }
        out.push_str(",\"by\":");
        names.write(out);
        out.push('}');
    }
}

/// The addresses of an interface; nothing where the documents tell none.
fn own(estate: &Estate, ix: InterfaceIx) -> Option<AddressSet> {
    let addresses = &estate.interface(ix).addresses;
    let all = addresses.iter().map(|it| AddressSet::from(it.private)).collect::<Vec<_>>();
    (!all.is_empty()).then(|| AddressSet::union_all(&all))
}
