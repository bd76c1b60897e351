//! `portreeve.toml`, waivers and baselines.

use serde_json::{Value, json};

use crate::common::{Scratch, account, groups, interface, interfaces, list, opens, rule, text, with};

/// An account that opens SSH over IPv4, and the same after somebody added IPv6.
fn narrow() -> Vec<Value> {
    account(&[opens("22/22")])
}

fn grown() -> Vec<Value> {
    account(&[opens("22/22"), rule(json!({"Ipv6SourceCidrIp": "::/0"}))])
}

/// A scratch folder with an account and a configuration.
fn configured(documents: &[Value], configuration: &str) -> Scratch {
    let scratch = Scratch::with(documents);
    scratch.write("portreeve.toml", configuration);
    scratch
}

fn fingerprint(report: &Value) -> String {
    text(&list(report, "findings")[0], "fingerprint").to_owned()
}

fn statuses(report: &Value) -> Vec<&str> {
    list(report, "findings").iter().map(|finding| text(finding, "status")).collect()
}

fn notices(report: &Value) -> Vec<(&str, &str)> {
    list(report, "notices").iter().map(|notice| (text(notice, "kind"), text(notice, "text"))).collect()
}

#[test]
fn the_nearest_configuration_upwards_counts_and_config_goes_before_it() {
    let scratch = configured(&narrow(), "[items]\nopen-ssh = false\n");
    let inner = scratch.write("deep/er/note.txt", "");
    let account = scratch.path("account").display().to_string();
    let run = |args: &[&str]| {
        let mut command = scratch.command(&[&["check", &account, "--quiet"], args].concat());
        command.current_dir(inner.parent().unwrap()).status().unwrap().code()
    };
    assert_eq!(run(&[]), Some(0));
    scratch.write("other.toml", "");
    assert_eq!(run(&["--config", "../../other.toml"]), Some(1));
    // A nearer one hides the one above.
    scratch.write("deep/portreeve.toml", "");
    assert_eq!(run(&[]), Some(1));
    assert_eq!(run(&["--config", "../../portreeve.toml"]), Some(0));
}

#[test]
fn items_are_switched_on_and_off_and_the_command_line_goes_before() {
    let free = rule(
        json!({"Direction": "egress", "IpProtocol": "ALL", "PortRange": "-1/-1", "DestCidrIp": "0.0.0.0/0"}),
    );
    let mut documents = account(&[opens("22/22"), free]);
    documents.push(interfaces(&[interface(1, &["sg-a"])]));
    let scratch = configured(&documents, "[items]\nopen-ssh = false\nopen-egress = true\n");
    let report = scratch.check(&["--format", "json"]).ended(1).json();
    let found: Vec<&str> = list(&report, "findings").iter().map(|it| text(it, "item")).collect();
    assert!(found.contains(&"open-egress") && !found.contains(&"open-ssh"), "{found:?}");
    scratch.asks("open-ssh").ended(1);
}

#[test]
fn own_items_ask_like_the_others() {
    let own = r#"
[[own-item]]
id = "admin"
title = "Our administration is open"
risk = "medium"
tcp = [8443, "9000-9010"]
udp = [9999]
suggestion = "Use the VPN."

[[own-item]]
id = "lab"
title = "The lab gets in"
risk = "low"
tcp = [22]
peers = ["10.99.0.0/16"]
"#;
    let from_lab = rule(json!({"SourceCidrIp": "10.0.0.0/8"}));
    let cases: Vec<(Vec<Value>, &[&str])> = vec![
        (vec![opens("8443/8443")], &["admin"]),
        (vec![opens("9005/9005")], &["admin"]),
        (vec![with(opens("9999/9999"), json!({"IpProtocol": "UDP"}))], &["admin"]),
        (vec![opens("9999/9999")], &[]),
        (vec![from_lab], &["lab"]),
        (vec![rule(json!({"SourceCidrIp": "10.99.0.0/17"}))], &[]),
    ];
    for (rules, expected) in cases {
        let scratch = configured(&account(&rules), own);
        let run = scratch.check(&["--items", "admin,lab", "--format", "json"]);
        let report = run.ended(i32::from(!expected.is_empty())).json();
        let found: Vec<&str> = list(&report, "findings").iter().map(|it| text(it, "item")).collect();
        assert_eq!(found, expected);
        let admin = list(&report, "items").iter().find(|item| item["id"] == "admin").unwrap();
        assert_eq!((text(admin, "title"), text(admin, "risk")), ("Our administration is open", "medium"));
    }
    let scratch = configured(&account(&[]), own);
    assert!(scratch.run(&["items"]).ended(0).out.contains("admin"));
    assert!(scratch.run(&["items", "admin"]).ended(0).out.contains("Use the VPN."));
}

#[test]
fn thresholds_move_the_line() {
    let ids = ["sg-a", "sg-b", "sg-c"];
    let mut documents = vec![groups(&ids), interfaces(&[interface(1, &ids)])];
    documents.extend(ids.map(|id| crate::common::group(id, &[])));
    let run = |configuration: &str| configured(&documents, configuration).asks("excessive-groups").code;
    assert_eq!(run(""), 1);
    assert_eq!(run("[thresholds]\nexcessive-groups = 3\n"), 1);
    assert_eq!(run("[thresholds]\nexcessive-groups = 4\n"), 0);
    let half = account(&[rule(json!({"SourceCidrIp": "8.0.0.0/10"}))]);
    let run = |configuration: &str| configured(&half, configuration).asks("wide-source").code;
    assert_eq!((run(""), run("[thresholds]\nwide-source-v4 = 10\n")), (0, 1));
    let run = |configuration: &str| configured(&narrow(), configuration).check(&["--quiet"]).code;
    assert_eq!((run("[check]\nfail-on = \"never\"\n"), run("[check]\nfail-on = \"high\"\n")), (0, 1));
    let scratch = configured(&narrow(), "[check]\nfail-on = \"never\"\n");
    scratch.check(&["--quiet", "--fail-on", "high"]).ended(1);
}

#[test]
fn waivers_cover_by_fingerprint_and_by_item_and_group() {
    let known = fingerprint(&Scratch::with(&narrow()).asks("open-ssh").json());
    let by_fingerprint = format!("fingerprint = \"{known}\"");
    for (covers, covered) in [
        (by_fingerprint.as_str(), true),
        ("item = \"open-ssh\"\ngroup = \"sg-a\"", true),
        ("item = \"open-ssh\"\ngroup = \"sg-b\"", false),
        ("item = \"open-rdp\"\ngroup = \"sg-a\"", false),
        ("fingerprint = \"0123456789abcdef00000003\"", false),
    ] {
        let waiver = format!("[[waiver]]\n{covers}\nreason = \"a honeypot\"\nuntil = 2099-12-31\n");
        let scratch = configured(&narrow(), &waiver);
        let report = scratch.check(&["--format", "json"]).ended(i32::from(!covered)).json();
        assert_eq!(statuses(&report), [if covered { "waived" } else { "open" }], "{covers}");
        if covered {
            let waiver = &list(&report, "findings")[0]["waiver"];
            assert_eq!(*waiver, json!({"reason": "a honeypot", "until": "2099-12-31"}));
            let sarif = scratch.check(&["--format", "sarif"]).ended(0).json();
            let [result] = list(&sarif["runs"][0], "results") else { panic!("{sarif}") };
            assert_eq!(result["suppressions"][0]["justification"], "a honeypot");
        } else {
            // A waiver that nothing needs is told, so that the list does not grow for ever.
            assert_eq!(notices(&report).first().map(|(kind, _)| *kind), Some("waiver-unmatched"), "{covers}");
        }
    }
}

#[test]
fn a_waiver_ends_after_its_last_day_and_says_so() {
    let waiver = |until: &str| {
        format!("[[waiver]]\nitem = \"open-ssh\"\ngroup = \"sg-a\"\nreason = \"r\"\nuntil = {until}\n")
    };
    for (until, today, code) in [
        ("2026-06-30", "2026-06-29", 0),
        ("2026-06-30", "2026-06-30", 0),
        ("2026-06-30", "2026-07-01", 1),
        ("\"2026-06-30\"", "2026-07-01", 1),
    ] {
        let scratch = configured(&narrow(), &waiver(until));
        let report = scratch.check(&["--today", today, "--format", "json"]).ended(code).json();
        let expired: Vec<_> =
            notices(&report).into_iter().filter(|(kind, _)| *kind == "waiver-expired").collect();
        assert_eq!(expired.len(), usize::try_from(code).unwrap(), "{until} on {today}");
        if let [(_, told)] = expired.as_slice() {
            for word in ["portreeve.toml:1", "open-ssh on sg-a", "2026-06-30"] {
                assert!(told.contains(word), "`{word}` is not in {told}");
            }
            let plain = scratch.check(&["--today", today]).out;
            let words: Vec<&str> = plain.split_whitespace().collect();
            assert!(words.join(" ").contains("and no longer applies"), "{plain}");
        }
    }
    // Without a day given, it is the day of the clock.
    configured(&narrow(), &waiver("2020-01-01")).check(&[]).ended(1);
}

#[test]
fn a_waiver_does_not_cover_a_finding_that_has_grown() {
    let known = fingerprint(&Scratch::with(&narrow()).asks("open-ssh").json());
    for covers in [
        format!("fingerprint = \"{known}\""),
        format!("item = \"open-ssh\"\ngroup = \"sg-a\"\nfingerprint = \"{known}\""),
    ] {
        let waiver = format!("[[waiver]]\n{covers}\nreason = \"r\"\nuntil = 2099-12-31\n");
        configured(&narrow(), &waiver).check(&[]).ended(0);
        let report = configured(&grown(), &waiver).check(&["--format", "json"]).ended(1).json();
        assert_eq!(statuses(&report), ["open"]);
        let [(kind, told)] = notices(&report)[..] else { panic!("one notice: {report}") };
        assert_eq!(kind, "waiver-outgrown");
        assert!(told.contains("grown"), "{told}");
    }
}

/// A possible finding that was accepted is not accepted as a sure one.
#[test]
fn certainty_is_growth() {
    let by_list = rule(json!({"SourcePrefixListId": "pl-1"}));
    let entries = json!({"PrefixListId": "pl-1", "AddressFamily": "IPv4", "MaxEntries": 5,
        "Entries": {"Entry": [{"Cidr": "0.0.0.0/0"}]}});
    let before = account(&[by_list]);
    let after = [before.clone(), vec![entries]].concat();
    let scratch = Scratch::with(&before);
    scratch.check(&["--write-baseline", "baseline.json", "--items", "open-ssh"]).ended(3);
    scratch.check(&["--baseline", "baseline.json", "--items", "open-ssh"]).ended(0);
    let later = Scratch::with(&after);
    later.write("baseline.json", scratch.read("baseline.json"));
    later.check(&["--baseline", "baseline.json", "--items", "open-ssh"]).ended(1);
}

#[test]
fn a_baseline_lets_only_new_and_grown_findings_count() {
    let scratch = Scratch::with(&narrow());
    scratch.check(&["--write-baseline", "baseline.json"]).ended(1);
    let report = scratch.check(&["--baseline", "baseline.json", "--format", "json"]).ended(0).json();
    assert_eq!(statuses(&report), ["known"]);
    let cases: [(Vec<Value>, i32, &[&str]); 4] = [
        (grown(), 1, &["grown"]),
        (account(&[opens("22/22"), opens("3389/3389")]), 1, &["open", "known"]),
        (account(&[opens("22/22"), opens("80/80")]), 0, &["known"]),
        (account(&[]), 0, &[]),
    ];
    for (documents, code, expected) in cases {
        let later = Scratch::with(&documents);
        later.write("baseline.json", scratch.read("baseline.json"));
        let report = later.check(&["--baseline", "baseline.json", "--format", "json"]).ended(code).json();
        assert_eq!(statuses(&report), expected);
        let told = notices(&report);
        assert_eq!(told.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["baseline"]);
    }
    // Reading and writing in one run: the next one starts from here.
    let later = Scratch::with(&grown());
    later.write("baseline.json", scratch.read("baseline.json"));
    later.check(&["--baseline", "baseline.json", "--write-baseline", "baseline.json"]).ended(1);
    later.check(&["--baseline", "baseline.json"]).ended(0);
}

#[test]
fn a_baseline_that_is_none_is_refused() {
    let scratch = Scratch::with(&narrow());
    scratch.check(&["--baseline", "nowhere.json"]).refused(&["nowhere.json", "--write-baseline"]);
    for text in ["", "{}", "{\"schema\": \"portreeve/check/1\", \"findings\": []}", "<html>"] {
        scratch.write("bad.json", text);
        scratch.check(&["--baseline", "bad.json"]).refused(&["bad.json", "--write-baseline"]);
    }
}

/// Every mistake names file, line and column, and says what would be right.
#[test]
fn mistakes_in_the_configuration_are_told_with_their_place() {
    let cases: [(&str, &[&str]); 16] = [
        ("[items]\nopen-shs = true\n", &[":2:1: ", "`open-shs`", "did you mean `open-ssh`?"]),
        ("[item]\nopen-ssh = true\n", &[":1:2: ", "`items`"]),
        ("[check]\nfail-on = \"critical\"\n", &[":2:11: ", "`critical`", "`never`"]),
        ("[thresholds]\nexcessive-group = 3\n", &[":2:1: ", "`excessive-groups`"]),
        ("[thresholds]\nexcessive-groups = \"three\"\n", &[":2:20: "]),
        ("[thresholds]\nwide-source-v4 = 33\n", &[":2:18: ", "`33`", "0 to 32"]),
        ("[items\n", &[":1:"]),
        ("[items]\nopen-ssh = 1\n", &[":2:12: "]),
        (
            "[[own-item]]\nid = \"open-ssh\"\ntitle = \"t\"\nrisk = \"low\"\ntcp = [22]\n",
            &[":2:6: ", "not edited"],
        ),
        ("[[own-item]]\nid = \"a\"\ntitle = \"t\"\nrisk = \"low\"\ntcp = [70000]\n", &[":5:8: ", "`70000`"]),
        ("[[own-item]]\nid = \"a\"\ntitle = \"t\"\nrisk = \"low\"\n", &[":1:1: ", "`tcp` or `udp`"]),
        ("[[waiver]]\nitem = \"open-ssh\"\ngroup = \"g\"\nuntil = 2099-01-01\n", &[":1:1: ", "`reason`"]),
        ("[[waiver]]\nitem = \"open-ssh\"\ngroup = \"g\"\nreason = \"r\"\n", &[":1:1: ", "`until`"]),
        (
            "[[waiver]]\nreason = \"r\"\nuntil = 2099-01-01\n",
            &[":1:1: ", "`fingerprint`", "`item` and `group`"],
        ),
        ("[[waiver]]\nfingerprint = \"xyz\"\nreason = \"r\"\nuntil = 2099-01-01\n", &[":2:15: ", "`xyz`"]),
        (
            "[[waiver]]\nitem = \"open-ssh\"\ngroup = \"g\"\nreason = \"r\"\nuntil = \"soon\"\n",
            &[":5:9: ", "2026-12-31"],
        ),
    ];
    for (configuration, words) in cases {
        let scratch = configured(&narrow(), configuration);
        for args in [["check", "account"].as_slice(), &["items"]] {
            let run = scratch.run(args);
            run.refused(&["portreeve.toml:"]);
            run.told(words);
        }
    }
    let scratch = Scratch::with(&narrow());
    scratch.check(&["--config", "nowhere.toml"]).refused(&["nowhere.toml"]);
}
