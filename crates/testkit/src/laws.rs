//! Named laws that every evaluation of security groups keeps, whoever computes it.
//!
//! A law draws a random estate, changes it, and compares the answers before and after for packets at the borders of
//! the change. The oracle keeps them in this crate's tests, the engine in its own.

mod change;
mod setting;

use fastrand::Rng;
use portreeve_model::{Action, Acts, Direction, Estate, Peer, Ranking, Rule, SameGroup, Text};

use crate::generate::{self, Knobs, number_rules};
use crate::oracle::{self, Packet, Place};
use setting::{Relation, Setting, compare, expect, some_knobs};

/// Something that decides packets: the oracle, or the engine.
pub trait Decide {
    /// Whether the packet passes whatever the gaps hide.
    fn surely(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> bool;
    /// Whether there is a way to fill the gaps so that the packet passes.
    fn possibly(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> bool;
}

/// The oracle as a decider.
#[derive(Debug, Clone, Copy)]
pub struct Oracle;

impl Decide for Oracle {
    fn surely(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> bool {
        oracle::decide(estate, groups, packet).surely
    }

    fn possibly(&self, estate: &Estate, groups: &[Text], packet: &Packet) -> bool {
        oracle::decide(estate, groups, packet).possibly
    }
}

/// One case of a law; an error shows the estates, the packet and the answers.
pub type Case = fn(&dyn Decide, &mut Rng) -> Result<(), String>;

/// A law.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// Its name.
    pub name: &'static str,
    /// One random case of it.
    pub case: Case,
}

impl Law {
    /// Whether the law holds in so many random cases.
    ///
    /// # Errors
    /// With the first case that breaks it, and the seed that draws it.
    pub fn holds(&self, decide: &dyn Decide, cases: u64) -> Result<(), String> {
        (0..cases).try_for_each(|seed| {
            let outcome = (self.case)(decide, &mut Rng::with_seed(seed));
            outcome.map_err(|broken| format!("{} is broken by seed {seed}\n{broken}", self.name))
        })
    }
}

macro_rules! laws {
    ($($name:ident),* $(,)?) => {
        /// All laws.
        pub const ALL: &[Law] = &[$(Law { name: stringify!($name), case: $name }),*];
    };
}

laws![
    surely_implies_possibly,
    default_denies,
    default_allows_where_it_says_so,
    deny_wins_ties,
    a_deny_before_all_closes_all,
    adding_an_allow_never_closes,
    adding_a_deny_never_opens,
    a_disabled_rule_changes_nothing,
    duplicate_rules_change_nothing,
    order_is_irrelevant_within_a_band,
    group_order_is_irrelevant_under_priority,
    only_the_order_of_priorities_counts,
    splitting_a_prefix_changes_nothing,
    splitting_a_port_range_changes_nothing,
    a_prefix_in_a_list_is_a_prefix,
    a_group_peer_never_matches_the_internet,
    members_of_another_network_do_not_matter,
    rules_of_other_groups_do_not_matter,
    a_gap_never_makes_an_answer_firm,
];

/// What is surely allowed is possibly allowed.
fn surely_implies_possibly(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let setting = Setting::draw(rng, &Knobs { gaps: 0.15, ..Knobs::default() });
    expect(decide, &setting, &setting.packets(rng), "surely allowed, so possibly allowed", |_, both| {
        !both.surely || both.possibly
    })
}

/// Without allow rules nothing passes, unless the profile lets out what nothing matches.
fn default_denies(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let mut setting = Setting::draw(rng, &Knobs::without_gaps());
    for group in &mut setting.estate.groups {
        group.same_group = SameGroup::Rules;
        group.rules.retain(|rule| rule.action == Action::Deny);
    }
    let opens = setting.default_allows(Direction::Egress);
    expect(decide, &setting, &setting.packets(rng), "denied", |packet, both| {
        !both.possibly || (opens && packet.direction == Direction::Egress)
    })
}

/// Without deny rules everything passes in a direction whose default is to allow.
fn default_allows_where_it_says_so(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let mut setting = Setting::draw(rng, &Knobs::without_gaps());
    for group in &mut setting.estate.groups {
        group.rules.retain(|rule| rule.action == Action::Allow);
    }
    let opens = Direction::BOTH.map(|direction| setting.default_allows(direction));
    expect(decide, &setting, &setting.packets(rng), "allowed", |packet, both| {
        let [ingress, egress] = opens;
        both.surely || !(if packet.direction == Direction::Ingress { ingress } else { egress })
    })
}

/// An allow rule beside a deny rule of the same reach and rank might as well not be there.
fn deny_wins_ties(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    // Where the reach is not surely known, the allow rule may reach further; without gaps it cannot.
    let setting = Setting::draw_until(rng, &Knobs::without_gaps(), |rng, setting| setting.acts(rng));
    let (before, at) = setting?;
    let rule = Rule { action: Action::Deny, ..at.rule.clone() };
    let allow = Rule { action: Action::Allow, ..rule.clone() };
    let denied = before.with_rule_replaced(&at, std::slice::from_ref(&rule));
    let tied = before.with_rule_replaced(&at, &[rule, allow]);
    compare(decide, &denied, &tied, &tied.packets_near(rng, &at), Relation::Same)
}

/// A deny rule for everything before all others leaves nothing but what members may always do.
fn a_deny_before_all_closes_all(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let mut setting = Setting::draw(rng, &Knobs::without_gaps());
    for group in &mut setting.estate.groups {
        group.same_group = SameGroup::Rules;
    }
    for direction in Direction::BOTH {
        setting.add_to_first_group(setting::everything(direction, Action::Deny, 0));
    }
    expect(decide, &setting, &setting.packets(rng), "denied", |_, both| !both.possibly)
}

/// One more allow rule opens or does nothing.
fn adding_an_allow_never_closes(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let (before, after, packets) = setting::with_added_rule(rng, Some(Action::Allow), None);
    compare(decide, &before, &after, &packets, Relation::Opens)
}

/// One more deny rule closes or does nothing.
fn adding_a_deny_never_opens(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let (before, after, packets) = setting::with_added_rule(rng, Some(Action::Deny), None);
    compare(decide, &before, &after, &packets, Relation::Closes)
}

/// One more rule that is switched off does nothing.
fn a_disabled_rule_changes_nothing(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let (before, after, packets) = setting::with_added_rule(rng, None, Some(Acts::Never));
    compare(decide, &before, &after, &packets, Relation::Same)
}

/// Saying a rule twice says nothing new.
fn duplicate_rules_change_nothing(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let knobs = some_knobs(rng);
    let (before, at) = Setting::draw_until(rng, &knobs, |rng, setting| setting.any(rng))?;
    let after = before.with_rule_replaced(&at, &[at.rule.clone(), at.rule.clone()]);
    compare(decide, &before, &after, &before.packets_near(rng, &at), Relation::Same)
}

/// The order of a group's rules means nothing where they rank by priority or not at all.
fn order_is_irrelevant_within_a_band(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let before = Setting::draw_any(rng);
    let mut after = before.clone();
    for group in &mut after.estate.groups {
        rng.shuffle(&mut group.rules);
        number_rules(&mut group.rules);
    }
    compare(decide, &before, &after, &before.packets(rng), Relation::Same)
}

/// The order of an interface's groups means nothing where rules rank over all of them.
fn group_order_is_irrelevant_under_priority(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let knobs = some_knobs(rng);
    let (before, ()) = Setting::draw_until(rng, &knobs, |_, setting| {
        let ordered = |ranking| matches!(ranking, Ranking::GroupThenPriority | Ranking::Position);
        let free = !setting.estate.profiles.iter().any(|profile| ordered(profile.ranking));
        (free && setting.groups.len() > 1).then_some(())
    })?;
    let mut after = before.clone();
    after.groups.reverse();
    compare(decide, &before, &after, &before.packets(rng), Relation::Same)
}

/// Other numbers in the same order rank alike.
fn only_the_order_of_priorities_counts(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let before = Setting::draw_any(rng);
    let mut after = before.clone();
    for rule in after.estate.groups.iter_mut().flat_map(|group| &mut group.rules) {
        // 1, 2, 10, 50 and 100 become 9, 16, 72, 352 and 702: the order of texts would be another one.
        rule.priority = rule.priority * 7 + 2;
    }
    compare(decide, &before, &after, &before.packets(rng), Relation::Same)
}

/// A prefix is its two halves, and any address one of either family.
fn splitting_a_prefix_changes_nothing(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let knobs = some_knobs(rng);
    let (before, (at, halves)) = Setting::draw_until(rng, &knobs, |rng, setting| {
        let at = setting.acts(rng)?;
        let halves = change::halves_of_peer(&at.rule)?;
        Some((at, halves))
    })?;
    let after = before.with_rule_replaced(&at, &halves);
    compare(decide, &before, &after, &before.packets_near(rng, &at), Relation::Same)
}

/// A range of ports is its two halves.
fn splitting_a_port_range_changes_nothing(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let knobs = some_knobs(rng);
    let (before, (at, halves)) = Setting::draw_until(rng, &knobs, |rng, setting| {
        let at = setting.acts(rng)?;
        let halves = change::halves_of_ports(&at.rule)?;
        Some((at, halves))
    })?;
    let after = before.with_rule_replaced(&at, &halves);
    compare(decide, &before, &after, &before.packets_near(rng, &at), Relation::Same)
}

/// A list of one prefix is that prefix.
fn a_prefix_in_a_list_is_a_prefix(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let knobs = some_knobs(rng);
    let (before, (at, prefix)) = Setting::draw_until(rng, &knobs, |rng, setting| {
        let at = setting.acts(rng)?;
        let Peer::Prefix(prefix) = at.rule.peer else { return None };
        Some((at, prefix))
    })?;
    let mut after = before.clone();
    let peer = change::list_of(&mut after.estate, prefix);
    let after = after.with_rule_replaced(&at, &[Rule { peer, ..at.rule.clone() }]);
    compare(decide, &before, &after, &before.packets_near(rng, &at), Relation::Same)
}

/// Rules that name groups, and what holds between members, do not concern the internet.
fn a_group_peer_never_matches_the_internet(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let knobs = some_knobs(rng);
    let (before, at) = Setting::draw_until(rng, &knobs, |rng, setting| {
        let at = setting.any(rng)?;
        matches!(at.rule.peer, Peer::Group { .. }).then_some(at)
    })?;
    let mut after = before.clone();
    for group in &mut after.estate.groups {
        group.same_group = SameGroup::Rules;
        group.rules.retain(|rule| !matches!(rule.peer, Peer::Group { .. }));
    }
    let mut packets = before.packets_near(rng, &at);
    for packet in &mut packets {
        packet.place = Place::Internet;
    }
    compare(decide, &before, &after, &packets, Relation::Same)
}

/// The same address in another network is another address.
fn members_of_another_network_do_not_matter(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let knobs = some_knobs(rng);
    let (before, removed) =
        Setting::draw_until(rng, &knobs, |rng, setting| rng.choice(&setting.estate.interfaces)?.network)?;
    let mut after = before.clone();
    after.estate.interfaces.retain(|interface| interface.network != Some(removed));
    // Where groups span networks, an interface without known groups leaves open who is met outside all of them.
    let mut gone = before.estate.interfaces.iter().filter(|interface| interface.network == Some(removed));
    let blurs_elsewhere = gone.any(|interface| interface.groups.is_none());
    let mut packets = before.packets(rng);
    packets.retain(|packet| match packet.place {
        Place::Network(network) => network != removed,
        Place::Elsewhere => !blurs_elsewhere,
        Place::Internet => true,
    });
    compare(decide, &before, &after, &packets, Relation::Same)
}

/// What rules a group has that the interface does not carry is none of its business.
fn rules_of_other_groups_do_not_matter(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let knobs = some_knobs(rng);
    let (before, other) = Setting::draw_until(rng, &knobs, |_, setting| {
        setting.estate.groups.iter().position(|group| !setting.groups.contains(&group.id))
    })?;
    let mut after = before.clone();
    if let Some(group) = after.estate.groups.get_mut(other) {
        group.rules.clear();
        group.same_group = SameGroup::Allow;
    }
    compare(decide, &before, &after, &before.packets(rng), Relation::Same)
}

/// Knowing less makes nothing sure and nothing impossible.
fn a_gap_never_makes_an_answer_firm(decide: &dyn Decide, rng: &mut Rng) -> Result<(), String> {
    let knobs = some_knobs(rng);
    let (before, (after, at)) = Setting::draw_until(rng, &knobs, |rng, setting| {
        let at = setting.any(rng)?;
        let mut after = setting.clone();
        change::forget_something(rng, &mut after, &at).then_some((after, at))
    })?;
    compare(decide, &before, &after, &before.packets_near(rng, &at), Relation::Blurs)
}

#[cfg(test)]
mod tests;
