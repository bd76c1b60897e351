//! What responses about routes, peerings, transit routers, NAT gateways and load balancers look like.
//!
//! Names are those of the vendor's SDK, `vpc-20160428`, `vpcpeer-20220101`, `cbn-20170912`, `slb-20140515` and `nlb-20220430`
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

    /// A row of `ListTransitRouterVpcAttachments`.
    Attachment {
        b"TransitRouterAttachmentId" => id: Cow<'a, str>,
        b"TransitRouterId" => router: Cow<'a, str>,
        b"VpcId" => network: Cow<'a, str>,
        b"Status" => status: Cow<'a, str>,
    }

    /// A row of `DescribeCenAttachedChildInstances`.
    ChildInstance {
        b"CenId" => router: Cow<'a, str>,
        b"ChildInstanceId" => network: Cow<'a, str>,
        b"ChildInstanceType" => kind: Cow<'a, str>,
        b"Status" => status: Cow<'a, str>,
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

    /// A row of `ListLoadBalancers` of network load balancers.
    NetworkBalancer {
        b"LoadBalancerId" => id: Cow<'a, str>,
        b"LoadBalancerName" => name: Cow<'a, str>,
        b"LoadBalancerStatus" => status: Cow<'a, str>,
        b"VpcId" => network: Cow<'a, str>,
        b"RegionId" => region: Cow<'a, str>,
        b"AddressType" => address_type: Cow<'a, str>,
        b"Ipv6AddressType" => v6_type: Cow<'a, str>,
        b"SecurityGroupIds" => groups: SmallVec<[Cow<'a, str>; 2]>,
        b"ZoneMappings" => zones: SmallVec<[Zone<'a>; 2]>,
    }

    /// What a network load balancer has in one zone.
    Zone {
        b"LoadBalancerAddresses" => addresses: SmallVec<[ZoneAddress<'a>; 1]>,
    }

    /// The addresses of a network load balancer in one zone.
    ZoneAddress {
        b"PublicIPv4Address" => public: Cow<'a, str>,
        b"PrivateIPv4Address" => private: Cow<'a, str>,
        b"Ipv6Address" => v6: Cow<'a, str>,
    }

    /// A row of `ListServerGroups`.
    ServerGroup {
        b"ServerGroupId" => id: Cow<'a, str>,
        b"ServerGroupType" => kind: Cow<'a, str>,
        b"PreserveClientIpEnabled" => keeps_client: Cow<'a, str>,
        b"AnyPortEnabled" => any_port: Cow<'a, str>,
        b"ServerCount" => servers: Option<u64>,
        b"RegionId" => region: Cow<'a, str>,
    }

    /// A row of `ListServerGroupServers`.
    GroupServer {
        b"ServerGroupId" => group: Cow<'a, str>,
        b"ServerId" => id: Cow<'a, str>,
        b"ServerIp" => address: Cow<'a, str>,
        b"Port" => port: Cow<'a, str>,
    }

    /// A row of `DescribeLoadBalancerListeners`, or of `ListListeners`, which names a group of servers of another kind.
    LoadListener {
        b"LoadBalancerId" => balancer: Cow<'a, str>,
        b"ListenerPort" => port: Cow<'a, str>,
        b"ListenerProtocol" => protocol: Cow<'a, str>,
        b"BackendServerPort" => backend_port: Cow<'a, str>,
        b"VServerGroupId" => group: Cow<'a, str>,
        b"Status" => status: Cow<'a, str>,
        b"AclStatus" => access_list: Cow<'a, str>,
        b"ServerGroupId" => server_group: Cow<'a, str>,
        b"ListenerStatus" => listener_status: Cow<'a, str>,
        b"StartPort" => first: Cow<'a, str>,
        b"EndPort" => last: Cow<'a, str>,
        b"RegionId" => region: Cow<'a, str>,
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
