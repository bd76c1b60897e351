//! VPCs, subnets, network ACLs, address groups, route tables and peerings.

use portreeve_model::{Estate, Hop, Listing, Otherwise};

use super::{estate, gaps, object, show};

fn blocks(blocks: &[portreeve_model::Prefix]) -> Vec<String> {
    blocks.iter().map(ToString::to_string).collect()
}

#[test]
fn networks_and_subnets_of_both_versions() {
    let documents = [
        (
            r#"{"vpcs": [{"id": "vpc", "name": "shop", "cidr": "10.0.0.0/16", "tenant_id": "p"}]}"#,
            r#"{"subnets": [{"id": "net", "name": "web", "vpc_id": "vpc", "cidr": "10.0.1.0/24",
                "cidr_v6": "2001:db8:1::/64", "tenant_id": "p"}]}"#,
            vec!["10.0.0.0/16"],
        ),
        (
            r#"{"vpcs": [{"id": "vpc", "name": "shop", "cidr": "10.0.0.0/16", "extend_cidrs": ["172.16.0.0/12"],
                "project_id": "p"}], "page_info": {"current_count": 1}}"#,
            r#"{"virsubnets": [{"id": "net", "name": "web", "vpc_id": "vpc", "project_id": "p", "subnet_cidrs": [
                {"id": "a", "ip_version": "4", "cidr": "10.0.1.0/24"},
                {"id": "b", "ip_version": "6", "cidr": "2001:db8:1::/64"}]}], "page_info": {"current_count": 1}}"#,
            vec!["10.0.0.0/16", "172.16.0.0/12"],
        ),
    ];
    for (network, subnet, expected) in documents {
        let estate = estate(&[network, subnet]);
        assert_eq!(estate.text(estate.networks[0].name), "shop");
        assert_eq!(blocks(&estate.networks[0].blocks), expected);
        assert_eq!(blocks(&estate.subnets[0].blocks), ["10.0.1.0/24", "2001:db8:1::/64"]);
        assert_eq!(estate.subnets[0].network.map(portreeve_model::NetworkIx::at), Some(0));
        assert!(!estate.subnets[0].acl_known, "no network ACL was listed");
        assert_eq!([estate.coverage.networks, estate.coverage.subnets], [Listing::Complete; 2]);
        assert_eq!(gaps(&estate), [] as [&str; 0]);
    }
}

#[test]
fn blocks_that_are_none_are_told() {
    let estate = estate(&[r#"{"vpcs": [{"id": "vpc", "cidr": "10.0.0.0/33"}]}"#]);
    assert_eq!(gaps(&estate), ["vpc: `10.0.0.0/33` is not a CIDR block (in `0.json`)"]);
}

const ENTRY: [(&str, &str); 9] = [
    ("id", r#""e1""#),
    ("name", r#""https""#),
    ("action", r#""allow""#),
    ("protocol", r#""tcp""#),
    ("ip_version", "4"),
    ("source_ip_address", r#""0.0.0.0/0""#),
    ("destination_ip_address", r#""0.0.0.0/0""#),
    ("destination_port", r#""443""#),
    ("enabled", "true"),
];

/// A network ACL that is bound to subnet `net`, as version 3 shows one.
fn firewall(up: bool, ingress: &str, egress: &str) -> String {
    format!(
        r#"{{"firewall": {{"id": "fw", "name": "web", "project_id": "p", "admin_state_up": {up},
            "associations": [{{"virsubnet_id": "net"}}], "ingress_rules": [{ingress}], "egress_rules": [{egress}]}}}}"#
    )
}

fn entries(estate: &Estate) -> Vec<String> {
    estate.acls[0].entries.iter().map(|entry| show(estate, entry)).collect()
}

#[test]
fn entries_of_network_acls_are_seen_from_the_subnet() {
    let ingress: [(&[(&str, &str)], &str); 9] = [
        (&[], "ingress#1 p0 allow tcp 443 from 0.0.0.0/0"),
        (&[("action", r#""DENY""#)], "ingress#1 p0 deny tcp 443 from 0.0.0.0/0"),
        (
            &[("protocol", r#""any""#), ("destination_port", "null")],
            "ingress#1 p0 allow all * from 0.0.0.0/0",
        ),
        (&[("source_ip_address", "null")], "ingress#1 p0 allow tcp 443 from 0.0.0.0/0"),
        (
            &[("source_ip_address", "null"), ("destination_ip_address", "null"), ("ip_version", "6")],
            "ingress#1 p0 allow tcp 443 from ::/0",
        ),
        (
            &[("source_ip_address", r#""203.0.113.0/24""#), ("source_port", r#""1024-65535""#)],
            "ingress#1 p0 allow tcp 443 from 203.0.113.0/24 source-ports 1024-65535 local *",
        ),
        (
            &[("destination_ip_address", r#""10.0.1.7""#)],
            "ingress#1 p0 allow tcp 443 from 0.0.0.0/0 source-ports * local 10.0.1.7/32",
        ),
        (&[("enabled", "false")], "ingress#1 p0 never allow tcp 443 from 0.0.0.0/0"),
        (
            &[("source_ip_address", "null"), ("source_address_group_id", r#""l1""#)],
            "ingress#1 p0 allow tcp 443 from list l1?",
        ),
    ];
    for (fields, expected) in ingress {
        let estate = estate(&[&firewall(true, &object(&ENTRY, fields), "")]);
        assert_eq!(entries(&estate), [expected], "{fields:?}");
        assert_eq!(estate.text(estate.acls[0].entries[0].description), "https");
    }
    let out = [("source_ip_address", r#""10.0.1.0/24""#), ("destination_ip_address", r#""192.0.2.0/24""#)];
    let estate = estate(&[&firewall(true, "", &object(&ENTRY, &out))]);
    assert_eq!(
        entries(&estate),
        ["egress#1 p0 allow tcp 443 from 192.0.2.0/24 source-ports * local 10.0.1.0/24"]
    );
}

/// What cannot be said of the own side is possible, never silently wider.
#[test]
fn an_address_group_for_the_own_side_is_a_gap() {
    let own = [("destination_ip_address", "null"), ("destination_address_group_id", r#""l1""#)];
    let estate = estate(&[&firewall(true, &object(&ENTRY, &own), "")]);
    assert_eq!(entries(&estate), ["ingress#1 p0 possibly allow tcp 443 from 0.0.0.0/0"]);
    assert!(
        gaps(&estate).contains(
            &"fw/e1: names address group l1 for the own side, which is not understood: it may be about fewer addresses (in \
              `0.json`)"
                .to_owned()
        ),
        "{:?}",
        gaps(&estate)
    );
}

#[test]
fn order_is_the_rank_and_everything_else_is_denied() {
    let second = object(&ENTRY, &[("id", r#""a0""#), ("action", r#""deny""#)]);
    let estate = estate(&[&firewall(true, &format!("{}, {second}", object(&ENTRY, &[])), "")]);
    assert_eq!(
        entries(&estate),
        ["ingress#1 p0 allow tcp 443 from 0.0.0.0/0", "ingress#2 p0 deny tcp 443 from 0.0.0.0/0"]
    );
    let acl = &estate.acls[0];
    assert!(acl.stateful);
    assert_eq!([acl.ingress, acl.egress], [Otherwise::Deny; 2]);
    assert_eq!(acl.incomplete, None);
    let subnet = &estate.subnets[0];
    assert!(subnet.acl_known && subnet.acl.is_some());
}

#[test]
fn a_network_acl_that_is_off_keeps_only_its_default() {
    let estate = estate(&[&firewall(false, &object(&ENTRY, &[]), "")]);
    assert_eq!(entries(&estate), ["ingress#1 p0 never allow tcp 443 from 0.0.0.0/0"]);
    assert_eq!(estate.acls[0].incomplete, None);
}

/// A listing names network ACLs and their subnets, and no rules; a subnet that none names has none.
#[test]
fn a_listing_without_rules_leaves_them_open() {
    let listing = r#"{"firewalls": [{"id": "fw", "name": "web", "project_id": "p", "admin_state_up": true,
        "associations": [{"virsubnet_id": "net"}]}], "page_info": {"current_count": 1}}"#;
    let subnets = r#"{"subnets": [{"id": "net", "vpc_id": "vpc", "cidr": "10.0.1.0/24"},
        {"id": "other", "vpc_id": "vpc", "cidr": "10.0.2.0/24"}]}"#;
    let bare = estate(&[listing, subnets]);
    assert_eq!(
        gaps(&bare),
        [
            "fw: rules of network ACL fw are not in the input: run `hcloud VPC ShowFirewall/v3 --firewall_id=fw`"
        ]
    );
    assert!(bare.acls[0].incomplete.is_some());
    assert!(bare.subnets.iter().all(|subnet| subnet.acl_known));
    let of: Vec<bool> = bare.subnets.iter().map(|subnet| subnet.acl.is_some()).collect();
    assert_eq!(of, [true, false]);
    let rules = firewall(true, &object(&ENTRY, &[]), "");
    for documents in [[listing, &rules], [&rules, listing]] {
        let estate = estate(&documents);
        assert_eq!(gaps(&estate), [] as [&str; 0]);
        assert_eq!(entries(&estate).len(), 1);
    }
}

#[test]
fn address_groups_hold_addresses_ranges_and_blocks() {
    let document = |set: &str, status: &str| {
        format!(
            r#"{{"address_groups": [{{"id": "l", "name": "n", "ip_set": [{set}], "status": "{status}"}}]}}"#
        )
    };
    let good = estate(&[&document(
        r#""203.0.113.7", "203.0.113.16 - 203.0.113.31", "198.51.100.128/25""#,
        "NORMAL",
    )]);
    let ranges: Vec<String> = good.address_lists[0]
        .entries
        .iter()
        .map(|range| format!("{}-{}", range.first(), range.last()))
        .collect();
    assert_eq!(
        ranges,
        ["203.0.113.7-203.0.113.7", "203.0.113.16-203.0.113.31", "198.51.100.128-198.51.100.255"]
    );
    assert_eq!(good.address_lists[0].incomplete, None);
    for (set, status, gap) in [
        (
            r#""203.0.113.31-203.0.113.16""#,
            "NORMAL",
            "entry `203.0.113.31-203.0.113.16` is not an address, range or CIDR block",
        ),
        (r#""web""#, "", "entry `web` is not an address, range or CIDR block"),
        (
            r#""203.0.113.7""#,
            "UPDATE_FAILED",
            "is in state `UPDATE_FAILED`, so other entries may be in force",
        ),
    ] {
        let estate = estate(&[&document(set, status)]);
        assert_eq!(gaps(&estate), [format!("l: {gap} (in `0.json`)")]);
        assert!(estate.address_lists[0].incomplete.is_some());
    }
}

#[test]
fn route_tables_have_routes_only_when_they_are_shown() {
    let listing = r#"{"routetables": [{"id": "rtb", "name": "main", "default": true, "vpc_id": "vpc", "tenant_id": "p",
        "subnets": [{"id": "net"}]}]}"#;
    let shown = r#"{"routetable": {"id": "rtb", "name": "main", "default": true, "vpc_id": "vpc", "subnets": [{"id": "net"}],
        "routes": [{"type": "peering", "destination": "10.30.0.0/16", "nexthop": "peer"},
                   {"type": "local", "destination": "10.20.1.0/24", "nexthop": "-"},
                   {"type": "nat", "destination": "0.0.0.0/0", "nexthop": "gw"},
                   {"type": "ecs", "destination": "10.9.0.0/16", "nexthop": "srv"}]}}"#;
    let bare = estate(&[listing]);
    assert_eq!(
        gaps(&bare),
        [
            "rtb: routes of route table rtb are not in the input: run `hcloud VPC ShowRouteTable/v2 --routetable_id=rtb`"
        ]
    );
    for documents in [[listing, shown], [shown, listing]] {
        let estate = estate(&documents);
        assert_eq!(gaps(&estate), [] as [&str; 0]);
        assert_eq!(estate.coverage.route_tables, Listing::Complete);
        assert_eq!(estate.text(estate.subnets[0].route_table), "rtb");
        let [table] = estate.route_tables.as_slice() else { panic!("one table") };
        assert!(table.main);
        let hops: Vec<String> = table
            .routes
            .iter()
            .map(|route| match route.hop {
                Hop::Local => format!("{} local", route.destination),
                Hop::Peering(id) => format!("{} peering {}", route.destination, estate.text(id)),
                Hop::Nat(id) => format!("{} nat {}", route.destination, estate.text(id)),
                Hop::Internet(id) => format!("{} internet {}", route.destination, estate.text(id)),
                Hop::Other(kind, id) => {
                    format!("{} {} {}", route.destination, estate.text(kind), estate.text(id))
                }
            })
            .collect();
        assert_eq!(
            hops,
            ["10.30.0.0/16 peering peer", "10.20.1.0/24 local", "0.0.0.0/0 nat gw", "10.9.0.0/16 ecs srv"]
        );
    }
    // Tables that were shown one by one may not be all.
    let alone = estate(&[shown]);
    assert!(matches!(alone.coverage.route_tables, Listing::Partial(_)));
}

#[test]
fn peerings_tell_whether_they_work() {
    let document = |status: &str| {
        format!(
            r#"{{"peerings": [{{"id": "peer", "name": "n", "status": "{status}", "request_vpc_info": {{"vpc_id": "a"}},
                "accept_vpc_info": {{"vpc_id": "b"}}}}]}}"#
        )
    };
    for (status, active) in [("ACTIVE", true), ("PENDING_ACCEPTANCE", false), ("EXPIRED", false)] {
        let estate = estate(&[&document(status)]);
        let [peering] = estate.peerings.as_slice() else { panic!("one peering") };
        assert_eq!((peering.active, estate.text(peering.status)), (active, status));
        assert_eq!(peering.ends.map(|end| estate.text(end)), ["a", "b"]);
        assert!(peering.networks.iter().all(Option::is_some));
        assert_eq!(estate.coverage.peerings, Listing::Complete);
    }
}
