//! Hadoop and its relatives: clusters that run what they are given.

use crate::{Meta, Risk, Service};

/// Sorted by id.
pub(super) static SERVICES: &[Service] = &[
    Service {
        meta: Meta {
            id: "open-hadoop",
            title: "Hadoop's web pages are open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 50070 or to port 50030? One of them is enough.",
            why: "Without Kerberos the NameNode believes the name that comes in the address: \
                `?user.name=hdfs` on 50070 makes a stranger the superuser of the file system, who lists and \
                deletes at will. 50030 shows the jobs with their configuration, and sometimes the passwords \
                in it.",
            fix: "Allow both ports only from the administrators' network and among the nodes, and switch \
                Kerberos on.",
            not_when: "Hardly ever. For a public demonstration use a cluster that holds nothing, and waive \
                it with an end date.",
            fires: "TCP 50070/50070 from 0.0.0.0/0 at priority 1: one of the two ports is enough.",
            silent: "TCP 9870/9870 from 0.0.0.0/0: Hadoop 3 moved the page there, and this item asks about \
                the older ports only.",
            suggestion: "Allow 50070 and 50030 only from the cluster and its administrators.",
        },
        tcp: &[(50_030, 50_030), (50_070, 50_070)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-hadoop-yarn",
            title: "YARN's ResourceManager is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 8088?",
            why: "Without Kerberos the ResourceManager accepts an application from anybody: two HTTP \
                requests start a command of the attacker's on the cluster, under the name `dr.who`. Mining \
                botnets have used this since 2018.",
            fix: "Allow 8088 only from the administrators' network and the hosts that submit work, and \
                switch Kerberos on.",
            not_when: "Hardly ever: users who submit work can come through a gateway host or a VPN.",
            fires: "TCP 8088/8088 from 0.0.0.0/0 to one local address of the interface: one address is \
                enough.",
            silent: "TCP 8088/8088 from 192.168.0.0/16: private addresses only.",
            suggestion: "Allow port 8088 only from the hosts that submit work to the cluster.",
        },
        tcp: &[(8088, 8088)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-hdfs",
            title: "HDFS is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 8020 or to port 50470? One of them is enough.",
            why: "8020 is the NameNode itself. Without Kerberos it believes the user name that the client \
                states, so `HADOOP_USER_NAME=hdfs` is all it takes to list, rename and delete every file. \
                50470 is the NameNode's page over TLS, which encrypts, but asks nobody for a name.",
            fix: "Allow 8020 only among the nodes and from the hosts that submit work, 50470 only from the \
                administrators, and switch Kerberos on.",
            not_when: "Hardly ever: data from outside can come in through a gateway that knows its users.",
            fires: "TCP 8020/8020 from ::/0 at priority 1, nothing of higher rank.",
            silent: "TCP 50070/50070 from 0.0.0.0/0: that is `open-hadoop`.",
            suggestion: "Allow 8020 and 50470 only from the cluster and its administrators.",
        },
        tcp: &[(8020, 8020), (50_470, 50_470)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-spark",
            title: "Spark's submission server is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 6066?",
            why: "On 6066 a standalone Spark master takes jobs over REST, and asks nobody for a login: one \
                request names a JAR anywhere on the internet, and its driver runs on the cluster \
                (CVE-2018-11770). Spark's shared secret does not protect this port.",
            fix: "Set `spark.master.rest.enabled` to `false`, the default since 2.4, and close 6066; else \
                allow it only from the hosts that submit work.",
            not_when: "Hardly ever: users who submit jobs can come through a gateway host or a VPN.",
            fires: "TCP 6000/6100 from 0.0.0.0/0 at priority 1; `open-x11` fires beside it.",
            silent: "TCP 6066/6066 from 0.0.0.0/0 at priority 100, under a deny of all protocols from \
                0.0.0.0/0 at priority 99.",
            suggestion: "Switch the REST submission server off, or allow port 6066 only from the hosts that \
                submit work.",
        },
        tcp: &[(6066, 6066)],
        udp: &[],
    },
];
