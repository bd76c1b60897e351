//! The text, read as a person would.

use std::sync::Arc;

use portreeve_checks::{Certainty, Exposure, Finding, ServerState};
use portreeve_model::{
    Action, Direction, GroupIx, GroupListIx, Narrow, Peer, PortRange, Ports, Protocol, Scope,
};
use portreeve_netset::AddressSet;

use crate::sample::{Sample, hostile, packet, server, ssh, tcp, written};
use crate::{Format, Notice, NoticeKind, Options, Report, Status, words};

#[test]
fn one_finding_in_full() {
    let expected = "\
high  open-ssh  SSH is open to everyone
  1 group and 1 server at risk
  Allow port 22 only from your administrators' addresses, or reach the server
  through a VPN or a bastion host.

  sg-web (web)  vpc-1  cn-hangzhou  reachable from the internet
    rule      sgr-1 allow tcp/22 from 0.0.0.0/0, priority 1, \"for the move\"
    opens     tcp/22 from 0.0.0.0/0
    at risk   web-1 (i-1): its rules let everyone in
    shielded  web-2 (i-2): sgr-9 of sg-deny blocks it
    try       1.2.3.4 -> 10.20.1.10 tcp/22

1 group and 1 server at risk: 1 high finding
";
    assert_eq!(ssh().written(Format::Text), expected);
}

#[test]
fn an_empty_outcome_is_one_line() {
    let mut sample = Sample::new();
    assert_eq!(sample.written(Format::Text), "nothing found\n");
    sample.estate.add_gap("a.json", "cut short");
    assert!(sample.written(Format::Text).ends_with("\nnothing found, but not all is known; 1 gap\n"));
}

/// What a case does to a finding, or to a rule.
type Change<T> = fn(&mut T);
type RuleChange = Box<dyn Fn(&mut portreeve_model::Rule)>;

/// The lines that start with a label, joined with their continuations.
fn field(text: &str, label: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut within = false;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix(&format!("    {label:10}")) {
            found.push(rest.to_owned());
            within = true;
        } else if let Some(rest) = line.strip_prefix("              ").filter(|_| within) {
            if let Some(last) = found.last_mut() {
                last.push(' ');
                last.push_str(rest);
            }
        } else {
            within = false;
        }
    }
    found
}

fn all_ports(sample: &mut Sample, group: GroupIx) {
    sample.find("open-all-ports", Some(group)).traffic = vec![tcp(0, 65535)];
}

#[test]
fn port_items_fold_under_all_ports_where_it_covers_them() {
    let cases: [(&str, Change<Finding>, bool); 5] = [
        ("the same peers", |_| {}, true),
        ("more private peers", |f| f.traffic[0].peers = Arc::new(AddressSet::all_v4()), true),
        ("another protocol", |f| f.traffic[0].protocol = Some(17), false),
        ("another family too", |f| f.traffic[0].peers = Arc::new(AddressSet::all()), false),
        ("not sure", |f| f.certainty = Certainty::Possible, false),
    ];
    for (name, change, folded) in cases {
        let mut sample = Sample::new();
        let group = sample.group("sg-1", "");
        all_ports(&mut sample, group);
        sample.outcome.findings[0].traffic[0].peers = Arc::new(AddressSet::everyone_v4());
        let finding = sample.find("open-ssh", Some(group));
        finding.traffic = vec![tcp(22, 22)];
        finding.traffic[0].peers = Arc::new(AddressSet::everyone_v4());
        change(finding);
        let text = sample.written(Format::Text);
        assert_eq!(text.contains("high  open-ssh"), !folded, "{name}:\n{text}");
        let note = "(1 finding under another heading)";
        assert!(!text.contains(note), "an item without any finding of its own has no heading");
        assert_eq!(field(&text, "also"), if folded { vec!["counted: open-ssh"] } else { vec![] }, "{name}");
        assert!(text.contains("2 high findings"), "folded findings still count: {name}");
    }
}

#[test]
fn another_group_and_a_waived_cover_fold_nothing() {
    let mut sample = Sample::new();
    let (one, two) = (sample.group("sg-1", ""), sample.group("sg-2", ""));
    all_ports(&mut sample, one);
    sample.find("open-ssh", Some(two)).traffic = vec![tcp(22, 22)];
    assert!(sample.written(Format::Text).contains("high  open-ssh"));

    sample.outcome.findings[1].group = Some(one);
    assert!(!sample.written(Format::Text).contains("high  open-ssh"));
    let waived = [Status::Waived { reason: "lab".into(), until: "2026-12-31".into() }];
    let report = Report { statuses: &waived, ..sample.report() };
    let text = written(Format::Text, &report, &Options::default());
    assert!(text.contains("high  open-ssh"));
    assert!(text.contains("\n  open-all-ports on sg-1, until 2026-12-31: lab\n"));
    assert!(text.ends_with("\n1 group and 0 servers at risk: 1 high finding; 1 waived\n"));
}

#[test]
fn a_group_of_which_little_is_known_is_one_entry() {
    let items = ["open-all-ports", "open-ssh", "open-redis", "open-kafka"];
    for (number, folded) in [(3, false), (4, true)] {
        let mut sample = Sample::new();
        let group = sample.group("sg-1", "web");
        let gap = sample.estate.add_gap("sg-1", "its rules are not in the input");
        for item in items.iter().take(number) {
            let finding = sample.find(item, Some(group));
            finding.certainty = Certainty::Possible;
            finding.gaps = vec![gap];
            finding.traffic = vec![tcp(22, 22)];
        }
        let text = sample.written(Format::Text);
        assert_eq!(text.contains("possible  the input says too little of 1 group\n"), folded, "{text}");
        assert_eq!(text.contains("high  open-ssh"), !folded, "{text}");
        let expected = if folded { vec![items.join(", ")] } else { vec![] };
        assert_eq!(field(&text, "items"), expected);
        let gaps = field(&text, "gap");
        assert_eq!(gaps.len(), if folded { 1 } else { 3 });
        assert_eq!(gaps[0], "sg-1: its rules are not in the input");
    }
}

#[test]
fn many_findings_are_counted_after_the_first() {
    let mut sample = Sample::new();
    for at in 0..1_240 {
        let group = sample.group(&format!("sg-{at}"), "");
        sample.find("open-ssh", Some(group)).traffic = vec![tcp(22, 22)];
    }
    let text = sample.written(Format::Text);
    assert_eq!(text.matches("  no interface\n").count(), 20);
    assert!(text.contains("\n  … 1,220 more; --format json has all\n"));
    assert!(text.ends_with("\n1,240 groups and 0 servers at risk: 1,240 high findings\n"));
    let all =
        written(Format::Text, &sample.report(), &Options { per_item: usize::MAX, ..Options::default() });
    assert_eq!(all.matches("  no interface\n").count(), 1_240);
}

#[test]
fn servers_are_told_by_state_and_reason() {
    let mut sample = Sample::new();
    let group = sample.group("sg-1", "");
    let servers: Vec<_> =
        (0..42).map(|at| sample.server(&format!("i-{at}"), "", &format!("eni-{at}"), "10.0.0.1")).collect();
    let alone = sample.server("", "", "eni-x", "10.0.0.2");
    let second = sample.server("i-second", "db", "eni-y", "10.0.0.3");
    sample.estate.interfaces[second.at()].primary = false;
    let finding = sample.find("open-ssh", Some(group));
    finding.exposure = Exposure::Private;
    finding.traffic = vec![tcp(22, 22)];
    finding.servers =
        vec![server(alone, ServerState::Unknown, "gap"), server(second, ServerState::Shielded, "")];
    finding.servers.extend(servers.iter().map(|ix| server(*ix, ServerState::AtRisk, "open")));
    let text = sample.written(Format::Text);
    assert_eq!(field(&text, "at risk"), ["i-0, i-1, i-2, i-3, i-4 and 37 more: open"]);
    assert_eq!(field(&text, "unknown"), ["eni-x (no server): gap"]);
    assert_eq!(field(&text, "shielded"), ["db (i-second, eni-y)"]);
    let order = ["at risk", "unknown", "shielded"].map(|state| text.find(&format!("    {state}")).unwrap());
    assert!(order.is_sorted());
}

#[test]
fn what_is_not_about_traffic_puts_nobody_at_risk() {
    let mut sample = Sample::new();
    let interface = sample.server("i-1", "web-1", "eni-1", "10.0.0.1");
    let list: Vec<_> = ["sg-1", "sg-2", "sg-3"].iter().map(|id| sample.estate.texts.intern(id)).collect();
    sample.estate.group_lists.push(list.into());
    sample.estate.interfaces[interface.at()].groups = Some(GroupListIx::new(0));
    let finding = sample.find("excessive-groups", None);
    finding.detail = "the interface is in 3 groups".into();
    finding.servers = vec![server(interface, ServerState::AtRisk, "the interface is in 3 groups")];
    let text = sample.written(Format::Text);
    assert_eq!(field(&text, "servers"), ["web-1 (i-1)"]);
    assert_eq!(field(&text, "groups"), ["sg-1, sg-2, sg-3"]);
    assert!(!text.contains("at risk"), "{text}");
}

#[test]
fn a_finding_without_a_group_names_its_interface_and_whose_each_rule_is() {
    let mut sample = Sample::new();
    let group = sample.group("sg-1", "");
    let (named, unnamed) = (
        sample.rule(group, "sgr-1", (22, 22), "0.0.0.0/1", ""),
        sample.rule(group, "", (22, 22), "128.0.0.0/1", ""),
    );
    let interface = sample.server("i-1", "web-1", "eni-1", "10.0.0.1");
    let finding = sample.find("open-ssh", None);
    finding.rules = Arc::from([named, unnamed]);
    finding.servers = vec![server(interface, ServerState::AtRisk, "")];
    let text = sample.written(Format::Text);
    assert!(text.contains("\n  eni-1 of i-1 (web-1)"), "{text}");
    assert_eq!(
        field(&text, "rule"),
        [
            "sg-1: sgr-1 allow tcp/22 from 0.0.0.0/1, priority 1 sg-1#ingress/2 allow tcp/22 from 128.0.0.0/1, priority 1"
        ]
    );
}

#[test]
fn a_rule_is_told_as_it_was_written() {
    let mut sample = Sample::new();
    let group = sample.group("sg-1", "web");
    let list = sample.estate.texts.intern("pl-1");
    let other = sample.estate.texts.intern("sg-2");
    let account = sample.estate.texts.intern("1234");
    let cases: [(RuleChange, &str); 9] = [
        (Box::new(|_| {}), "sgr-1 allow tcp/22 from 10.0.0.0/8, priority 1"),
        (Box::new(|r| r.action = Action::Deny), "sgr-1 deny tcp/22 from 10.0.0.0/8, priority 1"),
        (Box::new(|r| r.direction = Direction::Egress), "sgr-1 allow tcp/22 to 10.0.0.0/8, priority 1"),
        (
            Box::new(|r| (r.protocol, r.ports) = (Protocol::All, Ports::All)),
            "sgr-1 allow all protocols from 10.0.0.0/8, priority 1",
        ),
        (
            Box::new(|r| (r.protocol, r.ports) = (Protocol::ICMP, Ports::All)),
            "sgr-1 allow icmp from 10.0.0.0/8, priority 1",
        ),
        (
            Box::new(move |r| {
                r.peer = Peer::List(portreeve_model::ListRef { id: list, list: None });
                r.ports = Ports::All;
            }),
            "sgr-1 allow tcp/1-65535 from list pl-1, priority 1",
        ),
        (
            Box::new(move |r| r.peer = Peer::Group { id: other, owner: account, group: None, family: None }),
            "sgr-1 allow tcp/22 from group sg-2 of account 1234, priority 1",
        ),
        (
            Box::new(|r| {
                let source_ports = Ports::Range(PortRange::new(1000, 2000).unwrap());
                let local = portreeve_model::Prefix::new("10.1.1.1".parse().unwrap(), 32);
                r.narrow = Some(Box::new(Narrow { source_ports, local }));
            }),
            "sgr-1 allow tcp/22 from 10.0.0.0/8 source ports 1000-2000 to 10.1.1.1/32, priority 1",
        ),
        (
            Box::new(|r| {
                r.scope = Scope::Internet;
                r.acts = portreeve_model::Acts::Never;
            }),
            "sgr-1 allow tcp/22 from 10.0.0.0/8, priority 1, public side only, never acts",
        ),
    ];
    for (change, expected) in cases {
        let rule = sample.rule(group, "sgr-1", (22, 22), "10.0.0.0/8", "");
        let group = &mut sample.estate.groups[rule.group.at()];
        let rule = &mut group.rules[rule.rule as usize];
        change(rule);
        let rule = rule.clone();
        let group = &sample.estate.groups[0];
        assert_eq!(words::rule(&sample.estate, group, &rule), expected);
    }
}

#[test]
fn a_witness_names_what_matters() {
    let mut sample = Sample::new();
    let group = sample.group("sg-1", "");
    let rule = sample.rule(group, "sgr-1", (22, 22), "0.0.0.0/0", "");
    let finding = sample.find("open-ssh", Some(group));
    finding.rules = Arc::from([rule]);
    finding.witness = Some(packet("0.0.0.0", 22));
    assert_eq!(field(&sample.written(Format::Text), "try"), ["1.2.3.4 -> any member tcp/22"]);
    let source_ports = Ports::Range(PortRange::one(40_000));
    sample.estate.groups[0].rules[0].narrow = Some(Box::new(Narrow { source_ports, local: None }));
    let expected = ["1.2.3.4 -> any member tcp/22 from source port 40000"];
    assert_eq!(field(&sample.written(Format::Text), "try"), expected);
}

#[test]
fn marks_and_notices_are_told() {
    let mut sample = ssh();
    sample.estate.groups[0].managed = true;
    sample.outcome.findings[0].suggestion = "Ask the service.".into();
    let notices = [Notice { kind: NoticeKind::WaiverExpired, text: "a waiver\u{1b} expired".to_owned() }];
    let report = Report { statuses: &[Status::Grown], notices: &notices, ..sample.report() };
    let text = written(Format::Text, &report, &Options { width: 160, ..Options::default() });
    let marks = "managed by the cloud, read-only  reachable from the internet  grown since the baseline\n";
    assert!(text.contains(marks), "{text}");
    assert_eq!(field(&text, "do"), ["Ask the service."]);
    assert!(text.contains("\nnote: a waiver\\x1b expired\n"));
    let report = Report { statuses: &[Status::Known], ..sample.report() };
    assert_eq!(written(Format::Text, &report, &Options::default()), "nothing new found; 1 known\n");
}

#[test]
fn lines_fit_the_terminal_and_ids_stay_whole() {
    for width in [40, 80, 160] {
        let text = written(Format::Text, &hostile().report(), &Options { width, ..Options::default() });
        // The last line, the summary, is one line by design.
        for line in text.lines().rev().skip(1) {
            let longest = line.split(' ').map(|word| word.chars().count()).max().unwrap_or(0);
            assert!(line.chars().count() <= width.max(longest + 16), "{width}: {line}");
        }
    }
    let wide = written(Format::Text, &ssh().report(), &Options { width: 160, ..Options::default() });
    let suggestion = "Allow port 22 only from your administrators' addresses, or reach the server through a VPN or a bastion host.";
    assert!(wide.contains(&format!("\n  {suggestion}\n")));
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    let text = hostile().written(Format::Text);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
    assert!(!text.contains('\u{202e}'));
    assert!(text.contains("\\x1b[2J\\u{202e}"));
}

#[test]
fn colours_come_only_when_asked_for() {
    let plain = ssh().written(Format::Text);
    let coloured = written(Format::Text, &ssh().report(), &Options { color: true, ..Options::default() });
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mhigh\u{1b}[0m"));
    let mut stripped = coloured;
    while let Some(at) = stripped.find('\u{1b}') {
        let end = stripped[at..].find('m').unwrap();
        stripped.replace_range(at..=at + end, "");
    }
    assert_eq!(stripped, plain);
}

#[test]
fn the_summary_counts_each_thing_once() {
    let mut sample = Sample::new();
    let (one, two) = (sample.group("sg-1", ""), sample.group("sg-2", ""));
    let first = sample.server("i-1", "", "eni-1", "10.0.0.1");
    let second = sample.server("i-2", "", "eni-2", "10.0.0.2");
    let at_risk = |ix| server(ix, ServerState::AtRisk, "");
    for (item, group, servers) in [
        ("open-ssh", Some(one), vec![at_risk(first), at_risk(second)]),
        ("open-ssh", Some(two), vec![at_risk(first), server(second, ServerState::Shielded, "")]),
        ("open-kafka", Some(one), vec![at_risk(first)]),
        ("excessive-groups", None, vec![at_risk(second)]),
    ] {
        let traffic = if item == "excessive-groups" { vec![] } else { vec![tcp(22, 22)] };
        let finding = sample.find(item, group);
        (finding.traffic, finding.servers) = (traffic, servers);
    }
    let text = sample.written(Format::Text);
    assert!(text.ends_with("\n2 groups and 2 servers at risk: 2 high, 1 medium, 1 low findings\n"), "{text}");
    assert!(text.contains("  2 groups and 2 servers at risk\n"), "of open-ssh:\n{text}");
    assert!(text.contains("  1 group and 1 server at risk\n"), "of open-kafka:\n{text}");
    assert!(text.contains("carries three or more security groups\n  1 finding\n"), "{text}");
}
