//! Why an interface is in its state, in words, and which rule keeps everyone out.

use std::sync::Arc;

use portreeve_engine::{Bound, Cell, ClassIx, Policy, RuleRef, Visitor};
use portreeve_model::{Action, GapIx, InterfaceIx};
use portreeve_netset::{AddressSet, IntervalSet, PortSet};

use crate::everyone::Family;
use crate::finding::{ServerState, Traffic};
use crate::open_ports::{Question, gaps};
use crate::openness::{Ports, Transport};
use crate::run::Run;
use crate::view::{self, ingress_of_class};

/// Whether an interface has an address of a family; one without any known address has IPv4, as every interface does.
pub(crate) fn speaks(run: &Run<'_>, interface: InterfaceIx, family: Family) -> bool {
    let [v4, v6] = run.families(interface);
    match family {
        Family::V4 => v4,
        Family::V6 => v6,
    }
}

/// Why the interfaces of a class are in their states; told once for all that share the reason.
pub(crate) struct Reasons<'r, 'e> {
    run: &'r Run<'e>,
    class: ClassIx,
    question: &'r Question,
    /// What the finding is about.
    open: &'r Ports,
    /// What the group alone lets in of it.
    traffic: Vec<Traffic>,
    told: Vec<((ServerState, bool, bool), Arc<str>)>,
}

impl<'r, 'e> Reasons<'r, 'e> {
    pub(crate) fn new(
        run: &'r Run<'e>,
        class: ClassIx,
        question: &'r Question,
        open: &'r Ports,
        traffic: &[Traffic],
    ) -> Self {
        Self { run, class, question, open, traffic: traffic.to_vec(), told: Vec::new() }
    }

    /// Why an interface is in a state.
    pub(crate) fn because(&mut self, state: ServerState, interface: InterfaceIx) -> Arc<str> {
        let [v4, v6] = self.run.families(interface);
        // What local addresses an interface has may matter as well where classes do not share their views.
        let shared = self.run.views.is_shared(self.class);
        let known = self.told.iter().find(|(key, _)| *key == (state, v4, v6));
        if let Some((_, text)) = known {
            return Arc::clone(text);
        }
        let whom = self.question.whom();
        let text: Arc<str> = Arc::from(match state {
            ServerState::AtRisk => format!("its effective rules let {whom} in"),
            ServerState::Unknown => format!("gaps leave open whether its effective rules let {whom} in"),
            ServerState::Shielded => self.shield(interface, v4, v6),
        });
        self.told.extend(shared.then(|| ((state, v4, v6), Arc::clone(&text))));
        text
    }

    /// Adds the gaps that keep the state of the class's interfaces open.
    pub(crate) fn gaps(&self, found: &mut Vec<GapIx>) {
        let index = &self.run.index;
        for gap in gaps(|bound| ingress_of_class(index, index.class(self.class), bound), self.open) {
            if !found.contains(&gap) {
                found.push(gap);
            }
        }
    }

    /// What keeps everyone out: a missing address, or a rule that stops somebody whom the group alone lets in.
    fn shield(&self, interface: InterfaceIx, v4: bool, v6: bool) -> String {
        let wanted = self.open.of_families(|family| if family == Family::V4 { v4 } else { v6 });
        if wanted.is_empty() {
            let family = if self.open.has(Family::V6) { "IPv6" } else { "IPv4" };
            return format!("it has no {family} address");
        }
        let run = self.run;
        let closed = self.question.closed(&wanted, run.views.interface(self.class, interface));
        let policy = ingress_of_class(&run.index, run.index.class(self.class), Bound::Possibly);
        let own = view::local(run.estate, interface);
        let peers = self.traffic.iter().fold(AddressSet::empty(), |all, part| all.union(&part.peers));
        let peers = peers.intersection(self.question.who());
        let stops = Transport::BOTH.into_iter().find_map(|transport| {
            let closed = Family::BOTH.map(|family| closed.get(transport, family));
            Stopper::new(&policy, closed, own.as_ref(), &peers).find(transport)
        });
        match stops {
            Some(rule) => {
                let group = run.called(run.estate.group(rule.group));
                format!("rule {} of group {group} stops it", run.rule_name(rule))
            }
            None => format!("the rules for its addresses do not let {} in", self.question.whom()),
        }
    }
}

/// Looks for a rule that stops somebody on a closed port, from every client port and to every address of the interface.
struct Stopper<'a> {
    policy: &'a Policy,
    /// The closed ports of each family.
    closed: [&'a PortSet; 2],
    own: Option<&'a AddressSet>,
    peers: &'a AddressSet,
    /// The families with closed ports in the current stretch.
    asked: [bool; 2],
    /// Those of them in which the current part speaks of an address of the interface.
    local: [bool; 2],
    /// Whom the current stretch lets in somehow.
    open: AddressSet,
    /// Whom rules of the current stretch stop somewhere.
    stopped: Vec<(RuleRef, AddressSet)>,
    rule: Option<RuleRef>,
}

impl<'a> Stopper<'a> {
    fn new(
        policy: &'a Policy,
        closed: [&'a PortSet; 2],
        own: Option<&'a AddressSet>,
        peers: &'a AddressSet,
    ) -> Self {
        Self {
            policy,
            closed,
            own,
            peers,
            asked: [false; 2],
            local: [false; 2],
            open: AddressSet::empty(),
            stopped: Vec::new(),
            rule: None,
        }
    }

    fn find(mut self, transport: Transport) -> Option<RuleRef> {
        self.policy.visit(Some(transport.number()), &mut self);
        self.settle();
        self.rule
    }

    /// Judges the stretch that has just ended.
    fn settle(&mut self) {
        let stopped = std::mem::take(&mut self.stopped);
        let open = std::mem::take(&mut self.open);
        let stops = |(_, peers): &&(RuleRef, AddressSet)| {
            !peers.intersection(self.peers).difference(&open).is_empty()
        };
        self.rule = self.rule.or_else(|| stopped.iter().find(stops).map(|(rule, _)| *rule));
    }

    fn cell(&mut self, peers: AddressSet, cell: Cell<'_>) {
        if self.policy.action(cell) == Action::Allow {
            self.open.union_with(&peers);
        } else if let Some(rule) = cell.decider().and_then(|line| self.policy.rule(line)) {
            self.stopped.push((rule, peers));
        }
    }
}

impl Visitor for Stopper<'_> {
    fn stretch(&mut self, first: u16, last: u16) -> bool {
        self.settle();
        let ports = PortSet::from_range(first, last);
        self.asked = self.closed.map(|closed| !closed.is_disjoint(&ports));
        self.local = self.asked;
        self.rule.is_none() && self.asked.contains(&true)
    }

    fn nook(&mut self, _source_ports: &PortSet, local: &AddressSet) {
        let [v4, v6] = self.asked;
        self.local =
            [v4 && Family::V4.speaks_of(local, self.own), v6 && Family::V6.speaks_of(local, self.own)];
    }

    fn v4(&mut self, first: u32, last: u32, cell: Cell<'_>) {
        let [asked, _] = self.local;
        if asked {
            self.cell(IntervalSet::from_range(first, last).into(), cell);
        }
    }

    fn v6(&mut self, first: u128, last: u128, cell: Cell<'_>) {
        let [_, asked] = self.local;
        if asked {
            self.cell(IntervalSet::from_range(first, last).into(), cell);
        }
    }
}
