//! What a change makes of filters.

use hashbrown::HashSet;
use portreeve_model::{Action, GroupPeers};

use crate::Refuted;
use crate::boxes::Block;
use crate::certificate::{Bound, Change, Filter, Place, Subject, Tiling};
use crate::ground::{Carried, Ground};

/// The groups of a filter before and after, and how else it is told from others.
type Key = (Carried, Carried, Filter, bool);

/// Checks what a change opens and closes. Gives the number of boxes.
pub(crate) fn change(change: &Change, before: &Ground<'_>, after: &Ground<'_>) -> Result<u64, Refuted> {
    let mut judge = Judge {
        change,
        before,
        after,
        unwanted: Vec::new(),
        told: HashSet::new(),
        boxes: 0,
        ways: (false, false),
    };
    for sides in change.unwanted.iter().flatten() {
        // A box with addresses is one of their family; one without is of both.
        judge.unwanted.extend([false, true].into_iter().filter_map(|v6| Block::of(sides, v6).ok()));
    }
    for tiling in &change.differences {
        let claim = || format!("difference of {:?}", tiling.filters.first());
        judge.difference(tiling).map_err(|why| Refuted::of(claim(), why))?;
    }
    judge.rest().map_err(|why| Refuted::of("change", why))?;
    let ways = judge.ways;
    if ways != (change.opens, change.closes) {
        return Err(Refuted::of("change", format!("it opens: {}, it closes: {}", ways.0, ways.1)));
    }
    Ok(judge.boxes)
}

impl Change {
    /// What it says, a sentence each.
    pub(crate) fn title(&self) -> Vec<String> {
        let (opens, closes) = (
            if self.opens { "something" } else { "nothing" },
            if self.closes { "something" } else { "nothing" },
        );
        let mut title =
            vec![format!("it opens {opens} and closes {closes}; {} filters differ", self.differences.len())];
        title.extend(
            self.unwanted
                .as_ref()
                .map(|it| format!("all that it closes lies in {} boxes that are named", it.len())),
        );
        title.extend(self.cleared.iter().map(|it| format!("nothing of these is left open in {it:?}")));
        title
    }
}

struct Judge<'c, 'g, 'e> {
    change: &'c Change,
    before: &'g Ground<'e>,
    after: &'g Ground<'e>,
    unwanted: Vec<Block>,
    told: HashSet<Key>,
    boxes: u64,
    /// Whether it opens something, and whether it closes something.
    ways: (bool, bool),
}

impl Judge<'_, '_, '_> {
    fn difference(&mut self, tiling: &Tiling) -> Result<(), String> {
        let [old, new] = tiling.filters.as_slice() else {
            return Err("these are not two filters".to_owned());
        };
        let plain = Filter { reply: false, after: false, local: None, peer: None, ..old.clone() };
        if *old != plain || *new != (Filter { after: true, ..plain }) || !tiling.space.is_empty() {
            return Err("this is not all of one filter, before and after".to_owned());
        }
        let pair = |of: &Subject| Ok::<_, String>((self.before.carried_of(of)?, self.after.carried_of(of)?));
        let (was, is) = pair(&old.of)?;
        let mut cleared = false;
        if old.ingress && old.place == Place::Internet {
            for subject in &self.change.cleared {
                cleared |= pair(subject)? == (was.clone(), is.clone());
            }
        }
        let (mut boxes, mut ways) = (0, self.ways);
        tiling.boxes(self.before, self.after, &mut |block, says| {
            let [Some(was), Some(is)] = says else { return Err(format!("not both are said of {block}")) };
            boxes += 1;
            ways = (ways.0 | (was < is), ways.1 | (was > is));
            self.box_fits(cleared, block, *was, *is)
        })?;
        (self.boxes, self.ways) = (self.boxes + boxes, ways);
        self.told.insert((was, is, unnamed(old), tiling.v6));
        Ok(())
    }

    /// Whether a box closes nothing but what is unwanted, and leaves nothing of that open where all of it is to go.
    fn box_fits(&self, cleared: bool, block: &Block, was: Action, is: Action) -> Result<(), String> {
        let mut rest = vec![*block];
        for unwanted in self.unwanted.iter().filter(|it| it.v6 == block.v6) {
            rest = rest.iter().flat_map(|part| part.without(unwanted)).collect();
        }
        let closes = was > is && self.change.unwanted.is_some();
        match rest.as_slice() {
            [wanted, ..] if closes => Err(format!("it closes what is not unwanted: {wanted}")),
            rest if cleared && is == Action::Allow && *rest != [*block] => {
                Err(format!("something unwanted stays open in {block}"))
            }
            _ => Ok(()),
        }
    }

    /// Whether all filters of which nothing is told have the same rules before and after.
    fn rest(&self) -> Result<(), String> {
        for subject in &self.change.cleared {
            for (bound, v6) in BOUNDS.into_iter().flat_map(|bound| [(bound, false), (bound, true)]) {
                let filter = filter(subject, true, Place::Internet, bound);
                let key =
                    (self.before.carried_of(subject)?, self.after.carried_of(subject)?, unnamed(&filter), v6);
                if !self.told.contains(&key) {
                    return Err(format!("nothing is told of {filter:?}"));
                }
            }
        }
        for ((filter, v6), was, is) in differing(self.before, self.after) {
            if !self.told.contains(&(was, is, unnamed(&filter), v6)) {
                return Err(format!("nothing is told of {filter:?}, which has other rules afterwards"));
            }
        }
        Ok(())
    }
}

/// The filters, and the families, that have other rules afterwards: one for all interfaces that carry the same groups. What is not in both has
/// none; it lets nothing through, or is in no document before.
pub(crate) fn differing(before: &Ground<'_>, after: &Ground<'_>) -> Vec<((Filter, bool), Carried, Carried)> {
    let groups = before.estate.groups.iter().map(|it| Subject::Group(before.estate.text(it.id).to_owned()));
    let interfaces = &before.estate.interfaces;
    let interfaces = interfaces.iter().map(|it| Subject::Interface(before.estate.text(it.id).to_owned()));
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    for subject in groups.chain(interfaces) {
        let (Ok(was), Ok(is)) = (before.carried_of(&subject), after.carried_of(&subject)) else { continue };
        if !seen.insert((was.clone(), is.clone())) {
            continue;
        }
        let mut places = before.places(&was);
        places.extend(after.places(&is));
        for place in places.into_iter().collect::<std::collections::BTreeSet<Place>>() {
            for (bound, ingress) in BOUNDS.into_iter().flat_map(|bound| [(bound, true), (bound, false)]) {
                for v6 in [false, true] {
                    let filter = filter(&subject, ingress, place.clone(), bound);
                    if filter.read(before, v6) != filter.read(after, v6) {
                        found.push(((filter, v6), was.clone(), is.clone()));
                    }
                }
            }
        }
    }
    found
}

const BOUNDS: [Bound; 2] = [Bound::Surely, Bound::Possibly];

fn filter(of: &Subject, ingress: bool, place: Place, bound: Bound) -> Filter {
    Filter { of: of.clone(), ingress, place, bound, reply: false, after: false, local: None, peer: None }
}

/// A filter without its name: interfaces that carry the same share it.
fn unnamed(filter: &Filter) -> Filter {
    Filter { of: Subject::Group(String::new()), ..filter.clone() }
}

impl Ground<'_> {
    /// The places from which rules of these groups may look different.
    fn places(&self, carried: &Carried) -> Vec<Place> {
        let mut places = vec![Place::Internet, Place::Elsewhere];
        let network = |nth: usize| {
            self.estate.networks.get(nth).map(|it| Place::Network(self.estate.text(it.id).to_owned()))
        };
        let groups = || carried.groups.iter().map(|ix| self.estate.group(*ix));
        if groups().any(|group| self.estate.profile(group.profile).group_peers == GroupPeers::AnyNetwork) {
            places.extend((0..self.estate.networks.len()).filter_map(network));
        }
        places.extend(groups().filter_map(|group| network(group.network?.at())));
        places
    }
}
