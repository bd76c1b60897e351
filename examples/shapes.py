"""The shapes in which the vendor's APIs describe the story.

They follow the responses documented at https://api.alibabacloud.com/document/Ecs/2014-05-26 and
https://api.alibabacloud.com/document/Vpc/2016-04-28.
"""

import ipaddress
import re
import uuid

from story import (
    ACCOUNT, ANALYTICS_LIST, BALANCER, GROUPS, LEGACY, MACHINES, MANAGED, NAT_ADDRESS, NAT_FORWARDS, NAT_SOURCES, NETWORK_ACL,
    OTHER_EIPS, PAYMENT_ACCOUNT, PAYMENT_GROUP, PEERING, PREFIX_LISTS, REGION, SERVERS, SERVICE_INTERFACES, VPCS, VSWITCHES, Interface,
)

# How many characters follow the prefix and its hyphen.
ID_LENGTH = {"vpc": 21, "vsw": 21, "eip": 21, "nacl": 21, "vrt": 21, "vtb": 21, "ngw": 21, "rte": 24, "ftb": 21, "stb": 21}


def make_id(prefix, name):
    """An id of the vendor's length that still tells the name: `shop-web-1` as `i` is `i-bp1shop0web0000000001`."""
    words, number = re.fullmatch(r"(.*?)-?(\d*)", name.lower()).groups()
    stem = "bp1" + re.sub(r"[^a-z0-9]", "0", words)
    room = ID_LENGTH.get(prefix, 20) - len(stem)
    if room < max(len(number), 1):
        raise ValueError(f"no room for `{name}` in an id of {prefix}")
    return f"{prefix}-{stem}{number:0>{room}}"


def short_name(group_name):
    """Two groups have names that fit into no id."""
    return {LEGACY: "default-legacy", MANAGED: "managed-nat"}.get(group_name, group_name)


def group_id(name):
    return make_id("sg", short_name(name))


def rule_id(group, number):
    return make_id("sgr", f"{short_name(group.name)}-{number}")


def request_id(what):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://portreeve.example/{what}")).upper()


def mac(number):
    return f"00:16:3e:10:{number >> 8:02x}:{number & 255:02x}"


# Looking things up

VPC_OF = {switch.name: switch.vpc for switch in VSWITCHES}
ENV_OF = {vpc.name: vpc.env for vpc in VPCS}
ZONE_OF = {switch.name: f"{REGION}-{switch.zone}" for switch in VSWITCHES}
CREATED = {vpc.name: vpc.created for vpc in VPCS}
EIPS = [(s.eip, s.name, "EcsInstance", s.address) for s in SERVERS if s.eip] + [
    (eip, extra.name, "NetworkInterface", address)
    for server in SERVERS for extra in server.more for address, eip in extra.addresses.items() if eip
] + [(eip, name, kind, "") for eip, name, kind in OTHER_EIPS]


def eip_id(address):
    return make_id("eip", "shop-" + "".join(f"{part:0>3}" for part in address.split(".")))


def primary(server):
    return Interface(server.name, server.vswitch, {server.address: ""}, server.groups)


def all_interfaces():
    """Every interface with its server (none for a cloud service's), primary ones first within a server."""
    pairs = [(nic, server) for server in SERVERS for nic in [primary(server), *server.more]]
    return pairs + [(nic, None) for nic in SERVICE_INTERFACES]


def tags(vpc, key="TagKey", value="TagValue"):
    return {"Tag": [{key: "env", value: ENV_OF[vpc]}]}


def addresses_v6(nic, server):
    return [{"Ipv6Address": server.address_v6}] if server and server.address_v6 and nic.name == server.name else []


# Security groups

PEER_FIELDS = ("CidrIp", "GroupId", "GroupName", "GroupOwnerAccount", "PrefixListId", "PrefixListName")


def peer_fields(peer, side):
    """The fields that name a rule's peer, all of one side (`Source` or `Dest`); what is not set is empty."""
    kind, _, name = peer.partition(" ")
    if kind == "group":
        own = {"GroupId": group_id(name), "GroupName": name}
    elif kind == "account":
        own = {"GroupId": PAYMENT_GROUP, "GroupOwnerAccount": str(PAYMENT_ACCOUNT)}
    elif kind == "list":
        known = {entry[0] for entry in PREFIX_LISTS}
        own = {"PrefixListId": make_id("pl", name) if name in known else ANALYTICS_LIST, "PrefixListName": name}
    elif ":" in peer:
        return {f"Ipv6{side}CidrIp": peer}
    else:
        own = {"CidrIp": peer}
    return {f"{side}{key}": value for key, value in own.items()}


def port_fields(traffic):
    protocol, _, ports = traffic.partition(" ")
    if ports.startswith("@"):
        return {"IpProtocol": protocol, "PortRangeListId": make_id("prl", ports[1:]), "PortRangeListName": ports[1:]}
    first, _, last = ports.partition("-")
    return {"IpProtocol": protocol, "PortRange": f"{first}/{last or first}" if ports else "-1/-1"}


def permission(group, number, rule):
    peer, local = ("Source", "Dest") if rule.direction == "ingress" else ("Dest", "Source")
    unset = [f"{side}{name}" for side in (peer, local) for name in PEER_FIELDS]
    unset += ["Ipv6SourceCidrIp", "Ipv6DestCidrIp", "PortRange", "PortRangeListId", "PortRangeListName"]
    return dict.fromkeys(unset, "") | {
        "CreateTime": rule.created or f"{group.created}T02:11:09Z",
        "Description": rule.note,
        "Direction": rule.direction,
        "NicType": "intranet",
        "Policy": rule.action.capitalize(),
        "Priority": rule.priority,
        "SecurityGroupRuleId": rule_id(group, number),
        "SourcePortRange": rule.source_ports,
        f"{local}CidrIp": rule.local,
    } | port_fields(rule.traffic) | peer_fields(rule.peer, peer)


def security_group_attribute(group):
    return {
        "Description": group.note,
        "InnerAccessPolicy": group.inner,
        "NextToken": "",
        "Permissions": {"Permission": [permission(group, n, rule) for n, rule in enumerate(group.rules, 1)]},
        "RegionId": REGION,
        "SecurityGroupId": group_id(group.name),
        "SecurityGroupName": group.name,
        "VpcId": make_id("vpc", group.vpc),
    }


def security_group(group):
    managed = {"ServiceID": group.service} if group.service else {}
    return managed | {
        "CreationTime": f"{group.created}T02:10:00Z",
        "Description": group.note,
        "GroupToGroupRuleCount": sum(rule.peer.startswith(("group ", "account ")) for rule in group.rules),
        "ResourceGroupId": "",
        "RuleCount": len(group.rules),
        "SecurityGroupId": group_id(group.name),
        "SecurityGroupName": group.name,
        "SecurityGroupType": "enterprise" if group.advanced else "normal",
        "ServiceManaged": bool(group.service),
        "Tags": {"Tag": []} if group.service else tags(group.vpc),
        "VpcId": make_id("vpc", group.vpc),
    }


def references(groups):
    """Which groups name these groups in a rule; groups that nobody names are left out, as the API does."""
    found = []
    for group in groups:
        users = [user for user in GROUPS if any(rule.peer == f"group {group.name}" for rule in user.rules)]
        naming = [{"AliUid": str(ACCOUNT), "SecurityGroupId": group_id(user.name)} for user in users]
        if naming:
            found.append({
                "ReferencingSecurityGroups": {"ReferencingSecurityGroup": naming},
                "SecurityGroupId": group_id(group.name),
            })
    return {"SecurityGroupReferences": {"SecurityGroupReference": found}}


def prefix_list_attributes(name, family, room, entries):
    return prefix_list_head(name, family, room) | {
        "Entries": {"Entry": [{"Cidr": cidr, "Description": note} for cidr, note in entries.items()]},
    }


def prefix_list_head(name, family, room):
    return {
        "AddressFamily": family,
        "CreationTime": "2023-02-01T06:00:00Z",
        "Description": "addresses of our offices",
        "MaxEntries": room,
        "PrefixListId": make_id("pl", name),
        "PrefixListName": name,
    }


def prefix_list(name, family, room, _entries):
    users = sum(any(rule.peer == f"list {name}" for rule in group.rules) for group in GROUPS)
    return prefix_list_head(name, family, room) | {
        "AssociationCount": users, "ResourceGroupId": "", "Tags": {"Tag": []},
    }


def port_list(name, room, _entries):
    users = sum(any(rule.traffic.endswith(f"@{name}") for rule in group.rules) for group in GROUPS)
    return {
        "AssociationCount": users,
        "CreationTime": "2025-01-05T08:00:00Z",
        "Description": "",
        "MaxEntries": room,
        "PortRangeListId": make_id("prl", name),
        "PortRangeListName": name,
        "ResourceGroupId": "",
        "Tags": [],
    }


# Servers and their interfaces

def network_interface(number, nic, server):
    """One interface as DescribeNetworkInterfaces has it; an EIP of the instance itself is not repeated here."""
    managed = {"ServiceID": nic.service} if nic.service else {}
    return managed | {
        "AssociatedPublicIp": {},
        "Attachment": {},
        "CreationTime": f"{CREATED[VPC_OF[nic.vswitch]]}T04:00:12Z",
        "DeleteOnRelease": True,
        "Description": "",
        "InstanceId": make_id("i", server.name) if server else "",
        "Ipv4PrefixSets": {"Ipv4PrefixSet": []},
        "Ipv6PrefixSets": {"Ipv6PrefixSet": []},
        "Ipv6Sets": {"Ipv6Set": addresses_v6(nic, server)},
        "MacAddress": mac(number),
        "NetworkInterfaceId": make_id("eni", nic.name),
        "NetworkInterfaceName": "",
        "NetworkInterfaceTrafficMode": "Standard",
        "OwnerId": str(ACCOUNT),
        "PrivateIpAddress": next(iter(nic.addresses)),
        "PrivateIpSets": {"PrivateIpSet": private_addresses(nic)},
        "QueueNumber": 2,
        "ResourceGroupId": "",
        "SecurityGroupIds": {"SecurityGroupId": [group_id(name) for name in nic.groups]},
        "ServiceManaged": bool(nic.service),
        "SourceDestCheck": False,
        "Status": "InUse",
        "Tags": {"Tag": []},
        "Type": "Primary" if server and nic.name == server.name else "Secondary",
        "VSwitchId": make_id("vsw", nic.vswitch),
        "VpcId": make_id("vpc", VPC_OF[nic.vswitch]),
        "ZoneId": ZONE_OF[nic.vswitch],
    }


def private_addresses(nic):
    return [{
        "AssociatedPublicIp": {"AllocationId": eip_id(eip), "PublicIpAddress": eip} if eip else {},
        "Primary": position == 0,
        "PrivateDnsName": "",
        "PrivateIpAddress": address,
    } for position, (address, eip) in enumerate(nic.addresses.items())]


def instance_interface(number, nic, server):
    """The shorter form of an interface inside DescribeInstances: it does not tell the groups."""
    return {
        "Ipv4PrefixSets": {"Ipv4PrefixSet": []},
        "Ipv6PrefixSets": {"Ipv6PrefixSet": []},
        "Ipv6Sets": {"Ipv6Set": addresses_v6(nic, server)},
        "MacAddress": mac(number),
        "NetworkInterfaceId": make_id("eni", nic.name),
        "PrimaryIpAddress": next(iter(nic.addresses)),
        "PrivateIpSets": {"PrivateIpSet": [
            {"Primary": position == 0, "PrivateIpAddress": address} for position, address in enumerate(nic.addresses)
        ]},
        "Type": "Primary" if nic.name == server.name else "Secondary",
    }


def instance_network(server):
    vpc = VPC_OF[server.vswitch]
    bound = {
        "AllocationId": eip_id(server.eip), "Bandwidth": 20, "InternetChargeType": "PayByTraffic",
        "IpAddress": server.eip, "IsSupportUnassociate": True,
    }
    return {
        "EipAddress": bound if server.eip else {"AllocationId": "", "InternetChargeType": "", "IpAddress": ""},
        "InnerIpAddress": {"IpAddress": []},
        "InstanceNetworkType": "vpc",
        "InternetChargeType": "PayByTraffic",
        "InternetMaxBandwidthIn": 100,
        "InternetMaxBandwidthOut": 5 if server.public else 0,
        "NetworkInterfaces": {"NetworkInterface": [
            instance_interface(number, nic, owner)
            for number, (nic, owner) in enumerate(all_interfaces(), 1) if owner is server
        ]},
        "PublicIpAddress": {"IpAddress": [server.public] if server.public else []},
        "RdmaIpAddress": {"IpAddress": []},
        "SecurityGroupIds": {"SecurityGroupId": [group_id(name) for name in server.groups]},
        "VlanId": "",
        "VpcAttributes": {
            "NatIpAddress": "", "PrivateIpAddress": {"IpAddress": [server.address]},
            "VSwitchId": make_id("vsw", server.vswitch), "VpcId": make_id("vpc", vpc),
        },
        "ZoneId": ZONE_OF[server.vswitch],
    }


def instance_system(server):
    if server.windows:
        return {
            "ImageId": "win2022_21H2_x64_dtc_en-us_40G_alibase_20240520.vhd",
            "OSName": "Windows Server  2022 数据中心版 64位英文版",
            "OSNameEn": "Windows Server  2022 Datacenter Edition 64bit English Edition",
            "OSType": "windows",
        }
    return {
        "ImageId": "aliyun_3_x64_20G_alibase_20240528.vhd",
        "OSName": "Alibaba Cloud Linux  3.2104 LTS 64位",
        "OSNameEn": "Alibaba Cloud Linux 3.2104 LTS 64 bit",
        "OSType": "linux",
    }


def instance_machine(server):
    cores, memory = MACHINES[server.kind]
    return {
        "ClusterId": "",
        "Cpu": cores,
        "CpuOptions": {"CoreCount": cores // 2, "Numa": "ON", "ThreadsPerCore": 2},
        "CreditSpecification": "",
        "DedicatedHostAttribute": {"DedicatedHostClusterId": "", "DedicatedHostId": "", "DedicatedHostName": ""},
        "DedicatedInstanceAttribute": {"Affinity": "", "Tenancy": ""},
        "DeploymentSetId": "",
        "DeviceAvailable": True,
        "EcsCapacityReservationAttr": {"CapacityReservationId": "", "CapacityReservationPreference": ""},
        "GPUAmount": 0,
        "GPUSpec": "",
        "HpcClusterId": "",
        "InstanceType": server.kind,
        "InstanceTypeFamily": server.kind.rpartition(".")[0],
        "IoOptimized": True,
        "LocalStorageAmount": 0,
        "LocalStorageCapacity": 0,
        "Memory": memory,
    }


def instance(server):
    vpc = VPC_OF[server.vswitch]
    return instance_machine(server) | instance_system(server) | instance_network(server) | {
        "AutoReleaseTime": "",
        "CreationTime": f"{CREATED[vpc]}T04:00Z",
        "DeletionProtection": False,
        "Description": "",
        "ExpiredTime": "2099-12-31T15:59Z",
        "HostName": server.name,
        "InstanceChargeType": "PostPaid",
        "InstanceId": make_id("i", server.name),
        "InstanceName": server.name,
        "KeyPairName": "",
        "MetadataOptions": {"HttpEndpoint": "enabled", "HttpTokens": "optional"},
        "OperationLocks": {"LockReason": []},
        "Recyclable": False,
        "RegionId": REGION,
        "ResourceGroupId": "",
        "SaleCycle": "",
        "SerialNumber": request_id(f"serial/{server.name}").lower(),
        "SpotPriceLimit": 0,
        "SpotStrategy": "NoSpot",
        "StartTime": f"{CREATED[vpc]}T04:01Z",
        "Status": "Stopped" if server.stopped else "Running",
        "StoppedMode": "StopCharging" if server.stopped else "Not-applicable",
        "Tags": tags(vpc),
    }


# Networks

def vpc_entry(vpc):
    blocks = [{"Ipv6CidrBlock": vpc.cidr_v6, "Ipv6Isp": "BGP"}] if vpc.cidr_v6 else []
    return {
        "CenStatus": "Attached",
        "CidrBlock": vpc.cidr,
        "CreationTime": f"{vpc.created}T03:00:00Z",
        "Description": "",
        "DhcpOptionsSetId": "",
        "DhcpOptionsSetStatus": "",
        "EnabledIpv6": bool(vpc.cidr_v6),
        "Ipv6CidrBlock": vpc.cidr_v6,
        "Ipv6CidrBlocks": {"Ipv6CidrBlock": blocks},
        "IsDefault": False,
        "NatGatewayIds": {"NatGatewayIds": [make_id("ngw", vpc.nat_gateway)] if vpc.nat_gateway else []},
        "OwnerId": ACCOUNT,
        "RegionId": REGION,
        "ResourceGroupId": "rg-acfmshop00000001",
        "RouterTableIds": {"RouterTableIds": [make_id("vtb", vpc.name)]},
        "SecondaryCidrBlocks": {"SecondaryCidrBlock": []},
        "Status": "Available",
        "Tags": tags(vpc.name, "Key", "Value"),
        "UserCidrs": {"UserCidr": []},
        "VRouterId": make_id("vrt", vpc.name),
        "VSwitchIds": {"VSwitchId": [make_id("vsw", switch.name) for switch in VSWITCHES if switch.vpc == vpc.name]},
        "VpcId": make_id("vpc", vpc.name),
        "VpcName": vpc.name,
    }


def vswitch_entry(switch):
    used = sum(len(nic.addresses) for nic, _ in all_interfaces() if nic.vswitch == switch.name)
    # The vendor keeps the first and the last three addresses of each vSwitch.
    free = ipaddress.ip_network(switch.cidr).num_addresses - 4 - used
    return {
        "AvailableIpAddressCount": free,
        "CidrBlock": switch.cidr,
        "CreationTime": f"{CREATED[switch.vpc]}T03:01:00Z",
        "Description": "",
        "EnabledIpv6": bool(switch.cidr_v6),
        "Ipv6CidrBlock": switch.cidr_v6,
        "IsDefault": False,
        "NetworkAclId": make_id("nacl", switch.acl) if switch.acl else "",
        "OwnerId": ACCOUNT,
        "ResourceGroupId": "rg-acfmshop00000001",
        "RouteTable": {"RouteTableId": make_id("vtb", switch.vpc), "RouteTableType": "System"},
        "ShareType": "",
        "Status": "Available",
        "Tags": {"Tag": []},
        "VSwitchId": make_id("vsw", switch.name),
        "VSwitchName": switch.name,
        "VpcId": make_id("vpc", switch.vpc),
        "ZoneId": ZONE_OF[switch.name],
    }


def acl_entries(direction, address_field, first_number):
    return [{
        "Description": "",
        "EntryType": "custom",
        "IpVersion": "IPv4",
        "NetworkAclEntryId": f"nae-bp1shop0db{number:010}",
        "NetworkAclEntryName": name,
        "Policy": policy,
        "Port": port,
        "Protocol": protocol,
        address_field: address,
    } for number, (name, policy, protocol, port, address) in enumerate(NETWORK_ACL[direction], first_number)]


def network_acl():
    bound = [switch for switch in VSWITCHES if switch.acl == NETWORK_ACL["name"]]
    return {
        "CreationTime": "2022-03-15 09:00:00",
        "Description": NETWORK_ACL["note"],
        "EgressAclEntries": {"EgressAclEntry": acl_entries("egress", "DestinationCidrIp", 11)},
        "IngressAclEntries": {"IngressAclEntry": acl_entries("ingress", "SourceCidrIp", 1)},
        "NetworkAclId": make_id("nacl", NETWORK_ACL["name"]),
        "NetworkAclName": NETWORK_ACL["name"],
        "OwnerId": ACCOUNT,
        "RegionId": REGION,
        "Resources": {"Resource": [
            {"ResourceId": make_id("vsw", switch.name), "ResourceType": "VSwitch", "Status": "BINDED"}
            for switch in bound
        ]},
        "Status": "Available",
        "Tags": {"Tag": []},
        "VpcId": make_id("vpc", NETWORK_ACL["vpc"]),
    }


def eip_entry(address, name, kind, private):
    prefix = {"EcsInstance": "i", "NetworkInterface": "eni", "Nat": "ngw"}.get(kind)
    return {
        "AllocationId": eip_id(address),
        "AllocationTime": "2022-03-14T03:50:00Z",
        "Bandwidth": "20",
        "BandwidthPackageBandwidth": "",
        "BandwidthPackageId": "",
        "BandwidthPackageType": "",
        "BizType": "",
        "BusinessStatus": "Normal",
        "ChargeType": "PostPaid",
        "DeletionProtection": False,
        "Description": "",
        "EipBandwidth": "20",
        "ExpiredTime": "",
        "HDMonitorStatus": "OFF",
        "HasReservationData": "false",
        "ISP": "BGP",
        "InstanceId": make_id(prefix, name) if prefix else "",
        "InstanceRegionId": REGION if prefix else "",
        "InstanceType": kind,
        "InternetChargeType": "PayByTraffic",
        "IpAddress": address,
        "Mode": "NAT" if prefix else "",
        "Name": "",
        "Netmode": "public",
        "OperationLocks": {"LockReason": []},
        "PrivateIpAddress": private,
        "PublicIpAddressPoolId": "",
        "RegionId": REGION,
        "ResourceGroupId": "rg-acfmshop00000001",
        "SecondLimited": False,
        "SecurityProtectionTypes": {"SecurityProtectionType": []},
        "SegmentInstanceId": "",
        "ServiceManaged": 0,
        "Status": "InUse" if prefix else "Available",
        "Tags": {"Tag": []},
        "VpcId": "",
        "Zone": "",
    }


def route_table(vpc):
    return {
        "AssociateType": "VSwitch",
        "CreationTime": f"{vpc.created}T03:00:00Z",
        "OwnerId": ACCOUNT,
        "ResourceGroupId": "rg-acfmshop00000001",
        "RouteTableId": make_id("vtb", vpc.name),
        "RouteTableName": "",
        "RouteTableType": "System",
        "RouterId": make_id("vrt", vpc.name),
        "RouterType": "VRouter",
        "Status": "Available",
        "Tags": {"Tag": []},
        "VSwitchIds": {"VSwitchId": [make_id("vsw", switch.name) for switch in VSWITCHES if switch.vpc == vpc.name]},
        "VpcId": make_id("vpc", vpc.name),
    }


def route_entries(vpc):
    """The subnets and the platform's own services, the other end of the peering, and the way out by the NAT gateway."""
    name, *ends = PEERING
    hops = [(switch.cidr, "local", "", "System") for switch in VSWITCHES if switch.vpc == vpc.name]
    hops.append(("100.64.0.0/10", "service", "", "System"))
    if vpc.name in ends:
        other = next(one for one in VPCS if one.name in ends and one.name != vpc.name)
        hops.append((other.cidr, "VpcPeer", make_id("pcc", name), "Custom"))
    if vpc.nat_gateway:
        hops.append(("0.0.0.0/0", "NatGateway", make_id("ngw", vpc.nat_gateway), "Custom"))
    return [{
        "Description": "",
        "DestinationCidrBlock": destination,
        "IpVersion": "IPv4",
        "NextHops": {"NextHop": [{"Enabled": 1, "NextHopId": hop, "NextHopType": kind, "Weight": 0}]},
        "RouteEntryId": make_id("rte", f"{vpc.name}-{number}"),
        "RouteEntryName": "",
        "RouteTableId": make_id("vtb", vpc.name),
        "Status": "Available",
        "Type": origin,
    } for number, (destination, kind, hop, origin) in enumerate(hops, 1)]


def peering():
    name, vpc, accepting = PEERING
    end = lambda name: {  # noqa: E731
        "Ipv4Cidrs": [one.cidr for one in VPCS if one.name == name], "Ipv6Cidrs": [], "VpcId": make_id("vpc", name),
        "VpcName": name,
    }
    return {
        "AcceptingOwnerUid": ACCOUNT,
        "AcceptingRegionId": REGION,
        "AcceptingVpc": end(accepting),
        "Bandwidth": -1,
        "BizStatus": "Normal",
        "Description": "",
        "GmtCreate": "2022-03-15T03:00:00Z",
        "InstanceId": make_id("pcc", name),
        "Name": name,
        "OwnerId": ACCOUNT,
        "RegionId": REGION,
        "ResourceGroupId": "rg-acfmshop00000001",
        "Status": "Activated",
        "Tags": [],
        "Vpc": end(vpc),
    }


def nat_gateway(vpc):
    name = vpc.nat_gateway
    return {
        "BusinessStatus": "Normal",
        "CreationTime": "2023-10-08T03:00:00Z",
        "Description": "",
        "ForwardTableIds": {"ForwardTableId": [make_id("ftb", name)]},
        "InstanceChargeType": "PostPaid",
        "IpLists": {"IpList": [{"AllocationId": eip_id(NAT_ADDRESS), "IpAddress": NAT_ADDRESS, "UsingStatus": "UsedByForwardTable"}]},
        "Name": name,
        "NatGatewayId": make_id("ngw", name),
        "NatType": "Enhanced",
        "NetworkType": "internet",
        "RegionId": REGION,
        "SnatTableIds": {"SnatTableId": [make_id("stb", name)]},
        "Status": "Available",
        "VpcId": make_id("vpc", vpc.name),
    }


def forward_entries(vpc):
    return [{
        "ExternalIp": NAT_ADDRESS,
        "ExternalPort": outside,
        "ForwardEntryId": f"fwd-{name}",
        "ForwardEntryName": name,
        "ForwardTableId": make_id("ftb", vpc.nat_gateway),
        "InternalIp": address,
        "InternalPort": inside,
        "IpProtocol": "TCP",
        "NatGatewayId": make_id("ngw", vpc.nat_gateway),
        "Status": "Available",
    } for name, (outside, address, inside) in NAT_FORWARDS.items()]


def source_entries(vpc):
    return [{
        "NatGatewayId": make_id("ngw", vpc.nat_gateway),
        "SnatEntryId": f"snat-{switch}",
        "SnatEntryName": "",
        "SnatIp": NAT_ADDRESS,
        "SnatTableId": make_id("stb", vpc.nat_gateway),
        "SourceCIDR": block,
        "SourceVSwitchId": make_id("vsw", switch),
        "Status": "Available",
    } for switch, block in NAT_SOURCES.items()]


def load_balancer():
    name, vpc, address, _port, _servers = BALANCER
    return {
        "Address": address,
        "AddressIPVersion": "ipv4",
        "AddressType": "internet",
        "CreateTime": "2022-03-14T04:00Z",
        "LoadBalancerId": make_id("lb", name),
        "LoadBalancerName": name,
        "LoadBalancerSpec": "slb.s2.small",
        "LoadBalancerStatus": "active",
        "NetworkType": "vpc",
        "RegionId": REGION,
        "Tags": {"Tag": []},
        "VSwitchId": "",
        "VpcId": make_id("vpc", vpc),
    }


def load_balancer_attribute():
    """All servers stand in a group, so that the load balancer itself has none."""
    port = {"ListenerPort": BALANCER[3], "ListenerProtocol": "tcp"}
    return load_balancer() | {
        "BackendServers": {"BackendServer": []},
        "ListenerPorts": {"ListenerPort": [BALANCER[3]]},
        "ListenerPortsAndProtocol": {"ListenerPortAndProtocol": [port]},
    }


def load_listener():
    name, _vpc, _address, port, _servers = BALANCER
    return {
        "AclStatus": "off",
        "BackendServerPort": 0,
        "ListenerPort": port,
        "ListenerProtocol": "tcp",
        "LoadBalancerId": make_id("lb", name),
        "Scheduler": "rr",
        "Status": "running",
        "VServerGroupId": make_id("rsp", f"{name}-web"),
    }


def server_group():
    name, _vpc, _address, port, servers = BALANCER
    return {
        "BackendServers": {"BackendServer": [
            {"Description": "", "Port": port, "ServerId": make_id("i", server), "Type": "ecs", "Weight": 100}
            for server in servers]},
        "LoadBalancerId": make_id("lb", name),
        "VServerGroupId": make_id("rsp", f"{name}-web"),
        "VServerGroupName": "web",
    }
