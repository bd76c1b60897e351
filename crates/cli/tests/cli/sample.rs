//! What the vendor's sixteen items must find in the sample account, worked out by hand from its rules.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::{Scratch, list, source, text, texts};

/// A server's interface and its state.
type Server = (&'static str, &'static str, &'static str);

/// What a finding must say. A rule is named by the end of its id.
#[derive(Debug, Clone)]
struct Expected {
    item: &'static str,
    group: Option<&'static str>,
    exposure: &'static str,
    servers: Vec<Server>,
    ports: &'static str,
    rules: Vec<&'static str>,
}

const EDGE: &str = "sg-bp1edge0web00demo01";
const DB: &str = "sg-bp1db00tier00demo03";
const ENTERPRISE: &str = "sg-bp1ent0batch00demo4";
const DEFAULT: &str = "sg-bp1default0old0demo5";

const WEB_1: &str = "eni-bp1demo0web0000001";
const WIN_JUMP: &str = "eni-bp1demo0win0000002";
const DB_1: &str = "eni-bp1demo0db00000003";
const BATCH_1: &str = "eni-bp1demo0ent0000004";
const BATCH_1_SECOND: &str = "eni-bp1demo0ent0sec0005";

/// The items that ask about ports, with the TCP ports they ask about, as a report writes them.
const PORTS: [(&str, &str); 14] = [
    ("open-ssh", "22"),
    ("open-rdp", "3389"),
    ("open-db2", "50000"),
    ("open-elasticsearch", "9200,9300"),
    ("open-hadoop-yarn", "8088"),
    ("open-hadoop", "50030,50070"),
    ("open-mongodb", "27017"),
    ("open-mysql", "3306"),
    ("open-oracle", "1521"),
    ("open-postgresql", "5432"),
    ("open-redis", "6379"),
    ("open-sqlserver", "1433"),
    ("open-spark", "6066"),
    ("open-splunk", "8089-8090"),
];

/// All that is to be found, by item and group.
fn expected() -> Vec<Expected> {
    let mut all = Vec::new();
    for (item, ports) in PORTS {
        // The advanced group accepts everything over IPv4 from everyone. Both interfaces of batch-1 carry it, and the second address of
        // the second one has an EIP.
        all.push(Expected {
            item,
            group: Some(ENTERPRISE),
            exposure: "internet",
            servers: vec![("batch-1", BATCH_1, "at_risk"), ("batch-1", BATCH_1_SECOND, "at_risk")],
            ports,
            rules: vec!["022"],
        });
        // db accepts TCP 1-65535 from everyone at 2, but 1433 is dropped at 1. 3306 from the application's group and 6379 from one
        // address let no stranger in. db-1 has no public address, and its network ACL only lets in what comes from inside.
        if item != "open-sqlserver" {
            all.push(Expected {
                item,
                group: Some(DB),
                exposure: "private",
                servers: vec![("db-1", DB_1, "at_risk")],
                ports,
                rules: vec!["020"],
            });
        }
    }
    // Every port over TCP and UDP; db has a hole at 1433, so not every port.
    all.push(Expected {
        item: "open-all-ports",
        group: Some(ENTERPRISE),
        exposure: "internet",
        servers: vec![("batch-1", BATCH_1, "at_risk"), ("batch-1", BATCH_1_SECOND, "at_risk")],
        ports: "1-65535",
        rules: vec!["022"],
    });
    all.extend(in_the_web_tier());
    all
}

fn in_the_web_tier() -> [Expected; 4] {
    [
        // 22 from everyone at 100, less 198.51.100.0/24 at 50: that block is set aside for documentation (RFC 5737) and no part of
        // everyone. web-1 has an EIP.
        Expected {
            item: "open-ssh",
            group: Some(EDGE),
            exposure: "internet",
            servers: vec![("web-1", WEB_1, "at_risk")],
            ports: "22",
            rules: vec!["004"],
        },
        // The default group opens 22 at 110: win-jump has nothing else, and on web-1 the edge group opens it all the more.
        Expected {
            item: "open-ssh",
            group: Some(DEFAULT),
            exposure: "internet",
            servers: vec![("web-1", WEB_1, "at_risk"), ("win-jump", WIN_JUMP, "at_risk")],
            ports: "22",
            rules: vec!["026"],
        },
        // 3389 in the edge group is accepted and dropped at 100: drop wins the tie, so edge opens nothing and shields web-1 from
        // what the default group opens at 110. win-jump has the default group alone.
        Expected {
            item: "open-rdp",
            group: Some(DEFAULT),
            exposure: "internet",
            servers: vec![("web-1", WEB_1, "shielded"), ("win-jump", WIN_JUMP, "at_risk")],
            ports: "3389",
            rules: vec!["027"],
        },
        // Three groups on the interface of web-1. No single group is the cause.
        Expected {
            item: "excessive-groups",
            group: None,
            exposure: "internet",
            servers: vec![("web-1", WEB_1, "at_risk")],
            ports: "",
            rules: (1..=17).chain(26..=28).map(three_digits).collect(),
        },
        // Nothing else: the application's list opens 9200 and 9300 to half of the addresses only, its other rules are about private
        // peers and one IPv6 block, and the managed group is about 100.64.0.0/10.
    ]
}

/// The end of a rule's id.
fn three_digits(number: usize) -> &'static str {
    const ENDS: [&str; 29] = [
        "001", "002", "003", "004", "005", "006", "007", "008", "009", "010", "011", "012", "013", "014",
        "015", "016", "017", "018", "019", "020", "021", "022", "023", "024", "025", "026", "027", "028",
        "029",
    ];
    ENDS[number - 1]
}

fn report(items: &str) -> Value {
    let run = Scratch::new().run(&[
        "check",
        &source("fixtures/alibaba/sample"),
        "--items",
        items,
        "--format",
        "json",
    ]);
    run.ended(1).json()
}

fn the_sixteen() -> String {
    let ports = PORTS.iter().map(|(item, _)| *item);
    ports.chain(["excessive-groups", "open-all-ports"]).collect::<Vec<_>>().join(",")
}

#[test]
fn the_sixteen_find_what_the_rules_say_and_nothing_else() {
    let report = report(&the_sixteen());
    let mut found: BTreeMap<(&str, Option<&str>), &Value> = BTreeMap::new();
    for finding in list(&report, "findings") {
        let key = (text(finding, "item"), finding["security_group"]["id"].as_str());
        assert!(found.insert(key, finding).is_none(), "{key:?} twice");
    }
    for wanted in expected() {
        let finding = found.remove(&(wanted.item, wanted.group));
        compare(&wanted, finding.unwrap_or_else(|| panic!("not found: {wanted:?}")));
    }
    assert_eq!(found.keys().collect::<Vec<_>>(), Vec::<&(&str, Option<&str>)>::new());
}

fn compare(wanted: &Expected, finding: &Value) {
    let told = (text(finding, "certainty"), text(finding, "exposure"));
    assert_eq!(told, ("sure", wanted.exposure), "{finding}");
    let server = |server: &Value| ["name", "interface", "state"].map(|key| text(server, key).to_owned());
    let mut servers: Vec<[String; 3]> = list(finding, "servers").iter().map(server).collect();
    servers.sort();
    let expected: Vec<[String; 3]> = wanted
        .servers
        .iter()
        .map(|(name, interface, state)| [name, interface, state].map(|&it| it.into()))
        .collect();
    assert_eq!(servers, expected, "{finding}");
    let mut rules: Vec<&str> = texts(finding, "rules");
    rules.sort_unstable();
    let expected: Vec<String> =
        wanted.rules.iter().map(|end| format!("sgr-bp1demo0000000000{end}")).collect();
    assert_eq!(rules, expected, "{finding}");
    let tcp = list(finding, "traffic").iter().find(|traffic| traffic["protocol"] == "tcp");
    assert_eq!(tcp.map_or("", |traffic| text(traffic, "ports")), wanted.ports, "{finding}");
}

#[test]
fn the_numbers_at_risk_are_counted_by_group_and_by_server() {
    let report = report(&the_sixteen());
    // Enterprise and db open each of the fourteen, but 1433 is closed on db.
    let mut wanted: BTreeMap<&str, (u64, u64)> = PORTS.iter().map(|(item, _)| (*item, (2, 2))).collect();
    wanted.extend([
        // The edge group and the default group beside them; web-1 and win-jump beside db-1 and batch-1.
        ("open-ssh", (4, 4)),
        // The default group; web-1 is shielded.
        ("open-rdp", (3, 3)),
        ("open-sqlserver", (1, 1)),
        ("open-all-ports", (1, 1)),
        // Not a group's finding, but a server's.
        ("excessive-groups", (0, 1)),
    ]);
    for (item, (groups, servers)) in wanted {
        let told = list(&report, "items").iter().find(|told| told["id"] == item).unwrap();
        assert_eq!(told["at_risk"], json!({"security_groups": groups, "servers": servers}), "{item}");
    }
}

#[test]
fn the_estate_is_counted() {
    // Nine, eight, four, four, three rules and one: 29.
    let estate =
        json!({"providers": ["alibaba"], "security_groups": 6, "rules": 29, "instances": 4, "interfaces": 6});
    assert_eq!(report("open-ssh")["estate"], estate);
}

/// Two or three of the addresses differ from a rule's own words: a set is told as it is.
#[test]
fn the_traffic_is_the_exact_set() {
    let report = report("open-ssh");
    let finding = list(&report, "findings").iter().find(|it| it["security_group"]["id"] == EDGE).unwrap();
    // All addresses but one /24 are as many prefixes as it has bits, each with the last bit turned.
    let hole = u32::from_be_bytes([198, 51, 100, 0]);
    let mut others: Vec<(u32, u32)> = (1..=24)
        .map(|len| ((hole ^ (1 << (32 - len))) & u32::MAX.checked_shl(32 - len).unwrap_or(0), len))
        .collect();
    others.sort_unstable();
    let others: Vec<String> =
        others.iter().map(|(start, len)| format!("{}/{len}", std::net::Ipv4Addr::from(*start))).collect();
    let [traffic] = list(finding, "traffic") else { panic!("one part: {finding}") };
    assert_eq!(texts(traffic, "from"), others);
}

/// A list that holds one half of the addresses is wide, but it is not everyone.
#[test]
fn half_of_the_internet_is_a_wide_source() {
    let report = report("wide-source,open-elasticsearch");
    let wide: Vec<(&str, Vec<&str>, Vec<&str>)> = list(&report, "findings")
        .iter()
        .filter(|finding| finding["item"] == "wide-source")
        .map(|finding| {
            let traffic = &list(finding, "traffic")[0];
            (text(&finding["security_group"], "name"), texts(finding, "rules"), texts(traffic, "from"))
        })
        .collect();
    let rules = vec!["sgr-bp1demo0000000000011"];
    // The list's own entries: 192.0.2.0/25, 198.51.100.7/32 and 0.0.0.0/1.
    let from = vec!["0.0.0.0/1", "192.0.2.0/25", "198.51.100.7/32"];
    assert_eq!(wide, [("prod-app-sg", rules, from)]);
}

/// The one thing that the account leaves unknown is a private peer, which opens nothing to everyone.
#[test]
fn the_foreign_group_is_a_gap_that_changes_none_of_the_sixteen() {
    let report = report(&the_sixteen());
    let [gap] = list(&report, "gaps") else { panic!("one gap: {}", report["gaps"]) };
    assert_eq!(text(gap, "at"), "sg-bp1app0tier00demo02/sgr-bp1demo0000000000013");
    let what = text(gap, "what");
    assert!(what.contains("sg-bp1partner00acct0002") && what.contains("1200000000000002"), "{what}");
    assert_eq!(texts(gap, "affects"), Vec::<&str>::new());
}
