//! What a source may be: files, folders, standard input, one or many documents, packed or not, in any order.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::common::{
    Scratch, account, from, group, group_row, groups, instance, instances, interface, interfaces, lines,
    list, opens, pretty, source, text, with,
};

/// The account that every shape of input has to give back: one server at risk.
fn documents() -> Vec<Value> {
    let mut documents = account(&[opens("22/22")]);
    documents.push(interfaces(&[interface(1, &["sg-a"])]));
    documents.push(instances(&[instance(1, &["sg-a"])]));
    documents
}

#[track_caller]
fn whole(report: &Value) {
    assert_eq!(lines(report), ["open-ssh sure sg-a i-1/eni-1 at_risk"]);
    assert_eq!(report["gaps"], json!([]));
    let estate =
        json!({"providers": ["alibaba"], "security_groups": 1, "rules": 1, "instances": 1, "interfaces": 1});
    assert_eq!(report["estate"], estate);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn join(between: &str) -> String {
    documents().iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

/// Texts that hold all documents.
fn shapes() -> Vec<(&'static str, Vec<u8>)> {
    let array = format!("[{}]", join(","));
    let wrapped = |document: &Value| json!({"request": {"Action": "x"}, "response": document}).to_string();
    let turned =
        |document: &Value| format!("{{\"response\": {document}, \"request\": {{\"Action\": \"x\"}}}}");
    let each = |wrap: &dyn Fn(&Value) -> String| documents().iter().map(wrap).collect::<Vec<_>>().join("\n");
    let pretty_all: String = documents().iter().map(pretty).collect();
    vec![
        ("one after the other", pretty_all.clone().into_bytes()),
        ("without space", join("").into_bytes()),
        ("lines", join("\n").into_bytes()),
        ("Windows lines", join("\r\n").into_bytes()),
        ("an array", array.clone().into_bytes()),
        ("wrapped", each(&wrapped).into_bytes()),
        ("wrapped, the response first", each(&turned).into_bytes()),
        ("an array of wrapped", format!("[{}]", each(&wrapped).replace('\n', ",")).into_bytes()),
        ("a mark at the start", [b"\xef\xbb\xbf".as_slice(), pretty_all.as_bytes()].concat()),
        ("gzip", gzip(pretty_all.as_bytes())),
        ("gzip in members", documents().iter().flat_map(|it| gzip(pretty(it).as_bytes())).collect()),
        ("gzip of an array with a mark", gzip(&[b"\xef\xbb\xbf".as_slice(), array.as_bytes()].concat())),
    ]
}

#[test]
fn one_file_may_hold_all_documents_in_many_shapes() {
    for (what, bytes) in shapes() {
        let scratch = Scratch::new();
        // Neither the name nor its ending tells what a file is; in a folder the ending tells which files are meant.
        for name in ["account/all.json", "account/all.ndjson", "notes.txt"] {
            scratch.write(name, &bytes);
        }
        for path in ["account/all.json", "account/all.ndjson", "notes.txt", "account"] {
            let run = scratch.run(&["check", path, "--items", "open-ssh", "--format", "json"]);
            assert_eq!(run.err, "", "{what} in {path}");
            whole(&run.ended(1).json());
        }
        let run = scratch.fed(&["check", "-", "--items", "open-ssh", "--format", "json"], &bytes);
        assert_eq!(run.err, "", "{what} on standard input");
        whole(&run.ended(1).json());
    }
}

#[test]
fn every_odd_fixture_is_read_without_a_word() {
    let folder = source("fixtures/bad/odd");
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path().display().to_string()).collect();
    names.sort();
    assert!(names.len() >= 12, "{names:?}");
    for name in names {
        let run = Scratch::new().run(&["check", &name, "--items", "open-ssh", "--format", "json"]);
        assert_eq!(run.err, "", "{name}");
        assert_eq!(lines(&run.ended(1).json()), ["open-ssh sure sg-bp1tiny0000000000001"], "{name}");
    }
}

#[test]
fn folders_are_walked_to_the_end_and_arguments_are_added_up() {
    let documents = documents();
    let scratch = Scratch::new();
    for (name, document) in
        ["a/b/c/d.json", "a/e.ndjson", "f/g.json.gz", "h/.hidden/i.json"].iter().zip(&documents)
    {
        let bytes = pretty(document).into_bytes();
        scratch.write(name, if name.ends_with("gz") { gzip(&bytes) } else { bytes });
    }
    let fed = pretty(&documents[3]);
    let run = scratch
        .fed(&["check", "a", "f", "-", "h", "--items", "open-ssh", "--format", "json"], fed.as_bytes());
    whole(&run.ended(1).json());
}

/// What is no response is named, and does not stop anything.
#[test]
fn other_files_in_a_folder_are_left_out_and_named() {
    let scratch = Scratch::with(&documents());
    scratch.write("account/README.md", "notes");
    let run = scratch.asks("open-ssh").ended(1);
    run.told(&["warning", "README.md"]);
    whole(&run.json());
}

#[test]
fn unknown_documents_are_named_with_their_keys_and_never_stop_the_run() {
    let scratch = Scratch::with(&documents());
    scratch.write("account/inventory.json", "{\"Inventory\": [], \"Owner\": \"me\"}");
    scratch.write(
        "account/other.json",
        "{\"SecurityGroups\": [{\"GroupId\": \"sg-0a\", \"IpPermissions\": []}]}",
    );
    let run = scratch.asks("open-ssh").ended(1);
    run.told(&["inventory.json", "`Inventory`", "`Owner`", "other.json", "AWS"]);
    whole(&run.json());
    assert_eq!(list(&run.json(), "warnings").len(), 2);
    let quiet = scratch.check(&["--quiet", "--items", "open-ssh"]).ended(1);
    assert_eq!(quiet.err, "");
}

#[test]
fn the_same_documents_twice_are_the_same_account() {
    let scratch = Scratch::with(&documents());
    let run = scratch.run(&[
        "check",
        "account",
        "account",
        "./account/000.json",
        "--items",
        "open-ssh",
        "--format",
        "json",
    ]);
    whole(&run.ended(1).json());
}

/// The same id with other content: the later one wins, in the order of the arguments, of the paths and of the position.
#[test]
fn the_later_document_wins_and_a_gap_says_so() {
    let open = group("sg-a", &[with(from("0.0.0.0/0"), json!({"SecurityGroupRuleId": "sgr-1"}))]);
    let closed = group("sg-a", &[with(from("10.0.0.0/8"), json!({"SecurityGroupRuleId": "sgr-1"}))]);
    let scratch = Scratch::new();
    scratch.write("groups.json", pretty(&groups(&["sg-a"])));
    scratch.write("open.json", pretty(&open));
    scratch.write("closed.json", pretty(&closed));
    scratch.write("open-last/1.json", pretty(&closed));
    scratch.write("open-last/2.json", pretty(&open));
    scratch.write("open-last-in-file.json", pretty(&closed) + &pretty(&open));
    scratch.write("closed-last-in-file.json", pretty(&open) + &pretty(&closed));
    let cases: [(&[&str], i32); 5] = [
        (&["closed.json", "open.json"], 1),
        (&["open.json", "closed.json"], 0),
        (&["open-last"], 1),
        (&["open-last-in-file.json"], 1),
        (&["closed-last-in-file.json"], 0),
    ];
    for (sources, code) in cases {
        let args =
            [&["check", "groups.json"], sources, &["--items", "open-ssh", "--format", "json"]].concat();
        let report = scratch.run(&args).ended(code).json();
        let [gap] = list(&report, "gaps") else { panic!("one gap: {}", report["gaps"]) };
        assert_eq!(text(gap, "at"), "sg-a/sgr-1");
        assert!(text(gap, "what").contains("later"), "{gap}");
        assert_eq!(report["estate"]["rules"], 1);
    }
}

/// A page of a listing with these rows.
fn pages(listing: &Value, keys: (&str, &str)) -> Vec<Value> {
    let (outer, inner) = keys;
    let rows = listing[outer][inner].as_array().unwrap();
    let page = |(number, row): (usize, &Value)| {
        with(listing.clone(), json!({outer: {inner: [row]}, "PageNumber": number + 1, "PageSize": 1}))
    };
    rows.iter().enumerate().map(page).collect()
}

/// The same pages, tied by tokens instead of numbers.
fn chained(pages: &[Value]) -> Vec<Value> {
    let last = pages.len() - 1;
    let page = |(number, page): (usize, &Value)| {
        let mut page = page.clone();
        for key in ["TotalCount", "PageNumber", "PageSize"] {
            page.as_object_mut().unwrap().remove(key);
        }
        with(page, json!({"NextToken": if number == last { String::new() } else { format!("t{number}") }}))
    };
    pages.iter().enumerate().map(page).collect()
}

/// An account of two groups and three servers; every listing in pages of one row, every group's rules in pages of one rule.
fn paged() -> (Vec<Value>, Vec<Value>, Vec<Value>) {
    let rules = [from("0.0.0.0/1"), from("128.0.0.0/1"), opens("3389/3389")];
    let rules: Vec<Value> = (0..)
        .zip(rules)
        .map(|(n, rule): (u32, Value)| with(rule, json!({"SecurityGroupRuleId": format!("sgr-{n}")})))
        .collect();
    let carriers: [&[&str]; 3] = [&["sg-a"], &["sg-a", "sg-b"], &["sg-b"]];
    let rows = |row: fn(u8, &[&str]) -> Value| -> Vec<Value> {
        (1..).zip(carriers).map(|(number, groups)| row(number, groups)).collect()
    };
    let whole = vec![
        groups(&["sg-a", "sg-b"]),
        interfaces(&rows(interface)),
        instances(&rows(instance)),
        group("sg-a", &rules),
        group("sg-b", &[]),
    ];
    let listings = [
        ("SecurityGroups", "SecurityGroup"),
        ("NetworkInterfaceSets", "NetworkInterfaceSet"),
        ("Instances", "Instance"),
    ];
    let listed: Vec<Vec<Value>> =
        whole.iter().zip(listings).map(|(listing, keys)| pages(listing, keys)).collect();
    let mut pages_of_rules: Vec<Value> =
        rules.iter().map(|rule| group("sg-a", std::slice::from_ref(rule))).collect();
    for (number, page) in pages_of_rules.iter_mut().enumerate().take(2) {
        *page = with(page.take(), json!({"NextToken": format!("r{number}")}));
    }
    let rest = [pages_of_rules, vec![group("sg-b", &[])]].concat();
    let numbered = [listed.concat(), rest.clone()].concat();
    let tied = [listed.iter().flat_map(|pages| chained(pages)).collect(), rest].concat();
    (whole, numbered, tied)
}

#[test]
fn pages_in_any_order_are_the_whole_listing() {
    let (whole, numbered, tied) = paged();
    let sorted = |documents: &[Value]| {
        let report = Scratch::with(documents)
            .check(&["--items", "open-ssh,open-rdp", "--format", "json"])
            .ended(1)
            .json();
        assert_eq!(report["gaps"], json!([]));
        let mut lines = lines(&report);
        lines.sort();
        (lines, report["estate"].clone())
    };
    let expected = sorted(&whole);
    assert_eq!(
        expected.0,
        [
            "open-rdp sure sg-a i-1/eni-1 at_risk, i-2/eni-2 at_risk",
            "open-ssh sure sg-a i-1/eni-1 at_risk, i-2/eni-2 at_risk",
        ]
    );
    for pages in [numbered, tied] {
        let mut backwards = pages.clone();
        backwards.reverse();
        let mut mixed = pages.clone();
        mixed.rotate_left(pages.len() / 2);
        for documents in [pages, backwards, mixed] {
            let (found, estate) = sorted(&documents);
            let servers = |line: &String| -> String {
                let (head, tail) = line.split_at(line.find("i-").unwrap());
                let mut servers: Vec<&str> = tail.split(", ").collect();
                servers.sort_unstable();
                format!("{head}{}", servers.join(", "))
            };
            assert_eq!((found.iter().map(servers).collect(), estate), expected);
        }
    }
}

/// The rules of each direction may have been asked for separately.
#[test]
fn directions_and_sides_are_united() {
    let egress = json!({"Direction": "egress", "IpProtocol": "ALL", "PortRange": "-1/-1", "Policy": "Drop", "Priority": 1,
        "NicType": "intranet", "DestCidrIp": "0.0.0.0/0"});
    let wrapped = |direction: &str, page: Value| {
        let request = json!({"Action": "DescribeSecurityGroupAttribute", "SecurityGroupId": "sg-a", "Direction": direction});
        json!({"request": request, "response": page})
    };
    let (first, second) = (group("sg-a", &[opens("22/22")]), group("sg-a", &[egress]));
    for documents in
        [vec![first.clone(), second.clone()], vec![wrapped("ingress", first), wrapped("egress", second)]]
    {
        let report =
            Scratch::with(&[documents, vec![groups(&["sg-a"])]].concat()).asks("open-ssh").ended(1).json();
        assert_eq!((&report["estate"]["rules"], &report["gaps"]), (&json!(2), &json!([])));
    }
}

/// What the request says, the response need not repeat; else one list alone can only mean one thing.
#[test]
fn entries_of_port_lists_find_their_list() {
    let entries = |ports: &str| json!({"Entries": [{"PortRange": ports}], "RequestId": "R"});
    let listed = json!({"PortRangeLists": [{"PortRangeListId": "prl-1", "MaxEntries": 5}], "NextToken": ""});
    let by_list = |list: &str| {
        let mut rule = opens("");
        rule["PortRangeListId"] = json!(list);
        rule
    };
    let named = |ports: &str, id: &str| with(entries(ports), json!({"PortRangeListId": id}));
    let asked = |ports: &str, id: &str| json!({"request": {"Action": "DescribePortRangeListEntries", "PortRangeListId": id}, "response": entries(ports)});
    let cases: Vec<(Vec<Value>, i32)> = vec![
        (vec![entries("20/30")], 1),
        (vec![entries("20/30"), listed.clone()], 1),
        (vec![entries("80/80"), listed.clone()], 0),
        (vec![named("80/80", "prl-2"), named("22/22", "prl-1")], 1),
        (vec![named("22/22", "prl-2"), named("80/80", "prl-1")], 0),
        (vec![asked("22/22", "prl-2"), asked("80/80", "prl-1")], 0),
        // What is named leaves the other for the list that is left.
        (vec![named("80/80", "prl-2"), entries("22/22"), listed], 1),
        // Two that could be meant: a gap.
        (vec![entries("80/80"), entries("443/443")], 3),
    ];
    for (documents, code) in cases {
        let rules = account(&[by_list("prl-1")]);
        let told = format!("{documents:?}");
        let run = Scratch::with(&[rules, documents].concat()).asks("open-ssh");
        assert_eq!(run.code, code, "{told}: {}", run.out);
    }
}

/// The files of the sample, one by one and in the other order, are the same account.
#[test]
fn the_order_of_arguments_changes_nothing_where_documents_agree() {
    let folder = source("fixtures/alibaba/sample");
    let mut files: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path().display().to_string()).collect();
    files.sort();
    let run = |sources: &[String]| {
        let args: Vec<&str> =
            ["check", "--format", "json"].into_iter().chain(sources.iter().map(String::as_str)).collect();
        let report = Scratch::new().run(&args).ended(1).json();
        let mut findings: Vec<String> =
            list(&report, "findings").iter().map(|it| text(it, "fingerprint").to_owned()).collect();
        findings.sort();
        (findings, report["items"].clone(), report["estate"].clone(), report["gaps"].clone())
    };
    let expected = run(&[folder]);
    assert_eq!(run(&files), expected);
    files.reverse();
    assert_eq!(run(&files), expected);
}

#[test]
fn a_listing_in_two_files_is_united_by_id() {
    let renamed = with(group_row("sg-a"), json!({"SecurityGroupName": "other"}));
    let second = with(groups(&["sg-a"]), json!({"SecurityGroups": {"SecurityGroup": [renamed]}}));
    let documents = [vec![groups(&["sg-a"]), second], vec![group("sg-a", &[opens("22/22")])]].concat();
    let report = Scratch::with(&documents).asks("open-ssh").ended(1).json();
    assert_eq!(report["estate"]["security_groups"], 1);
}
