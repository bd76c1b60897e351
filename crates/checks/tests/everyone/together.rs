//! What the groups of an interface open together though none of them does alone.

use crate::common::{at_risk, estate, finds, lines, only, run};

/// Three groups that each open a part, and whatever interfaces are given.
fn parts(interfaces: &str) -> String {
    format!(
        "profile basic
         group low
           in 1 allow tcp 22 from 0.0.0.0/1
         group high
           in 7 allow tcp 20-25 from 128.0.0.0/1
         group whole
           in 9 allow tcp 22 from 0.0.0.0/0
         group guard
           in 1 deny tcp 22 from 8.8.8.8
         {interfaces}"
    )
}

fn ssh(interfaces: &str, expected: &[&str]) {
    finds(&parts(interfaces), &only(&["open-ssh"]), expected);
}

/// The finding of the group that needs no company, with its servers.
fn whole(servers: &str) -> String {
    let exposure = if servers == "-" { "unattached" } else { "private" };
    format!("open-ssh sure {exposure} whole | {servers} | tcp 22 from 0.0.0.0/0 | whole#ingress/1")
}

#[test]
fn two_halves_are_a_finding_of_each_interface_with_the_rules_of_both_groups() {
    ssh(
        "interface eni-1 10.0.0.1 public 198.51.100.1 groups low high server i-1
         interface eni-2 10.0.0.2 groups high low server i-2
         interface eni-3 10.0.0.3 groups low server i-3
         interface eni-4 10.0.0.4 groups high server i-4",
        &[
            "open-ssh sure internet - | eni-1 at_risk | tcp 22 from 0.0.0.0/0 | low#ingress/1, high#ingress/1",
            "open-ssh sure private - | eni-2 at_risk | tcp 22 from 0.0.0.0/0 | low#ingress/1, high#ingress/1",
            &whole("-"),
        ],
    );
}

#[test]
fn servers_count_and_groups_do_not() {
    let text = parts(
        "interface eni-1 10.0.0.1 groups low high server i-1
         interface eni-2 10.0.0.2 groups low high server i-1
         interface eni-3 10.0.0.3 groups low high
         interface eni-4 10.0.0.4 groups whole server i-4",
    );
    let estate = estate(&text);
    let outcome = run(&estate, &only(&["open-ssh"]));
    assert_eq!(outcome.findings.len(), 4);
    assert_eq!(at_risk(&outcome, "open-ssh"), (1, 2));
    let detail = "none of its groups opens this alone, together they do: `low`, `high`";
    for finding in outcome.findings.iter().filter(|finding| finding.group.is_none()) {
        assert_eq!(&*finding.detail, detail);
        assert_eq!(&*finding.servers[0].because, "the rules of its groups let everyone in together");
    }
}

#[test]
fn a_group_that_opens_it_alone_is_the_only_cause() {
    ssh("interface eni-1 10.0.0.1 groups low high whole", &[&whole("eni-1 at_risk")]);
}

#[test]
fn a_deny_in_a_third_group_closes_it() {
    ssh("interface eni-1 10.0.0.1 groups low high guard", &[&whole("-")]);
}

#[test]
fn an_interface_without_the_family_is_not_concerned() {
    ssh(
        "interface eni-1 2001:db8::1 groups low high
         interface eni-2 2001:db8::2 10.0.0.2 groups low high",
        &[
            "open-ssh sure private - | eni-2 at_risk | tcp 22 from 0.0.0.0/0 | low#ingress/1, high#ingress/1",
            &whole("-"),
        ],
    );
}

#[test]
fn only_the_ports_that_no_group_opens_alone_are_told() {
    let text = "profile basic
        group a
          in 1 allow tcp 20 from 0.0.0.0/0
          in 1 allow tcp 21 from 0.0.0.0/1
        group b
          in 1 allow tcp 20-21 from 128.0.0.0/1
        interface eni-1 10.0.0.1 groups a b";
    finds(
        text,
        &only(&["open-ftp"]),
        &[
            "open-ftp sure private - | eni-1 at_risk | tcp 21 from 0.0.0.0/0 | a#ingress/2, b#ingress/1",
            "open-ftp sure private a | eni-1 at_risk | tcp 20 from 0.0.0.0/0 | a#ingress/1",
        ],
    );
}

#[test]
fn all_ports_may_be_opened_together() {
    let text = "profile basic
        group a
          in 1 allow tcp 1-1000 from 0.0.0.0/0
        group b
          in 1 allow tcp 900-65535 from 0.0.0.0/0
        interface eni-1 10.0.0.1 groups a b
        interface eni-2 10.0.0.2 groups b";
    // Ports 900 to 1000 are opened twice; the first group's rule decides, as the first of one rank.
    finds(
        text,
        &only(&["open-all-ports"]),
        &[
            "open-all-ports sure private - | eni-1 at_risk | tcp 1-65535 from 0.0.0.0/0 | a#ingress/1, b#ingress/1",
        ],
    );
}

#[test]
fn halves_for_two_addresses_of_one_interface_add_up() {
    let text = "profile basic
        group a
          in 1 allow tcp 22 from 0.0.0.0/1 to 10.0.0.5
        group b
          in 1 allow tcp 22 from 128.0.0.0/1 to 10.0.0.6
        interface eni-1 10.0.0.5 10.0.0.6 groups a b
        interface eni-2 10.0.0.5 groups a b";
    finds(
        text,
        &only(&["open-ssh"]),
        &["open-ssh sure private - | eni-1 at_risk | tcp 22 from 0.0.0.0/0 | a#ingress/1, b#ingress/1"],
    );
}

#[test]
fn a_wide_block_may_be_opened_together() {
    let text = "profile basic
        group a
          in 1 allow tcp 22 from 8.0.0.0/9
        group b
          in 1 allow tcp 22 from 8.128.0.0/9
        interface eni-1 10.0.0.1 groups a b
        interface eni-2 10.0.0.2 groups a";
    finds(
        text,
        &only(&["wide-source"]),
        &["wide-source sure private - | eni-1 at_risk | tcp 22 from 8.0.0.0/8 | a#ingress/1, b#ingress/1"],
    );
}

/// Two wide blocks are a finding each; that they are everyone together is the matter of the port's own item.
#[test]
fn halves_are_wide_each_and_everyone_together() {
    let estate = estate(&parts("interface eni-1 10.0.0.1 groups low high"));
    let outcome = run(&estate, &only(&["open-ssh", "wide-source"]));
    assert_eq!(
        lines(&estate, &outcome),
        [
            "open-ssh sure private - | eni-1 at_risk | tcp 22 from 0.0.0.0/0 | low#ingress/1, high#ingress/1",
            &whole("-"),
            "wide-source sure private low | eni-1 at_risk | tcp 22 from 0.0.0.0/1 | low#ingress/1",
            // Ports 24 is no service's.
            "wide-source sure private high | eni-1 at_risk | tcp 20-23,25 from 128.0.0.0/1 | high#ingress/1",
        ]
    );
}

#[test]
fn the_rest_of_everyone_that_a_guard_leaves_is_wide() {
    let estate = estate(&parts("interface eni-1 10.0.0.1 groups whole guard"));
    let outcome = run(&estate, &only(&["open-ssh", "wide-source"]));
    let rest = crate::common::all_but([8, 8, 8, 8]);
    assert_eq!(
        lines(&estate, &outcome),
        [
            &*whole("eni-1 shielded"),
            &format!("wide-source sure private - | eni-1 at_risk | tcp 22 from {rest} | whole#ingress/1"),
            "wide-source sure unattached low | - | tcp 22 from 0.0.0.0/1 | low#ingress/1",
            "wide-source sure unattached high | - | tcp 20-23,25 from 128.0.0.0/1 | high#ingress/1",
        ]
    );
    let wide = &outcome.findings[1];
    assert_eq!(&*wide.detail, "what the rules of its groups leave open together: `whole`, `guard`");
}
