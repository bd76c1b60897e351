//! Ports, servers and elastic addresses.

use portreeve_model::{Estate, PowerState};

use super::{estate, gaps, object, shown};

const PORT_3: [(&str, &str); 12] = [
    ("id", r#""p1""#),
    ("virsubnet_id", r#""net""#),
    ("vpc_id", r#""vpc""#),
    ("private_ips", r#"[{"subnet_cidr_id": "s", "ip_address": "10.0.0.5"}]"#),
    ("device_id", r#""srv""#),
    ("device_owner", r#""compute:az1""#),
    ("ecs_flavor", r#""kc1.large.2""#),
    ("status", r#""ACTIVE""#),
    ("admin_state_up", "true"),
    ("security_groups", r#"["b", "a"]"#),
    ("binding:vif_details", r#"{"primary_interface": true}"#),
    ("port_security_enabled", "true"),
];

const PORT_1: [(&str, &str); 8] = [
    ("id", r#""p1""#),
    ("network_id", r#""net""#),
    ("fixed_ips", r#"[{"subnet_id": "s", "ip_address": "10.0.0.5"}]"#),
    ("device_id", r#""srv""#),
    ("device_owner", r#""compute:az1""#),
    ("status", r#""ACTIVE""#),
    ("security_groups", r#"["b", "a"]"#),
    ("binding:vif_details", r#"{"primary_interface": true}"#),
];

fn ports(all: &[String]) -> String {
    format!(r#"{{"ports": [{}]}}"#, all.join(", "))
}

/// Each interface in one line.
fn interfaces(estate: &Estate) -> Vec<String> {
    let name = |text| estate.text(text).to_owned();
    let line = |interface: &portreeve_model::Interface| {
        let server = interface.instance.map_or("-".to_owned(), |ix| name(estate.instance(ix).id));
        let network = interface.network.map_or("-".to_owned(), |ix| name(estate.network(ix).id));
        let subnet = interface.subnet.map_or("-".to_owned(), |ix| name(estate.subnet(ix).id));
        let groups = interface.groups.map_or("unknown".to_owned(), |list| {
            estate.group_list(list).iter().map(|id| name(*id)).collect::<Vec<_>>().join(">")
        });
        let addresses = interface.addresses.iter().map(|one| match one.public {
            Some(public) if public == one.private => format!("{public}!"),
            Some(public) => format!("{}={public}", one.private),
            None => one.private.to_string(),
        });
        let flags = [
            (interface.primary, "primary"),
            (interface.managed, "managed"),
            (!interface.filtered, "unfiltered"),
            (interface.down, "down"),
            (interface.public_known, "publics-known"),
        ];
        let flags: Vec<&str> = flags.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
        let addresses: Vec<String> = addresses.collect();
        format!(
            "{} of {server} in {network}/{subnet} [{groups}] {} {}",
            name(interface.id),
            addresses.join(" "),
            flags.join(" ")
        )
    };
    estate.interfaces.iter().map(line).collect()
}

#[test]
fn ports_of_both_versions() {
    let subnets = r#"{"subnets": [{"id": "net", "name": "n", "vpc_id": "vpc", "cidr": "10.0.0.0/24"}]}"#;
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[], "p1 of srv in vpc/net [b>a] 10.0.0.5 primary"),
        (&[("status", r#""DOWN""#)], "p1 of srv in vpc/net [b>a] 10.0.0.5 primary down"),
        (&[("admin_state_up", "false")], "p1 of srv in vpc/net [b>a] 10.0.0.5 primary down"),
        (&[("port_security_enabled", "false")], "p1 of srv in vpc/net [b>a] 10.0.0.5 primary unfiltered"),
        (
            &[("device_owner", r#""network:dhcp""#), ("status", r#""DOWN""#)],
            "p1 of - in vpc/net [b>a] 10.0.0.5 primary managed",
        ),
        // A virtual address has no server of its own, and is no interface that is down.
        (
            &[("device_owner", r#""neutron:VIP_PORT""#), ("device_id", r#""""#), ("status", r#""DOWN""#)],
            "p1 of - in vpc/net [b>a] 10.0.0.5 primary",
        ),
        (&[("security_groups", "[]")], "p1 of srv in vpc/net [] 10.0.0.5 primary"),
    ];
    for (fields, expected) in cases {
        for plain in [&PORT_3[..], &PORT_1[..]] {
            let estate = estate(&[subnets, &ports(&[object(plain, fields)])]);
            assert_eq!(
                interfaces(&estate),
                [format!("{expected} ").replace("  ", " ").trim_end()],
                "{fields:?}"
            );
        }
    }
}

#[test]
fn a_port_without_groups_in_the_document_has_unknown_ones() {
    let estate = estate(&[&ports(&[object(&PORT_3, &[("security_groups", "-")])])]);
    assert_eq!(interfaces(&estate), ["p1 of srv in vpc/net [unknown] 10.0.0.5 primary"]);
    assert_eq!(
        gaps(&estate),
        [
            "p1: security groups of port p1, or their order, are not in the input: run `hcloud VPC ListPorts/v2`"
        ]
    );
}

/// Only the list of version 1 is documented to be in order; both together tell the VPC, the flavour and the order.
#[test]
fn both_versions_of_a_port_are_united() {
    let old = ports(&[object(&PORT_1, &[("security_groups", r#"["a", "b"]"#)])]);
    let new = ports(&[object(&PORT_3, &[])]);
    for documents in [[&old, &new], [&new, &old]] {
        let estate = estate(&documents.map(String::as_str));
        assert_eq!(interfaces(&estate), ["p1 of srv in vpc/net [a>b] 10.0.0.5 primary"]);
        assert_eq!(estate.text(estate.instances[0].flavour), "kc1.large.2");
        assert_eq!(
            gaps(&estate),
            [
                "p1: versions 1 and 3 of the API differ in the security groups of this port: version 1, whose list is ordered, \
              is used"
            ]
        );
    }
}

#[test]
fn an_address_that_is_none_is_told() {
    let odd = ("private_ips", r#"[{"ip_address": "10.0.0.5"}, {"ip_address": "ten"}]"#);
    let estate = estate(&[&ports(&[object(&PORT_3, &[odd])])]);
    assert_eq!(gaps(&estate), ["p1: `ten` is not an address (in `0.json`)"]);
}

/// A server with these interfaces (port, fixed addresses, elastic address) and groups.
fn server(status: &str, nics: &[(&str, &[&str], &str)], groups: &str) -> String {
    let mut addresses = Vec::new();
    for (port, fixed, floating) in nics {
        for address in *fixed {
            addresses.push(format!(
                r#"{{"addr": "{address}", "OS-EXT-IPS:port_id": "{port}", "OS-EXT-IPS:type": "fixed"}}"#
            ));
        }
        if !floating.is_empty() {
            addresses.push(format!(
                r#"{{"addr": "{floating}", "OS-EXT-IPS:port_id": "{port}", "OS-EXT-IPS:type": "floating"}}"#
            ));
        }
    }
    format!(
        r#"{{"count": 1, "servers": [{{"id": "srv", "name": "web", "status": "{status}", "flavor": {{"id": "c1.medium"}},
            "metadata": {{"vpc_id": "vpc", "os_type": "Linux", "image_name": "Ubuntu"}}, "tenant_id": "p",
            "addresses": {{"vpc": [{}]}}, "security_groups": [{groups}]}}]}}"#,
        addresses.join(", ")
    )
}

#[test]
fn servers_tell_their_state_flavour_and_system() {
    for (status, state) in [
        ("ACTIVE", PowerState::Running),
        ("SHUTOFF", PowerState::Stopped),
        ("ERROR", PowerState::Unknown),
        ("BUILD", PowerState::Unknown),
    ] {
        let estate = estate(&[&server(status, &[], "")]);
        let [server] = estate.instances.as_slice() else { panic!("one server") };
        assert_eq!(server.state, state, "{status}");
        let words = [server.name, server.flavour, server.os].map(|text| estate.text(text));
        assert_eq!(words, ["web", "c1.medium", "Ubuntu"]);
    }
}

/// A server's groups are the union over its interfaces, in no order: they tell nothing of two groups or two interfaces.
#[test]
fn a_server_without_ports_implies_its_interfaces() {
    let one = r#"{"id": "a", "name": "a"}"#;
    let two = r#"{"id": "a", "name": "a"}, {"id": "b", "name": "b"}"#;
    let nameless = r#"{"name": "a"}"#;
    let nic: (&str, &[&str], &str) = ("p1", &["10.0.0.5", "2001:db8::5"], "198.51.100.9");
    let other: (&str, &[&str], &str) = ("p2", &["10.0.1.5"], "");
    let known = "p1 of srv in vpc/- [a] 10.0.0.5=198.51.100.9 2001:db8::5! primary publics-known";
    let unknown = "p1 of srv in vpc/- [unknown] 10.0.0.5=198.51.100.9 2001:db8::5! primary publics-known";
    let first = "p1 of srv in vpc/- [unknown] 10.0.0.5=198.51.100.9 2001:db8::5! publics-known";
    let second = "p2 of srv in vpc/- [unknown] 10.0.1.5 publics-known";
    let cases = [
        (server("ACTIVE", &[nic], one), vec![known]),
        (server("ACTIVE", &[nic], two), vec![unknown]),
        (server("ACTIVE", &[nic], nameless), vec![unknown]),
        (server("ACTIVE", &[nic, other], one), vec![first, second]),
    ];
    for (document, expected) in cases {
        let estate = estate(&[&document]);
        assert_eq!(interfaces(&estate), expected);
        let unknown = estate.interfaces.iter().filter(|interface| interface.groups.is_none()).count();
        assert_eq!(gaps(&estate).len(), unknown, "{:?}", gaps(&estate));
    }
}

#[test]
fn ports_count_before_what_servers_show() {
    let server = server("ACTIVE", &[("p1", &["10.0.0.5"], "198.51.100.9")], r#"{"id": "a", "name": "a"}"#);
    let port = ports(&[object(&PORT_3, &[])]);
    for documents in [[&server, &port], [&port, &server]] {
        let estate = estate(&documents.map(String::as_str));
        assert_eq!(
            interfaces(&estate),
            ["p1 of srv in vpc/net [b>a] 10.0.0.5=198.51.100.9 primary publics-known"]
        );
        assert_eq!(estate.text(estate.instances[0].name), "web");
    }
}

/// Makes the document of an elastic address in a state, on a port.
type Make<'m> = &'m dyn Fn(&str, &str) -> String;

#[test]
fn elastic_addresses_are_bound_by_their_ports() {
    let port = ports(&[object(&PORT_3, &[])]);
    let old = |status: &str, port: &str| {
        format!(
            r#"{{"publicips": [{{"id": "e", "status": "{status}", "public_ip_address": "198.51.100.9", "tenant_id": "p",
                "port_id": "{port}", "private_ip_address": "10.0.0.5"}}]}}"#
        )
    };
    let new = |status: &str, port: &str| {
        format!(
            r#"{{"publicips": [{{"id": "e", "status": "{status}", "public_ip_address": "198.51.100.9", "project_id": "p",
                "associate_instance_type": "PORT", "associate_instance_id": "{port}",
                "vnic": {{"private_ip_address": "10.0.0.5", "port_id": "{port}"}}}}],
                "page_info": {{"next_marker": "e", "current_count": 1}}, "total_count": 1}}"#
        )
    };
    let bound = "p1 of srv in vpc/net [b>a] 10.0.0.5=198.51.100.9 primary publics-known";
    let free = "p1 of srv in vpc/net [b>a] 10.0.0.5 primary publics-known";
    let frozen =
        "p1: public address 198.51.100.9 of this port is in state `FREEZED`: it is taken not to work";
    let lost = "public addresses: 1 public address(es) (`198.51.100.9`) belong to ports that are not in the input: run \
                `hcloud VPC ListPorts/v2`";
    let versions: [Make<'_>; 2] = [&old, &new];
    for make in versions {
        for (text, expected, told) in [
            (make("ACTIVE", "p1"), bound, vec![]),
            (make("FREEZED", "p1"), free, vec![frozen]),
            (make("ACTIVE", "p9"), free, vec![lost]),
            (make("DOWN", ""), free, vec![]),
        ] {
            let estate = estate(&[&port, &text]);
            assert_eq!(interfaces(&estate), [expected], "{text}");
            assert_eq!(gaps(&estate), told, "{text}");
        }
    }
}

/// A server shows an elastic address that was frozen, too; what the listing of elastic addresses says counts.
#[test]
fn a_frozen_address_that_a_server_shows_does_not_work() {
    let server = server("ACTIVE", &[("p1", &["10.0.0.5"], "198.51.100.9")], r#"{"id": "a", "name": "a"}"#);
    let frozen = r#"{"publicips": [{"id": "e", "status": "FREEZED", "public_ip_address": "198.51.100.9", "port_id": "p1"}]}"#;
    let estate = estate(&[&server, frozen]);
    assert_eq!(interfaces(&estate), ["p1 of srv in vpc/- [a] 10.0.0.5 primary publics-known"]);
}

#[test]
fn without_either_listing_public_addresses_are_not_known() {
    let estate = estate(&[&shown("a", ""), &ports(&[object(&PORT_3, &[])])]);
    assert!(estate.interfaces.iter().all(|interface| !interface.public_known));
}
