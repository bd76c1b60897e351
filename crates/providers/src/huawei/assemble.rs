//! All responses together: what they say is united here, and added to the estate when all is read.

use hashbrown::{HashMap, HashSet};
use portreeve_model::{DocumentIx, Estate, Origin, Quotas, Tag, Text};

use super::convert::Batch;
use super::row::{
    BalancerRow, FailureRow, FirewallRow, ForwardRow, GroupRow, ListRow, ListenerRow, MemberRow, NatRow,
    NetworkRow, OldEntryRow, OldFirewallRow, OldPolicyRow, PageRow, PeeringRow, PoolRow, PortRow, PublicRow,
    Renumber, RuleRow, ServerRow, SourceRow, SubnetRow, TableRow, Version,
};

mod balancers;
mod finish;
mod groups;
mod nats;
mod networks;
mod old_firewalls;
mod pages;
mod servers;

use finish::Finish;

/// Rows by their ids, in the order in which they were first named.
#[derive(Debug)]
struct Table<T> {
    rows: Vec<T>,
    by_id: HashMap<Text, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), by_id: HashMap::new() }
    }
}

impl<T> Table<T> {
    fn get(&self, id: Text) -> Option<&T> {
        self.by_id.get(&id).and_then(|row| self.rows.get(*row))
    }

    /// The row of an id, which is made where there is none.
    fn of(&mut self, id: Text, make: impl FnOnce() -> T) -> Option<&mut T> {
        let row = *self.by_id.entry(id).or_insert_with(|| {
            self.rows.push(make());
            self.rows.len() - 1
        });
        self.rows.get_mut(row)
    }

    /// Puts a row in the place of the one with its id; gives that one.
    fn put(&mut self, id: Text, row: T) -> Option<T> {
        if let Some(known) = self.by_id.get(&id).and_then(|at| self.rows.get_mut(*at)) {
            return Some(std::mem::replace(known, row));
        }
        self.by_id.insert(id, self.rows.len());
        self.rows.push(row);
        None
    }
}

/// The rules of a group or the entries of a network ACL, each once.
#[derive(Debug, Default)]
struct Rules {
    rows: Vec<RuleRow>,
    ids: HashMap<Text, usize>,
}

/// What is known of a group.
#[derive(Debug, Default)]
struct GroupFacts {
    id: Text,
    name: Text,
    description: Text,
    tags: Vec<Tag>,
    /// Rules as version 3 tells them.
    rules: Rules,
    /// Rules as older versions tell them, without actions and priorities.
    old: Rules,
    /// Whether a response shows all rules of the group, by version.
    shown: bool,
    old_shown: bool,
    origin: Option<Origin>,
}

/// What is known of a port, by the version that says it.
#[derive(Debug, Default)]
struct PortFacts {
    old: Option<PortRow>,
    three: Option<PortRow>,
}

/// Everything that the vendor's responses have said so far.
#[derive(Debug, Default)]
pub(crate) struct Account {
    responses: u64,
    groups: Table<GroupFacts>,
    ports: Table<PortFacts>,
    servers: Table<ServerRow>,
    networks: Table<NetworkRow>,
    subnets: Table<SubnetRow>,
    tables: Table<TableRow>,
    peerings: Table<PeeringRow>,
    publics: Table<PublicRow>,
    firewalls: Table<FirewallRow>,
    lists: Table<ListRow>,
    nats: Table<NatRow>,
    sources: Vec<SourceRow>,
    forwards: Vec<ForwardRow>,
    balancers: Table<BalancerRow>,
    listeners: Table<ListenerRow>,
    pools: Table<PoolRow>,
    members: Table<MemberRow>,
    old_firewalls: Table<OldFirewallRow>,
    old_policies: Table<OldPolicyRow>,
    old_entries: Table<OldEntryRow>,
    quotas: Quotas,
    /// The groups and directions that listings of rules tell of.
    listed: Listed,
    pages: Vec<PageRow>,
    failures: Vec<FailureRow>,
    unread: Vec<(Origin, String)>,
    conflicts: Vec<Conflict>,
}

/// What listings of rules tell of.
#[derive(Debug, Default)]
struct Listed {
    groups: HashSet<Text>,
    directions: [bool; 2],
}

/// Two documents that say different things.
#[derive(Debug)]
struct Conflict {
    owner: Text,
    /// The part of the owner that it is about; empty where that is the whole.
    part: Text,
    what: &'static str,
    documents: [DocumentIx; 2],
    which: &'static str,
}

const LATER: &str = "the later one is used";

impl Account {
    /// How many responses were recognised.
    pub(crate) fn responses(&self) -> u64 {
        self.responses
    }

    /// Adds a batch and takes its rows; `map` is the text of the estate for each text of the batch.
    pub(crate) fn add(&mut self, batch: &mut Batch, map: &[Text]) {
        let to = |text: Text| map.get(text.index()).copied().unwrap_or_default();
        self.responses += batch.responses;
        for row in taken(&mut batch.groups, &to) {
            self.add_group(row);
        }
        for row in taken(&mut batch.rules, &to) {
            self.add_listed_rule(row);
        }
        for row in taken(&mut batch.ports, &to) {
            self.add_port(row);
        }
        for row in taken(&mut batch.tables, &to) {
            self.add_table(row);
        }
        for row in taken(&mut batch.firewalls, &to) {
            self.add_firewall(row);
        }
        for row in taken(&mut batch.lists, &to) {
            self.add_list(row);
        }
        put_all(&mut self.servers, taken(&mut batch.servers, &to), |row| row.id);
        put_all(&mut self.networks, taken(&mut batch.networks, &to), |row| row.id);
        put_all(&mut self.subnets, taken(&mut batch.subnets, &to), |row| row.id);
        put_all(&mut self.peerings, taken(&mut batch.peerings, &to), |row| row.id);
        put_all(&mut self.publics, taken(&mut batch.publics, &to), |row| row.id);
        put_all(&mut self.nats, taken(&mut batch.nats, &to), |row| row.id);
        put_all(&mut self.balancers, taken(&mut batch.balancers, &to), |row| row.id);
        put_all(&mut self.listeners, taken(&mut batch.listeners, &to), |row| row.id);
        put_all(&mut self.pools, taken(&mut batch.pools, &to), |row| row.id);
        put_all(&mut self.members, taken(&mut batch.members, &to), |row| row.id);
        put_all(&mut self.old_firewalls, taken(&mut batch.old_firewalls, &to), |row| row.id);
        put_all(&mut self.old_policies, taken(&mut batch.old_policies, &to), |row| row.id);
        put_all(&mut self.old_entries, taken(&mut batch.old_entries, &to), |row| row.id);
        self.sources.extend(taken(&mut batch.sources, &to));
        self.forwards.extend(taken(&mut batch.forwards, &to));
        for said in batch.quotas.drain(..) {
            self.add_quotas(said);
        }
        self.pages.extend(taken(&mut batch.pages, &to));
        self.failures.extend(taken(&mut batch.failures, &to));
        self.unread.append(&mut batch.unread);
    }

    fn add_group(&mut self, row: GroupRow) {
        let Some(facts) = self.groups.of(row.id, || GroupFacts { id: row.id, ..GroupFacts::default() })
        else {
            return;
        };
        (facts.name, facts.description) = (row.name, row.description);
        if !row.tags.is_empty() {
            // Only version 3 tells them.
            facts.tags = row.tags;
        }
        facts.origin = facts.origin.or(Some(row.origin));
        let Some(rules) = row.rules else { return };
        let old = row.version == Version::Old;
        facts.shown |= !old;
        facts.old_shown |= old;
        for rule in rules {
            // A rule says by its fields which version it is of, an empty group by its own.
            facts.shown |= rule.version == Version::Three;
            add_rule(facts, rule, &mut self.conflicts);
        }
        facts.origin = Some(row.origin);
    }

    fn add_listed_rule(&mut self, row: RuleRow) {
        if row.version == Version::Three {
            self.listed.groups.insert(row.group);
            let [ingress, egress] = &mut self.listed.directions;
            *(if row.rule.direction == portreeve_model::Direction::Ingress { ingress } else { egress }) =
                true;
        }
        let (id, origin) = (row.group, row.origin);
        if let Some(facts) = self.groups.of(id, || GroupFacts { id, ..GroupFacts::default() }) {
            facts.old_shown |= row.version == Version::Old;
            facts.origin = facts.origin.or(Some(origin));
            add_rule(facts, row, &mut self.conflicts);
        }
    }

    fn add_port(&mut self, row: PortRow) {
        let Some(facts) = self.ports.of(row.id, PortFacts::default) else { return };
        let slot = if row.version == Version::Old { &mut facts.old } else { &mut facts.three };
        if let Some(known) = slot.as_ref().filter(|known| known.groups != row.groups) {
            let documents = [known.origin.document, row.origin.document];
            let what = "the security groups of this port";
            self.conflicts.push(Conflict { owner: row.id, part: Text::EMPTY, what, documents, which: LATER });
        }
        *slot = Some(row);
    }

    /// A listing has no routes; it never hides those that another response shows.
    fn add_table(&mut self, mut row: TableRow) {
        if row.routes.is_none()
            && let Some(known) = self.tables.get(row.id)
        {
            (row.routes, row.trouble) = (known.routes.clone(), known.trouble.clone());
        }
        self.tables.put(row.id, row);
    }

    /// Likewise.
    fn add_firewall(&mut self, mut row: FirewallRow) {
        let known = self.firewalls.get(row.id);
        match (&row.entries, known) {
            (None, Some(known)) => row.entries.clone_from(&known.entries),
            (Some(said), Some(FirewallRow { entries: Some(entries), origin, .. }))
                if !alike(said, entries) =>
            {
                self.conflicts.push(Conflict {
                    owner: row.id,
                    part: Text::EMPTY,
                    what: "the rules of this network ACL",
                    documents: [origin.document, row.origin.document],
                    which: LATER,
                });
            }
            _ => {}
        }
        self.firewalls.put(row.id, row);
    }

    fn add_list(&mut self, row: ListRow) {
        if let Some(known) = self.lists.get(row.id).filter(|known| known.entries != row.entries) {
            self.conflicts.push(Conflict {
                owner: row.id,
                part: Text::EMPTY,
                what: "the entries of this address group",
                documents: [known.origin.document, row.origin.document],
                which: LATER,
            });
        }
        self.lists.put(row.id, row);
    }

    fn add_quotas(&mut self, said: Quotas) {
        let known = self.quotas;
        self.quotas = Quotas {
            rules_per_group: said.rules_per_group.or(known.rules_per_group),
            groups_per_interface: said.groups_per_interface.or(known.groups_per_interface),
            members_per_group: said.members_per_group.or(known.members_per_group),
            groups: said.groups.or(known.groups),
            composite_rules: said.composite_rules.or(known.composite_rules),
            ..known
        };
    }

    /// Adds everything to the estate.
    pub(crate) fn finish(self, estate: &mut Estate) {
        let silent = self.failures.is_empty() && self.unread.is_empty();
        if self.responses == 0 && silent {
            return;
        }
        let mixed = !estate.providers.is_empty();
        if self.responses > 0 {
            estate.providers.push("huawei");
        }
        let mut to = Finish::new(estate);
        let listings = self.cover(&mut to, mixed);
        self.finish_networks(&mut to);
        self.finish_groups(&mut to, &listings);
        self.finish_firewalls(&mut to, &listings);
        self.finish_servers(&mut to, &listings);
        self.finish_nats(&mut to, &listings);
        self.finish_balancers(&mut to, &listings);
        self.tell(&mut to);
    }

    fn tell(&self, to: &mut Finish<'_>) {
        for conflict in &self.conflicts {
            let at = to.at(conflict.owner, conflict.part);
            let [first, second] = conflict.documents.map(|document| to.path(document));
            let files = if first == second {
                "two responses".to_owned()
            } else {
                format!("`{first}` and `{second}`")
            };
            to.gap(at, format!("{files} differ in {}: {}", conflict.what, conflict.which));
        }
        for (origin, what) in &self.unread {
            let at = to.place(*origin);
            to.unread(at, what.clone());
        }
    }
}

/// The rows of a batch, renumbered; those without an id are told elsewhere.
fn taken<T: Renumber>(rows: &mut Vec<T>, to: &impl Fn(Text) -> Text) -> Vec<T> {
    let mut taken = std::mem::take(rows);
    taken.renumber(to);
    taken
}

fn put_all<T>(table: &mut Table<T>, rows: Vec<T>, id: impl Fn(&T) -> Text) {
    for row in rows {
        table.put(id(&row), row);
    }
}

/// Adds a rule once: by its id, or where it has none by what it says.
fn add_rule(facts: &mut GroupFacts, row: RuleRow, conflicts: &mut Vec<Conflict>) {
    let rules = if row.version == Version::Old { &mut facts.old } else { &mut facts.rules };
    let known = if row.rule.id.is_empty() {
        rules.rows.iter().position(|known| same(known, &row))
    } else {
        rules.ids.get(&row.rule.id).copied()
    };
    let Some(known) = known.and_then(|at| rules.rows.get_mut(at)) else {
        rules.ids.insert(row.rule.id, rules.rows.len());
        rules.rows.push(row);
        return;
    };
    if !same(known, &row) {
        conflicts.push(Conflict {
            owner: facts.id,
            part: row.rule.id,
            what: "this rule",
            documents: [known.origin.document, row.origin.document],
            which: LATER,
        });
        *known = row;
    }
}

/// Whether two rules say the same, wherever they say it.
fn same(one: &RuleRow, other: &RuleRow) -> bool {
    one.rule == other.rule && one.trouble == other.trouble
}

fn alike(ones: &[RuleRow], others: &[RuleRow]) -> bool {
    ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| same(one, other))
}
