//! All that one or several policies decide, as trees of boxes.

use portreeve_certificate::{Filter, Side};
use portreeve_engine::{Nook, Policy, Run};
use portreeve_model::{Action, Estate};
use portreeve_netset::PortSet;

use super::tree::{Names, Sides, Tree, address, json, push};

/// A policy of an estate, and what a certificate says of where it stands.
pub(super) struct Stage<'a> {
    pub(super) estate: &'a Estate,
    pub(super) policy: &'a Policy,
    pub(super) filter: Filter,
}

/// Several filters over the same traffic.
pub(super) struct Tiling<'a> {
    pub(super) stages: Vec<Stage<'a>>,
    pub(super) v6: bool,
    /// The sides that are not whole.
    pub(super) space: Vec<(Side, (u128, u128))>,
}

/// How boxes of several filters are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Together {
    /// One filter, before and after a change: each says what it says.
    Both,
    /// Traffic has to pass all of them: the first that stops it is enough.
    Chain,
}

impl Tiling<'_> {
    /// Writes it as JSON, and lets `look` see what each filter says of every box.
    pub(super) fn write(&self, how: Together, out: &mut String, look: &mut impl FnMut(&[Option<Action>])) {
        let mut names: Vec<Names<'_>> =
            self.stages.iter().map(|stage| Names::new(stage.estate, stage.policy)).collect();
        let block =
            self.space.iter().fold(Sides::whole(self.v6), |block, (side, range)| block.with(*side, *range));
        let tree = self.tree(how, block, &mut names);
        match (how, self.stages.as_slice()) {
            (Together::Both, [first, ..]) => {
                out.push_str("{\"filter\":");
                json(&first.filter, out);
            }
            (_, stages) => {
                let filters: Vec<&Filter> = stages.iter().map(|stage| &stage.filter).collect();
                out.push_str("{\"filters\":");
                json(&filters, out);
            }
        }
        out.push_str(",\"by\":[");
        for (nth, names) in names.iter().enumerate() {
            out.push_str(if nth == 0 { "" } else { "," });
            names.write(out);
        }
        push(out, format_args!("],\"v6\":{}", self.v6));
        if how == Together::Chain {
            out.push_str(",\"space\":{");
            for (nth, (side, range)) in self.space.iter().enumerate() {
                out.push_str(if nth == 0 { "" } else { "," });
                side_range(*side, *range, self.v6, out);
            }
            out.push('}');
        }
        out.push_str(",\"tree\":");
        tree.write(self.v6, out);
        out.push('}');
        tree.each_leaf(&mut |leaf| {
            let Tree::Each(by) = leaf else { return };
            let says = by.iter().zip(&names).map(|(by, names)| by.map(|by| names.action(by)));
            look(&says.collect::<Vec<_>>());
        });
    }

    fn tree(&self, how: Together, block: Sides, names: &mut [Names<'_>]) -> Tree {
        let mut all: Option<Tree> = None;
        for (nth, stage) in self.stages.iter().enumerate() {
            let Some(own) = names.get_mut(nth) else { continue };
            let mut tree = policy_tree(stage.policy, self.v6, own);
            let local = stage.filter.local.map(|at| (Side::Local, at));
            let peer = stage.filter.peer.map(|at| (Side::Peer, at));
            for (side, at) in local.into_iter().chain(peer) {
                let at = super::tree::number(at);
                tree = tree.pinned(side, at);
            }
            if stage.filter.reply {
                tree = tree.swapped();
            }
            let names = &*names;
            all = Some(match all {
                None => tree.within(block).map(&|leaf| Tree::Each(vec![leaf.by()])),
                Some(before) => before.join(&tree, block, &|before, leaf| {
                    let Tree::Each(by) = before else { return before.clone() };
                    let mut by = by.clone();
                    let settled = how == Together::Chain && !passes(before, names);
                    by.push(leaf.by().filter(|_| !settled));
                    tidy(how, by, names)
                }),
            });
        }
        all.unwrap_or(Tree::Each(Vec::new()))
    }
}

/// Where one filter of a chain stops the traffic, what the others say does not matter.
fn tidy(how: Together, by: Vec<Option<u32>>, names: &[Names<'_>]) -> Tree {
    let stops =
        |(by, names): (&Option<u32>, &Names<'_>)| by.is_some_and(|by| names.action(by) == Action::Deny);
    let stopped = by.iter().zip(names).position(stops);
    match stopped.filter(|_| how == Together::Chain) {
        Some(nth) => Tree::Each(by.iter().enumerate().map(|(at, by)| by.filter(|_| at == nth)).collect()),
        None => Tree::Each(by),
    }
}

fn passes(leaf: &Tree, names: &[Names<'_>]) -> bool {
    let Tree::Each(by) = leaf else { return false };
    by.iter().zip(names).all(|(by, names)| by.is_none_or(|by| names.action(by) == Action::Allow))
}

/// Writes one side of a space.
pub(super) fn side_range(side: Side, (first, last): (u128, u128), v6: bool, out: &mut String) {
    json(&side, out);
    match side {
        Side::Local | Side::Peer => {
            push(out, format_args!(":[\"{}\",\"{}\"]", address(first, v6), address(last, v6)));
        }
        _ => push(out, format_args!(":[{first},{last}]")),
    }
}

/// All that a policy decides in a family.
fn policy_tree(policy: &Policy, v6: bool, names: &mut Names<'_>) -> Tree {
    let mut parts: Vec<(u128, Tree)> = Vec::new();
    let rest = protocol_tree(policy, None, v6, names);
    let mut next = Some(0u8);
    for protocol in policy.named() {
        if next.is_some_and(|next| next < protocol) {
            parts.push((u128::from(protocol) - 1, rest.clone()));
        }
        parts.push((protocol.into(), protocol_tree(policy, Some(protocol), v6, names)));
        next = protocol.checked_add(1);
    }
    parts.extend(next.map(|_| (u8::MAX.into(), rest)));
    Tree::cut(Side::Protocol, parts)
}

fn protocol_tree(policy: &Policy, protocol: Option<u8>, v6: bool, names: &mut Names<'_>) -> Tree {
    let mut parts: Vec<(u128, Tree)> = Vec::new();
    policy.tile(protocol, |(_, last), nooks| parts.push((last.into(), stretch(nooks, v6, names))));
    Tree::cut(Side::Port, parts)
}

fn stretch(nooks: &[Nook], v6: bool, names: &mut Names<'_>) -> Tree {
    let mut peers = |nook: &Nook| {
        let [four, six] = &nook.runs;
        let runs: &[Run] = if v6 { six } else { four };
        Tree::cut(
            Side::Peer,
            runs.iter().map(|(last, line)| (*last, Tree::By(names.number(*line)))).collect::<Vec<_>>(),
        )
    };
    let mut locals: Vec<(u128, Vec<(u128, Tree)>)> = Vec::new();
    for nook in nooks {
        let Some((ports, local)) = &nook.split else { return peers(nook) };
        let tree = peers(nook);
        for (_, last) in super::openness::ranges(local, v6) {
            let at = locals.iter().position(|(known, _)| *known == last).unwrap_or_else(|| {
                locals.push((last, Vec::new()));
                locals.len() - 1
            });
            if let Some((_, parts)) = locals.get_mut(at) {
                parts.extend(
                    PortSet::intervals(ports).iter().map(|(_, last)| (u128::from(*last), tree.clone())),
                );
            }
        }
    }
    locals.sort_by_key(|(last, _)| *last);
    let by_port = |mut parts: Vec<(u128, Tree)>| {
        parts.sort_by_key(|(last, _)| *last);
        Tree::cut(Side::SourcePort, parts)
    };
    Tree::cut(Side::Local, locals.into_iter().map(|(last, parts)| (last, by_port(parts))))
}
