//! Tests of the notation: what it says, what it refuses, and that printing loses nothing.

use fastrand::Rng;
use portreeve_model::{Acts, Direction, Peer, Ports, SameGroup, Scope};

use super::{ask_line, parse, print};
use crate::generate::{self, Knobs};
use crate::oracle::{Place, decide};

const ESTATE: &str = "
profile basic
network net-a 10.0.0.0/16 2001:db8::/56
network net-b 10.0.0.0/16
list offices 203.0.113.0/24 10.9.0.1-10.9.0.7
list half 203.0.113.0/24 ...
list gone ?
ports web 80 443 8000-8100
ports gone ?
group ghost ?
group app in net-a managed same-group allow incomplete out
  in 10 allow tcp 22,80-90 from 0.0.0.0/0
  in 10 deny tcp ports web from list offices
  out 100 deny all to any
  in 1 allow udp 53 from 10.0.0.0/8 to 10.0.0.5 source-port 1024-65535
  in 5 allow all from group ghost owner 123 over private
  in 5 deny tcp ? from ? possibly
  in 5 deny tcp ports gone from list gone never id sgr-1
interface web-1 in net-a 10.0.0.5 public 198.51.100.9 2001:db8::5 groups app ghost server i-1
interface web-2 in net-a 10.0.0.6 groups ? managed public-unknown
interface web-3 10.0.0.7 server i-1
";

#[test]
fn an_estate_is_read_as_it_is_written() {
    let estate = parse(ESTATE).unwrap().estate;
    let group = &estate.groups[0];
    assert_eq!(
        group.rules_of(Direction::Ingress).map(|rule| rule.position).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6]
    );
    assert_eq!(group.rules_of(Direction::Egress).map(|rule| rule.position).collect::<Vec<_>>(), [1]);
    assert_eq!(group.same_group, SameGroup::Allow);
    assert!(group.managed && group.incomplete[0].is_none() && group.incomplete[1].is_some());
    assert!(matches!(&group.rules[0].ports, Ports::Ranges(ranges) if ranges.len() == 2));
    assert!(matches!(group.rules[1].peer, Peer::List(list) if list.list.is_some()));
    let narrow = group.rules[3].narrow.as_ref().unwrap();
    assert_eq!(narrow.local.unwrap().to_string(), "10.0.0.5/32");
    assert!(
        matches!(narrow.source_ports, Ports::Range(range) if range.first() == 1024 && range.last() == 65535)
    );
    assert_eq!(group.rules[4].scope, Scope::Private);
    assert!(
        matches!(group.rules[4].peer, Peer::Group { group: None, owner, .. } if estate.text(owner) == "123")
    );
    assert_eq!((group.rules[5].acts, group.rules[6].acts), (Acts::Possibly, Acts::Never));
    assert_eq!(estate.text(group.rules[6].id), "sgr-1");
    let with_gap: Vec<bool> = group.rules.iter().map(|rule| rule.gap.is_some()).collect();
    assert_eq!(with_gap, [false, false, false, false, true, true, true]);
    assert_eq!(estate.address_lists[0].entries.len(), 2);
    assert!(estate.address_lists[0].incomplete.is_none() && estate.address_lists[1].incomplete.is_some());
    assert_eq!((estate.address_lists.len(), estate.port_lists.len()), (2, 1));
}

#[test]
fn interfaces_are_read_as_they_are_written() {
    let estate = parse(ESTATE).unwrap().estate;
    let [one, two, three] = estate.interfaces.as_slice() else { panic!("three interfaces") };
    let groups: Vec<&str> =
        estate.group_list(one.groups.unwrap()).iter().map(|&id| estate.text(id)).collect();
    assert_eq!(groups, ["app", "ghost"]);
    let public: Vec<bool> = one.addresses.iter().map(|address| address.public.is_some()).collect();
    assert_eq!(public, [true, false]);
    assert!(two.groups.is_none() && two.gap.is_some() && two.managed && !two.public_known);
    assert!(three.network.is_none() && estate.group_list(three.groups.unwrap()).is_empty());
    assert_eq!((one.primary, three.primary), (true, false));
    assert_eq!(one.instance, three.instance);
}

#[test]
fn a_remote_address_is_where_the_line_says_or_where_its_number_belongs() {
    let cases = [
        ("10.0.0.9", "net-a"),
        ("internet 10.0.0.9", "internet"),
        ("net-b 10.0.0.9", "net-b"),
        ("elsewhere 10.0.0.9", "elsewhere"),
        ("10.1.0.9", "internet"),
        ("198.51.100.7", "internet"),
        ("net-a 198.51.100.7", "net-a"),
    ];
    for (remote, place) in cases {
        let case = parse(&format!("{ESTATE}ask in tcp 22 from {remote} to web-1 => unknown")).unwrap();
        let told = match case.questions[0].packet.place {
            Place::Internet => "internet",
            Place::Elsewhere => "elsewhere",
            Place::Network(ix) => case.estate.text(case.estate.network(ix).id),
        };
        assert_eq!(told, place, "{remote}");
    }
}

#[test]
fn a_question_takes_the_address_of_the_peers_family_and_icmp_its_type() {
    let cases = [
        ("in tcp 22 from 198.51.100.7 to web-1", 22, "10.0.0.5", 50_000),
        ("in tcp 22 from 2001:db8::9 to web-1", 22, "2001:db8::5", 50_000),
        ("in sctp 22 from 198.51.100.7 to web-1 at 10.0.0.4 source-port 7", 22, "10.0.0.4", 7),
        ("out icmp 8/0 from web-1 to 8.8.8.8", 2048, "10.0.0.5", 50_000),
        ("out icmp 3/4 from web-1 at 10.0.0.8 to net-b 8.8.8.8", 772, "10.0.0.8", 50_000),
        ("in gre from 198.51.100.7 to web-1", 0, "10.0.0.5", 50_000),
    ];
    for (ask, port, local, source) in cases {
        let packet = parse(&format!("{ESTATE}ask {ask} => unknown")).unwrap().questions[0].packet;
        assert_eq!((packet.port, packet.source_port), (port, source), "{ask}");
        assert_eq!(packet.local.to_string(), local, "{ask}");
    }
}

#[test]
fn a_mistake_is_named_with_its_line_and_what_was_expected() {
    let cases = [
        ("hello", "line 1: expected `profile`, `coverage`"),
        (
            "\n# one\nprofile aws",
            "line 3: expected a profile (basic, advanced, unknown-type, groups-in-order, union), found `aws`",
        ),
        ("group web", "line 1: expected a `profile` line before the groups, found `web`"),
        ("in 1 allow all from any", "line 1: expected a `group` line before its rules, found `in`"),
        ("network a 10.0.0.0/33", "line 1: expected a prefix, found `10.0.0.0/33`"),
        ("network a\nnetwork a", "line 2: expected a name that is not taken, found `a`"),
        ("network to", "line 1: expected a name, found `to`"),
        ("network", "line 1: expected a name, found the end of the line"),
        (
            "list a 10.0.0.9-10.0.0.1",
            "line 1: expected a prefix, an address or a range or `...`, found `10.0.0.9-10.0.0.1`",
        ),
        ("list a ? 10.0.0.1", "line 1: expected the end of the line, found `10.0.0.1`"),
        ("ports a 70000", "line 1: expected a port or a range of ports or `...`, found `70000`"),
        ("coverage groups", "line 1: expected `interfaces`, found `groups`"),
        ("profile basic\ngroup a in b", "line 2: expected the name of a network, found `b`"),
        ("profile basic\ngroup a\nin high", "line 3: expected a priority, found `high`"),
        ("profile basic\ngroup a\nin 1 drop", "line 3: expected `allow` or `deny`, found `drop`"),
        ("profile basic\ngroup a\nin 1 deny tpc", "line 3: expected a protocol, found `tpc`"),
        ("profile basic\ngroup a\nin 1 deny tcp 22", "line 3: expected `from`, found the end of the line"),
        ("profile basic\ngroup a\nin 1 deny tcp 22 to any", "line 3: expected `from`, found `to`"),
        ("profile basic\ngroup a\nout 1 deny tcp x to any", "line 3: expected ports or `to`, found `x`"),
        (
            "profile basic\ngroup a\nin 1 deny all from list b",
            "line 3: expected the name of a list, found `b`",
        ),
        (
            "profile basic\ngroup a\nin 1 deny all from any soon",
            "line 3: expected `to`, `source-port`, `over`, `possibly`, `never` or `id`, found `soon`",
        ),
        (
            "interface a 10.0.0",
            "line 1: expected an address, `in`, `groups`, `server`, `managed` or `public-unknown`, found `10.0.0`",
        ),
        ("interface a groups b", "line 1: expected the name of a group, found `b`"),
        (
            "interface a 10.0.0.1\nask in tcp 22 from ::1 to a => denied",
            "line 2: expected two addresses of one family",
        ),
        (
            "interface a 10.0.0.1\nask in tcp from 10.0.0.2 to a => denied",
            "line 2: expected a port, found `from`",
        ),
        (
            "interface a 10.0.0.1\nask in tcp 22 from 10.0.0.2 to a",
            "line 2: expected `=>`, found the end of the line",
        ),
        (
            "interface a 10.0.0.1\nask in tcp 22 from 10.0.0.2 to a => denied by b.in.1",
            "line 2: expected `default`, `same-group` or a rule such as `web.in.2`, found `b.in.1`",
        ),
    ];
    for (text, expected) in cases {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}\n{error}\n{expected}");
    }
}

#[test]
fn a_wrong_answer_is_told_with_its_line() {
    let text = "profile basic
        group web
          in 10 allow tcp 22 from any
          in 10 deny tcp 20-25 from 198.51.100.0/24
        interface web-1 10.0.0.5 groups web
        ask in tcp 22 from 198.51.100.7 to web-1 => denied by web.in.2
        ask in tcp 22 from 198.51.101.7 to web-1 => denied by web.in.2";
    let told = parse(text).unwrap().check(decide).unwrap_err();
    assert_eq!(told, "line 7: expected `denied by web.in.2`, answered `allowed by web.in.1`");
}

#[test]
fn printing_and_reading_lose_nothing() {
    for seed in 0..300 {
        let mut rng = Rng::with_seed(seed);
        let estate = generate::estate(&mut rng, &Knobs { gaps: 0.15, ..Knobs::default() });
        let mut text = print(&estate);
        let mut answers = Vec::new();
        for _ in 0..40 {
            let groups = generate::groups(&mut rng, &estate);
            let packet = generate::packet(&mut rng, &estate, &groups);
            let answer = decide(&estate, &groups, &packet);
            text.push_str(&ask_line(&estate, &groups, &packet, &answer));
            text.push('\n');
            answers.push(packet);
        }
        let case = parse(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        assert_eq!(print(&case.estate), print(&estate), "seed {seed}");
        let asked: Vec<_> = case.questions.iter().map(|question| question.packet).collect();
        assert_eq!(asked, answers, "seed {seed}");
        case.check(decide).unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}\n{text}"));
    }
}

#[test]
fn printing_keeps_every_part_of_a_rule() {
    // The sample has each part once; a part that the printer forgot would be missing from its line.
    let printed = print(&parse(ESTATE).unwrap().estate);
    for line in ESTATE.lines().filter(|line| line.starts_with("  ") || line.starts_with("interface")) {
        assert!(printed.contains(line), "{line}\n{printed}");
    }
}

#[test]
fn the_example_in_the_documentation_is_true() {
    let documentation = include_str!("../notation.rs");
    let example: Vec<&str> = documentation
        .lines()
        .skip_while(|line| *line != "//! ```text")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| line.trim_start_matches("//!"))
        .collect();
    parse(&example.join("\n")).unwrap().check(decide).unwrap();
}

/// Words lost, doubled, moved and cut in the middle.
fn damage(rng: &mut Rng, text: &str) -> String {
    let mut lines: Vec<Vec<String>> =
        text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect();
    for _ in 0..rng.usize(1..4) {
        let at = rng.usize(0..lines.len());
        let other = lines[rng.usize(0..lines.len())].clone();
        let line = &mut lines[at];
        if line.is_empty() {
            continue;
        }
        let word = rng.usize(0..line.len());
        match rng.u8(0..4) {
            0 => drop(line.remove(word)),
            1 => line.insert(word, line[word].clone()),
            2 => line[word] = rng.choice(&other).cloned().unwrap_or_default(),
            _ => {
                let cut = rng.usize(0..=line[word].len());
                line[word].truncate(cut);
            }
        }
    }
    lines.iter().map(|line| line.join(" ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn damaged_text_is_refused_or_read_and_never_lost() {
    let (mut read, mut refused) = (0, 0);
    for seed in 0..3000 {
        let mut rng = Rng::with_seed(seed);
        let drawn = print(&generate::estate(&mut rng, &Knobs::default()));
        let text = damage(&mut rng, if seed % 2 == 0 { ESTATE } else { &drawn });
        match parse(&text) {
            Ok(case) => {
                read += 1;
                let again =
                    parse(&print(&case.estate)).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
                assert_eq!(print(&again.estate), print(&case.estate), "seed {seed}");
            }
            Err(error) => {
                refused += 1;
                assert!((1..=text.lines().count()).contains(&error.line), "seed {seed}: {error}");
            }
        }
    }
    assert!(read >= 300 && refused >= 300, "{read} read, {refused} refused");
}
