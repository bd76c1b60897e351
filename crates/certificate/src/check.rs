//! Which findings follow from what is open, and whether they are those that a certificate names.

use std::net::IpAddr;

use hashbrown::{HashMap, HashSet};
use portreeve_model::{Action, GroupIx, Interface, InterfaceIx};
use portreeve_verify::{
    Block, Bound, Carried, Decider, Filter, Judged, Place, Range, Rules, Side, Subject, joined, judge, number,
};

use crate::Refuted;
use crate::boxes::{and, everyone, part, refused, without};
use crate::certificate::{Boxes, Check, Finding, Gate, Item, Openness, Space};
use crate::known::Known;

/// TCP over IPv4, TCP over IPv6, UDP over IPv4, UDP over IPv6.
const SLOTS: [(u128, bool); 4] = [(6, false), (6, true), (17, false), (17, true)];

/// Ports by slot.
type Ports = [Vec<Range>; 4];

/// What somebody is known to have open under one bound, and what not.
#[derive(Default)]
struct Seen {
    open: Ports,
    closed: Ports,
}

/// Whose openness it is.
#[derive(PartialEq, Eq, Hash)]
enum Who {
    Group(GroupIx),
    /// Every interface that carries the same, where no rule tells its addresses apart.
    Class(Carried),
    Interface(InterfaceIx),
}

/// What is known of all groups and interfaces.
struct Sheets<'g, 'e> {
    known: &'g Known<'e>,
    people: [Vec<Range>; 2],
    all: Vec<Seen>,
    found: HashMap<(Who, Bound), usize>,
}

/// Holds the findings of a check against what is open, and what is open against the rules.
pub(crate) fn check(check: &Check, known: &Known<'_>, items: &[Item]) -> Result<u64, Refuted> {
    if let Some(item) = check.items.iter().find(|item| !items.contains(item)) {
        return Err(Refuted::of(format!("item {}", item.id), "here it does not ask this".to_owned()));
    }
    let people = [everyone(false), everyone(true)];
    let mut sheets = Sheets { known, people, all: Vec::new(), found: HashMap::new() };
    let mut boxes = 0;
    for openness in &check.openness {
        let place = || format!("openness of {:?}", openness.of);
        boxes += sheets.add(openness).map_err(|why| Refuted::of(place(), why))?;
    }
    let mut claimed: HashSet<Finding> = HashSet::new();
    if let Some(twice) = check.findings.iter().find(|finding| !claimed.insert((*finding).clone())) {
        return Err(Refuted::of(format!("{twice:?}"), "it is named twice".to_owned()));
    }
    for item in &check.items {
        let found = sheets.findings(item).map_err(|why| Refuted::of(format!("item {}", item.id), why))?;
        if let Some(missing) = found.iter().find(|finding| !claimed.remove(*finding)) {
            return Err(Refuted::of(format!("{missing:?}"), "it follows, and is not named".to_owned()));
        }
    }
    match claimed.iter().next() {
        Some(finding) => Err(Refuted::of(format!("{finding:?}"), "it does not follow".to_owned())),
        None => Ok(boxes),
    }
}

impl Sheets<'_, '_> {
    /// Takes in what somebody has open, once every box of it is judged.
    fn add(&mut self, openness: &Openness) -> Result<u64, String> {
        let known = self.known;
        let carried = known.ground.carried(&openness.of)?;
        let interface = match &openness.of {
            Subject::Interface(id) => known.find(id),
            _ => None,
        };
        let (mut boxes, apart) = (0, known.tells_addresses_apart(&carried));
        for bound in openness.bound.map_or(vec![Bound::Surely, Bound::Possibly], |bound| vec![bound]) {
            let teller = |v6: bool, people| {
                let own = interface.filter(|_| apart).and_then(|ix| known.addresses(ix, v6));
                Teller::new(known, &openness.of, bound, &openness.by, v6, people)
                    .map(|it| Teller { own, ..it })
            };
            let [four, six] = &self.people;
            let (four, six) = (teller(false, four)?, teller(true, six)?);
            let mut seen = Seen::default();
            let gates = [&openness.tcp4, &openness.tcp6, &openness.udp4, &openness.udp6];
            let into = seen.open.iter_mut().zip(&mut seen.closed);
            for (((protocol, v6), gates), (open, closed)) in SLOTS.into_iter().zip(gates).zip(into) {
                let teller = if v6 { &six } else { &four };
                boxes += teller.gates(gates, protocol, open, closed)?;
            }
            let nth = self.all.len();
            self.all.push(seen);
            match interface {
                Some(ix) if apart => _ = self.found.insert((Who::Interface(ix), bound), nth),
                _ if apart => {}
                _ => _ = self.found.insert((Who::Class(carried.clone()), bound), nth),
            }
            if let (Subject::Group(_), [group]) = (&openness.of, carried.groups.as_slice()) {
                self.found.insert((Who::Group(*group), bound), nth);
            }
        }
        Ok(boxes)
    }

    /// What somebody has open.
    fn of(&self, who: Who, bound: Bound) -> Option<usize> {
        self.found.get(&(who, bound)).copied()
    }

    fn of_interface(&self, ix: InterfaceIx, bound: Bound) -> Option<usize> {
        let class = || self.of(Who::Class(self.known.carried.get(ix.at())?.clone()), bound);
        self.of(Who::Interface(ix), bound).or_else(class)
    }

    /// Every finding of an item that follows from what is open.
    fn findings(&self, item: &Item) -> Result<Vec<Finding>, String> {
        let answers =
            self.all.iter().map(|seen| seen.answer(item)).collect::<Result<Vec<Ports>, String>>()?;
        let estate = self.known.estate;
        let answer = |nth: Option<usize>, id| {
            let found = nth.and_then(|nth| answers.get(nth));
            found.ok_or_else(|| format!("what {} has open is left out", estate.text(id)))
        };
        let mut found = Vec::new();
        for (ix, group) in estate.each_group() {
            let of = |bound| answer(self.of(Who::Group(ix), bound), group.id);
            let (surely, possibly) = (of(Bound::Surely)?, of(Bound::Possibly)?);
            let sure = surely.iter().any(|ports| !ports.is_empty());
            let open = if sure { surely } else { possibly };
            if open.iter().all(Vec::is_empty) {
                continue;
            }
            let mut finding = Finding::new(item, Subject::Group(estate.text(group.id).to_owned()), sure);
            for carrier in self.known.carriers(ix) {
                let interface = estate.interface(*carrier);
                let feels = |bound| {
                    let own = answer(self.of_interface(*carrier, bound), interface.id)?;
                    Ok::<bool, String>(meet(interface, open, own))
                };
                match (feels(Bound::Surely)?, feels(Bound::Possibly)?) {
                    (true, _) => finding.at_risk += 1,
                    (false, true) => finding.unknown += 1,
                    (false, false) => finding.shielded += 1,
                }
            }
            found.push(finding);
        }
        for ((ix, interface), carried) in estate.each_interface().zip(&self.known.carried) {
            if carried.groups.len() < 2 {
                continue;
            }
            let more = |bound| {
                let mut left = answer(self.of_interface(ix, bound), interface.id)?.clone();
                for group in &carried.groups {
                    let alone = answer(self.of(Who::Group(*group), bound), estate.group(*group).id)?;
                    left.iter_mut().zip(alone).for_each(|(left, alone)| *left = without(left, alone));
                }
                Ok::<bool, String>(meet(interface, &left, &left))
            };
            let (sure, perhaps) = (more(Bound::Surely)?, more(Bound::Possibly)?);
            // What groups that are not in the input may open is no finding.
            if sure || (perhaps && !carried.unread) {
                let of = Subject::Interface(estate.text(interface.id).to_owned());
                let counts = (u64::from(sure), u64::from(!sure));
                found.push(Finding { at_risk: counts.0, unknown: counts.1, ..Finding::new(item, of, sure) });
            }
        }
        Ok(found)
    }
}

impl Finding {
    fn new(item: &Item, of: Subject, sure: bool) -> Self {
        Self { item: item.id.clone(), of, sure, at_risk: 0, shielded: 0, unknown: 0 }
    }
}

impl Seen {
    /// The ports that make an item fire.
    fn answer(&self, item: &Item) -> Result<Ports, String> {
        let mut answer = Ports::default();
        let each = SLOTS.iter().zip(self.open.iter().zip(&self.closed)).zip(&mut answer);
        for (((protocol, _), (open, closed)), answer) in each {
            let every = vec![(1, 65_535)];
            let ports = if *protocol == 6 { &item.tcp } else { &item.udp };
            let asked = if item.all {
                every
            } else {
                ports.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect()
            };
            let known: Vec<Range> = joined(open.iter().chain(closed).copied().collect());
            let shut = !and(&asked, closed).is_empty();
            let told = without(&asked, &known).is_empty() || (item.all && shut);
            if !told {
                return Err("of some port that it asks about it is not said whether it is open".to_owned());
            }
            *answer = if item.all && shut { Vec::new() } else { and(&asked, open) };
        }
        Ok(answer)
    }
}

/// Whether some port is in both, of a family in which the interface has an address; one without any has IPv4.
fn meet(interface: &Interface, one: &Ports, other: &Ports) -> bool {
    let speaks =
        |v6| if v6 { interface.has_ipv6() } else { interface.has_ipv4() || interface.addresses.is_empty() };
    let mut each = SLOTS.iter().zip(one.iter().zip(other));
    each.any(|((_, v6), (one, other))| speaks(*v6) && !and(one, other).is_empty())
}

/// Tells what one filter opens in one family.
struct Teller<'t> {
    rules: [Rules<'t>; 1],
    v6: bool,
    people: &'t [Range],
    /// The addresses of the interface, where rules tell them apart.
    own: Option<Vec<u128>>,
}

impl<'t> Teller<'t> {
    fn new(
        known: &Known<'_>,
        of: &Subject,
        bound: Bound,
        by: &'t [Decider],
        v6: bool,
        people: &'t [Range],
    ) -> Result<Self, String> {
        let (of, place) = (of.clone(), Place::Internet);
        let filter = Filter { of, ingress: true, place, bound, reply: false, local: None, peer: None };
        let rules = [Rules::read(&known.ground, filter, by, v6)?];
        Ok(Self { rules, v6, people, own: None })
    }

    /// Checks the stretches of ports of one slot, and sorts them into open and closed. Gives the number of boxes.
    fn gates(
        &self,
        gates: &[(u16, Option<Gate>)],
        protocol: u128,
        open: &mut Vec<Range>,
        closed: &mut Vec<Range>,
    ) -> Result<u64, String> {
        let (mut boxes, mut from) = (0, 0);
        for (last, gate) in gates {
            let ports = (from, u128::from(*last));
            if ports.0 > ports.1 {
                return Err(format!("port {last} comes twice"));
            }
            from = ports.1 + 1;
            let block = Block::whole(self.v6).with(Side::Protocol, (protocol, protocol));
            let block = block.with(Side::Port, ports);
            let (into, count) = match gate {
                None => continue,
                Some(Gate::Open(ways)) => (&mut *open, self.open(ways, block)?),
                Some(Gate::Closed(peer, trees)) => (&mut *closed, self.closed(*peer, trees, block)?),
            };
            into.push(ports);
            boxes += count;
        }
        (*open, *closed) = (joined(std::mem::take(open)), joined(std::mem::take(closed)));
        Ok(boxes)
    }

    fn judge(&self, tree: &Boxes, block: Block) -> Result<Judged<'_>, String> {
        judge(&self.rules, &tree.0, block).map_err(|fault| refused(&fault, self.v6))
    }

    /// Whether all ways into a block together let everyone in, each from some port to some address.
    fn open(&self, ways: &[(Space, Boxes)], block: Block) -> Result<u64, String> {
        let (mut let_in, mut boxes) = (Vec::new(), 0);
        for (space, tree) in ways {
            let way = part(block, space, self.v6)?;
            let (first, last) = way.side(Side::Local);
            let one_of = |own: &Vec<u128>| first == last && own.contains(&first);
            let local = !space.contains_key(&Side::Local) || self.own.as_ref().is_none_or(one_of);
            let whole = |side| way.side(side) == block.side(side);
            if !whole(Side::Protocol) || !whole(Side::Port) || !local {
                return Err(format!("{space:?} is not enough to be let in"));
            }
            let judged = self.judge(tree, way)?;
            for (it, says) in judged.boxes() {
                let peers = it.side(Side::Peer);
                let whole = *it == way.with(Side::Peer, peers);
                let_in.extend((whole && *says == [Some(Action::Allow)]).then_some(peers));
                boxes += 1;
            }
        }
        match without(self.people, &joined(let_in)).first() {
            None => Ok(boxes),
            Some(peers) => Err(format!("not everyone is let in: not {peers:?}")),
        }
    }

    /// Whether one of everyone is kept out of a block, wherever it goes.
    fn closed(&self, stranger: IpAddr, trees: &[Boxes], block: Block) -> Result<u64, String> {
        let own = self.own.as_ref().map(|own| own.iter().map(|at| (*at, *at)).collect());
        let locals: Vec<Range> = own.unwrap_or_else(|| vec![block.side(Side::Local)]);
        let peer = number(stranger);
        let one_of_everyone = stranger.is_ipv6() == self.v6 && !and(&[(peer, peer)], self.people).is_empty();
        if !one_of_everyone || trees.len() != locals.len() {
            return Err("this keeps nobody of everyone out".to_owned());
        }
        let mut boxes = 0;
        for (tree, local) in trees.iter().zip(locals) {
            let judged = self.judge(tree, block.with(Side::Peer, (peer, peer)).with(Side::Local, local))?;
            if judged.boxes().iter().any(|(_, says)| *says != [Some(Action::Deny)]) {
                return Err("not everything of it is kept out".to_owned());
            }
            boxes += judged.boxes().len() as u64;
        }
        Ok(boxes)
    }
}
