//! What every group opens alone and every class of interfaces as a whole, found once for all items.

use hashbrown::HashMap;
use portreeve_engine::{Bound, Class, ClassIx, Index, Place, Policy, spread};
use portreeve_model::{Direction, Estate, GroupIx, InterfaceIx};
use portreeve_netset::AddressSet;

use crate::evidence::addresses;
use crate::openness::{Lookout, Openness};
use crate::run::Focus;

/// What somebody opens to the internet: surely, and, where gaps leave more open, possibly.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    pub(crate) sure: Openness,
    pub(crate) maybe: Option<Box<Openness>>,
}

impl View {
    /// What may be open at most.
    pub(crate) fn most(&self) -> &Openness {
        self.maybe.as_deref().unwrap_or(&self.sure)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.most().is_empty() && self.sure.is_empty()
    }

    fn new(lookout: &Lookout<'_>, local: Option<&AddressSet>, policy: impl Fn(Bound) -> Policy) -> Self {
        let least = policy(Bound::Surely);
        let sure = Openness::of(&least, local, lookout);
        let maybe = (!least.is_exact())
            .then(|| Openness::of(&policy(Bound::Possibly), local, lookout))
            .filter(|most| *most != sure)
            .map(Box::new);
        Self { sure, maybe }
    }
}

/// The view of a class. Rules that name local addresses make its interfaces differ.
#[derive(Debug, Clone)]
pub(crate) enum ClassView {
    /// All interfaces alike.
    Same(View),
    /// Each by itself.
    Each(HashMap<InterfaceIx, View>),
}

/// All views of an estate.
pub(crate) struct Views {
    /// Those that let somebody in.
    groups: Vec<Option<Box<View>>>,
    classes: Vec<ClassView>,
    nothing: View,
}

impl Views {
    pub(crate) fn new(index: &Index<'_>, lookout: &Lookout<'_>, focus: &Focus, threads: usize) -> Self {
        let groups: Vec<GroupIx> = index.estate().each_group().map(|(ix, _)| ix).collect();
        let groups = spread(&groups, threads, |group| {
            if !focus.has(*group) {
                return None;
            }
            let view = View::new(lookout, None, |bound| ingress_of_group(index, *group, bound));
            (!view.is_empty()).then(|| Box::new(view))
        });
        let classes = spread(index.classes(), threads, |class| {
            if focus.has_any(&class.groups) {
                class_view(index, class, lookout)
            } else {
                ClassView::Same(View::default())
            }
        });
        Self { groups, classes, nothing: View::default() }
    }

    pub(crate) fn group(&self, group: GroupIx) -> &View {
        self.groups.get(group.at()).and_then(Option::as_deref).unwrap_or(&self.nothing)
    }

    pub(crate) fn interface(&self, class: ClassIx, interface: InterfaceIx) -> &View {
        match self.classes.get(class.0 as usize) {
            Some(ClassView::Same(view)) => view,
            Some(ClassView::Each(views)) => views.get(&interface).unwrap_or(&self.nothing),
            None => &self.nothing,
        }
    }

    /// Whether all interfaces of a class share their view.
    pub(crate) fn is_shared(&self, class: ClassIx) -> bool {
        matches!(self.classes.get(class.0 as usize), Some(ClassView::Same(_)))
    }
}

/// The ingress policy of one group alone, from the internet.
pub(crate) fn ingress_of_group(index: &Index<'_>, group: GroupIx, bound: Bound) -> Policy {
    Policy::of_group(index, group, Direction::Ingress, Place::Internet, bound)
}

/// The ingress policy of a class, from the internet.
pub(crate) fn ingress_of_class(index: &Index<'_>, class: &Class, bound: Bound) -> Policy {
    Policy::of_class(index, class, Direction::Ingress, Place::Internet, bound)
}

/// The private addresses of an interface as a set; nothing where the documents tell none.
pub(crate) fn local(estate: &Estate, interface: InterfaceIx) -> Option<AddressSet> {
    let own = &estate.interface(interface).addresses;
    (!own.is_empty()).then(|| addresses(own.iter().map(|address| address.private)))
}

fn class_view(index: &Index<'_>, class: &Class, lookout: &Lookout<'_>) -> ClassView {
    let policy = |bound| ingress_of_class(index, class, bound);
    let least = policy(Bound::Surely);
    let apart = least.tells_local_addresses_apart()
        || (!least.is_exact() && policy(Bound::Possibly).tells_local_addresses_apart());
    if !apart {
        return ClassView::Same(View::new(lookout, None, policy));
    }
    let views = class.interfaces.iter().map(|interface| {
        let own = local(index.estate(), *interface);
        (*interface, View::new(lookout, own.as_ref(), policy))
    });
    ClassView::Each(views.collect())
}
