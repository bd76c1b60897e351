//! One response at a time: from its JSON to rows.

use std::borrow::Cow;

use hashbrown::HashMap;
use portreeve_model::{Direction, Origin, Reference, Rule, Tag, Tags, Text, Texts};
use smallvec::SmallVec;

use super::kind::Kind;
use super::row::routing::RoutingRows;
use super::row::{
    AclRow, Binding, FailureRow, GroupRow, InstanceRow, InterfaceRow, Link, ListPage, ListRow, NetworkRow,
    PortEntries, PrefixEntries, Remark, RulePage, Sentence, SubnetRow, TagRow, Tagged, Trouble, Weight,
};
use super::wire;
use crate::json::{Broken, Cursor, Step, Value};

mod balancer;
mod list;
mod network;
mod routing;
mod rule;
mod security;
mod server;
mod value;

pub(super) use rule::{said_rule, translate};

/// What the responses of one stretch of text say, apart from their texts.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(super) groups: Vec<GroupRow>,
    pub(super) rules: Vec<RulePage>,
    pub(super) references: Vec<Reference>,
    pub(super) instances: Vec<InstanceRow>,
    pub(super) interfaces: Vec<InterfaceRow>,
    pub(super) group_lists: Vec<Box<[Text]>>,
    pub(super) bindings: Vec<Binding>,
    pub(super) tags: Vec<TagRow>,
    /// The lists of tags that these rows have.
    pub(super) tag_lists: Tags,
    pub(super) networks: Vec<NetworkRow>,
    pub(super) subnets: Vec<SubnetRow>,
    pub(super) acls: Vec<AclRow>,
    pub(super) routing: RoutingRows,
    pub(super) lists: Vec<ListRow>,
    pub(super) prefixes: Vec<PrefixEntries>,
    pub(super) ports: Vec<PortEntries>,
    pub(super) pages: Vec<ListPage>,
    pub(super) failures: Vec<FailureRow>,
    pub(super) remarks: Vec<Remark>,
    pub(super) owners: Vec<Text>,
    /// What could not be read; rows and rules refer to it by number.
    pub(super) troubles: Vec<Sentence>,
    /// How many responses were recognised.
    pub(super) responses: u64,
    /// Names that nobody looks up: of servers' groups and of rules.
    pub(super) names: Texts,
    list_numbers: HashMap<Box<[Text]>, u32>,
    /// The rules of the page at hand; kept to reuse its memory.
    page_rules: Vec<Rule>,
}

/// One response being read.
pub(super) struct Reader<'b> {
    batch: &'b mut Batch,
    texts: &'b mut Texts,
    request: &'b wire::Request<'b>,
    origin: Origin,
}

impl Batch {
    /// Reads one response; the cursor stands before it.
    pub(crate) fn read(
        &mut self,
        texts: &mut Texts,
        cursor: &mut Cursor<'_>,
        kind: Kind,
        request: Option<&wire::Request<'_>>,
        origin: Origin,
    ) -> Step {
        let none = wire::Request::default();
        let request = request.unwrap_or(&none);
        let before = self.mark();
        let mut reader = Reader { batch: self, texts, request, origin };
        if reader.response(cursor, kind).is_err() {
            self.reset(&before);
            return Err(Broken);
        }
        if let Some(odd) = cursor.take_odd() {
            let api = reader.api(kind);
            let what =
                format!("{api} has something else where {} is expected, which was skipped", odd.expected);
            reader.remark(what, Weight::Unread);
        }
        self.responses += u64::from(kind.tells());
        Ok(())
    }

    /// Remembers that a response of this kind could not be read.
    pub(crate) fn lose(&mut self, texts: &mut Texts, kind: Kind, origin: Origin, why: &str) {
        self.failures.push(FailureRow {
            code: Text::EMPTY,
            message: texts.intern(why),
            api: texts.intern(kind.api()),
            group: Text::EMPTY,
            origin,
        });
    }

    /// The number of an ordered list of groups.
    fn group_list(&mut self, list: &[Text]) -> u32 {
        if let Some(&number) = self.list_numbers.get(list) {
            return number;
        }
        let number = u32::try_from(self.group_lists.len()).unwrap_or(u32::MAX);
        self.group_lists.push(list.into());
        self.list_numbers.insert(list.into(), number);
        number
    }
}

macro_rules! undo {
    ($($table:ident),* $(,)?) => {
        /// How many rows each table has.
        #[derive(Debug, Default)]
        struct Mark { $($table: usize,)* routing: [usize; 13] }

        impl Batch {
            /// Where the tables stand now.
            fn mark(&self) -> Mark {
                Mark { $($table: self.$table.len(),)* routing: self.routing.lengths() }
            }

            /// Forgets the rows since then: those of a response that broke off are read again, or lost as a whole.
            fn reset(&mut self, to: &Mark) {
                $(self.$table.truncate(to.$table);)*
                self.routing.truncate(to.routing);
            }
        }
    };
}

impl Batch {
    /// Forgets everything and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.reset(&Mark::default());
        self.group_lists.clear();
        self.list_numbers.clear();
        self.tag_lists = Tags::default();
        self.names.clear();
        self.responses = 0;
    }
}

undo!(
    groups, rules, references, instances, interfaces, bindings, tags, networks, subnets, acls, lists,
    prefixes, ports, pages, failures, remarks, owners, troubles,
);

impl Reader<'_> {
    /// Notes the tags of an object.
    fn tags(&mut self, id: Text, of: Tagged, said: &[wire::Tag<'_>]) {
        if said.is_empty() {
            return;
        }
        let each = said
            .iter()
            .map(|tag| Tag { key: self.texts.intern(&tag.key), value: self.texts.intern(&tag.value) });
        let tags: SmallVec<[Tag; 8]> = each.collect();
        let list = self.batch.tag_lists.list(&tags);
        self.batch.tags.push(TagRow { id, of, list });
    }

    fn response(&mut self, cursor: &mut Cursor<'_>, kind: Kind) -> Step {
        match kind {
            Kind::Groups => self.groups(cursor),
            Kind::Rules => self.rules(cursor),
            Kind::References => self.references(cursor),
            Kind::Instances => self.instances(cursor),
            Kind::Interfaces => self.interfaces(cursor),
            Kind::Networks => self.networks(cursor),
            Kind::Subnets => self.subnets(cursor),
            Kind::Acls => self.acls(cursor),
            Kind::Acl => self.acl(cursor),
            Kind::PrefixLists | Kind::PortLists => self.lists(cursor, kind),
            Kind::Entries => self.entries(cursor),
            Kind::Eips => self.eips(cursor),
            Kind::RouteTables => self.route_tables(cursor, b"RouterTableList"),
            Kind::RouteTablesOld => self.route_tables(cursor, b"RouteTables"),
            Kind::Routes => self.routes(cursor),
            Kind::Peerings => self.peerings(cursor),
            Kind::Peering => self.peering(cursor),
            Kind::Nats => self.nats(cursor),
            Kind::Forwards => self.forwards(cursor),
            Kind::Sources => self.sources(cursor),
            Kind::Balancers => self.balancers(cursor),
            Kind::BalancerListeners | Kind::NetworkListeners => self.balancer_listeners(cursor),
            Kind::BalancerServers => self.balancer_servers(cursor),
            Kind::NetworkBalancers => self.network_balancers(cursor),
            Kind::ServerGroups => self.server_groups(cursor),
            Kind::GroupServers => self.group_servers(cursor),
            Kind::Attachments => self.attachments(cursor),
            Kind::ChildInstances => self.child_instances(cursor),
            Kind::Failure => self.failure(cursor),
            Kind::Nothing => cursor.skip(),
            Kind::Written => {
                self.remark("answer to a change: it says nothing of the account".to_owned(), Weight::Warning);
                cursor.skip()
            }
            Kind::CheckResult => {
                self.remark(
                    "result of the vendor's own check, not a source: it is not read".to_owned(),
                    Weight::Warning,
                );
                cursor.skip()
            }
        }
    }

    /// Reads an object whose rows stand under `rows`, giving each row's cursor and at the end what stands beside them.
    fn listing<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
        kind: Kind,
        rows: &[u8],
        mut each: impl FnMut(&mut Self, &mut Cursor<'a>) -> Step<Option<Text>>,
    ) -> Step<wire::Head<'a>> {
        let mut head = wire::Head::default();
        let (mut count, mut region) = (0, Text::EMPTY);
        cursor.object(|cursor, key| {
            if key != rows {
                return head.field(cursor, key);
            }
            cursor.rows(|cursor| {
                count += 1;
                let said = each(self, cursor)?;
                if region.is_empty() {
                    region = said.unwrap_or_default();
                }
                Ok(())
            })
        })?;
        self.page(kind, &head, region, count);
        Ok(head)
    }

    fn page(&mut self, kind: Kind, head: &wire::Head<'_>, region: Text, rows: u64) {
        let region = [&head.region, &self.request.region]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or(region, |text| self.texts.intern(text));
        let link = self.link(head);
        let request = self.texts.intern(&head.request_id);
        self.batch.pages.push(ListPage {
            kind,
            region,
            link,
            number: head.page_number,
            size: head.page_size,
            total: head.total_count,
            rows,
            request,
            origin: self.origin,
        });
    }

    fn link(&mut self, head: &wire::Head<'_>) -> Link {
        Link {
            next: self.texts.intern(&head.next_token),
            asked: self.texts.intern(&self.request.next_token),
            wrapped: !self.request.action.is_empty(),
        }
    }

    fn failure(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let said = wire::Failure::read(cursor)?;
        let code = if said.code.is_empty() { &said.small_code } else { &said.code };
        let message = if said.message.is_empty() { &said.small_message } else { &said.message };
        let denied = said.denied.action.rsplit(':').next().unwrap_or_default();
        let api = [&*self.request.action, denied, api_in(message)].into_iter().find(|api| !api.is_empty());
        let row = FailureRow {
            code: self.texts.intern(code),
            message: self.texts.intern(message),
            api: self.texts.intern(api.unwrap_or_default()),
            group: self.texts.intern(&self.request.group),
            origin: self.origin,
        };
        self.batch.failures.push(row);
        Ok(())
    }

    fn trouble(&mut self, what: String) -> Trouble {
        let troubles = &mut self.batch.troubles;
        troubles.push(Sentence { what, document: self.origin.document });
        u32::try_from(troubles.len() - 1).unwrap_or(u32::MAX)
    }

    fn remark(&mut self, what: String, weight: Weight) {
        self.batch.remarks.push(Remark { origin: self.origin, what, weight });
    }

    fn api(&self, kind: Kind) -> String {
        [&*self.request.action, kind.api(), "the response"]
            .into_iter()
            .find(|api| !api.is_empty())
            .unwrap_or_default()
            .to_owned()
    }

    fn asked_direction(&self) -> Option<Direction> {
        value::direction(&self.request.direction)
    }
}

/// The first API that a message names.
fn api_in(message: &str) -> &str {
    message
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.starts_with("Describe") && word.len() > "Describe".len())
        .unwrap_or_default()
}

/// The first text that says something.
fn first<'s>(texts: &[&'s Cow<'_, str>]) -> &'s str {
    texts.iter().map(|text| &***text).find(|text| !text.is_empty()).unwrap_or_default()
}

/// The region of a zone: `cn-hangzhou-h` lies in `cn-hangzhou`, `ap-southeast-1a` in `ap-southeast-1`.
fn region_of_zone(zone: &str) -> &str {
    let region = zone.strip_suffix(|c: char| c.is_ascii_alphabetic()).unwrap_or(zone);
    region.strip_suffix('-').unwrap_or(region)
}
