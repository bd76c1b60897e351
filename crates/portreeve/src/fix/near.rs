//! What decides about one finding, cut out of an estate: plans for it take as long in a large estate as in a small one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portreeve_checks::{Finding, Outcome, Server};
use portreeve_engine::RuleRef;
use portreeve_fix::Aim;
use portreeve_model::{
    AddressList, Estate, Group, GroupIx, GroupListIx, Instance, InstanceIx, Interface, InterfaceIx, Network,
    Peer, PortList, Ports, Rule, Text,
};

use super::{FixError, Wishes, aims, allow};

/// A part of an estate with one of its findings. Ids and names are those of the whole; positions are not.
#[derive(Debug, Clone)]
pub struct Near {
    /// What decides about the finding.
    pub estate: Estate,
    /// The finding, alone.
    pub outcome: Outcome,
}

/// The part of an estate from which plans for a finding come out just as from the whole: its groups, all that interfaces with
/// them carry, and the members of the groups that their rules name. Nothing where everything may matter, as it does for
/// deleting a group.
///
/// # Errors
/// When a word of [`Wishes::allow`] means nobody, as [`fix`](super::fix) has it.
pub fn near(
    estate: &Estate,
    outcome: &Outcome,
    finding: &Finding,
    wishes: &Wishes,
) -> Result<Option<Near>, FixError> {
    allow::stay(estate, &wishes.allow)?;
    let everything = wishes.only.is_some() || wishes.keep.is_some();
    if everything || matches!(aims::aim(estate, outcome, finding), Aim::Delete(_)) {
        return Ok(None);
    }
    let cut = Cut::of(estate, finding, &wishes.allow);
    Ok(Some(cut.near(outcome, finding)))
}

/// What is kept of an estate, and the new positions.
struct Cut<'e> {
    whole: &'e Estate,
    /// The groups whose rules matter.
    near: BTreeSet<GroupIx>,
    groups: BTreeMap<GroupIx, GroupIx>,
    interfaces: BTreeMap<InterfaceIx, InterfaceIx>,
    instances: BTreeMap<InstanceIx, InstanceIx>,
    lists: BTreeMap<GroupListIx, GroupListIx>,
    part: Estate,
}

impl<'e> Cut<'e> {
    fn of(whole: &'e Estate, finding: &Finding, allow: &[String]) -> Self {
        let by_id = whole.groups_by_id();
        let resolve = |list: &[Text]| -> BTreeSet<GroupIx> {
            list.iter().filter_map(|id| by_id.get(id)).copied().collect()
        };
        let lists: Vec<BTreeSet<GroupIx>> = whole.group_lists.iter().map(|list| resolve(list)).collect();
        let subject = subject(whole, &lists, finding);
        let mut near = subject.clone();
        near.extend(lists.iter().filter(|list| !list.is_disjoint(&subject)).flatten().copied());
        let mut met = met(whole, &near);
        met.extend(named(whole, allow));
        let speaks = |interface: &Interface| {
            let list = interface.groups.and_then(|ix| lists.get(ix.at()));
            list.is_none_or(|list| list.is_empty() || !list.is_disjoint(&met))
        };
        let kept: Vec<InterfaceIx> =
            whole.each_interface().filter(|(_, interface)| speaks(interface)).map(|(ix, _)| ix).collect();
        let carried = kept.iter().filter_map(|ix| lists.get(whole.interface(*ix).groups?.at())).flatten();
        // The first group is a pattern for planning, whatever it is.
        let first = (!whole.groups.is_empty()).then(|| GroupIx::new(0));
        let groups: BTreeSet<GroupIx> = met.iter().chain(carried).copied().chain(first).collect();
        let used: BTreeSet<GroupListIx> = kept.iter().filter_map(|ix| whole.interface(*ix).groups).collect();
        let relevant = lists.iter().enumerate().filter(|(_, list)| !list.is_disjoint(&met));
        let lists =
            used.into_iter().chain(relevant.map(|(at, _)| GroupListIx::new(at))).collect::<BTreeSet<_>>();
        let instances: BTreeSet<InstanceIx> =
            kept.iter().filter_map(|ix| whole.interface(*ix).instance).collect();
        let mut cut = Self {
            whole,
            near,
            groups: numbered(groups, GroupIx::new),
            interfaces: numbered(kept, InterfaceIx::new),
            instances: numbered(instances, InstanceIx::new),
            lists: numbered(lists, GroupListIx::new),
            part: Estate::default(),
        };
        cut.fill();
        cut
    }

    fn near(self, outcome: &Outcome, finding: &Finding) -> Near {
        let server = |server: &Server| {
            Some(Server { interface: *self.interfaces.get(&server.interface)?, ..server.clone() })
        };
        let rule = |at: &RuleRef| Some(RuleRef { group: *self.groups.get(&at.group)?, ..*at });
        let alone = Finding {
            group: finding.group.and_then(|ix| self.groups.get(&ix)).copied(),
            servers: finding.servers.iter().filter_map(server).collect(),
            rules: finding.rules.iter().filter_map(rule).collect::<Arc<[_]>>(),
            ..finding.clone()
        };
        let outcome = Outcome { items: outcome.items.clone(), findings: vec![alone], ..Outcome::default() };
        Near { estate: self.part, outcome }
    }

    fn fill(&mut self) {
        let whole = self.whole;
        self.part.providers.clone_from(&whole.providers);
        self.part.profiles.clone_from(&whole.profiles);
        self.part.gaps.clone_from(&whole.gaps);
        self.part.unread.clone_from(&whole.unread);
        self.part.coverage = whole.coverage;
        self.part.networks = whole.networks.iter().map(|network| self.network(network)).collect();
        let groups: Vec<GroupIx> = self.groups.keys().copied().collect();
        self.part.groups = groups.into_iter().map(|ix| self.group(ix)).collect();
        let lists: Vec<GroupListIx> = self.lists.keys().copied().collect();
        self.part.group_lists = lists
            .into_iter()
            .map(|ix| whole.group_list(ix).iter().map(|id| self.text(*id)).collect())
            .collect();
        let interfaces: Vec<InterfaceIx> = self.interfaces.keys().copied().collect();
        self.part.interfaces = interfaces.into_iter().map(|ix| self.interface(ix)).collect();
        let instances: Vec<InstanceIx> = self.instances.keys().copied().collect();
        self.part.instances = instances.into_iter().map(|ix| self.instance(ix)).collect();
        self.part.address_lists = whole.address_lists.iter().map(|list| self.address_list(list)).collect();
        self.part.port_lists = whole.port_lists.iter().map(|list| self.port_list(list)).collect();
    }

    fn text(&mut self, text: Text) -> Text {
        self.part.texts.intern(self.whole.text(text))
    }

    fn network(&mut self, network: &Network) -> Network {
        Network { id: self.text(network.id), name: self.text(network.name), blocks: network.blocks.clone() }
    }

    fn group(&mut self, ix: GroupIx) -> Group {
        let group = self.whole.group(ix);
        let rules = if self.near.contains(&ix) { &group.rules[..] } else { &[] };
        Group {
            id: self.text(group.id),
            name: self.text(group.name),
            description: self.text(group.description),
            region: self.text(group.region),
            rules: rules.iter().map(|rule| self.rule(rule)).collect(),
            network: group.network,
            profile: group.profile,
            same_group: group.same_group,
            managed: group.managed,
            incomplete: group.incomplete,
            origin: None,
        }
    }

    fn rule(&mut self, rule: &Rule) -> Rule {
        let mut rule = rule.clone();
        rule.id = self.text(rule.id);
        rule.description = self.text(rule.description);
        self.ports(&mut rule.ports);
        if let Some(narrow) = &mut rule.narrow {
            self.ports(&mut narrow.source_ports);
        }
        match &mut rule.peer {
            Peer::List(list) => list.id = self.text(list.id),
            Peer::Group { id, owner, group, .. } => {
                *id = self.text(*id);
                *owner = self.text(*owner);
                *group = group.and_then(|ix| self.groups.get(&ix)).copied();
            }
            Peer::Any | Peer::Prefix(_) | Peer::Unknown => {}
        }
        rule
    }

    fn ports(&mut self, ports: &mut Ports) {
        if let Ports::List(list) = ports {
            list.id = self.text(list.id);
        }
    }

    fn interface(&mut self, ix: InterfaceIx) -> Interface {
        let interface = self.whole.interface(ix).clone();
        Interface {
            id: self.text(interface.id),
            instance: interface.instance.and_then(|ix| self.instances.get(&ix)).copied(),
            groups: interface.groups.and_then(|ix| self.lists.get(&ix)).copied(),
            subnet: None,
            origin: None,
            ..interface
        }
    }

    fn instance(&mut self, ix: InstanceIx) -> Instance {
        let instance = self.whole.instance(ix);
        Instance {
            id: self.text(instance.id),
            name: self.text(instance.name),
            os: self.text(instance.os),
            region: self.text(instance.region),
            flavour: self.text(instance.flavour),
            state: instance.state,
            origin: None,
        }
    }

    fn address_list(&mut self, list: &AddressList) -> AddressList {
        AddressList { id: self.text(list.id), name: self.text(list.name), ..list.clone() }
    }

    fn port_list(&mut self, list: &PortList) -> PortList {
        PortList { id: self.text(list.id), name: self.text(list.name), ..list.clone() }
    }
}

/// New positions, in the order of the old ones.
fn numbered<I: Ord>(kept: impl IntoIterator<Item = I>, new: impl Fn(usize) -> I) -> BTreeMap<I, I> {
    kept.into_iter().enumerate().map(|(at, old)| (old, new(at))).collect()
}

/// The groups that a finding is about: its own, those of its rules, or all that its interfaces carry.
fn subject(whole: &Estate, lists: &[BTreeSet<GroupIx>], finding: &Finding) -> BTreeSet<GroupIx> {
    let mut groups: BTreeSet<GroupIx> =
        finding.rules.iter().map(|at| at.group).chain(finding.group).collect();
    if finding.group.is_none() {
        let interfaces = finding.servers.iter().filter_map(|it| whole.interfaces.get(it.interface.at()));
        groups.extend(interfaces.filter_map(|it| lists.get(it.groups?.at())).flatten().copied());
    }
    groups
}

/// These groups, and those whose members their rules speak of.
fn met(whole: &Estate, near: &BTreeSet<GroupIx>) -> BTreeSet<GroupIx> {
    let rules = near.iter().filter_map(|ix| whole.groups.get(ix.at())).flat_map(|group| &group.rules);
    let peers = rules.filter_map(|rule| match rule.peer {
        Peer::Group { group, .. } => group,
        _ => None,
    });
    near.iter().copied().chain(peers).collect()
}

/// The groups that may go on, by their ids.
fn named<'a>(whole: &'a Estate, allow: &'a [String]) -> impl Iterator<Item = GroupIx> + 'a {
    let is = |group: &Group| allow.iter().any(|word| word.trim() == whole.text(group.id));
    whole.each_group().filter(move |(_, group)| !allow.is_empty() && is(group)).map(|(ix, _)| ix)
}
