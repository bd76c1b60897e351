//! Which findings the text shows in full, and which it only names under others.

use std::collections::{BTreeMap, HashMap};

use portreeve_checks::{Certainty, Finding, ItemIx, Traffic};
use portreeve_model::{Direction, GapIx, GroupIx};
use portreeve_netset::AddressSet;

use crate::Report;
use crate::report::Entry;

/// Possible findings of one group for one reason that are still shown one by one.
const FEW: usize = 3;

/// What the text does with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is shown.
    Shown,
    /// Another line names its item.
    Folded,
    /// A waiver or the baseline has it.
    Settled,
}

/// A group of which so little is known that many items have no firm answer, all for the same reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclear<'a> {
    pub(super) group: GroupIx,
    pub(super) gaps: &'a [GapIx],
    pub(super) items: Vec<ItemIx>,
}

/// The decisions for all findings.
#[derive(Debug, Default)]
pub(super) struct Folds<'a> {
    fates: Vec<Fate>,
    by_item: Vec<usize>,
    also: HashMap<usize, Vec<ItemIx>>,
    pub(super) unclear: Vec<Unclear<'a>>,
}

impl<'a> Folds<'a> {
    pub(super) fn of(report: Report<'a>) -> Self {
        let settled = |entry: Entry<'_>| if entry.status.counts() { Fate::Shown } else { Fate::Settled };
        let mut folds = Self {
            fates: report.entries().map(settled).collect(),
            by_item: vec![0; report.outcome.items.len()],
            ..Self::default()
        };
        folds.fold_under_all_ports(report);
        folds.fold_unclear_groups(report);
        folds
    }

    /// What to do with the finding at a position.
    pub(super) fn fate(&self, at: usize) -> Fate {
        self.fates.get(at).copied().unwrap_or(Fate::Shown)
    }

    /// How many findings of an item other lines name.
    pub(super) fn folded(&self, item: ItemIx) -> usize {
        self.by_item.get(usize::from(item.0)).copied().unwrap_or_default()
    }

    /// The items that are named under the finding at a position.
    pub(super) fn also(&self, at: usize) -> &[ItemIx] {
        self.also.get(&at).map_or(&[], Vec::as_slice)
    }

    fn fold(&mut self, entry: Entry<'_>) {
        if let Some(fate) = self.fates.get_mut(entry.at) {
            *fate = Fate::Folded;
        }
        if let Some(number) = self.by_item.get_mut(usize::from(entry.finding.item.0)) {
            *number += 1;
        }
    }

    /// Where every port is open, the findings about single ports say nothing new.
    fn fold_under_all_ports(&mut self, report: Report<'a>) {
        let candidates =
            || report.entries().filter(|e| e.status.counts() && e.finding.certainty == Certainty::Sure);
        let covers: HashMap<GroupIx, Entry<'_>> = candidates()
            .filter(|entry| entry.item.id == "open-all-ports")
            .filter_map(|entry| Some((entry.finding.group?, entry)))
            .collect();
        if covers.is_empty() {
            return;
        }
        let public = AddressSet::globally_routable();
        for entry in candidates().filter(|entry| asks_about_ports(report, *entry)) {
            let cover = entry.finding.group.and_then(|group| covers.get(&group));
            if let Some(cover) = cover.filter(|cover| covered(entry.finding, cover.finding, &public)) {
                self.fold(entry);
                self.also.entry(cover.at).or_default().push(entry.finding.item);
            }
        }
    }

    /// A group without its rules leaves every item open: that is one thing to say, not fifty.
    fn fold_unclear_groups(&mut self, report: Report<'a>) {
        let mut alike: BTreeMap<(GroupIx, &[GapIx]), Vec<Entry<'_>>> = BTreeMap::new();
        for entry in report.entries() {
            let open = self.fate(entry.at) == Fate::Shown && entry.finding.certainty == Certainty::Possible;
            if let Some(group) = entry.finding.group.filter(|_| open) {
                alike.entry((group, &entry.finding.gaps)).or_default().push(entry);
            }
        }
        for ((group, gaps), entries) in alike.into_iter().filter(|(_, entries)| entries.len() > FEW) {
            for entry in &entries {
                self.fold(*entry);
            }
            let items = entries.iter().map(|entry| entry.finding.item).collect();
            self.unclear.push(Unclear { group, gaps, items });
        }
    }
}

/// Whether the item asks about single ports that are open.
fn asks_about_ports(report: Report<'_>, entry: Entry<'_>) -> bool {
    let asks = entry.item.meta.is_none() || entry.item.id.starts_with("open-");
    asks && entry.item.id != "open-all-ports" && report.direction(entry.finding) == Direction::Ingress
}

/// Whether all that one finding says of public peers is in what another says.
fn covered(finding: &Finding, cover: &Finding, public: &AddressSet) -> bool {
    let within = |part: &Traffic, whole: &Traffic| {
        (whole.protocol.is_none() || whole.protocol == part.protocol)
            && part.ports.is_subset(&whole.ports)
            && (std::sync::Arc::ptr_eq(&part.peers, &whole.peers)
                || part.peers.intersection(public).is_subset(&whole.peers))
    };
    !finding.traffic.is_empty()
        && finding.traffic.iter().all(|part| cover.traffic.iter().any(|whole| within(part, whole)))
}
