//! Huawei Cloud's sample project, flow by flow: what the whole path says, and at groups and network ACLs by which rule.
//!
//! The verdicts were worked out apart from this program, from the vendor's documented semantics (docs/semantics.md).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

use std::net::IpAddr;
use std::path::Path;

use portreeve::checks::{Settings, check};
use portreeve::engine::{Bound, Index, Place, Policy, Source};
use portreeve::explain::{Explainer, Layer, Lookup, Options, Question, Verdict};
use portreeve::load::{LoadOptions, Loaded, Unwatched, load};
use portreeve::model::{Direction, Estate, InterfaceIx};
use portreeve::netset::Packet;
use serde_json::Value;

fn fixture(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/huawei").join(path).display().to_string()
}

fn sample() -> Estate {
    read(&[fixture("sample")]).estate
}

fn read(sources: &[String]) -> Loaded {
    load(sources, &LoadOptions::default(), &Unwatched).unwrap()
}

fn cases() -> Vec<Value> {
    let text = std::fs::read_to_string(fixture("expected-verdicts.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let cases = expected["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 24);
    cases.clone()
}

/// Protocol and port of a case.
fn flow(case: &Value) -> (u8, Option<u16>) {
    let port = case["port"].as_u64().map(|port| u16::try_from(port).unwrap());
    (protocol(case["protocol"].as_str().unwrap()), port)
}

/// The interface that an address belongs to, by its private or its public side, and its private address.
fn owner(estate: &Estate, address: IpAddr) -> Option<(InterfaceIx, IpAddr)> {
    estate.each_interface().find_map(|(ix, interface)| {
        let own =
            interface.addresses.iter().find(|own| own.private == address || own.public == Some(address));
        own.map(|own| (ix, own.private))
    })
}

fn protocol(text: &str) -> u8 {
    match text {
        "icmp" => 1,
        "tcp" => 6,
        "udp" => 17,
        number => number.parse().unwrap(),
    }
}

/// What the steps of a case would say of one end: its groups, then its network ACL.
fn steps(
    index: &Index<'_>,
    direction: Direction,
    own: (InterfaceIx, IpAddr),
    peer: Peer,
    flow: (u8, u16),
) -> [String; 2] {
    let estate = index.estate();
    let interface = estate.interface(own.0);
    let place = if peer.inside { Place::Network(interface.network.unwrap()) } else { Place::Internet };
    let packet =
        Packet { protocol: flow.0, port: flow.1, source_port: 40000, local: own.1, peer: peer.address };
    let class = index.class(index.class_of(own.0));
    let groups = both(|bound| Policy::of_class(index, class, direction, place, bound).decide(&packet).by);
    let subnet = interface.subnet.map(|ix| estate.subnet(ix)).unwrap();
    assert!(subnet.acl_known, "the listing of network ACLs is whole");
    let acl = match subnet.acl {
        None => format!("{direction} ACL: no network ACL"),
        Some(_) if peer.same_subnet => "same subnet: network ACL not consulted".to_owned(),
        Some(ix) => {
            let by = both(|bound| Policy::of_acl(index, ix, direction, bound).decide(&packet).by);
            format!("{direction} ACL: {}", told_acl(estate, direction, ix, by))
        }
    };
    [format!("{direction} SG: {}", told(estate, interface.groups.unwrap(), groups)), acl]
}

#[derive(Clone, Copy)]
struct Peer {
    address: IpAddr,
    inside: bool,
    same_subnet: bool,
}

/// What decides at both bounds, which must agree where the documents leave nothing open.
fn both(decide: impl Fn(Bound) -> Option<Source>) -> Option<Source> {
    let sure = decide(Bound::Surely);
    assert_eq!(sure, decide(Bound::Possibly), "nothing of the project is left open");
    sure
}

fn told(estate: &Estate, list: portreeve::model::GroupListIx, by: Option<Source>) -> String {
    let Some(source) = by else { return "no rule matched".to_owned() };
    let Source::Rule(at) = source else { panic!("{source:?} decides") };
    let group = estate.group(at.group);
    let rule = &group.rules[at.rule as usize];
    let position = estate.group_list(list).iter().position(|id| *id == group.id).unwrap() + 1;
    format!(
        "{} (position {position}) priority {} {} rule {}",
        estate.text(group.name),
        rule.priority,
        rule.action,
        estate.text(rule.id)
    )
}

fn told_acl(
    estate: &Estate,
    direction: Direction,
    ix: portreeve::model::AclIx,
    by: Option<Source>,
) -> String {
    let acl = estate.acl(ix);
    let name = estate.text(acl.name);
    match by {
        Some(Source::Entry(_, at)) => {
            let entry = &acl.entries[at as usize];
            let words = estate.text(entry.description);
            format!("{name} {direction} rule {} ({words}) {}", entry.position, entry.action)
        }
        None => format!("{name} default {direction} rule (*)"),
        other => panic!("{other:?} decides"),
    }
}

/// Whether a step of the expectation says what was computed.
fn agrees(expected: &str, told: &str) -> bool {
    let (expected, _) = expected.split_once(" [caveat").unwrap_or((expected, ""));
    let disabled =
        expected.split_once(" is disabled").map(|(acl, _)| format!("{acl} default ingress rule (*)"));
    expected == told
        || disabled.is_some_and(|text| text == told)
        || (told.ends_with("no rule matched") && expected.starts_with(told))
}

#[test]
fn every_flow_is_decided_by_the_rules_that_were_worked_out() {
    let estate = sample();
    let index = Index::new(&estate);
    let mut compared = 0;
    for case in &cases() {
        let address = |key: &str| -> IpAddr { case[key].as_str().unwrap().parse().unwrap() };
        let (protocol, port) = flow(case);
        let flow = (protocol, port.unwrap_or(0));
        let ends =
            [address("source"), address("destination")].map(|address| (address, owner(&estate, address)));
        let mut computed: Vec<String> = Vec::new();
        for (direction, own, other) in
            [(Direction::Egress, ends[0], ends[1]), (Direction::Ingress, ends[1], ends[0])]
        {
            let Some(me) = own.1 else { continue };
            let subnet = |end: Option<(InterfaceIx, IpAddr)>| end.map(|(ix, _)| estate.interface(ix).subnet);
            let peer = Peer {
                address: other.1.map_or(other.0, |(_, private)| private),
                inside: other.1.is_some(),
                same_subnet: subnet(own.1) == subnet(other.1),
            };
            computed.extend(steps(&index, direction, me, peer, flow));
        }
        for step in case["steps"].as_array().unwrap() {
            let step = step.as_str().unwrap();
            if !(step.contains(" SG: ") || step.contains(" ACL: ") || step.starts_with("same subnet")) {
                continue;
            }
            compared += 1;
            assert!(
                computed.iter().any(|told| agrees(step, told)),
                "{case}\nexpected {step}\ncomputed {computed:#?}"
            );
        }
    }
    assert_eq!(compared, 50, "steps about groups and network ACLs");
}

#[test]
fn the_project_is_counted_and_leaves_nothing_open() {
    let estate = sample();
    assert_eq!(estate.providers, ["huawei"]);
    let counts = [
        estate.groups.len(),
        estate.groups.iter().map(|group| group.rules.len()).sum(),
        estate.instances.len(),
        estate.interfaces.len(),
        estate.networks.len(),
        estate.subnets.len(),
        estate.acls.len(),
        estate.route_tables.len(),
        estate.peerings.len(),
        estate.address_lists.len(),
    ];
    assert_eq!(counts, [6, 41, 6, 16, 3, 4, 3, 3, 2, 2]);
    assert_eq!(estate.gaps, [], "both versions of everything agree");
}

/// Every layer together. Where the worked-out verdict is that there is no route, a route says so.
#[test]
fn every_path_has_the_verdict_that_was_worked_out() {
    let estate = sample();
    let (index, lookup) = (Index::new(&estate), Lookup::new(&estate));
    let explainer = Explainer::new(&index, &lookup, Options::default());
    for case in &cases() {
        let end = |key: &str| lookup.end(&estate, case[key].as_str().unwrap()).unwrap();
        let (protocol, port) = flow(case);
        let (from, to) = (end("source"), end("destination"));
        let question = Question { from, to, protocol: Some(protocol), port, source_port: None };
        let answer = explainer.ask(&question).unwrap();
        let expected = match case["verdict"].as_str().unwrap() {
            "allow" => Verdict::Allowed,
            "deny" | "no-route" => Verdict::Denied,
            other => panic!("{other}"),
        };
        assert_eq!(answer.verdict, expected, "{case}\n{answer:#?}");
        let steps = || answer.parts.iter().flat_map(|part| &part.steps);
        let no_route = steps().any(|step| step.layer == Layer::Route && step.verdict == Verdict::Denied);
        assert_eq!(no_route, case["verdict"] == "no-route", "{case}\n{answer:#?}");
    }
}

/// All check items on all documents, and what they find of the traps.
#[test]
fn the_check_finds_the_traps() {
    let estate = sample();
    let outcome = check(&estate, &Settings::default());
    let found = |item: &str| -> Vec<&str> {
        let of = outcome.findings.iter().filter(|finding| outcome.item(finding).id == item);
        let groups = of.filter_map(|finding| finding.group);
        let mut groups: Vec<&str> = groups.map(|group| estate.text(estate.group(group).name)).collect();
        groups.sort_unstable();
        groups
    };
    // Rules without a remote side are open to everyone; redis is open to 0.0.0.0/0, on servers without a public address.
    assert_eq!(found("open-all-ports"), ["sg-legacy-open"]);
    assert_eq!(found("open-redis"), ["sg-db", "sg-legacy-open"]);
    // The address group's allow comes before a deny of everyone else, and 3389 is switched off.
    assert_eq!(found("open-ssh"), ["sg-legacy-open"]);
    assert_eq!(found("open-rdp"), ["sg-legacy-open"]);
    assert_eq!(found("unused-group"), ["default", "sg-legacy-open"]);
    // Several ports in one rule, an address group: on a Kunpeng server and on an old one.
    assert!(found("never-acts").contains(&"sg-web"));
    assert!(outcome.findings.iter().all(|finding| finding.gaps.is_empty()));
}

#[test]
fn threads_and_the_order_of_files_change_nothing() {
    let names = [
        "security_groups_v1",
        "security_groups_v3",
        "security_group_rules_v3",
        "ports_v1",
        "ports_v3",
        "servers_detail_v1",
    ];
    let forth: Vec<String> = names.iter().map(|name| fixture(&format!("sample/{name}.json"))).collect();
    let back: Vec<String> = forth.iter().rev().cloned().collect();
    let told = |estate: &Estate| {
        let said = |rule: &portreeve::model::Rule| {
            format!("{} {:?} {:?} {:?}", estate.text(rule.id), rule.action, rule.acts, rule.ports)
        };
        let mut rules: Vec<String> = estate.groups.iter().flat_map(|group| &group.rules).map(said).collect();
        rules.sort_unstable();
        (rules, estate.interfaces.len(), estate.gaps.len())
    };
    assert_eq!(told(&read(&forth).estate), told(&read(&back).estate));
    let with = |threads| {
        let options = LoadOptions { threads, keep_going: false };
        format!("{:?}", load(&[fixture("sample")], &options, &Unwatched).unwrap().estate)
    };
    assert_eq!(with(1), with(4));
}

/// Both vendors in one folder: each is read as if it were alone.
#[test]
fn both_vendors_may_lie_in_one_folder() {
    let alibaba = fixture("../alibaba/sample");
    let (one, other) = (read(std::slice::from_ref(&alibaba)).estate, sample());
    let both = read(&[alibaba, fixture("sample")]);
    assert_eq!(both.warnings, []);
    let both = both.estate;
    assert_eq!(both.providers, ["alibaba", "huawei"]);
    let counts = |estate: &Estate| {
        let rules: usize = estate.groups.iter().map(|group| group.rules.len()).sum();
        let (interfaces, instances) = (estate.interfaces.len(), estate.instances.len());
        [estate.groups.len(), rules, interfaces, instances, estate.subnets.len(), estate.acls.len()]
    };
    let sum: Vec<usize> = counts(&one).iter().zip(counts(&other)).map(|(one, other)| one + other).collect();
    assert_eq!(counts(&both).to_vec(), sum);
    let mut apart = [redis(&one), redis(&other)].concat();
    apart.sort_unstable();
    assert_eq!(redis(&both), apart);
}

/// The causes of an item's findings.
fn redis(estate: &Estate) -> Vec<u64> {
    let outcome = check(estate, &only("open-redis"));
    let mut all: Vec<u64> = outcome.findings.iter().map(|finding| finding.fingerprint.cause).collect();
    all.sort_unstable();
    all
}

fn only(item: &str) -> Settings {
    Settings { only: Some(std::iter::once(item.to_owned()).collect()), ..Settings::default() }
}

/// Mistakes in documents are gaps that name object, field, value and file.
#[test]
fn bad_documents_are_told_and_the_rest_is_read() {
    let loaded = read(&[fixture("bad")]);
    let estate = &loaded.estate;
    let gaps: Vec<String> = estate.gaps.iter().map(|gap| format!("{}: {}", gap.at, gap.what)).collect();
    for part in [
        "sg-bad/r1: remote_ip_prefix `10.300.0.0/16` is not an address or CIDR block (in `",
        "sg-bad/r2: multiport `70000` is not a list of ports such as `22,8080-8090` (in `",
        "sg-bad/r3: priority `high` is not a number from 1 to 100 (in `",
    ] {
        assert!(gaps.iter().any(|gap| gap.starts_with(part)), "{part} in {gaps:#?}");
    }
    let warned: Vec<&str> = loaded.warnings.iter().map(|warning| warning.text.as_str()).collect();
    let unknown = "unknown document with the keys `load_balancers`";
    assert!(warned.iter().any(|text| text.contains(unknown)), "{warned:?}");
    let outcome = check(estate, &only("open-ssh"));
    let groups = outcome.findings.iter().filter_map(|finding| finding.group);
    let found: Vec<&str> = groups.map(|group| estate.text(estate.group(group).id)).collect();
    assert_eq!(found, ["sg-bad"], "the rule that is right opens SSH");
}

/// Groups that interfaces carry and no document has: the advice is in the words of this vendor's command line.
#[test]
fn absent_groups_are_asked_for_in_the_vendors_own_words() {
    let estate = read(&[fixture("sample/ports_v1.json"), fixture("sample/servers_detail_v1.json")]).estate;
    let absent = "no security group is in the input: run `hcloud VPC ListSecurityGroups/v3` and `hcloud VPC \
                  ListSecurityGroupRules/v3`";
    assert_eq!(estate.gaps.iter().map(|gap| gap.what.as_str()).collect::<Vec<_>>(), [absent]);
    let some = read(&[fixture("sample/ports_v1.json"), fixture("sample/security_group_show_v3.json")]).estate;
    let show = "run `hcloud VPC ShowSecurityGroup/v3 --security_group_id=";
    assert!(some.gaps.iter().any(|gap| gap.what.contains(show)), "{:?}", some.gaps);
    assert!(some.gaps.iter().all(|gap| !gap.what.contains("aliyun")), "{:?}", some.gaps);
}
