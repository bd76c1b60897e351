//! What the laws are tried on: an estate, the groups of an interface, packets, and a comparison.

use fastrand::Rng;
use portreeve_model::{
    Action, Acts, Direction, Estate, GroupIx, Otherwise, Peer, Ports, Protocol, Rule, Scope, Text,
};

use super::{Decide, Knobs, generate, number_rules};
use crate::notation::{ask_line, print};
use crate::oracle::{self, Packet};

/// Packets in each case. Many, because a change concerns few of them.
const PACKETS: usize = 24;

/// How often to draw until an estate offers what a law is about.
const DRAWS: usize = 200;

/// An estate and the groups of the interface that is asked about.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) estate: Estate,
    pub(super) groups: Vec<Text>,
}

/// A rule of one of the interface's groups, and where it is.
#[derive(Clone)]
pub(super) struct At {
    pub(super) group: GroupIx,
    pub(super) index: usize,
    pub(super) rule: Rule,
}

/// What a decider says of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Both {
    pub(super) surely: bool,
    pub(super) possibly: bool,
}

/// How the answers after a change relate to those before.
#[derive(Debug, Clone, Copy)]
pub(super) enum Relation {
    /// They are the same.
    Same,
    /// All that passed passes still.
    Opens,
    /// Nothing passes that did not.
    Closes,
    /// Less is sure, more is possible.
    Blurs,
}

impl Relation {
    fn holds(self, before: Both, after: Both) -> bool {
        match self {
            Self::Same => before == after,
            Self::Opens => before.surely <= after.surely && before.possibly <= after.possibly,
            Self::Closes => before.surely >= after.surely && before.possibly >= after.possibly,
            Self::Blurs => before.surely >= after.surely && before.possibly <= after.possibly,
        }
    }
}

/// The usual estates, or such with many gaps.
pub(super) fn some_knobs(rng: &mut Rng) -> Knobs {
    let usual = Knobs::default();
    if rng.bool() { Knobs { gaps: 0.15, ..usual } } else { usual }
}

/// A rule about everything.
pub(super) fn everything(direction: Direction, action: Action, priority: u32) -> Rule {
    Rule {
        id: Text::EMPTY,
        description: Text::EMPTY,
        position: 0,
        priority,
        direction,
        action,
        acts: Acts::Surely,
        scope: Scope::Anywhere,
        protocol: Protocol::All,
        ports: Ports::All,
        peer: Peer::Any,
        narrow: None,
        gap: None,
    }
}

impl Setting {
    pub(super) fn draw(rng: &mut Rng, knobs: &Knobs) -> Self {
        let estate = generate::estate(rng, knobs);
        let groups = generate::groups(rng, &estate);
        Self { estate, groups }
    }

    /// One of the usual estates, or one with many gaps.
    pub(super) fn draw_any(rng: &mut Rng) -> Self {
        let knobs = some_knobs(rng);
        Self::draw(rng, &knobs)
    }

    /// Draws until there is what a law wants to change, so that no case passes for want of a subject.
    pub(super) fn draw_until<T>(
        rng: &mut Rng,
        knobs: &Knobs,
        find: impl Fn(&mut Rng, &Self) -> Option<T>,
    ) -> Result<(Self, T), String> {
        for _ in 0..DRAWS {
            let setting = Self::draw(rng, knobs);
            if let Some(found) = find(rng, &setting) {
                return Ok((setting, found));
            }
        }
        Err(format!("{DRAWS} random estates offer nothing to try this law on"))
    }

    /// A rule of one of the interface's groups.
    pub(super) fn any(&self, rng: &mut Rng) -> Option<At> {
        self.rule_that(rng, |_| true)
    }

    /// A rule of one of the interface's groups that the platform surely applies.
    pub(super) fn acts(&self, rng: &mut Rng) -> Option<At> {
        self.rule_that(rng, |rule| rule.acts == Acts::Surely)
    }

    fn rule_that(&self, rng: &mut Rng, wanted: impl Fn(&Rule) -> bool) -> Option<At> {
        let own = self.estate.each_group().filter(|(_, group)| self.groups.contains(&group.id));
        let rules: Vec<At> = own
            .flat_map(|(ix, group)| {
                let rules = group.rules.iter().enumerate();
                rules.map(move |(index, rule)| At { group: ix, index, rule: rule.clone() })
            })
            .filter(|at| wanted(&at.rule))
            .collect();
        rng.choice(rules)
    }

    /// Whether a direction is open where nothing matches.
    pub(super) fn default_allows(&self, direction: Direction) -> bool {
        self.estate.profiles.iter().all(|profile| profile.otherwise(direction) == Otherwise::Allow)
    }

    /// The same with other rules in the place of one.
    pub(super) fn with_rule_replaced(&self, at: &At, rules: &[Rule]) -> Self {
        let mut changed = self.clone();
        if let Some(group) = changed.estate.groups.get_mut(at.group.at())
            && at.index < group.rules.len()
        {
            group.rules.splice(at.index..=at.index, rules.iter().cloned());
            number_rules(&mut group.rules);
        }
        changed
    }

    pub(super) fn add_to_first_group(&mut self, rule: Rule) {
        let first = self.groups.first().copied();
        if let Some(group) = self.estate.groups.iter_mut().find(|group| Some(group.id) == first) {
            group.rules.push(rule);
            number_rules(&mut group.rules);
        }
    }

    /// Packets at the borders of the interface's rules.
    pub(super) fn packets(&self, rng: &mut Rng) -> Vec<Packet> {
        (0..PACKETS).map(|_| generate::packet(rng, &self.estate, &self.groups)).collect()
    }

    /// Packets of which half are at the borders of one rule.
    pub(super) fn packets_near(&self, rng: &mut Rng, at: &At) -> Vec<Packet> {
        let mut packets = self.packets(rng);
        for packet in packets.iter_mut().step_by(2) {
            *packet = generate::packet_near(rng, &self.estate, at.group, &at.rule);
        }
        packets
    }

    fn asked(&self, decide: &dyn Decide, packet: &Packet) -> Both {
        Both {
            surely: decide.surely(&self.estate, &self.groups, packet),
            possibly: decide.possibly(&self.estate, &self.groups, packet),
        }
    }

    /// The setting as text, with the oracle's answer to the packet.
    fn shown(&self, packet: &Packet) -> String {
        let answer = oracle::decide(&self.estate, &self.groups, packet);
        format!("{}{}", print(&self.estate), ask_line(&self.estate, &self.groups, packet, &answer))
    }
}

/// An estate, the same with one more random rule in one of the interface's groups, and packets about it.
pub(super) fn with_added_rule(
    rng: &mut Rng,
    action: Option<Action>,
    acts: Option<Acts>,
) -> (Setting, Setting, Vec<Packet>) {
    let knobs = some_knobs(rng);
    let mut before = Setting::draw(rng, &knobs);
    let mut rule = generate::rule(rng, &knobs, &mut before.estate);
    rule.action = action.unwrap_or(rule.action);
    rule.acts = acts.unwrap_or(rule.acts);
    let mut after = before.clone();
    // The first group of the list may be any group: lists are shuffled.
    after.add_to_first_group(rule.clone());
    let at = At { group: GroupIx::new(0), index: 0, rule };
    let packets = after.packets_near(rng, &at);
    (before, after, packets)
}

/// Every packet gets an answer that is as it should be.
pub(super) fn expect(
    decide: &dyn Decide,
    setting: &Setting,
    packets: &[Packet],
    wanted: &str,
    holds: impl Fn(&Packet, Both) -> bool,
) -> Result<(), String> {
    for packet in packets {
        let both = setting.asked(decide, packet);
        if !holds(packet, both) {
            return Err(format!("{}\nwanted: {wanted}; answered: {both:?}", setting.shown(packet)));
        }
    }
    Ok(())
}

/// Every packet's answers before and after relate as they should.
pub(super) fn compare(
    decide: &dyn Decide,
    before: &Setting,
    after: &Setting,
    packets: &[Packet],
    relation: Relation,
) -> Result<(), String> {
    for packet in packets {
        let (was, is) = (before.asked(decide, packet), after.asked(decide, packet));
        if !relation.holds(was, is) {
            let (old, new) = (before.shown(packet), after.shown(packet));
            return Err(format!(
                "{old}\n\nand after the change\n\n{new}\n\n{relation:?}: {was:?}, then {is:?}"
            ));
        }
    }
    Ok(())
}
