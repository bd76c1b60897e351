//! Typed structs of the fields that a check needs, for measuring what deserialising alone costs.
//!
//! Everything is optional and everything else is skipped. Strings are borrowed from the document unless they have escapes.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// A string of the document. Serde borrows a `Cow` where it is a field, but never as the element of a list: hence a type of
/// its own.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// The priority of a rule: some documents have a number, some a string.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Priority(pub u64);

impl<'de> Deserialize<'de> for Priority {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PriorityVisitor)
    }
}

struct PriorityVisitor;

impl Visitor<'_> for PriorityVisitor {
    type Value = Priority;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number, or a string with one")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Priority, E> {
        Ok(Priority(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Priority, E> {
        text.parse().map(Priority).map_err(E::custom)
    }
}

/// Declares structs whose keys are their fields in pascal case, unless said otherwise. Fields behind the semicolon borrow
/// nothing.
macro_rules! records {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$attribute:meta])* $field:ident: $type:ident),* $(,)?
        $(; $($(#[$own_attribute:meta])* $own:ident: $own_type:ty),+ $(,)?)?
    })+) => { $(
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(rename_all = "PascalCase", default)]
        #[expect(missing_docs, reason = "the fields are the vendor's and have the vendor's names")]
        pub struct $name<'a> {
            $($(#[$attribute])* #[serde(borrow)] pub $field: $type<'a>,)*
            $($($(#[$own_attribute])* pub $own: $own_type,)+)?
        }
    )+ };
}

/// Declares what the vendor wraps lists in, such as `{"Permission": […]}`.
macro_rules! lists {
    ($($name:ident { $key:literal: $element:ident })+) => { $(
        #[doc = concat!("The list `", $key, "`.")]
        #[derive(Debug, Default, Deserialize)]
        #[serde(default)]
        pub struct $name<'a> {
            /// Its elements.
            #[serde(rename = $key, borrow)]
            pub items: Vec<$element<'a>>,
        }
    )+ };
}

records! {
    /// Any response: which one it is, is decided by what it has.
    Response {
        security_groups: SecurityGroups,
        permissions: Permissions,
        instances: Instances,
        vpcs: Vpcs,
        #[serde(rename = "VSwitches")]
        vswitches: VSwitches,
        prefix_lists: PrefixLists,
        entries: Entries,
        next_token: Text,
        region_id: Text,
        vpc_id: Text,
        security_group_id: Text,
        security_group_name: Text,
        inner_access_policy: Text,
        prefix_list_id: Text,
        prefix_list_name: Text,
        address_family: Text;
        total_count: u64,
        page_number: u64,
        page_size: u64,
        max_entries: u64,
    }
    /// A member of `DescribeSecurityGroups`.
    SecurityGroup {
        security_group_id: Text,
        security_group_name: Text,
        security_group_type: Text,
        vpc_id: Text,
        tags: Tags;
        service_managed: bool,
    }
    /// A rule of `DescribeSecurityGroupAttribute`.
    Rule {
        security_group_rule_id: Text,
        direction: Text,
        ip_protocol: Text,
        port_range: Text,
        port_range_list_id: Text,
        source_port_range: Text,
        policy: Text,
        nic_type: Text,
        description: Text,
        source_cidr_ip: Text,
        ipv6_source_cidr_ip: Text,
        source_group_id: Text,
        source_group_owner_account: Text,
        source_prefix_list_id: Text,
        dest_cidr_ip: Text,
        ipv6_dest_cidr_ip: Text,
        dest_group_id: Text,
        dest_group_owner_account: Text,
        dest_prefix_list_id: Text;
        priority: Priority,
    }
    /// A member of `DescribeInstances`.
    Instance {
        instance_id: Text,
        instance_name: Text,
        status: Text,
        #[serde(rename = "OSType")]
        os_type: Text,
        region_id: Text,
        security_group_ids: SecurityGroupIds,
        public_ip_address: IpAddresses,
        eip_address: EipAddress,
        vpc_attributes: VpcAttributes,
        network_interfaces: NetworkInterfaces,
        tags: Tags,
    }
    /// The elastic address of an instance.
    EipAddress {
        allocation_id: Text,
        ip_address: Text,
    }
    /// Where an instance is.
    VpcAttributes {
        vpc_id: Text,
        #[serde(rename = "VSwitchId")]
        vswitch_id: Text,
        private_ip_address: IpAddresses,
    }
    /// An interface of an instance.
    NetworkInterface {
        network_interface_id: Text,
        #[serde(rename = "Type")]
        kind: Text,
        primary_ip_address: Text,
        private_ip_sets: PrivateIpSets,
        ipv6_sets: Ipv6Sets,
    }
    /// A private address of an interface.
    PrivateIp {
        private_ip_address: Text;
        primary: bool,
    }
    /// An IPv6 address of an interface.
    Ipv6 {
        ipv6_address: Text,
    }
    /// A tag, as ECS spells it.
    Tag {
        tag_key: Text,
        tag_value: Text,
    }
    /// A member of `DescribeVpcs`.
    Vpc {
        vpc_id: Text,
        vpc_name: Text,
        region_id: Text,
        cidr_block: Text,
        ipv6_cidr_block: Text,
    }
    /// A member of `DescribeVSwitches`.
    VSwitch {
        #[serde(rename = "VSwitchId")]
        vswitch_id: Text,
        vpc_id: Text,
        cidr_block: Text,
        ipv6_cidr_block: Text,
        network_acl_id: Text,
    }
    /// A member of `DescribePrefixLists`.
    PrefixList {
        prefix_list_id: Text,
        prefix_list_name: Text,
        address_family: Text;
        max_entries: u64,
    }
    /// An entry of a prefix list.
    Entry {
        cidr: Text,
    }
}

lists! {
    SecurityGroups { "SecurityGroup": SecurityGroup }
    Permissions { "Permission": Rule }
    Instances { "Instance": Instance }
    Vpcs { "Vpc": Vpc }
    VSwitches { "VSwitch": VSwitch }
    PrefixLists { "PrefixList": PrefixList }
    Entries { "Entry": Entry }
    SecurityGroupIds { "SecurityGroupId": Text }
    IpAddresses { "IpAddress": Text }
    NetworkInterfaces { "NetworkInterface": NetworkInterface }
    PrivateIpSets { "PrivateIpSet": PrivateIp }
    Ipv6Sets { "Ipv6Set": Ipv6 }
    Tags { "Tag": Tag }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Priority, Response};

    #[test]
    fn strings_are_borrowed_also_in_lists() {
        let document =
            r#"{"Instances":{"Instance":[{"SecurityGroupIds":{"SecurityGroupId":["sg-1","sg-\u0032"]}}]}}"#;
        let response: Response<'_> = serde_json::from_str(document).unwrap();
        let ids = &response.instances.items[0].security_group_ids.items;
        assert!(matches!(ids[0].0, Cow::Borrowed("sg-1")));
        assert!(matches!(&ids[1].0, Cow::Owned(text) if text == "sg-2"), "an escape cannot be borrowed");
    }

    #[test]
    fn a_priority_is_a_number_or_a_string() {
        let document = r#"{"Permissions":{"Permission":[{"Priority":7},{"Priority":"110"},{}]}}"#;
        let response: Response<'_> = serde_json::from_str(document).unwrap();
        let priorities: Vec<&Priority> =
            response.permissions.items.iter().map(|rule| &rule.priority).collect();
        assert_eq!(priorities, [&Priority(7), &Priority(110), &Priority(0)]);
    }
}
