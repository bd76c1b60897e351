//! What passes filters that stand one behind the other.

use std::net::IpAddr;

use portreeve_model::Action;
use portreeve_verify::{Block, Rules, Side, Subject, judge};

use crate::Refuted;
use crate::boxes::{part, refused, shown};
use crate::certificate::{Path, Share};
use crate::known::Known;

/// Checks what is said to pass on some paths. Gives the number of boxes.
pub(crate) fn paths(paths: &[Path], known: &Known<'_>) -> Result<u64, Refuted> {
    let one = |path: &Path| path.check(known).map_err(|why| Refuted::of(path.title(), why));
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

    fn check(&self, known: &Known<'_>) -> Result<u64, String> {
        let (mut passes, mut stops) = (0, 0);
        for (end, ingress) in [(&self.from, false), (&self.to, true)] {
            if let Some(id) = end {
                self.meets_filters_of(known, id, ingress)?;
            }
        }
        for other in &self.also {
            self.is_alike(known, other)?;
        }
        let tiling = &self.tiling;
        let v6 = tiling.v6;
        if tiling.by.len() != tiling.filters.len() {
            return Err("there are not as many tables as filters".to_owned());
        }
        let rules = tiling.filters.iter().zip(&tiling.by);
        let rules = rules.map(|(filter, by)| Rules::read(&known.ground, filter.clone(), by, v6));
        let rules = rules.collect::<Result<Vec<_>, String>>()?;
        let block = part(Block::whole(v6), &tiling.space, v6)?;
        let judged = judge(&rules, &tiling.tree.0, block).map_err(|fault| refused(&fault, v6))?;
        for (block, says) in judged.boxes() {
            if says.contains(&Some(Action::Deny)) {
                stops += 1;
            } else if says.iter().all(|says| *says == Some(Action::Allow)) {
                passes += 1;
            } else {
                return Err(format!("it is open what becomes of {}", shown(block, v6)));
            }
        }
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
    fn is_alike(&self, known: &Known<'_>, other: &str) -> Result<(), String> {
        let end = |id: &str| {
            let acl = known.interface(id)?.subnet.and_then(|ix| known.estate.subnet(ix).acl);
            Ok::<_, String>((known.ground.carried(&Subject::Interface(id.to_owned()))?, acl))
        };
        let named = self.tiling.space.contains_key(&Side::Local)
            || self.tiling.filters.iter().any(|filter| filter.local.is_some());
        let to = self.to.as_deref().ok_or("there is no interface that others could be like")?;
        if named || end(to)? != end(other)? { Err(format!("{other:?} is not like {to:?}")) } else { Ok(()) }
    }

    /// Whether the filters of an end are all there: its groups, and where the path leaves the subnet its network ACL, for the replies as
    /// well if that keeps no state.
    fn meets_filters_of(&self, known: &Known<'_>, id: &str, ingress: bool) -> Result<(), String> {
        let subnet = |id: &str| Some(known.interface(id).ok()?.subnet);
        let mut wanted = vec![(Subject::Interface(id.to_owned()), ingress, false)];
        let inside = self.from.as_deref().and_then(subnet) == self.to.as_deref().and_then(subnet);
        let acl = known.interface(id)?.subnet.and_then(|ix| known.estate.subnet(ix).acl);
        if let Some(acl) = acl.filter(|_| !inside).map(|ix| known.estate.acl(ix)) {
            let of = Subject::Acl(known.estate.text(acl.id).to_owned());
            wanted.push((of.clone(), ingress, false));
            wanted.extend((!acl.stateful).then_some((of, !ingress, true)));
        }
        let own = known.interface(id)?;
        let is_own = |at: Option<IpAddr>| at.is_none_or(|at| own.addresses.iter().any(|it| it.private == at));
        let has = |(of, ingress, reply): &(Subject, bool, bool)| {
            let mut filters = self.tiling.filters.iter();
            filters.any(|it| (&it.of, it.ingress, it.reply) == (of, *ingress, *reply) && is_own(it.local))
        };
        wanted.iter().find(|it| !has(it)).map_or(Ok(()), |it| Err(format!("filter {it:?} is left out")))
    }
}
