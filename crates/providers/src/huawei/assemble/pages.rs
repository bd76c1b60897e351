//! Whether all pages of a listing are there, and what failed.

use std::collections::BTreeMap;

use hashbrown::HashSet;
use portreeve_model::{Coverage, Listing, Text};

use super::{Account, Finish};
use crate::huawei::kind::Kind;
use crate::huawei::row::{FailureRow, PageRow, Version};

/// Which listings are whole.
pub(super) struct Listings(BTreeMap<Kind, Listing>);

impl Listings {
    pub(super) fn of(&self, kind: Kind) -> Listing {
        self.0.get(&kind).copied().unwrap_or_default()
    }

    /// Network ACLs are those of version 3 where they are listed, else those of version 2.0.
    pub(super) fn acls(&self) -> Listing {
        match self.of(Kind::Firewalls) {
            Listing::Absent => self.of(Kind::OldFirewalls),
            listing => listing,
        }
    }

    pub(super) fn is_whole(&self, kind: Kind) -> bool {
        self.of(kind) == Listing::Complete
    }
}

impl Account {
    /// Decides which listings are whole, and tells what is missing of the others. `mixed`: another vendor's documents
    /// have already said what they cover.
    pub(super) fn cover(&self, to: &mut Finish<'_>, mixed: bool) -> Listings {
        let mut chains: BTreeMap<(Kind, Text, Version), Vec<&PageRow>> = BTreeMap::new();
        for page in &self.pages {
            chains.entry((page.kind, page.project, page.version)).or_default().push(page);
        }
        let mut seen = BTreeMap::new();
        for ((kind, ..), pages) in chains {
            let listing = seen.entry(kind).or_insert(Listing::Complete);
            if let Some(what) = missing(&pages, kind) {
                let at = pages.first().map(|page| to.place(page.origin)).unwrap_or_default();
                let what = format!("{what}: run {} for all pages", kind.command());
                *listing = Listing::Partial(to.gap(at, what));
            }
        }
        self.cover_unlisted(to, &mut seen);
        for failure in &self.failures {
            let gap = tell_failure(to, failure);
            if let Some(kind) = failure.kind {
                seen.insert(kind, Listing::Partial(gap));
            }
        }
        let listings = Listings(seen);
        write(to, &listings, mixed);
        listings
    }

    /// Objects that were shown one by one, without a listing, may not be all.
    fn cover_unlisted(&self, to: &mut Finish<'_>, seen: &mut BTreeMap<Kind, Listing>) {
        let shown = [
            (Kind::Firewalls, !self.firewalls.rows.is_empty()),
            (Kind::RouteTables, !self.tables.rows.is_empty()),
            (Kind::Ports, !self.ports.rows.is_empty()),
        ];
        for (kind, shown) in shown {
            if shown && !seen.contains_key(&kind) {
                let what = format!(
                    "some {} are in the input, but no listing of all: run {}",
                    kind.objects(),
                    kind.command()
                );
                seen.insert(kind, Listing::Partial(to.gap(kind.objects(), what)));
            }
        }
    }
}

/// What is missing of the pages of one listing; nothing when all are there. A listing that counts ends when all are
/// seen, another with a page that names no next one.
fn missing(pages: &[&PageRow], kind: Kind) -> Option<String> {
    if pages.iter().any(|page| page.lost) {
        return Some(format!("a page has fewer {} than it says", kind.objects()));
    }
    if let Some(total) = pages.iter().filter_map(|page| page.total).max() {
        let ids: HashSet<Text> = pages.iter().flat_map(|page| &page.ids).copied().collect();
        let seen = ids.len() as u64;
        return (seen < total).then(|| format!("{seen} of {total} {} are in the input", kind.objects()));
    }
    // Where the requests are known, every page that one names as the next has to be there, and the one before it.
    if pages.iter().all(|page| page.wrapped) {
        let asked: HashSet<Text> = pages.iter().map(|page| page.asked).collect();
        let named: HashSet<Text> = pages.iter().map(|page| page.marker).chain([Text::EMPTY]).collect();
        let followed =
            pages.iter().all(|page| !page.next || page.marker.is_empty() || asked.contains(&page.marker));
        let whole = followed && asked.is_subset(&named) && asked.contains(&Text::EMPTY);
        if !whole {
            return Some(format!("a page of {} is not in the input", kind.objects()));
        }
    }
    let open = pages.iter().all(|page| page.next);
    open.then(|| format!("further {} are not in the input, which has no last page of them", kind.objects()))
}

fn tell_failure(to: &mut Finish<'_>, failure: &FailureRow) -> portreeve_model::GapIx {
    let at = to.place(failure.origin);
    let (code, message) = (to.name(failure.code), to.name(failure.message));
    let api = to.name(failure.api);
    let lost =
        failure.kind.map(|kind| format!("a response about {} could not be read: {message}", kind.objects()));
    let what = match (api.as_str(), code.as_str()) {
        _ if lost.is_some() => lost.unwrap_or_default(),
        ("", "") => format!("a call failed ({message}): what it would have told is not in the input"),
        ("", code) => format!(
            "a call of {} failed with `{code}` ({message}): what it would have told is not in the input",
            service(code)
        ),
        (api, code) => format!("{api} failed with `{code}` ({message}): run it again"),
    };
    to.unread(at, what)
}

/// Whose error a code is.
fn service(code: &str) -> String {
    match code.split_once('.') {
        Some(("APIGW", _)) => "the API gateway".to_owned(),
        Some((service, _)) => format!("the {service} API"),
        None => "the API".to_owned(),
    }
}

/// Writes down what is covered; beside another vendor, what only one of both tells is covered in part.
fn write(to: &mut Finish<'_>, listings: &Listings, mixed: bool) {
    let other = to.estate.coverage;
    let mut own = Coverage {
        groups: listings.of(Kind::Groups),
        instances: listings.of(Kind::Servers),
        interfaces: listings.of(Kind::Ports),
        networks: listings.of(Kind::Networks),
        subnets: listings.of(Kind::Subnets),
        acls: listings.acls(),
        public_addresses: listings.of(Kind::PublicAddresses),
        route_tables: listings.of(Kind::RouteTables),
        peerings: listings.of(Kind::Peerings),
        nats: listings.of(Kind::Nats),
        balancers: listings.of(Kind::Balancers),
    };
    if mixed {
        for (own, other, what) in [
            (&mut own.groups, other.groups, "security groups"),
            (&mut own.instances, other.instances, "servers"),
            (&mut own.interfaces, other.interfaces, "network interfaces"),
            (&mut own.networks, other.networks, "VPCs"),
            (&mut own.subnets, other.subnets, "subnets"),
            (&mut own.acls, other.acls, "network ACLs"),
            (&mut own.public_addresses, other.public_addresses, "public addresses"),
            (&mut own.route_tables, other.route_tables, "route tables"),
            (&mut own.peerings, other.peerings, "VPC peerings"),
            (&mut own.nats, other.nats, "NAT gateways"),
            (&mut own.balancers, other.balancers, "load balancers"),
        ] {
            *own = both(to, *own, other, what);
        }
    }
    to.estate.coverage = own;
}

fn both(to: &mut Finish<'_>, own: Listing, other: Listing, what: &str) -> Listing {
    match (own, other) {
        (Listing::Absent, Listing::Absent) => Listing::Absent,
        (Listing::Partial(gap), _) | (_, Listing::Partial(gap)) => Listing::Partial(gap),
        (Listing::Complete, Listing::Complete) => Listing::Complete,
        (Listing::Absent, Listing::Complete) => {
            Listing::Partial(to.gap("huawei", format!("{what} of Huawei Cloud are not in the input")))
        }
        (Listing::Complete, Listing::Absent) => {
            let others = to.estate.providers.iter().filter(|name| **name != "huawei");
            let others: Vec<&str> = others.copied().collect();
            let names = others.join(", ");
            Listing::Partial(to.gap(names.clone(), format!("{what} of {names} are not in the input")))
        }
    }
}
