//! Tags: what users write on their objects to sort them. Shown and searched, never judged.

use hashbrown::HashMap;

use crate::{GroupIx, InstanceIx, Text};

/// A tag of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag {
    /// Its key.
    pub key: Text,
    /// Its value, which may be empty.
    pub value: Text,
}

/// A list of tags, as [`Tags::list`] numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TagList(u32);

/// The tags of groups and servers. Most objects share their tags with others: each list is kept once.
#[derive(Debug, Clone, Default)]
pub struct Tags {
    lists: Vec<Box<[Tag]>>,
    numbers: HashMap<Box<[Tag]>, TagList>,
    /// By the position of the group; those beyond have none.
    of_groups: Vec<TagList>,
    of_instances: Vec<TagList>,
}

impl Tags {
    /// The number of a list of tags.
    pub fn list(&mut self, tags: &[Tag]) -> TagList {
        if tags.is_empty() {
            return TagList::default();
        }
        if let Some(known) = self.numbers.get(tags) {
            return *known;
        }
        self.lists.push(tags.into());
        // 0 is the empty list.
        let number = TagList(u32::try_from(self.lists.len()).unwrap_or(u32::MAX));
        self.numbers.insert(tags.into(), number);
        number
    }

    /// Gives a group these tags.
    pub fn tag_group(&mut self, group: GroupIx, list: TagList) {
        set(&mut self.of_groups, group.at(), list);
    }

    /// Gives a server these tags.
    pub fn tag_instance(&mut self, instance: InstanceIx, list: TagList) {
        set(&mut self.of_instances, instance.at(), list);
    }

    /// Follows a group that is taken away: those behind it move up.
    pub fn forget_group(&mut self, group: GroupIx) {
        if group.at() < self.of_groups.len() {
            self.of_groups.remove(group.at());
        }
    }

    /// The list of a group's tags.
    pub fn of_group(&self, group: GroupIx) -> TagList {
        self.of_groups.get(group.at()).copied().unwrap_or_default()
    }

    /// The list of a server's tags.
    pub fn of_instance(&self, instance: InstanceIx) -> TagList {
        self.of_instances.get(instance.at()).copied().unwrap_or_default()
    }

    /// The tags of a list.
    pub fn get(&self, list: TagList) -> &[Tag] {
        let at = (list.0 as usize).checked_sub(1);
        at.and_then(|at| self.lists.get(at)).map_or(&[], |tags| tags)
    }

    /// Whether a question is true for each list, by [`TagList::at`]: what is asked of many objects is asked of their few lists once.
    pub fn each(&self, asks: impl Fn(&[Tag]) -> bool) -> Vec<bool> {
        std::iter::once(asks(&[])).chain(self.lists.iter().map(|tags| asks(tags))).collect()
    }

    /// Every list, with how many objects have it.
    pub fn lists(&self) -> impl Iterator<Item = (&[Tag], usize)> {
        let mut times = vec![0; self.lists.len() + 1];
        for list in self.of_groups.iter().chain(&self.of_instances) {
            times.get_mut(list.at()).into_iter().for_each(|times| *times += 1);
        }
        self.lists.iter().map(|tags| &**tags).zip(times.into_iter().skip(1))
    }
}

impl TagList {
    /// Its position among all lists; 0 is the empty one.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

fn set(lists: &mut Vec<TagList>, at: usize, list: TagList) {
    // Objects without tags take no room until one with tags comes behind them.
    if lists.len() <= at && list != TagList::default() {
        lists.resize(at + 1, TagList::default());
    }
    if let Some(slot) = lists.get_mut(at) {
        *slot = list;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Texts;

    #[test]
    fn equal_lists_are_kept_once_and_found_by_their_objects() {
        let mut texts = Texts::default();
        let mut tag = |key: &str, value: &str| Tag { key: texts.intern(key), value: texts.intern(value) };
        let (prod, web) = (tag("env", "prod"), tag("tier", "web"));
        let mut tags = Tags::default();
        let (one, both) = (tags.list(&[prod]), tags.list(&[prod, web]));
        assert_eq!((tags.list(&[prod]), tags.list(&[])), (one, TagList::default()));
        tags.tag_group(GroupIx::new(3), one);
        tags.tag_instance(InstanceIx::new(0), both);
        tags.tag_instance(InstanceIx::new(1), one);
        let group = |at| tags.get(tags.of_group(GroupIx::new(at)));
        assert_eq!((group(0), group(3), group(9)), (&[][..], &[prod][..], &[][..]));
        assert_eq!(tags.get(tags.of_instance(InstanceIx::new(0))), [prod, web]);
        assert_eq!(tags.lists().collect::<Vec<_>>(), [(&[prod][..], 2), (&[prod, web][..], 1)]);
        tags.forget_group(GroupIx::new(1));
        assert_eq!(tags.of_group(GroupIx::new(2)), one, "it moves up");
        assert_eq!(tags.each(|tags| tags.contains(&web)), [false, false, true]);
    }
}
