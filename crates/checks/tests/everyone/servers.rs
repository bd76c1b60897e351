//! What a finding of a group means for each interface that carries it.

use crate::common::{at_risk, estate, finds, interface_ix, lines, name, only, run};

/// The finding of `open-ssh` on group `web`: its state and reason for each interface, as `eni: state: reason`.
fn reasons(text: &str) -> Vec<String> {
    let estate = estate(text);
    let outcome = run(&estate, &only(&["open-ssh"]));
    let findings = outcome.findings.iter().filter(|finding| finding.group.is_some());
    findings
        .flat_map(|finding| &finding.servers)
        .map(|it| format!("{}: {}: {}", name(&estate, it.interface), it.state.as_str(), it.because))
        .collect()
}

const OPEN: &str = "profile basic
    group web
      in 10 allow tcp 22 from 0.0.0.0/0
    ";

#[test]
fn another_group_of_the_interface_may_stop_it() {
    let cases = [
        ("in 1 deny tcp 22 from any", "shielded: rule guard#ingress/1 of group `guard` stops it"),
        ("in 10 deny tcp 22 from any", "shielded: rule guard#ingress/1 of group `guard` stops it"),
        ("in 11 deny tcp 22 from any", "at_risk: its effective rules let everyone in"),
        ("in 1 deny tcp 22 from 8.8.8.8", "shielded: rule guard#ingress/1 of group `guard` stops it"),
        ("in 1 deny tcp 22 from 10.0.0.0/8", "at_risk: its effective rules let everyone in"),
        ("in 1 deny tcp 23 from any", "at_risk: its effective rules let everyone in"),
        // What one rule stops, one of higher rank lets in again.
        (
            "in 5 deny tcp 22 from any\nin 1 allow tcp 22 from 0.0.0.0/0",
            "at_risk: its effective rules let everyone in",
        ),
    ];
    for (rule, expected) in cases {
        let text = format!(
            "{OPEN}group guard
             {rule}
             interface eni-1 10.0.0.1 groups web guard server i-1
             interface eni-2 10.0.0.2 groups web server i-2"
        );
        let told = reasons(&text);
        assert_eq!(told[0], format!("eni-1: {expected}"), "{rule}");
        assert_eq!(told[1], "eni-2: at_risk: its effective rules let everyone in", "{rule}");
    }
}

#[test]
fn the_rule_that_stops_it_is_named_also_where_only_one_port_of_many_is_closed() {
    let text = "profile basic
        group web
          in 10 allow tcp from 0.0.0.0/0
        group guard
          in 5 deny tcp 40 from 10.0.0.0/8
          in 5 deny tcp 4000 from 8.0.0.0/8 id sgr-7
        interface eni-1 10.0.0.1 groups web guard";
    let estate = estate(text);
    let outcome = run(&estate, &only(&["open-all-ports"]));
    assert_eq!(
        lines(&estate, &outcome),
        ["open-all-ports sure private web | eni-1 shielded | tcp 1-65535 from 0.0.0.0/0 | web#ingress/1"]
    );
    let because = &outcome.findings[0].servers[0].because;
    assert_eq!(&**because, "rule sgr-7 of group `guard` stops it");
}

#[test]
fn an_interface_without_an_address_of_the_family_is_shielded() {
    let text = |peer: &str| {
        format!(
            "profile basic
             group web
               in 1 allow tcp 22 from {peer}
             interface eni-1 10.0.0.1 groups web
             interface eni-2 10.0.0.2 2001:db8::2 groups web
             interface eni-3 2001:db8::3 groups web"
        )
    };
    let at_risk = "at_risk: its effective rules let everyone in";
    let cases = [
        ("::/0", ["shielded: it has no IPv6 address", at_risk, at_risk]),
        ("0.0.0.0/0", [at_risk, at_risk, "shielded: it has no IPv4 address"]),
        ("any", [at_risk, at_risk, at_risk]),
    ];
    for (peer, expected) in cases {
        let expected: Vec<String> =
            (1..).zip(expected).map(|(nth, told)| format!("eni-{nth}: {told}")).collect();
        assert_eq!(reasons(&text(peer)), expected, "{peer}");
    }
}

#[test]
fn one_family_left_open_is_enough_if_the_interface_has_it() {
    let text = "profile basic
        group web
          in 10 allow tcp 22 from any
        group guard
          in 1 deny tcp 22 from 0.0.0.0/0
        interface eni-1 10.0.0.1 groups web guard
        interface eni-2 10.0.0.2 2001:db8::2 groups web guard";
    let expected = [
        "eni-1: shielded: rule guard#ingress/1 of group `guard` stops it",
        "eni-2: at_risk: its effective rules let everyone in",
    ];
    assert_eq!(reasons(text), expected);
}

#[test]
fn a_rule_about_local_addresses_counts_where_the_interface_has_one_of_them() {
    let text = "profile basic
        group web
          in 1 allow tcp 22 from 0.0.0.0/0 to 10.0.0.5
        interface eni-1 10.0.0.5 groups web
        interface eni-2 10.0.0.6 groups web
        interface eni-3 10.0.0.7 10.0.0.5 groups web";
    finds(
        text,
        &only(&["open-ssh"]),
        &[
            "open-ssh sure private web | eni-1 at_risk, eni-2 shielded, eni-3 at_risk | tcp 22 from 0.0.0.0/0 \
         | web#ingress/1",
        ],
    );
    let denied = "profile basic
        group web
          in 9 allow tcp 22 from any
          in 1 deny tcp 22 from any to 10.0.0.5
        interface eni-1 10.0.0.5 groups web
        interface eni-2 10.0.0.6 groups web
        interface eni-3 10.0.0.7 10.0.0.5 groups web
        interface eni-4 10.0.0.5 2001:db8::5 groups web";
    // The fourth is closed over IPv4 and open over IPv6.
    finds(
        denied,
        &only(&["open-ssh"]),
        &["open-ssh sure private web | eni-1 shielded, eni-2 at_risk, eni-3 at_risk, eni-4 at_risk \
         | tcp 22 from 0.0.0.0/0,::/0 | web#ingress/1"],
    );
}

#[test]
fn local_addresses_of_rules_that_only_may_act_are_told_apart_as_well() {
    let text = "list gone ?
        profile basic
        group web
          in 1 allow tcp 22 from list gone to 10.0.0.5
        interface eni-1 10.0.0.5 groups web
        interface eni-2 10.0.0.6 groups web";
    finds(
        text,
        &only(&["open-ssh"]),
        &[
            "open-ssh possible private web | eni-1 unknown, eni-2 shielded | tcp 22 from 0.0.0.0/0 | web#ingress/1",
        ],
    );
}

#[test]
fn a_server_counts_once_and_an_interface_without_one_not_at_all() {
    let text = "profile basic
        group web
          in 1 allow tcp 22 from 0.0.0.0/0
        group db
          in 1 allow tcp 20-22 from 0.0.0.0/0
        interface eni-1 10.0.0.1 groups web server i-1
        interface eni-2 10.0.0.2 groups web server i-1
        interface eni-3 10.0.0.3 groups web db server i-2
        interface eni-4 10.0.0.4 groups db
        interface eni-5 2001:db8::5 groups db server i-3";
    let estate = estate(text);
    let outcome = run(&estate, &only(&["open-ssh", "open-ftp", "open-rdp"]));
    assert_eq!(
        lines(&estate, &outcome),
        [
            "open-ssh sure private web | eni-1 at_risk, eni-2 at_risk, eni-3 at_risk | tcp 22 from 0.0.0.0/0 \
         | web#ingress/1",
            "open-ssh sure private db | eni-3 at_risk, eni-4 at_risk, eni-5 shielded | tcp 22 from 0.0.0.0/0 \
         | db#ingress/1",
            "open-ftp sure private db | eni-3 at_risk, eni-4 at_risk, eni-5 shielded | tcp 20-21 from 0.0.0.0/0 \
         | db#ingress/1",
        ]
    );
    // Two groups; i-1 and i-2, the second in both findings. The fourth interface has no server, the fifth is shielded.
    assert_eq!(at_risk(&outcome, "open-ssh"), (2, 2));
    assert_eq!(at_risk(&outcome, "open-ftp"), (1, 1));
    assert_eq!(at_risk(&outcome, "open-rdp"), (0, 0));
    assert_eq!(estate.interface(interface_ix(&estate, "eni-4")).instance, None);
}

#[test]
fn only_sure_findings_count_as_at_risk() {
    let text = "list gone ?
        profile basic
        group web
          in 1 allow tcp 22 from list gone
        group db
          in 1 allow tcp 22 from 0.0.0.0/0
        interface eni-1 10.0.0.1 groups web server i-1
        interface eni-2 10.0.0.2 groups db server i-2";
    let estate = estate(text);
    let outcome = run(&estate, &only(&["open-ssh"]));
    assert_eq!(
        lines(&estate, &outcome),
        [
            "open-ssh sure private db | eni-2 at_risk | tcp 22 from 0.0.0.0/0 | db#ingress/1",
            "open-ssh possible private web | eni-1 unknown | tcp 22 from 0.0.0.0/0,::/0 | web#ingress/1",
        ]
    );
    assert_eq!(at_risk(&outcome, "open-ssh"), (1, 1));
}

#[test]
fn managed_groups_count_and_are_offered_no_fix() {
    let text = "profile basic
        group theirs managed
          in 1 allow tcp 22 from 0.0.0.0/0
        group ours
          in 1 allow tcp 22 from 0.0.0.0/0
        interface eni-1 10.0.0.1 groups theirs server i-1
        interface eni-2 10.0.0.2 groups ours server i-2";
    let estate = estate(text);
    let outcome = run(&estate, &only(&["open-ssh"]));
    assert_eq!(at_risk(&outcome, "open-ssh"), (2, 2));
    let [theirs, ours] = outcome.findings.as_slice() else { panic!("two findings") };
    assert_eq!(&*ours.suggestion, outcome.item(ours).suggestion);
    assert_ne!(theirs.suggestion, ours.suggestion);
    assert!(theirs.suggestion.contains("cannot be changed here"), "{}", theirs.suggestion);
}

#[test]
fn groups_in_order_shield_by_their_place_on_the_interface() {
    let text = "profile groups-in-order
        group web
          in 1 allow tcp 22 from 0.0.0.0/0
        group guard
          in 99 deny tcp 22 from any
        interface eni-1 10.0.0.1 groups web guard
        interface eni-2 10.0.0.2 groups guard web";
    finds(
        text,
        &only(&["open-ssh"]),
        &[
            "open-ssh sure private web | eni-1 at_risk, eni-2 shielded | tcp 22 from 0.0.0.0/0 | web#ingress/1",
        ],
    );
}

/// Egress is judged by the same words.
#[test]
fn egress_is_shielded_by_another_group_and_for_lack_of_a_family() {
    let (v4, _) = crate::common::everyone();
    let text = "list gone ?
        profile advanced
        group web
          out 10 allow all to 0.0.0.0/0
        group guard
          out 1 deny tcp 25 to any
        group other
          out 11 allow all to list gone
        interface eni-1 10.0.0.1 groups web
        interface eni-2 10.0.0.2 groups web guard
        interface eni-3 2001:db8::3 groups web
        interface eni-4 10.0.0.4 groups web guard other";
    finds(
        text,
        &only(&["open-egress"]),
        &[
            &format!(
                "open-egress sure private web | eni-1 at_risk, eni-3 shielded, eni-2 shielded, eni-4 shielded \
             | all 0-65535 from {v4} | -"
            ),
            &format!("open-egress possible private other | eni-4 shielded | all 0-65535 from {} | -", {
                let (v4, v6) = crate::common::everyone();
                format!("{v4},{v6}")
            }),
        ],
    );
}

/// The reason speaks of those whom the item asks about.
#[test]
fn a_wide_range_is_not_called_everyone() {
    let text = "profile basic
        group web
          in 9 allow tcp 22 from 8.0.0.0/8
        group guard
          in 1 deny tcp 22 from 8.8.8.8
        group others
          in 1 deny tcp 22 from 9.0.0.0/8
        interface eni-1 10.0.0.1 groups web
        interface eni-2 10.0.0.2 groups web guard
        interface eni-3 10.0.0.3 groups web others
        interface eni-4 2001:db8::4 groups web";
    let estate = estate(text);
    let outcome = run(&estate, &only(&["wide-source"]));
    let told: Vec<String> = outcome.findings[0]
        .servers
        .iter()
        .map(|server| format!("{}: {}", name(&estate, server.interface), server.because))
        .collect();
    // The first and the last carry the same groups.
    assert_eq!(
        told,
        [
            "eni-1: its effective rules let a very large range in",
            "eni-4: it has no IPv4 address",
            "eni-2: rule guard#ingress/1 of group `guard` stops it",
            "eni-3: its effective rules let a very large range in",
        ]
    );
}

#[test]
fn egress_that_a_gap_leaves_open_is_unknown_and_names_the_gap() {
    let (v4, v6) = crate::common::everyone();
    let text = "list gone ?
        profile advanced
        group web
          out 10 allow all to any
        group guard
          out 1 deny all to list gone
        interface eni-1 10.0.0.1 groups web
        interface eni-2 10.0.0.2 groups web guard";
    let estate = estate(text);
    let outcome = run(&estate, &only(&["open-egress"]));
    assert_eq!(
        lines(&estate, &outcome),
        [format!(
            "open-egress sure private web | eni-1 at_risk, eni-2 unknown | all 0-65535 from {v4},{v6} | -"
        )]
    );
    let gaps: Vec<&str> = outcome.findings[0].gaps.iter().map(|gap| &*estate.gap(*gap).at).collect();
    assert_eq!(gaps, ["gone"]);
}

/// What the group opens over one family is not felt because another group opens the other.
#[test]
fn egress_counts_in_the_family_that_the_group_opens() {
    let (v4, v6) = crate::common::everyone();
    let text = "profile advanced
        group four
          out 10 allow all to 0.0.0.0/0
        group six
          out 10 allow all to ::/0
        group guard
          out 1 deny tcp 25 to 0.0.0.0/0
        interface eni-1 10.0.0.1 2001:db8::1 groups four six guard";
    finds(
        text,
        &only(&["open-egress"]),
        &[
            &format!("open-egress sure private four | eni-1 shielded | all 0-65535 from {v4} | -"),
            &format!("open-egress sure private six | eni-1 at_risk | all 0-65535 from {v6} | -"),
        ],
    );
}
