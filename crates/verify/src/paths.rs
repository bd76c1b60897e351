//! What passes filters that stand one behind the other.

use std::net::IpAddr;

use portreeve_model::{Action, Direction};

use crate::Refuted;
use crate::boxes::{Block, number};
use crate::certificate::{Filter, Path, Share, Side, Subject, Tiling};
use crate::ground::Ground;
use crate::rules::{Reader, Said};
use crate::tree::{Leaf, View, Walk};

/// Checks what is said to pass on some paths. Gives the number of boxes.
pub(crate) fn paths(paths: &[Path], ground: &Ground<'_>) -> Result<u64, Refuted> {
    let one = |path: &Path| path.check(ground).map_err(|why| Refuted::of(path.title(), why));
    paths.iter().map(one).sum()
}

impl Path {
    /// What it says, in a sentence.
    pub(crate) fn title(&self) -> String {
        let (from, to) = (self.from.as_deref().unwrap_or("outside"), self.to.as_deref().unwrap_or("outside"));
        let filters: Vec<&Subject> = self.tiling.filters.iter().map(|filter| &filter.of).collect();
        let bound = self.tiling.filters.first().map(|filter| filter.bound);
        let (v6, space, also) =
            (if self.tiling.v6 { "IPv6" } else { "IPv4" }, &self.tiling.space, self.also.len());
        let passes = self.passes;
        format!(
            "from {from:?} to {to:?} (and {also} alike), {v6} {space:?}: {passes:?} passes {filters:?}, {bound:?}"
        )
    }

    fn check(&self, ground: &Ground<'_>) -> Result<u64, String> {
        let (mut passes, mut stops) = (0, 0);
        for (end, ingress) in [(&self.from, false), (&self.to, true)] {
            if let Some(id) = end {
                self.meets_filters_of(ground, id, ingress)?;
            }
        }
        for other in &self.also {
            self.is_alike(ground, other)?;
        }
        self.tiling.boxes(ground, ground, &mut |block, says| {
            if says.contains(&Some(Action::Deny)) {
                stops += 1;
            } else if says.iter().all(|says| *says == Some(Action::Allow)) {
                passes += 1;
            } else {
                return Err(format!("it is open what becomes of {block}"));
            }
            Ok(())
        })?;
        let share = match (passes, stops) {
            (_, 0) => Share::All,
            (0, _) => Share::None,
            _ => Share::Some,
        };
        if share == self.passes {
            Ok(passes + stops)
        } else {
            Err(format!("not {:?} but {share:?} of it passes", self.passes))
        }
    }

    /// Whether the path says the same of another interface: its groups and its network ACL are those of the one that it leads to, and no
    /// address of that one is named.
    fn is_alike(&self, ground: &Ground<'_>, other: &str) -> Result<(), String> {
        let end = |id: &str| {
            let acl = ground.interface(id)?.subnet.and_then(|ix| ground.estate.subnet(ix).acl);
            Ok::<_, String>((ground.carried_of(&Subject::Interface(id.to_owned()))?, acl))
        };
        let named = self.tiling.space.contains_key(&Side::Local)
            || self.tiling.filters.iter().any(|filter| filter.local.is_some());
        let to = self.to.as_deref().ok_or("there is no interface that others could be like")?;
        if named || end(to)? != end(other)? { Err(format!("{other:?} is not like {to:?}")) } else { Ok(()) }
    }

    /// Whether the filters of an end are all there: its groups, and where the path leaves the subnet its network ACL, for the replies as
    /// well if that keeps no state.
    fn meets_filters_of(&self, ground: &Ground<'_>, id: &str, ingress: bool) -> Result<(), String> {
        let subnet = |id: &str| Some(ground.interface(id).ok()?.subnet);
        let mut wanted = vec![(Subject::Interface(id.to_owned()), ingress, false)];
        let inside = self.from.as_deref().and_then(subnet) == self.to.as_deref().and_then(subnet);
        let acl = ground.interface(id)?.subnet.and_then(|ix| ground.estate.subnet(ix).acl);
        if let Some(acl) = acl.filter(|_| !inside).map(|ix| ground.estate.acl(ix)) {
            let of = Subject::Acl(ground.estate.text(acl.id).to_owned());
            wanted.push((of.clone(), ingress, false));
            wanted.extend((!acl.stateful).then_some((of, !ingress, true)));
        }
        let own = ground.interface(id)?;
        let is_own = |at: Option<IpAddr>| at.is_none_or(|at| own.addresses.iter().any(|it| it.private == at));
        let has = |(of, ingress, reply): &(Subject, bool, bool)| {
            let mut filters = self.tiling.filters.iter();
            filters.any(|it| {
                (&it.of, it.ingress, it.reply, it.after) == (of, *ingress, *reply, false) && is_own(it.local)
            })
        };
        wanted.iter().find(|it| !has(it)).map_or(Ok(()), |it| Err(format!("filter {it:?} is left out")))
    }
}

impl Tiling {
    /// Checks every box, and hands it over with what each filter says of it.
    pub(crate) fn boxes(
        &self,
        before: &Ground<'_>,
        after: &Ground<'_>,
        leaf: &mut Leaf<'_>,
    ) -> Result<(), String> {
        if self.by.len() != self.filters.len() {
            return Err("there are not as many tables as filters".to_owned());
        }
        let views = self.filters.iter().zip(&self.by).map(|(filter, by)| {
            let ground = if filter.after { after } else { before };
            let (said, otherwise) = filter.read(ground, self.v6)?;
            let seen = [(Side::Local, filter.local), (Side::Peer, filter.peer)];
            let seen = seen.into_iter().filter_map(|(side, at)| Some((side, number(at?)))).collect();
            Ok(View { said, otherwise, by, reply: filter.reply, seen })
        });
        let walk = Walk { views: views.collect::<Result<_, String>>()?, own: None };
        walk.boxes(&self.tree, Block::of(&self.space, self.v6)?, false, leaf)
    }
}

impl Filter {
    /// Its rules, and what holds where none of them matches.
    pub(crate) fn read(&self, ground: &Ground<'_>, v6: bool) -> Result<(Vec<Said>, Action), String> {
        let direction = if self.ingress { Direction::Ingress } else { Direction::Egress };
        let reader = Reader { ground, direction, place: &self.place, bound: self.bound, v6 };
        Ok(match &self.of {
            Subject::Acl(id) => {
                let mut acls = ground.estate.acls.iter();
                let acl = acls.find(|acl| ground.estate.text(acl.id) == id);
                reader.acl(acl.ok_or_else(|| format!("the input has no network ACL {id:?}"))?)
            }
            of => reader.groups(&ground.carried_of(of)?),
        })
    }
}
