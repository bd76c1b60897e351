//! Which allow rules have to be cut, so that unwanted traffic passes no more.

use std::collections::BTreeSet;

use portreeve_engine::{Bound, Cell, Index, Policy, RuleRef, Source, Visitor};
use portreeve_model::{Action, Direction, Protocol, Rule};
use portreeve_netset::{AddressSet, PacketSet};

use crate::scene::Scene;

/// Of the rules that may be cut, those that let unwanted traffic through, be it only once the others are gone; in the contexts
/// in which the plan has to hit its target.
pub(crate) fn needed(
    scene: &Scene,
    direction: Direction,
    cuttable: &BTreeSet<RuleRef>,
    unwanted: &PacketSet,
) -> BTreeSet<RuleRef> {
    let index = Index::new(&scene.estate);
    let protocols = protocols(scene, unwanted);
    let mut found = BTreeSet::new();
    for (context, place) in scene.pairs().filter(|(context, _)| context.exact) {
        for bound in [Bound::Surely, Bound::Possibly] {
            let policy = Policy::of_class(&index, &context.class, direction, place, bound);
            for (named, number) in &protocols {
                let mut finder = Finder {
                    scene,
                    policy: &policy,
                    bound,
                    cuttable,
                    unwanted,
                    number: *number,
                    peers: AddressSet::empty(),
                    found: &mut found,
                    before: Vec::new(),
                };
                policy.visit(named.then_some(*number), &mut finder);
            }
            if policy.is_exact() {
                break;
            }
        }
    }
    found
}

/// The protocols to look at: whether rules tell it apart from others, and its number. Those that no rule names share one.
fn protocols(scene: &Scene, unwanted: &PacketSet) -> Vec<(bool, u8)> {
    let rules = scene.estate.groups.iter().flat_map(|group| &group.rules);
    let mut named: BTreeSet<u8> = BTreeSet::from([6, 17, 132]);
    named.extend(rules.filter_map(|rule| match rule.protocol {
        Protocol::Number(number) => Some(number),
        Protocol::All => None,
    }));
    let asked = unwanted.protocols();
    let mut found: Vec<(bool, u8)> =
        named.iter().filter(|number| asked.contains(**number)).map(|number| (true, *number)).collect();
    let others = asked.intervals().iter().flat_map(|(first, last)| *first..=*last);
    // What is unwanted may differ among protocols that no rule names, so each different one is looked at.
    let mut last: Option<Vec<AddressSet>> = None;
    for number in others.filter(|number| !named.contains(number)) {
        let own: Vec<AddressSet> = unwanted.slices_of(number).map(|slice| slice.flow.peers()).collect();
        if last.as_ref() != Some(&own) {
            found.push((false, number));
            last = Some(own);
        }
    }
    found
}

struct Finder<'a> {
    scene: &'a Scene,
    policy: &'a Policy,
    bound: Bound,
    cuttable: &'a BTreeSet<RuleRef>,
    unwanted: &'a PacketSet,
    number: u8,
    /// The unwanted peers of the current stretch of ports.
    peers: AddressSet,
    found: &'a mut BTreeSet<RuleRef>,
    before: Vec<RuleRef>,
}

impl Finder<'_> {
    /// Goes down the ranks: what may be cut before something else denies has to be; before something else allows it need not.
    fn judge(&mut self, cell: Cell<'_>) {
        self.before.clear();
        for source in cell.matching().filter_map(|line| self.policy.source(line)) {
            let stops = match source {
                Source::Rule(rule) if self.cuttable.contains(&rule) => {
                    self.before.push(rule);
                    continue;
                }
                Source::Rule(rule) => self.said(rule).is_none_or(|said| said.action == Action::Deny),
                Source::Unread(_) => self.bound == Bound::Surely,
                _ => false,
            };
            if stops {
                break;
            }
            return;
        }
        self.found.extend(&self.before);
    }

    fn said(&self, rule: RuleRef) -> Option<&Rule> {
        self.scene.rule(rule.group, rule.rule)
    }
}

impl Visitor for Finder<'_> {
    fn stretch(&mut self, first: u16, last: u16) -> bool {
        let slices = self.unwanted.slices_of(self.number);
        let met = slices.filter(|slice| slice.ports.0 <= last && first <= slice.ports.1);
        let peers: Vec<AddressSet> = met.map(|slice| slice.flow.peers()).collect();
        self.peers = AddressSet::union_all(&peers);
        !self.peers.is_empty()
    }

    fn v4(&mut self, first: u32, last: u32, cell: Cell<'_>) {
        let met = self.peers.v4().intervals();
        let end = met.partition_point(|(start, _)| *start <= last);
        if end.checked_sub(1).and_then(|at| met.get(at)).is_some_and(|(_, end)| *end >= first) {
            self.judge(cell);
        }
    }

    fn v6(&mut self, first: u128, last: u128, cell: Cell<'_>) {
        let met = self.peers.v6().intervals();
        let end = met.partition_point(|(start, _)| *start <= last);
        if end.checked_sub(1).and_then(|at| met.get(at)).is_some_and(|(_, end)| *end >= first) {
            self.judge(cell);
        }
    }
}
