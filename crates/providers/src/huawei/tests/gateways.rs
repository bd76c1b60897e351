//! NAT gateways, load balancers, and network ACLs of version 2.0.

use portreeve_model::{Clients, Estate, Listing, PortRange, Protocol};

use super::{estate, gaps, show};

const PORTS: &str = r#"{"ports": [
    {"id": "port-1", "network_id": "net-1", "fixed_ips": [{"ip_address": "10.0.1.7"}], "device_id": "srv-1",
     "device_owner": "compute:az1", "security_groups": [], "tenant_id": "p"},
    {"id": "router-1", "network_id": "net-1", "fixed_ips": [{"ip_address": "10.0.1.1"}], "security_groups": [],
     "device_owner": "network:router_interface_distributed", "tenant_id": "p"}]}"#;
const SUBNETS: &str = r#"{"subnets": [{"id": "net-1", "vpc_id": "vpc-1", "cidr": "10.0.1.0/24", "tenant_id": "p"},
    {"id": "net-2", "vpc_id": "vpc-1", "cidr": "10.0.2.0/24", "tenant_id": "p"}]}"#;

const NATS: &str = r#"{"nat_gateways": [{"id": "nat-1", "name": "out", "tenant_id": "p", "router_id": "vpc-1",
    "internal_network_id": "net-1", "status": "ACTIVE", "admin_state_up": true}]}"#;
const SOURCES: &str = r#"{"snat_rules": [
    {"id": "s1", "nat_gateway_id": "nat-1", "tenant_id": "p", "cidr": "", "network_id": "net-1", "source_type": 0, "status": "ACTIVE",
     "floating_ip_address": "203.0.113.5,203.0.113.6", "admin_state_up": true},
    {"id": "s2", "nat_gateway_id": "nat-1", "tenant_id": "p", "cidr": "10.0.2.7", "source_type": 0, "status": "ACTIVE",
     "floating_ip_address": "203.0.113.7", "admin_state_up": true},
    {"id": "s3", "nat_gateway_id": "nat-1", "tenant_id": "p", "cidr": "192.168.0.0/16", "source_type": 1, "status": "ACTIVE",
     "floating_ip_address": "203.0.113.8", "admin_state_up": true},
    {"id": "s4", "nat_gateway_id": "nat-1", "tenant_id": "p", "cidr": "10.0.3.0/24", "source_type": 0, "status": "INACTIVE",
     "floating_ip_address": "203.0.113.9", "admin_state_up": true}]}"#;
const FORWARDS: &str = r#"{"dnat_rules": [
    {"id": "d1", "nat_gateway_id": "nat-1", "tenant_id": "p", "port_id": "port-1", "private_ip": "", "internal_service_port": 22,
     "external_service_port": 2222, "floating_ip_address": "203.0.113.5", "protocol": "tcp", "status": "ACTIVE", "admin_state_up": true},
    {"id": "d2", "nat_gateway_id": "nat-1", "tenant_id": "p", "port_id": "", "private_ip": "10.0.1.9", "internal_service_port": 0,
     "external_service_port": 0, "internal_service_port_range": "80-90", "external_service_port_range": "8080-8090",
     "floating_ip_address": "203.0.113.6", "protocol": "UDP", "status": "ACTIVE", "admin_state_up": true},
    {"id": "d3", "nat_gateway_id": "nat-1", "tenant_id": "p", "port_id": "", "private_ip": "10.0.1.8", "internal_service_port": 0,
     "external_service_port": 0, "floating_ip_address": "203.0.113.7", "protocol": "any", "status": "ACTIVE", "admin_state_up": true},
    {"id": "d4", "nat_gateway_id": "nat-1", "tenant_id": "p", "port_id": "", "private_ip": "10.0.1.8", "internal_service_port": 1,
     "external_service_port": 1, "floating_ip_address": "203.0.113.7", "protocol": "tcp", "status": "EIP_FREEZED"}]}"#;

#[test]
fn a_nat_gateway_has_its_rules() {
    let full = estate(&[PORTS, SUBNETS, NATS, SOURCES, FORWARDS]);
    let [nat] = full.nats.as_slice() else { panic!("one gateway") };
    let sources: Vec<String> = nat
        .sources
        .iter()
        .map(|entry| {
            let public: Vec<String> = entry.public.iter().map(ToString::to_string).collect();
            format!("{} as {}", entry.from, public.join(" "))
        })
        .collect();
    // Servers at the far end of a private line are no servers of the VPC, and what is not active does nothing.
    assert_eq!(sources, ["10.0.1.0/24 as 203.0.113.5 203.0.113.6", "10.0.2.7/32 as 203.0.113.7"]);
    let forwards: Vec<_> = nat
        .forwards
        .iter()
        .map(|it| {
            (it.public.to_string(), it.protocol, it.public_ports, it.private.to_string(), it.private_ports)
        })
        .collect();
    let (one, range) = (|port| Some(PortRange::one(port)), PortRange::new);
    assert_eq!(
        forwards,
        [
            ("203.0.113.5".to_owned(), Protocol::TCP, one(2222), "10.0.1.7".to_owned(), one(22)),
            (
                "203.0.113.6".to_owned(),
                Protocol::UDP,
                range(8080, 8090),
                "10.0.1.9".to_owned(),
                range(80, 90)
            ),
            ("203.0.113.7".to_owned(), Protocol::All, None, "10.0.1.8".to_owned(), None),
        ]
    );
    assert_eq!((nat.incomplete, full.coverage.nats), (None, Listing::Complete));
    assert_eq!(nat.network, full.subnets[0].network);
}

#[test]
fn what_is_missing_of_a_nat_gateway_leaves_it_open() {
    let other = SOURCES.replace("nat-1", "nat-2");
    let cases: [(&[&str], &str); 4] = [
        (
            &[PORTS, SUBNETS, NATS, FORWARDS],
            "SNAT rules of NAT gateway nat-1 are not in the input: run `hcloud NAT ListNatGatewaySnatRules`",
        ),
        (
            &[PORTS, SUBNETS, NATS, SOURCES],
            "DNAT rules of NAT gateway nat-1 are not in the input: run `hcloud NAT ListNatGatewayDnatRules`",
        ),
        // A listing of one other gateway may have been filtered.
        (&[PORTS, SUBNETS, NATS, &other, FORWARDS], "SNAT rules of NAT gateway nat-1 are not in the input"),
        (&[PORTS, NATS, SOURCES, FORWARDS], "subnet net-1 of a SNAT rule is not in the input"),
    ];
    for (documents, what) in cases {
        let estate = estate(documents);
        assert!(estate.nats[0].incomplete.is_some());
        assert!(gaps(&estate).iter().any(|gap| gap.contains(what)), "{:?}", gaps(&estate));
        assert!(estate.unread.is_empty(), "no group is judged by gateways");
    }
}

fn balancer(dedicated: bool, by_address: bool) -> String {
    format!(
        r#"{{"loadbalancers": [{{"id": "lb-1", "name": "edge", "project_id": "p", "vpc_id": "vpc-1", "vip_address": "10.0.1.200",
            "publicips": [{{"publicip_id": "e", "publicip_address": "203.0.113.80", "ip_version": 4}}],
            "eips": [{{"eip_id": "e", "eip_address": "203.0.113.80", "ip_version": 4}}], "guaranteed": {dedicated},
            "elb_virsubnet_ids": ["net-2"], "ip_target_enable": {by_address}, "operating_status": "ONLINE", "admin_state_up": true}}],
            "page_info": {{"next_marker": "lb-1", "previous_marker": "lb-1", "current_count": 1}}}}"#
    )
}

fn listener(protocol: &str, keeps: bool) -> String {
    format!(
        r#"{{"listeners": [{{"id": "l-1", "project_id": "p", "loadbalancers": [{{"id": "lb-1"}}], "protocol": "{protocol}",
            "protocol_port": 443, "port_ranges": [], "default_pool_id": "pool-1", "transparent_client_ip_enable": {keeps},
            "ipgroup": null}}], "page_info": {{"next_marker": "l-1", "current_count": 1}}}}"#
    )
}

const POOLS: &str = r#"{"pools": [{"id": "pool-1", "project_id": "p", "listeners": [{"id": "l-1"}], "members": [{"id": "m-1"}, {"id": "m-2"}],
    "any_port_enable": false}], "page_info": {"next_marker": "pool-1", "current_count": 1}}"#;
const MEMBERS: &str = r#"{"members": [
    {"id": "m-1", "project_id": "p", "address": "10.0.1.7", "protocol_port": 8443, "instance_id": "srv-1", "weight": 1},
    {"id": "m-2", "project_id": "p", "address": "10.0.1.8", "protocol_port": 8443, "instance_id": "srv-2", "weight": 0}],
    "page_info": {"next_marker": "m-2", "current_count": 2}}"#;

fn from(estate: &Estate) -> Vec<String> {
    estate.balancers[0].from.iter().map(ToString::to_string).collect()
}

/// Which clients servers see, after the table of <https://support.huaweicloud.com/intl/en-us/usermanual-elb/elb_ug_hd_0007.html>.
#[test]
fn a_load_balancer_leads_past_filters_or_hides_its_clients() {
    for (dedicated, by_address, protocol, keeps, clients) in [
        (true, false, "TCP", true, Clients::Unfiltered),
        (true, false, "UDP", true, Clients::Unfiltered),
        (true, true, "TCP", true, Clients::Hidden),
        (true, false, "HTTPS", true, Clients::Hidden),
        (true, false, "TLS", true, Clients::Hidden),
        (false, false, "TCP", true, Clients::Unfiltered),
        (false, false, "TCP", false, Clients::Hidden),
        (false, false, "HTTP", true, Clients::Hidden),
    ] {
        let documents =
            [SUBNETS, &balancer(dedicated, by_address), &listener(protocol, keeps), POOLS, MEMBERS];
        let estate = estate(&documents);
        let [balancer] = estate.balancers.as_slice() else { panic!("one load balancer") };
        let [one] = balancer.listeners.as_slice() else { panic!("one listener") };
        assert_eq!(one.clients, clients, "{dedicated} {by_address} {protocol} {keeps}");
        let udp = protocol == "UDP";
        assert_eq!(one.protocol, if udp { Protocol::UDP } else { Protocol::TCP });
        assert_eq!((one.ports, one.guard), (PortRange::one(443), None));
        let servers: Vec<_> = one.backends.iter().map(|it| (estate.text(it.target), it.port)).collect();
        assert_eq!(servers, [("srv-1", Some(8443))], "one of weight 0 gets no connections");
        let sources: &[&str] =
            if dedicated { &["10.0.2.0/24"] } else { &["100.125.0.0/16", "100.126.0.0/16"] };
        assert_eq!(from(&estate), sources);
        let addresses: Vec<String> = balancer.addresses.iter().map(ToString::to_string).collect();
        assert_eq!(addresses, ["203.0.113.80", "10.0.1.200"]);
        assert_eq!((balancer.incomplete, estate.coverage.balancers), (None, Listing::Complete));
    }
}

#[test]
fn what_is_missing_of_a_load_balancer_leaves_it_open() {
    let (balancer, listener) = (balancer(true, false), listener("HTTPS", true));
    for (documents, what) in [
        (
            [SUBNETS, &balancer, POOLS, MEMBERS],
            "listeners of load balancers are not in the input: run `hcloud ELB ListListeners/v3`",
        ),
        (
            [SUBNETS, &balancer, &listener, MEMBERS],
            "groups of servers behind load balancers are not in the input: run `hcloud ELB ListPools/v3`",
        ),
        (
            [SUBNETS, &balancer, &listener, POOLS],
            "servers behind load balancers are not in the input: run `hcloud ELB ListAllMembers`",
        ),
    ] {
        let estate = estate(&documents);
        assert!(estate.balancers[0].incomplete.is_some());
        assert!(gaps(&estate).iter().any(|gap| gap.contains(what)), "{:?}", gaps(&estate));
    }
    let bare = estate(&[&balancer, &listener, POOLS, MEMBERS]);
    assert!(
        bare.balancers[0].from.is_empty() && bare.balancers[0].from_gap.is_some(),
        "its subnet is not in the input"
    );
    let guarded =
        listener.replace(r#""ipgroup": null"#, r#""ipgroup": {"ipgroup_id": "g", "enable_ipgroup": true}"#);
    let guarded = estate(&[SUBNETS, &balancer, &guarded, POOLS, MEMBERS]);
    assert!(guarded.balancers[0].listeners[0].guard.is_some());
}

fn group(up: bool) -> String {
    format!(
        r#"{{"firewall_groups": [{{"id": "fw", "name": "web", "tenant_id": "p", "admin_state_up": {up}, "status": "ACTIVE",
            "ports": ["router-1"], "ingress_firewall_policy_id": "in", "egress_firewall_policy_id": "out"}}]}}"#
    )
}

const POLICIES: &str = r#"{"firewall_policies": [{"id": "in", "tenant_id": "p", "firewall_rules": ["deny-bad", "web"]},
    {"id": "out", "tenant_id": "p", "firewall_rules": ["all"]}]}"#;
const RULES: &str = r#"{"firewall_rules": [
    {"id": "web", "name": "web", "tenant_id": "p", "action": "ALLOW", "enabled": true, "protocol": "tcp", "ip_version": 4,
     "destination_port": "80:443"},
    {"id": "deny-bad", "name": "bad", "tenant_id": "p", "action": "deny", "enabled": true, "protocol": "tcp", "ip_version": 4,
     "source_ip_address": "192.0.2.0/24"},
    {"id": "all", "name": "out", "tenant_id": "p", "action": "allow", "enabled": true, "protocol": null, "ip_version": 4}]}"#;

#[test]
fn an_old_network_acl_has_the_order_of_its_policies() {
    let full = estate(&[PORTS, SUBNETS, &group(true), POLICIES, RULES]);
    let [acl] = full.acls.as_slice() else { panic!("one network ACL") };
    let entries: Vec<String> = acl.entries.iter().map(|entry| show(&full, entry)).collect();
    assert_eq!(
        entries,
        [
            "ingress#1 p0 deny tcp * from 192.0.2.0/24",
            "ingress#2 p0 allow tcp 80-443 from 0.0.0.0/0",
            "egress#1 p0 allow all * from 0.0.0.0/0",
        ]
    );
    assert!(acl.stateful && acl.incomplete.is_none());
    let of: Vec<(bool, bool)> =
        full.subnets.iter().map(|subnet| (subnet.acl.is_some(), subnet.acl_known)).collect();
    // The router's port tells the subnet; all are listed, so that the other subnet has none.
    assert_eq!(of, [(true, true), (false, true)]);
    assert_eq!(full.coverage.acls, Listing::Complete);
    let off = estate(&[PORTS, SUBNETS, &group(false), POLICIES, RULES]);
    assert!(show(&off, &off.acls[0].entries[0]).contains("never"), "only the default, which denies, is left");
}

#[test]
fn what_is_missing_of_an_old_network_acl_leaves_it_open() {
    let up = group(true);
    for (documents, what) in [
        ([PORTS, SUBNETS, &up, RULES], "in of network ACL fw is not among the policies of network ACLs"),
        ([PORTS, SUBNETS, &up, POLICIES], "web of network ACL fw is not among the rules of network ACLs"),
        ([SUBNETS, &up, POLICIES, RULES], "router-1 of network ACL fw is not among the ports"),
    ] {
        let estate = estate(&documents);
        assert!(estate.acls[0].incomplete.is_some(), "{what}");
        assert!(gaps(&estate).iter().any(|gap| gap.contains(what)), "{:?}", gaps(&estate));
    }
    // Version 3 tells of the same network ACLs, and more.
    let three = r#"{"firewalls": [{"id": "fw", "name": "web", "project_id": "p", "admin_state_up": true, "associations": []}],
        "page_info": {"current_count": 1}}"#;
    assert_eq!(estate(&[PORTS, SUBNETS, three, &up, POLICIES, RULES]).acls.len(), 1);
}
