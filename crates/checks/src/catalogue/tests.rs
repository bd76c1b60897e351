//! Holds every text to its form, and the table to the lists that it promises to follow.

use std::collections::BTreeSet;

use super::{EVERYONE, FAMILIES, beyond, metas, services};
use crate::{Meta, Risk, Service};

/// Port ranges of a row, as in [`Service`].
type Ranges = &'static [(u16, u16)];

fn find(id: &str) -> &'static Service {
    services().find(|service| service.meta.id == id).unwrap_or_else(|| panic!("no service `{id}`"))
}

fn has_ports(id: &str, tcp: Ranges, udp: Ranges) {
    let service = find(id);
    assert_eq!((service.tcp, service.udp), (tcp, udp), "{id}");
}

/// The texts of an item that consist of sentences.
fn sentences(meta: &Meta) -> [(&'static str, &'static str); 7] {
    [
        ("asks", meta.asks),
        ("why", meta.why),
        ("fix", meta.fix),
        ("not_when", meta.not_when),
        ("fires", meta.fires),
        ("silent", meta.silent),
        ("suggestion", meta.suggestion),
    ]
}

/// The numbers in a text, each as it stands there: `6000 to 6009.` holds `6000` and `6009`.
fn numbers(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.parse::<u32>().is_ok()).collect()
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let mut seen = BTreeSet::new();
    for id in metas().map(|meta| meta.id) {
        assert!(seen.insert(id), "`{id}` twice");
        let kebab = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        assert!(id.split('-').all(kebab), "{id}");
    }
}

#[test]
fn ids_name_what_is_wrong_and_not_what_to_do() {
    let orders = ["no", "avoid", "close", "remove", "restrict", "use", "limit", "disallow"];
    for id in metas().map(|meta| meta.id) {
        let first = id.split('-').next().unwrap_or_default();
        assert!(!orders.contains(&first), "{id}");
    }
    for service in services() {
        assert!(service.meta.id.starts_with("open-"), "{}", service.meta.id);
    }
}

#[test]
fn the_vendors_sixteen_are_there_with_their_ports() {
    has_ports("open-ssh", &[(22, 22)], &[]);
    has_ports("open-rdp", &[(3389, 3389)], &[(3389, 3389)]);
    has_ports("open-db2", &[(50_000, 50_000)], &[]);
    has_ports("open-elasticsearch", &[(9200, 9200), (9300, 9300)], &[]);
    has_ports("open-hadoop-yarn", &[(8088, 8088)], &[]);
    has_ports("open-hadoop", &[(50_030, 50_030), (50_070, 50_070)], &[]);
    has_ports("open-mongodb", &[(27_017, 27_017)], &[]);
    has_ports("open-mysql", &[(3306, 3306)], &[]);
    has_ports("open-oracle", &[(1521, 1521)], &[]);
    has_ports("open-postgresql", &[(5432, 5432)], &[]);
    has_ports("open-redis", &[(6379, 6379)], &[]);
    has_ports("open-sqlserver", &[(1433, 1433)], &[]);
    has_ports("open-spark", &[(6066, 6066)], &[]);
    has_ports("open-splunk", &[(8089, 8090)], &[]);
    let theirs: BTreeSet<_> = metas().filter(|meta| meta.vendor).map(|meta| meta.id).collect();
    let expected = [
        "excessive-groups",
        "open-all-ports",
        "open-db2",
        "open-elasticsearch",
        "open-hadoop",
        "open-hadoop-yarn",
        "open-mongodb",
        "open-mysql",
        "open-oracle",
        "open-postgresql",
        "open-rdp",
        "open-redis",
        "open-spark",
        "open-splunk",
        "open-sqlserver",
        "open-ssh",
    ];
    assert_eq!(theirs, BTreeSet::from(expected));
}

#[test]
fn the_other_services_have_their_ports() {
    has_ports("open-telnet", &[(23, 23)], &[]);
    has_ports("open-ftp", &[(20, 21)], &[]);
    has_ports("open-smb", &[(445, 445)], &[]);
    has_ports("open-netbios", &[(137, 139)], &[(137, 139)]);
    has_ports("open-msrpc", &[(135, 135)], &[]);
    has_ports("open-ldap", &[(389, 389)], &[(389, 389)]);
    has_ports("open-vnc", &[(5500, 5500), (5900, 5903)], &[]);
    has_ports("open-winrm", &[(5985, 5986)], &[]);
    has_ports("open-rsync", &[(873, 873)], &[]);
    has_ports("open-nfs", &[(2049, 2049)], &[(2049, 2049)]);
    has_ports("open-x11", &[(6000, 6009)], &[]);
    has_ports("open-docker", &[(2375, 2376)], &[]);
    has_ports("open-kubernetes-api", &[(6443, 6443)], &[]);
    has_ports("open-kubelet", &[(10_250, 10_250)], &[]);
    has_ports("open-etcd", &[(2379, 2380)], &[]);
    has_ports("open-kafka", &[(9092, 9092)], &[]);
    has_ports("open-zookeeper", &[(2181, 2181)], &[]);
    has_ports("open-cassandra", &[(7000, 7000), (7199, 7199), (9042, 9042), (9160, 9160)], &[]);
    has_ports("open-couchdb", &[(5984, 5984)], &[]);
    has_ports("open-influxdb", &[(8086, 8086)], &[]);
    has_ports("open-memcached", &[(11_211, 11_211)], &[(11_211, 11_211)]);
    has_ports("open-rabbitmq", &[(5672, 5672), (15_672, 15_672)], &[]);
    has_ports("open-kibana", &[(5601, 5601)], &[]);
    has_ports("open-hdfs", &[(8020, 8020), (50_470, 50_470)], &[]);
    has_ports("open-salt", &[(4505, 4506)], &[]);
    has_ports("open-sql-browser", &[], &[(1434, 1434)]);
    has_ports("open-mongodb-shard", &[(27_018, 27_018)], &[]);
    has_ports("open-mysql-alternate", &[(4333, 4333)], &[]);
    has_ports("open-oracle-alternate", &[(2483, 2483)], &[]);
    has_ports("open-smtp", &[(25, 25)], &[]);
    has_ports("open-dns", &[(53, 53)], &[(53, 53)]);
    assert_eq!(services().count(), 14 + 31, "a new service belongs in one of these two tests");
}

#[test]
fn the_items_beyond_ports_are_there() {
    let ids: Vec<_> = beyond::ALL.iter().map(|meta| (meta.id, meta.risk, meta.enabled)).collect();
    let expected = [
        ("open-all-ports", Risk::High, true),
        ("excessive-groups", Risk::Low, true),
        ("wide-source", Risk::Medium, true),
        ("open-egress", Risk::Low, false),
        ("redundant-rule", Risk::Low, true),
        ("shadowed-rule", Risk::Medium, true),
        ("never-acts", Risk::Low, true),
        ("unused-group", Risk::Low, true),
        ("rule-quota", Risk::Medium, true),
        ("too-many-rules", Risk::Low, true),
        ("one-server-group", Risk::Info, true),
        ("one-group-for-all", Risk::Low, true),
        ("platform-added-rule", Risk::Info, true),
        ("group-quota", Risk::Medium, true),
    ];
    assert_eq!(ids, expected);
    assert!(services().all(|service| service.meta.enabled));
}

#[test]
fn services_of_high_risk_are_those_that_administer_or_hold_data() {
    let high: BTreeSet<_> =
        services().filter(|service| service.meta.risk == Risk::High).map(|service| service.meta.id).collect();
    let administration = [
        "open-docker",
        "open-kubelet",
        "open-kubernetes-api",
        "open-rdp",
        "open-salt",
        "open-ssh",
        "open-telnet",
        "open-vnc",
        "open-winrm",
        "open-x11",
    ];
    let data = [
        "open-cassandra",
        "open-couchdb",
        "open-db2",
        "open-elasticsearch",
        "open-etcd",
        "open-influxdb",
        "open-memcached",
        "open-mongodb",
        "open-mongodb-shard",
        "open-mysql",
        "open-mysql-alternate",
        "open-oracle",
        "open-oracle-alternate",
        "open-postgresql",
        "open-redis",
        "open-sqlserver",
    ];
    assert_eq!(high, administration.into_iter().chain(data).collect());
    let others = services().filter(|service| service.meta.risk != Risk::High);
    assert!(others.into_iter().all(|service| service.meta.risk == Risk::Medium));
}

#[test]
fn families_are_sorted_by_id() {
    for family in FAMILIES {
        assert!(family.is_sorted_by(|a, b| a.meta.id < b.meta.id), "{:?}", family.first().map(|s| s.meta.id));
    }
}

#[test]
fn port_ranges_are_valid_sorted_and_apart() {
    for service in services() {
        let id = service.meta.id;
        assert!(!service.tcp.is_empty() || !service.udp.is_empty(), "{id} has no ports");
        for ranges in [service.tcp, service.udp] {
            assert!(ranges.iter().all(|&(lo, hi)| 1 <= lo && lo <= hi), "{id}");
            // Neighbours would be one range: at least one port lies between two ranges.
            assert!(ranges.windows(2).all(|pair| u32::from(pair[0].1) + 1 < u32::from(pair[1].0)), "{id}");
        }
    }
}

#[test]
fn a_port_belongs_to_one_service() {
    let mut seen = BTreeSet::new();
    for service in services() {
        for (protocol, ranges) in [("TCP", service.tcp), ("UDP", service.udp)] {
            for port in ranges.iter().flat_map(|&(lo, hi)| lo..=hi) {
                assert!(seen.insert((protocol, port)), "{protocol} {port} of {} twice", service.meta.id);
            }
        }
    }
}

/// The question of a service names its protocols and the ends of its port ranges, and no other port.
#[test]
fn questions_name_exactly_their_protocols_and_ports() {
    for service in services() {
        let Meta { id, asks, .. } = service.meta;
        assert_eq!(asks.contains("TCP"), !service.tcp.is_empty(), "{id}");
        assert_eq!(asks.contains("UDP"), !service.udp.is_empty(), "{id}");
        let ends: BTreeSet<_> = service
            .tcp
            .iter()
            .chain(service.udp)
            .flat_map(|&(lo, hi)| [lo.to_string(), hi.to_string()])
            .collect();
        assert_eq!(numbers(asks), ends.iter().map(String::as_str).collect(), "{id}");
        assert!(asks.starts_with("Can everyone "), "{id}");
        // A range of three ports or more is named by its ends, one of two by both ports.
        for &(lo, hi) in service.tcp.iter().chain(service.udp).filter(|(lo, hi)| hi - lo >= 2) {
            assert!(asks.contains(&format!("from {lo} to {hi}")), "{id}");
        }
    }
}

#[test]
fn titles_are_short_and_name_the_smell() {
    let mut seen = BTreeSet::new();
    for meta in metas() {
        let Meta { id, title, .. } = *meta;
        assert!(!title.is_empty() && title.chars().count() <= 70, "{id}: {title}");
        assert!(!title.ends_with(['.', '?', '!']), "{id}: {title}");
        assert!(
            !title.contains(|c: char| c.is_ascii_digit()) || id == "open-db2" || id == "open-x11",
            "{id}"
        );
        assert!(seen.insert(title), "{title} twice");
    }
    for service in services() {
        assert!(service.meta.title.ends_with(" open to everyone"), "{}", service.meta.id);
    }
}

#[test]
fn texts_are_clean_sentences() {
    for meta in metas() {
        let id = meta.id;
        for (name, text) in sentences(meta) {
            assert!(text.chars().count() >= 20, "{id}.{name} says too little: {text:?}");
            assert!(text.ends_with(['.', '?']), "{id}.{name}: {text:?}");
            assert_eq!(text.trim(), text, "{id}.{name}");
            assert!(!text.contains("  ") && !text.contains(['\n', '\t']), "{id}.{name}: {text:?}");
            // These would break a Markdown table or turn into markup outside of code spans.
            assert!(text.matches('`').count() % 2 == 0, "{id}.{name}: {text:?}");
            let prose: String = text.split('`').step_by(2).collect();
            assert!(!text.contains('|') && !prose.contains(['<', '*', '_', '[']), "{id}.{name}: {text:?}");
        }
    }
}

#[test]
fn questions_ask_and_suggestions_are_one_sentence() {
    for meta in metas() {
        let Meta { id, asks, suggestion, .. } = *meta;
        assert_eq!(asks.matches('?').count(), 1, "{id}: {asks}");
        assert!(suggestion.ends_with('.') && !suggestion.contains(". "), "{id}: {suggestion}");
        assert!(suggestion.chars().count() <= 140, "{id}: {suggestion}");
    }
}

#[test]
fn texts_are_told_apart() {
    let mut seen = BTreeSet::new();
    for meta in metas() {
        for text in [meta.asks, meta.why, meta.fires, meta.silent] {
            assert!(seen.insert(text), "{}: {text:?} twice", meta.id);
        }
        assert_ne!(meta.fires, meta.silent);
    }
}

#[test]
fn items_that_a_text_refers_to_exist() {
    let ids: BTreeSet<_> = metas().map(|meta| meta.id).collect();
    for meta in metas() {
        for (name, text) in sentences(meta) {
            for code in text.split('`').skip(1).step_by(2).filter(|code| code.starts_with("open-")) {
                assert!(ids.contains(code) && code != meta.id, "{}.{name}: `{code}`", meta.id);
            }
        }
    }
}

/// A cloud's own words belong to its provider: the same texts serve every cloud.
#[test]
fn texts_are_neutral_between_clouds() {
    let words =
        ["Alibaba", "Aliyun", "Huawei", "AWS", "Amazon", "Azure", "ECS", "EC2", "Drop", "Accept", "ENI"];
    for meta in metas() {
        for (name, text) in sentences(meta).into_iter().chain([("title", meta.title)]) {
            let foreign = text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| words.contains(word));
            assert_eq!(foreign, None, "{}.{name}", meta.id);
        }
    }
    assert!(EVERYONE.ends_with('.') && !EVERYONE.contains("  "));
}
