//! Names of findings across runs: what keeps them, what makes them grow.

use std::collections::BTreeSet;

use portreeve_checks::{Extent, Fingerprint, OwnItem, Risk, Settings};
use portreeve_model::Estate;
use portreeve_netset::PortSet;

use crate::common::{estate, only, run};

/// The fingerprint of the only finding of an item.
fn fingerprint(estate: &Estate, item: &str) -> Fingerprint {
    let outcome = run(estate, &only(&[item]));
    let [finding] = outcome.findings.as_slice() else { panic!("{} findings", outcome.findings.len()) };
    finding.fingerprint
}

fn of(text: &str, item: &str) -> Fingerprint {
    fingerprint(&estate(text), item)
}

fn group(rules: &str) -> String {
    format!("profile basic\ngroup web\n{rules}")
}

const OPEN: &str = "in 1 allow tcp 22 from 0.0.0.0/0";

#[test]
fn it_stays_while_servers_words_ranks_and_order_change() {
    let before = of(&group(OPEN), "open-ssh");
    let cases = [
        group("in 77 allow tcp 22 from 0.0.0.0/0 id sgr-1"),
        group("in 1 allow tcp 22 from 0.0.0.0/1\nin 1 allow tcp 22 from 128.0.0.0/1"),
        group("in 1 allow tcp 1-65535 from 0.0.0.0/0"),
        group(&format!("in 1 allow tcp 443 from any\n{OPEN}\nout 1 deny all to any")),
        format!("{}\ninterface eni-1 10.0.0.1 public 198.51.100.1 groups web server i-1", group(OPEN)),
        format!("profile basic\ngroup another\n{OPEN}\ngroup web\n{OPEN}")
            .replace("another\nin 1 allow tcp 22", "another\nin 1 allow tcp 443"),
    ];
    for text in cases {
        assert_eq!(of(&text, "open-ssh"), before, "{text}");
    }
    let mut described = estate(&group(OPEN));
    described.groups[0].description = described.texts.intern("the web");
    described.groups[0].name = described.texts.intern("web servers");
    described.groups[0].rules[0].description = described.texts.intern("for the office");
    described.groups[0].managed = true;
    assert_eq!(fingerprint(&described, "open-ssh"), before);
}

#[test]
fn another_group_or_item_is_another_cause() {
    let one = of(&group(OPEN), "open-ssh");
    let other = of("profile basic\ngroup web2\nin 1 allow tcp 22 from 0.0.0.0/0", "open-ssh");
    let telnet = of(&group("in 1 allow tcp 23 from 0.0.0.0/0"), "open-telnet");
    let causes = BTreeSet::from([one.cause, other.cause, telnet.cause]);
    assert_eq!(causes.len(), 3);
    // The id of the item and that of the group cannot run into each other.
    let item = |id: &str| OwnItem {
        id: id.to_owned(),
        title: String::new(),
        risk: Risk::Low,
        tcp: PortSet::single(22),
        udp: PortSet::empty(),
        peers: None,
        suggestion: String::new(),
    };
    let text = "profile basic\ngroup bc\nin 1 allow tcp 22 from any\ngroup c\nin 1 allow tcp 22 from any";
    let settings = Settings {
        only: Some(vec!["a".to_owned(), "ab".to_owned()]),
        own_items: vec![item("a"), item("ab")],
        ..Settings::default()
    };
    let outcome = run(&estate(text), &settings);
    let causes: BTreeSet<u64> = outcome.findings.iter().map(|finding| finding.fingerprint.cause).collect();
    assert_eq!((outcome.findings.len(), causes.len()), (4, 4));
}

/// Every step says how the finding before compares with the one after: the same cause, and grown or not.
#[test]
fn the_extent_grows_with_ports_families_and_certainty() {
    let steps = [
        ("open-ftp", "in 1 allow tcp 20 from 0.0.0.0/0", "in 1 allow tcp 20-21 from 0.0.0.0/0", true),
        ("open-ftp", "in 1 allow tcp 20-21 from 0.0.0.0/0", "in 1 allow tcp 21 from 0.0.0.0/0", false),
        ("open-ftp", "in 1 allow tcp 20 from 0.0.0.0/0", "in 1 allow tcp 21 from 0.0.0.0/0", true),
        ("open-ssh", OPEN, "in 1 allow tcp 22 from any", true),
        ("open-ssh", "in 1 allow tcp 22 from any", OPEN, false),
        ("open-ssh", OPEN, "in 1 allow tcp 22 from ::/0", true),
        ("open-ssh", "in 1 allow tcp 22 from 0.0.0.0/0 possibly", OPEN, true),
        ("open-ssh", OPEN, "in 1 allow tcp 22 from 0.0.0.0/0 possibly", false),
        ("open-rdp", "in 1 allow tcp 3389 from 0.0.0.0/0", "in 1 allow udp 3389 from 0.0.0.0/0", true),
        ("open-rdp", "in 1 allow all from 0.0.0.0/0", "in 1 allow udp 3389 from 0.0.0.0/0", false),
        ("open-all-ports", "in 1 allow tcp from 0.0.0.0/0", "in 1 allow all from 0.0.0.0/0", true),
        ("open-all-ports", "in 1 allow tcp from 0.0.0.0/0", "in 1 allow tcp from ::/0", true),
        ("open-all-ports", "in 1 allow all from any", "in 1 allow udp from ::/0", false),
        ("wide-source", "in 1 allow tcp 22 from 8.0.0.0/8", "in 1 allow tcp 22-23 from 8.0.0.0/8", true),
        ("wide-source", "in 1 allow tcp 22-23 from 8.0.0.0/8", "in 1 allow tcp 22 from 8.0.0.0/8", false),
    ];
    for (item, before, after, grown) in steps {
        let (old, new) = (of(&group(before), item), of(&group(after), item));
        assert_eq!(old.cause, new.cause, "{item}: {before} -> {after}");
        assert_eq!(!new.extent.within(old.extent), grown, "{item}: {before} -> {after}");
    }
}

#[test]
fn every_port_of_a_service_has_a_part_of_its_own_in_the_extent() {
    for service in portreeve_checks::catalogue::services() {
        let mut seen: Vec<Extent> = Vec::new();
        for (protocol, ranges) in [("tcp", service.tcp), ("udp", service.udp)] {
            for port in ranges.iter().flat_map(|&(first, last)| first..=last) {
                for family in ["0.0.0.0/0", "::/0"] {
                    let rule = format!("in 1 allow {protocol} {port} from {family}");
                    seen.push(of(&group(&rule), service.meta.id).extent);
                }
            }
        }
        // The extent folds where an item has more parts than bits; X11 with its ten ports over two families has twenty.
        for (nth, one) in seen.iter().enumerate() {
            for other in seen.iter().take(nth) {
                assert!(!one.within(*other) && !other.within(*one), "{}: {seen:?}", service.meta.id);
            }
        }
    }
}

#[test]
fn findings_of_interfaces_are_named_by_the_interface() {
    let text = |interfaces: &str| {
        format!(
            "profile basic
             group low
               in 1 allow tcp 22 from 0.0.0.0/1
             group high
               in 1 allow tcp 22 from 128.0.0.0/1
             {interfaces}"
        )
    };
    let one = of(&text("interface eni-1 10.0.0.1 groups low high"), "open-ssh");
    let moved =
        of(&text("interface eni-1 10.0.0.9 public 198.51.100.1 groups high low server i-1"), "open-ssh");
    let other = of(&text("interface eni-2 10.0.0.1 groups low high"), "open-ssh");
    assert_eq!(one, moved);
    assert_ne!(one.cause, other.cause);
    assert_eq!(one.extent, other.extent);
}

#[test]
fn items_about_numbers_grow_with_the_number() {
    let carrying = |groups: &str| {
        format!("profile basic\ngroup a\ngroup b\ngroup c\ngroup d\ninterface eni-1 10.0.0.1 groups {groups}")
    };
    let three = of(&carrying("a b c"), "excessive-groups");
    let others = of(&carrying("d b c"), "excessive-groups");
    let four = of(&carrying("a b c d"), "excessive-groups");
    assert_eq!(three, others);
    assert_eq!(three.cause, four.cause);
    assert!(!four.extent.within(three.extent) && three.extent.within(four.extent));
}

#[test]
fn a_finding_about_rules_grows_when_another_rule_joins() {
    let one = of(&group("in 1 allow tcp 80 from any never id sgr-1"), "never-acts");
    let two = of(
        &group("in 1 allow tcp 80 from any never id sgr-1\nin 1 allow tcp 81 from any never id sgr-2"),
        "never-acts",
    );
    let same =
        of(&group("in 1 allow tcp 443 from any\nin 9 allow tcp 80 from any never id sgr-1"), "never-acts");
    assert_eq!(one, same);
    assert_eq!(one.cause, two.cause);
    assert!(!two.extent.within(one.extent) && one.extent.within(two.extent));
}

#[test]
fn a_fingerprint_is_written_as_hexadecimal_digits() {
    let told = of(&group(OPEN), "open-ssh").to_string();
    assert_eq!(told.len(), 24);
    assert!(told.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)), "{told}");
    // FNV-1a of `open-ssh`, 0, `web`, 0, computed apart from this program; the extent has the bits for sure and port 22.
    assert_eq!(told, format!("{FNV_OF_OPEN_SSH_ON_WEB:016x}00000003"));
}

const FNV_OF_OPEN_SSH_ON_WEB: u64 = 0x50ea_459c_c7d6_6a9c;
