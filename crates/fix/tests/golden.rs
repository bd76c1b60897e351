//! Plans whose every step follows from the case by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a fixture that does not parse is a broken test"
)]

use std::fmt::Write as _;

use portreeve_engine::{Bound, Index, Place, Policy, RuleRef, redundancy};
use portreeve_fix::{Aim, Keep, Level, Only, Options, Plan, Stay, Strategy, Subject, after, plans};
use portreeve_model::{
    Action, Direction, Edit, Estate, GroupIx, InterfaceIx, Peer, Ports, Protocol, Rule, Text,
};
use portreeve_netset::{AddressSet, Block, Cidr, IntervalSet, PacketSet, PortSet, protocol};
use portreeve_testkit::parse;

fn estate(text: &str) -> Estate {
    parse(text).unwrap().estate
}

fn peers(cidrs: &[&str]) -> AddressSet {
    cidrs.iter().map(|cidr| cidr.parse::<Cidr>().unwrap()).collect()
}

/// TCP to some ports, from some peers.
fn tcp(ports: &[u16], cidrs: &[&str]) -> PacketSet {
    PacketSet::from_block(&Block {
        protocols: IntervalSet::single(6),
        ports: ports.iter().map(|port| (*port, *port)).collect::<PortSet>(),
        peers: peers(cidrs),
        ..Block::all()
    })
}

const BOTH: [&str; 2] = ["0.0.0.0/0", "::/0"];

fn named(cidrs: &[&str]) -> Options {
    Options { stay: Stay::Named(peers(cidrs)), ..Options::default() }
}

fn close(subject: Subject, unwanted: PacketSet) -> Aim {
    Aim::Close { subject, direction: Direction::Ingress, unwanted }
}

fn group(estate: &Estate, id: &str) -> GroupIx {
    let id = estate.texts.find(id).unwrap();
    estate.groups_by_id()[&id]
}

fn in_group(estate: &Estate, id: &str, unwanted: PacketSet) -> Aim {
    close(Subject::Group(group(estate, id)), unwanted)
}

/// The only plan.
fn plan(estate: &Estate, aim: Aim, options: &Options) -> Plan {
    let mut all = plans(estate, &[aim], options);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// A rule in the words of the notation.
fn said(rule: &Rule) -> String {
    let mut text = String::from(if rule.direction == Direction::Ingress { "in" } else { "out" });
    write!(text, " {} {} ", rule.priority, rule.action).unwrap();
    text += &match rule.protocol {
        Protocol::All => "all".to_owned(),
        Protocol::Number(number) => protocol::label(number),
    };
    match &rule.ports {
        Ports::All => {}
        Ports::Range(range) if range.first() == range.last() => write!(text, " {}", range.first()).unwrap(),
        Ports::Range(range) => write!(text, " {}-{}", range.first(), range.last()).unwrap(),
        other => write!(text, " {other:?}").unwrap(),
    }
    match &rule.peer {
        Peer::Prefix(prefix) => write!(text, " {prefix}").unwrap(),
        other => write!(text, " {other:?}").unwrap(),
    }
    text
}

/// The steps of a plan, one line each.
fn steps(estate: &Estate, plan: &Plan) -> Vec<String> {
    let mut state = estate.clone();
    let mut lines = Vec::new();
    for edit in plan.edits() {
        let id = |ix: &GroupIx| state.text(state.group(*ix).id).to_owned();
        let name = |ix: &GroupIx, at: u32| {
            let group = state.group(*ix);
            let rule = &group.rules[at as usize];
            let way = if rule.direction == Direction::Ingress { "in" } else { "out" };
            format!("{}.{way}.{}", state.text(group.id), rule.position)
        };
        lines.push(match edit {
            Edit::AddRule(ix, rule) => format!("add {}: {}", id(ix), said(rule)),
            Edit::RemoveRule(ix, at) => format!("remove {}", name(ix, *at)),
            Edit::ChangeRule(ix, at, rule) => format!("change {}: {}", name(ix, *at), said(rule)),
            Edit::Join(interface, ix, at) => {
                format!("join {} {} at {at}", state.text(state.interface(*interface).id), id(ix))
            }
            Edit::Leave(interface, ix) => {
                format!("leave {} {}", state.text(state.interface(*interface).id), id(ix))
            }
            Edit::CreateGroup(group) => format!("create {}", state.text(group.id)),
            Edit::DeleteGroup(ix) => format!("delete {}", id(ix)),
        });
        edit.apply(&mut state);
    }
    lines
}

/// What a group alone lets in from the internet.
fn permitted(estate: &Estate, id: &str) -> PacketSet {
    let index = Index::new(estate);
    Policy::of_group(&index, group(estate, id), Direction::Ingress, Place::Internet, Bound::Surely)
        .permitted()
}

#[track_caller]
fn expect(estate: &Estate, plan: &Plan, level: Level, strategy: Strategy, expected: &[&str]) {
    assert_eq!(steps(estate, plan), expected, "{:?}", plan.reasons);
    assert_eq!((plan.level, plan.strategy), (level, strategy), "{:?}", plan.reasons);
    assert!(plan.steps.iter().all(|step| step.proved));
}

const SSH_OPEN: &str = "profile basic
network n 10.0.0.0/16
group web in n
  in 1 allow tcp 22 from 0.0.0.0/0
  in 1 allow tcp 443 from 0.0.0.0/0
interface i in n 10.0.0.5 groups web
";

#[test]
fn ssh_from_everyone_gives_way_to_the_administrators_and_health_checks() {
    let estate = estate(SSH_OPEN);
    let aim = in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"]));
    let plan = plan(&estate, aim, &named(&["203.0.113.0/24"]));
    // Both blocks were let in before, so neither is new; the wide rule goes last.
    expect(
        &estate,
        &plan,
        Level::Narrowing,
        Strategy::Replace,
        &[
            "add web: in 1 allow tcp 22 100.64.0.0/10",
            "add web: in 1 allow tcp 22 203.0.113.0/24",
            "remove web.in.1",
        ],
    );
    let stays = tcp(&[22], &["203.0.113.0/24", "100.64.0.0/10"]).union(&tcp(&[443], &["0.0.0.0/0"]));
    assert_eq!(permitted(&after(&estate, std::slice::from_ref(&plan)), "web"), stays);
    let lost = tcp(&[22], &["0.0.0.0/0"]).difference(&stays);
    assert_eq!(plan.effects.len(), 1);
    assert_eq!((&plan.effects[0].lost, &plan.effects[0].after), (&lost, &stays));
    assert_eq!(plan.admins[0].port, 22);
    assert_eq!(plan.admins[0].remaining, peers(&["203.0.113.0/24", "100.64.0.0/10"]));
}

#[test]
fn without_a_name_private_peers_stay_and_a_person_has_to_say_who_administers() {
    let estate = estate(SSH_OPEN);
    let aim = in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"]));
    let plan = plan(&estate, aim, &Options::default());
    expect(
        &estate,
        &plan,
        Level::Manual,
        Strategy::Replace,
        &[
            "add web: in 1 allow tcp 22 10.0.0.0/8",
            "add web: in 1 allow tcp 22 100.64.0.0/10",
            "add web: in 1 allow tcp 22 172.16.0.0/12",
            "add web: in 1 allow tcp 22 192.168.0.0/16",
            "remove web.in.1",
        ],
    );
    assert!(plan.reasons[0].contains("port 22"), "{:?}", plan.reasons);
}

#[test]
fn a_rule_for_the_administrators_that_is_there_is_enough() {
    let text = SSH_OPEN
        .replace("  in 1 allow tcp 443", "  in 1 allow tcp 20-30 from 203.0.113.0/24\n  in 1 allow tcp 443");
    let estate = estate(&text);
    let aim = in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"]));
    // The private blocks stay by rules of their own; the administrators by the one that they have.
    let first = plan(&estate, aim.clone(), &Options::default());
    assert_eq!((first.level, first.steps.len()), (Level::Narrowing, 5), "{:?}", first.reasons);
    let named = plan(&estate, aim, &named(&["203.0.113.0/24"]));
    expect(
        &estate,
        &named,
        Level::Narrowing,
        Strategy::Replace,
        &["add web: in 1 allow tcp 22 100.64.0.0/10", "remove web.in.1"],
    );
}

#[test]
fn nobody_left_is_for_a_person_to_decide() {
    let text = SSH_OPEN.replace("0.0.0.0/0", "8.0.0.0/8");
    let estate = estate(&text);
    let plan = plan(&estate, in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"])), &Options::default());
    expect(&estate, &plan, Level::Manual, Strategy::Remove, &["remove web.in.1"]);
    assert!(plan.reasons[0].starts_with("nobody"), "{:?}", plan.reasons);
}

#[test]
fn a_port_is_carved_out_of_a_range() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup web in n\n  in 100 allow tcp 1-65535 from 198.51.100.0/24\ninterface i in n 10.0.0.5 groups web\n",
    );
    let options = Options { strategy: Some(Strategy::Replace), ..named(&[]) };
    let aim = in_group(&estate, "web", tcp(&[6379], &["0.0.0.0/0"]));
    let carved = plan(&estate, aim.clone(), &options);
    expect(
        &estate,
        &carved,
        Level::Narrowing,
        Strategy::Replace,
        &[
            "add web: in 100 allow tcp 1-6378 198.51.100.0/24",
            "add web: in 100 allow tcp 6380-65535 198.51.100.0/24",
            "remove web.in.1",
        ],
    );
    // One deny is less: of equal rank it stands before the allow.
    let smallest = plan(&estate, aim, &named(&[]));
    expect(
        &estate,
        &smallest,
        Level::Narrowing,
        Strategy::Deny,
        &["add web: in 100 deny tcp 6379 198.51.100.0/24"],
    );
}

fn everything_open(priority: u32) -> Estate {
    estate(&format!(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup web in n\n  in {priority} allow all from 0.0.0.0/0\ninterface i in n 10.0.0.5 groups web\n"
    ))
}

#[test]
fn two_ports_out_of_everything_need_a_deny_with_room_before_it() {
    let estate = everything_open(100);
    let aim = in_group(&estate, "web", tcp(&[22, 3389], &BOTH));
    let plan = plan(&estate, aim, &named(&["203.0.113.0/24"]));
    expect(
        &estate,
        &plan,
        Level::Narrowing,
        Strategy::Deny,
        &[
            "add web: in 99 allow tcp 22 100.64.0.0/10",
            "add web: in 99 allow tcp 3389 100.64.0.0/10",
            "add web: in 99 allow tcp 22 203.0.113.0/24",
            "add web: in 99 allow tcp 3389 203.0.113.0/24",
            "add web: in 100 deny tcp 22 0.0.0.0/0",
            "add web: in 100 deny tcp 3389 0.0.0.0/0",
        ],
    );
    let everything = PacketSet::all().restrict_peers(&AddressSet::all_v4());
    let stays = everything
        .difference(&tcp(&[22, 3389], &["0.0.0.0/0"]))
        .union(&tcp(&[22, 3389], &["203.0.113.0/24", "100.64.0.0/10"]));
    assert_eq!(permitted(&after(&estate, &[plan]), "web"), stays);
}

#[test]
fn where_everything_is_of_the_first_rank_it_moves_behind_the_deny() {
    let estate = everything_open(1);
    let aim = in_group(&estate, "web", tcp(&[22, 3389], &BOTH));
    let plan = plan(&estate, aim, &named(&["203.0.113.0/24"]));
    expect(
        &estate,
        &plan,
        Level::Narrowing,
        Strategy::Deny,
        &[
            "add web: in 1 allow tcp 22 100.64.0.0/10",
            "add web: in 1 allow tcp 3389 100.64.0.0/10",
            "add web: in 1 allow tcp 22 203.0.113.0/24",
            "add web: in 1 allow tcp 3389 203.0.113.0/24",
            "add web: in 2 deny tcp 22 0.0.0.0/0",
            "add web: in 2 deny tcp 3389 0.0.0.0/0",
            "add web: in 2 allow all 0.0.0.0/0",
            "remove web.in.1",
        ],
    );
}

#[test]
fn without_denies_everything_minus_a_port_cannot_be_said() {
    let text = "profile union\nnetwork n 10.0.0.0/16\ngroup web in n\n  in 1 allow all from 0.0.0.0/0\ninterface i in n 10.0.0.5 groups web\n";
    let estate = estate(text);
    let plan = plan(&estate, in_group(&estate, "web", tcp(&[22], &BOTH)), &named(&["203.0.113.0/24"]));
    assert_eq!((plan.level, plan.steps.len()), (Level::Manual, 0));
    assert!(plan.reasons[0].contains("cannot be written"), "{:?}", plan.reasons);
}

#[test]
fn a_deny_does_not_cut_an_accept_of_another_group_of_equal_rank() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup web in n\n  in 5 allow all from 0.0.0.0/0\ngroup ops in n\n  in 5 allow tcp 22 from 198.51.100.0/24\ninterface i in n 10.0.0.5 groups web ops\n",
    );
    let plan = plan(&estate, in_group(&estate, "web", tcp(&[22], &BOTH)), &named(&["203.0.113.0/24"]));
    // A deny of rank 5 would cut what `ops` lets in, so it is written behind, and the wide rule with it.
    expect(
        &estate,
        &plan,
        Level::Narrowing,
        Strategy::Deny,
        &[
            "add web: in 5 allow tcp 22 100.64.0.0/10",
            "add web: in 5 allow tcp 22 203.0.113.0/24",
            "add web: in 6 deny tcp 22 0.0.0.0/0",
            "add web: in 6 allow all 0.0.0.0/0",
            "remove web.in.1",
        ],
    );
}

#[test]
fn two_halves_in_two_groups_are_both_cut() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup low in n\n  in 1 allow tcp 22 from 0.0.0.0/1\ngroup high in n\n  in 1 allow tcp 22 from 128.0.0.0/1\ninterface i in n 10.0.0.5 groups low high\n",
    );
    let aim = close(Subject::Interfaces(vec![InterfaceIx::new(0)]), tcp(&[22], &["0.0.0.0/0"]));
    let plan = plan(&estate, aim, &named(&["203.0.113.0/24"]));
    expect(
        &estate,
        &plan,
        Level::Narrowing,
        Strategy::Replace,
        &[
            "add low: in 1 allow tcp 22 100.64.0.0/10",
            "add high: in 1 allow tcp 22 203.0.113.0/24",
            "remove low.in.1",
            "remove high.in.1",
        ],
    );
}

#[test]
fn a_prefix_list_with_both_halves_gives_way_to_blocks() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\nlist wide 0.0.0.0/1 128.0.0.0/1\ngroup web in n\n  in 1 allow tcp 22 from list wide\ninterface i in n 10.0.0.5 groups web\n",
    );
    let plan =
        plan(&estate, in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"])), &named(&["203.0.113.0/24"]));
    expect(
        &estate,
        &plan,
        Level::Narrowing,
        Strategy::Replace,
        &[
            "add web: in 1 allow tcp 22 100.64.0.0/10",
            "add web: in 1 allow tcp 22 203.0.113.0/24",
            "remove web.in.1",
        ],
    );
}

#[test]
fn a_prefix_list_that_the_input_does_not_have_is_left_to_a_person() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\nlist gone ?\ngroup web in n\n  in 1 allow tcp 22 from list gone\ninterface i in n 10.0.0.5 groups web\n",
    );
    let options = Options { strategy: Some(Strategy::Replace), ..named(&["203.0.113.0/24"]) };
    let plan = plan(&estate, in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"])), &options);
    assert_eq!((plan.level, plan.steps.len()), (Level::Manual, 0));
    assert!(plan.reasons[0].contains("do not tell"), "{:?}", plan.reasons);
}

#[test]
fn the_twin_of_the_other_family_goes_too() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup web in n\n  in 1 allow tcp 22 from 0.0.0.0/0\n  in 1 allow tcp 22 from ::/0\ninterface i in n 10.0.0.5 groups web\n",
    );
    let aims = [
        in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"])),
        in_group(&estate, "web", tcp(&[22], &["::/0"])),
    ];
    let all = plans(&estate, &aims, &named(&["203.0.113.0/24", "2001:db8::/48"]));
    assert_eq!(all.len(), 1, "one plan for both");
    assert_eq!(all[0].aims, [0, 1]);
    expect(
        &estate,
        &all[0],
        Level::Narrowing,
        Strategy::Replace,
        &[
            "add web: in 1 allow tcp 22 100.64.0.0/10",
            "add web: in 1 allow tcp 22 203.0.113.0/24",
            "add web: in 1 allow tcp 22 2001:db8::/48",
            "remove web.in.2",
            "remove web.in.1",
        ],
    );
}

#[test]
fn a_managed_group_is_never_touched() {
    let estate = estate(&SSH_OPEN.replace("group web in n", "group web in n managed"));
    let plan = plan(&estate, in_group(&estate, "web", tcp(&[22], &BOTH)), &named(&["203.0.113.0/24"]));
    assert_eq!((plan.level, plan.steps.len()), (Level::Manual, 0));
    assert!(plan.reasons[0].contains("`web`"), "{:?}", plan.reasons);
}

#[test]
fn a_group_at_its_quota_changes_rules_where_they_stand_or_says_so() {
    let mut crowded = estate(SSH_OPEN);
    let aim = in_group(&crowded, "web", tcp(&[22], &["0.0.0.0/0"]));
    crowded.profiles[0].quotas.rules_per_group = Some(3);
    // Two new rules beside the old would be four; one of them takes the place of the wide one.
    let tight = plan(&crowded, aim.clone(), &named(&["203.0.113.0/24"]));
    expect(
        &crowded,
        &tight,
        Level::Narrowing,
        Strategy::Replace,
        &["add web: in 1 allow tcp 22 203.0.113.0/24", "change web.in.1: in 1 allow tcp 22 100.64.0.0/10"],
    );
    crowded.profiles[0].quotas.rules_per_group = Some(2);
    let full = plan(&crowded, aim, &named(&["203.0.113.0/24"]));
    assert_eq!((full.level, full.steps.len()), (Level::Manual, 0));
    assert!(full.reasons.iter().any(|reason| reason.contains("2 of 2 rules")), "{:?}", full.reasons);
}

fn forty(same_group: &str) -> Estate {
    let mut text = format!(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup web in n same-group {same_group}\n  in 1 allow tcp 22 from 0.0.0.0/0\n  in 1 allow tcp 443 from 0.0.0.0/0\n"
    );
    for number in 1..=40 {
        writeln!(text, "interface i-{number} in n 10.0.0.{number} groups web").unwrap();
    }
    estate(&text)
}

fn only(estate: &mut Estate) -> Options {
    let id: Text = estate.texts.intern("web-copy");
    let only = Only { interfaces: vec![InterfaceIx::new(6)], id, name: id };
    Options { only: Some(only), ..named(&["203.0.113.0/24"]) }
}

#[test]
fn one_server_of_forty_moves_to_a_copy() {
    let mut estate = forty("rules");
    let options = only(&mut estate);
    let plan = plan(&estate, in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"])), &options);
    expect(
        &estate,
        &plan,
        Level::Narrowing,
        Strategy::Clone,
        &["create web-copy", "join i-7 web-copy at 0", "leave i-7 web"],
    );
    let changed = after(&estate, &[plan]);
    assert_eq!(permitted(&changed, "web"), permitted(&estate, "web"), "the others keep what they had");
    let stays = tcp(&[22], &["203.0.113.0/24", "100.64.0.0/10"]).union(&tcp(&[443], &["0.0.0.0/0"]));
    assert_eq!(permitted(&changed, "web-copy"), stays);
    let index = Index::new(&changed);
    assert_eq!(index.class(index.class_of(InterfaceIx::new(6))).interfaces.len(), 1);
}

#[test]
fn one_server_of_forty_that_the_others_reach_as_a_member_is_for_a_person() {
    let mut estate = forty("allow");
    let options = only(&mut estate);
    let plan = plan(&estate, in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"])), &options);
    assert_eq!(plan.level, Level::Manual);
    assert!(plan.reasons.iter().any(|reason| reason.contains("members of `web`")), "{:?}", plan.reasons);
}

#[test]
fn what_has_to_survive_gets_a_rule_of_its_own() {
    let estate = estate(SSH_OPEN);
    let keep = Keep {
        name: "backup".to_owned(),
        interface: InterfaceIx::new(0),
        direction: Direction::Ingress,
        packets: tcp(&[22], &["198.51.100.7/32"]),
    };
    let options = Options { keep: vec![keep], ..named(&[]) };
    let plan = plan(&estate, in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"])), &options);
    expect(
        &estate,
        &plan,
        Level::Narrowing,
        Strategy::Replace,
        &[
            "add web: in 1 allow tcp 22 100.64.0.0/10",
            "add web: in 1 allow tcp 22 198.51.100.7/32",
            "remove web.in.1",
        ],
    );
}

#[test]
fn egress_that_the_default_lets_out_is_denied_at_the_last_rank() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup web in n\ninterface i in n 10.0.0.5 groups web\n",
    );
    let subject = Subject::Group(group(&estate, "web"));
    let unwanted = PacketSet::from_block(&Block {
        protocols: IntervalSet::single(17),
        ports: PortSet::single(1900),
        peers: peers(&["0.0.0.0/0"]),
        ..Block::all()
    });
    let aim = Aim::Close { subject, direction: Direction::Egress, unwanted };
    let plan = plan(&estate, aim, &named(&[]));
    expect(&estate, &plan, Level::Narrowing, Strategy::Deny, &["add web: out 100 deny udp 1900 0.0.0.0/0"]);
}

#[test]
fn rules_that_change_nothing_go_together() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup web in n\n  in 1 allow tcp 80 from 0.0.0.0/0\n  in 2 allow tcp 80 from 10.0.0.0/8\n  in 3 deny tcp 80 from 10.1.0.0/16\ninterface i in n 10.0.0.5 groups web\n",
    );
    let index = Index::new(&estate);
    let rules: Vec<RuleRef> = redundancy(&index, 1).into_iter().map(|it| it.rule).collect();
    let plan = plan(&estate, Aim::Lean(rules), &Options::default());
    expect(&estate, &plan, Level::Preserving, Strategy::Remove, &["remove web.in.3", "remove web.in.2"]);
    let back = Edit::apply_all(&plan.rollback, &after(&estate, std::slice::from_ref(&plan)));
    assert_eq!(back.groups, estate.groups);
    // A rule that does change something stays, and the plan says so.
    let needed = Aim::Lean(vec![RuleRef { group: GroupIx::new(0), rule: 0 }]);
    let refused = plans(&estate, &[needed], &Options::default()).remove(0);
    assert_eq!((refused.level, refused.steps.len()), (Level::Manual, 0));
}

#[test]
fn rules_of_one_rank_are_merged_by_ports_and_by_blocks() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup web in n\n  in 1 allow tcp 80 from 10.0.0.0/9\n  in 1 allow tcp 81 from 10.0.0.0/9\n  in 1 allow tcp 80-81 from 10.128.0.0/9\n  in 2 allow tcp 443 from 0.0.0.0/0\ninterface i in n 10.0.0.5 groups web\n",
    );
    let plan = plan(&estate, Aim::Consolidate(GroupIx::new(0)), &Options::default());
    expect(
        &estate,
        &plan,
        Level::Preserving,
        Strategy::Consolidate,
        &[
            "add web: in 1 allow tcp 80-81 10.0.0.0/8",
            "remove web.in.3",
            "remove web.in.2",
            "remove web.in.1",
        ],
    );
}

#[test]
fn a_group_that_nothing_uses_is_deleted_and_one_in_use_is_not() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup idle in n\n  in 1 allow tcp 80 from 10.0.0.0/9\ngroup web in n\n  in 1 allow tcp 80 from group ops\ngroup ops in n\ninterface i in n 10.0.0.5 groups web\n",
    );
    let aims: Vec<Aim> = ["idle", "web", "ops"].map(|id| Aim::Delete(group(&estate, id))).to_vec();
    let all = plans(&estate, &aims, &Options::default());
    let level = |aim: usize| all.iter().find(|plan| plan.aims == [aim]).map(|plan| plan.level);
    assert_eq!([0, 1, 2].map(level), [Some(Level::Preserving), Some(Level::Manual), Some(Level::Manual)]);
    let idle = all.iter().find(|plan| plan.aims == [0]).unwrap();
    assert_eq!(steps(&estate, idle), ["delete idle"]);
}

#[test]
fn a_rule_that_names_a_group_stays() {
    let estate = estate(
        "profile basic\nnetwork n 10.0.0.0/16\ngroup web in n\n  in 1 allow tcp 22 from group ops\n  in 1 allow tcp 22 from 0.0.0.0/0\ngroup ops in n\ninterface i in n 10.0.0.5 groups web\ninterface o in n 10.0.0.9 groups ops\n",
    );
    let plan = plan(&estate, in_group(&estate, "web", tcp(&[22], &["0.0.0.0/0"])), &named(&[]));
    expect(
        &estate,
        &plan,
        Level::Narrowing,
        Strategy::Replace,
        &["add web: in 1 allow tcp 22 100.64.0.0/10", "remove web.in.2"],
    );
    assert_eq!(plan.admins[0].remaining, peers(&["100.64.0.0/10", "10.0.0.9/32"]));
    assert!(estate.group(GroupIx::new(0)).rules.iter().all(|rule| rule.action == Action::Allow));
}
