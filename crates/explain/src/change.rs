//! Changes of an estate, and the smallest sets of them that make a connection work, each proved by asking again.

use portreeve_engine::{Index, RuleRef, Source};
use portreeve_model::{
    AclIx, Action, Acts, Direction, Edit, Estate, GroupIx, Hop, InstanceIx, InterfaceIx, Peer, PortRange,
    Ports, PowerState, Prefix, Protocol, Ranking, Route, Rule, Scope, Text,
};
use portreeve_netset::{Packet, protocol};

use crate::answer::{Part, Verdict};
use crate::cause::Why;
use crate::exact::{EPHEMERAL, packet};
use crate::explainer::{Explainer, Options};
use crate::path::{Checkpoint, FilterOf, Kind, Path, Remote};
use crate::question::Question;

/// One change of an estate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An edit of groups. Of several rules of one group that go, the last goes first.
    Edit(Edit),
    /// A new first entry in a network ACL or a host's firewall.
    AddEntry(AclIx, Box<Rule>),
    /// A private address of an interface gets a public one.
    BindPublicAddress(InterfaceIx, std::net::IpAddr),
    /// A peering starts to work.
    ActivatePeering(Text),
    /// A new route in a route table, by its id.
    AddRoute(Text, Route),
    /// A server is started.
    Start(InstanceIx),
}

/// A smallest set of changes after which the connection works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The changes; leaving one out, the connection does not work.
    pub changes: Vec<Change>,
    /// Each change in words.
    pub words: Vec<String>,
}

/// Plans that are named at most.
const PLANS: usize = 6;
/// Combinations that are tried at most.
const TRIED: usize = 48;

impl Change {
    /// Makes the change.
    pub fn apply(&self, estate: &mut Estate) {
        match self {
            Self::Edit(edit) => edit.apply(estate),
            Self::AddEntry(acl, entry) => {
                if let Some(acl) = estate.acls.get_mut(acl.at()) {
                    acl.entries.iter_mut().for_each(|entry| entry.position += 1);
                    acl.entries.push((**entry).clone());
                }
            }
            Self::BindPublicAddress(interface, private) => {
                let addresses = estate.interfaces.get_mut(interface.at()).map(|it| &mut it.addresses);
                for address in addresses.into_iter().flatten().filter(|it| it.private == *private) {
                    address.public = Some(somebody(private.is_ipv4()));
                }
            }
            Self::ActivatePeering(id) => {
                estate
                    .peerings
                    .iter_mut()
                    .filter(|peering| peering.id == *id)
                    .for_each(|it| it.active = true);
            }
            Self::AddRoute(table, route) => {
                for table in estate.route_tables.iter_mut().filter(|it| it.id == *table) {
                    let mut routes = table.routes.to_vec();
                    routes.push(*route);
                    table.routes = routes.into_boxed_slice();
                }
            }
            Self::Start(instance) => {
                if let Some(instance) = estate.instances.get_mut(instance.at()) {
                    instance.state = PowerState::Running;
                }
            }
        }
    }
}

/// A public address that stands for the one that will be bound.
fn somebody(v4: bool) -> std::net::IpAddr {
    if v4 { [192, 0, 2, 1].into() } else { [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into() }
}

impl Explainer<'_> {
    /// The smallest sets of changes that make a denied connection work, fewest changes first.
    pub(crate) fn plans(&self, part: &Part, path: &Path, question: &Question) -> Vec<Plan> {
        let number = question.protocol.filter(|it| question.port.is_some() || !protocol::has_ports(*it));
        let (Verdict::Denied, Some(number)) = (part.verdict, number) else { return Vec::new() };
        let mut combinations: Vec<Vec<Change>> = vec![Vec::new()];
        for (step, checkpoint) in part.steps.iter().zip(&path.checkpoints) {
            if step.verdict != Verdict::Denied {
                continue;
            }
            let asked = packet(checkpoint, path, question, number);
            let options = self.remedies(checkpoint, &asked);
            let joined = combinations.iter().flat_map(|before| {
                options.iter().map(move |more| before.iter().chain(more).cloned().collect())
            });
            combinations = joined.take(TRIED).collect();
        }
        combinations.sort_by_key(Vec::len);
        let mut plans: Vec<Plan> = Vec::new();
        for changes in combinations {
            if plans.len() < PLANS
                && !plans.iter().any(|plan| plan.changes.iter().all(|change| changes.contains(change)))
                && self.is_minimal(&changes, part, question)
            {
                let words = changes.iter().map(|change| self.change_words(change)).collect();
                plans.push(Plan { changes, words });
            }
        }
        plans
    }

    /// Whether the connection works after the changes, and not after all but one of them.
    fn is_minimal(&self, changes: &[Change], part: &Part, question: &Question) -> bool {
        if changes.is_empty() || !self.works_after(changes, part, question) {
            return false;
        }
        (0..changes.len()).all(|left_out| {
            let mut fewer = changes.to_vec();
            fewer.remove(left_out);
            !self.works_after(&fewer, part, question)
        })
    }

    /// Asks again on the changed estate.
    fn works_after(&self, changes: &[Change], part: &Part, question: &Question) -> bool {
        let mut estate = self.estate.clone();
        for change in changes {
            change.apply(&mut estate);
        }
        let index = Index::new(&estate);
        let options = Options { causes: false, plans: false, trace: false, ..self.options };
        let again = Explainer::new(&index, self.lookup, options);
        matches!(again.verdict_between(part.from, part.to, question), Verdict::Allowed)
    }

    /// The changes that would each make one checkpoint let a packet through; none where nothing in the cloud would.
    fn remedies(&self, checkpoint: &Checkpoint, asked: &Packet) -> Vec<Vec<Change>> {
        match &checkpoint.kind {
            Kind::Fixed { why: Some(why), .. } | Kind::Handed { why: Some(why), .. } => {
                self.remedies_of(*why, asked)
            }
            Kind::Fixed { .. }
            | Kind::Handed { .. }
            | Kind::Reach { .. }
            | Kind::Blocked { .. }
            | Kind::Listening { .. } => Vec::new(),
            Kind::Filter { of: FilterOf::Acl(ix), .. } => {
                let (ports, narrow) = if checkpoint.reply {
                    (PortRange::new(EPHEMERAL.0, EPHEMERAL.1).map_or(Ports::All, Ports::Range), None)
                } else {
                    (ports_of(asked), None)
                };
                let rule = Rule { ports, narrow, ..allow(asked, checkpoint.direction, 0) };
                vec![vec![Change::AddEntry(*ix, Box::new(rule))]]
            }
            Kind::Filter { of: FilterOf::Groups(ix), pair, remote, .. } => {
                let seen = matches!(remote, Remote::Seen(seen) if !seen.is_empty());
                if seen {
                    self.group_remedies(*ix, &pair.most, asked, checkpoint.direction)
                } else {
                    Vec::new()
                }
            }
        }
    }

    fn remedies_of(&self, why: Why, asked: &Packet) -> Vec<Vec<Change>> {
        let change = match why {
            Why::Stopped(instance) => Change::Start(instance),
            Why::NoPublicAddress(Some(ix)) => {
                let interface = self.estate.interface(ix);
                let own = [asked.local, asked.peer]
                    .into_iter()
                    .find(|it| interface.addresses.iter().any(|a| a.private == *it));
                let Some(own) = own else { return Vec::new() };
                Change::BindPublicAddress(ix, own)
            }
            Why::PeeringInactive(peering) => Change::ActivatePeering(peering),
            Why::NoRouteOut { table, nat } => {
                let all = if asked.local.is_ipv4() { [0; 4].into() } else { [0; 16].into() };
                let Some(destination) = Prefix::new(all, 0) else { return Vec::new() };
                Change::AddRoute(table, Route { destination, hop: Hop::Nat(nat) })
            }
            Why::NoRoute { network, hop, .. } => {
                let mut tables =
                    self.estate.route_tables.iter().filter(|table| table.network == Some(network));
                let Some(table) = tables.find(|table| table.main).or_else(|| tables.next()) else {
                    return Vec::new();
                };
                let inside = |address| {
                    let known = |block: &Prefix| block.contains(address);
                    self.estate.network(network).blocks.iter().any(known)
                };
                let target = if inside(asked.local) { asked.peer } else { asked.local };
                Change::AddRoute(table.id, Route { destination: Prefix::host(target), hop })
            }
            Why::Down(_)
            | Why::Detached { .. }
            | Why::NotConnected(..)
            | Why::NoPublicAddress(None)
            | Why::NotHandedOn { .. } => {
                return Vec::new();
            }
        };
        vec![vec![change]]
    }

    /// An allow rule that outranks what denies, in each group that may be changed; or what denies goes.
    fn group_remedies(
        &self,
        ix: InterfaceIx,
        policy: &portreeve_engine::Policy,
        asked: &Packet,
        direction: Direction,
    ) -> Vec<Vec<Change>> {
        let class = self.index.class(self.index.class_of(ix));
        let matching: Vec<(Source, Action)> = policy.trace(asked).collect();
        let denies = |(source, action): &(Source, Action)| match source {
            Source::Rule(at) if *action == Action::Deny => Some(*at),
            _ => None,
        };
        let blockers: Vec<RuleRef> = matching.iter().map_while(denies).collect();
        let mut options = Vec::new();
        for (position, group) in class.groups.iter().enumerate() {
            if self.estate.group(*group).managed {
                continue;
            }
            if let Some(priority) = self.priority_before(*group, position, &class.groups, &blockers) {
                let rule = allow(asked, direction, priority);
                options.push(vec![add(*group, rule)]);
            }
        }
        let free = blockers.iter().all(|at| !self.estate.group(at.group).managed);
        if !blockers.is_empty() && free {
            let mut last_first = blockers.clone();
            last_first.sort_unstable_by(|one, other| other.cmp(one));
            let removed: Vec<Change> =
                last_first.iter().map(|at| Change::Edit(Edit::RemoveRule(at.group, at.rule))).collect();
            let added = options.first().and_then(|option| option.first()).cloned();
            options.push(removed.clone());
            if let Some(added) = added {
                options.push(removed.into_iter().chain([added]).collect());
            } else if let Some(group) = class.groups.iter().find(|ix| !self.estate.group(**ix).managed) {
                let rule = allow(asked, direction, 1);
                options.push(removed.into_iter().chain([add(*group, rule)]).collect());
            }
        }
        options
    }

    /// A priority in a group with which a new rule ranks before all of some rules; nothing where there is none.
    fn priority_before(
        &self,
        group: GroupIx,
        position: usize,
        groups: &[GroupIx],
        blockers: &[RuleRef],
    ) -> Option<u32> {
        let ranking = self.estate.profile(self.estate.group(group).profile).ranking;
        let priority = |at: &RuleRef| {
            self.estate.group(at.group).rules.get(at.rule as usize).map_or(0, |it| it.priority)
        };
        match ranking {
            Ranking::Union | Ranking::Position => blockers.is_empty().then_some(1),
            Ranking::Priority => {
                let highest = blockers.iter().map(priority).min();
                highest.map_or(Some(1), |first| first.checked_sub(1).filter(|wanted| *wanted > 0))
            }
            Ranking::GroupThenPriority => {
                let place = |at: &RuleRef| groups.iter().position(|it| *it == at.group).unwrap_or(0);
                if blockers.iter().any(|at| place(at) < position) {
                    return None;
                }
                let highest = blockers.iter().filter(|at| place(at) == position).map(priority).min();
                highest.map_or(Some(1), |first| first.checked_sub(1).filter(|wanted| *wanted > 0))
            }
        }
    }

    fn edit_words(&self, edit: &Edit) -> String {
        match edit {
            Edit::AddRule(group, rule) => {
                format!("add to {}: {}", self.say.group(*group), rule_words(rule))
            }
            Edit::RemoveRule(group, rule) => {
                format!("remove {}", self.say.rule(RuleRef { group: *group, rule: *rule }))
            }
            // No plan for a connection needs the others.
            _ => String::new(),
        }
    }

    /// A change in words, as a `whatif` edit says it where it is one of rules.
    fn change_words(&self, change: &Change) -> String {
        match change {
            Change::Edit(edit) => self.edit_words(edit),
            Change::AddEntry(acl, entry) => {
                format!(
                    "add as first entry of {}: {}",
                    self.say.acl(self.estate.acl(*acl)),
                    entry_words(entry)
                )
            }
            Change::BindPublicAddress(ix, private) => {
                format!(
                    "bind a public address to {private} of {}",
                    self.estate.text(self.estate.interface(*ix).id)
                )
            }
            Change::ActivatePeering(id) => format!("have peering {} accepted", self.estate.text(*id)),
            Change::AddRoute(table, route) => {
                let hop = self.say.hop(route.hop);
                format!(
                    "add to route table {}: {} through {hop}",
                    self.estate.text(*table),
                    route.destination
                )
            }
            Change::Start(ix) => format!("start {}", self.say.instance(self.estate.instance(*ix))),
        }
    }
}

fn add(group: GroupIx, rule: Rule) -> Change {
    Change::Edit(Edit::AddRule(group, Box::new(rule)))
}

fn ports_of(asked: &Packet) -> Ports {
    if protocol::has_ports(asked.protocol) { Ports::Range(PortRange::one(asked.port)) } else { Ports::All }
}

fn allow(asked: &Packet, direction: Direction, priority: u32) -> Rule {
    Rule {
        id: Text::EMPTY,
        description: Text::EMPTY,
        position: 0,
        priority,
        direction,
        action: Action::Allow,
        acts: Acts::Surely,
        scope: Scope::Anywhere,
        protocol: Protocol::Number(asked.protocol),
        ports: ports_of(asked),
        peer: Peer::Prefix(Prefix::host(asked.peer)),
        narrow: None,
        gap: None,
    }
}

fn rule_words(rule: &Rule) -> String {
    let way = if rule.direction == Direction::Ingress { "in" } else { "out" };
    format!("{} priority {} {way}", entry_words(rule), rule.priority)
}

fn entry_words(rule: &Rule) -> String {
    let label = match rule.protocol {
        Protocol::All => "all".to_owned(),
        Protocol::Number(number) => protocol::label(number),
    };
    let ports = match &rule.ports {
        Ports::Range(range) if range.first() == range.last() => format!(" {}", range.first()),
        Ports::Range(range) => format!(" {}-{}", range.first(), range.last()),
        _ => String::new(),
    };
    let side = if rule.direction == Direction::Ingress { "from" } else { "to" };
    let peer = match &rule.peer {
        Peer::Prefix(prefix) => prefix.to_string(),
        _ => "any".to_owned(),
    };
    format!("{} {label}{ports} {side} {peer}", rule.action)
}
