//! What a change makes of filters.

use hashbrown::HashSet;
use portreeve_model::{Action, GroupPeers};
use portreeve_verify::{Block, Bound, Carried, Filter, Place, Rules, Subject, judge};

use crate::Refuted;
use crate::boxes::{except, part, refused, shown};
use crate::certificate::{Change, Difference};
use crate::known::Known;

/// The groups of a filter before and after, and how else it is told from others.
type Key = (Carried, Carried, Filter, bool);

/// Checks what a change opens and closes. Gives the number of boxes.
pub(crate) fn change(change: &Change, before: &Known<'_>, after: &Known<'_>) -> Result<u64, Refuted> {
    let mut judge = Judge {
        change,
        before,
        after,
        unwanted: [Vec::new(), Vec::new()],
        told: HashSet::new(),
        boxes: 0,
        ways: (false, false),
    };
    for sides in change.unwanted.iter().flatten() {
        // A box with addresses is one of their family; one without is of both.
        for (blocks, v6) in judge.unwanted.iter_mut().zip([false, true]) {
            blocks.extend(part(Block::whole(v6), sides, v6));
        }
    }
    for said in &change.differences {
        let claim = || format!("difference of {:?}", said.filter);
        judge.difference(said).map_err(|why| Refuted::of(claim(), why))?;
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
    before: &'g Known<'e>,
    after: &'g Known<'e>,
    /// Of IPv4, and of IPv6.
    unwanted: [Vec<Block>; 2],
    told: HashSet<Key>,
    boxes: u64,
    /// Whether it opens something, and whether it closes something.
    ways: (bool, bool),
}

impl Judge<'_, '_, '_> {
    fn difference(&mut self, said: &Difference) -> Result<(), String> {
        let Difference { filter: own, by: [by_old, by_new], v6, tree } = said;
        if *own != filter(&own.of, own.ingress, own.place.clone(), own.bound) {
            return Err("this is not the filter as the documents have it".to_owned());
        }
        let pair =
            |of: &Subject| Ok::<_, String>((self.before.ground.carried(of)?, self.after.ground.carried(of)?));
        let (was, is) = pair(&own.of)?;
        let mut cleared = false;
        if own.ingress && own.place == Place::Internet {
            for subject in &self.change.cleared {
                cleared |= pair(subject)? == (was.clone(), is.clone());
            }
        }
        let rules = [
            Rules::read(&self.before.ground, own.clone(), by_old, *v6)?,
            Rules::read(&self.after.ground, own.clone(), by_new, *v6)?,
        ];
        let judged = judge(&rules, &tree.0, Block::whole(*v6)).map_err(|fault| refused(&fault, *v6))?;
        for (block, says) in judged.boxes() {
            let [Some(was), Some(is)] = says.as_slice() else {
                return Err(format!("not both are said of {}", shown(block, *v6)));
            };
            self.boxes += 1;
            self.ways = (self.ways.0 || was < is, self.ways.1 || was > is);
            self.box_fits(cleared, block, (*was, *is), *v6)?;
        }
        self.told.insert((was, is, unnamed(own), *v6));
        Ok(())
    }

    /// Whether a box closes nothing but what is unwanted, and leaves nothing of that open where all of it is to go.
    fn box_fits(
        &self,
        cleared: bool,
        block: &Block,
        (was, is): (Action, Action),
        v6: bool,
    ) -> Result<(), String> {
        let [four, six] = &self.unwanted;
        let mut rest = vec![*block];
        for unwanted in if v6 { six } else { four } {
            rest = rest.into_iter().flat_map(|part| except(part, unwanted)).collect();
        }
        let closes = was > is && self.change.unwanted.is_some();
        match rest.as_slice() {
            [wanted, ..] if closes => Err(format!("it closes what is not unwanted: {}", shown(wanted, v6))),
            rest if cleared && is == Action::Allow && *rest != [*block] => {
                Err(format!("something unwanted stays open in {}", shown(block, v6)))
            }
            _ => Ok(()),
        }
    }

    /// Whether all filters of which nothing is told have the same rules before and after.
    fn rest(&self) -> Result<(), String> {
        for subject in &self.change.cleared {
            for (bound, v6) in BOUNDS.into_iter().flat_map(|bound| [(bound, false), (bound, true)]) {
                let filter = filter(subject, true, Place::Internet, bound);
                let (was, is) = (self.before.ground.carried(subject)?, self.after.ground.carried(subject)?);
                let key = (was, is, unnamed(&filter), v6);
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
pub(crate) fn differing(before: &Known<'_>, after: &Known<'_>) -> Vec<((Filter, bool), Carried, Carried)> {
    let groups = before.estate.groups.iter().map(|it| Subject::Group(before.estate.text(it.id).to_owned()));
    let interfaces = &before.estate.interfaces;
    let interfaces = interfaces.iter().map(|it| Subject::Interface(before.estate.text(it.id).to_owned()));
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    for subject in groups.chain(interfaces) {
        let both = [before, after].map(|known| known.ground.carried(&subject));
        let [Ok(was), Ok(is)] = both else { continue };
        if !seen.insert((was.clone(), is.clone())) {
            continue;
        }
        let mut places = before.places(&was);
        places.extend(after.places(&is));
        for place in places.into_iter().collect::<std::collections::BTreeSet<Place>>() {
            for (bound, ingress) in BOUNDS.into_iter().flat_map(|bound| [(bound, true), (bound, false)]) {
                for v6 in [false, true] {
                    let filter = filter(&subject, ingress, place.clone(), bound);
                    let read = |known: &Known<'_>| Rules::read(&known.ground, filter.clone(), &[], v6);
                    if read(before) != read(after) {
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
    Filter { of: of.clone(), ingress, place, bound, reply: false, local: None, peer: None }
}

/// A filter without its name: interfaces that carry the same share it.
fn unnamed(filter: &Filter) -> Filter {
    Filter { of: Subject::Group(String::new()), ..filter.clone() }
}

impl Known<'_> {
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
