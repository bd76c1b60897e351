//! VPCs, vSwitches and network ACLs.

use portreeve_model::{Direction, GapIx, Prefix, Rule, Text};

use super::rule::Converter;
use super::{Reader, region_of_zone, value};
use crate::alibaba::kind::Kind;
use crate::alibaba::row::{AclRow, NetworkRow, SubnetRow, Trouble, Weight};
use crate::alibaba::wire;
use crate::json::{Cursor, Step, Value};

impl Reader<'_> {
    pub(super) fn networks(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::Networks, b"Vpcs", |reader, cursor| {
            let said = wire::Vpc::read(cursor)?;
            reader.network(&said);
            Ok(Some(reader.texts.intern(&said.region)))
        })?;
        Ok(())
    }

    fn network(&mut self, said: &wire::Vpc<'_>) {
        if said.id.is_empty() {
            return self.remark("a row has no VpcId and was left out".to_owned(), Weight::Unread);
        }
        let v6 = said.more_blocks_v6.iter().map(|block| &*block.block);
        let more = said.more_blocks.iter().map(|block| &**block);
        let texts = [&*said.block, &*said.block_v6].into_iter().chain(more).chain(v6);
        let (blocks, trouble) = self.blocks(texts);
        let row = NetworkRow {
            id: self.texts.intern(&said.id),
            name: self.texts.intern(&said.name),
            blocks,
            owner: self.texts.intern(&said.owner),
            trouble,
        };
        self.batch.networks.push(row);
    }

    pub(super) fn subnets(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::Subnets, b"VSwitches", |reader, cursor| {
            let said = wire::VSwitch::read(cursor)?;
            reader.subnet(&said);
            Ok(Some(reader.texts.intern(region_of_zone(&said.zone))))
        })?;
        Ok(())
    }

    fn subnet(&mut self, said: &wire::VSwitch<'_>) {
        if said.id.is_empty() {
            return self.remark("a row has no VSwitchId and was left out".to_owned(), Weight::Unread);
        }
        let (blocks, trouble) = self.blocks([&*said.block, &*said.block_v6].into_iter());
        let row = SubnetRow {
            id: self.texts.intern(&said.id),
            name: self.texts.intern(&said.name),
            network: self.texts.intern(&said.network),
            blocks,
            route_table: self.texts.intern(&said.route_table.id),
            acl: said.acl.as_ref().map(|id| self.texts.intern(id)),
            trouble,
        };
        self.batch.subnets.push(row);
    }

    fn blocks<'s>(&mut self, texts: impl Iterator<Item = &'s str>) -> (Vec<Prefix>, Option<Trouble>) {
        let (mut blocks, mut trouble) = (Vec::new(), None);
        for text in texts.filter(|text| !text.is_empty()) {
            match value::prefix(text) {
                Some(block) if blocks.contains(&block) => {}
                Some(block) => blocks.push(block),
                None => trouble = Some(self.trouble(format!("block `{text}` is not a CIDR block"))),
            }
        }
        (blocks, trouble)
    }

    pub(super) fn acls(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::Acls, b"NetworkAcls", |reader, cursor| {
            let said = wire::NetworkAcl::read(cursor)?;
            reader.acl_row(&said);
            Ok(Some(reader.texts.intern(&said.region)))
        })?;
        Ok(())
    }

    pub(super) fn acl(&mut self, cursor: &mut Cursor<'_>) -> Step {
        cursor.object(|cursor, key| {
            if key != b"NetworkAclAttribute" {
                return cursor.skip();
            }
            let said = wire::NetworkAcl::read(cursor)?;
            self.acl_row(&said);
            Ok(())
        })
    }

    fn acl_row(&mut self, said: &wire::NetworkAcl<'_>) {
        if said.id.is_empty() {
            return self.remark("a row has no NetworkAclId and was left out".to_owned(), Weight::Unread);
        }
        let mut open = None;
        let ingress = said.ingress.as_deref().map(|all| self.acl_entries(all, Direction::Ingress, &mut open));
        let egress = said.egress.as_deref().map(|all| self.acl_entries(all, Direction::Egress, &mut open));
        let subnets = said.resources.iter().filter(|one| one.kind.eq_ignore_ascii_case("vswitch"));
        let row = AclRow {
            id: self.texts.intern(&said.id),
            name: self.texts.intern(&said.name),
            entries: [ingress, egress],
            open,
            subnets: subnets.map(|one| self.texts.intern(&one.id)).collect::<Vec<Text>>(),
            origin: self.origin,
        };
        self.batch.acls.push(row);
    }

    fn acl_entries(
        &mut self,
        said: &[wire::AclEntry<'_>],
        direction: Direction,
        open: &mut Option<Trouble>,
    ) -> Vec<Rule> {
        let mut rules = Vec::with_capacity(said.len());
        for entry in said {
            let mut converted = Converter::new(self.texts, &mut self.batch.names).entry(entry, direction);
            if !converted.troubles.is_empty() {
                let trouble = self.trouble(converted.troubles.join("; "));
                converted.rule.gap = Some(GapIx::new(trouble as usize));
                if converted.open.contains(&true) {
                    *open = Some(trouble);
                }
            }
            rules.push(converted.rule);
        }
        rules
    }
}
