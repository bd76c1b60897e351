//! A generated estate holds together: whole listings, references that lead somewhere, and the vendor's formatting.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use portreeve_benches::estate::{Estate, Size};
use portreeve_benches::output::{Folder, Layout};
use portreeve_benches::{groups, instances, networks, prefix_lists};
use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

const SIZE: Size = Size { groups: 1_010, instances: 450, lists: 60, seed: 5 };

/// Writes an estate in files that are split early, and reads each API's text back.
fn generate(layout: Layout, size: Size) -> HashMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let estate = Estate::plan(size).unwrap();
    let output = Folder::new(folder.path(), layout, 200_000).unwrap();
    let of_groups = groups::write(&estate, &output).unwrap();
    let of_instances = instances::write(&estate, &output).unwrap();
    networks::write(&estate, &output, &of_instances.in_network).unwrap();
    prefix_lists::write(&estate, &output, &of_groups.list_uses).unwrap();
    read_back(folder.path())
}

fn read_back(folder: &Path) -> HashMap<String, String> {
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut texts: HashMap<String, String> = HashMap::new();
    for path in paths {
        let api = path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap().to_owned();
        texts.entry(api).or_default().push_str(&fs::read_to_string(&path).unwrap());
    }
    texts
}

fn responses(texts: &HashMap<String, String>, api: &str) -> Vec<Value> {
    texts[api].lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The members of all pages of a listing.
fn members(texts: &HashMap<String, String>, api: &str, outer: &str, inner: &str) -> Vec<Value> {
    let pages = responses(texts, api);
    pages.iter().flat_map(|page| page[outer][inner].as_array().unwrap().clone()).collect()
}

fn ids(members: &[Value], key: &str) -> HashSet<String> {
    let ids: HashSet<String> = members.iter().map(|member| text(member, key).to_owned()).collect();
    assert_eq!(ids.len(), members.len(), "{key} is unique");
    ids
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("`{key}` is a string in {value}"))
}

#[test]
fn the_same_size_and_seed_give_the_same_bytes() {
    assert_eq!(generate(Layout::Compact, SIZE), generate(Layout::Compact, SIZE));
    assert_ne!(generate(Layout::Compact, SIZE), generate(Layout::Compact, Size { seed: 6, ..SIZE }));
}

#[test]
fn documents_are_formatted_as_the_vendors_command_line_does() {
    let (compact, pretty) = (generate(Layout::Compact, SIZE), generate(Layout::Pretty, SIZE));
    for (api, lines) in &compact {
        let mut indented = Vec::new();
        for line in lines.lines() {
            let document: Value = serde_json::from_str(line).unwrap();
            assert_eq!(document.to_string(), line, "keys of {api} are sorted");
            let mut serializer =
                Serializer::with_formatter(&mut indented, PrettyFormatter::with_indent(b"\t"));
            document.serialize(&mut serializer).unwrap();
            indented.push(b'\n');
        }
        assert_eq!(pretty[api], String::from_utf8(indented).unwrap(), "{api}");
    }
}

/// 1,010 groups are eleven pages, the last of ten; 450 instances are five.
#[test]
fn no_page_is_missing() {
    let texts = generate(Layout::Compact, SIZE);
    for (api, pages) in [("DescribeSecurityGroups", 11), ("DescribeInstances", 5), ("DescribePrefixLists", 1)]
    {
        let responses = responses(&texts, api);
        assert_eq!(responses.len(), pages, "{api}");
        for (position, response) in responses.iter().enumerate() {
            assert_eq!(
                text(response, "NextToken").is_empty(),
                position + 1 == pages,
                "page {position} of {api}"
            );
        }
    }
    for (position, page) in responses(&texts, "DescribeInstances").iter().enumerate() {
        assert_eq!((&page["PageNumber"], &page["TotalCount"]), (&(position + 1).into(), &450.into()));
    }
    for (api, outer, inner) in
        [("DescribeVpcs", "Vpcs", "Vpc"), ("DescribeVSwitches", "VSwitches", "VSwitch")]
    {
        let total = responses(&texts, api)[0]["TotalCount"].as_u64().unwrap();
        assert_eq!(members(&texts, api, outer, inner).len() as u64, total);
    }
}

#[test]
fn counts_of_rules_are_those_of_the_rules() {
    let texts = generate(Layout::Compact, SIZE);
    let groups = members(&texts, "DescribeSecurityGroups", "SecurityGroups", "SecurityGroup");
    let attributes = responses(&texts, "DescribeSecurityGroupAttribute");
    assert_eq!((groups.len(), attributes.len()), (1_010, 1_010));
    for (group, attribute) in groups.iter().zip(&attributes) {
        let rules = attribute["Permissions"]["Permission"].as_array().unwrap();
        let to_groups = rules
            .iter()
            .filter(|rule| !text(rule, "SourceGroupId").is_empty() || !text(rule, "DestGroupId").is_empty())
            .count();
        for key in ["SecurityGroupId", "SecurityGroupName", "Description", "VpcId"] {
            assert_eq!(group[key], attribute[key]);
        }
        assert_eq!(group["RuleCount"], rules.len());
        assert_eq!(group["GroupToGroupRuleCount"], to_groups);
    }
}

#[test]
fn every_rule_leads_somewhere_and_every_fifth_group_is_open() {
    let texts = generate(Layout::Compact, SIZE);
    let lists = ids(&members(&texts, "DescribePrefixLists", "PrefixLists", "PrefixList"), "PrefixListId");
    let entries = ids(&responses(&texts, "DescribePrefixListAttributes"), "PrefixListId");
    assert_eq!(lists, entries);
    let attributes = responses(&texts, "DescribeSecurityGroupAttribute");
    let network: HashMap<&str, &str> = attributes
        .iter()
        .map(|attribute| (text(attribute, "SecurityGroupId"), text(attribute, "VpcId")))
        .collect();
    let (mut rules, mut open) = (Vec::new(), 0);
    for attribute in &attributes {
        let own = attribute["Permissions"]["Permission"].as_array().unwrap();
        for rule in own {
            for peer in [text(rule, "SourceGroupId"), text(rule, "DestGroupId")] {
                assert!(peer.is_empty() || network[peer] == text(attribute, "VpcId"), "{rule}");
            }
            for list in [text(rule, "SourcePrefixListId"), text(rule, "DestPrefixListId")] {
                assert!(list.is_empty() || lists.contains(list), "{rule}");
            }
        }
        open += usize::from(own.iter().any(|rule| text(rule, "SourceCidrIp") == "0.0.0.0/0"));
        rules.extend(own.iter().cloned());
    }
    ids(&rules, "SecurityGroupRuleId");
    assert!((9_500..10_500).contains(&rules.len()), "ten rules a group, not {}", rules.len());
    assert!((150..250).contains(&open), "a fifth of the groups, not {open}");
}

#[test]
fn instances_are_where_their_groups_are() {
    let texts = generate(Layout::Compact, SIZE);
    let groups = members(&texts, "DescribeSecurityGroups", "SecurityGroups", "SecurityGroup");
    let network: HashMap<&str, &str> =
        groups.iter().map(|group| (text(group, "SecurityGroupId"), text(group, "VpcId"))).collect();
    let subnets = members(&texts, "DescribeVSwitches", "VSwitches", "VSwitch");
    let subnet_network: HashMap<&str, &str> =
        subnets.iter().map(|subnet| (text(subnet, "VSwitchId"), text(subnet, "VpcId"))).collect();
    let networks = ids(&members(&texts, "DescribeVpcs", "Vpcs", "Vpc"), "VpcId");
    let instances = members(&texts, "DescribeInstances", "Instances", "Instance");
    ids(&instances, "InstanceId");
    let (mut lists, mut places, mut public) = (HashSet::new(), HashSet::new(), 0);
    for instance in &instances {
        let place = &instance["VpcAttributes"];
        let list = &instance["SecurityGroupIds"]["SecurityGroupId"];
        let at = text(place, "VpcId");
        assert!(networks.contains(at));
        assert_eq!(subnet_network[text(place, "VSwitchId")], at);
        assert!(list.as_array().unwrap().iter().all(|group| network[group.as_str().unwrap()] == at));
        lists.insert(list.to_string());
        let address = &place["PrivateIpAddress"]["IpAddress"][0];
        assert_eq!(address, &instance["NetworkInterfaces"]["NetworkInterface"][0]["PrimaryIpAddress"]);
        assert!(places.insert((at, address.to_string())), "two instances have the address {address}");
        let own = instance["PublicIpAddress"]["IpAddress"].as_array().unwrap().len();
        public += own + usize::from(!text(&instance["EipAddress"], "IpAddress").is_empty());
    }
    assert!((20..80).contains(&public), "a tenth of 450, not {public}");
    assert!((55..=60).contains(&lists.len()), "nearly all of the 60 lists are in use, not {}", lists.len());
}
