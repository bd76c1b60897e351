//! The one way to a judgement: every box of a tree is held against the rules.

use portreeve_model::Action;

use crate::ground::Ground;
use crate::rules::{Reader, Said};
use crate::statement::{Block, Decider, Filter, Side, Subject, Tree, number};

/// The rules of a filter, read one by one, and what a certificate numbers of them.
#[derive(Debug, PartialEq)]
pub struct Rules<'c> {
    filter: Filter,
    by: &'c [Decider],
    said: Vec<Said>,
    otherwise: Action,
}

/// What some filters say of every packet of a block. Only [`judge`] makes it.
#[derive(Debug)]
pub struct Judged<'r> {
    filters: &'r [Rules<'r>],
    boxes: Vec<(Block, Vec<Option<Action>>)>,
}

/// The first box that is not as it should be, and why.
pub type Fault = Box<(Block, String)>;

/// Holds a tree against the rules: it has to divide the block without rest, and for each box and each filter the named rule has to match
/// all of it, and none that goes before may touch it.
///
/// # Errors
/// With the first box of which that is not so.
pub fn judge<'r>(filters: &'r [Rules<'r>], tree: &Tree, block: Block) -> Result<Judged<'r>, Fault> {
    let mut judged = Judged { filters, boxes: Vec::new() };
    let all: Vec<Vec<&Said>> = filters.iter().map(|rules| rules.said.iter().collect()).collect();
    judged.hold(tree, block, &all)?;
    Ok(judged)
}

impl Judged<'_> {
    /// Disjoint boxes that leave nothing out of the block that [`judge`] was given, each with what every filter does; nothing where it is not
    /// said.
    pub fn boxes(&self) -> &[(Block, Vec<Option<Action>>)] {
        &self.boxes
    }

    /// Judges a part of the block; `near` are the rules of each filter that some larger part meets.
    fn hold(&mut self, tree: &Tree, block: Block, near: &[Vec<&Said>]) -> Result<(), Fault> {
        let filters = self.filters;
        let fault = |why| Err(Box::new((block, why)));
        let near: Vec<Vec<&Said>> = filters.iter().zip(near).map(|(it, near)| it.met(block, near)).collect();
        let by = match tree {
            Tree::By(by) => &[Some(*by)][..],
            Tree::Each(by) => by,
            Tree::Cut(side, parts) => {
                let (first, last) = block.side(*side);
                let mut from = Some(first);
                for (to, part) in parts {
                    let Some(start) = from.filter(|from| from <= to && *to <= last) else {
                        return fault(format!("{side:?} up to {to} is twice in it, or too far"));
                    };
                    self.hold(part, block.with(*side, (start, *to)), &near)?;
                    from = (*to < last).then(|| to + 1);
                }
                return from
                    .map_or(Ok(()), |from| fault(format!("{side:?} from {from} on is left out of it")));
            }
        };
        if by.len() != filters.len() {
            return fault("not every filter has a say about it".to_owned());
        }
        let each = filters.iter().zip(near).zip(by);
        let says = each.map(|((rules, near), by)| by.map(|by| rules.decide(by, block, &near)).transpose());
        let says = says.collect::<Result<_, _>>().map_err(|why| Box::new((block, why)))?;
        self.boxes.push((block, says));
        Ok(())
    }
}

impl<'c> Rules<'c> {
    /// Reads the rules of a filter for a family.
    ///
    /// # Errors
    /// When the input does not have what the filter names, or the filter sees addresses of the other family.
    pub fn read(ground: &Ground<'_>, filter: Filter, by: &'c [Decider], v6: bool) -> Result<Self, String> {
        if filter.local.iter().chain(&filter.peer).any(|at| at.is_ipv6() != v6) {
            return Err(format!("{filter:?} sees addresses of the other family"));
        }
        let reader = Reader { ground, filter: &filter, v6 };
        let (said, otherwise) = match &filter.of {
            Subject::Acl(id) => {
                let acl = ground.estate.acls.iter().find(|acl| ground.estate.text(acl.id) == id);
                reader.acl(acl.ok_or_else(|| format!("the input has no network ACL {id:?}"))?)
            }
            of => reader.groups(&ground.carried(of)?),
        };
        Ok(Self { filter, by, said, otherwise })
    }

    /// A box as the filter sees it.
    fn see(&self, block: Block) -> Block {
        let (port, source_port) = (block.side(Side::Port), block.side(Side::SourcePort));
        let turned = block.with(Side::Port, source_port).with(Side::SourcePort, port);
        let seen = if self.filter.reply { turned } else { block };
        let pin = |seen: Block, side, at| seen.with(side, (number(at), number(at)));
        let seen = self.filter.local.map_or(seen, |at| pin(seen, Side::Local, at));
        self.filter.peer.map_or(seen, |at| pin(seen, Side::Peer, at))
    }

    /// The rules that match some of a box.
    fn met<'s>(&self, block: Block, near: &[&'s Said]) -> Vec<&'s Said> {
        let seen = self.see(block);
        near.iter().filter(|said| said.touches(&seen)).copied().collect()
    }

    /// What holds for a box, of which `met` are the rules that match some: one of the first rank has to match all.
    fn decide(&self, by: u32, block: Block, met: &[&Said]) -> Result<Action, String> {
        let name =
            self.by.get(by as usize).ok_or_else(|| format!("number {by} names nothing that decides"))?;
        let Some(first) = met.iter().min_by_key(|said| said.rank) else {
            let default = (*name == Decider::Default).then_some(self.otherwise);
            return default.ok_or_else(|| format!("{name:?} matches none of it"));
        };
        let seen = self.see(block);
        let mut firsts = met.iter().filter(|said| said.rank == first.rank && said.name == *name);
        let all = firsts.any(|said| said.covers(&seen)).then_some(first.rank.1);
        all.ok_or_else(|| format!("{name:?} does not decide all of it: {:?} matches some", first.name))
    }
}
