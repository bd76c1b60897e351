//! Whether all pages of a listing are there.

use std::collections::BTreeMap;

use hashbrown::HashSet;
use portreeve_model::{Estate, Listing, Origin, Text};

use super::{Account, mark_unread, place};
use crate::alibaba::kind::Kind;
use crate::alibaba::row::{FailureRow, Link, ListPage};

/// Whether some page names a next one that is not there. The requests of all pages must be known.
pub(super) fn unfollowed(links: &[Link]) -> bool {
    let named: HashSet<Text> = links.iter().map(|link| link.next).filter(|token| !token.is_empty()).collect();
    let asked: HashSet<Text> =
        links.iter().map(|link| link.asked).filter(|token| !token.is_empty()).collect();
    // A page that was asked for by a token that no page names comes from a listing whose start is missing.
    named != asked
}

impl Account {
    /// Decides which listings are whole, and tells what is missing of the others.
    pub(super) fn cover(&mut self, estate: &mut Estate) {
        let mut listings: BTreeMap<(Kind, Text), Vec<ListPage>> = BTreeMap::new();
        for page in std::mem::take(&mut self.pages) {
            listings.entry((page.kind, page.region)).or_default().push(page);
        }
        let mut seen: BTreeMap<Kind, Listing> = BTreeMap::new();
        for ((kind, region), pages) in listings {
            let state = seen.entry(kind).or_insert(Listing::Complete);
            if let Some(what) = missing(&pages) {
                let what = format!("{what}: {}", advice(estate, kind, region, &pages));
                *state = Listing::Partial(self.gap(estate, kind.api(), what));
            }
        }
        self.cover_failures(estate, &mut seen);
        for (kind, listing) in &seen {
            if let Listing::Partial(gap) = listing {
                self.routing.open.insert(*kind, *gap);
            }
        }
        let of = |kind| seen.get(&kind).copied().unwrap_or_default();
        let coverage = &mut estate.coverage;
        for (known, kind) in [
            (&mut coverage.groups, Kind::Groups),
            (&mut coverage.instances, Kind::Instances),
            (&mut coverage.interfaces, Kind::Interfaces),
            (&mut coverage.networks, Kind::Networks),
            (&mut coverage.subnets, Kind::Subnets),
            (&mut coverage.acls, Kind::Acls),
            (&mut coverage.public_addresses, Kind::Eips),
            (&mut coverage.route_tables, Kind::RouteTables),
            (&mut coverage.peerings, Kind::Peerings),
            (&mut coverage.nats, Kind::Nats),
            (&mut coverage.balancers, Kind::Balancers),
        ] {
            *known = both(*known, of(kind));
        }
        coverage.balancers = both(coverage.balancers, of(Kind::NetworkBalancers));
    }

    /// An error in place of a page leaves its listing open.
    fn cover_failures(&mut self, estate: &mut Estate, seen: &mut BTreeMap<Kind, Listing>) {
        for failure in std::mem::take(&mut self.failures) {
            let api = estate.text(failure.api).to_owned();
            let at = if failure.group.is_empty() {
                place(estate, failure.origin)
            } else {
                estate.text(failure.group).to_owned()
            };
            let gap = self.gap(estate, at, what_failed(estate, &failure));
            let kind = Kind::of_api(&api);
            if let Some(kind) = kind {
                seen.insert(kind.part_of(), Listing::Partial(gap));
            }
            let known_group = api == Kind::Rules.api() && self.group_failed(failure.group, failure.code);
            // No group is judged by the ways between networks.
            if !known_group && !kind.is_some_and(Kind::is_routing) {
                mark_unread(estate, gap);
            }
        }
    }
}

fn what_failed(estate: &Estate, failure: &FailureRow) -> String {
    let api = estate.text(failure.api);
    let message = estate.text(failure.message);
    let api_or = |other| if api.is_empty() { other } else { api };
    match estate.text(failure.code) {
        "" => format!("{} could not be read: {message}", api_or("a response")),
        code if api.is_empty() => {
            format!("a call failed with `{code}` ({message}): what it would have told is not in the input")
        }
        code => format!("{api} failed with `{code}` ({message}): run it again"),
    }
}

/// The coverage by two vendors, or by two kinds of documents.
fn both(a: Listing, b: Listing) -> Listing {
    match (a, b) {
        (Listing::Absent, other) | (other, Listing::Absent) => other,
        (Listing::Partial(gap), _) | (_, Listing::Partial(gap)) => Listing::Partial(gap),
        (Listing::Complete, Listing::Complete) => Listing::Complete,
    }
}

/// What is missing of the pages of one kind and region; nothing when all are there.
///
/// Pages that count (`TotalCount`) belong together when they count the same; pages that only name the next one
/// (`NextToken`) end with a page that names none.
pub(super) fn missing(pages: &[ListPage]) -> Option<String> {
    let counts = |page: &&ListPage| page.total.unwrap_or(0) > 0 && page.link.asked.is_empty();
    let (counted, linked): (Vec<&ListPage>, Vec<&ListPage>) = pages.iter().partition(counts);
    let mut chains: BTreeMap<(u64, Option<u64>), BTreeMap<PageKey, u64>> = BTreeMap::new();
    for page in counted {
        let chain = chains.entry((page.total.unwrap_or(0), page.size)).or_default();
        let rows = chain.entry(PageKey::of(page)).or_default();
        *rows = page.rows.max(*rows);
    }
    for ((total, _), pages) in &chains {
        let rows: u64 = pages.values().sum();
        if rows < *total {
            return Some(format!("{rows} of {total} are in the input"));
        }
    }
    let links: Vec<Link> = linked.iter().map(|page| page.link).collect();
    let open = if links.iter().all(|link| link.wrapped) {
        unfollowed(&links)
    } else {
        !links.iter().any(|link| link.next.is_empty())
    };
    (open && !links.is_empty()).then(|| "the page after a NextToken is not in the input".to_owned())
}

/// What tells one page of a listing from another, so that a file given twice counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PageKey {
    Number(u64),
    Request(Text),
    Place(Origin),
}

impl PageKey {
    fn of(page: &ListPage) -> Self {
        match page.number {
            Some(number) if page.link.next.is_empty() => Self::Number(number),
            _ if page.request.is_empty() => Self::Place(page.origin),
            _ => Self::Request(page.request),
        }
    }
}

fn advice(estate: &Estate, kind: Kind, region: Text, pages: &[ListPage]) -> String {
    let region = match estate.text(region) {
        "" => String::new(),
        region => format!(" --RegionId {region}"),
    };
    let files = pages.first().map(|page| place(estate, page.origin)).unwrap_or_default();
    format!("run `aliyun {} {}{region}` for all pages (see {files})", kind.product(), kind.api())
}
