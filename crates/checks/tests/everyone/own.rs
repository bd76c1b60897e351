//! Items of the user's own.

use portreeve_checks::{OwnItem, Risk, Settings};
use portreeve_netset::{AddressSet, Cidr, PortSet};

use crate::common::{at_risk, estate, finds, lines, run};

fn item(id: &str, tcp: &[(u16, u16)], udp: &[(u16, u16)], peers: Option<&[&str]>) -> OwnItem {
    let cidrs =
        |texts: &[&str]| texts.iter().map(|text| text.parse::<Cidr>().unwrap()).collect::<AddressSet>();
    OwnItem {
        id: id.to_owned(),
        title: "ours".to_owned(),
        risk: Risk::Medium,
        tcp: tcp.iter().copied().collect(),
        udp: udp.iter().copied().collect(),
        peers: peers.map(cidrs),
        suggestion: "Close it.".to_owned(),
    }
}

/// Only the user's own items run.
fn settings(items: Vec<OwnItem>) -> Settings {
    let only = Some(items.iter().map(|item| item.id.clone()).collect());
    Settings { only, own_items: items, ..Settings::default() }
}

fn group(rules: &str) -> String {
    format!("profile basic\ngroup web\n{rules}")
}

/// What the item says of a group with these rules: the traffic and the rules, or nothing.
fn opens(own: &OwnItem, rules: &str, expected: Option<&str>) {
    let line = expected.map(|rest| format!("ours sure unattached web | - | {rest}"));
    let expected: Vec<&str> = line.as_deref().into_iter().collect();
    finds(&group(rules), &settings(vec![own.clone()]), &expected);
}

#[test]
fn without_peers_it_asks_about_everyone() {
    let own = item("ours", &[(8080, 8081)], &[(9000, 9000)], None);
    let cases = [
        ("in 1 allow tcp 8080 from 0.0.0.0/0", Some("tcp 8080 from 0.0.0.0/0 | web#ingress/1")),
        ("in 1 allow tcp 1-65535 from ::/0", Some("tcp 8080-8081 from ::/0 | web#ingress/1")),
        ("in 1 allow udp 9000 from 0.0.0.0/0", Some("udp 9000 from 0.0.0.0/0 | web#ingress/1")),
        (
            "in 1 allow all from any",
            Some("tcp 8080-8081 from 0.0.0.0/0,::/0; udp 9000 from 0.0.0.0/0,::/0 | web#ingress/1"),
        ),
        ("in 1 allow tcp 9000 from 0.0.0.0/0", None),
        ("in 1 allow udp 8080 from 0.0.0.0/0", None),
        ("in 1 allow tcp 8079 from 0.0.0.0/0\nin 1 allow tcp 8082 from 0.0.0.0/0", None),
        ("in 1 allow tcp 8080 from 0.0.0.0/1", None),
        ("in 1 allow tcp 8080 from 10.0.0.0/8", None),
    ];
    for (rules, expected) in cases {
        opens(&own, rules, expected);
    }
}

#[test]
fn with_peers_it_fires_when_all_of_them_get_in() {
    let own = item("ours", &[(3306, 3306)], &[], Some(&["10.0.0.0/8"]));
    let cases = [
        ("in 1 allow tcp 3306 from 10.0.0.0/8", Some("tcp 3306 from 10.0.0.0/8 | web#ingress/1")),
        ("in 1 allow tcp 3306 from 0.0.0.0/0", Some("tcp 3306 from 0.0.0.0/0 | web#ingress/1")),
        (
            "in 1 allow tcp 3306 from 10.0.0.0/9\nin 1 allow tcp 3306 from 10.128.0.0/9",
            Some("tcp 3306 from 10.0.0.0/8 | web#ingress/1, web#ingress/2"),
        ),
        // Rules that let only others in are not named.
        (
            "in 1 allow tcp 3306 from 10.0.0.0/8\nin 1 allow tcp 3306 from 8.8.8.8",
            Some("tcp 3306 from 8.8.8.8/32,10.0.0.0/8 | web#ingress/1"),
        ),
        ("in 1 allow tcp 3306 from 10.0.0.0/9", None),
        ("in 9 allow tcp 3306 from 10.0.0.0/8\nin 1 deny tcp 3306 from 10.1.2.3", None),
        ("in 9 allow tcp 3306 from 10.0.0.0/8\nin 9 deny tcp 3306 from 10.1.2.3", None),
        ("in 1 allow tcp 3306 from ::/0", None),
    ];
    for (rules, expected) in cases {
        opens(&own, rules, expected);
    }
}

#[test]
fn peers_of_two_families_count_by_family() {
    let own = item("ours", &[(3306, 3306)], &[], Some(&["10.0.0.0/8", "2001:db8::/32"]));
    opens(&own, "in 1 allow tcp 3306 from 10.0.0.0/8", Some("tcp 3306 from 10.0.0.0/8 | web#ingress/1"));
    opens(&own, "in 1 allow tcp 3306 from ::/0", Some("tcp 3306 from ::/0 | web#ingress/1"));
    opens(&own, "in 1 allow tcp 3306 from 10.0.0.0/9\nin 1 allow tcp 3306 from 2001:db8::/33", None);
    // No peers at all: nobody is let in, whatever the rules say.
    opens(&item("ours", &[(3306, 3306)], &[], Some(&[])), "in 1 allow all from any", None);
}

#[test]
fn servers_and_groups_are_judged_as_for_any_item() {
    let own = item("ours", &[(3306, 3306)], &[], Some(&["10.0.0.0/8"]));
    let text = "profile basic
        group app
          in 9 allow tcp 3306 from 10.0.0.0/8
        group guard
          in 1 deny tcp 3306 from 10.1.2.3
        group low
          in 9 allow tcp 3306 from 10.0.0.0/9
        group high
          in 9 allow tcp 3306 from 10.128.0.0/9
        interface eni-1 10.0.0.1 public 198.51.100.1 groups app server i-1
        interface eni-2 10.0.0.2 groups app guard server i-2
        interface eni-3 10.0.0.3 groups low high server i-3";
    let estate = estate(text);
    let outcome = run(&estate, &settings(vec![own]));
    // Private peers do not come over the internet, public address or not.
    assert_eq!(
        lines(&estate, &outcome),
        [
            "ours sure private - | eni-3 at_risk | tcp 3306 from 10.0.0.0/8 | low#ingress/1, high#ingress/1",
            "ours sure private app | eni-1 at_risk, eni-2 shielded | tcp 3306 from 10.0.0.0/8 | app#ingress/1",
        ]
    );
    assert_eq!(at_risk(&outcome, "ours"), (1, 2));
    let finding = &outcome.findings[1];
    assert_eq!(&*finding.servers[1].because, "rule guard#ingress/1 of group `guard` stops it");
    assert_eq!(&*finding.suggestion, "Close it.");
    for finding in &outcome.findings {
        let witness = finding.witness.unwrap();
        assert!("10.0.0.0/8".parse::<Cidr>().unwrap().contains(witness.peer), "{witness:?}");
        assert_eq!((witness.protocol, witness.port), (6, 3306));
    }
}

#[test]
fn several_items_are_told_apart_and_stand_behind_those_of_the_catalogue() {
    let all = vec![
        item("web-alternate", &[(8080, 8080)], &[], None),
        item("office", &[(22, 22)], &[], Some(&["203.0.113.0/24"])),
        item("games", &[], &[(0, 65535)], None),
    ];
    let estate = estate(&group(
        "in 1 allow tcp 22 from 203.0.113.0/25
         in 1 allow tcp 22 from 203.0.113.128/25
         in 1 allow tcp 8080 from ::/0
         in 1 allow tcp 9092 from ::/0
         in 1 allow udp 27015 from 0.0.0.0/0",
    ));
    let mut settings = settings(all);
    settings.only.as_mut().unwrap().push("open-kafka".to_owned());
    let outcome = run(&estate, &settings);
    // All of medium risk, so the place in the catalogue decides, and the user's own come last in their order.
    assert_eq!(
        lines(&estate, &outcome),
        [
            "open-kafka sure unattached web | - | tcp 9092 from ::/0 | web#ingress/4",
            "web-alternate sure unattached web | - | tcp 8080 from ::/0 | web#ingress/3",
            "office sure unattached web | - | tcp 22 from 203.0.113.0/24 | web#ingress/1, web#ingress/2",
            "games sure unattached web | - | udp 27015 from 0.0.0.0/0 | web#ingress/5",
        ]
    );
    let ids: Vec<&str> = outcome.items.iter().rev().take(3).map(|item| &*item.id).collect();
    assert_eq!(ids, ["games", "office", "web-alternate"]);
    assert!(outcome.items.iter().rev().take(3).all(|item| item.meta.is_none() && item.enabled));
}

#[test]
fn gaps_leave_an_own_item_possible() {
    let own = item("ours", &[(3306, 3306)], &[], Some(&["10.0.0.0/8"]));
    let text = "list gone ?
        profile basic
        group web
          in 1 allow tcp 3306 from list gone
        interface eni-1 10.0.0.1 groups web";
    finds(
        text,
        &settings(vec![own]),
        &["ours possible private web | eni-1 unknown | tcp 3306 from 0.0.0.0/0 | web#ingress/1"],
    );
}

#[test]
fn an_item_without_ports_never_fires() {
    let empty = OwnItem { tcp: PortSet::empty(), ..item("ours", &[], &[], None) };
    opens(&empty, "in 1 allow all from any", None);
}
