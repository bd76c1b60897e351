//! Routes, peerings, transit routers, NAT gateways and load balancers.

use portreeve_model::{Clients, Estate, Hop, Listing, PortRange, Protocol};

use super::{estate, gaps};

const SWITCH: &str = r#"{"VSwitches": {"VSwitch": [{"VSwitchId": "vsw-1", "VpcId": "vpc-1", "CidrBlock": "10.1.0.0/24",
    "RouteTable": {"RouteTableId": "vtb-1", "RouteTableType": "System"}},
    {"VSwitchId": "vsw-2", "VpcId": "vpc-1", "CidrBlock": "10.1.1.0/24"}]}, "TotalCount": 2, "PageNumber": 1, "PageSize": 50}"#;

const TABLES: &str = r#"{"Code": "200", "Message": "", "RouterTableList": {"RouterTableListType": [
    {"RouteTableId": "vtb-1", "RouteTableName": "main", "RouteTableType": "System", "VpcId": "vpc-1", "VSwitchIds": {"VSwitchId": []}},
    {"RouteTableId": "vtb-2", "RouteTableType": "Custom", "VpcId": "vpc-1", "VSwitchIds": {"VSwitchId": ["vsw-2"]}}]},
    "TotalCount": 2, "PageNumber": 1, "PageSize": 50, "Success": true}"#;

fn routes(table: &str, next: &str) -> String {
    let hop = |destination: &str, kind: &str, id: &str| {
        format!(
            r#"{{"RouteTableId": "{table}", "DestinationCidrBlock": "{destination}", "Status": "Available",
                "NextHops": {{"NextHop": [{{"NextHopType": "{kind}", "NextHopId": "{id}", "Enabled": 1}}]}}}}"#
        )
    };
    let all = [
        hop("10.1.0.0/24", "local", ""),
        hop("10.2.0.0/16", "VpcPeer", "pcc-1"),
        hop("0.0.0.0/0", "NatGateway", "ngw-1"),
        hop("::/0", "IPv6Gateway", "ipv6gw-1"),
        hop("10.3.0.0/16", "Attachment", "tr-attach-1"),
        hop("10.4.0.0/16", "Instance", "i-1"),
    ];
    format!(r#"{{"NextToken": "{next}", "RouteEntrys": {{"RouteEntry": [{}]}}}}"#, all.join(", "))
}

/// The routes of a table in words.
fn show(estate: &Estate, table: usize) -> Vec<String> {
    let table = &estate.route_tables[table];
    let hop = |hop: Hop| match hop {
        Hop::Local => "local".to_owned(),
        Hop::Peering(id) => format!("peering {}", estate.text(id)),
        Hop::Nat(id) => format!("nat {}", estate.text(id)),
        Hop::Internet(id) => format!("internet {}", estate.text(id)),
        Hop::Other(kind, id) => format!("{} {}", estate.text(kind), estate.text(id)),
    };
    table.routes.iter().map(|route| format!("{} {}", route.destination, hop(route.hop))).collect()
}

const ROUTES: [&str; 6] = [
    "10.1.0.0/24 local",
    "10.2.0.0/16 peering pcc-1",
    "0.0.0.0/0 nat ngw-1",
    "::/0 internet ipv6gw-1",
    "10.3.0.0/16 Attachment tr-attach-1",
    "10.4.0.0/16 Instance i-1",
];

#[test]
fn route_tables_have_their_routes_and_subnets() {
    let estate = estate(&[SWITCH, TABLES, &routes("vtb-1", ""), &routes("vtb-2", "")]);
    assert_eq!(
        (show(&estate, 0), show(&estate, 1)),
        (ROUTES.map(str::to_owned).into(), ROUTES.map(str::to_owned).into())
    );
    let [main, own] = estate.route_tables.as_slice() else { panic!("two tables") };
    assert_eq!((main.main, own.main), (true, false));
    assert_eq!((main.incomplete, own.incomplete), (None, None));
    assert_eq!(main.network, estate.subnets[0].network);
    let tables: Vec<&str> = estate.subnets.iter().map(|subnet| estate.text(subnet.route_table)).collect();
    assert_eq!(tables, ["vtb-1", "vtb-2"]);
    assert_eq!(estate.coverage.route_tables, Listing::Complete);
    assert_eq!(gaps(&estate), [] as [&str; 0]);
}

#[test]
fn routes_that_are_missing_leave_their_table_open() {
    let cases: [(&[&str], &str); 3] = [
        (
            &[TABLES, &routes("vtb-1", "")],
            "vtb-2: of the entries of vtb-2, none are in the input: run `aliyun vpc \
            DescribeRouteEntryList --RouteTableId vtb-2` for all pages",
        ),
        (
            &[TABLES, &routes("vtb-1", "more"), &routes("vtb-2", "")],
            "vtb-1: of the entries of vtb-1, the page after a \
            NextToken is not in the input: run `aliyun vpc DescribeRouteEntryList --RouteTableId vtb-1` for all pages",
        ),
        (
            &[TABLES, &routes("vtb-1", ""), &routes("vtb-2", "").replace("10.4.0.0/16", "pl-1")],
            "vtb-2: route to `pl-1` is not understood: it is no CIDR block (in `2.json`)",
        ),
    ];
    for (documents, gap) in cases {
        let estate = estate(documents);
        assert_eq!(gaps(&estate), [gap]);
        assert_eq!(estate.route_tables.iter().filter(|table| table.incomplete.is_some()).count(), 1);
        assert!(estate.unread.is_empty(), "no group is judged by routes");
    }
}

#[test]
fn an_older_listing_tells_routes_and_tables_at_once() {
    let estate = estate(&[
        r#"{"RouteTables": {"RouteTable": [{"RouteTableId": "vtb-1", "RouteTableType": "System", "VRouterId": "vrt-1",
        "RouteEntrys": {"RouteEntry": [
            {"RouteTableId": "vtb-1", "DestinationCidrBlock": "0.0.0.0/0", "NextHopType": "Instance", "InstanceId": "i-1"},
            {"RouteTableId": "vtb-1", "DestinationCidrBlock": "10.0.0.0/8", "NextHopType": "RouterInterface", "NextHops": {"NextHop": [
                {"NextHopType": "RouterInterface", "NextHopId": "ri-1"}, {"NextHopType": "RouterInterface", "NextHopId": "ri-2"}]}}]},
        "VSwitchIds": {"VSwitchId": []}}]}, "TotalCount": 1, "PageNumber": 1, "PageSize": 10}"#,
    ]);
    assert_eq!(show(&estate, 0), ["0.0.0.0/0 Instance i-1", "10.0.0.0/8 several next hops ri-1"]);
    assert_eq!(estate.route_tables[0].incomplete, None);
}

fn peerings(status: &str, business: &str) -> String {
    format!(
        r#"{{"MaxResults": 20, "NextToken": "", "TotalCount": 1, "VpcPeerConnects": [{{"InstanceId": "pcc-1", "Name": "both",
            "Status": "{status}", "BizStatus": "{business}", "RegionId": "cn-hangzhou", "Vpc": {{"VpcId": "vpc-1"}},
            "AcceptingVpc": {{"VpcId": "vpc-far"}}}}]}}"#
    )
}

#[test]
fn a_peering_works_once_it_is_activated() {
    for (status, business, active, told) in [
        ("Activated", "Normal", true, "Activated"),
        ("Accepting", "Normal", false, "Accepting"),
        ("Activated", "FinancialLocked", false, "FinancialLocked"),
    ] {
        let estate = estate(&[SWITCH, &peerings(status, business)]);
        let [peering] = estate.peerings.as_slice() else { panic!("one peering") };
        assert_eq!((peering.active, estate.text(peering.status)), (active, told));
        assert_eq!(peering.ends.map(|end| estate.text(end)), ["vpc-1", "vpc-far"]);
        assert!(peering.networks[0].is_some() && peering.networks[1].is_none());
        assert_eq!(estate.coverage.peerings, Listing::Complete);
    }
    let alone = estate(&[
        r#"{"AcceptingVpc": {"VpcId": "vpc-2"}, "BizStatus": "Normal", "InstanceId": "pcc-2", "Status": "Activated",
        "Vpc": {"VpcId": "vpc-1"}, "RequestId": "1"}"#,
    ]);
    assert!(alone.peerings[0].active);
    assert_eq!(alone.coverage.peerings, Listing::Absent, "one is not all");
}

const NATS: &str = r#"{"NatGateways": {"NatGateway": [{"NatGatewayId": "ngw-1", "Name": "out", "VpcId": "vpc-1",
    "NetworkType": "internet", "ForwardTableIds": {"ForwardTableId": ["ftb-1"]}, "SnatTableIds": {"SnatTableId": ["stb-1"]}}]},
    "TotalCount": 1, "PageNumber": 1, "PageSize": 50}"#;
const FORWARDS: &str = r#"{"ForwardTableEntries": {"ForwardTableEntry": [
    {"ForwardTableId": "ftb-1", "ExternalIp": "203.0.113.5", "ExternalPort": "8080/8090", "InternalIp": "10.1.0.9",
     "InternalPort": "80/90", "IpProtocol": "TCP"},
    {"ForwardTableId": "ftb-1", "ExternalIp": "203.0.113.6", "ExternalPort": "any", "InternalIp": "10.1.0.8", "InternalPort": "any",
     "IpProtocol": "Any"}]}, "TotalCount": 2, "PageNumber": 1, "PageSize": 50}"#;
const SOURCES: &str = r#"{"SnatTableEntries": {"SnatTableEntry": [{"SnatTableId": "stb-1", "NatGatewayId": "ngw-1",
    "SourceCIDR": "10.1.0.0/24", "SnatIp": "203.0.113.5,203.0.113.7"}]}, "TotalCount": 1, "PageNumber": 1, "PageSize": 50}"#;

#[test]
fn a_nat_gateway_has_its_entries() {
    let full = estate(&[NATS, FORWARDS, SOURCES]);
    let [nat] = full.nats.as_slice() else { panic!("one gateway") };
    let [source] = nat.sources.as_slice() else { panic!("one entry") };
    assert_eq!(source.from.to_string(), "10.1.0.0/24");
    assert_eq!(
        source.public.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["203.0.113.5", "203.0.113.7"]
    );
    let [ports, all] = nat.forwards.as_slice() else { panic!("two entries") };
    assert_eq!(
        (ports.protocol, ports.public_ports, ports.private_ports),
        (Protocol::TCP, PortRange::new(8080, 8090), PortRange::new(80, 90))
    );
    assert_eq!((all.protocol, all.public_ports, all.private_ports), (Protocol::All, None, None));
    assert_eq!((nat.incomplete, full.coverage.nats), (None, Listing::Complete));

    let bare = estate(&[NATS, SOURCES]);
    assert!(bare.nats[0].incomplete.is_some());
    assert_eq!(
        gaps(&bare),
        [
            "ngw-1: of the entries of ngw-1, none are in the input: run `aliyun vpc DescribeForwardTableEntries --NatGatewayId ngw-1` \
          for all pages"
        ]
    );
    // A table without entries does not name itself, so that the request has to.
    let empty = r#"{"request": {"Action": "DescribeForwardTableEntries", "NatGatewayId": "ngw-1"}, "response":
        {"ForwardTableEntries": {"ForwardTableEntry": []}, "TotalCount": 0, "PageNumber": 1, "PageSize": 50}}"#;
    assert_eq!(estate(&[NATS, SOURCES, empty]).nats[0].incomplete, None);
    let private = estate(&[&NATS.replace("\"internet\"", "\"intranet\""), FORWARDS, SOURCES]);
    assert!(private.nats[0].sources.is_empty() && private.nats[0].incomplete.is_none());
}

const BALANCERS: &str = r#"{"LoadBalancers": {"LoadBalancer": [{"LoadBalancerId": "lb-1", "LoadBalancerName": "shop", "Address": "203.0.113.9",
    "AddressType": "internet", "VpcId": "vpc-1", "RegionId": "cn-hangzhou"}]}, "TotalCount": 1, "PageNumber": 1, "PageSize": 50}"#;
const LISTENERS: &str = r#"{"Listeners": [
    {"LoadBalancerId": "lb-1", "ListenerPort": 443, "ListenerProtocol": "https", "BackendServerPort": 8443, "Status": "running"},
    {"LoadBalancerId": "lb-1", "ListenerPort": 22, "ListenerProtocol": "tcp", "VServerGroupId": "rsp-1", "Status": "running"},
    {"LoadBalancerId": "lb-1", "ListenerPort": 23, "ListenerProtocol": "tcp", "BackendServerPort": 23, "Status": "stopped"}],
    "TotalCount": 3, "MaxResults": 50}"#;
const SERVERS: &str = r#"{"BackendServers": {"BackendServer": [{"ServerId": "i-1", "Weight": 100, "Type": "ecs"}]},
    "LoadBalancerId": "lb-1", "ListenerPorts": {"ListenerPort": [443, 22, 23]}}"#;
const GROUP: &str = r#"{"BackendServers": {"BackendServer": [{"ServerId": "eni-1", "ServerIp": "10.1.0.7", "Port": 2222}]},
    "LoadBalancerId": "lb-1", "VServerGroupId": "rsp-1"}"#;

#[test]
fn a_load_balancer_hands_on_to_servers_and_groups_of_them() {
    let full = estate(&[BALANCERS, LISTENERS, SERVERS, GROUP]);
    let [balancer] = full.balancers.as_slice() else { panic!("one load balancer") };
    assert_eq!(balancer.from.iter().map(ToString::to_string).collect::<Vec<_>>(), ["100.64.0.0/10"]);
    let listeners: Vec<_> = balancer
        .listeners
        .iter()
        .map(|one| {
            let server = one.backends[0];
            (one.ports.first(), one.clients == Clients::Kept, full.text(server.target), server.port)
        })
        .collect();
    assert_eq!(listeners, [(443, false, "i-1", Some(8443)), (22, true, "eni-1", Some(2222))]);
    assert_eq!((balancer.incomplete, full.coverage.balancers), (None, Listing::Complete));
    for (documents, call) in [
        ([BALANCERS, SERVERS, GROUP], "DescribeLoadBalancerListeners --LoadBalancerId.1 lb-1"),
        ([BALANCERS, LISTENERS, GROUP], "DescribeLoadBalancerAttribute --LoadBalancerId lb-1"),
        ([BALANCERS, LISTENERS, SERVERS], "DescribeVServerGroupAttribute --VServerGroupId rsp-1"),
    ] {
        let estate = estate(&documents);
        assert!(estate.balancers[0].incomplete.is_some());
        assert!(gaps(&estate)[0].contains(call), "{:?}", gaps(&estate));
    }
}

const NLB: &str = r#"{"LoadBalancers": [{"LoadBalancerId": "nlb-1", "LoadBalancerName": "edge", "LoadBalancerType": "Network",
    "LoadBalancerStatus": "Active", "AddressType": "Internet", "Ipv6AddressType": "Intranet", "VpcId": "vpc-1", "RegionId": "cn-hangzhou",
    "SecurityGroupIds": [], "ZoneMappings": [{"VSwitchId": "vsw-1", "LoadBalancerAddresses": [{"EniId": "eni-lb",
    "PrivateIPv4Address": "10.1.0.200", "PublicIPv4Address": "203.0.113.80", "Ipv6Address": "2001:db8::80"}]}]}],
    "TotalCount": 1, "MaxResults": 20, "NextToken": ""}"#;
const NLB_LISTENERS: &str = r#"{"Listeners": [
    {"ListenerId": "lsn-1", "ListenerPort": 443, "ListenerProtocol": "TCP", "ListenerStatus": "Running", "LoadBalancerId": "nlb-1",
     "ServerGroupId": "sgp-1"},
    {"ListenerId": "lsn-2", "ListenerPort": 8443, "ListenerProtocol": "TCPSSL", "ListenerStatus": "Running", "LoadBalancerId": "nlb-1",
     "ServerGroupId": "sgp-1"},
    {"ListenerId": "lsn-3", "ListenerPort": 0, "StartPort": "5000", "EndPort": "5100", "ListenerProtocol": "UDP",
     "ListenerStatus": "Running", "LoadBalancerId": "nlb-1", "ServerGroupId": "sgp-2"},
    {"ListenerId": "lsn-4", "ListenerPort": 22, "ListenerProtocol": "TCP", "ListenerStatus": "Stopped", "LoadBalancerId": "nlb-1",
     "ServerGroupId": "sgp-1"}], "TotalCount": 4, "MaxResults": 20, "NextToken": ""}"#;
const NLB_GROUPS: &str = r#"{"ServerGroups": [
    {"ServerGroupId": "sgp-1", "ServerGroupType": "Instance", "PreserveClientIpEnabled": true, "AnyPortEnabled": false, "ServerCount": 1},
    {"ServerGroupId": "sgp-2", "ServerGroupType": "Ip", "PreserveClientIpEnabled": true, "AnyPortEnabled": true, "ServerCount": 1}],
    "TotalCount": 2, "NextToken": ""}"#;
const NLB_SERVERS: &str = r#"{"Servers": [
    {"ServerGroupId": "sgp-1", "ServerId": "i-1", "ServerIp": "10.1.0.7", "ServerType": "Ecs", "Port": 9443, "Status": "Available"},
    {"ServerGroupId": "sgp-2", "ServerId": "10.1.0.8", "ServerIp": "10.1.0.8", "ServerType": "Ip", "Port": 0, "Status": "Available"}],
    "TotalCount": 2, "NextToken": ""}"#;

#[test]
fn a_network_load_balancer_hands_on_as_its_server_groups_say() {
    let full = estate(&[NLB, NLB_LISTENERS, NLB_GROUPS, NLB_SERVERS]);
    let [balancer] = full.balancers.as_slice() else { panic!("one load balancer") };
    let addresses: Vec<String> = balancer.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["203.0.113.80", "10.1.0.200"], "its IPv6 address is for its network alone");
    let listeners: Vec<_> = balancer
        .listeners
        .iter()
        .map(|one| {
            let server = one.backends[0];
            let ports = (one.ports.first(), one.ports.last());
            (one.protocol, ports, one.clients, server.address.map(|it| it.to_string()), server.port)
        })
        .collect();
    let (tcp, own) = (Protocol::TCP, |last: u8| Some(format!("10.1.0.{last}")));
    assert_eq!(
        listeners,
        [
            (tcp, (443, 443), Clients::Kept, own(7), Some(9443)),
            // The end of TLS is a connection of the load balancer's own.
            (tcp, (8443, 8443), Clients::Hidden, own(7), Some(9443)),
            // So is one to a server that is named by its address; every port is handed on as it is.
            (Protocol::UDP, (5000, 5100), Clients::Hidden, own(8), None),
        ]
    );
    assert_eq!((balancer.incomplete, full.coverage.balancers), (None, Listing::Complete));
    assert!(balancer.from.is_empty() && balancer.from_gap.is_some());
    assert!(balancer.listeners.iter().all(|one| one.guard.is_none()));
    for (documents, call) in [
        ([NLB, NLB_GROUPS, NLB_SERVERS], "nlb ListListeners --LoadBalancerIds.1 nlb-1"),
        ([NLB, NLB_LISTENERS, NLB_SERVERS], "nlb ListServerGroups"),
        ([NLB, NLB_LISTENERS, NLB_GROUPS], "nlb ListServerGroupServers --ServerGroupId sgp-"),
    ] {
        let estate = estate(&documents);
        assert!(estate.balancers[0].incomplete.is_some());
        assert!(gaps(&estate).iter().any(|gap| gap.contains(call)), "{:?}", gaps(&estate));
    }
    let cut = estate(&[
        NLB,
        NLB_LISTENERS,
        NLB_GROUPS,
        &NLB_SERVERS.replace(r#""NextToken": """#, r#""NextToken": "more""#),
    ]);
    assert!(cut.balancers[0].incomplete.is_some(), "a page of servers is missing");
}

#[test]
fn what_a_load_balancer_itself_refuses_is_not_known() {
    let groups = NLB.replace(r#""SecurityGroupIds": []"#, r#""SecurityGroupIds": ["sg-lb"]"#);
    let guarded = estate(&[&groups, NLB_LISTENERS, NLB_GROUPS, NLB_SERVERS]);
    assert!(guarded.balancers[0].listeners.iter().all(|one| one.guard.is_some()));
    assert!(
        gaps(&guarded).iter().any(|gap| gap.contains("security groups sg-lb of load balancer nlb-1")),
        "{:?}",
        gaps(&guarded)
    );
    let list = LISTENERS.replacen(r#""Status": "running""#, r#""Status": "running", "AclStatus": "on""#, 1);
    let listed = estate(&[BALANCERS, &list, SERVERS, GROUP]);
    let guards: Vec<bool> = listed.balancers[0].listeners.iter().map(|one| one.guard.is_some()).collect();
    assert_eq!(guards, [true, false]);
}

#[test]
fn application_load_balancers_are_not_taken_for_network_ones() {
    let other = r#"{"LoadBalancers": [{"LoadBalancerId": "alb-1", "DNSName": "alb-1.example.test", "VpcId": "vpc-1"}], "NextToken": ""}"#;
    assert!(estate(&[other]).balancers.is_empty());
}

fn attachments(status: &str, next: &str) -> String {
    format!(
        r#"{{"TransitRouterAttachments": [
            {{"TransitRouterAttachmentId": "tr-attach-1", "TransitRouterId": "tr-1", "CenId": "cen-1", "VpcId": "vpc-1", "Status": "Attached"}},
            {{"TransitRouterAttachmentId": "tr-attach-2", "TransitRouterId": "tr-1", "CenId": "cen-1", "VpcId": "vpc-2", "Status": "{status}"}},
            {{"TransitRouterAttachmentId": "tr-attach-3", "TransitRouterId": "tr-1", "CenId": "cen-1", "VbrId": "vbr-1", "Status": "Attached"}}],
            "TotalCount": 3, "MaxResults": 20, "NextToken": "{next}"}}"#
    )
}

#[test]
fn a_transit_router_has_the_networks_that_are_attached_to_it() {
    for (status, active) in [("Attached", true), ("Detaching", false)] {
        let estate = estate(&[SWITCH, &attachments(status, "")]);
        let [hub] = estate.hubs.as_slice() else { panic!("one router") };
        assert_eq!((estate.text(hub.id), hub.incomplete), ("tr-1", None));
        let members: Vec<_> = hub
            .members
            .iter()
            .map(|one| (estate.text(one.id), estate.text(one.end), one.network.is_some(), one.active))
            .collect();
        // The VPC of which no document tells is a member all the same; what is no VPC is none.
        assert_eq!(members, [("tr-attach-1", "vpc-1", true, true), ("tr-attach-2", "vpc-2", false, active)]);
    }
    let cut = estate(&[SWITCH, &attachments("Attached", "more")]);
    assert!(cut.hubs[0].incomplete.is_some());
    assert!(gaps(&cut)[0].contains("aliyun cbn ListTransitRouterVpcAttachments"), "{:?}", gaps(&cut));
}

#[test]
fn a_cen_has_the_networks_that_are_its_children() {
    let estate = estate(&[
        SWITCH,
        r#"{"ChildInstances": {"ChildInstance": [
            {"CenId": "cen-1", "ChildInstanceId": "vpc-1", "ChildInstanceType": "VPC", "Status": "Attached"},
            {"CenId": "cen-1", "ChildInstanceId": "vbr-1", "ChildInstanceType": "VBR", "Status": "Attached"},
            {"CenId": "cen-1", "ChildInstanceId": "vpc-2", "ChildInstanceType": "VPC", "Status": "Attaching"}]},
            "TotalCount": 3, "PageNumber": 1, "PageSize": 10}"#,
    ]);
    let [hub] = estate.hubs.as_slice() else { panic!("one CEN") };
    let members: Vec<_> = hub.members.iter().map(|one| (estate.text(one.end), one.active)).collect();
    assert_eq!((estate.text(hub.id), members), ("cen-1", vec![("vpc-1", true), ("vpc-2", false)]));
    assert!(hub.members.iter().all(|one| one.id.is_empty()), "a route to a CEN names the CEN");
}

#[test]
fn a_refused_call_leaves_its_listing_open_and_no_group() {
    let refused = r#"{"request": {"Action": "DescribeSnatTableEntries", "NatGatewayId": "ngw-1"},
        "response": {"Code": "Forbidden.RAM", "Message": "no", "RequestId": "1"}}"#;
    let estate = estate(&[NATS, FORWARDS, refused]);
    assert!(matches!(estate.coverage.nats, Listing::Partial(_)));
    assert!(estate.nats[0].incomplete.is_some());
    assert!(estate.unread.is_empty());
}

#[test]
fn interfaces_and_servers_tell_their_state_and_kind() {
    let estate = estate(&[
        r#"{"NetworkInterfaceSets": {"NetworkInterfaceSet": [{"NetworkInterfaceId": "eni-1", "Status": "InUse"},
            {"NetworkInterfaceId": "eni-2", "Status": "Available"}]}, "NextToken": ""}"#,
        r#"{"Instances": {"Instance": [{"InstanceId": "i-1", "InstanceType": "ecs.g7.large"}]}, "NextToken": ""}"#,
    ]);
    assert_eq!((estate.interfaces[0].down, estate.interfaces[1].down), (false, true));
    assert_eq!(estate.text(estate.instances[0].flavour), "ecs.g7.large");
}
