//! `portreeve fix`: every item comes to an answer, scripts run, and fixed documents are fixed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{
    Scratch, account, from, group, group_row, groups, instance, instances, interface, interfaces, list,
    opens, rule, source, text, texts, with,
};

/// Plans as JSON for the folder `account`.
fn plans(scratch: &Scratch, args: &[&str], code: i32) -> Value {
    let ran = scratch.run(&[&["fix", "account", "--quiet", "--format", "json"], args].concat());
    ran.ended(code).json()
}

/// Each finding's item and answer.
fn answers(report: &Value) -> Vec<(String, String)> {
    assert_eq!(text(report, "schema"), "portreeve/fix/1");
    let each = list(report, "findings").iter();
    each.map(|finding| (text(finding, "item").to_owned(), text(finding, "answer").to_owned())).collect()
}

/// A group with servers, complete: these rules, and so many servers in it.
fn served(rules: &[Value], servers: u8) -> Vec<Value> {
    let numbers: Vec<u8> = (1..=servers).collect();
    let rows: Vec<Value> = numbers.iter().map(|number| interface(*number, &["sg-a"])).collect();
    let machines: Vec<Value> = numbers.iter().map(|number| instance(*number, &["sg-a"])).collect();
    let mut documents = account(rules);
    documents.extend([interfaces(&rows), instances(&machines)]);
    documents
}

fn numbered(count: usize, make: impl Fn(usize) -> Value) -> Vec<Value> {
    (1..=count).map(|nth| with(make(nth), json!({"SecurityGroupRuleId": format!("sgr-{nth}")}))).collect()
}

/// A rule that names a group of another network.
fn names_another_network() -> Vec<Value> {
    let peer = json!({"SourceGroupId": "sg-b", "IpProtocol": "TCP"});
    let mut other = group_row("sg-b");
    other["VpcId"] = json!("vpc-2");
    let mut listed = groups(&["sg-a"]);
    listed["SecurityGroups"]["SecurityGroup"].as_array_mut().unwrap().push(other);
    listed["TotalCount"] = json!(2);
    let foreign = with(group("sg-b", &[]), json!({"VpcId": "vpc-2"}));
    vec![group("sg-a", &numbered(1, |_| rule(peer.clone()))), foreign, listed]
}

/// Twelve servers, each with a group of its own.
fn a_group_for_each_server() -> Vec<Value> {
    let ids: Vec<String> = (1..=12).map(|nth| format!("sg-{nth}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut documents: Vec<Value> = ids.iter().map(|id| group(id, &[from("10.0.0.0/8")])).collect();
    let numbers = || (1..).zip(&ids);
    documents.push(groups(&ids));
    documents.push(interfaces(&numbers().map(|(nth, id)| interface(nth, &[id])).collect::<Vec<_>>()));
    documents.push(instances(&numbers().map(|(nth, id)| instance(nth, &[id])).collect::<Vec<_>>()));
    documents
}

/// Documents on which an item fires; nothing for one that this table lacks.
fn firing(id: &str) -> Option<Vec<Value>> {
    let service = portreeve::checks::catalogue::services().find(|service| service.meta.id == id);
    if let Some(service) = service {
        let (protocol, port) = match (service.tcp.first(), service.udp.first()) {
            (Some((port, _)), _) => ("TCP", port),
            (None, Some((port, _))) => ("UDP", port),
            (None, None) => return None,
        };
        let rule = opens(&format!("{port}/{port}"));
        let rule = with(rule, json!({"IpProtocol": protocol, "SecurityGroupRuleId": "sgr-1"}));
        return Some(served(&[rule], 2));
    }
    let several = |ids: &[&str]| {
        let mut documents: Vec<Value> =
            ids.iter().map(|id| group(id, &numbered(1, |_| from("10.0.0.0/8")))).collect();
        documents.extend([groups(ids), interfaces(&[interface(1, ids)]), instances(&[instance(1, ids)])]);
        documents
    };
    let port =
        |nth: usize| with(from("10.0.0.0/8"), json!({"PortRange": format!("{}/{}", 2 * nth, 2 * nth)}));
    Some(match id {
        "open-all-ports" => served(&numbered(1, |_| opens("1/65535")), 2),
        "wide-source" => served(&numbered(1, |_| from("64.0.0.0/4")), 2),
        "open-egress" | "excessive-groups" => several(&["sg-a", "sg-b", "sg-c"]),
        "redundant-rule" => {
            served(&numbered(2, |nth| from(if nth == 1 { "10.0.0.0/8" } else { "10.1.0.0/16" })), 2)
        }
        "shadowed-rule" => {
            let rules = numbered(2, |nth| {
                let policy = if nth == 1 { "Drop" } else { "Accept" };
                with(from("10.0.0.0/8"), json!({"Policy": policy, "Priority": nth}))
            });
            served(&rules, 2)
        }
        "never-acts" => names_another_network(),
        "unused-group" => {
            let mut documents = served(&numbered(1, |_| from("10.0.0.0/8")), 2);
            documents[1] = groups(&["sg-a", "sg-b"]);
            documents.push(group("sg-b", &[]));
            documents
        }
        "rule-quota" => served(&numbered(850, port), 2),
        "too-many-rules" => served(&numbered(250, port), 2),
        "one-server-group" => a_group_for_each_server(),
        "one-group-for-all" => served(&numbered(1, |_| from("10.0.0.0/8")), 30),
        "platform-added-rule" => {
            served(&numbered(1, |_| with(from("10.0.0.0/8"), json!({"Description": "added by DMS"}))), 2)
        }
        "group-quota" => {
            let ids: Vec<String> = (1..=9).map(|nth| format!("sg-{nth}")).collect();
            several(&ids.iter().map(String::as_str).collect::<Vec<_>>())
        }
        _ => return None,
    })
}

/// Items that only a person can answer.
const MANUAL: [&str; 5] =
    ["excessive-groups", "one-server-group", "one-group-for-all", "platform-added-rule", "group-quota"];

#[test]
fn every_item_comes_to_an_answer_that_holds() {
    let scratch = Scratch::new();
    let items = scratch.run(&["items", "--format", "json"]).ended(0).json();
    for item in list(&items, "items") {
        let id = text(item, "id");
        let documents = firing(id).unwrap_or_else(|| panic!("no documents on which `{id}` fires"));
        let scratch = Scratch::with(&documents);
        let before = scratch.asks(id).json();
        assert!(!list(&before, "findings").is_empty(), "`{id}` does not fire");
        let args = [
            "fix",
            "account",
            "--quiet",
            "--item",
            id,
            "--allow",
            "203.0.113.0/24",
            "--format",
            "json",
            "--write",
            "w",
        ];
        let ran = scratch.run(&args);
        let report = ran.json();
        let answers = answers(&report);
        assert_eq!(answers.len(), list(&before, "findings").len(), "{id}");
        let manual = answers.iter().any(|(_, answer)| answer == "manual");
        if MANUAL.contains(&id) {
            assert!(manual, "{id}: {report:#}");
        }
        assert_eq!(ran.code, i32::from(manual), "{id}: {report:#}\n{}", ran.err);
        for plan in list(&report, "plans") {
            let reasons = list(plan, "manual");
            assert_eq!(text(plan, "level") == "manual", !reasons.is_empty(), "{id}: {plan:#}");
            assert!(text(plan, "level") == "manual" || plan["proved"] == json!(true), "{id}: {plan:#}");
        }
        let after = scratch.run(&["check", "w", "--quiet", "--items", id, "--format", "json"]).json();
        let left: Vec<&str> = list(&after, "findings").iter().map(|it| text(it, "fingerprint")).collect();
        for finding in list(&report, "findings") {
            let gone = !left.contains(&text(finding, "fingerprint"));
            assert!(gone || text(finding, "answer") == "manual", "{id}: {finding} {after:#}");
        }
    }
}

#[test]
fn all_findings_of_the_example_have_an_answer() {
    let scratch = Scratch::new();
    let args = ["fix", &source("examples/alibaba"), "--quiet", "--format", "json", "--write", "w"];
    let report = scratch.run(&args).ended(1).json();
    let checked = scratch.run(&["check", &source("examples/alibaba"), "--quiet", "--format", "json"]).json();
    assert_eq!(list(&report, "findings").len(), list(&checked, "findings").len());
    let after = scratch.run(&["check", "w", "--quiet", "--format", "json"]).json();
    let left: Vec<&str> = list(&after, "findings").iter().map(|it| text(it, "fingerprint")).collect();
    for finding in list(&report, "findings") {
        if text(finding, "answer") == "plan" {
            assert!(!left.contains(&text(finding, "fingerprint")), "{finding}");
        }
    }
}

/// SSH of the example for one office: nobody else, and the health checks stay.
#[test]
fn the_example_gives_ssh_to_one_office() {
    let scratch = Scratch::new();
    let example = source("examples/alibaba");
    let report = scratch
        .run(&[
            "fix",
            &example,
            "--quiet",
            "--item",
            "open-ssh",
            "--allow",
            "203.0.113.0/24",
            "--group",
            "sg-bp1default0legacy000",
            "--format",
            "json",
        ])
        .ended(0)
        .json();
    let plan = &list(&report, "plans")[0];
    let steps: Vec<String> = list(plan, "steps")
        .iter()
        .map(|step| format!("{} {}", text(step, "edit"), step["rule"]["peer"].as_str().unwrap_or("-")))
        .collect();
    assert_eq!(steps.last().map(String::as_str), Some("remove_rule -"), "{steps:?}");
    assert!(steps.contains(&"add_rule 203.0.113.0/24".to_owned()), "{steps:?}");
    assert!(steps.contains(&"add_rule 100.64.0.0/10".to_owned()), "{steps:?}");
    assert_eq!(list(plan, "rollback").len(), steps.len());
    assert!(!list(plan, "administration").is_empty());
}

#[test]
fn words_that_mean_nothing_are_told_with_what_is_near() {
    let scratch = Scratch::with(&account(&[opens("22/22")]));
    let cases: [(&[&str], &[&str]); 8] = [
        (&["--item", "open-shs"], &["`open-shs`", "did you mean `open-ssh`?"]),
        (&["--finding", "0123456789abcdef01234567"], &["there is no finding `0123456789abcdef01234567`"]),
        (&["--group", "sg-b"], &["there is no security group `sg-b`", "did you mean `sg-a`?"]),
        (&["--strategy", "replce"], &["there is no strategy `replce`", "did you mean `replace`?"]),
        (&["--allow", "sg-x"], &["`sg-x`", "did you mean `sg-a`?"]),
        (&["--only", "server-9"], &["`server-9`"]),
        (&["--format", "aliyum"], &["did you mean `aliyun`?"]),
        (&["--keep", "nothing.csv"], &["nothing.csv"]),
    ];
    for (args, words) in cases {
        scratch.run(&[&["fix", "account", "--quiet"], args].concat()).refused(words);
    }
    scratch.write("full/x", "");
    scratch.run(&["fix", "account", "--quiet", "--write", "full"]).refused(&["`full` is not empty"]);
    scratch.run(&["fix", "account", "--format", "json", "--format", "text"]).refused(&["standard output"]);
    scratch.write("flows.csv", "from,to,protocol,port\n10.0.0.1,10.0.0.2,tcp,http\n");
    scratch
        .run(&["fix", "account", "--quiet", "--keep", "flows.csv"])
        .refused(&["`flows.csv`, line 2", "`http` is no port"]);
}

#[test]
fn a_finding_is_chosen_by_its_fingerprint() {
    let scratch = Scratch::with(&account(&[opens("22/22"), opens("3389/3389")]));
    let all = answers(&plans(&scratch, &["--allow", "203.0.113.0/24"], 0));
    assert!(all.len() > 1, "{all:?}");
    let found = scratch.asks("open-rdp").json();
    let fingerprint = text(&list(&found, "findings")[0], "fingerprint").to_owned();
    let one = plans(&scratch, &["--finding", &fingerprint[..12], "--allow", "203.0.113.0/24"], 0);
    assert_eq!(answers(&one), [("open-rdp".to_owned(), "plan".to_owned())]);
    let both = plans(&scratch, &["--item", "open-ssh", "--item", "open-rdp", "--allow", "203.0.113.0/24"], 0);
    assert_eq!((answers(&both).len(), list(&both, "plans").len()), (2, 1), "one plan closes both");
}

#[test]
fn a_managed_group_is_left_to_its_service() {
    let mut documents = account(&[opens("22/22")]);
    documents[1]["SecurityGroups"]["SecurityGroup"][0]["ServiceManaged"] = json!(true);
    let scratch = Scratch::with(&documents);
    let report = plans(&scratch, &["--item", "open-ssh", "--allow", "203.0.113.0/24"], 1);
    assert_eq!(answers(&report), [("open-ssh".to_owned(), "manual".to_owned())]);
    let reasons = texts(&list(&report, "plans")[0], "manual");
    assert!(reasons[0].contains("service of the cloud"), "{reasons:?}");
    let script = scratch.run(&["fix", "account", "--quiet", "--item", "open-ssh", "--format", "aliyun"]);
    assert!(script.out.contains("# There is nothing to do."), "{}", script.out);
}

#[test]
fn nobody_is_locked_out_without_a_word() {
    let scratch = Scratch::with(&served(&numbered(1, |_| opens("22/22")), 2));
    let report = plans(&scratch, &["--item", "open-ssh", "--allow", "private"], 0);
    assert!(list(&list(&report, "plans")[0], "administration").len() == 1, "{report:#}");
}

#[test]
fn waived_findings_are_left_out() {
    let scratch = Scratch::with(&account(&[opens("22/22")]));
    scratch.write(
        "portreeve.toml",
        "[[waiver]]\nitem = \"open-ssh\"\ngroup = \"sg-a\"\nreason = \"for now\"\nuntil = 2099-01-01\n",
    );
    let ran = scratch.run(&["fix", "account", "--quiet", "--item", "open-ssh"]);
    assert!(ran.code == 0 && ran.out.contains("waived"), "{} {}", ran.out, ran.err);
}

#[test]
fn traffic_to_keep_survives_or_is_named() {
    let scratch = Scratch::with(&served(&numbered(1, |_| opens("22/22")), 1));
    scratch.write("flows.csv", "from,to,protocol,port\n198.51.100.7,i-1,tcp,22\n");
    let args = ["--item", "open-ssh", "--allow", "203.0.113.0/24", "--keep", "flows.csv"];
    let report =
        scratch.run(&[&["fix", "account", "--quiet", "--format", "json"], &args[..]].concat()).json();
    let plan = &list(&report, "plans")[0];
    let kept = list(plan, "steps")
        .iter()
        .any(|step| step["rule"]["peer"].as_str().is_some_and(|peer| peer.starts_with("198.51.100.7")));
    let told = texts(plan, "manual").iter().any(|reason| reason.contains("flows.csv"));
    assert!(kept || told, "{report:#}");
}

/// Stands for a vendor's tool: notes each argument on a line, and answers what scripts ask for.
const STUB: &str = "#!/bin/sh
for argument in \"$@\"; do printf '<%s>\\n' \"$argument\"; done >> calls
echo '<end>' >> calls
case \"$*\" in
  *CreateSecurityGroup\\ *|*CreateSecurityGroup/*) echo '\"sg-made\"' ;;
  *Describe*|*List*) echo '\"rule-found\"' ;;
  *) echo '{}' ;;
esac
";

/// Runs a script with stubs in place of the vendors' tools. Gives what they were called with.
fn carried_out(scratch: &Scratch, script: &str) -> String {
    scratch.write("fix.sh", script);
    for tool in ["aliyun", "hcloud"] {
        let path = scratch.write(&format!("bin/{tool}"), STUB);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let folder = scratch.path("fix.sh").parent().unwrap().to_owned();
    let path = format!("{}:/usr/bin:/bin", folder.join("bin").display());
    let ran = Command::new("sh").arg("fix.sh").current_dir(&folder).env("PATH", path).output().unwrap();
    assert!(ran.status.success(), "{}\n{script}", String::from_utf8_lossy(&ran.stderr));
    scratch.read("calls")
}

/// Holds a script against the shell's own grammar, and against shellcheck where that is installed.
fn well_formed(scratch: &Scratch, script: &str) {
    let path = scratch.write("checked.sh", script);
    assert!(Command::new("sh").arg("-n").arg(&path).status().unwrap().success(), "{script}");
    if let Ok(ran) = Command::new("shellcheck").args(["-s", "sh"]).arg(&path).output() {
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    }
}

fn parsed(configuration: &str) -> hcl_edit::structure::Body {
    configuration.parse().unwrap_or_else(|why| panic!("{why}\n{configuration}"))
}

#[test]
fn scripts_and_configurations_are_well_formed() {
    for (name, tool) in [("examples/alibaba", "aliyun"), ("fixtures/huawei/sample", "hcloud")] {
        let scratch = Scratch::new();
        let of = |format: &str| {
            let args = ["fix", &source(name), "--quiet", "--allow", "203.0.113.0/24", "--format", format];
            scratch.run(&args).out
        };
        for format in [tool, "rollback"] {
            let script = of(format);
            well_formed(&scratch, &script);
            assert!(script.contains(&format!("{tool} ")), "{name} {format}: {script}");
            carried_out(&scratch, &script);
        }
        assert!(parsed(&of("terraform")).blocks().count() > 0, "{name}");
    }
}

/// Names and ids that try to break out of every format.
#[test]
fn hostile_names_stay_words() {
    let hostile =
        "x'; touch pwned; echo \"$(touch pwned)`touch pwned`${file(\"pwned\")}%{if}\\\n*/--\u{202e}#";
    let mut documents = account(&numbered(1, |_| with(opens("22/22"), json!({"Description": hostile}))));
    documents[0]["SecurityGroupId"] = json!(hostile);
    documents[0]["SecurityGroupName"] = json!(hostile);
    documents[1]["SecurityGroups"]["SecurityGroup"][0]["SecurityGroupId"] = json!(hostile);
    let scratch = Scratch::with(&documents);
    for format in ["aliyun", "rollback", "terraform", "text", "json"] {
        let args = [
            "fix",
            "account",
            "--quiet",
            "--item",
            "open-ssh",
            "--allow",
            "203.0.113.0/24",
            "--format",
            format,
        ];
        let ran = scratch.run(&args).ended(0);
        match format {
            "terraform" => drop(parsed(&ran.out)),
            "aliyun" | "rollback" => {
                well_formed(&scratch, &ran.out);
                let calls = carried_out(&scratch, &ran.out);
                assert!(calls.contains(&format!("<{hostile}>")), "the id arrives as it is: {calls}");
            }
            "text" => assert!(!ran.out.contains('\u{202e}'), "{}", ran.out),
            // Programs get names as they are.
            _ => assert_eq!(text(&list(&ran.json(), "findings")[0], "security_group"), hostile),
        }
        assert!(!scratch.path("pwned").exists(), "{format}");
    }
}

#[test]
fn one_server_moves_to_a_copy() {
    let scratch = Scratch::with(&served(&numbered(1, |_| opens("22/22")), 3));
    let args = ["--item", "open-ssh", "--group", "sg-a", "--only", "i-2", "--allow", "203.0.113.0/24"];
    let report = scratch
        .run(&[&["fix", "account", "--quiet", "--write", "w", "--format", "json"], &args[..]].concat())
        .json();
    let plan = &list(&report, "plans")[0];
    assert_eq!(text(plan, "strategy"), "clone", "{report:#}");
    let script = scratch.run(&[&["fix", "account", "--quiet", "--format", "aliyun"], &args[..]].concat()).out;
    well_formed(&scratch, &script);
    let calls = carried_out(&scratch, &script);
    for call in ["<CreateSecurityGroup>", "<JoinSecurityGroup>", "<LeaveSecurityGroup>", "<sg-made>"] {
        assert!(calls.contains(call), "{call}: {calls}");
    }
    let back = scratch.run(&[&["fix", "account", "--quiet", "--format", "rollback"], &args[..]].concat()).out;
    well_formed(&scratch, &back);
    assert!(carried_out(&scratch, &back).contains("<DeleteSecurityGroup>"), "{back}");
    let after = scratch.run(&["check", "w", "--quiet", "--items", "open-ssh", "--format", "json"]).json();
    let servers: Vec<&str> = list(&after, "findings")
        .iter()
        .flat_map(|finding| list(finding, "servers"))
        .filter(|server| text(server, "state") == "at_risk")
        .filter_map(|server| server["id"].as_str())
        .collect();
    assert_eq!(servers, ["i-1", "i-3"], "{after:#}");
}

#[test]
fn formats_go_to_files_of_their_own() {
    let scratch = Scratch::with(&account(&[opens("22/22")]));
    let args = [
        "fix",
        "account",
        "--quiet",
        "--item",
        "open-ssh",
        "--allow",
        "203.0.113.0/24",
        "--format",
        "text",
        "--format",
        "aliyun=fix.sh",
        "--format",
        "rollback=undo.sh",
    ];
    let ran = scratch.run(&args).ended(0);
    assert!(ran.out.contains("fix 1"), "{}", ran.out);
    assert!(
        scratch.read("fix.sh").starts_with("#!/bin/sh") && scratch.read("undo.sh").starts_with("#!/bin/sh")
    );
}

#[test]
fn nothing_to_fix_is_said() {
    let scratch = Scratch::with(&account(&[from("10.0.0.0/8")]));
    let ran = scratch.run(&["fix", "account", "--quiet", "--item", "open-ssh"]).ended(0);
    assert!(ran.out.contains("nothing to fix"), "{}", ran.out);
}
