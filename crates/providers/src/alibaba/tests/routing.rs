//! Routes, peerings, NAT gateways and load balancers.

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
