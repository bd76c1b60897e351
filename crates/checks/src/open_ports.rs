//! Ports that are open to everyone: one question, asked by every service item with ports of its own.

use std::cmp::Reverse;
use std::sync::Arc;

use portreeve_engine::{Bound, ClassIx, Policy};
use portreeve_model::{GapIx, GroupIx, InterfaceIx};
use portreeve_netset::{AddressSet, Packet, PortSet};

use crate::catalogue;
use crate::everyone::{EVERYONE, Family};
use crate::evidence::Evidence;
use crate::exposure::{self, Effective};
use crate::finding::{Certainty, Extent, Finding, Server, ServerState};
use crate::meta::Service;
use crate::openness::{Asked, Openness, Ports, Transport};
use crate::run::{Asking, Run};
use crate::settings::OwnItem;
use crate::shield::{Reasons, speaks};
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
    pub(crate) fn who(&self) -> &AddressSet {
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

    /// The part of what an answer had open that an interface does not, port for port.
    pub(crate) fn closed(&self, open: &Ports, view: &View) -> Ports {
        match self {
            // One port less, and not all ports are open.
            Self::AllPorts => open.without(&view.most().everyone),
            _ => open.without(&self.effect(view.most())),
        }
    }

    /// Who gets in where it fires, in words.
    pub(crate) fn whom(&self) -> &'static str {
        match self {
            Self::Wide => "a very large range",
            Self::Own(_, _, peers) if *peers != *EVERYONE => "all peers of the item",
            _ => "everyone",
        }
    }

    /// One bit for each port and family of the answer, folded where there are more of them than bits.
    fn extent(&self, answer: &Ports, certainty: Certainty) -> Extent {
        let mut bits = u32::from(certainty == Certainty::Sure);
        for (transport, family, ports) in answer.each().filter(|(_, _, ports)| !ports.is_empty()) {
            let (six, udp) = (u32::from(family == Family::V6), transport == Transport::Udp);
            match self {
                Self::AllPorts => bits |= 1 << (1 + six + 2 * u32::from(udp)),
                Self::Everyone(asked) | Self::Own(_, asked, _) => {
                    let before = if udp { asked.tcp.intervals() } else { &[] };
                    let before: u32 = before.iter().map(|(lo, hi)| u32::from(*hi) - u32::from(*lo) + 1).sum();
                    for (nth, port) in (before..).zip(each_port(asked.of(transport))) {
                        bits |= u32::from(ports.contains(port)) << (1 + (nth * 2 + six) % 31);
                    }
                }
                Self::Wide => {
                    for port in each_port(ports) {
                        bits |= 1 << (1 + (u32::from(port) * 4 + six + 2 * u32::from(udp)) % 31);
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

/// By families: what the groups of interfaces open together, and the finding about it.
type Told = ([bool; 2], Option<(Ports, Finding)>);

/// The kinds of interfaces of a class, by their families, each with the first that is of it.
pub(crate) struct Kinds {
    firsts: Vec<([bool; 2], InterfaceIx)>,
}

impl Kinds {
    pub(crate) fn of(run: &Run<'_>, class: ClassIx) -> Self {
        let mut firsts: Vec<([bool; 2], InterfaceIx)> = Vec::new();
        for interface in &run.index.class(class).interfaces {
            let families = run.families(*interface);
            if !firsts.iter().any(|(known, _)| *known == families) {
                firsts.push((families, *interface));
            }
        }
        Self { firsts }
    }
}

/// One item about ports.
pub(crate) struct OpenPorts {
    pub(crate) asking: Asking,
    pub(crate) question: Question,
}

/// The servers of a finding, with what is open on them: on those from the end before up to this one.
#[derive(Default)]
struct Carriers {
    servers: Vec<Server>,
    stands: Vec<(usize, Effective)>,
}

impl Carriers {
    /// The servers that share what is open on them.
    fn each(&self) -> impl Iterator<Item = (&[Server], &Effective)> {
        let starts = std::iter::once(0).chain(self.stands.iter().map(|(end, _)| *end));
        starts
            .zip(&self.stands)
            .map(|(start, (end, open))| (self.servers.get(start..*end).unwrap_or_default(), open))
    }

    /// The server that a witness should reach: the first of those in the worst state, if that is bad at all.
    fn worst(&self) -> Option<(&Server, &Effective)> {
        let all = self.each().flat_map(|(servers, open)| servers.iter().map(move |server| (server, open)));
        all.filter(|(server, _)| server.state != ServerState::Shielded)
            .max_by_key(|(server, _)| (server.state, Reverse(server.interface)))
    }

    /// What was open on the servers added since the last call.
    fn end_stand(&mut self, effective: Option<Effective>) {
        self.stands.extend(effective.map(|effective| (self.servers.len(), effective)));
    }
}

impl OpenPorts {
    /// What one group alone opens, with what that means for each interface that carries it.
    pub(crate) fn of_group(&self, run: &Run<'_>, group: GroupIx) -> Option<Finding> {
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
        let policy = ingress_of_group(&run.index, group, bound);
        let Evidence { traffic, rules, witness } = Evidence::of(&policy, &open, None, self.question.who());
        let mut finding = self.asking.blank(run, Some(group), run.estate.group(group).id);
        if certainty == Certainty::Possible {
            finding.gaps = gaps(|bound| ingress_of_group(&run.index, group, bound), &open);
        }
        finding.certainty = certainty;
        finding.traffic = traffic;
        let mut carriers = Carriers::default();
        for class in run.index.classes_of(group) {
            self.carriers(run, *class, &open, &mut finding, &mut carriers);
        }
        finding.exposure = exposure::of(run, &finding.traffic, carriers.each());
        finding.witness = carriers.worst().and_then(|worst| self.aim(run, worst)).or(witness);
        finding.fingerprint.extent = self.question.extent(&open, certainty);
        finding.rules = Arc::from(rules);
        finding.servers = carriers.servers;
        Some(finding)
    }

    /// What the groups of an interface open together though none of them does alone: one finding for each interface.
    pub(crate) fn of_class(&self, run: &Run<'_>, class: ClassIx, kinds: &Kinds) -> Vec<Finding> {
        let members = run.index.class(class);
        // One group alone is that group's own finding.
        if members.groups.len() < 2 {
            return Vec::new();
        }
        if !run.views.is_shared(class) {
            let each = members.interfaces.iter();
            return each
                .filter_map(|it| Some(self.of_interface(run, *it, &self.together(run, class, *it)?)))
                .collect();
        }
        // The same for all interfaces with the same families, as nothing else tells them apart.
        let answers = kinds.firsts.iter().map(|(kind, first)| (*kind, self.together(run, class, *first)));
        let told: Vec<Told> = answers.collect();
        if told.iter().all(|(_, answer)| answer.is_none()) {
            return Vec::new();
        }
        let of = |it| {
            let (_, answer) = told.iter().find(|(kind, _)| *kind == run.families(it))?;
            answer.as_ref()
        };
        let each = members.interfaces.iter();
        each.filter_map(|it| Some(self.of_interface(run, *it, of(*it)?))).collect()
    }

    /// The finding of one interface whose groups open something together.
    fn of_interface(
        &self,
        run: &Run<'_>,
        interface: InterfaceIx,
        (open, finding): &(Ports, Finding),
    ) -> Finding {
        let mut finding = finding.clone();
        let state = match finding.certainty {
            Certainty::Sure => ServerState::AtRisk,
            Certainty::Possible => ServerState::Unknown,
        };
        let because = Arc::from(self.together_because(finding.certainty));
        let server = Server { interface, state, because };
        let sure = if finding.certainty == Certainty::Sure { open.clone() } else { Ports::default() };
        let effective = Effective { sure, most: open.clone() };
        self.asking.name(run, &mut finding, run.estate.interface(interface).id);
        finding.witness = self.aim(run, (&server, &effective));
        finding.servers = vec![server];
        finding.exposure = exposure::of(run, &finding.traffic, [(&*finding.servers, &effective)]);
        finding
    }

    /// What that is for one interface, as yet without anything that only it has.
    fn together(&self, run: &Run<'_>, class: ClassIx, interface: InterfaceIx) -> Option<(Ports, Finding)> {
        let members = run.index.class(class);
        let view = run.views.interface(class, interface);
        let reached = |ports: Ports| ports.of_families(|family| speaks(run, interface, family));
        let alone = |pick: fn(&View) -> &Openness| {
            members.groups.iter().fold(Ports::default(), |sum, group| {
                sum.or(&self.question.answer(pick(run.views.group(*group))))
            })
        };
        let sure = reached(self.question.answer(&view.sure).without(&alone(|view| &view.sure)));
        let (certainty, open, bound) = if sure.is_empty() {
            let most = reached(self.question.answer(view.most()).without(&alone(View::most)));
            (Certainty::Possible, most, Bound::Possibly)
        } else {
            (Certainty::Sure, sure, Bound::Surely)
        };
        // What groups that are not in the input may open is no finding but a gap: there is nothing to look at.
        let unread = certainty == Certainty::Possible && members.unread;
        if open.is_empty() || unread {
            return None;
        }
        let policy = ingress_of_class(&run.index, members, bound);
        // What all interfaces of the class share is told without regard to the addresses of one of them.
        let own = view::local(run.estate, interface).filter(|_| !run.views.is_shared(class));
        let evidence = Evidence::of(&policy, &open, own.as_ref(), self.question.who());
        let mut finding = self.asking.blank(run, None, run.estate.interface(interface).id);
        finding.certainty = certainty;
        if certainty == Certainty::Possible {
            finding.gaps = gaps(|bound| ingress_of_class(&run.index, members, bound), &open);
            finding.gaps.extend(run.estate.interface(interface).gap);
        }
        finding.fingerprint.extent = self.question.extent(&open, certainty);
        (finding.traffic, finding.rules) = (evidence.traffic, Arc::from(evidence.rules));
        let names: Vec<String> = members.groups.iter().map(|ix| run.called(run.estate.group(*ix))).collect();
        let told = match self.question {
            // One of them may well open it to everyone, of whom another shuts some out.
            Question::Wide => "what the rules of its groups leave open together",
            _ => "none of its groups opens this alone, together they do",
        };
        finding.detail = Arc::from(format!("{told}: {}", names.join(", ")));
        Some((open, finding))
    }

    fn together_because(&self, certainty: Certainty) -> String {
        let (whom, verb) =
            (self.question.whom(), if certainty == Certainty::Sure { "let" } else { "may let" });
        format!("the rules of its groups {verb} {whom} in together")
    }

    /// Adds the interfaces of a class, each with what the finding of one of its groups means for it.
    fn carriers(
        &self,
        run: &Run<'_>,
        class: ClassIx,
        open: &Ports,
        finding: &mut Finding,
        carriers: &mut Carriers,
    ) {
        let members = run.index.class(class);
        let shared = run.views.is_shared(class);
        let mut reasons = Reasons::new(run, class, &self.question, open, &finding.traffic);
        let mut effective = None;
        carriers.servers.reserve(members.interfaces.len());
        for interface in &members.interfaces {
            if effective.is_none() || !shared {
                carriers.end_stand(effective.take().map(|(effective, _)| effective));
                let view = run.views.interface(class, *interface);
                let of = |openness| self.question.effect(openness).and(open);
                let fresh = Effective { sure: of(&view.sure), most: of(view.most()) };
                let has = [&fresh.sure, &fresh.most].map(|open| Family::BOTH.map(|it| open.has(it)));
                effective = Some((fresh, has));
            }
            let Some((_, [sure, most])) = &effective else { continue };
            let [v4, v6] = run.families(*interface);
            let meets = |[has_v4, has_v6]: [bool; 2]| v4 && has_v4 || v6 && has_v6;
            let state = match (meets(*sure), meets(*most)) {
                (true, _) => ServerState::AtRisk,
                (false, true) => ServerState::Unknown,
                (false, false) => ServerState::Shielded,
            };
            if state == ServerState::Unknown {
                reasons.gaps(&mut finding.gaps);
                finding
                    .gaps
                    .extend(run.estate.interface(*interface).gap.filter(|gap| !finding.gaps.contains(gap)));
            }
            let because = reasons.because(state, *interface);
            carriers.servers.push(Server { interface: *interface, state, because });
        }
        carriers.end_stand(effective.map(|(effective, _)| effective));
    }

    /// A packet that the effective rules of a server let in, as far as its state says so.
    fn aim(&self, run: &Run<'_>, (server, effective): (&Server, &Effective)) -> Option<Packet> {
        let (open, bound) = match server.state {
            ServerState::AtRisk => (&effective.sure, Bound::Surely),
            _ => (&effective.most, Bound::Possibly),
        };
        let class = run.index.class(run.index.class_of(server.interface));
        let policy = ingress_of_class(&run.index, class, bound);
        let reachable = open.of_families(|family| speaks(run, server.interface, family));
        let own = view::local(run.estate, server.interface);
        Evidence::of(&policy, &reachable, own.as_ref(), self.question.who()).witness
    }
}

/// The gaps that leave some ports open: an allow rule in doubt stands in the policy at one bound, a deny rule at the other.
pub(crate) fn gaps(policy: impl Fn(Bound) -> Policy, open: &Ports) -> Vec<GapIx> {
    let mut gaps = Vec::new();
    for policy in [Bound::Surely, Bound::Possibly].map(policy) {
        for transport in Transport::BOTH {
            let ports = open.of(transport);
            if !ports.is_empty() {
                gaps.extend(policy.gaps(transport.number(), &ports));
            }
        }
    }
    gaps.sort_unstable();
    gaps.dedup();
    gaps
}
