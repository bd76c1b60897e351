//! Prefix lists and port lists, and the tying of entries that do not name their list.

use hashbrown::HashSet;
use portreeve_model::{AddressList, Estate, PortList, Ports, Text};

use super::{Account, Conflict, Translation, place, slot};
use crate::alibaba::convert::Batch;
use crate::alibaba::kind::Kind;
use crate::alibaba::row::{ListRow, PortEntries, PrefixEntries, Trouble};

/// What is known of a list beside its row in the estate.
#[derive(Debug, Default)]
pub(super) struct ListFacts {
    mine: bool,
    /// Whether its entries were told.
    filled: bool,
    trouble: Option<Trouble>,
}

impl Account {
    pub(super) fn add_lists(&mut self, estate: &mut Estate, batch: &mut Batch, to: &Translation<'_>) {
        for said in batch.lists.drain(..) {
            let said = ListRow { id: to.text(said.id), name: to.text(said.name), ..said };
            if said.kind == Kind::PrefixLists {
                self.address_list(estate, &said);
            } else {
                self.port_list(estate, said.id, said.name, said.max_entries);
            }
        }
        for said in batch.prefixes.drain(..) {
            let list = ListRow { id: to.text(said.list.id), name: to.text(said.list.name), ..said.list };
            self.fill_address_list(estate, PrefixEntries { list, trouble: to.trouble(said.trouble), ..said });
        }
        for said in batch.ports.drain(..) {
            let trouble = to.trouble(said.trouble);
            let said = PortEntries { id: to.text(said.id), name: to.text(said.name), trouble, ..said };
            if said.id.is_empty() {
                self.untied.push(said);
            } else {
                self.fill_port_list(estate, said);
            }
        }
    }

    fn address_list(&mut self, estate: &mut Estate, said: &ListRow) -> usize {
        let row = *self.address_lists.entry(said.id).or_insert_with(|| {
            let list = AddressList {
                id: said.id,
                name: Text::EMPTY,
                entries: Box::default(),
                max_entries: None,
                incomplete: None,
            };
            estate.address_lists.push(list);
            estate.address_lists.len() - 1
        });
        if let Some(list) = estate.address_lists.get_mut(row) {
            list.max_entries = said.max_entries.or(list.max_entries);
            if !said.name.is_empty() {
                list.name = said.name;
            }
        }
        if let Some(facts) = slot(&mut self.address_list_facts, row) {
            facts.mine = true;
        }
        row
    }

    fn fill_address_list(&mut self, estate: &mut Estate, said: PrefixEntries) {
        let row = self.address_list(estate, &said.list);
        let (Some(list), Some(facts)) =
            (estate.address_lists.get_mut(row), self.address_list_facts.get_mut(row))
        else {
            return;
        };
        let entries = said.entries.into_boxed_slice();
        if facts.filled && list.entries != entries {
            self.conflicts.push(Conflict::new(said.list.id, "the entries of this prefix list"));
        }
        list.entries = entries;
        (facts.filled, facts.trouble) = (true, said.trouble);
    }

    fn port_list(&mut self, estate: &mut Estate, id: Text, name: Text, max_entries: Option<u32>) -> usize {
        let row = *self.port_lists.entry(id).or_insert_with(|| {
            let entries = Box::default();
            estate.port_lists.push(PortList { id, name, entries, max_entries, incomplete: None });
            estate.port_lists.len() - 1
        });
        if let Some(list) = estate.port_lists.get_mut(row) {
            list.max_entries = max_entries.or(list.max_entries);
            if !name.is_empty() {
                list.name = name;
            }
        }
        if let Some(facts) = slot(&mut self.port_list_facts, row) {
            facts.mine = true;
        }
        row
    }

    fn fill_port_list(&mut self, estate: &mut Estate, said: PortEntries) {
        let row = self.port_list(estate, said.id, said.name, said.max_entries);
        let (Some(list), Some(facts)) = (estate.port_lists.get_mut(row), self.port_list_facts.get_mut(row))
        else {
            return;
        };
        let entries = said.entries.into_boxed_slice();
        if facts.filled && list.entries != entries {
            self.conflicts.push(Conflict::new(said.id, "the entries of this port list"));
        }
        list.entries = entries;
        (facts.filled, facts.trouble) = (true, said.trouble);
    }

    pub(super) fn finish_lists(&mut self, estate: &mut Estate) {
        self.tie_entries(estate);
        for row in 0..self.address_list_facts.len() {
            let Some(facts) = self.address_list_facts.get(row).filter(|facts| facts.mine) else { continue };
            let Some(id) = estate.address_lists.get(row).map(|list| list.id) else { continue };
            let incomplete = match (facts.filled, facts.trouble) {
                (true, None) => continue,
                (true, Some(trouble)) => self.trouble_gap(estate, id, trouble),
                (false, _) => {
                    let name = estate.text(id).to_owned();
                    let what = format!(
                        "entries of prefix list {name} are not in the input: run `aliyun ecs \
                         DescribePrefixListAttributes --PrefixListId {name}`"
                    );
                    self.gap(estate, name, what)
                }
            };
            if let Some(list) = estate.address_lists.get_mut(row) {
                list.incomplete = Some(incomplete);
            }
        }
        for row in 0..self.port_list_facts.len() {
            let Some(facts) = self.port_list_facts.get(row).filter(|facts| facts.mine) else { continue };
            let Some(id) = estate.port_lists.get(row).map(|list| list.id) else { continue };
            let incomplete = match (facts.filled, facts.trouble) {
                (true, None) => continue,
                (true, Some(trouble)) => self.trouble_gap(estate, id, trouble),
                (false, _) => {
                    let name = estate.text(id).to_owned();
                    let what = format!(
                        "entries of port list {name} are not in the input: run `aliyun ecs \
                         DescribePortRangeListEntries --PortRangeListId {name}`"
                    );
                    self.gap(estate, name, what)
                }
            };
            if let Some(list) = estate.port_lists.get_mut(row) {
                list.incomplete = Some(incomplete);
            }
        }
    }

    /// Entries of port lists without a name belong to the one list that they fit: known or named by a rule, still
    /// without entries, with room for as many. What that settles may settle others.
    fn tie_entries(&mut self, estate: &mut Estate) {
        let mut untied: Vec<PortEntries> = Vec::new();
        for said in std::mem::take(&mut self.untied) {
            if !untied.iter().any(|known| known.entries == said.entries) {
                untied.push(said);
            }
        }
        if untied.is_empty() {
            return;
        }
        let mut empty = self.lists_without_entries(estate);
        while let Some((at, list)) = only_fit(estate, &untied, &empty, |id| self.port_lists.get(&id).copied())
        {
            let said = untied.remove(at);
            empty.retain(|id| *id != list);
            self.fill_port_list(estate, PortEntries { id: list, ..said });
        }
        let names: Vec<&str> = empty.iter().map(|id| estate.text(*id)).collect();
        let candidates = if names.is_empty() {
            "no list is without entries".to_owned()
        } else {
            format!("{} are without entries", names.join(", "))
        };
        for said in untied {
            let at = place(estate, said.origin);
            let what = format!(
                "entries of a port list cannot be tied to a list, for they do not name it ({candidates}): keep the request \
                 with the response, or add a `PortRangeListId` to it"
            );
            self.gap(estate, at, what);
        }
    }

    fn lists_without_entries(&self, estate: &Estate) -> Vec<Text> {
        let listed = self
            .port_lists
            .iter()
            .filter(|(_, row)| self.port_list_facts.get(**row).is_none_or(|facts| !facts.filled));
        let listed = listed.map(|(id, _)| *id);
        let rules = estate.groups.iter().flat_map(|group| &group.rules);
        let named = rules.filter_map(|rule| match &rule.ports {
            Ports::List(list) if !self.port_lists.contains_key(&list.id) => Some(list.id),
            _ => None,
        });
        let mut seen = HashSet::new();
        let mut all: Vec<Text> = listed.chain(named).filter(|id| seen.insert(*id)).collect();
        all.sort_unstable();
        all
    }
}

/// The first entries that fit one list only, which no others fit only.
fn only_fit(
    estate: &Estate,
    untied: &[PortEntries],
    lists: &[Text],
    row: impl Fn(Text) -> Option<usize>,
) -> Option<(usize, Text)> {
    let fits = |said: &PortEntries, id: Text| {
        let room = row(id).and_then(|row| estate.port_lists.get(row)).and_then(|list| list.max_entries);
        room.is_none_or(|room| said.entries.len() <= room as usize)
    };
    let only = |said: &PortEntries| {
        let mut fitting = lists.iter().copied().filter(|id| fits(said, *id));
        fitting.next().filter(|_| fitting.next().is_none())
    };
    let found: Vec<Option<Text>> = untied.iter().map(only).collect();
    found.iter().enumerate().find_map(|(at, list)| {
        let list = (*list)?;
        let rivals = found.iter().filter(|other| **other == Some(list)).count();
        (rivals == 1).then_some((at, list))
    })
}
