//! File transfer, file sharing and the services that Windows shares files with.

use crate::{Meta, Risk, Service};

/// Sorted by id.
pub(super) static SERVICES: &[Service] = &[
    Service {
        meta: Meta {
            id: "open-ftp",
            title: "FTP is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 20 or to port 21? One of them is enough.",
            why: "FTP sends passwords and files in the clear, and its accounts are guessed by script. An \
                account that can write into a web folder is a way to run code on the server.",
            fix: "Use SFTP, which rides on SSH, and close both ports. Port 20 needs no inbound rule in any \
                case: in active mode the server calls from there, it is never called.",
            not_when: "A public archive with anonymous, read-only access on 21: waive it with that reason.",
            fires: "TCP 20/20 from 0.0.0.0/0 at priority 1, although no server waits there.",
            silent: "TCP 22/22 from 0.0.0.0/0: SFTP rides on SSH, and that is `open-ssh`.",
            suggestion: "Use SFTP and close 20 and 21, or allow 21 only from known addresses.",
        },
        tcp: &[(20, 21)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-msrpc",
            title: "Windows RPC is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 135?",
            why: "The endpoint mapper tells everybody which RPC services the server runs and on which ports. \
                Blaster spread through port 135 in 2003, and flaws in the RPC runtime that need no login \
                still turn up (CVE-2022-26809).",
            fix: "Close 135 to the internet. Where RPC is needed between sites, carry it through a VPN.",
            not_when: "Never: RPC was not made for the internet.",
            fires: "TCP 135/139 from 0.0.0.0/0 at priority 1; `open-netbios` fires beside it.",
            silent: "TCP 135/135 from 100.64.0.0/10: shared address space, not routed on the internet.",
            suggestion: "Close port 135 to the internet, and use a VPN between sites.",
        },
        tcp: &[(135, 135)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-netbios",
            title: "NetBIOS is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone reach any port from 137 to 139, over TCP or over UDP? One port over one of \
                the two is enough.",
            why: "The name service tells strangers the computer's name, its domain and who is logged in, and \
                its answers are longer than the questions, so it helps to flood others. On 139 file sharing \
                answers, with the weaknesses that port 445 has.",
            fix: "Switch NetBIOS over TCP/IP off, which no current Windows needs, and close 137 to 139 for \
                TCP and UDP.",
            not_when: "Never: NetBIOS is for the local network.",
            fires: "UDP 137/137 from 0.0.0.0/0 at priority 1: one port over one protocol is enough.",
            silent: "UDP 138/138 from 169.254.0.0/16: link-local addresses are no part of everyone.",
            suggestion: "Switch NetBIOS off and close 137 to 139 for TCP and UDP.",
        },
        tcp: &[(137, 139)],
        udp: &[(137, 139)],
    },
    Service {
        meta: Meta {
            id: "open-nfs",
            title: "NFS is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone reach port 2049, over TCP or over UDP? Either of the two is enough.",
            why: "With the usual `sys` security NFS believes the user number that the client states, and \
                nothing is encrypted. An export to `*` hands its files to anybody, and with `no_root_squash` \
                a stranger writes as root.",
            fix: "Allow 2049 only from the clients' network, name the clients in the exports, and use \
                Kerberos (`krb5p`) where the network is not yours alone.",
            not_when: "Hardly ever: offer public files over HTTPS instead.",
            fires: "UDP 2049/2049 from 0.0.0.0/0 at priority 1: NFS version 3 speaks UDP too.",
            silent: "TCP 2049/2049 and UDP 2049/2049 from 10.20.0.0/16 at priority 1, and nothing else.",
            suggestion: "Allow port 2049 (TCP and UDP) only from the clients' network.",
        },
        tcp: &[(2049, 2049)],
        udp: &[(2049, 2049)],
    },
    Service {
        meta: Meta {
            id: "open-rsync",
            title: "The rsync daemon is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 873?",
            why: "The daemon lists its modules to whoever asks and hands them out without a password unless \
                `auth users` says otherwise; such modules are often backups. Nothing is encrypted. In \
                versions 3.2.7 and 3.3.0 whoever may read may also get to run code (CVE-2024-12084).",
            fix: "Run rsync over SSH and close 873; else allow it only from the hosts that copy, with `hosts \
                allow` to match.",
            not_when: "A public mirror: read-only, without secrets, up to date. Waive it with that reason.",
            fires: "TCP 873/873 from 0.0.0.0/0 at priority 1, nothing of higher rank.",
            silent: "TCP 874/874 from 0.0.0.0/0, or UDP 873/873 from 0.0.0.0/0: another port, another \
                protocol.",
            suggestion: "Run rsync over SSH, or allow port 873 only from the hosts that copy.",
        },
        tcp: &[(873, 873)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-smb",
            title: "SMB file sharing is open to everyone",
            risk: Risk::Medium,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 445?",
            why: "WannaCry and NotPetya came through port 445 (EternalBlue, MS17-010), and SMBGhost \
                (CVE-2020-0796) showed that it was not the last such flaw. Guessed passwords give shares \
                away, and with an administrator's the whole machine.",
            fix: "Close 445 to the internet. Reach shares through a VPN, or over QUIC (UDP 443) where the \
                server supports it.",
            not_when: "Hardly ever: a hosted share that customers mount directly, with encryption demanded. \
                Many carriers block 445 anyway.",
            fires: "TCP 1/1024 from 0.0.0.0/0 at priority 1: the range holds 445.",
            silent: "TCP 445/445 from 0.0.0.0/0 in an outbound rule: only what comes in is asked about.",
            suggestion: "Close port 445 to the internet, and reach shares through a VPN.",
        },
        tcp: &[(445, 445)],
        udp: &[],
    },
];
