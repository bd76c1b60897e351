//! What the checks of one run share.

use std::sync::{Arc, OnceLock};

use portreeve_engine::{Index, Removable, RuleRef, redundancy_of, spread_in_bites};
use portreeve_model::{Estate, GapIx, Group, GroupIx, InterfaceIx, Listing, Rule, Text};

use crate::exposure;
use crate::finding::{
    AtRisk, Certainty, Exposure, Extent, Finding, Fingerprint, ItemIx, Outcome, Server, ServerState,
};
use crate::item::Item;
use crate::settings::Settings;
use crate::view::Views;

/// How many interfaces a thread looks at together.
pub(crate) const INTERFACES: usize = 4096;

/// The groups that are looked at.
pub(crate) struct Focus(Option<Vec<bool>>);

impl Focus {
    /// These groups, or all.
    pub(crate) fn of(estate: &Estate, groups: Option<&[GroupIx]>) -> Self {
        Self(groups.map(|groups| {
            let mut wanted = vec![false; estate.groups.len()];
            for ix in groups {
                wanted.iter_mut().skip(ix.at()).take(1).for_each(|it| *it = true);
            }
            wanted
        }))
    }

    /// Whether a group is among them.
    pub(crate) fn has(&self, group: GroupIx) -> bool {
        self.0.as_ref().is_none_or(|wanted| wanted.get(group.at()).copied().unwrap_or(false))
    }

    /// Whether some of these are; where there are no groups at all, whether all are looked at.
    pub(crate) fn has_any(&self, groups: &[GroupIx]) -> bool {
        self.0.is_none() || groups.is_empty() || groups.iter().any(|group| self.has(*group))
    }
}

/// The estate with everything that several items ask about it.
pub(crate) struct Run<'e> {
    pub(crate) estate: &'e Estate,
    pub(crate) index: Index<'e>,
    pub(crate) settings: &'e Settings,
    pub(crate) focus: Focus,
    pub(crate) views: Views,
    /// Rules that could go, found when an item first asks.
    removable: OnceLock<Vec<Removable>>,
    /// The families of each interface: looking at its addresses again for every item would take long.
    families: Vec<[bool; 2]>,
    /// Whether the input tells of every interface and its groups, found when an item first asks.
    interfaces_known: OnceLock<bool>,
    /// Why it does not.
    interfaces_gap: OnceLock<Option<GapIx>>,
    /// From where the carriers of each group are reached by their addresses, found when an item first asks.
    exposures: OnceLock<Vec<Exposure>>,
}

impl<'e> Run<'e> {
    pub(crate) fn new(
        estate: &'e Estate,
        index: Index<'e>,
        settings: &'e Settings,
        focus: Focus,
        views: Views,
    ) -> Self {
        let families = spread_in_bites(&estate.interfaces, settings.threads, INTERFACES, |it| {
            [it.addresses.is_empty() || it.has_ipv4(), it.has_ipv6()]
        });
        Self {
            estate,
            index,
            settings,
            focus,
            views,
            removable: OnceLock::new(),
            families,
            interfaces_known: OnceLock::new(),
            interfaces_gap: OnceLock::new(),
            exposures: OnceLock::new(),
        }
    }

    /// Whether an interface has an address of IPv4, and of IPv6.
    pub(crate) fn families(&self, interface: InterfaceIx) -> [bool; 2] {
        self.families.get(interface.at()).copied().unwrap_or_default()
    }

    /// Whether the input tells of every interface and its groups.
    pub(crate) fn interfaces_known(&self) -> bool {
        *self.interfaces_known.get_or_init(|| {
            self.estate.coverage.interfaces == Listing::Complete
                && self.estate.interfaces.iter().all(|interface| interface.groups.is_some())
        })
    }

    /// The rules that could go, sorted.
    pub(crate) fn removable(&self) -> &[Removable] {
        let find = || redundancy_of(&self.index, self.settings.threads, |group| self.focus.has(group));
        self.removable.get_or_init(find)
    }

    /// From where the interfaces that carry a group are reached, judged by their public addresses: each is looked at once for all items.
    pub(crate) fn exposure_of(&self, group: GroupIx) -> Exposure {
        let all = self.exposures.get_or_init(|| exposure::of_groups(self));
        all.get(group.at()).copied().unwrap_or(Exposure::Unknown)
    }

    /// The gaps that leave every answer open: what could not be read at all, groups and interfaces that a listing lacks, and
    /// interfaces whose groups are not in the input.
    pub(crate) fn open_gaps(&self) -> impl Iterator<Item = GapIx> {
        let partial = |listing| match listing {
            Listing::Partial(gap) => Some(gap),
            Listing::Absent | Listing::Complete => None,
        };
        let coverage = &self.estate.coverage;
        let listed = [coverage.groups, coverage.interfaces].into_iter().filter_map(partial);
        let unread =
            self.index.classes().iter().filter(|class| class.unread).flat_map(|class| &class.interfaces);
        let groupless = unread.filter_map(|interface| self.estate.interface(*interface).gap);
        self.estate.unread.iter().copied().chain(listed).chain(groupless)
    }

    /// Why it does not.
    pub(crate) fn interfaces_gap(&self) -> Option<GapIx> {
        *self.interfaces_gap.get_or_init(|| match self.estate.coverage.interfaces {
            Listing::Partial(gap) => Some(gap),
            _ => self.estate.interfaces.iter().find_map(|interface| interface.gap),
        })
    }

    /// The interfaces that carry a group.
    pub(crate) fn carriers(&self, group: GroupIx) -> impl Iterator<Item = InterfaceIx> {
        let classes = self.index.classes_of(group).iter().map(|ix| self.index.class(*ix));
        classes.flat_map(|class| &class.interfaces).copied()
    }

    /// The interfaces that carry a group, as servers in one state.
    pub(crate) fn servers(&self, group: GroupIx, state: ServerState, because: &str) -> Vec<Server> {
        let because: Arc<str> = Arc::from(because);
        self.carriers(group)
            .map(|interface| Server { interface, state, because: Arc::clone(&because) })
            .collect()
    }

    /// How a group is called in a sentence: its name and id, or its id alone.
    pub(crate) fn called(&self, group: &Group) -> String {
        let (id, name) = (self.estate.text(group.id), self.estate.text(group.name));
        if name.is_empty() || name == id { format!("`{id}`") } else { format!("`{name}` ({id})") }
    }

    /// A rule of a group.
    pub(crate) fn rule(&self, rule: RuleRef) -> Option<&'e Rule> {
        self.estate.group(rule.group).rules.get(rule.rule as usize)
    }

    /// How a rule is called.
    pub(crate) fn rule_name(&self, rule: RuleRef) -> String {
        let owner = self.estate.group(rule.group).id;
        self.rule(rule).map_or_else(String::new, |said| self.estate.rule_name(owner, said))
    }

    /// All rules of some groups.
    pub(crate) fn rules_of(&self, groups: &[GroupIx]) -> Arc<[RuleRef]> {
        let rules = |group: &GroupIx| {
            let group = *group;
            (0..).zip(&self.estate.group(group).rules).map(move |(rule, _)| RuleRef { group, rule })
        };
        groups.iter().flat_map(rules).collect()
    }
}

/// What to say in place of an item's advice about a group that its owner cannot change.
fn suggestion(group: &Group, item: &Arc<str>) -> Arc<str> {
    if group.managed {
        Arc::from(
            "A service of the cloud keeps this group; it cannot be changed here, only where the service is set up.",
        )
    } else {
        Arc::clone(item)
    }
}

/// The hash of no words (FNV-1a, which will be the same in every version and on every machine).
pub(crate) const NO_WORDS: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of some words and one more.
pub(crate) fn and(hash: u64, word: &str) -> u64 {
    word.bytes().chain([0]).fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What one item found, in parts that follow each other.
pub(crate) type Found = (ItemIx, Vec<Vec<Finding>>);

/// Puts the findings of all items in order and counts what they find at risk. `affects` are the items that each gap leaves open
/// whatever they found.
pub(crate) fn settle(
    run: &Run<'_>,
    items: Vec<Item>,
    mut found: Vec<Found>,
    mut affects: Vec<Vec<ItemIx>>,
) -> Outcome {
    found.sort_by_key(|(item, _)| {
        (std::cmp::Reverse(items.get(usize::from(item.0)).map(|item| item.risk)), *item)
    });
    let mut findings = Vec::with_capacity(found.iter().flat_map(|(_, parts)| parts).map(Vec::len).sum());
    let mut ends = Vec::with_capacity(found.len());
    for (item, parts) in found {
        let start = findings.len();
        for mut part in parts {
            findings.append(&mut part);
        }
        ends.push((item, start..findings.len()));
        let same = findings.get_mut(start..).unwrap_or_default();
        if !same.is_sorted_by_key(place) {
            same.sort_by_key(place);
        }
    }
    let counts = spread_in_bites(&ends, run.settings.threads, 1, |(_, range)| {
        count(run.estate, findings.get(range.clone()).unwrap_or_default())
    });
    let mut at_risk = vec![AtRisk::default(); items.len()];
    for ((item, _), (count, gaps)) in ends.iter().zip(counts) {
        if let Some(slot) = at_risk.get_mut(usize::from(item.0)) {
            *slot = count;
        }
        for gap in gaps {
            affects.get_mut(gap.at()).into_iter().for_each(|items| items.push(*item));
        }
    }
    for items in &mut affects {
        items.sort_unstable();
        items.dedup();
    }
    Outcome { items, at_risk, findings, affects }
}

/// What the findings of an item are sorted by.
fn place(
    finding: &Finding,
) -> (std::cmp::Reverse<Certainty>, Option<GroupIx>, Option<InterfaceIx>, Option<RuleRef>) {
    let first = finding.servers.first().map(|server| server.interface);
    (std::cmp::Reverse(finding.certainty), finding.group, first, finding.rules.first().copied())
}

/// What an item finds at risk, and the gaps that its findings name.
fn count(estate: &Estate, findings: &[Finding]) -> (AtRisk, Vec<GapIx>) {
    let (mut groups, mut servers) = (Seen::default(), Seen::default());
    let mut gaps = Vec::new();
    for finding in findings {
        gaps.extend_from_slice(&finding.gaps);
        if finding.certainty != Certainty::Sure {
            continue;
        }
        if let Some(group) = finding.group {
            groups.note(group.at());
        }
        for server in finding.servers.iter().filter(|server| server.state == ServerState::AtRisk) {
            let instance = estate.interface(server.interface).instance;
            if let Some(instance) = instance {
                servers.note(instance.at());
            }
        }
    }
    gaps.sort_unstable();
    gaps.dedup();
    (AtRisk { security_groups: groups.number, servers: servers.number }, gaps)
}

/// Counts distinct things by their positions.
#[derive(Default)]
struct Seen {
    bits: Vec<u64>,
    number: usize,
}

impl Seen {
    fn note(&mut self, at: usize) {
        let (word, bit) = (at / 64, 1 << (at % 64));
        if self.bits.len() <= word {
            self.bits.resize((word + 1).next_power_of_two(), 0);
        }
        if let Some(bits) = self.bits.get_mut(word).filter(|bits| **bits & bit == 0) {
            *bits |= bit;
            self.number += 1;
        }
    }
}

/// An item that is being asked.
pub(crate) struct Asking {
    item: ItemIx,
    suggestion: Arc<str>,
    /// The hash of the item's id, with which those of its findings begin.
    cause: u64,
}

impl Asking {
    pub(crate) fn of(ix: ItemIx, item: &Item) -> Self {
        Self { item: ix, suggestion: Arc::from(&*item.suggestion), cause: and(NO_WORDS, &item.id) }
    }

    /// A finding with nothing in it but its subject, the id of a group or an interface; items fill in what they know.
    pub(crate) fn blank(&self, run: &Run<'_>, group: Option<GroupIx>, subject: Text) -> Finding {
        let said = group.map(|ix| run.estate.group(ix));
        let cause = and(self.cause, run.estate.text(subject));
        Finding {
            fingerprint: Fingerprint { cause, extent: Extent(0) },
            item: self.item,
            certainty: Certainty::Sure,
            exposure: Exposure::Unattached,
            group,
            servers: Vec::new(),
            traffic: Vec::new(),
            rules: Arc::default(),
            witness: None,
            detail: Arc::default(),
            suggestion: said
                .map_or_else(|| Arc::clone(&self.suggestion), |said| suggestion(said, &self.suggestion)),
            gaps: Vec::new(),
        }
    }

    /// Names the subject of a finding in its fingerprint, in place of another.
    pub(crate) fn name(&self, run: &Run<'_>, finding: &mut Finding, subject: Text) {
        finding.fingerprint.cause = and(self.cause, run.estate.text(subject));
    }

    /// Names one more thing in the fingerprint of a finding, which tells it apart from another one about the same subject.
    pub(crate) fn name_also(run: &Run<'_>, finding: &mut Finding, subject: Text) {
        finding.fingerprint.cause = and(finding.fingerprint.cause, run.estate.text(subject));
    }

    /// A finding about a group itself. It names no servers: nothing is let in by it that should not be.
    pub(crate) fn group(
        &self,
        run: &Run<'_>,
        group: GroupIx,
        rules: Vec<RuleRef>,
        detail: impl Into<Arc<str>>,
    ) -> Finding {
        let mut finding = self.blank(run, Some(group), run.estate.group(group).id);
        finding.exposure = run.exposure_of(group);
        let names = rules.iter().map(|rule| run.rule_name(*rule));
        finding.fingerprint.extent =
            Extent(names.fold(1, |bits, name| bits | 1 << (1 + and(NO_WORDS, &name) % 31)));
        if !rules.is_empty() {
            finding.rules = Arc::from(rules);
        }
        finding.detail = detail.into();
        finding
    }

    /// A finding about no group and no interface in particular.
    pub(crate) fn nowhere(&self, run: &Run<'_>, subject: Text, detail: String, extent: u32) -> Finding {
        let mut finding = self.blank(run, None, subject);
        finding.exposure = exposure::of_nobody(run);
        finding.fingerprint.extent = Extent(1 | extent.wrapping_shl(1));
        finding.detail = Arc::from(detail);
        finding
    }

    /// A finding about one interface, which no single group causes; `rules` are those of all its groups.
    pub(crate) fn interface(
        &self,
        run: &Run<'_>,
        interface: InterfaceIx,
        extent: u32,
        detail: &Arc<str>,
        rules: &Arc<[RuleRef]>,
    ) -> Finding {
        let said = run.estate.interface(interface);
        let mut finding = self.blank(run, None, said.id);
        finding.servers = vec![Server { interface, state: ServerState::AtRisk, because: Arc::clone(detail) }];
        finding.exposure = exposure::has_public_address(said);
        finding.fingerprint.extent = Extent(1 | extent.wrapping_shl(1));
        finding.detail = Arc::clone(detail);
        finding.rules = Arc::clone(rules);
        finding
    }
}

/// A number as bits, so that a larger one does not lie within a smaller one.
pub(crate) fn steps(number: usize) -> u32 {
    u32::MAX.checked_shr(32u32.saturating_sub(u32::try_from(number).unwrap_or(31).min(31))).unwrap_or(0)
}
