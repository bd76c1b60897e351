//! Objects of two estates, matched by their ids.

use std::marker::PhantomData;

use hashbrown::HashMap;
use portreeve_model::{AddressListIx, Estate, GroupIx, InterfaceIx, NetworkIx, PortListIx, SubnetIx, Text};

use super::Pair;

/// A position in a table of an estate.
pub(super) trait Position: Copy {
    fn at(self) -> usize;
    fn new(at: usize) -> Self;
}

macro_rules! positions {
    ($($name:ty),*) => {$(
        impl Position for $name {
            fn at(self) -> usize {
                <$name>::at(self)
            }

            fn new(at: usize) -> Self {
                <$name>::new(at)
            }
        }
    )*};
}

positions!(AddressListIx, GroupIx, InterfaceIx, NetworkIx, PortListIx, SubnetIx);

/// Which object of one kind is which.
pub(super) struct Match<Ix> {
    forward: Vec<Option<u32>>,
    backward: Vec<Option<u32>>,
    kind: PhantomData<Ix>,
}

impl<Ix: Position> Match<Ix> {
    /// Matches by id. Most objects stand where they stood, so the same place is tried first.
    fn of(estates: [&Estate; 2], old: &[Text], new: &[Text]) -> Self {
        let [before, after] = estates;
        let mut forward = vec![None; old.len()];
        let mut backward = vec![None; new.len()];
        for (at, (one, other)) in (0_u32..).zip(old.iter().zip(new)) {
            if before.text(*one) == after.text(*other)
                && let (Some(forward), Some(backward)) =
                    (forward.get_mut(at as usize), backward.get_mut(at as usize))
            {
                (*forward, *backward) = (Some(at), Some(at));
            }
        }
        let left =
            (0_u32..).zip(new).filter(|(at, _)| backward.get(*at as usize).is_some_and(Option::is_none));
        let mut by_id: HashMap<&str, u32> = left.map(|(at, id)| (after.text(*id), at)).collect();
        for (at, id) in (0_u32..).zip(old) {
            let Some(place) = forward.get_mut(at as usize).filter(|it| it.is_none()) else { continue };
            if let Some(found) = by_id.remove(before.text(*id)) {
                *place = Some(found);
                if let Some(back) = backward.get_mut(found as usize) {
                    *back = Some(at);
                }
            }
        }
        Self { forward, backward, kind: PhantomData }
    }

    /// What an object of the old estate is in the new one.
    pub(super) fn new_of(&self, old: Ix) -> Option<Ix> {
        self.forward.get(old.at()).copied().flatten().map(|at| Ix::new(at as usize))
    }

    /// What an object of the new estate was in the old one.
    pub(super) fn old_of(&self, new: Ix) -> Option<Ix> {
        self.backward.get(new.at()).copied().flatten().map(|at| Ix::new(at as usize))
    }

    /// Whether two objects, or their absence, are the same.
    pub(super) fn agree(&self, old: Option<Ix>, new: Option<Ix>) -> bool {
        match (old, new) {
            (None, None) => true,
            (Some(old), Some(new)) => self.new_of(old).is_some_and(|it| it.at() == new.at()),
            _ => false,
        }
    }

    /// All objects, those of the old estate first.
    pub(super) fn pairs(&self) -> Vec<Pair<Ix>> {
        let position = |at: u32| Ix::new(at as usize);
        let old = self.forward.iter().enumerate();
        let old = old.map(|(at, new)| Pair { old: Some(Ix::new(at)), new: new.map(position) });
        let new = self.backward.iter().enumerate().filter(|(_, old)| old.is_none());
        old.chain(new.map(|(at, _)| Pair { old: None, new: Some(Ix::new(at)) })).collect()
    }
}

/// All objects of two estates that count here.
pub(super) struct Matches {
    pub(super) groups: Match<GroupIx>,
    pub(super) networks: Match<NetworkIx>,
    pub(super) interfaces: Match<InterfaceIx>,
    pub(super) subnets: Match<SubnetIx>,
    pub(super) address_lists: Match<AddressListIx>,
    pub(super) port_lists: Match<PortListIx>,
}

impl Matches {
    pub(super) fn of(old: &Estate, new: &Estate) -> Self {
        macro_rules! by_id {
            ($table:ident) => {
                Match::of(
                    [old, new],
                    &old.$table.iter().map(|row| row.id).collect::<Vec<_>>(),
                    &new.$table.iter().map(|row| row.id).collect::<Vec<_>>(),
                )
            };
        }
        Self {
            groups: by_id!(groups),
            networks: by_id!(networks),
            interfaces: by_id!(interfaces),
            subnets: by_id!(subnets),
            address_lists: by_id!(address_lists),
            port_lists: by_id!(port_lists),
        }
    }
}
