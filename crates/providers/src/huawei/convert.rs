//! One response at a time: from its JSON to rows.

use portreeve_model::{Origin, Quotas, Tag, Text, Texts};

use super::kind::Kind;
use super::row::{
    BalancerRow, FailureRow, FirewallRow, ForwardRow, GroupRow, ListRow, ListenerRow, MemberRow, NatRow,
    NetworkRow, OldEntryRow, OldFirewallRow, OldPolicyRow, PageRow, PeeringRow, PoolRow, PortRow, PublicRow,
    RuleRow, ServerRow, SourceRow, SubnetRow, TableRow, Version,
};
use super::wire;
use crate::json::{Cursor, Step, Value};

mod gateway;
mod network;
mod page;
mod rule;
mod server;
mod value;

pub(super) use rule::said_rule;

/// What the responses of one stretch of text say, apart from their texts.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(super) groups: Vec<GroupRow>,
    pub(super) rules: Vec<RuleRow>,
    pub(super) ports: Vec<PortRow>,
    pub(super) servers: Vec<ServerRow>,
    pub(super) networks: Vec<NetworkRow>,
    pub(super) subnets: Vec<SubnetRow>,
    pub(super) tables: Vec<TableRow>,
    pub(super) peerings: Vec<PeeringRow>,
    pub(super) publics: Vec<PublicRow>,
    pub(super) firewalls: Vec<FirewallRow>,
    pub(super) lists: Vec<ListRow>,
    pub(super) nats: Vec<NatRow>,
    pub(super) sources: Vec<SourceRow>,
    pub(super) forwards: Vec<ForwardRow>,
    pub(super) balancers: Vec<BalancerRow>,
    pub(super) listeners: Vec<ListenerRow>,
    pub(super) pools: Vec<PoolRow>,
    pub(super) members: Vec<MemberRow>,
    pub(super) old_firewalls: Vec<OldFirewallRow>,
    pub(super) old_policies: Vec<OldPolicyRow>,
    pub(super) old_entries: Vec<OldEntryRow>,
    pub(super) quotas: Vec<Quotas>,
    pub(super) pages: Vec<PageRow>,
    pub(super) failures: Vec<FailureRow>,
    /// What hides nobody knows what.
    pub(super) unread: Vec<(Origin, String)>,
    /// How many responses were recognised.
    pub(super) responses: u64,
}

/// One response being read.
struct Reader<'b> {
    batch: &'b mut Batch,
    texts: &'b mut Texts,
    origin: Origin,
}

impl Batch {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Reads one response; the cursor stands before it. Gives why it is none of this vendor's after all. `asked` is the
    /// call that it answers and the marker that the call named, where the request is known.
    pub(crate) fn read(
        &mut self,
        texts: &mut Texts,
        cursor: &mut Cursor<'_>,
        kind: Kind,
        asked: Option<(&str, &str)>,
        origin: Origin,
    ) -> Step<Option<&'static str>> {
        let said = wire::Response::read(cursor)?;
        let odd = cursor.take_odd();
        if page::is_foreign(&said) {
            return Ok(Some("OpenStack"));
        }
        let mut reader = Reader { batch: self, texts, origin };
        if let Some(odd) = odd {
            let what = format!(
                "a response about {} has something else where {} is expected, which was skipped",
                kind.objects(),
                odd.expected
            );
            reader.batch.unread.push((origin, what));
        }
        reader.response(&said, kind, asked);
        self.responses += u64::from(kind != Kind::Nothing);
        Ok(None)
    }

    /// Remembers that a response of this kind could not be read.
    pub(crate) fn lose(&mut self, texts: &mut Texts, kind: Kind, origin: Origin, why: &str) {
        self.failures.push(FailureRow {
            code: Text::EMPTY,
            message: texts.intern(why),
            api: Text::EMPTY,
            kind: Some(kind),
            origin,
        });
    }
}

impl Reader<'_> {
    fn response(&mut self, said: &wire::Response<'_>, kind: Kind, asked: Option<(&str, &str)>) {
        match kind {
            Kind::Groups => self.all(kind, &said.groups, &said.group, Self::group),
            Kind::Rules => self.all(kind, &said.rules, &said.rule, Self::lone_rule),
            Kind::Ports => self.all(kind, &said.ports, &said.port, Self::port),
            Kind::Servers => self.all(kind, &said.servers, &said.server, Self::server),
            Kind::Networks => self.all(kind, &said.networks, &said.network, Self::network),
            Kind::Subnets => {
                self.all(kind, &said.subnets, &said.subnet, Self::subnet);
                self.all(kind, &said.virsubnets, &said.virsubnet, Self::subnet);
            }
            Kind::RouteTables => self.all(kind, &said.tables, &said.table, Self::table),
            Kind::Peerings => self.all(kind, &said.peerings, &said.peering, Self::peering),
            Kind::PublicAddresses => self.all(kind, &said.publics, &said.public, Self::public),
            Kind::Firewalls => self.all(kind, &said.firewalls, &said.firewall, Self::firewall),
            Kind::AddressGroups => self.all(kind, &said.lists, &said.list, Self::list),
            Kind::Quotas => self.batch.quotas.extend([page::quotas(&said.quotas), page::quota(&said.quota)]),
            Kind::Failure => self.failure(said, asked.map_or("", |(api, _)| api)),
            Kind::Nothing => {}
            other => self.gateways(said, other),
        }
        self.page(said, kind, asked.map(|(_, marker)| marker));
    }

    /// Reads the rows of a listing, or the one object that was asked for.
    fn all<T: Default + PartialEq>(
        &mut self,
        kind: Kind,
        rows: &[T],
        one: &T,
        read: impl Fn(&mut Self, &T) -> bool,
    ) {
        let shown = (*one != T::default()).then_some(one);
        for row in rows.iter().chain(shown) {
            if !read(self, row) {
                let what = format!("one of the {} has no id or address, and was skipped", kind.objects());
                self.batch.unread.push((self.origin, what));
            }
        }
    }

    fn group(&mut self, said: &wire::Group<'_>) -> bool {
        if said.id.is_empty() {
            return false;
        }
        let row = GroupRow {
            id: self.text(&said.id),
            name: self.text(&said.name),
            description: self.text(&said.description),
            rules: said.rules.as_ref().map(|rules| {
                rules.iter().map(|one| rule::of_group(self.texts, one, &said.id, self.origin)).collect()
            }),
            tags: said.tags.iter().map(|tag| self.tag(tag)).collect(),
            version: if said.created.is_empty() { Version::Old } else { Version::Three },
            origin: self.origin,
        };
        self.batch.groups.push(row);
        true
    }

    fn lone_rule(&mut self, said: &wire::Rule<'_>) -> bool {
        if said.group.is_empty() {
            return false;
        }
        let row = rule::of_group(self.texts, said, "", self.origin);
        self.batch.rules.push(row);
        true
    }

    fn tag(&mut self, said: &wire::Tag<'_>) -> Tag {
        Tag { key: self.text(&said.key), value: self.text(&said.value) }
    }

    fn text(&mut self, text: &str) -> Text {
        self.texts.intern(text)
    }

    /// The first of two fields, by which versions say the same, that is not empty.
    fn either(&mut self, first: &str, second: &str) -> Text {
        let said = if first.is_empty() { second } else { first };
        self.texts.intern(said)
    }
}
