#!/usr/bin/env python3
"""Write the example account as the `aliyun` CLI prints it: one response per file, keys sorted, indented by tabs.

    python3 make.py            write alibaba/*.json
    python3 make.py --check    write nothing, fail where the files differ from the story

The story is told in `story.py`, the vendor's shapes are in `shapes.py`. Every run gives the same bytes. Nothing here
belongs to anybody: the public addresses are those that RFC 5737 and RFC 3849 set aside for documentation.
"""

import ipaddress
import json
import re
import sys
import tomllib
from pathlib import Path

sys.dont_write_bytecode = True

from shapes import (  # noqa: E402
    EIPS, addresses_v6, all_interfaces, eip_entry, forward_entries, instance, load_balancer, load_balancer_attribute,
    load_listener, nat_gateway, network_acl, network_interface, peering, port_list, prefix_list, prefix_list_attributes,
    references, request_id, route_entries, route_table, rule_id, security_group, security_group_attribute, server_group,
    source_entries, vpc_entry, vswitch_entry,
)
from story import (  # noqa: E402
    ANALYTICS_LIST, BALANCER, GROUPS, NETWORK_ACL, PAYMENT_GROUP, PORT_LISTS, PREFIX_LISTS, REGION, SERVERS, VPCS, VSWITCHES,
)

def listing(outer, inner, entries, **more):
    """A one-page listing: TotalCount is the number of entries and nothing follows."""
    return {outer: {inner: entries}, "PageNumber": 1, "PageSize": 50, "TotalCount": len(entries)} | more


def ecs_documents():
    yield "DescribeSecurityGroups", listing(
        "SecurityGroups", "SecurityGroup", [security_group(group) for group in GROUPS], NextToken="", RegionId=REGION)
    for group in GROUPS:
        yield f"DescribeSecurityGroupAttribute.{group.name}", security_group_attribute(group)
    # The API takes ten groups in one call.
    for call, first in enumerate(range(0, len(GROUPS), 10), 1):
        yield f"DescribeSecurityGroupReferences.{call}", references(GROUPS[first:first + 10])
    yield "DescribeInstances", listing(
        "Instances", "Instance", [instance(server) for server in SERVERS], NextToken="")
    yield "DescribeNetworkInterfaces", listing(
        "NetworkInterfaceSets", "NetworkInterfaceSet",
        [network_interface(number, nic, server) for number, (nic, server) in enumerate(all_interfaces(), 1)],
        NextToken="")
    yield "DescribePrefixLists", {
        "NextToken": "", "PrefixLists": {"PrefixList": [prefix_list(*entry) for entry in PREFIX_LISTS]}}
    for entry in PREFIX_LISTS:
        yield f"DescribePrefixListAttributes.{entry[0]}", prefix_list_attributes(*entry)
    yield "DescribePortRangeLists", {"NextToken": "", "PortRangeLists": [port_list(*entry) for entry in PORT_LISTS]}
    for name, _room, entries in PORT_LISTS:
        # The API does not repeat whose entries these are.
        yield f"DescribePortRangeListEntries.{name}", {
            "Entries": [{"Description": note, "PortRange": ports} for ports, note in entries.items()]}


def vpc_documents():
    yield "DescribeVpcs", listing("Vpcs", "Vpc", [vpc_entry(vpc) for vpc in VPCS])
    yield "DescribeVSwitches", listing("VSwitches", "VSwitch", [vswitch_entry(switch) for switch in VSWITCHES])
    # This one listing counts in strings.
    yield "DescribeNetworkAcls", listing(
        "NetworkAcls", "NetworkAcl", [network_acl()], PageNumber="1", PageSize="50", TotalCount="1")
    yield f"DescribeNetworkAclAttributes.{NETWORK_ACL['name']}", {"NetworkAclAttribute": network_acl()}
    yield "DescribeEipAddresses", listing("EipAddresses", "EipAddress", [eip_entry(*eip) for eip in EIPS])


def routing_documents():
    yield "DescribeRouteTableList", listing(
        "RouterTableList", "RouterTableListType", [route_table(vpc) for vpc in VPCS])
    for vpc in VPCS:
        yield f"DescribeRouteEntryList.{vpc.name}", {"NextToken": "", "RouteEntrys": {"RouteEntry": route_entries(vpc)}}
    yield "ListVpcPeerConnections", {"MaxResults": 20, "NextToken": "", "VpcPeerConnects": [peering()]}
    behind = [vpc for vpc in VPCS if vpc.nat_gateway]
    yield "DescribeNatGateways", listing("NatGateways", "NatGateway", [nat_gateway(vpc) for vpc in behind])
    for vpc in behind:
        yield f"DescribeForwardTableEntries.{vpc.nat_gateway}", listing(
            "ForwardTableEntries", "ForwardTableEntry", forward_entries(vpc))
        yield f"DescribeSnatTableEntries.{vpc.nat_gateway}", listing(
            "SnatTableEntries", "SnatTableEntry", source_entries(vpc))


def balancer_documents():
    yield "DescribeLoadBalancers", listing("LoadBalancers", "LoadBalancer", [load_balancer()])
    yield f"DescribeLoadBalancerAttribute.{BALANCER[0]}", load_balancer_attribute()
    yield f"DescribeLoadBalancerListeners.{BALANCER[0]}", {"Listeners": [load_listener()], "MaxResults": 50, "NextToken": ""}
    yield f"DescribeVServerGroupAttribute.{BALANCER[0]}", server_group()


def documents():
    """File name → document."""
    made = {}
    for name, document in [*ecs_documents(), *vpc_documents(), *routing_documents(), *balancer_documents()]:
        made[f"{name}.json"] = document | {"RequestId": request_id(name)}
    return made


def as_printed(document):
    return json.dumps(document, indent="\t", sort_keys=True, ensure_ascii=False) + "\n"


# The self-check

ID = re.compile(r"(sg|i|eni|vpc|vsw|eip|nacl|pl|prl|vrt|vtb|ngw|pcc|ftb|stb|lb|rsp)-bp1[a-z0-9]+")

# Which listing introduces which ids; everywhere else an id is a reference.
DEFINED_BY = [
    ("DescribeSecurityGroups", "SecurityGroup", "SecurityGroupId"),
    ("DescribeInstances", "Instance", "InstanceId"),
    ("DescribeNetworkInterfaces", "NetworkInterfaceSet", "NetworkInterfaceId"),
    ("DescribePrefixLists", "PrefixList", "PrefixListId"),
    ("DescribePortRangeLists", "PortRangeLists", "PortRangeListId"),
    ("DescribeVpcs", "Vpc", "VpcId"),
    ("DescribeVpcs", "Vpc", "VRouterId"),
    ("DescribeVpcs", "RouterTableIds", None),
    ("DescribeVpcs", "NatGatewayIds", None),
    ("DescribeVSwitches", "VSwitch", "VSwitchId"),
    ("DescribeNetworkAcls", "NetworkAcl", "NetworkAclId"),
    ("DescribeEipAddresses", "EipAddress", "AllocationId"),
    ("ListVpcPeerConnections", "VpcPeerConnects", "InstanceId"),
    ("DescribeNatGateways", "ForwardTableId", None),
    ("DescribeNatGateways", "SnatTableId", None),
    ("DescribeLoadBalancers", "LoadBalancer", "LoadBalancerId"),
    ("DescribeLoadBalancerListeners.shop", "Listeners", "VServerGroupId"),
]


def leaves(value, key=""):
    """Every (key, value) in a document that is not a list; the entries of a list carry the list's key."""
    if isinstance(value, list):
        for inner in value:
            yield from leaves(inner, key)
        return
    yield key, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, name)


def defined_ids(made):
    for document, key, name in DEFINED_BY:
        for found, value in leaves(made[f"{document}.json"]):
            if found == key and name and isinstance(value, dict) and name in value:
                yield value[name]
            elif found == key and not name and isinstance(value, str):
                yield value


def check_ids(made):
    defined = list(defined_ids(made))
    used = {value for document in made.values() for _, value in leaves(document) if ID.fullmatch(str(value))}
    twice = {name for name in defined if defined.count(name) > 1}
    assert not twice, f"defined twice: {twice}"
    assert used - set(defined) == {PAYMENT_GROUP, ANALYTICS_LIST}, f"not the planted gaps alone: {used - set(defined)}"
    rules = [value for document in made.values() for key, value in leaves(document) if key == "SecurityGroupRuleId"]
    assert len(rules) == len(set(rules)), "a rule id is given twice"


def check_counts(made):
    rules = {document["SecurityGroupId"]: len(document["Permissions"]["Permission"])
             for name, document in made.items() if name.startswith("DescribeSecurityGroupAttribute.")}
    listed = made["DescribeSecurityGroups.json"]["SecurityGroups"]["SecurityGroup"]
    assert rules == {group["SecurityGroupId"]: group["RuleCount"] for group in listed}
    for name, document in made.items():
        if "TotalCount" in document:
            entries = next(list(value.values())[0] for value in document.values() if isinstance(value, dict))
            assert int(document["TotalCount"]) == len(entries), name


def check_addresses():
    switches = {switch.name: switch for switch in VSWITCHES}
    seen = []
    for nic, server in all_interfaces():
        switch = switches[nic.vswitch]
        assert {group.vpc for group in GROUPS if group.name in nic.groups} == {switch.vpc}, nic.name
        seen += nic.addresses
        assert all(ipaddress.ip_address(a) in ipaddress.ip_network(switch.cidr) for a in nic.addresses), nic.name
        for entry in addresses_v6(nic, server):
            assert ipaddress.ip_address(entry["Ipv6Address"]) in ipaddress.ip_network(switch.cidr_v6), nic.name
    seen += [eip for eip, *_ in EIPS] + [server.public for server in SERVERS if server.public]
    assert len(seen) == len(set(seen)), "an address is given twice"


def check_expected(here):
    """`expected.toml` is written by hand: whatever it names must be part of the story."""
    expected = tomllib.loads((here / "expected.toml").read_text(encoding="utf-8"))
    groups, servers = {group.name for group in GROUPS}, {server.name for server in SERVERS}
    rules = {rule_id(group, n) for group in GROUPS for n in range(1, len(group.rules) + 1)}
    for finding in expected["finding"]:
        named = {name for state in ("at_risk", "shielded", "unknown") for name in finding.get(state, [])}
        assert finding["group"] in groups | {""}, finding
        assert named <= servers and set(finding.get("rules", [])) <= rules, finding
    assert expected["estate"] == {
        "security_groups": len(GROUPS), "rules": len(rules), "instances": len(SERVERS),
        "interfaces": len(all_interfaces()),
    }, expected["estate"]
    assert {gap["names"] for gap in expected["gap"]} == {PAYMENT_GROUP, ANALYTICS_LIST}


def main():
    here = Path(__file__).resolve().parent
    made = documents()
    check_ids(made)
    check_counts(made)
    check_addresses()
    check_expected(here)
    folder = here / "alibaba"
    texts = {name: as_printed(document) for name, document in made.items()}
    if "--check" in sys.argv[1:]:
        stored = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
        differing = sorted(name for name in stored.keys() | texts.keys() if stored.get(name) != texts.get(name))
        sys.exit(f"not as make.py writes them: {', '.join(differing)}" if differing else 0)
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.json"):
        path.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(texts)} documents, {sum(map(len, texts.values())) // 1024} KiB")


if __name__ == "__main__":
    main()
