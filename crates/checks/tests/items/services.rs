//! The items that ask about the ports of a service: one table, and the fixtures that follow from it.

use portreeve_checks::Settings;

use crate::common::{all_but, estate};
use crate::estates::in_use;
use crate::fixture::{Fixture, Sort};

/// Every service item with its TCP ports and its UDP ports, written down apart from the catalogue.
pub(crate) const SERVICES: &[(&str, &[u16], &[u16])] = &[
    ("open-cassandra", &[7000, 7199, 9042, 9160], &[]),
    ("open-couchdb", &[5984], &[]),
    ("open-db2", &[50_000], &[]),
    ("open-dns", &[53], &[53]),
    ("open-docker", &[2375, 2376], &[]),
    ("open-elasticsearch", &[9200, 9300], &[]),
    ("open-etcd", &[2379, 2380], &[]),
    ("open-ftp", &[20, 21], &[]),
    ("open-hadoop", &[50_030, 50_070], &[]),
    ("open-hadoop-yarn", &[8088], &[]),
    ("open-hdfs", &[8020, 50_470], &[]),
    ("open-influxdb", &[8086], &[]),
    ("open-kafka", &[9092], &[]),
    ("open-kibana", &[5601], &[]),
    ("open-kubelet", &[10_250], &[]),
    ("open-kubernetes-api", &[6443], &[]),
    ("open-ldap", &[389], &[389]),
    ("open-memcached", &[11_211], &[11_211]),
    ("open-mongodb", &[27_017], &[]),
    ("open-mongodb-shard", &[27_018], &[]),
    ("open-msrpc", &[135], &[]),
    ("open-mysql", &[3306], &[]),
    ("open-mysql-alternate", &[4333], &[]),
    ("open-netbios", &[137, 138, 139], &[137, 138, 139]),
    ("open-nfs", &[2049], &[2049]),
    ("open-oracle", &[1521], &[]),
    ("open-oracle-alternate", &[2483], &[]),
    ("open-postgresql", &[5432], &[]),
    ("open-rabbitmq", &[5672, 15_672], &[]),
    ("open-rdp", &[3389], &[3389]),
    ("open-redis", &[6379], &[]),
    ("open-rsync", &[873], &[]),
    ("open-salt", &[4505, 4506], &[]),
    ("open-smb", &[445], &[]),
    ("open-smtp", &[25], &[]),
    ("open-spark", &[6066], &[]),
    ("open-splunk", &[8089, 8090], &[]),
    ("open-sql-browser", &[], &[1434]),
    ("open-sqlserver", &[1433], &[]),
    ("open-ssh", &[22], &[]),
    ("open-telnet", &[23], &[]),
    ("open-vnc", &[5500, 5900, 5901, 5902, 5903], &[]),
    ("open-winrm", &[5985, 5986], &[]),
    ("open-x11", &[6000, 6001, 6002, 6003, 6004, 6005, 6006, 6007, 6008, 6009], &[]),
    ("open-zookeeper", &[2181], &[]),
];

/// The service whose item asks about a port, if one does.
pub(crate) fn owner(protocol: &str, port: u16) -> Option<&'static str> {
    let asks = |(_, tcp, udp): &&(&str, &[u16], &[u16])| {
        let ports = if protocol == "tcp" { tcp } else { udp };
        ports.contains(&port)
    };
    SERVICES.iter().find(asks).map(|(id, ..)| *id)
}

/// The line of a service item that fires for one rule of the group above.
fn fired(item: &str, protocol: &str, port: u16, from: &str) -> String {
    format!(
        "{item} sure internet web | eni-1 at_risk, eni-2 at_risk | {protocol} {port} from {from} | web#ingress/1"
    )
}

fn fixture(item: &'static str, sort: Sort, name: String, rules: &str, expected: Vec<String>) -> Fixture {
    Fixture { item, sort, name, estate: estate(&in_use(rules)), settings: Settings::default(), expected }
}

/// All fixtures of all services.
pub(crate) fn fixtures() -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for &(item, tcp, udp) in SERVICES {
        for (protocol, ports, others) in [("tcp", tcp, udp), ("udp", udp, tcp)] {
            for &port in ports {
                of_port(item, protocol, port, &mut fixtures);
                if !others.contains(&port) {
                    let other = if protocol == "tcp" { "udp" } else { "tcp" };
                    fixtures.push(near_miss(item, other, port));
                }
            }
            let beside = ports.iter().flat_map(|port| [port - 1, port + 1]);
            fixtures.extend(
                beside.filter(|port| !ports.contains(port)).map(|port| near_miss(item, protocol, port)),
            );
        }
    }
    fixtures
}

/// One port: open to everyone, open to a private block, and open to all but one address.
fn of_port(item: &'static str, protocol: &str, port: u16, fixtures: &mut Vec<Fixture>) {
    let name = |what: &str| format!("{protocol} {port} {what}");
    fixtures.push(fixture(
        item,
        Sort::Firing,
        name("from everywhere"),
        &format!("in 1 allow {protocol} {port} from 0.0.0.0/0"),
        vec![fired(item, protocol, port, "0.0.0.0/0")],
    ));
    fixtures.push(fixture(
        item,
        Sort::Silent,
        name("from a private block"),
        &format!("in 1 allow {protocol} {port} from 10.0.0.0/8"),
        Vec::new(),
    ));
    // All but one address is not everyone; whole blocks of /8 are left, and that is another item's matter.
    fixtures.push(fixture(
        item,
        Sort::NearMiss,
        name("from all but one address"),
        &format!(
            "in 1 allow {protocol} {port} from 0.0.0.0/0
             in 1 deny {protocol} {port} from 8.8.8.8/32"
        ),
        vec![fired("wide-source", protocol, port, &all_but([8, 8, 8, 8]))],
    ));
}

/// A port that the item does not ask about, open to everyone: silence, unless it is another item's port.
fn near_miss(item: &'static str, protocol: &str, port: u16) -> Fixture {
    let others = owner(protocol, port);
    assert_ne!(others, Some(item), "a near miss must miss");
    fixture(
        item,
        Sort::NearMiss,
        format!("{protocol} {port} from everywhere"),
        &format!("in 1 allow {protocol} {port} from 0.0.0.0/0"),
        others.map(|other| fired(other, protocol, port, "0.0.0.0/0")).into_iter().collect(),
    )
}
