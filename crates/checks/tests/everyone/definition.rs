//! Which rules of one group open a port to everyone.

use std::net::IpAddr;

use crate::common::{self, PUBLIC_V4, PUBLIC_V6, ends, finds, only};

/// What `open-ssh` says of a group with these rules: traffic and rules, or nothing.
fn opens(rules: &str, expected: Option<&str>) {
    let text = format!("profile basic\nnetwork net 10.0.0.0/16\ngroup web in net\n{rules}");
    let line = expected.map(|rest| format!("open-ssh sure unattached web | - | tcp 22 from {rest}"));
    let expected: Vec<&str> = line.as_deref().into_iter().collect();
    finds(&text, &only(&["open-ssh"]), &expected);
}

#[test]
fn everyone_of_one_family_is_enough() {
    let cases: [(&str, Option<&str>); 12] = [
        ("in 1 allow tcp 22 from 0.0.0.0/0", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 allow tcp 22 from ::/0", Some("::/0 | web#ingress/1")),
        ("in 1 allow tcp 22 from any", Some("0.0.0.0/0,::/0 | web#ingress/1")),
        ("in 1 allow tcp 22 from 2000::/3", Some("2000::/3 | web#ingress/1")),
        ("in 1 allow tcp 22 from ::/1", Some("::/1 | web#ingress/1")),
        ("in 1 allow tcp 22 from 2000::/4", None),
        ("in 1 allow tcp 22 from 4000::/2", None),
        ("in 1 allow tcp 22 from 0.0.0.0/1", None),
        ("in 1 allow tcp 22 from 10.0.0.0/8", None),
        // A half of each family is everyone of none.
        ("in 1 allow tcp 22 from 0.0.0.0/1\nin 1 allow tcp 22 from 2000::/4", None),
        // IPv4 in the clothes of IPv6 is IPv6, and not within 2000::/3.
        ("in 1 allow tcp 22 from ::ffff:0:0/96", None),
        ("", None),
    ];
    for (rules, expected) in cases {
        opens(rules, expected);
    }
}

#[test]
fn rules_add_up() {
    let cases: [(&str, Option<&str>); 6] = [
        (
            "in 1 allow tcp 22 from 0.0.0.0/1
             in 1 allow tcp 22 from 128.0.0.0/1",
            Some("0.0.0.0/0 | web#ingress/1, web#ingress/2"),
        ),
        (
            "in 50 allow tcp 1-22 from 0.0.0.0/1
             in 1 allow all from 128.0.0.0/2
             in 9 allow tcp 22-65535 from 192.0.0.0/2",
            // In the order of rank: 1, 9, 50.
            Some("0.0.0.0/0 | web#ingress/2, web#ingress/3, web#ingress/1"),
        ),
        (
            "in 1 allow tcp 22 from 2000::/4
             in 1 allow tcp 22 from 3000::/4",
            Some("2000::/3 | web#ingress/1, web#ingress/2"),
        ),
        // The whole and a part of it: the part decides nothing that the whole of higher rank has not decided.
        (
            "in 1 allow tcp 22 from 0.0.0.0/0
             in 2 allow tcp 22 from 8.0.0.0/8",
            Some("0.0.0.0/0 | web#ingress/1"),
        ),
        // Two ports, each to one half.
        (
            "in 1 allow tcp 22 from 0.0.0.0/1
             in 1 allow tcp 23 from 128.0.0.0/1",
            None,
        ),
        // Two protocols, each to one half.
        (
            "in 1 allow tcp 22 from 0.0.0.0/1
             in 1 allow udp 22 from 128.0.0.0/1",
            None,
        ),
    ];
    for (rules, expected) in cases {
        opens(rules, expected);
    }
}

#[test]
fn a_deny_of_higher_or_equal_rank_closes() {
    let allow = "in 10 allow tcp 22 from 0.0.0.0/0";
    let cases: [(&str, Option<&str>); 10] = [
        ("in 9 deny tcp 22 from 0.0.0.0/0", None),
        ("in 10 deny tcp 22 from 0.0.0.0/0", None),
        ("in 11 deny tcp 22 from 0.0.0.0/0", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 deny all from any", None),
        ("in 10 deny tcp 22 from 8.8.8.8", None),
        ("in 11 deny tcp 22 from 8.8.8.8", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 deny tcp 23 from any", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 deny udp from any", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 deny all from ::/0", Some("0.0.0.0/0 | web#ingress/1")),
        ("out 1 deny all to any", Some("0.0.0.0/0 | web#ingress/1")),
    ];
    for (deny, expected) in cases {
        opens(&format!("{allow}\n{deny}"), expected);
    }
}

#[test]
fn an_accept_that_is_wholly_shadowed_opens_nothing() {
    opens(
        "in 10 allow tcp 22 from any\nin 1 deny tcp 22 from 0.0.0.0/1\nin 2 deny all from 128.0.0.0/1\nin 3 deny all from ::/0",
        None,
    );
    // What shadows it may be an accept of other ports, which then closes nothing: 22 is not in it.
    opens("in 10 allow tcp 22 from 0.0.0.0/0\nin 1 allow tcp 23 from any", Some("0.0.0.0/0 | web#ingress/1"));
}

#[test]
fn special_purpose_blocks_may_be_missing_and_no_public_address_may() {
    let group = |ranges: &[String]| {
        format!("list l {}\nprofile basic\ngroup web\nin 1 allow tcp 22 from list l", ranges.join(" "))
    };
    let fires = |ranges: &[String]| {
        let estate = common::estate(&group(ranges));
        !common::run(&estate, &only(&["open-ssh"])).findings.is_empty()
    };
    let v4: Vec<String> = PUBLIC_V4.iter().map(|&range| range.to_owned()).collect();
    for whole in [v4, vec![PUBLIC_V6.to_owned()]] {
        assert!(fires(&whole), "{whole:?}");
        for at in 0..whole.len() {
            let (first, last) = ends(&whole[at]);
            for shorter in [format!("{}-{last}", next(first)), format!("{first}-{}", before(last))] {
                let mut ranges = whole.clone();
                ranges[at] = shorter;
                assert!(!fires(&ranges), "{}", ranges[at]);
            }
        }
    }
}

fn next(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::from((v4.to_bits() + 1).to_be_bytes()),
        IpAddr::V6(v6) => IpAddr::from((v6.to_bits() + 1).to_be_bytes()),
    }
}

fn before(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::from((v4.to_bits() - 1).to_be_bytes()),
        IpAddr::V6(v6) => IpAddr::from((v6.to_bits() - 1).to_be_bytes()),
    }
}

#[test]
fn ports_are_sets_too() {
    let cases: [(&str, Option<&str>); 6] = [
        ("in 1 allow tcp 20-25 from 0.0.0.0/0", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 allow tcp 1-21,23-65535 from 0.0.0.0/0", None),
        ("in 1 allow tcp 1-21,22 from 0.0.0.0/0", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 allow tcp from 0.0.0.0/0", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 allow 6 22 from 0.0.0.0/0", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 allow sctp 22 from 0.0.0.0/0", None),
    ];
    for (rules, expected) in cases {
        opens(rules, expected);
    }
    let listed =
        |ports: &str| format!("ports p {ports}\nprofile basic\ngroup web\nin 1 allow tcp ports p from ::/0");
    let fires = ["open-ssh sure unattached web | - | tcp 22 from ::/0 | web#ingress/1"];
    finds(&listed("80 20-22"), &only(&["open-ssh"]), &fires);
    finds(&listed("80 20-21"), &only(&["open-ssh"]), &[]);
}

#[test]
fn group_peers_and_members_never_count() {
    opens("in 1 allow tcp 22 from group web", None);
    let members = "profile basic
        network net 0.0.0.0/0
        group web in net same-group allow
          in 1 allow all from group peers
        group peers in net
        interface eni-1 in net 8.8.8.8 1.1.1.1 groups peers web";
    finds(members, &only(&["open-ssh"]), &[]);
    // A deny of group peers takes nothing away either.
    opens(
        "in 1 deny tcp 22 from group web\nin 2 allow tcp 22 from 0.0.0.0/0",
        Some("0.0.0.0/0 | web#ingress/2"),
    );
}

#[test]
fn the_client_may_choose_its_port() {
    let cases: [(&str, Option<&str>); 6] = [
        ("in 1 allow tcp 22 from 0.0.0.0/0 source-port 1024-65535", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 allow tcp 22 from 0.0.0.0/0 source-port 7", Some("0.0.0.0/0 | web#ingress/1")),
        (
            "in 1 deny tcp 22 from 0.0.0.0/0 source-port 1-65535
             in 2 allow tcp 22 from 0.0.0.0/0",
            Some("0.0.0.0/0 | web#ingress/2"),
        ),
        (
            "in 1 deny tcp 22 from 0.0.0.0/0 source-port 0-65535
             in 2 allow tcp 22 from 0.0.0.0/0",
            None,
        ),
        // Each half has a port of its own.
        (
            "in 1 allow tcp 22 from 0.0.0.0/1 source-port 1000
             in 1 allow tcp 22 from 128.0.0.0/1 source-port 2000",
            Some("0.0.0.0/0 | web#ingress/1, web#ingress/2"),
        ),
        (
            "in 1 allow tcp 22 from 0.0.0.0/1 source-port 1000
             in 1 allow tcp 22 from 0.0.0.0/2 source-port 2000",
            None,
        ),
    ];
    for (rules, expected) in cases {
        opens(rules, expected);
    }
}

#[test]
fn some_address_of_the_interface_is_enough_and_it_is_of_the_same_family() {
    let cases: [(&str, Option<&str>); 9] = [
        ("in 1 allow tcp 22 from 0.0.0.0/0 to 10.0.0.5", Some("0.0.0.0/0 | web#ingress/1")),
        (
            "in 1 deny tcp 22 from 0.0.0.0/0 to 10.0.0.5
             in 2 allow tcp 22 from 0.0.0.0/0",
            Some("0.0.0.0/0 | web#ingress/2"),
        ),
        // No address of IPv4 is left; that IPv6 addresses are, helps no client of IPv4.
        (
            "in 1 deny tcp 22 from 0.0.0.0/0 to 0.0.0.0/0
             in 2 allow tcp 22 from 0.0.0.0/0",
            None,
        ),
        ("in 1 allow tcp 22 from 0.0.0.0/0 to ::/0", None),
        ("in 1 allow tcp 22 from ::/0 to 10.0.0.5", None),
        ("in 1 allow tcp 22 from any to 10.0.0.5", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 allow tcp 22 from any to 2001:db8::5", Some("::/0 | web#ingress/1")),
        (
            "in 1 deny tcp 22 from 0.0.0.0/0 to 0.0.0.0/1
             in 1 deny tcp 22 from 0.0.0.0/0 to 128.0.0.0/1
             in 2 allow tcp 22 from any",
            Some("::/0 | web#ingress/3"),
        ),
        (
            "in 1 allow tcp 22 from 0.0.0.0/1 to 10.0.0.5
             in 1 allow tcp 22 from 128.0.0.0/1 to 10.0.0.6",
            Some("0.0.0.0/0 | web#ingress/1, web#ingress/2"),
        ),
    ];
    for (rules, expected) in cases {
        opens(rules, expected);
    }
}

#[test]
fn rules_count_where_they_act() {
    let cases: [(&str, Option<&str>); 5] = [
        ("in 1 allow tcp 22 from 0.0.0.0/0 over internet", Some("0.0.0.0/0 | web#ingress/1")),
        ("in 1 allow tcp 22 from 0.0.0.0/0 over private", None),
        ("in 1 deny tcp 22 from any over private\nin 2 allow tcp 22 from ::/0", Some("::/0 | web#ingress/2")),
        ("in 1 allow tcp 22 from 0.0.0.0/0 never", None),
        ("in 1 deny tcp 22 from any never\nin 2 allow tcp 22 from ::/0", Some("::/0 | web#ingress/2")),
    ];
    for (rules, expected) in cases {
        opens(rules, expected);
    }
}

/// What decides is the kind of group, not its name: positions on the interface, one band, the default.
#[test]
fn every_kind_of_group_is_read_its_own_way() {
    let deny_first = "in 1 deny tcp 22 from 0.0.0.0/0\nin 2 allow tcp 22 from 0.0.0.0/0";
    for kind in ["basic", "advanced", "unknown-type", "groups-in-order", "union"] {
        let group = |rules: &str| format!("profile {kind}\ngroup web\n{rules}");
        let fires = ["open-ssh sure unattached web | - | tcp 22 from 0.0.0.0/0 | web#ingress/1"];
        finds(&group("in 1 allow tcp 22 from 0.0.0.0/0"), &only(&["open-ssh"]), &fires);
        finds(&group(deny_first), &only(&["open-ssh"]), &[]);
        finds(&group(""), &only(&["open-ssh"]), &[]);
        // Where rules do not rank, a deny closes whatever its number.
        let deny_last = "in 1 allow tcp 22 from 0.0.0.0/0\nin 2 deny tcp 22 from 0.0.0.0/0";
        let expected: &[&str] = if kind == "union" { &[] } else { &fires };
        finds(&group(deny_last), &only(&["open-ssh"]), expected);
    }
}
