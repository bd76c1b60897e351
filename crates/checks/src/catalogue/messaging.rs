//! Message brokers and what coordinates them.

use crate::{Meta, Risk, Service};

/// Sorted by id.
pub(super) static SERVICES: &[Service] = &[
    Service {
        meta: Meta {
            id: "open-kafka",
            title: "Kafka is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 9092?",
            why: "On 9092 Kafka usually listens with neither TLS nor login, and without ACLs everybody may \
                do everything: read each topic from its beginning, write false events, delete topics. \
                Consumers believe what they read there.",
            fix: "Allow 9092 only from the producers, the consumers and the other brokers. Give clients from \
                outside a listener of their own, with TLS and SASL, on another port.",
            not_when: "A broker whose 9092 is set up with TLS, SASL and ACLs for partners at unknown \
                addresses: waive it with that reason.",
            fires: "TCP 9092/9092 from a prefix list that is not in the input: the list may hold everyone, \
                so the finding is `possible`.",
            silent: "TCP 9092/9092 from an empty prefix list: it lets nobody in; `never-acts` reports the \
                rule.",
            suggestion: "Allow port 9092 only from brokers, producers and consumers.",
        },
        tcp: &[(9092, 9092)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-rabbitmq",
            title: "RabbitMQ is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 5672 or to port 15672? One of them is enough.",
            why: "5672 is AMQP without TLS: passwords and messages can be read on the way. 15672 is the \
                management page, where passwords are guessed at leisure; `guest`/`guest` works there \
                wherever its limit to the local host was lifted. Whoever is in reads, injects and purges \
                queues.",
            fix: "Allow 5672 only from the applications and 15672 only from the administrators, delete \
                `guest`, and use 5671 (TLS) for clients outside.",
            not_when: "Devices in the field that must speak AMQP from unknown addresses: give them 5671 with \
                TLS rather than 5672.",
            fires: "TCP 15672/15672 from 0.0.0.0/0 at priority 1: one of the two ports is enough.",
            silent: "TCP 5671/5671 from 0.0.0.0/0: AMQP over TLS is not asked about.",
            suggestion: "Allow 5672 only from your applications, and 15672 only from your administrators.",
        },
        tcp: &[(5672, 5672), (15_672, 15_672)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-zookeeper",
            title: "ZooKeeper is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 2181?",
            why: "ZooKeeper's entries are open to the world unless an ACL was set on each. Kafka, HBase and \
                Solr keep their configuration and their leaders there, so a stranger can read it, change it, \
                or bring the cluster behind it to a halt.",
            fix: "Allow 2181 only from the services that use this ensemble, and set ACLs with SASL or TLS.",
            not_when: "Never: the clients of ZooKeeper are servers of your own, and you know their \
                addresses.",
            fires: "TCP 2181/2181 from 0.0.0.0/0 at priority 50, above a deny of TCP 2181/2181 from \
                0.0.0.0/0 at priority 100: the deny comes too late.",
            silent: "TCP 2181/2181 from 0.0.0.0/0 at priority 100, under the same deny at priority 50.",
            suggestion: "Allow port 2181 only from the services that use this ensemble.",
        },
        tcp: &[(2181, 2181)],
        udp: &[],
    },
];
