//! Groups, their rules, and who names whom.

use hashbrown::HashSet;
use portreeve_model::{GapIx, Origin, Reference, Rule, SameGroup, Scope, Text, Texts};

use super::rule::Converter;
use super::{Reader, value};
use crate::alibaba::kind::Kind;
use crate::alibaba::profile::GroupKind;
use crate::alibaba::row::{GroupRow, RulePage, Tagged, Weight};
use crate::alibaba::wire;
use crate::json::{Cursor, Step, Value};

impl Reader<'_> {
    pub(super) fn groups(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let first_row = self.batch.groups.len();
        let head = self.listing(cursor, Kind::Groups, b"SecurityGroups", |reader, cursor| {
            let said = wire::Group::read(cursor)?;
            reader.group(&said);
            Ok(None)
        })?;
        let region = if head.region.is_empty() { &self.request.region } else { &head.region };
        let region = self.texts.intern(region);
        for row in self.batch.groups.iter_mut().skip(first_row) {
            row.region = region;
        }
        Ok(())
    }

    fn group(&mut self, said: &wire::Group<'_>) {
        if said.id.is_empty() {
            return self.remark("a row has no SecurityGroupId and was left out".to_owned(), Weight::Unread);
        }
        let kind = GroupKind::of(&said.kind);
        if kind == GroupKind::Unknown {
            let what = format!("SecurityGroupType `{}` of `{}` is not known", said.kind, said.id);
            self.remark(what, Weight::Gap);
        }
        let row = GroupRow {
            id: self.texts.push(&said.id),
            name: self.batch.names.push(&said.name),
            description: self.texts.intern(&said.description),
            region: Text::EMPTY,
            network: said.network.as_ref().map(|id| self.texts.intern(id)),
            kind,
            managed: said.managed,
            rule_count: said.rule_count,
            origin: self.origin,
        };
        self.tags(row.id, Tagged::Group, &said.tags);
        self.batch.groups.push(row);
    }

    pub(super) fn rules(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let mut head = wire::Head::default();
        let mut page = self.empty_page(self.origin);
        // Rules are many: they are gathered where there is room, and then take no more than they need.
        let mut room = std::mem::take(&mut self.batch.page_rules);
        room.clear();
        let mut told = false;
        cursor.object(|cursor, key| {
            if key != b"Permissions" {
                return head.field(cursor, key);
            }
            told = true;
            cursor.rows(|cursor| {
                let said = wire::Permission::read(cursor)?;
                room.push(self.permission(&said, &mut page));
                Ok(())
            })
        })?;
        #[expect(
            clippy::drain_collect,
            reason = "the room is kept for the next page, the rules get what they need"
        )]
        {
            page.rules = room.drain(..).collect();
        }
        self.batch.page_rules = room;
        let group = if head.group.is_empty() { &self.request.group } else { &head.group };
        if group.is_empty() {
            let rules = page.rules.len();
            self.remark(
                format!("{rules} rules have no SecurityGroupId beside them and were left out"),
                Weight::Unread,
            );
            return Ok(());
        }
        page.group = self.texts.push(group);
        page.distinct = are_distinct(&page.rules, &self.batch.names);
        page.name = self.batch.names.push(&head.group_name);
        page.description = self.texts.intern(&head.description);
        page.region =
            self.texts.intern(if head.region.is_empty() { &self.request.region } else { &head.region });
        page.network = head.network.as_ref().map(|id| self.texts.intern(id));
        page.link = self.link(&head);
        page.same_group = self.same_group(&head);
        if !told {
            let trouble = self.trouble(format!("{} shows no Permissions", Kind::Rules.api()));
            page.open = [Some(trouble); 2];
        }
        self.sides(&mut page);
        self.batch.rules.push(page);
        Ok(())
    }

    fn empty_page(&mut self, origin: Origin) -> RulePage {
        let link = self.link(&wire::Head::default());
        RulePage {
            group: Text::EMPTY,
            name: Text::EMPTY,
            description: Text::EMPTY,
            region: Text::EMPTY,
            network: None,
            same_group: SameGroup::Unknown,
            rules: Vec::new(),
            distinct: false,
            open: [None; 2],
            link,
            asked: self.asked_direction(),
            sides: [false; 2],
            origin,
        }
    }

    fn permission(&mut self, said: &wire::Permission<'_>, page: &mut RulePage) -> Rule {
        let mut converted = Converter::new(self.texts, &mut self.batch.names).permission(said, page.asked);
        if !converted.troubles.is_empty() {
            let trouble = self.trouble(converted.troubles.join("; "));
            converted.rule.gap = Some(GapIx::new(trouble as usize));
            for (page, rule) in page.open.iter_mut().zip(converted.open) {
                *page = page.or(rule.then_some(trouble));
            }
        }
        converted.rule
    }

    fn same_group(&mut self, head: &wire::Head<'_>) -> SameGroup {
        match value::action(&head.inner_access) {
            Some(portreeve_model::Action::Allow) => SameGroup::Allow,
            Some(portreeve_model::Action::Deny) => SameGroup::Rules,
            None => {
                if !head.inner_access.is_empty() {
                    let what = format!(
                        "InnerAccessPolicy `{}` of `{}` is neither Accept nor Drop",
                        head.inner_access, head.group
                    );
                    self.remark(what, Weight::Gap);
                }
                SameGroup::Unknown
            }
        }
    }

    /// Which sides of a classic network the page tells of: a request asks for one, by default the internet side.
    fn sides(&self, page: &mut RulePage) {
        let private = self.request.nic_type.eq_ignore_ascii_case("intranet");
        let [internet, intranet] = &mut page.sides;
        for rule in &page.rules {
            match rule.scope {
                Scope::Private => *intranet = true,
                _ => *internet = true,
            }
        }
        if page.rules.is_empty() {
            (*internet, *intranet) = (!private, private);
        }
    }

    pub(super) fn references(&mut self, cursor: &mut Cursor<'_>) -> Step {
        cursor.object(|cursor, key| {
            if key != b"SecurityGroupReferences" {
                return cursor.skip();
            }
            cursor.rows(|cursor| {
                let said = wire::Referenced::read(cursor)?;
                let group = self.texts.intern(&said.id);
                for by in &said.by {
                    let (by, owner) = (self.texts.intern(&by.id), self.texts.intern(&by.owner));
                    self.batch.references.push(Reference { group, by, owner });
                }
                Ok(())
            })
        })
    }
}

/// How many rules are compared each with each.
const FEW: usize = 24;

/// Whether all rules have ids, no two the same.
fn are_distinct(rules: &[Rule], names: &Texts) -> bool {
    let mut ids = rules.iter().map(|rule| names.get(rule.id));
    if rules.len() > FEW {
        let mut seen = HashSet::with_capacity(rules.len());
        return ids.all(|id| !id.is_empty() && seen.insert(id));
    }
    let mut later = rules.iter();
    ids.all(|id| {
        later.next();
        !id.is_empty() && later.clone().all(|other| names.get(other.id) != id)
    })
}
