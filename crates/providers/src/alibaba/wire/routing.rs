//! What responses about routes, peerings, NAT gateways and load balancers look like.
//!
//! Names are those of the vendor's SDK, `vpc-20160428`, `vpcpeer-20220101` and `slb-20140515`
//! (<https://github.com/aliyun/alibabacloud-typescript-sdk>).

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::json::objects;

objects! {
    /// A row of `DescribeRouteTableList` or of the older `DescribeRouteTables`.
    RouteTable {
        b"RouteTableId" => id: Cow<'a, str>,
        b"RouteTableName" => name: Cow<'a, str>,
        b"RouteTableType" => kind: Cow<'a, str>,
        b"VpcId" => network: Cow<'a, str>,
        b"VSwitchIds" => subnets: SmallVec<[Cow<'a, str>; 2]>,
        b"RouteEntrys" => routes: Option<SmallVec<[RouteEntry<'a>; 0]>>,
    }

    /// A route: in `DescribeRouteEntryList` with a list of next hops, in `DescribeRouteTables` also with one beside it.
    RouteEntry {
        b"RouteTableId" => table: Cow<'a, str>,
        b"DestinationCidrBlock" => destination: Cow<'a, str>,
        b"NextHopType" => hop_kind: Cow<'a, str>,
        b"InstanceId" => hop: Cow<'a, str>,
        b"NextHops" => hops: SmallVec<[NextHop<'a>; 1]>,
    }

    /// Where a route leads.
    NextHop {
        b"NextHopType" => kind: Cow<'a, str>,
        b"NextHopId" => id: Cow<'a, str>,
    }

    /// A peering, in `ListVpcPeerConnections` or alone in `GetVpcPeerConnectionAttribute`.
    Peering {
        b"InstanceId" => id: Cow<'a, str>,
        b"Name" => name: Cow<'a, str>,
        b"Status" => status: Cow<'a, str>,
        b"BizStatus" => business: Cow<'a, str>,
        b"RegionId" => region: Cow<'a, str>,
        b"Vpc" => network: PeeredVpc<'a>,
        b"AcceptingVpc" => accepting: PeeredVpc<'a>,
    }

    /// An end of a peering.
    PeeredVpc {
        b"VpcId" => id: Cow<'a, str>,
    }

    /// A row of `DescribeNatGateways`.
    NatGateway {
        b"NatGatewayId" => id: Cow<'a, str>,
        b"Name" => name: Cow<'a, str>,
        b"VpcId" => network: Cow<'a, str>,
        b"RegionId" => region: Cow<'a, str>,
        b"NetworkType" => network_type: Cow<'a, str>,
        b"ForwardTableIds" => forward_tables: SmallVec<[Cow<'a, str>; 1]>,
        b"SnatTableIds" => source_tables: SmallVec<[Cow<'a, str>; 1]>,
    }

    /// A row of `DescribeForwardTableEntries`.
    ForwardEntry {
        b"ForwardTableId" => table: Cow<'a, str>,
        b"NatGatewayId" => nat: Cow<'a, str>,
        b"ExternalIp" => public: Cow<'a, str>,
        b"ExternalPort" => public_ports: Cow<'a, str>,
        b"InternalIp" => private: Cow<'a, str>,
        b"InternalPort" => private_ports: Cow<'a, str>,
        b"IpProtocol" => protocol: Cow<'a, str>,
    }

    /// A row of `DescribeSnatTableEntries`.
    SourceEntry {
        b"SnatTableId" => table: Cow<'a, str>,
        b"NatGatewayId" => nat: Cow<'a, str>,
        b"SourceCIDR" => from: Cow<'a, str>,
        b"SnatIp" => public: Cow<'a, str>,
    }

    /// A row of `DescribeLoadBalancers`.
    LoadBalancer {
        b"LoadBalancerId" => id: Cow<'a, str>,
        b"LoadBalancerName" => name: Cow<'a, str>,
        b"Address" => address: Cow<'a, str>,
        b"VpcId" => network: Cow<'a, str>,
        b"RegionId" => region: Cow<'a, str>,
    }

    /// A row of `DescribeLoadBalancerListeners`.
    LoadListener {
        b"LoadBalancerId" => balancer: Cow<'a, str>,
        b"ListenerPort" => port: Cow<'a, str>,
        b"ListenerProtocol" => protocol: Cow<'a, str>,
        b"BackendServerPort" => backend_port: Cow<'a, str>,
        b"VServerGroupId" => group: Cow<'a, str>,
        b"Status" => status: Cow<'a, str>,
    }

    /// `DescribeLoadBalancerAttribute` or `DescribeVServerGroupAttribute`: both hold servers.
    LoadServers {
        b"LoadBalancerId" => balancer: Cow<'a, str>,
        b"VServerGroupId" => group: Cow<'a, str>,
        b"BackendServers" => servers: SmallVec<[LoadServer<'a>; 4]>,
    }

    /// A server behind a load balancer.
    LoadServer {
        b"ServerId" => id: Cow<'a, str>,
        b"ServerIp" => address: Cow<'a, str>,
        b"Port" => port: Cow<'a, str>,
    }
}
