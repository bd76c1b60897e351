//! Facts of servers, file by file: what listens, and which connections the firewall lets through.
//!
//! The verdicts were worked out by hand from the manuals of the tools; what the files are is told in fixtures/hosts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use portreeve::engine::{Bound, Index, Policy};
use portreeve::load::load_host;
use portreeve::model::{Action, Direction, Estate, Host, Instance, PowerState, Protocol, Text};
use portreeve::netset::{Packet, protocol};

const IN: Direction = Direction::Ingress;
const OUT: Direction = Direction::Egress;
const TCP: u8 = protocol::TCP;
const UDP: u8 = protocol::UDP;
const ICMP: u8 = protocol::ICMP;
const V4: &str = "10.20.1.10";
const V6: &str = "2001:db8:1::10";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/hosts")
}

/// An estate of two servers.
fn estate() -> Estate {
    let mut estate = Estate::default();
    for (id, name) in [("i-web1", "web-1"), ("i-db1", "db-1")] {
        let (id, name) = (estate.texts.intern(id), estate.texts.intern(name));
        let (os, region, flavour) = (Text::EMPTY, Text::EMPTY, Text::EMPTY);
        estate.instances.push(Instance {
            id,
            name,
            os,
            region,
            flavour,
            state: PowerState::Running,
            origin: None,
        });
    }
    estate
}

/// Adds a file to the first server.
fn add(estate: &mut Estate, file: &str) {
    let path = folder().join(file);
    load_host(estate, &format!("i-web1={}", path.display()))
        .unwrap_or_else(|error| panic!("{file}: {error}"));
}

fn of_files(files: &[&str]) -> Estate {
    let mut estate = estate();
    for file in files {
        add(&mut estate, file);
    }
    estate
}

fn host(estate: &Estate) -> &Host {
    assert_eq!(estate.hosts.len(), 1, "files of one server are united");
    &estate.hosts[0]
}

/// What all filters of the server together say: allowed, denied, or nothing where it is open.
fn verdict(estate: &Estate, direction: Direction, packet: &Packet) -> Option<Action> {
    let index = Index::new(estate);
    let filters = host(estate).filters.as_deref().expect("the file tells of a firewall");
    let [surely, possibly] = [Bound::Surely, Bound::Possibly].map(|bound| {
        filters
            .iter()
            .all(|acl| Policy::of_acl(&index, *acl, direction, bound).decide(packet).action == Action::Allow)
    });
    match (surely, possibly) {
        (true, true) => Some(Action::Allow),
        (false, false) => Some(Action::Deny),
        (false, true) => None,
        (true, false) => panic!("surely allowed is possibly allowed"),
    }
}

const ALLOW: Option<Action> = Some(Action::Allow);
const DENY: Option<Action> = Some(Action::Deny);
const OPEN: Option<Action> = None;

/// Direction, protocol, the other side and the port, then the verdict.
type Case = (Direction, u8, &'static str, u16, Option<Action>);

fn check(files: &[&str], cases: &[Case]) {
    let estate = of_files(files);
    for (direction, protocol, peer, port, expected) in cases {
        let peer: IpAddr = peer.parse().unwrap();
        let local = if peer.is_ipv4() { V4 } else { V6 }.parse().unwrap();
        let packet = Packet { protocol: *protocol, port: *port, source_port: 40000, local, peer };
        let found = verdict(&estate, *direction, &packet);
        assert_eq!(found, *expected, "{files:?}: {direction} {protocol} {peer} {port}");
    }
}

#[test]
fn our_own_json() {
    check(
        &["facts.json"],
        &[
            (IN, TCP, "10.1.2.3", 22, ALLOW),
            (IN, TCP, "10.1.2.3", 8010, ALLOW),
            (IN, TCP, "10.1.2.3", 8011, DENY),
            (IN, UDP, "10.1.2.3", 22, DENY),
            // The first rule comes first.
            (IN, TCP, "10.9.0.1", 22, DENY),
            (IN, TCP, "203.0.113.1", 22, DENY),
            (OUT, TCP, "203.0.113.1", 443, ALLOW),
            (OUT, TCP, "203.0.113.1", 25, DENY),
        ],
    );
}

#[test]
fn nftables() {
    check(
        &["nft.json"],
        &[
            // 22 goes through a chain that lets some in, and comes back to the policy.
            (IN, TCP, "10.20.5.5", 22, ALLOW),
            (IN, TCP, "10.20.1.99", 22, DENY),
            (IN, TCP, "203.0.113.1", 22, DENY),
            (IN, TCP, "2001:db8:2::1", 22, ALLOW),
            (IN, TCP, "2001:db9::1", 22, DENY),
            (IN, TCP, "203.0.113.1", 8005, ALLOW),
            (IN, TCP, "2001:db9::1", 443, ALLOW),
            (IN, UDP, "203.0.113.1", 443, DENY),
            // An earlier table drops these addresses, whatever the later one accepts.
            (IN, TCP, "203.0.113.66", 443, DENY),
            (IN, TCP, "198.51.100.127", 443, DENY),
            (IN, TCP, "198.51.100.128", 443, ALLOW),
            (IN, TCP, "192.0.2.20", 443, DENY),
            (IN, TCP, "192.0.2.21", 443, ALLOW),
            // DNS from outside 10.0.0.0/8 is rejected, over IPv4.
            (IN, UDP, "10.1.1.1", 53, ALLOW),
            (IN, UDP, "203.0.113.1", 53, DENY),
            (IN, UDP, "2001:db9::1", 53, ALLOW),
            (IN, TCP, "10.1.1.1", 53, DENY),
            // The first packet of a connection has SYN.
            (IN, TCP, "203.0.113.1", 9100, ALLOW),
            // A limit may be reached, or not.
            (IN, TCP, "203.0.113.1", 2222, OPEN),
            // Who is in a set that fills itself is open; it holds IPv4 only.
            (IN, TCP, "203.0.113.1", 3306, OPEN),
            (IN, TCP, "2001:db9::1", 3306, ALLOW),
            (OUT, TCP, "192.0.2.250", 443, DENY),
            (OUT, TCP, "192.0.2.251", 443, ALLOW),
            (OUT, TCP, "2001:db9::1", 443, ALLOW),
        ],
    );
}

#[test]
fn firewalld() {
    check(
        &["nft-firewalld.json"],
        &[
            // Whether traffic comes by `eth0` does not matter: the last zone is the same one.
            (IN, TCP, "203.0.113.1", 22, ALLOW),
            (IN, TCP, "2001:db9::1", 22, ALLOW),
            (IN, TCP, "203.0.113.1", 23, DENY),
            (IN, ICMP, "203.0.113.1", 0x0800, ALLOW),
            (OUT, TCP, "203.0.113.1", 23, ALLOW),
        ],
    );
}

#[test]
fn iptables() {
    check(
        &["iptables.txt"],
        &[
            (IN, TCP, "10.20.5.5", 22, ALLOW),
            (IN, TCP, "10.20.1.99", 22, DENY),
            (IN, TCP, "192.0.2.10", 22, ALLOW),
            (IN, TCP, "192.0.2.9", 22, DENY),
            (IN, TCP, "203.0.113.1", 443, ALLOW),
            (IN, TCP, "203.0.113.1", 8000, ALLOW),
            (IN, TCP, "203.0.113.1", 7999, DENY),
            (IN, UDP, "203.0.113.1", 161, DENY),
            (IN, UDP, "10.1.1.1", 161, ALLOW),
            // A set that the text does not hold, a kind of ICMP, an interface, a published port.
            (IN, TCP, "203.0.113.1", 3306, OPEN),
            (IN, ICMP, "203.0.113.1", 0x0800, OPEN),
            (IN, TCP, "203.0.113.1", 9100, OPEN),
            (IN, TCP, "203.0.113.1", 8080, OPEN),
            (IN, TCP, "203.0.113.1", 8443, ALLOW),
            (OUT, TCP, "192.0.2.250", 443, DENY),
            (OUT, TCP, "192.0.2.251", 443, ALLOW),
            (OUT, TCP, "192.0.2.251", 25, OPEN),
            // Nothing is said of IPv6.
            (IN, TCP, "2001:db8:2::1", 22, OPEN),
            (OUT, TCP, "2001:db8:2::1", 443, OPEN),
        ],
    );
}

#[test]
fn both_families_of_iptables() {
    for files in [["iptables.txt", "ip6tables.txt"], ["ip6tables.txt", "iptables.txt"]] {
        check(
            &files,
            &[
                (IN, TCP, "10.20.5.5", 22, ALLOW),
                (IN, TCP, "203.0.113.1", 23, DENY),
                (IN, TCP, "2001:db8:2::1", 22, ALLOW),
                (IN, TCP, "2001:db8:2::1", 443, DENY),
                (IN, protocol::ICMPV6, "2001:db9::1", 0x8000, ALLOW),
                (OUT, TCP, "2001:db8:2::1", 443, ALLOW),
            ],
        );
    }
    check(&["ip6tables.txt"], &[(IN, TCP, "10.20.5.5", 22, OPEN), (IN, TCP, "2001:db9::1", 22, DENY)]);
}

#[test]
fn ufw() {
    check(
        &["ufw.txt"],
        &[
            // Too many tries within half a minute are rejected.
            (IN, TCP, "203.0.113.1", 22, OPEN),
            (IN, TCP, "203.0.113.1", 443, ALLOW),
            (IN, TCP, "203.0.113.1", 5432, ALLOW),
            (IN, TCP, "203.0.114.1", 5432, DENY),
            (IN, UDP, "203.0.113.1", 137, DENY),
            (OUT, TCP, "203.0.113.1", 443, ALLOW),
        ],
    );
}

#[test]
fn windows_by_netsh() {
    check(
        &["netsh.txt"],
        &[
            (IN, TCP, "10.20.5.5", 3389, ALLOW),
            (IN, TCP, "192.0.2.20", 3389, ALLOW),
            (IN, TCP, "203.0.113.1", 3389, DENY),
            // A block beats an allow.
            (IN, TCP, "10.20.30.5", 3389, DENY),
            (IN, TCP, "2001:db9::1", 8010, ALLOW),
            (IN, TCP, "203.0.113.1", 9102, OPEN),
            (IN, TCP, "203.0.113.1", 445, OPEN),
            // Which port a service is given is not told.
            (IN, TCP, "203.0.113.1", 49152, OPEN),
            (IN, UDP, "203.0.113.1", 49152, DENY),
            (IN, 47, "203.0.113.1", 0, ALLOW),
            (IN, ICMP, "203.0.113.1", 0x0800, OPEN),
            (OUT, TCP, "203.0.113.1", 25, DENY),
            (OUT, TCP, "203.0.113.1", 443, ALLOW),
        ],
    );
}

#[test]
fn windows_by_powershell() {
    // The last rule has no filters joined, so that it may be about anything.
    check(
        &["powershell.json"],
        &[
            (IN, TCP, "10.20.5.5", 3389, ALLOW),
            (IN, TCP, "203.0.113.1", 80, ALLOW),
            (IN, TCP, "10.20.30.5", 80, DENY),
            (IN, TCP, "203.0.113.1", 21, OPEN),
            (OUT, TCP, "203.0.113.1", 25, DENY),
            (OUT, UDP, "203.0.113.1", 25, ALLOW),
        ],
    );
    let estate = of_files(&["powershell.json"]);
    let told = |word: &str| estate.gaps.iter().any(|gap| gap.what.contains(word));
    assert!(told("Get-NetFirewallPortFilter") && told("Get-NetFirewallAddressFilter"), "{:?}", estate.gaps);
}

/// Listeners as text: protocol, address (`*` for all of both families, `!` behind all of one), port, program.
fn listeners(estate: &Estate) -> Vec<String> {
    let all = host(estate).listeners.as_deref().expect("the file tells of listeners");
    let line = |one: &portreeve::model::Listener| {
        let protocol = if one.protocol == Protocol::TCP { "tcp" } else { "udp" };
        let address = one.address.map_or("*".to_owned(), |address| address.to_string());
        let every = if one.every && one.address.is_some() { "!" } else { "" };
        format!("{protocol} {address}{every} {} {}", one.port, estate.text(one.program)).trim_end().to_owned()
    };
    all.iter().map(line).collect()
}

#[test]
fn sockets() {
    let cases: [(&str, &[&str]); 3] = [
        (
            "ss.txt",
            &[
                "udp 127.0.0.53 53",
                "udp 10.20.1.10 68",
                "udp ::1 323",
                "tcp 0.0.0.0! 22",
                "tcp 127.0.0.1 5432",
                "tcp * 80",
                "tcp ::! 22",
            ],
        ),
        (
            "ss-programs.txt",
            &[
                "udp fe80::216:3eff:fe00:1 546 systemd-network",
                "tcp 10.20.1.10 8443 nginx",
                "tcp 0.0.0.0! 22 sshd",
            ],
        ),
        ("facts.json", &["tcp 0.0.0.0! 22 sshd", "tcp 127.0.0.1 5432 postgres", "udp * 123"]),
    ];
    for (file, expected) in cases {
        assert_eq!(listeners(&of_files(&[file])), expected, "{file}");
    }
}

#[test]
fn files_of_one_server_are_united() {
    let estate = of_files(&["ss.txt", "iptables.txt", "ss-programs.txt"]);
    assert_eq!(listeners(&estate).len(), 7 + 3, "one of them is told twice, with and without its program");
    assert!(host(&estate).filters.is_some());
    let once = of_files(&["iptables.txt"]);
    let twice = of_files(&["iptables.txt", "iptables.txt"]);
    assert_eq!(host(&once).filters, host(&twice).filters, "the later one takes the place of the earlier");
    assert_eq!(of_files(&["ss.txt"]).hosts[0].filters, None, "nothing is said of a firewall");
}

/// Writes a text to a file and reads it as facts of a server.
fn read(bytes: &[u8]) -> Result<Estate, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts");
    fs::write(&path, bytes).unwrap();
    let mut estate = estate();
    let read = load_host(&mut estate, &format!("web-1={}", path.display()));
    read.map(|_| estate).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
}

#[test]
fn text_of_powershell_is_read_as_it_is_redirected() {
    let text = fs::read_to_string(folder().join("netsh.txt")).unwrap();
    for (mark, bytes) in
        [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)]
    {
        let mut encoded = mark.to_vec();
        encoded.extend(text.encode_utf16().flat_map(bytes));
        let estate = read(&encoded).unwrap();
        assert_eq!(estate.acls.len(), 2);
    }
}

#[test]
fn an_empty_ruleset_is_no_firewall() {
    let estate = read(br#"{"nftables": [{"metainfo": {"version": "1.0.2"}}]}"#).unwrap();
    assert_eq!(estate.hosts[0].filters.as_deref(), Some([].as_slice()));
}

#[test]
fn what_cannot_be_read_says_where_and_what_to_do() {
    let cases: [(&str, &str); 11] = [
        ("", "FILE:1: the file is empty"),
        ("\nhello\n", "FILE:2: this is no text of a known kind: give the output of `ss -lntuH`"),
        ("{\"listeners\": [}", "FILE:1: this is not JSON (column 16): collect it again"),
        ("{\"listeners\": [", "FILE:1: the JSON is cut short"),
        (
            "{\"listeners\": [],\n\"ports\": []}",
            "FILE:2: unknown field `ports`, expected `listeners` or `firewall`: see",
        ),
        (
            "{\"listeners\": [{\"protocol\": \"tcp\", \"address\": \"all\", \"port\": 1}]}",
            "FILE:1: listener 1: `all` is no address: write one",
        ),
        (
            "{\n\"firewall\": {\"ingress\": \"deny\", \"egress\": \"allow\", \"rules\": [{\"direction\": \"ingress\", \"action\": \
             \"allow\", \"ports\": \"80-22\"}]}}",
            "FILE:2: rule 1: `80-22` is no list of ports: write `22,8000-8010`",
        ),
        (
            "LISTEN 0 128 0.0.0.0:22 0.0.0.0:*",
            "FILE:1: the column of protocols is missing, so only TCP or only UDP was asked for: run `ss -lntuH`",
        ),
        (
            "tcp LISTEN 0 128 0.0.0.0:ssh 0.0.0.0:*",
            "FILE:1: `0.0.0.0:ssh` has no number of a port: run `ss -lntuH`",
        ),
        (
            "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n",
            "FILE:1: nothing here tells whether it is of IPv4 or IPv6: keep the line `# Generated by …`",
        ),
        (
            "Rule Name:   x\nDirection:   Hin\n",
            "FILE:2: `Hin` is no known value of `Direction`: collect it again with `netsh advfirewall",
        ),
    ];
    for (text, expected) in cases {
        let error = read(text.as_bytes()).unwrap_err();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
}

#[test]
fn the_server_is_named_by_id_or_name() {
    let file = folder().join("ss.txt");
    let ask = |server: &str| {
        let read = load_host(&mut estate(), &format!("{server}={}", file.display()));
        read.map(|warnings| warnings.len()).map_err(|error| error.to_string())
    };
    assert_eq!((ask("i-web1"), ask("web-1")), (Ok(0), Ok(0)));
    for (server, expected) in [
        ("web1", "no server of the input is called `web1`: did you mean `i-web1`, `web-1`?"),
        ("i-db2", "no server of the input is called `i-db2`: did you mean `i-db1`?"),
        ("mailhost", "no server of the input is called `mailhost`: name it by the id or the name"),
    ] {
        let error = ask(server).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
    let error = load_host(&mut estate(), "ss.txt").unwrap_err().to_string();
    assert_eq!(error, "`--host ss.txt` names no server and file: write `--host i-0abc=ss.txt`");
    let error = load_host(&mut estate(), "web-1=nowhere.txt").unwrap_err().to_string();
    assert!(
        error.starts_with("`nowhere.txt` does not exist: name a file that was collected on the server"),
        "{error}"
    );
}
