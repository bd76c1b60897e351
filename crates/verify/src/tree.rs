//! Walks down a tree of boxes and holds every box against the rules.

use portreeve_model::Action;

use crate::boxes::{Block, Range};
use crate::certificate::{Decider, Side, Tree};
use crate::rules::Said;

/// What a filter says, with the numbers that a certificate gives its deciders.
pub(crate) struct View<'c> {
    pub(crate) said: Vec<Said>,
    pub(crate) otherwise: Action,
    pub(crate) by: &'c [Decider],
    /// Whether it sees the replies.
    pub(crate) reply: bool,
    /// The addresses that it sees in place of those of the box.
    pub(crate) seen: Vec<(Side, u128)>,
}

impl View<'_> {
    /// A box as the filter sees it.
    fn see(&self, block: &Block) -> Block {
        let block = if self.reply { block.reply() } else { *block };
        self.seen.iter().fold(block, |block, (side, at)| block.with(*side, (*at, *at)))
    }

    /// What holds for a box: the rule has to match all of it, and nothing that goes before may touch it.
    fn decide(&self, by: u32, block: &Block, near: &[&Said]) -> Result<Action, String> {
        let decider =
            self.by.get(by as usize).ok_or_else(|| format!("number {by} names nothing that decides"))?;
        if *decider == Decider::Default {
            return match near.iter().find(|said| said.touches(block)) {
                Some(said) => {
                    Err(format!("{:?} matches a part of what no rule should match: {block}", said.name))
                }
                None => Ok(self.otherwise),
            };
        }
        let own = near.iter().filter(|said| said.name == *decider && said.covers(block));
        let Some(own) = own.min_by_key(|said| said.rank) else {
            return Err(format!("{decider:?} does not match all of {block}"));
        };
        match near.iter().find(|said| said.rank < own.rank && said.touches(block)) {
            Some(said) => Err(format!("{:?} goes before {decider:?} in a part of {block}", said.name)),
            None => Ok(own.rank.1),
        }
    }
}

/// How a tree is read.
pub(crate) struct Walk<'c> {
    pub(crate) views: Vec<View<'c>>,
    /// The addresses of the interface, where rules tell them apart: only one of these may be picked.
    pub(crate) own: Option<Vec<u128>>,
}

/// What is done with a box and with what every filter says of it; nothing where it is not asked.
pub(crate) type Leaf<'l> = dyn FnMut(&Block, &[Option<Action>]) -> Result<(), String> + 'l;

impl Walk<'_> {
    /// Hands every box of a tree that tiles a block to `leaf`, with what holds there. Each box is checked against the rules. Where one
    /// source port and one address of the interface are enough, the tree may `pick` them.
    pub(crate) fn boxes(
        &self,
        tree: &Tree,
        block: Block,
        pick: bool,
        leaf: &mut Leaf<'_>,
    ) -> Result<(), String> {
        let near: Vec<Vec<&Said>> = self.views.iter().map(|view| view.said.iter().collect()).collect();
        self.walk(tree, block, &near, pick, leaf)
    }

    fn walk(
        &self,
        tree: &Tree,
        block: Block,
        near: &[Vec<&Said>],
        pick: bool,
        leaf: &mut Leaf<'_>,
    ) -> Result<(), String> {
        match tree {
            Tree::By(by) => leaf(&block, &self.decide(&[Some(*by)], &block, near)?),
            Tree::Each(by) => leaf(&block, &self.decide(by, &block, near)?),
            Tree::Cut(cut) => {
                let (Some((side, parts)), 1) = (cut.first_key_value(), cut.len()) else {
                    return Err(format!("a cut along several sides of {block}"));
                };
                let (first, last) = block.side(*side);
                let mut from = Some(first);
                for (edge, part) in parts {
                    let to = edge.value(*side, block.v6)?;
                    let Some(start) = from.filter(|from| *from <= to && to <= last) else {
                        return Err(format!("{side:?} up to {to} is twice or too far in {block}"));
                    };
                    let part_block = block.with(*side, (start, to));
                    self.walk(part, part_block, &self.near(near, &part_block), pick, leaf)?;
                    from = (to < last).then(|| to + 1);
                }
                from.map_or(Ok(()), |from| Err(format!("{side:?} from {from} on is left out of {block}")))
            }
            Tree::Some { some, is } => {
                let mut part = block;
                for (side, (first, last)) in some {
                    let range = (first.value(*side, block.v6)?, last.value(*side, block.v6)?);
                    if !pick || !self.may_pick(*side, range, block.side(*side)) {
                        return Err(format!("{side:?} {range:?} may not be picked from {block}"));
                    }
                    part = part.with(*side, range);
                }
                self.walk(is, part, &self.near(near, &part), pick, leaf)
            }
        }
    }

    fn may_pick(&self, side: Side, (first, last): Range, (lo, hi): Range) -> bool {
        let own = match (side, &self.own) {
            (Side::SourcePort, _) | (Side::Local, None) => true,
            (Side::Local, Some(own)) => first == last && own.contains(&first),
            _ => false,
        };
        own && lo <= first && first <= last && last <= hi
    }

    fn decide(
        &self,
        by: &[Option<u32>],
        block: &Block,
        near: &[Vec<&Said>],
    ) -> Result<Vec<Option<Action>>, String> {
        if by.len() != self.views.len() {
            return Err(format!("not every filter has a say about {block}"));
        }
        let each = self.views.iter().zip(near).zip(by);
        each.map(|((view, near), by)| by.map(|by| view.decide(by, &view.see(block), near)).transpose())
            .collect()
    }

    /// The rules that a part of a box still meets.
    fn near<'s>(&self, near: &[Vec<&'s Said>], block: &Block) -> Vec<Vec<&'s Said>> {
        let each = self.views.iter().zip(near);
        each.map(|(view, near)| {
            let block = view.see(block);
            near.iter().filter(|said| said.touches(&block)).copied().collect()
        })
        .collect()
    }
}
