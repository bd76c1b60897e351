//! Tests of the oracle: each case is a sentence of the vendors' documents or of the design, reasoned out by hand.

use crate::oracle::{Packet, Place, Why, decide};
use crate::{Verdict, parse};

fn check(cases: &[(&str, &str)]) {
    for (what, text) in cases {
        let case = parse(text).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(!case.questions.is_empty(), "{what}: nothing is asked");
        case.check(decide).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
    }
}

#[test]
fn rules_rank_by_priority_and_deny_wins_ties() {
    check(&[
        (
            "a tie",
            "profile basic
             group web
               in 10 allow tcp 22 from any
               in 10 deny tcp 22 from 10.0.0.0/8
             interface a 10.0.0.5 groups web
             ask in tcp 22 from internet 10.1.2.3 to a => denied by web.in.2
             ask in tcp 22 from 11.0.0.0 to a => allowed by web.in.1
             ask in tcp 23 from 11.0.0.0 to a => denied by default
             ask out tcp 23 from a to 11.0.0.0 => allowed by default",
        ),
        (
            "smaller numbers first, over all groups together",
            "profile basic
             group one
               in 100 deny tcp 22 from any
             group two
               in 1 allow tcp 22 from any
               in 1 allow tcp 20-30 from 198.51.100.0/24
             interface a 10.0.0.5 groups one two
             ask in tcp 22 from 198.51.100.7 to a => allowed by two.in.1 two.in.2
             ask in tcp 22 from 203.0.113.7 to a => allowed by two.in.1",
        ),
        (
            "the group's place first",
            "profile groups-in-order
             group one
               in 100 deny tcp 22 from any
             group two
               in 1 allow tcp 20-30 from any
             interface a 10.0.0.5 groups one two
             interface b 10.0.0.6 groups two one
             ask in tcp 22 from 198.51.100.7 to a => denied by one.in.1
             ask in tcp 22 from 198.51.100.7 to b => allowed by two.in.1
             ask in tcp 23 from 198.51.100.7 to a => allowed by two.in.1
             ask out tcp 23 from a to 198.51.100.7 => denied by default",
        ),
        (
            "a union has no ranks",
            "profile union
             group one
               in 1 allow tcp 22 from 0.0.0.0/1
             group two
               in 9 allow tcp 22 from 128.0.0.0/1
               in 5 allow tcp 22 from 198.51.100.0/24
             interface a 10.0.0.5 2001:db8::5 groups one two
             ask in tcp 22 from 127.255.255.255 to a => allowed by one.in.1
             ask in tcp 22 from 198.51.100.7 to a => allowed by two.in.1 two.in.2
             ask in tcp 22 from 2001:db8:1::1 to a => denied by default",
        ),
    ]);
}

#[test]
fn protocols_ports_and_families_match_exactly() {
    check(&[
        (
            "ports",
            "profile advanced
             ports web 80 8000-8100
             ports none
             group web
               in 1 allow tcp 22-25,80 from any
               in 1 allow udp ports web from any
               in 1 allow all 443 from any
               in 1 allow tcp ports none from any
               in 1 allow icmp 8000 from 10.0.0.0/8
             interface a 10.0.0.5 groups web
             ask in tcp 21 from 8.8.8.8 to a => denied by default
             ask in tcp 22 from 8.8.8.8 to a => allowed by web.in.1
             ask in tcp 25 from 8.8.8.8 to a => allowed by web.in.1
             ask in tcp 26 from 8.8.8.8 to a => denied by default
             ask in udp 8100 from 8.8.8.8 to a => allowed by web.in.2
             ask in udp 8101 from 8.8.8.8 to a => denied by default
             ask in sctp 443 from 8.8.8.8 to a => allowed by web.in.3
             ask in sctp 444 from 8.8.8.8 to a => denied by default
             ask in gre from 8.8.8.8 to a => allowed by web.in.3
             ask in icmp 8/0 from internet 10.8.8.8 to a => allowed by web.in.3 web.in.5
             ask in icmpv6 8/0 from internet 10.8.8.8 to a => allowed by web.in.3",
        ),
        (
            "families and edges of prefixes",
            "profile advanced
             list mixed 10.0.0.5-10.0.0.9 2001:db8::/64
             group web
               in 1 allow tcp 1 from 0.0.0.0/0
               in 1 allow tcp 2 from ::/0
               in 1 allow tcp 3 from any
               in 1 allow tcp 4 from list mixed
               in 1 allow tcp 5 from 10.0.0.128/25
             interface a 10.0.0.5 2001:db8::5 groups web
             ask in tcp 1 from 8.8.8.8 to a => allowed by web.in.1
             ask in tcp 1 from ::1 to a => denied by default
             ask in tcp 2 from 8.8.8.8 to a => denied by default
             ask in tcp 2 from ::1 to a => allowed by web.in.2
             ask in tcp 3 from 8.8.8.8 to a => allowed by web.in.3
             ask in tcp 3 from ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff to a => allowed by web.in.3
             ask in tcp 4 from 10.0.0.4 to a => denied by default
             ask in tcp 4 from 10.0.0.5 to a => allowed by web.in.4
             ask in tcp 4 from 10.0.0.9 to a => allowed by web.in.4
             ask in tcp 4 from 10.0.0.10 to a => denied by default
             ask in tcp 4 from 2001:db8::ffff:ffff:ffff:ffff to a => allowed by web.in.4
             ask in tcp 4 from 2001:db8:0:1:: to a => denied by default
             ask in tcp 5 from 10.0.0.127 to a => denied by default
             ask in tcp 5 from 10.0.0.128 to a => allowed by web.in.5
             ask in tcp 5 from 10.0.0.255 to a => allowed by web.in.5
             ask in tcp 5 from 10.0.1.0 to a => denied by default",
        ),
    ]);
}

#[test]
fn rules_that_ask_for_more_or_do_not_act() {
    check(&[
        (
            "five-tuple",
            "profile basic
             group web
               in 1 allow tcp 22 from any to 10.0.0.5 source-port 1024-65535
               in 1 allow gre from any source-port 7
               out 1 deny tcp 25 to any from 10.0.0.6
             interface a 10.0.0.5 10.0.0.6 groups web
             ask in tcp 22 from 8.8.8.8 to a source-port 1024 => allowed by web.in.1
             ask in tcp 22 from 8.8.8.8 to a source-port 1023 => denied by default
             ask in tcp 22 from 8.8.8.8 to a at 10.0.0.6 => denied by default
             ask in gre from 8.8.8.8 to a => allowed by web.in.2
             ask out tcp 25 from a at 10.0.0.6 to 8.8.8.8 => denied by web.out.1
             ask out tcp 25 from a to 8.8.8.8 => allowed by default",
        ),
        (
            "scope and switch",
            "profile basic
             network net 10.0.0.0/16
             group web in net
               in 1 deny tcp 1-3 from any never
               in 2 allow tcp 1 from any over internet
               in 2 allow tcp 2 from any over private
             interface a in net 10.0.0.5 groups web
             ask in tcp 1 from internet 10.0.0.9 to a => allowed by web.in.2
             ask in tcp 1 from net 10.0.0.9 to a => denied by default
             ask in tcp 1 from elsewhere 10.0.0.9 to a => denied by default
             ask in tcp 2 from internet 10.0.0.9 to a => denied by default
             ask in tcp 2 from net 10.0.0.9 to a => allowed by web.in.3
             ask in tcp 2 from elsewhere 10.0.0.9 to a => allowed by web.in.3
             ask in tcp 3 from elsewhere 10.0.0.9 to a => denied by default",
        ),
    ]);
}

#[test]
fn members_of_a_group_are_its_private_addresses_in_its_own_network() {
    check(&[
        (
            "group peers",
            "profile basic
             network a 10.0.0.0/16
             network b 10.0.0.0/16
             group web in a
               in 1 allow tcp 5432 from group app
               in 1 allow tcp 22 from group far
               out 1 deny tcp 5432 to group app
             group app in a
             group far in b
             interface w in a 10.0.0.5 groups web
             interface p in a 10.0.0.9 public 198.51.100.9 10.0.0.10 groups app
             interface q in b 10.0.0.11 groups app far
             interface r in a 10.0.0.12 groups far
             ask in tcp 5432 from a 10.0.0.9 to w => allowed by web.in.1
             ask in tcp 5432 from a 10.0.0.10 to w => allowed by web.in.1
             ask out tcp 5432 from w to a 10.0.0.10 => denied by web.out.1
             ask in tcp 5432 from internet 10.0.0.9 to w => denied by default
             ask in tcp 5432 from internet 198.51.100.9 to w => denied by default
             ask in tcp 5432 from b 10.0.0.9 to w => denied by default
             ask in tcp 5432 from elsewhere 10.0.0.9 to w => denied by default
             ask in tcp 5432 from a 10.0.0.11 to w => denied by default
             ask in tcp 5432 from b 10.0.0.11 to w => denied by default
             ask in tcp 22 from b 10.0.0.11 to w => denied by default
             ask in tcp 22 from a 10.0.0.11 to w => denied by default
             ask in tcp 22 from a 10.0.0.12 to w => denied by default
             ask in tcp 5432 from a 198.51.100.9 to w => denied by default",
        ),
        (
            "not in a group whose kind has none",
            "profile advanced
             network a 10.0.0.0/16
             group web in a
               in 1 allow tcp 5432 from group web
             interface w in a 10.0.0.5 groups web
             ask in tcp 5432 from a 10.0.0.5 to w => denied by default",
        ),
        (
            "members meet before any rule, inbound and inside only",
            "profile basic
             network a 10.0.0.0/16
             group web in a same-group allow
               in 1 deny all from any
               out 1 deny all to any
             group app in a same-group rules
             interface w in a 10.0.0.5 groups web app
             interface x in a 10.0.0.6 groups web
             interface y in a 10.0.0.7 groups app
             ask in tcp 22 from a 10.0.0.6 to w => allowed by same-group
             ask in tcp 22 from a 10.0.0.7 to w => denied by web.in.1
             ask in tcp 22 from internet 10.0.0.6 to w => denied by web.in.1
             ask out tcp 22 from w to a 10.0.0.6 => denied by web.out.1",
        ),
    ]);
}

#[test]
fn what_is_not_known_of_a_rule_counts_against_it_and_for_it() {
    check(&[
        (
            "peers, lists and ports",
            "profile advanced
             list gone ?
             list half 10.0.0.0/24 ...
             list empty ...
             ports gone ?
             ports half 80 ...
             group web
               in 2 allow tcp 1 from ?
               in 2 allow tcp 2 from list gone
               in 2 allow tcp 3 from list half
               in 2 allow tcp 4 from list empty
               in 2 allow tcp ? from 10.0.0.0/24
               in 2 allow udp ports gone from 10.0.0.0/24
               in 2 allow udp ports half from 10.0.1.0/24
               in 2 allow icmp ? from any
             interface a 10.0.0.5 2001:db8::5 groups web
             ask in tcp 1 from 8.8.8.8 to a => unknown
             ask in tcp 2 from 8.8.8.8 to a => unknown
             ask in tcp 3 from 10.0.0.9 to a => allowed by web.in.3
             ask in tcp 3 from 8.8.8.8 to a => unknown
             ask in tcp 3 from 2001:db8::9 to a => denied by default
             ask in tcp 4 from 2001:db8::9 to a => unknown
             ask in tcp 5 from 8.8.8.8 to a => denied by default
             ask in tcp 5 from 10.0.0.9 to a => unknown
             ask in udp 5 from 10.0.0.9 to a => unknown
             ask in udp 80 from 10.0.1.9 to a => allowed by web.in.7
             ask in udp 81 from 10.0.1.9 to a => unknown
             ask in udp 81 from 10.0.2.9 to a => denied by default
             ask in icmp 8/0 from 10.0.2.9 to a => allowed by web.in.8",
        ),
        (
            "a deny rule of unknown reach may stop what a lower rank allows, never what a higher does",
            "profile basic
             group web
               in 1 allow tcp 22 from any
               in 2 deny tcp 22-23 from ?
               in 3 allow tcp 23 from any
             interface a 10.0.0.5 groups web
             ask in tcp 22 from 8.8.8.8 to a => allowed by web.in.1
             ask in tcp 23 from 8.8.8.8 to a => unknown
             ask in tcp 24 from 8.8.8.8 to a => denied by default",
        ),
        (
            "a rule that may act may act first",
            "profile basic
             group web
               in 1 allow tcp 22 from any
               in 1 deny tcp 23 from any
               in 9 deny tcp 22 from 10.0.0.0/8 possibly
               in 9 allow tcp 23 from 10.0.0.0/8 possibly
             interface a 10.0.0.5 groups web
             ask in tcp 22 from 8.8.8.8 to a => allowed by web.in.1
             ask in tcp 22 from 10.1.1.1 to a => unknown
             ask in tcp 23 from 8.8.8.8 to a => denied by web.in.2
             ask in tcp 23 from 10.1.1.1 to a => unknown",
        ),
    ]);
}

#[test]
fn what_is_not_known_of_members_is_open_inside_their_network_only() {
    let ghost = "profile basic
         network a 10.0.0.0/16
         network b 10.0.0.0/16
         group ghost ?
         group web in a
           in 1 allow tcp 22 from group ghost
           in 1 allow tcp 23 from group app
         group app in a
         interface w in a 10.0.0.5 groups web
         interface p in a 10.0.0.9 groups app
         ask in tcp 22 from a 10.0.0.200 to w => unknown
         ask in tcp 22 from internet 10.0.0.200 to w => denied by default
         ask in tcp 22 from b 10.0.0.200 to w => denied by default
         ask in tcp 22 from elsewhere 10.0.0.200 to w => denied by default
         ask in tcp 23 from a 10.0.0.9 to w => allowed by web.in.2
         ask in tcp 23 from internet 10.0.0.9 to w => denied by default
         ask in tcp 23 from a 10.0.0.200 to w => ";
    check(&[
        ("all interfaces are known", &format!("{ghost} denied by default")),
        ("some are missing", &format!("coverage interfaces partial\n{ghost} unknown")),
        ("none is listed", &format!("coverage interfaces absent\n{ghost} unknown")),
        ("one may have any group", &format!("interface q in a 10.0.0.3 groups ?\n{ghost} unknown")),
        ("one elsewhere may", &format!("interface q in b 10.0.0.3 groups ?\n{ghost} denied by default")),
        ("one may be anywhere", &format!("interface q 10.0.0.3 groups ?\n{ghost} unknown")),
        ("a member may be here", &format!("interface q 10.0.0.200 groups app\n{ghost} unknown")),
    ]);
}

#[test]
fn where_a_groups_network_is_not_known_members_are_open_but_never_on_the_internet() {
    check(&[
        (
            "no network",
            "profile basic
         network a 10.0.0.0/16
         group web same-group allow
           in 1 allow tcp 22 from group app
         group app in a
         group quiet
           in 1 allow tcp 22 from group app
         interface w in a 10.0.0.5 groups web
         interface q in a 10.0.0.6 groups quiet
         interface p in a 10.0.0.9 groups app
         ask in tcp 22 from a 10.0.0.9 to q => unknown
         ask in tcp 22 from elsewhere 10.0.0.9 to q => unknown
         ask in tcp 22 from internet 10.0.0.9 to q => denied by default
         ask in tcp 80 from a 10.0.0.9 to q => denied by default
         ask in tcp 80 from a 10.0.0.9 to w => unknown
         ask in tcp 80 from internet 10.0.0.9 to w => denied by default",
        ),
        (
            "a peer group without a network",
            "profile basic
         network a 10.0.0.0/16
         network b 10.0.0.0/16
         group web in a
           in 1 allow tcp 22 from group app
         group app
         interface w in a 10.0.0.5 groups web
         interface p in a 10.0.0.9 groups app
         ask in tcp 22 from a 10.0.0.9 to w => unknown
         ask in tcp 22 from b 10.0.0.9 to w => denied by default
         ask in tcp 22 from a 10.0.0.8 to w => denied by default",
        ),
    ]);
}

#[test]
fn what_is_not_known_of_a_group_leaves_everything_open() {
    check(&[
        (
            "its kind",
            "profile unknown-type
             group web same-group unknown
               in 1 deny all from any
             interface a 10.0.0.5 groups web
             ask out tcp 22 from a to 8.8.8.8 => unknown
             ask in tcp 22 from 8.8.8.8 to a => denied by web.in.1",
        ),
        (
            "whether its members meet",
            "profile basic
             network a 10.0.0.0/16
             group web in a same-group unknown
               in 1 deny tcp 22 from any
             interface x in a 10.0.0.5 groups web
             interface y in a 10.0.0.6 groups web
             ask in tcp 22 from a 10.0.0.6 to x => unknown
             ask in tcp 22 from a 10.0.0.7 to x => denied by web.in.1",
        ),
        (
            "its rules of one direction",
            "profile basic
             group web incomplete in
               in 1 deny tcp 22 from any
               out 1 deny tcp 22 to any
             interface a 10.0.0.5 groups web
             ask in tcp 22 from 8.8.8.8 to a => unknown
             ask out tcp 22 from a to 8.8.8.8 => denied by web.out.1",
        ),
        (
            "the group itself",
            "profile basic
             group ghost ?
             group web
               in 1 deny tcp 22 from any
             interface a 10.0.0.5 groups web ghost
             interface b 10.0.0.6
             interface c 10.0.0.7 groups ?
             ask in tcp 22 from 8.8.8.8 to a => unknown
             ask in tcp 22 from 8.8.8.8 to b => unknown
             ask in tcp 22 from 8.8.8.8 to c => unknown",
        ),
        (
            "groups of two kinds, which no cloud puts on one interface",
            "profile basic
             group web
               in 1 deny tcp 22 from any
             profile advanced
             group app
             profile union
             group mix
             interface a 10.0.0.5 groups web app
             interface b 10.0.0.6 groups web mix
             ask in tcp 22 from 8.8.8.8 to a => denied by web.in.1
             ask out tcp 22 from a to 8.8.8.8 => unknown
             ask in tcp 22 from 8.8.8.8 to b => unknown",
        ),
    ]);
}

#[test]
fn an_answer_holds_together() {
    let text = "profile basic
        group web
          in 1 allow tcp 22 from ?
        interface a 10.0.0.5 groups web
        ask in tcp 22 from 8.8.8.8 to a => unknown";
    let case = parse(text).unwrap();
    let question = &case.questions[0];
    let groups = case.groups(question).unwrap();
    let answer = decide(&case.estate, groups, &question.packet);
    assert_eq!((answer.surely, answer.possibly, answer.why), (false, true, Why::Gaps));
    assert_eq!((answer.verdict, answer.by.len()), (Verdict::Unknown, 0));
    let nowhere = Packet { place: Place::Elsewhere, port: 23, ..question.packet };
    let answer = decide(&case.estate, groups, &nowhere);
    assert_eq!((answer.surely, answer.possibly, answer.verdict), (false, false, Verdict::Denied));
}
