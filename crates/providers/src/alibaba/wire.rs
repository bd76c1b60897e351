//! What Alibaba Cloud's responses look like: the fields that matter, by their keys.
//!
//! Names and kinds are those of the vendor's SDK, `ecs-20140526` and `vpc-20160428`
//! (<https://github.com/aliyun/alibabacloud-typescript-sdk>). Missing text comes back as `""`, so both read alike;
//! `Option` stands where the difference matters. Priorities come as numbers or as text, counts of network ACLs as text.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::json::objects;

mod routing;

pub(crate) use routing::*;

objects! {
    /// What stands beside the rows of a response, whichever response it is.
    Head {
        b"RegionId" => region: Cow<'a, str>,
        b"RequestId" => request_id: Cow<'a, str>,
        b"NextToken" => next_token: Cow<'a, str>,
        b"PageNumber" => page_number: Option<u64>,
        b"PageSize" => page_size: Option<u64>,
        b"TotalCount" => total_count: Option<u64>,
        b"SecurityGroupId" => group: Cow<'a, str>,
        b"SecurityGroupName" => group_name: Cow<'a, str>,
        b"Description" => description: Cow<'a, str>,
        b"VpcId" => network: Option<Cow<'a, str>>,
        b"InnerAccessPolicy" => inner_access: Cow<'a, str>,
        b"PrefixListId" => prefix_list: Cow<'a, str>,
        b"PrefixListName" => prefix_list_name: Cow<'a, str>,
        b"AddressFamily" => family: Cow<'a, str>,
        b"MaxEntries" => max_entries: Option<u64>,
        b"PortRangeListId" => port_list: Cow<'a, str>,
        b"PortRangeListName" => port_list_name: Cow<'a, str>,
    }

    /// The request that fetched a response, as the wrapper `{"request": …, "response": …}` tells it.
    Request {
        b"Action" => action: Cow<'a, str>,
        b"RegionId" => region: Cow<'a, str>,
        b"SecurityGroupId" => group: Cow<'a, str>,
        b"Direction" => direction: Cow<'a, str>,
        b"NicType" => nic_type: Cow<'a, str>,
        b"NextToken" => next_token: Cow<'a, str>,
        b"PrefixListId" => prefix_list: Cow<'a, str>,
        b"PortRangeListId" => port_list: Cow<'a, str>,
        b"RouteTableId" => route_table: Cow<'a, str>,
        b"NatGatewayId" => nat: Cow<'a, str>,
        b"ForwardTableId" => forward_table: Cow<'a, str>,
        b"SnatTableId" => source_table: Cow<'a, str>,
        b"marker" => marker: Cow<'a, str>,
    }

    /// A saved error. Some SDKs spell its keys with a small letter.
    Failure {
        b"Code" => code: Cow<'a, str>,
        b"Message" => message: Cow<'a, str>,
        b"code" => small_code: Cow<'a, str>,
        b"message" => small_message: Cow<'a, str>,
        b"AccessDeniedDetail" => denied: Denied<'a>,
    }

    /// Which permission was missing.
    Denied {
        b"AuthAction" => action: Cow<'a, str>,
    }

    /// A row of `DescribeSecurityGroups`.
    Group {
        b"SecurityGroupId" => id: Cow<'a, str>,
        b"SecurityGroupName" => name: Cow<'a, str>,
        b"Description" => description: Cow<'a, str>,
        b"SecurityGroupType" => kind: Cow<'a, str>,
        b"VpcId" => network: Option<Cow<'a, str>>,
        b"ServiceManaged" => managed: bool,
        b"RuleCount" => rule_count: Option<u64>,
        b"Tags" => tags: SmallVec<[Tag<'a>; 2]>,
    }

    /// What a user wrote on an object.
    Tag {
        b"TagKey" => key: Cow<'a, str>,
        b"TagValue" => value: Cow<'a, str>,
    }

    /// A rule of `DescribeSecurityGroupAttribute`.
    Permission {
        b"SecurityGroupRuleId" => id: Cow<'a, str>,
        b"Description" => description: Cow<'a, str>,
        b"Direction" => direction: Cow<'a, str>,
        b"IpProtocol" => protocol: Cow<'a, str>,
        b"PortRange" => ports: Cow<'a, str>,
        b"PortRangeListId" => port_list: Cow<'a, str>,
        b"SourcePortRange" => source_ports: Cow<'a, str>,
        b"Policy" => policy: Cow<'a, str>,
        b"Priority" => priority: Cow<'a, str>,
        b"NicType" => nic_type: Cow<'a, str>,
        b"SourceCidrIp" => source: Cow<'a, str>,
        b"Ipv6SourceCidrIp" => source_v6: Cow<'a, str>,
        b"SourceGroupId" => source_group: Cow<'a, str>,
        b"SourceGroupOwnerAccount" => source_owner: Cow<'a, str>,
        b"SourcePrefixListId" => source_list: Cow<'a, str>,
        b"DestCidrIp" => destination: Cow<'a, str>,
        b"Ipv6DestCidrIp" => destination_v6: Cow<'a, str>,
        b"DestGroupId" => destination_group: Cow<'a, str>,
        b"DestGroupOwnerAccount" => destination_owner: Cow<'a, str>,
        b"DestPrefixListId" => destination_list: Cow<'a, str>,
    }

    /// A row of `DescribeSecurityGroupReferences`.
    Referenced {
        b"SecurityGroupId" => id: Cow<'a, str>,
        b"ReferencingSecurityGroups" => by: SmallVec<[Referencing<'a>; 0]>,
    }

    /// A group whose rules name another.
    Referencing {
        b"SecurityGroupId" => id: Cow<'a, str>,
        b"AliUid" => owner: Cow<'a, str>,
    }

    /// A row of `DescribeInstances`. Its groups are those of its primary interface only.
    Instance {
        b"InstanceId" => id: Cow<'a, str>,
        b"InstanceName" => name: Cow<'a, str>,
        b"Status" => status: Cow<'a, str>,
        b"InstanceType" => flavour: Cow<'a, str>,
        b"OSType" => os_type: Cow<'a, str>,
        b"OSName" => os_name: Cow<'a, str>,
        b"OSNameEn" => os_name_en: Cow<'a, str>,
        b"RegionId" => region: Cow<'a, str>,
        b"InstanceNetworkType" => network_type: Cow<'a, str>,
        b"SecurityGroupIds" => groups: Option<SmallVec<[Cow<'a, str>; 2]>>,
        b"PublicIpAddress" => public: SmallVec<[Cow<'a, str>; 2]>,
        b"InnerIpAddress" => inner: SmallVec<[Cow<'a, str>; 2]>,
        b"EipAddress" => eip: AttachedEip<'a>,
        b"VpcAttributes" => network: VpcAttributes<'a>,
        b"NetworkInterfaces" => interfaces: SmallVec<[InstanceInterface<'a>; 1]>,
        b"Tags" => tags: SmallVec<[Tag<'a>; 2]>,
    }

    /// The elastic address of a server.
    AttachedEip {
        b"IpAddress" => address: Cow<'a, str>,
    }

    /// Where a server stands in its VPC.
    VpcAttributes {
        b"VpcId" => network: Cow<'a, str>,
        b"VSwitchId" => subnet: Cow<'a, str>,
        b"PrivateIpAddress" => addresses: SmallVec<[Cow<'a, str>; 2]>,
    }

    /// An interface as `DescribeInstances` tells it: without its groups.
    InstanceInterface {
        b"NetworkInterfaceId" => id: Cow<'a, str>,
        b"Type" => kind: Cow<'a, str>,
        b"PrimaryIpAddress" => address: Cow<'a, str>,
        b"PrivateIpSets" => addresses: SmallVec<[PrivateIp<'a>; 1]>,
        b"Ipv6Sets" => addresses_v6: SmallVec<[Ipv6<'a>; 0]>,
        b"Ipv4PrefixSets" => prefixes: SmallVec<[Delegated<'a>; 0]>,
        b"Ipv6PrefixSets" => prefixes_v6: SmallVec<[Delegated<'a>; 0]>,
    }

    /// A row of `DescribeNetworkInterfaces`: the truth about which interface is in which groups.
    Interface {
        b"NetworkInterfaceId" => id: Cow<'a, str>,
        b"Type" => kind: Cow<'a, str>,
        b"Status" => status: Cow<'a, str>,
        b"InstanceId" => instance: Cow<'a, str>,
        b"OwnerId" => owner: Cow<'a, str>,
        b"PrivateIpAddress" => address: Cow<'a, str>,
        b"VpcId" => network: Cow<'a, str>,
        b"VSwitchId" => subnet: Cow<'a, str>,
        b"ZoneId" => zone: Cow<'a, str>,
        b"SecurityGroupIds" => groups: Option<SmallVec<[Cow<'a, str>; 2]>>,
        b"AssociatedPublicIp" => public: AssociatedIp<'a>,
        b"PrivateIpSets" => addresses: SmallVec<[PrivateIp<'a>; 1]>,
        b"Ipv6Sets" => addresses_v6: SmallVec<[Ipv6<'a>; 0]>,
        b"Ipv4PrefixSets" => prefixes: SmallVec<[Delegated<'a>; 0]>,
        b"Ipv6PrefixSets" => prefixes_v6: SmallVec<[Delegated<'a>; 0]>,
        b"ServiceManaged" => managed: bool,
    }

    /// A private address of an interface.
    PrivateIp {
        b"PrivateIpAddress" => address: Cow<'a, str>,
        b"AssociatedPublicIp" => public: AssociatedIp<'a>,
    }

    /// The public address of a private one; often `{}`.
    AssociatedIp {
        b"PublicIpAddress" => address: Cow<'a, str>,
    }

    /// An IPv6 address of an interface.
    Ipv6 {
        b"Ipv6Address" => address: Cow<'a, str>,
    }

    /// A whole prefix that an interface owns.
    Delegated {
        b"Ipv4Prefix" => prefix: Cow<'a, str>,
        b"Ipv6Prefix" => prefix_v6: Cow<'a, str>,
    }

    /// A row of `DescribeVpcs`.
    Vpc {
        b"VpcId" => id: Cow<'a, str>,
        b"VpcName" => name: Cow<'a, str>,
        b"RegionId" => region: Cow<'a, str>,
        b"OwnerId" => owner: Cow<'a, str>,
        b"CidrBlock" => block: Cow<'a, str>,
        b"SecondaryCidrBlocks" => more_blocks: SmallVec<[Cow<'a, str>; 2]>,
        b"Ipv6CidrBlock" => block_v6: Cow<'a, str>,
        b"Ipv6CidrBlocks" => more_blocks_v6: SmallVec<[Ipv6Block<'a>; 0]>,
    }

    /// An IPv6 block of a VPC.
    Ipv6Block {
        b"Ipv6CidrBlock" => block: Cow<'a, str>,
    }

    /// A row of `DescribeVSwitches`.
    VSwitch {
        b"VSwitchId" => id: Cow<'a, str>,
        b"VSwitchName" => name: Cow<'a, str>,
        b"VpcId" => network: Cow<'a, str>,
        b"ZoneId" => zone: Cow<'a, str>,
        b"CidrBlock" => block: Cow<'a, str>,
        b"Ipv6CidrBlock" => block_v6: Cow<'a, str>,
        b"NetworkAclId" => acl: Option<Cow<'a, str>>,
        b"RouteTable" => route_table: FollowedTable<'a>,
    }

    /// The route table that a vSwitch follows.
    FollowedTable {
        b"RouteTableId" => id: Cow<'a, str>,
    }

    /// A network ACL, in a listing or alone.
    NetworkAcl {
        b"NetworkAclId" => id: Cow<'a, str>,
        b"NetworkAclName" => name: Cow<'a, str>,
        b"RegionId" => region: Cow<'a, str>,
        b"Resources" => resources: SmallVec<[AclResource<'a>; 0]>,
        b"IngressAclEntries" => ingress: Option<SmallVec<[AclEntry<'a>; 0]>>,
        b"EgressAclEntries" => egress: Option<SmallVec<[AclEntry<'a>; 0]>>,
    }

    /// What a network ACL is bound to.
    AclResource {
        b"ResourceId" => id: Cow<'a, str>,
        b"ResourceType" => kind: Cow<'a, str>,
    }

    /// An entry of a network ACL.
    AclEntry {
        b"NetworkAclEntryId" => id: Cow<'a, str>,
        b"NetworkAclEntryName" => name: Cow<'a, str>,
        b"Description" => description: Cow<'a, str>,
        b"Policy" => policy: Cow<'a, str>,
        b"Protocol" => protocol: Cow<'a, str>,
        b"Port" => ports: Cow<'a, str>,
        b"SourceCidrIp" => source: Cow<'a, str>,
        b"DestinationCidrIp" => destination: Cow<'a, str>,
    }

    /// A row of `DescribePrefixLists`.
    PrefixList {
        b"PrefixListId" => id: Cow<'a, str>,
        b"PrefixListName" => name: Cow<'a, str>,
        b"MaxEntries" => max_entries: Option<u64>,
    }

    /// A row of `DescribePortRangeLists`.
    PortRangeList {
        b"PortRangeListId" => id: Cow<'a, str>,
        b"PortRangeListName" => name: Cow<'a, str>,
        b"MaxEntries" => max_entries: Option<u64>,
    }

    /// An entry of a prefix list or of a port list.
    Entry {
        b"Cidr" => cidr: Cow<'a, str>,
        b"PortRange" => ports: Cow<'a, str>,
    }

    /// A row of `DescribeEipAddresses`.
    Eip {
        b"IpAddress" => address: Cow<'a, str>,
        b"RegionId" => region: Cow<'a, str>,
        b"InstanceId" => holder: Cow<'a, str>,
        b"InstanceType" => holder_kind: Cow<'a, str>,
        b"PrivateIpAddress" => private: Cow<'a, str>,
        b"Mode" => mode: Cow<'a, str>,
    }
}
