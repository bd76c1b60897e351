//! What Huawei Cloud's responses look like: the fields that matter, by their keys.
//!
//! Names are those of the vendor's SDK, packages `huaweicloud-sdk-vpc`, `-ecs`, `-eip`, `-nat` and `-elb`
//! (<https://github.com/huaweicloud/huaweicloud-sdk-python-v3>). One struct holds what any response may have at its
//! top; versions of the API differ in the names of fields, and both names are read. Missing text comes back as `""`.
//! Numbers come as numbers or as text.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::json::objects;

/// A list of any length.
pub(super) type Rows<T> = SmallVec<[T; 0]>;

objects! {
    /// A response, whichever it is.
    Response {
        b"security_groups" => groups: Rows<Group<'a>>,
        b"security_group" => group: Group<'a>,
        b"security_group_rules" => rules: Rows<Rule<'a>>,
        b"security_group_rule" => rule: Rule<'a>,
        b"ports" => ports: Rows<Port<'a>>,
        b"port" => port: Port<'a>,
        b"servers" => servers: Rows<Server<'a>>,
        b"server" => server: Server<'a>,
        b"vpcs" => networks: Rows<Network<'a>>,
        b"vpc" => network: Network<'a>,
        b"subnets" => subnets: Rows<Subnet<'a>>,
        b"subnet" => subnet: Subnet<'a>,
        b"virsubnets" => virsubnets: Rows<Subnet<'a>>,
        b"virsubnet" => virsubnet: Subnet<'a>,
        b"routetables" => tables: Rows<RouteTable<'a>>,
        b"routetable" => table: RouteTable<'a>,
        b"peerings" => peerings: Rows<Peering<'a>>,
        b"peering" => peering: Peering<'a>,
        b"publicips" => publics: Rows<PublicAddress<'a>>,
        b"publicip" => public: PublicAddress<'a>,
        b"firewalls" => firewalls: Rows<Firewall<'a>>,
        b"firewall" => firewall: Firewall<'a>,
        b"address_groups" => lists: Rows<AddressGroup<'a>>,
        b"address_group" => list: AddressGroup<'a>,
        b"nat_gateways" => nats: Rows<NatGateway<'a>>,
        b"snat_rules" => sources: Rows<SourceRule<'a>>,
        b"dnat_rules" => forwards: Rows<ForwardRule<'a>>,
        b"loadbalancers" => balancers: Rows<LoadBalancer<'a>>,
        b"listeners" => listeners: Rows<LoadListener<'a>>,
        b"pools" => pools: Rows<Pool<'a>>,
        b"members" => members: Rows<Member<'a>>,
        b"firewall_groups" => old_firewalls: Rows<OldFirewall<'a>>,
        b"firewall_policies" => old_policies: Rows<OldPolicy<'a>>,
        b"firewall_rules" => old_entries: Rows<Entry<'a>>,
        b"quotas" => quotas: Quotas<'a>,
        b"quota" => quota: Quota<'a>,
        b"page_info" => page: PageInfo<'a>,
        b"security_groups_links" => group_links: Rows<Link<'a>>,
        b"security_group_rules_links" => rule_links: Rows<Link<'a>>,
        b"ports_links" => port_links: Rows<Link<'a>>,
        b"servers_links" => server_links: Rows<Link<'a>>,
        b"peerings_links" => peering_links: Rows<Link<'a>>,
        b"count" => count: Option<u64>,
        b"total_count" => total: Option<u64>,
        b"error_code" => error_code: Cow<'a, str>,
        b"error_msg" => error_message: Cow<'a, str>,
        b"errorCode" => camel_code: Cow<'a, str>,
        b"errorMsg" => camel_message: Cow<'a, str>,
        b"code" => code: Cow<'a, str>,
        b"message" => message: Cow<'a, str>,
        b"error" => nested: Nested<'a>,
        b"NeutronError" => neutron: Nested<'a>,
    }

    /// How a page hangs together with the next one.
    PageInfo {
        b"next_marker" => next: Cow<'a, str>,
        b"current_count" => count: Cow<'a, str>,
    }

    /// A link to another page.
    Link {
        b"rel" => rel: Cow<'a, str>,
    }

    /// An error within an object.
    Nested {
        b"code" => code: Cow<'a, str>,
        b"type" => kind: Cow<'a, str>,
        b"message" => message: Cow<'a, str>,
    }

    /// A security group. Version 3 says when it was made, version 1 does not.
    Group {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"description" => description: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"created_at" => created: Cow<'a, str>,
        b"security_group_rules" => rules: Option<Rows<Rule<'a>>>,
        b"revision_number" => revision: Cow<'a, str>,
        b"stateful" => stateful: Cow<'a, str>,
        b"tags" => tags: Rows<Tag<'a>>,
    }

    /// What a user wrote on an object of version 3.
    Tag {
        b"key" => key: Cow<'a, str>,
        b"value" => value: Cow<'a, str>,
    }

    /// A rule of a security group: `multiport`, `action`, `priority` and `enabled` in version 3, a port range before.
    Rule {
        b"id" => id: Cow<'a, str>,
        b"description" => description: Cow<'a, str>,
        b"security_group_id" => group: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"direction" => direction: Cow<'a, str>,
        b"ethertype" => ethertype: Cow<'a, str>,
        b"protocol" => protocol: Cow<'a, str>,
        b"multiport" => ports: Cow<'a, str>,
        b"port_range_min" => first: Cow<'a, str>,
        b"port_range_max" => last: Cow<'a, str>,
        b"action" => action: Cow<'a, str>,
        b"priority" => priority: Cow<'a, str>,
        b"enabled" => enabled: Cow<'a, str>,
        b"remote_ip_prefix" => prefix: Cow<'a, str>,
        b"remote_group_id" => remote_group: Cow<'a, str>,
        b"remote_address_group_id" => remote_list: Cow<'a, str>,
        b"revision_number" => revision: Cow<'a, str>,
    }

    /// A port, which is a network interface.
    Port {
        b"id" => id: Cow<'a, str>,
        b"network_id" => network: Cow<'a, str>,
        b"virsubnet_id" => subnet: Cow<'a, str>,
        b"vpc_id" => vpc: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"tenant_id" => tenant: Cow<'a, str>,
        b"fixed_ips" => fixed: Rows<FixedAddress<'a>>,
        b"private_ips" => private: Rows<FixedAddress<'a>>,
        b"device_id" => device: Cow<'a, str>,
        b"device_owner" => owner: Cow<'a, str>,
        b"status" => status: Cow<'a, str>,
        b"admin_state_up" => up: Cow<'a, str>,
        b"port_security_enabled" => security: Cow<'a, str>,
        b"security_groups" => groups: Option<Rows<Cow<'a, str>>>,
        b"ecs_flavor" => flavour: Cow<'a, str>,
        b"binding:vif_details" => details: Details<'a>,
        b"revision_number" => revision: Cow<'a, str>,
    }

    /// An address of a port.
    FixedAddress {
        b"ip_address" => address: Cow<'a, str>,
    }

    /// A server.
    Server {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"status" => status: Cow<'a, str>,
        b"tenant_id" => project: Cow<'a, str>,
        b"flavor" => flavour: Flavour<'a>,
        b"metadata" => metadata: Metadata<'a>,
        b"addresses" => addresses: Rows<ServerAddress<'a>>,
        b"security_groups" => groups: Option<Rows<Named<'a>>>,
    }

    /// What a server is made of.
    Flavour {
        b"id" => id: Cow<'a, str>,
    }

    /// What the platform notes of a server.
    Metadata {
        b"vpc_id" => vpc: Cow<'a, str>,
        b"os_type" => os: Cow<'a, str>,
        b"image_name" => image: Cow<'a, str>,
    }

    /// An address of a server.
    ServerAddress {
        b"addr" => address: Cow<'a, str>,
        b"OS-EXT-IPS:port_id" => port: Cow<'a, str>,
        b"OS-EXT-IPS:type" => kind: Cow<'a, str>,
        b"primary" => primary: bool,
    }

    /// Something by its id, which may be missing.
    Named {
        b"id" => id: Cow<'a, str>,
    }

    /// A VPC.
    Network {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"tenant_id" => tenant: Cow<'a, str>,
        b"cidr" => block: Cow<'a, str>,
        b"extend_cidrs" => blocks: Rows<Cow<'a, str>>,
    }

    /// A subnet.
    Subnet {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"tenant_id" => tenant: Cow<'a, str>,
        b"vpc_id" => vpc: Cow<'a, str>,
        b"cidr" => block: Cow<'a, str>,
        b"cidr_v6" => block_v6: Cow<'a, str>,
        b"subnet_cidrs" => blocks: Rows<Block<'a>>,
        b"revision_number" => revision: Cow<'a, str>,
    }

    /// An address block of a subnet.
    Block {
        b"cidr" => block: Cow<'a, str>,
    }

    /// A route table; the listing has no routes.
    RouteTable {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"tenant_id" => project: Cow<'a, str>,
        b"vpc_id" => vpc: Cow<'a, str>,
        b"default" => main: bool,
        b"subnets" => subnets: Rows<Named<'a>>,
        b"routes" => routes: Option<Rows<Route<'a>>>,
    }

    /// A route.
    Route {
        b"type" => kind: Cow<'a, str>,
        b"destination" => destination: Cow<'a, str>,
        b"nexthop" => hop: Cow<'a, str>,
    }

    /// A VPC peering.
    Peering {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"status" => status: Cow<'a, str>,
        b"request_vpc_info" => request: End<'a>,
        b"accept_vpc_info" => accept: End<'a>,
    }

    /// An end of a peering.
    End {
        b"vpc_id" => vpc: Cow<'a, str>,
        b"tenant_id" => project: Cow<'a, str>,
    }

    /// An elastic address.
    PublicAddress {
        b"id" => id: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"tenant_id" => tenant: Cow<'a, str>,
        b"status" => status: Cow<'a, str>,
        b"public_ip_address" => public: Cow<'a, str>,
        b"port_id" => port: Cow<'a, str>,
        b"private_ip_address" => private: Cow<'a, str>,
        b"associate_instance_type" => holder_kind: Cow<'a, str>,
        b"associate_instance_id" => holder: Cow<'a, str>,
        b"vnic" => vnic: Vnic<'a>,
    }

    /// The port that an elastic address is bound to.
    Vnic {
        b"port_id" => port: Cow<'a, str>,
        b"private_ip_address" => private: Cow<'a, str>,
    }

    /// A network ACL; the listing has no rules.
    Firewall {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"admin_state_up" => up: Cow<'a, str>,
        b"associations" => subnets: Rows<Association<'a>>,
        b"ingress_rules" => ingress: Option<Rows<Entry<'a>>>,
        b"egress_rules" => egress: Option<Rows<Entry<'a>>>,
    }

    /// A subnet of a network ACL.
    Association {
        b"virsubnet_id" => subnet: Cow<'a, str>,
    }

    /// A rule of a network ACL.
    Entry {
        b"id" => id: Cow<'a, str>,
        b"tenant_id" => project: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"description" => description: Cow<'a, str>,
        b"action" => action: Cow<'a, str>,
        b"protocol" => protocol: Cow<'a, str>,
        b"ip_version" => version: Cow<'a, str>,
        b"source_ip_address" => source: Cow<'a, str>,
        b"destination_ip_address" => destination: Cow<'a, str>,
        b"source_port" => source_ports: Cow<'a, str>,
        b"destination_port" => ports: Cow<'a, str>,
        b"source_address_group_id" => source_list: Cow<'a, str>,
        b"destination_address_group_id" => destination_list: Cow<'a, str>,
        b"enabled" => enabled: Cow<'a, str>,
    }

    /// An address group.
    AddressGroup {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"tenant_id" => project: Cow<'a, str>,
        b"status" => status: Cow<'a, str>,
        b"ip_set" => entries: Option<Rows<Cow<'a, str>>>,
        b"ip_extra_set" => extra: Rows<Extra<'a>>,
        b"addresses" => foreign: Option<Rows<Cow<'a, str>>>,
    }

    /// An entry of an address group with a remark.
    Extra {
        b"ip" => address: Cow<'a, str>,
    }

    /// A public NAT gateway.
    NatGateway {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"tenant_id" => project: Cow<'a, str>,
        b"router_id" => vpc: Cow<'a, str>,
    }

    /// A rule for traffic that leaves by a NAT gateway: of a subnet or of a block.
    SourceRule {
        b"id" => id: Cow<'a, str>,
        b"tenant_id" => project: Cow<'a, str>,
        b"nat_gateway_id" => nat: Cow<'a, str>,
        b"cidr" => block: Cow<'a, str>,
        b"network_id" => subnet: Cow<'a, str>,
        b"source_type" => kind: Cow<'a, str>,
        b"floating_ip_address" => public: Cow<'a, str>,
        b"global_eip_address" => global: Cow<'a, str>,
        b"status" => status: Cow<'a, str>,
        b"admin_state_up" => up: Cow<'a, str>,
    }

    /// A rule for traffic that comes in by a NAT gateway: to a port or to an address.
    ForwardRule {
        b"id" => id: Cow<'a, str>,
        b"tenant_id" => project: Cow<'a, str>,
        b"nat_gateway_id" => nat: Cow<'a, str>,
        b"port_id" => port: Cow<'a, str>,
        b"private_ip" => private: Cow<'a, str>,
        b"internal_service_port" => private_port: Cow<'a, str>,
        b"internal_service_port_range" => private_range: Cow<'a, str>,
        b"floating_ip_address" => public: Cow<'a, str>,
        b"global_eip_address" => global: Cow<'a, str>,
        b"external_service_port" => public_port: Cow<'a, str>,
        b"external_service_port_range" => public_range: Cow<'a, str>,
        b"protocol" => protocol: Cow<'a, str>,
        b"status" => status: Cow<'a, str>,
        b"admin_state_up" => up: Cow<'a, str>,
    }

    /// A load balancer; `guaranteed` tells dedicated ones from shared ones.
    LoadBalancer {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"vpc_id" => vpc: Cow<'a, str>,
        b"vip_address" => private: Cow<'a, str>,
        b"ipv6_vip_address" => private_v6: Cow<'a, str>,
        b"publicips" => publics: Rows<LoadPublic<'a>>,
        b"eips" => eips: Rows<LoadEip<'a>>,
        b"guaranteed" => dedicated: Cow<'a, str>,
        b"elb_virsubnet_ids" => subnets: Rows<Cow<'a, str>>,
        b"ip_target_enable" => by_address: Cow<'a, str>,
        b"operating_status" => status: Cow<'a, str>,
        b"admin_state_up" => up: Cow<'a, str>,
    }

    /// A public address of a load balancer.
    LoadPublic {
        b"publicip_address" => address: Cow<'a, str>,
    }

    /// The same under its older name.
    LoadEip {
        b"eip_address" => address: Cow<'a, str>,
    }

    /// What a load balancer listens on.
    LoadListener {
        b"id" => id: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"loadbalancers" => balancers: Rows<Named<'a>>,
        b"protocol" => protocol: Cow<'a, str>,
        b"protocol_port" => port: Cow<'a, str>,
        b"port_ranges" => ranges: Rows<Ports<'a>>,
        b"default_pool_id" => pool: Cow<'a, str>,
        b"transparent_client_ip_enable" => keeps_client: Cow<'a, str>,
        b"ipgroup" => access: AccessGroup<'a>,
    }

    /// A range of ports.
    Ports {
        b"start_port" => first: Cow<'a, str>,
        b"end_port" => last: Cow<'a, str>,
    }

    /// Who may use a listener.
    AccessGroup {
        b"ipgroup_id" => id: Cow<'a, str>,
        b"enable_ipgroup" => enabled: Cow<'a, str>,
    }

    /// A group of servers.
    Pool {
        b"id" => id: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"listeners" => listeners: Rows<Named<'a>>,
        b"members" => members: Rows<Named<'a>>,
        b"any_port_enable" => any_port: Cow<'a, str>,
    }

    /// A server of a group.
    Member {
        b"id" => id: Cow<'a, str>,
        b"project_id" => project: Cow<'a, str>,
        b"address" => address: Cow<'a, str>,
        b"protocol_port" => port: Cow<'a, str>,
        b"instance_id" => server: Cow<'a, str>,
        b"weight" => weight: Cow<'a, str>,
    }

    /// A network ACL of version 2.0: it names the ports of routers, and an ordered list of rules for each direction.
    OldFirewall {
        b"id" => id: Cow<'a, str>,
        b"name" => name: Cow<'a, str>,
        b"tenant_id" => project: Cow<'a, str>,
        b"admin_state_up" => up: Cow<'a, str>,
        b"ports" => ports: Rows<Cow<'a, str>>,
        b"ingress_firewall_policy_id" => ingress: Cow<'a, str>,
        b"egress_firewall_policy_id" => egress: Cow<'a, str>,
    }

    /// The ordered rules of one direction.
    OldPolicy {
        b"id" => id: Cow<'a, str>,
        b"tenant_id" => project: Cow<'a, str>,
        b"firewall_rules" => entries: Rows<Cow<'a, str>>,
    }

    /// Quotas, by type.
    Quotas {
        b"resources" => resources: Rows<Resource<'a>>,
    }

    /// One quota.
    Resource {
        b"type" => kind: Cow<'a, str>,
        b"quota" => quota: Option<u64>,
    }

    /// Quotas of version 3; -1 where it has none.
    Quota {
        b"security_group" => groups: Cow<'a, str>,
        b"secgroup_contain_rules" => rules_per_group: Cow<'a, str>,
        b"eni_contain_secgroup" => groups_per_interface: Cow<'a, str>,
        b"secgroup_referred_by_nic" => members_per_group: Cow<'a, str>,
        b"security_group_contain_ingress_ipv4_composite_rules" => composite_in: Cow<'a, str>,
        b"security_group_contain_egress_ipv4_composite_rules" => composite_out: Cow<'a, str>,
        b"security_group_contain_ingress_ipv6_composite_rules" => composite_in_v6: Cow<'a, str>,
        b"security_group_contain_egress_ipv6_composite_rules" => composite_out_v6: Cow<'a, str>,
    }

    /// What the platform notes of a port.
    Details {
        b"primary_interface" => primary: Cow<'a, str>,
    }
}
