//! Web consoles and management interfaces of applications.

use crate::{Meta, Risk, Service};

/// Sorted by id.
pub(super) static SERVICES: &[Service] = &[
    Service {
        meta: Meta {
            id: "open-kibana",
            title: "Kibana is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 5601?",
            why: "Kibana shows and changes whatever its Elasticsearch holds; where no login is set up, every \
                visitor may. Its developer console deletes an index in one line, and before 5.6.15 and 6.6.1 \
                a visitor could get a shell on the server (CVE-2019-7609).",
            fix: "Switch the security features on, put Kibana behind a proxy with single sign-on, and allow \
                5601 only from that proxy or your own addresses.",
            not_when: "A dashboard that is public on purpose, with anonymous users limited to reading it: \
                waive it with that reason.",
            fires: "TCP 5600/5700 from ::/0 at priority 1, nothing of higher rank.",
            silent: "TCP 443/443 from 0.0.0.0/0 with a proxy that passes requests on to 5601: the group sees \
                443 only.",
            suggestion: "Put Kibana behind a proxy with a login, and allow port 5601 only from there.",
        },
        tcp: &[(5601, 5601)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-splunk",
            title: "Splunk's management port is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 8089 or to port 8090? One of them is enough.",
            why: "8089 is splunkd's management interface. An administrator's password, guessed or left at \
                its default in old versions, is enough to install an app, and an app runs scripts. Before \
                version 9 any client of a deployment server could push code to the others (CVE-2022-32158).",
            fix: "Allow 8089 and 8090 only among the Splunk servers and from their administrators; on \
                forwarders switch the management port off where nothing uses it.",
            not_when: "Forwarders at unknown addresses that fetch their configuration from a deployment \
                server: keep it current, check certificates, and waive the finding. If 8090 belongs to \
                something else, such as Confluence, judge that instead.",
            fires: "TCP 8000/8100 from 0.0.0.0/0 at priority 1: the range holds both ports.",
            silent: "TCP 8088/8088 from 0.0.0.0/0: the HTTP event collector's port is not asked about here; \
                `open-hadoop-yarn` fires instead.",
            suggestion: "Allow 8089 and 8090 only among the Splunk servers and from their administrators.",
        },
        tcp: &[(8089, 8090)],
        udp: &[],
    },
];
