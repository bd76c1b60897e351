//! The script that collects an account, run against a stand-in for the vendor's command line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use portreeve::checks::{Fingerprint, Settings, check};
use portreeve::load::{LoadOptions, Loaded, Unwatched, load};
use serde_json::Value;
use tempfile::TempDir;

use crate::files;

/// An empty folder to collect into, and the log of the calls that were made.
struct Collection {
    scratch: TempDir,
}

impl Collection {
    fn new() -> Self {
        Self { scratch: tempfile::tempdir().unwrap() }
    }

    fn folder(&self) -> PathBuf {
        self.scratch.path().join("account")
    }

    /// Runs the script; `fails` is `ACTION CODE COUNT` for the stand-in.
    fn run(&self, fails: &str) -> Output {
        let stand_in = files::root().join("crates/tidy/tests/fake-aliyun");
        let path = format!("{}:{}", stand_in.display(), std::env::var("PATH").unwrap());
        Command::new(files::root().join("docs/collect-alibaba.sh"))
            .arg("cn-hangzhou")
            .arg(self.folder())
            .env("PATH", path)
            .env("COLLECT_WAIT", "0")
            .env("FAKE_ACCOUNT", files::root().join("examples/alibaba"))
            .env("FAKE_FAILS", fails)
            .env("FAKE_LOG", self.log())
            .output()
            .unwrap()
    }

    fn log(&self) -> PathBuf {
        self.scratch.path().join("log")
    }

    /// The actions that were called, each as permissions name it, such as `ecs:DescribeInstances`.
    fn actions(&self) -> BTreeSet<String> {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let action = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(":");
        // Permissions count peerings to the networks that they connect.
        log.lines().map(|line| action(line).replace("vpcpeer:", "vpc:")).collect()
    }
}

/// Every string in the responses below `folder` that is the value of one of `keys`.
fn values(folder: &Path, keys: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in ignore::Walk::new(folder).map(Result::unwrap) {
        if entry.path().extension().is_some_and(|extension| extension == "json") {
            let text = fs::read_to_string(entry.path()).unwrap();
            for document in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
                let document = document.unwrap();
                gather(document.get("response").unwrap_or(&document), keys, &mut found);
            }
        }
    }
    found
}

fn gather(value: &Value, keys: &[&str], found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| gather(value, keys, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                let text = match value {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    other => {
                        gather(other, keys, found);
                        continue;
                    }
                };
                if keys.contains(&key.as_str()) {
                    found.insert(text);
                }
            }
        }
        _ => {}
    }
}

fn loaded(folder: &Path) -> Loaded {
    load(&[folder.to_str().unwrap().to_owned()], &LoadOptions::default(), &Unwatched).unwrap()
}

/// What the check finds, by fingerprint.
fn findings(folder: &Path) -> BTreeSet<Fingerprint> {
    let loaded = loaded(folder);
    assert_eq!(loaded.warnings, []);
    check(&loaded.estate, &Settings::default()).findings.iter().map(|finding| finding.fingerprint).collect()
}

/// The actions that the policy in the documentation grants.
fn documented_permissions() -> BTreeSet<String> {
    let page = files::read(Path::new("docs/getting-started.md"));
    let (_, rest) =
        page.split_once("```json\n").expect("getting-started.md shows the policy as a json block");
    let policy: Value = serde_json::from_str(rest.split("```").next().unwrap()).unwrap();
    let mut granted = BTreeSet::new();
    for statement in policy["Statement"].as_array().unwrap() {
        granted.extend(
            statement["Action"].as_array().unwrap().iter().map(|action| action.as_str().unwrap().to_owned()),
        );
    }
    granted
}

#[test]
fn every_page_of_the_account_arrives_unedited() {
    let collection = Collection::new();
    // A throttled call is made again, and leaves no trace.
    let output = collection.run("DescribeInstances Throttling.User 2");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(values(&collection.folder(), &["Code"]), BTreeSet::new());
    assert_eq!(collection.actions(), documented_permissions());
    // What is on all pages together: ids of everything, and the one number that careless tools round.
    let keys = [
        "SecurityGroupId",
        "SecurityGroupRuleId",
        "InstanceId",
        "NetworkInterfaceId",
        "VpcId",
        "VSwitchId",
        "Cidr",
        "AllocationId",
        "NetworkAclEntryId",
        "PrefixListId",
        "PortRangeListId",
        "PortRange",
        "OwnerId",
        "RouteTableId",
        "DestinationCidrBlock",
        "NatGatewayId",
        "ExternalPort",
        "SnatIp",
        "LoadBalancerId",
        "VServerGroupId",
        "ServerId",
    ];
    let original = values(&files::root().join("examples/alibaba"), &keys);
    assert!(original.len() > 100, "the example has {} of them", original.len());
    assert_eq!(values(&collection.folder(), &keys), original);
    assert_eq!(findings(&collection.folder()), findings(&files::root().join("examples/alibaba")));

    fs::remove_file(collection.log()).unwrap();
    assert!(collection.run("").status.success());
    assert_eq!(collection.actions(), BTreeSet::new(), "a complete collection is not fetched again");
}

#[test]
fn a_refused_call_leaves_its_error_and_can_be_made_up_for() {
    let collection = Collection::new();
    let output = collection.run("DescribeInstances Forbidden.RAM 1");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("DescribeInstances: Forbidden.RAM"));
    assert_eq!(values(&collection.folder(), &["Code"]), BTreeSet::from(["Forbidden.RAM".to_owned()]));
    let estate = loaded(&collection.folder()).estate;
    let gaps: Vec<&str> = estate.unread.iter().map(|gap| estate.gap(*gap).what.as_str()).collect();
    assert!(gaps.iter().any(|gap| gap.contains("DescribeInstances")), "the gap names the call: {gaps:?}");

    fs::remove_file(collection.log()).unwrap();
    assert!(collection.run("").status.success());
    assert_eq!(collection.actions(), BTreeSet::from(["ecs:DescribeInstances".to_owned()]));
    assert_eq!(values(&collection.folder(), &["Code"]), BTreeSet::new());
}
