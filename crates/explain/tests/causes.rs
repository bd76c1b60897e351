//! Every cause, once where it is one and once where it must stay silent.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to say so"
)]

mod common;

use common::build::{acl, host, peering, ssh, subnet, table};
use common::only_part;
use portreeve_engine::Index;
use portreeve_explain::{Explainer, Lookup, Options, Part, Question, Unanswerable, Verdict, cause_ids};
use portreeve_model::Action::{Allow, Deny};
use portreeve_model::Direction::{Egress, Ingress};
use portreeve_model::Otherwise as Else;
use portreeve_model::{
    Estate, Forward, Narrow, Nat, PortRange, Ports, PowerState, Protocol, Ranking, Rule, Text, WeakFlavour,
};
use portreeve_testkit::Kind;

/// An estate in the notation, what is added to it, and a question: from, to, protocol, port and perhaps the client's port.
struct Fixture {
    text: String,
    change: fn(&mut Estate),
    ask: &'static str,
}

fn fixture(text: String, change: fn(&mut Estate), ask: &'static str) -> Fixture {
    Fixture { text, change, ask }
}

/// Alibaba's kind of groups, and Huawei's: ranked by the order of the groups first, nothing leaves by default, network ACLs keep state.
const KINDS: [Kind; 2] = [Kind::Basic, Kind::GroupsInOrder];

/// Which cause does not exist for which kind, and why.
const ABSENT: &[(&str, Kind, &str)] = &[
    ("range-on-source-port", Kind::GroupsInOrder, "rules of groups have no source ports"),
    ("reply-blocked", Kind::GroupsInOrder, "network ACLs keep state, so replies pass by themselves"),
    ("rule-may-not-act", Kind::Basic, "no make of server and no limit is documented to disable rules"),
];

const ASK: &str = "client db tcp 22";
const SSH: &str = "in 1 allow tcp 22 from any";

/// A client and a server in one network; the server's group has these rules.
fn pair(kind: Kind, rules: &str) -> String {
    world(kind, rules, "net-a", "app", "clients")
}

/// Where nothing leaves by default, clients have a rule for it, as new groups have.
fn world(kind: Kind, rules: &str, network_of_client: &str, groups: &str, groups_of_client: &str) -> String {
    let name = kind.name();
    // Groups in order belong to no network.
    let (of_clients, of_servers) = match kind {
        Kind::GroupsInOrder => (String::new(), ""),
        _ => (format!("in {network_of_client} "), "in net-a "),
    };
    let leave = if kind == Kind::GroupsInOrder { "\n  out 1 allow all to any" } else { "" };
    format!(
        "profile {name}\n\
         network net-a 10.0.0.0/16\n\
         network net-b 10.1.0.0/16\n\
         group ghost ?\n\
         group clients {of_clients}same-group rules{leave}\n\
         group app {of_servers}same-group rules\n{rules}\n\
         group guard {of_servers}same-group rules\n  in 1 deny tcp 22 from any\n\
         group admin {of_servers}same-group rules\n  in 1 allow tcp 22 from any\n\
         interface db in net-a 10.0.0.5 public 203.0.113.5 groups {groups} server i-1\n\
         interface client in {network_of_client} {} public 203.0.113.9 groups {groups_of_client} server i-2\n",
        if network_of_client == "net-a" { "10.0.0.9" } else { "10.1.0.9" }
    )
}

/// The same with a second interface on a server.
fn with_second(kind: Kind, server: &str) -> String {
    format!("{}interface second in net-a 10.0.0.6 groups admin server {server}\n", pair(kind, ""))
}

fn nothing(_: &mut Estate) {}

fn quota(estate: &mut Estate, limit: u32) {
    estate.profiles.iter_mut().for_each(|it| it.quotas.rules_per_group = Some(limit));
}

const MAIL: &[(Protocol, PortRange)] = &[(Protocol::TCP, PortRange::one(25))];

fn mail(estate: &mut Estate) {
    estate.profiles.iter_mut().for_each(|it| it.blocked_egress = MAIL);
}

const WEAK: &[WeakFlavour] = &[WeakFlavour { prefix: "c3.", no_lists: true, no_split_ports: false }];

fn of_flavour(estate: &mut Estate, flavour: &str) {
    estate.profiles.iter_mut().for_each(|it| it.weak_flavours = WEAK);
    let flavour = estate.texts.intern(flavour);
    estate.instances.iter_mut().for_each(|it| it.flavour = flavour);
}

fn hidden(estate: &mut Estate) {
    for address in estate.interfaces.iter_mut().flat_map(|it| &mut it.addresses) {
        address.public = None;
    }
}

/// Network ACLs keep state where groups have an order, and keep none where they have not.
fn keeps_state(estate: &Estate) -> bool {
    estate.profiles[0].ranking == Ranking::GroupThenPriority
}

/// A network ACL that takes SSH from client ports up to one.
fn from_client_ports(estate: &mut Estate, last: u16) {
    let source_ports = Ports::Range(PortRange::new(1024, last).unwrap());
    let entry = Rule { narrow: Some(Box::new(Narrow { source_ports, local: None })), ..ssh(Allow, Ingress) };
    let ix = acl(estate, "acl-1", true, [Else::Deny, Else::Allow], vec![entry]);
    subnet(estate, 0, "sub-1", Some(ix));
}

/// A NAT gateway that hands on one port to the server's SSH.
fn forward(estate: &mut Estate, port: u16) {
    let forward = Forward {
        public: "203.0.113.77".parse().unwrap(),
        protocol: Protocol::TCP,
        public_ports: Some(PortRange::one(port)),
        private: "10.0.0.5".parse().unwrap(),
        private_ports: Some(PortRange::one(22)),
    };
    estate.nats.push(Nat {
        id: estate.texts.intern("nat-1"),
        name: Text::EMPTY,
        network: estate.interfaces[0].network,
        sources: Vec::new(),
        forwards: vec![forward],
        incomplete: None,
    });
}

/// What is wrong with rules and groups.
fn of_rules(kind: Kind, id: &str) -> Option<[Fixture; 2]> {
    let rules = |fires: &str, silent: &str, ask| {
        Some([fixture(pair(kind, fires), nothing, ask), fixture(pair(kind, silent), nothing, ask)])
    };
    let from_40000 = "client db tcp 22 40000";
    match id {
        "wrong-direction" => rules("out 1 allow tcp 22 to 10.0.0.0/8", "out 1 allow all to any", ASK),
        "wrong-protocol" => rules("in 1 allow udp 22 from any", "in 1 allow udp 23 from any", ASK),
        "port-not-covered" => {
            rules("in 1 allow tcp 80 from any", "in 1 allow tcp 80 from 192.168.0.0/16", ASK)
        }
        "range-on-source-port" => rules(
            "in 1 allow tcp 0-65535 from any source-port 22",
            "in 1 allow tcp 22 from any source-port 1024-2048",
            from_40000,
        ),
        "source-port-not-covered" if kind == Kind::Basic => rules(
            "in 1 allow tcp 22 from any source-port 1024-2048",
            "in 1 allow tcp 0-65535 from any source-port 22",
            ASK,
        ),
        "peer-not-covered" => {
            rules("in 1 allow tcp 22 from 192.168.0.0/16", "in 1 allow tcp 22 from ::/0", ASK)
        }
        "other-family" => rules("in 1 allow tcp 22 from ::/0", "in 1 allow tcp 22 from 192.168.0.0/16", ASK),
        "deny-rule" => rules("in 1 deny tcp 22 from any", "", ASK),
        "no-rule-allows" => rules("", "in 1 deny tcp 22 from any", ASK),
        "rule-never-acts" => {
            rules("in 1 allow tcp 22 from any never", "in 1 allow tcp 80 from any never", ASK)
        }
        "group-peer-by-public-address" => {
            let text = pair(kind, "in 1 allow tcp 22 from group clients");
            let by_public = "203.0.113.9 203.0.113.5 tcp 22";
            Some([
                fixture(text.clone(), nothing, by_public),
                fixture(text, nothing, "203.0.113.9 203.0.113.5 tcp 23"),
            ])
        }
        _ => None,
    }
}

/// What is wrong with which groups an interface has.
fn of_groups(kind: Kind, id: &str) -> Option<[Fixture; 2]> {
    let plain =
        |fires: String, silent: String| Some([fixture(fires, nothing, ASK), fixture(silent, nothing, ASK)]);
    match id {
        "other-group-denies" => plain(
            // Where groups have an order, the one that denies has to come first.
            world(kind, "in 10 allow tcp 22 from any", "net-a", "guard app", "clients"),
            pair(kind, "in 10 allow tcp 22 from any\nin 1 deny tcp 22 from any"),
        ),
        "quota-reached" => Some([
            fixture(pair(kind, "in 1 allow tcp 80 from any"), |estate| quota(estate, 1), ASK),
            fixture(pair(kind, "in 1 allow tcp 80 from any"), |estate| quota(estate, 2), ASK),
        ]),
        "rule-may-not-act" => {
            let text =
                || format!("list offices 10.0.0.0/16\n{}", pair(kind, "in 1 allow tcp 22 from list offices"));
            Some([
                fixture(text(), |estate| of_flavour(estate, "c3.large.2"), ASK),
                fixture(text(), |estate| of_flavour(estate, "c7.large.2"), ASK),
            ])
        }
        "group-not-on-interface" => plain(with_second(kind, "i-1"), with_second(kind, "i-3")),
        "same-group-isolated" => plain(world(kind, "", "net-a", "app", "app"), pair(kind, "")),
        "rules-not-in-input" => plain(world(kind, "", "net-a", "app ghost", "clients"), pair(kind, "")),
        "platform-blocks-port" => Some([
            fixture(pair(kind, ""), mail, "client 8.8.8.8 tcp 25"),
            fixture(pair(kind, ""), mail, "client 8.8.8.8 tcp 26"),
        ]),
        "carrier-may-block" => Some([
            fixture(pair(kind, ""), nothing, "8.8.8.8 db tcp 445"),
            fixture(pair(kind, ""), nothing, "8.8.8.8 db tcp 443"),
        ]),
        _ => None,
    }
}

/// What is wrong with hosts.
fn of_filters(kind: Kind, id: &str) -> Option<[Fixture; 2]> {
    let both = |fires: fn(&mut Estate), silent: fn(&mut Estate)| {
        Some([fixture(pair(kind, SSH), fires, ASK), fixture(pair(kind, SSH), silent, ASK)])
    };
    match id {
        "nothing-listens" => both(
            |estate| host(estate, Some(&[("10.0.0.5", 80)]), None),
            |estate| host(estate, Some(&[("10.0.0.5", 22)]), None),
        ),
        "loopback-only" => both(
            |estate| host(estate, Some(&[("127.0.0.1", 22)]), None),
            |estate| host(estate, Some(&[("127.0.0.1", 80)]), None),
        ),
        "host-firewall-denies" => both(
            |estate| {
                let filter = acl(estate, "iptables", true, [Else::Deny, Else::Allow], Vec::new());
                host(estate, None, Some(vec![filter]));
            },
            |estate| host(estate, None, Some(Vec::new())),
        ),
        _ => None,
    }
}

/// What is wrong with network ACLs.
fn of_acls(kind: Kind, id: &str) -> Option<[Fixture; 2]> {
    let both = |fires: fn(&mut Estate), silent: fn(&mut Estate)| {
        Some([fixture(pair(kind, SSH), fires, ASK), fixture(pair(kind, SSH), silent, ASK)])
    };
    match id {
        // Groups of this kind name no client ports, but their network ACLs do.
        "source-port-not-covered" => Some([
            fixture(pair(kind, SSH), |estate| from_client_ports(estate, 2048), ASK),
            fixture(pair(kind, SSH), |estate| from_client_ports(estate, u16::MAX), "client db tcp 22 2048"),
        ]),
        "network-acl-denies" => both(
            |estate| {
                let ix = acl(
                    estate,
                    "acl-1",
                    keeps_state(estate),
                    [Else::Allow, Else::Allow],
                    vec![ssh(Deny, Ingress)],
                );
                subnet(estate, 0, "sub-1", Some(ix));
            },
            |estate| {
                let ix = acl(
                    estate,
                    "acl-1",
                    keeps_state(estate),
                    [Else::Allow, Else::Allow],
                    vec![ssh(Deny, Ingress)],
                );
                subnet(estate, 0, "sub-1", Some(ix));
                estate.interfaces[1].subnet = estate.interfaces[0].subnet;
            },
        ),
        "network-acl-no-entry" => both(
            |estate| {
                let ix = acl(estate, "acl-1", keeps_state(estate), [Else::Deny, Else::Allow], Vec::new());
                subnet(estate, 0, "sub-1", Some(ix));
            },
            |estate| {
                let ix = acl(
                    estate,
                    "acl-1",
                    keeps_state(estate),
                    [Else::Deny, Else::Deny],
                    vec![ssh(Allow, Ingress)],
                );
                subnet(estate, 0, "sub-1", Some(ix));
            },
        ),
        "reply-blocked" => both(
            |estate| {
                let ix = acl(estate, "acl-1", false, [Else::Allow, Else::Deny], vec![ssh(Allow, Egress)]);
                subnet(estate, 0, "sub-1", Some(ix));
            },
            |estate| {
                let ix = acl(estate, "acl-1", true, [Else::Allow, Else::Deny], vec![ssh(Allow, Egress)]);
                subnet(estate, 0, "sub-1", Some(ix));
            },
        ),
        _ => None,
    }
}

/// What is wrong with the connection.
fn of_routes(kind: Kind, id: &str) -> Option<[Fixture; 2]> {
    let apart = || world(kind, SSH, "net-b", "app", "clients");
    let both = |text: String, fires: fn(&mut Estate), silent: fn(&mut Estate), ask| {
        Some([fixture(text.clone(), fires, ask), fixture(text, silent, ask)])
    };
    let whole: fn(&mut Estate) = |estate| {
        peering(estate, true);
        table(estate, 0, &["10.1.0.0/16"]);
        table(estate, 1, &["10.0.0.0/16"]);
    };
    match id {
        "not-connected" => both(
            apart(),
            |estate| {
                table(estate, 0, &[]);
                table(estate, 1, &[]);
            },
            nothing,
            ASK,
        ),
        "peering-inactive" => both(
            apart(),
            |estate| {
                peering(estate, false);
                table(estate, 0, &["10.1.0.0/16"]);
                table(estate, 1, &["10.0.0.0/16"]);
            },
            whole,
            ASK,
        ),
        "route-missing" => both(
            apart(),
            |estate| {
                peering(estate, true);
                table(estate, 0, &["10.1.0.0/16"]);
                table(estate, 1, &[]);
            },
            whole,
            ASK,
        ),
        "not-handed-on" => both(
            pair(kind, SSH),
            |estate| forward(estate, 2222),
            |estate| forward(estate, 22),
            "8.8.8.8 203.0.113.77 tcp 22",
        ),
        "no-public-address" => both(pair(kind, SSH), hidden, nothing, "8.8.8.8 10.0.0.5 tcp 22"),
        "server-stopped" => both(
            pair(kind, SSH),
            |estate| estate.instances[0].state = PowerState::Stopped,
            |estate| estate.instances[0].state = PowerState::Unknown,
            ASK,
        ),
        "interface-down" => both(pair(kind, SSH), |estate| estate.interfaces[0].down = true, nothing, ASK),
        _ => None,
    }
}

fn fixtures(kind: Kind, id: &str) -> Option<[Fixture; 2]> {
    if ABSENT.iter().any(|(absent, of, _)| (*absent, *of) == (id, kind)) {
        return None;
    }
    of_rules(kind, id)
        .or_else(|| of_groups(kind, id))
        .or_else(|| of_filters(kind, id))
        .or_else(|| of_acls(kind, id))
        .or_else(|| of_routes(kind, id))
}

/// Every cause for both kinds of groups, with its fixtures.
fn each_cause(mut look: impl FnMut(&'static str, [Fixture; 2])) {
    for (id, kind) in cause_ids().iter().flat_map(|id| KINDS.map(|kind| (*id, kind))) {
        if let Some(both) = fixtures(kind, id) {
            look(id, both);
        }
    }
}

fn number(word: &str) -> u8 {
    match word {
        "tcp" => 6,
        "udp" => 17,
        other => other.parse().unwrap(),
    }
}

/// Asks the question of a fixture, and hands the answer on with its estate.
fn ask<T>(fixture: &Fixture, look: impl FnOnce(&Estate, &Part) -> T) -> T {
    let mut estate =
        portreeve_testkit::parse(&fixture.text).unwrap_or_else(|e| panic!("{e}\n{}", fixture.text)).estate;
    (fixture.change)(&mut estate);
    let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
    let explainer = Explainer::new(&index, &lookup, Options::default());
    let words: Vec<&str> = fixture.ask.split(' ').collect();
    let question = Question {
        from: lookup.end(&estate, words[0]).unwrap(),
        to: lookup.end(&estate, words[1]).unwrap(),
        protocol: Some(number(words[2])),
        port: Some(words[3].parse().unwrap()),
        source_port: words.get(4).map(|port| port.parse().unwrap()),
    };
    look(&estate, &only_part(&explainer, &question))
}

fn ids(part: &Part) -> Vec<&'static str> {
    part.causes.iter().map(|cause| cause.id).collect()
}

#[test]
fn every_cause_fires_where_it_is_one_and_nowhere_else() {
    each_cause(|id, [fires, silent]| {
        ask(&fires, |_, part| assert!(ids(part).contains(&id), "{id}: {:?} {:#?}", part.causes, part.steps));
        ask(&silent, |_, part| {
            assert!(!ids(part).contains(&id), "{id} should be silent: {:?}", part.causes);
        });
    });
}

#[test]
fn every_cause_has_fixtures_for_both_kinds_or_a_reason_why_not() {
    for (id, kind) in cause_ids().iter().flat_map(|id| KINDS.map(|kind| (*id, kind))) {
        let reason = ABSENT.iter().find(|(absent, of, _)| (*absent, *of) == (id, kind));
        let fixtures = fixtures(kind, id);
        assert!(fixtures.is_some() != reason.is_some(), "cause `{id}` of {}", kind.name());
    }
    for (id, kind, why) in ABSENT {
        assert!(cause_ids().contains(id) && KINDS.contains(kind) && why.len() > 20, "{id}: {why}");
        let other = if *kind == Kind::Basic { Kind::GroupsInOrder } else { Kind::Basic };
        assert!(fixtures(other, id).is_some(), "cause `{id}` exists nowhere");
    }
}

/// Everything that has a name, and the address and port that are asked about.
fn names(estate: &Estate, ask: &str) -> Vec<String> {
    let ids = estate.groups.iter().map(|it| it.id).chain(estate.interfaces.iter().map(|it| it.id));
    let ids = ids.chain(estate.instances.iter().map(|it| it.id)).chain(estate.acls.iter().map(|it| it.id));
    let ids = ids.chain(estate.networks.iter().map(|it| it.id)).chain(estate.peerings.iter().map(|it| it.id));
    let ids = ids.chain(estate.nats.iter().map(|it| it.id));
    let asked = ask.split(' ').map(str::to_owned);
    ids.map(|id| estate.text(id).to_owned()).chain(asked).collect()
}

#[test]
fn remedies_name_what_they_are_about() {
    each_cause(|id, [fires, _]| {
        // What nobody in the cloud can change has no object.
        if matches!(id, "platform-blocks-port" | "carrier-may-block") {
            return;
        }
        ask(&fires, |estate, part| {
            let names = names(estate, fires.ask);
            for cause in part.causes.iter().filter(|cause| cause.id == id) {
                let says_what = |text: &str| names.iter().any(|name| text.contains(name.as_str()));
                assert!(says_what(&cause.remedy) && says_what(&cause.text), "{cause:?}");
            }
        });
    });
}

#[test]
fn the_internet_as_a_whole_is_called_by_its_name() {
    for rules in ["in 1 allow tcp 22 from 192.168.0.0/16", "in 1 allow tcp 22 from group clients", ""] {
        let fixture = fixture(pair(Kind::Basic, rules), nothing, "internet db tcp 22");
        ask(&fixture, |_, part| {
            let named = |words: &str| words.contains("the internet") && !words.contains("0.0.0.0");
            assert!(part.causes.iter().any(|it| named(&it.text) && named(&it.remedy)), "{:?}", part.causes);
            assert!(part.causes.iter().all(|it| !it.text.contains("0.0.0.0")), "{:?}", part.causes);
        });
    }
}

#[test]
fn no_cause_is_told_twice() {
    each_cause(|_, both| {
        for fixture in both {
            ask(&fixture, |_, part| {
                for (at, cause) in part.causes.iter().enumerate() {
                    assert!(!part.causes[..at].contains(cause), "{:?}", part.causes);
                    assert!(!cause.text.is_empty() && !cause.remedy.is_empty(), "{cause:?}");
                }
            });
        }
    });
}

#[test]
fn a_rule_beyond_the_limit_of_composite_rules_is_in_doubt() {
    let kind = Kind::GroupsInOrder;
    let rules = "in 1 allow tcp 22,80 from any\nin 1 allow tcp 443 from group clients";
    let limited = |limit: fn(&mut Estate)| fixture(pair(kind, rules), limit, ASK);
    let one = limited(|estate| estate.profiles[0].quotas.composite_rules = Some(1));
    let two = limited(|estate| estate.profiles[0].quotas.composite_rules = Some(2));
    ask(&one, |_, part| assert_eq!(ids(part), ["rule-may-not-act"]));
    ask(&two, |_, part| assert!(ids(part).is_empty(), "{:?}", part.causes));
}

#[test]
fn a_question_about_one_address_says_so() {
    let estate = portreeve_testkit::parse(&pair(Kind::Basic, SSH)).unwrap().estate;
    let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
    let end = lookup.end(&estate, "db").unwrap();
    let question = Question { from: end.clone(), to: end, protocol: None, port: None, source_port: None };
    let answer = Explainer::new(&index, &lookup, Options::default()).ask(&question);
    assert_eq!(answer, Err(Unanswerable::SameAddress));
}

#[test]
fn what_works_has_no_causes() {
    let works = KINDS.into_iter().flat_map(|kind| {
        [
            fixture(pair(kind, SSH), nothing, ASK),
            fixture(pair(kind, SSH), nothing, "8.8.8.8 db tcp 22"),
            fixture(pair(kind, ""), nothing, "client 8.8.8.8 tcp 443"),
        ]
    });
    for fixture in works {
        ask(&fixture, |_, part| {
            assert_eq!((part.verdict, ids(part)), (Verdict::Allowed, Vec::new()), "{:#?}", part.steps);
        });
    }
}

#[test]
fn every_layer_that_denies_has_its_cause_and_a_plan_for_all_of_them() {
    for kind in KINDS {
        // A network ACL without an entry, a group without a rule, and a server that is stopped.
        let broken = fixture(
            pair(kind, ""),
            |estate| {
                let ix = acl(estate, "acl-1", true, [Else::Deny, Else::Allow], Vec::new());
                subnet(estate, 0, "sub-1", Some(ix));
                estate.instances[0].state = PowerState::Stopped;
            },
            ASK,
        );
        ask(&broken, |_, part| {
            assert_eq!(ids(part), ["no-rule-allows", "network-acl-no-entry", "server-stopped"]);
            let plan = part.plans.first().expect("a plan");
            assert_eq!(plan.changes.len(), 3, "{:?}", plan.words);
        });
        // Both sides of a peering lack their route.
        let apart = fixture(
            world(kind, SSH, "net-b", "app", "clients"),
            |estate| {
                peering(estate, true);
                table(estate, 0, &[]);
                table(estate, 1, &[]);
            },
            ASK,
        );
        ask(&apart, |_, part| {
            assert_eq!(ids(part), ["route-missing"; 2]);
            assert_eq!(part.plans.first().expect("a plan").changes.len(), 2);
        });
    }
}
