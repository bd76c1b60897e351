//! Prefix lists and port lists.

use portreeve_model::{AddressRange, PortRange};
use smallvec::SmallVec;

use super::{Reader, value};
use crate::alibaba::kind::Kind;
use crate::alibaba::row::{ListRow, PortEntries, PrefixEntries, Trouble, Weight};
use crate::alibaba::wire;
use crate::json::{Cursor, Step, Value};

impl Reader<'_> {
    pub(super) fn lists(&mut self, cursor: &mut Cursor<'_>, kind: Kind) -> Step {
        let rows: &[u8] = if kind == Kind::PrefixLists { b"PrefixLists" } else { b"PortRangeLists" };
        self.listing(cursor, kind, rows, |reader, cursor| {
            let (id, name, max_entries) = if kind == Kind::PrefixLists {
                let said = wire::PrefixList::read(cursor)?;
                (said.id, said.name, said.max_entries)
            } else {
                let said = wire::PortRangeList::read(cursor)?;
                (said.id, said.name, said.max_entries)
            };
            if id.is_empty() {
                reader.remark("a list has no id and was left out".to_owned(), Weight::Unread);
            } else {
                let (id, name) = (reader.texts.intern(&id), reader.texts.intern(&name));
                reader.batch.lists.push(ListRow { kind, id, name, max_entries: room(max_entries) });
            }
            Ok(None)
        })?;
        Ok(())
    }

    /// The entries of one list: prefixes where the response or an entry says so, else ports.
    pub(super) fn entries(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let mut head = wire::Head::default();
        let mut entries: SmallVec<[wire::Entry<'_>; 0]> = SmallVec::new();
        cursor.object(|cursor, key| {
            if key == b"Entries" {
                entries = Value::read(cursor)?;
                return Ok(());
            }
            head.field(cursor, key)
        })?;
        let prefixes = !head.prefix_list.is_empty()
            || !head.family.is_empty()
            || !self.request.prefix_list.is_empty()
            || entries.iter().any(|entry| !entry.cidr.is_empty());
        if prefixes {
            self.prefix_entries(&head, &entries);
        } else {
            self.port_entries(&head, &entries);
        }
        Ok(())
    }

    fn prefix_entries(&mut self, head: &wire::Head<'_>, said: &[wire::Entry<'_>]) {
        let id = if head.prefix_list.is_empty() { &self.request.prefix_list } else { &head.prefix_list };
        if id.is_empty() {
            return self.remark(
                "entries of a prefix list do not name their list and were left out".to_owned(),
                Weight::Unread,
            );
        }
        let (mut entries, mut trouble) = (Vec::with_capacity(said.len()), None);
        for entry in said {
            match value::prefix(&entry.cidr) {
                Some(prefix) if fits(&head.family, prefix.address().is_ipv4()) => {
                    entries.push(AddressRange::from(prefix));
                }
                Some(_) => {
                    trouble =
                        Some(self.entry_trouble(&entry.cidr, &format!("is not an {} block", head.family)));
                }
                None => trouble = Some(self.entry_trouble(&entry.cidr, "is not an address or CIDR block")),
            }
        }
        let row = ListRow {
            kind: Kind::PrefixLists,
            id: self.texts.intern(id),
            name: self.texts.intern(&head.prefix_list_name),
            max_entries: room(head.max_entries),
        };
        self.batch.prefixes.push(PrefixEntries { list: row, entries, trouble });
    }

    fn port_entries(&mut self, head: &wire::Head<'_>, said: &[wire::Entry<'_>]) {
        let id = if head.port_list.is_empty() { &self.request.port_list } else { &head.port_list };
        let (mut entries, mut trouble): (Vec<PortRange>, _) = (Vec::with_capacity(said.len()), None);
        for entry in said {
            if let Some(range) = value::range(&entry.ports) {
                entries.push(range);
            } else {
                let what = "is not a range of ports from 1 to 65535 such as `22/22`";
                trouble = Some(self.entry_trouble(&entry.ports, what));
            }
        }
        let row = PortEntries {
            id: self.texts.intern(id),
            name: self.texts.intern(&head.port_list_name),
            max_entries: room(head.max_entries),
            entries,
            trouble,
            origin: self.origin,
        };
        self.batch.ports.push(row);
    }

    fn entry_trouble(&mut self, text: &str, what: &str) -> Trouble {
        self.trouble(format!("entry `{text}` {what}"))
    }
}

fn room(said: Option<u64>) -> Option<u32> {
    said.and_then(|room| u32::try_from(room).ok())
}

/// Whether a block fits the family of its list; a list that says none takes both.
fn fits(family: &str, v4: bool) -> bool {
    family.is_empty() || family.eq_ignore_ascii_case(if v4 { "IPv4" } else { "IPv6" })
}
