//! Relational databases, and the service that tells where one listens.

use crate::{Meta, Risk, Service};

/// Sorted by id.
pub(super) static SERVICES: &[Service] = &[
    Service {
        meta: Meta {
            id: "open-db2",
            title: "Db2 is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 50000?",
            why: "Db2 checks the passwords of the operating system's own accounts, so every guess on port \
                50000 is a guess at a login of the server. With the default authentication type and no TLS, \
                those passwords cross the internet in the clear.",
            fix: "Allow 50000 only from the group of the application servers, administer through a VPN or an \
                SSH tunnel, and switch TLS on.",
            not_when: "Another program of yours uses port 50000 (Jenkins takes its agents there) and must be \
                reached from anywhere: waive it with that reason.",
            fires: "TCP 50000/50000 from 0.0.0.0/1 and TCP 50000/50000 from 128.0.0.0/1: the two halves \
                together are everyone.",
            silent: "TCP 1/49999 from 0.0.0.0/0: the range ends one port short.",
            suggestion: "Allow port 50000 only from the servers that use the database.",
        },
        tcp: &[(50_000, 50_000)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-mysql",
            title: "MySQL is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 3306?",
            why: "Open MySQL servers are found by scanning and their root account is guessed without pause. \
                Thieves work by script: copy the tables, drop them, leave a table with a ransom note. A \
                server without TLS also sends queries and results in the clear.",
            fix: "Allow 3306 only from the group of the application servers, bind the server to its private \
                address, and administer through an SSH tunnel or a VPN.",
            not_when: "A database that customers at unknown addresses must reach directly: demand TLS \
                (`require_secure_transport`), give each an account of its own, and waive the finding.",
            fires: "TCP 3306/3306 from 0.0.0.0/0 at priority 10, under a deny of 10.0.0.0/8 at priority 1: \
                private addresses are no part of everyone.",
            silent: "UDP 3306/3306 from 0.0.0.0/0: MySQL speaks TCP only.",
            suggestion: "Allow port 3306 only from the servers that use the database.",
        },
        tcp: &[(3306, 3306)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-mysql-alternate",
            title: "MySQL's alternate port is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 4333?",
            why: "4333 was the port of mSQL, and some MySQL installations listen there to be out of the way. \
                They are not: lists of database ports to try contain it, and a port scan finds any other. \
                What is said of 3306 (`open-mysql`) holds here as well.",
            fix: "Treat it like 3306: allow it only from the group of the application servers, and \
                administer through an SSH tunnel or a VPN.",
            not_when: "Something else of yours listens on 4333 and is meant for the public: waive it with \
                that reason.",
            fires: "TCP 3306/4333 from 0.0.0.0/0 at priority 1: the range opens both ports, and `open-mysql` \
                fires beside it.",
            silent: "TCP 3306/3306 from 0.0.0.0/0: that is `open-mysql`.",
            suggestion: "Allow port 4333 only from the servers that use the database.",
        },
        tcp: &[(4333, 4333)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-oracle",
            title: "The Oracle listener is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 1521?",
            why: "The listener answers before any login: it lets strangers guess service names and then the \
                well-known accounts. On a listener open to CVE-2012-1675 attackers register an instance of \
                their own and read the sessions that are sent to it.",
            fix: "Allow 1521 only from the group of the application servers, and switch valid node checking \
                on, so that the listener itself refuses others.",
            not_when: "A database that partners at unknown addresses must reach directly: use TLS on a port \
                of its own, and waive the finding.",
            fires: "TCP 1521/1521 from a prefix list that holds 0.0.0.0/1 and 128.0.0.0/1.",
            silent: "TCP 1521/1521 from 0.0.0.0/1 alone: half of the internet is not everyone; `wide-source` \
                reports it.",
            suggestion: "Allow port 1521 only from the servers that use the database.",
        },
        tcp: &[(1521, 1521)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-oracle-alternate",
            title: "Oracle's registered listener port is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 2483?",
            why: "2483 is the port registered for Oracle's listener without TLS (with TLS it is 2484). It is \
                the same listener as on 1521, with the same weaknesses, and unless native encryption is on, \
                queries and results can be read on the way.",
            fix: "Treat it like 1521: allow it only from the group of the application servers, and switch \
                valid node checking on.",
            not_when: "Something else of yours listens on 2483 and is meant for the public: waive it with \
                that reason.",
            fires: "TCP 2483/2484 from ::/0 at priority 1, nothing of higher rank.",
            silent: "TCP 2484/2484 from 0.0.0.0/0: the port registered for TLS is not asked about.",
            suggestion: "Allow port 2483 only from the servers that use the database.",
        },
        tcp: &[(2483, 2483)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-postgresql",
            title: "PostgreSQL is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 5432?",
            why: "One line in `pg_hba.conf` that ends in `trust` turns the open port into an open database. \
                Where a password is asked, that of `postgres` is guessed, and a superuser runs programs on \
                the server with `COPY ... FROM PROGRAM`: miners have spread that way.",
            fix: "Allow 5432 only from the group of the application servers, narrow `listen_addresses` and \
                `pg_hba.conf` to match, and administer through an SSH tunnel or a VPN.",
            not_when: "A database that customers at unknown addresses must reach directly: demand TLS and \
                `scram-sha-256`, and waive the finding.",
            fires: "TCP 5432/5432 from ::/1 at priority 1: the range holds all of 2000::/3.",
            silent: "TCP 5432/5432 from 0.0.0.0/0 at priority 10, under a deny of 1.0.0.0/8 at priority 5: \
                no longer everyone; `wide-source` reports what is left.",
            suggestion: "Allow port 5432 only from the servers that use the database.",
        },
        tcp: &[(5432, 5432)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-sql-browser",
            title: "The SQL Server Browser is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone send UDP to port 1434?",
            why: "A question of one byte makes the browser list every SQL Server instance with its version \
                and port. The answer is much longer than the question, so forged senders use it to flood \
                others. In 2003 SQL Slammer went around the world through this port in minutes.",
            fix: "Close UDP 1434. Give each instance a fixed port and name that port in the clients, then \
                the browser is not needed.",
            not_when: "Hardly ever: clients that name the port do not ask the browser.",
            fires: "UDP 1/65535 from 0.0.0.0/0 at priority 1; `open-all-ports` fires beside it.",
            silent: "TCP 1434/1434 from 0.0.0.0/0: the browser speaks UDP only.",
            suggestion: "Close UDP 1434 and let clients name the instance's port.",
        },
        tcp: &[],
        udp: &[(1434, 1434)],
    },
    Service {
        meta: Meta {
            id: "open-sqlserver",
            title: "SQL Server is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 1433?",
            why: "The name of SQL Server's administrator, `sa`, is known, so only the password is left to \
                guess, and botnets do little else. Once in, `xp_cmdshell` runs commands on Windows, and the \
                database is the first thing to be encrypted or sold.",
            fix: "Allow 1433 only from the group of the application servers, disable `sa`, and administer \
                through a VPN.",
            not_when: "A database that customers at unknown addresses must reach directly: force encryption, \
                disable `sa`, and waive the finding.",
            fires: "All protocols from 0.0.0.0/0 at priority 100, with nothing of higher rank that denies.",
            silent: "An outbound rule TCP 1433/1433 to 0.0.0.0/0: only what comes in is asked about.",
            suggestion: "Allow port 1433 only from the servers that use the database.",
        },
        tcp: &[(1433, 1433)],
        udp: &[],
    },
];
