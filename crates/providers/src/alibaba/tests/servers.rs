//! Servers, interfaces and public addresses.

use portreeve_model::{Estate, GroupIx, InstanceIx, Interface, Listing, PowerState, TagList};

use super::{estate, gaps};

fn interface<'e>(estate: &'e Estate, id: &str) -> &'e Interface {
    let id = estate.texts.find(id).unwrap_or_else(|| panic!("no {id}"));
    estate.interfaces.iter().find(|interface| interface.id == id).unwrap_or_else(|| panic!("no interface"))
}

/// An interface in one line: `i-1 vpc-1 vsw-1 [sg-1] 10.0.0.5=1.2.3.4 primary known`.
fn show(estate: &Estate, id: &str) -> String {
    let one = interface(estate, id);
    let instance = one.instance.map_or("-", |ix| estate.text(estate.instance(ix).id));
    let network = one.network.map_or("-", |ix| estate.text(estate.network(ix).id));
    let subnet = one.subnet.map_or("-", |ix| estate.text(estate.subnet(ix).id));
    let groups = one.groups.map_or("?".to_owned(), |ix| {
        let list = estate.group_list(ix).iter().map(|id| estate.text(*id)).collect::<Vec<_>>();
        format!("[{}]", list.join(" "))
    });
    let addresses: Vec<String> = one
        .addresses
        .iter()
        .map(|address| match address.public {
            Some(public) => format!("{}={public}", address.private),
            None => address.private.to_string(),
        })
        .collect();
    let primary = if one.primary { " primary" } else { "" };
    let known = if one.public_known { " known" } else { "" };
    format!("{instance} {network} {subnet} {groups} {}{primary}{known}", addresses.join(","))
}

fn instances(rows: &str) -> String {
    format!(r#"{{"Instances": {{"Instance": [{rows}]}}, "NextToken": ""}}"#)
}

fn interfaces(rows: &str) -> String {
    format!(r#"{{"NetworkInterfaceSets": {{"NetworkInterfaceSet": [{rows}]}}, "NextToken": ""}}"#)
}

const SERVER: &str = r#"{"InstanceId": "i-1", "InstanceName": "web", "Status": "Running", "OSType": "linux",
    "OSName": "Linux 64位", "OSNameEn": "Linux 64 bit", "RegionId": "cn-hangzhou", "InstanceNetworkType": "vpc",
    "SecurityGroupIds": {"SecurityGroupId": ["sg-1", "sg-2"]}, "PublicIpAddress": {"IpAddress": []},
    "EipAddress": {"IpAddress": "203.0.113.5", "AllocationId": "eip-1"}, "InnerIpAddress": {"IpAddress": []},
    "VpcAttributes": {"VpcId": "vpc-1", "VSwitchId": "vsw-1", "PrivateIpAddress": {"IpAddress": ["10.0.0.5"]}},
    "NetworkInterfaces": {"NetworkInterface": [
      {"NetworkInterfaceId": "eni-1", "Type": "Primary", "PrimaryIpAddress": "10.0.0.5",
       "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": "10.0.0.5", "Primary": true}]}},
      {"NetworkInterfaceId": "eni-2", "Type": "Secondary", "PrimaryIpAddress": "10.0.0.6",
       "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": "10.0.0.6"}, {"PrivateIpAddress": "10.0.0.7"}]},
       "Ipv6Sets": {"Ipv6Set": [{"Ipv6Address": "2001:db8::7"}, {"Ipv6Address": "fd00::7"}]}}]}}"#;

const SECONDARY: &str = r#"{"NetworkInterfaceId": "eni-2", "Type": "Secondary", "InstanceId": "i-1", "VpcId": "vpc-1",
    "VSwitchId": "vsw-2", "PrivateIpAddress": "10.0.0.6", "SecurityGroupIds": {"SecurityGroupId": ["sg-3"]},
    "ZoneId": "cn-hangzhou-h", "AssociatedPublicIp": {}, "OwnerId": "1100000000000001",
    "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": "10.0.0.6", "AssociatedPublicIp": {}},
      {"PrivateIpAddress": "10.0.0.7", "AssociatedPublicIp": {"PublicIpAddress": "203.0.113.7"}}]}}"#;

#[test]
fn a_server_alone_shows_its_primary_groups_and_public_address_only() {
    let estate = estate(&[&instances(SERVER)]);
    assert_eq!(show(&estate, "eni-1"), "i-1 vpc-1 vsw-1 [sg-1 sg-2] 10.0.0.5=203.0.113.5 primary known");
    // A global IPv6 address is public itself; a unique local one is not. Elastic addresses of it would not show.
    assert_eq!(show(&estate, "eni-2"), "i-1 vpc-1 - ? 10.0.0.6,10.0.0.7,2001:db8::7=2001:db8::7,fd00::7");
    assert_eq!(
        gaps(&estate),
        [
            "eni-2: security groups of interface eni-2 are not in the input: run `aliyun ecs DescribeNetworkInterfaces \
             --NetworkInterfaceId.1 eni-2`"
        ]
    );
    // Nothing lists interfaces, so there may be more of them; that alone is no gap.
    assert_eq!(estate.coverage.interfaces, Listing::Absent);
    assert_eq!(estate.coverage.instances, Listing::Complete);
    let instance = &estate.instances[0];
    assert_eq!(instance.state, PowerState::Running);
    let texts = [instance.id, instance.name, instance.os, instance.region].map(|text| estate.text(text));
    assert_eq!(texts, ["i-1", "web", "Linux 64 bit", "cn-hangzhou"]);
}

#[test]
fn the_listing_of_interfaces_counts_whatever_the_order() {
    let (server, eni) = (instances(SERVER), interfaces(SECONDARY));
    for documents in [[server.as_str(), eni.as_str()], [&eni, &server]] {
        let estate = estate(&documents);
        assert_eq!(show(&estate, "eni-2"), "i-1 vpc-1 vsw-2 [sg-3] 10.0.0.6,10.0.0.7=203.0.113.7 known");
        assert_eq!(show(&estate, "eni-1"), "i-1 vpc-1 vsw-1 [sg-1 sg-2] 10.0.0.5=203.0.113.5 primary known");
        assert_eq!(gaps(&estate), [] as [&str; 0]);
    }
}

#[test]
fn when_the_two_listings_differ_the_one_of_interfaces_counts() {
    let eni = interfaces(
        &SECONDARY.replace("eni-2", "eni-1").replace("Secondary", "Primary").replace("sg-3", "sg-2"),
    );
    let server = instances(SERVER);
    for documents in [[server.as_str(), eni.as_str()], [&eni, &server]] {
        let estate = estate(&documents);
        assert!(show(&estate, "eni-1").contains(" [sg-2] "), "{}", show(&estate, "eni-1"));
        let expected = "eni-1: `0.json` and `1.json` differ in the security groups of this interface: what \
                        DescribeNetworkInterfaces says is used";
        assert!(gaps(&estate).iter().any(|gap| gap == expected), "{:?}", gaps(&estate));
    }
}

#[test]
fn a_server_without_interfaces_gets_one_from_its_own_fields() {
    let bare = r#"{"InstanceId": "i-1", "SecurityGroupIds": {"SecurityGroupId": ["sg-1"]},
        "PublicIpAddress": {"IpAddress": ["203.0.113.9"]}, "VpcAttributes": {"VpcId": "vpc-1", "VSwitchId": "vsw-1",
        "PrivateIpAddress": {"IpAddress": ["10.0.0.5"]}}}"#;
    let alone = estate(&[&instances(bare)]);
    assert_eq!(show(&alone, "i-1#primary"), "i-1 vpc-1 vsw-1 [sg-1] 10.0.0.5=203.0.113.9 primary known");

    let primary = r#"{"NetworkInterfaceId": "eni-1", "Type": "Primary", "InstanceId": "i-1", "VpcId": "vpc-1",
        "PrivateIpAddress": "10.0.0.5", "SecurityGroupIds": {"SecurityGroupId": ["sg-1"]}}"#;
    let known = estate(&[&instances(bare), &interfaces(primary)]);
    assert_eq!(known.interfaces.len(), 1, "the listed interface takes its place");
    assert_eq!(show(&known, "eni-1"), "i-1 vpc-1 - [sg-1] 10.0.0.5=203.0.113.9 primary known");
}

#[test]
fn classic_servers_have_a_private_and_a_public_address() {
    let classic = r#"{"InstanceId": "i-1", "InstanceNetworkType": "classic", "InnerIpAddress": {"IpAddress":
        ["10.1.2.3"]}, "PublicIpAddress": {"IpAddress": ["203.0.113.9"]}, "SecurityGroupIds":
        {"SecurityGroupId": ["sg-1"]}, "VpcAttributes": {"VpcId": "", "VSwitchId": "", "PrivateIpAddress": {"IpAddress": []}}}"#;
    let estate = estate(&[&instances(classic)]);
    assert_eq!(show(&estate, "i-1#primary"), "i-1 - - [sg-1] 10.1.2.3,203.0.113.9=203.0.113.9 primary known");
}

#[test]
fn servers_known_from_interfaces_only_have_no_more_than_an_id() {
    let estate = estate(&[&interfaces(SECONDARY)]);
    assert_eq!(show(&estate, "eni-2"), "i-1 vpc-1 vsw-2 [sg-3] 10.0.0.6,10.0.0.7=203.0.113.7 known");
    assert_eq!(estate.text(estate.instances[0].name), "");
    assert_eq!(estate.instances[0].state, PowerState::Unknown);
    assert_eq!(estate.coverage.instances, Listing::Absent);
}

#[test]
fn interfaces_of_services_belong_to_no_server() {
    let managed = SECONDARY.replace(r#""InstanceId": "i-1""#, r#""InstanceId": "", "ServiceManaged": true"#);
    let estate = estate(&[&interfaces(&managed)]);
    assert_eq!(show(&estate, "eni-2"), "- vpc-1 vsw-2 [sg-3] 10.0.0.6,10.0.0.7=203.0.113.7 known");
    assert!(interface(&estate, "eni-2").managed);
    assert!(estate.instances.is_empty());
}

fn eips(rows: &str) -> String {
    format!(
        r#"{{"EipAddresses": {{"EipAddress": [{rows}]}}, "TotalCount": 1, "PageNumber": 1, "PageSize": 100}}"#
    )
}

#[test]
fn elastic_addresses_are_tied_to_what_they_name() {
    let cases = [
        // To the private address of an interface, of a server, to the primary one where none is said.
        (
            r#""InstanceId": "eni-2", "PrivateIpAddress": "10.0.0.7""#,
            "eni-2",
            "10.0.0.6,10.0.0.7=198.51.100.1",
        ),
        (r#""InstanceId": "eni-2", "PrivateIpAddress": """#, "eni-2", "10.0.0.6=198.51.100.1,10.0.0.7"),
        (r#""InstanceId": "i-1", "PrivateIpAddress": "10.0.0.5""#, "eni-1", "10.0.0.5=198.51.100.1"),
        (r#""InstanceId": "i-1""#, "eni-1", "10.0.0.5=198.51.100.1"),
        // An address that no other document shows is there all the same.
        (
            r#""InstanceId": "eni-2", "PrivateIpAddress": "10.0.0.8""#,
            "eni-2",
            "10.0.0.6,10.0.0.7,10.0.0.8=198.51.100.1",
        ),
        // On the interface itself.
        (
            r#""InstanceId": "eni-2", "PrivateIpAddress": "10.0.0.7", "Mode": "BINDED""#,
            "eni-2",
            "10.0.0.6,10.0.0.7,198.51.100.1=198.51.100.1",
        ),
        (r#""InstanceId": "eni-2", "Mode": "NAT""#, "eni-2", "10.0.0.6=198.51.100.1,10.0.0.7"),
    ];
    let plain = SECONDARY.replace("203.0.113.7", "");
    let server = SERVER
        .replace("203.0.113.5", "")
        .replace(r#", {"Ipv6Address": "fd00::7"}"#, "")
        .replace(r#"{"Ipv6Address": "2001:db8::7"}"#, "");
    for (fields, id, expected) in cases {
        let eip =
            eips(&format!(r#"{{"IpAddress": "198.51.100.1", "InstanceType": "EcsInstance", {fields}}}"#));
        let estate = estate(&[&eip, &interfaces(&plain), &instances(&server)]);
        let shown = show(&estate, id);
        assert!(shown.contains(&format!(" {expected}")) && shown.ends_with("known"), "{fields}: {shown}");
    }
}

#[test]
fn an_address_on_the_interface_itself_is_told() {
    let eip = eips(r#"{"IpAddress": "198.51.100.1", "InstanceId": "eni-2", "Mode": "BINDED"}"#);
    let estate = estate(&[&eip, &interfaces(SECONDARY)]);
    assert_eq!(
        gaps(&estate),
        [
            "eni-2: elastic address 198.51.100.1 is in mode `BINDED`: it stands on the interface itself, and network ACLs \
          may not filter it"
        ]
    );
}

#[test]
fn elastic_addresses_of_strangers_are_told_once() {
    let eip = |address: &str, holder: &str, kind: &str| {
        format!(r#"{{"IpAddress": "{address}", "InstanceId": "{holder}", "InstanceType": "{kind}"}}"#)
    };
    let rows = [
        eip("198.51.100.1", "i-9", "EcsInstance"),
        eip("198.51.100.2", "eni-9", "NetworkInterface"),
        // Load balancers and gateways have no security groups; a free address has no holder.
        eip("198.51.100.3", "lb-1", "SlbInstance"),
        eip("198.51.100.4", "ngw-1", "Nat"),
        eip("198.51.100.5", "", ""),
    ];
    let estate = estate(&[&eips(&rows.join(","))]);
    assert_eq!(
        gaps(&estate),
        [
            "public addresses: 2 public address(es) (`198.51.100.1`, `198.51.100.2`) belong to servers or interfaces that \
          are not in the input: run `aliyun ecs DescribeInstances` and `aliyun ecs DescribeNetworkInterfaces`"
        ]
    );
}

#[test]
fn public_addresses_are_known_when_every_place_for_them_was_seen() {
    let several =
        SERVER.replace(r#""Primary": true}"#, r#""Primary": true}, {"PrivateIpAddress": "10.0.0.9"}"#);
    let cases: [(&[&str], bool); 5] = [
        (&[&instances(SERVER)], true),
        // A second private address may have an elastic address that servers do not show.
        (&[&instances(&several)], false),
        (&[&instances(&several), &eips("")], true),
        (&[&instances(&several), &interfaces(&SECONDARY.replace("eni-2", "eni-1"))], true),
        // A primary interface alone does not show the server's own public address.
        (
            &[&interfaces(&SECONDARY.replace("eni-2", "eni-1").replace("Secondary", "Primary")), &eips("")],
            false,
        ),
    ];
    for (documents, expected) in cases {
        let documents: Vec<String> =
            documents.iter().map(|text| text.replace(r#""TotalCount": 1"#, r#""TotalCount": 0"#)).collect();
        let estate = estate(&documents.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(interface(&estate, "eni-1").public_known, expected, "{documents:?}");
    }
}

#[test]
fn prefixes_of_an_interface_are_its_addresses() {
    let with = SECONDARY.replace(
        r#""ZoneId""#,
        r#""Ipv4PrefixSets": {"Ipv4PrefixSet": [{"Ipv4Prefix": "10.0.0.16/28"}]},
           "Ipv6PrefixSets": {"Ipv6PrefixSet": [{"Ipv6Prefix": "2001:db8::/80"}]}, "ZoneId""#,
    );
    let estate = estate(&[&interfaces(&with)]);
    let addresses = &interface(&estate, "eni-2").addresses;
    assert_eq!(addresses.len(), 2 + 16);
    assert!(addresses.iter().any(|address| address.private.to_string() == "10.0.0.31"));
    assert_eq!(
        gaps(&estate),
        ["eni-2: addresses of its prefix `2001:db8::/80` are not counted as its own (in `0.json`)"]
    );
}

#[test]
fn rows_that_cannot_be_used_are_told() {
    let cases = [
        (instances(r#"{"InstanceName": "x"}"#), "0.json: a row has no InstanceId and was left out"),
        (
            interfaces(r#"{"InstanceId": "i-1"}"#),
            "0.json: an interface has no NetworkInterfaceId and was left out",
        ),
        (
            interfaces(
                r#"{"NetworkInterfaceId": "eni-1", "PrivateIpAddress": "ten", "SecurityGroupIds": {"SecurityGroupId": []}}"#,
            ),
            "eni-1: `ten`, an address of `eni-1`, is not an IP address (in `0.json`)",
        ),
        (eips(r#"{"IpAddress": "x"}"#), "0.json: elastic address `x` is not an IP address and was left out"),
    ];
    for (document, expected) in cases {
        assert_eq!(gaps(&estate(&[&document])), [expected], "{document}");
    }
}

/// The tags of a list as `key=value`.
fn tags(estate: &Estate, list: TagList) -> Vec<String> {
    let said = estate.tags.get(list).iter();
    said.map(|tag| format!("{}={}", estate.text(tag.key), estate.text(tag.value))).collect()
}

#[test]
fn tags_of_groups_and_servers_are_kept_and_judge_nothing() {
    let tagged = |tags: &str| SERVER.replacen('{', &format!(r#"{{"Tags": {tags}, "#), 1);
    let both = r#"{"Tag": [{"TagKey": "env", "TagValue": "prod"}, {"TagKey": "urgent", "TagValue": ""}]}"#;
    let group = r#"{"SecurityGroups": {"SecurityGroup": [
        {"SecurityGroupId": "sg-0", "SecurityGroupType": "normal", "VpcId": "vpc-1", "Tags": {"Tag": []}},
        {"SecurityGroupId": "sg-1", "SecurityGroupType": "normal", "VpcId": "vpc-1",
         "Tags": {"Tag": [{"TagKey": "env", "TagValue": "prod"}]}}]}, "NextToken": ""}"#;
    let told = estate(&[&instances(&tagged(both)), group]);
    assert_eq!(tags(&told, told.tags.of_instance(InstanceIx::new(0))), ["env=prod", "urgent="]);
    let groups = [0, 1].map(|at| tags(&told, told.tags.of_group(GroupIx::new(at))));
    assert_eq!(groups, [vec![], vec!["env=prod".to_owned()]]);
    let plain = estate(&[&instances(SERVER), group]);
    assert_eq!((gaps(&told), &told.interfaces), (gaps(&plain), &plain.interfaces));
    // No tags at all, however that is written.
    for none in [r#"{"Tag": []}"#, "{}"] {
        let untagged = estate(&[&instances(&tagged(none))]);
        assert_eq!(tags(&untagged, untagged.tags.of_instance(InstanceIx::new(0))), [] as [&str; 0]);
        assert_eq!(gaps(&untagged), gaps(&estate(&[&instances(SERVER)])), "{none}");
    }
}
