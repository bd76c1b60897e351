//! Saved errors, documents of others, and text that nobody meant as a document.

use portreeve_model::{Document, DocumentIx};

use super::{estate, gaps, read};
use crate::{Assembly, Batch};

#[test]
fn errors_are_gaps_that_name_what_failed() {
    let cases = [
        (
            r#"{"request_id": "r", "error_code": "VPC.2701", "error_msg": "Token not allowed."}"#,
            "a call of the VPC API failed with `VPC.2701` (Token not allowed.): what it would have told is not in the input",
        ),
        (
            r#"{"error_msg": "slow down", "error_code": "APIGW.0308", "request_id": "r"}"#,
            "a call of the API gateway failed with `APIGW.0308` (slow down): what it would have told is not in the input",
        ),
        (
            r#"{"code": "VPC.0603", "message": "Securitygroup is not exist."}"#,
            "a call of the VPC API failed with `VPC.0603` (Securitygroup is not exist.): what it would have told is not in \
             the input",
        ),
        (
            r#"{"NeutronError": {"type": "SecurityGroupNotFound", "message": "no", "detail": ""}}"#,
            "a call of the API failed with `SecurityGroupNotFound` (no): what it would have told is not in the input",
        ),
        (
            r#"{"error": {"code": "Ecs.0101", "message": "no"}}"#,
            "a call of the Ecs API failed with `Ecs.0101` (no): what it would have told is not in the input",
        ),
        (
            r#"{"errorCode": "EIP.1", "errorMsg": "no"}"#,
            "a call of the EIP API failed with `EIP.1` (no): what it would have told is not in the input",
        ),
        (
            r#"{"request": {"Action": "ListPorts"}, "response": {"error_code": "VPC.1", "error_msg": "no"}}"#,
            "ListPorts failed with `VPC.1` (no): run it again",
        ),
    ];
    for (document, expected) in cases {
        let estate = estate(&[document]);
        let told = gaps(&estate);
        assert!(told.len() == 1 && told[0].ends_with(&format!(": {expected}")), "{document}: {told:?}");
        assert_eq!(estate.unread.len(), 1, "{document}");
    }
}

/// What a listing would have told is open, of every group.
#[test]
fn a_listing_that_was_cut_short_leaves_its_objects_open() {
    let text = r#"{"request_id": "r", "security_group_rules": [{"id": "a", "secu"#;
    let mut batch = Batch::default();
    let reading = batch.read(text.as_bytes(), DocumentIx::new(0), 0);
    assert!(reading.fault.is_some());
    batch.lose(text.as_bytes(), DocumentIx::new(0), 0, "cut short");
    let mut assembly = Assembly::default();
    assembly.add(&mut batch);
    let estate = assembly.finish(vec![Document { path: "0.json".to_owned() }]).estate;
    assert_eq!(
        gaps(&estate),
        ["0.json: a response about rules of security groups could not be read: cut short"]
    );
    assert_eq!(estate.unread.len(), 1);
}

#[test]
fn a_trial_run_that_passed_is_no_error() {
    let estate = estate(&[
        r#"{"error_code": "SYS.0202", "error_msg": "Request validation has been passed with dry run..."}"#,
    ]);
    assert_eq!(gaps(&estate), [] as [&str; 0]);
}

/// The keys at the top are the same; OpenStack's rows have others.
#[test]
fn documents_of_openstack_are_told_apart() {
    for document in [
        r#"{"security_groups": [{"id": "a", "stateful": true, "security_group_rules": []}]}"#,
        r#"{"security_groups": [{"id": "a", "security_group_rules": [{"id": "r", "revision_number": 0}]}]}"#,
        r#"{"security_group_rules": [{"id": "r", "revision_number": 0}]}"#,
        r#"{"ports": [{"id": "p", "revision_number": 7}]}"#,
        r#"{"subnets": [{"id": "s", "revision_number": 7}]}"#,
        r#"{"address_groups": [{"id": "l", "addresses": ["10.0.0.0/8"]}]}"#,
    ] {
        let read = read(&[document]);
        let notes: Vec<&str> = read.notes.iter().map(|note| note.text.as_str()).collect();
        assert_eq!(
            notes,
            ["looks like a document of OpenStack (`revision_number`), which is not supported"],
            "{document}"
        );
        assert_eq!(read.responses, 0);
    }
}

#[test]
fn rows_without_an_id_and_values_of_another_kind_are_told() {
    for (document, what) in [
        (r#"{"ports": [{"network_id": "n"}]}"#, "one of the ports has no id or address, and was skipped"),
        (
            r#"{"publicips": [{"id": "e"}]}"#,
            "one of the public addresses has no id or address, and was skipped",
        ),
        (
            r#"{"security_group_rules": [{"id": "r", "action": "allow"}]}"#,
            "one of the rules of security groups has no id",
        ),
        (r#"{"ports": [7]}"#, "a response about ports has something else where an object is expected"),
        (r#"{"security_groups": [{"id": "a", "name": {}}]}"#, "has something else where text is expected"),
    ] {
        let estate = estate(&[document]);
        assert!(gaps(&estate).iter().any(|gap| gap.contains(what)), "{document}: {:?}", gaps(&estate));
        assert!(!estate.unread.is_empty(), "{document}");
    }
}

#[test]
fn what_is_needed_for_nothing_is_known_all_the_same() {
    let read = read(&[r#"{"links": {"self": "x"}, "projects": [{"id": "p", "name": "eu-west-101"}]}"#]);
    assert_eq!(read.notes, []);
    assert_eq!((read.responses, read.estate.providers.len()), (0, 0));
}

/// Any value in any place: nothing panics, and whatever is read keeps its tables in order.
#[test]
fn arbitrary_documents_do_no_harm() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..3000 {
        let text = document(&mut random);
        let estate = read(&[&text, &document(&mut random)]).estate;
        for interface in &estate.interfaces {
            assert!(interface.instance.is_none_or(|ix| ix.at() < estate.instances.len()), "{text}");
            assert!(interface.groups.is_none_or(|ix| ix.at() < estate.group_lists.len()), "{text}");
            assert!(interface.subnet.is_none_or(|ix| ix.at() < estate.subnets.len()), "{text}");
        }
        assert!(
            estate.subnets.iter().all(|subnet| subnet.acl.is_none_or(|ix| ix.at() < estate.acls.len())),
            "{text}"
        );
    }
}

const TOPS: [&str; 26] = [
    "security_groups",
    "security_group",
    "security_group_rules",
    "security_group_rule",
    "ports",
    "port",
    "servers",
    "vpcs",
    "subnets",
    "virsubnets",
    "routetables",
    "routetable",
    "peerings",
    "publicips",
    "firewalls",
    "firewall",
    "address_groups",
    "quotas",
    "quota",
    "page_info",
    "count",
    "total_count",
    "error_code",
    "code",
    "message",
    "error",
];

const KEYS: [&str; 40] = [
    "id",
    "name",
    "security_group_id",
    "direction",
    "ethertype",
    "protocol",
    "multiport",
    "action",
    "priority",
    "enabled",
    "remote_ip_prefix",
    "remote_group_id",
    "remote_address_group_id",
    "port_range_min",
    "port_range_max",
    "device_id",
    "device_owner",
    "security_groups",
    "fixed_ips",
    "private_ips",
    "ip_address",
    "addresses",
    "addr",
    "OS-EXT-IPS:port_id",
    "OS-EXT-IPS:type",
    "cidr",
    "subnet_cidrs",
    "routes",
    "destination",
    "type",
    "nexthop",
    "ingress_rules",
    "egress_rules",
    "source_ip_address",
    "destination_port",
    "associations",
    "virsubnet_id",
    "ip_set",
    "public_ip_address",
    "port_id",
];

const VALUES: [&str; 16] = [
    r#""a""#,
    r#""b""#,
    r#""ingress""#,
    r#""tcp""#,
    r#""22,80-90""#,
    r#""allow""#,
    r#""10.0.0.0/8""#,
    r#""::1""#,
    "1",
    "-7",
    "null",
    "true",
    "1e9",
    r#""""#,
    r#""compute:x""#,
    r#""IPv6""#,
];

fn document(random: &mut fastrand::Rng) -> String {
    let top = TOPS[random.usize(..TOPS.len())];
    let also = TOPS[random.usize(..TOPS.len())];
    format!(r#"{{"{top}": {}, "{also}": {}}}"#, value(random, 3), value(random, 2))
}

fn value(random: &mut fastrand::Rng, depth: u32) -> String {
    match random.u32(..6) {
        0 if depth > 0 => {
            let fields: Vec<String> = (0..random.u32(..8)).map(|_| field(random, depth - 1)).collect();
            format!("{{{}}}", fields.join(", "))
        }
        1..=3 if depth > 0 => {
            let rows: Vec<String> = (0..random.u32(..3)).map(|_| row(random, depth - 1)).collect();
            format!("[{}]", rows.join(", "))
        }
        _ => VALUES[random.usize(..VALUES.len())].to_owned(),
    }
}

fn row(random: &mut fastrand::Rng, depth: u32) -> String {
    let fields: Vec<String> = (0..random.u32(..10)).map(|_| field(random, depth)).collect();
    format!("{{{}}}", fields.join(", "))
}

fn field(random: &mut fastrand::Rng, depth: u32) -> String {
    format!(r#""{}": {}"#, KEYS[random.usize(..KEYS.len())], value(random, depth))
}
