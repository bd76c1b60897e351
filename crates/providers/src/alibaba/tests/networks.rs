//! VPCs, vSwitches and network ACLs.

use portreeve_model::Listing;

use super::{estate, gaps, show};

const VPCS: &str = r#"{"Vpcs": {"Vpc": [{"VpcId": "vpc-1", "VpcName": "prod", "CidrBlock": "10.0.0.0/8",
    "SecondaryCidrBlocks": {"SecondaryCidrBlock": ["172.16.0.0/12"]}, "Ipv6CidrBlock": "2001:db8::/56",
    "Ipv6CidrBlocks": {"Ipv6CidrBlock": [{"Ipv6CidrBlock": "2001:db8::/56"}, {"Ipv6CidrBlock": "2001:db9::/56"}]},
    "OwnerId": 11}]}, "TotalCount": 1, "PageNumber": 1, "PageSize": 10}"#;

#[test]
fn networks_have_all_their_blocks_once() {
    let estate = estate(&[VPCS]);
    let network = &estate.networks[0];
    let blocks: Vec<String> = network.blocks.iter().map(ToString::to_string).collect();
    assert_eq!(blocks, ["10.0.0.0/8", "2001:db8::/56", "172.16.0.0/12", "2001:db9::/56"]);
    assert_eq!(estate.text(network.name), "prod");
    assert_eq!(estate.coverage.networks, Listing::Complete);
}

fn vswitches(acl: &str) -> String {
    format!(
        r#"{{"VSwitches": {{"VSwitch": [{{"VSwitchId": "vsw-1", "VSwitchName": "db", "VpcId": "vpc-1",
            "CidrBlock": "10.1.0.0/16", "Ipv6CidrBlock": ""{acl}}}]}}, "TotalCount": "1", "PageNumber": "1"}}"#
    )
}

fn acls(entries: &str, resources: &str) -> String {
    format!(
        r#"{{"NetworkAcls": {{"NetworkAcl": [{{"NetworkAclId": "nacl-1", "NetworkAclName": "db-acl", "RegionId": "r",
            "Resources": {{"Resource": [{resources}]}}{entries}}}]}}, "PageNumber": "1", "PageSize": "50", "TotalCount": "1"}}"#
    )
}

const ENTRIES: &str = r#", "IngressAclEntries": {"IngressAclEntry": [
      {"NetworkAclEntryId": "nae-1", "NetworkAclEntryName": "web", "Policy": "accept", "Port": "3306/3306", "Protocol": "tcp",
       "SourceCidrIp": "10.20.1.0/24", "EntryType": "custom"},
      {"NetworkAclEntryId": "nae-2", "Policy": "drop", "Port": "-1/-1", "Protocol": "all", "SourceCidrIp": "pl-1"},
      {"NetworkAclEntryId": "nae-3", "Policy": "accept", "Port": "-1/-1", "Protocol": "icmpv6", "SourceCidrIp": "::/0",
       "EntryType": "system"}]},
    "EgressAclEntries": {"EgressAclEntry": [
      {"NetworkAclEntryId": "nae-4", "Policy": "accept", "Port": "1024/65535", "Protocol": "tcp",
       "DestinationCidrIp": "0.0.0.0/0"}]}"#;

#[test]
fn network_acls_keep_their_order() {
    let estate = estate(&[&acls(ENTRIES, "")]);
    let acl = &estate.acls[0];
    let entries: Vec<String> = acl.entries.iter().map(|entry| show(&estate, entry)).collect();
    assert_eq!(
        entries,
        [
            "ingress#1 p0 allow tcp 3306-3306 from 10.20.1.0/24",
            "ingress#2 p0 deny all * from pl-1?",
            "ingress#3 p0 allow 58 * from ::/0",
            "egress#1 p0 allow tcp 1024-65535 from 0.0.0.0/0"
        ]
    );
    assert!(!acl.stateful);
    assert_eq!(acl.exempt, [("100.100.2.128", 28), ("100.100.2.112", 28), ("100.100.100.200", 32)]);
    assert_eq!(acl.incomplete, None);
    assert_eq!(estate.text(acl.entries[0].description), "web");
    assert_eq!(
        gaps(&estate),
        ["nacl-1/nae-2: prefix list pl-1 is not in the input: run `aliyun ecs DescribePrefixListAttributes \
          --PrefixListId pl-1`"]
    );
    assert_eq!(estate.coverage.acls, Listing::Complete);
}

#[test]
fn a_listing_without_entries_is_filled_by_the_attributes() {
    let attributes =
        format!(r#"{{"NetworkAclAttribute": {{"NetworkAclId": "nacl-1"{ENTRIES}}}, "RequestId": "1"}}"#);
    let filled = estate(&[&acls("", ""), &attributes]);
    assert_eq!(filled.acls[0].entries.len(), 4);
    assert_eq!(filled.acls[0].incomplete, None);

    let empty = estate(&[&acls("", "")]);
    let gap = empty.acls[0].incomplete.unwrap();
    assert_eq!(
        empty.gap(gap).what,
        "entries of network ACL nacl-1 are not in the input: run `aliyun vpc DescribeNetworkAclAttributes --NetworkAclId \
         nacl-1`"
    );
}

#[test]
fn entries_that_cannot_be_read_are_told() {
    let broken = ENTRIES
        .replace("\"drop\"", "\"log\"")
        .replace("1024/65535", "1024-65535")
        .replace("pl-1", "10.0.0.0/8");
    let estate = estate(&[&acls(&broken, "")]);
    assert_eq!(
        gaps(&estate),
        [
            "nacl-1/nae-2: Policy `log` is neither Accept nor Drop (in `0.json`)",
            "nacl-1/nae-4: Port `1024-65535` is not a range of ports from 1 to 65535 such as `22/22` (in `0.json`)",
            "nacl-1: Policy `log` is neither Accept nor Drop (in `0.json`)"
        ]
    );
    assert!(estate.acls[0].incomplete.is_some(), "an entry of unknown action leaves the list open");
}

#[test]
fn subnets_know_their_acl_from_either_side() {
    let bound = r#"{"ResourceId": "vsw-1", "ResourceType": "VSwitch", "Status": "BINDED"}"#;
    // What the vSwitch says, what the ACL says, and what holds: its ACL, found, known.
    let cases = [
        (Some(r#", "NetworkAclId": "nacl-1""#), false, "nacl-1", true, true),
        (Some(r#", "NetworkAclId": """#), false, "", false, true),
        (Some(""), false, "", false, false),
        (Some(""), true, "nacl-1", true, true),
        (None, true, "nacl-1", true, true),
        (Some(r#", "NetworkAclId": "nacl-9""#), false, "nacl-9", false, true),
    ];
    for (vswitch, says, id, found, known) in cases {
        let acl = acls(ENTRIES, if says { bound } else { "" });
        let vswitch = vswitch.map(vswitches);
        let documents: Vec<&str> =
            [Some(&acl), vswitch.as_ref()].into_iter().flatten().map(String::as_str).collect();
        let estate = estate(&documents);
        if let Some(subnet) = estate.subnets.first() {
            assert_eq!(
                (estate.text(subnet.acl_id), subnet.acl.is_some(), subnet.acl_known),
                (id, found, known),
                "{documents:?}"
            );
        } else {
            assert!(!known, "{documents:?}");
        }
    }
}

#[test]
fn a_subnet_and_an_acl_that_disagree_are_told() {
    let bound = r#"{"ResourceId": "vsw-1", "ResourceType": "VSwitch", "Status": "BINDED"}"#;
    let estate =
        estate(&[&acls(ENTRIES, bound).replace("pl-1", "10.0.0.0/8"), &vswitches(r#", "NetworkAclId": """#)]);
    assert_eq!(
        gaps(&estate),
        ["vsw-1: two responses differ in the network ACL of this vSwitch: what the vSwitch says is used"]
    );
    assert_eq!(estate.text(estate.subnets[0].acl_id), "", "the vSwitch's own word counts");
}

#[test]
fn subnets_have_their_network_and_blocks() {
    let estate = estate(&[&vswitches("")]);
    let subnet = &estate.subnets[0];
    assert_eq!(subnet.blocks.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.1.0.0/16"]);
    assert_eq!(estate.text(estate.network(subnet.network.unwrap()).id), "vpc-1");
    assert!(estate.networks[0].blocks.is_empty(), "only its id is known");
    assert_eq!((estate.coverage.subnets, estate.coverage.networks), (Listing::Complete, Listing::Absent));
}
