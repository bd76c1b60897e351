//! What is looked up in the documents to draw conclusions.

use hashbrown::HashMap;
use portreeve_model::{Estate, GroupIx, Interface, InterfaceIx};
use portreeve_verify::{Carried, Ground, number};

/// An estate, and what the kernel knows of it.
pub(crate) struct Known<'e> {
    pub(crate) estate: &'e Estate,
    pub(crate) ground: Ground<'e>,
    /// What every interface carries.
    pub(crate) carried: Vec<Carried>,
    interfaces: HashMap<&'e str, InterfaceIx>,
    carriers: HashMap<GroupIx, Vec<InterfaceIx>>,
}

impl<'e> Known<'e> {
    pub(crate) fn new(estate: &'e Estate) -> Self {
        let ground = Ground::new(estate);
        let carried: Vec<Carried> = estate.interfaces.iter().map(|it| ground.carried_by(it)).collect();
        let mut carriers: HashMap<GroupIx, Vec<InterfaceIx>> = HashMap::new();
        for ((ix, _), carried) in estate.each_interface().zip(&carried) {
            for group in &carried.groups {
                carriers.entry(*group).or_default().push(ix);
            }
        }
        let interfaces = estate.each_interface().map(|(ix, it)| (estate.text(it.id), ix)).collect();
        Self { estate, ground, carried, interfaces, carriers }
    }

    pub(crate) fn find(&self, id: &str) -> Option<InterfaceIx> {
        self.interfaces.get(id).copied()
    }

    pub(crate) fn interface(&self, id: &str) -> Result<&'e Interface, String> {
        let ix = self.find(id).ok_or_else(|| format!("the input has no interface {id:?}"))?;
        Ok(self.estate.interface(ix))
    }

    /// The interfaces that carry a group.
    pub(crate) fn carriers(&self, group: GroupIx) -> &[InterfaceIx] {
        self.carriers.get(&group).map_or(&[], Vec::as_slice)
    }

    /// Whether some rule of the groups is about a part of the interface's addresses only.
    pub(crate) fn tells_addresses_apart(&self, carried: &Carried) -> bool {
        let mut rules = carried.groups.iter().flat_map(|ix| &self.estate.group(*ix).rules);
        rules.any(|rule| rule.narrow.as_ref().is_some_and(|narrow| narrow.local.is_some()))
    }

    /// The addresses of an interface of a family, ascending; nothing where the documents tell none of either.
    pub(crate) fn addresses(&self, ix: InterfaceIx, v6: bool) -> Option<Vec<u128>> {
        let all = &self.estate.interface(ix).addresses;
        let own = all.iter().filter(|it| it.private.is_ipv6() == v6).map(|it| number(it.private));
        let mut own: Vec<u128> = own.collect();
        own.sort_unstable();
        own.dedup();
        (!all.is_empty()).then_some(own)
    }
}
