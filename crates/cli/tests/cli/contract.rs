//! The JSON report, field by field, and the sentences of the contract that say what a finding is.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::{Value, json};

use crate::common::{
    Scratch, account, from, group, group_row, groups, instance, instances, interface, interfaces, lines,
    list, opens, root, rule, source, text, texts, with,
};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}")).keys().map(String::as_str).collect()
}

#[track_caller]
fn has_keys(value: &Value, wanted: &[&str]) {
    let keys = keys(value);
    for key in wanted {
        assert!(keys.contains(key), "{key} is missing in {value}");
    }
}

fn word_of(value: &Value, key: &str, words: &[&str]) {
    assert!(words.contains(&text(value, key)), "{key} is {}", value[key]);
}

/// The contract's outline, written out as code.
fn hold_to_the_contract(report: &Value) {
    has_keys(report, &["schema", "estate", "items", "findings", "gaps"]);
    assert_eq!(report["schema"], "portreeve/check/1");
    has_keys(&report["estate"], &["providers", "security_groups", "rules", "instances", "interfaces"]);
    for item in list(report, "items") {
        has_keys(item, &["id", "title", "risk", "enabled", "at_risk"]);
        assert!(item["enabled"].is_boolean() && item["at_risk"]["security_groups"].is_u64(), "{item}");
        assert!(item["at_risk"]["servers"].is_u64(), "{item}");
    }
    for finding in list(report, "findings") {
        hold_finding(finding);
    }
    for gap in list(report, "gaps") {
        has_keys(gap, &["at", "what", "affects"]);
        texts(gap, "affects");
    }
}

fn hold_finding(finding: &Value) {
    let fields =
        ["fingerprint", "item", "risk", "certainty", "exposure", "security_group", "servers", "traffic"];
    has_keys(finding, &fields);
    has_keys(finding, &["rules", "witness", "suggestion"]);
    let hex = |digit: char| digit.is_ascii_hexdigit() && !digit.is_ascii_uppercase();
    let fingerprint = text(finding, "fingerprint");
    assert!(!fingerprint.is_empty() && fingerprint.chars().all(hex), "{fingerprint}");
    word_of(finding, "certainty", &["sure", "possible"]);
    word_of(finding, "exposure", &["internet", "private", "unattached", "unknown"]);
    word_of(finding, "risk", &["high", "medium", "low", "info"]);
    if finding["security_group"] != Value::Null {
        has_keys(&finding["security_group"], &["id", "name", "vpc", "region", "managed"]);
        assert!(finding["security_group"]["managed"].is_boolean());
    }
    for server in list(finding, "servers") {
        has_keys(server, &["id", "name", "interface", "state", "because"]);
        word_of(server, "state", &["at_risk", "shielded", "unknown"]);
        assert!(!text(server, "because").is_empty() && !text(server, "interface").is_empty());
    }
    for traffic in list(finding, "traffic") {
        has_keys(traffic, &["protocol", "ports", "from"]);
        assert!(!texts(traffic, "from").is_empty());
    }
    texts(finding, "rules");
    if finding["witness"] != Value::Null {
        has_keys(&finding["witness"], &["from", "to", "protocol", "port"]);
    }
    assert!(!text(finding, "suggestion").is_empty());
}

/// Reports of very different sources.
fn reports() -> Vec<Value> {
    let sources = [
        "examples/alibaba",
        "fixtures/alibaba/sample",
        "fixtures/alibaba/paged",
        "fixtures/alibaba/errors",
        "fixtures/bad/odd",
        "fixtures/bad/entries-without-list",
        "fixtures/bad/priority-high.json",
    ];
    let report = |name| Scratch::new().run(&["check", &source(name), "--format", "json"]).json();
    sources.into_iter().map(report).collect()
}

#[test]
fn every_report_keeps_to_the_contract_and_to_the_published_schema() {
    let schema = std::fs::read_to_string(root().join("docs/schema/check-1.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for report in reports() {
        hold_to_the_contract(&report);
        let errors: Vec<String> = schema.iter_errors(&report).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

/// A finding that is only possible is explained by a gap that names its item.
#[test]
fn possible_findings_are_explained() {
    for report in reports() {
        let gaps = list(&report, "gaps");
        for finding in list(&report, "findings").iter().filter(|finding| finding["certainty"] == "possible") {
            let told = gaps.iter().any(|gap| texts(gap, "affects").contains(&text(finding, "item")));
            assert!(told, "no gap affects {finding}");
        }
    }
}

#[test]
fn findings_stand_worst_first_and_sure_before_possible() {
    let risks = ["high", "medium", "low", "info"];
    for report in reports() {
        let items: Vec<&str> = list(&report, "items").iter().map(|item| text(item, "id")).collect();
        let rank = |finding: &Value| {
            let risk = risks.iter().position(|risk| finding["risk"] == *risk).unwrap();
            let item = items.iter().position(|item| finding["item"] == *item).unwrap();
            (risk, item, finding["certainty"] == "possible")
        };
        let ranks: Vec<_> = list(&report, "findings").iter().map(rank).collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
    }
}

#[test]
fn all_items_are_listed_and_those_that_did_not_run_are_off() {
    let scratch = Scratch::with(&account(&[opens("22/22")]));
    let all = scratch.check(&["--format", "json"]).json();
    let one = scratch.asks("open-rdp").json();
    let ids = |report: &Value| -> Vec<String> {
        list(report, "items").iter().map(|item| text(item, "id").to_owned()).collect()
    };
    assert_eq!(ids(&all), ids(&one));
    let on: Vec<String> = list(&one, "items")
        .iter()
        .filter(|item| item["enabled"] == true)
        .map(|item| text(item, "id").to_owned())
        .collect();
    assert_eq!(on, ["open-rdp"]);
    let off: Vec<&Value> = list(&all, "items").iter().filter(|item| item["enabled"] == false).collect();
    assert_eq!(off.iter().map(|item| text(item, "id")).collect::<Vec<_>>(), ["open-egress"]);
    assert_eq!(off[0]["at_risk"], json!({"security_groups": 0, "servers": 0}));
}

#[test]
fn an_interface_without_a_server_has_no_id_and_is_not_counted() {
    let lonely = with(interface(2, &["sg-a"]), json!({"InstanceId": ""}));
    let documents = [
        account(&[opens("22/22")]),
        vec![interfaces(&[interface(1, &["sg-a"]), lonely]), instances(&[instance(1, &["sg-a"])])],
    ];
    let report = Scratch::with(&documents.concat()).asks("open-ssh").ended(1).json();
    assert_eq!(lines(&report), ["open-ssh sure sg-a i-1/eni-1 at_risk, -/eni-2 at_risk"]);
    let servers = list(&list(&report, "findings")[0], "servers");
    assert_eq!((&servers[0]["name"], &servers[1]["id"]), (&json!("server-1"), &Value::Null));
    let item = list(&report, "items").iter().find(|item| item["id"] == "open-ssh").unwrap();
    assert_eq!(item["at_risk"], json!({"security_groups": 1, "servers": 1}));
}

#[test]
fn rules_without_an_id_are_counted_in_their_direction_over_the_merged_list() {
    let out = rule(json!({"Direction": "egress", "DestCidrIp": "0.0.0.0/0"}));
    let first = with(group("sg-a", &[out.clone(), from("10.0.0.0/8")]), json!({"NextToken": "t"}));
    // The same rule once more is the same rule: by content, as it has no id.
    let second = group("sg-a", &[from("10.0.0.0/8"), out, from("0.0.0.0/0")]);
    let report = Scratch::with(&[first, second, groups(&["sg-a"])]).asks("open-ssh").ended(1).json();
    assert_eq!(texts(&list(&report, "findings")[0], "rules"), ["sg-a#ingress/2"]);
    assert_eq!(report["estate"]["rules"], 3);
}

#[test]
fn a_witness_is_a_packet_of_the_traffic_from_a_member_of_everyone() {
    let special =
        ["10.", "192.168.", "172.16.", "127.", "192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
    for report in reports() {
        for finding in list(&report, "findings").iter().filter(|it| !it["witness"].is_null()) {
            let witness = &finding["witness"];
            let peer: IpAddr = text(witness, "from").parse().unwrap();
            assert!(!special.iter().any(|block| peer.to_string().starts_with(block)), "{witness}");
            let at_risk = list(finding, "servers").iter().any(|server| server["state"] == "at_risk");
            assert!(witness["to"].is_string() || !at_risk, "{finding}");
            let part =
                list(finding, "traffic").iter().find(|part| part["protocol"] == witness["protocol"]).unwrap();
            assert!(holds(text(part, "ports"), witness["port"].as_u64().unwrap()), "{finding}");
        }
    }
}

/// Whether a list of ports such as `22,80-90` has a port.
fn holds(ports: &str, port: u64) -> bool {
    ports.split(',').any(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        (first.parse().unwrap()..=last.parse().unwrap()).contains(&port)
    })
}

#[test]
fn fingerprints_stay_while_the_cause_is_the_same() {
    let fingerprint = |documents: &[Value]| {
        let report = Scratch::with(documents).asks("open-ssh").json();
        text(&list(&report, "findings")[0], "fingerprint").to_owned()
    };
    let plain = account(&[opens("22/22")]);
    let first = fingerprint(&plain);
    let reversed: Vec<Value> = plain.iter().rev().cloned().collect();
    let servers = [plain.clone(), vec![interfaces(&[interface(1, &["sg-a"])])]].concat();
    // Another rule that does the same, another order of documents, another server: the cause is the same.
    for same in [account(&[opens("20/30")]), reversed, servers] {
        assert_eq!(fingerprint(&same), first);
    }
    assert_ne!(fingerprint(&[group("sg-b", &[opens("22/22")]), groups(&["sg-b"])]), first);
}

#[test]
fn a_managed_group_counts_and_is_offered_no_fix() {
    let advice = |managed: bool| {
        let row = with(group_row("sg-a"), json!({"ServiceManaged": managed}));
        let listing = with(groups(&["sg-a"]), json!({"SecurityGroups": {"SecurityGroup": [row]}}));
        let report =
            Scratch::with(&[group("sg-a", &[opens("22/22")]), listing]).asks("open-ssh").ended(1).json();
        let finding = list(&report, "findings")[0].clone();
        assert_eq!(finding["security_group"]["managed"], managed);
        text(&finding, "suggestion").to_owned()
    };
    assert_ne!(advice(true), advice(false));
}

#[test]
fn what_no_single_group_causes_names_the_rules_of_all() {
    let id = |id: &str, block: &str| with(from(block), json!({"SecurityGroupRuleId": id}));
    let documents = [
        group("sg-a", &[id("sgr-a", "0.0.0.0/1")]),
        group("sg-b", &[id("sgr-b", "128.0.0.0/1")]),
        groups(&["sg-a", "sg-b"]),
        interfaces(&[interface(1, &["sg-a", "sg-b"])]),
    ];
    let report = Scratch::with(&documents).asks("open-ssh").ended(1).json();
    assert_eq!(lines(&report), ["open-ssh sure - i-1/eni-1 at_risk"]);
    assert_eq!(texts(&list(&report, "findings")[0], "rules"), ["sgr-a", "sgr-b"]);
}

/// Cases of the contract's sentence about everyone: the rules of a group, and whether `open-ssh` fires for it.
#[test]
fn everyone_is_decided_on_sets() {
    let drop = |block: &str, priority: u32| {
        rule(json!({"SourceCidrIp": block, "Policy": "Drop", "Priority": priority}))
    };
    let at = |priority: u32| rule(json!({"SourceCidrIp": "0.0.0.0/0", "Priority": priority}));
    let six = |block: &str| rule(json!({"Ipv6SourceCidrIp": block}));
    let cases: Vec<(&str, Vec<Value>, bool)> = vec![
        ("a range that holds the port", vec![opens("20/30")], true),
        ("a range beside the port", vec![opens("23/30")], false),
        ("two halves", vec![from("0.0.0.0/1"), from("128.0.0.0/1")], true),
        ("one half", vec![from("0.0.0.0/1")], false),
        ("a higher deny", vec![at(2), drop("0.0.0.0/0", 1)], false),
        ("a deny of equal rank", vec![at(1), drop("0.0.0.0/0", 1)], false),
        ("a lower deny", vec![at(1), drop("0.0.0.0/0", 2)], true),
        ("a deny of private space", vec![at(2), drop("10.0.0.0/8", 1), drop("100.64.0.0/10", 1)], true),
        ("a deny of documentation space", vec![at(2), drop("192.0.2.0/24", 1)], true),
        ("a deny of multicast", vec![at(2), drop("224.0.0.0/4", 1)], true),
        ("a deny of one public address", vec![at(2), drop("8.8.8.8", 1)], false),
        ("IPv6", vec![six("::/0")], true),
        ("global unicast IPv6", vec![six("2000::/3")], true),
        ("half of IPv6", vec![six("2000::/4")], false),
        ("one half of each family", vec![from("0.0.0.0/1"), six("2000::/4")], false),
        ("UDP", vec![with(opens("22/22"), json!({"IpProtocol": "UDP"}))], false),
        ("ALL", vec![with(opens("-1/-1"), json!({"IpProtocol": "ALL"}))], true),
        ("a number", vec![with(opens("22/22"), json!({"IpProtocol": "6"}))], true),
        ("small letters", vec![with(opens("22/22"), json!({"IpProtocol": "tcp", "Policy": "accept"}))], true),
        (
            "priorities as texts are numbers",
            vec![
                with(at(1), json!({"Priority": "9"})),
                with(drop("0.0.0.0/0", 1), json!({"Priority": "10"})),
            ],
            true,
        ),
        ("host bits", vec![from("203.0.113.9/0")], true),
        ("a bare address", vec![from("0.0.0.0")], false),
        ("some client ports", vec![with(opens("22/22"), json!({"SourcePortRange": "1024/65535"}))], true),
        ("outbound", vec![rule(json!({"Direction": "egress", "DestCidrIp": "0.0.0.0/0"}))], false),
    ];
    for (what, rules, fires) in cases {
        let run = Scratch::with(&account(&rules)).asks("open-ssh").ended(i32::from(fires));
        let expected: &[&str] = if fires { &["open-ssh sure sg-a"] } else { &[] };
        assert_eq!(lines(&run.json()), expected, "{what}");
    }
}

/// One family and one transport must be open on every port.
#[test]
fn open_all_ports_asks_for_every_port_of_one_transport_and_family() {
    let udp = |ports: &str| with(opens(ports), json!({"IpProtocol": "UDP"}));
    let six = |ports: &str| rule(json!({"PortRange": ports, "Ipv6SourceCidrIp": "::/0"}));
    let hole = rule(json!({"PortRange": "12345/12345", "Policy": "Drop", "SourceCidrIp": "0.0.0.0/0"}));
    let cases: Vec<(Vec<Value>, bool)> = vec![
        (vec![opens("1/65535")], true),
        (vec![opens("-1/-1")], true),
        (vec![udp("1/65535")], true),
        (vec![six("1/65535")], true),
        (vec![opens("1/30000"), opens("30001/65535")], true),
        (vec![opens("2/65535")], false),
        (vec![opens("1/65535"), hole], false),
        (vec![opens("1/30000"), six("30001/65535")], false),
        (vec![opens("1/30000"), udp("30001/65535")], false),
    ];
    for (rules, fires) in cases {
        Scratch::with(&account(&rules)).asks("open-all-ports").ended(i32::from(fires));
    }
}

/// The items whose service speaks UDP count it.
#[test]
fn udp_counts_where_the_service_speaks_it() {
    let cases = [
        ("open-rdp", "3389/3389", true),
        ("open-dns", "53/53", true),
        ("open-memcached", "11211/11211", true),
        ("open-sql-browser", "1434/1434", true),
        ("open-redis", "6379/6379", false),
    ];
    for (item, ports, fires) in cases {
        let rules = [with(opens(ports), json!({"IpProtocol": "UDP"}))];
        Scratch::with(&account(&rules)).asks(item).ended(i32::from(fires));
    }
}
