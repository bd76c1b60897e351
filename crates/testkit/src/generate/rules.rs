//! Random rules: nested, tied, split, repeated, and with everything that may be missing.

use fastrand::Rng;
use portreeve_model::{
    Action, Acts, Direction, Estate, Family, GapIx, GroupIx, ListRef, Narrow, Peer, Ports, Prefix, Rule,
    Scope, Text,
};

use super::{Knobs, any_address_list, any_port_list, chance, one_of, pool};
use crate::kind::Kind;

/// Gives every group its rules.
pub(super) fn fill(rng: &mut Rng, knobs: &Knobs, kind: Kind, estate: &mut Estate) {
    let knobs = match kind {
        Kind::Union => Knobs { deny: knobs.deny / 10.0, ..knobs.clone() },
        _ => knobs.clone(),
    };
    for at in 0..estate.groups.len() {
        let mut rules = Vec::new();
        for _ in 0..rng.usize(0..=knobs.rules) {
            let fresh = rule(rng, &knobs, estate);
            add_with_company(rng, &mut rules, fresh);
        }
        rng.shuffle(&mut rules);
        number_rules(&mut rules);
        if let Some(group) = estate.groups.get_mut(at) {
            group.rules = rules;
        }
    }
}

/// Numbers the rules of one group: each direction counts from 1.
pub fn number_rules(rules: &mut [Rule]) {
    let mut counts = [0, 0];
    let [ingress, egress] = &mut counts;
    for rule in rules {
        let count = if rule.direction == Direction::Ingress { &mut *ingress } else { &mut *egress };
        *count += 1;
        rule.position = *count;
    }
}

/// Adds a rule: sometimes twice, sometimes with its opposite at the same priority, sometimes as two halves.
fn add_with_company(rng: &mut Rng, rules: &mut Vec<Rule>, rule: Rule) {
    match rng.u8(0..12) {
        0 => rules.push(rule.clone()),
        1 => rules.push(Rule { action: opposite(rule.action), ..rule.clone() }),
        2 if matches!(rule.peer, Peer::Any | Peer::Prefix(_)) => {
            for half in ["0.0.0.0/1", "128.0.0.0/1"].into_iter().filter_map(pool::prefix) {
                rules.push(Rule { peer: Peer::Prefix(half), ..rule.clone() });
            }
            return;
        }
        _ => {}
    }
    rules.push(rule);
}

fn opposite(action: Action) -> Action {
    match action {
        Action::Deny => Action::Allow,
        Action::Allow => Action::Deny,
    }
}

/// One random rule, for a group of the estate; its position is for [`number_rules`] to set.
pub fn rule(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) -> Rule {
    let peer = peer(rng, knobs, estate);
    let ports = ports(rng, knobs, estate);
    let narrow = chance(rng, knobs.five_tuple).then(|| Box::new(narrow(rng, knobs, estate)));
    let acts = match rng.u8(0..20) {
        0 => Acts::Never,
        _ if chance(rng, knobs.gaps) => Acts::Possibly,
        _ => Acts::Surely,
    };
    let gap = gap_of(estate, &ports, &peer, narrow.as_deref(), acts);
    Rule {
        id: Text::EMPTY,
        description: Text::EMPTY,
        position: 0,
        priority: one_of(rng, &[1, 1, 2, 10, 10, 50, 100], 1),
        direction: if rng.u8(0..10) < 6 { Direction::Ingress } else { Direction::Egress },
        action: if chance(rng, knobs.deny) { Action::Deny } else { Action::Allow },
        acts,
        scope: match rng.u8(0..20) {
            0 => Scope::Internet,
            1 => Scope::Private,
            _ => Scope::Anywhere,
        },
        protocol: pool::protocol(rng),
        ports,
        peer,
        narrow,
        gap,
    }
}

fn peer(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) -> Peer {
    match rng.u8(0..10) {
        _ if chance(rng, knobs.gaps / 2.0) => Peer::Unknown,
        0 => Peer::Any,
        1 => {
            let (id, list) = any_address_list(rng, knobs, estate);
            Peer::List(ListRef { id, list })
        }
        2 | 3 => group_peer(rng, knobs, estate),
        4 => {
            let six = chance(rng, knobs.ipv6);
            Peer::Prefix(Prefix::host(pool::member_address(rng, six)))
        }
        _ => Peer::Prefix(pool::any_prefix(rng, knobs)),
    }
}

fn group_peer(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) -> Peer {
    if estate.groups.is_empty() || chance(rng, knobs.gaps) {
        let owner = if rng.bool() { estate.texts.intern("1234567890") } else { Text::EMPTY };
        return Peer::Group {
            id: estate.texts.intern("g-gone"),
            owner,
            group: None,
            family: any_family(rng),
        };
    }
    let ix = GroupIx::new(rng.usize(0..estate.groups.len()));
    Peer::Group { id: estate.group(ix).id, owner: Text::EMPTY, group: Some(ix), family: any_family(rng) }
}

/// Most rules that name a group speak of both families.
fn any_family(rng: &mut Rng) -> Option<Family> {
    *rng.choice(&[None, None, Some(Family::V4), Some(Family::V6)]).unwrap_or(&None)
}

fn ports(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) -> Ports {
    match rng.u8(0..10) {
        _ if chance(rng, knobs.gaps / 2.0) => Ports::Unknown,
        0 | 1 => Ports::All,
        2 => Ports::Ranges((0..rng.usize(2..=4)).map(|_| pool::port_range(rng)).collect()),
        3 => {
            let (id, list) = any_port_list(rng, knobs, estate);
            Ports::List(ListRef { id, list })
        }
        _ => Ports::Range(pool::port_range(rng)),
    }
}

/// A narrowing that narrows something: source ports, local addresses, or both.
fn narrow(rng: &mut Rng, knobs: &Knobs, estate: &mut Estate) -> Narrow {
    let (asks_ports, asks_local) = one_of(rng, &[(true, false), (false, true), (true, true)], (true, true));
    let source_ports = if asks_ports { ports(rng, knobs, estate) } else { Ports::All };
    let ports_ask_nothing = source_ports == Ports::All;
    let local = (asks_local || ports_ask_nothing).then(|| pool::any_prefix(rng, knobs));
    Narrow { source_ports, local }
}

/// The gap that explains what is not surely known of a rule, as the model wants it.
fn gap_of(
    estate: &mut Estate,
    ports: &Ports,
    peer: &Peer,
    narrow: Option<&Narrow>,
    acts: Acts,
) -> Option<GapIx> {
    let open_ports =
        |ports: &Ports| matches!(ports, Ports::Unknown | Ports::List(ListRef { list: None, .. }));
    let open_peer = matches!(
        peer,
        Peer::Unknown | Peer::List(ListRef { list: None, .. }) | Peer::Group { group: None, .. }
    );
    let open = open_peer
        || open_ports(ports)
        || narrow.is_some_and(|narrow| open_ports(&narrow.source_ports))
        || acts == Acts::Possibly;
    open.then(|| estate.add_gap("a rule", "something that it refers to is not in the input"))
}
