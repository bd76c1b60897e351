//! Ports that are open to everyone: one question, asked by every service item with ports of its own.

use std::cmp::Reverse;
use std::sync::Arc;

use portreeve_engine::{Bound, ClassIx, Policy, Source};
use portreeve_model::{Action, GapIx, GroupIx, InterfaceIx};
use portreeve_netset::{AddressSet, Packet, PortSet};

use crate::catalogue;
use crate::everyone::{EVERYONE, Family, unspecified};
use crate::evidence::Evidence;
use crate::exposure;
use crate::finding::{Certainty, Extent, Finding, ItemIx, Server, ServerState};
use crate::meta::Service;
use crate::openness::{Asked, Openness, Ports, Transport};
use crate::run::{Draft, Run, blank, suggestion};
use crate::settings::OwnItem;
use crate::view::{self, View, ingress_of_class, ingress_of_group};

/// Which opening of a policy an item looks at.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    /// Any of these ports open to everyone.
    Everyone(Asked),
    /// All ports of one transport and family open to everyone.
    AllPorts,
    /// Risky ports open to a wide block only.
    Wide,
    /// The ports of the user's own item of this place, open to its peers.
    Own(usize, Asked, AddressSet),
}

impl Question {
    /// The question of a row of the catalogue.
    pub(crate) fn of(service: &Service) -> Self {
        let set = |ranges: &[(u16, u16)]| ranges.iter().copied().collect();
        Self::Everyone(Asked { tcp: set(service.tcp), udp: set(service.udp) })
    }

    /// The question of an item of the user's own.
    pub(crate) fn own(nth: usize, item: &OwnItem) -> Self {
        let peers = item.peers.clone().unwrap_or_else(|| EVERYONE.clone());
        Self::Own(nth, Asked { tcp: item.tcp.clone(), udp: item.udp.clone() }, peers)
    }

    /// Whose access makes the item fire.
    fn who(&self) -> &AddressSet {
        match self {
            Self::Own(_, _, peers) => peers,
            _ => &EVERYONE,
        }
    }

    /// The part of an opening that answers yes.
    fn answer(&self, openness: &Openness) -> Ports {
        match self {
            Self::Everyone(asked) => openness.everyone.asked(asked),
            Self::AllPorts => openness.everyone.full(),
            Self::Wide => openness.wide.clone(),
            Self::Own(nth, ..) => openness.own.get(*nth).cloned().unwrap_or_default(),
        }
    }

    /// The part of an interface's opening that makes what a group opens felt: open to everyone is open to a wide block as well.
    fn effect(&self, openness: &Openness) -> Ports {
        match self {
            Self::Wide => openness.wide.or(&openness.everyone),
            _ => self.answer(openness),
        }
    }

    /// One bit for each port and family of the answer, folded where there are more ports than bits.
    fn extent(&self, answer: &Ports, certainty: Certainty) -> Extent {
        let mut bits = u32::from(certainty == Certainty::Sure);
        for (transport, family, ports) in answer.each().filter(|(_, _, ports)| !ports.is_empty()) {
            let side = u32::from(family == Family::V6) + 2 * u32::from(transport == Transport::Udp);
            match self {
                Self::AllPorts => bits |= 1 << (1 + side),
                Self::Everyone(asked) | Self::Own(_, asked, _) => {
                    for (nth, port) in (0..).zip(each_port(asked.of(transport))) {
                        bits |= u32::from(ports.contains(port)) << (1 + (nth * 4 + side) % 31);
                    }
                }
                Self::Wide => {
                    for port in each_port(ports) {
                        bits |= 1 << (1 + (u32::from(port) * 4 + side) % 31);
                    }
                }
            }
        }
        Extent(bits)
    }
}

fn each_port(ports: &PortSet) -> impl Iterator<Item = u16> {
    ports.intervals().iter().flat_map(|(first, last)| *first..=*last)
}

/// All ports that service items ask about.
pub(crate) fn risky() -> Asked {
    catalogue::services().fold(Asked::default(), |mut all, service| {
        all.tcp.union_with(&service.tcp.iter().copied().collect());
        all.udp.union_with(&service.udp.iter().copied().collect());
        all
    })
}

/// One item about ports.
pub(crate) struct OpenPorts {
    pub(crate) item: ItemIx,
    pub(crate) question: Question,
    pub(crate) suggestion: Arc<str>,
}

impl OpenPorts {
    /// What one group alone opens, with what that means for each interface that carries it.
    pub(crate) fn of_group(&self, run: &Run<'_>, group: GroupIx) -> Option<Draft> {
        let view = run.views.group(group);
        let sure = self.question.answer(&view.sure);
        let (certainty, open, bound) = if sure.is_empty() {
            (Certainty::Possible, self.question.answer(view.most()), Bound::Possibly)
        } else {
            (Certainty::Sure, sure, Bound::Surely)
        };
        if open.is_empty() {
            return None;
        }
        let said = run.estate.group(group);
        let policy = ingress_of_group(&run.index, group, bound);
        let Evidence { traffic, rules, witness } = Evidence::of(&policy, &open, None, self.question.who());
        let mut finding = blank(self.item, Some(group), suggestion(said, &self.suggestion));
        if certainty == Certainty::Possible {
            finding.gaps = gaps(&policy, &open);
        }
        for class in run.index.classes_of(group) {
            self.servers(run, *class, &open, certainty, &mut finding);
        }
        finding.certainty = certainty;
        finding.exposure = exposure::of(run, &finding.servers, &traffic);
        finding.witness = self.aim(run, &finding, &policy, &open, witness);
        finding.fingerprint.extent = self.question.extent(&open, certainty);
        (finding.traffic, finding.rules) = (traffic, Arc::from(rules));
        Some(Draft { subject: vec![said.id], finding })
    }

    /// What the groups of an interface open together though none of them does alone: one finding for each interface.
    pub(crate) fn of_class(&self, run: &Run<'_>, class: ClassIx) -> Vec<Draft> {
        let members = run.index.class(class);
        // One group alone is that group's own finding.
        if members.groups.len() < 2 {
            return Vec::new();
        }
        let shared = run.views.is_shared(class);
        let mut told: Option<Option<(Ports, Finding)>> = None;
        let mut drafts = Vec::new();
        for interface in &members.interfaces {
            let fresh = || self.together(run, class, *interface);
            let answer = if shared { told.get_or_insert_with(fresh).clone() } else { fresh() };
            let Some((open, mut finding)) = answer else { continue };
            if !Family::BOTH.into_iter().any(|family| open.has(family) && speaks(run, *interface, family)) {
                continue;
            }
            let state = match finding.certainty {
                Certainty::Sure => ServerState::AtRisk,
                Certainty::Possible => ServerState::Unknown,
            };
            let because = Arc::from(together_because(finding.certainty));
            finding.servers = vec![Server { interface: *interface, state, because }];
            finding.exposure = exposure::of(run, &finding.servers, &finding.traffic);
            finding.witness = finding.witness.map(|witness| towards(run, *interface, witness));
            drafts.push(Draft { subject: vec![run.estate.interface(*interface).id], finding });
        }
        drafts
    }

    fn together(&self, run: &Run<'_>, class: ClassIx, interface: InterfaceIx) -> Option<(Ports, Finding)> {
        let members = run.index.class(class);
        let view = run.views.interface(class, interface);
        let alone = |pick: fn(&View) -> &Openness| {
            members.groups.iter().fold(Ports::default(), |sum, group| {
                sum.or(&self.question.answer(pick(run.views.group(*group))))
            })
        };
        let sure = self.question.answer(&view.sure).without(&alone(|view| &view.sure));
        let (certainty, open, bound) = if sure.is_empty() {
            let most = self.question.answer(view.most()).without(&alone(View::most));
            (Certainty::Possible, most, Bound::Possibly)
        } else {
            (Certainty::Sure, sure, Bound::Surely)
        };
        // Where more is open to everyone together, the wide block of each group alone says no more. What groups that are not in
        // the input may open is no finding but a gap: there is nothing to look at.
        let unread = certainty == Certainty::Possible && members.unread;
        if open.is_empty() || unread || matches!(self.question, Question::Wide) {
            return None;
        }
        let policy = ingress_of_class(&run.index, members, bound);
        let evidence =
            Evidence::of(&policy, &open, view::local(run.estate, interface).as_ref(), self.question.who());
        let mut finding = blank(self.item, None, Arc::clone(&self.suggestion));
        finding.certainty = certainty;
        if certainty == Certainty::Possible {
            finding.gaps = gaps(&policy, &open);
            finding.gaps.extend(run.estate.interface(interface).gap);
        }
        finding.fingerprint.extent = self.question.extent(&open, certainty);
        (finding.traffic, finding.rules, finding.witness) =
            (evidence.traffic, Arc::from(evidence.rules), evidence.witness);
        let names: Vec<String> = members.groups.iter().map(|ix| run.called(run.estate.group(*ix))).collect();
        let detail = format!("none of its groups opens this alone, together they do: {}", names.join(", "));
        finding.detail = Arc::from(detail);
        Some((open, finding))
    }

    /// Adds the interfaces of a class, each with what the finding of one of its groups means for it.
    fn servers(
        &self,
        run: &Run<'_>,
        class: ClassIx,
        open: &Ports,
        certainty: Certainty,
        finding: &mut Finding,
    ) {
        let members = run.index.class(class);
        let mut reasons = Reasons { run, class, open, told: Vec::new() };
        let shared = run.views.is_shared(class);
        let mut effective = None;
        for interface in &members.interfaces {
            let answer = || {
                let view = run.views.interface(class, *interface);
                (self.question.effect(&view.sure).and(open), self.question.effect(view.most()).and(open))
            };
            if effective.is_none() || !shared {
                effective = Some(answer());
            }
            let Some((sure, most)) = &effective else { continue };
            let meets = |ports: &Ports| {
                Family::BOTH.into_iter().any(|family| ports.has(family) && speaks(run, *interface, family))
            };
            let state = match (meets(sure), meets(most)) {
                (true, _) if certainty == Certainty::Sure => ServerState::AtRisk,
                (false, false) => ServerState::Shielded,
                _ => ServerState::Unknown,
            };
            if state == ServerState::Unknown {
                reasons.gaps(&mut finding.gaps);
                finding
                    .gaps
                    .extend(run.estate.interface(*interface).gap.filter(|gap| !finding.gaps.contains(gap)));
            }
            let because = reasons.because(state, *interface);
            finding.servers.push(Server { interface: *interface, state, because });
        }
    }

    /// Sends a witness to a server that it reaches, if there is one.
    fn aim(
        &self,
        run: &Run<'_>,
        finding: &Finding,
        policy: &Policy,
        open: &Ports,
        witness: Option<Packet>,
    ) -> Option<Packet> {
        let worst = finding.servers.iter().max_by_key(|server| (server.state, Reverse(server.interface)));
        let Some(worst) = worst.filter(|server| server.state != ServerState::Shielded) else {
            return witness;
        };
        let own = view::local(run.estate, worst.interface);
        let families = |family: Family| own.as_ref().is_none_or(|own| !family.of(own).is_empty());
        let reachable = open.of_families(families);
        Evidence::of(policy, &reachable, own.as_ref(), self.question.who()).witness.or(witness)
    }
}

/// Whether an interface has an address of a family; one without any known address has IPv4, as every interface does.
fn speaks(run: &Run<'_>, interface: InterfaceIx, family: Family) -> bool {
    let interface = run.estate.interface(interface);
    match family {
        Family::V4 => interface.addresses.is_empty() || interface.has_ipv4(),
        Family::V6 => interface.has_ipv6(),
    }
}

fn together_because(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Sure => "the rules of its groups let everyone in together",
        Certainty::Possible => "the rules of its groups may let everyone in together",
    }
}

/// The gaps of a policy that concern some ports.
fn gaps(policy: &Policy, open: &Ports) -> Vec<GapIx> {
    let mut gaps = Vec::new();
    for transport in Transport::BOTH {
        let ports = open.of(transport);
        if !ports.is_empty() {
            gaps.extend(policy.gaps(transport.number(), &ports));
        }
    }
    gaps.sort_unstable();
    gaps.dedup();
    gaps
}

/// A witness of a class, sent to one of its interfaces.
fn towards(run: &Run<'_>, interface: InterfaceIx, witness: Packet) -> Packet {
    let own = view::local(run.estate, interface);
    let family = if witness.peer.is_ipv4() { Family::V4 } else { Family::V6 };
    let local = own.filter(|own| !own.contains(witness.local)).and_then(|own| family.of(&own).witness());
    Packet { local: local.unwrap_or(witness.local), ..witness }
}

/// Why the interfaces of a class are in their states; told once for all that share the reason.
struct Reasons<'r, 'e> {
    run: &'r Run<'e>,
    class: ClassIx,
    open: &'r Ports,
    told: Vec<((ServerState, bool, bool), Arc<str>)>,
}

impl Reasons<'_, '_> {
    fn because(&mut self, state: ServerState, interface: InterfaceIx) -> Arc<str> {
        let families = Family::BOTH.map(|family| speaks(self.run, interface, family));
        let [v4, v6] = families;
        if let Some((_, text)) = self.told.iter().find(|(key, _)| *key == (state, v4, v6)) {
            return Arc::clone(text);
        }
        let text: Arc<str> = match state {
            ServerState::AtRisk => Arc::from("its effective rules let everyone in"),
            ServerState::Unknown => Arc::from("gaps leave open whether its effective rules let everyone in"),
            ServerState::Shielded => Arc::from(self.shield(v4, v6)),
        };
        self.told.push(((state, v4, v6), Arc::clone(&text)));
        text
    }

    fn gaps(&self, found: &mut Vec<GapIx>) {
        let policy = ingress_of_class(&self.run.index, self.run.index.class(self.class), Bound::Surely);
        for gap in gaps(&policy, self.open) {
            if !found.contains(&gap) {
                found.push(gap);
            }
        }
    }

    /// What keeps everyone out: a missing address, or a rule that stops some packet which the group alone lets in.
    fn shield(&self, v4: bool, v6: bool) -> String {
        let wanted = self.open.of_families(|family| if family == Family::V4 { v4 } else { v6 });
        if wanted.is_empty() {
            let family = if self.open.has(Family::V6) { "IPv6" } else { "IPv4" };
            return format!("it has no {family} address");
        }
        let run = self.run;
        let policy = ingress_of_class(&run.index, run.index.class(self.class), Bound::Surely);
        match stopper(&policy, &wanted) {
            Some(Source::Rule(rule)) => {
                let group = run.estate.group(rule.group);
                let name =
                    group.rules.get(rule.rule as usize).map(|rule| run.estate.rule_name(group.id, rule));
                format!("rule {} of group {} stops it", name.unwrap_or_default(), run.called(group))
            }
            _ => "the rules for its addresses do not let everyone in".to_owned(),
        }
    }
}

/// The rule that stops a packet from everyone on one of some ports.
fn stopper(policy: &Policy, wanted: &Ports) -> Option<Source> {
    for (transport, family, ports) in wanted.each() {
        let everyone = family.of(&EVERYONE);
        for port in each_port(ports).take(1) {
            let open = policy.peers(transport.number(), port);
            let closed: AddressSet = everyone.difference(&open);
            if let Some(peer) = closed.witness() {
                let local = unspecified(family);
                let packet = Packet { protocol: transport.number(), port, source_port: 50_000, local, peer };
                let decision = policy.decide(&packet);
                return decision.by.filter(|_| decision.action == Action::Deny);
            }
        }
    }
    None
}
