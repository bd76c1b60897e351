//! Services that a network lives on: names, directories, mail.

use crate::{Meta, Risk, Service};

/// Sorted by id.
pub(super) static SERVICES: &[Service] = &[
    Service {
        meta: Meta {
            id: "open-dns",
            title: "DNS is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone reach port 53, over TCP or over UDP? Either of the two is enough.",
            why: "A resolver that answers everybody is used to flood others: small questions with a forged \
                sender, answers up to 50 times as long. It can also be fed false answers more easily. Over \
                TCP a careless name server hands out whole zones.",
            fix: "Allow 53 only from the networks that the resolver serves, for TCP and UDP.",
            not_when: "An authoritative name server must be open. Make sure that it does not recurse, that \
                it limits its answer rate and refuses zone transfers, then waive the finding.",
            fires: "UDP 53/53 from 0.0.0.0/0 at priority 1, while TCP 53 is closed.",
            silent: "UDP 1/65535 from 0.0.0.0/0 at priority 10, under a deny of UDP 53/53 from 0.0.0.0/0 at \
                priority 1.",
            suggestion: "Allow port 53 only from the networks that it serves, unless this is an \
                authoritative name server.",
        },
        tcp: &[(53, 53)],
        udp: &[(53, 53)],
    },
    Service {
        meta: Meta {
            id: "open-ldap",
            title: "LDAP is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone reach port 389, over TCP or over UDP? Either of the two is enough.",
            why: "Over UDP (CLDAP) a domain controller answers with 50 to 70 times what it was asked, to \
                whatever sender was forged: a favourite for floods. Over TCP an anonymous bind may list \
                people and groups, and a simple bind sends the password in the clear.",
            fix: "Close UDP 389 to the internet without exception. Allow TCP 389 only from your own \
                networks; clients outside should use LDAPS on 636, or better a VPN.",
            not_when: "A public directory that is meant to be read anonymously, over TCP only: waive it with \
                that reason, and keep UDP closed.",
            fires: "UDP 389/389 from 0.0.0.0/0 at priority 1, while TCP 389 is closed.",
            silent: "TCP 636/636 from 0.0.0.0/0: LDAPS is not asked about.",
            suggestion: "Close UDP 389 to the internet, and allow TCP 389 only from your own networks.",
        },
        tcp: &[(389, 389)],
        udp: &[(389, 389)],
    },
    Service {
        meta: Meta {
            id: "open-smtp",
            title: "SMTP is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 25?",
            why: "A mail server that relays for strangers sends their spam in your name, and your addresses \
                end on blocklists. A mail server that nobody meant to run is seldom patched; flaws such as \
                CVE-2019-10149 in Exim gave root to whoever could send it a message.",
            fix: "Close 25 unless this server is one of your domain's MX hosts. Users who submit mail belong \
                on 465 or 587, with a login.",
            not_when: "An MX host must be open on 25, or no mail arrives. Test that it does not relay, then \
                waive the finding.",
            fires: "TCP 25/25 from 0.0.0.0/0 at priority 1, nothing of higher rank.",
            silent: "TCP 25/25 to 0.0.0.0/0 in an outbound rule: only what comes in is asked about.",
            suggestion: "Close port 25 unless this server is an MX host of yours that does not relay.",
        },
        tcp: &[(25, 25)],
        udp: &[],
    },
];
