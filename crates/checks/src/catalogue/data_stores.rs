//! Data stores other than relational databases: documents, keys, columns, time series, caches.

use crate::{Meta, Risk, Service};

/// Sorted by id.
pub(super) static SERVICES: &[Service] = &[
    Service {
        meta: Meta {
            id: "open-cassandra",
            title: "Cassandra is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 7000, 7199, 9042 or 9160? One of them is \
                enough.",
            why: "By default Cassandra believes whoever connects on 9042 or 9160, and where a login was \
                switched on, `cassandra`/`cassandra` often still works. Whoever reaches JMX on 7199 without \
                a password can make the server run code, and on 7000 a stranger's machine may join the ring \
                and receive data.",
            fix: "Allow 7000 and 7199 only among the nodes, 9042 only from the group of the application \
                servers, and close 9160, which current versions no longer use.",
            not_when: "A ring that spans clouds over public addresses: name the other nodes' addresses one \
                by one, with TLS between nodes. No node needs everyone.",
            fires: "TCP 7199/7199 from 0.0.0.0/0 at priority 1: one of the four ports is enough.",
            silent: "TCP 7001/7198 from 0.0.0.0/0: the range lies between two of the ports.",
            suggestion: "Keep 7000 and 7199 among the nodes, and allow 9042 only from the servers that use \
                the database.",
        },
        tcp: &[(7000, 7000), (7199, 7199), (9042, 9042), (9160, 9160)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-couchdb",
            title: "CouchDB is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 5984?",
            why: "Before version 3 a fresh CouchDB treated every visitor as administrator. With \
                CVE-2017-12635 and CVE-2017-12636 (before 2.1.1) strangers make themselves administrators \
                and then run commands on the server. Port 5984 is plain HTTP, so passwords can be read on \
                the way.",
            fix: "Allow 5984 only from the application servers. Where browsers or phones replicate, put a \
                proxy with TLS before it and open that.",
            not_when: "A public CouchDB that serves replication on purpose, with an administrator set and \
                every database's members named: waive it.",
            fires: "TCP 5984/5984 from 2000::/3 at priority 1, nothing of higher rank.",
            silent: "TCP 5984/5984 from fc00::/7: only private IPv6 addresses.",
            suggestion: "Allow port 5984 only from the servers that use the database, or put a proxy with \
                TLS before it.",
        },
        tcp: &[(5984, 5984)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-elasticsearch",
            title: "Elasticsearch is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 9200 or to port 9300? One of them is enough.",
            why: "Before version 8 Elasticsearch came without a login: whoever reaches 9200 reads, changes \
                and deletes every index over plain HTTP. In 2020 a bot called Meow wiped thousands of such \
                servers. On 9300 the nodes talk to each other, and a stranger may talk along.",
            fix: "Allow 9200 only from the application servers and 9300 only among the nodes, and switch the \
                security features on.",
            not_when: "A search that is public on purpose belongs behind an application or a proxy that \
                passes nothing but the search; then 9200 itself need not be open.",
            fires: "TCP 9000/9300 from 0.0.0.0/0 at priority 1: the range holds both ports.",
            silent: "TCP 9201/9299 from 0.0.0.0/0: between the two ports, on neither.",
            suggestion: "Allow 9200 only from the servers that search, and 9300 only among the nodes.",
        },
        tcp: &[(9200, 9200), (9300, 9300)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-influxdb",
            title: "InfluxDB is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 8086?",
            why: "Version 1 asks for no password until that is switched on, and before 1.7.6 a token signed \
                with an empty secret passed as anybody's (CVE-2019-20933). The series tell host names, load \
                and business figures, and one statement drops them all.",
            fix: "Allow 8086 only from the collectors and the dashboards, and switch authentication on.",
            not_when: "Devices in the field that write from unknown addresses: put a proxy with TLS before \
                it that passes writes only, and waive the finding until then.",
            fires: "TCP 8000/8999 from 0.0.0.0/0 at priority 1, nothing of higher rank.",
            silent: "TCP 8000/8999 from 0.0.0.0/0 at priority 10, under a deny of TCP 8086/8086 from \
                0.0.0.0/0 at priority 1.",
            suggestion: "Allow port 8086 only from your collectors and dashboards.",
        },
        tcp: &[(8086, 8086)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-memcached",
            title: "Memcached is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone reach port 11211, over TCP or over UDP? Either of the two is enough.",
            why: "Memcached has no login by default. Over TCP anybody reads and replaces what is cached, \
                sessions included. Over UDP one small request with a forged sender draws an answer tens of \
                thousands of times its size: in February 2018 such servers sent 1.35 Tbit/s at GitHub.",
            fix: "Allow 11211 only from the application servers, bind it to the private address, and start \
                it with `-U 0`, the default since 1.5.6, which switches UDP off.",
            not_when: "Never: no client that you do not know has business with a cache.",
            fires: "UDP 11211/11211 from 0.0.0.0/0 at priority 1, while TCP 11211 is closed.",
            silent: "TCP 11211/11211 and UDP 11211/11211 from 172.16.0.0/12: private addresses only.",
            suggestion: "Close 11211 for TCP and UDP to all but the servers that use the cache.",
        },
        tcp: &[(11_211, 11_211)],
        udp: &[(11_211, 11_211)],
    },
    Service {
        meta: Meta {
            id: "open-mongodb",
            title: "MongoDB is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 27017?",
            why: "MongoDB asks for no password until access control is switched on. In the first weeks of \
                2017 tens of thousands of open databases were copied, wiped and held to ransom, and the \
                scripts that did it are still running.",
            fix: "Allow 27017 only from the group of the application servers, switch access control on, and \
                keep `bindIp` to private addresses.",
            not_when: "A database that customers at unknown addresses must reach directly: demand TLS and a \
                login, and waive the finding.",
            fires: "TCP by a port list that holds 27017, from ::/0 at priority 1.",
            silent: "TCP 27017/27017 with another group as its peer: that stands for the private addresses \
                of the group's members.",
            suggestion: "Allow port 27017 only from the servers that use the database.",
        },
        tcp: &[(27_017, 27_017)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-mongodb-shard",
            title: "A MongoDB shard is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 27018?",
            why: "27018 is where a shard of a cluster listens (`--shardsvr`). Whoever reaches it talks past \
                the router, to a server on which the cluster's own users do not exist; where access control \
                is not on for the shard too, its part of the data is free to take.",
            fix: "Allow 27018 only among the members of the cluster and from its routers. Applications use \
                the router on 27017.",
            not_when: "A cluster that spans clouds over public addresses: name the other members' addresses \
                one by one, with TLS. No shard needs everyone.",
            fires: "TCP 27017/27019 from 0.0.0.0/0 at priority 1: `open-mongodb` fires beside it.",
            silent: "TCP 27017/27017 from 0.0.0.0/0: that is `open-mongodb`.",
            suggestion: "Allow port 27018 only from the routers and members of the cluster.",
        },
        tcp: &[(27_018, 27_018)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-redis",
            title: "Redis is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 6379?",
            why: "A Redis without a password takes orders from anybody. With `CONFIG SET dir` and \
                `dbfilename` attackers make it write their own SSH key into `authorized_keys` or a job into \
                cron; or they make it a replica of their own server and load a module. Protected mode should \
                stop this, but many images and guides switch it off.",
            fix: "Allow 6379 only from the group of the application servers, bind it to the private address, \
                and set a password or ACL. Afterwards look for foreign keys and cron jobs: an open Redis \
                seldom stays alone.",
            not_when: "Never for plain Redis. Clients at unknown addresses should come through a VPN or an \
                application of yours.",
            fires: "Group A opens TCP 6379/6379 to 0.0.0.0/1, group B to 128.0.0.0/1, and one interface \
                carries both: neither group alone does it, so the finding belongs to the interface.",
            silent: "TCP 6379/6379 from 0.0.0.0/0 at priority 5, beside a deny of TCP 6379/6379 from \
                0.0.0.0/0 at priority 5: at equal rank the deny wins.",
            suggestion: "Allow port 6379 only from the servers that use Redis, and look for foreign SSH keys \
                and cron jobs.",
        },
        tcp: &[(6379, 6379)],
        udp: &[],
    },
];
