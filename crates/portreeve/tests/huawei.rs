//! Huawei Cloud's sample project, flow by flow: what the groups and the network ACLs on the way decide, and by which rule.
//!
//! The verdicts were worked out apart from this program, from the vendor's documented semantics (docs/semantics.md). Routes and
//! public addresses are not part of what is asked here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

use std::net::IpAddr;
use std::path::Path;

use portreeve::engine::{Bound, Index, Place, Policy, Source};
use portreeve::load::{LoadOptions, Unwatched, load};
use portreeve::model::{Direction, Estate, InterfaceIx};
use portreeve::netset::Packet;
use serde_json::Value;

fn fixture(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/huawei").join(path).display().to_string()
}

fn sample() -> Estate {
    load(&[fixture("sample")], &LoadOptions::default(), &Unwatched).unwrap().estate
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
    let text = std::fs::read_to_string(fixture("expected-verdicts.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let cases = expected["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 24);
    let mut compared = 0;
    for case in cases {
        let address = |key: &str| -> IpAddr { case[key].as_str().unwrap().parse().unwrap() };
        let flow = (
            protocol(case["protocol"].as_str().unwrap()),
            case["port"].as_u64().map_or(0, |port| port as u16),
        );
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
