//! What the documents do not tell: possible findings, unknown states, and the items that a gap concerns.

use std::collections::BTreeSet;

use portreeve_checks::{Certainty, Outcome, Settings, catalogue};
use portreeve_model::Estate;

use crate::common::{at_risk, estate, interface_ix, lines, only, run};

/// The ids of the items that a gap may change, sorted.
fn affected(estate: &Estate, outcome: &Outcome, at: &str) -> Vec<String> {
    let found = estate.gaps.iter().zip(&outcome.affects).filter(|(gap, _)| gap.at == at);
    let items: BTreeSet<String> = found
        .flat_map(|(_, items)| items)
        .map(|item| outcome.items[usize::from(item.0)].id.to_string())
        .collect();
    items.into_iter().collect()
}

fn enabled(outcome: &Outcome) -> Vec<String> {
    let items: BTreeSet<String> =
        outcome.items.iter().filter(|item| item.enabled).map(|item| item.id.to_string()).collect();
    items.into_iter().collect()
}

/// A group on two servers, the first of them on the internet.
fn world(before: &str, rules: &str) -> String {
    format!(
        "{before}
         profile basic
         group web
         {rules}
         interface eni-1 10.0.0.1 public 198.51.100.1 groups web server i-1
         interface eni-2 10.0.0.2 groups web server i-2"
    )
}

#[test]
fn a_missing_list_leaves_an_allow_possible_and_its_servers_unknown() {
    let estate = estate(&world("list gone ?", "in 1 allow tcp 22 from list gone"));
    let outcome = run(&estate, &Settings::default());
    assert_eq!(
        lines(&estate, &outcome),
        ["open-ssh possible unknown web | eni-1 unknown, eni-2 unknown | tcp 22 from 0.0.0.0/0,::/0 \
         | web#ingress/1"]
    );
    let finding = &outcome.findings[0];
    assert_eq!(finding.gaps.iter().map(|gap| &*estate.gap(*gap).at).collect::<Vec<_>>(), ["gone"]);
    let because = "gaps leave open whether its effective rules let everyone in";
    assert!(finding.servers.iter().all(|server| &*server.because == because));
    assert_eq!(affected(&estate, &outcome, "gone"), ["open-ssh"]);
    assert_eq!(at_risk(&outcome, "open-ssh"), (0, 0));
}

#[test]
fn a_missing_list_in_a_deny_leaves_it_possible_too() {
    let estate = estate(&world(
        "list gone ?",
        "in 9 allow tcp 22-24 from 0.0.0.0/0
         in 1 deny tcp 22 from list gone",
    ));
    let outcome = run(&estate, &Settings::default());
    assert_eq!(
        lines(&estate, &outcome),
        [
            "open-ssh possible unknown web | eni-1 unknown, eni-2 unknown | tcp 22 from 0.0.0.0/0 | web#ingress/1",
            "open-telnet sure internet web | eni-1 at_risk, eni-2 at_risk | tcp 23 from 0.0.0.0/0 | web#ingress/1",
        ]
    );
    assert_eq!(affected(&estate, &outcome, "gone"), ["open-ssh"]);
}

#[test]
fn an_incomplete_list_opens_surely_what_it_shows_and_possibly_the_rest_of_its_family() {
    let estate = estate(&world("list half 0.0.0.0/1 ...", "in 1 allow tcp 22 from list half"));
    let outcome = run(&estate, &only(&["open-ssh", "wide-source"]));
    assert_eq!(
        lines(&estate, &outcome),
        [
            "open-ssh possible unknown web | eni-1 unknown, eni-2 unknown | tcp 22 from 0.0.0.0/0 | web#ingress/1",
            "wide-source sure internet web | eni-1 at_risk, eni-2 at_risk | tcp 22 from 0.0.0.0/1 | web#ingress/1",
        ]
    );
    assert_eq!(affected(&estate, &outcome, "half"), ["open-ssh"]);
}

#[test]
fn an_incomplete_list_in_a_deny_closes_surely_what_it_shows() {
    let estate = estate(&world(
        "list bad 8.8.8.8 ...",
        "in 9 allow tcp 22 from 0.0.0.0/0
         in 1 deny tcp 22 from list bad",
    ));
    let outcome = run(&estate, &only(&["open-ssh", "wide-source"]));
    let rest = crate::common::all_but([8, 8, 8, 8]);
    assert_eq!(
        lines(&estate, &outcome),
        [format!(
            "wide-source possible unknown web | eni-1 unknown, eni-2 unknown | tcp 22 from {rest} | web#ingress/1"
        )]
    );
}

#[test]
fn a_gap_on_another_port_protocol_or_place_changes_nothing() {
    let cases = [
        "in 1 allow tcp 80 from list gone",
        "in 1 deny tcp 80 from list gone",
        "in 1 deny udp 22 from list gone",
        "in 1 deny tcp 22 from list gone over private",
        "in 9 deny tcp 22 from list gone",
        "out 1 allow tcp 22 to list gone",
        "in 1 allow tcp 22 from list gone",
        "in 1 deny tcp 22 from group away",
        "in 1 allow all from group away",
    ];
    for rule in cases {
        let rules = format!("in 5 allow tcp 22 from 0.0.0.0/0\n{rule}");
        let estate = estate(&world("list gone ?\ngroup away ?", &rules));
        let outcome = run(&estate, &only(&["open-ssh"]));
        let sure: Vec<&str> = vec!["open-ssh sure internet web | eni-1 at_risk, eni-2 at_risk"];
        let found: Vec<String> = lines(&estate, &outcome)
            .iter()
            .map(|line| line.split(" | ").take(2).collect::<Vec<_>>().join(" | "))
            .collect();
        assert_eq!(found, sure, "{rule}");
        assert!(outcome.findings[0].gaps.is_empty(), "{rule}");
        assert!(affected(&estate, &outcome, "gone").is_empty(), "{rule}");
    }
}

#[test]
fn unknown_ports_peers_and_effects_are_possible() {
    let cases = [
        ("ports gone ?", "in 1 allow tcp ports gone from 0.0.0.0/0"),
        ("ports some 80 ...", "in 1 allow tcp ports some from 0.0.0.0/0"),
        ("", "in 1 allow tcp ? from 0.0.0.0/0"),
        ("", "in 1 allow tcp 22 from ?"),
        ("", "in 1 allow tcp 22 from 0.0.0.0/0 possibly"),
        ("", "in 9 allow tcp 22 from 0.0.0.0/0\nin 1 deny tcp ? from 0.0.0.0/0"),
        ("", "in 9 allow tcp 22 from 0.0.0.0/0\nin 1 deny tcp 22 from ?"),
        // A deny of unknown rank may stand before the allow.
        ("", "in 1 allow tcp 22 from 0.0.0.0/0\nin 9 deny tcp 22 from 0.0.0.0/0 possibly"),
    ];
    for (before, rules) in cases {
        let estate = estate(&world(before, rules));
        let outcome = run(&estate, &only(&["open-ssh"]));
        let [finding] = outcome.findings.as_slice() else {
            panic!("{rules}: {:?}", lines(&estate, &outcome))
        };
        assert_eq!(finding.certainty, Certainty::Possible, "{rules}");
        assert_eq!(finding.gaps.len(), 1, "{rules}");
        let told: Vec<&str> = finding.servers.iter().map(|server| server.state.as_str()).collect();
        assert_eq!(told, ["unknown", "unknown"], "{rules}");
    }
}

#[test]
fn a_missing_page_of_rules_leaves_every_port_possible() {
    let text =
        world("", "").replace("group web", "group web incomplete in\nin 1 allow tcp 22 from 0.0.0.0/0");
    let estate = estate(&text);
    let outcome = run(&estate, &Settings::default());
    let mut found = BTreeSet::new();
    for finding in &outcome.findings {
        assert_eq!(finding.certainty, Certainty::Possible);
        assert_eq!(finding.exposure.as_str(), "unknown");
        let states: Vec<&str> = finding.servers.iter().map(|server| server.state.as_str()).collect();
        assert_eq!(states, ["unknown", "unknown"]);
        assert!(found.insert(outcome.item(finding).id.to_string()));
    }
    // Even the port that a known rule opens: the missing page may deny it at a higher rank.
    let mut expected: BTreeSet<String> =
        catalogue::services().map(|service| service.meta.id.to_owned()).collect();
    expected.insert("open-all-ports".to_owned());
    assert_eq!(found, expected);
    assert_eq!(affected(&estate, &outcome, "web"), expected.into_iter().collect::<Vec<_>>());
}

#[test]
fn a_missing_page_of_outbound_rules_says_nothing_of_what_comes_in() {
    let text =
        world("", "").replace("group web", "group web incomplete out\nin 1 allow tcp 22 from 0.0.0.0/0");
    let estate = estate(&text);
    let outcome = run(&estate, &only(&["open-ssh", "open-egress"]));
    let (v4, v6) = crate::common::everyone();
    assert_eq!(
        lines(&estate, &outcome),
        [
            "open-ssh sure internet web | eni-1 at_risk, eni-2 at_risk | tcp 22 from 0.0.0.0/0 | web#ingress/1",
            &format!(
                "open-egress possible internet web | eni-1 unknown, eni-2 unknown | all 0-65535 from {v4},{v6} | -"
            ),
        ]
    );
    assert_eq!(affected(&estate, &outcome, "web"), ["open-egress"]);
}

/// What such an interface lets in is no finding, for there is nothing to look at, but its gap concerns every item.
#[test]
fn the_gap_of_an_interface_whose_groups_are_not_known_concerns_every_item() {
    let text = "profile basic
        group web
          in 1 allow tcp 443 from any
        interface eni-1 10.0.0.1 groups web server i-1
        interface eni-2 10.0.0.2 groups ? server i-2";
    let estate = estate(text);
    let outcome = run(&estate, &only(&["open-ssh", "open-rdp"]));
    assert!(outcome.findings.is_empty(), "{:?}", lines(&estate, &outcome));
    assert_eq!(affected(&estate, &outcome, "eni-2"), ["open-rdp", "open-ssh"]);
}

#[test]
fn a_group_that_is_not_in_the_input_leaves_its_interfaces_unknown() {
    let text = "profile basic
        group gone ?
        group web
          in 1 allow tcp 22 from 0.0.0.0/0
        interface eni-1 10.0.0.1 groups web gone server i-1
        interface eni-2 10.0.0.2 groups web server i-2";
    let mut estate = estate(text);
    let gap = estate.add_gap("eni-1", "group gone is not in the input");
    let at = interface_ix(&estate, "eni-1").at();
    estate.interfaces[at].gap = Some(gap);
    let outcome = run(&estate, &only(&["open-ssh", "open-telnet"]));
    assert_eq!(
        lines(&estate, &outcome),
        ["open-ssh sure private web | eni-1 unknown, eni-2 at_risk | tcp 22 from 0.0.0.0/0 | web#ingress/1"]
    );
    assert_eq!(at_risk(&outcome, "open-ssh"), (1, 1));
    assert_eq!(affected(&estate, &outcome, "eni-1"), ["open-ssh", "open-telnet"]);
}

/// The state is that of the interface as a whole, whatever is unknown of one of its groups.
#[test]
fn a_server_that_another_group_opens_surely_is_at_risk() {
    let text = "list gone ?
        profile basic
        group web
          in 1 allow tcp 22 from list gone
        group admin
          in 1 allow tcp 22 from 0.0.0.0/0
        interface eni-1 10.0.0.1 groups web admin server i-1
        interface eni-2 10.0.0.2 groups web server i-2";
    let estate = estate(text);
    let outcome = run(&estate, &only(&["open-ssh"]));
    assert_eq!(
        lines(&estate, &outcome),
        [
            "open-ssh sure private admin | eni-1 at_risk | tcp 22 from 0.0.0.0/0 | admin#ingress/1",
            "open-ssh possible private web | eni-1 at_risk, eni-2 unknown | tcp 22 from 0.0.0.0/0,::/0 | web#ingress/1",
        ]
    );
    assert_eq!(at_risk(&outcome, "open-ssh"), (1, 1));
}

#[test]
fn halves_of_which_one_is_not_known_are_possible_together() {
    let text = "list rest 128.0.0.0/2 ...
        profile basic
        group low
          in 1 allow tcp 22 from 0.0.0.0/1
        group high
          in 1 deny all from 8.8.8.8
          in 1 allow tcp 22 from list rest
        interface eni-1 10.0.0.1 groups low high
        interface eni-2 10.0.0.2 groups high";
    // The deny of the second group keeps it from being open alone, and both together from being open at all.
    let closed = estate(text);
    assert_eq!(lines(&closed, &run(&closed, &only(&["open-ssh"]))), Vec::<String>::new());
    let open = estate(&text.replace("in 1 deny all from 8.8.8.8", "in 9 deny all from 8.8.8.8"));
    assert_eq!(
        lines(&open, &run(&open, &only(&["open-ssh"]))),
        [
            "open-ssh possible private high | eni-1 unknown, eni-2 unknown | tcp 22 from 0.0.0.0/0 | high#ingress/2"
        ]
    );
    let apart = estate(
        &text
            .replace("in 1 deny all from 8.8.8.8", "in 9 deny all from 9.9.9.9\nin 1 deny all from 8.8.8.8")
            .replace("in 1 allow tcp 22 from 0.0.0.0/1", "in 0 allow tcp 22 from 0.0.0.0/1"),
    );
    assert_eq!(
        lines(&apart, &run(&apart, &only(&["open-ssh"]))),
        [
            "open-ssh possible private - | eni-1 unknown | tcp 22 from 0.0.0.0/0 | low#ingress/1, high#ingress/3"
        ]
    );
}

#[test]
fn listings_that_are_cut_short_and_what_was_not_read_concern_every_item_that_runs() {
    let text = format!("coverage interfaces partial\n{}", world("", "in 1 allow tcp 22 from 0.0.0.0/0"));
    let mut estate = estate(&text);
    let gap = estate.add_gap("a response", "it is an error");
    estate.unread.push(gap);
    let outcome = run(&estate, &Settings::default());
    assert_eq!(affected(&estate, &outcome, "interfaces"), enabled(&outcome));
    assert_eq!(affected(&estate, &outcome, "a response"), enabled(&outcome));
    assert_eq!(
        lines(&estate, &outcome),
        ["open-ssh sure internet web | eni-1 at_risk, eni-2 at_risk | tcp 22 from 0.0.0.0/0 | web#ingress/1"]
    );
}
