//! Interfaces that join and leave groups.

use portreeve_model::{Edit, GroupIx, Interface, Ranking};

use super::cloud::{Cloud, Trouble};
use super::rule::network_name;
use super::{Desk, Refused};

impl Desk {
    pub(super) fn join(&self, who: &str, group: &str, at: Option<u32>) -> Result<Vec<Edit>, Refused> {
        let estate = &self.estate;
        let (interface, ix) = (self.interface(who)?, self.group(group)?);
        self.own(ix)?;
        let (said, cloud) = (estate.interface(interface), self.cloud(ix));
        let id = estate.text(said.id);
        let groups = self.groups_of(said)?;
        if groups.contains(&ix) {
            let refused = Refused::new(
                format!("interface `{id}` is in group {} already", self.called(ix)),
                "leave the edit out",
            );
            return Err(refused.code(cloud.code(Trouble::JoinTwice)));
        }
        let joined = estate.group(ix);
        if let (Some(own), Some(other)) = (said.network, joined.network)
            && own != other
            && cloud.groups_have_networks()
        {
            let refused = Refused::new(
                format!(
                    "interface `{id}` is in network {}, and group {} belongs to {}",
                    network_name(estate, own),
                    self.called(ix),
                    network_name(estate, other)
                ),
                "join a group of its own network",
            );
            return Err(refused.code(cloud.code(Trouble::JoinNetwork)));
        }
        if let Some(other) = groups.iter().find(|other| estate.group(**other).profile != joined.profile) {
            return Err(Refused::new(
                format!(
                    "group {} is of another kind than {}, which `{id}` is in",
                    self.called(ix),
                    self.called(*other)
                ),
                "all groups of an interface have to be of one kind",
            ));
        }
        self.room_on(said, ix, cloud)?;
        Ok(vec![Edit::Join(interface, ix, self.place(ix, at)?)])
    }

    /// The place among the groups of an interface, from 0; the end where none is asked for.
    fn place(&self, ix: GroupIx, at: Option<u32>) -> Result<u32, Refused> {
        let Some(at) = at else { return Ok(u32::MAX) };
        let ranking = self.estate.profile(self.estate.group(ix).profile).ranking;
        if ranking != Ranking::GroupThenPriority {
            return Err(Refused::new("the order of groups means nothing in this cloud", "leave `at` out"));
        }
        Ok(at.saturating_sub(1))
    }

    pub(super) fn leave(&self, who: &str, group: &str) -> Result<Vec<Edit>, Refused> {
        let estate = &self.estate;
        let (interface, ix) = (self.interface(who)?, self.group(group)?);
        self.own(ix)?;
        let (said, cloud) = (estate.interface(interface), self.cloud(ix));
        let id = estate.text(said.id);
        let groups = self.groups_of(said)?;
        if !groups.contains(&ix) {
            let names: Vec<String> = groups.iter().map(|ix| self.called(*ix)).collect();
            let refused = Refused::new(
                format!("interface `{id}` is not in group {}", self.called(ix)),
                format!("it is in {}", names.join(", ")),
            );
            return Err(refused.code(cloud.code(Trouble::LeaveForeign)));
        }
        let listed = said.groups.map_or(0, |list| estate.group_list(list).len());
        if listed == 1 {
            let refused = Refused::new(
                format!(
                    "group {} is the only one of `{id}`, and an interface has to be in one",
                    self.called(ix)
                ),
                "join another first",
            );
            return Err(refused.code(cloud.code(Trouble::LeaveLast)));
        }
        Ok(vec![Edit::Leave(interface, ix)])
    }

    /// The groups of an interface that are in the input.
    fn groups_of(&self, interface: &Interface) -> Result<Vec<GroupIx>, Refused> {
        let estate = &self.estate;
        let Some(list) = interface.groups else {
            let id = estate.text(interface.id);
            return Err(Refused::new(
                format!("the input does not say which groups interface `{id}` has"),
                "add the listing of its interfaces",
            ));
        };
        let ids = estate.group_list(list);
        let known = |id| estate.each_group().find(|(_, group)| group.id == id).map(|(ix, _)| ix);
        Ok(ids.iter().filter_map(|id| known(*id)).collect())
    }
}

impl Cloud {
    /// Whether groups that rules of others name cannot be deleted, as far as the vendor says.
    pub(super) fn keeps_named_groups(self) -> bool {
        self == Self::Alibaba
    }
}
