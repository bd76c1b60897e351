//! Runs the program in a folder of its own, with nothing of this machine in its environment, on documents made here.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// A file or folder of the repository, as a source.
pub(crate) fn source(name: &str) -> String {
    let path = root().join(name);
    assert!(path.exists(), "{name} is not there");
    path.display().to_string()
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let err = String::from_utf8(output.stderr).expect("messages are UTF-8");
        assert!(!err.contains("panicked"), "{err}");
        let code = output.status.code().expect("ended by itself");
        Self { code, out: String::from_utf8(output.stdout).expect("reports are UTF-8"), err }
    }

    /// The run as it was, if it ended with a code.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// The report in JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|why| panic!("{why}: {}{}", self.out, self.err))
    }

    /// Holds a run against the promise that errors are told on standard error alone, with all these words.
    #[track_caller]
    pub(crate) fn refused(&self, words: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "stderr:\n{}", self.err);
        self.told(words);
    }

    /// Holds the messages against the words that must be in them.
    #[track_caller]
    pub(crate) fn told(&self, words: &[&str]) {
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in: {}", self.err);
        }
    }
}

/// A folder to run in. A configuration in it keeps the program from looking further up.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        let scratch = Self(tempfile::tempdir().unwrap());
        scratch.write("portreeve.toml", "");
        scratch
    }

    /// A scratch folder whose `account` holds these documents, one to a file, in this order.
    pub(crate) fn with(documents: &[Value]) -> Self {
        let scratch = Self::new();
        for (number, document) in documents.iter().enumerate() {
            scratch.write(&format!("account/{number:03}.json"), pretty(document));
        }
        scratch
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    /// The program, ready to be started here.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portreeve"));
        command.args(args).current_dir(self.0.path()).env_clear().stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// Runs with something on standard input.
    pub(crate) fn fed(&self, args: &[&str], bytes: &[u8]) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let bytes = bytes.to_owned();
        // A program that has seen enough closes its end.
        let feeder = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        Ran::of(output)
    }

    /// Checks the folder `account` with these arguments.
    pub(crate) fn check(&self, args: &[&str]) -> Ran {
        self.run(&[&["check", "account"], args].concat())
    }

    /// Checks the folder `account` for one item, in JSON.
    pub(crate) fn asks(&self, item: &str) -> Ran {
        self.check(&["--items", item, "--format", "json"])
    }
}

/// A document as the vendor's CLI prints it.
pub(crate) fn pretty(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap() + "\n"
}

/// An object with some keys set.
pub(crate) fn with(mut object: Value, keys: Value) -> Value {
    if let (Value::Object(object), Value::Object(keys)) = (&mut object, keys) {
        object.extend(keys);
    }
    object
}

/// An object without a key.
pub(crate) fn without(mut object: Value, key: &str) -> Value {
    object.as_object_mut().unwrap().remove(key).unwrap_or_else(|| panic!("there is no {key}"));
    object
}

/// A rule that accepts TCP 22 inbound, with these keys set. It says nothing of who, and has no id.
pub(crate) fn rule(keys: Value) -> Value {
    let usual = json!({
        "Direction": "ingress", "IpProtocol": "TCP", "PortRange": "22/22", "Policy": "Accept", "Priority": 1,
        "NicType": "intranet",
    });
    with(usual, keys)
}

/// A rule that accepts TCP 22 inbound from a block of IPv4.
pub(crate) fn from(block: &str) -> Value {
    rule(json!({"SourceCidrIp": block}))
}

/// A rule that accepts TCP ports inbound from all of IPv4.
pub(crate) fn opens(ports: &str) -> Value {
    rule(json!({"PortRange": ports, "SourceCidrIp": "0.0.0.0/0"}))
}

/// `DescribeSecurityGroupAttribute`.
pub(crate) fn group(id: &str, rules: &[Value]) -> Value {
    json!({
        "SecurityGroupId": id, "SecurityGroupName": format!("{id}-name"), "RegionId": "cn-hangzhou", "VpcId": "vpc-1",
        "InnerAccessPolicy": "Drop", "Permissions": {"Permission": rules}, "NextToken": "", "RequestId": "R",
    })
}

/// A row of `DescribeSecurityGroups`.
pub(crate) fn group_row(id: &str) -> Value {
    json!({"SecurityGroupId": id, "SecurityGroupName": format!("{id}-name"), "SecurityGroupType": "normal",
        "VpcId": "vpc-1", "ServiceManaged": false})
}

/// A whole `DescribeSecurityGroups`.
pub(crate) fn groups(ids: &[&str]) -> Value {
    let rows: Vec<Value> = ids.iter().map(|id| group_row(id)).collect();
    json!({"SecurityGroups": {"SecurityGroup": rows}, "TotalCount": ids.len(), "PageNumber": 1, "PageSize": 50,
        "RegionId": "cn-hangzhou", "RequestId": "R"})
}

/// A row of `DescribeNetworkInterfaces`; the number makes its id, address and server.
pub(crate) fn interface(number: u8, groups: &[&str]) -> Value {
    let address = format!("10.0.0.{number}");
    json!({"NetworkInterfaceId": format!("eni-{number}"), "Type": "Primary", "Status": "InUse",
        "InstanceId": format!("i-{number}"), "PrivateIpAddress": address, "VpcId": "vpc-1", "VSwitchId": "vsw-1",
        "SecurityGroupIds": {"SecurityGroupId": groups}, "AssociatedPublicIp": {},
        "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": address, "Primary": true}]},
        "Ipv6Sets": {"Ipv6Set": []}})
}

/// A whole `DescribeNetworkInterfaces`.
pub(crate) fn interfaces(rows: &[Value]) -> Value {
    json!({"NetworkInterfaceSets": {"NetworkInterfaceSet": rows}, "TotalCount": rows.len(), "PageNumber": 1,
        "PageSize": 100, "NextToken": "", "RequestId": "R"})
}

/// A row of `DescribeInstances`, the server of [`interface`].
pub(crate) fn instance(number: u8, groups: &[&str]) -> Value {
    json!({"InstanceId": format!("i-{number}"), "InstanceName": format!("server-{number}"), "Status": "Running",
        "RegionId": "cn-hangzhou", "SecurityGroupIds": {"SecurityGroupId": groups},
        "VpcAttributes": {"VpcId": "vpc-1", "VSwitchId": "vsw-1",
            "PrivateIpAddress": {"IpAddress": [format!("10.0.0.{number}")]}}})
}

/// A whole `DescribeInstances`.
pub(crate) fn instances(rows: &[Value]) -> Value {
    json!({"Instances": {"Instance": rows}, "TotalCount": rows.len(), "PageNumber": 1, "PageSize": 100,
        "RequestId": "R"})
}

/// A group `sg-a` with these rules, alone in its account and complete.
pub(crate) fn account(rules: &[Value]) -> Vec<Value> {
    vec![group("sg-a", rules), groups(&["sg-a"])]
}

/// The list under a key.
#[track_caller]
pub(crate) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is no list in {value}"))
}

/// The text under a key.
#[track_caller]
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is no text in {value}"))
}

/// The texts of a list under a key.
#[track_caller]
pub(crate) fn texts<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    list(value, key).iter().map(|one| one.as_str().expect("a text")).collect()
}

/// Each finding in one line: item, certainty, group, and the servers with their states.
pub(crate) fn lines(report: &Value) -> Vec<String> {
    let server = |server: &Value| {
        format!(
            "{}/{} {}",
            server["id"].as_str().unwrap_or("-"),
            text(server, "interface"),
            text(server, "state")
        )
    };
    let line = |finding: &Value| {
        let group = finding["security_group"]["id"].as_str().unwrap_or("-");
        let servers: Vec<String> = list(finding, "servers").iter().map(server).collect();
        let words = [text(finding, "item"), text(finding, "certainty"), group, &servers.join(", ")];
        words.join(" ").trim_end().to_owned()
    };
    list(report, "findings").iter().map(line).collect()
}
