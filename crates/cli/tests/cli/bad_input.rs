//! Input that is broken, hostile or nonsense: how the run ends, and what the message tells a tired engineer.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Scratch, account, group, groups, lines, list, opens, pretty, source, text, texts};

/// What cannot be read at all, as `fixtures/bad/README.md` lists it, and the words that must be in the message.
const UNREADABLE: [(&str, &[&str]); 11] = [
    ("truncated.json", &["truncated.json:27:", "too early", "again"]),
    ("truncated.json.gz", &["truncated.json.gz", "compressed data ends too early", "again"]),
    ("not-json.xml", &["not-json.xml", "XML", "Format=JSON"]),
    ("xml-saved-as.json", &["xml-saved-as.json", "XML", "Format=JSON"]),
    ("login-page.html", &["login-page.html", "HTML page", "login"]),
    ("login-page-saved-as.json", &["login-page-saved-as.json", "HTML page", "login"]),
    ("empty-file.json", &["empty-file.json", "is empty", "again"]),
    ("empty-folder", &["empty-folder", "no .json or .ndjson file", "aliyun ecs DescribeSecurityGroups"]),
    ("utf-16.json", &["utf-16.json", "UTF-16", "UTF-8"]),
    ("latin-1.json", &["latin-1.json:9:", "UTF-8", "convert"]),
    ("not-json.xml", &["vendor's command line"]),
];

#[test]
fn what_cannot_be_read_ends_the_run_with_one_message() {
    for (name, words) in UNREADABLE {
        Scratch::new().run(&["check", &source(&format!("fixtures/bad/{name}"))]).refused(words);
    }
}

#[test]
fn what_cannot_be_read_is_a_gap_with_keep_going() {
    for (name, _) in UNREADABLE.iter().filter(|(name, _)| *name != "empty-folder") {
        let scratch = Scratch::with(&account(&[opens("22/22")]));
        let bad = source(&format!("fixtures/bad/{name}"));
        let run = scratch.run(&[
            "check",
            "account",
            &bad,
            "--keep-going",
            "--format",
            "json",
            "--items",
            "open-rdp",
        ]);
        let report = run.ended(3).json();
        let told = list(&report, "gaps")
            .iter()
            .any(|gap| text(gap, "at").contains(name) && texts(gap, "affects") == ["open-rdp"]);
        assert!(told, "{name}: {}", report["gaps"]);
    }
}

/// Whatever its name says, plain JSON is read as what it is.
#[test]
fn a_name_that_lies_about_compression_changes_nothing() {
    let run = Scratch::new().run(&[
        "check",
        &source("fixtures/bad/not-gzip.json.gz"),
        "--items",
        "open-ssh",
        "--format",
        "json",
    ]);
    assert_eq!(lines(&run.ended(1).json()), ["open-ssh sure sg-bp1tiny0000000000001"]);
}

#[test]
fn documents_of_others_leave_nothing_to_check_when_alone() {
    let cases: [(&str, &[&str]); 3] = [
        ("aws-describe-security-groups.json", &["AWS", "not supported"]),
        ("openstack-security-groups.json", &["OpenStack", "not supported"]),
        ("unknown-document.json", &["`Inventory`", "`Owner`", "`RequestId`", "Alibaba Cloud"]),
    ];
    for (name, words) in cases {
        let bad = source(&format!("fixtures/bad/{name}"));
        let run = Scratch::new().run(&["check", &bad]);
        run.refused(&["nothing to check", name]);
        run.told(words);
        let scratch = Scratch::with(&account(&[opens("22/22")]));
        let beside = scratch.run(&["check", "account", &bad, "--items", "open-ssh"]).ended(1);
        beside.told(&["warning", name]);
        beside.told(words);
    }
}

/// A rule that makes no sense is possible, and its gap names file, object, field and value; the rule after it is read.
#[test]
fn impossible_values_are_gaps_that_name_their_place() {
    let cases: [(&str, &[&str]); 3] = [
        ("invalid-cidr.json", &["SourceCidrIp", "`10.300.0.0/16`"]),
        ("port-70000.json", &["PortRange", "`1/70000`", "65535"]),
        ("priority-high.json", &["Priority", "`high`", "1 to 110"]),
    ];
    for (name, words) in cases {
        let bad = source(&format!("fixtures/bad/{name}"));
        let run = Scratch::new().run(&["check", &bad, "--items", "open-ssh", "--format", "json"]).ended(3);
        let report = run.json();
        assert_eq!(lines(&report), ["open-ssh possible sg-bp1tiny0000000000001"], "{name}");
        let object = "sg-bp1tiny0000000000001/sgr-bp1tiny0000000000001";
        let gap = list(&report, "gaps").iter().find(|gap| text(gap, "at") == object).unwrap();
        for word in words.iter().chain([&name]) {
            assert!(text(gap, "what").contains(word), "`{word}` is not in {gap}");
        }
        assert_eq!(texts(gap, "affects"), ["open-ssh"]);
        assert_eq!(report["estate"]["rules"], 2, "{name}");
    }
}

#[test]
fn contradicting_documents_are_told_with_both_files() {
    let folder = source("fixtures/bad/duplicate-ids");
    let report = |sources: &[&str]| {
        let args = [&["check"], sources, &["--items", "open-ssh", "--format", "json"]].concat();
        Scratch::new().run(&args).json()
    };
    let conflict = |report: &Value| {
        let object = "sg-bp1tiny0000000000001/sgr-bp1tiny0000000000001";
        let gap = list(report, "gaps").iter().find(|gap| text(gap, "at") == object).unwrap();
        let what = text(gap, "what").to_owned();
        assert!(["1-before.json", "2-after.json", "later"].iter().all(|word| what.contains(word)), "{what}");
    };
    // In the order of the paths the narrow one comes last.
    let closed = report(&[&folder]);
    assert_eq!(lines(&closed), Vec::<String>::new());
    conflict(&closed);
    let open = report(&[&format!("{folder}/2-after.json"), &format!("{folder}/1-before.json")]);
    assert_eq!(lines(&open), ["open-ssh sure sg-bp1tiny0000000000001"]);
    conflict(&open);
}

#[test]
fn entries_that_could_belong_to_two_lists_are_not_guessed() {
    let folder = source("fixtures/bad/entries-without-list");
    let run = Scratch::new().run(&["check", &folder, "--items", "open-ssh", "--format", "json"]).ended(3);
    let report = run.json();
    assert_eq!(lines(&report), ["open-ssh possible sg-bp1tiny0000000000001"]);
    let gaps = report["gaps"].to_string();
    for word in ["prl-bp1tiny0ssh00000001", "prl-bp1tiny0web00000001", "PortRangeListId", "keep the request"]
    {
        assert!(gaps.contains(word), "`{word}` is not in {gaps}");
    }
}

/// Ten thousand brackets, closed again.
fn deep(open: &str, close: &str) -> String {
    format!("{}1{}", open.repeat(10_000), close.repeat(10_000))
}

#[test]
fn deep_nesting_where_nobody_looks_is_skipped() {
    let rules = pretty(&group("sg-a", &[opens("22/22")]));
    for nested in [deep("[", "]"), deep("{\"a\":", "}")] {
        let scratch = Scratch::new();
        let text = rules.replacen('{', &format!("{{\"Extra\": {nested},"), 1);
        scratch.write("account/deep.json", text + &pretty(&groups(&["sg-a"])));
        let report = scratch.asks("open-ssh").ended(1).json();
        assert_eq!(lines(&report), ["open-ssh sure sg-a"]);
        assert_eq!(report["gaps"], json!([]));
    }
}

#[test]
fn deep_nesting_in_place_of_a_value_is_a_gap() {
    let rules = pretty(&group("sg-a", &[opens("22/22")]));
    let listing = pretty(&groups(&["sg-a"]));
    for nested in [deep("[", "]"), deep("{\"a\":", "}")] {
        for field in ["\"Priority\": 1", "\"IpProtocol\": \"TCP\"", "\"SourceCidrIp\": \"0.0.0.0/0\""] {
            assert!(rules.contains(field), "{field}");
            let name = field.split(':').next().unwrap();
            let scratch = Scratch::new();
            scratch.write("account/deep.json", rules.replace(field, &format!("{name}: {nested}")) + &listing);
            let report = scratch.asks("open-ssh").ended(3).json();
            assert_eq!(lines(&report), ["open-ssh possible sg-a"], "{field}");
        }
    }
}

#[test]
fn deep_nesting_alone_is_nothing_to_check() {
    let wrapped = deep("{\"request\": {}, \"response\": ", "}");
    for text in [deep("[", "]"), deep("{\"a\":", "}"), wrapped] {
        Scratch::new().fed(&["check", "-"], text.as_bytes()).refused(&["nothing to check"]);
    }
    for open in ["[", "{\"a\":", "[{\"a\":["] {
        Scratch::new().fed(&["check", "-"], open.repeat(100_000).as_bytes()).refused(&["-:1:", "too early"]);
    }
}

/// A file that is one string, far larger than any response: refused after a look at its start, without reading it all.
#[test]
fn a_huge_string_is_refused_at_once() {
    let scratch = Scratch::new();
    let path = scratch.write("huge.json", "\"aaaa");
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    // Five gigabytes that take no room: a hole in the file.
    file.set_len(5 << 30).unwrap();
    let start = Instant::now();
    scratch.run(&["check", "huge.json"]).refused(&["huge.json", "string"]);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

/// The same from a pipe, and within a document: memory stays small, the pipe is not drained.
#[test]
fn an_endless_string_is_refused_with_little_memory() {
    let endless = |start: &str, words: &[&str]| {
        let scratch = Scratch::new();
        let mut command = scratch.command(&["check", "-"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let block = vec![b'a'; 1 << 20];
        let mut sent = 0_u32;
        if stdin.write_all(start.as_bytes()).is_ok() {
            while sent < 300 && stdin.write_all(&block).is_ok() {
                sent += 1;
            }
        }
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{err}");
        for word in words {
            assert!(err.contains(word), "`{word}` is not in: {err}");
        }
        sent
    };
    let sent = endless("\"", &["`-`", "string"]);
    assert!(sent < 10, "{sent} MB were read of what is no response");
    // Inside a response it has to be read to its end to know that it has none.
    endless("{\"SecurityGroupId\": \"", &["-:1:", "too early"]);
}

#[test]
fn a_folder_without_documents_and_a_file_that_may_not_be_read() {
    let scratch = Scratch::new();
    scratch.write("notes/readme.txt", "nothing");
    scratch
        .run(&["check", "notes"])
        .refused(&["no .json or .ndjson file in `notes`", "DescribeSecurityGroupAttribute"]);
    let path = scratch.write("account/secret.json", "{}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
    // Root reads everything.
    if fs::read(&path).is_err() {
        scratch.check(&[]).refused(&["secret.json", "denied"]);
    }
    scratch.run(&["check", "account/secret.json/x"]).refused(&["secret.json/x"]);
}

/// Texts that are nearly JSON: the place is told, counted from 1.
#[test]
fn broken_json_is_told_with_line_and_column() {
    let cases = [
        ("{\"a\": 1,}", "1:9"),
        ("{\"a\": 1}\n\n  x", "3:3"),
        ("{\n  \"a\": NaN\n}", "2:8"),
        ("{'a': 1}", "1:2"),
        ("{\"a\": \"b\nc\"}", "1:9"),
        ("[{\"a\": 1} {\"b\": 2}]", "1:11"),
    ];
    for (text, place) in cases {
        let scratch = Scratch::new();
        scratch.write("account/broken.json", text);
        scratch.check(&[]).refused(&[&format!("broken.json:{place}: not JSON"), "--keep-going"]);
        scratch.fed(&["check", "-"], text.as_bytes()).refused(&[&format!("-:{place}: not JSON")]);
    }
}

/// Nothing that is typed or collected makes the program panic: each of these ends with a message or a report.
#[test]
fn odd_bytes_end_in_a_message() {
    let rules = pretty(&group("sg-a", &[opens("22/22")]));
    let texts: [&[u8]; 12] = [
        b"",
        b"\n \t\r\n",
        b"null",
        b"true",
        b"12",
        b"\"text\"",
        b"{}",
        b"[]",
        b"\x00\x00\x00\x00",
        b"\xff\xfe\xff",
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
    ];
    for text in texts {
        let run = Scratch::new().fed(&["check", "-"], text);
        run.refused(&["`-`"]);
        assert!(run.err.starts_with("error: "), "{}", run.err);
    }
    // A response cut at every tenth byte: always an error with its place, never a shorter account.
    for end in (10..rules.trim_end().len()).step_by(10) {
        let run = Scratch::new().fed(&["check", "-"], &rules.as_bytes()[..end]);
        run.refused(&["-:", "too early"]);
    }
}
