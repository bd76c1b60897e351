//! From where the servers of a finding can be reached: public addresses, and network ACLs on the way.

use portreeve_model::{Acl, AclIx, Estate, Otherwise, Rule, Subnet, SubnetIx, Text};

use crate::common::{estate, finds, only, run};

/// The exposure that `open-ssh` tells of group `web`.
fn exposure(estate: &Estate) -> &'static str {
    let outcome = run(estate, &only(&["open-ssh"]));
    let found = outcome.findings.iter().find(|finding| finding.group.is_some());
    found.unwrap_or_else(|| panic!("no finding\n{}", portreeve_testkit::print(estate))).exposure.as_str()
}

fn exposed(text: &str, expected: &str) {
    assert_eq!(exposure(&estate(text)), expected, "{text}");
}

/// A group that is open to everyone over IPv4 and IPv6, and interfaces.
fn open(interfaces: &str) -> String {
    format!(
        "profile basic
         group web
           in 9 allow tcp 22 from any
         group guard
           in 1 deny tcp 22 from any
         group guard-v4
           in 1 deny tcp 22 from 0.0.0.0/0
         {interfaces}"
    )
}

#[test]
fn a_public_address_of_a_server_at_risk_is_the_internet() {
    let cases = [
        ("", "unattached"),
        ("interface eni-1 10.0.0.1 groups web", "private"),
        ("interface eni-1 10.0.0.1 public 198.51.100.1 groups web", "internet"),
        ("interface eni-1 10.0.0.1 10.0.0.2 public 198.51.100.1 groups web", "internet"),
        ("interface eni-1 10.0.0.1 groups web public-unknown", "unknown"),
        ("interface eni-1 10.0.0.1 public 198.51.100.1 groups web public-unknown", "internet"),
        ("interface eni-1 10.0.0.1 public 198.51.100.1 groups guard", "unattached"),
        ("interface eni-1 10.0.0.1 public 198.51.100.1 groups web guard", "private"),
        (
            "interface eni-1 10.0.0.1 groups web\ninterface eni-2 10.0.0.2 public 198.51.100.1 groups web",
            "internet",
        ),
        (
            "interface eni-1 10.0.0.1 groups web\ninterface eni-2 10.0.0.2 groups web public-unknown",
            "unknown",
        ),
        (
            "interface eni-1 10.0.0.1 public 198.51.100.1 groups web guard
             interface eni-2 10.0.0.2 groups web",
            "private",
        ),
    ];
    for (interfaces, expected) in cases {
        exposed(&open(interfaces), expected);
    }
}

#[test]
fn interfaces_that_may_be_missing_leave_it_unknown() {
    let cases = [
        ("coverage interfaces absent", "", "unknown"),
        ("coverage interfaces partial", "", "unknown"),
        (
            "coverage interfaces partial",
            "interface eni-1 10.0.0.1 public 198.51.100.1 groups web",
            "internet",
        ),
        ("", "interface eni-1 10.0.0.1 groups ?", "unknown"),
    ];
    for (before, interfaces, expected) in cases {
        exposed(&format!("{before}\n{}", open(interfaces)), expected);
    }
}

#[test]
fn the_public_address_is_of_the_family_that_is_open() {
    let six = "2001:db8::1 public 2001:db8::1";
    let cases = [
        (format!("interface eni-1 10.0.0.1 {six} groups web"), "internet"),
        // IPv4 has the public address and is closed, IPv6 is open and private.
        (
            "interface eni-1 10.0.0.1 public 198.51.100.1 2001:db8::1 groups web guard-v4".to_owned(),
            "private",
        ),
        (format!("interface eni-1 10.0.0.1 {six} groups web guard-v4"), "internet"),
    ];
    for (interfaces, expected) in cases {
        exposed(&open(&interfaces), expected);
    }
    let v4_only = |interfaces: &str| {
        format!("profile basic\ngroup web\nin 1 allow tcp 22 from 0.0.0.0/0\n{interfaces}")
    };
    exposed(&v4_only(&format!("interface eni-1 10.0.0.1 {six} groups web")), "private");
    exposed(&v4_only(&format!("interface eni-1 10.0.0.1 {six} groups web public-unknown")), "unknown");
}

#[test]
fn an_unknown_state_is_never_the_internet_for_sure() {
    let text = |interface: &str| {
        format!(
            "list gone ?
             profile basic
             group web
               in 1 allow tcp 22 from list gone
             {interface}"
        )
    };
    exposed(&text("interface eni-1 10.0.0.1 public 198.51.100.1 groups web"), "unknown");
    exposed(&text("interface eni-1 10.0.0.1 groups web"), "private");
}

/// The rules of a text, as entries of a network ACL.
fn entries(rules: &str) -> Vec<Rule> {
    estate(&format!("list gone ?\nprofile basic\ngroup acl\n{rules}")).groups.remove(0).rules
}

/// An open server on the internet whose subnet has a network ACL of these entries.
fn behind(rules: &str, change: impl FnOnce(&mut Acl)) -> Estate {
    let mut estate = estate(&open("interface eni-1 10.0.0.1 public 198.51.100.1 groups web"));
    let mut acl = Acl {
        ingress: Otherwise::Deny,
        egress: Otherwise::Deny,
        id: estate.texts.intern("acl-1"),
        name: Text::EMPTY,
        stateful: false,
        entries: entries(rules),
        exempt: &[],
        incomplete: None,
        origin: None,
    };
    // The notation counts positions from 1 in each direction, as a network ACL does.
    change(&mut acl);
    let (id, acl_id) = (estate.texts.intern("vsw-1"), acl.id);
    estate.acls.push(acl);
    let acl = Some(AclIx::new(0));
    let subnet = Subnet {
        id,
        name: Text::EMPTY,
        network: None,
        blocks: Box::default(),
        route_table: Text::EMPTY,
        acl_id,
        acl,
        acl_known: true,
    };
    estate.subnets.push(subnet);
    estate.interfaces[0].subnet = Some(SubnetIx::new(0));
    estate
}

#[test]
fn a_network_acl_may_stop_the_traffic_or_its_replies() {
    let replies = "out 1 allow tcp 1024-65535 to 0.0.0.0/0";
    let cases = [
        ("in 1 allow all from 0.0.0.0/0\nout 1 allow all to 0.0.0.0/0".to_owned(), "internet"),
        (format!("in 1 allow tcp 22 from 0.0.0.0/0\n{replies}"), "internet"),
        (String::new(), "private"),
        // Inbound.
        (format!("in 1 allow tcp 80 from 0.0.0.0/0\n{replies}"), "private"),
        (format!("in 1 allow udp 22 from 0.0.0.0/0\n{replies}"), "private"),
        (format!("in 1 allow tcp 22 from 10.0.0.0/8\n{replies}"), "private"),
        (format!("in 1 allow tcp 22 from 8.8.8.8\n{replies}"), "internet"),
        (format!("in 1 deny tcp 22 from 0.0.0.0/0\nin 1 allow all from 0.0.0.0/0\n{replies}"), "private"),
        (format!("in 1 allow all from 0.0.0.0/0\nin 1 deny tcp 22 from 0.0.0.0/0\n{replies}"), "internet"),
        (format!("in 1 deny tcp 22 from 0.0.0.0/1\nin 1 allow all from 0.0.0.0/0\n{replies}"), "internet"),
        // Replies go to the client's port, not to port 22.
        ("in 1 allow tcp 22 from 0.0.0.0/0\nout 1 allow tcp 22 to 0.0.0.0/0".to_owned(), "private"),
        ("in 1 allow tcp 22 from 0.0.0.0/0\nout 1 allow tcp 1-1023 to 0.0.0.0/0".to_owned(), "private"),
        ("in 1 allow tcp 22 from 0.0.0.0/0\nout 1 allow tcp 32768-60999 to 0.0.0.0/0".to_owned(), "internet"),
        ("in 1 allow tcp 22 from 8.0.0.0/8\nout 1 allow tcp 1024-65535 to 9.0.0.0/8".to_owned(), "private"),
        ("in 1 allow tcp 22 from 8.0.0.0/7\nout 1 allow tcp 1024-65535 to 9.0.0.0/8".to_owned(), "internet"),
        // What the input does not tell.
        (format!("in 1 allow tcp 22 from list gone\n{replies}"), "unknown"),
        ("in 1 allow tcp 22 from 0.0.0.0/0\nout 1 allow all to list gone".to_owned(), "unknown"),
        (format!("in 1 deny tcp 22 from list gone\nin 1 allow all from 0.0.0.0/0\n{replies}"), "unknown"),
    ];
    for (rules, expected) in cases {
        assert_eq!(exposure(&behind(&rules, |_| {})), expected, "{rules}");
    }
}

#[test]
fn a_stateful_acl_lets_replies_pass_and_an_incomplete_one_may_do_anything() {
    let inward = "in 1 allow tcp 22 from 0.0.0.0/0";
    assert_eq!(exposure(&behind(inward, |_| {})), "private");
    assert_eq!(exposure(&behind(inward, |acl| acl.stateful = true)), "internet");
    let mut unread = behind("", |_| {});
    let gap = unread.add_gap("acl-1", "its entries are not in the input");
    unread.acls[0].incomplete = Some(gap);
    assert_eq!(exposure(&unread), "unknown");
}

#[test]
fn a_subnet_without_an_acl_stops_nothing_and_a_missing_acl_is_unknown() {
    let mut without = behind("", |_| {});
    without.subnets[0].acl = None;
    without.subnets[0].acl_id = Text::EMPTY;
    assert_eq!(exposure(&without), "internet");
    let mut missing = behind("", |_| {});
    missing.subnets[0].acl = None;
    assert_eq!(exposure(&missing), "unknown");
}

/// An ACL may leave one port of an item and another group the other: then nothing gets through.
#[test]
fn what_the_acl_leaves_and_what_the_groups_leave_have_to_meet() {
    let text = |guard: &str| {
        format!(
            "profile basic
             group web
               in 9 allow tcp 20-21 from 0.0.0.0/0
             group guard
               {guard}
             interface eni-1 10.0.0.1 public 198.51.100.1 groups web guard"
        )
    };
    for (guard, expected) in [
        ("", "internet"),
        ("in 1 deny tcp 20 from any", "private"),
        ("in 1 deny tcp 21 from any", "internet"),
    ] {
        let mut estate = estate(&text(guard));
        let other = behind("in 1 allow tcp 20 from any\nout 1 allow all to any", |_| {});
        (estate.acls, estate.subnets) = (other.acls, other.subnets);
        estate.interfaces[0].subnet = Some(SubnetIx::new(0));
        let outcome = run(&estate, &only(&["open-ftp"]));
        assert_eq!(outcome.findings[0].exposure.as_str(), expected, "{guard}");
    }
}

#[test]
fn items_that_are_not_about_traffic_look_at_public_addresses_only() {
    let text = "profile basic
        group a
        group b
        group c
        interface eni-1 10.0.0.1 public 198.51.100.1 groups a b c
        interface eni-2 10.0.0.2 groups a b c
        interface eni-3 10.0.0.3 groups a b c public-unknown";
    finds(
        text,
        &only(&["excessive-groups"]),
        &[
            "excessive-groups sure internet - | eni-1 at_risk | - | -",
            "excessive-groups sure private - | eni-2 at_risk | - | -",
            "excessive-groups sure unknown - | eni-3 at_risk | - | -",
        ],
    );
}
