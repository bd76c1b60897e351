//! Who a change is about, where, and through which rules, in words that every format for people shares.

use std::borrow::Cow;
use std::collections::HashMap;

use portreeve_checks::{Certainty, Finding, Risk};
use portreeve_engine::diff::{Bearer, Effect, Pair, RuleChange, RuleChangeKind, Shift, Site};
use portreeve_model::{Direction, Estate, GroupIx, InterfaceIx, Rule, Text};
use portreeve_netset::protocol::{self, PortAxis};
use portreeve_netset::{AddressSet, Packet, PacketSet};

use super::{DiffReport, FindingChangeKind};
use crate::Report;
use crate::words::{self, count, labelled, listed_of, protocol_name, text};

/// Interfaces, groups and places that are named.
const NAMED: usize = 3;

/// One of two, rather the new one.
pub(super) fn latest<T: Copy>(pair: Pair<T>) -> Option<(bool, T)> {
    pair.new.map(|ix| (true, ix)).or_else(|| pair.old.map(|ix| (false, ix)))
}

impl<'a> DiffReport<'a> {
    pub(super) fn estate(&self, new: bool) -> &'a Estate {
        let [old, now] = self.estates;
        if new { now } else { old }
    }

    /// Who a shift is about: `web-1 (i-1), web-2 (i-2) and 3 more`.
    pub(super) fn who(&self, shift: &Shift) -> String {
        let mut names = Vec::new();
        let mut all = 0;
        for bearer in &shift.bearers {
            let (some, number) = self.bearer(bearer, NAMED.saturating_sub(names.len()));
            names.extend(some);
            all += number;
        }
        listed_of(&names, all)
    }

    /// The first names of a bearer, and how many there are.
    fn bearer(&self, bearer: &Bearer, most: usize) -> (Vec<String>, usize) {
        match bearer {
            Bearer::Interfaces { interfaces, .. } => {
                let named = interfaces.iter().take(most).map(|pair| self.interface(*pair));
                (named.collect(), interfaces.len())
            }
            Bearer::Group(pair) => {
                let named = self.group(*pair).map(|name| format!("{name} by itself"));
                (named.into_iter().take(most).collect(), 1)
            }
            Bearer::Subnets { subnets, .. } => {
                let named = subnets.iter().take(most).filter_map(|pair| latest(*pair)).map(|(new, ix)| {
                    let estate = self.estate(new);
                    let subnet = estate.subnet(ix);
                    format!("subnet {}", labelled(estate, subnet.id, subnet.name))
                });
                (named.collect(), subnets.len())
            }
        }
    }

    /// `web-1 (i-1)`, with the interface where it is not the first one of its server.
    pub(super) fn interface(&self, pair: Pair<InterfaceIx>) -> String {
        let Some((new, ix)) = latest(pair) else { return String::new() };
        let estate = self.estate(new);
        let interface = estate.interface(ix);
        let name = match interface.instance.map(|ix| estate.instance(ix)) {
            None => text(estate, interface.id).into_owned(),
            Some(instance) => words::server_of(estate, instance, interface),
        };
        match (pair.old, pair.new) {
            (None, _) => format!("{name} [new]"),
            (_, None) => format!("{name} [gone]"),
            _ => name,
        }
    }

    /// `sg-1 (web)`.
    pub(super) fn group(&self, pair: Pair<GroupIx>) -> Option<String> {
        let (new, ix) = latest(pair)?;
        let estate = self.estate(new);
        let name = words::group(estate, estate.group(ix));
        Some(match (pair.old, pair.new) {
            (None, _) => format!("{name} [new]"),
            (_, None) => format!("{name} [gone]"),
            _ => name,
        })
    }

    /// The groups of an interface, in their order.
    pub(super) fn groups_of(&self, new: bool, ix: InterfaceIx) -> Vec<Text> {
        let estate = self.estate(new);
        estate.interface(ix).groups.map(|list| estate.group_list(list).to_vec()).unwrap_or_default()
    }

    fn group_names(&self, new: bool, ix: InterfaceIx) -> Vec<String> {
        let estate = self.estate(new);
        let known = |id: Text| estate.groups.iter().find(|group| group.id == id).map(|group| group.name);
        self.groups_of(new, ix)
            .into_iter()
            .map(|id| labelled(estate, id, known(id).unwrap_or_default()))
            .collect()
    }

    /// The groups behind a shift, and how they changed if they did; nothing where it is not about interfaces.
    pub(super) fn groups(&self, shift: &Shift) -> Option<String> {
        let mut kinds = shift.bearers.iter().filter_map(|bearer| match bearer {
            Bearer::Interfaces { interfaces, .. } => interfaces.first(),
            _ => None,
        });
        let first = kinds.next()?;
        let was = first.old.map(|ix| self.group_names(false, ix)).unwrap_or_default();
        let is = first.new.map(|ix| self.group_names(true, ix)).unwrap_or_default();
        let shown = |names: &[String]| {
            if names.is_empty() { "none".to_owned() } else { words::listed(names, 2 * NAMED) }
        };
        let mut words = if was == is || !first.is_whole() {
            shown(if is.is_empty() { &was } else { &is })
        } else {
            format!("{}; before: {}", shown(&is), shown(&was))
        };
        let others = kinds.count();
        if others > 0 {
            words = format!("{words}; and {}", count(others, "other combination", "other combinations"));
        }
        Some(words)
    }

    /// Where the other side is, if not everywhere: `on the internet`, `in vpc-1 (shop)`, `outside vpc-1 (shop)`.
    pub(super) fn places(&self, effect: &Effect) -> String {
        if effect.sites.is_empty() {
            return String::new();
        }
        let outer = [Site::Internet, Site::Elsewhere].map(|site| effect.sites.contains(&site));
        let named: Vec<String> = effect.sites.iter().filter_map(|site| self.network(site)).collect();
        let others: Vec<String> = self.networks().into_iter().filter(|name| !named.contains(name)).collect();
        match outer {
            [true, true] if others.len() <= named.len() + 1 => {
                format!("outside {}", words::listed(&others, NAMED))
            }
            [false, true] if others.is_empty() => "off the internet".to_owned(),
            [internet, elsewhere] => {
                let mut places = Vec::new();
                places.extend(internet.then(|| "on the internet".to_owned()));
                if !named.is_empty() {
                    places.push(format!("in {}", words::listed(&named, NAMED)));
                }
                places.extend(elsewhere.then(|| "in unknown private places".to_owned()));
                places.join(", ")
            }
        }
    }

    /// A network by id and name.
    fn network(&self, site: &Site) -> Option<String> {
        let Site::Network(pair) = site else { return None };
        let (new, ix) = latest(*pair)?;
        let estate = self.estate(new);
        let network = estate.network(ix);
        Some(labelled(estate, network.id, network.name))
    }

    /// All networks of the two estates.
    fn networks(&self) -> Vec<String> {
        let [old, new] = self.estates;
        let named = |estate: &'a Estate| {
            estate.networks.iter().map(move |network| labelled(estate, network.id, network.name))
        };
        let ids: Vec<&str> = new.networks.iter().map(|network| new.text(network.id)).collect();
        let gone = old.networks.iter().filter(|network| !ids.contains(&old.text(network.id)));
        let gone = gone.map(|network| labelled(old, network.id, network.name));
        named(new).chain(gone).collect()
    }

    /// The addresses at the places of an effect, where these are networks that are known.
    fn near(&self, effect: &Effect) -> Option<AddressSet> {
        let Some(Site::Network(pair)) = effect.sites.first() else { return None };
        let (new, ix) = latest(*pair)?;
        let blocks = &self.estate(new).network(ix).blocks;
        let sets = blocks.iter().filter_map(|block| AddressSet::from_prefix(block.address(), block.len()));
        Some(sets.fold(AddressSet::empty(), |all, block| all.union(&block)))
    }

    /// One packet of a set, to an address of somebody whom the shift is about; nothing where no packet can show it.
    pub(super) fn witness(&self, shift: &Shift, effect: &Effect, set: &PacketSet) -> Option<Packet> {
        let near = self.near(effect).map(|near| set.restrict_peers(&near)).filter(|near| !near.is_empty());
        let set = near.as_ref().unwrap_or(set);
        let locals = shift.bearers.iter().filter_map(|bearer| match bearer {
            Bearer::Interfaces { interfaces, .. } => interfaces.first(),
            _ => None,
        });
        let mut carried = false;
        for (new, ix) in locals.filter_map(|pair| latest(*pair)) {
            carried = true;
            let own = self.estate(new).interface(ix).addresses.iter();
            let own = own.filter_map(|address| AddressSet::from_range(address.private, address.private));
            for own in own {
                let six = own.v4().is_empty();
                let family = if six { AddressSet::all_v6() } else { AddressSet::all_v4() };
                // A packet to oneself meets no filter.
                let others = family.difference(&own);
                let packet = set.restrict_local(&own).restrict_peers(&others).witness();
                if packet.is_some() {
                    return packet;
                }
            }
        }
        if carried {
            return None;
        }
        set.witness().map(|packet| {
            let anywhere = if packet.peer.is_ipv4() { [0; 4].into() } else { [0; 16].into() };
            Packet { local: anywhere, ..packet }
        })
    }

    /// What of a change of a rule is told: its name and group, and what it said before where that counts.
    pub(super) fn rule(&self, change: &RuleChange) -> String {
        let old = self.said(change, false);
        let new = self.said(change, true);
        let known = |said: &Option<(Cow<'a, str>, &'a Rule)>| said.as_ref().map(|it| it.0.to_string());
        let (was, is) = (known(&old), known(&new));
        let words = match change.kind {
            RuleChangeKind::Added | RuleChangeKind::Moved => is,
            RuleChangeKind::Removed => was,
            RuleChangeKind::Changed => {
                Some(format!("{}; before: {}", is.unwrap_or_default(), was.unwrap_or_default()))
            }
            RuleChangeKind::Reranked => {
                let before = old.map_or(0, |(_, rule)| rule.priority);
                Some(format!("{} (before: priority {before})", is.unwrap_or_default()))
            }
            RuleChangeKind::Redescribed => {
                let before = old.map_or(Text::EMPTY, |(_, rule)| rule.description);
                let before = text(self.estate(false), before);
                Some(format!("{} (before: \"{before}\")", is.unwrap_or_default()))
            }
        };
        words.unwrap_or_default()
    }

    /// A rule as one of the estates says it.
    pub(super) fn said(&self, change: &RuleChange, new: bool) -> Option<(Cow<'a, str>, &'a Rule)> {
        let (group, rule) =
            if new { (change.group.new?, change.rule.new?) } else { (change.group.old?, change.rule.old?) };
        let estate = self.estate(new);
        let group = estate.group(group);
        let rule = group.rules.get(rule as usize)?;
        Some((words::rule(estate, group, rule).into(), rule))
    }

    /// The changes of rules behind a shift.
    pub(super) fn causes(&self, shift: usize) -> impl Iterator<Item = &'a RuleChange> {
        self.differences.rules.iter().filter(move |change| change.shifts.contains(&shift))
    }

    /// Changes of rules without any effect, by group.
    pub(super) fn idle_rules(&self) -> Vec<(Pair<GroupIx>, Vec<&'a RuleChange>)> {
        let mut found: Vec<(Pair<GroupIx>, Vec<&'a RuleChange>)> = Vec::new();
        for change in self.differences.rules.iter().filter(|change| change.shifts.is_empty()) {
            match found.last_mut().filter(|(group, _)| *group == change.group) {
                Some((_, changes)) => changes.push(change),
                None => found.push((change.group, vec![change])),
            }
        }
        found
    }

    /// The first groups, interfaces and lists that differ, a line each, and how many there are.
    pub(super) fn objects(&self, most: usize) -> (Vec<String>, usize) {
        let differences = self.differences;
        let mut lines: Vec<String> = Vec::new();
        let mut all = 0;
        let mut add = |number: usize, more: &mut dyn Iterator<Item = String>| {
            all += number;
            lines.extend(more.take(most.saturating_sub(lines.len())));
        };
        let word = |pair: bool| if pair { "new" } else { "gone" };
        add(
            differences.groups.len(),
            &mut differences.groups.iter().filter_map(|pair| latest(*pair)).map(|(new, ix)| {
                let estate = self.estate(new);
                format!("{}: group {}", word(new), words::group(estate, estate.group(ix)))
            }),
        );
        add(
            differences.interfaces.len(),
            &mut differences.interfaces.iter().filter_map(|pair| latest(*pair)).map(|(new, ix)| {
                let estate = self.estate(new);
                format!("{}: interface {}", word(new), text(estate, estate.interface(ix).id))
            }),
        );
        let named = |pair: &Pair<GroupIx>| self.group(*pair).unwrap_or_default();
        add(
            differences.settings.len(),
            &mut differences.settings.iter().map(|pair| format!("group {} has other settings", named(pair))),
        );
        add(differences.moved.len(), &mut differences.moved.iter().map(|pair| self.moved(*pair)));
        add(
            differences.address_lists.len(),
            &mut differences.address_lists.iter().filter_map(|pair| {
                let (new, ix) = latest(*pair)?;
                let list = self.estate(new).address_list(ix);
                Some(self.list(pair.is_whole(), new, list.id, list.name))
            }),
        );
        add(
            differences.port_lists.len(),
            &mut differences.port_lists.iter().filter_map(|pair| {
                let (new, ix) = latest(*pair)?;
                let list = self.estate(new).port_list(ix);
                Some(self.list(pair.is_whole(), new, list.id, list.name))
            }),
        );
        (lines, all)
    }

    /// `web-1 (i-1) is in sg-1, sg-2; before: sg-1`.
    fn moved(&self, pair: Pair<InterfaceIx>) -> String {
        let names = |new: bool, ix: Option<InterfaceIx>| {
            ix.map(|ix| self.group_names(new, ix)).unwrap_or_default().join(", ")
        };
        let (was, is) = (names(false, pair.old), names(true, pair.new));
        format!("{} is in {is}; before: {was}", self.interface(pair))
    }

    /// What of a list differs.
    fn list(&self, whole: bool, new: bool, id: Text, name: Text) -> String {
        let name = labelled(self.estate(new), id, name);
        match (whole, new) {
            (true, _) => format!("list {name} has other entries"),
            (false, true) => format!("new: list {name}"),
            (false, false) => format!("gone: list {name}"),
        }
    }
}

/// A packet as a person would try it: `1.2.3.4 -> 10.20.1.10 tcp/22`.
pub(super) fn tried(packet: &Packet, direction: Direction) -> String {
    let local =
        if packet.local.is_unspecified() { "any member".to_owned() } else { packet.local.to_string() };
    let (from, to) = match direction {
        Direction::Ingress => (packet.peer.to_string(), local),
        Direction::Egress => (local, packet.peer.to_string()),
    };
    let service = protocol_name(Some(packet.protocol));
    let what = match protocol::port_axis(packet.protocol) {
        PortAxis::Ports => format!("{service}/{}", packet.port),
        PortAxis::TypesAndCodes => {
            let (kind, code) = protocol::icmp_type_and_code(packet.port);
            format!("{service} type {kind} code {code}")
        }
        PortAxis::Nothing => service.into_owned(),
    };
    format!("{from} -> {to} {what}")
}

/// The four sets of an effect with what they are called, those that are empty left out.
pub(super) fn parts(effect: &Effect) -> Vec<(Part, PacketSet)> {
    let parts = [
        (Part::Opens, effect.opened()),
        (Part::Closes, effect.closed()),
        (Part::MayOpen, effect.perhaps_opened()),
        (Part::MayClose, effect.perhaps_closed()),
    ];
    parts.into_iter().filter(|(_, set)| !set.is_empty()).collect()
}

/// What happens to a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Opens,
    Closes,
    MayOpen,
    MayClose,
}

/// How a change of a rule is labelled beside the rule.
pub(super) fn label(kind: RuleChangeKind) -> &'static str {
    match kind {
        RuleChangeKind::Reranked => "priority",
        RuleChangeKind::Redescribed => "described",
        other => other.as_str(),
    }
}

/// Findings on one subject that are alike in all but their items.
pub(super) struct Alike<'a> {
    /// How they differ; nothing where findings are only listed.
    pub(super) kind: Option<FindingChangeKind>,
    /// The worst risk among them.
    pub(super) risk: Risk,
    /// The items, the worst first.
    pub(super) items: Vec<&'a str>,
    /// What they are about.
    pub(super) about: String,
    /// `possible` and `waived`, where they are.
    pub(super) marks: Vec<&'static str>,
}

/// What findings have to share to be told together.
type Key = (Option<FindingChangeKind>, String, Vec<&'static str>);

/// Puts findings together that can be told in one line, in the order of the first of each.
#[derive(Default)]
struct Fold<'a> {
    found: Vec<Alike<'a>>,
    known: HashMap<Key, usize>,
}

impl<'a> Fold<'a> {
    fn add(
        &mut self,
        report: Report<'a>,
        finding: &'a Finding,
        kind: Option<FindingChangeKind>,
        waived: bool,
    ) {
        let item = report.outcome.item(finding);
        let mut marks = Vec::new();
        marks.extend((finding.certainty == Certainty::Possible).then_some("possible"));
        marks.extend(waived.then_some("waived"));
        let about = words::subject(report, finding);
        let at = *self.known.entry((kind, about.clone(), marks.clone())).or_insert(self.found.len());
        match self.found.get_mut(at) {
            Some(alike) => alike.items.push(&item.id),
            None => self.found.push(Alike { kind, risk: item.risk, items: vec![&item.id], about, marks }),
        }
    }
}

impl<'a> DiffReport<'a> {
    /// The findings that differ, those that differ alike on one subject together.
    pub(super) fn alike(&self) -> Vec<Alike<'a>> {
        let mut fold = Fold::default();
        for change in self.findings {
            if let Some((report, finding)) = self.finding(change) {
                fold.add(report, finding, Some(change.kind), change.waived);
            }
        }
        fold.found
    }

    /// All findings of the new estate, those on one subject together.
    pub(super) fn afterwards(&self) -> Vec<Alike<'a>> {
        let mut fold = Fold::default();
        for entry in self.standing() {
            fold.add(self.side(true), entry.finding, None, false);
        }
        fold.found
    }
}

impl Part {
    /// In words.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Opens => "opens",
            Self::Closes => "closes",
            Self::MayOpen => "may open",
            Self::MayClose => "may close",
        }
    }
}
