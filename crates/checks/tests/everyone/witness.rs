//! The packet that comes with a finding: a member of everyone, which gets through to a server at risk where there is one.

use portreeve_netset::Packet;

use crate::common::{estate, only, run};

/// The witness of the only finding of an item, as `protocol port: peer:source-port -> local`.
fn witness(text: &str, item: &str) -> String {
    let estate = estate(text);
    let outcome = run(&estate, &only(&[item]));
    let [finding] = outcome.findings.as_slice() else {
        panic!("{} findings\n{text}", outcome.findings.len())
    };
    let Packet { protocol, port, source_port, local, peer } = finding.witness.unwrap();
    let protocol = if protocol == 6 { "tcp" } else { "udp" };
    format!("{protocol} {port}: {peer}:{source_port} -> {local}")
}

/// Everyone's first unremarkable address, a client's usual port, and no address of an interface.
#[test]
fn without_an_interface_it_goes_nowhere_in_particular() {
    let group = |rules: &str| format!("profile basic\ngroup web\n{rules}");
    let cases = [
        ("in 1 allow tcp 22 from 0.0.0.0/0", "tcp 22: 1.2.3.4:49152 -> 0.0.0.0"),
        ("in 1 allow tcp 22 from 0.0.0.0/0 source-port 60000-61000", "tcp 22: 1.2.3.4:60000 -> 0.0.0.0"),
        ("in 1 allow tcp 22 from 0.0.0.0/0 source-port 1-80", "tcp 22: 1.2.3.4:80 -> 0.0.0.0"),
        ("in 1 allow tcp 22 from 0.0.0.0/0 to 10.0.0.5", "tcp 22: 1.2.3.4:49152 -> 10.0.0.5"),
    ];
    for (rules, expected) in cases {
        assert_eq!(witness(&group(rules), "open-ssh"), expected, "{rules}");
    }
}

#[test]
fn it_goes_to_an_address_of_a_server_at_risk() {
    let text = |rules: &str, interfaces: &str| format!("profile basic\ngroup web\n{rules}\n{interfaces}");
    let v4 = "in 1 allow tcp 22 from 0.0.0.0/0";
    let cases = [
        (v4, "interface eni-1 10.0.0.1 groups web", "10.0.0.1"),
        (
            v4,
            "interface eni-1 2001:db8::1 groups web\ninterface eni-2 2001:db8::2 10.0.0.2 groups web",
            "10.0.0.2",
        ),
        (
            "in 1 allow tcp 22 from ::/0",
            "interface eni-1 10.0.0.1 groups web\ninterface eni-2 10.0.0.2 2001:db8::2 groups web",
            "2001:db8::2",
        ),
        (
            "in 1 allow tcp 22 from any to 10.0.0.2",
            "interface eni-1 10.0.0.1 groups web\ninterface eni-2 10.0.0.3 10.0.0.2 groups web",
            "10.0.0.2",
        ),
        (
            "in 9 allow tcp 22 from any\nin 1 deny tcp 22 from any to 10.0.0.3",
            "interface eni-1 10.0.0.3 10.0.0.2 groups web",
            "10.0.0.2",
        ),
    ];
    for (rules, interfaces, local) in cases {
        let told = witness(&text(rules, interfaces), "open-ssh");
        assert_eq!(told.rsplit(" -> ").next(), Some(local), "{rules}\n{interfaces}");
    }
}

/// What the interface's other groups stop is no way in, though the finding is about a group alone.
#[test]
fn it_passes_the_effective_rules_of_that_server() {
    let text = |guard: &str| {
        format!(
            "profile basic
             group web
               in 9 allow tcp 20-21 from any
             group guard
               {guard}
             interface eni-1 10.0.0.1 2001:db8::1 groups web guard"
        )
    };
    let cases = [
        ("in 1 deny tcp 21 from any", "tcp 20: 1.2.3.4:49152 -> 10.0.0.1"),
        ("in 1 deny tcp 20 from any", "tcp 21: 1.2.3.4:49152 -> 10.0.0.1"),
        ("in 1 deny tcp from any source-port 49152-65534", "tcp 20: 1.2.3.4:65535 -> 10.0.0.1"),
        // All else being closed, over IPv6.
        ("in 1 deny tcp from 0.0.0.0/0", "tcp 20: 2600::1:49152 -> 2001:db8::1"),
    ];
    for (guard, expected) in cases {
        let told = witness(&text(guard), "open-ftp");
        let shape = |text: &str| {
            let (head, local) = text.split_once(" -> ").unwrap();
            let (port, peer) = head.split_once(": ").unwrap();
            let (address, source) = peer.rsplit_once(':').unwrap();
            (port.to_owned(), address.contains(':'), source.to_owned(), local.to_owned())
        };
        assert_eq!(shape(&told), shape(expected), "{guard}");
    }
}

#[test]
fn a_finding_of_an_interface_is_witnessed_at_that_interface() {
    let text = "profile basic
        group low
          in 1 allow udp 53 from 0.0.0.0/1
        group high
          in 1 allow udp 53 from 128.0.0.0/1
        interface eni-1 10.0.0.1 groups low high
        interface eni-2 10.0.0.2 groups low high";
    let estate = estate(text);
    let outcome = run(&estate, &only(&["open-dns"]));
    let locals: Vec<String> =
        outcome.findings.iter().map(|finding| finding.witness.unwrap().local.to_string()).collect();
    assert_eq!(locals, ["10.0.0.1", "10.0.0.2"]);
}

/// Interfaces with the same groups may have addresses of different families.
#[test]
fn a_finding_of_an_interface_is_witnessed_in_a_family_that_it_has() {
    let text = "profile basic
        group low
          in 1 allow tcp 22 from 0.0.0.0/1
          in 1 allow tcp 22 from 2000::/4
        group high
          in 1 allow tcp 22 from 128.0.0.0/1
          in 1 allow tcp 22 from 3000::/4
        interface eni-1 2001:db8::1 groups low high
        interface eni-2 10.0.0.2 groups low high
        interface eni-3 10.0.0.3 2001:db8::3 groups low high";
    let estate = estate(text);
    let outcome = run(&estate, &only(&["open-ssh"]));
    let told: Vec<(String, bool)> = outcome
        .findings
        .iter()
        .map(|finding| finding.witness.unwrap())
        .map(|witness| (witness.local.to_string(), witness.peer.is_ipv4() == witness.local.is_ipv4()))
        .collect();
    let expected = ["2001:db8::1", "10.0.0.2", "10.0.0.3"].map(|local| (local.to_owned(), true));
    assert_eq!(told, expected);
    // Nor is traffic told that cannot reach the interface.
    let peers: Vec<String> =
        outcome.findings.iter().map(|finding| finding.traffic[0].peers.to_string()).collect();
    assert_eq!(peers, ["2000::/3", "0.0.0.0/0", "0.0.0.0/0,2000::/3"]);
}
