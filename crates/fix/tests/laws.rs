//! Laws of plans on random estates, checked by the engine's sets and packet by packet by the oracle.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a broken law should say so at once"
)]

#[path = "../../engine/tests/common/mod.rs"]
mod common;

use fastrand::Rng;
use portreeve_engine::{Bound, Class, Index, Place, Policy};
use portreeve_fix::{Aim, Level, Options, Plan, Stay, Strategy, Subject, plans};
use portreeve_model::{
    Action, Acts, Direction, Edit, Estate, GroupIx, NetworkIx, Otherwise, Peer, PortRange, Ranking, Rule,
    Text,
};
use portreeve_netset::{AddressSet, Block, Cidr, IntervalSet, PacketSet, PortSet};
use portreeve_testkit::generate::{self, Knobs};
use portreeve_testkit::{Kind, oracle, print};

/// One random estate and what should be closed in it.
struct Setting {
    seed: u64,
    estate: Estate,
    group: GroupIx,
    direction: Direction,
    unwanted: PacketSet,
    options: Options,
}

impl Setting {
    fn draw(seed: u64, kinds: &[Kind]) -> Option<Self> {
        let mut rng = Rng::with_seed(seed);
        let gaps = if rng.u8(0..4) == 0 { 0.05 } else { 0.0 };
        let knobs = Knobs { kind: rng.choice(kinds).copied(), gaps, five_tuple: 0.05, ..Knobs::default() };
        let mut estate = generate::estate(&mut rng, &knobs);
        for group in &mut estate.groups {
            group.managed = group.managed && rng.bool();
        }
        let stay = if rng.bool() { Stay::Private } else { Stay::Named(named(&mut rng)) };
        let options = Options { stay, ..Options::default() };
        // Many groups let nothing of what is asked for through, so several are tried.
        let drawn = (0..8).find_map(|_| {
            let group = GroupIx::new(rng.usize(0..estate.groups.len()));
            let direction = if rng.u8(0..4) == 0 { Direction::Egress } else { Direction::Ingress };
            let unwanted = unwanted(&mut rng);
            let index = Index::new(&estate);
            let policy = Policy::of_group(&index, group, direction, Place::Internet, Bound::Possibly);
            let open = policy.permitted().intersection(&unwanted);
            (!open.is_empty()).then_some((group, direction, open))
        });
        drawn.map(|(group, direction, unwanted)| Self { seed, estate, group, direction, unwanted, options })
    }

    fn aim(&self) -> Aim {
        let subject = Subject::Group(self.group);
        Aim::Close { subject, direction: self.direction, unwanted: self.unwanted.clone() }
    }

    fn plan(&self) -> Option<Plan> {
        plans(&self.estate, &[self.aim()], &self.options).pop()
    }

    fn told(&self, plan: &Plan) -> String {
        format!(
            "seed {}: {:?} {:?}\n{plan:#?}\n{}",
            self.seed,
            self.group,
            self.unwanted,
            print(&self.estate)
        )
    }
}

/// A risky port or two, a range, or all of a protocol, from anyone.
fn unwanted(rng: &mut Rng) -> PacketSet {
    let ports = match rng.u8(0..6) {
        0 => PortSet::full(),
        1 => PortSet::from_range(20, 1023),
        2 => [(22, 22), (80, 80)].into_iter().collect(),
        _ => PortSet::single(*rng.choice(&[20, 21, 22, 80, 8000]).unwrap()),
    };
    let protocols = match rng.u8(0..8) {
        0 => IntervalSet::full(),
        1 => IntervalSet::single(17),
        _ => IntervalSet::single(6),
    };
    let ports = if protocols.is_full() { PortSet::full() } else { ports };
    PacketSet::from_block(&Block { protocols, ports, ..Block::all() })
}

fn named(rng: &mut Rng) -> AddressSet {
    let pool = ["203.0.113.0/24", "10.0.0.0/8", "2001:db8::/64", "10.0.0.4/30", "128.0.0.0/1"];
    let amount = rng.usize(0..=2);
    rng.choose_multiple(pool, amount).into_iter().map(|text| text.parse::<Cidr>().unwrap()).collect()
}

const RANKED: [Kind; 4] = [Kind::Basic, Kind::Advanced, Kind::GroupsInOrder, Kind::Union];

/// Every class and every group alone, from everywhere, in both directions and under both bounds.
fn meaning(estate: &Estate) -> Vec<PacketSet> {
    let index = Index::new(estate);
    let networks = (0..estate.networks.len()).map(|at| Place::Network(NetworkIx::new(at)));
    let places: Vec<Place> = [Place::Internet, Place::Elsewhere].into_iter().chain(networks).collect();
    let alone = estate.each_group().map(|(ix, _)| Class {
        groups: Box::new([ix]),
        unread: false,
        filtered: true,
        interfaces: Vec::new(),
    });
    let mut sets = Vec::new();
    for class in index.classes().iter().cloned().chain(alone) {
        for direction in Direction::BOTH {
            for place in &places {
                for bound in [Bound::Surely, Bound::Possibly] {
                    sets.push(Policy::of_class(&index, &class, direction, *place, bound).permitted());
                }
            }
        }
    }
    sets
}

/// The estate without what a plan for a group may cut, and where nothing passes by default.
fn bare(setting: &Setting, plan: &Plan) -> Estate {
    let mut bare = setting.estate.clone();
    for profile in &mut bare.profiles {
        match setting.direction {
            Direction::Ingress => profile.ingress = Otherwise::Deny,
            Direction::Egress => profile.egress = Otherwise::Deny,
        }
    }
    let unwanted = plan.unwanted.difference(&unwritable());
    for at in 0..bare.groups[setting.group.at()].rules.len() {
        let rule = &bare.groups[setting.group.at()].rules[at];
        let names_group = matches!(rule.peer, Peer::Group { .. });
        let may_be_cut = rule.direction == setting.direction && rule.action == Action::Allow && !names_group;
        if may_be_cut && !reach(&bare, setting.group, at).is_disjoint(&unwanted) {
            bare.groups[setting.group.at()].rules[at].acts = Acts::Never;
        }
    }
    bare
}

/// What no rule can say, and may go along: port 0, and ICMP of one family at addresses of the other.
fn unwritable() -> PacketSet {
    let ported: IntervalSet<u8> = [6, 17, 132].map(|number| (number, number)).into_iter().collect();
    let other = |protocol, peers| Block { protocols: IntervalSet::single(protocol), peers, ..Block::all() };
    let blocks = [
        Block { protocols: ported, ports: PortSet::single(0), ..Block::all() },
        other(1, AddressSet::all_v6()),
        other(58, AddressSet::all_v4()),
    ];
    PacketSet::union_all(blocks.iter().map(PacketSet::from_block))
}

/// What one rule may match, source ports and local addresses left open.
fn reach(estate: &Estate, group: GroupIx, at: usize) -> PacketSet {
    let mut alone = estate.clone();
    let (said, rule) = (&mut alone.groups[group.at()], &estate.groups[group.at()].rules[at]);
    (said.incomplete, said.same_group) = ([None; 2], portreeve_model::SameGroup::Rules);
    said.rules = vec![rule.clone()];
    let place =
        if rule.scope == portreeve_model::Scope::Private { Place::Elsewhere } else { Place::Internet };
    let index = Index::new(&alone);
    Policy::of_group(&index, group, rule.direction, place, Bound::Possibly).permitted().project()
}

fn after(estate: &Estate, plan: &Plan) -> Estate {
    let edits: Vec<Edit> = plan.edits().cloned().collect();
    Edit::apply_all(&edits, estate)
}

/// The texts of all rules, with everything that a document says of them.
fn texts(estate: &Estate) -> Vec<Vec<Rule>> {
    let sorted = |rules: &[Rule]| {
        let mut rules = rules.to_vec();
        rules.sort_by_key(|rule| (rule.direction, rule.position));
        rules
    };
    estate.groups.iter().map(|group| sorted(&group.rules)).collect()
}

#[test]
fn a_narrowing_plan_removes_exactly_the_unwanted_set() {
    let (mut planned, mut by) = (0, [0; 6]);
    for seed in 0..common::number("PORTREEVE_CASES", 3000) {
        let Some(setting) = Setting::draw(seed, &RANKED) else { continue };
        let Some(plan) = setting.plan().filter(|plan| !plan.steps.is_empty()) else { continue };
        planned += 1;
        by[plan.strategy as usize] += 1;
        let old = meaning(&setting.estate);
        let changed = after(&setting.estate, &plan);
        for (old, new) in old.iter().zip(&meaning(&changed)) {
            assert!(new.is_subset(old), "widened: {}", setting.told(&plan));
            let lost = old.difference(new);
            assert!(lost.is_subset(&plan.unwanted), "lost {lost}: {}", setting.told(&plan));
        }
        exact_for_the_group(&setting, &plan, &changed);
        by_the_oracle(&setting, &plan, &changed);
    }
    assert!(planned > 1000, "only {planned} plans: {by:?}");
}

/// Alone, the group lets nothing of the unwanted traffic through but what was not to be cut.
fn exact_for_the_group(setting: &Setting, plan: &Plan, changed: &Estate) {
    let bare = bare(setting, plan);
    let (old, new, bare) = (Index::new(&setting.estate), Index::new(changed), Index::new(&bare));
    for bound in [Bound::Surely, Bound::Possibly] {
        let at = |index: &Index<'_>| {
            Policy::of_group(index, setting.group, setting.direction, Place::Internet, bound).permitted()
        };
        let expected = at(&old).difference(&plan.unwanted).union(&at(&bare).intersection(&plan.unwanted));
        assert_eq!(at(&new), expected, "{}", setting.told(plan));
    }
}

/// The same, told by somebody who knows nothing of sets, for packets at the borders of rules old and new.
fn by_the_oracle(setting: &Setting, plan: &Plan, changed: &Estate) {
    let mut rng = Rng::with_seed(setting.seed);
    let bare = bare(setting, plan);
    let mine = setting.estate.group(setting.group).id;
    let lists: Vec<Vec<Text>> = setting.estate.group_lists.iter().map(|list| list.to_vec()).collect();
    let near = [&setting.estate, changed];
    for _ in 0..40 {
        let estate = near[rng.usize(0..2)];
        let Some(rule) = rng.choice(&estate.group(setting.group).rules) else { continue };
        let mut packet = generate::packet_near(&mut rng, estate, setting.group, rule);
        packet.direction = setting.direction;
        for ids in lists.iter().filter(|ids| ids.contains(&mine)).chain([&vec![mine]]) {
            let [was, is, left] = [&setting.estate, changed, &bare]
                .map(|estate| oracle::decide(estate, ids, &packet))
                .map(|answer| (answer.surely, answer.possibly));
            let unwanted = plan.unwanted.contains(&common::packet(&packet));
            let expected = if unwanted { left } else { was };
            assert_eq!(is, expected, "{packet:?} for {ids:?}: {}", setting.told(plan));
        }
    }
}

#[test]
fn a_second_plan_has_nothing_to_do() {
    for seed in 0..common::number("PORTREEVE_CASES", 600) {
        let Some(setting) = Setting::draw(seed, &RANKED) else { continue };
        let Some(plan) = setting.plan().filter(|plan| !plan.steps.is_empty()) else { continue };
        let again = Setting { estate: after(&setting.estate, &plan), ..setting };
        let second = again.plan();
        assert!(second.as_ref().is_none_or(|plan| plan.steps.is_empty()), "{}", again.told(&second.unwrap()));
    }
}

#[test]
fn the_way_back_restores_meaning_and_words() {
    for seed in 0..common::number("PORTREEVE_CASES", 600) {
        let Some(setting) = Setting::draw(seed, &RANKED) else { continue };
        let Some(plan) = setting.plan().filter(|plan| !plan.steps.is_empty()) else { continue };
        let back = Edit::apply_all(&plan.rollback, &after(&setting.estate, &plan));
        assert_eq!(texts(&back), texts(&setting.estate), "{}", setting.told(&plan));
        assert_eq!(meaning(&back), meaning(&setting.estate), "{}", setting.told(&plan));
    }
}

#[test]
fn every_state_between_keeps_to_both_ends() {
    for seed in 0..common::number("PORTREEVE_CASES", 600) {
        let Some(setting) = Setting::draw(seed, &RANKED) else { continue };
        let Some(plan) = setting.plan().filter(|plan| !plan.steps.is_empty()) else { continue };
        assert!(plan.steps.iter().all(|step| step.proved), "{}", setting.told(&plan));
        let (first, last) = (meaning(&setting.estate), meaning(&after(&setting.estate, &plan)));
        let mut state = setting.estate.clone();
        for edit in plan.edits() {
            edit.apply(&mut state);
            for ((old, now), new) in first.iter().zip(&meaning(&state)).zip(&last) {
                assert!(now.is_subset(&old.union(new)), "wider at {edit:?}: {}", setting.told(&plan));
                assert!(
                    old.intersection(new).is_subset(now),
                    "narrower at {edit:?}: {}",
                    setting.told(&plan)
                );
            }
        }
    }
}

#[test]
fn plans_keep_to_what_the_platform_takes() {
    for seed in 0..common::number("PORTREEVE_CASES", 1000) {
        let Some(mut setting) = Setting::draw(seed, &RANKED) else { continue };
        let most = 10;
        setting.estate.profiles[0].quotas.rules_per_group = Some(most);
        setting.estate.profiles[0].quotas.rules_per_interface = Some(2 * most);
        let Some(plan) = setting.plan() else { continue };
        let mut state = setting.estate.clone();
        for edit in plan.edits() {
            edit.apply(&mut state);
            let (Edit::AddRule(group, rule) | Edit::ChangeRule(group, _, rule)) = edit else { continue };
            let rules = state.group(*group).rules.len();
            let had = setting.estate.group(*group).rules.len();
            assert!(rules <= (most as usize).max(had), "{}", setting.told(&plan));
            let writing = state.profile(state.group(*group).profile).writing;
            let (first, last) = writing.priorities.unwrap_or((0, u32::MAX));
            assert!((first..=last).contains(&rule.priority), "{}", setting.told(&plan));
            assert!(writing.denies || rule.action == Action::Allow, "{}", setting.told(&plan));
            assert!(port_ranges(rule).iter().all(|range| range.first() > 0), "{}", setting.told(&plan));
            assert!(port_ranges(rule).len() <= writing.port_ranges, "{}", setting.told(&plan));
        }
        let touched = plan.edits().filter_map(|edit| match edit {
            Edit::AddRule(group, _) | Edit::RemoveRule(group, _) | Edit::ChangeRule(group, ..) => {
                Some(*group)
            }
            _ => None,
        });
        for group in touched {
            assert!(!setting.estate.group(group).managed, "{}", setting.told(&plan));
        }
    }
}

fn port_ranges(rule: &Rule) -> Vec<PortRange> {
    match &rule.ports {
        portreeve_model::Ports::Range(range) => vec![*range],
        portreeve_model::Ports::Ranges(ranges) => ranges.to_vec(),
        _ => Vec::new(),
    }
}

#[test]
fn random_estates_reach_every_strategy_and_level() {
    let (mut strategies, mut levels) = (Vec::new(), Vec::new());
    for seed in 0..600 {
        let Some(plan) = Setting::draw(seed, &RANKED).and_then(|setting| setting.plan()) else { continue };
        strategies.push((plan.strategy, plan.level));
        levels.push(plan.level);
    }
    for wanted in [Strategy::Remove, Strategy::Replace, Strategy::Deny] {
        assert!(strategies.contains(&(wanted, Level::Narrowing)), "no plan by {wanted:?}");
    }
    assert!(levels.contains(&Level::Manual) && !levels.contains(&Level::Preserving));
    assert_eq!(Kind::GroupsInOrder.profile().ranking, Ranking::GroupThenPriority);
}
