//! Remote administration: whoever gets in here works on the machine as if sitting before it.

use crate::{Meta, Risk, Service};

/// Sorted by id.
pub(super) static SERVICES: &[Service] = &[
    Service {
        meta: Meta {
            id: "open-rdp",
            title: "Remote Desktop is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: true,
            asks: "Can everyone reach port 3389, over TCP or over UDP? Either of the two is enough.",
            why: "RDP is one of the most used ways in for ransomware: open 3389 is found by scanning, and \
                passwords are guessed day and night. Flaws that need no password, such as BlueKeep \
                (CVE-2019-0708), have turned up in it too. An answer of UDP 3389 can be more than 80 times \
                as long as the question, so the server also lends itself to floods against others.",
            fix: "Allow 3389 only from the addresses that your administrators use, or close it and go \
                through a VPN, a bastion host or a Remote Desktop gateway. Narrow TCP and UDP together: \
                today's clients use both.",
            not_when: "During a short emergency in which nobody can name the administrators' addresses: \
                waive it with an early end date. Behind a Remote Desktop gateway the gateway's 443 is what \
                is open, and 3389 never has to be.",
            fires: "UDP 3389/3389 from 0.0.0.0/0 at priority 1, while no rule opens TCP 3389.",
            silent: "All protocols from 0.0.0.0/0 at priority 10, beside a deny of all protocols from \
                0.0.0.0/0 at priority 10: at equal rank the deny wins.",
            suggestion: "Allow 3389 (TCP and UDP) only from your administrators' addresses, or reach the \
                server through a VPN or a bastion host.",
        },
        tcp: &[(3389, 3389)],
        udp: &[(3389, 3389)],
    },
    Service {
        meta: Meta {
            id: "open-salt",
            title: "The Salt master is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 4505 or to port 4506? One of them is enough.",
            why: "The Salt master runs commands as root on every minion. With CVE-2020-11651 a stranger who \
                could reach 4506 needed no key to give such commands; in May 2020 whole fleets were turned \
                into miners within days of the notice.",
            fix: "Allow 4505 and 4506 on the master only from the networks of its minions. Minions connect \
                to the master, so a minion itself needs neither port open.",
            not_when: "A master whose minions sit at changing public addresses. Then keep it patched, accept \
                keys by hand, and waive the finding with that reason.",
            fires: "TCP 4506/4506 from ::/0 at priority 1, nothing of higher rank: one port and one family \
                are enough.",
            silent: "TCP 4505/4506 from a rule whose peer is the group of the minions: a group stands for \
                the private addresses of its members only.",
            suggestion: "Allow 4505 and 4506 only from the minions' networks, and only on the master.",
        },
        tcp: &[(4505, 4506)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-ssh",
            title: "SSH is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: true,
            asks: "Can everyone open a TCP connection to port 22?",
            why: "An open port 22 is found within minutes and tried with stolen and guessed passwords around \
                the clock. One weak password, one leaked key or one flaw before login (regreSSHion, \
                CVE-2024-6387) gives the attacker a shell, and often root.",
            fix: "Allow port 22 only from the addresses that your administrators use (a prefix list keeps \
                them in one place), or only from a bastion host or VPN. Add the narrow rule first, check \
                that you can still log in, then take the wide one away.",
            not_when: "A bastion host or a public Git server that is meant to be reached from anywhere: \
                accept keys only, keep nothing else on it, and waive the finding.",
            fires: "TCP 22/22 from 0.0.0.0/0 at priority 1, nothing of higher rank.",
            silent: "TCP 22/22 from 0.0.0.0/0 at priority 10, under a deny of TCP 22/22 from 0.0.0.0/0 at \
                priority 5.",
            suggestion: "Allow port 22 only from your administrators' addresses, or reach the server through \
                a VPN or a bastion host.",
        },
        tcp: &[(22, 22)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-telnet",
            title: "Telnet is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 23?",
            why: "Telnet sends the user name, the password and everything typed in the clear. Mirai and its \
                descendants live from trying factory passwords on port 23, and they try every address there \
                is.",
            fix: "Switch the Telnet service off and use SSH. If a device knows nothing else, allow port 23 \
                only from the management network.",
            not_when: "A public service that happens to speak Telnet, such as a route server or a text game, \
                and that holds neither a shell nor secrets.",
            fires: "All protocols from ::/0 at priority 1, nothing of higher rank: open over IPv6 alone is \
                open.",
            silent: "TCP 23/23 from 10.0.0.0/8: a wide range, but every address in it is private.",
            suggestion: "Switch Telnet off and use SSH, or allow port 23 only from the management network.",
        },
        tcp: &[(23, 23)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-vnc",
            title: "VNC is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 5500 or to any port from 5900 to 5903? One of \
                them is enough.",
            why: "VNC's own password check knows no user names and looks at eight characters at most; many \
                servers are set up without any. Whoever gets in has the screen and the keyboard of whoever \
                is logged in. On 5500 a viewer waits for servers to call, and takes what a stranger sends \
                it.",
            fix: "Bind VNC to the loopback address and tunnel it through SSH or a VPN; else allow only the \
                addresses of those who give support.",
            not_when: "A viewer that waits on 5500 during a support call with somebody whose address you \
                cannot know: open it for the call, with a waiver that ends the same day.",
            fires: "TCP 5800/6000 from 0.0.0.0/0 at priority 1: the range holds 5900 to 5903.",
            silent: "TCP 5904/5999 from 0.0.0.0/0: none of the ports asked about lies in the range.",
            suggestion: "Tunnel VNC through SSH or a VPN, and allow 5500 and 5900 to 5903 from known \
                addresses only.",
        },
        tcp: &[(5500, 5500), (5900, 5903)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-winrm",
            title: "Windows Remote Management is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to port 5985 or to port 5986? One of them is enough.",
            why: "WinRM gives a remote PowerShell to anybody who has an administrator's password or its NTLM \
                hash, and there are ready tools for exactly that. On 5985 a client that logs in with Basic \
                authentication sends the password over plain HTTP.",
            fix: "Allow 5985 and 5986 only from the hosts that administer or deploy, switch Basic \
                authentication off, and keep to 5986 where the machines are not in one domain.",
            not_when: "A build machine that a tool sets up from a changing address: give it a group of its \
                own that lives as long as the build does.",
            fires: "TCP 5985/5986 from 0.0.0.0/0 at priority 1, in a group that no interface carries: it \
                counts, with exposure `unattached`.",
            silent: "TCP 5985/5986 from 0.0.0.0/0 at priority 20, under a deny of TCP 5900/6000 from \
                0.0.0.0/0 at priority 10: the wider deny covers both ports.",
            suggestion: "Allow 5985 and 5986 only from the hosts that administer this server.",
        },
        tcp: &[(5985, 5986)],
        udp: &[],
    },
    Service {
        meta: Meta {
            id: "open-x11",
            title: "An X11 display is open to everyone",
            risk: Risk::High,
            enabled: true,
            vendor: false,
            asks: "Can everyone open a TCP connection to any port from 6000 to 6009? One of them is enough.",
            why: "An X server trusts its clients: one that is let in can record every key, watch the screen \
                and type into other windows. `xhost +` lets everybody in, and nothing on the wire is \
                encrypted.",
            fix: "Start the X server with `-nolisten tcp`, which has long been the default, and use `ssh \
                -X`, which carries X11 inside SSH. Then close 6000 to 6009.",
            not_when: "Another program of yours listens between 6000 and 6009 (TensorBoard uses 6006) and is \
                meant for the public: waive it with that reason.",
            fires: "TCP 6006/6006 from 0.0.0.0/0 at priority 1: one of the ten ports is enough.",
            silent: "TCP 6010/6019 from 0.0.0.0/0: the displays after the tenth are not asked about.",
            suggestion: "Close 6000 to 6009 and carry X11 inside SSH.",
        },
        tcp: &[(6000, 6009)],
        udp: &[],
    },
];
