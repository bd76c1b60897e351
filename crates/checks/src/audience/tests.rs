//! To whom groups are open, told in lines such as `tcp 22 everyone`.

use portreeve_engine::Index;
use portreeve_model::{Direction, GroupIx};
use portreeve_testkit::parse;

use super::{Open, openings};
use crate::Thresholds;

/// One line for each opening: protocol, ports, then a letter for each class, `+` open, `?` perhaps, `-` closed.
fn told(rules: &str, direction: Direction) -> Vec<String> {
    let text = format!(
        "profile basic\nnetwork net 10.0.0.0/16\ngroup web in net same-group rules\n{rules}\
         group app in net same-group rules\ngroup ghost ?\n\
         interface web-1 in net 10.0.0.5 groups web\ninterface app-1 in net 10.0.0.6 groups app\n"
    );
    let case = parse(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    let index = Index::new(&case.estate);
    let found = openings(&index, GroupIx::new(0), direction, &Thresholds::default());
    let line = |it: &super::Opening| {
        let protocol = it.protocol.map_or("rest".to_owned(), portreeve_netset::protocol::label);
        let to = it.to.map(|open| match open {
            Open::Yes => '+',
            Open::Perhaps => '?',
            Open::No => '-',
        });
        format!("{protocol} {}-{} {}", it.ports.0, it.ports.1, String::from_iter(to))
    };
    found.iter().map(line).collect()
}

#[test]
fn every_class_of_peers_is_told_apart() {
    // The classes are: everyone, wide blocks, public addresses, private networks, groups.
    let cases: [(&str, &[&str]); 9] = [
        ("  in 1 allow tcp 22 from 0.0.0.0/0\n", &["tcp 22-22 ++++-"]),
        // Two halves are everyone, though neither is.
        ("  in 1 allow tcp 22 from 0.0.0.0/1\n  in 1 allow tcp 22 from 128.0.0.0/1\n", &["tcp 22-22 ++++-"]),
        ("  in 1 allow tcp 22 from 64.0.0.0/2\n", &["tcp 22-22 -+++-"]),
        ("  in 1 allow tcp 22 from 198.51.100.0/24\n", &["tcp 22-22 --+--"]),
        ("  in 1 allow tcp 22 from 10.0.0.0/8\n", &["tcp 22-22 ---+-"]),
        ("  in 1 allow tcp 22 from group app\n", &["tcp 22-22 ----+"]),
        // Members of a group that is not in the input may be anybody in the network.
        ("  in 1 allow tcp 22 from group ghost\n", &["tcp 22-22 ----?"]),
        // The deny of the same rank wins, but for whom it does not speak of: the upper half, with 172.16.0.0/12.
        ("  in 1 allow tcp 22 from 0.0.0.0/0\n  in 1 deny tcp 22 from 0.0.0.0/1\n", &["tcp 22-22 -+++-"]),
        (
            "  in 1 allow tcp 80-82 from any\n  in 1 deny tcp 81 from any\n  in 1 allow udp 53 from any\n",
            &["tcp 80-80 ++++-", "tcp 82-82 ++++-", "udp 53-53 ++++-"],
        ),
    ];
    for (rules, expected) in cases {
        assert_eq!(told(rules, Direction::Ingress), expected, "{rules}");
    }
}

#[test]
fn what_is_the_same_for_all_protocols_is_told_once() {
    assert_eq!(told("", Direction::Egress), ["rest 0-65535 ++++-"], "the default lets everything out");
    let blocked = told("  out 1 deny tcp 25 to any\n", Direction::Egress);
    assert_eq!(blocked, ["tcp 0-24 ++++-", "tcp 26-65535 ++++-", "rest 0-65535 ++++-"]);
    assert_eq!(told("", Direction::Ingress), [""; 0], "the default lets nothing in");
}
