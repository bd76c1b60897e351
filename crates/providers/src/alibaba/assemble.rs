//! All responses together: the estate and its gaps.

use hashbrown::{HashMap, HashSet};
use portreeve_model::{
    Appended, DocumentIx, Estate, Gap, GapIx, GroupIx, GroupListIx, InstanceIx, Origin, Reference, Tag,
    TagList, Text, Texts,
};

use super::convert::{Batch, translate};
use super::row::{
    Binding, FailureRow, InterfaceRow, Link, ListPage, PortEntries, Remark, Sentence, Tagged, Trouble, Weight,
};
use crate::assembly::Note;

mod balancers;
mod groups;
mod lists;
mod networks;
mod pages;
mod routing;
mod rules;
mod servers;

use groups::GroupFacts;
use lists::ListFacts;
use networks::{AclFacts, SubnetFacts};
use routing::Routing;
use servers::{InstanceFacts, InterfaceFacts};

/// Everything that the vendor's responses have said so far.
///
/// What is ready stands in the estate's tables already. What must wait until all is read stands here, in tables that
/// are numbered like the estate's; rows of other vendors stay empty in them.
#[derive(Debug, Default)]
pub(crate) struct Account {
    responses: u64,
    groups: Rows,
    group_facts: Vec<GroupFacts>,
    instances: Rows,
    instance_facts: Vec<InstanceFacts>,
    interfaces: Rows,
    interface_facts: Vec<InterfaceFacts>,
    /// Interfaces of servers that showed none, used where no document tells of a better one.
    implied: Vec<InterfaceRow>,
    group_lists: HashMap<Box<[Text]>, GroupListIx>,
    bindings: Vec<Binding>,
    networks: HashMap<Text, usize>,
    subnets: HashMap<Text, usize>,
    subnet_facts: Vec<SubnetFacts>,
    acls: HashMap<Text, usize>,
    acl_facts: Vec<AclFacts>,
    routing: Routing,
    address_lists: HashMap<Text, usize>,
    address_list_facts: Vec<ListFacts>,
    port_lists: HashMap<Text, usize>,
    port_list_facts: Vec<ListFacts>,
    /// Entries of port lists that do not name their list.
    untied: Vec<PortEntries>,
    references: Vec<Reference>,
    gaps: HashMap<Gap, GapIx>,
    pages: Vec<ListPage>,
    failures: Vec<FailureRow>,
    remarks: Vec<Remark>,
    lost: Vec<Note>,
    /// The accounts whose own documents are in the input.
    owners: HashSet<Text>,
    troubles: Vec<Sentence>,
    /// Troubles of objects that no row refers to; files have no names before the end.
    told: Vec<(Text, Trouble)>,
    conflicts: Vec<Conflict>,
}

/// Two documents that say different things.
#[derive(Debug)]
struct Conflict {
    owner: Text,
    /// The part of the owner that it is about; empty where that is the whole.
    id: Text,
    what: &'static str,
    documents: Option<[DocumentIx; 2]>,
    which: &'static str,
}

impl Conflict {
    fn new(owner: Text, what: &'static str) -> Self {
        Self { owner, id: Text::EMPTY, what, documents: None, which: "the later one is used" }
    }

    fn between(self, first: Option<Origin>, second: Option<Origin>) -> Self {
        let documents = first.zip(second).map(|(first, second)| [first.document, second.document]);
        Self { documents, ..self }
    }
}

/// The row of each id in a large table.
#[derive(Debug, Default)]
struct Rows {
    /// By the number of the text; 0 where it is no id of this table.
    slots: Vec<u32>,
}

impl Rows {
    fn get(&self, id: Text) -> Option<usize> {
        self.slots.get(id.index()).and_then(|slot| slot.checked_sub(1)).map(|row| row as usize)
    }

    fn set(&mut self, id: Text, row: usize) {
        if self.slots.len() <= id.index() {
            let more = id.index() + 1 - self.slots.len();
            make_room(&mut self.slots, more);
            self.slots.resize(id.index() + 1, 0);
        }
        if let (Some(slot), Ok(number)) = (self.slots.get_mut(id.index()), u32::try_from(row + 1)) {
            *slot = number;
        }
    }
}

/// A name, which is the id itself where it says the same: reports tell by the number whether there is anything to add.
fn name_of(texts: &Texts, id: Text, name: Text) -> Text {
    if texts.get(name) == texts.get(id) { id } else { name }
}

/// The facts of a row.
fn slot<T: Default>(facts: &mut Vec<T>, row: usize) -> Option<&mut T> {
    if facts.len() <= row {
        let more = row + 1 - facts.len();
        make_room(facts, more);
        facts.resize_with(row + 1, T::default);
    }
    facts.get_mut(row)
}

/// From how many rows on a table grows in large steps.
const LARGE: usize = 1 << 14;

/// Makes room for more rows. Large tables grow rarely: room that is not used costs nothing until it is, and moving a table
/// touches new memory for all of it.
fn make_room<T>(table: &mut Vec<T>, more: usize) {
    if table.capacity() - table.len() < more {
        table.reserve(more.max(if table.len() < LARGE {
            table.len()
        } else {
            table.len().saturating_mul(7)
        }));
    }
}

/// Translates what a batch numbers to the numbers of the whole.
struct Translation<'m> {
    texts: &'m [Text],
    names: Appended,
    /// Troubles that were known before the batch.
    troubles: usize,
}

impl Translation<'_> {
    fn text(&self, text: Text) -> Text {
        self.texts.get(text.index()).copied().unwrap_or_default()
    }

    fn name(&self, name: Text) -> Text {
        name.appended(self.names)
    }

    fn trouble(&self, trouble: Option<Trouble>) -> Option<Trouble> {
        let before = u32::try_from(self.troubles).unwrap_or(u32::MAX);
        trouble.map(|trouble| trouble.saturating_add(before))
    }

    fn link(&self, link: Link) -> Link {
        Link { next: self.text(link.next), asked: self.text(link.asked), ..link }
    }

    fn rules(&self, rules: &mut [portreeve_model::Rule]) {
        for rule in rules {
            translate(rule, |text| self.text(text), |name| self.name(name));
            rule.gap = rule.gap.map(|trouble| GapIx::new(trouble.at() + self.troubles));
        }
    }
}

impl Account {
    /// How many responses were recognised.
    pub(crate) fn responses(&self) -> u64 {
        self.responses
    }

    /// Remembers that something could not be read.
    pub(crate) fn lost(&mut self, note: Note) {
        self.lost.push(note);
    }

    /// Adds a batch and takes its rows; `map` is the text of the estate for each text of the batch.
    pub(crate) fn add(&mut self, estate: &mut Estate, batch: &mut Batch, map: &[Text]) {
        let names = estate.texts.append(&batch.names);
        let to = Translation { texts: map, names, troubles: self.troubles.len() };
        make_room(&mut estate.groups, batch.groups.len() + batch.rules.len());
        make_room(&mut estate.instances, batch.instances.len());
        make_room(&mut estate.interfaces, batch.interfaces.len());
        make_room(&mut self.bindings, batch.bindings.len());
        self.responses += batch.responses;
        self.troubles.append(&mut batch.troubles);
        self.owners.extend(batch.owners.iter().map(|owner| to.text(*owner)));
        self.remarks.append(&mut batch.remarks);
        for row in &batch.groups {
            self.add_group(estate, row, &to);
        }
        for page in batch.rules.drain(..) {
            self.add_rules(estate, page, &to);
        }
        self.add_networks(estate, batch, &to);
        self.add_routing(&mut batch.routing, &to);
        let lists = self.add_group_lists(estate, &batch.group_lists, &to);
        for row in &batch.instances {
            self.add_instance(estate, row, &to);
        }
        for row in batch.interfaces.drain(..) {
            self.add_interface(estate, row, &lists, &to);
        }
        self.add_tags(estate, batch, &to);
        self.add_lists(estate, batch, &to);
        self.bindings.extend(batch.bindings.iter().map(|binding| Binding {
            holder: to.text(binding.holder),
            visible: to.text(binding.visible),
            ..*binding
        }));
        self.references.extend(batch.references.iter().map(|said| Reference {
            group: to.text(said.group),
            by: to.text(said.by),
            owner: to.text(said.owner),
        }));
        self.add_pages(batch, &to);
    }

    fn add_tags(&self, estate: &mut Estate, batch: &Batch, to: &Translation<'_>) {
        let mut lists = vec![TagList::default()];
        for (said, _) in batch.tag_lists.lists() {
            let tags: Vec<Tag> =
                said.iter().map(|tag| Tag { key: to.text(tag.key), value: to.text(tag.value) }).collect();
            lists.push(estate.tags.list(&tags));
        }
        for row in &batch.tags {
            let (id, list) = (to.text(row.id), lists.get(row.list.at()).copied().unwrap_or_default());
            match row.of {
                Tagged::Group => {
                    let at = self.groups.get(id).into_iter();
                    at.for_each(|at| estate.tags.tag_group(GroupIx::new(at), list));
                }
                Tagged::Instance => {
                    let at = self.instances.get(id).into_iter();
                    at.for_each(|at| estate.tags.tag_instance(InstanceIx::new(at), list));
                }
            }
        }
    }

    fn add_networks(&mut self, estate: &mut Estate, batch: &mut Batch, to: &Translation<'_>) {
        for row in batch.networks.drain(..) {
            self.add_network(estate, row, to);
        }
        for row in batch.subnets.drain(..) {
            self.add_subnet(estate, row, to);
        }
        for row in batch.acls.drain(..) {
            self.add_acl(estate, row, to);
        }
    }

    fn add_pages(&mut self, batch: &mut Batch, to: &Translation<'_>) {
        self.pages.extend(batch.pages.drain(..).map(|page| ListPage {
            region: to.text(page.region),
            link: to.link(page.link),
            request: to.text(page.request),
            ..page
        }));
        self.failures.extend(batch.failures.drain(..).map(|row| FailureRow {
            code: to.text(row.code),
            message: to.text(row.message),
            api: to.text(row.api),
            group: to.text(row.group),
            ..row
        }));
    }

    /// Completes the estate.
    pub(crate) fn finish(mut self, estate: &mut Estate, notes: &mut Vec<Note>) {
        if self.responses == 0 && self.lost.is_empty() && self.remarks.is_empty() && self.failures.is_empty()
        {
            return;
        }
        if self.responses > 0 {
            estate.providers.push("alibaba");
        }
        self.tell_remarks(estate, notes);
        self.cover(estate);
        self.finish_lists(estate);
        self.finish_groups(estate);
        self.finish_networks(estate);
        self.finish_routing(estate);
        self.finish_servers(estate);
        let mut seen = HashSet::new();
        let references = std::mem::take(&mut self.references).into_iter();
        estate.references.extend(references.filter(|reference| seen.insert(*reference)));
        self.tell_conflicts(estate);
        for (id, trouble) in std::mem::take(&mut self.told) {
            self.trouble_gap(estate, id, trouble);
        }
    }

    fn tell_remarks(&mut self, estate: &mut Estate, notes: &mut Vec<Note>) {
        for remark in std::mem::take(&mut self.remarks) {
            if remark.weight == Weight::Warning {
                notes.push(Note { document: remark.origin.document, text: remark.what });
                continue;
            }
            let at = place(estate, remark.origin);
            let gap = self.gap(estate, at, remark.what);
            if remark.weight == Weight::Unread {
                mark_unread(estate, gap);
            }
        }
        for note in std::mem::take(&mut self.lost) {
            let at = path(estate, note.document);
            let gap = self.gap(estate, at, note.text);
            mark_unread(estate, gap);
        }
    }

    fn tell_conflicts(&mut self, estate: &mut Estate) {
        for conflict in std::mem::take(&mut self.conflicts) {
            let mut at = estate.text(conflict.owner).to_owned();
            if !conflict.id.is_empty() {
                at = format!("{at}/{}", estate.text(conflict.id));
            }
            let files = match conflict.documents {
                Some([first, second]) if first != second => {
                    format!("`{}` and `{}`", path(estate, first), path(estate, second))
                }
                _ => "two responses".to_owned(),
            };
            self.gap(estate, at, format!("{files} differ in {}: {}", conflict.what, conflict.which));
        }
    }

    /// The sentence of a trouble, with its file.
    fn trouble(&self, estate: &Estate, trouble: usize) -> String {
        self.troubles
            .get(trouble)
            .map_or_else(String::new, |said| format!("{} (in `{}`)", said.what, path(estate, said.document)))
    }

    /// The gap of a trouble with the object of this id.
    fn trouble_gap(&mut self, estate: &mut Estate, at: Text, trouble: Trouble) -> GapIx {
        let at = estate.text(at).to_owned();
        let what = self.trouble(estate, trouble as usize);
        self.gap(estate, at, what)
    }

    /// A gap; one that is known already is not told again.
    fn gap(&mut self, estate: &mut Estate, at: impl Into<String>, what: impl Into<String>) -> GapIx {
        let gap = Gap { at: at.into(), what: what.into() };
        *self.gaps.entry(gap).or_insert_with_key(|gap| estate.add_gap(gap.at.clone(), gap.what.clone()))
    }
}

/// A document's path.
fn path(estate: &Estate, document: DocumentIx) -> String {
    estate.documents.get(document.at()).map(|document| document.path.clone()).unwrap_or_default()
}

/// Where a response stands, for people.
fn place(estate: &Estate, origin: Origin) -> String {
    let path = path(estate, origin.document);
    if origin.offset == 0 { path } else { format!("{path} (byte {})", origin.offset) }
}

/// Nobody knows what this gap hides.
fn mark_unread(estate: &mut Estate, gap: GapIx) {
    if !estate.unread.contains(&gap) {
        estate.unread.push(gap);
    }
}
