//! The estate while it is being completed: objects by their ids, gaps that are told once.

use hashbrown::HashMap;
use portreeve_model::{
    AclIx, AddressListIx, DocumentIx, Estate, Gap, GapIx, GroupIx, GroupListIx, InstanceIx, InterfaceIx,
    Network, NetworkIx, Origin, Subnet, SubnetIx, Text,
};

/// The estate, and where in it the vendor's objects are.
pub(super) struct Finish<'e> {
    pub(super) estate: &'e mut Estate,
    pub(super) networks: HashMap<Text, NetworkIx>,
    pub(super) subnets: HashMap<Text, SubnetIx>,
    pub(super) acls: HashMap<Text, AclIx>,
    pub(super) lists: HashMap<Text, AddressListIx>,
    pub(super) groups: HashMap<Text, GroupIx>,
    pub(super) instances: HashMap<Text, InstanceIx>,
    pub(super) interfaces: HashMap<Text, InterfaceIx>,
    group_lists: HashMap<Box<[Text]>, GroupListIx>,
    gaps: HashMap<Gap, GapIx>,
}

impl<'e> Finish<'e> {
    pub(super) fn new(estate: &'e mut Estate) -> Self {
        let lists = estate.group_lists.iter().enumerate();
        let group_lists = lists.map(|(at, list)| (list.clone(), GroupListIx::new(at))).collect();
        Self {
            estate,
            networks: HashMap::new(),
            subnets: HashMap::new(),
            acls: HashMap::new(),
            lists: HashMap::new(),
            groups: HashMap::new(),
            instances: HashMap::new(),
            interfaces: HashMap::new(),
            group_lists,
            gaps: HashMap::new(),
        }
    }

    /// A gap; one that is known already is not told again.
    pub(super) fn gap(&mut self, at: impl Into<String>, what: impl Into<String>) -> GapIx {
        let gap = Gap { at: at.into(), what: what.into() };
        let estate = &mut *self.estate;
        *self.gaps.entry(gap).or_insert_with_key(|gap| estate.add_gap(gap.at.clone(), gap.what.clone()))
    }

    /// A gap that hides nobody knows what.
    pub(super) fn unread(&mut self, at: impl Into<String>, what: impl Into<String>) -> GapIx {
        let gap = self.gap(at, what);
        if !self.estate.unread.contains(&gap) {
            self.estate.unread.push(gap);
        }
        gap
    }

    /// A gap with an object about what could not be read of it, with the file that says it; nothing where all could.
    pub(super) fn trouble(&mut self, at: Text, trouble: &str, origin: Origin) -> Option<GapIx> {
        if trouble.is_empty() {
            return None;
        }
        let (at, path) = (self.name(at), self.path(origin.document));
        Some(self.gap(at, format!("{trouble} (in `{path}`)")))
    }

    /// A text.
    pub(super) fn name(&self, text: Text) -> String {
        self.estate.text(text).to_owned()
    }

    /// How a part of something is named in a gap.
    pub(super) fn at(&self, owner: Text, part: Text) -> String {
        if part.is_empty() { self.name(owner) } else { format!("{}/{}", self.name(owner), self.name(part)) }
    }

    /// A document's path.
    pub(super) fn path(&self, document: DocumentIx) -> String {
        self.estate.documents.get(document.at()).map(|document| document.path.clone()).unwrap_or_default()
    }

    /// Where a response stands, for people.
    pub(super) fn place(&self, origin: Origin) -> String {
        let path = self.path(origin.document);
        if origin.offset == 0 { path } else { format!("{path} (byte {})", origin.offset) }
    }

    /// The network of an id; nothing for the empty one. A network that nobody describes has no blocks.
    pub(super) fn network(&mut self, id: Text) -> Option<NetworkIx> {
        if id.is_empty() {
            return None;
        }
        let networks = &mut self.estate.networks;
        Some(*self.networks.entry(id).or_insert_with(|| {
            networks.push(Network { id, name: Text::EMPTY, blocks: Box::default() });
            NetworkIx::new(networks.len() - 1)
        }))
    }

    /// The subnet of an id; nothing for the empty one. `network` is the id of its network, where that is known.
    pub(super) fn subnet(&mut self, id: Text, network: Text) -> Option<SubnetIx> {
        if id.is_empty() {
            return None;
        }
        let network = self.network(network);
        let subnets = &mut self.estate.subnets;
        let ix = *self.subnets.entry(id).or_insert_with(|| {
            subnets.push(Subnet {
                id,
                name: Text::EMPTY,
                network,
                blocks: Box::default(),
                route_table: Text::EMPTY,
                acl_id: Text::EMPTY,
                acl: None,
                acl_known: false,
            });
            SubnetIx::new(subnets.len() - 1)
        });
        if let Some(subnet) = subnets.get_mut(ix.at()) {
            subnet.network = subnet.network.or(network);
        }
        Some(ix)
    }

    /// The number of an ordered list of groups.
    pub(super) fn group_list(&mut self, list: &[Text]) -> GroupListIx {
        let lists = &mut self.estate.group_lists;
        *self.group_lists.entry(list.into()).or_insert_with_key(|list| {
            lists.push(list.clone());
            GroupListIx::new(lists.len() - 1)
        })
    }
}
