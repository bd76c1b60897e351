//! The whole of what the documents say.

use hashbrown::HashMap;

use crate::{
    Acl, AddressList, Balancer, Document, Gap, GapIx, Group, GroupIx, Host, Hub, Instance, Interface,
    InterfaceIx, Nat, Network, Peer, Peering, PortList, Ports, Profile, RouteTable, Rule, Subnet, Tags, Text,
    Texts,
};

/// Whether the input holds all of a kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Listing {
    /// No document of that kind.
    #[default]
    Absent,
    /// Some; the gap says what is missing.
    Partial(GapIx),
    /// All of them, as far as the documents' own counts tell.
    Complete,
}

/// What the input covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Coverage {
    /// Groups.
    pub groups: Listing,
    /// Servers.
    pub instances: Listing,
    /// Interfaces, those of services and secondary ones included.
    pub interfaces: Listing,
    /// Networks.
    pub networks: Listing,
    /// Subnets.
    pub subnets: Listing,
    /// Network ACLs.
    pub acls: Listing,
    /// Public addresses that are kept apart from interfaces.
    pub public_addresses: Listing,
    /// Route tables with their routes.
    pub route_tables: Listing,
    /// Connections between networks.
    pub peerings: Listing,
    /// NAT gateways with their entries.
    pub nats: Listing,
    /// Load balancers with their listeners.
    pub balancers: Listing,
}

/// A group that another group's rules name, as a listing of references tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The group that is named.
    pub group: Text,
    /// The group whose rules name it.
    pub by: Text,
    /// The account of that group.
    pub owner: Text,
}

/// Everything that the documents say, rule for rule.
#[derive(Debug, Clone, Default)]
pub struct Estate {
    /// Every id and name.
    pub texts: Texts,
    /// The clouds that the documents come from, by their short names, sorted.
    pub providers: Vec<&'static str>,
    /// The files.
    pub documents: Vec<Document>,
    /// The kinds of groups.
    pub profiles: Vec<Profile>,
    /// Security groups.
    pub groups: Vec<Group>,
    /// The distinct ordered lists of group ids that interfaces have.
    pub group_lists: Vec<Box<[Text]>>,
    /// Interfaces.
    pub interfaces: Vec<Interface>,
    /// Servers.
    pub instances: Vec<Instance>,
    /// Networks.
    pub networks: Vec<Network>,
    /// Subnets.
    pub subnets: Vec<Subnet>,
    /// Network ACLs.
    pub acls: Vec<Acl>,
    /// Route tables.
    pub route_tables: Vec<RouteTable>,
    /// Connections between networks.
    pub peerings: Vec<Peering>,
    /// What several networks are attached to.
    pub hubs: Vec<Hub>,
    /// NAT gateways.
    pub nats: Vec<Nat>,
    /// Load balancers.
    pub balancers: Vec<Balancer>,
    /// What was collected on servers themselves.
    pub hosts: Vec<Host>,
    /// Prefix lists and address groups.
    pub address_lists: Vec<AddressList>,
    /// Port lists.
    pub port_lists: Vec<PortList>,
    /// Who names whom, where the input has a listing of it.
    pub references: Vec<Reference>,
    /// What users wrote on groups and servers.
    pub tags: Tags,
    /// What the documents do not tell.
    pub gaps: Vec<Gap>,
    /// The gaps of what could not be read at all (a response that is an error, a broken document): no answer is firm.
    pub unread: Vec<GapIx>,
    /// What the input covers.
    pub coverage: Coverage,
}

macro_rules! rows {
    ($($(#[$doc:meta])* $one:ident: $ix:ident => $table:ident[$row:ty]),* $(,)?) => {$(
        $(#[$doc])*
        ///
        /// # Panics
        /// With an index that another estate made.
        #[expect(clippy::indexing_slicing, reason = "an index is only made together with its row")]
        pub fn $one(&self, ix: crate::$ix) -> &$row {
            &self.$table[ix.at()]
        }
    )*};
}

impl Estate {
    rows! {
        /// A file.
        document: DocumentIx => documents[Document],
        /// A kind of group.
        profile: ProfileIx => profiles[Profile],
        /// A group.
        group: GroupIx => groups[Group],
        /// A list of group ids.
        group_list: GroupListIx => group_lists[Box<[Text]>],
        /// An interface.
        interface: InterfaceIx => interfaces[Interface],
        /// A server.
        instance: InstanceIx => instances[Instance],
        /// A network.
        network: NetworkIx => networks[Network],
        /// A subnet.
        subnet: SubnetIx => subnets[Subnet],
        /// A network ACL.
        acl: AclIx => acls[Acl],
        /// A prefix list.
        address_list: AddressListIx => address_lists[AddressList],
        /// A port list.
        port_list: PortListIx => port_lists[PortList],
        /// A gap.
        gap: GapIx => gaps[Gap],
    }

    /// The words of a text.
    pub fn text(&self, text: Text) -> &str {
        self.texts.get(text)
    }

    /// All groups with their indices.
    pub fn each_group(&self) -> impl ExactSizeIterator<Item = (GroupIx, &Group)> {
        self.groups.iter().enumerate().map(|(at, group)| (GroupIx::new(at), group))
    }

    /// All interfaces with their indices.
    pub fn each_interface(&self) -> impl ExactSizeIterator<Item = (InterfaceIx, &Interface)> {
        self.interfaces.iter().enumerate().map(|(at, interface)| (InterfaceIx::new(at), interface))
    }

    /// The groups by their ids, for looking many up.
    pub fn groups_by_id(&self) -> HashMap<Text, GroupIx> {
        self.each_group().map(|(ix, group)| (group.id, ix)).collect()
    }

    /// How a rule is named in answers: the vendor's id, else `<group>#<direction>/<position>`.
    pub fn rule_name(&self, owner: Text, rule: &Rule) -> String {
        if rule.id.is_empty() {
            format!("{}#{}/{}", self.text(owner), rule.direction, rule.position)
        } else {
            self.text(rule.id).to_owned()
        }
    }

    /// How many rules a rule counts as against a quota. A list counts with the entries that it may hold, not with those that it holds
    /// (<https://www.alibabacloud.com/help/en/ecs/user-guide/limitations>). What a rule with two lists counts as is not
    /// documented; the larger one is taken, so that no quota is called full that is not.
    pub fn quota_weight(&self, rule: &Rule) -> u32 {
        let room = |max: Option<u32>, entries: usize| {
            max.unwrap_or_else(|| u32::try_from(entries).unwrap_or(u32::MAX))
        };
        let peers = match &rule.peer {
            Peer::List(list) => list.list.map_or(1, |ix| {
                let list = self.address_list(ix);
                room(list.max_entries, list.entries.len())
            }),
            _ => 1,
        };
        let ports = match &rule.ports {
            Ports::List(list) => list.list.map_or(1, |ix| {
                let list = self.port_list(ix);
                room(list.max_entries, list.entries.len())
            }),
            _ => 1,
        };
        peers.max(ports).max(1)
    }

    /// Adds a gap and gives its index.
    pub fn add_gap(&mut self, at: impl Into<String>, what: impl Into<String>) -> GapIx {
        self.gaps.push(Gap { at: at.into(), what: what.into() });
        GapIx::new(self.gaps.len() - 1)
    }
}
