//! The documents that are written say the edits, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use portreeve_model::{
    Action, Edit, Estate, Group, GroupIx, InterfaceIx, PortRange, Ports, Protocol, Rule, Text,
};

use super::{WriteError, write_fixed};
use crate::load::{LoadOptions, Unwatched, load};

/// Numbers that look random, the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

fn source(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned();
    root.join(name).display().to_string()
}

fn read(sources: &[String]) -> Estate {
    load(sources, &LoadOptions::default(), &Unwatched).unwrap().estate
}

/// Everything that edits can change, in words: groups by id with their rules in order, and the groups of interfaces.
fn meaning(estate: &Estate) -> Vec<String> {
    let mut all: Vec<String> = estate
        .groups
        .iter()
        .map(|group| {
            let rules: Vec<String> = portreeve_model::Direction::BOTH
                .into_iter()
                .flat_map(|direction| group.rules_of(direction))
                .map(|rule| said(estate, rule))
                .collect();
            let gaps: Vec<bool> = group.incomplete.iter().map(Option::is_some).collect();
            let profile = estate.profile(group.profile).name;
            format!(
                "{} {} {profile} {:?} {gaps:?}\n  {}",
                estate.text(group.id),
                estate.text(group.name),
                group.same_group,
                rules.join("\n  ")
            )
        })
        .collect();
    all.extend(estate.interfaces.iter().map(|interface| {
        let list = interface.groups.map(|ix| estate.group_list(ix).to_vec());
        let names: Option<Vec<&str>> = list.map(|list| list.iter().map(|id| estate.text(*id)).collect());
        format!("{} {names:?}", estate.text(interface.id))
    }));
    all.sort();
    all
}

/// A rule without its numbers: texts in words, positions and indices left out.
fn said(estate: &Estate, rule: &Rule) -> String {
    let words = portreeve_providers::alibaba_rule_words(estate, rule)
        .or_else(|| portreeve_providers::huawei_rule_words(estate, rule));
    format!("{} {} {words:?}", estate.text(rule.id), rule.direction)
}

/// One edit that the vendors' documents can say; new rules differ from all others, because documents unite equal ones.
fn edit(draw: &mut Draw, estate: &mut Estate, serial: u16) -> Option<Edit> {
    let group = GroupIx::new(draw.below(estate.groups.len()));
    let rules = estate.group(group).rules.clone();
    let at = draw.below(rules.len());
    let rule = rules.get(at);
    let new = |rule: &Rule| Rule {
        id: Text::EMPTY,
        position: 0,
        protocol: Protocol::TCP,
        ports: PortRange::new(10_000 + serial, 10_000 + serial).map_or(Ports::All, Ports::Range),
        narrow: None,
        gap: None,
        action: if serial.is_multiple_of(3) { Action::Deny } else { Action::Allow },
        ..rule.clone()
    };
    let at = u32::try_from(at).unwrap();
    match draw.below(6) {
        0 => Some(Edit::RemoveRule(group, at)).filter(|_| rule.is_some()),
        1 => Some(Edit::ChangeRule(group, at, Box::new(new(rule?)))),
        2 => {
            let interface = InterfaceIx::new(draw.below(estate.interfaces.len()));
            estate.interface(interface).groups?;
            Some(Edit::Join(interface, group, u32::try_from(draw.below(3)).unwrap()))
        }
        3 => {
            let interface = InterfaceIx::new(draw.below(estate.interfaces.len()));
            let list = estate.group_list(estate.interface(interface).groups?);
            let known = list.len() > 1 && list.contains(&estate.group(group).id);
            known.then_some(Edit::Leave(interface, group))
        }
        4 if serial.is_multiple_of(4) => {
            let id = estate.texts.intern(&format!("copy-{serial}"));
            let name = estate.texts.intern(&format!("copy's \"{serial}\" name"));
            let copied = estate.group(group).clone();
            let rules = copied.rules.iter().filter(|rule| rule.gap.is_none());
            let rules = rules.map(|rule| Rule { id: Text::EMPTY, ..rule.clone() }).collect();
            Some(Edit::CreateGroup(Box::new(Group { id, name, rules, ..copied })))
        }
        _ => Some(Edit::AddRule(group, Box::new(new(rule?)))),
    }
}

/// Writes random edits of an account and reads them again.
fn round_trip(name: &str, seed: u64) {
    let sources = [source(name)];
    let mut estate = read(&sources);
    let (mut draw, mut edits) = (Draw(seed), Vec::new());
    let mut now = estate.clone();
    for serial in 1..=u16::try_from(2 + draw.below(12)).unwrap() {
        // New texts are those of the estate that the edits start from.
        now.texts = estate.texts.clone();
        let Some(edit) = edit(&mut draw, &mut now, serial) else { continue };
        estate.texts = now.texts.clone();
        edit.apply(&mut now);
        edits.push(edit);
    }
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("fixed");
    write_fixed(&sources, &estate, &edits, &folder).unwrap_or_else(|why| panic!("{name} {seed}: {why}"));
    let again = read(&[folder.display().to_string()]);
    let (expected, found) = (meaning(&now), meaning(&again));
    let differ: Vec<_> = expected.iter().zip(&found).filter(|(one, other)| one != other).take(2).collect();
    assert!(differ.is_empty() && expected.len() == found.len(), "{name} {seed}: {edits:#?}\n{differ:#?}");
}

#[test]
fn documents_with_edits_read_as_the_estate_with_edits() {
    for name in ["examples/alibaba", "fixtures/alibaba/sample", "fixtures/huawei/sample"] {
        for seed in 0..40 {
            round_trip(name, seed);
        }
    }
}

#[test]
fn without_edits_every_byte_stays() {
    for name in ["examples/alibaba", "fixtures/huawei/sample", "fixtures/alibaba/paged"] {
        let (sources, scratch) = ([source(name)], tempfile::tempdir().unwrap());
        let written = write_fixed(&sources, &read(&sources), &[], scratch.path()).unwrap();
        assert!(!written.is_empty());
        for path in written {
            let from = PathBuf::from(&sources[0]).join(path.strip_prefix(scratch.path()).unwrap());
            assert!(fs::read(&path).unwrap() == fs::read(&from).unwrap(), "{}", path.display());
        }
    }
}

/// The same group in every form that a source may have: a list, lines, compressed, wrapped, with a byte order mark.
#[test]
fn every_form_of_a_document_can_be_written() {
    let folder = source("fixtures/bad/odd");
    for name in [
        "array.json",
        "bom.json",
        "crlf.json",
        "group.json.gz",
        "group.json.zst",
        "lines.ndjson",
        "lines.ndjson.zst",
        "no-space-between.json",
        "two-responses.json",
        "wrapped",
    ] {
        let sources = [format!("{folder}/{name}")];
        let estate = read(&sources);
        let group = GroupIx::new(0);
        let first = estate.group(group).rules.first().unwrap().clone();
        let port = Ports::Range(PortRange::one(4711));
        let new = Rule {
            id: Text::EMPTY,
            position: 0,
            ports: port,
            protocol: Protocol::TCP,
            narrow: None,
            gap: None,
            ..first
        };
        let edits = [Edit::RemoveRule(group, 0), Edit::AddRule(group, Box::new(new))];
        let scratch = tempfile::tempdir().unwrap();
        let written = write_fixed(&sources, &estate, &edits, scratch.path()).unwrap();
        let again = read(&[scratch.path().display().to_string()]);
        assert_eq!(meaning(&again), meaning(&Edit::apply_all(&edits, &estate)), "{name}");
        assert!(
            written.iter().all(|path| path.extension().is_some_and(|end| end == "json" || end == "ndjson"))
        );
    }
}

#[test]
fn a_group_that_goes_leaves_no_document() {
    for (name, id) in [("examples/alibaba", "sg-bp1stg0lab0000000000"), ("fixtures/huawei/sample", "")] {
        let sources = [source(name)];
        let estate = read(&sources);
        let found = estate.each_group().find(|(_, group)| id.is_empty() || estate.text(group.id) == id);
        let (ix, group) = found.unwrap();
        let scratch = tempfile::tempdir().unwrap();
        write_fixed(&sources, &estate, &[Edit::DeleteGroup(ix)], scratch.path()).unwrap();
        let again = read(&[scratch.path().display().to_string()]);
        let listed = |known: &Group| again.text(known.id) == estate.text(group.id);
        // Rules that name it and interfaces in it still say its id; nothing describes it any more.
        assert!(!again.groups.iter().any(|known| listed(known) && known.origin.is_some()), "{name}");
        assert!(again.groups.len() >= estate.groups.len() - 1);
    }
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("mine"), "x").unwrap();
    let sources = [source("fixtures/alibaba/sample")];
    let refused = write_fixed(&sources, &read(&sources), &[], scratch.path());
    assert!(matches!(refused, Err(WriteError::NotEmpty(_))), "{refused:?}");
    let stdin = write_fixed(&["-".to_owned()], &read(&sources), &[], &scratch.path().join("new"));
    assert!(matches!(stdin, Err(WriteError::Stdin)), "{stdin:?}");
}
