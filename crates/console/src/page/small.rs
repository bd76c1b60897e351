//! Small accounts for tests: so many groups with SSH open to everyone, each on a server of its own.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sample::Sample;

/// A name that would be a program if it were taken for markup.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\"onload=x\u{202e}";

/// A console on an account with groups of these names, which has been checked; the folder goes with it.
pub(super) fn checked(names: &[&str]) -> (Sample, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (name, document) in documents(names) {
        fs::write(folder.path().join(name), document.to_string()).unwrap();
    }
    let sample = Sample::empty(vec![folder.path().display().to_string()]);
    sample.obtain();
    (sample, folder)
}

fn documents(names: &[&str]) -> Vec<(String, Value)> {
    let numbers = || names.iter().enumerate();
    let rows: Vec<Value> = numbers().map(|(at, name)| row(at, name)).collect();
    let listing = json!({"SecurityGroups": {"SecurityGroup": rows}, "TotalCount": names.len(), "PageNumber": 1,
        "PageSize": 100, "RegionId": "cn-hangzhou", "RequestId": "R"});
    let servers: Vec<Value> = numbers().map(|(at, name)| server(at, name)).collect();
    let servers = json!({"Instances": {"Instance": servers}, "TotalCount": names.len(), "PageNumber": 1,
        "PageSize": 100, "RequestId": "R"});
    let interfaces: Vec<Value> = numbers().map(|(at, _)| interface(at)).collect();
    let interfaces = json!({"NetworkInterfaceSets": {"NetworkInterfaceSet": interfaces}, "TotalCount": names.len(),
        "PageNumber": 1, "PageSize": 100, "NextToken": "", "RequestId": "R"});
    let mut all = vec![
        ("groups.json".to_owned(), listing),
        ("servers.json".to_owned(), servers),
        ("interfaces.json".to_owned(), interfaces),
    ];
    all.extend(numbers().map(|(at, name)| (format!("group-{at}.json"), group(at, name))));
    all
}

fn row(at: usize, name: &str) -> Value {
    json!({"SecurityGroupId": format!("sg-{at:03}"), "SecurityGroupName": name, "SecurityGroupType": "normal",
        "VpcId": "vpc-1", "ServiceManaged": false})
}

fn group(at: usize, name: &str) -> Value {
    let rule = json!({"Direction": "ingress", "IpProtocol": "TCP", "PortRange": "22/22", "Policy": "Accept",
        "Priority": 1, "NicType": "intranet", "SourceCidrIp": "0.0.0.0/0", "Description": name,
        "SecurityGroupRuleId": format!("sgr-{at:03}")});
    json!({"SecurityGroupId": format!("sg-{at:03}"), "SecurityGroupName": name, "RegionId": "cn-hangzhou",
        "VpcId": "vpc-1", "InnerAccessPolicy": "Drop", "Permissions": {"Permission": [rule]}, "NextToken": "",
        "RequestId": "R"})
}

fn server(at: usize, name: &str) -> Value {
    json!({"InstanceId": format!("i-{at:03}"), "InstanceName": name, "Status": "Running", "RegionId": "cn-hangzhou",
        "SecurityGroupIds": {"SecurityGroupId": [format!("sg-{at:03}")]},
        "VpcAttributes": {"VpcId": "vpc-1", "VSwitchId": "vsw-1",
            "PrivateIpAddress": {"IpAddress": [format!("10.0.1.{at}")]}}})
}

fn interface(at: usize) -> Value {
    let address = format!("10.0.1.{at}");
    json!({"NetworkInterfaceId": format!("eni-{at:03}"), "Type": "Primary", "Status": "InUse",
        "InstanceId": format!("i-{at:03}"), "PrivateIpAddress": address, "VpcId": "vpc-1", "VSwitchId": "vsw-1",
        "SecurityGroupIds": {"SecurityGroupId": [format!("sg-{at:03}")]}, "AssociatedPublicIp": {},
        "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": address, "Primary": true}]},
        "Ipv6Sets": {"Ipv6Set": []}})
}

/// The part of a page between two marks.
#[track_caller]
pub(super) fn between<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("there is no `{from}` in {page}"));
    rest.split(to).next().unwrap()
}

/// The words of a piece of markup, without its tags.
pub(super) fn words(markup: &str) -> String {
    let mut words = String::new();
    for part in markup.split('<') {
        let text = part.split_once('>').map_or(part, |(_, text)| text);
        words.push_str(text);
        words.push(' ');
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Asserts that nothing hostile became markup on a page, and that its name is shown all the same.
#[track_caller]
pub(super) fn is_harmless(page: &str) {
    assert!(page.contains("&lt;script&gt;alert(1)"), "the name is shown: {page}");
    assert!(!page.contains("<script>"), "{page}");
    assert!(!page.contains('\u{202e}'), "{page}");
    for tag in page.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag) {
        assert!(!tag.contains(" onload"), "<{tag}>");
    }
}
