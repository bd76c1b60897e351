//! What the checks of one run share.

use std::sync::{Arc, OnceLock};

use hashbrown::HashSet;
use portreeve_engine::{Index, Removable, RuleRef, redundancy_of};
use portreeve_model::{Estate, GapIx, Group, GroupIx, InstanceIx, InterfaceIx, Listing, Rule, Text};

use crate::exposure;
use crate::finding::{
    AtRisk, Certainty, Exposure, Extent, Finding, Fingerprint, ItemIx, Outcome, Server, ServerState,
};
use crate::item::Item;
use crate::settings::Settings;
use crate::view::Views;

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
    pub(crate) removable: OnceLock<Vec<Removable>>,
}

impl<'e> Run<'e> {
    /// Whether the input tells of every interface and its groups.
    pub(crate) fn interfaces_known(&self) -> bool {
        self.estate.coverage.interfaces == Listing::Complete
            && self.estate.interfaces.iter().all(|interface| interface.groups.is_some())
    }

    /// The rules that could go, sorted.
    pub(crate) fn removable(&self) -> &[Removable] {
        let find = || redundancy_of(&self.index, self.settings.threads, |group| self.focus.has(group));
        self.removable.get_or_init(find)
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
        match self.estate.coverage.interfaces {
            Listing::Partial(gap) => Some(gap),
            _ => self.estate.interfaces.iter().find_map(|interface| interface.gap),
        }
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

    /// All rules of all groups.
    pub(crate) fn each_rule(&self) -> impl Iterator<Item = (RuleRef, &'e Rule)> {
        self.estate.each_group().flat_map(|(group, said)| {
            (0..).zip(&said.rules).map(move |(rule, said)| (RuleRef { group, rule }, said))
        })
    }
}

/// What to say in place of an item's advice about a group that its owner cannot change.
pub(crate) fn suggestion(group: &Group, item: &Arc<str>) -> Arc<str> {
    if group.managed {
        Arc::from(
            "A service of the cloud keeps this group; it cannot be changed here, only where the service is set up.",
        )
    } else {
        Arc::clone(item)
    }
}

/// What one item found, before it is numbered and sorted.
pub(crate) struct Draft {
    /// What the fingerprint names beside the item: ids of the group, the interface, the rule.
    pub(crate) subject: Vec<Text>,
    pub(crate) finding: Finding,
}

/// A finding with nothing in it but its subject; items fill in what they know.
pub(crate) fn blank(item: ItemIx, group: Option<GroupIx>, suggestion: Arc<str>) -> Finding {
    Finding {
        fingerprint: Fingerprint { cause: 0, extent: Extent(0) },
        item,
        certainty: Certainty::Sure,
        exposure: Exposure::Unattached,
        group,
        servers: Vec::new(),
        traffic: Vec::new(),
        rules: Arc::from([]),
        witness: None,
        detail: Arc::from(""),
        suggestion,
        gaps: Vec::new(),
    }
}

/// The hash of a finding's item and subject (FNV-1a, which will be the same in every version and on every machine).
pub(crate) fn cause<'t>(parts: impl Iterator<Item = &'t str>) -> u64 {
    parts
        .flat_map(|part| part.bytes().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Puts the findings of all items in order and counts what they find at risk.
pub(crate) fn settle(
    estate: &Estate,
    items: Vec<Item>,
    drafts: Vec<Vec<Draft>>,
    affects: Vec<Vec<ItemIx>>,
) -> Outcome {
    let mut findings = Vec::with_capacity(drafts.iter().map(Vec::len).sum());
    findings.extend(drafts.into_iter().flatten().map(|Draft { subject, mut finding }| {
        let id = items.get(usize::from(finding.item.0)).map_or("", |item| &item.id);
        finding.fingerprint.cause =
            cause(std::iter::once(id).chain(subject.iter().map(|text| estate.text(*text))));
        finding
    }));
    findings.sort_by_key(|finding: &Finding| {
        let risk = items.get(usize::from(finding.item.0)).map(|item| item.risk);
        let first = finding.servers.first().map(|server| server.interface);
        let rule = finding.rules.first().copied();
        (
            std::cmp::Reverse(risk),
            finding.item,
            std::cmp::Reverse(finding.certainty),
            finding.group,
            first,
            rule,
        )
    });
    let at_risk = count(estate, items.len(), &findings);
    Outcome { items, at_risk, findings, affects }
}

fn count(estate: &Estate, items: usize, findings: &[Finding]) -> Vec<AtRisk> {
    let mut counts = vec![AtRisk::default(); items];
    // Findings of an item stand together, so that one pair of sets serves all items in turn.
    for same in findings.chunk_by(|one, next| one.item == next.item) {
        let mut groups: HashSet<GroupIx> = HashSet::new();
        let mut servers: HashSet<InstanceIx> = HashSet::new();
        for finding in same.iter().filter(|finding| finding.certainty == Certainty::Sure) {
            groups.extend(finding.group);
            let at_risk = finding.servers.iter().filter(|server| server.state == ServerState::AtRisk);
            servers.extend(at_risk.filter_map(|server| estate.interface(server.interface).instance));
        }
        if let Some(count) = same.first().and_then(|first| counts.get_mut(usize::from(first.item.0))) {
            *count = AtRisk { security_groups: groups.len(), servers: servers.len() };
        }
    }
    counts
}

/// An item that is being asked.
pub(crate) struct Asking {
    pub(crate) item: ItemIx,
    pub(crate) suggestion: Arc<str>,
}

impl Asking {
    /// A finding about a group itself. It names no servers: nothing is let in by it that should not be.
    pub(crate) fn group(&self, run: &Run<'_>, group: GroupIx, rules: Vec<RuleRef>, detail: String) -> Draft {
        let said = run.estate.group(group);
        let mut finding = blank(self.item, Some(group), suggestion(said, &self.suggestion));
        finding.exposure = exposure::of_addresses(run, run.carriers(group));
        let names = rules.iter().map(|rule| run.rule_name(*rule));
        finding.fingerprint.extent =
            Extent(names.fold(1, |bits, name| bits | 1 << (1 + cause(std::iter::once(name.as_str())) % 31)));
        finding.rules = Arc::from(rules);
        finding.detail = Arc::from(detail);
        Draft { subject: vec![said.id], finding }
    }

    /// A finding about no group and no interface in particular.
    pub(crate) fn nowhere(&self, run: &Run<'_>, detail: String, extent: u32) -> Draft {
        let mut finding = blank(self.item, None, Arc::clone(&self.suggestion));
        finding.exposure = exposure::of_addresses(run, std::iter::empty());
        finding.fingerprint.extent = Extent(1 | extent.wrapping_shl(1));
        finding.detail = Arc::from(detail);
        Draft { subject: Vec::new(), finding }
    }

    /// A finding about one interface, which no single group causes; `rules` are those of all its groups.
    pub(crate) fn interface(
        &self,
        run: &Run<'_>,
        interface: InterfaceIx,
        extent: u32,
        detail: &Arc<str>,
        rules: &Arc<[RuleRef]>,
    ) -> Draft {
        let said = run.estate.interface(interface);
        let mut finding = blank(self.item, None, Arc::clone(&self.suggestion));
        finding.servers = vec![Server { interface, state: ServerState::AtRisk, because: Arc::clone(detail) }];
        finding.exposure = exposure::has_public_address(said);
        finding.fingerprint.extent = Extent(1 | extent.wrapping_shl(1));
        finding.detail = Arc::clone(detail);
        finding.rules = Arc::clone(rules);
        Draft { subject: vec![said.id], finding }
    }
}

/// A number as bits, so that a larger one does not lie within a smaller one.
pub(crate) fn steps(number: usize) -> u32 {
    u32::MAX.checked_shr(32u32.saturating_sub(u32::try_from(number).unwrap_or(31).min(31))).unwrap_or(0)
}
