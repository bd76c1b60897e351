//! The report formats: whole, valid, telling the same, and safe with whatever names an account holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use pulldown_cmark::{Event, Options, Parser, Tag};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};
use serde_json::{Value, json};

use crate::common::{
    Scratch, account, group, groups, instance, instances, interface, interfaces, list, opens, pretty, root,
    rule, source, text, with,
};

const FORMATS: [&str; 8] = ["text", "json", "sarif", "junit", "csv", "markdown", "html", "ocsf"];

/// What a check of the sample prints in a format.
fn sample(format: &str) -> String {
    Scratch::new().run(&["check", &source("fixtures/alibaba/sample"), "--format", format]).ended(1).out
}

fn fingerprints() -> Vec<String> {
    let report: Value = serde_json::from_str(&sample("json")).unwrap();
    list(&report, "findings").iter().map(|finding| text(finding, "fingerprint").to_owned()).collect()
}

#[test]
fn one_run_writes_many_reports_and_each_is_as_it_would_be_alone() {
    let scratch = Scratch::new();
    let files: Vec<String> = FORMATS.iter().map(|format| format!("{format}=report.{format}")).collect();
    let source = source("fixtures/alibaba/sample");
    let mut args = vec!["check", &source];
    for file in &files {
        args.extend(["--format", file]);
    }
    let run = scratch.run(&args).ended(1);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
    for format in FORMATS.iter().filter(|format| **format != "ocsf") {
        assert_eq!(scratch.read(&format!("report.{format}")), sample(format), "{format}");
    }
    // One of them may go to standard output, and `--output` names the file of that one.
    let run = scratch.run(&["check", &source, "--format", "csv", "--format", "json=again.json"]).ended(1);
    assert_eq!((run.out, scratch.read("again.json")), (sample("csv"), sample("json")));
    let args = ["check", &source, "--format", "csv", "--format", "json=again.json", "--output", "out.csv"];
    assert_eq!(scratch.run(&args).ended(1).out, "");
    assert_eq!(scratch.read("out.csv"), sample("csv"));
    let run = scratch.run(&["check", &source, "--format", "csv=-"]).ended(1);
    assert_eq!(run.out, sample("csv"));
}

#[test]
fn reports_that_would_meet_in_one_place_are_refused() {
    let scratch = Scratch::with(&account(&[]));
    let cases: [(&[&str], &[&str]); 5] = [
        (&["--format", "json", "--format", "text"], &["`json`", "`text`", "--format sarif=out.sarif"]),
        (&["--format", "json=x", "--format", "text=x"], &["`x`"]),
        (&["--format", "json=x", "--format", "text", "--output", "x"], &["`x`"]),
        // Nothing is left for this file.
        (&["--format", "json=x", "--output", "y"], &["--output", "`y`"]),
        (&["--format", "json="], &["json="]),
    ];
    for (args, words) in cases {
        scratch.check(args).refused(words);
        assert!(!scratch.path("x").exists() && !scratch.path("y").exists(), "{args:?}");
    }
}

#[test]
fn sarif_is_valid_and_points_at_the_line_of_the_group() {
    let schema = fs::read_to_string(root().join("fixtures/schemas/sarif-2.1.0.json")).unwrap();
    // One pattern (of a language, which is not written) has a bracket too many and is no regular expression.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let scratch = Scratch::new();
    let sources = ["examples/alibaba", "fixtures/bad/odd/two-responses.json", "fixtures/bad/odd/array.json"];
    let config = scratch.path("portreeve.toml").display().to_string();
    let mut command = scratch.command(&["check", "--format", "sarif", "--config", &config]);
    let output = command.args(sources).current_dir(root()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let errors: Vec<String> = schema.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let run = &report["runs"][0];
    let rules: Vec<&str> =
        list(&run["tool"]["driver"], "rules").iter().map(|rule| text(rule, "id")).collect();
    let mut files = BTreeSet::new();
    for result in list(run, "results") {
        assert_eq!(
            rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()],
            text(result, "ruleId")
        );
        let [location] = list(result, "locations") else { panic!("one location: {result}") };
        let place = &location["physicalLocation"];
        let file = text(&place["artifactLocation"], "uri");
        let line = usize::try_from(place["region"]["startLine"].as_u64().unwrap()).unwrap();
        let id = text(&location["logicalLocations"][0], "name");
        let words = fs::read_to_string(root().join(file)).unwrap();
        let shown = words.lines().nth(line - 1).unwrap();
        // An array on one line has one line only.
        assert!(shown.contains(&format!("\"{id}\"")), "{file}:{line} is {shown}");
        files.insert(file.to_owned());
    }
    assert!(files.len() > 10, "{files:?}");
}

#[test]
fn sarif_ocsf_and_csv_have_every_finding() {
    let expected = fingerprints();
    let sarif: Value = serde_json::from_str(&sample("sarif")).unwrap();
    let in_sarif: Vec<&str> = list(&sarif["runs"][0], "results")
        .iter()
        .map(|result| text(&result["partialFingerprints"], "portreeve/v1"))
        .collect();
    assert_eq!(in_sarif, expected);
    let ocsf = sample("ocsf");
    let events: Vec<Value> = ocsf.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let in_ocsf: Vec<&str> = events.iter().map(|event| text(&event["finding_info"], "uid")).collect();
    assert!(events.iter().all(|event| event["class_uid"] == 2003), "Compliance Finding");
    assert!(
        in_ocsf.iter().zip(&expected).all(|(uid, fingerprint)| uid.contains(&fingerprint[..16])),
        "{in_ocsf:?}"
    );
    assert_eq!(in_ocsf.len(), expected.len());
    let csv = sample("csv");
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let mut in_csv: Vec<String> = rows.records().map(|row| row.unwrap()[0].to_owned()).collect();
    in_csv.dedup();
    assert_eq!(in_csv, expected);
}

#[test]
fn csv_has_a_row_for_each_finding_and_server() {
    let report: Value = serde_json::from_str(&sample("json")).unwrap();
    let rows: usize =
        list(&report, "findings").iter().map(|finding| list(finding, "servers").len().max(1)).sum();
    let csv = sample("csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    for column in ["fingerprint", "item", "risk", "group_id", "server_id", "interface", "state", "rules"] {
        assert!(head.iter().any(|name| name == column), "{column}");
    }
    // The reader refuses rows of different lengths.
    assert_eq!(reader.records().map(Result::unwrap).count(), rows);
}

/// The attributes of an XML tag.
fn attributes(tag: &BytesStart<'_>) -> BTreeMap<String, String> {
    tag.attributes()
        .map(Result::unwrap)
        .map(|it| (it.key.as_ref().to_owned(), it.value.into_owned()))
        .collect()
}

/// Each suite of a `JUnit` report with its attributes and the verdicts of its test cases.
fn suites(xml: &str) -> Vec<(BTreeMap<String, String>, Vec<String>)> {
    let mut reader = Reader::from_str(xml);
    let mut suites: Vec<(BTreeMap<String, String>, Vec<String>)> = Vec::new();
    loop {
        let event = reader.read_event().unwrap();
        let (Xml::Start(tag) | Xml::Empty(tag)) = &event else {
            if matches!(event, Xml::Eof) {
                break;
            }
            continue;
        };
        let name = tag.name().as_ref().to_owned();
        let last = suites.last_mut();
        match (name.as_str(), last) {
            ("testsuite", _) => suites.push((attributes(tag), Vec::new())),
            ("testcase", Some((_, cases))) => cases.push("passed".to_owned()),
            ("failure" | "error" | "skipped", Some((_, cases))) => *cases.last_mut().unwrap() = name,
            _ => {}
        }
    }
    suites
}

#[test]
fn junit_has_a_suite_for_each_item_and_counts_its_cases() {
    let suites = suites(&sample("junit"));
    let report: Value = serde_json::from_str(&sample("json")).unwrap();
    let items: Vec<&str> = list(&report, "items").iter().map(|item| text(item, "id")).collect();
    assert_eq!(suites.iter().map(|(head, _)| head["name"].as_str()).collect::<Vec<_>>(), items);
    for (head, cases) in &suites {
        let count = |verdict: &str| cases.iter().filter(|case| *case == verdict).count().to_string();
        assert_eq!(head["tests"], cases.len().to_string(), "{head:?}");
        let told = ["failures", "errors", "skipped"].map(|key| head[key].clone());
        assert_eq!(told, [count("failure"), count("error"), count("skipped")], "{head:?}");
        let findings = list(&report, "findings").iter().filter(|it| it["item"] == *head["name"]).count();
        assert_eq!(count("failure"), findings.to_string(), "{head:?}");
    }
}

/// What is undecided is no pass in any format that knows passes.
#[test]
fn a_gap_is_no_pass() {
    let error = json!({"RequestId": "R", "HostId": "h", "Code": "Throttling.User", "Message": "slow down"});
    let mut documents = account(&[]);
    documents.push(error);
    let scratch = Scratch::with(&documents);
    let run = |format: &str| scratch.check(&["--items", "open-ssh", "--format", format]).ended(3).out;
    let junit = suites(&run("junit"));
    let (_, cases) = junit.iter().find(|(head, _)| head["name"] == "open-ssh").unwrap();
    assert_eq!(cases, &["error"]);
    for format in ["text", "json", "sarif", "markdown", "html"] {
        assert!(run(format).contains("Throttling.User"), "{format}");
    }
    assert!(run("text").ends_with("nothing found, but not all is known; 1 gap\n"));
}

/// Names as an attacker would choose them.
const HOSTILE: &str = "=cmd|'/c calc'!A1 <script>alert(1)</script> | `x` [a](http://b) ![i](http://c) <img src=x \
                       onerror=y> \u{1b}[31m \u{202e} \u{0} \r\n::error::z %0A \u{2028} ]]> --> &amp; \"";

fn hostile() -> Scratch {
    let mut listing = groups(&["sg-a"]);
    let row = &mut listing["SecurityGroups"]["SecurityGroup"][0];
    *row = with(row.take(), json!({"SecurityGroupName": HOSTILE, "VpcId": HOSTILE}));
    let described =
        rule(json!({"SourceCidrIp": "0.0.0.0/0", "Description": HOSTILE, "SecurityGroupRuleId": HOSTILE}));
    let keys = json!({"SecurityGroupName": HOSTILE, "VpcId": HOSTILE, "RegionId": HOSTILE});
    let server = with(instance(1, &["sg-a"]), json!({"InstanceName": HOSTILE}));
    let lost = json!({"RequestId": "R", "HostId": "h", "Code": HOSTILE, "Message": HOSTILE});
    let documents = [
        listing,
        with(group("sg-a", &[described]), keys),
        interfaces(&[interface(1, &["sg-a"])]),
        instances(&[server]),
        lost,
    ];
    let scratch = Scratch::with(&documents);
    scratch.write("account/unknown.json", pretty(&json!({HOSTILE: 1})));
    scratch
}

#[test]
fn no_name_moves_a_cursor_or_turns_a_line() {
    let scratch = hostile();
    for format in FORMATS {
        let run = scratch.check(&["--items", "open-ssh", "--format", format]).ended(1);
        let harmful =
            |c: &char| c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202e}' | '\u{2028}');
        assert_eq!(run.err.chars().find(harmful), None, "{}", run.err);
        let control = run.out.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(control, None, "{format}");
        // JSON is for programs, which may want the name as it is.
        if !matches!(format, "json" | "ocsf") {
            assert_eq!(run.out.chars().find(harmful), None, "{format}");
        }
        // The runner of a pipeline takes orders from lines that start like this.
        assert!(!run.out.lines().any(|line| line.trim_start().starts_with("::error::")), "{format}");
    }
}

#[test]
fn no_name_becomes_markup() {
    let scratch = hostile();
    let html = scratch.check(&["--items", "open-ssh", "--format", "html"]).out;
    for tag in html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        assert!(!["script", "img", "link", "iframe"].contains(&name), "<{tag}>");
        assert!(!["a", "/a"].contains(&name) || tag == "a href=\"#open-ssh\"" || tag == "/a", "<{tag}>");
        assert!(!tag.contains("src=") && !tag.contains("onerror"), "<{tag}>");
    }
    assert!(html.contains("Content-Security-Policy"), "one self-contained page");
    let markdown = scratch.check(&["--items", "open-ssh", "--format", "markdown"]).out;
    for event in Parser::new_ext(&markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let tag = html.trim();
                assert!(["<details>", "</details>"].contains(&tag) || tag.starts_with("<summary>"), "{tag}");
            }
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link in {markdown}"),
            _ => {}
        }
    }
    suites(&scratch.check(&["--items", "open-ssh", "--format", "junit"]).out);
}

#[test]
fn no_name_becomes_a_formula() {
    let scratch = hostile();
    let out = scratch.check(&["--items", "open-ssh", "--format", "csv"]).out;
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let cells: Vec<String> =
        rows.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(cells.iter().any(|cell| cell.contains("cmd|")), "the name is there");
    for cell in cells {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
}

/// The JSON report is written as it is made: what comes first is whole even where the list is long.
#[test]
fn json_has_one_finding_to_a_line() {
    let report = sample("json");
    let lines = report.lines().filter(|line| line.trim_start().starts_with("{\"fingerprint\": ")).count();
    assert_eq!(lines, fingerprints().len());
    assert!(report.ends_with("}\n"));
}

/// Port items that `open-all-ports` explains are told under it, and count all the same.
#[test]
fn text_folds_ports_under_all_ports_and_shows_as_many_as_asked() {
    let ids: Vec<String> = (10..40).map(|number| format!("sg-{number}")).collect();
    let mut documents: Vec<Value> = ids.iter().map(|id| group(id, &[opens("22/22")])).collect();
    documents.push(group("sg-all", &[opens("1/65535")]));
    documents.push(groups(&ids.iter().map(String::as_str).chain(["sg-all"]).collect::<Vec<_>>()));
    let scratch = Scratch::with(&documents);
    let run =
        |args: &[&str]| scratch.check(&[&["--items", "open-ssh,open-all-ports"], args].concat()).ended(1).out;
    let shown = |out: &str| out.lines().filter(|line| line.starts_with("  sg-")).count();
    let usual = run(&[]);
    assert!(usual.contains("31 groups and 0 servers at risk (1 finding under another heading)"), "{usual}");
    // Twenty of open-ssh, and the one that opens everything.
    assert_eq!(shown(&usual), 21);
    assert!(usual.contains("10 more"), "{usual}");
    assert_eq!(shown(&run(&["--show", "all"])), 31);
    assert_eq!(shown(&run(&["--show", "1"])), 2);
    let last = usual.lines().last().unwrap();
    assert_eq!(last, "31 groups and 0 servers at risk: 32 high findings");
}
