//! Configuration files, good and bad.

use portreeve_checks::{OwnItem, Risk};
use portreeve_netset::{AddressSet, PortSet};

use super::*;

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(text, Path::new("portreeve.toml")).map_err(|error| error.to_string())
}

#[test]
fn an_empty_file_changes_nothing() {
    let config = parse("").unwrap();
    assert!(config.settings.switches.is_empty() && config.settings.own_items.is_empty());
    assert_eq!(config.settings.thresholds, Thresholds::default());
    assert!(config.waivers.is_empty());
    assert_eq!(config.fail_on, FailOn::Risk(Risk::Low));
}

#[test]
fn everything_that_can_be_said_is_understood() {
    let text = r#"
[items]
open-egress = true
open-ssh = false
admin-ports = false

[[own-item]]
id = "admin-ports"
title = "The admin ports are open to the office"
risk = "medium"
tcp = ["8080", "9000-9010", 7000]
udp = [53]
peers = ["10.0.0.0/8", "2001:db8::/32"]
suggestion = "Use the VPN."

[[own-item]]
id = "x-1"
title = "X"
risk = "info"
udp = ["1"]

[[waiver]]
item = "open-redis"
group = "sg-1"
reason = "lab"
until = 2026-12-31

[[waiver]]
fingerprint = "0000000000000abc00000003"
reason = "until the move"
until = "2027-01-31"

[[waiver]]
item = "x-1"
group = "sg-2"
fingerprint = "0000000000000ABC00000001"
reason = "r"
until = 2026-02-28

[thresholds]
excessive-groups = 4
wide-source-v4 = 10
wide-source-v6 = 0
rules-per-group = 200
quota-percent = 90

[check]
fail-on = "high"
"#;
    let config = parse(text).unwrap();
    let switches: Vec<_> = config.settings.switches.iter().map(|(id, on)| (id.as_str(), *on)).collect();
    assert_eq!(switches, [("admin-ports", false), ("open-egress", true), ("open-ssh", false)]);
    own_items(&config);
    waivers(&config);
    let expected = Thresholds {
        excessive_groups: 4,
        wide_source_v4: 10,
        wide_source_v6: 0,
        rules_per_group: Some(200),
        quota_percent: 90,
        ..Thresholds::default()
    };
    assert_eq!(config.settings.thresholds, expected);
    assert_eq!(config.fail_on, FailOn::Risk(Risk::High));
}

fn own_items(config: &Config) {
    let [admin, other] = config.settings.own_items.as_slice() else { panic!("two own items") };
    assert_eq!((admin.id.as_str(), admin.risk), ("admin-ports", Risk::Medium));
    let tcp: PortSet = [(7000, 7000), (8080, 8080), (9000, 9010)].into_iter().collect();
    assert_eq!((&admin.tcp, &admin.udp), (&tcp, &PortSet::single(53)));
    let peers: AddressSet = ["10.0.0.0/8", "2001:db8::/32"]
        .map(|cidr| cidr.parse::<portreeve_netset::Cidr>().unwrap())
        .into_iter()
        .collect();
    assert_eq!(admin.peers, Some(peers));
    assert_eq!(admin.suggestion, "Use the VPN.");
    assert_eq!((other.peers.as_ref(), other.tcp.is_empty()), (None, true));
    assert!(!other.suggestion.is_empty());
}

fn waivers(config: &Config) {
    let fingerprint = |extent| parse_fingerprint(&format!("0000000000000abc{extent:08x}"));
    let subject = |item: &str, group: &str, recorded| Covers::Subject {
        item: item.to_owned(),
        group: group.to_owned(),
        recorded,
    };
    let expected = [
        (subject("open-redis", "sg-1", None), "lab", "2026-12-31", "portreeve.toml:22"),
        (Covers::Finding(fingerprint(3).unwrap()), "until the move", "2027-01-31", "portreeve.toml:28"),
        (subject("x-1", "sg-2", fingerprint(1)), "r", "2026-02-28", "portreeve.toml:33"),
    ];
    assert_eq!(config.waivers.len(), expected.len());
    for (waiver, (covers, reason, until, place)) in config.waivers.iter().zip(expected) {
        assert_eq!(waiver.covers, covers);
        assert_eq!(
            (&*waiver.reason, waiver.until.to_string().as_str(), &*waiver.place),
            (reason, until, place)
        );
    }
}

#[test]
fn a_mistake_is_named_with_its_line_and_the_way_out() {
    let cases = [
        ("[item]\n", "1:2: unknown key `item`: did you mean `items`?"),
        ("[check]\nfail_on = \"low\"\n", "2:1: unknown key `fail_on`: did you mean `fail-on`?"),
        ("[check]\nverbose = 1\n", "2:1: unknown key `verbose`: known here are `fail-on`"),
        (
            "[thresholds]\nexcesive-groups = 4\n",
            "2:1: unknown key `excesive-groups`: did you mean `excessive-groups`?",
        ),
        ("[items]\nopen-shs = true\n", "2:1: unknown check item `open-shs`: did you mean `open-ssh`?"),
        ("[items]\n\nquux = true\n", "3:1: unknown check item `quux`: `portreeve items` lists them all"),
        (
            "[check]\nfail-on = \"critical\"\n",
            "2:11: unknown risk `critical`: use `info`, `low`, `medium`, `high` or `never`",
        ),
        ("[thresholds]\nwide-source-v4 = 33\n", "2:18: `33` is out of range: use 0 to 32"),
        ("[thresholds]\nquota-percent = 0\n", "2:17: `0` is out of range: use 1 to 100"),
        ("[thresholds]\nexcessive-groups = 0\n", "2:20: `0` is out of range: use 1 to 4294967295"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).unwrap_err(), format!("portreeve.toml:{expected}"), "{text}");
    }
}

#[test]
fn toml_that_is_none_is_an_error_with_its_place() {
    for (text, start) in [
        ("[items\n", "portreeve.toml:1:"),
        ("[items]\nopen-ssh = \"no\"\n", "portreeve.toml:2:12: "),
        ("[items]\nopen-ssh = true\nopen-ssh = false\n", "portreeve.toml:3:1: "),
        ("waiver = 3\n", "portreeve.toml:1:10: "),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.starts_with(start), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

/// An own item with a part replaced.
fn own(part: &str, other: &str) -> Result<Config, String> {
    let text = "[[own-item]]\nid = \"admin\"\ntitle = \"T\"\nrisk = \"low\"\ntcp = [\"80\"]\npeers = [\"10.0.0.0/8\"]\n";
    assert!(text.contains(part));
    parse(&text.replace(part, other))
}

#[test]
fn an_own_item_that_makes_no_sense_is_refused() {
    assert!(own("admin", "admin").is_ok());
    let cases = [
        (
            "admin",
            "Admin",
            "2:6: `Admin` is no id: use small letters, digits and single hyphens, as in `open-admin`",
        ),
        (
            "admin",
            "a--b",
            "2:6: `a--b` is no id: use small letters, digits and single hyphens, as in `open-admin`",
        ),
        ("admin", "", "2:6: `` is no id: use small letters, digits and single hyphens, as in `open-admin`"),
        (
            "admin",
            "open-ssh",
            "2:6: `open-ssh` is an item of the catalogue, which can be switched on or off but not edited: choose another id",
        ),
        ("\"low\"", "\"worst\"", "4:8: unknown risk `worst`: use `info`, `low`, `medium` or `high`"),
        (
            "\"80\"",
            "\"0\"",
            "5:8: `0` is no port: write `8080`, or a range such as `9000-9010`, of 1 to 65535",
        ),
        (
            "\"80\"",
            "70000",
            "5:8: `70000` is no port: write `8080`, or a range such as `9000-9010`, of 1 to 65535",
        ),
        (
            "\"80\"",
            "\"90-80\"",
            "5:8: `90-80` is no port: write `8080`, or a range such as `9000-9010`, of 1 to 65535",
        ),
        (
            "\"80\"",
            "\"http\"",
            "5:8: `http` is no port: write `8080`, or a range such as `9000-9010`, of 1 to 65535",
        ),
        ("[\"80\"]", "[]", "1:1: own item `admin` asks about no port: give it `tcp` or `udp`"),
        ("[\"10.0.0.0/8\"]", "[]", "6:9: `peers` names nobody: leave it out to ask about everyone"),
        ("tcp =", "tpc =", "5:1: unknown key `tpc`: did you mean `tcp`?"),
    ];
    for (part, other, expected) in cases {
        assert_eq!(own(part, other).unwrap_err(), format!("portreeve.toml:{expected}"), "{other}");
    }
    let error = own("10.0.0.0/8", "10.0.0.0/33").unwrap_err();
    assert!(error.starts_with("portreeve.toml:6:10: invalid prefix `10.0.0.0/33`"), "{error}");
    let error = own("\"80\"", "true").unwrap_err();
    assert!(error.contains("expected a port such as 8080"), "{error}");
    let twice = "[[own-item]]\nid = \"a\"\ntitle = \"T\"\nrisk = \"low\"\ntcp = [80]\n".repeat(2);
    let expected = "portreeve.toml:7:6: there are two own items `a`: give each its own id";
    assert_eq!(parse(&twice).unwrap_err(), expected);
}

/// What is written elsewhere than in a file means the same, and is refused in the same words.
#[test]
fn an_own_item_without_a_file_is_judged_like_one_of_a_file() {
    let text = "[[own-item]]\nid = \"admin\"\ntitle = \"T\"\nrisk = \"low\"\ntcp = [80, \"90-95\"]\npeers = [\"10.0.0.0/8\"]\n";
    let of_file = parse(text).unwrap().settings.own_items;
    let strings = |words: &[&str]| words.iter().copied().map(str::to_owned).collect::<Vec<_>>();
    let written = WrittenItem {
        id: "admin".to_owned(),
        title: "T".to_owned(),
        risk: "low".to_owned(),
        tcp: strings(&["80", "90-95"]),
        peers: Some(strings(&["10.0.0.0/8"])),
        ..WrittenItem::default()
    };
    let read = written.read(&[]).unwrap();
    assert_eq!(read, of_file[0]);
    let again = WrittenItem::from(&read);
    assert_eq!(again, WrittenItem { suggestion: Some(read.suggestion.clone()), ..written.clone() });
    assert_eq!(again.read(&[]).unwrap(), read);
    let catalogue = "`open-ssh` is an item of the catalogue, which can be switched on or off but not edited: choose another id";
    let refused = |item: WrittenItem, others: &[OwnItem]| item.read(others).unwrap_err().message().to_owned();
    for (item, expected) in [
        (WrittenItem { id: "open-ssh".to_owned(), ..written.clone() }, catalogue),
        (
            WrittenItem { risk: "worst".to_owned(), ..written.clone() },
            "unknown risk `worst`: use `info`, `low`, `medium` or `high`",
        ),
        (
            WrittenItem { udp: strings(&["http"]), ..written.clone() },
            "`http` is no port: write `8080`, or a range such as `9000-9010`, of 1 to 65535",
        ),
        (
            WrittenItem { tcp: Vec::new(), ..written.clone() },
            "own item `admin` asks about no port: give it `tcp` or `udp`",
        ),
        (
            WrittenItem { peers: Some(Vec::new()), ..written.clone() },
            "`peers` names nobody: leave it out to ask about everyone",
        ),
    ] {
        assert_eq!(refused(item, &[]), expected);
    }
    assert_eq!(refused(written, &of_file), "there are two own items `admin`: give each its own id");
}

#[test]
fn a_waiver_needs_a_subject_a_reason_and_a_day() {
    let waiver = |lines: &str| parse(&format!("[[waiver]]\n{lines}")).unwrap_err();
    let rest = "reason = \"r\"\nuntil = 2026-12-31\n";
    let subject = "a waiver needs a `fingerprint`, or both `item` and `group`";
    let cases = [
        (rest.to_owned(), format!("1:1: {subject}")),
        (format!("item = \"open-ssh\"\n{rest}"), format!("1:1: {subject}")),
        (
            format!("group = \"sg-1\"\nfingerprint = \"000000000000000000000001\"\n{rest}"),
            format!("1:1: {subject}"),
        ),
        (
            format!("item = \"open-shh\"\ngroup = \"sg-1\"\n{rest}"),
            "2:8: unknown check item `open-shh`: did you mean `open-ssh`?".to_owned(),
        ),
        (
            format!("fingerprint = \"12\"\n{rest}"),
            "2:15: `12` is no fingerprint: copy the 24 digits that `--format json` shows for the finding"
                .to_owned(),
        ),
        (
            "item = \"open-ssh\"\ngroup = \"sg-1\"\nreason = \" \"\nuntil = 2026-12-31\n".to_owned(),
            "4:10: a waiver needs a `reason` that says why the finding is accepted".to_owned(),
        ),
    ];
    for (lines, expected) in cases {
        assert_eq!(waiver(&lines), format!("portreeve.toml:{expected}"));
    }
    for until in ["\"soon\"", "2026-12-31T00:00:00Z", "12:00:00", "\"2026-02-30\""] {
        let lines = format!("item = \"open-ssh\"\ngroup = \"sg-1\"\nreason = \"r\"\nuntil = {until}\n");
        assert_eq!(
            waiver(&lines),
            "portreeve.toml:5:9: `until` is no day: write one such as 2026-12-31",
            "{until}"
        );
    }
    for (missing, lines) in [
        ("reason", "item = \"open-ssh\"\ngroup = \"sg-1\"\nuntil = 2026-12-31\n"),
        ("until", "item = \"open-ssh\"\ngroup = \"sg-1\"\nreason = \"r\"\n"),
    ] {
        assert_eq!(waiver(lines), format!("portreeve.toml:1:1: missing field `{missing}`"));
    }
}

#[test]
fn the_nearest_file_upwards_is_found() {
    let root = tempfile::tempdir().unwrap();
    let deep = root.path().join("a/b/c");
    fs::create_dir_all(&deep).unwrap();
    // A folder of that name is no configuration.
    fs::create_dir(deep.join(NAME)).unwrap();
    fs::write(root.path().join("a").join(NAME), "[check]\nfail-on = \"never\"\n").unwrap();
    let found = Config::find(&deep).unwrap();
    assert_eq!(found, root.path().join("a").join(NAME));
    assert_eq!(Config::read(&found).unwrap().fail_on, FailOn::Never);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Config::read(Path::new("no-such-folder/portreeve.toml")).unwrap_err().to_string();
    assert!(error.starts_with("no-such-folder/portreeve.toml: cannot be read: "), "{error}");
}
