//! `DescribePrefixLists` in pages, and `DescribePrefixListAttributes` for each list.

use std::fmt::{self, Write as _};

use crate::error::GenerateError;
use crate::estate::Estate;
use crate::ids::Kind;
use crate::output::{Folder, Responses};
use crate::pages::{Pages, request_number};
use crate::pool;
use crate::rule::{Peer, ipv6_prefix, public_prefix};
use crate::template::Template;

/// Lists to a page: the most that the API gives.
const PAGE: u32 = 100;

/// Writes all prefix lists and says how many bytes they have; `uses` has the groups that name each.
///
/// # Errors
/// If a file cannot be written.
pub fn write(estate: &Estate, folder: &Folder, uses: &[u32]) -> Result<u64, GenerateError> {
    let mut listing = Pages::new(
        folder.responses("DescribePrefixLists"),
        include_str!("../templates/prefix_lists.json"),
        estate.ids,
        Kind::PrefixList,
        PAGE,
        estate.prefix_lists,
    );
    let mut responses = folder.responses("DescribePrefixListAttributes");
    let member = Template::new(include_str!("../templates/prefix_list.json"));
    let attributes = Template::new(include_str!("../templates/prefix_list_entries.json"));
    for number in 0..estate.prefix_lists {
        let uses = uses.get(number as usize).copied().unwrap_or(0);
        let list = List::new(estate, number, uses);
        listing.add(|out| member.render(out, |slot, out| list.write(slot, out)))?;
        write_attributes(&attributes, &list, &mut responses)?;
    }
    Ok(listing.finish()? + responses.finish()?)
}

fn write_attributes(
    template: &Template,
    list: &List<'_>,
    responses: &mut Responses,
) -> Result<(), GenerateError> {
    let mut document = String::new();
    template.render(&mut document, |slot, out| list.write(slot, out))?;
    responses.write(&document)
}

struct List<'a> {
    estate: &'a Estate,
    number: u32,
    uses: u32,
    /// Entries that it may have.
    most: u32,
    entries: Vec<Peer>,
}

impl<'a> List<'a> {
    fn new(estate: &'a Estate, number: u32, uses: u32) -> Self {
        let mut random = estate.ids.random(Kind::PrefixList, number.into());
        let most = random.u32(1..=4) * 10;
        let entry = if Estate::is_ipv6_list(number) { ipv6_prefix } else { public_prefix };
        let mut entries: Vec<Peer> = Vec::new();
        for _ in 0..random.u32(2..=most / 2) {
            let prefix = entry(&mut random);
            if !entries.contains(&prefix) {
                entries.push(prefix);
            }
        }
        Self { estate, number, uses, most, entries }
    }

    fn write(&self, slot: &str, out: &mut String) -> fmt::Result {
        let ids = self.estate.ids;
        match slot {
            "created" => {
                write!(out, "{}", pool::time(ids.number(Kind::PrefixList, self.number.into()), true))
            }
            "description" => Ok(()),
            "family" => out.write_str(if Estate::is_ipv6_list(self.number) { "IPv6" } else { "IPv4" }),
            "items" => self.write_entries(out),
            "list" => write!(out, "{}", self.estate.prefix_list_id(self.number)),
            "most" => write!(out, "{}", self.most),
            "name" => write!(out, "{}", Estate::prefix_list_name(self.number)),
            "request" => {
                // The listing itself counts its pages from 1 upwards; these requests follow far behind.
                let request = request_number(Kind::PrefixList, 1 << 16 | self.number);
                write!(out, "{}", ids.uuid(Kind::Request, request))
            }
            "uses" => write!(out, "{}", self.uses),
            _ => Err(fmt::Error),
        }
    }

    fn write_entries(&self, out: &mut String) -> fmt::Result {
        for (position, entry) in self.entries.iter().enumerate() {
            out.push(if position == 0 { '[' } else { ',' });
            let description = pool::nth(&pool::SITES, position as u64);
            match entry {
                Peer::Ipv4(address, length) => write!(out, r#"{{"Cidr":"{address}/{length}""#)?,
                Peer::Ipv6(address, length) => write!(out, r#"{{"Cidr":"{address}/{length}""#)?,
                Peer::Bare(_) | Peer::Group(_) | Peer::List(_) => return Err(fmt::Error),
            }
            write!(out, r#","Description":"{description}"}}"#)?;
        }
        out.write_str("]")
    }
}
