//! What of the links the map shows: few classes, the most exposed and the largest, in columns by how far they are from the internet.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use portreeve::engine::{ClassIx, Index};
use portreeve::explain::{Link, Sender};
use portreeve::model::NetworkIx;

/// Links that are drawn at most: more cannot be followed with the eye.
const DRAWN: usize = 90;

/// A place on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) who: Sender,
    /// How far it is from the internet: 0 is the internet, [`APART`] is never reached from there.
    pub(super) column: usize,
}

/// The column of what the internet does not reach, over none of the links.
pub(super) const APART: usize = 4;

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct View {
    pub(super) spots: Vec<Spot>,
    /// Links between these, by who and whom: the places of the links.
    pub(super) edges: BTreeMap<(Sender, Sender), Vec<usize>>,
    /// Classes with links that are not drawn, and the interfaces that they have.
    pub(super) classes: (usize, usize),
    /// Links that are not drawn.
    pub(super) links: usize,
}

/// Chooses at most `most` classes from the links that are wanted.
pub(super) fn view(index: &Index<'_>, links: &[Link], wanted: &[usize], most: usize) -> View {
    let chosen = Choice::of(index, links, wanted).spots(most);
    let column: HashMap<Sender, usize> = chosen.iter().map(|spot| (spot.who, spot.column)).collect();
    let mut edges: BTreeMap<(Sender, Sender), Vec<usize>> = BTreeMap::new();
    for at in wanted {
        let Some(link) = links.get(*at) else { continue };
        let pair = (link.from, Sender::Class(link.to));
        // Members among themselves are told by the table.
        if pair.0 != pair.1 && column.contains_key(&pair.0) && column.contains_key(&pair.1) {
            edges.entry(pair).or_default().push(*at);
        }
    }
    while edges.len() > DRAWN {
        // What leads away from the internet says most.
        let weight = |(from, to): &(Sender, Sender)| {
            let far = |who| column.get(who).copied().unwrap_or(APART);
            (far(from), far(to))
        };
        let Some(last) = edges.keys().max_by_key(|pair| weight(pair)).copied() else { break };
        edges.remove(&last);
    }
    let all: BTreeSet<ClassIx> = wanted.iter().filter_map(|at| links.get(*at)).map(|link| link.to).collect();
    let hidden: Vec<&ClassIx> =
        all.iter().filter(|class| !column.contains_key(&Sender::Class(**class))).collect();
    let interfaces = hidden.iter().map(|class| index.class(**class).interfaces.len()).sum();
    let drawn: usize = edges.values().map(Vec::len).sum();
    View { spots: chosen, classes: (hidden.len(), interfaces), links: wanted.len() - drawn, edges }
}

/// Who reaches whom, over the links that are wanted.
struct Choice<'i, 'e> {
    index: &'i Index<'e>,
    reached: HashMap<Sender, Vec<ClassIx>>,
    senders: BTreeSet<Sender>,
}

impl<'i, 'e> Choice<'i, 'e> {
    fn of(index: &'i Index<'e>, links: &[Link], wanted: &[usize]) -> Self {
        let mut reached: HashMap<Sender, Vec<ClassIx>> = HashMap::new();
        let mut senders = BTreeSet::new();
        for link in wanted.iter().filter_map(|at| links.get(*at)) {
            reached.entry(link.from).or_default().push(link.to);
            senders.insert(link.from);
            senders.insert(Sender::Class(link.to));
        }
        Self { index, reached, senders }
    }

    fn size(&self, class: ClassIx) -> usize {
        self.index.class(class).interfaces.len()
    }

    fn networks(&self, class: ClassIx) -> BTreeSet<NetworkIx> {
        let interfaces = self.index.class(class).interfaces.iter();
        interfaces.filter_map(|ix| self.index.estate().interface(*ix).network).collect()
    }

    /// The largest of some classes that were not taken before.
    fn largest(&self, some: impl Iterator<Item = ClassIx>, taken: &[Spot], most: usize) -> Vec<ClassIx> {
        let fresh: BTreeSet<ClassIx> =
            some.filter(|class| !taken.iter().any(|spot| spot.who == Sender::Class(*class))).collect();
        let mut fresh: Vec<ClassIx> = fresh.into_iter().collect();
        fresh.sort_by_key(|class| std::cmp::Reverse(self.size(*class)));
        fresh.truncate(most);
        fresh
    }

    fn spots(&self, most: usize) -> Vec<Spot> {
        let mut spots = Vec::new();
        let mut front = vec![Sender::Internet];
        if self.senders.contains(&Sender::Internet) {
            spots.push(Spot { who: Sender::Internet, column: 0 });
        }
        let all = self.senders.iter().filter(|who| matches!(who, Sender::Class(_))).count();
        let share = if all <= most { most } else { most.div_ceil(3) };
        // What is nearer but left out for its size must not turn up farther away.
        let mut nearer: BTreeSet<ClassIx> = BTreeSet::new();
        for column in 1..APART {
            let next = front.iter().filter_map(|who| self.reached.get(who)).flatten().copied();
            let next: BTreeSet<ClassIx> = next.filter(|class| !nearer.contains(class)).collect();
            nearer.extend(&next);
            let classes = self.largest(next.into_iter(), &spots, share);
            front = classes.iter().map(|class| Sender::Class(*class)).collect();
            // Rules for a whole network let in what stands in it.
            let around: BTreeSet<NetworkIx> =
                classes.iter().flat_map(|class| self.networks(*class)).collect();
            let around = around.into_iter().map(Sender::Network).filter(|who| self.senders.contains(who));
            let around: Vec<Sender> =
                around.filter(|who| !spots.iter().any(|spot| spot.who == *who)).collect();
            front.extend(around);
            spots.extend(front.iter().map(|who| Spot { who: *who, column }));
        }
        let classes =
            |spots: &[Spot]| spots.iter().filter(|spot| matches!(spot.who, Sender::Class(_))).count();
        let left = most.saturating_sub(classes(&spots));
        // The same link may show how a class is reached: then it is not apart, only left out for its size.
        let rest = self.senders.iter().filter_map(|who| match who {
            Sender::Class(class) => Some(*class),
            _ => None,
        });
        let reached = self.all_reached();
        let rest = self.largest(rest.filter(|class| !reached.contains(class)), &spots, left);
        spots.extend(rest.into_iter().map(|class| Spot { who: Sender::Class(class), column: APART }));
        let networks = self.senders.iter().filter(|who| matches!(who, Sender::Network(_)));
        let networks: Vec<Sender> =
            networks.filter(|who| !spots.iter().any(|spot| spot.who == **who)).copied().collect();
        spots.extend(networks.into_iter().take(left / 4).map(|who| Spot { who, column: APART }));
        spots
    }

    /// Every class that can be reached from the internet over any number of links.
    fn all_reached(&self) -> BTreeSet<ClassIx> {
        let mut known: BTreeSet<ClassIx> = BTreeSet::new();
        let mut networks: BTreeSet<NetworkIx> = BTreeSet::new();
        let mut front = vec![Sender::Internet];
        while let Some(who) = front.pop() {
            for class in self.reached.get(&who).into_iter().flatten() {
                if known.insert(*class) {
                    front.push(Sender::Class(*class));
                    let fresh = self.networks(*class).into_iter().filter(|network| networks.insert(*network));
                    front.extend(fresh.map(Sender::Network));
                }
            }
        }
        known
    }
}
